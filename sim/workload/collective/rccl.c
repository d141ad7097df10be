// SPDX-License-Identifier: GPL-3.0-or-later
// RCCL: on one computer rings as its cost model prices them (src/graph/tuning.cc of ROCm/rccl), and sends of all pairs,
// which it takes by size; several computers are in rccl_computers.c.
#include <math.h>

#include "sim/workload/collective/rccl.h"

static const char *const algorithm_words[] = {"auto", "ring", "pairs", "tree", NULL};

#define AT(field) offsetof(lw_rccl_params, field)
#define TIME(word, field, says) LW_WORK_TIME(word, AT(field), NULL, says)
#define SHARE(word, field, says) LW_LIBRARY_SHARE(word, AT(field), says)
#define MEASURED_SHARE(word, field, says)                                                                                   \
    {                                                                                                                       \
        .key = (word), .kind = LW_OPTION_QUANTITY_REAL, .offset = AT(field), .minimum = 0.01, .maximum = 1, .help = (says), \
        .fitted = true                                                                                                      \
    }
#define MEASURED_TIME(word, field, says)                                                                                         \
    {                                                                                                                            \
        .key = (word), .kind = LW_OPTION_QUANTITY_INT, .dimension = LW_TIME, .offset = AT(field), .minimum = 1, .maximum = 1e15, \
        .help = (says), .fitted = true                                                                                           \
    }
#define SIZE(word, field, says) LW_WORK_BYTES(word, AT(field), NULL, 1, says)
static const lw_option options[] = {
    LW_WORK_WORD("algorithm", AT(algorithm), "auto", algorithm_words,
                 "ring, every rank with every other, or, over several computers, two trees; auto: as it chooses"),
    LW_LIBRARY_PROTOCOL(AT(protocol)),
    LW_LIBRARY_CANDIDATES(AT(candidates)),
    LW_LIBRARY_LINES(AT(figures)),
    LW_LIBRARY_BUFFERS(AT(figures)),
    LW_WORK_RATE("link_rate", AT(link_Bps), NULL, 1, "what it counts of a link between two cards"),
    TIME("base_ll", base_ps[LW_LL], "cost of a call by protocol LL"),
    TIME("base_ll128", base_ps[LW_LL128], "cost of a call by protocol LL128"),
    TIME("base_simple", base_ps[LW_SIMPLE], "cost of a call by protocol Simple"),
    TIME("step_ll", step_ps[LW_LL], "time of a step of a ring besides its bytes, LL"),
    TIME("step_ll128", step_ps[LW_LL128], "the same, LL128"),
    TIME("step_simple", step_ps[LW_SIMPLE], "the same, Simple"),
    SHARE("share_ll", share[LW_LL], "what of the rate of all links it counts for a ring by LL"),
    SHARE("share_ll128", share[LW_LL128], "the same, LL128"),
    SHARE("share_simple", share[LW_SIMPLE], "the same, Simple"),
    MEASURED_SHARE("ring_share", ring_share, "what of their payload rings by Simple were measured to reach"),
    LW_WORK_COUNT("pairs_ranks", AT(pairs_ranks), NULL, "ranks for which it has algorithms of all pairs"),
    SIZE("pairs_least", pairs_least_bytes, "least size of an all-reduce that all pairs do"),
    SIZE("pairs_simple", pairs_simple_bytes, "size from which on they use Simple, not LL"),
    SIZE("pairs_most", pairs_most_bytes, "largest size of an all-reduce that they do"),
    SIZE("gather_most", gather_most_bytes, "largest size of an all-gather that they do, of all ranks' parts"),
    SIZE("scatter_ll", scatter_ll_bytes, "part of a rank up to which a reduce-scatter takes LL, whatever its price"),
    MEASURED_TIME("pairs_launch_ll", pairs_ps[LW_LL], "measured cost of a call of all pairs, LL"),
    MEASURED_TIME("pairs_launch_simple", pairs_ps[LW_SIMPLE], "the same, Simple"),
    MEASURED_SHARE("pairs_share_ll", pairs_share[LW_LL], "what of the links' payload they were measured to reach, LL"),
    MEASURED_SHARE("pairs_share_simple", pairs_share[LW_SIMPLE], "the same, Simple"),
    TIME("net_step_ll", net_step_ps[LW_LL], "time of a step of a ring between computers besides its bytes, LL"),
    TIME("net_step_ll128", net_step_ps[LW_LL128], "the same, LL128"),
    TIME("net_step_simple", net_step_ps[LW_SIMPLE], "the same, Simple: what it counts, not what it takes"),
    TIME("net_post", net_post_ps, "least time of a step of a ring over several computers; three times by Simple"),
    TIME("tree_step_ll", tree_step_ps[LW_LL], "time of a step of a tree within a computer besides its bytes, LL"),
    TIME("tree_step_ll128", tree_step_ps[LW_LL128], "the same, LL128"),
    TIME("tree_step_simple", tree_step_ps[LW_SIMPLE], "the same, Simple"),
    TIME("tree_net_step_ll", tree_net_step_ps[LW_LL], "time of a step of a tree between computers besides its bytes, LL"),
    TIME("tree_net_step_ll128", tree_net_step_ps[LW_LL128], "the same, LL128"),
    TIME("tree_net_step_simple", tree_net_step_ps[LW_SIMPLE], "the same, Simple"),
    SHARE("tree_share_ll_two", tree_share[LW_RCCL_TWO][LW_LL],
          "what of the rate of all rings it counts for a tree by LL, two computers"),
    SHARE("tree_share_ll128_two", tree_share[LW_RCCL_TWO][LW_LL128], "the same, LL128"),
    SHARE("tree_share_simple_two", tree_share[LW_RCCL_TWO][LW_SIMPLE], "the same, Simple"),
    SHARE("tree_share_ll_more", tree_share[LW_RCCL_MORE][LW_LL], "the same, LL, more computers"),
    SHARE("tree_share_ll128_more", tree_share[LW_RCCL_MORE][LW_LL128], "the same, LL128"),
    SHARE("tree_share_simple_more", tree_share[LW_RCCL_MORE][LW_SIMPLE], "the same, Simple"),
    MEASURED_SHARE("tree_reached_ll", tree_reached[LW_LL],
                   "what of the payload of all rings a tree over several computers was measured to reduce, LL"),
    MEASURED_SHARE("tree_reached_ll128", tree_reached[LW_LL128], "the same, LL128"),
    MEASURED_SHARE("tree_reached_simple", tree_reached[LW_SIMPLE], "the same, Simple"),
    SIZE("reduce_ll_most", most_bytes[LW_ALL_REDUCE][LW_LL], "largest all-reduce of several computers by LL"),
    SIZE("reduce_ll128_most", most_bytes[LW_ALL_REDUCE][LW_LL128],
         "the same, LL128, of two computers; 3.8 times that of more; then Simple"),
    SIZE("gather_ll_most", most_bytes[LW_ALL_GATHER][LW_LL], "largest part of a rank of an all-gather of several computers, LL"),
    SIZE("gather_ll128_most", most_bytes[LW_ALL_GATHER][LW_LL128], "the same, LL128; then Simple"),
    SIZE("scatter_ll_most", most_bytes[LW_REDUCE_SCATTER][LW_LL], "the same, of a reduce-scatter, LL"),
    SIZE("scatter_ll128_most", most_bytes[LW_REDUCE_SCATTER][LW_LL128], "the same, LL128; then Simple"),
    {0}};

typedef struct call {
    lw_graph_builder *builder;
    const lw_rccl_params *params;
    const lw_ranks *ranks;
    lw_operation operation;
    int64_t bytes, steps;
    int64_t latency_ps;  // of a hop
    double payload_Bps;  // of a link
    uint32_t rings;
    bool meshed;                  // every card has a link to every other
    lw_rccl_algorithm algorithm;  // chosen
    lw_protocol protocol;
} call;

lw_status lw_rccl_misfit(const lw_graph_builder *builder, const char *advice, const char *what) {
    return what == NULL ? LW_NO_MEMORY
                        : lw_error(builder->diags, lw_object_place(builder->object, "library"), advice, "workloads.%s: RCCL %s",
                                   builder->object->name, what);
}

lw_status lw_rccl_check_cards(lw_graph_builder *builder, const lw_ranks *ranks, double *payload_Bps, int64_t *latency_ps,
                              bool *meshed) {
    const lw_machine *machine = builder->machine;
    const uint32_t *rank = ranks->node;
    *meshed = true;
    for (uint32_t i = 0; i < ranks->count; i++) {
        const lw_node *node = &machine->node[rank[i]];
        if (node->spec->kind != LW_NODE_GPU || node->spec->params->api != LW_API_HIP) {
            return lw_rccl_misfit(builder, "take AMD's cards, or library: none",
                                  lw_diags_text(builder->diags, "runs on cards with `api: hip`, and '%s' is none", node->name));
        }
        for (uint32_t j = 0; j < i; j++) {
            lw_route route = {0};
            const lw_status found = lw_route_find(builder->router, rank[j], rank[i], (lw_via){0}, &route);
            LW_TRY(found == LW_BAD_INPUT ? LW_OK : found);
            *meshed = *meshed && route.count == 1;
            if (route.count == 1) {
                *latency_ps = (int64_t)route.latency_ps;
                *payload_Bps = lw_ranks_payload_Bps(builder, builder->object->params, rank[j], route.leg[0]);
            }
        }
    }
    return LW_OK;
}

// ---- Rings of one computer ----

// Without links between all cards: how often rings of that many channels use each, and the rate of one that the busiest
// gives to each use. 0: some hop has no link of its own.
static lw_status find_ring_Bps(const call *c, uint32_t rings, double *out) {
    const lw_collective_params *params = c->builder->object->params;
    const size_t directions = 2 * c->builder->machine->link_count;
    uint32_t *uses = LW_NEW_ARRAY(c->builder->arena, uint32_t, directions);
    lw_ranks ring[LW_CHANNELS_MAX];
    if (uses == NULL) {
        return LW_NO_MEMORY;
    }
    *out = (double)INFINITY;
    LW_TRY(lw_ranks_rings(c->builder, params, c->ranks, rings, ring));
    for (uint32_t i = 0; i < 2 * rings; i++) {  // what is used, and then what that leaves
        const lw_ranks *of = &ring[i % rings];
        for (uint32_t r = 0; r < of->count; r++) {
            lw_route route = {0};
            const lw_status found =
                lw_route_find(c->builder->router, of->node[r], of->node[(r + 1) % of->count], (lw_via){0}, &route);
            LW_TRY(found == LW_BAD_INPUT ? LW_OK : found);
            if (route.count != 1) {
                *out = 0;
                return LW_OK;
            }
            const lw_leg leg = route.leg[0];
            uint32_t *used = &uses[2 * leg.link + (unsigned)leg.dir];
            *used += i < rings ? 1 : 0;
            *out = i < rings ? *out : fmin(*out, lw_ranks_payload_Bps(c->builder, params, of->node[r], leg) / *used);
        }
    }
    return LW_OK;
}

// Rings of a board that is no mesh, each also the other way round: as many as together carry most.
static lw_status find_board_rings(call *c) {
    double best_Bps = 0;
    for (uint32_t rings = 2; rings <= 2 * (c->ranks->count - 1) && rings <= LW_CHANNELS_MAX; rings += 2) {
        double each_Bps;
        LW_TRY(find_ring_Bps(c, rings, &each_Bps));
        if (each_Bps <= 0) {
            break;
        }
        if (rings * each_Bps > best_Bps * (1 + 1e-9)) {
            best_Bps = rings * each_Bps;
            c->rings = rings;
            c->payload_Bps = each_Bps;
        }
    }
    return best_Bps > 0 ? LW_OK
                        : lw_rccl_misfit(c->builder, "join them by pattern: ring or mesh, or take library: none",
                                         "is modelled where links between cards make a ring, and these make none");
}

// In a mesh a link is in two rings, each way, and in twice as many channels.
static lw_status look(call *c) {
    LW_TRY(lw_rccl_check_cards(c->builder, c->ranks, &c->payload_Bps, &c->latency_ps, &c->meshed));
    const uint32_t all = 2 * (c->ranks->count - 1);
    c->rings = all < LW_CHANNELS_MAX ? all : LW_CHANNELS_MAX;
    return c->meshed ? LW_OK : find_board_rings(c);
}

static double shared(const call *c) {
    return c->meshed ? 2 : 1;
}

// What its cost model says of a ring.
static double price_s(const call *c, lw_protocol how) {
    const lw_rccl_params *p = c->params;
    const double n = c->ranks->count, bus_Bps = c->rings / shared(c) * (double)p->link_Bps * p->share[how];
    return (double)(p->base_ps[how] + c->steps * p->step_ps[how]) / 1e12 + (double)c->bytes * (double)c->steps / n / bus_Bps;
}

static bool takes_pairs(const call *c) {
    const lw_rccl_params *p = c->params;
    const bool fits = c->ranks->count == p->pairs_ranks;
    const bool reduces = c->operation == LW_ALL_REDUCE && c->bytes >= p->pairs_least_bytes && c->bytes <= p->pairs_most_bytes;
    const bool gathers = c->operation == LW_ALL_GATHER && c->bytes <= p->gather_most_bytes;
    return p->algorithm == LW_RCCL_PAIRS || (p->algorithm == LW_RCCL_AUTO && c->meshed && fits && (reduces || gathers));
}

static void choose(call *c) {
    const lw_rccl_params *p = c->params;
    c->algorithm = takes_pairs(c) ? LW_RCCL_PAIRS : LW_RCCL_RING;
    c->protocol = LW_LL;
    if (p->protocol > 0) {
        c->protocol = (lw_protocol)(p->protocol - 1);
    } else if (c->algorithm == LW_RCCL_PAIRS) {
        c->protocol = c->bytes < p->pairs_simple_bytes ? LW_LL : LW_SIMPLE;
    } else if (c->operation != LW_REDUCE_SCATTER || c->bytes / c->ranks->count > p->scatter_ll_bytes) {
        for (lw_protocol how = LW_LL128; how < LW_PROTOCOLS; how++) {
            c->protocol = price_s(c, how) < price_s(c, c->protocol) ? how : c->protocol;
        }
    }
    // all pairs have no LL128
    c->protocol = c->algorithm == LW_RCCL_PAIRS && c->protocol == LW_LL128 ? LW_SIMPLE : c->protocol;
}

static lw_status tell(const call *c) {
    const uint32_t channels = 2 * c->rings;
    lw_graph_workload *workload = c->builder->workload;
    lw_arena *arena = c->builder->arena;
    lw_priced *priced = LW_NEW_ARRAY(arena, lw_priced, LW_PROTOCOLS);
    const char *name = c->algorithm == LW_RCCL_PAIRS ? "all pairs" : "ring";
    workload->choice = lw_arena_print(arena, "%s, %s", name, lw_protocol_names[c->protocol]);
    workload->method =
        c->algorithm == LW_RCCL_PAIRS ? workload->choice : lw_arena_print(arena, "%s, %u channels", workload->choice, channels);
    if (priced == NULL || workload->choice == NULL || workload->method == NULL) {
        return LW_NO_MEMORY;
    }
    for (int how = 0; how < LW_PROTOCOLS; how++) {
        priced[how] = (lw_priced){.name = lw_arena_print(arena, "ring, %s", lw_protocol_names[how]),
                                  .time_us = price_s(c, (lw_protocol)how) * 1e6,
                                  .taken = c->algorithm == LW_RCCL_RING && how == (int)c->protocol};
        LW_TRY(priced[how].name == NULL ? LW_NO_MEMORY : LW_OK);
    }
    workload->priced = priced;
    workload->priced_count = c->params->candidates ? LW_PROTOCOLS : 0;
    return LW_OK;
}

// Bytes on a link take so much longer than it does, where this much of what it carries is reached.
static double slower_ps(const call *c, double reached_Bps) {
    return fmax(0, 1 / reached_Bps - 1 / (c->payload_Bps * lw_protocol_data_share(&c->params->figures, c->protocol))) * 1e12;
}

static lw_status write(lw_graph_builder *builder, const void *params, lw_operation operation, const lw_ranks *listed,
                       lw_collective_params *chosen) {
    static const lw_direct_use uses[] = {
        [LW_ALL_REDUCE] = LW_DIRECT_BOTH, [LW_ALL_GATHER] = LW_DIRECT_GATHER, [LW_REDUCE_SCATTER] = LW_DIRECT_SCATTER};
    lw_ranks ordered = *listed;
    lw_computers computers;
    const lw_rccl_params *p = params;
    LW_TRY(lw_computers_find(builder, chosen, listed, &computers));
    if (computers.count > 1) {
        return lw_rccl_write_computers(builder, p, operation, listed, &computers, chosen);
    }
    if (p->algorithm == LW_RCCL_TREE) {
        return lw_rccl_misfit(builder, "leave algorithm of the library out", "takes no tree on one computer");
    }
    LW_TRY(lw_ranks_order(builder, chosen, &ordered));
    const lw_ranks *ranks = &ordered;
    call c = {.builder = builder, .params = p, .ranks = ranks, .operation = operation, .bytes = chosen->bytes};
    c.steps = (operation == LW_ALL_REDUCE ? 2 : 1) * ((int64_t)ranks->count - 1);
    LW_TRY(look(&c));
    choose(&c);
    LW_TRY(tell(&c));
    chosen->data_share = lw_protocol_data_share(&p->figures, c.protocol);
    lw_plan plan = lw_plan_new(builder, chosen);
    plan.data_share = chosen->data_share;
    if (c.algorithm == LW_RCCL_PAIRS) {
        plan.launch_ps = p->pairs_ps[c.protocol];
        plan.byte_ps = slower_ps(&c, c.payload_Bps * p->pairs_share[c.protocol]);
        return lw_direct_as(&plan, ranks, uses[operation]);
    }
    chosen->price_us = price_s(&c, c.protocol) * 1e6;
    chosen->channels = c.rings;
    plan.launch_ps = p->base_ps[c.protocol];
    plan.send_ps = p->step_ps[c.protocol] > c.latency_ps ? p->step_ps[c.protocol] - c.latency_ps : 0;
    plan.step_ps = plan.send_ps;
    plan.byte_ps = shared(&c) * slower_ps(&c, c.protocol == LW_SIMPLE ? c.payload_Bps * p->ring_share
                                                                      : (double)p->link_Bps * p->share[c.protocol]);
    return lw_ring_rounds_as(&plan, ranks, c.steps);
}

static const char page[] =
    "RCCL on AMD's cards: of one computer, as eight MI300X with links between all of them or a board of\n"
    "MI250X, or of several computers. A collective names it: libraries: {rccl: {preset: rccl}} and\n"
    "`library: rccl` of an all-reduce, all-gather or reduce-scatter.\n"
    "\n"
    "A ring is priced as NCCL does it, with figures of its own, by each protocol:\n"
    "  t = base + steps x step + S x steps / n / (links x rate of a link x share of the protocol)\n"
    "steps = 2(n-1) for an all-reduce, else n-1. 2(n-1) rings use every link of a mesh twice, each way,\n"
    "and run as twice as many channels. The least price wins: library_us of the result. `candidates:\n"
    "true` of the library tells the price of each protocol.\n"
    "\n"
    "Sizes decide first, without a price: eight cards reduce by sends between all pairs (MSCCL) from\n"
    "pairs_least to pairs_most, and gather so up to gather_most; parts of a reduce-scatter up to\n"
    "scatter_ll take LL.\n"
    "\n"
    "A board that is no mesh takes the rings, each both ways, that together carry most: the eight dies of\n"
    "a node of Frontier two, four directions, that share no single link.\n"
    "\n"
    "Over several computers of n cards with links to each other there are n rings: paths that use each\n"
    "link of a computer once, each way, and leave it by the network card next to their last card. So all\n"
    "n network cards carry, and a ring does not come back over the n-1 links of a card. RCCL counts each\n"
    "of them as often as 64 channels allow. Ring and two trees are priced with steps over the network,\n"
    "and with factors by size that RCCL lists; the price says which, and sizes say the protocol\n"
    "(reduce_ll_most and those beside it): on two computers of eight MI300X trees up to 255 MiB, by LL to\n"
    "1 MiB and LL128 to 9 MiB, then rings. Preset rccl-mi350x has the sizes of MI350X, and rccl-mi250x\n"
    "the figures of MI250X, of which nothing was measured; where no library is named it is preset rccl.\n"
    "\n"
    "Then that runs on the links as they are here: the call's cost, sends with the protocol's flags, and\n"
    "the time of steps. Rings by Simple and all pairs reach what was measured of their calls and rates\n"
    "(fits to the tables that the preset names); rings by LL and LL128 what RCCL counts. Prices over the\n"
    "network are made to choose by: a ring's step of 320 us takes what a tree's does, and trees reach\n"
    "what calls on two computers of MI300X grow by (tree_reached_ll and those beside it).\n"
    "\n"
    "Not modelled: broadcast, reduce, all-to-all, send-recv; computers with cards that have not links to\n"
    "all others of theirs, or with unequal numbers of cards; all-gathers straight to every rank of other\n"
    "computers; trees on one computer (they price higher), MSCCL++ and what replaced MSCCL in 2026.";

static lw_status check(const void *params, const lw_option_set *set, lw_place at, lw_diags *diags) {
    return lw_library_check_lines(&((const lw_rccl_params *)params)->figures, options, set, at, diags);
}

const lw_library lw_library_rccl = {
    .type = {.name = "rccl",
             .summary = "AMD's RCCL: rings, trees and all pairs as it chooses them",
             .page = page,
             .example = "{preset: rccl}",
             .options = options,
             .params_size = sizeof(lw_rccl_params),
             .check = check},
    .last = LW_REDUCE_SCATTER,
    .write = write,
};
