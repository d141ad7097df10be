// SPDX-License-Identifier: GPL-3.0-or-later
// What the points of a result report on, for all writers.
#ifndef LW_COLUMNS_H
#define LW_COLUMNS_H

#include "sim/base/map.h"
#include "sim/result/result.h"

// What the points of a result report on, in order of first appearance: points of a sweep may differ
// in their workloads and links.
typedef struct lw_columns {
    const char **workload;  // names
    size_t workload_count;
    const lw_direction_result **direction;  // one of each link and direction
    size_t direction_count;
    lw_map links, directions;  // link and direction -> index into direction
} lw_columns;
lw_status lw_columns_of(const lw_result *result, lw_arena *arena, lw_columns *out) LW_CHECKED;
// The directions of a point of that result by column; NULL where the point has none. out: room for
// direction_count.
lw_status lw_columns_fill(lw_columns *columns, const lw_point *point, const lw_direction_result **out) LW_CHECKED;

// NULL when the point has none of that name. `guess` is where it probably stands.
const lw_workload_result *lw_point_workload(const lw_point *point, const char *name, size_t guess);

// What is swept, with the values of some point; NULL when no point is known.
const lw_set_value *lw_result_swept(const lw_result *result, size_t *count);

// The unit of a swept number in machine-readable reports: "B", "ps", ...; "" for plain numbers and
// words.
const char *lw_set_unit(const lw_set_value *value);

#endif
