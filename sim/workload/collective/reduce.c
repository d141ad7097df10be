// SPDX-License-Identifier: GPL-3.0-or-later
// The sum of all ranks' buffers, in one rank.
#include "sim/workload/collective/collective.h"

typedef enum algorithm { RING, TREE, DIRECT } algorithm;
static const char *const algorithm_words[] = {"ring", "tree", "direct", NULL};

static const lw_option options[] = {
    LW_COLLECTIVE_ON,
    LW_COLLECTIVE_ROOT,
    LW_COLLECTIVE_BYTES("size of the buffer"),
    LW_COLLECTIVE_ALGORITHM("ring", algorithm_words, "a chain along the ring; a binary tree; the root and every other at once"),
    LW_COLLECTIVE_ORDER,
    LW_COLLECTIVE_BY,
    LW_COLLECTIVE_CHUNKS,
    {0}};

static lw_status expand(lw_graph_builder *builder) {
    const lw_collective_params *params = builder->object->params;
    lw_ranks ranks, rooted;
    LW_TRY(lw_ranks_find(builder, params, &ranks));
    LW_TRY(lw_ranks_rooted(builder, params, &ranks, &rooted));
    LW_TRY(lw_graph_deliver(builder, params->bytes, 1));
    switch ((algorithm)params->algorithm) {
    case RING:
        return lw_ring_chain(builder, &rooted, true);
    case TREE:
        return lw_tree(builder, &rooted, LW_TREE_UP, false);
    case DIRECT:
        break;
    }
    return lw_direct_root(builder, &rooted, true);
}

static const char page[] = "`root` ends with the sum of all ranks' buffers of `bytes` each. Sums cost no time.\n"
                           "\n"
                           "With n ranks, S bytes in k chunks, a time a for the first byte of a link and b for each byte:\n"
                           "  ring    (n-2+k)(a + S b/k)\n"
                           "  tree    (log2(n)-1+k)(a + S b/k)\n"
                           "  direct  a + S b where the root has a link to each; a shared port makes it (n-1) S b\n"
                           "\n"
                           "With one chunk every rank waits for all of the buffer before it sends on; more of them keep all\n"
                           "links busy and pay a for each. busbw_GBps is S by time, as nccl-tests counts it.";

const lw_work_kind lw_work_reduce = {
    .type = {.name = "reduce",
             .summary = "sum up a buffer of every rank of a group, for one rank",
             .page = page,
             .example = "{kind: reduce, on: [host, gpu], bytes: 1 MB, algorithm: ring}",
             .options = options,
             .params_size = sizeof(lw_collective_params)},
    .metrics = lw_collective_metric_names,
    .own = lw_collective_metrics,
    .redop = "sum",
    .root = "0",
    .measure = lw_collective_measure,
    .expand = expand,
};
