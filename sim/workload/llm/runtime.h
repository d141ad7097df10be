// SPDX-License-Identifier: GPL-3.0-or-later
// Programs that run language models: what of a card's rates their kernels reach, and what they take
// besides. A type of the section `runtimes`.
#ifndef LW_LLM_RUNTIME_H
#define LW_LLM_RUNTIME_H

#include "sim/config/object.h"
#include "sim/machine/node.h"

typedef struct lw_llm_runtime {
    // shares of memory_rate: of weights (LW_AUTO's NaN: weight_share), of keys and values
    double weight_share, weight_share_sm80, weight_share_sm86, weight_share_hip, kv_share;
    double low_bits_cost;  // time of a byte of less than four bits a weight, by that of others
    int64_t layer_ps, packed_layer_ps, step_ps, hop_ps, reduce_ps;
    double flops_share, flops_share_wide, packed_flops_share, attention_share;  // of compute_rate
    double host_share;                                                          // of a host's memory_rate
    bool overlaps_streaming;  // weights of the next layer come while this one is computed
    bool half_sums;           // products are summed in 16 bits
    double draft_cost;        // of a step, a drafted token
    int64_t micro_batch;      // tokens of a prompt that are computed at once
    int64_t pieces_ahead;     // of a prompt, that a card may be ahead of its end; LW_AUTO: as many as there are
    // kernels that a card's queue takes, and those of a layer of a prompt; LW_AUTO: all that come
    int64_t launch_queue, layer_launches, packed_layer_launches;
    int64_t score_bytes;     // of memory, that attention of a prompt moves for a head, token and token before
    bool output_is_a_layer;  // where layers are shared among cards
} lw_llm_runtime;

extern const lw_type lw_llm_runtime_type;
// The types of runtimes, this one first; NULL past the last.
const lw_type *lw_llm_runtime_type_at(size_t index);

// Operations a second of products, by the sums that the runtime takes.
double lw_llm_flops_rate(const lw_llm_runtime *runtime, const lw_node_params *card);
// The share of it that it has in products with weights.
double lw_llm_flops_share(const lw_llm_runtime *runtime, const lw_node_params *card);
// The share of a card's memory_rate that it reads weights with.
double lw_llm_weight_share(const lw_llm_runtime *runtime, const lw_node_params *card);

#endif
