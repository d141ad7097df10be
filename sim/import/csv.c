// SPDX-License-Identifier: GPL-3.0-or-later
// A list of one's own: `bytes,GB/s`, and if wanted the columns direction (h2d or d2h) and memory
// (pinned or pageable).
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "sim/import/lines.h"

static const char *const size_words[] = {"bytes", "size", "size_bytes", NULL};

static bool is_size(const char *word) {
    for (const char *const *size = size_words; *size != NULL; size++) {
        if (strcasecmp(*size, word) == 0) {
            return true;
        }
    }
    return false;
}

// Is the first line that is no comment the head of a list?
static bool is(const char *text) {
    char word[16] = "";
    text += strncmp(text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    while (*text == '#' || *text == '\n' || *text == '\r') {
        text += *text == '#' ? strcspn(text, "\n") : 1;
    }
    const size_t length = strcspn(text, ",\n");
    if (text[length] != ',' || length >= sizeof word) {
        return false;
    }
    memcpy(word, text, length);
    while (length > 0 && isspace((unsigned char)word[strlen(word) - 1])) {
        word[strlen(word) - 1] = '\0';
    }
    return is_size(word);
}

// Which column holds what; SIZE_MAX: none.
typedef struct columns {
    size_t bytes, value, direction, memory, count;
    double scale;  // to GB/s
} columns;

static lw_status read_head(const lw_import *file, const lw_words *head, columns *out) {
    *out = (columns){SIZE_MAX, SIZE_MAX, SIZE_MAX, SIZE_MAX, head->count, 1};
    for (size_t i = 0; i < head->count; i++) {
        const lw_word *word = &head->word[i];
        size_t *column = is_size(word->text)                        ? &out->bytes
                         : strcasecmp(word->text, "direction") == 0 ? &out->direction
                         : strcasecmp(word->text, "memory") == 0    ? &out->memory
                                                                    : &out->value;
        if (*column != SIZE_MAX) {
            return lw_error(file->diags, word->place, "the columns are bytes, a rate such as GB/s, direction and memory",
                            "'%s' is one column too many", word->text);
        }
        *column = i;
        if (column == &out->value) {
            LW_TRY(lw_word_unit(file, word->text, word->place, &out->scale));
        }
    }
    if (out->bytes == SIZE_MAX || out->value == SIZE_MAX) {
        return lw_error(file->diags, head->word[0].place, "begin with the line bytes,GB/s", "the head has no %s",
                        out->bytes == SIZE_MAX ? "bytes" : "rate");
    }
    return LW_OK;
}

// The value of a column that takes one of two words; the first where there is no such column.
static lw_status read_choice(const lw_import *file, const lw_words *row, size_t column, const char *const words[2],
                             bool *second) {
    *second = false;
    if (column == SIZE_MAX) {
        return LW_OK;
    }
    const lw_word *word = &row->word[column];
    *second = strcasecmp(word->text, words[1]) == 0;
    return *second || strcasecmp(word->text, words[0]) == 0
               ? LW_OK
               : lw_error(file->diags, word->place, NULL, "'%s' is neither %s nor %s", word->text, words[0], words[1]);
}

static lw_status use_series(lw_import *file, bool down, bool pageable, bool unsaid) {
    lw_series *series = LW_LIST_ITEMS(&file->series, lw_series);
    const size_t count = file->series.count;
    for (size_t i = 0; i < count; i++) {
        if (series[i].act == (down ? LW_ACT_D2H : LW_ACT_H2D) && series[i].pageable == pageable) {
            const lw_series found = series[i];
            memmove(&series[i], &series[i + 1], (count - i - 1) * sizeof *series);
            series[count - 1] = found;  // points go to the last
            return LW_OK;
        }
    }
    lw_series *fresh = lw_import_series(file, down ? LW_ACT_D2H : LW_ACT_H2D, 0, 0);
    if (fresh == NULL) {
        return LW_NO_MEMORY;
    }
    fresh->pageable = pageable;
    fresh->memory_unsaid = unsaid;
    fresh->method = "a list of sizes and rates; how it was measured was not recorded";
    return LW_OK;
}

static lw_status read_row(lw_import *file, const lw_line *line, const columns *head) {
    static const char *const directions[] = {"h2d", "d2h"}, *const memories[] = {"pinned", "pageable"};
    lw_words row;
    LW_TRY(lw_line_words(file, line, true, &row));
    if (row.count != head->count) {
        return lw_error(file->diags, lw_line_place(file, line, line->text),
                        "write numbers without thousands separators, with a point before decimals",
                        "%zu values in a list of %zu columns", row.count, head->count);
    }
    double bytes = 0, value = 0;
    bool down = false, pageable = false;
    LW_TRY(lw_word_number(file, &row.word[head->bytes], "the size", &bytes));
    LW_TRY(lw_word_number(file, &row.word[head->value], "the rate", &value));
    LW_TRY(read_choice(file, &row, head->direction, directions, &down));
    LW_TRY(read_choice(file, &row, head->memory, memories, &pageable));
    LW_TRY(use_series(file, down, pageable, head->memory == SIZE_MAX));
    return lw_import_point(file, bytes, value * head->scale, row.word[head->value].place);
}

static lw_status read(lw_import *file) {
    lw_lines lines;
    lw_line line;
    lw_words words;
    columns head = {.count = 0};
    LW_TRY(lw_lines_of(file, &lines));
    while (lw_next_line(&lines, &line)) {
        if (lw_line_is_blank(&line) || lw_line_begins(&line, "#")) {
            continue;
        }
        if (head.count == 0) {
            LW_TRY(lw_line_words(file, &line, true, &words));
            LW_TRY(read_head(file, &words, &head));
            if (head.direction == SIZE_MAX || head.memory == SIZE_MAX) {
                lw_note(file->diags, words.word[0].place, "add the columns direction and memory to say otherwise",
                        "no column says%s%s%s: taken for%s%s", head.direction == SIZE_MAX ? " the direction" : "",
                        head.direction == SIZE_MAX && head.memory == SIZE_MAX ? " or" : "",
                        head.memory == SIZE_MAX ? " the memory" : "", head.direction == SIZE_MAX ? " h2d" : "",
                        head.memory == SIZE_MAX ? " pinned" : "");
            }
            continue;
        }
        const lw_status status = read_row(file, &line, &head);
        if (status != LW_OK && status != LW_BAD_INPUT) {
            return status;
        }
    }
    return LW_OK;
}

static const char *const marks[] = {NULL};
extern const lw_import_format lw_import_csv;
const lw_import_format lw_import_csv = {"csv", "a list: bytes,GB/s", marks, is, read};
