// SPDX-License-Identifier: GPL-3.0-or-later
// What a result says, in some sentences.
#ifndef LW_ANSWER_H
#define LW_ANSWER_H

#include "sim/result/result.h"

// Append it, without a line end: of a sweep which value is fastest at the largest size, by how
// much, and what limits it, or how the result follows a swept number; of a single point how long it
// takes, and what limits it.
lw_status lw_report_answer(const lw_result *result, lw_arena *arena, lw_text *out) LW_CHECKED;

#endif
