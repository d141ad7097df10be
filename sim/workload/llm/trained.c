// SPDX-License-Identifier: GPL-3.0-or-later
// What a step computes: operations and bytes of a model's parts, and what a card takes for them.
#include <math.h>

#include "sim/workload/llm/network.h"
#include "sim/workload/llm/step.h"
#include "sim/workload/llm/train.h"

enum { NUMBER_BYTES = 2 };  // of activations that go from card to card: 16 bits

// ---- Models ----

// Low-rank adapters: a matrix of d_in x d_out gains rank x (d_in + d_out) numbers (Hu et al., LoRA, 2021).
static double adapters_of(const lw_llm_model *m, double rank) {
    const double hidden = (double)m->hidden, queries = (double)(m->heads * m->head_dim);
    const double keys = (double)(m->kv_heads * m->head_dim), experts = m->experts > 0 ? (double)m->experts : 1;
    const double attention = (m->gated_attention ? 3 : 2) * (hidden + queries) + 2 * (hidden + keys);
    return rank * (attention + experts * (double)m->matrices * (hidden + (double)m->ffn));
}

static lw_trained of_transformer(const lw_llm_model *m, const lw_train_params *params) {
    const double blocks = m->experts > 0 ? (double)m->experts : 1, tokens = (double)params->sequence;
    const double head = lw_llm_head_weights(m);
    const bool adapts = params->lora_rank > 0;
    const double weights = lw_llm_attention_weights(m) + blocks * lw_llm_block_weights(m);
    return (lw_trained){.layers = m->layers,
                        .layer_weights = weights,
                        .layer_trained = adapts ? adapters_of(m, (double)params->lora_rank) : weights,
                        .rest_weights = (m->tied ? 1 : 2) * head,
                        .early_trained = adapts || m->tied ? 0 : head,
                        .late_trained = adapts ? 0 : head,
                        .layer_FLOP = 2 * lw_llm_layer_active(m) * tokens,
                        .attention_FLOP = 4 * (double)(m->heads * m->head_dim) * tokens * tokens,
                        .head_FLOP = 2 * head * tokens,
                        .inputs = (double)m->hidden * tokens,
                        .logits = (double)m->vocabulary * tokens,
                        .between_bytes = (double)m->hidden * tokens * NUMBER_BYTES};
}

static lw_trained of_network(const lw_network *n) {
    const double layers = (double)n->layers;
    return (lw_trained){.layers = n->layers,
                        .layer_weights = n->parameters / layers,
                        .layer_trained = (lw_is_auto(n->trained) ? n->parameters : n->trained) / layers,
                        .layer_FLOP = n->forward_FLOP / layers,
                        .between_bytes = n->between_bytes};
}

static lw_status wrong(const lw_graph_builder *builder, const char *key, const char *hint, const char *what) {
    return lw_error(builder->diags, lw_object_place(builder->object, key), hint, "workloads.%s: %s", builder->object->name, what);
}

lw_status lw_trained_of(lw_graph_builder *builder, const lw_train_params *params, lw_trained *out) {
    const lw_object *object;
    LW_TRY(lw_llm_find(builder, LW_SECTION_MODELS, params->model, NULL, &object));
    const bool counts_tokens = object->type == &lw_llm_model_type;
    if (counts_tokens && params->sequence == LW_AUTO) {
        return wrong(builder, "model", "add sequence: 2048", "how many tokens a sample has is not said");
    }
    if (!counts_tokens && params->sequence != LW_AUTO) {
        return wrong(builder, "sequence", "leave it out: the model says what a sample takes", "its samples have no tokens");
    }
    if (!counts_tokens && params->lora_rank > 0) {
        return wrong(builder, "lora", "give the model how many of its parameters are trained",
                     "the matrices of the model are not known");
    }
    *out = counts_tokens ? of_transformer(object->params, params) : of_network(object->params);
    if (params->parallel == LW_PARALLEL_TENSOR && !counts_tokens) {
        return wrong(builder, "parallel", "take ddp", "the matrices of the model are not known");
    }
    if (params->parallel == LW_PARALLEL_PIPELINE && !(out->between_bytes > 0)) {
        return wrong(builder, "parallel", "give the model how much goes from layer to layer: between: 1 MB",
                     "what a pipeline carries is not known");
    }
    return LW_OK;
}

// ---- Times ----

static double memory_ps(const lw_train_writing *w, size_t card, double bytes) {
    return bytes / (w->training->memory_share * (double)w->card[card]->spec->params->memory_rate_Bps) * 1e12;
}

static double flops_ps(const lw_train_writing *w, size_t card, double flops, double attention) {
    const lw_node_params *node = w->card[card]->spec->params;
    const double given = w->params->mfu;
    const double share = lw_is_auto(given) ? lw_training_share(w->training, node) : given;
    const double there = lw_is_auto(given) ? lw_training_attention_share(w->training, node) : given;
    return (flops / share + attention / there) / (double)node->compute_rate_FLOPps * 1e12;
}

// A third of a step is forward: 2 of 6 operations a weight and token.
static double part_ps(const lw_train_writing *w, size_t card, double flops, double attention, double bytes) {
    return flops_ps(w, card, flops, attention) + (lw_is_auto(w->params->mfu) ? memory_ps(w, card, bytes / 3) : 0);
}

double lw_train_layer_ps(const lw_train_writing *w, size_t card, double samples) {
    const lw_trained *m = &w->model;
    return samples * part_ps(w, card, m->layer_FLOP, m->attention_FLOP, m->inputs * w->training->activation_bytes);
}

double lw_train_head_ps(const lw_train_writing *w, size_t card, double samples) {
    return samples * part_ps(w, card, w->model.head_FLOP, 0, w->model.logits * w->training->logit_bytes);
}

// Gradients of what comes in, and of weights: each as much as forward. Those of frozen weights, of which
// there are adapters, are spared.
double lw_train_backward(const lw_train_writing *w) {
    return (w->params->lora_rank > 0 ? 1 : 2) + w->params->recompute;
}

double lw_train_head_backward(const lw_train_writing *w) {
    return w->params->lora_rank > 0 ? 1 : 2;
}

double lw_train_optimizer_ps(const lw_train_writing *w, size_t card, double trained) {
    return memory_ps(w, card, trained * w->training->optimizer_bytes);
}

double lw_train_gradient_bytes(const lw_train_writing *w) {
    static const double bytes[] = {4, 2, 2};
    return bytes[w->params->gradients];
}

double lw_train_weight_bytes(const lw_train_writing *w) {
    static const double bytes[] = {2, 2, 4, 1, 0.5};
    return bytes[w->params->weights];
}
