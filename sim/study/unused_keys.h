// SPDX-License-Identifier: GPL-3.0-or-later
// Keys, links and nodes that change nothing in any point of a scenario: reported, never ignored in
// silence.
#ifndef LW_UNUSED_KEYS_H
#define LW_UNUSED_KEYS_H

#include "sim/study/effects.h"

typedef struct lw_unused_keys lw_unused_keys;

// NULL when out of memory
lw_unused_keys *lw_unused_keys_new(const lw_document *document, lw_arena *arena);
// Record what a point uses; a finding stands only if it holds in every point.
void lw_unused_keys_look(lw_unused_keys *unused, const lw_built *built);
// Of the keys that the scenario gives, find those without an effect, and tell all findings. Nothing
// is said of what lies in an included file: a system holds more than one scenario uses. base: of the only
// point, as of lw_effects_start; NULL: none.
lw_status lw_unused_keys_report(lw_unused_keys *unused, const lw_effects_base *base, lw_diags *diags) LW_CHECKED;

#endif
