// SPDX-License-Identifier: GPL-3.0-or-later
// The two halves of an all-reduce, in which every rank has a part: all-gather and reduce-scatter. A
// new algorithm of both is a word and a case here.
#include "sim/workload/collective/library.h"

typedef enum algorithm { RING, RINGS, HALVING_DOUBLING, PAT, DIRECT } algorithm;
static const char *const algorithm_words[] = {"ring", "rings", "halving-doubling", "pat", "direct", NULL};

const lw_option lw_parts_options[] = {
    LW_COLLECTIVE_ON,
    LW_COLLECTIVE_BYTES("size of the whole buffer, of all ranks' parts together"),
    LW_COLLECTIVE_LIBRARY,
    LW_COLLECTIVE_ALGORITHM(
        "ring", algorithm_words,
        "ring; as many of them as have links of their own (rings); exchanges with partners at doubling distances (a power "
        "of two ranks); parallel aggregated trees, in as many rounds, of any number (pat); every rank with every other at "
        "once"),
    LW_COLLECTIVE_ORDER,
    LW_COLLECTIVE_BY,
    LW_COLLECTIVE_CHANNELS,
    {0}};

lw_status lw_parts_expand(lw_graph_builder *builder, lw_operation operation) {
    const lw_collective_params *params = builder->object->params;
    const bool gathers = operation == LW_ALL_GATHER;
    lw_ranks ranks;
    bool taken;
    LW_TRY(lw_ranks_listed(builder, params, &ranks));
    LW_TRY(lw_collective_deliver(builder, params->bytes, 1, ranks.count));
    LW_TRY(lw_library_take(builder, operation, &ranks, &taken));
    if (taken) {
        return LW_OK;
    }
    LW_TRY(lw_ranks_order(builder, params, &ranks));
    switch ((algorithm)params->algorithm) {
    case RING:
    case RINGS:
        return lw_ring_rounds(builder, &ranks, (int64_t)ranks.count - 1, params->algorithm == RINGS);
    case HALVING_DOUBLING:
        return lw_halving(builder, &ranks, gathers ? LW_HALVING_GATHER : LW_HALVING_SCATTER);
    case PAT:
        return lw_pat_alone(builder, &ranks, gathers);
    case DIRECT:
        break;
    }
    return lw_direct(builder, &ranks, gathers ? LW_DIRECT_GATHER : LW_DIRECT_SCATTER);
}
