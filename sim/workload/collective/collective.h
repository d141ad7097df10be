// SPDX-License-Identifier: GPL-3.0-or-later
// What the collectives have in common: the ranks of a group, what one rank sends another, and the
// algorithms as plans of sends. Each kind is a file of its own beside them.
#ifndef LW_COLLECTIVE_H
#define LW_COLLECTIVE_H

#include <assert.h>

#include "sim/workload/graph.h"

// ---- Options ----

typedef enum lw_rank_order { LW_ORDER_AUTO, LW_ORDER_LISTED } lw_rank_order;
typedef enum lw_sender { LW_SENT_BY_KERNEL, LW_SENT_BY_ENGINE } lw_sender;

// Options of all collectives; the table of a kind says which of them it has.
typedef struct lw_collective_params {
    const lw_yaml *on;
    int64_t bytes;
    int algorithm;  // index into the words of the kind
    int order;      // lw_rank_order
    int by;         // lw_sender
    int64_t chunks, channels;
    const char *root;     // "": the first rank
    const char *library;  // "none": the algorithm alone
    // what a library chose (lw_library): its price, the data in what it sends, and whether switches
    // add up; of none 0
    double price_us, data_share;
    bool in_switch;
} lw_collective_params;

extern const char *const lw_rank_order_words[];
extern const char *const lw_sender_words[];

// NCCL runs no more channels than this (MAXCHANNELS of its src/include/device.h).
enum { LW_CHANNELS_MAX = 64 };

#define LW_COLLECTIVE_AT(field) offsetof(lw_collective_params, field)
#define LW_COLLECTIVE_ON                                                                                               \
    {                                                                                                                  \
        .key = "on", .kind = LW_OPTION_YAML, .offset = LW_COLLECTIVE_AT(on), .fallback = NULL,                         \
        .help = "the ranks: a group, or a list of nodes and groups; gpus: all of kind gpu where no node has that name" \
    }
#define LW_COLLECTIVE_BYTES(says) LW_WORK_BYTES("bytes", LW_COLLECTIVE_AT(bytes), NULL, 1, says)
#define LW_COLLECTIVE_ALGORITHM(first, list, says) LW_WORK_WORD("algorithm", LW_COLLECTIVE_AT(algorithm), first, list, says)
#define LW_COLLECTIVE_ORDER                                                                                            \
    LW_WORK_WORD("order", LW_COLLECTIVE_AT(order), "auto", lw_rank_order_words,                                        \
                 "of the ranks in the algorithm: neighbours over the fastest links of the machine (auto), or as `on` " \
                 "lists them (listed)")
#define LW_COLLECTIVE_BY                                                                                                 \
    LW_WORK_WORD("by", LW_COLLECTIVE_AT(by), "kernel", lw_sender_words,                                                  \
                 "who sends: the cores of the card, in packets of their own (kernel_packet of the device), or its copy " \
                 "engines")
#define LW_COLLECTIVE_CHUNKS \
    LW_WORK_COUNT("chunks", LW_COLLECTIVE_AT(chunks), "1", "pieces that follow each other down a chain or a tree")
#define LW_COLLECTIVE_CHANNELS                                                                                             \
    {                                                                                                                      \
        .key = "channels", .kind = LW_OPTION_INTEGER, .offset = LW_COLLECTIVE_AT(channels), .fallback = "1", .minimum = 1, \
        .maximum = LW_CHANNELS_MAX,                                                                                        \
        .help = "rings side by side, each with its share of the bytes: every second one runs the other way round, and "    \
                "with order: auto each takes links that the others leave free"                                             \
    }
#define LW_COLLECTIVE_LIBRARY                                                                                                    \
    {                                                                                                                            \
        .key = "library", .kind = LW_OPTION_TEXT, .offset = LW_COLLECTIVE_AT(library), .fallback = "auto",                       \
        .help = "name under libraries: of the one that chooses algorithm, order and channels; auto: the newest preset of the "   \
                "library of these cards, NCCL or RCCL, unless one of algorithm, order, channels, chunks and by is given; none: " \
                "those given here alone"                                                                                         \
    }
#define LW_COLLECTIVE_ROOT                                                                       \
    {                                                                                            \
        .key = "root", .kind = LW_OPTION_TEXT, .offset = LW_COLLECTIVE_AT(root), .fallback = "", \
        .help = "the one rank; the first by default"                                             \
    }

// Bandwidths as nccl-tests define them, from what the workload delivers (lw_collective_deliver).
extern const lw_metric lw_collective_metrics[];
extern const char *const lw_collective_metric_names[];
void lw_collective_measure(const void *params, const struct lw_workload_result *result, double *value);

// ---- Ranks ----

typedef struct lw_ranks {
    const uint32_t *node;  // in the order of the algorithm: rank 0 first
    uint32_t count;        // at least 2
} lw_ranks;

// The ranks that `on` lists, in the order of channel 0, which is what the tree and the other
// algorithms use. What is wrong with them is diagnosed.
lw_status lw_ranks_find(lw_graph_builder *builder, const lw_collective_params *params, lw_ranks *out) LW_CHECKED;
// The same as `on` lists them, and those of one part of a machine in the order of params.
lw_status lw_ranks_listed(lw_graph_builder *builder, const lw_collective_params *params, lw_ranks *out) LW_CHECKED;
lw_status lw_ranks_order(lw_graph_builder *builder, const lw_collective_params *params, lw_ranks *ranks) LW_CHECKED;
// The order of each of `channels` rings over them; order[c] starts where ranks do.
lw_status lw_ranks_rings(lw_graph_builder *builder, const lw_collective_params *params, const lw_ranks *ranks, uint32_t channels,
                         lw_ranks *out) LW_CHECKED;
// As many of them as have links of their own: at least one.
lw_status lw_ranks_own_rings(lw_graph_builder *builder, const lw_collective_params *params, const lw_ranks *ranks,
                             lw_ranks out[LW_CHANNELS_MAX], uint32_t *out_count) LW_CHECKED;
// What the cores of a rank, or its copy engines, get over a link.
double lw_ranks_payload_Bps(const lw_graph_builder *builder, const lw_collective_params *params, uint32_t rank, lw_leg leg);
// The same ranks, root first.
lw_status lw_ranks_rooted(lw_graph_builder *builder, const lw_collective_params *params, const lw_ranks *ranks,
                          lw_ranks *out) LW_CHECKED;

// ---- Computers ----

// Ranks that reach each other without a network card are in one computer.
typedef struct lw_computer {
    lw_ranks ranks;       // one or more
    const uint32_t *nic;  // network cards that lead out of it
    uint32_t nics;
    const uint32_t *node;  // all that is in it, those cards included
    uint32_t nodes;
    uint32_t like;  // the first that is built the same, node by node; itself where there is none
} lw_computer;
typedef struct lw_computers {
    lw_computer *computer;
    uint32_t count;
    const uint32_t *of;     // of each node of the machine; LW_NO_COMPUTER: of none
    const uint32_t *place;  // of each node among those of its computer
    bool over_nics;         // a network card joins nodes of one computer, so that routes within may pass it
} lw_computers;
#define LW_NO_COMPUTER UINT32_MAX

// Those of ranks as `on` lists them, each in the order of params.
lw_status lw_computers_find(lw_graph_builder *builder, const lw_collective_params *params, const lw_ranks *listed,
                            lw_computers *out) LW_CHECKED;
// What stands in a computer where this node stands in the one that it is like.
static inline uint32_t lw_computers_twin(const lw_computers *all, const lw_computer *computer, uint32_t node) {
    return computer->node[all->place[node]];
}
// Those of a computer that stand where these do in the one that it is like.
lw_status lw_computers_ranks(const lw_graph_builder *builder, const lw_computers *all, const lw_computer *computer,
                             const lw_ranks *like, lw_ranks *out) LW_CHECKED;
// The same of the ranks that `on` lists, for an algorithm that needs several computers with as many ranks
// each; what else they are is an error.
lw_status lw_computers_alike(lw_graph_builder *builder, const char *algorithm, lw_computers *out) LW_CHECKED;
// The error that no network card leads out of one.
lw_status lw_computers_without(const lw_graph_builder *builder, const lw_computer *computer) LW_CHECKED;
// How far a rank is from a network card: hosts on the route count most, then its latency.
lw_status lw_computers_distance(const lw_graph_builder *builder, uint32_t rank, uint32_t nic, double *out) LW_CHECKED;
// The network card of each rank, by node of the machine: one of the nearest, which fewest others
// have.
lw_status lw_computers_nics(const lw_graph_builder *builder, const lw_computers *all, uint32_t *nic) LW_CHECKED;

// ---- A plan: sends and what they wait for ----

// Steps are what a plan is made of: a send, which ends when all of it has arrived, or a join of
// others. A plan that could not be made in full for want of memory says so when it is written.
typedef struct lw_plan {
    lw_graph_builder *builder;
    const lw_collective_params *params;
    lw_list lanes, steps, waits, parts;
    lw_status status;
    // Lanes that follow: those between computers go over the network cards of their ends, by node
    // of the machine. What is sent within one and between two arrives so much later, while the next
    // is sent.
    const lw_computers *computers;
    const uint32_t *nic;
    uint32_t *lane_of;  // by node: its latest lane within a computer + 1
    int64_t delay_ps[2];
    // What a library adds: a cost before all steps, and in the fixed cost of each call; and hops
    // over more hosts than so many go through their memory whatever the cards can.
    int64_t launch_ps, step_ps;
    int64_t least_ps;  // the whole takes no less
    // And of each send that follows: it takes so much longer, in all and for each of its bytes, and of
    // what it sends so much is data; 0: all.
    int64_t send_ps;
    double byte_ps, data_share;
    uint32_t hosts_most;
    // Lanes that follow, where they go through a host: of steps in a loop, too, one is read there while the
    // next is written; each has at most staging_bytes.
    bool overlaps;
    // Its own buffers in host memory, of the lanes that follow; 0: as the card copies.
    int64_t staging_bytes;
    uint32_t staging_buffers;
} lw_plan;

lw_plan lw_plan_new(lw_graph_builder *builder, const lw_collective_params *params);
// From one node to another; returns its number. It goes straight, or through the memory of a host
// where the cards cannot.
uint32_t lw_plan_lane(lw_plan *plan, uint32_t from, uint32_t to);
// Does it go through the memory of a host?
bool lw_plan_is_staged(const lw_plan *plan, uint32_t lane);
// The same straight through a switch that adds up or copies; `shares`: with the lane before.
uint32_t lw_plan_lane_in_switch(lw_plan *plan, const uint32_t pair[2], lw_in_switch in_switch, bool shares);
// last_bytes: of the last iteration of the plan.
uint32_t lw_plan_send(lw_plan *plan, uint32_t lane, int64_t bytes, int64_t last_bytes);
uint32_t lw_plan_join(lw_plan *plan);
// The latest step waits for what step `on` did so many iterations before. 0: `on` is an earlier
// one. One that waits for itself waits until its lane is free, not for what arrives later.
void lw_plan_wait(lw_plan *plan, uint32_t on, uint32_t distance);
// The latest step takes so much longer.
void lw_plan_pace(lw_plan *plan, int64_t finish_ps);
// The steps since the last such call repeat so often, before those that follow.
void lw_plan_repeat(lw_plan *plan, int64_t iterations);
// The number of the next step.
uint32_t lw_plan_next(const lw_plan *plan);
// Tasks: all steps since lw_plan_repeat `iterations` times over. calls: sends that wait for one
// another, of piece_bytes.
lw_status lw_plan_write(lw_plan *plan, int64_t iterations, int64_t calls, int64_t piece_bytes) LW_CHECKED;

// ---- Algorithms, each over all ranks ----

// What share `index` of `count` has of so many bytes: the first ones have a byte more where it does
// not come out even.
static inline int64_t lw_share_of(int64_t bytes, int64_t count, int64_t index) {
    assert(count > 0);
    return bytes / count + (index < bytes % count ? 1 : 0);
}

// What a rank must send and receive at the least, which nccl-tests' bus bandwidth counts:
// bytes * times * (n - 1) / n.
lw_status lw_collective_deliver(lw_graph_builder *builder, int64_t bytes, int64_t times, uint32_t ranks) LW_CHECKED;

// Every rank sends its neighbour the share that it got last, `rounds` times: n - 1 for an
// all-gather or a reduce-scatter, twice as many for both. own: on as many rings as have links of
// their own, not `channels`.
lw_status lw_ring_rounds(lw_graph_builder *builder, const lw_ranks *ranks, int64_t rounds, bool own) LW_CHECKED;
// On `channels` rings, in a plan of a library, which has no steps yet.
lw_status lw_ring_rounds_as(lw_plan *plan, const lw_ranks *ranks, int64_t rounds) LW_CHECKED;
// Along a chain from the root to the last rank, or back to the root (reduce), in chunks.
lw_status lw_ring_chain(lw_graph_builder *builder, const lw_ranks *rooted, bool to_root) LW_CHECKED;
// Up a tree, down a tree, or both, in chunks. twin: two trees of half the bytes, in which no rank
// has children twice.
typedef enum lw_tree_use { LW_TREE_UP = 1, LW_TREE_DOWN = 2, LW_TREE_BOTH = 3 } lw_tree_use;
lw_status lw_tree(lw_graph_builder *builder, const lw_ranks *rooted, lw_tree_use use, bool twin) LW_CHECKED;

// A tree, for algorithms that are more than one: at most three children of a rank.
typedef struct lw_tree_shape {
    const lw_ranks *ranks;
    uint32_t *parent;  // of each rank; of the root itself
    uint32_t *order;   // ranks, parents before children
} lw_tree_shape;
lw_status lw_tree_new(const lw_graph_builder *builder, const lw_ranks *ranks, lw_tree_shape *out) LW_CHECKED;
// One of the two trees in which no rank has children twice.
void lw_tree_in_order(const lw_tree_shape *shape, bool second);

// Reduce-scatter (1), all-gather (2) or both by exchanges with partners at doubling distances.
typedef enum lw_halving_use { LW_HALVING_SCATTER = 1, LW_HALVING_GATHER = 2, LW_HALVING_BOTH = 3 } lw_halving_use;
lw_status lw_halving(lw_graph_builder *builder, const lw_ranks *ranks, lw_halving_use use) LW_CHECKED;
// All-gather or reduce-scatter in rounds over distances that are powers of two, of any number of ranks.
typedef struct lw_pat {
    const lw_ranks *ranks;
    int64_t bytes;  // of all ranks' parts
    bool gathers;
} lw_pat;
// The rounds in a plan, and their number.
uint32_t lw_pat_rounds(lw_plan *plan, const lw_pat *pat);
lw_status lw_pat_alone(lw_graph_builder *builder, const lw_ranks *ranks, bool gathers) LW_CHECKED;
// Every rank with every other at once: each gets a share from all, gives its own share to all, or
// both.
typedef enum lw_direct_use { LW_DIRECT_SCATTER = 1, LW_DIRECT_GATHER = 2, LW_DIRECT_BOTH = 3 } lw_direct_use;
lw_status lw_direct(lw_graph_builder *builder, const lw_ranks *ranks, lw_direct_use use) LW_CHECKED;
// The same in a plan of a library, which has no steps yet.
lw_status lw_direct_as(const lw_plan *plan, const lw_ranks *ranks, lw_direct_use use) LW_CHECKED;
// Every rank sends all that it has to the next one, in a plan that has no steps yet.
lw_status lw_shift(const lw_plan *plan, const lw_ranks *ranks) LW_CHECKED;
// Every rank sends all that it has to every other, and each adds up for itself.
lw_status lw_one_shot(lw_graph_builder *builder, const lw_ranks *ranks) LW_CHECKED;
// Sums within each computer, a share for each of its ranks; of each share across computers; and
// back.
lw_status lw_hierarchical(lw_graph_builder *builder) LW_CHECKED;
// All-to-all over the network cards next to the ranks: within a computer to the rank of the same place as the
// receiver, and from there across. In a plan that has no steps yet.
lw_status lw_rails(const lw_plan *plan) LW_CHECKED;
// The same of sends to the next rank.
lw_status lw_rails_shift(const lw_plan *plan, const lw_ranks *ranks) LW_CHECKED;
// From the root to all others at once, or from all to the root.
lw_status lw_direct_root(lw_graph_builder *builder, const lw_ranks *rooted, bool to_root) LW_CHECKED;
// Every rank with one other in each of n - 1 rounds.
lw_status lw_pairwise(lw_graph_builder *builder, const lw_ranks *ranks) LW_CHECKED;

// ---- Kinds with a root ----

// Broadcast and reduce (to_root): their options, and one of them as tasks.
extern const lw_option lw_rooted_options[];
lw_status lw_rooted_expand(lw_graph_builder *builder, bool to_root) LW_CHECKED;
// Their closed forms, for their pages.
#define LW_ROOTED_FORMS                                                                                      \
    "With n ranks, S bytes in k chunks, a time a for the first byte of a link and b for each byte:\n"        \
    "  ring    (n-2+k)(a + S b/k)\n"                                                                         \
    "  tree    (log2(n)-1+k)(a + S b/k)\n"                                                                   \
    "  direct  a + S b where the root has a link to each; a shared port makes it (n-1) S b\n"                \
    "\n"                                                                                                     \
    "With one chunk every rank waits for all of the buffer before it sends on; more of them keep all\n"      \
    "links busy and pay a for each. busbw_GBps is S by time, as nccl-tests counts it.\n"                     \
    "\n"                                                                                                     \
    "library: nccl takes a ring's channels and prices base + step + S / busbw where all of them go round\n"  \
    "in one order, else n steps. By Simple a rank hands on what fills a slot of each channel\n"              \
    "(simple_buffer by slots), by LL and LL128 each line, as if k were very large.\n"                        \
    "\n"                                                                                                     \
    "nccl-tests enqueues its calls, 20 unless -n says otherwise, and divides; `calls: 20` of the library\n"  \
    "does so, to compare line by line; one is the default. A rank goes on to the next call when it has\n"    \
    "handed on its part of this one, so that the mean is launch + S / busbw, and of the filling of the\n"    \
    "chain one part in `calls`. Of cards that one thread calls (threads: one) a rank waits until the next\n" \
    "one is in the same call, which takes a piece more: 1 + 1/k of S / busbw. launch: together, as of\n"     \
    "2018, lets no call begin before the last has ended. Other collectives take as long in a row as\n"       \
    "alone: nobody ends before all have begun."

#endif
