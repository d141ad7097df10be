// SPDX-License-Identifier: GPL-3.0-or-later
// Measured tables summed up.
#ifndef LW_REPORT_TOTALS_H
#define LW_REPORT_TOTALS_H

#include "sim/base/arena.h"
#include "sim/base/status.h"
#include "sim/result/validation.h"

// The points of all tables that share a family or class and a use, a use, or all.
typedef struct lw_total {
    const char *kind;  // "family", "class", "use", "all"
    const char *name, *use;
    size_t systems, tables, failed, points;
    size_t banded, inside;  // points for which the model states a band, and those of them in it
    lw_spread error;
} lw_total;

typedef struct lw_totals {
    lw_total *total;
    size_t count;
} lw_totals;

// Totals by family and use, by class and use (in the order of their names, calibration beside
// validation), by use, and of all tables. A table is in three of them.
lw_status lw_totals_of(const lw_validations *tables, lw_arena *arena, lw_totals *out) LW_CHECKED;

#endif
