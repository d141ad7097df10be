// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/report/grid.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/quantity.h"

typedef struct grid_row {
    struct grid_row *next;
    const char *cell[];
} grid_row;

struct lw_grid {
    lw_arena *arena;
    size_t columns;
    const char *sides;
    grid_row *first, *last;
    size_t filled;  // cells in the last row
    bool failed;
};

enum { GAP = 2 };  // spaces between columns

lw_grid *lw_grid_new(lw_arena *arena, const char *sides) {
    lw_grid *grid = sides == NULL ? NULL : LW_NEW(arena, lw_grid);
    if (grid != NULL) {
        *grid = (lw_grid){.arena = arena, .columns = strlen(sides), .sides = sides};
    }
    return grid;
}

char *lw_grid_all_right(lw_arena *arena, size_t columns) {
    char *sides = lw_arena_alloc(arena, columns + 1, 1);
    if (sides != NULL) {
        memset(sides, 'r', columns);
    }
    return sides;
}

void lw_grid_add(lw_grid *grid, const char *text) {
    if (grid == NULL || grid->failed) {
        return;
    }
    if (grid->last == NULL || grid->filled == grid->columns) {
        grid_row *row = lw_arena_alloc(grid->arena, 1, sizeof *row + grid->columns * sizeof row->cell[0]);
        if (row == NULL) {
            grid->failed = true;
            return;
        }
        *(grid->last == NULL ? &grid->first : &grid->last->next) = row;
        grid->last = row;
        grid->filled = 0;
    }
    grid->last->cell[grid->filled++] = text == NULL ? "" : text;
}

void lw_grid_add_list(lw_grid *grid, const char *const *texts, size_t count) {
    for (size_t i = 0; i < count; i++) {
        lw_grid_add(grid, texts[i]);
    }
}

void lw_grid_print(lw_grid *grid, const char *format, ...) {
    if (grid == NULL) {
        return;
    }
    va_list list;
    va_start(list, format);
    const char *text = lw_arena_print_list(grid->arena, format, list);
    va_end(list);
    grid->failed = grid->failed || text == NULL;
    lw_grid_add(grid, text);
}

// With so many significant digits and no exponent; NULL when out of memory.
static const char *number_text(const lw_grid *grid, double value, int digits) {
    int decimals = digits - 1;
    if (value != 0) {
        // Round first: 9.996 has one digit more before the point once it is 10.0.
        char rounded[32];
        snprintf(rounded, sizeof rounded, "%.*e", digits - 1, value);
        const char *exponent = strchr(rounded, 'e');
        if (exponent != NULL) {
            decimals -= (int)strtol(exponent + 1, NULL, 10);
        }
    }
    decimals = decimals < 0 ? 0 : decimals > 15 ? 15 : decimals;
    return grid == NULL ? NULL : lw_arena_print(grid->arena, "%.*f", decimals, value);
}

void lw_grid_number(lw_grid *grid, double value, int digits) {
    if (!isfinite(value)) {
        lw_grid_add(grid, "-");
        return;
    }
    const char *text = number_text(grid, value, digits);
    if (grid != NULL) {
        grid->failed = grid->failed || text == NULL;
        lw_grid_add(grid, text);
    }
}

// "25.3", "1.00 kB/s", "-"; NULL when out of memory.
static const char *rate_text(const lw_grid *grid, double rate_GBps, int digits) {
    static const double few_GBps = 1e-3;
    const double rounding = 1 - 0.5 * pow(10, -digits);  // 999.96 B/s are 1.000 kB/s
    const bool in_kB = fabs(rate_GBps) >= 1e-6 * rounding;
    if (!isfinite(rate_GBps)) {
        return "-";
    }
    if (rate_GBps == 0 || fabs(rate_GBps) >= few_GBps * rounding) {
        return number_text(grid, rate_GBps, digits);
    }
    const char *number = number_text(grid, rate_GBps * (in_kB ? 1e6 : 1e9), digits);
    return number == NULL ? NULL : lw_arena_print(grid->arena, "%s %s", number, in_kB ? "kB/s" : "B/s");
}

static void add_text(lw_grid *grid, const char *text) {
    grid->failed = grid->failed || text == NULL;
    lw_grid_add(grid, text);
}

void lw_grid_rate(lw_grid *grid, double rate_GBps, int digits) {
    if (grid != NULL) {
        add_text(grid, rate_text(grid, rate_GBps, digits));
    }
}

void lw_grid_range(lw_grid *grid, const double *rate_GBps, double low_GBps, double high_GBps, int digits) {
    if (grid == NULL) {
        return;
    }
    const char *low = rate_text(grid, low_GBps, digits), *high = rate_text(grid, high_GBps, digits);
    const char *rate = rate_GBps != NULL ? rate_text(grid, *rate_GBps, digits) : "";
    const bool made = low != NULL && high != NULL && rate != NULL;
    const char *words = made ? lw_arena_print(grid->arena, "%s to %s", low, high) : NULL;
    if (words != NULL && rate_GBps != NULL) {
        const bool same = strcmp(low, rate) == 0 && strcmp(high, rate) == 0;
        words = same ? rate : lw_arena_print(grid->arena, "%s (%s)", rate, words);
    }
    add_text(grid, words);
}

void lw_grid_time(lw_grid *grid, double time_us, int digits) {
    static const struct {
        double us;
        const char *unit;
    } units[] = {{3.6e9, "h"}, {6e7, "min"}, {1e6, "s"}, {1e3, "ms"}, {1, "us"}, {1e-3, "ns"}};
    const double rounding = 1 - 0.5 * pow(10, -digits);  // 999.96 us is 1.000 ms
    size_t at = 0;
    while (at + 1 < sizeof units / sizeof units[0] && fabs(time_us) < units[at].us * rounding * (at < 2 ? 10 : 1)) {
        at++;
    }
    if (time_us == 0) {
        lw_grid_add(grid, "0");
    } else {
        const char *number = number_text(grid, time_us / units[at].us, digits);
        if (grid != NULL) {
            grid->failed = grid->failed || number == NULL;
            lw_grid_print(grid, "%s %s", number == NULL ? "" : number, units[at].unit);
        }
    }
}

void lw_grid_bytes(lw_grid *grid, int64_t bytes) {
    char text[LW_QUANTITY_TEXT];
    if (grid == NULL) {
        return;
    }
    add_text(grid, lw_arena_copy(grid->arena, lw_quantity_print((double)bytes, LW_BYTES, text)));
}

// Characters of a UTF-8 text: every byte but continuation bytes.
static size_t characters(const char *text) {
    size_t count = 0;
    for (; *text != '\0'; text++) {
        count += ((unsigned char)*text & 0xC0U) != 0x80U;
    }
    return count;
}

static void add_spaces(lw_text *out, size_t count) {
    static const char spaces[] = "                                ";
    for (size_t now; count > 0; count -= now) {
        now = count < sizeof spaces - 1 ? count : sizeof spaces - 1;
        lw_text_add_n(out, spaces, now);
    }
}

static void write_cell(const lw_grid *grid, const char *cell, size_t column, size_t width, bool last, lw_text *out) {
    size_t used = characters(cell);
    size_t pad = used < width ? width - used : 0;
    bool right = grid->sides[column] == 'r';
    if (right) {
        add_spaces(out, pad);
    }
    lw_text_add(out, cell);
    if (!last) {
        add_spaces(out, (right ? 0 : pad) + GAP);
    }
}

// A row without the spaces that empty cells at its end would leave.
// The columns that a block of the grid shows: from .. to, after the first, which stands in all.
typedef struct block {
    const size_t *width;
    size_t from, to;
    int indent;
    size_t wrap;  // characters of a line of the last column; 0: any number
} block;

// A long last cell in lines that begin below its first.
static void write_wrapped(const char *cell, size_t left, size_t wrap, lw_text *out) {
    while (characters(cell) > wrap) {
        size_t cut = 0, used = 0;
        for (size_t i = 0; cell[i] != '\0' && used <= wrap; i++) {
            cut = cell[i] == ' ' ? i : cut;
            used += ((unsigned char)cell[i] & 0xC0U) != 0x80U;
        }
        if (cut == 0) {
            break;  // one long word
        }
        lw_text_add_n(out, cell, cut);
        lw_text_add(out, "\n");
        add_spaces(out, left);
        cell += cut + 1;
    }
    lw_text_add(out, cell);
}

static void write_row(const lw_grid *grid, const grid_row *row, const block *b, lw_text *out) {
    const size_t from = b->from, *width = b->width;
    size_t end = b->to;
    while (end > from && row->cell[end - 1][0] == '\0') {
        end--;
    }
    bool only_key = end == from && from > 0;
    if (end > from || only_key || row->cell[0][0] != '\0') {
        add_spaces(out, (size_t)b->indent);
    }
    if (from > 0) {
        write_cell(grid, row->cell[0], 0, width[0], only_key, out);
    }
    size_t left = (size_t)b->indent + (from > 0 ? width[0] + GAP : 0);
    for (size_t column = from; column < end; column++) {
        if (b->wrap > 0 && column + 1 == grid->columns) {
            write_wrapped(row->cell[column], left, b->wrap, out);
        } else {
            write_cell(grid, row->cell[column], column, width[column], column + 1 == end, out);
        }
        left += width[column] + GAP;
    }
    lw_text_add(out, "\n");
}

// The characters that are left for a line of the last column where the grid is too wide; 0: it is
// not, or too few are.
static size_t wrapped_to(const lw_grid *grid, const size_t *column_width, int indent, int width) {
    enum { LEAST = 24 };
    size_t used = (size_t)indent, last = grid->columns - 1;
    for (size_t column = 0; column < last; column++) {
        used += column_width[column] + GAP;
    }
    bool fits = width <= 0 || used + column_width[last] <= (size_t)width;
    return fits || grid->sides[last] == 'r' || used + LEAST > (size_t)width ? 0 : (size_t)width - used;
}

// A cell stays one, whatever it holds.
static void write_markdown_cell(const char *cell, lw_text *out) {
    for (; *cell != '\0'; cell++) {
        lw_text_add(out, *cell == '|' || *cell == '\\' ? "\\" : "");
        lw_text_add_n(out, *cell == '\n' || *cell == '\r' ? " " : cell, 1);
    }
}

static void write_markdown(const lw_grid *grid, lw_text *out) {
    for (const grid_row *row = grid->first; row != NULL; row = row->next) {
        for (size_t column = 0; column < grid->columns; column++) {
            lw_text_add(out, "| ");
            write_markdown_cell(row->cell[column], out);
            lw_text_add(out, " ");
        }
        lw_text_add(out, "|\n");
        for (size_t column = 0; row == grid->first && column < grid->columns; column++) {
            lw_text_add(out, grid->sides[column] == 'r' ? "|--:" : "|---");
        }
        lw_text_add(out, row == grid->first ? "|\n" : "");
    }
}

lw_status lw_grid_write(const lw_grid *grid, int indent, int width, lw_text *out) {
    if (grid == NULL || grid->failed) {
        return LW_NO_MEMORY;
    }
    size_t *column_width = LW_NEW_ARRAY(grid->arena, size_t, grid->columns);
    if (column_width == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t column = grid->filled; grid->last != NULL && column < grid->columns; column++) {
        grid->last->cell[column] = "";  // a row that was only begun
    }
    if (width == LW_WIDTH_MARKDOWN) {
        write_markdown(grid, out);
        return out->failed ? LW_NO_MEMORY : LW_OK;
    }
    for (const grid_row *row = grid->first; row != NULL; row = row->next) {
        for (size_t column = 0; column < grid->columns; column++) {
            size_t used = characters(row->cell[column]);
            column_width[column] = used > column_width[column] ? used : column_width[column];
        }
    }
    size_t wrap = wrapped_to(grid, column_width, indent, width);
    width = wrap > 0 ? 0 : width;
    for (size_t from = 0; from < grid->columns;) {
        size_t to = from;
        size_t used = (size_t)indent + (from > 0 ? column_width[0] + GAP : 0);
        do {
            used += column_width[to++] + GAP;
        } while (to < grid->columns && (width <= 0 || used + column_width[to] <= (size_t)width));
        if (from > 0) {
            lw_text_add(out, "\n");
        }
        for (const grid_row *row = grid->first; row != NULL; row = row->next) {
            write_row(grid, row, &(const block){column_width, from, to, indent, wrap}, out);
        }
        from = to;
    }
    return out->failed ? LW_NO_MEMORY : LW_OK;
}
