// SPDX-License-Identifier: GPL-3.0-or-later
// Aligned columns of text: cells are added row by row, widths are found when all are there.
#ifndef LW_GRID_H
#define LW_GRID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/arena.h"
#include "sim/base/text.h"

typedef struct lw_grid lw_grid;

// A grid in the arena; NULL when out of memory (every other function then does nothing). sides: one
// character a column, 'r' aligns right, anything else left; the text must live as long as the grid.
lw_grid *lw_grid_new(lw_arena *arena, const char *sides);
// So many columns aligned right, as `sides`; NULL when out of memory, which lw_grid_new passes on.
char *lw_grid_all_right(lw_arena *arena, size_t columns);

// The next cell, left to right, then the next row. text must live as long as the grid; NULL is an
// empty cell.
void lw_grid_add(lw_grid *grid, const char *text);
// Several cells: LW_GRID_ADD(grid, "preset", "type").
#define LW_GRID_ADD(grid, ...) \
    lw_grid_add_list((grid), (const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))
void lw_grid_add_list(lw_grid *grid, const char *const *texts, size_t count);
void lw_grid_print(lw_grid *grid, const char *format, ...) __attribute__((format(printf, 2, 3)));
// value with `digits` significant digits and no exponent: 0.0341, 25.3, 1280.
void lw_grid_number(lw_grid *grid, double value, int digits);
// A rate in a column of GB/s: "25.3"; of so few that nobody counts the zeros with the unit that fits:
// "1.00 kB/s".
void lw_grid_rate(lw_grid *grid, double rate_GBps, int digits);
// "25.3 (24.1 to 26.0)" of such rates, "25.3" where all three read alike; "24.1 to 26.0" where
// rate_GBps is NULL.
void lw_grid_range(lw_grid *grid, const double *rate_GBps, double low_GBps, double high_GBps, int digits);
// A time of so many microseconds with a fitting unit and `digits` significant digits: "2.707 ms".
void lw_grid_time(lw_grid *grid, double time_us, int digits);
// Bytes with a fitting unit: "64 MiB", "19 GB".
void lw_grid_bytes(lw_grid *grid, int64_t bytes);

// As width: a table of Markdown (GitHub's), whose head is the first row.
enum { LW_WIDTH_MARKDOWN = -1 };

// Append all rows to out, each indented by `indent` spaces. When width > 0 and a row would be
// wider, the last column is wrapped at spaces where it aligns left and that is enough; else the
// columns are split into blocks that each begin with the first column. The last column is never
// padded. LW_NO_MEMORY when a cell is missing.
lw_status lw_grid_write(const lw_grid *grid, int indent, int width, lw_text *out) LW_CHECKED;

#endif
