// SPDX-License-Identifier: GPL-3.0-or-later
// What a fit of presets to measured tables found.
#ifndef LW_CALIBRATION_H
#define LW_CALIBRATION_H

#include "sim/result/validation.h"

// One parameter of a preset.
typedef struct lw_fitted {
    const char *preset, *key;
    const char *before, *value;  // as text with their units
    double error;                // standard error as a share of the value; NaN: the tables cannot tell
    double moved;                // value / before - 1
    // the parameter that could stand in for it as far as the tables go, and their correlation; NULL:
    // none above LW_FITTED_ALIKE
    const char *alike;
    double correlation;
} lw_fitted;
#define LW_FITTED_ALIKE 0.95

// Parameters that share tables are fitted together.
typedef struct lw_calibration {
    lw_fitted *fitted;
    size_t fitted_count;
    size_t tables, systems, points;
    lw_spread before, after;  // of |model / measured - 1|
    // of each system, fitted to the others alone; all 0 where there is one system
    lw_spread left_out;
    lw_validations compared;  // the tables with the fitted values
} lw_calibration;

typedef struct lw_calibrations {
    lw_calibration *group;
    size_t count;
} lw_calibrations;

// The model beside measured tables, and the fits of its presets to them.
typedef struct lw_accuracy {
    const char *tool_version;
    lw_validations tables;  // of a calibration those of all fits, with the fitted values
    lw_calibrations fits;   // count 0: nothing was fitted
} lw_accuracy;

#endif
