// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/helpers.h"

static lw_place at(const lw_source *source, int line, int column) {
    return (lw_place){source, line, column};
}

static void format_shows_place_line_caret_and_hint(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const char text[] = "first: 1\n\tlanes: 3\r\nlast: \xC3\xA4\xC3\xB6 x";
    const lw_source *source = lw_test_source(&test, "a.yaml", text, strlen(text));
    char hint[] = "allowed are 1, 2, 4";
    assert_int_equal(lw_error(test.diags, at(source, 2, 9), hint, "lanes is %d", 3), LW_BAD_INPUT);
    memset(hint, '?', sizeof hint - 1);  // the hint was copied
    lw_warn(test.diags, at(source, 3, 10), NULL, "beyond two-byte characters");
    lw_note(test.diags, at(source, 0, 0), NULL, "the file as a whole");
    lw_error(test.diags, at(NULL, 0, 0), "", "nowhere");
    lw_error(test.diags, at(source, 99, 1), NULL, "behind the end");
    lw_error(test.diags, at(source, 1, 0), NULL, "no column");
    assert_string_equal(lw_diags_format(test.diags, test.arena, false), "a.yaml:2:9: error: lanes is 3\n"
                                                                        "        lanes: 3\n"
                                                                        "               ^\n"
                                                                        "  hint: allowed are 1, 2, 4\n"
                                                                        "a.yaml:3:10: warning: beyond two-byte characters\n"
                                                                        "    last: \xC3\xA4\xC3\xB6 x\n"
                                                                        "             ^\n"
                                                                        "a.yaml: note: the file as a whole\n"
                                                                        "error: nowhere\n"
                                                                        "a.yaml:99:1: error: behind the end\n"
                                                                        "a.yaml:1: error: no column\n"
                                                                        "    first: 1\n");
    assert_int_equal(lw_diags_errors(test.diags), 4);
    assert_int_equal(lw_diags_warnings(test.diags), 1);
    assert_int_equal(lw_diags_count(test.diags), 6);
    assert_int_equal(lw_diags_at(test.diags, 2)->severity, LW_NOTE);
    lw_test_end(&test);
}

static void long_lines_are_cut_around_the_column(void **state) {
    (void)state;
    char text[1001];
    memset(text, 'a', 1000);
    text[1000] = '\0';
    text[500] = 'X';
    const struct {
        int column;
        bool cut_before, cut_behind;
    } cases[] = {{1, false, true}, {81, false, true}, {82, true, true}, {501, true, true}, {1000, true, false}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lw_test test = lw_test_begin();
        const lw_source *source = lw_test_source(&test, "s", text, 1000);
        lw_error(test.diags, at(source, 1, cases[i].column), NULL, "m");
        char *shown = lw_diags_format(test.diags, test.arena, false);
        const char *line = strchr(shown, '\n') + 1, *caret_line = strchr(line, '\n') + 1;
        size_t line_length = (size_t)(caret_line - line) - 1;
        assert_true(line_length <= 4 + 160 + 6);
        assert_int_equal(strncmp(line, "    ...", 7) == 0, cases[i].cut_before);
        assert_int_equal(strncmp(line + line_length - 3, "...", 3) == 0, cases[i].cut_behind);
        size_t caret = strcspn(caret_line, "^");
        assert_int_equal(line[caret], cases[i].column == 501 ? 'X' : 'a');
        lw_test_end(&test);
    }
}

static void a_line_that_just_fits_is_not_cut(void **state) {
    (void)state;
    for (size_t length = 159; length <= 161; length++) {
        lw_test test = lw_test_begin();
        char text[162];
        memset(text, 'b', length);
        lw_error(test.diags, at(lw_test_source(&test, "s", text, length), 1, 150), NULL, "m");
        assert_int_equal(strstr(lw_diags_format(test.diags, test.arena, false), "...") != NULL, length > 160);
        lw_test_end(&test);
    }
}

static void what_a_terminal_obeys_is_not_printed(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const char text[] = "a: \033[31m\xFF";
    lw_error(test.diags, at(lw_test_source(&test, "e\033.yaml", text, strlen(text)), 1, 4), "\a", "'%s'", "\033[2J\xC2\x9B");
    const char *shown = lw_diags_format(test.diags, test.arena, false);
    assert_string_equal(shown, "e\xEF\xBF\xBD.yaml:1:4: error: '\xEF\xBF\xBD[2J\xEF\xBF\xBD'\n"
                               "    a: \xEF\xBF\xBD[31m\xEF\xBF\xBD\n"
                               "       ^\n"
                               "  hint: \xEF\xBF\xBD\n");
    lw_test_end(&test);
}

static void colour_surrounds_words_only(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_warn(test.diags, at(lw_test_source(&test, "s", "x", 1), 1, 1), NULL, "m");
    assert_string_equal(lw_diags_format(test.diags, test.arena, true), "\033[1ms:1:1:\033[0m \033[1;35mwarning:\033[0m "
                                                                       "\033[1mm\033[0m\n    x\n    \033[1;35m^\033[0m\n");
    lw_test_end(&test);
}

static void twenty_errors_are_kept_and_the_rest_counted(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    for (int i = 0; i < 30; i++) {
        lw_error(test.diags, (lw_place){0}, NULL, "error %d", i);
        lw_warn(test.diags, (lw_place){0}, NULL, "warning %d", i);
        // the same again
        lw_error(test.diags, (lw_place){0}, NULL, "error %d", i < LW_DIAG_MAX ? i : 0);
    }
    assert_int_equal(lw_diags_count(test.diags), 2 * LW_DIAG_MAX);
    assert_int_equal(lw_diags_warnings(test.diags), 30);
    assert_true(lw_diags_errors(test.diags) >= 30);
    assert_non_null(strstr(lw_diags_format(test.diags, test.arena, false), "error: error 19\n"));
    assert_null(strstr(lw_diags_format(test.diags, test.arena, false), "error: error 20\n"));
    assert_non_null(strstr(lw_diags_format(test.diags, test.arena, false), "more not shown\n"));
    lw_test_end(&test);
}

static void the_same_is_said_once(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const lw_source *source = lw_test_source(&test, "s", "x", 1);
    lw_error(test.diags, at(source, 1, 1), NULL, "m");
    lw_error(test.diags, at(source, 1, 1), NULL, "m");
    lw_error(test.diags, at(source, 1, 2), NULL, "m");
    lw_warn(test.diags, at(source, 1, 1), NULL, "m");
    assert_int_equal(lw_diags_count(test.diags), 3);
    assert_int_equal(lw_diags_errors(test.diags), 2);
    lw_test_end(&test);
}

static void what_is_summed_up_is_not_told_of_each_point(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_diags_sum_up(test.diags, true);
    lw_warn_point(test.diags, (lw_place){0}, NULL, "%d dB", 1);
    lw_warn(test.diags, (lw_place){0}, NULL, "m");
    assert_int_equal(lw_diags_warnings(test.diags), 1);
    lw_diags_sum_up(test.diags, false);
    lw_warn_point(test.diags, (lw_place){0}, "h", "%d dB", 2);
    assert_int_equal(lw_diags_warnings(test.diags), 2);
    assert_string_equal(lw_diags_format(test.diags, test.arena, false), "warning: m\nwarning: 2 dB\n  hint: h\n");
    lw_test_end(&test);
}

static void no_diagnostics_no_harm(void **state) {
    (void)state;
    assert_int_equal(lw_error(NULL, (lw_place){0}, NULL, "m"), LW_BAD_INPUT);
    lw_warn(NULL, (lw_place){0}, NULL, "m");
    lw_warn_point(NULL, (lw_place){0}, NULL, "m");
    lw_note(NULL, (lw_place){0}, NULL, "m");
    assert_string_equal(lw_diags_text(NULL, "%d", 1), "");
    lw_test test = lw_test_begin();
    assert_string_equal(lw_diags_text(test.diags, "%d", 1), "1");
    assert_string_equal(lw_diags_format(test.diags, test.arena, false), "");
    lw_test_end(&test);
}

static lw_status collect(void *user) {
    (void)user;
    lw_arena *arena = lw_arena_new();
    lw_diags *diags = arena ? lw_diags_new(arena) : NULL;
    char *shown = NULL;
    if (diags) {
        lw_error(diags, (lw_place){0}, "hint", "%s", lw_diags_text(diags, "%0100000d", 1));
        assert_int_equal(lw_diags_errors(diags), 1);
        shown = lw_diags_format(diags, arena, false);
    }
    lw_arena_free(arena);
    return shown ? LW_OK : LW_NO_MEMORY;
}

static void running_out_of_memory_loses_no_error(void **state) {
    (void)state;
    assert_true(lw_test_out_of_memory(collect, NULL) >= 4);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(format_shows_place_line_caret_and_hint),
        cmocka_unit_test(long_lines_are_cut_around_the_column),
        cmocka_unit_test(a_line_that_just_fits_is_not_cut),
        cmocka_unit_test(what_a_terminal_obeys_is_not_printed),
        cmocka_unit_test(colour_surrounds_words_only),
        cmocka_unit_test(twenty_errors_are_kept_and_the_rest_counted),
        cmocka_unit_test(the_same_is_said_once),
        cmocka_unit_test(what_is_summed_up_is_not_told_of_each_point),
        cmocka_unit_test(no_diagnostics_no_harm),
        cmocka_unit_test(running_out_of_memory_loses_no_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
