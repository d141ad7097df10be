// SPDX-License-Identifier: GPL-3.0-or-later
// What chart.c asks of each kind of chart.
#ifndef LW_CHART_H
#define LW_CHART_H

#include "plots/frame.h"
#include "plots/series.h"
#include "sim/result/pairs.h"

typedef struct lw_chart {
    const lw_chart_request *request;
    const lw_result *result;
    const lw_chart_data *data;
    const lw_pair_table *pairs;  // of LW_CHART_PAIRS only
    lw_diags *diags;
    const char *title;  // chosen: never NULL
} lw_chart;

// The size that suits the content, for a request that leaves it open.
void lw_curves_size(const lw_chart *chart, double *width, double *height);
void lw_waterfall_size(const lw_chart *chart, double *width, double *height);
void lw_plane_size(const lw_chart *chart, double *width, double *height);
void lw_categories_size(const lw_chart *chart, double *width, double *height);
void lw_pairs_size(const lw_chart *chart, double *width, double *height);
void lw_timeline_size(const lw_chart *chart, double *width, double *height);
void lw_utilisation_size(const lw_chart *chart, double *width, double *height);

// Lay out and draw. LW_BAD_INPUT with a diagnostic when the size is too small for the content.
lw_status lw_curves_draw(const lw_chart *chart, const lw_canvas *canvas) LW_CHECKED;
lw_status lw_waterfall_draw(const lw_chart *chart, const lw_canvas *canvas) LW_CHECKED;
lw_status lw_plane_draw(const lw_chart *chart, const lw_canvas *canvas) LW_CHECKED;
lw_status lw_categories_draw(const lw_chart *chart, const lw_canvas *canvas) LW_CHECKED;
lw_status lw_pairs_draw(const lw_chart *chart, const lw_canvas *canvas) LW_CHECKED;
lw_status lw_timeline_draw(const lw_chart *chart, const lw_canvas *canvas) LW_CHECKED;
lw_status lw_utilisation_draw(const lw_chart *chart, const lw_canvas *canvas) LW_CHECKED;

// The name of a series cut to fit into width; what it says about the evidence stays whole. NULL
// when out of memory.
const char *lw_series_name_fit(const lw_canvas *canvas, const lw_series *series, double size, bool bold, double width) LW_CHECKED;

// The same as lw_chart_render with other metrics, for tests.
lw_status lw_chart_render_with(const lw_chart_request *request, const lw_result *result, const lw_font_metrics *metrics,
                               lw_arena *arena, lw_diags *diags, lw_picture *out) LW_CHECKED;
lw_status lw_topology_render_with(const lw_topology *topology, lw_theme_kind theme, const lw_font_metrics *metrics,
                                  lw_arena *arena, lw_diags *diags, lw_picture *out) LW_CHECKED;

#endif
