// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/fabric/builder.h"

#include "sim/base/map.h"

lw_status lw_builder_add_flow(lw_builder *builder, const lw_flow *flow, uint32_t *out) {
    *out = (uint32_t)builder->flow.count;
    lw_flow *added = LW_LIST_ADD(&builder->flow, lw_flow, builder->arena);
    if (added == NULL) {
        return LW_NO_MEMORY;
    }
    *added = *flow;
    return LW_OK;
}

lw_status lw_builder_add_task(lw_builder *builder, const lw_task *task, uint32_t *out) {
    *out = (uint32_t)builder->task.count;
    lw_task *added = LW_LIST_ADD(&builder->task, lw_task, builder->arena);
    if (added == NULL) {
        return LW_NO_MEMORY;
    }
    *added = *task;
    added->identity = lw_name_hash(builder->task.count - builder->first_task, builder->object->name);
    added->group = (uint32_t)builder->first_task;
    return LW_OK;
}

int64_t lw_transfer_latency_ps(const lw_builder *builder, const lw_transfer *transfer, int64_t bytes) {
    const lw_flow *flow = &transfer->flow;
    const lw_server *server = LW_LIST_ITEMS(&builder->server, const lw_server);
    if (bytes == 0) {
        return 0;
    }
    int64_t payload_bytes = bytes < flow->packet_bytes ? bytes : flow->packet_bytes;
    int64_t latency_ps = lw_path_latency_ps(server, flow->data, flow->data_count, payload_bytes);
    if (flow->kind == LW_FLOW_READ) {
        latency_ps += flow->completer_ps + lw_path_latency_ps(server, flow->request, flow->request_count, 0);
    }
    return latency_ps;
}

void lw_transfer_finish(const lw_builder *builder, const lw_list *data, const lw_list *request, lw_transfer *out) {
    lw_flow *flow = &out->flow;
    flow->data = LW_LIST_ITEMS(data, lw_hop);
    flow->data_count = data->count;
    flow->request = LW_LIST_ITEMS(request, lw_hop);
    flow->request_count = request->count;
    out->round_trip_ps = flow->kind == LW_FLOW_READ ? lw_transfer_latency_ps(builder, out, flow->packet_bytes) : 0;
}
