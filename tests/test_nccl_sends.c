// SPDX-License-Identifier: GPL-3.0-or-later
// What NCCL makes of broadcast, reduce, all-to-all and send-recv: chains from or to a root, and sends between
// pairs.
#include <math.h>

#include "scenario_helpers.h"

// Cards with a port each to a switch, which no standard makes slower; NCCL counts 77.56 % of it.
static const char *ports(lw_test *test, const char *rate) {
    return lw_arena_print(test->arena,
                          "nodes: {gpus: {kind: gpu, count: 8, compute_capability: 90}, s: {kind: switch}}\n"
                          "links: {l: {between: [gpus, s], type: link, rate: %s, latency: 100 ns}}\n",
                          rate);
}

static lw_result run_call(lw_test *test, const char *machine, const char *options, const char *work) {
    return run_text(test, lw_arena_print(test->arena,
                                         "engine: flow\n%s"
                                         "libraries: {nccl: {preset: nccl-2.30%s}}\n"
                                         "workloads: {w: {on: gpus, library: nccl, %s}}\n",
                                         machine, options, work));
}

static bool is_near(double value, double expected, double share) {
    return fabs(value - expected) <= share * expected;
}

// base + one step where all channels have one order, base + n steps of a tree in a cube mesh, and the bytes once.
static void a_root_is_priced_as_its_model_does(void **state) {
    (void)state;
    static const struct {
        const char *machine, *protocol;
        double latency_us, bus_GBps;
    } cases[] = {{"include: systems/hgx-h100\n", "simple", 8.4 + 3.4, 360},
                 {"include: systems/hgx-h100\n", "ll", 6.6 + 0.6, 141},
                 {"include: systems/dgx-1-v100\n", "simple", 8.4 + 8 * 4.0, 120},
                 {"include: systems/dgx-1-v100\n", "ll", 6.6 + 8 * 0.6, 39}};
    static const char *const kinds[] = {"broadcast", "reduce"};
    for (size_t i = 0; i < 8; i++) {
        lw_test test = lw_test_begin();
        const char *options = lw_arena_print(test.arena, ", protocol: %s", cases[i / 2].protocol);
        const char *work = lw_arena_print(test.arena, "kind: %s, bytes: 16 MiB", kinds[i % 2]);
        const lw_result result = run_call(&test, cases[i / 2].machine, options, work);
        const double expected_us = cases[i / 2].latency_us + 16777216 / (1e3 * cases[i / 2].bus_GBps);
        assert_true(is_near(value_of(&result.point[0].workload[0], "library_us"), expected_us, 1e-6));
        assert_true(is_near(value_of(&result.point[0].workload[0], "busbw_GBps"),
                            value_of(&result.point[0].workload[0], "algbw_GBps"), 1e-9));
        lw_test_end(&test);
    }
}

// By Simple (n-1) steps and n-2+k chunks of S/k, where k is what fills a slot of the channel, which runs as two; by
// LL all hops at once, twice the bytes.
static void a_root_is_a_chain(void **state) {
    (void)state;
    static const char *const kinds[] = {"broadcast", "reduce"};
    static const struct {
        const char *protocol;
        double bytes, base_us, step_us;
    } cases[] = {{"simple", 0x1p20, 8.4, 3.4}, {"simple", 0x1p30, 8.4, 3.4}, {"ll", 0x1p20, 6.6, 0.6}};
    static const double n = 8, port_Bps = 5e9;
    for (size_t i = 0; i < 6; i++) {
        lw_test test = lw_test_begin();
        const double bytes = cases[i / 2].bytes, k = floor(bytes / 2 / 524288) + 1;
        const char *options = lw_arena_print(test.arena, ", costs: counted, protocol: %s", cases[i / 2].protocol);
        const char *work = lw_arena_print(test.arena, "kind: %s, bytes: %.0f B, root: \"gpus[3]\"", kinds[i % 2], bytes);
        const lw_result result = run_call(&test, ports(&test, "5 GB/s"), options, work);
        const double sent = i / 2 == 2 ? 2 * bytes : (n - 2 + k) * bytes / k;
        const double expected_s = (cases[i / 2].base_us + (n - 1) * cases[i / 2].step_us) / 1e6 + sent / port_Bps;
        assert_true(is_near(result.point[0].workload[0].time_s, expected_s, 0.001));
        // each rank but one hands it on
        assert_int_equal(payload_over(&result, "l["), (int64_t)((i / 2 == 2 ? 2 : 1) * 2 * 7 * bytes));
        assert_int_equal(payload_over(&result, "l[3]"), (int64_t)((i / 2 == 2 ? 2 : 1) * bytes));
        lw_test_end(&test);
    }
}

// The mean of N enqueued calls: S by the port, and an Nth of the way of n-1 steps and n-2 chunks. Where one thread
// calls, ranks meet, for a chunk more in each but the first; launched together no call overlaps the next.
static void enqueued_calls_share_the_way(void **state) {
    (void)state;
    static const struct {
        const char *says;
        bool meets, apart;
    } cases[] = {{"", false, false},
                 {", threads: one", true, false},
                 {", threads: one, launch: together", false, true},
                 {", launch: together", false, false}};
    static const double n = 8, port_Bps = 5e9, calls = 4, bytes = 0x1p26;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lw_test test = lw_test_begin();
        const double chunk_us = bytes / (floor(bytes / 2 / 524288) + 1) / port_Bps * 1e6, met = cases[i].meets ? 1 : 0;
        const char *options = lw_arena_print(test.arena, ", costs: counted, protocol: simple, calls: 4%s", cases[i].says);
        const lw_result result = run_call(&test, ports(&test, "5 GB/s"), options, "kind: broadcast, bytes: 64 MiB");
        const double way_us = (n - 1) * 3.4 + (n - 2 - met) * chunk_us;
        const double expected_us = 8.4 + bytes / port_Bps * 1e6 + met * chunk_us + (cases[i].apart ? way_us : way_us / calls);
        assert_true(is_near(result.point[0].workload[0].time_s, expected_us / 1e6, 0.001));
        lw_test_end(&test);
    }
}

// Each port carries S (n-1)/n each way, or S, after one call.
static void pairs_share_a_port(void **state) {
    (void)state;
    static const struct {
        const char *work;
        int64_t each;
    } cases[] = {{"kind: all-to-all, bytes: 512 MiB", 7 * (1 << 26)}, {"kind: send-recv, bytes: 512 MiB", 1 << 29}};
    for (size_t i = 0; i < 2; i++) {
        lw_test test = lw_test_begin();
        const lw_result result = run_call(&test, ports(&test, "300 GB/s"), ", costs: counted", cases[i].work);
        const double expected_s = (8.4 + 3.4) / 1e6 + (double)cases[i].each / 300e9;
        assert_true(is_near(result.point[0].workload[0].time_s, expected_s, 0.001));
        assert_true(is_near(value_of(&result.point[0].workload[0], "busbw_GBps"), 300, 0.01));
        assert_true(value_of(&result.point[0].workload[0], "library_us") == 0);
        for (int port = 0; port < 8; port++) {
            assert_int_equal(payload_over(&result, lw_arena_print(test.arena, "l[%d]", port)), 2 * cases[i].each);
        }
        lw_test_end(&test);
    }
}

// A channel of NVLink takes 64 KiB at the least and 16 KiB by LL, one of PCIe 16 KiB either way; 32 channels are for
// all peers, and of many chunks twice as many.
static void sizes_decide_on_channels_and_protocol(void **state) {
    (void)state;
    static const char pcie[] = "nodes: {gpus: {preset: rtx-pro-6000, count: 2}, s: {preset: pex89000}}\n"
                               "links: {l: {between: [gpus, s], preset: pcie-5-x16}}\n";
    static const struct {
        const char *machine, *work, *method;
    } cases[] = {{"include: systems/hgx-h100\n", "kind: all-to-all, bytes: 128 KiB", "pairs, LL, 1 channel each"},
                 {"include: systems/hgx-h100\n", "kind: all-to-all, bytes: 129 KiB", "pairs, Simple, 1 channel each"},
                 {"include: systems/hgx-h100\n", "kind: all-to-all, bytes: 2 MiB", "pairs, Simple, 4 channels each"},
                 {"include: systems/hgx-h100\n", "kind: all-to-all, bytes: 512 MiB", "pairs, Simple, 4 channels each"},
                 {"include: systems/hgx-h100\n", "kind: all-to-all, bytes: 513 MiB", "pairs, Simple, 8 channels each"},
                 {"include: systems/hgx-h100\n", "kind: send-recv, bytes: 16 KiB", "pairs, LL, 1 channel each"},
                 {pcie, "kind: send-recv, bytes: 16 KiB", "pairs, LL, 1 channel each"},
                 {pcie, "kind: send-recv, bytes: 32 KiB", "pairs, LL, 2 channels each"},
                 {pcie, "kind: send-recv, bytes: 33 KiB", "pairs, Simple, 2 channels each"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lw_test test = lw_test_begin();
        const lw_result result = run_call(&test, cases[i].machine, "", cases[i].work);
        assert_string_equal(result.point[0].workload[0].method, cases[i].method);
        lw_test_end(&test);
    }
}

// Without peer to peer, every byte is written to host memory and read there.
static void pairs_meet_in_host_memory(void **state) {
    (void)state;
    static const char machine[] = "nodes: {host: {preset: server-genoa}, gpus: {preset: rtx-pro-6000, count: 4}}\n"
                                  "links: {l: {between: [host, gpus], preset: pcie-5-x16}}\n";
    static const struct {
        const char *work;
        int64_t sent;
        double least_GBps, most_GBps;  // of 52.9 a link one way: of pairs cores load and store in turns
    } cases[] = {{"kind: all-to-all, bytes: 64 MB", 3 * 64000000, 22, 27},
                 {"kind: send-recv, bytes: 64 MB", 4 * 64000000, 22, 27},
                 {"kind: broadcast, bytes: 64 MB", 3 * 64000000, 35, 53},
                 {"kind: reduce, bytes: 64 MB", 3 * 64000000, 35, 53}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lw_test test = lw_test_begin();
        const lw_result result = run_call(&test, machine, "", cases[i].work);
        assert_int_equal(payload_over(&result, "host memory"), 2 * cases[i].sent);
        const double GBps = result.point[0].workload[0].bandwidth_GBps;
        assert_true(GBps > cases[i].least_GBps && GBps < cases[i].most_GBps);
        lw_test_end(&test);
    }
}

// Two computers of eight with a network card for each rank: by rails what is for a rank of the other leaves by the card
// of its place, so that each card sends half of what eight ranks have for one place.
static void pairs_of_two_computers_go_by_rails(void **state) {
    (void)state;
    static const char machine[] =
        "nodes: {gpus: {preset: h100-sxm5, count: 16}, nvswitches: {preset: nvswitch-3, count: 2},\n"
        "  switches: {preset: pex89000, count: 2}, nics: {preset: connectx-7, count: 16}, rack: {preset: quantum-2}}\n"
        "links:\n"
        "  nvlink: {between: [gpus, nvswitches], preset: nvlink-h100}\n"
        "  slots: {between: [switches, gpus], preset: pcie-5-x16}\n"
        "  nic_slots: {between: [switches, nics], preset: pcie-5-x16}\n"
        "  cables: {between: [nics, rack], preset: infiniband-ndr}\n";
    static const char *const works[] = {"kind: all-to-all, bytes: 64 MiB", "kind: send-recv, bytes: 64 MiB",
                                        "kind: broadcast, bytes: 64 MiB", "kind: reduce, bytes: 64 MiB"};
    // a chain leaves the root's computer and comes back to it, as entry of a ring is another rank
    static const double across[] = {2 * 16 * 0x1p25, 2 * 2 * 0x1p26, 2 * 2 * 0x1p26, 2 * 2 * 0x1p26};
    for (size_t i = 0; i < sizeof works / sizeof works[0]; i++) {
        lw_test test = lw_test_begin();
        const lw_result result = run_call(&test, machine, "", works[i]);
        assert_true(is_near((double)payload_over(&result, "cables["), across[i], 1e-6));
        assert_true(i > 0 || is_near((double)payload_over(&result, "cables[5]"), 0x1p26, 1e-6));
        // the last rank of each computer hands over to the one beside the receiver's network card
        assert_true(i != 1 || is_near((double)payload_over(&result, "nvlink["), 2 * (14 + 2) * 0x1p26, 1e-6));
        lw_test_end(&test);
    }
}

// What a call over NVLink was measured to take, of no bytes to speak of.
static void a_call_costs_what_was_measured(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const char *costs = ", pair_launch_hopper: 20 us, pair_peer_hopper: 1 us, pair_channel_ll_hopper: 1 GB/s";
    const lw_result result = run_call(&test, "include: systems/hgx-h100\n", costs, "kind: all-to-all, bytes: 80 KB");
    assert_true(is_near(result.point[0].workload[0].time_s, (20 + 7 * 1 + 10) / 1e6, 0.01));
    lw_test_end(&test);
}

static void a_library_without_a_model_says_so(void **state) {
    (void)state;
    static const char *const kinds[] = {"broadcast", "reduce", "all-to-all", "send-recv"};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        lw_test test = lw_test_begin();
        const char *text = lw_arena_print(test.arena,
                                          "nodes: {gpus: {preset: mi300x, count: 8}}\n"
                                          "links: {mesh: {between: [gpus, gpus], preset: oam-mi300x, pattern: mesh}}\n"
                                          "workloads: {w: {kind: %s, on: gpus, bytes: 1 MB, library: rccl}}\n",
                                          kinds[i]);
        const lw_document *document;
        assert_int_equal(try_load(&test, text, NULL, &document), LW_BAD_INPUT);
        assert_message(&test, LW_ERROR,
                       lw_arena_print(test.arena, "workloads.w: there is no model of what rccl does for kind: %s", kinds[i]));
        lw_test_end(&test);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_root_is_priced_as_its_model_does),    cmocka_unit_test(a_root_is_a_chain),
        cmocka_unit_test(enqueued_calls_share_the_way),          cmocka_unit_test(pairs_share_a_port),
        cmocka_unit_test(sizes_decide_on_channels_and_protocol), cmocka_unit_test(pairs_meet_in_host_memory),
        cmocka_unit_test(pairs_of_two_computers_go_by_rails),    cmocka_unit_test(a_call_costs_what_was_measured),
        cmocka_unit_test(a_library_without_a_model_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
