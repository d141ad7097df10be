// SPDX-License-Identifier: GPL-3.0-or-later
// One rank's buffer, in every rank.
#include "sim/workload/collective/collective.h"

static lw_status expand(lw_graph_builder *builder) {
    return lw_rooted_expand(builder, false);
}

static const char page[] = "Every rank ends with the buffer of `root`.\n"
                           "\n" LW_ROOTED_FORMS;

const lw_work_kind lw_work_broadcast = {
    .type = {.name = "broadcast",
             .summary = "copy a buffer of one rank of a group to all others",
             .page = page,
             .example = "{kind: broadcast, on: [host, gpu], bytes: 1 MB, algorithm: ring}",
             .options = lw_rooted_options,
             .params_size = sizeof(lw_collective_params)},
    .metrics = lw_collective_metric_names,
    .own = lw_collective_metrics,
    .redop = "none",
    .root = "0",
    .measure = lw_collective_measure,
    .nests = true,
    .expand = expand,
};
