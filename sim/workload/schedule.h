// SPDX-License-Identifier: GPL-3.0-or-later
// From the schedule of some ranks to tasks, for all kinds of work that read one: messages between
// nodes, times that hold a stream of a node, and what starts after what.
#ifndef LW_SCHEDULE_H
#define LW_SCHEDULE_H

#include "sim/workload/copying.h"
#include "sim/workload/goal_text.h"

typedef struct lw_schedule_params {
    const lw_yaml *ranks;
    int64_t overhead_ps, eager_bytes;
    int by;  // lw_copier
} lw_schedule_params;

// Rows for such a struct that stands `at` so many bytes into another.
#define LW_SCHEDULE_ROWS(at)                                                                                             \
    {.key = "ranks",                                                                                                     \
     .kind = LW_OPTION_YAML,                                                                                             \
     .offset = (at) + offsetof(lw_schedule_params, ranks),                                                               \
     .help = "nodes or groups, in the order of the ranks"},                                                              \
        {.key = "overhead",                                                                                              \
         .kind = LW_OPTION_QUANTITY_INT,                                                                                 \
         .dimension = LW_TIME,                                                                                           \
         .offset = (at) + offsetof(lw_schedule_params, overhead_ps),                                                     \
         .fallback = "0 ns",                                                                                             \
         .maximum = 3.6e17,                                                                                              \
         .help = "of the rank for each message that it sends or receives: o of the LogGP model (LogGOPSim's default is " \
                 "1500 ns)"},                                                                                            \
        {.key = "eager",                                                                                                 \
         .kind = LW_OPTION_QUANTITY_INT,                                                                                 \
         .dimension = LW_BYTES,                                                                                          \
         .offset = (at) + offsetof(lw_schedule_params, eager_bytes),                                                     \
         .fallback = "65535 B",                                                                                          \
         .maximum = 0x1p62,                                                                                              \
         .help = "messages up to this size leave before their receive is posted, and their send is over at once",        \
         .source = "default of S in LogGOPSim"},                                                                         \
        LW_WORK_WORD("by", (at) + offsetof(lw_schedule_params, by), "kernel", lw_copier_words,                           \
                     "who moves messages between GPUs: kernels, as NCCL's, or the copy engines of the card")

// The nodes of the ranks, each once.
lw_status lw_schedule_nodes(const lw_graph_builder *builder, const lw_yaml *ranks, const uint32_t **out,
                            size_t *count) LW_CHECKED;
// The tasks of a schedule whose messages are matched. node: one a rank.
lw_status lw_schedule_write(lw_graph_builder *builder, const lw_schedule_params *params, const lw_goal *goal,
                            const uint32_t *node, int64_t calc_unit_ps) LW_CHECKED;

#endif
