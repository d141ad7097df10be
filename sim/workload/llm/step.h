// SPDX-License-Identifier: GPL-3.0-or-later
// What a language model does on the cards of a machine, as tasks: one step of all its layers, for a
// token of each request or for a piece of a prompt.
#ifndef LW_LLM_STEP_H
#define LW_LLM_STEP_H

#include "sim/workload/llm/model.h"
#include "sim/workload/llm/runtime.h"
#include "sim/workload/task_graph.h"

typedef enum lw_llm_split { LW_SPLIT_LAYER, LW_SPLIT_TENSOR, LW_SPLIT_EXPERT } lw_llm_split;

// Keys that all work of this kind has.
typedef struct lw_llm_params {
    const char *model, *runtime, *library;
    const lw_yaml *on, *shares;
    int quantisation, split, kv;
    double file_bytes;  // of all weights; NaN: as the quantisation has them
    double offload;     // share of the weights of layers that lie in host memory
    int offloaded;      // 0: they are copied to the card in each step, 1: the host computes with them
    const char *host, *kv_in;
} lw_llm_params;

extern const char *const lw_llm_split_words[], *const lw_llm_kv_words[], *const lw_llm_offloaded_words[];
#define LW_LLM_ROWS(base)                                                                                              \
    {.key = "model",                                                                                                   \
     .kind = LW_OPTION_TEXT,                                                                                           \
     .offset = (base) + offsetof(lw_llm_params, model),                                                                \
     .help = "of models:, or a preset (`lanewise list models`)"},                                                      \
        {.key = "runtime",                                                                                             \
         .kind = LW_OPTION_TEXT,                                                                                       \
         .offset = (base) + offsetof(lw_llm_params, runtime),                                                          \
         .fallback = "llama-cpp",                                                                                      \
         .help = "of runtimes:, or a preset (`lanewise list runtimes`)"},                                              \
        {.key = "library",                                                                                             \
         .kind = LW_OPTION_TEXT,                                                                                       \
         .offset = (base) + offsetof(lw_llm_params, library),                                                          \
         .fallback = "auto",                                                                                           \
         .help = "that sums over cards (split: tensor, expert); none: a ring without calls"},                          \
        {.key = "on",                                                                                                  \
         .kind = LW_OPTION_YAML,                                                                                       \
         .offset = (base) + offsetof(lw_llm_params, on),                                                               \
         .help = "cards: a name, a group, or a list in the order of the layers"},                                      \
        {.key = "shares",                                                                                              \
         .kind = LW_OPTION_YAML,                                                                                       \
         .offset = (base) + offsetof(lw_llm_params, shares),                                                           \
         .fallback = "",                                                                                               \
         .help = "how much of the layers each card has, as numbers in proportion: [3, 1]; equal when left out",        \
         .schema = "\"type\": \"array\", \"minItems\": 1"},                                                            \
        LW_WORK_WORD("quantisation", (base) + offsetof(lw_llm_params, quantisation), "f16", lw_quantisation_words,     \
                     "format of the weights"),                                                                         \
        {.key = "file",                                                                                                \
         .kind = LW_OPTION_QUANTITY_REAL,                                                                              \
         .dimension = LW_BYTES,                                                                                        \
         .offset = (base) + offsetof(lw_llm_params, file_bytes),                                                       \
         .fallback = "auto",                                                                                           \
         .minimum = 1,                                                                                                 \
         .maximum = 1e15,                                                                                              \
         .help = "size of the model's file; auto: its weights by the bits of the quantisation"},                       \
        LW_WORK_WORD("split", (base) + offsetof(lw_llm_params, split), "layer", lw_llm_split_words,                    \
                     "over several cards: layers in turn, each matrix in parts, or experts (attention on each card)"), \
        LW_WORK_WORD("kv", (base) + offsetof(lw_llm_params, kv), "f16", lw_llm_kv_words, "format of keys and values"), \
        {.key = "offload",                                                                                             \
         .kind = LW_OPTION_QUANTITY_REAL,                                                                              \
         .offset = (base) + offsetof(lw_llm_params, offload),                                                          \
         .fallback = "0",                                                                                              \
         .maximum = 1,                                                                                                 \
         .help = "share of the layers whose weights lie in the memory of `host`; split: layer alone"},                 \
        LW_WORK_WORD("offloaded", (base) + offsetof(lw_llm_params, offloaded), "computed", lw_llm_offloaded_words,     \
                     "the host computes them, or each step copies them to the card (streamed)"),                       \
        {.key = "host",                                                                                                \
         .kind = LW_OPTION_TEXT,                                                                                       \
         .offset = (base) + offsetof(lw_llm_params, host),                                                             \
         .fallback = "host",                                                                                           \
         .help = "node of the offloaded layers"},                                                                      \
    {                                                                                                                  \
        .key = "kv_in", .kind = LW_OPTION_TEXT, .offset = (base) + offsetof(lw_llm_params, kv_in), .fallback = "",     \
        .help = "node that keeps keys and values, which each step copies to the cards; the cards when left out"        \
    }

// A step: so many tokens of so many requests at once, after so many tokens of each.
typedef struct lw_llm_step {
    double tokens;    // that each layer computes
    double context;   // tokens before, whose keys and values each request reads
    double requests;  // that have a context of their own
    double longer;    // time of all computes by what the model says: 1, more where drafts are made
    bool prompt;      // tokens follow one another: steps overlap from card to card
    bool counted;     // what cards must hold is checked elsewhere
} lw_llm_step;

// The tasks of `steps` such steps become those of the workload that the builder has open.
lw_status lw_llm_expand(lw_graph_builder *builder, const lw_llm_params *params, const lw_llm_step *step,
                        int64_t steps) LW_CHECKED;
// Tokens whose keys and values fit beside the weights in that share of the cards' memory, infinite where nobody says
// how large that is, below 0 where the weights do not fit; and the bytes of the weights.
lw_status lw_llm_room(lw_graph_builder *builder, const lw_llm_params *params, double share, double *held_bytes,
                      double *tokens) LW_CHECKED;
// The model or runtime of that name, which the workload names; wanted: the type that it must be of, or NULL.
lw_status lw_llm_find(lw_graph_builder *builder, lw_section_id section, const char *name, const lw_type *wanted,
                      const lw_object **out) LW_CHECKED;
// Of "sum: ring, LL; gather: ..." what the first collective of a step is done by.
lw_status lw_llm_tell_method(lw_graph_builder *builder) LW_CHECKED;
// The runtime that the workload names, for what concerns a kind alone.
lw_status lw_llm_find_runtime(lw_graph_builder *builder, const lw_llm_params *params, const lw_llm_runtime **out) LW_CHECKED;

#endif
