// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/margin.h"

// How often a curve crosses 0, and x of the last time.
static size_t crossings_of(const lw_curve *curve, double *x) {
    size_t count = 0;
    for (size_t i = 1; i < curve->count; i++) {
        const lw_xy from = curve->point[i - 1].at, to = curve->point[i].at;
        if ((from.y < 0.0) != (to.y < 0.0)) {
            *x = from.x + (to.x - from.x) * from.y / (from.y - to.y);
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
    double x = 0.0;
    if (crossings_of(curve, &x) != 1) {
        return lw_arena_print(arena, "%s \u2026 %s dB", first, last);
    }
    const char *where = with_unit(data, x, arena);
    return where == NULL
               ? NULL
               : lw_arena_print(arena, "%s \u2026 %s dB, closes %s %s", first, last, start < 0.0 ? "from" : "to", where);
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
