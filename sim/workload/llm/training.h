// SPDX-License-Identifier: GPL-3.0-or-later
// Programs that train models: what of a card's rates they reach, and what they take besides. A type of
// the section `runtimes`.
#ifndef LW_TRAINING_H
#define LW_TRAINING_H

#include "sim/config/object.h"
#include "sim/machine/node.h"

typedef struct lw_training {
    // shares of compute_rate in products with weights (LW_AUTO's NaN: flops_share), and in attention
    double flops_share, flops_share_sm80, flops_share_sm90, attention_share, attention_share_sm90;
    // read and written in all of a step: for a number of a layer's input, and for one of the output matrix's
    // results
    double activation_bytes, logit_bytes;
    double optimizer_bytes;  // read and written, a parameter
    double memory_share;     // of memory_rate, for all three
    int64_t bucket_bytes;    // of gradients that are summed together
    int64_t step_ps;
} lw_training;

extern const lw_type lw_training_type;

// The share of a card's compute_rate that it has in products with weights.
double lw_training_share(const lw_training *training, const lw_node_params *card);
// The same in attention.
double lw_training_attention_share(const lw_training *training, const lw_node_params *card);

#endif
