// SPDX-License-Identifier: GPL-3.0-or-later
// Cards of language models: what their configuration files say, and from it how many weights a layer
// has and a token reads. A type of the section `models`.
#ifndef LW_LLM_MODEL_H
#define LW_LLM_MODEL_H

#include "sim/config/object.h"

typedef struct lw_llm_model {
    int64_t layers, hidden, ffn, heads, kv_heads, head_dim, vocabulary;
    int64_t experts, active_experts;  // of a layer; 0: one feed-forward block for all tokens
    int64_t matrices;                 // of a feed-forward block: 3 with a gate, 2 without
    int64_t kv_layers;                // that keep keys and values; LW_AUTO: all
    bool gated_attention;             // attention has one matrix more, as wide as the queries
    bool tied;                        // the output matrix is the embedding table
} lw_llm_model;

extern const lw_type lw_llm_model_type;
// The types of models, this one first; NULL past the last.
const lw_type *lw_llm_model_type_at(size_t index);

// Bits of a weight on average, by llama.cpp's word for how files are quantised.
extern const char *const lw_quantisation_words[];
double lw_quantisation_bits(int word);
bool lw_quantisation_is_packed(int word);  // to be unpacked before it is multiplied

// Weights of one layer's attention, and of one feed-forward block (of an expert, where there are any).
double lw_llm_attention_weights(const lw_llm_model *model);
double lw_llm_block_weights(const lw_llm_model *model);
// Of a layer that `tokens` tokens of different requests read together: all attention, and the experts that
// one of them at least asks for, E (1 - (1 - k/E)^tokens) of E where each asks for k of them at random.
double lw_llm_layer_reads(const lw_llm_model *model, double tokens);
// Of a layer that one token is multiplied with.
double lw_llm_layer_active(const lw_llm_model *model);
// Of the output matrix, which each token reads, too.
double lw_llm_head_weights(const lw_llm_model *model);
// All weights that a card must hold, with the embedding table.
double lw_llm_weights(const lw_llm_model *model);
// Bytes of keys and values of one token in one layer, on the average over layers, of so many bytes a number.
double lw_llm_kv_bytes(const lw_llm_model *model, double bytes_each);

#endif
