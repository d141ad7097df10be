// SPDX-License-Identifier: GPL-3.0-or-later
// The points of a measured table in a CSV file: `points: copies.csv`.
#ifndef LW_POINT_LIST_H
#define LW_POINT_LIST_H

#include "sim/config/yaml.h"

// What the columns are: the paths that vary, then the name of the metric that was observed.
typedef struct lw_point_columns {
    const lw_yaml *vary;  // a list of texts
    const char *metric;
} lw_point_columns;

// Read the file that `name` says, below the first of the two folders that has it. Its first line
// names the columns, each by its path or the last key of that, with the unit of bare numbers in
// brackets where there is one: `bytes [B],bandwidth_GBps`. Empty lines and what begins with # are
// skipped. *out is a list of lists of texts as `points:` of a table, with places in the file.
lw_status lw_point_list_read(const lw_yaml *name, const lw_point_columns *columns, const char *const folder[2], lw_arena *arena,
                             lw_diags *diags, lw_yaml **out) LW_CHECKED;

#endif
