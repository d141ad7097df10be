// SPDX-License-Identifier: GPL-3.0-or-later
// When iterations of a graph come that nobody waits for: requests of a server, frames of a camera.
#ifndef LW_ARRIVAL_TIMES_H
#define LW_ARRIVAL_TIMES_H

#include "sim/workload/graph.h"

// More would take memory for tasks that nobody looks at one by one.
enum { LW_OPEN_ARRIVALS_MAX = 65536, LW_OPEN_TASKS_MAX = 1 << 20 };

typedef struct lw_open_arrivals {
    int64_t every_ps;   // from one to the next, in the mean where they are random; LW_AUTO: not given
    bool random;        // exponential gaps: a Poisson process
    const lw_yaml *at;  // a list of times; NULL: not given
} lw_open_arrivals;

// Does a workload have any?
static inline bool lw_arrivals_are_open(const lw_open_arrivals *arrivals) {
    return arrivals->every_ps != LW_AUTO || arrivals->at != NULL;
}
// So many times from the start of the open workload on, ascending; at 0 the first, where they are not
// listed. Drawn from the seed of the run and the name of the workload.
lw_status lw_arrivals_find(const lw_graph_builder *builder, const lw_open_arrivals *arrivals, int64_t count,
                           int64_t **out) LW_CHECKED;

#endif
