// SPDX-License-Identifier: GPL-3.0-or-later
// From machine and task graph to what an engine runs.
#ifndef LW_FABRIC_H
#define LW_FABRIC_H

#include "sim/fabric/built.h"

typedef struct lw_fabric_input {
    const lw_machine *machine;
    lw_router *router;
    const lw_graph *graph;
    lw_build how;
} lw_fabric_input;

// Lower the graph. What it gets must outlive the result. LW_LIMIT: background work of load_ps
// cannot be counted.
lw_status lw_fabric_build(const lw_fabric_input *input, lw_arena *arena, lw_diags *diags, lw_built *out) LW_CHECKED;

#endif
