// SPDX-License-Identifier: GPL-3.0-or-later
// How far the model is from one measured table.
#ifndef LW_VALIDATION_H
#define LW_VALIDATION_H

#include <stdbool.h>

#include "sim/base/spread.h"
#include "sim/result/metric.h"

// One point of a table. Measured and model are in the unit of its metric.
typedef struct lw_compared {
    const char *name;  // the first varied value when it is a text and no quantity; else NULL
    double x;          // first varied value in the base unit; its number in the list when it is no quantity
    double bytes;      // x of a table over sizes, else what the observed work moves
    double measured, model;
    double low, high;  // of the model, 5th and 95th percentile of what it says is uncertain; high 0: nothing
    double error;      // of a fit: standard error of the model as a share; 0: not known
    double stranger;   // of a fit to several systems: the model, fitted to all others; 0: there is none
} lw_compared;

typedef struct lw_validation {
    const char *name, *label, *family, *use;  // use: "calibrate", "validate" or "neither"
    const char *class;                        // that it counts in, instead of its family; NULL: none
    const char *system_id;                    // of the machine: all its tables are on one side
    const char *provenance;                   // author, title, date; NULL: not known
    const lw_metric *metric;                  // that was observed
    bool over_sizes;                          // x is how many bytes the observed work moves
    size_t points;
    lw_spread error;  // of |model / measured - 1|
    bool limited;     // it is to have no more than:
    double limit_median, limit_worst;
    bool ok;
    size_t banded, inside;          // points for which the model states a band, and those of them in it
    const char *subject, *verdict;  // what was measured, and a sentence for whoever did; NULL: none
    lw_compared *rows;
} lw_validation;

typedef struct lw_validations {
    lw_validation *row;
    size_t count;
} lw_validations;

// What its tables are summed up as: its class, else the family of its links.
static inline const char *lw_validation_class(const lw_validation *table) {
    return table->class != NULL ? table->class : table->family;
}

#endif
