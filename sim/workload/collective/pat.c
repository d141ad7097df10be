// SPDX-License-Identifier: GPL-3.0-or-later
// Parallel aggregated trees (S. Jeaugey, "PAT: a new algorithm for all-gather and reduce-scatter
// operations at scale", arXiv 2506.20252, 2025): each rank is the root of a binomial tree, and what
// takes the same hop in several of them goes as one message. The longest hops carry least.
#include "sim/workload/collective/collective.h"

// Bytes that a rank hands on over `apart` ranks, in which the trees of these roots meet.
static int64_t bytes_of(const lw_pat *pat, uint32_t rank, uint32_t apart) {
    const uint32_t n = pat->ranks->count;
    int64_t sum = 0;
    for (uint32_t below = 0; below + apart < n; below += 2 * apart) {
        sum += lw_share_of(pat->bytes, n, (rank + n - below) % n);
    }
    return sum;
}

// A rank takes its next round when what it sent and what it got in this one have arrived.
uint32_t lw_pat_rounds(lw_plan *plan, const lw_pat *pat) {
    const uint32_t n = pat->ranks->count, *node = pat->ranks->node, first = lw_plan_next(plan);
    uint32_t rounds = 0, before = 0;
    while (n > 1 && (n - 1) >> rounds > 0) {
        rounds++;
    }
    for (uint32_t round = 0; round < rounds; round++) {
        const uint32_t apart = 1U << (pat->gathers ? rounds - 1 - round : round);
        for (uint32_t r = 0; r < n; r++) {
            // a gather hands down the trees, and a reduction up
            const uint32_t to = (r + (pat->gathers ? apart : n - apart)) % n;
            const int64_t bytes = bytes_of(pat, pat->gathers ? r : to, apart);
            const uint32_t send = lw_plan_send(plan, lw_plan_lane(plan, node[r], node[to]), bytes, bytes);
            if (round > 0) {
                lw_plan_wait(plan, send - n, 0);
                lw_plan_wait(plan, first + (round - 1) * n + (r + (pat->gathers ? n - before : before)) % n, 0);
            }
        }
        before = apart;
    }
    return rounds;
}

lw_status lw_pat_alone(lw_graph_builder *builder, const lw_ranks *ranks, bool gathers) {
    const lw_collective_params *params = builder->object->params;
    const lw_pat pat = {.ranks = ranks, .bytes = params->bytes, .gathers = gathers};
    lw_plan plan = lw_plan_new(builder, params);
    const uint32_t rounds = lw_pat_rounds(&plan, &pat);
    return lw_plan_write(&plan, 1, rounds, lw_share_of(params->bytes, ranks->count, 0));
}
