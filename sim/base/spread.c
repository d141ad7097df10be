// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/base/spread.h"

#include <stdlib.h>

static int ascending(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

lw_spread lw_spread_of(double *values, size_t count) {
    if (count == 0) {
        return (lw_spread){0};
    }
    qsort(values, count, sizeof *values, ascending);
    size_t half = count / 2;
    return (lw_spread){
        .median = count % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2,
        .p90 = values[(9 * count + 9) / 10 - 1],
        .worst = values[count - 1],
    };
}
