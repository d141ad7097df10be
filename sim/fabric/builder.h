// SPDX-License-Identifier: GPL-3.0-or-later
// A fabric in the making, shared by the files that do its parts and by nobody else.
#ifndef LW_BUILDER_H
#define LW_BUILDER_H

#include "sim/base/list.h"
#include "sim/fabric/built.h"

// What a DMA engine needs a server for; one each a node.
typedef enum lw_dma_cost { LW_COST_PACKET_GAP, LW_COST_REQUEST_GAP, LW_COST_COUNT } lw_dma_cost;

// Which of a GPU's copy engines: those of its host port, of its other links, of copies that bounce.
typedef enum lw_engine_use { LW_ENGINES_COPY, LW_ENGINES_PEER, LW_ENGINES_BOUNCE, LW_ENGINE_USES } lw_engine_use;

// What data pass in a host between a PCIe port and what lies behind its root complex: the port, and
// all ports of the root complex together, in one direction and in both.
typedef enum lw_root_part { LW_ROOT_PORT, LW_ROOT_IN, LW_ROOT_OUT, LW_ROOT_BOTH, LW_ROOT_PARTS } lw_root_part;

typedef struct lw_node_servers {
    uint32_t memory, bank;  // the first of its banks, which follow each other
    uint32_t forward;
    uint32_t gap[LW_COST_COUNT];
    // resources: copies that read (towards the node), copies that write
    uint32_t engine_slots[LW_ENGINE_USES][2];
} lw_node_servers;

// The server of a segment of the links of one group.
typedef struct lw_alike {
    const lw_link_spec *spec;  // NULL: none yet
    lw_server server;
} lw_alike;

typedef struct lw_builder {
    const lw_machine *machine;
    lw_router *router;
    const lw_graph *graph;
    lw_build how;
    lw_arena *arena;
    lw_diags *diags;
    lw_list server;       // lw_server
    lw_list ps_per_byte;  // double, one a server: its pace
    lw_list info;         // lw_server_info
    lw_list flow;         // lw_flow
    lw_list task;         // lw_task
    lw_list resource;     // int64_t slots
    lw_list slots;        // lw_slots_info
    lw_list pace;         // lw_pace
    // first server of each link and direction; its segments follow in the direction of the data;
    // LW_NO_SERVER: not made yet
    uint32_t (*of_link)[2];
    // of each link's ends, where that is a PCIe port of a host; those of a root complex at its first;
    // NULL: none was asked for
    uint32_t (*of_port)[2][LW_ROOT_PARTS];
    lw_node_servers *of_node;
    lw_alike alike[2][LW_SEGMENTS_MAX];  // the last that was made
    lw_transfer *transfer;               // as of lw_built
    // the workload that is being lowered, and its first task
    const lw_object *object;
    size_t first_task;
} lw_builder;

// A copy engine that reaches a share of a link's ceiling. An engine spreads the packets of a copy
// over equal routes in the proportion of their rates: each part has a pace of its own, and all of
// them are the engine's.
typedef struct lw_pace {
    uint32_t node;
    uint32_t part;
    bool reading;
    lw_fraction ps_per_byte;
    uint32_t server;
} lw_pace;

// ---- builder.c ----
// Add a flow, and a task to the fabric.
lw_status lw_builder_add_flow(lw_builder *builder, const lw_flow *flow, uint32_t *out) LW_CHECKED;
lw_status lw_builder_add_task(lw_builder *builder, const lw_task *task, uint32_t *out) LW_CHECKED;

// The first packet of a transfer of so many bytes on idle links, from leaving (READ: its request)
// to its last bit in; 0 for none.
int64_t lw_transfer_latency_ps(const lw_builder *builder, const lw_transfer *transfer, int64_t bytes);
// Its paths, which are then complete.
void lw_transfer_finish(const lw_builder *builder, const lw_list *data, const lw_list *request, lw_transfer *out);

// ---- servers.c ----
lw_status lw_builder_start(lw_builder *builder) LW_CHECKED;
lw_status lw_server_of_memory(lw_builder *builder, uint32_t node, uint32_t *out) LW_CHECKED;
// The first of its banks.
lw_status lw_server_of_banks(lw_builder *builder, uint32_t node, uint32_t *out) LW_CHECKED;
// What packets pass in a host between two of its links; LW_NO_SERVER: nothing that takes time.
lw_status lw_server_of_forward(lw_builder *builder, uint32_t host, uint32_t *out) LW_CHECKED;
// A link of a family that trains as PCIe; LW_NO_LINK: none.
bool lw_is_pcie_port(const lw_machine *machine, uint32_t link);
// LW_NO_SERVER: that has no limit. link: of the port.
lw_status lw_server_of_root(lw_builder *builder, lw_root_part part, uint32_t host, uint32_t link, uint32_t *out) LW_CHECKED;
lw_status lw_server_of_gap(lw_builder *builder, uint32_t node, lw_dma_cost cost, uint32_t *out) LW_CHECKED;
// which: its node, part and reading. packet_bytes: what a full packet, or the answer to a full
// request, carries.
lw_status lw_server_of_pace(lw_builder *builder, lw_pace which, double rate_Bps, int64_t packet_bytes, uint32_t *out) LW_CHECKED;
// source_bytes: as lw_move.
lw_status lw_server_of_core(lw_builder *builder, uint32_t host, int64_t source_bytes, uint32_t *out) LW_CHECKED;
// The executor's copy engines for copies in one direction; LW_NO_RESOURCE: it has no limit.
lw_status lw_slots_of_engine(lw_builder *builder, const lw_move *move, const lw_transfer *transfer, uint32_t *out) LW_CHECKED;
lw_status lw_slots_new(lw_builder *builder, int64_t slots, const lw_slots_info *info, uint32_t *out) LW_CHECKED;
// A copy of a server that runs beside it and shows in no result.
lw_status lw_server_shadow(lw_builder *builder, uint32_t server, uint32_t *out) LW_CHECKED;
// The first server of a leg; its segments follow.
lw_status lw_server_of_leg(lw_builder *builder, lw_leg leg, uint32_t *out) LW_CHECKED;
static inline lw_server *lw_builder_server(const lw_builder *builder, uint32_t server) {
    return &LW_LIST_ITEMS(&builder->server, lw_server)[server];
}

// ---- transfer.c ----
// The transfer of a move, as the graph has it, with its parts.
lw_status lw_transfer_make(lw_builder *builder, const lw_move *move, lw_transfer *out) LW_CHECKED;
// Rates of host copies hold for the port that the card has towards its host: its PCIe port, or a
// link of another family that ends at a host. What it sends to its peers over a fabric of their own
// has the rate of that fabric.
bool lw_is_host_port(const lw_builder *builder, uint32_t card, const lw_route *route);

// ---- owner.c ----
// What asking adds to an access over a route, at one end of which is the memory: a mean.
int64_t lw_route_far_ask_ps(const lw_builder *builder, const lw_route *route, bool memory_first);
// The share of its own lines that a node asks its host about before it uses them.
lw_status lw_owner_share(const lw_builder *builder, const lw_move *move, double *out) LW_CHECKED;
// A node that uses its own memory, line by line, and asks about a share of the lines. All (1): each
// question and answer cross the links. Less: every line waits for the mean, and nothing crosses.
lw_status lw_transfer_owner(lw_builder *builder, const lw_move *move, double share, lw_transfer *out) LW_CHECKED;

// ---- lines.c ----
// How cores use a memory: line by line.
// Banks count finer than bytes: parts of the time that a line which is read keeps its bank.
enum { LW_LINE_BYTES = 64, LW_BANK_PARTS = 4096 };
// Banks that keep its memory as busy as its rate allows; 0: lines wait for none.
int64_t lw_banks_of(const lw_node *node);
// From the arrival of a move's read at the memory to its data.
int64_t lw_line_read_ps(const lw_builder *builder, const lw_move *move);
// What the data of a move passes at the memory of a node, whoever moves them.
lw_status lw_add_memory(lw_builder *builder, const lw_move *move, uint32_t node, lw_list *hops) LW_CHECKED;
// Of lines that come at random each has a bank of its own: as many parts as there are banks.
lw_status lw_transfer_spread(lw_builder *builder, const lw_move *move, lw_transfer *transfer) LW_CHECKED;

// ---- multicast.c ----
// A move of a multicast or reduction: checks that a switch on its route can do it. All members but
// the first share with it what lies before (multicast) or behind (reduce) that switch; they get
// shadows of it, so that packets pass it in the same time and are counted once.
lw_status lw_transfer_share(lw_builder *builder, const lw_move *move, lw_transfer *transfer) LW_CHECKED;

// ---- failure.c ----
// Why a workload cannot run at all; LW_LIMITED_BY_NOTHING: it can. Those it comes after, in
// `built`, are known.
lw_status lw_failure_find(const lw_builder *builder, const lw_built_workload *built, const lw_graph_workload *workload,
                          lw_limit *out) LW_CHECKED;
// All tasks from this one on do nothing and wait for nothing.
void lw_failure_silence(const lw_builder *builder, size_t first_task);

// ---- lower.c ----
// Tasks of the graph -> tasks of the fabric, all workloads, in their order.
lw_status lw_lower_tasks(lw_builder *builder, lw_built_workload *workload) LW_CHECKED;
// The first move of each workload alone.
lw_status lw_lower_beginning(lw_builder *builder) LW_CHECKED;

// ---- batch.c ----
// A batch of transfers as few tasks: where they cut into equal packets and requests they are one
// long task; else one task each, and slots keep as many in flight as the tags allow. first, count:
// the tasks, which follow each other.
typedef struct lw_batch {
    const lw_graph_task *task;
    const lw_move *move;
    lw_transfer *transfer;  // of the move, or a part of it
    int64_t count;          // of its transfers that go there; 0: none
    lw_task base;           // what each of its tasks waits for and costs
    lw_built_workload *workload;
} lw_batch;
lw_status lw_lower_batch(lw_builder *builder, const lw_batch *batch) LW_CHECKED;

// Times and sizes that the engine cannot count, so that it will refuse to run, are cut to one that
// it cannot count either.
static inline int64_t lw_cut(lw_int128 value) {
    const int64_t beyond = INT64_C(1) << 61;
    return value < beyond ? (int64_t)value : beyond;
}
// Between pieces of so many bytes; to the nearest ps: cut off, every gap of small packets would
// offer more than was asked for. bytes: at most 2^62.
static inline int64_t lw_gap_of_rate(int64_t bytes, lw_int128 rate_Bps) {
    const int64_t ps_per_s = 1000000000000;
    return lw_cut(((lw_int128)bytes * ps_per_s + rate_Bps / 2) / rate_Bps);
}

#endif
