// SPDX-License-Identifier: GPL-3.0-or-later
// What stands under one key of `links:`: a family with its parameters, and how it joins nodes.
#ifndef LW_LINK_SPEC_H
#define LW_LINK_SPEC_H

#include "models/family.h"
#include "sim/machine/node.h"

// How a link entry joins two groups.
typedef enum lw_pattern { LW_PATTERN_EACH, LW_PATTERN_STAR, LW_PATTERN_RING, LW_PATTERN_MESH, LW_PATTERN_TORUS } lw_pattern;
extern const char *const lw_pattern_words[];

// Keys of every link, whatever its family.
typedef struct lw_link_common {
    const lw_yaml *between;
    int pattern;  // lw_pattern
    const lw_yaml *shape;
} lw_link_common;
extern const lw_option lw_link_common_options[];

// The families as registered types; NULL past the last.
const lw_type *lw_link_type_at(size_t index);
const lw_family *lw_family_of(const lw_type *type);  // type: one of lw_link_type_at

enum { LW_TORUS_AXES = 3 };

typedef struct lw_link_spec {
    const lw_object *object;
    const lw_family *family;
    void *params;               // of the family; lowered to what the ports at its ends have
    const lw_yaml *between[2];  // node selectors
    lw_pattern pattern;
    // of a torus: nodes along each axis, the first fastest; 1 where it has no such axis; else 0
    uint32_t shape[LW_TORUS_AXES];
    const lw_link_model *model;  // with memory for as many segments as it has: see lw_link_model_keep
    lw_coherence coherence;
    lw_switch_limits limits;
} lw_link_spec;

// The ends and the pattern of a link; its model follows when the nodes at its ends are known.
lw_status lw_link_spec_read(const lw_object *object, lw_arena *arena, lw_diags *diags, lw_link_spec *out) LW_CHECKED;
// Lower the link to the PCIe generation and lanes of a node at one of its ends (with a note), where
// its ends are PCIe ports.
void lw_link_spec_train_down(lw_link_spec *spec, const lw_node_spec *node, lw_diags *diags);
// The rules of the family, then its model.
lw_status lw_link_spec_resolve(lw_link_spec *spec, lw_arena *arena, lw_diags *diags) LW_CHECKED;
// A copy that is no larger than its segments ask for, since machines have thousands of links: to be read
// through the pointer only. NULL when out of memory. And a whole one of it.
const lw_link_model *lw_link_model_keep(const lw_link_model *model, lw_arena *arena) LW_CHECKED;
void lw_link_model_load(const lw_link_model *kept, lw_link_model *out);

#endif
