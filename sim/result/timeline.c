// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/result/timeline.h"

#include <string.h>

static void *keep_array(const void *items, size_t count, size_t size, lw_arena *arena) {
    void *copy = lw_arena_alloc(arena, count, size);
    if (copy != NULL && count > 0) {
        memcpy(copy, items, count * size);
    }
    return copy;
}

lw_status lw_timeline_keep(const lw_timeline *timeline, lw_arena *arena, lw_timeline **out) {
    lw_timeline *kept = LW_NEW(arena, lw_timeline);
    if (kept == NULL) {
        return LW_NO_MEMORY;
    }
    *kept = *timeline;
    kept->row = keep_array(timeline->row, timeline->row_count, sizeof *timeline->row, arena);
    kept->span = keep_array(timeline->span, timeline->span_count, sizeof *timeline->span, arena);
    kept->gap = keep_array(timeline->gap, timeline->gap_count, sizeof *timeline->gap, arena);
    if (kept->row == NULL || kept->span == NULL || kept->gap == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t i = 0; i < kept->row_count; i++) {
        kept->row[i].name = lw_arena_copy(arena, kept->row[i].name);
        kept->row[i].part = lw_arena_copy(arena, kept->row[i].part);
        if (kept->row[i].name == NULL || kept->row[i].part == NULL) {
            return LW_NO_MEMORY;
        }
    }
    *out = kept;
    return LW_OK;
}
