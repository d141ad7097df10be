// SPDX-License-Identifier: GPL-3.0-or-later
// Plans that were run, for people and for programs.
#ifndef LW_REPORT_PLAN_H
#define LW_REPORT_PLAN_H

#include "sim/plan/plan.h"
#include "sim/report/report.h"

// LW_FORMAT_TABLE: the answer in a sentence, then all that fits by rank, what does not and why, and what it
// stands on; LW_FORMAT_MARKDOWN the same as a document. LW_FORMAT_JSON: `lanewise-plan/1`. LW_FORMAT_CSV: a row a setup. width 0:
// no limit.
lw_status lw_report_plan(const lw_planned *planned, lw_report_format format, int width, lw_arena *arena, lw_text *out) LW_CHECKED;

#endif
