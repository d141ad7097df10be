// SPDX-License-Identifier: GPL-3.0-or-later
// What a chart shows, as plain data: panels with one curve a series, and the measured points that
// belong on them.
#ifndef LW_CHART_DATA_H
#define LW_CHART_DATA_H

#include "plots/draw.h"
#include "plots/plots.h"

// The range of numbers that charts show; beyond it sums and differences of doubles overflow.
#define LW_CHART_LEAST 1e-300
#define LW_CHART_MOST 1e300

// Lines of one chart that can be told apart; rows and marks have their names beside them, so there
// may be more of these.
enum { LW_LINES_MAX = 12, LW_SERIES_MAX = 48, LW_PANELS_MAX = 4 };

// One thing that is compared: one look in all panels. Shades repeat after three of one hue and
// shapes after five, so that no two lines of a family look alike. Series of one hue that one swept
// number tells apart have steps of it instead, in the order of the number.
typedef struct lw_series {
    const char *value;  // of the series path, as the scenario names it
    const char *key;    // value and whatever else was swept: what tells it from the others
    // of the link: "PCIe 4.0 x16"; NULL when the result has none, or its points more than one
    const char *label;
    const char *link;   // "egpu"; NULL as label
    const char *name;   // what a reader sees, with the evidence where it is weak
    const char *plain;  // without it
    const char *id;     // for SVG: letters, digits, hyphens
    double number;      // of value, where it is one
    lw_hue hue;         // LW_HUE_GREY also when its points are about links of several families
    lw_shade shade;
    bool again;  // its shade was used before: lines then differ otherwise
    lw_shape shape;
    // of the link and its guests; from LW_ASSUMED on the line is dashed and its name says so
    lw_evidence evidence;
} lw_series;

typedef struct lw_sample {
    lw_xy at;
    double order;  // what was swept along the curve: x itself, or the load that gave x and y
    // of y, where the link says how uncertain it is, or of latency the median and 99 %; else both are y
    double low, high;
    double theory;       // of y: the mean latency of M/D/1; 0: none
    const char *choice;  // of a library: "ring, LL128"; NULL: none decides
    const char *mode;    // of a radio; NULL: none is on the route
    // no line joins it to the one before: between them nothing gets through, or the mode changes
    bool apart;
} lw_sample;

typedef struct lw_curve {
    size_t series;  // index; SIZE_MAX for measured points that belong to no series
    // of that series, with the link's own name where the curve is about one and the series about
    // several
    lw_series look;
    lw_sample *point;  // by growing order; y in GB/s or seconds
    size_t count, capacity;
    double *failed;  // x where nothing gets through
    size_t failed_count;
    bool has_band;       // some low or high is not y
    bool mixed;          // its points are about links with different labels
    bool several_modes;  // of a radio
    // x is what is transferred: time between points runs straight (Hockney)
    bool by_size;
    const lw_stage_result *stage;            // at the largest order; NULL when the result has none
    const lw_workload_result *least, *most;  // at the ends of the order; NULL for measured points
    double least_order, most_order;
    const lw_measured_series *measured;  // measured points; NULL for a curve of the model
    lw_shape shape;                      // of these
} lw_curve;

typedef struct lw_panel {
    const char *title;  // "host \u2192 gpu"
    const char *workload;
    const char *copy;   // "h2d", ... or NULL
    const char *value;  // of the panel path; "" without one
    lw_curve *curve;    // of the model, in the order of the series
    size_t curve_count;
    lw_curve *measured;
    size_t measured_count;
} lw_panel;

typedef struct lw_chart_data {
    const char *x_path;
    lw_dimension x_dimension;
    const char *x_unit;  // of the x values below; "" for plain numbers
    double x_in_base;    // one such unit in the base unit
    lw_series series[LW_SERIES_MAX];
    size_t series_count;
    lw_panel panel[LW_PANELS_MAX];
    size_t panel_count;
} lw_chart_data;

#endif
