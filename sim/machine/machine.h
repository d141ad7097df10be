// SPDX-License-Identifier: GPL-3.0-or-later
// One point of a scenario as objects: devices, connections, jobs, and the routes between devices.
#ifndef LW_SYSTEM_H
#define LW_SYSTEM_H

#include "sim/machine/link_spec.h"
#include "sim/machine/node.h"
#include "sim/workload/workload.h"

// A connection leaving a device.
typedef struct lw_port {
    uint32_t connection;
    uint32_t far;  // the device at the other end
    int dir;       // channel index of the way out: 0 is a -> b
} lw_port;

// The times that decide about routes, and scratch of the searches for them; a system belongs to one thread.
typedef struct lw_router lw_router;

typedef struct lw_machine {
    lw_node *device;
    size_t device_count;
    lw_link_spec *link;
    size_t link_count;
    lw_link *connection;
    size_t connection_count;
    lw_workload *job;
    size_t job_count;
    lw_node_spec *spec;  // of nodes, in the order of the file
    size_t spec_count;
    const uint32_t *first_port;  // ports of device d: port[first_port[d]] .. port[first_port[d + 1] - 1]
    const lw_port *port;
    lw_router *router;
} lw_machine;

enum { LW_NODES_MAX = 65536, LW_LINKS_MAX = 1 << 20 };

// Read a point's tree (nodes, links, workloads).
lw_status lw_machine_read(const lw_yaml *root, const lw_catalog *catalog, lw_arena *arena, lw_diags *diags,
                          lw_machine *out) LW_CHECKED;

// The limits of standards on what switches join.
lw_status lw_switch_limits_check(const lw_machine *system, lw_arena *arena, lw_diags *diags) LW_CHECKED;

// One way over one connection.
typedef struct lw_leg {
    uint32_t connection;
    int dir;
} lw_leg;
typedef struct lw_route {
    const lw_leg *leg;
    size_t count;
    lw_int128 latency_ps;  // of all legs, as the router saw them
} lw_route;

// Routes stay as the links are now, also when these are moved later to what they may be at worst and at best: a band describes
// one way. NULL when out of memory.
lw_router *lw_router_new(const lw_machine *system, lw_arena *arena);

// The way through fewest hosts, then over fewest links, then of least time for 4 KiB, then of links first in the file; through
// `via` in order. Only hosts, switches, network cards and devices that say so forward. LW_BAD_INPUT without a diagnostic when
// there is none.
lw_status lw_route_find(const lw_machine *system, uint32_t from, uint32_t to, const uint32_t *via, size_t via_count,
                        lw_arena *arena, lw_route *out) LW_CHECKED;

// Time of the first bit over one leg, the switch at its end included. A switch's own figure is from pin to pin: where there is
// one, the ports of the links that it joins are in it.
int64_t lw_leg_latency_ps(const lw_machine *system, lw_leg leg);
// The same of one of its segments, counted in the direction of the leg.
int64_t lw_segment_latency_ps(const lw_machine *system, lw_leg leg, int way);

#endif
