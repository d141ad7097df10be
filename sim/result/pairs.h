// SPDX-License-Identifier: GPL-3.0-or-later
// Copies between the members of one group: what a machine's own tests print as a matrix.
#ifndef LW_PAIRS_H
#define LW_PAIRS_H

#include "sim/result/result.h"

enum { LW_PAIRS_LEAST = 6, LW_PAIR_MEMBERS_MAX = 64 };

typedef struct lw_pair_table {
    size_t count;       // members; 0: the result is something else
    const char *group;  // "gpus"
    int *member;        // by number: member[i] is that in row and column i
    // count x count, by row (from) and column (to); NULL where nothing is copied
    const lw_workload_result **cell;
} lw_pair_table;

// Of a result of one point whose work is nothing but copies between members of one group, at least
// LW_PAIRS_LEAST of them and one a pair. The texts are in the arena.
lw_status lw_pairs_of(const lw_result *result, lw_arena *arena, lw_pair_table *out) LW_CHECKED;

#endif
