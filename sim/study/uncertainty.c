// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/study/uncertainty.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>

#include "sim/base/list.h"
#include "sim/base/map.h"
#include "sim/study/fit.h"

// All rows of all presets that state an error: those that the scenario does not use change nothing.
static lw_status collect(const lw_catalog *catalog, lw_arena *arena, lw_list *rows) {
    static const lw_shelf shelves[] = {LW_SHELF_LINKS, LW_SHELF_DEVICES, LW_SHELF_LIBRARIES};
    lw_diags *silent = lw_diags_new(arena);  // a preset that is wrong is told by who uses it
    lw_presets *presets = silent != NULL ? lw_presets_new(catalog, arena, silent) : NULL;
    if (presets == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t s = 0; s < sizeof shelves / sizeof shelves[0]; s++) {
        for (size_t i = 0; i < lw_catalog_count(catalog, shelves[s]); i++) {
            const lw_preset *preset;
            const lw_status read = lw_presets_read(presets, shelves[s], lw_catalog_names(catalog, shelves[s])[i], &preset);
            LW_TRY(read == LW_BAD_INPUT ? LW_OK : read);
            for (const lw_yaml *row = read == LW_OK && preset->rows != NULL ? preset->rows->first : NULL; row != NULL;
                 row = row->next) {
                lw_fit_parameter parameter;
                const lw_status found =
                    lw_map_get(row, "error") != NULL ? lw_fit_parameter_of(preset, row, arena, silent, &parameter) : LW_BAD_INPUT;
                lw_fit_parameter *added = found == LW_OK ? LW_LIST_ADD(rows, lw_fit_parameter, arena) : NULL;
                if (found == LW_NO_MEMORY || (found == LW_OK && added == NULL)) {
                    return LW_NO_MEMORY;
                }
                if (added != NULL) {
                    *added = parameter;
                }
            }
        }
    }
    return LW_OK;
}

// Standard normal, of a stream that hangs on the names.
static double normal_of(const lw_fit_parameter *p, uint64_t seed, int64_t draw) {
    uint64_t bits = lw_name_hash(lw_mix(seed) ^ (uint64_t)p->preset->shelf, p->preset->name);
    bits = lw_mix(lw_name_hash(bits, p->option->key) ^ lw_mix((uint64_t)draw + 1));
    return gsl_cdf_ugaussian_Pinv(((double)(bits >> 11) + 0.5) / 0x1p53);
}

static lw_status run_draw(const lw_uncertainty *how, const lw_catalog *catalog, const lw_list *rows, int64_t draw,
                          const lw_run *run, lw_arena *arena, lw_result *out) {
    const lw_fit_parameter *row = LW_LIST_ITEMS(rows, const lw_fit_parameter);
    lw_preset_value *value = LW_NEW_ARRAY(arena, lw_preset_value, rows->count);
    lw_diags *silent = lw_diags_new(arena);
    if (value == NULL || silent == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t i = 0; i < rows->count; i++) {
        const double drawn = row[i].start * exp(row[i].error * normal_of(&row[i], how->seed, draw));
        value[i] = (lw_preset_value){row[i].preset->shelf, row[i].preset->name, row[i].option->key,
                                     lw_fit_exact_text(&row[i], drawn, arena)};
        if (value[i].text == NULL) {
            return LW_NO_MEMORY;
        }
    }
    const lw_catalog *with = lw_catalog_with(catalog, value, rows->count, arena);
    lw_presets *presets = with != NULL ? lw_presets_new(with, arena, silent) : NULL;
    const lw_reader reader = {lw_scenario_format(), presets, arena, silent};
    lw_document *document;
    if (presets == NULL) {
        return LW_NO_MEMORY;
    }
    LW_TRY(lw_document_load(&reader, how->path, how->load, &document));  // it was checked as it is
    lw_run inside = {.threads = run->threads, .stop = run->stop, .nominal = true};
    return lw_scenario_run(document, &inside, arena, silent, out);
}

// Of each workload of each point, one a draw; NaN: it has none.
typedef struct drawn {
    double *time_ps;
    size_t workloads;  // of all points
    int64_t draws;
} drawn;

static void keep(const lw_result *from, int64_t draw, drawn *into) {
    size_t at = 0;
    for (size_t p = 0; p < from->point_count; p++) {
        for (size_t w = 0; w < from->point[p].workload_count; w++, at++) {
            const lw_workload_result *row = &from->point[p].workload[w];
            into->time_ps[(int64_t)at * into->draws + draw] = (double)(row->end_ps - row->start_ps);
        }
    }
}

static int compare(const void *a, const void *b) {
    const double one = *(const double *)a, other = *(const double *)b;
    return one < other ? -1 : one > other;
}

static void tell(drawn *from, int64_t done, lw_result *result) {
    size_t at = 0;
    for (size_t p = 0; p < result->point_count; p++) {
        for (size_t w = 0; w < result->point[p].workload_count; w++, at++) {
            lw_workload_result *row = &result->point[p].workload[w];
            double *time_ps = from->time_ps + (int64_t)at * from->draws;
            qsort(time_ps, (size_t)done, sizeof *time_ps, compare);
            row->drawn = (lw_drawn){.draws = done,
                                    .low_ps = llround(time_ps[(int64_t)(0.05 * (double)(done - 1) + 0.5)]),
                                    .high_ps = llround(time_ps[(int64_t)(0.95 * (double)(done - 1) + 0.5)])};
        }
    }
}

static size_t workloads_of(const lw_result *result) {
    size_t count = 0;
    for (size_t p = 0; p < result->point_count; p++) {
        count += result->point[p].workload_count;
    }
    return count;
}

static lw_status draw_all(const lw_uncertainty *how, const lw_catalog *catalog, const lw_run *run, lw_arena *arena,
                          lw_result *result) {
    lw_list rows = {0};
    LW_TRY(collect(catalog, arena, &rows));
    drawn all = {.workloads = workloads_of(result), .draws = how->draws};
    all.time_ps = LW_NEW_ARRAY(arena, double, all.workloads *(size_t)how->draws);
    int64_t done = 0;
    if (all.time_ps == NULL) {
        return LW_NO_MEMORY;
    }
    for (int64_t draw = 0; draw < how->draws && rows.count > 0; draw++) {
        lw_arena *own = lw_arena_new();
        lw_result one;
        const lw_status ran = own != NULL ? run_draw(how, catalog, &rows, draw, run, own, &one) : LW_NO_MEMORY;
        if (ran == LW_OK && workloads_of(&one) == all.workloads) {
            keep(&one, done++, &all);
        }
        lw_arena_free(own);
        LW_TRY(ran == LW_NO_MEMORY || ran == LW_INTERRUPTED ? ran : LW_OK);
    }
    if (done > 0) {
        tell(&all, done, result);
    }
    return LW_OK;
}

lw_status lw_uncertainty_check(const char *path, lw_diags *diags) {
    return path[0] != '-' || path[1] != '\0' ? LW_OK
                                             : lw_error(diags, (lw_place){0}, "give the scenario as a file",
                                                        "what comes from stdin cannot be read anew for each draw");
}

lw_status lw_result_add_uncertainty(const lw_uncertainty *how, const lw_catalog *catalog, const lw_run *run, lw_result *result) {
    lw_arena *arena = lw_arena_new();
    const lw_status status = arena != NULL ? draw_all(how, catalog, run, arena, result) : LW_NO_MEMORY;
    lw_arena_free(arena);
    return status;
}
