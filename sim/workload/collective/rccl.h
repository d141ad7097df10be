// SPDX-License-Identifier: GPL-3.0-or-later
// What the parts of the model of RCCL share: its figures, and a call over several computers.
#ifndef LW_RCCL_H
#define LW_RCCL_H

#include "sim/workload/collective/library.h"

typedef enum lw_rccl_algorithm { LW_RCCL_AUTO, LW_RCCL_RING, LW_RCCL_PAIRS, LW_RCCL_TREE } lw_rccl_algorithm;
// Of two computers, and of more.
typedef enum lw_rccl_scale { LW_RCCL_TWO, LW_RCCL_MORE, LW_RCCL_SCALES } lw_rccl_scale;

typedef struct lw_rccl_params {
    int algorithm, protocol;  // 0: as it chooses
    bool candidates;
    lw_protocol_figures figures;  // buffers: between computers alone, where hosts are on the way
    int64_t link_Bps, base_ps[LW_PROTOCOLS], step_ps[LW_PROTOCOLS];
    double share[LW_PROTOCOLS];  // of the links' rates, as it counts
    double ring_share;           // of what they carry, as measured
    int64_t pairs_ranks, pairs_least_bytes, pairs_simple_bytes, pairs_most_bytes, gather_most_bytes, scatter_ll_bytes;
    int64_t pairs_ps[LW_PROTOCOLS];
    double pairs_share[LW_PROTOCOLS];
    // Of several computers: steps between them, and of a tree within one; what it counts of a tree, and what of the
    // links' payload trees were measured to reach.
    int64_t net_step_ps[LW_PROTOCOLS], tree_net_step_ps[LW_PROTOCOLS], tree_step_ps[LW_PROTOCOLS], net_post_ps;
    double tree_share[LW_RCCL_SCALES][LW_PROTOCOLS], tree_reached[LW_PROTOCOLS];
    // LL and LL128 up to so many bytes: of an all-reduce, and of a rank's part
    int64_t most_bytes[LW_REDUCE_SCATTER + 1][LW_SIMPLE];
} lw_rccl_params;

// An all-reduce, all-gather or reduce-scatter over several computers whose cards all have links to each other within
// each: its choice, and the tasks of it.
lw_status lw_rccl_write_computers(lw_graph_builder *builder, const lw_rccl_params *params, lw_operation operation,
                                  const lw_ranks *ranks, const lw_computers *computers, lw_collective_params *chosen) LW_CHECKED;
// RCCL's cards, and links from each to all others (meshed); what the last of them carries of payload.
lw_status lw_rccl_check_cards(lw_graph_builder *builder, const lw_ranks *ranks, double *payload_Bps, int64_t *latency_ps,
                              bool *meshed) LW_CHECKED;
// That it is not modelled there.
lw_status lw_rccl_misfit(const lw_graph_builder *builder, const char *advice, const char *what) LW_CHECKED;

#endif
