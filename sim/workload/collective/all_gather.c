// SPDX-License-Identifier: GPL-3.0-or-later
// The parts of all ranks, in every rank.
#include "sim/workload/collective/library.h"

static lw_status expand(lw_graph_builder *builder) {
    return lw_parts_expand(builder, LW_ALL_GATHER);
}

static const char page[] = "Every rank ends with the parts of all ranks, `bytes` in all (S): what sharded training does with\n"
                           "weights before it uses them. The second half of an all-reduce.\n"
                           "\n" LW_PARTS_FORMS;

const lw_work_kind lw_work_all_gather = {
    .type = {.name = "all-gather",
             .summary = "collect the parts of all ranks of a group in every rank",
             .page = page,
             .example = "{kind: all-gather, on: [host, gpu], bytes: 1 MB, algorithm: ring}",
             .options = lw_parts_options,
             .params_size = sizeof(lw_collective_params)},
    .metrics = lw_collective_metric_names,
    .own = lw_collective_metrics,
    .redop = "none",
    .root = "-1",
    .measure = lw_collective_measure,
    .nests = true,
    .expand = expand,
};
