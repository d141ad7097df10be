// SPDX-License-Identifier: GPL-3.0-or-later
// The sum of all ranks' buffers, a part of it in each rank.
#include "sim/workload/collective/library.h"

static lw_status expand(lw_graph_builder *builder) {
    return lw_parts_expand(builder, LW_REDUCE_SCATTER);
}

static const char page[] = "Every rank ends with its part of the sum of all ranks' buffers of `bytes` each (S): what sharded\n"
                           "training does with gradients. The first half of an all-reduce. Sums cost no time.\n"
                           "\n" LW_PARTS_FORMS;

const lw_work_kind lw_work_reduce_scatter = {
    .type = {.name = "reduce-scatter",
             .summary = "sum up a buffer of every rank of a group, a part for each rank",
             .page = page,
             .example = "{kind: reduce-scatter, on: [host, gpu], bytes: 1 MB, algorithm: ring}",
             .options = lw_parts_options,
             .params_size = sizeof(lw_collective_params)},
    .metrics = lw_collective_metric_names,
    .own = lw_collective_metrics,
    .redop = "sum",
    .root = "-1",
    .measure = lw_collective_measure,
    .nests = true,
    .expand = expand,
};
