// SPDX-License-Identifier: GPL-3.0-or-later
// Lessons: each answer is what a run of the lesson's scenario gives.
#include <math.h>
#include <stdlib.h>

#include "sim/report/report_lesson.h"
#include "sim/study/lesson.h"
#include "tests/scenario_helpers.h"

// "3 workloads.up.bandwidth_GBps" of a result.
static double value_at(const lw_result *result, const char *path) {
    char *rest, name[64];
    const size_t point = (size_t)strtoul(path, &rest, 10);
    const char *dot = strrchr(path, '.');
    static const char head[] = " workloads.";
    assert_true(point < result->point_count && strncmp(rest, head, sizeof head - 1) == 0);
    (void)snprintf(name, sizeof name, "%.*s", (int)(dot - rest - (ptrdiff_t)sizeof head + 1), rest + sizeof head - 1);
    const lw_workload_result *row = workload_of(&result->point[point], name);
    const lw_metric *metric = lw_metric_find(dot + 1, LW_OF_WORKLOAD, row->own);
    double value = (double)NAN;
    if (metric == NULL || !lw_metric_of_workload(metric, row, &value)) {
        fail_msg("no %s", path);
    }
    return value;
}

// Results have times in microseconds.
static double in_unit(double value, const char *path, const char *unit) {
    const bool is_time = strcmp(path + strlen(path) - 3, "_us") == 0;
    return !is_time                  ? value
           : strcmp(unit, "ns") == 0 ? value * 1e3
           : strcmp(unit, "ms") == 0 ? value / 1e3
           : strcmp(unit, "s") == 0  ? value / 1e6
                                     : value;
}

static void answers_are_what_runs_give(void **state) {
    (void)state;
    lw_test all = lw_test_begin();
    lw_catalog *catalog = shipped_catalog(&all);
    const size_t count = lw_catalog_count(catalog, LW_SHELF_LESSONS);
    assert_true(count >= 12);
    for (size_t i = 0; i < count; i++) {
        lw_test test = lw_test_begin();
        lw_lesson lesson;
        const lw_document *document;
        lw_result result;
        const lw_run run = {.threads = 2, .nominal = true};
        const char *name = lw_catalog_names(catalog, LW_SHELF_LESSONS)[i];
        lw_status status = lw_lesson_read(catalog, name, test.arena, test.diags, &lesson);
        status = status == LW_OK ? lw_scenario_load(lesson.scenario, catalog, NULL, test.arena, test.diags, &document) : status;
        status = status == LW_OK ? lw_scenario_run(document, &run, test.arena, test.diags, &result) : status;
        if (status != LW_OK) {
            fail_with_diags(&test);
        }
        for (size_t e = 0; e < lesson.exercise_count; e++) {
            const lw_exercise *exercise = &lesson.exercise[e];
            double value = in_unit(value_at(&result, exercise->of), exercise->of, exercise->unit);
            value = exercise->by != NULL ? value_at(&result, exercise->of) / value_at(&result, exercise->by) : value;
            if (!(fabs(value - exercise->answer) <= exercise->tolerance / 2 * fabs(value))) {
                fail_msg("%s, exercise %zu: the run gives %.6g, the lesson %.6g", name, e + 1, value, exercise->answer);
            }
        }
        lw_test_end(&test);
    }
    lw_test_end(&all);
}

static void answers_are_checked(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_catalog *catalog = shipped_catalog(&test);
    lw_lesson lesson;
    const char *name;
    lw_text text = {0};
    bool right;
    assert_int_equal(lw_lesson_find(catalog, "4", test.diags, &name), LW_OK);
    assert_string_equal(name, "04-requests-in-flight");
    assert_int_equal(lw_lesson_find(catalog, "requests-in-flight", test.diags, &name), LW_OK);
    assert_int_equal(lw_lesson_find(catalog, "requests", test.diags, &name), LW_BAD_USAGE);
    assert_int_equal(lw_lesson_read(catalog, "04-requests-in-flight", test.arena, test.diags, &lesson), LW_OK);
    static const char *const good[] = {"1.40", "5.6", "6.67"}, *const bad[] = {"1.40", "five", "7"};
    assert_int_equal(lw_report_answers(&lesson, good, 3, &text, &right), LW_OK);
    assert_true(right);
    assert_int_equal(lw_report_answers(&lesson, good, 2, &text, &right), LW_OK);
    assert_false(right);
    assert_int_equal(lw_report_answers(&lesson, bad, 3, &text, &right), LW_OK);
    assert_false(right);
    assert_string_equal(text.bytes, "  1: right\n  2: right\n  3: right\n  1: right\n  2: right\n  3: no answer\n"
                                    "  1: right\n  2: no number\n  3: not yet\n");
    lw_text_free(&text);
    lw_test_end(&test);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(answers_are_what_runs_give), cmocka_unit_test(answers_are_checked)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
