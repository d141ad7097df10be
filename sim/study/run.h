// SPDX-License-Identifier: GPL-3.0-or-later
// Points over threads.
#ifndef LW_RUN_H
#define LW_RUN_H

#include <signal.h>

#include "sim/fabric/attribution.h"
#include "sim/fabric/recording.h"
#include "sim/result/result.h"
#include "sim/study/scenario.h"

typedef struct lw_run {
    int threads;  // 0: OMP_NUM_THREADS or the cores
    // non-zero stops soon; finished points are kept
    const volatile sig_atomic_t *stop;
    // called from one thread at a time; may be NULL
    void (*progress)(size_t done, size_t total, void *user);
    // the same within points: `done` with the shares of those that are being run; may be NULL
    void (*within)(double done, size_t total, void *user);
    void *user;
    // not how uncertain points are, how well their numbers are known, nor why: no band, evidence
    // "specified", no critical path
    bool nominal;
    // where engine: auto took flow in a point of this one, it does so again and tries nothing else; may be
    // NULL
    const lw_result *taken;
    bool checked;    // of measured tables: points were looked at before, and what is wrong was told
    bool timelines;  // of the first LW_TIMELINES_MOST points
    // of members, and of times one by one; must outlive the result
    lw_percentiles percentiles;
    bool lift;  // each point again without what limits its workloads
} lw_run;
enum { LW_TIMELINES_MOST = 16 };

// Run all points. The bytes of the result do not depend on the number of threads. A point that
// fails keeps no other from its turn: it is told, *out has the others, and the status is that of
// the first such point. LW_INTERRUPTED: *out holds the points that finished. *out is left empty
// (planned 0) where nothing could run. The document must outlive the result.
lw_status lw_scenario_run(const lw_document *document, const lw_run *run, lw_arena *arena, lw_diags *diags,
                          lw_result *out) LW_CHECKED;

// Packets times servers of all points (lw_fabric_packet_hops), where the scenario asks for an engine
// of packets; else 0. Every point is built for it.
lw_status lw_scenario_packet_hops(const lw_document *document, lw_diags *diags, double *out) LW_CHECKED;

// What is known of the result before a run: every point with its swept values and its workloads, of
// which only the names are set, and whether they are paced, or have each_ps (its count), in some point.
lw_status lw_scenario_outline(const lw_document *document, lw_arena *arena, lw_diags *diags, lw_result *out) LW_CHECKED;

// ---- One point ----

// A point that has run to its end.
typedef struct lw_point_run {
    lw_point_setup setup;
    lw_built built;
    lw_engine_result result;
    lw_recording recording;
} lw_point_run;

// Where a point failed: the workload that never ends, or the one that takes longest.
typedef struct lw_culprit {
    const char *name;  // NULL: none
    lw_place place;
    const char *cycle;          // of a deadlock: who waits for what; NULL: not known
    const char *reason, *hint;  // why it cannot be built, and what to do; NULL: not known
} lw_culprit;

// Who may end it, and who is told how far it is; both may be NULL.
typedef struct lw_point_how {
    const volatile sig_atomic_t *stop;
    const lw_engine_watch *watch;
    lw_engine_memory *memory;  // NULL: nothing is kept from point to point
    size_t spans;              // of instances to be kept at most; 0: none is recorded
    bool each;                 // of tasks that do the same those of all, not of one
} lw_point_how;

// Run run->setup; work that lasts as long as the rest is made long enough. LW_STUCK and LW_LIMIT as
// lw_engine_run.
lw_status lw_point_run_to_end(lw_point_run *run, lw_point_how how, lw_arena *arena, lw_culprit *found) LW_CHECKED;

// Why a point failed, as a sentence about it; NULL when out of memory.
const char *lw_point_failure_reason(lw_status status, const lw_culprit *found, lw_arena *arena);
// Tell that a point ended with this status. Returns it.
lw_status lw_point_tell_failure(lw_status status, size_t point, const lw_culprit *found, const lw_document *document,
                                lw_diags *diags);

// The same point at both ends of what is uncertain about its links: bands of the workloads that go
// over such links.
lw_status lw_point_add_bands(const lw_point_run *run, lw_point_how how, lw_arena *arena, lw_point *out) LW_CHECKED;

// Run the point again for each link, engine or memory that limits a workload of `out`, as if that
// took no time, and say in `lifted` of the workload what came of it. The work itself, its order, its
// routes and what a library chose, stays as it is. Of a group all members are lifted, of a link both
// directions: one would only make room for its neighbour. What is no such thing (fixed costs,
// computes, an offered load) has lifted.what NULL.
lw_status lw_point_add_lifted(const lw_point_run *run, lw_point_how how, lw_arena *arena, lw_point *out) LW_CHECKED;

#endif
