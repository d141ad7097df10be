// SPDX-License-Identifier: GPL-3.0-or-later
// Chakra execution traces (MLCommons, schema 0.0.4), one file a rank: messages of Protocol Buffers,
// each behind its length, first the metadata and then a node of the graph each.
#ifndef LW_CHAKRA_TRACE_H
#define LW_CHAKRA_TRACE_H

#include "sim/workload/goal_text.h"

// Streams of a rank: its device, its processor, its memory, and what takes no time.
enum { LW_CHAKRA_ON_DEVICE, LW_CHAKRA_ON_CPU, LW_CHAKRA_ON_MEMORY, LW_CHAKRA_ON_NOTHING };

// comm_type of a collective node (CollectiveCommType of et_def.proto).
typedef enum lw_chakra_type {
    LW_CHAKRA_ALL_REDUCE,
    LW_CHAKRA_REDUCE,
    LW_CHAKRA_ALL_GATHER,
    LW_CHAKRA_GATHER,
    LW_CHAKRA_SCATTER,
    LW_CHAKRA_BROADCAST,
    LW_CHAKRA_ALL_TO_ALL,
    LW_CHAKRA_REDUCE_SCATTER,
    LW_CHAKRA_REDUCE_SCATTER_BLOCK,
    LW_CHAKRA_BARRIER,
    LW_CHAKRA_TYPES
} lw_chakra_type;
typedef enum lw_chakra_algorithm { LW_CHAKRA_RING, LW_CHAKRA_DIRECT } lw_chakra_algorithm;

// A collective node of one rank.
typedef struct lw_chakra_collective {
    uint32_t rank, begin, end;  // operations without time, before and after it
    uint32_t type;              // lw_chakra_type
    int64_t bytes;              // what the rank gives
    const char *group;          // name of the process group; "": all ranks
    uint64_t id;
    uint32_t offset;  // of the node in the trace
    uint32_t turn;    // filled in: among those of its group on its rank
} lw_chakra_collective;

// Reads the trace of a rank behind those that the schedule has, and its collective nodes into a list
// of lw_chakra_collective. What it does not take is refused.
lw_status lw_chakra_read(const lw_source *source, uint32_t rank, lw_goal *goal, lw_list *collectives, lw_arena *arena,
                         lw_diags *diags) LW_CHECKED;
// The messages of all collectives. The ranks of a group are those that have nodes of it, and the
// first of each is one call, then the second, and so on; what does not fit is refused.
lw_status lw_chakra_expand(lw_goal *goal, const lw_list *collectives, lw_chakra_algorithm how, lw_arena *arena,
                           lw_diags *diags) LW_CHECKED;

#endif
