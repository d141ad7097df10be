// SPDX-License-Identifier: GPL-3.0-or-later
// What RCCL makes of eight cards with links to each other: prices, what it takes by size, links
// that are all as busy, and machines that it is not modelled on.
#include <math.h>

#include "scenario_helpers.h"

static lw_result run_call(lw_test *test, int cards, const char *options, const char *kind, double bytes) {
    return run_text(test, lw_arena_print(test->arena,
                                         "engine: flow\n"
                                         "nodes: {gpus: {preset: mi300x, count: %d}}\n"
                                         "links: {mesh: {between: [gpus, gpus], preset: oam-mi300x, pattern: mesh}}\n"
                                         "libraries: {rccl: {preset: rccl%s}}\n"
                                         "workloads: {ar: {kind: %s, on: gpus, bytes: %.0f B, library: rccl}}\n",
                                         cards, options, kind, bytes));
}

// 12 us + steps x 0.8 us and 8 % of the links' 48 GB/s by LL, 17 us + steps x 2.1 us and all of it
// by Simple.
static void rings_are_priced_as_its_model_does(void **state) {
    (void)state;
    static const struct {
        const char *kind;
        double steps_a_rank;
    } kinds[] = {{"all-reduce", 2}, {"all-gather", 1}, {"reduce-scatter", 1}};
    static const int cards[] = {2, 4, 8};
    for (size_t i = 0; i < 9; i++) {
        lw_test test = lw_test_begin();
        const double n = cards[i / 3], steps = kinds[i % 3].steps_a_rank * (n - 1), bytes = 1048576;
        const double links_GBps = (n - 1) * 48;
        const struct {
            const char *options;
            double expected_us;
        } cases[] = {{", algorithm: ring, protocol: ll", 12 + steps * 0.8 + bytes / (links_GBps * 80 * n / steps)},
                     {", algorithm: ring, protocol: simple", 17 + steps * 2.1 + bytes / (links_GBps * 1e3 * n / steps)}};
        for (size_t k = 0; k < 2; k++) {
            const lw_result result = run_call(&test, cards[i / 3], cases[k].options, kinds[i % 3].kind, bytes);
            const lw_workload_result *row = &result.point[0].workload[0];
            const double price_us = value_of(row, "library_us"), ratio = row->time_s * 1e6 / price_us;
            assert_true(fabs(price_us - cases[k].expected_us) < 1e-6 * cases[k].expected_us);
            // on idle links it takes about that: by Simple it reaches less of links that carry more
            assert_true(ratio > 0.95 && ratio < 1.1);
        }
        lw_test_end(&test);
    }
}

static void sizes_decide(void **state) {
    (void)state;
    static const struct {
        int cards;
        const char *kind;
        double bytes;
        const char *method;
        double data_share;
    } cases[] = {{8, "all-reduce", 512, "ring, LL, 28 channels", 0.5},
                 {8, "all-reduce", 1024, "all pairs, LL", 0.5},
                 {8, "all-reduce", 1048575, "all pairs, LL", 0.5},
                 {8, "all-reduce", 1048576, "all pairs, Simple", 1},
                 {8, "all-reduce", 0x1p25, "ring, Simple, 28 channels", 1},
                 {4, "all-reduce", 65536, "ring, LL, 12 channels", 0.5},
                 {4, "all-reduce", 0x1p22, "ring, Simple, 12 channels", 1},
                 {8, "all-gather", 0x1p22, "all pairs, Simple", 1},
                 {8, "all-gather", 0x1p23, "ring, Simple, 28 channels", 1},
                 {8, "reduce-scatter", 8 * 352128.0, "ring, LL, 28 channels", 0.5},
                 {8, "reduce-scatter", 8 * 352129.0, "ring, Simple, 28 channels", 1}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lw_test test = lw_test_begin();
        const lw_result result = run_call(&test, cases[i].cards, "", cases[i].kind, cases[i].bytes);
        const lw_workload_result *row = &result.point[0].workload[0];
        assert_string_equal(row->method, cases[i].method);
        assert_true(value_of(row, "data_share") == cases[i].data_share);
        lw_test_end(&test);
    }
}

// Twice as many rings as a card has links use each of them twice, either way, as RCCL's own list of
// rings for eight MI300X does; a protocol's flags are sent with its data.
static void links_are_all_as_busy(void **state) {
    (void)state;
    static const int cards[] = {2, 4, 6, 8};
    for (size_t i = 0; i < 2 * sizeof cards / sizeof cards[0]; i++) {
        lw_test test = lw_test_begin();
        const int n = cards[i / 2], flags = i % 2 == 0 ? 2 : 1;
        // shares that come out even, of each ring and each rank
        const int64_t each = 1000, bytes = 2 * each * (n - 1) * n;
        const char *options = i % 2 == 0 ? ", algorithm: ring, protocol: ll" : ", algorithm: ring, protocol: simple";
        const lw_result result = run_call(&test, n, options, "all-gather", (double)bytes);
        const lw_point *point = &result.point[0];
        for (size_t d = 0; d < point->direction_count; d++) {
            if (strncmp(point->direction[d].link, "mesh", 4) == 0) {
                assert_int_equal(point->direction[d].payload_bytes, flags * 2 * each * (n - 1));
            }
        }
        lw_test_end(&test);
    }
}

static void all_pairs_need_no_steps(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const lw_result small = run_call(&test, 8, "", "all-reduce", 1024),
                    ring = run_call(&test, 8, ", algorithm: ring", "all-reduce", 1024);
    assert_true(small.point[0].workload[0].time_s < 0.7 * ring.point[0].workload[0].time_s);
    assert_true(value_of(&small.point[0].workload[0], "library_us") == 0);
    const lw_result told = run_call(&test, 8, ", candidates: true", "all-reduce", 0x1p30);
    const lw_workload_result *row = &told.point[0].workload[0];
    assert_int_equal(row->priced_count, 3);
    assert_string_equal(row->priced[2].name, "ring, Simple");
    assert_true(row->priced[2].taken && !row->priced[0].taken && !row->priced[1].taken);
    lw_test_end(&test);
}

static void other_machines_are_told(void **state) {
    (void)state;
    static const struct {
        const char *machine, *message;
    } cases[] = {
        {"nodes: {gpus: {preset: h100-sxm5, count: 2}}\nlinks: {l: {between: [gpus, gpus], type: link, rate: 9 GB/s, pattern: mesh}}\n",
         "workloads.ar: RCCL runs on cards with `api: hip`, and 'gpus[0]' is none"},
        {"nodes: {gpus: {preset: mi300x, count: 4}}\nlinks: {l: {between: [gpus, gpus], type: link, rate: 9 GB/s, pattern: ring}}\n",
         "workloads.ar: RCCL is modelled where all cards have links to each other, and 'gpus[0]' and 'gpus[2]' have none"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lw_test test = lw_test_begin();
        const lw_document *document;
        const char *text = lw_arena_print(test.arena,
                                          "%s"
                                          "libraries: {rccl: {preset: rccl}}\n"
                                          "workloads: {ar: {kind: all-reduce, on: gpus, bytes: 1 MB, library: rccl}}\n",
                                          cases[i].machine);
        assert_int_equal(try_load(&test, text, NULL, &document), LW_BAD_INPUT);
        assert_message(&test, LW_ERROR, cases[i].message);
        lw_test_end(&test);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rings_are_priced_as_its_model_does),
        cmocka_unit_test(sizes_decide),
        cmocka_unit_test(links_are_all_as_busy),
        cmocka_unit_test(all_pairs_need_no_steps),
        cmocka_unit_test(other_machines_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
