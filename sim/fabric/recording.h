// SPDX-License-Identifier: GPL-3.0-or-later
// What each instance of a task did, kept of a run: a bounded list of what the engine tells. What
// was jumped can be looked up as if it had been told.
#ifndef LW_RECORDING_H
#define LW_RECORDING_H

#include "sim/base/list.h"
#include "sim/engine/engine.h"

// Instances of a task that a gap has left out.
typedef struct lw_skipped {
    uint32_t task;
    int64_t instances;
} lw_skipped;

typedef struct lw_recorded_gap {
    int64_t from_ps, to_ps, period_ps;
    size_t first_skipped, skipped;  // of lw_recording.skipped
} lw_recorded_gap;

typedef struct lw_recording {
    lw_engine_record sink;  // for lw_engine_how
    lw_arena *arena;
    size_t most, task_count;
    lw_list span;     // lw_engine_span, by their ends
    lw_list path;     // the same of those that are lost but belong to the critical path
    lw_list gap;      // lw_recorded_gap, by time
    lw_list skipped;  // lw_skipped
    // Where there are more than `most` spans, those in the middle are lost: all that ended between
    // these times, at both ends perhaps not all.
    int64_t lost, lost_from_ps, lost_to_ps;
    size_t oldest;  // of the second half, while it is told
    bool failed;    // out of memory
    // of each task the one whose spans these are, as of lw_engine_result; NULL: itself
    const uint32_t *alike;
} lw_recording;

// Before a run; the sink points to the recording, which must stay where it is.
void lw_recording_begin(lw_recording *recording, size_t task_count, size_t most, lw_arena *arena);
// After it.
lw_status lw_recording_end(lw_recording *recording) LW_CHECKED;

// An instance as it was, or the one that a jumped instance repeats: in how many periods of which
// gaps, and so how much later.
enum { LW_GAPS_DEEP = 6 };
typedef struct lw_moment {
    size_t span;  // of lw_recording.span, or behind these of lw_recording.path
    int64_t later_ps;
    size_t depth;
    struct {
        size_t gap;
        int64_t periods;
    } in[LW_GAPS_DEEP];
} lw_moment;

// Which instances are looked for: those that ended at at_ps and are not after `before` in the record
// where they are as many periods later; NULL: any.
typedef struct lw_lookup {
    int64_t at_ps;
    const lw_moment *before;
    bool (*suits)(const void *user, const lw_engine_span *span);
    const void *user;
} lw_lookup;
bool lw_recording_find(const lw_recording *recording, const lw_lookup *lookup, lw_moment *out);

#endif
