// SPDX-License-Identifier: GPL-3.0-or-later
// One run from the first event to the results.
#include "sim/engine/packet/state.h"

const char *const lw_engine_words[] = {"packet", "packet-exact", NULL};

enum { EVENTS_BETWEEN_CHECKS = 1 << 14 };

static lw_status run_events(lw_run_state *run, const volatile sig_atomic_t *stop) {
    uint32_t key;
    while (lw_event_take(&run->queue, &key) || (lw_islands_wake(run) && lw_event_take(&run->queue, &key))) {
        if (run->steady.asleep > 0 && lw_islands_hold(run, key)) {
            continue;
        }
        run->now_ps = run->queue.now_ps;
        if (run->now_ps > LW_TIME_MAX) {
            return LW_LIMIT;
        }
        lw_packet_step(run, key);
        if (run->steady.ticked != LW_NONE || run->steady.line_first != LW_NONE) {
            lw_islands_step(run);
        }
        if (run->failed) {
            return LW_NO_MEMORY;
        }
        if (run->queue.taken % EVENTS_BETWEEN_CHECKS == 1 && stop != NULL && *stop != 0) {
            return LW_INTERRUPTED;
        }
    }
    return run->tasks_left == 0 ? LW_OK : LW_STUCK;
}

static void add_stop(const lw_run_state *run, const lw_stop *stop, lw_engine_result *out) {
    lw_server_result *server = &out->server[run->server[stop->server].of];
    bool ended = stop->started == stop->total;
    int64_t full = stop->started - (ended ? 1 : 0);
    server->packets += stop->started;
    server->wire_bytes += full * stop->wire_bytes[0] + (ended ? stop->wire_bytes[1] : 0);
    out->packet_hops += stop->started;
    const lw_stream *stream = &run->stream[stop->stream];
    if (!stream->is_request && stop->started > 0) {
        const lw_task *task = &run->fabric->task[stream->task];
        int64_t packet =
            task->kind == LW_TASK_READ && task->request_bytes < task->packet_bytes ? task->request_bytes : task->packet_bytes;
        server->payload_bytes += ended ? task->bytes : stop->started * packet;
    }
    out->task[stream->task].wait_ps += stop->wait_ps;
}

// From the totals: what was summed up on the way lost the remainder of every busy period.
static int64_t busy_ps(const lw_server *server, const lw_server_result *did) {
    lw_int128 parts = (lw_int128)(did->wire_bytes + did->control_bytes) * server->ps_per_byte.num;
    return (int64_t)(parts / server->ps_per_byte.den) + (did->packets + did->replays) * server->packet_ps;
}

static lw_status results(lw_run_state *run, lw_engine_result *out) {
    const lw_fabric *fabric = run->fabric;
    lw_engine_result result = {.task = run->result, .server = LW_NEW_ARRAY(run->arena, lw_server_result, fabric->server_count)};
    if (result.server == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t i = 0; i < run->stop_count; i++) {
        add_stop(run, &run->stop[i], &result);
    }
    for (size_t s = 0; s < fabric->server_count; s++) {
        const lw_server_state *server = &run->server[s];
        lw_server_result *to = &result.server[s];
        to->replays = server->replays;
        to->wire_bytes += server->replay_wire_bytes;
        uint32_t from = fabric->server[s].opposite;
        if (server->control_opposite != LW_NONE) {
            result.server[from].control_bytes += run->server[from].control_sent * fabric->server[s].control_bytes;
        }
    }
    for (size_t s = 0; s < fabric->server_count; s++) {
        result.server[s].busy_ps = busy_ps(&fabric->server[s], &result.server[s]);
    }
    for (size_t t = 0; t < fabric->task_count; t++) {
        const lw_task_state *state = &run->task[t];
        result.task[t].window_stall_ps = (int64_t)state->stall_ps;
        if (state->data != LW_NONE) {
            result.task[t].packets = run->stream[state->data].total;
            result.packets += run->stream[state->data].total;
        }
        if (state->request != LW_NONE) {
            result.packets += run->stream[state->request].total;
        }
        result.end_ps = result.task[t].end_ps > result.end_ps ? result.task[t].end_ps : result.end_ps;
    }
    result.events = run->queue.taken;
    result.jumps = run->steady.jumps;
    *out = result;
    return LW_OK;
}

lw_status lw_engine_run(const lw_fabric *fabric, lw_engine engine, uint64_t seed, const volatile sig_atomic_t *stop,
                        lw_arena *arena, lw_engine_result *out, uint32_t *stuck) {
    lw_run_state run;
    lw_status status = lw_run_state_make(fabric, seed, arena, &run);
    if (status == LW_OK) {
        if (engine == LW_ENGINE_PACKET && !lw_islands_make(&run)) {
            run.failed = true;
        }
        for (uint32_t t = 0; t < fabric->task_count; t++) {
            if (fabric->task[t].after_count == 0) {
                lw_task_release(&run, t);
            }
        }
        status = run.failed ? LW_NO_MEMORY : run_events(&run, stop);
        for (uint32_t t = 0; status == LW_STUCK && stuck != NULL && t < fabric->task_count; t++) {
            if (run.task[t].phase != LW_PHASE_ENDED) {
                *stuck = t;
                break;
            }
        }
    }
    if (status == LW_OK) {
        status = results(&run, out);
    }
    lw_run_state_free(&run);
    return status;
}
