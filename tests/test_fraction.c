// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/helpers.h"

#include "sim/base/fraction.h"

static void assert_fraction(lw_fraction actual, int64_t num, int64_t den) {
    assert_int_equal(actual.num, num);
    assert_int_equal(actual.den, den);
}

static void fractions_are_reduced(void **state) {
    (void)state;
    assert_fraction(lw_fraction_of(128, 130), 64, 65);
    assert_fraction(lw_fraction_of(-6, 4), -3, 2);
    assert_fraction(lw_fraction_of(6, -4), -3, 2);
    assert_fraction(lw_fraction_of(0, -7), 0, 1);
    assert_fraction(lw_fraction_of(INT64_MIN, 1), INT64_MIN, 1);
    assert_fraction(lw_fraction_of(INT64_MIN, INT64_MIN), 1, 1);
    assert_fraction(lw_fraction_of(INT64_MAX, INT64_MAX), 1, 1);
    assert_fraction(lw_fraction_of(INT64_MAX, -1), -INT64_MAX, 1);
}

static void arithmetic_is_exact_or_refused(void **state) {
    (void)state;
    lw_fraction out = {77, 1};
    // 16 GT/s x 16 lanes x 128/130 / 8: PCIe 4.0 x16 after its line code.
    assert_true(lw_fraction_multiply(lw_fraction_of(32000000000, 1), lw_fraction_of(128, 130), &out));
    assert_fraction(out, 409600000000, 13);
    assert_true(lw_fraction_divide(lw_fraction_of(1, 3), lw_fraction_of(-2, 9), &out));
    assert_fraction(out, -3, 2);
    assert_true(lw_fraction_add(lw_fraction_of(1, 6), lw_fraction_of(1, 10), &out));
    assert_fraction(out, 4, 15);
    assert_true(lw_fraction_subtract(lw_fraction_of(1, 6), lw_fraction_of(1, 6), &out));
    assert_fraction(out, 0, 1);
    // Halves of the extremes: 128 bits are enough in between.
    assert_true(lw_fraction_multiply(lw_fraction_of(INT64_MAX, 3), lw_fraction_of(3, INT64_MAX), &out));
    assert_fraction(out, 1, 1);
    assert_true(lw_fraction_add((lw_fraction){INT64_MIN, INT64_MAX}, (lw_fraction){INT64_MAX, INT64_MAX}, &out));
    assert_fraction(out, -1, INT64_MAX);

    out = (lw_fraction){5, 7};
    assert_false(lw_fraction_divide(lw_fraction_of(1, 2), lw_fraction_of(0, 1), &out));
    assert_false(lw_fraction_multiply(lw_fraction_of(INT64_MAX, 1), lw_fraction_of(2, 1), &out));
    assert_false(lw_fraction_add(lw_fraction_of(INT64_MAX, 1), lw_fraction_of(1, 1), &out));
    assert_false(lw_fraction_subtract(lw_fraction_of(INT64_MIN, 1), lw_fraction_of(1, 1), &out));
    assert_false(lw_fraction_multiply(lw_fraction_of(1, INT64_MAX), lw_fraction_of(1, 2), &out));
    assert_false(lw_fraction_divide(lw_fraction_of(INT64_MIN, 1), lw_fraction_of(-1, 1), &out));
    assert_false(lw_fraction_reduce((lw_int128)1 << 63, 1, &out));
    assert_fraction(out, 5, 7);
}

static void comparison_is_exact(void **state) {
    (void)state;
    assert_int_equal(lw_fraction_compare(lw_fraction_of(1, 3), lw_fraction_of(333333333333333333, 1000000000000000000)), 1);
    assert_int_equal(lw_fraction_compare(lw_fraction_of(-1, 3), lw_fraction_of(1, 1000)), -1);
    assert_int_equal(lw_fraction_compare((lw_fraction){INT64_MAX, INT64_MAX - 1}, (lw_fraction){INT64_MAX - 1, INT64_MAX - 2}),
                     -1);
    assert_int_equal(lw_fraction_compare(lw_fraction_of(2, 4), lw_fraction_of(1, 2)), 0);
}

// The decimal constants are read by the compiler, which rounds correctly: any wrong rounding
// differs in the last bit.
static void values_are_correctly_rounded(void **state) {
    (void)state;
    const struct {
        lw_fraction fraction;
        double value;
    } cases[] = {
        {{0, 1}, 0.0},
        {{1, 10}, 0.1},
        {{-1, 3}, -0.33333333333333333333},
        {{1234567890123456789, 1000000}, 1234567890123.456789},
        {{INT64_MAX, 1}, 0x1p63},
        {{INT64_MIN, 1}, -0x1p63},
        {{9007199254740993, 1}, 9007199254740992.0},  // 2^53 + 1: a tie, to even
        {{9007199254740995, 1}, 9007199254740996.0},
        {{1, INT64_MAX}, 0x1p-63},
        {{INT64_MAX, 1000000000}, 9223372036.854775807},
        {{3333333333333333333, 7}, 476190476190476190.42857142857142857},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_true(lw_fraction_value(cases[i].fraction) == cases[i].value);
    }
}

// The nearest by trying every denominator: distances compared as exact 128-bit products.
static double brute_distance(double value, int64_t max_den) {
    double best = HUGE_VAL;
    for (int64_t den = 1; den <= max_den; den++) {
        double distance = fabs(value - nearbyint(value * (double)den) / (double)den);
        best = distance < best ? distance : best;
    }
    return best;
}

static void the_nearest_fraction_is_found(void **state) {
    (void)state;
    assert_fraction(lw_fraction_near(0.0, 10), 0, 1);
    assert_fraction(lw_fraction_near(-0.5, 10), -1, 2);
    assert_fraction(lw_fraction_near(0.1, 1000), 1, 10);
    assert_fraction(lw_fraction_near(3.14159265358979, 10), 22, 7);
    assert_fraction(lw_fraction_near(3.14159265358979, 1000), 355, 113);
    assert_fraction(lw_fraction_near(3.14159265358979, 100), 311, 99);  // an intermediate fraction
    assert_fraction(lw_fraction_near(0x1p-70, INT64_MAX), 0, 1);
    assert_fraction(lw_fraction_near(0x1p-62, INT64_MAX), 1, INT64_C(1) << 62);
    assert_fraction(lw_fraction_near(0.75, 1), 1, 1);
    assert_fraction(lw_fraction_near(0x1.fffffffffffffp61, 7), (INT64_C(1) << 62) - 512, 1);
    assert_fraction(lw_fraction_near(0x1.8p-1, INT64_MAX), 3, 4);
    for (int i = 1; i < 200; i++) {
        double value = sqrt((double)i) * 1.7;
        for (int64_t max_den = 1; max_den < 60; max_den += 3) {
            lw_fraction near = lw_fraction_near(value, max_den);
            assert_in_range(near.den, 1, max_den);
            assert_true(fabs(value - lw_fraction_value(near)) <= brute_distance(value, max_den) + 1e-14);
        }
    }
}

static void fractions_survive_a_double(void **state) {
    (void)state;
    for (int64_t den = 1; den < 3000; den += 7) {
        for (int64_t num = -50; num < 50; num += 3) {
            lw_fraction fraction = lw_fraction_of(num, den);
            lw_fraction back = lw_fraction_near(lw_fraction_value(fraction), 1 << 20);
            assert_fraction(back, fraction.num, fraction.den);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fractions_are_reduced),         cmocka_unit_test(arithmetic_is_exact_or_refused),
        cmocka_unit_test(comparison_is_exact),           cmocka_unit_test(values_are_correctly_rounded),
        cmocka_unit_test(the_nearest_fraction_is_found), cmocka_unit_test(fractions_survive_a_double),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
