// SPDX-License-Identifier: GPL-3.0-or-later
// What a measured table observed: a metric of one workload, or of several together.
#ifndef LW_OBSERVED_H
#define LW_OBSERVED_H

#include "sim/config/document.h"
#include "sim/result/result.h"

typedef enum lw_together {
    LW_TOGETHER_ONE,       // one workload by itself
    LW_TOGETHER_SUM,       // of all of them
    LW_TOGETHER_MEAN,      // arithmetic
    LW_TOGETHER_MAKESPAN,  // from the first start to the last end
} lw_together;

typedef struct lw_observed {
    lw_together together;
    const lw_metric *metric;  // the same of all
    const lw_yaml **at;       // "workloads.NAME.METRIC" of each
    size_t *workload;         // indices in the document
    size_t count;
    const char *words;  // "workloads.copy.time_us", "sum of workloads.a.bandwidth_GBps, workloads.b.bandwidth_GBps"
} lw_observed;

// The value of `observe:` of a table. What is wrong is told there.
lw_status lw_observed_parse(const lw_yaml *observe, lw_arena *arena, lw_diags *diags, lw_observed *out) LW_CHECKED;
// The workloads of the table's scenario that it names.
lw_status lw_observed_find(lw_observed *observed, const lw_document *document, lw_diags *diags) LW_CHECKED;

// What it is at a point that was run, in the unit of the metric; 0 where a workload has none.
double lw_observed_of(const lw_observed *observed, const lw_point *point);

#endif
