// SPDX-License-Identifier: GPL-3.0-or-later
// What the parts of a chart of curves share: its layout, and how its lines look.
#ifndef LW_CURVE_LINES_H
#define LW_CURVE_LINES_H

#include "plots/chart.h"

#define LW_PANEL_TITLE 22.0  // height of a panel's title
#define LW_DOT_SIZE 7.0
#define LW_OPEN_SIZE 9.0  // of the open marks that a line carries
#define LW_LINE_WIDTH 2.0
#define LW_CEILING_SHARE 0.2  // of the plot's width

// A line on the page, with everything that it stands for.
enum { LW_LINE_ROWS = 3 };
typedef struct lw_line {
    const lw_curve *curve;                 // is drawn: the first of the file
    const lw_curve *member[LW_LINES_MAX];  // it, and those that run in the same place
    size_t count;
    const char *name;               // of all of them
    const char *row[LW_LINE_ROWS];  // the same as it stands on the page
    size_t rows;
    const char *below;  // in small letters
} lw_line;

typedef struct lw_panel_lines {
    lw_line line[LW_LINES_MAX];
    size_t count;
} lw_panel_lines;

// What the panels have in common.
typedef struct lw_curves {
    const lw_chart *chart;
    const lw_canvas *canvas;
    lw_axes axes;           // scales with the plot of the panel at hand
    lw_panel_lines *lines;  // one a panel
    double label_width;     // of all panels
    bool second_line;       // labels have one
    size_t columns, rows;
    size_t panel_index;
    bool has_half, has_ceiling, has_dots, has_validation, has_crosses, has_band, has_failed, has_most;
} lw_curves;

static inline bool lw_is_loaded(const lw_curves *l) {
    return l->chart->request->kind == LW_CHART_LOADED_LATENCY;
}

static inline bool lw_is_time(const lw_curves *l) {
    return l->chart->request->kind == LW_CHART_TIME || lw_is_loaded(l);
}

static inline bool lw_is_margin(const lw_curves *l) {
    return l->chart->request->kind == LW_CHART_MARGIN;
}

static inline bool lw_is_over_distance(const lw_curves *l) {
    return l->chart->data->x_dimension == LW_LENGTH;
}

static inline lw_xy lw_on_page(const lw_curves *l, lw_xy at) {
    return (lw_xy){lw_scale_at(&l->axes.x, at.x), lw_scale_at(&l->axes.y, at.y)};
}

// Framing ceiling in GB/s, 0 when there is none to show.
double lw_ceiling_of(const lw_curves *l, const lw_curve *curve);
// The half-power size of a curve over sizes.
bool lw_half_of(const lw_curves *l, const lw_curve *curve, lw_xy *at);

// Curves that lie within a pixel of each other over their whole range, with all that says how
// certain they are, become one line. The scales reach over a plot as large as it may get.
lw_status lw_lines_find(lw_curves *l) LW_CHECKED;

// An open mark in the shape of the series: at the half-power size, else along the line and before
// its name.
void lw_draw_open_mark(const lw_curves *l, const lw_series *series, double x, double y, double size);
// A line in the look of the series.
void lw_draw_curve_line(const lw_curves *l, const lw_series *series, const lw_xy *points, size_t count, double width);
// Lines that nothing else tells apart carry open marks.
bool lw_told_apart(const lw_curves *l);

#endif
