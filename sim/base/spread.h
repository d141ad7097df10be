// SPDX-License-Identifier: GPL-3.0-or-later
// How far a set of values spreads.
#ifndef LW_SPREAD_H
#define LW_SPREAD_H

#include <stddef.h>

typedef struct lw_spread {
    double median;  // of an even number of values the mean of the middle two
    double p90;     // nearest rank: the smallest value that at least 90 % do not exceed
    double worst;   // the largest
} lw_spread;

// Sorts the values. All 0 when there are none.
lw_spread lw_spread_of(double *values, size_t count);

#endif
