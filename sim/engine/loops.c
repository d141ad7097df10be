// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/engine/loops.h"

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

int64_t lw_loop_periods(const lw_progress *progress, uint32_t task, int64_t begin, int64_t step, int64_t highest) {
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

// Of those that it waits for what had ended when the period began is enough, so that nothing hangs on
// what comes later.
int64_t lw_need_periods(const lw_progress *progress, uint32_t task, const int64_t *begin, int64_t highest) {
    const lw_task *of = &progress->fabric->task[task];
    const int64_t step = progress->task[task].prefix - begin[task];
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
        const lw_int128 fit = room < 0 ? 0 : step == 0 || falls_back ? INT64_MAX : room / step;
        periods = fit < periods ? (int64_t)fit : periods;
    }
    return periods;
}
