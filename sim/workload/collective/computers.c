// SPDX-License-Identifier: GPL-3.0-or-later
// Which ranks are in one computer, and the network cards between computers.
#include <math.h>

#include "sim/workload/collective/collective.h"

// Mark all that a rank reaches without a network card in between, those cards included.
static void flood(const lw_machine *machine, uint32_t rank, uint32_t number, uint32_t *of, uint32_t *stack) {
    uint32_t height = 0;
    of[rank] = number;
    stack[height++] = rank;
    while (height > 0) {
        const uint32_t node = stack[--height];
        if (machine->node[node].spec->kind == LW_NODE_NIC) {
            continue;
        }
        for (uint32_t p = machine->first_port[node]; p < machine->first_port[node + 1]; p++) {
            const uint32_t far = machine->port[p].far;
            if (of[far] == LW_NO_COMPUTER) {
                of[far] = number;
                stack[height++] = far;
            }
        }
    }
}

static bool leads_out(const lw_machine *machine, uint32_t nic, const uint32_t *of) {
    for (uint32_t p = machine->first_port[nic]; p < machine->first_port[nic + 1]; p++) {
        if (of[machine->port[p].far] != of[nic]) {
            return true;
        }
    }
    return false;
}

static lw_status fill(lw_graph_builder *builder, const lw_ranks *listed, const uint32_t *of, uint32_t number, lw_computer *out) {
    const lw_machine *machine = builder->machine;
    lw_list ranks = {0}, nics = {0};
    for (uint32_t i = 0; i < listed->count; i++) {
        uint32_t *added = of[listed->node[i]] == number ? LW_LIST_ADD(&ranks, uint32_t, builder->arena) : NULL;
        if (added != NULL) {
            *added = listed->node[i];
        } else if (of[listed->node[i]] == number) {
            return LW_NO_MEMORY;
        }
    }
    for (uint32_t node = 0; node < machine->node_count; node++) {
        if (of[node] == number && machine->node[node].spec->kind == LW_NODE_NIC && leads_out(machine, node, of)) {
            uint32_t *added = LW_LIST_ADD(&nics, uint32_t, builder->arena);
            if (added == NULL) {
                return LW_NO_MEMORY;
            }
            *added = node;
        }
    }
    *out = (lw_computer){{LW_LIST_ITEMS(&ranks, const uint32_t), (uint32_t)ranks.count},
                         LW_LIST_ITEMS(&nics, const uint32_t),
                         (uint32_t)nics.count};
    return LW_OK;
}

lw_status lw_computers_find(lw_graph_builder *builder, const lw_collective_params *params, const lw_ranks *listed,
                            lw_computers *out) {
    const size_t nodes = builder->machine->node_count;
    uint32_t *of = LW_NEW_ARRAY(builder->arena, uint32_t, nodes), *stack = LW_NEW_ARRAY(builder->arena, uint32_t, nodes);
    *out = (lw_computers){LW_NEW_ARRAY(builder->arena, lw_computer, listed->count), 0, of};
    if (of == NULL || stack == NULL || out->computer == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t i = 0; i < nodes; i++) {
        of[i] = LW_NO_COMPUTER;
    }
    for (uint32_t i = 0; i < listed->count; i++) {
        if (of[listed->node[i]] == LW_NO_COMPUTER) {
            flood(builder->machine, listed->node[i], out->count++, of, stack);
        }
    }
    for (uint32_t c = 0; c < out->count; c++) {
        LW_TRY(fill(builder, listed, of, c, &out->computer[c]));
        LW_TRY(out->count > 1 ? lw_ranks_order(builder, params, &out->computer[c].ranks) : LW_OK);
    }
    return LW_OK;
}

lw_status lw_computers_distance(const lw_graph_builder *builder, uint32_t rank, uint32_t nic, double *out) {
    static const double host_ps = 1e12;
    const lw_machine *machine = builder->machine;
    lw_route route = {0};
    const lw_status found = lw_route_find(builder->router, rank, nic, (lw_via){0}, &route);
    *out = (double)route.latency_ps;
    for (size_t i = 1; found == LW_OK && i < route.count; i++) {
        *out += machine->node[lw_leg_start(machine, route.leg[i])].spec->kind == LW_NODE_HOST ? host_ps : 0;
    }
    // that there is none is told where it is to be taken
    return found == LW_BAD_INPUT ? LW_OK : found;
}

lw_status lw_computers_alike(lw_graph_builder *builder, const char *algorithm, lw_computers *out) {
    const lw_collective_params *params = builder->object->params;
    lw_ranks listed;
    LW_TRY(lw_ranks_listed(builder, params, &listed));
    LW_TRY(lw_computers_find(builder, params, &listed, out));
    const lw_computers *all = out;
    const lw_place place = lw_object_place(builder->object, "on");
    const uint32_t each = all->computer[0].ranks.count;
    if (all->count < 2) {
        return lw_error(builder->diags, place, "take another algorithm, or join computers by nodes of kind nic",
                        "workloads.%s: algorithm %s is for ranks in several computers", builder->object->name, algorithm);
    }
    for (uint32_t c = 1; c < all->count; c++) {
        if (all->computer[c].ranks.count != each) {
            return lw_error(builder->diags, place, "take as many of each, or another algorithm",
                            "workloads.%s: algorithm %s takes as many ranks of each computer, not %u of one and %u of another",
                            builder->object->name, algorithm, each, all->computer[c].ranks.count);
        }
    }
    return LW_OK;
}

lw_status lw_computers_without(const lw_graph_builder *builder, const lw_computer *computer) {
    return lw_error(builder->diags, lw_object_place(builder->object, "on"), "join it to the others by a node of kind nic",
                    "workloads.%s: no network card leads from '%s' to other computers", builder->object->name,
                    builder->machine->node[computer->ranks.node[0]].name);
}

lw_status lw_computers_nics(const lw_graph_builder *builder, const lw_computers *all, uint32_t *nic) {
    uint32_t *taken = LW_NEW_ARRAY(builder->arena, uint32_t, builder->machine->node_count);
    if (taken == NULL) {
        return LW_NO_MEMORY;
    }
    for (uint32_t c = 0; c < all->count; c++) {
        const lw_computer *computer = &all->computer[c];
        if (computer->nics == 0) {
            return lw_computers_without(builder, computer);
        }
        for (uint32_t r = 0; r < computer->ranks.count; r++) {
            double best = (double)INFINITY;
            uint32_t chosen = computer->nic[0];
            for (uint32_t k = 0; k < computer->nics; k++) {
                double distance;
                LW_TRY(lw_computers_distance(builder, computer->ranks.node[r], computer->nic[k], &distance));
                if (distance < best || (distance <= best && taken[computer->nic[k]] < taken[chosen])) {
                    best = distance;
                    chosen = computer->nic[k];
                }
            }
            nic[computer->ranks.node[r]] = chosen;
            taken[chosen]++;
        }
    }
    return LW_OK;
}
