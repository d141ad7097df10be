// SPDX-License-Identifier: GPL-3.0-or-later
// What every chart has around its data: background, title, subtitle, foot, axes.
#ifndef LW_FRAME_H
#define LW_FRAME_H

#include "plots/draw.h"
#include "plots/font_metrics.h"
#include "plots/plots.h"
#include "plots/scale.h"

typedef struct lw_box {
    double left, top, right, bottom;
} lw_box;

// Where a chart is drawn, and with what.
typedef struct lw_canvas {
    lw_draw *draw;
    const lw_font_metrics *metrics;
    lw_arena *arena;
    double width, height;
} lw_canvas;

// Shorthands for the texts of a chart.
lw_font lw_font_of(double size, lw_role role, lw_anchor anchor);
lw_font lw_font_bold(double size, lw_role role, lw_anchor anchor);

// Paint background, title, what hardware was simulated, subtitle and foot (a note about sources,
// may be "", then version, file and hash) and give back the space between them. The title may take
// two lines, the subtitle three.
lw_box lw_frame_draw(const lw_canvas *canvas, const char *title, const char *subtitle, const char *note, const lw_result *result);

// What a title of more than one line, and a subtitle of more than two, add to the height of a
// picture whose size suits its content. subtitle: NULL where none was asked for.
double lw_frame_extra_height(const lw_canvas *canvas, const char *title, const char *subtitle, const lw_result *result);

typedef struct lw_axes {
    lw_box plot;  // the data rectangle
    lw_scale x, y;
    lw_tick_writer x_writer, y_writer;
    const char *x_title;
    const char *y_title;  // stands above the axis, so that nobody has to turn the head
} lw_axes;

// How far the labels of the y axis reach to the left of the plot.
double lw_axes_label_width(const lw_canvas *canvas, const lw_axes *axes);
// Grid, ticks, labels and titles.
void lw_axes_draw(const lw_canvas *canvas, const lw_axes *axes);
// Only the x axis, for charts whose rows are no axis.
void lw_x_axis_draw(const lw_canvas *canvas, const lw_box *plot, const lw_scale *scale, lw_tick_writer writer, const char *title);

// Space that lw_axes_draw needs below the plot, and above it for the y title.
#define LW_AXES_BELOW 40.0
#define LW_AXES_ABOVE 22.0

#endif
