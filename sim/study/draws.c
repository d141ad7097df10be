// SPDX-License-Identifier: GPL-3.0-or-later
// Bands by runs with drawn values.
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_linalg.h>
#include <math.h>
#include <stdlib.h>

#include "sim/base/map.h"
#include "sim/study/uncertain.h"

double lw_draw_normal(uint64_t name, int64_t draw) {
    const uint64_t bits = lw_mix(name ^ lw_mix((uint64_t)draw + 1));
    return gsl_cdf_ugaussian_Pinv(((double)(bits >> 11) + 0.5) / 0x1p53);
}

// Of a stream that hangs on the names of a row, whatever scenario it stands in.
static double normal_of(const lw_fit_parameter *p, uint64_t seed, int64_t draw) {
    const uint64_t name = lw_name_hash(lw_mix(seed) ^ (uint64_t)p->preset->shelf, p->preset->name);
    return lw_draw_normal(lw_name_hash(name, p->option->key), draw);
}

static int compare(const void *a, const void *b) {
    const double one = *(const double *)a, other = *(const double *)b;
    return one < other ? -1 : one > other;
}

// The lower triangle L with L L' = correlation, so that L n has it where n are independent. What
// rows of several fits say together may be no correlation at all: it is then drawn towards
// independence until it is one.
static double *triangle_of(const lw_uncertain *uncertain, lw_arena *arena) {
    const size_t count = uncertain->count;
    double *lower = LW_NEW_ARRAY(arena, double, count *count);
    gsl_error_handler_t *handler = gsl_set_error_handler_off();
    int status = GSL_FAILURE;
    for (double kept = 1; lower != NULL && status != GSL_SUCCESS; kept *= 0.9) {
        for (size_t i = 0; i < count * count; i++) {
            lower[i] = uncertain->correlation[i] * (i % (count + 1) == 0 ? 1 : kept);
        }
        gsl_matrix_view matrix = gsl_matrix_view_array(lower, count, count);
        status = gsl_linalg_cholesky_decomp1(&matrix.matrix);
    }
    (void)gsl_set_error_handler(handler);
    return lower;
}

typedef struct drawing_all {
    const lw_drawing *of;
    lw_uncertain all;  // rows of all scenarios
    const double *triangle;
    const lw_run *run;
} drawing_all;

// By how much each row of all scenarios is moved, as a logarithm.
static lw_status move_rows(const drawing_all *d, int64_t draw, lw_arena *arena, double **out) {
    const size_t count = d->all.count;
    double *normal = LW_NEW_ARRAY(arena, double, count), *moved = LW_NEW_ARRAY(arena, double, count);
    if (normal == NULL || moved == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        normal[i] = normal_of(&d->all.row[i], d->of->seed, draw);
        for (size_t k = 0; k <= i; k++) {
            moved[i] += d->all.row[i].error * d->triangle[i * count + k] * normal[k];
        }
    }
    *out = moved;
    return LW_OK;
}

// One scenario with these rows. Nothing is kept of a draw in which other points fail than in the run as it is.
static lw_status run_draw(const drawing_all *d, size_t scenario, int64_t draw, const double *moved, lw_arena *arena,
                          double *value) {
    const lw_uncertain *own = &d->of->uncertain[scenario];
    const lw_result *as_it_is = &d->of->result[scenario];
    double *rows = LW_NEW_ARRAY(arena, double, own->count);
    lw_run run = *d->run;
    lw_result one = {0};
    if (rows == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t i = 0; i < own->count; i++) {
        rows[i] = moved[lw_uncertain_index(&d->all, &own->row[i])];
    }
    run.taken = as_it_is;
    const lw_status ran = lw_uncertain_run(own, rows, &run, arena, &one);
    size_t at = 0;
    for (size_t p = 0; lw_workloads_of(&one) == lw_workloads_of(as_it_is) && p < one.point_count; p++) {
        for (size_t w = 0; w < one.point[p].workload_count; w++, at++) {
            value[(int64_t)at * d->of->draws + draw] = d->of->value(&one.point[p].workload[w], d->of->user);
        }
    }
    return ran == LW_NO_MEMORY || ran == LW_INTERRUPTED ? ran : LW_OK;
}

static lw_status draw_one(const drawing_all *d, int64_t draw, lw_arena *arena, double **value) {
    double *moved;
    LW_TRY(move_rows(d, draw, arena, &moved));
    for (size_t s = 0; s < d->of->count; s++) {
        LW_TRY(run_draw(d, s, draw, moved, arena, value[s]));
    }
    if (d->run->progress != NULL) {
        d->run->progress((size_t)draw + 1, (size_t)d->of->draws, d->run->user);
    }
    return LW_OK;
}

lw_status lw_draws_run(const lw_drawing *drawing, const lw_run *run, lw_arena *arena, double **value) {
    drawing_all d = {.of = drawing, .run = run};
    LW_TRY(lw_uncertain_join(drawing->uncertain, drawing->count, arena, &d.all));
    d.triangle = d.all.count > 0 ? triangle_of(&d.all, arena) : NULL;
    if (d.all.count > 0 && d.triangle == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t s = 0; s < drawing->count; s++) {
        const size_t values = lw_workloads_of(&drawing->result[s]) * (size_t)drawing->draws;
        value[s] = LW_NEW_ARRAY(arena, double, values);
        if (value[s] == NULL) {
            return LW_NO_MEMORY;
        }
        for (size_t i = 0; i < values; i++) {
            value[s][i] = (double)NAN;
        }
    }
    for (int64_t draw = 0; draw < drawing->draws; draw++) {
        lw_arena *own = lw_arena_new();
        const lw_status status = own != NULL ? draw_one(&d, draw, own, value) : LW_NO_MEMORY;
        lw_arena_free(own);
        LW_TRY(status);
    }
    return LW_OK;
}

// ---- As the band of a result ----

static double time_of(const lw_workload_result *workload, const void *user) {
    (void)user;
    return (double)(workload->end_ps - workload->start_ps);
}

// The draws that could run, in order; returns how many.
static int64_t sort_values(double *value, int64_t draws) {
    int64_t kept = 0;
    for (int64_t d = 0; d < draws; d++) {
        if (!isnan(value[d])) {
            value[kept++] = value[d];
        }
    }
    qsort(value, (size_t)kept, sizeof *value, compare);
    return kept;
}

static void tell(double *time_ps, int64_t draws, lw_result *result) {
    size_t at = 0;
    for (size_t p = 0; p < result->point_count; p++) {
        for (size_t w = 0; w < result->point[p].workload_count; w++, at++) {
            double *drawn = time_ps + (int64_t)at * draws;
            const int64_t done = sort_values(drawn, draws);
            if (done > 0) {
                result->point[p].workload[w].draws = done;
                lw_uncertain_tell(&result->point[p].workload[w], drawn[(int64_t)(0.05 * (double)(done - 1) + 0.5)],
                                  drawn[(int64_t)(0.95 * (double)(done - 1) + 0.5)]);
            }
        }
    }
}

lw_status lw_result_add_draws(const lw_uncertain *uncertain, int64_t draws, const lw_run *run, lw_result *result) {
    if (uncertain->count == 0) {
        return LW_OK;
    }
    lw_arena *arena = lw_arena_new();
    lw_run silent = *run;
    silent.progress = NULL;  // which was told of points
    const lw_drawing drawing = {
        .uncertain = uncertain, .result = result, .count = 1, .seed = result->seed, .draws = draws, .value = time_of};
    double *time_ps;
    const lw_status status = arena != NULL ? lw_draws_run(&drawing, &silent, arena, &time_ps) : LW_NO_MEMORY;
    if (status == LW_OK) {
        tell(time_ps, draws, result);
    }
    lw_arena_free(arena);
    return status;
}
