// SPDX-License-Identifier: GPL-3.0-or-later
// Loads of a model, against what can be reckoned by hand.
#include <math.h>

#include "tests/scenario_helpers.h"

// 100 MB in ten pieces: 1 GB/s from the disk, 2 GB/s to the card.
static double load_ms(const char *keys) {
    lw_test test = lw_test_begin();
    const lw_result result = run_text(
        &test,
        lw_arena_print(
            test.arena,
            "nodes: {host: {kind: host}, gpu: {kind: gpu}, disk: {kind: nic}}\n"
            "links: {d: {between: [host, disk], type: link, rate: 1 GB/s}, s: {between: [host, gpu], type: link, rate: 2 GB/s}}\n"
            "workloads: {w: {kind: model-load, bytes: 100 MB, piece: 10 MB%s}}\n",
            keys));
    const double ms = result.point[0].workload[0].time_s * 1e3;
    lw_test_end(&test);
    return ms;
}

static void near(double is, double wanted) {
    if (!(fabs(is - wanted) <= 1e-3 * wanted)) {
        fail_msg("%.9g ms, not %.9g", is, wanted);
    }
}

static void pieces_wait_for_each_other(void **state) {
    (void)state;
    near(load_ms(", memory: pinned"), 100 + 50);
    near(load_ms(", memory: pinned, overlaps: true"), 100 + 5);
    near(load_ms(", memory: pinned, cached: true"), 50);
}

// 2,442 pages a piece.
static void mapped_pages_are_faults(void **state) {
    (void)state;
    near(load_ms(", memory: pinned, cached: true, mapped: true"), 50 + 10 * 2442 * 0.002);
    near(load_ms(", memory: pinned, cached: true, mapped: true, fault: 1 us"), 50 + 10 * 2442 * 0.001);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(pieces_wait_for_each_other), cmocka_unit_test(mapped_pages_are_faults)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
