// SPDX-License-Identifier: GPL-3.0-or-later
// What a run of the engine means in the words of the scenario.
#ifndef LW_OUTCOME_H
#define LW_OUTCOME_H

#include "sim/fabric/fabric.h"

// Fill a point from a plan and its result: workloads, directions, stages, what limited it. Not: index, set, engine.
lw_status lw_attribute(const lw_built *plan, const lw_engine_result *result, lw_arena *arena, lw_point *out) LW_CHECKED;

// A copy of a point whose texts live in `arena`, except those of `set`.
lw_status lw_point_keep(const lw_point *point, lw_arena *arena, lw_point *out) LW_CHECKED;

#endif
