// SPDX-License-Identifier: GPL-3.0-or-later
// Copies of buffers, as cudaMemcpy does: straight by a DMA engine, staged through a pinned buffer,
// or from GPU to GPU through the memory of a host.
#include "sim/workload/copying.h"

// in the order of lw_in_switch
static const char *const in_switch_words[] = {"none", "multicast", "reduce", NULL};

typedef struct copy_params {
    lw_copy_params copy;
    int64_t repeat;
    int in_switch;  // lw_in_switch
    bool overlap;
} copy_params;

#define AT(field) offsetof(copy_params, field)
static const lw_option options[] = {
    LW_COPY_ENDS(AT(copy)),
    LW_COPY_MANNERS(AT(copy)),
    LW_WORK_COUNT("repeat", AT(repeat), "1", "the same copy again and again"),
    LW_WORK_WORD("in_switch", AT(in_switch), "none", in_switch_words,
                 "what a switch with multicast: true does for copies from one node to a group (multicast) or from a group to one "
                 "node (reduce)"),
    {.key = "overlap",
     .kind = LW_OPTION_FLAG,
     .offset = AT(overlap),
     .fallback = "false",
     .help = "repeat: call the next copy before the one before has ended"},
    LW_WORK_VIA(AT(copy.via)),
    {0}};

static lw_status check(const void *params, const lw_option_set *set, lw_place at, lw_diags *diags) {
    return lw_copy_check(&((const copy_params *)params)->copy, lw_type_place(options, set, "memory", at), diags);
}

// Without overlap each call waits for the copy before it. With it the calls run ahead: they take
// the caller queued_ps each, and the first copy starts when the rest of its call has passed.
static lw_status add_copies(lw_graph_builder *builder, const copy_params *params, const lw_copying *c) {
    bool overlap = params->repeat > 1 && params->overlap;
    bool queued = overlap && !c->one_call;
    lw_graph_task call = lw_graph_task_none();
    call.turn = c->one_call ? LW_NO_MOVE : c->turn;
    uint32_t launched = LW_NO_MOVE, last;
    if (queued) {
        lw_graph_task launch = lw_graph_task_none();
        int64_t ahead_ps = c->queued_ps + c->gap_ps;
        launch.submit_ps = c->call_ps > ahead_ps ? c->call_ps - ahead_ps : 0;
        LW_TRY(lw_graph_add_task(builder, &launch, NULL, 0, &launched));
    }
    call.submit_ps = queued ? c->queued_ps : c->one_call ? 0 : c->call_ps;
    LW_TRY(lw_graph_open_loop(builder, params->repeat));
    uint32_t called = lw_graph_next_task(builder);
    const lw_dependency before[2] = {{overlap ? called : c->staged ? called + 2 : called + 1, 1}, {launched, 0}};
    LW_TRY(lw_graph_add_task(builder, &call, before, queued ? 2 : 1, &called));
    LW_TRY(lw_copy_add_steps(builder, c, called, overlap, &last));
    lw_graph_close_loop(builder);
    return LW_OK;
}

static lw_fixed_cost cost_of(const copy_params *params, const lw_copying *c) {
    return (lw_fixed_cost){.move = {c->fill_move, c->drain_move},
                           .piece_bytes = c->bytes < c->chunk_bytes ? c->bytes : c->chunk_bytes,
                           // that one waits for
                           .calls = params->overlap ? 1 : params->repeat,
                           .submit_ps = c->call_ps,
                           .finish_ps = c->finish_ps,
                           .turn = c->turn,
                           .queued = params->overlap ? params->repeat : 0,
                           .queued_ps = c->queued_ps,
                           .gap_ps = c->gap_ps};
}

static lw_status add_member(lw_graph_builder *builder, const lw_copy_place *place, lw_via via, const uint32_t pair[2]) {
    const copy_params *params = builder->object->params;
    const bool first = builder->member == 0;
    lw_copying c;
    LW_TRY(lw_copy_plan(builder, &params->copy, place, via, pair, &c));
    c.fill.in_switch = (lw_in_switch)params->in_switch;
    c.fill.shares = c.fill.in_switch != LW_IN_SWITCH_NONE && !first;
    c.fill.switch_place = lw_object_place(builder->object, "in_switch");
    c.one_call = c.fill.shares && c.fill.in_switch == LW_IN_SWITCH_MULTICAST;
    c.fill.holds_engine = c.fill.holds_engine && !c.one_call;
    LW_TRY(lw_copy_add_moves(builder, &c));
    if (first) {
        builder->workload->main_move = lw_copy_main_move(&c);
        builder->workload->cost = cost_of(params, &c);
        builder->workload->manner = lw_copy_manner(&c);
    }
    LW_TRY(lw_graph_deliver(builder, params->copy.bytes, params->repeat));
    return add_copies(builder, params, &c);
}

static lw_status expand(lw_graph_builder *builder) {
    const copy_params *params = builder->object->params;
    const lw_pair_keys keys = {.key = {"from", "to"}, .selector = {params->copy.from, params->copy.to}};
    const lw_copy_place place = {.what = lw_arena_print(builder->arena, "workloads.%s", builder->object->name),
                                 .from = lw_object_place(builder->object, "from"),
                                 .to = lw_object_place(builder->object, "to"),
                                 .p2p = lw_object_place(builder->object, "p2p")};
    lw_via via;
    lw_pairs pairs;
    if (place.what == NULL) {
        return LW_NO_MEMORY;
    }
    LW_TRY(lw_graph_pair(builder, &keys, &pairs));
    LW_TRY(lw_graph_via(builder, params->copy.via, &via));
    LW_TRY(lw_graph_name_direction(builder, pairs.node[0][0], pairs.node[0][1]));
    builder->workload->copy = lw_copy_word(builder->machine, pairs.node[0]);
    builder->workload->size_bytes = params->copy.bytes;
    for (size_t i = 0; i < pairs.count; i++) {
        builder->member = (uint32_t)i;
        LW_TRY(add_member(builder, &place, via, pairs.node[i]));
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
    "chunk while the device moves another (staging_bytes and staging_overlap of the device), faster\n"
    "where the buffer fits its cache (cpu_cache and cpu_copy_rate_cached of the host): it is taken to\n"
    "have been copied before, as benchmarks do. p2p: false does the same between two GPUs, through the\n"
    "memory of the host that is nearest to both (bounce_bytes and bounce_overlap). repeat makes the copy\n"
    "many times, one after the other.\n"
    "overlap: true queues them, as bandwidth tests do: the first pays for its call, and then they follow\n"
    "each other at what a queued call takes of its caller (submit_queued) or the engine between two\n"
    "copies (gap), whichever is slower.";

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
    .nests = true,
    .expand = expand,
};
