// SPDX-License-Identifier: GPL-3.0-or-later
// Charts of plans.
#include <math.h>

#include "plots/draw.h"
#include "plots/plots.h"
#include "sim/result/choice.h"
#include "tests/helpers.h"

static const lw_choice choice[] = {
    {.name = "a rented card",
     .month_USD = 60,
     .score = 0.9,
     .low = 0.85,
     .high = 0.95,
     .rented = true,
     .affordable = true,
     .front = true},
    {.name = "two cards", .month_USD = 40, .score = 0.7, .low = 0.66, .high = 0.74, .affordable = true, .front = true},
    {.name = "one card", .month_USD = 42, .score = 0.5, .low = 0.47, .high = 0.53, .affordable = true},
    {.name = "the best <of all>", .month_USD = 200, .score = 1, .low = 0.94, .high = 1.06, .rented = true, .front = true},
};

static lw_choices sample(void) {
    return (lw_choices){.title = "A plan & its <title>",
                        .tool_version = "0",
                        .choice = choice,
                        .count = 4,
                        .line = {{"two cards", 800, 10, false}, {"a rented card", 0, 60, true}},
                        .line_count = 2,
                        .months = 24,
                        .break_even_months = 16};
}

static size_t count_kind(const lw_picture *picture, lw_draw_kind kind, const char *klass) {
    size_t count = 0;
    for (size_t i = 0; i < picture->draw->count; i++) {
        const lw_draw_item *item = &picture->draw->item[i];
        count += item->kind == kind && (klass == NULL || (item->klass != NULL && strcmp(item->klass, klass) == 0));
    }
    return count;
}

static bool has_text(const lw_picture *picture, const char *text) {
    for (size_t i = 0; i < picture->draw->count; i++) {
        if (picture->draw->item[i].kind == LW_DRAW_TEXT && strcmp(picture->draw->item[i].text, text) == 0) {
            return true;
        }
    }
    return false;
}

// A mark with its numbers for each, names of those that nothing beats, and of no other.
static void each_choice_has_a_mark(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const lw_choices choices = sample();
    lw_picture picture;
    lw_text svg = {0};
    assert_int_equal(lw_plan_render(LW_PLAN_COST, LW_THEME_LIGHT, &choices, test.arena, &picture), LW_OK);
    assert_int_equal(count_kind(&picture, LW_DRAW_GROUP_PUSH, "choice"), 4);
    assert_int_equal(count_kind(&picture, LW_DRAW_MARKER, NULL), 4 + 3);  // and those of the key
    assert_true(has_text(&picture, "two cards") && has_text(&picture, "the best <of all>") && !has_text(&picture, "one card"));
    assert_int_equal(lw_picture_svg(&picture, &svg, test.diags), LW_OK);
    assert_null(strstr(svg.bytes, "<of all>"));
    assert_non_null(strstr(svg.bytes, "one card: 42 USD a month, 50 % of the best (47 to 53 %)"));
    lw_text_free(&svg);
    lw_test_end(&test);
}

static void lines_meet(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_choices choices = sample();
    lw_picture picture;
    assert_int_equal(lw_plan_render(LW_PLAN_BREAK_EVEN, LW_THEME_DARK, &choices, test.arena, &picture), LW_OK);
    assert_true(has_text(&picture, "the same after 16 months"));
    choices.break_even_months = (double)INFINITY;
    assert_int_equal(lw_plan_render(LW_PLAN_BREAK_EVEN, LW_THEME_DARK, &choices, test.arena, &picture), LW_OK);
    assert_int_equal(count_kind(&picture, LW_DRAW_MARKER, NULL), 0);
    choices.line_count = choices.count = 0;
    for (int kind = LW_PLAN_COST; kind <= LW_PLAN_TORNADO; kind++) {
        assert_int_equal(lw_plan_render((lw_plan_chart_kind)kind, LW_THEME_LIGHT, &choices, test.arena, &picture), LW_OK);
        assert_null(picture.draw);
    }
    lw_test_end(&test);
}

// Bars on either side of what the first choice costs, one end of each: none where an end moves nothing.
static void bars_lie_about_the_first(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_choices choices = sample();
    const double base = choices.choice[0].month_USD;
    const lw_reach reach[] = {{"price of a card", "USD", {{400, base - 20, NULL}, {600, base + 20, "two cards"}}},
                              {"energy price", "USD/kWh", {{0.2, base - 1, NULL}, {0.4, base + 1, NULL}}},
                              {"price of another", "USD", {{100, base, "another one"}, {200, base, NULL}}}};
    lw_picture picture;
    choices.reach = reach;
    choices.reach_count = COUNT(reach);
    assert_int_equal(lw_plan_render(LW_PLAN_TORNADO, LW_THEME_LIGHT, &choices, test.arena, &picture), LW_OK);
    assert_int_equal(count_kind(&picture, LW_DRAW_GROUP_PUSH, "reach"), 3);
    double low = 0, high = 0;
    size_t bars = 0;
    for (size_t i = 0; i < picture.draw->count; i++) {
        const lw_draw_item *item = &picture.draw->item[i];
        if (item->kind == LW_DRAW_RECT && item->height == 16) {
            low = bars == 0 ? item->at.x + item->width : low;
            high = bars == 1 ? item->at.x : high;
            bars++;
        }
    }
    assert_int_equal(bars, 4);
    assert_close(low, high, 1e-9);
    assert_true(has_text(&picture, "high: two cards") && has_text(&picture, "low: another one") && has_text(&picture, "stays"));
    assert_true(has_text(&picture, "energy price, 0.2 to 0.4 USD/kWh"));
    lw_test_end(&test);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_choice_has_a_mark), cmocka_unit_test(lines_meet),
                                       cmocka_unit_test(bars_lie_about_the_first)};
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    lw_plots_close();
    return failed;
}
