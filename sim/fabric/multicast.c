// SPDX-License-Identifier: GPL-3.0-or-later
// Multicast and reduction in a switch: to the switch, or from it, every packet goes once, whatever the number of copies. The
// engine has packets of one stream only, so each further copy passes shadows of the shared servers. That is exact while the
// shared links carry nothing else; what else they carry delays the first copy only.
#include <string.h>

#include "sim/fabric/builder.h"

// Hops up to the first switch on the way that can do it; 0: there is none.
static size_t hops_to_switch(const lw_builder *builder, const lw_transfer *transfer) {
    const lw_route *route = &transfer->route;
    for (size_t i = 0; i + 1 < route->count; i++) {
        const lw_link *connection = &builder->system->connection[route->leg[i].connection];
        const lw_node *far = &builder->system->device[connection->end[1 - route->leg[i].dir]];
        if (far->spec->kind == LW_NODE_SWITCH && LW_NODE_GET(far, multicast)) {
            return transfer->leg[i].end_hop;
        }
    }
    return 0;
}

lw_status lw_transfer_share(lw_builder *builder, lw_workload *job, bool first, lw_transfer *transfer) {
    lw_task *task = &transfer->task;
    size_t split = task->kind == LW_TASK_WRITE ? hops_to_switch(builder, transfer) : 0;
    if (split == 0) {
        return lw_error(builder->diags, lw_workload_place(job, "in_switch"),
                        "it takes a device that writes, and a switch with multicast: true on the way",
                        "workloads.%s: nothing on the way from '%s' to '%s' can %s", job->name, job->params.from, job->params.to,
                        job->params.in_switch == LW_IN_SWITCH_REDUCE ? "add up packets" : "copy packets");
    }
    if (first) {
        return LW_OK;
    }
    lw_hop *data = LW_NEW_ARRAY(builder->arena, lw_hop, task->data_count);
    if (data == NULL) {
        return LW_NO_MEMORY;
    }
    memcpy(data, task->data, task->data_count * sizeof *data);
    bool reduce = job->params.in_switch == LW_IN_SWITCH_REDUCE;
    for (size_t i = reduce ? split : 0; i < (reduce ? task->data_count : split); i++) {
        LW_TRY(lw_server_shadow(builder, data[i].server, &data[i].server));
    }
    task->data = data;
    if (!reduce) {  // one call, one engine
        task->resource = LW_NO_SERVER;
        transfer->submit_ps = 0;
    }
    return LW_OK;
}
