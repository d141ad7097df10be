// SPDX-License-Identifier: GPL-3.0-or-later
// Frames of a game, against what can be reckoned by hand.
#include <math.h>

#include "sim/result/metric_table.h"
#include "tests/scenario_helpers.h"

static double frame_us(const char *rate, const char *upload, const char *keys) {
    lw_test test = lw_test_begin();
    const lw_result result = run_text(
        &test, lw_arena_print(
                   test.arena,
                   "nodes: {host: {kind: host}, gpu: {kind: gpu, copy_engines: 2}}\n"
                   "links: {l: {between: [host, gpu], type: link, rate: %s}}\n"
                   "workloads: {w: {kind: frames, reference_fps: 100, reference_rate: 10 GB/s, upload: %s, frames: 1000%s}}\n",
                   rate, upload, keys));
    const lw_workload_result *row = workload_of(&result.point[0], "w");
    double value;
    assert_true(lw_metric_of_workload(lw_metric_find("frame_us", LW_OF_WORKLOAD, row->own), row, &value));
    lw_test_end(&test);
    return value;
}

static void near(double is, double wanted) {
    if (!(fabs(is - wanted) <= 2e-3 * wanted)) {
        fail_msg("%.9g us, not %.9g", is, wanted);
    }
}

// 10 MB of a frame of 10 ms go up: 1 ms in the slot of reference, 9 ms are drawn.
static void a_frame_waits_for_its_upload(void **state) {
    (void)state;
    near(frame_us("10 GB/s", "10 MB", ""), 10000);
    near(frame_us("2 GB/s", "10 MB", ""), 9000 + 5000);
    near(frame_us("2 GB/s", "0 B", ""), 10000);
}

// 1000 x 1000 pixels are 4 MB back: a quarter held, the rest beside the next frame, or the limit.
static void a_screen_of_the_host_takes_frames_back(void **state) {
    (void)state;
    static const char inner[] = ", screen: inner, width: 1000, height: 1000, readback_share: 25 %";
    near(frame_us("10 GB/s", "10 MB", inner), 10000 + 100);
    near(frame_us("0.5 GB/s", "10 MB", inner), 9000 + 20000 + 2000);
    static const char wide[] = ", screen: inner, width: 10000, height: 1000, readback_share: 0 %";
    near(frame_us("1 GB/s", "0 B", wide), 40000);
}

static void impossible_uploads_are_told(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const lw_document *document;
    assert_int_equal(
        try_load(&test,
                 "nodes: {host: {kind: host}, gpu: {kind: gpu}}\nlinks: {l: {between: [host, gpu], preset: pcie-4-x16}}\n"
                 "workloads: {w: {kind: frames, reference_fps: 100, reference_rate: 1 GB/s, upload: 20 MB}}\n",
                 NULL, &document),
        LW_BAD_INPUT);
    assert_diag(&test, 0, "3:83: the upload alone takes longer than a frame | give it fewer bytes, or fewer frames a second");
    lw_test_end(&test);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_frame_waits_for_its_upload),
                                       cmocka_unit_test(a_screen_of_the_host_takes_frames_back),
                                       cmocka_unit_test(impossible_uploads_are_told)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
