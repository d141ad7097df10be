// SPDX-License-Identifier: GPL-3.0-or-later
// What a run of the engine means in the words of the scenario.
#ifndef LW_ATTRIBUTION_H
#define LW_ATTRIBUTION_H

#include "sim/fabric/built.h"
#include "sim/fabric/known.h"
#include "sim/result/result.h"

// Fill a point from what ran and its result: workloads, directions, stages, what limited it. Not:
// index, set, engine. asked: percentiles of members and of times one by one.
lw_status lw_attribute(const lw_built *built, const lw_engine_result *result, lw_provenances known, lw_percentiles asked,
                       lw_arena *arena, lw_point *out) LW_CHECKED;

// The server that is named where this one limits a workload: a copy engine whose pace is nearly the
// link's ceiling is no news, the link is what one could change.
uint32_t lw_server_to_name(const lw_built *built, const lw_built_workload *work, uint32_t server);

#endif
