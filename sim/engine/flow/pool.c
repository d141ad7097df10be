// SPDX-License-Identifier: GPL-3.0-or-later
// Pools: classes that have flows and share rows, directly or through others, and those rows. A
// change of one flow can reach its pool and nothing else. A pool is never too small; it may be too
// large for a while, until as many classes have left it as are still there.
#include <math.h>

#include "sim/engine/flow/state.h"

static uint32_t new_pool(lw_fluid *run) {
    uint32_t index = run->unused_pool;
    if (index != LW_NONE) {
        run->unused_pool = run->pool[index].next_unused;
    } else {
        index = run->pool_count++;
    }
    lw_pool *pool = &run->pool[index];
    pool->class_count = pool->row_count = pool->step_count = pool->left = 0;
    pool->since = run->now;
    pool->from = (double)INFINITY;
    pool->controls = pool->joined = false;
    return index;
}

// It may still stand among the changed, where it is passed over.
static void drop_pool(lw_fluid *run, uint32_t index) {
    lw_pool *pool = &run->pool[index];
    pool->class_count = pool->row_count = pool->step_count = 0;
    pool->next_unused = run->unused_pool;
    run->unused_pool = index;
    lw_due_remove(&run->pools, index);
}

void lw_pool_change(lw_fluid *run, uint32_t index) {
    if (!run->pool[index].changed) {
        run->pool[index].changed = true;
        run->changed[run->changed_count++] = index;
    }
}

void lw_pool_touch(lw_fluid *run, uint32_t index) {
    lw_pool *pool = &run->pool[index];
    if (pool->since == run->now) {
        return;
    }
    const double passed = lw_wide_value(run->now - pool->since);
    pool->since = run->now;
    for (uint32_t i = 0; i < pool->row_count; i++) {
        lw_row *row = &run->row[pool->rows[i]];
        row->busy += lw_wide_of(row->used * passed + 0.5);
        row->controlled += row->control > 0 ? lw_wide_of(row->control * passed + 0.5) : 0;
    }
    for (uint32_t i = 0; i < pool->step_count; i++) {
        lw_group *group = &run->group[pool->steps[i]];
        group->done += lw_wide_of(group->rate * LW_SPEED * passed);
    }
}

static void add_class(lw_fluid *run, uint32_t to, uint32_t index) {
    lw_pool *pool = &run->pool[to];
    if (pool->class_count == pool->class_capacity) {
        uint32_t *grown = lw_fluid_grown(pool->classes, &pool->class_capacity, sizeof *grown);
        if (grown == NULL) {
            lw_fluid_fail(run, LW_NO_MEMORY);
            return;
        }
        pool->classes = grown;
    }
    run->class[index].pool = to;
    run->class[index].place = pool->class_count;
    pool->classes[pool->class_count++] = index;
    pool->controls = pool->controls || run->class[index].own < run->class[index].costs;
}

static void add_row(lw_fluid *run, uint32_t to, uint32_t index) {
    lw_pool *pool = &run->pool[to];
    if (pool->row_count == pool->row_capacity) {
        uint32_t *grown = lw_fluid_grown(pool->rows, &pool->row_capacity, sizeof *grown);
        if (grown == NULL) {
            lw_fluid_fail(run, LW_NO_MEMORY);
            return;
        }
        pool->rows = grown;
    }
    run->row[index].pool = to;
    pool->rows[pool->row_count++] = index;
}

bool lw_pool_room(lw_fluid *run, lw_pool *pool, uint32_t steps) {
    while (pool->step_capacity < steps) {
        uint32_t *grown = lw_fluid_grown(pool->steps, &pool->step_capacity, sizeof *grown);
        if (grown == NULL) {
            lw_fluid_fail(run, LW_NO_MEMORY);
            return false;
        }
        pool->steps = grown;
    }
    return true;
}

// Those of two pools are in no order.
static void merge_steps(lw_fluid *run, lw_pool *to, lw_pool *from) {
    if (!lw_pool_room(run, to, to->step_count + from->step_count)) {
        return;
    }
    to->from = to->step_count > 0 && from->step_count > 0 ? 0 : fmin(to->from, from->from);
    for (uint32_t i = 0; i < from->step_count; i++) {
        run->group[from->steps[i]].step = to->step_count;
        to->steps[to->step_count++] = from->steps[i];
    }
}

// The smaller one goes over to the larger one; returns that.
static uint32_t merge(lw_fluid *run, uint32_t a, uint32_t b) {
    const uint32_t to = run->pool[a].class_count >= run->pool[b].class_count ? a : b, from = to == a ? b : a;
    lw_pool_touch(run, a);
    lw_pool_touch(run, b);
    for (uint32_t i = 0; i < run->pool[from].class_count; i++) {
        add_class(run, to, run->pool[from].classes[i]);
    }
    for (uint32_t i = 0; i < run->pool[from].row_count; i++) {
        add_row(run, to, run->pool[from].rows[i]);
    }
    run->pool[to].left += run->pool[from].left;
    run->pool[to].joined = run->pool[to].joined || run->pool[from].joined;
    merge_steps(run, &run->pool[to], &run->pool[from]);
    drop_pool(run, from);
    return to;
}

static uint32_t gather(lw_fluid *run, uint32_t index) {
    uint32_t pool = new_pool(run);
    add_class(run, pool, index);
    const lw_class *class = &run->class[index];
    for (uint32_t i = 0; i < class->costs; i++) {
        const uint32_t other = run->row[class->cost[i].row].pool;
        if (other == LW_NONE) {
            add_row(run, pool, class->cost[i].row);
        } else if (other != pool) {
            pool = merge(run, pool, other);
        }
    }
    lw_pool_touch(run, pool);
    return pool;
}

uint32_t lw_pool_of_class(lw_fluid *run, uint32_t index) {
    lw_class *class = &run->class[index];
    run->head[index] = (lw_head){0};
    run->group_of[index] = LW_NONE;
    for (uint32_t i = 0; i < class->own; i++) {
        lw_row *row = &run->row[class->cost[i].row];
        class->burden[i].active = &row->active[row->active_count++];
        *class->burden[i].active = (lw_active){.burden = &class->burden[i], .step = LW_NONE};
    }
    return gather(run, index);
}

static void release_rows(lw_fluid *run, lw_pool *pool) {
    lw_group_forget(run, pool, 0);
    for (uint32_t i = 0; i < pool->row_count; i++) {
        run->row[pool->rows[i]].pool = LW_NONE;
        run->row[pool->rows[i]].used = run->row[pool->rows[i]].control = 0;
        run->ahead[pool->rows[i]].control = 0;
    }
}

void lw_pool_leave(lw_fluid *run, uint32_t index) {
    lw_class *class = &run->class[index];
    lw_pool *pool = &run->pool[class->pool];
    lw_group_move(run, index, LW_NONE);
    for (uint32_t i = 0; i < class->own; i++) {
        lw_row *row = &run->row[class->cost[i].row];
        lw_active *active = class->burden[i].active;
        *active = (lw_active){.burden = row->active[--row->active_count].burden, .step = LW_NONE};
        active->burden->active = active;
    }
    const uint32_t last = pool->classes[--pool->class_count];
    pool->classes[class->place] = last;
    run->class[last].place = class->place;
    pool->left++;
    if (pool->class_count == 0) {
        release_rows(run, pool);
        drop_pool(run, class->pool);
    }
    class->pool = LW_NONE;
}

void lw_pool_divide(lw_fluid *run, uint32_t index) {
    lw_pool old = run->pool[index];
    release_rows(run, &run->pool[index]);
    run->pool[index].classes = run->pool[index].rows = NULL;
    run->pool[index].class_capacity = run->pool[index].row_capacity = 0;
    drop_pool(run, index);
    for (uint32_t i = 0; i < old.class_count && run->failed == LW_OK; i++) {
        const uint32_t pool = gather(run, old.classes[i]);
        run->pool[pool].from = 0;
        lw_pool_change(run, pool);
    }
    (void)lw_memory_resize_block(old.classes, 0);
    (void)lw_memory_resize_block(old.rows, 0);
}
