// SPDX-License-Identifier: GPL-3.0-or-later
// Machine and task graph as an engine runs them: servers, flows, tasks; and what it takes to
// explain the results in the words of the scenario. Plain data.
#ifndef LW_BUILT_H
#define LW_BUILT_H

#include "sim/result/limit.h"
#include "sim/workload/graph.h"

#define LW_NO_LINK UINT32_MAX

// What a server is in the machine.
typedef struct lw_server_info {
    const char *name;       // as results call it: "egpu", "host memory"
    const char *direction;  // "host->gpu"; "both" for memory; "" where there is none
    const char *segment;    // of a link of several segments: "tunnel"; "" else
    uint32_t link;          // LW_NO_LINK: none
    uint32_t node;          // of what is in a node
    int dir;
    lw_fraction expand;  // of a link: bytes on the wire for each byte of its packets (flits)
    bool for_requests;   // of a DMA engine: its time is for each request, not for each packet
    bool root;           // of a host's root complex, or a port of it
} lw_server_info;

// One leg of a transfer's route.
typedef struct lw_leg_packets {
    int64_t packet_bytes;  // largest payload of a packet there
    size_t end_hop;        // of flow.data: behind the leg's last
} lw_leg_packets;

// How the transfers of a move go. Where several routes are equal and each carries a share, one
// lw_transfer is one of its parts.
typedef struct lw_transfer {
    lw_flow flow;
    int64_t submit_ps, finish_ps;  // before its first packet and after its last, whatever calls it
    lw_route route;
    lw_routes routes;          // those that are equal, of the first part
    struct lw_transfer *next;  // the next part; NULL: none
    uint32_t part;             // 0 for the first
    double share;              // of the bytes: 1 where there is one part
    lw_route ask_route;        // over which its own accesses ask a host first; none: nobody is asked
    lw_leg_packets *leg;       // one a leg of the route
    int64_t guest_wait_ps;     // of a guest, for its turn at the card
    // READ: from a request leaving to its first full packet having come, on idle links
    int64_t round_trip_ps;
    lw_waterfall waterfall;  // of the slowest link of the route
    uint32_t slowest;        // that link; LW_NO_LINK: a transfer without links
    uint32_t window;         // the link whose tags are fewest; LW_NO_LINK: none
} lw_transfer;

// Tasks of one member, or of one rank of a schedule: from the first up to that of the next run.
typedef struct lw_member_run {
    uint32_t first, member;
} lw_member_run;

typedef struct lw_built_workload {
    uint32_t first_task, task_count;           // of the fabric; consecutive
    lw_list run;                               // lw_member_run: all of them
    int64_t bytes;                             // payload that counts as delivered
    int64_t submit_ps, finish_ps, latency_ps;  // fixed cost of one member from start to end
    int64_t calls;                             // that pay it
    int64_t queued, queued_ps, gap_ps;         // as lw_fixed_cost
    // what its result is explained by, of the first member
    lw_transfer main;
    // at most, by its `outstanding`; 0: as many as the route takes
    int64_t writes_under_way;
    // why it cannot run at all, of a workload whose tasks do nothing for that reason; else
    // LW_LIMITED_BY_NOTHING
    lw_limit failure;
} lw_built_workload;

// What a resource of the fabric is.
typedef struct lw_slots_info {
    const char *name;  // "gpu copy engines"; NULL: a bound that a workload set itself
    const char *use;   // what they do: "outgoing copies"
    uint32_t node;     // of copy engines
    bool computes;     // a compute stream of a node
} lw_slots_info;

typedef struct lw_built {
    const lw_machine *machine;
    const lw_graph *graph;
    lw_fabric fabric;
    const lw_server_info *server;       // one a server of the fabric
    const lw_slots_info *slots;         // one a resource of the fabric
    const lw_transfer *transfer;        // one a move of the graph; of a beginning one a workload
    const lw_built_workload *workload;  // one a workload of the graph
    bool beginning;                     // as of lw_build
} lw_built;

typedef struct lw_build {
    uint64_t seed;    // of the hashes that pick routes
    int64_t load_ps;  // how long background work lasts
    // to see what an option changes: what cannot work is built as if it could
    bool sketch;
    // of a sketch nothing but the first move of each workload
    bool beginning;
} lw_build;

#endif
