// SPDX-License-Identifier: GPL-3.0-or-later
// How far the model is from one measured table.
#ifndef LW_VALIDATION_H
#define LW_VALIDATION_H

#include <stdbool.h>

#include "sim/base/spread.h"

typedef struct lw_validation {
    const char *name, *family, *use;  // use: "calibrate", "validate" or "neither"
    const char *class;                // that it counts in, instead of its family; NULL: none
    const char *system_id;            // of the machine: all its tables are on one side
    size_t points;
    lw_spread error;  // of |model / measured - 1|
    double limit_median, limit_worst;
    bool ok;
    size_t banded, inside;          // points for which the model states a band, and those of them in it
    const char *subject, *verdict;  // what was measured, and a sentence for whoever did; NULL: none
    double (*rows)[3];              // x in the base unit, measured, model
} lw_validation;

typedef struct lw_validations {
    lw_validation *row;
    size_t count;
} lw_validations;

#endif
