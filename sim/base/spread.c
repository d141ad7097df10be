// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/base/spread.h"

#include <stdlib.h>

static int ascending(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median_of(const double *sorted, size_t count) {
    size_t half = count / 2;
    return count % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

// Nearest rank: the smallest value that at least so many percent do not exceed.
static double percentile_of(const double *sorted, size_t count, size_t percent) {
    return sorted[(percent * count + 99) / 100 - 1];
}

lw_spread lw_spread_of(double *values, size_t count) {
    if (count == 0) {
        return (lw_spread){0};
    }
    qsort(values, count, sizeof *values, ascending);
    return (lw_spread){.median = median_of(values, count), .p90 = percentile_of(values, count, 90), .worst = values[count - 1]};
}

lw_distribution lw_distribution_of(double *values, size_t count) {
    if (count == 0) {
        return (lw_distribution){0};
    }
    double sum = 0;
    qsort(values, count, sizeof *values, ascending);
    for (size_t i = 0; i < count; i++) {
        sum += values[i];
    }
    return (lw_distribution){.count = count,
                             .least = values[0],
                             .mean = sum / (double)count,
                             .median = median_of(values, count),
                             .p95 = percentile_of(values, count, 95),
                             .p99 = percentile_of(values, count, 99),
                             .most = values[count - 1]};
}
