// SPDX-License-Identifier: GPL-3.0-or-later
// Graphs of tasks that kinds of work write as a user would, in YAML: what `kind: graph` makes of them
// they need not know.
#ifndef LW_TASK_GRAPH_H
#define LW_TASK_GRAPH_H

#include "sim/workload/graph.h"

// The tasks of a text become those of the workload that the builder has open, `repeat` times, with
// so many iterations under way at once at most. text: a map as under `tasks:`, of the arena. What is
// wrong in it is told at the workload.
lw_status lw_task_graph_of_text(lw_graph_builder *builder, const char *text, int64_t repeat, int64_t in_flight) LW_CHECKED;

#endif
