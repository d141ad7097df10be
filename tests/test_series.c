// SPDX-License-Identifier: GPL-3.0-or-later
// What the lines, bars and marks of a chart are called, how they differ, and what may lie on them.
#include "plots/series_names.h"
#include "tests/chart_helpers.h"

enum { VALUES_MOST = 12 };

typedef struct swept {
    const char *path;
    lw_dimension dimension;
    bool is_number;
    size_t count;
    const char *text[VALUES_MOST];
    double number[VALUES_MOST];
} swept;

// A copy over links.egpu in every point of a sweep; the first path varies slowest.
static lw_result result_of(lw_test *test, const swept *axis, size_t axis_count) {
    lw_result result = {.tool_version = "0.1.0", .title = "Links", .file = "links.yaml", .point_count = 1};
    for (size_t i = 0; i < axis_count; i++) {
        result.point_count *= axis[i].count;
    }
    result.point = LW_NEW_ARRAY(test->arena, lw_point, result.point_count);
    for (size_t i = 0; i < result.point_count; i++) {
        lw_point *point = &result.point[i];
        *point = (lw_point){.index = (int)i, .set_count = axis_count, .workload_count = 1, .stage_count = 1};
        point->set = LW_NEW_ARRAY(test->arena, lw_set_value, axis_count);
        point->workload = LW_NEW(test->arena, lw_workload_result);
        point->stage = LW_NEW(test->arena, lw_stage_result);
        size_t left = i;
        for (size_t k = axis_count; k-- > 0; left /= axis[k].count) {
            const size_t at = left % axis[k].count;
            point->set[k] = (lw_set_value){.path = axis[k].path,
                                           .text = axis[k].text[at],
                                           .is_number = axis[k].is_number,
                                           .number = axis[k].number[at],
                                           .dimension = axis[k].dimension};
        }
        const int64_t bytes = (int64_t)65536 << 4 * (i % 3);
        const double faster = 1.0 + 0.1 * (double)(i / 3);  // no line lies on another
        *point->workload = (lw_workload_result){.name = "upload",
                                                .direction = "host->gpu",
                                                .copy = "h2d",
                                                .bytes = bytes,
                                                .time_s = (1e-5 + (double)bytes / 10e9) / faster,
                                                .bandwidth_GBps = faster * (double)bytes / (1e4 + (double)bytes / 10)};
        *point->stage = (lw_stage_result){
            .workload = "upload", .link = "egpu", .label = "PCIe 4.0 x16", .family = "pcie", .hue = hue_of("pcie")};
        for (int k = 0; k < LW_STAGE_COUNT; k++) {
            point->stage->rate_GBps[k] = 16.0 - 0.5 * k;
        }
    }
    return result;
}

static const swept gens = {"links.egpu.gen", LW_PLAIN, true, 3, {"3", "4", "5"}, {3, 4, 5}};
static const swept lanes = {"links.egpu.lanes", LW_PLAIN, true, 2, {"8", "16"}, {8, 16}};
static const swept sizes = {"workloads.upload.bytes",  LW_BYTES, true, 3, {"64 KiB", "1 MiB", "16 MiB"},
                            {65536, 1048576, 16777216}};

static void draw(lw_test *test, const lw_chart_request *request, const lw_result *result, lw_picture *picture) {
    lw_font_metrics fixed = lw_font_metrics_fixed();
    assert_int_equal(render(test, request, result, picture), LW_OK);
    check_texts(test, picture, &fixed);
}

static void leave_png(lw_test *test, const lw_picture *picture, const char *name) {
    lw_text png = {0};
    assert_int_equal(lw_picture_png(picture, 2, &png, test->diags), LW_OK);
    leave(test, name, &png);
    lw_text_free(&png);
}

// ---- Names ----

// A line over the generations is about no one of them; the bar is about the last.
static void test_a_line_over_links_has_no_links_name(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_result result = result_of(&test, &gens, 1);
    for (size_t i = 0; i < result.point_count; i++) {
        result.point[i].stage->label = lw_arena_print(test.arena, "PCIe %s.0 x16", gens.text[i]);
    }
    lw_picture picture;
    lw_chart_request request = request_of(LW_CHART_BANDWIDTH);
    draw(&test, &request, &result, &picture);
    assert_true(has_text(&picture, "egpu") && !has_text(&picture, "PCIe"));
    request = request_of(LW_CHART_WATERFALL);
    draw(&test, &request, &result, &picture);
    assert_true(has_text(&picture, "PCIe 5.0 x16") && !has_text(&picture, "PCIe 3.0") && !has_text(&picture, "egpu"));
    lw_test_end(&test);
}

// Where nothing gets through stands a cross, and no line leads over it; where nothing gets through
// at all there is no chart, which is no error.
static void test_lines_end_where_nothing_gets_through(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_result result = result_of(&test, &gens, 1);
    lw_picture picture;
    const lw_chart_request request = request_of(LW_CHART_BANDWIDTH);
    size_t crosses[2];
    for (int failed = 0; failed < 2; failed++) {
        if (failed) {
            *result.point[1].workload = (lw_workload_result){
                .name = "upload", .direction = "host->gpu", .limit = {.kind = LW_FAILED_FOR_SIGNAL, .name = "egpu"}};
        }
        draw(&test, &request, &result, &picture);
        crosses[failed] = 0;
        for (size_t i = 0; i < picture.draw->count; i++) {
            crosses[failed] += picture.draw->item[i].kind == LW_DRAW_MARKER && picture.draw->item[i].shape == LW_SHAPE_CROSS;
        }
    }
    assert_int_equal(crosses[0], 0);
    assert_int_equal(crosses[1], 1);
    assert_true(has_text(&picture, "nothing gets through"));
    for (size_t i = 0; i < result.point_count; i++) {
        result.point[i].workload->limit.kind = LW_FAILED_FOR_SIGNAL;
    }
    assert_int_equal(render(&test, &request, &result, &picture), LW_OK);
    assert_null(picture.draw);
    assert_int_equal(lw_diags_errors(test.diags), 0);
    lw_test_end(&test);
}

// Lines are named alike in all panels, bars and marks after the link that each is about.
static void test_panels_do_not_borrow_names(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const swept axes[] = {lanes, gens, sizes};
    lw_result result = result_of(&test, axes, 3);
    for (size_t i = 0; i < result.point_count; i++) {
        const lw_set_value *set = result.point[i].set;
        result.point[i].stage->label = lw_arena_print(test.arena, "PCIe %s.0 x%s", set[1].text, set[0].text);
        result.point[i].stage->evidence = i == 4 ? LW_ASSUMED : LW_SPECIFIED;
    }
    for (int kind = LW_CHART_BANDWIDTH; kind <= LW_CHART_PLANE; kind++) {
        const bool line = kind == LW_CHART_BANDWIDTH || kind == LW_CHART_TIME;
        lw_chart_request request = request_of((lw_chart_kind)kind);
        request.series = lanes.path;
        request.panel = gens.path;
        lw_picture picture;
        draw(&test, &request, &result, &picture);
        assert_true(has_text(&picture, "lanes 8") == line && has_text(&picture, "lanes 16") == line);
        assert_true(line || (has_text(&picture, "PCIe 3.0 x8") && has_text(&picture, "PCIe 5.0 x16")));
        // One point that is assumed makes its line assumed, not only when it is the first.
        assert_true(!line || has_text(&picture, "lanes 8 (assumed)"));
    }
    lw_test_end(&test);
}

// What was swept names the series, not the link that each happens to go over.
static void test_series_are_named_after_what_was_swept(void **state) {
    (void)state;
    static const swept p2p = {"workloads.upload.p2p", LW_PLAIN, false, 2, {"true", "false"}, {0}};
    static const swept up = {"links.up", LW_PLAIN, false, 2, {"pcie-5-x8", "pcie-6-x16"}, {0}};
    static const struct {
        const swept *axis;
        const char *link[2], *name[2];
    } cases[] = {{&p2p, {"slot-b", "slot-a"}, {"p2p true", "p2p false"}},
                 {&up, {"up", "down[0]"}, {"pcie-5-x8", "pcie-6-x16"}},
                 {&up, {"up", "up"}, {"PCIe 5.0 x8", "PCIe 5.0 x16"}}};
    for (size_t i = 0; i < 3 * (sizeof cases / sizeof cases[0]); i++) {
        static const lw_chart_kind kinds[] = {LW_CHART_BANDWIDTH, LW_CHART_TIME, LW_CHART_WATERFALL};
        const size_t at = i / 3;
        lw_test test = lw_test_begin();
        const swept axes[] = {*cases[at].axis, sizes};
        lw_result result = result_of(&test, axes, 2);
        for (size_t k = 0; k < result.point_count; k++) {
            result.point[k].stage->link = cases[at].link[k / 3];
            result.point[k].stage->label = k / 3 == 0 ? "PCIe 5.0 x8" : "PCIe 5.0 x16";
        }
        lw_chart_request request = request_of(kinds[i % 3]);
        lw_picture picture;
        draw(&test, &request, &result, &picture);
        assert_true(has_text(&picture, cases[at].name[0]) && has_text(&picture, cases[at].name[1]));
        lw_test_end(&test);
    }
}

// One family keeps one colour: a line about links of two has neither.
static void test_a_line_over_families_has_no_ones_colour(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const swept cards = {"nodes.gpu", LW_PLAIN, false, 2, {"rtx-5090", "arc-b580"}, {0}};
    const swept links = {"links.egpu", LW_PLAIN, false, 2, {"pcie-5-x16", "oculink-2-x4"}, {0}};
    const swept axes[] = {cards, links, sizes};
    lw_result result = result_of(&test, axes, 3);
    for (size_t i = 0; i < result.point_count; i++) {
        const bool slot = strcmp(result.point[i].set[1].text, links.text[0]) == 0;
        result.point[i].stage->label = slot ? "PCIe 5.0 x16" : "OCuLink PCIe 4.0 x4";
        result.point[i].stage->family = slot ? "pcie" : "oculink";
        result.point[i].stage->hue = hue_of(result.point[i].stage->family);
    }
    lw_chart_request request = request_of(LW_CHART_BANDWIDTH);
    request.series = cards.path;
    request.panel = links.path;
    lw_picture picture;
    draw(&test, &request, &result, &picture);
    assert_true(has_text(&picture, "rtx-5090") && has_text(&picture, "arc-b580"));
    size_t lines = 0;
    for (size_t i = 0; i < picture.draw->count; i++) {
        const lw_stroke *stroke = &picture.draw->item[i].stroke;
        if (picture.draw->item[i].kind == LW_DRAW_PATH && stroke->role >= LW_ROLE_HUES) {
            assert_true(stroke->role >= lw_role_of(LW_HUE_GREY, LW_SHADE_FIRST));
            lines++;
        }
    }
    assert_true(lines >= 4);
    lw_test_end(&test);
}

// Words that all values share say nothing, but a number keeps the word before it. A share of a card
// that nobody measured is dashed, however well its link is known.
static void test_names_say_what_differs(void **state) {
    (void)state;
    static const struct {
        const char *text[3], *name[3];
    } cases[] = {
        {{"rtx-pro-6000 virtualisation=passthrough", "rtx-pro-6000 virtualisation=mig guests=4",
          "rtx-pro-6000 virtualisation=sr-iov"},
         {"passthrough", "mig guests 4 (assumed)", "sr-iov"}},
        {{"vapour=7.5 g/m3", "vapour=22 g/m3", "vapour=30 g/m3"},
         {"vapour 7.5 g/m\u00B3", "vapour 22 g/m\u00B3 (assumed)", "vapour 30"}},
        {{"rtx-5090", "rtx-5090 guests=2", "rtx-5090 guests=4"},
         {"rtx-5090", "rtx-5090 guests 2 (assumed)", "rtx-5090 guests 4"}},
        {{"5 ns", "5 us", "5 ms"}, {"5 ns", "5 us (assumed)", "5 ms"}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lw_test test = lw_test_begin();
        swept cards = {.path = "nodes.gpu", .count = 3};
        memcpy(cards.text, cases[i].text, sizeof cards.text);
        const swept axes[] = {cards, sizes};
        lw_result result = result_of(&test, axes, 2);
        for (size_t k = 3; k < 6; k++) {
            result.point[k].stage->guest_evidence = LW_ASSUMED;
        }
        lw_chart_request request = request_of(LW_CHART_BANDWIDTH);
        lw_picture picture;
        draw(&test, &request, &result, &picture);
        bool named[3] = {false};
        for (size_t k = 0; k < 3 * picture.draw->count; k++) {
            const lw_draw_item *item = &picture.draw->item[k / 3];
            const char *name = cases[i].name[k % 3];
            named[k % 3] = named[k % 3] || (item->kind == LW_DRAW_TEXT && strncmp(item->text, name, strlen(name)) == 0);
        }
        assert_true(named[0] && named[1] && named[2]);
        assert_true(has_text(&picture, "dashed: not fitted"));
        lw_test_end(&test);
    }
}

// Six lines of one family, solid or dashed: no two have the same shade and stroke. A name has the
// shade of its line where that can be read.
static void test_no_two_lines_look_alike(void **state) {
    (void)state;
    enum { LINES = 6 };
    for (int round = 0; round < 2 * LW_THEME_KINDS; round++) {
        lw_test test = lw_test_begin();
        const swept three = {"links.egpu.a", LW_PLAIN, false, 3, {"x", "y", "z"}, {0}};
        const swept two = {"links.egpu.b", LW_PLAIN, false, 2, {"u", "v"}, {0}};
        const swept axes[] = {three, two, sizes};
        lw_result result = result_of(&test, axes, 3);
        for (size_t i = 0; i < result.point_count; i++) {
            result.point[i].stage->family = "thz";
            result.point[i].stage->hue = hue_of("thz");
            result.point[i].stage->evidence = round % 2 == 0 ? LW_SPECIFIED : LW_SPECULATIVE;
        }
        lw_chart_request request = request_of(LW_CHART_BANDWIDTH);
        request.theme = round / 2;
        lw_picture picture;
        draw(&test, &request, &result, &picture);
        size_t seen[LW_LINE_SHADES][LW_DASHES][2] = {{{0}}};
        size_t lines = 0, names[LW_SHADES] = {0};
        const lw_role first = lw_role_of(hue_of("thz"), LW_SHADE_FIRST);
        for (size_t i = 0; i + 1 < picture.draw->count; i++) {
            const lw_draw_item *item = &picture.draw->item[i];
            if (item->kind == LW_DRAW_PATH && item->stroke.width >= 2.0 && item->count > 2 && item->stroke.role >= first) {
                const bool hollow = item[1].kind == LW_DRAW_PATH && item[1].stroke.role == LW_ROLE_BACKGROUND;
                assert_int_equal(seen[item->stroke.role - first][item->stroke.dash][hollow]++, 0);
                assert_true(!hollow || round % 2 == 0);
                lines++;
            } else if (item->kind == LW_DRAW_TEXT && item->font.role >= first && item->font.role < first + LW_SHADES) {
                names[item->font.role - first]++;
            }
        }
        assert_int_equal(lines, LINES);
        // there the third shade is too dark for text
        const bool dark = request.theme == LW_THEME_DARK;
        assert_int_equal(names[LW_SHADE_SECOND], 2);
        assert_int_equal(names[LW_SHADE_THIRD], dark ? 0 : 2);
        assert_int_equal(names[LW_SHADE_TEXT], dark ? 4 : 2);
        lw_test_end(&test);
    }
}

// Lines that a number orders have steps of one hue, away from the background as it grows, in
// whatever order the sweep has them; up to twelve of them, and words keep shades.
static void test_a_number_orders_the_colours(void **state) {
    (void)state;
    static const int order[VALUES_MOST] = {7, 2, 11, 0, 4, 9, 1, 6, 3, 10, 8, 5};
    for (size_t lines = 2; lines <= VALUES_MOST; lines++) {
        lw_test test = lw_test_begin();
        swept tags = {.path = "links.egpu.tags", .is_number = true};
        for (size_t i = 0; i < VALUES_MOST; i++) {
            if (order[i] < (int)lines) {
                tags.number[tags.count] = 1 << order[i];
                tags.text[tags.count++] = lw_arena_print(test.arena, "%d", 1 << order[i]);
            }
        }
        const swept axes[] = {tags, sizes};
        lw_result result = result_of(&test, axes, 2);
        lw_chart_request request = request_of(LW_CHART_BANDWIDTH);
        request.series = tags.path;
        lw_picture picture;
        draw(&test, &request, &result, &picture);
        int step[VALUES_MOST], drawn = 0;
        bool hollow[VALUES_MOST];
        for (size_t i = 0; i + 1 < picture.draw->count; i++) {
            const lw_draw_item *item = &picture.draw->item[i];
            if (item->kind == LW_DRAW_PATH && item->stroke.width >= 2.0 && item->count > 2 && item->stroke.role >= LW_ROLE_HUES) {
                // the last of the file is drawn first
                const int rank = (int)round(log2(tags.number[lines - 1 - (size_t)drawn++]));
                step[rank] = (int)item->stroke.role - (int)lw_role_of(hue_of("pcie"), LW_SHADE_STEP);
                hollow[rank] = item[1].kind == LW_DRAW_PATH && item[1].stroke.role == LW_ROLE_BACKGROUND;
            }
        }
        assert_int_equal(drawn, (int)lines);
        assert_true(step[0] == 0 && step[lines - 1] == LW_STEPS - 1);
        for (size_t i = 1; i < lines; i++) {
            assert_true(step[i] > step[i - 1] || (lines > LW_STEPS && step[i] == step[i - 1] && hollow[i] != hollow[i - 1]));
        }
        lw_test_end(&test);
    }
}

static size_t count_lines(const lw_picture *picture) {
    size_t count = 0;
    for (size_t i = 0; i < picture->draw->count; i++) {
        const lw_draw_item *item = &picture->draw->item[i];
        count += item->kind == LW_DRAW_GROUP_PUSH && strcmp(item->klass, "series") == 0 ? 1 : 0;
    }
    return count;
}

// What lies in one place is one line with all its names; what is known otherwise, has another band
// or lies a little beside it is a line of its own.
static void test_lines_in_one_place_are_one(void **state) {
    (void)state;
    static const struct {
        double more, low;  // of the second line
        lw_evidence evidence[2];
        const char *name, *below;  // NULL: two lines
    } cases[] = {
        {1.0, 1.0, {LW_SPECIFIED, LW_SPECIFIED}, "gen 3, 4 (same)", "9.94 of 14.5 GB/s, half at 97 KiB"},
        {1.0, 1.0, {LW_ASSUMED, LW_ASSUMED}, "gen 3, 4 (assumed, same)", "9.94 of"},
        {1.0, 1.0, {LW_ASSUMED, LW_ANNOUNCED}, "gen 3 (assumed), 4 (announced) (same)", "9.94 of"},
        {1.0, 1.0, {LW_SPECIFIED, LW_ASSUMED}, NULL, NULL},
        {1.001, 1.0, {LW_SPECIFIED, LW_SPECIFIED}, "gen 3, 4 (same)", "about 9.94 of 14.5 GB/s"},
        {1.02, 1.0, {LW_SPECIFIED, LW_SPECIFIED}, NULL, NULL},
        {1.0, 0.5, {LW_SPECIFIED, LW_SPECIFIED}, NULL, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lw_test test = lw_test_begin();
        const swept axes[] = {gens, sizes};
        lw_result result = result_of(&test, axes, 2);
        for (size_t k = 0; k < 6; k++) {
            lw_workload_result *row = result.point[k].workload;
            row->bandwidth_GBps = result.point[k % 3].workload->bandwidth_GBps * (k < 3 ? 1.0 : cases[i].more);
            row->has_band = cases[i].low < 1.0;
            row->low_GBps = row->bandwidth_GBps * (k < 3 ? 0.9 : cases[i].low);
            row->high_GBps = row->bandwidth_GBps;
            result.point[k].stage->evidence = cases[i].evidence[k / 3];
        }
        lw_chart_request request = request_of(LW_CHART_BANDWIDTH);
        request.series = gens.path;
        lw_picture picture;
        draw(&test, &request, &result, &picture);
        const bool one = cases[i].name != NULL;
        assert_int_equal(count_lines(&picture), one ? 2 : 3);
        assert_true(has_text(&picture, one ? cases[i].name : "gen 3") && has_text(&picture, "gen 5"));
        assert_true(one ? has_text(&picture, cases[i].below) : has_text(&picture, "gen 4") && !has_text(&picture, "same"));
        lw_test_end(&test);
    }
}

// Twelve names of one line are wrapped, with the marks of what was measured of any of them.
static void test_many_names_of_one_line(void **state) {
    (void)state;
    static double dots[][2] = {{65536, 2.5}, {1048576, 2.7}};
    static const char *const cards[VALUES_MOST] = {"rtx-5090", "rtx-4090", "arc-b580", "h100",   "b200",     "mi300x",
                                                   "gaudi3",   "a100",     "v100",     "rx7900", "rtx-3090", "p100"};
    lw_test test = lw_test_begin();
    swept many = {.path = "nodes.gpu", .count = VALUES_MOST};
    memcpy(many.text, cards, sizeof cards);
    const swept axes[] = {many, sizes};
    lw_result result = result_of(&test, axes, 2);
    for (size_t i = 0; i < result.point_count; i++) {
        *result.point[i].workload = *result.point[i % 3].workload;
    }
    lw_measured_series measured[2];
    for (size_t i = 0; i < 2; i++) {
        measured[i] = (lw_measured_series){.table = cards[i + 1],
                                           .series = cards[i + 1],
                                           .observe = metric_of("bandwidth_GBps"),
                                           .over_sizes = true,
                                           .points = dots,
                                           .count = 2};
    }
    result.measured = measured;
    result.measured_count = 2;
    lw_chart_request request = request_of(LW_CHART_BANDWIDTH);
    lw_picture picture;
    draw(&test, &request, &result, &picture);
    leave_png(&test, &picture, "names.png");
    assert_int_equal(count_lines(&picture), 1);
    assert_true(has_text(&picture, "rtx-5090, rtx-4090, arc-b580"));
    size_t marks = 0, names = 0;
    for (size_t i = 0; i < picture.draw->count; i++) {
        const lw_draw_item *item = &picture.draw->item[i];
        marks += item->kind == LW_DRAW_MARKER && item->stroke.role == LW_ROLE_BACKGROUND ? 1 : 0;
        names += item->kind == LW_DRAW_TEXT && item->font.role >= LW_ROLE_HUES ? 1 : 0;
    }
    assert_int_equal(marks, 2 * 2 + 2);
    assert_int_equal(names, 3);
    lw_test_end(&test);
}

// ---- What is refused before the run ----

static void test_the_outline_tells(void **state) {
    (void)state;
    static const struct {
        lw_chart_kind kind;
        const swept *axis;
        bool paced;
        const char *message;
    } cases[] = {
        {LW_CHART_LOADED_LATENCY, &sizes, true, NULL},
        {LW_CHART_LOADED_LATENCY, &sizes, false,
         "0:0: there is nothing to draw: only work that comes at a rate, and reads one by one, have a latency | use kind: stream, "
         "kind: dma with a rate:, or a probe of kind: read-latency"},
        {LW_CHART_PLANE, &sizes, false, NULL},
        {LW_CHART_PLANE, &gens, false,
         "0:0: the plane needs transfers of two sizes, and 'links.egpu.gen' gives it one | sweep a small and a large size, such "
         "as [64 B, 1 GiB]"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lw_test test = lw_test_begin();
        lw_result result = result_of(&test, cases[i].axis, 1);
        for (size_t k = 0; k < result.point_count; k++) {
            result.point[k].workload->paced = cases[i].paced;
            result.point[k].workload->mean_latency_ps = cases[i].paced ? 1e5 : 0.0;
        }
        const lw_chart_request request = request_of(cases[i].kind);
        const lw_status expected = cases[i].message == NULL ? LW_OK : LW_BAD_INPUT;
        lw_picture picture;
        assert_int_equal(lw_chart_check(&request, &result, test.diags), expected);
        assert_int_equal(render(&test, &request, &result, &picture), expected);
        assert_int_equal(lw_diags_count(test.diags), cases[i].message == NULL ? 0 : 1);
        if (cases[i].message != NULL) {
            assert_diag(&test, 0, cases[i].message);
        }
        lw_test_end(&test);
    }
}

// ---- Measured points ----

// How many rows of a table are drawn over that axis, of work over a link or within a node. Of the
// others a note tells.
static size_t rows_drawn(const swept *axis, bool over_link, lw_measured_series *measured) {
    lw_test test = lw_test_begin();
    lw_result result = result_of(&test, axis, 1);
    for (size_t i = 0; i < result.point_count; i++) {
        result.point[i].stage->preset = "pcie-4-x16";
        result.point[i].stage_count = over_link ? result.point[i].stage_count : 0;
    }
    result.measured = measured;
    result.measured_count = 1;
    const lw_chart_request request = request_of(LW_CHART_BANDWIDTH);
    lw_chart_data data;
    assert_int_equal(lw_chart_collect(&request, &result, test.arena, test.diags, &data), LW_OK);
    const size_t drawn = data.panel[0].measured_count > 0 ? data.panel[0].measured[0].count : 0;
    assert_diag(&test, 0,
                drawn == 0 ? "0:0: the measured table records has no points for this chart | its link, direction and sizes must "
                             "be those of a line, and it must observe bandwidth_GBps or time_us"
                           : lw_arena_print(test.arena,
                                            "0:0: %zu of %zu points of the measured table records lie beyond the "
                                            "lines of this chart",
                                            measured->count - drawn, measured->count));
    lw_test_end(&test);
    return drawn;
}

// A dot stands where link, copy and size are those of a line, else a note says that it is left out:
// a table over lengths, tags or routes has no place on an axis of sizes, nor one over sizes on
// another axis, nor one of another link or direction, nor sizes beyond those of the line.
static void test_dots_are_about_a_line(void **state) {
    (void)state;
    static double over_gens[][2] = {{4, 2.5}, {9, 2.7}}, over_sizes[][2] = {{65536, 2.5}, {1048576, 2.7}, {1 << 30, 3}};
    static const struct {
        bool on_sizes, over_sizes;
        const char *series, *direction, *family, *varied;
        size_t drawn;
    } cases[] = {
        {true, true, NULL, NULL, NULL, NULL, 2},
        {true, true, "pcie-4-x16", "h2d", NULL, NULL, 2},
        {true, true, "oculink-2-x4", "h2d", NULL, NULL, 0},
        {true, true, "pcie-4-x16", "d2h", NULL, NULL, 0},
        {true, false, NULL, NULL, "pcie", "gen", 0},
        {false, true, NULL, NULL, NULL, NULL, 0},
        {false, false, NULL, NULL, "pcie", "gen", 1},
        {false, false, NULL, NULL, "usb4", "gen", 0},
        {false, false, NULL, NULL, "pcie", "lanes", 0},
        {false, false, NULL, NULL, "memory", "gen", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lw_measured_series measured = {.table = "records",
                                       .observe = metric_of("bandwidth_GBps"),
                                       .series = cases[i].series,
                                       .direction = cases[i].direction,
                                       .family = cases[i].family,
                                       .varied = cases[i].varied,
                                       .over_sizes = cases[i].over_sizes,
                                       .points = cases[i].over_sizes ? over_sizes : over_gens,
                                       .count = cases[i].over_sizes ? 3 : 2};
        assert_int_equal(rows_drawn(cases[i].on_sizes ? &sizes : &gens, true, &measured), cases[i].drawn);
    }
    // a memory that no link leads to, as work within a node uses it
    lw_measured_series memory = {.table = "records",
                                 .observe = metric_of("bandwidth_GBps"),
                                 .family = "memory",
                                 .varied = "gen",
                                 .points = over_gens,
                                 .count = 2};
    assert_int_equal(rows_drawn(&gens, false, &memory), 1);
    memory.family = "pcie";
    assert_int_equal(rows_drawn(&gens, false, &memory), 0);
}

// Tables in one colour have a mark each, which the foot and the key of their line show; the parts of
// one source have the same, and so has one that is seen in two panels.
static void test_tables_in_one_colour_differ(void **state) {
    (void)state;
    static double rows[][2] = {{65536, 2.5}, {1048576, 2.7}};
    static const struct {
        const char *series, *label, *mark;
        lw_shape shape;
        bool is_model;
    } cases[] = {
        {"slot", "slot, card A", "\u25CF slot, card A (", LW_SHAPE_CIRCLE, false},
        {"slot", "slot, card B", "\u25BC slot, card B (", LW_SHAPE_DOWN, false},
        {"cable", "cable, card A", "\u25A0 cable, card A (", LW_SHAPE_SQUARE, false},
        {"slot", "slot, card A", "\u25CF slot, card A (", LW_SHAPE_CIRCLE, false},
        {"slot", "slot, card C", "\u25A0 slot, card C (", LW_SHAPE_SQUARE, false},
        {"slot", "slot, model", "\u2715 model (", LW_SHAPE_CROSS, true},
        {NULL, "bench D", "\u25CF bench D (", LW_SHAPE_CIRCLE, false},
        {NULL, "bench E", "\u25BC bench E (", LW_SHAPE_DOWN, false},
    };
    enum { TABLES = sizeof cases / sizeof cases[0], PANELS = 2 };
    lw_test test = lw_test_begin();
    const swept links = {"links.egpu", LW_PLAIN, false, 4, {"slot", "cable", "board", "tunnel"}, {0}};
    const swept hosts = {"nodes.host", LW_PLAIN, false, PANELS, {"desktop", "server"}, {0}};
    const swept axes[] = {hosts, links, sizes};
    lw_result result = result_of(&test, axes, 3);
    lw_measured_series measured[TABLES];
    for (size_t i = 0; i < TABLES; i++) {
        measured[i] = (lw_measured_series){.table = cases[i].label,
                                           .label = cases[i].label,
                                           .series = cases[i].series,
                                           .provenance = "A. Tester, 2026",
                                           .observe = metric_of("bandwidth_GBps"),
                                           .over_sizes = true,
                                           .modelled = cases[i].is_model,
                                           .points = rows,
                                           .count = 2};
    }
    result.measured = measured;
    result.measured_count = TABLES;
    lw_chart_request request = request_of(LW_CHART_BANDWIDTH);
    request.series = links.path;
    request.panel = hosts.path;
    lw_picture picture;
    draw(&test, &request, &result, &picture);
    size_t table = 0, in_key = 0;
    for (size_t i = 0; i < picture.draw->count; i++) {
        const lw_draw_item *item = &picture.draw->item[i];
        if (item->kind == LW_DRAW_GROUP_PUSH && strcmp(item->klass, "measured") == 0) {
            assert_int_equal(item[1].shape, cases[table++ % TABLES].shape);
            i += 2;
        } else if (item->kind == LW_DRAW_MARKER && item->fill == lw_role_of(hue_of("pcie"), LW_SHADE_FIRST)) {
            in_key++;
        }
    }
    assert_int_equal(table, PANELS * TABLES);
    assert_int_equal(in_key, PANELS * 3);
    for (size_t i = 0; i < TABLES; i++) {
        assert_true(has_text(&picture, cases[i].mark));
    }
    leave_png(&test, &picture, "tables.png");
    lw_test_end(&test);
}

// Sources are owed their names: of as many as a usual chart has, none is cut off.
static void test_no_source_is_cut(void **state) {
    (void)state;
    enum { TABLES = 8 };
    static double rows[][2] = {{65536, 2.5}, {1048576, 2.7}};
    lw_test test = lw_test_begin();
    lw_result result = result_of(&test, &sizes, 1);
    lw_measured_series measured[TABLES];
    for (size_t i = 0; i < TABLES; i++) {
        measured[i] = (lw_measured_series){
            .table = "bench",
            .label = lw_arena_print(test.arena, "OCuLink 4.0 x4, card %zu", i),
            .provenance = lw_arena_print(test.arena, "A. Tester: how fast cards in external boxes are, (Journal), 2026-0%zu", i),
            .observe = metric_of("bandwidth_GBps"),
            .over_sizes = true,
            .points = rows,
            .count = 2};
    }
    result.measured = measured;
    result.measured_count = TABLES;
    lw_chart_request request = request_of(LW_CHART_BANDWIDTH);
    lw_picture picture;
    draw(&test, &request, &result, &picture);
    assert_true(has_text(&picture, "2026-00") && has_text(&picture, "2026-07)"));
    lw_test_end(&test);
}

// How many of a group there are is said with its name; of other paths a number stands behind the key.
static void test_a_count_is_that_of_its_group(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    assert_string_equal(lw_path_value(test.arena, "nodes.nics.count", "16"), "16 nics");
    assert_string_equal(lw_path_value(test.arena, "nodes.nics.count", "16, chunks 4"), "16 nics, chunks 4");
    assert_string_equal(lw_path_value(test.arena, "workloads.sum.chunks", "4"), "chunks 4");
    assert_string_equal(lw_path_value(test.arena, "nodes.count", "4"), "count 4");
    lw_test_end(&test);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_count_is_that_of_its_group),
        cmocka_unit_test(test_a_line_over_links_has_no_links_name),
        cmocka_unit_test(test_lines_end_where_nothing_gets_through),
        cmocka_unit_test(test_panels_do_not_borrow_names),
        cmocka_unit_test(test_series_are_named_after_what_was_swept),
        cmocka_unit_test(test_a_line_over_families_has_no_ones_colour),
        cmocka_unit_test(test_names_say_what_differs),
        cmocka_unit_test(test_no_two_lines_look_alike),
        cmocka_unit_test(test_a_number_orders_the_colours),
        cmocka_unit_test(test_lines_in_one_place_are_one),
        cmocka_unit_test(test_many_names_of_one_line),
        cmocka_unit_test(test_the_outline_tells),
        cmocka_unit_test(test_dots_are_about_a_line),
        cmocka_unit_test(test_tables_in_one_colour_differ),
        cmocka_unit_test(test_no_source_is_cut),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    lw_plots_close();
    return failed;
}
