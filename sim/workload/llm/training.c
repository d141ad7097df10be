// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/workload/llm/training.h"

#include "sim/workload/kind.h"

double lw_training_share(const lw_training *training, const lw_node_params *card) {
    const double own = card->compute_capability == 80   ? training->flops_share_sm80
                       : card->compute_capability == 90 ? training->flops_share_sm90
                                                        : training->flops_share;
    return lw_is_auto(own) ? training->flops_share : own;
}

double lw_training_attention_share(const lw_training *training, const lw_node_params *card) {
    const bool is_sm90 = card->compute_capability == 90 && !lw_is_auto(training->attention_share_sm90);
    const double own = is_sm90 ? training->attention_share_sm90 : training->attention_share;
    return lw_is_auto(own) ? lw_training_share(training, card) : own;
}

#define AT(field) offsetof(lw_training, field)
#define SHARE(word, field, otherwise, says, from)                                                                      \
    {                                                                                                                  \
        .key = (word), .kind = LW_OPTION_QUANTITY_REAL, .offset = AT(field), .fallback = (otherwise), .minimum = 0.01, \
        .maximum = 1, .help = (says), .source = (from), .evidence = LW_ASSUMED, .fitted = true                         \
    }
#define BYTES(word, field, otherwise, says, from)                                                                            \
    {                                                                                                                        \
        .key = (word), .kind = LW_OPTION_QUANTITY_REAL, .dimension = LW_BYTES, .offset = AT(field), .fallback = (otherwise), \
        .maximum = 1e6, .help = (says), .source = (from), .evidence = LW_ASSUMED, .fitted = true                             \
    }
static const char none[] = "none: nothing is taken without a preset";
static const lw_option options[] = {
    SHARE("flops_share", flops_share, "40 %", "share of compute_rate in products with weights",
          "PaLM (2022), table 3: 21 to 46 % of the peak of four large models, all of a step counted"),
    SHARE("flops_share_sm80", flops_share_sm80, "auto", "the same of cards with compute_capability 80 (A100); auto: that", none),
    SHARE("flops_share_sm90", flops_share_sm90, "auto", "the same of cards with compute_capability 90 (H100); auto: that", none),
    SHARE("attention_share", attention_share, "auto", "share of compute_rate in attention; auto: as products with weights", none),
    SHARE("attention_share_sm90", attention_share_sm90, "auto",
          "the same of cards with compute_capability 90 (H100), whose products gain more than attention; auto: that", none),
    BYTES("activation_bytes", activation_bytes, "0 B",
          "read and written in memory for each number of a layer's input, in all of a step", none),
    BYTES("logit_bytes", logit_bytes, "0 B", "the same for each result of the output matrix: the loss and its gradient", none),
    BYTES("optimizer_bytes", optimizer_bytes, "28 B", "that the optimizer reads and writes in memory, a parameter",
          "Adam in 32 bits: reads weight, gradient and both moments, writes all but the gradient"),
    SHARE("memory_share", memory_share, "80 %", "share of memory_rate in these", "none: what copies in a card's memory reach"),
    {.key = "bucket",
     .kind = LW_OPTION_QUANTITY_INT,
     .dimension = LW_BYTES,
     .offset = AT(bucket_bytes),
     .fallback = "25 MiB",
     .minimum = 1,
     .maximum = 1e12,
     .help = "gradients that are summed together while the backward pass goes on",
     .source = "PyTorch, DistributedDataParallel: bucket_cap_mb=25, in MiB",
     .evidence = LW_SPECIFIED},
    {.key = "step_time",
     .kind = LW_OPTION_QUANTITY_INT,
     .dimension = LW_TIME,
     .offset = AT(step_ps),
     .fallback = "0 us",
     .maximum = 1e12,
     .help = "of a step besides: the program itself",
     .source = none,
     .evidence = LW_ASSUMED,
     .fitted = true},
    {0}};

const lw_type lw_training_type = {
    .name = "training",
    .summary = "a program that trains models",
    .page = "What a program that trains models (kind: train-step) reaches of a card's rates, and what it takes\n"
            "besides, fitted to published steps. `lanewise explain NAME` says what each number was fitted to.\n"
            "\n"
            "A layer takes, forward\n"
            "  2 x weights x tokens / (flops_share x compute_rate)\n"
            "  + 4 x hidden x sequence x tokens / (attention_share x compute_rate)\n"
            "  + activation_bytes / 3 x hidden x tokens / (memory_share x memory_rate)\n"
            "and twice as much backward. Where a workload gives its mfu, both shares are that, and memory takes\n"
            "nothing. Without a preset flops_share is 40 %, between the 21 and 46 % that large models published.",
    .example = "{type: training, flops_share: 45 %}",
    .options = options,
    .params_size = sizeof(lw_training)};
