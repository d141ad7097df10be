// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/curve_labels.h"

#include <math.h>
#include <string.h>

#define LEADER_MOST 40.0  // to a label that is still beside the end of its line
#define KEY_LINE 18.0     // the piece of line before a label, with its mark
#define KEY_WIDTH 23.0    // and the gap to the label
enum { KEY_MARKS = 3 };   // that fit on the line before a label

// ---- What they say ----

// "2.70 µs … 19.1 ms"; under load "107 ns … 260 ns at 21.3 GB/s".
static const char *times_line(const lw_curves *l, const lw_curve *curve) {
    char first[LW_TICK_TEXT];
    char last[LW_TICK_TEXT];
    char rate[LW_TICK_TEXT];
    const lw_sample *end = &curve->point[curve->count - 1];
    lw_seconds_digits(curve->point[0].at.y, first);
    lw_seconds_digits(end->at.y, last);
    if (lw_is_loaded(l)) {
        lw_number_digits(end->at.x, 3, rate);
        return lw_arena_print(l->canvas->arena, "%s \u2026 %s at %s GB/s", first, last, rate);
    }
    return strcmp(first, last) == 0 ? lw_arena_print(l->canvas->arena, "%s", first)
                                    : lw_arena_print(l->canvas->arena, "%s \u2026 %s", first, last);
}

// "56.4 of 58 GB/s, half at 558 KiB": what the line ends at, what framing would leave, and where
// the ring is.
static const char *second_line(const lw_curves *l, const lw_curve *curve) {
    if (lw_is_time(l)) {
        return times_line(l, curve);
    }
    lw_arena *arena = l->canvas->arena;
    char value[LW_TICK_TEXT];
    char other[LW_TICK_TEXT];
    lw_xy half;
    if (lw_is_over_distance(l)) {
        lw_rate_digits(curve->point[curve->count - 1].at.y, value);
        lw_rate_digits(curve->point[0].at.y, other);
        return strcmp(value, other) == 0 ? lw_arena_print(arena, "%s", value)
                                         : lw_arena_print(arena, "%s \u2026 %s", other, value);
    }
    lw_number_digits(curve->point[curve->count - 1].at.y, 3, value);
    lw_number_digits(lw_ceiling_of(l, curve), 3, other);
    bool limited = lw_ceiling_of(l, curve) > 0.0;
    const char *text = lw_arena_print(arena, "%s%s%s GB/s", value, limited ? " of " : "", limited ? other : "");
    if (text != NULL && lw_half_of(l, curve, &half)) {
        double prefix = half.x >= 1048576.0 ? 1048576.0 : half.x >= 1024.0 ? 1024.0 : 1.0;
        lw_number_short(half.x / prefix, 2, other);
        text = lw_arena_print(arena, "%s, half at %s %sB", text, other, prefix > 1024.0 ? "Mi" : prefix > 1.0 ? "Ki" : "");
    }
    return text;
}

static bool has_open_marks(const lw_curves *l) {
    return l->has_half || lw_told_apart(l);
}

// The marks of what was measured of a series. Returns how many; of more the key has no room.
static size_t own_marks(const lw_curves *l, size_t series, lw_shape shapes[KEY_MARKS]) {
    size_t count = 0;
    for (size_t i = 0; i < l->chart->data->panel_count; i++) {
        const lw_panel *panel = &l->chart->data->panel[i];
        for (size_t k = 0; k < panel->measured_count; k++) {
            const lw_curve *dots = &panel->measured[k];
            bool is_new = dots->series == series && !dots->measured->modelled && count < KEY_MARKS;
            for (size_t m = 0; m < count; m++) {
                is_new = is_new && shapes[m] != dots->shape;
            }
            if (is_new) {
                shapes[count++] = dots->shape;
            }
        }
    }
    return count;
}

static double label_height(const lw_curves *l) {
    return (LW_SIZE_LABEL + (l->second_line ? LW_SIZE_SMALL : 0.0)) * LW_LINE_HEIGHT;
}

lw_status lw_labels_measure(lw_curves *l) {
    const lw_chart_data *data = l->chart->data;
    for (size_t i = 0; i < data->panel_count; i++) {
        for (size_t k = 0; k < data->panel[i].curve_count; k++) {
            const lw_curve *curve = &data->panel[i].curve[k];
            const char *below = second_line(l, curve);
            if (below == NULL) {
                return LW_NO_MEMORY;
            }
            double first = KEY_WIDTH + lw_text_width(l->canvas->metrics, curve->look.name, LW_SIZE_LABEL, true);
            double second = l->second_line ? KEY_WIDTH + lw_text_width(l->canvas->metrics, below, LW_SIZE_SMALL, false) : 0.0;
            l->label_width = fmax(l->label_width, fmax(first, second));
        }
    }
    // Longer names are cut: the lines matter more.
    l->label_width = fmin(l->label_width, 0.36 * l->canvas->width / (double)l->columns);
    return LW_OK;
}

static const lw_stroke leader = {LW_ROLE_AXIS, 0.75, LW_DASH_SOLID};

static void draw_label(const lw_curves *l, const lw_curve *curve, double left, double top) {
    const lw_canvas *canvas = l->canvas;
    const lw_series *series = &curve->look;
    double room = l->label_width - KEY_WIDTH;
    double baseline = top + LW_SIZE_LABEL;
    const char *name = lw_series_name_fit(canvas, series, LW_SIZE_LABEL, true, room);
    const char *below = l->second_line ? second_line(l, curve) : "";
    below = below == NULL ? NULL : lw_text_fit(canvas->metrics, canvas->arena, below, LW_SIZE_SMALL, false, room);
    if (name == NULL || below == NULL) {
        canvas->draw->status = LW_NO_MEMORY;
        return;
    }
    double y = baseline - LW_SIZE_LABEL * 0.36;
    lw_draw_curve_line(l, series, (const lw_xy[]){{left, y}, {left + KEY_LINE, y}}, 2, LW_LINE_WIDTH);
    lw_shape mark[KEY_MARKS];
    const size_t marks = own_marks(l, curve->series, mark);
    for (size_t i = 0; i < marks; i++) {
        const double x = left + KEY_LINE * (0.5 + 0.45 * ((double)i - (double)(marks - 1) / 2.0));
        lw_draw_marker(canvas->draw, (lw_xy){x, y}, mark[i], LW_DOT_SIZE, lw_role_of(series->hue, series->shade),
                       (lw_stroke){LW_ROLE_BACKGROUND, 1.0, LW_DASH_SOLID});
    }
    if (marks == 0 && has_open_marks(l)) {
        lw_draw_open_mark(l, series, left + KEY_LINE / 2, y, LW_OPEN_SIZE);
    }
    lw_draw_text(canvas->draw, left + KEY_WIDTH, baseline,
                 lw_font_bold(LW_SIZE_LABEL, lw_role_for_text(lw_theme_of(l->chart->request->theme), series->hue, series->shade),
                              LW_ANCHOR_START),
                 name);
    lw_draw_text(canvas->draw, left + KEY_WIDTH, baseline + LW_SIZE_SMALL * LW_LINE_HEIGHT,
                 lw_font_of(LW_SIZE_SMALL, LW_ROLE_MUTED, LW_ANCHOR_START), below);
}

void lw_label_draw_at_right(const lw_curves *l, const lw_curve *curve, const lw_label *label, lw_xy end) {
    double left = l->axes.plot.right + LW_LABEL_GAP;
    if (fabs(label->middle - end.y) > 2.0 || end.x < l->axes.plot.right - 2.0) {
        lw_draw_path(l->canvas->draw,
                     (const lw_xy[]){{end.x + 3.0, end.y}, {fmax(end.x + 3.0, left - 16.0), end.y}, {left - 4.0, label->middle}},
                     3, false, LW_ROLE_NONE, leader);
    }
    draw_label(l, curve, left, label->middle - label_height(l) / 2);
}

double lw_labels_at_right(const lw_curves *l, const lw_panel *panel, lw_label labels[LW_LINES_MAX]) {
    lw_label *order[LW_LINES_MAX];
    for (size_t i = 0; i < panel->curve_count; i++) {
        const lw_curve *curve = &panel->curve[i];
        labels[i] =
            (lw_label){.wanted = lw_scale_at(&l->axes.y, curve->point[curve->count - 1].at.y), .height = label_height(l) + 3.0};
        order[i] = &labels[i];
    }
    return lw_labels_place(order, panel->curve_count, l->axes.plot.top - LW_PANEL_TITLE, l->axes.plot.bottom + LW_AXES_BELOW);
}

// ---- Labels beside the ends ----

// Boxes around what a text must not lie on: pieces of the curves, and dots. Returns how many;
// counts only when boxes is NULL.
static size_t obstacles_of(const lw_curves *l, const lw_panel *panel, lw_box *boxes) {
    const double around = LW_OPEN_SIZE / 2 + 1.0;
    const double piece = 8.0;
    size_t count = 0;
    for (size_t i = 0; i < panel->curve_count + panel->measured_count; i++) {
        const bool line = i < panel->curve_count;
        const lw_curve *curve = line ? &panel->curve[i] : &panel->measured[i - panel->curve_count];
        for (size_t k = 0; k < curve->count; k++) {
            lw_xy to = lw_on_page(l, curve->point[k].at);
            lw_xy from = line && k > 0 ? lw_on_page(l, curve->point[k - 1].at) : to;
            const size_t pieces = 1 + (size_t)(hypot(to.x - from.x, to.y - from.y) / piece);
            for (size_t m = 1; m <= pieces; m++, count++) {
                lw_xy at = {from.x + (to.x - from.x) * (double)m / (double)pieces,
                            from.y + (to.y - from.y) * (double)m / (double)pieces};
                if (boxes != NULL) {
                    boxes[count] = (lw_box){at.x - around, at.y - around, at.x + around, at.y + around};
                }
            }
        }
    }
    return count;
}

lw_status lw_labels_beside(const lw_curves *l, const lw_panel *panel, lw_callout *callout, bool *placed) {
    size_t count = obstacles_of(l, panel, NULL);
    lw_box *obstacle = LW_NEW_ARRAY(l->canvas->arena, lw_box, count);
    if (obstacle == NULL) {
        return LW_NO_MEMORY;
    }
    obstacles_of(l, panel, obstacle);
    for (size_t i = 0; i < panel->curve_count; i++) {
        const lw_curve *curve = &panel->curve[i];
        callout[i] = (lw_callout){.mark = lw_on_page(l, curve->point[curve->count - 1].at),
                                  .radius = LW_OPEN_SIZE / 2 + 2.0,
                                  .width = l->label_width,
                                  .height = label_height(l)};
    }
    *placed = lw_callouts_place(callout, panel->curve_count, obstacle, count, l->axes.plot) == 0;
    for (size_t i = 0; i < panel->curve_count; i++) {
        *placed = *placed && hypot(callout[i].elbow.x - callout[i].mark.x, callout[i].elbow.y - callout[i].mark.y) <= LEADER_MOST;
    }
    return LW_OK;
}

void lw_label_draw_beside(const lw_curves *l, const lw_curve *curve, const lw_callout *callout) {
    if (callout->has_leader) {
        lw_draw_line(l->canvas->draw, callout->mark.x, callout->mark.y, callout->elbow.x, callout->elbow.y, leader);
    }
    draw_label(l, curve, callout->box.left, callout->box.top);
}
