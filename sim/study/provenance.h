// SPDX-License-Identifier: GPL-3.0-or-later
// How well the numbers are known that a result stands on.
#ifndef LW_PROVENANCE_H
#define LW_PROVENANCE_H

#include "sim/fabric/attribution.h"

// Of one point; in the arena.
lw_status lw_provenance_find(const lw_document *document, size_t point, lw_arena *arena, lw_provenances *out) LW_CHECKED;

#endif
