// SPDX-License-Identifier: GPL-3.0-or-later
// Libraries that work names and nobody describes: the newest preset of that name.
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "sim/config/document.h"

static const char key[] = "library";

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
static const char *newest(const lw_catalog *catalog, const char *name) {
    const char *const *names = lw_catalog_names(catalog, LW_SHELF_LIBRARIES);
    const size_t length = strlen(name);
    const char *found = NULL;
    for (size_t i = 0; i < lw_catalog_count(catalog, LW_SHELF_LIBRARIES); i++) {
        if (strcmp(names[i], name) == 0) {
            return names[i];
        }
        const bool is_one = strncmp(names[i], name, length) == 0 && names[i][length] == '-';
        found = is_one && (found == NULL || is_older(found, names[i])) ? names[i] : found;
    }
    return found;
}

// A preset whose name is no name that a scenario could give: of a version.
static lw_status refuse(const lw_reader *reader, const lw_yaml *name) {
    const int stem = (int)strcspn(name->text, "-");
    return lw_error(reader->diags, name->place,
                    lw_diags_text(reader->diags, "write libraries: {%.*s: {preset: %s}} and library: %.*s", stem, name->text,
                                  name->text, stem, name->text),
                    "'%s' is a preset, and no library of this scenario", name->text);
}

// Says what it is, or is wrong, which whoever reads it tells.
static bool is_complete(const lw_yaml *library) {
    return library != NULL &&
           (library->kind != LW_MAP || lw_map_get(library, "preset") != NULL || lw_map_get(library, "type") != NULL);
}

static lw_status imply(const lw_reader *reader, lw_yaml *root, const lw_yaml *name) {
    const lw_yaml *described = lw_map_get(root, "libraries");
    const bool is_other = described != NULL && described->kind != LW_MAP && !lw_is_empty(described);  // told by who reads it
    if (name == NULL || name->kind != LW_SCALAR || is_other || is_complete(lw_map_get(described, name->text))) {
        return LW_OK;
    }
    const char *preset = newest(lw_presets_catalog(reader->presets), name->text);
    if (preset == NULL) {
        return LW_OK;
    }
    if (strchr(name->text, '.') != NULL) {
        return refuse(reader, name);
    }
    if (strcmp(preset, name->text) != 0 && name->place.line > 0) {
        lw_note(reader->diags, name->place,
                lw_diags_text(reader->diags, "libraries: {%s: {preset: ...}} takes another", name->text),
                "'%s' is the newest preset of that name, %s", name->text, preset);
    }
    lw_yaml value = {.kind = LW_SCALAR, .place = name->place, .text = preset, .key = "preset", .key_place = name->place};
    lw_yaml library = {
        .kind = LW_MAP, .place = name->place, .key = name->text, .key_place = name->place, .first = &value, .count = 1};
    lw_yaml section = {
        .kind = LW_MAP, .place = name->place, .key = "libraries", .key_place = name->place, .first = &library, .count = 1};
    const lw_yaml top = {.kind = LW_MAP, .first = &section, .count = 1};
    return lw_tree_merge(root, &top, reader->arena);  // which copies
}

// Values of a sweep over the library of some work, or over whole works.
static lw_status imply_swept(const lw_reader *reader, lw_yaml *root, const lw_yaml *axis) {
    static const char works[] = "workloads.";
    const char *last = strrchr(axis->key, '.');
    const bool of_works = strncmp(axis->key, works, sizeof works - 1) == 0, named = last != NULL && strcmp(last + 1, key) == 0;
    for (const lw_yaml *value = of_works ? axis->first : NULL; value != NULL; value = value->next) {
        LW_TRY(imply(reader, root, value->kind == LW_MAP ? lw_map_get(value, key) : named ? value : NULL));
    }
    return LW_OK;
}

static const lw_yaml *first_of(const lw_yaml *works) {
    return works != NULL && works->kind == LW_MAP ? works->first : NULL;
}

// By one of these works, or by a task of a graph among them. Files nest 32 deep at most.
static bool is_named_in(const lw_yaml *works, const char *name) {
    for (const lw_yaml *work = first_of(works); work != NULL; work = work->next) {
        const char *library = lw_map_text(work, key);
        if ((library != NULL && strcmp(library, name) == 0) || is_named_in(lw_map_get(work, "tasks"), name)) {
            return true;
        }
    }
    return false;
}

// Work that leaves it to its cards which library it takes: all that there are. They have no place, so
// that nobody is told of those that are not taken.
static lw_status imply_all(const lw_reader *reader, lw_yaml *root, const lw_yaml *work) {
    const lw_section *works = &reader->format->section[LW_SECTION_WORKLOADS];
    const lw_section *libraries = &reader->format->section[LW_SECTION_LIBRARIES];
    const char *kind = lw_map_text(work, works->type_key);
    const lw_type *type = kind != NULL ? lw_section_find(works, kind) : NULL;
    const lw_option *row = type != NULL ? lw_option_find(type->options, key) : NULL;
    const bool leaves = row != NULL && strcmp(row->fallback, "auto") == 0 && lw_map_get(work, "algorithm") == NULL;
    const lw_type *library;
    for (size_t i = 0; leaves && (library = libraries->type_at(i)) != NULL; i++) {
        const lw_yaml name = {.kind = LW_SCALAR, .text = library->name};
        LW_TRY(imply(reader, root, &name));
    }
    return LW_OK;
}

static lw_status imply_in(const lw_reader *reader, lw_yaml *root, const lw_yaml *works) {
    for (const lw_yaml *work = first_of(works); work != NULL; work = work->next) {
        const lw_yaml *named = lw_map_get(work, key);
        const bool open = named == NULL || (named->kind == LW_SCALAR && strcmp(named->text, "auto") == 0);
        LW_TRY(open ? imply_all(reader, root, work) : imply(reader, root, named));
        LW_TRY(imply_in(reader, root, lw_map_get(work, "tasks")));
    }
    return LW_OK;
}

bool lw_library_is_named(const lw_yaml *root, const char *name) {
    return is_named_in(lw_map_get(root, "workloads"), name);
}

lw_status lw_libraries_imply(const lw_reader *reader, lw_yaml *root) {
    const lw_yaml *sweep = lw_map_get(root, "sweep");
    LW_TRY(imply_in(reader, root, lw_map_get(root, "workloads")));
    for (const lw_yaml *axis = sweep != NULL && sweep->kind == LW_MAP ? sweep->first : NULL; axis != NULL; axis = axis->next) {
        LW_TRY(imply_swept(reader, root, axis));
    }
    return LW_OK;
}
