// SPDX-License-Identifier: GPL-3.0-or-later
// What the links of a point carried.
#include <string.h>

#include "sim/base/quantity.h"
#include "sim/report/grid.h"
#include "sim/report/writers.h"

// A link that carries nothing in either direction; its two directions stand side by side.
static bool is_idle(const lw_point *point, size_t d) {
    const lw_direction_result *direction = &point->direction[d];
    bool idle = direction->wire_bytes == 0;
    for (size_t k = d > 0 ? d - 1 : 0; k <= d + 1 && k < point->direction_count; k++) {
        idle = idle && (strcmp(point->direction[k].link, direction->link) != 0 || point->direction[k].wire_bytes == 0);
    }
    return idle;
}

// What a direction carried, as cells: of thousands of links most carry the same, the other way
// perhaps nothing.
enum { CARRIED = 4, CARRIED_KEPT = 2 };
typedef struct carried {
    const lw_direction_result *of;  // NULL: none yet
    const char *cell[CARRIED];
} carried;

static bool is_alike(const lw_direction_result *a, const lw_direction_result *b) {
    return a != NULL && a->utilisation == b->utilisation && a->payload_bytes == b->payload_bytes &&
           a->wire_bytes == b->wire_bytes && a->packets == b->packets;
}

static lw_status add_carried(lw_grid *grid, const lw_direction_result *direction, carried last[CARRIED_KEPT], lw_arena *arena) {
    char payload[LW_QUANTITY_TEXT], wire[LW_QUANTITY_TEXT];
    carried now = last[0];
    if (!is_alike(last[0].of, direction)) {
        now = is_alike(last[1].of, direction)
                  ? last[1]
                  : (carried){direction,
                              {lw_arena_print(arena, "%.1f %%", 100 * direction->utilisation),
                               lw_arena_copy(arena, lw_quantity_print((double)direction->payload_bytes, LW_BYTES, payload)),
                               lw_arena_copy(arena, lw_quantity_print((double)direction->wire_bytes, LW_BYTES, wire)),
                               lw_arena_print(arena, "%lld", (long long)direction->packets)}};
        last[1] = last[0];
        last[0] = now;
    }
    for (int i = 0; i < CARRIED; i++) {
        if (now.cell[i] == NULL) {
            return LW_NO_MEMORY;
        }
    }
    lw_grid_add_list(grid, now.cell, CARRIED);
    return LW_OK;
}

lw_status lw_report_links(const lw_point *point, int width, lw_arena *arena, lw_text *out) {
    lw_grid *grid = lw_grid_new(arena, "llrrrr");
    LW_GRID_ADD(grid, "link", "direction", "busy", "payload", "on the wire", "packets");
    carried last[CARRIED_KEPT] = {{.of = NULL}};
    size_t idle = 0;
    for (size_t d = 0; d < point->direction_count; d++) {
        const lw_direction_result *direction = &point->direction[d];
        if (is_idle(point, d)) {
            idle++;
            continue;
        }
        LW_GRID_ADD(grid, direction->link, direction->direction);
        LW_TRY(add_carried(grid, direction, last, arena));
    }
    lw_text_add(out, "\n");
    LW_TRY(lw_grid_write(grid, 2, width, out));
    if (idle > 0) {
        lw_text_print(out, "  %zu more directions carried nothing.\n", idle);
    }
    return LW_OK;
}
