// SPDX-License-Identifier: GPL-3.0-or-later
// Which options have an effect: one does if the point would be built otherwise, or other warnings
// given, with another value of it.
#ifndef LW_EFFECTS_H
#define LW_EFFECTS_H

#include "sim/study/point.h"

// A point as it is, to compare with.
typedef struct lw_effects {
    const lw_document *document;
    size_t point;
    lw_point_setup setup;
    lw_built built;       // a sketch
    uint64_t *signature;  // one a workload; 0: not found yet
    uint64_t *beginning;  // the same
    size_t warnings;      // of the machine
} lw_effects;

// The point as it was built for another purpose, without a warning.
typedef struct lw_effects_base {
    const lw_point_setup *setup;
    const lw_built *built;
} lw_effects_base;

// Everything lives in the arena, but what is taken of the base (NULL: there is none), which must outlive
// it. LW_BAD_INPUT: the point cannot be built.
lw_status lw_effects_start(const lw_document *document, size_t point, const lw_effects_base *base, lw_arena *arena,
                           lw_effects *out) LW_CHECKED;

// The part that an object has in a workload.
typedef enum lw_part {
    LW_PART_NONE,
    LW_PART_PASSED,  // packets pass a node on their route, or it computes: it gives time, no rate
    LW_PART_WHOLE    // they begin or end there, or go over the link; the workload itself
} lw_part;
lw_part lw_effects_part(const lw_effects *effects, size_t workload, lw_section_id section, uint32_t object);

// Which of the `wanted` workloads would be built otherwise with some other value: sets changed[w].
// A text and a YAML value have no other values that could be guessed.
lw_status lw_effect_find(const lw_effects *effects, const lw_option_at *option, const bool *wanted, bool *changed) LW_CHECKED;
// Would anything? Warnings of the machine count, too.
lw_status lw_effect_any(const lw_effects *effects, const lw_option_at *option, bool *any) LW_CHECKED;
// Must the key be given, because its default is forbidden here?
lw_status lw_effect_needed(const lw_effects *effects, const lw_option_at *option, bool *needed) LW_CHECKED;

// Points that differ in nothing but amounts (plain numbers that stay what they are: absent, zero,
// or neither) are of one class: the same options have an effect in them.
typedef struct lw_classes {
    size_t *of;     // class of each point
    size_t *first;  // first point of each class
    size_t count;
} lw_classes;
lw_status lw_classes_find(const lw_document *document, lw_arena *arena, lw_classes *out) LW_CHECKED;

#endif
