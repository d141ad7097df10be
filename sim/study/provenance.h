// SPDX-License-Identifier: GPL-3.0-or-later
// How well the numbers are known that a result stands on.
#ifndef LW_PROVENANCE_H
#define LW_PROVENANCE_H

#include "sim/fabric/attribution.h"
#include "sim/study/effects.h"

// Of one point; in the arena. base: as of lw_effects_start.
lw_status lw_provenance_find(const lw_document *document, size_t point, const lw_effects_base *base, lw_arena *arena,
                             lw_provenances *out) LW_CHECKED;

#endif
