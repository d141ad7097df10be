// SPDX-License-Identifier: GPL-3.0-or-later
// The sweep of a scenario: which values which paths take, and the combinations.
#ifndef LW_SWEEP_H
#define LW_SWEEP_H

#include "sim/lanewise.h"

typedef struct lw_axis {
    const char *path;  // "links.egpu", "workloads.upload.bytes", "seed"
    lw_place place;    // of the key
    const lw_yaml **value;
    const lw_set_value *set;  // the same for readers of results
    size_t count;
} lw_axis;

typedef struct lw_sweep {
    lw_axis *axis;
    size_t axis_count;
    size_t points;  // product of the counts; 1 without axes
} lw_sweep;

enum { LW_POINTS_MAX = 1000000 };

// Read the map under `sweep:` (NULL: none). base: the tree that the paths lead into.
lw_status lw_sweep_read(const lw_yaml *map, lw_yaml *base, lw_arena *arena, lw_diags *diags, lw_sweep *out) LW_CHECKED;

// Index of the value of each axis in a point: the first axis varies slowest.
size_t lw_sweep_value(const lw_sweep *sweep, size_t axis, size_t point);

// Put a value at a path. A map with a preset, type or kind starts its link or node afresh and keeps only its place in the
// topology (between, pattern, shape, count); another map is merged; anything else replaces what is there.
lw_status lw_sweep_put(lw_yaml *root, const char *path, const lw_yaml *value, lw_place at, lw_arena *arena,
                       lw_diags *diags) LW_CHECKED;

// Does the path name something in what `whole` names, or all of that? "*" is any name.
bool lw_sweep_is_within(const char *path, const char *whole);

// Does the path lead to something that the tree has (links.egpu, or a key of it)? Diagnosed if not.
lw_status lw_sweep_check_path(lw_yaml *root, const char *path, lw_place at, lw_arena *arena, lw_diags *diags) LW_CHECKED;

// A scalar that stands nowhere in a file.
lw_yaml *lw_scalar_new(lw_arena *arena, const char *text, lw_place place) LW_CHECKED;

#endif
