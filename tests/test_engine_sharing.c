// SPDX-License-Identifier: GPL-3.0-or-later
// Streams that meet: turns at a port, fair shares, traffic in both directions, and who comes first
// to the picosecond.
#include "engine_helpers.h"

enum { LATENCY_PS = 1000, TASKS_MAX = 8 };

// Three flows at a port of 1 ps a byte. Turns: A 10, B 20, C 40, A 10, B 20, A 10.
static void test_turns_by_hand(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const lw_server server[] = {line(TB_1, LATENCY_PS)};
    const lw_hop path[] = {over(0)};
    const job jobs[] = {writes(path, 1, 30, 10), writes(path, 1, 40, 20), writes(path, 1, 40, 40)};
    lw_engine_result result = RUN(&test, server, jobs);
    assert_int_equal(result.task[2].delivered_ps, 70 + LATENCY_PS);
    assert_int_equal(result.task[1].delivered_ps, 100 + LATENCY_PS);
    assert_int_equal(result.task[0].delivered_ps, 110 + LATENCY_PS);
    lw_test_end(&test);
}

// A server that streams pass apart gives each what it would have alone: three at once, one of them
// through it twice.
static void test_forwarding_keeps_streams_apart(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_server server[] = {line(TB_1, LATENCY_PS), line((lw_fraction){3, 1}, 7)};
    server[0].role = LW_SERVER_FORWARD;
    const lw_hop path[] = {over(0)}, twice[] = {over(0), over(1), over(0)};
    const job jobs[] = {writes(path, 1, 1000, 10), writes(path, 1, 4000, 40), writes(twice, 3, 1000, 100)};
    lw_engine_result result = RUN(&test, server, jobs);
    assert_int_equal(result.task[0].delivered_ps, 1000 + LATENCY_PS);
    assert_int_equal(result.task[1].delivered_ps, 4000 + LATENCY_PS);
    // Ten packets of 300 ps, the first from its head on; of the last the tail passes as it comes.
    assert_int_equal(result.task[2].delivered_ps, LATENCY_PS + 3000 + 7 + LATENCY_PS);
    assert_int_equal(result.server[0].payload_bytes, 1000 + 4000 + 2 * 1000);
    assert_int_equal(result.server[0].busy_ps, 7000);
    lw_test_end(&test);
}

// A memory of m ps a byte before two links of 2 ps a byte, with n packets of 100 B for each. Up to
// m = 1 it is fast enough for both, and neither waits there; a slower one is shared like any
// server, and the links wait for it.
static void test_fast_memories_keep_streams_apart(void **state) {
    (void)state;
    enum { N = 700, LINK_PS = 200 };
    static const lw_fraction paces[] = {{1, 2}, {1, 1}, {11, 10}, {2, 1}};
    const lw_hop there[] = {over(0), over(1)}, elsewhere[] = {over(0), over(2)};
    const job jobs[] = {writes(there, 2, N * 100, 100), writes(elsewhere, 2, N * 100, 100)};
    lw_test test = lw_test_begin();
    for (size_t i = 0; i < COUNT(paces); i++) {
        lw_server server[] = {line(paces[i], 0), line((lw_fraction){2, 1}, 0), line((lw_fraction){2, 1}, LATENCY_PS)};
        int64_t memory_ps = wire_ps(paces[i], 100);
        bool fast = memory_ps <= 100;
        server[0].role = LW_SERVER_MEMORY;
        lw_engine_result result = RUN(&test, server, jobs);
        int64_t last_ps = fast ? (N - 1) * LINK_PS : (2 * N - 2) * memory_ps;
        assert_int_equal(result.task[0].end_ps, last_ps + LINK_PS);
        assert_int_equal(result.task[1].end_ps, last_ps + (fast ? 0 : memory_ps) + LINK_PS + LATENCY_PS);
        assert_int_equal(result.server[0].busy_ps, 2 * N * memory_ps);
        // Any other server of that pace is shared.
        server[0].role = LW_SERVER_LINK;
        assert_int_equal(RUN(&test, server, jobs).task[1].wait_ps == result.task[1].wait_ps, !fast);
    }
    lw_test_end(&test);
}

// k backlogged flows of n equal packets of s: flow i (from 0) has its last packet served as number
// (n - 1) k + i + 1.
static void test_equal_packets_share_equally(void **state) {
    (void)state;
    enum { PACKETS = 3000, SERVICE_PS = 4000 };
    const lw_server server[] = {line(GB_64, LATENCY_PS)};
    const lw_hop path[] = {over(0)};
    job jobs[TASKS_MAX];
    for (size_t flows = 2; flows <= TASKS_MAX; flows++) {
        lw_test test = lw_test_begin();
        for (size_t i = 0; i < flows; i++) {
            jobs[i] = writes(path, 1, PACKETS * 256, 256);
        }
        lw_engine_result result = run_jobs(&test, server, 1, jobs, flows);
        for (size_t i = 0; i < flows; i++) {
            int64_t served = (PACKETS - 1) * (int64_t)flows + (int64_t)i + 1;
            assert_int_equal(result.task[i].delivered_ps, served * SERVICE_PS + LATENCY_PS);
        }
        lw_test_end(&test);
    }
}

// A turn is a packet, so shares go with packet sizes: 256 + 24 against 1024 + 24 wire bytes.
static void test_unequal_packets_share_by_size(void **state) {
    (void)state;
    enum { PACKETS = 3000 };
    lw_test test = lw_test_begin();
    const lw_server server[] = {line(TB_1, LATENCY_PS)};
    const lw_hop path[] = {{.server = 0, .overhead_bytes = 24, .granule_bytes = 1}};
    const job jobs[] = {writes(path, 1, PACKETS * 256, 256), writes(path, 1, PACKETS * 1024, 1024)};
    lw_engine_result result = RUN(&test, server, jobs);
    assert_int_equal(result.task[0].delivered_ps, PACKETS * 280 + (PACKETS - 1) * 1048 + LATENCY_PS);
    assert_int_equal(result.task[1].delivered_ps, PACKETS * (280 + 1048) + LATENCY_PS);

    // With as many bytes each, the large packets are through after 750 turns of both.
    const job same_bytes[] = {writes(path, 1, 768000, 256), writes(path, 1, 768000, 1024)};
    result = RUN(&test, server, same_bytes);
    assert_int_equal(result.task[1].delivered_ps, 750 * (280 + 1048) + LATENCY_PS);
    assert_int_equal(result.task[0].delivered_ps, 3000 * 280 + 750 * 1048 + LATENCY_PS);
    lw_test_end(&test);
}

// A has n packets of s from 0 on, B comes with m packets at t in ((k - 1) s, k s]. A waits in line
// already, so packet k + 1 is A's, and then they alternate: B ends at (k + 2 m) s, A at (n + m) s.
// A picosecond after k s costs B a whole turn.
static void test_late_starter(void **state) {
    (void)state;
    enum { N = 1000, M = 200, S = 4000 };
    const lw_server server[] = {line(GB_64, 0)};
    const lw_hop path[] = {over(0)};
    static const struct {
        int64_t start_ps, k;
    } cases[] = {{1, 1}, {S - 1, 1}, {S, 1}, {S + 1, 2}, {100 * S - 1, 100}, {100 * S, 100}, {100 * S + 1, 101}};
    lw_test test = lw_test_begin();
    for (size_t i = 0; i < COUNT(cases); i++) {
        job jobs[] = {writes(path, 1, N * 256, 256), writes(path, 1, M * 256, 256)};
        jobs[1].task.start_ps = cases[i].start_ps;
        lw_engine_result result = RUN(&test, server, jobs);
        assert_int_equal(result.task[1].end_ps, (cases[i].k + 2 * M) * S);
        assert_int_equal(result.task[0].end_ps, (N + M) * S);
    }
    lw_test_end(&test);
}

// Where no two packets arrive at the same instant, the numbers of the tasks say nothing: flow f
// starts at a time = f modulo 1000, and everything else takes whole thousands.
static void test_order_of_tasks_does_not_matter(void **state) {
    (void)state;
    lw_server server[TASKS_MAX + 1];
    lw_hop path[TASKS_MAX][2];
    job jobs[TASKS_MAX];
    for (uint32_t i = 0; i < TASKS_MAX; i++) {
        server[i] = line(GB_1, 1000 * (7 * i + 1));
        path[i][0] = over(i);
        path[i][1] = over(TASKS_MAX);
        path[i][1].store_forward = true;
        int64_t packet_bytes = INT64_C(64) << i % 3;
        jobs[i] = writes(path[i], 2, (900 + 77 * i) * packet_bytes, packet_bytes);
        jobs[i].task.start_ps = 1000 * (i * i * 40) + i;
    }
    server[TASKS_MAX] = line((lw_fraction){250, 1}, LATENCY_PS);
    lw_test test = lw_test_begin();
    lw_engine_result listed = RUN(&test, server, jobs);
    job turned[TASKS_MAX];
    for (size_t by = 1; by < TASKS_MAX; by += 2) {
        // 3 i + by visits every number modulo 8 once.
        for (size_t i = 0; i < TASKS_MAX; i++) {
            turned[(3 * i + by) % TASKS_MAX] = jobs[i];
        }
        lw_engine_result other = RUN(&test, server, turned);
        for (size_t i = 0; i < TASKS_MAX; i++) {
            assert_int_equal(other.task[(3 * i + by) % TASKS_MAX].end_ps, listed.task[i].end_ps);
            assert_int_equal(other.task[(3 * i + by) % TASKS_MAX].wait_ps, listed.task[i].wait_ps);
        }
    }
    lw_test_end(&test);
}

// A packet occupies the wire until S. B and D both want to be next; D comes at S exactly. One
// picosecond before, B is first; at the same instant the lower number is; one picosecond after, D
// is.
static void test_a_picosecond_decides(void **state) {
    (void)state;
    enum { S = 4000 };
    const lw_server server[] = {line(GB_64, 0)};
    const lw_hop path[] = {over(0)};
    static const struct {
        int64_t b_ps;
        bool b_is_lower, b_first;
    } cases[] = {{S - 1, true, true}, {S - 1, false, true}, {S, true, true},
                 {S, false, false},   {S + 1, true, false}, {S + 1, false, false}};
    lw_test test = lw_test_begin();
    for (size_t i = 0; i < COUNT(cases); i++) {
        job jobs[] = {writes(path, 1, 256, 256), writes(path, 1, 256, 256), writes(path, 1, 256, 256)};
        size_t b = cases[i].b_is_lower ? 1 : 2;
        jobs[b].task.start_ps = cases[i].b_ps;
        jobs[3 - b].task.start_ps = S;
        lw_engine_result result = RUN(&test, server, jobs);
        assert_int_equal(result.task[b].end_ps, cases[i].b_first ? 2 * S : 3 * S);
        assert_int_equal(result.task[3 - b].end_ps, cases[i].b_first ? 3 * S : 2 * S);
        // a backlog's own queue is not counted as waiting
        assert_int_equal(result.task[b].wait_ps, 0);
    }
    lw_test_end(&test);
}

// The same over a link before: B's packet arrives at the shared port 1 ps before, with and after
// the end of A's.
static void test_a_picosecond_decides_behind_a_link(void **state) {
    (void)state;
    enum { S = 4000, N = 50 };
    const lw_server server[] = {line(GB_64, 0), line(GB_64, 600)};
    const lw_hop direct[] = {over(0)};
    const lw_hop behind[] = {over(1), over(0)};
    lw_test test = lw_test_begin();
    for (int64_t early_ps = -1; early_ps <= 1; early_ps++) {
        job jobs[] = {writes(direct, 1, N * 256, 256), writes(behind, 2, 256, 256)};
        jobs[1].task.start_ps = 10 * S - 600 - early_ps;
        lw_engine_result result = RUN(&test, server, jobs);
        // A waits in line, so B has the turn after A's next.
        int64_t turn = early_ps >= 0 ? 11 : 12;
        assert_int_equal(result.task[1].end_ps, (turn + 1) * S);
        assert_int_equal(result.task[1].wait_ps, turn * S - (10 * S - early_ps));
        assert_int_equal(result.task[0].end_ps, (N + 1) * S);
    }
    lw_test_end(&test);
}

// Max-min fairness (Bertsekas and Gallager, Data Networks, 2nd ed., section 6.5.2) on two links in
// series: A crosses both, B only the first, C only the second. Turns of equal packets give it to
// within one packet.
static void tandem(int64_t service_1_ps, int64_t service_2_ps, int64_t packets_c, int64_t expected_c_ps) {
    enum { N = 2000 };
    const lw_server server[] = {line((lw_fraction){service_1_ps, 256}, LATENCY_PS), line((lw_fraction){service_2_ps, 256}, 0)};
    const lw_hop both[] = {over(0), over(1)};
    const lw_hop first[] = {over(0)};
    const lw_hop second[] = {over(1)};
    lw_test test = lw_test_begin();
    const job jobs[] = {writes(both, 2, N * 256, 256), writes(first, 1, N * 256, 256), writes(second, 1, packets_c * 256, 256)};
    lw_engine_result result = RUN(&test, server, jobs);
    int64_t within_ps = service_1_ps + 2 * service_2_ps + LATENCY_PS;
    assert_in_range(result.task[0].end_ps, 2 * N * service_1_ps - service_1_ps, 2 * N * service_1_ps + within_ps);
    assert_int_equal(result.task[1].end_ps, 2 * N * service_1_ps + LATENCY_PS);
    assert_in_range(result.task[2].end_ps, expected_c_ps - within_ps, expected_c_ps + within_ps);
    lw_test_end(&test);
}

static void test_max_min_on_a_tandem(void **state) {
    (void)state;
    // Equal links: 1/2 each; C with as many packets as A ends with it.
    tandem(4096, 4096, 2000, INT64_C(2) * 2000 * 4096);
    // The second twice as fast: A and B have 1/2 of the first, C the remaining 3/4 of the second: 3
    // packets for one of A's.
    tandem(4096, 2048, 6000, INT64_C(2) * 2000 * 4096);
    // Three times as fast: A takes 1/6 of it and C 5/6.
    tandem(3072, 1024, 10000, INT64_C(2) * 2000 * 3072);
}

// Packets of 4 ns one way cause 16 B (250 ps) of control the other way every 20 ns. The packets
// that go there have the rest of the wire: 19.75 of 20 ns, so 79 packets take 16 intervals.
static void test_control_takes_its_exact_share(void **state) {
    (void)state;
    enum { S = 4000, ROUNDS = 25 };
    lw_server server[] = {line(GB_64, LATENCY_PS), line(GB_64, LATENCY_PS)};
    server[0].opposite = 1;
    server[0].control_bytes = 16;
    server[0].control_interval_ps = 20000;
    server[0].control_by_timer = true;
    const lw_hop there[] = {over(0)};
    const lw_hop back[] = {over(1)};
    const job jobs[] = {writes(there, 1, 5 * 16 * ROUNDS * 256, 256), writes(back, 1, 79 * ROUNDS * 256, 256)};
    lw_test test = lw_test_begin();
    lw_engine_result result = RUN(&test, server, jobs);
    assert_int_equal(result.task[0].delivered_ps, 16 * 20000 * ROUNDS + LATENCY_PS);
    assert_int_equal(result.task[1].delivered_ps, 16 * 20000 * ROUNDS + LATENCY_PS);
    assert_int_equal(result.server[1].control_bytes, 16 * 16 * ROUNDS);
    assert_int_equal(result.server[1].busy_ps, 16 * 20000 * ROUNDS);
    assert_int_equal(result.server[0].control_bytes, 0);

    // Alone, the packets are not slowed, and the other direction carries nothing but control.
    result = run_jobs(&test, server, 2, jobs, 1);
    assert_int_equal(result.task[0].delivered_ps, 16 * 20000 * ROUNDS + LATENCY_PS);
    assert_int_equal(result.server[1].busy_ps, 16 * 250 * ROUNDS);
    assert_int_equal(result.server[1].packets, 0);
    lw_test_end(&test);
}

// The same as a share of the time, as long as packets go there: those that come back take 20/19.75
// of their own time, and from then on their own. What control takes is counted where nothing else
// goes, too.
static void test_control_is_a_share(void **state) {
    (void)state;
    enum { S = 4000, ROUNDS = 80 };
    lw_server server[] = {line(GB_64, LATENCY_PS), line(GB_64, LATENCY_PS)};
    server[0].opposite = 1;
    server[0].control_bytes = 16;
    server[0].control_interval_ps = 20000;
    const lw_hop there[] = {over(0)};
    const lw_hop back[] = {over(1)};
    const job jobs[] = {writes(there, 1, 5 * ROUNDS * 256, 256), writes(back, 1, 10 * ROUNDS * 256, 256)};
    lw_test test = lw_test_begin();
    lw_engine_result result = RUN(&test, server, jobs);
    assert_int_equal(result.task[0].delivered_ps, 5 * ROUNDS * S + LATENCY_PS);
    const int64_t lost_ps = (result.task[0].delivered_ps) / 80;
    const int64_t expected_ps = 10 * ROUNDS * S + LATENCY_PS + lost_ps;
    assert_in_range(result.task[1].delivered_ps, expected_ps - 60, expected_ps + 60);
    assert_in_range(result.server[1].control_bytes, 16 * ROUNDS - 2, 16 * ROUNDS + 2);

    result = run_jobs(&test, server, 2, jobs, 1);
    assert_in_range(result.server[1].control_bytes, 16 * ROUNDS - 2, 16 * ROUNDS + 2);
    assert_int_equal(result.server[1].packets, 0);

    // Packets further apart than the interval bring one each.
    job slow[] = {jobs[0], jobs[1]};
    slow[0].flow.arrivals = LW_ARRIVALS_FIXED;
    slow[0].flow.gap_ps = 40000;
    result = run_jobs(&test, server, 2, slow, 1);
    assert_in_range(result.server[1].control_bytes, 16 * 5 * ROUNDS - 2, 16 * 5 * ROUNDS + 2);
    lw_test_end(&test);
}

// Both directions with control: it goes with the first packet to start after the interval, so 5
// packets and one control make 20.25 ns.
static void test_control_both_ways(void **state) {
    (void)state;
    enum { ROUNDS = 400 };
    lw_server server[] = {line(GB_64, LATENCY_PS), line(GB_64, LATENCY_PS)};
    for (uint32_t s = 0; s < 2; s++) {
        server[s].opposite = 1 - s;
        server[s].control_bytes = 16;
        server[s].control_interval_ps = 20000;
        server[s].control_by_timer = true;
    }
    const lw_hop there[] = {over(0)};
    const lw_hop back[] = {over(1)};
    const job jobs[] = {writes(there, 1, 5 * ROUNDS * 256, 256), writes(back, 1, 5 * ROUNDS * 256, 256)};
    lw_test test = lw_test_begin();
    lw_engine_result result = RUN(&test, server, jobs);
    assert_int_equal(result.task[0].delivered_ps, 20250 * ROUNDS + LATENCY_PS);
    assert_int_equal(result.task[1].delivered_ps, 20250 * ROUNDS + LATENCY_PS);
    assert_int_equal(result.server[0].control_bytes, 16 * ROUNDS);
    assert_int_equal(result.server[1].control_bytes, 16 * ROUNDS);
    lw_test_end(&test);
}

// Every write is answered, whatever the interval; requests and completions are not.
static void test_control_for_writes(void **state) {
    (void)state;
    enum { PACKETS = 4000 };
    lw_server server[] = {line(GB_64, LATENCY_PS), line(GB_64, LATENCY_PS)};
    for (uint32_t s = 0; s < 2; s++) {
        server[s].opposite = 1 - s;
        server[s].control_bytes = 16;
        server[s].control_for_writes = true;
    }
    const lw_hop there[] = {over(0)};
    const lw_hop back[] = {over(1)};
    const job jobs[] = {writes(there, 1, PACKETS * 256, 256)};
    lw_test test = lw_test_begin();
    lw_engine_result result = RUN(&test, server, jobs);
    assert_int_equal(result.task[0].delivered_ps, PACKETS * 4000 + LATENCY_PS);
    assert_int_equal(result.server[1].control_bytes, 16 * PACKETS);
    assert_int_equal(result.server[1].busy_ps, 250 * PACKETS);
    const job read[] = {reads(there, back, PACKETS * 256, 256, 256)};
    result = RUN(&test, server, read);
    assert_int_equal(result.server[0].control_bytes + result.server[1].control_bytes, 0);
    // Both at once: an answer goes with each write, and reads have what they leave of the return
    // path.
    const job both[] = {writes(there, 1, PACKETS * 256, 256), reads(NULL, back, PACKETS * 256, 256, 256)};
    result = RUN(&test, server, both);
    assert_int_equal(result.task[1].delivered_ps, PACKETS * 4250 + LATENCY_PS);
    lw_test_end(&test);
}

// Control does not wait for packets that wait: it follows the one in service.
static void test_control_goes_before_waiting_packets(void **state) {
    (void)state;
    enum { S = 4000, CONTROL_PS = 250, AT_PS = 5000 };
    lw_server server[] = {line(GB_64, 0), line(GB_64, 0)};
    server[0].opposite = 1;
    server[0].control_bytes = 16;
    server[0].control_interval_ps = 1000000;
    server[0].control_by_timer = true;
    const lw_hop there[] = {over(0)};
    const lw_hop back[] = {over(1)};
    job jobs[] = {writes(there, 1, 256, 256), writes(back, 1, 256, 256), writes(back, 1, 512, 256)};
    jobs[0].task.start_ps = AT_PS;  // in the middle of the second packet of the other direction
    lw_test test = lw_test_begin();
    lw_engine_result result = RUN(&test, server, jobs);
    assert_int_equal(result.task[1].end_ps, S);
    assert_int_equal(result.task[2].end_ps, 3 * S + CONTROL_PS);
    // At the very end of the second packet, and from the server of the lower number: still before
    // the third.
    jobs[0].task.start_ps = 2 * S;
    assert_int_equal(RUN(&test, server, jobs).task[2].end_ps, 3 * S + CONTROL_PS);
    // A picosecond later the third is in flight.
    jobs[0].task.start_ps = 2 * S + 1;
    assert_int_equal(RUN(&test, server, jobs).task[2].end_ps, 3 * S);
    lw_test_end(&test);
}

// Many equal flows that start together: served and ended in the order of their numbers, over a port
// and through a star.
static void test_ties_go_by_number(void **state) {
    (void)state;
    enum { FLOWS = 64, HOSTS = 16 };
    static job jobs[FLOWS];
    const lw_server port[] = {line(GB_64, 0)};
    const lw_hop path[] = {over(0)};
    for (size_t i = 0; i < FLOWS; i++) {
        jobs[i] = writes(path, 1, 256, 256);
    }
    lw_test test = lw_test_begin();
    lw_engine_result result = RUN(&test, port, jobs);
    for (size_t i = 0; i < FLOWS; i++) {
        assert_int_equal(result.task[i].end_ps, ((int64_t)i + 1) * 4000);
    }

    // 16 hosts with 4 flows each to everybody's neighbours; both engines agree and do so again.
    static lw_server star[2 * HOSTS];
    static lw_hop hop[FLOWS][2];
    for (uint32_t h = 0; h < 2 * HOSTS; h++) {
        star[h] = line((lw_fraction){20, 1}, 350000);
    }
    for (uint32_t i = 0; i < FLOWS; i++) {
        hop[i][0] = over(i % HOSTS);
        hop[i][1] = over(HOSTS + (i % HOSTS + 1 + i / HOSTS) % HOSTS);
        jobs[i] = writes(hop[i], 2, 20000 + 3000 * (i % 7), 4096);
    }
    const lw_fabric fabric = fabric_of(&test, star, 2 * HOSTS, jobs, FLOWS);
    result = run_fabric(&test, &fabric, 1);
    lw_engine_result again = run_fabric(&test, &fabric, 1);
    assert_same_result(&fabric, &result, &again);
    assert_int_equal(again.events, result.events);
    lw_test_end(&test);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_turns_by_hand),
        cmocka_unit_test(test_forwarding_keeps_streams_apart),
        cmocka_unit_test(test_fast_memories_keep_streams_apart),
        cmocka_unit_test(test_equal_packets_share_equally),
        cmocka_unit_test(test_unequal_packets_share_by_size),
        cmocka_unit_test(test_late_starter),
        cmocka_unit_test(test_order_of_tasks_does_not_matter),
        cmocka_unit_test(test_a_picosecond_decides),
        cmocka_unit_test(test_a_picosecond_decides_behind_a_link),
        cmocka_unit_test(test_max_min_on_a_tandem),
        cmocka_unit_test(test_control_takes_its_exact_share),
        cmocka_unit_test(test_control_is_a_share),
        cmocka_unit_test(test_control_both_ways),
        cmocka_unit_test(test_control_for_writes),
        cmocka_unit_test(test_control_goes_before_waiting_packets),
        cmocka_unit_test(test_ties_go_by_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
