// SPDX-License-Identifier: GPL-3.0-or-later
// The part of the table for copies between the members of a group: from x to.
#include "sim/report/grid.h"
#include "sim/report/writers.h"

enum { DIGITS = 3, TIME_DIGITS = 4 };
#define ALIKE 1e-3

static void add_pair(lw_grid *grid, const char *which, const lw_workload_result *workload, lw_arena *arena) {
    LW_GRID_ADD(grid, which, workload->name, workload->direction);
    lw_grid_bytes(grid, workload->bytes);
    if (lw_limit_failure(&workload->limit) != NULL) {
        LW_GRID_ADD(grid, "-", "0", "");
    } else {
        lw_grid_time(grid, workload->time_s * 1e6, TIME_DIGITS);
        lw_grid_rate(grid, workload->bandwidth_GBps, DIGITS);
        lw_grid_print(grid, "%.0f %%", 100 * workload->limit.share);
    }
    lw_grid_add(grid, lw_limit_text(&workload->limit, arena));
}

lw_status lw_report_pairs(const lw_pair_table *pairs, int width, lw_arena *arena, lw_text *out) {
    const size_t count = pairs->count;
    lw_grid *grid = lw_grid_new(arena, lw_grid_all_right(arena, count + 1));
    lw_grid_add(grid, "from \\ to");
    for (size_t i = 0; i < count; i++) {
        lw_grid_print(grid, "%d", pairs->member[i]);
    }
    const lw_workload_result *slowest = NULL, *fastest = NULL;
    size_t copies = 0;
    for (size_t i = 0; i < count * count; i++) {
        const lw_workload_result *cell = pairs->cell[i];
        if (i % count == 0) {
            lw_grid_print(grid, "%d", pairs->member[i / count]);
        }
        if (cell == NULL) {
            lw_grid_add(grid, "-");
            continue;
        }
        lw_grid_rate(grid, cell->bandwidth_GBps, DIGITS);
        slowest = slowest == NULL || cell->bandwidth_GBps < slowest->bandwidth_GBps ? cell : slowest;
        fastest = fastest == NULL || cell->bandwidth_GBps > fastest->bandwidth_GBps ? cell : fastest;
        copies++;
    }
    lw_text_print(out, "\n%zu copies between %s, GB/s\n", copies, pairs->group);
    LW_TRY(lw_grid_write(grid, 2, width, out));
    lw_grid *ends = lw_grid_new(arena, "lllrrrrl");
    LW_GRID_ADD(ends, "", "workload", "from->to", "size", "time", "GB/s", "share", "limited by");
    const bool alike = fastest == NULL || fastest->bandwidth_GBps <= slowest->bandwidth_GBps * (1 + ALIKE);
    add_pair(ends, alike ? "all alike" : "slowest", slowest, arena);
    if (!alike) {
        add_pair(ends, "fastest", fastest, arena);
    }
    lw_text_add(out, "\n");
    return lw_grid_write(ends, 2, width, out);
}
