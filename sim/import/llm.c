// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/import/llm.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/quantity.h"

// ---- What the tool says, as presets ----

static lw_place place_of(const lw_series *series) {
    return LW_LIST_ITEMS(&series->seen, const lw_seen)[0].place;
}

static lw_status find_model(const lw_import *file, const lw_series *series, lw_presets *presets, lw_llm_machine *out) {
    const lw_catalog *catalog = lw_presets_catalog(presets);
    const char *told = series->llm->model;
    for (size_t i = 0; i < lw_catalog_count(catalog, LW_SHELF_MODELS) && out->model == NULL; i++) {
        const lw_preset *preset = NULL;
        const char *name = lw_catalog_names(catalog, LW_SHELF_MODELS)[i];
        LW_TRY(lw_presets_read(presets, LW_SHELF_MODELS, name, &preset));
        const char *called = preset->called != NULL ? preset->called : "";
        const size_t length = strlen(called);
        const bool is_it = length > 0 && strncmp(told, called, length) == 0 && (told[length] == ' ' || told[length] == '\0');
        out->model = is_it ? name : NULL;
    }
    return out->model != NULL
               ? LW_OK
               : lw_error(file->diags, place_of(series),
                          "lanewise list models names those that are here: name one by --on, as in --on llama-3-8b",
                          "no card is known of the model '%s'", told);
}

// The runtime whose build is nearest; the latest where none is told.
static lw_status find_runtime(const lw_series *series, lw_presets *presets, lw_llm_machine *out) {
    const lw_catalog *catalog = lw_presets_catalog(presets);
    int64_t least = INT64_MAX;
    for (size_t i = 0; i < lw_catalog_count(catalog, LW_SHELF_RUNTIMES); i++) {
        const lw_preset *preset = NULL;
        LW_TRY(lw_presets_read(presets, LW_SHELF_RUNTIMES, lw_catalog_names(catalog, LW_SHELF_RUNTIMES)[i], &preset));
        const int64_t build = preset->called != NULL ? strtol(preset->called, NULL, 10) : 0;
        const int64_t away = series->llm->build > 0 ? llabs(build - series->llm->build) : -build;
        if (build > 0 && away < least) {
            out->runtime = preset->name;
            least = away;
        }
    }
    return LW_OK;
}

// Of a format of its own the nearest of ours by bits a weight: its bytes are those of the file.
static lw_status find_quantisation(const lw_import *file, const lw_series *series, lw_llm_machine *out) {
    // llama.cpp, src/llama-model-loader.cpp: what it calls the formats of files
    static const char *const formats[][2] = {{"BF16", "bf16"},   {"F16", "f16"},     {"Q8_0", "q8_0"}, {"Q6_K", "q6_k"},
                                             {"Q5_K", "q5_k_m"}, {"Q4_K", "q4_k_m"}, {"Q4_0", "q4_0"}, {"Q3_K", "q3_k_m"},
                                             {"Q2_K", "q2_k"},   {"MXFP4", "int4"}};
    static const struct {
        double bits;
        const char *word;
    } by_bits[] = {{8.5, "q8_0"}, {6.56, "q6_k"}, {5.68, "q5_k_m"}, {4.5, "q4_0"}, {3.91, "q3_k_m"}, {3.35, "q2_k"}};
    enum { BITS = 8, PACKED_MOST = 12 };
    const lw_llm_run *run = series->llm;
    for (size_t i = 0; i < sizeof formats / sizeof formats[0] && out->quantisation == NULL; i++) {
        const char *at = strstr(run->model, formats[i][0]);
        // "IQ4_XS" has none of these; "TQ1_0" and "IQ2_K" are others
        out->quantisation = at != NULL && at > run->model && at[-1] == ' ' ? formats[i][1] : NULL;
    }
    double bits = run->weights > 0 ? BITS * (double)run->file_bytes / run->weights : 0;
    bits = bits <= PACKED_MOST ? bits : 0;
    double least = (double)INFINITY;
    for (size_t i = 0; i < sizeof by_bits / sizeof by_bits[0] && bits > 0 && out->quantisation == NULL; i++) {
        least = fmin(least, fabs(by_bits[i].bits - bits));
    }
    for (size_t i = 0; i < sizeof by_bits / sizeof by_bits[0] && bits > 0 && out->quantisation == NULL; i++) {
        out->quantisation = fabs(by_bits[i].bits - bits) <= least ? by_bits[i].word : NULL;
    }
    return out->quantisation != NULL
               ? LW_OK
               : lw_error(file->diags, place_of(series), "the file should say the model's size and number of weights",
                          "nothing is known of the format of the weights of '%s'", run->model);
}

static lw_status add_card(const lw_import *file, const lw_series *series, const lw_import_on *on, lw_presets *presets,
                          const char *name, lw_llm_machine *out) {
    const char *hint = "name the card by --on, as in --on rtx-4090";
    const char *card = on->card;
    const lw_preset *preset = NULL;
    if (out->cards == LW_LLM_CARDS_MAX) {
        return lw_error(file->diags, place_of(series), NULL, "more than 16 cards: %s", series->llm->cards);
    }
    if (card == NULL) {
        LW_TRY(lw_import_device(name, NULL, "gpu", presets, &card));
    }
    if (card == NULL) {
        return name != NULL ? lw_error(file->diags, place_of(series), hint, "no preset is known for the card '%s'", name)
                            : lw_error(file->diags, place_of(series), hint, "the file does not say on which card '%s' ran",
                                       series->llm->model);
    }
    const char *slot = on->link;
    LW_TRY(lw_presets_read(presets, LW_SHELF_DEVICES, card, &preset));
    if (slot == NULL) {
        LW_TRY(lw_import_plain_link(presets, lw_import_preset_number(preset, "native_gen"),
                                    lw_import_preset_number(preset, "native_lanes"), &slot));
    }
    if (slot == NULL) {
        return lw_error(file->diags, place_of(series), "name it by --on, as in --on pcie-5-x16",
                        "the link of the card '%s' is not known", card);
    }
    out->card[out->cards] = card;
    out->slot[out->cards++] = slot;
    return LW_OK;
}

static lw_status find_cards(const lw_import *file, const lw_series *series, const lw_import_on *on, lw_presets *presets,
                            lw_llm_machine *out) {
    const lw_llm_run *run = series->llm;
    const char *names = run->cards != NULL && run->cards[0] != '\0' ? run->cards : NULL;
    const bool one = strcmp(run->split, "none") == 0;
    if (names == NULL) {
        return add_card(file, series, on, presets, NULL, out);
    }
    int number = 0;
    for (const char *at = names; at != NULL; number++) {
        const char *end = strstr(at, ", ");
        const char *name = lw_arena_copy_n(file->arena, at, end != NULL ? (size_t)(end - at) : strlen(at));
        LW_TRY(name == NULL                      ? LW_NO_MEMORY
               : one && number != run->main_card ? LW_OK
                                                 : add_card(file, series, on, presets, name, out));
        at = end != NULL ? end + 2 : NULL;
    }
    return out->cards > 0 ? LW_OK : lw_error(file->diags, place_of(series), NULL, "the main card is none of '%s'", names);
}

// As --tensor-split says, or as the cards' memories are, which is what llama.cpp goes by.
static lw_status find_shares(const lw_import *file, const lw_series *series, lw_presets *presets, lw_llm_machine *out) {
    const char *told = series->llm->shares, *list = "";
    bool equal = true;
    for (size_t i = 0; i < out->cards && out->cards > 1; i++) {
        double share = 0;
        const lw_preset *preset = NULL;
        char *end = NULL;
        if (told != NULL) {
            share = strtod(told, &end);
            const bool last = i + 1 == out->cards;
            if (!(share > 0 && share <= 1e6) || *end != (last ? '\0' : '/')) {
                return lw_error(file->diags, place_of(series), "as many numbers above 0 as there are cards",
                                "the cards' shares are '%s'", series->llm->shares);
            }
            told = end + 1;
        } else {
            lw_quantity quantity;
            const char *problem = NULL, *hint = NULL;
            LW_TRY(lw_presets_read(presets, LW_SHELF_DEVICES, out->card[i], &preset));
            const char *size = lw_map_text(preset->values, "memory_size");
            share = size != NULL && lw_quantity_parse(size, LW_BYTES, &quantity, &problem, &hint) ? quantity.value / 1e9 : 1;
        }
        char buffer[LW_NUMBER_TEXT];
        (void)snprintf(buffer, sizeof buffer, "%.6g", share);
        list = lw_arena_print(file->arena, "%s%s%s", list, i > 0 ? ", " : "", lw_number_point(buffer));
        LW_TRY(list == NULL ? LW_NO_MEMORY : LW_OK);
        equal = equal && series->llm->shares == NULL && strcmp(out->card[i], out->card[0]) == 0;
    }
    out->shares = equal ? NULL : lw_arena_print(file->arena, "[%s]", list);
    return equal || out->shares != NULL ? LW_OK : LW_NO_MEMORY;
}

static lw_status find_offload(const lw_series *series, lw_presets *presets, lw_llm_machine *out) {
    const lw_preset *model = NULL;
    LW_TRY(lw_presets_read(presets, LW_SHELF_MODELS, out->model, &model));
    const int64_t layers = lw_import_preset_number(model, "layers"), here = series->llm->layers;
    out->offload = here >= 0 && here < layers ? (double)(layers - here) / (double)layers : 0;
    return LW_OK;
}

static lw_status tell(const lw_import *file, const lw_series *series, const lw_import_on *on, const lw_llm_machine *llm,
                      lw_import_machine *out) {
    const lw_llm_run *run = series->llm;
    const char *cards = "";
    for (size_t i = 0, same = 1; i < llm->cards && cards != NULL; i += same, same = 1) {
        while (i + same < llm->cards && strcmp(llm->card[i + same], llm->card[i]) == 0) {
            same++;
        }
        const char *before = i > 0 ? " and " : "";
        cards = same > 1 ? lw_arena_print(file->arena, "%s%s%zu %s", cards, before, same, llm->card[i])
                         : lw_arena_print(file->arena, "%s%s%s", cards, before, llm->card[i]);
    }
    const char *build = run->build > 0 ? lw_arena_print(file->arena, "build %" PRId64, run->build) : "a build that is not told";
    const bool links = llm->cards > 1 || llm->offload > 0;
    LW_TRY(cards == NULL || build == NULL ? LW_NO_MEMORY : LW_OK);
    out->words = lw_arena_print(file->arena, "%s with %s", cards, llm->model);
    out->said =
        lw_arena_print(file->arena, "%s, preset %s; %s, as %s; llama.cpp, %s, as %s%s",
                       run->cards != NULL ? run->cards : "card not told", cards, run->model, llm->model, build, llm->runtime,
                       !links             ? ""
                       : on->link != NULL ? "; the slots are as --on says"
                                          : "; the slots are not told, the widest that the cards take are assumed");
    return out->words == NULL || out->said == NULL ? LW_NO_MEMORY : LW_OK;
}

lw_status lw_llm_machine_of(const lw_import *file, const lw_series *series, const lw_import_on *on, lw_presets *presets,
                            lw_import_machine *out) {
    lw_llm_machine *llm = LW_NEW(file->arena, lw_llm_machine);
    LW_TRY(llm == NULL ? LW_NO_MEMORY : LW_OK);
    if (on->system != NULL) {
        return lw_error(file->diags, place_of(series), "name the card, its link, the model or the runtime",
                        "--on: '%s' is a system, and cards of language models are told one by one", on->system);
    }
    *llm = (lw_llm_machine){.model = on->model, .runtime = on->runtime};
    // both are told where both are missing
    const lw_status cards = find_cards(file, series, on, presets, llm);
    LW_TRY(cards == LW_BAD_INPUT ? LW_OK : cards);
    LW_TRY(llm->model == NULL ? find_model(file, series, presets, llm) : LW_OK);
    LW_TRY(cards);
    LW_TRY(llm->runtime == NULL ? find_runtime(series, presets, llm) : LW_OK);
    if (llm->runtime == NULL) {
        return lw_error(file->diags, place_of(series), "name it by --on", "no runtime of llama.cpp is known for '%s'",
                        series->llm->model);
    }
    LW_TRY(find_quantisation(file, series, llm));
    LW_TRY(find_shares(file, series, presets, llm));
    LW_TRY(find_offload(series, presets, llm));
    out->llm = llm;
    out->host = on->host != NULL ? on->host : LW_IMPORT_USUAL_HOST;
    out->link = llm->slot[0];
    return tell(file, series, on, llm, out);
}

// ---- As a scenario ----

static void add_machine(const lw_import_machine *machine, bool host, const lw_variant *variant, lw_text *out) {
    const lw_llm_machine *llm = machine->llm;
    lw_text_add(out, "  nodes:\n");
    if (host) {
        lw_text_print(out, "    host: {preset: %s}\n", machine->host);
    }
    for (size_t i = 0; i < llm->cards; i++) {
        lw_text_print(out, "    gpu%zu: {preset: %s}\n", i, llm->card[i]);
    }
    lw_text_add(out, host ? "  links:\n" : "");
    for (size_t i = 0; i < llm->cards && host; i++) {
        lw_text_print(out, "    slot%zu: {between: [host, gpu%zu], preset: %s", i, i, llm->slot[i]);
        if (variant->lanes > 0) {
            lw_text_print(out, ", lanes: %" PRId64, variant->lanes);
        }
        lw_text_add(out, "}\n");
    }
}

void lw_llm_scenario(const lw_series *series, const lw_import_machine *machine, const lw_variant *variant, lw_text *out) {
    const lw_llm_machine *llm = machine->llm;
    const lw_llm_run *run = series->llm;
    const bool prompt = series->act == LW_ACT_PREFILL;
    const double offload = variant->offload > 0 ? variant->offload : llm->offload;
    add_machine(machine, llm->cards > 1 || offload > 0, variant, out);
    lw_text_print(out, "  runtimes:\n    runtime: {%s: %s%s", variant->ideal ? "type" : "preset",
                  variant->ideal             ? "inference"
                  : variant->runtime != NULL ? variant->runtime
                                             : llm->runtime,
                  variant->ideal ? ", half_sums: true" : "");
    if (run->micro_batch > 0) {
        lw_text_print(out, ", micro_batch: %" PRId64, run->micro_batch);
    }
    lw_text_print(out, "}\n  models:\n    model: {preset: %s}\n", llm->model);
    lw_text_print(out, "  workloads:\n    work: {kind: llm-%s, model: model, runtime: runtime, quantisation: %s, kv: %s, on: [",
                  prompt ? "prefill" : "decode", llm->quantisation, run->kv);
    for (size_t i = 0; i < llm->cards; i++) {
        lw_text_print(out, "%sgpu%zu", i > 0 ? ", " : "", i);
    }
    lw_text_add(out, "]");
    if (run->file_bytes > 0) {
        lw_text_print(out, ", file: %" PRId64 " B", run->file_bytes);
    }
    if (llm->cards > 1) {
        lw_text_print(out, ", split: %s", strcmp(run->split, "tensor") == 0 ? "tensor" : "layer");
    }
    if (llm->shares != NULL) {
        lw_text_print(out, ", shares: %s", llm->shares);
    }
    if (offload > 0) {
        char buffer[LW_NUMBER_TEXT];
        (void)snprintf(buffer, sizeof buffer, "%.9g", offload);
        lw_text_print(out, ", offload: %s%s", lw_number_point(buffer), prompt ? ", offloaded: streamed" : "");
    }
    lw_text_add(out, "}\n");
}
