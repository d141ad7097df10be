// SPDX-License-Identifier: GPL-3.0-or-later
// The machine as NCCL counts it (src/graph/topo.h, search.cc and paths.cc of NVIDIA/nccl): speeds
// of links, channels that fit side by side, and the network cards that they leave a computer by.
#include <assert.h>
#include <math.h>
#include <string.h>

#include "sim/workload/collective/nccl.h"

typedef lw_nccl_view view;

// Speeds of a channel that the search tries within one computer and between several
// (speedArrayIntra and speedArrayInter of src/graph/search.cc, each of them for three generations).
static const double within_before[] = {40e9, 30e9, 20e9, 18e9, 15e9, 12e9, 10e9, 9e9, 7e9, 6e9, 5e9, 4e9, 3e9, 0};
static const double within_hopper[] = {60e9, 50e9, 40e9, 30e9, 24e9, 20e9, 15e9, 12e9, 11e9, 6e9, 3e9, 0};
static const double within_blackwell[] = {90e9, 80e9, 70e9, 60e9, 50e9, 45e9, 40e9, 30e9, 24e9, 20e9, 19e9, 18e9, 0};
static const double between_before[] = {48e9, 30e9, 28e9, 24e9, 20e9, 18e9,  15e9,  12e9,   10e9,   9e9,
                                        7e9,  6e9,  5e9,  4e9,  3e9,  2.4e9, 1.2e9, 0.24e9, 0.12e9, 0};
static const double between_hopper[] = {48e9, 45e9, 42e9, 40e9, 30e9,  24e9,  22e9,   20e9,   17.5e9,
                                        15e9, 12e9, 6e9,  3e9,  2.4e9, 1.2e9, 0.24e9, 0.12e9, 0};
static const double between_blackwell[] = {96e9,   86e9, 80e9, 48e9, 45.1e9, 42e9,  40e9,  30e9,   24e9,   22e9, 20e9,
                                           17.5e9, 15e9, 12e9, 6e9,  3e9,    2.4e9, 1.2e9, 0.24e9, 0.12e9, 0};

const double *lw_nccl_speeds(const view *v) {
    const bool several = v->computers.count > 1;
    return v->gen == LW_BLACKWELL ? (several ? between_blackwell : within_blackwell)
           : v->gen == LW_HOPPER  ? (several ? between_hopper : within_hopper)
                                  : (several ? between_before : within_before);
}

static bool is_pcie(const lw_machine *machine, lw_leg leg) {
    return machine->link[leg.link].spec->family->train_down != NULL;
}

// Of the network NCCL knows its cards, by their speed in its name.
static bool is_network(const view *v, lw_leg leg) {
    const uint32_t *end = v->builder->machine->link[leg.link].end;
    return v->computers.of[end[0]] != v->computers.of[end[1]];
}

static bool is_known(const view *v, lw_leg leg) {
    const uint32_t *end = v->builder->machine->link[leg.link].end;
    return v->computers.of[end[0]] != LW_NO_COMPUTER || v->computers.of[end[1]] != LW_NO_COMPUTER;
}

static double leg_Bps(const view *v, lw_leg leg) {
    const lw_machine *machine = v->builder->machine;
    lw_waterfall waterfall;
    lw_link_model_waterfall(lw_machine_model(machine, leg), leg.dir, LW_PACKET_WRITE, 1, 0, &waterfall);
    if (is_network(v, leg)) {
        return waterfall.rate_Bps[LW_STAGE_LINE_CODE];
    }
    return waterfall.rate_Bps[LW_STAGE_RAW] * (is_pcie(machine, leg) ? v->params->pcie_share : v->params->nvlink_share[v->gen]);
}

static lw_status find_generation(view *v) {
    int64_t least = INT64_MAX;
    for (uint32_t r = 0; r < v->ranks->count; r++) {
        const lw_node *node = &v->builder->machine->node[v->ranks->node[r]];
        const int64_t number = node->spec->kind == LW_NODE_GPU ? node->spec->params->compute_capability : LW_AUTO;
        if (number == LW_AUTO) {
            return lw_error(v->builder->diags, lw_object_place(v->builder->object, "library"),
                            "take NVIDIA's cards, give compute_capability: 90, or take library: none",
                            "workloads.%s: NCCL runs on cards with a compute capability, and '%s' has none",
                            v->builder->object->name, node->name);
        }
        least = number < least ? number : least;
    }
    v->capability = least;
    // the bounds of tuning.cc: by compute capability alone
    v->gen = least >= 100 ? LW_BLACKWELL : least >= 90 ? LW_HOPPER : least >= 80 ? LW_AMPERE : LW_VOLTA;
    v->cost = least < 70 ? LW_PASCAL : v->gen;
    return LW_OK;
}

// ---- Gates: where channels leave a computer ----

// Of one computer: how far each rank is from each of its cards, [rank * nics + card].
typedef struct surroundings {
    const lw_computer *computer;
    const double *distance;
} surroundings;

static lw_status look_around(const view *v, const lw_computer *computer, double *distance) {
    for (uint32_t r = 0; r < computer->ranks.count; r++) {
        for (uint32_t k = 0; k < computer->nics; k++) {
            LW_TRY(
                lw_computers_distance(v->builder, computer->ranks.node[r], computer->nic[k], distance + r * computer->nics + k));
        }
    }
    return LW_OK;
}

// Which rank is nearest to a card, but for one, of those that fewest channels before have taken.
static uint32_t nearest_rank(const surroundings *s, uint32_t nic, uint32_t other, uint32_t *taken) {
    const uint32_t *node = s->computer->ranks.node, nics = s->computer->nics;
    uint32_t best = LW_NO_COMPUTER;
    for (uint32_t r = 0; r < s->computer->ranks.count; r++) {
        const double distance = s->distance[r * nics + nic];
        const double least = best != LW_NO_COMPUTER ? s->distance[best * nics + nic] : (double)INFINITY;
        const bool better = distance < least || (distance <= least && taken[node[r]] < taken[node[best]]);
        best = r != other && (best == LW_NO_COMPUTER || better) ? r : best;
    }
    taken[node[best]]++;
    return best;
}

// One computer's ends of a gate: it is entered by the rank next to the card. It is left by one that
// is as near to it, or else by one that has a card of its own (NCCL_CROSS_NIC=2).
static void open_gate(view *v, uint32_t number, const surroundings *s, uint32_t *nic, uint32_t *taken[3]) {
    static const double host_ps = 1e12;
    const lw_computer *computer = s->computer;
    lw_nccl_gate *gate = &v->gate[number];
    const uint32_t c = (uint32_t)(computer - v->computers.computer), own = computer->nic[number];
    const uint32_t entry = nearest_rank(s, number, LW_NO_COMPUTER, taken[0]);
    const double in = s->distance[entry * computer->nics + number];
    gate->entry[c] = gate->exit[c] = computer->ranks.node[entry];
    nic[gate->entry[c]] = own;
    v->near = v->near && in < host_ps;
    if (computer->ranks.count == 1) {
        v->paired = false;
        return;
    }
    const uint32_t exit = nearest_rank(s, number, entry, taken[1]);
    double away = s->distance[exit * computer->nics + number];
    gate->exit[c] = computer->ranks.node[exit];
    v->paired = v->paired && away <= in;
    uint32_t out = own;
    for (uint32_t k = 0; away > in && k < computer->nics; k++) {
        const double distance = s->distance[exit * computer->nics + k];
        if (distance < away || (distance <= away && taken[2][computer->nic[k]] < taken[2][out])) {
            away = distance;
            out = computer->nic[k];
        }
    }
    taken[2][out]++;
    nic[gate->exit[c]] = out;
    v->near = v->near && away < host_ps;
}

static lw_status find_gates(view *v) {
    const size_t nodes = v->builder->machine->node_count;
    lw_arena *arena = v->builder->arena;
    uint32_t *taken[3];
    for (int i = 0; i < 3; i++) {
        taken[i] = LW_NEW_ARRAY(arena, uint32_t, nodes);
        if (taken[i] == NULL) {
            return LW_NO_MEMORY;
        }
    }
    v->gates = LW_CHANNELS_MAX;
    size_t most = 0;
    for (uint32_t c = 0; c < v->computers.count; c++) {
        const lw_computer *computer = &v->computers.computer[c];
        const size_t pairs = (size_t)computer->ranks.count * computer->nics;
        most = pairs > most ? pairs : most;
        v->gates = computer->nics < v->gates ? computer->nics : v->gates;
        if (computer->nics == 0) {
            return lw_computers_without(v->builder, computer);
        }
    }
    uint32_t *nic[LW_CHANNELS_MAX];
    double *distance = LW_NEW_ARRAY(arena, double, most);
    surroundings around = {0};
    for (uint32_t k = 0; k < v->gates; k++) {
        nic[k] = LW_NEW_ARRAY(arena, uint32_t, nodes);
        v->gate[k] = (lw_nccl_gate){nic[k], LW_NEW_ARRAY(arena, uint32_t, v->computers.count),
                                    LW_NEW_ARRAY(arena, uint32_t, v->computers.count)};
        if (nic[k] == NULL || v->gate[k].entry == NULL || v->gate[k].exit == NULL || distance == NULL) {
            return LW_NO_MEMORY;
        }
    }
    for (uint32_t c = 0; c < v->computers.count; c++) {
        const lw_computer *computer = &v->computers.computer[c];
        const bool known = around.computer != NULL && around.computer->like == computer->like;
        LW_TRY(known ? LW_OK : look_around(v, computer, distance));
        around = (surroundings){computer, distance};
        for (uint32_t k = 0; k < v->gates; k++) {
            open_gate(v, k, &around, nic[k], taken);
        }
    }
    return LW_OK;
}

// ---- Rings ----

// A ring of one computer, from the rank that gets to the rank that sends.
static void unroll(const lw_ranks *ring, uint32_t entry, uint32_t exit, uint32_t *out) {
    uint32_t first = 0, count = 0;
    while (ring->node[first] != entry) {
        first++;
    }
    for (uint32_t i = 0; i < ring->count; i++) {
        const uint32_t rank = ring->node[(first + i) % ring->count];
        if (rank != exit || i == 0) {
            out[count++] = rank;
        }
    }
    if (exit != entry) {
        out[count] = exit;
    }
}

// Through all computers one after the other; rings of one gate differ where links allow.
static lw_status find_rings(view *v) {
    const lw_collective_params *params = v->builder->object->params;
    if (v->computers.count == 1) {
        return lw_ranks_rings(v->builder, params, v->ranks, LW_CHANNELS_MAX, v->ring);
    }
    LW_TRY(find_gates(v));
    uint32_t first = 0, before = LW_NO_COMPUTER;
    lw_ranks *own = LW_NEW_ARRAY(v->builder->arena, lw_ranks, LW_CHANNELS_MAX);
    uint32_t *all = LW_NEW_ARRAY(v->builder->arena, uint32_t, (size_t)LW_CHANNELS_MAX * v->ranks->count);
    if (own == NULL || all == NULL) {
        return LW_NO_MEMORY;
    }
    assert(v->gates > 0);
    for (uint32_t c = 0; c < v->computers.count; c++) {
        const lw_ranks *ranks = &v->computers.computer[c].ranks;
        const uint32_t rings = (LW_CHANNELS_MAX - 1) / v->gates + 1, like = v->computers.computer[c].like;
        LW_TRY(like == before ? LW_OK : lw_ranks_rings(v->builder, params, ranks, rings, own));
        for (uint32_t i = 0; i < rings && like == before; i++) {
            LW_TRY(lw_computers_ranks(v->builder, &v->computers, &v->computers.computer[c], &own[i], &own[i]));
        }
        before = like;
        for (uint32_t i = 0; i < LW_CHANNELS_MAX; i++) {
            const lw_nccl_gate *gate = &v->gate[i % v->gates];
            unroll(&own[i / v->gates], gate->entry[c], gate->exit[c], &all[(size_t)i * v->ranks->count + first]);
        }
        first += ranks->count;
    }
    for (uint32_t i = 0; i < LW_CHANNELS_MAX; i++) {
        v->ring[i] = (lw_ranks){&all[(size_t)i * v->ranks->count], v->ranks->count};
        v->gate_of[i] = i % v->gates;
    }
    return LW_OK;
}

// ---- Channels ----

// Those of a hop: between computers through the network cards of the gate of its channel.
static lw_status routes_of_hop(const view *v, uint32_t channel, const uint32_t hop[2], lw_routes *out) {
    const bool apart = v->computers.of[hop[0]] != v->computers.of[hop[1]];
    const uint32_t *nic = apart ? v->gate[v->gate_of[channel]].nic : NULL;
    const lw_via via = apart ? (lw_via){.node = (const uint32_t[]){nic[hop[0]], nic[hop[1]]}, .count = 2} : (lw_via){0};
    return lw_routes_find(v->builder->router, hop[0], hop[1], via, out);
}

static size_t routes_used(const lw_routes *routes) {
    return routes->use == LW_MULTIPATH_STRIPED ? routes->count : 1;
}

// Which links a hop takes: what is in the way, and what a channel of that speed adds to them.
static lw_status look_at_hop(view *v, uint32_t channel, const uint32_t hop[2], double Bps) {
    const lw_machine *machine = v->builder->machine;
    const uint32_t from = hop[0], to = hop[1];
    const bool apart = v->computers.of[from] != v->computers.of[to];
    lw_routes routes;
    const lw_status found = routes_of_hop(v, channel, hop, &routes);
    if (found == LW_BAD_INPUT) {
        return lw_error(v->builder->diags, lw_object_place(v->builder->object, "on"),
                        "add a link, or a host or switch between them", "workloads.%s: no route from '%s' to '%s'",
                        v->builder->object->name, machine->node[from].name, machine->node[to].name);
    }
    LW_TRY(found);
    const size_t count = routes_used(&routes);
    for (size_t k = 0; k < count; k++) {
        for (size_t i = 0; i < routes.route[k].count; i++) {
            const lw_leg leg = routes.route[k].leg[i];
            const lw_node_spec *start = machine->node[lw_leg_start(machine, leg)].spec;
            v->nvlink = v->nvlink && (apart || (!is_pcie(machine, leg) && start->kind != LW_NODE_HOST));
            v->in_switch = v->in_switch || (start->kind == LW_NODE_SWITCH && start->params->multicast);
            v->used_Bps[2 * leg.link + (unsigned)leg.dir] += Bps / (double)count;
        }
    }
    return LW_OK;
}

static bool all_fit(const view *v) {
    static const double rounding = 1 + 1e-9;
    for (size_t d = 0; d < 2 * v->builder->machine->link_count; d++) {
        const lw_leg leg = {(uint32_t)(d / 2), (int)(d % 2)};
        if (v->used_Bps[d] > 0 && is_known(v, leg) && v->used_Bps[d] > rounding * leg_Bps(v, leg)) {
            return false;
        }
    }
    return true;
}

// What a ring adds to the links of the first computer, in which NCCL searches: the hops from its
// ranks, and the one that comes in.
static lw_status look_at_ring(view *v, uint32_t channel, double Bps) {
    const lw_ranks *ring = &v->ring[channel];
    const uint32_t n = ring->count, own = v->computers.computer[0].ranks.count;
    for (uint32_t r = 0; r < own; r++) {
        LW_TRY(look_at_hop(v, channel, (const uint32_t[]){ring->node[r], ring->node[(r + 1) % n]}, Bps));
    }
    return v->computers.count > 1 ? look_at_hop(v, channel, (const uint32_t[]){ring->node[n - 1], ring->node[0]}, Bps) : LW_OK;
}

static void unload(const view *v) {
    memset(v->used_Bps, 0, 2 * v->builder->machine->link_count * sizeof *v->used_Bps);
}

// How many of the rings fit at that speed, with no link over what it is counted for.
static lw_status count_rings(view *v, double Bps, uint32_t *out) {
    unload(v);
    for (*out = 0; *out < LW_CHANNELS_MAX; ++*out) {
        LW_TRY(look_at_ring(v, *out, Bps));
        if (!all_fit(v)) {
            break;
        }
    }
    return LW_OK;
}

// As many channels as there are at a speed; slower ones, down to about half, where they carry more
// together (search.cc). Logs of machines with PCIe alone show the first speed that fits.
static const double slower_down_to = 0.49;

static lw_status find_channels(view *v) {
    v->used_Bps = LW_NEW_ARRAY(v->builder->arena, double, 2 * v->builder->machine->link_count);
    if (v->used_Bps == NULL) {
        return LW_NO_MEMORY;
    }
    LW_TRY(find_rings(v));
    for (const double *Bps = lw_nccl_speeds(v); *Bps > 0; Bps++) {
        uint32_t count;
        if (v->channels > 0 && (!v->nvlink || *Bps <= slower_down_to * v->channel_Bps)) {
            break;
        }
        LW_TRY(count_rings(v, *Bps, &count));
        if ((double)count * *Bps > v->channels * v->channel_Bps) {
            v->channels = count;
            v->channel_Bps = *Bps;
        }
    }
    if (v->channels == 0) {  // slower than any speed of the list
        v->channels = 1;
        v->channel_Bps = lw_nccl_speeds(v)[0];
        unload(v);
        LW_TRY(look_at_ring(v, 0, 1));
        for (size_t d = 0; d < 2 * v->builder->machine->link_count; d++) {
            const double fits =
                v->used_Bps[d] > 0 ? leg_Bps(v, (lw_leg){(uint32_t)(d / 2), (int)(d % 2)}) / v->used_Bps[d] : (double)INFINITY;
            v->channel_Bps = fmin(v->channel_Bps, fits);
        }
    }
    return LW_OK;
}

// (sameChannels of search.cc)
static lw_status find_order(view *v) {
    unload(v);
    LW_TRY(look_at_ring(v, 0, v->channels * v->channel_Bps));
    v->one_order = all_fit(v);
    return LW_OK;
}

// A graph of fast channels is doubled, each with half the speed (ncclTopoDupChannels of search.cc).
static void double_channels(view *v) {
    const bool kept = v->channel_Bps < 25e9 || (v->gen >= LW_HOPPER && v->channel_Bps < 50e9 && v->channels > 4);
    if (kept || 2 * v->channels > LW_CHANNELS_MAX) {
        return;
    }
    v->channels *= 2;
    v->channel_Bps /= 2;
    for (uint32_t c = v->channels; c-- > 0;) {
        v->ring[c] = v->ring[c / 2];
        v->gate_of[c] = v->gate_of[c / 2];
    }
}

// Of two computers a tree may be up to twice as fast within them as between (search.cc).
static lw_status find_tree_speed(view *v) {
    const double *speeds_Bps = lw_nccl_speeds(v);
    size_t at = 0;
    v->tree_channel_Bps = v->channel_Bps;
    if (v->computers.count != 2) {
        return LW_OK;
    }
    while (speeds_Bps[at + 1] > 0 && speeds_Bps[at] > v->channel_Bps) {
        at++;
    }
    while (at > 0 && v->tree_channel_Bps < 2 * v->channel_Bps) {
        at--;
        unload(v);
        for (uint32_t c = 0; c < v->channels; c++) {
            for (uint32_t r = 0; r + 1 < v->computers.computer[0].ranks.count; r++) {
                LW_TRY(look_at_hop(v, c, &v->ring[c].node[r], speeds_Bps[at]));
            }
        }
        if (!all_fit(v)) {
            break;
        }
        v->tree_channel_Bps = speeds_Bps[at];
    }
    return LW_OK;
}

// What the first rank's links take, of those that the route to the next one of its computer uses.
static lw_status find_port(view *v) {
    const lw_ranks *own = v->computers.count > 1 ? &v->computers.computer[0].ranks : v->ranks;
    lw_routes routes;
    if (own->count < 2) {
        return LW_OK;
    }
    LW_TRY(lw_routes_find(v->builder->router, own->node[0], own->node[1], (lw_via){0}, &routes));
    for (size_t k = 0; k < routes_used(&routes); k++) {
        v->port_Bps += leg_Bps(v, routes.route[k].leg[0]);
        v->port_payload_Bps +=
            lw_ranks_payload_Bps(v->builder, v->builder->object->params, v->ranks->node[0], routes.route[k].leg[0]);
    }
    return LW_OK;
}

// Which cards reach each other's memory (ncclTopoCheckP2p of paths.cc).
static lw_status find_level(view *v) {
    enum { CARDS_ON_AMD = 2 };
    static const uint32_t hosts[] = {[LW_P2P_PXB] = 0, [LW_P2P_PHB] = 1, [LW_P2P_SYS] = UINT32_MAX - 1};
    const lw_ranks *own = &v->computers.computer[0].ranks;
    int level = v->params->p2p_level;
    if (level == LW_P2P_AUTO) {
        uint32_t host = 0;
        const lw_status found = lw_nearest_host(v->builder->router, own->node, 1, (lw_via){0}, &host);
        LW_TRY(found == LW_BAD_INPUT ? LW_OK : found);
        const bool amd = found == LW_OK && v->builder->machine->node[host].spec->params->maker == LW_MAKER_AMD;
        level = amd && own->count <= CARDS_ON_AMD ? LW_P2P_SYS : LW_P2P_PXB;
    }
    v->hosts_most = hosts[level];
    return LW_OK;
}

lw_status lw_nccl_look(view *v) {
    const lw_collective_params *params = v->builder->object->params;
    v->nvlink = v->near = v->paired = true;
    LW_TRY(find_generation(v));
    LW_TRY(lw_computers_find(v->builder, params, v->ranks, &v->computers));
    LW_TRY(find_level(v));
    // those of several computers are in order by computers
    LW_TRY(v->computers.count == 1 ? lw_ranks_order(v->builder, params, &v->ordered) : LW_OK);
    LW_TRY(find_channels(v));
    LW_TRY(find_order(v));
    double_channels(v);
    LW_TRY(find_tree_speed(v));
    return find_port(v);
}

double lw_nccl_blocks_Bps(const view *v, double channels) {
    const int64_t Bps = v->params->block_rate_Bps;
    return Bps == LW_AUTO ? (double)INFINITY : channels * (double)Bps;
}

// ---- What a step of a ring takes by links ----

// Adds what a hop sends to its links; where a hash picks one of several routes, to each as much.
static lw_status load_hop(const view *v, uint32_t channel, const uint32_t hop[2], double bytes) {
    lw_routes routes;
    LW_TRY(routes_of_hop(v, channel, hop, &routes));
    for (size_t k = 0; k < routes.count; k++) {
        for (size_t i = 0; i < routes.route[k].count; i++) {
            const lw_leg leg = routes.route[k].leg[i];
            v->used_Bps[2 * leg.link + (unsigned)leg.dir] += bytes / (double)routes.count;
        }
    }
    return LW_OK;
}

// Until all that its links were given has passed the one that takes longest.
static lw_status time_hop(const view *v, uint32_t channel, const uint32_t hop[2], double *out_s) {
    const bool apart = v->computers.of[hop[0]] != v->computers.of[hop[1]];
    lw_collective_params sent = *(const lw_collective_params *)v->builder->object->params;
    lw_routes routes;
    sent.by = apart ? LW_SENT_BY_ENGINE : sent.by;  // by network cards
    LW_TRY(routes_of_hop(v, channel, hop, &routes));
    *out_s = 0;
    for (size_t k = 0; k < routes.count; k++) {
        for (size_t i = 0; i < routes.route[k].count; i++) {
            const lw_leg leg = routes.route[k].leg[i];
            const double Bps = lw_ranks_payload_Bps(v->builder, &sent, hop[0], leg);
            *out_s = fmax(*out_s, v->used_Bps[2 * leg.link + (unsigned)leg.dir] / Bps);
        }
    }
    return LW_OK;
}

// Of a channel the hops of the first computer, and those between any two. bytes: what each sends; out: what that
// takes, or NULL.
static lw_status look_at_step(const view *v, uint32_t channel, double bytes, lw_nccl_step *out) {
    const lw_ranks *ring = &v->ring[channel];
    const uint32_t own = v->computers.computer[0].ranks.count, within = v->computers.count > 1 ? own - 1 : own;
    for (uint32_t r = 0; r < ring->count; r++) {
        const uint32_t hop[2] = {ring->node[r], ring->node[(r + 1) % ring->count]};
        const bool apart = v->computers.of[hop[0]] != v->computers.of[hop[1]];
        double took_s = 0;
        if (!apart && r >= own) {
            continue;
        }
        LW_TRY(out == NULL ? load_hop(v, channel, hop, bytes) : time_hop(v, channel, hop, &took_s));
        if (out != NULL) {
            out->most_s = fmax(out->most_s, took_s);
            out->mean_s[apart ? 1 : 0] += took_s / (apart ? v->computers.count : within) / v->channels;
        }
    }
    return LW_OK;
}

lw_status lw_nccl_step_of(const view *v, double bytes, lw_nccl_step *out) {
    *out = (lw_nccl_step){0};
    unload(v);
    for (int pass = 0; pass < 2; pass++) {
        for (uint32_t c = 0; c < v->channels; c++) {
            LW_TRY(look_at_step(v, c, bytes, pass == 0 ? NULL : out));
        }
    }
    return LW_OK;
}
