// SPDX-License-Identifier: GPL-3.0-or-later
// The model beside measured tables: requests, and how their classes look.
#include "plots/accuracy.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plots/chart_data.h"

const char *const lw_accuracy_words[] = {"parity", "residuals", "fit", NULL};

enum { FIT_PANELS_MOST = 12 };

// ---- Classes ----

static int by_name(const void *a, const void *b) {
    return strcmp(((const lw_class_look *)a)->name, ((const lw_class_look *)b)->name);
}

static size_t first_word(const char *name) {
    return strcspn(name, "-");
}

// A hue for each first word; in it a shape for each class, and another shade after all shapes.
static void give_looks(lw_class_look *look, size_t count) {
    static const lw_hue hues[] = {LW_HUE_BLUE, LW_HUE_VERMILLION, LW_HUE_GREEN, LW_HUE_VIOLET, LW_HUE_AMBER, LW_HUE_PINK,
                                  LW_HUE_TEAL, LW_HUE_CRIMSON,    LW_HUE_NAVY,  LW_HUE_OLIVE,  LW_HUE_BROWN, LW_HUE_GREY};
    enum { HUES = sizeof hues / sizeof hues[0], SHAPES = LW_SHAPE_CROSS };
    size_t hue = 0, member = 0;
    for (size_t i = 0; i < count; i++) {
        const size_t length = first_word(look[i].name);
        const bool same = i > 0 && length == first_word(look[i - 1].name) && strncmp(look[i].name, look[i - 1].name, length) == 0;
        hue += i > 0 && !same;
        member = same ? member + 1 : 0;
        look[i].hue = hues[hue % HUES];
        look[i].shape = (lw_shape)(member % SHAPES);
        look[i].shade = (lw_shade)(member / SHAPES % LW_LINE_SHADES);
    }
}

lw_status lw_class_looks(const lw_validations *tables, lw_arena *arena, const lw_class_look **out, size_t *count) {
    lw_class_look *look = LW_NEW_ARRAY(arena, lw_class_look, tables->count);
    *count = 0;
    if (look == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t t = 0; t < tables->count; t++) {
        const lw_validation *table = &tables->row[t];
        size_t at = 0;
        while (at < *count && strcmp(look[at].name, lw_validation_class(table)) != 0) {
            at++;
        }
        if (at == *count) {
            look[(*count)++] = (lw_class_look){.name = lw_validation_class(table)};
        }
        look[at].points[lw_is_validation(table)] += table->points;
    }
    if (*count > 0) {
        qsort(look, *count, sizeof *look, by_name);
    }
    give_looks(look, *count);
    *out = look;
    return LW_OK;
}

const lw_class_look *lw_class_look_of(const lw_sheet *sheet, const lw_validation *table) {
    size_t at = 0;
    while (strcmp(sheet->look[at].name, lw_validation_class(table)) != 0) {
        at++;
    }
    return &sheet->look[at];
}

// ---- Points ----

bool lw_is_validation(const lw_validation *table) {
    return strcmp(table->use, "validate") == 0;
}

static bool is_shown(double value) {
    return value >= LW_CHART_LEAST && value <= LW_CHART_MOST;
}

bool lw_is_drawable(const lw_compared *at) {
    return is_shown(at->measured) && is_shown(at->model) && is_shown(at->model / at->measured);
}

void lw_draw_compared(const lw_canvas *canvas, lw_xy at, const lw_class_look *look, bool filled) {
    const lw_role role = lw_role_of(look->hue, look->shade);
    const lw_stroke rim = {filled ? LW_ROLE_BACKGROUND : role, filled ? 0.5 : 1.25, LW_DASH_SOLID};
    lw_draw_marker(canvas->draw, at, look->shape, LW_ACCURACY_MARK, filled ? role : LW_ROLE_NONE, rim);
}

void lw_panel_head(const lw_canvas *canvas, lw_box box, const char *name, const char *words) {
    const double width = box.right - box.left;
    const char *bold = lw_text_fit(canvas->metrics, canvas->arena, name, LW_SIZE_LABEL, true, width);
    const char *plain = lw_text_fit(canvas->metrics, canvas->arena, words, LW_SIZE_SMALL, false, width);
    if (bold == NULL || plain == NULL) {
        canvas->draw->status = LW_NO_MEMORY;
        return;
    }
    lw_draw_text(canvas->draw, box.left, box.top + LW_SIZE_LABEL, lw_font_bold(LW_SIZE_LABEL, LW_ROLE_INK, LW_ANCHOR_START),
                 bold);
    lw_draw_text(canvas->draw, box.left, box.top + LW_SIZE_LABEL + LW_SIZE_SMALL * 1.4,
                 lw_font_of(LW_SIZE_SMALL, LW_ROLE_MUTED, LW_ANCHOR_START), plain);
}

void lw_axes_place(const lw_canvas *canvas, lw_axes *axes, lw_box box) {
    axes->plot = (lw_box){box.left, box.top + LW_AXES_ABOVE, box.right, box.bottom - LW_AXES_BELOW};
    axes->y.start = axes->plot.bottom;  // how many labels fit decides how wide they are
    axes->y.finish = axes->plot.top;
    axes->plot.left += lw_axes_label_width(canvas, axes);
    axes->x.start = axes->plot.left;
    axes->x.finish = axes->plot.right;
}

void lw_tick_error(double ratio, char *text) {
    char digits[LW_TICK_TEXT];
    lw_number_short(100 * (ratio - 1), 3, digits);
    snprintf(text, LW_TICK_TEXT, "%s%.*s%s", ratio > 1 ? "+" : "", LW_TICK_TEXT - 4, digits, ratio == 1 ? "" : " %");
}

// ---- Pictures ----

// What is asked for of a fit; false: it has no such part.
static bool part_of(const lw_accuracy_request *request, const lw_accuracy *accuracy, lw_arena *arena, lw_fit_part *out) {
    if (request->fit >= accuracy->fits.count) {
        return false;
    }
    const lw_calibration *fit = &accuracy->fits.group[request->fit];
    *out = (lw_fit_part){.fit = fit, .from = request->part * FIT_PANELS_MOST};
    if (out->from >= fit->compared.count) {
        return false;
    }
    const size_t left = fit->compared.count - out->from;
    out->to = out->from + (left < FIT_PANELS_MOST ? left : FIT_PANELS_MOST);
    const char *of = fit->fitted_count == 1
                         ? lw_arena_print(arena, "%s, %s", fit->fitted[0].preset, fit->fitted[0].key)
                         : lw_arena_print(arena, "%s: %zu parameters", fit->fitted[0].preset, fit->fitted_count);
    const size_t parts = (fit->compared.count + FIT_PANELS_MOST - 1) / FIT_PANELS_MOST;
    out->title = of == NULL || parts == 1 ? of : lw_arena_print(arena, "%s (%zu of %zu)", of, request->part + 1, parts);
    return true;
}

static lw_status draw_all(const lw_accuracy_request *request, const lw_sheet *sheet, const lw_fit_part *part,
                          const lw_result *about) {
    return request->kind == LW_ACCURACY_PARITY      ? lw_parity_draw(sheet, about)
           : request->kind == LW_ACCURACY_RESIDUALS ? lw_residuals_draw(sheet, about)
                                                    : lw_fit_draw(sheet->canvas, part, about);
}

lw_status lw_accuracy_render_with(const lw_accuracy_request *request, const lw_accuracy *accuracy, const lw_font_metrics *metrics,
                                  lw_arena *arena, lw_picture *out) {
    static const struct {
        const char *title, *description;
    } texts[] = {{"Model against measured", "A mark a measured point: what was measured to the right, the model up"},
                 {"How far the model is off, over size", "A panel a class of measured tables: error of the model over size"},
                 {NULL, "A panel a measured table: marks measured, lines the fitted model"}};
    lw_canvas canvas = {.draw = LW_NEW(arena, lw_draw), .metrics = metrics, .arena = arena};
    lw_sheet sheet = {.canvas = &canvas, .accuracy = accuracy};
    lw_fit_part part = {0};
    *out = (lw_picture){0};
    if (canvas.draw == NULL) {
        return LW_NO_MEMORY;
    }
    if (request->kind == LW_ACCURACY_FIT ? !part_of(request, accuracy, arena, &part) : accuracy->tables.count == 0) {
        return LW_OK;
    }
    LW_TRY(lw_class_looks(&accuracy->tables, arena, &sheet.look, &sheet.look_count));
    const char *title = request->kind == LW_ACCURACY_FIT ? part.title : texts[request->kind].title;
    title = title != NULL ? lw_clean_utf8(arena, title) : NULL;
    if (title == NULL) {
        return LW_NO_MEMORY;
    }
    if (request->kind == LW_ACCURACY_PARITY) {
        lw_parity_size(&sheet, &canvas.width, &canvas.height);
    } else if (request->kind == LW_ACCURACY_RESIDUALS) {
        lw_residuals_size(&sheet, &canvas.width, &canvas.height);
    } else {
        lw_fit_size(&part, &canvas.width, &canvas.height);
    }
    lw_draw_begin(canvas.draw, arena);
    const lw_result about = {.tool_version = accuracy->tool_version, .title = title};
    LW_TRY(draw_all(request, &sheet, &part, &about));
    LW_TRY(canvas.draw->status);
    *out = (lw_picture){.width = canvas.width,
                        .height = canvas.height,
                        .draw = canvas.draw,
                        .theme = lw_theme_of(request->theme),
                        .title = title,
                        .description = texts[request->kind].description,
                        .font = metrics->family};
    return LW_OK;
}

lw_status lw_accuracy_render(const lw_accuracy_request *request, const lw_accuracy *accuracy, lw_arena *arena, lw_picture *out) {
    lw_font_metrics metrics;
    LW_TRY(lw_font_metrics_open(&metrics));
    const lw_status status = lw_accuracy_render_with(request, accuracy, &metrics, arena, out);
    lw_font_metrics_close(&metrics);
    return status;
}
