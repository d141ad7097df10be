// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/base/diag.h"

#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include "sim/base/text.h"
#include "sim/base/utf8.h"

enum { LINE_SHOWN_MAX = 160, TAB_WIDTH = 4 };

struct lw_diags {
    lw_arena *arena;
    lw_diag kept[2 * LW_DIAG_MAX];
    bool owns[2 * LW_DIAG_MAX];  // its place points into a copy of the text
    size_t kept_count;
    size_t kept_errors;       // of kept
    size_t errors, warnings;  // all that came
    size_t left_out;          // came, not kept
    bool sums_up;             // what may be said of each point comes from elsewhere
};

lw_diags *lw_diags_new(lw_arena *arena) {
    lw_diags *diags = LW_NEW(arena, lw_diags);
    if (diags) {
        diags->arena = arena;
    }
    return diags;
}

void lw_diags_save(const lw_diags *diags, lw_diags *saved) {
    *saved = *diags;
}

void lw_diags_restore(lw_diags *diags, const lw_diags *saved) {
    *diags = *saved;
}

static bool same_text(const char *a, const char *b) {
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

// A copy (lw_diags_own_sources) is the same source.
static bool same_source(const lw_source *a, const lw_source *b) {
    return a == b || (a != NULL && b != NULL && same_text(a->name, b->name) && same_text(a->text, b->text));
}

static bool same_place(lw_place a, lw_place b) {
    return a.line == b.line && a.column == b.column && same_source(a.source, b.source);
}

static bool is_known(const lw_diags *diags, lw_severity severity, lw_place place, const char *message) {
    for (size_t i = 0; i < diags->kept_count; i++) {
        const lw_diag *diag = &diags->kept[i];
        if (diag->severity == severity && same_place(diag->place, place) && strcmp(diag->message, message) == 0) {
            return true;
        }
    }
    return false;
}

__attribute__((format(printf, 5, 0))) static void add(lw_diags *diags, lw_severity severity, lw_place place, const char *hint,
                                                      const char *format, va_list list) {
    if (!diags) {
        return;
    }
    size_t kept = severity == LW_ERROR ? diags->kept_errors : diags->kept_count - diags->kept_errors;
    bool room = kept < LW_DIAG_MAX;
    if (room) {
        const char *message = lw_arena_print_list(diags->arena, format, list);
        if (!message) {
            message = "out of memory while a message was written";
        }
        if (is_known(diags, severity, place, message)) {
            return;
        }
        // A copy, because hints are often built in a buffer; without memory the message alone must
        // do.
        const char *own_hint = hint && *hint ? lw_arena_copy(diags->arena, hint) : NULL;
        diags->kept[diags->kept_count++] = (lw_diag){severity, place, message, own_hint};
    }
    diags->kept_errors += room && severity == LW_ERROR;
    diags->left_out += !room;
    diags->errors += severity == LW_ERROR;
    diags->warnings += severity == LW_WARNING;
}

lw_status lw_error(lw_diags *diags, lw_place place, const char *hint, const char *format, ...) {
    va_list list;
    va_start(list, format);
    add(diags, LW_ERROR, place, hint, format, list);
    va_end(list);
    return LW_BAD_INPUT;
}

void lw_warn(lw_diags *diags, lw_place place, const char *hint, const char *format, ...) {
    va_list list;
    va_start(list, format);
    add(diags, LW_WARNING, place, hint, format, list);
    va_end(list);
}

void lw_warn_point(lw_diags *diags, lw_place place, const char *hint, const char *format, ...) {
    va_list list;
    va_start(list, format);
    add(diags == NULL || diags->sums_up ? NULL : diags, LW_WARNING, place, hint, format, list);
    va_end(list);
}

void lw_diags_sum_up(lw_diags *diags, bool on) {
    diags->sums_up = on;
}

void lw_note(lw_diags *diags, lw_place place, const char *hint, const char *format, ...) {
    va_list list;
    va_start(list, format);
    add(diags, LW_NOTE, place, hint, format, list);
    va_end(list);
}

static const lw_source *copy_source(const lw_source *source, lw_arena *arena) {
    lw_source *copy = LW_NEW(arena, lw_source);
    if (copy == NULL) {
        return NULL;
    }
    *copy = (lw_source){lw_arena_copy(arena, source->name != NULL ? source->name : ""), NULL, 0};
    if (source->text != NULL) {
        copy->text = lw_arena_copy_n(arena, source->text, source->length);
        copy->length = copy->text != NULL ? source->length : 0;
    }
    return copy->name != NULL ? copy : NULL;
}

void lw_diags_own_sources(lw_diags *diags) {
    for (size_t i = 0; i < diags->kept_count; i++) {
        const lw_source *source = diags->kept[i].place.source;
        if (source == NULL || diags->owns[i]) {
            continue;
        }
        const lw_source *copy = copy_source(source, diags->arena);
        for (size_t k = i; k < diags->kept_count; k++) {
            if (diags->kept[k].place.source == source && !diags->owns[k]) {
                diags->kept[k].place.source = copy;
                diags->owns[k] = true;
            }
        }
    }
}

const char *lw_diags_text(lw_diags *diags, const char *format, ...) {
    if (!diags) {
        return "";
    }
    va_list list;
    va_start(list, format);
    const char *text = lw_arena_print_list(diags->arena, format, list);
    va_end(list);
    return text ? text : "";
}

size_t lw_diags_count(const lw_diags *diags) {
    return diags->kept_count;
}

const lw_diag *lw_diags_at(const lw_diags *diags, size_t index) {
    return &diags->kept[index];
}

size_t lw_diags_errors(const lw_diags *diags) {
    return diags->errors;
}

size_t lw_diags_warnings(const lw_diags *diags) {
    return diags->warnings;
}

// The line of a place without its end; false when it is not known. \n, \r\n and \r end lines, as in
// YAML 1.2.
static bool find_line(lw_place place, const char **line, size_t *length) {
    const lw_source *source = place.source;
    if (!source || !source->text || place.line < 1) {
        return false;
    }
    const char *at = source->text, *end = source->text + source->length;
    if (source->length >= 3 && memcmp(at, "\xEF\xBB\xBF", 3) == 0) {
        at += 3;  // a byte order mark is no character of the first line
    }
    for (int number = 1; number < place.line; number++) {
        while (at < end && *at != '\n' && *at != '\r') {
            at++;
        }
        if (at == end) {
            return false;
        }
        at += *at == '\r' && at + 1 < end && at[1] == '\n' ? 2 : 1;
    }
    *line = at;
    while (at < end && *at != '\n' && *at != '\r') {
        at++;
    }
    *length = (size_t)(at - *line);
    return true;
}

// One character as it is shown: tabs as spaces, what a terminal could obey or not read as U+FFFD.
// Returns its columns.
static size_t add_shown(lw_text *out, const char *bytes, size_t size, uint32_t code) {
    if (code == '\t') {
        lw_text_add_n(out, "    ", TAB_WIDTH);
        return TAB_WIDTH;
    }
    if (code < 0x20 || (code >= 0x7F && code < 0xA0) || code == LW_UTF8_BAD) {
        lw_text_add(out, "\xEF\xBF\xBD");
    } else {
        lw_text_add_n(out, bytes, size);
    }
    return 1;
}

// The source line and a caret below its column. Of a long line the part around the column is shown.
static void add_source_line(lw_text *out, lw_place place, const char *colour_on, const char *colour_off) {
    const char *line;
    size_t length;
    if (!find_line(place, &line, &length) || length == 0) {
        return;
    }
    size_t column = place.column > 0 ? (size_t)place.column - 1 : 0;
    size_t from = column > LINE_SHOWN_MAX / 2 ? column - LINE_SHOWN_MAX / 2 : 0, caret = 0;
    size_t total = 0;
    for (size_t i = 0; i < length; total++) {
        uint32_t code;
        i += lw_utf8_next(line + i, length - i, &code);
    }
    if (total <= LINE_SHOWN_MAX) {
        from = 0;
    }
    lw_text_add(out, from > 0 ? "    ..." : "    ");
    caret = from > 0 ? 3 : 0;
    size_t number = 0;
    for (size_t i = 0; i < length && number < from + LINE_SHOWN_MAX; number++) {
        uint32_t code;
        size_t size = lw_utf8_next(line + i, length - i, &code);
        if (number >= from) {
            size_t columns = add_shown(out, line + i, size, code);
            caret += number < column ? columns : 0;
        }
        i += size;
    }
    lw_text_add(out, number < total ? "...\n" : "\n");
    if (place.column > 0) {
        lw_text_print(out, "    %*s%s^%s\n", (int)caret, "", colour_on, colour_off);
    }
}

// Words of ours and of the user, who may have escape sequences in his.
static void add_safe(lw_text *out, const char *text) {
    size_t length = strlen(text);
    for (size_t i = 0; i < length;) {
        uint32_t code;
        size_t size = lw_utf8_next(text + i, length - i, &code);
        add_shown(out, text + i, size, code);
        i += size;
    }
}

static void add_diag(lw_text *out, const lw_diag *diag, bool colour) {
    static const char *const words[] = {[LW_ERROR] = "error", [LW_WARNING] = "warning", [LW_NOTE] = "note"};
    static const char *const colours[] = {[LW_ERROR] = "\033[1;31m", [LW_WARNING] = "\033[1;35m", [LW_NOTE] = "\033[1;36m"};
    const char *on = colour ? colours[diag->severity] : "", *bold = colour ? "\033[1m" : "", *off = colour ? "\033[0m" : "";
    if (diag->place.source) {
        lw_text_add(out, bold);
        add_safe(out, diag->place.source->name);
        lw_text_add(out, ":");
        if (diag->place.line > 0) {
            lw_text_print(out, "%d:", diag->place.line);
        }
        if (diag->place.line > 0 && diag->place.column > 0) {
            lw_text_print(out, "%d:", diag->place.column);
        }
        lw_text_print(out, "%s ", off);
    }
    lw_text_print(out, "%s%s:%s %s", on, words[diag->severity], off, bold);
    add_safe(out, diag->message);
    lw_text_print(out, "%s\n", off);
    add_source_line(out, diag->place, on, off);
    if (diag->hint) {
        lw_text_add(out, "  hint: ");
        add_safe(out, diag->hint);
        lw_text_add(out, "\n");
    }
}

static char *format_some(const lw_diags *diags, lw_arena *arena, bool colour, bool errors_only) {
    lw_text out = {0};
    for (size_t i = 0; i < diags->kept_count; i++) {
        if (!errors_only || diags->kept[i].severity == LW_ERROR) {
            add_diag(&out, &diags->kept[i], colour);
        }
    }
    size_t left_out = errors_only ? diags->errors - diags->kept_errors : diags->left_out;
    if (left_out > 0) {
        lw_text_print(&out, "%zu more not shown\n", left_out);
    }
    char *text = out.failed ? NULL : lw_arena_copy_n(arena, out.bytes ? out.bytes : "", out.length);
    lw_text_free(&out);
    return text;
}

char *lw_diags_format(const lw_diags *diags, lw_arena *arena, bool colour) {
    return format_some(diags, arena, colour, false);
}

char *lw_diags_format_errors(const lw_diags *diags, lw_arena *arena, bool colour) {
    return format_some(diags, arena, colour, true);
}
