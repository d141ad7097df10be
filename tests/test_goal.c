// SPDX-License-Identifier: GPL-3.0-or-later
// Schedules in GOAL, against the LogGP model and the links' own times.
#include <math.h>
#include <time.h>

#include "sim/base/text.h"
#include "sim/workload/goal_text.h"
#include "tests/scenario_helpers.h"

static const char cards[] = "nodes: {a: {kind: gpu}, b: {kind: gpu}, c: {kind: gpu}}\n"
                            "links: {ab: {between: [a, b], type: nvlink, gen: 4, links: 2},\n"
                            "  bc: {between: [b, c], type: nvlink, gen: 4, links: 2},\n"
                            "  ac: {between: [a, c], type: nvlink, gen: 4, links: 2}}\n";
static const int64_t ns = 1000;

// more: other keys of the workload, "overhead: 1 us, ".
static lw_result run_goal(lw_test *test, const char *more, const char *text) {
    const char *whole =
        lw_arena_print(test->arena, "%sworkloads:\n  w: {kind: goal, ranks: [a, b, c], %stext: \"%s\"}\n", cards, more, text);
    assert_non_null(whole);
    return run_text(test, whole);
}

static int64_t time_of(lw_test *test, const char *more, const char *text) {
    const lw_result result = run_goal(test, more, text);
    return result.point[0].workload[0].end_ps - result.point[0].workload[0].start_ps;
}

// A message on an idle link, as a copy by a kernel whose call is free has it.
static int64_t message_ps(lw_test *test, long long bytes) {
    const lw_result result =
        run_text(test, lw_arena_print(test->arena, "%sworkloads: {w: {kind: copy, from: a, to: b, bytes: %lld B, by: kernel}}\n",
                                      cards, bytes));
    return result.point[0].workload[0].end_ps;
}

static void a_message_takes_what_the_link_takes(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const int64_t small = message_ps(&test, 4096), large = message_ps(&test, 1000000);
    assert_int_equal(time_of(&test, "", "num_ranks 2 rank 0 { send 4096b to 1 } rank 1 { recv 4096b from 0 }"), small);
    assert_int_equal(time_of(&test, "", "num_ranks 2 rank 0 { send 1000000b to 1 } rank 1 { recv 1000000b from 0 }"), large);
    assert_int_equal(time_of(&test, "", "num_ranks 2 rank 0 { send 0b to 1 } rank 1 { recv 0b from 0 }"), message_ps(&test, 1));
    lw_test_end(&test);
}

// LogGP: o + message + o, there and back, after a calc.
static void ping_pong(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const int64_t message = message_ps(&test, 4096);
    static const char text[] = "num_ranks 2\\n"
                               "rank 0 { c: calc 700 s: send 4096b to 1 tag 5 s requires c r: recv 4096b from 1 r requires s }\\n"
                               "rank 1 { r: recv 4096b from 0 tag 5 s: send 4096b to 0 s requires r }";
    assert_int_equal(time_of(&test, "overhead: 1500 ns, ", text), 700 * ns + 2 * (2 * 1500 * ns + message));
    assert_int_equal(time_of(&test, "calc_unit: 3 ns, ", text), 2100 * ns + 2 * message);
    lw_test_end(&test);
}

// A barrier by dissemination: in round k each rank sends to the one 2^k further and waits for the
// one 2^k before, log2 of them rounds of o + message + o.
static void dissemination(void **state) {
    (void)state;
    enum { RANKS = 8, ROUNDS = 3 };
    static const char machine[] = "nodes: {g: {kind: gpu, count: 8}, s: {kind: switch}}\n"
                                  "links: {l: {between: [g, s], type: nvlink, gen: 4, links: 2}}\n";
    lw_test test = lw_test_begin();
    lw_text text = {0};
    lw_text_print(&text, "%sworkloads: {w: {kind: goal, ranks: g, overhead: 1500 ns, text: 'num_ranks %d", machine, RANKS);
    for (int r = 0; r < RANKS; r++) {
        lw_text_print(&text, " rank %d {", r);
        for (int k = 0; k < ROUNDS; k++) {
            lw_text_print(&text, " s%d: send 1b to %d r%d: recv 1b from %d", k, (r + (1 << k)) % RANKS, k,
                          (r + RANKS - (1 << k)) % RANKS);
            if (k > 0) {
                lw_text_print(&text, " s%d requires r%d", k, k - 1);
            }
        }
        lw_text_add(&text, " }");
    }
    lw_text_add(&text, "'}}\n");
    assert_false(text.failed);
    const lw_result alone = run_text(
        &test, lw_arena_print(test.arena, "%sworkloads: {w: {kind: copy, from: 'g[0]', to: 'g[1]', bytes: 1 B, by: kernel}}\n",
                              machine));
    const lw_result all = run_text(&test, text.bytes);
    const int64_t expected = ROUNDS * (2 * 1500 * ns + alone.point[0].end_ps);
    assert_true(all.point[0].end_ps >= expected && all.point[0].end_ps < expected + expected / 50);
    lw_text_free(&text);
    lw_test_end(&test);
}

// Operations of one cpu of a rank take turns; those of another run beside them.
static void cpus_take_turns(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    assert_int_equal(time_of(&test, "", "num_ranks 1 rank 0 { calc 100 calc 250 }"), 350 * ns);
    assert_int_equal(time_of(&test, "", "num_ranks 1 rank 0 { calc 100 cpu 0 calc 250 cpu 1 }"), 250 * ns);
    assert_int_equal(time_of(&test, "", "num_ranks 2 rank 0 { calc 100 } rank 1 { calc 250 }"), 250 * ns);
    lw_test_end(&test);
}

static void requires_and_irequires(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    static const char form[] = "num_ranks 1 rank 0 { a: calc 100 b: calc 250 cpu 1 b %s a }";
    assert_int_equal(time_of(&test, "", lw_arena_print(test.arena, form, "requires")), 350 * ns);
    assert_int_equal(time_of(&test, "", lw_arena_print(test.arena, form, "irequires")), 250 * ns);
    // the second calc starts when the first has ended, and so does what waits for its start
    assert_int_equal(
        time_of(&test, "", "num_ranks 1 rank 0 { a: calc 100 b: calc 50 b requires a c: calc 30 cpu 2 c irequires b }"),
        150 * ns);
    assert_int_equal(
        time_of(&test, "", "num_ranks 1 rank 0 { a: calc 100 b: calc 50 b requires a c: calc 80 cpu 2 c irequires b }"),
        180 * ns);
    lw_test_end(&test);
}

// A small message leaves before its receive is posted; a large one waits, as its sender does.
static void eager_or_not(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const int64_t message = message_ps(&test, 60000);
    static const char text[] = "num_ranks 2 rank 0 { s: send 60000b to 1 c: calc 9000 c requires s }"
                               " rank 1 { c: calc 20000 r: recv 60000b from 0 r requires c }";
    assert_true(message < 20000 * ns);
    assert_int_equal(time_of(&test, "", text), 20000 * ns);
    assert_int_equal(time_of(&test, "eager: 59999 B, ", text), 20000 * ns + message + 9000 * ns);
    lw_test_end(&test);
}

static lw_status parse(lw_test *test, const char *text, lw_goal *out) {
    lw_source *source = LW_NEW(test->arena, lw_source);
    assert_non_null(source);
    *source = (lw_source){"x.goal", text, strlen(text)};
    const lw_status status = lw_goal_parse(source, test->arena, test->diags, out);
    return status == LW_OK ? lw_goal_match(out, test->arena, test->diags) : status;
}

// ops counts all operations, from 0.
static void assert_matches(const char *text, const uint32_t *match, size_t count) {
    lw_test test = lw_test_begin();
    lw_goal goal;
    if (parse(&test, text, &goal) != LW_OK) {
        fail_with_diags(&test);
    }
    assert_int_equal(goal.op.count, count);
    for (uint32_t i = 0; i < count; i++) {
        assert_int_equal(lw_goal_op_at(&goal, i)->match, match[i]);
    }
    lw_test_end(&test);
}

static void messages_find_their_receives(void **state) {
    (void)state;
    assert_matches("num_ranks 2 rank 0 { send 8b to 1 send 8b to 1 send 8b to 1 tag 7 }"
                   " rank 1 { recv 8b from 0 tag 7 recv 8b from 0 recv 8b from 0 }",
                   (const uint32_t[]){4, 5, 3, 2, 0, 1}, 6);
    // what says more comes first, whatever the order; the rest goes by the order of the file
    assert_matches("num_ranks 3 rank 0 { send 8b to 2 tag 1 send 8b to 2 tag 2 } rank 1 { send 8b to 2 tag 1 }"
                   " rank 2 { recv 8b from -1 tag -1 recv 8b from -1 tag 1 recv 8b from 0 tag 1 }",
                   (const uint32_t[]){5, 3, 4, 1, 2, 0}, 6);
    assert_matches("num_ranks 3 rank 0 { send 8b to 2 tag 1 send 8b to 2 tag 2 } rank 1 { send 8b to 2 tag 1 }"
                   " rank 2 { recv 8b from 1 tag -1 recv 8b from 0 tag -1 recv 8b from -1 tag 2 }",
                   (const uint32_t[]){4, 5, 3, 2, 0, 1}, 6);
}

static void layout_is_free(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    lw_goal goal;
    assert_int_equal(parse(&test,
                           "// a schedule\n/* of\n two */ num_ranks 2\r\n\nrank 1{recv 5b from 0 nic 1 cpu 2 tag 9}\n"
                           "rank 0\n{\n\ttag: calc 5 cpu 3\n\tcpu:send 5 b to 1 tag 9 nic 0\n\tcpu   irequires\ttag // so\n}\n",
                           &goal),
                     LW_OK);
    assert_int_equal(goal.op.count, 3);
    assert_int_equal(goal.need.count, 1);
    assert_int_equal(lw_goal_op_at(&goal, 0)->cpu, 2);
    assert_int_equal(lw_goal_op_at(&goal, 0)->match, 2);
    assert_true(goal.has_nic && !goal.has_any);
    lw_test_end(&test);
}

typedef struct bad {
    const char *text, *message;
    int line, column;
} bad;

static void findings_have_a_place(void **state) {
    (void)state;
    static const bad cases[] = {
        {"", "this is no GOAL schedule", 0, 0},
        {"root:x:0:0:root:/root:/bin/sh", "this is no GOAL schedule", 0, 0},  // what it is, is not quoted
        {"/* a note of somebody", "this is no GOAL schedule", 0, 0},
        {"num_ranks x", "a whole number is wanted here", 1, 11},
        {"num_ranks 0", "the schedule has no ranks", 1, 11},
        {"num_ranks 70000", "the number is larger than 65536", 1, 11},
        {"num_ranks 2\nrank 2 { }", "there is no rank 2: num_ranks is 2", 2, 6},
        {"num_ranks 2\nrank 1 { }\nrank 1 { }", "rank 1 has two blocks, the first in line 2", 3, 6},
        {"num_ranks 2\nrank 1 {\n calc 4\n", "the block of rank 1 has no end", 2, 1},
        {"num_ranks 2\n/* no end", "the comment has no end", 2, 1},
        {"num_ranks 2\nrank 0 {\na: calc 5\na: calc 6\n}", "rank 0 has two labels 'a', the first in line 3", 4, 1},
        {"num_ranks 2\nrank 0 {\na: calc 5\na requires b\n}", "rank 0 has no label 'b' so far", 4, 12},
        {"num_ranks 2\nrank 0 {\na: calc 5\na requires a\n}", "an operation waits for itself", 4, 12},
        {"num_ranks 2\nrank 0 {\na: calc x\nb: calc 1\na requires b }", "a whole number is wanted here", 3, 9},
        {"num_ranks 2\nrank 0 {\nsend 5 to 1\n}", "a size ends with b, for bytes", 3, 8},
        {"num_ranks 2\nrank 0 {\nsend 5b from 1\n}", "'to' is wanted here", 3, 9},
        {"num_ranks 2\nrank 0 {\nsend 5b to 0\n}", "rank 0 sends itself", 3, 12},
        {"num_ranks 2\nrank 0 {\nsend 5b to 2\n}", "there is no rank 2: num_ranks is 2", 3, 12},
        {"num_ranks 2\nrank 0 {\n/* \xC3\xBC */ go 5\n}", "this is no statement", 3, 9},
        {"num_ranks 2\nrank 0 {\nsend 5b to 1\n}", "nobody receives what rank 0 sends to rank 1 here (line 3)", 3, 1},
        {"num_ranks 2\nrank 0 {\nrecv 5b from 1 tag 3\n}", "nobody sends what rank 0 receives here (line 3)", 3, 1},
        {"num_ranks 2\nrank 0 { send 9b to 1 }\nrank 1 {\n recv 8b from 0 }", "rank 1 receives 8 B of a message of 9 B", 4, 2},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lw_test test = lw_test_begin();
        lw_goal goal;
        assert_int_equal(parse(&test, cases[i].text, &goal), LW_BAD_INPUT);
        const lw_diag *first = lw_diags_at(test.diags, 0);
        assert_string_equal(first->message, cases[i].message);
        assert_int_equal(first->place.line, cases[i].line);
        assert_int_equal(first->place.column, cases[i].column);
        lw_test_end(&test);
    }
}

static void refuse(const char *text, const char *message, int line) {
    lw_test test = lw_test_begin();
    const lw_document *document = NULL;
    const char *whole =
        lw_arena_print(test.arena, "%sworkloads:\n  w: {kind: goal, ranks: [a, b, c], text: \"%s\"}\n", cards, text);
    assert_int_equal(try_load(&test, whole, NULL, &document), LW_BAD_INPUT);
    assert_message(&test, LW_ERROR, message);
    assert_int_equal(lw_diags_at(test.diags, 0)->place.line, line);
    lw_test_end(&test);
}

static void cycles_are_told(void **state) {
    (void)state;
    refuse("num_ranks 1\\nrank 0 {\\na: calc 5\\nb: calc 6\\na requires b\\nb irequires a\\n}",
           "dependency cycle: calc of rank 0 (line 3) after calc of rank 0 (line 4) after calc of rank 0 (line 3)", 3);
    // two that send before they receive, and both wait for the other's receive
    refuse("num_ranks 2\\nrank 0 {\\ns: send 100000b to 1\\nr: recv 100000b from 1\\nr requires s }\\n"
           "rank 1 {\\ns: send 100000b to 0\\nr: recv 100000b from 0\\nr requires s }",
           "dependency cycle: send of rank 0 (line 3) after recv of rank 1 (line 8) after send of rank 1 (line 7) after recv of "
           "rank 0 (line 4) after send of rank 0 (line 3)",
           3);
}

// Whatever is in the file, it is read or refused at a place.
static void mutated_schedules_are_read_or_refused(void **state) {
    (void)state;
    static const char valid[] = "num_ranks 3\nrank 0 {\nc1: calc 15000 cpu 1\ns1: send 16384b to 1 tag 1 nic 0\n"
                                "r1: recv 16384b from 2 tag 2\ns1 requires c1\nr1 irequires s1\n}\n/* two */\n"
                                "rank 1 { r: recv 16384b from -1 tag -1 }\nrank 2 {\ns: send 99b to 0 tag 2 // end\n}\n";
    static const char alphabet[] = "{}:b-1 09srtcalsendrqui/*\n\t\r\xC3\x00\x7F";
    uint64_t random = 12345;
    for (int round = 0; round < 30000; round++) {
        char text[sizeof valid];
        memcpy(text, valid, sizeof valid);
        size_t length = sizeof valid - 1;
        for (int change = 0; change <= round % 4; change++) {
            random = random * 6364136223846793005U + 1442695040888963407U;
            const size_t at = (random >> 33) % length;
            if ((random >> 20) % 8 == 0) {
                length = at + 1;
            } else {
                text[at] = alphabet[(random >> 25) % (sizeof alphabet - 1)];
            }
        }
        lw_test test = lw_test_begin();
        const lw_source source = {"x.goal", text, length};
        lw_goal goal;
        lw_status status = lw_goal_parse(&source, test.arena, test.diags, &goal);
        status = status == LW_OK ? lw_goal_match(&goal, test.arena, test.diags) : status;
        assert_true(status == LW_OK || (status == LW_BAD_INPUT && lw_diags_errors(test.diags) > 0));
        for (size_t d = 0; d < lw_diags_count(test.diags); d++) {
            const lw_diag *found = lw_diags_at(test.diags, d);
            assert_true(found->place.line > 0 || strcmp(found->message, "this is no GOAL schedule") == 0);
        }
        lw_test_end(&test);
    }
}

static double cpu_s(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

// 300,000 operations, on one line or on many, matched backwards: time and memory follow their
// number.
static void large_schedules_are_read_soon(void **state) {
    (void)state;
    enum { COUNT = 100000, BYTES_AN_OPERATION = 400 };
    static const char *const breaks[] = {"\n", " "};
    for (int way = 0; way < 2; way++) {
        lw_text text = {0};
        lw_text_print(&text, "num_ranks 2 rank 0 {%s", breaks[way]);
        for (int i = 0; i < COUNT; i++) {
            lw_text_print(&text, "s%d: send 8b to 1 tag %d%sc%d: calc 3%sc%d requires s%d%s", i, i, breaks[way], i, breaks[way],
                          i, i, breaks[way]);
        }
        lw_text_print(&text, "}%srank 1 {%s", breaks[way], breaks[way]);
        for (int i = COUNT - 1; i >= 0; i--) {
            lw_text_print(&text, "recv 8b from -1 tag %d%s", i, breaks[way]);
        }
        lw_text_add(&text, "}");
        assert_false(text.failed);
        lw_test test = lw_test_begin();
        lw_goal goal;
        const double begin_s = cpu_s(), enough_s = 5;  // a fifth of a second
        assert_int_equal(parse(&test, text.bytes, &goal), LW_OK);
        assert_true(cpu_s() - begin_s < enough_s);
        assert_int_equal(goal.op.count, 3 * COUNT);
        assert_int_equal(lw_goal_op_at(&goal, 0)->match, 3 * COUNT - 1);
        assert_true(lw_arena_used(test.arena) < (size_t)3 * COUNT * BYTES_AN_OPERATION);
        lw_text_free(&text);
        lw_test_end(&test);
    }
}

static void files_are_found_beside_the_scenario(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const char *folder = LW_BINARY_DIR "/goal-scratch";
    assert_int_equal(lw_folder_make(folder, test.diags), LW_OK);
    write_file(&test, LW_BINARY_DIR "/goal-scratch/x.goal", "num_ranks 1 rank 0 { calc 77 }\n");
    write_file(&test, LW_BINARY_DIR "/goal-scratch/x.yaml",
               "lanewise: 1\nnodes: {a: {kind: gpu}}\nworkloads: {w: {kind: goal, ranks: a, file: x.goal}}\n");
    const lw_document *document = NULL;
    const lw_run run = {.threads = 1};
    lw_result result;
    assert_int_equal(
        lw_scenario_load(LW_BINARY_DIR "/goal-scratch/x.yaml", shipped_catalog(&test), NULL, test.arena, test.diags, &document),
        LW_OK);
    assert_int_equal(lw_scenario_run(document, &run, test.arena, test.diags, &result), LW_OK);
    assert_int_equal(result.point[0].end_ps, 77 * ns);
    lw_test_end(&test);
}

// The sample of the format's description, where it lies beside the sources.
static void the_sample_runs(void **state) {
    (void)state;
    static const char sample[] = LW_SOURCE_DIR "/../shared/formats/samples/ring2.goal";
    if (access(sample, R_OK) != 0) {
        print_message("no %s: skipped\n", sample);
        return;
    }
    lw_test test = lw_test_begin();
    const int64_t message = message_ps(&test, 16384);
    const lw_result result =
        run_text(&test, lw_arena_print(test.arena, "%sworkloads: {w: {kind: goal, ranks: [a, b], file: %s}}\n", cards, sample));
    // both messages at once: a tenth more for what they share
    assert_true(result.point[0].end_ps >= 15000 * ns + message && result.point[0].end_ps < 15000 * ns + message + message / 10);
    lw_test_end(&test);
}

// Each rank has an end of its own, and the result tells how they spread.
static void ranks_are_told_apart(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const lw_result result = run_text(
        &test, "nodes: {g: {kind: gpu, count: 5}}\n"
               "links: {l: {between: [g, g], type: link, rate: 9 GB/s, pattern: mesh}}\n"
               "workloads: {w: {kind: goal, ranks: g, text: \"num_ranks 5 rank 0 { calc 1000 } rank 1 { calc 3000 } rank 2 "
               "{ calc 2000 } rank 3 { calc 9000 } rank 4 { calc 4000 }\"}}\n");
    const lw_distribution *times = &result.point[0].workload[0].member_ps;
    assert_int_equal(times->count, 5);
    assert_true(times->least == 1000e3 && times->median == 3000e3 && times->most == 9000e3);
    lw_test_end(&test);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranks_are_told_apart),
        cmocka_unit_test(a_message_takes_what_the_link_takes),
        cmocka_unit_test(ping_pong),
        cmocka_unit_test(dissemination),
        cmocka_unit_test(cpus_take_turns),
        cmocka_unit_test(requires_and_irequires),
        cmocka_unit_test(eager_or_not),
        cmocka_unit_test(messages_find_their_receives),
        cmocka_unit_test(layout_is_free),
        cmocka_unit_test(findings_have_a_place),
        cmocka_unit_test(cycles_are_told),
        cmocka_unit_test(mutated_schedules_are_read_or_refused),
        cmocka_unit_test(large_schedules_are_read_soon),
        cmocka_unit_test(files_are_found_beside_the_scenario),
        cmocka_unit_test(the_sample_runs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
