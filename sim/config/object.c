// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/config/object.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "sim/base/suggest.h"

const char *const lw_section_words[] = {"nodes", "links", "libraries", "models", "runtimes", "workloads", NULL};
const char lw_path_hint[] =
    "a path begins with nodes., links., libraries., models., runtimes. or workloads., or is seed or engine";

const lw_type *lw_section_find(const lw_section *section, const char *name) {
    const lw_type *type;
    for (size_t i = 0; (type = section->type_at(i)) != NULL; i++) {
        if (strcmp(type->name, name) == 0) {
            return type;
        }
    }
    return NULL;
}

bool lw_is_name(const char *name) {
    return name[0] != '\0' && name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")] == '\0';
}

// ---- Reading ----

typedef struct reading {
    const lw_section *section;
    const lw_yaml *value;
    lw_arena *arena;
    lw_diags *diags;
} reading;

// "a, b or c"
static const char *list_types(const reading *in) {
    const char *all = "";
    for (size_t i = 0; in->section->type_at(i) != NULL; i++) {
        const char *separator = i == 0 ? "" : in->section->type_at(i + 1) == NULL ? " or " : ", ";
        all = lw_diags_text(in->diags, "%s%s%s", all, separator, in->section->type_at(i)->name);
    }
    return all;
}

static lw_status unknown_type(const reading *in, const char *name, lw_place place) {
    lw_list names = {0};
    for (size_t i = 0; in->section->type_at(i) != NULL; i++) {
        lw_candidate(&names, in->section->type_at(i)->name, in->arena);
    }
    const char *otherwise = lw_diags_text(in->diags, "there are %s", list_types(in));
    return lw_error(in->diags, place, lw_did_you_mean_in(in->diags, name, &names, otherwise), "there is no %s %s '%s'",
                    in->section->noun, in->section->type_key, name);
}

static lw_status no_type(const reading *in) {
    const lw_section *section = in->section;
    const char *const wanted[] = {section->type_key, section->has_presets ? "preset" : NULL, NULL};
    const char *types = list_types(in);
    const char *hint = section->has_presets
                           ? lw_diags_text(in->diags, "add preset: NAME (`lanewise list %s` names them), or %s: %s",
                                           lw_shelf_words[section->shelf], section->type_key, types)
                           : lw_diags_text(in->diags, "add %s: %s", section->type_key, types);
    const char *message =
        section->has_presets
            ? lw_diags_text(in->diags, "%s.%s has neither a preset nor a %s", section->name, in->value->key, section->type_key)
            : lw_diags_text(in->diags, "%s.%s has no %s", section->name, in->value->key, section->type_key);
    return lw_key_missing(in->value, wanted, hint, message, in->diags);
}

static lw_status find_type(const reading *in, lw_object *out) {
    const lw_section *section = in->section;
    const lw_yaml *type = lw_map_get(in->value, section->type_key);
    if (type != NULL && type->kind != LW_SCALAR) {
        return lw_error(in->diags, type->place, lw_diags_text(in->diags, "write %s: NAME", section->type_key),
                        "'%s' takes a word", section->type_key);
    }
    const char *name = type != NULL ? type->text : out->preset != NULL ? out->preset->type : NULL;
    if (name == NULL && section->named_by_type && lw_section_find(section, in->value->key) != NULL) {
        name = in->value->key;  // the name is what most people give first
    }
    if (name == NULL) {
        return no_type(in);
    }
    out->type = lw_section_find(section, name);
    if (out->type == NULL) {
        return unknown_type(in, name, type != NULL ? type->place : out->preset != NULL ? out->preset->root->place : out->place);
    }
    if (type != NULL && out->preset != NULL && strcmp(name, out->preset->type) != 0) {
        return lw_error(in->diags, type->place, lw_diags_text(in->diags, "leave '%s' out", section->type_key),
                        "the preset '%s' is of %s %s, not %s", out->preset->name, section->type_key, out->preset->type, name);
    }
    return LW_OK;
}

static bool make_room(lw_object *object, lw_arena *arena) {
    object->params = lw_arena_alloc(arena, 1, object->type->params_size);
    object->common = lw_arena_alloc(arena, 1, object->section->common_size);
    object->set = lw_option_set_new(object->type->options, arena);
    object->common_set = lw_option_set_new(object->section->common, arena);
    return object->params != NULL && object->common != NULL && object->set != NULL && object->common_set != NULL;
}

// The keys that the table of the type does not know and that are no mistakes, NULL-terminated.
static void other_keys(const lw_section *section, const char **out) {
    size_t count = 0;
    for (const lw_option *row = section->common; row->key != NULL; row++) {
        out[count++] = row->key;
    }
    out[count++] = section->type_key;
    if (section->has_presets) {
        out[count++] = "preset";
    }
    out[count] = NULL;
}

// Options that neither the preset nor the scenario gives and that have no default.
static lw_status require(const reading *in, const lw_object *object, const lw_option_set *of_preset) {
    lw_option_set all;
    lw_option_set_copy(object->type->options, object->set, &all);
    for (size_t i = 0; object->type->options[i].key != NULL; i++) {
        all.mark[i].given = all.mark[i].given || of_preset->mark[i].given;
    }
    const char *what =
        lw_diags_text(in->diags, "%s.%s (%s %s)", in->section->name, object->name, in->section->type_key, object->type->name);
    lw_status own = lw_options_require(object->type->options, &all, what, in->value->place, in->diags);
    lw_status common = lw_options_require(in->section->common, object->common_set, what, in->value->place, in->diags);
    return own != LW_OK ? own : common;
}

static lw_status read_options(const reading *in, lw_object *out) {
    const lw_section *section = in->section;
    const char *other[LW_OPTION_MAX + 3];
    other_keys(section, other);
    if (section->prepare != NULL) {
        section->prepare(out->params);
    }
    lw_options_default(out->type->options, out->params);
    lw_options_default(section->common, out->common);
    lw_option_set of_preset = {0};
    if (out->preset != NULL) {
        LW_TRY(lw_options_parse(out->type->options, out->preset->values, NULL, out->params, &of_preset, in->diags));
    }
    lw_status own = lw_options_parse(out->type->options, in->value, other, out->params, out->set, in->diags);
    lw_status common = lw_options_pick(section->common, in->value, out->common, out->common_set, in->diags);
    LW_TRY(own);
    LW_TRY(common);
    return require(in, out, &of_preset);
}

lw_status lw_object_read(const lw_reader *reader, lw_section_id id, const lw_yaml *value, lw_object *out) {
    const lw_section *section = &reader->format->section[id];
    const reading in = {section, value, reader->arena, reader->diags};
    *out = (lw_object){.section = section, .name = value->key, .place = value->key_place, .yaml = value};
    if (!lw_is_name(value->key)) {
        return lw_error(in.diags, value->key_place, "use letters, digits, - and _", "'%.60s' is no name for a %s", value->key,
                        section->noun);
    }
    if (value->kind != LW_MAP && !(lw_is_empty(value) && section->named_by_type)) {
        return lw_error(in.diags, value->place, section->form, "the %s '%s' must be a map", section->noun, value->key);
    }
    const lw_yaml *preset = section->has_presets ? lw_map_get(value, "preset") : NULL;
    if (preset != NULL) {
        LW_TRY(lw_presets_use(reader->presets, section->shelf, preset, in.diags, &out->preset));
    }
    LW_TRY(find_type(&in, out));
    return make_room(out, in.arena) ? read_options(&in, out) : LW_NO_MEMORY;
}

lw_status lw_object_read_inside(const lw_section *section, const lw_yaml *value, const char *name, lw_arena *arena,
                                lw_diags *diags, lw_object *out) {
    lw_yaml named = *value;
    named.key = name;
    const reading in = {section, &named, arena, diags};
    *out = (lw_object){.section = section, .name = name, .place = value->key_place, .yaml = value};
    LW_TRY(find_type(&in, out));
    return make_room(out, arena) ? read_options(&in, out) : LW_NO_MEMORY;
}

lw_object *lw_object_copy(const lw_object *object, lw_arena *arena) {
    lw_object *copy = LW_NEW(arena, lw_object);
    if (copy == NULL) {
        return NULL;
    }
    *copy = *object;
    if (!make_room(copy, arena)) {
        return NULL;
    }
    memcpy(copy->params, object->params, object->type->params_size);
    memcpy(copy->common, object->common, object->section->common_size);
    lw_option_set_copy(object->type->options, object->set, copy->set);
    lw_option_set_copy(object->section->common, object->common_set, copy->common_set);
    return copy;
}

lw_status lw_object_check(const lw_object *object, lw_diags *diags) {
    return object->type->check == NULL ? LW_OK : object->type->check(object->params, object->set, object->place, diags);
}

lw_place lw_object_place(const lw_object *object, const char *key) {
    const struct {
        const lw_option *table;
        const lw_option_set *set;
    } part[] = {{object->type->options, object->set}, {object->section->common, object->common_set}};
    for (int i = 0; i < 2; i++) {
        const lw_option *row = lw_option_find(part[i].table, key);
        if (row != NULL && part[i].set->mark[row - part[i].table].given) {
            return part[i].set->mark[row - part[i].table].place;
        }
    }
    return object->place;
}

// ---- Edits ----

// The bytes of a field of a struct, as an edit keeps them.
static uint64_t field_bytes(const lw_option *row, const void *params) {
    _Alignas(max_align_t) unsigned char moved[sizeof(uint64_t)] = {0};
    lw_option at_front = *row;
    at_front.offset = 0;
    lw_option_copy(&at_front, (const char *)params + row->offset, moved);
    uint64_t value;
    memcpy(&value, moved, sizeof value);
    return value;
}

lw_status lw_edit_option(const lw_object *object, const lw_option_at *at, const lw_yaml *value, lw_diags *diags, lw_edit *out) {
    _Alignas(max_align_t) unsigned char params[LW_PARAMS_MAX] = {0};
    LW_TRY(lw_option_parse_value(at->row, value, params, diags));
    *out = lw_edit_copy(object, at, params);
    out->place = value->place;
    return LW_OK;
}

lw_edit lw_edit_copy(const lw_object *object, const lw_option_at *at, const void *params) {
    return (lw_edit){.section = at->section,
                     .object = at->object,
                     .type = at->common ? NULL : object->type,
                     .row = at->row,
                     .value = field_bytes(at->row, params)};
}

lw_edit lw_edit_number(const lw_object *object, uint32_t index, const lw_option *row, double value) {
    lw_edit edit = {.section = object->section->id, .object = index, .type = object->type, .row = row};
    if (row->kind == LW_OPTION_QUANTITY_REAL) {
        memcpy(&edit.value, &value, sizeof value);
    } else {
        assert(row->kind == LW_OPTION_QUANTITY_INT || row->kind == LW_OPTION_INTEGER);
        int64_t whole = llround(value);
        memcpy(&edit.value, &whole, sizeof whole);
    }
    return edit;
}

void lw_object_edit(lw_object *object, const lw_edit *edit) {
    assert(edit->replacement == NULL && (edit->type == NULL || edit->type == object->type));
    const lw_option *table = edit->type == NULL ? object->section->common : object->type->options;
    lw_option_set *set = edit->type == NULL ? object->common_set : object->set;
    char *params = edit->type == NULL ? object->common : object->params;
    lw_option at_front = *edit->row;
    at_front.offset = 0;
    lw_option_copy(&at_front, &edit->value, params + edit->row->offset);
    set->mark[edit->row - table].given = true;
    set->mark[edit->row - table].place = edit->place;
}
