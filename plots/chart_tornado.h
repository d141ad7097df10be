// SPDX-License-Identifier: GPL-3.0-or-later
// What moves the answer of a plan, as bars about the cost of its first choice.
#ifndef LW_CHART_TORNADO_H
#define LW_CHART_TORNADO_H

#include "plots/frame.h"

struct lw_choices;
// Inputs that are shown: those that reach furthest; 0: there is nothing to draw.
size_t lw_tornado_rows(const struct lw_choices *choices);
double lw_tornado_height(const struct lw_choices *choices);  // of the whole picture
lw_status lw_tornado_draw(const lw_canvas *canvas, const struct lw_choices *choices, lw_box content) LW_CHECKED;

#endif
