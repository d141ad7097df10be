// SPDX-License-Identifier: GPL-3.0-or-later
// Charts as a whole: an external GPU behind six links, drawn in every kind, theme and format, and
// bad data of every sort. LANEWISE_PICTURES=DIR leaves the pictures in DIR to be looked at;
// LANEWISE_UPDATE_GOLDEN=1 rewrites the golden files.

#include "plots/half_power.h"
#include "tests/demo_result.h"

#include <pthread.h>

// ---- Pictures to look at ----

typedef lw_status (*writer)(const lw_picture *picture, lw_text *out, lw_diags *diags);
static lw_status write_png(const lw_picture *picture, lw_text *out, lw_diags *diags) {
    return lw_picture_png(picture, 1, out, diags);
}
static lw_status write_png_2x(const lw_picture *picture, lw_text *out, lw_diags *diags) {
    return lw_picture_png(picture, 2, out, diags);
}

static const struct {
    writer write;
    const char *ending, *magic;
} formats[] = {{lw_picture_svg, ".svg", "<?xml"},
               {write_png, ".png", "\x89PNG"},
               {write_png_2x, "@2x.png", "\x89PNG"},
               {lw_picture_pdf, ".pdf", "%PDF"}};
enum { FORMATS = sizeof formats / sizeof formats[0] };

// Every kind and theme, the light theme in every format; the same bytes when drawn again.
static void test_every_format(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_result result = demo_result(test.arena);
    for (int i = 0; i < SIZE_KINDS * LW_THEME_KINDS; i++) {
        int theme = i % LW_THEME_KINDS;
        lw_chart_request request = request_of((lw_chart_kind)(i / LW_THEME_KINDS));
        request.theme = theme;
        lw_picture first;
        lw_picture second;
        assert_int_equal(lw_chart_render(&request, &result, test.arena, test.diags, &first), LW_OK);
        assert_int_equal(lw_chart_render(&request, &result, test.arena, test.diags, &second), LW_OK);
        // the others differ only in colour
        for (int format = 0; format < (theme == LW_THEME_LIGHT ? FORMATS : 2); format++) {
            lw_text once = {0};
            lw_text again = {0};
            assert_int_equal(formats[format].write(&first, &once, test.diags), LW_OK);
            assert_int_equal(formats[format].write(&second, &again, test.diags), LW_OK);
            assert_memory_equal(once.bytes, formats[format].magic, strlen(formats[format].magic));
            assert_int_equal(once.length, again.length);
            assert_memory_equal(once.bytes, again.bytes, once.length);
            leave(&test,
                  lw_arena_print(test.arena, "%s-%s%s", lw_chart_words[request.kind], lw_theme_words[theme],
                                 formats[format].ending),
                  &once);
            lw_text_free(&once);
            lw_text_free(&again);
        }
    }
    assert_int_equal(lw_diags_errors(test.diags), 0);
    lw_test_end(&test);
}

static void *draw_in_thread(void *user) {
    lw_text *png = user;
    lw_test test = {.arena = lw_arena_new()};
    test.diags = lw_diags_new(test.arena);
    lw_result result = demo_result(test.arena);
    lw_chart_request request = request_of(LW_CHART_BANDWIDTH);
    lw_picture picture;
    int failed = lw_chart_render(&request, &result, test.arena, test.diags, &picture) != LW_OK ||
                 lw_picture_png(&picture, 1, png, test.diags) != LW_OK;
    lw_arena_free(test.arena);
    return failed ? user : NULL;
}

static void test_threads_draw_alike(void **state) {
    (void)state;
    enum { THREADS = 4 };
    pthread_t thread[THREADS];
    lw_text png[THREADS] = {{0}};
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_create(&thread[i], NULL, draw_in_thread, &png[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        void *failed = &png[i];
        assert_int_equal(pthread_join(thread[i], &failed), 0);
        assert_null(failed);
        assert_int_equal(png[i].length, png[0].length);
        assert_memory_equal(png[i].bytes, png[0].bytes, png[0].length);
    }
    for (int i = 0; i < THREADS; i++) {
        lw_text_free(&png[i]);
    }
}

// ---- Layout, with fixed widths ----

static void test_golden(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_result result = demo_result(test.arena);
    for (int kind = 0; kind < SIZE_KINDS; kind++) {
        lw_chart_request request = request_of((lw_chart_kind)kind);
        lw_picture picture;
        assert_int_equal(render(&test, &request, &result, &picture), LW_OK);
        check_golden(&test, &picture, lw_chart_words[kind]);
    }
    lw_test_end(&test);
}

// A collective of which a library decides how it is done, and what was measured of its time: dots are
// of bus bandwidth, as the lines are.
static void make_collective(lw_result *result, lw_measured_series *measured, double (*points)[2]) {
    static const double share = 1.75;  // of an all-reduce of eight
    for (size_t i = 0; i < result->point_count; i++) {
        lw_workload_result *w = &result->point[i].workload[0];
        const size_t step = i % SIZES;
        w->redop = "sum";
        w->collective = "all-reduce";
        w->bytes = (int64_t)(share * (double)w->bytes);
        w->bandwidth_GBps *= share;
        w->choice = step < 3 ? "ring, LL" : step < 6 ? "ring, LL128" : "NVLS, Simple";
        points[step][0] = (double)w->bytes / share;
        points[step][1] = w->time_s * 1e6;
    }
    *measured = (lw_measured_series){.table = "sums",
                                     .label = "Sums",
                                     .provenance = "A. Tester, Sums, 2026",
                                     .observe = metric_of("time_us"),
                                     .over_sizes = true,
                                     .collective = "all-reduce",
                                     .points = points,
                                     .count = SIZES};
    result->measured = measured;
    result->measured_count = 1;
}

static void test_methods_are_marked(void **state) {
    (void)state;
    for (int time = 0; time < 2; time++) {
        lw_test test = lw_test_begin();
        lw_result result = demo_result(test.arena);
        lw_measured_series measured;
        double points[SIZES][2];
        result.point_count = time == 0 ? (size_t)SIZES : (size_t)2 * SIZES;
        make_collective(&result, &measured, points);
        lw_chart_request request = request_of(time == 0 ? LW_CHART_BANDWIDTH : LW_CHART_TIME);
        request.workload = "upload";
        lw_picture picture;
        lw_font_metrics fixed = lw_font_metrics_fixed();
        assert_int_equal(render(&test, &request, &result, &picture), LW_OK);
        check_texts(&test, &picture, &fixed);
        check_golden(&test, &picture, time == 0 ? "methods" : "methods-time");
        assert_true(time == 1 || has_text(&picture, "Bus bandwidth (GB/s)"));
        assert_true(time == 1 || (has_text(&picture, "ring, LL128") && has_text(&picture, "NVLS, Simple")));

        lw_chart_data data;
        assert_int_equal(lw_chart_collect(&request, &result, test.arena, test.diags, &data), LW_OK);
        const lw_panel *panel = &data.panel[0];
        const lw_curve *last = &panel->curve[panel->curve_count - 1];
        for (size_t i = 0; i < SIZES; i++) {
            assert_close(panel->measured[0].point[i].at.y, last->point[i].at.y, 1e-9);
        }
        measured.collective = "all-gather";  // of other work
        assert_int_equal(lw_chart_collect(&request, &result, test.arena, test.diags, &data), LW_OK);
        assert_int_equal(data.panel[0].measured_count, 0);
        lw_test_end(&test);
    }
}

static void test_foot_says_what_is_missing(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_result result = demo_result(test.arena);
    result.planned = result.point_count--;  // an interrupt left the last one out
    result.not_run = 1;
    lw_chart_request request = request_of(LW_CHART_BANDWIDTH);
    lw_picture picture;
    assert_int_equal(render(&test, &request, &result, &picture), LW_OK);
    assert_true(has_text(&picture, lw_arena_print(test.arena, "Interrupted: %zu of %zu points \u00B7 lanewise 0.1.0",
                                                  result.point_count, result.planned)));
    lw_test_end(&test);
}

static void test_everything_is_said(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_result result = demo_result(test.arena);
    for (int kind = 0; kind < SIZE_KINDS; kind++) {
        lw_chart_request request = request_of((lw_chart_kind)kind);
        lw_picture picture;
        assert_int_equal(render(&test, &request, &result, &picture), LW_OK);
        for (int i = 0; i < LINKS; i++) {
            assert_true(has_text(&picture, facts[i].label));
        }
        assert_true(has_text(&picture, "OCuLink, Thunderbolt or a slot?") && has_text(&picture, "Simulated: Desktop with two"));
        assert_true(has_text(&picture, "host \u2192 gpu") && has_text(&picture, "gpu \u2192 host"));
        assert_true(has_text(
            &picture, "lanewise 0.1.0 \u00B7 oculink-or-thunderbolt.yaml, SHA-256 0123456789ab \u00B7 GB = 10\u2079 bytes"));
        assert_true(has_text(&picture, "Writer, Thunderbolt 4 docks") == (kind != LW_CHART_WATERFALL));
    }
    lw_test_end(&test);
}

static void test_texts_do_not_overlap(void **state) {
    (void)state;
    static const struct { int64_t width, height; } sizes[] = {{LW_AUTO, LW_AUTO}, {1000, 700}, {2400, 1400}, {LW_AUTO, 900}};
    lw_test test = lw_test_begin();
    lw_result result = demo_result(test.arena);
    lw_font_metrics fixed = lw_font_metrics_fixed();
    lw_font_metrics real;
    assert_int_equal(lw_font_metrics_open(&real), LW_OK);
    const lw_font_metrics *both[] = {&fixed, &real};
    for (int round = 0; round < SIZE_KINDS * 4 * 2 * 2; round++) {
        lw_chart_request request = request_of((lw_chart_kind)(round % SIZE_KINDS));
        request.width = sizes[round / SIZE_KINDS % 4].width;
        request.height = sizes[round / SIZE_KINDS % 4].height;
        request.workload = round / SIZE_KINDS / 4 % 2 == 0 ? NULL : "upload";
        const lw_font_metrics *metrics = both[round / SIZE_KINDS / 4 / 2];
        lw_picture picture;
        lw_status status = lw_chart_render_with(&request, &result, metrics, test.arena, test.diags, &picture);
        if (request.kind == LW_CHART_WATERFALL && status == LW_BAD_INPUT && request.height == 700) {
            continue;  // twelve rows do not fit, and it says so
        }
        assert_int_equal(status, LW_OK);
        check_texts(&test, &picture, metrics);
    }
    lw_font_metrics_close(&real);
    lw_test_end(&test);
}

// ---- SVG ----

// Enough of XML 1.0 to find our mistakes: elements nest, attributes are quoted, & begins an entity,
// ids are unique.
static void check_svg(lw_test *test, const char *svg) {
    enum { DEPTH = 64, IDS = 256 };
    const char *open[DEPTH];
    const char *ids[IDS];
    size_t depth = 0;
    size_t id_count = 0;
    assert_memory_equal(svg, "<?xml", 5);
    for (const char *at = strstr(svg, "?>") + 2; *at != '\0'; at++) {
        if (*at == '&') {
            size_t length = strcspn(at, ";");
            assert_in_range(length, 3, 6);
        }
        if (*at != '<') {
            assert_true(*at != '>');
            continue;
        }
        const char *end = strchr(at, '>');
        assert_non_null(end);
        size_t name = strcspn(at + 1, " />");
        if (at[1] == '/') {
            assert_true(depth > 0);
            depth--;
            size_t length = (size_t)(end - at) - 2;
            assert_memory_equal(open[depth], at + 2, length);
        } else if (end[-1] != '/') {
            assert_true(depth < DEPTH);
            open[depth++] = lw_arena_copy_n(test->arena, at + 1, name);
        }
        const char *id = strstr(at, " id=\"");
        if (id != NULL && id < end) {
            ids[id_count] = lw_arena_copy_n(test->arena, id + 5, strcspn(id + 5, "\""));
            for (size_t i = 0; i < id_count; i++) {
                assert_string_not_equal(ids[i], ids[id_count]);
            }
            assert_true(++id_count < IDS);
        }
        at = end;
    }
    assert_int_equal(depth, 0);
}

static void test_svg_is_well_formed(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_result result = demo_result(test.arena);
    result.title = "<&\"> ]]> it's \xFF";
    result.point[0].set[0].text = "<script>alert('&')</script>";
    for (int kind = 0; kind < SIZE_KINDS; kind++) {
        lw_chart_request request = request_of((lw_chart_kind)kind);
        lw_picture picture;
        assert_int_equal(render(&test, &request, &result, &picture), LW_OK);
        lw_text svg = {0};
        assert_int_equal(lw_picture_svg(&picture, &svg, test.diags), LW_OK);
        check_svg(&test, svg.bytes);
        assert_null(strstr(svg.bytes, "<script"));
        lw_text_free(&svg);
    }
    lw_test_end(&test);
}

// ---- Bad and strange data ----

// A result with one workload and count points of the given sizes and bandwidths.
static lw_result small_result(lw_arena *arena, const double (*values)[2], size_t count) {
    lw_result result = {.tool_version = "0.1.0", .title = "Small", .point_count = count};
    result.point = LW_NEW_ARRAY(arena, lw_point, count);
    for (size_t i = 0; i < count; i++) {
        lw_point *point = &result.point[i];
        *point = (lw_point){.index = (int)i, .set_count = 1, .workload_count = 1};
        point->set = LW_NEW(arena, lw_set_value);
        point->workload = LW_NEW(arena, lw_workload_result);
        *point->set = (lw_set_value){
            .path = "workloads.copy.bytes", .text = "x", .is_number = true, .number = values[i][0], .dimension = LW_BYTES};
        *point->workload = (lw_workload_result){.name = "copy", .bandwidth_GBps = values[i][1], .time_s = values[i][1]};
    }
    return result;
}

static void test_strange_numbers(void **state) {
    (void)state;
    static const struct {
        double values[4][2];
        size_t count;
        lw_status expected;  // with a logarithmic axis
        size_t warnings;
    } cases[] = {
        {{{0, 0}}, 0, LW_BAD_INPUT, 0},
        {{{4096, 1}}, 1, LW_OK, 0},
        {{{4096, 1}, {4096, 1}, {4096, 1}}, 3, LW_OK, 0},
        {{{4096, 3}, {8192, 3}, {16384, 3}}, 3, LW_OK, 0},
        {{{4096, (double)NAN}, {8192, 1}}, 2, LW_OK, 1},
        {{{4096, (double)INFINITY}, {8192, 1}, {16384, -(double)INFINITY}}, 3, LW_OK, 1},
        {{{4096, -1}, {8192, 1}, {16384, 0}}, 3, LW_OK, 1},
        {{{4096, (double)NAN}}, 1, LW_BAD_INPUT, 1},
        {{{1e-300, 1e-300}, {1e300, 1e300}}, 2, LW_OK, 0},
        {{{1, 1e300}, {2, 1e308}}, 2, LW_OK, 1},
        {{{0, 1}, {-5, 1}, {4096, 1}}, 3, LW_OK, 1},
        {{{16384, 1}, {4096, 2}, {8192, 1e-9}, {4096, 5}}, 4, LW_OK, 0},
    };
    lw_font_metrics fixed = lw_font_metrics_fixed();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0] * 4; i++) {
        lw_test test = lw_test_begin();
        lw_chart_request request = request_of(i % 2 == 0 ? LW_CHART_BANDWIDTH : LW_CHART_TIME);
        request.axis = i / 2 % 2 == 0 ? LW_AXIS_LOG : LW_AXIS_LINEAR;
        lw_result result = small_result(test.arena, cases[i / 4].values, cases[i / 4].count);
        lw_picture picture;
        assert_int_equal(render(&test, &request, &result, &picture), cases[i / 4].expected);
        if (request.axis == LW_AXIS_LOG) {
            assert_int_equal(lw_diags_warnings(test.diags), cases[i / 4].warnings);
        }
        if (cases[i / 4].expected == LW_OK) {
            check_texts(&test, &picture, &fixed);
        } else {
            assert_int_equal(lw_diags_errors(test.diags), 1);
        }
        lw_test_end(&test);
    }
}

static void test_strange_labels(void **state) {
    (void)state;
    char endless[301];
    memset(endless, 'W', sizeof endless - 1);
    endless[sizeof endless - 1] = '\0';
    const char *const labels[] = {
        "",           endless,           "<&\">", "\xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D", "e\xCC\x81\xCC\x82", "\xFF\xFE\xC0\x80",
        "two\nlines", "a \xE2\x80\xAE b"};
    for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++) {
        lw_test test = lw_test_begin();
        lw_result result = demo_result(test.arena);
        result.title = result.file = labels[i];
        result.measured[0].provenance = result.measured[0].label = labels[i];
        for (int k = 0; k < POINTS; k++) {
            result.point[k].set[0].text = k < SIZES ? labels[i] : facts[k / SIZES].preset;
            result.point[k].stage[0].label = result.point[k].stage[1].label = k < SIZES ? labels[i] : facts[k / SIZES].label;
            result.point[k].workload[0].direction = labels[i];
        }
        for (int kind = 0; kind < SIZE_KINDS; kind++) {
            lw_chart_request request = request_of((lw_chart_kind)kind);
            lw_picture picture;
            lw_text svg = {0};
            lw_text pdf = {0};
            assert_int_equal(lw_chart_render(&request, &result, test.arena, test.diags, &picture), LW_OK);
            assert_int_equal(lw_picture_svg(&picture, &svg, test.diags), LW_OK);
            assert_int_equal(lw_picture_pdf(&picture, &pdf, test.diags), LW_OK);
            check_svg(&test, svg.bytes);
            lw_text_free(&svg);
            lw_text_free(&pdf);
        }
        lw_test_end(&test);
    }
}

// Twelve lines that all end at the same place, one of them speculative.
static void test_full_chart(void **state) {
    (void)state;
    static const char *const families[] = {"pcie", "m2", "oculink", "copprlink", "usb4", "nvlink", "cxl", "thz", "unheard-of"};
    lw_test test = lw_test_begin();
    enum { LINES = 12, EACH = 4 };
    lw_result result = {.tool_version = "0.1.0", .title = "Twelve links", .file = "twelve.yaml", .point_count = LINES * EACH};
    result.point = LW_NEW_ARRAY(test.arena, lw_point, LINES * EACH);
    for (int i = 0; i < LINES * EACH; i++) {
        lw_point *point = &result.point[i];
        const char *family = families[i / EACH % 9];
        *point = (lw_point){
            .set_count = 2, .workload_count = 1, .stage_count = 1, .evidence = i / EACH == 7 ? LW_SPECULATIVE : LW_SPECIFIED};
        point->set = LW_NEW_ARRAY(test.arena, lw_set_value, 2);
        point->workload = LW_NEW(test.arena, lw_workload_result);
        point->stage = LW_NEW(test.arena, lw_stage_result);
        double bytes = ldexp(65536, 4 * (i % EACH));
        point->set[0] = (lw_set_value){.path = "links.l", .text = lw_arena_print(test.arena, "%s-%d", family, i / EACH)};
        point->set[1] = (lw_set_value){
            .path = "workloads.copy.bytes", .text = "x", .is_number = true, .number = bytes, .dimension = LW_BYTES};
        point->workload[0] = (lw_workload_result){
            .name = "copy", .bytes = (int64_t)bytes, .bandwidth_GBps = bytes / (1e-5 * (1 + i / EACH) + bytes / 10e9) / 1e9};
        point->stage[0] = (lw_stage_result){.workload = "copy",
                                            .label = "link",
                                            .family = family,
                                            .hue = hue_of(family),
                                            .evidence = i / EACH == 7 ? LW_SPECULATIVE : LW_SPECIFIED};
        for (int k = 0; k < LW_STAGE_COUNT; k++) {
            point->stage[0].rate_GBps[k] = 16.0 - 0.8 * k;
        }
    }
    lw_font_metrics fixed = lw_font_metrics_fixed();
    for (int round = 0; round < 2; round++) {
        lw_chart_request request = request_of(round == 0 ? LW_CHART_BANDWIDTH : LW_CHART_WATERFALL);
        request.width = round == 0 ? LW_AUTO : 900;  // not room for a column a stage
        lw_picture picture;
        assert_int_equal(render(&test, &request, &result, &picture), LW_OK);
        check_texts(&test, &picture, &fixed);
        assert_true(has_text(&picture, "thz-7 (speculative)"));
        assert_true(round == 0 || has_text(&picture, "others"));
        bool dashed = false;
        for (size_t i = 0; i < picture.draw->count; i++) {
            dashed = dashed || picture.draw->item[i].stroke.dash == LW_DASH_LONG;
        }
        assert_true(round == 1 || dashed);
        lw_text png = {0};
        assert_int_equal(lw_picture_png(&picture, 1, &png, test.diags), LW_OK);
        leave(&test, round == 0 ? "twelve.png" : "twelve-bars.png", &png);
        lw_text_free(&png);
    }
    lw_test_end(&test);
}

// Lines of one family differ in shade or shape, also where they have no size that reaches half.
static void test_one_family_is_told_apart(void **state) {
    (void)state;
    enum { LINES = 12, EACH = 2 };
    for (int round = 0; round < 2; round++) {
        lw_test test = lw_test_begin();
        lw_result result = {.tool_version = "0.1.0", .title = "One family", .point_count = LINES * EACH};
        result.point = LW_NEW_ARRAY(test.arena, lw_point, LINES * EACH);
        for (int i = 0; i < LINES * EACH; i++) {
            lw_point *point = &result.point[i];
            *point = (lw_point){.set_count = 2, .workload_count = 1, .stage_count = 1};
            point->set = LW_NEW_ARRAY(test.arena, lw_set_value, 2);
            point->workload = LW_NEW(test.arena, lw_workload_result);
            point->stage = LW_NEW(test.arena, lw_stage_result);
            point->set[0] = (lw_set_value){.path = "links.l", .text = lw_arena_print(test.arena, "lane_%d", i / EACH)};
            point->set[1] = (lw_set_value){.path = round == 0 ? "workloads.copy.bytes" : "links.l.rx_port",
                                           .text = "x",
                                           .is_number = true,
                                           .number = 4096.0 * (1 + 15 * (i % EACH)),
                                           .dimension = round == 0 ? LW_BYTES : LW_PLAIN};
            const int times = 1 + 15 * (i % EACH);
            point->workload[0] =
                (lw_workload_result){.name = "copy", .bytes = 4096 * times, .bandwidth_GBps = (1 + i / EACH) * times};
            point->stage[0] = (lw_stage_result){.workload = "copy", .label = "link", .family = "pcie", .hue = hue_of("pcie")};
        }
        lw_chart_request request = request_of(LW_CHART_BANDWIDTH);
        request.x = result.point[0].set[1].path;
        lw_picture picture;
        assert_int_equal(render(&test, &request, &result, &picture), LW_OK);
        assert_true(has_text(&picture, "lane 11") && has_text(&picture, round == 0 ? "Open mark:" : "told apart by open marks"));
        assert_true(round == 0 || has_text(&picture, "Rx port"));
        bool seen[LW_SHAPES][LW_LINE_SHADES] = {{false}};
        for (size_t i = 0, line = SIZE_MAX; i < picture.draw->count; i++) {
            const lw_draw_item *item = &picture.draw->item[i];
            if (item->kind == LW_DRAW_GROUP_PUSH && strcmp(item->klass, "series") == 0) {
                line = i;
            } else if (item->kind == LW_DRAW_MARKER && line < i) {  // the first of each line
                bool *own = &seen[item->shape][item->stroke.role - lw_role_of(hue_of("pcie"), LW_SHADE_FIRST)];
                assert_false(*own);
                *own = true;
                line = SIZE_MAX;
            }
        }
        lw_test_end(&test);
    }
}

// Work over several links is faster than the ceiling of one, which is then none.
static void test_ceiling_is_of_one_link(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_result result = demo_result(test.arena);
    lw_chart_request request = request_of(LW_CHART_BANDWIDTH);
    lw_picture picture;
    assert_int_equal(render(&test, &request, &result, &picture), LW_OK);
    assert_true(has_text(&picture, " of 58.1 GB/s"));
    for (int i = 0; i < SIZES; i++) {
        result.point[i].workload[0].bandwidth_GBps *= 2;
        result.point[i].workload[1].direction = result.point[i].workload[0].direction;
    }
    for (int i = SIZES; i < POINTS; i++) {
        result.point[i].workload[1].direction = result.point[i].workload[0].direction;
    }
    assert_int_equal(render(&test, &request, &result, &picture), LW_OK);
    assert_true(has_text(&picture, "113 GB/s") && !has_text(&picture, "113 of"));
    assert_true(has_text(&picture, "host \u2192 gpu, upload") && has_text(&picture, "host \u2192 gpu, download"));
    lw_test_end(&test);
}

// A cable's length along the x axis, a panel a generation, many points.
static void test_other_axes(void **state) {
    (void)state;
    enum { EACH = 3000, COUNT = 2 * EACH };
    lw_test test = lw_test_begin();
    lw_result result = {.tool_version = "0.1.0", .title = "Cables", .point_count = COUNT};
    result.point = LW_NEW_ARRAY(test.arena, lw_point, COUNT);
    for (int i = 0; i < COUNT; i++) {
        lw_point *point = &result.point[i];
        *point = (lw_point){.set_count = 2, .workload_count = 1};
        point->set = LW_NEW_ARRAY(test.arena, lw_set_value, 2);
        point->workload = LW_NEW(test.arena, lw_workload_result);
        point->set[0] =
            (lw_set_value){.path = "links.l.gen", .text = i < EACH ? "4" : "5", .is_number = true, .number = i < EACH ? 4 : 5};
        point->set[1] = (lw_set_value){
            .path = "links.l.length", .text = "x", .is_number = true, .number = 1.0 + i % EACH / 1000.0, .dimension = LW_LENGTH};
        point->workload[0] =
            (lw_workload_result){.name = "copy", .direction = "host->gpu", .bandwidth_GBps = 5.0 + 0.0001 * i, .time_s = 1.0};
    }
    lw_chart_request request = request_of(LW_CHART_BANDWIDTH);
    request.x = "links.l.length";
    request.panel = "links.l.gen";
    request.axis = LW_AXIS_LINEAR;
    lw_picture picture;
    lw_font_metrics fixed = lw_font_metrics_fixed();
    assert_int_equal(render(&test, &request, &result, &picture), LW_OK);
    assert_true(has_text(&picture, "Length (m)"));
    assert_true(has_text(&picture, "host \u2192 gpu, gen 4") && has_text(&picture, "host \u2192 gpu, gen 5"));
    check_texts(&test, &picture, &fixed);
    request.panel = NULL;  // now the generation tells two lines apart
    assert_int_equal(render(&test, &request, &result, &picture), LW_OK);
    assert_true(has_text(&picture, "gen 4") && has_text(&picture, "gen 5") && !has_text(&picture, "gpu, gen"));
    lw_test_end(&test);
}

// A title over one line takes two, and the picture grows by that; what is longer still is cut.
static void test_titles_wrap(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_result result = demo_result(test.arena);
    lw_font_metrics fixed = lw_font_metrics_fixed();
    for (int kind = 0; kind < SIZE_KINDS; kind++) {
        lw_chart_request request = request_of((lw_chart_kind)kind);
        lw_picture one;
        lw_picture two;
        assert_int_equal(render(&test, &request, &result, &one), LW_OK);
        request.title = "Does an external card behind OCuLink or Thunderbolt carry what a slot in the machine carries, and what "
                        "remains of the rate that is printed on the box?";
        assert_int_equal(render(&test, &request, &result, &two), LW_OK);
        check_texts(&test, &two, &fixed);
        assert_true(has_text(&two, "Does an external") && has_text(&two, "on the box?"));
        assert_close(two.height - one.height, ceil(LW_SIZE_TITLE * LW_LINE_HEIGHT), 1e-9);
        request.title = lw_arena_print(test.arena, "%s %s %s", request.title, request.title, request.title);
        assert_int_equal(render(&test, &request, &result, &two), LW_OK);
        check_texts(&test, &two, &fixed);
        assert_close(two.height - one.height, ceil(LW_SIZE_TITLE * LW_LINE_HEIGHT), 1e-9);
    }
    lw_test_end(&test);
}

// A subtitle that explains has up to three lines, for which the picture grows: nothing else gives way
// or is missing.
static void test_subtitles_have_three_lines(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_result result = demo_result(test.arena);
    lw_font_metrics fixed = lw_font_metrics_fixed();
    static const lw_chart_kind kinds[] = {LW_CHART_BANDWIDTH, LW_CHART_TIME, LW_CHART_WATERFALL, LW_CHART_PLANE, LW_CHART_BARS};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        lw_chart_request request = request_of(kinds[i]);
        lw_picture picture[2];
        request.subtitle = "Two lines as most have them";
        assert_int_equal(render(&test, &request, &result, &picture[0]), LW_OK);
        const double line = picture[0].width - 48.0;
        const char *text = "";
        while (lw_text_width(&fixed, text, LW_SIZE_LABEL, false) < 2.3 * line) {
            text = lw_arena_print(test.arena, "%swords that explain ", text);
        }
        request.subtitle = lw_arena_print(test.arena, "%sto the end", text);
        assert_int_equal(render(&test, &request, &result, &picture[1]), LW_OK);
        check_texts(&test, &picture[1], &fixed);
        assert_true(has_text(&picture[1], "to the end"));
        assert_close(picture[1].height - picture[0].height, ceil(LW_SIZE_LABEL * LW_LINE_HEIGHT), 1e-9);
    }
    lw_test_end(&test);
}

// ---- Half-power ----

static void test_half_power_is_hockneys(void **state) {
    (void)state;
    enum { COUNT = 10 };
    lw_sample point[COUNT];
    lw_curve curve = {.point = point, .count = COUNT};
    // Few points, for between them time runs straight. t = t0 + n / r: half of the top at n1/2 = t0
    // * r, here 10 us * 8 GB/s = 80 kB.
    for (int i = 0; i < COUNT; i++) {
        double bytes = pow(10.0, 3.0 + 9.0 * i / (COUNT - 1));
        point[i].at = (lw_xy){bytes, bytes / (10e-6 + bytes / 8e9) / 1e9};
    }
    lw_xy half;
    assert_true(lw_half_power(&curve, false, &half));
    assert_close(half.x, 80e3, 1e-4);
    assert_close(half.y, 4.0, 1e-4);
    for (int i = 0; i < COUNT; i++) {
        point[i].at.y = 10e-6 + point[i].at.x / 8e9;
    }
    assert_true(lw_half_power(&curve, true, &half));
    assert_close(half.x, 80e3, 1e-4);
    assert_close(half.y, 20e-6, 1e-4);
    curve.count = 1;
    assert_false(lw_half_power(&curve, true, &half));
}

// ---- Memory ----

static lw_status draw_everything(void *user) {
    lw_font_metrics fixed = lw_font_metrics_fixed();
    lw_arena *arena = lw_arena_new();
    lw_diags *diags = arena == NULL ? NULL : lw_diags_new(arena);
    lw_status status = diags == NULL ? LW_NO_MEMORY : LW_OK;
    for (int kind = 0; kind < SIZE_KINDS && status == LW_OK; kind++) {
        lw_chart_request request = request_of((lw_chart_kind)kind);
        request.width = kind == LW_CHART_WATERFALL ? 800 : 400;  // small, for there are many rounds
        request.height = 400;
        lw_picture picture;
        status = lw_chart_render_with(&request, user, &fixed, arena, diags, &picture);
        for (int format = 0; format < (kind == LW_CHART_BANDWIDTH ? FORMATS : 1) && status == LW_OK; format++) {
            lw_text out = {0};
            status = formats[format].write(&picture, &out, diags);
            lw_text_free(&out);
        }
    }
    lw_arena_free(arena);
    return status;
}

static void test_memory_runs_out(void **state) {
    (void)state;
    enum { COUNT = 4 };
    lw_set_value set[COUNT];
    lw_workload_result workload[COUNT];
    lw_stage_result stage[COUNT];
    lw_point point[COUNT];
    double dots[2][2] = {{4096, 0.3}, {65536, 2.9}};
    lw_measured_series measured = {.table = "t",
                                   .label = "l",
                                   .provenance = "p",
                                   .family = "pcie",
                                   .hue = hue_of("pcie"),
                                   .observe = metric_of("bandwidth_GBps"),
                                   .over_sizes = true,
                                   .points = dots,
                                   .count = 2};
    for (int i = 0; i < COUNT; i++) {
        double bytes = ldexp(4096, 4 * i);
        set[i] =
            (lw_set_value){.path = "workloads.up.bytes", .text = "x", .is_number = true, .number = bytes, .dimension = LW_BYTES};
        workload[i] = (lw_workload_result){.name = "up",
                                           .direction = "host->gpu",
                                           .time_s = 1e-5 + bytes / 6e9,
                                           .bandwidth_GBps = bytes / (1e-5 + bytes / 6e9) / 1e9};
        fill_stages(&facts[2], 0, "up", &stage[i]);
        point[i] = (lw_point){
            .set = &set[i], .set_count = 1, .workload = &workload[i], .workload_count = 1, .stage = &stage[i], .stage_count = 1};
    }
    lw_result result = {.tool_version = "0.1.0",
                        .title = "Memory",
                        .file = "memory.yaml",
                        .point = point,
                        .point_count = COUNT,
                        .measured = &measured,
                        .measured_count = 1};
    assert_true(lw_test_out_of_memory(draw_everything, &result) > 3);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_format),
        cmocka_unit_test(test_threads_draw_alike),
        cmocka_unit_test(test_golden),
        cmocka_unit_test(test_methods_are_marked),
        cmocka_unit_test(test_everything_is_said),
        cmocka_unit_test(test_foot_says_what_is_missing),
        cmocka_unit_test(test_texts_do_not_overlap),
        cmocka_unit_test(test_svg_is_well_formed),
        cmocka_unit_test(test_strange_numbers),
        cmocka_unit_test(test_strange_labels),
        cmocka_unit_test(test_full_chart),
        cmocka_unit_test(test_one_family_is_told_apart),
        cmocka_unit_test(test_ceiling_is_of_one_link),
        cmocka_unit_test(test_other_axes),
        cmocka_unit_test(test_titles_wrap),
        cmocka_unit_test(test_subtitles_have_three_lines),
        cmocka_unit_test(test_half_power_is_hockneys),
        cmocka_unit_test(test_memory_runs_out),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    lw_plots_close();
    return failed;
}
