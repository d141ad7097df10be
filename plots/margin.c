// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/margin.h"

// How often neighbours lie on two sides of 0; *at: the first point after the last time.
static size_t crossings_of(const lw_curve *curve, size_t *at) {
    size_t count = 0;
    for (size_t i = 1; i < curve->count; i++) {
        if ((curve->point[i - 1].at.y < 0.0) != (curve->point[i].at.y < 0.0)) {
            *at = i;
            count++;
        }
    }
    return count;
}

static const char *with_unit(const lw_chart_data *data, double x, lw_arena *arena) {
    char text[LW_TICK_TEXT];
    if (data->x_dimension == LW_LENGTH) {
        lw_tick_metres(x, text);
        return lw_arena_copy(arena, text);
    }
    lw_number_short(x, 3, text);
    return lw_arena_print(arena, "%s%s%s", text, data->x_unit[0] == '\0' ? "" : " ", data->x_unit);
}

const char *lw_margin_text(const lw_chart_data *data, const lw_curve *curve, lw_arena *arena) {
    const double start = curve->point[0].at.y, end = curve->point[curve->count - 1].at.y;
    char first[LW_TICK_TEXT];
    char last[LW_TICK_TEXT];
    lw_number_fixed(start, 1, first);
    lw_number_fixed(end, 1, last);
    size_t at = 0;
    if (crossings_of(curve, &at) != 1) {
        return lw_arena_print(arena, "%s \u2026 %s dB", first, last);
    }
    // between two points another mode may do, or none
    const bool opens = start < 0.0;
    const char *where = with_unit(data, curve->point[opens ? at : at - 1].at.x, arena);
    return where == NULL
               ? NULL
               : lw_arena_print(arena, "%s \u2026 %s dB, closes at points %s %s", first, last, opens ? "from" : "up to", where);
}

void lw_margin_draw_zero(const lw_canvas *canvas, const lw_axes *axes, const lw_panel *panel) {
    const double y = lw_scale_at(&axes->y, 0.0);
    const double room = LW_SIZE_SMALL + 6.0;
    size_t above = 0;
    for (size_t i = 0; i < panel->curve_count; i++) {
        above += panel->curve[i].point[0].at.y >= 0.0;
    }
    // where fewer curves begin, and no tick stands
    const bool low = y + room > axes->plot.bottom, high = y - room < axes->plot.top;
    const bool below = high || (!low && 2 * above >= panel->curve_count);
    lw_draw_line(canvas->draw, axes->plot.left, y, axes->plot.right, y, (lw_stroke){LW_ROLE_INK, 1.25, LW_DASH_SOLID});
    lw_draw_text(canvas->draw, axes->plot.left + 8.0, below ? y + LW_SIZE_SMALL + 4.0 : y - 6.0,
                 lw_font_of(LW_SIZE_SMALL, LW_ROLE_MUTED, LW_ANCHOR_START), "closes above 0 dB");
}
