// SPDX-License-Identifier: GPL-3.0-or-later
// What a run came to. What passed each server follows from what each task has moved.
#include <stdlib.h>

#include "sim/engine/flow/state.h"

static int64_t times(double each, int64_t count) {
    return (int64_t)(each * (double)count + 0.5);
}

static void add_hop(lw_fluid *run, const lw_hop *hop, const lw_move *move, int64_t packets, lw_packet_kind kind) {
    const lw_server *server = &run->fabric->server[hop->server];
    lw_server_result *served = &run->served[hop->server];
    const bool asks = kind == LW_PACKET_REQUEST;
    const int64_t full_bytes = lw_wire_bytes(hop, asks ? 0 : move->full_bytes);
    const int64_t last_bytes = lw_wire_bytes(hop, asks ? 0 : move->last_bytes);
    const int64_t replays = times(lw_fluid_replays(server, full_bytes), packets), copies = hop->copies > 1 ? hop->copies : 1;
    served->packets += copies * packets;
    served->replays += copies * replays;
    served->wire_bytes += copies * ((packets - 1) * full_bytes + last_bytes + replays * full_bytes);
    served->payload_bytes += asks ? 0 : copies * move->bytes;
}

// So many instances of a task that moved the same.
static void add_moves(lw_fluid *run, uint32_t index, const lw_move *move, int64_t count, lw_engine_result *out) {
    const lw_flow *flow = lw_fluid_flow(run, index);
    if (flow == NULL || move->bytes == 0 || count == 0) {
        return;
    }
    lw_move all = *move;
    all.bytes *= count;
    for (size_t h = 0; h < flow->data_count; h++) {
        lw_server_result *served = &run->served[flow->data[h].server];
        const lw_server_result before = *served;
        add_hop(run, &flow->data[h], &all, move->packets, flow->data_kind);
        served->wire_bytes += (count - 1) * (served->wire_bytes - before.wire_bytes);
        served->packets += (count - 1) * (served->packets - before.packets);
        served->replays += (count - 1) * (served->replays - before.replays);
    }
    for (size_t h = 0; flow->kind == LW_FLOW_READ && h < flow->request_count; h++) {
        add_hop(run, &flow->request[h], &all, count * move->requests, LW_PACKET_REQUEST);
        out->packet_hops += count * move->requests;
    }
    out->packet_hops += count * move->packets * (int64_t)flow->data_count;
    out->packets += count * (move->packets + move->requests);
}

// From the time that it took.
static int64_t control_bytes(const lw_fluid *run, size_t server) {
    const uint32_t row = run->row_of[server][0];
    const double pace_ps = lw_fraction_value(run->pace[server]);
    if (row == LW_NONE || pace_ps <= 0) {
        return 0;
    }
    return (int64_t)((double)run->row[row].controlled / (1 << LW_TICK_BITS) / pace_ps + 0.5);
}

int64_t lw_fluid_own_ps(const lw_fluid *run, const lw_hop *hop, const lw_move *move, bool asks) {
    const double service_ps = lw_fluid_service_ps(run->pace[hop->server], run->fabric->server[hop->server].packet_ps,
                                                  lw_wire_bytes(hop, asks ? 0 : move->full_bytes));
    return times(service_ps, asks ? move->requests : move->packets);
}

// A server that each passes as if alone there was busy with the task and nothing else.
static lw_int128 own_ps(const lw_fluid *run, uint32_t index, const lw_hop *hop, bool asks) {
    const lw_fluid_task *task = &run->task[index];
    lw_int128 sum_ps = 0;
    for (int last = 0; last < 2; last++) {
        const lw_move *move = &task->move[last];
        if (task->moved[last] > 0) {
            sum_ps += (lw_int128)lw_fluid_own_ps(run, hop, move, asks) * task->moved[last];
        }
    }
    return sum_ps;
}

static int by_time(const void *left, const void *right) {
    const lw_task_sample *a = left, *b = right;
    return (a->time_ps > b->time_ps) - (a->time_ps < b->time_ps);
}

static void sort_samples(lw_list *list) {
    lw_task_sample *all = LW_LIST_ITEMS(list, lw_task_sample);
    size_t kept = 0;
    if (list->count > 0) {
        qsort(all, list->count, sizeof *all, by_time);
    }
    for (size_t i = 0; i < list->count; i++) {
        if (kept > 0 && all[kept - 1].time_ps == all[i].time_ps) {
            all[kept - 1].count += all[i].count;
        } else {
            all[kept++] = all[i];
        }
    }
    list->count = kept;
}

static lw_status finish_task(lw_fluid *run, uint32_t index) {
    lw_task_result *result = &run->result[index];
    lw_fluid_task *task = &run->task[index];
    const lw_flow *flow = lw_fluid_flow(run, index);
    const size_t hops = flow != NULL ? flow->data_count + flow->request_count : 0;
    lw_task_load *load = LW_NEW_ARRAY(run->arena, lw_task_load, hops);
    if (load == NULL) {
        return LW_NO_MEMORY;
    }
    result->queued_from_ps = result->queued_from_ps == INT64_MAX ? 0 : result->queued_from_ps;
    result->first_ps = result->first_ps == INT64_MAX ? 0 : result->first_ps;
    result->watched_ps = result->watched_ps == INT64_MAX ? 0 : result->watched_ps;
    sort_samples(&task->sample);
    result->sample = LW_LIST_ITEMS(&task->sample, const lw_task_sample);
    result->sample_count = task->sample.count;
    result->load = load;
    for (size_t h = 0; h < hops; h++) {
        const bool asks = h >= flow->data_count;
        const lw_hop *hop = asks ? &flow->request[h - flow->data_count] : &flow->data[h];
        lw_int128 sum_ps = (task->load[h] + (1 << (LW_TICK_BITS - 1))) >> LW_TICK_BITS;
        if (run->row_of[hop->server][0] == LW_NONE) {
            sum_ps = own_ps(run, index, hop, asks);
        }
        load[h] = (lw_task_load){hop->server, sum_ps < INT64_MAX ? (int64_t)sum_ps : INT64_MAX};
    }
    lw_find_busiest(result, hops);
    return LW_OK;
}

lw_status lw_fluid_results(lw_fluid *run, lw_engine_result *out) {
    const lw_fabric *fabric = run->fabric;
    lw_engine_result result = {
        .task = run->result, .server = run->served, .held_ps = run->held_ps, .events = run->events, .jumps = run->jumps};
    result.ends_within = lw_fluid_hurries(run) ? lw_fluid_ends_within : 0;
    for (uint32_t t = 0; t < fabric->task_count; t++) {
        for (int last = 0; last < 2; last++) {
            add_moves(run, t, &run->task[t].move[last], run->task[t].moved[last], &result);
        }
        LW_TRY(finish_task(run, t));
        result.end_ps = result.task[t].end_ps > result.end_ps ? result.task[t].end_ps : result.end_ps;
    }
    for (size_t s = 0; s < fabric->server_count; s++) {
        result.server[s].control_bytes = control_bytes(run, s);
        const lw_int128 control_parts = (lw_int128)result.server[s].control_bytes * run->pace[s].num;
        result.server[s].busy_ps = lw_server_busy_ps(run->pace[s], fabric->server[s].packet_ps, control_parts, &result.server[s]);
    }
    *out = result;
    return LW_OK;
}
