// SPDX-License-Identifier: GPL-3.0-or-later
// How far results may be off for what is not known well: the run again and again, each time with
// other values for the rows of presets that state an error.
#ifndef LW_UNCERTAINTY_H
#define LW_UNCERTAINTY_H

#include "sim/study/run.h"

typedef struct lw_uncertainty {
    const char *path;  // of the scenario, which is read anew for each draw
    const lw_load *load;
    int64_t draws;
    uint64_t seed;
} lw_uncertainty;

// Before the run: can the scenario be read anew? LW_BAD_INPUT with a diagnostic.
lw_status lw_uncertainty_check(const char *path, lw_diags *diags);

// A row of a preset with `error: e` has the value v exp(e z), z standard normal and drawn anew for
// each row and draw, from a stream of its own under the seed, within the bounds of its option. The
// workloads of `result`, which is that of the scenario as it is, get the 5th and 95th percentile of
// their times (draws, low_ps, high_ps). Draws that cannot run are left out; where no preset of the
// catalogue states an error nothing is drawn. Correlations between rows are not drawn.
lw_status lw_result_add_uncertainty(const lw_uncertainty *how, const lw_catalog *catalog, const lw_run *run,
                                    lw_result *result) LW_CHECKED;

#endif
