// SPDX-License-Identifier: GPL-3.0-or-later
// Libraries, models and runtimes that work names and nobody describes: the preset of that name, or the
// newest of its versions.
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "sim/config/document.h"

// What work names by a key.
typedef struct named {
    const char *key;
    lw_section_id section;
    bool versions;  // presets are NAME-VERSION
} named;
static const named all_named[] = {
    {"library", LW_SECTION_LIBRARIES, true}, {"model", LW_SECTION_MODELS, false}, {"runtime", LW_SECTION_RUNTIMES, true}, {0}};

// Is version a older than b, numbers by their value: "2.9" than "2.30"?
static bool is_older(const char *a, const char *b) {
    while (*a != '\0' && *b != '\0') {
        if (isdigit((unsigned char)*a) && isdigit((unsigned char)*b)) {
            char *rest_a, *rest_b;
            const unsigned long x = strtoul(a, &rest_a, 10), y = strtoul(b, &rest_b, 10);
            if (x != y) {
                return x < y;
            }
            a = rest_a;
            b = rest_b;
        } else if (*a != *b) {
            return *a < *b;
        } else {
            a++;
            b++;
        }
    }
    return *a == '\0' && *b != '\0';
}

// The preset of that name, else the newest NAME-VERSION; NULL: there is none.
static const char *newest(const lw_catalog *catalog, lw_shelf shelf, bool versions, const char *name) {
    const char *const *names = lw_catalog_names(catalog, shelf);
    const size_t length = strlen(name);
    const char *found = NULL;
    for (size_t i = 0; i < lw_catalog_count(catalog, shelf); i++) {
        if (strcmp(names[i], name) == 0) {
            return names[i];
        }
        const bool is_one = versions && strncmp(names[i], name, length) == 0 && names[i][length] == '-';
        found = is_one && (found == NULL || is_older(found, names[i])) ? names[i] : found;
    }
    return found;
}

// A preset whose name is no name that a scenario could give: of a version.
static lw_status refuse(const lw_reader *reader, const lw_yaml *name, const named *what) {
    const int stem = (int)strcspn(name->text, "-");
    return lw_error(reader->diags, name->place,
                    lw_diags_text(reader->diags, "write %s: {%.*s: {preset: %s}} and %s: %.*s", lw_section_words[what->section],
                                  stem, name->text, name->text, what->key, stem, name->text),
                    "'%s' is a preset, and no %s of this scenario", name->text, what->key);
}

// Says what it is, or is wrong, which whoever reads it tells.
static bool is_complete(const lw_yaml *object) {
    return object != NULL &&
           (object->kind != LW_MAP || lw_map_get(object, "preset") != NULL || lw_map_get(object, "type") != NULL);
}

static lw_status imply(const lw_reader *reader, lw_yaml *root, const lw_yaml *name, const named *what) {
    const char *const top = lw_section_words[what->section];
    const lw_yaml *described = lw_map_get(root, top);
    const bool is_other = described != NULL && described->kind != LW_MAP && !lw_is_empty(described);  // told by who reads it
    if (name == NULL || name->kind != LW_SCALAR || is_other || is_complete(lw_map_get(described, name->text))) {
        return LW_OK;
    }
    const char *preset =
        newest(lw_presets_catalog(reader->presets), reader->format->section[what->section].shelf, what->versions, name->text);
    if (preset == NULL) {
        return LW_OK;
    }
    if (strchr(name->text, '.') != NULL) {
        return refuse(reader, name, what);
    }
    if (strcmp(preset, name->text) != 0 && name->place.line > 0) {
        lw_note(reader->diags, name->place,
                lw_diags_text(reader->diags, "%s: {%s: {preset: ...}} takes another", top, name->text),
                "'%s' is the newest preset of that name, %s", name->text, preset);
    }
    lw_yaml value = {.kind = LW_SCALAR, .place = name->place, .text = preset, .key = "preset", .key_place = name->place};
    lw_yaml object = {
        .kind = LW_MAP, .place = name->place, .key = name->text, .key_place = name->place, .first = &value, .count = 1};
    lw_yaml section = {.kind = LW_MAP, .place = name->place, .key = top, .key_place = name->place, .first = &object, .count = 1};
    const lw_yaml file = {.kind = LW_MAP, .first = &section, .count = 1};
    return lw_tree_merge(root, &file, reader->arena);  // which copies
}

// Values of a sweep over the library of some work, or over whole works.
static lw_status imply_swept(const lw_reader *reader, lw_yaml *root, const lw_yaml *axis, const named *what) {
    static const char works[] = "workloads.";
    const char *last = strrchr(axis->key, '.');
    const bool of_works = strncmp(axis->key, works, sizeof works - 1) == 0,
               here = last != NULL && strcmp(last + 1, what->key) == 0;
    for (const lw_yaml *value = of_works ? axis->first : NULL; value != NULL; value = value->next) {
        LW_TRY(imply(reader, root, value->kind == LW_MAP ? lw_map_get(value, what->key) : here ? value : NULL, what));
    }
    return LW_OK;
}

static const lw_yaml *first_of(const lw_yaml *works) {
    return works != NULL && works->kind == LW_MAP ? works->first : NULL;
}

// By one of these works, or by a task of a graph among them. Files nest 32 deep at most.
static bool is_named_in(const lw_yaml *works, const char *key, const char *name) {
    for (const lw_yaml *work = first_of(works); work != NULL; work = work->next) {
        const char *given = lw_map_text(work, key);
        if ((given != NULL && strcmp(given, name) == 0) || is_named_in(lw_map_get(work, "tasks"), key, name)) {
            return true;
        }
    }
    return false;
}

// Work that leaves it to its cards which library it takes: all that there are; work that has a default:
// that. They have no place, so that nobody is told of those that are not taken.
static lw_status imply_default(const lw_reader *reader, lw_yaml *root, const lw_yaml *work, const named *what) {
    const lw_section *works = &reader->format->section[LW_SECTION_WORKLOADS];
    const lw_section *section = &reader->format->section[what->section];
    const char *kind = lw_map_text(work, works->type_key);
    const lw_type *type = kind != NULL ? lw_section_find(works, kind) : NULL;
    const lw_option *row = type != NULL ? lw_option_find(type->options, what->key) : NULL;
    if (row == NULL || row->fallback == NULL || lw_map_get(work, "algorithm") != NULL) {
        return LW_OK;
    }
    if (strcmp(row->fallback, "auto") != 0) {
        const lw_yaml name = {.kind = LW_SCALAR, .text = row->fallback};
        return imply(reader, root, &name, what);
    }
    const lw_type *every;
    for (size_t i = 0; (every = section->type_at(i)) != NULL; i++) {
        const lw_yaml name = {.kind = LW_SCALAR, .text = every->name};
        LW_TRY(imply(reader, root, &name, what));
    }
    return LW_OK;
}

static lw_status imply_in(const lw_reader *reader, lw_yaml *root, const lw_yaml *works, const named *what) {
    for (const lw_yaml *work = first_of(works); work != NULL; work = work->next) {
        const lw_yaml *name = lw_map_get(work, what->key);
        const bool open = name == NULL || (name->kind == LW_SCALAR && strcmp(name->text, "auto") == 0);
        LW_TRY(open ? imply_default(reader, root, work, what) : imply(reader, root, name, what));
        LW_TRY(imply_in(reader, root, lw_map_get(work, "tasks"), what));
    }
    return LW_OK;
}

bool lw_object_is_named(const lw_yaml *root, lw_section_id section, const char *name) {
    for (const named *what = all_named; what->key != NULL; what++) {
        if (what->section == section && is_named_in(lw_map_get(root, "workloads"), what->key, name)) {
            return true;
        }
    }
    return false;
}

lw_status lw_objects_imply(const lw_reader *reader, lw_yaml *root) {
    const lw_yaml *sweep = lw_map_get(root, "sweep");
    for (const named *what = all_named; what->key != NULL; what++) {
        LW_TRY(imply_in(reader, root, lw_map_get(root, "workloads"), what));
        for (const lw_yaml *axis = sweep != NULL && sweep->kind == LW_MAP ? sweep->first : NULL; axis != NULL;
             axis = axis->next) {
            LW_TRY(imply_swept(reader, root, axis, what));
        }
    }
    return LW_OK;
}
