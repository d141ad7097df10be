// SPDX-License-Identifier: GPL-3.0-or-later
// Assertions of a scenario: `assert: ["workloads.upload.bandwidth > 6 GB/s"]`, checked on every
// point.
#ifndef LW_ASSERTION_H
#define LW_ASSERTION_H

#include "sim/config/document.h"
#include "sim/result/result.h"

typedef enum lw_relation { LW_LESS, LW_LESS_EQUAL, LW_MORE, LW_MORE_EQUAL, LW_EQUAL, LW_NOT_EQUAL, LW_RELATIONS } lw_relation;

// One comparison. The left side is `workloads.NAME.METRIC` or `links.NAME.DIRECTION.METRIC` (also
// for node ports).
typedef struct lw_assertion {
    lw_place place;
    const char *text;         // all of it, as it was written
    const char *name;         // of the workload or link
    const char *direction;    // "host->gpu"; NULL for workloads
    const lw_metric *metric;  // of workloads or of directions
    const char *word;         // as it was written: "time_us", or "time", which takes a quantity
    lw_relation relation;
    double limit;  // in the unit of the metric
    const char *limit_text;
} lw_assertion;

// Parse the list under `assert:`; NULL is an empty list. LW_BAD_INPUT with diagnostics for what
// cannot be understood.
lw_status lw_assertions_parse(const lw_yaml *list, lw_arena *arena, lw_diags *diags, const lw_assertion **out,
                              size_t *count) LW_CHECKED;

// Before a run: has the scenario what the assertions are about? LW_BAD_INPUT with diagnostics if
// not. The memory and engines of nodes are links only in the results, so their names ("host
// memory") pass.
lw_status lw_assertions_check_names(const lw_assertion *assertion, size_t count, const lw_document *document,
                                    lw_diags *diags) LW_CHECKED;

// Check each assertion on each point. A workload or link that no point has is LW_BAD_INPUT; a
// comparison that fails is an error diagnostic with the point's settings and the value found, and
// LW_CHECK_FAILED. A point that lacks the workload is passed over.
lw_status lw_assertions_check(const lw_assertion *assertion, size_t count, const lw_result *result, lw_diags *diags) LW_CHECKED;

// What lw_assertions_check finds, as plain numbers; *out has one for each assertion.
lw_status lw_assertions_outcome(const lw_assertion *assertion, size_t count, const lw_result *result, lw_arena *arena,
                                const lw_assertion_result **out) LW_CHECKED;

#endif
