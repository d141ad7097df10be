// SPDX-License-Identifier: GPL-3.0-or-later
// A hash map from names to the numbers 0, 1, 2, ... in order of first appearance. A name belongs to
// a scope, so that one map can hold the keys of many tables, or pairs of names (the number of the
// first is the scope of the second).
#ifndef LW_MAP_H
#define LW_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/list.h"

typedef struct lw_map {
    lw_arena *arena;
    lw_list name;    // by number
    uint32_t *slot;  // by hash: number + 1, 0 where there is none; at most half are used
    size_t slot_count;
} lw_map;

#define LW_MAP_NONE SIZE_MAX

// A hash of a name within a scope: FNV-1a (G. Fowler, L. C. Noll, P. Vo), begun from the scope.
uint64_t lw_name_hash(uint64_t scope, const char *name);
// All bits of the value in all bits of the result: the finaliser of SplitMix64 (Steele, Lea, Flood,
// OOPSLA 2014).
uint64_t lw_mix(uint64_t value);

// An empty map whose memory is the arena's: (lw_map){.arena = arena}. Names must outlive the map.
// The number of the name, given to it now if it has none; *fresh (may be NULL) says which.
// LW_MAP_NONE when out of memory.
size_t lw_map_number(lw_map *map, size_t scope, const char *name, bool *fresh) LW_CHECKED;
// The number of the name; LW_MAP_NONE when it has none.
size_t lw_map_find(const lw_map *map, size_t scope, const char *name) LW_CHECKED;
// Does this number belong to that name? For callers that can guess: no hash is computed.
bool lw_map_is(const lw_map *map, size_t number, size_t scope, const char *name) LW_CHECKED;
static inline size_t lw_map_count(const lw_map *map) {
    return map->name.count;
}

#endif
