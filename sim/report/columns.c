// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/report/columns.h"

#include <string.h>

#include "sim/report/writers.h"

const lw_workload_result *lw_point_workload(const lw_point *point, const char *name, size_t guess) {
    if (guess < point->workload_count && strcmp(point->workload[guess].name, name) == 0) {
        return &point->workload[guess];
    }
    for (size_t i = 0; i < point->workload_count; i++) {
        if (strcmp(point->workload[i].name, name) == 0) {
            return &point->workload[i];
        }
    }
    return NULL;
}

// ---- Columns ----

static lw_status add_workloads(const lw_point *point, lw_map *names, lw_list *out) {
    for (size_t i = 0; i < point->workload_count; i++) {
        const char *name = point->workload[i].name;
        bool fresh = false;
        if (lw_map_is(names, i, 0, name)) {
            continue;  // the usual case: all points alike
        }
        if (lw_map_number(names, 0, name, &fresh) == LW_MAP_NONE) {
            return LW_NO_MEMORY;
        }
        const char **slot = fresh ? LW_LIST_ADD(out, const char *, names->arena) : NULL;
        if (fresh && slot == NULL) {
            return LW_NO_MEMORY;
        }
        if (fresh) {
            *slot = name;
        }
    }
    return LW_OK;
}

// The number of a link and direction, which `guess` probably is. The number of the link is the
// scope of its directions.
static size_t direction_number(lw_columns *columns, const lw_direction_result *row, size_t guess, bool *fresh) {
    *fresh = false;
    if (guess < columns->direction_count && strcmp(columns->direction[guess]->link, row->link) == 0 &&
        strcmp(columns->direction[guess]->direction, row->direction) == 0) {
        return guess;
    }
    size_t link = lw_map_number(&columns->links, 0, row->link, NULL);
    return link == LW_MAP_NONE ? link : lw_map_number(&columns->directions, link, row->direction, fresh);
}

// Of the only point, which names each once.
static lw_status take_directions(const lw_point *point, lw_columns *columns) {
    columns->direction = LW_NEW_ARRAY(columns->links.arena, const lw_direction_result *, point->direction_count);
    for (size_t i = 0; columns->direction != NULL && i < point->direction_count; i++) {
        columns->direction[i] = &point->direction[i];
    }
    columns->direction_count = point->direction_count;
    return columns->direction != NULL ? LW_OK : LW_NO_MEMORY;
}

static lw_status add_directions(const lw_point *point, lw_list *out, lw_columns *columns) {
    for (size_t i = 0; i < point->direction_count; i++) {
        bool fresh;
        if (direction_number(columns, &point->direction[i], i, &fresh) == LW_MAP_NONE) {
            return LW_NO_MEMORY;
        }
        if (fresh) {
            const lw_direction_result **slot = LW_LIST_ADD(out, const lw_direction_result *, columns->links.arena);
            if (slot == NULL) {
                return LW_NO_MEMORY;
            }
            *slot = &point->direction[i];
            columns->direction = LW_LIST_ITEMS(out, const lw_direction_result *);
            columns->direction_count = out->count;
        }
    }
    return LW_OK;
}

lw_status lw_columns_of(const lw_result *result, lw_arena *arena, lw_columns *out) {
    lw_columns columns = {.links = {.arena = arena}, .directions = {.arena = arena}};
    lw_map workloads = {.arena = arena};
    lw_list names = {0}, rows = {0};
    for (size_t p = 0; p < result->point_count; p++) {
        LW_TRY(add_workloads(&result->point[p], &workloads, &names));
        LW_TRY(result->point_count == 1 ? take_directions(&result->point[p], &columns)
                                        : add_directions(&result->point[p], &rows, &columns));
    }
    columns.workload = LW_LIST_ITEMS(&names, const char *);
    columns.workload_count = names.count;
    *out = columns;
    return LW_OK;
}

lw_status lw_columns_fill(lw_columns *columns, const lw_point *point, const lw_direction_result **out) {
    if (columns->direction_count > 0) {
        memset(out, 0, columns->direction_count * sizeof *out);
    }
    for (size_t i = 0; i < point->direction_count; i++) {
        bool fresh;
        size_t number = direction_number(columns, &point->direction[i], i, &fresh);
        if (number == LW_MAP_NONE) {
            return LW_NO_MEMORY;
        }
        out[number] = &point->direction[i];
    }
    return LW_OK;
}

const lw_set_value *lw_result_swept(const lw_result *result, size_t *count) {
    if (result->point_count > 0) {
        *count = result->point[0].set_count;
        return result->point[0].set;
    }
    *count = result->failure_count > 0 ? result->failure[0].set_count : 0;
    return result->failure_count > 0 ? result->failure[0].set : NULL;
}

const char *lw_set_unit(const lw_set_value *value) {
    return value->is_number ? lw_dimension_base(value->dimension) : "";
}

lw_grid *lw_report_grid_of_points(const lw_result *result, size_t more, lw_arena *arena, char **sides) {
    const size_t count = result->point_count > 0 ? result->point[0].set_count : 0;
    *sides = lw_grid_all_right(arena, count + more);
    lw_grid *grid = lw_grid_new(arena, *sides);
    for (size_t i = 0; grid != NULL && i < count; i++) {
        (*sides)[i] = result->point[0].set[i].is_number ? 'r' : 'l';
        lw_grid_add(grid, result->point[0].set[i].path);
    }
    return grid;
}

void lw_report_add_values(lw_grid *grid, const lw_point *point) {
    for (size_t i = 0; i < point->set_count; i++) {
        lw_grid_add(grid, point->set[i].text);
    }
}
