// SPDX-License-Identifier: GPL-3.0-or-later
// What a workload would take without its limit: `run --lift`.
#include "tests/scenario_helpers.h"

static lw_result lift_text(lw_test *test, const char *text) {
    lw_result result = {0};
    const lw_run run = {.threads = 2, .lift = true};
    if (lw_scenario_run(load_text(test, text), &run, test->arena, test->diags, &result) != LW_OK) {
        fail_with_diags(test);
    }
    return result;
}

static const char *then_limited(lw_test *test, const lw_workload_result *workload) {
    const char *text = lw_limit_text(&workload->lifted.limit, test->arena);
    assert_non_null(text);
    return text;
}

#define CHAIN(first, second)                                                            \
    "nodes: {a: {kind: gpu}, s: {kind: switch}, b: {kind: gpu, memory_rate: 8 GB/s}}\n" \
    "links:\n"                                                                          \
    "  one: {between: [a, s], type: link, rate: " first ", latency: 0 ns}\n"            \
    "  two: {between: [s, b], type: link, rate: " second ", latency: 0 ns}\n"           \
    "workloads: {w: {kind: copy, from: a, to: b, bytes: 100 MB}}\n"

// The next narrowest of a chain decides: links of 1 and 4 GB/s, and a memory of 8.
static void the_next_limit_decides(void **state) {
    (void)state;
    static const struct {
        const char *text, *what, *then;
        double speedup;
    } cases[] = {
        {CHAIN("1 GB/s", "4 GB/s"), "links.one", "links.two s->b: channel", 4},
        {CHAIN("4 GB/s", "2 GB/s"), "links.two", "links.one a->s: channel", 2},
        {CHAIN("40 GB/s", "2 GB/s"), "links.two", "b memory", 4},
        {CHAIN("16 GB/s", "12 GB/s"), "nodes.b memory", "links.two s->b: channel", 1.5},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        lw_test test = lw_test_begin();
        const lw_result result = lift_text(&test, cases[i].text);
        const lw_workload_result *w = &result.point[0].workload[0];
        assert_string_equal(w->lifted.what, cases[i].what);
        assert_string_equal(then_limited(&test, w), cases[i].then);
        assert_close(lw_lifted_speedup(w), cases[i].speedup, 1e-3);
        lw_test_end(&test);
    }
}

// One link of a ring alone would only make room for its neighbour: all of the group are lifted, and
// each workload has its own limit lifted.
static void all_of_a_group_are_lifted(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const lw_result result = lift_text(&test, "nodes: {g: {kind: gpu, count: 4}, s: {kind: switch}}\n"
                                              "links: {l: {between: [g, s], type: link, rate: 1 GB/s, latency: 1 us}}\n"
                                              "workloads:\n"
                                              "  sum: {kind: all-reduce, on: g, bytes: 40 MB, algorithm: ring}\n"
                                              "  small: {kind: all-reduce, on: g, bytes: 4 B, algorithm: ring, after: sum}\n");
    const lw_workload_result *sum = workload_of(&result.point[0], "sum"), *small = workload_of(&result.point[0], "small");
    assert_string_equal(sum->lifted.what, "links.l");
    // 60 ms of bytes and six steps of two microseconds become 60 us and the steps
    assert_close((double)(sum->end_ps - sum->start_ps) / 1e9, 60.012, 1e-3);
    assert_close((double)sum->lifted.time_ps / 1e9, 0.072, 1e-2);
    assert_string_equal(then_limited(&test, sum), "links.l[0] g[0]->s: channel");
    assert_null(small->lifted.what);  // its steps are no link's fault
    assert_close(lw_lifted_speedup(small), 1, 1e-12);
    lw_test_end(&test);
}

static void engines_windows_and_cores_are_lifted(void **state) {
    (void)state;
    static const struct {
        const char *text, *workload, *what;
        double least, most;
    } cases[] = {
        // the third of three copies waits for two others
        {"nodes: {a: {kind: gpu, copy_engines: 2}, b: {kind: gpu, count: 3}}\n"
         "links: {l: {between: [a, b], type: nvlink, gen: 4, links: 2}}\n"
         "workloads: {x: {kind: copy, from: a, to: 'b[0]', bytes: 8 MiB}, y: {kind: copy, from: a, to: 'b[1]', bytes: 8 MiB},\n"
         "  z: {kind: copy, from: a, to: 'b[2]', bytes: 8 MiB}}\n",
         "z", "nodes.a copy engines", 2.9, 3.1},
        {"nodes: {host: {kind: host}, gpu: {kind: gpu, copy_rate_h2d: 2 GB/s}}\n"
         "links: {l: {between: [host, gpu], type: link, rate: 4 GB/s, latency: 0 ns}}\n"
         "workloads: {w: {kind: copy, from: host, to: gpu, bytes: 64 MiB}}\n",
         "w", "nodes.gpu copy engine", 1.9, 2.1},
        {"nodes: {host: {kind: host}, gpu: {kind: gpu, tags: 4}}\n"
         "links: {l: {between: [host, gpu], preset: pcie-4-x16}}\n"
         "workloads: {w: {kind: copy, from: host, to: gpu, bytes: 64 MiB}}\n",
         "w", "links.l window", 1.5, 100},
        {"nodes: {host: {kind: host, cpu_copy_rate: 2 GB/s}, gpu: {kind: gpu}}\n"
         "links: {l: {between: [host, gpu], type: link, rate: 8 GB/s, latency: 0 ns}}\n"
         "workloads: {w: {kind: copy, from: host, to: gpu, bytes: 64 MiB, memory: pageable}}\n",
         "w", "nodes.host cpu copy", 1.2, 100},
        {"nodes: {host: {kind: host, root_out_rate: 4 GB/s}, gpu: {kind: gpu}}\n"
         "links: {l: {between: [host, gpu], preset: pcie-4-x4}}\n"
         "workloads: {w: {kind: copy, from: host, to: gpu, bytes: 64 MiB}}\n",
         "w", "nodes.host root complex", 1.7, 1.9},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        lw_test test = lw_test_begin();
        const lw_result result = lift_text(&test, cases[i].text);
        const lw_workload_result *w = workload_of(&result.point[0], cases[i].workload);
        if (w->lifted.what == NULL) {
            fail_msg("case %zu: limited by %s", i, lw_limit_text(&w->limit, test.arena));
        }
        assert_string_equal(w->lifted.what, cases[i].what);
        if (lw_lifted_speedup(w) < cases[i].least || lw_lifted_speedup(w) > cases[i].most) {
            fail_msg("case %zu: %g times", i, lw_lifted_speedup(w));
        }
        lw_test_end(&test);
    }
}

// Nobody asked: no run beside the one.
static void without_the_flag_nothing_is_lifted(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const lw_result result = run_text(&test, CHAIN("1 GB/s", "4 GB/s"));
    assert_null(result.point[0].workload[0].lifted.what);
    lw_test_end(&test);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_next_limit_decides),
        cmocka_unit_test(all_of_a_group_are_lifted),
        cmocka_unit_test(engines_windows_and_cores_are_lifted),
        cmocka_unit_test(without_the_flag_nothing_is_lifted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
