// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/workload/collective/collective.h"

#include "sim/result/result.h"

const char *const lw_rank_order_words[] = {"auto", "listed", NULL};
const char *const lw_sender_words[] = {"kernel", "engine", NULL};

// ---- Metrics ----

const lw_metric lw_collective_metrics[] = {
    {.name = "algbw_GBps",
     .quantity = "algbw",
     .dimension = LW_RATE,
     .unit = 1e9,
     .of = LW_OF_WORKLOAD,
     .title = "algorithm bandwidth",
     .help = "of a collective: its bytes by time"},
    {.name = "busbw_GBps",
     .quantity = "busbw",
     .dimension = LW_RATE,
     .unit = 1e9,
     .of = LW_OF_WORKLOAD,
     .title = "bus bandwidth",
     .help = "of a collective: what each rank must send and receive at the least, by time, to compare with a link"},
    {.name = "library_us",
     .quantity = "library",
     .dimension = LW_TIME,
     .unit = 1e6,
     .of = LW_OF_WORKLOAD,
     .title = "library's price",
     .help = "of a collective: the time that its library reckons with when it chooses; 0 without one"},
    {.name = "data_share",
     .dimension = LW_PLAIN,
     .unit = 1,
     .of = LW_OF_WORKLOAD,
     .title = "data share",
     .help = "of a collective: data in what the protocol of its library sends, such as 0.5; 0 without one"},
    {.name = "in_switch",
     .dimension = LW_PLAIN,
     .unit = 1,
     .of = LW_OF_WORKLOAD,
     .title = "in switch",
     .help = "of a collective: 1 where its library lets a switch add up, else 0",
     .whole = true},
    {0}};

const char *const lw_collective_metric_names[] = {"time_us", "algbw_GBps", "busbw_GBps", "bandwidth_GBps", NULL};

void lw_collective_measure(const void *params, const lw_workload_result *result, double *value) {
    const lw_collective_params *p = params;
    value[0] = result->time_s > 0 ? (double)p->bytes / result->time_s / 1e9 : 0;
    value[1] = result->bandwidth_GBps;
    value[2] = p->price_us;
    value[3] = p->data_share;
    value[4] = p->in_switch ? 1 : 0;
}

lw_status lw_collective_deliver(lw_graph_builder *builder, int64_t bytes, int64_t times, uint32_t ranks) {
    const lw_int128 all = (lw_int128)bytes * times * (ranks - 1);
    // at least a byte, to the nearest one
    const lw_int128 each = (all + ranks / 2) / ranks;
    builder->workload->direction = NULL;
    return lw_graph_deliver(builder, (int64_t)(each > INT64_MAX ? INT64_MAX : each > 0 ? each : 1), 1);
}
