// SPDX-License-Identifier: GPL-3.0-or-later
// Which engine runs a fabric.
#include "sim/engine/engine.h"

#include "sim/engine/flow/flow.h"
#include "sim/engine/packet/packet.h"

const char *const lw_engine_words[] = {"packet", "packet-exact", "flow", "auto", NULL};

// A packet that passes a server between others is an event of some 50 ns (./dev bench), so that
// these many are a second or two.
static const double QUICK_HOPS = 1 << 25;
// As few transfers soon come back to a state that they had, and are jumped over, however long they
// are.
enum { FEW_TASKS = 16 };

// Whose packets come at a rate asks how long they wait, which no flow knows.
static bool takes_packets(const lw_fabric *fabric) {
    double hops = 0;
    size_t moving = 0;
    bool paced = false;
    for (size_t t = 0; t < fabric->task_count; t++) {
        const lw_task *task = &fabric->task[t];
        if (task->flow == LW_NO_FLOW || task->bytes == 0) {
            continue;
        }
        const lw_flow *flow = &fabric->flow[task->flow];
        const double packets = (double)task->bytes / (double)(flow->packet_bytes > 0 ? flow->packet_bytes : 1) + 1;
        hops += packets * (double)lw_task_count(task) * (double)flow->data_count;
        paced = paced || flow->arrivals != LW_ARRIVALS_BACKLOG;
        moving++;
    }
    return paced || moving <= FEW_TASKS || hops <= QUICK_HOPS;
}

lw_status lw_engine_run(const lw_fabric *fabric, const lw_engine_how *how, lw_arena *arena, lw_engine_result *out) {
    lw_engine_how chosen = *how;
    if (how->engine == LW_ENGINE_AUTO) {
        chosen.engine = takes_packets(fabric) ? LW_ENGINE_PACKET : LW_ENGINE_FLOW;
    }
    const bool flows = chosen.engine == LW_ENGINE_FLOW;
    const lw_status status = flows ? lw_flow_run(fabric, &chosen, arena, out) : lw_packet_run(fabric, &chosen, arena, out);
    out->engine = chosen.engine;
    return status;
}
