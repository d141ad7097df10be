// SPDX-License-Identifier: GPL-3.0-or-later
// One run from the first event to the results.
#include <assert.h>

#include "sim/engine/packet/state.h"

const char *const lw_engine_words[] = {"packet", "packet-exact", NULL};

enum { EVENTS_BETWEEN_CHECKS = 1 << 14, CHECKS_BETWEEN_WORDS = 16 };

// Debug and sanitizer builds look for broken invariants, after every event at first, then less
// often the more events there were and the larger the state is, so that a run takes only some times
// as long.
#ifdef LW_ENGINE_VALIDATE
static void validate_now_and_then(lw_run_state *run) {
    enum { CLOSENESS = 32, STOPS_AN_EVENT = 16 };
    if (run->queue.taken >= run->validate_at) {
        const char *broken_invariant = lw_run_state_validate(run);
        assert(broken_invariant == NULL);
        (void)broken_invariant;
        run->validate_at = run->queue.taken + 1 + run->queue.taken / CLOSENESS + (int64_t)run->stop_count / STOPS_AN_EVENT;
    }
}
#else
static inline void validate_now_and_then(lw_run_state *run) {
    (void)run;
}
#endif

static void tell_share(const lw_run_state *run, const lw_engine_watch *watch) {
    double sent = 0, all = 0;
    for (size_t i = 0; i < run->stop_count; i++) {
        sent += (double)run->stop[i].started;
        all += (double)run->stop[i].total;
    }
    watch->tell(all > 0 ? sent / all : 0, watch->user);
}

// Is the run to end? Says how far it is, too.
static bool look_up(const lw_run_state *run, const lw_engine_how *how) {
    if (how->watch != NULL && run->queue.taken / EVENTS_BETWEEN_CHECKS % CHECKS_BETWEEN_WORDS == CHECKS_BETWEEN_WORDS - 1) {
        tell_share(run, how->watch);
    }
    return how->stop != NULL && *how->stop != 0;
}

static lw_status run_events(lw_run_state *run, const lw_engine_how *how) {
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
        validate_now_and_then(run);
        if (run->queue.taken % EVENTS_BETWEEN_CHECKS == 1 && look_up(run, how)) {
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
        const lw_flow *flow = lw_flow_of(run, stream->task);
        bool small = flow->kind == LW_FLOW_READ && flow->request_bytes < flow->packet_bytes;
        int64_t packet = small ? flow->request_bytes : flow->packet_bytes;
        server->payload_bytes += ended ? run->fabric->task[stream->task].bytes : stop->started * packet;
    }
    out->task[stream->task].wait_ps += stop->wait_ps;
}

// From the totals: what was summed up during the run lost the remainder of every busy period.
static int64_t busy_ps(lw_fraction pace, int64_t packet_ps, const lw_server_result *did) {
    lw_int128 parts = (lw_int128)(did->wire_bytes + did->control_bytes) * pace.num;
    return (int64_t)(parts / pace.den) + (did->packets + did->replays) * packet_ps;
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
        result.server[s].busy_ps = busy_ps(run->pace[s], fabric->server[s].packet_ps, &result.server[s]);
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

static uint32_t find_stuck(const lw_run_state *run) {
    uint32_t t = 0;
    while (run->task[t].phase == LW_PHASE_ENDED) {
        t++;
    }
    return t;
}

lw_status lw_engine_run(const lw_fabric *fabric, const lw_engine_how *how, lw_arena *arena, lw_engine_result *out) {
    lw_run_state run;
    *out = (lw_engine_result){0};
    lw_status status = lw_run_state_make(fabric, how->seed, arena, &run);
    if (status == LW_OK) {
        if (how->engine == LW_ENGINE_PACKET && !lw_islands_make(&run)) {
            run.failed = true;
        }
        for (uint32_t t = 0; t < fabric->task_count; t++) {
            if (fabric->task[t].after_count == 0) {
                lw_task_release(&run, t);
            }
        }
        status = run.failed ? LW_NO_MEMORY : run_events(&run, how);
    }
    if (status == LW_STUCK) {
        out->stuck = find_stuck(&run);
        status = lw_find_deadlock(&run, out) == LW_OK ? LW_STUCK : LW_NO_MEMORY;
    } else if (status == LW_OK) {
        status = results(&run, out);
    }
    lw_run_state_free(&run);
    return status;
}
