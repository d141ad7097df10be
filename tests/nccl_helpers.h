// SPDX-License-Identifier: GPL-3.0-or-later
// Calls of NCCL's newest preset on a machine.
#ifndef LW_TESTS_NCCL_HELPERS_H
#define LW_TESTS_NCCL_HELPERS_H

#include "scenario_helpers.h"

typedef struct call {
    const char *machine;  // without braces, as a scenario has it
    const char *options;  // of the library
    const char *kind, *on;
    double bytes;
} call;

static inline lw_workload_result run_call(lw_test *test, const call *c) {
    const lw_result result = run_text(test, lw_arena_print(test->arena,
                                                           "%s"
                                                           "libraries: {nccl: {preset: nccl-2.30%s}}\n"
                                                           "workloads: {ar: {kind: %s, on: %s, bytes: %.0f B, library: nccl}}\n",
                                                           c->machine, c->options, c->kind, c->on, c->bytes));
    return result.point[0].workload[0];
}

#endif
