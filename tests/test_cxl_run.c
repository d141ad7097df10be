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

// As many writes as reads: six slots of a flit of four bind the way out, so a pair takes 102 B of the wire, SKP sets aside.
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

// Two reads to a write share the way back, where 2.375 flits bring two lines and an answer.
static void answers_take_room_from_reads(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_result result = run_text(&test, EXPANDER("version: 2.0, lanes: 8, mix: 2:1",
                                                DMA("read", "op: read, count: 100000")
                                                    DMA("write", "op: write, count: 60000, rate: 12.45 GB/s")));
    // The writes take 12.45 / 64 x 8.5 B each way back.
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

// Reads that arrive at random wait as an M/D/1 queue does: load x service / (2 (1 - load)) (Kleinrock, Queueing Systems I, 5.6).
// The waits of request and data add up to that of the slower way alone: so it is in any chain of constant services (Friedman,
// Operations Research 13, 1965).
static void loads_queue(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_result result = run_text(
        &test, EXPANDER("version: 2.0, lanes: 8", DMA("read", "op: read, count: 400000, rate: 18.4 GB/s, arrivals: poisson")));
    const lw_workload_result *read = workload_of(&result.point[0], "read");
    double service_ns = 76.5 / (31.507692 * 374 / 375), load = read->bandwidth_GBps * service_ns / 64;
    assert_close(read->mean_wait_ps / 1e3, load * service_ns / (2 * (1 - load)), 0.05);
    assert_close(read->mean_latency_ps, (double)read->fixed_ps + read->mean_wait_ps, 1e-12);
    assert_string_equal(read->limited_by, "the offered load");
    lw_test_end(&test);
}

static void paces_need_equal_packets(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_scenario *scenario = NULL;
    const char *text =
        EXPANDER("version: 2.0, lanes: 8", "  odd: {kind: dma, device: cpu, host: memory, bytes: 100 B, rate: 1 GB/s}\n");
    assert_int_equal(try_load(&test, text, NULL, &scenario), LW_BAD_INPUT);
    assert_message(&test, LW_ERROR, "workloads.odd: transfers of 100 B cannot be paced");
    lw_test_end(&test);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_and_writes_fill_the_flits),
        cmocka_unit_test(answers_take_room_from_reads),
        cmocka_unit_test(a_chain_of_pointers),
        cmocka_unit_test(loads_queue),
        cmocka_unit_test(paces_need_equal_packets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
