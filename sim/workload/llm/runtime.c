// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/workload/llm/runtime.h"

#include "sim/workload/kind.h"
#include "sim/workload/llm/training.h"

double lw_llm_weight_share(const lw_llm_runtime *runtime, const lw_node_params *card) {
    const double own = card->compute_capability == 80   ? runtime->weight_share_sm80
                       : card->compute_capability == 86 ? runtime->weight_share_sm86
                       : card->api == LW_API_HIP        ? runtime->weight_share_hip
                                                        : runtime->weight_share;
    return lw_is_auto(own) ? runtime->weight_share : own;
}

double lw_llm_flops_rate(const lw_llm_runtime *runtime, const lw_node_params *card) {
    const bool half = runtime->half_sums && card->half_sum_rate_FLOPps != LW_AUTO;
    return (double)(half ? card->half_sum_rate_FLOPps : card->compute_rate_FLOPps);
}

double lw_llm_flops_share(const lw_llm_runtime *runtime, const lw_node_params *card) {
    const double own = card->half_sum_rate_FLOPps == LW_AUTO ? runtime->flops_share_wide : runtime->flops_share;
    return lw_is_auto(own) ? runtime->flops_share : own;
}

#define AT(field) offsetof(lw_llm_runtime, field)
#define SHARE(word, field, otherwise, says, from)                                                                      \
    {                                                                                                                  \
        .key = (word), .kind = LW_OPTION_QUANTITY_REAL, .offset = AT(field), .fallback = (otherwise), .minimum = 0.01, \
        .maximum = 1, .help = (says), .source = (from), .evidence = LW_ASSUMED, .fitted = true                         \
    }
#define TAKES(word, field, otherwise, says, from)                                                                          \
    {                                                                                                                      \
        .key = (word), .kind = LW_OPTION_QUANTITY_INT, .dimension = LW_TIME, .offset = AT(field), .fallback = (otherwise), \
        .maximum = 1e12, .help = (says), .source = (from), .evidence = LW_ASSUMED, .fitted = true                          \
    }
#define COUNT(word, field, otherwise, says)                                                                                   \
    {                                                                                                                         \
        .key = (word), .kind = LW_OPTION_INTEGER, .offset = AT(field), .fallback = (otherwise), .minimum = 1, .maximum = 1e6, \
        .help = (says), .source = none, .evidence = LW_ASSUMED                                                                \
    }
static const char none[] = "none: nothing is taken without a preset";
static const lw_option options[] = {
    SHARE("weight_share", weight_share, "1", "share of memory_rate at which a card reads weights", none),
    SHARE("weight_share_sm80", weight_share_sm80, "auto", "the same of cards with compute_capability 80 (A100); auto: that",
          none),
    SHARE("weight_share_sm86", weight_share_sm86, "auto", "the same of those with 86 (RTX 30, A6000); auto: that", none),
    SHARE("weight_share_hip", weight_share_hip, "auto", "the same of cards whose api is hip; auto: that", none),
    SHARE("kv_share", kv_share, "1", "share of memory_rate at which it reads keys and values of attention", none),
    {.key = "low_bits_cost",
     .kind = LW_OPTION_QUANTITY_REAL,
     .offset = AT(low_bits_cost),
     .fallback = "1",
     .minimum = 0.1,
     .maximum = 10,
     .help = "time of a byte of weights with less than four bits each, by that of other bytes",
     .source = none,
     .evidence = LW_ASSUMED,
     .fitted = true},
    TAKES("layer_time", layer_ps, "0 us", "of a layer besides its bytes: launches and small kernels", none),
    TAKES("packed_layer_time", packed_layer_ps, "0 us", "of a layer more where its weights are packed", none),
    TAKES("step_time", step_ps, "0 us", "of a step besides: sampling, the program itself", none),
    TAKES("hop_time", hop_ps, "0 us", "of going on to the next card besides the copy, and of every card more in a tensor split",
          none),
    TAKES("reduce_time", reduce_ps, "0 us", "of a sum over cards besides what the links take", none),
    SHARE("flops_share", flops_share, "1", "share of compute_rate in large products", none),
    SHARE("flops_share_wide", flops_share_wide, "auto",
          "the same of cards that sum in 32 bits as fast, without half_sum_rate (A100, RTX A6000); auto: that", none),
    SHARE("attention_share", attention_share, "auto", "share of compute_rate in attention of a prompt; auto: as flops_share",
          none),
    SHARE("packed_flops_share", packed_flops_share, "1", "of that, where weights are packed", none),
    SHARE("host_share", host_share, "1", "share of a host's memory_rate at which its cores read weights", none),
    {.key = "overlaps_streaming",
     .kind = LW_OPTION_FLAG,
     .offset = AT(overlaps_streaming),
     .fallback = "false",
     .help = "weights in host memory: those of the next layer come while this one is computed"},
    {.key = "half_sums",
     .kind = LW_OPTION_FLAG,
     .offset = AT(half_sums),
     .fallback = "false",
     .help = "products are summed in 16 bits: half_sum_rate of a card instead of compute_rate"},
    {.key = "draft_cost",
     .kind = LW_OPTION_QUANTITY_REAL,
     .offset = AT(draft_cost),
     .fallback = "0",
     .maximum = 1,
     .help = "of a step, what a drafted token takes more",
     .source = none,
     .evidence = LW_ASSUMED,
     .fitted = true},
    {.key = "micro_batch",
     .kind = LW_OPTION_INTEGER,
     .offset = AT(micro_batch),
     .fallback = "512",
     .minimum = 1,
     .maximum = 1e6,
     .help = "tokens of a prompt that are computed at once",
     .source = "llama.cpp, common/arg.cpp: --ubatch-size 512",
     .evidence = LW_SPECIFIED},
    {.key = "pieces_ahead",
     .kind = LW_OPTION_INTEGER,
     .offset = AT(pieces_ahead),
     .fallback = "auto",
     .minimum = 1,
     .maximum = 1e6,
     .help = "split: layer: pieces of a prompt that a card is handed before the first has left it; auto: all",
     .source = none,
     .evidence = LW_ASSUMED},
    COUNT("launch_queue", launch_queue, "auto", "kernels that the program hands to a card before it waits for one; auto: all"),
    COUNT("layer_launches", layer_launches, "1", "kernels of a layer of a prompt"),
    {.key = "packed_layer_launches",
     .kind = LW_OPTION_INTEGER,
     .offset = AT(packed_layer_launches),
     .fallback = "0",
     .maximum = 1e6,
     .help = "kernels of a layer more where its weights are packed",
     .source = none,
     .evidence = LW_ASSUMED},
    {.key = "score_bytes",
     .kind = LW_OPTION_QUANTITY_INT,
     .dimension = LW_BYTES,
     .offset = AT(score_bytes),
     .fallback = "0 B",
     .maximum = 1e6,
     .help = "that attention of a prompt moves in memory for a head, token and token before; 0: fused kernels",
     .source = none,
     .evidence = LW_ASSUMED},
    {.key = "output_is_a_layer",
     .kind = LW_OPTION_FLAG,
     .offset = AT(output_is_a_layer),
     .fallback = "false",
     .help = "split: layer: the output counts as one layer more, so that the last card has less of the others"},
    {0}};

static const char page[] = "What a program that runs language models takes on a card besides what memory and arithmetic take:\n"
                           "fitted to what it reached, build by build, since builds differ by tens of percent. `lanewise list\n"
                           "runtimes` names those that are here; `lanewise explain NAME` says what each number was fitted to.\n"
                           "\n"
                           "A layer of one step takes\n"
                           "  bytes of weights / (weight_share x memory_rate) + keys and values / (kv_share x memory_rate)\n"
                           "  + layer_time (+ packed_layer_time)\n"
                           "where many tokens are computed together no less than 2 x weights x tokens / (flops_share x\n"
                           "compute_rate); around the corner of the two the cube root of the sum of their cubes. A step takes\n"
                           "its layers, the output matrix and step_time.\n"
                           "\n"
                           "Pieces of a prompt follow one another over cards that each have some layers, handed out by one\n"
                           "thread, card by card and piece by piece. It waits where a card has pieces_ahead pieces that it has\n"
                           "not left, and where the queue of a card has launch_queue kernels: a card with more layers than\n"
                           "launch_queue / layer_launches holds up the others.";

const lw_type lw_llm_runtime_type = {.name = "inference",
                                     .summary = "a program that runs language models",
                                     .page = page,
                                     .example = "{preset: llama-cpp-2024-05}",
                                     .options = options,
                                     .params_size = sizeof(lw_llm_runtime)};

const lw_type *lw_llm_runtime_type_at(size_t index) {
    return index == 0 ? &lw_llm_runtime_type : index == 1 ? &lw_training_type : NULL;
}
