// SPDX-License-Identifier: GPL-3.0-or-later
// Charts of the model beside measured tables: a mark a point, and where it belongs.
#include "plots/accuracy.h"
#include "tests/chart_helpers.h"

static lw_compared near[] = {{.x = 1024, .bytes = 1024, .measured = 1, .model = 1.05, .error = 0.02},
                             {.x = 65536, .bytes = 65536, .measured = 10, .model = 9, .error = 0.04}};
static lw_compared far[] = {{.x = 4096, .bytes = 4096, .measured = 4, .model = 24}};
static lw_compared late[] = {{.x = 0, .bytes = 64, .measured = 2, .model = 0.1},
                             {.x = 1, .bytes = 64, .measured = 2, .model = 0}};

static lw_accuracy accuracy_of(lw_validation tables[3]) {
    const lw_metric *rate = metric_of("bandwidth_GBps"), *time = metric_of("time_us");
    tables[0] = (lw_validation){.name = "near",
                                .label = "Near",
                                .family = "f",
                                .class = "copy-small",
                                .use = "calibrate",
                                .metric = rate,
                                .over_sizes = true,
                                .points = 2,
                                .rows = near};
    tables[1] = (lw_validation){.name = "far",
                                .label = "Far",
                                .family = "f",
                                .class = "copy-large",
                                .use = "validate",
                                .metric = rate,
                                .over_sizes = true,
                                .points = 1,
                                .rows = far};
    tables[2] = (lw_validation){
        .name = "late", .label = "Late", .family = "other", .use = "validate", .metric = time, .points = 2, .rows = late};
    return (lw_accuracy){.tool_version = "0.0.0", .tables = {tables, 3}};
}

static lw_picture picture_of(lw_test *test, lw_accuracy_request request, const lw_accuracy *accuracy) {
    const lw_font_metrics metrics = lw_font_metrics_fixed();
    lw_picture picture;
    assert_int_equal(lw_accuracy_render_with(&request, accuracy, &metrics, test->arena, &picture), LW_OK);
    return picture;
}

// Marks inside groups of this class, filled or open.
static size_t count_marks(const lw_picture *picture, const char *klass, bool filled) {
    size_t count = 0, depth = 0, inside = SIZE_MAX;
    for (size_t i = 0; i < picture->draw->count; i++) {
        const lw_draw_item *item = &picture->draw->item[i];
        depth += item->kind == LW_DRAW_GROUP_PUSH;
        inside = item->kind == LW_DRAW_GROUP_PUSH && strcmp(item->klass, klass) == 0 ? depth : inside;
        inside = item->kind == LW_DRAW_GROUP_POP && depth == inside ? SIZE_MAX : inside;
        depth -= item->kind == LW_DRAW_GROUP_POP;
        count += item->kind == LW_DRAW_MARKER && inside != SIZE_MAX && (item->fill != LW_ROLE_NONE) == filled;
    }
    return count;
}

// What cannot lie on an axis of logarithms is not drawn.
static void test_every_point_is_a_mark(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_validation tables[3];
    const lw_accuracy accuracy = accuracy_of(tables);
    for (int kind = LW_ACCURACY_PARITY; kind <= LW_ACCURACY_RESIDUALS; kind++) {
        const lw_picture picture = picture_of(&test, (lw_accuracy_request){.kind = (lw_accuracy_kind)kind}, &accuracy);
        assert_int_equal(count_marks(&picture, "measured", false), 2);
        assert_int_equal(count_marks(&picture, "measured", true), 2);
        check_golden(&test, &picture, lw_accuracy_words[kind]);
    }
    lw_test_end(&test);
}

// Classes whose names begin alike share a hue and differ in shape.
static void test_looks(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_validation tables[3];
    const lw_accuracy accuracy = accuracy_of(tables);
    const lw_class_look *look;
    size_t count;
    assert_int_equal(lw_class_looks(&accuracy.tables, test.arena, &look, &count), LW_OK);
    assert_int_equal(count, 3);
    assert_string_equal(look[0].name, "copy-large");
    assert_string_equal(look[2].name, "other");
    assert_true(look[0].hue == look[1].hue && look[0].shape != look[1].shape && look[1].hue != look[2].hue);
    assert_int_equal(look[1].points[0], 2);
    assert_int_equal(look[1].points[1], 0);
    lw_test_end(&test);
}

static void test_fits(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_validation tables[3];
    lw_accuracy accuracy = accuracy_of(tables);
    lw_fitted fitted = {.preset = "card", .key = "submit", .before = "1 us", .value = "2 us", .error = 0.02};
    lw_calibration fit = {.fitted = &fitted, .fitted_count = 1, .points = 5, .compared = accuracy.tables};
    lw_accuracy_request request = {.kind = LW_ACCURACY_FIT};
    assert_null(picture_of(&test, request, &accuracy).draw);
    accuracy.fits = (lw_calibrations){&fit, 1};
    lw_picture picture = picture_of(&test, request, &accuracy);
    assert_int_equal(count_marks(&picture, "panel", true), 4);
    check_golden(&test, &picture, "fit");
    request.part = 1;
    assert_null(picture_of(&test, request, &accuracy).draw);
    request = (lw_accuracy_request){.kind = LW_ACCURACY_FIT, .fit = 1};
    assert_null(picture_of(&test, request, &accuracy).draw);
    accuracy = (lw_accuracy){.tool_version = "0.0.0"};
    assert_null(picture_of(&test, (lw_accuracy_request){.kind = LW_ACCURACY_PARITY}, &accuracy).draw);
    lw_test_end(&test);
}

static void test_errors_read_as_shares(void **state) {
    (void)state;
    static const struct {
        double ratio;
        const char *text;
    } cases[] = {{1, "0"}, {2, "+100 %"}, {0.5, "-50 %"}, {1.1, "+10 %"}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        char text[LW_TICK_TEXT];
        lw_tick_error(cases[i].ratio, text);
        assert_string_equal(text, cases[i].text);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_point_is_a_mark),
        cmocka_unit_test(test_looks),
        cmocka_unit_test(test_fits),
        cmocka_unit_test(test_errors_read_as_shares),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
