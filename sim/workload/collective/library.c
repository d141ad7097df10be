// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/workload/collective/library.h"

#include <string.h>

const char *const lw_protocol_words[] = {"auto", "ll", "ll128", "simple", NULL};
const char *const lw_protocol_names[] = {"LL", "LL128", "Simple"};

double lw_protocol_data_share(const lw_protocol_figures *figures, lw_protocol protocol) {
    if (protocol == LW_SIMPLE) {
        return 1;
    }
    const double line = (double)figures->line_bytes[protocol];
    return (line - (double)figures->flag_bytes[protocol]) / line;
}

// A slot takes what the fewest threads send at once: 128 of 16 B each (NCCL_MIN_NTHREADS of
// src/include/device.h).
enum { SLOT_LEAST_BYTES = 128 * 16 };

static lw_status check_buffers(const lw_protocol_figures *figures, const lw_option *options, const lw_option_set *set,
                               lw_place at, lw_diags *diags) {
    static const char *const keys[LW_PROTOCOLS] = {"ll_buffer", "ll128_buffer", "simple_buffer"};
    for (int p = 0; p < LW_PROTOCOLS; p++) {
        const int64_t least = SLOT_LEAST_BYTES * figures->slots, buffer = figures->buffer_bytes[p];
        if (buffer < least) {
            return lw_error(diags, lw_type_place(options, set, keys[p], at),
                            lw_diags_text(diags, "give it %lld B at least", (long long)least),
                            "%s of %lld B has no room for %lld slots of %d B, 16 for each of 128 threads", keys[p],
                            (long long)buffer, (long long)figures->slots, (int)SLOT_LEAST_BYTES);
        }
    }
    return LW_OK;
}

lw_status lw_library_check_lines(const lw_protocol_figures *figures, const lw_option *options, const lw_option_set *set,
                                 lw_place at, lw_diags *diags) {
    static const char *const keys[LW_SIMPLE][2] = {{"ll_line", "ll_flags"}, {"ll128_line", "ll128_flags"}};
    for (int p = 0; p < LW_SIMPLE; p++) {
        if (figures->flag_bytes[p] >= figures->line_bytes[p]) {
            const lw_place line = lw_type_place(options, set, keys[p][0], at);
            return lw_error(diags, lw_type_place(options, set, keys[p][1], line),
                            lw_diags_text(diags, "%s are of %s", keys[p][1], keys[p][0]), "lines of %lld B have no room for data",
                            (long long)figures->line_bytes[p]);
        }
    }
    return check_buffers(figures, options, set, at, diags);
}

static const lw_library *const libraries[] = {&lw_library_nccl, &lw_library_rccl, NULL};

const lw_type *lw_library_type_at(size_t index) {
    return libraries[index] != NULL ? &libraries[index]->type : NULL;
}

typedef struct call {
    lw_operation operation;
    const lw_ranks *ranks;
} call;

static lw_status find(const lw_graph_builder *builder, const char *name, uint32_t *out) {
    const char *otherwise = lw_diags_text(builder->diags, "add libraries: {%s: {preset: nccl-2.30}}", name);
    return lw_graph_use(builder, LW_SECTION_LIBRARIES, "library", name, otherwise, out);
}

static lw_status check_operation(const lw_graph_builder *builder, const lw_library *library, lw_operation operation) {
    return operation <= library->last
               ? LW_OK
               : lw_error(builder->diags, lw_object_place(builder->object, "library"), "take library: none",
                          "workloads.%s: there is no model of what %s does for kind: %s", builder->object->name,
                          library->type.name, builder->object->type->name);
}

// What a workload says of how it is done leaves nothing to choose.
static bool says_how(const lw_object *object) {
    static const char *const keys[] = {"algorithm", "order", "channels", "chunks", "by"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        const lw_option *row = lw_option_find(object->type->options, keys[i]);
        if (row != NULL && object->set->mark[row - object->type->options].given) {
            return true;
        }
    }
    return false;
}

static lw_status write(lw_graph_builder *builder, const call *c, uint32_t number) {
    const lw_object *object = builder->setup->object[LW_SECTION_LIBRARIES][number];
    builder->workload->library = number;
    LW_TRY(lw_object_check(object, builder->diags));
    // What it chooses is kept beside the options, in a copy, since points share them.
    lw_object *own = lw_object_copy(builder->object, builder->arena);
    if (own == NULL) {
        return LW_NO_MEMORY;
    }
    builder->object = builder->workload->object = own;
    for (size_t i = 0; libraries[i] != NULL; i++) {
        if (&libraries[i]->type == object->type) {
            LW_TRY(check_operation(builder, libraries[i], c->operation));
            return libraries[i]->write(builder, object->params, c->operation, c->ranks, own->params);
        }
    }
    return LW_INTERNAL;
}

// Nobody named it: the result does.
static lw_status name_library(lw_graph_builder *builder, const lw_object *library) {
    const char *name = library->preset != NULL ? library->preset->name : library->name;
    builder->workload->method = lw_arena_print(builder->arena, "%s: %s", name, builder->workload->method);
    return builder->workload->method != NULL ? LW_OK : LW_NO_MEMORY;
}

// The first that does not refuse these cards. What one writes before it refuses is taken back: moves
// and tasks, and no streams.
static lw_status try_each(lw_graph_builder *builder, const call *c, bool *taken) {
    lw_diags *before = lw_diags_new(builder->arena);
    if (before == NULL) {
        return LW_NO_MEMORY;
    }
    lw_diags_save(builder->diags, before);
    for (uint32_t i = 0; i < builder->setup->count[LW_SECTION_LIBRARIES]; i++) {
        const lw_graph_builder builder_before = *builder;
        const lw_graph_workload workload_before = *builder->workload;
        const lw_status written = write(builder, c, i);
        if (written != LW_BAD_INPUT) {
            const lw_object *library = builder->setup->object[LW_SECTION_LIBRARIES][i];
            *taken = written == LW_OK;
            return *taken ? name_library(builder, library) : written;
        }
        *builder = builder_before;
        *builder->workload = workload_before;
        lw_diags_restore(builder->diags, before);
    }
    return LW_OK;
}

lw_status lw_library_take(lw_graph_builder *builder, lw_operation operation, const lw_ranks *ranks, bool *taken) {
    const lw_collective_params *params = builder->object->params;
    const call c = {operation, ranks};
    *taken = false;
    if (strcmp(params->library, "none") == 0) {
        return LW_OK;
    }
    if (strcmp(params->library, "auto") == 0) {
        return says_how(builder->object) ? LW_OK : try_each(builder, &c, taken);
    }
    uint32_t number = 0;
    *taken = true;
    LW_TRY(find(builder, params->library, &number));
    return write(builder, &c, number);
}
