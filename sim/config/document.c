// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/config/document.h"

#include <string.h>

#include "sim/base/sha256.h"
#include "sim/base/suggest.h"
#include "sim/config/source.h"

#define YAML_ROW(word, field, says) \
    { .key = (word), .kind = LW_OPTION_YAML, .offset = offsetof(lw_head, field), .fallback = "", .help = (says) }

const lw_option lw_head_options[] = {
    {.key = "lanewise",
     .kind = LW_OPTION_INTEGER,
     .offset = offsetof(lw_head, version),
     .minimum = 1,
     .maximum = 1,
     .help = "format version of this file"},
    {.key = "title",
     .kind = LW_OPTION_TEXT,
     .offset = offsetof(lw_head, title),
     .fallback = "",
     .help = "headline of tables and charts"},
    {.key = "description",
     .kind = LW_OPTION_TEXT,
     .offset = offsetof(lw_head, description),
     .fallback = "",
     .help = "what the scenario is for"},
    YAML_ROW("include", include, "files whose nodes, links and workloads come first"),
    YAML_ROW("nodes", nodes, "hosts, GPUs, switches: name: {preset: ...} or name: {kind: ...}"),
    YAML_ROW("links", links, "name: {between: [a, b], preset: ...} or with type and parameters"),
    YAML_ROW("libraries", libraries, "communication libraries that collectives name: nccl: {preset: nccl-2.30}"),
    YAML_ROW("models", models, "language models that work names: mine: {preset: llama-3-8b} or with layers and sizes"),
    YAML_ROW("runtimes", runtimes, "programs that run them: mine: {preset: llama-cpp-2026-08}"),
    YAML_ROW("workloads", workloads, "name: {kind: copy, from: ..., to: ..., bytes: ...}"),
    YAML_ROW("sweep", sweep, "path: list of values, or {from, to, factor | step}; all combinations run"),
    YAML_ROW("measured", measured, "names of measured tables to lay over the charts"),
    YAML_ROW("charts", charts, "charts to draw"),
    YAML_ROW("assert", asserts, "conditions on the results, such as \"workloads.upload.bandwidth_GBps > 6\""),
    {0}};

// ---- What a path of the sweep names ----

typedef struct loading {
    const lw_reader *reader;
    lw_document *document;
    const lw_yaml *section[LW_SECTION_RUN];  // the map of each, NULL: none
    // [section][object]: every point puts another object in its place
    bool **replaced;
    size_t axis;              // the one whose edits are being made
    const lw_document *like;  // the same with other presets; NULL: it is the first
} loading;

static const lw_section *section_of(const loading *in, lw_section_id id) {
    return &in->reader->format->section[id];
}

static lw_status check_path(const loading *in, const lw_axis *axis, lw_path *out) {
    lw_diags *diags = in->reader->diags;
    if (!lw_path_parse(axis->path, out)) {
        return lw_error(diags, axis->place, lw_path_hint, "'%s' is no path into a scenario", axis->path);
    }
    if (out->section == LW_SECTION_RUN) {
        return LW_OK;
    }
    lw_list names = {0};
    const char *top = section_of(in, out->section)->name;
    const lw_yaml *map = in->section[out->section];
    for (const lw_yaml *item = map != NULL ? map->first : NULL; item != NULL; item = item->next) {
        if (out->name == NULL ||
            (strlen(item->key) == out->name_length && strncmp(item->key, out->name, out->name_length) == 0)) {
            return LW_OK;
        }
        if (lw_diags_errors(diags) < LW_DIAG_MAX) {
            lw_candidate(&names, lw_arena_print(in->reader->arena, "%s.%s", top, item->key), in->reader->arena);
        }
    }
    const char *whole = lw_diags_text(diags, "%s.%.*s", top, (int)out->name_length, out->name == NULL ? "*" : out->name);
    return lw_error(diags, axis->place, lw_did_you_mean_in(diags, whole, &names, NULL), "the scenario has no '%s'", whole);
}

static bool is_named(const lw_path *path, const char *name) {
    return path->name == NULL || (strlen(name) == path->name_length && strncmp(name, path->name, path->name_length) == 0);
}

static bool is_head(const lw_section *section, const char *key) {
    return key != NULL && ((section->has_presets && strcmp(key, "preset") == 0) || strcmp(key, section->type_key) == 0);
}

// Does the axis put other objects in place: maps that start afresh, or another preset or type?
static bool replaces(const loading *in, const lw_axis *axis, const lw_path *path) {
    if (path->section == LW_SECTION_RUN) {
        return false;
    }
    bool any = is_head(section_of(in, path->section), path->key);
    for (size_t v = 0; path->key == NULL && v < axis->count; v++) {
        any = any || lw_starts_afresh(axis->value[v].yaml);
    }
    return any;
}

// ---- Objects ----

// What every point sets need not stand in the file: the first value of an axis joins a copy of the map
// where the key is missing. from: the first axis that counts, since an object that starts afresh forgets
// what others set before.
static lw_status complete(const loading *in, lw_section_id id, size_t from, const lw_yaml *object, const lw_yaml **out) {
    lw_yaml *whole = NULL;
    *out = object;
    const lw_sweep *sweep = &in->document->sweep;
    for (size_t a = from; a < sweep->axis_count; a++) {
        lw_path path;
        if (!lw_path_parse(sweep->axis[a].path, &path) || path.section != id || path.key == NULL ||
            !is_named(&path, object->key) || strpbrk(path.key, ".[") != NULL || lw_map_get(*out, path.key) != NULL ||
            object->kind != LW_MAP) {
            continue;
        }
        whole = whole != NULL ? whole : lw_tree_copy(object, in->reader->arena);
        if (whole == NULL) {
            return LW_NO_MEMORY;
        }
        *out = whole;
        const lw_yaml *first = sweep->axis[a].value[0].yaml;
        LW_TRY(lw_tree_set(whole, path.key, first, sweep->axis[a].place, in->reader->arena, in->reader->diags));
    }
    return LW_OK;
}

static lw_status read_object(const loading *in, lw_section_id id, size_t from, const lw_yaml *yaml, lw_object **out) {
    lw_object *object = LW_NEW(in->reader->arena, lw_object);
    if (object == NULL) {
        return LW_NO_MEMORY;
    }
    const lw_yaml *whole;
    LW_TRY(complete(in, id, from, yaml, &whole));
    LW_TRY(lw_object_read(in->reader, id, whole, object));
    *out = object;
    return LW_OK;
}

// What the document before has there; NULL where that is of other presets, or none was before.
static lw_status same_object(const loading *in, lw_section_id id, size_t index, const lw_object **out) {
    const lw_object *object = in->like != NULL ? in->like->object[id][index] : NULL;
    const lw_preset *preset = NULL;
    if (object != NULL && object->preset != NULL) {
        LW_TRY(lw_presets_read(in->reader->presets, object->preset->shelf, object->preset->name, &preset));
    }
    *out = object != NULL && object->preset == preset ? object : NULL;
    return LW_OK;
}

static lw_status read_section(const loading *in, lw_section_id id) {
    lw_document *document = in->document;
    const lw_yaml *map = in->section[id];
    size_t count = map != NULL ? map->count : 0, index = 0;
    document->object[id] = LW_NEW_ARRAY(in->reader->arena, const lw_object *, count);
    if (document->object[id] == NULL) {
        return LW_NO_MEMORY;
    }
    lw_status status = LW_OK;
    for (const lw_yaml *item = map != NULL ? map->first : NULL; item != NULL; item = item->next, index++) {
        lw_object *object = NULL;
        if (in->replaced[id][index]) {
            continue;
        }
        lw_status read = same_object(in, id, index, &document->object[id][index]);
        if (read == LW_OK && document->object[id][index] == NULL) {
            read = read_object(in, id, 0, item, &object);
            document->object[id][index] = object;
        }
        if (read == LW_NO_MEMORY) {
            return read;
        }
        status = read != LW_OK ? read : status;
    }
    document->count[id] = count;
    return status;
}

// ---- Edits of the sweep ----

static lw_status add_edit(const loading *in, lw_list *edits, lw_edit edit) {
    lw_edit *slot = LW_LIST_ADD(edits, lw_edit, in->reader->arena);
    if (slot == NULL) {
        return LW_NO_MEMORY;
    }
    *slot = edit;
    return LW_OK;
}

static lw_status replace_object(const loading *in, const lw_path *path, uint32_t index, const lw_yaml *item,
                                const lw_setting *value, lw_list *edits) {
    lw_arena *arena = in->reader->arena;
    lw_yaml *whole =
        path->key == NULL ? lw_put_object(section_of(in, path->section), item, value->value, arena) : lw_tree_copy(item, arena);
    if (whole == NULL) {
        return LW_NO_MEMORY;
    }
    if (path->key != NULL) {
        LW_TRY(lw_tree_set(whole, path->key, value->value, value->place, arena, in->reader->diags));
    }
    lw_object *object = NULL;
    bool keeps = path->key != NULL || !lw_starts_afresh(value->value);
    LW_TRY(read_object(in, path->section, keeps ? 0 : in->axis, whole, &object));
    return add_edit(in, edits,
                    (lw_edit){.section = path->section,
                              .object = index,
                              .replacement = object,
                              .keeps_options = keeps,
                              .place = value->value->place});
}

// A value inside a list or map: "between[0]".
static lw_status change_inside(const loading *in, const lw_object *object, const char *key, const lw_setting *value,
                               const lw_yaml **out) {
    lw_yaml *map = lw_tree_copy(object->yaml, in->reader->arena);
    if (map == NULL) {
        return LW_NO_MEMORY;
    }
    LW_TRY(lw_tree_set(map, key, value->value, value->place, in->reader->arena, in->reader->diags));
    const char *first = lw_arena_copy_n(in->reader->arena, key, strcspn(key, ".["));
    *out = first == NULL ? NULL : lw_map_get(map, first);
    return *out == NULL ? LW_NO_MEMORY : LW_OK;
}

// An option of one object, as its type and section know it.
static lw_status set_option(const loading *in, const lw_object *object, uint32_t index, const char *key, const lw_setting *value,
                            lw_list *edits) {
    size_t length = strcspn(key, ".[");
    const char *first = lw_arena_copy_n(in->reader->arena, key, length);
    if (first == NULL) {
        return LW_NO_MEMORY;
    }
    const lw_option *row = lw_option_find(object->type->options, first);
    bool common = row == NULL;
    row = common ? lw_option_find(object->section->common, first) : row;
    if (row == NULL) {
        return lw_option_unknown(object->type->options, NULL, first, value->place, in->reader->diags);
    }
    const lw_yaml *yaml = value->value;
    if (key[length] != '\0') {
        LW_TRY(change_inside(in, object, key, value, &yaml));
    }
    lw_edit edit;
    const lw_option_at at = {object->section->id, index, row, common};
    LW_TRY(lw_edit_option(object, &at, yaml, in->reader->diags, &edit));
    if (row->kind == LW_OPTION_YAML && key[length] != '\0') {
        edit.inside = key;
        edit.part = value->value;
    }
    return add_edit(in, edits, edit);
}

static bool knows(const lw_list *types, const lw_type *type) {
    for (size_t i = 0; i < types->count; i++) {
        if (LW_LIST_ITEMS(types, const lw_type *)[i] == type) {
            return true;
        }
    }
    return false;
}

// All types that an object may be of when the option is set: its own, or those of the replacements.
static lw_status set_option_of_all(const loading *in, const lw_path *path, uint32_t index, const char *key,
                                   const lw_setting *value, lw_list *edits) {
    const lw_object *own = in->document->object[path->section][index];
    if (own != NULL) {
        return set_option(in, own, index, key, value, edits);
    }
    lw_list seen = {0};
    const lw_sweep *sweep = &in->document->sweep;
    for (size_t a = 0; a < sweep->axis_count; a++) {
        for (size_t v = 0; v < sweep->axis[a].count; v++) {
            const lw_axis_value *other = &sweep->axis[a].value[v];
            for (size_t e = 0; e < other->edit_count; e++) {
                const lw_edit *edit = &other->edit[e];
                if (edit->replacement == NULL || edit->section != path->section || edit->object != index ||
                    knows(&seen, edit->replacement->type)) {
                    continue;
                }
                const lw_type **slot = LW_LIST_ADD(&seen, const lw_type *, in->reader->arena);
                if (slot == NULL) {
                    return LW_NO_MEMORY;
                }
                *slot = edit->replacement->type;
                LW_TRY(set_option(in, edit->replacement, index, key, value, edits));
            }
        }
    }
    return LW_OK;
}

// What one value at a path changes, in all objects that the path names. whole: edits that put other
// objects in place; else the others.
static lw_status make_edits(const loading *in, const lw_path *path, const lw_setting *value, bool whole, lw_list *edits) {
    if (path->section == LW_SECTION_RUN) {
        return whole ? LW_OK : set_option(in, in->document->object[LW_SECTION_RUN][0], 0, path->key, value, edits);
    }
    const lw_yaml *item = in->section[path->section]->first;
    for (uint32_t index = 0; item != NULL; item = item->next, index++) {
        if (!is_named(path, item->key)) {
            continue;
        }
        if (whole) {
            LW_TRY(replace_object(in, path, index, item, value, edits));
        } else if (path->key != NULL) {
            LW_TRY(set_option_of_all(in, path, index, path->key, value, edits));
        } else if (value->value->kind != LW_MAP) {
            return lw_error(in->reader->diags, value->value->place, section_of(in, path->section)->form,
                            "the %s '%s' must be a map", section_of(in, path->section)->noun, item->key);
        }
        for (const lw_yaml *key = !whole && path->key == NULL ? value->value->first : NULL; key != NULL; key = key->next) {
            const lw_setting one = {key->key, key, key->key_place};
            LW_TRY(set_option_of_all(in, path, index, key->key, &one, edits));
        }
    }
    return LW_OK;
}

static lw_status edit_axis(loading *in, lw_axis *axis, const lw_path *path, bool whole) {
    lw_status status = LW_OK;
    size_t failed = 0;
    in->axis = (size_t)(axis - in->document->sweep.axis);
    for (size_t v = 0; v < axis->count && failed < LW_DIAG_MAX; v++) {
        const lw_setting value = {axis->path, axis->value[v].yaml, axis->place};
        lw_list edits = {0};
        lw_status made = make_edits(in, path, &value, whole, &edits);
        if (made == LW_NO_MEMORY) {
            return made;
        }
        status = made != LW_OK ? made : status;
        failed += made != LW_OK;
        axis->value[v].edit = LW_LIST_ITEMS(&edits, const lw_edit);
        axis->value[v].edit_count = edits.count;
    }
    return status;
}

// Note which objects an axis puts others in place of; no two may do so for one object.
static lw_status note_replaced(const loading *in, const lw_axis *axis, const lw_path *path) {
    const lw_yaml *item = in->section[path->section]->first;
    for (size_t index = 0; item != NULL; item = item->next, index++) {
        if (!is_named(path, item->key)) {
            continue;
        }
        if (in->replaced[path->section][index]) {
            return lw_error(in->reader->diags, axis->place, "sweep one of the two", "another sweep chooses what %s.%s is, too",
                            section_of(in, path->section)->name, item->key);
        }
        in->replaced[path->section][index] = true;
    }
    return LW_OK;
}

// ---- All together ----

static lw_status find_sections(loading *in, const lw_yaml *root) {
    lw_status status = LW_OK;
    in->replaced = LW_NEW_ARRAY(in->reader->arena, bool *, LW_SECTIONS);
    if (in->replaced == NULL) {
        return LW_NO_MEMORY;
    }
    for (int id = 0; id < LW_SECTION_RUN; id++) {
        const lw_yaml *map = lw_map_get(root, section_of(in, (lw_section_id)id)->name);
        if (!lw_is_empty(map) && map->kind != LW_MAP) {
            status = lw_error(in->reader->diags, map->place, "write one `name: {...}` a line", "'%s' must be a map", map->key);
            continue;
        }
        in->section[id] = lw_is_empty(map) ? NULL : map;
        in->replaced[id] = LW_NEW_ARRAY(in->reader->arena, bool, in->section[id] != NULL ? map->count : 0);
        if (in->replaced[id] == NULL) {
            return LW_NO_MEMORY;
        }
    }
    return status;
}

static lw_status read_run(const loading *in, const lw_yaml *root) {
    const lw_section *section = section_of(in, LW_SECTION_RUN);
    lw_object *run = LW_NEW(in->reader->arena, lw_object);
    const lw_object **list = LW_NEW_ARRAY(in->reader->arena, const lw_object *, 1);
    if (run == NULL || list == NULL) {
        return LW_NO_MEMORY;
    }
    *run = (lw_object){.section = section,
                       .name = section->name,
                       .type = section->type_at(0),
                       .yaml = root,
                       .params = lw_arena_alloc(in->reader->arena, 1, section->type_at(0)->params_size),
                       .common = lw_arena_alloc(in->reader->arena, 1, 1),
                       .set = LW_NEW(in->reader->arena, lw_option_set),
                       .common_set = LW_NEW(in->reader->arena, lw_option_set)};
    if (run->params == NULL || run->common == NULL || run->set == NULL || run->common_set == NULL) {
        return LW_NO_MEMORY;
    }
    lw_options_default(run->type->options, run->params);
    LW_TRY(lw_options_pick(run->type->options, root, run->params, run->set, in->reader->diags));
    list[0] = run;
    in->document->object[LW_SECTION_RUN] = list;
    in->document->count[LW_SECTION_RUN] = 1;
    return LW_OK;
}

// Objects that every point replaces stand in the document as the first point has them.
static void take_first(const lw_document *document) {
    for (size_t a = 0; a < document->sweep.axis_count; a++) {
        const lw_axis_value *first = &document->sweep.axis[a].value[0];
        for (size_t e = 0; e < first->edit_count; e++) {
            const lw_edit *edit = &first->edit[e];
            if (edit->replacement != NULL && document->object[edit->section][edit->object] == NULL) {
                document->object[edit->section][edit->object] = edit->replacement;
            }
        }
    }
}

static lw_status read_late(loading *in) {
    const lw_list *settings = &in->document->settings;
    lw_list edits = {0};
    in->axis = in->document->sweep.axis_count;
    for (size_t i = 0; i < settings->count; i++) {
        const lw_setting *setting = &LW_LIST_ITEMS(settings, const lw_setting)[i];
        lw_path path;
        if (!lw_path_parse(setting->path, &path)) {
            return LW_INTERNAL;  // it was looked at when it was applied
        }
        bool whole = path.key == NULL ? lw_starts_afresh(setting->value)
                                      : path.section != LW_SECTION_RUN && is_head(section_of(in, path.section), path.key);
        LW_TRY(make_edits(in, &path, setting, whole, &edits));
    }
    in->document->late = LW_LIST_ITEMS(&edits, const lw_edit);
    in->document->late_count = edits.count;
    return LW_OK;
}

static lw_status read_objects(loading *in) {
    lw_document *document = in->document;
    const lw_yaml *root = document->root;
    lw_sweep *sweep = &document->sweep;
    lw_path *path = LW_NEW_ARRAY(in->reader->arena, lw_path, sweep->axis_count);
    bool *whole = LW_NEW_ARRAY(in->reader->arena, bool, sweep->axis_count);
    document->moves_machine = LW_NEW_ARRAY(in->reader->arena, bool, sweep->axis_count);
    if (path == NULL || whole == NULL || document->moves_machine == NULL) {
        return LW_NO_MEMORY;
    }
    lw_status status = find_sections(in, root);
    for (size_t a = 0; a < sweep->axis_count && status != LW_NO_MEMORY; a++) {
        lw_status found = check_path(in, &sweep->axis[a], &path[a]);
        whole[a] = found == LW_OK && replaces(in, &sweep->axis[a], &path[a]);
        found = whole[a] ? note_replaced(in, &sweep->axis[a], &path[a]) : found;
        document->moves_machine[a] = found == LW_OK && path[a].section <= LW_SECTION_LINKS;
        status = found != LW_OK ? found : status;
    }
    LW_TRY(status);
    LW_TRY(read_run(in, root));
    for (int id = 0; id < LW_SECTION_RUN; id++) {
        lw_status read = read_section(in, (lw_section_id)id);
        status = read != LW_OK && status != LW_NO_MEMORY ? read : status;
    }
    LW_TRY(status);
    // options need to know the types that replacements bring
    for (int pass = 0; pass < 2; pass++) {
        for (size_t a = 0; a < sweep->axis_count && status != LW_NO_MEMORY; a++) {
            lw_status edited = whole[a] == (pass == 0) ? edit_axis(in, &sweep->axis[a], &path[a], whole[a]) : LW_OK;
            status = edited != LW_OK ? edited : status;
        }
        LW_TRY(status);
    }
    LW_TRY(read_late(in));
    take_first(document);
    return LW_OK;
}

static lw_status read_head(const lw_reader *reader, const lw_yaml *root, bool whole_file, lw_head *out) {
    static const char *const other[] = {"seed", "engine", NULL};
    const lw_yaml *measured = lw_map_get(root, "measured");
    if (whole_file && measured != NULL && measured->kind == LW_SCALAR && lw_map_get(root, "lanewise") == NULL) {
        return lw_error(reader->diags, measured->key_place, "`lanewise validate` compares it with the model",
                        "this is a measured table, not a scenario");
    }
    lw_option_set set = {0};
    lw_options_default(lw_head_options, out);
    lw_status status = lw_options_parse(lw_head_options, root, other, out, &set, reader->diags);
    if (whole_file && !set.mark[0].given) {
        status = lw_error(reader->diags, root->place, "begin with lanewise: 1", "the file does not say which format it has");
    }
    return status;
}

static lw_status check_lists(const lw_head *head, lw_diags *diags) {
    const lw_yaml *const lists[] = {head->charts, head->measured, head->asserts};
    for (int i = 0; i < 3; i++) {
        if (lists[i] != NULL && lists[i]->kind != LW_LIST) {
            return lw_error(diags, lists[i]->place, "write [a, b], or one '- item' a line", "'%s' takes a list", lists[i]->key);
        }
    }
    return LW_OK;
}

static lw_status new_document(const lw_reader *reader, const lw_source *source, lw_document **out) {
    lw_document *document = LW_NEW(reader->arena, lw_document);
    if (document == NULL) {
        return LW_NO_MEMORY;
    }
    document->format = reader->format;
    document->presets = reader->presets;
    document->catalog = lw_presets_catalog(reader->presets);
    document->source = source;
    document->file = source->name;
    document->folder = lw_folder_of(source->name, reader->arena);
    lw_sha256(source->text != NULL ? source->text : "", source->text != NULL ? source->length : 0, document->sha256);
    *out = document;
    return document->folder == NULL ? LW_NO_MEMORY : LW_OK;
}

lw_status lw_document_read(const lw_reader *reader, const lw_source *source, const lw_load *load, lw_document **out) {
    lw_yaml *root;
    lw_document *document;
    LW_TRY(lw_tree_parse(source, reader->arena, reader->diags, &root));
    LW_TRY(new_document(reader, source, &document));
    lw_list sources = {0};
    document->root = root;
    LW_TRY(lw_include(reader, root, document->folder, &sources));
    document->included = LW_LIST_ITEMS(&sources, const lw_source *);
    document->included_count = sources.count;
    LW_TRY(lw_settings_apply(reader, root, load, &document->settings));
    LW_TRY(lw_objects_imply(reader, root));
    LW_TRY(read_head(reader, root, true, &document->head));
    document->title = document->head.title[0] != '\0' ? document->head.title : lw_yaml_stem(source->name, reader->arena);
    if (document->title == NULL) {
        return LW_NO_MEMORY;
    }
    const lw_yaml *work = lw_map_get(root, "workloads");
    document->work_place = work != NULL ? work->key_place : (lw_place){0};
    LW_TRY(check_lists(&document->head, reader->diags));
    LW_TRY(lw_sweep_read(document->head.sweep, reader->arena, reader->diags, &document->sweep));
    LW_TRY(lw_settings_keep_late(&document->settings, &document->sweep, reader->diags));
    loading in = {.reader = reader, .document = document};
    LW_TRY(read_objects(&in));
    bool idle = work == NULL || work->first == NULL;
    if (idle && (load == NULL || !load->look_only) && lw_diags_errors(reader->diags) == 0) {
        lw_warn(reader->diags, work == NULL ? root->place : work->place,
                "add workloads: {upload: {kind: copy, from: host, to: gpu, bytes: 1 GiB}}",
                "the scenario has no workloads, so nothing will run");
    }
    *out = document;
    return LW_OK;
}

lw_status lw_document_load(const lw_reader *reader, const char *path, const lw_load *load, lw_document **out) {
    const lw_source *source;
    LW_TRY(lw_source_read(path, reader->arena, reader->diags, &source));
    return lw_document_read(reader, source, load, out);
}

// The edits of an axis are made anew, what it says stays.
static lw_status copy_axes(const lw_sweep *from, lw_arena *arena, lw_sweep *out) {
    out->axis = LW_NEW_ARRAY(arena, lw_axis, from->axis_count);
    for (size_t a = 0; out->axis != NULL && a < from->axis_count; a++) {
        lw_axis_value *value = LW_NEW_ARRAY(arena, lw_axis_value, from->axis[a].count);
        if (value == NULL) {
            return LW_NO_MEMORY;
        }
        memcpy(value, from->axis[a].value, from->axis[a].count * sizeof *value);
        out->axis[a] = from->axis[a];
        out->axis[a].value = value;
    }
    return out->axis != NULL ? LW_OK : LW_NO_MEMORY;
}

lw_status lw_document_again(const lw_reader *reader, const lw_document *of, lw_document **out) {
    lw_document *document = LW_NEW(reader->arena, lw_document);
    if (document == NULL) {
        return LW_NO_MEMORY;
    }
    *document = *of;
    document->presets = reader->presets;
    document->catalog = lw_presets_catalog(reader->presets);
    LW_TRY(copy_axes(&of->sweep, reader->arena, &document->sweep));
    loading in = {.reader = reader, .document = document, .like = of};
    LW_TRY(read_objects(&in));
    *out = document;
    return LW_OK;
}

lw_status lw_document_of_table(const lw_reader *reader, const lw_table *table, lw_document **out) {
    lw_document *document;
    lw_yaml *root = lw_tree_copy(table->scenario, reader->arena);
    if (root == NULL) {
        return LW_NO_MEMORY;
    }
    LW_TRY(new_document(reader, table->source, &document));
    lw_list sources = {0};
    document->root = root;
    LW_TRY(lw_include(reader, root, document->folder, &sources));
    LW_TRY(read_head(reader, root, false, &document->head));
    document->title = document->file;
    if (document->head.sweep != NULL) {
        return lw_error(reader->diags, document->head.sweep->key_place, "list the values under points",
                        "the scenario of a measured table cannot sweep");
    }
    LW_TRY(lw_sweep_of_table(table->paths, table->rows, reader->arena, reader->diags, &document->sweep));
    loading in = {.reader = reader, .document = document};
    LW_TRY(read_objects(&in));
    *out = document;
    return LW_OK;
}
