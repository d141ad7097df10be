// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/machine/link_spec.h"

#include <string.h>

const char *const lw_pattern_words[] = {"each", "star", "ring", "mesh", "torus", NULL};

const lw_option lw_link_common_options[] = {
    {.key = "between",
     .kind = LW_OPTION_YAML,
     .offset = offsetof(lw_link_common, between),
     .schema = "\"type\": \"array\", \"items\": {\"type\": \"string\"}, \"minItems\": 2, \"maxItems\": 2",
     .help = "the two nodes or groups that it joins, as in [host, gpu]"},
    {.key = "pattern",
     .kind = LW_OPTION_WORD,
     .offset = offsetof(lw_link_common, pattern),
     .fallback = "each",
     .words = lw_pattern_words,
     .help = "between groups: each (in order; 2 with 8: four each), star (one to all), ring (neighbours of one group), mesh "
             "(every pair), torus (neighbours of one group in a grid of `shape`)"},
    {.key = "shape",
     .kind = LW_OPTION_YAML,
     .offset = offsetof(lw_link_common, shape),
     .fallback = "",
     .schema = "\"type\": \"array\", \"items\": {\"anyOf\": [{\"type\": \"integer\", \"minimum\": 1}, "
               "{\"type\": \"string\", \"pattern\": \"^[1-9][0-9]*$\"}]}, \"minItems\": 1, \"maxItems\": 3",
     .help = "of a torus: nodes along each axis, as in [4, 4, 4]"},
    {0}};

const lw_type *lw_link_type_at(size_t index) {
    return lw_families[index] != NULL ? &lw_families[index]->type : NULL;
}

const lw_family *lw_family_of(const lw_type *type) {
    return (const lw_family *)(const void *)((const char *)type - offsetof(lw_family, type));
}

static lw_status read_between(const lw_link_common *common, lw_diags *diags, lw_link_spec *out) {
    static const char hint[] = "write between: [host, gpu]";
    const lw_yaml *between = common->between;
    if (between->kind != LW_LIST || between->count != 2) {
        return lw_error(diags, between->place, hint, "'between' takes a list of two nodes");
    }
    const lw_yaml *end = between->first;
    for (int i = 0; i < 2; i++, end = end->next) {
        if (end->kind != LW_SCALAR) {
            return lw_error(diags, end->place, hint, "an end of a link is the name of a node");
        }
        out->between[i] = end;
    }
    return LW_OK;
}

static lw_status read_shape(const lw_link_common *common, lw_diags *diags, lw_link_spec *out) {
    static const lw_option row = {.key = "shape", .kind = LW_OPTION_INTEGER, .minimum = 1, .maximum = 65536};
    const lw_yaml *shape = common->shape;
    bool torus = out->pattern == LW_PATTERN_TORUS;
    if ((shape != NULL) != torus) {
        return lw_error(
            diags, lw_object_place(out->object, torus ? "pattern" : "shape"), "write pattern: torus, shape: [4, 4, 4]",
            torus ? "links.%s is a torus without a shape" : "links.%s has a shape but is no torus", out->object->name);
    }
    if (!torus) {
        return LW_OK;
    }
    if (shape->kind != LW_LIST || shape->count < 1 || shape->count > LW_TORUS_AXES) {
        return lw_error(diags, shape->place, "write shape: [4, 4, 4]", "'shape' takes a list of one to %d numbers",
                        LW_TORUS_AXES);
    }
    const lw_yaml *item = shape->first;
    for (int i = 0; i < LW_TORUS_AXES; i++, item = item != NULL ? item->next : NULL) {
        int64_t length = 1;
        if (item != NULL) {
            LW_TRY(lw_option_parse_value(&row, item, &length, diags));
        }
        out->shape[i] = (uint32_t)length;
    }
    return LW_OK;
}

lw_status lw_link_spec_read(const lw_object *object, lw_arena *arena, lw_diags *diags, lw_link_spec *out) {
    const lw_link_common *common = object->common;
    *out = (lw_link_spec){.object = object,
                          .family = lw_family_of(object->type),
                          .params = lw_arena_alloc(arena, 1, object->type->params_size),
                          .pattern = (lw_pattern)common->pattern};
    if (out->params == NULL) {
        return LW_NO_MEMORY;
    }
    memcpy(out->params, object->params, object->type->params_size);
    LW_TRY(read_between(common, diags, out));
    return read_shape(common, diags, out);
}

typedef struct lowering {
    const lw_link_spec *link;
    const lw_node_spec *node;
    lw_diags *diags;
} lowering;

static void tell_lowered(const char *key, int64_t from, int64_t to, void *user) {
    const lowering *l = user;
    lw_note(l->diags, l->link->object->place, NULL, "links.%s runs at %s %lld, not %lld: '%s' has no more", l->link->object->name,
            key, (long long)to, (long long)from, l->node->object->name);
}

void lw_link_spec_train_down(lw_link_spec *spec, const lw_node_spec *node, lw_diags *diags) {
    if (spec->family->train_down != NULL) {
        lowering l = {spec, node, diags};
        const lw_port_bound port = {node->params->native_gen, node->params->native_lanes};
        spec->family->train_down(spec->params, &port, tell_lowered, &l);
    }
}

static size_t kept_bytes(const lw_link_model *model) {
    return offsetof(lw_link_model, segment) + (size_t)model->segment_count * sizeof *model->segment;
}

const lw_link_model *lw_link_model_keep(const lw_link_model *model, lw_arena *arena) {
    void *kept = lw_arena_alloc(arena, 1, kept_bytes(model));
    return kept != NULL ? memcpy(kept, model, kept_bytes(model)) : NULL;
}

void lw_link_model_load(const lw_link_model *kept, lw_link_model *out) {
    memset(out, 0, sizeof *out);
    memcpy(out, kept, kept_bytes(kept));
}

lw_status lw_link_spec_resolve(lw_link_spec *spec, lw_arena *arena, lw_diags *diags) {
    const lw_family *family = spec->family;
    size_t errors = lw_diags_errors(diags);
    if (family->type.check != NULL) {
        LW_TRY(family->type.check(spec->params, spec->object->set, spec->object->place, diags));
    }
    if (lw_diags_errors(diags) > errors) {
        return LW_BAD_INPUT;
    }
    lw_link_model model;
    memset(&model, 0, sizeof model);  // equal links are equal bytes
    family->resolve(spec->params, &model);
    spec->model = lw_link_model_keep(&model, arena);
    if (spec->model == NULL) {
        return LW_NO_MEMORY;
    }
    if (family->coherence != NULL) {
        family->coherence(spec->params, &spec->coherence);
    }
    if (family->switch_limits != NULL) {
        family->switch_limits(spec->params, &spec->limits);
    }
    return LW_OK;
}
