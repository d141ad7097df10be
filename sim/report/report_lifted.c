// SPDX-License-Identifier: GPL-3.0-or-later
// The part of the table that --lift adds.
#include "sim/report/grid.h"
#include "sim/report/writers.h"

enum { DIGITS = 4 };

static bool is_lifted(const lw_result *result) {
    for (size_t p = 0; p < result->point_count; p++) {
        for (size_t w = 0; w < result->point[p].workload_count; w++) {
            if (result->point[p].workload[w].lifted.what != NULL) {
                return true;
            }
        }
    }
    return false;
}

static lw_status add_row(lw_grid *grid, const lw_point *point, const lw_workload_result *workload, lw_arena *arena) {
    const char *limit = lw_limit_text(&workload->lifted.limit, arena);
    if (limit == NULL) {
        return LW_NO_MEMORY;
    }
    lw_report_add_values(grid, point);
    LW_GRID_ADD(grid, workload->name, workload->lifted.what);
    lw_grid_time(grid, (double)workload->lifted.time_ps / 1e6, DIGITS);
    lw_grid_print(grid, "%.2fx", lw_lifted_speedup(workload));
    lw_grid_add(grid, limit);
    return LW_OK;
}

lw_status lw_report_lifted(const lw_result *result, int width, lw_arena *arena, lw_text *out) {
    const size_t set_count = result->point_count > 0 ? result->point[0].set_count : 0;
    if (!is_lifted(result)) {
        return LW_OK;
    }
    char *sides;
    lw_grid *grid = lw_report_grid_of_points(result, 5, arena, &sides);
    if (grid == NULL) {
        return LW_NO_MEMORY;
    }
    sides[set_count] = sides[set_count + 1] = sides[set_count + 4] = 'l';
    LW_GRID_ADD(grid, "workload", "without", "time", "faster", "then limited by");
    for (size_t p = 0; p < result->point_count; p++) {
        for (size_t w = 0; w < result->point[p].workload_count; w++) {
            const lw_workload_result *workload = &result->point[p].workload[w];
            LW_TRY(workload->lifted.what != NULL ? add_row(grid, &result->point[p], workload, arena) : LW_OK);
        }
    }
    lw_text_add(out, "\nIf what limits them took no time\n");
    return lw_grid_write(grid, 2, width, out);
}
