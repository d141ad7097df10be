// SPDX-License-Identifier: GPL-3.0-or-later
// Rings within each computer and across computers (M. Cho, U. Finkler, D. Kung, H. Hunter,
// "BlueConnect: decomposing all-reduce for deep learning on heterogeneous network hierarchy",
// 2019): each rank has a share of its computer's sum, and a ring of its own, over the network card
// next to it, with those that have that share elsewhere.
#include "sim/workload/collective/collective.h"

typedef struct levels {
    lw_plan plan;
    lw_computers all;
    uint32_t each;    // ranks of each computer
    uint32_t *lane;   // [(computer * each + rank) * 2]: to the next rank of it, to the next computer
    uint32_t before;  // the first step of the phase before; of the first phase LW_NO_MOVE
    bool crossed;     // the phase before was across computers
} levels;

static lw_status start(lw_graph_builder *builder, levels *h) {
    const lw_collective_params *params = builder->object->params;
    LW_TRY(lw_computers_alike(builder, "hierarchical", &h->all));
    h->each = h->all.computer[0].ranks.count;
    const uint32_t ranks = h->all.count * h->each;
    uint32_t *nic = LW_NEW_ARRAY(builder->arena, uint32_t, builder->machine->node_count);
    h->lane = LW_NEW_ARRAY(builder->arena, uint32_t, 2 * (size_t)ranks);
    h->plan = lw_plan_new(builder, params);
    h->before = LW_NO_MOVE;
    if (nic == NULL || h->lane == NULL) {
        return LW_NO_MEMORY;
    }
    LW_TRY(lw_computers_nics(builder, &h->all, nic));
    h->plan.computers = &h->all;
    h->plan.nic = nic;
    for (uint32_t i = 0; i < ranks; i++) {
        const uint32_t c = i / h->each, r = i % h->each, *own = h->all.computer[c].ranks.node;
        h->lane[2 * i] = h->each > 1 ? lw_plan_lane(&h->plan, own[r], own[(r + 1) % h->each]) : LW_NO_MOVE;
        h->lane[2 * i + 1] = lw_plan_lane(&h->plan, own[r], h->all.computer[(c + 1) % h->all.count].ranks.node[r]);
    }
    return LW_OK;
}

// Who sends to rank r of computer c in such a phase.
static uint32_t sender(const levels *h, uint32_t c, uint32_t r, bool across) {
    return across ? (c + h->all.count - 1) % h->all.count * h->each + r : c * h->each + (r + h->each - 1) % h->each;
}

// Rings of all computers, or of all shares, go round `rounds` times, each rank once it has sent and
// got all of the phase before.
static void phase(levels *h, bool across, int64_t rounds) {
    const int64_t bytes = h->plan.params->bytes;
    const uint32_t first = lw_plan_next(&h->plan), n = h->all.count * h->each;
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t c = i / h->each, r = i % h->each;
        const int64_t own = lw_share_of(bytes, h->each, r), share = across ? lw_share_of(own, h->all.count, c) : own;
        const uint32_t send = lw_plan_send(&h->plan, h->lane[2 * i + (across ? 1 : 0)], share, share);
        lw_plan_wait(&h->plan, first + sender(h, c, r, across), 1);
        lw_plan_wait(&h->plan, send, 1);
        if (h->before != LW_NO_MOVE) {
            lw_plan_wait(&h->plan, h->before + i, 0);
            lw_plan_wait(&h->plan, h->before + sender(h, c, r, h->crossed), 0);
        }
    }
    h->before = first;
    h->crossed = across;
    lw_plan_repeat(&h->plan, rounds);
}

lw_status lw_hierarchical(lw_graph_builder *builder) {
    levels h = {0};
    LW_TRY(start(builder, &h));
    const int64_t within = (int64_t)h.each - 1, between = 2 * ((int64_t)h.all.count - 1);
    if (within > 0) {
        phase(&h, false, within);
    }
    phase(&h, true, between);
    if (within > 0) {
        phase(&h, false, within);
    }
    return lw_plan_write(&h.plan, 1, 2 * within + between, lw_share_of(h.plan.params->bytes, h.each, 0));
}
