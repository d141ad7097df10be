// SPDX-License-Identifier: GPL-3.0-or-later
// One instance of each task of a fabric in which no two ever meet, run alone: of tasks that do the
// same, as those of a ring of equal links, one is run for all.
#ifndef LW_ALONE_H
#define LW_ALONE_H

#include "sim/engine/engine.h"

// What an instance did, from being ready at 0. Where it names a server that is a hop of its path.
typedef struct lw_alone {
    lw_task_result result;  // load: one a hop
    lw_engine_span span;
    const lw_server_result *served;  // one a hop
} lw_alone;

typedef struct lw_alone_classes {
    uint32_t *class;  // one a task
    uint32_t *first;  // one a class: its first task
    uint32_t count;   // of classes
} lw_alone_classes;

// Tasks that write alike paths of alike servers alike, as far as one looks back. meet: they share
// servers, which each passes as if alone, but whose work is told together: each is a class of its own.
lw_status lw_alone_classes_find(const lw_fabric *fabric, bool meet, lw_arena *arena, lw_alone_classes *out) LW_CHECKED;

// One instance of the first task of each class, by lw_packet_run. last: that which is the last in a run
// of the innermost loop. Of `out` one a class; of *events, those that were executed are added.
typedef struct lw_alone_what {
    const lw_fabric *fabric;
    const lw_alone_classes *alike;
    bool meet, last;
} lw_alone_what;
lw_status lw_alone_run(const lw_alone_what *what, const lw_engine_how *how, lw_arena *arena, lw_alone *out,
                       int64_t *events) LW_CHECKED;

#endif
