// SPDX-License-Identifier: GPL-3.0-or-later
// Tasks of the graph -> tasks of the fabric, which repeat as the loops around them say. Calls that
// cost nothing and do not repeat are left out.
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/fabric/builder.h"

// The tasks of the fabric that a task of the graph has become.
typedef struct made {
    uint32_t entry, entries;  // the first, and how many follow: they wait for what it comes after
    uint32_t last, lasts;     // the same: what comes after it waits for them
    bool whole;               // for all of their instances: they stand for a task that was left out
} made;

typedef struct lowering {
    lw_builder *builder;
    lw_built_workload *built;  // all of them
    const lw_graph_workload *workload;
    uint32_t index;    // of the workload
    uint32_t gate;     // what those of its tasks wait for that wait for nothing else; LW_NO_TASK
    made *made;        // of each task of the graph
    uint32_t *flow;    // of each move, LW_NO_FLOW: not yet
    uint32_t *stream;  // slots of each compute stream, LW_NO_RESOURCE: not yet
    lw_list need;      // lw_need: scratch
} lowering;

static lw_task *task_at(const lowering *l, uint32_t task) {
    return &LW_LIST_ITEMS(&l->builder->task, lw_task)[task];
}

// ---- Loops ----

static int64_t iterations_of(const lowering *l, uint32_t loop) {
    return l->builder->graph->loop[loop].count;
}

// How often a task runs in one iteration of the loop `until` around it.
static int64_t runs_within(const lowering *l, uint32_t task, uint32_t until) {
    const lw_graph *graph = l->builder->graph;
    lw_int128 runs = 1;
    for (uint32_t loop = graph->task[task].loop; loop != until; loop = graph->loop[loop].around) {
        runs = lw_cut(runs * iterations_of(l, loop));
    }
    return (int64_t)runs;
}

// Those in one run of the innermost loop.
static int64_t runs_inside(const lowering *l, uint32_t task) {
    const uint32_t loop = l->builder->graph->task[task].loop;
    return loop != LW_NO_LOOP ? iterations_of(l, loop) : 1;
}

// The innermost loop that holds both tasks.
static uint32_t common_loop(const lw_graph *graph, uint32_t a, uint32_t b) {
    for (uint32_t loop = graph->task[a].loop; loop != LW_NO_LOOP; loop = graph->loop[loop].around) {
        if (b >= graph->loop[loop].first && b < graph->loop[loop].end) {
            return loop;
        }
    }
    return LW_NO_LOOP;
}

// ---- Dependencies ----

// What a loop waits for outside of it only so many iterations wait for: those that wait for no
// iteration before.
static int64_t iterations_alone(const lowering *l, uint32_t task) {
    const lw_graph *graph = l->builder->graph;
    const lw_graph_task *t = &graph->task[task];
    int64_t least = INT64_MAX;
    for (size_t i = 0; i < t->after_count; i++) {
        const bool carried = t->after[i].distance > 0 && common_loop(graph, task, t->after[i].task) == t->loop;
        least = carried && t->after[i].distance < least ? t->after[i].distance : least;
    }
    return least;
}

// Of more needs the doubles are taken out by sorting.
enum { NEEDS_FEW = 32 };

static lw_status add_need(lowering *l, const lw_need *need) {
    const lw_need *given = LW_LIST_ITEMS(&l->need, const lw_need);
    for (size_t i = 0; l->need.count < NEEDS_FEW && i < l->need.count; i++) {
        if (given[i].task == need->task && given[i].distance == need->distance && given[i].own == need->own) {
            return LW_OK;
        }
    }
    lw_need *slot = LW_LIST_ADD(&l->need, lw_need, l->builder->arena);
    if (slot == NULL) {
        return LW_NO_MEMORY;
    }
    *slot = *need;
    return LW_OK;
}

// One that begins and ends with another: a part of it.
static lw_status add_part(lowering *l, uint32_t task) {
    return add_need(l, &(lw_need){.task = task, .own = 1, .other = 1, .window = 1, .first = INT64_MAX});
}

static int by_task(const void *left, const void *right) {
    const lw_need *a = left, *b = right;
    return a->task != b->task           ? (a->task > b->task) - (a->task < b->task)
           : a->distance != b->distance ? (a->distance > b->distance) - (a->distance < b->distance)
                                        : (a->own > b->own) - (a->own < b->own);
}

static void drop_doubles(lw_list *needs) {
    lw_need *need = LW_LIST_ITEMS(needs, lw_need);
    size_t kept = 0;
    qsort(need, needs->count, sizeof *need, by_task);
    for (size_t i = 0; i < needs->count; i++) {
        if (kept == 0 || by_task(&need[kept - 1], &need[i]) != 0) {
            need[kept++] = need[i];
        }
    }
    needs->count = kept;
}

static lw_status keep_needs(lowering *l, lw_task *task) {
    if (l->need.count > NEEDS_FEW) {
        drop_doubles(&l->need);
    }
    lw_need *need = LW_NEW_ARRAY(l->builder->arena, lw_need, l->need.count);
    if (need == NULL) {
        return LW_NO_MEMORY;
    }
    if (l->need.count > 0) {
        memcpy(need, l->need.items, l->need.count * sizeof *need);
    }
    task->need = need;
    task->need_count = l->need.count;
    return LW_OK;
}

// What a task comes after; entry: of the tasks of the fabric that wait for it.
static lw_status find_need(lowering *l, uint32_t task, lw_dependency on, const lw_task *entry) {
    const uint32_t common = common_loop(l->builder->graph, task, on.task);
    const made *of = &l->made[on.task];
    const int64_t runs = runs_within(l, task, LW_NO_LOOP), other_runs = runs_within(l, on.task, LW_NO_LOOP);
    const int64_t times = lw_task_count(entry) / runs;  // of a batch
    const bool outside = common != l->builder->graph->task[task].loop && times == 1;
    lw_need need = {.distance = on.distance,
                    .own = times * runs_within(l, task, common),
                    .window = common != LW_NO_LOOP ? iterations_of(l, common) : 1,
                    .first = outside ? iterations_alone(l, task) : INT64_MAX};
    assert(on.task < task || on.distance > 0);
    if (on.distance > 0 && on.distance >= need.window) {
        return LW_OK;  // the loop ends before
    }
    for (uint32_t i = 0; i < of->lasts; i++) {
        const int64_t count = lw_task_count(task_at(l, of->last + i));
        need.task = of->last + i;
        need.other = of->whole ? count : count / other_runs * runs_within(l, on.task, common);
        need.own = of->whole ? lw_task_count(entry) : need.own;
        LW_TRY(add_need(l, &need));
    }
    return LW_OK;
}

static lw_status find_needs(lowering *l, uint32_t index) {
    const lw_graph_task *t = &l->builder->graph->task[index];
    const made *of = &l->made[index];
    for (uint32_t e = 0; e < of->entries; e++) {
        lw_task *entry = task_at(l, of->entry + e);
        l->need.count = 0;
        for (size_t i = 0; i < t->after_count; i++) {
            LW_TRY(find_need(l, index, t->after[i], entry));
        }
        LW_TRY(keep_needs(l, entry));
    }
    return LW_OK;
}

// ---- Tasks ----

static lw_status add_task(lowering *l, const lw_task *task, uint32_t *out) {
    LW_TRY(lw_builder_add_task(l->builder, task, out));
    task_at(l, *out)->gate = l->gate;
    return LW_OK;
}

// The flow of a move; those of its further parts follow.
static lw_status flow_of(lowering *l, uint32_t move, uint32_t *out) {
    uint32_t unused;
    if (l->flow[move] == LW_NO_FLOW) {
        const lw_transfer *first = &l->builder->transfer[move];
        LW_TRY(lw_builder_add_flow(l->builder, &first->flow, &l->flow[move]));
        for (const lw_transfer *part = first->next; part != NULL; part = part->next) {
            LW_TRY(lw_builder_add_flow(l->builder, &part->flow, &unused));
        }
    }
    *out = l->flow[move];
    return LW_OK;
}

// Payload of one background task, rounded up.
static lw_status background_bytes(const lowering *l, const lw_graph_task *task, const lw_move *move, int64_t *out) {
    const int64_t ps_per_s = 1000000000000, bytes_max = INT64_C(1) << 62;
    lw_built_workload *built = &l->built[l->index];
    lw_int128 wanted = (lw_int128)move->rate_Bps * l->builder->how.load_ps / ps_per_s;
    wanted = wanted / move->sharers + (wanted % move->sharers != 0);
    *out = wanted > bytes_max ? bytes_max : (int64_t)wanted;
    lw_int128 sum = (lw_int128)*out * (task->count > 0 ? task->count : 1) + built->bytes;
    built->bytes = (int64_t)(sum > bytes_max ? bytes_max : sum);
    return sum > bytes_max ? LW_LIMIT : LW_OK;
}

// A call that costs nothing and comes after one task at most leaves its successors what it waits
// for.
static bool is_idle(const lowering *l, uint32_t index, const lw_task *task) {
    const lw_graph_task *t = &l->builder->graph->task[index];
    return task->acquires == LW_NO_RESOURCE && task->releases == LW_NO_RESOURCE && task->start_ps == 0 && task->submit_ps == 0 &&
           task->finish_ps == 0 && task->count == 1 && t->after_count <= 1 &&
           (t->after_count == 0 || t->after[0].distance > 0 || l->made[t->after[0].task].lasts == 1);
}

// The slot of a compute stream.
static lw_status slot_of_stream(lowering *l, uint32_t compute, uint32_t *out) {
    const lw_compute *stream = compute != LW_NO_COMPUTE ? &l->builder->graph->compute[compute] : NULL;
    if (stream != NULL && l->stream[compute] == LW_NO_RESOURCE) {
        const char *node = l->builder->machine->node[stream->node].name;
        const char *name = stream->stream == 0 ? lw_arena_print(l->builder->arena, "%s compute", node)
                                               : lw_arena_print(l->builder->arena, "%s compute %u", node, stream->stream);
        const lw_slots_info info = {.name = name, .use = "one after the other", .computes = true};
        LW_TRY(name == NULL ? LW_NO_MEMORY : lw_slots_new(l->builder, 1, &info, &l->stream[compute]));
    }
    *out = stream != NULL ? l->stream[compute] : LW_NO_RESOURCE;
    return LW_OK;
}

static lw_status lower_delay(lowering *l, uint32_t index, lw_task *task) {
    const lw_graph_task *t = &l->builder->graph->task[index];
    LW_TRY(slot_of_stream(l, t->holds, &task->acquires));
    LW_TRY(slot_of_stream(l, t->frees, &task->releases));
    made *out = &l->made[index];
    if (is_idle(l, index, task)) {
        *out = (made){.whole = true};
        if (t->after_count > 0 && t->after[0].distance == 0) {
            out->last = l->made[t->after[0].task].last;
            out->lasts = 1;
        }
        return LW_OK;
    }
    *out = (made){.entries = 1, .lasts = 1};
    LW_TRY(add_task(l, task, &out->entry));
    out->last = out->entry;
    return LW_OK;
}

// What the parts up to this one carry of so many units, all parts together.
static int64_t until_part(const lw_transfer *first, const lw_transfer *part, int64_t units) {
    double share = 0;
    for (const lw_transfer *p = first; p != part; p = p->next) {
        share += p->share;
    }
    return part->next == NULL ? units : llround((share + part->share) * (double)units);
}

static lw_status lower_batch(lowering *l, const lw_graph_task *whole, const lw_task *task) {
    lw_builder *builder = l->builder;
    lw_transfer *first = &builder->transfer[whole->move];
    lw_batch batch = {.task = whole, .move = &builder->graph->move[whole->move], .base = *task, .workload = &l->built[l->index]};
    int64_t done = 0;
    for (lw_transfer *part = first; part != NULL; part = part->next) {
        lw_graph_task bound = *whole;
        int64_t until = until_part(first, part, whole->count);
        batch.transfer = part;
        batch.count = until - done;
        batch.task = &bound;
        if (first->next != NULL && whole->outstanding != LW_AUTO) {
            bound.outstanding = llround(fmax(1, part->share * (double)whole->outstanding));
        }
        LW_TRY(batch.count > 0 ? lw_lower_batch(builder, &batch) : LW_OK);
        done = until;
    }
    return LW_OK;
}

// What the parts up to this one carry of so many bytes, in whole packets.
static int64_t bytes_until(const lw_transfer *first, const lw_transfer *part, int64_t bytes) {
    const int64_t packet_bytes = first->flow.packet_bytes;
    const int64_t packets = bytes / packet_bytes + (bytes % packet_bytes > 0);
    const int64_t until = until_part(first, part, packets) * packet_bytes;
    return until < bytes ? until : bytes;
}

// A transfer in parts: a task that starts them all, and one that ends when all have.
static lw_status lower_parts(lowering *l, const lw_task *whole, const lw_transfer *first, made *out) {
    lw_task open = *whole, part = *whole, close = *whole;
    open.flow = close.flow = LW_NO_FLOW;
    open.releases = close.acquires = part.acquires = part.releases = LW_NO_RESOURCE;
    close.start_ps = part.start_ps = 0;
    open.bytes = open.last_bytes = close.bytes = close.last_bytes = 0;
    open.finish_ps = open.last_finish_ps = close.submit_ps = part.submit_ps = part.finish_ps = part.last_finish_ps = 0;
    uint32_t number, opened;
    LW_TRY(add_task(l, &open, &opened));
    l->need.count = 0;
    LW_TRY(add_part(l, opened));
    LW_TRY(keep_needs(l, &part));
    int64_t done = 0, last_done = 0;
    uint32_t flow = whole->flow;
    for (const lw_transfer *p = first; p != NULL; p = p->next, flow++) {
        const int64_t until = bytes_until(first, p, whole->bytes), last_until = bytes_until(first, p, whole->last_bytes);
        part.flow = flow;
        part.bytes = until - done;
        part.last_bytes = last_until - last_done;
        LW_TRY(part.bytes > 0 || part.last_bytes > 0 ? add_task(l, &part, &number) : LW_OK);
        done = until;
        last_done = last_until;
    }
    l->need.count = 0;
    for (uint32_t t = opened; t < l->builder->task.count; t++) {
        LW_TRY(add_part(l, t));
    }
    LW_TRY(keep_needs(l, &close));
    *out = (made){.entry = opened, .entries = 1, .lasts = 1};
    return add_task(l, &close, &out->last);
}

static lw_status lower_transfer(lowering *l, uint32_t index, lw_task task) {
    lw_builder *builder = l->builder;
    const lw_graph_task *t = &builder->graph->task[index];
    const lw_move *move = &builder->graph->move[t->move];
    const lw_transfer *transfer = &builder->transfer[t->move];
    lw_graph_task whole = *t;
    made *out = &l->made[index];
    const uint32_t first = (uint32_t)builder->task.count;
    if (t->background) {
        LW_TRY(background_bytes(l, t, move, &whole.bytes));
        whole.last_bytes = whole.bytes;
    }
    if (t->count > 0) {
        task.gate = l->gate;
        LW_TRY(lower_batch(l, &whole, &task));
        const uint32_t count = (uint32_t)builder->task.count - first;
        *out = (made){.entry = first, .entries = count, .last = first, .lasts = count};
        return LW_OK;
    }
    LW_TRY(flow_of(l, t->move, &task.flow));
    if (move->holds_engine) {
        LW_TRY(lw_slots_of_engine(builder, move, transfer, &task.acquires));
        task.releases = task.acquires;
    }
    task.last_bytes = whole.last_bytes;
    task.bytes = task.inner > 1 ? whole.bytes : whole.last_bytes;
    if (transfer->next != NULL) {
        return lower_parts(l, &task, transfer, out);
    }
    *out = (made){.entry = first, .entries = 1, .last = first, .lasts = 1};
    return add_task(l, &task, &out->last);
}

static lw_status begin_run(const lowering *l, uint32_t member) {
    lw_list *runs = &l->built[l->index].run;
    if (runs->count > 0 && LW_LIST_ITEMS(runs, const lw_member_run)[runs->count - 1].member == member) {
        return LW_OK;
    }
    lw_member_run *added = LW_LIST_ADD(runs, lw_member_run, l->builder->arena);
    if (added == NULL) {
        return LW_NO_MEMORY;
    }
    *added = (lw_member_run){(uint32_t)l->builder->task.count, member};
    return LW_OK;
}

static lw_status lower_task(lowering *l, uint32_t index) {
    const lw_builder *builder = l->builder;
    const lw_graph_task *t = &builder->graph->task[index];
    assert(t->member < l->workload->members || t->member < l->workload->ranks);
    LW_TRY(begin_run(l, t->member));
    const lw_transfer *transfer = t->move != LW_NO_MOVE ? &builder->transfer[t->move] : NULL;
    lw_task task = {.flow = LW_NO_FLOW,
                    .acquires = LW_NO_RESOURCE,
                    .releases = LW_NO_RESOURCE,
                    .count = runs_within(l, index, LW_NO_LOOP),
                    .inner = runs_inside(l, index),
                    .start_ps = t->start_ps,
                    .submit_ps = t->submit_ps,
                    .finish_ps = t->finish_ps,
                    .sampled = transfer != NULL && (l->workload->times_each || transfer->flow.arrivals == LW_ARRIVALS_POISSON)};
    task.submit_ps += t->turn != LW_NO_MOVE ? builder->transfer[t->turn].guest_wait_ps : 0;
    task.submit_ps += transfer != NULL ? transfer->submit_ps : 0;
    task.finish_ps += transfer != NULL ? transfer->finish_ps : 0;
    task.last_finish_ps = task.finish_ps + t->last_finish_ps;
    task.finish_ps = task.inner > 1 ? task.finish_ps : task.last_finish_ps;
    return transfer == NULL ? lower_delay(l, index, &task) : lower_transfer(l, index, task);
}

// ---- Workloads ----

// One task that waits for all that the workload comes after, so that members need to wait for one
// only.
static lw_status make_gate(lowering *l) {
    const lw_graph_workload *workload = l->workload;
    lw_task gate = {.flow = LW_NO_FLOW,
                    .acquires = LW_NO_RESOURCE,
                    .releases = LW_NO_RESOURCE,
                    .gate = LW_NO_TASK,
                    .start_ps = workload->start_ps};
    l->gate = LW_NO_TASK;
    l->need.count = 0;
    for (size_t i = 0; i < workload->after_count; i++) {
        const lw_built_workload *other = &l->built[workload->after[i]];
        for (uint32_t t = 0; t < other->task_count; t++) {
            const uint32_t task = other->first_task + t;
            const lw_need need = lw_need_all(task, task_at(l, task), &gate);
            lw_need *slot = LW_LIST_ADD(&l->need, lw_need, l->builder->arena);
            if (slot == NULL) {
                return LW_NO_MEMORY;
            }
            *slot = need;
        }
    }
    if (l->need.count == 0 && workload->start_ps == 0) {
        return LW_OK;
    }
    LW_TRY(keep_needs(l, &gate));
    return lw_builder_add_task(l->builder, &gate, &l->gate);
}

static lw_status lower_workload(lowering *l) {
    lw_builder *builder = l->builder;
    const lw_graph_workload *workload = l->workload;
    lw_built_workload *built = &l->built[l->index];
    const size_t gate = builder->task.count;
    const uint32_t first = workload->first_task, end = first + workload->task_count;
    builder->object = workload->object;
    built->bytes = workload->bytes;
    LW_TRY(make_gate(l));
    built->first_task = (uint32_t)builder->task.count;
    builder->first_task = builder->task.count;
    for (uint32_t m = workload->first_move; m < workload->first_move + workload->move_count; m++) {
        LW_TRY(lw_transfer_make(builder, &builder->graph->move[m], &builder->transfer[m]));
    }
    for (uint32_t task = first; task < end; task++) {
        LW_TRY(lower_task(l, task));
    }
    for (uint32_t task = first; task < end; task++) {
        LW_TRY(find_needs(l, task));
    }
    built->task_count = (uint32_t)builder->task.count - built->first_task;
    LW_TRY(lw_failure_find(builder, l->built, workload, &built->failure));
    // a sketch shows what options would change if it ran
    if (lw_limit_failure(&built->failure) != NULL && !builder->how.sketch) {
        built->bytes = 0;
        lw_failure_silence(builder, gate);
    }
    return LW_OK;
}

lw_status lw_lower_beginning(lw_builder *builder) {
    const lw_graph *graph = builder->graph;
    for (size_t i = 0; i < graph->workload_count; i++) {
        const size_t index = graph->order[i];
        const lw_graph_workload *workload = &graph->workload[index];
        builder->object = workload->object;
        LW_TRY(workload->move_count > 0 ? lw_transfer_make(builder, &graph->move[workload->first_move], &builder->transfer[index])
                                        : LW_OK);
    }
    return LW_OK;
}

lw_status lw_lower_tasks(lw_builder *builder, lw_built_workload *workload) {
    const lw_graph *graph = builder->graph;
    lowering l = {.builder = builder,
                  .built = workload,
                  .made = LW_NEW_ARRAY(builder->arena, made, graph->task_count),
                  .flow = LW_NEW_ARRAY(builder->arena, uint32_t, graph->move_count),
                  .stream = LW_NEW_ARRAY(builder->arena, uint32_t, graph->compute_count)};
    if (l.made == NULL || l.flow == NULL || l.stream == NULL ||
        !LW_LIST_RESERVE(&builder->flow, lw_flow, graph->move_count, builder->arena) ||
        !LW_LIST_RESERVE(&builder->task, lw_task, graph->task_count, builder->arena)) {
        return LW_NO_MEMORY;
    }
    for (size_t m = 0; m < graph->move_count; m++) {
        l.flow[m] = LW_NO_FLOW;
    }
    for (size_t c = 0; c < graph->compute_count; c++) {
        l.stream[c] = LW_NO_RESOURCE;
    }
    for (size_t i = 0; i < graph->workload_count; i++) {
        l.index = graph->order[i];
        l.workload = &graph->workload[l.index];
        LW_TRY(lower_workload(&l));
    }
    return LW_OK;
}
