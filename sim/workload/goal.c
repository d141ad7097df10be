// SPDX-License-Identifier: GPL-3.0-or-later
// Schedules of other tools, in GOAL: ranks that send, receive and compute.
#include <string.h>

#include "sim/config/source.h"
#include "sim/workload/copying.h"
#include "sim/workload/goal_text.h"

typedef struct goal_params {
    const char *file, *text;
    const lw_yaml *ranks;
    int64_t calc_unit_ps, overhead_ps, eager_bytes;
    int by;  // lw_copier
} goal_params;

#define AT(field) offsetof(goal_params, field)
static const lw_option options[] = {
    {.key = "file",
     .kind = LW_OPTION_TEXT,
     .offset = AT(file),
     .fallback = "",
     .help = "the schedule, from the folder of the file that says so"},
    {.key = "text", .kind = LW_OPTION_TEXT, .offset = AT(text), .fallback = "", .help = "the schedule itself, instead of a file"},
    {.key = "ranks", .kind = LW_OPTION_YAML, .offset = AT(ranks), .help = "nodes or groups, in the order of the ranks"},
    {.key = "calc_unit",
     .kind = LW_OPTION_QUANTITY_INT,
     .dimension = LW_TIME,
     .offset = AT(calc_unit_ps),
     .fallback = "1 ns",
     .minimum = 1,
     .maximum = 1e15,
     .help = "what one unit of a calc takes",
     .source = "LogGOPSim counts in nanoseconds with its default parameters"},
    {.key = "overhead",
     .kind = LW_OPTION_QUANTITY_INT,
     .dimension = LW_TIME,
     .offset = AT(overhead_ps),
     .fallback = "0 ns",
     .maximum = 3.6e17,
     .help = "of the rank for each message that it sends or receives: o of the LogGP model (LogGOPSim's default is 1500 ns)"},
    {.key = "eager",
     .kind = LW_OPTION_QUANTITY_INT,
     .dimension = LW_BYTES,
     .offset = AT(eager_bytes),
     .fallback = "65535 B",
     .maximum = 0x1p62,
     .help = "messages up to this size leave before their receive is posted, and their send is over at once",
     .source = "default of S in LogGOPSim"},
    LW_WORK_WORD("by", AT(by), "kernel", lw_copier_words,
                 "who moves messages between GPUs: kernels, as NCCL's, or the copy engines of the card"),
    {0}};

static lw_status check(const void *params, const lw_option_set *set, lw_place at, lw_diags *diags) {
    const goal_params *p = params;
    if ((p->file[0] != '\0') == (p->text[0] != '\0')) {
        return lw_error(diags, lw_type_place(options, set, "text", at), "write file: NAME.goal, or text: \"num_ranks 2 ...\"",
                        p->file[0] != '\0' ? "the schedule is both a file and a text" : "there is no schedule");
    }
    return LW_OK;
}

// ---- The schedule and its ranks ----

static lw_status read_schedule(const lw_graph_builder *builder, lw_goal *out) {
    const goal_params *params = builder->object->params;
    const lw_source *source = NULL;
    if (params->text[0] != '\0') {
        lw_source *own = LW_NEW(builder->arena, lw_source);
        const char *name = lw_arena_print(builder->arena, "workloads.%s.text", builder->object->name);
        if (own == NULL || name == NULL) {
            return LW_NO_MEMORY;
        }
        *own = (lw_source){name, params->text, strlen(params->text)};
        source = own;
    } else {
        const lw_place place = lw_object_place(builder->object, "file");
        const char *folder =
            place.source != NULL && params->file[0] != '/' ? lw_folder_of(place.source->name, builder->arena) : "";
        const char *path =
            folder == NULL ? NULL : lw_arena_print(builder->arena, "%s%s%s", folder, folder[0] != '\0' ? "/" : "", params->file);
        if (path == NULL) {
            return LW_NO_MEMORY;
        }
        LW_TRY(lw_source_read_at(path, LW_GOAL_BYTES_MAX, place, builder->arena, builder->diags, &source));
    }
    LW_TRY(lw_goal_parse(source, builder->arena, builder->diags, out));
    return lw_goal_match(out, builder->arena, builder->diags);
}

typedef struct schedule {
    lw_graph_builder *builder;
    const goal_params *params;
    lw_goal goal;
    uint32_t *node;       // of each rank
    lw_copying *copying;  // of each pair of ranks
    bool *planned;        // of each pair
    uint32_t *first_cpu;  // of each rank, in `stream`
    uint32_t *stream;     // compute streams; LW_NO_COMPUTE: not yet
    // stages of operations: 2 * op begins it, 2 * op + 1 ends it. Of each its task, and of how many
    // others it still waits
    uint32_t *task, *waits;
    uint32_t *first_before, *before;  // what an operation needs, as indices of goal.need
    uint32_t *first_behind, *behind;  // and what needs it
    uint32_t *ready;                  // stages in the order in which they are written
    lw_list after;                    // lw_dependency: scratch
} schedule;

static lw_goal_op *op_at(const schedule *s, uint32_t op) {
    return lw_goal_op_at(&s->goal, op);
}

static lw_status add_ranks(const schedule *s, const lw_yaml *name, lw_list *nodes) {
    const lw_graph_builder *builder = s->builder;
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
static lw_status place_ranks(schedule *s) {
    const lw_graph_builder *builder = s->builder;
    const lw_yaml *ranks = s->params->ranks;
    lw_list nodes = {0};
    for (const lw_yaml *name = ranks->kind == LW_LIST ? ranks->first : ranks; name != NULL;
         name = ranks->kind == LW_LIST ? name->next : NULL) {
        LW_TRY(add_ranks(s, name, &nodes));
    }
    if (nodes.count < s->goal.ranks) {
        return lw_error(builder->diags, lw_object_place(builder->object, "ranks"), "name as many nodes as the schedule has ranks",
                        "workloads.%s: the schedule has %u ranks, and there are %zu nodes", builder->object->name, s->goal.ranks,
                        nodes.count);
    }
    s->node = LW_LIST_ITEMS(&nodes, uint32_t);
    bool *taken = LW_NEW_ARRAY(builder->arena, bool, builder->machine->node_count);
    if (taken == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t i = 0; i < nodes.count; i++) {
        if (taken[s->node[i]]) {
            return lw_error(builder->diags, lw_object_place(builder->object, "ranks"), "name each node once",
                            "workloads.%s: the node '%s' is two ranks", builder->object->name,
                            builder->machine->node[s->node[i]].name);
        }
        taken[s->node[i]] = true;
    }
    return LW_OK;
}

// ---- Tables ----

// What an operation needs, and what needs it, by counting.
static lw_status index_needs(schedule *s, bool behind, uint32_t **first_out, uint32_t **out) {
    const lw_goal_need *need = LW_LIST_ITEMS(&s->goal.need, const lw_goal_need);
    const size_t ops = s->goal.op.count, needs = s->goal.need.count;
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
    const size_t ops = s->goal.op.count;
    s->copying = LW_NEW_ARRAY(arena, lw_copying, s->goal.pairs);
    s->planned = LW_NEW_ARRAY(arena, bool, s->goal.pairs);
    s->task = LW_NEW_ARRAY(arena, uint32_t, 2 * ops);
    s->waits = LW_NEW_ARRAY(arena, uint32_t, 2 * ops);
    s->ready = LW_NEW_ARRAY(arena, uint32_t, 2 * ops);
    s->first_cpu = LW_NEW_ARRAY(arena, uint32_t, (size_t)s->goal.ranks + 1);
    if (s->copying == NULL || s->planned == NULL || s->task == NULL || s->waits == NULL || s->ready == NULL ||
        s->first_cpu == NULL) {
        return LW_NO_MEMORY;
    }
    for (uint32_t i = 0; i < ops; i++) {
        uint32_t *most = &s->first_cpu[op_at(s, i)->rank + 1];
        *most = op_at(s, i)->cpu + 1U > *most ? op_at(s, i)->cpu + 1U : *most;
    }
    for (uint32_t r = 0; r < s->goal.ranks; r++) {
        s->first_cpu[r + 1] += s->first_cpu[r];
    }
    const uint32_t streams = s->first_cpu[s->goal.ranks];
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
    for (uint32_t i = 0; i < s->goal.op.count; i++) {
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
    const lw_goal_need *need = LW_LIST_ITEMS(&s->goal.need, const lw_goal_need);
    for (uint32_t i = s->first_behind[op]; i < s->first_behind[op + 1]; i++) {
        if (stage_of(s, &need[s->behind[i]]) == stage) {
            arrive(s, 2 * need[s->behind[i]].op, count);
        }
    }
}

// A stage that waits for one that waits, too.
static uint32_t waits_for(const schedule *s, uint32_t stage) {
    const lw_goal_need *need = LW_LIST_ITEMS(&s->goal.need, const lw_goal_need);
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
                                      : lw_diags_text(diags, "%s%s%s of rank %u (line %d)", text, told > 0 ? " after " : "",
                                                      lw_goal_word(op), op->rank, lw_goal_place(&s->goal, op->offset).line);
            told++;
        }
        last = stage / 2;
        if (told > 1 && stage == first) {
            break;
        }
    }
    return lw_error(diags, lw_goal_place(&s->goal, op_at(s, first / 2)->offset),
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
    const lw_goal_need *need = LW_LIST_ITEMS(&s->goal.need, const lw_goal_need);
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
    const lw_int128 time_ps = (lw_int128)op->size * s->params->calc_unit_ps, most = INT64_C(1) << 61;
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
    c->bytes = o->size;
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
    const size_t stages = 2 * s->goal.op.count;
    size_t count = 0;
    count_waits(s);
    for (uint32_t i = 0; i < s->goal.op.count; i++) {
        if (s->waits[2 * i] == 0) {
            s->ready[count++] = 2 * i;
        }
    }
    for (size_t done = 0; done < count; done++) {
        const uint32_t stage = s->ready[done];
        LW_TRY(stage % 2 == 0 ? write_begin(s, stage / 2) : write_end(s, stage / 2));
        release(s, stage, &count);
    }
    return count < stages ? tell_cycle(s) : LW_OK;
}

static lw_status write_schedule(schedule *s) {
    LW_TRY(read_schedule(s->builder, &s->goal));
    LW_TRY(place_ranks(s));
    LW_TRY(make_tables(s));
    return write_stages(s);
}

static lw_status expand(lw_graph_builder *builder) {
    schedule s = {.builder = builder, .params = builder->object->params};
    lw_graph_workload *workload = builder->workload;
    workload->members = 1;
    workload->counts_time = true;
    const lw_status status = write_schedule(&s);
    if (status != LW_OK) {
        lw_diags_own_sources(builder->diags);  // findings outlive the memory of a point
        return status;
    }
    const lw_place place = lw_object_place(builder->object, s.params->file[0] != '\0' ? "file" : "text");
    if (s.goal.has_nic) {
        lw_note(builder->diags, place, "routes follow the links of the scenario", "workloads.%s: nic has no effect",
                builder->object->name);
    }
    if (s.goal.has_any) {
        lw_note(builder->diags, place, NULL,
                "workloads.%s: receives of any source or tag take what others leave, in the order of the file",
                builder->object->name);
    }
    return LW_OK;
}

static const char page[] =
    "A schedule in GOAL, the text format of LogGOPSim and ATLAHS, which turn traces of MPI, NCCL and\n"
    "storage into it: what each rank sends, receives and computes, and in what order. The times of its\n"
    "messages are those of the links here, where they meet each other and everything else.\n"
    "\n"
    "  num_ranks 2\n"
    "  rank 0 {\n"
    "    c: calc 15000\n"
    "    s: send 16384b to 1 tag 1\n"
    "    s requires c              s starts when c has ended; irequires: when it has started\n"
    "  }\n"
    "  rank 1 { recv 16384b from 0 tag 1 }\n"
    "\n"
    "Taken: num_ranks, rank blocks, send, recv and calc with labels, tag, cpu and nic, from -1, tag -1,\n"
    "requires and irequires, both kinds of comments. Operations of one cpu of a rank run one after the\n"
    "other (0 where none is named), other cpus beside it. A message belongs to the receive of its source,\n"
    "target and tag, the first to the first in the order of the file; receives of any source or tag take\n"
    "what these leave.\n"
    "\n"
    "A send up to `eager` bytes is over when it has left; a larger one starts when its receive is posted\n"
    "and is over when the data has come. Each costs its rank `overhead`, and so does the receive. L, g\n"
    "and G of the model come from the links instead; nic is read and has no effect, since routes are\n"
    "those of the scenario. Ranks are nodes, each another one.\n"
    "\n"
    "Not taken: binary schedules (.bin); files over 64 MiB. An unmatched send, an undefined label and a\n"
    "dependency cycle are told with their line in the schedule.";

static const char *const metrics[] = {"time_us", "compute_us", "exposed_us", "bandwidth_GBps", NULL};

const lw_work_kind lw_work_goal = {
    .type = {.name = "goal",
             .summary = "a schedule of sends, receives and calcs in GOAL, as LogGOPSim and ATLAHS have it",
             .page = page,
             .example =
                 "{kind: goal, ranks: [host, gpu], text: \"num_ranks 2 rank 0 { c: calc 500 s: send 64000b to 1 s requires c } "
                 "rank 1 { recv 64000b from 0 }\"}",
             .options = options,
             .params_size = sizeof(goal_params),
             .check = check},
    .metrics = metrics,
    .expand = expand,
};
