// SPDX-License-Identifier: GPL-3.0-or-later
// What a run of the engine means in the words of the scenario.
#ifndef LW_ATTRIBUTION_H
#define LW_ATTRIBUTION_H

#include "sim/fabric/built.h"
#include "sim/result/result.h"

// How well the numbers are known that something stands on: those that decide rates apart from those
// that are times. A link whose rate a standard gives has ports whose time somebody guessed.
typedef struct lw_provenance {
    lw_evidence rate, latency;
} lw_provenance;

typedef struct lw_provenances {
    // one a workload: of all links and nodes that it meets; NULL: nobody asks
    const lw_provenance *workload;
    const lw_provenance *link;  // one a link spec of the machine: of what of it has an effect
} lw_provenances;

// Fill a point from what ran and its result: workloads, directions, stages, what limited it. Not:
// index, set, engine.
lw_status lw_attribute(const lw_built *built, const lw_engine_result *result, lw_provenances known, lw_arena *arena,
                       lw_point *out) LW_CHECKED;

// The server that is named where this one limits a workload: a copy engine whose pace is nearly the
// link's ceiling is no news, the link is what one could change.
uint32_t lw_server_to_name(const lw_built *built, const lw_built_workload *work, uint32_t server);

#endif
