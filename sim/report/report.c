// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/report/report.h"

#include <string.h>

#include "sim/lanewise.h"

const char *const lw_format_words[] = {"table", "csv", "json", "jsonl", NULL};

lw_status lw_report(const lw_result *result, lw_format format, int width, struct lw_text *text) {
    lw_arena *arena = lw_arena_new();
    if (arena == NULL) {
        return LW_NO_MEMORY;
    }
    lw_status status = LW_INTERNAL;
    switch (format) {
    case LW_FORMAT_TABLE:
        status = lw_report_table(result, width, arena, text);
        break;
    case LW_FORMAT_CSV:
        status = lw_report_csv(result, arena, text);
        break;
    case LW_FORMAT_JSON:
    case LW_FORMAT_JSONL:
        status = lw_report_json(result, format == LW_FORMAT_JSONL, text);
        break;
    }
    lw_arena_free(arena);
    return status == LW_OK && text->failed ? LW_NO_MEMORY : status;
}

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

static bool is_direction(const lw_direction_result *candidate, const char *link, const char *direction) {
    return strcmp(candidate->link, link) == 0 && strcmp(candidate->direction, direction) == 0;
}

const lw_direction_result *lw_point_direction(const lw_point *point, const char *link, const char *direction, size_t guess) {
    if (guess < point->direction_count && is_direction(&point->direction[guess], link, direction)) {
        return &point->direction[guess];
    }
    for (size_t i = 0; i < point->direction_count; i++) {
        if (is_direction(&point->direction[i], link, direction)) {
            return &point->direction[i];
        }
    }
    return NULL;
}

// Room for one item more in a list of `count` items: its block grows by doubling whenever count is a power of two. NULL when out
// of memory.
static void *list_room(lw_arena *arena, void *list, size_t count, size_t size) {
    if ((count & (count - 1)) != 0) {
        return list;
    }
    void *grown = lw_arena_alloc(arena, count == 0 ? 1 : 2 * count, size);
    if (grown != NULL && count > 0) {
        memcpy(grown, list, count * size);
    }
    return grown;
}

static bool has_workload(const lw_columns *columns, const char *name, size_t guess) {
    if (guess < columns->workload_count && strcmp(columns->workload[guess], name) == 0) {
        return true;  // the usual case: all points alike
    }
    for (size_t i = 0; i < columns->workload_count; i++) {
        if (strcmp(columns->workload[i], name) == 0) {
            return true;
        }
    }
    return false;
}

static bool has_direction(const lw_columns *columns, const lw_direction_result *wanted, size_t guess) {
    if (guess < columns->direction_count && is_direction(columns->direction[guess], wanted->link, wanted->direction)) {
        return true;
    }
    for (size_t i = 0; i < columns->direction_count; i++) {
        if (is_direction(columns->direction[i], wanted->link, wanted->direction)) {
            return true;
        }
    }
    return false;
}

lw_status lw_columns_of(const lw_result *result, lw_arena *arena, lw_columns *out) {
    lw_columns columns = {0};
    for (size_t p = 0; p < result->point_count; p++) {
        const lw_point *point = &result->point[p];
        for (size_t i = 0; i < point->workload_count; i++) {
            const char *name = point->workload[i].name;
            if (!has_workload(&columns, name, i)) {
                columns.workload = list_room(arena, columns.workload, columns.workload_count, sizeof *columns.workload);
                if (columns.workload == NULL) {
                    return LW_NO_MEMORY;
                }
                columns.workload[columns.workload_count++] = name;
            }
        }
        for (size_t i = 0; i < point->direction_count; i++) {
            const lw_direction_result *direction = &point->direction[i];
            if (!has_direction(&columns, direction, i)) {
                columns.direction = list_room(arena, columns.direction, columns.direction_count, sizeof *columns.direction);
                if (columns.direction == NULL) {
                    return LW_NO_MEMORY;
                }
                columns.direction[columns.direction_count++] = direction;
            }
        }
    }
    *out = columns;
    return LW_OK;
}

const char *lw_set_unit(const lw_set_value *value) {
    return value->is_number ? lw_dimension_base(value->dimension) : "";
}
