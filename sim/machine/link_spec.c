// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/machine/link_spec.h"

#include <string.h>

#include "sim/config/catalog.h"

const char *const lw_pattern_words[] = {"each", "star", "ring", "mesh", "torus", NULL};
const char lw_pattern_help[] =
    "between groups: each (in order; 2 with 8: four each), star (one to all), ring (neighbours of one group), mesh (every pair), "
    "torus (neighbours of one group in a grid of `shape`)";
const char lw_shape_help[] = "of a torus: nodes along each axis, as in [4, 4, 4]";
const char *const lw_link_own_keys[] = {"between", "type", "preset", "pattern", "shape", NULL};

static lw_status read_between(const lw_yaml *node, lw_diags *diags, lw_link_spec *out) {
    static const char hint[] = "write between: [host, gpu]";
    const lw_yaml *between = lw_map_get(node, "between");
    if (between == NULL) {
        static const char *const wanted[] = {"between", NULL};
        return lw_key_missing(node, wanted, hint, lw_diags_text(diags, "links.%s does not say what it is between", node->key),
                              diags);
    }
    if (between->kind != LW_LIST || between->count != 2) {
        return lw_error(diags, between->place, hint, "'between' takes a list of two nodes");
    }
    const lw_yaml *end = between->first;
    for (int i = 0; i < 2; i++, end = end->next) {
        if (end->kind != LW_SCALAR) {
            return lw_error(diags, end->place, hint, "an end of a link is the name of a node");
        }
        out->between[i] = end->text;
        out->between_place[i] = end->place;
    }
    return LW_OK;
}

static lw_status read_shape(const lw_yaml *node, lw_diags *diags, lw_link_spec *out) {
    static const lw_option row = {"shape", LW_OPTION_INTEGER, LW_PLAIN, 0, NULL, NULL, 1, 65536, "", NULL};
    const lw_yaml *shape = lw_map_get(node, "shape");
    bool torus = out->pattern == LW_PATTERN_TORUS;
    if ((shape != NULL) != torus) {
        return lw_error(diags, shape != NULL ? shape->place : node->place, "write pattern: torus, shape: [4, 4, 4]",
                        torus ? "links.%s is a torus without a shape" : "links.%s has a shape but is no torus", node->key);
    }
    if (!torus) {
        return LW_OK;
    }
    if (shape->kind != LW_LIST || shape->count < 1 || shape->count > LW_TORUS_AXES) {
        return lw_error(diags, shape->place, "write shape: [4, 4, 4]", "'shape' takes a list of one to %d numbers",
                        LW_TORUS_AXES);
    }
    out->shape_place = shape->place;
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

static const lw_family *nearest_family(const char *name) {
    const char *names[64];
    size_t count = 0;
    for (size_t i = 0; lw_families[i] != NULL && count < 64; i++) {
        names[count++] = lw_families[i]->name;
    }
    const char *nearest = lw_nearest(name, names, count);
    return nearest != NULL ? lw_family_find(nearest) : NULL;
}

static lw_status read_family(const lw_yaml *node, lw_diags *diags, lw_link_spec *out) {
    const lw_yaml *type = lw_map_get(node, "type");
    if (type == NULL && out->preset == NULL) {
        static const char *const wanted[] = {"preset", "type", NULL};
        return lw_key_missing(node, wanted, "add preset: NAME (see `lanewise list links`) or type: pcie and its parameters",
                              lw_diags_text(diags, "links.%s has neither a preset nor a type", node->key), diags);
    }
    if (type != NULL && type->kind != LW_SCALAR) {
        return lw_error(diags, type->place, "write type: pcie", "'type' takes a word");
    }
    const char *name = type != NULL ? type->text : out->preset->type;
    lw_place place = type != NULL ? type->place : out->preset->root->place;
    out->family = lw_family_find(name);
    if (out->family == NULL) {
        const lw_family *nearest = nearest_family(name);
        const char *hint =
            nearest != NULL ? lw_diags_text(diags, "did you mean '%s'?", nearest->name) : "`lanewise list links` names them";
        return lw_error(diags, place, hint, "there is no link type '%s'", name);
    }
    if (type != NULL && out->preset != NULL && strcmp(name, out->preset->type) != 0) {
        return lw_error(diags, place, "leave 'type' out", "the preset '%s' is of type %s, not %s", out->preset->name,
                        out->preset->type, name);
    }
    return LW_OK;
}

lw_status lw_link_read(const lw_yaml *node, const lw_catalog *catalog, lw_arena *arena, lw_diags *diags, lw_link_spec *out) {
    *out = (lw_link_spec){.name = node->key, .place = node->key_place};
    if (node->kind != LW_MAP) {
        return lw_error(diags, node->place, "write NAME: {between: [a, b], preset: ...}", "the link '%s' must be a map",
                        node->key);
    }
    if (strpbrk(node->key, ".[] ") != NULL || node->key[0] == '\0') {
        return lw_error(diags, node->key_place, "use letters, digits, - and _", "'%s' is no name for a link", node->key);
    }
    LW_TRY(read_between(node, diags, out));
    const lw_yaml *values = NULL, *preset = lw_map_get(node, "preset"), *pattern = lw_map_get(node, "pattern");
    if (preset != NULL) {
        LW_TRY(lw_catalog_use(catalog, LW_PRESET_LINK, preset, diags, &out->preset, &values));
    }
    LW_TRY(read_family(node, diags, out));
    if (pattern != NULL) {
        static const lw_option row = {"pattern", LW_OPTION_WORD, LW_PLAIN, 0, "each", lw_pattern_words, 0, 0, "", NULL};
        int word = 0;
        LW_TRY(lw_option_parse_value(&row, pattern, &word, diags));
        out->pattern = (lw_pattern)word;
    }
    LW_TRY(read_shape(node, diags, out));
    out->params = lw_arena_alloc(arena, 1, out->family->params_size);
    if (out->params == NULL) {
        return LW_NO_MEMORY;
    }
    const lw_option *table = out->family->options;
    lw_options_default(table, out->params);
    lw_option_set preset_set = {0}, all;
    if (values != NULL) {
        LW_TRY(lw_options_parse(table, values, NULL, out->params, &preset_set, diags));
    }
    LW_TRY(lw_options_parse(table, node, lw_link_own_keys, out->params, &out->user, diags));
    all = out->user;
    for (size_t i = 0; table[i].key != NULL; i++) {
        all.given[i] = all.given[i] || preset_set.given[i];
    }
    const char *what = lw_arena_print(arena, "links.%s (type %s)", node->key, out->family->name);
    return what == NULL ? LW_NO_MEMORY : lw_options_require(table, &all, what, node->place, diags);
}

static void limit_to(lw_link_spec *spec, const lw_node *device, const char *key, int64_t native, lw_diags *diags) {
    const lw_option *row = lw_option_find(spec->family->options, key);
    if (native == LW_AUTO || row == NULL || row->kind != LW_OPTION_INTEGER) {
        return;
    }
    int64_t *value = (int64_t *)(void *)((char *)spec->params + row->offset);
    if (*value != LW_AUTO && *value > native) {
        lw_note(diags, spec->place, NULL, "links.%s runs at %s %lld, not %lld: '%s' has no more", spec->name, key,
                (long long)native, (long long)*value, device->spec->name);
        *value = native;
    }
}

void lw_link_limit(lw_link_spec *spec, const lw_node *device, lw_diags *diags) {
    if (spec->family->train_down == NULL) {
        return;  // native_gen and native_lanes speak of PCIe
    }
    spec->family->train_down(spec->params);
    limit_to(spec, device, "gen", LW_NODE_GET(device, native_gen), diags);
    limit_to(spec, device, "lanes", LW_NODE_GET(device, native_lanes), diags);
}

lw_status lw_link_finish(lw_link_spec *spec, lw_diags *diags) {
    size_t errors = lw_diags_errors(diags);
    if (spec->family->check != NULL) {
        LW_TRY(spec->family->check(spec->params, &spec->user, spec->place, diags));
    }
    if (lw_diags_errors(diags) > errors) {
        return LW_BAD_INPUT;
    }
    spec->family->resolve(spec->params, &spec->link);
    return LW_OK;
}
