// SPDX-License-Identifier: GPL-3.0-or-later
// Charts of what a radio has to spare: below 0 dB too, with the place where it ends.
#include "tests/chart_helpers.h"

enum { WEATHERS = 2, STEPS = 6, POINTS = WEATHERS * STEPS };

static const char *const weather[WEATHERS] = {"vapour=7.5 g/m3", "rain=100 mm/h"};
// whole dB, so that what stands between them can be told in the head
static const double margin_dB[WEATHERS][STEPS] = {{14, 12, 10, 8, 6, 4}, {12, 8, 3, -1, -6, -12}};

// Two kinds of weather over 100 to 600 m; where the margin is below 0 nothing gets through.
static lw_result radio(lw_test *test) {
    lw_result result = {.tool_version = "0.1.0", .title = "Margins", .file = "air.yaml", .point_count = POINTS};
    result.point = LW_NEW_ARRAY(test->arena, lw_point, POINTS);
    for (size_t i = 0; i < POINTS; i++) {
        lw_point *point = &result.point[i];
        *point = (lw_point){.index = (int)i, .set_count = 3, .workload_count = 1, .stage_count = 1};
        point->set = LW_NEW_ARRAY(test->arena, lw_set_value, 3);
        point->workload = LW_NEW(test->arena, lw_workload_result);
        point->stage = LW_NEW(test->arena, lw_stage_result);
        const double margin = margin_dB[i / STEPS][i % STEPS];
        point->set[0] = (lw_set_value){
            .path = "workloads.send.bytes", .text = "1 MiB", .is_number = true, .number = 1048576, .dimension = LW_BYTES};
        point->set[1] = (lw_set_value){.path = "links.air", .text = weather[i / STEPS]};
        point->set[2] = (lw_set_value){.path = "links.air.distance",
                                       .text = "distance",
                                       .is_number = true,
                                       .number = 100.0 * (double)(i % STEPS + 1),
                                       .dimension = LW_LENGTH};
        *point->workload = (lw_workload_result){.name = "send",
                                                .direction = "here->there",
                                                .bytes = 1048576,
                                                .signal = {.mode = "qpsk-11/15", .snr_dB = 6 + margin, .needed_dB = 6}};
        if (margin < 0) {
            point->workload->limit = (lw_limit){.kind = LW_FAILED_FOR_SIGNAL, .name = "air", .mode = "qpsk-11/15"};
        } else {
            point->workload->bandwidth_GBps = 0.8;
        }
        *point->stage = (lw_stage_result){.workload = "send",
                                          .link = "air",
                                          .label = "THz radio 240 GHz",
                                          .family = "thz",
                                          .hue = hue_of("thz"),
                                          .evidence = LW_SPECULATIVE};
        for (int s = 0; s < LW_STAGE_COUNT; s++) {
            point->stage->rate_GBps[s] = 0.9;
        }
    }
    return result;
}

static void test_margin(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_result result = radio(&test);
    const lw_chart_request request = request_of(LW_CHART_MARGIN);
    lw_picture picture;
    lw_font_metrics fixed = lw_font_metrics_fixed();
    assert_int_equal(render(&test, &request, &result, &picture), LW_OK);
    check_golden(&test, &picture, "margin");
    check_texts(&test, &picture, &fixed);
    assert_true(has_text(&picture, "Margin (dB)") && has_text(&picture, "Distance (m)"));
    assert_true(has_text(&picture, "closes above 0 dB"));
    // What nothing gets through has its margin, and no cross on the axis.
    assert_true(has_text(&picture, "12.0 \u2026 -12.0 dB, closes at points up to 300 m"));
    assert_true(has_text(&picture, "14.0 \u2026 4.0 dB"));
    assert_false(has_text(&picture, "14.0 \u2026 4.0 dB, closes") || has_text(&picture, "nothing gets through"));
    // Framing leaves a rate, which is no margin.
    assert_false(has_text(&picture, "raw rate"));
    assert_false(has_text(&picture, "two modes"));
    assert_int_equal(lw_diags_count(test.diags), 0);

    for (int theme = 0; theme < LW_THEME_KINDS; theme++) {
        lw_chart_request themed = request;
        lw_text png = {0};
        themed.theme = theme;
        assert_int_equal(lw_chart_render(&themed, &result, test.arena, test.diags, &picture), LW_OK);
        assert_int_equal(lw_picture_png(&picture, 1, &png, test.diags), LW_OK);
        leave(&test, lw_arena_print(test.arena, "margin-%s.png", lw_theme_words[theme]), &png);
        lw_text_free(&png);
    }
    lw_test_end(&test);
}

// What is uncertain about a radio shades its margin.
static void test_band(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_result result = radio(&test);
    const lw_chart_request request = request_of(LW_CHART_MARGIN);
    lw_picture picture;
    for (size_t i = 0; i < POINTS; i++) {
        lw_workload_result *row = result.point[i].workload;
        row->has_band = true;
        row->low_margin_dB = lw_signal_margin_dB(&row->signal) - 3;
        row->high_margin_dB = lw_signal_margin_dB(&row->signal) + 4;
    }
    assert_int_equal(render(&test, &request, &result, &picture), LW_OK);
    assert_true(has_text(&picture, "Shaded: how uncertain that is"));
    lw_test_end(&test);
}

// At an end of the axis the line's own words stand clear of the ticks, and inside the plot.
static void test_ends(void **state) {
    (void)state;
    for (int sign = -1; sign <= 1; sign += 2) {
        lw_test test = lw_test_begin();
        lw_result result = radio(&test);
        const lw_chart_request request = request_of(LW_CHART_MARGIN);
        for (size_t i = 0; i < POINTS; i++) {
            lw_signal *signal = &result.point[i].workload->signal;
            signal->snr_dB = signal->needed_dB + sign * fabs(lw_signal_margin_dB(signal));
        }
        lw_picture picture;
        lw_font_metrics fixed = lw_font_metrics_fixed();
        assert_int_equal(render(&test, &request, &result, &picture), LW_OK);
        check_texts(&test, &picture, &fixed);
        assert_true(has_text(&picture, "closes above 0 dB"));
        lw_test_end(&test);
    }
}

// A slower mode starts from a margin of its own: nothing is told between two modes, and the subtitle
// says why. Where it closes again further on, no end is told.
static void test_modes(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_result result = radio(&test);
    const lw_chart_request request = request_of(LW_CHART_MARGIN);
    result.point[2].workload->signal.mode = "bpsk-11/15";
    lw_picture picture;
    assert_int_equal(render(&test, &request, &result, &picture), LW_OK);
    assert_true(has_text(&picture, "two modes"));
    lw_chart_data data;
    assert_int_equal(lw_chart_collect(&request, &result, test.arena, test.diags, &data), LW_OK);
    const lw_curve *curve = &data.panel[0].curve[0];
    for (size_t i = 1; i < STEPS; i++) {
        assert_int_equal(curve->point[i].apart, i == 2 || i == 3);
    }
    lw_workload_result *fails = result.point[1].workload;
    fails->signal.snr_dB = fails->signal.needed_dB - 1;
    assert_int_equal(render(&test, &request, &result, &picture), LW_OK);
    assert_false(has_text(&picture, "14.0 \u2026 4.0 dB, closes"));
    lw_test_end(&test);
}

// Lines in one place are one, whose label says where both cross.
static void test_equal_lines(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_result result = radio(&test);
    const lw_chart_request request = request_of(LW_CHART_MARGIN);
    for (size_t i = 0; i < STEPS; i++) {
        result.point[i].workload->signal = result.point[STEPS + i].workload->signal;
        result.point[i].workload->limit = result.point[STEPS + i].workload->limit;
    }
    lw_picture picture;
    lw_font_metrics fixed = lw_font_metrics_fixed();
    assert_int_equal(render(&test, &request, &result, &picture), LW_OK);
    check_texts(&test, &picture, &fixed);
    assert_true(has_text(&picture, "same)"));
    assert_true(has_text(&picture, "12.0 \u2026 -12.0 dB, closes at points up to 300 m"));
    lw_test_end(&test);
}

// Over what is no length, and upwards: a station that looks higher up.
static void test_from(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_result result = radio(&test);
    lw_chart_request request = request_of(LW_CHART_MARGIN);
    for (size_t i = 0; i < POINTS; i++) {
        lw_set_value *x = &result.point[i].set[2];
        *x = (lw_set_value){.path = "links.air.elevation",
                            .text = "angle",
                            .is_number = true,
                            .number = 90 - 10 * (double)(i % STEPS),
                            .dimension = LW_ANGLE};
    }
    request.x = "links.air.elevation";
    lw_picture picture;
    lw_font_metrics fixed = lw_font_metrics_fixed();
    assert_int_equal(render(&test, &request, &result, &picture), LW_OK);
    check_texts(&test, &picture, &fixed);
    assert_true(has_text(&picture, "-12.0 \u2026 12.0 dB, closes at points from 70 \u00B0"));
    assert_true(has_text(&picture, "Elevation (\u00B0)"));
    lw_test_end(&test);
}

// A cable has no margin, and a table of rates no place among margins.
static void test_what_has_none(void **state) {
    (void)state;
    static double dots[][2] = {{100, 0.7}, {200, 0.6}};
    lw_measured_series measured = {.table = "rates", .observe = metric_of("bandwidth_GBps"), .points = dots, .count = 2};
    lw_test test = lw_test_begin();
    lw_result result = radio(&test);
    const lw_chart_request request = request_of(LW_CHART_MARGIN);
    lw_picture picture;
    result.measured = &measured;
    result.measured_count = 1;
    assert_int_equal(render(&test, &request, &result, &picture), LW_OK);
    assert_false(has_text(&picture, "Measured"));
    for (size_t i = 0; i < POINTS; i++) {
        result.point[i].workload->signal = (lw_signal){0};
    }
    assert_int_equal(render(&test, &request, &result, &picture), LW_BAD_INPUT);
    assert_diag(
        &test, 0,
        "0:0: there is nothing to draw: only what goes over a radio has a margin | use kind: bandwidth, or send something "
        "over a radio");
    lw_test_end(&test);
}

// Work over cables takes no room from that over a radio, neither before the run nor after it.
static void test_beside_cables(void **state) {
    (void)state;
    static const char *const cable[] = {"a", "b", "c", "d", "e", "f"};
    enum { CABLES = sizeof cable / sizeof cable[0] };
    lw_test test = lw_test_begin();
    lw_result result = radio(&test);
    const lw_chart_request request = request_of(LW_CHART_MARGIN);
    for (size_t i = 0; i < POINTS; i++) {
        lw_point *point = &result.point[i];
        lw_workload_result *all = LW_NEW_ARRAY(test.arena, lw_workload_result, CABLES + 1);
        for (size_t k = 0; k < CABLES; k++) {
            all[k] = (lw_workload_result){.name = cable[k], .bandwidth_GBps = 8};
        }
        all[CABLES] = *point->workload;
        point->workload = all;
        point->workload_count = CABLES + 1;
        point->set[0] = (lw_set_value){.path = "seed", .text = "1"};
    }
    lw_picture picture;
    assert_int_equal(lw_chart_check(&request, &result, test.diags), LW_OK);
    assert_int_equal(render(&test, &request, &result, &picture), LW_OK);
    assert_true(has_text(&picture, "here \u2192 there"));
    assert_int_equal(lw_diags_count(test.diags), 0);
    lw_test_end(&test);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_margin),        cmocka_unit_test(test_band),          cmocka_unit_test(test_ends),
        cmocka_unit_test(test_modes),         cmocka_unit_test(test_equal_lines),   cmocka_unit_test(test_from),
        cmocka_unit_test(test_what_has_none), cmocka_unit_test(test_beside_cables),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    lw_plots_close();
    return failed;
}
