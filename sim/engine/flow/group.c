// SPDX-License-Identifier: GPL-3.0-or-later
// Groups: classes with one rate. A row that is full holds up all classes that have more elsewhere, and
// these stay the same from change to change but for a few, so that what a group has moved and which of
// its classes ends first is kept for the group.
#include "sim/engine/flow/state.h"

static lw_units end_of(const lw_fluid *run, const lw_group *group, uint32_t place) {
    return run->head[group->member[place]].end;
}

static void put(lw_fluid *run, const lw_group *group, uint32_t place, uint32_t class) {
    group->member[place] = class;
    run->head[class].place = place;
}

// To where it belongs, from a place that is free.
static void sort_from(lw_fluid *run, const lw_group *group, uint32_t place, uint32_t class) {
    const lw_units end = run->head[class].end;
    for (; place > 0 && end < end_of(run, group, (place - 1) / 2); place = (place - 1) / 2) {
        put(run, group, place, group->member[(place - 1) / 2]);
    }
    for (uint32_t child; (child = 2 * place + 1) < group->members; place = child) {
        child += child + 1 < group->members && end_of(run, group, child + 1) < end_of(run, group, child) ? 1 : 0;
        if (end <= end_of(run, group, child)) {
            break;
        }
        put(run, group, place, group->member[child]);
    }
    put(run, group, place, class);
}

lw_units lw_group_done(const lw_fluid *run, uint32_t class) {
    const uint32_t group = run->group_of[class];
    return (group != LW_NONE ? run->group[group].done : 0) - run->head[class].shift;
}

void lw_group_sort(lw_fluid *run, uint32_t class) {
    if (run->group_of[class] != LW_NONE) {
        sort_from(run, &run->group[run->group_of[class]], run->head[class].place, class);
    }
}

void lw_group_move(lw_fluid *run, uint32_t class, uint32_t to) {
    lw_head *head = &run->head[class];
    const uint32_t from = run->group_of[class];
    if (from != LW_NONE) {
        lw_group *group = &run->group[from];
        const uint32_t last = group->member[--group->members];
        if (last != class) {
            sort_from(run, group, head->place, last);
        }
        head->shift -= group->done;
        head->end -= group->done;
    }
    run->group_of[class] = to;
    if (to != LW_NONE) {
        lw_group *group = &run->group[to];
        head->shift += group->done;
        head->end += group->done;
        sort_from(run, group, group->members++, class);
    }
}

void lw_group_forget(lw_fluid *run, lw_pool *pool, uint32_t kept) {
    for (uint32_t i = kept; i < pool->step_count; i++) {
        run->group[pool->steps[i]].step = LW_NONE;
    }
    pool->step_count = kept < pool->step_count ? kept : pool->step_count;
}
