// SPDX-License-Identifier: GPL-3.0-or-later
// One run from the first event to the results.
#include <assert.h>
#include <math.h>
#include <string.h>

#include "sim/engine/packet/packet.h"
#include "sim/engine/packet/rounds.h"
#include "sim/engine/packet/state.h"

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
    double sent = (double)run->packet_hops;
    for (uint32_t t = 0; t < run->task_count; t++) {
        const lw_task_state *state = &run->task[t];
        const uint32_t streams[2] = {state->data, state->request};
        for (int i = 0; i < 2 && state->phase == LW_PHASE_MOVING; i++) {
            const lw_stream *stream = streams[i] != LW_NONE ? &run->stream[streams[i]] : NULL;
            for (uint32_t s = stream != NULL ? stream->first_stop : LW_NONE; s != LW_NONE && s <= stream->last_stop; s++) {
                sent += (double)run->stop[s].started;
            }
        }
    }
    watch->tell(run->packet_hops_all > 0 ? fmin(1, sent / run->packet_hops_all) : 0, watch->user);
}

// Is the run to end? Says how far it is, too.
static bool look_up(const lw_run_state *run, const lw_engine_how *how) {
    if (how->watch != NULL && run->queue.taken / EVENTS_BETWEEN_CHECKS % CHECKS_BETWEEN_WORDS == CHECKS_BETWEEN_WORDS - 1) {
        tell_share(run, how->watch);
    }
    return how->stop != NULL && *how->stop != 0;
}

static bool is_too_much(const lw_run_state *run, const lw_engine_how *how) {
    return how->events_most > 0 && run->queue.taken > how->events_most && !(how->stop != NULL && *how->stop != 0);
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
        if (run->laps.ticked) {
            lw_laps_step(run);
        }
        if (run->failed || run->progress.failed || run->broken) {
            return run->broken ? LW_INTERNAL : LW_NO_MEMORY;
        }
        validate_now_and_then(run);
        if (run->queue.taken >= run->look_at) {
            run->look_at = run->queue.taken + EVENTS_BETWEEN_CHECKS;
            if (look_up(run, how) || is_too_much(run, how)) {
                return LW_INTERRUPTED;
            }
        }
    }
    return run->progress.left == 0 ? LW_OK : LW_STUCK;
}

static void finish_task(const lw_run_state *run, uint32_t index) {
    lw_task_result *result = &run->result[index];
    const lw_task *task = &run->fabric->task[index];
    const lw_flow *flow = task->flow != LW_NO_FLOW ? &run->fabric->flow[task->flow] : NULL;
    const size_t hops = flow != NULL ? flow->data_count + flow->request_count : 0;
    result->first_ps = result->first_ps == INT64_MAX ? 0 : result->first_ps;
    result->watched_ps = result->watched_ps == INT64_MAX ? 0 : result->watched_ps;
    result->queued_from_ps = result->queued_from_ps == INT64_MAX ? 0 : result->queued_from_ps;
    result->load = run->load[index];
    result->sample = LW_LIST_ITEMS(&run->sample[index], const lw_task_sample);
    result->sample_count = run->sample[index].count;
    lw_find_busiest(result, hops);
}

static void *copy(lw_arena *arena, const void *items, size_t count, size_t size) {
    void *copied = lw_arena_alloc(arena, count, size);
    return copied != NULL && count > 0 ? memcpy(copied, items, count * size) : copied;
}

// From the arena of the run, which is kept, to that of who asked.
static lw_status hand_over(const lw_fabric *fabric, lw_arena *arena, lw_engine_result *result) {
    result->task = copy(arena, result->task, fabric->task_count, sizeof *result->task);
    result->server = copy(arena, result->server, fabric->server_count, sizeof *result->server);
    result->held_ps = copy(arena, result->held_ps, fabric->resource_count, sizeof *result->held_ps);
    bool copied = result->task != NULL && result->server != NULL && result->held_ps != NULL;
    for (size_t t = 0; copied && t < fabric->task_count; t++) {
        lw_task_result *task = &result->task[t];
        const lw_flow *flow = fabric->task[t].flow != LW_NO_FLOW ? &fabric->flow[fabric->task[t].flow] : NULL;
        task->sample = copy(arena, task->sample, task->sample_count, sizeof *task->sample);
        task->load = flow != NULL ? copy(arena, task->load, flow->data_count + flow->request_count, sizeof *task->load) : NULL;
        copied = task->sample != NULL && (task->load != NULL || flow == NULL);
    }
    return copied ? LW_OK : LW_NO_MEMORY;
}

static lw_status results(lw_run_state *run, lw_arena *arena, lw_engine_result *out) {
    const lw_fabric *fabric = run->fabric;
    lw_engine_result result = {.engine = out->engine,
                               .task = run->result,
                               .server = run->served,
                               .held_ps = run->held_ps,
                               .packets = run->packets,
                               .packet_hops = run->packet_hops,
                               .events = run->queue.taken - run->events_more,
                               .jumps = run->steady.jumps};
    for (size_t s = 0; s < fabric->server_count; s++) {
        const lw_server_state *server = &run->server[s];
        lw_server_result *to = &result.server[s];
        to->replays = server->replays;
        to->wire_bytes += server->replay_wire_bytes;
        const lw_int128 shared = (lw_int128)server->control_since_ps * server->control_share / LW_SHARE_WHOLE;
        const int64_t parts = server->control_parts + (int64_t)(shared * server->den);
        to->control_bytes = run->pace[s].num > 0 ? parts / run->pace[s].num : 0;
        to->busy_ps = lw_server_busy_ps(run->pace[s], fabric->server[s].packet_ps, parts, to);
    }
    for (uint32_t t = 0; t < fabric->task_count; t++) {
        finish_task(run, t);
        result.end_ps = result.task[t].end_ps > result.end_ps ? result.task[t].end_ps : result.end_ps;
    }
    *out = result;
    return run->results != arena ? hand_over(run->fabric, arena, out) : LW_OK;
}

// The first task of which an instance has not ended.
static uint32_t find_stuck(const lw_run_state *run) {
    uint32_t t = 0;
    while (run->progress.task[t].prefix == run->progress.task[t].count) {
        t++;
    }
    return t;
}

// What no state that repeats can spare: the first packets of each flow, past each of its servers.
static bool is_hopeless(const lw_fabric *fabric, int64_t events_most) {
    enum { FIRST_PACKETS = 16 };
    int64_t events = 0;
    for (size_t t = 0; t < fabric->task_count && events_most > 0 && events <= events_most; t++) {
        const lw_task *task = &fabric->task[t];
        const lw_flow *flow = task->flow != LW_NO_FLOW ? &fabric->flow[task->flow] : NULL;
        const bool many = flow != NULL && flow->packet_bytes > 0 && task->bytes / flow->packet_bytes >= FIRST_PACKETS;
        events += many ? FIRST_PACKETS * (int64_t)flow->data_count : 0;
    }
    return events_most > 0 && events > events_most;
}

// False: out of memory.
static bool begin(lw_run_state *run, const lw_engine_how *how) {
    if (how->engine == LW_ENGINE_PACKET) {
        if (!lw_islands_make(run)) {
            return false;
        }
        lw_laps_make(run);
    }
    lw_progress_begin(&run->progress);
    return !run->failed;
}

lw_status lw_packet_run(const lw_fabric *fabric, const lw_engine_how *how, lw_arena *arena, lw_engine_result *out,
                        bool *gave_up) {
    lw_run_state run;
    bool ran = false;
    *out = (lw_engine_result){.engine = how->engine};
    *gave_up = false;
    LW_TRY(how->engine == LW_ENGINE_PACKET ? lw_rounds_run(fabric, how, arena, out, &ran) : LW_OK);
    *gave_up = !ran && is_hopeless(fabric, how->events_most);
    if (ran || *gave_up) {
        return ran ? LW_OK : LW_INTERRUPTED;
    }
    const bool resumed = lw_recall_resume(fabric, how, &run);
    lw_status status = resumed ? LW_OK : lw_run_state_make(fabric, how, arena, &run);
    *gave_up = status == LW_INTERRUPTED;
    if (status == LW_OK) {
        run.record = how->record;
        run.failed = !resumed && !begin(&run, how);
        status = run.failed ? LW_NO_MEMORY : run_events(&run, how);
    }
    *gave_up = *gave_up || (status == LW_INTERRUPTED && is_too_much(&run, how));
    if (status == LW_STUCK) {
        run.results = arena;
        out->stuck = find_stuck(&run);
        status = lw_find_deadlock(&run, out) == LW_OK ? LW_STUCK : LW_NO_MEMORY;
    } else if (status == LW_OK) {
        status = results(&run, arena, out);
    }
    lw_recall_free(how->memory, &run);
    return status;
}
