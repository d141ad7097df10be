// SPDX-License-Identifier: GPL-3.0-or-later
// The part of the table that --percentiles adds.
#include "sim/report/grid.h"
#include "sim/report/writers.h"

enum { DIGITS = 4 };

// One row; nothing of what was not sampled.
static void add_row(const lw_point *point, const char *workload, const char *of, const lw_distribution *time_ps, lw_grid *grid,
                    bool *any) {
    if (time_ps->at_count == 0) {
        return;
    }
    *any = true;
    lw_report_add_values(grid, point);
    LW_GRID_ADD(grid, workload, of);
    lw_grid_print(grid, "%lld", (long long)time_ps->count);
    for (size_t i = 0; i < time_ps->at_count; i++) {
        lw_grid_time(grid, time_ps->at[i] / 1e6, DIGITS);
    }
}

lw_status lw_report_percentiles(const lw_result *result, int width, lw_arena *arena, lw_text *out) {
    const size_t set_count = result->point_count > 0 ? result->point[0].set_count : 0;
    const lw_percentiles *asked = &result->percentiles;
    char *sides;
    bool any = false;
    if (asked->count == 0) {
        return LW_OK;
    }
    lw_grid *grid = lw_report_grid_of_points(result, 3 + asked->count, arena, &sides);
    if (grid == NULL) {
        return LW_NO_MEMORY;
    }
    sides[set_count] = sides[set_count + 1] = 'l';
    LW_GRID_ADD(grid, "workload", "times of", "count");
    for (size_t i = 0; i < asked->count; i++) {
        char number[LW_NUMBER_TEXT];
        lw_grid_print(grid, "%s %%", lw_number_print(asked->percent[i], number));
    }
    for (size_t p = 0; p < result->point_count; p++) {
        const lw_point *point = &result->point[p];
        for (size_t w = 0; w < point->workload_count; w++) {
            const lw_workload_result *row = &point->workload[w];
            add_row(point, row->name, "members", &row->member_ps, grid, &any);
            add_row(point, row->name, row->paced ? "packets" : "reads", &row->each_ps, grid, &any);
        }
    }
    lw_text_add(out, any ? "\n" : "\nPercentiles: no workload has members, packets that come at random times, or timed reads.\n");
    return any ? lw_grid_write(grid, 2, width, out) : LW_OK;
}
