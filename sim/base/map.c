// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/base/map.h"

#include <string.h>

typedef struct entry {
    size_t scope;
    const char *name;
} entry;

static const entry *entry_at(const lw_map *map, size_t number) {
    return &LW_LIST_ITEMS(&map->name, const entry)[number];
}

bool lw_map_is(const lw_map *map, size_t number, size_t scope, const char *name) {
    return number < map->name.count && entry_at(map, number)->scope == scope && strcmp(entry_at(map, number)->name, name) == 0;
}

uint64_t lw_name_hash(uint64_t scope, const char *name) {
    uint64_t hash = (UINT64_C(0xcbf29ce484222325) ^ scope) * UINT64_C(0x100000001b3);
    for (; *name != '\0'; name++) {
        hash = (hash ^ (unsigned char)*name) * UINT64_C(0x100000001b3);
    }
    return hash;
}

uint64_t lw_mix(uint64_t value) {
    value += UINT64_C(0x9e3779b97f4a7c15);
    value = (value ^ (value >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    value = (value ^ (value >> 27)) * UINT64_C(0x94d049bb133111eb);
    return value ^ (value >> 31);
}

static size_t hash_of(size_t scope, const char *name) {
    uint64_t hash = lw_name_hash(scope, name);
    return (size_t)(hash ^ hash >> 32);
}

// The slot that holds the name, or the free one where it belongs.
static uint32_t *slot_of(const lw_map *map, size_t scope, const char *name) {
    size_t at = hash_of(scope, name) & (map->slot_count - 1);
    while (map->slot[at] != 0 && !lw_map_is(map, map->slot[at] - 1, scope, name)) {
        at = (at + 1) & (map->slot_count - 1);
    }
    return &map->slot[at];
}

// Room for one name more.
static bool grow(lw_map *map) {
    if (2 * (map->name.count + 1) <= map->slot_count) {
        return true;
    }
    size_t count = map->slot_count == 0 ? 16 : 2 * map->slot_count;
    uint32_t *slot = LW_NEW_ARRAY(map->arena, uint32_t, count);
    if (slot == NULL) {
        return false;
    }
    map->slot = slot;
    map->slot_count = count;
    for (size_t i = 0; i < map->name.count; i++) {
        *slot_of(map, entry_at(map, i)->scope, entry_at(map, i)->name) = (uint32_t)i + 1;
    }
    return true;
}

size_t lw_map_number(lw_map *map, size_t scope, const char *name, bool *fresh) {
    if (map->name.count >= UINT32_MAX - 1 || !grow(map)) {
        return LW_MAP_NONE;
    }
    uint32_t *slot = slot_of(map, scope, name);
    bool add = *slot == 0;
    if (add) {
        entry *added = LW_LIST_ADD(&map->name, entry, map->arena);
        if (added == NULL) {
            return LW_MAP_NONE;
        }
        *added = (entry){scope, name};
        *slot = (uint32_t)map->name.count;
    }
    if (fresh != NULL) {
        *fresh = add;
    }
    return *slot - 1;
}

size_t lw_map_find(const lw_map *map, size_t scope, const char *name) {
    uint32_t slot = map->slot_count == 0 ? 0 : *slot_of(map, scope, name);
    return slot == 0 ? LW_MAP_NONE : slot - 1;
}
