// SPDX-License-Identifier: GPL-3.0-or-later
// Measured tables: scenarios that were really run. Each point is the table's scenario with the
// varied paths set; the model runs it, and what a workload shows is compared with what was
// observed.
#ifndef LW_MEASURED_H
#define LW_MEASURED_H

#include "sim/config/schema.h"
#include "sim/result/validation.h"
#include "sim/study/observed.h"
#include "sim/study/run.h"

typedef struct lw_measured lw_measured;  // one file of configs/measured

extern const lw_file_map lw_measured_maps[];  // its keys

// Read a table. Its points are checked when they are to run.
lw_status lw_measured_load(const char *path, const lw_catalog *catalog, lw_arena *arena, lw_diags *diags,
                           lw_measured **out) LW_CHECKED;
// The same from a text. presets tell what is wrong in their files to their own diagnostics.
lw_status lw_measured_read(const lw_source *source, lw_presets *presets, lw_arena *arena, lw_diags *diags,
                           lw_measured **out) LW_CHECKED;
// For charts: the points and where they come from. Of a table that varies more than one path those
// where the others are as its scenario says or, if there are none such, as in its last point.
lw_status lw_measured_series_of(const lw_measured *table, lw_arena *arena, lw_measured_series *out) LW_CHECKED;

typedef struct lw_tables {
    lw_measured *const *table;
    size_t count;
} lw_tables;

// Run all points of the tables over threads and compare: no byte of `out` depends on their number.
// A table that fails keeps no other from its turn; those that did not fail stand in `out`, in
// order. Returns the first status that was not LW_OK.
lw_status lw_measured_validate(lw_tables tables, const lw_run *run, lw_arena *arena, lw_diags *diags,
                               lw_validations *out) LW_CHECKED;

// How many of its points have a band, and lie in it.
void lw_validation_count_inside(lw_validation *table);

// ---- For validate.c and coverage.c ----

extern const char *const lw_use_words[];   // "calibrate", "validate", "neither", NULL
extern const char *const lw_side_words[];  // why it is there: "hash", "shaped", "kept", NULL

typedef struct lw_measured_point {
    lw_place place;  // in the file
    // first varied value in the base unit; its number in the list when it is no quantity
    double x;
    const char *name;  // that value, when it is a text and no quantity; else NULL
    double observed;   // > 0, in the unit of the metric
    bool own;          // all but the first varied value are as the table's scenario has them
} lw_measured_point;

struct lw_measured {
    const lw_source *file;
    const lw_document *document;  // a point for each of the table's
    const char *name, *label, *provenance;
    const char *class;      // NULL: none
    const char *system_id;  // the name where the file gives none
    int use;                // index into lw_use_words
    int side;               // index into lw_side_words
    bool modelled;          // by others, not measured
    lw_observed observed;
    const char *family;  // of the first link
    lw_hue hue;
    const char *varied;  // the end of the first varied path: "bytes"
    bool over_sizes;     // the first varied path is the size of the observed work
    bool limited;        // it allows no more than:
    double limit_median, limit_worst;
    const lw_yaml *vary, *rows;  // paths, and the points as they were written
    // tell what has no effect, and which nodes are ideal, when its points are to run
    bool noted;
    lw_measured_point *point;
    size_t point_count;
};

#endif
