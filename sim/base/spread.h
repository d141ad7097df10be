// SPDX-License-Identifier: GPL-3.0-or-later
// How far a set of values spreads.
#ifndef LW_SPREAD_H
#define LW_SPREAD_H

#include <stddef.h>
#include <stdint.h>

typedef struct lw_spread {
    double median;  // of an even number of values the mean of the middle two
    double p90;     // nearest rank: the smallest value that at least 90 % do not exceed
    double worst;   // the largest
} lw_spread;

// Sorts the values. All 0 when there are none.
lw_spread lw_spread_of(double *values, size_t count);

// The values between the least and the most; percentiles by nearest rank, as fio prints them.
typedef struct lw_distribution {
    int64_t count;  // 0: nothing was sampled, and the rest is 0
    double least, mean, median, p95, p99, most;
    const double *at;  // at the percentages that were asked for (lw_percentiles); NULL: none were
    size_t at_count;
} lw_distribution;

// A value, and how often it is there.
typedef struct lw_weighted {
    double value;
    int64_t count;
} lw_weighted;

// Sorts the values.
lw_distribution lw_distribution_of(lw_weighted *values, size_t count);

// Percentages over 0 and up to 100, to a thousandth, as 99.9.
typedef struct lw_percentiles {
    const double *percent;
    size_t count;
} lw_percentiles;
// Add those of the values that lw_distribution_of sorted to what it said of them; at: room for as many.
void lw_percentiles_add(const lw_weighted *sorted, lw_percentiles asked, double *at, lw_distribution *out);

#endif
