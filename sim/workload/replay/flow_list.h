// SPDX-License-Identifier: GPL-3.0-or-later
// Lists of flows as CSV: who sends how much to whom, and when.
#ifndef LW_FLOW_LIST_H
#define LW_FLOW_LIST_H

#include "sim/workload/graph.h"

// More would take a packet engine hours, and the file is bounded by LW_SOURCE_BYTES_MAX anyway.
enum { LW_FLOWS_MAX = 65536 };

typedef struct lw_flow_list {
    lw_member_result *flow;  // in the order of the file; the ends are not set
    size_t count;            // >= 1
} lw_flow_list;

// Read the file that the open workload names, from beside the scenario or below the folder of
// presets. nodes: how many there are, so that indices end before. Findings stand in the file; what
// is no list is refused without a word of what it holds.
lw_status lw_flow_list_read(const lw_graph_builder *builder, const char *name, uint32_t nodes, lw_flow_list *out) LW_CHECKED;

#endif
