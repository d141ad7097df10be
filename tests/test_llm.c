// SPDX-License-Identifier: GPL-3.0-or-later
// Language models on cards, against what can be reckoned by hand.
#include <math.h>

#include "sim/result/metric_table.h"
#include "tests/scenario_helpers.h"

// Two layers of 8 x (2 x 8 + 2 x 4) + 3 x 8 x 16 = 576 weights, and 100 x 8 of the output: 1,952 x 2 B read.
static const char machine[] =
    "nodes: {host: {kind: host, memory_rate: 1 GB/s}, gpus: {kind: gpu, count: 2, memory_rate: 1 GB/s, compute_rate: 1 TFLOP/s, "
    "api: cuda, p2p: true, memory_size: 1 GB}}\n"
    "links: {pair: {between: ['gpus[0]', 'gpus[1]'], type: link, rate: 1 GB/s, latency: 1 us}, "
    "slots: {between: [host, 'gpus[0]'], type: link, rate: 0.5 GB/s}}\n"
    "models: {m: {type: transformer, layers: 2, hidden: 8, ffn: 16, heads: 4, kv_heads: 2, head_dim: 2, vocabulary: 100}}\n"
    "runtimes: {r: {type: inference, layer_time: 3 us, step_time: 5 us, hop_time: 7 us%s}}\n"
    "workloads:\n  w: {kind: %s, model: m, runtime: r, %s}\n";

static lw_result run_llm(lw_test *test, const char *runtime, const char *kind, const char *keys) {
    const char *text = lw_arena_print(test->arena, machine, runtime, kind, keys);
    assert_non_null(text);
    return run_text(test, text);
}

static double time_us(const char *runtime, const char *kind, const char *keys) {
    lw_test test = lw_test_begin();
    const lw_result result = run_llm(&test, runtime, kind, keys);
    const lw_workload_result *row = workload_of(&result.point[0], "w");
    const double us = (double)(row->end_ps - row->start_ps) / 1e6;
    lw_test_end(&test);
    return us;
}

static void near(double is, double wanted) {
    if (!(fabs(is - wanted) <= 1e-5 * wanted)) {
        fail_msg("%.9g us, not %.9g", is, wanted);
    }
}

// 1 GB/s are 1,000 B a microsecond.
static const double layer = 576 * 2 / 1000.0, head = 800 * 2 / 1000.0;

static void a_step_reads_all_weights(void **state) {
    (void)state;
    near(time_us("", "llm-decode", "on: 'gpus[0]', tokens: 10, context: 0"),
         10 * (2 * (layer + 3) + head + 5 + 2 * 5 * 8 * 2 / 1000.0));
    // half the rate, a context of 100 on the average, one in two numbers of 8.5 bits
    near(time_us(", weight_share: 50 %", "llm-decode", "on: 'gpus[0]', tokens: 2, context: 99, kv: q8_0"),
         2 * (2 * (2 * layer + 3) + 2 * head + 5 + 2 * 100 * 8 * 34 / 32.0 / 1000));
    // 16,000 B of weights where 1,952 + 800 of them are 2 B each
    near(time_us("", "llm-decode", "on: 'gpus[0]', tokens: 1, kv_in: '', file: 16000 B"),
         (2 * 576 + 800) * (16000 / (1952.0 + 800)) / 1000 + 6 + 5 + 2 * 0.5 * 8 * 2 / 1000);
}

static void layers_in_turn(void **state) {
    (void)state;
    // each has one layer; 16 B go over, which take 16 ns and 1 us
    near(time_us("", "llm-decode", "on: gpus, tokens: 1, context: 0"),
         2 * (layer + 3) + head + 5 + 7 + 1.016 + 2 * 0.5 * 8 * 2 / 1000);
    // all layers on the first but one of two
    near(time_us("", "llm-decode", "on: gpus, tokens: 1, context: 0, shares: [1, 3]"),
         time_us("", "llm-decode", "on: gpus, tokens: 1, context: 0"));
}

// A ring of two: each sum is two steps of half of 16 B; the gather of 200 B one of half.
static void parts_of_each_matrix(void **state) {
    (void)state;
    const double sum = 2 * (1 + 0.008), kv = 2 * 0.5 * 8 * 2 / 1000 / 2;
    near(time_us("", "llm-decode", "on: gpus, tokens: 1, context: 0, split: tensor, library: none"),
         2 * (layer / 2 + 3 + 2 * sum) + kv + head / 2 + 1.1 + 5 + 7);
    // three quarters of each matrix on one card
    near(time_us("", "llm-decode", "on: gpus, tokens: 1, context: 0, split: tensor, library: none, shares: [3, 1]"),
         2 * (layer * 0.75 + 3 + 2 * sum) + 1.5 * kv + head * 0.75 + 1.1 + 5 + 7);
}

static void layers_in_host_memory(void **state) {
    (void)state;
    const double kv = 2 * 0.5 * 8 * 2 / 1000;
    // one layer of two: 16 B down and up at 0.5 GB/s, and the host reads as fast as the card
    near(time_us("", "llm-decode", "on: 'gpus[0]', tokens: 1, offload: 50 %"), 2 * layer + 3 + head + 5 + kv / 2 + 2 * 0.032);
    // copied to the card, before it is computed
    near(time_us("", "llm-decode", "on: 'gpus[0]', tokens: 1, offload: 50 %, offloaded: streamed"),
         2 * (layer + 3) + head + 5 + kv + 2 * layer);
    // both layers, where the second comes while the first is computed
    near(time_us(", overlaps_streaming: true", "llm-decode", "on: 'gpus[0]', tokens: 1, offload: 100 %, offloaded: streamed"),
         2 * layer + 2 * (layer + 3) + head + 5 + kv);
}

// Two drafted tokens of which half are right: 1.75 tokens a step.
static void drafts(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const lw_result result =
        run_llm(&test, ", draft_cost: 10 %", "llm-decode", "on: 'gpus[0]', tokens: 7, drafted: 2, acceptance: 50 %, batch: 3");
    const lw_workload_result *row = workload_of(&result.point[0], "w");
    double tokens, token;
    assert_true(lw_metric_of_workload(lw_metric_find("tokens_per_s", LW_OF_WORKLOAD, row->own), row, &tokens));
    assert_true(lw_metric_of_workload(lw_metric_find("token_us", LW_OF_WORKLOAD, row->own), row, &token));
    near(tokens * token, 3e6);
    const double us = (double)(row->end_ps - row->start_ps) / 1e6;
    near(us, 4 * (1.2 * (2 * (layer + 3) + head + 2 * 3 * 3.5 * 8 * 2 / 1000) + 5));
    near(token, us / 7);
    lw_test_end(&test);
}

static void a_prompt_in_pieces(void **state) {
    (void)state;
    // 8 tokens at once: reading is far longer than arithmetic; 2 x 8 x 4 numbers of queries and 4 of context
    const double attention = 4 * 8 * 8 * 8 / 1e6, kv = 8 * 8 * 2 / 1000.0;
    near(time_us(", micro_batch: 8", "llm-prefill", "on: 'gpus[0]', tokens: 16"),
         2 * (2 * (layer + 3 + attention + kv) + 1.6) + 5);
    // unfused kernels move 10 B of each score, of 4 heads
    near(time_us(", micro_batch: 8, score_bytes: 10 B", "llm-prefill", "on: 'gpus[0]', tokens: 16"),
         2 * (2 * (layer + 3 + attention + kv + 10 * 4 * 8 * 8 / 1000.0) + 1.6) + 5);
}

// Of a prompt of 8 tokens a piece, one layer of piece n after 8 n + 4 others on the average.
static double layer_of_piece(int n) {
    return layer + 3 + (n + 0.5) * (4 * 8 * 8 * 8 / 1e6 + 8 * 8 * 2 / 1000.0);
}

static void pieces_follow_from_card_to_card(void **state) {
    (void)state;
    static const char keys[] = "on: gpus, tokens: 80", three[] = "on: gpus, tokens: 24";
    const double over = 7 + 1.128, out = 1.6, first = layer_of_piece(0), last = layer_of_piece(2);
    double all = 0;
    for (int n = 0; n < 10; n++) {
        all += layer_of_piece(n);
    }
    // the second card, which has the output matrix, is never idle
    near(time_us(", micro_batch: 8", "llm-prefill", keys), first + over + all + 10 * out + 5);
    // both layers on the first card: the output takes the place of one on the second
    near(time_us(", micro_batch: 8, output_is_a_layer: true", "llm-prefill", keys), 2 * all + over + out + 5);
    // what is handed out waits for the piece before on the second card, so that the third begins late
    const double late = first + over + first + out + last + over + last + out + 5;
    near(time_us(", micro_batch: 8, pieces_ahead: 1", "llm-prefill", three), late);
    near(time_us(", micro_batch: 8, launch_queue: 2, layer_launches: 2", "llm-prefill", three), late);
    // a queue of one and a half layers: for half of the layer before
    near(time_us(", micro_batch: 8, launch_queue: 3, layer_launches: 2", "llm-prefill", three), late - first / 2 - out);
    // 2,500 pieces are written as a loop, each as long as the mean
    const double mean = layer + 3 + 1250 * (4 * 8 * 8 * 8 / 1e6 + 8 * 8 * 2 / 1000.0);
    near(time_us(", micro_batch: 8, pieces_ahead: 4, launch_queue: 30", "llm-prefill", "on: gpus, tokens: 20000"),
         mean + over + 2500 * (mean + out) + 5);
}

static void wrong_ones_are_told(void **state) {
    (void)state;
    static const struct {
        const char *keys, *message;
    } cases[] = {
        {"on: gpus, split: tensor, offload: 10 %",
         "6:81: workloads.w: layers in host memory are split by layers | take split: layer"},
        {"on: gpus, split: expert", "6:64: workloads.w: the model 'm' has no experts | take split: tensor"},
        {"on: gpus, shares: [1]", "6:65: 'shares' takes a list of 2 numbers, one a card | write shares: [3, 1]"},
        {"on: gpus, shares: [1, 0]", "6:69: a share is a number above 0 | write shares: [3, 1]"},
        {"on: gpus, model: n", NULL},
        {"on: gpus, batch: 1000000000, context: 100000000", NULL},
        {"on: nobody", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lw_test test = lw_test_begin();
        const lw_document *document;
        lw_result result;
        const lw_run run = {.threads = 1};
        lw_status status = try_load(&test, lw_arena_print(test.arena, machine, "", "llm-decode", cases[i].keys), NULL, &document);
        status = status == LW_OK ? lw_scenario_run(document, &run, test.arena, test.diags, &result) : status;
        assert_int_equal(status, LW_BAD_INPUT);
        if (cases[i].message != NULL) {
            assert_diag(&test, 0, cases[i].message);
        }
        lw_test_end(&test);
    }
}

// What cards hold: the sums that the models publish.
static void models_have_their_weights(void **state) {
    (void)state;
    static const struct {
        const char *model;
        double gigabytes;  // of weights in 16 bits: read by 10,000 requests at once, but for the embedding table
    } cases[] = {{"llama-3-8b", 2 * (8.030 - 0.525)},
                 {"llama-3-70b", 2 * (70.55 - 1.051)},
                 {"mixtral-8x7b", 2 * (46.70 - 0.131)},
                 {"qwen3-32b", 2 * (32.76 - 0.778)},
                 {"gpt-2", 2 * 0.1244},
                 {"qwen3-235b-a22b", 2 * (235.1 - 0.622)}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lw_test test = lw_test_begin();
        const char *text =
            lw_arena_print(test.arena,
                           "nodes: {gpu: {kind: gpu, memory_rate: 1 TB/s}}\nworkloads: {w: {kind: llm-decode, model: "
                           "%s, runtime: r, on: gpu, tokens: 1, batch: 10000, kv: q4_0, kv_in: ''}}\n"
                           "runtimes: {r: {type: inference, kv_share: 1}}\n",
                           cases[i].model);
        const lw_result result = run_text(&test, text);
        const lw_workload_result *row = workload_of(&result.point[0], "w");
        const double ms = (double)(row->end_ps - row->start_ps) / 1e9;
        // half a token of context of 10,000 requests is up to 1 GB of keys and values
        assert_true(ms > cases[i].gigabytes * 0.995 && ms < cases[i].gigabytes * 1.01 + 1.2);
        lw_test_end(&test);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_step_reads_all_weights),
        cmocka_unit_test(layers_in_turn),
        cmocka_unit_test(parts_of_each_matrix),
        cmocka_unit_test(layers_in_host_memory),
        cmocka_unit_test(drafts),
        cmocka_unit_test(a_prompt_in_pieces),
        cmocka_unit_test(pieces_follow_from_card_to_card),
        cmocka_unit_test(wrong_ones_are_told),
        cmocka_unit_test(models_have_their_weights),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
