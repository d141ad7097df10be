// SPDX-License-Identifier: GPL-3.0-or-later
// What ran when in one point: a row for each link direction and device, spans of tasks in it, and
// what was left out.
#ifndef LW_TIMELINE_H
#define LW_TIMELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/arena.h"
#include "sim/base/hue.h"

typedef enum lw_row_kind {
    LW_ROW_CALLS,  // calls, submission and other delays, of all workloads
    LW_ROW_CORE,   // a core that copies
    LW_ROW_SLOTS,  // copy engines that tasks hold
    LW_ROW_LINK    // one direction of a link
} lw_row_kind;

typedef struct lw_timeline_row {
    lw_row_kind kind;
    const char *name;  // of the core, engines or link; "calls"
    const char *part;  // "host->gpu", "that read"; "" where there is none
    lw_hue hue;        // of the link's family
    uint32_t lanes;    // spans of one lane do not overlap
} lw_timeline_row;

typedef struct lw_timeline_span {
    uint32_t row, lane;
    uint32_t workload;  // of the point
    int64_t instance;   // of its task
    size_t of;          // spans of the same instance have the same number, by the order of their ends
    int64_t from_ps, to_ps;
    int64_t bytes;    // 0: nothing moves
    int64_t wait_ps;  // before, for a slot
    bool critical;    // on the critical path
} lw_timeline_span;

// Iterations of loops that the engine jumped: what happened in the period_ps before happens again.
typedef struct lw_timeline_gap {
    int64_t from_ps, to_ps, period_ps;
    int64_t tasks;  // that ended in between
} lw_timeline_gap;

typedef struct lw_timeline {
    lw_timeline_row *row;
    size_t row_count;
    lw_timeline_span *span;  // by row, lane and time
    size_t span_count;
    lw_timeline_gap *gap;  // by time
    size_t gap_count;
    int64_t end_ps;
    // tasks that are left out, all that ended between these times and some at both ends; 0: none
    int64_t left_out, left_from_ps, left_to_ps;
    int64_t crowded;  // spans that found no lane
} lw_timeline;

// A copy whose memory is all the arena's.
lw_status lw_timeline_keep(const lw_timeline *timeline, lw_arena *arena, lw_timeline **out) LW_CHECKED;

#endif
