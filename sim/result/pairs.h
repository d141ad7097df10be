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
    const char *unit;  // of a cell: "GB/s"; of reads one by one and of copies of a page at most "us" or "ns"
} lw_pair_table;

// Of a result of one point whose work is nothing but copies, or reads one by one, between members of
// one group, at least LW_PAIRS_LEAST of them and one a pair. The texts are in the arena.
lw_status lw_pairs_of(const lw_result *result, lw_arena *arena, lw_pair_table *out) LW_CHECKED;
// Of a copy, or of one read in the mean: its time and its bytes.
double lw_pairs_time_us(const lw_workload_result *cell);
int64_t lw_pairs_bytes(const lw_workload_result *cell);
// What a cell of the table shows, in its unit.
double lw_pairs_value(const lw_pair_table *pairs, const lw_workload_result *cell);

#endif
