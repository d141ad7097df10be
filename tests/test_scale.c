// SPDX-License-Identifier: GPL-3.0-or-later
// Axis scales: which ticks, and what stands beside them.
#include "plots/scale.h"
#include "tests/helpers.h"

// The labels of the majors, "a|b|c".
static const char *labels_of(lw_test *test, const lw_ticks *ticks) {
    const char *all = "";
    for (size_t i = 0; i < ticks->count; i++) {
        if (ticks->tick[i].major) {
            all = lw_arena_print(test->arena, "%s%s%s", all, all[0] == '\0' ? "" : "|", ticks->tick[i].text);
        }
    }
    return all;
}

static void test_ticks_read_well(void **state) {
    (void)state;
    static const struct {
        lw_scale_kind kind;
        double low, high, length, label;
        lw_tick_writer writer;
        const char *expected;
    } cases[] = {
        {LW_SCALE_LINEAR, 0, 63.5, 400, 30, lw_tick_plain, "0|20|40|60|80"},
        {LW_SCALE_LINEAR, 3, 7, 400, 30, lw_tick_plain, "0|2|4|6|8"},
        {LW_SCALE_LINEAR, -4, 9, 400, 30, lw_tick_plain, "-5|0|5|10"},
        {LW_SCALE_LINEAR, 0, 0.012, 400, 30, lw_tick_plain, "0|0.002|0.004|0.006|0.008|0.01|0.012"},
        {LW_SCALE_LINEAR, 0, 0, 400, 30, lw_tick_plain, "0|0.2|0.4|0.6|0.8|1"},
        {LW_SCALE_LOG, 0.28, 64, 413, 26, lw_tick_plain, "0.2|0.5|1|2|5|10|20|50|100"},
        {LW_SCALE_LOG, 0.28, 64, 200, 26, lw_tick_plain, "1|10|100"},
        {LW_SCALE_LOG, 0.001, 900, 400, 26, lw_tick_plain, "0.001|0.01|0.1|1|10|100|1000"},
        {LW_SCALE_LOG, 1e-12, 1e12, 400, 26, lw_tick_plain, "10\u207B\u00B9\u2070|10\u207B\u2075|1|10\u2075|10\u00B9\u2070"},
        {LW_SCALE_LOG, 3, 3, 400, 26, lw_tick_plain, "2|5"},
        {LW_SCALE_LOG, 9e-6, 0.4, 400, 26, lw_tick_seconds, "10 \u00B5s|100 \u00B5s|1 ms|10 ms|100 ms"},
        {LW_SCALE_BYTES, 4096, 1073741824, 700, 60, lw_tick_bytes, "4 Ki|256 Ki|16 Mi|1 Gi"},
        {LW_SCALE_BYTES, 4096, 1073741824, 200, 60, lw_tick_bytes, "4 Ki|1 Mi|256 Mi"},
        {LW_SCALE_BYTES, 64, 1000, 400, 60, lw_tick_bytes, "64|128|256|512|1 Ki"},
        {LW_SCALE_BYTES, 8, 8589934592, 400, 60, lw_tick_bytes, "16|4 Ki|1 Mi|256 Mi"},
        {LW_SCALE_BYTES, 4096, 4096, 400, 60, lw_tick_bytes, "2 Ki|4 Ki|8 Ki"},
    };
    lw_test test = lw_test_begin();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lw_scale scale = lw_scale_fit(cases[i].kind, cases[i].low, cases[i].high, 0, cases[i].length);
        lw_ticks ticks;
        lw_scale_ticks(&scale, cases[i].label, cases[i].writer, &ticks);
        assert_string_equal(labels_of(&test, &ticks), cases[i].expected);
    }
    lw_test_end(&test);
}

// A small generator of our own, so that every run checks the same scales.
static double next_share(uint64_t *state) {
    *state = *state * 6364136223846793005U + 1442695040888963407U;
    return (double)(*state >> 11) / 9007199254740992.0;
}

// A logarithmic axis that its user cut to the data, with one power of ten in it or none.
static void test_short_axes_read_well(void **state) {
    (void)state;
    static const struct {
        double low, high;
        const char *expected;
    } cases[] = {
        {85e-9, 148e-9, "100 ns|120 ns|140 ns"},
        {48, 69, "50|55|60|65"},
        {2.4, 9, "4|6|8"},
        {4.5, 86, "5|10|20|50"},
    };
    lw_test test = lw_test_begin();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const lw_scale scale = {LW_SCALE_LOG, cases[i].low, cases[i].high, 0.0, 400.0};
        lw_ticks ticks;
        lw_scale_ticks(&scale, 60.0, cases[i].low < 1e-6 ? lw_tick_seconds : lw_tick_plain, &ticks);
        assert_string_equal(labels_of(&test, &ticks), cases[i].expected);
    }
    uint64_t seed = 7;
    for (int round = 0; round < 20000; round++) {
        const double low = pow(10.0, 10.0 * next_share(&seed) - 5.0);
        const lw_scale scale = {LW_SCALE_LOG, low, low * (1.02 + 12.0 * next_share(&seed)), 120.0 + 1000.0 * next_share(&seed),
                                0.0};
        const double label = 14.0 + 46.0 * next_share(&seed);
        lw_ticks ticks;
        lw_scale_ticks(&scale, label, lw_tick_plain, &ticks);
        double before = (double)INFINITY;
        size_t majors = 0;
        for (size_t i = 0; i < ticks.count; i++) {
            const double at = lw_scale_at(&scale, ticks.tick[i].value);
            assert_true(at >= -0.01 && at <= scale.start + 0.01);
            if (ticks.tick[i].major) {
                assert_true(before - at >= label - 0.01);
                before = at;
                majors++;
            }
        }
        assert_in_range(majors, 2, 9);
    }
    lw_test_end(&test);
}

static void test_numbers_read_well(void **state) {
    (void)state;
    static const struct {
        double value;
        int digits;
        const char *expected;
    } cases[] = {
        {0, 3, "0"},
        {57.81, 3, "57.8"},
        {57.96, 3, "58"},
        {0.00123, 3, "0.00123"},
        {1000, 3, "1000"},
        {123456, 3, "1.23\u00D710\u2075"},
        {-0.985, 2, "-0.98"},
        {1e6, 3, "10\u2076"},
        {2.5e6, 3, "2.5\u00D710\u2076"},
        {1e-5, 3, "10\u207B\u2075"},
        {1e300, 3, "10\u00B3\u2070\u2070"},
        {1e-300, 3, "10\u207B\u00B3\u2070\u2070"},
        {0.1, 1, "0.1"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[LW_TICK_TEXT];
        lw_number_short(cases[i].value, cases[i].digits, text);
        assert_string_equal(text, cases[i].expected);
    }
    char text[LW_TICK_TEXT];
    lw_number_fixed(56.4, 2, text);
    assert_string_equal(text, "56.40");
    lw_number_digits(28.96, 3, text);
    assert_string_equal(text, "29.0");
    lw_tick_seconds(0.0, text);
    assert_string_equal(text, "0");
    lw_tick_seconds(5e-10, text);
    assert_string_equal(text, "500 ps");
    lw_rate_digits(14.84, text);
    assert_string_equal(text, "14.8 GB/s");
    lw_rate_digits(0.000623, text);
    assert_string_equal(text, "623 kB/s");
    lw_tick_bytes(1536, text);
    assert_string_equal(text, "1.5 Ki");
}

// Labels never touch, there are 2 to 9 of them, all ticks lie on the axis, the data lies between
// its ends.
static void test_any_scale_is_legible(void **state) {
    (void)state;
    uint64_t seed = 1;
    for (int round = 0; round < 60000; round++) {
        lw_scale_kind kind = (lw_scale_kind)(round % 3);
        double reach = kind == LW_SCALE_BYTES ? 18.0 : round % 7 == 0 ? 300.0 : 9.0;
        double power = reach * (2.0 * next_share(&seed) - 1.0);
        double low = pow(10.0, power);
        double high = pow(10.0, power + (reach - power) * next_share(&seed));
        if (kind == LW_SCALE_BYTES) {
            low = fmax(low, 1.0);
            high = fmax(high, low);
        }
        if (kind == LW_SCALE_LINEAR && round % 2 == 0) {
            low = -low;
        }
        double length = 120.0 + 1000.0 * next_share(&seed);
        double label = 14.0 + 46.0 * next_share(&seed);
        // grows to the left, as y axes grow upwards
        lw_scale scale = lw_scale_fit(kind, low, high, length, 0.0);
        // far less than a pixel
        double slack = kind == LW_SCALE_LINEAR ? 1e-8 * (high - low) : 1e-9 * low;
        assert_true(scale.low < scale.high && scale.low <= low + slack && scale.high >= high * (1 - 1e-9));
        lw_ticks ticks;
        lw_scale_ticks(&scale, label, lw_tick_plain, &ticks);
        size_t majors = 0;
        double before = (double)INFINITY;
        for (size_t i = 0; i < ticks.count; i++) {
            double at = lw_scale_at(&scale, ticks.tick[i].value);
            assert_true(at >= -0.01 && at <= length + 0.01);
            if (ticks.tick[i].major) {
                assert_true(before - at >= label - 0.01);
                assert_true(ticks.tick[i].text[0] != '\0');
                before = at;
                majors++;
            }
        }
        assert_in_range(majors, 2, 9);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ticks_read_well),
        cmocka_unit_test(test_short_axes_read_well),
        cmocka_unit_test(test_numbers_read_well),
        cmocka_unit_test(test_any_scale_is_legible),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
