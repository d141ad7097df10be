// SPDX-License-Identifier: GPL-3.0-or-later
// Comparisons, for people and for programs.
#ifndef LW_REPORT_COMPARE_H
#define LW_REPORT_COMPARE_H

#include "sim/report/report.h"
#include "sim/study/comparison.h"

// LW_FORMAT_TABLE: the answer in a sentence, then how fast each is and in how many draws, then what limits them and
// what the difference goes to. LW_FORMAT_JSON: `lanewise-compare/1`. LW_FORMAT_CSV: a row a match. width 0: no limit.
lw_status lw_report_compare(const lw_comparison *comparison, lw_report_format format, int width, lw_arena *arena,
                            lw_text *out) LW_CHECKED;

#endif
