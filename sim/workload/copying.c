// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/workload/copying.h"

const char *const lw_choice_words[] = {"auto", "true", "false", NULL};
const char *const lw_memory_words[] = {"pinned", "pageable", NULL};
const char *const lw_copier_words[] = {"engine", "kernel", NULL};

lw_status lw_copy_check(const lw_copy_params *params, lw_place place, lw_diags *diags) {
    if (params->by == LW_COPIER_KERNEL && params->memory == LW_PAGEABLE) {
        return lw_error(diags, place, "take memory: pinned, or by: engine", "a kernel does not reach pageable memory");
    }
    return LW_OK;
}

// ---- Which engine copies what ----

static lw_status plan_move(const lw_graph_builder *builder, const lw_copying *c, lw_via via, const uint32_t pair[2],
                           lw_place place, lw_move *out) {
    uint32_t executor;
    LW_TRY(lw_graph_executor(builder, pair[0], pair[1], via, &executor));
    *out = lw_move_between(pair[0], pair[1], executor);
    out->via = via;
    out->place = place;
    out->kernel = c->params->by == LW_COPIER_KERNEL && builder->machine->node[executor].spec->kind == LW_NODE_GPU;
    out->holds_engine = !out->kernel;
    out->call_bytes = c->params->bytes;
    return LW_OK;
}

static bool goes_through_host(const lw_machine *machine, const lw_copy_params *params, const uint32_t pair[2]) {
    const lw_node_spec *from = machine->node[pair[0]].spec, *to = machine->node[pair[1]].spec;
    if (from->kind != LW_NODE_GPU || to->kind != LW_NODE_GPU) {
        return false;
    }
    return params->p2p == LW_CHOICE_AUTO ? !(from->params->p2p && to->params->p2p) : params->p2p == LW_CHOICE_FALSE;
}

// A copy that goes straight although a card cannot.
static void note_forced(const lw_graph_builder *builder, const lw_copying *c, const uint32_t pair[2]) {
    for (int i = 0; i < 2 && c->params->p2p == LW_CHOICE_TRUE; i++) {
        const lw_node_spec *spec = builder->machine->node[pair[i]].spec;
        if (spec->kind == LW_NODE_GPU && !spec->params->p2p) {
            lw_warn(builder->diags, c->place.p2p, "leave p2p out for what the card does",
                    "%s goes straight between the cards, which '%s' (%s) cannot", c->place.what, spec->object->name,
                    spec->object->preset != NULL ? spec->object->preset->name : "p2p: false");
        }
    }
}

// The bounce buffers belong to the driver of the device that calls.
static void set_staging(const lw_node *caller, bool bounced, lw_copying *c) {
    const lw_buffers buffers = lw_node_buffers(caller, bounced);
    c->staged = true;
    c->chunk_bytes = buffers.bytes;
    c->buffers = buffers.count;
}

static void set_call(const lw_node *caller, lw_call call, bool fill_calls, lw_copying *c) {
    bool reading = call == LW_CALL_PAGEABLE || (call == LW_CALL_PINNED && c->fill.executor == c->fill.to);
    c->calls = true;
    c->fill_calls = fill_calls;
    bool launches = c->params->by == LW_COPIER_KERNEL && caller->spec->params->submit_kernel_ps != LW_AUTO;
    c->call_ps = launches ? caller->spec->params->submit_kernel_ps : lw_node_submit_ps(caller, (lw_api)c->params->api, call);
    c->finish_ps = caller->spec->params->finish_ps;
    c->queued_ps = lw_node_queued_ps(caller, (lw_api)c->params->api);
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
    return first == end ? (lw_via){0} : (lw_via){via.node + first, end - first, via.place + first};
}

// From GPU to GPU through host memory: the first writes the buffer, the second reads it.
static lw_status plan_bounce(const lw_graph_builder *builder, const uint32_t pair[2], lw_copying *c) {
    uint32_t host = 0;
    const size_t named = host_in(builder, c->via);  // a host to be passed is where it bounces
    lw_status found = LW_OK;
    if (named < c->via.count) {
        host = c->via.node[named];
    } else {
        found = lw_nearest_host(builder->router, pair, 2, (lw_via){0}, &host);
    }
    if (found == LW_BAD_INPUT) {
        return lw_error(builder->diags, c->place.p2p, "add a host that both reach, or set p2p: true",
                        "%s needs a host to bounce through", c->place.what);
    }
    LW_TRY(found);
    LW_TRY(plan_move(builder, c, part_of(c->via, 0, named), (const uint32_t[]){pair[0], host}, c->place.from, &c->fill));
    const lw_via behind = named < c->via.count ? part_of(c->via, named + 1, c->via.count) : c->via;
    LW_TRY(plan_move(builder, c, behind, (const uint32_t[]){host, pair[1]}, c->place.to, &c->drain));
    c->fill.bounces = c->drain.bounces = true;
    const lw_node *node = builder->machine->node;
    set_staging(&node[pair[0]], true, c);
    set_call(&node[pair[0]], LW_CALL_PINNED, true, c);
    c->drain_submit_ps = node[pair[1]].spec->params->submit_bounce_ps;
    return LW_OK;
}

// Between a device and pageable memory of a host: a core copies between it and the buffer.
static void stage(const lw_graph_builder *builder, uint32_t host, bool reading, lw_copying *c) {
    lw_move core = lw_move_between(host, host, host);
    core.by = LW_BY_CORE;
    // from the card it reads what a DMA engine has just written, which lies in no cache of its own
    core.source_bytes = reading ? c->bytes : LW_AUTO;
    const lw_move dma = c->fill;
    const lw_node *executor = &builder->machine->node[dma.executor];
    set_staging(executor, false, c);
    *(reading ? &c->drain_submit_ps : &c->fill_submit_ps) = executor->spec->params->submit_chunk_ps;
    c->fill = reading ? core : dma;
    c->drain = reading ? dma : core;
    c->fill_calls = !reading;
}

static lw_status plan(const lw_graph_builder *builder, const uint32_t pair[2], lw_copying *c) {
    const lw_node *node = builder->machine->node;
    if (goes_through_host(builder->machine, c->params, pair)) {
        return plan_bounce(builder, pair, c);
    }
    note_forced(builder, c, pair);
    LW_TRY(plan_move(builder, c, c->via, pair, c->place.to, &c->fill));
    uint32_t executor = c->fill.executor, other = executor == pair[0] ? pair[1] : pair[0];
    bool reading = executor == pair[1];
    // what crosses a network lies in registered memory
    bool at_end = reading || executor == pair[0];
    if (!lw_node_has_engine(&node[executor])) {
        return LW_OK;
    }
    bool pageable = at_end && node[other].spec->kind == LW_NODE_HOST && c->params->memory == LW_PAGEABLE;
    set_call(&node[executor], !pageable ? LW_CALL_PINNED : reading ? LW_CALL_PAGEABLE : LW_CALL_PAGEABLE_D2H, true, c);
    if (pageable) {
        stage(builder, other, reading, c);
    }
    return LW_OK;
}

lw_status lw_copy_plan(const lw_graph_builder *builder, const lw_copy_params *params, const lw_copy_place *place, lw_via via,
                       const uint32_t pair[2], lw_copying *out) {
    *out = (lw_copying){.params = params,
                        .place = *place,
                        .via = via,
                        .bytes = params->bytes,
                        .chunk_bytes = INT64_MAX,
                        .buffers = 1,
                        .fill_move = LW_NO_MOVE,
                        .drain_move = LW_NO_MOVE,
                        .turn = LW_NO_MOVE};
    return plan(builder, pair, out);
}

// ---- Tasks ----

lw_status lw_copy_add_moves(lw_graph_builder *builder, lw_copying *c) {
    bool core_fills = c->fill.by == LW_BY_CORE;  // what goes over links is named first
    LW_TRY(core_fills ? LW_OK : lw_graph_add_move(builder, &c->fill, &c->fill_move));
    LW_TRY(c->staged ? lw_graph_add_move(builder, &c->drain, &c->drain_move) : LW_OK);
    LW_TRY(core_fills ? lw_graph_add_move(builder, &c->fill, &c->fill_move) : LW_OK);
    c->turn = !c->calls ? LW_NO_MOVE : c->fill_calls ? c->fill_move : c->drain_move;
    return LW_OK;
}

uint32_t lw_copy_main_move(const lw_copying *c) {
    return c->staged && c->fill.by == LW_BY_CORE ? c->drain_move : c->fill_move;
}

// All chunks of a staged copy: a buffer is filled again when it has been emptied.
static lw_status add_chunks(lw_graph_builder *builder, const lw_copying *c, uint32_t call, uint32_t *last) {
    int64_t bytes = c->bytes, chunk = bytes < c->chunk_bytes ? bytes : c->chunk_bytes;
    int64_t chunks = bytes > 0 ? (bytes - 1) / chunk + 1 : 1;
    lw_graph_task fill = lw_graph_task_none(), drain = fill;
    fill.move = c->fill_move;
    fill.submit_ps = c->fill_submit_ps + (c->one_call ? c->call_ps : 0);
    fill.turn = c->one_call ? c->turn : LW_NO_MOVE;
    drain.move = c->drain_move;
    drain.submit_ps = c->drain_submit_ps;
    drain.last_finish_ps = c->finish_ps;
    fill.bytes = drain.bytes = chunk;
    fill.last_bytes = drain.last_bytes = bytes - (chunks - 1) * chunk;
    LW_TRY(lw_graph_open_loop(builder, chunks));
    uint32_t filled = lw_graph_next_task(builder), drained = filled + 1;
    LW_TRY(lw_graph_add_task(builder, &fill, (const lw_dependency[]){{call, 0}, {filled, 1}, {drained, c->buffers}}, 3, &filled));
    LW_TRY(lw_graph_add_task(builder, &drain, (const lw_dependency[]){{filled, 0}, {drained, 1}}, 2, last));
    lw_graph_close_loop(builder);
    return LW_OK;
}

static lw_status add_transfer(lw_graph_builder *builder, const lw_copying *c, uint32_t call, bool overlap, uint32_t *last) {
    lw_graph_task task = lw_graph_task_none();
    task.move = c->fill_move;
    task.submit_ps = overlap ? c->gap_ps : c->one_call ? c->call_ps : 0;
    task.turn = c->one_call ? c->turn : LW_NO_MOVE;
    task.bytes = task.last_bytes = c->bytes;
    *(overlap ? &task.last_finish_ps : &task.finish_ps) = c->finish_ps;
    const lw_dependency after[2] = {{call, 0}, {lw_graph_next_task(builder), 1}};
    return lw_graph_add_task(builder, &task, after, overlap ? 2 : 1, last);
}

lw_status lw_copy_add_steps(lw_graph_builder *builder, const lw_copying *c, uint32_t call, bool overlap, uint32_t *last) {
    return c->staged ? add_chunks(builder, c, call, last) : add_transfer(builder, c, call, overlap, last);
}

const char *lw_copy_word(const lw_machine *machine, const uint32_t pair[2]) {
    lw_node_kind from = machine->node[pair[0]].spec->kind, to = machine->node[pair[1]].spec->kind;
    if (from == LW_NODE_HOST && to == LW_NODE_GPU) {
        return "h2d";
    }
    return from != LW_NODE_GPU ? NULL : to == LW_NODE_HOST ? "d2h" : to == LW_NODE_GPU ? "d2d" : NULL;
}

const char *lw_copy_manner(const lw_copying *c) {
    if (c->params->memory == LW_PAGEABLE) {
        return lw_memory_words[LW_PAGEABLE];
    }
    return c->staged ? "staged" : lw_copier_words[c->params->by];
}
