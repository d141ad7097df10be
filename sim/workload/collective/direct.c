// SPDX-License-Identifier: GPL-3.0-or-later
// Every rank with every other: all at once, as a full mesh of links serves best, or in rounds.
#include "sim/workload/collective/collective.h"

// A move for each pair of more ranks than this takes more memory than the answer is worth.
enum { PAIRED_MOST = 1024 };

typedef struct pairs {
    lw_plan plan;
    const lw_ranks *ranks;
    uint32_t n;
    uint32_t *lane;  // from rank r to the one `step` behind it: [r * n + step]
    uint32_t *send;  // likewise, of the latest phase
} pairs;

static lw_status start(const lw_plan *plan, const lw_ranks *ranks, pairs *p) {
    lw_graph_builder *builder = plan->builder;
    const uint32_t n = ranks->count;
    *p = (pairs){.plan = *plan, .ranks = ranks, .n = n};
    if (n > PAIRED_MOST) {
        return lw_error(builder->diags, lw_object_place(builder->object, "on"),
                        "take fewer ranks, or algorithm: ring where there is one",
                        "workloads.%s: %u ranks, and each would send to each; that works for up to %d", builder->object->name, n,
                        PAIRED_MOST);
    }
    p->lane = LW_NEW_ARRAY(builder->arena, uint32_t, (size_t)n * n);
    p->send = LW_NEW_ARRAY(builder->arena, uint32_t, (size_t)n * n);
    if (p->lane == NULL || p->send == NULL) {
        return LW_NO_MEMORY;
    }
    for (uint32_t r = 0; r < n; r++) {
        for (uint32_t step = 1; step < n; step++) {
            p->lane[r * n + step] = lw_plan_lane(&p->plan, ranks->node[r], ranks->node[(r + step) % n]);
        }
    }
    return LW_OK;
}

// The latest step waits for what all others sent to this rank.
static void wait_for_all(pairs *p, uint32_t rank) {
    for (uint32_t step = 1; step < p->n; step++) {
        lw_plan_wait(&p->plan, p->send[(rank + p->n - step) % p->n * p->n + step], 0);
    }
}

// To each its share, or to each this rank's own share.
static lw_status send_all(pairs *p, int64_t bytes, bool own) {
    uint32_t *ready = LW_NEW_ARRAY(p->plan.builder->arena, uint32_t, p->n);
    const bool after = lw_plan_next(&p->plan) > 0;
    if (ready == NULL) {
        return LW_NO_MEMORY;
    }
    for (uint32_t r = 0; after && r < p->n; r++) {
        ready[r] = lw_plan_join(&p->plan);
        wait_for_all(p, r);
    }
    for (uint32_t r = 0; r < p->n; r++) {
        for (uint32_t step = 1; step < p->n; step++) {
            const int64_t share = lw_share_of(bytes, p->n, own ? r : (r + step) % p->n);
            p->send[r * p->n + step] = lw_plan_send(&p->plan, p->lane[r * p->n + step], share, share);
            if (after) {
                lw_plan_wait(&p->plan, ready[r], 0);
            }
        }
    }
    return LW_OK;
}

lw_status lw_direct_as(const lw_plan *plan, const lw_ranks *ranks, lw_direct_use use) {
    const lw_collective_params *params = plan->params;
    pairs p;
    LW_TRY(start(plan, ranks, &p));
    LW_TRY((use & LW_DIRECT_SCATTER) != 0 ? send_all(&p, params->bytes, false) : LW_OK);
    LW_TRY((use & LW_DIRECT_GATHER) != 0 ? send_all(&p, params->bytes, true) : LW_OK);
    return lw_plan_write(&p.plan, 1, use == LW_DIRECT_BOTH ? 2 : 1, lw_share_of(params->bytes, p.n, 0));
}

lw_status lw_direct(lw_graph_builder *builder, const lw_ranks *ranks, lw_direct_use use) {
    const lw_plan plan = lw_plan_new(builder, builder->object->params);
    return lw_direct_as(&plan, ranks, use);
}

lw_status lw_one_shot(lw_graph_builder *builder, const lw_ranks *ranks) {
    const lw_collective_params *params = builder->object->params;
    const lw_plan plan = lw_plan_new(builder, params);
    pairs p;
    LW_TRY(start(&plan, ranks, &p));
    for (uint32_t i = 0; i < p.n * (p.n - 1); i++) {
        lw_plan_send(&p.plan, i, params->bytes, params->bytes);
    }
    return lw_plan_write(&p.plan, 1, 1, params->bytes);
}

lw_status lw_shift(const lw_plan *with, const lw_ranks *ranks) {
    const int64_t bytes = with->params->bytes;
    lw_plan plan = *with;
    for (uint32_t r = 0; r < ranks->count; r++) {
        (void)lw_plan_send(&plan, lw_plan_lane(&plan, ranks->node[r], ranks->node[(r + 1) % ranks->count]), bytes, bytes);
    }
    return lw_plan_write(&plan, 1, 1, bytes);
}

lw_status lw_direct_root(lw_graph_builder *builder, const lw_ranks *rooted, bool to_root) {
    const lw_collective_params *params = builder->object->params;
    lw_plan plan = lw_plan_new(builder, params);
    for (uint32_t i = 1; i < rooted->count; i++) {
        const uint32_t from = rooted->node[to_root ? i : 0], to = rooted->node[to_root ? 0 : i];
        lw_plan_send(&plan, lw_plan_lane(&plan, from, to), params->bytes, params->bytes);
    }
    return lw_plan_write(&plan, 1, 1, params->bytes);
}

// A rank takes its next round when what it sent and what it got in this one have arrived.
lw_status lw_pairwise(lw_graph_builder *builder, const lw_ranks *ranks) {
    const lw_collective_params *params = builder->object->params;
    const lw_plan plan = lw_plan_new(builder, params);
    pairs p;
    LW_TRY(start(&plan, ranks, &p));
    for (uint32_t step = 1; step < p.n; step++) {
        for (uint32_t r = 0; r < p.n; r++) {
            const int64_t share = lw_share_of(params->bytes, p.n, (r + step) % p.n);
            p.send[r * p.n + step] = lw_plan_send(&p.plan, p.lane[r * p.n + step], share, share);
            if (step > 1) {
                lw_plan_wait(&p.plan, p.send[r * p.n + step - 1], 0);
                lw_plan_wait(&p.plan, p.send[(r + p.n - step + 1) % p.n * p.n + step - 1], 0);
            }
        }
    }
    return lw_plan_write(&p.plan, 1, p.n - 1, lw_share_of(params->bytes, p.n, 0));
}
