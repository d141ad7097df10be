// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/base/spread.h"

#include <math.h>
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

static int by_value(const void *a, const void *b) {
    return ascending(&((const lw_weighted *)a)->value, &((const lw_weighted *)b)->value);
}

// The value that so many, in order, do not exceed; rank: from 1.
static double at_rank(const lw_weighted *sorted, int64_t rank) {
    size_t i = 0;
    for (; rank > sorted[i].count; i++) {
        rank -= sorted[i].count;
    }
    return sorted[i].value;
}

// Nearest rank.
static double percentile_in(const lw_weighted *sorted, int64_t total, int64_t percent) {
    return at_rank(sorted, total / 100 * percent + (total % 100 * percent + 99) / 100);
}

lw_distribution lw_distribution_of(lw_weighted *values, size_t count) {
    double sum = 0;
    int64_t total = 0;
    qsort(values, count, sizeof *values, by_value);
    for (size_t i = 0; i < count; i++) {
        sum += values[i].value * (double)values[i].count;
        total += values[i].count;
    }
    if (total == 0) {
        return (lw_distribution){0};
    }
    return (lw_distribution){.count = total,
                             .least = at_rank(values, 1),
                             .mean = sum / (double)total,
                             .median = (at_rank(values, (total + 1) / 2) + at_rank(values, total / 2 + 1)) / 2,
                             .p95 = percentile_in(values, total, 95),
                             .p99 = percentile_in(values, total, 99),
                             .most = at_rank(values, total)};
}

void lw_percentiles_add(const lw_weighted *sorted, lw_percentiles asked, double *at, lw_distribution *out) {
    enum { WHOLE = 100000 };  // thousandths of a percent
    if (out->count == 0 || asked.count == 0) {
        return;
    }
    for (size_t i = 0; i < asked.count; i++) {
        const int64_t share = llround(asked.percent[i] * (WHOLE / 100));
        const int64_t rank = out->count / WHOLE * share + (out->count % WHOLE * share + WHOLE - 1) / WHOLE;
        at[i] = at_rank(sorted, rank < 1 ? 1 : rank > out->count ? out->count : rank);
    }
    out->at = at;
    out->at_count = asked.count;
}
