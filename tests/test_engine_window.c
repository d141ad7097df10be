// SPDX-License-Identifier: GPL-3.0-or-later
// What limits packets in flight: tags of reads, credits of receivers, buffers before slow links.
#include "engine_helpers.h"

// A read of 512 B: 24 B of request, latency, completer, two packets of 256 B, latency. The round
// trip is 40 times the data's wire time.
enum {
    REQUEST_BYTES = 512,
    REQUEST_PS = 375,  // 24 B at 64 GB/s
    DATA_PS = 8000,    // 512 B
    LATENCY_PS = 100000,
    COMPLETER_PS = 111625,
    THERE_PS = REQUEST_PS + LATENCY_PS + COMPLETER_PS,
    ROUND_TRIP_PS = THERE_PS + DATA_PS + LATENCY_PS,  // 320 ns
    COVER = ROUND_TRIP_PS / DATA_PS                   // 40 requests cover it
};
_Static_assert(COVER *DATA_PS == ROUND_TRIP_PS, "the crossing lies on a whole number of tags");

static const lw_hop request_path[] = {{.server = 0, .overhead_bytes = 24, .granule_bytes = 1}};
static const lw_hop data_path[] = {{.server = 1, .overhead_bytes = 0, .granule_bytes = 1}};

static job read_of(int64_t bytes, int64_t tags) {
    job read = reads(request_path, data_path, bytes, REQUEST_BYTES, 256);
    read.flow.completer_ps = COMPLETER_PS;
    read.flow.tags = tags;
    return read;
}

static lw_task_result run_read(lw_test *test, const lw_server server[2], job read) {
    return run_jobs(test, server, 2, &read, 1).task[0];
}

// Little's law (Operations Research 9, 1961): W outstanding requests and a round trip R give W / R.
// The W requests of a round come back one data time apart and leave again at once, so J rounds end
// after J R + (W - 1) d. From W = R / d on the link is the limit, and n requests take n d behind
// the first one's latency.
static void test_tags_follow_littles_law(void **state) {
    (void)state;
    static const int64_t tags[] = {1, 2, 3, 16, COVER - 1, COVER, COVER + 1, 64, 1000};
    const lw_server server[] = {line(GB_64, LATENCY_PS), line(GB_64, LATENCY_PS)};
    lw_test test = lw_test_begin();
    for (size_t i = 0; i < COUNT(tags); i++) {
        int64_t w = tags[i];
        for (int64_t rounds = 1; rounds <= 128; rounds *= 8) {
            lw_task_result result = run_read(&test, server, read_of(w * rounds * REQUEST_BYTES, w));
            int64_t by_window_ps = rounds * ROUND_TRIP_PS + (w - 1) * DATA_PS;
            int64_t by_link_ps = THERE_PS + w * rounds * DATA_PS + LATENCY_PS;
            assert_int_equal(result.delivered_ps, w <= COVER ? by_window_ps : by_link_ps);
            // Both laws meet where the requests cover the round trip.
            assert_true(w != COVER || by_window_ps == by_link_ps);
            // The last request leaves a round trip before it ends.
            int64_t stall_ps = rounds == 1 ? 0 : (rounds - 1) * ROUND_TRIP_PS + (w - 1) * DATA_PS;
            assert_true(w > COVER || result.window_stall_ps == stall_ps);
        }
    }
    lw_test_end(&test);
}

// Two readers whose answers share a saturated port stand in one queue there: a reader with three
// times the window has three times the rate, and each read takes all windows over the rate of the
// port (Little's law of the queue).
static void test_windows_share_a_saturated_port(void **state) {
    (void)state;
    enum { FEW = 40, MANY = 3 * FEW, READS = 40000 };
    const lw_server server[] = {line(GB_64, LATENCY_PS), line(GB_64, LATENCY_PS)};
    lw_test test = lw_test_begin();
    job jobs[] = {read_of((int64_t)READS * REQUEST_BYTES, FEW), read_of(3 * (int64_t)READS * REQUEST_BYTES, MANY)};
    lw_engine_result result = RUN(&test, server, jobs);
    // both at rates of 1 to 3 and sizes of 1 to 3 end together
    assert_close((double)result.task[0].delivered_ps, (double)result.task[1].delivered_ps, 0.001);
    assert_close((double)result.end_ps, 4.0 * READS * DATA_PS, 0.001);
    double read_ps = (double)result.task[0].delivered_ps / READS * FEW;
    assert_close(read_ps, (double)(FEW + MANY) * DATA_PS, 0.001);
    // what waits is what of the windows is not on its way through idle links
    double packets = (double)REQUEST_BYTES / 256;
    double wait_ps = (double)result.task[0].wait_ps / ((double)READS * packets);
    assert_close(wait_ps, read_ps - ROUND_TRIP_PS, 0.02);
    lw_test_end(&test);
}

static void test_no_limit_on_tags(void **state) {
    (void)state;
    enum { REQUESTS = 3000 };
    lw_server server[] = {line(GB_64, LATENCY_PS), line(GB_64, LATENCY_PS)};
    lw_test test = lw_test_begin();
    lw_task_result result = run_read(&test, server, read_of(REQUESTS * REQUEST_BYTES, LW_TAGS_INFINITE));
    assert_int_equal(result.delivered_ps, THERE_PS + REQUESTS * DATA_PS + LATENCY_PS);
    assert_int_equal(result.window_stall_ps, 0);
    assert_int_equal(result.busiest, 1);
    // Requests of 24 ns each at 1 GB/s set the pace of 8 ns of data.
    server[0] = line(GB_1, LATENCY_PS);
    result = run_read(&test, server, read_of(REQUESTS * REQUEST_BYTES, LW_TAGS_INFINITE));
    assert_int_equal(result.delivered_ps, REQUESTS * 24000 + LATENCY_PS + COMPLETER_PS + DATA_PS + LATENCY_PS);
    assert_int_equal(result.busiest, 0);
    lw_test_end(&test);
}

static void test_short_requests(void **state) {
    (void)state;
    const lw_server server[] = {line(GB_64, LATENCY_PS), line(GB_64, LATENCY_PS)};
    lw_test test = lw_test_begin();
    // The last request asks for 300 B: 256 + 44, 4687.5 ps.
    lw_task_result result = run_read(&test, server, read_of(3 * REQUEST_BYTES + 300, 1));
    assert_int_equal(result.delivered_ps, 3 * ROUND_TRIP_PS + THERE_PS + 4687 + LATENCY_PS);
    assert_int_equal(result.packets, 8);
    // One byte: 15.625 ps.
    result = run_read(&test, server, read_of(1, 32));
    assert_int_equal(result.delivered_ps, THERE_PS + 15 + LATENCY_PS);
    // Packets are never larger than what was asked for.
    job large = read_of(2 * REQUEST_BYTES, 1);
    large.flow.packet_bytes = 4096;
    result = run_read(&test, server, large);
    assert_int_equal(result.packets, 2);
    assert_int_equal(result.delivered_ps, 2 * ROUND_TRIP_PS);
    // Two windows of their own: two tasks with one tag each do what one with two does, a request's
    // turn apart.
    const job both[] = {read_of(64 * REQUEST_BYTES, 1), read_of(64 * REQUEST_BYTES, 1)};
    lw_engine_result pair = RUN(&test, server, both);
    assert_int_equal(pair.task[0].delivered_ps, 64 * ROUND_TRIP_PS);
    assert_int_equal(pair.task[1].delivered_ps, 64 * ROUND_TRIP_PS + DATA_PS);
    lw_test_end(&test);
}

// Without a path of their own, requests are at the completer at once.
static void test_requests_without_a_path(void **state) {
    (void)state;
    const lw_server server[] = {line(GB_64, 0), line(GB_64, LATENCY_PS)};
    lw_test test = lw_test_begin();
    job read = reads(NULL, data_path, 100 * REQUEST_BYTES, REQUEST_BYTES, 256);
    read.flow.completer_ps = COMPLETER_PS;
    read.flow.tags = 1;
    assert_int_equal(run_read(&test, server, read).delivered_ps, 100 * (COMPLETER_PS + DATA_PS + LATENCY_PS));
    read.flow.tags = LW_TAGS_INFINITE;
    assert_int_equal(run_read(&test, server, read).delivered_ps, COMPLETER_PS + 100 * DATA_PS + LATENCY_PS);
    read.flow.completer_ps = 0;
    assert_int_equal(run_read(&test, server, read).delivered_ps, 100 * DATA_PS + LATENCY_PS);
    lw_test_end(&test);
}

// Reads against writes: completions take turns with writes on the return path, requests with writes
// on the outbound one.
static void test_reads_against_writes(void **state) {
    (void)state;
    enum { WRITES = 5000, REQUESTS = 400, S = 4000 };
    const lw_server server[] = {line(GB_64, LATENCY_PS), line(GB_64, LATENCY_PS)};
    lw_test test = lw_test_begin();
    // The first completion is ready when the 53rd write ends; the 54th goes first, then they
    // alternate.
    const job against_data[] = {writes(data_path, 1, WRITES * 256, 256), read_of(REQUESTS * REQUEST_BYTES, LW_TAGS_INFINITE)};
    assert_int_equal(THERE_PS, 53 * S);
    lw_engine_result result = RUN(&test, server, against_data);
    assert_int_equal(result.task[1].delivered_ps, (53 + 2 * 2 * REQUESTS) * S + LATENCY_PS);
    assert_int_equal(result.task[0].delivered_ps, (WRITES + 2 * REQUESTS) * S + LATENCY_PS);

    // A request after each write: 4.375 ns a turn are less than 8 ns of data, so reads only lose
    // the first turn.
    job against_requests[] = {writes(request_path, 1, WRITES * 232, 232), against_data[1]};
    result = RUN(&test, server, against_requests);
    assert_int_equal(result.task[1].delivered_ps, S + THERE_PS + REQUESTS * DATA_PS + LATENCY_PS);
    assert_int_equal(result.task[0].delivered_ps, WRITES * S + REQUESTS * REQUEST_PS + LATENCY_PS);
    lw_test_end(&test);
}

// A packet's credit comes back after its wire time, the latency and the return: c credits carry c
// packets a loop, or the full rate once c packets last as long as the loop.
static void test_credits_over_one_link(void **state) {
    (void)state;
    enum { S = 4000, LOOP_PS = S + LATENCY_PS + 50000 };  // 38.5 packets
    lw_server server[] = {line(GB_64, LATENCY_PS)};
    server[0].data_unit_bytes = 16;
    server[0].credit_return_ps = 50000;
    const lw_hop path[] = {over(0)};
    lw_test test = lw_test_begin();
    static const int64_t credits[] = {1, 2, 7, 38, 39, 64};
    for (size_t i = 0; i < COUNT(credits); i++) {
        int64_t c = credits[i];
        const lw_credits pools[] = {{c, 0}, {0, 16 * c}, {0, 16 * c + 15}, {c, 16 * 100}, {100, 16 * c}};
        const job jobs[] = {writes(path, 1, 200 * c * 256, 256)};
        int64_t expected_ps = c <= 38 ? 199 * LOOP_PS + c * S : 200 * c * S;
        for (size_t p = 0; p < COUNT(pools); p++) {
            server[0].credits[LW_PACKET_WRITE] = pools[p];
            assert_int_equal(RUN(&test, server, jobs).task[0].delivered_ps, expected_ps + LATENCY_PS);
        }
    }
    // A last packet of 10 B needs one unit: with 17 it follows at once, with 16 it waits for the
    // first one's return.
    const job short_last[] = {writes(path, 1, 266, 256)};
    server[0].credits[LW_PACKET_WRITE] = (lw_credits){0, 17};
    assert_int_equal(RUN(&test, server, short_last).end_ps, S + 156 + LATENCY_PS);
    server[0].credits[LW_PACKET_WRITE] = (lw_credits){0, 16};
    assert_int_equal(RUN(&test, server, short_last).end_ps, LOOP_PS + 156 + LATENCY_PS);
    // Eight packets last as long as the loop: full rate; a picosecond more costs one picosecond a
    // loop.
    server[0].credits[LW_PACKET_WRITE] = (lw_credits){8, 0};
    server[0].latency_ps = 20000;
    server[0].credit_return_ps = 8000;
    const job jobs[] = {writes(path, 1, 8 * 500 * 256, 256)};
    assert_int_equal(RUN(&test, server, jobs).end_ps, 8 * 500 * S + 20000);
    server[0].credit_return_ps++;
    assert_int_equal(RUN(&test, server, jobs).end_ps, 8 * 500 * S + 499 + 20000);
    lw_test_end(&test);
}

// In the middle of a path the buffer is free when the packet's tail has left over the next link.
static void test_credits_over_two_links(void **state) {
    (void)state;
    enum { S = 4000, CREDITS = 5, ROUNDS = 300, RETURN_PS = 30000 };
    lw_server server[] = {line(GB_64, LATENCY_PS), line(GB_64, 700)};
    server[0].credits[LW_PACKET_WRITE].packets = CREDITS;
    server[0].credit_return_ps = RETURN_PS;
    lw_hop path[] = {over(0), over(1)};
    const job jobs[] = {writes(path, 2, ROUNDS * CREDITS * 256, 256)};
    lw_test test = lw_test_begin();
    int64_t loop_ps = LATENCY_PS + S + RETURN_PS;
    assert_int_equal(RUN(&test, server, jobs).end_ps, (ROUNDS - 1) * loop_ps + CREDITS * S + LATENCY_PS + 700);
    path[1].store_forward = true;
    loop_ps = S + LATENCY_PS + S + RETURN_PS;
    assert_int_equal(RUN(&test, server, jobs).end_ps, (ROUNDS - 1) * loop_ps + CREDITS * S + LATENCY_PS + S + 700);
    // A slow second link holds the credits: its rate is what is left, however few they are beyond
    // what covers the loop.
    path[1].store_forward = false;
    server[1] = line(GB_1, 700);
    assert_int_equal(RUN(&test, server, jobs).end_ps, LATENCY_PS + ROUNDS * CREDITS * 256000 + 700);
    lw_test_end(&test);
}

// Credits that are acknowledgements come back when a packet has arrived, however long it waits
// there.
static void test_acknowledgements_do_not_wait(void **state) {
    (void)state;
    enum { S = 4000, CREDITS = 5, ROUNDS = 300, RETURN_PS = 30000 };
    lw_server server[] = {line(GB_64, LATENCY_PS), line(GB_1, 700)};
    server[0].credits[LW_PACKET_WRITE].packets = CREDITS;
    server[0].credit_return_ps = RETURN_PS;
    server[0].credit_on_arrival = true;
    const lw_hop path[] = {over(0), over(1)};
    const job alone[] = {writes(path, 1, ROUNDS * CREDITS * 256, 256)};
    const job held[] = {writes(path, 2, ROUNDS * CREDITS * 256, 256)};
    lw_test test = lw_test_begin();
    lw_engine_result result = RUN(&test, server, alone);
    int64_t last_ps = (ROUNDS - 1) * (S + LATENCY_PS + RETURN_PS) + (CREDITS - 1) * S;
    assert_int_equal(result.end_ps, last_ps + S + LATENCY_PS);
    // Behind the slow second link a packet waits from its arrival to its turn: the sum over all
    // tells that none came late.
    result = RUN(&test, server, held);
    assert_int_equal(result.end_ps, LATENCY_PS + ROUNDS * CREDITS * 256000 + 700);
    int64_t turns_ps = INT64_C(256000) * (ROUNDS * CREDITS) * (ROUNDS * CREDITS - 1) / 2;
    int64_t arrivals_ps = 0;
    for (int64_t k = 0; k < ROUNDS * CREDITS; k++) {
        arrivals_ps += k / CREDITS * (S + LATENCY_PS + RETURN_PS) + k % CREDITS * S;
    }
    assert_int_equal(result.task[0].wait_ps, turns_ps - arrivals_ps);
    lw_test_end(&test);
}

// A frame of 4000 B crosses the first link whole and the second in pieces of 256 B: 15 of 280 B,
// rounded up to 288, and one of 160 + 24 B, to 192. A last frame of 100 B is one piece of 128.
static void test_pieces_have_headers_of_their_own(void **state) {
    (void)state;
    lw_server server[] = {line(TB_1, 50), line(TB_1, 50)};
    const lw_hop path[] = {{.server = 0, .overhead_bytes = 66, .granule_bytes = 1},
                           {.server = 1, .overhead_bytes = 24, .granule_bytes = 32, .segment_bytes = 256, .store_forward = true}};
    const job jobs[] = {writes(path, 2, 2 * 4000 + 100, 4000)};
    lw_test test = lw_test_begin();
    lw_engine_result result = RUN(&test, server, jobs);
    assert_int_equal(result.server[0].wire_bytes, 2 * 4066 + 166);
    assert_int_equal(result.server[1].wire_bytes, 2 * (15 * 288 + 192) + 128);
    // The second link is the slower one: it starts when the first frame is there, and never stops.
    assert_int_equal(result.end_ps, 4066 + 50 + 2 * (15 * 288 + 192) + 128 + 50);
    lw_test_end(&test);
}

// Each kind has its pool: writes that wait 10 us for their only credit hold up no completion, and
// the other way round.
static void test_kinds_do_not_share_credits(void **state) {
    (void)state;
    enum { S = 4000, RETURN_PS = 10000000, PACKETS = 500 };
    lw_server server[] = {line(GB_64, 0), line(GB_64, LATENCY_PS)};
    server[1].credit_return_ps = RETURN_PS;
    job jobs[2];
    lw_test test = lw_test_begin();
    for (size_t starved = 0; starved < 2; starved++) {
        server[1].credits[LW_PACKET_WRITE].packets = starved == 0 ? 1 : 0;
        server[1].credits[LW_PACKET_COMPLETION].packets = starved == 1 ? 1 : 0;
        jobs[0] = writes(data_path, 1, (starved == 0 ? 3 : PACKETS) * 256, 256);
        jobs[1] = reads(NULL, data_path, (starved == 1 ? 3 : PACKETS) * 256, 256, 256);
        lw_engine_result result = RUN(&test, server, jobs);
        int64_t second_turn_ps = starved == 1 ? S : 0;  // the task of the lower number begins
        assert_int_equal(result.task[starved].delivered_ps, second_turn_ps + 2 * (S + LATENCY_PS + RETURN_PS) + S + LATENCY_PS);
        assert_int_equal(result.task[1 - starved].delivered_ps, (PACKETS + 1) * S + LATENCY_PS);
    }
    // Nor do they hold up requests, which only wait for the packet that is on the wire.
    server[0] = line(GB_64, LATENCY_PS);
    server[0].credits[LW_PACKET_WRITE].packets = 1;
    server[0].credit_return_ps = RETURN_PS;
    server[1] = line(GB_64, LATENCY_PS);
    jobs[0] = writes(request_path, 1, 3 * 232, 232);
    jobs[1] = read_of(5 * REQUEST_BYTES, 1);
    lw_engine_result result = RUN(&test, server, jobs);
    assert_int_equal(result.task[1].delivered_ps, S + 5 * ROUND_TRIP_PS);
    lw_test_end(&test);
}

// A port of 1 ns a packet before a link of 10 ns. Without a bound A's whole backlog passes the port
// at once and B has every second turn; with room for one packet A takes one turn in ten and B the
// rest, and A is not slower for it.
static void test_buffer_paces_a_fast_port(void **state) {
    (void)state;
    enum { N = 400, FAST_PS = 1000, SLOW_PS = 10000, ROUNDS = 100 };
    const lw_server server[] = {line(TB_1, 0), line((lw_fraction){10, 1}, LATENCY_PS)};
    lw_hop slow[] = {over(0), over(1)};
    const lw_hop fast[] = {over(0)};
    lw_test test = lw_test_begin();
    for (int64_t room = 0; room <= 64; room = room == 0 ? 1 : 4 * room) {
        slow[0].buffer_packets = room;
        const job alone[] = {writes(slow, 2, N * 1000, 1000)};
        assert_int_equal(RUN(&test, server, alone).end_ps, N * SLOW_PS + LATENCY_PS);
    }
    slow[0].buffer_packets = 0;
    const job jobs[] = {writes(slow, 2, N * 1000, 1000), writes(fast, 1, (9 + 9 * ROUNDS) * 1000, 1000)};
    lw_engine_result result = RUN(&test, server, jobs);
    assert_int_equal(result.task[1].end_ps, (N + 9 + 9 * ROUNDS) * FAST_PS);
    assert_int_equal(result.task[0].end_ps, N * SLOW_PS + LATENCY_PS);
    // A's turns start at 0, 2, 11, 21, 31, ... ns, so B's 9 (q + 1) packets are through at 11 + 10
    // q.
    slow[0].buffer_packets = 1;
    result = RUN(&test, server, jobs);
    assert_int_equal(result.task[1].end_ps, 11 * FAST_PS + ROUNDS * SLOW_PS);
    assert_int_equal(result.task[0].end_ps, N * SLOW_PS + LATENCY_PS);
    lw_test_end(&test);
}

// Room for fewer packets than the latency to the next server holds is a window: b packets a
// latency.
static void test_buffer_shorter_than_the_way(void **state) {
    (void)state;
    enum { N = 400, WAY_PS = 30000, SLOW_PS = 10000 };
    const lw_server server[] = {line(TB_1, WAY_PS), line((lw_fraction){10, 1}, 0)};
    lw_hop path[] = {over(0), over(1)};
    lw_test test = lw_test_begin();
    const job jobs[] = {writes(path, 2, N * 1000, 1000)};
    path[0].buffer_packets = 1;
    assert_int_equal(RUN(&test, server, jobs).end_ps, N * WAY_PS + SLOW_PS);
    path[0].buffer_packets = 3;
    assert_int_equal(RUN(&test, server, jobs).end_ps, WAY_PS + N * SLOW_PS);
    lw_test_end(&test);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tags_follow_littles_law),
        cmocka_unit_test(test_windows_share_a_saturated_port),
        cmocka_unit_test(test_no_limit_on_tags),
        cmocka_unit_test(test_short_requests),
        cmocka_unit_test(test_requests_without_a_path),
        cmocka_unit_test(test_reads_against_writes),
        cmocka_unit_test(test_credits_over_one_link),
        cmocka_unit_test(test_credits_over_two_links),
        cmocka_unit_test(test_kinds_do_not_share_credits),
        cmocka_unit_test(test_acknowledgements_do_not_wait),
        cmocka_unit_test(test_pieces_have_headers_of_their_own),
        cmocka_unit_test(test_buffer_paces_a_fast_port),
        cmocka_unit_test(test_buffer_shorter_than_the_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
