// SPDX-License-Identifier: GPL-3.0-or-later
// The search for iterations of loops that repeat, as both engines make it: when to look at the state
// of a run, and how far a period of it can be repeated without coming near the end of a loop. What
// the state is each engine knows for itself.
#ifndef LW_LOOPS_H
#define LW_LOOPS_H

#include "sim/base/list.h"
#include "sim/engine/progress.h"

typedef struct lw_laps {
    bool possible;
    bool ticked;      // an instance of the anchor has ended
    uint32_t anchor;  // task whose ends are the steps; LW_NO_TASK
    int64_t ends;     // of other instances since it has ticked
    int64_t steps;    // since the saved state
    int64_t power;    // steps after which it is saved again
    int64_t since;    // instances of all tasks that have ended since it was saved
    bool have_saved;
    int64_t saved_ps;
    lw_list state;     // int64_t
    lw_list counts;    // lw_int128: sums at that time
    int64_t *prefix;   // one a task: instances that had ended
    int64_t *skipped;  // for the record, one a task
} lw_laps;

// An instance has ended, of as many as may be under way at once. Another anchor is chosen where it has
// none, or none that ends often enough.
void lw_laps_note_end(lw_laps *laps, const lw_progress *progress, uint32_t task, size_t slots);
// The state is to be saved: steps enough have passed, and work enough to be worth looking at each task.
bool lw_laps_wants_state(const lw_laps *laps, const lw_progress *progress);
// The state is being saved: how far the tasks are. False when out of memory.
bool lw_laps_note_state(lw_laps *laps, const lw_progress *progress, int64_t now_ps, lw_arena *arena) LW_CHECKED;
// The state that was saved has come back: instances of the task that ended since, and how many such
// periods may be skipped.
int64_t lw_laps_step_of(const lw_laps *laps, const lw_progress *progress, uint32_t task);
int64_t lw_laps_periods(const lw_laps *laps, const lw_progress *progress, int64_t now_ps);
// Tell that so many will be.
void lw_laps_tell(const lw_laps *laps, const lw_progress *progress, int64_t periods, const lw_engine_record *record,
                  int64_t now_ps);

#endif
