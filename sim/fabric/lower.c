// SPDX-License-Identifier: GPL-3.0-or-later
// Tasks of the graph -> tasks of the fabric: loops are unrolled, calls that cost nothing left out.
#include <assert.h>
#include <math.h>
#include <string.h>

#include "sim/fabric/builder.h"

enum { SKETCH_ITERATIONS = 3 };

// The tasks of the fabric that one run of a task of the graph has become; count 0: none.
typedef struct instance {
    uint32_t first;
    size_t count;
} instance;

typedef struct lowering {
    lw_builder *builder;
    lw_built_workload *built;  // all of them
    const lw_graph_workload *workload;
    uint32_t index;      // of the workload
    uint32_t member;     // members whose tasks have begun
    instance gate;       // what those of its tasks wait for that wait for nothing else
    size_t depth;        // runs of a task that are remembered
    instance *last;      // of each task of the graph: its latest runs, the newest first
    uint32_t *flow;      // of each move, LW_NO_FLOW: not yet
    int64_t *iteration;  // of each loop, where it is
    lw_list wait;        // uint32_t: scratch
} lowering;

// ---- Dependencies ----

// The innermost loop that holds both tasks.
static uint32_t common_loop(const lw_graph *graph, uint32_t a, uint32_t b) {
    for (uint32_t loop = graph->task[a].loop; loop != LW_NO_LOOP; loop = graph->loop[loop].around) {
        if (b >= graph->loop[loop].first && b < graph->loop[loop].end) {
            return loop;
        }
    }
    return LW_NO_LOOP;
}

// Is the task in the first iteration of every loop between it and `until`?
static bool is_first(const lowering *l, uint32_t task, uint32_t until) {
    const lw_graph *graph = l->builder->graph;
    for (uint32_t loop = graph->task[task].loop; loop != until; loop = graph->loop[loop].around) {
        if (l->iteration[loop] > 0) {
            return false;
        }
    }
    return true;
}

static instance run_of(const lowering *l, uint32_t task, lw_dependency on) {
    // What comes later in the program has not run yet in this iteration.
    size_t back = on.task < task ? on.distance : (size_t)on.distance - 1;
    assert(on.task < task || on.distance > 0);
    assert(back < l->depth);
    return l->last[on.task * l->depth + back];
}

static lw_status add_wait(lowering *l, instance on) {
    for (size_t i = 0; i < on.count; i++) {
        uint32_t *slot = LW_LIST_ADD(&l->wait, uint32_t, l->builder->arena);
        if (slot == NULL) {
            return LW_NO_MEMORY;
        }
        *slot = on.first + (uint32_t)i;
    }
    return LW_OK;
}

// What a task waits for, in l->wait.
static lw_status find_waits(lowering *l, uint32_t task) {
    const lw_graph *graph = l->builder->graph;
    const lw_graph_task *t = &graph->task[task];
    bool carried = false;  // it waits for an iteration before
    l->wait.count = 0;
    for (size_t i = 0; i < t->after_count; i++) {
        carried = carried || (t->after[i].distance > 0 && run_of(l, task, t->after[i]).count > 0);
    }
    for (size_t i = 0; i < t->after_count; i++) {
        bool outside = common_loop(graph, task, t->after[i].task) != t->loop;
        if (!outside || !carried || is_first(l, task, common_loop(graph, task, t->after[i].task))) {
            LW_TRY(add_wait(l, run_of(l, task, t->after[i])));
        }
    }
    return l->wait.count == 0 ? add_wait(l, l->gate) : LW_OK;
}

static void remember(lowering *l, uint32_t task, instance run) {
    instance *last = &l->last[task * l->depth];
    memmove(last + 1, last, (l->depth - 1) * sizeof *last);
    last[0] = run;
}

static lw_status keep_waits(const lowering *l, lw_task *task) {
    uint32_t *after = LW_NEW_ARRAY(l->builder->arena, uint32_t, l->wait.count);
    if (after == NULL) {
        return LW_NO_MEMORY;
    }
    if (l->wait.count > 0) {
        memcpy(after, l->wait.items, l->wait.count * sizeof *after);
    }
    task->after = after;
    task->after_count = l->wait.count;
    return LW_OK;
}

// ---- Tasks ----

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

static lw_status lower_delay(lowering *l, uint32_t index, lw_task task) {
    // A call that costs nothing leaves its successors what it waits for.
    if (task.submit_ps == 0 && task.finish_ps == 0 && l->wait.count <= 1) {
        bool waits = l->wait.count == 1;
        remember(l, index, (instance){waits ? LW_LIST_ITEMS(&l->wait, uint32_t)[0] : 0, waits ? 1 : 0});
        return LW_OK;
    }
    uint32_t number;
    LW_TRY(keep_waits(l, &task));
    LW_TRY(lw_builder_add_task(l->builder, &task, &number));
    remember(l, index, (instance){number, 1});
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

// A transfer in parts: a task that starts them all, and one that ends when all have.
static lw_status lower_parts(lowering *l, const lw_task *whole, const lw_transfer *first, uint32_t *last) {
    lw_builder *builder = l->builder;
    const int64_t packet_bytes = first->flow.packet_bytes;
    const int64_t packets = whole->bytes / packet_bytes + (whole->bytes % packet_bytes > 0);
    lw_task open = *whole, part = *whole, close = *whole;
    open.flow = close.flow = LW_NO_FLOW;
    open.releases = close.acquires = part.acquires = part.releases = LW_NO_RESOURCE;
    open.bytes = close.bytes = open.finish_ps = close.submit_ps = part.submit_ps = part.finish_ps = 0;
    uint32_t number, opened;
    LW_TRY(lw_builder_add_task(builder, &open, &opened));
    l->wait.count = 0;
    LW_TRY(add_wait(l, (instance){opened, 1}));
    LW_TRY(keep_waits(l, &part));
    int64_t done = 0;
    uint32_t flow = whole->flow;
    for (const lw_transfer *p = first; p != NULL; p = p->next, flow++) {
        int64_t until = until_part(first, p, packets) * packet_bytes;
        until = until < whole->bytes ? until : whole->bytes;
        part.flow = flow;
        part.bytes = until - done;
        LW_TRY(part.bytes > 0 ? lw_builder_add_task(builder, &part, &number) : LW_OK);
        done = until;
    }
    l->wait.count = 0;
    LW_TRY(add_wait(l, (instance){opened + 1, builder->task.count - opened - 1}));
    LW_TRY(add_wait(l, (instance){opened, 1}));
    LW_TRY(keep_waits(l, &close));
    return lw_builder_add_task(builder, &close, last);
}

static lw_status lower_transfer(lowering *l, uint32_t index, bool last, lw_task task) {
    lw_builder *builder = l->builder;
    const lw_graph_task *t = &builder->graph->task[index];
    const lw_move *move = &builder->graph->move[t->move];
    const lw_transfer *transfer = &builder->transfer[t->move];
    lw_graph_task whole = *t;
    uint32_t first = (uint32_t)builder->task.count;
    if (t->background) {
        LW_TRY(background_bytes(l, t, move, &whole.bytes));
        whole.last_bytes = whole.bytes;
    }
    LW_TRY(keep_waits(l, &task));
    if (t->count > 0) {
        LW_TRY(lower_batch(l, &whole, &task));
        remember(l, index, (instance){first, builder->task.count - first});
        return LW_OK;
    }
    LW_TRY(flow_of(l, t->move, &task.flow));
    if (move->holds_engine) {
        LW_TRY(lw_slots_of_engine(builder, move->executor, transfer, &task.acquires));
        task.releases = task.acquires;
    }
    task.bytes = last ? whole.last_bytes : whole.bytes;
    LW_TRY(transfer->next != NULL ? lower_parts(l, &task, transfer, &first) : lw_builder_add_task(builder, &task, &first));
    remember(l, index, (instance){first, 1});
    return LW_OK;
}

static void begin_members(lowering *l, uint32_t until) {
    for (; l->member < until; l->member++) {
        l->built[l->index].member_task[l->member] = (uint32_t)l->builder->task.count;
    }
}

static lw_status lower_task(lowering *l, uint32_t index, bool last) {
    const lw_builder *builder = l->builder;
    const lw_graph_task *t = &builder->graph->task[index];
    assert(t->member < l->workload->members);
    begin_members(l, t->member + 1);
    const lw_transfer *transfer = t->move != LW_NO_MOVE ? &builder->transfer[t->move] : NULL;
    lw_task task = {.flow = LW_NO_FLOW,
                    .acquires = LW_NO_RESOURCE,
                    .releases = LW_NO_RESOURCE,
                    .submit_ps = t->submit_ps,
                    .finish_ps = t->finish_ps};
    task.submit_ps += t->turn != LW_NO_MOVE ? builder->transfer[t->turn].guest_wait_ps : 0;
    task.finish_ps += last ? t->last_finish_ps : 0;
    LW_TRY(find_waits(l, index));
    if (transfer == NULL) {
        return lower_delay(l, index, task);
    }
    task.submit_ps += transfer->submit_ps;
    task.finish_ps += transfer->finish_ps;
    return lower_transfer(l, index, last, task);
}

// ---- Loops ----

static void forget(lowering *l, const lw_loop *loop) {
    memset(&l->last[loop->first * l->depth], 0, (loop->end - loop->first) * l->depth * sizeof *l->last);
}

// The outermost loop that starts at a task, inside of `around`; LW_NO_LOOP: none.
static uint32_t loop_at(const lw_graph *graph, uint32_t task, uint32_t around) {
    uint32_t loop = graph->task[task].loop;
    while (loop != around && graph->loop[loop].around != around) {
        loop = graph->loop[loop].around;
    }
    return loop != around ? loop : LW_NO_LOOP;
}

static lw_status lower_range(lowering *l, uint32_t first, uint32_t end, uint32_t around, bool last);

static lw_status lower_loop(lowering *l, uint32_t index) {
    const lw_loop *loop = &l->builder->graph->loop[index];
    int64_t count = l->builder->how.sketch && loop->count > SKETCH_ITERATIONS ? SKETCH_ITERATIONS : loop->count;
    forget(l, loop);
    for (int64_t i = 0; i < count; i++) {
        l->iteration[index] = i;
        LW_TRY(lower_range(l, loop->first, loop->end, index, i + 1 == count));
    }
    return LW_OK;
}

// NOLINTNEXTLINE(misc-no-recursion): as deep as loops nest
static lw_status lower_range(lowering *l, uint32_t first, uint32_t end, uint32_t around, bool last) {
    const lw_graph *graph = l->builder->graph;
    for (uint32_t task = first; task < end;) {
        uint32_t loop = loop_at(graph, task, around);
        if (loop != LW_NO_LOOP) {
            LW_TRY(lower_loop(l, loop));
            task = graph->loop[loop].end;
        } else {
            LW_TRY(lower_task(l, task, last));
            task++;
        }
    }
    return LW_OK;
}

// ---- Workloads ----

// One task that waits for all that the workload comes after, so that members need to wait for one
// only.
static lw_status make_gate(lowering *l) {
    const lw_graph_workload *workload = l->workload;
    lw_task gate = {.flow = LW_NO_FLOW, .acquires = LW_NO_RESOURCE, .releases = LW_NO_RESOURCE, .start_ps = workload->start_ps};
    l->gate = (instance){0, 0};
    l->wait.count = 0;
    for (size_t i = 0; i < workload->after_count; i++) {
        const lw_built_workload *other = &l->built[workload->after[i]];
        LW_TRY(add_wait(l, (instance){other->first_task, other->task_count}));
    }
    if (l->wait.count == 0 && workload->start_ps == 0) {
        return LW_OK;
    }
    LW_TRY(keep_waits(l, &gate));
    l->gate.count = 1;
    return lw_builder_add_task(l->builder, &gate, &l->gate.first);
}

static size_t depth_of(const lw_graph *graph) {
    size_t depth = 1;
    for (size_t t = 0; t < graph->task_count; t++) {
        for (size_t i = 0; i < graph->task[t].after_count; i++) {
            size_t distance = graph->task[t].after[i].distance;
            depth = distance + 1 > depth ? distance + 1 : depth;
        }
    }
    return depth;
}

lw_status lw_lower_tasks(lw_builder *builder, lw_built_workload *workload) {
    const lw_graph *graph = builder->graph;
    lowering l = {.builder = builder, .built = workload, .depth = depth_of(graph)};
    l.last = LW_NEW_ARRAY(builder->arena, instance, graph->task_count * l.depth);
    l.flow = LW_NEW_ARRAY(builder->arena, uint32_t, graph->move_count);
    l.iteration = LW_NEW_ARRAY(builder->arena, int64_t, graph->loop_count);
    if (l.last == NULL || l.flow == NULL || l.iteration == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t m = 0; m < graph->move_count; m++) {
        l.flow[m] = LW_NO_FLOW;
    }
    for (size_t i = 0; i < graph->workload_count; i++) {
        l.index = graph->order[i];
        l.workload = &graph->workload[l.index];
        builder->object = l.workload->object;
        lw_built_workload *built = &workload[l.index];
        built->bytes = l.workload->bytes;
        const size_t gate = builder->task.count;
        LW_TRY(make_gate(&l));
        built->member_task = LW_NEW_ARRAY(builder->arena, uint32_t, (size_t)l.workload->members + 1);
        if (built->member_task == NULL) {
            return LW_NO_MEMORY;
        }
        l.member = 0;
        built->first_task = (uint32_t)builder->task.count;
        builder->first_task = builder->task.count;
        for (uint32_t m = 0; m < l.workload->move_count; m++) {
            uint32_t move = l.workload->first_move + m;
            LW_TRY(lw_transfer_make(builder, &graph->move[move], &builder->transfer[move]));
        }
        LW_TRY(lower_range(&l, l.workload->first_task, l.workload->first_task + l.workload->task_count, LW_NO_LOOP, true));
        begin_members(&l, (uint32_t)l.workload->members + 1);
        built->task_count = (uint32_t)builder->task.count - built->first_task;
        LW_TRY(lw_failure_find(builder, workload, l.workload, &built->failure));
        // a sketch shows what options would change if it ran
        if (lw_limit_failure(&built->failure) != NULL && !builder->how.sketch) {
            built->bytes = 0;
            lw_failure_silence(builder, gate);
        }
    }
    return LW_OK;
}
