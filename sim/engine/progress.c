// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/engine/progress.h"

#include <assert.h>
#include <string.h>

// ---- What has ended ----

static bool is_marked(const lw_progress_task *task, int64_t instance) {
    uint64_t bit = (uint64_t)instance & (uint64_t)(task->marks - 1);
    return (task->mark[bit / 64] >> bit % 64 & 1) != 0;
}

static void toggle(const lw_progress_task *task, int64_t instance) {
    uint64_t bit = (uint64_t)instance & (uint64_t)(task->marks - 1);
    task->mark[bit / 64] ^= UINT64_C(1) << bit % 64;
}

static bool has_ended(const lw_progress_task *task, int64_t instance) {
    return instance < task->prefix || (task->beyond > 0 && instance < task->prefix + task->marks && is_marked(task, instance));
}

bool lw_progress_has_ended(const lw_progress *progress, uint32_t task, int64_t instance) {
    return has_ended(&progress->task[task], instance);
}

// All from `first` up to and without `end`?
static bool have_ended(const lw_progress_task *task, int64_t first, int64_t end) {
    if (task->prefix >= end) {
        return true;
    }
    int64_t i = first > task->prefix ? first : task->prefix;
    if (task->beyond < end - i) {
        return false;
    }
    while (i < end && has_ended(task, i)) {
        i++;
    }
    return i == end;
}

static bool make_room(lw_progress_task *task, int64_t instance) {
    int64_t marks = task->marks > 0 ? task->marks : 64;
    while (instance - task->prefix >= marks) {
        marks *= 2;
    }
    if (marks == task->marks) {
        return true;
    }
    lw_progress_task grown = *task;
    grown.marks = marks;
    grown.mark = lw_memory_resize_block(NULL, (size_t)marks / 8);
    if (grown.mark == NULL) {
        return false;
    }
    memset(grown.mark, 0, (size_t)marks / 8);
    for (int64_t i = task->prefix; task->beyond > 0 && i < task->prefix + task->marks; i++) {
        if (is_marked(task, i)) {
            toggle(&grown, i);
        }
    }
    (void)lw_memory_resize_block(task->mark, 0);
    *task = grown;
    return true;
}

static bool mark(lw_progress_task *task, int64_t instance) {
    assert(!has_ended(task, instance));
    if (instance > task->prefix) {
        if (!make_room(task, instance)) {
            return false;
        }
        toggle(task, instance);
        task->beyond++;
        return true;
    }
    task->prefix++;
    while (task->beyond > 0 && is_marked(task, task->prefix)) {
        toggle(task, task->prefix);
        task->beyond--;
        task->prefix++;
    }
    return true;
}

// ---- What is ready ----

static int64_t inner_of(const lw_task *task) {
    return task->inner > 1 ? task->inner : 1;
}

static bool applies(const lw_task *task, const lw_need *need, int64_t instance) {
    return instance % inner_of(task) < need->first &&
           (need->distance == 0 || instance / need->own % need->window >= need->distance);
}

static bool is_met(const lw_progress *progress, const lw_need *need, int64_t instance) {
    int64_t first = (instance / need->own - need->distance) * need->other;
    return have_ended(&progress->task[need->task], first, first + need->other);
}

// Needs that hold go on holding, so that an instance that is looked at again is looked at from the
// one that it lacked.
static bool is_ready(const lw_progress *progress, uint32_t index, int64_t instance) {
    const lw_task *task = &progress->fabric->task[index];
    lw_progress_task *state = &progress->task[index];
    for (size_t n = state->hint_of == instance ? state->hint : 0; n < task->need_count; n++) {
        const lw_need *need = &task->need[n];
        if (applies(task, need, instance) && !is_met(progress, need, instance)) {
            state->hint_of = instance;
            state->hint = n;
            return false;
        }
    }
    return true;
}

static bool needs_nothing(const lw_task *task, int64_t instance) {
    for (size_t n = 0; n < task->need_count; n++) {
        if (applies(task, &task->need[n], instance)) {
            return false;
        }
    }
    return true;
}

static void tell(const lw_progress *progress, uint32_t index, int64_t instance) {
    lw_progress_task *task = &progress->task[index];
    task->highest = instance >= task->highest ? instance + 1 : task->highest;
    progress->ready(progress->user, index, instance);
}

// All instances of a task that need nothing, without looking at each of a long loop.
static void tell_free(const lw_progress *progress, uint32_t index) {
    const lw_task *task = &progress->fabric->task[index];
    const int64_t count = lw_task_count(task);
    int64_t step = count, some = count;  // in each step only the first some may be free
    for (size_t n = 0; n < task->need_count; n++) {
        const lw_need *need = &task->need[n];
        if (need->first == INT64_MAX && need->distance <= need->window && need->own * need->distance < some) {
            step = need->own * need->window;
            some = need->own * need->distance;
        }
    }
    for (int64_t i = 0; some > 0 && i < count; i += step) {
        for (int64_t k = i; k < i + some && k < count; k++) {
            if (needs_nothing(task, k)) {
                tell(progress, index, k);
            }
        }
    }
}

// Does an earlier need of the instance wait for the one that has ended, so that it was looked at?
static bool was_told(const lw_task *task, size_t until, int64_t instance, int64_t ended) {
    for (size_t n = 0; n < until; n++) {
        const lw_need *need = &task->need[n];
        const int64_t first = (instance / need->own - need->distance) * need->other;
        if (need->task == task->need[until].task && applies(task, need, instance) && first <= ended &&
            ended < first + need->other) {
            return true;
        }
    }
    return false;
}

// An instance that this need waits for has ended.
static void look_at(const lw_progress *progress, lw_progress_edge edge, int64_t ended) {
    const lw_task *task = &progress->fabric->task[edge.task];
    const lw_need *need = &task->need[edge.need];
    const int64_t inner = inner_of(task), iteration = ended / need->other, count = lw_task_count(task);
    if (!have_ended(&progress->task[need->task], iteration * need->other, (iteration + 1) * need->other)) {
        return;
    }
    const int64_t first = (iteration + need->distance) * need->own, end = first + need->own;
    for (int64_t i = first; i < end && i < count; i++) {
        if (i % inner >= need->first) {
            i += inner - i % inner - 1;  // to the end of the run
        } else if (applies(task, need, i) && !was_told(task, edge.need, i, ended) && is_ready(progress, edge.task, i)) {
            tell(progress, edge.task, i);
        }
    }
}

void lw_progress_skip(lw_progress *progress, uint32_t index, int64_t instances) {
    lw_progress_task *task = &progress->task[index];
    // Marks lie in a ring: turned by a number of its places that is no whole round.
    const int64_t turn = task->marks > 0 ? instances & (task->marks - 1) : 0;
    if (task->beyond > 0 && turn != 0) {
        uint64_t *old = task->mark;
        lw_progress_task turned = *task;
        turned.mark = lw_memory_resize_block(NULL, (size_t)task->marks / 8);
        if (turned.mark == NULL) {
            progress->failed = true;
            return;
        }
        memset(turned.mark, 0, (size_t)task->marks / 8);
        for (int64_t i = task->prefix; i < task->prefix + task->marks; i++) {
            if (is_marked(task, i)) {
                toggle(&turned, i + turn);
            }
        }
        *task = turned;
        (void)lw_memory_resize_block(old, 0);
    }
    task->prefix += instances;
    task->highest += instances;
    progress->left -= instances;
}

void lw_progress_begin(lw_progress *progress) {
    for (uint32_t t = 0; t < progress->fabric->task_count; t++) {
        if (progress->fabric->task[t].gate == LW_NO_TASK) {
            tell_free(progress, t);
        }
    }
}

void lw_progress_end(lw_progress *progress, uint32_t task, int64_t instance) {
    if (!mark(&progress->task[task], instance)) {
        progress->failed = true;
        return;
    }
    progress->left--;
    for (size_t e = progress->first_edge[task]; e < progress->first_edge[task + 1]; e++) {
        if (progress->edge[e].need != LW_GATE) {
            look_at(progress, progress->edge[e], instance);
        } else if (progress->task[task].prefix == progress->task[task].count) {
            tell_free(progress, progress->edge[e].task);
        }
    }
}

// ---- Side by side ----

enum { SEARCH_MOST = 256, LEVELS_MOST = 16 };

// A search for a cycle of needs through a task: the fewest iterations of a loop that lie between
// one of its instances and all those of an earlier iteration, for which it waits directly or
// through others. What is waited for of each task found has `span` instances in an iteration of
// that loop; whole: it is all of them, else the one of the same place.
typedef struct found {
    uint32_t task;
    int64_t span, distance;
    bool whole;
} found;

typedef struct cycle_search {
    found at[SEARCH_MOST];
    size_t count;
} cycle_search;

static void reach(cycle_search *s, found at) {
    for (size_t i = 0; i < s->count; i++) {
        if (s->at[i].task == at.task && s->at[i].whole == at.whole) {
            return;  // first found, seldom the nearest: a bound that is not the least is one still
        }
    }
    if (s->count < SEARCH_MOST) {
        s->at[s->count++] = at;
    }
}

// Does it hold for each instance in a run of the innermost loop?
static bool is_of_all(const lw_task *task, const lw_need *need) {
    return need->first >= inner_of(task);
}

// Do those instances for which a need does not hold wait for one for which it does?
static bool is_handed_on(uint32_t index, const lw_task *task, const lw_need *need) {
    bool chained = is_of_all(task, need);
    for (size_t n = 0; n < task->need_count; n++) {
        chained = chained || (task->need[n].task == index && task->need[n].own == 1 && task->need[n].distance == need->first);
    }
    return chained;
}

// What a need leads to from a task found; false: nothing that is sure.
static bool follow(const lw_task *task, const found *from, const lw_need *need, found *to) {
    if (need->own > from->span || from->span % need->own != 0) {
        return false;  // of a loop further out
    }
    *to = (found){need->task, need->other * (from->span / need->own), from->distance, from->whole};
    if (need->own < from->span) {
        return need->distance == 0 && is_of_all(task, need);  // else the first of a loop inside do not wait
    }
    to->distance += need->distance;
    to->whole = true;
    return from->whole || is_handed_on(from->task, task, need);
}

// INT64_MAX: none was found.
static int64_t shortest_cycle(const lw_progress *progress, uint32_t start, int64_t span) {
    cycle_search s;  // not cleared: most searches find few
    s.at[0] = (found){start, span, 0, span == 1};
    s.count = 1;
    int64_t best = INT64_MAX;
    for (size_t i = 0; i < s.count; i++) {
        const found from = s.at[i];
        const lw_task *task = &progress->fabric->task[from.task];
        for (size_t n = 0; n < task->need_count; n++) {
            found to;
            if (!follow(task, &from, &task->need[n], &to)) {
                continue;
            }
            if (to.task == start && to.span == span && to.distance > 0 && to.whole) {
                best = to.distance < best ? to.distance : best;
            } else if (to.task != start && to.distance < best) {
                reach(&s, to);
            }
        }
    }
    return best;
}

static size_t add_level(int64_t *level, size_t count, int64_t size) {
    size_t at = 0;
    while (at < count && level[at] < size) {
        at++;
    }
    if (count == LEVELS_MOST || (at < count && level[at] == size)) {
        return count;
    }
    for (size_t i = count; i > at; i--) {
        level[i] = level[i - 1];
    }
    level[at] = size;
    return count + 1;
}

int64_t lw_progress_side_by_side(const lw_progress *progress, uint32_t index) {
    const lw_fabric *fabric = progress->fabric;
    const lw_task *task = &fabric->task[index];
    const int64_t count = lw_task_count(task);
    int64_t level[LEVELS_MOST], most = 1;  // instances in an iteration of each loop around it, the innermost first
    size_t levels = add_level(level, 0, 1);
    levels = add_level(level, levels, count);
    levels = add_level(level, levels, inner_of(task));
    for (size_t n = 0; n < task->need_count; n++) {
        const lw_need *need = &task->need[n];
        levels = need->distance > 0 ? add_level(level, levels, need->own) : levels;
        levels = need->distance > 0 ? add_level(level, levels, need->own * need->window) : levels;
    }
    for (size_t l = 0; l + 1 < levels; l++) {
        int64_t cycle = shortest_cycle(progress, index, level[l]), whole = (level[l + 1] - 1) / level[l] + 1;
        most *= cycle < whole ? cycle : whole;
    }
    if (task->acquires != LW_NO_RESOURCE && task->releases == task->acquires && fabric->resource_slots[task->acquires] < most) {
        most = fabric->resource_slots[task->acquires];
    }
    return most > 0 ? most : 1;
}

// ---- Making ----

static bool makes_sense(const lw_fabric *fabric, const lw_task *task) {
    const int64_t count = lw_task_count(task);
    bool sound = (task->gate == LW_NO_TASK || task->gate < fabric->task_count) && count % inner_of(task) == 0;
    for (size_t n = 0; n < task->need_count; n++) {
        const lw_need *need = &task->need[n];
        sound = sound && need->task < fabric->task_count && need->own >= 1 && need->other >= 1 && need->window >= 1 &&
                count % need->own == 0 && lw_task_count(&fabric->task[need->task]) % need->other == 0;
    }
    return sound;
}

// Who waits for each task, as one array of groups.
static lw_status make_edges(lw_progress *progress, lw_arena *arena) {
    const lw_fabric *fabric = progress->fabric;
    size_t *first = LW_NEW_ARRAY(arena, size_t, fabric->task_count + 2);
    if (first == NULL) {
        return LW_NO_MEMORY;
    }
    size_t edges = 0;
    for (size_t t = 0; t < fabric->task_count; t++) {
        const lw_task *task = &fabric->task[t];
        if (!makes_sense(fabric, task)) {
            return LW_INTERNAL;
        }
        for (size_t n = 0; n < task->need_count; n++) {
            first[task->need[n].task + 2]++;
        }
        edges += task->need_count + (task->gate != LW_NO_TASK ? 1 : 0);
        first[task->gate != LW_NO_TASK ? task->gate + 2 : 0]++;
    }
    first[0] = 0;
    lw_progress_edge *edge = LW_NEW_ARRAY(arena, lw_progress_edge, edges);
    if (edge == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t t = 2; t < fabric->task_count + 2; t++) {
        first[t] += first[t - 1];
    }
    for (uint32_t t = 0; t < fabric->task_count; t++) {
        const lw_task *task = &fabric->task[t];
        for (uint32_t n = 0; n < task->need_count; n++) {
            edge[first[task->need[n].task + 1]++] = (lw_progress_edge){t, n};
        }
        if (task->gate != LW_NO_TASK) {
            edge[first[task->gate + 1]++] = (lw_progress_edge){t, LW_GATE};
        }
    }
    progress->edge = edge;
    progress->first_edge = first;
    return LW_OK;
}

lw_status lw_progress_make(const lw_fabric *fabric, lw_arena *arena, lw_progress *out) {
    const int64_t most = INT64_C(1) << 62;
    *out = (lw_progress){.fabric = fabric, .task = LW_NEW_ARRAY(arena, lw_progress_task, fabric->task_count)};
    if (out->task == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t t = 0; t < fabric->task_count; t++) {
        out->task[t].count = lw_task_count(&fabric->task[t]);
        out->task[t].hint_of = -1;
        if (out->task[t].count > most - out->left) {
            return LW_LIMIT;
        }
        out->left += out->task[t].count;
    }
    return make_edges(out, arena);
}

void lw_progress_free(lw_progress *progress) {
    for (size_t t = 0; progress->task != NULL && t < progress->fabric->task_count; t++) {
        (void)lw_memory_resize_block(progress->task[t].mark, 0);
    }
}
