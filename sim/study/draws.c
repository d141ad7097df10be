// SPDX-License-Identifier: GPL-3.0-or-later
// Bands by runs with drawn values.
#include <gsl/gsl_cdf.h>
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

static lw_status run_draw(const lw_uncertain *uncertain, uint64_t seed, int64_t draw, const lw_run *run, lw_arena *arena,
                          lw_result *out) {
    double *moved = LW_NEW_ARRAY(arena, double, uncertain->count);
    if (moved == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t i = 0; i < uncertain->count; i++) {
        moved[i] = uncertain->row[i].error * normal_of(&uncertain->row[i], seed, draw);
    }
    return lw_uncertain_run(uncertain, moved, run, arena, out);
}

static lw_status draw_all(const lw_uncertain *uncertain, int64_t draws, const lw_run *run, lw_arena *arena, lw_result *result) {
    drawn all = {.workloads = lw_workloads_of(result), .draws = draws};
    all.time_ps = LW_NEW_ARRAY(arena, double, all.workloads *(size_t)draws);
    int64_t done = 0;
    if (all.time_ps == NULL) {
        return LW_NO_MEMORY;
    }
    for (int64_t draw = 0; draw < draws && uncertain->count > 0; draw++) {
        lw_arena *own = lw_arena_new();
        lw_result one;
        const lw_status ran = own != NULL ? run_draw(uncertain, result->seed, draw, run, own, &one) : LW_NO_MEMORY;
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
    const lw_status status = arena != NULL ? draw_all(uncertain, draws, run, arena, result) : LW_NO_MEMORY;
    lw_arena_free(arena);
    return status;
}
