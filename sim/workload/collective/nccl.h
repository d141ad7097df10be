// SPDX-License-Identifier: GPL-3.0-or-later
// What the parts of the model of NCCL share: its figures, the machine as it counts it, and what it
// would pay for an algorithm and protocol.
#ifndef LW_NCCL_H
#define LW_NCCL_H

#include "sim/workload/collective/library.h"

// Pascal it counts as Volta; what calls were measured to cost is its own.
typedef enum lw_nccl_generation {
    LW_VOLTA,
    LW_AMPERE,
    LW_HOPPER,
    LW_BLACKWELL,
    LW_NCCL_GENERATIONS,
    LW_PASCAL = LW_NCCL_GENERATIONS,
    LW_NCCL_COSTS
} lw_nccl_generation;
typedef enum lw_nccl_algorithm {
    LW_NCCL_RING,
    LW_NCCL_TREE,
    LW_NCCL_NVLS,
    LW_NCCL_NVLS_TREE,
    LW_NCCL_PAT,
    LW_NCCL_ALGORITHMS
} lw_nccl_algorithm;
// Of two computers, of more, and of one.
typedef enum lw_nccl_scale { LW_TWO, LW_MORE, LW_ONE, LW_NCCL_SCALES } lw_nccl_scale;
// What running takes: as measured, where it was; as NCCL counts it.
typedef enum lw_nccl_costs { LW_NCCL_MEASURED, LW_NCCL_COUNTED } lw_nccl_costs;
typedef enum lw_nccl_processor { LW_INTEL, LW_AMD, LW_NCCL_PROCESSORS } lw_nccl_processor;
// How far apart cards may be that reach each other's memory (NCCL_P2P_LEVEL): over switches alone, over one
// host, over any.
typedef enum lw_nccl_level { LW_P2P_AUTO, LW_P2P_PXB, LW_P2P_PHB, LW_P2P_SYS } lw_nccl_level;
// Who calls: a thread or process for each card, or one for all of a computer.
typedef enum lw_nccl_threads { LW_NCCL_THREAD_A_CARD, LW_NCCL_ONE_THREAD } lw_nccl_threads;
// How one thread launches the kernels of its cards: a cooperative launch waits for all of them.
typedef enum lw_nccl_launch { LW_NCCL_EACH, LW_NCCL_TOGETHER } lw_nccl_launch;
// What lies between two ranks.
typedef enum lw_nccl_hop { LW_OVER_NVLINK, LW_OVER_PCIE, LW_OVER_NETWORK, LW_NCCL_HOPS } lw_nccl_hop;

// What calls cost on one generation of cards, as measured on one computer of them: launch + steps x
// step + V / rate + fill x sqrt(V / 1 MB), where V bytes leave each card; by NVLS launch + ranks x
// rank + bytes / rate. LW_AUTO: as NCCL counts it.
typedef struct lw_nccl_cost {
    int64_t launch_ps, step_ps[LW_PROTOCOLS], rate_Bps[LW_PROTOCOLS], fill_ps;
    int64_t nvls_ps, nvls_rank_ps, nvls_rate_Bps;
    int64_t block_Bps;  // of a thread block, between computers
    // of all-to-all and send-recv: a call, more of it for each peer and by Simple, and of a channel LL and Simple
    int64_t pair_ps, pair_peer_ps, pair_simple_ps, pair_channel_Bps[LW_PROTOCOLS];
} lw_nccl_cost;

typedef struct lw_nccl_params {
    int algorithm, protocol;  // 0: as priced
    int processor;            // lw_nccl_processor
    int p2p_level;            // lw_nccl_level
    int costs;                // lw_nccl_costs
    int threads;              // lw_nccl_threads
    int launch;               // lw_nccl_launch
    int64_t calls;            // enqueued one after another: a call takes their mean
    bool candidates;
    lw_protocol_figures figures;
    // Of sends between pairs: what a channel sends at once over NVLink, and otherwise; LL up to so much of one.
    int64_t pair_nvlink_chunk_bytes, pair_chunk_bytes, pair_ll_bytes;
    // of the ring, and of the tree
    int64_t base_ps[LW_PROTOCOLS], step_ps[LW_NCCL_HOPS][LW_PROTOCOLS];
    int64_t tree_base_ps[LW_PROTOCOLS], tree_step_ps[LW_NCCL_HOPS][LW_PROTOCOLS];
    // of a call of several computers whose network cards reach the ranks' memory, beyond what NCCL counts
    int64_t net_launch_ps;
    double nvls_tree_pieces;  // of NVLSTree, under way before the first is out
    int64_t net_latency_ps;   // as the network's plugin declares it
    int64_t group_call_ps;    // of one thread for one of its cards
    int64_t block_rate_Bps;   // of what a thread block copies within its card; LW_AUTO: at once
    double host_trips;        // of a step by LL through host memory, in round trips to it
    int64_t ll_thread_bytes;  // LW_AUTO: prices decide
    int64_t nvls_ps, nvls_tree_step_ps, post_ps[LW_NCCL_PROCESSORS], pat_base_ps, pat_rank_ps;
    int64_t ll_limit_Bps[LW_NCCL_GENERATIONS], ll_net_limit_Bps[LW_NCCL_PROCESSORS][LW_NCCL_SCALES];
    int64_t ll128_channel_Bps[LW_NCCL_GENERATIONS], nvls_channel_Bps[LW_NCCL_GENERATIONS];
    int64_t tree_channel_Bps[LW_NCCL_GENERATIONS][LW_NCCL_SCALES], tree_ll128_channel_Bps[LW_NCCL_GENERATIONS][LW_NCCL_SCALES];
    int64_t nvls_tree_channel_Bps[LW_NCCL_GENERATIONS][LW_NCCL_SCALES];
    double nvlink_share[LW_NCCL_GENERATIONS], nvls_share[LW_NCCL_GENERATIONS];
    lw_nccl_cost cost[LW_NCCL_COSTS];  // over NVLink
    double pcie_share, ll_share, ll_parts_share, ll128_share, tree_share, tree_ll_share, tree_ll128_share, tree_ll128_one_share,
        plain_tree_share, pat_share, pat_step_share;
} lw_nccl_params;

// Where a channel leaves and enters each computer.
typedef struct lw_nccl_gate {
    const uint32_t *nic;     // by node of the machine: of the ranks that use one
    uint32_t *entry, *exit;  // of each computer: the rank that gets, and the one that sends
} lw_nccl_gate;

// The machine as NCCL counts it.
typedef struct lw_nccl_view {
    lw_graph_builder *builder;
    const lw_nccl_params *params;
    const lw_ranks *ranks;  // as listed; of one computer in the order of its ring
    lw_ranks ordered;       // what that points to
    lw_computers computers;
    lw_nccl_generation gen, cost;  // by which it counts; whose costs were measured
    int64_t capability;            // of the ranks, the least
    bool nvlink;                   // no hop within a computer leaves it
    bool in_switch;                // a switch on the way can add up and copy
    bool near;                     // no host lies between a network card and the ranks that use it
    uint32_t hosts_most;           // of one computer, that ranks reach each other over; more: through host memory
    bool paired;                   // every network card has two ranks as near
    double port_Bps;               // of the first rank
    double port_payload_Bps;       // what its links carry of payload, whatever NCCL counts
    double *used_Bps;              // one a link and direction: scratch
    uint32_t gates;                // network cards of each computer that are used; 0 of one computer
    lw_nccl_gate gate[LW_CHANNELS_MAX];
    lw_ranks ring[LW_CHANNELS_MAX];
    uint32_t gate_of[LW_CHANNELS_MAX];  // of each channel
    uint32_t channels;
    bool one_order;           // all of them may go round as the first does, which NCCL prefers
    double channel_Bps;       // of each channel
    double tree_channel_Bps;  // the same within a computer, of trees
} lw_nccl_view;

// What an algorithm and protocol cost.
typedef struct lw_nccl_price {
    lw_nccl_algorithm algorithm;
    lw_protocol protocol;
    bool allowed;
    double time_s;
    double bus_Bps;      // that of its bytes, as nccl-tests counts it
    double latency_ps;   // of the call
    double step_ps[2];   // of each step within a computer, and between two
    double declared_ps;  // of time_s, what steps between computers are priced beyond what they take
    double least_s;      // what blocks need to copy its bytes, whatever links carry
    bool measured;       // bus_Bps is what ranks were seen to send, whatever NCCL counts for links
} lw_nccl_price;

// Count a machine. What NCCL does not run on is diagnosed.
lw_status lw_nccl_look(lw_nccl_view *view) LW_CHECKED;
// Speeds of a channel that its search tries on one computer or several, falling, up to a 0: B/s.
const double *lw_nccl_speeds(const lw_nccl_view *view);
// What a step of a ring takes by links alone, all channels at once: seconds.
typedef struct lw_nccl_step {
    double mean_s[2];  // of hops within a computer, and between two
    double most_s;
} lw_nccl_step;
// bytes: of a channel, as sent.
lw_status lw_nccl_step_of(const lw_nccl_view *view, double bytes, lw_nccl_step *out) LW_CHECKED;
// Steps of a ring of so many ranks, as it counts bytes by; of so many computers, those that NCCL counts between them.
int64_t lw_nccl_steps(lw_operation operation, uint32_t count);
// Channels that run: those of the graph twice (src/graph/connect.cc).
enum { LW_NCCL_RUN = 2 };
// Rate at which the thread blocks of so many channels copy within their card: B/s, infinite where nobody says.
double lw_nccl_blocks_Bps(const lw_nccl_view *view, double channels);
// Broadcast and reduce.
bool lw_nccl_is_rooted(lw_operation operation);
// Steps up a tree of computers, rounded down (log2i).
double lw_nccl_rounds(uint32_t computers);

lw_nccl_price lw_nccl_price_of(const lw_nccl_view *view, lw_operation operation, lw_nccl_algorithm algorithm,
                               lw_protocol protocol, int64_t bytes);

// What versions without prices take, which know rings alone.
lw_protocol lw_nccl_unpriced(const lw_nccl_view *view, int64_t bytes);

// Of the price of a tree or NVLSTree, that of the bytes: seconds.
double lw_nccl_bytes_s(const lw_nccl_view *view, const lw_nccl_price *price);

// All-to-all and send-recv: sends between pairs, without a choice of algorithm and without a price.
lw_status lw_nccl_write_pairs(lw_nccl_view *view, lw_operation operation, const lw_ranks *listed,
                              lw_collective_params *chosen) LW_CHECKED;

// What it takes to run what was chosen, where that was measured: NCCL chooses by its own reckoning.
void lw_nccl_as_measured(const lw_nccl_view *view, lw_operation operation, int64_t bytes, lw_nccl_price *price);

// Tasks of what was chosen.
lw_status lw_nccl_write(const lw_nccl_view *view, const lw_nccl_price *price, lw_operation operation, int64_t bytes) LW_CHECKED;

#endif
