// SPDX-License-Identifier: GPL-3.0-or-later
// A prompt: many tokens at once, in pieces that follow one another from card to card.
#include "sim/result/result.h"
#include "sim/workload/llm/step.h"

typedef struct prefill_params {
    lw_llm_params llm;
    int64_t tokens, context;
} prefill_params;

#define AT(field) offsetof(prefill_params, field)
static const lw_option options[] = {LW_LLM_ROWS(AT(llm)),
                                    LW_WORK_COUNT("tokens", AT(tokens), "2048", "of the prompt"),
                                    {.key = "context",
                                     .kind = LW_OPTION_INTEGER,
                                     .offset = AT(context),
                                     .fallback = "0",
                                     .maximum = 1e8,
                                     .help = "tokens before the prompt, whose keys and values are there"},
                                    {0}};

static lw_status expand(lw_graph_builder *builder) {
    const prefill_params *p = builder->object->params;
    const lw_llm_runtime *runtime;
    LW_TRY(lw_llm_find_runtime(builder, &p->llm, &runtime));
    const int64_t pieces = (p->tokens + runtime->micro_batch - 1) / runtime->micro_batch;
    const lw_llm_step step = {.tokens = (double)p->tokens / (double)pieces,
                              .context = (double)p->context + (double)p->tokens / 2,
                              .requests = 1,
                              .longer = 1,
                              .prompt = true};
    return lw_llm_expand(builder, &p->llm, &step, pieces);
}

static void measure(const void *params, const lw_workload_result *result, double *value) {
    const prefill_params *p = params;
    const double time_us = (double)(result->end_ps - result->start_ps) / 1e6;
    value[0] = time_us > 0 ? (double)p->tokens / time_us * 1e6 : 0;
}

static const lw_metric own[] = {{.name = "prompt_tokens_per_s",
                                 .quantity = "prompt_tokens",
                                 .dimension = LW_PLAIN,
                                 .unit = 1,
                                 .of = LW_OF_WORKLOAD,
                                 .title = "prompt tokens/s",
                                 .help = "of the prompt, by the time to its end"},
                                {0}};
static const char *const metrics[] = {"prompt_tokens_per_s", "time_us", "compute_us", "exposed_us", NULL};

static const char page[] = "A language model reads a prompt, in pieces of the runtime's micro_batch tokens. Its time is the\n"
                           "time to the first token of a request that waits for nobody.\n"
                           "\n"
                           "  ask: {kind: llm-prefill, model: llama-3-70b, quantisation: q4_k_m, on: gpus, split: tensor}\n"
                           "\n"
                           "Arithmetic counts 2 operations for a weight and token, and 4 for each number of the queries, token\n"
                           "and token before, and bytes of scores where kernels write them. split: layer: pieces follow one\n"
                           "another from card to card, each longer than the one before, as far as the program hands them out:\n"
                           "llama.cpp does with one thread, which waits for copies of four pieces before and for room in the\n"
                           "queue of a card, so that cards with over 20 layers overlap little, and a prompt of one piece not\n"
                           "at all (lanewise explain inference). split: tensor: two sums a layer of micro_batch x\n"
                           "hidden numbers, which the link must carry: on narrow links it, not the card, decides. Sums run\n"
                           "before what follows them: nothing overlaps. Other keys as of llm-decode.";

const lw_work_kind lw_work_prefill = {
    .type = {.name = "llm-prefill",
             .summary = "a language model reads a prompt: the time to the first token",
             .page = page,
             .example = "{kind: llm-prefill, model: llama-3-8b, on: gpu, tokens: 512, offload: 25 %, offloaded: streamed}",
             .options = options,
             .params_size = sizeof(prefill_params)},
    .metrics = metrics,
    .own = own,
    .measure = measure,
    .expand = expand,
};
