// SPDX-License-Identifier: GPL-3.0-or-later
// What presets say of the errors of their values, and the same scenario with other values.
#ifndef LW_UNCERTAIN_H
#define LW_UNCERTAIN_H

#include "sim/study/fit.h"
#include "sim/study/run.h"

// A scenario, and the rows with an `error` of all presets that it uses in some point. A row may show
// nowhere, as where the scenario has a value of its own.
typedef struct lw_uncertain {
    const lw_document *document;
    const lw_fit_parameter *row;  // by shelf, preset and key
    size_t count;
    const double *correlation;  // of their errors, count x count: what rows say, else 0
} lw_uncertain;

// document and arena must outlive it.
lw_status lw_uncertain_find(const lw_document *document, lw_arena *arena, lw_uncertain *out) LW_CHECKED;

// The rows of several, each parameter of a preset once; document is NULL. They and arena must outlive it.
lw_status lw_uncertain_join(const lw_uncertain *one, size_t count, lw_arena *arena, lw_uncertain *out) LW_CHECKED;
// Where that parameter stands among the rows; SIZE_MAX: nowhere.
size_t lw_uncertain_index(const lw_uncertain *all, const lw_fit_parameter *row);

// Run it where row i has exp(moved[i]) times its value, within the bounds of its option. Nothing is
// told; what fails is left out of `out`, as lw_scenario_run does.
lw_status lw_uncertain_run(const lw_uncertain *uncertain, const double *moved, const lw_run *run, lw_arena *arena,
                           lw_result *out) LW_CHECKED;

// What moving a row does to some numbers: logarithms of what they are then over what they are.
typedef struct lw_effect {
    double *down, *up;  // with the row at its 5th and at its 95th percentile; NULL: it shows nowhere
} lw_effect;
double lw_uncertain_reach(const lw_fit_parameter *row);  // of these percentiles: the logarithm by which it moves
// How far one of the numbers may be above (or below) what it is, as a logarithm: of effects, one a row.
double lw_uncertain_deviation(const lw_uncertain *uncertain, const lw_effect *effects, size_t number, bool above);

// Workloads of all points; those of two runs stand in the same order.
size_t lw_workloads_of(const lw_result *result);

// Give a workload its 5th and 95th percentile of time, and of bandwidth with what its links say of
// themselves (lw_point_add_bands). A band that three digits would not show is none.
void lw_uncertain_tell(lw_workload_result *workload, double low_ps, double high_ps);

// ---- Ways to find a band ----

// Where each row alone is at its 5th and its 95th percentile, and deviations (of logarithms of times)
// add up as their correlations say: exact for one row whatever its effect, first order for several. Two runs a
// row, one where it shows nowhere. dear: also where these runs take more events than a default run
// should wait for; else there is no band then.
lw_status lw_result_add_band(const lw_uncertain *uncertain, bool dear, const lw_run *run, lw_result *result) LW_CHECKED;

// Over runs with drawn values: each row v exp(e z), z of the joint normal distribution of all rows,
// which is made of a stream of its own for each under the seed. Draws that cannot run are left out;
// without rows nothing is drawn.
lw_status lw_result_add_draws(const lw_uncertain *uncertain, int64_t draws, const lw_run *run, lw_result *result) LW_CHECKED;

// The same draws of several scenarios, of which each was run as it is: a parameter that two of them share has
// one value in both, so that what they have in common moves neither before the other.
typedef struct lw_drawing {
    const lw_uncertain *uncertain;  // one a scenario
    const lw_result *result;        // the same; workloads of a draw stand in its order
    size_t count;
    uint64_t seed;
    int64_t draws;
    // What to keep of a workload; user is the drawing's
    double (*value)(const lw_workload_result *workload, const void *user);
    const void *user;
} lw_drawing;
// value[s][w * draws + d]: of workload w (counted over all points) of scenario s in draw d; NaN: that draw
// cannot run. run->progress is told of draws.
lw_status lw_draws_run(const lw_drawing *drawing, const lw_run *run, lw_arena *arena, double **value) LW_CHECKED;
// A standard normal of a stream that hangs on a name.
double lw_draw_normal(uint64_t name, int64_t draw);

// ---- Measured tables ----

// Give each point of tables the band of what their presets say (lw_compared.low, high), by moving one
// row at a time, with what links say of themselves; and count how many lie inside. `out` is what
// lw_measured_validate found of the tables.
lw_status lw_validations_add_bands(lw_tables tables, const lw_run *run, lw_validations *out) LW_CHECKED;

#endif
