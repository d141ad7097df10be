// SPDX-License-Identifier: GPL-3.0-or-later
// What there is to name in a scenario, with what each number stands on.
#ifndef LW_LIST_OF_H
#define LW_LIST_OF_H

#include "sim/base/text.h"
#include "sim/config/catalog.h"

extern const char *const lw_list_words[];  // "links", "devices", ..., NULL

// Append the list of one of lw_list_words, in columns or as tables of Markdown. Anything else is LW_BAD_USAGE with a
// diagnostic.
lw_status lw_list_of(const char *what, bool markdown, lw_presets *presets, lw_arena *arena, lw_diags *diags,
                     lw_text *out) LW_CHECKED;
// Append the names in such a list, one a line; no file is read for them. LW_BAD_USAGE where they have none.
lw_status lw_names_of(const char *what, const lw_catalog *catalog, lw_diags *diags, lw_text *out) LW_CHECKED;

#endif
