// SPDX-License-Identifier: GPL-3.0-or-later
// Lists that grow inside an arena.
#ifndef LW_LIST_H
#define LW_LIST_H

#include <stdbool.h>
#include <string.h>

#include "sim/base/arena.h"

typedef struct lw_list {
    void *items;
    size_t count, capacity;
} lw_list;

// Room for so many slots, of a list that has none yet, which then need not move. False: out of memory.
static inline bool lw_list_reserve(lw_list *list, size_t size, size_t capacity, lw_arena *arena) {
    list->items = lw_arena_alloc(arena, capacity, size);
    list->capacity = list->items != NULL ? capacity : 0;
    return list->items != NULL;
}
#define LW_LIST_RESERVE(list, type, capacity, arena) lw_list_reserve((list), sizeof(type), (capacity), (arena))

// A zeroed slot of `size` bytes at the end; NULL when out of memory. Earlier slots may move. Every
// call on a list uses the same size.
static inline void *lw_list_add(lw_list *list, size_t size, lw_arena *arena) {
    if (list->count == list->capacity) {
        size_t capacity = list->capacity > 0 ? 2 * list->capacity : size < 64 ? 64 / size : 1;  // a cache line at first
        void *items =
            capacity <= SIZE_MAX / size ? lw_arena_grow(arena, list->items, list->capacity * size, capacity * size) : NULL;
        if (items == NULL) {
            return NULL;
        }
        list->items = items;
        list->capacity = capacity;
    }
    return (char *)list->items + size * list->count++;
}
#define LW_LIST_ADD(list, type, arena) ((type *)lw_list_add((list), sizeof(type), (arena)))
#define LW_LIST_ITEMS(list, type) ((type *)(list)->items)

#endif
