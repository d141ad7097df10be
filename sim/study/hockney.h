// SPDX-License-Identifier: GPL-3.0-or-later
// Hockney's line through times over sizes: t = alpha + n / beta (R. W. Hockney, The communication challenge for MPP,
// Parallel Computing 20, 1994).
#ifndef LW_HOCKNEY_H
#define LW_HOCKNEY_H

#include "sim/result/result.h"

enum { LW_HOCKNEY_SIZES_LEAST = 3 };  // through two points there is always a line

// A line for each workload and each combination of the other swept values, over the sizes of the first swept path
// that ends in .bytes and is that workload's (or all workloads'), into result->fit. Squares of relative errors are
// least, so that small sizes count as much as large ones. A workload that cannot work, or was run at fewer than
// LW_HOCKNEY_SIZES_LEAST sizes, has none. Memory is of the arena, which must outlive the result.
lw_status lw_result_add_hockney(lw_result *result, lw_arena *arena) LW_CHECKED;

#endif
