// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/workload/nested.h"

#include <string.h>

// ---- Reading ----

static const char *list_nesting(const lw_graph_builder *builder) {
    const char *all = "";
    for (size_t i = 0; lw_work_kinds[i] != NULL; i++) {
        if (lw_work_kinds[i]->nests) {
            all = lw_diags_text(builder->diags, "%s%s%s", all, all[0] == '\0' ? "" : ", ", lw_work_kinds[i]->type.name);
        }
    }
    return all;
}

lw_status lw_nested_read(const lw_graph_builder *builder, const lw_yaml *value, const char *name, lw_nested *out) {
    *out = (lw_nested){.object = LW_NEW(builder->arena, lw_object)};
    if (out->object == NULL || name == NULL) {
        return LW_NO_MEMORY;
    }
    LW_TRY(lw_object_read_inside(builder->object->section, value, name, builder->arena, builder->diags, out->object));
    out->kind = lw_work_kind_of(out->object->type);
    if (!out->kind->nests) {
        return lw_error(builder->diags, lw_map_get(value, "kind")->place,
                        lw_diags_text(builder->diags, "these may be: %s", list_nesting(builder)),
                        "workloads.%s: work of kind %s is no task of a graph", name, out->object->type->name);
    }
    const lw_yaml *start = lw_map_get(value, "start");
    if (start != NULL) {
        return lw_error(builder->diags, start->key_place, "let it come after a delay",
                        "workloads.%s: a task starts when what it comes after has ended", name);
    }
    return lw_object_check(out->object, builder->diags);
}

// ---- Planning ----

// What a library chose is told by the graph.
static lw_status tell_method(lw_graph_builder *builder, const lw_nested *nested, const char *before) {
    const char *method = builder->workload->method;
    if (method == NULL) {
        builder->workload->method = before;
        return LW_OK;
    }
    const char *task = strrchr(nested->object->name, '.') + 1;
    builder->workload->method = before == NULL ? lw_arena_print(builder->arena, "%s: %s", task, method)
                                               : lw_arena_print(builder->arena, "%s; %s: %s", before, task, method);
    return builder->workload->method != NULL ? LW_OK : LW_NO_MEMORY;
}

static lw_status merge_record(lw_graph_builder *builder, const lw_nested *nested, const lw_graph_workload *before,
                              int64_t times) {
    lw_graph_workload *workload = builder->workload;
    const int64_t delivers = workload->bytes;
    const uint32_t main_move = workload->main_move, library = workload->library;
    const char *method = workload->method;
    *workload = *before;
    workload->method = method;
    LW_TRY(tell_method(builder, nested, before->method));
    workload->main_move = before->main_move == LW_NO_MOVE ? main_move : before->main_move;
    if (library != LW_NO_LIBRARY && before->library != LW_NO_LIBRARY && library != before->library) {
        return lw_error(builder->diags, lw_object_place(nested->object, "library"), "make two workloads of it",
                        "workloads.%s: a graph takes one library, and another task has another", nested->object->name);
    }
    workload->library = library != LW_NO_LIBRARY ? library : before->library;
    return lw_graph_deliver(builder, delivers, times);
}

static lw_status keep_aside(lw_graph_builder *builder, lw_nested *nested) {
    nested->task_count = builder->tasks.count - nested->first_task;
    nested->loop_count = builder->loops.count - nested->first_loop;
    nested->task = LW_NEW_ARRAY(builder->arena, lw_graph_task, nested->task_count);
    nested->loop = LW_NEW_ARRAY(builder->arena, lw_loop, nested->loop_count);
    if (nested->task == NULL || nested->loop == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t i = 0; i < nested->task_count; i++) {
        nested->task[i] = LW_LIST_ITEMS(&builder->tasks, lw_graph_task)[nested->first_task + i];
    }
    for (size_t i = 0; i < nested->loop_count; i++) {
        nested->loop[i] = LW_LIST_ITEMS(&builder->loops, lw_loop)[nested->first_loop + i];
    }
    builder->tasks.count = nested->first_task;
    builder->loops.count = nested->first_loop;
    return LW_OK;
}

lw_status lw_nested_plan(lw_graph_builder *builder, lw_nested *nested, int64_t times) {
    const lw_object *object = builder->object;
    const uint32_t member = builder->member;
    const lw_graph_workload before = *builder->workload;
    builder->object = builder->workload->object = nested->object;
    builder->workload->bytes = 0;
    builder->workload->method = NULL;
    builder->workload->main_move = LW_NO_MOVE;
    builder->workload->library = LW_NO_LIBRARY;
    nested->first_task = lw_graph_next_task(builder);
    nested->first_loop = (uint32_t)builder->loops.count;
    const lw_status made = nested->kind->expand(builder);
    builder->object = object;
    builder->member = member;
    LW_TRY(made);
    LW_TRY(merge_record(builder, nested, &before, times));
    return keep_aside(builder, nested);
}

// ---- Writing ----

uint32_t lw_nested_size(const lw_nested *nested) {
    return (uint32_t)nested->task_count + 1;
}

// Dependencies of task i by their final numbers, behind them the one on `entry` where nothing of
// its own iteration holds it back.
static lw_status place_dependencies(const lw_nested *nested, size_t i, uint32_t entry, int64_t shift, lw_arena *arena,
                                    lw_list *out) {
    const lw_graph_task *task = &nested->task[i];
    bool held = false;
    out->count = 0;
    for (size_t a = 0; a <= task->after_count; a++) {
        const bool own = a < task->after_count;
        lw_dependency *added = own || !held ? LW_LIST_ADD(out, lw_dependency, arena) : NULL;
        if (added == NULL && (own || !held)) {
            return LW_NO_MEMORY;
        }
        if (own) {
            *added = (lw_dependency){(uint32_t)(task->after[a].task + shift), task->after[a].distance};
            held = held || task->after[a].distance == 0;
        } else if (!held) {
            *added = (lw_dependency){entry, 0};
        }
    }
    return LW_OK;
}

// Loops of its own, numbered behind those that are there.
static lw_status place_loops(lw_graph_builder *builder, const lw_nested *nested, int64_t shift) {
    const uint32_t base = (uint32_t)builder->loops.count;
    for (size_t i = 0; i < nested->loop_count; i++) {
        lw_loop *loop = LW_LIST_ADD(&builder->loops, lw_loop, builder->arena);
        if (loop == NULL) {
            return LW_NO_MEMORY;
        }
        *loop = nested->loop[i];
        loop->first = (uint32_t)(loop->first + shift);
        loop->end = (uint32_t)(loop->end + shift);
        loop->around = loop->around == LW_NO_LOOP ? builder->loop : loop->around - nested->first_loop + base;
    }
    return LW_OK;
}

// The end: after each task that no other comes after in its iteration.
static lw_status write_end(lw_graph_builder *builder, const lw_nested *nested, int64_t shift, lw_list *after) {
    bool *followed = LW_NEW_ARRAY(builder->arena, bool, nested->task_count);
    if (followed == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t i = 0; i < nested->task_count; i++) {
        for (size_t a = 0; a < nested->task[i].after_count; a++) {
            const lw_dependency *on = &nested->task[i].after[a];
            followed[on->task - nested->first_task] = followed[on->task - nested->first_task] || on->distance == 0;
        }
    }
    after->count = 0;
    for (size_t i = 0; i < nested->task_count; i++) {
        lw_dependency *added = followed[i] ? NULL : LW_LIST_ADD(after, lw_dependency, builder->arena);
        if (added != NULL) {
            *added = (lw_dependency){(uint32_t)((int64_t)(nested->first_task + i) + shift), 0};
        } else if (!followed[i]) {
            return LW_NO_MEMORY;
        }
    }
    const lw_graph_task end = lw_graph_task_none();
    uint32_t number;
    return lw_graph_add_task(builder, &end, LW_LIST_ITEMS(after, const lw_dependency), after->count, &number);
}

lw_status lw_nested_write(lw_graph_builder *builder, const lw_nested *nested, uint32_t entry) {
    const int64_t shift = (int64_t)lw_graph_next_task(builder) - nested->first_task;
    const uint32_t base = (uint32_t)builder->loops.count, around = builder->loop;
    lw_list after = {0};
    LW_TRY(place_loops(builder, nested, shift));
    for (size_t i = 0; i < nested->task_count; i++) {
        lw_graph_task task = nested->task[i];
        uint32_t number;
        builder->loop = task.loop == LW_NO_LOOP ? around : task.loop - nested->first_loop + base;
        LW_TRY(place_dependencies(nested, i, entry, shift, builder->arena, &after));
        LW_TRY(lw_graph_add_task(builder, &task, LW_LIST_ITEMS(&after, const lw_dependency), after.count, &number));
    }
    builder->loop = around;
    return write_end(builder, nested, shift, &after);
}
