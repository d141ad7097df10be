// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/study/observed.h"

#include <string.h>

#include "sim/base/suggest.h"
#include "sim/result/metric_table.h"
#include "sim/workload/kind.h"

static const char *const together_words[] = {"", "sum", "mean", "makespan", NULL};
static const char time_word[] = "time_us", prefix[] = "workloads.";
static const char one_hint[] = "write workloads.NAME.bandwidth_GBps, .time_us, .tokens_per_s, .mean_wait_us or .mean_latency_us";
static const char several_hint[] = "write {sum: [workloads.A.bandwidth_GBps, workloads.B.bandwidth_GBps]}, or mean, or makespan";

typedef struct reading {
    lw_arena *arena;
    lw_diags *diags;
    lw_observed *out;
} reading;

static const lw_metric *metric_in(const lw_metric *m, const char *name) {
    while (m != NULL && m->name != NULL && (m->of != LW_OF_WORKLOAD || m->quantity == NULL || strcmp(m->name, name) != 0)) {
        m++;
    }
    return m != NULL && m->name != NULL ? m : NULL;
}

// Of all workloads, or of some kind of work.
static const lw_metric *metric_named(const char *name) {
    const lw_metric *found = metric_in(lw_metrics, name);
    for (size_t i = 0; found == NULL && lw_work_kinds[i] != NULL; i++) {
        found = metric_in(lw_work_kinds[i]->own, name);
    }
    return found;
}

// "workloads.NAME.METRIC"
static lw_status add_one(const reading *in, const lw_yaml *what) {
    lw_observed *out = in->out;
    const char *dot = what->kind == LW_SCALAR ? strrchr(what->text, '.') : NULL;
    if (what->kind != LW_SCALAR) {
        return lw_error(in->diags, what->place, one_hint, "what is observed must be a text");
    }
    if (strncmp(what->text, prefix, sizeof prefix - 1) != 0 || dot <= what->text + sizeof prefix - 1) {
        return lw_error(in->diags, what->place, one_hint, "'%s' is nothing that can be observed", what->text);
    }
    const lw_metric *metric = metric_named(dot + 1);
    if (metric == NULL) {
        return lw_error(in->diags, what->place, one_hint, "a workload has no '%s'", dot + 1);
    }
    if (out->metric != NULL && out->metric != metric) {
        return lw_error(in->diags, what->place, several_hint, "%s and %s have no %s", out->metric->name, metric->name,
                        together_words[out->together]);
    }
    out->metric = metric;
    for (size_t i = 0; i < out->count; i++) {
        if (strcmp(out->at[i]->text, what->text) == 0) {
            return lw_error(in->diags, what->place, "name each workload once", "'%s' stands there twice", what->text);
        }
    }
    const char *between = out->count > 0 ? ", " : out->together == LW_TOGETHER_ONE ? "" : " of ";
    out->at[out->count++] = what;
    out->words = lw_arena_print(in->arena, "%s%s%s", out->words, between, what->text);
    return out->words == NULL ? LW_NO_MEMORY : LW_OK;
}

static lw_status make_room(const reading *in, size_t count) {
    in->out->at = LW_NEW_ARRAY(in->arena, const lw_yaml *, count);
    in->out->workload = LW_NEW_ARRAY(in->arena, size_t, count);
    return in->out->at == NULL || in->out->workload == NULL ? LW_NO_MEMORY : LW_OK;
}

// {sum: [...]}
static lw_status add_several(const reading *in, const lw_yaml *map) {
    lw_observed *out = in->out;
    const lw_yaml *list = map->first;
    if (map->count != 1 || list->kind != LW_LIST || list->count == 0) {
        return lw_error(in->diags, map->place, several_hint, "observe takes one workload, or one list of several");
    }
    while (together_words[out->together] != NULL && strcmp(together_words[out->together], list->key) != 0) {
        out->together++;
    }
    if (out->together == LW_TOGETHER_ONE || together_words[out->together] == NULL) {
        return lw_error(in->diags, list->key_place,
                        lw_did_you_mean(in->diags, list->key, together_words + 1, LW_TOGETHER_MAKESPAN, several_hint),
                        "'%s' says nothing of several workloads", list->key);
    }
    out->words = together_words[out->together];
    LW_TRY(make_room(in, list->count));
    for (const lw_yaml *what = list->first; what != NULL; what = what->next) {
        LW_TRY(add_one(in, what));
    }
    return out->together != LW_TOGETHER_MAKESPAN || strcmp(out->metric->name, time_word) == 0
               ? LW_OK
               : lw_error(in->diags, list->first->place, "write workloads.NAME.time_us", "a makespan is a time, not %s",
                          out->metric->name);
}

lw_status lw_observed_parse(const lw_yaml *observe, lw_arena *arena, lw_diags *diags, lw_observed *out) {
    *out = (lw_observed){.words = ""};
    const reading in = {arena, diags, out};
    if (observe->kind == LW_MAP) {
        return add_several(&in, observe);
    }
    LW_TRY(make_room(&in, 1));
    return add_one(&in, observe);
}

// A metric of a kind of work is that of the workload's kind.
static lw_status take_own(lw_observed *observed, const lw_object *object, const lw_yaml *at, lw_diags *diags) {
    const lw_metric *own = lw_work_kind_of(object->type)->own;
    if (metric_in(lw_metrics, observed->metric->name) != NULL) {
        return LW_OK;
    }
    const lw_metric *found = metric_in(own, observed->metric->name);
    if (found == NULL) {
        return lw_error(diags, at->place, one_hint, "work of kind %s has no '%s'", object->type->name, observed->metric->name);
    }
    observed->metric = found;
    return LW_OK;
}

lw_status lw_observed_find(lw_observed *observed, const lw_document *document, lw_diags *diags) {
    for (size_t i = 0; i < observed->count; i++) {
        const char *name = observed->at[i]->text + sizeof prefix - 1;
        const size_t length = (size_t)(strrchr(name, '.') - name), count = document->count[LW_SECTION_WORKLOADS];
        size_t *w = &observed->workload[i];
        for (*w = 0; *w < count; ++*w) {
            const char *known = document->object[LW_SECTION_WORKLOADS][*w]->name;
            if (strlen(known) == length && strncmp(known, name, length) == 0) {
                break;
            }
        }
        if (*w == count) {
            return lw_error(diags, observed->at[i]->place, NULL, "the table's scenario has no workload '%.*s'", (int)length,
                            name);
        }
        LW_TRY(take_own(observed, document->object[LW_SECTION_WORKLOADS][*w], observed->at[i], diags));
    }
    return LW_OK;
}

double lw_observed_of(const lw_observed *observed, const lw_point *point) {
    double sum = 0;
    int64_t first_ps = INT64_MAX, last_ps = 0;
    for (size_t i = 0; i < observed->count; i++) {
        const lw_workload_result *row = &point->workload[observed->workload[i]];
        double value = 0;
        (void)lw_metric_of_workload(observed->metric, row, &value);
        sum += value;
        first_ps = row->start_ps < first_ps ? row->start_ps : first_ps;
        last_ps = row->end_ps > last_ps ? row->end_ps : last_ps;
    }
    return observed->together == LW_TOGETHER_MAKESPAN ? (double)(last_ps - first_ps) / observed->metric->unit
           : observed->together == LW_TOGETHER_MEAN   ? sum / (double)observed->count
                                                      : sum;
}
