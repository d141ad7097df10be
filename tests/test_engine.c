// SPDX-License-Identifier: GPL-3.0-or-later
// The engine against arithmetic: one stream alone, over one link and over many.
#include "engine_helpers.h"

// n packets of W wire bytes and a last one of w end after floor((n W + w) ps/B) + latency: nothing
// is rounded per byte or packet.
static void test_one_link_is_exact(void **state) {
    (void)state;
    const struct {
        lw_fraction ps_per_byte;
        int64_t bytes, packet_bytes, overhead_bytes, granule_bytes;
        int64_t expected_ps;
    } cases[] = {
        {GB_64, 1000000, 256, 0, 1, 15625000},
        // Whole picoseconds per byte would be 2 and 11 % fast.
        {GB_450, 1000000, 256, 0, 1, 2222222},
        {GB_450, 1000000, 1000000, 0, 1, 2222222},
        // 15 instead of 15.869: 5.5 % fast.
        {GEN5_X16, 1000000, 256, 0, 1, 15869140},
        // Above 1 TB/s a byte takes less than a picosecond; whole ones would make it free.
        {TB_1_8, 1000000, 256, 0, 1, 555555},
        {TB_1_8, 1, 256, 0, 1, 0},
        // GiB is not GB: 2^30 / 1e9 = 1.0737.
        {GB_64, 1048576, 256, 0, 1, 16384000},
        {GB_64, 1, 256, 0, 1, 15},
        {GB_64, 0, 256, 0, 1, 0},
        {GB_64, 256, 256, 0, 1, 4000},
        // A last packet of 1 byte: (257 + 2 x 24) x 15.625 = 4765.6
        {GB_64, 257, 256, 24, 1, 4765},
        // In units of 64 bytes: 100 + 20 -> 128, 50 + 20 -> 128
        {GB_64, 150, 100, 20, 64, 4000},
        // Whole nanoseconds would send 256 + 2 bytes in 4 instead of 4.03125 and be 0.8 % fast:
        // 3907 x 258 - 192 bytes.
        {GB_64, 1000000, 256, 2, 1, 15747093},
    };
    enum { LATENCY_PS = 500000 };
    lw_test test = lw_test_begin();
    for (size_t i = 0; i < COUNT(cases); i++) {
        const lw_server server[] = {line(cases[i].ps_per_byte, LATENCY_PS)};
        const lw_hop path[] = {{.server = 0, .overhead_bytes = cases[i].overhead_bytes, .granule_bytes = cases[i].granule_bytes}};
        const job jobs[] = {writes(path, 1, cases[i].bytes, cases[i].packet_bytes)};
        lw_engine_result result = RUN(&test, server, jobs);
        assert_int_equal(result.task[0].delivered_ps, cases[i].expected_ps + (cases[i].bytes > 0 ? LATENCY_PS : 0));
        assert_int_equal(result.server[0].busy_ps, cases[i].expected_ps);
        assert_int_equal(result.server[0].payload_bytes, cases[i].bytes);
        assert_int_equal(result.task[0].wait_ps, 0);
    }
    lw_test_end(&test);
}

static void test_fixed_cost_per_packet(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_server server[] = {line(GB_450, 700)};
    server[0].packet_ps = 30;
    const lw_hop path[] = {over(0)};
    const job jobs[] = {writes(path, 1, 100 * 256 + 7, 256)};
    lw_engine_result result = RUN(&test, server, jobs);
    // 101 packets: 101 x 30 + floor(25607 x 20/9)
    assert_int_equal(result.task[0].delivered_ps, 3030 + 56904 + 700);
    assert_int_equal(result.server[0].busy_ps, 3030 + 56904);
    lw_test_end(&test);
}

// Rates of links with large denominators are rounded to 17 bits, and those known roughly so that so
// many bytes take whole picoseconds; no others. The engine counts with what lw_server_pace says.
static void test_pace(void **state) {
    (void)state;
    enum { BYTES = 1000 * 256 };
    const lw_fraction odd = {1000003, 64007};
    lw_server server[] = {line(odd, 500)};
    const lw_hop path[] = {over(0)};
    const job jobs[] = {writes(path, 1, BYTES, 256)};
    lw_test test = lw_test_begin();
    for (int role = LW_SERVER_LINK; role <= LW_SERVER_SHADOW; role++) {
        server[0].role = (lw_server_role)role;
        lw_fraction pace = lw_server_pace(&server[0]);
        assert_close(lw_fraction_value(pace), lw_fraction_value(odd), 1.0 / (1 << 17));
        assert_true(role == LW_SERVER_LINK ? pace.den <= 4096 * 2 : lw_fraction_compare(pace, odd) == 0);
        lw_engine_result result = RUN(&test, server, jobs);
        assert_int_equal(result.server[0].busy_ps, wire_ps(pace, BYTES));
        assert_int_equal(result.end_ps, wire_ps(pace, BYTES) + 500);
        assert_int_equal(lw_path_latency_ps(server, path, 1, BYTES), result.end_ps);
    }
    server[0] = line(GEN5_X16, 0);
    assert_int_equal(lw_fraction_compare(lw_server_pace(&server[0]), GEN5_X16), 0);
    server[0].round_bytes = 256;  // 4062.5 ps
    assert_int_equal(lw_fraction_compare(lw_server_pace(&server[0]), (lw_fraction){4063, 256}), 0);
    lw_test_end(&test);
}

// Time does not grow with bytes: 2^60 bytes are 2^52 packets.
static void test_huge_costs_nothing(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const lw_server server[] = {line(TB_1, 500), line(TB_1, 500), line(TB_1, 500), line(TB_1, 500)};
    const lw_hop path[] = {over(0), over(1), over(2), over(3)};
    const job jobs[] = {writes(path, 4, INT64_C(1) << 60, 256)};
    const lw_fabric fabric = fabric_of(&test, server, 4, jobs, 1);
    lw_engine_result result = run_one(&test, &fabric, LW_ENGINE_PACKET, 1);
    assert_int_equal(result.task[0].delivered_ps, (INT64_C(1) << 60) + 2000);
    assert_int_equal(result.task[0].packets, INT64_C(1) << 52);
    assert_int_equal(result.server[3].payload_bytes, INT64_C(1) << 60);
    assert_true(result.events < 10000);
    lw_test_end(&test);
}

// Three streams that never meet, with rates whose common period is longer than any of them lasts:
// each jumps over its own. A fourth that begins half way joins two of them, and what follows is as
// with the oracle. 400 MB each, then 800 kB.
static void test_streams_apart_jump_apart(void **state) {
    (void)state;
    const lw_server server[] = {line((lw_fraction){10007, 1000}, 500), line((lw_fraction){10009, 1000}, 70000),
                                line((lw_fraction){10037, 1000}, 900000), line((lw_fraction){10007, 1000}, 0)};
    const lw_hop path[][2] = {{over(0), over(3)}, {over(1)}, {over(2)}, {over(1), over(2)}};
    for (int64_t bytes = 400000000; bytes >= 800000; bytes /= 500) {
        lw_test test = lw_test_begin();
        job jobs[] = {writes(path[0], 2, bytes, 251), writes(path[1], 1, bytes, 257), writes(path[2], 1, bytes, 263),
                      writes(path[3], 2, bytes / 10, 256)};
        lw_engine_result alone[3];
        for (uint32_t i = 0; i < 3; i++) {
            const lw_fabric one = fabric_of(&test, server, 4, &jobs[i], 1);
            alone[i] = run_one(&test, &one, LW_ENGINE_PACKET, 1);
        }
        const lw_fabric three = fabric_of(&test, server, 4, jobs, 3);
        lw_engine_result result = run_one(&test, &three, LW_ENGINE_PACKET, 1);
        for (uint32_t i = 0; i < 3; i++) {
            assert_int_equal(result.task[i].delivered_ps, alone[i].task[0].delivered_ps);
        }
        assert_true(result.events < 3 * 20000);
        jobs[3].task.start_ps = bytes * 5;
        const lw_fabric four = fabric_of(&test, server, 4, jobs, 4);
        result = bytes > 800000 ? run_one(&test, &four, LW_ENGINE_PACKET, 1) : run_fabric(&test, &four, 1);
        assert_int_equal(result.task[0].delivered_ps, alone[0].task[0].delivered_ps);
        // While both last the two share the fourth's route, and then it is alone there.
        assert_true(result.task[1].delivered_ps > alone[1].task[0].delivered_ps);
        assert_true(result.task[2].delivered_ps > alone[2].task[0].delivered_ps);
        lw_test_end(&test);
    }
}

static lw_engine_result run_chain(lw_test *test, const lw_server *server, size_t hops, bool store_forward, int64_t bytes) {
    lw_hop path[8];
    for (uint32_t i = 0; i < hops; i++) {
        path[i] = over(i);
        path[i].store_forward = store_forward;
    }
    const job stream = writes(path, hops, bytes, 256);
    const lw_fabric fabric = fabric_of(test, server, hops, &stream, 1);
    // Past some megabytes the oracle would take seconds.
    return bytes > 10000000 ? run_one(test, &fabric, LW_ENGINE_PACKET, 1) : run_fabric(test, &fabric, 1);
}

// 1 GB in 256 B packets at 64 GB/s and 500 ns a link: 15,625.500 us over one; store and forward
// adds a link's latency and one packet (4 ns) a hop, cut-through only the latency.
static void test_four_hops(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_server server[8];
    for (size_t i = 0; i < COUNT(server); i++) {
        server[i] = line(GB_64, 500000);
    }
    const int64_t gigabyte = 1000000000;
    assert_int_equal(run_chain(&test, server, 1, true, gigabyte).end_ps, INT64_C(15625500000));
    assert_int_equal(run_chain(&test, server, 4, true, gigabyte).end_ps, INT64_C(15627012000));
    assert_int_equal(run_chain(&test, server, 4, false, gigabyte).end_ps, INT64_C(15627000000));
    for (size_t hops = 1; hops <= COUNT(server); hops++) {
        int64_t more = (int64_t)hops - 1;
        for (int64_t packets = 1; packets <= 1024; packets *= 32) {
            int64_t one_hop_ps = packets * 4000 + 500000;
            lw_engine_result stored = run_chain(&test, server, hops, true, packets * 256);
            lw_engine_result through = run_chain(&test, server, hops, false, packets * 256);
            assert_int_equal(stored.end_ps, one_hop_ps + more * 504000);
            assert_int_equal(through.end_ps, one_hop_ps + more * 500000);
            assert_int_equal(stored.packet_hops, packets * (int64_t)hops);
            assert_int_equal(stored.task[0].wait_ps, 0);
        }
    }
    lw_test_end(&test);
}

// Where a packet takes no whole number of picoseconds (568.9), each hop may lose less than one,
// however long the stream is.
static void test_no_truncation_adds_up(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_server server[8];
    for (size_t i = 0; i < COUNT(server); i++) {
        server[i] = line(GB_450, 700300);
    }
    for (size_t hops = 1; hops <= COUNT(server); hops++) {
        for (int64_t packets = 1; packets <= 10000; packets *= 10) {
            int64_t latency_ps = (int64_t)hops * 700300;
            lw_engine_result through = run_chain(&test, server, hops, false, packets * 256);
            assert_int_equal(through.end_ps, wire_ps(GB_450, packets * 256) + latency_ps);
            lw_engine_result stored = run_chain(&test, server, hops, true, packets * 256);
            int64_t exact_ps = wire_ps(GB_450, (packets + (int64_t)hops - 1) * 256) + latency_ps;
            assert_in_range(stored.end_ps, exact_ps - (int64_t)hops + 1, exact_ps);
            for (size_t s = 0; s < hops; s++) {
                assert_int_equal(stored.server[s].busy_ps, wire_ps(GB_450, packets * 256));
                assert_int_equal(through.server[s].busy_ps, wire_ps(GB_450, packets * 256));
            }
        }
    }
    lw_test_end(&test);
}

// Into a slower link a packet starts with its head, so only the slow link counts: L1 + n s2 + L2.
// Into a faster one it starts as late as its tail needs, or it would run dry: n s1 + L1 + L2.
static void test_links_of_different_speed(void **state) {
    (void)state;
    enum { PACKETS = 1000, FAST_PS = 4000, SLOW_PS = 256000, L1 = 300, L2 = 70000 };
    lw_test test = lw_test_begin();
    const lw_server up[] = {line(GB_64, L1), line(GB_1, L2)};
    const lw_server down[] = {line(GB_1, L1), line(GB_64, L2)};
    assert_int_equal(run_chain(&test, up, 2, false, PACKETS * 256).end_ps, L1 + PACKETS * SLOW_PS + L2);
    assert_int_equal(run_chain(&test, down, 2, false, PACKETS * 256).end_ps, PACKETS * SLOW_PS + L1 + L2);
    // Store and forward on request: one packet of the fast link more, either way.
    assert_int_equal(run_chain(&test, up, 2, true, PACKETS * 256).end_ps, FAST_PS + L1 + PACKETS * SLOW_PS + L2);
    assert_int_equal(run_chain(&test, down, 2, true, PACKETS * 256).end_ps, PACKETS * SLOW_PS + L1 + FAST_PS + L2);

    // A server that takes its time between packets lets each go on with its head: (n - 1) s1 + L1 +
    // s2 + L2.
    const lw_hop paced[] = {{.server = 0, .granule_bytes = 1, .paces = true}, over(1)};
    const job pacing[] = {writes(paced, 2, PACKETS * 256, 256)};
    assert_int_equal(RUN(&test, down, pacing).end_ps, (PACKETS - 1) * SLOW_PS + L1 + FAST_PS + L2);

    // Fast, slow, fast: the middle sets the pace.
    const lw_server waist[] = {line(GB_64, L1), line(GB_1, L1), line(GB_64, L2)};
    assert_int_equal(run_chain(&test, waist, 3, false, PACKETS * 256).end_ps, L1 + PACKETS * SLOW_PS + L1 + L2);
    // Packet k (from 0) reaches the slow link at k x 4000 + 300 and starts there at k x 256000 +
    // 300: the sum of 252000 k.
    assert_int_equal(run_chain(&test, up, 2, false, PACKETS * 256).task[0].wait_ps,
                     INT64_C(252000) * PACKETS * (PACKETS - 1) / 2);
    lw_test_end(&test);
}

// A tail never leaves before it has come, whatever the packet in hand. Hop 1: 100 ps a packet + 1 ps a byte; hop 2: 2 ps a byte.
static void test_last_packet_is_not_early(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_server server[] = {line(TB_1, 50), line((lw_fraction){2, 1}, 50)};
    server[0].packet_ps = 100;
    const lw_hop path[] = {over(0), over(1)};
    // Full: 356 ps, then 512 ps from its head on. Last: 101 ps (356 to 457), tail at 507; hop 2 is
    // busy until 50 + 512 = 562.
    const job full_and_last[] = {writes(path, 2, 257, 256)};
    assert_int_equal(RUN(&test, server, full_and_last).end_ps, 562 + 2 + 50);
    // The same with room between them: the last one is ready at 2000, its tail there, and gone, at
    // 2151.
    job spaced[] = {full_and_last[0]};
    spaced[0].flow.arrivals = LW_ARRIVALS_FIXED;
    spaced[0].flow.gap_ps = 1000;
    assert_int_equal(RUN(&test, server, spaced).end_ps, 2151 + 50);
    // Alone: 101 ps, tail at 151.
    const job last[] = {writes(path, 2, 1, 256)};
    assert_int_equal(RUN(&test, server, last).end_ps, 151 + 50);
    // The other way round the full packet's tail comes and leaves at 512 + 50; the last one's head
    // comes then, finds hop 2 free, and takes its 101 ps.
    const lw_hop back[] = {over(1), over(0)};
    const job reverse[] = {writes(back, 2, 257, 256)};
    assert_int_equal(RUN(&test, server, reverse).end_ps, 562 + 101 + 50);
    spaced[0].flow.data = back;
    assert_int_equal(RUN(&test, server, spaced).end_ps, 2000 + 50 + 101 + 50);
    const job reverse_last[] = {writes(back, 2, 1, 256)};
    assert_int_equal(RUN(&test, server, reverse_last).end_ps, 50 + 101 + 50);
    lw_test_end(&test);
}

// t(n) = t0 + n / B and n_half = t0 B (Hockney, Parallel Computing 20, 1994, section 2): half the
// bandwidth at n_half, exactly.
static void test_hockney(void **state) {
    (void)state;
    enum { SUBMIT_PS = 3000000, FINISH_PS = 1000000, LINKS = 3, LATENCY_PS = 400000 };
    const int64_t t0_ps = SUBMIT_PS + FINISH_PS + LINKS * LATENCY_PS;
    const int64_t half_bytes = t0_ps * 8 / 125;  // 332,800
    assert_int_equal(half_bytes % 256, 0);
    lw_test test = lw_test_begin();
    const lw_server server[] = {line(GB_64, LATENCY_PS), line(GB_64, LATENCY_PS), line(GB_64, LATENCY_PS)};
    const lw_hop path[] = {over(0), over(1), over(2)};
    job jobs[] = {writes(path, LINKS, 0, 256)};
    jobs[0].task.submit_ps = SUBMIT_PS;
    jobs[0].task.finish_ps = FINISH_PS;
    for (int64_t bytes = 256; bytes <= INT64_C(1) << 45; bytes *= 2) {
        jobs[0].task.bytes = bytes;
        const lw_fabric fabric = fabric_of(&test, server, LINKS, jobs, 1);
        lw_engine_result result = bytes < 2000000 ? run_fabric(&test, &fabric, 1) : run_one(&test, &fabric, LW_ENGINE_PACKET, 1);
        assert_int_equal(result.task[0].end_ps, t0_ps + bytes / 8 * 125);
    }
    jobs[0].task.bytes = half_bytes;
    assert_int_equal(RUN(&test, server, jobs).task[0].end_ps, 2 * t0_ps);
    lw_test_end(&test);
}

// Ring all-reduce of 64 MB over P ranks: each of 2 (P - 1) steps moves S / P bytes to the neighbour
// (Thakur, Rabenseifner, Gropp, IJHPCA 19, 2005, section 4), so it takes 2 (P - 1) (S / (P B) + L).
// The messages are not whole picoseconds long: one is lost a step.
static void ring_all_reduce(uint32_t ranks, bool with_oracle, int64_t expected_ps) {
    enum { RANKS_MAX = 4096 };
    static lw_server server[RANKS_MAX];
    static lw_hop path[RANKS_MAX];
    static job jobs[RANKS_MAX];
    static lw_need need[RANKS_MAX][2];
    const uint32_t steps = 2 * (ranks - 1);
    for (uint32_t r = 0; r < ranks; r++) {
        server[r] = line(GB_450, 700000);
        path[r] = over(r);
        jobs[r] = writes(&path[r], 1, 64000000 / ranks, 64000000 / ranks);
        // What rank r sends in a step has come from its left neighbour in the step before.
        need[r][0] = need_of(r, 1, steps);
        need[r][1] = need_of((r + ranks - 1) % ranks, 1, steps);
        jobs[r].task.need = need[r];
        jobs[r].task.need_count = 2;
        jobs[r].task.count = jobs[r].task.inner = steps;
        jobs[r].task.last_bytes = jobs[r].task.bytes;
    }
    lw_test test = lw_test_begin();
    const lw_fabric fabric = fabric_of(&test, server, ranks, jobs, ranks);
    lw_engine_result result = with_oracle ? run_fabric(&test, &fabric, 1) : run_one(&test, &fabric, LW_ENGINE_PACKET, 1);
    assert_in_range(result.end_ps, expected_ps - (int64_t)steps, expected_ps);
    // All steps are alike: the first few say how long the others take.
    assert_true(result.events < 60 * (int64_t)ranks);
    assert_int_equal(result.packets, steps * ranks);
    lw_test_end(&test);
}

static void test_ring_all_reduce(void **state) {
    (void)state;
    ring_all_reduce(8, true, 258688889);
    ring_all_reduce(64, true, 368200000);
    ring_all_reduce(512, true, 999288889);
    ring_all_reduce(4096, false, 6017375000);
}

// Chunks through two buffers: one is filled while the other is emptied. The slower of the two is
// never idle, and 100,000 chunks cost what the first few do.
static void staging(int64_t chunks, bool with_oracle, lw_fraction filling, int64_t expected_ps) {
    enum { CHUNK = 64 * 256 };
    const lw_server server[] = {line(filling, 0), line(GB_64, 1000)};
    const lw_hop core[] = {over(0)}, link[] = {over(1)};
    const lw_need filled[] = {need_of(0, 1, chunks), need_of(1, 2, chunks)};
    const lw_need drained[] = {need_of(0, 0, chunks), need_of(1, 1, chunks)};
    job jobs[] = {writes(core, 1, CHUNK, CHUNK), writes(link, 1, CHUNK, 256)};
    for (int i = 0; i < 2; i++) {
        jobs[i].task.need = i == 0 ? filled : drained;
        jobs[i].task.need_count = 2;
        jobs[i].task.count = jobs[i].task.inner = chunks;
        jobs[i].task.last_bytes = CHUNK;
    }
    lw_test test = lw_test_begin();
    const lw_fabric fabric = fabric_of(&test, server, 2, jobs, 2);
    lw_engine_result result = with_oracle ? run_fabric(&test, &fabric, 1) : run_one(&test, &fabric, LW_ENGINE_PACKET, 1);
    assert_int_equal(result.end_ps, expected_ps);
    assert_true(result.events < 20000);
    lw_test_end(&test);
}

static void test_staging(void **state) {
    (void)state;
    enum { FILL_SLOW_PS = 64 * 256 * 100, FILL_FAST_PS = 64 * 256, DRAIN_PS = 64 * 4000 + 1000 };
    staging(300, true, (lw_fraction){100, 1}, INT64_C(300) * FILL_SLOW_PS + DRAIN_PS);
    staging(100000, false, (lw_fraction){100, 1}, INT64_C(100000) * FILL_SLOW_PS + DRAIN_PS);
    staging(300, true, TB_1, FILL_FAST_PS + INT64_C(300) * DRAIN_PS);
    staging(100000, false, TB_1, FILL_FAST_PS + INT64_C(100000) * DRAIN_PS);
}

static uint64_t next(uint64_t *random) {
    *random ^= *random << 13;
    *random ^= *random >> 7;
    *random ^= *random << 17;
    return *random;
}

static int64_t draw(uint64_t *random, int64_t low, int64_t high) {
    return low + (int64_t)(next(random) % (uint64_t)(high - low + 1));
}

enum { PATH_SERVERS = 6 };

static size_t draw_path(uint64_t *random, lw_server *server, lw_hop *hop) {
    static const lw_fraction rates[] = {{125, 8}, {20, 9}, {8125, 512}, {5, 9}, {1000, 1}, {100000, 1337}, {0, 1}};
    for (uint32_t i = 0; i < PATH_SERVERS; i++) {
        server[i] = line(rates[draw(random, 0, COUNT(rates) - 1)], draw(random, 0, 900000));
        server[i].packet_ps = draw(random, 0, 1) * draw(random, 0, 9000);
        hop[i] = (lw_hop){.server = i,
                          .overhead_bytes = draw(random, 0, 40),
                          .granule_bytes = draw(random, 0, 1) ? 1 : 16,
                          .store_forward = draw(random, 0, 3) == 0,
                          .paces = draw(random, 0, 7) == 0};
    }
    return (size_t)draw(random, 1, PATH_SERVERS);
}

// The latency that routes are chosen by is what the engine says of one packet, whatever its size
// and that of full packets.
static void test_path_latency(void **state) {
    (void)state;
    uint64_t random = 20060102150405;
    lw_server server[PATH_SERVERS];
    lw_hop hop[PATH_SERVERS];
    for (int i = 0; i < 2000; i++) {
        lw_test test = lw_test_begin();
        size_t hops = draw_path(&random, server, hop);
        int64_t bytes = draw(&random, 1, 5000);
        const job jobs[] = {writes(hop, hops, bytes, bytes + draw(&random, 0, 1) * draw(&random, 0, 5000))};
        lw_engine_result result = RUN(&test, server, jobs);
        assert_int_equal(lw_path_latency_ps(server, hop, hops, bytes), result.task[0].delivered_ps);
        lw_test_end(&test);
    }
    assert_int_equal(lw_path_latency_ps(server, hop, 0, 100), 0);
}

// Whatever is sent is counted once on every server it passes, and no server works longer than the
// run takes.
static void test_bytes_are_conserved(void **state) {
    (void)state;
    enum { TASKS = 8 };
    uint64_t random = 271828;
    lw_server server[PATH_SERVERS];
    lw_hop hop[TASKS][PATH_SERVERS];
    job jobs[TASKS];
    for (int i = 0; i < 200; i++) {
        int64_t payload[PATH_SERVERS] = {0};
        int64_t wire[PATH_SERVERS] = {0};
        int64_t packets[PATH_SERVERS] = {0};
        for (size_t t = 0; t < TASKS; t++) {
            size_t hops = draw_path(&random, server, hop[t]);
            int64_t size = draw(&random, 1, 1000);
            int64_t bytes = draw(&random, 1, 100000);
            int64_t full = bytes / size;
            jobs[t] = writes(hop[t], hops, bytes, size);
            jobs[t].task.start_ps = draw(&random, 0, 1000000);
            for (size_t h = 0; h < hops; h++) {
                int64_t granule = hop[t][h].granule_bytes;
                int64_t overhead = hop[t][h].overhead_bytes;
                payload[h] += bytes;
                packets[h] += full + (bytes % size > 0);
                wire[h] += full * ((size + overhead + granule - 1) / granule * granule);
                wire[h] += bytes % size > 0 ? (bytes % size + overhead + granule - 1) / granule * granule : 0;
            }
        }
        lw_test test = lw_test_begin();
        lw_engine_result result = RUN(&test, server, jobs);
        for (size_t s = 0; s < PATH_SERVERS; s++) {
            assert_int_equal(result.server[s].payload_bytes, payload[s]);
            assert_int_equal(result.server[s].wire_bytes, wire[s]);
            assert_int_equal(result.server[s].packets, packets[s]);
            assert_int_equal(result.server[s].busy_ps,
                             wire_ps(server[s].ps_per_byte, wire[s]) + packets[s] * server[s].packet_ps);
            assert_true(result.server[s].busy_ps <= result.end_ps);
        }
        for (size_t t = 0; t < TASKS; t++) {
            assert_true(result.task[t].busiest < jobs[t].flow.data_count);
            assert_true(result.task[t].busiest_share >= 0 && result.task[t].busiest_share <= 1);
            assert_true(result.task[t].delivered_ps >=
                        result.task[t].first_ps + lw_path_latency_ps(server, jobs[t].flow.data, jobs[t].flow.data_count, 1));
        }
        lw_test_end(&test);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_link_is_exact),
        cmocka_unit_test(test_fixed_cost_per_packet),
        cmocka_unit_test(test_pace),
        cmocka_unit_test(test_huge_costs_nothing),
        cmocka_unit_test(test_four_hops),
        cmocka_unit_test(test_no_truncation_adds_up),
        cmocka_unit_test(test_links_of_different_speed),
        cmocka_unit_test(test_last_packet_is_not_early),
        cmocka_unit_test(test_hockney),
        cmocka_unit_test(test_ring_all_reduce),
        cmocka_unit_test(test_staging),
        cmocka_unit_test(test_path_latency),
        cmocka_unit_test(test_bytes_are_conserved),
        cmocka_unit_test(test_streams_apart_jump_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
