// SPDX-License-Identifier: GPL-3.0-or-later
// The table of metrics.
#ifndef LW_METRIC_TABLE_H
#define LW_METRIC_TABLE_H

#include "sim/result/result.h"

// Those of every workload, then those of directions; ends with a name of NULL.
extern const lw_metric lw_metrics[];

// By name or quantity, among lw_metrics and those that a kind of work adds (`own`, may be NULL);
// NULL when unknown.
const lw_metric *lw_metric_find(const char *word, lw_metric_of of, const lw_metric *own);

// False when the workload has no such metric, as one that cannot run has no time.
bool lw_metric_of_workload(const lw_metric *metric, const lw_workload_result *workload, double *value);

#endif
