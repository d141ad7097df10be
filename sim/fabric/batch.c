// SPDX-License-Identifier: GPL-3.0-or-later
// Batches: many transfers of one size, in no order, as few tasks as possible.
#include <math.h>

#include "sim/fabric/builder.h"

enum { WRITES_MOST = 1000000 };

static lw_status add_tasks(lw_builder *builder, const lw_batch *batch, const lw_flow *flow, uint32_t resource, int64_t count) {
    lw_task task = batch->base;
    LW_TRY(lw_builder_add_flow(builder, flow, &task.flow));
    task.acquires = task.releases = resource;
    task.bytes = batch->task->bytes;
    // a loop in those around it
    task.inner = count;
    task.count = lw_cut((lw_int128)task.count * task.inner);
    task.last_bytes = task.bytes;
    task.last_finish_ps = task.finish_ps;
    uint32_t unused;
    return lw_builder_add_task(builder, &task, &unused);
}

// So many writes of n bytes, in flight at once, keep an idle route full; more would only have more
// turns than others at its links.
static int64_t writes_on_route(const lw_builder *builder, const lw_transfer *transfer, int64_t n, int64_t finish_ps) {
    double one_ps = (double)n / transfer->waterfall.rate_Bps[LW_STAGE_RETRY] * 1e12;
    double alone_ps = (double)lw_transfer_latency_ps(builder, transfer, n) + one_ps + (double)finish_ps;
    return 1 + (int64_t)fmin(ceil(alone_ps / one_ps), WRITES_MOST);
}

// Do transfers of n bytes cut into equal packets and requests?
static bool is_uniform(const lw_flow *flow, int64_t n) {
    int64_t packet = flow->packet_bytes, request = flow->request_bytes;
    bool reads = flow->kind == LW_FLOW_READ;
    return n <= packet || (!reads && n % packet == 0) || (reads && n <= request && n % packet == 0) ||
           (reads && n % request == 0 && request % packet == 0);
}

// `count` of the batch's transfers as one long task.
static lw_status add_long_task(lw_builder *builder, const lw_batch *batch, int64_t count, int64_t requests, lw_flow *flow) {
    const lw_graph_task *small = batch->task;
    const int64_t n = small->bytes;
    bool reads = flow->kind == LW_FLOW_READ;
    flow->packet_bytes = n < flow->packet_bytes ? n : flow->packet_bytes;
    flow->request_bytes = n < flow->request_bytes ? n : flow->request_bytes;
    if (small->outstanding != LW_AUTO && small->outstanding < flow->tags / requests) {
        flow->tags = small->outstanding * requests;
    }
    if (batch->move->rate_Bps != LW_AUTO) {
        // <= n; n * the batch's count was counted
        int64_t piece_bytes = reads ? flow->request_bytes : flow->packet_bytes;
        flow->arrivals = batch->move->arrivals;
        flow->gap_ps = lw_gap_of_rate(piece_bytes * small->count, (lw_int128)batch->move->rate_Bps * count);
    }
    lw_task task = batch->base;
    uint32_t unused;
    LW_TRY(lw_builder_add_flow(builder, flow, &task.flow));
    task.bytes = task.last_bytes = n * count;
    return lw_builder_add_task(builder, &task, &unused);
}

// Writes need no tags, so that a bound on them takes slots whatever their size.
static lw_status lower_part(lw_builder *builder, const lw_batch *batch, lw_transfer *transfer, int64_t count) {
    const lw_graph_task *small = batch->task;
    const int64_t n = small->bytes, outstanding = small->outstanding;
    lw_flow *flow = &transfer->flow;
    bool reads = flow->kind == LW_FLOW_READ;
    int64_t writes = reads ? count : writes_on_route(builder, transfer, n, batch->base.finish_ps);
    int64_t requests = n <= flow->request_bytes ? 1 : (n - 1) / flow->request_bytes + 1;
    if (is_uniform(flow, n) && (reads || outstanding == LW_AUTO || outstanding >= count || outstanding >= writes)) {
        return add_long_task(builder, batch, count, requests, flow);
    }
    if (batch->move->rate_Bps != LW_AUTO) {
        return lw_error(builder->diags, batch->move->packet_place, "take bytes that cut into equal packets, or leave rate out",
                        "workloads.%s: transfers of %lld B cannot be paced", builder->object->name, (long long)n);
    }
    int64_t slots = reads && flow->tags != LW_TAGS_INFINITE ? flow->tags / requests : writes;
    if (outstanding != LW_AUTO && outstanding < slots) {
        slots = outstanding;
        batch->workload->writes_under_way = reads ? 0 : outstanding;
    }
    uint32_t resource;
    LW_TRY(lw_slots_new(builder, slots > 0 ? slots : 1, &(lw_slots_info){.name = NULL}, &resource));
    return add_tasks(builder, batch, flow, resource, count);
}

// Those lines of its own that the node asks about first, and the rest.
static lw_status lower_owner(lw_builder *builder, const lw_batch *batch, lw_transfer *transfer) {
    const int64_t count = batch->count;
    double share;
    LW_TRY(lw_owner_share(builder, batch->move, &share));
    int64_t asking = share < 1 && batch->task->outstanding == LW_AUTO ? llround(share * (double)count) : 0;
    if (asking > 0) {
        LW_TRY(lw_transfer_owner(builder, batch->move, 1, transfer));
    }
    if (asking > 0 && asking < count) {
        lw_transfer rest;
        LW_TRY(lw_transfer_owner(builder, batch->move, 0, &rest));
        LW_TRY(lower_part(builder, batch, &rest, count - asking));
    }
    return lower_part(builder, batch, transfer, asking > 0 ? asking : count);
}

lw_status lw_lower_batch(lw_builder *builder, const lw_batch *batch) {
    lw_transfer *transfer = batch->transfer;
    switch (batch->move->by) {
    case LW_BY_OWNER:
        return lower_owner(builder, batch, transfer);
    case LW_BY_ENGINE:
        return lower_part(builder, batch, transfer, batch->count);
    case LW_BY_CORE:
    case LW_BY_READER:
        break;
    }
    return add_tasks(builder, batch, &transfer->flow, LW_NO_RESOURCE, batch->count);
}
