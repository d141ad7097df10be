// SPDX-License-Identifier: GPL-3.0-or-later
// Nobody goes on before all have come (D. Hensgen, R. Finkel, U. Manber, "Two algorithms for barrier
// synchronization", 1988: dissemination).
#include "sim/workload/collective/collective.h"

static const lw_option options[] = {
    LW_COLLECTIVE_ON,
    LW_WORK_BYTES("bytes", LW_COLLECTIVE_AT(bytes), "8 B", 1, "size of a message: by default a word of 64 bits"),
    LW_COLLECTIVE_ORDER,
    LW_COLLECTIVE_BY,
    {0}};

static lw_status expand(lw_graph_builder *builder) {
    const lw_collective_params *params = builder->object->params;
    lw_ranks ranks;
    LW_TRY(lw_ranks_find(builder, params, &ranks));
    lw_plan plan = lw_plan_new(builder, params);
    int64_t rounds = 0;
    const uint32_t n = ranks.count;
    for (uint32_t distance = 1; distance < n; distance *= 2, rounds++) {
        const uint32_t first = lw_plan_next(&plan);
        for (uint32_t r = 0; r < n; r++) {
            const uint32_t lane = lw_plan_lane(&plan, ranks.node[r], ranks.node[(r + distance) % n]);
            lw_plan_send(&plan, lane, params->bytes, params->bytes);
            if (rounds > 0) {
                lw_plan_wait(&plan, first - n + r, 0);
                lw_plan_wait(&plan, first - n + (r + n - distance / 2) % n, 0);
            }
        }
    }
    LW_TRY(lw_graph_deliver(builder, params->bytes, rounds));
    builder->workload->counts_time = true;
    return lw_plan_write(&plan, 1, rounds, params->bytes);
}

static const char page[] =
    "No rank goes on before all have arrived. In each of log2(n) rounds, rounded up, a rank tells another\n"
    "one, twice as far away as in the round before, that it and all it has heard of are there\n"
    "(dissemination). The time is that of log2(n) messages, whatever the bandwidth.";

static const char *const metrics[] = {"time_us", NULL};

const lw_work_kind lw_work_barrier = {
    .type = {.name = "barrier",
             .summary = "wait until every rank of a group has arrived",
             .page = page,
             .example = "{kind: barrier, on: [host, gpu]}",
             .options = options,
             .params_size = sizeof(lw_collective_params)},
    .metrics = metrics,
    .nests = true,
    .expand = expand,
};
