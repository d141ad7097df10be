// SPDX-License-Identifier: GPL-3.0-or-later
// Presets from measured tables: those of their rows that name `tables`, and nothing else, are fitted
// to these tables.
#ifndef LW_CALIBRATE_H
#define LW_CALIBRATE_H

#include "sim/result/calibration.h"
#include "sim/study/run.h"

// Which presets; count 0: all that have fitted rows. write: put values and errors into their files,
// each whole or not at all.
typedef struct lw_calibrate {
    const char *const *preset;
    size_t count;
    bool write;
} lw_calibrate;

// Least squares of log(model / measured) with a Cauchy loss, by Levenberg-Marquardt (GSL) over the
// logarithms of the values, within the bounds of their options, from the values as they are and
// their halves, and where these end apart their doubles. Points run over threads; no byte of `out`
// depends on their number. LW_BAD_INPUT: an unknown preset, one without such rows, a table of the
// validation side, an option that is not marked as fitted.
lw_status lw_presets_calibrate(const lw_catalog *catalog, const lw_calibrate *how, const lw_run *run, lw_arena *arena,
                               lw_diags *diags, lw_calibrations *out) LW_CHECKED;
// The tables of all fits, one after the other.
lw_status lw_calibrations_tables(const lw_calibrations *fits, lw_arena *arena, lw_validations *out) LW_CHECKED;

#endif
