// SPDX-License-Identifier: GPL-3.0-or-later
// The tasks of a step, as a user would write them.
#include <math.h>
#include <string.h>

#include "sim/workload/llm/train.h"

static const char *numbered(const lw_train_writing *w, const char *name, size_t i) {
    return lw_diags_text(w->builder->diags, "%s-%zu", name, i);
}

// Begin a task: its name, and a comma where another stands before it.
static void begin(lw_train_writing *w, const char *name) {
    const bool first = w->text.length == 0 || w->text.bytes[w->text.length - 1] == '{';
    lw_text_print(&w->text, "%s%s: {", first ? "" : ", ", name);
}

static void open_group(lw_train_writing *w, const char *name, const char *after, int64_t repeat) {
    begin(w, name);
    lw_text_print(&w->text, "%s%s%srepeat: %lld, tasks: {", after[0] != '\0' ? "after: " : "", after,
                  after[0] != '\0' ? ", " : "", (long long)repeat);
}

static void close_group(lw_train_writing *w) {
    lw_text_add(&w->text, "}}");
}

// "[work-0, work-1, more]": what comes after the same on all cards.
static const char *of_all(const lw_train_writing *w, const char *name, const char *more) {
    const char *text = "[";
    for (size_t i = 0; i < w->count; i++) {
        text = lw_arena_print(w->builder->arena, "%s%s%s-%zu", text, i > 0 ? ", " : "", name, i);
        text = text != NULL ? text : "[";
    }
    const char *all = lw_arena_print(w->builder->arena, "%s%s%s]", text, more[0] != '\0' ? ", " : "", more);
    return all != NULL ? all : "[]";
}

// The same of an earlier iteration: "[work-0@-2, work-1@-2]".
static const char *of_all_before(const lw_train_writing *w, const char *name, int64_t distance) {
    const char *text = "[";
    for (size_t i = 0; i < w->count; i++) {
        text = lw_arena_print(w->builder->arena, "%s%s%s-%zu@-%lld", text, i > 0 ? ", " : "", name, i, (long long)distance);
        text = text != NULL ? text : "[";
    }
    const char *all = lw_arena_print(w->builder->arena, "%s]", text);
    return all != NULL ? all : "[]";
}

static void add_compute(lw_train_writing *w, const char *name, size_t card, double time_ps, const char *after) {
    begin(w, name);
    lw_text_print(&w->text, "compute: %lld ps, node: '%s'%s%s}", llround(fmin(time_ps, (double)LW_WORK_LONGEST_PS)),
                  w->card[card]->name, after[0] != '\0' ? ", after: " : "", after);
}

static void add_exchange(lw_train_writing *w, const char *name, const char *kind, double bytes, const char *after) {
    begin(w, name);
    lw_text_print(&w->text, "kind: %s, on: [%s], bytes: %lld B, library: %s%s%s}", kind, w->cards, llround(fmax(1, bytes)),
                  w->params->library, after[0] != '\0' ? ", after: " : "", after);
}

static double samples_each(const lw_train_writing *w) {
    return (double)w->params->batch / (double)w->params->micro_batches / (double)w->count;
}

// ---- All of the model on each card ----

// On each card, after what it did itself (own) and what is of all cards (after); "": neither.
static void add_computes(lw_train_writing *w, const char *name, double layers, double heads, const char *own, const char *after) {
    for (size_t i = 0; i < w->count; i++) {
        const double time = layers * lw_train_layer_ps(w, i, samples_each(w)) + heads * lw_train_head_ps(w, i, samples_each(w));
        const char *all = own[0] == '\0'     ? after
                          : after[0] == '\0' ? numbered(w, own, i)
                                             : lw_diags_text(w->builder->diags, "[%s, %s]", numbered(w, own, i), after);
        add_compute(w, numbered(w, name, i), i, time, all);
    }
}

// Gradients in buckets: as soon as one is full on all cards, they exchange it, one after the other, beside
// the backward pass. First those of the output matrix are there, last those of the embedding table.
static void add_backward(lw_train_writing *w, const char *kind) {
    const double layers = (double)w->model.layers, each = lw_train_gradient_bytes(w);
    const double gradients = layers * w->model.layer_trained * each;
    const int64_t bucket = w->params->bucket_bytes != LW_AUTO ? w->params->bucket_bytes : w->training->bucket_bytes;
    const int64_t buckets = (int64_t)fmin(fmax(1, ceil(gradients / (double)bucket)), 1e6);
    const bool early = w->model.early_trained > 0;
    add_computes(w, "output", 0, 1 + lw_train_head_backward(w), "forward", "");
    if (early) {
        add_exchange(w, "first", kind, w->model.early_trained * each, of_all(w, "output", ""));
    }
    begin(w, "backward");
    lw_text_print(&w->text, "after: %s, repeat: %lld, in_flight: %lld, tasks: {",
                  of_all(w, "output", early && !w->params->overlap ? "first" : ""), (long long)buckets, (long long)buckets);
    add_computes(w, "back", layers * lw_train_backward(w) / (double)buckets, 0, "",
                 buckets > 1 && !w->params->overlap ? "sum@-1" : "");
    const char *in_turn = early && buckets > 1 ? "first, sum@-1" : early ? "first" : buckets > 1 ? "sum@-1" : "";
    add_exchange(w, "sum", kind, gradients / (double)buckets, of_all(w, "back", in_turn));
    close_group(w);
    if (w->model.late_trained > 0) {
        add_exchange(w, "last", kind, w->model.late_trained * each, "backward");
    }
}

static void add_pass(lw_train_writing *w, const char *kind) {
    add_computes(w, "forward", (double)w->model.layers, 0, "", "");
    add_backward(w, kind);
}

// Passes whose gradients stay where they are.
static void add_quiet_passes(lw_train_writing *w, int64_t passes) {
    if (passes > 0) {
        open_group(w, "quiet", "", passes);
        add_computes(w, "pass", (double)w->model.layers * (1 + lw_train_backward(w)), 1 + lw_train_head_backward(w), "", "");
        close_group(w);
    }
}

static double trained_of(const lw_train_writing *w) {
    return (double)w->model.layers * w->model.layer_trained + w->model.early_trained + w->model.late_trained;
}

static void add_optimizer(lw_train_writing *w, double trained, const char *after) {
    for (size_t i = 0; i < w->count; i++) {
        add_compute(w, numbered(w, "optimizer", i), i, lw_train_optimizer_ps(w, i, trained), after);
    }
}

// DDP sums gradients on all cards; ZeRO-1 and 2 sum them where they are wanted, and gather weights when a
// card's part of them has changed (Rajbhandari et al., ZeRO, 2020: twice the parameters in either case). A
// card that keeps no more than its part of the gradients (ZeRO-2) exchanges them in each pass.
static void add_data_parallel(lw_train_writing *w) {
    const int64_t passes = w->params->micro_batches;
    const bool parts = w->params->parallel != LW_PARALLEL_DDP, each_pass = w->params->parallel == LW_PARALLEL_ZERO_2;
    const int64_t loud = each_pass ? passes : 1;
    if (w->count == 1) {
        add_quiet_passes(w, passes);
        add_optimizer(w, trained_of(w), "quiet");
        return;
    }
    add_quiet_passes(w, passes - loud);
    open_group(w, "passes", passes > loud ? "quiet" : "", loud);
    add_pass(w, parts ? "reduce-scatter" : "all-reduce");
    close_group(w);
    add_optimizer(w, trained_of(w) / (parts ? (double)w->count : 1), "passes");
    if (parts) {
        add_exchange(w, "gather", "all-gather", trained_of(w) * lw_train_weight_bytes(w), of_all(w, "optimizer", ""));
    }
}

// ---- Parts of all weights, gathered when they are wanted ----

// A layer's weights come while the one before is computed, or `prefetch` before.
static void add_sharded(lw_train_writing *w) {
    const int64_t layers = w->model.layers, ahead = w->params->prefetch + 1;
    const double weights = w->model.layer_weights * lw_train_weight_bytes(w);
    const double gradients = w->model.layer_trained * lw_train_gradient_bytes(w);
    const double rest = w->model.early_trained + w->model.late_trained;
    const bool has_rest = w->model.rest_weights > 0;
    open_group(w, "passes", "", w->params->micro_batches);
    if (has_rest) {
        add_exchange(w, "gather-rest", "all-gather", w->model.rest_weights * lw_train_weight_bytes(w), "");
    }
    open_group(w, "layers", has_rest ? "gather-rest" : "", layers);
    add_exchange(w, "gather", "all-gather", weights, ahead < layers ? of_all_before(w, "forward", ahead) : "");
    add_computes(w, "forward", 1, 0, "", "gather");
    close_group(w);
    add_computes(w, "output", 0, 1 + lw_train_head_backward(w), "", "layers");
    begin(w, "backward");
    lw_text_print(&w->text, "after: layers, repeat: %lld, in_flight: %lld, tasks: {", (long long)layers, (long long)layers);
    add_exchange(w, "gather-again", "all-gather", weights,
                 ahead < layers ? of_all_before(w, "back", ahead)
                 : layers > 1   ? "gather-again@-1"
                                : "");
    add_computes(w, "back", lw_train_backward(w), 0, "output", "gather-again");
    add_exchange(w, "sum", "reduce-scatter", gradients, of_all(w, "back", layers > 1 ? "sum@-1" : ""));
    close_group(w);
    if (rest > 0) {
        add_exchange(w, "sum-rest", "reduce-scatter", rest * lw_train_gradient_bytes(w), "backward");
    }
    close_group(w);
    add_optimizer(w, trained_of(w) / (double)w->count, "passes");
}

// ---- Parts of each matrix ----

// A layer is two halves, attention and feed-forward block, each of which ends with a sum over all cards,
// forward and backward (Shoeybi et al., Megatron-LM, 2019), and once more where forward is repeated.
static void add_tensor(lw_train_writing *w) {
    const double vector = w->model.between_bytes * samples_each(w) * (double)w->count;
    const bool again = w->params->recompute > 0;
    open_group(w, "passes", "", w->params->micro_batches);
    add_exchange(w, "embed", "all-reduce", vector, "");
    open_group(w, "layers", "embed", 2 * w->model.layers);
    add_computes(w, "forward", 0.5, 0, "", "");
    add_exchange(w, "sum", "all-reduce", vector, of_all(w, "forward", ""));
    close_group(w);
    add_computes(w, "output", 0, 1 + lw_train_head_backward(w), "", "layers");
    add_exchange(w, "sum-output", "all-reduce", vector, of_all(w, "output", ""));
    open_group(w, "backward", "sum-output", 2 * w->model.layers);
    if (again) {
        add_computes(w, "again", w->params->recompute / 2, 0, "", "");
        add_exchange(w, "sum-again", "all-reduce", vector, of_all(w, "again", ""));
    }
    add_computes(w, "back", (lw_train_backward(w) - w->params->recompute) / 2, 0, "", again ? "sum-again" : "");
    add_exchange(w, "sum-back", "all-reduce", vector, of_all(w, "back", ""));
    close_group(w);
    close_group(w);
    add_optimizer(w, trained_of(w) / (double)w->count, "passes");
}

// ---- Layers in turn ----

typedef struct stage {
    int64_t layers, done[2];  // passes forward and backward that are written
    const char *before;       // the last of them
} stage;

// Of stage `s` one pass forward (0) or backward (1): it comes after what its neighbour sent, and what it
// did before.
static void add_stage_pass(lw_train_writing *w, stage *all, size_t s, int way) {
    stage *own = &all[s];
    const size_t pass = (size_t)own->done[way]++, last = w->count - 1;
    const bool receives = way == 0 ? s > 0 : s < last, sends = way == 0 ? s < last : s > 0;
    const double samples = (double)w->params->batch / (double)w->params->micro_batches;
    const char *word = way == 0 ? "forward" : "back";
    const char *name = lw_arena_print(w->builder->arena, "%s-%zu-%zu", word, s, pass);
    const char *comes = receives ? lw_diags_text(w->builder->diags, "%s-in-%zu-%zu", word, s, pass) : "";
    const char *after =
        lw_diags_text(w->builder->diags, "[%s%s%s]", comes, receives && own->before[0] != '\0' ? ", " : "", own->before);
    const double layers = (double)own->layers * (way == 0 ? 1 : lw_train_backward(w));
    const double heads = s < last ? 0 : way == 0 ? 1 : lw_train_head_backward(w);
    const double time = layers * lw_train_layer_ps(w, s, samples) + heads * lw_train_head_ps(w, s, samples);
    name = name != NULL ? name : "";
    add_compute(w, name, s, time, strcmp(after, "[]") == 0 ? "" : after);
    own->before = name;
    if (sends) {
        const size_t to = way == 0 ? s + 1 : s - 1;
        begin(w, lw_diags_text(w->builder->diags, "%s-in-%zu-%zu", word, to, pass));
        lw_text_print(&w->text, "copy: {from: '%s', to: '%s', bytes: %lld B}, after: %s}", w->card[s]->name, w->card[to]->name,
                      llround(fmax(1, samples * w->model.between_bytes)), name);
    }
}

// Which pass a stage does next: GPipe (Huang et al., 2019) does all forward first; 1F1B (PipeDream-Flush,
// Narayanan et al., 2021) as few as fill the stages behind, then one of each in turn.
static int next_pass(const lw_train_writing *w, const stage *own, size_t s) {
    const int64_t passes = w->params->micro_batches, fill = (int64_t)(w->count - s);
    const int64_t ahead = w->params->schedule == LW_TRAIN_GPIPE ? passes : fill;
    return own->done[0] < passes && own->done[0] - own->done[1] < ahead ? 0 : 1;
}

static void add_pipeline(lw_train_writing *w) {
    stage *all = LW_NEW_ARRAY(w->builder->arena, stage, w->count);
    const int64_t count = (int64_t)w->count;
    for (size_t s = 0; all != NULL && s < w->count; s++) {
        const int64_t n = (int64_t)s;
        all[s] = (stage){.layers = w->model.layers * (n + 1) / count - w->model.layers * n / count, .before = ""};
    }
    for (int64_t i = 0; all != NULL && i < 2 * w->params->micro_batches; i++) {
        for (size_t s = 0; s < w->count; s++) {
            add_stage_pass(w, all, s, next_pass(w, &all[s], s));
        }
    }
    for (size_t s = 0; all != NULL && s < w->count; s++) {
        const double rest = (s == 0 ? w->model.late_trained : 0) + (s + 1 == w->count ? w->model.early_trained : 0);
        const double trained = (double)all[s].layers * w->model.layer_trained + rest;
        add_compute(w, numbered(w, "optimizer", s), s, lw_train_optimizer_ps(w, s, trained), all[s].before);
    }
    w->text.failed = w->text.failed || all == NULL;
}

// ---- All of it ----

static void add_body(lw_train_writing *w) {
    const bool alone = w->count == 1;
    switch ((lw_parallel)w->params->parallel) {
    case LW_PARALLEL_ZERO_3:
        (alone ? add_data_parallel : add_sharded)(w);
        return;
    case LW_PARALLEL_TENSOR:
        (alone ? add_data_parallel : add_tensor)(w);
        return;
    case LW_PARALLEL_PIPELINE:
        (alone ? add_data_parallel : add_pipeline)(w);
        return;
    case LW_PARALLEL_DDP:
    case LW_PARALLEL_ZERO_1:
    case LW_PARALLEL_ZERO_2:
        add_data_parallel(w);
        return;
    }
}

void lw_train_write(lw_train_writing *w) {
    const bool loads = w->params->input_bytes > 0;
    const bool first_alone = w->params->parallel == LW_PARALLEL_PIPELINE;  // takes all samples
    lw_text_add(&w->text, "{");
    for (size_t i = 0; loads && i < (first_alone ? 1 : w->count); i++) {
        const double share = first_alone || w->params->parallel == LW_PARALLEL_TENSOR ? 1 : (double)w->count;
        begin(w, numbered(w, "load", i));
        // two buffers: one is filled while the other is read
        lw_text_print(&w->text, "copy: {from: '%s', to: '%s', bytes: %lld B}%s}", w->params->host, w->card[i]->name,
                      llround((double)w->params->input_bytes * (double)w->params->batch / share),
                      w->params->steps > 2 ? ", after: step@-2" : "");
    }
    const char *after = !loads ? "" : first_alone ? "[load-0]" : of_all(w, "load", "");
    open_group(w, "work", after, 1);
    add_body(w);
    close_group(w);
    begin(w, "step");
    lw_text_print(&w->text, "delay: %lld ps, after: work}}", (long long)w->training->step_ps);
}
