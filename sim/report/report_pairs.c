// SPDX-License-Identifier: GPL-3.0-or-later
// The table of a point that copies between many pairs of nodes: from whom down, to whom across.
#include <string.h>

#include "sim/base/list.h"
#include "sim/base/map.h"
#include "sim/report/grid.h"
#include "sim/report/writers.h"

enum { PAIRS_LEAST = 12, DIGITS = 3 };

typedef struct pairs {
    lw_map names;
    size_t *from, *to;  // of each workload
    size_t count;       // of nodes
} pairs;

// "gpus[0]->gpus[1]" as numbers of nodes; LW_MAP_NONE when out of memory.
static bool read_pair(pairs *p, const char *direction, size_t index, lw_arena *arena) {
    const char *arrow = strstr(direction, "->");
    const char *from = lw_arena_copy_n(arena, direction, (size_t)(arrow - direction));
    const char *end[2] = {from, arrow + 2};
    size_t number[2];
    for (int i = 0; i < 2; i++) {
        number[i] = end[i] == NULL ? LW_MAP_NONE : lw_map_find(&p->names, 0, end[i]);
        number[i] = number[i] != LW_MAP_NONE || end[i] == NULL ? number[i] : lw_map_number(&p->names, 0, end[i], NULL);
    }
    p->from[index] = number[0];
    p->to[index] = number[1];
    return number[0] != LW_MAP_NONE && number[1] != LW_MAP_NONE;
}

// Is it a matrix: single copies, one a pair, of at least half of all pairs?
static lw_status find_pairs(const lw_point *point, lw_arena *arena, pairs *out, bool *found) {
    *found = false;
    *out = (pairs){.names = {.arena = arena},
                   .from = LW_NEW_ARRAY(arena, size_t, point->workload_count),
                   .to = LW_NEW_ARRAY(arena, size_t, point->workload_count)};
    if (out->from == NULL || out->to == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t w = 0; w < point->workload_count; w++) {
        const lw_workload_result *row = &point->workload[w];
        if (point->workload_count < PAIRS_LEAST || row->direction == NULL || row->member_ps.count > 0 ||
            strstr(row->direction, "->") == NULL) {
            return LW_OK;
        }
        if (!read_pair(out, row->direction, w, arena)) {
            return LW_NO_MEMORY;
        }
    }
    out->count = lw_map_count(&out->names);
    const size_t cells = out->count * out->count;
    if (cells > 4 * (point->workload_count + out->count)) {
        return LW_OK;
    }
    bool *taken = LW_NEW_ARRAY(arena, bool, cells);
    if (taken == NULL) {
        return LW_NO_MEMORY;
    }
    *found = point->workload_count >= PAIRS_LEAST;
    for (size_t w = 0; w < point->workload_count; w++) {
        bool *cell = &taken[out->from[w] * out->count + out->to[w]];
        *found = *found && !*cell;
        *cell = true;
    }
    return LW_OK;
}

static const lw_workload_result *slowest_of(const lw_point *point) {
    const lw_workload_result *slowest = &point->workload[0];
    for (size_t w = 1; w < point->workload_count; w++) {
        slowest = point->workload[w].bandwidth_GBps < slowest->bandwidth_GBps ? &point->workload[w] : slowest;
    }
    return slowest;
}

lw_status lw_report_pairs(const lw_point *point, int width, lw_arena *arena, lw_text *out, bool *done) {
    pairs p;
    LW_TRY(find_pairs(point, arena, &p, done));
    if (!*done) {
        return LW_OK;
    }
    const char **name = LW_NEW_ARRAY(arena, const char *, p.count);
    const lw_workload_result **cell = lw_arena_alloc(arena, p.count * p.count, sizeof *cell);
    if (name == NULL || cell == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t w = 0; w < point->workload_count; w++) {
        const char *to = strstr(point->workload[w].direction, "->") + 2;
        name[p.to[w]] = to;
        cell[p.from[w] * p.count + p.to[w]] = &point->workload[w];
        if (name[p.from[w]] == NULL) {
            name[p.from[w]] =
                lw_arena_copy_n(arena, point->workload[w].direction, (size_t)(to - 2 - point->workload[w].direction));
        }
    }
    lw_text_add(out, "\nGB/s from a node (rows) to another (columns)\n");
    lw_grid *grid = lw_grid_new(arena, lw_grid_all_right(arena, p.count + 1));
    lw_grid_add(grid, "");
    for (size_t c = 0; c < p.count; c++) {
        lw_grid_add(grid, name[c]);
    }
    for (size_t i = 0; i < p.count * p.count; i++) {
        if (i % p.count == 0) {
            lw_grid_add(grid, name[i / p.count]);
        }
        if (cell[i] == NULL) {
            lw_grid_add(grid, i / p.count == i % p.count ? "" : "-");
        } else {
            lw_grid_number(grid, cell[i]->bandwidth_GBps, DIGITS);
        }
    }
    LW_TRY(lw_grid_write(grid, 2, width, out));
    const lw_workload_result *slowest = slowest_of(point);
    lw_text_print(out, "\nSlowest: %s, %.3g GB/s, limited by ", slowest->direction, slowest->bandwidth_GBps);
    lw_limit_print(&slowest->limit, out);
    lw_text_add(out, "\n");
    return LW_OK;
}
