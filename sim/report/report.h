// SPDX-License-Identifier: GPL-3.0-or-later
// Shared by the writers of tables, CSV and JSON.
#ifndef LW_REPORT_H
#define LW_REPORT_H

#include "sim/base/arena.h"
#include "sim/base/file.h"
#include "sim/result/result.h"

// Numbers for names, which are pairs of texts that outlive them, from 0 in order of first appearance.
typedef struct lw_names lw_names;
lw_names *lw_names_new(lw_arena *arena);  // NULL when out of memory
// `guess` is the number that it probably has; SIZE_MAX when out of memory.
size_t lw_names_number(lw_names *names, const char *first, const char *second, size_t guess);

// What the points of a result report on, in order of first appearance: points of a sweep may differ in their workloads and links.
typedef struct lw_columns {
    const char **workload;  // names
    size_t workload_count;
    const lw_direction_result **direction;  // one of each link and direction
    size_t direction_count;
    lw_names *directions;  // link and direction -> index into direction
} lw_columns;
lw_status lw_columns_of(const lw_result *result, lw_arena *arena, lw_columns *out) LW_CHECKED;
// The directions of a point of that result by column; NULL where the point has none. out: room for direction_count.
lw_status lw_columns_fill(const lw_columns *columns, const lw_point *point, const lw_direction_result **out) LW_CHECKED;

// NULL when the point has none of that name. `guess` is where it probably stands.
const lw_workload_result *lw_point_workload(const lw_point *point, const char *name, size_t guess);

// The unit of a swept number in machine-readable reports: "B", "ps", ...; "" for plain numbers and words.
const char *lw_set_unit(const lw_set_value *value);

// The writers behind lw_report. Scratch memory comes from the arena.
lw_status lw_report_table(const lw_result *result, int width, lw_arena *arena, lw_text *out) LW_CHECKED;
// The part of the table that sets the model beside the measured tables of result; nothing where no table fits the sweep.
lw_status lw_report_measured(const lw_result *result, lw_arena *arena, lw_text *out) LW_CHECKED;
lw_status lw_report_csv(const lw_result *result, lw_arena *arena, lw_text *out) LW_CHECKED;
lw_status lw_report_json(const lw_result *result, bool lines, lw_text *out) LW_CHECKED;

#endif
