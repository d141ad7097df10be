// SPDX-License-Identifier: GPL-3.0-or-later
// What the time of a run went to, on cases that one can add up by hand; and that jumps over
// iterations change nothing about it.
#include "tests/scenario_helpers.h"

enum { US = 1000000 };

static const lw_critical *path_of(const lw_result *result, size_t point) {
    const lw_critical *path = &result->point[point].path;
    int64_t sum_ps = 0;
    for (size_t i = 0; i < path->count; i++) {
        assert_true(path->part[i].time_ps > 0);
        assert_true(i == 0 || path->part[i].time_ps <= path->part[i - 1].time_ps);
        sum_ps += path->part[i].time_ps;
    }
    assert_true(path->count > 0);
    assert_int_equal(sum_ps, path->end_ps);
    return path;
}

// In microseconds; 0 where it is not on the path.
static double us_of(const lw_critical *path, const char *what) {
    double found_us = 0;
    for (size_t i = 0; i < path->count; i++) {
        lw_text words = {0};
        lw_critical_part_print(&path->part[i], &words);
        assert_false(words.failed);
        found_us = strcmp(words.bytes, what) == 0 ? (double)path->part[i].time_ps / US : found_us;
        lw_text_free(&words);
    }
    return found_us;
}

static const char *in_words(lw_test *test, const lw_critical *path, int width) {
    lw_text words = {0};
    const lw_critical_layout layout = {.most = 6, .width = width, .used = 4, .indent = "\n    "};
    lw_critical_print(path, &layout, &words);
    const char *kept = words.failed ? NULL : lw_arena_copy(test->arena, words.bytes);
    assert_non_null(kept);
    lw_text_free(&words);
    return kept;
}

// 1 MB takes 100 us, and a copy 5 us before and 3 us after; one engine writes.
#define CARD                                                                                           \
    "nodes: {a: {kind: gpu, submit: 5 us, finish: 3 us, copy_engines: 2}, b: {kind: gpu, count: 2}}\n" \
    "links: {l: {between: [a, b], type: link, rate: 10 GB/s, latency: 1 us}}\n"

static void test_one_copy(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const lw_result result = run_text(&test, CARD "workloads: {x: {kind: copy, from: a, to: 'b[0]', bytes: 1 MB}}\n");
    const lw_critical *path = path_of(&result, 0);
    assert_int_equal(path->end_ps, 109 * US);
    assert_int_equal(path->tasks, 2);
    assert_close(us_of(path, "links.l[0] a->b[0]"), 100, 1e-9);
    assert_close(us_of(path, "launch"), 5, 1e-9);
    assert_close(us_of(path, "completion"), 3, 1e-9);
    assert_close(us_of(path, "latency"), 1, 1e-9);
    assert_string_equal(in_words(&test, path, 0), "92 % links.l[0] a->b[0], 4 % launch, 3 % completion, 1 % latency");
    assert_string_equal(in_words(&test, path, 50), "92 % links.l[0] a->b[0], 4 % launch,\n    3 % completion, 1 % latency");
    lw_test_end(&test);
}

// Over one link more engines would save the second copy no more than the ends of the first.
static void test_two_copies_behind_one_engine(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const lw_result one_link = run_text(&test, CARD "workloads:\n"
                                                    "  x: {kind: copy, from: a, to: 'b[0]', bytes: 1 MB}\n"
                                                    "  y: {kind: copy, from: a, to: 'b[0]', bytes: 1 MB}\n");
    const lw_critical *path = path_of(&one_link, 0);
    assert_int_equal(path->end_ps, (5 + 104 + 104) * US);
    assert_close(us_of(path, "links.l[0] a->b[0]"), 200, 1e-9);
    assert_close(us_of(path, "waiting for a copy engines"), 3 + 1, 1e-9);
    assert_close(us_of(path, "launch"), 5, 1e-9);
    // over two links they would save it all of the first
    const lw_result two_links = run_text(&test, CARD "workloads:\n"
                                                     "  x: {kind: copy, from: a, to: 'b[0]', bytes: 1 MB}\n"
                                                     "  y: {kind: copy, from: a, to: 'b[1]', bytes: 1 MB}\n");
    path = path_of(&two_links, 0);
    assert_int_equal(path->end_ps, (5 + 104 + 104) * US);
    assert_close(us_of(path, "links.l[1] a->b[1]"), 100, 1e-9);
    assert_close(us_of(path, "waiting for a copy engines"), 104, 1e-9);
    assert_close(us_of(path, "launch"), 5, 1e-9);
    lw_test_end(&test);
}

static void test_a_chain_of_copies(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const lw_result result = run_text(&test, CARD "workloads:\n"
                                                  "  z: {kind: copy, from: a, to: 'b[0]', bytes: 1 MB, after: [x, y]}\n"
                                                  "  x: {kind: copy, from: a, to: 'b[1]', bytes: 2 MB, start: 10 us}\n"
                                                  "  y: {kind: copy, from: 'b[0]', to: a, bytes: 1 MB}\n");
    const lw_critical *path = path_of(&result, 0);
    assert_int_equal(path->end_ps, (10 + 209 + 109) * US);
    assert_close(us_of(path, "before its start"), 10, 1e-9);
    assert_close(us_of(path, "links.l[1] a->b[1]"), 200, 1e-9);
    assert_close(us_of(path, "links.l[0] a->b[0]"), 100, 1e-9);
    assert_close(us_of(path, "launch"), 10, 1e-9);
    assert_close(us_of(path, "completion"), 6, 1e-9);
    assert_close(us_of(path, "latency"), 2, 1e-9);
    lw_test_end(&test);
}

// A core fills a buffer in 100 us, the link empties it in 10.
static void test_a_staged_copy(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const lw_result result = run_text(
        &test, "nodes: {h: {kind: host, cpu_copy_rate: 1 GB/s}, g: {kind: gpu, staging_bytes: 100000 B, staging_overlap: true}}\n"
               "links: {l: {between: [h, g], type: link, rate: 10 GB/s}}\n"
               "workloads: {up: {kind: copy, from: h, to: g, bytes: 1 MB, memory: pageable}}\n"
               "sweep: {nodes.g.staging_overlap: [true, false], workloads.up.bytes: [1 MB, 1 GB]}\n");
    for (size_t i = 0; i < 4; i++) {
        const lw_critical *path = path_of(&result, i);
        const double chunks = i % 2 == 0 ? 10 : 10000;
        assert_close(us_of(path, "host cpu copy (up)") + us_of(path, "h cpu copy (up)"), chunks * 100, 1e-3);
        assert_close(us_of(path, "links.l h->g"), i < 2 ? 10 : chunks * 10, 1e-3);
        assert_close((double)path->end_ps / US, chunks * 100 + (i < 2 ? 10 : chunks * 10), 1e-2);
    }
    lw_test_end(&test);
}

static double ps_of_kind(const lw_critical *path, lw_critical_kind kind) {
    double sum_ps = 0;
    for (size_t i = 0; i < path->count; i++) {
        sum_ps += path->part[i].kind == kind ? (double)path->part[i].time_ps : 0;
    }
    return sum_ps;
}

static void check_jumps(const char *work) {
    lw_test test = lw_test_begin();
    const char *const engines[] = {"packet", "packet-exact", "flow"};
    lw_result result[COUNT(engines)];
    for (size_t i = 0; i < COUNT(engines); i++) {
        result[i] = run_text(
            &test,
            lw_arena_print(test.arena,
                           "nodes: {h: {kind: host, cpu_copy_rate: 3 GB/s}, g: {kind: gpu, count: 2, staging_bytes: 64 KiB, "
                           "submit: 3 us, finish: 2 us, copy_engines: 2}}\n"
                           "links: {l: {between: [h, g], preset: pcie-3-x8}}\n"
                           "engine: %s\nworkloads: {%s}\n",
                           engines[i], work));
    }
    const lw_critical *fast = path_of(&result[0], 0), *exact = path_of(&result[1], 0);
    assert_int_equal(fast->end_ps, exact->end_ps);
    assert_int_equal(fast->tasks, exact->tasks);
    assert_int_equal(fast->count, exact->count);
    for (size_t i = 0; i < exact->count; i++) {
        assert_int_equal(fast->part[i].kind, exact->part[i].kind);
        assert_int_equal(fast->part[i].time_ps, exact->part[i].time_ps);
    }
    // Flows share rates instead of turns, and go by the same path; two links of one speed are as good.
    const lw_critical *flow = path_of(&result[2], 0);
    assert_int_equal(flow->tasks, exact->tasks);
    for (size_t i = 0; i < exact->count; i++) {
        const double differs_ps = ps_of_kind(flow, exact->part[i].kind) - ps_of_kind(exact, exact->part[i].kind);
        assert_true(fabs(differs_ps) < 0.02 * (double)exact->end_ps);
    }
    lw_test_end(&test);
}

static void test_jumps_change_nothing(void **state) {
    (void)state;
    check_jumps("w: {kind: copy, from: h, to: 'g[0]', bytes: 64 KiB, repeat: 2000}");
    check_jumps("w: {kind: copy, from: h, to: 'g[0]', bytes: 16 MiB, memory: pageable}");
    check_jumps("w: {kind: copy, from: h, to: 'g[0]', bytes: 1 MiB, memory: pageable, repeat: 100}");
    check_jumps("w: {kind: copy, from: 'g[0]', to: 'g[1]', bytes: 16 MiB, p2p: false}");
    check_jumps("v: {kind: copy, from: h, to: 'g[0]', bytes: 64 KiB, repeat: 500}, "
                "w: {kind: copy, from: h, to: 'g[0]', bytes: 96 KiB, repeat: 500}");
    check_jumps("v: {kind: copy, from: h, to: 'g[0]', bytes: 64 KiB, repeat: 300}, "
                "w: {kind: copy, from: 'g[0]', to: h, bytes: 96 KiB, repeat: 300, after: [v]}");
}

// Of more tasks than are recorded the first and the last are walked over; what lies between is named.
static void test_more_tasks_than_are_recorded(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const lw_result result =
        run_text(&test, CARD "engine: packet-exact\n"
                             "workloads: {x: {kind: copy, from: a, to: 'b[0]', bytes: 10 kB, repeat: 90000}}\n");
    const lw_critical *path = path_of(&result, 0);
    assert_int_equal(path->tasks, 180000);
    assert_int_equal(path->end_ps, INT64_C(90000) * 10 * US);
    const double known_us =
        us_of(path, "links.l[0] a->b[0]") + us_of(path, "launch") + us_of(path, "completion") + us_of(path, "latency");
    assert_close(known_us + us_of(path, "not recorded"), 900000, 1e-9);
    assert_true(known_us > 655300 && known_us < 655400);
    assert_close(us_of(path, "launch"), 5 * us_of(path, "latency"), 1e-3);
    lw_test_end(&test);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_copy),
        cmocka_unit_test(test_two_copies_behind_one_engine),
        cmocka_unit_test(test_a_chain_of_copies),
        cmocka_unit_test(test_a_staged_copy),
        cmocka_unit_test(test_jumps_change_nothing),
        cmocka_unit_test(test_more_tasks_than_are_recorded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
