// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/workload/schedule.h"

#include "sim/workload/copying.h"

// ---- Ranks ----

static lw_status add_nodes(const lw_graph_builder *builder, const lw_yaml *name, lw_list *nodes) {
    lw_selection chosen;
    if (name->kind != LW_SCALAR) {
        return lw_error(builder->diags, name->place, "write ranks: gpus, or ranks: [host, gpu]", "'ranks' takes names of nodes");
    }
    LW_TRY(lw_machine_select(builder->machine, name->text, name->place, builder->diags, &chosen));
    for (uint32_t i = 0; i < chosen.count; i++) {
        uint32_t *slot = LW_LIST_ADD(nodes, uint32_t, builder->arena);
        if (slot == NULL) {
            return LW_NO_MEMORY;
        }
        *slot = chosen.first + i;
        if (builder->machine->node[*slot].spec->kind == LW_NODE_SWITCH) {
            return lw_error(builder->diags, name->place, "name a host, gpu, memory or nic", "the switch '%s' is no rank",
                            builder->machine->node[*slot].name);
        }
    }
    return LW_OK;
}

// Each node once, since what ranks of one node send each other crosses no link.
lw_status lw_schedule_nodes(const lw_graph_builder *builder, const lw_yaml *ranks, const uint32_t **out, size_t *count) {
    lw_list nodes = {0};
    for (const lw_yaml *name = ranks->kind == LW_LIST ? ranks->first : ranks; name != NULL;
         name = ranks->kind == LW_LIST ? name->next : NULL) {
        LW_TRY(add_nodes(builder, name, &nodes));
    }
    const uint32_t *node = LW_LIST_ITEMS(&nodes, const uint32_t);
    bool *taken = LW_NEW_ARRAY(builder->arena, bool, builder->machine->node_count);
    if (taken == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t i = 0; i < nodes.count; i++) {
        if (taken[node[i]]) {
            return lw_error(builder->diags, lw_object_place(builder->object, "ranks"), "name each node once",
                            "workloads.%s: the node '%s' is two ranks", builder->object->name,
                            builder->machine->node[node[i]].name);
        }
        taken[node[i]] = true;
    }
    *out = node;
    *count = nodes.count;
    return LW_OK;
}

typedef struct schedule {
    lw_graph_builder *builder;
    const lw_schedule_params *params;
    int64_t calc_unit_ps;
    const lw_goal *goal;
    const uint32_t *node;  // of each rank
    lw_copying *copying;   // of each pair of ranks
    bool *planned;         // of each pair
    uint32_t *first_cpu;   // of each rank, in `stream`
    uint32_t *stream;      // compute streams; LW_NO_COMPUTE: not yet
    // stages of operations: 2 * op begins it, 2 * op + 1 ends it. Of each its task, and of how many
    // others it still waits
    uint32_t *task, *waits;
    uint32_t *first_before, *before;  // what an operation needs, as indices of goal.need
    uint32_t *first_behind, *behind;  // and what needs it
    uint32_t *ready;                  // stages in the order in which they are written
    lw_list after;                    // lw_dependency: scratch
} schedule;

static lw_goal_op *op_at(const schedule *s, uint32_t op) {
    return lw_goal_op_at(s->goal, op);
}

// ---- Tables ----

// What an operation needs, and what needs it, by counting.
static lw_status index_needs(schedule *s, bool behind, uint32_t **first_out, uint32_t **out) {
    const lw_goal_need *need = LW_LIST_ITEMS(&s->goal->need, const lw_goal_need);
    const size_t ops = s->goal->op.count, needs = s->goal->need.count;
    uint32_t *first = LW_NEW_ARRAY(s->builder->arena, uint32_t, ops + 2),
             *list = LW_NEW_ARRAY(s->builder->arena, uint32_t, needs);
    if (first == NULL || list == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t i = 0; i < needs; i++) {
        first[(behind ? need[i].on : need[i].op) + 2]++;
    }
    for (size_t i = 2; i < ops + 2; i++) {
        first[i] += first[i - 1];
    }
    for (size_t i = 0; i < needs; i++) {
        list[first[(behind ? need[i].on : need[i].op) + 1]++] = (uint32_t)i;
    }
    *first_out = first;
    *out = list;
    return LW_OK;
}

static lw_status make_tables(schedule *s) {
    lw_arena *arena = s->builder->arena;
    const size_t ops = s->goal->op.count;
    s->copying = LW_NEW_ARRAY(arena, lw_copying, s->goal->pairs);
    s->planned = LW_NEW_ARRAY(arena, bool, s->goal->pairs);
    s->task = LW_NEW_ARRAY(arena, uint32_t, 2 * ops);
    s->waits = LW_NEW_ARRAY(arena, uint32_t, 2 * ops);
    s->ready = LW_NEW_ARRAY(arena, uint32_t, 2 * ops);
    s->first_cpu = LW_NEW_ARRAY(arena, uint32_t, (size_t)s->goal->ranks + 1);
    if (s->copying == NULL || s->planned == NULL || s->task == NULL || s->waits == NULL || s->ready == NULL ||
        s->first_cpu == NULL) {
        return LW_NO_MEMORY;
    }
    for (uint32_t i = 0; i < ops; i++) {
        uint32_t *most = &s->first_cpu[op_at(s, i)->rank + 1];
        *most = op_at(s, i)->cpu + 1U > *most ? op_at(s, i)->cpu + 1U : *most;
    }
    for (uint32_t r = 0; r < s->goal->ranks; r++) {
        s->first_cpu[r + 1] += s->first_cpu[r];
    }
    const uint32_t streams = s->first_cpu[s->goal->ranks];
    s->stream = LW_NEW_ARRAY(arena, uint32_t, streams);
    if (s->stream == NULL) {
        return LW_NO_MEMORY;
    }
    for (uint32_t i = 0; i < streams; i++) {
        s->stream[i] = LW_NO_COMPUTE;
    }
    LW_TRY(index_needs(s, false, &s->first_before, &s->before));
    return index_needs(s, true, &s->first_behind, &s->behind);
}

// ---- Order ----

static bool is_eager(const schedule *s, const lw_goal_op *op) {
    return op->size <= s->params->eager_bytes;
}

// The stage that a need waits for. A send that leaves at once is over then.
static uint32_t stage_of(const schedule *s, const lw_goal_need *need) {
    const lw_goal_op *on = op_at(s, need->on);
    const bool first = need->begun || (on->kind == LW_GOAL_SEND && is_eager(s, on));
    return 2 * need->on + (first ? 0 : 1);
}

// The other stage that an end waits for besides its own beginning: the message of a receive, and of
// a send that does not leave at once its receive.
static uint32_t partner_of(const schedule *s, uint32_t op) {
    const lw_goal_op *o = op_at(s, op);
    if (o->kind == LW_GOAL_CALC || (o->kind == LW_GOAL_SEND && is_eager(s, o))) {
        return LW_GOAL_NONE;
    }
    return 2 * o->match + (o->kind == LW_GOAL_RECV ? 1 : 0);
}

static void count_waits(schedule *s) {
    for (uint32_t i = 0; i < s->goal->op.count; i++) {
        s->waits[2 * i] = s->first_before[i + 1] - s->first_before[i];
        s->waits[2 * i + 1] = partner_of(s, i) != LW_GOAL_NONE ? 2 : 1;
    }
}

// One stage less to wait for.
static void arrive(schedule *s, uint32_t stage, size_t *count) {
    if (--s->waits[stage] == 0) {
        s->ready[(*count)++] = stage;
    }
}

static void release(schedule *s, uint32_t stage, size_t *count) {
    const uint32_t op = stage / 2;
    const lw_goal_op *o = op_at(s, op);
    if (stage % 2 == 0) {
        arrive(s, 2 * op + 1, count);
        if (o->kind == LW_GOAL_RECV && partner_of(s, o->match) == stage) {
            arrive(s, 2 * o->match + 1, count);
        }
    } else if (o->kind == LW_GOAL_SEND) {
        arrive(s, 2 * o->match + 1, count);
    }
    const lw_goal_need *need = LW_LIST_ITEMS(&s->goal->need, const lw_goal_need);
    for (uint32_t i = s->first_behind[op]; i < s->first_behind[op + 1]; i++) {
        if (stage_of(s, &need[s->behind[i]]) == stage) {
            arrive(s, 2 * need[s->behind[i]].op, count);
        }
    }
}

// A stage that waits for one that waits, too.
static uint32_t waits_for(const schedule *s, uint32_t stage) {
    const lw_goal_need *need = LW_LIST_ITEMS(&s->goal->need, const lw_goal_need);
    const uint32_t op = stage / 2;
    if (stage % 2 == 1) {
        const uint32_t partner = partner_of(s, op);
        return partner != LW_GOAL_NONE && s->waits[partner] > 0 ? partner : 2 * op;
    }
    uint32_t i = s->first_before[op];
    while (s->waits[stage_of(s, &need[s->before[i]])] == 0) {
        i++;
    }
    return stage_of(s, &need[s->before[i]]);
}

static lw_status tell_cycle(const schedule *s) {
    enum { NAMED_MOST = 8, MET = 1 };
    lw_diags *diags = s->builder->diags;
    uint32_t stage = 0;
    while (s->waits[stage] == 0) {
        stage++;
    }
    // a stage that was met before is on a cycle; those that wait have no tasks
    while (s->task[stage] != MET) {
        s->task[stage] = MET;
        stage = waits_for(s, stage);
    }
    const uint32_t first = stage;
    const char *text = "";
    uint32_t last = LW_GOAL_NONE;
    for (int told = 0; told <= NAMED_MOST; stage = waits_for(s, stage)) {
        const lw_goal_op *op = op_at(s, stage / 2);
        if (stage / 2 != last) {
            text = told == NAMED_MOST ? lw_diags_text(diags, "%s after ...", text)
                                      : lw_diags_text(diags, "%s%s%s of rank %u (%s)", text, told > 0 ? " after " : "",
                                                      lw_goal_word(op), op->rank, lw_goal_where(s->goal, stage / 2, diags));
            told++;
        }
        last = stage / 2;
        if (told > 1 && stage == first) {
            break;
        }
    }
    return lw_error(diags, lw_goal_place(s->goal, first / 2),
                    "take one 'requires' out, post the receives before the sends, or raise eager", "dependency cycle: %s", text);
}

// ---- Tasks ----

static lw_status add_after(schedule *s, uint32_t task) {
    lw_dependency *slot = task != LW_NO_TASK ? LW_LIST_ADD(&s->after, lw_dependency, s->builder->arena) : NULL;
    if (slot != NULL) {
        *slot = (lw_dependency){task, 0};
    }
    return slot == NULL && task != LW_NO_TASK ? LW_NO_MEMORY : LW_OK;
}

static lw_status write_task(schedule *s, const lw_graph_task *task, uint32_t *out) {
    const lw_dependency *after = LW_LIST_ITEMS(&s->after, const lw_dependency);
    return lw_graph_add_task(s->builder, task, after, s->after.count, out);
}

static lw_status gather(schedule *s, uint32_t op) {
    const lw_goal_need *need = LW_LIST_ITEMS(&s->goal->need, const lw_goal_need);
    s->after.count = 0;
    for (uint32_t i = s->first_before[op]; i < s->first_before[op + 1]; i++) {
        LW_TRY(add_after(s, s->task[stage_of(s, &need[s->before[i]])]));
    }
    return LW_OK;
}

static lw_status stream_of(schedule *s, const lw_goal_op *op, uint32_t *out) {
    uint32_t *stream = &s->stream[s->first_cpu[op->rank] + op->cpu];
    LW_TRY(*stream == LW_NO_COMPUTE ? lw_graph_compute(s->builder, s->node[op->rank], op->cpu, stream) : LW_OK);
    *out = *stream;
    return LW_OK;
}

static int64_t calc_ps(const schedule *s, const lw_goal_op *op) {
    const lw_int128 time_ps = (lw_int128)op->size * s->calc_unit_ps, most = INT64_C(1) << 61;
    return (int64_t)(time_ps < most ? time_ps : most);  // the engine refuses it
}

// How the messages of two ranks go.
static lw_status plan_pair(schedule *s, const lw_goal_op *send) {
    lw_graph_builder *builder = s->builder;
    lw_copy_params *params = LW_NEW(builder->arena, lw_copy_params);
    const lw_place place = lw_object_place(builder->object, "ranks");
    const lw_copy_place places = {
        .what = lw_arena_print(builder->arena, "workloads.%s", builder->object->name), place, place, place};
    const uint32_t pair[2] = {s->node[send->rank], s->node[send->peer]};
    lw_copying *c = &s->copying[send->pair];
    if (params == NULL || places.what == NULL) {
        return LW_NO_MEMORY;
    }
    *params = (lw_copy_params){.bytes = LW_AUTO, .by = s->params->by, .api = LW_API_AUTO};
    LW_TRY(lw_copy_plan(builder, params, &places, (lw_via){0}, pair, c));
    c->call_ps = c->finish_ps = 0;  // nothing is launched for a message
    LW_TRY(lw_copy_add_moves(builder, c));
    s->planned[send->pair] = true;
    builder->workload->main_move =
        builder->workload->main_move == LW_NO_MOVE ? lw_copy_main_move(c) : builder->workload->main_move;
    return LW_OK;
}

static lw_status write_message(schedule *s, uint32_t op) {
    const lw_goal_op *o = op_at(s, op);
    lw_copying *c = &s->copying[o->pair];
    LW_TRY(s->planned[o->pair] ? LW_OK : plan_pair(s, o));
    LW_TRY(lw_graph_deliver(s->builder, o->size, 1));
    c->bytes = o->size > 0 ? o->size : 1;  // an empty message has a packet of its own, too
    uint32_t from = s->task[2 * op];
    const uint32_t posted = is_eager(s, o) ? LW_NO_TASK : s->task[2 * o->match];
    if (posted != LW_NO_TASK) {
        const lw_graph_task mark = lw_graph_task_none();
        s->after.count = 0;
        LW_TRY(add_after(s, from));
        LW_TRY(add_after(s, posted));
        LW_TRY(write_task(s, &mark, &from));
    }
    return lw_copy_add_steps(s->builder, c, from, false, &s->task[2 * op + 1]);
}

// The beginning of an operation: that a calc holds its rank, the overhead of a send, that a receive
// is posted. Where nobody asks for it and nothing takes time, there is no task for it.
static lw_status write_begin(schedule *s, uint32_t op) {
    const lw_goal_op *o = op_at(s, op);
    lw_graph_task task = lw_graph_task_none();
    LW_TRY(gather(s, op));
    if (o->kind == LW_GOAL_CALC) {
        if (!o->starts_some) {
            s->task[2 * op] = LW_NO_TASK;
            return LW_OK;
        }
        LW_TRY(stream_of(s, o, &task.holds));
    } else if (o->kind == LW_GOAL_SEND && s->params->overhead_ps > 0) {
        LW_TRY(stream_of(s, o, &task.holds));
        task.frees = task.holds;
        task.submit_ps = s->params->overhead_ps;
    } else if (o->kind == LW_GOAL_RECV && !o->waits && !o->starts_some) {
        s->task[2 * op] = LW_NO_TASK;
        return LW_OK;
    }
    return write_task(s, &task, &s->task[2 * op]);
}

static lw_status write_end(schedule *s, uint32_t op) {
    const lw_goal_op *o = op_at(s, op);
    lw_graph_task task = lw_graph_task_none();
    const uint32_t begin = s->task[2 * op];
    if (o->kind == LW_GOAL_SEND) {
        return write_message(s, op);
    }
    if (o->kind == LW_GOAL_CALC) {
        LW_TRY(stream_of(s, o, &task.frees));
        task.holds = begin == LW_NO_TASK ? task.frees : LW_NO_COMPUTE;
        task.submit_ps = calc_ps(s, o);
        if (begin == LW_NO_TASK) {
            LW_TRY(gather(s, op));
            return write_task(s, &task, &s->task[2 * op + 1]);
        }
    }
    s->after.count = 0;
    LW_TRY(add_after(s, begin));
    if (o->kind == LW_GOAL_RECV) {
        LW_TRY(add_after(s, s->task[2 * o->match + 1]));
        if (s->params->overhead_ps > 0) {
            LW_TRY(stream_of(s, o, &task.holds));
            task.frees = task.holds;
            task.submit_ps = s->params->overhead_ps;
        }
    }
    return write_task(s, &task, &s->task[2 * op + 1]);
}

// In an order in which each stage comes after what it waits for.
static lw_status write_stages(schedule *s) {
    const size_t stages = 2 * s->goal->op.count;
    size_t count = 0;
    count_waits(s);
    for (uint32_t i = 0; i < s->goal->op.count; i++) {
        if (s->waits[2 * i] == 0) {
            s->ready[count++] = 2 * i;
        }
    }
    for (size_t done = 0; done < count; done++) {
        const uint32_t stage = s->ready[done];
        s->builder->member = op_at(s, stage / 2)->rank;
        LW_TRY(stage % 2 == 0 ? write_begin(s, stage / 2) : write_end(s, stage / 2));
        release(s, stage, &count);
    }
    return count < stages ? tell_cycle(s) : LW_OK;
}

lw_status lw_schedule_write(lw_graph_builder *builder, const lw_schedule_params *params, const lw_goal *goal,
                            const uint32_t *node, int64_t calc_unit_ps) {
    schedule s = {.builder = builder, .params = params, .calc_unit_ps = calc_unit_ps, .goal = goal, .node = node};
    builder->workload->members = 1;
    builder->workload->ranks = goal->ranks;
    builder->workload->counts_time = true;
    LW_TRY(make_tables(&s));
    return write_stages(&s);
}
