// SPDX-License-Identifier: GPL-3.0-or-later
// What libraries chose from: a column for each algorithm and protocol.
#include <string.h>

#include "sim/report/columns.h"
#include "sim/report/grid.h"
#include "sim/report/writers.h"

// The names of all candidates, in order of first appearance.
static lw_status names_of(const lw_result *result, lw_arena *arena, lw_list *out) {
    for (size_t p = 0; p < result->point_count; p++) {
        for (size_t w = 0; w < result->point[p].workload_count; w++) {
            const lw_workload_result *workload = &result->point[p].workload[w];
            for (size_t k = 0; k < workload->priced_count; k++) {
                bool known = false;
                for (size_t i = 0; i < out->count && !known; i++) {
                    known = strcmp(LW_LIST_ITEMS(out, const char *)[i], workload->priced[k].name) == 0;
                }
                const char **added = known ? NULL : LW_LIST_ADD(out, const char *, arena);
                if (!known && added == NULL) {
                    return LW_NO_MEMORY;
                }
                if (added != NULL) {
                    *added = workload->priced[k].name;
                }
            }
        }
    }
    return LW_OK;
}

// Of one workload; the one that was taken stands in brackets.
static lw_status add_prices(lw_grid *grid, const lw_workload_result *workload, const lw_list *names, lw_arena *arena) {
    for (size_t i = 0; i < names->count; i++) {
        const char *cell = "";
        for (size_t k = 0; k < workload->priced_count; k++) {
            const lw_priced *priced = &workload->priced[k];
            if (strcmp(priced->name, LW_LIST_ITEMS(names, const char *)[i]) == 0) {
                cell = lw_arena_print(arena, priced->taken ? "[%.1f]" : "%.1f", priced->time_us);
            }
        }
        LW_TRY(cell == NULL ? LW_NO_MEMORY : LW_OK);
        lw_grid_add(grid, cell);
    }
    return LW_OK;
}

lw_status lw_report_candidates(const lw_result *result, int width, lw_arena *arena, lw_text *out) {
    lw_list names = {0};
    LW_TRY(names_of(result, arena, &names));
    if (names.count == 0) {
        return LW_OK;
    }
    const size_t set_count = result->point[0].set_count;
    char *sides = lw_grid_all_right(arena, set_count + 1 + names.count);
    lw_grid *grid = lw_grid_new(arena, sides);
    if (grid == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t i = 0; i < set_count; i++) {
        sides[i] = result->point[0].set[i].is_number ? 'r' : 'l';
        lw_grid_add(grid, result->point[0].set[i].path);
    }
    sides[set_count] = 'l';
    lw_grid_add(grid, "workload");
    lw_grid_add_list(grid, LW_LIST_ITEMS(&names, const char *const), names.count);
    for (size_t p = 0; p < result->point_count; p++) {
        const lw_point *point = &result->point[p];
        for (size_t w = 0; w < point->workload_count; w++) {
            if (point->workload[w].priced_count == 0) {
                continue;
            }
            for (size_t i = 0; i < set_count; i++) {
                lw_grid_add(grid, i < point->set_count ? point->set[i].text : "");
            }
            lw_grid_add(grid, point->workload[w].name);
            LW_TRY(add_prices(grid, &point->workload[w], &names, arena));
        }
    }
    lw_text_add(out, "\nWhat the library reckons, us; in brackets what it takes\n");
    return lw_grid_write(grid, 2, width, out);
}
