// SPDX-License-Identifier: GPL-3.0-or-later
// What is alike is found by colours: all begin with that of their own figures, and get those of what
// they pass, are passed by and wait for, until no more colours appear (the coarsest equitable
// partition: R. Paige, R. E. Tarjan, "Three partition refinement algorithms", 1987). Colours are
// hashes of 64 bits.
#include "sim/engine/flow/fold.h"

#include <string.h>

#include "sim/base/map.h"

enum {
    WORTHWHILE = 64,  // tasks
    FEWER = 2,        // as many tasks as kinds, at least
    ROUNDS_MOST = 64
};

typedef struct colours {
    const lw_fabric *fabric;
    uint64_t *task, *server, *before, *uses;  // before: of tasks; uses: of a server, added up
    uint64_t *seen;                           // a table of them, while they are counted
    size_t slots;
} colours;

static uint64_t add(uint64_t hash, uint64_t value) {
    return lw_mix(hash * 3 + lw_mix(value));
}

static uint64_t add_all(uint64_t hash, const int64_t *value, size_t count) {
    for (size_t i = 0; i < count; i++) {
        hash = add(hash, (uint64_t)value[i]);
    }
    return hash;
}

#define ADD_ALL(hash, ...) add_all(hash, (const int64_t[]){__VA_ARGS__}, sizeof((const int64_t[]){__VA_ARGS__}) / sizeof(int64_t))

// ---- What each is by itself ----

static uint64_t own_of_server(const lw_server *s) {
    uint64_t bits;
    memcpy(&bits, &s->error_probability, sizeof bits);
    uint64_t hash = ADD_ALL(bits, (int64_t)s->role, s->ps_per_byte.num, s->ps_per_byte.den, s->round_bytes, s->packet_ps,
                            s->latency_ps, s->data_unit_bytes, s->credit_return_ps, s->credit_on_arrival, s->control_bytes,
                            s->control_interval_ps, s->control_by_timer, s->control_for_writes, s->error_unit_bytes,
                            (int64_t)s->replay, s->replay_ps, s->outage_gap_ps, s->outage_ps, s->turnaround_ps);
    for (int kind = 0; kind < LW_PACKET_KINDS; kind++) {
        hash = ADD_ALL(hash, s->credits[kind].packets, s->credits[kind].data_units);
    }
    return hash;
}

// Those that take turns at a slot never do the same at once.
static uint64_t own_of_task(const lw_fabric *fabric, uint32_t index) {
    const lw_task *t = &fabric->task[index];
    const bool alone = t->acquires != LW_NO_RESOURCE || t->releases != LW_NO_RESOURCE;
    uint64_t hash = ADD_ALL(1, alone ? (int64_t)index : -1, t->group, t->count, t->inner, t->start_ps, t->submit_ps, t->finish_ps,
                            t->bytes, t->last_finish_ps, t->last_bytes, t->sampled);
    if (t->flow == LW_NO_FLOW) {
        return hash;
    }
    const lw_flow *flow = &fabric->flow[t->flow];
    hash = ADD_ALL(hash, flow->packet_bytes, (int64_t)flow->data_kind, (int64_t)flow->arrivals, flow->gap_ps, flow->bounded,
                   (int64_t)flow->data_count);
    for (size_t h = 0; h < flow->data_count; h++) {
        const lw_hop *hop = &flow->data[h];
        hash = ADD_ALL(hash, hop->overhead_bytes, hop->granule_bytes, hop->segment_bytes, hop->store_forward, hop->back,
                       hop->paces, hop->buffer_packets);
    }
    return hash;
}

// ---- What each has to do with the others ----

static void colour_servers(colours *c) {
    const lw_fabric *fabric = c->fabric;
    memset(c->uses, 0, fabric->server_count * sizeof *c->uses);
    for (size_t t = 0; t < fabric->task_count; t++) {
        const lw_flow *flow = fabric->task[t].flow != LW_NO_FLOW ? &fabric->flow[fabric->task[t].flow] : NULL;
        for (size_t h = 0; flow != NULL && h < flow->data_count; h++) {
            c->uses[flow->data[h].server] += add(c->task[t], h);
        }
    }
    // of an opposite direction: what it was
    for (size_t s = 0; s < fabric->server_count; s++) {
        c->uses[s] = add(c->server[s], c->uses[s]);
    }
    for (size_t s = 0; s < fabric->server_count; s++) {
        const uint32_t opposite = fabric->server[s].opposite;
        c->server[s] = add(c->uses[s], opposite != LW_NO_SERVER ? c->uses[opposite] : 0);
    }
}

static void colour_tasks(colours *c) {
    const lw_fabric *fabric = c->fabric;
    memcpy(c->before, c->task, fabric->task_count * sizeof *c->before);
    for (size_t t = 0; t < fabric->task_count; t++) {
        const lw_task *task = &fabric->task[t];
        const lw_flow *flow = task->flow != LW_NO_FLOW ? &fabric->flow[task->flow] : NULL;
        uint64_t hash = add(c->before[t], task->gate != LW_NO_TASK ? c->before[task->gate] : 0), needs = 0;
        for (size_t h = 0; flow != NULL && h < flow->data_count; h++) {
            hash = add(hash, c->server[flow->data[h].server]);
        }
        for (size_t n = 0; n < task->need_count; n++) {
            const lw_need *need = &task->need[n];
            needs += ADD_ALL(c->before[need->task], need->distance, need->own, need->other, need->window, need->first);
        }
        c->task[t] = add(hash, needs);
    }
}

// How many there are.
static size_t count_colours(const colours *c, const uint64_t *colour, size_t count) {
    size_t found = 0;
    memset(c->seen, 0, c->slots * sizeof *c->seen);
    for (size_t i = 0; i < count; i++) {
        const uint64_t value = colour[i] | 1;
        size_t at = (size_t)(colour[i] >> 1) & (c->slots - 1);
        while (c->seen[at] != 0 && c->seen[at] != value) {
            at = (at + 1) & (c->slots - 1);
        }
        found += c->seen[at] == 0 ? 1 : 0;
        c->seen[at] = value;
    }
    return found;
}

static lw_status start(const lw_fabric *fabric, lw_arena *arena, colours *c) {
    const size_t most = fabric->task_count > fabric->server_count ? fabric->task_count : fabric->server_count;
    *c = (colours){.fabric = fabric, .slots = 1};
    while (c->slots < 2 * most) {
        c->slots *= 2;
    }
    c->task = LW_NEW_ARRAY(arena, uint64_t, fabric->task_count);
    c->before = LW_NEW_ARRAY(arena, uint64_t, fabric->task_count);
    c->server = LW_NEW_ARRAY(arena, uint64_t, fabric->server_count);
    c->uses = LW_NEW_ARRAY(arena, uint64_t, fabric->server_count);
    c->seen = LW_NEW_ARRAY(arena, uint64_t, c->slots);
    if (c->task == NULL || c->before == NULL || c->server == NULL || c->uses == NULL || c->seen == NULL) {
        return LW_NO_MEMORY;
    }
    for (uint32_t t = 0; t < fabric->task_count; t++) {
        c->task[t] = own_of_task(fabric, t);
    }
    for (size_t s = 0; s < fabric->server_count; s++) {
        c->server[s] = own_of_server(&fabric->server[s]);
    }
    return LW_OK;
}

// False: too few are alike.
static bool refine(colours *c) {
    size_t tasks = 0, servers = 0;
    for (int round = 0; round < ROUNDS_MOST; round++) {
        colour_servers(c);
        colour_tasks(c);
        const size_t tasks_now = count_colours(c, c->task, c->fabric->task_count),
                     servers_now = count_colours(c, c->server, c->fabric->server_count);
        if (tasks_now * FEWER > c->fabric->task_count) {
            return false;
        }
        if (tasks_now == tasks && servers_now == servers) {
            return true;
        }
        tasks = tasks_now;
        servers = servers_now;
    }
    return false;
}

// ---- One of each kind ----

// Numbers of kinds in the order of their first members.
static uint32_t number(const colours *c, const uint64_t *colour, size_t count, uint32_t *of, uint32_t *first) {
    uint32_t kinds = 0;
    memset(c->seen, 0, c->slots * sizeof *c->seen);
    for (size_t i = 0; i < count; i++) {
        size_t at = (size_t)(colour[i] >> 1) & (c->slots - 1);
        while (c->seen[at] != 0 && colour[first[c->seen[at] - 1]] != colour[i]) {
            at = (at + 1) & (c->slots - 1);
        }
        if (c->seen[at] == 0) {
            first[kinds] = (uint32_t)i;
            c->seen[at] = ++kinds;
        }
        of[i] = (uint32_t)c->seen[at] - 1;
    }
    return kinds;
}

// No two of them alike.
static lw_status copy_needs(const lw_fold *fold, lw_arena *arena, lw_task *task) {
    lw_need *copy = LW_NEW_ARRAY(arena, lw_need, task->need_count);
    size_t count = 0;
    if (copy == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t n = 0; n < task->need_count; n++) {
        lw_need need = task->need[n];
        need.task = fold->task_of[need.task];
        bool known = false;
        for (size_t k = 0; k < count && !known; k++) {
            known = copy[k].task == need.task && copy[k].distance == need.distance && copy[k].own == need.own &&
                    copy[k].other == need.other && copy[k].window == need.window && copy[k].first == need.first;
        }
        if (!known) {
            copy[count++] = need;
        }
    }
    task->need = copy;
    task->need_count = count;
    return LW_OK;
}

// How many there are of each kind.
static double *count_kinds(const uint32_t *kind, size_t count, size_t kinds, lw_arena *arena) {
    double *members = LW_NEW_ARRAY(arena, double, kinds);
    for (size_t i = 0; members != NULL && i < count; i++) {
        members[kind[i]]++;
    }
    return members;
}

// As many of a kind of tasks pass each server of a kind at the same hop: copies of the one that is
// run.
static lw_status copy_hops(const lw_fold *fold, double tasks, const double *servers, lw_arena *arena, lw_flow *flow) {
    lw_hop *copy = LW_NEW_ARRAY(arena, lw_hop, flow->data_count);
    for (size_t h = 0; copy != NULL && h < flow->data_count; h++) {
        copy[h] = flow->data[h];
        copy[h].server = fold->server_of[copy[h].server];
        copy[h].copies = (int64_t)(tasks / servers[copy[h].server] + 0.5);
    }
    flow->data = copy;
    return copy != NULL ? LW_OK : LW_NO_MEMORY;
}

static lw_status copy_tasks(const lw_fold *fold, size_t kinds, lw_arena *arena, lw_fabric *out) {
    const double *tasks = count_kinds(fold->task_of, fold->whole->task_count, kinds, arena),
                 *servers = count_kinds(fold->server_of, fold->whole->server_count, out->server_count, arena);
    lw_task *task = LW_NEW_ARRAY(arena, lw_task, kinds);
    lw_flow *flow = LW_NEW_ARRAY(arena, lw_flow, kinds);
    if (task == NULL || flow == NULL || tasks == NULL || servers == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t k = 0; k < kinds; k++) {
        task[k] = fold->whole->task[fold->first[k]];
        task[k].gate = task[k].gate != LW_NO_TASK ? fold->task_of[task[k].gate] : LW_NO_TASK;
        LW_TRY(copy_needs(fold, arena, &task[k]));
        if (task[k].flow != LW_NO_FLOW) {
            flow[out->flow_count] = fold->whole->flow[task[k].flow];
            LW_TRY(copy_hops(fold, tasks[k], servers, arena, &flow[out->flow_count]));
            task[k].flow = (uint32_t)out->flow_count++;
        }
    }
    out->task = task;
    out->task_count = kinds;
    out->flow = flow;
    return LW_OK;
}

static lw_status copy_servers(const lw_fold *fold, const uint32_t *first, uint32_t kinds, lw_arena *arena, lw_fabric *out) {
    lw_server *server = LW_NEW_ARRAY(arena, lw_server, kinds);
    if (server == NULL) {
        return LW_NO_MEMORY;
    }
    for (uint32_t s = 0; s < kinds; s++) {
        server[s] = fold->whole->server[first[s]];
        server[s].opposite = server[s].opposite != LW_NO_SERVER ? fold->server_of[server[s].opposite] : LW_NO_SERVER;
    }
    out->server = server;
    out->server_count = kinds;
    return LW_OK;
}

// Not where reads, a medium that turns round, or a flow that passes a server twice need turns of
// their own.
static bool may_fold(const lw_fabric *fabric) {
    bool may = fabric->task_count >= WORTHWHILE;
    for (size_t s = 0; may && s < fabric->server_count; s++) {
        may = fabric->server[s].turnaround_ps == 0;
    }
    for (size_t f = 0; may && f < fabric->flow_count; f++) {
        const lw_flow *flow = &fabric->flow[f];
        may = flow->kind == LW_FLOW_WRITE;
        for (size_t h = 1; may && h < flow->data_count; h++) {
            for (size_t before = 0; before < h; before++) {
                may = may && flow->data[before].server != flow->data[h].server;
            }
        }
    }
    return may;
}

lw_status lw_fold_make(const lw_fabric *whole, lw_arena *arena, lw_fold *out) {
    colours c;
    *out = (lw_fold){.whole = whole};
    if (!may_fold(whole)) {
        return LW_OK;
    }
    LW_TRY(start(whole, arena, &c));
    if (!refine(&c)) {
        return LW_OK;
    }
    uint32_t *task_of = LW_NEW_ARRAY(arena, uint32_t, whole->task_count),
             *first = LW_NEW_ARRAY(arena, uint32_t, whole->task_count),
             *server_of = LW_NEW_ARRAY(arena, uint32_t, whole->server_count),
             *first_server = LW_NEW_ARRAY(arena, uint32_t, whole->server_count);
    if (task_of == NULL || first == NULL || server_of == NULL || first_server == NULL) {
        return LW_NO_MEMORY;
    }
    const uint32_t kinds = number(&c, c.task, whole->task_count, task_of, first),
                   servers = number(&c, c.server, whole->server_count, server_of, first_server);
    *out = (lw_fold){.whole = whole, .task_of = task_of, .server_of = server_of, .first = first};
    out->fabric.resource_slots = whole->resource_slots;
    out->fabric.resource_count = whole->resource_count;
    LW_TRY(copy_servers(out, first_server, servers, arena, &out->fabric));
    return copy_tasks(out, kinds, arena, &out->fabric);
}

// ---- Results of the whole ----

// That of a task of the whole which is passed where one of its kind passes `server`.
static uint32_t server_at(const lw_fold *fold, uint32_t task, uint32_t server) {
    const lw_flow *flow = server != LW_NO_SERVER ? &fold->whole->flow[fold->whole->task[task].flow] : NULL;
    for (size_t h = 0; flow != NULL && h < flow->data_count; h++) {
        if (fold->server_of[flow->data[h].server] == server) {
            return flow->data[h].server;
        }
    }
    return LW_NO_SERVER;
}

// load: room for one a hop.
static void open_task(const lw_fold *fold, uint32_t index, const lw_task_result *folded, lw_task_load *load,
                      lw_engine_result *out) {
    const lw_task *task = &fold->whole->task[index];
    const lw_flow *flow = task->flow != LW_NO_FLOW ? &fold->whole->flow[task->flow] : NULL;
    lw_task_result *result = &out->task[index];
    *result = *folded;
    result->load = load;
    for (size_t h = 0; flow != NULL && h < flow->data_count; h++) {
        load[h] = (lw_task_load){flow->data[h].server, folded->load[h].busy_ps};
    }
    if (flow != NULL && folded->packets > 0) {
        result->busiest = server_at(fold, index, folded->busiest);
        out->packets += folded->packets;
        out->packet_hops += folded->packets * (int64_t)flow->data_count;
    }
}

lw_status lw_fold_open(const lw_fold *fold, lw_arena *arena, lw_engine_result *result) {
    const lw_fabric *whole = fold->whole;
    lw_engine_result out = *result;
    size_t hops = 0;
    for (size_t t = 0; t < whole->task_count; t++) {
        hops += whole->task[t].flow != LW_NO_FLOW ? whole->flow[whole->task[t].flow].data_count : 0;
    }
    uint32_t *alike = LW_NEW_ARRAY(arena, uint32_t, whole->task_count);
    lw_task_load *load = LW_NEW_ARRAY(arena, lw_task_load, hops);
    out.task = LW_NEW_ARRAY(arena, lw_task_result, whole->task_count);
    out.server = LW_NEW_ARRAY(arena, lw_server_result, whole->server_count);
    if (out.task == NULL || out.server == NULL || alike == NULL || load == NULL) {
        return LW_NO_MEMORY;
    }
    out.packets = out.packet_hops = 0;
    out.alike = alike;
    for (uint32_t t = 0; t < whole->task_count; t++) {
        alike[t] = fold->first[fold->task_of[t]];
        open_task(fold, t, &result->task[fold->task_of[t]], load, &out);
        load += whole->task[t].flow != LW_NO_FLOW ? whole->flow[whole->task[t].flow].data_count : 0;
    }
    for (size_t s = 0; s < whole->server_count; s++) {
        out.server[s] = result->server[fold->server_of[s]];
    }
    *result = out;
    return LW_OK;
}

static void tell_span(const lw_engine_span *span, void *user) {
    const lw_fold_record *record = user;
    lw_engine_span told = *span;
    told.task = record->fold->first[span->task];
    told.busiest = server_at(record->fold, told.task, span->busiest);
    record->to->span(&told, record->to->user);
}

static void tell_gap(const lw_engine_gap *gap, void *user) {
    const lw_fold_record *record = user;
    lw_engine_gap told = *gap;
    for (size_t k = 0; k < record->fold->fabric.task_count; k++) {
        record->instances[record->fold->first[k]] = gap->instances[k];
    }
    told.instances = record->instances;
    record->to->gap(&told, record->to->user);
}

lw_status lw_fold_listen(const lw_fold *fold, const lw_engine_record *to, lw_arena *arena, lw_fold_record *out) {
    *out = (lw_fold_record){.sink = {.span = tell_span, .gap = tell_gap, .user = out}, .fold = fold, .to = to};
    out->instances = LW_NEW_ARRAY(arena, int64_t, fold->whole->task_count);
    return out->instances != NULL ? LW_OK : LW_NO_MEMORY;
}
