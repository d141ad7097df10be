// SPDX-License-Identifier: GPL-3.0-or-later
// Every rank to the next one.
#include "sim/workload/collective/library.h"

static const lw_option options[] = {LW_COLLECTIVE_ON,      LW_COLLECTIVE_BYTES("what each rank sends"),
                                    LW_COLLECTIVE_LIBRARY, LW_COLLECTIVE_ORDER,
                                    LW_COLLECTIVE_BY,      {0}};

static lw_status expand(lw_graph_builder *builder) {
    const lw_collective_params *params = builder->object->params;
    lw_ranks ranks;
    bool taken;
    LW_TRY(lw_ranks_listed(builder, params, &ranks));
    LW_TRY(lw_graph_deliver(builder, params->bytes, 1));
    LW_TRY(lw_library_take(builder, LW_SEND_RECV, &ranks, &taken));
    if (taken) {
        return LW_OK;
    }
    LW_TRY(lw_ranks_order(builder, params, &ranks));
    const lw_plan plan = lw_plan_new(builder, params);
    return lw_shift(&plan, &ranks);
}

static const char page[] = "Every rank sends `bytes` to the next one of the ring and gets as many from the one before, all at\n"
                           "once, as sendrecv_perf of nccl-tests does: the neighbour exchange of pipelines and of halos. With a\n"
                           "time a for the first byte of a link and b for each byte it takes a + S b. library: nccl sends from\n"
                           "each rank to the next one as `on` lists them, and pays what NCCL's sends cost.";

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
