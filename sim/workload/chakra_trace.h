// SPDX-License-Identifier: GPL-3.0-or-later
// Chakra execution traces (MLCommons, schema 0.0.4), one file a rank: messages of Protocol Buffers,
// each behind its length, first the metadata and then a node of the graph each.
#ifndef LW_CHAKRA_TRACE_H
#define LW_CHAKRA_TRACE_H

#include "sim/workload/goal_text.h"

// Reads the trace of a rank behind those that the schedule has. What it does not take is refused.
lw_status lw_chakra_read(const lw_source *source, uint32_t rank, lw_goal *goal, lw_arena *arena, lw_diags *diags) LW_CHECKED;

#endif
