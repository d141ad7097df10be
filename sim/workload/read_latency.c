// SPDX-License-Identifier: GPL-3.0-or-later
// One DMA read at a time.
#include <math.h>

#include "sim/workload/graph.h"

typedef struct read_params {
    const char *device, *host;
    int64_t bytes, repeat;
    const lw_yaml *via;
} read_params;

#define AT(field) offsetof(read_params, field)
static const lw_option options[] = {LW_WORK_NODE("device", AT(device), "node that reads"),
                                    LW_WORK_NODE("host", AT(host), "node whose memory it is; may be the device itself"),
                                    LW_WORK_BYTES("bytes", AT(bytes), NULL, 1, "size of one read"),
                                    LW_WORK_COUNT("repeat", AT(repeat), "1", "reads, one after the other"),
                                    LW_WORK_VIA(AT(via)),
                                    {0}};

// What the reader adds to a read. A device that reads its own memory does so by its cores, not by
// its copy engine.
static void add_engine_cost(const lw_node *reader, bool own, int64_t bytes, lw_graph_task *task) {
    static const double too_long_ps = 0x1p61;  // the engine refuses it
    const lw_node_params *p = reader->spec->params;
    if (own || !lw_node_has_engine(reader)) {
        return;
    }
    task->submit_ps = p->submit_ps;
    task->finish_ps = p->finish_ps;
    if (p->store_rate_Bps != LW_AUTO) {
        task->finish_ps += llround(fmin((double)bytes * 1e12 / (double)p->store_rate_Bps, too_long_ps));
    }
}

static lw_status expand(lw_graph_builder *builder) {
    const read_params *params = builder->object->params;
    const lw_pair_keys keys = {.key = {"device", "host"}, .selector = {params->device, params->host}, .one_node = true};
    lw_graph_workload *workload = builder->workload;
    lw_via via;
    lw_pairs pairs;
    LW_TRY(lw_graph_pair(builder, &keys, &pairs));
    LW_TRY(lw_graph_via(builder, params->via, &via));
    LW_TRY(lw_graph_name_direction(builder, pairs.node[0][1], pairs.node[0][0]));
    workload->counts_time = workload->times_each = true;
    for (size_t i = 0; i < pairs.count; i++) {
        builder->member = (uint32_t)i;
        uint32_t device = pairs.node[i][0], host = pairs.node[i][1];
        lw_move move = lw_move_between(host, device, device);
        lw_graph_task task = lw_graph_task_none();
        move.by = device == host ? LW_BY_OWNER : LW_BY_ENGINE;
        move.via = via;
        move.place = lw_object_place(builder->object, "host");
        task.bytes = task.last_bytes = params->bytes;
        add_engine_cost(&builder->machine->node[device], device == host, params->bytes, &task);
        LW_TRY(lw_graph_add_move(builder, &move, &task.move));
        if (i == 0) {
            workload->main_move = task.move;
            workload->cost = (lw_fixed_cost){.move = {task.move, LW_NO_MOVE},
                                             .piece_bytes = params->bytes,
                                             .calls = params->repeat,
                                             .submit_ps = task.submit_ps,
                                             .finish_ps = task.finish_ps,
                                             .turn = LW_NO_MOVE};
        }
        LW_TRY(lw_graph_open_loop(builder, params->repeat));
        uint32_t read = lw_graph_next_task(builder);
        LW_TRY(lw_graph_add_task(builder, &task, &(lw_dependency){read, 1}, 1, &read));
        lw_graph_close_loop(builder);
        LW_TRY(lw_graph_deliver(builder, params->bytes, params->repeat));
    }
    return LW_OK;
}

static const char page[] = "One read after the other: the next starts when the one before has come back, so that the time is\n"
                           "that of a round trip and nothing hides behind anything. `bytes` is the size of one read, `repeat`\n"
                           "how many are made; the time is that of all of them.\n"
                           "\n"
                           "Where the device is a card, its engine's submission and completion are in it; where `device` and\n"
                           "`host` are one node it is the node's own memory that is read. A host that reads does so by a core,\n"
                           "which its load_latency is of; what devices meet behind the root complex is its read_latency.";

static const char *const metrics[] = {"time_us", NULL};

const lw_work_kind lw_work_read_latency = {
    .type = {.name = "read-latency",
             .summary = "one DMA read at a time",
             .page = page,
             .example = "{kind: read-latency, device: gpu, host: host, bytes: 64 B, repeat: 10}",
             .options = options,
             .params_size = sizeof(read_params)},
    .metrics = metrics,
    .expand = expand,
};
