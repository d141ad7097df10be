// SPDX-License-Identifier: GPL-3.0-or-later
// The fit of some parameters of presets to some measured tables.
#ifndef LW_FIT_H
#define LW_FIT_H

#include "sim/base/spread.h"
#include "sim/config/catalog.h"
#include "sim/study/measured.h"

typedef struct lw_fit_parameter {
    const lw_preset *preset;
    const lw_type *type;
    const lw_option *option;  // a number that is marked as fitted
    const lw_yaml *row;       // in the preset's file
    const lw_yaml *tables;    // of the row: names of measured tables
    double start;             // as the preset has it, in the base unit, > 0
    double value, error;      // found: in the base unit; standard error as a share, NaN: not told
    // found: how its error correlates with those of earlier ones of its fit, as presets have it:
    // "{submit: 0.31, other-preset.gap: -0.2}"; "": with none that shows
    const char *correlates;
} lw_fit_parameter;

typedef struct lw_fit {
    const lw_catalog *catalog;
    lw_fit_parameter *parameter;
    size_t count;
    const char *const *path;  // of the tables
    size_t tables;
    const lw_run *run;
    // found
    size_t points, systems;
    double *correlation;                // count x count
    lw_spread before, after, left_out;  // of |model / measured - 1|
    lw_validations compared;            // the tables with the values that were found
} lw_fit;

// The type that a preset is of; NULL: none that is known.
const lw_type *lw_fit_type_of(const lw_preset *preset);
// A row of a preset, with its value and its `error`. LW_BAD_INPUT: it is no number of its type, or
// nothing that is known.
lw_status lw_fit_parameter_of(const lw_preset *preset, const lw_yaml *row, lw_arena *arena, lw_diags *diags,
                              lw_fit_parameter *out) LW_CHECKED;
// A value within the bounds of the option, of five digits, as the model reads it; NULL when out of
// memory.
const char *lw_fit_exact_text(const lw_fit_parameter *parameter, double value, lw_arena *arena) LW_CHECKED;
// The value that the preset has. LW_BAD_INPUT: auto, zero or no number.
lw_status lw_fit_start_of(lw_fit_parameter *parameter, lw_arena *arena, lw_diags *diags) LW_CHECKED;
// Find values, errors and correlations.
lw_status lw_fit_run(lw_fit *fit, lw_arena *arena, lw_diags *diags) LW_CHECKED;
// A value of four digits with a unit, as presets have it; NULL when out of memory.
const char *lw_fit_text(const lw_fit_parameter *parameter, double value, lw_arena *arena) LW_CHECKED;

#endif
