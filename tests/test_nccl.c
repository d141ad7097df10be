// SPDX-License-Identifier: GPL-3.0-or-later
// What the library makes of machines: the channels that it is known to find, the prices that follow
// from them, what it chooses, and that its calls take about as long on idle links.
#include <math.h>

#include "nccl_helpers.h"

static const char switched[] = "nodes: {gpus: {preset: rtx-pro-6000, count: 8}, s: {preset: pex89000}}\n"
                               "links: {l: {between: [gpus, s], preset: pcie-5-x16}}\n";

// Bus bandwidths that it finds (published logs: 12 x 20, 12 x 30, 16 x 45, 6 x 20 and 2 x 22.5
// GB/s), and the price of a ring over them.
static void it_finds_the_channels_that_are_known(void **state) {
    (void)state;
    static const struct {
        const char *machine;
        double bus_GBps, step_us;
    } cases[] = {{"include: systems/dgx-a100\n", 240, 3.4},
                 {"include: systems/hgx-h100\n", 360, 3.4},
                 {"include: systems/hgx-b200\n", 720, 3.4},
                 {"include: systems/dgx-1-v100\n", 120, 3.4},
                 {switched, 45, 5.7}};
    static const struct {
        const char *kind;
        double steps;
    } kinds[] = {{"all-reduce", 14}, {"all-gather", 7}, {"reduce-scatter", 7}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
            lw_test test = lw_test_begin();
            const double bytes = 16777216, n = 8, steps = kinds[k].steps;
            const lw_workload_result row =
                run_call(&test, &(call){cases[i].machine, ", algorithm: ring, protocol: simple", kinds[k].kind, "gpus", bytes});
            const double expected_us = 8.4 + steps * cases[i].step_us + bytes / (1e3 * cases[i].bus_GBps * n / steps);
            assert_true(fabs(value_of(&row, "library_us") - expected_us) < 1e-6 * expected_us);
            assert_true(value_of(&row, "data_share") == 1);
            lw_test_end(&test);
        }
    }
}

// LL where latency counts, Simple where bytes do; LL128 over NVLink alone; NVLS from Hopper and
// three ranks on, for sums in every rank.
static void it_chooses_as_it_is_known_to(void **state) {
    (void)state;
    static const struct {
        call call;
        double data_share, in_switch;
    } cases[] = {
        {{"include: systems/dgx-a100\n", "", "all-reduce", "gpus", 8192}, 0.5, 0},
        {{"include: systems/dgx-a100\n", "", "all-reduce", "gpus", 67108864}, 1, 0},
        {{"include: systems/hgx-h100\n", "", "all-reduce", "gpus", 8192}, 0.5, 0},
        {{"include: systems/hgx-h100\n", "", "all-reduce", "gpus", 67108864}, 1, 1},
        {{"include: systems/hgx-h100\n", "", "all-reduce", "\"gpus[0..1]\"", 67108864}, 1, 0},
        {{"include: systems/hgx-h100\n", "", "all-gather", "gpus", 67108864}, 1, 0},
        {{"include: systems/hgx-h100\n", ", protocol: ll128", "all-reduce", "gpus", 67108864}, 0.9375, 0},
        {{"include: systems/dgx-2\n", "", "all-reduce", "gpus", 16777216}, 0.9375, 0},
        {{switched, "", "all-reduce", "gpus", 8192}, 0.5, 0},
        {{switched, "", "all-reduce", "gpus", 67108864}, 1, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lw_test test = lw_test_begin();
        const lw_workload_result row = run_call(&test, &cases[i].call);
        if (value_of(&row, "data_share") != cases[i].data_share || value_of(&row, "in_switch") != cases[i].in_switch) {
            fail_msg("case %zu: data share %g, in switch %g", i, value_of(&row, "data_share"), value_of(&row, "in_switch"));
        }
        const char *protocol = cases[i].data_share == 0.5 ? "LL" : cases[i].data_share == 1 ? "Simple" : "LL128";
        const char *method = lw_arena_print(test.arena, "%s, %s, ", cases[i].in_switch == 1 ? "NVLS" : "ring", protocol);
        assert_memory_equal(row.method, method, strlen(method));
        lw_test_end(&test);
    }
}

// On idle links a call takes what it is priced at, but for how far the links are from what is
// counted of them: the kernel's packets of NVLink carry some per cent less. Over PCIe steps and bytes of LL,
// which prices add up, pass at once.
static void calls_take_about_their_price(void **state) {
    (void)state;
    static const double sizes[] = {512, 65536, 1048576, 67108864};
    static const char *const machines[] = {"include: systems/dgx-a100\n", "include: systems/hgx-h100\n",
                                           "include: systems/hgx-b200\n", switched};
    for (size_t i = 0; i < sizeof machines / sizeof machines[0] * 4; i++) {
        lw_test test = lw_test_begin();
        const lw_workload_result row =
            run_call(&test, &(call){machines[i / 4], ", costs: counted", "all-reduce", "gpus", sizes[i % 4]});
        const double ratio = row.time_s * 1e6 / value_of(&row, "library_us");
        if (ratio < (i / 4 == 3 ? 0.7 : 0.85) || ratio > 1.15) {
            fail_msg("case %zu: %g times the price", i, ratio);
        }
        lw_test_end(&test);
    }
}

// On one computer a tree is a chain: base + 2 (n-1) step, and half the bus bandwidth, of which a ring
// reaches n / 2(n-1); so that nobody takes it who is not asked to.
static void a_tree_on_one_computer_is_a_chain(void **state) {
    (void)state;
    static const struct {
        const char *machine;
        double bus_GBps, most_GBps, step_us;
    } cases[] = {{"include: systems/dgx-a100\n", 240, 12 * 24, 4},
                 {"include: systems/hgx-h100\n", 360, 12 * 38.7, 4},
                 {switched, 45, 4 * 70, 4}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lw_test test = lw_test_begin();
        // 128 MiB, where trees lose a tenth by Simple
        const double bytes = 0x1p27, tree_GBps = fmin(0.92 * cases[i].bus_GBps, cases[i].most_GBps) / 2 * 0.9;
        const lw_workload_result row = run_call(
            &test, &(call){cases[i].machine, ", algorithm: tree, protocol: simple, costs: counted", "all-reduce", "gpus", bytes});
        const double price_us = value_of(&row, "library_us"),
                     expected_us = 8.4 + 14 * cases[i].step_us + bytes / (1e3 * tree_GBps);
        const double ratio = row.time_s * 1e6 / price_us;
        if (fabs(price_us - expected_us) > 1e-6 * expected_us || ratio < 0.85 || ratio > 1.15) {
            fail_msg("case %zu: %g us instead of %g, and %g times that", i, price_us, expected_us, ratio);
        }
        assert_memory_equal(row.method, "tree, Simple", strlen("tree, Simple"));
        lw_test_end(&test);
    }
}

// By default it has no peer to peer across a host: every byte goes up and down again either way.
static void cards_on_a_host_send_through_its_memory(void **state) {
    (void)state;
    static const char machine[] = "nodes: {host: {preset: server-genoa}, gpus: {preset: rtx-pro-6000, count: 4}}\n"
                                  "links: {l: {between: [host, gpus], preset: pcie-5-x16}}\n";
    lw_test test = lw_test_begin();
    const lw_result result =
        run_text(&test, lw_arena_print(test.arena,
                                       "%s"
                                       "libraries: {nccl: {preset: nccl-2.30}}\n"
                                       "workloads: {ar: {kind: all-gather, on: gpus, bytes: 64 MB, library: nccl}}\n",
                                       machine));
    const lw_point *point = &result.point[0];
    int64_t of_host = 0;
    for (size_t d = 0; d < point->direction_count; d++) {
        of_host += strcmp(point->direction[d].link, "host memory") == 0 ? point->direction[d].payload_bytes : 0;
    }
    assert_int_equal(of_host, 2 * 3 * 64000000);
    lw_test_end(&test);
}

// NCCL_P2P_LEVEL, and its default: over switches, but two cards of one host by AMD over any.
static void cards_further_apart_than_the_level_use_host_memory(void **state) {
    (void)state;
    static const struct {
        int hosts;
        const char *host, *level;
        int cards;
        bool straight;
    } cases[] = {{1, "server-genoa", "auto", 2, true}, {1, "server-genoa", "auto", 3, false},
                 {1, "server-genoa", "pxb", 2, false}, {1, "server-spr", "auto", 2, false},
                 {1, "server-spr", "phb", 2, true},    {2, "server-genoa", "auto", 2, true},
                 {2, "server-genoa", "phb", 2, false}, {2, "server-genoa", "sys", 4, true}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lw_test test = lw_test_begin();
        const char *slots = "links: {l: {between: [host, gpus], preset: pcie-5-x16}";
        const char *text =
            lw_arena_print(test.arena, "nodes: {host: {preset: %s, count: %d}, gpus: {preset: rtx-pro-6000, count: %d}}\n%s%s}\n",
                           cases[i].host, cases[i].hosts, cases[i].cards, slots,
                           cases[i].hosts == 1 ? "" : ", s: {between: [\"host[0]\", \"host[1]\"], preset: socket-epyc-32}");
        const lw_result result =
            run_text(&test, lw_arena_print(test.arena,
                                           "%slibraries: {nccl: {preset: nccl-2.30, p2p_level: %s}}\n"
                                           "workloads: {ar: {kind: all-gather, on: gpus, bytes: 6 MB, library: nccl}}\n",
                                           text, cases[i].level));
        const int64_t bytes = payload_over(&result, "host");
        if ((bytes == 0) != cases[i].straight) {
            fail_msg("case %zu: %lld bytes in host memory", i, (long long)bytes);
        }
        lw_test_end(&test);
    }
}

// Through host memory a rank's cores load and store in turns, by Simple: half of what the links carry one way
// (26.5 GB/s by packets of 128 B), whatever the card's own copies do.
static void cores_load_and_store_in_turns(void **state) {
    (void)state;
    static const char machine[] =
        "nodes: {host: {kind: host}, gpus: {kind: gpu, count: 2, compute_capability: 89, p2p: false%s}}\n"
        "links: {l: {between: [host, gpus], preset: pcie-4-x16}}\n";
    static const char *const stagings[] = {"", ", staging_bytes: 64 KiB, bounce_overlap: false"};
    double time_s[2];
    for (size_t i = 0; i < 2; i++) {
        lw_test test = lw_test_begin();
        const char *text = lw_arena_print(test.arena, machine, stagings[i]);
        const lw_workload_result row = run_call(&test, &(call){text, "", "all-reduce", "gpus", 1 << 28});
        assert_close(row.bandwidth_GBps, 13.2, 0.4);
        time_s[i] = row.time_s;
        lw_test_end(&test);
    }
    assert_true(time_s[0] == time_s[1]);
}

static const char four_on_a_host[] = "nodes: {host: {kind: host, read_latency: 1 us}, gpus: {preset: rtx-pro-6000, count: 4}}\n"
                                     "links: {l: {between: [host, gpus], preset: pcie-5-x16}}\n";

// Of an all-reduce over four cards, of which one that takes as long by any other way is taken off.
static double lines_us(const char *trips, double bytes) {
    lw_test test = lw_test_begin();
    const char *options = lw_arena_print(test.arena, ", protocol: ll, host_trips: %s", trips);
    const lw_workload_result row = run_call(&test, &(call){four_on_a_host, options, "all-reduce", "gpus", bytes});
    lw_test_end(&test);
    return row.time_s * 1e6 - 6.6;
}

// By LL a step through host memory takes so many round trips, and a thread loads one line of 8 B after the
// other: 512 of them on each of four channels take 16 KiB of a step, a quarter of the call, at once.
static void lines_through_host_memory_take_round_trips(void **state) {
    (void)state;
    const double one_us = lines_us("20", 512);
    assert_true(one_us > 6 * 20 * 1.0 && one_us < 6 * 20 * 1.6);
    assert_close(lines_us("40", 512) / one_us, 2, 1e-3);
    assert_close(lines_us("20", 65536) / one_us, 1, 1e-3);
    assert_close(lines_us("20", 8 * 65536) / one_us, 8, 1e-2);
}

// Where cards write to each other over PCIe, the last part that each gets is copied within it: here half of
// 1 GiB by the blocks of four channels.
static void blocks_copy_within_their_card(void **state) {
    (void)state;
    static const char pair[] = "nodes: {switch: {preset: pex89000}, gpus: {preset: rtx-pro-6000, count: 2}}\n"
                               "links: {l: {between: [switch, gpus], preset: pcie-5-x16}}\n";
    lw_test test = lw_test_begin();
    const lw_workload_result at_once = run_call(&test, &(call){pair, ", block_rate: auto", "all-gather", "gpus", 0x1p30}),
                             copied = run_call(&test, &(call){pair, ", block_rate: 25 GB/s", "all-gather", "gpus", 0x1p30});
    assert_close((copied.time_s - at_once.time_s) * 1e3, 0x1p29 / 100e9 * 1e3, 0.01);
    lw_test_end(&test);
}

// Lines, flags, buffers and slots are options: half of a line of flags doubles what is sent, and a
// buffer of one slot lets no piece of a chain be written while another is read.
static void figures_of_protocols_are_options(void **state) {
    (void)state;
    static const char machine[] = "nodes: {host: {kind: host}, gpus: {kind: gpu, count: 2, compute_capability: 89, p2p: false}}\n"
                                  "links: {l: {between: [host, gpus], preset: pcie-4-x16}}\n";
    lw_test test = lw_test_begin();
    const lw_workload_result ll = run_call(&test, &(call){switched, ", protocol: ll", "all-reduce", "gpus", 1 << 26}),
                             more = run_call(&test, &(call){switched, ", protocol: ll, ll_line: 32 B, ll_flags: 24 B",
                                                            "all-reduce", "gpus", 1 << 26}),
                             many = run_call(&test, &(call){machine, "", "broadcast", "gpus", 1 << 28}),
                             one = run_call(
                                 &test, &(call){machine, ", slots: 1, slices: 1, chunk_slots: 1", "broadcast", "gpus", 1 << 28});
    assert_true(value_of(&more, "data_share") == 0.25);
    assert_close(more.time_s / ll.time_s, 2, 0.1);
    assert_true(one.time_s > 1.8 * many.time_s);
    lw_test_end(&test);
}

// A buffer that a call could not use is refused where it is given: pieces of a byte would be 10^9.
static void buffers_have_room_for_threads(void **state) {
    (void)state;
    static const struct {
        const char *options, *message;
    } cases[] = {
        {"ll_buffer: 1 B", "ll_buffer of 1 B has no room for 8 slots of 2048 B, 16 for each of 128 threads"},
        {"slots: 1024", "ll_buffer of 524288 B has no room for 1024 slots of 2048 B, 16 for each of 128 threads"},
        {"simple_buffer: 16383 B", "simple_buffer of 16383 B has no room for 8 slots of 2048 B, 16 for each of 128 threads"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lw_test test = lw_test_begin();
        const lw_document *refused;
        const char *text = lw_arena_print(test.arena,
                                          "include: systems/hgx-h100\nlibraries: {nccl: {preset: nccl-2.30, %s}}\n"
                                          "workloads: {ar: {kind: all-reduce, on: gpus, bytes: 1 GiB, library: nccl}}\n",
                                          cases[i].options);
        assert_int_equal(try_load(&test, text, NULL, &refused), LW_BAD_INPUT);
        assert_message(&test, LW_ERROR, cases[i].message);
        lw_test_end(&test);
    }
}

// On request it tells all that it chose from: on one computer ring and tree by each protocol, and NVLS.
static void it_tells_what_it_chose_from(void **state) {
    (void)state;
    static const char *const names[] = {"ring, LL",    "ring, LL128",  "ring, Simple", "tree, LL",
                                        "tree, LL128", "tree, Simple", "NVLS, Simple"};
    enum { NVLS = 6 };
    lw_test test = lw_test_begin();
    const lw_workload_result row =
        run_call(&test, &(call){"include: systems/hgx-h100\n", ", candidates: true", "all-reduce", "gpus", 67108864});
    double least_us = (double)INFINITY;
    assert_int_equal(row.priced_count, sizeof names / sizeof names[0]);
    for (size_t k = 0; k < row.priced_count; k++) {
        assert_string_equal(row.priced[k].name, names[k]);
        assert_int_equal(row.priced[k].taken, k == NVLS);
        least_us = fmin(least_us, row.priced[k].time_us);
    }
    assert_true(row.priced[NVLS].time_us <= least_us && value_of(&row, "library_us") == least_us);
    assert_true(fabs(row.priced[2].time_us - (8.4 + 14 * 3.4 + 67108864 / (360e3 * 8 / 14))) < 1e-6);
    const lw_workload_result silent = run_call(&test, &(call){"include: systems/hgx-h100\n", "", "all-reduce", "gpus", 67108864});
    assert_int_equal(silent.priced_count, 0);
    lw_test_end(&test);
}

// Up to 32 ranks head a part of what a switch adds up; more of them would be faster than a port,
// which sends all that its card adds up. 33 channels of 20 GB/s fit one of NVL72.
static void a_switch_adds_up_no_more_than_a_port_carries(void **state) {
    (void)state;
    static const int cards[] = {3, 4, 8, 16, 24, 32, 40, 72};
    const double port_GBps = 18 * 40.1;
    for (size_t i = 0; i < sizeof cards / sizeof cards[0]; i++) {
        lw_test test = lw_test_begin();
        const char *machine = lw_arena_print(test.arena,
                                             "engine: flow\nnodes: {gpus: {preset: gb200, count: %d}, s: {preset: nvswitch-4}}\n"
                                             "links: {l: {between: [gpus, s], preset: nvlink-gb200}}\n",
                                             cards[i]);
        const double bytes = 0x1p33, n = cards[i];
        const lw_workload_result row = run_call(&test, &(call){machine, ", algorithm: nvls", "all-reduce", "gpus", bytes});
        const double price_us = value_of(&row, "library_us"),
                     expected_us = 25 + bytes / (32e3 * 20 * 0.74 * 31 / 32 * n / (n - 1));
        assert_true(bytes / (price_us - 25) / 1e3 < port_GBps);
        assert_true(cards[i] < 32 || fabs(price_us - expected_us) < 1e-4 * expected_us);
        lw_test_end(&test);
    }
}

// A library of which nothing is used is told, and one without a collective is harmless.
// What ranks cost by NVLS are parts that pass: on 72 of them next to nothing of a small call, all of a large one.
static void small_calls_pass_a_switch_at_once(void **state) {
    (void)state;
    static const struct {
        double bytes, expected_us;
    } cases[] = {{65536, 25}, {0x1p24, 720 * 0x1p24 / (72 * 24 * 16384.0)}, {0x1p30, 720}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lw_test test = lw_test_begin();
        const char *costs = ", algorithm: nvls, nvls_rank_blackwell: 10 us, nvls_rate_blackwell: 400 GB/s";
        const lw_workload_result row =
            run_call(&test, &(call){"include: systems/gb200-nvl72\n", costs, "all-reduce", "gpus", cases[i].bytes});
        const double expected_us = cases[i].expected_us + cases[i].bytes / 400e3;
        assert_true(fabs(row.time_s * 1e6 - expected_us) < 0.03 * expected_us);
        lw_test_end(&test);
    }
}

static void an_idle_library_is_told(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    load_text(&test, "libraries: {nccl: {preset: nccl-2.30}}\n"
                     "nodes: {gpus: {preset: h100-sxm5, count: 2}, s: {preset: nvswitch-3}}\n"
                     "links: {l: {between: [gpus, s], preset: nvlink-h100}}\n"
                     "workloads: {ar: {kind: all-reduce, on: gpus, bytes: 1 MB, algorithm: ring}}\n");
    assert_message(&test, LW_WARNING, "libraries.nccl takes part in nothing");
    lw_test_end(&test);
}

// Work that names no library and no algorithm takes what its cards would, on any machine, and what is
// described before what is implied; cards of none take the ring alone.
static void cards_bring_their_library(void **state) {
    (void)state;
    static const struct {
        const char *machine, *method;
    } cases[] = {{"include: systems/hgx-h100\n", "nccl-2.30: NVLS, Simple, 12 channels"},
                 {"include: systems/mi300x-board\n", "rccl: ring, Simple, 28 channels"},
                 {"include: systems/tpu-v4-torus\n", NULL},
                 {"include: systems/oam-mesh\n", NULL},
                 {"include: systems/dual-3090\nlibraries: {mine: {preset: nccl-2.29, algorithm: ring, protocol: ll}}\n",
                  "nccl-2.29: ring, LL, 1 channel"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lw_test test = lw_test_begin();
        const lw_result result =
            run_text(&test, lw_arena_print(test.arena,
                                           "%sworkloads:\n  bare: {kind: all-reduce, on: gpus, bytes: 1 GiB}\n"
                                           "  ring: {kind: all-reduce, on: gpus, bytes: 1 GiB, algorithm: ring, after: bare}\n"
                                           "  none: {kind: all-reduce, on: gpus, bytes: 1 GiB, library: none, after: ring}\n",
                                           cases[i].machine));
        const lw_workload_result *bare = workload_of(&result.point[0], "bare");
        assert_null(workload_of(&result.point[0], "ring")->method);
        assert_null(workload_of(&result.point[0], "none")->method);
        assert_false(has_message(&test, LW_WARNING, "libraries.nccl takes part in nothing"));
        if (cases[i].method == NULL) {
            assert_null(bare->method);
        } else {
            assert_string_equal(bare->method, cases[i].method);
        }
        lw_test_end(&test);
    }
}

// Its figures may be swept, and versions.
static void versions_may_be_swept(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const lw_result result =
        run_text(&test, "include: systems/hgx-b200\n"
                        "libraries: {nccl: {preset: nccl-2.30, algorithm: ring, protocol: ll128, costs: counted}}\n"
                        "workloads: {ar: {kind: all-reduce, on: gpus, bytes: 64 MB, library: nccl}}\n"
                        "sweep: {libraries.nccl.ll128_channel_blackwell: [10 GB/s, 20 GB/s]}\n");
    const double slow = value_of(&result.point[0].workload[0], "library_us"),
                 fast = value_of(&result.point[1].workload[0], "library_us"), fixed_us = 14 + 14 * 1.9;
    // twice the bandwidth of all channels, so half the time of the bytes
    assert_true(fabs((slow - fixed_us) / (fast - fixed_us) - 2) < 1e-6);
    assert_true(result.point[0].workload[0].time_s > result.point[1].workload[0].time_s);
    lw_test_end(&test);
}

// `library: nccl` alone is the newest preset of that name, and says so; a sweep over libraries or
// works and --set are the same, and what the scenario describes itself is its own.
static void a_library_need_not_be_described(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const char *work = "include: systems/hgx-h100\nworkloads: {ar: {kind: all-reduce, on: gpus, bytes: 1 GiB, library: nccl}}\n";
    const lw_result described = run_text(&test, lw_arena_print(test.arena, "%slibraries: {nccl: {preset: nccl-2.30}}\n", work));
    const lw_result named = run_text(&test, work);
    assert_message(&test, LW_NOTE, "'nccl' is the newest preset of that name, nccl-2.30");
    assert_int_equal(named.point[0].end_ps, described.point[0].end_ps);
    const lw_result swept =
        run_text(&test, "include: systems/hgx-h100\nworkloads: {ar: {kind: all-reduce, on: gpus, bytes: 1 GiB}}\n"
                        "sweep: {workloads.ar.library: [none, nccl]}\n");
    assert_int_equal(swept.point[1].end_ps, described.point[0].end_ps);
    assert_int_not_equal(swept.point[0].end_ps, described.point[0].end_ps);
    const lw_result works =
        run_text(&test, "include: systems/hgx-h100\nworkloads: {ar: {kind: all-reduce, on: gpus, bytes: 1 KiB}}\n"
                        "sweep: {workloads.ar: [{kind: all-reduce, on: gpus, bytes: 1 GiB, library: nccl}]}\n");
    assert_int_equal(works.point[0].end_ps, described.point[0].end_ps);
    lw_test_end(&test);

    test = lw_test_begin();
    const lw_document *refused;
    const char *versioned =
        "include: systems/hgx-h100\nworkloads: {ar: {kind: all-reduce, on: gpus, bytes: 1 GiB, library: nccl-2.29}}\n";
    assert_int_equal(try_load(&test, versioned, NULL, &refused), LW_BAD_INPUT);
    assert_message(&test, LW_ERROR, "'nccl-2.29' is a preset, and no library of this scenario");
    lw_test_end(&test);

    test = lw_test_begin();
    const char *sets[] = {"libraries.nccl.preset=nccl-2.29"};
    const lw_load load = {.set = sets, .set_count = 1};
    const lw_document *set = NULL;
    assert_int_equal(try_load(&test, work, &load, &set), LW_OK);
    assert_int_equal(set->count[LW_SECTION_LIBRARIES], 1);
    assert_string_equal(set->object[LW_SECTION_LIBRARIES][0]->preset->name, "nccl-2.29");
    sets[0] = "libraries.nccl.costs=counted";
    assert_int_equal(try_load(&test, work, &load, &set), LW_OK);
    assert_string_equal(set->object[LW_SECTION_LIBRARIES][0]->preset->name, "nccl-2.30");
    sets[0] = "libraries.ncl.preset=nccl-2.29";
    assert_int_equal(try_load(&test, work, &load, &set), LW_BAD_INPUT);
    lw_test_end(&test);
}

// One thread takes its time for each card of its computer, which calls of long kernels hide.
static void one_thread_calls_for_each_card(void **state) {
    (void)state;
    static const char one[] = ", threads: one, group_call: 5 us";
    lw_test test = lw_test_begin();
    for (int k = 0; k < 2; k++) {
        const char *machine = k == 0 ? "include: systems/dgx-a100\n" : "include: systems/hgx-h100\n";
        const lw_workload_result small = run_call(&test, &(call){machine, one, "all-reduce", "gpus", 512});
        assert_true(fabs(small.time_s - 8 * 5e-6) < 1e-15);
        const lw_workload_result large = run_call(&test, &(call){machine, one, "all-reduce", "gpus", 67108864});
        const lw_workload_result each = run_call(&test, &(call){machine, "", "all-reduce", "gpus", 67108864});
        assert_true(large.time_s == each.time_s);
    }
    lw_test_end(&test);
}

// Versions before prices: twelve channels of a DGX-1 carry LL by 256 threads of 64 B for each of eight
// ranks, half of that before Volta (eight channels); then Simple.
static void before_prices_sizes_decide(void **state) {
    (void)state;
    static const struct {
        const char *system;
        double most;
    } cases[] = {{"dgx-1-v100", 12.0 * 256 * 8 * 64}, {"dgx-1-p100", 8.0 * 256 * 8 * 32}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lw_test test = lw_test_begin();
        const lw_result result =
            run_text(&test, lw_arena_print(test.arena,
                                           "include: systems/%s\nlibraries: {nccl: {preset: nccl-2.4}}\n"
                                           "workloads: {ar: {kind: all-reduce, on: gpus, bytes: 1 KiB, library: nccl}}\n"
                                           "sweep: {workloads.ar.bytes: [1 KiB, %.0f B, %.0f B]}\n",
                                           cases[i].system, cases[i].most, cases[i].most + 8));
        assert_true(value_of(&result.point[0].workload[0], "data_share") == 0.5);
        assert_true(value_of(&result.point[1].workload[0], "data_share") == 0.5);
        assert_true(value_of(&result.point[2].workload[0], "data_share") == 1);
        lw_test_end(&test);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_finds_the_channels_that_are_known),
        cmocka_unit_test(it_chooses_as_it_is_known_to),
        cmocka_unit_test(calls_take_about_their_price),
        cmocka_unit_test(a_tree_on_one_computer_is_a_chain),
        cmocka_unit_test(cards_on_a_host_send_through_its_memory),
        cmocka_unit_test(cards_further_apart_than_the_level_use_host_memory),
        cmocka_unit_test(cores_load_and_store_in_turns),
        cmocka_unit_test(lines_through_host_memory_take_round_trips),
        cmocka_unit_test(blocks_copy_within_their_card),
        cmocka_unit_test(figures_of_protocols_are_options),
        cmocka_unit_test(buffers_have_room_for_threads),
        cmocka_unit_test(it_tells_what_it_chose_from),
        cmocka_unit_test(a_switch_adds_up_no_more_than_a_port_carries),
        cmocka_unit_test(small_calls_pass_a_switch_at_once),
        cmocka_unit_test(an_idle_library_is_told),
        cmocka_unit_test(cards_bring_their_library),
        cmocka_unit_test(versions_may_be_swept),
        cmocka_unit_test(a_library_need_not_be_described),
        cmocka_unit_test(one_thread_calls_for_each_card),
        cmocka_unit_test(before_prices_sizes_decide),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
