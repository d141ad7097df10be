// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/curve_lines.h"

#include <math.h>

#include "plots/half_power.h"

#define HOLLOW 2.0       // what a hollow line is wider than others
#define HOLLOW_EDGE 1.2  // its two edges

// Framing ceiling in GB/s, 0 when there is none to show: times have none, that of a radio changes
// with the distance, and that of one link is none for work that goes over several.
double lw_ceiling_of(const lw_curves *l, const lw_curve *curve) {
    bool none = curve->stage == NULL || curve->stage->unlike || lw_is_time(l) || lw_is_margin(l) || lw_is_over_distance(l);
    double rate = none ? 0.0 : curve->stage->rate_GBps[LW_STAGE_FRAMING];
    for (size_t i = 0; i < curve->count; i++) {
        rate = curve->point[i].at.y > 1.001 * rate ? 0.0 : rate;
    }
    return isfinite(rate) && rate >= LW_CHART_LEAST && rate <= LW_CHART_MOST ? rate : 0.0;
}

bool lw_half_of(const lw_curves *l, const lw_curve *curve, lw_xy *at) {
    return curve->by_size && lw_half_power(curve, lw_is_time(l), at);
}

void lw_draw_open_mark(const lw_curves *l, const lw_series *series, double x, double y, double size) {
    lw_draw_marker(l->canvas->draw, (lw_xy){x, y}, series->shape, size, LW_ROLE_BACKGROUND,
                   (lw_stroke){lw_role_of(series->hue, series->shade), 2.0, LW_DASH_SOLID});
}

static lw_stroke line_of(const lw_series *series, double width) {
    return (lw_stroke){lw_role_of(series->hue, series->shade), width,
                       series->evidence < LW_ASSUMED ? LW_DASH_SOLID
                       : series->again               ? LW_DASH_LONG_DOT
                                                     : LW_DASH_LONG};
}

// A line whose shade another has too is hollow, or dotted between its dashes: being dashed says how
// it is known.
void lw_draw_curve_line(const lw_curves *l, const lw_series *series, const lw_xy *points, size_t count, double width) {
    const bool hollow = series->again && series->evidence < LW_ASSUMED;
    const double outer = hollow ? width + HOLLOW : width;
    lw_draw_path(l->canvas->draw, points, count, false, LW_ROLE_NONE, line_of(series, outer));
    if (hollow) {
        lw_draw_path(l->canvas->draw, points, count, false, LW_ROLE_NONE,
                     (lw_stroke){LW_ROLE_BACKGROUND, outer - 2.0 * HOLLOW_EDGE, LW_DASH_SOLID});
    }
}

bool lw_told_apart(const lw_curves *l) {
    return !l->has_half && !lw_is_margin(l) && l->chart->data->series_count > 1;
}

// ---- Lines in the same place ----

static bool within_a_pixel(const lw_curves *l, lw_xy a, lw_xy b) {
    const lw_xy from = lw_on_page(l, a), to = lw_on_page(l, b);
    return fabs(from.x - to.x) < 1.0 && fabs(from.y - to.y) < 1.0;
}

// A band may reach below the axis, where nothing is drawn.
static lw_xy edge_of(const lw_curves *l, const lw_sample *sample, double y) {
    return (lw_xy){sample->at.x, fmax(y, l->axes.y.low)};
}

static bool coincide(const lw_curves *l, const lw_curve *a, const lw_curve *b) {
    bool same = a->count == b->count && a->failed_count == b->failed_count && a->has_band == b->has_band &&
                (a->look.evidence < LW_ASSUMED) == (b->look.evidence < LW_ASSUMED);
    for (size_t i = 0; same && i < a->count; i++) {
        const lw_sample *x = &a->point[i], *y = &b->point[i];
        same = x->apart == y->apart && within_a_pixel(l, x->at, y->at);
        if (same && a->has_band) {
            same = within_a_pixel(l, edge_of(l, x, x->low), edge_of(l, y, y->low)) &&
                   within_a_pixel(l, edge_of(l, x, x->high), edge_of(l, y, y->high));
        }
    }
    return same;
}

static void find_lines(const lw_curves *l, const lw_panel *panel, lw_panel_lines *out) {
    out->count = 0;
    for (size_t i = 0; i < panel->curve_count; i++) {
        const lw_curve *curve = &panel->curve[i];
        size_t at = 0;
        while (at < out->count && !coincide(l, out->line[at].curve, curve)) {
            at++;
        }
        lw_line *line = &out->line[at];
        if (at == out->count) {
            *line = (lw_line){.curve = curve};
            out->count++;
        }
        line->member[line->count++] = curve;
    }
}

lw_status lw_lines_find(lw_curves *l) {
    const lw_chart_data *data = l->chart->data;
    l->lines = LW_NEW_ARRAY(l->canvas->arena, lw_panel_lines, data->panel_count);
    if (l->lines == NULL) {
        return LW_NO_MEMORY;
    }
    size_t most = 0;
    for (size_t i = 0; i < data->panel_count; i++) {
        find_lines(l, &data->panel[i], &l->lines[i]);
        most = l->lines[i].count > most ? l->lines[i].count : most;
    }
    l->second_line = most <= LW_LINES_MAX / 2 + 1;
    return LW_OK;
}
