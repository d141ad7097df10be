// SPDX-License-Identifier: GPL-3.0-or-later
// Setups as scenarios: the computer, its cards, and the needs one after the other.
#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <string.h>

#include "sim/base/text.h"
#include "sim/plan/plan.h"
#include "sim/result/limit.h"
#include "sim/result/metric_table.h"

typedef struct evaluating {
    const lw_plan *plan;
    const lw_catalog *catalog;
    const lw_run *run;
} evaluating;

// ---- The text of a scenario ----

static void add_tree(lw_text *out, const lw_yaml *node) {
    if (node->kind == LW_SCALAR) {
        lw_text_json_string(out, node->text);
        return;
    }
    const bool map = node->kind == LW_MAP;
    lw_text_add(out, map ? "{" : "[");
    for (const lw_yaml *child = node->first; child != NULL; child = child->next) {
        lw_text_add(out, child != node->first ? ", " : "");
        if (map) {
            lw_text_print(out, "%s: ", child->key);
        }
        add_tree(out, child);
    }
    lw_text_add(out, map ? "}" : "]");
}

// Where the work runs, where its kind has keys for that and the plan leaves them out.
static void add_place(lw_text *out, const lw_plan_need *need, const lw_plan_setup *setup) {
    const lw_option *table = need->kind->type.options;
    if (lw_option_find(table, "on") != NULL && lw_map_get(need->work, "on") == NULL) {
        lw_text_add(out, ", on: [");
        for (size_t c = 0; c < setup->cards; c++) {
            lw_text_print(out, "%scard%zu", c > 0 ? ", " : "", c);
        }
        lw_text_add(out, "]");
    }
    static const char *const keys[][2] = {{"gpu", "card0"}, {"from", "host"}, {"to", "card0"}};
    for (size_t k = 0; k < sizeof keys / sizeof keys[0]; k++) {
        if (lw_option_find(table, keys[k][0]) != NULL && lw_map_get(need->work, keys[k][0]) == NULL) {
            lw_text_print(out, ", %s: %s", keys[k][0], keys[k][1]);
        }
    }
}

// Ways to divide the work over several cards, all of which are tried where the plan says none.
static const char *const *ways_of(const lw_plan_need *need, const lw_plan_setup *setup) {
    static const char *const one[] = {NULL, NULL};
    static const char *const several[] = {"layer", "tensor", NULL};
    const bool divides = lw_option_find(need->kind->type.options, "split") != NULL && lw_map_get(need->work, "split") == NULL &&
                         lw_map_get(need->work, "offload") == NULL;
    return divides && setup->cards > 1 ? several : one;
}

// A need the way-th way; 0 has its name.
static void write_work(const lw_plan_need *need, const lw_plan_setup *setup, size_t way, const char *after, lw_text *out) {
    lw_text whole = {0};
    add_tree(&whole, need->work);
    const size_t length = whole.length > 0 ? whole.length - 1 : 0;  // less the bracket
    lw_text_print(out, way > 0 ? "  %s-%zu: " : "  %s: ", need->name, way);
    lw_text_add_n(out, whole.bytes != NULL ? whole.bytes : "", length);
    out->failed = out->failed || whole.failed;
    lw_text_free(&whole);
    add_place(out, need, setup);
    if (ways_of(need, setup)[way] != NULL) {
        lw_text_print(out, ", split: %s", ways_of(need, setup)[way]);
    }
    if (after[0] != '\0') {
        lw_text_print(out, ", after: %s", after);
    }
    lw_text_add(out, "}\n");
}

static void write_scenario(const lw_plan *plan, const lw_plan_setup *setup, bool wide, lw_text *out) {
    const bool rented = setup->card->kind == LW_ITEM_CLOUD;
    lw_text_print(out, "lanewise: 1\nnodes:\n  host: {preset: %s}\n", rented ? "server-epyc" : plan->host);
    for (size_t c = 0; c < setup->cards; c++) {
        lw_text_print(out, "  card%zu: {preset: %s}\n", c, setup->card->device);
    }
    lw_text_add(out, "links:\n");
    for (size_t c = 0; c < setup->cards; c++) {
        lw_text_print(out, "  link%zu: {between: [host, card%zu], preset: %s}\n", c, c, wide ? "pcie-4-x16" : setup->link[c]);
    }
    char last[LW_NAME_TEXT];
    const char *before = "";
    lw_text_add(out, "workloads:\n");
    for (size_t n = 0; n < plan->need_count; n++) {
        const char *const *way = ways_of(&plan->need[n], setup);
        for (size_t k = 0; k == 0 || way[k] != NULL; k++) {
            write_work(&plan->need[n], setup, k, before, out);
            (void)snprintf(last, sizeof last, k > 0 ? "%s-%zu" : "%s", plan->need[n].name, k);
            before = last;
        }
    }
}

// ---- A run ----

static lw_status run_scenario(const evaluating *e, const lw_plan_setup *setup, bool wide, lw_arena *arena, lw_diags *diags,
                              lw_result *out) {
    lw_text text = {0};
    lw_source *source = LW_NEW(arena, lw_source);
    lw_presets *presets = lw_presets_new(e->catalog, arena, diags);
    write_scenario(e->plan, setup, wide, &text);
    const char *kept = text.failed ? NULL : lw_arena_copy(arena, text.bytes);
    lw_text_free(&text);
    if (kept == NULL || source == NULL || presets == NULL) {
        return LW_NO_MEMORY;
    }
    *source = (lw_source){setup->name, kept, strlen(kept)};
    const lw_reader reader = {lw_scenario_format(), presets, arena, diags};
    const lw_run run = {.threads = 1, .stop = e->run->stop, .nominal = true};
    lw_document *document;
    LW_TRY(lw_document_read(&reader, source, NULL, &document));
    return lw_scenario_run(document, &run, arena, diags, out);
}

static const lw_workload_result *answer_of(const lw_result *result, const char *name) {
    for (size_t w = 0; result->point_count > 0 && w < result->point[0].workload_count; w++) {
        if (strcmp(result->point[0].workload[w].name, name) == 0) {
            return &result->point[0].workload[w];
        }
    }
    return NULL;
}

static double value_of(const lw_plan_need *need, const lw_workload_result *row) {
    double value = (double)NAN;
    return row != NULL && lw_metric_of_workload(need->metric, row, &value) && value > 0 ? value : (double)NAN;
}

// The best of the ways that were tried; way: its word, NULL where there is but one.
static const lw_workload_result *best_of(const lw_plan_need *need, const lw_plan_setup *setup, const lw_result *result,
                                         const char **way) {
    const char *const *ways = ways_of(need, setup);
    const lw_workload_result *best = NULL;
    for (size_t k = 0; k == 0 || ways[k] != NULL; k++) {
        char name[LW_NAME_TEXT];
        (void)snprintf(name, sizeof name, k > 0 ? "%s-%zu" : "%s", need->name, k);
        const lw_workload_result *row = answer_of(result, name);
        const double value = value_of(need, row), before = value_of(need, best);
        if (best == NULL || (need->less ? value < before : value > before)) {
            best = row;
            *way = ways[k];
        }
    }
    return best;
}

// Cards must hold what the work keeps there. Their drivers and programs keep a part for themselves.
static const char *memory_lacks(const lw_plan *plan, const lw_plan_setup *setup, const lw_result *result, lw_arena *arena) {
    static const double kept_bytes = 0.8e9;  // 0.5 to 1 GB a card of contexts and buffers, as nvidia-smi shows them
    const double has = (double)setup->cards * ((double)setup->card->memory_bytes - kept_bytes);
    for (size_t n = 0; n < plan->need_count; n++) {
        const lw_workload_result *row = answer_of(result, plan->need[n].name);
        if (row != NULL && (double)row->held_bytes > has) {
            return lw_arena_print(arena, "%s keeps %.1f GB, and %s %.1f GB free", plan->need[n].name,
                                  (double)row->held_bytes / 1e9, setup->cards > 1 ? "the cards have" : "the card has", has / 1e9);
        }
    }
    return NULL;
}

static const char *first_error(const lw_diags *diags, lw_arena *arena) {
    static const char *const heads[] = {"point 0: ", "workloads."};  // there is one point, and needs have names
    for (size_t i = 0; i < lw_diags_count(diags); i++) {
        const char *message = lw_diags_at(diags, i)->message;
        if (lw_diags_at(diags, i)->severity != LW_ERROR) {
            continue;
        }
        for (size_t h = 0; h < sizeof heads / sizeof heads[0]; h++) {
            const size_t length = strlen(heads[h]);
            message += strncmp(message, heads[h], length) == 0 ? length : 0;
        }
        return lw_arena_copy(arena, message);
    }
    return "it cannot be run";
}

// Into memory that outlives the run, which is one thread's.
static lw_status take_answers(const evaluating *e, lw_plan_setup *setup, const lw_result *result, lw_arena *arena) {
    for (size_t n = 0; n < e->plan->need_count; n++) {
        lw_plan_answer *answer = &setup->answer[n];
        const char *way = NULL;
        const lw_workload_result *row = best_of(&e->plan->need[n], setup, result, &way);
        const char *limit = row != NULL ? lw_limit_text(&row->limit, arena) : "";
        if (limit == NULL) {
            return LW_NO_MEMORY;
        }
        *answer = (lw_plan_answer){.value = value_of(&e->plan->need[n], row), .way = way, .limit = limit, .wider = (double)NAN};
        if (isnan(answer->value) && setup->why == NULL) {
            setup->why = lw_arena_print(arena, "%s does not run on it", e->plan->need[n].name);
        }
    }
    setup->why = setup->why == NULL ? memory_lacks(e->plan, setup, result, arena) : setup->why;
    return LW_OK;
}

static lw_status evaluate_one(const evaluating *e, lw_plan_setup *setup, lw_arena *keeps) {
    lw_arena *scratch = lw_arena_new();
    lw_diags *diags = scratch != NULL ? lw_diags_new(scratch) : NULL;
    lw_result result = {0}, wide = {0};
    lw_status status = diags == NULL ? LW_NO_MEMORY : run_scenario(e, setup, false, scratch, diags, &result);
    if (status == LW_OK) {
        status = take_answers(e, setup, &result, keeps);
    } else if (status == LW_BAD_INPUT || status == LW_LIMIT || status == LW_STUCK) {
        setup->why = first_error(diags, keeps);
        status = setup->why != NULL ? LW_OK : LW_NO_MEMORY;
    }
    if (status == LW_OK && setup->why == NULL && setup->card->kind == LW_ITEM_GPU) {
        status = run_scenario(e, setup, true, scratch, diags, &wide);
        for (size_t n = 0; status == LW_OK && n < e->plan->need_count; n++) {
            const char *way;
            setup->answer[n].wider = value_of(&e->plan->need[n], best_of(&e->plan->need[n], setup, &wide, &way));
        }
        status = status == LW_BAD_INPUT ? LW_OK : status;
    }
    lw_arena_free(scratch);
    return status;
}

lw_status lw_plan_evaluate(const lw_plan *plan, const lw_catalog *catalog, const lw_run *run, lw_plan_setup *setup, size_t count,
                           lw_arena *arena, lw_diags *diags) {
    const evaluating e = {plan, catalog, run};
    const int threads = run->threads > 0 ? run->threads : omp_get_max_threads();
    lw_status first = LW_OK;
#pragma omp parallel for schedule(dynamic) num_threads(threads)
    for (size_t i = 0; i < count; i++) {
        lw_arena *keeps = lw_arena_new();
        lw_status status = keeps == NULL ? LW_NO_MEMORY : LW_OK;
        if (status == LW_OK && setup[i].why == NULL && (run->stop == NULL || *run->stop == 0)) {
            status = evaluate_one(&e, &setup[i], keeps);
        }
#pragma omp critical(lw_plan_evaluate)
        {
            // what a thread found is copied where all of it stays
            const char *why = setup[i].why;
            setup[i].why = why != NULL ? lw_arena_copy(arena, why) : NULL;
            status = status == LW_OK && why != NULL && setup[i].why == NULL ? LW_NO_MEMORY : status;
            for (size_t n = 0; n < plan->need_count; n++) {
                const char *limit = setup[i].answer[n].limit;
                setup[i].answer[n].limit = lw_arena_copy(arena, limit != NULL ? limit : "");
                status = status == LW_OK && setup[i].answer[n].limit == NULL ? LW_NO_MEMORY : status;
            }
            first = first == LW_OK ? status : first;
        }
        lw_arena_free(keeps);
    }
    (void)diags;
    return first == LW_OK && run->stop != NULL && *run->stop != 0 ? LW_INTERRUPTED : first;
}
