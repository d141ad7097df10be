// SPDX-License-Identifier: GPL-3.0-or-later
// What may be asked of a chart, and what is said of the rest.

#include "tests/demo_result.h"

// What needs no numbers is told from the outline alone, in the same words.
static lw_status check_outline(lw_test *test, const lw_chart_request *request, lw_result result) {
    lw_workload_result named[8] = {{0}};
    lw_point *point = LW_NEW_ARRAY(test->arena, lw_point, result.point_count);
    assert_non_null(point);
    for (size_t i = 0; i < result.point[0].workload_count; i++) {
        named[i].name = result.point[0].workload[i].name;
    }
    for (size_t i = 0; i < result.point_count; i++) {
        point[i] = (lw_point){.set = result.point[i].set,
                              .set_count = result.point[i].set_count,
                              .workload = named,
                              .workload_count = result.point[i].workload_count};
    }
    result.point = point;
    return lw_chart_check(request, &result, test->diags);
}

static void test_wrong_requests_are_explained(void **state) {
    (void)state;
    static const struct {
        lw_chart_request request;
        const char *message;
    } cases[] = {
        {{.x = "workloads.*.byte"}, "3:5: the chart's x 'workloads.*.byte' is not swept | did you mean 'workloads.*.bytes'?"},
        {{.series = "links.egpus"}, "3:5: the chart's series 'links.egpus' is not swept | did you mean 'links.egpu'?"},
        {{.panel = "seeds"}, "3:5: the chart's panel 'seeds' is not swept | swept are: links.egpu, workloads.*.bytes"},
        {{.x = "links.egpu"},
         "3:5: the chart's x 'links.egpu' has the value 'pcie-5-x16', which is no number | choose a swept path whose values are "
         "numbers"},
        {{.workload = "sideload"}, "3:5: the chart's workload 'sideload' does not exist | use a name from workloads:"},
        {{.kind = LW_CHART_KINDS}, "3:5: the chart has an unknown kind, theme or axis"},
        {{.width = 100}, "3:5: a chart must be 400 to 8000 wide and 300 to 8000 high"},
        {{.width = 400, .height = 300},
         "3:5: the chart of 400 x 300 is too small for what it shows | give it more width: and height:, or leave them out"},
        {{.kind = LW_CHART_WATERFALL, .height = 300},
         "3:5: the chart is too low for 12 rows | give it more height:, or leave it out"},
        {{.kind = LW_CHART_WATERFALL, .width = 400},
         "3:5: the chart of 400 x 849 is too small for what it shows | give it more width:, or leave it out"},
    };
    static const lw_source source = {.name = "scenario.yaml"};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lw_test test = lw_test_begin();
        lw_result result = demo_result(test.arena);
        lw_chart_request request = cases[i].request;
        request.width = request.width == 0 ? LW_AUTO : request.width;
        request.height = request.height == 0 ? LW_AUTO : request.height;
        request.place = (lw_place){&source, 3, 5};
        lw_picture picture;
        bool by_size = strstr(cases[i].message, "too small") != NULL || strstr(cases[i].message, "too low") != NULL;
        assert_int_equal(check_outline(&test, &request, result), by_size ? LW_OK : LW_BAD_INPUT);
        assert_int_equal(lw_diags_count(test.diags), by_size ? 0 : 1);
        assert_int_equal(render(&test, &request, &result, &picture), LW_BAD_INPUT);
        assert_int_equal(lw_diags_count(test.diags), 1);
        assert_diag(&test, 0, cases[i].message);
        lw_test_end(&test);
    }
}

static void test_too_much_is_refused(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_result result = demo_result(test.arena);
    for (int i = 0; i < POINTS; i++) {
        result.point[i].set[0].text = lw_arena_print(test.arena, "link-%d", i);
    }
    lw_chart_request request = request_of(LW_CHART_BANDWIDTH);
    lw_picture picture;
    assert_int_equal(check_outline(&test, &request, result), LW_BAD_INPUT);
    assert_int_equal(render(&test, &request, &result, &picture), LW_BAD_INPUT);
    assert_int_equal(lw_diags_count(test.diags), 1);
    assert_diag(&test, 0,
                "0:0: more than 12 lines in one chart cannot be read | sweep less, or give the chart a panel: or a workload: to "
                "split it");
    lw_test_end(&test);
}

static void test_requests_are_parsed(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_yaml *list = lw_test_tree(
        &test, "- {kind: time, x: workloads.up.bytes, series: links.egpu, theme: dark, axis: linear, title: How long?, "
               "width: 800, file: times}\n"
               "- {kind: waterfall}\n");
    lw_chart_request request;
    assert_int_equal(lw_chart_parse(list->first, &request, test.diags), LW_OK);
    assert_int_equal(request.kind, LW_CHART_TIME);
    assert_string_equal(request.x, "workloads.up.bytes");
    assert_string_equal(request.series, "links.egpu");
    assert_string_equal(request.title, "How long?");
    assert_string_equal(request.file, "times");
    assert_int_equal(request.theme, LW_THEME_DARK);
    assert_int_equal(request.axis, LW_AXIS_LINEAR);
    assert_int_equal(request.width, 800);
    assert_true(request.height == LW_AUTO);
    assert_int_equal(request.place.line, 1);
    assert_int_equal(lw_chart_parse(list->first->next, &request, test.diags), LW_OK);
    assert_int_equal(request.kind, LW_CHART_WATERFALL);
    assert_int_equal(lw_diags_count(test.diags), 0);

    list = lw_test_tree(&test, "- bandwidth\n"
                               "- {kind: bandwith}\n"
                               "- {x: a}\n"
                               "- {kind: time, serie: b}\n"
                               "- {kind: time, width: 20}\n"
                               "- {kind: time, file: ../../etc/passwd}\n");
    int lines = 0;
    for (const lw_yaml *item = list->first; item != NULL; item = item->next) {
        size_t before = lw_diags_count(test.diags);
        assert_int_equal(lw_chart_parse(item, &request, test.diags), LW_BAD_INPUT);
        assert_true(lw_diags_count(test.diags) > before);
        assert_int_equal(lw_diags_at(test.diags, before)->place.line, ++lines);
    }
    assert_int_equal(request.kind, LW_CHART_WATERFALL);  // untouched by failures
    lw_test_end(&test);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_requests_are_parsed),
        cmocka_unit_test(test_wrong_requests_are_explained),
        cmocka_unit_test(test_too_much_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
