// SPDX-License-Identifier: GPL-3.0-or-later
// Bands by runs with drawn values.
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_linalg.h>
#include <math.h>
#include <stdlib.h>

#include "sim/base/map.h"
#include "sim/study/uncertain.h"

// Standard normal, of a stream that hangs on the names.
static double normal_of(const lw_fit_parameter *p, uint64_t seed, int64_t draw) {
    uint64_t bits = lw_name_hash(lw_mix(seed) ^ (uint64_t)p->preset->shelf, p->preset->name);
    bits = lw_mix(lw_name_hash(bits, p->option->key) ^ lw_mix((uint64_t)draw + 1));
    return gsl_cdf_ugaussian_Pinv(((double)(bits >> 11) + 0.5) / 0x1p53);
}

typedef struct drawing {
    const lw_uncertain *uncertain;
    uint64_t seed;
    const double *triangle;
    const lw_run *run;
} drawing;

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
            double *time_ps = from->time_ps + (int64_t)at * from->draws;
            qsort(time_ps, (size_t)done, sizeof *time_ps, compare);
            result->point[p].workload[w].draws = done;
            lw_uncertain_tell(&result->point[p].workload[w], time_ps[(int64_t)(0.05 * (double)(done - 1) + 0.5)],
                              time_ps[(int64_t)(0.95 * (double)(done - 1) + 0.5)]);
        }
    }
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

static lw_status run_draw(const drawing *d, int64_t draw, lw_arena *arena, lw_result *out) {
    const size_t count = d->uncertain->count;
    double *normal = LW_NEW_ARRAY(arena, double, count), *moved = LW_NEW_ARRAY(arena, double, count);
    if (normal == NULL || moved == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        normal[i] = normal_of(&d->uncertain->row[i], d->seed, draw);
        for (size_t k = 0; k <= i; k++) {
            moved[i] += d->uncertain->row[i].error * d->triangle[i * count + k] * normal[k];
        }
    }
    return lw_uncertain_run(d->uncertain, moved, d->run, arena, out);
}

static lw_status draw_all(const drawing *d, int64_t draws, lw_arena *arena, lw_result *result) {
    drawn all = {.workloads = lw_workloads_of(result), .draws = draws};
    all.time_ps = LW_NEW_ARRAY(arena, double, all.workloads *(size_t)draws);
    int64_t done = 0;
    if (all.time_ps == NULL || d->triangle == NULL) {
        return LW_NO_MEMORY;
    }
    for (int64_t draw = 0; draw < draws; draw++) {
        lw_arena *own = lw_arena_new();
        lw_result one;
        const lw_status ran = own != NULL ? run_draw(d, draw, own, &one) : LW_NO_MEMORY;
        if (ran == LW_OK && lw_workloads_of(&one) == all.workloads) {
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

lw_status lw_result_add_draws(const lw_uncertain *uncertain, int64_t draws, const lw_run *run, lw_result *result) {
    lw_arena *arena = lw_arena_new();
    lw_run again = *run;
    again.taken = result;
    const drawing d = {uncertain, result->seed, arena != NULL && uncertain->count > 0 ? triangle_of(uncertain, arena) : NULL,
                       &again};
    const lw_status status = arena == NULL ? LW_NO_MEMORY : uncertain->count > 0 ? draw_all(&d, draws, arena, result) : LW_OK;
    lw_arena_free(arena);
    return status;
}
