// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/study/uncertain.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/list.h"
#include "sim/machine/node.h"

typedef struct finding {
    const lw_document *document;
    lw_arena *arena;
    lw_diags *silent;  // a preset that is wrong is told by who reads it
    lw_list preset;    // const lw_preset *
    lw_list row;       // lw_fit_parameter
} finding;

// Does it say this word, or one that begins with it?
static bool says(const lw_yaml *node, const char *word) {
    bool found = node->kind == LW_SCALAR && strncmp(node->text, word, strlen(word)) == 0;
    for (const lw_yaml *child = node->first; child != NULL && !found; child = child->next) {
        found = says(child, word);
    }
    return found;
}

// Calls by an interface that neither the card nor the scenario names cost nobody anything.
static bool is_called(const finding *f, const lw_preset *preset, const lw_option *option) {
    const lw_api api = strcmp(preset->type, "gpu") == 0 ? lw_node_api_of(option) : LW_API_AUTO;
    const char *own = lw_map_text(preset->values, "api");
    return api == LW_API_AUTO || (own != NULL && strncmp(own, lw_api_words[api], strlen(lw_api_words[api])) == 0) ||
           says(f->document->root, lw_api_words[api]);
}

static lw_status add_row(finding *f, const lw_preset *preset, const lw_yaml *row) {
    lw_fit_parameter parameter;
    if (lw_map_get(row, "error") == NULL && lw_map_get(row, "spread") == NULL) {
        return LW_OK;
    }
    const lw_status read = lw_fit_parameter_of(preset, row, f->arena, f->silent, &parameter);
    if (read != LW_OK) {
        return read == LW_BAD_INPUT ? LW_OK : read;
    }
    if (!is_called(f, preset, parameter.option)) {
        return LW_OK;
    }
    lw_fit_parameter *added = LW_LIST_ADD(&f->row, lw_fit_parameter, f->arena);
    if (added == NULL) {
        return LW_NO_MEMORY;
    }
    *added = parameter;
    return LW_OK;
}

static lw_status add_preset(finding *f, const lw_preset *preset) {
    for (size_t i = 0; i < f->preset.count; i++) {
        if (LW_LIST_ITEMS(&f->preset, const lw_preset *)[i] == preset) {
            return LW_OK;
        }
    }
    const lw_preset **added = LW_LIST_ADD(&f->preset, const lw_preset *, f->arena);
    if (added == NULL) {
        return LW_NO_MEMORY;
    }
    *added = preset;
    for (const lw_yaml *row = preset->rows != NULL ? preset->rows->first : NULL; row != NULL; row = row->next) {
        LW_TRY(add_row(f, preset, row));
    }
    return LW_OK;
}

static lw_status add_object(finding *f, const lw_object *object) {
    return object != NULL && object->preset != NULL ? add_preset(f, object->preset) : LW_OK;
}

static lw_status add_edits(finding *f, const lw_edit *edit, size_t count) {
    for (size_t e = 0; e < count; e++) {
        LW_TRY(add_object(f, edit[e].replacement));
    }
    return LW_OK;
}

// Whatever order a scenario names its presets in.
static int by_name(const void *a, const void *b) {
    const lw_fit_parameter *one = a, *other = b;
    const int shelf = (int)one->preset->shelf - (int)other->preset->shelf;
    const int name = strcmp(one->preset->name, other->preset->name);
    return shelf != 0 ? shelf : name != 0 ? name : strcmp(one->option->key, other->option->key);
}

// Does "key" or "preset.key" in a row of `from` name this one?
static bool is_named(const lw_fit_parameter *from, const char *word, const lw_fit_parameter *row) {
    const char *dot = strrchr(word, '.');
    const char *preset = row->preset->name;
    const bool same = dot == NULL ? from->preset == row->preset
                                  : strlen(preset) == (size_t)(dot - word) && strncmp(word, preset, strlen(preset)) == 0;
    return same && strcmp(dot == NULL ? word : dot + 1, row->option->key) == 0;
}

// What a row says holds for the other, too. Rows that the scenario does not use are of no matter.
static const double *find_correlations(const lw_fit_parameter *row, size_t count, lw_arena *arena) {
    double *correlation = LW_NEW_ARRAY(arena, double, count *count);
    for (size_t i = 0; i < count && correlation != NULL; i++) {
        correlation[i * count + i] = 1;
        const lw_yaml *map = lw_map_get(row[i].row, "correlates");
        for (const lw_yaml *item = map != NULL ? map->first : NULL; item != NULL; item = item->next) {
            lw_quantity number;
            const char *problem, *hint;
            for (size_t k = 0; k < count; k++) {
                if (k != i && is_named(&row[i], item->key, &row[k]) &&
                    lw_quantity_parse(item->text, LW_PLAIN, &number, &problem, &hint)) {
                    correlation[i * count + k] = correlation[k * count + i] = number.value;
                }
            }
        }
    }
    return correlation;
}

lw_status lw_uncertain_find(const lw_document *document, lw_arena *arena, lw_uncertain *out) {
    finding f = {.document = document, .arena = arena, .silent = lw_diags_new(arena)};
    if (f.silent == NULL) {
        return LW_NO_MEMORY;
    }
    for (int s = 0; s < LW_SECTIONS; s++) {
        for (size_t i = 0; i < document->count[s]; i++) {
            LW_TRY(add_object(&f, document->object[s][i]));
        }
    }
    for (size_t a = 0; a < document->sweep.axis_count; a++) {
        const lw_axis *axis = &document->sweep.axis[a];
        for (size_t v = 0; v < axis->count; v++) {
            LW_TRY(add_edits(&f, axis->value[v].edit, axis->value[v].edit_count));
        }
    }
    LW_TRY(add_edits(&f, document->late, document->late_count));
    lw_fit_parameter *row = LW_LIST_ITEMS(&f.row, lw_fit_parameter);
    if (f.row.count > 0) {
        qsort(row, f.row.count, sizeof *row, by_name);
    }
    *out = (lw_uncertain){document, row, f.row.count, find_correlations(row, f.row.count, arena)};
    return out->correlation != NULL ? LW_OK : LW_NO_MEMORY;
}

lw_status lw_uncertain_join(const lw_uncertain *one, size_t count, lw_arena *arena, lw_uncertain *out) {
    size_t all = 0, kept = 0;
    for (size_t i = 0; i < count; i++) {
        all += one[i].count;
    }
    lw_fit_parameter *row = LW_NEW_ARRAY(arena, lw_fit_parameter, all);
    if (row == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t i = 0, at = 0; i < count; i++) {
        for (size_t k = 0; k < one[i].count; k++) {
            row[at++] = one[i].row[k];
        }
    }
    if (all > 0) {
        qsort(row, all, sizeof *row, by_name);
    }
    for (size_t i = 0; i < all; i++) {
        if (kept == 0 || by_name(&row[kept - 1], &row[i]) != 0) {
            row[kept++] = row[i];
        }
    }
    *out = (lw_uncertain){NULL, row, kept, find_correlations(row, kept, arena)};
    return out->correlation != NULL ? LW_OK : LW_NO_MEMORY;
}

size_t lw_uncertain_index(const lw_uncertain *all, const lw_fit_parameter *row) {
    const lw_fit_parameter *found = all->count > 0 ? bsearch(row, all->row, all->count, sizeof *row, by_name) : NULL;
    return found != NULL ? (size_t)(found - all->row) : SIZE_MAX;
}

lw_status lw_uncertain_run(const lw_uncertain *uncertain, const double *moved, const lw_run *run, lw_arena *arena,
                           lw_result *out) {
    lw_preset_value *value = LW_NEW_ARRAY(arena, lw_preset_value, uncertain->count);
    lw_diags *silent = lw_diags_new(arena);  // it was checked as it is
    if (value == NULL || silent == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t i = 0; i < uncertain->count; i++) {
        const lw_fit_parameter *row = &uncertain->row[i];
        // the text itself where nothing is moved, so that such a run is the run as it is
        value[i] = (lw_preset_value){row->preset->shelf, row->preset->name, row->option->key,
                                     moved[i] == 0 ? lw_map_text(row->row, "value")
                                                   : lw_fit_exact_text(row, row->start * exp(moved[i]), arena)};
        if (value[i].text == NULL) {
            return LW_NO_MEMORY;
        }
    }
    const lw_document *document = uncertain->document;
    const lw_catalog *with = lw_catalog_with(document->catalog, value, uncertain->count, arena);
    lw_presets *presets = with != NULL ? lw_presets_over(document->presets, with, arena, silent) : NULL;
    const lw_reader reader = {document->format, presets, arena, silent};
    lw_document *moved_document;
    if (presets == NULL) {
        return LW_NO_MEMORY;
    }
    LW_TRY(lw_document_again(&reader, document, &moved_document));
    const lw_run inside = {.threads = run->threads, .stop = run->stop, .nominal = true, .taken = run->taken};
    return lw_scenario_run(moved_document, &inside, arena, silent, out);
}

double lw_uncertain_reach(const lw_fit_parameter *row) {
    return gsl_cdf_ugaussian_Pinv(0.95) * row->error;
}

// How far a row moves a number up (or down): positive where more of the row does.
static double moved_by(const lw_effect *e, size_t number, bool above) {
    if (e->up == NULL) {
        return 0;
    }
    const double up = e->up[number], down = e->down[number];
    const double far = above ? fmax(0, fmax(up, down)) : fmax(0, -fmin(up, down));
    return above == (up > down) ? far : -far;
}

double lw_uncertain_deviation(const lw_uncertain *uncertain, const lw_effect *effects, size_t number, bool above) {
    const size_t count = uncertain->count;
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < count; k++) {
            const double r = uncertain->correlation[i * count + k];
            sum += r == 0 ? 0 : r * moved_by(&effects[i], number, above) * moved_by(&effects[k], number, above);
        }
    }
    return sqrt(fmax(0, sum));
}

size_t lw_workloads_of(const lw_result *result) {
    size_t count = 0;
    for (size_t p = 0; p < result->point_count; p++) {
        count += result->point[p].workload_count;
    }
    return count;
}

// The log of `value / end`, at least 0; both are positive.
static double distance(double value, double end) {
    return fmax(0, log(value / end));
}

void lw_uncertain_tell(lw_workload_result *workload, double low_ps, double high_ps) {
    static const double shown = 1.01;  // tables have three digits
    const double time_ps = (double)(workload->end_ps - workload->start_ps);
    if (!(low_ps > 0) || high_ps < shown * low_ps) {
        return;
    }
    workload->band_ps[0] = llround(low_ps);
    workload->band_ps[1] = llround(high_ps);
    const double rate = workload->bandwidth_GBps;
    if (!(rate > 0) || !(time_ps > 0)) {
        return;
    }
    const bool links = workload->has_band;
    const double slow =
        hypot(distance(high_ps, time_ps), links && workload->low_GBps > 0 ? distance(rate, workload->low_GBps) : 0);
    const double fast = hypot(distance(time_ps, low_ps), links ? distance(workload->high_GBps, rate) : 0);
    workload->low_GBps = links && workload->low_GBps <= 0 ? 0 : rate * exp(-slow);
    workload->high_GBps = rate * exp(fast);
    workload->has_band = true;
}
