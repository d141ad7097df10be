// SPDX-License-Identifier: GPL-3.0-or-later
// CPU cores that read a memory in the background.
#include "sim/workload/graph.h"

typedef struct load_params {
    const char *node;
    int64_t rate_Bps;  // of all readers together
    int64_t readers;
    int64_t bytes;  // LW_AUTO: as long as the other workloads run
    int64_t packet_bytes;
} load_params;

#define AT(field) offsetof(load_params, field)
static const lw_option options[] = {
    LW_WORK_NODE("node", AT(node), "node or group whose memory is read"),
    LW_WORK_RATE("rate", AT(rate_Bps), NULL, 0, "rate of all readers together"),
    LW_WORK_COUNT("readers", AT(readers), "1", "cores that read, each taking its turns at the memory"),
    LW_WORK_BYTES("bytes", AT(bytes), "auto", 1, "bytes in all; auto: as long as the other workloads run"),
    LW_WORK_BYTES("packet", AT(packet_bytes), "256 B", 1, "bytes the memory serves at a turn"),
    {0}};

static lw_status add_member(lw_graph_builder *builder, uint32_t node, bool first) {
    const load_params *params = builder->object->params;
    const lw_node *owner = &builder->machine->node[node];
    if (owner->spec->params->memory_rate_Bps == LW_AUTO) {
        lw_warn(builder->diags, lw_object_place(builder->object, "node"), "give the node a memory_rate",
                "workloads.%s has no effect: the memory of '%s' has no limit", builder->object->name, owner->name);
    }
    lw_move move = lw_move_between(node, node, node);
    lw_graph_task task = lw_graph_task_none();
    move.by = LW_BY_READER;
    move.packet_bytes = params->packet_bytes;
    move.arrivals = LW_ARRIVALS_FIXED;
    move.rate_Bps = params->rate_Bps;
    move.sharers = task.count = params->readers;
    task.background = params->bytes == LW_AUTO;
    if (!task.background) {
        task.bytes = task.last_bytes = params->bytes / params->readers + (params->bytes % params->readers != 0);
        LW_TRY(lw_graph_deliver(builder, task.bytes, params->readers));
    }
    LW_TRY(lw_graph_add_move(builder, &move, &task.move));
    builder->workload->main_move = first ? task.move : builder->workload->main_move;
    uint32_t unused;
    return lw_graph_add_task(builder, &task, NULL, 0, &unused);
}

static lw_status expand(lw_graph_builder *builder) {
    const load_params *params = builder->object->params;
    const lw_pair_keys keys = {.key = {"node", "node"}, .selector = {params->node, params->node}, .one_node = true};
    lw_pairs pairs;
    LW_TRY(lw_graph_pair(builder, &keys, &pairs));
    builder->workload->background = params->bytes == LW_AUTO;
    builder->workload->offered = params->rate_Bps > 0;
    for (size_t i = 0; i < pairs.count && params->rate_Bps > 0; i++) {
        builder->member = (uint32_t)i;
        LW_TRY(add_member(builder, pairs.node[i][0], i == 0));
    }
    return LW_OK;
}

static const char page[] = "Cores that read a node's memory at a rate while others copy: what a program does to a copy beside\n"
                           "it. They take their turns at the memory (`packet` bytes each), so that a busy memory slows the copy\n"
                           "down. Without `bytes` they read as long as the other workloads run.\n"
                           "\n"
                           "It has an effect only on a node with a memory_rate.";

static const char *const metrics[] = {"bandwidth_GBps", "time_us", NULL};

const lw_work_kind lw_work_memory_load = {
    .type = {.name = "memory-load",
             .summary = "CPU cores that read a host's memory in the background",
             .page = page,
             .example = "{kind: memory-load, node: host, rate: 10 GB/s, bytes: 1 MiB}",
             .options = options,
             .params_size = sizeof(load_params)},
    .metrics = metrics,
    .expand = expand,
};
