// SPDX-License-Identifier: GPL-3.0-or-later
// Results as tables, CSV and JSON.
#ifndef LW_REPORT_H
#define LW_REPORT_H

#include "sim/base/arena.h"
#include "sim/base/text.h"
#include "sim/result/result.h"

typedef enum lw_report_format {
    LW_FORMAT_TABLE,
    LW_FORMAT_CSV,
    LW_FORMAT_JSON,
    LW_FORMAT_JSONL,
    LW_FORMAT_NCCL_TESTS,
    LW_FORMAT_MARKDOWN
} lw_report_format;
extern const char *const lw_format_words[];  // "table", "csv", "json", "jsonl", "nccl-tests", "md", NULL
// Append the whole report to text. width: columns of the terminal for tables, 0 for no limit.
lw_status lw_report(const lw_result *result, lw_report_format format, int width, lw_text *text) LW_CHECKED;
// Append what ran when in a point that has a timeline, as Trace Event JSON.
lw_status lw_report_trace(const lw_result *result, const lw_point *point, lw_text *out) LW_CHECKED;

// The index-th workload whose members were read from a list, in the first point that has it; NULL
// past the last.
const lw_workload_result *lw_report_listed(const lw_result *result, size_t index);
// Append its members in all points as CSV.
lw_status lw_report_members_of(const lw_result *result, const lw_workload_result *listed, lw_text *text) LW_CHECKED;

#endif
