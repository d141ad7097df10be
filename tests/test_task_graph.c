// SPDX-License-Identifier: GPL-3.0-or-later
// Tasks that users write, against closed forms.
#include <math.h>
#include <sys/resource.h>
#include <time.h>

#include "sim/base/text.h"
#include "sim/result/metric_table.h"
#include "tests/scenario_helpers.h"

static const char pair[] = "nodes: {host: {kind: host}, gpu: {kind: gpu, submit: 3 us, finish: 1 us, copy_engines: 2}}\n"
                           "links: {slot: {between: [host, gpu], preset: pcie-4-x16}}\n";

static lw_result run_work(lw_test *test, const char *workloads) {
    const char *text = lw_arena_print(test->arena, "%sworkloads:\n%s", pair, workloads);
    assert_non_null(text);
    return run_text(test, text);
}

static int64_t time_ps(const lw_result *result, const char *name) {
    const lw_workload_result *row = workload_of(&result->point[0], name);
    return row->end_ps - row->start_ps;
}

static int64_t time_of(lw_test *test, const char *workloads, const char *name) {
    const lw_result result = run_work(test, workloads);
    return time_ps(&result, name);
}

static const int64_t us = 1000000;

// A copy costs in a graph what it costs alone, however it goes.
static void a_copy_costs_what_it_costs_alone(void **state) {
    (void)state;
    static const char *const copies[] = {"from: host, to: gpu, bytes: 5 MiB", "from: gpu, to: host, bytes: 300 KiB",
                                         "from: host, to: gpu, bytes: 5 MiB, memory: pageable",
                                         "from: host, to: gpu, bytes: 1 MiB, by: kernel"};
    for (size_t i = 0; i < sizeof copies / sizeof copies[0]; i++) {
        lw_test test = lw_test_begin();
        const lw_result result =
            run_work(&test, lw_arena_print(test.arena,
                                           "  alone: {kind: copy, %s, repeat: 3}\n"
                                           "  graph: {kind: graph, tasks: {c: {copy: {%s}}}, repeat: 3, after: alone}\n",
                                           copies[i], copies[i]));
        assert_int_equal(time_ps(&result, "graph"), time_ps(&result, "alone"));
        assert_int_equal(workload_of(&result.point[0], "graph")->bytes, workload_of(&result.point[0], "alone")->bytes);
        assert_string_equal(workload_of(&result.point[0], "graph")->copy, workload_of(&result.point[0], "alone")->copy);
        lw_test_end(&test);
    }
}

// Iterations: one after the other, with one buffer, and with two (a + b + (n - 1) max(a, b)).
static void two_stages(void **state) {
    (void)state;
    static const int64_t stages[][2] = {{200, 300}, {300, 200}, {250, 250}, {1, 999}};
    enum { N = 57 };
    for (size_t i = 0; i < sizeof stages / sizeof stages[0]; i++) {
        lw_test test = lw_test_begin();
        const long long a = stages[i][0], b = stages[i][1];
        static const char *const after[] = {"", ", after: work@-1", ", after: work@-2", ", after: work@-3"};
        for (int k = 0; k < 4; k++) {
            const char *work = lw_arena_print(test.arena,
                                              "  w: {kind: graph, repeat: %d, tasks: {load: {compute: %lld us, node: host%s}, "
                                              "work: {compute: %lld us, node: gpu, after: load}}}\n",
                                              N, a, after[k], b);
            const int64_t expected = k < 2 ? N * (a + b) : a + b + (N - 1) * (a > b ? a : b);
            assert_int_equal(time_of(&test, work, "w"), expected * us);
        }
        lw_test_end(&test);
    }
}

// A pipeline of three stages: the first fills it, then the slowest counts.
static void three_stages(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const char *work = "  w: {kind: graph, repeat: 40, in_flight: 5, tasks: {\n"
                       "    a: {delay: 30 us}, b: {delay: 70 us, after: a}, c: {delay: 50 us, after: b}}}\n";
    assert_int_equal(time_of(&test, work, "w"), (30 + 70 + 50 + 39 * 70) * us);
    // two in flight: each second iteration waits for the one two before, so that a pair takes as
    // long as one iteration
    const char *two = "  w: {kind: graph, repeat: 40, in_flight: 2, tasks: {\n"
                      "    a: {delay: 50 us}, b: {delay: 50 us, after: a}, c: {delay: 50 us, after: b}}}\n";
    assert_int_equal(time_of(&test, two, "w"), (20 * 150 + 50) * us);
    lw_test_end(&test);
}

static void groups_within_groups(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const char *work = "  w: {kind: graph, repeat: 7, tasks: {\n"
                       "    first: {delay: 5 us},\n"
                       "    inner: {repeat: 11, after: first, tasks: {\n"
                       "      a: {delay: 20 us, after: b@-2}, b: {delay: 30 us, after: a}}},\n"
                       "    last: {delay: 3 us, after: inner}}}\n";
    assert_int_equal(time_of(&test, work, "w"), 7 * (5 + 20 + 30 + 10 * 30 + 3) * us);
    // a task after one inside waits for its last iteration; the group itself ends later
    const char *inside = "  w: {kind: graph, tasks: {\n"
                         "    inner: {repeat: 4, tasks: {a: {delay: 20 us}, b: {delay: 30 us, after: a}}},\n"
                         "    last: {delay: 100 us, after: a}}}\n";
    assert_int_equal(time_of(&test, inside, "w"), (4 * 50 - 30 + 100) * us);
    // of the iteration before, from inside a group: the whole group
    const char *whole = "  w: {kind: graph, repeat: 3, tasks: {\n"
                        "    g: {repeat: 2, tasks: {a: {delay: 10 us}}}, h: {delay: 100 us, after: g@-1}}}\n";
    assert_int_equal(time_of(&test, whole, "w"), (100 + 100 + 100) * us);
    lw_test_end(&test);
}

// Computes of one node take turns, whichever workload they are of; another stream is another line.
static void computes_share_a_node(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const char *one = "  w: {kind: graph, tasks: {a: {compute: 10 us, node: gpu}, b: {compute: 20 us, node: gpu}}}\n";
    const char *streams =
        "  w: {kind: graph, tasks: {a: {compute: 10 us, node: gpu}, b: {compute: 20 us, node: gpu, stream: 1}}}\n";
    const char *delays = "  w: {kind: graph, tasks: {a: {delay: 10 us}, b: {delay: 20 us}}}\n";
    assert_int_equal(time_of(&test, one, "w"), 30 * us);
    assert_int_equal(time_of(&test, streams, "w"), 20 * us);
    assert_int_equal(time_of(&test, delays, "w"), 20 * us);
    const lw_result both = run_work(&test, "  v: {kind: graph, tasks: {a: {compute: 10 us, node: gpu}}, repeat: 3}\n"
                                           "  w: {kind: graph, tasks: {a: {compute: 10 us, node: gpu}}, repeat: 3}\n");
    assert_int_equal(time_ps(&both, "v"), 50 * us);
    assert_int_equal(time_ps(&both, "w"), 60 * us);
    lw_test_end(&test);
}

static double metric(const lw_workload_result *row, const char *name) {
    double value = (double)NAN;
    const lw_metric *found = lw_metric_find(name, LW_OF_WORKLOAD, row->own);
    assert_non_null(found);
    assert_true(lw_metric_of_workload(found, row, &value));
    return value;
}

static void compute_is_told_from_what_it_does_not_hide(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const lw_result result = run_work(&test, "  w: {kind: graph, repeat: 20, tasks: {\n"
                                             "    load: {delay: 100 us, after: work@-1},\n"
                                             "    work: {compute: 300 us, node: gpu, after: load}}}\n");
    const lw_workload_result *row = workload_of(&result.point[0], "w");
    assert_close(metric(row, "iteration"), 400, 1e-9);
    assert_close(metric(row, "compute"), 6000, 1e-9);
    assert_close(metric(row, "exposed"), 2000, 1e-9);
    assert_string_equal(limit_in_words(&test, &row->limit), "gpu compute");
    assert_close(row->limit.share, 0.75, 1e-9);
    lw_test_end(&test);
}

// Neither the order of keys nor that of a list changes anything.
static void order_changes_nothing(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const char *one = "  w: {kind: graph, repeat: 5, tasks: {a: {copy: {from: host, to: gpu, bytes: 1 MiB}, after: c@-2},\n"
                      "    b: {copy: {from: host, to: gpu, bytes: 3 MiB}}, c: {compute: 90 us, node: gpu, after: [a, b]}}}\n";
    const char *two =
        "  w: {tasks: {c: {node: gpu, after: [b, a], compute: 90 us}, b: {copy: {bytes: 3 MiB, to: gpu, from: host}},\n"
        "    a: {after: [c@-2], copy: {from: host, to: gpu, bytes: 1 MiB}}}, repeat: 5, kind: graph}\n";
    assert_int_equal(time_of(&test, one, "w"), time_of(&test, two, "w"));
    lw_test_end(&test);
}

static lw_result run_by(lw_test *test, const char *engine, const char *text) {
    const lw_document *document = NULL;
    const lw_load load = {.engine = engine};
    const lw_run run = {.threads = 1};
    lw_result result = {0};
    assert_int_equal(try_load(test, text, &load, &document), LW_OK);
    assert_int_equal(lw_scenario_run(document, &run, test->arena, test->diags, &result), LW_OK);
    return result;
}

static lw_result run_with(lw_test *test, const char *engine, int repeat, const char *after) {
    const char *text = lw_arena_print(test->arena,
                                      "%sworkloads:\n  w: {kind: graph, repeat: %d, tasks: {\n"
                                      "    load: {copy: {from: host, to: gpu, bytes: 777 KiB, memory: pageable}%s},\n"
                                      "    work: {compute: 90 us, node: gpu, after: load},\n"
                                      "    back: {copy: {from: gpu, to: host, bytes: 70 KiB}, after: work}}}\n",
                                      pair, repeat, after);
    return run_by(test, engine, text);
}

static void engines_agree(void **state) {
    (void)state;
    static const char *const after[] = {"", ", after: work@-1", ", after: work@-2"};
    for (size_t i = 0; i < sizeof after / sizeof after[0]; i++) {
        lw_test test = lw_test_begin();
        const lw_result quick = run_with(&test, "packet", 30, after[i]), exact = run_with(&test, "packet-exact", 30, after[i]);
        assert_int_equal(time_ps(&quick, "w"), time_ps(&exact, "w"));
        lw_test_end(&test);
    }
}

// Of iterations that are alike only the first few are executed.
static void a_thousand_cost_what_the_first_few_do(void **state) {
    (void)state;
    static const char *const after[] = {"", ", after: back@-1", ", after: work@-2"};
    for (size_t i = 0; i < sizeof after / sizeof after[0]; i++) {
        lw_test test = lw_test_begin();
        const lw_result few = run_with(&test, "packet", 40, after[i]), many = run_with(&test, "packet", 1000, after[i]);
        assert_true(many.point[0].events <= few.point[0].events);
        lw_test_end(&test);
    }
}

static lw_result run_loops(lw_test *test, const char *engine, int outer, int inner, const char *work) {
    const char *text = lw_arena_print(test->arena,
                                      "nodes: {host: {preset: server-genoa}, gpus: {preset: rtx-4090, count: 3}}\n"
                                      "links: {slots: {between: [host, gpus], preset: pcie-4-x16}}\n"
                                      "workloads:\n  w: {kind: graph, repeat: %d, tasks: {\n"
                                      "    first: {delay: 3 us},\n"
                                      "    inner: {repeat: %d, after: first, %s},\n"
                                      "    last: {copy: {from: 'gpus[1]', to: host, bytes: 70 KiB}, after: inner}}}\n",
                                      outer, inner, work);
    return run_by(test, engine, text);
}

// So are those of a loop within, though something waits for its end.
static void a_loop_that_others_wait_for_is_jumped_over(void **state) {
    (void)state;
    static const char *const work[] = {
        "tasks: {a: {copy: {from: host, to: 'gpus[0]', bytes: 300 KiB}}}",
        "tasks: {a: {copy: {from: host, to: 'gpus[0]', bytes: 90 KiB, memory: pageable}}, b: {compute: 9 us, node: gpus}}",
        "tasks: {a: {kind: all-reduce, on: gpus, bytes: 90 kB}}",
        ("in_flight: 3, tasks: {b: {compute: 20 us, node: gpus, after: b@-1}, a: {kind: all-gather, on: gpus, bytes: 90 kB, "
         "after: b}}")};
    for (size_t i = 0; i < sizeof work / sizeof work[0]; i++) {
        for (int outer = 1; outer <= 3; outer += 2) {
            lw_test test = lw_test_begin();
            const lw_result quick = run_loops(&test, "packet", outer, 60, work[i]),
                            exact = run_loops(&test, "packet-exact", outer, 60, work[i]),
                            few = run_loops(&test, "packet", outer, 200, work[i]),
                            many = run_loops(&test, "packet", outer, 20000, work[i]);
            assert_int_equal(time_ps(&quick, "w"), time_ps(&exact, "w"));
            assert_true(many.point[0].events <= few.point[0].events);
            lw_test_end(&test);
        }
    }
}

static double cpu_s(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

// Work that grows with the file: a chain of tasks without recursion, and long lists.
static void large_graphs_are_read_soon(void **state) {
    (void)state;
    enum { CHAIN = 12000, MANY = 20000 };
    lw_text chain = {0}, list = {0};
    lw_text_print(&chain, "  w: {kind: graph, tasks: {\n");
    for (int i = 0; i < CHAIN; i++) {
        lw_text_print(&chain, i == 0 ? "    t0: {delay: 1 ns}" : ",\n    t%d: {delay: 1 ns, after: t%d}", i, i - 1);
    }
    lw_text_add(&chain, "}}\n");
    lw_text_add(&list, "  w: {kind: graph, tasks: {\n    last: {after: [t0");
    for (int i = 1; i < MANY; i++) {
        lw_text_print(&list, ", t%d", i);
    }
    lw_text_add(&list, "]}");
    for (int i = 0; i < MANY; i++) {
        lw_text_print(&list, ",\n    t%d: {delay: 1 ns}", i);
    }
    lw_text_add(&list, "}}\n");
    lw_test test = lw_test_begin();
    const double begin_s = cpu_s(), enough_s = 8;  // each takes a tenth of a second
    assert_int_equal(time_of(&test, chain.bytes, "w"), (int64_t)CHAIN * 1000);
    assert_int_equal(time_of(&test, list.bytes, "w"), 1000);
    assert_true(cpu_s() - begin_s < enough_s);
    lw_text_free(&chain);
    lw_text_free(&list);
    lw_test_end(&test);
}

// Two axes below `tasks` change a part each.
static void parts_of_tasks_are_swept(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const lw_result result =
        run_work(&test, "  w: {kind: graph, tasks: {a: {delay: 1 us}, b: {delay: 1 us, after: a}}}\n"
                        "sweep: {workloads.w.tasks.a.delay: [1 us, 5 us], workloads.w.tasks.b.delay: [2 us, 7 us]}\n");
    static const int64_t expected[] = {3, 8, 7, 12};
    assert_int_equal(result.point_count, 4);
    for (size_t p = 0; p < 4; p++) {
        assert_int_equal(result.point[p].workload[0].end_ps, expected[p] * us);
    }
    lw_test_end(&test);
}

static void what_has_no_effect_is_told(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    (void)run_work(&test,
                   "  w: {kind: graph, repeat: 2, tasks: {a: {delay: 1 us, after: b@-2}, b: {compute: 1 us, node: gpu}}}\n");
    assert_message(&test, LW_WARNING, "workloads.w: task 'a': 'b@-2' has no effect, as the tasks run 2 times");
    assert_false(has_message(&test, LW_WARNING, "nodes.gpu takes part in nothing"));
    assert_true(has_message(&test, LW_WARNING, "nodes.host takes part in nothing"));
    lw_test_end(&test);
}

// Work of a kind is in a graph what it is alone: at the start, in a loop, and whatever it is.
static const char *const four =
    "nodes: {host: {kind: host}, gpus: {kind: gpu, count: 4, submit: 3 us, compute_capability: 89, compute_rate: 100 TFLOP/s, "
    "memory_rate: 1000 GB/s}}\n"
    "links: {slots: {between: [host, gpus], preset: pcie-4-x8}}\n";

static void work_of_a_kind_is_what_it_is_alone(void **state) {
    (void)state;
    static const char *const kinds[] = {"kind: all-reduce, on: gpus, bytes: 3 MB",
                                        "kind: all-reduce, on: gpus, bytes: 3 MB, algorithm: double-tree, chunks: 5",
                                        "kind: all-reduce, on: gpus, bytes: 1 MB, library: nccl",
                                        "kind: all-gather, on: gpus, bytes: 3 MB, algorithm: direct",
                                        "kind: reduce-scatter, on: gpus, bytes: 1 MB, library: nccl",
                                        "kind: broadcast, on: gpus, bytes: 3 MB, chunks: 7",
                                        "kind: reduce, on: gpus, bytes: 3 MB, algorithm: tree",
                                        "kind: all-to-all, on: gpus, bytes: 3 MB, algorithm: pairwise",
                                        "kind: send-recv, on: gpus, bytes: 3 MB",
                                        "kind: barrier, on: gpus",
                                        "kind: copy, from: host, to: gpus, bytes: 3 MB, memory: pageable"};
    static const char *const engines[] = {"packet", "packet-exact", "flow"};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        for (size_t e = 0; e < 3; e++) {
            lw_test test = lw_test_begin();
            const char *text = lw_arena_print(
                test.arena,
                "engine: %s\n%sworkloads:\n  alone: {%s}\n"
                "  once: {kind: graph, tasks: {w: {%s}}, after: alone}\n"
                "  late: {kind: graph, tasks: {d: {delay: 7 us}, w: {%s, after: d}, e: {delay: 2 us, after: w}}, after: once}\n"
                "  loop: {kind: graph, repeat: 6, tasks: {d: {delay: 7 us}, w: {%s, after: d}}, after: late}\n",
                engines[e], four, kinds[i], kinds[i], kinds[i], kinds[i]);
            const lw_result result = run_text(&test, text);
            const int64_t alone = time_ps(&result, "alone");
            assert_int_equal(time_ps(&result, "once"), alone);
            assert_int_equal(time_ps(&result, "late"), alone + 9 * us);
            assert_int_equal(time_ps(&result, "loop"), 6 * (alone + 7 * us));
            assert_int_equal(workload_of(&result.point[0], "loop")->bytes, 6 * workload_of(&result.point[0], "alone")->bytes);
            lw_test_end(&test);
        }
    }
}

// Sums beside computes, in a loop that overlaps: the engines agree to the picosecond, and once the
// computes are long nothing of the sums but the last is exposed.
static void sums_hide_behind_computes(void **state) {
    (void)state;
    static const char *const engines[] = {"packet", "packet-exact", "flow"};
    lw_test test = lw_test_begin();
    int64_t time[3] = {0};
    for (int e = 0; e < 3; e++) {
        const lw_result result =
            run_text(&test, lw_arena_print(test.arena,
                                           "engine: %s\n%sworkloads:\n"
                                           "  sum: {kind: all-reduce, on: gpus, bytes: 2 MB, library: nccl}\n"
                                           "  step: {kind: graph, repeat: 30, in_flight: 30, after: sum, tasks: {\n"
                                           "    work: {compute: 2 ms, node: gpus, after: work@-1},\n"
                                           "    sum: {kind: all-reduce, on: gpus, bytes: 2 MB, library: nccl, after: work}}}\n",
                                           engines[e], four));
        time[e] = time_ps(&result, "step");
        const int64_t sum = time_ps(&result, "sum");
        assert_true(sum < 2000 * us);
        assert_int_equal(time[e], 30 * 2000 * us + sum);
        assert_string_equal(workload_of(&result.point[0], "step")->method,
                            lw_arena_print(test.arena, "sum: %s", workload_of(&result.point[0], "sum")->method));
    }
    assert_int_equal(time[0], time[1]);
    lw_test_end(&test);
}

// The roofline: the longer of arithmetic and memory, both by the share that the work gets.
static void computes_by_what_they_do(void **state) {
    (void)state;
    static const struct {
        const char *compute;
        int64_t time_ps;
    } cases[] = {{"{flops: 2 TFLOP}", INT64_C(20000000000)},
                 {"{bytes: 3 GB}", INT64_C(3000000000)},
                 {"{flops: 2 TFLOP, bytes: 3 GB}", INT64_C(20000000000)},
                 {"{flops: 2 GFLOP, bytes: 3 GB, efficiency: 50 %}", INT64_C(6000000000)},
                 {"{flops: 0 FLOP}", 0},
                 {"{flops: 1 FLOP}", 1}};  // rounded up
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lw_test test = lw_test_begin();
        const lw_result result = run_text(
            &test, lw_arena_print(test.arena,
                                  "%sworkloads:\n  one: {kind: graph, tasks: {a: {compute: %s, node: 'gpus[1]'}}}\n"
                                  "  all: {kind: graph, tasks: {a: {compute: %s, node: gpus}}, after: one}\n"
                                  "  twice: {kind: graph, repeat: 2, tasks: {a: {compute: %s, node: gpus}}, after: all}\n",
                                  four, cases[i].compute, cases[i].compute, cases[i].compute));
        assert_int_equal(time_ps(&result, "one"), cases[i].time_ps);
        assert_int_equal(time_ps(&result, "all"), cases[i].time_ps);
        assert_int_equal(time_ps(&result, "twice"), 2 * cases[i].time_ps);
        lw_test_end(&test);
    }
}

// "gpus" is all cards of a machine that has no node of that name, as in collectives.
static void gpus_are_all_cards(void **state) {
    (void)state;
    static const struct {
        const char *system;
        uint32_t cards;
    } cases[] = {{"oam-mesh", 8}, {"mi250x-board", 8}, {"hgx-h100", 8}};
    for (size_t i = 0; i < 3; i++) {
        lw_test test = lw_test_begin();
        const lw_result result = run_text(
            &test, lw_arena_print(test.arena,
                                  "include: systems/%s\nworkloads:\n  w: {kind: graph, tasks: {a: {compute: 3 ms, node: gpus}, "
                                  "s: {kind: all-reduce, on: gpus, bytes: 1 MB, algorithm: ring, after: a}}}\n",
                                  cases[i].system));
        assert_true(time_ps(&result, "w") > 3000 * us);
        assert_int_equal(workload_of(&result.point[0], "w")->bytes, 1000000 / cases[i].cards * 2 * (cases[i].cards - 1));
        lw_test_end(&test);
    }
}

static void bad_work_is_located(void **state) {
    (void)state;
    static const struct {
        const char *tasks, *message;
    } cases[] = {
        {"{a: {compute: {}, node: gpus}}", "workloads.w: task 'a' computes nothing"},
        {"{a: {compute: {flops: 1 TFLOP}, node: host}}", "workloads.w: task 'a': nothing is known of the compute_rate of 'host'"},
        {"{a: {compute: {flops: 1 EFLOP, efficiency: 0.001}, node: gpus}, b: {repeat: 2, tasks: {c: {kind: stream, from: host, to: "
         "'gpus[0]', bytes: 1 MB}}}}",
         "workloads.w.tasks.c: work of kind stream is no task of a graph"},
        {"{a: {kind: all-reduce, on: gpus, bytes: 1 MB, start: 1 ms}}",
         "workloads.w.tasks.a: a task starts when what it comes after has ended"},
        {"{a: {kind: all-reduce, on: gpus}}", "workloads.w.tasks.a (kind all-reduce) needs the key 'bytes'"},
        {"{a: {kind: all-reduce, on: gpus, bytes: 1 MB, after: b}}",
         "workloads.w: task 'a' comes after 'b', which is no task here"},
        {"{a: {kind: all-reduce, on: gpus, bytes: 4 EB}, b: {kind: all-reduce, on: gpus, bytes: 4 EB}}",
         "workloads.w.tasks.a moves more than 2^62 bytes"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lw_test test = lw_test_begin();
        const char *text = lw_arena_print(test.arena, "%sworkloads: {w: {kind: graph, tasks: %s}}\n", four, cases[i].tasks);
        const lw_document *document = NULL;
        assert_int_equal(try_load(&test, text, NULL, &document), LW_BAD_INPUT);
        assert_message(&test, LW_ERROR, cases[i].message);
        lw_test_end(&test);
    }
}

// Iterations that come by themselves wait for what is busy, not for each other.
static void iterations_come_by_themselves(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const char *seldom = "  w: {kind: graph, every: 100 us, repeat: 50, tasks: {a: {compute: 70 us, node: gpu}}}\n";
    assert_int_equal(time_of(&test, seldom, "w"), (49 * 100 + 70) * us);
    // faster than the node: a queue, and the last waits for all
    const lw_result often =
        run_work(&test, "  w: {kind: graph, every: 50 us, repeat: 50, tasks: {a: {compute: 70 us, node: gpu}}}\n");
    assert_int_equal(time_ps(&often, "w"), 50 * 70 * us);
    const lw_distribution *each = &workload_of(&often.point[0], "w")->member_ps;
    assert_int_equal(each->count, 50);
    assert_int_equal(llround(each->least), 70 * us);
    assert_int_equal(llround(each->most), (50 * 70 - 49 * 50) * us);
    assert_int_equal(llround(each->mean), llround((70 + 49 * 20 / 2.0) * (double)us));
    // two nodes overlap, and groups repeat within
    const char *pipe =
        "  w: {kind: graph, every: 50 us, repeat: 10, tasks: {a: {delay: 500 us}, g: {after: a, repeat: 3, tasks: {\n"
        "    b: {compute: 10 us, node: gpu}, c: {copy: {from: gpu, to: host, bytes: 4 kB}, after: b}}}}}\n";
    const char *once = "  w: {kind: graph, tasks: {a: {delay: 500 us}, g: {after: a, repeat: 3, tasks: {\n"
                       "    b: {compute: 10 us, node: gpu}, c: {copy: {from: gpu, to: host, bytes: 4 kB}, after: b}}}}}\n";
    assert_int_equal(time_of(&test, pipe, "w"), 9 * 50 * us + time_of(&test, once, "w"));
    const lw_result piped = run_work(&test, pipe);
    assert_int_equal(workload_of(&piped.point[0], "w")->bytes, 10 * 3 * 4000);
    const lw_result listed =
        run_work(&test, "  w: {kind: graph, at: [0 us, 10 us, 500 us], start: 7 us, tasks: {a: {compute: 70 us, node: gpu}}}\n");
    each = &workload_of(&listed.point[0], "w")->member_ps;
    assert_int_equal(time_ps(&listed, "w"), 570 * us);
    assert_int_equal(llround(each->most), 130 * us);
    lw_test_end(&test);
}

// One server with random arrivals and equal times: the mean wait of M/D/1, d r / 2 (1 - r).
static void random_arrivals_queue(void **state) {
    (void)state;
    static const struct {
        const char *every;
        double load;
    } cases[] = {{"233.333333 us", 0.3}, {"140 us", 0.5}, {"100 us", 0.7}, {"87.5 us", 0.8}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lw_test test = lw_test_begin();
        const lw_result result =
            run_work(&test, lw_arena_print(test.arena,
                                           "  w: {kind: graph, every: %s, arrivals: poisson, repeat: 60000, tasks: {\n"
                                           "    a: {compute: 70 us, node: gpu}}}\n",
                                           cases[i].every));
        const double wait_us = workload_of(&result.point[0], "w")->member_ps.mean / 1e6 - 70;
        const double expected_us = 70 * cases[i].load / (2 * (1 - cases[i].load));
        assert_true(fabs(wait_us / expected_us - 1) < 0.06);
        double asked = 0;
        const lw_workload_result *row = workload_of(&result.point[0], "w");
        assert_true(lw_metric_of_workload(row->asked, row, &asked));
        assert_true(fabs(asked - wait_us - 70) < 1e-9);
        lw_test_end(&test);
    }
}

static void bad_arrivals_are_told(void **state) {
    (void)state;
    static const struct {
        const char *keys, *message;
    } cases[] = {
        {"arrivals: poisson", "how many arrive is not said"},
        {"every: 1 ms, at: [0 ms]", "iterations come at the times of 'at', or one in every so long"},
        {"at: []", "'at' is a list of times"},
        {"at: [5 ms, 3 ms]", "workloads.w: '3 ms' is before the time before it"},
        {"at: [5 ms, 7 ms], repeat: 3", "'at' lists 2 iterations"},
        {"every: 1 ms", "how many iterations come is not said"},
        {"every: 1 ms, repeat: 9, in_flight: 2", "iterations that come by themselves are all under way until they end"},
        {"every: 1 ms, repeat: 70000", "65536 iterations at most come by themselves"},
        {"every: 1 ms, repeat: 60000, tasks: {a: {delay: 1 us}, b: {delay: 1 us, after: a}, c: {after: b}, d: {after: b}, "
         "e: {after: b}, f: {after: b}, g: {after: b}, h: {after: b}, i: {after: b}, j: {after: b}, k: {after: b}, "
         "l: {after: b}, m: {after: b}, n: {after: b}, o: {after: b}, p: {after: b}, q: {after: b}}",
         "workloads.w: 60000 iterations of 18 tasks each are more than 1048576 tasks that come by themselves"},
        {"every: 99 h, repeat: 100", "workloads.w: iteration 3 comes too late"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lw_test test = lw_test_begin();
        const lw_document *document = NULL;
        const char *text =
            lw_arena_print(test.arena, "%sworkloads: {w: {kind: graph, %s%s}}\n", pair, cases[i].keys,
                           strstr(cases[i].keys, "tasks:") == NULL ? ", tasks: {a: {compute: 1 us, node: gpu}}" : "");
        assert_int_equal(try_load(&test, text, NULL, &document), LW_BAD_INPUT);
        assert_message(&test, LW_ERROR, cases[i].message);
        lw_test_end(&test);
    }
}

// Sums through host memory in a loop: each step waits for the copy before, and its memory is that of what is
// under way, not of all iterations (40 KB for each of 10,000 otherwise).
static void staged_sums_take_no_memory_each(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    struct rusage before, after;
    assert_int_equal(getrusage(RUSAGE_SELF, &before), 0);
    const lw_result result = run_text(
        &test,
        "engine: packet\nnodes: {host: {kind: host}, gpus: {kind: gpu, count: 2, p2p: false}}\n"
        "links: {slots: {between: [host, gpus], type: link, rate: 8 GB/s, latency: 1 us}}\n"
        "workloads: {w: {kind: graph, repeat: 10000, tasks: {s: {kind: all-reduce, on: gpus, bytes: 10 kB, library: none}, "
        "d: {delay: 500 us, after: s}}}}\n");
    assert_int_equal(getrusage(RUSAGE_SELF, &after), 0);
    assert_true(result.point[0].workload[0].time_s > 5);
    assert_true(after.ru_maxrss - before.ru_maxrss < 20000);  // KB
    lw_test_end(&test);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(staged_sums_take_no_memory_each),
        cmocka_unit_test(a_copy_costs_what_it_costs_alone),
        cmocka_unit_test(two_stages),
        cmocka_unit_test(three_stages),
        cmocka_unit_test(groups_within_groups),
        cmocka_unit_test(computes_share_a_node),
        cmocka_unit_test(compute_is_told_from_what_it_does_not_hide),
        cmocka_unit_test(order_changes_nothing),
        cmocka_unit_test(engines_agree),
        cmocka_unit_test(a_thousand_cost_what_the_first_few_do),
        cmocka_unit_test(a_loop_that_others_wait_for_is_jumped_over),
        cmocka_unit_test(large_graphs_are_read_soon),
        cmocka_unit_test(parts_of_tasks_are_swept),
        cmocka_unit_test(what_has_no_effect_is_told),
        cmocka_unit_test(work_of_a_kind_is_what_it_is_alone),
        cmocka_unit_test(sums_hide_behind_computes),
        cmocka_unit_test(computes_by_what_they_do),
        cmocka_unit_test(gpus_are_all_cards),
        cmocka_unit_test(bad_work_is_located),
        cmocka_unit_test(iterations_come_by_themselves),
        cmocka_unit_test(random_arrivals_queue),
        cmocka_unit_test(bad_arrivals_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
