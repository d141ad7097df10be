// SPDX-License-Identifier: GPL-3.0-or-later
// The flow engine against closed forms, against the packet engine where the two must agree, and
// against max-min fair answers of other simulators.
#include "tests/engine_helpers.h"

static lw_engine_result flow(lw_test *test, const lw_fabric *fabric) {
    return run_one(test, fabric, LW_ENGINE_FLOW, 1);
}

#define FLOW(test, servers, jobs) flow_jobs((test), (servers), COUNT(servers), (jobs), COUNT(jobs))
static lw_engine_result flow_jobs(lw_test *test, const lw_server *server, size_t servers, const job *jobs, size_t count) {
    const lw_fabric fabric = fabric_of(test, server, servers, jobs, count);
    return flow(test, &fabric);
}

// ---- Closed forms ----

static void test_one_flow_takes_what_its_packets_do(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const lw_server servers[] = {line(GEN5_X16, 150000), line(GB_64, 350000), line(GB_450, 20000)};
    const lw_hop path[] = {{.server = 0, .overhead_bytes = 24, .granule_bytes = 4},
                           {.server = 1, .overhead_bytes = 30, .granule_bytes = 1, .store_forward = true},
                           {.server = 2, .overhead_bytes = 8, .granule_bytes = 16}};
    const int64_t sizes[] = {1, 64, 255, 256, 257, 4096, 100001, 1 << 20, 987654321};
    for (size_t i = 0; i < COUNT(sizes); i++) {
        const job jobs[] = {writes(path, 3, sizes[i], 256)};
        const lw_fabric fabric = fabric_of(&test, servers, 3, jobs, 1);
        const lw_engine_result packets = run_one(&test, &fabric, LW_ENGINE_PACKET, 1), flows = flow(&test, &fabric);
        assert_int_equal(flows.task[0].delivered_ps, packets.task[0].delivered_ps);
        assert_int_equal(flows.task[0].packets, packets.task[0].packets);
        for (size_t s = 0; s < COUNT(servers); s++) {
            assert_int_equal(flows.server[s].wire_bytes, packets.server[s].wire_bytes);
            assert_int_equal(flows.server[s].busy_ps, packets.server[s].busy_ps);
        }
    }
    lw_test_end(&test);
}

static void test_two_flows_share_a_link(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const lw_server servers[] = {line(GB_1, 5000)};
    const lw_hop path[] = {over(0)};
    // Both at half the rate until the smaller one has ended; then the other one alone.
    const job jobs[] = {writes(path, 1, 1000000, 1000), writes(path, 1, 3000000, 1000)};
    const lw_engine_result result = FLOW(&test, servers, jobs);
    assert_int_equal(result.task[0].end_ps, 2 * 1000 * INT64_C(1000000) + 5000);
    assert_int_equal(result.task[1].end_ps, 4 * 1000 * INT64_C(1000000) + 5000);
    assert_int_equal(result.server[0].busy_ps, 4 * 1000 * INT64_C(1000000));
    assert_close(result.task[1].busiest_share, 1.0, 1e-5);
    lw_test_end(&test);
}

// A long flow over three links, and a short one over each: all have half a link.
static void test_a_parking_lot_is_shared_in_halves(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const lw_server servers[] = {line(GB_1, 0), line(GB_1, 0), line(GB_1, 0)};
    const lw_hop path[] = {over(0), over(1), over(2)};
    const job jobs[] = {writes(path, 3, 1000000, 1000), writes(&path[0], 1, 1000000, 1000), writes(&path[1], 1, 1000000, 1000),
                        writes(&path[2], 1, 1000000, 1000)};
    const lw_engine_result result = FLOW(&test, servers, jobs);
    for (int i = 0; i < 4; i++) {
        assert_close((double)result.task[i].end_ps, 2e9, 0.001);  // the way of one packet more
    }
    lw_test_end(&test);
}

// What a flow limited elsewhere leaves goes to the others: 1 GB/s of 64 GB/s, and 31.5 twice.
static void test_a_limited_flow_leaves_its_share(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const lw_server servers[] = {line(GB_64, 0), line(GB_1, 0)};
    const lw_hop path[] = {over(0), over(1)};
    const job jobs[] = {writes(path, 2, 10000000, 1000), writes(path, 1, 31500000, 1000), writes(path, 1, 31500000, 1000)};
    const lw_engine_result result = FLOW(&test, servers, jobs);
    assert_close((double)result.task[1].end_ps, 1e9, 1e-6);
    assert_close((double)result.task[2].end_ps, 1e9, 1e-6);
    assert_close((double)result.task[0].end_ps, 1e10, 1e-5);
    lw_test_end(&test);
}

// As many reads in flight as there are tags, one round trip each.
static void test_a_window_limits_a_read(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const lw_server servers[] = {line(TB_1, 400000), line(TB_1, 400000)};
    const lw_hop request = over(0), data = over(1);
    job jobs[] = {reads(&request, &data, 1000000, 1000, 1000)};
    jobs[0].flow.tags = 10;
    jobs[0].flow.completer_ps = 200000;
    const lw_fabric fabric = fabric_of(&test, servers, 2, jobs, 1);
    const lw_engine_result packets = run_one(&test, &fabric, LW_ENGINE_PACKET, 1), flows = flow(&test, &fabric);
    assert_int_equal(flows.task[0].end_ps, packets.task[0].end_ps);
    assert_close((double)flows.task[0].end_ps, 100 * 1001000.0, 0.001);
    assert_close((double)flows.task[0].window_stall_ps, (double)packets.task[0].window_stall_ps, 0.01);
    lw_test_end(&test);
}

static void test_copies_wait_for_an_engine(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const lw_server servers[] = {line(GB_1, 7000)};
    const lw_hop path[] = {over(0)};
    const int64_t slots[] = {1};
    job jobs[4];
    for (int i = 0; i < 4; i++) {
        jobs[i] = writes(path, 1, 100000, 1000);
        jobs[i].task.acquires = jobs[i].task.releases = 0;
        jobs[i].task.submit_ps = 1000000;
        jobs[i].task.finish_ps = 500000;
    }
    lw_fabric fabric = fabric_of(&test, servers, 1, jobs, 4);
    fabric.resource_slots = slots;
    fabric.resource_count = 1;
    const lw_engine_result result = flow(&test, &fabric), packets = run_one(&test, &fabric, LW_ENGINE_PACKET, 1);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(result.task[i].end_ps, (i + 1) * INT64_C(101507000));
        assert_int_equal(result.task[i].queued_ps, i * INT64_C(101507000));
        assert_int_equal(result.task[i].queued_until_ps, packets.task[i].queued_until_ps);
    }
    assert_int_equal(result.held_ps[0], packets.held_ps[0]);
    lw_test_end(&test);
}

// Requests and data in the second direction; and a medium that both directions share.
static void test_a_shared_medium_turns_round(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_server servers[] = {line(GB_1, 0)};
    servers[0].turnaround_ps = 500000;
    const lw_hop there = over(0), back = {.server = 0, .granule_bytes = 1, .back = true};
    const job jobs[] = {writes(&there, 1, 1000000, 1000), writes(&back, 1, 1000000, 1000)};
    const lw_fabric fabric = fabric_of(&test, servers, 1, jobs, 2);
    const lw_engine_result result = flow(&test, &fabric), packets = run_one(&test, &fabric, LW_ENGINE_PACKET, 1);
    assert_close((double)result.end_ps, 2000 * 1.5e6, 0.001);
    assert_close((double)result.end_ps, (double)packets.end_ps, 0.001);
    lw_test_end(&test);
}

// ---- Tasks ----

static void test_loops_run_as_their_instances_would(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const lw_server servers[] = {line(GB_1, 3000), line(GB_64, 4000)};
    const lw_hop path[] = {over(0), over(1)};
    enum { STEPS = 50 };
    // Two halves of a pipeline: the second moves a chunk when it has come, the first at most two ahead.
    lw_need needs[2][2] = {{{.task = 1, .distance = 2, .own = 1, .other = 1, .window = STEPS, .first = INT64_MAX}},
                           {{.task = 0, .own = 1, .other = 1, .window = 1, .first = INT64_MAX}}};
    lw_flow flows[] = {writes(&path[0], 1, 1, 1000).flow, writes(&path[1], 1, 1, 1000).flow};
    lw_task tasks[2];
    for (uint32_t i = 0; i < 2; i++) {
        tasks[i] = writes(path, 1, 100000, 1000).task;
        tasks[i].flow = i;
        tasks[i].need = needs[i];
        tasks[i].need_count = 1;
        tasks[i].gate = LW_NO_TASK;
        tasks[i].count = STEPS;
        tasks[i].inner = STEPS;
        tasks[i].last_bytes = 50000;
        tasks[i].finish_ps = tasks[i].last_finish_ps = 1000;
        tasks[i].sampled = true;
    }
    const lw_fabric fabric = {
        .server = servers, .server_count = 2, .flow = flows, .flow_count = 2, .task = tasks, .task_count = 2};
    const lw_engine_result result = flow(&test, &fabric), packets = run_one(&test, &fabric, LW_ENGINE_PACKET, 1);
    for (int i = 0; i < 2; i++) {
        // Two fluids side by side end at one time, so that the link idles while the next two begin.
        assert_close((double)result.task[i].end_ps, (double)packets.task[i].end_ps, 0.02);
        assert_int_equal(result.task[i].packets, packets.task[i].packets);
        int64_t samples = 0;
        for (size_t k = 0; k < result.task[i].sample_count; k++) {
            samples += result.task[i].sample[k].count;
            assert_true(k == 0 || result.task[i].sample[k].time_ps > result.task[i].sample[k - 1].time_ps);
        }
        assert_int_equal(samples, STEPS);
    }
    lw_test_end(&test);
}

static void test_a_circle_of_needs_is_told(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const lw_server servers[] = {line(GB_1, 0)};
    const lw_hop path[] = {over(0)};
    job jobs[] = {writes(path, 1, 1000, 1000), writes(path, 1, 1000, 1000), writes(path, 1, 1000, 1000)};
    lw_need to_last = lw_need_all(2, &jobs[2].task, &jobs[1].task), to_first = lw_need_all(1, &jobs[1].task, &jobs[2].task);
    jobs[1].task.need = &to_last;
    jobs[2].task.need = &to_first;
    jobs[1].task.need_count = jobs[2].task.need_count = 1;
    const lw_fabric fabric = fabric_of(&test, servers, 1, jobs, 3);
    lw_engine_result result;
    const lw_engine_how how = {.engine = LW_ENGINE_FLOW, .seed = 1};
    assert_int_equal(lw_engine_run(&fabric, &how, test.arena, &result), LW_STUCK);
    assert_int_equal(result.stuck, 1);
    lw_test_end(&test);
}

static void test_a_run_can_be_stopped(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const lw_server servers[] = {line(GB_1, 0)};
    const lw_hop path[] = {over(0)};
    const job jobs[] = {writes(path, 1, 1000, 1000)};
    const lw_fabric fabric = fabric_of(&test, servers, 1, jobs, 1);
    const volatile sig_atomic_t stop = 1;
    lw_engine_result result;
    const lw_engine_how how = {.engine = LW_ENGINE_FLOW, .seed = 1, .stop = &stop, .watch = NULL};
    assert_int_equal(lw_engine_run(&fabric, &how, test.arena, &result), LW_INTERRUPTED);
    lw_test_end(&test);
}

static void test_what_is_too_large_is_told(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const lw_server servers[] = {line(GB_1, 0)};
    const lw_hop path[] = {over(0)};
    job jobs[] = {writes(path, 1, INT64_C(1) << 60, 1000)};
    lw_engine_result result;
    const lw_engine_how how = {.engine = LW_ENGINE_FLOW, .seed = 1};
    for (int i = 0; i < 2; i++) {
        const lw_fabric fabric = fabric_of(&test, servers, 1, jobs, 1);
        assert_int_equal(lw_engine_run(&fabric, &how, test.arena, &result), LW_LIMIT);
        jobs[0].task.bytes = -1;
    }
    lw_test_end(&test);
}

// ---- Many flows ----

enum { HOSTS = 64, FLOWS_MOST = 10000 };

typedef struct star {
    lw_server server[2 * HOSTS];
    lw_hop hop[FLOWS_MOST][2];
    lw_flow flow[FLOWS_MOST];
    lw_task task[FLOWS_MOST];
    double finish_us[FLOWS_MOST];
    size_t count;
} star;

// Links of 50 GB/s and 350 ns from each host to the middle and back.
static star *new_star(void) {
    star *s = calloc(1, sizeof *s);
    assert_non_null(s);
    for (int i = 0; i < 2 * HOSTS; i++) {
        s->server[i] = line((lw_fraction){20, 1}, 350000);
    }
    return s;
}

static void add_flow(star *s, uint32_t from, uint32_t to, int64_t bytes, int64_t start_ps) {
    const size_t i = s->count++;
    assert_true(i < FLOWS_MOST);
    s->hop[i][0] = over(from);
    s->hop[i][1] = over(HOSTS + to);
    // Packets of a byte: a fluid, as the answers are meant.
    s->flow[i] = writes(s->hop[i], 2, bytes, 1).flow;
    s->task[i] = writes(s->hop[i], 2, bytes, 1).task;
    s->task[i].flow = (uint32_t)i;
    s->task[i].start_ps = start_ps;
    s->task[i].gate = LW_NO_TASK;
}

static lw_fabric fabric_of_star(const star *s) {
    return (lw_fabric){.server = s->server,
                       .server_count = COUNT(s->server),
                       .flow = s->flow,
                       .flow_count = s->count,
                       .task = s->task,
                       .task_count = s->count};
}

static void test_a_permutation_has_full_rate(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    star *s = new_star();
    for (uint32_t i = 0; i < HOSTS; i++) {
        add_flow(s, i, (i + 7) % HOSTS, 1000000, 0);
    }
    const lw_fabric fabric = fabric_of_star(s);
    const lw_engine_result result = flow(&test, &fabric);
    for (uint32_t i = 0; i < HOSTS; i++) {
        assert_int_equal(result.task[i].end_ps, 20 * INT64_C(1000000) + 700000);
    }
    free(s);
    lw_test_end(&test);
}

// Packets as long as they are quick; the result says what ran.
static void test_auto_takes_the_quick_one(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    star *s = new_star();
    for (uint32_t i = 0; i < HOSTS; i++) {
        add_flow(s, i, (i + 1 + i % 3) % HOSTS, 1000000 + 977 * (int64_t)i, 0);
    }
    const lw_fabric fabric = fabric_of_star(s);
    lw_engine_how how = {.engine = LW_ENGINE_AUTO, .seed = 1};
    lw_engine_result packets, flows;
    assert_int_equal(lw_engine_run(&fabric, &how, test.arena, &packets), LW_OK);
    assert_int_equal(packets.engine, LW_ENGINE_PACKET);
    how.events_most = 1;  // looked at now and then
    assert_int_equal(lw_engine_run(&fabric, &how, test.arena, &flows), LW_OK);
    assert_int_equal(flows.engine, packets.events > 1 << 14 ? LW_ENGINE_FLOW : LW_ENGINE_PACKET);
    assert_true(packets.events > 1 << 14);
    // Who waits asks for packets.
    s->flow[0].arrivals = LW_ARRIVALS_FIXED;
    s->flow[0].gap_ps = 20;
    assert_int_equal(lw_engine_run(&fabric, &how, test.arena, &packets), LW_OK);
    assert_int_equal(packets.engine, LW_ENGINE_PACKET);
    // A signal is no reason for flows.
    const volatile sig_atomic_t stop = 1;
    how.stop = &stop;
    assert_int_equal(lw_engine_run(&fabric, &how, test.arena, &flows), LW_INTERRUPTED);
    free(s);
    lw_test_end(&test);
}

// Flow lists and their answers to nine digits, by SimGrid, DSLab and progressive filling from
// scratch, which agree.
static bool read_star(star *s, const char *name) {
    char path[512], text[128];
    snprintf(path, sizeof path, LW_SOURCE_DIR "/../shared/facts/peers/%s.csv", name);
    FILE *flows = fopen(path, "r");
    snprintf(path, sizeof path, LW_SOURCE_DIR "/../shared/facts/peers/%s_maxmin_star50GBps350ns.csv", name);
    FILE *answers = fopen(path, "r");
    const bool there = flows != NULL && answers != NULL;
    bool more = there && fgets(text, sizeof text, flows) != NULL && fgets(text, sizeof text, answers) != NULL;
    while (more) {
        unsigned from, to;
        long long bytes;
        double start_us;
        more = fscanf(flows, "%u,%u,%lld,%lf", &from, &to, &bytes, &start_us) == 4 &&
               fscanf(answers, "%lf", &s->finish_us[s->count]) == 1;
        if (more) {
            add_flow(s, from, to, bytes, llround(start_us * 1e6));
        }
    }
    if (flows != NULL) {
        fclose(flows);
    }
    if (answers != NULL) {
        fclose(answers);
    }
    return there;
}

static void test_peers_agree(void **state) {
    (void)state;
    static const char *const names[] = {"w3_1000", "w3_1000_t0", "w3_10000", "w3_10000_t0"};
    for (size_t n = 0; n < COUNT(names); n++) {
        star *s = new_star();
        if (!read_star(s, names[n])) {
            free(s);
            print_message("no lists of other simulators here: not compared\n");
            skip();
        }
        lw_test test = lw_test_begin();
        const lw_fabric fabric = fabric_of_star(s);
        const lw_engine_result result = flow(&test, &fabric);
        for (size_t i = 0; i < s->count; i++) {
            // Times are whole picoseconds, not before the last byte.
            const double late_ps = (double)result.task[i].end_ps - s->finish_us[i] * 1e6;
            assert_true(fabs(late_ps) <= fmax(1.0, s->finish_us[i] * 1e6 * 1e-9));
        }
        lw_test_end(&test);
        free(s);
    }
}

static uint64_t next(uint64_t *random) {
    *random = *random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *random >> 33;
}

// Tasks in another order, and flows of equal paths in other places: the same picosecond.
static void test_the_order_of_tasks_does_not_matter(void **state) {
    (void)state;
    enum { COUNT_OF_FLOWS = 600 };
    lw_test test = lw_test_begin();
    star *s = new_star();
    uint64_t random = 5;
    for (int i = 0; i < COUNT_OF_FLOWS; i++) {
        const uint32_t from = (uint32_t)(next(&random) % 12), to = (uint32_t)(next(&random) % 12);
        const int64_t bytes = 1 + (int64_t)(next(&random) % 10000000), start_ps = (int64_t)(next(&random) % 40) * 1000000;
        add_flow(s, from, to, bytes, start_ps);
    }
    const lw_fabric fabric = fabric_of_star(s);
    const lw_engine_result once = flow(&test, &fabric);
    lw_task *turned = LW_NEW_ARRAY(test.arena, lw_task, COUNT_OF_FLOWS);
    assert_non_null(turned);
    for (size_t i = 0; i < COUNT_OF_FLOWS; i++) {
        turned[i] = s->task[(i * 7 + 3) % COUNT_OF_FLOWS];
    }
    lw_fabric other = fabric;
    other.task = turned;
    const lw_engine_result again = flow(&test, &other);
    for (size_t i = 0; i < COUNT_OF_FLOWS; i++) {
        assert_int_equal(again.task[i].end_ps, once.task[(i * 7 + 3) % COUNT_OF_FLOWS].end_ps);
    }
    free(s);
    lw_test_end(&test);
}

// ---- Random fabrics against packets ----

static int64_t draw(uint64_t *random, int64_t low, int64_t high) {
    return low + (int64_t)(next(random) % (uint64_t)(high - low + 1));
}

static lw_fraction draw_rate(uint64_t *random) {
    static const lw_fraction rates[] = {{8125, 32}, {8125, 512}, {125, 8},       {125, 16},
                                        {500, 59},  {4000, 1},   {100000, 1337}, {20, 9}};
    return rates[draw(random, 0, COUNT(rates) - 1)];
}

static int64_t distance(int64_t a, int64_t b) {
    return a > b ? a - b : b - a;
}

enum { FABRICS = 500 };

// A transfer alone: to the picosecond but for what a server rounds down at each of its pauses.
static void test_alone_flows_are_packets(void **state) {
    (void)state;
    enum { HOPS = 4 };
    uint64_t random = 77;
    int exact = 0;
    for (int n = 0; n < FABRICS; n++) {
        lw_test test = lw_test_begin();
        lw_server servers[2 * HOPS];
        lw_hop paths[2][HOPS];
        for (uint32_t i = 0; i < 2 * HOPS; i++) {
            servers[i] = line(draw_rate(&random), draw(&random, 0, 900000));
            servers[i].packet_ps = draw(&random, 0, 5) == 0 ? draw(&random, 1, 30000) : 0;
            servers[i].role = draw(&random, 0, 5) == 0 ? LW_SERVER_FORWARD : LW_SERVER_LINK;
            paths[i / HOPS][i % HOPS] = (lw_hop){.server = i,
                                                 .overhead_bytes = draw(&random, 0, 30),
                                                 .granule_bytes = draw(&random, 0, 4) == 0 ? 16 : 1,
                                                 .segment_bytes = draw(&random, 0, 4) == 0 ? draw(&random, 1, 300) : 0,
                                                 .store_forward = draw(&random, 0, 3) == 0,
                                                 .paces = draw(&random, 0, 9) == 0};
        }
        const int64_t packet = INT64_C(1) << draw(&random, 6, 12);
        job jobs[] = {
            writes(paths[0], (size_t)draw(&random, 1, HOPS), draw(&random, 1, 2000) * draw(&random, 1, packet), packet)};
        lw_flow *flow_of = &jobs[0].flow;
        if (draw(&random, 0, 1) == 0) {
            flow_of->kind = LW_FLOW_READ;
            flow_of->data_kind = LW_PACKET_COMPLETION;
            flow_of->request = paths[1];
            flow_of->request_count = (size_t)draw(&random, 0, HOPS);
            flow_of->request_bytes = packet * draw(&random, 1, 8);
            flow_of->tags = draw(&random, 0, 1) == 0 ? LW_TAGS_INFINITE : draw(&random, 1, 64);
            flow_of->completer_ps = draw(&random, 0, 500000);
        }
        if (draw(&random, 0, 7) == 0) {
            flow_of->arrivals = LW_ARRIVALS_FIXED;
            flow_of->gap_ps = draw(&random, 1000, 300000);
        }
        const lw_fabric fabric = fabric_of(&test, servers, 2 * HOPS, jobs, 1);
        const lw_engine_result packets = run_one(&test, &fabric, LW_ENGINE_PACKET, 1), flows = flow(&test, &fabric);
        exact += packets.end_ps == flows.end_ps;
        // Where a window and a path are nearly as tight their remainders meet in other places.
        assert_true(distance(packets.end_ps, flows.end_ps) <= 2 * HOPS + packets.end_ps / 200);
        assert_int_equal(packets.packets, flows.packets);
        lw_test_end(&test);
    }
    assert_true(exact > FABRICS * 9 / 10);
}

// Long transfers from ports of their own over one that they share. What waits between the two is a
// few packets: with room for more, packets go on into a queue that no fluid has.
static void test_flows_share_as_packets_do(void **state) {
    (void)state;
    enum { FLOWS = 6 };
    uint64_t random = 78;
    for (int n = 0; n < FABRICS; n++) {
        lw_test test = lw_test_begin();
        lw_server servers[FLOWS + 1];
        lw_hop paths[FLOWS][2];
        job jobs[FLOWS];
        servers[FLOWS] = line(draw_rate(&random), draw(&random, 0, 900000));
        const size_t count = (size_t)draw(&random, 2, FLOWS);
        for (uint32_t i = 0; i < FLOWS; i++) {
            servers[i] = line(draw_rate(&random), 0);
            paths[i][0] = (lw_hop){
                .server = i, .overhead_bytes = draw(&random, 0, 30), .granule_bytes = 1, .buffer_packets = draw(&random, 4, 12)};
            paths[i][1] = (lw_hop){.server = FLOWS, .overhead_bytes = draw(&random, 0, 30), .granule_bytes = 1};
            const int64_t packet = INT64_C(1) << draw(&random, 7, 10);
            jobs[i] = writes(paths[i], 2, packet * draw(&random, 4000, 8000), packet);
        }
        const lw_fabric fabric = fabric_of(&test, servers, FLOWS + 1, jobs, count);
        const lw_engine_result packets = run_one(&test, &fabric, LW_ENGINE_PACKET, 1), flows = flow(&test, &fabric);
        for (size_t i = 0; i < count; i++) {
            assert_close((double)flows.task[i].end_ps, (double)packets.task[i].end_ps, 0.01);
        }
        lw_test_end(&test);
    }
}

// ---- Memory ----

static lw_status run_some(void *user) {
    const lw_fabric *fabric = user;
    lw_arena *arena = lw_arena_new();
    if (arena == NULL) {
        return LW_NO_MEMORY;
    }
    lw_engine_result result;
    const lw_engine_how how = {.engine = LW_ENGINE_FLOW, .seed = 1};
    const lw_status status = lw_engine_run(fabric, &how, arena, &result);
    lw_arena_free(arena);
    return status;
}

static void test_each_failed_allocation_is_told(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    star *s = new_star();
    uint64_t random = 9;
    const int64_t slots[] = {2};
    for (int i = 0; i < 40; i++) {
        const uint32_t from = (uint32_t)(next(&random) % 6), to = (uint32_t)(next(&random) % 6);
        add_flow(s, from, to, 1000 + (int64_t)(next(&random) % 9000), (int64_t)(next(&random) % 5) * 10000);
        s->task[i].acquires = s->task[i].releases = i % 3 == 0 ? 0 : LW_NO_RESOURCE;
        s->task[i].sampled = i % 5 == 0;
    }
    lw_fabric fabric = fabric_of_star(s);
    fabric.resource_slots = slots;
    fabric.resource_count = 1;
    // A loop that is jumped over when the others have ended.
    const lw_need before = {.task = 0, .distance = 1, .own = 1, .other = 1, .window = 400, .first = INT64_MAX};
    s->task[0].count = before.window;
    s->task[0].need = &before;
    s->task[0].need_count = 1;
    assert_true(flow(&test, &fabric).jumps > 0);
    lw_memory_chunks(0);  // each allocation alone
    assert_true(lw_test_out_of_memory(run_some, &fabric) > 20);
    lw_memory_chunks(SIZE_MAX);
    free(s);
    lw_test_end(&test);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_flow_takes_what_its_packets_do),
        cmocka_unit_test(test_two_flows_share_a_link),
        cmocka_unit_test(test_a_parking_lot_is_shared_in_halves),
        cmocka_unit_test(test_a_limited_flow_leaves_its_share),
        cmocka_unit_test(test_a_window_limits_a_read),
        cmocka_unit_test(test_copies_wait_for_an_engine),
        cmocka_unit_test(test_a_shared_medium_turns_round),
        cmocka_unit_test(test_loops_run_as_their_instances_would),
        cmocka_unit_test(test_a_circle_of_needs_is_told),
        cmocka_unit_test(test_a_run_can_be_stopped),
        cmocka_unit_test(test_what_is_too_large_is_told),
        cmocka_unit_test(test_a_permutation_has_full_rate),
        cmocka_unit_test(test_auto_takes_the_quick_one),
        cmocka_unit_test(test_peers_agree),
        cmocka_unit_test(test_the_order_of_tasks_does_not_matter),
        cmocka_unit_test(test_alone_flows_are_packets),
        cmocka_unit_test(test_flows_share_as_packets_do),
        cmocka_unit_test(test_each_failed_allocation_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
