// SPDX-License-Identifier: GPL-3.0-or-later
// Whole scenarios whose right answer is known from outside: measurements, closed forms, common
// sense.
#include "sim/report/report.h"
#include "sim/study/measured.h"
#include "tests/scenario_helpers.h"

// The value of a workload in each point of a sweep.
static double time_us_of(const lw_result *result, size_t point, const char *workload) {
    return workload_of(&result->point[point], workload)->time_s * 1e6;
}

static double rate_GBps_of(const lw_result *result, size_t point, const char *workload) {
    return workload_of(&result->point[point], workload)->bandwidth_GBps;
}

#define assert_within(value, low, high)                                                        \
    do {                                                                                       \
        double is_ = (value);                                                                  \
        if (!(is_ >= (low) && is_ <= (high))) {                                                \
            fail_msg("%s is %g, not in %g .. %g", #value, is_, (double)(low), (double)(high)); \
        }                                                                                      \
    } while (0)

// Rates of host copies hold for the PCIe port: over NVSwitch a H200 has what was measured on H100,
// whose links are the same.
static void test_host_rates_hold_for_the_host_port(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const lw_result result = run_text(&test, "include: systems/hgx-h200\n"
                                             "workloads:\n"
                                             "  pair: {kind: copy, from: 'gpus[0]', to: 'gpus[1]', bytes: 1 GiB}\n"
                                             "  down: {kind: copy, from: 'gpus[2]', to: 'cpus[0]', bytes: 1 GiB}\n");
    assert_within(rate_GBps_of(&result, 0, "pair"), 393, 401);
    assert_within(rate_GBps_of(&result, 0, "down"), 54.5, 55.1);
    lw_test_end(&test);
}

// Copies called at once wait for a copy engine, and the wait counts; an ideal card has no such limit.
static void test_copies_wait_for_engines(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const lw_result result = run_text(&test, "nodes: {a: {kind: gpu}, b: {kind: gpu, count: 3}}\n"
                                             "links: {l: {between: [a, b], type: nvlink, gen: 4, links: 2}}\n"
                                             "workloads:\n"
                                             "  x: {kind: copy, from: a, to: 'b[0]', bytes: 256 MiB}\n"
                                             "  y: {kind: copy, from: a, to: 'b[1]', bytes: 256 MiB}\n"
                                             "  z: {kind: copy, from: a, to: 'b[2]', bytes: 256 MiB}\n"
                                             "sweep: {nodes.a.copy_engines: [auto, 2, 6]}\n");
    for (int i = 0; i < 3; i++) {
        static const char *const name[] = {"x", "y", "z"};
        assert_within(time_us_of(&result, 0, name[i]), 5700, 5710);
        assert_within(time_us_of(&result, 1, name[i]), 5700 * (i + 1), 5710 * (i + 1));
        assert_within(time_us_of(&result, 2, name[i]), 5700, 5710);
    }
    assert_string_equal(limit_of_point(&test, &result.point[0]), "links.l[0] a->b[0]: channel");
    assert_string_equal(limit_of_point(&test, &result.point[1]), "a copy engines (1 that write)");
    assert_within(lw_point_limit(&result.point[1]).share, 0.66, 0.67);
    lw_test_end(&test);
}

// Where the copies go over one link, more engines would help nobody: the link is what is named.
static void test_a_shared_link_is_named_before_the_engine(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const lw_result result = run_text(&test, "nodes: {a: {kind: host}, b: {kind: gpu, copy_engines: 2}}\n"
                                             "links: {l: {between: [a, b], type: pcie, gen: 4, lanes: 16}}\n"
                                             "workloads:\n"
                                             "  x: {kind: copy, from: a, to: b, bytes: 256 MiB}\n"
                                             "  y: {kind: copy, from: a, to: b, bytes: 256 MiB}\n");
    assert_within(time_us_of(&result, 0, "y"), 2 * time_us_of(&result, 0, "x") - 1, 2 * time_us_of(&result, 0, "x") + 1);
    assert_string_equal(limit_of_point(&test, &result.point[0]), "links.l a->b: channel");
    lw_test_end(&test);
}

// One GPU sends to seven: a full mesh has a link for each, a ring two for all.
static void test_a_mesh_beats_a_ring(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const lw_result result = run_text(&test, "nodes: {g: {kind: gpu, count: 8, forwards: true}}\n"
                                             "links: {net: {between: [g, g], type: nvlink, gen: 4, links: 2, pattern: ring}}\n"
                                             "workloads: {out: {kind: copy, from: 'g[0]', to: 'g[1..7]', bytes: 256 MiB}}\n"
                                             "sweep: {links.net.pattern: [ring, mesh]}\n");
    assert_within(time_us_of(&result, 0, "out") / time_us_of(&result, 1, "out"), 3.4, 4.1);
    const lw_workload_result *mesh = workload_of(&result.point[1], "out");
    assert_int_equal(mesh->member_ps.count, 7);
    assert_within(mesh->member_ps.most / 1e6, 5700, 5710);
    assert_true(mesh->member_ps.least <= mesh->member_ps.median && mesh->member_ps.median <= mesh->member_ps.p95);
    lw_test_end(&test);
}

// A probe on a busy port waits in its queue and is told per read; the sum of its reads is no
// latency.
static void test_reads_are_timed_one_by_one(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    static const char machine[] = "nodes: {host: {kind: host}, pool: {preset: cxl-expander-target}}\n"
                                  "links: {l: {between: [host, pool], preset: cxl-2.0-x8}}\n";
    static const char probe[] = "  probe: {kind: read-latency, device: host, host: pool, bytes: 64 B, repeat: 100}\n";
    const char *alone = lw_arena_print(test.arena, "%sworkloads:\n%s", machine, probe);
    double before_us = 0;
    static const char *const rates[] = {"5 GB/s", "15 GB/s", "24 GB/s", "40 GB/s"};
    for (size_t i = 0; i <= COUNT(rates); i++) {
        const char *busy =
            lw_arena_print(test.arena, "%s  noise: {kind: dma, device: host, host: pool, bytes: 64 B, rate: %s, count: 500000}\n",
                           alone, i > 0 ? rates[i - 1] : "1 GB/s");
        const lw_result result = run_text(&test, i == 0 ? alone : busy);
        const lw_workload_result *row = workload_of(&result.point[0], "probe");
        assert_int_equal(row->each_ps.count, 100);
        assert_true(row->mean_latency_ps / 1e6 > before_us);
        assert_true(row->each_ps.median <= row->each_ps.p99 && row->each_ps.p99 <= row->each_ps.most);
        before_us = row->mean_latency_ps / 1e6;
        if (i == 0) {
            assert_within(before_us, 0.13, 0.145);
        }
    }
    assert_true(before_us > 5);
    lw_test_end(&test);
}

// Planes of switches drawn one by one carry what one link of all their lanes does, each its share.
static void test_planes_are_striped(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const lw_result planes = run_text(&test, "nodes:\n"
                                             "  gpus: {preset: h100-sxm5, count: 8}\n"
                                             "  p0: {kind: switch}\n  p1: {kind: switch}\n"
                                             "  p2: {kind: switch}\n  p3: {kind: switch}\n"
                                             "links:\n"
                                             "  l0: {between: [gpus, p0], type: nvlink, gen: 4, links: 5}\n"
                                             "  l1: {between: [gpus, p1], type: nvlink, gen: 4, links: 4}\n"
                                             "  l2: {between: [gpus, p2], type: nvlink, gen: 4, links: 4}\n"
                                             "  l3: {between: [gpus, p3], type: nvlink, gen: 4, links: 5}\n"
                                             "workloads:\n"
                                             "  one: {kind: copy, from: 'gpus[0]', to: 'gpus[1]', bytes: 1 GiB}\n"
                                             "  tiny: {kind: copy, from: 'gpus[0]', to: 'gpus[1]', bytes: 100 B, after: [one]}\n"
                                             "  batch: {kind: dma, device: 'gpus[0]', host: 'gpus[1]', op: write, bytes: 4 KiB,\n"
                                             "          count: 200000, after: [tiny]}\n");
    const lw_result whole = run_text(&test, "nodes: {gpus: {preset: h100-sxm5, count: 8}, p: {kind: switch}}\n"
                                            "links: {l: {between: [gpus, p], type: nvlink, gen: 4, links: 18}}\n"
                                            "workloads:\n"
                                            "  one: {kind: copy, from: 'gpus[0]', to: 'gpus[1]', bytes: 1 GiB}\n"
                                            "  tiny: {kind: copy, from: 'gpus[0]', to: 'gpus[1]', bytes: 100 B, after: [one]}\n"
                                            "  batch: {kind: dma, device: 'gpus[0]', host: 'gpus[1]', op: write, bytes: 4 KiB,\n"
                                            "          count: 200000, after: [tiny]}\n");
    // the copy engine of an H100, which hands packets to all planes, whatever the links carry
    assert_within(rate_GBps_of(&planes, 0, "one"), 396.5, 397.5);
    assert_string_equal(workload_of(&planes.point[0], "one")->limit.name, "gpus[0] copy engine");
    assert_within(rate_GBps_of(&planes, 0, "one") / rate_GBps_of(&whole, 0, "one"), 0.999, 1.001);
    assert_within(time_us_of(&planes, 0, "tiny") / time_us_of(&whole, 0, "tiny"), 1, 1.01);
    assert_within(rate_GBps_of(&planes, 0, "batch") / rate_GBps_of(&whole, 0, "batch"), 0.99, 1.001);
    assert_int_equal(planes.point[0].route_count, 3 * 4);
    assert_int_equal(whole.point[0].route_count, 0);
    for (int r = 0; r < 4; r++) {
        const lw_route_result *row = &planes.point[0].route[r];
        assert_string_equal(row->workload, "one");
        assert_within(row->share, row->links[1] == '0' || row->links[1] == '3' ? 5 / 18.0 - 1e-9 : 4 / 18.0 - 1e-9,
                      row->links[1] == '0' || row->links[1] == '3' ? 5 / 18.0 + 1e-9 : 4 / 18.0 + 1e-9);
    }
    lw_test_end(&test);
}

// Two equal cables carry twice what one does where packets are striped; a network picks one of them
// for each flow, and many flows use both.
static void test_two_cables_carry_twice(void **state) {
    (void)state;
    static const char *const striped[] = {"type: pcie, gen: 4, lanes: 4", "preset: usb4-40", "type: nvlink, gen: 4, links: 2",
                                          "preset: cxl-2.0-x8"};
    for (size_t i = 0; i < COUNT(striped); i++) {
        lw_test test = lw_test_begin();
        double rate_GBps[2];
        for (int cables = 1; cables <= 2; cables++) {
            const char *second = cables == 2 ? lw_arena_print(test.arena, "  b: {between: [h, g], %s}\n", striped[i]) : "";
            const lw_result result =
                run_text(&test, lw_arena_print(test.arena,
                                               "nodes: {h: {kind: host}, g: {kind: gpu}}\nlinks:\n  a: {between: [h, g], %s}\n%s"
                                               "workloads: {w: {kind: copy, from: h, to: g, bytes: 64 MiB}}\n",
                                               striped[i], second));
            rate_GBps[cables - 1] = rate_GBps_of(&result, 0, "w");
        }
        assert_within(rate_GBps[1] / rate_GBps[0], 1.98, 2.01);
        lw_test_end(&test);
    }
    lw_test test = lw_test_begin();
    const lw_result hashed = run_text(&test, "nodes: {a: {kind: nic, count: 16}, b: {kind: nic, count: 16},\n"
                                             "        s: {kind: switch}, t: {kind: switch}}\n"
                                             "links:\n"
                                             "  la: {between: [a, s], preset: ethernet-400g-rdma}\n"
                                             "  lb: {between: [t, b], preset: ethernet-400g-rdma}\n"
                                             "  u: {between: [s, t], preset: ethernet-400g-rdma}\n"
                                             "  v: {between: [s, t], preset: ethernet-400g-rdma}\n"
                                             "workloads: {w: {kind: copy, from: 'a[*]', to: 'b[*]', bytes: 1 MiB}}\n");
    int64_t carried[2] = {0, 0};
    for (size_t d = 0; d < hashed.point[0].direction_count; d++) {
        const lw_direction_result *row = &hashed.point[0].direction[d];
        carried[0] += strcmp(row->link, "u") == 0 ? row->payload_bytes : 0;
        carried[1] += strcmp(row->link, "v") == 0 ? row->payload_bytes : 0;
    }
    assert_int_equal(carried[0] + carried[1], 16 << 20);
    assert_true(carried[0] >= 2 << 20 && carried[1] >= 2 << 20 && carried[0] % (1 << 20) == 0);
    assert_int_equal(hashed.point[0].route_count, 2);
    for (int r = 0; r < 2; r++) {  // of all members, and named by what they choose from
        const lw_route_result *row = &hashed.point[0].route[r];
        assert_string_equal(row->links, r == 0 ? "u" : "v");
        assert_true(row->share == (double)carried[r] / (16 << 20));
    }
    lw_test_end(&test);
}

// Nodes that nobody sends to change nothing, though a spine with so many ports is searched by another rule: cards of
// one leaf or of two, and of leaves that have a great many ports themselves.
static void test_idle_ports_change_no_route(void **state) {
    (void)state;
    static const char *const cables[] = {"  b0: {between: [b, \"leaf[1]\"], preset: ethernet-400g-rdma}\n",
                                         "  b0: {between: [b, \"leaf[1]\"], preset: ethernet-400g-rdma}\n"
                                         "  b1: {between: [b, \"leaf[2]\"], preset: ethernet-400g-rdma}\n"};
    for (int i = 0; i < 4; i++) {
        int64_t end_ps[2];
        size_t routes[2];
        for (int padded = 0; padded < 2; padded++) {
            lw_test test = lw_test_begin();
            const char *pad =
                lw_arena_print(test.arena, "  p: {between: [idle, %s], preset: ethernet-400g-rdma}\n", i < 2 ? "spine" : "leaf");
            const lw_result result = run_text(
                &test,
                lw_arena_print(test.arena,
                               "nodes: {a: {kind: nic, count: 8}, b: {kind: nic, count: 8}, leaf: {kind: switch, count: 4},\n"
                               "        spine: {kind: switch, count: 4}, idle: {kind: nic, count: 280}}\n"
                               "links:\n"
                               "  a0: {between: [a, \"leaf[0]\"], preset: ethernet-400g-rdma}\n"
                               "%s"
                               "  u0: {between: [\"leaf[0]\", spine], preset: ethernet-400g-rdma}\n"
                               "  u1: {between: [\"leaf[1]\", spine], preset: ethernet-400g-rdma}\n"
                               "  u2: {between: [\"leaf[2]\", spine], preset: ethernet-400g-rdma}\n"
                               "  u3: {between: [\"leaf[3]\", spine], preset: ethernet-400g-rdma}\n"
                               "  rest: {between: [idle, \"leaf[3]\"], preset: ethernet-400g-rdma}\n"
                               "%s"
                               "workloads: {w: {kind: copy, from: 'a[*]', to: 'b[*]', bytes: 1 MiB},\n"
                               "            x: {kind: copy, from: 'b[*]', to: 'a[*]', bytes: 1 MiB, after: w}}\n",
                               cables[i % 2], padded == 1 ? pad : ""));
            end_ps[padded] = result.point[0].end_ps;
            routes[padded] = result.point[0].route_count;
            lw_test_end(&test);
        }
        assert_true(routes[0] > 2 && routes[0] == routes[1]);
        assert_int_equal(end_ps[0], end_ps[1]);
    }
}

// Copies queued without a wait follow each other at a fixed time and the bytes by the rate: 1.5 to 3
// us on a V100 (CUDA's bandwidthTest), where a blocking call takes 33.
static void test_queued_copies_follow_each_other(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    static const char text[] = "nodes: {host: {preset: server-skl}, gpu: {preset: v100-pcie}}\n"
                               "links: {slot: {between: [host, gpu], preset: pcie-3-x16}}\n"
                               "workloads: {up: {kind: copy, from: host, to: gpu, bytes: 1 KB, repeat: 1000, overlap: true}}\n"
                               "sweep: {workloads.up.bytes: [1 KB, 4 KB, 16 KB, 64 KB, 256 KB, 1 MB]}\n";
    static const double sizes[] = {1e3, 4e3, 16e3, 64e3, 256e3, 1e6};
    const lw_result result = run_text(&test, text);
    for (size_t p = 0; p < COUNT(sizes); p++) {
        assert_within(time_us_of(&result, p, "up") / 1000 - sizes[p] / 12.35e3, 1.5, 3);
    }
    const lw_result waits = run_text(&test, "nodes: {host: {preset: server-skl}, gpu: {preset: v100-pcie}}\n"
                                            "links: {slot: {between: [host, gpu], preset: pcie-3-x16}}\n"
                                            "workloads: {up: {kind: copy, from: host, to: gpu, bytes: 1 KB, repeat: 1000}}\n");
    assert_within(time_us_of(&waits, 0, "up") / 1000, 33, 34.5);
    lw_test_end(&test);
}

// A network card takes its gap for every message, whatever its packets.
static void test_network_cards_take_a_gap_a_message(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const lw_result result =
        run_text(&test, "nodes: {a: {kind: nic, gap: 100 ns}, b: {kind: nic}}\n"
                        "links: {l: {between: [a, b], preset: ethernet-400g-rdma}}\n"
                        "workloads: {w: {kind: dma, device: a, host: b, op: write, bytes: 64 B, count: 10000}}\n"
                        "sweep: {workloads.w.bytes: [64 B, 512 B, 16 KiB]}\n");
    assert_within(rate_GBps_of(&result, 0, "w"), 0.63, 0.645);
    assert_within(rate_GBps_of(&result, 1, "w"), 5.05, 5.15);
    assert_true(rate_GBps_of(&result, 2, "w") > 40);
    lw_test_end(&test);
}

// A deadlock tells who waits for whose buffers.
static void test_deadlocks_name_their_cycle(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const char *text = "nodes: {n: {kind: nic, count: 4}, s0: {kind: switch}, s1: {kind: switch}, s2: {kind: switch},\n"
                       "        s3: {kind: switch}}\nlinks:\n";
    for (int i = 0; i < 4; i++) {
        static const char pcie[] = "type: pcie, gen: 3, posted_header_credits: 1, posted_data_credits: 16";
        text = lw_arena_print(test.arena,
                              "%s  l%d: {between: ['n[%d]', s%d], %s, lanes: 4}\n  r%d: {between: [s%d, s%d], %s, lanes: 1}\n",
                              text, i, i, i, pcie, i, i, (i + 1) % 4, pcie);
    }
    text = lw_arena_print(test.arena, "%sworkloads:\n", text);
    for (int i = 0; i < 4; i++) {
        text = lw_arena_print(test.arena,
                              "%s  %c: {kind: stream, from: 'n[%d]', to: 'n[%d]', bytes: 1 MiB, arrivals: backlog,\n"
                              "      via: [s%d, s%d, s%d, s%d]}\n",
                              text, "abcd"[i], i, (i + 3) % 4, i, (i + 1) % 4, (i + 2) % 4, (i + 3) % 4);
    }
    lw_result result = {0};
    const lw_run run = {.threads = 1};
    assert_int_not_equal(lw_scenario_run(load_text(&test, text), &run, test.arena, test.diags, &result), LW_OK);
    const char *told = lw_diags_format(test.diags, test.arena, false);
    assert_non_null(strstr(told, "deadlock: "));
    static const char *const members[] = {"a waits for room behind", "b waits for room behind", "c waits for room behind",
                                          "d waits for room behind", "links.r0 s0->s1",         "links.r1 s1->s2",
                                          "links.r2 s2->s3",         "links.r3 s3->s0"};
    for (size_t i = 0; i < COUNT(members); i++) {
        if (strstr(told, members[i]) == NULL) {
            fail_msg("no '%s' in %s", members[i], told);
        }
    }
    lw_test_end(&test);
}

// A kernel's loads and stores wait for no engine and are not held to its rate, in smaller packets:
// 51.5 GB/s in and 46.7 out where an engine reached 56.4 and 57.0 (four RTX 5090, nvbandwidth).
static void test_kernels_copy_without_engines(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const lw_result result = run_text(&test, "nodes: {a: {kind: host}, b: {kind: gpu, copy_engines: 2, copy_rate_h2d: 3 GB/s}}\n"
                                             "links: {l: {between: [a, b], type: pcie, gen: 5, lanes: 16}}\n"
                                             "workloads:\n"
                                             "  x: {kind: copy, from: a, to: b, bytes: 256 MiB}\n"
                                             "  y: {kind: copy, from: a, to: b, bytes: 256 MiB, by: kernel}\n"
                                             "  z: {kind: copy, from: a, to: b, bytes: 256 MiB, by: kernel}\n");
    assert_within(rate_GBps_of(&result, 0, "x"), 2.9, 3);
    assert_within(rate_GBps_of(&result, 0, "y"), 24, 27);
    assert_within(time_us_of(&result, 0, "y") / time_us_of(&result, 0, "z"), 0.999, 1.001);
    assert_string_equal(limit_in_words(&test, &workload_of(&result.point[0], "y")->limit), "links.l a->b: channel");
    lw_test_end(&test);
}

// A range whose steps do not meet its end says where it ends.
static void test_ranges_say_where_they_end(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const lw_result result = run_text(&test, "nodes: {a: {kind: host}, b: {kind: gpu}}\n"
                                             "links: {l: {between: [a, b], type: pcie, gen: 4, lanes: 16}}\n"
                                             "workloads: {w: {kind: copy, from: a, to: b, bytes: 1 MiB}}\n"
                                             "sweep: {workloads.w.bytes: {from: 4 KiB, to: 1 MiB, factor: 8}}\n");
    assert_int_equal(result.point_count, 3);
    assert_message(&test, LW_NOTE, "the range ends at 256 KiB: its steps do not meet 1 MiB");
    lw_test_end(&test);
}

// A memory slower than its link hides behind it: a faster link never makes a packet later.
static void test_more_lanes_are_never_slower(void **state) {
    (void)state;
    static const char *const memories[] = {"0.5 GB/s", "2 GB/s", "4 GB/s", "9 GB/s"};
    for (size_t m = 0; m < COUNT(memories); m++) {
        lw_test test = lw_test_begin();
        const char *text = lw_arena_print(test.arena,
                                          "nodes: {h: {kind: host, memory_rate: %s}, g: {kind: gpu, mps: 4 KiB}}\n"
                                          "links: {l: {between: [h, g], preset: pcie-3-x2, mps: 4 KiB}}\n"
                                          "workloads: {w: {kind: stream, from: h, to: g, bytes: 4 KiB, arrivals: backlog}}\n"
                                          "sweep: {links.l.lanes: [1, 2, 4, 8, 16]}\n",
                                          memories[m]);
        const lw_result result = run_text(&test, text);
        for (size_t p = 1; p < result.point_count; p++) {
            assert_true(time_us_of(&result, p, "w") <= time_us_of(&result, p - 1, "w"));
        }
        lw_test_end(&test);
    }
}

// A link in the middle that is wider than those around it passes a packet on as it trickles in.
static void test_a_wider_middle_is_never_slower(void **state) {
    (void)state;
    for (int size = 0; size < 2; size++) {
        lw_test test = lw_test_begin();
        const char *text =
            lw_arena_print(test.arena,
                           "nodes: {h: {kind: host}, s: {kind: switch}, t: {kind: switch}, g: {kind: gpu, mps: 4 KiB}}\n"
                           "links:\n"
                           "  a: {between: [h, s], type: link, rate: 4 GB/s, packet: 4 KiB}\n"
                           "  b: {between: [s, t], type: link, rate: 1 GB/s, packet: 4 KiB}\n"
                           "  c: {between: [t, g], type: link, rate: 2 GB/s, packet: 4 KiB}\n"
                           "workloads: {w: {kind: copy, from: h, to: g, bytes: %s}}\n"
                           "sweep: {links.b.rate: [1 GB/s, 2 GB/s, 4 GB/s, 8 GB/s, 16 GB/s]}\n",
                           size == 0 ? "4 KiB" : "64 MiB");
        const lw_result result = run_text(&test, text);
        assert_int_equal(result.point_count, 5);
        for (size_t p = 1; p < result.point_count; p++) {
            assert_true(time_us_of(&result, p, "w") <= time_us_of(&result, p - 1, "w"));
        }
        // 4 KiB over 2 GB/s, from a middle of 2 GB/s up
        assert_within(time_us_of(&result, 1, "w"), size == 0 ? 2.0479 : 33554, size == 0 ? 2.0481 : 33558);
        assert_true(time_us_of(&result, 4, "w") == time_us_of(&result, 1, "w"));
        lw_test_end(&test);
    }
}

// A card in a slot has rates of its slot; over a link of another kind to a host the link decides.
static void test_host_rates_hold_for_a_slot(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const lw_result result = run_text(&test, "nodes: {h: {preset: grace}, g: {preset: h200}}\n"
                                             "links: {l: {between: [h, g], preset: nvlink-c2c-gh200}}\n"
                                             "workloads: {up: {kind: copy, from: h, to: g, bytes: 4 GiB}}\n");
    assert_within(rate_GBps_of(&result, 0, "up"), 415, 430);
    lw_test_end(&test);
}

// One read over two cables takes what it takes over one, each of them and on average.
static void test_a_read_over_two_cables_is_one(void **state) {
    (void)state;
    static const char *const links[] = {"c1: {between: [a, b], preset: pcie-4-x16}",
                                        "c1: {between: [a, b], preset: pcie-4-x16}, c2: {between: [a, b], preset: pcie-4-x16}"};
    double mean_ps[2];
    for (int i = 0; i < 2; i++) {
        lw_test test = lw_test_begin();
        const char *text = lw_arena_print(test.arena,
                                          "nodes: {a: {kind: host}, b: {kind: gpu}}\nlinks: {%s}\n"
                                          "workloads: {w: {kind: read-latency, device: b, host: a, bytes: 64 B, repeat: 100}}\n",
                                          links[i]);
        const lw_result result = run_text(&test, text);
        const lw_workload_result *row = workload_of(&result.point[0], "w");
        mean_ps[i] = row->mean_latency_ps;
        assert_int_equal(row->each_ps.count, 100);
        assert_true(row->each_ps.least == row->each_ps.median && row->each_ps.median == row->each_ps.p99);
        assert_true(row->each_ps.median == mean_ps[i]);
        assert_string_equal(limit_in_words(&test, &row->limit), "fixed cost (latency 213.4 ns each)");
        lw_test_end(&test);
    }
    assert_true(mean_ps[0] == mean_ps[1]);
}

// A read behind a copy waits for the window of that copy, 768 tags of 512 B over 58 GB/s (Little),
// however fast the memory is that both are answered from.
static void test_no_memory_lets_a_read_pass(void **state) {
    (void)state;
    static const char *const memories[] = {"auto", "200 GB/s", "500 GB/s"};
    for (size_t m = 0; m < COUNT(memories); m++) {
        lw_test test = lw_test_begin();
        const char *text =
            lw_arena_print(test.arena,
                           "nodes: {h: {kind: host, memory_rate: %s}, g: {kind: gpu}}\n"
                           "links: {l: {between: [h, g], preset: pcie-5-x16}}\n"
                           "workloads:\n"
                           "  big: {kind: copy, from: h, to: g, bytes: 256 MiB}\n"
                           "  probe: {kind: read-latency, device: g, host: h, bytes: 64 B, repeat: 500, start: 100 us}\n",
                           memories[m]);
        const lw_result result = run_text(&test, text);
        const double queue_us = 768 * 512 / (rate_GBps_of(&result, 0, "big") * 1e3);
        assert_within(workload_of(&result.point[0], "probe")->mean_latency_ps / 1e6, 0.99 * queue_us, 1.02 * queue_us);
        lw_test_end(&test);
    }
}

// Axes at one object do not undo each other, whichever is written first.
static void test_axes_of_one_object_agree(void **state) {
    (void)state;
    static const char *const sweeps[] = {
        "sweep: {links.cable.tags: [1, 8], links.cable: [{preset: oculink-2-x4}, {preset: pcie-4-x4}]}\n",
        "sweep: {links.cable: [{preset: oculink-2-x4}, {preset: pcie-4-x4}], links.cable.tags: [1, 8]}\n"};
    double few_GBps[2];
    for (int i = 0; i < 2; i++) {
        lw_test test = lw_test_begin();
        const char *text = lw_arena_print(test.arena,
                                          "nodes: {pc: {preset: laptop-ddr5}, gpu: {preset: rtx-5070-ti}}\n"
                                          "links: {cable: {between: [pc, gpu], preset: oculink-2-x4}}\n"
                                          "workloads: {model: {kind: copy, from: pc, to: gpu, bytes: 16 MiB}}\n%s",
                                          sweeps[i]);
        const lw_result result = run_text(&test, text);
        assert_int_equal(result.point_count, 4);
        few_GBps[i] = rate_GBps_of(&result, 0, "model");
        assert_true(few_GBps[i] < rate_GBps_of(&result, 3, "model") / 4);
        lw_test_end(&test);
    }
    assert_true(few_GBps[0] == few_GBps[1]);
}

// Calls that are queued follow one another at the caller, and that is what limits small ones.
static void test_queued_calls_are_named(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const lw_result result =
        run_text(&test, "nodes: {h: {kind: host}, g: {kind: gpu, submit: 33 us, submit_queued: 2.5 us}}\n"
                        "links: {l: {between: [h, g], preset: pcie-4-x16}}\n"
                        "workloads: {q: {kind: copy, from: h, to: g, bytes: 1 KiB, repeat: 1000, overlap: true}}\n"
                        "sweep: {workloads.q.bytes: [1 KiB, 16 MiB]}\n");
    assert_string_equal(limit_of_point(&test, &result.point[0]), "fixed cost (queued calls 2.5 us each)");
    assert_within(lw_point_limit(&result.point[0]).share, 0.97, 1);
    assert_string_equal(limit_of_point(&test, &result.point[1]), "links.l h->g: channel");
    lw_test_end(&test);
}

// Whoever bounds the writes that a network card has under way waits for the completion of each: eight of
// 16 KiB take as long as one. Where nobody counts them the link decides.
static void test_writes_wait_for_their_completion(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const lw_result result =
        run_text(&test, "nodes: {card: {kind: nic, submit: 5 us, finish: 1 us}, host: {kind: host}}\n"
                        "links: {net: {between: [card, host], type: link, rate: 50 GB/s, latency: 1 us}}\n"
                        "workloads: {w: {kind: dma, device: card, host: host, op: write, bytes: 16 KiB, count: 8000}}\n"
                        "sweep: {workloads.w.outstanding: [1, 8, 1000, auto]}\n");
    const double alone_us = 6 + 1 + 16384 / 50e3;
    assert_close(time_us_of(&result, 0, "w"), 8000 * alone_us, 0.01);
    assert_close(time_us_of(&result, 1, "w"), 1000 * alone_us, 0.06);
    assert_close(time_us_of(&result, 2, "w"), 8000 * 16384 / 50e3, 0.02);
    assert_close(time_us_of(&result, 3, "w"), 8000 * 16384 / 50e3, 0.02);
    lw_test_end(&test);
}

// Where one completion comes for all that were posted, each batch takes what the link needs for it, and
// one latency and completion.
static void test_batches_wait_for_the_last_completion(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const lw_result result =
        run_text(&test, "nodes: {card: {kind: nic, submit: 5 us, finish: 1 us}, host: {kind: host}}\n"
                        "links: {net: {between: [card, host], type: link, rate: 50 GB/s, latency: 1 us}}\n"
                        "workloads: {w: {kind: dma, device: card, host: host, op: write, bytes: 16 KiB, count: 8000,\n"
                        "                outstanding: 1, completes: batch}}\n"
                        "sweep: {workloads.w.outstanding: [1, 8, 1000, 40]}\n");
    const double each_us = 16384 / 50e3, once_us = 6 + 1;
    const double batch[] = {1, 8, 1000, 40};
    for (size_t p = 0; p < COUNT(batch); p++) {
        assert_close(time_us_of(&result, p, "w"), 8000 / batch[p] * (once_us + batch[p] * each_us), 0.01);
    }
    assert_non_null(strstr(limit_of_point(&test, &result.point[1]), "fixed cost"));
    assert_string_equal(limit_of_point(&test, &result.point[2]), "links.net card->host: channel");
    // the link is idle between two batches, however much of a batch overlaps
    for (size_t p = 2; p < COUNT(batch); p++) {
        assert_close(result.point[p].workload[0].limit.share, batch[p] * each_us / (once_us + batch[p] * each_us), 0.01);
    }
    lw_test_end(&test);
}

// Lines of cores wait for their banks as in M/D/1: load x service / (2 (1 - load)), and for nothing
// else below the bandwidth that cores get. Beside them a device meets its own latency.
static void test_lines_wait_for_banks(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const lw_result result = run_text(
        &test,
        "nodes:\n"
        "  cpu: {kind: host, memory_rate: 128 GB/s, read_latency: 240 ns, load_latency: 80 ns, load_share: 0.8}\n"
        "  far: {kind: host}\n"
        "links: {sockets: {between: [cpu, far], preset: socket-upi-10}}\n"
        "workloads:\n"
        "  read: {kind: dma, device: cpu, host: cpu, op: read, bytes: 64 B, count: 400000, rate: 1 GB/s, arrivals: poisson}\n"
        "  chase: {kind: read-latency, device: cpu, host: cpu, bytes: 64 B}\n"
        "sweep: {workloads.read.rate: [1 GB/s, 40 GB/s, 80 GB/s, 120 GB/s]}\n");
    const double bank_ns = 46, banks = 92;  // 128 GB/s x 46 ns / 64 B
    for (size_t p = 0; p < 3; p++) {
        const lw_workload_result *read = workload_of(&result.point[p], "read");
        const double load = read->bandwidth_GBps * bank_ns / 64 / banks;
        assert_close(read->mean_wait_ps / 1e3, load * bank_ns / (2 * (1 - load)), p == 0 ? 0.2 : 0.06);
        assert_within(read->mean_latency_ps / 1e3 - read->mean_wait_ps / 1e3, 80, 81);
    }
    assert_within(rate_GBps_of(&result, 3, "read"), 101, 103);
    assert_string_equal(limit_of_point(&test, &result.point[3]), "cpu memory");
    assert_within(time_us_of(&result, 0, "chase"), 0.08, 0.0815);
    lw_test_end(&test);
}

// Registers of a card's PCIe port make no packet of its NVLink smaller, nor a network card's those
// of its cable.
static void test_payload_sizes_hold_for_the_pcie_port(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const lw_result result =
        run_text(&test, "nodes:\n"
                        "  cpu: {preset: server-genoa}\n"
                        "  g: {kind: gpu, count: 2}\n"
                        "  n: {kind: nic, count: 2}\n"
                        "links:\n"
                        "  slot: {between: [cpu, g], preset: pcie-5-x16}\n"
                        "  nv: {between: ['g[0]', 'g[1]'], preset: nvlink-h100}\n"
                        "  eth: {between: ['n[0]', 'n[1]'], preset: ethernet-100g-rdma}\n"
                        "workloads:\n"
                        "  nv: {kind: copy, from: 'g[0]', to: 'g[1]', bytes: 64 MiB}\n"
                        "  get: {kind: dma, device: 'g[0]', host: 'g[1]', bytes: 64 KiB, count: 100, after: nv}\n"
                        "  eth: {kind: copy, from: 'n[0]', to: 'n[1]', bytes: 64 MiB}\n"
                        "  slot: {kind: copy, from: 'g[0]', to: cpu, bytes: 64 MiB, after: get}\n"
                        "sweep: {nodes.g.mps: [128 B, 256 B], nodes.g.mrrs: [128 B, 512 B], nodes.n.mps: [128 B, 256 B]}\n");
    static const char *const same[] = {"nv", "get", "eth"};
    for (size_t p = 1; p < result.point_count; p++) {
        for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
            assert_close(rate_GBps_of(&result, p, same[i]), rate_GBps_of(&result, 0, same[i]), 1e-12);
        }
    }
    assert_within(rate_GBps_of(&result, 0, "nv"), 396, 400);
    assert_true(rate_GBps_of(&result, 7, "slot") > 1.05 * rate_GBps_of(&result, 0, "slot"));
    lw_test_end(&test);
}

// Two slots meet in a card with a non-transparent bridge: the run says that it takes one for granted.
static void test_a_bridge_between_hosts_is_told(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const lw_result result = run_text(&test, "nodes: {a: {kind: host}, b: {kind: host}}\n"
                                             "links: {l: {between: [a, b], preset: pcie-4-x16}}\n"
                                             "workloads: {w: {kind: copy, from: a, to: b, bytes: 64 MiB}}\n");
    assert_message(&test, LW_WARNING,
                   "links.l: pcie joins two hosts by a non-transparent bridge alone, which is taken to cost nothing");
    assert_within(rate_GBps_of(&result, 0, "w"), 26, 30);
    lw_test_end(&test);
}

// A table is about copies as it was measured: pinned or pageable, by an engine, of one card, of its
// size; four of 64 MiB are none of 256 MiB.
static void test_tables_stand_beside_their_own_copies(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_result result =
        run_text(&test, "nodes: {pc: {preset: desktop-ddr5}, gpu: {preset: rtx-5090, count: 2}}\n"
                        "links: {cable: {between: [pc, gpu], preset: oculink-2-x4}}\n"
                        "workloads:\n"
                        "  kernel: {kind: copy, from: pc, to: 'gpu[0]', bytes: 256 MiB, by: kernel}\n"
                        "  pageable: {kind: copy, from: pc, to: 'gpu[0]', bytes: 256 MiB, memory: pageable, after: kernel}\n"
                        "  both: {kind: copy, from: pc, to: gpu, bytes: 128 MiB, after: pageable}\n"
                        "  tasks: {kind: graph, after: both, tasks: {up: {copy: {from: pc, to: 'gpu[0]', bytes: 256 MiB}}}}\n"
                        "  queued: {kind: copy, from: pc, to: 'gpu[0]', bytes: 64 MiB, repeat: 4, overlap: true, after: tasks}\n"
                        "  pinned: {kind: copy, from: pc, to: 'gpu[0]', bytes: 256 MiB, after: queued}\n");
    static const char *const paths[] = {LW_SOURCE_DIR "/configs/measured/tomshardware-2025-oculink-h2d.yaml",
                                        LW_SOURCE_DIR "/configs/measured/oculink-gen4x4-rtx-5060-ti-h2d-pageable.yaml"};
    static const char *const fits[2][3] = {{"queued", "pinned", NULL}, {"pageable", NULL}};
    const lw_point *point = &result.point[0];
    lw_measured_series series[2];
    for (size_t m = 0; m < 2; m++) {
        lw_measured *table = NULL;
        assert_int_equal(lw_measured_load(paths[m], shipped_catalog(&test), test.arena, test.diags, &table), LW_OK);
        assert_int_equal(lw_measured_series_of(table, test.arena, &series[m]), LW_OK);
        for (size_t w = 0; w < point->workload_count; w++) {
            bool wanted = false;
            for (size_t i = 0; fits[m][i] != NULL; i++) {
                wanted = wanted || strcmp(fits[m][i], point->workload[w].name) == 0;
            }
            assert_int_equal(lw_measured_fits(&series[m], point, &point->workload[w]), wanted);
        }
    }
    assert_true(lw_point_size(point, workload_of(point, "queued")) == 67108864);
    assert_true(lw_point_size(point, workload_of(point, "pinned")) == 268435456);
    result.measured = series;
    result.measured_count = 2;
    lw_text text = {0};
    assert_int_equal(lw_report(&result, LW_FORMAT_TABLE, 0, &text), LW_OK);
    assert_non_null(strstr(text.bytes, "256 MiB      6.60   6.76     +2.5 %  tomshardware"));
    assert_non_null(strstr(text.bytes, "256 MiB      6.66   6.77     +1.6 %  oculink-gen4x4-rtx-5060-ti-h2d-pageable"));
    lw_text_free(&text);
    lw_test_end(&test);
}

// What one engine has under way is one engine: 64 writes in flight leave reads their turns, however
// far the memory is, where each had a turn of its own and the reads took twice their time.
static void test_writes_in_flight_are_one_engine(void **state) {
    (void)state;
    static const int delays_ns[] = {0, 100, 150, 300};
    for (size_t i = 0; i < sizeof delays_ns / sizeof delays_ns[0]; i++) {
        lw_test test = lw_test_begin();
        const char *chain = lw_arena_print(
            test.arena,
            "nodes: {n: {kind: nic}, s: {kind: switch, latency: 100 ns, count: 2}, h: {kind: host, read_latency: 200 ns}}\n"
            "links:\n"
            "  a: {between: [n, 's[0]'], type: link, rate: 16 GB/s, packet: 256 B, overhead: 24 B}\n"
            "  b: {between: ['s[0]', 's[1]'], type: link, rate: 32 GB/s, packet: 256 B, overhead: 24 B}\n"
            "  c: {between: ['s[1]', h], type: link, rate: 24 GB/s, latency: %d ns, packet: 256 B, overhead: 24 B}\n"
            "workloads:\n"
            "  r: {kind: dma, device: n, host: h, op: read, bytes: 64 B, outstanding: 64, count: 20000}\n",
            delays_ns[i]);
        const lw_result alone = run_text(&test, chain);
        const lw_result both = run_text(
            &test, lw_arena_print(
                       test.arena,
                       "%s  w: {kind: dma, device: n, host: h, op: write, bytes: 64 B, outstanding: 64, count: 60000}\n", chain));
        assert_close(workload_of(&both.point[0], "r")->time_s / workload_of(&alone.point[0], "r")->time_s, 1.01, 0.015);
        lw_test_end(&test);
    }
}

// Where the engines differ by design: packets that came over one port share its turn at the next, flows
// do not (lanewise explain flow).
static void test_ports_take_turns_where_flows_share(void **state) {
    (void)state;
    static const char *const engines[] = {"packet", "flow"};
    for (int e = 0; e < 2; e++) {
        lw_test test = lw_test_begin();
        const lw_result result = run_text(
            &test, lw_arena_print(test.arena,
                                  "engine: %s\nnodes: {a: {kind: nic}, b: {kind: nic}, c: {kind: nic}, s: {kind: switch}}\n"
                                  "links:\n  la: {between: [a, s], preset: pcie-4-x16}\n"
                                  "  lb: {between: [b, s], preset: pcie-4-x16}\n"
                                  "  lc: {between: [s, c], preset: pcie-4-x16}\n"
                                  "workloads:\n  a1: {kind: copy, from: a, to: c, bytes: 1 GiB}\n"
                                  "  a2: {kind: copy, from: a, to: c, bytes: 1 GiB}\n"
                                  "  a3: {kind: copy, from: a, to: c, bytes: 1 GiB}\n"
                                  "  b1: {kind: copy, from: b, to: c, bytes: 1 GiB}\n",
                                  engines[e]));
        assert_within(time_us_of(&result, 0, "a1"), 149400, 149600);
        assert_within(time_us_of(&result, 0, "a3"), 149400, 149600);
        assert_within(time_us_of(&result, 0, "b1"), e == 0 ? 74700 : 149400, e == 0 ? 74800 : 149600);
        lw_test_end(&test);
    }
}

// Flows share as packets do then: writes whose completions are waited for, beside a copy, one other
// write at a time, reads, and of a second card.
static void test_engines_agree_on_writes_in_flight(void **state) {
    (void)state;
    static const struct {
        const char *beside;
        double within;
    } cases[] = {{"{kind: copy, from: card, to: host, bytes: 64 MiB}", 1e-6},
                 {"{kind: dma, device: 'nics[0]', host: host, op: write, bytes: 4 KiB, count: 2000, outstanding: 1}", 1e-3},
                 {"{kind: dma, device: 'nics[0]', host: host, op: read, bytes: 4 KiB, count: 20000}", 1e-3},
                 {"{kind: dma, device: 'nics[1]', host: host, op: write, bytes: 16 KiB, count: 20000, outstanding: 8}", 1e-3}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lw_test test = lw_test_begin();
        const char *text = lw_arena_print(
            test.arena,
            "nodes: {host: {kind: host}, s: {kind: switch}, card: {kind: gpu}, nics: {preset: connectx-7, count: 2}}\n"
            "links:\n"
            "  up: {between: [host, s], preset: pcie-5-x16}\n"
            "  down: {between: [s, nics], preset: pcie-5-x16}\n"
            "  slot: {between: [s, card], preset: pcie-5-x16}\n"
            "workloads:\n"
            "  w: {kind: dma, device: 'nics[0]', host: host, op: write, bytes: 4 KiB, count: 20000, outstanding: 64}\n"
            "  beside: %s\n",
            cases[i].beside);
        const lw_result packet = run_text(&test, lw_arena_print(test.arena, "engine: packet\n%s", text));
        const lw_result flow = run_text(&test, lw_arena_print(test.arena, "engine: flow\n%s", text));
        for (int k = 0; k < 2; k++) {
            const char *name = k == 0 ? "w" : "beside";
            assert_close(workload_of(&flow.point[0], name)->time_s / workload_of(&packet.point[0], name)->time_s, 1,
                         cases[i].within);
        }
        lw_test_end(&test);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_host_rates_hold_for_the_host_port),
        cmocka_unit_test(test_copies_wait_for_engines),
        cmocka_unit_test(test_a_shared_link_is_named_before_the_engine),
        cmocka_unit_test(test_a_mesh_beats_a_ring),
        cmocka_unit_test(test_reads_are_timed_one_by_one),
        cmocka_unit_test(test_planes_are_striped),
        cmocka_unit_test(test_two_cables_carry_twice),
        cmocka_unit_test(test_idle_ports_change_no_route),
        cmocka_unit_test(test_queued_copies_follow_each_other),
        cmocka_unit_test(test_network_cards_take_a_gap_a_message),
        cmocka_unit_test(test_deadlocks_name_their_cycle),
        cmocka_unit_test(test_kernels_copy_without_engines),
        cmocka_unit_test(test_ranges_say_where_they_end),
        cmocka_unit_test(test_more_lanes_are_never_slower),
        cmocka_unit_test(test_a_wider_middle_is_never_slower),
        cmocka_unit_test(test_host_rates_hold_for_a_slot),
        cmocka_unit_test(test_a_read_over_two_cables_is_one),
        cmocka_unit_test(test_no_memory_lets_a_read_pass),
        cmocka_unit_test(test_axes_of_one_object_agree),
        cmocka_unit_test(test_queued_calls_are_named),
        cmocka_unit_test(test_writes_wait_for_their_completion),
        cmocka_unit_test(test_batches_wait_for_the_last_completion),
        cmocka_unit_test(test_lines_wait_for_banks),
        cmocka_unit_test(test_payload_sizes_hold_for_the_pcie_port),
        cmocka_unit_test(test_a_bridge_between_hosts_is_told),
        cmocka_unit_test(test_tables_stand_beside_their_own_copies),
        cmocka_unit_test(test_writes_in_flight_are_one_engine),
        cmocka_unit_test(test_ports_take_turns_where_flows_share),
        cmocka_unit_test(test_engines_agree_on_writes_in_flight),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
