// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/import/matrix.h"

#include <string.h>

enum { DEVICES_MAX = 4096 };

static bool next_line_with_text(lw_lines *lines, lw_line *out) {
    while (lw_next_line(lines, out)) {
        if (!lw_line_is_blank(out)) {
            return true;
        }
    }
    return false;
}

static const char whole_hint[] = "is the file whole, and unchanged?";

static lw_status read_row(lw_import *file, const lw_words *head, size_t corner, const lw_words *row, lw_cell_visit *visit,
                          void *user) {
    lw_cell cell;
    LW_TRY(lw_word_count_of(file, &row->word[0], DEVICES_MAX, "the row", &cell.row));
    if (row->count != head->count - corner + 1) {
        return lw_error(file->diags, row->word[row->count - 1].place, whole_hint, "%zu value%s in a matrix of %zu columns",
                        row->count - 1, row->count == 2 ? "" : "s", head->count - corner);
    }
    for (size_t i = 1; i < row->count; i++) {
        if (strcmp(row->word[i].text, "N/A") == 0) {
            continue;
        }
        LW_TRY(lw_word_count_of(file, &head->word[corner + i - 1], DEVICES_MAX, "the column", &cell.column));
        LW_TRY(lw_word_number(file, &row->word[i], "the value", &cell.value));
        cell.place = row->word[i].place;
        const lw_status status = visit(file, &cell, user);
        if (status != LW_OK && status != LW_BAD_INPUT) {
            return status;  // what is wrong with one value was told, and keeps no other from its turn
        }
    }
    return LW_OK;
}

lw_status lw_matrix_read(lw_import *file, lw_lines *lines, bool square, lw_cell_visit *visit, void *user) {
    lw_line line;
    lw_words head, row;
    if (!next_line_with_text(lines, &line)) {
        return lw_error(file->diags, (lw_place){file->source, (int)lines->count, 0}, whole_hint,
                        "the file ends where a matrix should begin");
    }
    const lw_place at = lw_line_place(file, &line, line.text + strspn(line.text, " \t"));
    LW_TRY(lw_line_words(file, &line, false, &head));
    const size_t corner = lw_word_looks_number(head.word[0].text) ? 0 : 1;
    if (head.count <= corner || !lw_word_looks_number(head.word[corner].text)) {
        return lw_error(file->diags, at, whole_hint, "the numbers of the columns should stand here");
    }
    size_t rows = 0;
    while (next_line_with_text(lines, &line)) {
        LW_TRY(lw_line_words(file, &line, false, &row));
        if (!lw_word_looks_number(row.word[0].text)) {
            lines->next--;
            break;
        }
        LW_TRY(read_row(file, &head, corner, &row, visit, user));
        rows++;
    }
    if (rows == 0 || (square && rows != head.count - corner)) {
        return lw_error(file->diags, at, whole_hint, "a matrix of %zu columns has %zu row%s", head.count - corner, rows,
                        rows == 1 ? "" : "s");
    }
    return LW_OK;
}
