// SPDX-License-Identifier: GPL-3.0-or-later
// Ranks that do the same are one: of tasks that are alike, on servers that are alike, one is run.
#ifndef LW_FOLD_H
#define LW_FOLD_H

#include "sim/engine/engine.h"

typedef struct lw_fold {
    const lw_fabric *whole;
    lw_fabric fabric;           // one task, and one server, of each kind; task NULL: nothing is alike
    const uint32_t *task_of;    // of each task of the whole: the number of its kind
    const uint32_t *server_of;  // the same of servers
    const uint32_t *first;      // of each kind of tasks: the first one of it
} lw_fold;

// Two tasks are alike when they move as much over as many hops, which are servers that are alike, and
// wait for tasks that are alike; two servers, when tasks that are alike pass them, as often. Then
// rates, which are shared by what passes where, are the same, and so is every time.
lw_status lw_fold_make(const lw_fabric *whole, lw_arena *arena, lw_fold *out) LW_CHECKED;

// A result of its fabric -> one of the whole.
lw_status lw_fold_open(const lw_fold *fold, lw_arena *arena, lw_engine_result *result) LW_CHECKED;
// The same of a record: spans of the first task of each kind; to be used as long as the fold.
typedef struct lw_fold_record {
    lw_engine_record sink;  // what the engine tells
    const lw_fold *fold;
    const lw_engine_record *to;
    int64_t *instances;  // scratch: one a task of the whole
} lw_fold_record;
lw_status lw_fold_listen(const lw_fold *fold, const lw_engine_record *to, lw_arena *arena, lw_fold_record *out) LW_CHECKED;

#endif
