// SPDX-License-Identifier: GPL-3.0-or-later
// How far the model is off over what is moved: a panel a class, all on the same axes.
#include <math.h>
#include <string.h>

#include "plots/accuracy.h"

#define PANEL_WIDTH 254.0
#define PANEL_HEIGHT 190.0
#define PANEL_TITLE 42.0  // name, and how far it is off
#define COLUMN_GAP 44.0   // for the last label of one axis and the first of the next
#define ROW_GAP 16.0
#define AROUND 172.0      // head, foot, the titles of the axes
#define TITLE_BELOW 16.0  // of the lowest axes
#define FARTHEST 5.0      // what is off by more is drawn at the edge
enum { COLUMNS_MOST = 5 };

typedef struct residuals {
    const lw_sheet *sheet;
    lw_scale x, y;
    size_t rows, columns;
} residuals;

static residuals look_at(const lw_sheet *sheet) {
    residuals r = {.sheet = sheet};
    double low = (double)INFINITY, high = 0;
    for (size_t t = 0; t < sheet->accuracy->tables.count; t++) {
        const lw_validation *table = &sheet->accuracy->tables.row[t];
        for (size_t i = 0; i < table->points; i++) {
            const lw_compared *at = &table->rows[i];
            if (lw_is_drawable(at)) {
                low = fmin(low, fmax(1, at->bytes));
                high = fmax(high, fmax(1, at->bytes));
            }
        }
    }
    r.x = lw_scale_fit(LW_SCALE_BYTES, fmin(low, fmax(1, high)), fmax(1, high), 0, 1);
    r.y = lw_scale_fit(LW_SCALE_LOG, 1 / FARTHEST, FARTHEST, 1, 0);
    r.columns = sheet->look_count < COLUMNS_MOST ? sheet->look_count : COLUMNS_MOST;
    r.columns = r.columns > 0 ? r.columns : 1;
    r.rows = (sheet->look_count + r.columns - 1) / r.columns;
    return r;
}

static void write_nothing(double value, char *text) {
    (void)value;
    text[0] = '\0';
}

static bool is_of(const lw_validation *table, const lw_class_look *look) {
    return strcmp(lw_validation_class(table), look->name) == 0;
}

// Of each side its mark, the median of its errors and how many points it has.
static lw_status draw_medians(const residuals *r, const lw_class_look *look, double x, double y) {
    const lw_canvas *canvas = r->sheet->canvas;
    double *error = LW_NEW_ARRAY(canvas->arena, double, look->points[0] + look->points[1]);
    for (int side = 0; side < 2 && error != NULL; side++) {
        size_t count = 0;
        for (size_t t = 0; t < r->sheet->accuracy->tables.count; t++) {
            const lw_validation *table = &r->sheet->accuracy->tables.row[t];
            for (size_t i = 0; is_of(table, look) && lw_is_validation(table) == (side == 1) && i < table->points; i++) {
                error[count++] = fabs(table->rows[i].model / table->rows[i].measured - 1);
            }
        }
        const double median = 100 * lw_spread_of(error, count).median;
        const char *text = lw_arena_print(canvas->arena, "%.1f %% of %zu", median, count);
        if (text == NULL) {
            return LW_NO_MEMORY;
        }
        if (count > 0) {
            lw_draw_compared(canvas, (lw_xy){x + LW_ACCURACY_MARK / 2, y - LW_SIZE_SMALL * 0.36}, look, side == 1);
            x += LW_ACCURACY_MARK + 5.0;
            lw_draw_text(canvas->draw, x, y, lw_font_of(LW_SIZE_SMALL, LW_ROLE_MUTED, LW_ANCHOR_START), text);
            x += lw_text_width(canvas->metrics, text, LW_SIZE_SMALL, false) + 14.0;
        }
    }
    return error == NULL ? LW_NO_MEMORY : LW_OK;
}

static void draw_guides(const lw_canvas *canvas, const lw_axes *axes) {
    static const double near = 1.1;
    const lw_box *plot = &axes->plot;
    const double upper = lw_scale_at(&axes->y, near), lower = lw_scale_at(&axes->y, 1 / near), zero = lw_scale_at(&axes->y, 1);
    const lw_xy strip[] = {{plot->left, upper}, {plot->right, upper}, {plot->right, lower}, {plot->left, lower}};
    lw_draw_shade(canvas->draw, strip, 4, LW_ROLE_INK);
    lw_draw_line(canvas->draw, plot->left, zero, plot->right, zero, (lw_stroke){LW_ROLE_AXIS, 1.0, LW_DASH_SOLID});
}

static void draw_points(const residuals *r, const lw_axes *axes, const lw_class_look *look) {
    const lw_canvas *canvas = r->sheet->canvas;
    for (int side = 0; side < 2; side++) {  // filled marks on top
        for (size_t t = 0; t < r->sheet->accuracy->tables.count; t++) {
            const lw_validation *table = &r->sheet->accuracy->tables.row[t];
            if (!is_of(table, look) || lw_is_validation(table) != (side == 1)) {
                continue;
            }
            lw_draw_group(canvas->draw, NULL, "measured", table->name);
            for (size_t i = 0; i < table->points; i++) {
                const lw_compared *at = &table->rows[i];
                if (lw_is_drawable(at)) {
                    const double ratio = at->model / at->measured, shown = fmin(fmax(ratio, 1 / FARTHEST), FARTHEST);
                    lw_class_look mark = *look;
                    mark.shape = ratio > FARTHEST ? LW_SHAPE_TRIANGLE : ratio < shown ? LW_SHAPE_DOWN : look->shape;
                    lw_draw_compared(canvas, (lw_xy){lw_scale_at(&axes->x, fmax(1, at->bytes)), lw_scale_at(&axes->y, shown)},
                                     &mark, side == 1);
                }
            }
            lw_draw_ungroup(canvas->draw);
        }
    }
}

static lw_status draw_panel(const residuals *r, size_t index, lw_box box) {
    const lw_canvas *canvas = r->sheet->canvas;
    lw_class_look look = r->sheet->look[index];
    look.shape = LW_SHAPE_CIRCLE;  // its panel tells it from the others
    look.shade = LW_SHADE_FIRST;
    const size_t row = index / r->columns;
    const bool first = index % r->columns == 0, last = row + 1 == r->rows || index + r->columns >= r->sheet->look_count;
    lw_axes axes = {.x = r->x,
                    .y = r->y,
                    .x_writer = lw_tick_bytes,
                    .y_writer = first ? lw_tick_error : write_nothing,
                    .x_title = last ? "Bytes moved" : "",
                    .y_title = ""};
    axes.plot = (lw_box){box.left, box.top + PANEL_TITLE, box.right, box.bottom - LW_AXES_BELOW + TITLE_BELOW};
    axes.x.start = axes.plot.left;
    axes.x.finish = axes.plot.right;
    axes.y.start = axes.plot.bottom;
    axes.y.finish = axes.plot.top;
    const char *name = lw_text_fit(canvas->metrics, canvas->arena, look.name, LW_SIZE_LABEL, true, box.right - box.left);
    if (name == NULL) {
        return LW_NO_MEMORY;
    }
    lw_draw_group(canvas->draw, NULL, "panel", look.name);
    lw_draw_text(canvas->draw, box.left, box.top + LW_SIZE_LABEL,
                 lw_font_bold(LW_SIZE_LABEL, lw_role_of(look.hue, LW_SHADE_TEXT), LW_ANCHOR_START), name);
    LW_TRY(draw_medians(r, &look, box.left, box.top + LW_SIZE_LABEL + LW_SIZE_SMALL * 1.4));
    lw_axes_draw(canvas, &axes);
    draw_guides(canvas, &axes);
    draw_points(r, &axes, &look);
    lw_draw_ungroup(canvas->draw);
    return LW_OK;
}

void lw_residuals_size(const lw_sheet *sheet, double *width, double *height) {
    const residuals r = look_at(sheet);
    *width = fmax(700.0, 108.0 + (double)r.columns * (PANEL_WIDTH + COLUMN_GAP));
    *height = AROUND + (double)r.rows * (PANEL_HEIGHT + ROW_GAP);
}

lw_status lw_residuals_draw(const lw_sheet *sheet, const lw_result *about) {
    residuals r = look_at(sheet);
    lw_box content = lw_frame_draw(sheet->canvas, about->title,
                                   "A panel a class of measured tables, a mark a point: open where presets may be fitted to it, "
                                   "filled where nothing was. Up: the model says more than was measured; triangles: beyond the "
                                   "axis. Shaded: within 10 %. Below each name: median error, up or down, and points",
                                   "", about);
    const lw_axes labels = {.y = r.y, .y_writer = lw_tick_error};
    content.left += lw_axes_label_width(sheet->canvas, &labels);
    content.bottom -= TITLE_BELOW;
    const double width = (content.right - content.left - COLUMN_GAP * (double)(r.columns - 1)) / (double)r.columns;
    const double height = (content.bottom - content.top - ROW_GAP * (double)(r.rows - 1)) / (double)r.rows;
    for (size_t i = 0; i < sheet->look_count; i++) {
        const size_t row = i / r.columns;
        const double left = content.left + (width + COLUMN_GAP) * (double)(i % r.columns);
        const double top = content.top + (height + ROW_GAP) * (double)row;
        LW_TRY(draw_panel(&r, i, (lw_box){left, top, left + width, top + height}));
    }
    return LW_OK;
}
