// SPDX-License-Identifier: GPL-3.0-or-later
// The sum of all ranks' buffers, a part of it in each rank.
#include "sim/workload/collective/library.h"

typedef enum algorithm { RING, HALVING_DOUBLING, DIRECT } algorithm;
static const char *const algorithm_words[] = {"ring", "halving-doubling", "direct", NULL};

static const lw_option options[] = {
    LW_COLLECTIVE_ON,
    LW_COLLECTIVE_BYTES("size of the whole buffer, of all ranks' parts together"),
    LW_COLLECTIVE_LIBRARY,
    LW_COLLECTIVE_ALGORITHM("ring", algorithm_words,
                            "ring; exchanges with partners at doubling distances (a power of two ranks); every rank with "
                            "every other at once"),
    LW_COLLECTIVE_ORDER,
    LW_COLLECTIVE_BY,
    LW_COLLECTIVE_CHANNELS,
    {0}};

static lw_status expand(lw_graph_builder *builder) {
    const lw_collective_params *params = builder->object->params;
    lw_ranks ranks;
    bool taken;
    LW_TRY(lw_ranks_find(builder, params, &ranks));
    LW_TRY(lw_collective_deliver(builder, params->bytes, 1, ranks.count));
    LW_TRY(lw_library_take(builder, LW_REDUCE_SCATTER, &ranks, &taken));
    if (taken) {
        return LW_OK;
    }
    switch ((algorithm)params->algorithm) {
    case RING:
        return lw_ring_rounds(builder, &ranks, (int64_t)ranks.count - 1);
    case HALVING_DOUBLING:
        return lw_halving(builder, &ranks, LW_HALVING_SCATTER);
    case DIRECT:
        break;
    }
    return lw_direct(builder, &ranks, LW_DIRECT_SCATTER);
}

static const char page[] = "Every rank ends with its part of the sum of all ranks' buffers of `bytes` each (S): what sharded\n"
                           "training does with gradients. The first half of an all-reduce. Sums cost no time.\n"
                           "\n"
                           "With n ranks, a time a for the first byte of a link and b for each byte:\n"
                           "  ring              (n-1) a + (n-1)/n S b\n"
                           "  halving-doubling  log2(n) a + (n-1)/n S b, of a power of two ranks\n"
                           "  direct            a + 1/n S b on a mesh of links; a shared port divides it\n"
                           "\n"
                           "busbw_GBps is S (n-1)/n by time, as nccl-tests counts it, and `bytes` of the result likewise. See\n"
                           "lanewise explain all-reduce for order, channels and cards without peer to peer.";

const lw_work_kind lw_work_reduce_scatter = {
    .type = {.name = "reduce-scatter",
             .summary = "sum up a buffer of every rank of a group, a part for each rank",
             .page = page,
             .example = "{kind: reduce-scatter, on: [host, gpu], bytes: 1 MB, algorithm: ring}",
             .options = options,
             .params_size = sizeof(lw_collective_params)},
    .metrics = lw_collective_metric_names,
    .own = lw_collective_metrics,
    .redop = "sum",
    .root = "-1",
    .measure = lw_collective_measure,
    .expand = expand,
};
