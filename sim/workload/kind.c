// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/workload/kind.h"

const char *const lw_arrival_words[] = {"backlog", "fixed", "poisson", NULL};

const lw_option lw_work_common_options[] = {LW_WORK_TIME("start", offsetof(lw_work_common, start_ps), "0 ns", "earliest start"),
                                            {.key = "after",
                                             .kind = LW_OPTION_YAML,
                                             .offset = offsetof(lw_work_common, after),
                                             .fallback = "",
                                             .help = "workloads that must have ended first"},
                                            {0}};

const lw_type *lw_work_type_at(size_t index) {
    return lw_work_kinds[index] != NULL ? &lw_work_kinds[index]->type : NULL;
}

const lw_work_kind *lw_work_kind_of(const lw_type *type) {
    return (const lw_work_kind *)(const void *)((const char *)type - offsetof(lw_work_kind, type));
}
