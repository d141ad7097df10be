// SPDX-License-Identifier: GPL-3.0-or-later
// The invariants of a run: packets, credits, slots and bytes are conserved, queues are in order,
// islands are disjoint. Debug and sanitizer builds check them between events, as Box2D does between
// steps; they cost as much as the state is large.
#include <string.h>

#include "sim/engine/packet/state.h"

// ---- Packets ----

// Packets that have started at a stop and not yet reached the next: those of the server's flight
// that go there.
static int64_t in_flight(const lw_run_state *run, uint32_t stop) {
    const lw_fifo *flight = &run->server[run->stop[stop].server].flight;
    int64_t count = 0;
    for (uint32_t i = 0; i < flight->count; i++) {
        count += lw_fifo_at(flight, i)->id == run->stop[stop].next ? 1 : 0;
    }
    return count;
}

static const char *check_stop(const lw_run_state *run, uint32_t index) {
    const lw_stop *stop = &run->stop[index];
    if (stop->queued < 0 || stop->started < 0 || stop->queued + stop->started > stop->total) {
        return "a stop has more packets than its stream";
    }
    if (stop->next == LW_NONE) {
        const lw_stream *stream = &run->stream[stop->stream];
        bool in_turn = stream->sink_every == INT64_MAX || (stop->until_sink >= 1 && stop->until_sink <= stream->sink_every);
        return in_turn ? NULL : "a stream has missed a delivery";
    }
    const lw_stop *next = &run->stop[stop->next];
    if (stop->started != in_flight(run, index) + next->queued + next->started) {
        return "packets got lost between two stops, or came from nowhere";
    }
    if (stop->buffer != INT64_MAX && stop->started - next->started > stop->buffer) {
        return "a buffer holds more packets than it has room for";
    }
    return NULL;
}

// What tasks have asked for, and what has come of it.
static const char *check_task(const lw_run_state *run, uint32_t index) {
    const lw_task_state *state = &run->task[index];
    if (state->data == LW_NONE || state->phase < LW_PHASE_MOVING) {
        return state->phase == LW_PHASE_IDLE || (state->offered == 0 && state->asked == 0)
                   ? NULL
                   : "a task moves packets before its time";
    }
    const lw_stream *data = &run->stream[state->data];
    const lw_stop *first = &run->stop[data->first_stop];
    if (state->request == LW_NONE) {
        return first->queued + first->started == state->offered ? NULL : "a task has sent more or less than it was offered";
    }
    const lw_stream *request = &run->stream[state->request];
    const int64_t tags = lw_flow_of(run, index)->tags;
    bool sound = state->asked <= state->offered && state->offered <= request->total && state->outstanding >= 0 &&
                 state->outstanding <= state->asked && (tags == LW_TAGS_INFINITE || state->outstanding <= tags);
    return sound ? NULL : "a task has more outstanding reads than it has tags";
}

// An instance that has moved its bytes delivered every one.
static const char *check_delivery(const lw_run_state *run, uint32_t index) {
    const lw_task_state *state = &run->task[index];
    const uint32_t streams[2] = {state->data, state->request};
    const bool moved = state->phase > LW_PHASE_MOVING && lw_task_bytes(lw_task_of(run, index), state->instance) > 0;
    for (int i = 0; i < 2 && moved; i++) {
        const lw_stream *stream = streams[i] == LW_NONE ? NULL : &run->stream[streams[i]];
        if (stream != NULL && stream->first_stop != LW_NONE && run->stop[stream->last_stop].started != stream->total) {
            return "a task ended before its last byte was delivered";
        }
    }
    return NULL;
}

// ---- Credits ----

static int64_t units_of(const lw_stop *stop, int64_t packets, bool with_last) {
    return packets * stop->units[0] + (with_last ? stop->units[1] - stop->units[0] : 0);
}

// Credits of one kind: those at the server, those of packets that fill its buffer, and those on
// their return are all it was given.
static const char *check_credits(const lw_run_state *run, uint32_t server, lw_packet_kind kind, const lw_credits *filled) {
    const lw_server_state *state = &run->server[server];
    const lw_credits *given = &run->fabric->server[state->of].credits[kind], *left = &state->credits[kind];
    lw_credits back = {0, 0};
    for (uint32_t l = state->first_loop; l != LW_NONE; l = run->loop[l].next_of_server) {
        const lw_credit_loop *loop = &run->loop[l];
        for (uint32_t i = 0; loop->kind == kind && i < loop->back.count; i++) {
            back.packets++;
            back.data_units += lw_fifo_at(&loop->back, i)->id;
        }
    }
    bool packets = left->packets == LW_CREDITS_INFINITE || left->packets + filled->packets + back.packets == given->packets;
    bool units =
        left->data_units == LW_CREDITS_INFINITE || left->data_units + filled->data_units + back.data_units == given->data_units;
    bool positive = left->packets >= 0 && left->data_units >= 0;
    return packets && units && positive ? NULL : "credits got lost, or came from nowhere";
}

static const char *check_all_credits(const lw_run_state *run, lw_arena *scratch) {
    lw_credits(*filled)[LW_PACKET_KINDS] = lw_arena_alloc(scratch, run->server_count, sizeof *filled);
    if (filled == NULL) {
        return NULL;  // not now
    }
    for (size_t i = 0; i < run->stop_count; i++) {
        const lw_stop *stop = &run->stop[i];
        if (stop->next == LW_NONE || run->stop[stop->next].frees == LW_NONE) {
            continue;  // credits come back without the next stop's doing
        }
        int64_t packets = stop->started - run->stop[stop->next].started;
        bool with_last = stop->started == stop->total && packets > 0;
        filled[stop->server][stop->kind].packets += packets;
        filled[stop->server][stop->kind].data_units += units_of(stop, packets, with_last);
    }
    for (uint32_t s = 0; s < run->server_count; s++) {
        for (int kind = 0; kind < LW_PACKET_KINDS; kind++) {
            const char *wrong = check_credits(run, s, (lw_packet_kind)kind, &filled[s][kind]);
            if (wrong != NULL) {
                return wrong;
            }
        }
    }
    return NULL;
}

// ---- Order ----

static bool is_ordered(const lw_fifo *fifo) {
    for (uint32_t i = 1; i < fifo->count; i++) {
        if (lw_fifo_at(fifo, i)->time_ps < lw_fifo_at(fifo, i - 1)->time_ps) {
            return false;
        }
    }
    return true;
}

static const char *check_fifos(const lw_run_state *run) {
    bool ordered = true;
    for (size_t s = 0; s < run->server_count; s++) {
        ordered = ordered && is_ordered(&run->server[s].flight);
    }
    for (size_t s = 0; s < run->stream_count; s++) {
        ordered = ordered && is_ordered(&run->stream[s].sink);
    }
    for (size_t l = 0; l < run->loop_count; l++) {
        ordered = ordered && is_ordered(&run->loop[l].back);
    }
    return ordered ? NULL : "what is in flight is out of order";
}

// What is in an input is what its stops have queued there.
static const char *check_inputs(const lw_run_state *run) {
    int64_t queued = 0, in_runs = 0;
    for (size_t i = 0; i < run->stop_count; i++) {
        queued += run->input[run->stop[i].input].shared ? run->stop[i].queued : 0;
    }
    for (size_t i = 0; i < run->input_count; i++) {
        const lw_input *input = &run->input[i];
        int64_t own = 0;
        for (uint32_t r = 0; r < input->runs.count; r++) {
            const lw_fifo_entry *entry = lw_fifo_at(&input->runs, r);
            if (entry->time_ps <= 0 || run->stop[entry->id].input != i) {
                return "an input has packets that are not its own";
            }
            own += entry->time_ps;
        }
        if (own != (input->shared ? input->queued : 0)) {
            return "an input has lost count of its packets";
        }
        in_runs += own;
    }
    return queued == in_runs ? NULL : "packets wait at a stop and not in its input";
}

static bool has_packets(const lw_run_state *run, const lw_input *input) {
    return (input->shared ? input->queued : run->stop[input->stop].queued) > 0;
}

// Inputs that have packets wait for their server, each once.
static const char *check_waiting(const lw_run_state *run) {
    size_t waiting = 0, listed = 0;
    for (size_t i = 0; i < run->input_count; i++) {
        waiting += has_packets(run, &run->input[i]) ? 1U : 0U;
    }
    for (size_t s = 0; s < run->server_count; s++) {
        uint32_t last = LW_NONE;
        for (uint32_t i = run->server[s].waiting_first; i != LW_NONE && listed <= run->input_count;
             i = run->input[i].next_waiting) {
            if (run->input[i].server != s || !has_packets(run, &run->input[i])) {
                return "an input waits for a server that it has nothing for";
            }
            listed++;
            last = i;
        }
        if (last != LW_NONE && last != run->server[s].waiting_last) {
            return "the line of a server has no end";
        }
    }
    return waiting == listed ? NULL : "an input has packets and does not wait for its server";
}

static const char *check_queue(const lw_event_queue *queue) {
    for (size_t i = 1; i < queue->in_stack; i++) {
        if (!lw_event_before(&queue->stack[i], &queue->stack[i - 1])) {
            return "the stack of events is out of order";
        }
    }
    for (size_t i = 1; i < queue->in_heap; i++) {
        if (lw_event_before(&queue->heap[i], &queue->heap[(i - 1) / 4])) {
            return "the heap of events is out of order";
        }
    }
    return NULL;
}

// ---- Slots ----

static const char *check_slots(const lw_run_state *run, lw_arena *scratch) {
    int64_t *held = LW_NEW_ARRAY(scratch, int64_t, run->fabric->resource_count + 1);
    if (held == NULL) {
        return NULL;  // not now
    }
    for (uint32_t t = 0; t < run->task_count; t++) {
        const lw_task *task = lw_task_of(run, t);
        held[task->acquires != LW_NO_RESOURCE ? task->acquires : 0] +=
            task->acquires != LW_NO_RESOURCE && run->task[t].phase > LW_PHASE_WAITING ? 1 : 0;
    }
    for (uint32_t t = 0; t < run->fabric->task_count; t++) {
        const lw_task *task = &run->fabric->task[t];
        const int64_t ended = run->progress.task[t].prefix + run->progress.task[t].beyond;
        if (task->acquires != LW_NO_RESOURCE) {
            held[task->acquires] += ended;
        }
        if (task->releases != LW_NO_RESOURCE) {
            held[task->releases] -= ended;
        }
    }
    for (size_t r = 0; r < run->fabric->resource_count; r++) {
        const lw_resource *resource = &run->resource[r];
        if (resource->free_slots < 0 || resource->free_slots + held[r] != run->fabric->resource_slots[r]) {
            return "slots got lost, or came from nowhere";
        }
        if (resource->count > 0 && resource->free_slots > 0) {
            return "a task waits for a slot that is free";
        }
    }
    return NULL;
}

// ---- Islands ----

static const char *check_islands(const lw_run_state *run) {
    size_t servers = 0, listed_servers = 0, tasks = 0, listed_tasks = 0;
    for (size_t s = 0; s < run->server_count; s++) {
        servers += run->server[s].in_island != LW_NONE ? 1U : 0U;
    }
    for (size_t t = 0; t < run->task_count; t++) {
        tasks += run->task[t].in_island != LW_NONE ? 1U : 0U;
    }
    for (uint32_t p = 0; p < run->steady.used; p++) {
        const lw_island *island = &run->steady.island[p];
        if (island->first_task == LW_NONE) {
            continue;  // one that is no more
        }
        for (uint32_t s = island->first_server; s != LW_NONE; s = run->server[s].next_in_island) {
            if (run->server[s].in_island != p || ++listed_servers > servers) {
                return "a server is in two islands";
            }
        }
        for (uint32_t t = island->first_task; t != LW_NONE; t = run->task[t].next_in_island) {
            if (run->task[t].in_island != p || ++listed_tasks > tasks) {
                return "a task is in two islands";
            }
        }
    }
    return servers == listed_servers && tasks == listed_tasks ? NULL : "something is in an island that does not have it";
}

static const char *check_parts(const lw_run_state *run) {
    const char *wrong = NULL;
    for (uint32_t i = 0; wrong == NULL && i < run->stop_count; i++) {
        wrong = check_stop(run, i);
    }
    for (uint32_t t = 0; wrong == NULL && t < run->task_count; t++) {
        wrong = check_task(run, t);
        wrong = wrong == NULL ? check_delivery(run, t) : wrong;
    }
    return wrong;
}

const char *lw_run_state_validate(const lw_run_state *run) {
    const char *wrong = check_parts(run);
    wrong = wrong == NULL ? check_fifos(run) : wrong;
    wrong = wrong == NULL ? check_inputs(run) : wrong;
    wrong = wrong == NULL ? check_waiting(run) : wrong;
    wrong = wrong == NULL ? check_queue(&run->queue) : wrong;
    wrong = wrong == NULL ? check_islands(run) : wrong;
    lw_arena *scratch = wrong == NULL ? lw_arena_new() : NULL;
    if (scratch != NULL) {
        wrong = check_all_credits(run, scratch);
        wrong = wrong == NULL ? check_slots(run, scratch) : wrong;
    }
    lw_arena_free(scratch);
    return wrong;
}
