// SPDX-License-Identifier: GPL-3.0-or-later
// A loaded scenario, inside the library.
#ifndef LW_SCENARIO_H
#define LW_SCENARIO_H

#include "sim/config/sweep.h"
#include "sim/fabric/fabric.h"

// A value of --set at its path.
typedef struct lw_setting {
    const char *path;
    const lw_yaml *value;
    lw_place place;
} lw_setting;

struct lw_scenario {
    const lw_catalog *catalog;
    const char *title, *file;
    const char *folder;  // of the file: where the names of other files begin
    char sha256[65];
    lw_yaml *base;  // nodes, links, workloads, seed, engine: what a point is made of
    lw_sweep sweep;
    const lw_setting *late;  // what the sweep would put its own values over: set in every point, after them
    size_t late_count;
    const lw_source *const *included;  // files that `include:` brought in
    size_t included_count;
    const lw_yaml *charts, *measured, *asserts;
    uint64_t seed;  // without a sweep of it
};

// What one point runs with.
typedef struct lw_point_setup {
    lw_machine system;
    uint64_t seed;
    lw_engine engine;
} lw_point_setup;

// Read one point. Safe in threads after the scenario was loaded.
lw_status lw_scenario_point(const lw_scenario *scenario, size_t point, lw_arena *arena, lw_diags *diags,
                            lw_point_setup *out) LW_CHECKED;

// The keys at the top of a scenario file.
typedef struct lw_scenario_head {
    int64_t version;
    const char *title, *description;
    const lw_yaml *include, *nodes, *links, *workloads, *sweep, *measured, *charts, *asserts;
    int64_t seed;
    int engine;
} lw_scenario_head;
extern const lw_option lw_scenario_options[];

// ---- effects.c: what was set and changed nothing ----

typedef struct lw_unused_keys lw_unused_keys;
lw_unused_keys *lw_unused_keys_new(lw_arena *arena);
// Record what a point shows; a finding stands only if it holds in every point.
lw_status lw_unused_keys_look(lw_unused_keys *effects, const lw_built *plan) LW_CHECKED;
// Nothing is said of what lies in an included file: a system holds more than one scenario uses.
void lw_unused_keys_report(const lw_unused_keys *effects, const lw_source *const *included, size_t included_count,
                           lw_diags *diags);

#endif
