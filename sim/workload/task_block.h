// SPDX-License-Identifier: GPL-3.0-or-later
// A run of tasks that is written once and put where it belongs later, once or often: work of another
// kind in a graph, iterations that arrive by themselves.
#ifndef LW_TASK_BLOCK_H
#define LW_TASK_BLOCK_H

#include "sim/workload/graph.h"

#define LW_NO_ENTRY UINT32_MAX

typedef struct lw_task_block {
    lw_graph_task *task;  // by the numbers that they had when they were written, from first_task on
    lw_loop *loop;        // the same, from first_loop on
    uint32_t first_task, first_loop;
    size_t task_count, loop_count;
} lw_task_block;

// What is written from here on is of the block, until it is cut. No loop is open.
void lw_block_begin(const lw_graph_builder *builder, lw_task_block *block);
// Take it out of the graph; its moves stay.
lw_status lw_block_cut(lw_graph_builder *builder, lw_task_block *block) LW_CHECKED;
// Put it into the open loop, as tasks of the builder's member. entry: of those that nothing in their
// own iteration holds back each comes after that task; LW_NO_ENTRY: those that come after nothing
// start start_ps after their workload.
lw_status lw_block_paste(lw_graph_builder *builder, const lw_task_block *block, uint32_t entry, int64_t start_ps) LW_CHECKED;
// A task after all tasks of the block that was pasted last, which ends before the next task.
lw_status lw_block_end(lw_graph_builder *builder, const lw_task_block *block) LW_CHECKED;

#endif
