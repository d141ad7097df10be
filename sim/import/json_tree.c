// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/import/json_tree.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/arena.h"

// jansson has no word for memory that ran out.
static _Thread_local bool out_of_memory;

static void *take(size_t bytes) {
    void *block = lw_memory_resize_block(NULL, bytes > 0 ? bytes : 1);
    out_of_memory = out_of_memory || block == NULL;
    return block;
}

static void give(void *block) {
    if (block != NULL) {
        (void)lw_memory_resize_block(block, 0);
    }
}

// before: lines of the file before the text.
static lw_status load(const lw_import *file, const char *text, size_t length, int before, json_t **out) {
    json_error_t error;
    out_of_memory = false;
    json_set_alloc_funcs(take, give);
    *out = json_loadb(text, length, JSON_REJECT_DUPLICATES, &error);
    if (out_of_memory) {
        json_decref(*out);
        *out = NULL;
        return LW_NO_MEMORY;
    }
    if (*out == NULL) {
        return lw_error(file->diags,
                        (lw_place){file->source, error.line > 0 ? before + error.line : 0,
                                   error.column > 0 ? error.column
                                   : error.line > 0 ? 1
                                                    : 0},
                        "is the file whole?", "no JSON: %s", error.text);
    }
    return LW_OK;
}

lw_status lw_json_load(const lw_import *file, json_t **out) {
    return load(file, file->source->text, file->source->length, 0, out);
}

lw_status lw_json_load_line(const lw_import *file, const lw_line *line, json_t **out) {
    return load(file, line->text, strlen(line->text), line->number - 1, out);
}

// ---- Places ----

static const char *skip_space(const char *at) {
    return at + strspn(at, " \t\r\n");
}

// Behind the text that begins here.
static const char *skip_text(const char *at) {
    for (at++; *at != '\0' && *at != '"'; at++) {
        at += *at == '\\' && at[1] != '\0';
    }
    return at + (*at == '"');
}

// Behind the value that begins here; the text is known to be JSON.
static const char *skip_value(const char *at) {
    int depth = 0;
    do {
        at = skip_space(at);
        if (*at == '"') {
            at = skip_text(at);
        } else if (*at == '{' || *at == '[') {
            depth++;
            at++;
        } else if (*at == '}' || *at == ']') {
            depth--;
            at++;
        } else if (*at == ',' || *at == ':') {
            at++;
        } else {
            at += strcspn(at, " \t\r\n,:]}");
        }
    } while (*at != '\0' && depth > 0);
    return at;
}

// The value of member `key`, or of number `index`, of what begins at `at`; NULL: none.
static const char *member(const char *at, const char *key, size_t length, long index) {
    at = skip_space(at + 1);
    for (long i = 0; *at != '\0' && *at != '}' && *at != ']'; i++) {
        const char *name = at;
        if (key != NULL) {
            at = skip_space(skip_text(at));
            at = skip_space(at + (*at == ':'));
        }
        if (key != NULL ? strncmp(name + 1, key, length) == 0 && name[length + 1] == '"' : i == index) {
            return at;
        }
        at = skip_space(skip_value(at));
        at = skip_space(at + (*at == ','));
    }
    return NULL;
}

lw_place lw_json_place(const lw_import *file, const char *path) {
    const char *begin = file->source->text, *at = skip_space(begin);
    while (*path != '\0' && at != NULL && *at != '\0') {
        if (*path == '[') {
            char *end;
            at = member(at, NULL, 0, strtol(path + 1, &end, 10));
            path = *end == ']' ? end + 1 : end;
        } else {
            path += *path == '.';
            const size_t length = strcspn(path, ".[");
            at = member(at, path, length, 0);
            path += length;
        }
    }
    lw_place place = {file->source, at != NULL, at != NULL};
    for (const char *c = begin; at != NULL && c < at; c++) {
        place.line += *c == '\n';
        place.column = *c == '\n' ? 1 : place.column + (((unsigned char)*c & 0xC0) != 0x80);
    }
    return place;
}

lw_place lw_json_place_of(const lw_import *file, const char *format, ...) {
    va_list list;
    va_start(list, format);
    const char *path = lw_arena_print_list(file->arena, format, list);
    va_end(list);
    return lw_json_place(file, path != NULL ? path : "");
}
