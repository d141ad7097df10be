// SPDX-License-Identifier: GPL-3.0-or-later
// A step that trains a model: forward, backward, what cards exchange, and the optimizer.
#include "sim/workload/llm/train.h"

#include "sim/result/result.h"
#include "sim/workload/llm/step.h"

static const char *const parallel_words[] = {"ddp", "zero-1", "zero-2", "zero-3", "tensor", "pipeline", NULL};
static const char *const schedule_words[] = {"1f1b", "gpipe", NULL};
static const char *const gradient_words[] = {"fp32", "bf16", "fp16", NULL};
static const char *const weight_words[] = {"bf16", "fp16", "fp32", "fp8", "int4", NULL};

#define AT(field) offsetof(lw_train_params, field)
#define TEXT(word, field, otherwise, says) \
    { .key = (word), .kind = LW_OPTION_TEXT, .offset = AT(field), .fallback = (otherwise), .help = (says) }
#define WHOLE(word, field, otherwise, least, most, says)                                                            \
    {                                                                                                               \
        .key = (word), .kind = LW_OPTION_INTEGER, .offset = AT(field), .fallback = (otherwise), .minimum = (least), \
        .maximum = (most), .help = (says)                                                                           \
    }
static const lw_option options[] = {
    TEXT("model", model, NULL, "of models:, or a preset (`lanewise list models`)"),
    TEXT("runtime", runtime, "pytorch", "of runtimes:, or a preset, of type training"),
    TEXT("library", library, "auto", "that sums over cards; none: a ring without calls"),
    {.key = "on",
     .kind = LW_OPTION_YAML,
     .offset = AT(on),
     .help = "cards: a name, a group, or a list in the order of the layers"},
    LW_WORK_WORD("parallel", AT(parallel), "ddp", parallel_words, "how work is split: see above"),
    LW_WORK_WORD("schedule", AT(schedule), "1f1b", schedule_words, "of a pipeline"),
    LW_WORK_COUNT("batch", AT(batch), NULL, "samples of a step, over all cards together"),
    WHOLE("sequence", sequence, "auto", 1, 1e8, "tokens of a sample of a language model"),
    LW_WORK_COUNT("micro_batches", AT(micro_batches), "1",
                  "pieces of a step that follow one another: gradients are accumulated, or a pipeline is filled"),
    {.key = "recompute",
     .kind = LW_OPTION_QUANTITY_REAL,
     .offset = AT(recompute),
     .fallback = "0",
     .maximum = 1,
     .help = "share of the layers' forward work that the backward pass repeats (activation checkpointing: 100 %)"},
    LW_WORK_WORD("gradients", AT(gradients), "fp32", gradient_words, "format in which gradients go from card to card"),
    LW_WORK_WORD("weights", AT(weights), "bf16", weight_words, "format in which weights do (zero-1, zero-2, zero-3)"),
    LW_WORK_BYTES("bucket", AT(bucket_bytes), "auto", 1,
                  "gradients that are summed together, a millionth of all at least; auto: the runtime's"),
    {.key = "overlap",
     .kind = LW_OPTION_FLAG,
     .offset = AT(overlap),
     .fallback = "true",
     .help = "buckets are summed while the backward pass goes on (ddp, zero-1, zero-2)"},
    WHOLE("prefetch", prefetch, "1", 0, 1000, "layers whose weights are gathered ahead (zero-3)"),
    WHOLE("lora", lora_rank, "0", 0, 1e6, "rank of adapters on all matrices, which alone are trained; 0: all weights are"),
    {.key = "mfu",
     .kind = LW_OPTION_QUANTITY_REAL,
     .offset = AT(mfu),
     .fallback = "auto",
     .minimum = 0.001,
     .maximum = 1,
     .help = "share of compute_rate while a card computes, repeated work counted; auto: what the runtime says"},
    LW_WORK_BYTES("input", AT(input_bytes), "0 B", 0, "of a sample, that is copied from the host for the step after"),
    TEXT("host", host, "host", "node of the input"),
    LW_WORK_COUNT("steps", AT(steps), "1", "that follow one another"),
    {0}};

// ---- What a workload names ----

static lw_status check_card(const lw_train_writing *w, const lw_node *node) {
    const struct {
        const char *key;
        int64_t rate;
    } needs[] = {{"compute_rate", node->spec->params->compute_rate_FLOPps}, {"memory_rate", node->spec->params->memory_rate_Bps}};
    for (size_t i = 0; i < sizeof needs / sizeof needs[0]; i++) {
        if (needs[i].rate == LW_AUTO) {
            return lw_error(w->builder->diags, lw_object_place(w->builder->object, "on"),
                            lw_diags_text(w->builder->diags, "give it a %s, or a preset that has one", needs[i].key),
                            "workloads.%s: nothing is known of the %s of '%s'", w->builder->object->name, needs[i].key,
                            node->name);
        }
    }
    return LW_OK;
}

static lw_status find_cards(lw_train_writing *w) {
    lw_graph_builder *builder = w->builder;
    lw_list list = {0};
    LW_TRY(lw_graph_nodes(builder, w->params->on, &list));
    w->count = list.count;
    w->card = LW_NEW_ARRAY(builder->arena, const lw_node *, list.count);
    w->cards = "";
    if (w->card == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t i = 0; i < list.count; i++) {
        w->card[i] = &builder->machine->node[LW_LIST_ITEMS(&list, uint32_t)[i]];
        w->cards = lw_arena_print(builder->arena, "%s%s'%s'", w->cards, i > 0 ? ", " : "", w->card[i]->name);
        if (w->cards == NULL) {
            return LW_NO_MEMORY;
        }
        LW_TRY(check_card(w, w->card[i]));
    }
    return LW_OK;
}

static lw_status check_pipeline(const lw_train_writing *w) {
    enum { PASSES_MOST = 2048 };  // of all stages, which are written one by one
    const lw_object *object = w->builder->object;
    if (w->params->parallel != LW_PARALLEL_PIPELINE || w->count == 1) {
        return LW_OK;
    }
    if ((int64_t)w->count > w->model.layers) {
        return lw_error(w->builder->diags, lw_object_place(object, "on"), "take fewer cards",
                        "workloads.%s: %zu cards for %lld layers", object->name, w->count, (long long)w->model.layers);
    }
    if (w->params->micro_batches > PASSES_MOST / (int64_t)w->count) {
        return lw_error(w->builder->diags, lw_object_place(object, "micro_batches"), "ask for fewer",
                        "workloads.%s: %lld pieces over %zu cards are more than the %d of a pipeline", object->name,
                        (long long)w->params->micro_batches, w->count, PASSES_MOST);
    }
    return LW_OK;
}

static lw_status check(const void *params, const lw_option_set *set, lw_place at, lw_diags *diags) {
    const lw_train_params *p = params;
    if (p->micro_batches > p->batch) {
        return lw_error(diags, lw_type_place(options, set, "micro_batches", at),
                        "raise batch, which counts all samples of a step", "%lld pieces of %lld samples",
                        (long long)p->micro_batches, (long long)p->batch);
    }
    return LW_OK;
}

static lw_status expand(lw_graph_builder *builder) {
    lw_train_writing w = {.builder = builder, .params = builder->object->params};
    const lw_object *runtime;
    LW_TRY(lw_trained_of(builder, w.params, &w.model));
    LW_TRY(lw_llm_find(builder, LW_SECTION_RUNTIMES, w.params->runtime, &lw_training_type, &runtime));
    w.training = runtime->params;
    LW_TRY(find_cards(&w));
    LW_TRY(check_pipeline(&w));
    LW_TRY(lw_train_check_memory(&w));
    lw_train_write(&w);
    const char *text = w.text.failed ? NULL : lw_arena_copy(builder->arena, w.text.bytes);
    lw_text_free(&w.text);
    const int64_t in_flight = w.params->input_bytes > 0 ? 2 : 1;
    LW_TRY(text == NULL ? LW_NO_MEMORY : lw_task_graph_of_text(builder, text, w.params->steps, in_flight));
    return lw_llm_tell_method(builder);
}

// ---- Results ----

static void measure(const void *params, const lw_workload_result *result, double *value) {
    const lw_train_params *p = params;
    const double time_us = (double)(result->end_ps - result->start_ps) / 1e6, steps = (double)p->steps;
    const double samples = time_us > 0 ? (double)p->batch * steps / time_us * 1e6 : 0;
    value[0] = time_us / steps;
    value[1] = samples;
    value[2] = p->sequence != LW_AUTO ? samples * (double)p->sequence : 0;
    value[3] = time_us > 0 ? 1 - (double)result->compute_ps / 1e6 / time_us : 0;
}

static const lw_metric own[] = {{.name = "step_us",
                                 .quantity = "step",
                                 .dimension = LW_TIME,
                                 .unit = 1e6,
                                 .of = LW_OF_WORKLOAD,
                                 .title = "a step",
                                 .help = "forward, backward, what cards exchange, and the optimizer"},
                                {.name = "samples_per_s",
                                 .quantity = "samples",
                                 .dimension = LW_PLAIN,
                                 .unit = 1,
                                 .of = LW_OF_WORKLOAD,
                                 .title = "samples/s",
                                 .help = "of all cards together"},
                                {.name = "trained_tokens_per_s",
                                 .quantity = "trained_tokens",
                                 .dimension = LW_PLAIN,
                                 .unit = 1,
                                 .of = LW_OF_WORKLOAD,
                                 .title = "tokens/s",
                                 .help = "of all cards together; 0 where samples have no tokens"},
                                {.name = "idle_share",
                                 .quantity = "idle",
                                 .dimension = LW_PLAIN,
                                 .unit = 1,
                                 .of = LW_OF_WORKLOAD,
                                 .title = "idle",
                                 .help = "of its time, while the card that computes most waits: exposed sums, the bubble of a "
                                         "pipeline"},
                                {0}};
static const char *const metrics[] = {"step_us", "samples_per_s", "trained_tokens_per_s", "idle_share",
                                      "time_us", "compute_us",    "exposed_us",           NULL};

static const char page[] =
    "A model is trained: each step goes forward and backward through all layers, sums gradients over the\n"
    "cards and changes the weights.\n"
    "\n"
    "  step: {kind: train-step, model: llama-3-8b, sequence: 2048, batch: 16, on: gpus, parallel: zero-3}\n"
    "\n"
    "Operations are 2 a weight and token forward and 4 backward, and 12 x hidden x sequence a token and\n"
    "layer for attention; with recompute: 100 % the backward pass repeats the layers' forward work (8 in\n"
    "all). A card gets `mfu` of its compute_rate, or what the runtime says (`lanewise explain training`),\n"
    "which without a fit may be off by a third. batch counts the samples of all cards together, so that\n"
    "one may sweep `parallel`:\n"
    "\n"
    "  ddp       each card has all weights; gradients are summed in buckets of 25 MiB while the backward\n"
    "            pass goes on. Those of the embedding table are last, and nothing hides them.\n"
    "  zero-1    each card keeps a part of the optimizer's state: gradients are summed where they are\n"
    "            wanted, weights are gathered at the end; as many bytes as ddp.\n"
    "  zero-2    and of the gradients: with micro_batches they are exchanged for each, not once a step.\n"
    "  zero-3    and of the weights (FSDP): each layer is gathered before it is computed, forward and\n"
    "            backward, `prefetch` layers ahead; half as many bytes again, for each of micro_batches.\n"
    "  tensor    parts of each matrix: four sums a layer of batch x sequence x hidden numbers of 16 bits,\n"
    "            which nothing hides, and two more with recompute.\n"
    "  pipeline  layers in turn, micro_batches one after the other. Of p equal stages and m pieces a card\n"
    "            idles (p - 1) / (m + p - 1) of the time, and while it waits for what links carry.\n"
    "\n"
    "lora: 16 trains adapters of that rank alone: gradients and optimizer are small, and the backward\n"
    "pass takes 2 operations a weight and token. Cards may differ: each has as many samples, and the\n"
    "slowest sets the pace.\n"
    "\n"
    "What a card cannot hold is refused, with what would fit: 16 bytes a trained parameter (weight,\n"
    "gradient, Adam; ZeRO spreads 12, 14 or all of them), frozen ones in the format of `weights`, 34\n"
    "bytes for each number of a layer's input from forward to backward, 2 with recompute, and 4 a logit;\n"
    "of networks of which no more is known than their parameters, these alone. Buffers of kernels and\n"
    "libraries are not counted.\n"
    "\n"
    "Left out are norms and biases, mixtures of these, and that computes slow down while a library's\n"
    "kernels run beside them.";

const lw_work_kind lw_work_train = {
    .type = {.name = "train-step",
             .summary = "a step that trains a model, on one card or over several",
             .page = page,
             .example = "{kind: train-step, model: resnet-50, on: gpu, batch: 256, input: 150528 B, steps: 4}",
             .options = options,
             .params_size = sizeof(lw_train_params),
             .check = check},
    .metrics = metrics,
    .own = own,
    .measure = measure,
    .expand = expand,
};
