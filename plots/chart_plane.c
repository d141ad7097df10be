// SPDX-License-Identifier: GPL-3.0-or-later
// All links on one plane: what a transfer takes before its bytes count, against what a long one
// gets. Along a diagonal the product of the two is the same: the bytes that must be in flight to
// fill the link, and by Hockney's law (time = t0 + n / r) the size of a transfer that reaches half
// of r (R. W. Hockney, "The science of computer benchmarking", SIAM 1996).
#include <math.h>
#include <stdint.h>

#include "plots/callouts.h"
#include "plots/chart.h"

#define MARK_SIZE 11.0
#define KEY_HEIGHT 26.0
#define PANEL_TITLE 22.0
#define PANEL_GAP 28.0
#define PLOT_LEAST 240.0
#define NAME_MOST 220.0      // longer names are cut
#define OVERVIEW_SHARE 0.34  // of the width, where a cluster is drawn enlarged beside it
enum { DIAGONALS_MAX = 24 };

typedef struct mark {
    const lw_series *series;
    // of the shortest transfer, less that of its bytes at the rate: t0 of Hockney's law
    double time_s;
    // bytes more over time more, from the shortest transfer to the longest
    double rate_GBps;
    // of it, where the link says how uncertain it is; else both are rate_GBps
    double low_GBps, high_GBps;
} mark;

// Shape and filling tell how a link is known.
typedef enum look { LOOK_SPECIFIED, LOOK_MEASURED, LOOK_ASSUMED, LOOK_ANNOUNCED, LOOK_SPECULATIVE, LOOKS } look;
static const struct {
    const char *name;
    lw_shape shape;
    bool filled;
    lw_dash dash;
} looks[LOOKS] = {
    [LOOK_SPECIFIED] = {"specified", LW_SHAPE_CIRCLE, true, LW_DASH_SOLID},
    [LOOK_MEASURED] = {"measured or calibrated", LW_SHAPE_DIAMOND, true, LW_DASH_SOLID},
    [LOOK_ASSUMED] = {"partly assumed", LW_SHAPE_CIRCLE, false, LW_DASH_SOLID},
    [LOOK_ANNOUNCED] = {"announced", LW_SHAPE_SQUARE, false, LW_DASH_SOLID},
    [LOOK_SPECULATIVE] = {"speculative", LW_SHAPE_TRIANGLE, false, LW_DASH_DOTS},
};

static look look_of(lw_evidence evidence) {
    switch (evidence) {
    case LW_SPECIFIED:
        return LOOK_SPECIFIED;
    case LW_MEASURED:
    case LW_CALIBRATED:
        return LOOK_MEASURED;
    case LW_ASSUMED:
        return LOOK_ASSUMED;
    case LW_ANNOUNCED:
        return LOOK_ANNOUNCED;
    default:
        return LOOK_SPECULATIVE;
    }
}

static void draw_look(lw_draw *draw, lw_xy at, look which, lw_role role) {
    bool filled = looks[which].filled;
    lw_stroke line = {filled ? LW_ROLE_BACKGROUND : role, filled ? 1.0 : 2.0, looks[which].dash};
    lw_draw_marker(draw, (lw_xy){at.x, at.y}, looks[which].shape, MARK_SIZE, filled ? role : LW_ROLE_BACKGROUND, line);
}

typedef struct plane {
    const lw_chart *chart;
    const lw_canvas *canvas;
    lw_axes axes;
    const char *time_title;
    mark *mark;  // of the panel at hand
    size_t count;
    // one a mark: in the cluster that has a view of its own
    bool *near;
    size_t near_count;                               // 0: there is none
    lw_axes cluster;                                 // of that view
    lw_box obstacle[DIAGONALS_MAX + LW_SERIES_MAX];  // what names keep clear of
    size_t obstacle_count;
} plane;

static lw_xy on_page(const plane *p, double time_s, double rate_GBps) {
    return (lw_xy){lw_scale_at(&p->axes.x, time_s), lw_scale_at(&p->axes.y, rate_GBps)};
}

static bool mark_of(const lw_curve *curve, mark *out) {
    double bytes = (double)(curve->most->bytes - curve->least->bytes);
    double more_s = curve->most->time_s - curve->least->time_s;
    const double rate_GBps = bytes / more_s / 1e9;
    const double time_s = curve->least->time_s - (double)curve->least->bytes / bytes * more_s;
    *out = (mark){&curve->look, time_s, rate_GBps, rate_GBps, rate_GBps};
    if (curve->most->has_band && curve->most->bandwidth_GBps > 0.0) {
        out->low_GBps = fmin(rate_GBps, rate_GBps * curve->most->low_GBps / curve->most->bandwidth_GBps);
        out->high_GBps = fmax(rate_GBps, rate_GBps * curve->most->high_GBps / curve->most->bandwidth_GBps);
    }
    return bytes > 0.0 && more_s > 0.0 && out->time_s >= LW_CHART_LEAST && out->rate_GBps >= LW_CHART_LEAST &&
           out->rate_GBps <= LW_CHART_MOST;
}

static lw_status collect_marks(plane *p, const lw_panel *panel) {
    p->count = 0;
    p->mark = LW_NEW_ARRAY(p->canvas->arena, mark, panel->curve_count);
    p->near = LW_NEW_ARRAY(p->canvas->arena, bool, panel->curve_count);
    if (p->mark == NULL || p->near == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t i = 0; i < panel->curve_count; i++) {
        p->count += mark_of(&panel->curve[i], &p->mark[p->count]) ? 1 : 0;
    }
    if (p->count < panel->curve_count) {
        lw_warn(p->chart->diags, p->chart->request->place, "sweep a small and a large size",
                "%zu links are not drawn: a larger transfer takes no longer, or a small one is nothing but its bytes",
                panel->curve_count - p->count);
    }
    return LW_OK;
}

// ---- The cluster ----

typedef struct span {
    double low, high;
} span;

static span span_of(const plane *p, bool near_only, bool of_time) {
    span s = {LW_CHART_MOST, LW_CHART_LEAST};
    for (size_t i = 0; i < p->count; i++) {
        const mark *m = &p->mark[i];
        // a whisker may reach down to nothing: the axis follows it to a tenth
        if (!near_only || p->near[i]) {
            s.low = fmin(s.low, of_time ? m->time_s : fmax(m->low_GBps, m->rate_GBps / 10.0));
            s.high = fmax(s.high, of_time ? m->time_s : fmin(m->high_GBps, LW_CHART_MOST));
        }
    }
    return s;
}

static bool within(const mark *m, double from_s, double from_GBps, double times_s, double times_GBps) {
    return m->time_s >= from_s && m->time_s <= from_s * times_s && m->rate_GBps >= from_GBps &&
           m->rate_GBps <= from_GBps * times_GBps;
}

// Most links of a machine lie close together, and a few far away. When a small window of the plane
// holds most marks, it is drawn enlarged beside the whole: the window that begins at some mark's
// time and some mark's rate and holds the most.
static void find_cluster(plane *p) {
    static const double window = 0.36;  // of each axis
    static const double worth = 0.6;    // of the marks
    static const double far = 1000.0;   // times: so wide an axis shows few marks as badly as many
    enum { MARKS_LEAST = 16, MARKS_LEAST_FAR = 4 };
    span time = span_of(p, false, true);
    span rate = span_of(p, false, false);
    double times_s = pow(time.high / time.low, window);
    double times_GBps = pow(rate.high / rate.low, window);
    const mark *best[2] = {NULL, NULL};
    p->near_count = 0;
    for (size_t i = 0; i < p->count; i++) {
        for (size_t k = 0; k < p->count; k++) {
            size_t held = 0;
            for (size_t m = 0; m < p->count; m++) {
                held += within(&p->mark[m], p->mark[i].time_s, p->mark[k].rate_GBps, times_s, times_GBps) ? 1 : 0;
            }
            if (held > p->near_count) {
                p->near_count = held;
                best[0] = &p->mark[i];
                best[1] = &p->mark[k];
            }
        }
    }
    const bool wide = time.high > far * time.low || rate.high > far * rate.low;
    if (p->near_count < (wide ? MARKS_LEAST_FAR : MARKS_LEAST) || (double)p->near_count < worth * (double)p->count ||
        p->near_count == p->count) {
        p->near_count = 0;
        return;
    }
    for (size_t m = 0; m < p->count; m++) {
        p->near[m] = within(&p->mark[m], best[0]->time_s, best[1]->rate_GBps, times_s, times_GBps);
    }
}

// ---- Scales ----

// Room around the outermost marks, for names at their sides and so that few marks do not lie on the
// frame. Ends are not rounded: between marks of one latency and the next round ones lies little.
static span with_room(span s, double share, double least) {
    const double room = fmax(least, pow(s.high / s.low, share));
    return (span){s.low / room, s.high * room};
}

static span shared_span(span a, span b) {
    return (span){fmax(a.low, b.low), fmin(a.high, b.high)};
}

static void fit_scales(plane *p, bool near_only) {
    static const double share = 0.07, least_s = 1.25, least_GBps = 1.2;
    span time = with_room(span_of(p, false, true), share, least_s);
    span rate = with_room(span_of(p, false, false), share, least_GBps);
    if (near_only) {  // a part of the whole
        time = shared_span(time, with_room(span_of(p, true, true), 2 * share, least_s));
        rate = shared_span(rate, with_room(span_of(p, true, false), share, least_GBps));
    }
    p->axes.x = (lw_scale){LW_SCALE_LOG, time.low, time.high, 0.0, 1.0};
    p->axes.y = (lw_scale){LW_SCALE_LOG, rate.low, rate.high, 1.0, 0.0};
    p->axes.x_writer = lw_tick_seconds;
    p->axes.y_writer = lw_tick_plain;
}

// What lies in the window without having made it belongs to it.
static void take_in(plane *p) {
    for (size_t i = 0; i < p->count; i++) {
        const mark *m = &p->mark[i];
        p->near[i] = m->time_s >= p->axes.x.low && m->time_s <= p->axes.x.high && m->rate_GBps >= p->axes.y.low &&
                     m->rate_GBps <= p->axes.y.high;
    }
}

// ---- Diagonals ----

// The exponent of 2 between neighbouring diagonals: as few as tell the product apart, on round
// sizes.
static int diagonal_step(double low, double high) {
    static const int steps[] = {1, 2, 5, 10, 20, 50, 100, 200};
    size_t at = 0;
    while (at + 1 < sizeof steps / sizeof steps[0] && (log2(high) - log2(low)) / steps[at] > 8.0) {
        at++;
    }
    return steps[at];
}

static bool on_a_mark(const plane *p, lw_box box) {
    for (size_t i = 0; i < p->count; i++) {
        lw_xy at = on_page(p, p->mark[i].time_s, p->mark[i].rate_GBps);
        if (at.x > box.left - MARK_SIZE && at.x < box.right + MARK_SIZE && at.y > box.top - MARK_SIZE &&
            at.y < box.bottom + MARK_SIZE) {
            return true;
        }
    }
    return false;
}

static bool on_a_name(const plane *p, lw_box box) {
    for (size_t i = 0; i < p->obstacle_count; i++) {
        const lw_box *other = &p->obstacle[i];
        if (box.left < other->right + 6.0 && other->left < box.right + 6.0 && box.top < other->bottom &&
            other->top < box.bottom) {
            return true;
        }
    }
    return false;
}

// The name of a diagonal stands in the line, at its lower end or as far up as it must to keep clear
// of marks and other names.
static lw_status name_diagonal(plane *p, double bytes, lw_xy upper, lw_xy lower) {
    char size[LW_TICK_TEXT];
    lw_tick_size(bytes, size);
    const char *text = lw_arena_print(p->canvas->arena, "%s in flight", size);
    if (text == NULL) {
        return LW_NO_MEMORY;
    }
    const lw_box *plot = &p->axes.plot;
    const double width = lw_text_width(p->canvas->metrics, text, LW_SIZE_SMALL, false);
    const double from_end = (8.0 + width / 2) / (lower.x - upper.x);  // in shares of the line
    for (double share = 1.0 - from_end; share > 0.25 && p->obstacle_count < DIAGONALS_MAX; share -= 0.05) {
        const lw_xy middle = {upper.x + share * (lower.x - upper.x), upper.y + share * (lower.y - upper.y)};
        const lw_box box = {middle.x - width / 2, middle.y - 0.6 * LW_SIZE_SMALL, middle.x + width / 2,
                            middle.y + 0.6 * LW_SIZE_SMALL};
        const bool inside = box.left > plot->left + 4.0 && box.top > plot->top && box.bottom < plot->bottom;
        if (inside && !on_a_mark(p, box) && !on_a_name(p, box)) {
            lw_draw_rect(p->canvas->draw, (lw_rect){box.left - 3.0, box.top, width + 6.0, box.bottom - box.top},
                         LW_ROLE_BACKGROUND, (lw_stroke){0});
            lw_draw_text(p->canvas->draw, middle.x, middle.y + 0.36 * LW_SIZE_SMALL,
                         lw_font_of(LW_SIZE_SMALL, LW_ROLE_MUTED, LW_ANCHOR_MIDDLE), text);
            p->obstacle[p->obstacle_count++] = box;
            return LW_OK;
        }
    }
    return LW_OK;  // no room: the line stays without a name
}

// From the upper left to the lower right end of a diagonal.
static void diagonal_of(const plane *p, int power, lw_xy *upper, lw_xy *lower) {
    const double product = ldexp(1.0, power) / 1e9;  // GB/s times s
    const double from_s = fmax(p->axes.x.low, product / p->axes.y.high);
    const double to_s = fmin(p->axes.x.high, product / p->axes.y.low);
    *upper = on_page(p, from_s, product / from_s);
    *lower = on_page(p, to_s, product / to_s);
}

static lw_status draw_diagonals(plane *p) {
    const double low = p->axes.x.low * p->axes.y.low * 1e9;
    const double high = p->axes.x.high * p->axes.y.high * 1e9;
    const int step = diagonal_step(low, high);
    const int first = (int)ceil(log2(low) / step) * step;
    lw_xy upper, lower;
    p->obstacle_count = 0;
    lw_draw_group(p->canvas->draw, NULL, "diagonals", "bytes in flight: bandwidth times latency");
    for (int power = first; power < log2(high); power += step) {
        diagonal_of(p, power, &upper, &lower);
        lw_draw_line(p->canvas->draw, upper.x, upper.y, lower.x, lower.y, (lw_stroke){LW_ROLE_AXIS, 0.75, LW_DASH_DOTS});
    }
    for (int power = first; power < log2(high); power += step) {
        diagonal_of(p, power, &upper, &lower);
        if (power >= 0 && hypot(lower.x - upper.x, lower.y - upper.y) > 150.0) {
            LW_TRY(name_diagonal(p, ldexp(1.0, power), upper, lower));
        }
    }
    lw_draw_ungroup(p->canvas->draw);
    return LW_OK;
}

// ---- Marks ----

// The mark says how a link is known; that it is speculative is said in words too.
static const char *name_of(const plane *p, const lw_series *series) {
    lw_series shown = *series;
    if (series->evidence != LW_SPECULATIVE) {
        shown.name = shown.plain;
    }
    return lw_series_name_fit(p->canvas, &shown, LW_SIZE_TICK, false, NAME_MOST);
}

// Which part of a panel is drawn.
typedef enum view { VIEW_ALL, VIEW_OVERVIEW, VIEW_CLUSTER } view;

static bool is_shown(const plane *p, view which, size_t index) {
    return which != VIEW_CLUSTER || p->near[index];
}

static lw_status place_names(const plane *p, view which, lw_callout *callout, const char **name) {
    for (size_t i = 0; i < p->count; i++) {
        bool named = which == VIEW_OVERVIEW ? !p->near[i] : is_shown(p, which, i);
        name[i] = named ? name_of(p, p->mark[i].series) : "";
        if (name[i] == NULL) {
            return LW_NO_MEMORY;
        }
        callout[i] = (lw_callout){.mark = on_page(p, p->mark[i].time_s, p->mark[i].rate_GBps),
                                  .radius = MARK_SIZE * 0.6,
                                  .width = lw_text_width(p->canvas->metrics, name[i], LW_SIZE_TICK, false),
                                  .height = LW_SIZE_TICK};
    }
    if (lw_callouts_place(callout, p->count, p->obstacle, p->obstacle_count, p->axes.plot) > 0) {
        return lw_error(p->chart->diags, p->chart->request->place, "give it more width: and height:, or compare fewer links",
                        "the chart of %.0f x %.0f has no room for the names of %zu links", p->canvas->width, p->canvas->height,
                        p->count);
    }
    return LW_OK;
}

// From the bad to the good end of what is uncertain, as far as the view reaches.
static bool whisker_of(const plane *p, size_t index, lw_box *out) {
    const mark *m = &p->mark[index];
    const lw_xy upper = on_page(p, m->time_s, fmin(m->high_GBps, p->axes.y.high));
    const lw_xy lower = on_page(p, m->time_s, fmax(m->low_GBps, p->axes.y.low));
    const double half = MARK_SIZE / 3;
    *out = (lw_box){upper.x - half, upper.y, upper.x + half, lower.y};
    return m->low_GBps < m->high_GBps;
}

static void draw_whiskers(const plane *p, view which) {
    for (size_t i = 0; i < p->count; i++) {
        lw_box box;
        if (!is_shown(p, which, i) || !whisker_of(p, i, &box)) {
            continue;
        }
        const lw_stroke line = {lw_role_of(p->mark[i].series->hue, LW_SHADE_FIRST), 1.25, LW_DASH_SOLID};
        const double x = (box.left + box.right) / 2;
        lw_draw_line(p->canvas->draw, x, box.top, x, box.bottom, line);
        lw_draw_line(p->canvas->draw, box.left, box.top, box.right, box.top, line);
        if (p->mark[i].low_GBps >= p->axes.y.low) {  // else it goes on
            lw_draw_line(p->canvas->draw, box.left, box.bottom, box.right, box.bottom, line);
        }
    }
}

static void keep_clear_of_whiskers(plane *p, view which) {
    for (size_t i = 0; i < p->count; i++) {
        lw_box box;
        if (is_shown(p, which, i) && whisker_of(p, i, &box)) {
            p->obstacle[p->obstacle_count++] = box;
        }
    }
}

static lw_status draw_spot(const plane *p, const mark *m, lw_xy at) {
    char rate[LW_TICK_TEXT], low[LW_TICK_TEXT], high[LW_TICK_TEXT], time[LW_TICK_TEXT];
    lw_rate_digits(m->rate_GBps, rate);
    lw_rate_digits(m->low_GBps, low);
    lw_rate_digits(m->high_GBps, high);
    lw_seconds_digits(m->time_s, time);
    const char *band = m->low_GBps < m->high_GBps ? lw_arena_print(p->canvas->arena, " (%s to %s)", low, high) : "";
    const char *text =
        band != NULL ? lw_arena_print(p->canvas->arena, "%s: %s%s, latency %s", m->series->name, rate, band, time) : NULL;
    if (text == NULL) {
        return LW_NO_MEMORY;
    }
    lw_draw_spot(p->canvas->draw, (lw_rect){at.x - MARK_SIZE, at.y - MARK_SIZE, 2 * MARK_SIZE, 2 * MARK_SIZE}, text);
    return LW_OK;
}

static lw_status draw_marks(const plane *p, view which) {
    lw_callout *callout = LW_NEW_ARRAY(p->canvas->arena, lw_callout, p->count);
    const char **name = LW_NEW_ARRAY(p->canvas->arena, const char *, p->count);
    if (callout == NULL || name == NULL) {
        return LW_NO_MEMORY;
    }
    LW_TRY(place_names(p, which, callout, name));
    lw_draw *draw = p->canvas->draw;
    for (size_t i = 0; i < p->count; i++) {  // no grid or diagonal strikes a name through
        const lw_box *box = &callout[i].box;
        if (callout[i].width > 0.0) {
            lw_draw_rect(draw, (lw_rect){box->left - 1.0, box->top - 1.0, callout[i].width + 2.0, callout[i].height + 2.0},
                         LW_ROLE_BACKGROUND, (lw_stroke){0});
        }
    }
    draw_whiskers(p, which);
    for (size_t i = 0; i < p->count; i++) {  // leaders below all marks
        if (callout[i].width > 0.0 && callout[i].has_leader) {
            lw_draw_line(draw, callout[i].mark.x, callout[i].mark.y, callout[i].elbow.x, callout[i].elbow.y,
                         (lw_stroke){LW_ROLE_AXIS, 0.75, LW_DASH_SOLID});
        }
    }
    for (size_t i = 0; i < p->count; i++) {
        const lw_series *series = p->mark[i].series;
        if (is_shown(p, which, i)) {
            lw_draw_group(draw, NULL, "series", series->name);
            draw_look(draw, callout[i].mark, look_of(series->evidence), lw_role_of(series->hue, LW_SHADE_FIRST));
            lw_draw_text(draw, callout[i].box.left, callout[i].box.bottom - 0.18 * LW_SIZE_TICK,
                         lw_font_of(LW_SIZE_TICK, lw_role_of(series->hue, LW_SHADE_TEXT), LW_ANCHOR_START), name[i]);
            LW_TRY(draw_spot(p, &p->mark[i], callout[i].mark));
            lw_draw_ungroup(draw);
        }
    }
    return LW_OK;
}

// ---- The whole ----

// What the shapes mean, of those that the chart has.
static void draw_key(const plane *p, lw_box row) {
    const lw_chart_data *data = p->chart->data;
    lw_draw *draw = p->canvas->draw;
    double x = row.left + MARK_SIZE / 2;
    double y = row.top + KEY_HEIGHT / 2;
    lw_draw_group(draw, "key", "key", NULL);
    for (int which = 0; which < LOOKS; which++) {
        bool used = false;
        for (size_t i = 0; i < data->series_count; i++) {
            used = used || look_of(data->series[i].evidence) == (look)which;
        }
        double width = lw_text_width(p->canvas->metrics, looks[which].name, LW_SIZE_TICK, false);
        if (used && x + MARK_SIZE + width < row.right) {
            draw_look(draw, (lw_xy){x, y}, (look)which, LW_ROLE_INK);
            lw_draw_text(draw, x + MARK_SIZE, y + LW_SIZE_TICK * 0.36, lw_font_of(LW_SIZE_TICK, LW_ROLE_INK, LW_ANCHOR_START),
                         looks[which].name);
            x += MARK_SIZE + width + 28.0;
        }
    }
    lw_draw_ungroup(draw);
}

// A frame in the overview around what is enlarged, and lines to the view beside it.
static void draw_window(const plane *p) {
    lw_stroke line = {LW_ROLE_AXIS, 1.0, LW_DASH_SOLID};
    const lw_box *enlarged = &p->cluster.plot;
    lw_xy upper = on_page(p, p->cluster.x.low, p->cluster.y.high);
    lw_xy lower = on_page(p, p->cluster.x.high, p->cluster.y.low);
    lw_draw *draw = p->canvas->draw;
    lw_draw_group(draw, NULL, "window", "enlarged beside");
    lw_draw_rect(draw, (lw_rect){upper.x, upper.y, lower.x - upper.x, lower.y - upper.y}, LW_ROLE_NONE, line);
    line = (lw_stroke){LW_ROLE_GRID, 1.5, LW_DASH_SOLID};
    lw_draw_line(draw, lower.x, upper.y, enlarged->left, enlarged->top, line);
    lw_draw_line(draw, lower.x, lower.y, enlarged->left, enlarged->bottom, line);
    lw_draw_ungroup(draw);
}

static lw_status draw_view(plane *p, view which, lw_box box) {
    fit_scales(p, which == VIEW_CLUSTER);
    lw_box *plot = &p->axes.plot;
    *plot = (lw_box){box.left, box.top + PANEL_TITLE + LW_AXES_ABOVE, box.right, box.bottom - LW_AXES_BELOW};
    p->axes.y.start = plot->bottom;
    p->axes.y.finish = plot->top;
    plot->left += lw_axes_label_width(p->canvas, &p->axes);
    if (plot->right - plot->left < PLOT_LEAST || plot->bottom - plot->top < PLOT_LEAST) {
        return lw_error(p->chart->diags, p->chart->request->place, "give it more width: and height:, or leave them out",
                        "the chart of %.0f x %.0f is too small for what it shows", p->canvas->width, p->canvas->height);
    }
    const bool roomy = lw_text_width(p->canvas->metrics, p->time_title, LW_SIZE_TICK, false) < plot->right - plot->left;
    p->axes.x_title = roomy ? p->time_title : "Latency";
    p->axes.x.start = plot->left;
    p->axes.x.finish = plot->right;
    lw_axes_draw(p->canvas, &p->axes);
    if (which == VIEW_CLUSTER) {
        take_in(p);
        p->cluster = p->axes;
    } else if (which == VIEW_OVERVIEW) {
        draw_window(p);
    }
    LW_TRY(draw_diagonals(p));
    keep_clear_of_whiskers(p, which);
    return draw_marks(p, which);
}

static lw_status draw_panel(plane *p, const lw_panel *panel, size_t index, lw_box box) {
    LW_TRY(collect_marks(p, panel));
    if (p->count == 0) {
        return lw_error(p->chart->diags, p->chart->request->place, "sweep a small and a large size, such as [64 B, 1 GiB]",
                        "there is nothing to draw: the plane needs transfers of two sizes");
    }
    char size[LW_TICK_TEXT];
    lw_tick_size((double)panel->curve[0].least->bytes, size);
    p->time_title = lw_arena_print(p->canvas->arena, "Time of a transfer of %s, less its bytes at full bandwidth", size);
    p->axes.y_title = "Bandwidth of a long transfer (GB/s)";
    if (p->time_title == NULL) {
        return LW_NO_MEMORY;
    }
    lw_draw *draw = p->canvas->draw;
    lw_draw_group(draw, lw_arena_print(p->canvas->arena, "panel-%zu", index + 1), "panel", panel->title);
    lw_draw_text(draw, box.left, box.top + LW_SIZE_LABEL, lw_font_bold(LW_SIZE_LABEL, LW_ROLE_INK, LW_ANCHOR_START),
                 panel->title);
    find_cluster(p);
    fit_scales(p, false);
    p->axes.y.start = box.bottom - box.top;
    p->axes.y.finish = 0.0;
    const double beside = OVERVIEW_SHARE * (box.right - box.left) - lw_axes_label_width(p->canvas, &p->axes);
    bool two = p->near_count > 0 && p->chart->data->panel_count == 1 && beside >= PLOT_LEAST;
    if (two) {
        lw_box right = box;
        right.left += OVERVIEW_SHARE * (box.right - box.left) + PANEL_GAP;
        box.right = right.left - PANEL_GAP;
        LW_TRY(draw_view(p, VIEW_CLUSTER, right));
        LW_TRY(draw_view(p, VIEW_OVERVIEW, box));
    } else {
        LW_TRY(draw_view(p, VIEW_ALL, box));
    }
    lw_draw_ungroup(draw);
    return LW_OK;
}

static bool has_whiskers(const plane *p) {
    const lw_chart_data *data = p->chart->data;
    for (size_t i = 0; i < data->panel_count; i++) {
        for (size_t k = 0; k < data->panel[i].curve_count; k++) {
            mark m;
            if (mark_of(&data->panel[i].curve[k], &m) && m.low_GBps < m.high_GBps) {
                return true;
            }
        }
    }
    return false;
}

// As large as its marks and their names need.
void lw_plane_size(const lw_chart *chart, double *width, double *height) {
    static const struct {
        size_t marks;
        double width, height;
    } sizes[] = {{8, 1040.0, 640.0}, {16, 1160.0, 760.0}, {SIZE_MAX, 1360.0, 900.0}};
    const lw_chart_data *data = chart->data;
    size_t most = 0;
    for (size_t i = 0; i < data->panel_count; i++) {
        most = data->panel[i].curve_count > most ? data->panel[i].curve_count : most;
    }
    size_t at = 0;
    while (sizes[at].marks < most) {
        at++;
    }
    *width = data->panel_count > 1 ? 1600.0 : sizes[at].width;
    const size_t rows = (data->panel_count + 1) / 2;
    *height = sizes[at].height * (double)rows;
}

lw_status lw_plane_draw(const lw_chart *chart, const lw_canvas *canvas) {
    static const char meaning[] =
        "A mark is one link (a route through a switch takes two of them): right is slower to answer, up is more a second. Dotted "
        "diagonals: bytes in flight when the link is full; transfers of that size reach half of the bandwidth";
    const lw_chart_data *data = chart->data;
    const char *own = chart->request->subtitle;
    plane p = {.chart = chart, .canvas = canvas};
    const char *subtitle = own != NULL && own[0] != '\0'
                               ? own
                               : lw_arena_print(canvas->arena, "%s%s", meaning,
                                                has_whiskers(&p) ? ". Whiskers: how uncertain the bandwidth is" : "");
    if (subtitle == NULL) {
        return LW_NO_MEMORY;
    }
    lw_box content = lw_frame_draw(canvas, chart->title, subtitle, "", chart->result);
    draw_key(&p, content);
    content.top += KEY_HEIGHT;
    size_t columns = data->panel_count > 1 ? 2 : 1;
    size_t rows = (data->panel_count + columns - 1) / columns;
    double width = (content.right - content.left - PANEL_GAP * (double)(columns - 1)) / (double)columns;
    double height = (content.bottom - content.top - PANEL_GAP * (double)(rows - 1)) / (double)rows;
    for (size_t i = 0; i < data->panel_count; i++) {
        const size_t row = i / columns;
        const size_t column = i % columns;
        double left = content.left + (width + PANEL_GAP) * (double)column;
        double top = content.top + (height + PANEL_GAP) * (double)row;
        LW_TRY(draw_panel(&p, &data->panel[i], i, (lw_box){left, top, left + width, top + height}));
    }
    return LW_OK;
}
