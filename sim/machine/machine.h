// SPDX-License-Identifier: GPL-3.0-or-later
// The machine of one point: nodes, links, and the routes between nodes. It never changes after it
// was built, so threads may share it.
#ifndef LW_MACHINE_H
#define LW_MACHINE_H

#include "sim/config/document.h"
#include "sim/machine/link_spec.h"
#include "sim/machine/node.h"

// One link: those of a group share their spec.
typedef struct lw_link {
    const char *name;  // "egpu", "slots[3]"
    const lw_link_spec *spec;
    uint32_t end[2];  // nodes: a, b
} lw_link;

// A link leaving a node.
typedef struct lw_port {
    uint32_t link;
    uint32_t far;  // the node at the other end
    int dir;       // channel index towards it: 0 is a -> b
} lw_port;

// One link of a route and its direction.
typedef struct lw_leg {
    uint32_t link;
    int dir;
} lw_leg;

// What a leg costs a route.
typedef struct lw_leg_times {
    int64_t bit_ps;  // of the first bit
    // of the last bit of 4 KiB: of two routes that are as quick for a bit the wider one is taken,
    // as drivers take NVLink before PCIe
    int64_t page_ps;
    bool works;  // lw_link_model_works; where there is another route, one that works is taken
} lw_leg_times;

typedef struct lw_machine {
    const lw_node *node;
    size_t node_count;
    const lw_node_spec *node_spec;  // in the order of the file, as are link_spec and link
    size_t node_spec_count;
    const lw_link *link;
    size_t link_count;
    const lw_link_spec *link_spec;
    size_t link_spec_count;
    // ports of node n: port[first_port[n]] .. port[first_port[n + 1] - 1]
    const uint32_t *first_port;
    const lw_port *port;
    const lw_leg_times *times;  // for routes; times[2 * link + dir]
} lw_machine;

enum { LW_NODES_MAX = 65536, LW_LINKS_MAX = 1 << 18 };

// The nodes that a selector names, which follow each other: "gpu", "gpus" and "gpus[*]" (all),
// "gpus[3]", "gpus[1..7]" (both included).
typedef struct lw_selection {
    uint32_t first, count;
} lw_selection;
lw_status lw_machine_select(const lw_machine *machine, const char *selector, lw_place place, lw_diags *diags,
                            lw_selection *out) LW_CHECKED;

static inline const lw_link_model *lw_machine_model(const lw_machine *machine, lw_leg leg) {
    return machine->link[leg.link].spec->model;
}
// The node that a leg starts at.
static inline uint32_t lw_leg_start(const lw_machine *machine, lw_leg leg) {
    return machine->link[leg.link].end[leg.dir];
}
lw_leg_times lw_leg_times_of(const lw_machine *machine, lw_leg leg);
// Time of the first bit over one leg, the switch at its end included. A switch's own figure is from
// pin to pin: where there is one, the ports of the links that it joins are in it.
int64_t lw_leg_latency_ps(const lw_machine *machine, lw_leg leg);
// The same of one of its segments, counted in the direction of the leg.
int64_t lw_segment_latency_ps(const lw_machine *machine, lw_leg leg, int index);

#endif
