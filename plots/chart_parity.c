// SPDX-License-Identifier: GPL-3.0-or-later
// Model against measured: a mark a point, on the diagonal where both agree. A column for each side of
// the tables, a row for rates, one for times and one for what is counted (tokens a second) or a share.
#include <math.h>
#include <string.h>

#include "plots/accuracy.h"

#define LEGEND_WIDTH 268.0
#define LEGEND_ROW 19.0
#define PANEL_TITLE 36.0  // side, and how far it is off
#define PANEL_GAP 26.0
#define PLOT_SIDE 400.0
#define AROUND 130.0  // head and foot

typedef enum quantity { QUANTITY_RATE, QUANTITY_TIME, QUANTITY_PLAIN, QUANTITIES } quantity;
static const char *const units[QUANTITIES] = {"GB/s", "\u00B5s", "tokens/s, or share of a frame rate"};

static quantity quantity_of(const lw_validation *table) {
    const lw_dimension dimension = table->metric->dimension;
    return dimension == LW_TIME ? QUANTITY_TIME : dimension == LW_RATE ? QUANTITY_RATE : QUANTITY_PLAIN;
}

typedef struct parity {
    const lw_sheet *sheet;
    bool has[QUANTITIES][2];  // by side
    double low[QUANTITIES], high[QUANTITIES];
    size_t rows, columns;
} parity;

static bool has_side(const parity *p, int side) {
    bool has = false;
    for (int q = 0; q < QUANTITIES; q++) {
        has = has || p->has[q][side];
    }
    return has;
}

static parity look_at(const lw_sheet *sheet) {
    parity p = {.sheet = sheet};
    for (int q = 0; q < QUANTITIES; q++) {
        p.low[q] = (double)INFINITY;
    }
    for (size_t t = 0; t < sheet->accuracy->tables.count; t++) {
        const lw_validation *table = &sheet->accuracy->tables.row[t];
        const quantity q = quantity_of(table);
        for (size_t i = 0; i < table->points; i++) {
            const lw_compared *at = &table->rows[i];
            if (lw_is_drawable(at)) {
                p.has[q][lw_is_validation(table)] = true;
                p.low[q] = fmin(p.low[q], fmin(at->measured, at->model));
                p.high[q] = fmax(p.high[q], fmax(at->measured, at->model));
            }
        }
    }
    for (int q = 0; q < QUANTITIES; q++) {
        p.rows += p.has[q][0] || p.has[q][1];
    }
    p.columns = (size_t)has_side(&p, 0) + (size_t)has_side(&p, 1);
    return p;
}

// The part of y = factor * x that lies on the axes.
static void draw_diagonal(const lw_canvas *canvas, const lw_axes *axes, double factor, lw_stroke stroke) {
    const double from = fmax(axes->x.low, axes->y.low / factor), to = fmin(axes->x.high, axes->y.high / factor);
    if (from < to) {
        lw_draw_line(canvas->draw, lw_scale_at(&axes->x, from), lw_scale_at(&axes->y, factor * from), lw_scale_at(&axes->x, to),
                     lw_scale_at(&axes->y, factor * to), stroke);
    }
}

static void draw_guides(const lw_canvas *canvas, const lw_axes *axes) {
    static const double near = 1.1, far = 2;
    const lw_box *plot = &axes->plot;
    const double low = axes->x.low, high = axes->x.high;
    const lw_xy strip[] = {{lw_scale_at(&axes->x, low), lw_scale_at(&axes->y, low * near)},
                           {lw_scale_at(&axes->x, high), lw_scale_at(&axes->y, high * near)},
                           {lw_scale_at(&axes->x, high), lw_scale_at(&axes->y, high / near)},
                           {lw_scale_at(&axes->x, low), lw_scale_at(&axes->y, low / near)}};
    lw_draw_group(canvas->draw, NULL, "guides", "equal; within 10 %; off by a factor of 2");
    lw_draw_clip(canvas->draw, plot->left, plot->top, plot->right - plot->left, plot->bottom - plot->top);
    lw_draw_shade(canvas->draw, strip, 4, LW_ROLE_INK);
    lw_draw_unclip(canvas->draw);
    draw_diagonal(canvas, axes, 1, (lw_stroke){LW_ROLE_AXIS, 1.0, LW_DASH_SOLID});
    draw_diagonal(canvas, axes, far, (lw_stroke){LW_ROLE_AXIS, 1.0, LW_DASH_DOTS});
    draw_diagonal(canvas, axes, 1 / far, (lw_stroke){LW_ROLE_AXIS, 1.0, LW_DASH_DOTS});
    const lw_font font = lw_font_of(LW_SIZE_SMALL, LW_ROLE_MUTED, LW_ANCHOR_END);
    lw_draw_text(canvas->draw, lw_scale_at(&axes->x, high / far) - 20.0, plot->top + LW_SIZE_SMALL + 2.0, font, "twice");
    lw_draw_text(canvas->draw, plot->right - 4.0, lw_scale_at(&axes->y, high / far) + 46.0, font, "half");
    lw_draw_ungroup(canvas->draw);
}

static void draw_points(const parity *p, const lw_axes *axes, quantity q, bool validation) {
    const lw_canvas *canvas = p->sheet->canvas;
    for (size_t t = 0; t < p->sheet->accuracy->tables.count; t++) {
        const lw_validation *table = &p->sheet->accuracy->tables.row[t];
        if (quantity_of(table) != q || lw_is_validation(table) != validation) {
            continue;
        }
        lw_draw_group(canvas->draw, NULL, "measured", table->name);
        for (size_t i = 0; i < table->points; i++) {
            const lw_compared *at = &table->rows[i];
            if (lw_is_drawable(at)) {
                lw_draw_compared(canvas, (lw_xy){lw_scale_at(&axes->x, at->measured), lw_scale_at(&axes->y, at->model)},
                                 lw_class_look_of(p->sheet, table), validation);
            }
        }
        lw_draw_ungroup(canvas->draw);
    }
}

// Median and 90 % of the points of a panel.
static const char *words_of(const parity *p, quantity q, bool validation) {
    lw_arena *arena = p->sheet->canvas->arena;
    size_t count = 0, most = 0;
    for (size_t i = 0; i < p->sheet->look_count; i++) {
        most += p->sheet->look[i].points[validation];
    }
    double *error = LW_NEW_ARRAY(arena, double, most);
    for (size_t t = 0; error != NULL && t < p->sheet->accuracy->tables.count; t++) {
        const lw_validation *table = &p->sheet->accuracy->tables.row[t];
        for (size_t i = 0; quantity_of(table) == q && lw_is_validation(table) == validation && i < table->points; i++) {
            error[count++] = fabs(table->rows[i].model / table->rows[i].measured - 1);
        }
    }
    const lw_spread spread = lw_spread_of(error, count);
    return error == NULL ? NULL
                         : lw_arena_print(arena, "%zu points, median off by %.1f %%, 90 %% within %.1f %%", count,
                                          100 * spread.median, 100 * spread.p90);
}

static lw_status draw_panel(const parity *p, quantity q, bool validation, lw_box box) {
    const lw_canvas *canvas = p->sheet->canvas;
    const lw_scale scale = lw_scale_fit(LW_SCALE_LOG, p->low[q], p->high[q], 0, 1);
    lw_axes axes = {.x = scale, .y = scale, .x_writer = lw_tick_plain, .y_writer = lw_tick_plain};
    axes.x_title = lw_arena_print(canvas->arena, "Measured (%s)", units[q]);
    axes.y_title = lw_arena_print(canvas->arena, "Model (%s)", units[q]);
    const char *title = validation ? "Validation side" : "Calibration side", *words = words_of(p, q, validation);
    if (axes.x_title == NULL || axes.y_title == NULL || words == NULL) {
        return LW_NO_MEMORY;
    }
    lw_axes_place(canvas, &axes, (lw_box){box.left, box.top + PANEL_TITLE, box.right, box.bottom});
    lw_draw_group(canvas->draw, NULL, "panel", title);
    lw_panel_head(canvas, box, title, words);
    lw_axes_draw(canvas, &axes);
    draw_guides(canvas, &axes);
    draw_points(p, &axes, q, validation);
    lw_draw_ungroup(canvas->draw);
    return LW_OK;
}

static lw_status draw_legend(const lw_sheet *sheet, double x, double y) {
    const lw_canvas *canvas = sheet->canvas;
    lw_draw_group(canvas->draw, "key", "key", NULL);
    lw_draw_text(canvas->draw, x, y + LW_SIZE_LABEL, lw_font_bold(LW_SIZE_LABEL, LW_ROLE_INK, LW_ANCHOR_START),
                 "Class: points of either side");
    y += 1.6 * LEGEND_ROW;
    for (size_t i = 0; i < sheet->look_count; i++, y += LEGEND_ROW) {
        const lw_class_look *look = &sheet->look[i];
        const char *points = look->points[0] == 0 ? lw_arena_print(canvas->arena, "%zu", look->points[1])
                             : look->points[1] == 0
                                 ? lw_arena_print(canvas->arena, "%zu", look->points[0])
                                 : lw_arena_print(canvas->arena, "%zu + %zu", look->points[0], look->points[1]);
        if (points == NULL) {
            return LW_NO_MEMORY;
        }
        const double counted = lw_text_width(canvas->metrics, points, LW_SIZE_TICK, false);
        const char *name =
            lw_text_fit(canvas->metrics, canvas->arena, look->name, LW_SIZE_TICK, false, LEGEND_WIDTH - 36.0 - counted);
        if (name == NULL) {
            return LW_NO_MEMORY;
        }
        const double baseline = y + LW_SIZE_TICK * 0.36;
        lw_draw_compared(canvas, (lw_xy){x + LW_ACCURACY_MARK, y}, look, look->points[0] == 0);
        lw_draw_text(canvas->draw, x + 20.0, baseline,
                     lw_font_of(LW_SIZE_TICK, lw_role_of(look->hue, LW_SHADE_TEXT), LW_ANCHOR_START), name);
        lw_draw_text(canvas->draw, x + LEGEND_WIDTH - 4.0, baseline, lw_font_of(LW_SIZE_TICK, LW_ROLE_MUTED, LW_ANCHOR_END),
                     points);
    }
    lw_draw_ungroup(canvas->draw);
    return LW_OK;
}

void lw_parity_size(const lw_sheet *sheet, double *width, double *height) {
    const parity p = look_at(sheet);
    const double columns = (double)(p.columns > 0 ? p.columns : 1), rows = (double)(p.rows > 0 ? p.rows : 1);
    *width = fmax(760.0, 48.0 + LEGEND_WIDTH + columns * (PLOT_SIDE + 56.0 + PANEL_GAP));
    *height = AROUND + fmax(rows * (PLOT_SIDE + PANEL_TITLE + LW_AXES_ABOVE + LW_AXES_BELOW) + (rows - 1) * PANEL_GAP,
                            PANEL_TITLE + LEGEND_ROW * (double)sheet->look_count);
}

lw_status lw_parity_draw(const lw_sheet *sheet, const lw_result *about) {
    const parity p = look_at(sheet);
    lw_box content = lw_frame_draw(sheet->canvas, about->title,
                                   "A mark is one measured point, its colour and shape the class of its table; filled: nothing "
                                   "was fitted to it. Shaded: within 10 %. Dotted: off by a factor of 2",
                                   "", about);
    LW_TRY(draw_legend(sheet, content.right - LEGEND_WIDTH, content.top));
    content.right -= LEGEND_WIDTH + PANEL_GAP;
    const double width = (content.right - content.left - PANEL_GAP * (double)(p.columns - 1)) / (double)p.columns;
    const double height = (content.bottom - content.top - PANEL_GAP * (double)(p.rows - 1)) / (double)p.rows;
    double top = content.top;
    for (int q = 0; q < QUANTITIES; q++) {
        double left = content.left;
        for (int side = 0; side < 2; side++) {
            if (p.has[q][side]) {
                LW_TRY(draw_panel(&p, (quantity)q, side == 1, (lw_box){left, top, left + width, top + height}));
            }
            left += has_side(&p, side) ? width + PANEL_GAP : 0;
        }
        top += p.has[q][0] || p.has[q][1] ? height + PANEL_GAP : 0;
    }
    return LW_OK;
}
