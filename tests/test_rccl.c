// SPDX-License-Identifier: GPL-3.0-or-later
// What RCCL makes of eight cards with links to each other, of several computers of them, and of boards that are no mesh:
// prices, what it takes by size, links that are all as busy, and machines that it is not modelled on.
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

// ---- Several computers ----

// So many computers of some cards, each next to a network card of 400 Gb/s.
static lw_result run_computers(lw_test *test, int computers, int cards, const char *options, const char *kind, double bytes) {
    const char *nodes = "rack: {preset: ethernet-switch}", *links = "", *on = "";
    for (int c = 0; c < computers; c++) {
        const char *mesh =
            cards > 1 ? lw_arena_print(test->arena, "  m%d: {between: [g%d, g%d], preset: oam-mi300x, pattern: mesh}\n", c, c, c)
                      : "";
        nodes = lw_arena_print(
            test->arena, "%s, g%d: {preset: mi300x, count: %d}, s%d: {preset: pex89000, count: %d}, n%d: {kind: nic, count: %d}",
            nodes, c, cards, c, cards, c, cards);
        links = lw_arena_print(test->arena,
                               "%s%s  p%d: {between: [s%d, g%d], preset: pcie-5-x16}\n"
                               "  q%d: {between: [s%d, n%d], preset: pcie-5-x16}\n"
                               "  c%d: {between: [n%d, rack], preset: ethernet-400g-rdma}\n",
                               links, mesh, c, c, c, c, c, c, c, c);
        on = lw_arena_print(test->arena, "%s%sg%d", on, c > 0 ? ", " : "", c);
    }
    return run_text(test, lw_arena_print(test->arena,
                                         "engine: flow\nnodes: {%s}\nlinks:\n%s"
                                         "libraries: {rccl: {preset: rccl%s}}\n"
                                         "workloads: {ar: {kind: %s, on: [%s], bytes: %.0f B, library: rccl}}\n",
                                         nodes, links, options, kind, on, bytes));
}

// Eight rings, each on eight channels of 48 GB/s. A ring takes base + (steps - across) x step or what posting takes + across x
// step of the network, a tree base + 2 ((m - 1) step + log2(N) step of the network); at 1 MiB RCCL counts what it counts of trees
// by LL, and a tenth of the bandwidth of the others.
static void prices_between_computers_are_those_of_its_model(void **state) {
    (void)state;
    static const int computers[] = {2, 4};
    for (size_t i = 0; i < 2; i++) {
        lw_test test = lw_test_begin();
        const double bytes = 1048576, n = 8.0 * computers[i], across = computers[i] - 1, rounds = i == 0 ? 1 : 2,
                     all_GBps = 64 * 48;
        const struct {
            const char *options, *kind;
            double expected_us;
        } cases[] = {
            {", algorithm: ring, protocol: ll", "all-reduce",
             12 + 2 * (n - 1 - across) * 2 + 2 * across * 9.5 + bytes / (1e3 * all_GBps * 0.08 * n / (2 * (n - 1)) * 0.4)},
            {", protocol: simple", "all-gather",
             17 + (n - 1 - across) * 6 + across * 320 + bytes / (1e3 * all_GBps * n / (n - 1) * 0.1)},
            {", algorithm: tree, protocol: ll", "all-reduce",
             12 + 2 * (7 * 0.9 + rounds * 10.5) + bytes / (1e3 * all_GBps * 0.06 / 2)},
            {", algorithm: tree, protocol: simple", "all-reduce",
             17 + 2 * (7 * 2.3 + rounds * 25) + bytes / (1e3 * all_GBps * (i == 0 ? 0.11 : 0.59) / 2 * 0.1)}};
        for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
            const lw_result result = run_computers(&test, computers[i], 8, cases[k].options, cases[k].kind, bytes);
            const double price_us = value_of(&result.point[0].workload[0], "library_us");
            if (fabs(price_us - cases[k].expected_us) > 1e-6 * cases[k].expected_us) {
                fail_msg("%d computers, case %zu: %g us instead of %g", computers[i], k, price_us, cases[k].expected_us);
            }
        }
        lw_test_end(&test);
    }
}

// Its prices take trees up to 256 MiB, since its table says a tenth of rings below; sizes decide between protocols.
static void several_computers_take_trees_then_rings(void **state) {
    (void)state;
    static const struct {
        int computers, cards;
        const char *kind;
        double bytes;
        const char *method;
    } cases[] = {{2, 8, "all-reduce", 1048576, "tree, LL, 64 channels"},
                 {2, 8, "all-reduce", 1048577, "tree, LL128, 64 channels"},
                 {2, 8, "all-reduce", 9437184, "tree, LL128, 64 channels"},
                 {2, 8, "all-reduce", 9437185, "tree, Simple, 64 channels"},
                 {4, 8, "all-reduce", 9437185, "tree, LL128, 64 channels"},
                 {2, 8, "all-reduce", 0x1p27, "tree, Simple, 64 channels"},
                 {2, 8, "all-reduce", 0x1p28, "ring, Simple, 64 channels"},
                 {2, 8, "all-gather", 16 * 98304.0, "ring, LL, 64 channels"},
                 {2, 8, "all-gather", 16 * 98305.0, "ring, LL128, 64 channels"},
                 {2, 8, "reduce-scatter", 16 * 3211265.0, "ring, Simple, 64 channels"},
                 {2, 1, "all-reduce", 1024, "ring, LL, 1 channel"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lw_test test = lw_test_begin();
        const lw_result result = run_computers(&test, cases[i].computers, cases[i].cards, "", cases[i].kind, cases[i].bytes);
        assert_string_equal(result.point[0].workload[0].method, cases[i].method);
        lw_test_end(&test);
    }
}

// Eight paths through a mesh of eight use each link once, each way, and leave by eight network cards: a ring over
// computers carries eight links' worth, where one of a single computer has to come back over seven.
static void rings_leave_by_all_network_cards(void **state) {
    (void)state;
    static const double within = 0x1p33 / 16 / 8 * 30;
    static const int computers[] = {2, 4};
    lw_test test = lw_test_begin();
    const lw_result alone = run_call(&test, 8, "", "all-reduce", 0x1p33);
    const double alone_GBps = alone.point[0].workload[0].bandwidth_GBps;
    for (size_t i = 0; i < 2; i++) {
        const lw_result result = run_computers(&test, computers[i], 8, "", "all-reduce", 0x1p33);
        const double gain = result.point[0].workload[0].bandwidth_GBps / alone_GBps;
        assert_true(gain > 0.95 * 8 / 7 && gain < 1.01 * 8 / 7);
        for (size_t d = 0; i == 0 && d < result.point[0].direction_count; d++) {
            const lw_direction_result *direction = &result.point[0].direction[d];
            if (strncmp(direction->link, "m", 1) == 0 || strncmp(direction->link, "c", 1) == 0) {
                assert_true(fabs((double)direction->payload_bytes / within - 1) < 1e-6);
            }
        }
    }
    // one card each: what a network card carries, up and down a tree or round a ring
    const lw_result single = run_computers(&test, 2, 1, "", "all-reduce", 0x1p30);
    assert_true(single.point[0].workload[0].bandwidth_GBps > 40 && single.point[0].workload[0].bandwidth_GBps < 50);
    // a call of a tree takes its base and steps at the least
    const lw_result small = run_computers(&test, 2, 8, "", "all-reduce", 8);
    assert_true(fabs(small.point[0].workload[0].time_s * 1e6 - (12 + 2 * (7 * 0.9 + 10.5))) < 1);
    lw_test_end(&test);
}

// ---- A board that is no mesh ----

// Two rings, each both ways, that share no single link: what rome_model_73 lists for a node of Frontier.
static void dies_of_mi250x_take_four_rings(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const lw_result result = run_text(&test, "include: systems/mi250x-board\nengine: flow\n"
                                             "libraries: {rccl: {preset: rccl-mi250x}}\n"
                                             "workloads:\n"
                                             "  ar: {kind: all-reduce, on: dies, bytes: 4 GiB, library: rccl}\n"
                                             "  one: {kind: all-reduce, on: dies, bytes: 4 GiB, algorithm: ring, after: ar}\n");
    const lw_workload_result *row = workload_of(&result.point[0], "ar");
    const double gain = row->bandwidth_GBps / workload_of(&result.point[0], "one")->bandwidth_GBps;
    assert_string_equal(row->method, "ring, Simple, 8 channels");
    assert_true(gain > 3.6 && gain < 4);
    lw_test_end(&test);
}

static void other_machines_are_told(void **state) {
    (void)state;
    static const struct {
        const char *machine, *message;
    } cases[] = {
        {"nodes: {gpus: {preset: h100-sxm5, count: 2}}\nlinks: {l: {between: [gpus, gpus], type: link, rate: 9 GB/s, pattern: mesh}}\n",
         "workloads.ar: RCCL runs on cards with `api: hip`, and 'gpus[0]' is none"},
        {"nodes: {gpus: {preset: mi300x, count: 4}, s: {kind: switch}}\nlinks: {l: {between: [gpus, s], type: link, rate: 9 GB/s}}\n",
         "workloads.ar: RCCL is modelled where links between cards make a ring, and these make none"},
        {"nodes: {gpus: {preset: mi300x, count: 3}, s: {preset: pex89000, count: 3}, nics: {kind: nic, count: 3}, r: {preset: ethernet-switch}}\n"
         "links: {l: {between: ['gpus[0]', 'gpus[1]'], type: link, rate: 9 GB/s}, p: {between: [s, gpus], preset: pcie-5-x16},\n"
         "  q: {between: [s, nics], preset: pcie-5-x16}, c: {between: [nics, r], preset: ethernet-400g-rdma}}\n",
         "workloads.ar: RCCL is modelled on several computers where each has as many cards, with links to each other"},
        {"nodes: {gpus: {preset: mi300x, count: 2}, nics: {kind: nic, count: 2}, h: {kind: host, count: 2}}\n"
         "links: {p: {between: [gpus, nics], type: link, rate: 50 GB/s}, q: {between: [nics, h], preset: ethernet-400g-rdma}}\n",
         "workloads.ar: RCCL finds no route between computers"}};
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
        cmocka_unit_test(prices_between_computers_are_those_of_its_model),
        cmocka_unit_test(several_computers_take_trees_then_rings),
        cmocka_unit_test(rings_leave_by_all_network_cards),
        cmocka_unit_test(dies_of_mi250x_take_four_rings),
        cmocka_unit_test(other_machines_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
