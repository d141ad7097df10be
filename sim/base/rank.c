// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/base/rank.h"

#include <stdlib.h>
#include <string.h>

typedef struct ranked {
    const char *name;
    uint32_t index;
} ranked;

static int by_name(const void *left, const void *right) {
    const ranked *a = left, *b = right;
    int names = strcmp(a->name, b->name);
    return names != 0 ? names : (a->index > b->index) - (a->index < b->index);
}

lw_status lw_rank_names(const char *const *name, size_t count, lw_arena *arena, uint32_t **order) {
    ranked *all = LW_NEW_ARRAY(arena, ranked, count);
    *order = LW_NEW_ARRAY(arena, uint32_t, count);
    if (all == NULL || *order == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        all[i] = (ranked){name[i], (uint32_t)i};
    }
    if (count > 0) {
        qsort(all, count, sizeof *all, by_name);
    }
    for (size_t i = 0; i < count; i++) {
        (*order)[i] = all[i].index;
    }
    return LW_OK;
}
