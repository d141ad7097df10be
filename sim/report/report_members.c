// SPDX-License-Identifier: GPL-3.0-or-later
// The parts of the table that tell the members of a group, equal routes, computes and copy engines apart.
#include "sim/report/grid.h"
#include "sim/report/writers.h"

enum { DIGITS = 4 };

static bool has_members(const lw_point *point) {
    for (size_t w = 0; w < point->workload_count; w++) {
        if (point->workload[w].member_ps.count > 0) {
            return true;
        }
    }
    return false;
}

lw_status lw_report_members(const lw_point *point, int width, lw_arena *arena, lw_text *out) {
    if (!has_members(point)) {
        return LW_OK;
    }
    lw_grid *grid = lw_grid_new(arena, "lrrrrr");
    LW_GRID_ADD(grid, "members of", "count", "fastest", "median", "95 %", "slowest");
    for (size_t w = 0; w < point->workload_count; w++) {
        const lw_distribution *time_ps = &point->workload[w].member_ps;
        if (time_ps->count > 0) {
            lw_grid_add(grid, point->workload[w].name);
            lw_grid_print(grid, "%zu", time_ps->count);
            lw_grid_time(grid, time_ps->least / 1e6, DIGITS);
            lw_grid_time(grid, time_ps->median / 1e6, DIGITS);
            lw_grid_time(grid, time_ps->p95 / 1e6, DIGITS);
            lw_grid_time(grid, time_ps->most / 1e6, DIGITS);
        }
    }
    lw_text_add(out, "\n");
    return lw_grid_write(grid, 2, width, out);
}

lw_status lw_report_routes(const lw_point *point, int width, lw_arena *arena, lw_text *out) {
    if (point->route_count == 0) {
        return LW_OK;
    }
    lw_grid *grid = lw_grid_new(arena, "lrl");
    LW_GRID_ADD(grid, "equal routes of", "carry", "over the links");
    for (size_t r = 0; r < point->route_count; r++) {
        lw_grid_add(grid, point->route[r].workload);
        lw_grid_print(grid, "%.1f %%", 100 * point->route[r].share);
        lw_grid_add(grid, point->route[r].links);
    }
    lw_text_add(out, "\n");
    return lw_grid_write(grid, 2, width, out);
}

lw_status lw_report_computes(const lw_point *point, int width, lw_arena *arena, lw_text *out) {
    lw_grid *grid = NULL;
    for (size_t w = 0; w < point->workload_count; w++) {
        const lw_workload_result *row = &point->workload[w];
        if (row->compute == NULL) {
            continue;
        }
        if (grid == NULL) {
            grid = lw_grid_new(arena, "llrr");
            LW_GRID_ADD(grid, "computes of", "busiest", "for", "exposed");
        }
        lw_grid_add(grid, row->name);
        lw_grid_add(grid, row->compute);
        lw_grid_time(grid, (double)row->compute_ps / 1e6, DIGITS);
        lw_grid_time(grid, (double)(row->end_ps - row->start_ps - row->compute_ps) / 1e6, DIGITS);
    }
    if (grid == NULL) {
        return LW_OK;
    }
    lw_text_add(out, "\n");
    return lw_grid_write(grid, 2, width, out);
}

lw_status lw_report_engines(const lw_point *point, int width, lw_arena *arena, lw_text *out) {
    if (point->engines_count == 0) {
        return LW_OK;
    }
    lw_grid *grid = lw_grid_new(arena, "lrlr");
    LW_GRID_ADD(grid, "copies at once", "most", "", "busy");
    for (size_t e = 0; e < point->engines_count; e++) {
        lw_grid_add(grid, point->engines[e].name);
        lw_grid_print(grid, "%lld", (long long)point->engines[e].count);
        lw_grid_add(grid, point->engines[e].use);
        lw_grid_print(grid, "%.1f %%", 100 * point->engines[e].busy);
    }
    lw_text_add(out, "\n");
    return lw_grid_write(grid, 2, width, out);
}
