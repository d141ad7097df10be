// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/machine/build.h"

#include "sim/machine/connect.h"
#include "sim/machine/switch_limits.h"

// ---- Nodes ----

static lw_status add_nodes(const lw_setup *setup, lw_arena *arena, lw_diags *diags, lw_machine *out) {
    size_t count = setup->count[LW_SECTION_NODES];
    lw_node_spec *spec = LW_NEW_ARRAY(arena, lw_node_spec, count);
    if (spec == NULL) {
        return LW_NO_MEMORY;
    }
    lw_status status = LW_OK;
    for (size_t s = 0; s < count; s++) {
        lw_status checked = lw_object_check(setup->object[LW_SECTION_NODES][s], diags);
        status = checked != LW_OK ? checked : status;
        spec[s] = lw_node_spec_of(setup->object[LW_SECTION_NODES][s]);
        spec[s].first = (uint32_t)out->node_count;
        out->node_count += spec[s].members;
        if (out->node_count > LW_NODES_MAX) {
            return lw_error(diags, spec[s].object->place, "make the groups smaller", "there are more than %d nodes",
                            LW_NODES_MAX);
        }
    }
    lw_node *node = LW_NEW_ARRAY(arena, lw_node, out->node_count);
    if (node == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t s = 0; s < count; s++) {
        const char *name = spec[s].object->name;
        for (uint32_t i = 0; i < spec[s].members; i++) {
            node[spec[s].first + i] = (lw_node){spec[s].group ? lw_arena_member(arena, name, i) : name, &spec[s]};
            if (node[spec[s].first + i].name == NULL) {
                return LW_NO_MEMORY;
            }
        }
    }
    out->node = node;
    out->node_spec = spec;
    out->node_spec_count = count;
    return status;
}

// ---- Links ----

static lw_status add_links(const lw_setup *setup, lw_arena *arena, lw_diags *diags, lw_machine *out) {
    size_t count = setup->count[LW_SECTION_LINKS];
    lw_link_spec *spec = LW_NEW_ARRAY(arena, lw_link_spec, count);
    if (spec == NULL) {
        return LW_NO_MEMORY;
    }
    lw_list links = {0};
    lw_status status = LW_OK;
    for (size_t s = 0; s < count; s++) {
        lw_status made = lw_link_spec_read(setup->object[LW_SECTION_LINKS][s], arena, diags, &spec[s]);
        made = made == LW_OK ? lw_connect(out, &spec[s], arena, diags, &links) : made;
        if (made == LW_NO_MEMORY) {
            return made;
        }
        status = made != LW_OK ? made : status;
    }
    out->link_spec = spec;
    out->link_spec_count = count;
    out->link = LW_LIST_ITEMS(&links, const lw_link);
    out->link_count = links.count;
    return status;
}

// Nodes that links of one host join, as a forest: the parent of each node, and the host that its root
// has found.
static uint32_t root_of(uint32_t *parent, uint32_t node) {
    while (parent[node] != node) {
        node = parent[node] = parent[parent[node]];
    }
    return node;
}

// Links whose protocol has one host lead from no second one, over however many switches.
static lw_status check_hosts(const lw_machine *machine, lw_arena *arena, lw_diags *diags) {
    uint32_t *parent = LW_NEW_ARRAY(arena, uint32_t, machine->node_count);
    uint32_t *host = LW_NEW_ARRAY(arena, uint32_t, machine->node_count);
    if (parent == NULL || host == NULL) {
        return LW_NO_MEMORY;
    }
    for (uint32_t n = 0; n < machine->node_count; n++) {
        parent[n] = n;
        host[n] = machine->node[n].spec->kind == LW_NODE_HOST ? n : UINT32_MAX;
    }
    for (size_t i = 0; i < machine->link_count; i++) {
        const lw_link *link = &machine->link[i];
        const lw_joins *joins = link->spec->family->joins;
        if (joins == NULL || !joins->one_host) {
            continue;
        }
        const uint32_t a = root_of(parent, link->end[0]), b = root_of(parent, link->end[1]);
        if (a != b && host[a] != UINT32_MAX && host[b] != UINT32_MAX) {
            return lw_error(diags, link->spec->between[0]->place, joins->between_hosts,
                            "links.%s: %s has one host, and here it would lead from '%s' to '%s'", link->name,
                            link->spec->family->type.name, machine->node[host[a]].name, machine->node[host[b]].name);
        }
        host[a] = host[a] != UINT32_MAX ? host[a] : host[b];
        parent[b] = a;
    }
    return LW_OK;
}

// The ports of each node, in the order of the file.
static lw_status index_ports(lw_machine *machine, lw_arena *arena) {
    uint32_t *first = LW_NEW_ARRAY(arena, uint32_t, machine->node_count + 2);
    lw_port *port = LW_NEW_ARRAY(arena, lw_port, 2 * machine->link_count);
    if (first == NULL || port == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t i = 0; i < machine->link_count; i++) {
        first[machine->link[i].end[0] + 2]++;
        first[machine->link[i].end[1] + 2]++;
    }
    for (size_t n = 0; n < machine->node_count; n++) {
        first[n + 2] += first[n + 1];
    }
    for (size_t i = 0; i < machine->link_count; i++) {
        const uint32_t *end = machine->link[i].end;
        for (int side = 0; side < 2; side++) {
            port[first[end[side] + 1]++] = (lw_port){(uint32_t)i, end[1 - side], side};
        }
    }
    machine->first_port = first;
    machine->port = port;
    return LW_OK;
}

static lw_status time_links(lw_machine *machine, lw_arena *arena) {
    lw_leg_times *times = LW_NEW_ARRAY(arena, lw_leg_times, 2 * machine->link_count);
    if (times == NULL) {
        return LW_NO_MEMORY;
    }
    const lw_link_spec *spec = NULL;
    lw_leg_times alike[2] = {{0}};  // of its links, which follow each other
    for (uint32_t l = 0; l < machine->link_count; l++) {
        for (int dir = 0; dir < 2; dir++) {
            const lw_leg leg = {l, dir};
            lw_leg_times *t = &times[2 * l + (uint32_t)dir];
            if (machine->link[l].spec != spec) {
                alike[dir] = lw_leg_times_of(machine, leg);
            }
            *t = alike[dir];
            t->bit_ps = lw_leg_latency_ps(machine, leg);  // which the switches at its ends decide
            t->page_ps += t->bit_ps - alike[dir].bit_ps;
        }
        spec = machine->link[l].spec;
    }
    machine->times = times;
    return LW_OK;
}

// ---- All of it ----

lw_status lw_machine_build(const lw_setup *setup, lw_arena *arena, lw_diags *diags, lw_machine *out) {
    lw_machine machine = {0};
    LW_TRY(add_nodes(setup, arena, diags, &machine));
    LW_TRY(add_links(setup, arena, diags, &machine));
    LW_TRY(check_hosts(&machine, arena, diags));
    LW_TRY(index_ports(&machine, arena));
    LW_TRY(lw_switch_limits_check(&machine, arena, diags));
    LW_TRY(time_links(&machine, arena));
    *out = machine;
    return LW_OK;
}

lw_status lw_machine_copy(const lw_machine *machine, lw_arena *arena, lw_machine *out, lw_link_spec **links,
                          lw_node_spec **nodes) {
    lw_link_spec *link_spec = LW_NEW_ARRAY(arena, lw_link_spec, machine->link_spec_count);
    lw_node_spec *node_spec = LW_NEW_ARRAY(arena, lw_node_spec, machine->node_spec_count);
    lw_link *link = LW_NEW_ARRAY(arena, lw_link, machine->link_count);
    lw_node *node = LW_NEW_ARRAY(arena, lw_node, machine->node_count);
    if (link_spec == NULL || node_spec == NULL || link == NULL || node == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t s = 0; s < machine->link_spec_count; s++) {
        link_spec[s] = machine->link_spec[s];
    }
    for (size_t s = 0; s < machine->node_spec_count; s++) {
        node_spec[s] = machine->node_spec[s];
    }
    for (size_t l = 0; l < machine->link_count; l++) {
        link[l] = machine->link[l];
        link[l].spec = &link_spec[machine->link[l].spec - machine->link_spec];
    }
    for (size_t n = 0; n < machine->node_count; n++) {
        node[n] = machine->node[n];
        node[n].spec = &node_spec[machine->node[n].spec - machine->node_spec];
    }
    *out = *machine;
    out->link_spec = *links = link_spec;
    out->node_spec = *nodes = node_spec;
    out->link = link;
    out->node = node;
    return LW_OK;
}

lw_status lw_machine_at_end(const lw_machine *machine, bool fast, lw_arena *arena, lw_machine *out) {
    lw_link_spec *spec = NULL;
    lw_node_spec *unused = NULL;
    LW_TRY(lw_machine_copy(machine, arena, out, &spec, &unused));
    for (size_t s = 0; s < machine->link_spec_count; s++) {
        if (spec[s].family->band != NULL) {
            lw_link_model end[2];
            spec[s].family->band(spec[s].params, &end[0], &end[1]);
            spec[s].model = lw_link_model_keep(&end[fast ? 1 : 0], arena);
            if (spec[s].model == NULL) {
                return LW_NO_MEMORY;
            }
        }
    }
    return LW_OK;
}
