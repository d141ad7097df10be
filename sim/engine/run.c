// SPDX-License-Identifier: GPL-3.0-or-later
// Which engine runs a fabric.
#include "sim/engine/engine.h"

#include <math.h>

#include "sim/engine/flow/flow.h"
#include "sim/engine/packet/packet.h"

const char *const lw_engine_words[] = {"packet", "packet-exact", "flow", "auto", NULL};

// Whose packets come at a rate asks how long they wait, which no flow knows.
static bool is_paced(const lw_fabric *fabric) {
    for (size_t t = 0; t < fabric->task_count; t++) {
        const uint32_t flow = fabric->task[t].flow;
        if (flow != LW_NO_FLOW && fabric->flow[flow].arrivals != LW_ARRIVALS_BACKLOG) {
            return true;
        }
    }
    return false;
}

static lw_status run_flow(const lw_fabric *fabric, const lw_engine_how *how, lw_arena *arena, lw_engine_result *out) {
    const lw_status status = lw_flow_run(fabric, how, arena, out);
    out->engine = LW_ENGINE_FLOW;
    return status;
}

double lw_fabric_packet_hops(const lw_fabric *fabric) {
    double sum = 0;
    for (size_t t = 0; t < fabric->task_count; t++) {
        const lw_task *task = &fabric->task[t];
        if (task->flow == LW_NO_FLOW || task->bytes <= 0) {
            continue;
        }
        const lw_flow *flow = &fabric->flow[task->flow];
        const double packets = ceil((double)task->bytes / (double)flow->packet_bytes) * (double)flow->data_count;
        const double requests = flow->kind == LW_FLOW_READ
                                    ? ceil((double)task->bytes / (double)flow->request_bytes) * (double)flow->request_count
                                    : 0;
        sum += (double)lw_task_count(task) * (packets + requests);
    }
    return sum;
}

// How many events to spend on packets before flows: a second's worth; a quarter where executing each
// would take that many seconds, so that only a state that repeats helps, which long work does early; and
// less where many tasks would all have to repeat together.
static int64_t events_worth(const lw_fabric *fabric) {
    static const double hopeless_hops = 0x1p28;
    enum { MANY_TASKS = 1024 };
    const bool hopeless = lw_fabric_packet_hops(fabric) > hopeless_hops;
    return LW_EVENTS_QUICK / (!hopeless ? 1 : fabric->task_count < MANY_TASKS ? 4 : 32);
}

// Packets until they have cost too much: how soon their state repeats is not known before.
static lw_status run_auto(const lw_fabric *fabric, const lw_engine_how *how, lw_arena *arena, lw_engine_result *out) {
    lw_engine_how packet = *how;
    packet.engine = LW_ENGINE_PACKET;
    packet.events_most = is_paced(fabric) ? 0 : how->events_most > 0 ? how->events_most : events_worth(fabric);
    bool gave_up = false;
    const lw_status status = lw_packet_run(fabric, &packet, arena, out, &gave_up);
    if (!gave_up) {
        return status;
    }
    if (how->record != NULL) {
        how->record->anew(how->record->user);
    }
    return run_flow(fabric, how, arena, out);
}

lw_status lw_engine_run(const lw_fabric *fabric, const lw_engine_how *how, lw_arena *arena, lw_engine_result *out) {
    switch (how->engine) {
    case LW_ENGINE_FLOW:
        return run_flow(fabric, how, arena, out);
    case LW_ENGINE_AUTO:
        return run_auto(fabric, how, arena, out);
    case LW_ENGINE_PACKET:
    case LW_ENGINE_PACKET_EXACT:
        break;
    }
    bool unused;
    lw_engine_how packet = *how;
    packet.events_most = 0;
    return lw_packet_run(fabric, &packet, arena, out, &unused);
}
