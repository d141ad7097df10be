// SPDX-License-Identifier: GPL-3.0-or-later
// A scenario with all that its file names: measured tables to lay over its charts, and assertions.
#ifndef LW_SESSION_H
#define LW_SESSION_H

#include "sim/study/assertion.h"
#include "sim/study/measured.h"

typedef struct lw_session {
    const lw_document *document;
    lw_measured_series *measured;
    size_t measured_count;
    const lw_assertion *assertion;
    size_t assertion_count;
} lw_session;

// Load the scenario (lw_scenario_load), then its tables and assertions. All are looked at even when
// the first is wrong: users like to hear of everything at once.
lw_status lw_session_load(const char *path, const lw_catalog *catalog, const lw_load *load, lw_arena *arena, lw_diags *diags,
                          lw_session *out) LW_CHECKED;

#endif
