// SPDX-License-Identifier: GPL-3.0-or-later
// A plan in the making: shared by plan.c and the files that do its parts (servers.c, transfer.c, own.c, multicast.c).
#ifndef LW_BUILDER_H
#define LW_BUILDER_H

#include "sim/base/list.h"
#include "sim/fabric/fabric.h"

// What a DMA engine needs a server for; one each a device.
typedef enum lw_dma_cost { LW_COST_PACKET_GAP, LW_COST_REQUEST_GAP, LW_COST_COUNT } lw_dma_cost;

typedef struct lw_node_servers {
    uint32_t memory;
    uint32_t forward;
    uint32_t gap[LW_COST_COUNT];
    uint32_t engine_slots[2];  // resources: copies that read (towards the device), copies that write
} lw_node_servers;

typedef enum lw_touch {
    LW_TOUCH_NONE,
    LW_TOUCH_PASS,  // its packets pass there: time
    LW_TOUCH_END    // they begin or end there: rate too
} lw_touch;

typedef struct lw_builder {
    lw_machine *system;
    lw_arena *arena;
    lw_diags *diags;
    lw_list server;                // lw_server
    lw_list info;                  // lw_server_info
    lw_list task;                  // lw_task
    lw_list resource;              // int64_t slots
    lw_list pace;                  // lw_pace
    uint32_t (*of_connection)[2];  // first server of each connection and direction; its segments follow in the way of the data
    lw_node_servers *of_device;
    unsigned *carries;
    bool *serves;
    // Of the job in the making: its part in each device spec, and the kinds of packets that it sends over each link spec.
    lw_touch *part;
    unsigned *sends;
} lw_builder;

// A copy engine that reaches a share of a link's ceiling.
typedef struct lw_pace {
    uint32_t device;
    bool reading;
    lw_fraction ps_per_byte;
    uint32_t server;
} lw_pace;

// ---- servers.c ----
lw_status lw_builder_start(lw_builder *builder) LW_CHECKED;
lw_status lw_server_of_memory(lw_builder *builder, uint32_t device, uint32_t *out) LW_CHECKED;
// What packets pass in a host on their way from link to link; LW_NO_SERVER: nothing that takes time.
lw_status lw_server_of_forward(lw_builder *builder, uint32_t host, uint32_t *out) LW_CHECKED;
lw_status lw_server_of_gap(lw_builder *builder, uint32_t device, lw_dma_cost cost, uint32_t *out) LW_CHECKED;
// packet_bytes: what a full packet, or the answer to a full request, carries.
lw_status lw_server_of_pace(lw_builder *builder, uint32_t device, bool reading, double rate_Bps, int64_t packet_bytes,
                            uint32_t *out) LW_CHECKED;
lw_status lw_server_of_core(lw_builder *builder, uint32_t host, const char *job, uint32_t *out) LW_CHECKED;
lw_status lw_slots_of_engine(lw_builder *builder, uint32_t device, bool reading, uint32_t *out) LW_CHECKED;
lw_status lw_slots_new(lw_builder *builder, int64_t slots, uint32_t *out) LW_CHECKED;

// A copy of a server that runs beside it and shows in no result.
lw_status lw_server_shadow(lw_builder *builder, uint32_t server, uint32_t *out) LW_CHECKED;

// The job in the making goes over the route with packets of these kinds (as in lw_family_has_effect), or has an end at the
// device: it counts for its evidence, and for what is idle.
void lw_builder_note_route(lw_builder *builder, const lw_route *route, unsigned kinds);
void lw_builder_note_end(lw_builder *builder, uint32_t device);

// ---- demand.c ----
// When all tasks are known: memories that are fast enough for all that can reach them at once serve every task on its own
// (lw_server.parallel). Packets then wait where bandwidth is short and nowhere else, and transfers that meet in such a memory
// only need not be simulated as one.
lw_status lw_memories_rate(lw_builder *builder) LW_CHECKED;

// ---- multicast.c ----
// A member of a multicast or reduction: checks that a switch on its way can do it. All members but the first share with it what
// lies before (multicast) or behind (reduce) that switch; they get shadows of it, so that packets pass it in the same time and
// are counted once.
lw_status lw_transfer_share(lw_builder *builder, lw_workload *job, bool first, lw_transfer *transfer) LW_CHECKED;

// ---- own.c ----
// What asking adds to an access over a route, at one end of which is the memory: a mean.
int64_t lw_route_far_ask_ps(lw_builder *builder, const lw_route *route, bool memory_first);
// The share of its own lines that a device asks its host about before it uses them.
lw_status lw_own_share(lw_builder *builder, const lw_workload *job, uint32_t device, double *out) LW_CHECKED;
// A device that reads or writes its own memory, line by line, and asks about a share of the lines. All (1): each question and
// answer cross the links. Less: every line waits for the mean, and nothing crosses.
lw_status lw_transfer_own(lw_builder *builder, lw_workload *job, uint32_t device, bool writing, double share,
                          lw_transfer *out) LW_CHECKED;

// ---- transfer.c ----
typedef struct lw_ends {
    uint32_t source, sink, executor;  // devices; an executor on the way reads ahead from the source and writes to the sink
} lw_ends;
// The device that executes the job's transfer between two: the first network card on the way, if there is one; else a network
// card at an end before a GPU, a GPU before a host, a host before a memory; of two alike the one that holds the data.
lw_status lw_transfer_ends(const lw_builder *builder, const lw_workload *job, uint32_t from, uint32_t to,
                           lw_ends *out) LW_CHECKED;
// A DMA of the executor over the route from source to sink. Missing routes are diagnosed at `at`.
lw_status lw_transfer_dma(lw_builder *builder, lw_workload *job, lw_ends ends, lw_place at, lw_transfer *out) LW_CHECKED;
// The first packet of a transfer of so many bytes on idle links, from leaving (READ: its request) to its last bit in; 0 for none.
int64_t lw_transfer_latency_ps(const lw_builder *builder, const lw_transfer *transfer, int64_t bytes);
// A CPU core of the host that copies from its memory to its memory.
lw_status lw_transfer_core(lw_builder *builder, lw_workload *job, uint32_t host, lw_transfer *out) LW_CHECKED;
// Readers of a memory, without a link.
lw_status lw_transfer_memory(lw_builder *builder, lw_workload *job, uint32_t device, lw_transfer *out) LW_CHECKED;

#endif
