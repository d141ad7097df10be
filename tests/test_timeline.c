// SPDX-License-Identifier: GPL-3.0-or-later
// The chart of who waits for whom: its axis with breaks, rows and lanes, what it outlines, and what
// it leaves out.
#include <math.h>

#include "plots/time_axis.h"
#include "tests/chart_helpers.h"

enum { US = 1000000, WORKLOADS = 3 };

static lw_point point_of(lw_timeline *timeline, lw_workload_result *workload, size_t count) {
    static const char *const names[WORKLOADS] = {"upload", "probe", "a name of some length"};
    for (size_t i = 0; i < count; i++) {
        workload[i] = (lw_workload_result){.name = names[i]};
    }
    return (lw_point){.workload = workload, .workload_count = count, .timeline = timeline, .end_ps = timeline->end_ps};
}

static lw_result result_of(lw_point *points, size_t count) {
    return (lw_result){.tool_version = "0.1.0",
                       .title = "Who waits for whom?",
                       .file = "timeline.yaml",
                       .hardware = "a host · a card",
                       .point = points,
                       .point_count = count,
                       .planned = count};
}

static lw_timeline_row rows[] = {{LW_ROW_CALLS, "calls", "", LW_HUE_GREY, 1},
                                 {LW_ROW_SLOTS, "gpu copy engines", "that read", LW_HUE_GREY, 1},
                                 {LW_ROW_LINK, "slot", "host->gpu", LW_HUE_BLUE, 2}};

static const lw_timeline_span spans[] = {
    {.row = 0, .workload = 0, .of = 0, .from_ps = 0, .to_ps = 10 * US, .critical = true},
    {.row = 1, .workload = 0, .of = 1, .from_ps = 10 * US, .to_ps = 60 * US, .bytes = 1 << 20, .critical = true},
    {.row = 1,
     .workload = 1,
     .of = 3,
     .from_ps = 60 * US,
     .to_ps = 100 * US,
     .bytes = 4096,
     .wait_ps = 50 * US,
     .critical = true},
    {.row = 2, .workload = 0, .of = 1, .from_ps = 11 * US, .to_ps = 60 * US, .bytes = 1 << 20, .critical = true},
    {.row = 2, .workload = 1, .of = 3, .from_ps = 60 * US, .to_ps = 100 * US, .bytes = 4096, .critical = true},
    {.row = 2, .lane = 1, .workload = 2, .of = 2, .from_ps = 20 * US, .to_ps = 62 * US, .bytes = 777},
};

static lw_timeline plain_timeline(lw_test *test) {
    lw_timeline_span *copy = LW_NEW_ARRAY(test->arena, lw_timeline_span, COUNT(spans));
    assert_non_null(copy);
    memcpy(copy, spans, sizeof spans);
    return (lw_timeline){.row = rows, .row_count = COUNT(rows), .span = copy, .span_count = COUNT(spans), .end_ps = 100 * US};
}

static size_t count_class(const lw_picture *picture, const char *klass) {
    size_t count = 0;
    for (size_t i = 0; i < picture->draw->count; i++) {
        const lw_draw_item *item = &picture->draw->item[i];
        count += item->kind == LW_DRAW_GROUP_PUSH && item->klass != NULL && strcmp(item->klass, klass) == 0 ? 1 : 0;
    }
    return count;
}

static void test_one_panel(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_timeline timeline = plain_timeline(&test);
    lw_workload_result workload[WORKLOADS];
    lw_critical_part part[] = {{LW_PATH_LINK, "slot", "host->gpu", 89 * US}, {LW_PATH_LAUNCH, NULL, NULL, 11 * US}};
    lw_point point = point_of(&timeline, workload, WORKLOADS);
    point.path = (lw_critical){part, COUNT(part), 100 * US, 4};
    const lw_result result = result_of(&point, 1);
    lw_chart_request request = request_of(LW_CHART_TIMELINE);
    lw_font_metrics fixed = lw_font_metrics_fixed();
    lw_picture picture;
    assert_int_equal(render(&test, &request, &result, &picture), LW_OK);
    check_texts(&test, &picture, &fixed);
    check_golden(&test, &picture, "timeline");
    assert_true(has_text(&picture, "89 % links.slot host->gpu, 11 % launch"));
    assert_true(has_text(&picture, "slot  host → gpu"));
    assert_int_equal(count_class(&picture, "critical"), 5);
    assert_int_equal(count_class(&picture, "span"), 1);
    assert_int_equal(count_class(&picture, "break"), 0);

    request.workload = "probe";
    assert_int_equal(render(&test, &request, &result, &picture), LW_OK);
    check_texts(&test, &picture, &fixed);
    assert_int_equal(count_class(&picture, "critical"), 2);
    assert_false(has_text(&picture, "calls"));
    request.workload = "none";
    assert_int_equal(render(&test, &request, &result, &picture), LW_BAD_INPUT);
    assert_int_equal(lw_chart_check(&request, &result, test.diags), LW_BAD_INPUT);
    request.workload = "upload";
    assert_int_equal(lw_chart_check(&request, &result, test.diags), LW_OK);
    request.height = 300;
    assert_int_equal(render(&test, &request, &result, &picture), LW_OK);
    lw_test_end(&test);
}

// Time runs on, evenly between breaks; a break is as wide whatever it leaves out.
static void test_breaks(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_timeline_gap gaps[] = {{.from_ps = 100 * US, .to_ps = 900 * US, .period_ps = 8 * US, .tasks = 200},
                              {.from_ps = 910 * US, .to_ps = 920 * US, .period_ps = 5 * US, .tasks = 4},
                              {.from_ps = 1000 * US, .to_ps = INT64_C(100000) * US, .period_ps = 9 * US, .tasks = 22000}};
    lw_timeline timeline = plain_timeline(&test);
    timeline.gap = gaps;
    timeline.gap_count = COUNT(gaps);
    timeline.end_ps = INT64_C(100200) * US;
    lw_time_axis axis;
    lw_time_axis_make(&timeline, timeline.end_ps, 100, 900, &axis);
    assert_int_equal(axis.count, 3);  // one is too short beside the longest
    assert_true(axis.part[1].broken && axis.part[1].gap == &gaps[2]);
    assert_close(axis.part[0].left, 100, 1e-12);
    assert_close(axis.part[2].right, 900, 1e-12);
    double last = 0;
    for (int64_t us = 0; us <= 100200; us += 20) {
        const double x = lw_time_axis_at(&axis, us * US);
        assert_true(x >= last && x >= 100 && x <= 900);
        last = x;
    }
    const double unit = (lw_time_axis_at(&axis, 500 * US) - lw_time_axis_at(&axis, 400 * US)) / 100;
    assert_close(lw_time_axis_at(&axis, INT64_C(100150) * US) - lw_time_axis_at(&axis, INT64_C(100050) * US), 100 * unit, 1e-9);

    timeline.left_out = 12345;
    timeline.left_from_ps = INT64_C(100020) * US;
    timeline.left_to_ps = INT64_C(180000) * US;
    timeline.end_ps = INT64_C(180200) * US;
    lw_workload_result workload[1];
    lw_point point = point_of(&timeline, workload, 1);
    for (size_t i = 0; i < timeline.span_count; i++) {
        timeline.span[i].workload = 0;
    }
    const lw_result result = result_of(&point, 1);
    const lw_chart_request request = request_of(LW_CHART_TIMELINE);
    lw_font_metrics fixed = lw_font_metrics_fixed();
    lw_picture picture;
    assert_int_equal(render(&test, &request, &result, &picture), LW_OK);
    check_texts(&test, &picture, &fixed);
    check_golden(&test, &picture, "timeline-breaks");
    assert_int_equal(count_class(&picture, "break"), 2);
    assert_true(has_text(&picture, "11,000 × 9.00 µs"));
    assert_true(has_text(&picture, "12345 tasks are not recorded."));
    // what is not recorded holds what repeats
    timeline.left_from_ps = 50 * US;
    lw_time_axis_make(&timeline, timeline.end_ps, 100, 900, &axis);
    assert_int_equal(axis.count, 3);
    assert_true(axis.part[1].broken && axis.part[1].gap == NULL);
    assert_close(axis.part[2].right, 900, 1e-12);
    lw_test_end(&test);
}

// Points of a sweep stand below each other on one axis.
static void test_panels(void **state) {
    (void)state;
    enum { POINTS = 6 };
    lw_test test = lw_test_begin();
    lw_timeline timeline[POINTS];
    lw_workload_result workload[POINTS][WORKLOADS];
    lw_point point[POINTS];
    lw_set_value set[POINTS];
    for (int i = 0; i < POINTS; i++) {
        timeline[i] = plain_timeline(&test);
        timeline[i].end_ps += i * 50 * US;
        point[i] = point_of(&timeline[i], workload[i], WORKLOADS);
        set[i] = (lw_set_value){.path = "nodes.gpu.copy_engines", .text = lw_arena_print(test.arena, "%d", i + 1)};
        point[i].set = &set[i];
        point[i].set_count = 1;
    }
    lw_result result = result_of(point, POINTS);
    lw_chart_request request = request_of(LW_CHART_TIMELINE);
    lw_font_metrics fixed = lw_font_metrics_fixed();
    lw_picture picture;
    assert_int_equal(render(&test, &request, &result, &picture), LW_OK);
    check_texts(&test, &picture, &fixed);
    assert_true(has_text(&picture, "nodes.gpu.copy_engines: 4") && !has_text(&picture, "nodes.gpu.copy_engines: 5"));
    assert_true(has_text(&picture, "The first 4 of 6 points."));
    assert_int_equal(count_class(&picture, "critical"), 4 * 5);
    request.height = 300;
    assert_int_equal(render(&test, &request, &result, &picture), LW_BAD_INPUT);
    for (int i = 0; i < POINTS; i++) {
        point[i].timeline = NULL;
    }
    request.height = LW_AUTO;
    assert_int_equal(render(&test, &request, &result, &picture), LW_OK);
    assert_null(picture.draw);
    lw_test_end(&test);
}

// As many rows as can be read, those of the critical path among them; bars that nobody could tell
// apart are one.
static void test_bounds(void **state) {
    (void)state;
    enum { ROWS = 200, SPANS = 20000 };
    lw_test test = lw_test_begin();
    lw_timeline_row *row = LW_NEW_ARRAY(test.arena, lw_timeline_row, ROWS);
    lw_timeline_span *span = LW_NEW_ARRAY(test.arena, lw_timeline_span, SPANS + ROWS);
    assert_true(row != NULL && span != NULL);
    for (int i = 0; i < ROWS; i++) {
        row[i] = (lw_timeline_row){LW_ROW_LINK, lw_arena_print(test.arena, "link%d", i), "a->b", LW_HUE_GREEN, 1};
    }
    for (int64_t i = 0; i < SPANS; i++) {
        span[i] = (lw_timeline_span){.row = 0, .from_ps = i * US, .to_ps = (i + 1) * US, .of = (size_t)i};
    }
    for (uint32_t i = 0; i < ROWS; i++) {
        span[SPANS + i] = (lw_timeline_span){.row = i, .from_ps = 0, .to_ps = (i + 1) * US, .critical = i == 1};
    }
    lw_timeline timeline = {
        .row = row, .row_count = ROWS, .span = span, .span_count = SPANS + ROWS, .end_ps = INT64_C(20000) * US};
    lw_workload_result workload[1];
    lw_point point = point_of(&timeline, workload, 1);
    const lw_result result = result_of(&point, 1);
    const lw_chart_request request = request_of(LW_CHART_TIMELINE);
    lw_font_metrics fixed = lw_font_metrics_fixed();
    lw_picture picture;
    assert_int_equal(render(&test, &request, &result, &picture), LW_OK);
    check_texts(&test, &picture, &fixed);
    assert_true(has_text(&picture, "160 rows with the least work are left out."));
    assert_true(has_text(&picture, "link1  a → b") && has_text(&picture, "link199") && !has_text(&picture, "link50 "));
    assert_true(count_class(&picture, "span") < 2000);
    lw_test_end(&test);
}

// ---- How busy each link and engine is over time ----

static void test_utilisation(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_timeline timeline = plain_timeline(&test);
    lw_workload_result workload[WORKLOADS];
    lw_direction_result direction[] = {
        {.link = "slot", .direction = "host->gpu", .utilisation = 0.5, .payload_bytes = (1 << 20) + 4096 + 777}};
    lw_engines_result engines[] = {{.name = "gpu copy engines", .use = "that read", .count = 2}};
    lw_point point = point_of(&timeline, workload, WORKLOADS);
    point.direction = direction;
    point.direction_count = COUNT(direction);
    point.engines = engines;
    point.engines_count = COUNT(engines);
    const lw_result result = result_of(&point, 1);
    lw_chart_request request = request_of(LW_CHART_UTILISATION);
    lw_font_metrics fixed = lw_font_metrics_fixed();
    lw_picture picture;
    assert_int_equal(render(&test, &request, &result, &picture), LW_OK);
    check_texts(&test, &picture, &fixed);
    check_golden(&test, &picture, "utilisation");
    assert_int_equal(count_class(&picture, "busy"), 2);  // calls are no device
    assert_true(has_text(&picture, "50 %"));             // of the link, as the result has it
    assert_true(has_text(&picture, "45 %"));             // 90 of 100 us with one of two engines
    request.workload = "probe";
    assert_int_equal(render(&test, &request, &result, &picture), LW_OK);
    assert_true(has_text(&picture, "20 %"));
    request.workload = "none";
    assert_int_equal(render(&test, &request, &result, &picture), LW_BAD_INPUT);
    request.workload = NULL;
    request.height = 300;
    request.width = 400;
    timeline.row_count = 0;  // nothing was recorded
    assert_int_equal(render(&test, &request, &result, &picture), LW_OK);
    assert_null(picture.draw);
    lw_test_end(&test);
}

// Ten pieces of 10 us one behind the other, of which seven are jumped: at a boundary between two, or
// in the middle of one, which the record then has at the end of the jump.
static void test_jumps_are_busy(void **state) {
    (void)state;
    static const struct { int64_t jump_us, second_us; } cases[] = {{20, 10}, {15, 80}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        lw_test test = lw_test_begin();
        const int64_t start_us[] = {0, cases[i].second_us, 90};
        lw_timeline_span pieces[COUNT(start_us)] = {{0}};
        for (size_t k = 0; k < COUNT(start_us); k++) {
            pieces[k] = (lw_timeline_span){.from_ps = start_us[k] * US, .to_ps = (start_us[k] + 10) * US, .bytes = 1000};
        }
        lw_timeline_gap gap = {.from_ps = cases[i].jump_us * US, .to_ps = (cases[i].jump_us + 70) * US, .period_ps = 10 * US};
        lw_timeline timeline = {.row = &rows[2],
                                .row_count = 1,
                                .span = pieces,
                                .span_count = COUNT(pieces),
                                .gap = &gap,
                                .gap_count = 1,
                                .end_ps = 100 * US};
        lw_workload_result workload[1];
        lw_direction_result direction = {.link = "slot", .direction = "host->gpu", .utilisation = 0.9, .payload_bytes = 10000};
        lw_point point = point_of(&timeline, workload, 1);
        point.direction = &direction;
        point.direction_count = 1;
        const lw_result result = result_of(&point, 1);
        const lw_chart_request request = request_of(LW_CHART_UTILISATION);
        lw_picture picture;
        assert_int_equal(render(&test, &request, &result, &picture), LW_OK);
        assert_true(has_text(&picture, "90 %"));
        size_t cells = 0;  // of one shade from beginning to end, so one
        for (size_t k = 0; k < picture.draw->count; k++) {
            const lw_draw_item *item = &picture.draw->item[k];
            cells += item->kind == LW_DRAW_RECT && item->fill >= LW_ROLE_RAMP && item->fill <= LW_ROLE_RAMP_LAST &&
                     item->height > 12.0;
        }
        assert_int_equal(cells, 1);
        lw_test_end(&test);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_panel), cmocka_unit_test(test_breaks),      cmocka_unit_test(test_panels),
        cmocka_unit_test(test_bounds),    cmocka_unit_test(test_utilisation), cmocka_unit_test(test_jumps_are_busy),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    lw_plots_close();
    return failed;
}
