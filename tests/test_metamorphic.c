// SPDX-License-Identifier: GPL-3.0-or-later
// Random scenarios, changed in a way whose effect on the results is known: other names, another
// order of keys, twice the bytes, twice the lanes, something more that carries nothing.
#include "tests/scenario_helpers.h"

enum { SCENARIOS = 40, LINKS_MAX = 8, WORKLOADS_MAX = 5 };

// A tree of one host, up to three switches and up to five cards, and copies between them.
typedef struct world {
    uint64_t random;
    int switches, cards, workloads;
    int parent[LINKS_MAX];  // of switches and cards: 0 the host, 1.. a switch
    int gen[LINKS_MAX], lanes[LINKS_MAX];
    int from[WORKLOADS_MAX], to[WORKLOADS_MAX], after[WORKLOADS_MAX];  // after: -1 none
    int64_t bytes[WORKLOADS_MAX];
} world;

// How it is written down.
typedef struct writing {
    const char *prefix;  // of names
    bool backwards;      // the keys of links and workloads, the last first
    bool idle;           // with a card and a link that carry nothing
    int bytes_times;
    int lanes_times;
    int only;  // this link has so many times its lanes, of links counted from 1; 0: all
} writing;
static const writing plain = {.prefix = "", .bytes_times = 1, .lanes_times = 1};

static uint64_t next(world *w) {
    w->random = w->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return w->random >> 33;
}

static int draw(world *w, int low, int high) {
    return low + (int)(next(w) % (uint64_t)(high - low + 1));
}

static world draw_world(uint64_t seed) {
    world w = {.random = seed * UINT64_C(0x9e3779b97f4a7c15) + 1};
    w.switches = draw(&w, 0, 3);
    w.cards = draw(&w, 2, LINKS_MAX - 3);
    for (int i = 0; i < w.switches + w.cards; i++) {
        w.parent[i] = draw(&w, 0, i < w.switches ? i : w.switches);
        w.gen[i] = draw(&w, 3, 6);
        w.lanes[i] = 1 << draw(&w, 0, 3);
    }
    w.workloads = draw(&w, 1, WORKLOADS_MAX);
    for (int i = 0; i < w.workloads; i++) {
        w.from[i] = draw(&w, 0, w.cards);
        w.to[i] = (w.from[i] + draw(&w, 1, w.cards)) % (w.cards + 1);
        w.after[i] = i > 0 && draw(&w, 0, 2) == 0 ? draw(&w, 0, i - 1) : -1;
        w.bytes[i] = (int64_t)draw(&w, 1, 64) * 65536;
    }
    return w;
}

// 0: the host, else a card.
static const char *end_name(lw_test *test, const writing *how, int node) {
    return node == 0 ? lw_arena_print(test->arena, "%shost", how->prefix)
                     : lw_arena_print(test->arena, "%sc%d", how->prefix, node);
}

static const char *write_link(lw_test *test, const world *w, const writing *how, int i) {
    const char *name =
        i < w->switches ? lw_arena_print(test->arena, "%ss%d", how->prefix, i + 1) : end_name(test, how, i - w->switches + 1);
    const char *parent =
        w->parent[i] == 0 ? end_name(test, how, 0) : lw_arena_print(test->arena, "%ss%d", how->prefix, w->parent[i]);
    return lw_arena_print(test->arena, "  %sl%d: {between: [%s, %s], type: pcie, gen: %d, lanes: %d}\n", how->prefix, i, parent,
                          name, w->gen[i], w->lanes[i] * (how->only == 0 || how->only == i + 1 ? how->lanes_times : 1));
}

static const char *write_workload(lw_test *test, const world *w, const writing *how, int i) {
    const char *after = w->after[i] < 0 ? "" : lw_arena_print(test->arena, ", after: %sw%d", how->prefix, w->after[i]);
    return lw_arena_print(test->arena, "  %sw%d: {kind: copy, from: %s, to: %s, bytes: %lld B, p2p: true%s}\n", how->prefix, i,
                          end_name(test, how, w->from[i]), end_name(test, how, w->to[i]),
                          (long long)(w->bytes[i] * how->bytes_times), after);
}

static const char *write_world(lw_test *test, const world *w, const writing *how) {
    const char *text = lw_arena_print(test->arena, "nodes:\n  %shost: {kind: host, memory_rate: 40 GB/s}\n", how->prefix);
    for (int i = 0; i < w->switches; i++) {
        text = lw_arena_print(test->arena, "%s  %ss%d: {kind: switch, latency: 100 ns}\n", text, how->prefix, i + 1);
    }
    for (int i = 0; i < w->cards; i++) {
        text = lw_arena_print(test->arena, "%s  %sc%d: {kind: gpu, submit: 3 us, finish: 1 us, copy_engines: 2}\n", text,
                              how->prefix, i + 1);
    }
    text = lw_arena_print(test->arena, "%s%slinks:\n", text, how->idle ? "  aaa: {kind: gpu}\n" : "");
    text = how->idle ? lw_arena_print(test->arena, "%s  aaa: {between: [%shost, aaa], type: pcie, gen: 4, lanes: 4}\n", text,
                                      how->prefix)
                     : text;
    int links = w->switches + w->cards;
    for (int i = 0; i < links; i++) {
        text = lw_arena_print(test->arena, "%s%s", text, write_link(test, w, how, how->backwards ? links - 1 - i : i));
    }
    text = lw_arena_print(test->arena, "%sworkloads:\n", text);
    for (int i = 0; i < w->workloads; i++) {
        text = lw_arena_print(test->arena, "%s%s", text, write_workload(test, w, how, how->backwards ? w->workloads - 1 - i : i));
    }
    return text;
}

static void run_world(lw_test *test, const world *w, const writing *how, int64_t *time_ps) {
    const lw_result result = run_text(test, write_world(test, w, how));
    for (int i = 0; i < w->workloads; i++) {
        const lw_workload_result *row = workload_of(&result.point[0], lw_arena_print(test->arena, "%sw%d", how->prefix, i));
        time_ps[i] = row->end_ps - row->start_ps;
    }
}

// Every scenario as it is and as it is changed; times[0] and times[1] of its workloads.
typedef void compare(const world *w, int64_t times[2][WORKLOADS_MAX]);

static void over_worlds(const writing *changed, compare *check) {
    for (uint64_t seed = 1; seed <= SCENARIOS; seed++) {
        lw_test test = lw_test_begin();
        const world w = draw_world(seed);
        int64_t times[2][WORKLOADS_MAX];
        run_world(&test, &w, &plain, times[0]);
        run_world(&test, &w, changed, times[1]);
        check(&w, times);
        lw_test_end(&test);
    }
}

static void expect_same(const world *w, int64_t times[2][WORKLOADS_MAX]) {
    for (int i = 0; i < w->workloads; i++) {
        assert_int_equal(times[0][i], times[1][i]);
    }
}

static void test_names_change_nothing(void **state) {
    (void)state;
    over_worlds(&(writing){.prefix = "other-", .bytes_times = 1, .lanes_times = 1}, expect_same);
}

static void test_the_order_of_keys_changes_nothing(void **state) {
    (void)state;
    over_worlds(&(writing){.prefix = "", .backwards = true, .bytes_times = 1, .lanes_times = 1}, expect_same);
}

static void test_what_carries_nothing_changes_nothing(void **state) {
    (void)state;
    over_worlds(&(writing){.prefix = "", .idle = true, .bytes_times = 1, .lanes_times = 1}, expect_same);
}

static void expect_longer(const world *w, int64_t times[2][WORKLOADS_MAX]) {
    for (int i = 0; i < w->workloads; i++) {
        assert_true(times[1][i] > times[0][i]);
    }
}

static void test_more_bytes_take_longer(void **state) {
    (void)state;
    over_worlds(&(writing){.prefix = "", .bytes_times = 2, .lanes_times = 1}, expect_longer);
}

// Twice the lanes everywhere, for one copy alone (of several one may get an engine or a turn later
// and end later, as list scheduling has it: R. L. Graham, 1969): never slower, and no more than
// twice as fast, but for 2 %: narrow links acknowledge packets more often.
static void test_more_lanes_are_no_slower(void **state) {
    (void)state;
    const writing wider = {.prefix = "", .bytes_times = 1, .lanes_times = 2};
    for (uint64_t seed = 1; seed <= SCENARIOS; seed++) {
        lw_test test = lw_test_begin();
        world w = draw_world(seed);
        int64_t once_ps, twice_ps;
        w.workloads = 1;
        run_world(&test, &w, &plain, &once_ps);
        run_world(&test, &w, &wider, &twice_ps);
        if (twice_ps > once_ps || 2.04 * (double)twice_ps < (double)once_ps) {
            fail_msg("scenario %d: %lld ps with twice the lanes, %lld before", (int)seed, (long long)twice_ps,
                     (long long)once_ps);
        }
        lw_test_end(&test);
    }
}

// Nor does one link alone that is wider, wherever it lies, make a copy slower: long ones, and those
// of a packet or two.
static void test_one_wider_link_is_no_slower(void **state) {
    (void)state;
    static const int64_t sizes[] = {64, 300, 4096, 1 << 18};
    for (uint64_t seed = 1; seed <= SCENARIOS; seed++) {
        world w = draw_world(seed);
        w.workloads = 1;
        w.bytes[0] = sizes[seed % COUNT(sizes)];
        for (int link = 1; link <= w.switches + w.cards; link++) {
            lw_test test = lw_test_begin();
            int64_t once_ps, wider_ps;
            run_world(&test, &w, &plain, &once_ps);
            run_world(&test, &w, &(writing){.prefix = "", .bytes_times = 1, .lanes_times = 2, .only = link}, &wider_ps);
            if (wider_ps > once_ps) {
                fail_msg("scenario %d: %lld ps with twice the lanes of link %d, %lld before", (int)seed, (long long)wider_ps,
                         link - 1, (long long)once_ps);
            }
            lw_test_end(&test);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_change_nothing),
        cmocka_unit_test(test_the_order_of_keys_changes_nothing),
        cmocka_unit_test(test_what_carries_nothing_changes_nothing),
        cmocka_unit_test(test_more_bytes_take_longer),
        cmocka_unit_test(test_more_lanes_are_no_slower),
        cmocka_unit_test(test_one_wider_link_is_no_slower),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
