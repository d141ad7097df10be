// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/workload/llm/model.h"

#include <math.h>
#include <string.h>

#include "sim/workload/llm/network.h"

// Means over whole files of Llama-2-7B where not all tensors have one format (llama.cpp,
// examples/quantize/README.md); blocks of 32 numbers with a scale of 16 bits elsewhere.
static const struct {
    double bits;
    bool packed;
} quantisations[] = {{16, false},  {16, false}, {8, false},   {8.5, true},  {6.56, true}, {5.68, true},
                     {4.84, true}, {4.5, true}, {3.91, true}, {3.35, true}, {4.25, true}};
const char *const lw_quantisation_words[] = {"f16",    "bf16", "fp8",    "q8_0", "q6_k", "q5_k_m",
                                             "q4_k_m", "q4_0", "q3_k_m", "q2_k", "int4", NULL};

double lw_quantisation_bits(int word) {
    return quantisations[word].bits;
}

bool lw_quantisation_is_packed(int word) {
    return quantisations[word].packed;
}

double lw_llm_attention_weights(const lw_llm_model *model) {
    const double queries = (double)(model->heads * model->head_dim), keys = (double)(model->kv_heads * model->head_dim);
    return (double)model->hidden * ((model->gated_attention ? 3 : 2) * queries + 2 * keys);
}

double lw_llm_block_weights(const lw_llm_model *model) {
    return (double)model->matrices * (double)model->hidden * (double)model->ffn;
}

double lw_llm_layer_reads(const lw_llm_model *model, double tokens) {
    const double experts = (double)model->experts;
    const double asked = experts > 0 ? experts * (1 - pow(1 - (double)model->active_experts / experts, tokens)) : 1;
    return lw_llm_attention_weights(model) + asked * lw_llm_block_weights(model);
}

double lw_llm_layer_active(const lw_llm_model *model) {
    return lw_llm_layer_reads(model, 1);
}

double lw_llm_head_weights(const lw_llm_model *model) {
    return (double)model->vocabulary * (double)model->hidden;
}

double lw_llm_weights(const lw_llm_model *model) {
    const double blocks = model->experts > 0 ? (double)model->experts : 1;
    const double layer = lw_llm_attention_weights(model) + blocks * lw_llm_block_weights(model);
    return (double)model->layers * layer + (model->tied ? 1 : 2) * lw_llm_head_weights(model);
}

double lw_llm_kv_bytes(const lw_llm_model *model, double bytes_each) {
    const double kept = model->kv_layers == LW_AUTO ? 1 : (double)model->kv_layers / (double)model->layers;
    return 2 * (double)(model->kv_heads * model->head_dim) * bytes_each * kept;
}

// ---- The type ----

#define AT(field) offsetof(lw_llm_model, field)
#define COUNT(word, field, otherwise, least, most, says)                                                            \
    {                                                                                                               \
        .key = (word), .kind = LW_OPTION_INTEGER, .offset = AT(field), .fallback = (otherwise), .minimum = (least), \
        .maximum = (most), .help = (says), .source = "the model's own configuration", .evidence = LW_SPECIFIED      \
    }
static const lw_option options[] = {
    COUNT("layers", layers, NULL, 1, 10000, "transformer layers"),
    COUNT("hidden", hidden, NULL, 1, 1e6, "numbers of the vector that goes from layer to layer"),
    COUNT("ffn", ffn, NULL, 1, 1e7, "inner width of a feed-forward block, of one expert where there are any"),
    COUNT("heads", heads, NULL, 1, 1e4, "attention heads"),
    COUNT("kv_heads", kv_heads, NULL, 1, 1e4, "heads of keys and values, which groups of attention heads share"),
    COUNT("head_dim", head_dim, NULL, 1, 1e4, "numbers of a head"),
    COUNT("vocabulary", vocabulary, NULL, 1, 1e8, "tokens that there are: rows of the embedding table and the output matrix"),
    COUNT("experts", experts, "0", 0, 1e5, "feed-forward blocks of a layer; 0: one, for all tokens"),
    COUNT("active_experts", active_experts, "0", 0, 1e5, "of them, those that a token goes through"),
    COUNT("matrices", matrices, "3", 2, 3, "of a feed-forward block: 3 with a gate (SwiGLU), 2 without (GELU)"),
    COUNT("kv_layers", kv_layers, "auto", 0, 10000, "layers that keep keys and values, others have a state; auto: all"),
    {.key = "gated_attention",
     .kind = LW_OPTION_FLAG,
     .offset = AT(gated_attention),
     .fallback = "false",
     .help = "attention has a gate, a matrix more as wide as the queries"},
    {.key = "tied",
     .kind = LW_OPTION_FLAG,
     .offset = AT(tied),
     .fallback = "false",
     .help = "the output matrix is the embedding table"},
    {0}};

static lw_status check(const void *params, const lw_option_set *set, lw_place at, lw_diags *diags) {
    const lw_llm_model *model = params;
    if (model->active_experts > model->experts || (model->experts > 0 && model->active_experts == 0)) {
        return lw_error(diags, lw_type_place(options, set, "active_experts", at), "give experts: 8 and active_experts: 2",
                        "a token goes through %lld of %lld experts", (long long)model->active_experts, (long long)model->experts);
    }
    if (model->kv_layers != LW_AUTO && model->kv_layers > model->layers) {
        return lw_error(diags, lw_type_place(options, set, "kv_layers", at), "give as many as layers at most",
                        "%lld of %lld layers keep keys and values", (long long)model->kv_layers, (long long)model->layers);
    }
    if (model->kv_heads > model->heads) {
        return lw_error(diags, lw_type_place(options, set, "kv_heads", at), "kv_heads are at most heads",
                        "%lld heads of keys and values for %lld attention heads", (long long)model->kv_heads,
                        (long long)model->heads);
    }
    return LW_OK;
}

static const char page[] = "A language model by what its configuration file says (config.json of Hugging Face:\n"
                           "num_hidden_layers, hidden_size, intermediate_size or moe_intermediate_size, num_attention_heads,\n"
                           "num_key_value_heads, head_dim, vocab_size, num_experts, num_experts_per_tok). `lanewise list\n"
                           "models` names those that are here.\n"
                           "\n"
                           "A layer has hidden x head_dim x (2 heads + 2 kv_heads) weights of attention and, for each feed-\n"
                           "forward block, matrices x hidden x ffn. A token also reads the output matrix, vocabulary x hidden.\n"
                           "Norms and biases, below a thousandth, are left out. Keys and values take 2 x kv_heads x head_dim\n"
                           "numbers a token and layer.";

const lw_type lw_llm_model_type = {.name = "transformer",
                                   .summary = "a language model of attention and feed-forward blocks",
                                   .page = page,
                                   .example = "{preset: llama-3-8b}",
                                   .options = options,
                                   .params_size = sizeof(lw_llm_model),
                                   .check = check};

const lw_type *lw_llm_model_type_at(size_t index) {
    return index == 0 ? &lw_llm_model_type : index == 1 ? &lw_network_type : NULL;
}
