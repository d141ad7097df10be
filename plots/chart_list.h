// SPDX-License-Identifier: GPL-3.0-or-later
// The charts of a scenario: the list under `charts:`.
#ifndef LW_CHART_LIST_H
#define LW_CHART_LIST_H

#include "plots/plots.h"

enum { LW_CHARTS_MAX = 256 };

typedef struct lw_chart_list {
    lw_chart_request *chart;
    const char **stem;  // of the files of each chart
    size_t count;
} lw_chart_list;

// Parse all of them; NULL is an empty list. Two that would be written to one file are diagnosed.
// Lives in the arena.
lw_status lw_charts_parse(const lw_yaml *list, lw_arena *arena, lw_diags *diags, lw_chart_list *out) LW_CHECKED;
// lw_chart_check on all of them.
lw_status lw_charts_check(const lw_chart_list *charts, const lw_result *outline, lw_diags *diags) LW_CHECKED;
// The same where the sweep was changed from outside of the file: a chart that does not fit any more
// is left out with a note.
lw_status lw_charts_keep_fitting(lw_chart_list *charts, const lw_result *outline, lw_diags *diags) LW_CHECKED;

#endif
