// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/report/grounds.h"

#include <stdlib.h>
#include <string.h>

#include "sim/report/grid.h"

enum { ROWS_MOST = 500, TEXT_MOST = 160 };  // a machine of thousands of links names each

typedef struct writer {
    const lw_document *document;
    lw_arena *arena;
    lw_list objects;   // const lw_object *: as they stand, and what a sweep or --set puts in their place
    lw_list presets;   // const lw_preset *
    lw_list defaults;  // const lw_option *: those that were told
} writer;

// ---- What there is ----

static bool add_once(lw_list *list, const void *item, lw_arena *arena, bool *fresh) {
    const void *const *items = LW_LIST_ITEMS(list, const void *);
    *fresh = false;
    for (size_t i = 0; i < list->count; i++) {
        if (items[i] == item) {
            return true;
        }
    }
    const void **added = LW_LIST_ADD(list, const void *, arena);
    if (added != NULL) {
        *added = item;
        *fresh = true;
    }
    return added != NULL;
}

static lw_status add_object(writer *w, const lw_object *object) {
    bool fresh;
    const lw_object **added = LW_LIST_ADD(&w->objects, const lw_object *, w->arena);
    if (added == NULL || (object->preset != NULL && !add_once(&w->presets, object->preset, w->arena, &fresh))) {
        return LW_NO_MEMORY;
    }
    *added = object;
    return LW_OK;
}

static lw_status add_edits(writer *w, const lw_edit *edit, size_t count) {
    for (size_t e = 0; e < count; e++) {
        LW_TRY(edit[e].replacement != NULL ? add_object(w, edit[e].replacement) : LW_OK);
    }
    return LW_OK;
}

static lw_status find_objects(writer *w) {
    const lw_document *document = w->document;
    for (int s = 0; s < LW_SECTION_RUN; s++) {
        for (size_t i = 0; i < document->count[s]; i++) {
            LW_TRY(add_object(w, document->object[s][i]));
        }
    }
    for (size_t a = 0; a < document->sweep.axis_count; a++) {
        const lw_axis *axis = &document->sweep.axis[a];
        for (size_t v = 0; v < axis->count; v++) {
            LW_TRY(add_edits(w, axis->value[v].edit, axis->value[v].edit_count));
        }
    }
    return add_edits(w, document->late, document->late_count);
}

// ---- Words ----

// As it would stand in one line of a file; cut where it is long.
static void add_yaml(const lw_yaml *value, lw_text *out) {
    if (value->kind == LW_SCALAR) {
        lw_text_add(out, value->text != NULL ? value->text : "");
        return;
    }
    lw_text_add(out, value->kind == LW_LIST ? "[" : "{");
    for (const lw_yaml *child = value->first; child != NULL; child = child->next) {
        lw_text_add(out, child == value->first ? "" : ", ");
        if (out->length > TEXT_MOST) {
            lw_text_add(out, "...");
            break;
        }
        if (child->key != NULL) {
            lw_text_print(out, "%s: ", child->key);
        }
        add_yaml(child, out);
    }
    lw_text_add(out, value->kind == LW_LIST ? "]" : "}");
}

// In the arena; NULL when out of memory.
static const char *taken(lw_text *text, lw_arena *arena) {
    const char *copy = text->failed ? NULL : lw_arena_copy(arena, text->bytes != NULL ? text->bytes : "");
    lw_text_free(text);
    return copy;
}

static const char *yaml_text(const lw_yaml *value, lw_arena *arena) {
    lw_text text = {0};
    add_yaml(value, &text);
    return taken(&text, arena);
}

// "oculink.yaml:12", without the folder, which is of this machine.
static const char *place_text(lw_place place, lw_arena *arena) {
    if (place.source == NULL) {
        return "";
    }
    const char *slash = strrchr(place.source->name, '/');
    const char *name = slash != NULL ? slash + 1 : place.source->name;
    return place.line > 0 ? lw_arena_print(arena, "%s:%d", name, place.line) : name;
}

static lw_status write_grid(const char *title, const lw_grid *grid, size_t rows, lw_text *out) {
    if (grid == NULL) {
        return LW_NO_MEMORY;
    }
    if (rows == 0) {
        return LW_OK;
    }
    lw_text_print(out, "\n%s\n", title);
    LW_TRY(lw_grid_write(grid, 0, LW_WIDTH_MARKDOWN, out));
    if (rows > ROWS_MOST) {
        lw_text_print(out, "and %zu more.\n", rows - ROWS_MOST);
    }
    return LW_OK;
}

// ---- The tables ----

static lw_status write_presets(writer *w, lw_text *out) {
    lw_grid *grid = lw_grid_new(w->arena, "lllll");
    size_t rows = 0;
    LW_GRID_ADD(grid, "preset", "parameter", "value", "evidence", "source");
    for (size_t i = 0; i < w->presets.count; i++) {
        const lw_preset *preset = LW_LIST_ITEMS(&w->presets, const lw_preset *)[i];
        const lw_yaml *row = preset->rows != NULL ? preset->rows->first : NULL;
        for (; row != NULL; row = row->next) {
            bool stated;
            const lw_yaml *given = lw_map_get(row, "value");
            const char *error = lw_map_text(row, "error"), *note = lw_map_text(row, "note"), *source = lw_map_text(row, "source");
            const char *value = given != NULL ? yaml_text(given, w->arena) : "";
            if (rows++ >= ROWS_MOST) {
                continue;
            }
            const char *spread = lw_map_text(row, "spread");
            value = value != NULL && error != NULL ? lw_arena_print(w->arena, "%s \u00b1 %s", value, error) : value;
            value = value != NULL && spread != NULL ? lw_arena_print(w->arena, "%s, systems \u00b1 %s", value, spread) : value;
            source = source == NULL ? "" : note == NULL ? source : lw_arena_print(w->arena, "%s (%s)", source, note);
            if (value == NULL || source == NULL) {
                return LW_NO_MEMORY;
            }
            LW_GRID_ADD(grid, preset->name, row->key, value, lw_evidence_words[lw_preset_evidence(preset, row->key, &stated)],
                        source);
        }
    }
    return write_grid("What presets say", grid, rows, out);
}

// An object's own keys.
static lw_status add_own(const writer *w, const lw_object *object, lw_grid *grid, size_t *rows) {
    const lw_yaml *key = object->yaml != NULL && object->yaml->kind == LW_MAP ? object->yaml->first : NULL;
    for (; key != NULL; key = key->next) {
        const char *path = lw_arena_print(w->arena, "%s.%s.%s", object->section->name, object->name, key->key);
        const char *value = yaml_text(key, w->arena), *place = place_text(key->place, w->arena);
        if (path == NULL || value == NULL || place == NULL) {
            return LW_NO_MEMORY;
        }
        if ((*rows)++ < ROWS_MOST) {
            LW_GRID_ADD(grid, path, value, place);
        }
    }
    return LW_OK;
}

static lw_status add_axis(const writer *w, const lw_axis *axis, lw_grid *grid, size_t *rows) {
    lw_text text = {0};
    for (size_t v = 0; v < axis->count && text.length < TEXT_MOST; v++) {
        lw_text_print(&text, "%s%s", v > 0 ? ", " : "", axis->value[v].text);
    }
    if (text.length >= TEXT_MOST) {
        lw_text_print(&text, "... (%zu values)", axis->count);
    }
    const char *values = taken(&text, w->arena), *place = place_text(axis->place, w->arena);
    const char *path = lw_arena_print(w->arena, "sweep of %s", axis->path);
    if (values == NULL || place == NULL || path == NULL) {
        return LW_NO_MEMORY;
    }
    if ((*rows)++ < ROWS_MOST) {
        LW_GRID_ADD(grid, path, values, place);
    }
    return LW_OK;
}

static lw_status write_own(const writer *w, lw_text *out) {
    const lw_document *document = w->document;
    lw_grid *grid = lw_grid_new(w->arena, "lll");
    size_t rows = 0;
    LW_GRID_ADD(grid, "key", "value", "where");
    for (int s = 0; s < LW_SECTION_RUN; s++) {
        for (size_t i = 0; i < document->count[s]; i++) {
            LW_TRY(add_own(w, document->object[s][i], grid, &rows));
        }
    }
    for (size_t a = 0; a < document->sweep.axis_count; a++) {
        LW_TRY(add_axis(w, &document->sweep.axis[a], grid, &rows));
    }
    return write_grid("What the scenario says itself, what it sweeps as in its first point", grid, rows, out);
}

// Does a default enter: is it a number, and neither none nor what a standard says for the rest?
static bool enters(const lw_object *object, const lw_option *row, const char *value) {
    const bool given = object->set->mark[row - object->type->options].given ||
                       (object->preset != NULL && lw_map_get(object->preset->values, row->key) != NULL);
    const bool number =
        row->kind == LW_OPTION_QUANTITY_INT || row->kind == LW_OPTION_QUANTITY_REAL || row->kind == LW_OPTION_INTEGER;
    return !given && number && row->evidence > LW_SPECIFIED && strcmp(value, "auto") != 0 && strtod(value, NULL) != 0;
}

static lw_status write_defaults(writer *w, lw_text *out) {
    lw_grid *grid = lw_grid_new(w->arena, "lllll");
    size_t rows = 0;
    LW_GRID_ADD(grid, "of", "parameter", "default", "evidence", "source");
    for (size_t i = 0; i < w->objects.count; i++) {
        const lw_object *object = LW_LIST_ITEMS(&w->objects, const lw_object *)[i];
        for (const lw_option *row = object->type->options; row->key != NULL; row++) {
            char buffer[LW_QUANTITY_TEXT];
            const char *value = lw_option_print(row, object->params, buffer);
            bool fresh = false;
            if (!enters(object, row, value)) {
                continue;
            }
            value = lw_arena_copy(w->arena, value);
            if (value == NULL || !add_once(&w->defaults, row, w->arena, &fresh)) {
                return LW_NO_MEMORY;
            }
            if (fresh && rows++ < ROWS_MOST) {
                LW_GRID_ADD(grid, object->type->name, row->key, value, lw_evidence_words[row->evidence],
                            row->source != NULL ? row->source : "");
            }
        }
    }
    return write_grid("Defaults that no standard says", grid, rows, out);
}

lw_status lw_report_grounds(const lw_document *document, lw_arena *arena, lw_text *out) {
    writer w = {.document = document, .arena = arena};
    LW_TRY(find_objects(&w));
    LW_TRY(write_presets(&w, out));
    LW_TRY(write_own(&w, out));
    LW_TRY(write_defaults(&w, out));
    return out->failed ? LW_NO_MEMORY : LW_OK;
}
