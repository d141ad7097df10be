// SPDX-License-Identifier: GPL-3.0-or-later
// --set, --engine and --seed: what the command line changes of a file.
#include <string.h>

#include "sim/base/suggest.h"
#include "sim/config/document.h"

static const char *const fresh_keys[] = {"preset", "type", "kind", NULL};

bool lw_starts_afresh(const lw_yaml *value) {
    for (int i = 0; value->kind == LW_MAP && fresh_keys[i] != NULL; i++) {
        if (lw_map_get(value, fresh_keys[i]) != NULL) {
            return true;
        }
    }
    return false;
}

static bool is_place(const lw_section *section, const char *key) {
    return lw_is_among(key, section->place);
}

lw_yaml *lw_put_object(const lw_section *section, const lw_yaml *object, const lw_yaml *value, lw_arena *arena) {
    bool maps = value->kind == LW_MAP && object->kind == LW_MAP;
    lw_yaml *out = lw_tree_copy(maps ? object : value, arena);
    if (out == NULL) {
        return NULL;
    }
    out->key = object->key;
    out->key_place = object->key_place;
    if (!maps) {
        return out;
    }
    for (lw_yaml **at = &out->first; lw_starts_afresh(value) && *at != NULL;) {
        if (is_place(section, (*at)->key)) {
            at = &(*at)->next;
        } else {
            *at = (*at)->next;
            out->count--;
        }
    }
    out->place = value->place;
    return lw_tree_merge(out, value, arena) == LW_OK ? out : NULL;
}

// "workloads.*.bytes": the same value under every name of the map before the star.
static lw_status put_in_all(const lw_reader *reader, lw_yaml *root, const lw_setting *setting, const char *star) {
    const char *top = lw_arena_copy_n(reader->arena, setting->path, (size_t)(star - setting->path - 1));
    if (top == NULL) {
        return LW_NO_MEMORY;
    }
    const lw_yaml *group = lw_tree_at(root, top);
    for (const lw_yaml *item = group != NULL && group->kind == LW_MAP ? group->first : NULL, *next; item != NULL; item = next) {
        next = item->next;  // putting a value may replace the item
        lw_setting one = *setting;
        one.path = lw_arena_print(reader->arena, "%s.%s%s", top, item->key, star + 1);
        if (one.path == NULL) {
            return LW_NO_MEMORY;
        }
        LW_TRY(lw_put(reader, root, &one));
    }
    return LW_OK;
}

lw_status lw_put(const lw_reader *reader, lw_yaml *root, const lw_setting *setting) {
    const char *star = strstr(setting->path, ".*");
    if (star != NULL && (star[2] == '.' || star[2] == '\0')) {
        return put_in_all(reader, root, setting, star + 1);
    }
    lw_path path;
    const lw_yaml *value = setting->value, *old = lw_tree_at(root, setting->path);
    bool whole = lw_path_parse(setting->path, &path) && path.section != LW_SECTION_RUN && path.key == NULL;
    if (whole && old != NULL) {
        value = lw_put_object(&reader->format->section[path.section], old, value, reader->arena);
    } else if (old != NULL && old->kind == LW_MAP && value->kind == LW_MAP) {
        lw_yaml *merged = lw_tree_copy(old, reader->arena);
        value = merged != NULL && lw_tree_merge(merged, value, reader->arena) == LW_OK ? merged : NULL;
    }
    return value == NULL ? LW_NO_MEMORY : lw_tree_set(root, setting->path, value, setting->place, reader->arena, reader->diags);
}

// A fixed value ends the sweep of it. One of a single name ends no sweep of them all.
static void end_sweep(lw_yaml *root, const char *path) {
    lw_yaml *sweep = lw_tree_at(root, "sweep");
    if (sweep == NULL || sweep->kind != LW_MAP) {
        return;
    }
    for (lw_yaml **at = &sweep->first; *at != NULL;) {
        const char *axis = (*at)->key;
        bool same = lw_path_is_within(path, axis) && lw_path_is_within(axis, path);
        if (same && (strchr(axis, '*') == NULL || strcmp(axis, path) == 0)) {
            *at = (*at)->next;
            sweep->count--;
        } else {
            at = &(*at)->next;
        }
    }
}

// The keys of a sweep are paths with dots in them, so that lw_tree_set cannot reach them.
static lw_status set_axis(lw_yaml *root, const char *path, lw_yaml *value, lw_place at, lw_arena *arena, lw_diags *diags) {
    lw_yaml *sweep = lw_tree_at(root, "sweep");
    if (sweep == NULL || sweep->kind != LW_MAP) {
        lw_yaml empty = {.kind = LW_MAP, .place = at};
        LW_TRY(lw_tree_set(root, "sweep", &empty, at, arena, diags));
        sweep = lw_tree_at(root, "sweep");
    }
    lw_yaml holder = {.kind = LW_MAP, .first = value, .count = 1};
    value->key = path;
    value->key_place = at;
    return lw_tree_merge(sweep, &holder, arena);
}

// The path and the value of "PATH=VALUE".
static lw_status split(const char *argument, lw_arena *arena, lw_diags *diags, lw_setting *out, lw_yaml **value) {
    lw_source *source = LW_NEW(arena, lw_source), *text = LW_NEW(arena, lw_source);
    const char *equals = strchr(argument, '=');
    if (source == NULL || text == NULL) {
        return LW_NO_MEMORY;
    }
    *source = (lw_source){"--set", argument, strlen(argument)};
    *out = (lw_setting){.place = {source, 1, 1}};
    if (equals == NULL || equals == argument) {
        (void)lw_error(diags, out->place, "write --set links.egpu.lanes=8", "'%s' is not of the form PATH=VALUE", argument);
        return LW_BAD_USAGE;
    }
    out->path = lw_arena_copy_n(arena, argument, (size_t)(equals - argument));
    if (out->path == NULL) {
        return LW_NO_MEMORY;
    }
    if (equals[1] == '\0') {
        (void)lw_error(diags, out->place, "write --set links.egpu.lanes=8", "--set %s gives no value", out->path);
        return LW_BAD_USAGE;
    }
    *text = (lw_source){lw_arena_print(arena, "--set %s", out->path), equals + 1, strlen(equals + 1)};
    if (text->name == NULL) {
        return LW_NO_MEMORY;
    }
    lw_status parsed = lw_tree_parse(text, arena, diags, value);
    out->value = *value;
    return parsed == LW_BAD_INPUT ? LW_BAD_USAGE : parsed;
}

// Does the tree have what the path names?
static lw_status check_path(lw_yaml *root, const lw_setting *setting, lw_arena *arena, lw_diags *diags) {
    lw_path path;
    if (!lw_path_parse(setting->path, &path)) {
        return lw_error(diags, setting->place, lw_path_hint, "'%s' is no path into a scenario", setting->path);
    }
    if (path.section == LW_SECTION_RUN) {
        return LW_OK;
    }
    const char *top = lw_arena_copy_n(arena, setting->path, strcspn(setting->path, "."));
    const char *wanted = path.name == NULL ? "*" : lw_arena_copy_n(arena, path.name, path.name_length);
    if (top == NULL || wanted == NULL) {
        return LW_NO_MEMORY;
    }
    const lw_yaml *group = lw_tree_at(root, top);
    lw_list names = {0};
    for (const lw_yaml *item = group != NULL && group->kind == LW_MAP ? group->first : NULL; item != NULL; item = item->next) {
        if (path.name == NULL || strcmp(item->key, wanted) == 0) {
            return LW_OK;
        }
        lw_candidate(&names, lw_arena_print(arena, "%s.%s", top, item->key), arena);
    }
    if (lw_object_is_named(root, path.section, wanted)) {
        return LW_OK;
    }
    const char *whole = lw_arena_print(arena, "%s.%s", top, wanted);
    return whole == NULL ? LW_NO_MEMORY
                         : lw_error(diags, setting->place, lw_did_you_mean_in(diags, whole, &names, NULL),
                                    "the scenario has no '%s'", whole);
}

static lw_status apply_set(const lw_reader *reader, lw_yaml *root, const char *argument, lw_list *settings) {
    lw_setting setting;
    lw_yaml *value = NULL;
    LW_TRY(split(argument, reader->arena, reader->diags, &setting, &value));
    if (strncmp(setting.path, "sweep.", 6) == 0) {
        return set_axis(root, setting.path + 6, value, setting.place, reader->arena, reader->diags);
    }
    end_sweep(root, setting.path);
    if (strcmp(setting.path, "title") != 0) {
        LW_TRY(check_path(root, &setting, reader->arena, reader->diags));
        lw_setting *kept = LW_LIST_ADD(settings, lw_setting, reader->arena);
        if (kept == NULL) {
            return LW_NO_MEMORY;
        }
        *kept = setting;
    }
    return lw_put(reader, root, &setting);
}

static lw_status apply_text(const lw_reader *reader, lw_yaml *root, const char *key, const char *text, const char *flag) {
    if (text == NULL) {
        return LW_OK;
    }
    lw_source *source = LW_NEW(reader->arena, lw_source);
    if (source == NULL) {
        return LW_NO_MEMORY;
    }
    *source = (lw_source){flag, text, strlen(text)};
    lw_place at = {source, 1, 1};
    const lw_yaml *value = lw_scalar_new(reader->arena, text, at);
    end_sweep(root, key);
    return value == NULL ? LW_NO_MEMORY : lw_tree_set(root, key, value, at, reader->arena, reader->diags);
}

lw_status lw_settings_apply(const lw_reader *reader, lw_yaml *root, const lw_load *load, lw_list *settings) {
    if (load == NULL) {
        return LW_OK;
    }
    for (size_t i = 0; i < load->set_count; i++) {
        LW_TRY(apply_set(reader, root, load->set[i], settings));
    }
    LW_TRY(apply_text(reader, root, "engine", load->engine, "--engine"));
    return apply_text(reader, root, "seed", load->seed, "--seed");
}

// The part of a path behind the thing that is swept; "" where it is that thing itself.
static const char *behind(const char *path, const char *axis) {
    for (const char *dot = axis; dot != NULL; dot = strchr(dot + 1, '.')) {
        path += strcspn(path + 1, ".") + 1;
    }
    return *path == '.' ? path + 1 : path;
}

// A setting must leave the values of the sweep what they are called.
static lw_status check_late(const lw_setting *late, const lw_axis *axis, lw_diags *diags) {
    const char *key = behind(late->path, axis->path);
    size_t length = strcspn(key, ".");
    const char *hint = lw_diags_text(diags, "set %s, which ends the sweep", axis->path);
    if (length == 0) {
        lw_warn(diags, late->place, hint, "points are named by the sweep of %s, which %s does not follow", axis->path,
                late->path);
        return LW_OK;
    }
    for (size_t v = 0; v < axis->count; v++) {
        const lw_yaml *value = axis->value[v].yaml;
        for (const lw_yaml *own = value->kind == LW_MAP ? value->first : NULL; own != NULL; own = own->next) {
            if (strlen(own->key) == length && strncmp(own->key, key, length) == 0) {
                return lw_error(diags, late->place, hint, "the sweep of %s sets %s itself", axis->path, own->key);
            }
        }
    }
    return LW_OK;
}

lw_status lw_settings_keep_late(lw_list *settings, const lw_sweep *sweep, lw_diags *diags) {
    lw_setting *late = LW_LIST_ITEMS(settings, lw_setting);
    size_t kept = 0;
    for (size_t i = 0; i < settings->count; i++) {
        bool under = false;
        for (size_t a = 0; a < sweep->axis_count; a++) {
            if (lw_path_is_within(late[i].path, sweep->axis[a].path)) {
                LW_TRY(check_late(&late[i], &sweep->axis[a], diags));
                under = true;
            }
        }
        if (under) {
            late[kept++] = late[i];
        }
    }
    settings->count = kept;
    return LW_OK;
}
