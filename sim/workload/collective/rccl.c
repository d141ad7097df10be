// SPDX-License-Identifier: GPL-3.0-or-later
// RCCL on the cards of one computer that all have links to each other: rings as its cost model
// prices them (src/graph/tuning.cc of ROCm/rccl), and sends of all pairs, which it takes by size.
#include <math.h>

#include "sim/workload/collective/library.h"

typedef enum algorithm { AUTO, RING, PAIRS } algorithm;
static const char *const algorithm_words[] = {"auto", "ring", "pairs", NULL};

typedef struct rccl_params {
    int algorithm, protocol;  // 0: as it chooses
    bool candidates;
    lw_protocol_figures figures;  // no buffers: cards write to each other
    int64_t link_Bps, base_ps[LW_PROTOCOLS], step_ps[LW_PROTOCOLS];
    double share[LW_PROTOCOLS];  // of the links' rates, as it counts
    double ring_share;           // of what they carry, as measured
    int64_t pairs_ranks, pairs_least_bytes, pairs_simple_bytes, pairs_most_bytes, gather_most_bytes, scatter_ll_bytes;
    int64_t pairs_ps[LW_PROTOCOLS];
    double pairs_share[LW_PROTOCOLS];
} rccl_params;

#define AT(field) offsetof(rccl_params, field)
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
                 "ring, or every rank with every other; auto: as it chooses"),
    LW_LIBRARY_PROTOCOL(AT(protocol)),
    LW_LIBRARY_CANDIDATES(AT(candidates)),
    LW_LIBRARY_LINES(AT(figures)),
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
    {0}};

typedef struct call {
    lw_graph_builder *builder;
    const rccl_params *params;
    const lw_ranks *ranks;
    lw_operation operation;
    int64_t bytes, steps;
    int64_t latency_ps;   // of a hop
    double payload_Bps;   // of a link
    algorithm algorithm;  // chosen
    lw_protocol protocol;
} call;

static lw_status misfit(const call *c, const char *advice, const char *what) {
    return what == NULL ? LW_NO_MEMORY
                        : lw_error(c->builder->diags, lw_object_place(c->builder->object, "library"), advice,
                                   "workloads.%s: RCCL %s", c->builder->object->name, what);
}

// Cards with its interface, each with a link to every other.
static lw_status look(call *c) {
    const lw_machine *machine = c->builder->machine;
    const uint32_t *rank = c->ranks->node;
    for (uint32_t i = 0; i < c->ranks->count; i++) {
        const lw_node *node = &machine->node[rank[i]];
        if (node->spec->kind != LW_NODE_GPU || node->spec->params->api != LW_API_HIP) {
            return misfit(c, "take AMD's cards, or library: none",
                          lw_diags_text(c->builder->diags, "runs on cards with `api: hip`, and '%s' is none", node->name));
        }
        for (uint32_t j = 0; j < i; j++) {
            lw_route route = {0};
            const lw_status found = lw_route_find(c->builder->router, rank[j], rank[i], (lw_via){0}, &route);
            LW_TRY(found == LW_BAD_INPUT ? LW_OK : found);
            if (route.count != 1) {
                return misfit(c, "join them by pattern: mesh, or take library: none",
                              lw_diags_text(c->builder->diags,
                                            "is modelled where all cards have links to each other, and '%s' and '%s' have none",
                                            machine->node[rank[j]].name, node->name));
            }
            c->latency_ps = (int64_t)route.latency_ps;
            c->payload_Bps = lw_ranks_payload_Bps(c->builder, c->builder->object->params, rank[j], route.leg[0]);
        }
    }
    return LW_OK;
}

// What its cost model says of a ring: all links of a card are in use.
static double price_s(const call *c, lw_protocol how) {
    const rccl_params *p = c->params;
    const double n = c->ranks->count, bus_Bps = (n - 1) * (double)p->link_Bps * p->share[how];
    return (double)(p->base_ps[how] + c->steps * p->step_ps[how]) / 1e12 + (double)c->bytes * (double)c->steps / n / bus_Bps;
}

static bool takes_pairs(const call *c) {
    const rccl_params *p = c->params;
    const bool fits = c->ranks->count == p->pairs_ranks;
    const bool reduces = c->operation == LW_ALL_REDUCE && c->bytes >= p->pairs_least_bytes && c->bytes <= p->pairs_most_bytes;
    const bool gathers = c->operation == LW_ALL_GATHER && c->bytes <= p->gather_most_bytes;
    return p->algorithm == PAIRS || (p->algorithm == AUTO && fits && (reduces || gathers));
}

static void choose(call *c) {
    const rccl_params *p = c->params;
    c->algorithm = takes_pairs(c) ? PAIRS : RING;
    c->protocol = LW_LL;
    if (p->protocol > 0) {
        c->protocol = (lw_protocol)(p->protocol - 1);
    } else if (c->algorithm == PAIRS) {
        c->protocol = c->bytes < p->pairs_simple_bytes ? LW_LL : LW_SIMPLE;
    } else if (c->operation != LW_REDUCE_SCATTER || c->bytes / c->ranks->count > p->scatter_ll_bytes) {
        for (lw_protocol how = LW_LL128; how < LW_PROTOCOLS; how++) {
            c->protocol = price_s(c, how) < price_s(c, c->protocol) ? how : c->protocol;
        }
    }
    // all pairs have no LL128
    c->protocol = c->algorithm == PAIRS && c->protocol == LW_LL128 ? LW_SIMPLE : c->protocol;
}

static lw_status tell(const call *c, uint32_t channels) {
    lw_graph_workload *workload = c->builder->workload;
    lw_arena *arena = c->builder->arena;
    lw_priced *priced = LW_NEW_ARRAY(arena, lw_priced, LW_PROTOCOLS);
    const char *name = c->algorithm == PAIRS ? "all pairs" : "ring";
    workload->choice = lw_arena_print(arena, "%s, %s", name, lw_protocol_names[c->protocol]);
    workload->method =
        c->algorithm == PAIRS ? workload->choice : lw_arena_print(arena, "%s, %u channels", workload->choice, channels);
    if (priced == NULL || workload->choice == NULL || workload->method == NULL) {
        return LW_NO_MEMORY;
    }
    for (int how = 0; how < LW_PROTOCOLS; how++) {
        priced[how] = (lw_priced){.name = lw_arena_print(arena, "ring, %s", lw_protocol_names[how]),
                                  .time_us = price_s(c, (lw_protocol)how) * 1e6,
                                  .taken = c->algorithm == RING && how == (int)c->protocol};
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
    const lw_ranks *ranks = &ordered;
    LW_TRY(lw_ranks_order(builder, chosen, &ordered));
    const rccl_params *p = params;
    // a link is in two of these rings, each way, and in twice as many channels
    const uint32_t rings = 2 * (ranks->count - 1) < LW_CHANNELS_MAX ? 2 * (ranks->count - 1) : LW_CHANNELS_MAX;
    call c = {.builder = builder, .params = p, .ranks = ranks, .operation = operation, .bytes = chosen->bytes};
    c.steps = (operation == LW_ALL_REDUCE ? 2 : 1) * ((int64_t)ranks->count - 1);
    LW_TRY(look(&c));
    choose(&c);
    LW_TRY(tell(&c, 2 * rings));
    chosen->data_share = lw_protocol_data_share(&p->figures, c.protocol);
    lw_plan plan = lw_plan_new(builder, chosen);
    plan.data_share = chosen->data_share;
    if (c.algorithm == PAIRS) {
        plan.launch_ps = p->pairs_ps[c.protocol];
        plan.byte_ps = slower_ps(&c, c.payload_Bps * p->pairs_share[c.protocol]);
        return lw_direct_as(&plan, ranks, uses[operation]);
    }
    chosen->price_us = price_s(&c, c.protocol) * 1e6;
    chosen->channels = rings;
    plan.launch_ps = p->base_ps[c.protocol];
    plan.send_ps = p->step_ps[c.protocol] > c.latency_ps ? p->step_ps[c.protocol] - c.latency_ps : 0;
    plan.step_ps = plan.send_ps;
    // two rings share a link
    plan.byte_ps =
        2 * slower_ps(&c, c.protocol == LW_SIMPLE ? c.payload_Bps * p->ring_share : (double)p->link_Bps * p->share[c.protocol]);
    return lw_ring_rounds_as(&plan, ranks, c.steps);
}

static const char page[] = "RCCL on AMD's cards, where those of one computer all have links to each other, as eight MI300X do.\n"
                           "A collective names it: libraries: {rccl: {preset: rccl}} and `library: rccl` of an all-reduce,\n"
                           "all-gather or reduce-scatter.\n"
                           "\n"
                           "A ring is priced as NCCL does it, with figures of its own, by each protocol:\n"
                           "  t = base + steps x step + S x steps / n / (links x rate of a link x share of the protocol)\n"
                           "steps = 2(n-1) for an all-reduce, else n-1. 2(n-1) rings use every link twice, each way, and run as\n"
                           "twice as many channels. The least price wins: library_us of the result. `candidates: true` of the\n"
                           "library tells the price of each protocol.\n"
                           "\n"
                           "Sizes decide first, without a price: eight cards reduce by sends between all pairs (MSCCL) from\n"
                           "pairs_least to pairs_most, and gather so up to gather_most; parts of a reduce-scatter up to\n"
                           "scatter_ll take LL.\n"
                           "\n"
                           "Then that runs on the links as they are here: the call's cost, sends with the protocol's flags, and\n"
                           "the time of steps. Rings by Simple and all pairs reach what was measured of their calls and rates\n"
                           "(fits to the tables that the preset names); rings by LL and LL128 what RCCL counts.\n"
                           "\n"
                           "Not modelled: broadcast, reduce, all-to-all, send-recv; several computers; trees (on one computer\n"
                           "they price higher), MSCCL++ and what replaced MSCCL in 2026; cards without links to all others, as\n"
                           "the dies of MI250X: one that names no library takes a plain ring there, and `algorithm: rings` as\n"
                           "many as have links of their own, which is nearer to what RCCL runs.";

static lw_status check(const void *params, const lw_option_set *set, lw_place at, lw_diags *diags) {
    return lw_library_check_lines(&((const rccl_params *)params)->figures, options, set, at, diags);
}

const lw_library lw_library_rccl = {
    .type = {.name = "rccl",
             .summary = "AMD's RCCL: rings and all pairs as it chooses them on one computer",
             .page = page,
             .example = "{preset: rccl}",
             .options = options,
             .params_size = sizeof(rccl_params),
             .check = check},
    .last = LW_REDUCE_SCATTER,
    .write = write,
};
