// SPDX-License-Identifier: GPL-3.0-or-later
// What the last task of a run waited for, and what that waited for, back to the beginning.
#ifndef LW_CRITICAL_PATH_H
#define LW_CRITICAL_PATH_H

#include "sim/fabric/built.h"
#include "sim/fabric/recording.h"
#include "sim/result/result.h"

// Set point->path, of the workload that ended last. An instance that waited for the end of another
// follows it, whatever it needed then; one that waited for a slot follows the one that had it.
// on_path: one a recorded span, set where the path goes over it; NULL: nobody asks.
lw_status lw_critical_path_find(const lw_built *built, const lw_recording *recording, lw_arena *arena, bool *on_path,
                                lw_point *point) LW_CHECKED;

// The workload of each task; UINT32_MAX: it only waits for others. NULL when out of memory.
uint32_t *lw_workload_of_task(const lw_built *built, lw_arena *arena) LW_CHECKED;

#endif
