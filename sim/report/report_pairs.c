// SPDX-License-Identifier: GPL-3.0-or-later
// The part of the table for copies between the members of a group: from x to.
#include "sim/report/grid.h"
#include "sim/report/writers.h"

enum { DIGITS = 3, TIME_DIGITS = 4 };
#define ALIKE 1e-3

static void add_pair(lw_grid *grid, const char *which, const lw_workload_result *workload, lw_arena *arena) {
    LW_GRID_ADD(grid, which, workload->name, workload->direction);
    lw_grid_bytes(grid, lw_pairs_bytes(workload));
    if (lw_limit_failure(&workload->limit) != NULL) {
        LW_GRID_ADD(grid, "-", "0", "");
    } else {
        lw_grid_time(grid, lw_pairs_time_us(workload), TIME_DIGITS);
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
    const bool rates = pairs->unit[0] == 'G';
    const lw_workload_result *slowest = NULL, *fastest = NULL;
    size_t copies = 0;
    double least = 0, most = 0;
    for (size_t i = 0; i < count * count; i++) {
        const lw_workload_result *cell = pairs->cell[i];
        if (i % count == 0) {
            lw_grid_print(grid, "%d", pairs->member[i / count]);
        }
        if (cell == NULL) {
            lw_grid_add(grid, "-");
            continue;
        }
        const double value = lw_pairs_value(pairs, cell);
        if (rates) {
            lw_grid_rate(grid, value, DIGITS);
        } else {
            lw_grid_number(grid, value, DIGITS);
        }
        const bool is_least = copies == 0 || value < least, is_most = copies == 0 || value > most;
        slowest = (rates ? is_least : is_most) ? cell : slowest;
        fastest = (rates ? is_most : is_least) ? cell : fastest;
        least = is_least ? value : least;
        most = is_most ? value : most;
        copies++;
    }
    lw_text_print(out, "\n%zu %s between %s, %s\n", copies, slowest != NULL && slowest->copy == NULL ? "reads" : "copies",
                  pairs->group, pairs->unit);
    LW_TRY(lw_grid_write(grid, 2, width, out));
    lw_grid *ends = lw_grid_new(arena, "lllrrrrl");
    LW_GRID_ADD(ends, "", "workload", "from->to", "size", "time", "GB/s", "share", "limited by");
    const bool alike = most <= least * (1 + ALIKE);
    add_pair(ends, alike ? "all alike" : "slowest", slowest, arena);
    if (!alike) {
        add_pair(ends, "fastest", fastest, arena);
    }
    lw_text_add(out, "\n");
    return lw_grid_write(ends, 2, width, out);
}
