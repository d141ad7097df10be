// SPDX-License-Identifier: GPL-3.0-or-later
// When the members of a workload were done, or the ranks of a schedule.
#ifndef LW_MEMBERS_H
#define LW_MEMBERS_H

#include "sim/fabric/built.h"
#include "sim/result/result.h"

// How many there are: 1 where nothing is told of them.
size_t lw_members_of(const lw_graph_workload *asked);
// Their times in picoseconds, in their order, and how they spread: from when each could start to its end. sample: scratch, one a
// member.
void lw_members_time(const lw_built_workload *work, const lw_engine_result *result, size_t members, lw_weighted *sample);
lw_distribution lw_members_sample(const lw_built_workload *work, const lw_engine_result *result, size_t members,
                                  lw_weighted *sample);
// Those that were read from a list: the end of each, counted as their starts are.
lw_status lw_members_list(const lw_built *built, const lw_engine_result *result, size_t index, lw_arena *arena,
                          lw_workload_result *row) LW_CHECKED;

#endif
