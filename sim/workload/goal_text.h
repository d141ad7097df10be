// SPDX-License-Identifier: GPL-3.0-or-later
// Schedules in GOAL, the text format of LogGOPSim and ATLAHS: what each rank sends, receives and
// computes, and in what order.
#ifndef LW_GOAL_TEXT_H
#define LW_GOAL_TEXT_H

#include "sim/base/diag.h"
#include "sim/base/list.h"

#define LW_GOAL_ANY UINT32_MAX   // source or tag of a receive
#define LW_GOAL_NONE UINT32_MAX  // no operation

typedef enum lw_goal_kind { LW_GOAL_SEND, LW_GOAL_RECV, LW_GOAL_CALC } lw_goal_kind;

typedef struct lw_goal_op {
    int64_t size;  // bytes, or the time of a calc in units of the file
    uint32_t rank, peer, tag;
    uint32_t offset;   // in the text
    uint32_t match;    // of a send its receive, and the other way round
    uint32_t pair;     // of a send: those between the same two ranks have the same, counted from 0
    uint8_t kind;      // lw_goal_kind
    uint8_t cpu;       // of the rank
    bool starts_some;  // another operation waits for its start
    bool waits;        // it waits for another operation
} lw_goal_op;

// `op` starts after `on` has ended, or begun.
typedef struct lw_goal_need {
    uint32_t op, on;
    bool begun;
} lw_goal_need;

typedef struct lw_goal {
    const lw_source *source;          // the text
    const lw_source *const *of_rank;  // binary traces instead, one a rank
    uint32_t ranks;
    lw_list op;      // lw_goal_op
    lw_list need;    // lw_goal_need
    uint32_t pairs;  // of ranks between which something is sent
    bool has_nic;    // somewhere it says which network card
    bool has_any;    // some receive takes any source or tag
} lw_goal;

enum { LW_GOAL_BYTES_MAX = 64 << 20 };

static inline lw_goal_op *lw_goal_op_at(const lw_goal *goal, uint32_t op) {
    return &LW_LIST_ITEMS(&goal->op, lw_goal_op)[op];
}
// Where an operation stands: found by reading all of the text that is before it.
lw_place lw_goal_place(const lw_goal *goal, uint32_t op);
// In words: "line 3", "byte 40".
const char *lw_goal_where(const lw_goal *goal, uint32_t op, lw_diags *diags);
const char *lw_goal_word(const lw_goal_op *op);  // "send", "recv", "calc"

// Reads the text of a source; the source must outlive the schedule. Up to 20 findings are told.
lw_status lw_goal_parse(const lw_source *source, lw_arena *arena, lw_diags *diags, lw_goal *out) LW_CHECKED;

// Gives each send its receive: of the same source, target and tag the first send the first receive,
// and so on, in the order of the file; receives of any source or tag take the first that is left.
lw_status lw_goal_match(lw_goal *goal, lw_arena *arena, lw_diags *diags) LW_CHECKED;

#endif
