// SPDX-License-Identifier: GPL-3.0-or-later
// Bandwidth and time against size, latency against load, or the margin of a radio: one line a
// series, direct labels at the right, measured points on top.
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "plots/curve_labels.h"
#include "plots/curve_lines.h"
#include "plots/curve_loaded.h"
#include "plots/curve_methods.h"
#include "plots/curve_spots.h"
#include "plots/half_power.h"
#include "plots/loaded.h"
#include "plots/margin.h"
#include "plots/sources.h"

#define PANEL_GAP 28.0
#define PLOT_LEAST 120.0  // a plot narrower or lower than this cannot be read
#define CROSS_SIZE 9.0    // its arms are thin
#define OPEN_EVERY 150.0  // units of line an open mark, where they only tell lines apart
#define VERTEX_EVERY 6.0  // units between the vertices of a curve

// ---- Scales ----

typedef struct range {
    double low, high;
} range;

static void widen(range *r, double value) {
    r->low = fmin(r->low, value);
    r->high = fmax(r->high, value);
}

static void widen_by_curves(const lw_curve *curves, size_t count, range *x, range *y) {
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < curves[i].count; k++) {
            widen(x, curves[i].point[k].at.x);
            widen(y, curves[i].point[k].at.y);
            widen(y, curves[i].point[k].high);
        }
    }
}

// A band may reach down to nothing: a logarithmic axis follows it for a decade, no further.
static void widen_by_bands(const lw_curves *l, range *y) {
    const lw_chart_data *data = l->chart->data;
    double floor = y->low / 10.0;
    for (size_t i = 0; i < data->panel_count; i++) {
        for (size_t k = 0; k < data->panel[i].curve_count; k++) {
            const lw_curve *curve = &data->panel[i].curve[k];
            for (size_t m = 0; curve->has_band && m < curve->count; m++) {
                widen(y, lw_chart_is_log(l->chart->request) ? fmax(floor, curve->point[m].low) : curve->point[m].low);
            }
        }
    }
}

static lw_scale_kind x_scale_kind(const lw_curves *l, range x) {
    if (l->chart->data->x_dimension == LW_BYTES) {
        return LW_SCALE_BYTES;
    }
    return !lw_is_loaded(l) && x.low > 0.0 && x.high / x.low >= 30.0 ? LW_SCALE_LOG : LW_SCALE_LINEAR;
}

// "Posted data credits" of "links.slot.posted_data_credits", "Number of hosts" of "nodes.hosts.count";
// NULL when out of memory.
static const char *x_name(const lw_curves *l) {
    const char *path = l->chart->data->x_path;
    const char *dot = strrchr(path, '.'), *first = strchr(path, '.');
    if (dot != first && strcmp(dot, ".count") == 0) {
        return lw_arena_print(l->canvas->arena, "Number of %.*s", (int)(dot - first - 1), first + 1);
    }
    char *name = lw_arena_copy(l->canvas->arena, dot == NULL ? path : dot + 1);
    for (char *at = name; at != NULL && *at != '\0'; at++) {
        bool initial = at == name && *at >= 'a' && *at <= 'z';
        *at = initial ? (char)(*at - 'a' + 'A') : *at == '_' ? ' ' : *at;
    }
    return name;
}

// Of collectives alone, whose bandwidth is that of nccl-tests' busbw.
static bool is_of_bus(const lw_chart_data *data) {
    bool all = true;
    for (size_t i = 0; i < data->panel_count; i++) {
        for (size_t k = 0; k < data->panel[i].curve_count; k++) {
            const lw_workload_result *of = data->panel[i].curve[k].most;
            all = all && of != NULL && of->redop != NULL;
        }
    }
    return all;
}

// What a group is offered is what each of its members sends.
static const char *load_title(const lw_chart_data *data) {
    bool each = false;
    for (size_t i = 0; i < data->panel_count; i++) {
        for (size_t k = 0; k < data->panel[i].curve_count; k++) {
            each = each || data->panel[i].curve[k].most->member_ps.count > 0;
        }
    }
    return data->x_dimension != LW_RATE ? "Bandwidth (GB/s)"
           : each                       ? "Offered load of each member (GB/s)"
                                        : "Offered load (GB/s)";
}

static lw_status name_axes(lw_curves *l) {
    const lw_chart_data *data = l->chart->data;
    lw_axes *axes = &l->axes;
    bool metres = lw_is_over_distance(l) && axes->x.kind == LW_SCALE_LOG;
    axes->x_writer = axes->x.kind == LW_SCALE_BYTES ? lw_tick_bytes : metres ? lw_tick_metres : lw_tick_plain;
    axes->y_writer = lw_is_time(l) ? lw_tick_seconds : lw_tick_plain;
    axes->y_title = lw_is_loaded(l)   ? l->has_band ? "Latency" : "Mean latency"
                    : lw_is_time(l)   ? "Time"
                    : lw_is_margin(l) ? "Margin (dB)"
                    : is_of_bus(data) ? "Bus bandwidth (GB/s)"
                                      : "Bandwidth (GB/s)";
    const char *name = x_name(l);
    if (name == NULL) {
        return LW_NO_MEMORY;
    }
    axes->x_title = lw_is_loaded(l)                     ? load_title(data)
                    : data->x_dimension == LW_BYTES     ? "Size (bytes)"
                    : metres || data->x_unit[0] == '\0' ? name
                                                        : lw_arena_print(l->canvas->arena, "%s (%s)", name, data->x_unit);
    return axes->x_title == NULL ? LW_NO_MEMORY : LW_OK;
}

// Does the place lie on the axis? Under load x is a result, and what fails has none.
static bool shows_failed(const lw_curves *l, const lw_curve *curve, size_t index) {
    const double x = curve->failed[index];
    return !lw_is_loaded(l) && fabs(x) <= LW_CHART_MOST && (l->chart->data->x_dimension != LW_BYTES || x >= LW_CHART_LEAST);
}

static lw_status make_scales(lw_curves *l) {
    const lw_chart_data *data = l->chart->data;
    range x = {(double)INFINITY, -(double)INFINITY};
    range y = x;
    for (size_t i = 0; i < data->panel_count; i++) {
        const lw_panel *panel = &data->panel[i];
        widen_by_curves(panel->curve, panel->curve_count, &x, &y);
        widen_by_curves(panel->measured, panel->measured_count, &x, &y);
        for (size_t k = 0; k < panel->curve_count; k++) {
            lw_xy half;
            if (lw_half_of(l, &panel->curve[k], &half)) {
                l->has_half = true;
                widen(&y, lw_is_time(l) ? half.y / 2 : half.y);  // the fixed cost
            }
            l->has_band = l->has_band || panel->curve[k].has_band;
            for (size_t m = 0; m < panel->curve[k].failed_count && shows_failed(l, &panel->curve[k], m); m++) {
                l->has_failed = true;
                widen(&x, panel->curve[k].failed[m]);
            }
            if (lw_is_loaded(l) && lw_loaded_most(data, panel, &panel->curve[k]) > 0.0) {
                widen(&x, lw_loaded_most(data, panel, &panel->curve[k]));
                l->has_most = true;
            }
            if (lw_ceiling_of(l, &panel->curve[k]) > 0.0) {
                widen(&y, lw_ceiling_of(l, &panel->curve[k]));
                l->has_ceiling = true;
            }
        }
        for (size_t k = 0; k < panel->measured_count; k++) {
            const lw_table_set kind = lw_table_set_of(panel->measured[k].measured);
            l->has_crosses = l->has_crosses || kind == LW_SET_MODEL;
            l->has_validation = l->has_validation || kind == LW_SET_VALIDATION;
            l->has_dots = l->has_dots || kind != LW_SET_MODEL;
        }
    }
    widen_by_bands(l, &y);
    bool log_y = lw_chart_is_log(l->chart->request);
    l->axes.x = lw_scale_fit(x_scale_kind(l, x), x.low, x.high, 0.0, 1.0);
    l->axes.y = lw_scale_fit(log_y ? LW_SCALE_LOG : LW_SCALE_LINEAR, y.low, y.high, 1.0, 0.0);
    return name_axes(l);
}

// ---- One panel ----

// A short line at the right end: over the whole width the ceilings would look like curves of their
// neighbours.
static void draw_ceiling(const lw_curves *l, const lw_curve *curve, lw_role role) {
    double ceiling = lw_ceiling_of(l, curve);
    if (ceiling <= 0.0) {
        return;
    }
    const lw_box *plot = &l->axes.plot;
    double y = lw_scale_at(&l->axes.y, ceiling);
    lw_draw_line(l->canvas->draw, plot->right - LW_CEILING_SHARE * (plot->right - plot->left), y, plot->right, y,
                 (lw_stroke){role, 1.25, LW_DASH_DOTS});
}

static bool has_bounds(const lw_curves *l) {
    return l->has_half && lw_is_time(l);
}

// What a transfer takes at least: the fixed cost and, from the half-power size on, its bytes at the
// top bandwidth. They cross where both are half of the time.
static void draw_bounds(const lw_curves *l, const lw_curve *curve, lw_xy half, lw_role role) {
    const lw_xy *first = &curve->point[0].at;
    const lw_xy *last = &curve->point[curve->count - 1].at;
    const lw_xy cross = {half.x, half.y / 2};
    const lw_xy path[] = {lw_on_page(l, (lw_xy){first->x, cross.y}), lw_on_page(l, cross),
                          lw_on_page(l, (lw_xy){last->x, cross.y / cross.x * last->x})};
    lw_draw_path(l->canvas->draw, path, 3, false, LW_ROLE_NONE, (lw_stroke){role, 0.75, LW_DASH_DOTS});
}

// Lines drawn later that run where this one runs, but are known otherwise.
static size_t count_above(const lw_curves *l, const lw_panel_lines *lines, size_t index) {
    const lw_curve *own = lines->line[index].curve;
    size_t above = 0;
    for (size_t i = 0; i < index; i++) {
        const lw_curve *other = lines->line[i].curve;
        bool same = other->count == own->count;
        for (size_t k = 0; same && k < own->count; k++) {
            lw_xy a = lw_on_page(l, own->point[k].at);
            lw_xy b = lw_on_page(l, other->point[k].at);
            same = fabs(a.x - b.x) < 0.5 && fabs(a.y - b.y) < 0.5;
        }
        above += same ? 1 : 0;
    }
    return above;
}

typedef enum edge { EDGE_LOW, EDGE_MIDDLE, EDGE_HIGH } edge;

// A point of a curve or of the edges of its band. Below a logarithmic axis lies nothing: its end
// serves.
static lw_xy edge_at(const lw_curves *l, const lw_sample *sample, edge which) {
    double low = fmax(sample->low, l->axes.y.low);
    return (lw_xy){sample->at.x, which == EDGE_MIDDLE ? sample->at.y : which == EDGE_HIGH ? sample->high : low};
}

// Vertices on the page, between points of a curve by_size as many as it needs to look round.
// Returns how many; counts only when out is NULL.
static size_t trace(const lw_curves *l, const lw_curve *curve, edge which, lw_xy *out) {
    size_t count = 0;
    for (size_t i = 0; i < curve->count; i++) {
        const lw_xy to = edge_at(l, &curve->point[i], which);
        const lw_xy from = i > 0 ? edge_at(l, &curve->point[i - 1], which) : to;
        const double width = lw_scale_at(&l->axes.x, to.x) - lw_scale_at(&l->axes.x, from.x);
        const size_t pieces = curve->by_size ? 1 + (size_t)(width / VERTEX_EVERY) : 1;
        for (size_t k = 1; k <= pieces; k++, count++) {
            if (out != NULL) {
                out[count] = lw_on_page(l, k == pieces ? to : lw_between(from, to, lw_is_time(l), (double)k / (double)pieces));
            }
        }
    }
    return count;
}

// The next piece of a curve between places where nothing gets through; false: there is none.
// *part: all zero at first.
static bool next_piece(const lw_curve *curve, lw_curve *part) {
    const size_t first = part->point == NULL ? 0 : (size_t)(part->point - curve->point) + part->count;
    *part = *curve;
    part->point = curve->point + first;
    part->count = first < curve->count;
    while (first + part->count < curve->count && !part->point[part->count].apart) {
        part->count++;
    }
    return part->count > 0;
}

// How uncertain a curve is, as far as links and presets say.
static void draw_band(const lw_curves *l, const lw_curve *curve) {
    const lw_series *series = &curve->look;
    const size_t high = trace(l, curve, EDGE_HIGH, NULL);
    const size_t count = high + trace(l, curve, EDGE_LOW, NULL);
    lw_xy *outline = LW_NEW_ARRAY(l->canvas->arena, lw_xy, count);
    if (outline == NULL) {
        l->canvas->draw->status = LW_NO_MEMORY;
        return;
    }
    trace(l, curve, EDGE_HIGH, outline);
    trace(l, curve, EDGE_LOW, outline + high);
    for (size_t i = high, k = count - 1; i < k; i++, k--) {  // back along the lower edge
        const lw_xy swapped = outline[i];
        outline[i] = outline[k];
        outline[k] = swapped;
    }
    lw_draw_group(l->canvas->draw, NULL, "band", series->name);
    lw_draw_shade(l->canvas->draw, outline, count, lw_role_of(series->hue, series->shade));
    lw_draw_ungroup(l->canvas->draw);
}

// Of a margin points alone are told.
static void draw_points(const lw_curves *l, const lw_curve *curve) {
    for (size_t i = 0; i < curve->count; i++) {
        const lw_xy at = lw_on_page(l, curve->point[i].at);
        lw_draw_open_mark(l, &curve->look, at.x, at.y, LW_OPEN_SIZE);
    }
}

// Open marks along a line, each line's shifted against those of the others.
static void draw_along(const lw_curves *l, size_t index, const lw_xy *points, size_t count) {
    double length = 0.0;
    for (size_t i = 1; i < count; i++) {
        length += hypot(points[i].x - points[i - 1].x, points[i].y - points[i - 1].y);
    }
    const double marks = fmax(1.0, round(length / OPEN_EVERY));
    const double shift = 0.25 + 0.5 * (double)index / (double)(l->chart->data->series_count - 1);
    double wanted = shift * length / marks;
    double before = 0.0;
    for (size_t i = 1; i < count; i++) {
        const double dx = points[i].x - points[i - 1].x;
        const double dy = points[i].y - points[i - 1].y;
        const double step = hypot(dx, dy);
        for (; step > 0.0 && wanted <= before + step; wanted += length / marks) {
            const double share = (wanted - before) / step;
            lw_draw_open_mark(l, &l->chart->data->series[index], points[i - 1].x + share * dx, points[i - 1].y + share * dy,
                              LW_OPEN_SIZE);
        }
        before += step;
    }
}

// Crosses above the axis, where nothing gets through.
static void draw_failed(const lw_curves *l, const lw_curve *curve, lw_role role) {
    for (size_t i = 0; i < curve->failed_count && shows_failed(l, curve, i); i++) {
        lw_draw_marker(l->canvas->draw, (lw_xy){lw_scale_at(&l->axes.x, curve->failed[i]), l->axes.plot.bottom - CROSS_SIZE},
                       LW_SHAPE_CROSS, CROSS_SIZE, role, (lw_stroke){0});
    }
}

// width: a curve under another that runs in the same place is drawn wider, so that both are seen.
static void draw_curve(const lw_curves *l, const lw_line *line, double width) {
    const lw_curve *curve = line->curve;
    const lw_series *series = &curve->look;
    lw_role role = lw_role_of(series->hue, series->shade);
    lw_draw *draw = l->canvas->draw;
    const size_t count = trace(l, curve, EDGE_MIDDLE, NULL);
    lw_xy *points = LW_NEW_ARRAY(l->canvas->arena, lw_xy, count);
    const char *id = lw_arena_print(l->canvas->arena, "%s-%zu", series->id, l->panel_index + 1);
    if (points == NULL || id == NULL) {
        draw->status = LW_NO_MEMORY;
        return;
    }
    trace(l, curve, EDGE_MIDDLE, points);
    lw_draw_group(draw, id, "series", line->name);
    for (size_t i = 0; i < line->count; i++) {
        if (i == 0 || lw_ceiling_of(l, line->member[i]) != lw_ceiling_of(l, line->member[i - 1])) {
            draw_ceiling(l, line->member[i], role);
        }
    }
    size_t drawn = 0;
    for (lw_curve part = {0}; next_piece(curve, &part); drawn += trace(l, &part, EDGE_MIDDLE, NULL)) {
        const lw_xy *piece = points + drawn;
        lw_draw_curve_line(l, series, piece, trace(l, &part, EDGE_MIDDLE, NULL), width);
        if (part.count == 1) {  // a line needs two
            lw_draw_marker(draw, piece[0], LW_SHAPE_CIRCLE, 5.0, role, (lw_stroke){0});
        }
    }
    draw_failed(l, curve, role);
    lw_xy half;
    if (lw_half_of(l, curve, &half)) {
        lw_xy at = lw_on_page(l, half);
        if (has_bounds(l)) {
            draw_bounds(l, curve, half, role);
        }
        lw_draw_line(draw, at.x, at.y, at.x, l->axes.plot.bottom, (lw_stroke){role, 0.75, LW_DASH_DOTS});
        lw_draw_open_mark(l, series, at.x, at.y, LW_OPEN_SIZE + 2.0 * (width - LW_LINE_WIDTH));
    } else if (lw_is_margin(l)) {
        draw_points(l, curve);
    } else if (lw_told_apart(l)) {
        draw_along(l, curve->series, points, count);
    }
    lw_spots_draw(l, curve, line->name);
    lw_draw_ungroup(draw);
}

static void draw_dots(const lw_curves *l, const lw_curve *dots) {
    const lw_series *series = dots->series == SIZE_MAX ? NULL : &l->chart->data->series[dots->series];
    // of no line: in no line's colour
    lw_role role = series != NULL ? lw_role_of(series->hue, series->shade) : LW_ROLE_INK;
    const lw_shape shape = dots->shape;
    const bool validation = lw_table_set_of(dots->measured) == LW_SET_VALIDATION;
    const lw_stroke rim = {validation ? LW_ROLE_INK : LW_ROLE_BACKGROUND, validation ? 1.5 : 1.0, LW_DASH_SOLID};
    lw_draw_group(l->canvas->draw, NULL, "measured", dots->measured->label);
    for (size_t i = 0; i < dots->count; i++) {
        lw_xy at = lw_on_page(l, dots->point[i].at);
        lw_draw_marker(l->canvas->draw, (lw_xy){at.x, at.y}, shape, shape == LW_SHAPE_CROSS ? CROSS_SIZE : LW_DOT_SIZE, role,
                       rim);
    }
    lw_spots_draw(l, dots, dots->measured->label);
    lw_draw_ungroup(l->canvas->draw);
}

// ---- The panel ----

static lw_status set_plot(lw_curves *l, lw_box box, double at_right) {
    lw_box *plot = &l->axes.plot;
    *plot = (lw_box){box.left, box.top + LW_PANEL_TITLE + LW_AXES_ABOVE, box.right - at_right, box.bottom - LW_AXES_BELOW};
    l->axes.y.start = plot->bottom;  // its length decides which labels there are, and so how wide they are
    l->axes.y.finish = plot->top;
    plot->left += lw_axes_label_width(l->canvas, &l->axes);
    if (plot->right - plot->left < PLOT_LEAST || plot->bottom - plot->top < PLOT_LEAST) {
        return lw_error(l->chart->diags, l->chart->request->place, "give it more width: and height:, or leave them out",
                        "the chart of %.0f x %.0f is too small for what it shows", l->canvas->width, l->canvas->height);
    }
    l->axes.x.start = plot->left;
    l->axes.x.finish = plot->right;
    return LW_OK;
}

// Which lines there are decides how wide their names are, and these how wide a plot is: without
// them it has the width of the panel.
static lw_status name_lines(lw_curves *l, double width, double height) {
    const lw_axes axes = l->axes;
    l->axes.x.start = 0.0;
    l->axes.x.finish = width;
    l->axes.y.start = height - LW_PANEL_TITLE - LW_AXES_ABOVE - LW_AXES_BELOW;
    l->axes.y.finish = 0.0;
    LW_TRY(lw_lines_find(l));
    l->axes = axes;
    return lw_labels_measure(l);
}

static lw_status draw_panel(lw_curves *l, const lw_panel *panel, lw_box box) {
    const lw_canvas *canvas = l->canvas;
    const lw_box *plot = &l->axes.plot;
    const lw_panel_lines *lines = &l->lines[l->panel_index];
    lw_callout beside[LW_LINES_MAX];
    lw_label labels[LW_LINES_MAX] = {{0}};
    bool is_beside = false;
    if (lw_is_loaded(l)) {
        LW_TRY(set_plot(l, box, LW_LABEL_GAP));
        LW_TRY(lw_labels_beside(l, panel, lines, beside, &is_beside));
    }
    if (!is_beside) {
        LW_TRY(set_plot(l, box, l->label_width + LW_LABEL_GAP));
        if (lw_labels_at_right(l, lines, labels) < 1.0) {
            return lw_error(l->chart->diags, l->chart->request->place, "give it more height:, or leave it out",
                            "the chart is too low for the labels of %zu lines", lines->count);
        }
    }
    lw_draw_group(canvas->draw, lw_arena_print(canvas->arena, "panel-%zu", l->panel_index + 1), "panel", panel->title);
    lw_draw_text(canvas->draw, box.left, box.top + LW_SIZE_LABEL, lw_font_bold(LW_SIZE_LABEL, LW_ROLE_INK, LW_ANCHOR_START),
                 panel->title);
    lw_axes_draw(canvas, &l->axes);
    if (lw_is_margin(l)) {
        lw_margin_draw_zero(canvas, &l->axes, panel);
    }
    lw_draw_clip(canvas->draw, plot->left - LW_OPEN_SIZE, plot->top - LW_OPEN_SIZE, plot->right - plot->left + 2 * LW_OPEN_SIZE,
                 plot->bottom - plot->top + LW_OPEN_SIZE);
    for (size_t i = 0; i < lines->count; i++) {
        const lw_curve *curve = lines->line[i].curve;
        for (lw_curve part = {0}; curve->has_band && next_piece(curve, &part);) {
            draw_band(l, &part);
        }
    }
    for (size_t i = lines->count; i-- > 0;) {  // the first of the file comes out on top
        draw_curve(l, &lines->line[i], LW_LINE_WIDTH + 3.0 * (double)count_above(l, lines, i));
    }
    LW_TRY(lw_is_loaded(l) ? lw_loaded_draw(l, panel, lines, is_beside) : LW_OK);
    for (size_t i = 0; i < panel->measured_count; i++) {
        draw_dots(l, &panel->measured[i]);
    }
    lw_draw_unclip(canvas->draw);
    LW_TRY(lw_methods_draw(l, panel, lines));
    for (size_t i = 0; i < lines->count; i++) {
        if (is_beside) {
            lw_label_draw_beside(l, &lines->line[i], &beside[i]);
        } else {
            lw_label_draw_at_right(l, &lines->line[i], &labels[i]);
        }
    }
    lw_draw_ungroup(canvas->draw);
    return LW_OK;
}

// ---- The whole ----

static bool has_modes(const lw_curves *l) {
    bool several = false;
    for (size_t i = 0; lw_is_margin(l) && i < l->chart->data->panel_count; i++) {
        const lw_panel *panel = &l->chart->data->panel[i];
        for (size_t k = 0; k < panel->curve_count; k++) {
            several = several || panel->curve[k].several_modes;
        }
    }
    return several;
}

static bool has_methods(const lw_curves *l) {
    bool several = false;
    for (size_t i = 0; i < l->chart->data->panel_count; i++) {
        const lw_panel *panel = &l->chart->data->panel[i];
        for (size_t k = 0; k < panel->curve_count; k++) {
            several = several || lw_curve_has_methods(&panel->curve[k]);
        }
    }
    return several;
}

static const char *subtitle_of(const lw_curves *l) {
    const char *own = l->chart->request->subtitle;
    if (own != NULL && own[0] != '\0') {
        return own;
    }
    bool dashed = false;
    for (size_t i = 0; i < l->chart->data->series_count; i++) {
        dashed = dashed || l->chart->data->series[i].evidence >= LW_ASSUMED;
    }
    return lw_arena_print(
        l->canvas->arena, "Lines: %s%s%s%s%s%s%s%s%s%s%s%s%s", lw_is_loaded(l) ? "mean of the model" : "model",
        dashed ? " (dashed: not fitted to any measurement)" : "", lw_told_apart(l) ? ", told apart by open marks" : "",
        has_modes(l)     ? ". No line joins two modes"
        : has_methods(l) ? ". Ticks: from there on the library takes another algorithm or protocol"
                         : "",
        !l->has_band      ? ""
        : lw_is_loaded(l) ? ". Shaded: from the median to what 99 % do not exceed"
                          : ". Shaded: how uncertain that is",
        !l->has_dots        ? ""
        : l->has_validation ? ". Filled marks: measured (with a rim: nothing was fitted to them)"
                            : ". Filled marks: measured",
        l->has_crosses ? ". Crosses: a model of others" : "", l->has_failed ? ". Crosses on the axis: nothing gets through" : "",
        l->has_half ? ". Open mark: the size that reaches half of the top bandwidth" : "",
        l->has_ceiling  ? ". Dotted at the right, and after \"of\": what framing leaves of the raw rate"
        : has_bounds(l) ? ". Dotted: the cost of a copy of nothing, and time at the top bandwidth alone"
                        : "",
        l->has_most ? ". Dotted upright: what the link carries" : "",
        lw_has_theory(l->chart->data) ? ". Dotted along a line: the mean of one queue by theory (M/D/1)" : "",
        lw_is_margin(l) ? ". Marks: points of the sweep. Margin: signal to noise less what the mode needs" : "");
}

void lw_curves_size(const lw_chart *chart, double *width, double *height) {
    *width = chart->data->panel_count > 1 ? 1360.0 : 960.0;
    *height = chart->data->panel_count > 2 ? 1080.0 : 620.0;
}

lw_status lw_curves_draw(const lw_chart *chart, const lw_canvas *canvas) {
    const lw_chart_data *data = chart->data;
    lw_curves l = {.chart = chart, .canvas = canvas};
    l.columns = data->panel_count > 1 ? 2 : 1;
    l.rows = (data->panel_count + l.columns - 1) / l.columns;
    LW_TRY(make_scales(&l));
    const char *subtitle = subtitle_of(&l);
    const char *note = lw_sources_note(data, canvas->arena);
    if (subtitle == NULL || note == NULL) {
        return LW_NO_MEMORY;
    }
    lw_box content = lw_frame_draw(canvas, chart->title, subtitle, note, chart->result);
    double width = (content.right - content.left - PANEL_GAP * (double)(l.columns - 1)) / (double)l.columns;
    double height = (content.bottom - content.top - PANEL_GAP * (double)(l.rows - 1)) / (double)l.rows;
    LW_TRY(name_lines(&l, width, height));
    for (size_t i = 0; i < data->panel_count; i++) {
        size_t row = i / l.columns;
        double left = content.left + (width + PANEL_GAP) * (double)(i - row * l.columns);
        double top = content.top + (height + PANEL_GAP) * (double)row;
        l.panel_index = i;
        LW_TRY(draw_panel(&l, &data->panel[i], (lw_box){left, top, left + width, top + height}));
    }
    return LW_OK;
}
