// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/import/lines.h"

#include <math.h>
#include <string.h>

#include "sim/base/quantity.h"

static const char spaces[] = " \t\r\v\f";

lw_status lw_lines_of(const lw_import *file, lw_lines *out) {
    const lw_source *source = file->source;
    char *text = lw_arena_copy_n(file->arena, source->text, source->length);
    size_t count = 1;
    for (size_t i = 0; i < source->length; i++) {
        count += source->text[i] == '\n';
    }
    lw_line *line = LW_NEW_ARRAY(file->arena, lw_line, count);
    if (text == NULL || line == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        char *end = text + strcspn(text, "\n");
        line[i] = (lw_line){text, (int)i + 1};
        text = end + 1;
        *end = '\0';
        if (end > line[i].text && end[-1] == '\r') {
            end[-1] = '\0';
        }
    }
    if (strncmp(line[0].text, "\xEF\xBB\xBF", 3) == 0) {
        line[0].text += 3;  // the mark of UTF-8 that some editors write
    }
    *out = (lw_lines){line, count, 0};
    return LW_OK;
}

bool lw_next_line(lw_lines *lines, lw_line *out) {
    const bool more = lines->next < lines->count;
    if (more) {
        *out = lines->line[lines->next++];
    }
    return more;
}

lw_place lw_line_place(const lw_import *file, const lw_line *line, const char *at) {
    int column = 1;
    for (const char *c = line->text; c < at; c++) {
        column += ((unsigned char)*c & 0xC0) != 0x80;
    }
    return (lw_place){file->source, line->number, column};
}

bool lw_line_begins(const lw_line *line, const char *text) {
    return strncmp(line->text + strspn(line->text, spaces), text, strlen(text)) == 0;
}

bool lw_line_is_blank(const lw_line *line) {
    return line->text[strspn(line->text, spaces)] == '\0';
}

void lw_line_is_strange(lw_import *file, const lw_line *line) {
    file->strange++;
    lw_warn(file->diags, lw_line_place(file, line, line->text + strspn(line->text, spaces)), NULL,
            "this line is not understood and left out");
}

void lw_line_is_left_out(lw_import *file, const lw_line *line, size_t values, const char *why) {
    file->left_out += values;
    lw_note(file->diags, lw_line_place(file, line, line->text + strspn(line->text, spaces)), NULL, "left out: %s", why);
}

lw_status lw_line_words(const lw_import *file, const lw_line *line, bool comma, lw_words *out) {
    const char *at = line->text;
    out->count = 0;
    for (;;) {
        at += strspn(at, spaces);
        if (*at == '\0' && (!comma || out->count == 0)) {
            return LW_OK;
        }
        size_t length = comma ? strcspn(at, ",") : strcspn(at, spaces);
        const size_t whole = length;
        while (length > 0 && strchr(spaces, at[length - 1]) != NULL) {
            length--;
        }
        const lw_place place = lw_line_place(file, line, at);
        if (out->count == LW_WORDS_MAX) {
            return lw_error(file->diags, place, NULL, "the line has more than %d words", LW_WORDS_MAX);
        }
        const char *text = lw_arena_copy_n(file->arena, at, length);
        if (text == NULL) {
            return LW_NO_MEMORY;
        }
        out->word[out->count++] = (lw_word){text, place};
        at += whole;
        if (comma && *at == '\0') {
            return LW_OK;
        }
        at += comma;
    }
}

bool lw_word_looks_number(const char *word) {
    return word[strspn(word, "+-.")] >= '0' && word[strspn(word, "+-.")] <= '9';
}

lw_status lw_word_number(const lw_import *file, const lw_word *word, const char *what, double *out) {
    lw_quantity quantity;
    const char *problem = NULL, *hint = NULL;
    const char *text = word->text;
    if (lw_word_looks_number(text) && strchr(text, ',') != NULL) {
        return lw_error(file->diags, word->place, "write 1024 for 1,024, and 1.5 for 1,5", "%s '%s' has a comma", what, text);
    }
    if (strchr(text, '%') != NULL || !lw_quantity_parse(text, LW_PLAIN, &quantity, &problem, &hint)) {
        return lw_error(file->diags, word->place, "is the file whole, and unchanged?", "%s '%s' is no number", what, text);
    }
    *out = quantity.value;
    return LW_OK;
}

lw_status lw_word_count_of(const lw_import *file, const lw_word *word, int most, const char *what, int *out) {
    double value = 0;
    LW_TRY(lw_word_number(file, word, what, &value));
    if (!(value >= 0 && value <= most) || floor(value) < value) {
        return lw_error(file->diags, word->place, NULL, "%s '%s' is no whole number from 0 to %d", what, word->text, most);
    }
    *out = (int)value;
    return LW_OK;
}

// "MiB/sec" -> "1 MiB/s"
lw_status lw_word_unit(const lw_import *file, const char *unit, lw_place place, double *out) {
    const char *text = lw_arena_print(file->arena, "1 %s", unit);
    if (text == NULL) {
        return LW_NO_MEMORY;
    }
    char *cut = lw_arena_copy(file->arena, text);
    const size_t length = strlen(text);
    if (cut == NULL) {
        return LW_NO_MEMORY;
    }
    if (length > 4 && strcmp(text + length - 4, "/sec") == 0) {
        cut[length - 2] = '\0';
    }
    lw_quantity quantity;
    const char *problem = NULL, *hint = NULL;
    if (!lw_quantity_parse(cut, LW_RATE, &quantity, &problem, &hint)) {
        return lw_error(file->diags, place, "GB/s, MB/s, GiB/s, MiB/s and Gb/s are known", "'%s' is no unit of a rate", unit);
    }
    *out = quantity.value / 1e9;
    return LW_OK;
}
