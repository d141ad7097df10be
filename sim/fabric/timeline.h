// SPDX-License-Identifier: GPL-3.0-or-later
// What was recorded of a run, in rows of links and devices.
#ifndef LW_FABRIC_TIMELINE_H
#define LW_FABRIC_TIMELINE_H

#include "sim/fabric/built.h"
#include "sim/fabric/recording.h"
#include "sim/result/result.h"

// Set point->timeline, with so many of the recorded tasks at most, and at least two. on_path: one a
// recorded span.
lw_status lw_timeline_make(const lw_built *built, const lw_recording *recording, const bool *on_path, size_t most,
                           lw_arena *arena, lw_point *point) LW_CHECKED;

#endif
