// SPDX-License-Identifier: GPL-3.0-or-later
// Tasks around their packets, runs that cannot end, memory that runs out, and the same bytes from every run.
#include "engine_helpers.h"

enum { S = 4000, LATENCY_PS = 1000 };  // 256 B at 64 GB/s

static const lw_hop path[] = {{.server = 0, .overhead_bytes = 0, .granule_bytes = 1}};
static const lw_hop second[] = {{.server = 1, .overhead_bytes = 0, .granule_bytes = 1}};

static lw_task after(lw_task task, const uint32_t *which, size_t count) {
    task.after = which;
    task.after_count = count;
    return task;
}

static void test_stages_of_a_task(void **state) {
    (void)state;
    const lw_server server[] = {line(GB_64, LATENCY_PS)};
    lw_task task[] = {writes(path, 1, 10 * 256, 256)};
    task[0].start_ps = 7;
    task[0].submit_ps = 50;
    task[0].finish_ps = 300;
    lw_test test = lw_test_begin();
    lw_task_result result = RUN(&test, server, task).task[0];
    assert_int_equal(result.start_ps, 7);
    assert_int_equal(result.first_ps, 57);
    assert_int_equal(result.delivered_ps, 57 + 10 * S + LATENCY_PS);
    assert_int_equal(result.end_ps, 57 + 10 * S + LATENCY_PS + 300);
    assert_int_equal(result.packets, 10);
    assert_int_equal(result.busiest, 0);
    assert_close(result.busiest_share, 10.0 * S / (10.0 * S + LATENCY_PS), 1e-15);

    // Nothing to move still costs what surrounds it.
    task[0].bytes = 0;
    result = RUN(&test, server, task).task[0];
    assert_int_equal(result.delivered_ps, 57);
    assert_int_equal(result.end_ps, 357);
    assert_int_equal(result.packets, 0);

    const lw_task pause[] = {delay(12345), delay(0)};
    lw_engine_result pauses = RUN(&test, server, pause);
    assert_int_equal(pauses.task[0].end_ps, 12345);
    assert_int_equal(pauses.task[1].end_ps, 0);
    assert_int_equal(pauses.end_ps, 12345);
    assert_int_equal(run_fabric(&test, &(lw_fabric){server, 1, NULL, 0, NULL, 0}, 1).end_ps, 0);
    lw_test_end(&test);
}

// A diamond listed backwards: 3, then 2 and 1, then 0 when both have ended and its own start has come.
static void test_tasks_wait_for_others(void **state) {
    (void)state;
    const lw_server server[] = {line(GB_64, LATENCY_PS), line(GB_64, 0)};
    static const uint32_t both[] = {1, 2};
    static const uint32_t root[] = {3};
    lw_task task[] = {after(writes(path, 1, 256, 256), both, 2), after(delay(20000), root, 1),
                      after(writes(second, 1, 3 * 256, 256), root, 1), delay(500)};
    lw_test test = lw_test_begin();
    lw_engine_result result = RUN(&test, server, task);
    assert_int_equal(result.task[3].end_ps, 500);
    assert_int_equal(result.task[2].end_ps, 500 + 3 * S);
    assert_int_equal(result.task[1].end_ps, 20500);
    assert_int_equal(result.task[0].start_ps, 20500);
    assert_int_equal(result.task[0].end_ps, 20500 + S + LATENCY_PS);
    // 1 ps before, at and after the others' end.
    for (int64_t more_ps = -1; more_ps <= 1; more_ps++) {
        task[0].start_ps = 20500 + more_ps;
        assert_int_equal(RUN(&test, server, task).task[0].start_ps, more_ps > 0 ? 20501 : 20500);
    }
    lw_test_end(&test);
}

// A slot is held from start to end, and those in line get it in the order in which they came, whatever their number.
static void test_slots_are_first_come_first_served(void **state) {
    (void)state;
    const lw_server server[] = {line(GB_64, 0)};
    static const int64_t starts_ps[] = {0, 900, 300, 300, 600, 9000};
    lw_task task[COUNT(starts_ps)];
    for (size_t i = 0; i < COUNT(task); i++) {
        task[i] = delay(1000);
        task[i].start_ps = starts_ps[i];
        task[i].resource = 0;
    }
    const int64_t one[] = {1};
    const int64_t two[] = {2};
    lw_test test = lw_test_begin();
    lw_engine_result result = run_fabric(&test, &(lw_fabric){server, 1, task, COUNT(task), one, 1}, 1);
    // 0 from 0 on, then 2 and 3 (both at 300: by number), 4, 1; 5 comes when nobody is left.
    static const int64_t single[] = {1000, 5000, 2000, 3000, 4000, 10000};
    for (size_t i = 0; i < COUNT(task); i++) {
        assert_int_equal(result.task[i].end_ps, single[i]);
        assert_int_equal(result.task[i].start_ps, single[i] - 1000);
    }
    result = run_fabric(&test, &(lw_fabric){server, 1, task, COUNT(task), two, 1}, 1);
    static const int64_t pair[] = {1000, 3000, 1300, 2000, 2300, 10000};
    for (size_t i = 0; i < COUNT(task); i++) {
        assert_int_equal(result.task[i].end_ps, pair[i]);
    }
    // A copy holds its slot while it submits, moves and finishes.
    lw_task copy[] = {writes(path, 1, 256, 256), writes(path, 1, 256, 256)};
    for (size_t i = 0; i < COUNT(copy); i++) {
        copy[i].resource = 0;
        copy[i].submit_ps = 50;
        copy[i].finish_ps = 30;
    }
    result = run_fabric(&test, &(lw_fabric){server, 1, copy, 2, one, 1}, 1);
    assert_int_equal(result.task[1].start_ps, S + 80);
    assert_int_equal(result.task[1].end_ps, 2 * (S + 80));
    result = run_fabric(&test, &(lw_fabric){server, 1, copy, 2, two, 1}, 1);
    assert_int_equal(result.task[1].end_ps, 2 * S + 80);
    lw_test_end(&test);
}

// Both engines end with this status; `stuck` (UINT32_MAX: untouched) is the task they name.
static void assert_status(const lw_fabric *fabric, lw_status expected, uint32_t stuck) {
    for (int engine = LW_ENGINE_PACKET; engine <= LW_ENGINE_PACKET_EXACT; engine++) {
        lw_test test = lw_test_begin();
        lw_engine_result result = {.events = -1};
        uint32_t named = UINT32_MAX;
        assert_int_equal(lw_engine_run(fabric, (lw_engine)engine, 1, NULL, test.arena, &result, &named), expected);
        assert_int_equal(named, stuck);
        assert_true(expected == LW_OK || result.events == -1);
        lw_test_end(&test);
    }
}

static void test_circles_are_stuck(void **state) {
    (void)state;
    lw_server server[] = {line(GB_64, LATENCY_PS), line(GB_64, LATENCY_PS)};
    static const uint32_t on[3][1] = {{2}, {1}, {3}};
    // 0 ends; 1 waits for 2, 2 for 3, 3 for 1.
    const lw_task circle[] = {delay(5), after(delay(5), on[0], 1), after(delay(5), on[2], 1), after(delay(5), on[1], 1)};
    assert_status(&(lw_fabric){server, 2, circle, COUNT(circle), NULL, 0}, LW_STUCK, 1);
    static const uint32_t itself[] = {0};
    const lw_task self[] = {after(delay(5), itself, 1)};
    assert_status(&(lw_fabric){server, 2, self, 1, NULL, 0}, LW_STUCK, 0);

    // A packet needs more credits than there are: the last one fits, a full one never does.
    const lw_task packet[] = {writes(path, 1, 10, 256), writes(path, 1, 266, 256)};
    server[0].data_unit_bytes = 16;
    server[0].credits[LW_PACKET_WRITE].data_units = 15;
    assert_status(&(lw_fabric){server, 2, packet, 2, NULL, 0}, LW_STUCK, 1);
    server[0].credits[LW_PACKET_WRITE].data_units = 16;
    assert_status(&(lw_fabric){server, 2, packet, 2, NULL, 0}, LW_OK, UINT32_MAX);

    // Each flow fills the buffer that the other wants to enter before it gets there: the deadlock of a ring without virtual
    // channels.
    server[0] = server[1] = line(GB_64, 100 * S);
    const lw_hop there[] = {over(0), over(1)};
    const lw_hop back[] = {over(1), over(0)};
    const lw_task ring[] = {writes(there, 2, 100 * 256, 256), writes(back, 2, 100 * 256, 256)};
    for (size_t s = 0; s < 2; s++) {
        server[s].credits[LW_PACKET_WRITE] = (lw_credits){4, 0};
    }
    assert_status(&(lw_fabric){server, 2, ring, 2, NULL, 0}, LW_STUCK, 0);
    // Room for everything resolves it.
    for (size_t s = 0; s < 2; s++) {
        server[s].credits[LW_PACKET_WRITE] = (lw_credits){200, 0};
    }
    assert_status(&(lw_fabric){server, 2, ring, 2, NULL, 0}, LW_OK, UINT32_MAX);
}

static void test_stop_flag_interrupts(void **state) {
    (void)state;
    const lw_server server[] = {line(GB_64, LATENCY_PS)};
    // Exactly, this would take days.
    const lw_task task[] = {writes(path, 1, INT64_C(1) << 50, 256)};
    const lw_fabric fabric = {server, 1, task, 1, NULL, 0};
    volatile sig_atomic_t stop = 1;
    lw_test test = lw_test_begin();
    lw_engine_result result;
    assert_int_equal(lw_engine_run(&fabric, LW_ENGINE_PACKET_EXACT, 1, &stop, test.arena, &result, NULL), LW_INTERRUPTED);
    stop = 0;
    assert_int_equal(lw_engine_run(&fabric, LW_ENGINE_PACKET, 1, &stop, test.arena, &result, NULL), LW_OK);
    lw_test_end(&test);
}

static void limit_of_task(const lw_task task, lw_status expected) {
    const lw_server server[] = {line(TB_1, LATENCY_PS), line(TB_1, LATENCY_PS)};
    assert_status(&(lw_fabric){server, 2, &task, 1, NULL, 0}, expected, UINT32_MAX);
}

static void limit_of_server(const lw_server server, lw_status expected) {
    const lw_server both[] = {server, line(TB_1, 0)};
    const lw_task task = writes(path, 1, 1000, 256);
    assert_status(&(lw_fabric){both, 2, &task, 1, NULL, 0}, expected, UINT32_MAX);
}

// Times and sizes up to 2^60 are taken, beyond that refused, and a clock beyond 2^61 ends the run: nothing ever overflows.
static void test_limits(void **state) {
    (void)state;
    const int64_t most = INT64_C(1) << 60;
    const int64_t wrong[] = {-1, most + 1, INT64_MAX, INT64_MIN};
    for (size_t i = 0; i < COUNT(wrong); i++) {
        lw_task task = writes(path, 1, 1000, 256);
        int64_t *fields[] = {&task.start_ps, &task.submit_ps, &task.finish_ps, &task.bytes, &task.completer_ps, &task.gap_ps};
        for (size_t f = 0; f < COUNT(fields); f++) {
            int64_t before = *fields[f];
            *fields[f] = wrong[i];
            limit_of_task(task, LW_LIMIT);
            *fields[f] = before;
        }
        limit_of_task(task, LW_OK);
        limit_of_task(delay(wrong[i]), LW_LIMIT);
        lw_server server = line(TB_1, 0);
        int64_t *parts[] = {&server.latency_ps, &server.packet_ps,        &server.credit_return_ps,
                            &server.replay_ps,  &server.turnaround_ps,    &server.outage_gap_ps,
                            &server.outage_ps,  &server.error_unit_bytes, &server.data_unit_bytes};
        for (size_t f = 0; f < COUNT(parts); f++) {
            *parts[f] = wrong[i];
            limit_of_server(server, LW_LIMIT);
            *parts[f] = 0;
        }
        limit_of_server(server, LW_OK);
        const lw_hop hop[] = {{.server = 0, .overhead_bytes = wrong[i], .granule_bytes = 1}};
        limit_of_task(writes(hop, 1, 1000, 256), LW_LIMIT);
        const lw_hop cut[] = {{.server = 0, .granule_bytes = 1, .segment_bytes = wrong[i]}};
        limit_of_task(writes(cut, 1, 1000, 256), LW_LIMIT);
        const lw_hop held[] = {{.server = 0, .granule_bytes = 1, .buffer_packets = wrong[i]}};
        limit_of_task(writes(held, 1, 1000, 256), LW_LIMIT);
    }
    limit_of_task(delay(most), LW_OK);
    limit_of_server(line(TB_1, most), LW_OK);
    limit_of_server(line((lw_fraction){1, 0}, 0), LW_LIMIT);
    limit_of_server(line((lw_fraction){-1, 1}, 0), LW_LIMIT);
    limit_of_server(line((lw_fraction){most, 1}, 0), LW_LIMIT);
    lw_server hopeless = line(TB_1, 0);
    hopeless.error_probability = 0.95;
    limit_of_server(hopeless, LW_LIMIT);
    // 0.9 for a packet of 256 bytes, and just below it.
    hopeless.replay = LW_REPLAY_SELECTIVE;
    hopeless.error_probability = 0.0091;
    limit_of_server(hopeless, LW_LIMIT);
    hopeless.error_probability = 0.0089;
    limit_of_server(hopeless, LW_OK);

    // Four delays of 2^59 after one another end at 2^61, a fifth beyond it.
    static const uint32_t before[][1] = {{0}, {1}, {2}, {3}};
    lw_task chain[5];
    for (size_t i = 0; i < COUNT(chain); i++) {
        chain[i] = i == 0 ? delay(most / 2) : after(delay(most / 2), before[i - 1], 1);
    }
    const lw_server server[] = {line(TB_1, 0)};
    assert_status(&(lw_fabric){server, 1, chain, 4, NULL, 0}, LW_OK, UINT32_MAX);
    assert_status(&(lw_fabric){server, 1, chain, 5, NULL, 0}, LW_LIMIT, UINT32_MAX);
    // Packets that go on past it: 2^60 bytes at 500 GB/s just end at 2^61, the latency is too much.
    const lw_server slow[] = {line((lw_fraction){2, 1}, 0), line((lw_fraction){2, 1}, 1)};
    assert_int_equal(lw_path_latency_ps(&(lw_fabric){.server = slow, .server_count = 2}, path, 1, most + 1), 2 * most);
    const lw_task huge[] = {writes(path, 1, most, 1 << 30), writes(second, 1, most, 1 << 30)};
    lw_test test = lw_test_begin();
    assert_int_equal(run_one(&test, &(lw_fabric){slow, 2, huge, 1, NULL, 0}, LW_ENGINE_PACKET, 1).end_ps, 2 * most);
    lw_engine_result result;
    const lw_fabric late = {slow, 2, huge, 2, NULL, 0};
    assert_int_equal(lw_engine_run(&late, LW_ENGINE_PACKET, 1, NULL, test.arena, &result, NULL), LW_LIMIT);
    lw_test_end(&test);
}

// One of everything: writes and reads over shared servers with credits, control traffic, errors, a buffer, random arrivals,
// delays, dependencies and a resource.
typedef struct medley {
    lw_fabric fabric;
    lw_server server[4];
    lw_hop up[3], down[3];
    lw_task task[6];
    uint32_t root[1];
    int64_t slots[1];
} medley;

static void make_medley(medley *m) {
    for (uint32_t s = 0; s < COUNT(m->server); s++) {
        m->server[s] = line(s % 2 == 0 ? GB_450 : GEN5_X16, 30000 + 7000 * s);
        m->server[s].opposite = s ^ 1U;
        m->server[s].control_bytes = 8;
        m->server[s].control_interval_ps = 60000;
        m->server[s].data_unit_bytes = 16;
        m->server[s].credit_return_ps = 25000;
        m->server[s].credits[LW_PACKET_WRITE] = (lw_credits){12, 150};
        m->server[s].credits[LW_PACKET_REQUEST] = (lw_credits){9, 0};
    }
    m->server[2].error_probability = 1e-3;
    m->server[2].error_unit_bytes = 256;
    m->server[2].replay = LW_REPLAY_SELECTIVE;
    m->server[2].replay_ps = 400000;
    for (uint32_t h = 0; h < 3; h++) {
        m->up[h] = over(h);
        m->up[h].overhead_bytes = 24;
        m->up[h].store_forward = h == 1;
        m->down[h] = over(h + 1);
        m->down[h].granule_bytes = 4;
        m->down[h].buffer_packets = h == 0 ? 6 : 0;
    }
    m->root[0] = 2;
    m->slots[0] = 1;
    m->task[0] = writes(m->up, 3, 700 * 256 + 11, 256);
    m->task[1] = writes(m->down, 3, 900 * 128, 128);
    m->task[2] = reads(m->up, m->down, 300 * 512 + 100, 512, 256);
    m->task[2].tags = 16;
    m->task[2].completer_ps = 90000;
    m->task[3] = after(writes(m->up, 2, 500 * 256, 256), m->root, 1);
    m->task[3].arrivals = LW_ARRIVALS_POISSON;
    m->task[3].gap_ps = 9000;
    m->task[4] = after(delay(777777), m->root, 1);
    m->task[5] = writes(m->down, 1, 300 * 1024, 1024);
    m->task[5].arrivals = LW_ARRIVALS_FIXED;
    m->task[5].gap_ps = 11111;
    m->task[1].resource = m->task[4].resource = m->task[5].resource = 0;
    m->fabric = (lw_fabric){m->server, COUNT(m->server), m->task, COUNT(m->task), m->slots, 1};
}

typedef struct trial {
    const medley *medley;
    lw_engine engine;
    int64_t end_ps;
} trial;

static lw_status try_run(void *user) {
    trial *trying = user;
    lw_arena *arena = lw_arena_new();
    if (arena == NULL) {
        return LW_NO_MEMORY;
    }
    lw_engine_result result;
    lw_status status = lw_engine_run(&trying->medley->fabric, trying->engine, 5, NULL, arena, &result, NULL);
    trying->end_ps = status == LW_OK ? result.end_ps : 0;
    lw_arena_free(arena);
    return status;
}

static void test_every_allocation_may_fail(void **state) {
    (void)state;
    medley m = {0};
    make_medley(&m);
    int64_t ends_ps[2];
    for (int engine = LW_ENGINE_PACKET; engine <= LW_ENGINE_PACKET_EXACT; engine++) {
        trial trying = {.medley = &m, .engine = (lw_engine)engine};
        assert_true(lw_test_out_of_memory(try_run, &trying) > 20);
        ends_ps[engine] = trying.end_ps;
    }
    assert_true(ends_ps[0] > 0);
    assert_int_equal(ends_ps[0], ends_ps[1]);
}

// Four threads at once, each with its own arena, give what one gives: the engine keeps nothing between runs.
static void test_threads_do_not_meet(void **state) {
    (void)state;
    enum { RUNS = 32 };
    medley m = {0};
    make_medley(&m);
    lw_test test = lw_test_begin();
    lw_engine_result alone[2];
    for (uint64_t seed = 0; seed < 2; seed++) {
        alone[seed] = run_fabric(&test, &m.fabric, seed);
    }
    lw_arena *arenas[RUNS];
    lw_engine_result results[RUNS];
    lw_status statuses[RUNS];
#pragma omp parallel for num_threads(4) schedule(dynamic, 1)
    for (int i = 0; i < RUNS; i++) {
        arenas[i] = lw_arena_new();
        statuses[i] = arenas[i] == NULL ? LW_NO_MEMORY
                                        : lw_engine_run(&m.fabric, i % 4 < 2 ? LW_ENGINE_PACKET : LW_ENGINE_PACKET_EXACT,
                                                        (uint64_t)(i % 2), NULL, arenas[i], &results[i], NULL);
    }
    for (int i = 0; i < RUNS; i++) {
        assert_int_equal(statuses[i], LW_OK);
        assert_same_result(&m.fabric, &results[i], &alone[i % 2]);
        lw_arena_free(arenas[i]);
    }
    assert_int_not_equal(alone[0].end_ps, alone[1].end_ps);
    lw_test_end(&test);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stages_of_a_task),
        cmocka_unit_test(test_tasks_wait_for_others),
        cmocka_unit_test(test_slots_are_first_come_first_served),
        cmocka_unit_test(test_circles_are_stuck),
        cmocka_unit_test(test_stop_flag_interrupts),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_every_allocation_may_fail),
        cmocka_unit_test(test_threads_do_not_meet),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
