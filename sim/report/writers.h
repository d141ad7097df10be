// SPDX-License-Identifier: GPL-3.0-or-later
// The writers behind lw_report.
#ifndef LW_WRITERS_H
#define LW_WRITERS_H

#include "sim/base/text.h"
#include "sim/report/grid.h"
#include "sim/result/pairs.h"

// A report with tables of Markdown (LW_WIDTH_MARKDOWN) as a document: its first line is the heading, tables stand apart
// from text, lines after one that ends with a colon are a list.
void lw_report_markdown(const char *text, lw_text *out);

// Scratch memory comes from the arena.
lw_status lw_report_table(const lw_result *result, int width, lw_arena *arena, lw_text *out) LW_CHECKED;
// The part of the table that sets the model beside the measured tables of result; nothing where no
// table fits the sweep.
lw_status lw_report_measured(const lw_result *result, int width, lw_arena *arena, lw_text *out) LW_CHECKED;
// The part of the table for copies between the members of one group, as a matrix.
lw_status lw_report_pairs(const lw_pair_table *pairs, int width, lw_arena *arena, lw_text *out) LW_CHECKED;
// What libraries chose from, where they tell: a column for each algorithm and protocol.
lw_status lw_report_candidates(const lw_result *result, int width, lw_arena *arena, lw_text *out) LW_CHECKED;
// The part of the table about members of groups in one point; nothing where there are none.
lw_status lw_report_members(const lw_point *point, int width, lw_arena *arena, lw_text *out) LW_CHECKED;
// The part about equal routes; nothing where no workload has any.
lw_status lw_report_routes(const lw_point *point, int width, lw_arena *arena, lw_text *out) LW_CHECKED;
// The part about computes: for how long the device that a workload keeps busiest does so, and for
// how long it does not; nothing where no workload computes.
lw_status lw_report_computes(const lw_point *point, int width, lw_arena *arena, lw_text *out) LW_CHECKED;
// The links of a single point; in a sweep they would bury the answer (CSV and JSON have them all).
lw_status lw_report_links(const lw_point *point, int width, lw_arena *arena, lw_text *out) LW_CHECKED;
// The part about copy engines that some copy needs; nothing where they have no limit.
lw_status lw_report_engines(const lw_point *point, int width, lw_arena *arena, lw_text *out) LW_CHECKED;
// The part about --lift: what each workload takes without its limit, and what then limits it; nothing
// where nobody asked.
lw_status lw_report_lifted(const lw_result *result, int width, lw_arena *arena, lw_text *out) LW_CHECKED;
// A table whose first columns are what was swept, with their heads, and `more` columns after them; *sides: of all columns, to the
// right but for swept words. NULL when out of memory.
lw_grid *lw_report_grid_of_points(const lw_result *result, size_t more, lw_arena *arena, char **sides) LW_CHECKED;
// The swept values of a point.
void lw_report_add_values(lw_grid *grid, const lw_point *point);
// What --percentiles asked for; nothing where it did not.
lw_status lw_report_percentiles(const lw_result *result, int width, lw_arena *arena, lw_text *out) LW_CHECKED;
// What --uncertainty drew; nothing where it was not asked.
lw_status lw_report_uncertain(const lw_result *result, int width, lw_arena *arena, lw_text *out) LW_CHECKED;
// The lines of --fit; nothing where it was not asked. The second: the key `fits`.
lw_status lw_report_fits(const lw_result *result, int width, lw_arena *arena, lw_text *out) LW_CHECKED;
void lw_report_fits_json(const lw_result *result, lw_text *out);
lw_status lw_report_csv(const lw_result *result, lw_arena *arena, lw_text *out) LW_CHECKED;
// The collectives of all points as nccl-tests prints its own, to be compared line by line.
lw_status lw_report_nccl_tests(const lw_result *result, lw_text *out) LW_CHECKED;
lw_status lw_report_json(const lw_result *result, bool lines, lw_text *out) LW_CHECKED;

#endif
