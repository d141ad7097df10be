// SPDX-License-Identifier: GPL-3.0-or-later
// Where the rate of a workload's slowest link goes.
#ifndef LW_STAGES_H
#define LW_STAGES_H

#include "sim/fabric/built.h"
#include "sim/fabric/known.h"
#include "sim/result/result.h"

// From the raw rate of the slowest link of a workload's first member down to what all members
// achieved. rows: of all workloads; links: evidence of the machine's links, NULL where nobody asks.
lw_status lw_stages_read(const lw_built *built, size_t index, const lw_workload_result *rows, const lw_provenance *links,
                         lw_arena *arena, lw_stage_result *out) LW_CHECKED;

#endif
