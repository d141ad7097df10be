// SPDX-License-Identifier: GPL-3.0-or-later
// Bands by runs with one row moved at a time.
#include <math.h>

#include "sim/study/uncertain.h"

typedef struct banding {
    const lw_uncertain *uncertain;
    const lw_run *run;
    lw_arena *arena;
    lw_result *result;
    size_t workloads;
    lw_effect *effect;  // one a row, of all workloads
} banding;

// *shows is false where no workload takes another time. Of a run that fails nothing is known.
static lw_status look(const banding *b, size_t row, double moved, double *out, bool *shows) {
    double *all = LW_NEW_ARRAY(b->arena, double, b->uncertain->count);
    lw_arena *own = lw_arena_new();
    lw_result found;
    lw_status status = all != NULL && own != NULL ? LW_OK : LW_NO_MEMORY;
    if (status == LW_OK) {
        all[row] = moved;
        lw_run run = *b->run;
        run.taken = b->result;
        status = lw_uncertain_run(b->uncertain, all, &run, own, &found);
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
    const double reach = lw_uncertain_reach(&b->uncertain->row[row]);
    double *up = LW_NEW_ARRAY(b->arena, double, b->workloads), *down = LW_NEW_ARRAY(b->arena, double, b->workloads);
    bool shows, either;
    if (up == NULL || down == NULL) {
        return LW_NO_MEMORY;
    }
    LW_TRY(look(b, row, reach, up, &shows));
    if (shows) {
        LW_TRY(look(b, row, -reach, down, &either));
        b->effect[row] = (lw_effect){down, up};
    }
    return LW_OK;
}

static lw_status add_band(banding *b) {
    b->workloads = lw_workloads_of(b->result);
    b->effect = LW_NEW_ARRAY(b->arena, lw_effect, b->uncertain->count);
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
            lw_uncertain_tell(row, time_ps * exp(-lw_uncertain_deviation(b->uncertain, b->effect, at, false)),
                              time_ps * exp(lw_uncertain_deviation(b->uncertain, b->effect, at, true)));
        }
    }
    return LW_OK;
}

// Events of an engine that all runs may take at most: a fifth of a second of one core, no longer than
// nobody notices. The machine is built for each run, and takes as long as some hundred of them for each
// direction of its links.
static bool is_cheap(const lw_uncertain *uncertain, const lw_result *result) {
    static const double most = 10e6, of_direction = 500;
    double events = 0, directions = 0;
    for (size_t p = 0; p < result->point_count; p++) {
        events += (double)result->point[p].events;
        directions = fmax(directions, (double)result->point[p].direction_count);
    }
    return 2 * (double)uncertain->count * (events + of_direction * directions) <= most;
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
