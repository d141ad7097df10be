// SPDX-License-Identifier: GPL-3.0-or-later
// The machine of a point as boxes and lines.
#ifndef LW_STUDY_TOPOLOGY_H
#define LW_STUDY_TOPOLOGY_H

#include "sim/result/topology.h"
#include "sim/study/scenario.h"

// Lives in the arena, except the title and file of the document.
lw_status lw_scenario_topology(const lw_document *document, size_t point, lw_arena *arena, lw_diags *diags,
                               lw_topology *out) LW_CHECKED;

#endif
