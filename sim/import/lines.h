// SPDX-License-Identifier: GPL-3.0-or-later
// The lines and words of a text, each with its place.
#ifndef LW_LINES_H
#define LW_LINES_H

#include "sim/import/series.h"

typedef struct lw_line {
    const char *text;  // without its end
    int number;        // from 1
} lw_line;

typedef struct lw_lines {
    lw_line *line;
    size_t count, next;
} lw_lines;

lw_status lw_lines_of(const lw_import *file, lw_lines *out) LW_CHECKED;
// The next line; false after the last.
bool lw_next_line(lw_lines *lines, lw_line *out);
lw_place lw_line_place(const lw_import *file, const lw_line *line, const char *at);
bool lw_line_begins(const lw_line *line, const char *text);  // spaces before it aside
bool lw_line_is_blank(const lw_line *line);
// A line that nobody understands is told and counted.
void lw_line_is_strange(lw_import *file, const lw_line *line);
// What a line holds was understood and is no measurement of a link: counted, and told once a block.
void lw_line_is_left_out(lw_import *file, const lw_line *line, size_t values, const char *why);

// Words between spaces (comma: between commas, spaces around them aside).
enum { LW_WORDS_MAX = 96 };
typedef struct lw_word {
    const char *text;
    lw_place place;
} lw_word;
typedef struct lw_words {
    lw_word word[LW_WORDS_MAX];
    size_t count;
} lw_words;
// LW_BAD_INPUT where there are more.
lw_status lw_line_words(const lw_import *file, const lw_line *line, bool comma, lw_words *out) LW_CHECKED;

// The number that a word is; `what` names it in messages. Refused: what is no number, NaN,
// infinity, thousands separators, a unit.
lw_status lw_word_number(const lw_import *file, const lw_word *word, const char *what, double *out) LW_CHECKED;
bool lw_word_looks_number(const char *word);
// The whole number from 0 to `most` that a word is.
lw_status lw_word_count_of(const lw_import *file, const lw_word *word, int most, const char *what, int *out) LW_CHECKED;
// What a value in this unit must be multiplied by to be GB/s: "GB/s", "MiB/sec", "Gb/sec", "GBps".
lw_status lw_word_unit(const lw_import *file, const char *unit, lw_place place, double *out) LW_CHECKED;

#endif
