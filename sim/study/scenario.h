// SPDX-License-Identifier: GPL-3.0-or-later
// Scenarios: a document whose every point was looked at.
#ifndef LW_SCENARIO_H
#define LW_SCENARIO_H

#include "sim/study/format.h"
#include "sim/study/point.h"

// Parse, include, apply --set, expand the sweep, and check every point without running it. All
// findings go to diags; LW_BAD_INPUT when there is an error, LW_BAD_USAGE when a --set is not of
// the form PATH=VALUE. load may be NULL.
lw_status lw_scenario_load(const char *path, const lw_catalog *catalog, const lw_load *load, lw_arena *arena, lw_diags *diags,
                           const lw_document **out) LW_CHECKED;
// Build every point of a document, so that whatever is wrong is told before anything runs. unused:
// tell also what has no effect.
lw_status lw_scenario_check(const lw_document *document, bool unused, lw_arena *arena, lw_diags *diags) LW_CHECKED;

#endif
