// SPDX-License-Identifier: GPL-3.0-or-later
// What a host's PCIe ports carry to and from its memory, one and all together, and how large the
// packets are that it sends on from port to port.
#include "sim/report/report.h"
#include "tests/scenario_helpers.h"

// Cards in slots of 28.98 GB/s in and 28.56 out (PCIe 4.0 x16, 256 B), each read and written at once.
#define CARDS(host, count)                                                       \
    "nodes: {host: {kind: host" host "}, gpus: {kind: gpu, count: " count "}}\n" \
    "links: {slots: {between: [host, gpus], preset: pcie-4-x16}}\n"
#define UP "up: {kind: copy, from: host, to: gpus, bytes: 16 MiB}"
#define DOWN "down: {kind: copy, from: gpus, to: host, bytes: 16 MiB}"

static void ports_of_a_host_have_limits(void **state) {
    (void)state;
    static const struct {
        const char *text;
        double up_GBps, down_GBps;
        const char *limit;
    } cases[] = {
        // a port in both directions, and it alone
        {CARDS(", port_rate: 40 GB/s", "1") "workloads: {" UP ", " DOWN "}\n", 20, 20, "host root port (slots)"},
        {CARDS(", port_rate: 40 GB/s", "2") "workloads: {" UP ", " DOWN "}\n", 40, 40, "host root port (slots[0])"},
        {CARDS(", port_rate: 40 GB/s", "1") "workloads: {" UP "}\n", 28.98, 0, "links.slots host->gpus[0]: channel"},
        // all ports in one direction, or in both; what reads ask for goes beside what is written
        {CARDS(", root_out_rate: 60 GB/s", "4") "workloads: {" UP ", " DOWN "}\n", 60, 111.5, "host root complex"},
        {CARDS(", root_in_rate: 70 GB/s", "4") "workloads: {" UP ", " DOWN "}\n", 115.9, 70, NULL},
        {CARDS(", root_rate: 100 GB/s", "4") "workloads: {" UP ", " DOWN "}\n", 50, 50, "host root complex"},
        // two root complexes of two ports each
        {CARDS(", root_rate: 50 GB/s, root_ports: 2", "4") "workloads: {" UP ", " DOWN "}\n", 50, 50,
         "host root complex (slots[0])"},
        {CARDS(", root_out_rate: 29 GB/s, root_ports: 2", "3") "workloads: {" UP "}\n", 43.5, 0, NULL},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        lw_test test = lw_test_begin();
        const lw_result result = run_text(&test, cases[i].text);
        const lw_workload_result *up = workload_of(&result.point[0], "up");
        assert_close(up->bandwidth_GBps, cases[i].up_GBps, 0.01);
        if (cases[i].down_GBps > 0) {
            assert_close(workload_of(&result.point[0], "down")->bandwidth_GBps, cases[i].down_GBps, 0.01);
        }
        if (cases[i].limit != NULL) {
            assert_string_equal(lw_limit_text(&up->limit, test.arena), cases[i].limit);
        }
        lw_test_end(&test);
    }
}

// From port to port nothing comes to memory. Through the socket link to the other processor's it
// passes the root complex of its own.
static void only_what_leaves_the_ports_counts(void **state) {
    (void)state;
    static const char peer[] = CARDS("%s", "2") "workloads: {p: {kind: copy, from: 'gpus[0]', to: 'gpus[1]', bytes: 16 MiB}}\n";
    static const char far[] =
        "nodes: {cpus: {kind: host, count: 2%s}, gpu: {kind: gpu}}\n"
        "links: {slot: {between: ['cpus[1]', gpu], preset: pcie-4-x16}, s: {between: ['cpus[0]', 'cpus[1]'], preset: "
        "socket-epyc-32}}\n"
        "workloads: {p: {kind: copy, from: 'cpus[0]', to: gpu, bytes: 16 MiB}}\n";
    lw_test test = lw_test_begin();
    const lw_result with = run_text(&test, lw_arena_print(test.arena, peer, ", root_rate: 5 GB/s, port_rate: 5 GB/s"));
    const lw_result without = run_text(&test, lw_arena_print(test.arena, peer, ""));
    assert_int_equal(workload_of(&with.point[0], "p")->end_ps, workload_of(&without.point[0], "p")->end_ps);
    const lw_result socket = run_text(&test, lw_arena_print(test.arena, far, ", port_rate: 5 GB/s"));
    assert_close(workload_of(&socket.point[0], "p")->bandwidth_GBps, 5, 0.01);
    assert_string_equal(limit_of_point(&test, &socket.point[0]), "cpus[1] root port (slot)");
    lw_test_end(&test);
}

// 128 B of payload with 24 B of header are 152 B on the wire where 256 B are 280 B.
static void a_root_complex_may_cut_packets(void **state) {
    (void)state;
    static const char peer[] = CARDS("%s", "2") "workloads: {p: {kind: copy, from: 'gpus[0]', to: '%s', bytes: 64 MiB}}\n";
    lw_test test = lw_test_begin();
    const lw_result whole = run_text(&test, lw_arena_print(test.arena, peer, "", "gpus[1]"));
    const lw_result cut = run_text(&test, lw_arena_print(test.arena, peer, ", peer_packet: 128 B", "gpus[1]"));
    const lw_result same = run_text(&test, lw_arena_print(test.arena, peer, ", peer_packet: 256 B", "gpus[1]"));
    const lw_result home = run_text(&test, lw_arena_print(test.arena, peer, ", peer_packet: 128 B", "host"));
    const double of_whole = workload_of(&whole.point[0], "p")->bandwidth_GBps;
    assert_close(workload_of(&cut.point[0], "p")->bandwidth_GBps / of_whole, (128.0 / 152) / (256.0 / 280), 0.01);
    assert_string_equal(limit_of_point(&test, &cut.point[0]), "links.slots[1] host->gpus[1]: channel");
    assert_int_equal(workload_of(&same.point[0], "p")->end_ps, workload_of(&whole.point[0], "p")->end_ps);
    assert_close(workload_of(&home.point[0], "p")->bandwidth_GBps, of_whole, 1e-3);
    lw_test_end(&test);
}

// Of all engines, and the packet engine to the picosecond.
static void engines_agree_on_it(void **state) {
    (void)state;
    static const char text[] = "engine: %s\n" CARDS(
        ", memory_rate: 90 GB/s, port_rate: 47 GB/s, root_in_rate: 61 GB/s, root_rate: 83 GB/s, peer_packet: 128 B",
        "3") "workloads: {" UP ", " DOWN ", peer: {kind: copy, from: 'gpus[0]', to: 'gpus[2]', bytes: 5 MiB}}\n";
    lw_test test = lw_test_begin();
    const lw_result exact = run_text(&test, lw_arena_print(test.arena, text, "packet-exact"));
    const lw_result packet = run_text(&test, lw_arena_print(test.arena, text, "packet"));
    const lw_result flow = run_text(&test, lw_arena_print(test.arena, text, "flow"));
    for (size_t w = 0; w < exact.point[0].workload_count; w++) {
        const lw_workload_result *of = &exact.point[0].workload[w];
        assert_int_equal(packet.point[0].workload[w].end_ps, of->end_ps);
        assert_close(flow.point[0].workload[w].time_s, of->time_s, 0.05);
    }
    lw_test_end(&test);
}

// What was set and limits nothing is reported.
static void limits_of_no_effect_are_told(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    (void)run_text(&test, CARDS(", peer_packet: 64 B", "1") "workloads: {" UP "}\n");
    assert_message(&test, LW_WARNING, "nodes.host.peer_packet has no effect here");
    lw_test_end(&test);
}

// Both ways at once through host memory: engines of their own for each direction, or one for both, which
// then carries what one direction does alone.
static void bounced_copies_may_take_turns(void **state) {
    (void)state;
    static const char text[] =
        "nodes: {host: {kind: host}, a: {kind: gpu, p2p: false, staging_bytes: 1 MiB, copy_engines: 2%s}, b: {kind: gpu, p2p: false, "
        "staging_bytes: 1 MiB, copy_engines: 2%s}}\n"
        "links: {x: {between: [host, a], preset: pcie-4-x16}, y: {between: [host, b], preset: pcie-4-x16}}\n"
        "workloads: {there: {kind: copy, from: a, to: b, bytes: 64 MiB}%s}\n";
    static const char back[] = ", back: {kind: copy, from: b, to: a, bytes: 64 MiB}";
    static const char one[] = ", bounce_engines: 1";
    lw_test test = lw_test_begin();
    const lw_result alone = run_text(&test, lw_arena_print(test.arena, text, one, one, ""));
    const lw_result own = run_text(&test, lw_arena_print(test.arena, text, "", "", back));
    const lw_result shared = run_text(&test, lw_arena_print(test.arena, text, one, one, back));
    const double alone_s = workload_of(&alone.point[0], "there")->time_s;
    assert_close(workload_of(&own.point[0], "there")->time_s, alone_s, 0.06);
    assert_close(workload_of(&shared.point[0], "there")->time_s, 2 * alone_s, 0.05);
    lw_test_end(&test);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ports_of_a_host_have_limits),    cmocka_unit_test(only_what_leaves_the_ports_counts),
        cmocka_unit_test(a_root_complex_may_cut_packets), cmocka_unit_test(engines_agree_on_it),
        cmocka_unit_test(limits_of_no_effect_are_told),   cmocka_unit_test(bounced_copies_may_take_turns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
