// SPDX-License-Identifier: GPL-3.0-or-later
// NCCL on one node: the algorithm and protocol that its cost model takes (src/graph/tuning.cc and
// search.cc of NVIDIA/nccl), and that as tasks. On one node its tree is a chain whose price lies
// above the ring's, so ring and NVLS are all that it takes there.
#include <math.h>
#include <string.h>

#include "sim/workload/collective/library.h"

typedef enum generation { VOLTA, AMPERE, HOPPER, BLACKWELL, GENERATIONS } generation;
typedef enum protocol { LL, LL128, SIMPLE, PROTOCOLS } protocol;
typedef enum algorithm { RING, NVLS } algorithm;

static const char *const algorithm_words[] = {"auto", "ring", "nvls", NULL};
static const char *const protocol_words[] = {"auto", "ll", "ll128", "simple", NULL};

typedef struct nccl_params {
    int algorithm, protocol;  // 0: as priced
    int64_t base_ps[PROTOCOLS], nvlink_step_ps[PROTOCOLS], pcie_step_ps[PROTOCOLS], nvls_ps;
    int64_t ll_limit_Bps[GENERATIONS], ll128_channel_Bps[GENERATIONS], nvls_channel_Bps[GENERATIONS];
    double nvlink_share[GENERATIONS], nvls_share[GENERATIONS];
    double pcie_share, ll_share, ll128_share;
} nccl_params;

#define AT(field) offsetof(nccl_params, field)
#define SHARE(word, field, says) \
    { .key = (word), .kind = LW_OPTION_QUANTITY_REAL, .offset = AT(field), .minimum = 0.01, .maximum = 1, .help = (says) }
#define TIME(word, field, says) LW_WORK_TIME(word, AT(field), NULL, says)
#define RATE(word, field, says) LW_WORK_RATE(word, AT(field), NULL, 1, says)
static const lw_option options[] = {
    LW_WORK_WORD("algorithm", AT(algorithm), "auto", algorithm_words, "as NCCL_ALGO says; auto: the one whose price is least"),
    LW_WORK_WORD("protocol", AT(protocol), "auto", protocol_words, "as NCCL_PROTO says; auto: the one whose price is least"),
    TIME("base_ll", base_ps[LL], "cost of a call by protocol LL"),
    TIME("base_ll128", base_ps[LL128], "cost of a call by protocol LL128"),
    TIME("base_simple", base_ps[SIMPLE], "cost of a call by protocol Simple"),
    TIME("nvlink_step_ll", nvlink_step_ps[LL], "time of a step of a ring over NVLink besides its bytes, LL"),
    TIME("nvlink_step_ll128", nvlink_step_ps[LL128], "the same, LL128"),
    TIME("nvlink_step_simple", nvlink_step_ps[SIMPLE], "the same, Simple"),
    TIME("pcie_step_ll", pcie_step_ps[LL], "time of a step of a ring over PCIe besides its bytes, LL"),
    TIME("pcie_step_ll128", pcie_step_ps[LL128], "the same, LL128"),
    TIME("pcie_step_simple", pcie_step_ps[SIMPLE], "the same, Simple"),
    TIME("nvls_latency", nvls_ps, "cost of a call by NVLS, which adds up in the switch"),
    RATE("ll_limit_volta", ll_limit_Bps[VOLTA], "most of all channels together by LL, up to compute capability 7.9"),
    RATE("ll_limit_ampere", ll_limit_Bps[AMPERE], "the same, 8.0 to 8.9"),
    RATE("ll_limit_hopper", ll_limit_Bps[HOPPER], "the same, 9.0 to 9.9"),
    RATE("ll_limit_blackwell", ll_limit_Bps[BLACKWELL], "the same, from 10.0 on"),
    RATE("ll128_channel_volta", ll128_channel_Bps[VOLTA], "most of a channel by LL128, up to compute capability 7.9"),
    RATE("ll128_channel_ampere", ll128_channel_Bps[AMPERE], "the same, 8.0 to 8.9"),
    RATE("ll128_channel_hopper", ll128_channel_Bps[HOPPER], "the same, 9.0 to 9.9"),
    RATE("ll128_channel_blackwell", ll128_channel_Bps[BLACKWELL], "the same, from 10.0 on"),
    RATE("nvls_channel_hopper", nvls_channel_Bps[HOPPER], "most of a channel by NVLS, 9.0 to 9.9"),
    RATE("nvls_channel_blackwell", nvls_channel_Bps[BLACKWELL], "the same, from 10.0 on"),
    SHARE("nvls_share_hopper", nvls_share[HOPPER], "what of a channel's speed NVLS reaches, 9.0 to 9.9"),
    SHARE("nvls_share_blackwell", nvls_share[BLACKWELL], "the same, from 10.0 on"),
    SHARE("nvlink_share_volta", nvlink_share[VOLTA], "what it counts of the raw rate of NVLink, up to compute capability 7.9"),
    SHARE("nvlink_share_ampere", nvlink_share[AMPERE], "the same, 8.0 to 8.9"),
    SHARE("nvlink_share_hopper", nvlink_share[HOPPER], "the same, 9.0 to 9.9"),
    SHARE("nvlink_share_blackwell", nvlink_share[BLACKWELL], "the same, from 10.0 on"),
    SHARE("pcie_share", pcie_share, "what it counts of the raw rate of PCIe"),
    SHARE("ll_share", ll_share, "what of the bus bandwidth LL reaches"),
    SHARE("ll128_share", ll128_share, "what of the bus bandwidth LL128 reaches"),
    {0}};

// Data in what a protocol sends: LL lines of 16 B hold 8, LL128 lines of 128 B hold 120
// (src/include/device.h).
static const double data_share[PROTOCOLS] = {8 / 16.0, 120 / 128.0, 1};
// NCCL_STEPS of src/include/device.h: pieces of a buffer that are under way at once.
enum { SLOTS = 8 };
// A slot of a channel's buffer as sent (src/include/device.h, src/init.cc): of LL 8 lines of 16 B of 512
// threads; of LL128 5 of 120 B of 640, with their flags; of Simple an eighth of 4 MiB.
static const int64_t slot_bytes[PROTOCOLS] = {65536, 614400, 524288};
// Simple sends a chunk of four slots as two slices (src/include/collectives.h).
enum { CHUNK_SLOTS = 4, SLICES = 2 };

// ---- The machine as NCCL counts it ----

// Speeds of a channel that the search tries (speedArrayIntra of src/graph/search.cc), in GB/s.
static const double speeds_before[] = {40, 30, 20, 18, 15, 12, 10, 9, 7, 6, 5, 4, 3, 0};
static const double speeds_hopper[] = {60, 50, 40, 30, 24, 20, 15, 12, 11, 6, 3, 0};
static const double speeds_blackwell[] = {90, 80, 70, 60, 50, 45, 40, 30, 24, 20, 19, 18, 0};

typedef struct view {
    lw_graph_builder *builder;
    const nccl_params *params;
    const lw_ranks *ranks;
    generation gen;
    bool nvlink;       // no hop leaves it
    bool in_switch;    // a switch on the way can add up and copy
    double port_Bps;   // of the first rank
    double *used_Bps;  // one a link and direction: scratch
    lw_ranks ring[LW_CHANNELS_MAX];
    uint32_t channels;
    double channel_Bps;  // of each channel
} view;

static bool is_pcie(const lw_machine *machine, lw_leg leg) {
    return machine->link[leg.link].spec->family->train_down != NULL;
}

static double leg_Bps(const view *v, lw_leg leg) {
    const lw_machine *machine = v->builder->machine;
    lw_waterfall waterfall;
    lw_link_model_waterfall(lw_machine_model(machine, leg), leg.dir, LW_PACKET_WRITE, 1, 0, &waterfall);
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
    // the bounds of tuning.cc: by compute capability alone
    v->gen = least >= 100 ? BLACKWELL : least >= 90 ? HOPPER : least >= 80 ? AMPERE : VOLTA;
    return LW_OK;
}

// Which links a hop takes: what is in the way, and what a channel of that speed adds to them.
static lw_status look_at_hop(view *v, uint32_t from, uint32_t to, double Bps) {
    const lw_machine *machine = v->builder->machine;
    lw_routes routes;
    const lw_status found = lw_routes_find(v->builder->router, from, to, (lw_via){0}, &routes);
    if (found == LW_BAD_INPUT) {
        return lw_error(v->builder->diags, lw_object_place(v->builder->object, "on"),
                        "add a link, or a host or switch between them", "workloads.%s: no route from '%s' to '%s'",
                        v->builder->object->name, machine->node[from].name, machine->node[to].name);
    }
    LW_TRY(found);
    const size_t count = routes.use == LW_MULTIPATH_STRIPED ? routes.count : 1;
    for (size_t k = 0; k < count; k++) {
        for (size_t i = 0; i < routes.route[k].count; i++) {
            const lw_leg leg = routes.route[k].leg[i];
            const lw_node_spec *start = machine->node[lw_leg_start(machine, leg)].spec;
            if (start->kind == LW_NODE_NIC) {
                return lw_error(v->builder->diags, lw_object_place(v->builder->object, "library"),
                                "take library: none between computers",
                                "workloads.%s: NCCL is modelled within one node, and '%s' to '%s' crosses a network",
                                v->builder->object->name, machine->node[from].name, machine->node[to].name);
            }
            v->nvlink = v->nvlink && !is_pcie(machine, leg) && start->kind != LW_NODE_HOST;
            v->in_switch = v->in_switch || (start->kind == LW_NODE_SWITCH && start->params->multicast);
            v->used_Bps[2 * leg.link + (unsigned)leg.dir] += Bps / (double)count;
        }
    }
    return LW_OK;
}

// How many of the rings fit at that speed, with no link over what it is counted for.
static lw_status count_rings(view *v, double Bps, uint32_t *out) {
    static const double rounding = 1 + 1e-9;
    const size_t directions = 2 * v->builder->machine->link_count;
    memset(v->used_Bps, 0, directions * sizeof *v->used_Bps);
    for (*out = 0; *out < LW_CHANNELS_MAX; ++*out) {
        const lw_ranks *ring = &v->ring[*out];
        for (uint32_t r = 0; r < ring->count; r++) {
            LW_TRY(look_at_hop(v, ring->node[r], ring->node[(r + 1) % ring->count], Bps));
        }
        for (size_t d = 0; d < directions; d++) {
            if (v->used_Bps[d] > 0 && v->used_Bps[d] > rounding * leg_Bps(v, (lw_leg){(uint32_t)(d / 2), (int)(d % 2)})) {
                return LW_OK;
            }
        }
    }
    return LW_OK;
}

static const double *speeds_of(const view *v) {
    return v->gen == BLACKWELL ? speeds_blackwell : v->gen == HOPPER ? speeds_hopper : speeds_before;
}

// As many channels as there are at a speed; slower ones, down to about half, where they carry more
// together (search.cc). Logs of machines with PCIe alone show the first speed that fits.
static const double slower_down_to = 0.49;

static lw_status find_channels(view *v) {
    v->used_Bps = LW_NEW_ARRAY(v->builder->arena, double, 2 * v->builder->machine->link_count);
    if (v->used_Bps == NULL) {
        return LW_NO_MEMORY;
    }
    LW_TRY(lw_ranks_rings(v->builder, v->builder->object->params, v->ranks, LW_CHANNELS_MAX, v->ring));
    v->nvlink = true;
    for (const double *GBps = speeds_of(v); *GBps > 0; GBps++) {
        uint32_t count;
        if (v->channels > 0 && (!v->nvlink || *GBps * 1e9 <= slower_down_to * v->channel_Bps)) {
            break;
        }
        LW_TRY(count_rings(v, *GBps * 1e9, &count));
        if ((double)count * *GBps * 1e9 > v->channels * v->channel_Bps) {
            v->channels = count;
            v->channel_Bps = *GBps * 1e9;
        }
    }
    if (v->channels == 0) {  // slower than any speed of the list
        v->channels = 1;
        v->channel_Bps = speeds_of(v)[0] * 1e9;
        memset(v->used_Bps, 0, 2 * v->builder->machine->link_count * sizeof *v->used_Bps);
        for (uint32_t r = 0; r < v->ranks->count; r++) {
            LW_TRY(look_at_hop(v, v->ring[0].node[r], v->ring[0].node[(r + 1) % v->ranks->count], 1));
        }
        for (size_t d = 0; d < 2 * v->builder->machine->link_count; d++) {
            const double fits =
                v->used_Bps[d] > 0 ? leg_Bps(v, (lw_leg){(uint32_t)(d / 2), (int)(d % 2)}) / v->used_Bps[d] : (double)INFINITY;
            v->channel_Bps = fmin(v->channel_Bps, fits);
        }
    }
    return LW_OK;
}

// What the first rank's links take, of those that the way to the next one uses.
static lw_status find_port(view *v) {
    lw_routes routes;
    LW_TRY(lw_routes_find(v->builder->router, v->ranks->node[0], v->ranks->node[1], (lw_via){0}, &routes));
    for (size_t k = 0; k < (routes.use == LW_MULTIPATH_STRIPED ? routes.count : 1); k++) {
        v->port_Bps += leg_Bps(v, routes.route[k].leg[0]);
    }
    return LW_OK;
}

// ---- Prices ----

typedef struct price {
    algorithm algorithm;
    protocol protocol;
    double time_s;
    double bus_Bps;
    int64_t latency_ps, step_ps;  // of the call, and of each step
} price;

static int64_t steps_of(lw_operation operation, uint32_t n) {
    return (operation == LW_ALL_REDUCE ? 2 : 1) * ((int64_t)n - 1);
}

static price price_of_ring(const view *v, lw_operation operation, protocol how, int64_t bytes) {
    const nccl_params *p = v->params;
    const double n = v->ranks->count, steps = (double)steps_of(operation, v->ranks->count);
    const double bus_Bps = v->channels * v->channel_Bps;
    const double of[PROTOCOLS] = {[LL] = fmin((double)p->ll_limit_Bps[v->gen], bus_Bps * p->ll_share),
                                  [LL128] = fmin(bus_Bps * p->ll128_share, v->channels * (double)p->ll128_channel_Bps[v->gen]),
                                  [SIMPLE] = bus_Bps};
    price out = {.algorithm = RING, .protocol = how, .bus_Bps = of[how], .latency_ps = p->base_ps[how]};
    out.step_ps = (v->nvlink ? p->nvlink_step_ps : p->pcie_step_ps)[how];
    out.time_s = ((double)out.latency_ps + steps * (double)out.step_ps) / 1e12 + (double)bytes / (out.bus_Bps * n / steps);
    return out;
}

// A channel for each rank, whose part of the sum it heads. A port carries n + 1 parts at the speed of a
// channel: all that the ranks add up, and what its own channel hands out.
static price price_of_nvls(const view *v, int64_t bytes) {
    const nccl_params *p = v->params;
    const double n = v->ranks->count;
    const double *GBps = speeds_of(v);
    while (GBps[1] > 0 && *GBps * 1e9 * (n + 1) > v->port_Bps * (1 + 1e-9)) {
        GBps++;
    }
    const double channel_Bps = fmin(*GBps * 1e9 * p->nvls_share[v->gen] * (n - 1) / n * 2, (double)p->nvls_channel_Bps[v->gen]);
    price out = {.algorithm = NVLS, .protocol = SIMPLE, .bus_Bps = n * channel_Bps, .latency_ps = p->nvls_ps};
    out.time_s = (double)out.latency_ps / 1e12 + (double)bytes / (out.bus_Bps * n / (2 * (n - 1)));
    return out;
}

// LL128 needs NVLink all the way; two ranks never take NVLS.
static lw_status choose(const view *v, lw_operation operation, int64_t bytes, price *out) {
    const nccl_params *p = v->params;
    *out = (price){.time_s = (double)INFINITY};
    for (int how = 0; how < PROTOCOLS && p->algorithm != 1 + NVLS; how++) {
        const bool allowed = (how != LL128 || v->nvlink) && (p->protocol == 0 || p->protocol == 1 + how);
        const price ring = price_of_ring(v, operation, (protocol)how, bytes);
        *out = allowed && ring.time_s < out->time_s ? ring : *out;
    }
    const bool nvls = operation == LW_ALL_REDUCE && v->gen >= HOPPER && v->nvlink && v->in_switch && v->ranks->count > 2;
    if (nvls && p->algorithm != 1 + RING && (p->protocol == 0 || p->protocol == 1 + SIMPLE)) {
        const price in_switch = price_of_nvls(v, bytes);
        *out = in_switch.time_s < out->time_s ? in_switch : *out;
    }
    if (isinf(out->time_s)) {
        return lw_error(v->builder->diags, lw_object_place(v->builder->object, "library"),
                        "leave algorithm and protocol of the library out",
                        "workloads.%s: NCCL has no such algorithm and protocol here", v->builder->object->name);
    }
    return LW_OK;
}

// ---- Tasks ----

static bool same_order(const lw_ranks *a, const lw_ranks *b) {
    return memcmp(a->node, b->node, a->count * sizeof *a->node) == 0;
}

// What a step takes beyond its bytes on links as NCCL counts them: the rest of its latency, and what
// the protocol makes of the bandwidth.
static lw_status step_rest_ps(const view *v, const price *p, uint32_t from, uint32_t to, int64_t bytes, int64_t *out) {
    lw_route route;
    LW_TRY(lw_route_find(v->builder->router, from, to, (lw_via){0}, &route));
    const double bus_Bps = v->channels * v->channel_Bps * data_share[p->protocol];
    const double slower_s = (double)bytes * (1 / p->bus_Bps - 1 / bus_Bps);
    const double latency_ps = fmax(0, (double)p->step_ps - (double)route.latency_ps);
    *out = llround(latency_ps + fmax(0, slower_s) * 1e12);
    return LW_OK;
}

// Two cards that meet in host memory do so through a channel's buffer: one piece is read there while
// the next is written. channels: that share the lane; sent: of a step over it.
static void set_buffer(lw_plan *plan, protocol how, uint32_t channels, int64_t sent) {
    const int64_t slot = slot_bytes[how] * channels, chunk = CHUNK_SLOTS * slot;
    const int64_t slice = ((sent < chunk ? sent : chunk) + SLICES - 1) / SLICES;
    plan->staging_bytes = how == SIMPLE ? (slice > 1 ? slice : 1) : slot;
    plan->staging_buffers = how == SIMPLE ? SLOTS / (CHUNK_SLOTS / SLICES) : SLOTS;
}

static lw_status write_ring(const view *v, const price *p, int64_t bytes, int64_t rounds) {
    lw_plan plan = lw_plan_new(v->builder, v->builder->object->params);
    plan.launch_ps = p->latency_ps;
    plan.over_hosts = true;
    uint32_t before = 0;
    int64_t rest_ps = 0;
    for (uint32_t c = 0; c < v->channels; c++) {
        const lw_ranks *ring = &v->ring[c];
        uint32_t alike = 0, earlier = 0;
        for (uint32_t other = 0; other < v->channels; other++) {
            alike += same_order(ring, &v->ring[other]);
            earlier += other < c && same_order(ring, &v->ring[other]);
        }
        if (earlier > 0) {
            continue;  // one ring for all that are alike
        }
        int64_t part = 0;
        for (uint32_t i = before; i < before + alike; i++) {
            part += lw_share_of(bytes, v->channels, i);
        }
        before += alike;
        const uint32_t first = lw_plan_next(&plan);
        for (uint32_t r = 0; r < ring->count; r++) {
            const uint32_t from = ring->node[r], to = ring->node[(r + 1) % ring->count];
            const int64_t share = lw_share_of(part, ring->count, r);
            const int64_t sent = (int64_t)ceil((double)share / data_share[p->protocol]);
            LW_TRY(step_rest_ps(v, p, from, to, lw_share_of(bytes, ring->count, r), &rest_ps));
            set_buffer(&plan, p->protocol, alike, sent);
            const uint32_t send = lw_plan_send(&plan, lw_plan_lane(&plan, from, to), sent, sent);
            lw_plan_pace(&plan, rest_ps);
            lw_plan_wait(&plan, first + (r + ring->count - 1) % ring->count, 1);
            lw_plan_wait(&plan, send, 1);
        }
    }
    plan.step_ps = rest_ps;
    return lw_plan_write(&plan, rounds, rounds, lw_share_of(bytes, v->ranks->count, 0));
}

// The least chunk of NVLS (src/enqueue.cc): smaller calls are not cut.
enum { NVLS_PIECE_BYTES = 16384 };
// More parts than this load the links alike, and take the square of their number to simulate.
enum { HEADS_MOST = 8 };

// Each of some ranks heads a part: the switch adds it up on its way there, and copies it on its way
// back. Pieces of the parts follow each other.
static lw_status write_nvls(const view *v, const price *p, int64_t bytes) {
    const uint32_t n = v->ranks->count, heads = n < HEADS_MOST ? n : HEADS_MOST, *node = v->ranks->node;
    const int64_t part = lw_share_of(bytes, heads, heads - 1), whole = part / NVLS_PIECE_BYTES + 1;
    const int64_t pieces = part < 1 ? 1 : whole < SLOTS ? whole : SLOTS;
    lw_plan plan = lw_plan_new(v->builder, v->builder->object->params);
    // the links bring down a part more than the sum, and the first piece comes back a piece later
    const double links_s = (double)bytes * (1 + 1 / (double)pieces) / v->port_Bps;
    plan.launch_ps = p->latency_ps + llround(fmax(0, p->time_s - (double)p->latency_ps / 1e12 - links_s) * 1e12);
    for (uint32_t head = 0; head < heads; head++) {
        const int64_t own = lw_share_of(bytes, heads, head), piece = own / pieces, last = own - (pieces - 1) * piece;
        for (int back = 0; back < 2; back++) {
            const uint32_t sum = lw_plan_next(&plan);
            if (back == 1) {
                lw_plan_join(&plan);
                for (uint32_t r = 1; r < n; r++) {
                    lw_plan_wait(&plan, sum - r, 0);
                }
            }
            for (uint32_t i = 1; i < n; i++) {
                const uint32_t other = node[(head + i) % n];
                const uint32_t lane = lw_plan_lane_in_switch(
                    &plan, back == 0 ? (const uint32_t[]){other, node[head]} : (const uint32_t[]){node[head], other},
                    back == 0 ? LW_IN_SWITCH_REDUCE : LW_IN_SWITCH_MULTICAST, i > 1);
                const uint32_t send = lw_plan_send(&plan, lane, piece, last);
                lw_plan_wait(&plan, send, 1);
                if (back == 1) {
                    lw_plan_wait(&plan, sum, 0);
                }
            }
        }
    }
    return lw_plan_write(&plan, pieces, 1, part / pieces > 0 ? part / pieces : 1);
}

static lw_status write(lw_graph_builder *builder, const void *params, lw_operation operation, const lw_ranks *ranks,
                       lw_collective_params *chosen) {
    view v = {.builder = builder, .params = params, .ranks = ranks};
    price best;
    LW_TRY(find_generation(&v));
    LW_TRY(find_channels(&v));
    LW_TRY(find_port(&v));
    // A graph of fast channels is doubled, each with half the speed (ncclTopoCompute of search.cc).
    const bool kept = v.channel_Bps < 25e9 || (v.gen >= HOPPER && v.channel_Bps < 50e9 && v.channels > 4);
    if (!kept && 2 * v.channels <= LW_CHANNELS_MAX) {
        v.channels *= 2;
        v.channel_Bps /= 2;
        for (uint32_t c = v.channels; c-- > 0;) {
            v.ring[c] = v.ring[c / 2];
        }
    }
    LW_TRY(choose(&v, operation, chosen->bytes, &best));
    chosen->price_us = best.time_s * 1e6;
    chosen->data_share = data_share[best.protocol];
    chosen->in_switch = best.algorithm == NVLS;
    static const char *const names[] = {"LL", "LL128", "Simple"};
    lw_graph_workload *of = builder->workload;
    of->choice = lw_arena_print(builder->arena, "%s, %s", best.algorithm == NVLS ? "NVLS" : "ring", names[best.protocol]);
    of->method = lw_arena_print(builder->arena, "%s, %u channel%s", of->choice, v.channels, v.channels == 1 ? "" : "s");
    if (of->choice == NULL || of->method == NULL) {
        return LW_NO_MEMORY;
    }
    return best.algorithm == NVLS ? write_nvls(&v, &best, chosen->bytes)
                                  : write_ring(&v, &best, chosen->bytes, steps_of(operation, ranks->count));
}

static const char page[] =
    "NCCL on one node of NVIDIA's cards. A collective names it: libraries: {nccl: {preset: nccl-2.30}}\n"
    "and `library: nccl` of an all-reduce, all-gather or reduce-scatter. `lanewise list libraries` shows\n"
    "the versions.\n"
    "\n"
    "As NCCL does, it counts the links it finds (pcie_share, nvlink_share), looks for channels, rings of\n"
    "one speed that fit side by side, and prices every pair of algorithm and protocol:\n"
    "  t = base + steps x step + S / (busbw x n / steps)\n"
    "with steps = 2(n-1) for an all-reduce, else n-1. LL sends 8 B of flags with 8 B of data and has the\n"
    "shortest steps; LL128 sends 120 B of data in 128 B and needs NVLink all the way; Simple sends data\n"
    "alone. NVLS lets NVSwitch add up, from Hopper and three ranks on. The least price wins: library_us\n"
    "of the result. data_share and in_switch say what it was: 0.5 LL, 0.9375 LL128, 1 Simple; 1 NVLS.\n"
    "\n"
    "Then that runs on the links as they are here: the call's cost, sends with the protocol's flags,\n"
    "steps no shorter than NCCL counts them. Cards without peer to peer, and cards whose route leads over\n"
    "a host, send through its memory, as NCCL does by default (NCCL_P2P_LEVEL=PXB; that it makes an\n"
    "exception for two cards on an AMD processor is left out). Their buffer there has eight slots, so that\n"
    "one piece is read while the next is written. Others may use the links, too, so that the\n"
    "time may differ from the price.\n"
    "\n"
    "Not modelled: several nodes, trees (on one node they are chains, which price higher than the ring),\n"
    "CollNet, PAT, kernels for registered buffers, fewer channels for small calls.";

const lw_library lw_library_nccl = {
    .type = {.name = "nccl",
             .summary = "NVIDIA's NCCL on one node: the algorithm and protocol that its cost model takes",
             .page = page,
             .example = "{preset: nccl-2.30}",
             .options = options,
             .params_size = sizeof(nccl_params)},
    .write = write,
};
