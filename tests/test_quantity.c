// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/helpers.h"

#include <locale.h>

#include "sim/base/quantity.h"

static lw_quantity parsed(const char *text, lw_dimension dimension) {
    lw_quantity out = {0};
    const char *problem = "", *hint = "";
    if (!lw_quantity_parse(text, dimension, &out, &problem, &hint)) {
        fail_msg("'%s': %s (%s)", text, problem, hint);
    }
    assert_int_equal(out.dimension, dimension);
    return out;
}

static void units_are_exact(void **state) {
    (void)state;
    const struct {
        const char *text;
        lw_dimension dimension;
        int64_t num, den;
    } cases[] = {
        {"1 GiB", LW_BYTES, 1073741824, 1},
        {"1GiB", LW_BYTES, 1073741824, 1},
        {"3 TiB", LW_BYTES, 3298534883328, 1},
        {"2 PiB", LW_BYTES, INT64_C(2) << 50, 1},
        {"3 EiB", LW_BYTES, INT64_C(3) << 60, 1},
        {"1.5 EB", LW_BYTES, INT64_C(1500000000000000000), 1},
        {"1.5 KiB", LW_BYTES, 1536, 1},
        {"4 kB", LW_BYTES, 4000, 1},
        {"4 KB", LW_BYTES, 4000, 1},
        {"+7 B", LW_BYTES, 7, 1},
        {"0 MB", LW_BYTES, 0, 1},
        {"0", LW_BYTES, 0, 1},
        {"0.000", LW_TIME, 0, 1},
        {"1e3 B", LW_BYTES, 1000, 1},
        {"1E+3 B", LW_BYTES, 1000, 1},
        {"1500e-3 kB", LW_BYTES, 1500, 1},
        {"9223372036854775807 B", LW_BYTES, INT64_MAX, 1},
        {"-9223372036854775808 B", LW_BYTES, INT64_MIN, 1},
        {"0.3 B", LW_BYTES, 3, 10},
        {"25 us", LW_TIME, 25000000, 1},
        {"25 \xC2\xB5s", LW_TIME, 25000000, 1},
        {"25\xCE\xBCs", LW_TIME, 25000000, 1},
        {"-3.5 ns", LW_TIME, -3500, 1},
        {".5 ps", LW_TIME, 1, 2},
        {"2 min", LW_TIME, 120000000000000, 1},
        {"1 h", LW_TIME, 3600000000000000, 1},
        {"106 d", LW_TIME, 9158400000000000000, 1},
        {"1.234567890123456789 s", LW_TIME, 1234567890123456789, 1000000},
        {"0.0000000000000000000000001e26 s", LW_TIME, 10000000000000, 1},
        {"25 GB/s", LW_RATE, 25000000000, 1},
        {"25 GBps", LW_RATE, 25000000000, 1},
        {"1 GiB/s", LW_RATE, 1073741824, 1},
        {"100 Gb/s", LW_RATE, 12500000000, 1},
        {"100 Gbit/s", LW_RATE, 12500000000, 1},
        {"100 Gbps", LW_RATE, 12500000000, 1},
        {"1 bit/s", LW_RATE, 1, 8},
        {"64 GT/s", LW_TRANSFERS, 64000000000, 1},
        {"2.5 GT/s", LW_TRANSFERS, 2500000000, 1},
        {"0.5 m", LW_LENGTH, 1, 2},
        {"35 cm", LW_LENGTH, 7, 20},
        {"12 mm", LW_LENGTH, 3, 250},
        {"2.25e8 km", LW_LENGTH, 225000000000, 1},
        {"300 GHz", LW_FREQUENCY, 300000000000, 1},
        {"5 ns/m", LW_LENGTH_RATE, 5000, 1},
        {"5 us/km", LW_LENGTH_RATE, 5000, 1},
        {"-3 dB", LW_LOSS, -3, 1},
        {"0.2 dB/km", LW_LOSS_PER_LENGTH, 1, 5000},
        {"10 %", LW_PLAIN, 1, 10},
        {"10%", LW_PLAIN, 1, 10},
        {"0.1", LW_PLAIN, 1, 10},
        {"1e-6", LW_PLAIN, 1, 1000000},
        {"00012", LW_PLAIN, 12, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lw_quantity quantity = parsed(cases[i].text, cases[i].dimension);
        assert_true(quantity.is_exact);
        assert_int_equal(quantity.exact.num, cases[i].num);
        assert_int_equal(quantity.exact.den, cases[i].den);
        assert_true(quantity.value == lw_fraction_value(quantity.exact));
    }
}

// Beyond 64 bits the value is still right; the compiler's own reading of the decimal is the
// yardstick.
static void inexact_decimals_still_have_a_value(void **state) {
    (void)state;
    const struct {
        const char *text;
        double value;
    } cases[] = {
        {"9223372036854775808", 9223372036854775808.0},
        {"123456789012345678901234567890", 123456789012345678901234567890.0},
        {"3.3333333333333333333333333333", 3.3333333333333333333333333333},
        {"-3.3333333333333333333333333333", -3.3333333333333333333333333333},
        {"0.000000000000000000000000000000000000000000000000001", 1e-51},
        {"1e300", 1e300},
        {"1.7976931348623157e308", 1.7976931348623157e308},
        {"4.9e-324", 4.9e-324},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lw_quantity quantity = parsed(cases[i].text, LW_PLAIN);
        assert_false(quantity.is_exact);
        assert_true(quantity.value == cases[i].value);
    }
    assert_close(parsed("1e300 km", LW_LENGTH).value, 1e303, 1e-15);
}

static void wrong_texts_are_explained(void **state) {
    (void)state;
    const struct {
        const char *text;
        lw_dimension dimension;
        const char *problem, *hint;  // parts
    } cases[] = {
        {"", LW_TIME, "a value is missing", "25 us"},
        {"4", LW_BYTES, "a bare number needs a unit", "KiB"},
        {"4k", LW_BYTES, "'k' is ambiguous", "write kB (1000 B) or KiB (1024 B)"},
        {"4 K", LW_BYTES, "'K' is ambiguous", "KiB (1024 B)"},
        {"4M", LW_BYTES, "'M' is ambiguous", "MiB (1048576 B)"},
        {"4 G", LW_BYTES, "'G' is ambiguous", "GiB (1073741824 B)"},
        {"4 T", LW_BYTES, "'T' is ambiguous", "TiB (1099511627776 B)"},
        {"4 G", LW_RATE, "'G' is ambiguous", "Gb/s (1.25e8 B/s)"},
        {"4 k", LW_TIME, "not a unit of a time", "ps, ns"},
        {"1 Mb", LW_BYTES, "a small b means bits", "capital B"},
        {"1 Mib", LW_BYTES, "a small b means bits", "capital B"},
        {"1 b", LW_BYTES, "a small b means bits", "capital B"},
        {"1 Gb", LW_RATE, "a rate needs '/s'", "Gb/s for bits"},
        {"25 GB", LW_RATE, "a rate needs '/s'", "GB/s"},
        {"25 GB/s", LW_BYTES, "the unit makes it a rate", "write a size in B"},
        {"25 gb/s", LW_RATE, "not a unit of a rate", "GB/s"},
        {"5 m", LW_TIME, "the unit makes it a length", "write a time"},
        {"5 s", LW_PLAIN, "the unit makes it a time", "bare number"},
        {"10 %", LW_BYTES, "it is a percentage", "write a size"},
        {"5 xyz", LW_PLAIN, "a unit is not wanted here", "bare number"},
        {"5  m", LW_LENGTH, "only one space", "0.5 m"},
        {"5\tm", LW_LENGTH, "only one space", "0.5 m"},
        {"abc", LW_TIME, "does not begin with a number", "25 us"},
        {"-", LW_TIME, "does not begin with a number", "25 us"},
        {" 5 m", LW_LENGTH, "does not begin with a number", "0.5 m"},
        {"--5 m", LW_LENGTH, "does not begin with a number", "0.5 m"},
        {"inf", LW_TIME, "finite", "25 us"},
        {"-.inf", LW_PLAIN, "finite", "0.1"},
        {".NaN", LW_PLAIN, "finite", "0.1"},
        {"0x10", LW_PLAIN, "hexadecimal", "decimal"},
        {"1_000", LW_PLAIN, "digits and one point", "1000000"},
        {"1,5 m", LW_LENGTH, "digits and one point", "0.5"},
        {"1'000", LW_PLAIN, "digits and one point", "0.5"},
        {"5.", LW_PLAIN, "not followed by a digit", "1.0"},
        {"1.2.3", LW_PLAIN, "there are two", "1.0"},
        {"5e", LW_PLAIN, "a unit is not wanted", "bare"},
        {"1e400", LW_PLAIN, "too large", "0.1"},
        {"1e99999999999999999999", LW_PLAIN, "too large", "0.1"},
        {"1e308 km", LW_LENGTH, "too large", "0.5 m"},
        {"1e-400", LW_PLAIN, "too small", "0.1"},
        {"1e-99999999999999999999", LW_PLAIN, "too small", "0.1"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lw_quantity out = {.value = 42};
        const char *problem = NULL, *hint = NULL;
        assert_false(lw_quantity_parse(cases[i].text, cases[i].dimension, &out, &problem, &hint));
        assert_non_null(problem);
        assert_non_null(hint);
        if (!strstr(problem, cases[i].problem) || !strstr(hint, cases[i].hint)) {
            fail_msg("'%s': %s | %s", cases[i].text, problem, hint);
        }
        assert_true(out.value == 42);
    }
}

static void digits_are_counted(void **state) {
    (void)state;
    char text[300];
    for (size_t digits = 99; digits <= 101; digits++) {
        memset(text, '7', digits);
        memcpy(text + digits, "e-90", 5);
        lw_quantity out;
        const char *problem, *hint;
        assert_int_equal(lw_quantity_parse(text, LW_PLAIN, &out, &problem, &hint), digits <= 100);
    }
    memset(text, '0', 299);  // zeros in front and behind the point do not count
    text[150] = '.';
    text[298] = '1';
    text[299] = '\0';
    assert_close(parsed(text, LW_PLAIN).value, 1e-148, 1e-15);
}

static void assert_printed(double value, lw_dimension dimension, const char *expected) {
    char buffer[LW_QUANTITY_TEXT];
    assert_string_equal(lw_quantity_print(value, dimension, buffer), expected);
}

static void values_print_for_people(void **state) {
    (void)state;
    assert_printed(0, LW_BYTES, "0 B");
    assert_printed(1, LW_BYTES, "1 B");
    assert_printed(1000, LW_BYTES, "1 kB");
    assert_printed(1024, LW_BYTES, "1 KiB");
    assert_printed(1536, LW_BYTES, "1.5 KiB");
    assert_printed(1048576, LW_BYTES, "1 MiB");
    assert_printed(1e6, LW_BYTES, "1 MB");
    assert_printed(1234567, LW_BYTES, "1.23 MB");
    assert_printed(6.4e6, LW_BYTES, "6.4 MB");
    assert_printed(64000, LW_BYTES, "64 kB");
    assert_printed(512000, LW_BYTES, "500 KiB");
    assert_printed(4608, LW_BYTES, "4.5 KiB");
    assert_printed(3.0 * 1073741824, LW_BYTES, "3 GiB");
    assert_printed(1099511627776.0, LW_BYTES, "1 TiB");
    assert_printed(0x1p52, LW_BYTES, "4 PiB");
    assert_printed(0x1p62, LW_BYTES, "4 EiB");
    assert_printed(2e15, LW_BYTES, "2 PB");
    assert_printed(-2048, LW_BYTES, "-2 KiB");
    assert_printed(25e6, LW_TIME, "25 us");
    assert_printed(1, LW_TIME, "1 ps");
    assert_printed(1.5e12, LW_TIME, "1.5 s");
    assert_printed(0.25, LW_TIME, "0.25 ps");
    assert_printed(7.88e9, LW_RATE, "7.88 GB/s");
    assert_printed(409600000000.0 / 13, LW_RATE, "31.51 GB/s");
    assert_printed(16e9, LW_TRANSFERS, "16 GT/s");
    assert_printed(0.5, LW_LENGTH, "500 mm");
    assert_printed(3e11, LW_FREQUENCY, "300 GHz");
    assert_printed(5000, LW_LENGTH_RATE, "5 ns/m");
    assert_printed(-3, LW_LOSS, "-3 dB");
    assert_printed(0.0002, LW_LOSS_PER_LENGTH, "0.2 dB/km");
    assert_printed(0.1, LW_PLAIN, "0.1");
    assert_printed(65536, LW_PLAIN, "65536");
    assert_printed(1.0 / 3, LW_PLAIN, "0.3333");
}

static void all_texts_fit_the_buffer(void **state) {
    (void)state;
    const double values[] = {1.7976931348623157e308, -1.7976931348623157e308, -2.2250738585072014e-308, -4.9406564584124654e-324};
    char buffer[LW_QUANTITY_TEXT];
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        assert_true(strtod(lw_number_print(values[i], buffer), NULL) == values[i]);
        for (int dimension = 0; dimension < LW_DIMENSION_COUNT; dimension++) {
            assert_true(strlen(lw_quantity_print(values[i], (lw_dimension)dimension, buffer)) < LW_QUANTITY_TEXT - 8);
        }
    }
}

static void numbers_read_back_and_are_shortest(void **state) {
    (void)state;
    uint64_t random = 1;
    char buffer[LW_QUANTITY_TEXT], shorter[LW_QUANTITY_TEXT];
    for (int i = 0; i < 20000; i++) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        double value;
        memcpy(&value, &random, sizeof value);
        if (!isfinite(value)) {
            continue;
        }
        assert_true(strtod(lw_number_print(value, buffer), NULL) == value);
        int digits = 0;
        for (const char *c = buffer; *c && *c != 'e'; c++) {
            digits += *c >= '0' && *c <= '9';
        }
        if (digits > 1 && fabs(value) > 1e20) {  // no leading zeros there
            snprintf(shorter, sizeof shorter, "%.*e", digits - 2, value);
            assert_true(strtod(shorter, NULL) != value);
        }
    }
}

static void every_dimension_explains_itself(void **state) {
    (void)state;
    char text[64];
    for (int i = 0; i < LW_DIMENSION_COUNT; i++) {
        lw_dimension dimension = (lw_dimension)i;
        assert_true(strlen(lw_dimension_units(dimension)) > 0);
        assert_true(strlen(lw_dimension_name(dimension)) > 0);
        parsed(lw_dimension_example(dimension), dimension);
        snprintf(text, sizeof text, "1 %s", lw_dimension_base(dimension));
        text[strlen(text) - (*lw_dimension_base(dimension) ? 0 : 1)] = '\0';
        assert_true(parsed(text, dimension).value == 1);
    }
    // Every unit that the help names is accepted.
    for (int i = LW_BYTES; i < LW_DIMENSION_COUNT; i++) {
        char list[256];
        snprintf(list, sizeof list, "%s", lw_dimension_units((lw_dimension)i));
        for (char *rest = NULL, *word = strtok_r(list, ", ", &rest); word; word = strtok_r(NULL, ", ", &rest)) {
            if (strcmp(word, "or") != 0) {
                snprintf(text, sizeof text, "2 %s", word);
                assert_true(parsed(text, (lw_dimension)i).value > 0);
            }
        }
    }
}

// A host program may have called setlocale: nothing here may follow it.
static void the_locale_has_no_say(void **state) {
    (void)state;
    const char *const names[] = {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "de_DE", "ps_AF.UTF-8"};
    bool found = false;
    for (size_t i = 0; i < sizeof names / sizeof names[0] && !found; i++) {
        found = setlocale(LC_ALL, names[i]) && *localeconv()->decimal_point != '.';
    }
    if (!found) {
        print_message("no locale with another decimal point is installed\n");
        skip();
    }
    char buffer[LW_QUANTITY_TEXT];
    assert_string_equal(lw_number_print(0.1, buffer), "0.1");
    assert_string_equal(lw_number_print(-1.5e300, buffer), "-1.5e+300");
    assert_string_equal(lw_quantity_print(1536, LW_BYTES, buffer), "1.5 KiB");
    assert_string_equal(lw_quantity_print(7.88e9, LW_RATE, buffer), "7.88 GB/s");
    assert_true(parsed("0.1", LW_PLAIN).value == 0.1);
    assert_true(parsed("3.3333333333333333333333333333", LW_PLAIN).value == 3.3333333333333333);
    setlocale(LC_ALL, "C");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(units_are_exact),
        cmocka_unit_test(inexact_decimals_still_have_a_value),
        cmocka_unit_test(wrong_texts_are_explained),
        cmocka_unit_test(digits_are_counted),
        cmocka_unit_test(values_print_for_people),
        cmocka_unit_test(all_texts_fit_the_buffer),
        cmocka_unit_test(numbers_read_back_and_are_shortest),
        cmocka_unit_test(every_dimension_explains_itself),
        cmocka_unit_test(the_locale_has_no_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
