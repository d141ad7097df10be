// SPDX-License-Identifier: GPL-3.0-or-later
// What NCCL chose, as tasks: on idle links they take about what it reckons with.
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/workload/collective/nccl.h"

typedef lw_nccl_view view;
typedef lw_nccl_price price;

static double data_share(const view *v, const price *p) {
    return lw_protocol_data_share(&v->params->figures, p->protocol);
}

static int64_t as_sent(const view *v, const price *p, int64_t bytes) {
    return (int64_t)ceil((double)bytes / data_share(v, p));
}

// ---- Channels that are alike ----

// Those of one order through the same network cards are one.
typedef struct bundle {
    uint32_t channel, count;  // the first of them
    int64_t bytes;            // of all of them
} bundle;

static bool are_alike(const view *v, uint32_t a, uint32_t b) {
    return v->gate_of[a] == v->gate_of[b] &&
           memcmp(v->ring[a].node, v->ring[b].node, v->ring[a].count * sizeof *v->ring[a].node) == 0;
}

// Of the channel, if none before is alike; *before: channels whose bytes are given out.
static bool is_first(const view *v, uint32_t channel, int64_t bytes, uint32_t *before, bundle *out) {
    *out = (bundle){.channel = channel};
    for (uint32_t other = 0; other < v->channels; other++) {
        if (are_alike(v, channel, other)) {
            if (other < channel) {
                return false;
            }
            out->bytes += lw_share_of(bytes, v->channels, *before + out->count++);
        }
    }
    *before += out->count;
    return true;
}

// ---- Rings ----

// Through a gate, where it is between computers.
static lw_status latency_of_hop(const view *v, uint32_t gate, const uint32_t hop[2], double *out) {
    const bool apart = v->computers.of[hop[0]] != v->computers.of[hop[1]];
    const uint32_t *nic = apart ? v->gate[gate].nic : NULL;
    const lw_via via = apart ? (lw_via){.node = (const uint32_t[]){nic[hop[0]], nic[hop[1]]}, .count = 2} : (lw_via){0};
    lw_route route;
    LW_TRY(lw_route_find(v->builder->router, hop[0], hop[1], via, &route));
    *out = (double)route.latency_ps;
    return LW_OK;
}

// The latency of routes through a gate, within a computer and between two.
static lw_status find_latencies(const view *v, uint32_t gate, const uint32_t across[2], double latency_ps[2]) {
    const lw_ranks *own = &v->computers.computer[0].ranks;
    latency_ps[0] = latency_ps[1] = 0;
    LW_TRY(v->computers.count > 1 ? latency_of_hop(v, gate, across, &latency_ps[1]) : LW_OK);
    return own->count > 1 ? latency_of_hop(v, gate, own->node, &latency_ps[0]) : LW_OK;
}

// NCCL's steps have the latency of InfiniBand in them, as much as its shortest one: what messages of
// another network take longer comes on top.
static double counted_latency_ps(const view *v, int apart, double latency_ps) {
    return apart ? fmin(latency_ps, (double)v->params->step_ps[LW_OVER_NETWORK][LW_LL]) : latency_ps;
}

// Lanes that follow are those of a gate: what a step within a computer and one between two takes
// beyond the route.
static lw_status set_delays(const view *v, uint32_t gate, const uint32_t across[2], const double step_ps[2], lw_plan *plan) {
    double latency_ps[2];
    LW_TRY(find_latencies(v, gate, across, latency_ps));
    for (int i = 0; i < 2; i++) {
        plan->delay_ps[i] = llround(fmax(0, step_ps[i] - counted_latency_ps(v, i, latency_ps[i])));
    }
    plan->nic = v->gate[gate].nic;
    return LW_OK;
}

// What the protocol makes of the bandwidth: so much longer do bytes take than by the links alone.
static double slower_s(const view *v, const price *p, int64_t bytes) {
    const double links_Bps = p->measured ? v->port_payload_Bps : v->channels * v->channel_Bps;
    return fmax(0, (double)bytes * (1 / p->bus_Bps - 1 / (links_Bps * data_share(v, p))));
}

// On one computer: what a step takes beyond its bytes on links as NCCL counts them.
static lw_status find_rest_ps(const view *v, const price *p, const uint32_t hop[2], int64_t bytes, int64_t *out) {
    double latency_ps;
    LW_TRY(latency_of_hop(v, 0, hop, &latency_ps));
    *out = llround(fmax(0, p->step_ps[0] - latency_ps) + slower_s(v, p, bytes) * 1e12);
    return LW_OK;
}

// Two cards that meet in host memory do so through a channel's buffer: one piece may be read there
// while the next is written. channels: that share the lane; sent: of a step over it.
static void set_buffer(const view *v, lw_plan *plan, lw_protocol how, uint32_t channels, int64_t sent) {
    const lw_protocol_figures *f = &v->params->figures;
    const int64_t slot = f->buffer_bytes[how] / f->slots * channels, chunk = f->chunk_slots * slot;
    const int64_t slice = ((sent < chunk ? sent : chunk) + f->slices - 1) / f->slices;
    const int64_t slices = f->slots * f->slices / f->chunk_slots;
    const int64_t bytes = how == LW_SIMPLE ? slice : slot, buffers = how == LW_SIMPLE ? slices : f->slots;
    plan->staging_bytes = bytes > 1 ? bytes : 1;
    plan->staging_buffers = (uint32_t)(buffers > 1 ? buffers : 1);
}

// What one thread takes for all cards of a computer.
static int64_t least_ps(const view *v) {
    uint32_t most = 0;
    for (uint32_t c = 0; c < v->computers.count; c++) {
        const uint32_t own = v->computers.computer[c].ranks.count;
        most = own > most ? own : most;
    }
    const lw_nccl_params *p = v->params;
    return p->threads == LW_NCCL_ONE_THREAD && p->group_call_ps != LW_AUTO ? most * p->group_call_ps : 0;
}

static lw_plan new_plan(const view *v, const price *p) {
    lw_plan plan = lw_plan_new(v->builder, v->builder->object->params);
    plan.launch_ps = llround(p->latency_ps);
    plan.least_ps = least_ps(v);
    plan.hosts_most = v->hosts_most;
    plan.computers = &v->computers;
    return plan;
}

// ---- Rings over PCIe ----

// Threads of a channel by LL, each with one line at a time (NCCL_LL_MAX_NTHREADS of src/include/device.h).
enum { LL_THREADS = 512 };

// A load from the memory of the host that two ranks share.
static lw_status find_trip_ps(const view *v, const uint32_t hop[2], double *out) {
    lw_route route = {0};
    uint32_t host;
    LW_TRY(lw_nearest_host(v->builder->router, hop, 2, (lw_via){0}, &host));
    LW_TRY(lw_route_find(v->builder->router, hop[1], host, (lw_via){0}, &route));
    *out = 2.0 * (double)route.latency_ps + (double)v->builder->machine->node[host].spec->params->read_latency_ps;
    return LW_OK;
}

// What steps and lines of a ring take beside its links.
typedef struct lines {
    double mean_ps, most_ps;  // of a step, and of the lines of one where these are loaded one after the other
} lines;

// share: bytes of a step on each channel that runs.
static lw_status add_lines(const view *v, const price *p, const lw_plan *plan, uint32_t lane, const uint32_t hop[2], double share,
                           lines *to) {
    const lw_protocol_figures *f = &v->params->figures;
    const double each = share / (LL_THREADS * (double)(f->line_bytes[LW_LL] - f->flag_bytes[LW_LL]));
    const bool staged = lw_plan_is_staged(plan, lane);
    double trip_ps, hop_ps;
    LW_TRY(staged ? find_trip_ps(v, hop, &trip_ps) : latency_of_hop(v, 0, hop, &trip_ps));
    hop_ps = fmax(p->step_ps[0], (staged ? v->params->host_trips : 1) * trip_ps);
    to->mean_ps += hop_ps / v->ranks->count;
    to->most_ps = fmax(to->most_ps, staged ? hop_ps * each : 0);
    return LW_OK;
}

// By LL every line is handed on as it comes, so that steps and bytes pass at once: the call takes as long as
// one line for its way round, or as the links for all bytes. Through host memory a thread loads one line after
// the other, each some round trips away.
static lw_status write_lines(const view *v, const price *p, lw_operation operation, int64_t bytes) {
    const int64_t rounds = lw_nccl_steps(operation, v->ranks->count);
    const double share = (double)bytes / v->ranks->count / v->channels / LW_NCCL_RUN;
    lw_plan plan = new_plan(v, p);
    lines takes = {0};
    uint32_t before = 0;
    for (uint32_t c = 0; c < v->channels; c++) {
        const uint32_t *node = v->ring[c].node, n = v->ring[c].count;
        bundle b;
        if (!is_first(v, c, bytes, &before, &b)) {
            continue;
        }
        const int64_t sent = rounds * as_sent(v, p, lw_share_of(b.bytes, n, 0));
        lines own = {0};
        set_buffer(v, &plan, p->protocol, b.count, sent);
        for (uint32_t r = 0; r < n; r++) {
            const uint32_t hop[2] = {node[r], node[(r + 1) % n]}, lane = lw_plan_lane(&plan, hop[0], hop[1]);
            (void)lw_plan_send(&plan, lane, sent, sent);
            LW_TRY(plan.status);
            LW_TRY(add_lines(v, p, &plan, lane, hop, share, &own));
        }
        takes = (lines){fmax(takes.mean_ps, own.mean_ps), fmax(takes.most_ps, own.most_ps)};
    }
    const int64_t least_ps = plan.launch_ps + llround((double)rounds * fmax(takes.mean_ps, takes.most_ps));
    plan.least_ps = least_ps > plan.least_ps ? least_ps : plan.least_ps;
    return lw_plan_write(&plan, 1, 1, bytes);
}

// The last part that a rank gets it copies from one buffer of its card to another, and sends nothing meanwhile.
static double last_part_s(const view *v, int64_t bytes) {
    return (double)bytes / v->ranks->count / lw_nccl_blocks_Bps(v, (double)v->channels * LW_NCCL_RUN);
}

// On one computer.
static lw_status write_ring(const view *v, const price *p, lw_operation operation, int64_t bytes) {
    const int64_t rounds = lw_nccl_steps(operation, v->ranks->count);
    lw_plan plan = new_plan(v, p);
    uint32_t before = 0;
    int64_t rest_ps = 0;
    bool staged = v->nvlink;
    for (uint32_t c = 0; c < v->channels; c++) {
        const lw_ranks *ring = &v->ring[c];
        bundle b;
        if (!is_first(v, c, bytes, &before, &b)) {
            continue;
        }
        const uint32_t first = lw_plan_next(&plan);
        // every rank sends each share in turn, so that none has less to send than others
        const int64_t sent = as_sent(v, p, lw_share_of(b.bytes, ring->count, 0));
        for (uint32_t r = 0; r < ring->count; r++) {
            const uint32_t hop[2] = {ring->node[r], ring->node[(r + 1) % ring->count]};
            LW_TRY(find_rest_ps(v, p, hop, lw_share_of(bytes, ring->count, 0), &rest_ps));
            set_buffer(v, &plan, p->protocol, b.count, sent);
            // a rank's cores load what has come and store it on, and do not do both at once
            plan.staging_buffers = p->protocol == LW_SIMPLE ? 1 : plan.staging_buffers;
            const uint32_t lane = lw_plan_lane(&plan, hop[0], hop[1]), send = lw_plan_send(&plan, lane, sent, sent);
            staged = staged || lw_plan_is_staged(&plan, lane);
            lw_plan_pace(&plan, rest_ps);
            lw_plan_wait(&plan, first + (r + ring->count - 1) % ring->count, 1);
            lw_plan_wait(&plan, send, 1);
        }
    }
    plan.launch_ps += staged ? 0 : llround(last_part_s(v, bytes) * 1e12);
    plan.step_ps = rest_ps;
    return lw_plan_write(&plan, rounds, rounds, lw_share_of(bytes, v->ranks->count, 0));
}

// ---- PAT: computers of one rank ----

static lw_status write_pat(const view *v, const price *p, lw_operation operation, int64_t bytes) {
    lw_plan plan = new_plan(v, p);
    uint32_t before = 0, rounds = 0;
    for (uint32_t c = 0; c < v->channels; c++) {
        lw_pat pat = {.ranks = &v->ring[c], .gathers = operation == LW_ALL_GATHER};
        bundle b;
        if (!is_first(v, c, bytes, &before, &b)) {
            continue;
        }
        pat.bytes = b.bytes;
        plan.byte_ps = slower_s(v, p, v->channels) / b.count * 1e12;
        LW_TRY(set_delays(v, v->gate_of[c], pat.ranks->node, p->step_ps, &plan));
        rounds = lw_pat_rounds(&plan, &pat);
    }
    plan.step_ps = plan.delay_ps[1];
    return lw_plan_write(&plan, 1, rounds, lw_share_of(bytes, v->ranks->count, 0));
}

// ---- Trees over computers ----

// One of the two trees of a bundle over its ranks in the order of its ring: within a computer a
// chain from the rank that is entered; of the computers below the first one hangs there, another at
// the rank that sends in a ring.
static lw_status shape_tree(const view *v, const bundle *b, bool second, lw_tree_shape *out) {
    const uint32_t computers = v->computers.count;
    uint32_t *first = LW_NEW_ARRAY(v->builder->arena, uint32_t, computers),
             *below = LW_NEW_ARRAY(v->builder->arena, uint32_t, computers);
    const lw_ranks each = {NULL, computers};  // which the shape points to
    lw_tree_shape over;
    LW_TRY(lw_tree_new(v->builder, &v->ring[b->channel], out));
    LW_TRY(lw_tree_new(v->builder, &each, &over));
    if (first == NULL || below == NULL) {
        return LW_NO_MEMORY;
    }
    lw_tree_in_order(&over, second);
    for (uint32_t c = 1; c < computers; c++) {
        first[c] = first[c - 1] + v->computers.computer[c - 1].ranks.count;
    }
    for (uint32_t i = 0, done = 0; i < computers; i++) {
        const uint32_t c = over.order[i], parent = over.parent[c], count = v->computers.computer[c].ranks.count;
        const uint32_t parents = v->computers.computer[parent].ranks.count;
        const bool apart = v->paired && c != parent && below[parent]++ == 1;
        out->parent[first[c]] = first[parent] + (apart ? parents - 1 : 0);
        out->order[done++] = first[c];
        for (uint32_t r = count; r-- > 1;) {  // the rank that sends is next to the one that gets
            out->parent[first[c] + r] = r + 1 == count ? first[c] : first[c] + r + 1;
            out->order[done++] = first[c] + r;
        }
    }
    return LW_OK;
}

// ---- Streams: all pieces of a lane as one ----

// Ranks hand on a piece while they get the next, and the longer the way, the more pieces there are: what
// counts is the limit of ever finer ones. All that a lane carries goes at once, in as long as the price
// says or the links need, whatever is longer, once the way up and down has been paid.

// gate: of a lane between computers; else 0.
typedef struct stream {
    uint32_t from, to, gate;
    uint32_t before;  // the one before it from the same rank + 1; 0: none
    int64_t bytes;
} stream;

typedef struct streams {
    lw_list all;       // stream
    uint32_t *latest;  // by node: its latest + 1
} streams;

static lw_status start_streams(const view *v, streams *out) {
    *out = (streams){.latest = LW_NEW_ARRAY(v->builder->arena, uint32_t, v->builder->machine->node_count)};
    return out->latest != NULL ? LW_OK : LW_NO_MEMORY;
}

// Those of the same ends and gate are one.
static lw_status add_stream(const view *v, const stream *s, streams *to) {
    uint32_t at = to->latest[s->from];
    for (; at != 0; at = LW_LIST_ITEMS(&to->all, stream)[at - 1].before) {
        stream *known = &LW_LIST_ITEMS(&to->all, stream)[at - 1];
        if (known->to == s->to && known->gate == s->gate) {
            known->bytes += s->bytes;
            return LW_OK;
        }
    }
    stream *added = LW_LIST_ADD(&to->all, stream, v->builder->arena);
    if (added == NULL) {
        return LW_NO_MEMORY;
    }
    *added = *s;
    added->before = to->latest[s->from];
    to->latest[s->from] = (uint32_t)to->all.count;
    return LW_OK;
}

static lw_status add_streams(const view *v, uint32_t gate, const lw_tree_shape *shape, int64_t bytes, streams *to) {
    for (uint32_t r = 0; r < shape->ranks->count; r++) {
        const uint32_t ends[2] = {shape->ranks->node[r], shape->ranks->node[shape->parent[r]]};
        const bool apart = v->computers.of[ends[0]] != v->computers.of[ends[1]];
        for (int up = 0; up < 2 && shape->parent[r] != r; up++) {
            LW_TRY(add_stream(v, &(stream){.from = ends[1 - up], .to = ends[up], .gate = apart ? gate : 0, .bytes = bytes}, to));
        }
    }
    return LW_OK;
}

static int by_ends(const void *left, const void *right) {
    const stream *a = left, *b = right;
    if (a->from != b->from || a->to != b->to) {
        return a->from != b->from ? (a->from > b->from) - (a->from < b->from) : (a->to > b->to) - (a->to < b->to);
    }
    return (a->gate > b->gate) - (a->gate < b->gate);
}

static void send_streams(const view *v, streams *which, lw_plan *plan) {
    stream *s = LW_LIST_ITEMS(&which->all, stream);
    if (which->all.count > 0) {
        qsort(s, which->all.count, sizeof *s, by_ends);
    }
    for (size_t i = 0; i < which->all.count; i++) {
        plan->nic = v->gate[s[i].gate].nic;
        (void)lw_plan_send(plan, lw_plan_lane(plan, s[i].from, s[i].to), s[i].bytes, s[i].bytes);
    }
}

// From the root to the rank that is furthest, and back, but for the last hop, which the streams take
// themselves.
static lw_status find_way_ps(const view *v, const price *p, uint32_t gate, const uint32_t across[2], const lw_tree_shape *shape,
                             double *out) {
    const uint32_t *node = shape->ranks->node;
    double latency_ps[2], *way_ps = LW_NEW_ARRAY(v->builder->arena, double, shape->ranks->count);
    if (way_ps == NULL) {
        return LW_NO_MEMORY;
    }
    LW_TRY(find_latencies(v, gate, across, latency_ps));
    for (uint32_t i = 1; i < shape->ranks->count; i++) {
        const uint32_t r = shape->order[i], parent = shape->parent[r];
        const int apart = v->computers.of[node[r]] != v->computers.of[node[parent]] ? 1 : 0;
        way_ps[r] =
            way_ps[parent] + latency_ps[apart] + fmax(0, p->step_ps[apart] - counted_latency_ps(v, apart, latency_ps[apart]));
        *out = fmax(*out, 2 * way_ps[r] - latency_ps[v->computers.count > 1 ? 1 : 0]);
    }
    return LW_OK;
}

static void pace_streams(lw_plan *plan, double way_ps, double bytes_s) {
    plan->launch_ps += llround(way_ps);
    (void)lw_plan_join(plan);
    lw_plan_pace(plan, llround(bytes_s * 1e12));
}

enum { TREES = 2 };

static lw_status write_tree(const view *v, const price *p, int64_t bytes) {
    lw_plan plan = new_plan(v, p);
    streams all;
    uint32_t before = 0;
    double way_ps = 0;
    LW_TRY(start_streams(v, &all));
    for (uint32_t c = 0; c < v->channels; c++) {
        bundle b;
        if (!is_first(v, c, bytes, &before, &b)) {
            continue;
        }
        const uint32_t *across = &v->ring[c].node[v->computers.count > 1 ? v->computers.computer[0].ranks.count - 1 : 0];
        for (int i = 0; i < TREES; i++) {
            lw_tree_shape shape;
            LW_TRY(shape_tree(v, &b, i == 1, &shape));
            LW_TRY(find_way_ps(v, p, v->gate_of[c], across, &shape, &way_ps));
            LW_TRY(add_streams(v, v->gate_of[c], &shape, as_sent(v, p, lw_share_of(b.bytes, TREES, i)), &all));
        }
    }
    set_buffer(v, &plan, p->protocol, v->channels, as_sent(v, p, bytes));
    send_streams(v, &all, &plan);
    pace_streams(&plan, way_ps, lw_nccl_bytes_s(v, p));
    return lw_plan_write(&plan, 1, 1, bytes);
}

// ---- Rings over several computers ----

// How much longer a share needs for its way round, steps and links, than the busiest link for all of them.
// It crosses the network more often than NCCL counts: what it counts is spread over all of that.
static lw_status find_excess_ps(const view *v, const price *p, lw_operation operation, int64_t bytes, double *out) {
    const uint32_t computers = v->computers.count, n = v->ranks->count, own = v->computers.computer[0].ranks.count;
    const double steps = (double)lw_nccl_steps(operation, n), counted = (double)lw_nccl_steps(operation, computers);
    const double passes = operation == LW_ALL_REDUCE ? 2 : 1, each = (double)n / computers;
    const double missed = fmax(0, passes + 1 - each);  // crossings among the hops that the last pass leaves out
    const double crossed = fmax(counted, passes * computers - missed);
    const double across_ps = (counted * p->step_ps[1] + (crossed - counted) * p->step_ps[0]) / crossed;
    const int64_t share = lw_share_of(bytes, n, 0);
    double latency_ps[2];
    lw_nccl_step links;
    LW_TRY(find_latencies(v, 0, &v->ring[0].node[own - 1], latency_ps));
    LW_TRY(lw_nccl_step_of(v, (double)as_sent(v, p, share) / v->channels, &links));
    const double within_ps = fmax(latency_ps[0], p->step_ps[0]);
    const double between_ps = latency_ps[1] + fmax(0, across_ps - counted_latency_ps(v, 1, latency_ps[1]));
    const double links_s = (steps - crossed) * links.mean_s[0] + crossed * links.mean_s[1] - steps * links.most_s;
    *out = (steps - crossed) * within_ps + crossed * between_ps + (links_s + steps * slower_s(v, p, share)) * 1e12;
    *out = fmax(0, *out - latency_ps[1]);  // the streams take the last hop themselves
    return LW_OK;
}

// Each share goes round hop by hop while others do, so that a call takes as long as one share's way round, or
// as the busiest link carries all.
static lw_status write_rings(const view *v, const price *p, lw_operation operation, int64_t bytes) {
    const int64_t rounds = lw_nccl_steps(operation, v->ranks->count);
    lw_plan plan = new_plan(v, p);
    streams all;
    uint32_t before = 0;
    double excess_ps;
    LW_TRY(start_streams(v, &all));
    LW_TRY(find_excess_ps(v, p, operation, bytes, &excess_ps));
    for (uint32_t c = 0; c < v->channels; c++) {
        const lw_ranks *ring = &v->ring[c];
        bundle b;
        if (!is_first(v, c, bytes, &before, &b)) {
            continue;
        }
        // every rank sends each share in turn, so that none has less to send than others
        const int64_t sent = rounds * as_sent(v, p, lw_share_of(b.bytes, ring->count, 0));
        for (uint32_t r = 0; r < ring->count; r++) {
            const uint32_t from = ring->node[r], to = ring->node[(r + 1) % ring->count];
            const bool apart = v->computers.of[from] != v->computers.of[to];
            LW_TRY(add_stream(v, &(stream){.from = from, .to = to, .gate = apart ? v->gate_of[c] : 0, .bytes = sent}, &all));
        }
    }
    set_buffer(v, &plan, p->protocol, v->channels, as_sent(v, p, bytes));
    send_streams(v, &all, &plan);
    if (p->least_s > 0) {
        pace_streams(&plan, excess_ps, p->least_s);
    } else {
        plan.launch_ps += llround(excess_ps);
    }
    return lw_plan_write(&plan, 1, 1, bytes);
}

// ---- NVLS: a switch adds up ----

// Of one part: who adds it up.
typedef struct head {
    const lw_ranks *ranks;  // of one computer
    uint32_t index;         // of the one that heads the part
    int64_t bytes;
} head;

// The switch sends one the sum of all ranks of a computer, and copies what that one sends to the others.
static void add_up_and_hand_out(lw_plan *plan, const head *h) {
    const uint32_t n = h->ranks->count, *node = h->ranks->node;
    for (int out = 0; out < 2; out++) {
        for (uint32_t i = 1; i < n; i++) {
            const uint32_t other = node[(h->index + i) % n], own = node[h->index];
            const uint32_t pair[2] = {out == 1 ? own : other, out == 1 ? other : own};
            const lw_in_switch does = out == 1 ? LW_IN_SWITCH_MULTICAST : LW_IN_SWITCH_REDUCE;
            (void)lw_plan_send(plan, lw_plan_lane_in_switch(plan, pair, does, i > 1), h->bytes, h->bytes);
        }
    }
}

// More parts than this load the links alike, and take the square of their number to simulate.
enum { HEADS_MOST = 8 };

static uint32_t index_in(const lw_ranks *ranks, uint32_t node) {
    uint32_t i = 0;
    while (ranks->node[i] != node) {
        i++;
    }
    return i;
}

// So many parts, added up by the switch of each computer, and handed out again: pieces follow each other, so that
// both go on at once.
static void stream_in_switches(const view *v, uint32_t parts, int64_t bytes, lw_plan *plan) {
    const uint32_t heads = parts < HEADS_MOST ? parts : HEADS_MOST;
    for (uint32_t g = 0; g < heads; g++) {
        for (uint32_t c = 0; c < v->computers.count; c++) {
            const lw_ranks *ranks = &v->computers.computer[c].ranks;
            const uint32_t index = v->computers.count > 1 ? index_in(ranks, v->gate[g].entry[c]) : g;
            add_up_and_hand_out(plan, &(head){ranks, index, lw_share_of(bytes, heads, g)});
        }
    }
}

// Each of some ranks heads a part.
static lw_status write_nvls(const view *v, const price *p, int64_t bytes) {
    lw_plan plan = new_plan(v, p);
    stream_in_switches(v, v->ranks->count, bytes, &plan);
    pace_streams(&plan, 0, p->time_s - p->latency_ps / 1e12);
    return lw_plan_write(&plan, 1, 1, bytes);
}

// A part for each network card: the switch of each computer adds it up for the rank next to the
// card, and these sum it up along a tree.
static lw_status write_nvls_tree(const view *v, const price *p, int64_t bytes) {
    lw_plan plan = new_plan(v, p);
    streams all;
    double way_ps = 0;
    LW_TRY(start_streams(v, &all));
    stream_in_switches(v, v->gates, bytes, &plan);
    for (uint32_t g = 0; g < v->gates; g++) {
        const lw_ranks heads = {v->gate[g].entry, v->computers.count};
        const int64_t own = lw_share_of(bytes, v->gates, g);
        lw_tree_shape shape;
        LW_TRY(lw_tree_new(v->builder, &heads, &shape));
        lw_tree_in_order(&shape, g % 2 == 1);
        LW_TRY(find_way_ps(v, p, g, heads.node, &shape, &way_ps));
        LW_TRY(add_streams(v, g, &shape, own, &all));
    }
    send_streams(v, &all, &plan);
    pace_streams(&plan, way_ps, lw_nccl_bytes_s(v, p));
    return lw_plan_write(&plan, 1, 1, bytes);
}

// ---- Chains, from or to a root ----

// By Simple a rank hands on what fills a slot of each channel (BROADCAST_CHUNKSTEPS and REDUCE_CHUNKSTEPS of
// src/include/collectives.h). Bytes of a channel that runs.
static int64_t chain_pieces(const view *v, int64_t bytes) {
    const lw_protocol_figures *f = &v->params->figures;
    return bytes / (f->buffer_bytes[LW_SIMPLE] / f->slots) + 1;
}

// Steps from the root to the last rank but so many hops.
static double chain_way_ps(const view *v, const price *p, uint32_t left_out) {
    const uint32_t *node = v->ring[0].node;
    double way_ps = 0;
    for (uint32_t i = 0; i + 1 + left_out < v->ranks->count; i++) {
        way_ps += p->step_ps[v->computers.of[node[i]] != v->computers.of[node[i + 1]] ? 1 : 0];
    }
    return way_ps;
}

// Within one process cards write into each other's buffers: a rank sends when the next one is in the same call
// (ptrExchange of src/collectives/device/primitives.h; before 2.4 opCount, whatever lies between), which leaves
// it a piece after it got the last.
static bool meets_next(const view *v) {
    return v->params->threads == LW_NCCL_ONE_THREAD && v->computers.count == 1 && v->ranks->count > 2;
}

// Of calls that are enqueued each rank begins the next when it has handed on its part of this one: all hops
// send at once, and only the first call waits until the last one begins. piece: of all channels.
static lw_status find_enqueued_ps(const view *v, const price *p, int64_t piece, double *out) {
    const double n = v->ranks->count, across = (double)v->computers.count - 1, calls = (double)v->params->calls;
    lw_nccl_step links;
    *out = chain_way_ps(v, p, 0) / calls;
    if (p->protocol != LW_SIMPLE || n < 3) {
        return LW_OK;
    }
    LW_TRY(lw_nccl_step_of(v, (double)as_sent(v, p, piece) / v->channels, &links));
    const double hop_s = ((n - 1 - across) * links.mean_s[0] + across * links.mean_s[1]) / (n - 1) + slower_s(v, p, piece);
    const double met = meets_next(v) ? 1 : 0;
    *out += ((n - 2 - met) / calls + met) * hop_s * 1e12;
    return LW_OK;
}

// Hops that wait for one another's pieces, or all at once after a way that has been paid: by LL and LL128 each
// line is handed on, and enqueued calls follow without a gap.
typedef struct chain {
    int64_t pieces, slower_ps;
    bool by_pieces, enqueued;
} chain;

static lw_status start_chain(const view *v, const price *p, int64_t bytes, lw_plan *plan, chain *out) {
    const int64_t pieces = p->protocol == LW_SIMPLE ? chain_pieces(v, bytes / v->channels / LW_NCCL_RUN) : 1;
    const bool apart = v->params->threads == LW_NCCL_ONE_THREAD && v->params->launch == LW_NCCL_TOGETHER;
    double way_ps = 0;
    out->enqueued = v->params->calls > 1 && !apart;
    out->by_pieces = p->protocol == LW_SIMPLE && !out->enqueued;
    if (out->enqueued) {
        LW_TRY(find_enqueued_ps(v, p, (bytes - 1) / pieces + 1, &way_ps));
    } else if (!out->by_pieces) {
        way_ps = chain_way_ps(v, p, 1);
    }
    out->pieces = out->by_pieces ? pieces : 1;
    out->slower_ps = llround(slower_s(v, p, bytes) * 1e12 / (double)out->pieces);
    plan->overlaps = true;
    plan->launch_ps += llround(way_ps);
    return LW_OK;
}

static lw_status write_hops(const view *v, const price *p, const chain *c, const bundle *b, lw_operation operation,
                            lw_plan *plan) {
    const lw_protocol_figures *f = &v->params->figures;
    const uint32_t own = v->computers.computer[0].ranks.count, to_root = operation == LW_REDUCE ? 1 : 0;
    const int64_t piece = b->bytes / c->pieces, last = b->bytes - (c->pieces - 1) * piece;
    lw_ranks rooted;
    LW_TRY(lw_ranks_rooted(v->builder, v->builder->object->params, &v->ring[b->channel], &rooted));
    LW_TRY(set_delays(v, v->gate_of[b->channel], &v->ring[b->channel].node[own - 1],
                      c->enqueued ? (const double[]){0, 0} : p->step_ps, plan));
    plan->staging_bytes = f->buffer_bytes[p->protocol] / f->slots * b->count * LW_NCCL_RUN;
    plan->staging_buffers = (uint32_t)f->slots;
    for (uint32_t i = 0; i + 1 < rooted.count; i++) {
        const uint32_t from = rooted.node[i + to_root], to = rooted.node[(i + to_root + 1) % rooted.count];
        const uint32_t send = lw_plan_send(plan, lw_plan_lane(plan, from, to), as_sent(v, p, piece), as_sent(v, p, last));
        lw_plan_pace(plan, c->slower_ps);
        if (i > 0 && c->by_pieces) {
            lw_plan_wait(plan, send - 1, 0);
        }
        lw_plan_wait(plan, send, 1);
    }
    return LW_OK;
}

static lw_status write_chain(const view *v, const price *p, lw_operation operation, int64_t bytes) {
    lw_plan plan = new_plan(v, p);
    uint32_t before = 0;
    chain own;
    LW_TRY(start_chain(v, p, bytes, &plan, &own));
    for (uint32_t c = 0; c < v->channels; c++) {
        bundle b;
        if (v->one_order ? c > 0 : !is_first(v, c, bytes, &before, &b)) {
            continue;
        }
        b = v->one_order ? (bundle){.channel = 0, .count = v->channels, .bytes = bytes} : b;
        LW_TRY(write_hops(v, p, &own, &b, operation, &plan));
    }
    plan.step_ps = plan.delay_ps[0];
    return lw_plan_write(&plan, own.pieces, v->ranks->count - 2 + own.pieces, lw_share_of(bytes, own.pieces, 0));
}

// ---- All ----

lw_status lw_nccl_write(const view *v, const price *p, lw_operation operation, int64_t bytes) {
    switch (p->algorithm) {
    case LW_NCCL_TREE:
        return write_tree(v, p, bytes);
    case LW_NCCL_NVLS:
        return write_nvls(v, p, bytes);
    case LW_NCCL_NVLS_TREE:
        return write_nvls_tree(v, p, bytes);
    case LW_NCCL_PAT:
        return write_pat(v, p, operation, bytes);
    case LW_NCCL_RING:
    case LW_NCCL_ALGORITHMS:
        break;
    }
    if (lw_nccl_is_rooted(operation)) {
        return write_chain(v, p, operation, bytes);
    }
    if (p->protocol == LW_LL && !v->nvlink && v->computers.count == 1) {
        return write_lines(v, p, operation, bytes);
    }
    return (v->computers.count > 1 ? write_rings : write_ring)(v, p, operation, bytes);
}
