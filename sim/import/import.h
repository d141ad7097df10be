// SPDX-License-Identifier: GPL-3.0-or-later
// What other tools measured: their files are read into series of points, each of which becomes a
// measured table (sim/study/measured.h) with the scenario that reproduces it.
#ifndef LW_IMPORT_H
#define LW_IMPORT_H

#include "sim/import/series.h"

// Is the text, as a whole, a file of one of the tools? A scenario and a measured table are none.
bool lw_import_knows(const lw_source *source);
// Read a file. as: the name of a format; NULL: by content. LW_BAD_INPUT where it is none of these,
// or something in it is wrong or nothing is of use; LW_BAD_USAGE for another name.
lw_status lw_import_read(const lw_source *source, const char *as, lw_arena *arena, lw_diags *diags, lw_import *out) LW_CHECKED;

// The machine that the program runs on, as if a file described it.
lw_status lw_import_here(lw_arena *arena, lw_diags *diags, lw_import *out) LW_CHECKED;

#endif
