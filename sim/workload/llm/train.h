// SPDX-License-Identifier: GPL-3.0-or-later
// A step that trains a model on the cards of a machine: what each part of it computes, and the tasks
// that this makes of it.
#ifndef LW_TRAIN_H
#define LW_TRAIN_H

#include "sim/workload/llm/training.h"
#include "sim/workload/task_graph.h"

typedef enum lw_parallel {
    LW_PARALLEL_DDP,
    LW_PARALLEL_ZERO_1,
    LW_PARALLEL_ZERO_2,
    LW_PARALLEL_ZERO_3,
    LW_PARALLEL_TENSOR,
    LW_PARALLEL_PIPELINE
} lw_parallel;

typedef struct lw_train_params {
    const char *model, *runtime, *library, *host;
    const lw_yaml *on;
    int parallel, schedule, gradients, weights;
    int64_t batch, micro_batches, sequence, prefetch, bucket_bytes, lora_rank, input_bytes, steps;  // LW_AUTO: not given
    double recompute, mfu;                                                                          // LW_AUTO's NaN
    bool overlap;
} lw_train_params;

enum { LW_TRAIN_GPIPE = 1 };  // of schedule

// A model as a step sees it: layers that are alike, and what stands before and behind them.
typedef struct lw_trained {
    int64_t layers;
    double layer_weights, layer_trained;  // of one: all, and those that have gradients
    double rest_weights;                  // outside of the layers: embedding table and output matrix
    double early_trained, late_trained;   // of these those whose gradients are there first (output), and last (table)
    // operations of a sample, forward: of a layer's weights and attention, and of the output matrix
    double layer_FLOP, attention_FLOP, head_FLOP;
    double inputs, logits;  // numbers of a sample: of a layer's input, and of the output matrix's results
    double between_bytes;   // of a sample, from one layer to the next
} lw_trained;

typedef struct lw_train_writing {
    lw_graph_builder *builder;
    const lw_train_params *params;
    const lw_training *training;
    lw_trained model;
    const lw_node **card;
    size_t count;
    const char *cards;  // "'gpus[0]', 'gpus[1]'"
    lw_text text;       // of the tasks
} lw_train_writing;

// What the workload's model is to a step. wrong: diagnosed.
lw_status lw_trained_of(lw_graph_builder *builder, const lw_train_params *params, lw_trained *out) LW_CHECKED;

// Time of a card, in ps, for `samples` samples, which may be a fraction where several cards share one:
double lw_train_layer_ps(const lw_train_writing *w, size_t card, double samples);  // of a layer, forward
double lw_train_head_ps(const lw_train_writing *w, size_t card, double samples);   // of the output matrix, forward
double lw_train_backward(const lw_train_writing *w);                               // of a layer, by what forward takes
double lw_train_head_backward(const lw_train_writing *w);                          // of the output matrix
double lw_train_optimizer_ps(const lw_train_writing *w, size_t card, double trained);
// Bytes of a gradient, and of a weight that goes from card to card.
double lw_train_gradient_bytes(const lw_train_writing *w);
double lw_train_weight_bytes(const lw_train_writing *w);

// What the cards keep becomes held_bytes of the workload; more than one of them holds is diagnosed, with what would fit.
lw_status lw_train_check_memory(const lw_train_writing *w) LW_CHECKED;
// Write the tasks of a step into text: "{a: {...}, ...}".
void lw_train_write(lw_train_writing *w);

#endif
