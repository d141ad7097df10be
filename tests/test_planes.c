// SPDX-License-Identifier: GPL-3.0-or-later
// Charts of many links: the plane, latency under load, bands of what is uncertain, bars on a scale
// of their own; and the placing of names on a plane.
#include "plots/callouts.h"
#include "sim/result/metric_table.h"
#include "tests/chart_helpers.h"

typedef struct link_facts {
    const char *preset, *label, *family;
    lw_evidence evidence;
    double fixed_s, rate_GBps;
} link_facts;

static const link_facts facts[] = {
    {"pcie-3-x16", "PCIe 3.0 x16", "pcie", LW_SPECIFIED, 111e-9, 14.4},
    {"pcie-4-x16", "PCIe 4.0 x16", "pcie", LW_SPECIFIED, 108e-9, 28.7},
    {"pcie-5-x16", "PCIe 5.0 x16", "pcie", LW_SPECIFIED, 106e-9, 57.5},
    {"pcie-6-x16", "PCIe 6.0 x16", "pcie", LW_SPECIFIED, 110e-9, 111},
    {"pcie-7-x16", "PCIe 7.0 x16", "pcie", LW_ANNOUNCED, 108e-9, 221},
    {"oculink-2-x4", "OCuLink PCIe 4.0 x4", "oculink", LW_CALIBRATED, 119e-9, 6.8},
    {"thunderbolt-4", "Thunderbolt 4", "usb4", LW_CALIBRATED, 635e-9, 3.3},
    {"thunderbolt-5", "Thunderbolt 5", "usb4", LW_ASSUMED, 613e-9, 6.6},
    {"nvlink-v100", "NVLink 2 x6", "nvlink", LW_MEASURED, 121e-9, 146},
    {"nvlink-a100", "NVLink 3 x12", "nvlink", LW_MEASURED, 121e-9, 276},
    {"nvlink-h100", "NVLink 4 x18", "nvlink", LW_MEASURED, 121e-9, 398},
    {"nvlink-b200", "NVLink 5 x18", "nvlink", LW_CALIBRATED, 121e-9, 779},
    {"xgmi-mi300x", "Infinity Fabric 32 GT/s x16", "xgmi", LW_CALIBRATED, 341e-9, 48.7},
    {"ualink-200-x4", "UALink 200G x4", "ualink", LW_ANNOUNCED, 126e-9, 92.4},
    {"gaudi3", "Gaudi 3 RoCE x21", "gaudi", LW_ASSUMED, 800e-9, 515},
    {"cxl-2.0-x16", "CXL 2.0 x16", "cxl", LW_SPECIFIED, 52e-9, 47.3},
    {"cxl-3.1-x16", "CXL 3.1 x16", "cxl", LW_SPECIFIED, 55e-9, 95.7},
    {"ethernet-400g", "RoCE 400 Gb/s", "ethernet", LW_ASSUMED, 912e-9, 49},
    {"infiniband-ndr", "InfiniBand NDR 4x", "infiniband", LW_ASSUMED, 966e-9, 49.7},
    {"thz-desk", "THz radio 240 GHz", "thz", LW_SPECULATIVE, 490e-9, 26.2},
    {"thz-leo", "THz radio 240 GHz", "thz", LW_SPECULATIVE, 2.7e-3, 6},
    {"thz-moon", "THz radio 230 GHz", "thz", LW_SPECULATIVE, 1.26, 0.035},
    {"thz-mars", "THz radio 230 GHz", "thz", LW_SPECULATIVE, 750, 7.3e-5},
};
enum { LINKS = sizeof facts / sizeof facts[0], SMALL = 64 };

static lw_result result_of(lw_test *test, size_t count) {
    lw_result result = {.tool_version = "0.1.0", .title = "Every link", .file = "all.yaml", .point_count = count};
    result.point = LW_NEW_ARRAY(test->arena, lw_point, count);
    for (size_t i = 0; i < count; i++) {
        lw_point *point = &result.point[i];
        *point = (lw_point){.index = (int)i, .set_count = 2, .workload_count = 1, .stage_count = 1};
        point->set = LW_NEW_ARRAY(test->arena, lw_set_value, 2);
        point->workload = LW_NEW(test->arena, lw_workload_result);
        point->stage = LW_NEW(test->arena, lw_stage_result);
        *point->workload = (lw_workload_result){.name = "send", .direction = "here->there"};
    }
    return result;
}

static void set_link(lw_point *point, const link_facts *f) {
    static const double left[LW_STAGE_COUNT] = {1.2, 1.1, 1.1, 1.05, 1.0, 1.0, 1.0, 1.0, 1.0};
    point->set[0] = (lw_set_value){.path = "links.link", .text = f->preset};
    point->evidence = f->evidence;
    *point->stage = (lw_stage_result){.workload = "send",
                                      .link = "link",
                                      .label = f->label,
                                      .family = f->family,
                                      .hue = hue_of(f->family),
                                      .evidence = f->evidence};
    for (int i = 0; i < LW_STAGE_COUNT; i++) {
        point->stage->rate_GBps[i] = f->rate_GBps * left[i];
    }
}

// Two points a link, by Hockney's law.
static lw_result plane_of(lw_test *test, int64_t small, int64_t large) {
    lw_result result = result_of(test, (size_t)2 * LINKS);
    for (size_t i = 0; i < (size_t)2 * LINKS; i++) {
        const link_facts *f = &facts[i / 2];
        lw_workload_result *row = result.point[i].workload;
        set_link(&result.point[i], f);
        row->bytes = i % 2 == 0 ? small : large;
        row->time_s = f->fixed_s + (double)row->bytes / (f->rate_GBps * 1e9);
        row->bandwidth_GBps = (double)row->bytes / row->time_s / 1e9;
        row->has_band = strcmp(f->family, "thz") == 0;  // as the simulator says of radios
        row->low_GBps = row->has_band ? 0.5 * row->bandwidth_GBps : 0.0;
        row->high_GBps = row->has_band ? 1.5 * row->bandwidth_GBps : 0.0;
        result.point[i].set[1] = (lw_set_value){.path = "workloads.send.bytes",
                                                .text = i % 2 == 0 ? "64 B" : "large",
                                                .is_number = true,
                                                .number = (double)row->bytes,
                                                .dimension = LW_BYTES};
    }
    return result;
}

static size_t count_items(const lw_picture *picture, lw_draw_kind kind, const char *klass) {
    size_t count = 0;
    for (size_t i = 0; i < picture->draw->count; i++) {
        const lw_draw_item *item = &picture->draw->item[i];
        count += item->kind == kind && (klass == NULL || strcmp(item->klass, klass) == 0) ? 1 : 0;
    }
    return count;
}

static void leave_png(lw_test *test, const lw_chart_request *request, const lw_result *result, const char *name) {
    for (int theme = 0; theme < LW_THEME_KINDS; theme++) {
        lw_chart_request themed = *request;
        lw_picture picture;
        lw_text png = {0};
        themed.theme = theme;
        assert_int_equal(lw_chart_render(&themed, result, test->arena, test->diags, &picture), LW_OK);
        assert_int_equal(lw_picture_png(&picture, 1, &png, test->diags), LW_OK);
        leave(test, lw_arena_print(test->arena, "%s-%s.png", name, lw_theme_words[theme]), &png);
        lw_text_free(&png);
    }
}

// ---- The plane ----

static void test_plane(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_result result = plane_of(&test, SMALL, INT64_C(1) << 30);
    lw_chart_request request = request_of(LW_CHART_PLANE);
    lw_picture picture;
    lw_font_metrics fixed = lw_font_metrics_fixed();
    assert_int_equal(render(&test, &request, &result, &picture), LW_OK);
    check_golden(&test, &picture, "plane");
    check_texts(&test, &picture, &fixed);
    for (size_t i = 0; i < LINKS; i++) {
        bool radio = strcmp(facts[i].family, "thz") == 0;  // their labels do not tell them apart
        const char *name = radio ? lw_arena_print(test.arena, "%s (speculative)", facts[i].preset) : facts[i].label;
        assert_true(has_text(&picture, name));
    }
    assert_true(has_text(&picture, "Time of a transfer of 64 B") && has_text(&picture, "1 KiB in flight"));
    assert_true(has_text(&picture, "measured or calibrated") && has_text(&picture, "partly assumed"));
    assert_true(has_text(&picture, "Whiskers: how uncertain"));
    // Every link once in the overview; all but those that are far away enlarged beside it.
    assert_int_equal(count_items(&picture, LW_DRAW_GROUP_PUSH, "series"), LINKS + LINKS - 3);
    assert_int_equal(count_items(&picture, LW_DRAW_GROUP_PUSH, "window"), 1);
    assert_int_equal(lw_diags_count(test.diags), 0);
    leave_png(&test, &request, &result, "plane");
    lw_test_end(&test);
}

// A mark is as much a time as a rate, and looks like what is known less well.
static void test_plane_shows_the_weaker_evidence(void **state) {
    (void)state;
    for (int assumed = 0; assumed < 2; assumed++) {
        lw_test test = lw_test_begin();
        lw_result result = plane_of(&test, SMALL, INT64_C(1) << 30);
        result.point_count = 2;  // PCIe 3, which is specified
        for (size_t i = 0; i < result.point_count; i++) {
            result.point[i].stage->latency_evidence = assumed ? LW_ASSUMED : LW_SPECIFIED;
        }
        lw_chart_request request = request_of(LW_CHART_PLANE);
        lw_picture picture;
        assert_int_equal(render(&test, &request, &result, &picture), LW_OK);
        assert_true(has_text(&picture, assumed ? "partly assumed" : "specified"));
        assert_false(has_text(&picture, assumed ? "specified" : "partly assumed"));
        assert_false(has_text(&picture, "Whiskers"));
        lw_test_end(&test);
    }
}

// Time and rate are those of Hockney's law: a small transfer that is mostly bytes, or a large one
// that is mostly latency, shows the same as any.
static void test_plane_does_not_depend_on_the_sizes(void **state) {
    (void)state;
    static const int64_t sizes[][2] = {{SMALL, INT64_C(1) << 40}, {SMALL, 1 << 24}, {1 << 20, 1 << 21}};
    lw_test test = lw_test_begin();
    lw_picture picture[3];
    for (size_t i = 0; i < 3; i++) {
        lw_result result = plane_of(&test, sizes[i][0], sizes[i][1]);
        lw_chart_request request = request_of(LW_CHART_PLANE);
        assert_int_equal(render(&test, &request, &result, &picture[i]), LW_OK);
        assert_int_equal(picture[i].draw->count, picture[0].draw->count);
        for (size_t k = 0; k < picture[i].draw->count; k++) {
            const lw_draw_item *item = &picture[i].draw->item[k];
            assert_true(item->kind != LW_DRAW_MARKER ||
                        hypot(item->at.x - picture[0].draw->item[k].at.x, item->at.y - picture[0].draw->item[k].at.y) < 0.01);
        }
    }
    assert_true(has_text(&picture[2], "Time of a transfer of 1 MiB, less its bytes at full bandwidth"));
    assert_int_equal(lw_diags_count(test.diags), 0);
    lw_test_end(&test);
}

static void test_plane_without_a_cluster(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_result result = plane_of(&test, SMALL, INT64_C(1) << 30);
    result.point_count = (size_t)2 * 12;
    lw_chart_request request = request_of(LW_CHART_PLANE);
    lw_picture picture;
    lw_font_metrics fixed = lw_font_metrics_fixed();
    assert_int_equal(render(&test, &request, &result, &picture), LW_OK);
    check_texts(&test, &picture, &fixed);
    assert_int_equal(count_items(&picture, LW_DRAW_GROUP_PUSH, "series"), 12);
    assert_int_equal(count_items(&picture, LW_DRAW_GROUP_PUSH, "window"), 0);
    request.width = 480;
    result.point_count = 4;
    assert_int_equal(render(&test, &request, &result, &picture), LW_OK);
    check_texts(&test, &picture, &fixed);
    assert_true(has_text(&picture, "Latency"));
    lw_test_end(&test);
}

// Where the marks and the plot of a view without a window lie: the plot is where its grid is.
static void extents_of(const lw_picture *picture, lw_box *marks, lw_box *plot) {
    *marks = *plot = (lw_box){1e9, 1e9, 0.0, 0.0};
    bool in_series = false;
    for (size_t i = 0; i < picture->draw->count; i++) {
        const lw_draw_item *item = &picture->draw->item[i];
        in_series = item->kind == LW_DRAW_GROUP_PUSH ? strcmp(item->klass, "series") == 0 : in_series;
        const bool grid = item->kind == LW_DRAW_PATH && item->stroke.role == LW_ROLE_GRID;
        lw_box *box = grid ? plot : marks;
        const lw_xy *points = grid ? item->points : &item->at;
        for (size_t k = 0; grid ? k < item->count : k < (size_t)(in_series && item->kind == LW_DRAW_MARKER); k++) {
            *box = (lw_box){fmin(box->left, points[k].x), fmin(box->top, points[k].y), fmax(box->right, points[k].x),
                            fmax(box->bottom, points[k].y)};
        }
    }
}

// The axes reach as far as the marks and a little more, whether these are many or few, far apart or
// close together; paper for a few is smaller.
static void test_marks_fill_the_plane(void **state) {
    (void)state;
    static const struct {
        size_t link[8], count;
        double wide, high;  // shares that the marks reach over, at least
    } cases[] = {
        {{2, 5}, 2, 0.15, 0.8},          {{0, 1, 2, 3, 4}, 5, 0.05, 0.8},
        {{1, 2, 5, 6, 7}, 5, 0.75, 0.8}, {{8, 9, 10, 11, 14}, 5, 0.75, 0.75},
        {{6, 7}, 2, 0.05, 0.6},          {{2}, 1, 0.0, 0.0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lw_test test = lw_test_begin();
        lw_result all = plane_of(&test, SMALL, INT64_C(1) << 30);
        lw_result result = all;
        result.point_count = 2 * cases[i].count;
        result.point = LW_NEW_ARRAY(test.arena, lw_point, result.point_count);
        for (size_t k = 0; k < result.point_count; k++) {
            result.point[k] = all.point[2 * cases[i].link[k / 2] + k % 2];
        }
        lw_chart_request request = request_of(LW_CHART_PLANE);
        lw_picture picture;
        lw_font_metrics fixed = lw_font_metrics_fixed();
        assert_int_equal(render(&test, &request, &result, &picture), LW_OK);
        check_texts(&test, &picture, &fixed);
        lw_box marks, plot;
        extents_of(&picture, &marks, &plot);
        assert_true(marks.right - marks.left >= cases[i].wide * (plot.right - plot.left));
        assert_true(marks.bottom - marks.top >= cases[i].high * (plot.bottom - plot.top));
        // no mark on the frame
        assert_true(marks.left > plot.left + 10.0 && marks.right < plot.right - 10.0);
        assert_true(marks.top > plot.top + 10.0 && marks.bottom < plot.bottom - 10.0);
        assert_true(picture.width * picture.height <= 0.6 * 1360.0 * 900.0);
        lw_test_end(&test);
    }
}

// What is painted over a name, be it of a mark or of a diagonal, leaves it whole. One link that is
// far away has the others enlarged beside it, however few they are.
static void test_nothing_covers_a_name(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_result all = plane_of(&test, SMALL, INT64_C(1) << 30);
    for (size_t few = 2; few < LINKS; few++) {
        lw_result result = all;
        result.point = LW_NEW_ARRAY(test.arena, lw_point, 2 * few);
        result.point_count = 2 * few;
        memcpy(result.point, all.point, 2 * (few - 1) * sizeof *result.point);
        memcpy(&result.point[2 * (few - 1)], &all.point[(size_t)2 * (LINKS - 1)], 2 * sizeof *result.point);
        lw_chart_request request = request_of(LW_CHART_PLANE);
        lw_picture picture;
        lw_font_metrics fixed = lw_font_metrics_fixed();
        assert_int_equal(render(&test, &request, &result, &picture), LW_OK);
        check_texts(&test, &picture, &fixed);
        assert_int_equal(count_items(&picture, LW_DRAW_GROUP_PUSH, "window"), few > 4 ? 1 : 0);
        for (size_t i = 0; i < picture.draw->count; i++) {
            if (picture.draw->item[i].kind != LW_DRAW_TEXT) {
                continue;
            }
            const text_box text = box_of(&fixed, &picture.draw->item[i]);
            for (size_t k = i + 1; k < picture.draw->count; k++) {
                const lw_draw_item *item = &picture.draw->item[k];
                const bool covers = item->kind == LW_DRAW_RECT && item->fill != LW_ROLE_NONE && item->at.x < text.right &&
                                    item->at.x + item->width > text.left && item->at.y < text.bottom &&
                                    item->at.y + item->height > text.top;
                if (covers) {
                    fail_msg("with %zu links '%s' is covered", few, text.text);
                }
            }
        }
    }
    lw_test_end(&test);
}

static void test_plane_needs_two_sizes(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_result result = plane_of(&test, SMALL, INT64_C(1) << 30);
    lw_chart_request request = request_of(LW_CHART_PLANE);
    lw_picture picture;
    result.point_count = 1;
    assert_int_equal(render(&test, &request, &result, &picture), LW_BAD_INPUT);
    assert_diag(
        &test, 0,
        "0:0: the plane needs transfers of two sizes, and 'workloads.send.bytes' gives it one | sweep a small and a large "
        "size, such as [64 B, 1 GiB]");
    lw_test_end(&test);

    test = lw_test_begin();  // a size that is swept need not change what is transferred
    result = plane_of(&test, SMALL, SMALL);
    for (size_t i = 0; i < result.point_count; i++) {
        result.point[i].set[1].number = (double)(1 + i % 2);
    }
    assert_int_equal(lw_chart_check(&request, &result, test.diags), LW_OK);
    assert_int_equal(render(&test, &request, &result, &picture), LW_BAD_INPUT);
    assert_diag(&test, 1,
                "0:0: there is nothing to draw: the plane needs transfers of two sizes | sweep a small and a large size, such as "
                "[64 B, 1 GiB]");
    lw_test_end(&test);

    test = lw_test_begin();
    result = plane_of(&test, SMALL, INT64_C(1) << 30);
    request.width = 400;
    request.height = 300;
    assert_int_equal(render(&test, &request, &result, &picture), LW_BAD_INPUT);
    assert_int_equal(lw_diags_errors(test.diags), 1);
    lw_test_end(&test);
}

// ---- Names ----

static bool boxes_touch(lw_box a, lw_box b) {
    return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

static double distance(lw_box box, lw_xy p) {
    return hypot(fmax(fmax(box.left - p.x, p.x - box.right), 0.0), fmax(fmax(box.top - p.y, p.y - box.bottom), 0.0));
}

static void test_names_find_room(void **state) {
    (void)state;
    enum { COUNT = 40, ROUNDS = 12 };
    const lw_box room = {0, 0, 1000, 700};
    const lw_box obstacle = {400, 300, 520, 340};
    uint32_t seed = 12345;
    for (int round = 0; round < ROUNDS; round++) {
        lw_callout callout[COUNT];
        for (int i = 0; i < COUNT; i++) {
            double drawn[3];
            for (int k = 0; k < 3; k++) {
                seed = seed * 1664525u + 1013904223u;
                drawn[k] = (double)(seed >> 8) / (double)(1 << 24);
            }
            // Half of them crowd in a corner.
            double spread = i % 2 == 0 ? 1.0 : 0.25;
            callout[i] = (lw_callout){.mark = {20 + 960 * spread * drawn[0], 20 + 660 * spread * drawn[1]},
                                      .radius = 6,
                                      .width = i % 7 == 0 ? 0 : 40 + 100 * drawn[2],
                                      .height = 12};
        }
        assert_int_equal(lw_callouts_place(callout, COUNT, &obstacle, 1, room), 0);
        for (int i = 0; i < COUNT; i++) {
            const lw_box box = callout[i].box;
            if (callout[i].width <= 0) {
                continue;
            }
            assert_true(box.left >= room.left && box.right <= room.right && box.top >= room.top && box.bottom <= room.bottom);
            assert_false(boxes_touch(box, obstacle));
            for (int k = 0; k < COUNT; k++) {
                lw_xy at = callout[k].mark;
                assert_false(boxes_touch(box, (lw_box){at.x - 6, at.y - 6, at.x + 6, at.y + 6}));
                assert_true(k == i || callout[k].width <= 0 || !boxes_touch(box, callout[k].box));
                // What has no leader is nearest to its own mark.
                assert_true(callout[i].has_leader || distance(box, callout[i].mark) <= distance(box, at));
            }
        }
    }
    // One mark alone has its name at its right, level with it.
    lw_callout alone = {.mark = {100, 100}, .radius = 6, .width = 50, .height = 12};
    assert_int_equal(lw_callouts_place(&alone, 1, NULL, 0, room), 0);
    assert_false(alone.has_leader);
    assert_close(alone.box.left, 110, 1e-9);
    assert_close((alone.box.top + alone.box.bottom) / 2, 100, 1e-9);
    // No room: said, not hidden.
    lw_callout wide = {.mark = {100, 100}, .radius = 6, .width = 2000, .height = 12};
    assert_int_equal(lw_callouts_place(&wide, 1, NULL, 0, room), 1);
}

// ---- Latency under load ----

// Two links with M/M/1 waiting: the mean time in the system is the service over 1 - load
// (Kleinrock, Queueing Systems I, 3.27).
static lw_result loaded(lw_test *test) {
    enum { RATES = 12 };
    lw_result result = result_of(test, (size_t)2 * RATES);
    for (size_t i = 0; i < (size_t)2 * RATES; i++) {
        lw_point *point = &result.point[i];
        const link_facts *f = &facts[15 + i / RATES];
        double offered = 4.0 * (double)(i % RATES + 1);  // GB/s; the first link carries 47.3
        double load = offered / f->rate_GBps;
        set_link(point, f);
        point->set[1] = (lw_set_value){
            .path = "workloads.send.rate", .text = "rate", .is_number = true, .number = offered * 1e9, .dimension = LW_RATE};
        point->workload->bandwidth_GBps = load < 1.0 ? offered : 0.9 * f->rate_GBps;
        point->workload->paced = true;
        point->workload->mean_latency_ps = 100e3 + (load < 1.0 ? 2e3 / (1.0 - load) : 1e9);
    }
    return result;
}

static void test_loaded_latency(void **state) {
    (void)state;
    static double dots[][2] = {{8e9, 0.103}, {24e9, 0.105}, {40e9, 0.118}};
    lw_measured_series measured = {.table = "loaded",
                                   .label = "CXL",
                                   .provenance = "A. Tester, Loads, 2026",
                                   .series = "cxl-2.0-x16",
                                   .family = "cxl",
                                   .hue = hue_of("cxl"),
                                   .observe = metric_of("mean_latency_us"),
                                   .varied = "rate",
                                   .points = dots,
                                   .count = 3};
    lw_test test = lw_test_begin();
    lw_result result = loaded(&test);
    result.measured = &measured;
    result.measured_count = 1;
    lw_chart_request request = request_of(LW_CHART_LOADED_LATENCY);
    lw_picture picture;
    lw_font_metrics fixed = lw_font_metrics_fixed();
    assert_int_equal(render(&test, &request, &result, &picture), LW_OK);
    check_golden(&test, &picture, "loaded-latency");
    check_texts(&test, &picture, &fixed);
    assert_true(has_text(&picture, "Mean latency") && has_text(&picture, "Offered load (GB/s)"));
    // The point at 48 GB/s is beyond what the first link carries, and not drawn: its line ends at
    // 44.
    assert_true(has_text(&picture, "102 ns \u2026 129 ns at 44.0 GB/s"));
    assert_true(has_text(&picture, "102 ns \u2026 104 ns at 48.0 GB/s"));
    assert_int_equal(count_items(&picture, LW_DRAW_GROUP_PUSH, "measured"), 1);
    leave_png(&test, &request, &result, "loaded-latency");

    // What another model says is not called measured, and its marks are those of no series.
    assert_true(has_text(&picture, "Measured, open to fitting: \u25CF CXL (A. Tester, Loads, 2026)"));
    measured.modelled = true;
    assert_int_equal(render(&test, &request, &result, &picture), LW_OK);
    assert_true(has_text(&picture, "A model of others, not measured: \u2715 CXL (A. Tester") &&
                has_text(&picture, "Crosses: a model"));
    assert_false(has_text(&picture, "Measured") || has_text(&picture, "marks: measured"));
    measured.modelled = false;

    // Here the second line ends far from the edge of the plot: the names stand beside the ends.
    const lw_chart_request half = {.kind = LW_CHART_LOADED_LATENCY, .width = 1400, .height = 700};
    for (size_t i = result.point_count / 2; i < result.point_count; i++) {
        result.point[i].set[1].number /= 2;
        result.point[i].workload->bandwidth_GBps /= 2;
    }
    assert_int_equal(render(&test, &half, &result, &picture), LW_OK);
    check_texts(&test, &picture, &fixed);
    for (size_t i = 0; i < picture.draw->count; i++) {
        const lw_draw_item *item = &picture.draw->item[i];
        bool name = item->kind == LW_DRAW_TEXT && strcmp(item->text, "CXL 3.1 x16") == 0;
        assert_true(!name || (item->at.x > 400 && item->at.x < 900));
    }

    measured.observe = metric_of("bandwidth_GBps");  // tells nothing about latency
    assert_int_equal(render(&test, &request, &result, &picture), LW_OK);
    assert_diag(&test, 0,
                "0:0: the measured table loaded has no points for this chart | it must vary a rate and observe mean_latency_us");
    lw_test_end(&test);
}

// Of packets that were timed one by one the median and 99 % are edges of a shade, theory is beside the
// mean, and a probe has the load of others on its axis.
static void test_percentiles_under_load(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_result result = loaded(&test);
    lw_font_metrics fixed = lw_font_metrics_fixed();
    lw_picture picture;
    result.point_count /= 2;
    for (size_t i = 0; i < result.point_count; i++) {
        lw_workload_result *workload = result.point[i].workload;
        const double wait_ps = workload->mean_latency_ps - 100e3;
        workload->mean_wait_ps = wait_ps;
        workload->md1_wait_ps = 0.9 * wait_ps;
        workload->each_ps = (lw_distribution){.count = 1000, .median = 100e3 + 0.8 * wait_ps, .p99 = 100e3 + 4 * wait_ps};
    }
    const lw_chart_request request = {
        .kind = LW_CHART_LOADED_LATENCY, .axis = LW_AXIS_LINEAR, .width = LW_AUTO, .height = LW_AUTO};
    assert_int_equal(render(&test, &request, &result, &picture), LW_OK);
    check_golden(&test, &picture, "loaded-percentiles");
    check_texts(&test, &picture, &fixed);
    leave_png(&test, &request, &result, "loaded-percentiles");
    assert_true(has_text(&picture, "Latency"));
    assert_true(has_text(&picture, "102 ns \u2026 129 ns, 99 %: 215 ns"));
    assert_true(has_text(&picture, "(M/D/1)"));
    const lw_chart_request narrow = {.kind = LW_CHART_LOADED_LATENCY, .axis = LW_AXIS_LINEAR, .width = 560, .height = LW_AUTO};
    assert_int_equal(render(&test, &narrow, &result, &picture), LW_OK);
    check_texts(&test, &picture, &fixed);
    assert_true(has_text(&picture, "99 %") && has_text(&picture, "median"));

    for (size_t i = 0; i < result.point_count; i++) {
        lw_workload_result *both = LW_NEW_ARRAY(test.arena, lw_workload_result, 2);
        assert_non_null(both);
        both[0] = result.point[i].workload[0];
        both[1] =
            (lw_workload_result){.name = "probe", .mean_latency_ps = 2e6, .each_ps = {.count = 50, .median = 2e6, .p99 = 3e6}};
        result.point[i].workload = both;
        result.point[i].workload_count = 2;
    }
    assert_int_equal(render(&test, &request, &result, &picture), LW_OK);
    check_texts(&test, &picture, &fixed);
    assert_int_equal(count_items(&picture, LW_DRAW_GROUP_PUSH, "panel"), 2);
    // beside more than the link carries the probe says nothing either
    assert_true(has_text(&picture, "2.00 \u00B5s \u2026 2.00 \u00B5s, 99 %: 3.00 \u00B5s"));
    lw_test_end(&test);
}

// ---- Bands ----

static lw_result radio(lw_test *test) {
    enum { POINTS = 9 };
    static const double metres[POINTS] = {0.01, 0.1, 1, 10, 100, 1e3, 2e3, 5e3, 1e4};
    lw_result result = result_of(test, POINTS);
    for (size_t i = 0; i < POINTS; i++) {
        lw_point *point = &result.point[i];
        set_link(point, &facts[19]);
        point->set[1] = (lw_set_value){
            .path = "links.link.distance", .text = "distance", .is_number = true, .number = metres[i], .dimension = LW_LENGTH};
        double rate = 20.0 / (1.0 + metres[i] / 300.0);
        point->workload->bandwidth_GBps = rate;
        point->workload->has_band = true;
        // at the bad end nothing gets that far
        point->workload->low_GBps = i + 1 == POINTS ? 0.0 : 0.7 * rate;
        point->workload->high_GBps = 1.2 * rate;
    }
    return result;
}

static void test_bands(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_result result = radio(&test);
    lw_chart_request request = request_of(LW_CHART_BANDWIDTH);
    request.x = "links.link.distance";
    lw_picture picture;
    assert_int_equal(render(&test, &request, &result, &picture), LW_OK);
    check_golden(&test, &picture, "band");
    assert_true(has_text(&picture, "THz radio 240 GHz (speculative)") && has_text(&picture, "Shaded: how uncertain"));
    assert_true(has_text(&picture, "10 mm") && has_text(&picture, "10 km") && !has_text(&picture, "(m)"));
    size_t bands = 0;
    for (size_t i = 0; i < picture.draw->count; i++) {
        const lw_draw_item *item = &picture.draw->item[i];
        bands += item->translucent ? 1 : 0;
        for (size_t k = 0; item->translucent && k < item->count; k++) {
            assert_true(item->points[k].y > 0 && item->points[k].y < picture.height);
        }
    }
    assert_int_equal(bands, 1);
    lw_text svg = {0};
    assert_int_equal(lw_picture_svg(&picture, &svg, test.diags), LW_OK);
    assert_non_null(strstr(svg.bytes, "fill-opacity=\"0.15\""));
    lw_text_free(&svg);
    leave_png(&test, &request, &result, "band");
    request.kind = LW_CHART_TIME;  // a rate that is uncertain is a time that is
    for (size_t i = 0; i < result.point_count; i++) {
        result.point[i].workload->time_s = 1.0 + (double)i;
    }
    assert_int_equal(render(&test, &request, &result, &picture), LW_OK);
    assert_int_equal(count_items(&picture, LW_DRAW_GROUP_PUSH, "band"), 1);
    lw_test_end(&test);
}

// ---- Bars ----

// Rates from 779 GB/s to 73 kB/s: no scale shows all of them, shares do.
static void test_bars_of_any_spread(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_result result = plane_of(&test, SMALL, INT64_C(1) << 30);
    lw_chart_request request = request_of(LW_CHART_WATERFALL);
    lw_picture picture;
    lw_font_metrics fixed = lw_font_metrics_fixed();
    assert_int_equal(render(&test, &request, &result, &picture), LW_OK);
    check_golden(&test, &picture, "waterfall-shares");
    check_texts(&test, &picture, &fixed);
    assert_true(has_text(&picture, "Share of the raw rate (%)"));
    assert_true(has_text(&picture, "thz-mars (speculative)") && has_text(&picture, "Hatched:") &&
                has_text(&picture, "Whiskers:"));
    // PCIe 7, UALink and the radios
    assert_int_equal(count_items(&picture, LW_DRAW_CLIP_PUSH, NULL), 2 + 4);
    leave_png(&test, &request, &result, "waterfall-shares");
    result.point_count = (size_t)2 * 3;  // PCIe 3 to 5 fit on one scale
    assert_int_equal(render(&test, &request, &result, &picture), LW_OK);
    assert_true(has_text(&picture, "Rate (GB/s)"));
    lw_test_end(&test);
}

static lw_status draw_plane(void *user) {
    lw_font_metrics fixed = lw_font_metrics_fixed();
    lw_arena *arena = lw_arena_new();
    lw_diags *diags = arena == NULL ? NULL : lw_diags_new(arena);
    lw_chart_request request = request_of(LW_CHART_PLANE);
    lw_picture picture;
    lw_status status = diags == NULL ? LW_NO_MEMORY : lw_chart_render_with(&request, user, &fixed, arena, diags, &picture);
    lw_arena_free(arena);
    return status;
}

static void test_memory_runs_out(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_result result = plane_of(&test, SMALL, INT64_C(1) << 30);
    result.point_count = 8;
    assert_true(lw_test_out_of_memory(draw_plane, &result) > 1);
    lw_test_end(&test);
}

// Copies between three members of a group: a cell each, shaded by its share of the fastest.
static void test_pairs(void **state) {
    (void)state;
    static const char *const ways[] = {"gpus[0]->gpus[1]",  "gpus[0]->gpus[10]", "gpus[1]->gpus[0]",
                                       "gpus[1]->gpus[10]", "gpus[10]->gpus[0]", "gpus[10]->gpus[1]"};
    lw_test test = lw_test_begin();
    lw_workload_result copy[6];
    for (int i = 0; i < 6; i++) {
        copy[i] = (lw_workload_result){.name = ways[i], .direction = ways[i], .copy = "d2d", .bytes = 1 << 20};
        copy[i].bandwidth_GBps = i == 5 ? 10 : 50;
        copy[i].limit = (lw_limit){.kind = LW_LIMITED_BY_FIXED_COST};
    }
    lw_point point = {.workload = copy, .workload_count = 6};
    lw_result result = {.tool_version = "0.1.0", .title = "Three", .point = &point, .point_count = 1};
    lw_chart_request suits;
    assert_true(lw_chart_suits(&result, test.arena, &suits) && suits.kind == LW_CHART_PAIRS);
    lw_chart_request request = request_of(suits.kind);
    lw_picture picture;
    assert_int_equal(render(&test, &request, &result, &picture), LW_OK);
    check_golden(&test, &picture, "pairs");
    copy[5].direction = ways[4];  // twice the same pair
    assert_true(lw_chart_suits(&result, test.arena, &suits) && suits.kind == LW_CHART_BARS);
    assert_int_equal(render(&test, &request, &result, &picture), LW_BAD_INPUT);
    copy[5].direction = "gpus[10]->host";
    assert_true(lw_chart_suits(&result, test.arena, &suits) && suits.kind == LW_CHART_BARS);
    lw_test_end(&test);
}

// Links that no number tells apart: bars, the fastest first, with a dot where the same size was
// measured over the same link in the same direction.
static void test_bars(void **state) {
    (void)state;
    static const char *const links[] = {"slow", "fast", "none"};
    lw_test test = lw_test_begin();
    lw_workload_result copy[3];
    lw_set_value set[3];
    lw_point point[3];
    for (int i = 0; i < 3; i++) {
        copy[i] = (lw_workload_result){.name = "up", .copy = "h2d", .bytes = 1 << 20, .limit = {.kind = LW_LIMITED_BY_NOTHING}};
        copy[i].bandwidth_GBps = i == 0 ? 2 : i == 1 ? 8 : 0;
        set[i] = (lw_set_value){.path = "links.l", .text = links[i]};
        point[i] = (lw_point){.set = &set[i], .set_count = 1, .workload = &copy[i], .workload_count = 1};
    }
    double sizes[][2] = {{1 << 20, 7.5}, {1 << 21, 7.9}};
    lw_measured_series table[2];
    for (int i = 0; i < 2; i++) {
        table[i] = (lw_measured_series){.series = "fast", .over_sizes = true, .points = sizes, .count = 2};
        table[i].observe = lw_metric_find("bandwidth_GBps", LW_OF_WORKLOAD, NULL);
        table[i].direction = i == 0 ? "d2h" : "h2d";
    }
    lw_result result = {.tool_version = "0.1.0", .title = "Which?", .point = point, .point_count = 3};
    result.measured = table;
    result.measured_count = 2;
    lw_chart_request suits;
    assert_true(lw_chart_suits(&result, test.arena, &suits) && suits.kind == LW_CHART_BARS);
    lw_chart_request request = request_of(suits.kind);
    lw_picture picture;
    assert_int_equal(render(&test, &request, &result, &picture), LW_OK);
    check_golden(&test, &picture, "bars");
    set[0].is_number = true;
    assert_true(lw_chart_suits(&result, test.arena, &suits) && suits.kind == LW_CHART_BARS);
    lw_test_end(&test);
}

// The chart of a scenario that asks for none.
static void test_what_suits(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_chart_request suits;
    lw_picture picture;
    lw_result result = loaded(&test);
    // a swept rate of packets that come at it, a size, or another number of four values
    assert_true(lw_chart_suits(&result, test.arena, &suits) && suits.kind == LW_CHART_LOADED_LATENCY);
    assert_string_equal(suits.x, "workloads.send.rate");
    const struct {
        lw_dimension dimension;
        size_t values;
        int kind, axis;
    } cases[] = {{LW_BYTES, 3, LW_CHART_BANDWIDTH, LW_AXIS_LOG},
                 {LW_PLAIN, 3, LW_CHART_BARS, LW_AXIS_LOG},
                 {LW_PLAIN, 4, LW_CHART_BANDWIDTH, LW_AXIS_LINEAR},
                 {LW_LENGTH, 12, LW_CHART_BANDWIDTH, LW_AXIS_LINEAR}};
    for (size_t c = 0; c < COUNT(cases); c++) {
        for (size_t i = 0; i < result.point_count; i++) {
            result.point[i].workload->paced = false;
            result.point[i].set[1].dimension = cases[c].dimension;
        }
        result.point_count = cases[c].values;
        assert_true(lw_chart_suits(&result, test.arena, &suits));
        assert_int_equal(suits.kind, cases[c].kind);
        assert_int_equal(suits.axis, cases[c].axis);
        assert_int_equal(render(&test, &suits, &result, &picture), LW_OK);
        result.point_count = 24;
    }
    // more bars than one can read are none, where a number tells them apart
    for (size_t i = 0; i < result.point_count; i++) {
        lw_workload_result *two = LW_NEW_ARRAY(test.arena, lw_workload_result, 2);
        assert_non_null(two);
        two[0] = two[1] = *result.point[i].workload;
        result.point[i].set[1].number = (double)(i % 2);
        result.point[i].workload = two;
        result.point[i].workload_count = 2;
    }
    assert_false(lw_chart_suits(&result, test.arena, &suits));
    // one piece of work alone
    result.point_count = 1;
    result.point[0].workload_count = 1;
    assert_true(lw_chart_suits(&result, test.arena, &suits) && suits.kind == LW_CHART_WATERFALL);
    result.point_count = 0;
    assert_false(lw_chart_suits(&result, test.arena, &suits));
    lw_test_end(&test);
}

// A flag or a plain number alone says nothing.
static void test_bars_name_what_was_swept(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_workload_result work[] = {{.name = "copy", .bandwidth_GBps = 2}, {.name = "ring", .bandwidth_GBps = 3}};
    lw_set_value set[] = {{.path = "nodes.gpus.p2p", .text = "true", .is_flag = true},
                          {.path = "nodes.cpu.root_ports", .text = "2", .is_number = true, .number = 2},
                          {.path = "workloads.*.bytes", .text = "16 KiB", .is_number = true, .dimension = LW_BYTES}};
    lw_point point = {.set = set, .set_count = COUNT(set), .workload = work, .workload_count = COUNT(work)};
    const lw_result result = {.tool_version = "0.1.0", .title = "Names", .point = &point, .point_count = 1};
    const lw_chart_request request = request_of(LW_CHART_BARS);
    lw_picture picture;
    assert_int_equal(render(&test, &request, &result, &picture), LW_OK);
    assert_true(has_text(&picture, "p2p true, root ports 2, 16 KiB: ring"));
    // of one workload its name would say nothing
    lw_chart_request of_one = request;
    of_one.workload = "ring";
    assert_int_equal(render(&test, &of_one, &result, &picture), LW_OK);
    assert_true(has_text(&picture, "p2p true, root ports 2, 16 KiB"));
    assert_false(has_text(&picture, "p2p true, root ports 2, 16 KiB: ring"));
    lw_test_end(&test);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plane),
        cmocka_unit_test(test_plane_shows_the_weaker_evidence),
        cmocka_unit_test(test_plane_does_not_depend_on_the_sizes),
        cmocka_unit_test(test_plane_without_a_cluster),
        cmocka_unit_test(test_marks_fill_the_plane),
        cmocka_unit_test(test_nothing_covers_a_name),
        cmocka_unit_test(test_plane_needs_two_sizes),
        cmocka_unit_test(test_names_find_room),
        cmocka_unit_test(test_loaded_latency),
        cmocka_unit_test(test_percentiles_under_load),
        cmocka_unit_test(test_bands),
        cmocka_unit_test(test_pairs),
        cmocka_unit_test(test_bars),
        cmocka_unit_test(test_bars_of_any_spread),
        cmocka_unit_test(test_bars_name_what_was_swept),
        cmocka_unit_test(test_what_suits),
        cmocka_unit_test(test_memory_runs_out),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    lw_plots_close();
    return failed;
}
