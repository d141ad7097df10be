// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/workload/collective/library.h"

#include <string.h>

#include "sim/base/suggest.h"

const char *const lw_protocol_words[] = {"auto", "ll", "ll128", "simple", NULL};
const char *const lw_protocol_names[] = {"LL", "LL128", "Simple"};

double lw_protocol_data_share(const lw_protocol_figures *figures, lw_protocol protocol) {
    if (protocol == LW_SIMPLE) {
        return 1;
    }
    const double line = (double)figures->line_bytes[protocol];
    return (line - (double)figures->flag_bytes[protocol]) / line;
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
    return LW_OK;
}

static const lw_library *const libraries[] = {&lw_library_nccl, &lw_library_rccl, NULL};

const lw_type *lw_library_type_at(size_t index) {
    return libraries[index] != NULL ? &libraries[index]->type : NULL;
}

static lw_status find(const lw_graph_builder *builder, const char *name, uint32_t *out) {
    const lw_setup *setup = builder->setup;
    lw_list names = {0};
    for (uint32_t i = 0; i < setup->count[LW_SECTION_LIBRARIES]; i++) {
        if (strcmp(setup->object[LW_SECTION_LIBRARIES][i]->name, name) == 0) {
            *out = i;
            return LW_OK;
        }
        lw_candidate(&names, setup->object[LW_SECTION_LIBRARIES][i]->name, builder->arena);
    }
    const char *otherwise = lw_diags_text(builder->diags, "add libraries: {%s: {preset: nccl-2.30}}", name);
    return lw_error(builder->diags, lw_object_place(builder->object, "library"),
                    lw_did_you_mean_in(builder->diags, name, &names, otherwise), "there is no library '%s'", name);
}

static lw_status check_operation(const lw_graph_builder *builder, const lw_library *library, lw_operation operation) {
    return operation <= library->last
               ? LW_OK
               : lw_error(builder->diags, lw_object_place(builder->object, "library"), "take library: none",
                          "workloads.%s: there is no model of what %s does for kind: %s", builder->object->name,
                          library->type.name, builder->object->type->name);
}

lw_status lw_library_take(lw_graph_builder *builder, lw_operation operation, const lw_ranks *ranks, bool *taken) {
    const lw_collective_params *params = builder->object->params;
    *taken = strcmp(params->library, "none") != 0;
    if (!*taken) {
        return LW_OK;
    }
    LW_TRY(find(builder, params->library, &builder->workload->library));
    const lw_object *object = builder->setup->object[LW_SECTION_LIBRARIES][builder->workload->library];
    LW_TRY(lw_object_check(object, builder->diags));
    // What it chooses is kept beside the options, in a copy, since points share them.
    lw_object *own = lw_object_copy(builder->object, builder->arena);
    if (own == NULL) {
        return LW_NO_MEMORY;
    }
    builder->object = builder->workload->object = own;
    for (size_t i = 0; libraries[i] != NULL; i++) {
        if (&libraries[i]->type == object->type) {
            LW_TRY(check_operation(builder, libraries[i], operation));
            return libraries[i]->write(builder, object->params, operation, ranks, own->params);
        }
    }
    return LW_INTERNAL;
}
