// SPDX-License-Identifier: GPL-3.0-or-later
// What one point of a scenario is made of.
#ifndef LW_POINT_H
#define LW_POINT_H

#include "sim/fabric/built.h"

// A machine that points share: of one thread.
typedef struct lw_machine_cache {
    lw_arena *arena;  // NULL: empty
    size_t key;
    lw_machine machine;
} lw_machine_cache;

typedef struct lw_point_setup {
    lw_setup setup;
    const lw_machine *machine;
    lw_router *router;
    lw_graph graph;
    uint64_t seed;
    lw_engine engine;
} lw_point_setup;

// The machine and the graph of a point. cache may be NULL; it keeps the machine for the next point
// that has the same one.
lw_status lw_point_make(const lw_document *document, size_t point, lw_machine_cache *cache, lw_arena *arena, lw_diags *diags,
                        lw_point_setup *out) LW_CHECKED;
void lw_machine_cache_clear(lw_machine_cache *cache);

// The fabric of a point.
lw_status lw_point_build(const lw_point_setup *setup, lw_build how, lw_arena *arena, lw_diags *diags, lw_built *out) LW_CHECKED;

#endif
