// SPDX-License-Identifier: GPL-3.0-or-later
// Routes between the nodes of a machine.
#ifndef LW_ROUTE_H
#define LW_ROUTE_H

#include "sim/machine/machine.h"

typedef struct lw_route {
    const lw_leg *leg;
    size_t count;
    lw_int128 latency_ps;  // of the first bit
} lw_route;

// Nodes that a route must pass, in order.
typedef struct lw_via {
    const uint32_t *node;
    size_t count;
    const lw_place *place;  // of each, for findings
} lw_via;

// The scratch of searches; belongs to one thread. NULL when out of memory.
typedef struct lw_router lw_router;
lw_router *lw_router_new(const lw_machine *machine, lw_arena *arena);

// The route over fewest links that do not work, then through fewest hosts, then over fewest links, then of least time for 4 KiB,
// then of links first in the file. Only hosts, switches, network cards and nodes that say so forward. LW_BAD_INPUT without a
// diagnostic when there is none.
lw_status lw_route_find(lw_router *router, uint32_t from, uint32_t to, lw_via via, lw_route *out) LW_CHECKED;

enum { LW_ROUTES_MAX = 64 };

// Routes that are equally short: through as many hosts and links as the best one, of which each
// leg is of the same family and each host and network card the same. The best one is first, then
// others in the order of their time for 4 KiB and the names of their links.
typedef struct lw_routes {
    lw_route *route;
    size_t count;  // at most LW_ROUTES_MAX
    // of the families where they differ; hashed: only routes that are as quick are among them
    lw_multipath use;
} lw_routes;

// As lw_route_find, for all of them.
lw_status lw_routes_find(lw_router *router, uint32_t from, uint32_t to, lw_via via, lw_routes *out) LW_CHECKED;
// Does routing lead that way? Each of `via` must forward and be no end of the transfer, and the route
// may come to no node twice: not to its ends, not to a host, and to a switch or a card only where a
// host sent the packets on in between. What is wrong, about via[which] and a node of the route.
typedef enum lw_via_fault { LW_VIA_FINE, LW_VIA_NO_FORWARDING, LW_VIA_IS_END, LW_VIA_PASSES_END, LW_VIA_TWICE } lw_via_fault;
lw_via_fault lw_via_check(const lw_machine *machine, lw_via via, const lw_route *route, size_t *which, uint32_t *node);
lw_via_fault lw_via_check_nodes(const lw_machine *machine, lw_via via, uint32_t from, uint32_t to, size_t *which);

// The host that is nearest to all of these nodes: the sum of their routes to it has the least
// latency. LW_BAD_INPUT without a diagnostic when there is none.
lw_status lw_nearest_host(lw_router *router, const uint32_t *node, size_t count, lw_via via, uint32_t *out) LW_CHECKED;

#endif
