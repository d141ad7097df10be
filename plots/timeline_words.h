// SPDX-License-Identifier: GPL-3.0-or-later
// What charts of timelines have in common.
#ifndef LW_TIMELINE_WORDS_H
#define LW_TIMELINE_WORDS_H

#include "plots/chart.h"

// "egpu  host -> gpu" with a real arrow, "gpu copy engines that read"; NULL when out of memory.
const char *lw_timeline_row_name(const lw_timeline_row *row, lw_arena *arena);
// What was swept: "links.slot: pcie-4-x8, ..."; NULL when out of memory.
const char *lw_timeline_point_name(const lw_point *point, lw_arena *arena);
// When all is done that somebody waits for: work in the background may go on.
int64_t lw_timeline_end_ps(const lw_point *point);
// The workload that the chart shows alone; UINT32_MAX: all.
lw_status lw_timeline_workload(const lw_chart *chart, const lw_point *point, uint32_t *wanted) LW_CHECKED;

#endif
