// SPDX-License-Identifier: GPL-3.0-or-later
// Which instances of tasks have ended, and which become ready by that: what the engines share.
// Memory follows what is under way: instances that end in their order are a number.
#ifndef LW_PROGRESS_H
#define LW_PROGRESS_H

#include "sim/engine/engine.h"

// A task: instances before `prefix` have ended, and `beyond` more, which are marked in a ring of
// bits.
typedef struct lw_progress_task {
    int64_t prefix, beyond;
    uint64_t *mark;  // bit i of it: instance i modulo marks
    int64_t marks;   // a power of two
    int64_t count;
    int64_t highest;  // no instance from there on has been ready
    // a need that instance hint_of was found to lack last: those before it hold
    int64_t hint_of;
    size_t hint;
} lw_progress_task;

// Who waits for a task, and by which of its needs; LW_GATE: by its gate.
#define LW_GATE UINT32_MAX
typedef struct lw_progress_edge {
    uint32_t task, need;
} lw_progress_edge;

typedef struct lw_progress {
    const lw_fabric *fabric;
    lw_progress_task *task;
    const lw_progress_edge *edge;  // grouped by the task that is waited for
    const size_t *first_edge;      // one more than tasks
    int64_t left;                  // instances to end
    bool failed;                   // out of memory
    // told of each instance that has nothing left to wait for, once
    void (*ready)(void *user, uint32_t task, int64_t instance);
    void *user;
} lw_progress;

// ready and user are to be set before the first call below. LW_LIMIT: more than 2^62 instances;
// LW_INTERNAL: a need that makes no sense. Free in any case.
lw_status lw_progress_make(const lw_fabric *fabric, lw_arena *arena, lw_progress *out) LW_CHECKED;
void lw_progress_free(lw_progress *progress);

// Those that wait for nothing are ready.
void lw_progress_begin(lw_progress *progress);
// An instance has ended.
void lw_progress_end(lw_progress *progress, uint32_t task, int64_t instance);
// So many instances of a task, which ended one after the other, are skipped: those that have ended or
// been ready beyond them have as before, counted from there.
void lw_progress_skip(lw_progress *progress, uint32_t task, int64_t instances);
// Has it?
bool lw_progress_has_ended(const lw_progress *progress, uint32_t task, int64_t instance);

// How many instances of a task can be under way at once at most, as far as their needs and the
// slots that they hold tell.
int64_t lw_progress_side_by_side(const lw_progress *progress, uint32_t task);

#endif
