// SPDX-License-Identifier: GPL-3.0-or-later
// What a page tells of the points of a curve to whoever points at them.
#ifndef LW_CURVE_SPOTS_H
#define LW_CURVE_SPOTS_H

#include "plots/curve_lines.h"

// "PCIe 4.0 x16, 256 KiB: 12.8 GB/s (12.1 to 13.5 GB/s)" at each point; name: of the curve.
void lw_spots_draw(const lw_curves *l, const lw_curve *curve, const char *name);

#endif
