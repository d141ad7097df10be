// SPDX-License-Identifier: GPL-3.0-or-later
// Files to begin with.
#ifndef LW_EXAMPLE_H
#define LW_EXAMPLE_H

#include "sim/base/text.h"
#include "sim/config/catalog.h"

// Append the text of a shipped scenario or template, or that of the starter for a collective by its kind.
// LW_BAD_USAGE with a diagnostic for an unknown name.
lw_status lw_example_read(const lw_catalog *catalog, const char *name, lw_arena *arena, lw_diags *diags,
                          lw_text *text) LW_CHECKED;

#endif
