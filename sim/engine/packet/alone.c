// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/engine/packet/alone.h"

#include "sim/engine/packet/packet.h"

enum {
    LOOKED_BACK = 16,  // classes
    BATCH = 128        // tasks at once: their state is some KB each
};

// ---- Which tasks do the same ----

static bool same_server(const lw_server *a, const lw_server *b) {
    return a->role == b->role && a->ps_per_byte.num == b->ps_per_byte.num && a->ps_per_byte.den == b->ps_per_byte.den &&
           a->round_bytes == b->round_bytes && a->packet_ps == b->packet_ps && a->latency_ps == b->latency_ps;
}

static bool same_hop(const lw_fabric *fabric, const lw_hop *a, const lw_hop *b) {
    return a->overhead_bytes == b->overhead_bytes && a->granule_bytes == b->granule_bytes &&
           a->segment_bytes == b->segment_bytes && a->store_forward == b->store_forward && a->back == b->back &&
           a->paces == b->paces && a->buffer_packets == b->buffer_packets &&
           same_server(&fabric->server[a->server], &fabric->server[b->server]);
}

static bool same_flow(const lw_fabric *fabric, const lw_flow *a, const lw_flow *b) {
    bool same = a->packet_bytes == b->packet_bytes && a->data_kind == b->data_kind && a->data_count == b->data_count &&
                a->completer_ps == b->completer_ps && a->gap_ps == b->gap_ps;
    for (size_t h = 0; same && h < a->data_count; h++) {
        same = same_hop(fabric, &a->data[h], &b->data[h]);
    }
    return same;
}

static bool same_task(const lw_fabric *fabric, const lw_task *a, const lw_task *b) {
    const bool same = (a->flow == LW_NO_FLOW) == (b->flow == LW_NO_FLOW) && a->submit_ps == b->submit_ps &&
                      a->finish_ps == b->finish_ps && a->bytes == b->bytes && (a->inner > 1) == (b->inner > 1) &&
                      a->last_finish_ps == b->last_finish_ps && a->last_bytes == b->last_bytes;
    return same && (a->flow == LW_NO_FLOW || same_flow(fabric, &fabric->flow[a->flow], &fabric->flow[b->flow]));
}

// The class of a task among the last that were found; count: it begins one.
static uint32_t class_of(const lw_fabric *fabric, const lw_alone_classes *alike, uint32_t task) {
    for (uint32_t back = 1; back <= alike->count && back <= LOOKED_BACK; back++) {
        const uint32_t class = alike->count - back;
        if (same_task(fabric, &fabric->task[alike->first[class]], &fabric->task[task])) {
            return class;
        }
    }
    return alike->count;
}

lw_status lw_alone_classes_find(const lw_fabric *fabric, bool meet, lw_arena *arena, lw_alone_classes *out) {
    *out = (lw_alone_classes){.class = LW_NEW_ARRAY(arena, uint32_t, fabric->task_count),
                              .first = LW_NEW_ARRAY(arena, uint32_t, fabric->task_count)};
    if (out->class == NULL || out->first == NULL) {
        return LW_NO_MEMORY;
    }
    for (uint32_t t = 0; t < fabric->task_count; t++) {
        out->class[t] = meet ? out->count : class_of(fabric, out, t);
        if (out->class[t] == out->count) {
            out->first[out->count++] = t;
        }
    }
    return LW_OK;
}

// ---- Running them ----

// Some classes as a fabric of their own: a task, a flow and the servers of its hops for each.
typedef struct batch {
    lw_fabric fabric;
    lw_arena *arena;  // freed behind it
    lw_task *task;
    lw_flow *flow;
    lw_hop *hop;
    lw_server *server;
    lw_engine_span *span;
    lw_engine_result result;
} batch;

static const lw_flow *flow_of(const lw_fabric *fabric, uint32_t task) {
    const uint32_t flow = fabric->task[task].flow;
    return flow != LW_NO_FLOW ? &fabric->flow[flow] : NULL;
}

static void add_once(batch *b, const lw_task *of, bool last) {
    const bool other = last && of->inner > 1;
    lw_task *task = &b->task[b->fabric.task_count++];
    *task = *of;
    task->need_count = 0;
    task->start_ps = task->count = task->inner = 0;
    task->bytes = task->last_bytes = other ? of->last_bytes : of->bytes;
    task->finish_ps = task->last_finish_ps = other ? of->last_finish_ps : of->finish_ps;
}

// Its last task gets a flow of its own, over copies of what it passes.
static void add_flow(batch *b, const lw_fabric *whole, const lw_flow *of) {
    lw_hop *hop = &b->hop[b->fabric.server_count];
    for (size_t h = 0; h < of->data_count; h++) {
        hop[h] = of->data[h];
        hop[h].server = (uint32_t)b->fabric.server_count;
        b->server[b->fabric.server_count++] = whole->server[of->data[h].server];
    }
    b->task[b->fabric.task_count - 1].flow = (uint32_t)b->fabric.flow_count;
    b->flow[b->fabric.flow_count] = *of;
    b->flow[b->fabric.flow_count++].data = hop;
}

static lw_status make_batch(batch *b, const lw_alone_what *what, uint32_t from, uint32_t end) {
    const lw_fabric *whole = what->fabric;
    size_t hops = 0;
    for (uint32_t c = from; c < end && !what->meet; c++) {
        const lw_flow *flow = flow_of(whole, what->alike->first[c]);
        hops += flow != NULL ? flow->data_count : 0;
    }
    b->task = LW_NEW_ARRAY(b->arena, lw_task, end - from);
    b->flow = LW_NEW_ARRAY(b->arena, lw_flow, what->meet ? 0 : end - from);
    b->span = LW_NEW_ARRAY(b->arena, lw_engine_span, end - from);
    b->hop = LW_NEW_ARRAY(b->arena, lw_hop, hops);
    b->server = LW_NEW_ARRAY(b->arena, lw_server, hops);
    if (b->task == NULL || b->flow == NULL || b->span == NULL || b->hop == NULL || b->server == NULL) {
        return LW_NO_MEMORY;
    }
    b->fabric = (lw_fabric){.server = b->server, .flow = b->flow, .task = b->task};
    for (uint32_t c = from; c < end; c++) {
        const uint32_t task = what->alike->first[c];
        const lw_flow *flow = flow_of(whole, task);
        add_once(b, &whole->task[task], what->last);
        if (flow != NULL && !what->meet) {
            add_flow(b, whole, flow);
        }
    }
    if (what->meet) {
        b->fabric.server = whole->server;
        b->fabric.server_count = whole->server_count;
        b->fabric.flow = whole->flow;
        b->fabric.flow_count = whole->flow_count;
    }
    return LW_OK;
}

static void keep_span(const lw_engine_span *span, void *user) {
    lw_engine_span *all = user;
    all[span->task] = *span;
}

static void no_gap(const lw_engine_gap *gap, void *user) {
    (void)gap;
    (void)user;
}

// What a batch found of its n-th task.
static lw_status keep(const batch *b, uint32_t n, lw_arena *arena, lw_alone *out) {
    const lw_flow *flow = flow_of(&b->fabric, n);
    const size_t hops = flow != NULL ? flow->data_count : 0;
    lw_server_result *served = LW_NEW_ARRAY(arena, lw_server_result, hops);
    lw_task_load *load = LW_NEW_ARRAY(arena, lw_task_load, hops);
    if (served == NULL || load == NULL) {
        return LW_NO_MEMORY;
    }
    *out = (lw_alone){b->result.task[n], b->span[n], served};
    for (size_t h = hops; h-- > 0;) {
        const uint32_t server = flow->data[h].server;
        served[h] = b->result.server[server];
        load[h] = (lw_task_load){(uint32_t)h, out->result.load[h].busy_ps};
        out->span.busiest = b->span[n].busiest == server ? (uint32_t)h : out->span.busiest;
    }
    out->result.load = load;
    return LW_OK;
}

static lw_status run_batch(const lw_alone_what *what, batch *b, const lw_engine_how *how, uint32_t from, uint32_t end) {
    LW_TRY(make_batch(b, what, from, end));
    const lw_engine_record record = {.span = keep_span, .gap = no_gap, .user = b->span};
    const lw_engine_how once = {.engine = how->engine, .seed = how->seed, .stop = how->stop, .record = &record};
    bool unused;
    return lw_packet_run(&b->fabric, &once, b->arena, &b->result, &unused);
}

lw_status lw_alone_run(const lw_alone_what *what, const lw_engine_how *how, lw_arena *arena, lw_alone *out, int64_t *events) {
    const uint32_t classes = what->alike->count;
    lw_status status = LW_OK;
    for (uint32_t from = 0, end = 0; from < classes && status == LW_OK; from = end) {
        end = what->meet || classes - from < BATCH ? classes : from + BATCH;
        batch b = {.arena = lw_arena_new()};
        status = b.arena != NULL ? run_batch(what, &b, how, from, end) : LW_NO_MEMORY;
        for (uint32_t c = from; c < end && status == LW_OK; c++) {
            status = keep(&b, c - from, arena, &out[c]);
        }
        *events += status == LW_OK ? b.result.events : 0;
        lw_arena_free(b.arena);
    }
    return status;
}
