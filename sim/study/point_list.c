// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/study/point_list.h"

#include <string.h>

#include "sim/base/list.h"
#include "sim/base/utf8.h"
#include "sim/config/source.h"

typedef struct reading {
    const lw_source *source;
    const lw_point_columns *columns;
    lw_arena *arena;
    lw_diags *diags;
    const char *at;    // of the text, what is not read yet
    const char *line;  // the one that is being read
    int number;        // of that line
    lw_list unit;      // const char *, one a column; NULL: none
} reading;

// From text on, in the line that is being read.
static lw_place place_at(const reading *r, const char *text) {
    int characters = 1;
    for (const char *at = r->line; at < text; characters++) {
        uint32_t code;
        at += lw_utf8_next(at, (size_t)(text - at), &code);
    }
    return (lw_place){r->source, r->number, characters};
}

// The fields of the next line that has any; NULL in *out at the end of the file.
static lw_status next_row(reading *r, lw_yaml **out) {
    static const char blanks[] = " \t";
    *out = NULL;
    do {
        r->line = r->at;
        r->number++;
        r->at += strcspn(r->at, "\r\n");
        r->at += r->at[0] == '\r' && r->at[1] == '\n' ? 2 : r->at[0] != '\0' ? 1 : 0;
        const char *text = r->line + strspn(r->line, blanks);
        if (strchr("\r\n#", text[0]) == NULL) {
            break;
        }
    } while (r->at[0] != '\0');
    const char *end = r->line + strcspn(r->line, "\r\n"), *text = r->line + strspn(r->line, blanks);
    if (text == end || text[0] == '#') {
        return LW_OK;
    }
    lw_yaml *row = LW_NEW(r->arena, lw_yaml), **slot = row != NULL ? &row->first : NULL;
    for (const char *field = r->line; row != NULL && field != NULL; row->count++, slot = &(*slot)->next) {
        const char *comma = memchr(field, ',', (size_t)(end - field)), *last = comma != NULL ? comma : end;
        const char *next = comma != NULL ? comma + 1 : NULL;
        field += strspn(field, blanks);
        while (last > field && strchr(blanks, last[-1]) != NULL) {
            last--;
        }
        const bool quoted = last - field >= 2 && field[0] == '"' && last[-1] == '"';
        const char *word = last > field ? lw_arena_copy_n(r->arena, field + quoted, (size_t)(last - field) - 2 * quoted) : "";
        *slot = word != NULL ? lw_scalar_new(r->arena, word, place_at(r, last > field ? field : last)) : NULL;
        if (*slot == NULL) {
            return LW_NO_MEMORY;
        }
        (*slot)->parent = row;
        field = next;
    }
    if (row == NULL) {
        return LW_NO_MEMORY;
    }
    row->kind = LW_LIST;
    row->place = (lw_place){r->source, r->number, 1};
    *out = row;
    return LW_OK;
}

static const char *last_key(const char *path) {
    const char *dot = strrchr(path, '.');
    return dot != NULL ? dot + 1 : path;
}

// "bytes [B]" names the column "workloads.copy.bytes".
static bool is_named(const lw_yaml *name, const char *path) {
    const size_t length = strcspn(name->text, " [");
    const char *key = last_key(path);
    return (strlen(path) == length && strncmp(path, name->text, length) == 0) ||
           (strlen(key) == length && strncmp(key, name->text, length) == 0);
}

// "bytes,preset,time_us"
static const char *names_of(const reading *r) {
    const char *text = "";
    for (const lw_yaml *path = r->columns->vary->first; path != NULL; path = path->next) {
        text = lw_diags_text(r->diags, "%s%s,", text, last_key(path->text));
    }
    return lw_diags_text(r->diags, "its first line is %s%s", text, r->columns->metric);
}

// A file that names none of the columns may be anybody's: nothing of it is quoted.
static lw_status refuse(const reading *r) {
    lw_source *named = LW_NEW(r->arena, lw_source);
    if (named == NULL) {
        return LW_NO_MEMORY;
    }
    named->name = r->source->name;
    return lw_error(r->diags, (lw_place){named, 0, 0}, names_of(r), "the file does not begin with the names of the columns");
}

static lw_status read_head(reading *r) {
    lw_yaml *head = NULL;
    const lw_yaml *wrong = NULL;
    size_t known = 0;
    LW_TRY(next_row(r, &head));
    const lw_yaml *path = r->columns->vary->first;
    for (const lw_yaml *name = head != NULL ? head->first : NULL; name != NULL; name = name->next) {
        const char *open = strchr(name->text, '['), *close = open != NULL ? strchr(open, ']') : NULL;
        const char **unit = LW_LIST_ADD(&r->unit, const char *, r->arena);
        const char *text = close != NULL ? lw_arena_copy_n(r->arena, open + 1, (size_t)(close - open) - 1) : NULL;
        if (unit == NULL || (close != NULL && text == NULL)) {
            return LW_NO_MEMORY;
        }
        *unit = text;
        if (text != NULL && path == NULL) {
            return lw_error(r->diags, name->place, names_of(r), "the unit of what was observed stands in its name");
        }
        const bool named = is_named(name, path != NULL ? path->text : r->columns->metric);
        known += named;
        wrong = wrong == NULL && !named ? name : wrong;
        path = path != NULL ? path->next : NULL;
    }
    if (known == 0) {
        return refuse(r);
    }
    if (wrong != NULL || head->count != r->columns->vary->count + 1) {
        return lw_error(r->diags, wrong != NULL ? wrong->place : head->place, names_of(r),
                        "the columns are others than the table has");
    }
    return LW_OK;
}

// Numbers of columns with a unit get it.
static lw_status add_units(const reading *r, lw_yaml *row) {
    const char *const *unit = LW_LIST_ITEMS(&r->unit, const char *const);
    size_t column = 0;
    for (lw_yaml *cell = row->first; cell != NULL && column < r->columns->vary->count; cell = cell->next, column++) {
        const bool bare = cell->text[0] != '\0' && cell->text[strspn(cell->text, "0123456789.eE+-_")] == '\0';
        if (bare && unit[column] != NULL) {
            cell->text = lw_arena_print(r->arena, "%s %s", cell->text, unit[column]);
            LW_TRY(cell->text == NULL ? LW_NO_MEMORY : LW_OK);
        }
    }
    return LW_OK;
}

lw_status lw_point_list_read(const lw_yaml *name, const lw_point_columns *columns, const char *const folder[2], lw_arena *arena,
                             lw_diags *diags, lw_yaml **out) {
    const char *path = NULL;
    reading r = {.columns = columns, .arena = arena, .diags = diags};
    lw_yaml *list = LW_NEW(arena, lw_yaml);
    LW_TRY(list == NULL ? LW_NO_MEMORY : lw_source_find(name->text, folder, arena, &path));
    if (path == NULL) {
        return lw_error(diags, name->place, lw_diags_text(diags, "it is looked for in %s and %s", folder[0], folder[1]),
                        "there is no file '%s' of points", name->text);
    }
    LW_TRY(lw_source_read_at(path, LW_SOURCE_BYTES_MAX, name->place, arena, diags, &r.source));
    r.at = r.source->text;
    r.at += strncmp(r.at, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;  // a mark of byte order
    if (strlen(r.source->text) != r.source->length) {
        return refuse(&r);  // it has a byte of zero
    }
    LW_TRY(read_head(&r));
    *list = (lw_yaml){.kind = LW_LIST, .place = {r.source, 0, 0}, .key = name->key, .key_place = name->key_place};
    lw_yaml *row = NULL, **slot = &list->first;
    LW_TRY(next_row(&r, &row));
    while (row != NULL) {
        LW_TRY(add_units(&r, row));
        row->parent = list;
        *slot = row;
        slot = &row->next;
        list->count++;
        LW_TRY(next_row(&r, &row));
    }
    *out = list;
    return LW_OK;
}
