// SPDX-License-Identifier: GPL-3.0-or-later
// Whole scenarios whose right answer is known from outside: measurements, closed forms, common
// sense.
#include "tests/scenario_helpers.h"

// The value of a workload in each point of a sweep.
static double time_us_of(const lw_result *result, size_t point, const char *workload) {
    return workload_of(&result->point[point], workload)->time_s * 1e6;
}

static double rate_GBps_of(const lw_result *result, size_t point, const char *workload) {
    return workload_of(&result->point[point], workload)->bandwidth_GBps;
}

#define assert_within(value, low, high)                                                        \
    do {                                                                                       \
        double is_ = (value);                                                                  \
        if (!(is_ >= (low) && is_ <= (high))) {                                                \
            fail_msg("%s is %g, not in %g .. %g", #value, is_, (double)(low), (double)(high)); \
        }                                                                                      \
    } while (0)

// Rates of host copies hold for the PCIe port: over NVSwitch a H200 has what was measured on H100,
// whose links are the same.
static void test_host_rates_hold_for_the_host_port(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const lw_result result = run_text(&test, "include: systems/hgx-h200\n"
                                             "workloads:\n"
                                             "  pair: {kind: copy, from: 'gpus[0]', to: 'gpus[1]', bytes: 1 GiB}\n"
                                             "  down: {kind: copy, from: 'gpus[2]', to: 'cpus[0]', bytes: 1 GiB}\n");
    assert_within(rate_GBps_of(&result, 0, "pair"), 393, 401);
    assert_within(rate_GBps_of(&result, 0, "down"), 54.5, 55.1);
    lw_test_end(&test);
}

// A memory slower than its link hides behind it: a faster link never makes a packet later.
static void test_more_lanes_are_never_slower(void **state) {
    (void)state;
    static const char *const memories[] = {"0.5 GB/s", "2 GB/s", "4 GB/s", "9 GB/s"};
    for (size_t m = 0; m < COUNT(memories); m++) {
        lw_test test = lw_test_begin();
        const char *text = lw_arena_print(test.arena,
                                          "nodes: {h: {kind: host, memory_rate: %s}, g: {kind: gpu, mps: 4 KiB}}\n"
                                          "links: {l: {between: [h, g], preset: pcie-3-x2, mps: 4 KiB}}\n"
                                          "workloads: {w: {kind: stream, from: h, to: g, bytes: 4 KiB, arrivals: backlog}}\n"
                                          "sweep: {links.l.lanes: [1, 2, 4, 8, 16]}\n",
                                          memories[m]);
        const lw_result result = run_text(&test, text);
        for (size_t p = 1; p < result.point_count; p++) {
            assert_true(time_us_of(&result, p, "w") <= time_us_of(&result, p - 1, "w"));
        }
        lw_test_end(&test);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_host_rates_hold_for_the_host_port),
        cmocka_unit_test(test_more_lanes_are_never_slower),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
