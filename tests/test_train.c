// SPDX-License-Identifier: GPL-3.0-or-later
// Steps that train a model, against closed forms.
#include <math.h>
#include <string.h>

#include "sim/result/metric_table.h"
#include "tests/scenario_helpers.h"

// Four cards on a switch, 1 GB/s and 1 us each way. A network of four layers: 4,000,000 parameters, and 6 MFLOP
// a sample, forward; at 50 % of 1 TFLOP/s a layer of a sample takes 3 us, forward.
static const char machine[] =
    "nodes: {sw: {kind: switch, latency: 0 ns}, gpus: {kind: gpu, count: 4, memory_rate: 1 TB/s, "
    "compute_rate: 1 TFLOP/s, p2p: true}, slow: {kind: gpu, memory_rate: 1 TB/s, compute_rate: 0.5 TFLOP/s, p2p: true}, "
    "host: {kind: host}}\n"
    "links: {l: {between: [gpus, sw], type: link, rate: 1 GB/s, latency: 0 ns}, h: {between: [host, sw], type: link, rate: 1 "
    "GB/s, latency: 0 ns}, s: {between: [slow, sw], type: link, rate: 1 GB/s, latency: 0 ns}}\n"
    "models: {n: {type: network, parameters: 4e6, forward: 6 MFLOP, layers: 4, between: 1 B}, "
    "m: {type: transformer, layers: 2, hidden: 8, ffn: 16, heads: 4, kv_heads: 2, head_dim: 2, vocabulary: 100%s}}\n"
    "runtimes: {r: {type: training, flops_share: 50 %%, optimizer_bytes: 0 B}}\n"
    "workloads:\n  w: {kind: train-step, runtime: r, library: none, %s%s}\n";

// What a metric of its own is with these keys.
static double metric(const char *more, const char *keys, const char *name) {
    lw_test test = lw_test_begin();
    const char *text = lw_arena_print(test.arena, machine, more, strstr(keys, "on: ") != NULL ? "" : "on: gpus, ", keys);
    assert_non_null(text);
    const lw_result result = run_text(&test, text);
    const lw_workload_result *row = workload_of(&result.point[0], "w");
    double value = NAN;
    assert_true(lw_metric_of_workload(lw_metric_find(name, LW_OF_WORKLOAD, row->own), row, &value));
    lw_test_end(&test);
    return value;
}

static void near(double is, double wanted, double within) {
    if (!(fabs(is - wanted) <= within * wanted)) {
        fail_msg("%.9g, not %.9g", is, wanted);
    }
}

// Forward 12 us a sample, backward twice as much, on each card its quarter of the samples.
static void operations_are_counted(void **state) {
    (void)state;
    near(metric("", "model: n, on: 'gpus[0]', batch: 10", "step_us"), 10 * 36, 1e-6);
    near(metric("", "model: n, on: 'gpus[0]', batch: 10, micro_batches: 5", "step_us"), 10 * 36, 1e-6);
    near(metric("", "model: n, on: 'gpus[0]', batch: 10, recompute: 100 %", "step_us"), 10 * 48, 1e-6);
    near(metric("", "model: n, on: 'gpus[0]', batch: 10, mfu: 25 %", "step_us"), 10 * 72, 1e-6);
    near(metric("", "model: n, on: 'gpus[0]', batch: 10", "samples_per_s"), 1e6 / 36, 1e-6);
    // 6 operations a weight and token, 12 x hidden x sequence of attention: 2 x 576 + 800 weights
    const double flops = 10 * 32 * (6 * (2 * 576 + 800.0) + 12 * 2 * 8 * 32.0);
    near(metric("", "model: m, on: 'gpus[0]', batch: 10, sequence: 32", "step_us"), flops / 0.5e6, 1e-5);
    near(metric("", "model: m, on: 'gpus[0]', batch: 10, sequence: 32", "trained_tokens_per_s"), 320 / (flops / 0.5e12), 1e-5);
    // adapters: 4 operations a weight and token, and of attention two thirds
    near(metric("", "model: m, on: 'gpus[0]', batch: 10, sequence: 32, lora: 4", "step_us"), flops / 0.5e6 * 2 / 3, 1e-5);
}

// A ring carries 2 (n - 1) / n of the gradients over each link: 16 MB, 24,000 us; reduce-scatter and
// all-gather half of it each.
static void rings_carry_gradients(void **state) {
    (void)state;
    const double compute = 36, sum = 2 * 0.75 * 16000;
    near(metric("", "model: n, batch: 4, bucket: 16 MB", "step_us"), compute + sum, 2e-3);
    near(metric("", "model: n, batch: 4, bucket: 16 MB, gradients: bf16", "step_us"), compute + sum / 2, 2e-3);
    near(metric("", "model: n, batch: 4, bucket: 16 MB, parallel: zero-1", "step_us"), compute + sum / 2 + 0.75 * 8000, 2e-3);
    // two passes of half as many samples, of which the last alone sums; zero-2 sums in both
    near(metric("", "model: n, batch: 4, bucket: 16 MB, micro_batches: 2", "step_us"), compute + sum, 2e-3);
    near(metric("", "model: n, batch: 4, bucket: 16 MB, micro_batches: 2, parallel: zero-2", "step_us"),
         compute + 2 * sum / 2 + 0.75 * 8000, 2e-3);
    // weights in 16 bits are gathered twice: three times 3/4 of the parameters
    near(metric("", "model: n, batch: 4, parallel: zero-3, gradients: bf16, prefetch: 0", "step_us"), compute + 3 * 0.75 * 8000,
         2e-3);
}

// Four buckets: all but the last hide behind a backward pass that is long enough, or none does.
static void buckets_hide(void **state) {
    (void)state;
    const double forward = 12000, bucket = 2 * 0.75 * 4000;
    near(metric("", "model: n, batch: 4000, bucket: 4 MB, gradients: fp32", "step_us"), 3 * forward + bucket, 1e-3);
    near(metric("", "model: n, batch: 4000, bucket: 4 MB, gradients: fp32, overlap: false", "step_us"), 3 * forward + 4 * bucket,
         1e-3);
    near(metric("", "model: n, batch: 4000, bucket: 4 MB, gradients: fp32", "idle_share"), bucket / (3 * forward + bucket), 1e-2);
    // gradients are there one bucket after the other: the first is summed a quarter of the pass later
    near(metric("", "model: n, batch: 400, bucket: 4 MB, gradients: fp32", "step_us"), 1200 + 600 + 4 * bucket, 1e-3);
}

// The weights of a layer come while the one before is computed: of eight gathers of 2 MB those that begin a pass
// show, and the last sum. With none ahead all show, and three of them share the links with a sum.
static void weights_come_ahead(void **state) {
    (void)state;
    const double compute = 3 * 12000, part = 0.75 * 2000;
    near(metric("", "model: n, batch: 4000, parallel: zero-3, gradients: bf16", "step_us"), compute + 2 * part + part, 2e-3);
    near(metric("", "model: n, batch: 4000, parallel: zero-3, gradients: bf16, prefetch: 0", "step_us"), compute + 12 * part,
         1e-3);
}

// Each card has as many samples, and the slowest sets the pace.
static void cards_may_differ(void **state) {
    (void)state;
    const char *const keys = "model: n, on: ['gpus[0]', slow], batch: 2000, bucket: 4 MB";
    near(metric("", keys, "step_us"), 1000 * 72 + 4000, 1e-3);
    near(metric("", keys, "idle_share"), 4000.0 / 76000, 1e-2);
}

// (p - 1) / (m + p - 1), whichever schedule.
static void bubbles_are_as_reckoned(void **state) {
    (void)state;
    near(metric("", "model: n, batch: 6000, micro_batches: 6, parallel: pipeline", "idle_share"), 3.0 / 9, 1e-3);
    near(metric("", "model: n, batch: 6000, micro_batches: 6, parallel: pipeline, schedule: gpipe", "idle_share"), 3.0 / 9, 1e-3);
    near(metric("", "model: n, batch: 2000, micro_batches: 2, parallel: pipeline", "idle_share"), 3.0 / 5, 1e-3);
    near(metric("", "model: n, batch: 1000, parallel: pipeline", "idle_share"), 3.0 / 4, 1e-3);
}

// Four sums a layer of batch x sequence x hidden numbers in 16 bits, one behind the table and one before the
// output matrix.
static void matrices_in_parts(void **state) {
    (void)state;
    const double vector = 1000 * 32 * 8 * 2, sum = 2 * 0.75 * vector / 1000;
    const double compute = 1000 * 32 * (6 * (2 * 576 + 800.0) + 12 * 2 * 8 * 32.0) / 0.5e6 / 4;
    near(metric("", "model: m, batch: 1000, sequence: 32, parallel: tensor", "step_us"), compute + 10 * sum, 1e-3);
    const double again = 1000 * 32 * (2 * 2 * 576 + 4 * 2 * 8 * 32.0) / 0.5e6 / 4;
    near(metric("", "model: m, batch: 1000, sequence: 32, parallel: tensor, recompute: 100 %", "step_us"),
         compute + again + 14 * sum, 1e-3);
}

// The gradients of the embedding table come last and nothing hides them; where it is the output matrix, too,
// there are no others of it.
static void tables_come_last(void **state) {
    (void)state;
    const char *const keys = "model: m, batch: 4, sequence: 1, bucket: 1 GB";
    const double ring = 2 * 0.75 * 4 / 1000;
    const double flops = 6 * (2 * 576 + 800.0) + 12 * 2 * 8;
    near(metric("", keys, "step_us"), flops / 0.5e6 + ring * (2 * 576 + 2 * 800), 2e-2);
    near(metric(", tied: true", keys, "step_us"), flops / 0.5e6 + ring * (2 * 576 + 800), 2e-2);
    // adapters of rank 1: 2 x (8 + 8) + 2 x (8 + 4) + 3 x (8 + 16) = 128 a layer
    near(metric("", "model: m, batch: 4, sequence: 1, lora: 1", "step_us"), flops / 0.5e6 * 2 / 3 + ring * 2 * 128, 5e-2);
}

// Samples come from the host, 1 GB/s over one link, while those of the step before are computed.
static void samples_are_loaded(void **state) {
    (void)state;
    near(metric("", "model: n, on: 'gpus[0]', batch: 100, input: 10 kB, steps: 100", "step_us"), 3600 + 1000.0 / 100, 1e-3);
    near(metric("", "model: n, on: 'gpus[0]', batch: 100, input: 100 kB, steps: 100", "step_us"), 10000 + 3600.0 / 100, 2e-3);
}

static void wrong_ones_are_told(void **state) {
    (void)state;
    static const struct {
        const char *keys, *message;
    } cases[] = {
        {"model: m, batch: 4", "6:69: workloads.w: how many tokens a sample has is not said | add sequence: 2048"},
        {"model: n, batch: 4, sequence: 3",
         "6:92: workloads.w: its samples have no tokens | leave it out: the model says what a sample takes"},
        {"model: n, batch: 4, lora: 3",
         "6:88: workloads.w: the matrices of the model are not known | give the model how many of its parameters are trained"},
        {"model: n, batch: 4, parallel: tensor", "6:92: workloads.w: the matrices of the model are not known | take ddp"},
        {"model: n, batch: 4, micro_batches: 5", "6:97: 5 pieces of 4 samples | raise batch, which counts all samples of a step"},
        {"model: m, batch: 4, sequence: 1, parallel: pipeline", NULL},
        {"model: n, batch: 4000, micro_batches: 4000, parallel: pipeline", NULL},
        {"model: nobody, batch: 4", NULL},
        {"model: n, runtime: llama-cpp-2024-05, batch: 4", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lw_test test = lw_test_begin();
        const lw_document *document;
        lw_result result;
        const lw_run run = {.threads = 1};
        lw_status status = try_load(&test, lw_arena_print(test.arena, machine, "", "on: gpus, ", cases[i].keys), NULL, &document);
        status = status == LW_OK ? lw_scenario_run(document, &run, test.arena, test.diags, &result) : status;
        assert_int_equal(status, LW_BAD_INPUT);
        if (cases[i].message != NULL) {
            assert_diag(&test, 0, cases[i].message);
        }
        lw_test_end(&test);
    }
}

// What a card keeps is what it must hold: with a byte less the step is refused, and told what would fit.
static void what_does_not_fit_is_refused(void **state) {
    (void)state;
    static const struct {
        const char *keys;
        long long bytes;
        const char *hint;
    } cases[] = {
        {"model: n, batch: 4", 64000000, "take parallel: zero-1"},
        {"model: n, batch: 4, parallel: zero-1", 28000000, "take parallel: zero-2"},
        {"model: n, batch: 4, parallel: zero-2", 22000000, "take parallel: zero-3"},
        {"model: n, batch: 4, parallel: zero-3", 16000000 + 3000000, "take more cards, a smaller batch, or adapters (lora: 16)"},
        // 2,752 weights; 10 samples of 32 tokens, 8 numbers in each of two layers and 100 logits each
        {"model: m, on: 'gpus[0]', sequence: 32, batch: 10", 2752 * 16 + 10 * (2 * 256 * 34 + 12800), "take micro_batches: 10"},
        {"model: m, on: 'gpus[0]', sequence: 32, batch: 10, micro_batches: 10", 2752 * 16 + 2 * 256 * 34 + 12800,
         "take recompute: 100 %"},
        {"model: m, on: 'gpus[0]', sequence: 32, batch: 10, micro_batches: 10, recompute: 100 %", 2752 * 16 + 2 * 256 * 2 + 12800,
         "take more cards, a smaller batch, or adapters (lora: 16)"},
        {"model: m, on: 'gpus[0]', sequence: 32, batch: 1, lora: 4", 2752 * 2 + 1024 * 16 + 2 * 256 * 34 + 12800,
         "take recompute: 100 %"},
        {"model: m, sequence: 32, batch: 4, parallel: tensor", 2752 * 4 + 4 * (2 * 256 * 16 + 3200), "take micro_batches: 4"},
        // the last of two stages: a layer and the output matrix, and one piece under way
        {"model: m, on: ['gpus[0]', 'gpus[1]'], sequence: 32, batch: 4, micro_batches: 4, parallel: pipeline",
         1376 * 16 + 256 * 34 + 12800, "take recompute: 100 %"},
        // all four pieces of GPipe
        {"model: m, on: ['gpus[0]', 'gpus[1]'], sequence: 32, batch: 4, micro_batches: 4, parallel: pipeline, schedule: gpipe",
         1376 * 16 + 4 * 256 * 34 + 12800, "take recompute: 100 %"},
    };
    for (size_t i = 0; i < 2 * sizeof cases / sizeof cases[0]; i++) {
        lw_test test = lw_test_begin();
        const lw_document *document;
        lw_result result;
        const lw_run run = {.threads = 1};
        const char *keys = cases[i / 2].keys;
        char *text = lw_arena_print(test.arena, machine, "", strstr(keys, "on: ") != NULL ? "" : "on: gpus, ", keys);
        char *at = strstr(text, "count: 4, ");
        text = lw_arena_print(test.arena, "%.*scount: 4, memory_size: %lld B, %s", (int)(at - text), text,
                              cases[i / 2].bytes - (long long)(i % 2), at + strlen("count: 4, "));
        lw_status status = try_load(&test, text, NULL, &document);
        status = status == LW_OK ? lw_scenario_run(document, &run, test.arena, test.diags, &result) : status;
        if (status != (i % 2 == 0 ? LW_OK : LW_BAD_INPUT)) {
            fail_msg("%s at %lld B: %s", keys, cases[i / 2].bytes - (long long)(i % 2),
                     lw_diags_count(test.diags) > 0 ? lw_diags_at(test.diags, 0)->message : "");
        }
        if (i % 2 == 1) {
            assert_string_equal(lw_diags_at(test.diags, 0)->hint, cases[i / 2].hint);
        }
        lw_test_end(&test);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(operations_are_counted),
        cmocka_unit_test(rings_carry_gradients),
        cmocka_unit_test(buckets_hide),
        cmocka_unit_test(weights_come_ahead),
        cmocka_unit_test(cards_may_differ),
        cmocka_unit_test(bubbles_are_as_reckoned),
        cmocka_unit_test(matrices_in_parts),
        cmocka_unit_test(tables_come_last),
        cmocka_unit_test(samples_are_loaded),
        cmocka_unit_test(wrong_ones_are_told),
        cmocka_unit_test(what_does_not_fit_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
