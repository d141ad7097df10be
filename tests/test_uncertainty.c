// SPDX-License-Identifier: GPL-3.0-or-later
// What presets say of the errors of their values reaches the times, and nothing else does.
#include "sim/base/file.h"
#include "sim/lanewise.h"
#include "tests/helpers.h"

static const char folder[] = LW_BINARY_DIR "/test_uncertainty";

static void put(lw_test *test, const char *name, const char *text) {
    const char *path = lw_arena_print(test->arena, "%s/%s", folder, name);
    assert_int_equal(lw_file_write(path, text, strlen(text), test->diags), LW_OK);
}

static lanewise_catalog *own_catalog(lw_test *test) {
    lanewise_catalog *catalog = NULL;
    lanewise_findings *findings = lanewise_findings_new();
    assert_int_equal(lw_folder_make(lw_arena_print(test->arena, "%s/devices", folder), test->diags), LW_OK);
    put(test, "devices/card.yaml",
        "preset: 1\nname: card\ntype: gpu\nsummary: \"a card\"\nevidence: assumed\nparameters:\n"
        "  submit: {value: 10 us, error: 12 %, spread: 16 %, source: both are 20 %, evidence: assumed}\n");
    put(test, "devices/sure.yaml",
        "preset: 1\nname: sure\ntype: gpu\nsummary: \"a card\"\nevidence: assumed\nparameters:\n"
        "  submit: {value: 10 us, source: exactly, evidence: assumed}\n");
    put(test, "one.yaml",
        "lanewise: 1\nnodes: {h: {kind: host}, a: {preset: card}, b: {preset: sure}}\n"
        "links:\n  l: {between: [h, a], type: link, rate: 10 GB/s}\n  m: {between: [h, b], type: link, rate: 10 GB/s}\n"
        "workloads:\n  a: {kind: copy, from: h, to: a, bytes: 1 KiB}\n  b: {kind: copy, from: h, to: b, bytes: 1 KiB}\n");
    assert_int_equal(lanewise_catalog_open(folder, findings, &catalog), LANEWISE_OK);
    lanewise_findings_free(findings);
    return catalog;
}

static char *run_json(const lanewise_catalog *catalog, const char *path, lanewise_run run, double low[2], double high[2],
                      double time[2]) {
    lanewise_findings *findings = lanewise_findings_new();
    lanewise_scenario *scenario = NULL;
    lanewise_result *result = NULL;
    char *text = NULL;
    assert_int_equal(lanewise_scenario_load(catalog, path, NULL, findings, &scenario), LANEWISE_OK);
    assert_int_equal(lanewise_scenario_run(scenario, &run, findings, &result), LANEWISE_OK);
    for (int w = 0; w < 2; w++) {
        const char *name = w == 0 ? "a" : "b";
        low[w] = lanewise_result_metric(result, 0, name, "low_us");
        high[w] = lanewise_result_metric(result, 0, name, "high_us");
        time[w] = lanewise_result_metric(result, 0, name, "time_us");
    }
    assert_int_equal(lanewise_result_report(result, "json", 0, findings, &text), LANEWISE_OK);
    lanewise_result_free(result);
    lanewise_scenario_free(scenario);
    lanewise_findings_free(findings);
    return text;
}

static void test_errors_reach_times(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lanewise_catalog *catalog = own_catalog(&test);
    const char *path = lw_arena_print(test.arena, "%s/one.yaml", folder);
    double low[2], high[2], time[2];
    char *one = run_json(catalog, path, (lanewise_run){.threads = 1, .draws = 1000}, low, high, time);
    // exp(-+ 1.645 x 0.2) of 10 us; 1,000 draws tell a percentile within a few per cent
    assert_true(time[0] > 10 && time[0] < 10.2);
    assert_true(fabs(low[0] / (10 * exp(-0.329) + time[0] - 10) - 1) < 0.03);
    assert_true(fabs(high[0] / (10 * exp(0.329) + time[0] - 10) - 1) < 0.03);
    assert_true(isnan(low[1]) && isnan(high[1]));  // what is sure stays
    double other[2];
    char *two = run_json(catalog, path, (lanewise_run){.threads = 2, .draws = 1000}, other, other, time);
    assert_string_equal(one, two);
    lanewise_free(one);
    lanewise_free(two);
    lanewise_catalog_close(catalog);
    lw_test_end(&test);
}

// Without draws: one row moved to its 5th and 95th percentile, which of a single row are those of the
// time, and a bandwidth that says the same.
static void test_bands_without_draws(void **state) {
    (void)state;
    enum { AUTO, ALWAYS, NEVER };
    lw_test test = lw_test_begin();
    lanewise_catalog *catalog = own_catalog(&test);
    const char *path = lw_arena_print(test.arena, "%s/one.yaml", folder);
    double low[2], high[2], time[2];
    char *one = run_json(catalog, path, (lanewise_run){.threads = 1}, low, high, time);
    assert_true(fabs(low[0] / (10 * exp(-0.32897) + time[0] - 10) - 1) < 1e-4);
    assert_true(fabs(high[0] / (10 * exp(0.32897) + time[0] - 10) - 1) < 1e-4);
    assert_true(isnan(low[1]) && isnan(high[1]));
    static const char least[] = "\"bandwidth_low_GBps\":", most[] = "\"bandwidth_high_GBps\":";
    assert_non_null(strstr(one, least));
    assert_true(fabs(strtod(strstr(one, least) + strlen(least), NULL) / (1.024 / high[0]) - 1) < 1e-6);
    assert_true(fabs(strtod(strstr(one, most) + strlen(most), NULL) / (1.024 / low[0]) - 1) < 1e-6);
    char *two = run_json(catalog, path, (lanewise_run){.threads = 2, .band = ALWAYS}, low, high, time);
    assert_string_equal(one, two);
    lanewise_free(one);
    lanewise_free(two);
    one = run_json(catalog, path, (lanewise_run){.threads = 1, .band = NEVER}, low, high, time);
    assert_null(strstr(one, "low"));
    lanewise_free(one);
    lanewise_catalog_close(catalog);
    lw_test_end(&test);
}

// The time of one copy, its call and its bytes 10 us each: one card for each correlation of the two.
static double spread_of(lw_test *test, const char *correlates, lanewise_run run) {
    lanewise_findings *findings = lanewise_findings_new();
    lanewise_catalog *catalog = NULL;
    double low[2], high[2], time[2];
    assert_int_equal(lw_folder_make(lw_arena_print(test->arena, "%s/devices", folder), test->diags), LW_OK);
    put(test, "devices/card.yaml",
        lw_arena_print(test->arena,
                       "preset: 1\nname: card\ntype: gpu\nsummary: \"a card\"\nevidence: assumed\nparameters:\n"
                       "  submit: {value: 10 us, error: 10 %%, source: spread, evidence: assumed}\n"
                       "  copy_rate_h2d: {value: 10 GB/s, error: 10 %%, correlates: {%s}, source: spread, evidence: assumed}\n",
                       correlates));
    put(test, "two.yaml",
        "lanewise: 1\nnodes: {h: {kind: host}, a: {preset: card}}\nlinks: {l: {between: [h, a], type: link, rate: 40 GB/s}}\n"
        "workloads:\n  a: {kind: copy, from: h, to: a, bytes: 100 kB}\n  b: {kind: copy, from: h, to: a, bytes: 1 B, start: 1 s}\n");
    assert_int_equal(lanewise_catalog_open(folder, findings, &catalog), LANEWISE_OK);
    lanewise_free(run_json(catalog, lw_arena_print(test->arena, "%s/two.yaml", folder), run, low, high, time));
    lanewise_catalog_close(catalog);
    lanewise_findings_free(findings);
    return log(high[0] / low[0]) / (2 * 1.6449);
}

// A dearer call with a faster engine: of first order half the error of each.
static void test_correlations(void **state) {
    (void)state;
    static const struct {
        const char *correlates;
        double expected;
    } cases[] = {{"", 0.0707}, {"submit: -0.8", 0.0949}, {"submit: 0.8", 0.0316}};
    lw_test test = lw_test_begin();
    for (size_t i = 0; i < COUNT(cases); i++) {
        const double moved = spread_of(&test, cases[i].correlates, (lanewise_run){.threads = 1});
        const double drawn = spread_of(&test, cases[i].correlates, (lanewise_run){.threads = 1, .draws = 2000});
        print_message("             {%s}: %.4f by moving, %.4f by drawing\n", cases[i].correlates, moved, drawn);
        assert_true(fabs(moved / cases[i].expected - 1) < 0.1);
        assert_true(fabs(drawn / cases[i].expected - 1) < 0.1);
    }
    lw_test_end(&test);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_errors_reach_times), cmocka_unit_test(test_bands_without_draws),
                                       cmocka_unit_test(test_correlations)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
