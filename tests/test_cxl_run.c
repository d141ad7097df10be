// SPDX-License-Identifier: GPL-3.0-or-later
// CXL end to end: what the engine makes of packed flits, and loads that queue at random.
#include "tests/scenario_helpers.h"

#define EXPANDER(link, work)                                                    \
    "lanewise: 1\n"                                                             \
    "nodes: {cpu: {kind: host}, memory: {kind: memory, read_latency: 30 ns}}\n" \
    "links: {cxl: {between: [cpu, memory], type: cxl, " link "}}\n"             \
    "workloads:\n" work

#define DMA(name, rest) "  " name ": {kind: dma, device: cpu, host: memory, bytes: 64 B, " rest "}\n"

static double wire_bytes(const lw_point *point, const char *direction) {
    for (size_t i = 0; i < point->direction_count; i++) {
        if (strcmp(point->direction[i].direction, direction) == 0) {
            return (double)point->direction[i].wire_bytes;
        }
    }
    fail_msg("no direction %s", direction);
    return 0;
}

// As many writes as reads: six slots of a flit of four bind the outbound path, so a pair takes 102
// B of the wire, SKP sets aside.
static void reads_and_writes_fill_the_flits(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_result result = run_text(&test, EXPANDER("version: 2.0, lanes: 8, mix: 1:1", DMA("both", "op: both, count: 100000")));
    const lw_point *point = &result.point[0];
    assert_close(workload_of(point, "both")->bandwidth_GBps, 31.507692 * 374 / 375 * 64 / 102, 1e-3);
    assert_close(wire_bytes(point, "cpu->memory"), 100000 * 102.0, 1e-9);
    assert_close(wire_bytes(point, "memory->cpu"), 100000 * 76.5, 1e-9);
    lw_test_end(&test);
}

// Two reads to a write share the return path, where 2.375 flits bring two lines and an answer.
static void answers_take_room_from_reads(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_result result = run_text(&test, EXPANDER("version: 2.0, lanes: 8, mix: 2:1",
                                                DMA("read", "op: read, count: 100000")
                                                    DMA("write", "op: write, count: 60000, rate: 12.45 GB/s")));
    // The writes take 12.45 / 64 x 8.5 B per direction back.
    assert_close(workload_of(&result.point[0], "read")->bandwidth_GBps, (31.507692 * 374 / 375 - 12.45 / 64 * 8.5) * 64 / 76.5,
                 2e-3);
    lw_test_end(&test);
}

// One load at a time: 64 B a round trip.
static void a_chain_of_pointers(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_result result =
        run_text(&test, EXPANDER("version: 2.0, lanes: 8",
                                 "  chase: {kind: read-latency, device: cpu, host: memory, bytes: 64 B, repeat: 100}\n"));
    double wire = 31.507692 * 374 / 375, coded = 31.507692;
    assert_close(workload_of(&result.point[0], "chase")->time_s * 1e9 / 100, 130 + 2 * 68 / coded + (34 + 76.5) / wire, 1e-4);
    lw_test_end(&test);
}

// Reads that arrive at random wait as an M/D/1 queue does: load x service / (2 (1 - load))
// (Kleinrock, Queueing Systems I, 5.6). The waits of request and data add up to that of the slower
// direction alone: so it is in any chain of constant services (Friedman, Operations Research 13,
// 1965).
static void loads_queue(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_result result = run_text(
        &test, EXPANDER("version: 2.0, lanes: 8", DMA("read", "op: read, count: 400000, rate: 18.4 GB/s, arrivals: poisson")));
    const lw_workload_result *read = workload_of(&result.point[0], "read");
    double service_ns = 76.5 / (31.507692 * 374 / 375), load = read->bandwidth_GBps * service_ns / 64;
    assert_close(read->mean_wait_ps / 1e3, load * service_ns / (2 * (1 - load)), 0.05);
    assert_close(read->mean_latency_ps, (double)read->fixed_ps + read->mean_wait_ps, 1e-12);
    assert_close(read->md1_wait_ps, read->mean_wait_ps, 0.05);
    // of 400,000 reads every eighth is kept
    assert_int_equal(read->each_ps.count, 50000);
    assert_close(read->each_ps.mean, read->mean_latency_ps, 0.002);
    assert_true(read->each_ps.least >= (double)read->fixed_ps && read->each_ps.median < read->each_ps.mean);
    assert_true(read->each_ps.p99 > 1.05 * read->each_ps.mean);
    assert_string_equal(limit_in_words(&test, &read->limit), "the offered load");
    lw_test_end(&test);
}

static void paces_need_equal_packets(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const lw_document *document = NULL;
    const char *text =
        EXPANDER("version: 2.0, lanes: 8", "  odd: {kind: dma, device: cpu, host: memory, bytes: 100 B, rate: 1 GB/s}\n");
    assert_int_equal(try_load(&test, text, NULL, &document), LW_BAD_INPUT);
    assert_message(&test, LW_ERROR, "workloads.odd: transfers of 100 B cannot be paced");
    lw_test_end(&test);
}

// An accelerator of 2 TB/s behind 16 lanes of 64 GT/s; the link takes 54 ns, the host's answer 40.
#define ACCELERATOR(link, work)                                                                \
    "lanewise: 1\n"                                                                            \
    "nodes: {cpu: {kind: host}, acc: {kind: gpu, read_latency: 30 ns, memory_rate: 2 TB/s}}\n" \
    "links: {cxl: {between: [cpu, acc], type: cxl, version: 3.1, lanes: 16, " link "}}\n"      \
    "workloads:\n" work

static double time_ns(const char *link, const char *work) {
    lw_test test = lw_test_begin();
    const char *text = lw_arena_print(test.arena, ACCELERATOR("%s", "  job: {%s, bytes: 64 B}\n"), link, work);
    double time = run_text(&test, text).point[0].workload[0].time_s * 1e9;
    lw_test_end(&test);
    return time;
}

// A snoop and its response come before the line: 54 + 40 + 54 ns for the share of lines that ask.
static void snoops_delay_the_host(void **state) {
    (void)state;
    const char *load = "kind: read-latency, device: cpu, host: acc";
    double alone = time_ns("coherence: host_only", load);
    // Questions take some of the wire as well: less than a nanosecond.
    assert_close(time_ns("coherence: back_invalidate, asks: 1", load) - alone, 148, 3e-3);
    assert_close(time_ns("coherence: back_invalidate, asks: 0.5", load) - alone, 74, 3e-3);
    assert_close(time_ns("coherence: back_invalidate, asks: 1, answer_latency: 100 ns", load) - alone, 208, 3e-3);
    assert_close(time_ns("coherence: back_invalidate, asks: 1, cable: 1 m", load) - alone, 148 + 4 * 4.6, 3e-3);
    // In host bias the host uses the lines as its own.
    assert_true(time_ns("coherence: host_bias, asks: 1", load) - alone < 1);
    assert_close(time_ns("coherence: device_bias", load), alone, 1e-12);
    // A write is done later, too.
    const char *write = "kind: dma, device: cpu, host: acc, op: write, count: 1";
    double written = time_ns("coherence: host_only", write);
    assert_close(time_ns("coherence: back_invalidate, asks: 1", write) - written, 148, 5e-3);
}

// Little's law: so many lines a round trip, which has grown by the question.
static void snoops_count_in_the_window(void **state) {
    (void)state;
    const char *reads = "kind: dma, device: cpu, host: acc, op: read, count: 100000";
    double alone = time_ns("coherence: host_only, tags: 16", reads) / 100000 * 16;
    double asked = time_ns("coherence: back_invalidate, asks: 1, tags: 16", reads) / 100000 * 16;
    assert_close(alone, 138.7, 2e-3);
    assert_close(asked - alone, 148, 5e-3);
}

static void snoops_count_under_load(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_result result = run_text(
        &test, ACCELERATOR("coherence: back_invalidate, asks: 1",
                           "  read: {kind: dma, device: cpu, host: acc, op: read, bytes: 64 B, count: 20000, rate: 1 GB/s, "
                           "arrivals: poisson}\n"));
    assert_close(workload_of(&result.point[0], "read")->mean_latency_ps / 1e3, 286.9, 5e-3);
    lw_test_end(&test);
}

// Over a switch the question travels the whole route, and is answered once.
static void snoops_cross_switches(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
#define POOL(coherence)                                                                                             \
    "lanewise: 1\n"                                                                                                 \
    "nodes: {cpu: {kind: host}, sw: {kind: switch, latency: 90 ns}, memory: {kind: memory, read_latency: 30 ns}}\n" \
    "links:\n"                                                                                                      \
    "  up: {between: [cpu, sw], type: cxl, version: 3.1, lanes: 16" coherence "}\n"                                 \
    "  down: {between: [sw, memory], type: cxl, version: 3.1, lanes: 16" coherence "}\n"                            \
    "workloads: {load: {kind: read-latency, device: cpu, host: memory, bytes: 64 B}}\n"
    double alone = run_text(&test, POOL("")).point[0].workload[0].time_s;
    double asked = run_text(&test, POOL(", coherence: back_invalidate, asks: 1")).point[0].workload[0].time_s;
    // The switch is 90 ns from pin to pin, in place of its two ports.
    assert_close((asked - alone) * 1e9, 4 * 54 + 2 * (90 - 2 * 25) + 40, 3e-3);
    lw_test_end(&test);
}

// The point of bias: in device bias the device's own loads take its memory's time alone, in host
// bias a question comes first.
static void bias_decides_over_own_loads(void **state) {
    (void)state;
    const char *load = "kind: read-latency, device: acc, host: acc";
    double line = 64 / 2000.0;
    assert_close(time_ns("coherence: device_bias", load), 30 + line, 1e-3);
    assert_close(time_ns("coherence: host_only", load), 30 + line, 1e-3);
    assert_close(time_ns("coherence: host_bias", load), 30 + line + 148, 3e-3);
    assert_close(time_ns("coherence: back_invalidate, asks: 0.5", load), 30 + line + 74, 3e-3);
    // Writes need leave as well, and nothing of the memory's read.
    const char *write = "kind: dma, device: acc, host: acc, op: write, count: 1";
    assert_close(time_ns("coherence: host_bias", write), line + 148, 3e-3);
}

// Own lines a second: as many as questions fit the flits. Fifteen requests in a flit of 256 B,
// eight snoops.
static void bias_decides_over_own_rate(void **state) {
    (void)state;
    const char *reads = "kind: dma, device: acc, host: acc, op: read, count: 400000";
    // Within what it takes to fill the route: 178 ns of 53 us.
    double bytes = 400000 * 64.0, flits = 128 * 748 * 16.0 / (748 * 16 + 40);
    assert_close(bytes / time_ns("coherence: device_bias", reads), 2000, 5e-3);
    assert_close(bytes / time_ns("coherence: host_bias", reads), flits / 256 * 15 * 64, 5e-3);
    assert_close(bytes / time_ns("coherence: back_invalidate, asks: 1", reads), flits / 256 * 8 * 64, 5e-3);
    assert_close(bytes / time_ns("coherence: back_invalidate, asks: 0.5", reads), 2 * flits / 256 * 8 * 64, 5e-3);
    // One at a time: the mean.
    const char *chain = "kind: dma, device: acc, host: acc, op: read, count: 1000, outstanding: 1";
    assert_close(time_ns("coherence: back_invalidate, asks: 0.5", chain) / 1000, 104.03, 3e-3);
    // No count is too small: one line, which comes after its gap of 64 ns.
    assert_close(
        time_ns("coherence: back_invalidate, asks: 0.95", "kind: dma, device: acc, host: acc, op: read, count: 1, rate: 1 GB/s"),
        64 + 178, 5e-3);
}

// What coherence says is nothing to a link that nobody asks over. Of one that carries nothing at
// all, that alone is told.
static void idle_answers_have_no_effect(void **state) {
    (void)state;
    static const char *const cases[][2] = {{"cpu", "links.cxl.answer_latency has no effect here"},
                                           {"acc", "links.cxl carries no traffic"}};
    for (int i = 0; i < 2; i++) {
        lw_test test = lw_test_begin();
        const char *text = lw_arena_print(test.arena,
                                          ACCELERATOR("coherence: host_only, answer_latency: 50 ns",
                                                      "  load: {kind: read-latency, device: %s, host: acc, bytes: 64 B}\n"),
                                          cases[i][0]);
        (void)run_text(&test, text);
        assert_message(&test, LW_WARNING, cases[i][1]);
        assert_false(has_message(&test, LW_WARNING, cases[1 - i][1]));
        lw_test_end(&test);
    }
}

// Where a device asks about lines of its own, the answer's time and the outstanding requests decide
// its rate: nobody is told that they do nothing.
static void own_questions_have_effect(void **state) {
    (void)state;
#define OWN(time)                                                           \
    ACCELERATOR("coherence: host_bias, answer_latency: " time ", tags: 64", \
                "  own: {kind: dma, device: acc, host: acc, bytes: 64 B, op: read, count: 20000}\n")
    double GBps[2];
    for (int i = 0; i < 2; i++) {
        lw_test test = lw_test_begin();
        lw_result result = run_text(&test, i == 0 ? OWN("40 ns") : OWN("400 ns"));
        GBps[i] = workload_of(&result.point[0], "own")->bandwidth_GBps;
        assert_false(has_message(&test, LW_WARNING, "links.cxl.answer_latency has no effect here"));
        assert_false(has_message(&test, LW_WARNING, "links.cxl.tags has no effect here"));
        lw_test_end(&test);
    }
    assert_true(GBps[1] < GBps[0] / 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_and_writes_fill_the_flits),
        cmocka_unit_test(answers_take_room_from_reads),
        cmocka_unit_test(a_chain_of_pointers),
        cmocka_unit_test(loads_queue),
        cmocka_unit_test(paces_need_equal_packets),
        cmocka_unit_test(snoops_delay_the_host),
        cmocka_unit_test(snoops_count_in_the_window),
        cmocka_unit_test(snoops_count_under_load),
        cmocka_unit_test(snoops_cross_switches),
        cmocka_unit_test(bias_decides_over_own_loads),
        cmocka_unit_test(bias_decides_over_own_rate),
        cmocka_unit_test(idle_answers_have_no_effect),
        cmocka_unit_test(own_questions_have_effect),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
