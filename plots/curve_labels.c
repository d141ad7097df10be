// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/curve_labels.h"

#include <math.h>
#include <string.h>

#include "plots/loaded.h"
#include "plots/margin.h"

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
        return curve->has_band ? lw_loaded_text(curve, l->canvas->arena)
                               : lw_arena_print(l->canvas->arena, "%s \u2026 %s at %s GB/s", first, last, rate);
    }
    return strcmp(first, last) == 0 ? lw_arena_print(l->canvas->arena, "%s", first)
                                    : lw_arena_print(l->canvas->arena, "%s \u2026 %s", first, last);
}

// ", half at 558 KiB": where the ring is; "" without one, NULL when out of memory.
static const char *half_text(const lw_curves *l, const lw_curve *curve) {
    char number[LW_TICK_TEXT];
    lw_xy half;
    if (!lw_half_of(l, curve, &half)) {
        return "";
    }
    const double prefix = half.x >= 1048576.0 ? 1048576.0 : half.x >= 1024.0 ? 1024.0 : 1.0;
    lw_number_short(half.x / prefix, 2, number);
    return lw_arena_print(l->canvas->arena, ", half at %s %sB", number, prefix > 1024.0 ? "Mi" : prefix > 1.0 ? "Ki" : "");
}

// "56.4 of 58 GB/s, half at 558 KiB": what the line ends at and what framing would leave.
static const char *second_line(const lw_curves *l, const lw_curve *curve) {
    if (lw_is_time(l) || lw_is_margin(l)) {
        return lw_is_time(l) ? times_line(l, curve) : lw_margin_text(l->chart->data, curve, l->canvas->arena);
    }
    lw_arena *arena = l->canvas->arena;
    char value[LW_TICK_TEXT];
    char other[LW_TICK_TEXT];
    if (lw_is_over_distance(l)) {
        lw_rate_digits(curve->point[curve->count - 1].at.y, value);
        lw_rate_digits(curve->point[0].at.y, other);
        return strcmp(value, other) == 0 ? lw_arena_print(arena, "%s", value)
                                         : lw_arena_print(arena, "%s \u2026 %s", other, value);
    }
    lw_number_digits(curve->point[curve->count - 1].at.y, 3, value);
    lw_number_digits(lw_ceiling_of(l, curve), 3, other);
    const bool limited = lw_ceiling_of(l, curve) > 0.0;
    const char *half = half_text(l, curve);
    return half == NULL ? NULL : lw_arena_print(arena, "%s%s%s GB/s%s", value, limited ? " of " : "", limited ? other : "", half);
}

// Of curves in the same place; where they differ in what no eye sees, it says so. NULL when out of
// memory.
static const char *shared_second_line(const lw_curves *l, const lw_line *line) {
    const char *text = second_line(l, line->curve);
    for (size_t i = 1; i < line->count && text != NULL; i++) {
        const char *other = second_line(l, line->member[i]);
        if (other == NULL || strcmp(other, text) != 0) {
            return other == NULL ? NULL : lw_arena_print(l->canvas->arena, "about %s", text);
        }
    }
    return text;
}

// How much of `name` only repeats the words that `first` begins with.
static size_t repeated(const char *first, const char *name) {
    size_t words = 0;
    for (size_t i = 0; name[i] != '\0' && name[i] == first[i]; i++) {
        words = name[i] == ' ' ? i + 1 : words;
    }
    return words;
}

// "gen 5, 6 (same)", "a, b (assumed, same)"; NULL when out of memory.
static const char *name_of(const lw_curves *l, const lw_line *line) {
    lw_arena *arena = l->canvas->arena;
    const lw_series *first = &line->curve->look;
    const char *evidence = first->name + strlen(first->plain);
    bool alike = true;
    for (size_t i = 1; i < line->count; i++) {
        const lw_series *other = &line->member[i]->look;
        alike = alike && strcmp(other->name + strlen(other->plain), evidence) == 0;
    }
    if (line->count == 1) {
        return first->name;
    }
    const char *text = alike ? first->plain : first->name;
    for (size_t i = 1; i < line->count && text != NULL; i++) {
        const char *other = alike ? line->member[i]->look.plain : line->member[i]->look.name;
        text = lw_arena_print(arena, "%s, %s", text, other + repeated(first->plain, other));
    }
    if (text == NULL || !alike || evidence[0] == '\0') {
        return text == NULL ? NULL : lw_arena_print(arena, "%s (same)", text);
    }
    return lw_arena_print(arena, "%s%.*s, same)", text, (int)strlen(evidence) - 1, evidence);
}

static bool has_open_marks(const lw_curves *l) {
    return l->has_half || lw_is_margin(l) || lw_told_apart(l);
}

typedef struct key_mark {
    lw_shape shape;
    lw_role role;
} key_mark;

// The marks of what was measured of a line. Returns how many; of more the key has no room.
static size_t own_marks(const lw_curves *l, const lw_line *line, key_mark marks[KEY_MARKS]) {
    const lw_chart_data *data = l->chart->data;
    size_t count = 0;
    for (size_t i = 0; i < data->panel_count; i++) {
        for (size_t k = 0; k < data->panel[i].measured_count; k++) {
            const lw_curve *dots = &data->panel[i].measured[k];
            bool is_new = false;
            for (size_t m = 0; m < line->count; m++) {
                is_new = is_new || dots->series == line->member[m]->series;
            }
            is_new = is_new && !dots->measured->modelled && count < KEY_MARKS;
            const lw_role role =
                is_new ? lw_role_of(data->series[dots->series].hue, data->series[dots->series].shade) : LW_ROLE_NONE;
            for (size_t m = 0; m < count; m++) {
                is_new = is_new && (marks[m].shape != dots->shape || marks[m].role != role);
            }
            if (is_new) {
                marks[count++] = (key_mark){dots->shape, role};
            }
        }
    }
    return count;
}

static double label_height(const lw_curves *l, const lw_line *line) {
    return ((double)line->rows * LW_SIZE_LABEL + (l->second_line ? LW_SIZE_SMALL : 0.0)) * LW_LINE_HEIGHT;
}

// A name of one is cut, of several wrapped.
static lw_status fit_names(lw_curves *l, lw_line *line) {
    const lw_canvas *canvas = l->canvas;
    const double room = l->label_width - KEY_WIDTH;
    line->rows = 1;
    if (line->count == 1) {
        line->row[0] = lw_series_name_fit(canvas, &line->curve->look, LW_SIZE_LABEL, true, room);
    } else {
        const size_t most = line->count < LW_LINE_ROWS ? line->count : LW_LINE_ROWS;
        line->rows = lw_text_wrap(&(const lw_face){canvas->metrics, LW_SIZE_LABEL, true}, canvas->arena, line->name, room,
                                  line->row, most);
    }
    line->below = lw_text_fit(canvas->metrics, canvas->arena, l->second_line ? line->below : "", LW_SIZE_SMALL, false, room);
    return line->rows == 0 || line->row[0] == NULL || line->below == NULL ? LW_NO_MEMORY : LW_OK;
}

lw_status lw_labels_measure(lw_curves *l) {
    const lw_font_metrics *metrics = l->canvas->metrics;
    for (size_t i = 0; i < l->chart->data->panel_count; i++) {
        for (size_t k = 0; k < l->lines[i].count; k++) {
            lw_line *line = &l->lines[i].line[k];
            line->name = name_of(l, line);
            line->below = shared_second_line(l, line);
            if (line->name == NULL || line->below == NULL) {
                return LW_NO_MEMORY;
            }
            const double first = KEY_WIDTH + lw_text_width(metrics, line->name, LW_SIZE_LABEL, true);
            const double second = l->second_line ? KEY_WIDTH + lw_text_width(metrics, line->below, LW_SIZE_SMALL, false) : 0.0;
            l->label_width = fmax(l->label_width, fmax(first, second));
        }
    }
    // Longer names are cut: the lines matter more.
    l->label_width = fmin(l->label_width, 0.36 * l->canvas->width / (double)l->columns);
    for (size_t i = 0; i < l->chart->data->panel_count; i++) {
        for (size_t k = 0; k < l->lines[i].count; k++) {
            LW_TRY(fit_names(l, &l->lines[i].line[k]));
        }
    }
    return LW_OK;
}

static const lw_stroke leader = {LW_ROLE_AXIS, 0.75, LW_DASH_SOLID};

static void draw_key(const lw_curves *l, const lw_line *line, double left, double y) {
    const lw_series *series = &line->curve->look;
    lw_draw_curve_line(l, series, (const lw_xy[]){{left, y}, {left + KEY_LINE, y}}, 2, LW_LINE_WIDTH);
    key_mark mark[KEY_MARKS];
    const size_t marks = own_marks(l, line, mark);
    for (size_t i = 0; i < marks; i++) {
        const double x = left + KEY_LINE * (0.5 + 0.45 * ((double)i - (double)(marks - 1) / 2.0));
        lw_draw_marker(l->canvas->draw, (lw_xy){x, y}, mark[i].shape, LW_DOT_SIZE, mark[i].role,
                       (lw_stroke){LW_ROLE_BACKGROUND, 1.0, LW_DASH_SOLID});
    }
    if (marks == 0 && has_open_marks(l)) {
        lw_draw_open_mark(l, series, left + KEY_LINE / 2, y, LW_OPEN_SIZE);
    }
}

static void draw_label(const lw_curves *l, const lw_line *line, double left, double top) {
    lw_draw *draw = l->canvas->draw;
    const lw_series *series = &line->curve->look;
    const lw_role role = lw_role_for_text(lw_theme_of(l->chart->request->theme), series->hue, series->shade);
    double baseline = top + LW_SIZE_LABEL;
    draw_key(l, line, left, baseline - LW_SIZE_LABEL * 0.36);
    for (size_t i = 0; i < line->rows; i++) {
        baseline += i > 0 ? LW_SIZE_LABEL * LW_LINE_HEIGHT : 0.0;
        lw_draw_text(draw, left + KEY_WIDTH, baseline, lw_font_bold(LW_SIZE_LABEL, role, LW_ANCHOR_START), line->row[i]);
    }
    lw_draw_text(draw, left + KEY_WIDTH, baseline + LW_SIZE_SMALL * LW_LINE_HEIGHT,
                 lw_font_of(LW_SIZE_SMALL, LW_ROLE_MUTED, LW_ANCHOR_START), line->below);
}

static lw_xy end_of(const lw_curves *l, const lw_line *line) {
    return lw_on_page(l, line->curve->point[line->curve->count - 1].at);
}

void lw_label_draw_at_right(const lw_curves *l, const lw_line *line, const lw_label *label) {
    const lw_xy end = end_of(l, line);
    double left = l->axes.plot.right + LW_LABEL_GAP;
    if (fabs(label->middle - end.y) > 2.0 || end.x < l->axes.plot.right - 2.0) {
        lw_draw_path(l->canvas->draw,
                     (const lw_xy[]){{end.x + 3.0, end.y}, {fmax(end.x + 3.0, left - 16.0), end.y}, {left - 4.0, label->middle}},
                     3, false, LW_ROLE_NONE, leader);
    }
    draw_label(l, line, left, label->middle - label_height(l, line) / 2);
}

double lw_labels_at_right(const lw_curves *l, const lw_panel_lines *lines, lw_label labels[LW_LINES_MAX]) {
    lw_label *order[LW_LINES_MAX];
    for (size_t i = 0; i < lines->count; i++) {
        const lw_line *line = &lines->line[i];
        labels[i] = (lw_label){.wanted = end_of(l, line).y, .height = label_height(l, line) + 3.0};
        order[i] = &labels[i];
    }
    return lw_labels_place(order, lines->count, l->axes.plot.top - LW_PANEL_TITLE, l->axes.plot.bottom + LW_AXES_BELOW);
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
            // a shade up to 99 % is in the way as the line is
            const double end = lw_scale_at(&l->axes.y, curve->point[k].high);
            const double begin = line && k > 0 ? lw_scale_at(&l->axes.y, curve->point[k - 1].high) : end;
            const size_t pieces = 1 + (size_t)(hypot(to.x - from.x, to.y - from.y) / piece);
            for (size_t m = 1; m <= pieces; m++, count++) {
                lw_xy at = {from.x + (to.x - from.x) * (double)m / (double)pieces,
                            from.y + (to.y - from.y) * (double)m / (double)pieces};
                const double high = begin + (end - begin) * (double)m / (double)pieces;
                if (boxes != NULL) {
                    boxes[count] = (lw_box){at.x - around, fmin(at.y, high) - around, at.x + around, at.y + around};
                }
            }
        }
    }
    return count;
}

lw_status lw_labels_beside(const lw_curves *l, const lw_panel *panel, const lw_panel_lines *lines,
                           lw_callout callout[LW_LINES_MAX], bool *placed) {
    size_t count = obstacles_of(l, panel, NULL);
    lw_box *obstacle = LW_NEW_ARRAY(l->canvas->arena, lw_box, count);
    if (obstacle == NULL) {
        return LW_NO_MEMORY;
    }
    obstacles_of(l, panel, obstacle);
    for (size_t i = 0; i < lines->count; i++) {
        callout[i] = (lw_callout){.mark = end_of(l, &lines->line[i]),
                                  .radius = LW_OPEN_SIZE / 2 + 2.0,
                                  .width = l->label_width,
                                  .height = label_height(l, &lines->line[i])};
    }
    *placed = lw_callouts_place(callout, lines->count, obstacle, count, l->axes.plot) == 0;
    for (size_t i = 0; i < lines->count; i++) {
        *placed = *placed && hypot(callout[i].elbow.x - callout[i].mark.x, callout[i].elbow.y - callout[i].mark.y) <= LEADER_MOST;
    }
    return LW_OK;
}

void lw_label_draw_beside(const lw_curves *l, const lw_line *line, const lw_callout *callout) {
    if (callout->has_leader) {
        lw_draw_line(l->canvas->draw, callout->mark.x, callout->mark.y, callout->elbow.x, callout->elbow.y, leader);
    }
    draw_label(l, line, callout->box.left, callout->box.top);
}
