// SPDX-License-Identifier: GPL-3.0-or-later
// Matrices of one value for each pair of devices, as several tools print them.
#ifndef LW_MATRIX_H
#define LW_MATRIX_H

#include "sim/import/lines.h"

// One cell that holds a number.
typedef struct lw_cell {
    int row, column;  // as the head numbers them
    double value;
    lw_place place;
} lw_cell;
typedef lw_status lw_cell_visit(lw_import *file, const lw_cell *cell, void *user);

// Read a matrix whose head is the next line that is not blank: column numbers, with a word such as
// D\D before them or not; then rows that begin with their number. Cells "N/A" are none. Ends before
// the first line that is no row. square: there must be a row for each column.
lw_status lw_matrix_read(lw_import *file, lw_lines *lines, bool square, lw_cell_visit *visit, void *user) LW_CHECKED;

#endif
