// SPDX-License-Identifier: GPL-3.0-or-later
// The sum of all ranks' buffers, in every rank.
#include "sim/workload/collective/library.h"

typedef enum algorithm { RING, RINGS, TREE, DOUBLE_TREE, HALVING_DOUBLING, DIRECT, ONE_SHOT, TWO_SHOT, HIERARCHICAL } algorithm;
static const char *const algorithm_words[] = {"ring",   "rings",    "tree",     "double-tree",  "halving-doubling",
                                              "direct", "one-shot", "two-shot", "hierarchical", NULL};

static const lw_option options[] = {
    LW_COLLECTIVE_ON,
    LW_COLLECTIVE_BYTES("size of the buffer of each rank"),
    LW_COLLECTIVE_LIBRARY,
    LW_COLLECTIVE_ALGORITHM(
        "ring", algorithm_words,
        "ring; as many of them as have links of their own (rings); a binary tree up and down; two trees of half the bytes "
        "each; exchanges with partners at doubling distances; every rank with every other at once, a share each (direct, or "
        "two-shot, as serving engines call it) or all of the buffer (one-shot); sums within each "
        "computer, across them, and back (hierarchical)"),
    LW_COLLECTIVE_ORDER,
    LW_COLLECTIVE_BY,
    LW_COLLECTIVE_CHUNKS,
    LW_COLLECTIVE_CHANNELS,
    {0}};

static lw_status expand(lw_graph_builder *builder) {
    const lw_collective_params *params = builder->object->params;
    lw_ranks ranks;
    bool taken;
    LW_TRY(lw_ranks_listed(builder, params, &ranks));
    LW_TRY(lw_collective_deliver(builder, params->bytes, 2, ranks.count));
    LW_TRY(lw_library_take(builder, LW_ALL_REDUCE, &ranks, &taken));
    if (taken) {
        return LW_OK;
    }
    LW_TRY(lw_ranks_order(builder, params, &ranks));
    switch ((algorithm)params->algorithm) {
    case RING:
    case RINGS:
        return lw_ring_rounds(builder, &ranks, 2 * ((int64_t)ranks.count - 1), params->algorithm == RINGS);
    case TREE:
    case DOUBLE_TREE:
        return lw_tree(builder, &ranks, LW_TREE_BOTH, params->algorithm == DOUBLE_TREE);
    case HALVING_DOUBLING:
        return lw_halving(builder, &ranks, LW_HALVING_BOTH);
    case ONE_SHOT:
        return lw_one_shot(builder, &ranks);
    case HIERARCHICAL:
        return lw_hierarchical(builder);
    case DIRECT:
    case TWO_SHOT:
        break;
    }
    return lw_direct(builder, &ranks, LW_DIRECT_BOTH);
}

static const char page[] =
    "Every rank ends with the sum of all ranks' buffers of `bytes` each: what data-parallel training does\n"
    "with gradients, and tensor parallelism after every layer. Sums cost no time; the sends between ranks\n"
    "do, on the machine's links, and a rank takes its next step when what it sent and what it gets have\n"
    "arrived. No call and no launch is paid for but by a library, which is that of the cards where no\n"
    "algorithm is given.\n"
    "\n"
    "With n ranks, S bytes, a time a for the first byte and b for each byte of a link of their own:\n"
    "  ring              2(n-1) a + 2(n-1)/n S b    least traffic; the time of small sizes grows with n\n"
    "  rings             the same of S/k each, on k rings that share no link: of a mesh n-1, or n-2\n"
    "  tree              2 log2(n) (a + S b)        few steps; in k chunks (2 log2(n)-1+k)(a + S b/k)\n"
    "  double-tree       two trees with half of the bytes each, leaves of one inner ranks of the other\n"
    "  halving-doubling  2 log2(n) a + 2(n-1)/n S b of a power of two; else 2 (a + S b) more\n"
    "  direct, two-shot  2 a + 2/n S b on a mesh of links; 2 a + 2(n-1)/n S b over one port a rank\n"
    "  one-shot          a + S b on a mesh; a + (n-1) S b over one port a rank: one step, much traffic\n"
    "  hierarchical      of N computers with m ranks each, a' and b' of their network cards:\n"
    "                    2(m-1)(a + S/m b) + 2(N-1)(a' + S/n b'), each rank over the card next to it\n"
    "\n"
    "Serving engines take one-shot below some hundred KiB and two-shot below some MiB, in kernels of\n"
    "their own. Computers are told apart by network cards: ranks that reach each other without are in\n"
    "one.\n"
    "\n"
    "The ring goes over the fastest links of the machine (order: auto), so that neighbours on it are\n"
    "neighbours there. channels: 2 runs a second ring the other way round, which helps where each pair\n"
    "has a link of its own; algorithm: rings takes as many as share no link. Shares that do not come\n"
    "out even differ by one byte. Cards without peer to peer send through host memory, piece by piece.\n"
    "\n"
    "time_us is the answer; algbw_GBps is bytes / time; busbw_GBps is that times 2(n-1)/n, which a\n"
    "perfect ring brings to the rate of a link, and `bytes` of the result is counted likewise.\n"
    "nccl-tests prints the same three.";

const lw_work_kind lw_work_all_reduce = {
    .type = {.name = "all-reduce",
             .summary = "sum up a buffer of every rank of a group, for every rank",
             .page = page,
             .example = "{kind: all-reduce, on: [host, gpu], bytes: 1 MB, algorithm: ring}",
             .options = options,
             .params_size = sizeof(lw_collective_params)},
    .metrics = lw_collective_metric_names,
    .own = lw_collective_metrics,
    .redop = "sum",
    .root = "-1",
    .measure = lw_collective_measure,
    .nests = true,
    .expand = expand,
};
