// SPDX-License-Identifier: GPL-3.0-or-later
// Tasks around their packets, runs that cannot end, memory that runs out, and the same bytes from
// every run.
#include "engine_helpers.h"
#include "sim/fabric/recording.h"

enum { S = 4000, LATENCY_PS = 1000 };  // 256 B at 64 GB/s

static const lw_hop path[] = {{.server = 0, .overhead_bytes = 0, .granule_bytes = 1}};
static const lw_hop second[] = {{.server = 1, .overhead_bytes = 0, .granule_bytes = 1}};

static job after(job later, const uint32_t *which, size_t count) {
    static lw_need pool[2000];
    static size_t used;
    assert_true(used + count <= sizeof pool / sizeof *pool);
    later.task.need = &pool[used];
    later.task.need_count = count;
    for (size_t i = 0; i < count; i++) {
        pool[used++] = need_of(which[i], 0, 1);
    }
    return later;
}

static void test_stages_of_a_task(void **state) {
    (void)state;
    const lw_server server[] = {line(GB_64, LATENCY_PS)};
    job jobs[] = {writes(path, 1, 10 * 256, 256)};
    jobs[0].task.start_ps = 7;
    jobs[0].task.submit_ps = 50;
    jobs[0].task.finish_ps = 300;
    lw_test test = lw_test_begin();
    lw_task_result result = RUN(&test, server, jobs).task[0];
    assert_int_equal(result.start_ps, 7);
    assert_int_equal(result.first_ps, 57);
    assert_int_equal(result.delivered_ps, 57 + 10 * S + LATENCY_PS);
    assert_int_equal(result.end_ps, 57 + 10 * S + LATENCY_PS + 300);
    assert_int_equal(result.packets, 10);
    assert_int_equal(result.busiest, 0);
    assert_close(result.busiest_share, 10.0 * S / (10.0 * S + LATENCY_PS), 1e-15);

    // Nothing to move still costs what surrounds it.
    jobs[0].task.bytes = 0;
    result = RUN(&test, server, jobs).task[0];
    assert_int_equal(result.delivered_ps, 57);
    assert_int_equal(result.end_ps, 357);
    assert_int_equal(result.packets, 0);

    job pause[] = {delay(12345), delay(0), delay(300)};
    pause[2].task.finish_ps = 45;
    lw_engine_result pauses = RUN(&test, server, pause);
    assert_int_equal(pauses.task[0].end_ps, 12345);
    assert_int_equal(pauses.task[1].end_ps, 0);
    assert_int_equal(pauses.task[2].end_ps, 345);
    assert_int_equal(pauses.end_ps, 12345);
    assert_int_equal(run_jobs(&test, server, 1, NULL, 0).end_ps, 0);
    lw_test_end(&test);
}

// A diamond listed backwards: 3, then 2 and 1, then 0 when both have ended and its own start has
// come.
static void test_tasks_wait_for_others(void **state) {
    (void)state;
    const lw_server server[] = {line(GB_64, LATENCY_PS), line(GB_64, 0)};
    static const uint32_t both[] = {1, 2};
    static const uint32_t root[] = {3};
    job jobs[] = {after(writes(path, 1, 256, 256), both, 2), after(delay(20000), root, 1),
                  after(writes(second, 1, 3 * 256, 256), root, 1), delay(500)};
    lw_test test = lw_test_begin();
    lw_engine_result result = RUN(&test, server, jobs);
    assert_int_equal(result.task[3].end_ps, 500);
    assert_int_equal(result.task[2].end_ps, 500 + 3 * S);
    assert_int_equal(result.task[1].end_ps, 20500);
    assert_int_equal(result.task[0].start_ps, 20500);
    assert_int_equal(result.task[0].end_ps, 20500 + S + LATENCY_PS);
    // 1 ps before, at and after the others' end.
    for (int64_t more_ps = -1; more_ps <= 1; more_ps++) {
        jobs[0].task.start_ps = 20500 + more_ps;
        assert_int_equal(RUN(&test, server, jobs).task[0].start_ps, more_ps > 0 ? 20501 : 20500);
    }
    lw_test_end(&test);
}

static lw_engine_result run_with_slots(lw_test *test, const lw_server *server, const job *jobs, size_t count, int64_t slots) {
    lw_fabric fabric = fabric_of(test, server, 1, jobs, count);
    fabric.resource_slots = &slots;
    fabric.resource_count = 1;
    return run_fabric(test, &fabric, 1);
}

// A slot is held from start to end, and those in line get it in the order in which they came,
// whatever their number.
static void test_slots_are_first_come_first_served(void **state) {
    (void)state;
    const lw_server server[] = {line(GB_64, 0)};
    static const int64_t starts_ps[] = {0, 900, 300, 300, 600, 9000};
    job jobs[COUNT(starts_ps)];
    for (size_t i = 0; i < COUNT(jobs); i++) {
        jobs[i] = delay(1000);
        jobs[i].task.start_ps = starts_ps[i];
        jobs[i].task.acquires = jobs[i].task.releases = 0;
    }
    lw_test test = lw_test_begin();
    lw_engine_result result = run_with_slots(&test, server, jobs, COUNT(jobs), 1);
    // 0 from 0 on, then 2 and 3 (both at 300: by number), 4, 1; 5 comes when nobody is left.
    static const int64_t single[] = {1000, 5000, 2000, 3000, 4000, 10000};
    for (size_t i = 0; i < COUNT(jobs); i++) {
        assert_int_equal(result.task[i].end_ps, single[i]);
        assert_int_equal(result.task[i].start_ps, single[i] - 1000);
    }
    result = run_with_slots(&test, server, jobs, COUNT(jobs), 2);
    static const int64_t pair[] = {1000, 3000, 1300, 2000, 2300, 10000};
    for (size_t i = 0; i < COUNT(jobs); i++) {
        assert_int_equal(result.task[i].end_ps, pair[i]);
    }
    // A copy holds its slot while it submits, moves and finishes.
    job copy[] = {writes(path, 1, 256, 256), writes(path, 1, 256, 256)};
    for (size_t i = 0; i < COUNT(copy); i++) {
        copy[i].task.acquires = copy[i].task.releases = 0;
        copy[i].task.submit_ps = 50;
        copy[i].task.finish_ps = 30;
    }
    result = run_with_slots(&test, server, copy, 2, 1);
    assert_int_equal(result.task[1].start_ps, S + 80);
    assert_int_equal(result.task[1].end_ps, 2 * (S + 80));
    result = run_with_slots(&test, server, copy, 2, 2);
    assert_int_equal(result.task[1].end_ps, 2 * S + 80);
    lw_test_end(&test);
}

// Tasks of one flow share its description and nothing else: they do what those with flows of their
// own do.
static void test_tasks_of_one_flow(void **state) {
    (void)state;
    const lw_server server[] = {line(GB_64, LATENCY_PS), line(GB_450, LATENCY_PS)};
    lw_test test = lw_test_begin();
    job read = reads(path, second, 50 * 512, 512, 256);
    read.flow.tags = 3;
    read.flow.completer_ps = 10000;
    job random = writes(path, 1, 100 * 256, 256);
    random.flow.arrivals = LW_ARRIVALS_POISSON;
    random.flow.gap_ps = 9000;
    job jobs[] = {read, random, delay(500), read, random, read};
    static const uint32_t of[COUNT(jobs)] = {0, 1, LW_NO_FLOW, 0, 1, 0};
    const lw_flow flows[] = {read.flow, random.flow};
    lw_task task[COUNT(jobs)];
    for (size_t i = 0; i < COUNT(jobs); i++) {
        jobs[i].task.start_ps = 777 * (int64_t)i;
        jobs[i].task.bytes = jobs[i].task.bytes / 7 * ((int64_t)i + 1);
        task[i] = jobs[i].task;
        task[i].flow = of[i];
    }
    const lw_fabric own = fabric_of(&test, server, 2, jobs, COUNT(jobs));
    lw_fabric shared = own;
    shared.flow = flows;
    shared.flow_count = COUNT(flows);
    shared.task = task;
    lw_engine_result apart = run_fabric(&test, &own, 1);
    lw_engine_result together = run_fabric(&test, &shared, 1);
    assert_same_result(&own, &apart, &together);
    assert_int_not_equal(together.task[1].wait_ps, together.task[4].wait_ps);
    lw_test_end(&test);
}

// Both engines end with this status; `stuck` is the task that they name where they are.
static void assert_status(const lw_server *server, size_t servers, const job *jobs, size_t count, lw_status expected,
                          uint32_t stuck) {
    for (int engine = LW_ENGINE_PACKET; engine <= LW_ENGINE_PACKET_EXACT; engine++) {
        lw_test test = lw_test_begin();
        const lw_fabric fabric = fabric_of(&test, server, servers, jobs, count);
        lw_engine_result result = {.events = -1};
        assert_int_equal(
            lw_engine_run(&fabric, &(const lw_engine_how){.engine = (lw_engine)engine, .seed = 1}, test.arena, &result),
            expected);
        assert_true(expected != LW_STUCK || result.stuck == stuck);
        assert_true((expected == LW_OK) == (result.task != NULL));
        lw_test_end(&test);
    }
}

static void test_circles_are_stuck(void **state) {
    (void)state;
    lw_server server[] = {line(GB_64, LATENCY_PS), line(GB_64, LATENCY_PS)};
    static const uint32_t on[3][1] = {{2}, {1}, {3}};
    // 0 ends; 1 waits for 2, 2 for 3, 3 for 1.
    const job circle[] = {delay(5), after(delay(5), on[0], 1), after(delay(5), on[2], 1), after(delay(5), on[1], 1)};
    assert_status(server, 2, circle, COUNT(circle), LW_STUCK, 1);
    static const uint32_t itself[] = {0};
    const job self[] = {after(delay(5), itself, 1)};
    assert_status(server, 2, self, 1, LW_STUCK, 0);

    // A packet needs more credits than there are: the last one fits, a full one never does.
    const job packet[] = {writes(path, 1, 10, 256), writes(path, 1, 266, 256)};
    server[0].data_unit_bytes = 16;
    server[0].credits[LW_PACKET_WRITE].data_units = 15;
    assert_status(server, 2, packet, 2, LW_STUCK, 1);
    server[0].credits[LW_PACKET_WRITE].data_units = 16;
    assert_status(server, 2, packet, 2, LW_OK, UINT32_MAX);

    // Each flow fills the buffer that the other wants to enter before it gets there: the deadlock
    // of a ring without virtual channels.
    server[0] = server[1] = line(GB_64, 100 * S);
    const lw_hop there[] = {over(0), over(1)};
    const lw_hop back[] = {over(1), over(0)};
    const job ring[] = {writes(there, 2, 100 * 256, 256), writes(back, 2, 100 * 256, 256)};
    for (size_t s = 0; s < 2; s++) {
        server[s].credits[LW_PACKET_WRITE] = (lw_credits){4, 0};
    }
    assert_status(server, 2, ring, 2, LW_STUCK, 0);
    // Room for everything resolves it.
    for (size_t s = 0; s < 2; s++) {
        server[s].credits[LW_PACKET_WRITE] = (lw_credits){200, 0};
    }
    assert_status(server, 2, ring, 2, LW_OK, UINT32_MAX);
}

static void test_stop_flag_interrupts(void **state) {
    (void)state;
    const lw_server server[] = {line(GB_64, LATENCY_PS)};
    // Exactly, this would take days.
    const job jobs[] = {writes(path, 1, INT64_C(1) << 50, 256)};
    volatile sig_atomic_t stop = 1;
    lw_test test = lw_test_begin();
    const lw_fabric fabric = fabric_of(&test, server, 1, jobs, 1);
    lw_engine_result result;
    assert_int_equal(lw_engine_run(&fabric, &(const lw_engine_how){.engine = LW_ENGINE_PACKET_EXACT, .seed = 1, .stop = &stop},
                                   test.arena, &result),
                     LW_INTERRUPTED);
    stop = 0;
    assert_int_equal(
        lw_engine_run(&fabric, &(const lw_engine_how){.engine = LW_ENGINE_PACKET, .seed = 1, .stop = &stop}, test.arena, &result),
        LW_OK);
    lw_test_end(&test);
}

static void limit_of_task(const job only, lw_status expected) {
    const lw_server server[] = {line(TB_1, LATENCY_PS), line(TB_1, LATENCY_PS)};
    assert_status(server, 2, &only, 1, expected, UINT32_MAX);
}

static void limit_of_server(const lw_server server, lw_status expected) {
    const lw_server both[] = {server, line(TB_1, 0)};
    const job only = writes(path, 1, 1000, 256);
    assert_status(both, 2, &only, 1, expected, UINT32_MAX);
}

// Times and sizes up to 2^60 are taken, beyond that refused, and a clock beyond 2^61 ends the run:
// nothing ever overflows.
static void test_limits(void **state) {
    (void)state;
    const int64_t most = INT64_C(1) << 60;
    const int64_t wrong[] = {-1, most + 1, INT64_MAX, INT64_MIN};
    for (size_t i = 0; i < COUNT(wrong); i++) {
        job only = writes(path, 1, 1000, 256);
        int64_t *fields[] = {&only.task.start_ps, &only.task.submit_ps,    &only.task.finish_ps,
                             &only.task.bytes,    &only.flow.completer_ps, &only.flow.gap_ps};
        for (size_t f = 0; f < COUNT(fields); f++) {
            int64_t before = *fields[f];
            *fields[f] = wrong[i];
            limit_of_task(only, LW_LIMIT);
            *fields[f] = before;
        }
        limit_of_task(only, LW_OK);
        limit_of_task(delay(wrong[i]), LW_LIMIT);
        job pause = delay(0);
        pause.task.finish_ps = wrong[i];
        limit_of_task(pause, LW_LIMIT);
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
    job chain[5];
    for (size_t i = 0; i < COUNT(chain); i++) {
        chain[i] = i == 0 ? delay(most / 2) : after(delay(most / 2), before[i - 1], 1);
    }
    const lw_server server[] = {line(TB_1, 0)};
    assert_status(server, 1, chain, 4, LW_OK, UINT32_MAX);
    assert_status(server, 1, chain, 5, LW_LIMIT, UINT32_MAX);
    // Packets that go on past it: 2^60 bytes at 500 GB/s just end at 2^61, the latency is too much.
    const lw_server slow[] = {line((lw_fraction){2, 1}, 0), line((lw_fraction){2, 1}, 1)};
    assert_int_equal(lw_path_latency_ps(slow, path, 1, most + 1), 2 * most);
    const job huge[] = {writes(path, 1, most, 1 << 30), writes(second, 1, most, 1 << 30)};
    lw_test test = lw_test_begin();
    const lw_fabric just = fabric_of(&test, slow, 2, huge, 1);
    assert_int_equal(run_one(&test, &just, LW_ENGINE_PACKET, 1).end_ps, 2 * most);
    lw_engine_result result;
    const lw_fabric late = fabric_of(&test, slow, 2, huge, 2);
    assert_int_equal(lw_engine_run(&late, &(const lw_engine_how){.engine = LW_ENGINE_PACKET, .seed = 1}, test.arena, &result),
                     LW_LIMIT);
    lw_test_end(&test);
}

// One of everything: writes and reads over shared servers with credits, control traffic, errors, a
// buffer, random arrivals, delays, dependencies and a resource.
typedef struct medley {
    lw_fabric fabric;
    lw_server server[4];
    lw_hop up[3], down[3];
    job jobs[6];
    uint32_t root[1];
    int64_t slots[1];
} medley;

static void make_medley(lw_test *test, medley *m) {
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
    m->jobs[0] = writes(m->up, 3, 700 * 256 + 11, 256);
    m->jobs[1] = writes(m->down, 3, 900 * 128, 128);
    m->jobs[2] = reads(m->up, m->down, 300 * 512 + 100, 512, 256);
    m->jobs[2].flow.tags = 16;
    m->jobs[2].flow.completer_ps = 90000;
    m->jobs[3] = after(writes(m->up, 2, 500 * 256, 256), m->root, 1);
    m->jobs[3].flow.arrivals = LW_ARRIVALS_POISSON;
    m->jobs[3].flow.gap_ps = 9000;
    m->jobs[4] = after(delay(777777), m->root, 1);
    m->jobs[5] = writes(m->down, 1, 300 * 1024, 1024);
    m->jobs[5].flow.arrivals = LW_ARRIVALS_FIXED;
    m->jobs[5].flow.gap_ps = 11111;
    static const size_t holders[] = {1, 4, 5};
    for (size_t i = 0; i < COUNT(holders); i++) {
        m->jobs[holders[i]].task.acquires = m->jobs[holders[i]].task.releases = 0;
    }
    m->fabric = fabric_of(test, m->server, COUNT(m->server), m->jobs, COUNT(m->jobs));
    m->fabric.resource_slots = m->slots;
    m->fabric.resource_count = COUNT(m->slots);
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
    lw_status status =
        lw_engine_run(&trying->medley->fabric, &(const lw_engine_how){.engine = trying->engine, .seed = 5}, arena, &result);
    trying->end_ps = status == LW_OK ? result.end_ps : 0;
    lw_arena_free(arena);
    return status;
}

// Two sizes of one read, of which the second goes on from the first.
static lw_status try_sizes(void *user) {
    const lw_server servers[] = {line(GEN5_X16, 100), line(GEN5_X16, 100)};
    const lw_hop up = over(0), down = over(1);
    const lw_fabric *fabric = user;
    lw_arena *arena = lw_arena_new();
    lw_engine_memory *memory = lw_engine_memory_new();
    lw_status status = arena != NULL && memory != NULL ? LW_OK : LW_NO_MEMORY;
    for (int size = 0; size < 2 && status == LW_OK; size++) {
        lw_flow flow = fabric->flow[0];
        lw_task task[] = {fabric->task[0], fabric->task[1]};
        flow.request = &up;
        flow.data = &down;
        task[1].bytes += 100000 * size;
        const lw_need need = lw_need_all(0, &task[0], &task[1]);
        task[1].need = &need;
        task[1].need_count = 1;
        const lw_fabric own = {
            .server = servers, .server_count = 2, .flow = &flow, .flow_count = 1, .task = task, .task_count = 2};
        lw_recording recording;
        lw_recording_begin(&recording, 2, 16, arena);
        const lw_engine_how how = {.memory = memory, .record = &recording.sink};
        lw_engine_result result;
        status = lw_engine_run(&own, &how, arena, &result);
        status = status == LW_OK ? lw_recording_end(&recording) : status;
    }
    assert_true(status != LW_OK || lw_engine_memory_resumed(memory) == 1);
    lw_engine_memory_free(memory);
    lw_arena_free(arena);
    return status;
}

static void test_every_allocation_of_sizes_may_fail(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const lw_hop up = over(0), down = over(1);
    job jobs[] = {delay(7000), reads(&up, &down, 1000000, 512, 256)};
    jobs[1].flow.tags = 8;
    lw_fabric fabric = fabric_of(&test, NULL, 0, jobs, COUNT(jobs));
    lw_memory_chunks(0);
    assert_true(lw_test_out_of_memory(try_sizes, &fabric) > 20);
    lw_memory_chunks(SIZE_MAX);
    lw_test_end(&test);
}

// Of a long period states at several parts of it are kept, each from a run that does not go on from another: each
// size comes out as on its own, in as many events.
static void test_many_sizes_equal_runs_of_their_own(void **state) {
    (void)state;
    enum { SIZES = 400, PARTS_LEAST = 8 };
    const lw_fraction uneven = {20011, 1283};
    const lw_server servers[] = {line(uneven, 300000), line(uneven, 300000)};
    const lw_hop up = over(0), down = over(1);
    lw_engine_memory *memory = lw_engine_memory_new();
    assert_non_null(memory);
    uint64_t random = 1;
    for (int size = 0; size < SIZES; size++) {
        lw_test test = lw_test_begin();
        random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        job jobs[] = {reads(&up, &down, 5000000 + (int64_t)(random >> 33) % 50000000, 512, 256)};
        jobs[0].flow.tags = 256;
        const lw_fabric fabric = fabric_of(&test, servers, 2, jobs, COUNT(jobs));
        const lw_engine_result alone = run_one(&test, &fabric, LW_ENGINE_PACKET, 1);
        lw_engine_result after;
        assert_int_equal(lw_engine_run(&fabric, &(const lw_engine_how){.seed = 1, .memory = memory}, test.arena, &after), LW_OK);
        assert_same_result(&fabric, &after, &alone);
        assert_int_equal(after.events, alone.events);
        assert_int_equal(after.jumps, alone.jumps);
        lw_test_end(&test);
    }
    const int64_t resumed = lw_engine_memory_resumed(memory);
    lw_engine_memory_free(memory);
    assert_true(resumed > SIZES / 2 && resumed < SIZES - 1 - PARTS_LEAST);
}

static void test_every_allocation_may_fail(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    medley m = {0};
    make_medley(&test, &m);
    int64_t ends_ps[2];
    lw_memory_chunks(0);
    for (int engine = LW_ENGINE_PACKET; engine <= LW_ENGINE_PACKET_EXACT; engine++) {
        trial trying = {.medley = &m, .engine = (lw_engine)engine};
        assert_true(lw_test_out_of_memory(try_run, &trying) > 20);
        ends_ps[engine] = trying.end_ps;
    }
    lw_memory_chunks(SIZE_MAX);
    assert_true(ends_ps[0] > 0);
    assert_int_equal(ends_ps[0], ends_ps[1]);
    lw_test_end(&test);
}

// Four threads at once, each with its own arena, give what one gives: the engine keeps nothing
// between runs.
static void test_threads_do_not_meet(void **state) {
    (void)state;
    enum { RUNS = 32 };
    lw_test test = lw_test_begin();
    medley m = {0};
    make_medley(&test, &m);
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
        statuses[i] = arenas[i] == NULL
                          ? LW_NO_MEMORY
                          : lw_engine_run(&m.fabric,
                                          &(const lw_engine_how){.engine = i % 4 < 2 ? LW_ENGINE_PACKET : LW_ENGINE_PACKET_EXACT,
                                                                 .seed = (uint64_t)(i % 2)},
                                          arenas[i], &results[i]);
    }
    for (int i = 0; i < RUNS; i++) {
        assert_int_equal(statuses[i], LW_OK);
        assert_same_result(&m.fabric, &results[i], &alone[i % 2]);
        lw_arena_free(arenas[i]);
    }
    assert_int_not_equal(alone[0].end_ps, alone[1].end_ps);
    lw_test_end(&test);
}

// A ring whose shares do not come out even: no state repeats until every rank follows the longer ones,
// and then all of it ends when they do. As many ranks as would take minutes one instance at a time.
static void test_ring_of_uneven_shares(void **state) {
    (void)state;
    enum { RANKS = 4096, LONG = RANKS / 4, BYTES = 1000 };
    static lw_server server[RANKS];
    static lw_hop hop[RANKS];
    static job jobs[RANKS];
    static lw_need need[RANKS][2];
    const int64_t rounds = 2 * (RANKS - 1);
    for (uint32_t r = 0; r < RANKS; r++) {
        server[r] = line(GB_1, 700000);
        hop[r] = over(r);
        jobs[r] = writes(&hop[r], 1, BYTES + (r < LONG ? 1 : 0), BYTES + 1);
        need[r][0] = need_of(r, 1, rounds);
        need[r][1] = need_of((r + RANKS - 1) % RANKS, 1, rounds);
        jobs[r].task.need = need[r];
        jobs[r].task.need_count = 2;
        jobs[r].task.count = jobs[r].task.inner = rounds;
        jobs[r].task.last_bytes = jobs[r].task.bytes;
    }
    lw_test test = lw_test_begin();
    const lw_fabric fabric = fabric_of(&test, server, RANKS, jobs, RANKS);
    const lw_engine_result result = run_one(&test, &fabric, LW_ENGINE_PACKET, 1);
    assert_int_equal(result.end_ps, rounds * (wire_ps(GB_1, BYTES + 1) + 700000));
    assert_true(result.events < 10 * RANKS);
    for (uint32_t r = 0; r < RANKS; r++) {
        assert_int_equal(result.server[r].payload_bytes, rounds * jobs[r].task.bytes);
    }
    // the last of the shorter ones sees all but its own way as fast as the others are slow
    assert_int_equal(result.task[RANKS - 1].end_ps, (rounds - (RANKS - LONG)) * (wire_ps(GB_1, BYTES + 1) + 700000) +
                                                        (RANKS - LONG) * (wire_ps(GB_1, BYTES) + 700000));
    lw_test_end(&test);
}

// A ring of which some ranks have nothing to send, so that their instances take no time.
static void test_ring_of_empty_shares(void **state) {
    (void)state;
    enum { RANKS = 300, FULL = 200 };
    static lw_server server[RANKS];
    static lw_hop hop[RANKS];
    static job jobs[RANKS];
    static lw_need need[RANKS][2];
    const int64_t rounds = 2 * (RANKS - 1);
    for (uint32_t r = 0; r < RANKS; r++) {
        server[r] = line(GB_1, 700000);
        hop[r] = over(r);
        jobs[r] = writes(&hop[r], 1, r < FULL ? 1 : 0, 1);
        need[r][0] = need_of(r, 1, rounds);
        need[r][1] = need_of((r + RANKS - 1) % RANKS, 1, rounds);
        jobs[r].task.need = need[r];
        jobs[r].task.need_count = 2;
        jobs[r].task.count = jobs[r].task.inner = rounds;
        jobs[r].task.last_bytes = jobs[r].task.bytes;
        jobs[r].task.sampled = true;  // else it is a recurrence
    }
    lw_test test = lw_test_begin();
    const lw_fabric fabric = fabric_of(&test, server, RANKS, jobs, RANKS);
    assert_int_equal(run_fabric(&test, &fabric, 1).end_ps, rounds * (1000 + 700000));
    lw_test_end(&test);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ring_of_empty_shares),
        cmocka_unit_test(test_ring_of_uneven_shares),
        cmocka_unit_test(test_stages_of_a_task),
        cmocka_unit_test(test_tasks_wait_for_others),
        cmocka_unit_test(test_slots_are_first_come_first_served),
        cmocka_unit_test(test_tasks_of_one_flow),
        cmocka_unit_test(test_circles_are_stuck),
        cmocka_unit_test(test_stop_flag_interrupts),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_every_allocation_may_fail),
        cmocka_unit_test(test_every_allocation_of_sizes_may_fail),
        cmocka_unit_test(test_many_sizes_equal_runs_of_their_own),
        cmocka_unit_test(test_threads_do_not_meet),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
