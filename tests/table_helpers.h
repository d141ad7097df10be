// SPDX-License-Identifier: GPL-3.0-or-later
// Tables of reference values, tests/data/*.csv: a head line of names, then rows; no quotes.
#ifndef LW_TEST_TABLE_HELPERS_H
#define LW_TEST_TABLE_HELPERS_H

#include "sim/config/source.h"
#include "tests/helpers.h"

enum { LW_TEST_COLUMNS = 32 };
typedef struct lw_test_table {
    char *head[LW_TEST_COLUMNS];
    char *cell[LW_TEST_COLUMNS];  // of the current row
    int columns;
    char *next;  // start of the next row
    int row;
} lw_test_table;

static inline int lw_test_split(char *line, char *out[LW_TEST_COLUMNS]) {
    int count = 0;
    for (char *at = line; at != NULL; count++) {
        assert_true(count < LW_TEST_COLUMNS);
        out[count] = at;
        at = strchr(at, ',');
        if (at != NULL) {
            *at++ = '\0';
        }
    }
    return count;
}

static inline char *lw_test_cut_line(char **next) {
    char *line = *next;
    char *end = strchr(line, '\n');
    *next = end == NULL ? line + strlen(line) : end + 1;
    line[strcspn(line, "\r\n")] = '\0';
    return *line == '\0' ? NULL : line;
}

static inline lw_test_table lw_test_table_open(lw_test *test, const char *name) {
    const lw_source *source = NULL;
    const char *path = lw_arena_print(test->arena, LW_SOURCE_DIR "/tests/data/%s", name);
    assert_int_equal(lw_source_read(path, test->arena, test->diags, &source), LW_OK);
    lw_test_table table = {.next = lw_arena_copy_n(test->arena, source->text, source->length)};
    char *head = lw_test_cut_line(&table.next);
    assert_non_null(head);
    table.columns = lw_test_split(head, table.head);
    return table;
}

// The next row into table->cell; false at the end.
static inline bool lw_test_table_next(lw_test_table *table) {
    char *line = lw_test_cut_line(&table->next);
    if (line == NULL) {
        return false;
    }
    table->row++;
    assert_int_equal(lw_test_split(line, table->cell), table->columns);
    return true;
}

static inline const char *lw_test_text(const lw_test_table *table, const char *column) {
    for (int i = 0; i < table->columns; i++) {
        if (strcmp(table->head[i], column) == 0) {
            return table->cell[i];
        }
    }
    fail_msg("no column %s", column);
    return "";
}

// NaN where the cell is empty.
static inline double lw_test_number(const lw_test_table *table, const char *column) {
    const char *text = lw_test_text(table, column);
    return *text == '\0' ? (double)NAN : strtod(text, NULL);
}

// The larger of two deviations. What is no number is infinitely far off: fmax would pass over a
// NaN.
static inline double lw_test_farther(double worst, double deviation) {
    return isfinite(deviation) ? fmax(worst, fabs(deviation)) : (double)INFINITY;
}

// Largest relative deviation seen, for a line that says what was reached.
static inline double lw_test_worst(double worst, double actual, double expected) {
    return lw_test_farther(worst, actual / expected - 1.0);
}

#endif
