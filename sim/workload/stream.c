// SPDX-License-Identifier: GPL-3.0-or-later
// Packets at a given rate.
#include "sim/workload/graph.h"

typedef struct stream_params {
    const char *from, *to;
    int64_t bytes, packet_bytes;
    int64_t rate_Bps, gap_ps;  // LW_AUTO: not given
    double load;               // auto: not given
    int arrivals;              // lw_arrivals
    const lw_yaml *via;
} stream_params;

#define AT(field) offsetof(stream_params, field)
static const lw_option options[] = {
    LW_WORK_NODE("from", AT(from), "node or group that sends"),
    LW_WORK_NODE("to", AT(to), "node or group that receives"),
    LW_WORK_BYTES("bytes", AT(bytes), NULL, 0, "payload in all"),
    LW_WORK_BYTES("packet", AT(packet_bytes), "auto", 1, "payload of a packet; auto: as large as the route takes"),
    LW_WORK_RATE("rate", AT(rate_Bps), "auto", 1, "mean payload rate that is offered; or give gap, or load"),
    LW_WORK_TIME("gap", AT(gap_ps), "auto", "mean time between packets; or give rate"),
    {.key = "load",
     .kind = LW_OPTION_QUANTITY_REAL,
     .dimension = LW_PLAIN,
     .offset = AT(load),
     .fallback = "auto",
     .minimum = 0.0001,
     .maximum = 1,
     .help = "the rate as a share of what the slowest link of the route carries in such packets; or give rate"},
    LW_WORK_WORD("arrivals", AT(arrivals), "fixed", lw_arrival_words,
                 "fixed gaps, exponential gaps (poisson), or all packets at once (backlog)"),
    LW_WORK_VIA(AT(via)),
    {0}};

static lw_status check(const void *params, const lw_option_set *set, lw_place at, lw_diags *diags) {
    const stream_params *p = params;
    const bool has_rate = p->rate_Bps != LW_AUTO, has_gap = p->gap_ps != LW_AUTO, has_load = !lw_is_auto(p->load);
    if (has_rate + has_gap + has_load > 1) {
        return lw_error(diags, lw_type_place(options, set, has_load ? "load" : "gap", at), "leave one of them out",
                        "the stream gives both a %s and a %s", has_rate ? "rate" : "gap", has_load ? "load" : "gap");
    }
    if (p->arrivals != LW_ARRIVALS_BACKLOG && !has_rate && !has_gap && !has_load) {
        return lw_error(diags, at, "add rate: 1 GB/s, load: 80 %, or arrivals: backlog",
                        "the stream does not say how fast it sends");
    }
    return LW_OK;
}

static lw_status expand(lw_graph_builder *builder) {
    const stream_params *params = builder->object->params;
    const lw_pair_keys keys = {.key = {"from", "to"}, .selector = {params->from, params->to}};
    lw_graph_workload *workload = builder->workload;
    lw_via via;
    lw_pairs pairs;
    LW_TRY(lw_graph_pair(builder, &keys, &pairs));
    LW_TRY(lw_graph_via(builder, params->via, &via));
    LW_TRY(lw_graph_name_direction(builder, pairs.node[0][0], pairs.node[0][1]));
    workload->paced = workload->counts_time = true;
    workload->offered = params->arrivals != LW_ARRIVALS_BACKLOG;
    for (size_t i = 0; i < pairs.count; i++) {
        builder->member = (uint32_t)i;
        lw_move move = lw_move_between(pairs.node[i][0], pairs.node[i][1], pairs.node[i][0]);
        lw_graph_task task = lw_graph_task_none();
        move.via = via;
        move.place = lw_object_place(builder->object, "to");
        move.packet_bytes = params->packet_bytes;
        move.packet_place = lw_object_place(builder->object, "packet");
        move.arrivals = (lw_arrivals)params->arrivals;
        move.gap_ps = params->gap_ps;
        move.rate_Bps = params->rate_Bps;
        move.load = lw_is_auto(params->load) ? 0 : params->load;
        task.bytes = task.last_bytes = params->bytes;
        LW_TRY(lw_graph_add_move(builder, &move, &task.move));
        if (i == 0) {
            workload->main_move = task.move;
            workload->cost =
                (lw_fixed_cost){.move = {task.move, LW_NO_MOVE}, .piece_bytes = params->bytes, .calls = 1, .turn = LW_NO_MOVE};
        }
        uint32_t unused;
        LW_TRY(lw_graph_add_task(builder, &task, NULL, 0, &unused));
        LW_TRY(lw_graph_deliver(builder, params->bytes, 1));
    }
    return LW_OK;
}

static const char page[] =
    "Packets that arrive at a rate, whether the link keeps up or not: for experiments with queues. Give\n"
    "`rate`, or `gap`, the mean time between packets, or `load`, so much of what the slowest link of the\n"
    "route carries in packets of this size (80 %); `packet` is their payload. With fixed arrivals nothing\n"
    "waits until the link is full; with poisson arrivals the mean wait grows as load / (1 - load) long\n"
    "before, as in any queue.\n"
    "\n"
    "The result has the mean wait of a packet in queues and its mean latency. A stream of backlog has all\n"
    "its packets at once and shows what the link carries without any engine in front.";

static const char *const metrics[] = {"mean_latency_us", "mean_wait_us", "bandwidth_GBps", "time_us", NULL};

const lw_work_kind lw_work_stream = {
    .type = {.name = "stream",
             .summary = "send packets at a given rate, for queueing experiments",
             .page = page,
             .example = "{kind: stream, from: gpu, to: host, bytes: 1 MiB, packet: 256 B, rate: 10 GB/s, arrivals: poisson}",
             .options = options,
             .params_size = sizeof(stream_params),
             .check = check},
    .metrics = metrics,
    .expand = expand,
};
