// SPDX-License-Identifier: GPL-3.0-or-later
// Lines through times: of what is a line, of what is none, and of series beside each other.
#include "sim/study/hockney.h"
#include "tests/scenario_helpers.h"

static void test_line_is_found(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    // 2 us of a read's round trip and 8 GB/s; the other 1 us and 4 GB/s
    lw_result result = run_text(&test, "nodes: {a: {kind: host}, b: {kind: gpu}}\n"
                                       "links: {l: {between: [a, b], type: link, rate: 8 GB/s, latency: 1 us}}\n"
                                       "workloads: {up: {kind: copy, from: a, to: b, bytes: 1 B}}\n"
                                       "sweep:\n  links.l: [{type: link, rate: 8 GB/s, latency: 1 us},"
                                       " {type: link, rate: 4 GB/s, latency: 0.5 us}]\n"
                                       "  workloads.*.bytes: [800 B, 80 kB, 8 MB, 800 MB]\n");
    assert_int_equal(lw_result_add_hockney(&result, test.arena), LW_OK);
    assert_int_equal(result.fit_count, 2);
    static const double alpha_us[] = {2, 1}, beta_GBps[] = {8, 4};
    for (size_t i = 0; i < 2; i++) {
        const lw_line_fit *fit = &result.fit[i];
        assert_close(fit->alpha_us, alpha_us[i], 1e-6);
        assert_close(fit->beta_GBps, beta_GBps[i], 1e-6);
        assert_close(fit->half_bytes, alpha_us[i] * beta_GBps[i] * 1e3, 1e-6);
        assert_true(fabs(fit->worst) < 1e-5 && fit->off_count == 0);
        assert_int_equal(fit->sizes, 4);
        assert_int_equal(fit->path, 1);
    }
    lw_test_end(&test);
}

// Three times that lie on no line: least squares of relative errors, by hand.
static void test_where_it_fails(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    static const double size[] = {1e3, 2e3, 4e3}, time_ps[] = {1e6, 1e6, 4e6};
    lw_set_value set[3];
    lw_workload_result row[3];
    lw_point point[3];
    memset(row, 0, sizeof row);
    memset(point, 0, sizeof point);
    for (size_t i = 0; i < 3; i++) {
        set[i] = (lw_set_value){.path = "workloads.up.bytes", .text = "n", .is_number = true, .number = size[i]};
        row[i].name = "up";
        row[i].end_ps = (int64_t)time_ps[i];
        point[i].set = &set[i];
        point[i].set_count = point[i].workload_count = 1;
        point[i].workload = &row[i];
    }
    lw_result result = {.point = point, .point_count = 3};
    assert_int_equal(lw_result_add_hockney(&result, test.arena), LW_OK);
    assert_int_equal(result.fit_count, 1);
    double w = 0, x = 0, y = 0, xx = 0, xy = 0;
    for (size_t i = 0; i < 3; i++) {
        const double weight = 1 / (time_ps[i] * time_ps[i]);
        w += weight;
        x += weight * size[i];
        y += weight * time_ps[i];
        xx += weight * size[i] * size[i];
        xy += weight * size[i] * time_ps[i];
    }
    const double slope = (w * xy - x * y) / (w * xx - x * x), start = (y - slope * x) / w;
    assert_close(result.fit->alpha_us, start / 1e6, 1e-9);
    assert_close(result.fit->beta_GBps, 1e3 / slope, 1e-9);
    double worst = 0;
    size_t off = 0;
    for (size_t i = 0; i < 3; i++) {
        const double error = (start + slope * size[i]) / time_ps[i] - 1;
        worst = fabs(error) > fabs(worst) ? error : worst;
        off += fabs(error) > 0.1;
    }
    assert_close(result.fit->worst, worst, 1e-9);
    assert_true(off > 0);
    assert_int_equal(result.fit->off_count, off);
    lw_test_end(&test);
}

// Two sizes make a line of anything, and a workload whose size is not swept has none.
static void test_no_line(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_result result = run_text(&test, "nodes: {a: {kind: host}, b: {kind: gpu}}\n"
                                       "links: {l: {between: [a, b], type: link, rate: 8 GB/s, latency: 1 us}}\n"
                                       "workloads: {up: {kind: copy, from: a, to: b, bytes: 1 B},"
                                       " down: {kind: copy, from: b, to: a, bytes: 1 MB}}\n"
                                       "sweep: {workloads.up.bytes: [800 B, 80 kB]}\n");
    assert_int_equal(lw_result_add_hockney(&result, test.arena), LW_OK);
    assert_true(result.fitted && result.fit_count == 0);
    lw_test_end(&test);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_line_is_found), cmocka_unit_test(test_where_it_fails),
                                       cmocka_unit_test(test_no_line)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
