// SPDX-License-Identifier: GPL-3.0-or-later
// The library in one header: load a scenario, run it, read results. Nothing here prints or exits; all memory lies in the caller's
// arena.
#ifndef LANEWISE_H
#define LANEWISE_H

#include <signal.h>

#include "models/family.h"
#include "sim/base/diag.h"
#include "sim/base/spread.h"
#include "sim/config/yaml.h"
#include "sim/engine/engine.h"
#include "sim/result/result.h"
#include "sim/result/topology.h"

// ---- Catalogue: what lies in configs/ ----

typedef enum lw_preset_kind { LW_PRESET_LINK, LW_PRESET_DEVICE, LW_PRESET_KINDS } lw_preset_kind;

typedef struct lw_preset {
    lw_preset_kind kind;
    const char *name;           // "oculink-2-x4"; also the file's name without .yaml
    const char *type;           // family of a link ("oculink"), kind of a device ("host", "gpu", ...)
    const char *summary;        // one sentence
    lw_evidence evidence;       // of its rates
    const lw_yaml *root;        // the whole file
    const lw_yaml *parameters;  // map: key -> {value, source, [evidence]}
} lw_preset;

typedef struct lw_catalog lw_catalog;  // read-only after opening, safe to share between threads

// Open the folder that holds links/, devices/, measured/ and scenarios/. folder NULL: $LANEWISE_CONFIGS, else configs/ beside the
// program's source or its installed share/lanewise. Presets are parsed at first use of their kind.
lw_status lw_catalog_open(const char *folder, lw_arena *arena, lw_diags *diags, lw_catalog **out) LW_CHECKED;
const char *lw_catalog_folder(const lw_catalog *catalog);
size_t lw_catalog_count(const lw_catalog *catalog, lw_preset_kind kind);  // sorted by name
const lw_preset *lw_catalog_at(const lw_catalog *catalog, lw_preset_kind kind, size_t index);
const lw_preset *lw_catalog_find(const lw_catalog *catalog, lw_preset_kind kind, const char *name);  // NULL when unknown

// ---- Scenario ----

typedef struct lw_scenario lw_scenario;

typedef struct lw_load {
    const char *const *set;  // "PATH=VALUE" of --set, in order
    size_t set_count;
    const char *engine;  // of --engine; NULL: as the file says
    const char *seed;    // of --seed, as text; NULL: as the file says
    bool look_only;      // nothing is to run: no word about missing workloads
    bool one_of_many;    // a point of a measured table: what it leaves idle another point may use, so no word about that
} lw_load;

// Parse, include, apply --set, expand the sweep, and check every point without running it. All findings go to diags; LW_BAD_INPUT
// when there is an error, LW_BAD_USAGE when a --set is not of the form PATH=VALUE. load may be NULL.
lw_status lw_scenario_load(const char *path, const lw_catalog *catalog, const lw_load *load, lw_arena *arena, lw_diags *diags,
                           lw_scenario **out) LW_CHECKED;
// The same from a tree that exists already (measured tables).
lw_status lw_scenario_from_tree(const lw_yaml *root, const lw_source *source, const lw_catalog *catalog, const lw_load *load,
                                lw_arena *arena, lw_diags *diags, lw_scenario **out) LW_CHECKED;

const char *lw_scenario_title(const lw_scenario *scenario);
size_t lw_scenario_points(const lw_scenario *scenario);
const char *lw_scenario_folder(const lw_scenario *scenario);       // of its file: where relative paths in it begin
const lw_yaml *lw_scenario_charts(const lw_scenario *scenario);    // the list under charts:, or NULL
const lw_yaml *lw_scenario_measured(const lw_scenario *scenario);  // the list under measured:, or NULL
const lw_yaml *lw_scenario_asserts(const lw_scenario *scenario);   // the list under assert:, or NULL

typedef struct lw_run {
    int threads;                                              // 0: OMP_NUM_THREADS or the cores
    const volatile sig_atomic_t *stop;                        // non-zero stops soon; finished points are kept
    void (*progress)(size_t done, size_t total, void *user);  // called from one thread at a time; may be NULL
    void *user;
    bool nominal;  // not how uncertain points are: results have no band
} lw_run;

// Run all points. The bytes of the result do not depend on the number of threads. LW_INTERRUPTED: *out holds the points that
// finished.
lw_status lw_scenario_run(const lw_scenario *scenario, const lw_run *run, lw_arena *arena, lw_diags *diags,
                          lw_result *out) LW_CHECKED;

// What is known of the result before a run: every point with its swept values and its workloads, of which only the names are set,
// and whether they are paced in some point.
lw_status lw_scenario_outline(const lw_scenario *scenario, lw_arena *arena, lw_diags *diags, lw_result *out) LW_CHECKED;

// The fabric of one point, for tests and drawings. Lives in the arena.
lw_status lw_scenario_build(const lw_scenario *scenario, size_t point, lw_arena *arena, lw_diags *diags,
                            lw_fabric *out) LW_CHECKED;

// The system of one point as boxes and lines. Lives in the arena.
lw_status lw_scenario_topology(const lw_scenario *scenario, size_t point, lw_arena *arena, lw_diags *diags,
                               lw_topology *out) LW_CHECKED;

// The JSON Schema of the scenario file, generated from the option tables. charts: the table of an entry under `charts:`, which
// belongs to whoever draws them.
lw_status lw_schema_write(const lw_option *charts, lw_arena *arena, const char **json) LW_CHECKED;

// ---- Measured tables ----

typedef struct lw_measured lw_measured;  // one file of configs/measured

typedef struct lw_validation {
    const char *name, *family, *use;  // use: "calibrate" or "validate"
    size_t points;
    lw_spread error;  // of |model / measured - 1|
    double limit_median, limit_worst;
    bool ok;
    double (*rows)[3];  // x in the base unit, measured, model
} lw_validation;

lw_status lw_measured_load(const char *path, const lw_catalog *catalog, lw_arena *arena, lw_diags *diags,
                           lw_measured **out) LW_CHECKED;
// Run all points of the tables over threads and compare: no byte of `out` depends on their number. A table that fails keeps no
// other from its turn: *done counts those that stand in `out`, in order. Returns the first status that was not LW_OK.
lw_status lw_measured_validate(lw_measured *const *table, size_t count, const lw_run *run, lw_arena *arena, lw_diags *diags,
                               lw_validation *out, size_t *done) LW_CHECKED;
// For charts: the points and where they come from.
lw_status lw_measured_series_of(const lw_measured *table, lw_arena *arena, lw_measured_series *out) LW_CHECKED;

// ---- Reports ----

struct lw_text;
typedef enum lw_format { LW_FORMAT_TABLE, LW_FORMAT_CSV, LW_FORMAT_JSON, LW_FORMAT_JSONL } lw_format;
extern const char *const lw_format_words[];  // "table", "csv", "json", "jsonl", NULL
// Append the whole report to text. width: columns of the terminal for tables, 0 for no limit.
lw_status lw_report(const lw_result *result, lw_format format, int width, struct lw_text *text) LW_CHECKED;

#endif
