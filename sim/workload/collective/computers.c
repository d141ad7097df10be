// SPDX-License-Identifier: GPL-3.0-or-later
// Which ranks are in one computer, and the network cards between computers.
#include <math.h>

#include "sim/workload/collective/collective.h"

// Of all computers together: nodes in the order in which they were reached.
typedef struct census {
    const lw_machine *machine;
    uint32_t *of, *place, *node;
    uint32_t nodes;
} census;

// Mark all that a rank reaches without a network card in between, those cards included.
static lw_computer flood(census *s, uint32_t rank, uint32_t number) {
    const lw_machine *machine = s->machine;
    lw_computer out = {.node = s->node + s->nodes};
    s->of[rank] = number;
    s->node[s->nodes++] = rank;
    for (; out.node + out.nodes < s->node + s->nodes; out.nodes++) {
        const uint32_t node = out.node[out.nodes];
        s->place[node] = out.nodes;
        if (machine->node[node].spec->kind == LW_NODE_NIC) {
            continue;
        }
        for (uint32_t p = machine->first_port[node]; p < machine->first_port[node + 1]; p++) {
            const uint32_t far = machine->port[p].far;
            if (s->of[far] == LW_NO_COMPUTER) {
                s->of[far] = number;
                s->node[s->nodes++] = far;
            }
        }
    }
    return out;
}

// How many ports of a network card lead into a computer, and whether any leads elsewhere.
static uint32_t ports_into(const census *s, uint32_t nic, uint32_t computer, bool *leads_out) {
    uint32_t within = 0;
    for (uint32_t p = s->machine->first_port[nic]; p < s->machine->first_port[nic + 1]; p++) {
        const bool in = s->of[s->machine->port[p].far] == computer;
        within += in ? 1 : 0;
        *leads_out = *leads_out || !in;
    }
    return within;
}

static lw_status list_node(lw_list *list, uint32_t node, lw_arena *arena) {
    uint32_t *added = LW_LIST_ADD(list, uint32_t, arena);
    if (added == NULL) {
        return LW_NO_MEMORY;
    }
    *added = node;
    return LW_OK;
}

// Ranks as they are listed, network cards by their numbers.
static lw_status fill(const census *s, const lw_ranks *listed, lw_arena *arena, lw_computers *all) {
    lw_list *ranks = LW_NEW_ARRAY(arena, lw_list, all->count), *nics = LW_NEW_ARRAY(arena, lw_list, all->count);
    if (ranks == NULL || nics == NULL) {
        return LW_NO_MEMORY;
    }
    for (uint32_t i = 0; i < listed->count; i++) {
        LW_TRY(list_node(&ranks[s->of[listed->node[i]]], listed->node[i], arena));
    }
    for (uint32_t node = 0; node < s->machine->node_count; node++) {
        bool out = false;
        if (s->machine->node[node].spec->kind == LW_NODE_NIC && s->of[node] != LW_NO_COMPUTER) {
            all->over_nics = ports_into(s, node, s->of[node], &out) > 1 || all->over_nics;
            LW_TRY(out ? list_node(&nics[s->of[node]], node, arena) : LW_OK);
        }
    }
    for (uint32_t c = 0; c < all->count; c++) {
        all->computer[c].ranks = (lw_ranks){LW_LIST_ITEMS(&ranks[c], const uint32_t), (uint32_t)ranks[c].count};
        all->computer[c].nic = LW_LIST_ITEMS(&nics[c], const uint32_t);
        all->computer[c].nics = (uint32_t)nics[c].count;
    }
    return LW_OK;
}

// ---- Computers that are alike ----

static bool have_same_places(const census *s, const uint32_t *a, const uint32_t *b, uint32_t count) {
    bool same = true;
    for (uint32_t i = 0; i < count && same; i++) {
        same = s->place[a[i]] == s->place[b[i]];
    }
    return same;
}

static bool is_node_alike(const census *s, uint32_t a, uint32_t b) {
    const lw_machine *machine = s->machine;
    const uint32_t first = machine->first_port[a], other = machine->first_port[b], ports = machine->first_port[a + 1] - first;
    bool alike = machine->node[a].spec == machine->node[b].spec && machine->first_port[b + 1] - other == ports;
    for (uint32_t p = 0; p < ports && alike; p++) {
        const lw_port *one = &machine->port[first + p], *two = &machine->port[other + p];
        const bool within = s->of[one->far] == s->of[a];
        alike = machine->link[one->link].spec == machine->link[two->link].spec && one->dir == two->dir &&
                (s->of[two->far] == s->of[b]) == within && (!within || s->place[one->far] == s->place[two->far]);
    }
    return alike;
}

static bool is_alike(const census *s, const lw_computer *a, const lw_computer *b) {
    bool alike = a->nodes == b->nodes && a->ranks.count == b->ranks.count && a->nics == b->nics &&
                 have_same_places(s, a->ranks.node, b->ranks.node, a->ranks.count) &&
                 have_same_places(s, a->nic, b->nic, a->nics);
    for (uint32_t i = 0; i < a->nodes && alike; i++) {
        alike = is_node_alike(s, a->node[i], b->node[i]);
    }
    return alike;
}

// Most are like the first one, or like the one before.
static void find_alike(const census *s, lw_computers *all) {
    for (uint32_t c = 1; c < all->count; c++) {
        lw_computer *computer = all->computer, *before = &computer[computer[c - 1].like];
        computer[c].like = is_alike(s, &computer[0], &computer[c]) ? 0 : is_alike(s, before, &computer[c]) ? before->like : c;
    }
}

lw_status lw_computers_ranks(const lw_graph_builder *builder, const lw_computers *all, const lw_computer *computer,
                             const lw_ranks *like, lw_ranks *out) {
    uint32_t *node = LW_NEW_ARRAY(builder->arena, uint32_t, like->count);
    for (uint32_t r = 0; node != NULL && r < like->count; r++) {
        node[r] = lw_computers_twin(all, computer, like->node[r]);
    }
    *out = (lw_ranks){node, like->count};
    return node != NULL ? LW_OK : LW_NO_MEMORY;
}

lw_status lw_computers_find(lw_graph_builder *builder, const lw_collective_params *params, const lw_ranks *listed,
                            lw_computers *out) {
    const size_t nodes = builder->machine->node_count;
    lw_arena *arena = builder->arena;
    census s = {builder->machine, LW_NEW_ARRAY(arena, uint32_t, nodes), LW_NEW_ARRAY(arena, uint32_t, nodes),
                LW_NEW_ARRAY(arena, uint32_t, nodes), 0};
    *out = (lw_computers){.computer = LW_NEW_ARRAY(arena, lw_computer, listed->count), .of = s.of, .place = s.place};
    if (s.of == NULL || s.place == NULL || s.node == NULL || out->computer == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t i = 0; i < nodes; i++) {
        s.of[i] = LW_NO_COMPUTER;
    }
    for (uint32_t i = 0; i < listed->count; i++) {
        if (s.of[listed->node[i]] == LW_NO_COMPUTER) {
            out->computer[out->count] = flood(&s, listed->node[i], out->count);
            out->count++;
        }
    }
    LW_TRY(fill(&s, listed, arena, out));
    find_alike(&s, out);
    for (uint32_t c = 0; c < out->count && out->count > 1; c++) {
        lw_computer *computer = &out->computer[c];
        LW_TRY(computer->like == c
                   ? lw_ranks_order(builder, params, &computer->ranks)
                   : lw_computers_ranks(builder, out, computer, &out->computer[computer->like].ranks, &computer->ranks));
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
