// SPDX-License-Identifier: GPL-3.0-or-later
// Every rank to the next one.
#include "sim/workload/collective/collective.h"

static const lw_option options[] = {
    LW_COLLECTIVE_ON, LW_COLLECTIVE_BYTES("what each rank sends"), LW_COLLECTIVE_ORDER, LW_COLLECTIVE_BY, {0}};

static lw_status expand(lw_graph_builder *builder) {
    const lw_collective_params *params = builder->object->params;
    lw_ranks ranks;
    LW_TRY(lw_ranks_find(builder, params, &ranks));
    LW_TRY(lw_graph_deliver(builder, params->bytes, 1));
    lw_plan plan = lw_plan_new(builder, params);
    for (uint32_t r = 0; r < ranks.count; r++) {
        const uint32_t lane = lw_plan_lane(&plan, ranks.node[r], ranks.node[(r + 1) % ranks.count]);
        lw_plan_send(&plan, lane, params->bytes, params->bytes);
    }
    return lw_plan_write(&plan, 1, 1, params->bytes);
}

static const char page[] = "Every rank sends `bytes` to the next one of the ring and gets as many from the one before, all at\n"
                           "once, as sendrecv_perf of nccl-tests does: the neighbour exchange of pipelines and of halos. With a\n"
                           "time a for the first byte of a link and b for each byte it takes a + S b.";

const lw_work_kind lw_work_send_recv = {
    .type = {.name = "send-recv",
             .summary = "send a buffer of every rank of a group to the next rank",
             .page = page,
             .example = "{kind: send-recv, on: [host, gpu], bytes: 1 MB}",
             .options = options,
             .params_size = sizeof(lw_collective_params)},
    .metrics = lw_collective_metric_names,
    .own = lw_collective_metrics,
    .redop = "none",
    .root = "-1",
    .measure = lw_collective_measure,
    .nests = true,
    .expand = expand,
};
