// SPDX-License-Identifier: GPL-3.0-or-later
// Recursive vector halving with distance doubling, and back (R. Thakur, R. Rabenseifner, W. Gropp,
// "Optimization of collective communication operations in MPICH", 2005).
#include <assert.h>

#include "sim/workload/collective/collective.h"

// The ranks of a power of two, and those beyond it, which hand their data to a partner before and
// get the sum after.
typedef struct halving {
    lw_plan plan;
    const lw_ranks *ranks;
    uint32_t core;       // the power of two
    uint32_t levels;     // its logarithm
    uint32_t *lane;      // from rank r to its partner of a level: [level * core + r]
    uint32_t *sent;      // what each rank sent last
    uint32_t *received;  // what it got last
    bool begun;          // the two hold steps
    int64_t bytes;
} halving;

// Of shares numbered 0 to core - 1 those whose numbers end in the same `level` bits as a rank.
static int64_t bytes_of(const halving *h, uint32_t rank, uint32_t level) {
    assert(h->core > 0);
    const int64_t share = h->bytes / h->core, longer = h->bytes % h->core;
    const int64_t apart = INT64_C(1) << level, first = rank & (apart - 1);
    return (h->core >> level) * share + (longer > first ? (longer - 1 - first) / apart + 1 : 0);
}

static void exchange(halving *h, uint32_t level, bool gathers) {
    const uint32_t first = lw_plan_next(&h->plan);
    for (uint32_t r = 0; r < h->core; r++) {
        // what the partner keeps, or what this rank has by now
        const int64_t bytes = bytes_of(h, gathers ? r : r ^ (1U << level), level + 1);
        lw_plan_send(&h->plan, h->lane[level * h->core + r], bytes, bytes);
        if (h->begun) {
            lw_plan_wait(&h->plan, h->sent[r], 0);
            lw_plan_wait(&h->plan, h->received[r], 0);
        } else if (h->received[r] != LW_NO_MOVE) {
            lw_plan_wait(&h->plan, h->received[r], 0);
        }
    }
    for (uint32_t r = 0; r < h->core; r++) {
        h->sent[r] = first + r;
        h->received[r] = first + (r ^ (1U << level));
    }
    h->begun = true;
}

// Whole buffers of the ranks beyond the power of two.
static void fold(halving *h, bool back) {
    for (uint32_t r = 0; h->core + r < h->ranks->count; r++) {
        const uint32_t inner = h->ranks->node[r], outer = h->ranks->node[h->core + r];
        const uint32_t lane = back ? lw_plan_lane(&h->plan, inner, outer) : lw_plan_lane(&h->plan, outer, inner);
        const uint32_t send = lw_plan_send(&h->plan, lane, h->bytes, h->bytes);
        if (back) {
            lw_plan_wait(&h->plan, h->sent[r], 0);
            lw_plan_wait(&h->plan, h->received[r], 0);
        }
        h->received[r] = send;
    }
}

static lw_status start(lw_graph_builder *builder, const lw_ranks *ranks, halving *h) {
    const lw_collective_params *params = builder->object->params;
    *h = (halving){.plan = lw_plan_new(builder, params), .ranks = ranks, .core = 1, .bytes = params->bytes};
    while (h->core <= ranks->count / 2) {
        h->core *= 2;
        h->levels++;
    }
    h->lane = LW_NEW_ARRAY(builder->arena, uint32_t, (size_t)h->levels * h->core);
    h->sent = LW_NEW_ARRAY(builder->arena, uint32_t, h->core);
    h->received = LW_NEW_ARRAY(builder->arena, uint32_t, h->core);
    if (h->lane == NULL || h->sent == NULL || h->received == NULL) {
        return LW_NO_MEMORY;
    }
    for (uint32_t i = 0; i < h->levels * h->core; i++) {
        const uint32_t level = i / h->core, r = i % h->core;
        h->lane[i] = lw_plan_lane(&h->plan, ranks->node[r], ranks->node[r ^ (1U << level)]);
    }
    for (uint32_t r = 0; r < h->core; r++) {
        h->received[r] = LW_NO_MOVE;
    }
    return LW_OK;
}

lw_status lw_halving(lw_graph_builder *builder, const lw_ranks *ranks, lw_halving_use use) {
    halving h;
    LW_TRY(start(builder, ranks, &h));
    if (h.core != ranks->count && use != LW_HALVING_BOTH) {
        return lw_error(builder->diags, lw_object_place(builder->object, "algorithm"), "take ring or direct",
                        "workloads.%s: halving-doubling takes a power of two ranks here, not %u", builder->object->name,
                        ranks->count);
    }
    fold(&h, false);
    for (uint32_t level = 0; (use & LW_HALVING_SCATTER) != 0 && level < h.levels; level++) {
        exchange(&h, level, false);
    }
    for (uint32_t level = h.levels; (use & LW_HALVING_GATHER) != 0 && level-- > 0;) {
        exchange(&h, level, true);
    }
    fold(&h, true);
    const int64_t levels = (use == LW_HALVING_BOTH ? 2 : 1) * (int64_t)h.levels + (h.core != ranks->count ? 2 : 0);
    return lw_plan_write(&h.plan, 1, levels, bytes_of(&h, 0, 1));
}
