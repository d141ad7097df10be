// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/engine/packet/rounds.h"

#include <assert.h>
#include <string.h>

#include "sim/engine/packet/alone.h"
#include "sim/engine/packet/chain.h"
#include "sim/engine/packet/state.h"

enum { BETWEEN_CHECKS = 1 << 24 };  // instances

// Ends of the instances of a round, one a task: of the first rounds, and of the last ones in turn.
typedef struct kept {
    int64_t **row;         // heads, then turns; NULL: not needed yet
    int64_t heads, turns;  // rounds
} kept;

typedef struct rounds {
    const lw_fabric *fabric;
    lw_arena *arena;    // freed at the end
    lw_arena *results;  // what outlives it
    uint32_t tasks;
    int64_t count;     // rounds
    bool has_last;     // the last round is another
    bool meet;         // tasks pass the same servers, each as if alone
    uint32_t *first;   // of `on`, one more than tasks
    uint32_t *on;      // whom a task waits for beside itself: in the round before, or (SAME) in this one
    bool single;       // each waits for one, of the round before
    int64_t *took_ps;  // from ready to end
    lw_alone_classes alike;
    lw_alone *of[2];  // of any but the last, of the last
    kept kept;
    int64_t **mark, between;  // ends of each so many-th round, from which others are found again; NULL: nobody asks
    // From round `still` on all ends repeat, later by period_ps each; `ahead` of a task is how many of
    // its instances end no later than the last of that round, and `skipped` rounds are not executed.
    // still is -1 where they do not.
    int64_t still, period_ps, skipped;
    int64_t *ahead, most_ahead;
    int64_t *final;    // ends of the last round
    int64_t executed;  // rounds
    int64_t events;    // of those that were run alone
    lw_list loads;     // lw_task_load
} rounds;
#define SAME UINT32_C(0x80000000)

// ---- Which fabrics ----

static bool in_limits(int64_t value) {
    return value >= 0 && value <= LW_SPAN_MAX;
}

static bool suits_need(const lw_fabric *fabric, uint32_t task, const lw_need *need) {
    const int64_t count = lw_task_count(&fabric->task[task]);
    return need->own == 1 && need->other == 1 && need->window >= count && need->first == INT64_MAX && need->distance <= 1 &&
           (need->distance == 1 || need->task < task);
}

// Its instances come one after the other, and as often as those of the first task.
static bool suits_task(const lw_fabric *fabric, uint32_t index) {
    const lw_task *task = &fabric->task[index];
    const int64_t count = lw_task_count(&fabric->task[0]);
    bool suits = lw_task_count(task) == count && (task->inner <= 1 || task->inner == count) && task->gate == LW_NO_TASK &&
                 task->acquires == LW_NO_RESOURCE && task->releases == LW_NO_RESOURCE && !task->sampled &&
                 in_limits(task->start_ps) && in_limits(task->last_bytes) && in_limits(task->last_finish_ps);
    bool follows_itself = false;
    for (size_t n = 0; n < task->need_count && suits; n++) {
        suits = suits_need(fabric, index, &task->need[n]);
        follows_itself = follows_itself || task->need[n].task == index;
    }
    return suits && follows_itself;
}

// Does the last packet of an instance leave each server before the next instance comes there?
static bool leaves_gap(const lw_fabric *fabric, const lw_task *task, const lw_flow *flow) {
    int64_t gap_ps = task->submit_ps + (task->last_finish_ps < task->finish_ps ? task->last_finish_ps : task->finish_ps);
    bool paces = false;
    for (size_t h = 0; h < flow->data_count && gap_ps < 2; h++) {
        gap_ps += fabric->server[flow->data[h].server].latency_ps;
    }
    for (size_t h = 0; h < flow->data_count; h++) {
        paces = paces || flow->data[h].paces;
    }
    return gap_ps >= 2 && !paces;
}

// *shared: a server is passed by two.
static bool suits_flow(const lw_fabric *fabric, const lw_task *task, uint32_t *users, bool *shared) {
    const lw_flow *flow = &fabric->flow[task->flow];
    bool suits = flow->kind == LW_FLOW_WRITE && flow->arrivals == LW_ARRIVALS_BACKLOG && leaves_gap(fabric, task, flow);
    for (size_t h = 0; h < flow->data_count && suits; h++) {
        const uint32_t server = flow->data[h].server;
        suits = lw_costs_time_alone(&fabric->server[server]);
        *shared = *shared || ++users[server] > 1;
    }
    return suits;
}

// Servers that two pass must be such that each passes them as if alone.
static lw_status look_apart(const lw_fabric *fabric, const uint32_t *users, lw_arena *arena, bool *suits) {
    lw_fraction *pace = LW_NEW_ARRAY(arena, lw_fraction, fabric->server_count);
    for (size_t s = 0; pace != NULL && s < fabric->server_count; s++) {
        pace[s] = lw_server_pace(&fabric->server[s]);
    }
    const bool *apart = pace != NULL ? lw_find_apart(fabric, pace, arena) : NULL;
    for (size_t s = 0; apart != NULL && s < fabric->server_count; s++) {
        *suits = *suits && (users[s] < 2 || apart[s]);
    }
    return apart != NULL ? LW_OK : LW_NO_MEMORY;
}

static lw_status look_at(const lw_fabric *fabric, lw_arena *arena, bool *suits, bool *shared) {
    const int64_t count = fabric->task_count > 0 ? lw_task_count(&fabric->task[0]) : 0;
    *shared = false;
    *suits = count > 1 && fabric->task_count < SAME && count <= LW_SPAN_MAX / (int64_t)fabric->task_count;
    for (uint32_t t = 0; t < fabric->task_count && *suits; t++) {
        *suits = suits_task(fabric, t);
    }
    uint32_t *users = *suits ? LW_NEW_ARRAY(arena, uint32_t, fabric->server_count) : NULL;
    if (*suits && users == NULL) {
        return LW_NO_MEMORY;
    }
    for (uint32_t t = 0; t < fabric->task_count && *suits; t++) {
        *suits = fabric->task[t].flow == LW_NO_FLOW || suits_flow(fabric, &fabric->task[t], users, shared);
    }
    for (size_t s = 0; s < fabric->server_count && *suits; s++) {
        *suits = lw_server_fits(&fabric->server[s]);
    }
    return *suits && *shared ? look_apart(fabric, users, arena, suits) : LW_OK;
}

// ---- Who waits for whom ----

static lw_status list_needs(rounds *r) {
    size_t needs = 0;
    for (uint32_t t = 0; t < r->tasks; t++) {
        needs += r->fabric->task[t].need_count;
    }
    r->first = LW_NEW_ARRAY(r->arena, uint32_t, r->tasks + (size_t)1);
    r->on = LW_NEW_ARRAY(r->arena, uint32_t, needs);
    if (r->first == NULL || r->on == NULL) {
        return LW_NO_MEMORY;
    }
    r->single = true;
    for (uint32_t t = 0, at = 0; t < r->tasks; t++) {
        const lw_task *task = &r->fabric->task[t];
        for (size_t n = 0; n < task->need_count; n++) {
            const lw_need *need = &task->need[n];
            if (need->task != t) {
                r->on[at++] = need->task | (need->distance == 0 ? SAME : 0);
                r->single = r->single && need->distance == 1;
            }
        }
        r->first[t + 1] = at;
        r->single = r->single && at == t + 1;
    }
    return LW_OK;
}

static void make_head(rounds *r, const lw_fabric *fabric) {
    r->fabric = fabric;
    r->tasks = (uint32_t)fabric->task_count;
    r->count = lw_task_count(&fabric->task[0]);
    r->still = -1;
    for (uint32_t t = 0; t < r->tasks; t++) {
        const lw_task *task = &fabric->task[t];
        const bool other = task->last_bytes != task->bytes || task->last_finish_ps != task->finish_ps;
        r->has_last = r->has_last || (task->inner > 1 && other);
    }
}

// ---- One instance of each ----

static const lw_flow *flow_of(const rounds *r, uint32_t task) {
    const uint32_t flow = r->fabric->task[task].flow;
    return flow != LW_NO_FLOW ? &r->fabric->flow[flow] : NULL;
}

static const lw_alone *alone_of(const rounds *r, bool last, uint32_t task) {
    return &r->of[last && r->has_last][r->alike.class[task]];
}

static lw_status run_alone(rounds *r, const lw_engine_how *how) {
    LW_TRY(lw_alone_classes_find(r->fabric, r->meet, r->arena, &r->alike));
    for (int last = 0; last <= r->has_last; last++) {
        const lw_alone_what what = {r->fabric, &r->alike, r->meet, last == 1};
        r->of[last] = LW_NEW_ARRAY(r->arena, lw_alone, r->alike.count);
        LW_TRY(r->of[last] != NULL ? lw_alone_run(&what, how, r->arena, r->of[last], &r->events) : LW_NO_MEMORY);
    }
    return LW_OK;
}

// ---- The recurrence ----

static void step(const rounds *r, const int64_t *restrict before, int64_t *restrict now) {
    for (uint32_t t = 0; t < r->tasks; t++) {
        int64_t ready_ps = before[t];
        for (uint32_t n = r->first[t]; n < r->first[t + 1]; n++) {
            const int64_t end_ps = (r->on[n] & SAME) != 0 ? now[r->on[n] & ~SAME] : before[r->on[n]];
            ready_ps = end_ps > ready_ps ? end_ps : ready_ps;
        }
        now[t] = ready_ps + r->took_ps[t];
    }
}

static void step_single(const rounds *r, const int64_t *restrict before, int64_t *restrict now) {
    const uint32_t *on = r->on;
    const int64_t *took_ps = r->took_ps;
    for (uint32_t t = 0; t < r->tasks; t++) {
        const int64_t own_ps = before[t], other_ps = before[on[t]];
        now[t] = (own_ps > other_ps ? own_ps : other_ps) + took_ps[t];
    }
}

// Nobody waits for a round before.
static void step_first(const rounds *r, int64_t *now) {
    for (uint32_t t = 0; t < r->tasks; t++) {
        int64_t ready_ps = lw_task_ready_ps(&r->fabric->task[t], 0);
        for (uint32_t n = r->first[t]; n < r->first[t + 1]; n++) {
            const int64_t end_ps = (r->on[n] & SAME) != 0 ? now[r->on[n] & ~SAME] : 0;
            ready_ps = end_ps > ready_ps ? end_ps : ready_ps;
        }
        now[t] = ready_ps + r->took_ps[t];
    }
}

// Of what a round takes, and whether that is the same for all; the first that differs is looked at
// before the others next time.
static bool is_still(const rounds *r, const int64_t *before, const int64_t *now, uint32_t *witness) {
    const int64_t period_ps = now[0] - before[0];
    if (now[*witness] - before[*witness] != period_ps) {
        return false;
    }
    for (uint32_t t = 1; t < r->tasks; t++) {
        if (now[t] - before[t] != period_ps) {
            *witness = t;
            return false;
        }
    }
    return period_ps > 0;
}

static int64_t latest(const rounds *r, const int64_t *ends) {
    int64_t most_ps = 0;
    for (uint32_t t = 0; t < r->tasks; t++) {
        most_ps = ends[t] > most_ps ? ends[t] : most_ps;
    }
    return most_ps;
}

static int64_t **place_of(const rounds *r, int64_t round) {
    const kept *k = &r->kept;
    return &k->row[round < k->heads ? round : k->heads + round % k->turns];
}

static int64_t *row_of(const rounds *r, int64_t round) {
    return *place_of(r, round);
}

// The row of a round that comes; NULL when out of memory.
static int64_t *new_row(const rounds *r, int64_t round) {
    int64_t **row = place_of(r, round);
    *row = *row != NULL ? *row : LW_NEW_ARRAY(r->arena, int64_t, r->tasks);
    return *row;
}

// As many rounds as a record can hold are kept, at both ends, beside what add_beside_gap and the last
// round make.
static lw_status make_room(rounds *r, const lw_engine_record *record) {
    lw_arena *arena = r->arena;
    enum { BESIDE = 3 };
    const int64_t fit = record != NULL ? (int64_t)record->most / r->tasks - BESIDE : 0, heads = fit / 2 > 1 ? fit / 2 : 1;
    r->kept = (kept){.heads = heads < r->count ? heads : r->count, .turns = fit - heads > 2 ? fit - heads : 2};
    r->kept.turns = r->kept.turns < r->count ? r->kept.turns : r->count;
    r->kept.row = LW_NEW_ARRAY(arena, int64_t *, (size_t)(r->kept.heads + r->kept.turns));
    r->final = LW_NEW_ARRAY(arena, int64_t, r->tasks);
    r->ahead = LW_NEW_ARRAY(arena, int64_t, r->tasks);
    r->took_ps = LW_NEW_ARRAY(arena, int64_t, r->tasks);
    const bool made = r->kept.row != NULL && r->final != NULL && r->ahead != NULL && r->took_ps != NULL;
    return made ? LW_OK : LW_NO_MEMORY;
}

// Rounds between two that are marked: the way back through them is found by some steps for each, and
// all marks together are some MB.
static int64_t between_marks(const rounds *r) {
    enum { LEAST = 512, MARKS_BYTES = 1 << 24 };
    const lw_int128 all = (lw_int128)r->count * r->tasks * (int64_t)sizeof(int64_t) / MARKS_BYTES + 1;
    return all > LEAST ? (int64_t)all : LEAST;
}

static bool loses_rounds(const rounds *r, const lw_engine_record *record) {
    return record != NULL && record->path != NULL && r->single && r->count > r->kept.heads + r->kept.turns;
}

static lw_status make_marks(rounds *r, const lw_engine_record *record) {
    if (!loses_rounds(r, record)) {
        return LW_OK;
    }
    r->between = between_marks(r);
    r->mark = LW_NEW_ARRAY(r->arena, int64_t *, (size_t)(r->count / r->between + 1));
    return r->mark != NULL ? LW_OK : LW_NO_MEMORY;
}

static lw_status mark_round(const rounds *r, int64_t round, const int64_t *ends) {
    if (r->mark == NULL || round % r->between != 0) {
        return LW_OK;
    }
    int64_t *copy = LW_NEW_ARRAY(r->arena, int64_t, r->tasks);
    if (copy == NULL) {
        return LW_NO_MEMORY;
    }
    memcpy(copy, ends, r->tasks * sizeof *copy);
    r->mark[round / r->between] = copy;
    return LW_OK;
}

// The last round that is like those before.
static int64_t last_alike(const rounds *r) {
    return r->count - 1 - (r->has_last ? 1 : 0);
}

// Ends of this round are still: skip all but one of those to come, if it is worth it and what a record
// shows stays whole.
static bool skip(rounds *r, const lw_engine_record *record, int64_t round) {
    const int64_t *ends = row_of(r, round), *before = row_of(r, round - 1);
    const int64_t latest_ps = latest(r, ends);
    r->period_ps = ends[0] - before[0];
    r->most_ahead = 0;
    for (uint32_t t = 0; t < r->tasks; t++) {
        r->ahead[t] = (latest_ps - ends[t]) / r->period_ps;
        r->most_ahead = r->ahead[t] > r->most_ahead ? r->ahead[t] : r->most_ahead;
    }
    r->skipped = last_alike(r) - round - r->most_ahead - 1;
    if (r->skipped < 1 || (record != NULL && r->most_ahead > r->kept.heads)) {
        return false;
    }
    r->still = round;
    return true;
}

static void tell_share(const rounds *r, const lw_engine_watch *watch, int64_t round) {
    if (watch != NULL) {
        watch->tell((double)round / (double)r->count, watch->user);
    }
}

// Up to the last round, or to where ends are still.
static lw_status go_round(rounds *r, const lw_engine_how *how) {
    assert(r->tasks > 0);  // no other fabric suits
    const int64_t end = last_alike(r) + 1, between = BETWEEN_CHECKS / r->tasks + 1;
    uint32_t witness = 0;
    int64_t *before, *now = new_row(r, 0);
    if (now == NULL) {
        return LW_NO_MEMORY;
    }
    step_first(r, now);
    for (int64_t i = 1; i < end; i++) {
        before = now;
        now = new_row(r, i);
        if (now == NULL) {
            return LW_NO_MEMORY;
        }
        if (r->single) {
            step_single(r, before, now);
        } else {
            step(r, before, now);
        }
        r->executed++;
        LW_TRY(mark_round(r, i, now));
        if (is_still(r, before, now, &witness) && skip(r, how->record, i)) {
            return LW_OK;
        }
        if (i % between == 0) {
            if (how->stop != NULL && *how->stop != 0) {
                return LW_INTERRUPTED;
            }
            tell_share(r, how->watch, i);
        }
    }
    return LW_OK;
}

// Ends of the last round, from those of the last alike.
static void finish(rounds *r) {
    const int64_t executed = r->still >= 0 ? r->still : last_alike(r);
    int64_t *ends = row_of(r, executed);
    const int64_t later_ps = (last_alike(r) - executed) * r->period_ps;
    if (!r->has_last) {
        for (uint32_t t = 0; t < r->tasks; t++) {
            r->final[t] = ends[t] + later_ps;
        }
        return;
    }
    for (uint32_t t = 0; t < r->tasks; t++) {
        r->took_ps[t] = alone_of(r, true, t)->result.end_ps;
    }
    (r->single ? step_single : step)(r, ends, r->final);
    for (uint32_t t = 0; t < r->tasks; t++) {
        r->final[t] += later_ps;
    }
}

// ---- The record ----

typedef struct ended {
    int64_t end_ps, instance;
    uint32_t task;
    int64_t after;  // instances of the task that are told before it
} ended;

static bool ends_before(const ended *a, const ended *b) {
    return a->end_ps != b->end_ps ? a->end_ps < b->end_ps : a->task < b->task;
}

// What is told of the instances of each task, which end in this order: the first rounds that were executed
// and the last ones, then those beside what is skipped, then another last one.
typedef struct telling {
    const rounds *r;
    int64_t heads, tails, lost;  // of the rounds that were executed
    int64_t beside, all;         // instances of a task
} telling;

static telling tell_what(const rounds *r) {
    const int64_t executed = (r->still >= 0 ? r->still : last_alike(r)) + 1;
    telling t = {.r = r, .heads = r->kept.heads < executed ? r->kept.heads : executed};
    t.tails = executed - t.heads < r->kept.turns ? executed - t.heads : r->kept.turns;
    t.lost = executed - t.heads - t.tails;
    t.beside = r->still >= 0 ? r->most_ahead + 1 : 0;
    t.all = t.heads + t.tails + t.beside + r->has_last;
    return t;
}

// Instances alike behind round `still` are those that end with it, and those that end behind what is skipped.
static ended told_at(const telling *t, uint32_t task, int64_t after) {
    const rounds *r = t->r;
    const int64_t beside = after - t->heads - t->tails + 1;
    if (beside < 1) {
        const int64_t round = after + (after < t->heads ? 0 : t->lost);
        return (ended){row_of(r, round)[task], round, task, after};
    }
    if (beside > t->beside) {
        return (ended){r->final[task], r->count - 1, task, after};
    }
    const int64_t round = beside + (beside > r->ahead[task] ? r->skipped : 0);
    return (ended){row_of(r, r->still)[task] + round * r->period_ps, r->still + round, task, after};
}

// The first of a heap becomes another, which ends later.
static void sift_down(ended *heap, size_t count, size_t at, ended one) {
    for (size_t child; (child = 2 * at + 1) < count; at = child) {
        child += child + 1 < count && ends_before(&heap[child + 1], &heap[child]);
        if (!ends_before(&heap[child], &one)) {
            break;
        }
        heap[at] = heap[child];
    }
    heap[at] = one;
}

static void tell_span(const rounds *r, void (*tell)(const lw_engine_span *, void *), const ended *one, void *user) {
    const bool last = r->has_last && one->instance == r->count - 1;
    lw_engine_span span = alone_of(r, last, one->task)->span;
    const lw_flow *flow = flow_of(r, one->task);
    const int64_t later_ps = one->end_ps - span.end_ps;
    span.task = one->task;
    span.instance = one->instance;
    span.busiest = flow != NULL && span.busiest != LW_NO_SERVER ? flow->data[span.busiest].server : LW_NO_SERVER;
    span.ready_ps += later_ps;
    span.start_ps += later_ps;
    span.first_ps += later_ps;
    span.delivered_ps += later_ps;
    span.end_ps = one->end_ps;
    tell(&span, user);
}

static lw_status tell_gap(const rounds *r, const lw_engine_record *record) {
    int64_t *instances = LW_NEW_ARRAY(r->arena, int64_t, r->tasks);
    for (uint32_t t = 0; instances != NULL && t < r->tasks; t++) {
        instances[t] = r->skipped;
    }
    const int64_t from_ps = latest(r, row_of(r, r->still));
    const lw_engine_gap gap = {from_ps, from_ps + r->skipped * r->period_ps, r->period_ps, instances};
    if (instances != NULL) {
        record->gap(&gap, record->user);
    }
    return instances != NULL ? LW_OK : LW_NO_MEMORY;
}

// On the way back from the last end, the task of that round; where it would take too long to find, none.
static uint32_t path_at(const rounds *r, const lw_chain *chain, int64_t round) {
    enum { STEPS_MOST = 1 << 22 };
    uint32_t task = 0;
    for (uint32_t t = 1; t < r->tasks; t++) {
        task = r->final[t] >= r->final[task] ? t : task;
    }
    int64_t at = r->count - 1;
    for (int64_t step = 0; at > round; step++) {
        // behind the one from which on all repeat each is as that one
        const int64_t *before = row_of(r, r->still >= 0 && at - 1 > r->still ? r->still : at - 1);
        const uint32_t next = lw_chain_step(chain, before, task);
        at = next == task && at - 1 > r->still && r->still > round ? r->still : at - 1;
        if (step == STEPS_MOST) {
            return LW_NO_TASK;
        }
        task = next;
    }
    return task;
}

// The tasks of that way in the rounds from `from` up to `end`, where it is `task`.
static lw_status find_path(const rounds *r, const lw_chain *chain, int64_t from, int64_t end, uint32_t task, uint32_t *out) {
    while (end > from) {
        int64_t first = (end - 1) / r->between * r->between;
        first = first > from ? first : from;
        const int64_t *ends = first == from ? row_of(r, from) : r->mark[first / r->between];
        LW_TRY(lw_chain_back(chain, ends, (size_t)(end - first), task, &out[first - from]));
        task = out[first - from];
        end = first;
    }
    return LW_OK;
}

// Of the rounds that are lost, from `from` up to `end`: those that the last end waited for.
static lw_status tell_path(const rounds *r, const lw_engine_record *record, int64_t from, int64_t end) {
    for (uint32_t t = 0; t < r->tasks; t++) {
        r->took_ps[t] = alone_of(r, false, t)->result.end_ps;  // the last round may have been another
    }
    const lw_chain chain = {r->on, r->took_ps};
    const uint32_t task = path_at(r, &chain, end);
    const int64_t before = from - 1;
    if (task == LW_NO_TASK || end - before > (int64_t)record->most) {
        return LW_OK;
    }
    uint32_t *path = LW_NEW_ARRAY(r->arena, uint32_t, (size_t)(end - before));
    if (path == NULL) {
        return LW_NO_MEMORY;
    }
    LW_TRY(find_path(r, &chain, before, end, task, path));
    ended one = {.end_ps = row_of(r, before)[path[0]]};
    for (int64_t i = from; i < end; i++) {
        one.task = path[i - before];
        one.instance = i;
        one.end_ps += r->took_ps[one.task];
        tell_span(r, record->path, &one, record->user);
    }
    return LW_OK;
}

static int64_t earliest(const rounds *r, const int64_t *ends) {
    int64_t least_ps = ends[0];
    for (uint32_t t = 1; t < r->tasks; t++) {
        least_ps = ends[t] < least_ps ? ends[t] : least_ps;
    }
    return least_ps;
}

// In the order of their ends: of each task the next one waits in a heap.
static lw_status tell_all(const telling *t, const lw_engine_record *record) {
    const rounds *r = t->r;
    const int64_t gap_ps = r->still >= 0 ? latest(r, row_of(r, r->still)) : INT64_MAX;
    ended *heap = LW_NEW_ARRAY(r->arena, ended, r->tasks);
    if (heap == NULL) {
        return LW_NO_MEMORY;
    }
    size_t count = r->tasks;
    for (uint32_t task = 0; task < r->tasks; task++) {
        heap[task] = told_at(t, task, 0);
    }
    for (size_t i = count / 2; i-- > 0;) {
        sift_down(heap, count, i, heap[i]);
    }
    for (bool before_gap = true; count > 0;) {
        const ended one = heap[0];
        if (before_gap && one.end_ps > gap_ps) {
            LW_TRY(tell_gap(r, record));
            before_gap = false;
        }
        tell_span(r, record->span, &one, record->user);
        const bool more = one.after + 1 < t->all;
        count -= more ? 0 : 1;
        sift_down(heap, count, 0, more ? told_at(t, one.task, one.after + 1) : heap[count]);
    }
    return LW_OK;
}

// Of all rounds the first and the last that were executed; between them they are lost.
static lw_status tell(const rounds *r, const lw_engine_record *record) {
    const telling t = tell_what(r);
    const int64_t end = t.heads + t.lost;
    if (t.lost > 0) {
        record->lost(t.lost * r->tasks, earliest(r, row_of(r, t.heads - 1)), latest(r, row_of(r, end)), record->user);
    }
    LW_TRY(tell_all(&t, record));
    return t.lost > 0 && r->mark != NULL ? tell_path(r, record, t.heads, end) : LW_OK;
}

// ---- Results ----

static int64_t times_of(const rounds *r, int last) {
    return last == 1 ? r->count - 1 - last_alike(r) : last_alike(r) + 1;
}

// What passed a server of a task: of one instance as often as it ran, and of the last.
static void finish_server(const rounds *r, uint32_t task, size_t hop, lw_engine_result *out) {
    const uint32_t server = flow_of(r, task)->data[hop].server;
    const lw_server *of = &r->fabric->server[server];
    lw_server_result *to = &out->server[server];
    *to = (lw_server_result){0};
    for (int last = 0; last <= r->has_last; last++) {
        const lw_server_result *each = &alone_of(r, last == 1, task)->served[hop];
        to->packets += times_of(r, last) * each->packets;
        to->wire_bytes += times_of(r, last) * each->wire_bytes;
        to->payload_bytes += times_of(r, last) * each->payload_bytes;
    }
    to->busy_ps = lw_server_busy_ps(lw_server_pace(of), of->packet_ps, 0, to);
}

// What one instance alone gave becomes what all of them gave.
static void finish_task(rounds *r, uint32_t task, lw_engine_result *out) {
    lw_task_result *to = &out->task[task];
    const lw_task_result *one = &alone_of(r, false, task)->result, *last = &alone_of(r, true, task)->result;
    const lw_flow *flow = flow_of(r, task);
    const size_t hops = flow != NULL ? flow->data_count : 0;
    const int64_t first_ps = row_of(r, 0)[task] - one->end_ps, last_ps = r->final[task] - last->end_ps;
    *to = *one;
    to->ready_ps = to->start_ps = first_ps;
    to->end_ps = r->final[task];
    if (flow == NULL) {
        return;
    }
    to->first_ps += first_ps;
    to->watched_ps += first_ps;
    to->delivered_ps = last_ps + last->delivered_ps;
    to->packets = 0;
    to->phase_ps = to->wait_ps = 0;
    for (int of = 0; of <= r->has_last; of++) {
        const lw_task_result *each = of == 0 ? one : last;
        to->packets += times_of(r, of) * each->packets;
        to->phase_ps += times_of(r, of) * each->phase_ps;
        to->wait_ps += times_of(r, of) * each->wait_ps;
    }
    lw_task_load *load = LW_LIST_ITEMS(&r->loads, lw_task_load) + r->loads.count;
    for (size_t h = 0; h < hops; h++) {
        const int64_t other_ps = r->has_last ? times_of(r, 1) * last->load[h].busy_ps : 0;
        load[h] = (lw_task_load){flow->data[h].server, times_of(r, 0) * one->load[h].busy_ps + other_ps};
        finish_server(r, task, h, out);
    }
    r->loads.count += hops;
    to->load = load;
    out->packets += to->packets;
    out->packet_hops += to->packets * (int64_t)hops;
    lw_find_busiest(to, hops);
}

static lw_status results(rounds *r, lw_engine_result *out) {
    size_t hops = 0;
    for (uint32_t t = 0; t < r->tasks; t++) {
        hops += flow_of(r, t) != NULL ? flow_of(r, t)->data_count : 0;
    }
    *out = (lw_engine_result){.engine = out->engine,
                              .task = LW_NEW_ARRAY(r->results, lw_task_result, r->tasks),
                              .server = LW_NEW_ARRAY(r->results, lw_server_result, r->fabric->server_count),
                              .held_ps = LW_NEW_ARRAY(r->results, lw_int128, r->fabric->resource_count),
                              .end_ps = latest(r, r->final),
                              .events = r->events + r->executed,
                              .jumps = r->still >= 0 ? 1 : 0};
    if (out->task == NULL || out->server == NULL || out->held_ps == NULL ||
        !LW_LIST_RESERVE(&r->loads, lw_task_load, hops, r->results)) {
        return LW_NO_MEMORY;
    }
    for (uint32_t t = 0; t < r->tasks; t++) {
        finish_task(r, t, out);
    }
    return LW_OK;
}

// ---- All together ----

// Can all ends, and all that passes a server, be counted?
static bool counts(const rounds *r) {
    lw_int128 sum_ps = 0, most_bytes = 0;
    for (uint32_t t = 0; t < r->tasks; t++) {
        const int64_t one_ps = alone_of(r, false, t)->result.end_ps, last_ps = alone_of(r, true, t)->result.end_ps;
        sum_ps += one_ps > last_ps ? one_ps : last_ps;
    }
    for (int of = 0; of <= r->has_last; of++) {
        for (uint32_t c = 0; c < r->alike.count; c++) {
            const lw_flow *flow = flow_of(r, r->alike.first[c]);
            for (size_t h = 0; flow != NULL && h < flow->data_count; h++) {
                const int64_t bytes = r->of[of][c].served[h].wire_bytes;
                most_bytes = bytes > most_bytes ? bytes : most_bytes;
            }
        }
    }
    return sum_ps * r->count < LW_SPAN_MAX && most_bytes * r->count < LW_SPAN_MAX;
}

static lw_status go_all(rounds *r, const lw_engine_how *how, lw_engine_result *out) {
    LW_TRY(list_needs(r));
    LW_TRY(make_room(r, how->record));
    LW_TRY(make_marks(r, how->record));
    for (uint32_t t = 0; t < r->tasks; t++) {
        r->took_ps[t] = alone_of(r, false, t)->result.end_ps;
    }
    LW_TRY(go_round(r, how));
    finish(r);
    LW_TRY(how->record != NULL ? tell(r, how->record) : LW_OK);
    return results(r, out);
}

static lw_status run_rounds(rounds *r, const lw_fabric *fabric, const lw_engine_how *how, lw_engine_result *out, bool *ran) {
    LW_TRY(look_at(fabric, r->arena, ran, &r->meet));
    if (!*ran) {
        return LW_OK;
    }
    make_head(r, fabric);
    LW_TRY(run_alone(r, how));
    *ran = counts(r);
    return *ran ? go_all(r, how, out) : LW_OK;
}

lw_status lw_rounds_run(const lw_fabric *fabric, const lw_engine_how *how, lw_arena *arena, lw_engine_result *out, bool *ran) {
    rounds r = {.arena = lw_arena_new(), .results = arena};
    const lw_status status = r.arena != NULL ? run_rounds(&r, fabric, how, out, ran) : LW_NO_MEMORY;
    lw_arena_free(r.arena);
    return status;
}
