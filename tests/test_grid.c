// SPDX-License-Identifier: GPL-3.0-or-later
// Columns of text: units that fit, widths, and lines that wrap.
#include <math.h>

#include "helpers.h"
#include "sim/report/grid.h"

// Times and sizes have units that fit; a long last column wraps where the terminal ends.
static void grid_fits_people(void **state) {
    (void)state;
    lw_arena *arena = lw_arena_new();
    lw_grid *grid = lw_grid_new(arena, "rl");
    static const double times_us[] = {0, 0.0003, 0.9999, 0.99996, 2707.123, 2808620, 6e8, 1e10};
    for (size_t i = 0; i < COUNT(times_us); i++) {
        lw_grid_time(grid, times_us[i], 4);
        lw_grid_add(grid, "");
    }
    lw_grid_bytes(grid, INT64_C(19000000000));
    lw_grid_add(grid, "one two three four five six seven eight nine ten");
    lw_text text = {0};
    assert_int_equal(lw_grid_write(grid, 0, 40, &text), LW_OK);
    assert_string_equal(text.bytes, "        0\n0.3000 ns\n 999.9 ns\n 1.000 us\n 2.707 ms\n  2.809 s\n10.00 min\n166.7 min\n"
                                    "    19 GB  one two three four five six\n           seven eight nine ten\n");
    lw_text_free(&text);
    lw_arena_free(arena);
}

static void grid_numbers(void **state) {
    (void)state;
    static const struct {
        double value;
        const char *text;
    } cases[] = {{0, "0.00\n"},     {0.03412, "0.0341\n"}, {9.994, "9.99\n"},    {9.996, "10.0\n"},   {25.27, "25.3\n"},
                 {999.6, "1000\n"}, {1280, "1280\n"},      {-1.2345, "-1.23\n"}, {(double)NAN, "-\n"}};
    lw_test test = lw_test_begin();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lw_grid *grid = lw_grid_new(test.arena, "r");
        lw_grid_number(grid, cases[i].value, 3);
        lw_text text = {0};
        assert_int_equal(lw_grid_write(grid, 0, 0, &text), LW_OK);
        assert_string_equal(text.bytes, cases[i].text);
        lw_text_free(&text);
    }
    lw_test_end(&test);
}

static void grid_counts_characters_not_bytes(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_grid *grid = lw_grid_new(test.arena, "ll");
    static const char *const cells[] = {"h\xC3\xB6st", "a", "hosts", "b", "c"};
    for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++) {
        lw_grid_add(grid, cells[i]);
    }
    lw_text text = {0};
    assert_int_equal(lw_grid_write(grid, 1, 0, &text), LW_OK);
    assert_string_equal(text.bytes, " h\xC3\xB6st   a\n hosts  b\n c\n");
    lw_text_free(&text);
    lw_test_end(&test);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(grid_fits_people), cmocka_unit_test(grid_numbers),
                                       cmocka_unit_test(grid_counts_characters_not_bytes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
