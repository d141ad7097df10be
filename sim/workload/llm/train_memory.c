// SPDX-License-Identifier: GPL-3.0-or-later
// What a step of training keeps on each card, and what would make it fit.
#include <math.h>

#include "sim/workload/llm/train.h"

// Adam in mixed precision keeps 2 B of a weight, 2 of its gradient and 12 of the optimizer (weight and both moments in
// 32 bits), or 4, 4 and 8 (Rajbhandari et al., ZeRO, 2020, section 3.1).
enum {
    WEIGHT_BYTES = 2,
    GRADIENT_BYTES = 2,
    OPTIMIZER_BYTES = 12,
    STATE_BYTES = WEIGHT_BYTES + GRADIENT_BYTES + OPTIMIZER_BYTES
};
// Of a number of a layer's input, kept from forward to backward: 34 B in 16 bits, 2 where the layer is computed again, 10
// of the 34 on each card where matrices are in parts (Korthikanti et al., Reducing activation recomputation, 2022,
// equations 1 to 3, without the scores of attention, which fused kernels do not keep). Of a logit 4: it and its gradient.
enum { ACTIVATION_BYTES = 34, UNSPLIT_BYTES = 10, INPUT_BYTES = 2, LOGIT_BYTES = 4 };

typedef struct kept {
    double state, activations;
} kept;

static double bytes_of_input(const lw_train_params *p, double split) {
    const double all = UNSPLIT_BYTES + (ACTIVATION_BYTES - UNSPLIT_BYTES) / split;
    return p->recompute * INPUT_BYTES + (1 - p->recompute) * all;
}

// Weights that are trained, on a card that keeps `layers` layers and so much of the rest, by how they are spread.
static double state_of(const lw_train_writing *w, const lw_train_params *p, double layers, double rest_trained, double rest) {
    const lw_trained *m = &w->model;
    const double n = (double)w->count, trained = layers * m->layer_trained + rest_trained;
    const double adapters = p->lora_rank > 0 ? layers * m->layer_trained : 0;
    const double frozen = fmax(0, layers * m->layer_weights + rest - (p->lora_rank > 0 ? 0 : trained)) * lw_train_weight_bytes(w);
    const double gathered = fmin((double)p->prefetch + 1, layers) * (m->layer_weights + adapters / layers) * WEIGHT_BYTES;
    switch ((lw_parallel)p->parallel) {
    case LW_PARALLEL_ZERO_1:
        return frozen + trained * (WEIGHT_BYTES + GRADIENT_BYTES + OPTIMIZER_BYTES / n);
    case LW_PARALLEL_ZERO_2:
        return frozen + trained * (WEIGHT_BYTES + (GRADIENT_BYTES + OPTIMIZER_BYTES) / n);
    case LW_PARALLEL_ZERO_3:
        return (frozen + trained * STATE_BYTES) / n + (n > 1 ? gathered * (1 - 1 / n) : 0);
    case LW_PARALLEL_TENSOR:
        return (frozen + trained * STATE_BYTES) / n;
    case LW_PARALLEL_DDP:
    case LW_PARALLEL_PIPELINE:
        break;
    }
    return frozen + trained * STATE_BYTES;
}

// Of the stage that keeps most: the first has the input of as many pieces as there are stages behind.
static kept of_pipeline(const lw_train_writing *w, const lw_train_params *p) {
    const lw_trained *m = &w->model;
    const int64_t count = (int64_t)w->count, pieces = p->micro_batches;
    const double samples = (double)p->batch / (double)pieces;
    kept most = {0, 0};
    for (int64_t s = 0; s < count; s++) {
        const double layers = (double)(m->layers * (s + 1) / count - m->layers * s / count);
        const int64_t behind = p->schedule == LW_TRAIN_GPIPE || count - s > pieces ? pieces : count - s;
        const double trained = (s == 0 ? m->late_trained : 0) + (s + 1 == count ? m->early_trained : 0);
        const double rest = s == 0 || s + 1 == count ? m->rest_weights / 2 : 0;
        const kept own = {state_of(w, p, layers, trained, fmax(rest, trained)),
                          samples * ((double)behind * layers * m->inputs * bytes_of_input(p, 1) +
                                     (s + 1 == count ? m->logits * LOGIT_BYTES : 0))};
        most = own.state + own.activations > most.state + most.activations ? own : most;
    }
    return most;
}

static kept kept_of(const lw_train_writing *w, const lw_train_params *p) {
    const lw_trained *m = &w->model;
    if (p->parallel == LW_PARALLEL_PIPELINE && w->count > 1) {
        return of_pipeline(w, p);
    }
    const bool tensor = p->parallel == LW_PARALLEL_TENSOR;
    const double cards = (double)w->count, trained = m->early_trained + m->late_trained;
    // a card has a sample or none
    const double samples =
        fmax((double)p->batch / (double)p->micro_batches / (tensor ? 1 : cards), tensor ? 0 : fmin(1, (double)p->batch));
    return (kept){state_of(w, p, (double)m->layers, trained, m->rest_weights),
                  samples * ((double)m->layers * m->inputs * bytes_of_input(p, tensor ? cards : 1) +
                             m->logits * LOGIT_BYTES / (tensor ? cards : 1))};
}

static bool fits(const lw_train_writing *w, const lw_train_params *p, double room) {
    const kept is = kept_of(w, p);
    return is.state + is.activations <= room;
}

// The least change, alone or together with smaller pieces and recomputation, that makes it fit.
static const char *what_fits(const lw_train_writing *w, double room) {
    static const int stages[] = {LW_PARALLEL_ZERO_1, LW_PARALLEL_ZERO_2, LW_PARALLEL_ZERO_3};
    static const char *const words[] = {"", "parallel: zero-1", "parallel: zero-2", "parallel: zero-3"};
    const int64_t cards = (int64_t)w->count, is = w->params->parallel;
    const int64_t pieces = is == LW_PARALLEL_TENSOR || is == LW_PARALLEL_PIPELINE ? w->params->batch : w->params->batch / cards;
    for (size_t s = 0; s <= (cards > 1 ? 3U : 0U); s++) {
        for (int change = s == 0 ? 1 : 0; change < 4; change++) {
            lw_train_params p = *w->params;
            p.parallel = s > 0 ? stages[s - 1] : p.parallel;
            p.micro_batches = (change & 1) != 0 && pieces > p.micro_batches ? pieces : p.micro_batches;
            p.recompute = (change & 2) != 0 ? 1 : p.recompute;
            if ((s == 0 || p.parallel > is) && fits(w, &p, room)) {
                const char *more = p.micro_batches == w->params->micro_batches
                                       ? ""
                                       : lw_diags_text(w->builder->diags, "%smicro_batches: %lld", s > 0 ? ", " : "",
                                                       (long long)p.micro_batches);
                const char *again = p.recompute > w->params->recompute ? lw_diags_text(w->builder->diags, "%srecompute: 100 %%",
                                                                                       s > 0 || more[0] != '\0' ? ", " : "")
                                                                       : "";
                return lw_diags_text(w->builder->diags, "take %s%s%s", words[s], more, again);
            }
        }
    }
    return "take more cards, a smaller batch, or adapters (lora: 16)";
}

lw_status lw_train_check_memory(const lw_train_writing *w) {
    const kept is = kept_of(w, w->params);
    w->builder->workload->held_bytes = llround((is.state + is.activations) * (double)w->count);
    for (size_t i = 0; i < w->count; i++) {
        const int64_t room = w->card[i]->spec->params->memory_size_bytes;
        if (room != LW_AUTO && is.state + is.activations > (double)room) {
            return lw_error(
                w->builder->diags, lw_object_place(w->builder->object, "on"), what_fits(w, (double)room),
                "workloads.%s keeps %.1f GB of weights, gradients and optimizer and %.1f GB of activations on '%s', which "
                "holds %.1f GB",
                w->builder->object->name, is.state / 1e9, is.activations / 1e9, w->card[i]->name, (double)room / 1e9);
        }
    }
    return LW_OK;
}
