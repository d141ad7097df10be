// SPDX-License-Identifier: GPL-3.0-or-later
// The walk goes from the end of an instance to the end of the one that it waited for, and sums up
// in between what the time went to. Where it comes into iterations that were jumped it walks the
// period that they repeat; as soon as it comes back to the same place of it, what it summed up since
// then is taken as many times as there are periods left.
#include "sim/fabric/critical_path.h"

#include <stdlib.h>
#include <string.h>

#include "sim/fabric/attribution.h"

enum { STEPS_MOST = 1 << 22, BY_BRENT = 2 };

// What time goes to: servers, resources, delays of workloads, and these.
typedef enum cause {
    BY_WINDOW,
    BY_CREDITS,
    BY_WRITES,
    BY_PACE,
    BY_LATENCY,
    BY_LAUNCH,
    BY_COMPLETION,
    BY_START,
    BY_UNKNOWN,
    CAUSES
} cause;

typedef struct walk {
    const lw_built *built;
    const lw_recording *recording;
    const lw_point *point;
    uint32_t *workload;                                // of each task
    uint32_t last;                                     // the workload that ended last
    int64_t *sum_ps;                                   // by what it went to
    size_t sums, resources, computes, delays, causes;  // of sum_ps: where those begin
    bool *on_path;
    lw_moment at;
    int64_t now_ps;  // what is later has been summed up
    // A task that waits for a slot until then, and what has the slot is walked over: what its own
    // route has no part in goes to the slots.
    uint32_t waiter, slots;
    int64_t since_ps;

    lw_moment mark;  // an earlier place of the walk
    int64_t mark_ps, mark_since_ps, *mark_sum_ps;
    uint32_t mark_waiter;
    bool marked;
    int64_t steps, power;
} walk;

static const lw_engine_span *span_at(const walk *w) {
    const lw_recording *recording = w->recording;
    const size_t told = recording->span.count;
    return w->at.span < told ? &LW_LIST_ITEMS(&recording->span, const lw_engine_span)[w->at.span]
                             : &LW_LIST_ITEMS(&recording->path, const lw_engine_span)[w->at.span - told];
}

static const lw_task *task_at(const walk *w) {
    return &w->built->fabric.task[span_at(w)->task];
}

static bool passes(const lw_hop *hop, size_t count, size_t server) {
    for (size_t i = 0; i < count; i++) {
        if (hop[i].server == server) {
            return true;
        }
    }
    return false;
}

// The same time while a task waits for a slot.
static size_t while_waiting(const walk *w, size_t to) {
    const lw_fabric *fabric = &w->built->fabric;
    const lw_task *waiter = &fabric->task[w->waiter];
    const lw_flow *flow = waiter->flow != LW_NO_FLOW ? &fabric->flow[waiter->flow] : NULL;
    const bool is_own = to < fabric->server_count && (flow == NULL || passes(flow->data, flow->data_count, to) ||
                                                      passes(flow->request, flow->request_count, to));
    return is_own || w->built->slots[w->slots].name == NULL ? to : w->resources + w->slots;
}

// Goes back in time: what lies between from_ps and where the walk is goes to that.
static void spend(walk *w, size_t to, int64_t from_ps) {
    if (w->waiter != LW_NO_TASK && w->now_ps > w->since_ps) {
        const int64_t until_ps = from_ps > w->since_ps ? from_ps : w->since_ps;
        w->sum_ps[while_waiting(w, to)] += w->now_ps > until_ps ? w->now_ps - until_ps : 0;
        w->now_ps = w->now_ps > until_ps ? until_ps : w->now_ps;
    }
    if (w->now_ps > from_ps) {
        w->sum_ps[to] += w->now_ps - from_ps;
        w->now_ps = from_ps;
    }
}

// ---- One instance ----

// What it is called where limits are named, too.
static size_t name_of_server(const walk *w, const lw_engine_span *span) {
    return lw_server_to_name(w->built, &w->built->workload[w->workload[span->task]], span->busiest);
}

// What holds its packets up while nothing on its route is busy.
static cause cause_of_idle(const walk *w, const lw_engine_span *span, int64_t idle_ps) {
    const lw_flow *flow = &w->built->fabric.flow[task_at(w)->flow];
    const lw_limit_kind limit = w->point->workload[w->workload[span->task]].limit.kind;
    if (flow->arrivals != LW_ARRIVALS_BACKLOG) {
        return BY_PACE;
    }
    if (flow->kind == LW_FLOW_READ && flow->tags != LW_TAGS_INFINITE && span->stall_ps > idle_ps / 2) {
        return BY_WINDOW;
    }
    return limit == LW_LIMITED_BY_CREDITS ? BY_CREDITS : limit == LW_LIMITED_BY_WRITE_WINDOW ? BY_WRITES : BY_LATENCY;
}

static void spend_moving(walk *w, const lw_engine_span *span) {
    const int64_t first_ps = span->first_ps + w->at.later_ps;
    const int64_t idle_ps = span->delivered_ps - span->first_ps - span->busy_ps;
    if (span->busiest != LW_NO_SERVER) {
        spend(w, name_of_server(w, span), first_ps + idle_ps);
    }
    spend(w, w->causes + cause_of_idle(w, span, idle_ps), first_ps);
}

// A compute keeps its stream busy. Another delay is a call of work that pays for its calls; else the
// work itself takes that long.
static size_t cause_of_delay(const walk *w, uint32_t task) {
    const uint32_t workload = w->workload[task], stream = w->built->fabric.task[task].acquires;
    if (stream != LW_NO_RESOURCE && w->built->slots[stream].computes) {
        return w->computes + stream;
    }
    return workload == UINT32_MAX || w->built->graph->workload[workload].cost.calls > 0 ? w->causes + BY_LAUNCH
                                                                                        : w->delays + workload;
}

// From its end back to its start.
static void spend_instance(walk *w) {
    const lw_engine_span *span = span_at(w);
    const int64_t later_ps = w->at.later_ps;
    if (task_at(w)->flow == LW_NO_FLOW) {
        spend(w, cause_of_delay(w, span->task), span->start_ps + later_ps);
        return;
    }
    spend(w, w->causes + BY_COMPLETION, span->delivered_ps + later_ps);
    spend_moving(w, span);
    spend(w, w->causes + BY_LAUNCH, span->start_ps + later_ps);
}

// ---- From one to the other ----

static bool releases_slot(const void *user, const lw_engine_span *span) {
    const walk *w = user;
    return w->built->fabric.task[span->task].releases == task_at(w)->acquires;
}

// Whose spans the record has for a task.
static uint32_t told_for(const walk *w, uint32_t task) {
    const uint32_t *alike = w->recording->alike;
    return alike != NULL && task != LW_NO_TASK ? alike[task] : task;
}

static bool is_needed(const void *user, const lw_engine_span *span) {
    const walk *w = user;
    const lw_task *task = task_at(w);
    bool needed = told_for(w, task->gate) == span->task;
    for (size_t n = 0; n < task->need_count && !needed; n++) {
        needed = told_for(w, task->need[n].task) == span->task;
    }
    return needed;
}

static bool is_last(const void *user, const lw_engine_span *span) {
    const walk *w = user;
    return w->workload[span->task] == w->last;
}

static bool is_any(const void *user, const lw_engine_span *span) {
    (void)user;
    (void)span;
    return true;
}

static bool go_to(walk *w, bool (*suits)(const void *, const lw_engine_span *)) {
    lw_moment found;
    const lw_lookup lookup = {.at_ps = w->now_ps, .before = &w->at, .suits = suits, .user = w};
    if (!lw_recording_find(w->recording, &lookup, &found)) {
        return false;
    }
    w->at = found;
    return true;
}

// False: the walk is at its beginning.
static bool go_back(walk *w) {
    const lw_engine_span *span = span_at(w);
    const int64_t ready_ps = span->ready_ps + w->at.later_ps;
    if (ready_ps < w->now_ps) {
        const lw_task *task = task_at(w);
        w->waiter = span->task;
        w->slots = task->acquires;
        w->since_ps = ready_ps;
        if (go_to(w, releases_slot)) {
            return true;
        }
        spend(w, w->resources + w->slots, ready_ps);
    }
    if (task_at(w)->gate != LW_NO_TASK) {
        spend(w, w->causes + BY_START, ready_ps - task_at(w)->start_ps);
    }
    if (w->now_ps <= 0 || go_to(w, is_needed)) {
        return w->now_ps > 0;
    }
    // behind what is lost the walk goes on with what ended there
    const lw_recording *recording = w->recording;
    if (recording->lost > 0 && w->now_ps > recording->lost_from_ps) {
        spend(w, w->causes + BY_UNKNOWN, recording->lost_from_ps);
        return w->now_ps > 0 && go_to(w, is_any);
    }
    spend(w, w->causes + (task_at(w)->start_ps == ready_ps ? BY_START : BY_UNKNOWN), 0);
    return false;
}

// ---- Repetitions ----

// Where two places differ in the periods of one gap alone: which; SIZE_MAX: they are not alike.
static size_t repeats_in(const walk *w) {
    size_t differs = SIZE_MAX;
    if (!w->marked || w->at.span != w->mark.span || w->at.depth != w->mark.depth || w->waiter != w->mark_waiter ||
        (w->waiter != LW_NO_TASK && w->since_ps - w->now_ps != w->mark_since_ps - w->mark_ps)) {
        return SIZE_MAX;
    }
    for (size_t d = 0; d < w->at.depth; d++) {
        if (w->at.in[d].gap != w->mark.in[d].gap) {
            return SIZE_MAX;
        }
        if (w->at.in[d].periods != w->mark.in[d].periods) {
            if (differs != SIZE_MAX || w->at.in[d].periods > w->mark.in[d].periods) {
                return SIZE_MAX;
            }
            differs = d;
        }
    }
    return differs;
}

static void jump(walk *w, size_t depth) {
    const lw_recorded_gap *gap = &LW_LIST_ITEMS(&w->recording->gap, const lw_recorded_gap)[w->at.in[depth].gap];
    const int64_t periods = w->mark.in[depth].periods - w->at.in[depth].periods;
    const int64_t times = (w->at.in[depth].periods - 1) / periods;
    const int64_t earlier_ps = times * periods * gap->period_ps;
    for (size_t i = 0; i < w->sums; i++) {
        w->sum_ps[i] += times * (w->sum_ps[i] - w->mark_sum_ps[i]);
    }
    w->at.in[depth].periods -= times * periods;
    w->at.later_ps -= earlier_ps;
    w->now_ps -= earlier_ps;
    w->since_ps -= earlier_ps;
    w->marked = false;
}

static void look_for_repetition(walk *w) {
    if (w->at.depth == 0) {
        return;
    }
    const size_t depth = repeats_in(w);
    if (depth != SIZE_MAX) {
        jump(w, depth);
    }
    if (!w->marked || w->steps >= w->power) {
        w->mark = w->at;
        w->mark_ps = w->now_ps;
        w->mark_since_ps = w->since_ps;
        w->mark_waiter = w->waiter;
        memcpy(w->mark_sum_ps, w->sum_ps, w->sums * sizeof *w->sum_ps);
        w->power = w->marked ? BY_BRENT * w->power : 1;
        w->marked = true;
        w->steps = 0;
    }
    w->steps++;
}

// ---- The whole ----

static void walk_back(walk *w) {
    for (int64_t step = 0; step < STEPS_MOST; step++) {
        if (w->waiter != LW_NO_TASK && w->now_ps <= w->since_ps) {
            w->waiter = LW_NO_TASK;
        }
        look_for_repetition(w);
        if (w->on_path != NULL && w->at.depth == 0 && w->at.span < w->recording->span.count) {
            w->on_path[w->at.span] = true;
        }
        spend_instance(w);
        if (!go_back(w)) {
            return;
        }
    }
    spend(w, w->causes + BY_UNKNOWN, 0);
}

static lw_critical_part part_of(const walk *w, size_t to) {
    static const lw_critical_kind kinds[CAUSES] = {
        [BY_WINDOW] = LW_PATH_WINDOW, [BY_CREDITS] = LW_PATH_CREDITS,       [BY_WRITES] = LW_PATH_WRITES,
        [BY_PACE] = LW_PATH_PACE,     [BY_LATENCY] = LW_PATH_LATENCY,       [BY_LAUNCH] = LW_PATH_LAUNCH,
        [BY_START] = LW_PATH_START,   [BY_COMPLETION] = LW_PATH_COMPLETION, [BY_UNKNOWN] = LW_PATH_UNKNOWN};
    lw_critical_part part = {.time_ps = w->sum_ps[to]};
    if (to < w->resources) {
        const lw_server_info *info = &w->built->server[to];
        part.kind = info->link != LW_NO_LINK ? LW_PATH_LINK : LW_PATH_NODE;
        part.name = info->name;
        part.direction = info->link != LW_NO_LINK ? info->direction : NULL;
    } else if (to >= w->computes && to < w->delays) {
        part.kind = LW_PATH_NODE;
        part.name = w->built->slots[to - w->computes].name;
    } else if (to < w->computes) {
        part.kind = LW_PATH_SLOTS;
        part.name = w->built->slots[to - w->resources].name;
    } else if (to < w->causes) {
        part.kind = LW_PATH_DELAY;
        part.name = w->built->graph->workload[to - w->delays].object->name;
    } else {
        part.kind = kinds[to - w->causes];
    }
    // a bound that a workload set itself, and whose transfers the record has not
    part.kind = part.kind == LW_PATH_SLOTS && part.name == NULL ? LW_PATH_UNKNOWN : part.kind;
    return part;
}

static bool is_same(const char *a, const char *b) {
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static int by_time(const void *left, const void *right) {
    const lw_critical_part *a = left, *b = right;
    return (a->time_ps < b->time_ps) - (a->time_ps > b->time_ps);
}

// Segments of a link, and engines that read and write, have one name.
static lw_status gather(const walk *w, lw_arena *arena, lw_critical *path) {
    lw_list parts = {0};
    for (size_t to = 0; to < w->sums; to++) {
        const lw_critical_part part = part_of(w, to);
        lw_critical_part *known = LW_LIST_ITEMS(&parts, lw_critical_part), *same = NULL;
        for (size_t i = 0; i < parts.count && part.time_ps > 0; i++) {
            const bool alike =
                known[i].kind == part.kind && is_same(known[i].name, part.name) && is_same(known[i].direction, part.direction);
            same = alike ? &known[i] : same;
        }
        if (same != NULL) {
            same->time_ps += part.time_ps;
        } else if (part.time_ps > 0) {
            lw_critical_part *slot = LW_LIST_ADD(&parts, lw_critical_part, arena);
            if (slot == NULL) {
                return LW_NO_MEMORY;
            }
            *slot = part;
        }
    }
    path->part = LW_LIST_ITEMS(&parts, lw_critical_part);
    path->count = parts.count;
    if (parts.count > 0) {
        qsort(path->part, path->count, sizeof *path->part, by_time);
    }
    return LW_OK;
}

uint32_t *lw_workload_of_task(const lw_built *built, lw_arena *arena) {
    const size_t tasks = built->fabric.task_count;
    uint32_t *of = LW_NEW_ARRAY(arena, uint32_t, tasks);
    if (of == NULL) {
        return NULL;
    }
    for (size_t t = 0; t < tasks; t++) {
        of[t] = UINT32_MAX;
    }
    for (size_t i = 0; i < built->graph->workload_count; i++) {
        for (uint32_t t = 0; t < built->workload[i].task_count; t++) {
            of[built->workload[i].first_task + t] = (uint32_t)i;
        }
    }
    return of;
}

static lw_status begin(const lw_built *built, const lw_recording *recording, lw_arena *arena, walk *w) {
    const lw_fabric *fabric = &built->fabric;
    *w = (walk){.built = built, .recording = recording, .waiter = LW_NO_TASK};
    w->resources = fabric->server_count;
    w->computes = w->resources + fabric->resource_count;
    w->delays = w->computes + fabric->resource_count;
    w->causes = w->delays + built->graph->workload_count;
    w->sums = w->causes + CAUSES;
    w->workload = lw_workload_of_task(built, arena);
    w->sum_ps = LW_NEW_ARRAY(arena, int64_t, w->sums);
    w->mark_sum_ps = LW_NEW_ARRAY(arena, int64_t, w->sums);
    if (w->workload == NULL || w->sum_ps == NULL || w->mark_sum_ps == NULL) {
        return LW_NO_MEMORY;
    }
    return LW_OK;
}

static int64_t tasks_of(const lw_recording *recording) {
    const lw_skipped *skipped = LW_LIST_ITEMS(&recording->skipped, const lw_skipped);
    int64_t tasks = (int64_t)recording->span.count + recording->lost;
    for (size_t i = 0; i < recording->skipped.count; i++) {
        tasks += skipped[i].instances;
    }
    return tasks;
}

lw_status lw_critical_path_find(const lw_built *built, const lw_recording *recording, lw_arena *arena, bool *on_path,
                                lw_point *point) {
    point->path = (lw_critical){0};
    if (point->last >= point->workload_count || lw_limit_failure(&point->workload[point->last].limit) != NULL ||
        recording->span.count == 0) {
        return LW_OK;
    }
    walk w;
    LW_TRY(begin(built, recording, arena, &w));
    w.on_path = on_path;
    w.point = point;
    w.now_ps = point->workload[point->last].end_ps;
    w.last = (uint32_t)point->last;
    const lw_lookup lookup = {.at_ps = w.now_ps, .suits = is_last, .user = &w};
    if (!lw_recording_find(recording, &lookup, &w.at)) {
        return LW_OK;
    }
    walk_back(&w);
    point->path.end_ps = point->workload[point->last].end_ps;
    point->path.tasks = tasks_of(recording);
    return gather(&w, arena, &point->path);
}
