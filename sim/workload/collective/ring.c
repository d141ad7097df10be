// SPDX-License-Identifier: GPL-3.0-or-later
// Rings: shares that go round (P. Patarasuk, X. Yuan, "Bandwidth optimal all-reduce algorithms for
// clusters of workstations", 2009), and chains that chunks run down.
#include "sim/workload/collective/collective.h"

typedef struct rings {
    lw_ranks ring[LW_CHANNELS_MAX];
    uint32_t count;
} rings;

// No more rings than there are bytes for.
static lw_status find_rings(lw_graph_builder *builder, const lw_ranks *ranks, bool own, rings *out) {
    const lw_collective_params *params = builder->object->params;
    out->count = (uint32_t)params->channels;
    LW_TRY(own ? lw_ranks_own_rings(builder, params, ranks, out->ring, &out->count) : LW_OK);
    out->count = params->bytes < out->count ? (uint32_t)params->bytes : out->count;
    return own ? LW_OK : lw_ranks_rings(builder, params, ranks, out->count, out->ring);
}

// A rank takes its next step when what it sent and what it gets have arrived.
static lw_status go_round(lw_plan *plan, const lw_ranks *ranks, int64_t rounds, bool own) {
    const lw_collective_params *params = plan->params;
    rings all;
    LW_TRY(find_rings(plan->builder, ranks, own, &all));
    for (uint32_t c = 0; c < all.count; c++) {
        const lw_ranks *ring = &all.ring[c];
        const int64_t bytes = lw_share_of(params->bytes, all.count, c);
        const uint32_t first = lw_plan_next(plan);
        for (uint32_t r = 0; r < ring->count; r++) {
            // The longer shares go round, too; that the same ranks send them every time takes as long.
            const int64_t share = lw_share_of(bytes, ring->count, r);
            const uint32_t lane = lw_plan_lane(plan, ring->node[r], ring->node[(r + 1) % ring->count]);
            const uint32_t send = lw_plan_send(plan, lane, share, share);
            lw_plan_wait(plan, first + (r + ring->count - 1) % ring->count, 1);
            lw_plan_wait(plan, send, 1);
        }
    }
    return lw_plan_write(plan, rounds, rounds, lw_share_of(lw_share_of(params->bytes, all.count, 0), ranks->count, 0));
}

lw_status lw_ring_rounds(lw_graph_builder *builder, const lw_ranks *ranks, int64_t rounds, bool own) {
    lw_plan plan = lw_plan_new(builder, builder->object->params);
    return go_round(&plan, ranks, rounds, own);
}

lw_status lw_ring_rounds_as(lw_plan *plan, const lw_ranks *ranks, int64_t rounds) {
    return go_round(plan, ranks, rounds, false);
}

// The last chunk has what does not come out even.
lw_status lw_ring_chain(lw_graph_builder *builder, const lw_ranks *rooted, bool to_root) {
    const lw_collective_params *params = builder->object->params;
    const uint32_t n = rooted->count;
    const int64_t chunks = params->bytes < params->chunks ? params->bytes : params->chunks, chunk = params->bytes / chunks;
    lw_plan plan = lw_plan_new(builder, params);
    for (uint32_t i = 0; i + 1 < n; i++) {
        const uint32_t from = to_root ? n - 1 - i : i, to = to_root ? from - 1 : from + 1;
        const uint32_t lane = lw_plan_lane(&plan, rooted->node[from], rooted->node[to]);
        const uint32_t send = lw_plan_send(&plan, lane, chunk, params->bytes - (chunks - 1) * chunk);
        if (i > 0) {
            lw_plan_wait(&plan, send - 1, 0);
        }
        lw_plan_wait(&plan, send, 1);
    }
    return lw_plan_write(&plan, chunks, n - 2 + chunks, chunk);
}
