// SPDX-License-Identifier: GPL-3.0-or-later
// Random scenarios, changed in a way whose effect on the results is known: other names, another
// order of keys, twice the bytes, the rates or the lanes, something more that carries nothing.
#include "tests/scenario_helpers.h"

enum { SCENARIOS = 60, LINKS_MAX = 9, WORKLOADS_MAX = 5 };

typedef enum work { COPY, PAGEABLE, KERNEL, STREAM, BACKLOG, READS, WORKS } work;

// A tree of one host, up to three switches, up to five cards and a group of two, and work between
// them. Links are PCIe or generic ones.
typedef struct world {
    uint64_t random;
    int switches, cards, workloads;
    bool generic;
    int parent[LINKS_MAX];  // of switches, cards and the group: 0 the host, 1.. a switch
    int gen[LINKS_MAX], lanes[LINKS_MAX];
    work work[WORKLOADS_MAX];
    int from[WORKLOADS_MAX], to[WORKLOADS_MAX], after[WORKLOADS_MAX];  // after: -1 none
    int64_t bytes[WORKLOADS_MAX];
} world;

// How it is written down.
typedef struct writing {
    const char *prefix;  // of names
    bool backwards;      // the keys of links and workloads, the last first
    bool idle;           // with a card and a link that carry nothing
    bool fixed;          // streams come at fixed gaps, not at random ones, whose seeds hang on names
    int bytes_times;
    int lanes_times;
    int speed;  // every rate is so many times as high, every latency as short
    int only;   // this link has so many times its lanes, of links counted from 1; 0: all
} writing;
static const writing plain = {.prefix = "", .bytes_times = 1, .lanes_times = 1, .speed = 1};

static uint64_t next(world *w) {
    w->random = w->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return w->random >> 33;
}

static int draw(world *w, int low, int high) {
    return low + (int)(next(w) % (uint64_t)(high - low + 1));
}

static int links_of(const world *w) {
    return w->switches + w->cards + 1;
}

static bool is_group(const world *w, int end) {
    return end == w->cards + 1;
}

// What one member alone does, to or from the host or another card.
static void draw_work(world *w, int i) {
    const int ends = w->cards + 2;  // the host, cards, the group
    w->work[i] = (work)draw(w, 0, WORKS - 1);
    w->from[i] = draw(w, 0, ends - 1);
    w->to[i] = (w->from[i] + draw(w, 1, ends - 1)) % ends;
    if (w->work[i] == READS) {
        w->from[i] = draw(w, 1, w->cards);
        w->to[i] = 0;
    }
    w->after[i] = i > 0 && draw(w, 0, 2) == 0 ? draw(w, 0, i - 1) : -1;
    w->bytes[i] = (int64_t)draw(w, 1, 64) * 65536;
}

static world draw_world(uint64_t seed) {
    world w = {.random = seed * UINT64_C(0x9e3779b97f4a7c15) + 1};
    w.switches = draw(&w, 0, 3);
    w.cards = draw(&w, 2, LINKS_MAX - 4);
    w.generic = draw(&w, 0, 1) == 1;
    for (int i = 0; i < links_of(&w); i++) {
        w.parent[i] = draw(&w, 0, i < w.switches ? i : w.switches);
        w.gen[i] = draw(&w, 3, 6);
        w.lanes[i] = 1 << draw(&w, 0, 3);
    }
    w.workloads = draw(&w, 1, WORKLOADS_MAX);
    for (int i = 0; i < w.workloads; i++) {
        draw_work(&w, i);
    }
    return w;
}

// One piece of work by one member on each side, whose time nothing else shares.
static world draw_lone(uint64_t seed) {
    world w = draw_world(seed);
    do {
        draw_work(&w, 0);
    } while (is_group(&w, w.from[0]) || is_group(&w, w.to[0]));
    w.workloads = 1;
    return w;
}

// 0: the host, else a card; the last the group.
static const char *end_name(lw_test *test, const world *w, const writing *how, int node) {
    return node == 0           ? lw_arena_print(test->arena, "%shost", how->prefix)
           : is_group(w, node) ? lw_arena_print(test->arena, "%sg", how->prefix)
                               : lw_arena_print(test->arena, "%sc%d", how->prefix, node);
}

static const char *write_link(lw_test *test, const world *w, const writing *how, int i) {
    const char *name =
        i < w->switches ? lw_arena_print(test->arena, "%ss%d", how->prefix, i + 1) : end_name(test, w, how, i - w->switches + 1);
    const char *parent =
        w->parent[i] == 0 ? end_name(test, w, how, 0) : lw_arena_print(test->arena, "%ss%d", how->prefix, w->parent[i]);
    const int lanes = w->lanes[i] * (how->only == 0 || how->only == i + 1 ? how->lanes_times : 1);
    const char *type = w->generic
                           ? lw_arena_print(test->arena, "link, rate: %d MB/s, latency: %d ps, packet: 256 B, overhead: 24 B",
                                            1000 * w->gen[i] * lanes * how->speed, 120000 / how->speed)
                           : lw_arena_print(test->arena, "pcie, gen: %d, lanes: %d", w->gen[i], lanes);
    return lw_arena_print(test->arena, "  %sl%d: {between: [%s, %s], type: %s}\n", how->prefix, i, parent, name, type);
}

static const char *write_workload(lw_test *test, const world *w, const writing *how, int i) {
    const char *from = end_name(test, w, how, w->from[i]), *to = end_name(test, w, how, w->to[i]);
    const long long bytes = (long long)(w->bytes[i] * how->bytes_times);
    const char *rate = lw_arena_print(test->arena, "packet: 256 B, rate: %d MB/s, arrivals: %s", 700 * how->speed,
                                      how->fixed ? "fixed" : "poisson");
    const char *what[] = {
        [COPY] = lw_arena_print(test->arena, "copy, from: %s, to: %s, bytes: %lld B, p2p: true", from, to, bytes),
        [PAGEABLE] = lw_arena_print(test->arena, "copy, from: %s, to: %s, bytes: %lld B, p2p: true, %s: %s", from, to, bytes,
                                    w->from[i] == 0 || w->to[i] == 0 ? "memory" : "by",
                                    w->from[i] == 0 || w->to[i] == 0 ? "pageable" : "engine"),
        [KERNEL] = lw_arena_print(test->arena, "copy, from: %s, to: %s, bytes: %lld B, p2p: true, by: kernel", from, to, bytes),
        [STREAM] = lw_arena_print(test->arena, "stream, from: %s, to: %s, bytes: %lld B, %s", from, to, bytes, rate),
        [BACKLOG] = lw_arena_print(test->arena, "stream, from: %s, to: %s, bytes: %lld B, arrivals: backlog", from, to, bytes),
        [READS] =
            lw_arena_print(test->arena, "read-latency, device: %s, host: %s, bytes: 64 B, repeat: %lld", from, to, bytes / 65536),
    };
    const char *after = w->after[i] < 0 ? "" : lw_arena_print(test->arena, ", after: %sw%d", how->prefix, w->after[i]);
    return lw_arena_print(test->arena, "  %sw%d: {kind: %s%s}\n", how->prefix, i, what[w->work[i]], after);
}

static const char *write_nodes(lw_test *test, const world *w, const writing *how) {
    const int speed = how->speed;
    const char *text = lw_arena_print(
        test->arena, "nodes:\n  %shost: {kind: host, memory_rate: %d GB/s, cpu_copy_rate: %d GB/s, read_latency: %d ns}\n",
        how->prefix, 40 * speed, 12 * speed, 240 / speed);
    for (int i = 0; i < w->switches; i++) {
        text = lw_arena_print(test->arena, "%s  %ss%d: {kind: switch, latency: %d ns}\n", text, how->prefix, i + 1, 100 / speed);
    }
    for (int i = 1; i <= w->cards + 1; i++) {
        text = lw_arena_print(test->arena,
                              "%s  %s: {kind: gpu, submit: %d ns, finish: %d ns, copy_engines: 2, tags: 64, mrrs: 512 B%s}\n",
                              text, end_name(test, w, how, i), 3000 / speed, 1000 / speed, is_group(w, i) ? ", count: 2" : "");
    }
    return text;
}

static const char *write_world(lw_test *test, const world *w, const writing *how) {
    const char *text =
        lw_arena_print(test->arena, "%s%slinks:\n", write_nodes(test, w, how), how->idle ? "  aaa: {kind: gpu}\n" : "");
    text = how->idle ? lw_arena_print(test->arena, "%s  aaa: {between: [%shost, aaa], type: pcie, gen: 4, lanes: 4}\n", text,
                                      how->prefix)
                     : text;
    const int links = links_of(w);
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

// Every scenario written in two ways; times[0] and times[1] of its workloads.
typedef void compare(const world *w, uint64_t seed, int64_t times[2][WORKLOADS_MAX]);

static void over(world of(uint64_t seed), const writing *first, const writing *second, compare *check) {
    for (uint64_t seed = 1; seed <= SCENARIOS; seed++) {
        lw_test test = lw_test_begin();
        const world w = of(seed);
        int64_t times[2][WORKLOADS_MAX];
        run_world(&test, &w, first, times[0]);
        run_world(&test, &w, second, times[1]);
        check(&w, seed, times);
        lw_test_end(&test);
    }
}

static void expect_same(const world *w, uint64_t seed, int64_t times[2][WORKLOADS_MAX]) {
    for (int i = 0; i < w->workloads; i++) {
        if (times[0][i] != times[1][i]) {
            fail_msg("scenario %d, w%d: %lld and %lld ps", (int)seed, i, (long long)times[0][i], (long long)times[1][i]);
        }
    }
}

static void test_names_change_nothing(void **state) {
    (void)state;
    writing other = plain, fixed = plain;
    fixed.fixed = other.fixed = true;
    other.prefix = "other-";
    over(draw_world, &fixed, &other, expect_same);
}

static void test_the_order_of_keys_changes_nothing(void **state) {
    (void)state;
    writing other = plain;
    other.backwards = true;
    over(draw_world, &plain, &other, expect_same);
}

static void test_what_carries_nothing_changes_nothing(void **state) {
    (void)state;
    writing other = plain;
    other.idle = true;
    over(draw_world, &plain, &other, expect_same);
}

static void expect_longer(const world *w, uint64_t seed, int64_t times[2][WORKLOADS_MAX]) {
    for (int i = 0; i < w->workloads; i++) {
        if (times[1][i] <= times[0][i]) {
            fail_msg("scenario %d, w%d: %lld ps of twice the bytes, %lld before", (int)seed, i, (long long)times[1][i],
                     (long long)times[0][i]);
        }
    }
}

static void test_more_bytes_take_longer(void **state) {
    (void)state;
    writing other = plain;
    other.bytes_times = 2;
    over(draw_world, &plain, &other, expect_longer);
}

// Of one piece of work alone the second half is no slower than the first, which had the start in
// it, and from then on each further half costs the same but for a few packets.
static void test_twice_the_bytes_cost_their_own_time(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= SCENARIOS; seed++) {
        lw_test test = lw_test_begin();
        const world w = draw_lone(seed);
        int64_t times[3];
        for (int k = 0; k < 3; k++) {
            writing how = plain;
            how.fixed = true;
            how.bytes_times = 4 << k;
            run_world(&test, &w, &how, &times[k]);
        }
        const int64_t first_ps = times[1] - times[0], second_ps = times[2] - times[1];
        if (times[1] > 2 * times[0] || llabs(second_ps - 2 * first_ps) > second_ps / 100 + 1000) {
            fail_msg("scenario %d: %lld, %lld, %lld ps", (int)seed, (long long)times[0], (long long)times[1],
                     (long long)times[2]);
        }
        lw_test_end(&test);
    }
}

// All rates twice as high and all latencies half as long: the same, in half the time, whatever
// shares or waits for what; but for times that are rounded to whole picoseconds.
static void expect_half(const world *w, uint64_t seed, int64_t times[2][WORKLOADS_MAX]) {
    for (int i = 0; i < w->workloads; i++) {
        if (llabs(2 * times[1][i] - times[0][i]) > 4 + times[0][i] / 1000000) {
            fail_msg("scenario %d, w%d: %lld ps at twice the speed, %lld before", (int)seed, i, (long long)times[1][i],
                     (long long)times[0][i]);
        }
    }
}

static world draw_generic(uint64_t seed) {
    world w = draw_world(seed);
    w.generic = true;
    return w;
}

static void test_twice_the_speed_takes_half_the_time(void **state) {
    (void)state;
    writing one = plain, other = plain;
    one.fixed = other.fixed = true;
    other.speed = 2;
    over(draw_generic, &one, &other, expect_half);
}

// Twice the lanes everywhere, for one piece of work alone (of several one may get an engine or a
// turn later and end later, as list scheduling has it: R. L. Graham, 1969): never slower, and no
// more than twice as fast, but for 2 %: narrow links acknowledge packets more often.
static void expect_no_slower(const world *w, uint64_t seed, int64_t times[2][WORKLOADS_MAX]) {
    (void)w;
    if (times[1][0] > times[0][0] || 2.04 * (double)times[1][0] < (double)times[0][0]) {
        fail_msg("scenario %d: %lld ps with twice the lanes, %lld before", (int)seed, (long long)times[1][0],
                 (long long)times[0][0]);
    }
}

static void test_more_lanes_are_no_slower(void **state) {
    (void)state;
    writing other = plain;
    other.lanes_times = 2;
    over(draw_lone, &plain, &other, expect_no_slower);
}

// Nor does one link alone that is wider, wherever it lies, make it slower: long ones, and those of
// a packet or two.
static void test_one_wider_link_is_no_slower(void **state) {
    (void)state;
    static const int64_t sizes[] = {64, 300, 4096, 1 << 18};
    for (uint64_t seed = 1; seed <= SCENARIOS; seed++) {
        world w = draw_lone(seed);
        w.bytes[0] = w.work[0] == READS ? 65536 : sizes[seed % COUNT(sizes)];
        for (int link = 1; link <= links_of(&w); link++) {
            lw_test test = lw_test_begin();
            int64_t once_ps, wider_ps;
            writing wider = plain;
            wider.lanes_times = 2;
            wider.only = link;
            run_world(&test, &w, &plain, &once_ps);
            run_world(&test, &w, &wider, &wider_ps);
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
        cmocka_unit_test(test_twice_the_bytes_cost_their_own_time),
        cmocka_unit_test(test_twice_the_speed_takes_half_the_time),
        cmocka_unit_test(test_more_lanes_are_no_slower),
        cmocka_unit_test(test_one_wider_link_is_no_slower),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
