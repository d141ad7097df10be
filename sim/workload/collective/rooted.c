// SPDX-License-Identifier: GPL-3.0-or-later
// Collectives with a root: broadcast, and reduce, which runs the same sends backwards. A new algorithm
// of both is a word and a case here.
#include "sim/workload/collective/library.h"

typedef enum algorithm { RING, TREE, DIRECT } algorithm;
static const char *const algorithm_words[] = {"ring", "tree", "direct", NULL};

const lw_option lw_rooted_options[] = {
    LW_COLLECTIVE_ON,
    LW_COLLECTIVE_ROOT,
    LW_COLLECTIVE_BYTES("size of the buffer"),
    LW_COLLECTIVE_LIBRARY,
    LW_COLLECTIVE_ALGORITHM("ring", algorithm_words, "a chain along the ring; a binary tree; the root and every other at once"),
    LW_COLLECTIVE_ORDER,
    LW_COLLECTIVE_BY,
    LW_COLLECTIVE_CHUNKS,
    {0}};

lw_status lw_rooted_expand(lw_graph_builder *builder, bool to_root) {
    const lw_collective_params *params = builder->object->params;
    lw_ranks ranks, rooted;
    bool taken;
    LW_TRY(lw_ranks_listed(builder, params, &ranks));
    LW_TRY(lw_graph_deliver(builder, params->bytes, 1));
    LW_TRY(lw_library_take(builder, to_root ? LW_REDUCE : LW_BROADCAST, &ranks, &taken));
    if (taken) {
        return LW_OK;
    }
    LW_TRY(lw_ranks_order(builder, params, &ranks));
    LW_TRY(lw_ranks_rooted(builder, params, &ranks, &rooted));
    switch ((algorithm)params->algorithm) {
    case RING:
        return lw_ring_chain(builder, &rooted, to_root);
    case TREE:
        return lw_tree(builder, &rooted, to_root ? LW_TREE_UP : LW_TREE_DOWN, false);
    case DIRECT:
        break;
    }
    return lw_direct_root(builder, &rooted, to_root);
}
