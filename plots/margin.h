// SPDX-License-Identifier: GPL-3.0-or-later
// What only a chart of margins has: where a link closes.
#ifndef LW_MARGIN_H
#define LW_MARGIN_H

#include "plots/chart_data.h"
#include "plots/frame.h"

// "13.9 \u2026 -7.1 dB, closes at points up to 300 m": the last point that closes, if those that do are on one
// side. NULL when out of memory.
const char *lw_margin_text(const lw_chart_data *data, const lw_curve *curve, lw_arena *arena);

// The line at 0 dB, and on which side of it a link closes.
void lw_margin_draw_zero(const lw_canvas *canvas, const lw_axes *axes, const lw_panel *panel);

#endif
