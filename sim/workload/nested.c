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

lw_status lw_nested_plan(lw_graph_builder *builder, lw_nested *nested, int64_t times) {
    const lw_object *object = builder->object;
    const uint32_t member = builder->member;
    const lw_graph_workload before = *builder->workload;
    builder->object = builder->workload->object = nested->object;
    builder->workload->bytes = 0;
    builder->workload->method = NULL;
    builder->workload->main_move = LW_NO_MOVE;
    builder->workload->library = LW_NO_LIBRARY;
    lw_block_begin(builder, &nested->block);
    const lw_status made = nested->kind->expand(builder);
    builder->object = object;
    builder->member = member;
    LW_TRY(made);
    LW_TRY(merge_record(builder, nested, &before, times));
    return lw_block_cut(builder, &nested->block);
}

// ---- Writing ----

uint32_t lw_nested_size(const lw_nested *nested) {
    return (uint32_t)nested->block.task_count + 1;
}

lw_status lw_nested_write(lw_graph_builder *builder, const lw_nested *nested, uint32_t entry) {
    LW_TRY(lw_block_paste(builder, &nested->block, entry, 0));
    return lw_block_end(builder, &nested->block);
}
