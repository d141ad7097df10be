// SPDX-License-Identifier: GPL-3.0-or-later
// What a metric of results is: each has one name and one unit in CSV, JSON, charts, assertions,
// measured tables and explanations.
#ifndef LW_METRIC_H
#define LW_METRIC_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/base/quantity.h"

struct lw_workload_result;
struct lw_direction_result;

typedef enum lw_metric_of {
    LW_OF_WORKLOAD,   // workloads.NAME.METRIC
    LW_OF_DIRECTION,  // links.NAME.DIRECTION.METRIC, also of the memory of nodes
} lw_metric_of;

typedef struct lw_metric {
    const char *name;  // with its unit: "time_us"
    // without it: "time", compared with quantities such as 20 us; NULL: it has no unit
    const char *quantity;
    lw_dimension dimension;  // of the quantity
    double unit;             // base units of the dimension in one unit of the name: 1e6 ps
    lw_metric_of of;
    const char *title;  // for people: "mean wait"
    const char *help;   // one sentence
    bool whole;         // it counts something
    bool in_csv;        // of a workload: has a column of its own
    bool of_failed;     // of a workload: known even of one that cannot run (lw_limit_failure)
    // In the unit of the name. Of one that a kind of work adds both are NULL: the result carries
    // its value.
    double (*workload)(const struct lw_workload_result *workload);
    double (*direction)(const struct lw_direction_result *direction);
    bool (*has)(const struct lw_workload_result *workload);  // NULL: every workload has it
} lw_metric;

#endif
