// SPDX-License-Identifier: GPL-3.0-or-later
// How many nodes a standard lets switches join: identifiers of a fabric, hosts that share a memory.
#include "sim/machine/switch_limits.h"

// Switches joined by links are one fabric, named by one of them.
static uint32_t fabric_of(uint32_t *parent, uint32_t node) {
    while (parent[node] != node) {
        parent[node] = parent[parent[node]];
        node = parent[node];
    }
    return node;
}

static bool is_switch(const lw_machine *machine, uint32_t node) {
    return machine->node[node].spec->kind == LW_NODE_SWITCH;
}

// The link of a node into this fabric; NULL: it has none.
static const lw_link_spec *link_into(const lw_machine *machine, uint32_t *parent, uint32_t node, uint32_t fabric) {
    for (uint32_t p = machine->first_port[node]; p < machine->first_port[node + 1]; p++) {
        const lw_port *port = &machine->port[p];
        if (is_switch(machine, port->far) && fabric_of(parent, port->far) == fabric) {
            return machine->link[port->link].spec;
        }
    }
    return NULL;
}

static lw_status check_fabric(const lw_machine *machine, uint32_t *parent, uint32_t fabric, lw_diags *diags) {
    int64_t ends = 0, hosts = 0;
    const lw_link_spec *ids = NULL, *shares = NULL;  // the tightest of each limit
    const char *memory = NULL;
    for (uint32_t n = 0; n < machine->node_count; n++) {
        const lw_link_spec *link = is_switch(machine, n) ? NULL : link_into(machine, parent, n, fabric);
        if (link == NULL) {
            continue;
        }
        ends++;
        bool host = machine->node[n].spec->kind == LW_NODE_HOST;
        hosts += host;
        const lw_switch_limits *limits = &link->limits;
        if (limits->ids_max > 0 && (ids == NULL || limits->ids_max < ids->limits.ids_max)) {
            ids = link;
        }
        if (!host && limits->hosts_max > 0 && (shares == NULL || limits->hosts_max < shares->limits.hosts_max)) {
            shares = link;
            memory = machine->node[n].name;
        }
    }
    if (ids != NULL && ends > ids->limits.ids_max) {
        return lw_error(diags, ids->object->place, "join fewer by one fabric",
                        "links.%s: %lld devices on switches, but %s has names for %lld", ids->object->name, (long long)ends,
                        ids->family->type.name, (long long)ids->limits.ids_max);
    }
    if (shares != NULL && hosts > shares->limits.hosts_max) {
        const lw_switch_limits *limits = &shares->limits;
        const char *hint = limits->hosts_key != NULL
                               ? lw_diags_text(diags, "take fewer hosts, or %s: %s", limits->hosts_key, limits->hosts_word)
                               : "take fewer hosts";
        return lw_error(diags, shares->object->place, hint, "links.%s: %lld hosts reach '%s', which has parts for %lld",
                        shares->object->name, (long long)hosts, memory, (long long)shares->limits.hosts_max);
    }
    return LW_OK;
}

lw_status lw_switch_limits_check(const lw_machine *machine, lw_arena *arena, lw_diags *diags) {
    bool limited = false;
    for (size_t s = 0; s < machine->link_spec_count; s++) {
        const lw_switch_limits *limits = &machine->link_spec[s].limits;
        limited = limited || limits->ids_max > 0 || limits->hosts_max > 0;
    }
    if (!limited) {
        return LW_OK;
    }
    uint32_t *parent = LW_NEW_ARRAY(arena, uint32_t, machine->node_count);
    if (parent == NULL) {
        return LW_NO_MEMORY;
    }
    for (uint32_t n = 0; n < machine->node_count; n++) {
        parent[n] = n;
    }
    for (size_t i = 0; i < machine->link_count; i++) {
        const uint32_t *end = machine->link[i].end;
        if (is_switch(machine, end[0]) && is_switch(machine, end[1])) {
            parent[fabric_of(parent, end[0])] = fabric_of(parent, end[1]);
        }
    }
    lw_status status = LW_OK;
    for (uint32_t n = 0; n < machine->node_count && status == LW_OK; n++) {
        if (is_switch(machine, n) && fabric_of(parent, n) == n) {
            status = check_fabric(machine, parent, n, diags);
        }
    }
    return status;
}
