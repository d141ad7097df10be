// SPDX-License-Identifier: GPL-3.0-or-later
// Arrivals in time and errors on the wire, against queueing theory and the formulas of
// retransmission.
#include "engine_helpers.h"

enum { SERVICE_PS = 3600, LATENCY_PS = 100000, REPLAY_PS = 50000 };  // a packet is 256 B

static const lw_fraction wire = {SERVICE_PS, 256};
static const lw_hop path[] = {{.server = 0, .overhead_bytes = 0, .granule_bytes = 1}};

// Packet k (from 1) is ready at k gaps. A gap at least as long as the service never waits; a
// shorter one makes packet k wait (k - 1) (service - gap).
static void test_fixed_arrivals(void **state) {
    (void)state;
    enum { N = 5000 };
    const lw_server server[] = {line(wire, LATENCY_PS)};
    static const int64_t gaps[] = {0, 1, SERVICE_PS - 1, SERVICE_PS, SERVICE_PS + 1, 100000};
    lw_test test = lw_test_begin();
    for (size_t i = 0; i < COUNT(gaps); i++) {
        job jobs[] = {writes(path, 1, N * 256, 256)};
        jobs[0].flow.arrivals = LW_ARRIVALS_FIXED;
        jobs[0].flow.gap_ps = gaps[i];
        jobs[0].task.submit_ps = 777;
        lw_task_result result = RUN(&test, server, jobs).task[0];
        bool waits = gaps[i] < SERVICE_PS;
        int64_t last_start_ps = waits ? gaps[i] + (N - 1) * SERVICE_PS : N * gaps[i];
        assert_int_equal(result.delivered_ps, 777 + last_start_ps + SERVICE_PS + LATENCY_PS);
        assert_int_equal(result.wait_ps, waits ? (SERVICE_PS - gaps[i]) * ((int64_t)N * (N - 1) / 2) : 0);
    }
    lw_test_end(&test);
}

// Arrivals past what the server can take come back to no phase of its starts for 3581 packets, and the
// search need not wait for that: the same formula, in a few events.
static void test_a_flood_is_jumped(void **state) {
    (void)state;
    enum { GAP_PS = 3581 };
    const int64_t n = INT64_C(1) << 26;
    const lw_server server[] = {line(wire, LATENCY_PS)};
    job jobs[] = {writes(path, 1, n * 256, 256)};
    jobs[0].flow.arrivals = LW_ARRIVALS_FIXED;
    jobs[0].flow.gap_ps = GAP_PS;
    lw_test test = lw_test_begin();
    const lw_fabric fabric = fabric_of(&test, server, 1, jobs, 1);
    const lw_engine_result result = run_one(&test, &fabric, LW_ENGINE_PACKET, 1);
    assert_int_equal(result.task[0].delivered_ps, GAP_PS + n * SERVICE_PS + LATENCY_PS);
    assert_true(result.task[0].wait_ps == (SERVICE_PS - GAP_PS) * (n * (n - 1) / 2));
    assert_true(result.events < 20000);
    lw_test_end(&test);
}

static job poisson(int64_t packets, int64_t gap_ps) {
    job arriving = writes(path, 1, packets * 256, 256);
    arriving.flow.arrivals = LW_ARRIVALS_POISSON;
    arriving.flow.gap_ps = gap_ps;
    return arriving;
}

// The mean wait of M/D/1 is W = rho / (2 (1 - rho)) services (Pollaczek 1930, Khinchine 1932;
// Kleinrock, Queueing Systems 1, 5.6). Runs with seeds of their own give the mean and its standard
// error.
static void mean_wait(int64_t gap_ps, int64_t packets) {
    enum { RUNS = 16 };
    const double load = (double)SERVICE_PS / (double)gap_ps;
    const double expected = load / (2 * (1 - load));
    const lw_server server[] = {line(wire, LATENCY_PS)};
    const job jobs[] = {poisson(packets, gap_ps)};
    double sum = 0;
    double squares = 0;
    for (uint64_t seed = 1; seed <= RUNS; seed++) {
        lw_test test = lw_test_begin();
        const lw_fabric fabric = fabric_of(&test, server, 1, jobs, 1);
        lw_engine_result result = run_one(&test, &fabric, LW_ENGINE_PACKET, seed);
        double wait = (double)result.task[0].wait_ps / ((double)packets * SERVICE_PS);
        sum += wait;
        squares += wait * wait;
        // Gaps of a Poisson process have a standard deviation of their mean.
        double gaps = (double)result.task[0].delivered_ps / (double)gap_ps;
        assert_true(fabs(gaps - (double)packets) < 5 * sqrt((double)packets));
        lw_test_end(&test);
    }
    double mean = sum / RUNS;
    double error = sqrt((squares - RUNS * mean * mean) / (RUNS - 1) / RUNS);
    print_message("load %.1f: mean wait %.5f +- %.5f services, M/D/1 %.5f\n", load, mean, error, expected);
    assert_close(mean, expected, 0.01);
    assert_true(fabs(mean - expected) < 4 * error);
    // The 1 % above means something only if chance alone rarely exceeds it.
    assert_true(error < 0.005 * expected);
}

static void test_random_arrivals_wait_as_in_md1(void **state) {
    (void)state;
    mean_wait(12000, 100000);
    mean_wait(6000, 100000);
    mean_wait(4000, 750000);
}

// Of M/D/1: how probable it is to wait less than t services (Erlang 1909; Tijms, A First Course in
// Stochastic Models, 9.1).
static double waits_less(double load, double t) {
    double sum = 0, factorial = 1;
    for (int k = 0; k <= (int)t; k++) {
        factorial *= k > 0 ? k : 1;
        sum += pow(load * (k - t), k) / factorial * exp(-load * (k - t));
    }
    return (1 - load) * sum;
}

static double share_of(const lw_task_result *task, double waited) {
    int64_t less = 0, all = 0;
    for (size_t i = 0; i < task->sample_count; i++) {
        const double wait = (double)(task->sample[i].time_ps - SERVICE_PS - LATENCY_PS) / SERVICE_PS;
        assert_true(wait >= 0);
        less += wait < waited ? task->sample[i].count : 0;
        all += task->sample[i].count;
    }
    return (double)less / (double)all;
}

// Each packet is timed, as long as there are not too many; then some of all, spread over the run.
static void test_each_packet_of_random_arrivals_is_timed(void **state) {
    (void)state;
    enum { FEW = 60000, MANY = 400000, GAP_PS = 4500 };
    const lw_server server[] = {line(wire, LATENCY_PS)};
    lw_test test = lw_test_begin();
    job jobs[] = {poisson(FEW, GAP_PS)};
    jobs[0].task.sampled = true;
    const lw_engine_result few = RUN(&test, server, jobs);
    lw_int128 sum_ps = 0;
    for (size_t i = 0; i < few.task[0].sample_count; i++) {
        sum_ps += few.task[0].sample[i].time_ps;
    }
    assert_int_equal(few.task[0].sample_count, FEW);
    assert_true(sum_ps == few.task[0].wait_ps + (lw_int128)FEW * (SERVICE_PS + LATENCY_PS));
    jobs[0] = poisson(MANY, GAP_PS);
    jobs[0].task.sampled = true;
    const lw_engine_result many = RUN(&test, server, jobs);
    assert_int_equal(many.task[0].sample_count, MANY / 8);
    for (int services = 1; services <= 8; services++) {
        const double expected = waits_less(0.8, services);
        assert_true(fabs(share_of(&many.task[0], services) - expected) < 0.02);
        assert_close(1 - share_of(&many.task[0], services), 1 - expected, 0.1);
    }
    // flows have no packets to time
    const lw_fabric fabric = fabric_of(&test, server, 1, jobs, 1);
    assert_int_equal(run_one(&test, &fabric, LW_ENGINE_FLOW, 1).task[0].sample_count, 0);
    lw_test_end(&test);
}

// Reads within a window of tags are timed from when they come, with their wait for a tag.
static void test_each_read_of_random_arrivals_is_timed(void **state) {
    (void)state;
    enum { READS = 5000 };
    const lw_server server[] = {line(wire, LATENCY_PS), line(wire, LATENCY_PS)};
    static const lw_hop back[] = {{.server = 1, .granule_bytes = 1}};
    lw_test test = lw_test_begin();
    for (int64_t tags = 2; tags <= 64; tags *= 32) {
        job jobs[] = {reads(path, back, READS * 512, 512, 256)};
        jobs[0].flow.arrivals = LW_ARRIVALS_POISSON;
        jobs[0].flow.gap_ps = 120000;
        jobs[0].flow.tags = tags;
        jobs[0].task.sampled = true;
        const lw_task_result task = RUN(&test, server, jobs).task[0];
        assert_int_equal(task.sample_count, READS);
        int64_t least_ps = INT64_MAX, most_ps = 0;
        for (size_t i = 0; i < task.sample_count; i++) {
            least_ps = task.sample[i].time_ps < least_ps ? task.sample[i].time_ps : least_ps;
            most_ps = task.sample[i].time_ps > most_ps ? task.sample[i].time_ps : most_ps;
        }
        assert_int_equal(least_ps, 2 * LATENCY_PS + 2 * SERVICE_PS);
        assert_true(tags == 2 ? most_ps > 4 * LATENCY_PS : most_ps < 3 * LATENCY_PS);
    }
    lw_test_end(&test);
}

// Two streams over a fast link of their own into a slow one each; `joint`: over one fast link.
// Returns the mean wait of each, in services.
static void waits_behind_a_switch(const job *jobs, bool joint, double wait[2]) {
    enum { RUNS = 8 };
    const lw_server server[] = {line(GB_450, 1000), line(GB_450, 1000), line(wire, LATENCY_PS)};
    static const lw_hop routes[2][2] = {{{.server = 0, .granule_bytes = 1}, {.server = 2, .granule_bytes = 1}},
                                        {{.server = 1, .granule_bytes = 1}, {.server = 2, .granule_bytes = 1}}};
    wait[0] = wait[1] = 0;
    for (uint64_t seed = 1; seed <= RUNS; seed++) {
        lw_test test = lw_test_begin();
        job both[2] = {jobs[0], jobs[1]};
        both[0].flow.data = routes[0];
        both[1].flow.data = routes[joint ? 0 : 1];
        both[0].flow.data_count = both[1].flow.data_count = 2;
        const lw_fabric fabric = fabric_of(&test, server, 3, both, 2);
        lw_engine_result result = run_one(&test, &fabric, LW_ENGINE_PACKET, seed);
        for (int i = 0; i < 2; i++) {
            wait[i] += (double)result.task[i].wait_ps / ((double)result.task[i].packets * SERVICE_PS) / RUNS;
        }
        lw_test_end(&test);
    }
}

// Poisson arrivals see time averages (Wolff, Operations Research 30, 1982): few packets behind the
// same upstream wait as long in the mean as the many, whose M/D/1 queue it is.
static void test_a_probe_waits_in_the_queue_it_shares(void **state) {
    (void)state;
    const job jobs[] = {poisson(400000, 5000), poisson(40000, 50000)};
    const double load = SERVICE_PS / 5000.0 + SERVICE_PS / 50000.0, expected = load / (2 * (1 - load));
    double wait[2];
    waits_behind_a_switch(jobs, true, wait);
    print_message("one upstream: %.4f and probe %.4f services, M/D/1 %.4f\n", wait[0], wait[1], expected);
    assert_close(wait[0], expected, 0.02);
    assert_close(wait[1], expected, 0.03);
}

// From an upstream of its own it has every second turn: it waits for what is being served and for
// one turn, not for all that waits.
static void test_a_probe_from_elsewhere_takes_its_turn(void **state) {
    (void)state;
    const job jobs[] = {poisson(400000, 5000), poisson(40000, 50000)};
    double apart[2], joint[2];
    waits_behind_a_switch(jobs, false, apart);
    waits_behind_a_switch(jobs, true, joint);
    print_message("two upstreams: %.4f and probe %.4f services\n", apart[0], apart[1]);
    assert_true(apart[1] < 0.6 * joint[1]);
    assert_true(apart[1] < 1.1);
    assert_true(apart[0] > joint[0]);  // work is conserved
}

// Random arrivals are the same in both engines, repeat with their seed and differ with another;
// tasks have streams of their own.
static void test_random_arrivals_follow_the_seed(void **state) {
    (void)state;
    const lw_server server[] = {line(wire, LATENCY_PS)};
    const job jobs[] = {poisson(2000, 9000), poisson(2000, 9000)};
    lw_test test = lw_test_begin();
    const lw_fabric fabric = fabric_of(&test, server, 1, jobs, 2);
    lw_engine_result one = run_fabric(&test, &fabric, 7);
    lw_engine_result same = run_fabric(&test, &fabric, 7);
    lw_engine_result other = run_fabric(&test, &fabric, 8);
    assert_same_result(&fabric, &one, &same);
    assert_int_not_equal(one.end_ps, other.end_ps);
    assert_int_not_equal(one.task[0].delivered_ps, one.task[1].delivered_ps);
    lw_test_end(&test);
}

typedef struct noise {
    double unit_error;
    int64_t unit_bytes;  // 256 B packets
    lw_replay replay;
    int64_t replay_ps;
} noise;

static lw_server noisy(noise n) {
    lw_server server = line(wire, LATENCY_PS);
    server.error_probability = n.unit_error;
    server.error_unit_bytes = n.unit_bytes;
    server.replay = n.replay;
    server.replay_ps = n.replay_ps;
    return server;
}

// A packet is bad with P = 1 - (1 - p)^units and is repeated until it is good: the bad ones before
// n good ones have a negative binomial count of mean n P / (1 - P) and variance n P / (1 - P)^2. A
// bad packet costs go-back-N its own time and what was sent until the sender knew; efficiency (1 -
// P) / (1 - P + P (1 + R / s)) (Bertsekas and Gallager, Data Networks, 2nd ed., section 2.4.1).
// Selective repeat loses only the packet: efficiency 1 - P.
static void test_replays_cost_what_they_should(void **state) {
    (void)state;
    enum { N = 200000 };
    static const noise cases[] = {{0.01, 256, LW_REPLAY_GO_BACK_N, REPLAY_PS}, {0.01, 256, LW_REPLAY_SELECTIVE, REPLAY_PS},
                                  {0.3, 256, LW_REPLAY_GO_BACK_N, REPLAY_PS},  {0.3, 256, LW_REPLAY_SELECTIVE, REPLAY_PS},
                                  {0.001, 64, LW_REPLAY_GO_BACK_N, REPLAY_PS}, {0.001, 64, LW_REPLAY_SELECTIVE, 0},
                                  {1e-3, 100, LW_REPLAY_GO_BACK_N, 0},         {1e-6, 1, LW_REPLAY_SELECTIVE, REPLAY_PS}};
    lw_test test = lw_test_begin();
    for (size_t i = 0; i < COUNT(cases); i++) {
        const lw_server server[] = {noisy(cases[i])};
        const job jobs[] = {writes(path, 1, (int64_t)N * 256, 256)};
        lw_engine_result result = RUN(&test, server, jobs);
        int64_t units = (256 + cases[i].unit_bytes - 1) / cases[i].unit_bytes;
        double bad = 1 - pow(1 - cases[i].unit_error, (double)units);
        double mean = N * bad / (1 - bad);
        double deviation = sqrt(N * bad) / (1 - bad);
        int64_t replays = result.server[0].replays;
        assert_true(fabs((double)replays - mean) < 4 * deviation);

        bool go_back = cases[i].replay == LW_REPLAY_GO_BACK_N;
        int64_t sent_ps = (N + replays) * SERVICE_PS;
        int64_t lost_ps = go_back ? replays * cases[i].replay_ps : 0;
        int64_t end_ps = result.task[0].delivered_ps - LATENCY_PS;
        if (go_back) {
            assert_int_equal(end_ps, sent_ps + lost_ps);
        } else {
            // The last packets may wait for one that comes again.
            assert_in_range(end_ps, sent_ps, sent_ps + cases[i].replay_ps + SERVICE_PS + 1);
        }
        double cost = go_back ? 1 + (double)cases[i].replay_ps / SERVICE_PS : 1;
        double efficiency = (1 - bad) / (1 - bad + bad * cost);
        assert_close((double)N * SERVICE_PS / (double)end_ps, efficiency, 4 * deviation * cost / N + 1e-6);
        assert_int_equal(result.server[0].busy_ps, sent_ps);
        assert_int_equal(result.server[0].wire_bytes, (N + replays) * 256);
        assert_int_equal(result.server[0].payload_bytes, (int64_t)N * 256);
    }
    lw_test_end(&test);
}

static void test_errors_follow_the_seed(void **state) {
    (void)state;
    const lw_server server[] = {noisy((noise){1e-3, 256, LW_REPLAY_GO_BACK_N, REPLAY_PS})};
    const job jobs[] = {writes(path, 1, 100000 * 256, 256)};
    lw_test test = lw_test_begin();
    const lw_fabric fabric = fabric_of(&test, server, 1, jobs, 1);
    lw_engine_result one = run_fabric(&test, &fabric, 41);
    lw_engine_result same = run_fabric(&test, &fabric, 41);
    lw_engine_result other = run_fabric(&test, &fabric, 42);
    assert_same_result(&fabric, &one, &same);
    assert_int_not_equal(one.end_ps, other.end_ps);
    lw_test_end(&test);
}

// A alone on a wire that spoils 4 packets in 10. After k bad ones of 3600 ps, go-back-N is through
// at (k + 1) s + k R + L. Selective repeat learns of the last bad one at k s, so its replay is in
// at k s + R + s (rounded up) + L.
static int64_t arrival_ps(lw_replay replay, int64_t bad) {
    if (bad == 0 || replay == LW_REPLAY_GO_BACK_N) {
        return (bad + 1) * SERVICE_PS + bad * REPLAY_PS + LATENCY_PS;
    }
    return bad * SERVICE_PS + REPLAY_PS + SERVICE_PS + 1 + LATENCY_PS;
}

// What follows a bad packet is held back until its replay is in: B, right behind A, never overtakes
// it. Over one link or two.
static void replays_keep_the_order(lw_replay replay, size_t hops) {
    enum { SEEDS = 400 };
    const lw_hop both[] = {over(0), over(1)};
    const lw_server server[] = {noisy((noise){0.4, 256, replay, REPLAY_PS}), line(wire, 0)};
    const job jobs[] = {writes(both, hops, 256, 256), writes(both, hops, 256, 256)};
    const int64_t onward_ps = hops > 1 ? SERVICE_PS : 0;
    int held = 0;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        lw_test test = lw_test_begin();
        const lw_fabric a_alone = fabric_of(&test, server, 2, jobs, 1);
        const lw_fabric a_and_b = fabric_of(&test, server, 2, jobs, 2);
        lw_engine_result alone = run_fabric(&test, &a_alone, seed);
        lw_engine_result pair = run_fabric(&test, &a_and_b, seed);
        int64_t bad = alone.server[0].replays;
        int64_t a_ps = alone.task[0].delivered_ps;
        // Cut-through into the second link: the head of a good packet is there one service before
        // its tail.
        bool head = hops > 1 && (bad == 0 || replay == LW_REPLAY_GO_BACK_N);
        assert_int_equal(a_ps, arrival_ps(replay, bad) + (head ? 0 : onward_ps));
        assert_int_equal(pair.task[0].delivered_ps, a_ps);
        int64_t b_ps = pair.task[1].delivered_ps;
        assert_true(b_ps >= a_ps + onward_ps);
        if (pair.server[0].replays == bad) {
            // B itself was good: right behind A over a common wire, or set free together with A's
            // replay.
            bool freed = bad > 0 && replay == LW_REPLAY_SELECTIVE && hops == 1;
            assert_int_equal(b_ps, a_ps + (freed ? 0 : SERVICE_PS));
        }
        held += bad > 0;
        lw_test_end(&test);
    }
    // 4 standard deviations of the binomial.
    assert_true(fabs(held - 0.4 * SEEDS) < 4 * sqrt(0.4 * 0.6 * SEEDS));
}

static void test_replays_keep_the_order(void **state) {
    (void)state;
    for (size_t hops = 1; hops <= 2; hops++) {
        replays_keep_the_order(LW_REPLAY_GO_BACK_N, hops);
        replays_keep_the_order(LW_REPLAY_SELECTIVE, hops);
    }
}

// Servers and tasks draw from streams of their own: alike in law, not in what they draw.
static void test_random_streams_are_apart(void **state) {
    (void)state;
    const noise n = {0.01, 256, LW_REPLAY_GO_BACK_N, REPLAY_PS};
    const lw_server server[] = {noisy(n), noisy(n), line(wire, 0), line(wire, 0)};
    const lw_hop own[] = {over(0), over(1), over(2), over(3)};
    job jobs[] = {writes(&own[0], 1, 100000 * 256, 256), writes(&own[1], 1, 100000 * 256, 256),
                  writes(&own[2], 1, 1000 * 256, 256), writes(&own[3], 1, 1000 * 256, 256)};
    for (size_t i = 2; i < COUNT(jobs); i++) {
        jobs[i].flow.arrivals = LW_ARRIVALS_POISSON;
        jobs[i].flow.gap_ps = 9000;
    }
    lw_test test = lw_test_begin();
    lw_engine_result result = RUN(&test, server, jobs);
    assert_int_not_equal(result.server[0].replays, result.server[1].replays);
    assert_int_not_equal(result.task[2].wait_ps, result.task[3].wait_ps);
    lw_test_end(&test);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fixed_arrivals),
        cmocka_unit_test(test_a_flood_is_jumped),
        cmocka_unit_test(test_random_arrivals_wait_as_in_md1),
        cmocka_unit_test(test_each_packet_of_random_arrivals_is_timed),
        cmocka_unit_test(test_each_read_of_random_arrivals_is_timed),
        cmocka_unit_test(test_a_probe_waits_in_the_queue_it_shares),
        cmocka_unit_test(test_a_probe_from_elsewhere_takes_its_turn),
        cmocka_unit_test(test_random_arrivals_follow_the_seed),
        cmocka_unit_test(test_replays_cost_what_they_should),
        cmocka_unit_test(test_errors_follow_the_seed),
        cmocka_unit_test(test_replays_keep_the_order),
        cmocka_unit_test(test_random_streams_are_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
