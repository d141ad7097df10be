// SPDX-License-Identifier: GPL-3.0-or-later
// A kind of work as one task of a graph: a collective between computes, a copy of a group. Its tasks
// are written once, taken out again, and put where the graph has it, which may be within a loop.
#ifndef LW_NESTED_H
#define LW_NESTED_H

#include "sim/workload/task_block.h"

typedef struct lw_nested {
    lw_object *object;  // what stands in the file; its kind nests
    const lw_work_kind *kind;
    lw_task_block block;
} lw_nested;

// Read one. name: "step.tasks.sum", for findings. value: a map with the key `kind`.
lw_status lw_nested_read(const lw_graph_builder *builder, const lw_yaml *value, const char *name, lw_nested *out) LW_CHECKED;
// Its moves join the workload, its tasks are kept aside. What it delivers counts `times` times. It
// leaves the record of the workload as it was, but for what a library chose, which it joins to
// `method`, and for main_move where there was none.
lw_status lw_nested_plan(lw_graph_builder *builder, lw_nested *nested, int64_t times) LW_CHECKED;
// How many tasks lw_nested_write writes.
uint32_t lw_nested_size(const lw_nested *nested);
// Put its tasks into the open loop: they come after the task `entry`, and the last one written comes
// after all of them.
lw_status lw_nested_write(lw_graph_builder *builder, const lw_nested *nested, uint32_t entry) LW_CHECKED;

#endif
