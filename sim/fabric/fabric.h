// SPDX-License-Identifier: GPL-3.0-or-later
// One point as the engine runs it: servers and tasks, and what is needed to explain the outcome in the words of the scenario.
#ifndef LW_PLAN_H
#define LW_PLAN_H

#include "sim/fabric/provenance.h"
#include "sim/machine/machine.h"

typedef enum lw_server_role {
    LW_SERVER_LINK,         // one direction of a segment of a link
    LW_SERVER_MEMORY,       // a memory port, both directions
    LW_SERVER_COPY_ENGINE,  // a DMA engine that does not fill the link, or needs time for each packet
    LW_SERVER_CPU,          // a core that copies
    LW_SERVER_FORWARD,      // a root complex between two links
    LW_SERVER_SHADOW        // what another copy of a multicast or reduction occupies anyway; in no result
} lw_server_role;

typedef struct lw_server_info {
    lw_server_role role;
    const char *name;       // "egpu", "host memory": as results call it
    const char *direction;  // "host->gpu"; "both" for memory
    const char *limit;      // in words: "links.egpu host->gpu: channel"
    uint32_t connection;    // of a link; LW_NO_SERVER else
    int dir;
    lw_fraction expand;  // of a link: bytes on the wire for each byte of its packets (flits)
} lw_server_info;

// One leg of a transfer's route.
typedef struct lw_leg_plan {
    int64_t packet_bytes;  // largest payload of a packet there
    size_t end_hop;        // of task.data: behind the leg's last
} lw_leg_plan;

// How one DMA of a job goes; all members of a job count as alike when a result is explained.
typedef struct lw_transfer {
    lw_task task;  // without bytes and dependencies
    lw_route route;
    lw_leg_plan *leg;        // one a leg of the route
    uint32_t executor;       // the device whose engine does it
    int64_t guest_wait_ps;   // of a guest, for its turn at the card; the caller adds it to submit_ps
    int64_t submit_ps;       // software before the first packet; a task of its own
    int64_t round_trip_ps;   // READ: from a request leaving to its first full packet having come, on idle links
    lw_waterfall waterfall;  // of the slowest link of the route
    uint32_t slowest;        // that connection; LW_NO_SERVER for a transfer without links
    uint32_t window;         // connection whose tags are fewest
    size_t first_link;       // hop of task.data where the links begin
} lw_transfer;

typedef struct lw_built_workload {
    lw_workload *job;
    uint32_t first_task, task_count;           // consecutive
    int64_t members;                           // transfers side by side
    int64_t bytes;                             // payload that counts as delivered
    int64_t submit_ps, finish_ps, latency_ps;  // fixed cost of one member from start to end
    const char *direction;                     // "host->gpu"; NULL
    const char *copy;                          // "h2d", "d2h", "d2d"; NULL
    lw_transfer transfer;                      // its main leg, of the first member
    int64_t writes_under_way;                  // at most, by its `outstanding`; 0: as many as the way takes
    bool background;                           // runs as long as the other jobs
    lw_provenance grounds;                     // of all links and devices that it meets
} lw_built_workload;

typedef struct lw_built {
    lw_machine *system;
    lw_fabric fabric;
    lw_server_info *server;  // one a server of the fabric
    lw_built_workload *job;  // one a job of the system
    unsigned *carries;       // one a connection: 1 << lw_packet_kind of each kind that goes over it, LW_ASKED; 0: none
    bool *serves;            // one a device spec: some task touches it
} lw_built;

enum { LW_TASKS_MAX = 1000000 };

// load_ps: how long background loads without a size last.
lw_status lw_fabric_build(lw_machine *system, int64_t load_ps, lw_arena *arena, lw_diags *diags, lw_built *out) LW_CHECKED;

#endif
