// SPDX-License-Identifier: GPL-3.0-or-later
// How many devices a standard lets switches join: identifiers of a fabric, hosts that share a memory.
#include "sim/machine/machine.h"

// Switches joined by links are one fabric, named by one of them.
static uint32_t fabric_of(uint32_t *parent, uint32_t device) {
    while (parent[device] != device) {
        parent[device] = parent[parent[device]];
        device = parent[device];
    }
    return device;
}

static bool is_switch(const lw_machine *system, uint32_t device) {
    return system->device[device].spec->kind == LW_NODE_SWITCH;
}

// The link of a device into this fabric; NULL: it has none.
static const lw_link *way_into(const lw_machine *system, uint32_t *parent, uint32_t device, uint32_t fabric) {
    for (uint32_t p = system->first_port[device]; p < system->first_port[device + 1]; p++) {
        if (is_switch(system, system->port[p].far) && fabric_of(parent, system->port[p].far) == fabric) {
            return &system->connection[system->port[p].connection];
        }
    }
    return NULL;
}

static lw_status check_fabric(const lw_machine *system, uint32_t *parent, uint32_t fabric, lw_diags *diags) {
    int64_t ends = 0, hosts = 0;
    const lw_link_spec *names = NULL, *shares = NULL;  // the tightest of each limit
    const char *memory = NULL;
    for (uint32_t d = 0; d < system->device_count; d++) {
        const lw_link *way = is_switch(system, d) ? NULL : way_into(system, parent, d, fabric);
        if (way == NULL) {
            continue;
        }
        ends++;
        bool host = system->device[d].spec->kind == LW_NODE_HOST;
        hosts += host;
        const lw_link_model *link = &way->spec->link;
        if (link->ids_max > 0 && (names == NULL || link->ids_max < names->link.ids_max)) {
            names = way->spec;
        }
        if (!host && link->hosts_max > 0 && (shares == NULL || link->hosts_max < shares->link.hosts_max)) {
            shares = way->spec;
            memory = system->device[d].name;
        }
    }
    if (names != NULL && ends > names->link.ids_max) {
        return lw_error(diags, names->place, "join fewer by one fabric",
                        "links.%s: %lld devices on switches, but %s has names for %lld", names->name, (long long)ends,
                        names->family->name, (long long)names->link.ids_max);
    }
    if (shares != NULL && hosts > shares->link.hosts_max) {
        const char *hint = shares->link.hosts_hint;
        hint = hint != NULL ? lw_diags_text(diags, "take fewer hosts, or %s", hint) : "take fewer hosts";
        return lw_error(diags, shares->place, hint, "links.%s: %lld hosts reach '%s', which has parts for %lld", shares->name,
                        (long long)hosts, memory, (long long)shares->link.hosts_max);
    }
    return LW_OK;
}

lw_status lw_switch_limits_check(const lw_machine *system, lw_arena *arena, lw_diags *diags) {
    bool limited = false;
    for (size_t i = 0; i < system->link_count; i++) {
        limited = limited || system->link[i].link.ids_max > 0 || system->link[i].link.hosts_max > 0;
    }
    if (!limited) {
        return LW_OK;
    }
    uint32_t *parent = LW_NEW_ARRAY(arena, uint32_t, system->device_count);
    if (parent == NULL) {
        return LW_NO_MEMORY;
    }
    for (uint32_t d = 0; d < system->device_count; d++) {
        parent[d] = d;
    }
    for (size_t i = 0; i < system->connection_count; i++) {
        const uint32_t *end = system->connection[i].end;
        if (is_switch(system, end[0]) && is_switch(system, end[1])) {
            parent[fabric_of(parent, end[0])] = fabric_of(parent, end[1]);
        }
    }
    lw_status status = LW_OK;
    for (uint32_t d = 0; d < system->device_count && status == LW_OK; d++) {
        if (is_switch(system, d) && fabric_of(parent, d) == d) {
            status = check_fabric(system, parent, d, diags);
        }
    }
    return status;
}
