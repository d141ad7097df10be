// SPDX-License-Identifier: GPL-3.0-or-later
// The links of a scenario: family, parameters, ends.
#ifndef LW_CONNECTION_H
#define LW_CONNECTION_H

#include "sim/machine/node.h"

// How a link entry joins two groups.
typedef enum lw_pattern { LW_PATTERN_EACH, LW_PATTERN_STAR, LW_PATTERN_RING, LW_PATTERN_MESH, LW_PATTERN_TORUS } lw_pattern;
extern const char *const lw_pattern_words[];
extern const char lw_pattern_help[];
extern const char lw_shape_help[];

enum { LW_TORUS_AXES = 3 };

// The keys of a link that belong to no family, NULL-terminated.
extern const char *const lw_link_own_keys[];

// What stands under one key of `links:`.
typedef struct lw_link_spec {
    const char *name;
    lw_place place;
    const lw_family *family;
    const lw_preset *preset;  // NULL: type and parameters only
    void *params;             // of the family
    lw_option_set user;       // keys that the scenario gave itself
    lw_pattern pattern;
    uint32_t shape[LW_TORUS_AXES];  // of a torus: nodes along each axis, the first fastest; 1 where it has no such axis
    lw_place shape_place;
    const char *between[2];  // selections of devices
    lw_place between_place[2];
    lw_link_model link;  // resolved
} lw_link_spec;

// One link: those of a group share their spec.
typedef struct lw_link {
    const char *name;  // "egpu", "slots[3]"
    lw_link_spec *spec;
    uint32_t end[2];  // devices: a, b
} lw_link;

// Read family, parameters and ends of one link; not resolved yet.
lw_status lw_link_read(const lw_yaml *node, const lw_catalog *catalog, lw_arena *arena, lw_diags *diags,
                       lw_link_spec *out) LW_CHECKED;
// Limit the link to the PCIe generation and lanes of a device at its end (with a note), where its family has these keys.
void lw_link_limit(lw_link_spec *spec, const lw_node *device, lw_diags *diags);
// Check across fields, then make the channels.
lw_status lw_link_finish(lw_link_spec *spec, lw_diags *diags) LW_CHECKED;

#endif
