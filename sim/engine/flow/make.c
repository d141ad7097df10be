// SPDX-License-Identifier: GPL-3.0-or-later
// Fabric -> state of a run.
#include "sim/engine/flow/state.h"

static bool in_limits(int64_t value) {
    return value >= 0 && value <= LW_SPAN_MAX;
}

static bool is_bounded(const lw_server *server) {
    bool bounded = false;
    for (int kind = 0; kind < LW_PACKET_KINDS; kind++) {
        const lw_credits *credits = &server->credits[kind];
        bounded = bounded || (credits->packets > 0 && credits->packets != LW_CREDITS_INFINITE) ||
                  (credits->data_units > 0 && credits->data_units != LW_CREDITS_INFINITE);
    }
    return bounded;
}

static lw_status check_server(const lw_server *server) {
    if (server->ps_per_byte.den <= 0 || server->ps_per_byte.num < 0 || server->error_probability >= 0.9 ||
        !in_limits(server->packet_ps) || !in_limits(server->latency_ps) || !in_limits(server->credit_return_ps) ||
        !in_limits(server->replay_ps) || !in_limits(server->control_bytes) || !in_limits(server->control_interval_ps) ||
        !in_limits(server->turnaround_ps) || !in_limits(server->outage_gap_ps) || !in_limits(server->outage_ps) ||
        !in_limits(server->error_unit_bytes) || !in_limits(server->data_unit_bytes)) {
        return LW_LIMIT;
    }
    const bool costs_time_alone = !is_bounded(server) && server->control_bytes == 0 && server->error_probability <= 0 &&
                                  server->outage_ps == 0 && server->turnaround_ps == 0;
    return server->role != LW_SERVER_FORWARD || costs_time_alone ? LW_OK : LW_INTERNAL;
}

static bool check_hops(const lw_hop *hop, size_t count) {
    bool sound = true;
    for (size_t h = 0; h < count; h++) {
        sound = sound && in_limits(hop[h].overhead_bytes) && in_limits(hop[h].granule_bytes - 1) &&
                in_limits(hop[h].segment_bytes) && in_limits(hop[h].buffer_packets);
    }
    return sound;
}

static lw_status make_servers(lw_fluid *run) {
    const lw_fabric *fabric = run->fabric;
    lw_fraction *pace = LW_NEW_ARRAY(run->arena, lw_fraction, fabric->server_count);
    run->row_of = lw_arena_alloc(run->arena, fabric->server_count, sizeof *run->row_of);
    run->served = LW_NEW_ARRAY(run->arena, lw_server_result, fabric->server_count);
    if (pace == NULL || run->row_of == NULL || run->served == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t s = 0; s < fabric->server_count; s++) {
        LW_TRY(check_server(&fabric->server[s]));
        pace[s] = lw_server_pace(&fabric->server[s]);
        for (int buffer = 0; buffer <= LW_PACKET_KINDS; buffer++) {
            run->row_of[s][buffer] = LW_NONE;
        }
    }
    run->pace = pace;
    return LW_OK;
}

static lw_status make_moves(lw_fluid *run, uint32_t index) {
    const lw_task *task = &run->fabric->task[index];
    const lw_flow *flow = lw_fluid_flow(run, index);
    lw_fluid_task *state = &run->task[index];
    const bool has_last = task->inner > 1;
    if (!in_limits(flow->completer_ps) || !in_limits(flow->gap_ps) || !check_hops(flow->data, flow->data_count) ||
        !check_hops(flow->request, flow->request_count)) {
        return LW_LIMIT;
    }
    for (int last = 0; last < (has_last ? 2 : 1); last++) {
        lw_move *move = &state->move[last];
        const lw_status status = lw_fluid_make_move(run, flow, last == 0 ? task->bytes : task->last_bytes, move);
        run->stuck = index;
        LW_TRY(status);
    }
    const int64_t count = lw_task_count(task), runs = has_last ? count / task->inner : 0;
    run->bytes_all += (double)(count - runs) * (double)task->bytes + (double)runs * (double)task->last_bytes;
    const size_t hops = flow->data_count + flow->request_count;
    run->hops_max = hops > run->hops_max ? hops : run->hops_max;
    state->load = LW_NEW_ARRAY(run->arena, lw_ticks, hops);
    return state->load != NULL ? LW_OK : LW_NO_MEMORY;
}

// What each server may have to pass in all, so that no count of bytes overflows.
static lw_status check_load(const lw_fluid *run, double *load_bytes, uint32_t index) {
    const lw_task *task = &run->fabric->task[index];
    const lw_flow *flow = lw_fluid_flow(run, index);
    const lw_move *move = &run->task[index].move[0], *last = &run->task[index].move[1];
    const lw_move *more = last->packets > move->packets ? last : move;
    for (size_t h = 0; h < flow->data_count; h++) {
        const double bytes = (double)lw_wire_bytes(&flow->data[h], more->full_bytes);
        const double times = (double)lw_task_count(task) * (flow->data[h].copies > 1 ? (double)flow->data[h].copies : 1);
        load_bytes[flow->data[h].server] += times * (double)more->packets * bytes;
        if (load_bytes[flow->data[h].server] > (double)LW_TIME_MAX) {
            return LW_LIMIT;
        }
    }
    return LW_OK;
}

static lw_status make_tasks(lw_fluid *run) {
    const lw_fabric *fabric = run->fabric;
    run->task = LW_NEW_ARRAY(run->arena, lw_fluid_task, fabric->task_count);
    run->result = LW_NEW_ARRAY(run->arena, lw_task_result, fabric->task_count);
    double *load_bytes = LW_NEW_ARRAY(run->arena, double, fabric->server_count);
    if (run->task == NULL || run->result == NULL || load_bytes == NULL) {
        return LW_NO_MEMORY;
    }
    for (uint32_t t = 0; t < fabric->task_count; t++) {
        const lw_task *task = &fabric->task[t];
        if (!in_limits(task->start_ps) || !in_limits(task->submit_ps) || !in_limits(task->finish_ps) || !in_limits(task->bytes) ||
            !in_limits(task->last_finish_ps) || !in_limits(task->last_bytes)) {
            return LW_LIMIT;
        }
        lw_task_result *result = &run->result[t];
        result->ready_ps = result->start_ps = result->queued_from_ps = result->first_ps = result->watched_ps = INT64_MAX;
        result->busiest = LW_NO_SERVER;
        run->task[t].watched_ps = -1;
        run->task[t].mover = run->task[t].first = LW_NONE;
        if (task->flow != LW_NO_FLOW) {
            assert(task->flow < fabric->flow_count);
            LW_TRY(make_moves(run, t));
            LW_TRY(check_load(run, load_bytes, t));
        }
    }
    return lw_fluid_finish_classes(run);
}

lw_status lw_fluid_make(const lw_fabric *fabric, const lw_engine_how *how, lw_arena *arena, lw_fluid *run) {
    *run = (lw_fluid){.fabric = fabric, .how = how, .arena = arena, .unused_pool = LW_NONE, .free_slot = LW_NONE};
    run->laps.anchor = LW_NO_TASK;
    LW_TRY(make_servers(run));
    LW_TRY(make_tasks(run));
    run->line = LW_NEW_ARRAY(arena, lw_line, fabric->resource_count);
    run->held_ps = LW_NEW_ARRAY(arena, lw_int128, fabric->resource_count);
    if (run->line == NULL || run->held_ps == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t r = 0; r < fabric->resource_count; r++) {
        run->line[r].free_slots = fabric->resource_slots[r];
    }
    LW_TRY(lw_progress_make(fabric, arena, &run->progress));
    run->progress.ready = lw_fluid_ready;
    run->progress.user = run;
    return LW_OK;
}

void lw_fluid_free(lw_fluid *run) {
    lw_due_free(&run->tasks);
    lw_due_free(&run->pools);
    for (uint32_t c = 0; c < run->class_count; c++) {
        (void)lw_memory_resize_block(run->class[c].target, 0);
    }
    for (uint32_t p = 0; p < run->pool_count; p++) {
        (void)lw_memory_resize_block(run->pool[p].classes, 0);
        (void)lw_memory_resize_block(run->pool[p].rows, 0);
        (void)lw_memory_resize_block(run->pool[p].steps, 0);
    }
    for (size_t r = 0; run->line != NULL && r < run->fabric->resource_count; r++) {
        (void)lw_memory_resize_block(run->line[r].waiting, 0);
    }
    (void)lw_memory_resize_block(run->class, 0);
    (void)lw_memory_resize_block(run->row, 0);
    (void)lw_memory_resize_block(run->slot, 0);
    (void)lw_memory_resize_block(run->busy_before, 0);
    if (run->progress.fabric != NULL) {
        lw_progress_free(&run->progress);
    }
}
