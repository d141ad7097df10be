// SPDX-License-Identifier: GPL-3.0-or-later
// Measured tables, and files of other tools among them, beside the model.
#ifndef LW_COMPARE_H
#define LW_COMPARE_H

#include "sim/import/judge.h"

typedef struct lw_comparing {
    const lw_catalog *catalog;
    const char *const *path;
    size_t count;    // 0: all tables of the catalogue
    const char *on;  // names as of lw_import_on_parse, for files of other tools; NULL: as they say
    bool bands;      // lw_validations_add_bands
} lw_comparing;

// Run them all; what another tool measured gets a sentence. A table that cannot be run keeps no other
// from its turn: *out holds those that could. LW_CHECK_FAILED: one is over its limit, or not normal.
lw_status lw_compare(const lw_comparing *what, const lw_judging *with, lw_validations *out) LW_CHECKED;

#endif
