// SPDX-License-Identifier: GPL-3.0-or-later
// Programs that use a card (video, render, diffusion, remote-gpu), and bulk data, against what can be reckoned by hand.
#include <math.h>

#include "sim/result/metric_table.h"
#include "tests/scenario_helpers.h"

// Milliseconds of a work on a card behind 1 GB/s in each direction.
static double time_ms(const char *work) {
    lw_test test = lw_test_begin();
    const lw_result result = run_text(&test, lw_arena_print(test.arena,
                                                            "nodes: {host: {kind: host}, gpu: {kind: gpu}}\n"
                                                            "links: {l: {between: [host, gpu], type: link, rate: 1 GB/s}}\n"
                                                            "workloads: {w: %s}\n",
                                                            work));
    const double ms = result.point[0].workload[0].time_s * 1e3;
    lw_test_end(&test);
    return ms;
}

static void near(double is, double wanted) {
    if (!(fabs(is - wanted) <= 1e-4 * wanted)) {
        fail_msg("%.9g, not %.9g", is, wanted);
    }
}

#define HD "{kind: video, width: 1920, height: 1080, pixels: rgba8, compute: 10 ms"
static const double hd_ms = 1920 * 1080 * 4 / 1e6;

static void frames_of_a_film_go_up_and_come_back(void **state) {
    (void)state;
    near(time_ms(HD ", frames: 10}"), 10 * (2 * hd_ms + 10));
    near(time_ms(HD ", frames: 10, crossings: 2, decode: 5 ms}"), 10 * (4 * hd_ms + 15));
    near(time_ms(HD ", frames: 1000, in_flight: 3}"), 2 * hd_ms + 1000 * 10);
    near(time_ms("{kind: video, width: 1920, height: 1080, pixels: nv12, compute: 0 ms, frames: 10}"), 10 * 2 * hd_ms * 1.5 / 4);
}

// Games and films both count frames a second: what is asked of a workload is its own.
static void a_metric_of_two_kinds_is_that_of_the_workload(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const lw_result result = run_text(&test, "nodes: {host: {kind: host}, gpu: {kind: gpu}}\n"
                                             "links: {l: {between: [host, gpu], type: link, rate: 1 TB/s}}\n"
                                             "workloads:\n"
                                             "  film: {kind: video, compute: 20 ms, rate: 25, width: 1, height: 1}\n"
                                             "  game: {kind: frames, reference_fps: 100, upload: 1 B, after: film}\n");
    const lw_workload_result *film = workload_of(&result.point[0], "film"), *game = workload_of(&result.point[0], "game");
    const lw_metric *of_games = lw_metric_find("frames", LW_OF_WORKLOAD, game->own);
    double value = 0;
    near(value_of(film, "frames_per_s"), 50);
    near(value_of(film, "of_real_time"), 2);
    assert_true(lw_metric_of_workload(of_games, film, &value));
    near(value, 50);
    near(value_of(game, "frames_per_s"), 100);
    lw_test_end(&test);
}

static void a_scene_goes_up_once(void **state) {
    (void)state;
#define SHOT "{kind: render, scene: 1 GB, compute: 2 s, width: 1000, height: 1000, frames: 3"
    near(time_ms(SHOT "}"), 1000 + 3 * (2000 + 16));
    near(time_ms(SHOT ", spill: 500 MB}"), 1000 + 3 * (500 + 2000 + 16));
}

static void weights_stay_or_go_up_again(void **state) {
    (void)state;
#define DRAW "{kind: diffusion, weights: 1 GB, encoders: 500 MB, step: 100 ms, steps: 20, images: 4, width: 1000, height: 1000"
    near(time_ms(DRAW "}"), 1500 + 4 * (20 * 100 + 3));
    near(time_ms(DRAW ", resident: false}"), 4 * (500 + 20 * (1000 + 100) + 3));
}

static double remote_ms(const char *keys) {
    lw_test test = lw_test_begin();
    const lw_result result =
        run_text(&test, lw_arena_print(test.arena,
                                       "nodes: {desk: {kind: host}, server: {kind: host}, gpu: {kind: gpu}}\n"
                                       "links:\n  net: {between: [desk, server], type: link, rate: 1 GB/s, latency: 1 ms}\n"
                                       "  slot: {between: [server, gpu], type: link, rate: 1 GB/s}\n"
                                       "workloads: {w: {kind: remote-gpu, compute: 5 ms, steps: 8%s}}\n",
                                       keys));
    const lw_workload_result *row = &result.point[0].workload[0];
    // ten round trips of a step are what it waits for, and that is said
    assert_int_equal(row->limit.kind, keys[0] == '\0' ? LW_LIMITED_BY_FIXED_COST : row->limit.kind);
    const double ms = row->time_s * 1e3;
    lw_test_end(&test);
    return ms;
}

static void calls_are_round_trips_and_prompts_are_one(void **state) {
    (void)state;
    const double calls_ms = 10 * 2 * (1 + 256 / 1e6);
    near(remote_ms(""), 8 * (calls_ms + 5));
    near(remote_ms(", other_calls: 4000"), 8 * (calls_ms + 10));  // 2.5 us each, beside the card's work
    near(remote_ms(", waiting_calls: 0"), 8 * 5);
    // over both links in one go; the card reads what goes up, and so asks for it first
    near(remote_ms(", waiting_calls: 0, up: 1 MB, down: 1 MB"), 8 * (5 + (1 + 1 + 1) + (1 + 1)));
    near(remote_ms(", sends: prompts, up: 1 MB, down: 1 MB"), 2 * (1 + 1) + 8 * 5);
}

static lw_result bulk(lw_test *test, const char *keys) {
    return run_text(test, lw_arena_print(test->arena,
                                         "nodes: {a: {kind: host}, b: {kind: host}}\n"
                                         "links: {l: {between: [a, b], type: link, rate: 1 MB/s, latency: 50 s}}\n"
                                         "workloads: {w: {kind: bulk, from: a, to: b, bytes: 250 MB%s}}\n",
                                         keys));
}

// 100 s of contact carry 100 MB: two whole ones and half a third, then 50 s of light.
static void contacts_carry_what_fits(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    near(value_of(&bulk(&test, "").point[0].workload[0], "delivery_us") / 1e6, 250 + 50);
    const lw_result passes = bulk(&test, ", contact: 100 s, period: 1000 s");
    near(value_of(&passes.point[0].workload[0], "delivery_us") / 1e6, 2000 + 50 + 50);
    near(value_of(&passes.point[0].workload[0], "contacts"), 3);
    near(value_of(&bulk(&test, ", contact: 100 s, period: 1000 s, acknowledged: true").point[0].workload[0], "delivery_us") / 1e6,
         2000 + 50 + 50 + 50.001024);
    lw_test_end(&test);
}

static void too_many_crossings_are_told(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const lw_document *document;
    assert_int_equal(try_load(&test,
                              "nodes: {host: {kind: host}, gpu: {kind: gpu}}\n"
                              "links: {l: {between: [host, gpu], type: link, rate: 1 GB/s}}\n"
                              "workloads: {w: {kind: video, compute: 1 ms, crossings: 65}}\n",
                              NULL, &document),
                     LW_BAD_INPUT);
    assert_diag(&test, 0, "3:56: a frame crosses the link 65 times | give 64 or fewer");
    lw_test_end(&test);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_of_a_film_go_up_and_come_back),
        cmocka_unit_test(a_metric_of_two_kinds_is_that_of_the_workload),
        cmocka_unit_test(a_scene_goes_up_once),
        cmocka_unit_test(weights_stay_or_go_up_again),
        cmocka_unit_test(calls_are_round_trips_and_prompts_are_one),
        cmocka_unit_test(contacts_carry_what_fits),
        cmocka_unit_test(too_many_crossings_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
