// SPDX-License-Identifier: GPL-3.0-or-later
// The sum of all ranks' buffers, in one rank.
#include "sim/workload/collective/collective.h"

static lw_status expand(lw_graph_builder *builder) {
    return lw_rooted_expand(builder, true);
}

static const char page[] = "`root` ends with the sum of all ranks' buffers of `bytes` each. Sums cost no time.\n"
                           "\n" LW_ROOTED_FORMS;

const lw_work_kind lw_work_reduce = {
    .type = {.name = "reduce",
             .summary = "sum up a buffer of every rank of a group, for one rank",
             .page = page,
             .example = "{kind: reduce, on: [host, gpu], bytes: 1 MB, algorithm: ring}",
             .options = lw_rooted_options,
             .params_size = sizeof(lw_collective_params)},
    .metrics = lw_collective_metric_names,
    .own = lw_collective_metrics,
    .redop = "sum",
    .root = "0",
    .measure = lw_collective_measure,
    .nests = true,
    .expand = expand,
};
