// SPDX-License-Identifier: GPL-3.0-or-later
// RCCL over several computers: rings and trees as its cost model prices them (src/graph/tuning.cc of ROCm/rccl), and
// NCCL's tasks of them, whose code it shares.
#include <math.h>

#include "sim/workload/collective/nccl.h"
#include "sim/workload/collective/rccl.h"

// The bandwidths of an algorithm are multiplied by what is said of the call's size: powers of two from 64 B on, the
// last for all above (treeCorrectionFactor and ringCorrectionFactor of tuning model 5, MI300X; that of MI350X, model 6,
// differs where it changes no choice between ring and tree).
enum { FACTORS = 27, FACTOR_SHIFT = 6 };
#define TREE_LINES \
    { .1, .1, .1, .1, .1, .1, 1, 1, 1, 1, 1, .6, 1, .9, 1, 1, .1, .1, .1, .1, .1, .1, .1, .1, .1, .1, .1 }
#define RING_LINES \
    { .1, .1, .1, .1, .1, .1, .1, .1, .1, .1, .1, 1, .2, 1, .4, .4, .1, .2, .2, .1, .1, .1, .1, .1, .1, .1, .1 }
static const double factor[2][LW_PROTOCOLS][FACTORS] = {
    {RING_LINES, RING_LINES, {.1, .1, .1, .1, .1, .1, .1, .1, .1, .1, .1, .1, .1, .1,
                              .1, .1, .1, .1, .1, .1, .1, .1, 1,  .8, 1,  1,  1}},
    {TREE_LINES, TREE_LINES, {.1, .1, .1, .1, .1, .1, .1, .1, .1, .1, .1, .1, .1, .1,
                              .1, .7, 1,  1,  1,  1,  1,  .7, .7, .5, .6, .6, .6}}};
// Of an all-reduce of more than two computers LL128 goes further (rcclUpdateCollectiveProtocol of src/rccl_wrap.cc).
static const double further = 3.8;
// What it posts to the network card for each step, by Simple.
enum { SIMPLE_POSTS = 3 };

typedef struct call {
    lw_nccl_view *view;
    const lw_rccl_params *params;
    lw_operation operation;
    int64_t bytes;
    double payload_Bps;  // of a link within a computer
    uint32_t channels;   // as it counts them
    lw_nccl_algorithm algorithm;
    lw_protocol protocol;
} call;

static double factor_of(lw_nccl_algorithm algorithm, lw_protocol how, int64_t bytes) {
    int log = 0;
    for (int64_t left = bytes >> FACTOR_SHIFT; left > 1; left >>= 1) {
        log++;
    }
    return factor[algorithm == LW_NCCL_TREE ? 1 : 0][how][log < FACTORS ? log : FACTORS - 1];
}

// ---- Rings ----

// Paths that leave no link of a mesh of n out and take none twice, for n even: number, number + 1, number - 1, and so on,
// round a circle. Such are RCCL's rings for eight cards (rome_model_81 and 87 of src/graph/rome_models.cc).
static uint32_t on_path(uint32_t count, uint32_t number, uint32_t index) {
    const uint32_t step = (index + 1) / 2;
    return (number + (index % 2 == 1 ? step : count - step)) % count;
}

// Each ring passes all computers, along a path within each, and uses the network cards next to its ends; computers of one
// card have a ring for each network card.
static lw_status find_rings(lw_nccl_view *v, uint32_t rings) {
    lw_arena *arena = v->builder->arena;
    const lw_computers *computers = &v->computers;
    const uint32_t own = computers->computer[0].ranks.count, n = v->ranks->count;
    uint32_t *near = LW_NEW_ARRAY(arena, uint32_t, v->builder->machine->node_count);
    uint32_t *node = LW_NEW_ARRAY(arena, uint32_t, (size_t)rings * n);
    if (near == NULL || node == NULL) {
        return LW_NO_MEMORY;
    }
    LW_TRY(lw_computers_nics(v->builder, computers, near));
    for (uint32_t k = 0; k < rings; k++) {
        uint32_t *nic = own > 1 ? near : LW_NEW_ARRAY(arena, uint32_t, v->builder->machine->node_count);
        lw_nccl_gate *gate = &v->gate[k];
        *gate =
            (lw_nccl_gate){nic, LW_NEW_ARRAY(arena, uint32_t, computers->count), LW_NEW_ARRAY(arena, uint32_t, computers->count)};
        if (nic == NULL || gate->entry == NULL || gate->exit == NULL) {
            return LW_NO_MEMORY;
        }
        v->ring[k] = (lw_ranks){&node[(size_t)k * n], n};
        v->gate_of[k] = k;
        for (uint32_t c = 0; c < computers->count; c++) {
            const lw_computer *computer = &computers->computer[c];
            uint32_t *path = &node[(size_t)k * n + (size_t)c * own];
            for (uint32_t i = 0; i < own; i++) {
                path[i] = computer->ranks.node[on_path(own, k, i)];
            }
            gate->entry[c] = path[0];
            gate->exit[c] = path[own - 1];
            nic[path[0]] = own > 1 ? near[path[0]] : computer->nic[k];
        }
    }
    v->gates = v->channels = rings;
    return LW_OK;
}

// Computers with as many cards each, all of them next to each other within one.
static lw_status look(call *c) {
    lw_nccl_view *v = c->view;
    const lw_computers *computers = &v->computers;
    const uint32_t own = computers->computer[0].ranks.count;
    uint32_t rings = own;
    int64_t latency_ps;
    bool meshed = true;
    for (uint32_t i = 0; i < computers->count; i++) {
        const lw_computer *computer = &computers->computer[i];
        LW_TRY(lw_rccl_check_cards(v->builder, &computer->ranks, &c->payload_Bps, &latency_ps, &meshed));
        if (!meshed || computer->ranks.count != own) {
            return lw_rccl_misfit(v->builder, "take as many cards of each computer, joined by pattern: mesh, or library: none",
                                  "is modelled on several computers where each has as many cards, with links to each other");
        }
        LW_TRY(computer->nics == 0 ? lw_computers_without(v->builder, computer) : LW_OK);
        rings = own == 1 && (i == 0 || computer->nics < rings) ? computer->nics : rings;
    }
    rings = rings < LW_CHANNELS_MAX ? rings : LW_CHANNELS_MAX;
    // it lists each of them as often as there are channels for it
    c->channels = own == 1 ? rings : LW_CHANNELS_MAX / rings * rings;
    return find_rings(v, rings);
}

// What each ring carries where all are as busy, by links.
static lw_status find_speed(call *c) {
    static const double bytes = 1e9;
    lw_nccl_view *v = c->view;
    lw_nccl_step step;
    v->used_Bps = LW_NEW_ARRAY(v->builder->arena, double, 2 * v->builder->machine->link_count);
    if (v->used_Bps == NULL) {
        return LW_NO_MEMORY;
    }
    const lw_status found = lw_nccl_step_of(v, bytes, &step);
    if (found == LW_BAD_INPUT) {
        return lw_rccl_misfit(v->builder, "join their network cards by links or a switch", "finds no route between computers");
    }
    LW_TRY(found);
    v->channel_Bps = bytes / step.most_s;
    c->payload_Bps = v->computers.count == v->ranks->count ? v->channel_Bps : c->payload_Bps;
    return LW_OK;
}

// ---- Prices ----

static bool is_alone(const lw_nccl_view *v) {
    return v->computers.count == v->ranks->count;
}

// Steps that cross the network, and those that do not, of a ring; the same up and down a tree.
static void count_steps(const call *c, lw_nccl_algorithm algorithm, double *within, double *across) {
    const lw_nccl_view *v = c->view;
    const uint32_t computers = v->computers.count, n = v->ranks->count;
    const bool tree = algorithm == LW_NCCL_TREE;
    *across = tree ? 2 * lw_nccl_rounds(computers) : (double)lw_nccl_steps(c->operation, computers);
    *within = tree ? 2 * ((double)n / computers - 1) : (double)lw_nccl_steps(c->operation, n) - *across;
}

// bus_Bps: without what depends on the size; that of a tree as of a ring that takes as long.
static lw_nccl_price price_of(const call *c, lw_nccl_algorithm algorithm, lw_protocol how) {
    const lw_rccl_params *p = c->params;
    const lw_nccl_view *v = c->view;
    const bool tree = algorithm == LW_NCCL_TREE;
    const double n = v->ranks->count, all_Bps = c->channels * (is_alone(v) ? v->channel_Bps : (double)p->link_Bps);
    const double share = tree ? p->tree_share[v->computers.count > 2 ? LW_RCCL_MORE : LW_RCCL_TWO][how] : p->share[how];
    const double ratio = tree ? 0.5 : n / (double)lw_nccl_steps(c->operation, v->ranks->count);
    double within, across;
    lw_nccl_price out = {.algorithm = algorithm,
                         .protocol = how,
                         .allowed = !tree || c->operation == LW_ALL_REDUCE,
                         .bus_Bps = all_Bps * share * ratio / (n / (2 * (n - 1))),
                         .latency_ps = (double)p->base_ps[how]};
    const double post_ps = tree ? 0 : (double)p->net_post_ps * (how == LW_SIMPLE ? SIMPLE_POSTS : 1);
    out.step_ps[0] = fmax((double)(tree ? p->tree_step_ps : p->step_ps)[how], post_ps);
    out.step_ps[1] = (double)(tree || is_alone(v) ? p->tree_net_step_ps : p->net_step_ps)[how];
    count_steps(c, algorithm, &within, &across);
    out.time_s = (out.latency_ps + within * out.step_ps[0] + across * out.step_ps[1]) / 1e12 +
                 (double)c->bytes / (all_Bps * share * ratio * factor_of(algorithm, how, c->bytes));
    return out;
}

// Prices decide between ring and tree, sizes between protocols.
static lw_protocol protocol_of(const call *c) {
    const int64_t *most = c->params->most_bytes[c->operation];
    const bool reduces = c->operation == LW_ALL_REDUCE;
    const int64_t size = reduces ? c->bytes : c->bytes / c->view->ranks->count;
    const double lines_128 = (double)most[LW_LL128] * (reduces && c->view->computers.count > 2 ? further : 1);
    return size <= most[LW_LL] ? LW_LL : (double)size <= lines_128 ? LW_LL128 : LW_SIMPLE;
}

static const char *const algorithm_names[] = {[LW_NCCL_RING] = "ring", [LW_NCCL_TREE] = "tree"};
enum { PRICED = 2 * LW_PROTOCOLS };

static lw_status choose(call *c, lw_priced *priced, uint32_t *count) {
    const lw_rccl_params *p = c->params;
    const bool tree = p->algorithm == LW_RCCL_TREE, ring = p->algorithm == LW_RCCL_RING;
    double best_s = (double)INFINITY;
    if (p->algorithm == LW_RCCL_PAIRS || (tree && c->operation != LW_ALL_REDUCE)) {
        return lw_rccl_misfit(c->view->builder, "leave algorithm of the library out", "has no such algorithm here");
    }
    for (int i = 0; i < PRICED; i++) {
        const lw_nccl_algorithm algorithm = i < LW_PROTOCOLS ? LW_NCCL_RING : LW_NCCL_TREE;
        const lw_protocol how = (lw_protocol)(i % LW_PROTOCOLS);
        const lw_nccl_price price = price_of(c, algorithm, how);
        if (!price.allowed) {
            continue;
        }
        lw_priced *row = &priced[(*count)++];
        row->time_us = price.time_s * 1e6;
        row->name = lw_arena_print(c->view->builder->arena, "%s, %s", algorithm_names[algorithm], lw_protocol_names[how]);
        LW_TRY(row->name == NULL ? LW_NO_MEMORY : LW_OK);
        if ((algorithm == LW_NCCL_TREE ? !ring : !tree) && price.time_s < best_s) {
            best_s = price.time_s;
            c->algorithm = algorithm;
        }
    }
    c->protocol = p->protocol > 0 ? (lw_protocol)(p->protocol - 1) : protocol_of(c);
    priced[(c->algorithm == LW_NCCL_TREE ? LW_PROTOCOLS : 0) + (int)c->protocol].taken = true;
    return LW_OK;
}

static lw_status tell(call *c, lw_collective_params *chosen) {
    lw_arena *arena = c->view->builder->arena;
    lw_graph_workload *workload = c->view->builder->workload;
    lw_priced *priced = LW_NEW_ARRAY(arena, lw_priced, PRICED);
    uint32_t count = 0;
    if (priced == NULL) {
        return LW_NO_MEMORY;
    }
    LW_TRY(choose(c, priced, &count));
    workload->choice = lw_arena_print(arena, "%s, %s", algorithm_names[c->algorithm], lw_protocol_names[c->protocol]);
    workload->method = lw_arena_print(arena, "%s, %u channel%s", workload->choice, c->channels, c->channels == 1 ? "" : "s");
    workload->priced = priced;
    workload->priced_count = c->params->candidates ? count : 0;
    chosen->data_share = lw_protocol_data_share(&c->params->figures, c->protocol);
    chosen->price_us = price_of(c, c->algorithm, c->protocol).time_s * 1e6;
    return workload->choice == NULL || workload->method == NULL ? LW_NO_MEMORY : LW_OK;
}

// ---- What it takes ----

// Prices are made to choose by: a step of a ring by Simple between computers of 320 us, and a tenth of the bandwidth
// below some sizes, keep it from what is slower, and nobody measured them. It takes a step of a tree, and by bytes what
// links carry and rings and trees were measured to reach of that.
static lw_nccl_price cost_of(const call *c) {
    const lw_rccl_params *p = c->params;
    const lw_nccl_view *v = c->view;
    lw_nccl_price out = price_of(c, c->algorithm, c->protocol);
    double within, across;
    if (c->algorithm == LW_NCCL_TREE) {
        const double reached_Bps = v->channels * c->payload_Bps * p->tree_reached[c->protocol];
        count_steps(c, c->algorithm, &within, &across);
        out.time_s = (out.latency_ps + within * out.step_ps[0] + across * out.step_ps[1]) / 1e12 + (double)c->bytes / reached_Bps;
        return out;
    }
    const double reached_Bps =
        c->protocol == LW_SIMPLE ? c->payload_Bps * p->ring_share : (double)p->link_Bps * p->share[c->protocol];
    out.step_ps[1] = fmin(out.step_ps[1], (double)p->tree_net_step_ps[c->protocol]);
    out.bus_Bps = v->channels * fmin(reached_Bps, v->channel_Bps);
    return out;
}

// NCCL's tasks read these of its figures.
static lw_nccl_params *figures_of(const call *c) {
    lw_nccl_params *out = LW_NEW(c->view->builder->arena, lw_nccl_params);
    if (out != NULL) {
        out->figures = c->params->figures;
        out->group_call_ps = LW_AUTO;
        for (int how = 0; how < LW_PROTOCOLS; how++) {
            out->step_ps[LW_OVER_NETWORK][how] = c->params->net_step_ps[how];
        }
    }
    return out;
}

lw_status lw_rccl_write_computers(lw_graph_builder *builder, const lw_rccl_params *params, lw_operation operation,
                                  const lw_ranks *ranks, const lw_computers *computers, lw_collective_params *chosen) {
    lw_nccl_view *v = LW_NEW(builder->arena, lw_nccl_view);
    call c = {.view = v, .params = params, .operation = operation, .bytes = chosen->bytes};
    if (v == NULL) {
        return LW_NO_MEMORY;
    }
    *v = (lw_nccl_view){.builder = builder, .ranks = &v->ordered, .ordered = *ranks, .computers = *computers};
    v->params = figures_of(&c);
    LW_TRY(v->params == NULL ? LW_NO_MEMORY : LW_OK);
    LW_TRY(look(&c));
    LW_TRY(find_speed(&c));
    LW_TRY(tell(&c, chosen));
    const lw_nccl_price cost = cost_of(&c);
    return lw_nccl_write(v, &cost, operation, chosen->bytes);
}
