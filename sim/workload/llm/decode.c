// SPDX-License-Identifier: GPL-3.0-or-later
// Tokens one after the other: each step reads all weights that its tokens need.
#include <math.h>

#include "sim/result/result.h"
#include "sim/workload/llm/step.h"

typedef struct decode_params {
    lw_llm_params llm;
    int64_t batch, context, tokens, drafted;
    double acceptance;
} decode_params;

#define AT(field) offsetof(decode_params, field)
static const lw_option options[] = {
    LW_LLM_ROWS(AT(llm)),
    LW_WORK_COUNT("batch", AT(batch), "1", "requests that are served together, each with a context of its own"),
    {.key = "context",
     .kind = LW_OPTION_INTEGER,
     .offset = AT(context),
     .fallback = "0",
     .maximum = 1e8,
     .help = "tokens of each request before the first that is counted"},
    LW_WORK_COUNT("tokens", AT(tokens), "128", "of each request, that are counted; the context grows by half of them on average"),
    {.key = "drafted",
     .kind = LW_OPTION_INTEGER,
     .offset = AT(drafted),
     .fallback = "0",
     .maximum = 64,
     .help = "tokens that a draft proposes for each step (speculative decoding)"},
    {.key = "acceptance",
     .kind = LW_OPTION_QUANTITY_REAL,
     .offset = AT(acceptance),
     .fallback = "70 %",
     .maximum = 0.999,
     .help = "share of drafted tokens that are right, each if those before it are",
     .source = "1.5 to 2.4 tokens a step of built-in drafts (sudoingX/qwen38-mtp, 2026-08)",
     .evidence = LW_ASSUMED},
    {0}};

// Leviathan et al., Fast inference from transformers via speculative decoding (2023), equation 1.
static double tokens_of_step(const decode_params *p) {
    return p->drafted == 0 ? 1 : (1 - pow(p->acceptance, (double)(p->drafted + 1))) / (1 - p->acceptance);
}

static int64_t steps_of(const decode_params *p) {
    return (int64_t)ceil((double)p->tokens / tokens_of_step(p));
}

static lw_status expand(lw_graph_builder *builder) {
    const decode_params *p = builder->object->params;
    const lw_llm_runtime *runtime;
    LW_TRY(lw_llm_find_runtime(builder, &p->llm, &runtime));
    const lw_llm_step step = {.tokens = (double)(p->batch * (p->drafted + 1)),
                              .context = (double)p->context + (double)p->tokens / 2,
                              .requests = (double)p->batch,
                              .longer = 1 + runtime->draft_cost * (double)p->drafted};
    return lw_llm_expand(builder, &p->llm, &step, steps_of(p));
}

static void measure(const void *params, const lw_workload_result *result, double *value) {
    const decode_params *p = params;
    const double time_us = (double)(result->end_ps - result->start_ps) / 1e6;
    const double tokens = (double)steps_of(p) * tokens_of_step(p);
    value[0] = time_us > 0 ? (double)p->batch * tokens / time_us * 1e6 : 0;
    value[1] = time_us / tokens;
}

static const lw_metric own[] = {{.name = "tokens_per_s",
                                 .quantity = "tokens",
                                 .dimension = LW_PLAIN,
                                 .unit = 1,
                                 .of = LW_OF_WORKLOAD,
                                 .title = "tokens/s",
                                 .help = "of all requests together"},
                                {.name = "token_us",
                                 .quantity = "token",
                                 .dimension = LW_TIME,
                                 .unit = 1e6,
                                 .of = LW_OF_WORKLOAD,
                                 .title = "a token",
                                 .help = "from one token of a request to its next"},
                                {0}};
static const char *const metrics[] = {"tokens_per_s", "token_us", "time_us", "compute_us", "exposed_us", NULL};

static const char page[] = "A language model writes: each step computes one token of each request, and reads all weights for\n"
                           "it, or those of the experts that its tokens ask for.\n"
                           "\n"
                           "  chat: {kind: llm-decode, model: llama-3-8b, quantisation: q4_k_m, on: gpus, split: tensor}\n"
                           "\n"
                           "split: layer gives each card its layers: for one request they work in turn, so that more cards\n"
                           "hold more and are no faster; 2 bytes a number of the hidden vector go from card to card. split:\n"
                           "tensor gives each card a part of each matrix: two sums over all cards in each layer, of `batch`\n"
                           "vectors, by the library; the slowest card sets the pace. split: expert spreads experts: two\n"
                           "exchanges in each layer.\n"
                           "\n"
                           "offload: 30 % of the layers lie in host memory: the host computes them (offloaded: computed), or\n"
                           "each step copies their weights to the card (streamed). kv_in: NODE keeps keys and values there,\n"
                           "and each step copies them, over whatever links there are.\n"
                           "\n"
                           "What kernels reach of a card's rates is the runtime's (lanewise explain inference): builds,\n"
                           "systems and power limits differ by tens of percent. How far it is off on cards that nothing was\n"
                           "fitted to: lanewise validate.";

const lw_work_kind lw_work_decode = {
    .type = {.name = "llm-decode",
             .summary = "a language model writes tokens, on one card or over several",
             .page = page,
             .example = "{kind: llm-decode, model: llama-3-8b, quantisation: q4_k_m, on: gpu, offload: 25 %}",
             .options = options,
             .params_size = sizeof(decode_params)},
    .metrics = metrics,
    .own = own,
    .measure = measure,
    .expand = expand,
};
