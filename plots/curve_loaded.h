// SPDX-License-Identifier: GPL-3.0-or-later
// What is drawn around the line of a curve of latency under load.
#ifndef LW_CURVE_LOADED_H
#define LW_CURVE_LOADED_H

#include "plots/curve_lines.h"

// Around the line of a curve: what 99 % do not exceed, the mean by theory, and the load that the
// link carries at most. beside: labels stand in the plot.
lw_status lw_loaded_draw(const lw_curves *l, const lw_panel *panel, const lw_panel_lines *lines, bool beside) LW_CHECKED;

#endif
