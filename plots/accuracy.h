// SPDX-License-Identifier: GPL-3.0-or-later
// What charts of the accuracy share: how a class of tables looks, and a point of them.
#ifndef LW_ACCURACY_H
#define LW_ACCURACY_H

#include "plots/frame.h"
#include "plots/plots.h"

#define LW_ACCURACY_MARK 7.0

// A class of tables. Classes whose names begin with the same word share a hue.
typedef struct lw_class_look {
    const char *name;
    lw_hue hue;
    lw_shade shade;
    lw_shape shape;
    size_t points[2];  // of calibration, of validation
} lw_class_look;

// What a chart draws on, and of what.
typedef struct lw_sheet {
    const lw_canvas *canvas;
    const lw_accuracy *accuracy;
    const lw_class_look *look;  // by name
    size_t look_count;
} lw_sheet;

lw_status lw_class_looks(const lw_validations *tables, lw_arena *arena, const lw_class_look **out, size_t *count) LW_CHECKED;
const lw_class_look *lw_class_look_of(const lw_sheet *sheet, const lw_validation *table);

// Nothing is fitted to it: its points are filled.
bool lw_is_validation(const lw_validation *table);
// Can an axis of logarithms show it?
bool lw_is_drawable(const lw_compared *at);
void lw_draw_compared(const lw_canvas *canvas, lw_xy at, const lw_class_look *look, bool filled);

// Each lays out and draws; the subtitle is theirs. lw_fits_draw: the tables from..to of a fit.
void lw_parity_size(const lw_sheet *sheet, double *width, double *height);
lw_status lw_parity_draw(const lw_sheet *sheet, const lw_result *about) LW_CHECKED;
void lw_residuals_size(const lw_sheet *sheet, double *width, double *height);
lw_status lw_residuals_draw(const lw_sheet *sheet, const lw_result *about) LW_CHECKED;
typedef struct lw_fit_part {
    const lw_calibration *fit;
    size_t from, to;
    const char *title;
} lw_fit_part;
void lw_fit_size(const lw_fit_part *part, double *width, double *height);
lw_status lw_fit_draw(const lw_canvas *canvas, const lw_fit_part *part, const lw_result *about) LW_CHECKED;

// The same as lw_accuracy_render with other metrics, for tests.
lw_status lw_accuracy_render_with(const lw_accuracy_request *request, const lw_accuracy *accuracy, const lw_font_metrics *metrics,
                                  lw_arena *arena, lw_picture *out) LW_CHECKED;
// The name of a panel in bold, and what is said of it below.
void lw_panel_head(const lw_canvas *canvas, lw_box box, const char *name, const char *words);
// Put axes into a box, with room for what stands around them.
void lw_axes_place(const lw_canvas *canvas, lw_axes *axes, lw_box box);
// A logarithmic axis of model over measured, told as a signed error: -50 %, 0, +100 %.
void lw_tick_error(double ratio, char *text);

#endif
