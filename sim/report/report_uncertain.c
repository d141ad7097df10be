// SPDX-License-Identifier: GPL-3.0-or-later
// The part of the table that --uncertainty adds.
#include "sim/report/grid.h"
#include "sim/report/writers.h"

enum { DIGITS = 4 };

static int64_t draws_of(const lw_result *result) {
    for (size_t p = 0; p < result->point_count; p++) {
        for (size_t w = 0; w < result->point[p].workload_count; w++) {
            if (result->point[p].workload[w].draws > 0) {
                return result->point[p].workload[w].draws;
            }
        }
    }
    return 0;
}

static void add_rate(lw_grid *grid, const lw_workload_result *workload, int64_t time_ps) {
    if (workload->bytes > 0 && time_ps > 0) {
        lw_grid_rate(grid, (double)workload->bytes * 1e3 / (double)time_ps, 3);
    } else {
        lw_grid_add(grid, "");
    }
}

lw_status lw_report_uncertain(const lw_result *result, int width, lw_arena *arena, lw_text *out) {
    const int64_t draws = draws_of(result);
    const size_t set_count = result->point_count > 0 ? result->point[0].set_count : 0;
    if (draws == 0) {
        return LW_OK;
    }
    char *sides;
    lw_grid *grid = lw_report_grid_of_points(result, 6, arena, &sides);
    if (grid == NULL) {
        return LW_NO_MEMORY;
    }
    sides[set_count] = 'l';
    LW_GRID_ADD(grid, "workload", "5 %", "as it is", "95 %", "GB/s 5 %", "95 %");
    for (size_t p = 0; p < result->point_count; p++) {
        const lw_point *point = &result->point[p];
        for (size_t w = 0; w < point->workload_count; w++) {
            const lw_workload_result *row = &point->workload[w];
            const bool none = row->band_ps[1] == 0;
            const int64_t time_ps = row->end_ps - row->start_ps;
            const int64_t low_ps = none ? time_ps : row->band_ps[0], high_ps = none ? time_ps : row->band_ps[1];
            lw_report_add_values(grid, point);
            lw_grid_add(grid, row->name);
            lw_grid_time(grid, (double)low_ps / 1e6, DIGITS);
            lw_grid_time(grid, row->time_s * 1e6, DIGITS);
            lw_grid_time(grid, (double)high_ps / 1e6, DIGITS);
            add_rate(grid, row, high_ps);
            add_rate(grid, row, low_ps);
        }
    }
    lw_text_print(out, "\nTimes over %lld draws of what presets say is uncertain (their rows with an error)\n", (long long)draws);
    return lw_grid_write(grid, 2, width, out);
}
