// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/fabric/queueing.h"

// Does a packet there go over the server, or cause another that does, such as what acknowledges it?
static bool concerns(const lw_fabric *fabric, const lw_hop *hop, uint32_t server) {
    const lw_server *there = &fabric->server[hop->server];
    return hop->server == server || (there->opposite == server && there->control_bytes > 0);
}

static size_t tasks_over(const lw_fabric *fabric, uint32_t server) {
    size_t count = 0;
    for (size_t t = 0; t < fabric->task_count; t++) {
        const lw_flow *flow = fabric->task[t].flow != LW_NO_FLOW ? &fabric->flow[fabric->task[t].flow] : NULL;
        bool there = false;
        for (size_t h = 0; flow != NULL && h < flow->data_count; h++) {
            there = there || concerns(fabric, &flow->data[h], server);
        }
        for (size_t h = 0; flow != NULL && flow->kind == LW_FLOW_READ && h < flow->request_count; h++) {
            there = there || concerns(fabric, &flow->request[h], server);
        }
        count += there ? 1 : 0;
    }
    return count;
}

typedef struct slowest {
    uint32_t server;
    int64_t service_ps;
} slowest;

static void look_at(const lw_fabric *fabric, const lw_hop *hop, size_t count, int64_t bytes, slowest *found) {
    for (size_t h = 0; h < count; h++) {
        const int64_t latency_ps = fabric->server[hop[h].server].latency_ps;
        const int64_t service_ps = lw_path_latency_ps(fabric->server, &hop[h], 1, bytes) - latency_ps;
        if (service_ps > found->service_ps) {
            *found = (slowest){hop[h].server, service_ps};
        }
    }
}

double lw_md1_wait_ps(const lw_built *built, size_t workload) {
    const lw_fabric *fabric = &built->fabric;
    const lw_built_workload *work = &built->workload[workload];
    const lw_flow *flow = NULL;
    for (uint32_t t = work->first_task; t < work->first_task + work->task_count; t++) {
        const uint32_t index = fabric->task[t].flow;
        flow = index != LW_NO_FLOW ? &fabric->flow[index] : flow;
    }
    if (flow == NULL || flow->arrivals != LW_ARRIVALS_POISSON || flow->gap_ps <= 0 ||
        (flow->kind == LW_FLOW_READ && flow->request_bytes > flow->packet_bytes)) {
        return 0;
    }
    const int64_t bytes =
        flow->kind == LW_FLOW_READ && flow->request_bytes < flow->packet_bytes ? flow->request_bytes : flow->packet_bytes;
    slowest found = {LW_NO_SERVER, 0};
    look_at(fabric, flow->data, flow->data_count, bytes, &found);
    look_at(fabric, flow->request, flow->kind == LW_FLOW_READ ? flow->request_count : 0, 0, &found);
    if (found.server == LW_NO_SERVER || found.service_ps >= flow->gap_ps || tasks_over(fabric, found.server) != 1) {
        return 0;
    }
    const double load = (double)found.service_ps / (double)flow->gap_ps;
    return load / (2 * (1 - load)) * (double)found.service_ps;
}
