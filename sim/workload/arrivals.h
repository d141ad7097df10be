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

extern const char *const lw_open_arrival_words[];  // "fixed", "poisson", NULL

// Does a workload have any?
static inline bool lw_arrivals_are_open(const lw_open_arrivals *arrivals) {
    return arrivals->every_ps != LW_AUTO || arrivals->at != NULL;
}
// What is wrong in what a user gave: times in a list or a gap, not both, and as many as `count` says (LW_AUTO: it does not).
typedef struct lw_arrivals_given {
    const lw_open_arrivals *open;
    bool random;          // arrivals: poisson
    int64_t count;        // of the option `key`
    const char *key;      // "requests"
    const char *example;  // "add every: 1 s"
} lw_arrivals_given;
// `options` and `set` are those of the kind, `at` its place; things of the count are called by its plural `what`.
lw_status lw_arrivals_check(const lw_arrivals_given *given, const char *what, const lw_option *options, const lw_option_set *set,
                            lw_place at, lw_diags *diags) LW_CHECKED;

// So many times from the start of the open workload on, ascending; at 0 the first, where they are not
// listed. Drawn from the seed of the run and the name of the workload.
lw_status lw_arrivals_find(const lw_graph_builder *builder, const lw_open_arrivals *arrivals, int64_t count,
                           int64_t **out) LW_CHECKED;

#endif
