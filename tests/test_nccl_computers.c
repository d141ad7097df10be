// SPDX-License-Identifier: GPL-3.0-or-later
// What NCCL makes of several computers: prices and choices between them, trees and rings of many
// ranks, and what is told of routes that are unlike.
#include <math.h>

#include "engine_helpers.h"
#include "nccl_helpers.h"
#include "sim/engine/flow/flow.h"
#include "sim/engine/flow/fold.h"

// Computers of eight, with so many network cards of 400 Gb/s each.
static const char *computers(lw_test *test, int count, int cards) {
    return lw_arena_print(
        test->arena,
        "nodes: {gpus: {preset: h100-sxm5, count: %d}, nvswitches: {preset: nvswitch-3, count: %d},\n"
        "  switches: {preset: pex89000, count: %d}, nics: {preset: connectx-7, count: %d}, rack: {preset: quantum-2}}\n"
        "links:\n"
        "  nvlink: {between: [gpus, nvswitches], preset: nvlink-h100}\n"
        "  slots: {between: [switches, gpus], preset: pcie-5-x16}\n"
        "  nic_slots: {between: [switches, nics], preset: pcie-5-x16}\n"
        "  cables: {between: [nics, rack], preset: infiniband-ndr}\n",
        8 * count, count, count, count * cards);
}

static const char *computers_with(lw_test *test, int cards) {
    return computers(test, 2, cards);
}

// A channel of 48 GB/s for each card: what PCIe is counted for, and less than the card's 50. A ring
// takes base + (steps - across) step + across x step of the network, an all-reduce by Simple 1.4
// times that; a tree, of which each byte crosses twice, base + 2 ((m-1) step + log2(N) step of the
// network).
static void prices_between_computers_are_those_of_its_model(void **state) {
    (void)state;
    static const int cards[] = {1, 2, 4, 8};
    for (size_t i = 0; i < sizeof cards / sizeof cards[0]; i++) {
        lw_test test = lw_test_begin();
        const char *machine = computers_with(&test, cards[i]);
        const double bytes = 65536, n = 16, ring_GBps = 48.0 * cards[i], channels = cards[i] < 8 ? 2.0 * cards[i] : 8;
        // of fast channels there are two for each card; the caps of two computers with Hopper, and
        // what trees lose at 64 KiB
        const double tree_GBps = fmin(channels * 48 * 0.92, channels * 41.4) / 2 * 0.6;
        const double heads = cards[i], head_GBps = fmin(fmin(48, 57.7), 40.0 * 0.85 * (heads - 1) / heads * 2);
        const struct {
            const char *options, *kind;
            double expected_us;
        } cases[] = {{", protocol: simple", "all-gather", 8.4 + 14 * 3.4 + 14 + bytes / (1e3 * ring_GBps * n / 15)},
                     {", algorithm: ring, protocol: simple", "all-reduce",
                      1.4 * (8.4 + 28 * 3.4 + 2 * 14) + bytes / (1e3 * ring_GBps * n / 30)},
                     {", algorithm: ring, protocol: ll", "all-reduce",
                      6.6 + 28 * 1 + 2 * 2.7 + bytes / (1e3 * fmin(39, ring_GBps / 2) * n / 30)},
                     {", algorithm: tree, protocol: simple", "all-reduce", 8.4 + 2 * (7 * 4 + 14) + bytes / (1e3 * tree_GBps)},
                     {", algorithm: nvls-tree", "all-reduce", 25 + 2 * 20.9 + bytes / (1e3 * heads * head_GBps * n / 30)}};
        for (size_t k = 0; k < sizeof cases / sizeof cases[0] - (cards[i] < 8 ? 1 : 0); k++) {
            const lw_workload_result row = run_call(&test, &(call){machine, cases[k].options, cases[k].kind, "gpus", bytes});
            if (fabs(value_of(&row, "library_us") - cases[k].expected_us) > 1e-6 * cases[k].expected_us) {
                fail_msg("%d cards, case %zu: %g us instead of %g", cards[i], k, value_of(&row, "library_us"),
                         cases[k].expected_us);
            }
        }
        lw_test_end(&test);
    }
}

// Two computers take trees, for which NCCL's authors have the same reason: less of it crosses the
// network (NVIDIA/nccl-tests issue 196); with a card for each of eight ranks the switches add up,
// too. On idle links that takes about what it is priced at; as measured, a call takes as much longer as
// the library says.
static void two_computers_take_trees(void **state) {
    (void)state;
    static const struct {
        int cards;
        const char *kind;
        double bytes;
        const char *method;
    } cases[] = {
        {1, "all-reduce", 8192, "tree, LL, 2 channels"},           {8, "all-reduce", 8192, "tree, LL, 8 channels"},
        {1, "all-reduce", 0x1p30, "tree, Simple, 2 channels"},     {4, "all-reduce", 0x1p30, "tree, Simple, 8 channels"},
        {8, "all-reduce", 0x1p24, "NVLSTree, Simple, 8 channels"}, {8, "all-reduce", 0x1p30, "NVLSTree, Simple, 8 channels"},
        {8, "all-gather", 8192, "ring, LL, 8 channels"},           {8, "all-gather", 0x1p30, "ring, Simple, 8 channels"},
        {2, "reduce-scatter", 0x1p26, "ring, Simple, 4 channels"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lw_test test = lw_test_begin();
        const char *machine = computers_with(&test, cases[i].cards);
        const lw_workload_result row =
            run_call(&test, &(call){machine, ", costs: counted", cases[i].kind, "gpus", cases[i].bytes});
        const double ratio = row.time_s * 1e6 / value_of(&row, "library_us");
        assert_string_equal(row.method, cases[i].method);
        if (ratio < 0.85 || ratio > 1.15) {
            fail_msg("case %zu: %g times the price", i, ratio);
        }
        // of the others one size a number of cards is enough
        const bool adds_up = row.method[0] == 'N', looks = adds_up || cases[i].bytes <= 8192;
        const double measured_s = looks ? run_call(&test, &(call){machine, ", net_launch: 30 us, nvls_tree_pieces: 0",
                                                                  cases[i].kind, "gpus", cases[i].bytes})
                                              .time_s
                                        : 0;
        if (adds_up) {  // what switches were measured to add up, 256.4 GB/s, is more than is counted
            assert_true(measured_s < row.time_s + 30e-6 && measured_s > 30e-6 + cases[i].bytes / 256.4e9);
        } else if (looks) {
            assert_close(measured_s - row.time_s, 30e-6, 0.01);
        }
        lw_test_end(&test);
    }
}

// NVLSTree waits for so many pieces before the first is out: 128 KiB of 16 channels for each of eight network cards, half of
// it below four pieces and again below one, and from four computers on, as calcCollChunking of NCCL has it; each as long as
// switches were measured to take for it, 256.4 GB/s.
static void pieces_fill_nvls_trees(void **state) {
    (void)state;
    static const struct {
        int computers;
        double bytes, piece;
    } cases[] = {{2, 0x1p30, 0x1p24}, {2, 0x1p26, 0x1p24}, {2, 0x1p25, 0x1p23}, {2, 0x1p22, 0x1p22}, {4, 0x1p30, 0x1p23}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lw_test test = lw_test_begin();
        const char *machine = lw_arena_print(test.arena, "engine: flow\n%s", computers(&test, cases[i].computers, 8));
        double time_s[2];
        for (int k = 0; k < 2; k++) {
            const char *options =
                k == 0 ? ", algorithm: nvls-tree, nvls_tree_pieces: 0" : ", algorithm: nvls-tree, nvls_tree_pieces: 2";
            time_s[k] = run_call(&test, &(call){machine, options, "all-reduce", "gpus", cases[i].bytes}).time_s;
        }
        assert_close(time_s[1] - time_s[0], 2 * cases[i].piece / 256.4e9, 0.01);
        lw_test_end(&test);
    }
}

// A ring's blocks, two a channel: what is sent n-1 times they copy n times, whatever links carry.
static void blocks_bound_rings(void **state) {
    (void)state;
    static const struct {
        int cards;
        double blocks;
    } cases[] = {{8, 16}, {2, 8}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lw_test test = lw_test_begin();
        const char *machine = computers_with(&test, cases[i].cards);
        double time_s[2];
        for (int k = 0; k < 2; k++) {
            const call c = {machine, ", protocol: simple, ring_block_hopper: 5 GB/s", "all-gather", "gpus", k == 0 ? 0x1p30 : 0x1p31};
            time_s[k] = run_call(&test, &c).time_s;
        }
        assert_close(time_s[1] - time_s[0], 0x1p30 / (cases[i].blocks * 5e9), 0.01);
        lw_test_end(&test);
    }
}

// Computers of one card: PAT where there are many and a call is small, else rings. 8 us + 2.8 us a
// rank + log2(N) 14 / 3.5 us, and three quarters of a channel of 48 GB/s.
static void single_cards_gather_by_aggregated_trees(void **state) {
    (void)state;
    static const struct {
        int computers;
        const char *kind;
        double bytes;
        const char *method;
    } cases[] = {{2, "all-gather", 8192, "ring, LL, "},          {32, "all-gather", 8192, "PAT, Simple, "},
                 {32, "reduce-scatter", 65536, "PAT, Simple, "}, {32, "all-gather", 0x1p30, "ring, Simple, "},
                 {32, "all-reduce", 8192, "tree, LL, "},         {24, "reduce-scatter", 8192, "PAT, Simple, "}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lw_test test = lw_test_begin();
        const char *machine = lw_arena_print(
            test.arena,
            "nodes: {gpus: {preset: h100-sxm5, count: %d}, s: {preset: pex89000, count: %d}, nics: {preset: connectx-7, count: %d}, "
            "rack: {preset: quantum-2}}\n"
            "links:\n"
            "  a: {between: [gpus, s], preset: pcie-5-x16}\n"
            "  b: {between: [nics, s], preset: pcie-5-x16}\n"
            "  c: {between: [nics, rack], preset: infiniband-ndr}\n",
            cases[i].computers, cases[i].computers, cases[i].computers);
        const lw_workload_result row =
            run_call(&test, &(call){machine, ", costs: counted", cases[i].kind, "gpus", cases[i].bytes});
        const double price_us = value_of(&row, "library_us"), ratio = row.time_s * 1e6 / price_us;
        const double pat_us =
            8 + 2.8 * cases[i].computers + floor(log2(cases[i].computers)) * 14 / 3.5 + cases[i].bytes / (0.75 * 48e3);
        if (strncmp(row.method, cases[i].method, strlen(cases[i].method)) != 0 || ratio < 0.85 || ratio > 1.15) {
            fail_msg("case %zu: %s, %g times the price", i, row.method, ratio);
        }
        assert_true(row.method[0] != 'P' || fabs(price_us - pat_us) < 1e-5 * pat_us);
        lw_test_end(&test);
    }
}

// Over the cables of each computer and direction: a ring sends 2(n-1)/n S, two trees S.
static void trees_send_less_over_the_network(void **state) {
    (void)state;
    static const struct {
        const char *algorithm;
        int64_t sixteenths;  // of S
    } cases[] = {{"ring", 30}, {"tree", 16}, {"nvls-tree", 16}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lw_test test = lw_test_begin();
        const lw_result result =
            run_text(&test, lw_arena_print(test.arena,
                                           "%s"
                                           "libraries: {nccl: {preset: nccl-2.30, algorithm: %s, protocol: simple}}\n"
                                           "workloads: {ar: {kind: all-reduce, on: gpus, bytes: 4 MiB, library: nccl}}\n",
                                           computers_with(&test, 8), cases[i].algorithm));
        // both ends of two directions
        assert_int_equal(payload_over(&result, "cables"), 4 * cases[i].sixteenths * (4194304 / 16));
        lw_test_end(&test);
    }
}

// What NVLink's framing leaves bounds a call of one computer, and none that crosses a network, too.
static void no_link_bounds_what_crosses_others(void **state) {
    (void)state;
    for (int several = 0; several < 2; several++) {
        lw_test test = lw_test_begin();
        const lw_result result =
            run_text(&test, lw_arena_print(test.arena,
                                           "%s"
                                           "libraries: {nccl: {preset: nccl-2.30}}\n"
                                           "workloads: {ar: {kind: all-reduce, on: gpus, bytes: 1 MiB, library: nccl}}\n",
                                           several == 1 ? computers_with(&test, 8) : "include: systems/hgx-h100\n"));
        assert_int_equal(result.point[0].stage[0].unlike, several);
        lw_test_end(&test);
    }
}

// Computers with one card and two network cards; with a network card behind a switch of its own for each
// card, so that rings leave by another than they came; with cards on the host, also without peer to
// peer, so that all goes through host memory; and of different sizes.
static void computers_of_other_shapes_run(void **state) {
    (void)state;
    static const struct {
        const char *machine, *on, *method;
    } cases[] = {
        {"nodes: {gpus: {preset: h100-sxm5, count: 3}, s: {preset: pex89000, count: 3}, nics: {preset: connectx-7, count: 6}, "
         "rack: {preset: quantum-2}}\n"
         "links:\n"
         "  a: {between: [gpus, s], preset: pcie-5-x16}\n"
         "  b: {between: [nics, s], preset: pcie-5-x16}\n"
         "  c: {between: [nics, rack], preset: infiniband-ndr}\n",
         "gpus", "ring, LL128, 2 channels"},
        {"nodes: {gpus: {preset: h100-sxm5, count: 8}, own: {preset: nvswitch-3, count: 2}, hosts: {preset: server-spr, count: 2}, "
         "s: {preset: pex89000, count: 8}, nics: {preset: connectx-7, count: 8}, rack: {preset: quantum-2}}\n"
         "links:\n"
         "  n: {between: [gpus, own], preset: nvlink-h100}\n"
         "  u: {between: [hosts, s], preset: pcie-5-x16}\n"
         "  a: {between: [gpus, s], preset: pcie-5-x16}\n"
         "  b: {between: [nics, s], preset: pcie-5-x16}\n"
         "  c: {between: [nics, rack], preset: infiniband-ndr}\n",
         "gpus", "tree, LL128, 8 channels"},
        {"nodes: {hosts: {preset: server-genoa, count: 2}, gpus: {preset: rtx-pro-6000, count: 4}, nics: {preset: connectx-7, "
         "count: 2}}\n"
         "links:\n"
         "  a: {between: [hosts, gpus], preset: pcie-5-x16}\n"
         "  b: {between: [hosts, nics], preset: pcie-5-x16}\n"
         "  c: {between: [\"nics[0]\", \"nics[1]\"], preset: ethernet-400g-rdma}\n",
         "gpus", "ring, "},
        {"nodes: {hosts: {preset: server-genoa, count: 2}, gpus: {preset: rtx-pro-6000, count: 4, p2p: false}, nics: {preset: "
         "connectx-7, count: 2}}\n"
         "links:\n"
         "  a: {between: [hosts, gpus], preset: pcie-5-x16}\n"
         "  b: {between: [hosts, nics], preset: pcie-5-x16}\n"
         "  c: {between: [\"nics[0]\", \"nics[1]\"], preset: ethernet-400g-rdma}\n",
         "gpus", "ring, "},
        {NULL, "[\"gpus[0..7]\", \"gpus[8..10]\"]", "tree, LL128, 4 channels"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lw_test test = lw_test_begin();
        const char *machine = cases[i].machine != NULL ? cases[i].machine : computers_with(&test, 2);
        const lw_workload_result row = run_call(&test, &(call){machine, "", "all-reduce", cases[i].on, 1048576});
        const double ratio = row.time_s * 1e6 / value_of(&row, "library_us");
        if (strncmp(row.method, cases[i].method, strlen(cases[i].method)) != 0 || ratio < 0.7 || ratio > 1.7) {
            fail_msg("case %zu: %s, %g times the price", i, row.method, ratio);
        }
        lw_test_end(&test);
    }
}

// Trees of many ranks: what is sent is what pieces send, and the time that of the price, but for the way
// of the deepest rank and links that carry less than is counted of them.
static void many_ranks_take_about_their_price(void **state) {
    (void)state;
    static const struct {
        const char *algorithm;
        double bytes;
    } cases[] = {{"tree", 8192}, {"tree", 0x1p26}, {"tree", 0x1p30}, {"nvls-tree", 0x1p26}, {"nvls-tree", 0x1p30}};
    enum { COMPUTERS = 16 };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lw_test test = lw_test_begin();
        const lw_result result =
            run_text(&test, lw_arena_print(test.arena,
                                           "engine: flow\n"
                                           "%s"
                                           "libraries: {nccl: {preset: nccl-2.30, algorithm: %s, protocol: %s, costs: counted}}\n"
                                           "workloads: {ar: {kind: all-reduce, on: gpus, bytes: %.0f B, library: nccl}}\n",
                                           computers(&test, COMPUTERS, 8), cases[i].algorithm,
                                           cases[i].bytes < 1e6 ? "ll" : "simple", cases[i].bytes));
        const lw_workload_result *row = &result.point[0].workload[0];
        const double ratio = row->time_s * 1e6 / value_of(row, "library_us");
        if (ratio < 0.99 || ratio > 1.1) {
            fail_msg("case %zu: %g times the price", i, ratio);
        }
        // two ends of cables, each carries all up and down each tree but for the roots
        const double all = (cases[i].bytes < 1e6 ? 2 : 1) * cases[i].bytes * 2 * 2 * (COMPUTERS - 1);
        assert_close((double)payload_over(&result, "cables"), all, 1e-9);
        lw_test_end(&test);
    }
}

// More computers take no less time, and no more than the longer way costs: what is sent over a tree is a
// stream, however many ranks hand it on.
static void trees_grow_smoothly(void **state) {
    (void)state;
    static const int counts[] = {3, 4, 8, 9, 16, 17, 64};
    static const struct {
        const char *algorithm, *protocol;
        double step_us;  // between computers
    } cases[] = {{"tree", "ll", 5}, {"tree", "simple", 14}, {"nvls-tree", "simple", 20.9}};
    static const double sizes[] = {65536, 0x1p28};
    for (size_t i = 0; i < 6; i++) {
        double before_us = 0;
        for (size_t k = 0; k < sizeof counts / sizeof counts[0]; k++) {
            lw_test test = lw_test_begin();
            const char *machine = lw_arena_print(test.arena, "engine: flow\n%s", computers(&test, counts[k], 8));
            const char *options =
                lw_arena_print(test.arena, ", algorithm: %s, protocol: %s", cases[i / 2].algorithm, cases[i / 2].protocol);
            const lw_workload_result row = run_call(&test, &(call){machine, options, "all-reduce", "gpus", sizes[i % 2]});
            const double time_us = row.time_s * 1e6;
            // a level more, up and down, and of four computers the first whose network cards have two below them
            const bool deeper = k > 0 && counts[k] > 4;
            if (time_us < 0.98 * before_us || (deeper && time_us > 1.02 * before_us + 2 * 1.5 * cases[i / 2].step_us)) {
                fail_msg("%s of %g bytes: %g us of %d computers, %g us of fewer", cases[i / 2].algorithm, sizes[i % 2], time_us,
                         counts[k], before_us);
            }
            before_us = time_us;
            lw_test_end(&test);
        }
    }
}

// A ring of more computers takes longer, by as much as its price grows.
static void rings_grow_smoothly(void **state) {
    (void)state;
    static const int counts[] = {2, 3, 4, 6, 8, 9, 12, 16, 17};
    static const double sizes[] = {0x1p20, 0x1p24, 0x1p28, 0x1p32};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        double before = 0, before_us = 0;
        for (size_t k = 0; k < sizeof counts / sizeof counts[0]; k++) {
            lw_test test = lw_test_begin();
            const char *machine = lw_arena_print(test.arena, "engine: flow\n%s", computers(&test, counts[k], 8));
            const lw_workload_result row = run_call(
                &test, &(call){machine, ", algorithm: ring, protocol: simple, costs: counted", "all-reduce", "gpus", sizes[i]});
            const double ratio = row.time_s * 1e6 / value_of(&row, "library_us");
            if (row.time_s * 1e6 < before_us || (k > 0 && fabs(ratio / before - 1) > 0.02)) {
                fail_msg("%g bytes: %g us of %d computers, %g of its price, where fewer took %g us, %g of theirs", sizes[i],
                         row.time_s * 1e6, counts[k], ratio, before_us, before);
            }
            before = ratio;
            before_us = row.time_s * 1e6;
            lw_test_end(&test);
        }
    }
}

// Ranks that do the same are run as one: eight computers of eight, and sixteen of them, as if each were run.
static void alike_ranks_run_as_one(void **state) {
    (void)state;
    static const struct {
        int count;
        const char *options, *kind;
    } cases[] = {{8, ", algorithm: ring, protocol: ll", "all-reduce"},
                 {8, "", "all-gather"},
                 {16, ", algorithm: ring, protocol: simple", "all-gather"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lw_test test = lw_test_begin();
        // shares that do not come out even
        const lw_built built =
            build_text(&test, lw_arena_print(test.arena,
                                             "engine: flow\n%s"
                                             "libraries: {nccl: {preset: nccl-2.30%s}}\n"
                                             "workloads: {ar: {kind: %s, on: gpus, bytes: 1000001 B, library: nccl}}\n",
                                             computers(&test, cases[i].count, 8), cases[i].options, cases[i].kind));
        const lw_engine_how how = {.engine = LW_ENGINE_FLOW, .seed = 1};
        lw_fold fold;
        lw_engine_result folded, each;
        assert_int_equal(lw_fold_make(&built.fabric, test.arena, &fold), LW_OK);
        assert_true(fold.fabric.task_count > 0 && fold.fabric.task_count * (size_t)cases[i].count <= built.fabric.task_count);
        assert_int_equal(lw_flow_run(&built.fabric, &how, test.arena, &folded), LW_OK);
        assert_int_equal(lw_flow_run_each(&built.fabric, &how, test.arena, &each), LW_OK);
        assert_same_result(&built.fabric, &folded, &each);
        lw_test_end(&test);
    }
}

// Where a hash picks routes over many spines nothing is alike: ends of many streams are taken together then, which
// changes the time by less than the share of it that is told; of few, none are.
static void unlike_routes_are_hurried(void **state) {
    (void)state;
    enum { LEAVES = 16, SPINES = 32 };
    for (int each = 1; each <= 6; each += 5) {  // computers of a leaf
        lw_test test = lw_test_begin();
        const char *cables = "";
        for (int l = 0; l < LEAVES; l++) {
            cables = lw_arena_print(test.arena,
                                    "%s  down%d: {between: [\"nics[%d..%d]\", \"leaf[%d]\"], preset: ethernet-400g-rdma}\n"
                                    "  up%d: {between: [\"leaf[%d]\", spine], preset: ethernet-400g-rdma}\n",
                                    cables, l, 8 * each * l, 8 * each * (l + 1) - 1, l, l, l);
        }
        const lw_built built = build_text(
            &test, lw_arena_print(test.arena,
                                  "engine: flow\n"
                                  "nodes: {gpus: {preset: h100-sxm5, count: %d}, nvswitches: {preset: nvswitch-3, count: %d},\n"
                                  "  switches: {preset: pex89000, count: %d}, nics: {preset: connectx-7, count: %d},\n"
                                  "  leaf: {kind: switch, count: %d}, spine: {kind: switch, count: %d}}\n"
                                  "links:\n"
                                  "  nvlink: {between: [gpus, nvswitches], preset: nvlink-h100}\n"
                                  "  slots: {between: [switches, gpus], preset: pcie-5-x16}\n"
                                  "  nic_slots: {between: [switches, nics], preset: pcie-5-x16}\n"
                                  "%s"
                                  "libraries: {nccl: {preset: nccl-2.30}}\n"
                                  "workloads: {ar: {kind: all-reduce, on: gpus, bytes: 1 GiB, library: nccl}}\n",
                                  8 * each * LEAVES, each * LEAVES, each * LEAVES, 8 * each * LEAVES, LEAVES, SPINES, cables));
        lw_engine_how how = {.engine = LW_ENGINE_FLOW, .seed = 1};
        lw_engine_result exact, hurried;
        assert_int_equal(lw_flow_run(&built.fabric, &how, test.arena, &exact), LW_OK);
        how.engine = LW_ENGINE_AUTO;
        assert_int_equal(lw_flow_run(&built.fabric, &how, test.arena, &hurried), LW_OK);
        assert_true(exact.ends_within == 0 && hurried.ends_within == (each == 1 ? 0 : 0.01));
        assert_close((double)hurried.end_ps, (double)exact.end_ps, each == 1 ? 0 : 0.01);
        assert_true(each == 1 ? hurried.events == exact.events : hurried.events < exact.events);
        assert_int_equal(hurried.packets, exact.packets);
        lw_test_end(&test);
    }
}

// What a plugin declares is priced for each step between computers, twice by Simple, and takes no time.
static void a_declared_latency_is_priced(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const char *machine = computers_with(&test, 8);
    static const char *const protocols[] = {"ll", "simple"}, *const algorithms[] = {"ring", "tree"};
    for (int k = 0; k < 4; k++) {
        const char *of = lw_arena_print(test.arena, ", algorithm: %s, protocol: %s", algorithms[k / 2], protocols[k % 2]);
        const char *with = lw_arena_print(test.arena, "%s, net_latency: 10 us", of);
        const lw_workload_result before = run_call(&test, &(call){machine, of, "all-reduce", "gpus", 65536});
        const lw_workload_result after = run_call(&test, &(call){machine, with, "all-reduce", "gpus", 65536});
        const double more_us = value_of(&after, "library_us") - value_of(&before, "library_us");
        assert_true(fabs(more_us - 2 * 10 * (k % 2 + 1)) < 1e-6);
        assert_true(fabs(after.time_s - before.time_s) < 1e-11);
    }
    lw_test_end(&test);
}

// Messages of a network that take longer than InfiniBand's lengthen each step by that.
static void a_slow_network_lengthens_steps(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const char *text = computers_with(&test, 8), *cables = strstr(text, "preset: infiniband-ndr}");
    double time_s[2];
    for (int k = 0; k < 2; k++) {
        const char *machine =
            lw_arena_print(test.arena, "%.*spreset: efa-4x100g, nic_latency: %d us}\n", (int)(cables - text), text, 5 + 10 * k);
        time_s[k] = run_call(&test, &(call){machine, ", algorithm: tree, protocol: ll", "all-reduce", "gpus", 1024}).time_s;
    }
    assert_true(fabs(time_s[1] - time_s[0] - 2 * 40e-6) < 1e-8);  // up and down, by both ends of two links
    lw_test_end(&test);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prices_between_computers_are_those_of_its_model),
        cmocka_unit_test(two_computers_take_trees),
        cmocka_unit_test(pieces_fill_nvls_trees),
        cmocka_unit_test(blocks_bound_rings),
        cmocka_unit_test(single_cards_gather_by_aggregated_trees),
        cmocka_unit_test(trees_send_less_over_the_network),
        cmocka_unit_test(no_link_bounds_what_crosses_others),
        cmocka_unit_test(computers_of_other_shapes_run),
        cmocka_unit_test(many_ranks_take_about_their_price),
        cmocka_unit_test(trees_grow_smoothly),
        cmocka_unit_test(rings_grow_smoothly),
        cmocka_unit_test(alike_ranks_run_as_one),
        cmocka_unit_test(unlike_routes_are_hurried),
        cmocka_unit_test(a_declared_latency_is_priced),
        cmocka_unit_test(a_slow_network_lengthens_steps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
