// SPDX-License-Identifier: GPL-3.0-or-later
#include "helpers.h"
#include "sim/base/spread.h"

static void assert_spread(double *values, size_t count, lw_spread expected) {
    lw_spread found = lw_spread_of(values, count);
    assert_true(found.median == expected.median && found.p90 == expected.p90 && found.worst == expected.worst);
}

static void spreads(void **state) {
    (void)state;
    assert_spread(NULL, 0, (lw_spread){0, 0, 0});
    assert_spread((double[]){0.25}, 1, (lw_spread){0.25, 0.25, 0.25});
    assert_spread((double[]){4, 1, 3}, 3, (lw_spread){3, 4, 4});
    assert_spread((double[]){8, 2, 4, 1}, 4, (lw_spread){3, 8, 8});
    // Nine of ten, and ten of eleven, are at least 90 %.
    assert_spread((double[]){10, 9, 8, 7, 6, 5, 4, 3, 2, 1}, 10, (lw_spread){5.5, 9, 10});
    assert_spread((double[]){11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1}, 11, (lw_spread){6, 10, 11});
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(spreads)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
