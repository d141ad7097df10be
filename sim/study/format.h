// SPDX-License-Identifier: GPL-3.0-or-later
// What the words of a scenario file mean: its sections with the registered types of nodes, links
// and workloads.
#ifndef LW_FORMAT_H
#define LW_FORMAT_H

#include "sim/config/object.h"

// The file's own keys that decide about a run: the one object of LW_SECTION_RUN.
typedef struct lw_run_params {
    int64_t seed;
    int engine;  // lw_engine
} lw_run_params;

const lw_format *lw_scenario_format(void);

#endif
