// SPDX-License-Identifier: GPL-3.0-or-later
// Copies of buffers, as cudaMemcpy does: straight by a DMA engine, staged through a pinned buffer,
// or from GPU to GPU through the memory of a host.
#include "sim/workload/graph.h"

typedef enum choice { CHOICE_AUTO, CHOICE_TRUE, CHOICE_FALSE } choice;
typedef enum host_memory { PINNED, PAGEABLE } host_memory;

typedef enum copier { COPIER_ENGINE, COPIER_KERNEL } copier;

static const char *const copier_words[] = {"engine", "kernel", NULL};
static const char *const memory_words[] = {"pinned", "pageable", NULL};
// in the order of lw_in_switch
static const char *const in_switch_words[] = {"none", "multicast", "reduce", NULL};
static const char *const choice_words[] = {"auto", "true", "false", NULL};

typedef struct copy_params {
    const char *from, *to;
    int64_t bytes;
    int memory;  // host_memory
    int api;     // lw_api
    int by;      // copier
    int p2p;     // choice
    int64_t repeat;
    int in_switch;  // lw_in_switch
    bool overlap;
    const lw_yaml *via;
} copy_params;

#define AT(field) offsetof(copy_params, field)
static const lw_option options[] = {
    LW_WORK_NODE("from", AT(from), "node or group that holds the data"),
    LW_WORK_NODE("to", AT(to), "node or group that gets it"),
    LW_WORK_BYTES("bytes", AT(bytes), NULL, 0, "size of the copy"),
    LW_WORK_WORD("memory", AT(memory), "pinned", memory_words,
                 "host memory: pinned (the device reads and writes it) or pageable (staged through a pinned bounce buffer)"),
    LW_WORK_WORD("api", AT(api), "auto", lw_api_words, "interface that the copy is called through; auto: the device's"),
    LW_WORK_WORD("by", AT(by), "engine", copier_words,
                 "who copies: a copy engine of the card, or a kernel: loads and stores of its cores, in packets of their own "
                 "(kernel_packet, kernel_tags of the device) and without an engine's limits"),
    LW_WORK_WORD("p2p", AT(p2p), "auto", choice_words,
                 "between GPUs: straight, or through a bounce buffer in host memory; auto: what both devices can"),
    LW_WORK_COUNT("repeat", AT(repeat), "1", "the same copy again and again"),
    LW_WORK_WORD("in_switch", AT(in_switch), "none", in_switch_words,
                 "what a switch with multicast: true does for copies from one node to a group (multicast) or from a group to one "
                 "node (reduce)"),
    {.key = "overlap",
     .kind = LW_OPTION_FLAG,
     .offset = AT(overlap),
     .fallback = "false",
     .help = "repeat: call the next copy before the one before has ended"},
    LW_WORK_VIA(AT(via)),
    {0}};

static lw_status check(const void *params, const lw_option_set *set, lw_place at, lw_diags *diags) {
    const copy_params *p = params;
    if (p->by == COPIER_KERNEL && p->memory == PAGEABLE) {
        return lw_error(diags, lw_type_place(options, set, "memory", at), "take memory: pinned, or by: engine",
                        "a kernel does not reach pageable memory");
    }
    return LW_OK;
}

// A copy in one or two steps: `fill` moves a chunk, where it is staged into a buffer that `drain`
// empties.
typedef struct copying {
    const copy_params *params;
    lw_via via;
    lw_move fill, drain;
    bool staged;
    int64_t fill_submit_ps, drain_submit_ps;  // of each chunk
    int64_t chunk_bytes;                      // INT64_MAX: all at once
    uint32_t buffers;
    bool calls;       // somebody calls the copy engine of `caller`
    bool fill_calls;  // it is that of fill
    int64_t call_ps, finish_ps;
    int64_t queued_ps, gap_ps;  // of calls that do not wait, and between their transfers
} copying;

// ---- Which engine copies what ----

static lw_status plan_move(const lw_graph_builder *builder, const copying *c, lw_via via, const uint32_t pair[2], const char *key,
                           lw_move *out) {
    uint32_t executor;
    LW_TRY(lw_graph_executor(builder, pair[0], pair[1], via, &executor));
    *out = lw_move_between(pair[0], pair[1], executor);
    out->via = via;
    out->place = lw_object_place(builder->object, key);
    out->kernel = c->params->by == COPIER_KERNEL && builder->machine->node[executor].spec->kind == LW_NODE_GPU;
    out->holds_engine = !out->kernel;
    out->call_bytes = c->params->bytes;
    return LW_OK;
}

static bool goes_through_host(const lw_machine *machine, const copy_params *params, const uint32_t pair[2]) {
    const lw_node_spec *from = machine->node[pair[0]].spec, *to = machine->node[pair[1]].spec;
    if (from->kind != LW_NODE_GPU || to->kind != LW_NODE_GPU) {
        return false;
    }
    return params->p2p == CHOICE_AUTO ? !(from->params->p2p && to->params->p2p) : params->p2p == CHOICE_FALSE;
}

// A copy that goes straight although a card cannot.
static void note_forced(const lw_graph_builder *builder, const copying *c, const uint32_t pair[2]) {
    for (int i = 0; i < 2 && c->params->p2p == CHOICE_TRUE; i++) {
        const lw_node_spec *spec = builder->machine->node[pair[i]].spec;
        if (spec->kind == LW_NODE_GPU && !spec->params->p2p) {
            lw_note(builder->diags, lw_object_place(builder->object, "p2p"), "leave p2p out for what the card does",
                    "workloads.%s goes straight between the cards, which '%s' (%s) cannot", builder->object->name,
                    spec->object->name, spec->object->preset != NULL ? spec->object->preset->name : "p2p: false");
        }
    }
}

// The bounce buffers belong to the driver of the device that calls.
static void set_staging(const lw_node *caller, copying *c) {
    const lw_node_params *p = caller->spec->params;
    c->staged = true;
    c->chunk_bytes = p->staging_bytes != LW_AUTO ? p->staging_bytes : INT64_MAX;
    c->buffers = p->staging_overlap ? 2 : 1;
}

static void set_call(const lw_node *caller, lw_call call, bool fill_calls, copying *c) {
    bool reading = call == LW_CALL_PAGEABLE || (call == LW_CALL_PINNED && c->fill.executor == c->fill.to);
    c->calls = true;
    c->fill_calls = fill_calls;
    bool launches = c->params->by == COPIER_KERNEL && caller->spec->params->submit_kernel_ps != LW_AUTO;
    c->call_ps = launches ? caller->spec->params->submit_kernel_ps : lw_node_submit_ps(caller, (lw_api)c->params->api, call);
    c->finish_ps = caller->spec->params->finish_ps;
    c->queued_ps = lw_node_queued_ps(caller);
    c->gap_ps = lw_node_gap_ps(caller, reading);
}

// The first host among nodes; their count where there is none.
static size_t host_in(const lw_graph_builder *builder, lw_via via) {
    size_t i = 0;
    while (i < via.count && builder->machine->node[via.node[i]].spec->kind != LW_NODE_HOST) {
        i++;
    }
    return i;
}

static lw_via part_of(lw_via via, size_t first, size_t end) {
    return (lw_via){via.node + first, end - first, via.place + first};
}

// From GPU to GPU through host memory: the first writes the buffer, the second reads it.
static lw_status plan_bounce(const lw_graph_builder *builder, const uint32_t pair[2], copying *c) {
    uint32_t host = 0;
    const size_t named = host_in(builder, c->via);  // a host to be passed is where it bounces
    lw_status found = LW_OK;
    if (named < c->via.count) {
        host = c->via.node[named];
    } else {
        found = lw_nearest_host(builder->router, pair, 2, (lw_via){0}, &host);
    }
    if (found == LW_BAD_INPUT) {
        return lw_error(builder->diags, lw_object_place(builder->object, "p2p"), "add a host that both reach, or set p2p: true",
                        "workloads.%s needs a host to bounce through", builder->object->name);
    }
    LW_TRY(found);
    LW_TRY(plan_move(builder, c, part_of(c->via, 0, named), (const uint32_t[]){pair[0], host}, "from", &c->fill));
    const lw_via behind = named < c->via.count ? part_of(c->via, named + 1, c->via.count) : c->via;
    LW_TRY(plan_move(builder, c, behind, (const uint32_t[]){host, pair[1]}, "to", &c->drain));
    const lw_node *node = builder->machine->node;
    set_staging(&node[pair[0]], c);
    set_call(&node[pair[0]], LW_CALL_PINNED, true, c);
    c->drain_submit_ps = node[pair[1]].spec->params->submit_bounce_ps;
    return LW_OK;
}

// Between a device and pageable memory of a host: a core copies between it and the buffer.
static void stage(const lw_graph_builder *builder, uint32_t host, bool reading, copying *c) {
    lw_move core = lw_move_between(host, host, host);
    core.by = LW_BY_CORE;
    const lw_move dma = c->fill;
    const lw_node *executor = &builder->machine->node[dma.executor];
    set_staging(executor, c);
    *(reading ? &c->drain_submit_ps : &c->fill_submit_ps) = executor->spec->params->submit_chunk_ps;
    c->fill = reading ? core : dma;
    c->drain = reading ? dma : core;
    c->fill_calls = !reading;
}

static lw_status plan(const lw_graph_builder *builder, const uint32_t pair[2], copying *c) {
    const lw_node *node = builder->machine->node;
    if (goes_through_host(builder->machine, c->params, pair)) {
        return plan_bounce(builder, pair, c);
    }
    note_forced(builder, c, pair);
    LW_TRY(plan_move(builder, c, c->via, pair, "to", &c->fill));
    uint32_t executor = c->fill.executor, other = executor == pair[0] ? pair[1] : pair[0];
    bool reading = executor == pair[1];
    // what crosses a network lies in registered memory
    bool at_end = reading || executor == pair[0];
    if (!lw_node_has_engine(&node[executor])) {
        return LW_OK;
    }
    bool pageable = at_end && node[other].spec->kind == LW_NODE_HOST && c->params->memory == PAGEABLE;
    set_call(&node[executor], !pageable ? LW_CALL_PINNED : reading ? LW_CALL_PAGEABLE : LW_CALL_PAGEABLE_D2H, true, c);
    if (pageable) {
        stage(builder, other, reading, c);
    }
    return LW_OK;
}

// ---- Tasks ----

// What the tasks of one member refer to.
typedef struct member {
    const copying *copy;
    uint32_t fill, drain;  // moves; drain: LW_NO_MOVE where nothing is staged
    uint32_t turn;
    bool one_call;  // of a multicast: the first member's call serves this one, too
} member;

static lw_status add_moves(lw_graph_builder *builder, const copying *c, member *out) {
    bool core_fills = c->fill.by == LW_BY_CORE;  // what goes over links is named first
    out->drain = LW_NO_MOVE;
    LW_TRY(core_fills ? LW_OK : lw_graph_add_move(builder, &c->fill, &out->fill));
    LW_TRY(c->staged ? lw_graph_add_move(builder, &c->drain, &out->drain) : LW_OK);
    LW_TRY(core_fills ? lw_graph_add_move(builder, &c->fill, &out->fill) : LW_OK);
    out->turn = !c->calls ? LW_NO_MOVE : c->fill_calls ? out->fill : out->drain;
    return LW_OK;
}

// All chunks of a staged copy: a buffer is filled again when it has been emptied.
static lw_status add_chunks(lw_graph_builder *builder, const member *m, uint32_t call) {
    const copying *c = m->copy;
    int64_t bytes = c->params->bytes, chunk = bytes < c->chunk_bytes ? bytes : c->chunk_bytes;
    int64_t chunks = bytes > 0 ? (bytes - 1) / chunk + 1 : 1;
    lw_graph_task fill = lw_graph_task_none(), drain = fill;
    fill.move = m->fill;
    fill.submit_ps = c->fill_submit_ps + (m->one_call ? c->call_ps : 0);
    fill.turn = m->one_call ? m->turn : LW_NO_MOVE;
    drain.move = m->drain;
    drain.submit_ps = c->drain_submit_ps;
    drain.last_finish_ps = c->finish_ps;
    fill.bytes = drain.bytes = chunk;
    fill.last_bytes = drain.last_bytes = bytes - (chunks - 1) * chunk;
    LW_TRY(lw_graph_open_loop(builder, chunks));
    uint32_t filled = lw_graph_next_task(builder), drained = filled + 1;
    LW_TRY(lw_graph_add_task(builder, &fill, (const lw_dependency[]){{call, 0}, {filled, 1}, {drained, c->buffers}}, 3, &filled));
    LW_TRY(lw_graph_add_task(builder, &drain, (const lw_dependency[]){{filled, 0}, {drained, 1}}, 2, &drained));
    lw_graph_close_loop(builder);
    return LW_OK;
}

static lw_status add_transfer(lw_graph_builder *builder, const member *m, uint32_t call, bool overlap) {
    const copying *c = m->copy;
    lw_graph_task task = lw_graph_task_none();
    task.move = m->fill;
    task.submit_ps = overlap ? c->gap_ps : m->one_call ? c->call_ps : 0;
    task.turn = m->one_call ? m->turn : LW_NO_MOVE;
    task.bytes = task.last_bytes = c->params->bytes;
    *(overlap ? &task.last_finish_ps : &task.finish_ps) = c->finish_ps;
    uint32_t transfer = lw_graph_next_task(builder);
    const lw_dependency after[2] = {{call, 0}, {transfer, 1}};
    return lw_graph_add_task(builder, &task, after, overlap ? 2 : 1, &transfer);
}

// Without overlap each call waits for the copy before it. With it the calls run ahead: they take
// the caller queued_ps each, and the first copy starts when the rest of its call has passed.
static lw_status add_copies(lw_graph_builder *builder, const member *m) {
    const copying *c = m->copy;
    bool overlap = c->params->repeat > 1 && c->params->overlap;
    bool queued = overlap && !m->one_call;
    lw_graph_task call = lw_graph_task_none();
    call.turn = m->one_call ? LW_NO_MOVE : m->turn;
    uint32_t launched = LW_NO_MOVE;
    if (queued) {
        lw_graph_task launch = lw_graph_task_none();
        int64_t ahead_ps = c->queued_ps + c->gap_ps;
        launch.submit_ps = c->call_ps > ahead_ps ? c->call_ps - ahead_ps : 0;
        LW_TRY(lw_graph_add_task(builder, &launch, NULL, 0, &launched));
    }
    call.submit_ps = queued ? c->queued_ps : m->one_call ? 0 : c->call_ps;
    LW_TRY(lw_graph_open_loop(builder, c->params->repeat));
    uint32_t called = lw_graph_next_task(builder);
    const lw_dependency before[2] = {{overlap ? called : c->staged ? called + 2 : called + 1, 1}, {launched, 0}};
    LW_TRY(lw_graph_add_task(builder, &call, before, queued ? 2 : 1, &called));
    LW_TRY(c->staged ? add_chunks(builder, m, called) : add_transfer(builder, m, called, overlap));
    lw_graph_close_loop(builder);
    return LW_OK;
}

static lw_fixed_cost cost_of(const copying *c, const member *m) {
    int64_t bytes = c->params->bytes;
    return (lw_fixed_cost){.move = {m->fill, m->drain},
                           .piece_bytes = bytes < c->chunk_bytes ? bytes : c->chunk_bytes,
                           // that one waits for
                           .calls = c->params->overlap ? 1 : c->params->repeat,
                           .submit_ps = c->call_ps,
                           .finish_ps = c->finish_ps,
                           .turn = m->turn};
}

static const char *copy_word(const lw_machine *machine, const uint32_t pair[2]) {
    lw_node_kind from = machine->node[pair[0]].spec->kind, to = machine->node[pair[1]].spec->kind;
    if (from == LW_NODE_HOST && to == LW_NODE_GPU) {
        return "h2d";
    }
    return from != LW_NODE_GPU ? NULL : to == LW_NODE_HOST ? "d2h" : to == LW_NODE_GPU ? "d2d" : NULL;
}

static lw_status expand(lw_graph_builder *builder) {
    const copy_params *params = builder->object->params;
    const lw_pair_keys keys = {.key = {"from", "to"}, .selector = {params->from, params->to}};
    lw_via via;
    lw_pairs pairs;
    LW_TRY(lw_graph_pair(builder, &keys, &pairs));
    LW_TRY(lw_graph_via(builder, params->via, &via));
    LW_TRY(lw_graph_name_direction(builder, pairs.node[0][0], pairs.node[0][1]));
    builder->workload->copy = copy_word(builder->machine, pairs.node[0]);
    for (size_t i = 0; i < pairs.count; i++) {
        builder->member = (uint32_t)i;
        copying c = {.params = params, .via = via, .chunk_bytes = INT64_MAX, .buffers = 1};
        LW_TRY(plan(builder, pairs.node[i], &c));
        c.fill.in_switch = (lw_in_switch)params->in_switch;
        c.fill.shares = c.fill.in_switch != LW_IN_SWITCH_NONE && i > 0;
        c.fill.switch_place = lw_object_place(builder->object, "in_switch");
        member m = {.copy = &c, .one_call = c.fill.shares && c.fill.in_switch == LW_IN_SWITCH_MULTICAST};
        c.fill.holds_engine = c.fill.holds_engine && !m.one_call;
        LW_TRY(add_moves(builder, &c, &m));
        if (i == 0) {
            builder->workload->main_move = c.staged && c.fill.by == LW_BY_CORE ? m.drain : m.fill;
            builder->workload->cost = cost_of(&c, &m);
        }
        LW_TRY(lw_graph_deliver(builder, params->bytes, params->repeat));
        LW_TRY(add_copies(builder, &m));
    }
    return LW_OK;
}

static const char page[] =
    "A copy of a buffer between two nodes, as cudaMemcpy makes one: a call, then a DMA engine that moves\n"
    "the bytes over the route, then the caller learns that it has ended. With groups at either side every\n"
    "member copies at once.\n"
    "\n"
    "Who moves the bytes: a network card before a GPU, a GPU before a host. The engine that has the data\n"
    "writes, the one that gets it reads, and reads are bounded by tags x request / round trip. `submit`\n"
    "and `finish` of the device are paid by every call, which is why small copies are slow on any link.\n"
    "\n"
    "A card has a number of copy engines (copy_engines, peer_engines); a copy that finds none free waits,\n"
    "its time counts the wait, and `limited by` names the engines where more of them would help.\n"
    "\n"
    "by: kernel copies by loads and stores of the card's cores, as NCCL and many frameworks do: no engine\n"
    "is waited for and its rate does not count, but packets are as small as a cache line. It reaches\n"
    "pinned memory only.\n"
    "\n"
    "memory: pageable goes through a pinned buffer of the driver, chunk by chunk: a CPU core copies one\n"
    "chunk while the device moves another (staging_bytes and staging_overlap of the device). p2p: false\n"
    "does the same between two GPUs, through the memory of the host that is nearest to both. repeat makes\n"
    "the copy many times, one after the other. overlap: true queues them, as bandwidth tests do: the\n"
    "first pays for its call, and then they follow each other at what a queued call takes of its caller\n"
    "(submit_queued) or the engine between two copies (gap), whichever is slower.";

static const char *const metrics[] = {"bandwidth_GBps", "time_us", NULL};

const lw_work_kind lw_work_copy = {
    .type = {.name = "copy",
             .summary = "copy a buffer, as cudaMemcpy does",
             .page = page,
             .example = "{kind: copy, from: host, to: gpu, bytes: 1 GiB}",
             .options = options,
             .params_size = sizeof(copy_params),
             .check = check},
    .metrics = metrics,
    .expand = expand,
};
