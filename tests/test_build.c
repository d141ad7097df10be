// SPDX-License-Identifier: GPL-3.0-or-later
// From objects to servers and tasks: what a copy becomes, what engines, memories and bounce buffers
// add, how groups pair.
#include "tests/scenario_helpers.h"

#define PAIR(host, gpu, link) "nodes: {host: {" host "}, gpu: {" gpu "}}\nlinks: {slot: {between: [host, gpu], " link "}}\n"
#define H2D(more) "workloads: {up: {kind: copy, from: host, to: gpu, bytes: 1 MiB" more "}}\n"
#define D2H(more) "workloads: {down: {kind: copy, from: gpu, to: host, bytes: 1 MiB" more "}}\n"

static const lw_flow *flow_of(const lw_built *built, size_t task) {
    assert_true(task < built->fabric.task_count);
    assert_true(built->fabric.task[task].flow < built->fabric.flow_count);
    return &built->fabric.flow[built->fabric.task[task].flow];
}

static const lw_task *only_task(const lw_built *built) {
    assert_int_equal(built->fabric.task_count, 1);
    return &built->fabric.task[0];
}

static const lw_flow *only_flow(const lw_built *built) {
    (void)only_task(built);
    return flow_of(built, 0);
}

static int64_t slots_of(const lw_built *built, size_t task) {
    assert_true(built->fabric.task[task].acquires < built->fabric.resource_count);
    return built->fabric.resource_slots[built->fabric.task[task].acquires];
}

// The hop is over a direction of a link, "slot host->gpu".
#define assert_link(built, hop, expected) lw_assert_link((built), (hop), (expected), __FILE__, __LINE__)
static void lw_assert_link(const lw_built *built, const lw_hop *hop, const char *expected, const char *file, int line) {
    const lw_server_info *info = &built->server[hop->server];
    char actual[128];
    snprintf(actual, sizeof actual, "%s %s", info->name, info->direction);
    _assert_int_equal(built->fabric.server[hop->server].role, LW_SERVER_LINK, file, line);
    _assert_string_equal(actual, expected, file, line);
}

static void copies_to_a_device_are_its_reads(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_built built = build_text(
        &test, PAIR("kind: host, read_latency: 300 ns", "kind: gpu, write_latency: 5 ns", "preset: pcie-3-x8") H2D(""));
    const lw_task *task = only_task(&built);
    const lw_flow *flow = only_flow(&built);
    assert_int_equal(flow->kind, LW_FLOW_READ);
    assert_int_equal(flow->data_kind, LW_PACKET_COMPLETION);
    assert_int_equal(flow->completer_ps, 300000);
    assert_int_equal(task->finish_ps, 5000);
    assert_int_equal(task->bytes, 1048576);
    assert_int_equal(flow->packet_bytes, 256);
    assert_int_equal(flow->request_bytes, 512);
    assert_int_equal(flow->data_count, 1);
    assert_int_equal(flow->request_count, 1);
    assert_link(&built, &flow->data[0], "slot host->gpu");
    assert_link(&built, &flow->request[0], "slot gpu->host");
    // PCIe Base: 20 B around a completion, 24 B for a read request with a 64-bit address.
    assert_int_equal(flow->data[0].overhead_bytes, 20);
    assert_int_equal(flow->request[0].overhead_bytes, 24);
    lw_test_end(&test);
}

static void copies_from_a_device_are_its_writes(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_built built = build_text(&test, PAIR("kind: host", "kind: gpu", "preset: pcie-3-x8") D2H(""));
    const lw_flow *flow = only_flow(&built);
    assert_int_equal(flow->kind, LW_FLOW_WRITE);
    assert_int_equal(flow->data_kind, LW_PACKET_WRITE);
    assert_int_equal(flow->request_count, 0);
    assert_int_equal(flow->data[0].overhead_bytes, 24);
    lw_test_end(&test);
}

static void devices_limit_packets_requests_and_tags(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_built built =
        build_text(&test, PAIR("kind: host", "kind: gpu, mps: 128 B, mrrs: 300 B, tags: 7", "preset: pcie-3-x8") H2D(""));
    const lw_flow *flow = only_flow(&built);
    assert_int_equal(flow->packet_bytes, 128);
    assert_int_equal(flow->request_bytes, 256);  // whole packets
    assert_int_equal(flow->tags, 7);
    lw_test_end(&test);
}

static void slow_cards_slow_their_slot(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_result result =
        run_text(&test, PAIR("kind: host", "kind: gpu, native_gen: 3, native_lanes: 8", "preset: pcie-5-x16") H2D(""));
    assert_string_equal(result.point[0].stage[0].label, "PCIe 3.0 x8");
    assert_message(&test, LW_NOTE, "links.slot runs at gen 3, not 5: 'gpu' has no more");
    assert_message(&test, LW_NOTE, "links.slot runs at lanes 8, not 16: 'gpu' has no more");
    lw_test_end(&test);
}

// OCuLink has connectors of four and eight lanes; a card of two trains down in one.
static void narrow_cards_fit_wider_connectors(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_result result = run_text(&test, PAIR("kind: host", "kind: gpu, native_lanes: 2", "preset: oculink-2-x4") H2D(""));
    assert_string_equal(result.point[0].stage[0].label, "OCuLink PCIe 4.0 x2");
    assert_message(&test, LW_NOTE, "links.slot runs at lanes 2, not 4: 'gpu' has no more");
    lw_test_end(&test);
}

// At length an engine that is slower than the link keeps its own pace, and one that is faster the
// link's.
static void engines_keep_their_pace(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_result result =
        run_text(&test, "nodes: {host: {kind: host}, gpu: {kind: gpu, copy_rate_h2d: 20 GB/s, copy_rate_d2h: 15 GB/s}}\n"
                        "links: {slot: {between: [host, gpu], preset: pcie-4-x16, dllp: none}}\n"
                        "workloads:\n  up: {kind: copy, from: host, to: gpu, bytes: 64 MiB}\n"
                        "  down: {kind: copy, from: gpu, to: host, bytes: 64 MiB, after: [up]}\n"
                        "sweep: {nodes.gpu.copy_rate_h2d: [40 GB/s, 20 GB/s], nodes.gpu.copy_rate_d2h: [40 GB/s, 15 GB/s]}\n");
    const lw_point *full = &result.point[0], *part = &result.point[3];
    assert_close(workload_of(part, "up")->bandwidth_GBps, 20, 4e-4);
    assert_close(workload_of(part, "down")->bandwidth_GBps, 15, 4e-4);
    assert_string_equal(limit_in_words(&test, &workload_of(part, "up")->limit), "gpu copy engine");
    assert_string_equal(limit_in_words(&test, &workload_of(full, "up")->limit), "links.slot host->gpu: channel");
    lw_test_end(&test);
}

// In the switch a copy for many costs the shared link what one copy does, and so does a sum of
// many; each receiver has all bytes.
static void switches_copy_and_add_up(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    static const char *const ends[] = {"from: 'gpus[0]', to: 'gpus[1..7]'", "from: 'gpus[1..7]', to: 'gpus[0]'"};
    static const char *const words[] = {"multicast", "reduce"};
    for (int i = 0; i < 2; i++) {
        const char *text = lw_arena_print(test.arena,
                                          "nodes: {gpus: {kind: gpu, count: 8}, sw: {kind: switch, multicast: true}}\n"
                                          "links: {slots: {between: [gpus, sw], preset: pcie-5-x16, dllp: none}}\n"
                                          "workloads: {cast: {kind: copy, %s, bytes: 4 MiB}}\n"
                                          "sweep: {workloads.cast.in_switch: [none, %s]}\n",
                                          ends[i], words[i]);
        lw_result result = run_text(&test, text);
        const lw_workload_result *one_by_one = workload_of(&result.point[0], "cast"),
                                 *at_once = workload_of(&result.point[1], "cast");
        assert_int_equal(at_once->bytes, one_by_one->bytes);
        assert_close(one_by_one->time_s, 7 * at_once->time_s, 4e-3);          // but for the latency
        assert_int_not_equal(one_by_one->limit.kind, LW_LIMITED_BY_CREDITS);  // infinite here
        assert_close(one_by_one->limit.share, 1, 0.02);
        for (size_t d = 0; d < result.point[1].direction_count; d++) {
            const lw_direction_result *row = &result.point[1].direction[d];
            if (strcmp(row->direction, i == 0 ? "gpus[0]->sw" : "sw->gpus[0]") == 0) {
                assert_int_equal(row->payload_bytes, 4 << 20);
            }
        }
    }
    lw_test_end(&test);
}

// A switch copies what a device writes, not what it reads or what a core stages for it.
static void switches_copy_what_is_written(void **state) {
    (void)state;
    static const char *const ways[] = {"from: host, to: 'gpus[*]'", "from: host, to: 'gpus[*]', memory: pageable",
                                       "from: host, to: 'gpus[0]', memory: pageable"};
    for (size_t i = 0; i < COUNT(ways); i++) {
        lw_test test = lw_test_begin();
        const lw_document *document = NULL;
        const char *text = lw_arena_print(test.arena,
                                          "nodes: {host: {kind: host, cpu_copy_rate: 4 GB/s}, gpus: {kind: gpu, count: 2}, sw: "
                                          "{kind: switch, multicast: true}}\n"
                                          "links: {up: {between: [host, sw], preset: pcie-5-x16}, slots: {between: [sw, gpus], "
                                          "preset: pcie-5-x16}}\n"
                                          "workloads: {cast: {kind: copy, in_switch: multicast, bytes: 4 MiB, %s}}\n",
                                          ways[i]);
        assert_int_equal(try_load(&test, text, NULL, &document), LW_BAD_INPUT);
        assert_diag(&test, 0,
                    "3:43: workloads.cast: nothing on the route can copy packets | it takes a device "
                    "that writes, and a switch with multicast: true on the route");
        lw_test_end(&test);
    }
}

// A guest with a quarter of the card gets a quarter of its engines, whether they or the link were
// the limit; calls cost more.
static void guests_have_a_share(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_result result =
        run_text(&test, "nodes: {host: {kind: host}, gpu: {kind: gpu, guest_share: 0.25, guest_call: 30 us, submit: 5 us}}\n"
                        "links: {slot: {between: [host, gpu], preset: pcie-4-x16, dllp: none}}\n"
                        "workloads: {up: {kind: copy, from: host, to: gpu, bytes: 256 MiB}}\n"
                        "sweep: {nodes.gpu.guest_share: [1, 0.25], nodes.gpu.copy_rate_h2d: [20 GB/s, 100 GB/s]}\n");
    double engine = workload_of(&result.point[0], "up")->bandwidth_GBps,
           link = workload_of(&result.point[1], "up")->bandwidth_GBps;
    assert_true(link > 1.3 * engine);
    // the call is fixed
    assert_close(workload_of(&result.point[2], "up")->bandwidth_GBps, engine / 4, 3e-3);
    assert_close(workload_of(&result.point[3], "up")->bandwidth_GBps, link / 4, 4e-3);
    assert_int_equal(workload_of(&result.point[0], "up")->fixed_ps / 1000000, 35);
    lw_test_end(&test);
}

// What the words for virtualisation say without further figures.
static void guests_by_word(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_result result = run_text(
        &test, "nodes: {host: {kind: host}, gpu: {kind: gpu}}\n"
               "links: {slot: {between: [host, gpu], preset: pcie-4-x16, dllp: none}}\n"
               "workloads: {up: {kind: copy, from: host, to: gpu, bytes: 1 GiB}}\n"
               "sweep:\n"
               "  nodes.gpu:\n"
               "  - {kind: gpu, submit: 5 us}\n"
               "  - {kind: gpu, submit: 5 us, virtualisation: passthrough}\n"
               "  - {kind: gpu, submit: 5 us, virtualisation: mig, guests: 4}\n"
               "  - {kind: gpu, submit: 5 us, virtualisation: sr-iov, guests: 2}\n"
               "  - {kind: gpu, submit: 5 us, virtualisation: time-slicing, guests: 3, time_slice: 6 ms}\n"
               "  - {kind: gpu, submit: 5 us, virtualisation: api-remoting}\n"
               "  - {kind: gpu, submit: 5 us, virtualisation: time-slicing, guests: 2, guest_share: 30 %, guest_call: 7 us}\n"
               "  - {kind: gpu, submit: 5 us, virtualisation: api-remoting, guests: 2, remoting_share: 90 %}\n");
    const lw_workload_result *alone = workload_of(&result.point[0], "up");
    static const struct {
        double share;
        int64_t call_us;
    } expected[] = {{1, 0}, {1, 0}, {0.25, 0}, {0.5, 0}, {1.0 / 3, 0}, {0.985, 0}, {0.3, 7}, {0.45, 0}};
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        const lw_workload_result *up = workload_of(&result.point[i], "up");
        assert_int_equal((up->fixed_ps - alone->fixed_ps) / 1000000, expected[i].call_us);
        assert_int_equal(result.point[i].stage->guest_evidence, i < 2 ? LW_SPECIFIED : LW_ASSUMED);
        assert_int_equal(result.point[i].evidence, i < 2 ? LW_SPECIFIED : LW_ASSUMED);
        double moving_s = up->time_s - (double)up->fixed_ps / 1e12;
        assert_close((alone->time_s - (double)alone->fixed_ps / 1e12) / moving_s, expected[i].share, 1e-3);
    }
    lw_test_end(&test);
}

// The mean over all moments of a call, turn by turn, is what the plan says of work that is shorter
// than a turn; of longer work the mean over lengths as well.
static double turns_ms(int guests, double slice_ms, double work_ms) {
    enum { MOMENTS = 2000 };
    double sum_ms = 0;
    for (int i = 0; i < MOMENTS; i++) {
        double at = (i + 0.5) / MOMENTS * guests * slice_ms, left = work_ms, now = at;
        while (left > 1e-12) {
            double phase = fmod(now, guests * slice_ms);  // our turn is the first
            if (phase >= slice_ms - 1e-12) {
                now += guests * slice_ms - phase;
                continue;
            }
            double piece = fmin(left, slice_ms - phase);
            now += piece;
            left -= piece;
        }
        sum_ms += now - at;
    }
    return sum_ms / MOMENTS;
}

static void guests_take_turns(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    for (int guests = 2; guests <= 8; guests += 3) {
        const char *text = lw_arena_print(test.arena,
                                          "nodes: {host: {kind: host}, gpu: {kind: gpu, submit: 1 ns, virtualisation: "
                                          "time-slicing, guests: %d, time_slice: 4 ms}}\n"
                                          "links: {slot: {between: [host, gpu], preset: pcie-4-x16, dllp: none}}\n"
                                          "workloads: {up: {kind: copy, from: host, to: gpu, bytes: 1 MB}}\n"
                                          "sweep: {workloads.up.bytes: [1 MB, 20 MB, 100 MB, 2 GB]}\n",
                                          guests);
        lw_result result = run_text(&test, text);
        for (size_t i = 0; i < result.point_count; i++) {
            const lw_workload_result *up = workload_of(&result.point[i], "up");
            double whole_ms = (double)up->bytes / result.point[i].stage[0].rate_GBps[LW_STAGE_RETRY] / 1e6;
            assert_close(up->time_s * 1e3, turns_ms(guests, 4, whole_ms), i < 3 ? 2e-3 : 0.05);
        }
    }
    lw_test_end(&test);
}

// A group's waterfall ends in what arrived of all members, over the link that they share or over as
// many as carry them side by side, and says with what else it is shared.
static void a_groups_waterfall_is_of_all_members(void **state) {
    (void)state;
    static const struct {
        const char *up, *label;
        double raw_GBps;
    } cases[] = {{"pcie-5-x4", "PCIe 5.0 x4", 16},
                 {"pcie-5-x16", "PCIe 5.0 x16", 64},
                 {"pcie-6-x16", "PCIe 6.0 x16", 128},
                 {"pcie-7-x16", "2 \u00D7 PCIe 5.0 x16", 128}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lw_test test = lw_test_begin();
        const char *text = lw_arena_print(test.arena,
                                          "nodes: {cpu: {preset: server-genoa}, sw: {preset: pex89000}, gpu: {preset: "
                                          "rtx-pro-6000, count: 2}}\n"
                                          "links: {up: {between: [cpu, sw], preset: %s}, down: {between: [sw, 'gpu[*]'], preset: "
                                          "pcie-5-x16, pattern: star}}\n"
                                          "workloads: {load: {kind: copy, from: cpu, to: 'gpu[*]', bytes: 64 MiB}, "
                                          "spill: {kind: copy, from: 'gpu[*]', to: cpu, bytes: 64 MiB}, "
                                          "more: {kind: copy, from: cpu, to: 'gpu[1]', bytes: 64 MiB}}\n",
                                          cases[i].up);
        const lw_result result = run_text(&test, text);
        for (size_t s = 0; s < 2; s++) {
            const lw_stage_result *stage = &result.point[0].stage[s];
            assert_string_equal(stage->label, cases[i].label);
            assert_close(stage->rate_GBps[LW_STAGE_RAW], cases[i].raw_GBps, 0.02);
            assert_close(stage->rate_GBps[LW_STAGE_ENDPOINT], workload_of(&result.point[0], stage->workload)->bandwidth_GBps,
                         1e-9);
        }
        // what asks for the reads of the other direction crosses the uplink, too; of two slots side by
        // side that of the first card has none for the other one
        assert_string_equal(result.point[0].stage[1].shared, i == 3 ? "load" : "load, more");
        assert_true(i == 3 || strstr(result.point[0].stage[0].shared, "more") != NULL);
        lw_test_end(&test);
    }
}

static void submission_is_a_task_and_follows_the_interface(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    static const char *const apis[] = {"auto", "cuda", "hip", "opencl"};
    static const int64_t expected_ps[] = {7000000, 5000000, 9000000, 9000000};
    for (int i = 0; i < 4; i++) {
        const char *text =
            lw_arena_print(test.arena,
                           PAIR("kind: host", "kind: gpu, submit: 9 us, api: sycl, submit_sycl: 7 us, submit_cuda: 5 us",
                                "preset: pcie-3-x8") H2D(", api: %s"),
                           apis[i]);
        const lw_fabric fabric = build_text(&test, text).fabric;
        assert_int_equal(fabric.task_count, 2);
        assert_int_equal(fabric.task[0].flow, LW_NO_FLOW);
        assert_int_equal(fabric.task[0].submit_ps, expected_ps[i]);
        assert_int_equal(fabric.task[0].finish_ps, 0);
        assert_int_equal(fabric.task[1].need_count, 1);
        assert_int_equal(fabric.task[1].need[0].task, 0);
    }
    lw_test_end(&test);
}

// Eight chunks of 128 KiB; core at 4 GB/s, link faster. One after the other: the sum. Two buffers:
// the core is never idle.
static void pageable_copies_are_staged(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    static const char *const overlaps[] = {"false", "true"};
    double time_s[2];
    for (int i = 0; i < 2; i++) {
        const char *text =
            lw_arena_print(test.arena,
                           PAIR("kind: host, cpu_copy_rate: 4 GB/s", "kind: gpu, staging_bytes: 128 KiB, staging_overlap: %s",
                                "preset: pcie-3-x8") H2D(", memory: pageable"),
                           overlaps[i]);
        const lw_fabric fabric = build_text(&test, text).fabric;
        assert_int_equal(fabric.task_count, 2);
        assert_int_equal(fabric.task[0].count, 8);
        assert_int_equal(fabric.task[1].count, 8);
        lw_result result = run_text(&test, text);
        time_s[i] = result.point[0].workload[0].time_s;
        assert_int_equal(result.point[0].workload[0].bytes, 1048576);
    }
    double core_s = 1048576 / 4e9, chunk_s = core_s / 8;
    lw_result pinned = run_text(&test, PAIR("kind: host", "kind: gpu", "preset: pcie-3-x8") H2D(""));
    double link_s = pinned.point[0].workload[0].time_s;
    assert_close(time_s[0], core_s + link_s, 0.03);
    assert_close(time_s[1], core_s + link_s / 8, 0.03);
    assert_true(time_s[1] > core_s + chunk_s / 4);
    lw_test_end(&test);
}

// A core reads what its cache holds at one rate and the rest at another; what a device has just written
// is in no cache.
static void pageable_copies_come_from_the_cache(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    static const struct {
        const char *cache, *way;
        double rate_GBps;
    } cases[] = {{"4 MiB", H2D(", memory: pageable"), 8},
                 {"1 MiB", H2D(", memory: pageable"), 8},
                 {"512 KiB", H2D(", memory: pageable"), 1 / (0.5 / 8 + 0.5 / 2)},
                 {"1 B", H2D(", memory: pageable"), 2},
                 {"4 MiB", D2H(", memory: pageable"), 2}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *text =
            lw_arena_print(test.arena,
                           PAIR("kind: host, cpu_copy_rate: 2 GB/s, cpu_copy_rate_cached: 8 GB/s, cpu_cache: %s",
                                "kind: gpu, staging_bytes: 64 KiB, staging_overlap: true", "preset: pcie-5-x16") "%s",
                           cases[i].cache, cases[i].way);
        assert_close(run_text(&test, text).point[0].workload[0].bandwidth_GBps, cases[i].rate_GBps, 0.03);
    }
    lw_test_end(&test);
}

static void pageable_copies_back_run_the_other_way_round(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_built built = build_text(&test, PAIR("kind: host, cpu_copy_rate: 4 GB/s, memory_rate: 50 GB/s",
                                            "kind: gpu, staging_bytes: 512 KiB", "preset: pcie-3-x8") D2H(", memory: pageable"));
    assert_int_equal(built.fabric.task_count, 2);
    assert_int_equal(built.fabric.task[0].count, 2);
    assert_link(&built, &flow_of(&built, 0)->data[0], "slot gpu->host");
    const lw_flow *core = flow_of(&built, 1);
    assert_int_equal(core->data_count, 3);  // memory, core, memory
    assert_string_equal(built.server[core->data[1].server].name, "host cpu copy (down)");
    assert_int_equal(core->data[0].server, core->data[2].server);
    assert_string_equal(built.server[core->data[0].server].name, "host memory");
    assert_int_equal(built.fabric.task[1].need_count, 2);
    lw_test_end(&test);
}

#define TWO_GPUS                                                                                                                 \
    "nodes: {host: {kind: host}, sw: {kind: switch, latency: 100 ns}, a: {kind: gpu}, b: {kind: gpu, staging_bytes: 256 KiB}}\n" \
    "links:\n  up: {between: [host, sw], preset: pcie-4-x16}\n  la: {between: [sw, a], preset: pcie-4-x16}\n"                    \
    "  lb: {between: [b, sw], preset: pcie-4-x8}\n"

static void peers_write_straight_or_bounce(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_built straight = build_text(&test, TWO_GPUS "workloads: {w: {kind: copy, from: b, to: a, bytes: 1 MiB}}\n");
    const lw_flow *flow = only_flow(&straight);
    assert_int_equal(flow->kind, LW_FLOW_WRITE);
    assert_int_equal(flow->data_count, 2);
    assert_link(&straight, &flow->data[0], "lb b->sw");
    assert_link(&straight, &flow->data[1], "la sw->a");
    lw_built bounced = build_text(&test, TWO_GPUS "workloads: {w: {kind: copy, from: b, to: a, bytes: 1 MiB, p2p: false}}\n");
    assert_int_equal(bounced.fabric.task_count, 2);
    assert_int_equal(bounced.fabric.task[0].count, 4);
    assert_int_equal(flow_of(&bounced, 0)->kind, LW_FLOW_WRITE);
    assert_int_equal(flow_of(&bounced, 1)->kind, LW_FLOW_READ);
    assert_int_equal(bounced.fabric.task[0].bytes, 262144);
    lw_test_end(&test);
}

// Eight chunks of 128 KiB over two alike links: with two buffers all but one of them overlap. The buffers of pageable
// copies say nothing of those between cards.
static void bounced_copies_have_their_own_buffers(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    static const char *const overlaps[] = {"true", "false"};
    double time_s[2];
    for (int i = 0; i < 2; i++) {
        const char *text = lw_arena_print(
            test.arena,
            "nodes: {g: {kind: gpu, count: 2, p2p: false, staging_bytes: 64 KiB, staging_overlap: false, bounce_bytes: 128 KiB, "
            "bounce_overlap: %s}, host: {kind: host}}\n"
            "links: {slots: {between: [g, host], type: link, rate: 10 GB/s}}\n"
            "workloads: {x: {kind: copy, from: 'g[0]', to: 'g[1]', bytes: 1 MiB}}\n",
            overlaps[i]);
        assert_int_equal(build_text(&test, text).fabric.task[0].count, 8);
        time_s[i] = run_text(&test, text).point[0].workload[0].time_s;
    }
    const double chunk_s = 131072 / 10e9;
    assert_close(time_s[0], 9 * chunk_s, 0.02);
    assert_close(time_s[1], 16 * chunk_s, 0.02);
    lw_test_end(&test);
}

// Whoever calls a copy waits until it knows of its end, whichever route the bytes took.
static void bounced_copies_end_when_the_caller_knows(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_result result = run_text(&test, "nodes: {g: {kind: gpu, count: 2, submit: 5 us, finish: 50 us}, host: {kind: host}}\n"
                                       "links: {slots: {between: [g, host], pattern: star, preset: pcie-4-x16}}\n"
                                       "workloads: {x: {kind: copy, from: 'g[0]', to: 'g[1]', bytes: 4 KiB}}\n"
                                       "sweep: {workloads.x.p2p: [true, false]}\n");
    for (int i = 0; i < 2; i++) {
        const lw_workload_result *row = workload_of(&result.point[i], "x");
        assert_true(row->fixed_ps > 55000000 && row->time_s > 55e-6 && row->time_s < 56e-6);
    }
    const lw_fabric fabric =
        build_text(&test, "nodes: {g: {kind: gpu, count: 2, finish: 50 us, staging_bytes: 1 KiB}, host: {kind: host}}\n"
                          "links: {slots: {between: [g, host], pattern: star, preset: pcie-4-x16}}\n"
                          "workloads: {x: {kind: copy, from: 'g[0]', to: 'g[1]', bytes: 4 KiB, p2p: false}}\n")
            .fabric;
    assert_int_equal(fabric.task_count, 2);
    for (uint32_t i = 0; i < 2; i++) {
        assert_int_equal(fabric.task[i].count, 4);
        assert_int_equal(lw_task_finish_ps(&fabric.task[i], 2), 0);
        assert_int_equal(lw_task_finish_ps(&fabric.task[i], 3), i == 1 ? 50000000 : 0);
    }
    lw_test_end(&test);
}

static void switches_add_their_latency(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    static const char work[] = "workloads: {w: {kind: copy, from: b, to: a, bytes: 1 MiB}}\n";
    lw_built fast = build_text(&test, lw_arena_print(test.arena, "%s%s", TWO_GPUS, work));
    const lw_document *document = NULL;
    const lw_load load = {.set = (const char *const[]){"nodes.sw.latency=600 ns"}, .set_count = 1};
    assert_int_equal(try_load(&test, lw_arena_print(test.arena, "%s%s", TWO_GPUS, work), &load, &document), LW_OK);
    lw_built slow = build_document(&test, document);
    const lw_flow *one = only_flow(&fast), *other = only_flow(&slow);
    int64_t before = lw_path_latency_ps(fast.fabric.server, one->data, one->data_count, 256);
    assert_int_equal(lw_path_latency_ps(slow.fabric.server, other->data, other->data_count, 256) - before, 500000);
    lw_test_end(&test);
}

static void one_engine_serves_one_copy_at_a_time(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    static const char *const engines[] = {"1", "2"};
    double end_s[2];
    for (int i = 0; i < 2; i++) {
        const char *text = lw_arena_print(test.arena,
                                          "nodes: {host: {kind: host}, gpu: {kind: gpu, copy_engines: %s}}\n"
                                          "links: {slot: {between: [host, gpu], preset: pcie-4-x16}}\n"
                                          "workloads:\n  up: {kind: copy, from: host, to: gpu, bytes: 8 MiB}\n  down: {kind: "
                                          "copy, from: gpu, to: host, bytes: 8 MiB}\n",
                                          engines[i]);
        end_s[i] = (double)run_text(&test, text).point[0].end_ps;
    }
    assert_close(end_s[0], 2 * end_s[1], 0.1);
    lw_test_end(&test);
}

static void calls_may_run_ahead(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    static const char *const overlaps[] = {"false", "true"};
    double time_s[2];
    for (int i = 0; i < 2; i++) {
        const char *text = lw_arena_print(test.arena,
                                          PAIR("kind: host", "kind: gpu, submit: 10 us, finish: 5 us, gap: 0.5 us",
                                               "preset: pcie-4-x16") H2D(", repeat: 20, overlap: %s"),
                                          overlaps[i]);
        lw_result result = run_text(&test, text);
        assert_int_equal(result.point[0].workload[0].bytes, 20 * 1048576);
        time_s[i] = result.point[0].workload[0].time_s;
    }
    // 36.3 us of link a copy hide the calls after the first, all but the engine's gap.
    assert_close(time_s[0] - time_s[1], 19 * 14.5e-6, 0.05);
    lw_test_end(&test);
}

static void routes_take_the_least_latency_or_the_way_asked_for(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
#define DIAMOND                                                                                                                 \
    "nodes: {host: {kind: host}, s1: {kind: switch, latency: 200 ns}, s2: {kind: switch, latency: 100 ns}, gpu: {kind: gpu}}\n" \
    "links:\n  a1: {between: [host, s1], preset: pcie-4-x8}\n  b1: {between: [s1, gpu], preset: pcie-4-x8}\n"                   \
    "  a2: {between: [s2, host], preset: pcie-4-x8}\n  b2: {between: [s2, gpu], preset: pcie-4-x8}\n"
    lw_built least = build_text(&test, DIAMOND D2H(""));
    assert_link(&least, &only_flow(&least)->data[0], "b2 gpu->s2");
    lw_built forced = build_text(&test, DIAMOND D2H(", via: s1"));
    assert_link(&forced, &only_flow(&forced)->data[0], "b1 gpu->s1");
    assert_link(&forced, &only_flow(&forced)->data[1], "a1 s1->host");
    lw_test_end(&test);
}

// Both directions of every link are in the fabric.
static size_t links_in(const lw_built *built) {
    assert_int_equal(built->fabric.server_count, 2 * built->machine->link_count);
    return built->machine->link_count;
}

static size_t links_of(lw_test *test, const char *between, const char *pattern) {
    const char *text = lw_arena_print(test->arena,
                                      "nodes: {host: {kind: host, count: 4}, gpu: {kind: gpu, count: 4}, one: {kind: switch}}\n"
                                      "links: {l: {between: %s, type: link, rate: 8 GB/s, pattern: %s}}\n",
                                      between, pattern);
    lw_built built = build_text(test, text);
    return links_in(&built);
}

static void groups_are_joined_by_patterns(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    assert_int_equal(links_of(&test, "[host, gpu]", "each"), 4);
    assert_int_equal(links_of(&test, "['host[*]', one]", "each"), 4);
    assert_int_equal(links_of(&test, "[one, gpu]", "star"), 4);
    assert_int_equal(links_of(&test, "['gpu[1]', 'host[2]']", "each"), 1);
    assert_int_equal(links_of(&test, "[gpu, gpu]", "ring"), 4);
    assert_int_equal(links_of(&test, "[gpu, gpu]", "mesh"), 6);
    assert_int_equal(links_of(&test, "[host, gpu]", "mesh"), 16);
    lw_test_end(&test);
}

static const lw_flow *flow_between(lw_test *test, const char *links, const char *from, const char *to, lw_built *built) {
    const char *text = lw_arena_print(test->arena,
                                      "nodes: {host: {kind: host, count: 2}, sw: {kind: switch, count: 2}, gpu: {kind: gpu, "
                                      "forwards: %s, count: 8}}\nlinks: %s\n"
                                      "workloads: {w: {kind: copy, from: '%s', to: '%s', bytes: 1 MiB}}\n",
                                      strstr(links, "torus") != NULL ? "true" : "false", links, from, to);
    *built = build_text(test, text);
    for (size_t i = 0; i < built->fabric.task_count; i++) {
        if (built->fabric.task[i].bytes > 0) {
            return flow_of(built, i);
        }
    }
    fail_msg("no task with bytes");
    return NULL;
}

// Two switches with eight cards have four each, in order.
static void fewer_nodes_share_the_members_of_a_group(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_built built;
    const lw_flow *flow =
        flow_between(&test, "{up: {between: [host, sw], preset: pcie-4-x16}, slot: {between: [sw, gpu], preset: pcie-4-x16}}",
                     "gpu[4]", "gpu[7]", &built);
    assert_int_equal(flow->data_count, 2);
    assert_link(&built, &flow->data[0], "slot[4] gpu[4]->sw[1]");
    lw_test_end(&test);
}

static void a_torus_joins_neighbours_along_each_axis(void **state) {
    (void)state;
    static const struct {
        const char *shape;
        size_t links;
    } cases[] = {{"[8]", 8}, {"[2, 4]", 4 + 8}, {"[4, 2]", 8 + 4}, {"[2, 2, 2]", 12}, {"[8, 1, 1]", 8}};
    lw_test test = lw_test_begin();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *text = lw_arena_print(test.arena,
                                          "nodes: {gpu: {kind: gpu, count: 8}}\n"
                                          "links: {l: {between: [gpu, gpu], preset: ici-v4, pattern: torus, shape: %s}}\n",
                                          cases[i].shape);
        lw_built built = build_text(&test, text);
        assert_int_equal(links_in(&built), cases[i].links);
    }
    lw_test_end(&test);
}

// From corner to corner of 4 x 2 over two axes; each chip on the route passes the packets on.
static void packets_cross_a_torus_by_the_fewest_hops(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_built built;
    const lw_flow *flow = flow_between(&test, "{l: {between: [gpu, gpu], preset: ici-v4, pattern: torus, shape: [4, 2]}}",
                                       "gpu[0]", "gpu[6]", &built);
    assert_int_equal(flow->data_count, 3);
    lw_test_end(&test);
}

// Peers take their own link, however quick the route through the host would be.
static void peers_use_their_own_fabric(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_built built;
    const lw_flow *flow =
        flow_between(&test,
                     "{slot: {between: ['host[0]', gpu], preset: pcie-5-x16}, ici: {between: ['gpu[0]', 'gpu[1]'], "
                     "preset: ici-v4, port_latency: 10 us}}",
                     "gpu[0]", "gpu[1]", &built);
    assert_int_equal(flow->data_count, 1);
    assert_link(&built, &flow->data[0], "ici gpu[0]->gpu[1]");
    lw_test_end(&test);
}

static void groups_copy_side_by_side(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_result result = run_text(&test, "nodes: {host: {kind: host}, gpu: {kind: gpu, count: 4}}\n"
                                       "links: {slot: {between: [host, gpu], preset: pcie-4-x16}}\n"
                                       "workloads: {up: {kind: copy, from: host, to: 'gpu[*]', bytes: 8 MiB}}\n");
    const lw_workload_result *up = workload_of(&result.point[0], "up");
    assert_int_equal(up->bytes, 4 * 8388608);
    assert_close(up->bandwidth_GBps, 4 * 28.9, 0.02);
    assert_string_equal(up->direction, "host->gpu");
    assert_string_equal(up->copy, "h2d");
    assert_int_equal(result.point[0].direction_count, 8);
    assert_string_equal(result.point[0].direction[0].link, "slot[0]");
    lw_test_end(&test);
}

// Sizes that cut into equal packets are one task; others one a transfer, as many at once as the
// tags allow.
static void small_transfers_share_the_tags(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
#define NIC(work)                                                                                            \
    "nodes: {host: {kind: host}, nic: {kind: nic, tags: 32}}\nlinks: {slot: {between: [host, nic], preset: " \
    "pcie-3-x8}}\nworkloads: {w: {kind: dma, device: nic, host: host, " work "}}\n"
    lw_built even = build_text(&test, NIC("bytes: 64 B, count: 1000"));
    assert_int_equal(only_task(&even)->bytes, 64000);
    assert_int_equal(only_flow(&even)->packet_bytes, 64);
    assert_int_equal(only_flow(&even)->request_bytes, 64);
    assert_int_equal(only_flow(&even)->tags, 32);
    lw_built large = build_text(&test, NIC("bytes: 1 KiB, count: 1000, outstanding: 3"));
    assert_int_equal(only_flow(&large)->request_bytes, 512);
    assert_int_equal(only_flow(&large)->tags, 6);
    lw_built odd = build_text(&test, NIC("bytes: 513 B, count: 1000"));
    assert_int_equal(only_task(&odd)->count, 1000);
    assert_int_equal(slots_of(&odd, 0), 16);
    lw_built both = build_text(&test, NIC("bytes: 257 B, count: 10, op: both"));
    assert_int_equal(both.fabric.task_count, 2);
    assert_int_equal(both.fabric.task[0].count + both.fabric.task[1].count, 20);
    lw_test_end(&test);
}

// Tags are for reads. A few odd writes at once fill the route as equal packets do; more would crowd
// out what else is on it.
static void writes_need_no_tags(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    static const char text[] = "nodes: {host: {kind: host}, nic: {kind: nic}}\n"
                               "links: {slot: {between: [host, nic], type: pcie, gen: 4, lanes: 8, tags: 1}}\n"
                               "workloads: {w: {kind: dma, device: nic, host: host, op: write, bytes: 520 B, count: 10000}}\n"
                               "sweep: {workloads.w.bytes: [520 B, 512 B]}\n";
    lw_built odd = build_text(&test, text);
    int64_t slots = slots_of(&odd, 0);
    assert_true(slots >= 2 && slots <= 16);
    lw_result result = run_text(&test, text);
    const lw_workload_result *row = workload_of(&result.point[0], "w"), *even = workload_of(&result.point[1], "w");
    assert_close(even->bandwidth_GBps, 14.36, 2e-3);
    assert_close(row->bandwidth_GBps, even->bandwidth_GBps * (520.0 / (520 + 24)) / (512.0 / (512 + 24)), 0.05);
    lw_test_end(&test);
}

// Asked to keep one write outstanding, a device waits for its arrival, also where the size is that
// of a packet.
static void writes_under_way_may_be_few(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_built one = build_text(&test, NIC("op: write, bytes: 256 B, count: 100, outstanding: 1"));
    assert_int_equal(only_task(&one)->count, 100);
    assert_int_equal(slots_of(&one, 0), 1);
    lw_built odd = build_text(&test, NIC("op: write, bytes: 257 B, count: 100, outstanding: 50"));
    int64_t enough = slots_of(&odd, 0);
    assert_true(enough > 1 && enough < 50);
    // More than keep the route full change nothing.
    for (int64_t outstanding = enough + 1; outstanding <= 100; outstanding += 99 - enough) {
        const char *text =
            lw_arena_print(test.arena, NIC("op: write, bytes: 256 B, count: 100, outstanding: %lld"), (long long)outstanding);
        lw_built all = build_text(&test, text);
        assert_int_equal(only_task(&all)->bytes, 25600);
    }
    assert_false(has_message(&test, LW_WARNING, "workloads.w.outstanding has no effect here"));
    // What arrives at a rate waits for nobody, and what is there at once does not arrive.
    (void)build_text(&test, NIC("op: write, bytes: 256 B, count: 100, outstanding: 1, rate: 1 GB/s"));
    assert_message(&test, LW_WARNING, "workloads.w.outstanding has no effect here");
    assert_false(has_message(&test, LW_WARNING, "workloads.w.rate has no effect here"));
    lw_built backlog = build_text(&test, NIC("op: write, bytes: 257 B, count: 100, rate: 1 GB/s, arrivals: backlog"));
    assert_message(&test, LW_WARNING, "workloads.w.rate has no effect here");
    assert_int_equal(flow_of(&backlog, 0)->arrivals, LW_ARRIVALS_BACKLOG);
    lw_test_end(&test);
}

// Gaps are whole picoseconds: the nearest, so that paced work is no faster than asked by more than
// half of one.
static void gaps_are_rounded_to_the_nearest(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_built up = build_text(&test, NIC("op: write, bytes: 32 B, rate: 810 GB/s"));  // 39.51 ps
    assert_int_equal(only_flow(&up)->gap_ps, 40);
    lw_built down = build_text(&test, NIC("op: write, bytes: 32 B, rate: 790 GB/s"));  // 40.51 ps
    assert_int_equal(only_flow(&down)->gap_ps, 41);
    lw_built low = build_text(&test, NIC("bytes: 32 B, rate: 795 GB/s"));  // 40.25 ps
    assert_int_equal(only_flow(&low)->gap_ps, 40);
    lw_built stream = build_text(
        &test, PAIR("kind: host", "kind: gpu",
                    "preset: pcie-3-x8") "workloads: {s: {kind: stream, from: gpu, to: host, bytes: 1 KiB, packet: 32 B, "
                                         "rate: 810 GB/s}}\n");
    assert_int_equal(only_flow(&stream)->gap_ps, 40);
    lw_test_end(&test);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(copies_to_a_device_are_its_reads),
        cmocka_unit_test(copies_from_a_device_are_its_writes),
        cmocka_unit_test(devices_limit_packets_requests_and_tags),
        cmocka_unit_test(slow_cards_slow_their_slot),
        cmocka_unit_test(narrow_cards_fit_wider_connectors),
        cmocka_unit_test(engines_keep_their_pace),
        cmocka_unit_test(switches_copy_and_add_up),
        cmocka_unit_test(switches_copy_what_is_written),
        cmocka_unit_test(guests_have_a_share),
        cmocka_unit_test(guests_by_word),
        cmocka_unit_test(guests_take_turns),
        cmocka_unit_test(a_groups_waterfall_is_of_all_members),
        cmocka_unit_test(submission_is_a_task_and_follows_the_interface),
        cmocka_unit_test(pageable_copies_are_staged),
        cmocka_unit_test(pageable_copies_come_from_the_cache),
        cmocka_unit_test(pageable_copies_back_run_the_other_way_round),
        cmocka_unit_test(peers_write_straight_or_bounce),
        cmocka_unit_test(bounced_copies_have_their_own_buffers),
        cmocka_unit_test(bounced_copies_end_when_the_caller_knows),
        cmocka_unit_test(switches_add_their_latency),
        cmocka_unit_test(one_engine_serves_one_copy_at_a_time),
        cmocka_unit_test(calls_may_run_ahead),
        cmocka_unit_test(routes_take_the_least_latency_or_the_way_asked_for),
        cmocka_unit_test(groups_are_joined_by_patterns),
        cmocka_unit_test(fewer_nodes_share_the_members_of_a_group),
        cmocka_unit_test(a_torus_joins_neighbours_along_each_axis),
        cmocka_unit_test(packets_cross_a_torus_by_the_fewest_hops),
        cmocka_unit_test(peers_use_their_own_fabric),
        cmocka_unit_test(groups_copy_side_by_side),
        cmocka_unit_test(small_transfers_share_the_tags),
        cmocka_unit_test(writes_need_no_tags),
        cmocka_unit_test(writes_under_way_may_be_few),
        cmocka_unit_test(gaps_are_rounded_to_the_nearest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
