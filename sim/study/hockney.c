// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/study/hockney.h"

#include <gsl/gsl_fit.h>
#include <math.h>
#include <string.h>

#include "sim/base/list.h"

static const double off_share = 0.1;  // beyond which the line is told to fail
static const double noise = 1e-9;     // of the arithmetic, which is no error of the line

typedef struct fitting {
    const lw_result *result;
    lw_arena *arena;
    bool *done;  // one a point: of the workload at hand
    // of the series at hand
    double *size, *time_ps, *weight;
    lw_list fits;  // lw_line_fit
} fitting;

// Which path sweeps the size of the workload; SIZE_MAX: none.
static size_t path_of_size(const lw_point *point, const char *workload) {
    static const char head[] = "workloads.", tail[] = ".bytes";
    for (size_t i = 0; i < point->set_count; i++) {
        const char *path = point->set[i].path;
        const size_t length = strlen(path), name = length - (sizeof head - 1) - (sizeof tail - 1);
        if (point->set[i].is_number && length > sizeof head + sizeof tail - 2 && strncmp(path, head, sizeof head - 1) == 0 &&
            strcmp(path + length - (sizeof tail - 1), tail) == 0) {
            const char *whose = path + sizeof head - 1;
            if ((name == strlen(workload) && strncmp(whose, workload, name) == 0) || (name == 1 && whose[0] == '*')) {
                return i;
            }
        }
    }
    return SIZE_MAX;
}

static const lw_workload_result *row_of(const lw_point *point, const char *workload) {
    for (size_t w = 0; w < point->workload_count; w++) {
        if (strcmp(point->workload[w].name, workload) == 0) {
            return &point->workload[w];
        }
    }
    return NULL;
}

static bool same_elsewhere(const lw_point *one, const lw_point *other, size_t size) {
    for (size_t i = 0; i < one->set_count; i++) {
        if (i != size && strcmp(one->set[i].text, other->set[i].text) != 0) {
            return false;
        }
    }
    return true;
}

static lw_status add_fit(fitting *f, const lw_point *first, const char *workload, size_t path, size_t count) {
    double c0, c1, cov00, cov01, cov11, chisq;
    lw_line_fit *fit = LW_LIST_ADD(&f->fits, lw_line_fit, f->arena);
    double *off = LW_NEW_ARRAY(f->arena, double, count);
    if (fit == NULL || off == NULL) {
        return LW_NO_MEMORY;
    }
    (void)gsl_fit_wlinear(f->size, 1, f->weight, 1, f->time_ps, 1, count, &c0, &c1, &cov00, &cov01, &cov11, &chisq);
    *fit = (lw_line_fit){.workload = workload, .point = first, .path = path, .sizes = count, .off_bytes = off};
    fit->alpha_us = c0 / 1e6;
    fit->beta_GBps = c1 > 0 ? 1e3 / c1 : (double)INFINITY;
    fit->half_bytes = c0 > 0 && c1 > 0 ? c0 / c1 : (double)NAN;
    for (size_t i = 0; i < count; i++) {
        const double error = (c0 + c1 * f->size[i]) / f->time_ps[i] - 1;
        if (i == 0 || fabs(error) > fabs(fit->worst) + noise) {
            fit->worst = fabs(error) > noise ? error : 0;
            fit->worst_bytes = f->size[i];
        }
        if (fabs(error) > off_share) {
            off[fit->off_count++] = f->size[i];
        }
    }
    return LW_OK;
}

// The points that differ from this one in the size alone.
static lw_status fit_series(fitting *f, size_t first, const char *workload, size_t path) {
    const lw_result *result = f->result;
    size_t count = 0, sizes = 0;
    for (size_t p = first; p < result->point_count; p++) {
        const lw_point *point = &result->point[p];
        const lw_workload_result *row = row_of(point, workload);
        if (f->done[p] || row == NULL || !same_elsewhere(&result->point[first], point, path)) {
            continue;
        }
        f->done[p] = true;
        const double time_ps = (double)(row->end_ps - row->start_ps);
        if (lw_limit_failure(&row->limit) == NULL && time_ps > 0) {
            f->size[count] = point->set[path].number;
            f->time_ps[count] = time_ps;
            f->weight[count] = 1 / (time_ps * time_ps);
            bool fresh = true;
            for (size_t i = 0; i < count && fresh; i++) {
                fresh = f->size[i] != f->size[count];
            }
            sizes += fresh;
            count++;
        }
    }
    return sizes >= LW_HOCKNEY_SIZES_LEAST ? add_fit(f, &result->point[first], workload, path, count) : LW_OK;
}

lw_status lw_result_add_hockney(lw_result *result, lw_arena *arena) {
    const size_t points = result->point_count;
    fitting f = {.result = result,
                 .arena = arena,
                 .done = LW_NEW_ARRAY(arena, bool, points),
                 .size = LW_NEW_ARRAY(arena, double, points),
                 .time_ps = LW_NEW_ARRAY(arena, double, points),
                 .weight = LW_NEW_ARRAY(arena, double, points)};
    if (f.done == NULL || f.size == NULL || f.time_ps == NULL || f.weight == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t w = 0; points > 0 && w < result->point[0].workload_count; w++) {
        const char *workload = result->point[0].workload[w].name;
        const size_t path = path_of_size(&result->point[0], workload);
        memset(f.done, 0, points * sizeof *f.done);
        for (size_t p = 0; path != SIZE_MAX && p < points; p++) {
            LW_TRY(f.done[p] ? LW_OK : fit_series(&f, p, workload, path));
        }
    }
    result->fitted = true;
    result->fit = LW_LIST_ITEMS(&f.fits, lw_line_fit);
    result->fit_count = f.fits.count;
    return LW_OK;
}
