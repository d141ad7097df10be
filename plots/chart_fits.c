// SPDX-License-Identifier: GPL-3.0-or-later
// A fit of presets: a panel a table, measured marks on the line of the fitted model, and how well the
// tables know that line.
#include <math.h>

#include "plots/accuracy.h"

#define PANEL_WIDTH 300.0
#define PANEL_HEIGHT 216.0
#define PANEL_TITLE 36.0  // name, and how far it is off
#define PANEL_GAP 22.0
#define AROUND 150.0
#define BANDS 2.0  // standard errors to either side
enum { COLUMNS_MOST = 4 };

static size_t columns_of(const lw_fit_part *part) {
    const size_t count = part->to - part->from;
    return count < COLUMNS_MOST ? count : COLUMNS_MOST;
}

static double edge_of(const lw_compared *at, double errors) {
    return at->model * exp(errors * at->error);
}

// Axes around what is drawn of a table.
static lw_axes axes_of(const lw_validation *table, lw_arena *arena) {
    double least = (double)INFINITY, most = 0, low = (double)INFINITY, high = 0;
    for (size_t i = 0; i < table->points; i++) {
        const lw_compared *at = &table->rows[i];
        if (lw_is_drawable(at)) {
            least = fmin(least, at->x);
            most = fmax(most, at->x);
            low = fmin(low, fmin(at->measured, edge_of(at, -BANDS)));
            high = fmax(high, fmax(at->measured, edge_of(at, BANDS)));
        }
    }
    const bool none = high <= 0, time = table->metric->dimension == LW_TIME;
    const bool sizes = table->over_sizes && least > 0;
    low = none ? 1 : low;
    high = none ? 1 : high;
    return (lw_axes){.x = lw_scale_fit(sizes ? LW_SCALE_BYTES : LW_SCALE_LINEAR, none ? 1 : least, none ? 1 : most, 0, 1),
                     .y = lw_scale_fit(high / low >= 3 ? LW_SCALE_LOG : LW_SCALE_LINEAR, low, high, 1, 0),
                     .x_writer = sizes ? lw_tick_bytes : lw_tick_plain,
                     .y_writer = lw_tick_plain,
                     .x_title = sizes ? "Size (bytes)" : "As the table lists them",
                     .y_title = lw_arena_print(arena, "%s (%s)", time ? "Time" : "Bandwidth", time ? "\u00B5s" : "GB/s")};
}

static lw_xy on_page(const lw_axes *axes, double x, double y) {
    return (lw_xy){lw_scale_at(&axes->x, x), lw_scale_at(&axes->y, y)};
}

// From `first` on the points of one line: where x does not grow another value was varied, too.
static size_t line_from(const lw_validation *table, size_t first) {
    size_t to = first + 1;
    while (to < table->points && lw_is_drawable(&table->rows[to]) && table->rows[to].x > table->rows[to - 1].x) {
        to++;
    }
    return to;
}

static lw_status draw_line(const lw_canvas *canvas, const lw_axes *axes, const lw_compared *at, size_t count) {
    lw_xy *line = LW_NEW_ARRAY(canvas->arena, lw_xy, count);
    lw_xy *band = LW_NEW_ARRAY(canvas->arena, lw_xy, 2 * count);
    if (line == NULL || band == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        line[i] = on_page(axes, at[i].x, at[i].model);
        band[i] = on_page(axes, at[i].x, edge_of(&at[i], BANDS));
        band[2 * count - 1 - i] = on_page(axes, at[i].x, edge_of(&at[i], -BANDS));
    }
    const lw_role role = lw_role_of(LW_HUE_BLUE, LW_SHADE_FIRST);
    const lw_stroke stroke = {role, 2.0, LW_DASH_SOLID};
    if (count == 1) {
        lw_draw_line(canvas->draw, line[0].x, band[0].y, line[0].x, band[1].y, stroke);
        lw_draw_line(canvas->draw, line[0].x - 6.0, line[0].y, line[0].x + 6.0, line[0].y, stroke);
        return LW_OK;
    }
    lw_draw_shade(canvas->draw, band, 2 * count, role);
    lw_draw_path(canvas->draw, line, count, false, LW_ROLE_NONE, stroke);
    return LW_OK;
}

static lw_status draw_points(const lw_canvas *canvas, const lw_axes *axes, const lw_validation *table) {
    for (size_t first = 0; first < table->points;) {
        const size_t to = line_from(table, first);
        LW_TRY(lw_is_drawable(&table->rows[first]) ? draw_line(canvas, axes, &table->rows[first], to - first) : LW_OK);
        first = to;
    }
    for (size_t i = 0; i < table->points; i++) {
        const lw_compared *at = &table->rows[i];
        if (lw_is_drawable(at)) {
            lw_draw_marker(canvas->draw, on_page(axes, at->x, at->measured), LW_SHAPE_CIRCLE, LW_ACCURACY_MARK, LW_ROLE_INK,
                           (lw_stroke){LW_ROLE_BACKGROUND, 0.75, LW_DASH_SOLID});
        }
    }
    return LW_OK;
}

static lw_status draw_panel(const lw_canvas *canvas, const lw_validation *table, lw_box box) {
    lw_axes axes = axes_of(table, canvas->arena);
    const char *words = table->points == 1 ? lw_arena_print(canvas->arena, "1 point, off by %.1f %%", 100 * table->error.worst)
                                           : lw_arena_print(canvas->arena, "%zu points, median off by %.1f %%, worst %.1f %%",
                                                            table->points, 100 * table->error.median, 100 * table->error.worst);
    if (axes.y_title == NULL || words == NULL) {
        return LW_NO_MEMORY;
    }
    lw_axes_place(canvas, &axes, (lw_box){box.left, box.top + PANEL_TITLE, box.right, box.bottom});
    lw_draw_group(canvas->draw, NULL, "panel", table->label);
    lw_panel_head(canvas, box, table->name, words);
    lw_axes_draw(canvas, &axes);
    LW_TRY(draw_points(canvas, &axes, table));
    lw_draw_ungroup(canvas->draw);
    return LW_OK;
}

void lw_fit_size(const lw_fit_part *part, double *width, double *height) {
    const size_t columns = columns_of(part), rows = (part->to - part->from + columns - 1) / columns;
    *width = fmax(640.0, 48.0 + (double)columns * (PANEL_WIDTH + PANEL_GAP));
    *height = AROUND + (double)rows * (PANEL_HEIGHT + PANEL_GAP);
}

// "submit_hip 23.64 us +- 0.5 %, copy_rate_h2d ...": as many as the subtitle has room for.
static const char *values_of(const lw_calibration *fit, lw_arena *arena) {
    enum { NAMED_MOST = 5 };
    const char *text = "";
    for (size_t i = 0; i < fit->fitted_count && i < NAMED_MOST && text != NULL; i++) {
        const lw_fitted *row = &fit->fitted[i];
        text = isnan(row->error) ? lw_arena_print(arena, "%s%s%s %s", text, i > 0 ? ", " : "", row->key, row->value)
                                 : lw_arena_print(arena, "%s%s%s %s \u00B1 %.2g %%", text, i > 0 ? ", " : "", row->key,
                                                  row->value, 100 * row->error);
    }
    return text == NULL || fit->fitted_count <= NAMED_MOST
               ? text
               : lw_arena_print(arena, "%s and %zu more", text, fit->fitted_count - NAMED_MOST);
}

lw_status lw_fit_draw(const lw_canvas *canvas, const lw_fit_part *part, const lw_result *about) {
    const char *values = values_of(part->fit, canvas->arena);
    const char *subtitle =
        values == NULL ? NULL
                       : lw_arena_print(canvas->arena,
                                        "%s. Marks: measured. Lines: the fitted model. Shaded: two standard errors of the fit to "
                                        "either side. %.3g points a parameter",
                                        values, (double)part->fit->points / (double)part->fit->fitted_count);
    if (subtitle == NULL) {
        return LW_NO_MEMORY;
    }
    const lw_box content = lw_frame_draw(canvas, about->title, subtitle, "", about);
    const size_t columns = columns_of(part), rows = (part->to - part->from + columns - 1) / columns;
    const double width = (content.right - content.left - PANEL_GAP * (double)(columns - 1)) / (double)columns;
    const double height = (content.bottom - content.top - PANEL_GAP * (double)(rows - 1)) / (double)rows;
    for (size_t t = part->from; t < part->to; t++) {
        const size_t index = t - part->from, row = index / columns;
        const double left = content.left + (width + PANEL_GAP) * (double)(index % columns);
        const double top = content.top + (height + PANEL_GAP) * (double)row;
        LW_TRY(draw_panel(canvas, &part->fit->compared.row[t], (lw_box){left, top, left + width, top + height}));
    }
    return LW_OK;
}
