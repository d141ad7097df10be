// SPDX-License-Identifier: GPL-3.0-or-later
// Comparisons against what must come of them whatever the model says: double the rate, the same, the other order.
#include "sim/lanewise.h"
#include "sim/study/comparison.h"
#include "tests/scenario_helpers.h"

static const char folder[] = LW_BINARY_DIR "/test_compare";

static const char *own(lw_test *test, const char *name, const char *text) {
    assert_int_equal(lw_folder_make(lw_arena_print(test->arena, "%s/devices", folder), test->diags), LW_OK);
    const char *path = lw_arena_print(test->arena, "%s/%s", folder, name);
    write_file(test, path, text);
    return path;
}

// Cards whose call is uncertain, one of which says that it errs as the other does.
static lw_catalog *own_catalog(lw_test *test) {
    lw_catalog *catalog = NULL;
    (void)own(test, "devices/card.yaml",
              "preset: 1\nname: card\ntype: gpu\nsummary: \"a card\"\nevidence: assumed\nparameters:\n"
              "  submit: {value: 10 us, error: 40 %, source: spread, evidence: assumed, correlates: {brother.submit: 0.9}}\n");
    (void)own(test, "devices/brother.yaml",
              "preset: 1\nname: brother\ntype: gpu\nsummary: \"a card\"\nevidence: assumed\nparameters:\n"
              "  submit: {value: 10 us, error: 40 %, source: spread, evidence: assumed}\n");
    assert_int_equal(lw_catalog_open(folder, test->arena, test->diags, &catalog), LW_OK);
    return catalog;
}

// h copies to a card of this preset at this rate, and to `more`.
static const char *copies(lw_test *test, const char *name, const char *card, const char *rate, const char *more) {
    return own(test, name,
               lw_arena_print(test->arena,
                              "lanewise: 1\nnodes: {h: {kind: host}, a: {preset: %s}%s}\n"
                              "links:\n  l: {between: [h, a], type: link, rate: %s}\n%s"
                              "workloads: {up: {kind: copy, from: h, to: a, bytes: 1 GiB}}\n"
                              "sweep: {workloads.up.bytes: [1 KiB, 1 GiB]}\n",
                              card, more[0] != '\0' ? ", b: {preset: brother}" : "", rate, more));
}

static lw_comparison compare(lw_test *test, const lw_catalog *catalog, const char *a, const char *b, int64_t draws) {
    const char *const names[] = {a, b};
    lw_contender *contender = LW_NEW_ARRAY(test->arena, lw_contender, 2);
    const char *question;
    const lw_run run = {.threads = 2};
    lw_comparison out = {0};
    if (lw_contenders_load(names, 2, catalog, NULL, test->arena, test->diags, contender, &question) != LW_OK ||
        lw_comparison_run(contender, 2, question, draws, &run, test->arena, test->diags, &out) != LW_OK) {
        fail_with_diags(test);
    }
    return out;
}

static void test_double_the_rate(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const lw_catalog *catalog = own_catalog(&test);
    const lw_comparison found = compare(&test, catalog, copies(&test, "fast.yaml", "card", "20 GB/s", ""),
                                        copies(&test, "slow.yaml", "card", "10 GB/s", ""), 100);
    const lw_match *small = &found.contest[0].match[0], *large = small + 1;
    assert_int_equal(found.contest[0].count, 2);
    assert_string_equal(found.contender[0].name, "fast");
    assert_close(large->ratio, 2, 1e-3);
    assert_true(large->faster == 1 && large->slower == 0 && large->equal == 0);
    assert_int_equal(large->draws, 100);
    assert_int_equal(lw_match_order(large), LW_ORDER_FIRST);
    assert_string_equal(large->where, "1 GiB");
    // the slower link takes all of the difference, 53.7 ms
    assert_true(large->has_path);
    assert_close((double)-large->longer_ps[LW_PATH_LINK], 1073741824 / 20.0 * 1e3, 1e-3);
    // the call of both cards is the same in each draw, so that even of 1 KiB, most of which is that call, the order is sure
    assert_true(small->faster == 1 && small->ratio > 1 && small->ratio < 1.02);
    lw_test_end(&test);
}

static void test_other_cards_are_unsure(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const lw_catalog *catalog = own_catalog(&test);
    const lw_comparison found = compare(&test, catalog, copies(&test, "card.yaml", "card", "10 GB/s", ""),
                                        copies(&test, "brother.yaml", "brother", "10 GB/s", ""), 100);
    const lw_match *small = &found.contest[0].match[0];
    assert_int_equal(lw_match_order(small), LW_ORDER_UNSURE);
    // of logarithms, whose errors of 40 % correlate by 0.9: 5 % and 95 % at +- 1.645 x 0.4 x sqrt(2 x 0.1)
    assert_true(fabs(log(small->high) - 0.294) < 0.09 && fabs(log(small->low) + 0.294) < 0.09);
    assert_true(small->faster > 0.3 && small->faster < 0.7);
    lw_test_end(&test);
}

// What only one of them has moves nothing that both have.
static void test_shared_is_drawn_alike(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const lw_catalog *catalog = own_catalog(&test);
    const lw_comparison found =
        compare(&test, catalog, copies(&test, "one.yaml", "card", "10 GB/s", ""),
                copies(&test, "more.yaml", "card", "10 GB/s", "  m: {between: [h, b], type: link, rate: 10 GB/s}\n"), 100);
    for (size_t i = 0; i < 2; i++) {
        assert_true(found.contest[0].match[i].equal == 1);
        assert_int_equal(lw_match_order(&found.contest[0].match[i]), LW_ORDER_EQUAL);
    }
    lw_test_end(&test);
}

static void test_swapped(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const lw_catalog *catalog = shipped_catalog(&test);
    const lw_comparison one = compare(&test, catalog, "oculink-2-x4", "thunderbolt-5", 30),
                        two = compare(&test, catalog, "thunderbolt-5", "oculink-2-x4", 30);
    assert_int_equal(one.contest[0].count, 8);
    for (size_t i = 0; i < 8; i++) {
        const lw_match *a = &one.contest[0].match[i], *b = &two.contest[0].match[i];
        assert_close(a->ratio * b->ratio, 1, 1e-12);
        assert_close(a->low * b->high, 1, 0.02);  // of 30 draws, percentiles are ranks
        assert_true(a->faster == b->slower && a->slower == b->faster && a->equal == b->equal);
        for (int k = 0; k < LW_PATH_KINDS; k++) {
            assert_true(a->longer_ps[k] == -b->longer_ps[k]);
        }
    }
    // a link that says how uncertain it is reaches further than rows of presets
    assert_true(one.contest[0].match[3].high > 1.5);
    lw_test_end(&test);
}

static void test_identical(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const lw_catalog *catalog = shipped_catalog(&test);
    static const char *const names[] = {"thunderbolt-5", "rtx-4090", "mini-pc-oculink", "one-copy-engine"};
    for (size_t n = 0; n < COUNT(names); n++) {
        const lw_comparison same = compare(&test, catalog, names[n], names[n], 4);
        assert_true(same.contest[0].count > 0);
        for (size_t i = 0; i < same.contest[0].count; i++) {
            assert_true(same.contest[0].match[i].equal == 1 && same.contest[0].match[i].ratio == 1);
        }
    }
    lw_test_end(&test);
}

static char *json(const char *const *name, size_t count, int threads, lanewise_status wanted) {
    lanewise_findings *findings = lanewise_findings_new();
    lanewise_catalog *catalog = NULL;
    lanewise_comparison *comparison = NULL;
    char *text = NULL;
    const lanewise_run run = {.threads = threads, .draws = 4};
    assert_int_equal(lanewise_catalog_open(LW_SOURCE_DIR "/configs", findings, &catalog), LANEWISE_OK);
    assert_int_equal(lanewise_compare(catalog, &(lanewise_contenders){.name = name, .count = count}, &run, findings, &comparison),
                     wanted);
    if (comparison != NULL) {
        assert_int_equal(lanewise_comparison_report(comparison, "json", 0, findings, &text), LANEWISE_OK);
    } else {
        assert_true(lanewise_findings_count(findings) > 0);
    }
    lanewise_comparison_free(comparison);
    lanewise_catalog_close(catalog);
    lanewise_findings_free(findings);
    return text;
}

static void test_any_threads(void **state) {
    (void)state;
    static const char *const names[] = {"pcie-4-x16", "thunderbolt-4", "oculink-2-x4"};
    char *one = json(names, COUNT(names), 1, LANEWISE_OK);
    for (int threads = 2; threads <= 4; threads += 2) {
        char *other = json(names, COUNT(names), threads, LANEWISE_OK);
        assert_string_equal(one, other);
        lanewise_free(other);
    }
    assert_non_null(strstr(one, "\"other\":\"oculink-2-x4\""));
    lanewise_free(one);
}

static void test_refused(void **state) {
    (void)state;
    static const char *const unlike[] = {"pcie-4-x16", "rtx-4090"}, *const nothing[] = {"pcie-4-x16", "no-such"},
                             *const apart[] = {LW_SOURCE_DIR "/configs/scenarios/first.yaml",
                                               LW_SOURCE_DIR "/configs/scenarios/ring-or-tree.yaml"},
                             *const host[] = {"rtx-4090", "desktop-ddr5"}, *const ends[] = {"nvlink-h100", "socket-upi-16"};
    assert_null(json(unlike, 2, 1, LANEWISE_BAD_USAGE));
    assert_null(json(unlike, 1, 1, LANEWISE_BAD_USAGE));
    assert_null(json(nothing, 2, 1, LANEWISE_IO));
    assert_null(json(apart, 2, 1, LANEWISE_BAD_INPUT));
    assert_null(json(host, 2, 1, LANEWISE_IO));
    assert_null(json(ends, 2, 1, LANEWISE_BAD_USAGE));
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_double_the_rate),
                                       cmocka_unit_test(test_other_cards_are_unsure),
                                       cmocka_unit_test(test_shared_is_drawn_alike),
                                       cmocka_unit_test(test_swapped),
                                       cmocka_unit_test(test_identical),
                                       cmocka_unit_test(test_any_threads),
                                       cmocka_unit_test(test_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
