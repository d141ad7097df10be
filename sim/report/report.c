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

// ---- Numbers for names ----

typedef struct name {
    const char *first, *second;
} name;

struct lw_names {
    lw_arena *arena;
    name *name;  // by number
    size_t count;
    size_t *slot;  // by hash: number + 1, 0 where there is none
    size_t slot_count;
};

lw_names *lw_names_new(lw_arena *arena) {
    lw_names *names = LW_NEW(arena, lw_names);
    if (names != NULL) {
        names->arena = arena;
    }
    return names;
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

static bool is_name(const name *known, const char *first, const char *second) {
    return strcmp(known->first, first) == 0 && strcmp(known->second, second) == 0;
}

// Where the name is, or belongs. FNV-1a; the end of each text counts, so that "a", "bc" is not "ab", "c".
static size_t slot_of(const lw_names *names, const char *first, const char *second) {
    const char *const text[2] = {first, second};
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (int i = 0; i < 2; i++) {
        for (const char *at = text[i];; at++) {
            hash = (hash ^ (unsigned char)*at) * UINT64_C(0x100000001b3);
            if (*at == '\0') {
                break;
            }
        }
    }
    size_t slot = (size_t)(hash ^ hash >> 32) & (names->slot_count - 1);
    while (names->slot[slot] != 0 && !is_name(&names->name[names->slot[slot] - 1], first, second)) {
        slot = (slot + 1) & (names->slot_count - 1);
    }
    return slot;
}

// Room for one name more: slots are at most half full.
static bool grow(lw_names *names) {
    names->name = list_room(names->arena, names->name, names->count, sizeof *names->name);
    if (names->name == NULL || 2 * (names->count + 1) <= names->slot_count) {
        return names->name != NULL;
    }
    names->slot_count = names->slot_count == 0 ? 16 : 2 * names->slot_count;
    names->slot = LW_NEW_ARRAY(names->arena, size_t, names->slot_count);
    for (size_t i = 0; names->slot != NULL && i < names->count; i++) {
        names->slot[slot_of(names, names->name[i].first, names->name[i].second)] = i + 1;
    }
    return names->slot != NULL;
}

size_t lw_names_number(lw_names *names, const char *first, const char *second, size_t guess) {
    if (guess < names->count && is_name(&names->name[guess], first, second)) {
        return guess;  // the usual case: all points alike
    }
    if (!grow(names)) {
        return SIZE_MAX;
    }
    size_t *slot = &names->slot[slot_of(names, first, second)];
    if (*slot == 0) {
        names->name[names->count++] = (name){first, second};
        *slot = names->count;
    }
    return *slot - 1;
}

// ---- Columns ----

static lw_status add_workloads(const lw_point *point, lw_names *names, lw_arena *arena, lw_columns *columns) {
    for (size_t i = 0; i < point->workload_count; i++) {
        const char *text = point->workload[i].name;
        size_t number = lw_names_number(names, text, "", i);
        if (number == columns->workload_count) {
            columns->workload = list_room(arena, columns->workload, columns->workload_count, sizeof *columns->workload);
            if (columns->workload != NULL) {
                columns->workload[columns->workload_count++] = text;
            }
        }
        if (number == SIZE_MAX || columns->workload == NULL) {
            return LW_NO_MEMORY;
        }
    }
    return LW_OK;
}

static lw_status add_directions(const lw_point *point, lw_arena *arena, lw_columns *columns) {
    for (size_t i = 0; i < point->direction_count; i++) {
        const lw_direction_result *row = &point->direction[i];
        size_t number = lw_names_number(columns->directions, row->link, row->direction, i);
        if (number == columns->direction_count) {
            columns->direction = list_room(arena, columns->direction, columns->direction_count, sizeof *columns->direction);
            if (columns->direction != NULL) {
                columns->direction[columns->direction_count++] = row;
            }
        }
        if (number == SIZE_MAX || columns->direction == NULL) {
            return LW_NO_MEMORY;
        }
    }
    return LW_OK;
}

lw_status lw_columns_of(const lw_result *result, lw_arena *arena, lw_columns *out) {
    lw_columns columns = {.directions = lw_names_new(arena)};
    lw_names *workloads = lw_names_new(arena);
    if (columns.directions == NULL || workloads == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t p = 0; p < result->point_count; p++) {
        LW_TRY(add_workloads(&result->point[p], workloads, arena, &columns));
        LW_TRY(add_directions(&result->point[p], arena, &columns));
    }
    *out = columns;
    return LW_OK;
}

lw_status lw_columns_fill(const lw_columns *columns, const lw_point *point, const lw_direction_result **out) {
    memset(out, 0, columns->direction_count * sizeof *out);
    for (size_t i = 0; i < point->direction_count; i++) {
        const lw_direction_result *row = &point->direction[i];
        size_t number = lw_names_number(columns->directions, row->link, row->direction, i);
        if (number == SIZE_MAX) {
            return LW_NO_MEMORY;
        }
        out[number] = row;
    }
    return LW_OK;
}

const char *lw_set_unit(const lw_set_value *value) {
    return value->is_number ? lw_dimension_base(value->dimension) : "";
}
