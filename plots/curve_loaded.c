// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/curve_loaded.h"

#include "plots/loaded.h"

#define THIN 0.75

static lw_status draw_edge(const lw_curves *l, const lw_curve *curve, double (*of)(const lw_sample *), lw_stroke stroke) {
    lw_xy *path = LW_NEW_ARRAY(l->canvas->arena, lw_xy, curve->count);
    if (path == NULL) {
        return LW_NO_MEMORY;
    }
    size_t count = 0;
    for (size_t i = 0; i < curve->count; i++) {
        const double y = of(&curve->point[i]);
        if (y > 0.0) {
            path[count++] = lw_on_page(l, (lw_xy){curve->point[i].at.x, y});
        }
    }
    if (count > 1) {
        lw_draw_path(l->canvas->draw, path, count, false, LW_ROLE_NONE, stroke);
    }
    return LW_OK;
}

static double high_of(const lw_sample *sample) {
    return sample->high;
}

static double low_of(const lw_sample *sample) {
    return sample->low;
}

static double theory_of(const lw_sample *sample) {
    return sample->theory;
}

// Where there is but one line that the edges can be of: above the upper end, and below the lower edge.
static void name_edges(const lw_curves *l, const lw_curve *curve) {
    const lw_sample *end = &curve->point[curve->count - 1];
    const lw_role role = lw_role_for_text(lw_theme_of(l->chart->request->theme), curve->look.hue, curve->look.shade);
    const lw_sample *early = &curve->point[curve->count * 3 / 4];
    const lw_xy high = lw_on_page(l, (lw_xy){end->at.x, end->high}), low = lw_on_page(l, (lw_xy){early->at.x, early->low});
    if (low.y - high.y > 4.0 * LW_SIZE_SMALL) {
        lw_draw_text(l->canvas->draw, high.x - 10.0, high.y + LW_SIZE_SMALL / 2, lw_font_of(LW_SIZE_SMALL, role, LW_ANCHOR_END),
                     "99 %");
        lw_draw_text(l->canvas->draw, low.x, low.y + LW_SIZE_SMALL + 6.0, lw_font_of(LW_SIZE_SMALL, role, LW_ANCHOR_START),
                     "median");
    }
}

lw_status lw_loaded_draw(const lw_curves *l, const lw_panel *panel, const lw_panel_lines *lines, bool beside) {
    const lw_box *plot = &l->axes.plot;
    for (size_t i = 0; i < lines->count; i++) {
        const lw_curve *curve = lines->line[i].curve;
        const lw_role role = lw_role_of(curve->look.hue, curve->look.shade);
        if (curve->has_band) {
            LW_TRY(draw_edge(l, curve, high_of, (lw_stroke){role, THIN, LW_DASH_SOLID}));
            LW_TRY(draw_edge(l, curve, low_of, (lw_stroke){role, THIN, LW_DASH_SOLID}));
        }
        LW_TRY(draw_edge(l, curve, theory_of, (lw_stroke){LW_ROLE_INK, 1.25, LW_DASH_DOTS}));
        if (curve->has_band && lines->count == 1 && !beside) {
            name_edges(l, curve);
        }
        const double most = lw_loaded_most(l->chart->data, panel, curve);
        if (most > 0.0) {
            const double x = lw_scale_at(&l->axes.x, most);
            lw_draw_line(l->canvas->draw, x, plot->top, x, plot->bottom, (lw_stroke){role, 1.25, LW_DASH_DOTS});
        }
    }
    return LW_OK;
}
