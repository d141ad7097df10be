// SPDX-License-Identifier: GPL-3.0-or-later
// Themes, draw lists, label placement, text fitting and the SVG writer.
#include "plots/draw.h"

#include "models/family.h"
#include "plots/font_metrics.h"
#include "plots/labels.h"
#include "plots/plots.h"
#include "tests/helpers.h"

#include <cairo.h>

// ---- Themes ----

static void test_everything_is_visible(void **state) {
    (void)state;
    for (int kind = 0; kind < LW_THEME_KINDS; kind++) {
        const lw_theme *theme = lw_theme_of(kind);
        uint32_t background = theme->colour[LW_ROLE_BACKGROUND];
        assert_string_equal(theme->name, lw_theme_words[kind]);
        // WCAG 2.1: 4.5 for text (1.4.3), 3 for graphical objects (1.4.11).
        assert_true(lw_contrast(theme->colour[LW_ROLE_INK], background) >= 4.5);
        assert_true(lw_contrast(theme->colour[LW_ROLE_MUTED], background) >= 4.5);
        assert_true(lw_contrast(theme->colour[LW_ROLE_AXIS], background) >= 3.0);
        for (int role = LW_ROLE_LOSS_1; role <= LW_ROLE_LOSS_8; role++) {
            assert_true(lw_contrast(theme->colour[role], background) >= 3.0);
        }
        for (int hue = 0; hue < LW_HUES; hue++) {
            for (int shade = 0; shade < LW_LINE_SHADES; shade++) {
                assert_true(lw_contrast(theme->colour[lw_role_of((lw_hue)hue, (lw_shade)shade)], background) >= 3.0);
                const lw_role text = lw_role_for_text(theme, (lw_hue)hue, (lw_shade)shade);
                assert_true(lw_contrast(theme->colour[text], background) >= 4.5);
            }
        }
    }
    assert_close(lw_contrast(0x000000, 0xFFFFFF), 21.0, 1e-12);
    assert_close(lw_contrast(0x0072B2, 0xFFFFFF), 5.19, 0.01);
}

// What a number orders goes away from the background, in steps that can be told apart, and a name
// in the colour of its line can be read.
static void test_steps_are_in_order(void **state) {
    (void)state;
    static const double apart = 1.25;
    for (int kind = 0; kind < LW_THEME_KINDS; kind++) {
        const lw_theme *theme = lw_theme_of(kind);
        const uint32_t background = theme->colour[LW_ROLE_BACKGROUND];
        for (int hue = 0; hue < LW_HUES; hue++) {
            double before = 3.0 / apart;
            for (int shade = LW_SHADE_STEP; shade <= LW_SHADE_STEP_LAST; shade++) {
                const double contrast = lw_contrast(theme->colour[lw_role_of((lw_hue)hue, (lw_shade)shade)], background);
                assert_true(contrast >= before * apart);
                before = contrast;
                const lw_role text = lw_role_for_text(theme, (lw_hue)hue, (lw_shade)shade);
                assert_true(lw_contrast(theme->colour[text], background) >= 4.5);
            }
        }
    }
    char name[LW_ROLE_NAME];
    assert_string_equal(lw_role_name(lw_role_of(LW_HUE_VERMILLION, LW_SHADE_STEP_LAST), name), "vermillion-step-7");
}

static void test_colours_differ(void **state) {
    (void)state;
    for (int kind = 0; kind < LW_THEME_KINDS; kind++) {
        const uint32_t *colour = lw_theme_of(kind)->colour;
        for (int a = LW_ROLE_HUES; a < LW_ROLE_COUNT; a++) {
            assert_true(colour[a] != 0);
            for (int b = LW_ROLE_HUES; b < a; b++) {
                bool same_hue = (a - LW_ROLE_HUES) / LW_SHADES == (b - LW_ROLE_HUES) / LW_SHADES;
                assert_true(same_hue || colour[a] != colour[b]);
            }
        }
    }
    // Those that meet in charts about external GPUs have hues of their own, which they keep.
    assert_int_equal(lw_family_find("pcie")->hue, LW_HUE_BLUE);
    assert_int_equal(lw_family_find("oculink")->hue, LW_HUE_VERMILLION);
    assert_int_equal(lw_family_find("usb4")->hue, LW_HUE_VIOLET);
    char name[LW_ROLE_NAME];
    static const char *const hues[LW_HUES] = {"grey",  "blue", "teal",  "vermillion", "brown", "violet",
                                              "green", "pink", "amber", "crimson",    "navy",  "olive"};
    for (int hue = 0; hue < LW_HUES; hue++) {
        char expected[LW_ROLE_NAME];
        (void)snprintf(expected, sizeof expected, "%s-second", hues[hue]);
        assert_string_equal(lw_role_name(lw_role_of((lw_hue)hue, LW_SHADE_SECOND), name), expected);
    }
    assert_string_equal(lw_role_name(LW_ROLE_MUTED, name), "muted");
}

// ---- Numbers and texts ----

static void test_coordinates(void **state) {
    (void)state;
    static const struct {
        double value;
        const char *expected;
    } cases[] = {{0, "0"},        {-0.001, "0"}, {12.5, "12.5"},    {-3, "-3"},
                 {0.254, "0.25"}, {100, "100"},  {-0.005, "-0.01"}, {1e6, "1000000"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[LW_DRAW_NUMBER];
        assert_string_equal(lw_draw_number(cases[i].value, text), cases[i].expected);
    }
}

static void test_texts_become_clean(void **state) {
    (void)state;
    static const struct {
        const char *given, *expected;
    } cases[] = {
        {"", ""},
        {"a < b & \"c\"", "a < b & \"c\""},
        {"tab\tline\nbell\a", "tab line bell "},
        {"\xC3\xA9 \xE2\x86\x92", "\u00E9 \u2192"},
        {"\xFF!", "\uFFFD!"},
        {"cut \xE2\x86", "cut \uFFFD\uFFFD"},
        {"\xED\xA0\x80", "\uFFFD\uFFFD\uFFFD"},  // a surrogate
        {"\xEF\xBF\xBE", "\uFFFD"},              // U+FFFE is no character of XML
        {"\xC2\x80", "\uFFFD"},                  // a C1 control
    };
    lw_test test = lw_test_begin();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_string_equal(lw_clean_utf8(test.arena, cases[i].given), cases[i].expected);
    }
    lw_test_end(&test);
}

static void test_texts_are_fitted(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_font_metrics fixed = lw_font_metrics_fixed();  // 6 units a character at size 10
    assert_string_equal(lw_text_fit(&fixed, test.arena, "short", 10, false, 30), "short");
    assert_string_equal(lw_text_fit(&fixed, test.arena, "too long", 10, false, 36), "too l\u2026");
    assert_string_equal(lw_text_fit(&fixed, test.arena, "four more", 10, false, 36),
                        "four\u2026");  // no space before the ellipsis
    assert_string_equal(lw_text_fit(&fixed, test.arena, "\u03BC\u03BC\u03BC\u03BC", 10, false, 18), "\u03BC\u03BC\u2026");
    assert_string_equal(lw_text_fit(&fixed, test.arena, "no room", 10, false, 0), "\u2026");
    const char *lines[3] = {NULL};
    assert_int_equal(lw_text_wrap(&(const lw_face){&fixed, 10, false}, test.arena, "one two three four five", 50, lines, 3), 3);
    assert_string_equal(lines[0], "one two");
    assert_string_equal(lines[1], "three");
    assert_string_equal(lines[2], "four fi\u2026");
    assert_int_equal(lw_text_wrap(&(const lw_face){&fixed, 10, false}, test.arena, "", 50, lines, 3), 0);
    assert_int_equal(lw_text_wrap(&(const lw_face){&fixed, 10, false}, test.arena, "incomprehensibilities", 60, lines, 3), 1);
    lw_test_end(&test);
}

// ---- Labels ----

static double next_share(uint64_t *state) {
    *state = *state * 6364136223846793005U + 1442695040888963407U;
    return (double)(*state >> 11) / 9007199254740992.0;
}

static void test_labels_never_overlap(void **state) {
    (void)state;
    enum { MOST = 12 };
    uint64_t seed = 7;
    for (int round = 0; round < 20000; round++) {
        lw_label labels[MOST];
        lw_label *order[MOST];
        size_t count = 1 + (size_t)(next_share(&seed) * (MOST - 1));
        double total = 0.0;
        for (size_t i = 0; i < count; i++) {
            // Some far outside, many at the same place.
            double wanted = round % 3 == 0 ? 100.0 : 500.0 * next_share(&seed) - 100.0;
            labels[i] = (lw_label){.wanted = wanted, .height = 12.0 + 20.0 * next_share(&seed)};
            order[i] = &labels[i];
            total += labels[i].height;
        }
        double factor = lw_labels_place(order, count, 0.0, 300.0);
        assert_true(total <= 300.0 ? factor == 1.0 : factor < 1.0);
        double end = 0.0;
        for (size_t i = 0; i < count; i++) {
            assert_true(order[i]->middle - factor * order[i]->height / 2 >= end - 1e-6);
            assert_true(i == 0 || order[i - 1]->wanted <= order[i]->wanted);
            end = order[i]->middle + factor * order[i]->height / 2;
        }
        assert_true(end <= 300.0 + 1e-6);
    }
}

static void test_labels_move_little(void **state) {
    (void)state;
    lw_label a = {.wanted = 100, .height = 20};
    lw_label b = {.wanted = 110, .height = 20};
    lw_label c = {.wanted = 200, .height = 20};
    lw_label *order[] = {&c, &b, &a};
    assert_true(lw_labels_place(order, 3, 0, 300) == 1.0);
    assert_close(a.middle, 95, 1e-12);  // a and b share the move
    assert_close(b.middle, 115, 1e-12);
    assert_close(c.middle, 200, 1e-12);  // c stays
    assert_ptr_equal(order[0], &a);
}

// ---- Draw list and SVG ----

static const lw_stroke thin = {LW_ROLE_AXIS, 0.5, LW_DASH_DOTS};

static void draw_one_of_each(lw_draw *draw) {
    lw_draw_rect(draw, (lw_rect){0, 0, 100, 50}, LW_ROLE_BACKGROUND, (lw_stroke){0});
    lw_draw_group(draw, "g-1", "series", "a < b");
    lw_draw_clip(draw, 5, 5, 90, 40);
    lw_draw_path(draw, (const lw_xy[]){{1, 2}, {3.14159, 4}, {5, 6}}, 3, true, lw_role_of(LW_HUE_AMBER, LW_SHADE_TINT), thin);
    lw_draw_line(draw, 0, 0, 10, 10, thin);
    for (int shape = 0; shape < LW_SHAPES; shape++) {
        lw_draw_marker(draw, (lw_xy){10.0 * shape, 20}, (lw_shape)shape, 6, LW_ROLE_INK, (lw_stroke){0});
    }
    lw_draw_unclip(draw);
    lw_draw_text(draw, 50, 25,
                 (lw_font){.size = 12, .bold = true, .role = LW_ROLE_INK, .anchor = LW_ANCHOR_MIDDLE, .upright = true}, "<&\">'");
    lw_draw_text(draw, 50, 25, (lw_font){.size = 12, .role = LW_ROLE_INK}, "");
    lw_draw_ungroup(draw);
}

static void test_dump(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_draw draw;
    lw_draw_begin(&draw, test.arena);
    draw_one_of_each(&draw);
    assert_int_equal(draw.status, LW_OK);
    lw_text text = {0};
    lw_draw_dump(&draw, &text);
    assert_string_equal(text.bytes, "rect 0 0 100 50 fill background\n"
                                    "group series #g-1 \"a < b\"\n"
                                    "clip 5 5 90 40\n"
                                    "polygon 1 2 3.14 4 5 6 fill amber-tint stroke axis 0.5 dots\n"
                                    "path 0 0 10 10 stroke axis 0.5 dots\n"
                                    "marker circle 0 20 6 fill ink\n"
                                    "marker square 10 20 6 fill ink\n"
                                    "marker diamond 20 20 6 fill ink\n"
                                    "marker triangle 30 20 6 fill ink\n"
                                    "marker down 40 20 6 fill ink\n"
                                    "marker cross 50 20 6 fill ink\n"
                                    "unclip\n"
                                    "text 50 25 12 bold upright middle ink \"<&\\\">'\"\n"
                                    "ungroup\n");
    lw_text_free(&text);
    lw_test_end(&test);
}

static void test_no_coordinate_escapes(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const double bad[] = {(double)NAN, (double)INFINITY, -(double)INFINITY, 1e300};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        lw_draw draw;
        lw_draw_begin(&draw, test.arena);
        lw_draw_line(&draw, 0, 0, bad[i], 0, thin);
        assert_int_equal(draw.status, LW_INTERNAL);
        lw_draw_begin(&draw, test.arena);
        lw_draw_text(&draw, 0, bad[i], (lw_font){.size = 10}, "x");
        assert_int_equal(draw.status, LW_INTERNAL);
        assert_int_equal(draw.count, 0);
    }
    lw_test_end(&test);
}

static void test_svg_is_escaped(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_draw draw;
    lw_draw_begin(&draw, test.arena);
    draw_one_of_each(&draw);
    lw_picture picture = {.width = 100,
                          .height = 50,
                          .draw = &draw,
                          .theme = lw_theme_of(LW_THEME_DARK),
                          .title = "A & B",
                          .description = "<none>",
                          .font = lw_font_family};
    lw_text svg = {0};
    assert_int_equal(lw_picture_svg(&picture, &svg, test.diags), LW_OK);
    assert_non_null(strstr(svg.bytes, "<title id=\"title\">A &amp; B</title>\n<desc id=\"desc\">&lt;none&gt;</desc>"));
    assert_non_null(strstr(svg.bytes, "<g id=\"g-1\" class=\"series\">\n<title>a &lt; b</title>"));
    assert_non_null(strstr(svg.bytes,
                           "transform=\"rotate(-90 50 25)\" font-size=\"12\" font-weight=\"bold\" text-anchor=\"middle\" "
                           "class=\"f-ink\">&lt;&amp;&quot;&gt;&#39;</text>"));
    assert_non_null(
        strstr(svg.bytes, "<path d=\"M0 0L10 10\" class=\"f-none s-axis\" stroke-width=\"0.5\" stroke-dasharray=\"1.5 2.5\"/>"));
    double pattern[LW_DASH_PARTS];
    assert_int_equal(lw_dash_pattern((lw_stroke){LW_ROLE_AXIS, 5.0, LW_DASH_SOLID}, pattern), 0);
    for (int dash = LW_DASH_LONG; dash < LW_DASHES; dash++) {
        // a round end reaches half of the width into the gap
        for (double width = 0.5; width < 10.0; width += 0.5) {
            const size_t parts = lw_dash_pattern((lw_stroke){LW_ROLE_AXIS, width, (lw_dash)dash}, pattern);
            assert_int_equal(parts, dash == LW_DASH_LONG_DOT ? 4 : 2);
            assert_true(pattern[1] >= 1.8 * width && pattern[parts - 1] >= 1.8 * width);
        }
    }
    assert_non_null(strstr(svg.bytes, ".f-ink{fill:#F0F0F0}"));
    assert_null(strstr(svg.bytes, ".f-grid"));  // not used here
    lw_text_free(&svg);
    lw_test_end(&test);
}

// ---- Pixels ----

typedef struct png_reader {
    const lw_text *png;
    size_t at;
} png_reader;

static cairo_status_t read_png(void *closure, unsigned char *data, unsigned length) {
    png_reader *reader = closure;
    if (reader->png->length - reader->at < length) {
        return CAIRO_STATUS_READ_ERROR;
    }
    memcpy(data, reader->png->bytes + reader->at, length);
    reader->at += length;
    return CAIRO_STATUS_SUCCESS;
}

// Flat areas have exactly the colour of their role, at both scales, and a clip cuts.
static void test_pixels(void **state) {
    (void)state;
    static const struct {
        double x, y;
        lw_role role;
    } expected[] = {
        {5, 5, LW_ROLE_BACKGROUND},   {30, 30, LW_ROLE_INK},    {59, 30, LW_ROLE_INK},
        {61, 30, LW_ROLE_BACKGROUND},  // clipped
        {80, 80, LW_ROLE_AXIS},       {80, 60, LW_ROLE_LOSS_1}, {91, 80, LW_ROLE_BACKGROUND},
    };
    lw_test test = lw_test_begin();
    lw_draw draw;
    lw_draw_begin(&draw, test.arena);
    lw_draw_rect(&draw, (lw_rect){0, 0, 100, 100}, LW_ROLE_BACKGROUND, (lw_stroke){0});
    lw_draw_clip(&draw, 20, 20, 40, 40);
    lw_draw_rect(&draw, (lw_rect){20, 20, 70, 20}, LW_ROLE_INK, (lw_stroke){0});
    lw_draw_unclip(&draw);
    lw_draw_marker(&draw, (lw_xy){80, 80}, LW_SHAPE_CIRCLE, 20, LW_ROLE_AXIS, (lw_stroke){0});
    lw_draw_line(&draw, 70, 60, 90, 60, (lw_stroke){LW_ROLE_LOSS_1, 4, LW_DASH_SOLID});
    lw_picture picture = {.width = 100,
                          .height = 100,
                          .draw = &draw,
                          .theme = lw_theme_of(LW_THEME_LIGHT),
                          .title = "",
                          .description = "",
                          .font = lw_font_family};
    for (int scale = 1; scale <= 2; scale++) {
        lw_text png = {0};
        assert_int_equal(lw_picture_png(&picture, scale, &png, test.diags), LW_OK);
        png_reader reader = {&png, 0};
        cairo_surface_t *surface = cairo_image_surface_create_from_png_stream(read_png, &reader);
        assert_int_equal(cairo_surface_status(surface), CAIRO_STATUS_SUCCESS);
        assert_int_equal(cairo_image_surface_get_width(surface), 100 * scale);
        const unsigned char *data = cairo_image_surface_get_data(surface);
        int stride = cairo_image_surface_get_stride(surface);
        for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
            uint32_t pixel;
            memcpy(&pixel, data + (int)(expected[i].y * scale) * stride + 4 * (int)(expected[i].x * scale), 4);
            assert_int_equal(pixel & 0xFFFFFF, picture.theme->colour[expected[i].role]);
        }
        cairo_surface_destroy(surface);
        lw_text_free(&png);
    }
    lw_test_end(&test);
}

static void test_pictures_have_a_limit(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_draw draw;
    lw_draw_begin(&draw, test.arena);
    lw_picture picture = {.width = 20000,
                          .height = 50,
                          .draw = &draw,
                          .theme = lw_theme_of(LW_THEME_LIGHT),
                          .title = "",
                          .description = "",
                          .font = lw_font_family};
    lw_text png = {0};
    assert_int_equal(lw_picture_png(&picture, 2, &png, test.diags), LW_LIMIT);
    assert_int_equal(lw_picture_png(&picture, 0, &png, test.diags), LW_LIMIT);
    assert_int_equal(lw_diags_errors(test.diags), 2);
    assert_null(png.bytes);
    lw_test_end(&test);
}

static void test_metrics_know_the_font(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const char *found = NULL;
    if (!lw_font_exists(test.arena, &found)) {
        print_message("skipped: %s comes in the place of %s\n", found, lw_font_family);
        lw_test_end(&test);
        skip();
    }
    lw_font_metrics metrics;
    assert_int_equal(lw_font_metrics_open(&metrics), LW_OK);
    double one = lw_text_width(&metrics, "Thunderbolt 5", 13, false);
    // DejaVu Sans 2.37: 90.0 at size 13
    assert_in_range((int)one, 85, 95);
    assert_close(lw_text_width(&metrics, "Thunderbolt 5", 26, false), 2 * one, 1e-3);  // no hinting
    assert_true(lw_text_width(&metrics, "Thunderbolt 5", 13, true) > one);
    lw_font_metrics_close(&metrics);
    lw_test_end(&test);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_everything_is_visible),
        cmocka_unit_test(test_steps_are_in_order),
        cmocka_unit_test(test_colours_differ),
        cmocka_unit_test(test_coordinates),
        cmocka_unit_test(test_texts_become_clean),
        cmocka_unit_test(test_texts_are_fitted),
        cmocka_unit_test(test_labels_never_overlap),
        cmocka_unit_test(test_labels_move_little),
        cmocka_unit_test(test_dump),
        cmocka_unit_test(test_no_coordinate_escapes),
        cmocka_unit_test(test_svg_is_escaped),
        cmocka_unit_test(test_pixels),
        cmocka_unit_test(test_pictures_have_a_limit),
        cmocka_unit_test(test_metrics_know_the_font),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    lw_plots_close();
    return failed;
}
