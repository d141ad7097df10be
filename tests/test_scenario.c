// SPDX-License-Identifier: GPL-3.0-or-later
// Whole scenarios: results in words, threads, stopping, and memory that runs out.
#include <unistd.h>

#include "sim/base/file.h"
#include "sim/base/sha256.h"
#include "sim/base/text.h"
#include "sim/fabric/attribution.h"
#include "sim/report/report.h"
#include "sim/study/provenance.h"
#include "tests/pair_scenario.h"
#include "tests/scenario_helpers.h"

static const char *limit_of(lw_test *test, const char *text) {
    const lw_result result = run_text(test, text);
    return limit_of_point(test, &result.point[0]);
}

static void results_say_what_limits(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    assert_string_equal(limit_of(&test, PAIR("kind: host", "kind: gpu", "preset: pcie-4-x16") H2D("16 MiB")),
                        "links.slot host->gpu: channel");
    assert_string_equal(limit_of(&test, PAIR("kind: host", "kind: gpu, submit: 20 us", "preset: pcie-4-x16") H2D("4 KiB")),
                        "fixed cost (submission 20 us)");
    assert_string_equal(limit_of(&test, PAIR("kind: host", "kind: gpu, finish: 20 us", "preset: pcie-4-x16") H2D("4 KiB")),
                        "fixed cost (completion 20 us)");
    assert_string_equal(
        limit_of(&test, PAIR("kind: host, memory_rate: 10 GB/s", "kind: gpu", "preset: pcie-4-x16") H2D("16 MiB")),
        "host memory");
    assert_string_equal(limit_of(&test, PAIR("kind: host", "kind: gpu, request_gap: 100 ns", "preset: pcie-4-x16") H2D("16 MiB")),
                        "gpu dma engine (100 ns a request)");
    assert_string_equal(
        limit_of(&test, PAIR("kind: host", "kind: gpu, copy_rate_h2d: 14 GB/s", "preset: pcie-4-x16") H2D("16 MiB")),
        "gpu copy engine");
    assert_string_equal(
        limit_of(
            &test,
            PAIR("kind: host, cpu_copy_rate: 3 GB/s", "kind: gpu, staging_bytes: 1 MiB",
                 "preset: pcie-4-x16") "workloads: {up: {kind: copy, from: host, to: gpu, bytes: 64 MiB, memory: pageable}}\n"),
        "host cpu copy (up)");
    assert_string_equal(
        limit_of(&test,
                 PAIR("kind: host", "kind: gpu",
                      "preset: pcie-4-x16") "workloads: {s: {kind: stream, from: gpu, to: host, bytes: 1 MiB, rate: 1 GB/s}}\n"),
        "the offered load");
    const char *window =
        limit_of(&test, PAIR("kind: host, read_latency: 1 us", "kind: gpu, tags: 8", "preset: pcie-4-x16") H2D("16 MiB"));
    assert_non_null(strstr(window, "links.slot: window (8 tags x 512 B, round trip 1."));
    // Tags that would be enough on a sound link are not what limits a bad or a starved one.
    static const char *const others[][2] = {
        {"preset: pcie-4-x16, bit_error_rate: 1e-4", "links.slot: repeats after errors"},
        {"preset: pcie-4-x16, nonposted_header_credits: 1", "links.slot gpu->host: credits"},
        {"preset: pcie-4-x16, completion_header_credits: 1", "links.slot host->gpu: credits"},
    };
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        const char *text =
            lw_arena_print(test.arena, PAIR("kind: host, read_latency: 240 ns", "kind: gpu", "%s") H2D("4 MiB"), others[i][0]);
        assert_string_equal(limit_of(&test, text), others[i][1]);
    }
    assert_string_equal(limit_of(&test, PAIR("kind: host", "kind: gpu",
                                             "preset: pcie-4-x16, bit_error_rate: 1e-4") "workloads: {down: {kind: copy, from: "
                                                                                         "gpu, to: host, bytes: 4 MiB}}\n"),
                        "links.slot: repeats after errors");
    assert_string_equal(limit_of(&test, "nodes: {host: {kind: host}}\nworkloads: {}\n"), "nothing");
    lw_test_end(&test);
}

// Requests of an upload pass among the download's data and lose next to nothing by it.
static void directions_are_not_mixed_up(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_result result = run_text(&test, "nodes: {host: {kind: host}, gpu: {kind: gpu}}\n"
                                       "links: {slot: {between: [host, gpu], preset: pcie-4-x16}}\n"
                                       "workloads:\n  up: {kind: copy, from: host, to: gpu, bytes: 64 MiB}\n"
                                       "  down: {kind: copy, from: gpu, to: host, bytes: 64 MiB}\n");
    assert_string_equal(limit_in_words(&test, &workload_of(&result.point[0], "up")->limit), "links.slot host->gpu: channel");
    assert_string_equal(limit_in_words(&test, &workload_of(&result.point[0], "down")->limit), "links.slot gpu->host: channel");
    // Where the engine that sends the requests is slower than the link, it stays the limit.
    assert_string_equal(
        limit_of(&test, PAIR("kind: host", "kind: gpu, copy_rate_h2d: 27 GB/s", "preset: pcie-4-x16") H2D("16 MiB")),
        "gpu copy engine");
    lw_test_end(&test);
}

// A share is the part of the time that goes to the limit: here to waiting for something to send,
// and for credits.
static void shares_are_of_the_limit(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const char *text[2] = {
        PAIR("kind: host", "kind: gpu", "preset: pcie-4-x16") "workloads: {s: {kind: stream, from: gpu, to: host, bytes: 1 MiB, "
                                                              "rate: 1 GB/s}}\n",
        PAIR("kind: host", "kind: gpu",
             "preset: pcie-4-x16, posted_data_credits: 16") "workloads: {s: {kind: copy, from: gpu, to: "
                                                            "host, bytes: 1 MiB}}\n"};
    static const char *const limit[2] = {"the offered load", "links.slot gpu->host: credits"};
    for (int i = 0; i < 2; i++) {
        lw_result result = run_text(&test, text[i]);
        const lw_workload_result *workload = workload_of(&result.point[0], "s");
        assert_string_equal(limit_in_words(&test, &workload->limit), limit[i]);
        assert_close(workload->limit.share, 0.97, 0.01);
    }
    lw_test_end(&test);
}

#define HOSTS(more, link) "nodes: {a: {kind: gpu}, b: {kind: host" more "}}\nlinks: {l: {between: [a, b], " link "}}\n"
#define LONG_COPY "workloads: {w: {kind: copy, from: a, to: b, bytes: 64 MiB}}\n"
#define SHORT_COPY "workloads: {w: {kind: copy, from: a, to: b, bytes: 64 B}}\n"
#define ONE_READ "workloads: {w: {kind: read-latency, device: a, host: b, bytes: 64 B}}\n"
#define TAGGED_READS "workloads: {w: {kind: dma, device: a, host: b, op: read, bytes: 64 B, count: 1000}}\n"

// A rate stands on rates; a time, and a rate that a time decides, on times too. Ports of PCIe are
// assumed, its rate is not.
static void evidence_is_of_what_decides(void **state) {
    (void)state;
    static const struct {
        const char *text;
        lw_evidence evidence;
    } cases[] = {
        {HOSTS("", "preset: pcie-4-x16") LONG_COPY, LW_SPECIFIED},
        {HOSTS("", "preset: pcie-4-x16") SHORT_COPY, LW_ASSUMED},
        {HOSTS("", "preset: pcie-4-x16") ONE_READ, LW_ASSUMED},
        {HOSTS("", "preset: pcie-4-x16, tags: 1") TAGGED_READS, LW_ASSUMED},
        {HOSTS("", "preset: cxl-3.1-x16") ONE_READ, LW_ASSUMED},
        {HOSTS("", "preset: nvlink-a100") LONG_COPY, LW_CALIBRATED},
        {HOSTS("", "preset: nvlink-a100") ONE_READ, LW_ASSUMED},
        {HOSTS("", "preset: nvlink-h100") ONE_READ, LW_CALIBRATED},
        // The scenario's own numbers, where they decide; what says which machine it is does not
        // count.
        {HOSTS("", "preset: pcie-4-x16, tx_port: 5 us") LONG_COPY, LW_SPECIFIED},
        {HOSTS("", "preset: pcie-4-x16, efficiency: 0.5") LONG_COPY, LW_ASSUMED},
        {HOSTS("", "preset: pcie-4-x16, lanes: 8, mps: 512 B") LONG_COPY, LW_SPECIFIED},
        {HOSTS(", memory_rate: 60 GB/s", "preset: pcie-4-x16") LONG_COPY, LW_ASSUMED},
        {HOSTS(", read_latency: 1 us", "preset: nvlink-h100") ONE_READ, LW_ASSUMED},
        // A default that its source calls assumed, without a preset that answers for it.
        {HOSTS("", "type: nvlink, gen: 4") LONG_COPY, LW_ASSUMED},
        {HOSTS("", "type: pcie, gen: 4, lanes: 16") LONG_COPY, LW_SPECIFIED},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lw_test test = lw_test_begin();
        lw_result result = run_text(&test, cases[i].text);
        if (result.point[0].evidence != cases[i].evidence) {
            fail_msg("%s is %s", cases[i].text, lw_evidence_words[result.point[0].evidence]);
        }
        lw_test_end(&test);
    }
}

// Four cards, a link each, or all behind one port: what limits every member is the answer, and its
// share is not divided by four.
static void groups_are_limited_as_their_members_are(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    static const char *const links[][2] = {
        {"nodes: {host: {kind: host}, gpu: {kind: gpu, count: 4}}\nlinks: {slot: {between: [host, gpu], preset: pcie-4-x16}}\n",
         "links.slot[0] host->gpu[0]: channel"},
        {"nodes: {host: {kind: host}, gpu: {kind: gpu, count: 4}, port: {kind: switch}}\n"
         "links: {up: {between: [host, port], preset: pcie-4-x16}, slot: {between: [port, gpu], preset: pcie-4-x16}}\n",
         "links.up host->port: channel"},
    };
    for (int i = 0; i < 2; i++) {
        lw_result result = run_text(&test, lw_arena_print(test.arena, "%s" H2D("64 MiB"), links[i][0]));
        assert_string_equal(limit_of_point(&test, &result.point[0]), links[i][1]);
        assert_close(workload_of(&result.point[0], "up")->limit.share, 1, 0.01);
    }
    lw_test_end(&test);
}

// Over a network the cards move the bytes: a remote card gets what the network, or the slowest
// slot, carries. On PCIe a frame of 4096 B is sixteen packets of 256 B.
static void remote_copies_run_at_the_rate_of_the_network(void **state) {
    (void)state;
    static const char *const ends[][2] = {{"desk", "gpu"}, {"gpu", "desk"}, {"desk", "server"}, {"cards[0]", "gpu"}};
    static const struct {
        const char *preset;
        double rate_GBps;
    } cables[] = {{"ethernet-25g-rdma", 3.06}, {"ethernet-100g-rdma", 12.25}};
    lw_test test = lw_test_begin();
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        for (size_t c = 0; c < sizeof cables / sizeof cables[0]; c++) {
            lw_result result =
                run_text(&test, lw_arena_print(test.arena,
                                               "include: systems/remote-gpu-100g\nlinks: {cables: {preset: %s}}\n"
                                               "workloads: {copy: {kind: copy, from: '%s', to: '%s', bytes: 64 MiB}}\n",
                                               cables[c].preset, ends[i][0], ends[i][1]));
            assert_close(workload_of(&result.point[0], "copy")->bandwidth_GBps, cables[c].rate_GBps, 5e-3);
            for (size_t d = 0; d < result.point[0].direction_count; d++) {
                const lw_direction_result *row = &result.point[0].direction[d];
                if (strcmp(row->link, "far_slot") == 0 && row->payload_bytes > 0) {
                    assert_int_equal(row->wire_bytes, (64 << 20) / 256 * (256 + 24));
                }
            }
        }
    }
    lw_test_end(&test);
}

// From one slot to another a packet passes the root complex; what ends in the host's memory does
// not.
static void peers_pay_for_the_root_complex(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    static const char text[] = "nodes: {host: {kind: host, forward_latency: 200 ns}, gpus: {kind: gpu, count: 2}}\n"
                               "links: {slots: {between: [host, gpus], preset: pcie-5-x16}}\n"
                               "workloads:\n  peer: {kind: read-latency, device: 'gpus[0]', host: 'gpus[1]', bytes: 128 B}\n"
                               "  own: {kind: read-latency, device: 'gpus[0]', host: host, bytes: 128 B, after: [peer]}\n"
                               "sweep: {nodes.host.forward_latency: [0 ns, 200 ns]}\n";
    lw_result result = run_text(&test, text);
    assert_close(workload_of(&result.point[1], "peer")->time_s - workload_of(&result.point[0], "peer")->time_s, 400e-9, 0.03);
    assert_true(workload_of(&result.point[1], "own")->time_s == workload_of(&result.point[0], "own")->time_s);
    lw_test_end(&test);
}

// Little's law: tags x request / round trip, and no more.
static void windows_obey_littles_law(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_result result =
        run_text(&test, PAIR("kind: host, read_latency: 2 us", "kind: gpu, tags: 4", "preset: pcie-4-x16") H2D("4 MiB"));
    const lw_stage_result *stage = &result.point[0].stage[0];
    double window = stage->rate_GBps[LW_STAGE_WINDOW];
    assert_close(window, 4 * 512 / 2.2e-6 / 1e9, 0.03);
    assert_close(workload_of(&result.point[0], "up")->bandwidth_GBps, window, 0.03);
    for (int s = 1; s < LW_STAGE_COUNT; s++) {
        assert_true(stage->rate_GBps[s] <= stage->rate_GBps[s - 1]);
    }
    lw_test_end(&test);
}

// The waterfall is arithmetic, the copy is simulated, and a reader sees both side by side.
static void waterfalls_end_where_copies_arrive(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_result result =
        run_text(&test, PAIR("kind: host", "kind: gpu",
                             "preset: pcie-3-x16") "workloads:\n  up: {kind: copy, from: host, to: gpu, bytes: 64 MiB}\n"
                                                   "  down: {kind: copy, from: gpu, to: host, bytes: 64 MiB, after: [up]}\n"
                                                   "sweep: {links.slot: [{preset: pcie-1-x1}, {preset: pcie-2-x4}, {preset: "
                                                   "pcie-3-x16}, {preset: pcie-4-x4}, "
                                                   "{preset: pcie-5-x8}, {preset: pcie-6-x4}, {preset: oculink-2-x4}, {preset: "
                                                   "thunderbolt-5}]}\n");
    assert_int_equal(result.point_count, 8);
    for (size_t i = 0; i < result.point_count; i++) {
        const lw_point *point = &result.point[i];
        assert_int_equal(point->stage_count, 2);
        for (size_t s = 0; s < point->stage_count; s++) {
            const lw_stage_result *stage = &point->stage[s];
            assert_close(workload_of(point, stage->workload)->bandwidth_GBps, stage->rate_GBps[LW_STAGE_WINDOW], 5e-4);
        }
    }
    lw_test_end(&test);
}

// Two copies halve an uplink of 28.9 GB/s: what the other one takes of it is sharing, no loss of the
// route. One at a time has nothing to share.
static void what_sharing_takes_is_named(void **state) {
    (void)state;
    for (int together = 0; together < 2; together++) {
        lw_test test = lw_test_begin();
        lw_result result = run_text(
            &test, lw_arena_print(test.arena,
                                  "lanewise: 1\nnodes: {cpu: {kind: host}, sw: {kind: switch}, a: {kind: gpu}, b: {kind: "
                                  "gpu}}\nlinks:\n  up: {between: [cpu, sw], preset: pcie-5-x8}\n  da: {between: [sw, a], "
                                  "preset: pcie-5-x16}\n  db: {between: [sw, b], preset: pcie-5-x16}\nworkloads:\n  x: {kind: "
                                  "copy, from: cpu, to: a, bytes: 64 MiB}\n  y: {kind: copy, from: cpu, to: b, bytes: 64 "
                                  "MiB%s}\n",
                                  together ? "" : ", after: [x]"));
        for (size_t i = 0; i < result.point[0].stage_count; i++) {
            const lw_stage_result *stage = &result.point[0].stage[i];
            const double window = stage->rate_GBps[LW_STAGE_WINDOW], achieved = stage->rate_GBps[LW_STAGE_ENDPOINT];
            assert_close(stage->rate_GBps[LW_STAGE_SHARING], achieved, 0.01);
            assert_close(achieved, together ? window / 2 : window, 0.01);
            assert_true((stage->shared != NULL) == together);
        }
        lw_test_end(&test);
    }
}

// Reads of the other direction ask for their data over the same wires, 24 B and more for 512 B, and
// a medium of half duplex carries either: both are sharing, not a loss of the route.
static void what_the_other_direction_takes_is_named(void **state) {
    (void)state;
    static const struct {
        const char *link;
        double left;  // for what is written, of what the link carries
    } rows[] = {{"preset: pcie-5-x4", 0.942}, {"type: link, rate: 10 GB/s, duplex: half", 0.5}};
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
        lw_test test = lw_test_begin();
        lw_result result = run_text(
            &test, lw_arena_print(test.arena,
                                  "lanewise: 1\nnodes: {cpu: {kind: host}, gpu: {kind: gpu}}\nlinks: {up: {between: [cpu, gpu], "
                                  "%s}}\nworkloads:\n  load: {kind: copy, from: cpu, to: gpu, bytes: 1 GiB}\n  spill: {kind: "
                                  "copy, from: gpu, to: cpu, bytes: 1 GiB}\n",
                                  rows[r].link));
        const lw_stage_result *spill = &result.point[0].stage[1];
        const double window = spill->rate_GBps[LW_STAGE_WINDOW], achieved = spill->rate_GBps[LW_STAGE_ENDPOINT];
        assert_string_equal(spill->workload, "spill");
        assert_string_equal(spill->shared, "load");
        assert_close(achieved, rows[r].left * window, 0.005);
        assert_close(spill->rate_GBps[LW_STAGE_SHARING], achieved, 0.005);
        lw_test_end(&test);
    }
    // reads that take turns with what is written, at the link that carries their requests
    lw_test test = lw_test_begin();
    lw_result result =
        run_text(&test, "lanewise: 1\nnodes: {cpu: {kind: host}, gpu: {kind: gpu}}\nlinks: {up: {between: [cpu, gpu], "
                        "preset: cxl-2.0-x8}}\nworkloads:\n  load: {kind: copy, from: cpu, to: gpu, bytes: 64 "
                        "MiB}\n  spill: {kind: copy, from: gpu, to: cpu, bytes: 64 MiB}\n");
    const lw_stage_result *load = &result.point[0].stage[0];
    assert_string_equal(load->workload, "load");
    assert_string_equal(load->shared, "spill");
    assert_true(load->rate_GBps[LW_STAGE_ENDPOINT] < 0.7 * load->rate_GBps[LW_STAGE_WINDOW]);
    assert_close(load->rate_GBps[LW_STAGE_SHARING], load->rate_GBps[LW_STAGE_ENDPOINT], 1e-9);
    lw_test_end(&test);
}

// A copy staged in memory goes over two links, and its waterfall is that of the narrower one,
// whichever comes first.
static void waterfalls_are_of_the_narrow_link(void **state) {
    (void)state;
    for (int round = 0; round < 2; round++) {
        lw_test test = lw_test_begin();
        lw_result result = run_text(
            &test, lw_arena_print(test.arena,
                                  "lanewise: 1\nnodes: {cpu: {kind: host}, a: {kind: gpu}, b: {kind: gpu}}\nlinks:\n  slot-a: "
                                  "{between: [cpu, a], preset: pcie-4-x%d}\n  slot-b: {between: [cpu, b], preset: "
                                  "pcie-4-x%d}\nworkloads: {peer: {kind: copy, from: a, to: b, bytes: 64 MiB, p2p: false}}\n",
                                  round == 0 ? 16 : 8, round == 0 ? 8 : 16));
        assert_string_equal(result.point[0].stage[0].link, round == 0 ? "slot-b" : "slot-a");
        assert_close(result.point[0].stage[0].rate_GBps[LW_STAGE_RAW], 16, 1e-9);
        lw_test_end(&test);
    }
}

static void loads_without_a_limit_are_told(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    load_text(&test,
              "nodes: {host: {kind: host}}\nworkloads: {load: {kind: memory-load, node: host, rate: 1 GB/s, bytes: 1 MiB}}\n");
    assert_message(&test, LW_WARNING, "workloads.load has no effect: the memory of 'host' has no limit");
    lw_test_end(&test);
}

// Twelve readers leave a copy what they do not take (30.6 GB/s less 19.6).
static void loads_last_and_take_their_share(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_result result =
        run_text(&test, PAIR("kind: host, memory_rate: 30.6 GB/s", "kind: gpu",
                             "preset: pcie-4-x16") "workloads:\n  up: {kind: copy, from: host, to: gpu, bytes: 64 MiB}\n"
                                                   "  load: {kind: memory-load, node: host, rate: 19.6 GB/s, readers: 12}\n");
    const lw_workload_result *up = workload_of(&result.point[0], "up"), *load = workload_of(&result.point[0], "load");
    assert_close(up->bandwidth_GBps, 11.0, 0.02);
    assert_true(load->end_ps >= up->end_ps);
    assert_string_equal(limit_of_point(&test, &result.point[0]), "host memory");
    lw_test_end(&test);
}

// Two copies over PCIe 4.0 x16 (31.5 GB/s on the wire) in a memory that can serve both go to the
// picosecond as if alone, and cost no more to simulate; from a slower one each gets half.
static void copies_meet_in_memory_only_when_it_is_short(void **state) {
    (void)state;
    static const char cards[] = "nodes: {host: {kind: host, memory_rate: %s}, gpus: {kind: gpu, count: 2}}\n"
                                "links: {slots: {between: [gpus, host], preset: pcie-4-x16, pattern: star}}\n"
                                "workloads: {up: {kind: copy, from: host, to: 'gpus[0]', bytes: 256 MiB}%s}\n";
    static const char down[] = ", down: {kind: copy, from: 'gpus[1]', to: host, bytes: 256 MiB}";
    lw_test test = lw_test_begin();
    lw_result alone = run_text(&test, lw_arena_print(test.arena, cards, "64 GB/s", ""));
    lw_result both = run_text(&test, lw_arena_print(test.arena, cards, "64 GB/s", down));
    lw_result slow = run_text(&test, lw_arena_print(test.arena, cards, "20 GB/s", down));
    int64_t alone_ps = workload_of(&alone.point[0], "up")->end_ps;
    assert_int_equal(workload_of(&both.point[0], "up")->end_ps, alone_ps);
    assert_true(both.point[0].events < 2 * alone.point[0].events);
    assert_close((double)workload_of(&slow.point[0], "up")->end_ps, 268435456 / 10e9 * 1e12, 1e-3);
    lw_test_end(&test);
}

// A few outstanding writes: the bandwidth grows with their number until the route is full, and then
// no further.
static void writes_under_way_are_a_window(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_result result =
        run_text(&test, "nodes: {host: {kind: host}, nic: {kind: nic}}\n"
                        "links: {slot: {between: [host, nic], type: pcie, gen: 4, lanes: 8}}\n"
                        "workloads: {w: {kind: dma, device: nic, host: host, op: write, bytes: 256 B, count: 1000}}\n"
                        "sweep: {workloads.w.outstanding: [1, 2, 4, 64, 999, 1000]}\n");
    const double one_GBps = workload_of(&result.point[0], "w")->bandwidth_GBps;
    assert_close(workload_of(&result.point[1], "w")->bandwidth_GBps, 2 * one_GBps, 1e-2);
    assert_close(workload_of(&result.point[2], "w")->bandwidth_GBps, 4 * one_GBps, 1e-2);
    assert_string_equal(limit_of_point(&test, &result.point[0]), "links.slot: window (1 outstanding write)");
    assert_string_equal(limit_of_point(&test, &result.point[2]), "links.slot: window (4 outstanding writes)");
    for (int i = 3; i < 6; i++) {
        assert_close(workload_of(&result.point[i], "w")->bandwidth_GBps, 13.4, 0.1);
        assert_true(workload_of(&result.point[i], "w")->end_ps == workload_of(&result.point[5], "w")->end_ps);
        assert_string_equal(limit_of_point(&test, &result.point[i]), "links.slot nic->host: channel");
    }
    lw_test_end(&test);
}

static void jobs_wait_for_each_other(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_result result = run_text(
        &test,
        PAIR("kind: host", "kind: gpu",
             "preset: pcie-4-x16") "workloads:\n  last: {kind: copy, from: gpu, to: host, bytes: 1 MiB, after: [first, second]}\n"
                                   "  first: {kind: copy, from: host, to: gpu, bytes: 1 MiB}\n"
                                   "  second: {kind: copy, from: host, to: gpu, bytes: 1 MiB, start: 3 ms}\n");
    const lw_point *point = &result.point[0];
    assert_int_equal(workload_of(point, "first")->start_ps, 0);
    assert_int_equal(workload_of(point, "second")->start_ps, INT64_C(3000000000));
    assert_int_equal(workload_of(point, "last")->start_ps, workload_of(point, "second")->end_ps);
    assert_string_equal(workload_of(point, "last")->copy, "d2h");
    lw_test_end(&test);
}

static void empty_copies_take_their_fixed_cost(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_result result =
        run_text(&test, PAIR("kind: host", "kind: gpu, submit: 2 us, finish: 1 us", "preset: pcie-4-x16") H2D("0 B"));
    assert_int_equal(workload_of(&result.point[0], "up")->end_ps, 3000000);
    assert_true(workload_of(&result.point[0], "up")->bandwidth_GBps == 0);
    lw_test_end(&test);
}

// A copy of one packet is its fixed cost to the picosecond, however small; a larger one takes
// longer.
static void fixed_cost_fits_into_the_time(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_result result = run_text(
        &test, PAIR("preset: desktop-ddr5", "kind: gpu, submit: 3 us, finish: 1 us",
                    "preset: oculink-2-x4") "workloads:\n  up: {kind: copy, from: host, to: gpu, bytes: 64 B}\n"
                                            "  down: {kind: copy, from: gpu, to: host, bytes: 64 B, after: [up]}\n"
                                            "  ping: {kind: read-latency, device: gpu, host: host, bytes: 64 B, after: [down]}\n"
                                            "sweep: {workloads.*.bytes: [1 B, 64 B, 256 B, 4 KiB]}\n");
    assert_int_equal(result.point_count, 4);
    for (size_t i = 0; i < result.point_count; i++) {
        for (size_t w = 0; w < result.point[i].workload_count; w++) {
            const lw_workload_result *row = &result.point[i].workload[w];
            if (row->bytes <= 256) {
                assert_int_equal(row->fixed_ps, row->end_ps - row->start_ps);
            } else {
                assert_true(row->fixed_ps < row->end_ps - row->start_ps);
            }
        }
    }
    lw_test_end(&test);
}

static const char swept[] = PAIR("kind: host", "preset: rtx-5090", "preset: oculink-2-x4")
    H2D("1 MiB") "sweep: {links.slot: [{preset: pcie-4-x16}, {preset: thunderbolt-4}], workloads.up.bytes: {from: 1 KiB, to: 4 "
                 "MiB, factor: 4}}\n";

static const char *json_of(lw_test *test, const char *text, int threads) {
    lw_result result = {0};
    lw_text out = {0};
    const lw_run run = {.threads = threads};
    assert_int_equal(lw_scenario_run(load_text(test, text), &run, test->arena, test->diags, &result), LW_OK);
    assert_int_equal(lw_report(&result, LW_FORMAT_JSON, 0, &out), LW_OK);
    const char *copy = lw_arena_copy(test->arena, out.bytes);
    lw_text_free(&out);
    assert_non_null(copy);
    return copy;
}

static void threads_change_no_byte(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const char *one = json_of(&test, swept, 1);
    assert_true(strlen(one) > 2000);
    for (int threads = 2; threads <= 7; threads++) {
        assert_string_equal(json_of(&test, swept, threads), one);
    }
    lw_test_end(&test);
}

static volatile sig_atomic_t stop_now;
static void stop_at_three(size_t done, size_t total, void *user) {
    (void)user;
    assert_int_equal(total, 14);
    stop_now = done >= 3;
}

static void finished_points_survive_a_stop(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_result result = {0};
    stop_now = 0;
    const lw_run run = {.threads = 1, .stop = &stop_now, .progress = stop_at_three};
    assert_int_equal(lw_scenario_run(load_text(&test, swept), &run, test.arena, test.diags, &result), LW_INTERRUPTED);
    assert_int_equal(result.point_count, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(result.point[i].index, i);
        assert_true(result.point[i].workload[0].time_s > 0);
    }
    lw_test_end(&test);
}

// Two of four points pass the clock; the others stand in every report, and so do the reasons.
static void failing_points_keep_the_others(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_result result = {0};
    const lw_run run = {.threads = 2};
    static const char text[] = PAIR("kind: host", "kind: gpu", "preset: pcie-1-x1")
        H2D("1 MiB") "sweep: {workloads.up.bytes: [1 KiB, 4000000 TiB, 2 KiB, 4000001 TiB]}\n";
    assert_int_equal(lw_scenario_run(load_text(&test, text), &run, test.arena, test.diags, &result), LW_LIMIT);
    assert_message(&test, LW_ERROR, "point 1 takes longer than the simulator's clock can count");
    assert_message(&test, LW_ERROR, "point 3 takes longer than the simulator's clock can count");
    assert_int_equal(result.point_count, 2);
    assert_int_equal(result.point[1].index, 2);
    assert_int_equal(result.failure_count, 2);
    assert_int_equal(result.failure[1].index, 3);
    assert_int_equal(result.not_run, 0);
    assert_string_equal(result.failure[1].set[0].text, "4000001 TiB");
    lw_test_end(&test);
}

static void runs_beyond_the_clock_are_told(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_result result = {0};
    const lw_run run = {0};
    static const char text[] = PAIR("kind: host", "kind: gpu", "preset: pcie-1-x1") H2D("4000000 TiB");
    assert_int_equal(lw_scenario_run(load_text(&test, text), &run, test.arena, test.diags, &result), LW_LIMIT);
    assert_message(&test, LW_ERROR, "point 0 takes longer than the simulator's clock can count");
    const lw_diag *last = lw_diags_at(test.diags, lw_diags_count(test.diags) - 1);
    assert_int_equal(last->severity, LW_ERROR);
    const lw_yaml *size = lw_tree_at(lw_test_tree(&test, text), "workloads.up.bytes");
    assert_int_equal(last->place.line, size->place.line);
    assert_int_equal(last->place.column, size->place.column);
    lw_test_end(&test);
}

// Each link has its own rows, also where both directions share a medium and thus a word.
static void shared_links_have_a_row_each(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_result result = run_text(&test, "nodes: {a: {kind: host}, b: {kind: host}, c: {kind: host}}\n"
                                       "links: {one: {between: [a, b], type: thz, duplex: shared},\n"
                                       "        two: {between: [b, c], type: thz, duplex: shared}}\n"
                                       "workloads: {first: {kind: copy, from: a, to: b, bytes: 1 MiB},\n"
                                       "            second: {kind: copy, from: b, to: c, bytes: 2 MiB}}\n");
    const lw_point *point = &result.point[0];
    assert_int_equal(point->direction_count, 2);
    assert_string_equal(point->direction[0].link, "one");
    assert_string_equal(point->direction[1].link, "two");
    assert_int_equal(point->direction[0].payload_bytes, 1 << 20);
    assert_int_equal(point->direction[1].payload_bytes, 2 << 20);
    lw_test_end(&test);
}

// What reading an outcome takes: `jobs` copies over their links of a full mesh.
static size_t outcome_bytes(int jobs) {
    lw_test test = lw_test_begin();
    const char *text = lw_arena_print(test.arena, "nodes: {g: {kind: gpu, count: 40}}\n"
                                                  "links: {mesh: {between: [g, g], pattern: mesh, preset: nvlink-4}}\n"
                                                  "workloads:\n");
    for (int i = 0; i < jobs; i++) {
        text = lw_arena_print(test.arena, "%s  w%d: {kind: copy, from: 'g[%d]', to: 'g[%d]', bytes: 1 KiB}\n", text, i, i, i + 1);
    }
    const lw_document *document = load_text(&test, text);
    const lw_built built = build_document(&test, document);
    lw_engine_result result;
    lw_provenances known;
    lw_point point;
    assert_int_equal(lw_provenance_find(document, 0, NULL, test.arena, &known), LW_OK);
    assert_int_equal(
        lw_engine_run(&built.fabric, &(const lw_engine_how){.engine = LW_ENGINE_PACKET, .seed = 1}, test.arena, &result), LW_OK);
    size_t before = lw_arena_used(test.arena);
    assert_int_equal(lw_attribute(&built, &result, known, (lw_percentiles){0}, test.arena, &point), LW_OK);
    size_t used = lw_arena_used(test.arena) - before;
    for (int i = 0; i < jobs; i++) {  // none is left with another one's times
        char limit[64];
        snprintf(limit, sizeof limit, "links.mesh g[%d]->g[%d]: channel", i, i + 1);
        assert_true(point.workload[i].limit.kind == LW_LIMITED_BY_FIXED_COST ||
                    strcmp(limit_in_words(&test, &point.workload[i].limit), limit) == 0);
    }
    lw_test_end(&test);
    return used;
}

// 1560 servers stand in the fabric; a job more needs room for its rows, not for all of them once
// more.
static void many_jobs_share_one_scratch(void **state) {
    (void)state;
    size_t one = outcome_bytes(1), many = outcome_bytes(21);
    print_message("             outcome of 1 job: %zu B, of 21: %zu B\n", one, many);
    assert_true(many < one + (size_t)20 * 2000);
}

static void engines_agree_and_seeds_are_kept(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    int64_t end_ps[2];
    for (int i = 0; i < 2; i++) {
        const lw_document *scenario = NULL;
        lw_result result = {0};
        const lw_run run = {0};
        const lw_load load = {.engine = i == 0 ? "packet" : "packet-exact", .seed = "77"};
        assert_int_equal(try_load(&test, PAIR("preset: desktop-ddr5", "preset: rtx-5090", "preset: oculink-2-x4") H2D("3 MiB"),
                                  &load, &scenario),
                         LW_OK);
        assert_int_equal(lw_scenario_run(scenario, &run, test.arena, test.diags, &result), LW_OK);
        assert_int_equal(result.seed, 77);
        assert_string_equal(result.point[0].engine, load.engine);
        end_ps[i] = result.point[0].end_ps;
    }
    assert_int_equal(end_ps[0], end_ps[1]);
    lw_test_end(&test);
}

// Reads without tags that wait for a slow memory, beside a copy: jumps over many of them change
// nothing.
static void engines_agree_where_reads_pile_up(void **state) {
    (void)state;
    static const char text[] = "nodes: {acc: {kind: gpu, memory_rate: 5 GB/s}, cpu: {kind: host}}\n"
                               "links: {air: {between: [cpu, acc], type: thz}}\n"
                               "workloads:\n  r: {kind: dma, device: cpu, host: acc, bytes: 1 KiB, rate: 0.5 GB/s}\n"
                               "  w: {kind: copy, from: acc, to: cpu, bytes: 16 MiB}\n";
    lw_test test = lw_test_begin();
    int64_t end_ps[2][2];
    for (int i = 0; i < 2; i++) {
        const lw_document *scenario = NULL;
        lw_result result = {0};
        const lw_run run = {.threads = 1};
        const lw_load load = {.engine = lw_engine_words[i]};
        assert_int_equal(try_load(&test, text, &load, &scenario), LW_OK);
        assert_int_equal(lw_scenario_run(scenario, &run, test.arena, test.diags, &result), LW_OK);
        end_ps[i][0] = workload_of(&result.point[0], "r")->end_ps;
        end_ps[i][1] = workload_of(&result.point[0], "w")->end_ps;
    }
    assert_memory_equal(end_ps[0], end_ps[1], sizeof end_ps[0]);
    lw_test_end(&test);
}

static void digests_are_those_of_the_standard(void **state) {
    (void)state;
    char digest[65];
    lw_sha256("", 0, digest);
    assert_string_equal(digest, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    lw_sha256("abc", 3, digest);
    assert_string_equal(digest, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    static const char two_blocks[] = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
    lw_sha256(two_blocks, strlen(two_blocks), digest);
    assert_string_equal(digest, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

static lw_status load_and_run(void *user) {
    lw_status status = LW_NO_MEMORY;
    lw_arena *arena = lw_arena_new();
    lw_diags *diags = arena != NULL ? lw_diags_new(arena) : NULL;
    lw_catalog *catalog = NULL;
    const lw_document *scenario = NULL;
    lw_result result;
    const lw_run run = {.threads = 1};
    if (diags != NULL) {
        status = lw_catalog_open(LW_SOURCE_DIR "/configs", arena, diags, &catalog);
    }
    if (status == LW_OK) {
        status = lw_scenario_load(user, catalog, NULL, arena, diags, &scenario);
    }
    if (status == LW_OK) {
        status = lw_scenario_run(scenario, &run, arena, diags, &result);
    }
    lw_arena_free(arena);
    return status;
}

static void memory_may_run_out_anywhere(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const char *path = LW_BINARY_DIR "/test_scenario_memory.yaml";
    write_file(&test, path,
               "lanewise: 1\n" PAIR(
                   "preset: laptop-ddr5, count: 2", "preset: rx-5700-xt, count: 2",
                   "preset: oculink-2-x4") "workloads:\n  up: {kind: copy, from: host, to: gpu, bytes: 1 MiB, memory: pageable}\n"
                                           "  load: {kind: memory-load, node: host, rate: 1 GB/s, after: up}\n"
                                           "sweep: {links.slot.lanes: [4, 8]}\n");
    assert_true(lw_test_out_of_memory(load_and_run, (void *)(uintptr_t)path) > 5);
    lw_test_end(&test);
}

// As a share of what the same packets carry when all of them come at once, over the slower of two links.
static void a_load_is_a_share_of_the_slowest_link(void **state) {
    (void)state;
    static const char *const packets[] = {"64 B", "256 B"};
    lw_test test = lw_test_begin();
    for (size_t i = 0; i < COUNT(packets); i++) {
        const char *head = lw_arena_print(test.arena,
                                          "nodes: {host: {kind: host}, hub: {kind: switch}, gpu: {kind: gpu}}\n"
                                          "links: {wide: {between: [host, hub], preset: pcie-5-x16},\n"
                                          "        thin: {between: [hub, gpu], preset: pcie-4-x4}}\n"
                                          "workloads: {s: {kind: stream, from: gpu, to: host, bytes: 4 MiB, packet: %s, ",
                                          packets[i]);
        const lw_result most = run_text(&test, lw_arena_print(test.arena, "%sarrivals: backlog}}\n", head));
        const lw_result half = run_text(
            &test, lw_arena_print(test.arena, "%sload: 1 %%}}\nsweep: {workloads.s.load: [10 %%, 50 %%, 90 %%]}\n", head));
        const double carried = most.point[0].workload[0].bandwidth_GBps;
        assert_int_equal(half.point_count, 3);
        for (size_t p = 0; p < half.point_count; p++) {
            const lw_point *point = &half.point[p];
            assert_true(point->workload[0].paced);
            const double load = point->workload[0].bandwidth_GBps / carried;
            assert_true(fabs(load / point->set[0].number - 1) < 0.005);
        }
    }
    lw_test_end(&test);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(results_say_what_limits),
        cmocka_unit_test(directions_are_not_mixed_up),
        cmocka_unit_test(evidence_is_of_what_decides),
        cmocka_unit_test(shares_are_of_the_limit),
        cmocka_unit_test(groups_are_limited_as_their_members_are),
        cmocka_unit_test(remote_copies_run_at_the_rate_of_the_network),
        cmocka_unit_test(peers_pay_for_the_root_complex),
        cmocka_unit_test(waterfalls_end_where_copies_arrive),
        cmocka_unit_test(what_sharing_takes_is_named),
        cmocka_unit_test(what_the_other_direction_takes_is_named),
        cmocka_unit_test(waterfalls_are_of_the_narrow_link),
        cmocka_unit_test(fixed_cost_fits_into_the_time),
        cmocka_unit_test(windows_obey_littles_law),
        cmocka_unit_test(loads_without_a_limit_are_told),
        cmocka_unit_test(loads_last_and_take_their_share),
        cmocka_unit_test(copies_meet_in_memory_only_when_it_is_short),
        cmocka_unit_test(writes_under_way_are_a_window),
        cmocka_unit_test(jobs_wait_for_each_other),
        cmocka_unit_test(empty_copies_take_their_fixed_cost),
        cmocka_unit_test(threads_change_no_byte),
        cmocka_unit_test(finished_points_survive_a_stop),
        cmocka_unit_test(failing_points_keep_the_others),
        cmocka_unit_test(runs_beyond_the_clock_are_told),
        cmocka_unit_test(shared_links_have_a_row_each),
        cmocka_unit_test(many_jobs_share_one_scratch),
        cmocka_unit_test(engines_agree_and_seeds_are_kept),
        cmocka_unit_test(digests_are_those_of_the_standard),
        cmocka_unit_test(memory_may_run_out_anywhere),
        cmocka_unit_test(engines_agree_where_reads_pile_up),
        cmocka_unit_test(a_load_is_a_share_of_the_slowest_link),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
