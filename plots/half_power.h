// SPDX-License-Identifier: GPL-3.0-or-later
// Between the points of a curve over sizes.
#ifndef LW_HALF_POWER_H
#define LW_HALF_POWER_H

#include "plots/chart_data.h"

// A point of a curve by_size between two of its points, share of the distance in the logarithm of
// x: time is interpolated straight, so that a cost a transfer and a rate give the curve of Hockney
// (R. W. Hockney, "The science of computer benchmarking", SIAM 1996). is_time: y is seconds; else
// it is a rate.
lw_xy lw_between(lw_xy from, lw_xy to, bool is_time, double share);

// The size at which a curve by_size reaches half of its highest bandwidth, n1/2 of Hockney, by the
// same interpolation. False when it lies outside the curve. at->y is the curve's own y there.
bool lw_half_power(const lw_curve *curve, bool is_time, lw_xy *at);

#endif
