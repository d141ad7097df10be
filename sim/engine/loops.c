// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/engine/loops.h"

#include "sim/engine/path.h"

enum { LEVELS_MOST = 16 };  // sizes of the loops around a task

typedef struct levels {
    int64_t size[LEVELS_MOST];
    size_t count;
    bool full;
    int64_t margin;  // instances at the beginning and the end of a loop that are not like the others
} levels;

static void add_level(levels *l, int64_t size) {
    for (size_t i = 0; i < l->count; i++) {
        if (l->size[i] == size) {
            return;
        }
    }
    if (l->count == LEVELS_MOST) {
        l->full = true;
        return;
    }
    l->size[l->count++] = size;
}

// span: instances of the task in an iteration of the loop that the need is about.
static void add_need(levels *l, const lw_need *need, int64_t span) {
    const int64_t margin = span * need->distance;
    add_level(l, span);
    add_level(l, need->distance > 0 ? span * need->window : span);
    l->margin = margin > l->margin ? margin : l->margin;
}

static levels levels_of(const lw_progress *progress, uint32_t index) {
    const lw_task *task = &progress->fabric->task[index];
    levels l = {.margin = 0};
    add_level(&l, lw_task_count(task));
    add_level(&l, task->inner > 1 ? task->inner : 1);
    for (size_t n = 0; n < task->need_count; n++) {
        const lw_need *need = &task->need[n];
        add_need(&l, need, need->own);
        l.margin = need->first != INT64_MAX && need->first > l.margin ? need->first : l.margin;
    }
    for (size_t e = progress->first_edge[index]; e < progress->first_edge[index + 1]; e++) {
        if (progress->edge[e].need != LW_GATE) {
            const lw_need *need = &progress->fabric->task[progress->edge[e].task].need[progress->edge[e].need];
            add_need(&l, need, need->other);
        }
    }
    return l;
}

// Periods until the task comes near the end of a loop around it; 0 where it was near the beginning of
// one, too. Loops that each period has gone round whole do not matter.
static int64_t loop_periods(const lw_progress *progress, uint32_t task, int64_t begin) {
    const int64_t step = progress->task[task].prefix - begin, highest = progress->task[task].highest;
    const levels l = levels_of(progress, task);
    int64_t periods = l.full ? 0 : INT64_MAX;
    for (size_t i = 0; i < l.count && periods > 0; i++) {
        const int64_t size = l.size[i];
        if (step % size == 0) {
            continue;
        }
        const int64_t end = begin - begin % size + size;
        const int64_t room = end - 1 - l.margin - highest;
        const int64_t fit = begin % size >= l.margin && room > 0 ? room / step : 0;
        periods = fit < periods ? fit : periods;
    }
    return periods;
}

// Periods until the task may catch up with one that it waits for, which does not go on as fast; 0
// where its next instance waits for one that goes on faster, other than for the end of a loop. Of
// those that it waits for what had ended when the period began is enough, so that nothing hangs on
// what comes later.
static int64_t need_periods(const lw_progress *progress, uint32_t task, const int64_t *begin) {
    const lw_task *of = &progress->fabric->task[task];
    const int64_t step = progress->task[task].prefix - begin[task], highest = progress->task[task].highest;
    int64_t periods = INT64_MAX;
    for (size_t n = 0; n < of->need_count && highest < lw_task_count(of) && periods > 0; n++) {
        const lw_need *need = &of->need[n];
        const int64_t other = progress->task[need->task].prefix - begin[need->task];
        if ((lw_int128)step * need->other == (lw_int128)other * need->own) {
            continue;  // one is as far behind the other as before
        }
        const lw_int128 enough = (lw_int128)(begin[need->task] / need->other + need->distance) * need->own;
        const lw_int128 room = enough - 1 - highest;
        const bool falls_back = need->own == 1 && need->other == 1 && other > step;
        // how far the end of a loop is that it waits for loop_periods says of the loop
        const bool after_loop = step == 0 && room < 0 && other % need->other != 0;
        const lw_int128 fit = after_loop ? INT64_MAX : room < 0 ? 0 : step == 0 || falls_back ? INT64_MAX : room / step;
        periods = fit < periods ? (int64_t)fit : periods;
    }
    return periods;
}

int64_t lw_laps_step_of(const lw_laps *laps, const lw_progress *progress, uint32_t task) {
    return progress->task[task].prefix - laps->prefix[task];
}

int64_t lw_laps_periods(const lw_laps *laps, const lw_progress *progress, int64_t now_ps) {
    const int64_t span_ps = now_ps - laps->saved_ps;
    int64_t periods = span_ps > 0 ? (LW_TIME_MAX - now_ps) / span_ps : INT64_MAX;
    for (uint32_t t = 0; t < progress->fabric->task_count && periods > 0; t++) {
        const int64_t fit = lw_laps_step_of(laps, progress, t) > 0 ? loop_periods(progress, t, laps->prefix[t]) : INT64_MAX;
        const int64_t lag = need_periods(progress, t, laps->prefix);
        periods = fit < periods ? fit : periods;
        periods = lag < periods ? lag : periods;
    }
    return periods == INT64_MAX ? 0 : periods;
}

// ---- When to look ----

enum {
    WORTHWHILE = 8,  // instances that the anchor must have left
    SILENCE = 64,    // instances of others, and SLOT_TURNS a slot, until another anchor is chosen
    SLOT_TURNS = 2,
    BY_BRENT = 2,     // Brent's method saves after 1, 2, 4, ... steps
    TASKS_AN_END = 8  // a state is saved where at least one instance has ended for so many tasks
};

void lw_laps_note_end(lw_laps *laps, const lw_progress *progress, uint32_t task, size_t slots) {
    const lw_progress_task *of = &progress->task[task];
    const bool ends = of->count - of->prefix - of->beyond < WORTHWHILE;
    if (!laps->possible) {
        return;
    }
    laps->since++;
    if (task == laps->anchor) {
        laps->ticked = true;
        laps->ends = 0;
        laps->anchor = ends ? LW_NO_TASK : task;
    } else if (!ends && (laps->anchor == LW_NO_TASK || ++laps->ends > SILENCE + SLOT_TURNS * (int64_t)slots)) {
        laps->anchor = task;
        laps->ends = laps->steps = 0;
        laps->power = 1;
        laps->have_saved = false;
    }
}

// Where many short loops follow one another each has an anchor of its own, and saves would be all of
// the time.
bool lw_laps_wants_state(const lw_laps *laps, const lw_progress *progress) {
    return laps->steps >= laps->power && laps->since * TASKS_AN_END >= (int64_t)progress->fabric->task_count;
}

bool lw_laps_note_state(lw_laps *laps, const lw_progress *progress, int64_t now_ps, lw_arena *arena) {
    const size_t tasks = progress->fabric->task_count;
    if (laps->prefix == NULL) {
        laps->prefix = LW_NEW_ARRAY(arena, int64_t, tasks);
        laps->skipped = LW_NEW_ARRAY(arena, int64_t, tasks);
    }
    if (laps->prefix == NULL || laps->skipped == NULL) {
        return false;
    }
    for (size_t t = 0; t < tasks; t++) {
        laps->prefix[t] = progress->task[t].prefix;
    }
    laps->state.count = laps->counts.count = 0;
    laps->saved_ps = now_ps;
    laps->steps = laps->since = 0;
    laps->power *= BY_BRENT;
    laps->have_saved = true;
    return true;
}

void lw_laps_tell(const lw_laps *laps, const lw_progress *progress, int64_t periods, const lw_engine_record *record,
                  int64_t now_ps) {
    for (uint32_t t = 0; t < progress->fabric->task_count; t++) {
        laps->skipped[t] = periods * lw_laps_step_of(laps, progress, t);
    }
    const int64_t period_ps = now_ps - laps->saved_ps;
    const lw_engine_gap gap = {now_ps, now_ps + periods * period_ps, period_ps, laps->skipped};
    record->gap(&gap, record->user);
}
