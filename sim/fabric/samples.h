// SPDX-License-Identifier: GPL-3.0-or-later
// How long each transfer of a workload took, of those that follow one another.
#ifndef LW_FABRIC_SAMPLES_H
#define LW_FABRIC_SAMPLES_H

#include "sim/base/spread.h"
#include "sim/engine/engine.h"
#include "sim/fabric/built.h"

// Room for the samples, or the members, of any of the workloads; NULL when out of memory.
lw_weighted *lw_new_samples(const lw_built *built, const lw_engine_result *result, lw_arena *arena) LW_CHECKED;
// Of a workload: times of its transfers, one after the other, or of packets that come at drawn times,
// in picoseconds. A transfer over several routes counts once, to the end of its slowest part. room:
// lw_new_samples.
lw_distribution lw_sample_each(const lw_built *built, const lw_engine_result *result, size_t index, lw_weighted *room);

#endif
