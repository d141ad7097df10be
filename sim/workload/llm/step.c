// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/workload/llm/step.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const lw_llm_split_words[] = {"layer", "tensor", "expert", NULL};
const char *const lw_llm_kv_words[] = {"f16", "q8_0", "fp8", "q4_0", NULL};
const char *const lw_llm_offloaded_words[] = {"computed", "streamed", NULL};
static const double kv_bytes[] = {2, 34.0 / 32, 1, 18.0 / 32};  // a number; blocks of 32 with a scale of 16 bits
enum { VECTOR_BYTES = 2 };                                      // of a number that goes from card to card

// One card, and its part of the layers.
typedef struct part {
    const lw_node *node;
    const lw_node_params *rates;
    double share;    // of all
    int64_t layers;  // split by layers
} part;

typedef struct writing {
    lw_graph_builder *builder;
    const lw_llm_params *params;
    const lw_llm_model *model;
    const lw_llm_runtime *runtime;
    const lw_llm_step *step;
    part *part;
    size_t count;
    const lw_node *host;  // of offloaded layers; NULL: none
    const char *cards;    // "'gpus[0]', 'gpus[1]'"
    lw_text text;         // of the tasks
    bool overlaps;        // pieces of a prompt, from card to card
    int64_t piece;        // that is written; NO_PIECE: all of them are alike
} writing;

enum { NO_PIECE = -1, PIECES_AHEAD = 4 };  // in a loop of pieces that are all alike

// ---- What a workload names ----

static uint32_t *number_of(lw_graph_workload *workload, lw_section_id section) {
    return section == LW_SECTION_MODELS ? &workload->model : &workload->runtime;
}

lw_status lw_llm_find(lw_graph_builder *builder, lw_section_id section, const char *name, const lw_type *wanted,
                      const lw_object **out) {
    const char *key = section == LW_SECTION_MODELS ? "model" : "runtime";
    const char *hint = lw_diags_text(builder->diags, "`lanewise list %s` names presets", lw_section_words[section]);
    uint32_t *number = number_of(builder->workload, section);
    LW_TRY(lw_graph_use(builder, section, key, name, hint, number));
    *out = builder->setup->object[section][*number];
    if (wanted != NULL && (*out)->type != wanted) {
        return lw_error(builder->diags, lw_object_place(builder->object, key), hint,
                        "workloads.%s: the %s '%s' is of type %s, and this work takes %s", builder->object->name, key, name,
                        (*out)->type->name, wanted->name);
    }
    return lw_object_check(*out, builder->diags);
}

lw_status lw_llm_find_runtime(lw_graph_builder *builder, const lw_llm_params *params, const lw_llm_runtime **out) {
    const lw_object *found;
    LW_TRY(lw_llm_find(builder, LW_SECTION_RUNTIMES, params->runtime, &lw_llm_runtime_type, &found));
    *out = found->params;
    return LW_OK;
}

static lw_status find_node(const writing *w, const char *key, const char *name, const lw_node **out) {
    lw_selection chosen;
    const lw_place place = lw_object_place(w->builder->object, key);
    LW_TRY(lw_machine_select(w->builder->machine, name, place, w->builder->diags, &chosen));
    if (chosen.count != 1) {
        return lw_error(w->builder->diags, place, lw_diags_text(w->builder->diags, "write %s[0]", name),
                        "'%s' takes a single node", key);
    }
    *out = &w->builder->machine->node[chosen.first];
    return LW_OK;
}

static lw_status check_memory(const writing *w, const lw_node *node, const char *key) {
    return node->spec->params->memory_rate_Bps != LW_AUTO
               ? LW_OK
               : lw_error(w->builder->diags, lw_object_place(w->builder->object, key),
                          "give it a memory_rate, or a preset that has one",
                          "workloads.%s: nothing is known of the memory_rate of '%s'", w->builder->object->name, node->name);
}

static lw_status find_cards(writing *w) {
    lw_graph_builder *builder = w->builder;
    lw_list list = {0};
    LW_TRY(lw_graph_nodes(builder, w->params->on, &list));
    w->count = list.count;
    w->part = LW_NEW_ARRAY(builder->arena, part, list.count);
    w->cards = "";
    if (w->part == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t i = 0; i < list.count; i++) {
        const lw_node *node = &builder->machine->node[LW_LIST_ITEMS(&list, uint32_t)[i]];
        w->part[i] = (part){.node = node, .rates = node->spec->params, .share = 1.0 / (double)list.count};
        w->cards = lw_arena_print(builder->arena, "%s%s'%s'", w->cards, i > 0 ? ", " : "", node->name);
        if (w->cards == NULL) {
            return LW_NO_MEMORY;
        }
        LW_TRY(check_memory(w, node, "on"));
    }
    return LW_OK;
}

static lw_status read_shares(writing *w) {
    const lw_yaml *list = w->params->shares;
    lw_diags *diags = w->builder->diags;
    double sum = 0;
    if (list == NULL) {
        return LW_OK;
    }
    if (list->kind != LW_LIST || list->count != w->count) {
        return lw_error(diags, list->place, "write shares: [3, 1]", "'shares' takes a list of %zu numbers, one a card", w->count);
    }
    const lw_yaml *item = list->first;
    for (size_t i = 0; i < w->count; i++, item = item->next) {
        lw_quantity number;
        const char *problem, *hint;
        if (item->kind != LW_SCALAR || !lw_quantity_parse(item->text, LW_PLAIN, &number, &problem, &hint) ||
            !(number.value > 0 && number.value <= 1e9)) {
            return lw_error(diags, item->place, "write shares: [3, 1]", "a share is a number above 0");
        }
        w->part[i].share = number.value;
        sum += number.value;
    }
    for (size_t i = 0; i < w->count; i++) {
        w->part[i].share /= sum;
    }
    return LW_OK;
}

// The layer up to which cards have so much of all: the nearest boundary, or by llama.cpp's rule, whose
// layer i goes to the first card that ends behind i / (layers + 1).
static int64_t layer_at(const writing *w, double share) {
    const int64_t layers = w->model->layers;
    const double exact = share * (double)(layers + 1);
    return w->runtime->output_is_a_layer ? (int64_t)fmin(ceil(exact - 1e-6), (double)layers) : llround(share * (double)layers);
}

// Whole layers, so that all are somewhere.
static void share_layers(writing *w) {
    double before = 0;
    int64_t given = 0;
    for (size_t i = 0; i < w->count; i++) {
        before += w->part[i].share;
        const int64_t end = i + 1 == w->count ? w->model->layers : layer_at(w, before);
        w->part[i].layers = end - given;
        given = end;
    }
}

static lw_status check_split(const writing *w) {
    const lw_object *object = w->builder->object;
    if (w->params->split != LW_SPLIT_LAYER && w->params->offload > 0) {
        return lw_error(w->builder->diags, lw_object_place(object, "offload"), "take split: layer",
                        "workloads.%s: layers in host memory are split by layers", object->name);
    }
    if (w->params->split == LW_SPLIT_EXPERT && w->model->experts == 0) {
        return lw_error(w->builder->diags, lw_object_place(object, "split"), "take split: tensor",
                        "workloads.%s: the model '%s' has no experts", object->name, w->params->model);
    }
    if (w->step->prompt && w->params->offload > 0 && w->params->offloaded == 0) {
        return lw_error(w->builder->diags, lw_object_place(object, "offload"), "take offloaded: streamed",
                        "workloads.%s: there is no model of a host that computes a prompt", object->name);
    }
    for (size_t i = 0; w->step->prompt && i < w->count; i++) {
        if (w->part[i].rates->compute_rate_FLOPps == LW_AUTO) {
            return lw_error(w->builder->diags, lw_object_place(object, "on"), "give it a compute_rate, or a preset that has one",
                            "workloads.%s: nothing is known of the compute_rate of '%s'", object->name, w->part[i].node->name);
        }
    }
    return LW_OK;
}

// ---- Times ----

static double bytes_of(const writing *w, double weights) {
    const double bytes_each = lw_is_auto(w->params->file_bytes) ? lw_quantisation_bits(w->params->quantisation) / 8
                                                                : w->params->file_bytes / lw_llm_weights(w->model);
    return weights * bytes_each;
}

// Of reading weights and multiplying with them, for the share of a card. Around the corner of the two
// measured kernels take up to a quarter more than the longer one, which the third power does.
static double product_ps(const writing *w, const part *p, double reads, double active) {
    const double bits = lw_quantisation_bits(w->params->quantisation);
    const double rate = lw_llm_weight_share(w->runtime, p->rates) * (double)p->rates->memory_rate_Bps;
    const double memory = bytes_of(w, reads) * (bits < 4 ? w->runtime->low_bits_cost : 1) / rate * 1e12;
    const bool packed = lw_quantisation_is_packed(w->params->quantisation);
    const double share = lw_llm_flops_share(w->runtime, p->rates) * (packed ? w->runtime->packed_flops_share : 1);
    const double flops = p->rates->compute_rate_FLOPps == LW_AUTO
                             ? 0
                             : 2 * active * w->step->tokens / (share * lw_llm_flops_rate(w->runtime, p->rates)) * 1e12;
    return cbrt(memory * memory * memory + flops * flops * flops);
}

static double kv_of_layer(const writing *w) {
    return lw_llm_kv_bytes(w->model, kv_bytes[w->params->kv]) * w->step->context * w->step->requests;
}

// Attention reads keys and values, or multiplies with them: 4 operations for each number of the
// queries, token and token before. Kernels that are not fused write and read the scores between.
static double attention_ps(const writing *w, const part *p, double share) {
    const double read = kv_of_layer(w) * share / (w->runtime->kv_share * (double)p->rates->memory_rate_Bps) * 1e12;
    if (!w->step->prompt) {
        return read;
    }
    const double queries = (double)(w->model->heads * w->model->head_dim);
    const double own = w->runtime->attention_share;
    const double rate =
        (lw_is_auto(own) ? lw_llm_flops_share(w->runtime, p->rates) : own) * lw_llm_flops_rate(w->runtime, p->rates);
    const double pairs = w->step->tokens * w->step->context * share;
    const double moved = (double)w->runtime->score_bytes * (double)w->model->heads * pairs;
    const double memory = w->runtime->weight_share * (double)p->rates->memory_rate_Bps;
    return read + 4 * queries * pairs / rate * 1e12 + moved / memory * 1e12;
}

static double fixed_layer_ps(const writing *w) {
    const bool packed = lw_quantisation_is_packed(w->params->quantisation);
    return (double)(w->runtime->layer_ps + (packed ? w->runtime->packed_layer_ps : 0));
}

static long long whole_ps(const writing *w, double time_ps) {
    const double most = (double)LW_WORK_LONGEST_PS;
    return llround(fmin(time_ps * w->step->longer, most));
}

// ---- Layers in turn ----

static double layer_ps(const writing *w, const part *p) {
    const double reads = lw_llm_layer_reads(w->model, w->step->tokens), active = lw_llm_layer_active(w->model);
    return product_ps(w, p, reads, active) + attention_ps(w, p, 1) + fixed_layer_ps(w);
}

static double head_ps(const writing *w, const part *p, double share) {
    const double head = lw_llm_head_weights(w->model) * share;
    // of a prompt the last token alone is asked for
    return w->step->prompt ? bytes_of(w, head) / (double)p->rates->memory_rate_Bps * 1e12 : product_ps(w, p, head, head);
}

static long long vector_bytes(const writing *w) {
    return llround(w->step->tokens * (double)w->model->hidden * VECTOR_BYTES);
}

// A layer by the host's cores: its memory, or what they compute where that is known and longer.
static double host_layer_ps(const writing *w) {
    const lw_node_params *host = w->host->spec->params;
    const double reads = lw_llm_layer_reads(w->model, w->step->tokens);
    const double memory = bytes_of(w, reads) / (w->runtime->host_share * (double)host->memory_rate_Bps) * 1e12;
    const double flops = host->compute_rate_FLOPps == LW_AUTO
                             ? 0
                             : 2 * lw_llm_layer_active(w->model) * w->step->tokens / (double)host->compute_rate_FLOPps * 1e12;
    return cbrt(memory * memory * memory + flops * flops * flops);
}

// Layers whose weights the host keeps: it computes with them, or each comes before it is computed.
static void add_offloaded(writing *w, const part *p, const char *id, int64_t layers) {
    const double reads = lw_llm_layer_reads(w->model, w->step->tokens);
    if (w->params->offloaded == 0) {
        lw_text_print(&w->text, "down-%s: {copy: {from: '%s', to: '%s', bytes: %lld B}, after: stage-%s}\n", id, p->node->name,
                      w->host->name, vector_bytes(w), id);
        lw_text_print(&w->text, "host-%s: {compute: %lld ps, node: '%s', after: down-%s}\n", id,
                      whole_ps(w, (double)layers * host_layer_ps(w)), w->host->name, id);
        lw_text_print(&w->text, "end-%s: {copy: {from: '%s', to: '%s', bytes: %lld B}, after: host-%s}\n", id, w->host->name,
                      p->node->name, vector_bytes(w), id);
        return;
    }
    lw_text_print(&w->text,
                  "end-%s: {after: stage-%s, repeat: %lld, tasks: {load-%s: {copy: {from: '%s', to: '%s', bytes: %lld B}", id, id,
                  (long long)layers, id, w->host->name, p->node->name, llround(bytes_of(w, reads)));
    lw_text_print(&w->text, "%s}, work-%s: {compute: %lld ps, node: '%s', after: load-%s}}}\n",
                  w->runtime->overlaps_streaming ? lw_diags_text(w->builder->diags, ", after: work-%s@-2", id) : "", id,
                  whole_ps(w, layer_ps(w, p)), p->node->name, id);
}

static const char *skip_comma(const char *list) {
    return list[0] == ',' ? list + 2 : list;
}

// Of stage i, or of one piece of a prompt there.
static const char *id_of(const writing *w, size_t i, int64_t piece) {
    return piece == NO_PIECE ? lw_diags_text(w->builder->diags, "%zu", i)
                             : lw_diags_text(w->builder->diags, "%zu-%lld", i, (long long)piece);
}

// ", NAME", a task of the stage so many pieces before; "" where there is none.
static const char *earlier(const writing *w, const char *name, size_t i, int64_t back) {
    if (w->piece == NO_PIECE) {
        return lw_diags_text(w->builder->diags, back > 0 ? ", %s-%zu@-%lld" : ", %s-%zu", name, i, (long long)back);
    }
    return back > w->piece ? "" : lw_diags_text(w->builder->diags, ", %s-%s", name, id_of(w, i, w->piece - back));
}

// Layers of a stage after which the program has handed out all of it: the queue of the card holds the
// rest, and so many pieces more.
static double layers_before_handed(const writing *w, const part *p, int64_t layers, int64_t *back) {
    const bool packed = lw_quantisation_is_packed(w->params->quantisation);
    const int64_t launches = w->runtime->layer_launches + (packed ? w->runtime->packed_layer_launches : 0);
    *back = INT64_MAX;
    if (w->runtime->launch_queue == LW_AUTO || layers == 0 || p->layers == 0) {
        return 0;
    }
    const double queue = (double)w->runtime->launch_queue / (double)launches;
    const double pieces = ceil(queue / (double)layers);
    *back = (int64_t)pieces - 1;
    return pieces * (double)layers - queue;
}

// One thread hands out pieces, card by card: it waits for copies of what goes between cards, and for
// room in the queue of a card. What the stage comes after is ", handed-1, ...".
static const char *add_handing(writing *w, size_t i, int64_t layers, double *first) {
    int64_t back = INT64_MAX;
    const int64_t ahead = w->runtime->pieces_ahead;
    const char *id = id_of(w, i, w->piece);
    *first = layers_before_handed(w, &w->part[i], layers, &back);
    if (ahead == LW_AUTO && back == INT64_MAX) {
        return "";
    }
    const char *before = i > 0 ? earlier(w, "handed", i - 1, 0) : earlier(w, "handed", w->count - 1, 1);
    const char *left = ahead == LW_AUTO ? "" : earlier(w, "end", i, ahead);
    const char *room = back == INT64_MAX ? "" : *first > 0 ? earlier(w, "first", i, back) : earlier(w, "stage", i, back + 1);
    lw_text_print(&w->text, "handing-%s: {after: [%s]}\n", id,
                  skip_comma(lw_diags_text(w->builder->diags, "%s%s", before, left)));
    lw_text_print(&w->text, "handed-%s: {after: [handing-%s%s]}\n", id, id, room);
    return lw_diags_text(w->builder->diags, ", handing-%s", id);
}

static void add_stage(writing *w, size_t i) {
    const part *p = &w->part[i];
    const bool last = i + 1 == w->count;
    const int64_t away = w->host != NULL ? llround(w->params->offload * (double)p->layers) : 0;
    const int64_t layers = p->layers - away;
    const double head = last ? head_ps(w, p, 1) : 0;
    const char *id = id_of(w, i, w->piece);
    const char *before = i > 0 ? earlier(w, "hop", i - 1, 0) : "";
    double first = 0;
    if (w->params->kv_in[0] != '\0') {
        lw_text_print(&w->text, "kv-%s: {copy: {from: '%s', to: '%s', bytes: %lld B}, after: [%s]}\n", id, w->params->kv_in,
                      p->node->name, llround(fmax(1, kv_of_layer(w) * (double)p->layers)), skip_comma(before));
        before = lw_diags_text(w->builder->diags, ", kv-%s", id);
    }
    if (w->overlaps) {
        // pieces keep their order, though each is two computes
        const char *handing = add_handing(w, i, layers, &first);
        before = lw_diags_text(w->builder->diags, "%s%s%s", before, handing, first > 0 ? earlier(w, "stage", i, 1) : "");
    }
    if (first > 0) {
        lw_text_print(&w->text, "first-%s: {compute: %lld ps, node: '%s', after: [%s]}\n", id,
                      whole_ps(w, first * layer_ps(w, p)), p->node->name, skip_comma(before));
        before = lw_diags_text(w->builder->diags, ", first-%s", id);
    }
    lw_text_print(&w->text, "stage-%s: {compute: %lld ps, node: '%s', after: [%s]}\n", id,
                  whole_ps(w, ((double)layers - first) * layer_ps(w, p) + head), p->node->name, skip_comma(before));
    if (away > 0) {
        add_offloaded(w, p, id, away);
    } else {
        lw_text_print(&w->text, "end-%s: {after: stage-%s}\n", id, id);
    }
    if (!last) {
        lw_text_print(&w->text, "go-%s: {copy: {from: '%s', to: '%s', bytes: %lld B}, after: end-%s}\n", id, p->node->name,
                      w->part[i + 1].node->name, vector_bytes(w), id);
        lw_text_print(&w->text, "hop-%s: {delay: %lld ps, after: go-%s}\n", id, (long long)w->runtime->hop_ps, id);
    }
}

static void add_stages(writing *w) {
    for (size_t i = 0; i < w->count; i++) {
        add_stage(w, i);
    }
    lw_text_print(&w->text, "step%s: {delay: %lld ps, after: end-%s}\n",
                  w->piece == NO_PIECE ? "" : lw_diags_text(w->builder->diags, "-%lld", (long long)w->piece),
                  (long long)w->runtime->step_ps, id_of(w, w->count - 1, w->piece));
}

// Each piece of a prompt reads what came before it: where pieces overlap it matters that the last takes
// longest. Of very many each is as long as the mean.
static int64_t add_pieces(writing *w, int64_t pieces) {
    enum { STAGES_MAX = 1024 };  // their text stays below its limit
    w->overlaps = w->step->prompt && w->count > 1 && pieces > 1;
    if (!w->overlaps || pieces > STAGES_MAX / (int64_t)w->count) {
        add_stages(w);
        return pieces;
    }
    const lw_llm_step *all = w->step;
    for (w->piece = 0; w->piece < pieces; w->piece++) {
        lw_llm_step one = *all;
        one.context = all->context + all->tokens * ((double)w->piece - (double)(pieces - 1) / 2);
        w->step = &one;
        add_stages(w);
    }
    w->step = all;
    return 1;
}

// ---- Parts of each layer ----

// A compute of each card, by the time that `time` finds.
typedef double part_time(const writing *w, const part *p);

static void add_parts(writing *w, const char *name, part_time *time, const char *after) {
    for (size_t i = 0; i < w->count; i++) {
        lw_text_print(&w->text, "%s-%zu: {compute: %lld ps, node: '%s'%s%s}\n", name, i, whole_ps(w, time(w, &w->part[i])),
                      w->part[i].node->name, after[0] != '\0' ? ", after: " : "", after);
    }
}

static void add_exchange(writing *w, const char *name, const char *kind, double bytes, const char *after) {
    lw_text_print(&w->text, "%s: {kind: %s, on: [%s], bytes: %lld B, library: %s, after: [", name, kind, w->cards,
                  llround(fmax(1, bytes)), w->params->library);
    for (size_t i = 0; i < w->count; i++) {
        lw_text_print(&w->text, "%s%s-%zu", i > 0 ? ", " : "", after, i);
    }
    lw_text_add(&w->text, "]}\n");
}

static double attention_part(const writing *w, const part *p) {
    const double weights = lw_llm_attention_weights(w->model), share = w->params->split == LW_SPLIT_TENSOR ? p->share : 1;
    return product_ps(w, p, weights * share, weights * p->share) + attention_ps(w, p, p->share) + fixed_layer_ps(w) / 2 +
           (double)w->runtime->reduce_ps;
}

static double block_part(const writing *w, const part *p) {
    const double reads = lw_llm_layer_reads(w->model, w->step->tokens) - lw_llm_attention_weights(w->model);
    const double active = lw_llm_layer_active(w->model) - lw_llm_attention_weights(w->model);
    return product_ps(w, p, reads * p->share, active * p->share) + fixed_layer_ps(w) / 2 + (double)w->runtime->reduce_ps;
}

static double head_part(const writing *w, const part *p) {
    return head_ps(w, p, p->share);
}

// Two sums a layer, after attention and after the feed-forward block; of experts two exchanges, to
// those that a token asks for and back.
static void add_layers(writing *w) {
    const double vector = (double)vector_bytes(w);
    const bool experts = w->params->split == LW_SPLIT_EXPERT;
    const double sent = vector * (double)w->model->active_experts / (double)w->count;
    lw_text_print(&w->text, "layers:\n  repeat: %lld\n  tasks:\n", (long long)w->model->layers);
    lw_text inner = w->text;
    w->text = (lw_text){0};
    add_parts(w, "attention", attention_part, "");
    add_exchange(w, experts ? "dispatch" : "sum-1", experts ? "all-to-all" : "all-reduce", experts ? sent : vector, "attention");
    add_parts(w, "block", block_part, experts ? "dispatch" : "sum-1");
    add_exchange(w, experts ? "combine" : "sum-2", experts ? "all-to-all" : "all-reduce", experts ? sent : vector, "block");
    for (const char *line = w->text.bytes; line != NULL && *line != '\0';) {
        const size_t length = strcspn(line, "\n") + 1;
        lw_text_add(&inner, "    ");
        lw_text_add_n(&inner, line, length);
        line += length;
    }
    inner.failed = inner.failed || w->text.failed;
    lw_text_free(&w->text);
    w->text = inner;
    add_parts(w, "head", head_part, "layers");
    const double logits = (w->step->prompt ? 1 : w->step->tokens) * (double)w->model->vocabulary * VECTOR_BYTES;
    add_exchange(w, "logits", "all-gather", logits, "head");
    lw_text_print(&w->text, "step: {delay: %lld ps, after: logits}\n",
                  (long long)(w->runtime->step_ps + (int64_t)(w->count - 1) * w->runtime->hop_ps));
}

// ---- All of it ----

// Weights, but for those of layers in host memory, and keys and values, but for those kept elsewhere. Kernels'
// own buffers, some hundred MB a card, are not counted.
static double weights_held(const writing *w) {
    const double layer = lw_llm_layer_reads(w->model, (double)INFINITY);
    return bytes_of(w, lw_llm_weights(w->model) - w->params->offload * (double)w->model->layers * layer);
}

static double held_of(const writing *w) {
    const double kv = (double)w->model->layers * kv_of_layer(w);
    return weights_held(w) + (w->params->kv_in[0] == '\0' ? kv : 0);
}

// "sum-1: ring, LL; sum-2: ...": the two sums of a layer are alike, and there is but one gather.
lw_status lw_llm_tell_method(lw_graph_builder *builder) {
    const char *first = builder->workload->method;
    const char *text = first != NULL ? strchr(first, ':') : NULL;
    if (text == NULL) {
        return LW_OK;
    }
    builder->workload->method = lw_arena_copy_n(builder->arena, text + 2, strcspn(text + 2, ";"));
    return builder->workload->method != NULL ? LW_OK : LW_NO_MEMORY;
}

// What each card has of it, by the shares of the cards.
static lw_status check_room(const writing *w) {
    for (size_t i = 0; i < w->count; i++) {
        const double keeps = (double)w->builder->workload->held_bytes * w->part[i].share;
        const int64_t room = w->part[i].rates->memory_size_bytes;
        if (room != LW_AUTO && keeps > (double)room) {
            return lw_error(w->builder->diags, lw_object_place(w->builder->object, "on"),
                            "take more cards, fewer bits (quantisation), or offload: 50 %",
                            "workloads.%s keeps %.1f GB on '%s', which holds %.1f GB", w->builder->object->name, keeps / 1e9,
                            w->part[i].node->name, (double)room / 1e9);
        }
    }
    return LW_OK;
}

static lw_status write_tasks(writing *w, int64_t steps) {
    const bool in_turn = w->params->split == LW_SPLIT_LAYER || w->count == 1;
    if (in_turn) {
        share_layers(w);
        steps = add_pieces(w, steps);
    } else {
        add_layers(w);
    }
    const char *text = w->text.failed ? NULL : lw_arena_copy(w->builder->arena, w->text.bytes);
    if (text == NULL) {
        return LW_NO_MEMORY;
    }
    const int64_t ahead = w->runtime->pieces_ahead == LW_AUTO ? PIECES_AHEAD : w->runtime->pieces_ahead;
    LW_TRY(lw_task_graph_of_text(w->builder, text, steps, w->step->prompt && in_turn ? ahead * (int64_t)w->count : 1));
    return in_turn ? LW_OK : lw_llm_tell_method(w->builder);
}

// Everything that a workload names, but for the host of its offloaded layers.
static lw_status find_all(writing *w) {
    const lw_object *model;
    LW_TRY(lw_llm_find(w->builder, LW_SECTION_MODELS, w->params->model, &lw_llm_model_type, &model));
    w->model = model->params;
    LW_TRY(lw_llm_find_runtime(w->builder, w->params, &w->runtime));
    LW_TRY(find_cards(w));
    return read_shares(w);
}

lw_status lw_llm_room(lw_graph_builder *builder, const lw_llm_params *params, double share, double *held_bytes, double *tokens) {
    writing w = {.builder = builder, .params = params};
    LW_TRY(find_all(&w));
    const double each = (double)w.model->layers * lw_llm_kv_bytes(w.model, kv_bytes[params->kv]);
    *held_bytes = weights_held(&w);
    *tokens = (double)INFINITY;
    for (size_t i = 0; i < w.count && params->kv_in[0] == '\0'; i++) {
        const part *p = &w.part[i];
        if (p->rates->memory_size_bytes != LW_AUTO) {
            const double left = share * (double)p->rates->memory_size_bytes - *held_bytes * p->share;
            *tokens = fmin(*tokens, left / (each * p->share));
        }
    }
    return LW_OK;
}

lw_status lw_llm_expand(lw_graph_builder *builder, const lw_llm_params *params, const lw_llm_step *step, int64_t steps) {
    writing w = {.builder = builder, .params = params, .step = step, .piece = NO_PIECE};
    LW_TRY(find_all(&w));
    LW_TRY(check_split(&w));
    builder->workload->held_bytes = llround(held_of(&w));
    LW_TRY(step->counted ? LW_OK : check_room(&w));
    if (params->offload > 0) {
        LW_TRY(find_node(&w, "host", params->host, &w.host));
        LW_TRY(check_memory(&w, w.host, "host"));
    }
    const lw_status written = write_tasks(&w, steps);
    lw_text_free(&w.text);
    return written;
}
