// SPDX-License-Identifier: GPL-3.0-or-later
// Charts for programs: a result in, a picture out, the picture as SVG, PNG or PDF bytes. Nothing
// here writes a file, prints or exits, and no function keeps state, so threads may draw at the same
// time.
//
//     lw_chart_request request;
//     LW_TRY(lw_chart_parse(item, &request, diags));            // one entry of the scenario's `charts:`
//     lw_picture picture;
//     LW_TRY(lw_chart_render(&request, &result, arena, diags, &picture));
//     lw_text svg = {0};
//     LW_TRY(lw_picture_svg(&picture, &svg, diags));             // then lw_file_write("bandwidth.svg", svg.bytes, svg.length,
//     ...) lw_text_free(&svg);
#ifndef LW_PLOTS_H
#define LW_PLOTS_H

#include "sim/base/arena.h"
#include "sim/base/diag.h"
#include "sim/base/text.h"
#include "sim/config/option.h"
#include "sim/config/yaml.h"
#include "sim/result/calibration.h"
#include "sim/result/result.h"
#include "sim/result/topology.h"

typedef enum lw_chart_kind {
    // payload bandwidth against size: lines, ceilings, half-power sizes, measured dots
    LW_CHART_BANDWIDTH,
    LW_CHART_TIME,            // time against size
    LW_CHART_WATERFALL,       // from the raw rate to what was achieved, one row a link
    LW_CHART_PLANE,           // bandwidth of a long transfer against latency, one mark a link
    LW_CHART_LOADED_LATENCY,  // latency against a growing load: mean, median and 99 %
    LW_CHART_MARGIN,          // what a radio has to spare against a swept distance, rain, ...
    LW_CHART_PAIRS,           // copies between the members of a group: from x to, one cell a pair
    LW_CHART_BARS,            // bandwidth of each point and workload, the fastest first
    // a row for each link direction and device, bars for what runs there when; of points that have a
    // timeline
    LW_CHART_TIMELINE,
    // a row for each link direction and engine, the busiest first, a cell for each stretch of time: how
    // busy; of points that have a timeline
    LW_CHART_UTILISATION,
    LW_CHART_KINDS
} lw_chart_kind;
// "bandwidth", "time", "waterfall", "plane", "loaded-latency", "margin", "pairs", "bars",
// "timeline", "utilisation", NULL
extern const char *const lw_chart_words[];

typedef enum lw_theme_kind { LW_THEME_LIGHT, LW_THEME_DARK, LW_THEME_PRINT, LW_THEME_KINDS } lw_theme_kind;
extern const char *const lw_theme_words[];  // "light", "dark", "print", NULL

typedef enum lw_axis_kind { LW_AXIS_LOG, LW_AXIS_LINEAR } lw_axis_kind;
extern const char *const lw_axis_words[];  // "log", "linear", NULL

// One chart as the user asked for it. The texts belong to the caller (to the tree when parsed).
typedef struct lw_chart_request {
    int kind;  // lw_chart_kind
    // swept path along the x axis; NULL or "": the first swept size (loaded-latency: rate, margin:
    // length)
    const char *x;
    // swept path that tells the lines apart; NULL or "": the first swept path that is no number
    const char *series;
    const char *panel;     // swept path with one panel a value; NULL or "": one panel a workload
    const char *workload;  // show only this workload; NULL or "": all
    const char *title;     // NULL or "": the scenario's title
    const char *subtitle;  // NULL or "": says what the marks mean
    int axis;              // lw_axis_kind of y; of waterfalls and margins always linear
    int theme;             // lw_theme_kind
    // in user units (1 unit is 1 pixel at scale 1); LW_AUTO: chosen for the content
    int64_t width, height;
    const char *file;  // stem of the output files; NULL or "": the kind
    lw_place place;    // for diagnostics
    // of these values; line 0: not given
    lw_place x_place, series_place, panel_place, workload_place;
} lw_chart_request;

// The keys of one entry under `charts:`, over an lw_chart_request.
extern const lw_option lw_chart_options[];

// All defaults, for a chart that no file asked for.
void lw_chart_request_default(lw_chart_kind kind, lw_chart_request *out);

// The chart of a result whose scenario asks for none: pairs where it copies between the members of one
// group; latency over the swept rate of packets that come at it; bandwidth over a swept size, or another
// number of some values; else bars, and of one piece of work alone its waterfall. False: none, since
// there is too much for one chart, or nothing.
bool lw_chart_suits(const lw_result *result, lw_arena *arena, lw_chart_request *out);

// Is the chart drawn from what ran when, which a run keeps only where it is asked to?
bool lw_chart_needs_timeline(int kind);

// Parse one entry of `charts:`. LW_BAD_INPUT with diagnostics when a key or value is wrong.
lw_status lw_chart_parse(const lw_yaml *item, lw_chart_request *out, lw_diags *diags) LW_CHECKED;

// A laid out chart. Lives in the arena it was rendered into; read-only.
typedef struct lw_picture {
    double width, height;        // user units
    const struct lw_draw *draw;  // what is to be painted, in order
    const struct lw_theme *theme;
    const char *title;        // for <title> and PDF metadata
    const char *description;  // one sentence for readers who cannot see the picture
    const char *font;         // family that was measured with, and is asked for
} lw_picture;

// Everything about a chart that needs no numbers: are its paths swept and its workload there, has
// it room for all that is swept? outline: a result of which only set, and name and paced of
// workloads, are read (lw_scenario_outline). LW_BAD_INPUT with a diagnostic.
lw_status lw_chart_check(const lw_chart_request *request, const lw_result *outline, lw_diags *diags) LW_CHECKED;

// Is a size that the request asks for one that lw_picture_png can paint at this scale? LW_LIMIT with
// a diagnostic at the chart.
lw_status lw_chart_fits(const lw_chart_request *request, int scale, lw_diags *diags) LW_CHECKED;

// Lay the chart out. LW_BAD_INPUT with a diagnostic when the request names a path or workload that
// the result does not have, when nothing can be drawn or when the size is out of range. Values that
// are not finite, or not positive on a log axis, are left out with a warning.
lw_status lw_chart_render(const lw_chart_request *request, const lw_result *result, lw_arena *arena, lw_diags *diags,
                          lw_picture *out) LW_CHECKED;

// Draw a system: boxes in columns by their distance from the hosts, lines as wide as their rate,
// meshes and rings on circles. LW_BAD_INPUT with a diagnostic when it is too large.
lw_status lw_topology_render(const lw_topology *topology, lw_theme_kind theme, lw_arena *arena, lw_diags *diags,
                             lw_picture *out) LW_CHECKED;

// The model beside measured tables.
typedef enum lw_accuracy_kind {
    LW_ACCURACY_PARITY,     // model against measured, a mark a point
    LW_ACCURACY_RESIDUALS,  // error over size, a panel a class
    LW_ACCURACY_FIT         // of a fit: a panel a table, with the band of the fit
} lw_accuracy_kind;
extern const char *const lw_accuracy_words[];  // "parity", "residuals", "fit", NULL

typedef struct lw_accuracy_request {
    lw_accuracy_kind kind;
    int theme;         // lw_theme_kind
    size_t fit, part;  // of LW_ACCURACY_FIT: which, and which of its pictures
} lw_accuracy_request;

// draw is NULL where there is nothing to draw: no table, or no such fit or part.
lw_status lw_accuracy_render(const lw_accuracy_request *request, const lw_accuracy *accuracy, lw_arena *arena,
                             lw_picture *out) LW_CHECKED;

// What a plan came to (sim/result/choice.h).
struct lw_choices;
typedef enum lw_plan_chart_kind {
    LW_PLAN_COST,       // cost a month against what each choice does
    LW_PLAN_BREAK_EVEN,  // what buying and renting have cost over the months
    LW_PLAN_TORNADO      // what moves the cost of the first choice, and the choice, one input at a time
} lw_plan_chart_kind;
extern const char *const lw_plan_chart_words[];  // "cost", "break-even", "tornado", NULL
// draw is NULL where there is nothing to draw.
lw_status lw_plan_render(lw_plan_chart_kind kind, int theme, const struct lw_choices *choices, lw_arena *arena,
                         lw_picture *out) LW_CHECKED;

// Append the picture to out (free it with lw_text_free). The same picture gives the same bytes. SVG
// has real text, titles and a class a colour role; PNG has scale x scale pixels a user unit (1..4);
// PDF is dated SOURCE_DATE_EPOCH if set, else 1970-01-01. LW_NO_MEMORY, or LW_LIMIT when width or
// height exceed 32767 pixels, or all of it 2^26.
lw_status lw_picture_svg(const lw_picture *picture, lw_text *out, lw_diags *diags) LW_CHECKED;
lw_status lw_picture_png(const lw_picture *picture, int scale, lw_text *out, lw_diags *diags) LW_CHECKED;
lw_status lw_picture_pdf(const lw_picture *picture, lw_text *out, lw_diags *diags) LW_CHECKED;

// For an HTML page that has several: an <svg> element whose ids begin with `prefix` and whose
// colours are those of the page (lw_theme_style), with a word on every value for whoever points at
// it.
lw_status lw_picture_svg_part(const lw_picture *picture, const char *prefix, lw_text *out) LW_CHECKED;
// Append a rule for each class of a theme (lw_theme_kind): what such pictures are painted with.
lw_status lw_theme_style(int kind, lw_text *out) LW_CHECKED;

// Release what cairo and fontconfig keep for the whole process; call once at the end of a program,
// for leak checkers only.
void lw_plots_close(void);

#endif
