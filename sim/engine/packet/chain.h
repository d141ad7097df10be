// SPDX-License-Identifier: GPL-3.0-or-later
// Who waited for whom in work that goes round in step, where each task waits for its own instance and
// that of one other of the round before: the way back from an instance, found anew from the ends of a
// round long before.
#ifndef LW_CHAIN_H
#define LW_CHAIN_H

#include "sim/engine/engine.h"

typedef struct lw_chain {
    const uint32_t *on;      // of each task, whom it waits for beside itself
    const int64_t *took_ps;  // of each task, from ready to end
} lw_chain;

// Did an instance wait for the other one's end, not for its own? Of two at once for that which is told
// last.
static inline bool lw_chain_follows(int64_t own_ps, int64_t other_ps, uint32_t own, uint32_t other) {
    return other_ps > own_ps || (other_ps == own_ps && other > own);
}
// Whose end it waited for, from the ends of the round before.
static inline uint32_t lw_chain_step(const lw_chain *chain, const int64_t *before, uint32_t task) {
    const uint32_t other = chain->on[task];
    return lw_chain_follows(before[task], before[other], task, other) ? other : task;
}

// The tasks of the rounds before one in which it is `task`: out[0] of the round of `ends`, up to
// out[rounds - 1]. Takes rounds^2 / 2 steps and rounds^2 bytes.
lw_status lw_chain_back(const lw_chain *chain, const int64_t *ends, size_t rounds, uint32_t task, uint32_t *out) LW_CHECKED;

#endif
