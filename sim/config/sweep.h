// SPDX-License-Identifier: GPL-3.0-or-later
// The sweep of a scenario: which values which paths take, and the combinations.
#ifndef LW_SWEEP_H
#define LW_SWEEP_H

#include "sim/config/object.h"

// One value of a swept path: what a reader calls it, and what it changes.
typedef struct lw_axis_value {
    const lw_yaml *yaml;
    const char *text;  // "4 KiB", "oculink-2-x4"
    bool is_flag;      // true or false, not in quotes
    bool is_number;
    double number;  // in the base unit
    lw_dimension dimension;
    const lw_edit *edit;
    size_t edit_count;
} lw_axis_value;

typedef struct lw_axis {
    const char *path;  // "links.egpu", "workloads.upload.bytes", "seed"
    lw_place place;    // of the key
    lw_axis_value *value;
    size_t count;
} lw_axis;

typedef struct lw_sweep {
    lw_axis *axis;
    size_t axis_count;
    size_t points;  // product of the counts, 1 without axes; of a table: its rows
    bool zipped;    // of a table: point p has value p of each axis
} lw_sweep;

enum { LW_POINTS_MAX = 1000000, LW_AXES_MAX = 256 };

// Read the map under `sweep:` (NULL: none): paths, values and what they are called; their edits are
// made by the document.
lw_status lw_sweep_read(const lw_yaml *map, lw_arena *arena, lw_diags *diags, lw_sweep *out) LW_CHECKED;
// The same from a table: a list of paths, and rows with a value for each of them (further ones are
// left alone).
lw_status lw_sweep_of_table(const lw_yaml *paths, const lw_yaml *rows, lw_arena *arena, lw_diags *diags,
                            lw_sweep *out) LW_CHECKED;

// Index of the value of each axis in a point: the first axis varies slowest.
size_t lw_sweep_value(const lw_sweep *sweep, size_t axis, size_t point);

// ---- Paths ----

// "links.egpu.lanes", "workloads.*.bytes", "nodes.gpu", "seed".
typedef struct lw_path {
    lw_section_id section;
    const char *name;  // of the object; NULL: every one
    size_t name_length;
    const char *key;  // what follows its name: "lanes", "between[0]"; NULL: the object as a whole
} lw_path;

// False when it is no path into a scenario.
bool lw_path_parse(const char *text, lw_path *out);
// Does the path name something in what `whole` names, or all of that? "*" is any name.
bool lw_path_is_within(const char *path, const char *whole);

#endif
