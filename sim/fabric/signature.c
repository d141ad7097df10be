// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/fabric/signature.h"

#include <string.h>

#include "sim/base/map.h"

static void add(uint64_t *sum, uint64_t value) {
    *sum = lw_mix(*sum ^ value);
}

static void add_int(uint64_t *sum, int64_t value) {
    add(sum, (uint64_t)value);
}

static void add_real(uint64_t *sum, double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    add(sum, bits);
}

static void add_text(uint64_t *sum, const char *text) {
    add(sum, lw_name_hash(0, text));
}

static void add_fraction(uint64_t *sum, lw_fraction value) {
    add_int(sum, value.num);
    add_int(sum, value.den);
}

// As packets of one kind meet it: credits of other kinds do not count, nor the return of credits
// where none is ever short.
static void add_server(uint64_t *sum, const lw_built *built, uint32_t index, lw_packet_kind kind) {
    const lw_server *s = &built->fabric.server[index];
    const lw_credits *credits = &s->credits[kind];
    bool finite = (credits->packets > 0 && credits->packets != LW_CREDITS_INFINITE) ||
                  (credits->data_units > 0 && credits->data_units != LW_CREDITS_INFINITE);
    add_int(sum, (int64_t)s->role);
    add_fraction(sum, s->ps_per_byte);
    add_int(sum, s->packet_ps);
    add_int(sum, s->latency_ps);
    if (finite) {
        add_int(sum, credits->packets);
        add_int(sum, credits->data_units);
        add_int(sum, s->data_unit_bytes);
        add_int(sum, s->credit_return_ps);
        add_int(sum, s->credit_on_arrival);
    }
    if (s->opposite != LW_NO_SERVER) {
        add_int(sum, s->control_bytes);
        add_int(sum, s->control_interval_ps);
        add_int(sum, s->control_by_timer);
        add_int(sum, s->control_for_writes);
        add_fraction(sum, built->fabric.server[s->opposite].ps_per_byte);
    }
    add_real(sum, s->error_probability);
    add_int(sum, s->error_unit_bytes);
    add_int(sum, (int64_t)s->replay);
    add_int(sum, s->replay_ps);
    add_int(sum, s->outage_gap_ps);
    add_int(sum, s->outage_ps);
    add_int(sum, s->turnaround_ps);
    // Who it is, not its number, which depends on what other workloads need.
    const lw_server_info *info = &built->server[index];
    add_text(sum, info->name);
    add_int(sum, info->dir);
    add_fraction(sum, info->expand);
}

static void add_path(uint64_t *sum, const lw_built *built, const lw_hop *hop, size_t count, lw_packet_kind kind) {
    for (size_t i = 0; i < count; i++) {
        add_server(sum, built, hop[i].server, kind);
        add_int(sum, hop[i].overhead_bytes);
        add_int(sum, hop[i].granule_bytes);
        add_int(sum, hop[i].segment_bytes);
        add_int(sum, hop[i].store_forward);
        add_int(sum, hop[i].paces);
        add_int(sum, hop[i].buffer_packets);
    }
}

static void add_flow(uint64_t *sum, const lw_built *built, const lw_flow *flow) {
    add_int(sum, (int64_t)flow->kind);
    add_int(sum, flow->packet_bytes);
    add_path(sum, built, flow->data, flow->data_count, flow->data_kind);
    add_path(sum, built, flow->request, flow->request_count, LW_PACKET_REQUEST);
    if (flow->kind == LW_FLOW_READ) {
        add_int(sum, flow->request_bytes);
        add_int(sum, flow->tags);
        add_int(sum, flow->completer_ps);
    }
    add_int(sum, (int64_t)flow->arrivals);
    add_int(sum, flow->bounded);
    add_int(sum, flow->arrivals == LW_ARRIVALS_BACKLOG ? 0 : flow->gap_ps);
}

static void add_task(uint64_t *sum, const lw_built *built, const lw_built_workload *work, const lw_task *task) {
    if (task->flow != LW_NO_FLOW) {
        add_flow(sum, built, &built->fabric.flow[task->flow]);
    }
    if (task->acquires != LW_NO_RESOURCE) {
        add_int(sum, built->fabric.resource_slots[task->acquires]);
        add_int(sum, built->slots[task->acquires].computes);
    }
    for (size_t i = 0; i < task->need_count; i++) {
        const lw_need *need = &task->need[i];
        bool own = need->task >= work->first_task;
        add_int(sum, own ? (int64_t)need->task - work->first_task : -1);
        add_int(sum, need->distance);
        add_int(sum, need->first);
    }
    add_int(sum, task->count);
    add_int(sum, task->inner);
    add_int(sum, task->start_ps);
    add_int(sum, task->submit_ps);
    add_int(sum, task->finish_ps);
    add_int(sum, task->bytes);
    add_int(sum, task->inner > 1 ? task->last_finish_ps : 0);
    add_int(sum, task->inner > 1 ? task->last_bytes : 0);
}

// What the result says of the links of a route besides what packets meet there.
static void add_route(uint64_t *sum, const lw_built *built, const lw_route *route) {
    for (size_t i = 0; i < route->count; i++) {
        const lw_link_model *model = lw_machine_model(built->machine, route->leg[i]);
        add_int(sum, route->leg[i].link);
        add_int(sum, route->leg[i].dir);
        add_text(sum, model->label);
        add_real(sum, model->distance_m);
    }
}

static void add_transfer(uint64_t *sum, const lw_built *built, const lw_transfer *transfer) {
    for (const lw_transfer *part = transfer; part != NULL; part = part->next) {
        add_route(sum, built, &part->route);
        add_route(sum, built, &part->ask_route);
        for (int stage = 0; stage < LW_STAGE_COUNT; stage++) {
            add_real(sum, part->waterfall.rate_Bps[stage]);
        }
        add_int(sum, part->round_trip_ps);
    }
}

uint64_t lw_fabric_signature(const lw_built *built, size_t workload) {
    const lw_graph_workload *asked = &built->graph->workload[workload];
    const lw_built_workload *work = &built->workload[workload];
    uint64_t sum = 0;
    add_int(&sum, work->bytes);
    add_int(&sum, work->submit_ps);
    add_int(&sum, work->finish_ps);
    add_int(&sum, work->latency_ps);
    add_int(&sum, asked->paced);
    add_int(&sum, asked->offered);
    add_int(&sum, asked->start_ps);
    add_int(&sum, (int64_t)asked->plan_sum);
    for (size_t k = 0; k < asked->priced_count; k++) {
        add_real(&sum, asked->priced[k].time_us);
    }
    for (uint32_t m = 0; m < asked->move_count; m++) {
        add_transfer(&sum, built, &built->transfer[asked->first_move + m]);
    }
    for (uint32_t t = 0; t < work->task_count; t++) {
        add_task(&sum, built, work, &built->fabric.task[work->first_task + t]);
    }
    return sum;
}

uint64_t lw_beginning_signature(const lw_built *built, size_t workload) {
    const lw_graph *graph = built->graph;
    const lw_graph_workload *asked = &graph->workload[workload];
    uint64_t sum = 0;
    uint32_t t = asked->first_task;
    while (t < asked->first_task + asked->task_count && graph->task[t].move != asked->first_move) {
        t++;
    }
    add_int(&sum, asked->bytes);
    if (asked->move_count == 0 || t == asked->first_task + asked->task_count) {
        return 0;  // what no task does is in no flow
    }
    const lw_transfer *first = &built->transfer[built->beginning ? workload : asked->first_move];
    for (const lw_transfer *part = first; part != NULL; part = part->next) {
        add_path(&sum, built, part->flow.data, part->flow.data_count, part->flow.data_kind);
        add_path(&sum, built, part->flow.request, part->flow.request_count, LW_PACKET_REQUEST);
    }
    add_transfer(&sum, built, first);
    return sum;
}

// How uncertain the link is. band clears its links first, so equal links are equal bytes.
static void add_band(uint64_t *sum, const lw_link_spec *spec) {
    lw_link_model end[2];
    memset(end, 0, sizeof end);
    spec->family->band(spec->params, &end[0], &end[1]);
    const unsigned char *bytes = (const unsigned char *)end;
    for (size_t i = 0; i + sizeof(uint64_t) <= sizeof end; i += sizeof(uint64_t)) {
        uint64_t word;
        memcpy(&word, bytes + i, sizeof word);
        add(sum, word);
    }
}

uint64_t lw_band_signature(const lw_built *built, size_t workload) {
    const lw_graph_workload *asked = &built->graph->workload[workload];
    uint64_t sum = 0;
    for (uint32_t m = 0; m < asked->move_count; m++) {
        for (const lw_transfer *part = &built->transfer[asked->first_move + m]; part != NULL; part = part->next) {
            for (size_t i = 0; i < part->route.count; i++) {
                const lw_link_spec *spec = built->machine->link[part->route.leg[i].link].spec;
                if (spec->family->band != NULL) {
                    add_band(&sum, spec);
                }
            }
        }
    }
    return sum;
}
