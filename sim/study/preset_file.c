// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/study/preset_file.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/file.h"
#include "sim/base/text.h"

// A piece of the file that gives way to another text.
typedef struct change {
    size_t from, to;
    const char *text;
} change;
enum { CHANGES = 3 };  // of a row

static size_t offset_of(lw_place place) {
    const char *at = place.source->text;
    for (int line = 1; line < place.line; line++) {
        at = strchr(at, '\n') + 1;
    }
    for (int column = 1; column < place.column; at++) {
        column += ((unsigned char)at[1] & 0xC0) != 0x80;  // columns count characters
    }
    return (size_t)(at - place.source->text);
}

// The plain scalar of a flow map ends before its comma or brace.
static size_t end_of(const lw_source *source, size_t from) {
    size_t to = from + strcspn(source->text + from, ",}\n#");
    while (to > from && source->text[to - 1] == ' ') {
        to--;
    }
    return to;
}

static int by_place(const void *a, const void *b) {
    const change *one = a, *other = b;
    return one->from < other->from ? -1 : one->from > other->from;
}

// Value, error and correlations; what the row has not stands behind the one before.
static lw_status changes_of(const lw_fit_parameter *p, lw_arena *arena, change out[CHANGES]) {
    const lw_yaml *value = lw_map_get(p->row, "value"), *error = lw_map_get(p->row, "error");
    const lw_yaml *correlates = lw_map_get(p->row, "correlates");
    const lw_source *source = value->place.source;
    const size_t from = offset_of(value->place), to = end_of(source, from);
    const char *share = isnan(p->error) ? "auto" : lw_arena_print(arena, "%.2g %%", 100 * p->error);
    const char *own =
        correlates == NULL && p->correlates[0] != '\0' ? lw_arena_print(arena, ", correlates: %s", p->correlates) : "";
    if (share == NULL || own == NULL) {
        return LW_NO_MEMORY;
    }
    out[0] = (change){from, to, lw_fit_text(p, p->value, arena)};
    out[1] = (change){to, to, isnan(p->error) ? "" : lw_arena_print(arena, ", error: %s%s", share, own)};
    out[2] = (change){strlen(source->text), strlen(source->text), ""};
    if (error != NULL) {
        const size_t begin = offset_of(error->place);
        out[1] = (change){begin, end_of(source, begin), lw_arena_print(arena, "%s%s", share, own)};
    }
    if (correlates != NULL) {
        const size_t begin = offset_of(correlates->place);
        out[2] = (change){begin, begin + strcspn(source->text + begin, "}") + 1, p->correlates[0] != '\0' ? p->correlates : "{}"};
    }
    return out[0].text == NULL || out[1].text == NULL ? LW_NO_MEMORY : LW_OK;
}

static lw_status write_one(const lw_catalog *catalog, const lw_fit_parameter *parameter, size_t count, lw_arena *arena,
                           lw_diags *diags) {
    const lw_preset *preset = parameter[0].preset;
    const lw_source *source = preset->root->place.source;
    change *changes = LW_NEW_ARRAY(arena, change, CHANGES * count);
    const char *path = lw_catalog_path(catalog, preset->shelf, preset->name, arena);
    size_t changed = 0;
    if (changes == NULL || path == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        if (parameter[i].preset == preset) {
            LW_TRY(changes_of(&parameter[i], arena, changes + changed));
            changed += CHANGES;
        }
    }
    qsort(changes, changed, sizeof *changes, by_place);
    lw_text text = {0};
    size_t at = 0;
    for (size_t i = 0; i < changed; i++) {
        lw_text_add_n(&text, source->text + at, changes[i].from - at);
        lw_text_add(&text, changes[i].text);
        at = changes[i].to;
    }
    lw_text_add(&text, source->text + at);
    lw_status status = text.failed ? LW_NO_MEMORY : lw_file_write(path, text.bytes, text.length, diags);
    lw_text_free(&text);
    return status;
}

lw_status lw_preset_file_write(const lw_catalog *catalog, const lw_fit_parameter *parameter, size_t count, lw_arena *arena,
                               lw_diags *diags) {
    for (size_t i = 0; i < count; i++) {
        bool first = true;
        for (size_t k = 0; k < i; k++) {
            first = first && parameter[k].preset != parameter[i].preset;
        }
        if (first) {
            LW_TRY(write_one(catalog, parameter + i, count - i, arena, diags));
        }
    }
    return LW_OK;
}
