// SPDX-License-Identifier: GPL-3.0-or-later
// A whole file of another tool: read, its machines found, its tables made.
#ifndef LW_IMPORTED_H
#define LW_IMPORTED_H

#include "sim/import/judge.h"
#include "sim/import/measure.h"

typedef struct lw_imported {
    lw_import file;
    size_t count;                // of series
    lw_import_machine *machine;  // of each series
    lw_measured **table;
    const lw_source *system;  // the text of a machine, of which there are no series; NULL: none
} lw_imported;

// source NULL: the machine that the program runs on. as, on: lw_import_read, lw_import_on_parse; either may be NULL.
lw_status lw_imported_load(const lw_judging *judging, const lw_source *source, const char *as, const char *on,
                           lw_imported *out) LW_CHECKED;
// The same of copies that are made now: see lw_measure.
lw_status lw_imported_measure(const lw_judging *judging, const lw_measuring *how, const char *on, lw_imported *out) LW_CHECKED;
// What was found, as a table of text.
lw_status lw_imported_overview(const lw_imported *imported, lw_arena *arena, lw_text *out) LW_CHECKED;

#endif
