// SPDX-License-Identifier: GPL-3.0-or-later
// Where along a curve a library takes another algorithm or protocol: a tick with its name.
#ifndef LW_CURVE_METHODS_H
#define LW_CURVE_METHODS_H

#include "plots/curve_lines.h"

// Does it change along the curve?
bool lw_curve_has_methods(const lw_curve *curve);

// Ticks across the lines where it changes, and names where they touch nothing: below or above the line
// that they are about. LW_NO_MEMORY.
lw_status lw_methods_draw(const lw_curves *l, const lw_panel *panel, const lw_panel_lines *lines) LW_CHECKED;

#endif
