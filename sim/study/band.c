// SPDX-License-Identifier: GPL-3.0-or-later
// Bands by runs with one row moved at a time.
#include <gsl/gsl_cdf.h>
#include <math.h>

#include "sim/study/uncertain.h"

// What moving a row does to the workloads of all points: logarithms of their times over those of the
// run as it is.
typedef struct effect {
    double *down, *up;  // with the row at its 5th and at its 95th percentile
} effect;

typedef struct banding {
    const lw_uncertain *uncertain;
    const lw_run *run;
    lw_arena *arena;
    lw_result *result;
    size_t workloads;
    effect *effect;  // one a row; NULL inside: it shows nowhere
} banding;

// *shows is false where no workload takes another time. Of a run that fails nothing is known.
static lw_status look(const banding *b, size_t row, double moved, double *out, bool *shows) {
    double *all = LW_NEW_ARRAY(b->arena, double, b->uncertain->count);
    lw_arena *own = lw_arena_new();
    lw_result found;
    lw_status status = all != NULL && own != NULL ? LW_OK : LW_NO_MEMORY;
    if (status == LW_OK) {
        all[row] = moved;
        status = lw_uncertain_run(b->uncertain, all, b->run, own, &found);
    }
    *shows = false;
    for (size_t p = 0, at = 0; status == LW_OK && lw_workloads_of(&found) == b->workloads && p < found.point_count; p++) {
        for (size_t w = 0; w < found.point[p].workload_count; w++, at++) {
            const lw_workload_result *one = &found.point[p].workload[w], *other = &b->result->point[p].workload[w];
            const double time = (double)(one->end_ps - one->start_ps), as_it_is = (double)(other->end_ps - other->start_ps);
            out[at] = time > 0 && as_it_is > 0 ? log(time / as_it_is) : 0;
            *shows = *shows || out[at] != 0;
        }
    }
    lw_arena_free(own);
    return status == LW_NO_MEMORY || status == LW_INTERRUPTED ? status : LW_OK;
}

static lw_status look_at(banding *b, size_t row) {
    const double reach = gsl_cdf_ugaussian_Pinv(0.95) * b->uncertain->row[row].error;
    double *up = LW_NEW_ARRAY(b->arena, double, b->workloads), *down = LW_NEW_ARRAY(b->arena, double, b->workloads);
    bool shows, either;
    if (up == NULL || down == NULL) {
        return LW_NO_MEMORY;
    }
    LW_TRY(look(b, row, reach, up, &shows));
    if (shows) {
        LW_TRY(look(b, row, -reach, down, &either));
        b->effect[row] = (effect){down, up};
    }
    return LW_OK;
}

// How far a row moves the time of a workload up (or down): positive where more of the row does.
static double moved_by(const effect *e, size_t workload, bool above) {
    if (e->up == NULL) {
        return 0;
    }
    const double up = e->up[workload], down = e->down[workload];
    const double far = above ? fmax(0, fmax(up, down)) : fmax(0, -fmin(up, down));
    return above == (up > down) ? far : -far;
}

// How far the time of a workload may be above (or below) what it is, as a logarithm.
static double deviation(const banding *b, size_t workload, bool above) {
    const size_t count = b->uncertain->count;
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < count; k++) {
            const double r = b->uncertain->correlation[i * count + k];
            sum += r == 0 ? 0 : r * moved_by(&b->effect[i], workload, above) * moved_by(&b->effect[k], workload, above);
        }
    }
    return sqrt(fmax(0, sum));
}

static lw_status add_band(banding *b) {
    b->workloads = lw_workloads_of(b->result);
    b->effect = LW_NEW_ARRAY(b->arena, effect, b->uncertain->count);
    if (b->effect == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t i = 0; i < b->uncertain->count; i++) {
        LW_TRY(look_at(b, i));
    }
    for (size_t p = 0, at = 0; p < b->result->point_count; p++) {
        for (size_t w = 0; w < b->result->point[p].workload_count; w++, at++) {
            lw_workload_result *row = &b->result->point[p].workload[w];
            const double time_ps = (double)(row->end_ps - row->start_ps);
            lw_uncertain_tell(row, time_ps * exp(-deviation(b, at, false)), time_ps * exp(deviation(b, at, true)));
        }
    }
    return LW_OK;
}

// Events of an engine that all runs may take at most: a fifth of a second of one core, no longer than
// nobody notices.
static bool is_cheap(const lw_uncertain *uncertain, const lw_result *result) {
    static const double most = 10e6;
    double events = 0;
    for (size_t p = 0; p < result->point_count; p++) {
        events += (double)result->point[p].events;
    }
    return 2 * (double)uncertain->count * events <= most;
}

lw_status lw_result_add_band(const lw_uncertain *uncertain, bool dear, const lw_run *run, lw_result *result) {
    if (uncertain->count == 0 || (!dear && !is_cheap(uncertain, result))) {
        return LW_OK;
    }
    banding b = {.uncertain = uncertain, .run = run, .arena = lw_arena_new(), .result = result};
    const lw_status status = b.arena != NULL ? add_band(&b) : LW_NO_MEMORY;
    lw_arena_free(b.arena);
    return status;
}
