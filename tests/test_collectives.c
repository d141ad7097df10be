// SPDX-License-Identifier: GPL-3.0-or-later
// Collectives against closed forms (Hockney's a + S b a send; W. Gropp, R. Thakur, R. Rabenseifner
// 2005), bytes that arrive, the order of rings, and metrics as nccl-tests defines them.
#include <math.h>

#include "scenario_helpers.h"

// A link for every pair: no two sends share one.
static const double start_s = 700e-9, byte_s = 1 / 450e9;
static const int64_t sizes[] = {1000003, 4096, 5};
static const int64_t ranks[] = {2, 3, 4, 5, 8, 16};
enum { SIZES = sizeof sizes / sizeof sizes[0], RANKS = sizeof ranks / sizeof ranks[0] };

static lw_result run_on(lw_test *test, const char *pattern, int64_t n, const char *work) {
    return run_text(test, lw_arena_print(test->arena,
                                         "nodes: {gpus: {kind: gpu, count: %lld}}\n"
                                         "links: {l: {between: [gpus, gpus], type: link, rate: 450 GB/s, latency: 700 ns, "
                                         "pattern: %s}}\nworkloads: {work: {%s}}\n",
                                         (long long)n, pattern, work));
}

// What of the run is one send of so many bytes.
static double send_s(int64_t bytes) {
    return bytes > 0 ? start_s + (double)bytes * byte_s : 0;
}

static int64_t longest_share(int64_t bytes, int64_t n) {
    return (bytes + n - 1) / n;
}

static int64_t log2_down(int64_t n) {
    int64_t log = 0;
    for (; n > 1; n /= 2) {
        log++;
    }
    return log;
}

static int64_t carried(const lw_result *result) {
    const lw_point *point = &result->point[0];
    int64_t sum = 0;
    for (size_t d = 0; d < point->direction_count; d++) {
        sum += point->direction[d].payload_bytes;
    }
    return sum;
}

// Each send is rounded to the picosecond.
static void expect_time(const lw_result *result, double expected_s, double sends) {
    const double time_s = result->point[0].workload[0].time_s;
    if (fabs(time_s - expected_s) > 1e-6 * expected_s + 2e-12 * sends) {
        fail_msg("%.9g s instead of %.9g", time_s, expected_s);
    }
}

// One kind and algorithm: its time on a mesh, and the bytes that all ranks send together, which are
// `rounds` times (n - 1) S; 0: as many as ranks.
typedef struct form {
    const char *work;
    double (*time_s)(int64_t bytes, int64_t n);
    int64_t rounds;
    bool power;  // of a power of two ranks
} form;

static double ring_both(int64_t bytes, int64_t n) {
    return 2 * (double)(n - 1) * send_s(longest_share(bytes, n));
}
static double ring_once(int64_t bytes, int64_t n) {
    return ring_both(bytes, n) / 2;
}
static double tree_both(int64_t bytes, int64_t n) {
    return 2 * (double)log2_down(n) * send_s(bytes);
}
static double tree_once(int64_t bytes, int64_t n) {
    return tree_both(bytes, n) / 2;
}
static double twin_trees(int64_t bytes, int64_t n) {
    return tree_both((bytes + 1) / 2, n);
}
static double chain(int64_t bytes, int64_t n) {
    return (double)(n - 1) * send_s(bytes);
}
static double halving_once(int64_t bytes, int64_t n) {
    double sum_s = 0;
    for (int64_t part = 2; part <= n; part *= 2) {
        // the longest of what is left: that of rank 0, which has the longer shares
        int64_t longest = 0;
        for (int64_t share = 0; share < n; share += part) {
            longest += bytes / n + (share < bytes % n ? 1 : 0);
        }
        sum_s += send_s(longest);
    }
    return sum_s;
}
static double halving_both(int64_t bytes, int64_t n) {
    return 2 * halving_once(bytes, n);
}
// Rounds over the distances of a binomial tree, the longest first: a rank goes on when what it sent
// and what it got have arrived.
static double pat_once(int64_t bytes, int64_t n) {
    double free_s[16] = {0}, end_s[16], last_s = 0;
    int64_t apart = 1;
    while (2 * apart < n) {
        apart *= 2;
    }
    for (; apart > 0; apart /= 2) {
        for (int64_t r = 0; r < n; r++) {
            int64_t sent = 0;
            for (int64_t root = r; root > r - n + apart; root -= 2 * apart) {
                sent += bytes / n + ((root + n) % n < bytes % n ? 1 : 0);
            }
            end_s[r] = free_s[r] + send_s(sent);
        }
        for (int64_t r = 0; r < n; r++) {
            free_s[r] = fmax(end_s[r], end_s[(r + n - apart) % n]);
            last_s = fmax(last_s, free_s[r]);
        }
    }
    return last_s;
}
static double direct_once(int64_t bytes, int64_t n) {
    return send_s(longest_share(bytes, n));
}
static double direct_both(int64_t bytes, int64_t n) {
    return 2 * direct_once(bytes, n);
}
static double one_send(int64_t bytes, int64_t n) {
    (void)n;
    return send_s(bytes);
}

static const form forms[] = {
    {"kind: all-reduce, algorithm: ring", ring_both, 2, false},
    {"kind: all-reduce, algorithm: tree", tree_both, 2, false},
    {"kind: all-reduce, algorithm: double-tree", twin_trees, 2, true},
    {"kind: all-reduce, algorithm: halving-doubling", halving_both, 2, true},
    {"kind: all-reduce, algorithm: direct", direct_both, 2, false},
    {"kind: all-reduce, algorithm: two-shot", direct_both, 2, false},
    {"kind: all-reduce, algorithm: one-shot", one_send, 0, false},
    {"kind: all-gather, algorithm: ring", ring_once, 1, false},
    {"kind: all-gather, algorithm: halving-doubling", halving_once, 1, true},
    {"kind: all-gather, algorithm: pat", pat_once, 1, false},
    {"kind: all-gather, algorithm: direct", direct_once, 1, false},
    {"kind: reduce-scatter, algorithm: ring", ring_once, 1, false},
    {"kind: reduce-scatter, algorithm: halving-doubling", halving_once, 1, true},
    {"kind: reduce-scatter, algorithm: direct", direct_once, 1, false},
    {"kind: broadcast, algorithm: ring", chain, 1, false},
    {"kind: broadcast, algorithm: tree", tree_once, 1, false},
    {"kind: broadcast, algorithm: direct", one_send, 1, false},
    {"kind: reduce, algorithm: ring", chain, 1, false},
    {"kind: reduce, algorithm: tree", tree_once, 1, false},
    {"kind: reduce, algorithm: direct", one_send, 1, false},
    {"kind: all-to-all, algorithm: direct", direct_once, 1, false},
    {"kind: all-to-all, algorithm: pairwise", ring_once, 1, false},
};

static void times_are_closed_forms(void **state) {
    (void)state;
    for (size_t f = 0; f < sizeof forms / sizeof forms[0]; f++) {
        for (size_t i = 0; i < (size_t)SIZES * RANKS; i++) {
            const int64_t bytes = sizes[i / RANKS], n = ranks[i % RANKS];
            if (forms[f].power && n != INT64_C(1) << log2_down(n)) {
                continue;
            }
            lw_test test = lw_test_begin();
            const char *work = lw_arena_print(test.arena, "%s, on: gpus, bytes: %lld B", forms[f].work, (long long)bytes);
            const lw_result result = run_on(&test, "mesh", n, work);
            if (bytes >= n) {  // of less, some ranks have nothing to send, and steps of no time
                expect_time(&result, forms[f].time_s(bytes, n), 2.0 * (double)n);
            }
            assert_int_equal(carried(&result), (forms[f].rounds > 0 ? forms[f].rounds : n) * (n - 1) * bytes);
            lw_test_end(&test);
        }
    }
}

// 2(n-1)(a + S/n b): figures that other simulators agree on.
static void the_ring_of_reference(void **state) {
    (void)state;
    static const double expected_us[][2] = {{8, 258.688889}, {64, 368.2}, {512, 999.288889}};
    for (size_t i = 0; i < sizeof expected_us / sizeof expected_us[0]; i++) {
        lw_test test = lw_test_begin();
        const lw_result result =
            run_on(&test, "ring", (int64_t)expected_us[i][0], "kind: all-reduce, on: gpus, bytes: 64 MB, algorithm: ring");
        const double time_us = result.point[0].workload[0].time_s * 1e6;
        assert_true(fabs(time_us - expected_us[i][1]) < 1e-6 * expected_us[i][1]);
        lw_test_end(&test);
    }
}

// log2(n), rounded up, sends of (n-1)/n S together, gathered or reduced; over the longest distance
// goes one share.
static void aggregated_trees_take_a_round_for_each_distance(void **state) {
    (void)state;
    static const int64_t counts[] = {2, 3, 5, 6, 11, 16, 40};
    for (size_t i = 0; i < 2 * sizeof counts / sizeof counts[0]; i++) {
        lw_test test = lw_test_begin();
        const int64_t n = counts[i / 2], bytes = 30000 * n, rounds = log2_down(2 * n - 1);
        const char *work = lw_arena_print(test.arena, "kind: %s, on: gpus, bytes: %lld B, algorithm: pat",
                                          i % 2 == 0 ? "all-gather" : "reduce-scatter", (long long)bytes);
        const lw_result result = run_on(&test, "mesh", n, work);
        expect_time(&result, (double)rounds * start_s + (double)(bytes - bytes / n) * byte_s, (double)rounds);
        assert_int_equal(carried(&result), (n - 1) * bytes);
        lw_test_end(&test);
    }
}

// Ranks beyond a power of two hand their buffers to a partner and get the sum back.
static void a_count_that_is_no_power_of_two_folds(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const int64_t bytes = 4096, n = 11, core = 8;
    const lw_result result = run_on(&test, "mesh", n, "kind: all-reduce, on: gpus, bytes: 4096 B, algorithm: halving-doubling");
    expect_time(&result, 2 * send_s(bytes) + halving_both(bytes, core), 20);
    assert_int_equal(carried(&result), 2 * (core - 1) * bytes + 2 * (n - core) * bytes);
    lw_test_end(&test);
}

// N computers of m ranks, each with a network card of its own, cards of a rank joined by links of
// their own: 2(m-1)(a + S/m b) + 2(N-1)(a' + S/n b').
static const char two_computers[] =
    "nodes: {a: {kind: gpu, count: %d}, b: {kind: gpu, count: %d}, an: {kind: nic, count: %d}, bn: {kind: nic, count: %d}}\n"
    "links:\n"
    "  am: {between: [a, a], type: link, rate: 450 GB/s, latency: 700 ns, pattern: mesh}\n"
    "  bm: {between: [b, b], type: link, rate: 450 GB/s, latency: 700 ns, pattern: mesh}\n"
    "  as: {between: [a, an], type: link, rate: 450 GB/s}\n"
    "  bs: {between: [b, bn], type: link, rate: 450 GB/s}\n"
    "  net: {between: [an, bn], type: link, rate: 50 GB/s, latency: 2 us}\n"
    "workloads: {ar: {kind: all-reduce, on: [a, b], bytes: %lld B, algorithm: hierarchical}}\n";

static void computers_add_up_by_themselves_first(void **state) {
    (void)state;
    static const int cards[] = {2, 3, 8};
    for (size_t i = 0; i < 2 * sizeof cards / sizeof cards[0]; i++) {
        lw_test test = lw_test_begin();
        const int m = cards[i / 2];
        const int64_t bytes = i % 2 == 0 ? 48000000 : 4800, n = 2 * (int64_t)m;
        char text[1024];
        assert_true(snprintf(text, sizeof text, two_computers, m, m, m, m, (long long)bytes) < (int)sizeof text);
        const lw_result result = run_text(&test, text);
        const double across_s = 2e-6 + (double)(bytes / n) / 50e9;
        expect_time(&result, 2 * (double)(m - 1) * send_s(bytes / m) + 2 * across_s, 100);
        // all that is sent, and the two hops between a card and its network card
        assert_int_equal(carried(&result), 2 * (n - 1) * bytes + 2 * 2 * bytes);
        lw_test_end(&test);
    }
}

// With chunks a tree and a chain are full pipelines; the last chunk has what does not come out
// even.
static void chunks_follow_each_other(void **state) {
    (void)state;
    static const int64_t chunks[] = {1, 4, 7, 64};
    for (size_t i = 0; i < sizeof chunks / sizeof chunks[0]; i++) {
        const int64_t bytes = 1000003, k = chunks[i], n = 8, depth = 3;
        const int64_t chunk = bytes / k, last = bytes - (k - 1) * chunk;
        const struct {
            const char *work;
            int64_t hops;
        } cases[] = {{"kind: all-reduce, algorithm: tree", 2 * depth},
                     {"kind: broadcast, algorithm: tree", depth},
                     {"kind: reduce, algorithm: tree", depth},
                     {"kind: broadcast, algorithm: ring", n - 1},
                     {"kind: reduce, algorithm: ring", n - 1}};
        for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
            lw_test test = lw_test_begin();
            const char *work = lw_arena_print(test.arena, "%s, on: gpus, bytes: %lld B, chunks: %lld", cases[c].work,
                                              (long long)bytes, (long long)k);
            const lw_result result = run_on(&test, "mesh", n, work);
            expect_time(&result, (double)(k - 1) * send_s(chunk) + (double)cases[c].hops * send_s(last), 100);
            lw_test_end(&test);
        }
    }
}

// Every second ring runs the other way round; on a mesh of eight, six rings take links of their
// own.
static void channels_take_free_links(void **state) {
    (void)state;
    static const int64_t channels[] = {1, 2, 4, 6};
    for (size_t i = 0; i < sizeof channels / sizeof channels[0]; i++) {
        lw_test test = lw_test_begin();
        const int64_t bytes = 48000000, n = 8;
        const char *work = lw_arena_print(test.arena, "kind: all-reduce, on: gpus, bytes: %lld B, channels: %lld",
                                          (long long)bytes, (long long)channels[i]);
        const lw_result result = run_on(&test, "mesh", n, work);
        expect_time(&result, ring_both(bytes / channels[i], n), 100);
        lw_test_end(&test);
    }
}

// On a mesh there are 2 floor((n - 1) / 2) rings that share no link, as many as leave each rank
// over different links but for one of an even count; on a ring of links one either way, and behind
// a switch one.
static void rings_take_links_of_their_own(void **state) {
    (void)state;
    static const struct {
        const char *pattern;
        int64_t n, rings;
    } cases[] = {{"mesh", 2, 1}, {"mesh", 3, 2},   {"mesh", 4, 2},   {"mesh", 5, 4}, {"mesh", 8, 6},
                 {"mesh", 9, 8}, {"mesh", 16, 14}, {"mesh", 31, 30}, {"ring", 8, 2}, {"mesh", 64, 62}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lw_test test = lw_test_begin();
        const int64_t n = cases[i].n, bytes = 1000 * n * cases[i].rings;
        const char *work =
            lw_arena_print(test.arena, "kind: all-gather, on: gpus, bytes: %lld B, algorithm: rings", (long long)bytes);
        const lw_result result = run_on(&test, cases[i].pattern, n, work);
        expect_time(&result, ring_once(bytes / cases[i].rings, n), 100);
        assert_int_equal(carried(&result), (n - 1) * bytes);
        lw_test_end(&test);
    }
    lw_test test = lw_test_begin();
    const lw_result result = run_text(&test, "nodes: {gpus: {kind: gpu, count: 8}, s: {kind: switch}}\n"
                                             "links: {l: {between: [gpus, s], type: link, rate: 9 GB/s}}\n"
                                             "workloads: {ar: {kind: all-reduce, on: gpus, bytes: 9 MB, algorithm: rings}}\n");
    assert_true(fabs(result.point[0].workload[0].time_s / (2 * 0.875 * 1e-3) - 1) < 0.01);
    lw_test_end(&test);
}

static void messages_and_barriers(void **state) {
    (void)state;
    static const double rounds[RANKS] = {1, 2, 2, 3, 3, 4};
    for (size_t i = 0; i < RANKS; i++) {
        lw_test test = lw_test_begin();
        lw_result result = run_on(&test, "mesh", ranks[i], "kind: barrier, on: gpus");
        expect_time(&result, rounds[i] * send_s(8), 20);
        result = run_on(&test, "mesh", ranks[i], "kind: send-recv, on: gpus, bytes: 1 MB");
        expect_time(&result, send_s(1000000), 2);
        assert_int_equal(carried(&result), ranks[i] * 1000000);
        lw_test_end(&test);
    }
}

// ---- Rails ----

// Two computers of two cards; each card's network card is behind a switch of its own, and each pair of these on
// a leaf of its own. By rails all that goes to the other computer passes the cards' own links and no
// host; a quarter of each buffer goes at once, a quarter when it was handed over.
static const char rail_machine[] =
    "nodes: {host: {kind: host, count: 2}, gpus: {kind: gpu, count: 4}, s: {kind: switch, count: 4}, nics: {kind: nic, count: 4},\n"
    "  leaves: {kind: switch, count: 2}}\n"
    "links:\n"
    "  p0: {between: [\"gpus[0]\", \"gpus[1]\"], type: link, rate: 400 GB/s, latency: 1 us}\n"
    "  p1: {between: [\"gpus[2]\", \"gpus[3]\"], type: link, rate: 400 GB/s, latency: 1 us}\n"
    "  slots: {between: [s, gpus], type: link, rate: 64 GB/s, latency: 100 ns}\n"
    "  cards: {between: [s, nics], type: link, rate: 64 GB/s, latency: 100 ns}\n"
    "  up: {between: [host, s], type: link, rate: 64 GB/s, latency: 100 ns}\n"
    "  a0: {between: [\"nics[0]\", \"leaves[0]\"], type: link, rate: 10 GB/s, latency: 1 us}\n"
    "  a1: {between: [\"nics[1]\", \"leaves[1]\"], type: link, rate: 10 GB/s, latency: 1 us}\n"
    "  b0: {between: [\"nics[2]\", \"leaves[0]\"], type: link, rate: 10 GB/s, latency: 1 us}\n"
    "  b1: {between: [\"nics[3]\", \"leaves[1]\"], type: link, rate: 10 GB/s, latency: 1 us}\n";

static int64_t over(const lw_result *result, const char *link) {
    int64_t bytes = 0;
    for (size_t d = 0; d < result->point[0].direction_count; d++) {
        const lw_direction_result *direction = &result->point[0].direction[d];
        bytes += strncmp(direction->link, link, strlen(link)) == 0 ? direction->payload_bytes : 0;
    }
    return bytes;
}

static void rails_cross_no_host(void **state) {
    (void)state;
    static const char *const algorithms[] = {"direct", "rails"};
    for (size_t i = 0; i < 2; i++) {
        lw_test test = lw_test_begin();
        const lw_result result = run_text(
            &test, lw_arena_print(test.arena,
                                  "engine: flow\n%sworkloads: {x: {kind: all-to-all, on: gpus, bytes: 40 MB, algorithm: %s}}\n",
                                  rail_machine, algorithms[i]));
        // two quarters of each of four buffers, over two cables each
        assert_int_equal(over(&result, "a") + over(&result, "b"), 4 * 2 * 2 * 10000000);
        assert_true((over(&result, "up") > 0) == (i == 0));
        if (i == 1) {
            // half of each buffer of two cards within the computer, both ways of both
            assert_int_equal(over(&result, "p"), 4 * 20000000);
            assert_close(result.point[0].workload[0].time_s, 20e6 / 10e9 + 2.4e-6, 0.002);
        }
        lw_test_end(&test);
    }
}

static void rails_are_for_computers_that_are_alike(void **state) {
    (void)state;
    static const struct {
        const char *on, *message;
    } cases[] = {
        {"\"gpus[0..1]\"", "workloads.x: algorithm rails is for ranks in several computers"},
        {"\"gpus[0..2]\"", "workloads.x: algorithm rails takes as many ranks of each computer, not 2 of one and 1 of another"}};
    for (size_t i = 0; i < 2; i++) {
        lw_test test = lw_test_begin();
        const lw_document *document;
        const char *text =
            lw_arena_print(test.arena, "%sworkloads: {x: {kind: all-to-all, on: %s, bytes: 1 MB, algorithm: rails}}\n",
                           rail_machine, cases[i].on);
        assert_int_equal(try_load(&test, text, NULL, &document), LW_BAD_INPUT);
        assert_message(&test, LW_ERROR, cases[i].message);
        lw_test_end(&test);
    }
}

// ---- Metrics ----

static void bandwidths_are_those_of_nccl_tests(void **state) {
    (void)state;
    static const struct {
        const char *kind;
        double factor;  // of eight ranks
    } cases[] = {
        {"all-reduce", 2 * 7 / 8.0}, {"all-gather", 7 / 8.0}, {"reduce-scatter", 7 / 8.0}, {"broadcast", 1}, {"reduce", 1},
        {"all-to-all", 7 / 8.0},     {"send-recv", 1}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lw_test test = lw_test_begin();
        const char *work = lw_arena_print(test.arena, "kind: %s, on: gpus, bytes: 64 MB", cases[i].kind);
        const lw_result result = run_on(&test, "mesh", 8, work);
        const lw_workload_result *row = &result.point[0].workload[0];
        const double algbw = 64e6 / row->time_s / 1e9;
        assert_true(fabs(value_of(row, "algbw_GBps") - algbw) < 1e-9 * algbw);
        assert_true(fabs(value_of(row, "busbw_GBps") - algbw * cases[i].factor) < 1e-9 * algbw);
        assert_true(fabs(row->bandwidth_GBps - algbw * cases[i].factor) < 1e-9 * algbw);
        lw_test_end(&test);
    }
}

static void they_may_be_asserted(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const lw_result result = run_text(&test, "nodes: {gpus: {kind: gpu, count: 4}}\n"
                                             "links: {l: {between: [gpus, gpus], type: link, rate: 9 GB/s, pattern: ring}}\n"
                                             "workloads: {ar: {kind: all-reduce, on: gpus, bytes: 1 MB}}\n"
                                             "assert: [\"workloads.ar.busbw > 8.9 GB/s\", \"workloads.ar.algbw_GBps < 6.1\"]\n");
    assert_int_equal(result.point_count, 1);
    assert_int_equal(lw_diags_errors(test.diags), 0);
    lw_test_end(&test);
}

// ---- The order of the ranks ----

// Two cards behind each of two switches, listed in turn: a ring over neighbours crosses between the
// switches twice, one as listed four times.
static void rings_go_over_neighbours(void **state) {
    (void)state;
    static const char machine[] =
        "nodes: {a: {kind: gpu, count: 2}, b: {kind: gpu, count: 2}, s: {kind: switch}, t: {kind: switch}}\n"
        "links:\n"
        "  as: {between: [a, s], type: link, rate: 9 GB/s}\n"
        "  bt: {between: [b, t], type: link, rate: 9 GB/s}\n"
        "  between: {between: [s, t], type: link, rate: 9 GB/s}\n"
        "workloads: {ar: {kind: all-reduce, on: [\"a[0]\", \"b[0]\", \"a[1]\", \"b[1]\"], bytes: 1 MB, order: %s}}\n";
    static const struct {
        const char *order;
        int64_t crossings;
    } cases[] = {{"auto", 2}, {"listed", 4}};
    for (size_t i = 0; i < 2; i++) {
        lw_test test = lw_test_begin();
        char text[1024];
        assert_true(snprintf(text, sizeof text, machine, cases[i].order) < (int)sizeof text);
        const lw_result result = run_text(&test, text);
        assert_int_equal(payload_over(&result, "between"), cases[i].crossings * 6 * 250000);
        lw_test_end(&test);
    }
}

// The cube mesh of a DGX-1: a ring over NVLink alone is there, and found.
static void rings_stay_on_the_fast_fabric(void **state) {
    (void)state;
    static const char *const boards[] = {"dgx-1-v100", "dgx-1-p100"};
    for (size_t i = 0; i < 2; i++) {
        lw_test test = lw_test_begin();
        const lw_result result =
            run_text(&test, lw_arena_print(test.arena,
                                           "include: systems/%s\n"
                                           "workloads: {ar: {kind: all-reduce, on: gpus, bytes: 1 MB, library: none}}\n",
                                           boards[i]));
        assert_int_equal(payload_over(&result, "nvlink"), 2 * 7 * 1000000);
        lw_test_end(&test);
    }
}

// ---- Other machines ----

// Each byte between two such cards crosses both of their links.
static void cards_without_peer_to_peer_use_host_memory(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const lw_result result =
        run_text(&test, "nodes: {host: {kind: host}, gpus: {kind: gpu, count: 4, p2p: false, staging_bytes: 64 KiB}}\n"
                        "links: {l: {between: [host, gpus], type: link, rate: 9 GB/s}}\n"
                        "workloads: {ar: {kind: all-reduce, on: gpus, bytes: 1000004 B, algorithm: ring}}\n");
    assert_int_equal(carried(&result), 2 * 2 * 3 * 1000004);
    // six steps, each of which writes and reads a quarter; pieces of 64 KiB overlap
    const double step_s = 250001 / 9e9;
    assert_true(result.point[0].workload[0].time_s > 6 * step_s);
    assert_true(result.point[0].workload[0].time_s < 6 * 2 * step_s * 1.01);
    // chunks that do not come out even
    const lw_result chain =
        run_text(&test, "nodes: {host: {kind: host}, gpus: {kind: gpu, count: 4, p2p: false, staging_bytes: 64 KiB}}\n"
                        "links: {l: {between: [host, gpus], type: link, rate: 9 GB/s}}\n"
                        "workloads: {spread: {kind: broadcast, on: gpus, bytes: 1000003 B, chunks: 7}}\n");
    assert_int_equal(carried(&chain), 2 * 3 * 1000003);
    lw_test_end(&test);
}

// A rank that cannot be reached is told where the group stands; one that has data and no cores,
// such as a host, takes part.
static void hosts_take_part(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const lw_result result = run_text(&test, "nodes: {hosts: {kind: host, count: 4}, s: {kind: switch}}\n"
                                             "links: {l: {between: [hosts, s], type: link, rate: 9 GB/s}}\n"
                                             "workloads: {ar: {kind: all-reduce, on: hosts, bytes: 9 MB, algorithm: direct}}\n");
    // through one port: 2 (n-1)/n S b
    assert_true(fabs(result.point[0].workload[0].time_s / (2 * 0.75 * 1e-3) - 1) < 0.01);
    lw_test_end(&test);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_are_closed_forms),
        cmocka_unit_test(the_ring_of_reference),
        cmocka_unit_test(a_count_that_is_no_power_of_two_folds),
        cmocka_unit_test(computers_add_up_by_themselves_first),
        cmocka_unit_test(aggregated_trees_take_a_round_for_each_distance),
        cmocka_unit_test(chunks_follow_each_other),
        cmocka_unit_test(channels_take_free_links),
        cmocka_unit_test(rings_take_links_of_their_own),
        cmocka_unit_test(messages_and_barriers),
        cmocka_unit_test(rails_cross_no_host),
        cmocka_unit_test(rails_are_for_computers_that_are_alike),
        cmocka_unit_test(bandwidths_are_those_of_nccl_tests),
        cmocka_unit_test(they_may_be_asserted),
        cmocka_unit_test(rings_go_over_neighbours),
        cmocka_unit_test(rings_stay_on_the_fast_fabric),
        cmocka_unit_test(cards_without_peer_to_peer_use_host_memory),
        cmocka_unit_test(hosts_take_part),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
