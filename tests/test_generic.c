// SPDX-License-Identifier: GPL-3.0-or-later
// The link of which only figures are known, against the closed form: latency + bytes / rate.
#include "tests/scenario_helpers.h"

static double time_us(lw_test *test, const char *keys, const char *workloads, const char *name) {
    const char *text = lw_arena_print(test->arena,
                                      "nodes: {a: {kind: gpu}, b: {kind: host}}\n"
                                      "links: {l: {between: [a, b], type: link, %s}}\n"
                                      "workloads: {%s}\n",
                                      keys, workloads);
    const lw_result result = run_text(test, text);
    return workload_of(&result.point[0], name)->time_s * 1e6;
}

static void times_are_latency_and_bytes_by_rate(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const char *const push = "s: {kind: copy, from: a, to: b, bytes: 1 GB}", *const pull =
                                                                                 "s: {kind: copy, from: b, to: a, bytes: 1 GB}";
    const double fluid_us = 0.7 + 1e9 / 450e9 * 1e6;
    assert_close(time_us(&test, "rate: 450 GB/s, latency: 700 ns", push, "s"), fluid_us, 1e-9);
    // a read asks first
    assert_close(time_us(&test, "rate: 450 GB/s, latency: 700 ns", pull, "s"), fluid_us + 0.7, 1e-9);
    // whatever the packets, while they divide the bytes
    assert_close(time_us(&test, "rate: 450 GB/s, latency: 700 ns, packet: 64 B", push, "s"), fluid_us, 1e-9);
    assert_close(time_us(&test, "rate: 3.6 Tb/s, latency: 0.7 us", push, "s"), fluid_us, 1e-9);
    // 66 B more for each 1,000
    assert_close(time_us(&test, "rate: 10 GB/s, packet: 1000 B, overhead: 66 B", push, "s"), 1e5 * 1.066, 1e-9);
    lw_test_end(&test);
}

static void half_duplex_shares_the_rate(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const char *const both = "s: {kind: copy, from: a, to: b, bytes: 100 MB}, t: {kind: copy, from: b, to: a, bytes: 100 MB}";
    assert_close(time_us(&test, "rate: 10 GB/s", both, "s"), 1e4, 1e-3);
    assert_close(time_us(&test, "rate: 10 GB/s", both, "t"), 1e4, 1e-3);
    assert_close(time_us(&test, "rate: 10 GB/s, duplex: half", both, "s"), 2e4, 1e-3);
    assert_close(time_us(&test, "rate: 10 GB/s, duplex: half", both, "t"), 2e4, 1e-3);
    lw_test_end(&test);
}

// Behind links of other kinds it is one among them: its packets are no smaller than theirs.
static void it_stands_behind_others(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const char *const wires[] = {"", ", c: {kind: gpu}"};
    double rate_GBps[2];
    for (int i = 0; i < 2; i++) {
        const lw_result result =
            run_text(&test, lw_arena_print(test.arena,
                                           "nodes: {a: {kind: gpu}, b: {kind: host}%s}\n"
                                           "links: {l: {between: [a, b], type: pcie, gen: 4, lanes: 16}%s}\n"
                                           "workloads: {s: {kind: copy, from: a, to: %s, bytes: 1 GB}}\n",
                                           wires[i], i == 0 ? "" : ", m: {between: [b, c], type: link, rate: 450 GB/s}",
                                           i == 0 ? "b" : "c"));
        rate_GBps[i] = workload_of(&result.point[0], "s")->bandwidth_GBps;
    }
    assert_close(rate_GBps[1], rate_GBps[0], 1e-4);
    lw_test_end(&test);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_are_latency_and_bytes_by_rate),
        cmocka_unit_test(half_duplex_shares_the_rate),
        cmocka_unit_test(it_stands_behind_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
