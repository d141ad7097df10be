// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/workload/task_block.h"

void lw_block_begin(const lw_graph_builder *builder, lw_task_block *block) {
    *block = (lw_task_block){.first_task = lw_graph_next_task(builder), .first_loop = (uint32_t)builder->loops.count};
}

lw_status lw_block_cut(lw_graph_builder *builder, lw_task_block *block) {
    block->task_count = builder->tasks.count - block->first_task;
    block->loop_count = builder->loops.count - block->first_loop;
    block->task = LW_NEW_ARRAY(builder->arena, lw_graph_task, block->task_count);
    block->loop = LW_NEW_ARRAY(builder->arena, lw_loop, block->loop_count);
    if (block->task == NULL || block->loop == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t i = 0; i < block->task_count; i++) {
        block->task[i] = LW_LIST_ITEMS(&builder->tasks, lw_graph_task)[block->first_task + i];
    }
    for (size_t i = 0; i < block->loop_count; i++) {
        block->loop[i] = LW_LIST_ITEMS(&builder->loops, lw_loop)[block->first_loop + i];
    }
    builder->tasks.count = block->first_task;
    builder->loops.count = block->first_loop;
    return LW_OK;
}

// Where a block goes: what is added to the numbers of its tasks, and the number of its first loop.
typedef struct pasting {
    lw_graph_builder *builder;
    const lw_task_block *block;
    int64_t shift;
    uint32_t first_loop, around, entry;
    lw_list after;  // lw_dependency: scratch
} pasting;

static lw_status add_after(pasting *p, int64_t task, uint32_t distance) {
    lw_dependency *added = LW_LIST_ADD(&p->after, lw_dependency, p->builder->arena);
    if (added == NULL) {
        return LW_NO_MEMORY;
    }
    *added = (lw_dependency){(uint32_t)task, distance};
    return LW_OK;
}

static lw_status place_dependencies(pasting *p, const lw_graph_task *task) {
    bool held = p->entry == LW_NO_ENTRY;
    p->after.count = 0;
    for (size_t a = 0; a < task->after_count; a++) {
        LW_TRY(add_after(p, task->after[a].task + p->shift, task->after[a].distance));
        held = held || task->after[a].distance == 0;
    }
    return held ? LW_OK : add_after(p, p->entry, 0);
}

// Its loops, numbered behind those that are there.
static lw_status place_loops(const pasting *p) {
    for (size_t i = 0; i < p->block->loop_count; i++) {
        lw_loop *loop = LW_LIST_ADD(&p->builder->loops, lw_loop, p->builder->arena);
        if (loop == NULL) {
            return LW_NO_MEMORY;
        }
        *loop = p->block->loop[i];
        loop->first = (uint32_t)(loop->first + p->shift);
        loop->end = (uint32_t)(loop->end + p->shift);
        loop->around = loop->around == LW_NO_LOOP ? p->around : loop->around - p->block->first_loop + p->first_loop;
    }
    return LW_OK;
}

lw_status lw_block_paste(lw_graph_builder *builder, const lw_task_block *block, uint32_t entry, int64_t start_ps) {
    pasting p = {.builder = builder,
                 .block = block,
                 .shift = (int64_t)lw_graph_next_task(builder) - block->first_task,
                 .first_loop = (uint32_t)builder->loops.count,
                 .around = builder->loop,
                 .entry = entry};
    LW_TRY(place_loops(&p));
    for (size_t i = 0; i < block->task_count; i++) {
        lw_graph_task task = block->task[i];
        uint32_t number;
        builder->loop = task.loop == LW_NO_LOOP ? p.around : task.loop - block->first_loop + p.first_loop;
        LW_TRY(place_dependencies(&p, &task));
        task.start_ps += p.after.count == 0 ? start_ps : 0;
        LW_TRY(lw_graph_add_task(builder, &task, LW_LIST_ITEMS(&p.after, const lw_dependency), p.after.count, &number));
    }
    builder->loop = p.around;
    return LW_OK;
}

lw_status lw_block_end(lw_graph_builder *builder, const lw_task_block *block) {
    const int64_t first = (int64_t)lw_graph_next_task(builder) - (int64_t)block->task_count;
    pasting p = {.builder = builder};
    bool *followed = LW_NEW_ARRAY(builder->arena, bool, block->task_count);
    if (followed == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t i = 0; i < block->task_count; i++) {
        for (size_t a = 0; a < block->task[i].after_count; a++) {
            const lw_dependency *on = &block->task[i].after[a];
            followed[on->task - block->first_task] = followed[on->task - block->first_task] || on->distance == 0;
        }
    }
    for (size_t i = 0; i < block->task_count; i++) {
        LW_TRY(followed[i] ? LW_OK : add_after(&p, first + (int64_t)i, 0));
    }
    const lw_graph_task end = lw_graph_task_none();
    uint32_t number;
    return lw_graph_add_task(builder, &end, LW_LIST_ITEMS(&p.after, const lw_dependency), p.after.count, &number);
}
