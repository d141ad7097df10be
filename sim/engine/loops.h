// SPDX-License-Identifier: GPL-3.0-or-later
// How far a period of a run can be repeated without coming near the end of a loop.
#ifndef LW_LOOPS_H
#define LW_LOOPS_H

#include "sim/engine/progress.h"

// Periods until the task comes near the end of a loop around it; 0 where it was near the beginning
// of one, too. Loops that each period has gone round whole do not matter. In a period, which began
// at instance `begin`, `step` of them have ended; all before `highest` are under way or have ended.
int64_t lw_loop_periods(const lw_progress *progress, uint32_t task, int64_t begin, int64_t step, int64_t highest);

// Periods until the task may catch up with one that it waits for, which does not go on as fast; 0
// where its next instance waits for one that goes on faster. begin: one a task.
int64_t lw_need_periods(const lw_progress *progress, uint32_t task, const int64_t *begin, int64_t highest);

#endif
