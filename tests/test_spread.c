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

// The nearest rank: the smallest value that at least so many percent do not exceed; 1000 values, most of them alike.
static void percentiles(void **state) {
    (void)state;
    static const double percent[] = {50, 90, 90.001, 99, 99.9, 99.901, 100, 0.001};
    static const double expected[] = {2, 2, 5, 5, 7, 11, 11, 2};
    lw_weighted values[] = {{11, 1}, {2, 900}, {7, 9}, {5, 90}};
    double at[sizeof percent / sizeof percent[0]];
    const lw_percentiles asked = {percent, sizeof percent / sizeof percent[0]};
    lw_distribution found = lw_distribution_of(values, sizeof values / sizeof values[0]);
    assert_int_equal(found.count, 1000);
    assert_null(found.at);
    lw_percentiles_add(values, asked, at, &found);
    assert_ptr_equal(found.at, at);
    assert_int_equal(found.at_count, asked.count);
    for (size_t i = 0; i < asked.count; i++) {
        assert_true(at[i] == expected[i]);
    }
    assert_true(at[3] == found.p99);
    // so many that times 100,000 would not fit
    lw_weighted many[] = {{1, INT64_C(1) << 61}, {2, INT64_C(1) << 61}};
    found = lw_distribution_of(many, 2);
    lw_percentiles_add(many, (lw_percentiles){(const double[]){50, 50.001}, 2}, at, &found);
    assert_true(at[0] == 1 && at[1] == 2);
    found = lw_distribution_of(NULL, 0);
    lw_percentiles_add(NULL, asked, at, &found);
    assert_null(found.at);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(spreads), cmocka_unit_test(percentiles)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
