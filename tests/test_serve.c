// SPDX-License-Identifier: GPL-3.0-or-later
// A server of a language model, against what can be reckoned by hand.
#include <math.h>

#include "sim/result/metric_table.h"
#include "sim/workload/llm/serving.h"
#include "tests/scenario_helpers.h"

static const char machine[] =
    "nodes: {gpus: {kind: gpu, count: 2, memory_rate: 1 GB/s, compute_rate: 1 GFLOP/s, api: cuda, p2p: true, "
    "memory_size: 10 kB}}\n"
    "links: {pair: {between: ['gpus[0]', 'gpus[1]'], type: link, rate: 1 GB/s, latency: 1 us}}\n"
    "models: {m: {type: transformer, layers: 2, hidden: 8, ffn: 16, heads: 4, kv_heads: 2, head_dim: 2, vocabulary: 100}}\n"
    "runtimes: {r: {type: inference, layer_time: 3 us, step_time: 5 us, hop_time: 7 us, micro_batch: 8}}\n"
    "workloads:\n  w: {kind: %s, model: m, runtime: r, %s}\n";

static double told(const char *kind, const char *metric, const char *keys) {
    lw_test test = lw_test_begin();
    const lw_result result = run_text(&test, lw_arena_print(test.arena, machine, kind, keys));
    double value;
    assert_true(lw_metric_of_workload(lw_metric_find(metric, LW_OF_WORKLOAD, workload_of(&result.point[0], "w")->own),
                                      workload_of(&result.point[0], "w"), &value));
    lw_test_end(&test);
    return value;
}

static void near(double is, double wanted, double part) {
    if (!(fabs(is - wanted) <= part * fabs(wanted))) {
        fail_msg("%.9g, not %.9g", is, wanted);
    }
}

// A request that waits for nobody takes what reading its prompt and writing the rest take, by each split.
static void one_alone_is_prefill_and_decode(void **state) {
    (void)state;
    static const char *const on[] = {"on: 'gpus[0]'", "on: gpus", "on: gpus, split: tensor, library: none"};
    for (size_t i = 0; i < sizeof on / sizeof on[0]; i++) {
        char keys[128];
        (void)snprintf(keys, sizeof keys, "%s, requests: 1, prompt: 16, output: 11", on[i]);
        const double first = told("llm-serve", "first_token_us", keys), later = told("llm-serve", "later_token_us", keys);
        (void)snprintf(keys, sizeof keys, "%s, tokens: 16", on[i]);
        near(first, told("llm-prefill", "time_us", keys), 1e-6);
        (void)snprintf(keys, sizeof keys, "%s, context: 16, tokens: 10", on[i]);
        near(later, told("llm-decode", "token_us", keys), 1e-6);
    }
}

// Many at once are as fast as the full batch of llm-decode, but for reading prompts.
static void a_full_server_writes_full_batches(void **state) {
    (void)state;
    static const char keys[] = "on: gpus, kv_in: '', memory: 100 %, requests: 40, batch: 4, prompt: 1, output: 20, kv: q4_0";
    const double later = told("llm-decode", "token_us", "on: gpus, batch: 4, context: 1, tokens: 19, kv: q4_0");
    near(told("llm-serve", "later_token_us", keys), later, 1e-6);
    near(told("llm-serve", "together", keys), 4, 1e-9);
    near(told("llm-serve", "busy_percent", keys), 100, 1e-9);
    near(told("llm-serve", "served_tokens_per_s", keys), 4e6 / later, 0.1);
}

// 10,000 B of a card less 5,504 B of weights, at 32 B a token in two layers: 140 tokens, or 281 of half as many.
static void memory_bounds_how_many_are_served(void **state) {
    (void)state;
    static const char keys[] = "on: 'gpus[0]', memory: 100 %%, requests: 10, prompt: 32, output: 31, kv: %s";
    char each[128];
    (void)snprintf(each, sizeof each, keys, "f16");
    near(told("llm-serve", "together", each), 2, 1e-9);
    (void)snprintf(each, sizeof each, keys, "fp8");
    near(told("llm-serve", "together", each), 10 / 3.0, 0.1);  // 4, 4 and 2, which are done sooner
}

// Times by hand: an iteration that writes takes 10, one that reads as long as it has tokens.
static lw_served serve(lw_request *request, size_t count, int64_t batch, int64_t budget, int64_t room, bool prompts_first) {
    static lw_iteration_time write[] = {{1, 10, 0}}, read[] = {{0, 0, 0}, {1000, 1000, 0}};
    static size_t running[65536];
    static lw_weighted sample[65536];
    lw_serving serving = {.request = request,
                          .count = count,
                          .batch = batch,
                          .budget = budget,
                          .room = room,
                          .prompts_first = prompts_first,
                          .write = {write, 1},
                          .read = {read, 2},
                          .running = running,
                          .sample = sample};
    return lw_serve(&serving);
}

static void prompts_in_chunks_or_first(void **state) {
    (void)state;
    lw_request two[] = {{0, 4, 3, 0, 0, 0, 0}, {5, 8, 1, 0, 0, 0, 0}};
    // 4 read, one written to 14; 1 and 3 of the second prompt to 18, the other 5 in two to 23
    lw_served served = serve(two, 2, 8, 4, INT64_MAX, false);
    assert_true(two[0].first_ps == 4 && two[0].end_ps == 18 && two[1].first_ps == 23 && two[1].end_ps == 23);
    assert_true(served.written == 4 && served.busy_ps == 23 && served.later_ps.count == 1 && served.later_ps.mean == 7);
    // the whole second prompt from 14 to 22, then the first goes on
    served = serve(two, 2, 8, 4, INT64_MAX, true);
    assert_true(two[0].end_ps == 32 && two[1].first_ps == 22 && served.limit == LW_SERVING_ARRIVALS);
    // room for one: the second begins when the first has ended, at 24
    served = serve(two, 2, 8, 4, 15, false);
    assert_true(two[0].end_ps == 24 && two[1].end_ps == 32 && served.limit == LW_SERVING_ARRIVALS);
    lw_request three[] = {{0, 4, 9, 0, 0, 0, 0}, {0, 4, 9, 0, 0, 0, 0}, {0, 4, 9, 0, 0, 0, 0}};
    assert_int_equal(serve(three, 3, 1, 4, INT64_MAX, false).limit, LW_SERVING_BATCH);
    assert_int_equal(serve(three, 3, 8, 8, 13, false).limit, LW_SERVING_MEMORY);
}

// One at a time, of equal length, at random times: the mean is that of an M/D/1 queue, D (1 + r / 2 (1 - r)),
// and as many are served, on the average, as come while one is (Little's law).
static void queues_are_those_of_theory(void **state) {
    (void)state;
    enum { COUNT = 60000 };
    static lw_request request[COUNT];
    uint64_t random = 1;
    double at = 0;
    for (size_t i = 0; i < COUNT; i++) {
        random = lw_mix(random + i);
        at -= 200 * log(((double)(random >> 11) + 0.5) / 0x1p53);
        request[i] = (lw_request){.arrives_ps = llround(at), .prompt = 100, .output = 1};
    }
    lw_served served = serve(request, COUNT, 1, 1000, INT64_MAX, false);
    near(served.whole_ps.mean, 100 * (1 + 0.5 / (2 * 0.5)), 0.03);
    near(served.busy_ps / served.end_ps, 0.5, 0.02);
    near(served.together * served.busy_ps, COUNT * 100.0, 1e-9);
}

static void wrong_ones_are_told(void **state) {
    (void)state;
    static const struct {
        const char *keys, *message;
    } cases[] = {
        {"on: 'gpus[0]', prompt: 200",
         "6:50: workloads.w: beside 0.0 GB of weights 90 % of the cards' memory has room for the keys and values of 109 tokens, "
         "and a request has 328 | take more cards, fewer bits (quantisation, kv), or shorter prompts"},
        {"on: gpus, batch: 8, budget: 4",
         "6:74: an iteration of 4 tokens has no room for one of each of 8 requests | raise it, or lower batch"},
        {"on: gpus, at: 3 ms", "6:60: 'at' is a list of times | write at: [0 ms, 3 ms, 8 ms]"},
        {"on: gpus, at: [3 ms], every: 2 ms", NULL},
        {"on: gpus, at: [3 ms], requests: 2", NULL},
        {"on: gpus, arrivals: poisson", "6:66: how many arrive is not said | add every: 1 s"},
        {"on: gpus, requests: 100000", NULL},
        {"on: gpus, prompt: []", NULL},
        {"on: gpus, prompt: [8, 0]", NULL},
        {"on: gpus, output: {a: 1}", NULL},
        {"on: gpus, requests: 60000, prompt: 1, output: 100000000", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lw_test test = lw_test_begin();
        const lw_document *document;
        lw_result result;
        const lw_run run = {.threads = 1};
        lw_status status = try_load(&test, lw_arena_print(test.arena, machine, "llm-serve", cases[i].keys), NULL, &document);
        status = status == LW_OK ? lw_scenario_run(document, &run, test.arena, test.diags, &result) : status;
        assert_int_equal(status, LW_BAD_INPUT);
        if (cases[i].message != NULL) {
            assert_diag(&test, 0, cases[i].message);
        }
        lw_test_end(&test);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_alone_is_prefill_and_decode),   cmocka_unit_test(a_full_server_writes_full_batches),
        cmocka_unit_test(memory_bounds_how_many_are_served), cmocka_unit_test(prompts_in_chunks_or_first),
        cmocka_unit_test(queues_are_those_of_theory),        cmocka_unit_test(wrong_ones_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
