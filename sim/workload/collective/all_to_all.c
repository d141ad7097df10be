// SPDX-License-Identifier: GPL-3.0-or-later
// A part of each rank's buffer for every other rank.
#include "sim/workload/collective/library.h"

typedef enum algorithm { DIRECT, PAIRWISE, RAILS } algorithm;
static const char *const algorithm_words[] = {"direct", "pairwise", "rails", NULL};

static const lw_option options[] = {
    LW_COLLECTIVE_ON,
    LW_COLLECTIVE_BYTES("size of the buffer of each rank, of which every rank gets a part"),
    LW_COLLECTIVE_LIBRARY,
    LW_COLLECTIVE_ALGORITHM("direct", algorithm_words,
                            "every rank with every other at once, or with one in each of n - 1 rounds; or between computers "
                            "over the network card next to the receiver's place"),
    LW_COLLECTIVE_ORDER,
    LW_COLLECTIVE_BY,
    {0}};

static lw_status expand(lw_graph_builder *builder) {
    const lw_collective_params *params = builder->object->params;
    lw_ranks ranks;
    bool taken;
    LW_TRY(lw_ranks_listed(builder, params, &ranks));
    LW_TRY(lw_collective_deliver(builder, params->bytes, 1, ranks.count));
    LW_TRY(lw_library_take(builder, LW_ALL_TO_ALL, &ranks, &taken));
    if (taken) {
        return LW_OK;
    }
    LW_TRY(lw_ranks_order(builder, params, &ranks));
    if (params->algorithm == RAILS) {
        const lw_plan plan = lw_plan_new(builder, params);
        return lw_rails(&plan);
    }
    return params->algorithm == DIRECT ? lw_direct(builder, &ranks, LW_DIRECT_SCATTER) : lw_pairwise(builder, &ranks);
}

static const char page[] =
    "Every rank sends another part of its buffer of `bytes` to each rank: what experts of a model that\n"
    "lie on several cards do with tokens, and a transpose with its blocks. No algorithm sends less than\n"
    "S (n-1)/n of each rank; they differ in how many sends are under way.\n"
    "\n"
    "With n ranks, S bytes, a time a for the first byte of a link and b for each byte:\n"
    "  direct    a + S b/n on a mesh of links; through one port a + (n-1)/n S b\n"
    "  pairwise  (n-1)(a + S b/n)\n"
    "  rails     m - 1 sends of S/m within each of n/m computers, then n/m - 1 of m S/n across\n"
    "\n"
    "By rails (NCCL's PXN) a rank hands what is for place k of any computer to place k of its own, which\n"
    "sends it over the network card next to it, so that nothing crosses from one rail to another outside;\n"
    "`direct` takes the shortest route, also through hosts, and of network cards that are as near the\n"
    "first, as PCIe does.\n"
    "\n"
    "busbw_GBps is S (n-1)/n by time, as nccl-tests counts it.\n"
    "\n"
    "library: nccl sends between all pairs at once in one call, which NCCL does not price (library_us 0).\n"
    "A pair has two channels, over NVLink two for each link of a card, and fewer where all pairs need\n"
    "more than there are or a channel would have less than an eighth of pair_chunk; up to pair_ll for\n"
    "each of them it takes LL, else Simple. Over NVLink, as measured,\n"
    "  t = launch + (n-1) peer + V / rate\n"
    "where V bytes leave each card; by Simple they take what channels take (pair_channel), or the card\n"
    "as by a ring, what is longer. Over PCIe the links decide, and between computers, where it goes by\n"
    "rails if cards have NVLink. See lanewise explain nccl.\n"
    "\n"
    "Each pair is a transfer of its own, which takes some 2 KB: up to 1,024 ranks.";

const lw_work_kind lw_work_all_to_all = {
    .type = {.name = "all-to-all",
             .summary = "send a part of every rank's buffer to every other rank",
             .page = page,
             .example = "{kind: all-to-all, on: [host, gpu], bytes: 1 MB, algorithm: direct}",
             .options = options,
             .params_size = sizeof(lw_collective_params)},
    .metrics = lw_collective_metric_names,
    .own = lw_collective_metrics,
    .redop = "none",
    .root = "-1",
    .measure = lw_collective_measure,
    .nests = true,
    .expand = expand,
};
