// SPDX-License-Identifier: GPL-3.0-or-later
// Tasks that the user writes, with what each comes after, in groups that repeat.
#include <string.h>

#include "sim/result/result.h"
#include "sim/workload/arrivals.h"
#include "sim/workload/task_graph.h"
#include "sim/workload/task_tree.h"

typedef struct graph_params {
    const lw_yaml *tasks;
    int64_t repeat, in_flight;  // LW_AUTO: one, or as many as `at` lists
    int arrivals;               // 1: random
    lw_open_arrivals open;
} graph_params;

#define TIME_FORM "\"anyOf\": [{\"enum\": [0, \"0\"]}, {\"type\": \"string\", \"pattern\": \"^[0-9.eE+-]+ ?[a-z]+$\"}]"
#define COMPUTE_FORM                                                                                         \
    "\"anyOf\": [{" TIME_FORM "}, {\"type\": \"object\", \"additionalProperties\": false, \"properties\": {" \
    "\"flops\": {\"type\": \"string\"}, \"bytes\": {\"type\": \"string\"}, "                                 \
    "\"efficiency\": {\"type\": [\"number\", \"string\"]}}}]"
#define COUNT_FORM \
    "\"anyOf\": [{\"type\": \"integer\", \"minimum\": 1}, {\"type\": \"string\", \"pattern\": \"^([0-9]+|auto)$\"}]"

#define AT(field) offsetof(graph_params, field)
static const lw_option options[] = {
    {.key = "tasks",
     .kind = LW_OPTION_YAML,
     .offset = AT(tasks),
     .help = "map of names and what they do: copy, compute, delay, work of a kind, a barrier, or a group of tasks that repeats",
     .schema = "\"type\": \"object\", \"minProperties\": 1, \"additionalProperties\": {\"type\": \"object\", "
               "\"if\": {\"required\": [\"kind\"]}, \"then\": {\"$ref\": \"#/$defs/workload\"}, \"else\": {"
               "\"patternProperties\": {\"^x-\": true}, \"additionalProperties\": false, "
               "\"dependentRequired\": {\"compute\": [\"node\"]}, \"properties\": {"
               "\"copy\": {\"type\": \"object\", \"required\": [\"from\", \"to\", \"bytes\"], "
               "\"patternProperties\": {\"^x-\": true}, \"additionalProperties\": false, \"properties\": {"
               "\"from\": true, \"to\": true, \"bytes\": true, \"memory\": true, \"api\": true, \"by\": true, "
               "\"p2p\": true, \"via\": true}}, "
               "\"compute\": {" COMPUTE_FORM "}, \"delay\": {" TIME_FORM "}, \"node\": {\"type\": \"string\"}, "
               "\"stream\": {\"type\": [\"integer\", \"string\"]}, "
               "\"tasks\": {\"type\": \"object\", \"minProperties\": 1}, \"repeat\": {" COUNT_FORM "}, "
               "\"in_flight\": {" COUNT_FORM "}, \"after\": {\"$ref\": \"#/$defs/names\"}}}}"},
    LW_WORK_COUNT("repeat", AT(repeat), "auto", "how often all of the tasks run; auto: once, or as often as `at` says"),
    LW_WORK_TIME("every", AT(open.every_ps), "auto", "iterations come by themselves, one in so long, and wait for none before"),
    LW_WORK_WORD("arrivals", AT(arrivals), "fixed", lw_open_arrival_words,
                 "with every: fixed gaps, or exponential ones with that mean (poisson)"),
    {.key = "at",
     .kind = LW_OPTION_YAML,
     .offset = AT(open.at),
     .fallback = "",
     .help = "list of the times at which iterations come by themselves, from the start of the work on",
     .schema = "\"type\": \"array\", \"minItems\": 1, \"items\": {" TIME_FORM "}"},
    LW_WORK_COUNT("in_flight", AT(in_flight), "auto",
                  "iterations under way at once, at most; auto: 1, or N + 1 where a task comes after one of N iterations ago"),
    {0}};

typedef struct expansion {
    lw_graph_builder *builder;
    lw_list after;         // lw_dependency: scratch
    lw_int128 main_bytes;  // of the move that the result is explained by
    const lw_step *first;  // copy
    bool many_pairs;       // copies go between several pairs of nodes
} expansion;

// ---- What each step will be ----

// How often a step runs.
static int64_t times_of(const lw_step *step) {
    const lw_int128 most = INT64_C(1) << 61;  // bytes and times beyond are refused in any case
    lw_int128 times = 1;
    for (const lw_step *group = step->group; group != NULL; group = group->group) {
        times = times * group->repeat < most ? times * group->repeat : most;
    }
    return (int64_t)times;
}

static lw_status plan_copy(expansion *e, lw_step *step) {
    lw_graph_builder *builder = e->builder;
    const int64_t times = times_of(step);
    step->copying = LW_NEW(builder->arena, lw_copying);
    if (step->copying == NULL) {
        return LW_NO_MEMORY;
    }
    LW_TRY(lw_copy_plan(builder, &step->copy, &step->copy_place, step->via, step->pair, step->copying));
    LW_TRY(lw_copy_add_moves(builder, step->copying));
    LW_TRY(lw_graph_deliver(builder, step->copy.bytes, times));
    const lw_int128 bytes = (lw_int128)step->copy.bytes * times;
    if (e->first == NULL || bytes > e->main_bytes) {
        e->main_bytes = bytes;
        builder->workload->main_move = lw_copy_main_move(step->copying);
    }
    e->first = e->first != NULL ? e->first : step;
    e->many_pairs = e->many_pairs || step->pair[0] != e->first->pair[0] || step->pair[1] != e->first->pair[1];
    return LW_OK;
}

// Members that no other member comes after in the same iteration.
static size_t count_last(const lw_step *group) {
    size_t last = 0;
    for (size_t i = 0; i < group->member_count; i++) {
        last += group->member[i]->followed ? 0 : 1;
    }
    return last;
}

// The numbers of the tasks that the members of a group will have, since some come after what is
// written later. An iteration ends with its last member, or a task that waits for all of these.
static lw_status plan_members(expansion *e, lw_step *group, uint32_t *next) {
    for (size_t i = 0; i < group->member_count; i++) {
        lw_step *step = group->member[i];
        step->entry = (*next)++;
        step->exit = step->entry;
        if (step->kind == LW_STEP_COPY) {
            LW_TRY(plan_copy(e, step));
            *next += step->copying->staged ? 2 : 1;
            step->exit = *next - 1;
        } else if (step->kind == LW_STEP_WORK) {
            LW_TRY(lw_nested_plan(e->builder, &step->nested, times_of(step)));
            *next += lw_nested_size(&step->nested);
            step->exit = *next - 1;
        } else if (step->kind == LW_STEP_COMPUTE && step->on.count > 1) {
            *next += step->on.count + 1;  // of each node, and one that waits for all
            step->exit = *next - 1;
        } else if (step->kind == LW_STEP_GROUP) {
            LW_TRY(plan_members(e, step, next));
        }
        group->exit = !step->followed ? step->exit : group->exit;
    }
    group->exit = count_last(group) > 1 ? (*next)++ : group->exit;
    return LW_OK;
}

// ---- Tasks ----

static lw_status add_after(expansion *e, uint32_t task, int64_t distance) {
    if (distance > UINT32_MAX) {
        return LW_OK;
    }
    lw_dependency *added = LW_LIST_ADD(&e->after, lw_dependency, e->builder->arena);
    if (added == NULL) {
        return LW_NO_MEMORY;
    }
    *added = (lw_dependency){task, (uint32_t)distance};
    return LW_OK;
}

// What the user says; of those that begin an iteration the beginning of the group, and the end of
// the iteration that must be over; and itself in the iteration before.
static lw_status gather(expansion *e, const lw_step *step) {
    const lw_step *group = step->group;
    bool begins = true, bounded = group->in_flight >= group->repeat;
    e->after.count = 0;
    for (size_t i = 0; i < step->after_count; i++) {
        const lw_after *after = &step->after[i];
        begins = begins && (after->distance > 0 || after->step->group != group);
        bounded = bounded || (after->step->exit == group->exit && after->distance <= group->in_flight);
        LW_TRY(add_after(e, after->step->exit, after->distance));
    }
    if (begins) {
        LW_TRY(group->entry == LW_NO_TASK ? LW_OK : add_after(e, group->entry, 0));
        LW_TRY(bounded ? LW_OK : add_after(e, group->exit, group->in_flight));
    }
    const bool overlaps = group->in_flight > 1 && group->repeat > 1;
    return overlaps ? add_after(e, step->exit, 1) : LW_OK;
}

static lw_status add_task(expansion *e, const lw_graph_task *task) {
    uint32_t unused;
    return lw_graph_add_task(e->builder, task, LW_LIST_ITEMS(&e->after, const lw_dependency), e->after.count, &unused);
}

static lw_status add_step(expansion *e, const lw_step *step);

// All iterations of a group.
static lw_status add_loop(expansion *e, const lw_step *group) {
    const lw_graph_task mark = lw_graph_task_none();
    LW_TRY(lw_graph_open_loop(e->builder, group->repeat));
    for (size_t i = 0; i < group->member_count; i++) {
        LW_TRY(add_step(e, group->member[i]));
    }
    if (count_last(group) > 1) {
        e->after.count = 0;
        for (size_t i = 0; i < group->member_count; i++) {
            LW_TRY(group->member[i]->followed ? LW_OK : add_after(e, group->member[i]->exit, 0));
        }
        LW_TRY(add_task(e, &mark));
    }
    lw_graph_close_loop(e->builder);
    return LW_OK;
}

// The same on each node of a group. What they come after is gathered.
static lw_status add_computes(expansion *e, const lw_step *step) {
    lw_graph_task mark = lw_graph_task_none(), task = mark;
    LW_TRY(add_task(e, &mark));
    task.submit_ps = step->time_ps;
    for (uint32_t i = 0; i < step->on.count; i++) {
        e->after.count = 0;
        LW_TRY(add_after(e, step->entry, 0));
        LW_TRY(lw_graph_compute(e->builder, step->on.first + i, step->stream, &task.holds));
        task.frees = task.holds;
        LW_TRY(add_task(e, &task));
    }
    e->after.count = 0;
    for (uint32_t i = 0; i < step->on.count; i++) {
        LW_TRY(add_after(e, step->entry + 1 + i, 0));
    }
    return add_task(e, &mark);
}

static lw_status add_step(expansion *e, const lw_step *step) {
    lw_graph_task task = lw_graph_task_none();
    LW_TRY(gather(e, step));
    switch (step->kind) {
    case LW_STEP_GROUP:
        LW_TRY(add_task(e, &task));
        return add_loop(e, step);
    case LW_STEP_COPY: {
        uint32_t last;
        task.submit_ps = step->copying->call_ps;
        task.turn = step->copying->turn;
        LW_TRY(add_task(e, &task));
        return lw_copy_add_steps(e->builder, step->copying, step->entry, false, &last);
    }
    case LW_STEP_WORK:
        LW_TRY(add_task(e, &task));
        return lw_nested_write(e->builder, &step->nested, step->entry);
    case LW_STEP_COMPUTE:
        if (step->on.count > 1) {
            return add_computes(e, step);
        }
        LW_TRY(lw_graph_compute(e->builder, step->on.first, step->stream, &task.holds));
        task.frees = task.holds;
        break;
    case LW_STEP_DELAY:
    case LW_STEP_BARRIER:
        break;
    }
    task.submit_ps = step->time_ps;
    return add_task(e, &task);
}

// ---- Iterations that come by themselves ----

static lw_status check_open(const void *params, const lw_option_set *set, lw_place at, lw_diags *diags) {
    const graph_params *p = params;
    const lw_yaml *list = p->open.at;
    const bool open = lw_arrivals_are_open(&p->open);
    const lw_arrivals_given given = {&p->open, p->arrivals != 0, p->repeat, "repeat", "add every: 10 ms"};
    LW_TRY(lw_arrivals_check(&given, "iterations", options, set, at, diags));
    if (p->open.every_ps != LW_AUTO && p->repeat == LW_AUTO) {
        return lw_error(diags, lw_type_place(options, set, "every", at), "add repeat: 1000",
                        "how many iterations come is not said");
    }
    if (open && p->in_flight != LW_AUTO) {
        return lw_error(diags, lw_type_place(options, set, "in_flight", at), "leave it out",
                        "iterations that come by themselves are all under way until they end");
    }
    if (open && ((list != NULL && list->count > LW_OPEN_ARRIVALS_MAX) || p->repeat > LW_OPEN_ARRIVALS_MAX)) {
        return lw_error(diags, lw_type_place(options, set, list != NULL ? "at" : "repeat", at), "ask for less",
                        "%d iterations at most come by themselves", LW_OPEN_ARRIVALS_MAX);
    }
    return LW_OK;
}

static int64_t iterations_of(const graph_params *p) {
    return p->repeat != LW_AUTO ? p->repeat : p->open.at != NULL ? (int64_t)p->open.at->count : 1;
}

// One iteration, written once, as a member each time that it comes.
static lw_status add_open(expansion *e, const graph_params *p, const lw_step *root) {
    lw_graph_builder *builder = e->builder;
    const lw_open_arrivals open = {p->open.every_ps, p->arrivals != 0, p->open.at};
    lw_task_block block;
    int64_t *time_ps;
    LW_TRY(lw_arrivals_find(builder, &open, iterations_of(p), &time_ps));
    lw_block_begin(builder, &block);
    LW_TRY(add_loop(e, root));
    LW_TRY(lw_block_cut(builder, &block));
    if ((int64_t)block.task_count > LW_OPEN_TASKS_MAX / iterations_of(p)) {
        return lw_error(builder->diags, lw_object_place(builder->object, p->open.at != NULL ? "at" : "repeat"), "ask for less",
                        "workloads.%s: %lld iterations of %zu tasks each are more than %d tasks that come by themselves",
                        builder->object->name, (long long)iterations_of(p), block.task_count, LW_OPEN_TASKS_MAX);
    }
    // it was written once
    LW_TRY(lw_graph_deliver(builder, builder->workload->bytes, iterations_of(p) - 1));
    builder->workload->offered = time_ps[iterations_of(p) - 1] > 0;
    builder->workload->members = iterations_of(p);
    for (int64_t i = 0; i < iterations_of(p); i++) {
        builder->member = (uint32_t)i;
        LW_TRY(lw_block_paste(builder, &block, LW_NO_ENTRY, time_ps[i]));
    }
    return LW_OK;
}

// A tree of tasks as those of the workload.
static lw_status add_tasks(lw_graph_builder *builder, const graph_params *params) {
    const bool open = lw_arrivals_are_open(&params->open);
    lw_graph_workload *workload = builder->workload;
    expansion e = {.builder = builder};
    lw_step root = {.name = builder->object->name,
                    .kind = LW_STEP_GROUP,
                    .repeat = open ? 1 : iterations_of(params),
                    .in_flight = params->in_flight,
                    .entry = LW_NO_TASK};
    workload->members = 1;
    workload->counts_time = true;
    LW_TRY(lw_task_tree_read(builder, params->tasks, &root));
    uint32_t next = lw_graph_next_task(builder);
    LW_TRY(plan_members(&e, &root, &next));
    if (e.first != NULL && !e.many_pairs) {
        workload->copy = lw_copy_word(builder->machine, e.first->pair);
        workload->manner = builder->object->type->name;  // whatever else it does
        LW_TRY(lw_graph_name_direction(builder, e.first->pair[0], e.first->pair[1]));
    }
    return open ? add_open(&e, params, &root) : add_loop(&e, &root);
}

static lw_status expand(lw_graph_builder *builder) {
    return add_tasks(builder, builder->object->params);
}

static void place_all(lw_yaml *node, lw_place place) {
    node->place = node->key_place = place;
    for (lw_yaml *child = node->first; child != NULL; child = child->next) {
        place_all(child, place);
    }
}

lw_status lw_task_graph_of_text(lw_graph_builder *builder, const char *text, int64_t repeat, int64_t in_flight) {
    lw_source *source = LW_NEW(builder->arena, lw_source);
    lw_yaml *tasks;
    if (source == NULL) {
        return LW_NO_MEMORY;
    }
    *source = (lw_source){builder->object->name, text, strlen(text)};
    LW_TRY(lw_tree_parse(source, builder->arena, builder->diags, &tasks));
    place_all(tasks, builder->object->place);
    const graph_params params = {
        .tasks = tasks, .repeat = repeat, .in_flight = in_flight, .open = {.every_ps = LW_AUTO, .at = NULL}};
    return add_tasks(builder, &params);
}

static void measure(const void *params, const lw_workload_result *result, double *value) {
    const graph_params *p = params;
    const double time_us = (double)(result->end_ps - result->start_ps) / 1e6;
    const bool many = lw_arrivals_are_open(&p->open) && result->member_ps.count > 0;
    value[0] = many ? result->member_ps.mean / 1e6 : time_us / (double)iterations_of(p);
    value[1] = many ? result->member_ps.p95 / 1e6 : 0;
}

static const lw_metric own[] = {
    {.name = "iteration_us",
     .quantity = "iteration",
     .dimension = LW_TIME,
     .unit = 1e6,
     .of = LW_OF_WORKLOAD,
     .title = "iteration",
     .help = "its time by its repeats; of those that come by themselves the mean from then to their end"},
    {.name = "iteration_p95_us",
     .quantity = "iteration_p95",
     .dimension = LW_TIME,
     .unit = 1e6,
     .of = LW_OF_WORKLOAD,
     .title = "95 %",
     .help = "of iterations that come by themselves 95 % take no longer; 0 of others"},
    {0}};

static const char page[] =
    "Work of your own: tasks, what each comes after, and how often all of them run. For what a program\n"
    "does between its copies: double buffering, a pipeline of stages, training steps, frames.\n"
    "\n"
    "  step:\n"
    "    kind: graph\n"
    "    repeat: 1000\n"
    "    tasks:\n"
    "      load: {copy: {from: host, to: gpu, bytes: 64 MiB}, after: work@-2}\n"
    "      work: {compute: 3 ms, node: gpu, after: load}\n"
    "      back: {copy: {from: gpu, to: host, bytes: 1 MiB}, after: work}\n"
    "\n"
    "A task does one thing. copy: a copy between two nodes, priced as the kind of work of that name, with\n"
    "its keys memory, api, by, p2p and via. compute: a time on a node, or on each of a group; computes on\n"
    "one node run one after the other, in the order in which they become ready, whichever workload they\n"
    "are of; stream: 1 is a second stream of the node, which runs beside the first. delay: a time that\n"
    "passes on no node. A task that has only `after` is a barrier.\n"
    "\n"
    "compute: {flops: 4 TFLOP, bytes: 2 GB, efficiency: 50 %} takes what its node needs for it: the\n"
    "longer of flops by compute_rate and bytes by memory_rate (the roofline of Williams, Waterman and\n"
    "Patterson, 2009), of which it gets the share `efficiency`. compute_rate is the data sheet's for the\n"
    "number format of the work; what training gets of it is called MFU.\n"
    "\n"
    "A task with `kind` is work of that kind, with its keys: a collective, or a copy of groups. Here the\n"
    "sum of one bucket of gradients runs beside the backward pass of the next:\n"
    "\n"
    "      back-1: {compute: 10 ms, node: gpus}\n"
    "      sum-1: {kind: all-reduce, on: gpus, bytes: 25 MB, library: nccl, after: back-1}\n"
    "      back-2: {compute: 10 ms, node: gpus, after: back-1}\n"
    "      sum-2: {kind: all-reduce, on: gpus, bytes: 25 MB, library: nccl, after: [back-2, sum-1]}\n"
    "\n"
    "Of a collective bandwidth_GBps counts what its bus bandwidth does.\n"
    "\n"
    "after: a name or a list. NAME is that task in the same iteration, NAME@-1 in the one before, NAME@-2\n"
    "in the one before that: with two buffers the load of an iteration waits for the work of two before.\n"
    "Without @ iterations run one after the other, as in a program's loop; with @-N they overlap as far\n"
    "as their tasks allow, N + 1 at most at once (in_flight gives another number), and each task comes\n"
    "after itself of the iteration before. Two stages of a and b that overlap take\n"
    "a + b + (repeat - 1) max(a, b).\n"
    "\n"
    "tasks within a task make a group, which may repeat, too, and counts as one task: what comes after it\n"
    "waits for its last iteration. @-N counts iterations of the innermost group that holds both tasks. A\n"
    "name belongs to one task of the workload; any task may come after any other, in or out of groups.\n"
    "\n"
    "every: 20 ms lets iterations come by themselves, whatever became of those before: requests of a\n"
    "server, frames. With arrivals: poisson the gaps are random with that mean; at: [0 ms, 3 ms] lists\n"
    "the times instead. They wait where a node, a link or an engine is busy, not for each other, so @-N\n"
    "is none of the tasks outside of groups; results have the mean, the median, 95 % and the longest of\n"
    "the times from the arrival of an iteration to its end.\n"
    "\n"
    "The result has its time, that of an iteration, and where it computes, how long (compute) and how\n"
    "long it does not (exposed): what no compute hides. Iterations that repeat the state of an earlier\n"
    "one are jumped over, so that 1000 cost little more than the first few.";

static const char *const metrics[] = {"iteration_us",     "time_us",          "compute_us",    "exposed_us", "bandwidth_GBps",
                                      "iteration_p95_us", "member_median_us", "member_max_us", NULL};

const lw_work_kind lw_work_task_graph = {
    .type = {.name = "graph",
             .summary = "tasks of your own: copies, computes, delays, collectives, what comes after what, and loops",
             .page = page,
             .example = "{kind: graph, repeat: 4, tasks: {load: {copy: {from: host, to: gpu, bytes: 1 MiB}, after: work@-2}, "
                        "work: {compute: 50 us, node: gpu, after: load}}}",
             .options = options,
             .params_size = sizeof(graph_params),
             .check = check_open},
    .metrics = metrics,
    .own = own,
    .measure = measure,
    .expand = expand,
};
