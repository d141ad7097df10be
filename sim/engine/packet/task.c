// SPDX-License-Identifier: GPL-3.0-or-later
// The life of a task: wait for others and for a resource, submit, move bytes (reads within their
// window of tags), finish.
#include <assert.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <string.h>

#include "sim/engine/packet/state.h"

// ---- Slots ----

static void release(lw_run_state *run, uint32_t index) {
    lw_task_state *state = &run->task[index];
    lw_task_slots *slots = &run->slots[state->task];
    state->phase = LW_PHASE_IDLE;
    state->watched = false;
    state->next_free = slots->free;
    slots->free = index;
}

// LW_NONE: all are taken.
static uint32_t take(lw_run_state *run, uint32_t task, int64_t instance) {
    uint32_t slot = run->slots[task].free;
    if (slot != LW_NONE) {
        run->slots[task].free = run->task[slot].next_free;
        run->task[slot].phase = LW_PHASE_WAITING;
        lw_slot_take(run, slot, instance);
    }
    return slot;
}

// ---- What is busy meanwhile ----

// Every server on the instance's paths, in the order of its stops: data first.
static void remember_busy(lw_run_state *run, uint32_t index) {
    lw_task_state *state = &run->task[index];
    int64_t *before = state->busy_before_ps;
    const uint32_t streams[2] = {state->data, state->request};
    state->watched = true;
    state->watched_ps = run->now_ps;
    for (int i = 0; i < 2; i++) {
        if (streams[i] == LW_NONE || run->stream[streams[i]].first_stop == LW_NONE) {
            continue;
        }
        for (uint32_t s = run->stream[streams[i]].first_stop; s <= run->stream[streams[i]].last_stop; s++) {
            *before++ = run->server[run->stop[s].server].busy_ps;
        }
    }
}

static bool moves(const lw_run_state *run, uint32_t index) {
    const lw_task *task = lw_task_of(run, index);
    return task->flow != LW_NO_FLOW && lw_task_bytes(task, run->task[index].instance) > 0;
}

// What it, or a task that follows it and runs once, will pass is watched from here on.
static void watch(lw_run_state *run, uint32_t index) {
    if (moves(run, index)) {
        remember_busy(run, index);
        return;
    }
    const uint32_t task = run->task[index].task;
    const lw_progress *progress = &run->progress;
    bool follows = run->fabric->task[task].flow == LW_NO_FLOW;
    for (size_t e = progress->first_edge[task]; follows && e < progress->first_edge[task + 1]; e++) {
        const lw_task_slots *behind = &run->slots[progress->edge[e].task];
        if (lw_task_count(&run->fabric->task[progress->edge[e].task]) == 1 && moves(run, behind->first)) {
            remember_busy(run, behind->first);
        }
    }
}

// ---- Before it moves ----

void lw_task_release(void *user, uint32_t task, int64_t instance) {
    lw_run_state *run = user;
    const int64_t at_ps = lw_task_ready_ps(&run->fabric->task[task], run->now_ps);
    lw_fifo *ready = &run->slots[task].ready;
    if (ready->count == 0) {
        lw_schedule(run, at_ps, LW_EVENT_READY, task);
    }
    lw_fifo_push(run, ready, at_ps, instance);
}

static void start(lw_run_state *run, uint32_t index, int64_t ready_ps) {
    const lw_task *task = lw_task_of(run, index);
    lw_task_state *state = &run->task[index];
    lw_task_result *result = &run->result[state->task];
    state->ready_ps = ready_ps;
    state->start_ps = run->now_ps;
    result->ready_ps = ready_ps < result->ready_ps ? ready_ps : result->ready_ps;
    result->start_ps = run->now_ps < result->start_ps ? run->now_ps : result->start_ps;
    if (ready_ps < run->now_ps) {
        result->queued_from_ps = ready_ps < result->queued_from_ps ? ready_ps : result->queued_from_ps;
        result->queued_until_ps = run->now_ps;
        result->queued_ps += run->now_ps - ready_ps;
    }
    bool has_flow = task->flow != LW_NO_FLOW;
    state->phase = has_flow ? LW_PHASE_SUBMITTING : LW_PHASE_FINISHING;
    const int64_t finish_ps = has_flow ? 0 : lw_task_finish_ps(task, state->instance);
    state->due_ps = run->now_ps + task->submit_ps + finish_ps;
    lw_schedule(run, state->due_ps, LW_EVENT_TASK, index);
}

static void join_line(lw_run_state *run, lw_resource *resource, const lw_waiting *waiting) {
    if (resource->count == resource->capacity) {
        const uint32_t before = resource->capacity, capacity = before > 0 ? 2 * before : 8;
        lw_waiting *grown =
            capacity > 0 ? lw_arena_grow(run->arena, resource->line, before * sizeof *grown, capacity * sizeof *grown) : NULL;
        if (grown == NULL) {
            run->failed = true;
            return;
        }
        resource->first &= before - 1;
        memcpy(grown + before, grown, (before > 0 ? resource->first : 0) * sizeof *grown);
        resource->line = grown;
        resource->capacity = capacity;
    }
    resource->line[(resource->first + resource->count++) & (resource->capacity - 1)] = *waiting;
}

// Start at once if there is a free slot of the resource, else join the line for one.
static void claim(lw_run_state *run, uint32_t task, int64_t instance) {
    const uint32_t index = run->fabric->task[task].acquires;
    const uint32_t slot = run->slots[task].without == 0 ? take(run, task, instance) : LW_NONE;
    lw_resource *resource = index != LW_NO_RESOURCE ? &run->resource[index] : NULL;
    assert(resource == NULL || resource->free_slots >= 0);
    if (resource != NULL && resource->free_slots == 0) {
        join_line(run, resource, &(lw_waiting){task, slot, instance, run->now_ps});
        if (slot != LW_NONE) {
            watch(run, slot);
        } else {
            run->slots[task].without++;
        }
        return;
    }
    if (slot == LW_NONE) {
        run->broken = true;
        return;
    }
    if (resource != NULL) {
        resource->free_slots--;
        run->held_ps[index] -= run->now_ps;
    }
    start(run, slot, run->now_ps);
}

void lw_task_ready(lw_run_state *run, uint32_t task) {
    lw_fifo *ready = &run->slots[task].ready;
    while (ready->count > 0 && lw_fifo_head_ps(ready) <= run->now_ps && !run->failed && !run->broken) {
        claim(run, task, lw_fifo_pop(ready).id);
    }
    if (ready->count > 0) {
        lw_schedule(run, lw_fifo_head_ps(ready), LW_EVENT_READY, task);
    }
}

// ---- After it has moved ----

static void sample(lw_run_state *run, uint32_t task, int64_t time_ps) {
    lw_list *list = &run->sample[task];
    lw_task_sample *last = list->count > 0 ? &LW_LIST_ITEMS(list, lw_task_sample)[list->count - 1] : NULL;
    if (last == NULL || last->time_ps != time_ps) {
        last = LW_LIST_ADD(list, lw_task_sample, run->results);
        if (last == NULL) {
            run->failed = true;
            return;
        }
        last->time_ps = time_ps;
    }
    last->count++;
}

enum { PACKETS_SAMPLED = 1 << 16 };

// Of twice as many packets half as many are kept.
static void thin_out(lw_run_state *run, uint32_t task) {
    lw_list *list = &run->sample[task];
    lw_task_sample *all = LW_LIST_ITEMS(list, lw_task_sample);
    for (size_t i = 0; 2 * i < list->count; i++) {
        all[i] = all[2 * i];
    }
    list->count = (list->count + 1) / 2;
    run->slots[task].sample_every *= 2;
}

static void note_arrived(lw_run_state *run, lw_task_state *state) {
    const int64_t every = run->slots[state->task].sample_every;
    if (every > 0 && state->offered % every == 0) {
        lw_fifo_push(run, &state->arrived, run->now_ps, state->offered);
        if (state->arrived.count > PACKETS_SAMPLED) {
            thin_out(run, state->task);
        }
    }
}

// Packets of one task do not overtake each other.
static void note_delivered(lw_run_state *run, lw_task_state *state) {
    const int64_t every = run->slots[state->task].sample_every, number = state->delivered++;
    if (state->arrived.count == 0 || lw_fifo_at(&state->arrived, 0)->id != number) {
        return;
    }
    const int64_t at_ps = lw_fifo_pop(&state->arrived).time_ps;
    lw_list *list = &run->sample[state->task];
    lw_task_sample *slot = number % every == 0 ? LW_LIST_ADD(list, lw_task_sample, run->results) : NULL;
    if (slot != NULL) {
        *slot = (lw_task_sample){run->now_ps - at_ps, 1};
        if (list->count > PACKETS_SAMPLED) {
            thin_out(run, state->task);
        }
    } else {
        run->failed = run->failed || number % every == 0;
    }
}

// The first in line for the resource has it.
static void pass_on(lw_run_state *run, uint32_t index) {
    lw_resource *resource = &run->resource[index];
    if (resource->count == 0) {
        resource->free_slots++;
        run->held_ps[index] += run->now_ps;
        return;
    }
    const lw_waiting next = resource->line[resource->first++ & (resource->capacity - 1)];
    resource->count--;
    run->slots[next.task].without -= next.slot == LW_NONE ? 1 : 0;
    const uint32_t slot = next.slot != LW_NONE ? next.slot : take(run, next.task, next.instance);
    if (slot == LW_NONE) {
        run->broken = true;
        return;
    }
    start(run, slot, next.ready_ps);
}

static void record(lw_run_state *run, const lw_task_state *state) {
    const lw_task *task = &run->fabric->task[state->task];
    const bool has_moved = task->flow != LW_NO_FLOW && lw_task_bytes(task, state->instance) > 0;
    const lw_engine_span span = {.task = state->task,
                                 .instance = state->instance,
                                 .ready_ps = state->ready_ps,
                                 .start_ps = state->start_ps,
                                 .first_ps = state->start_ps + task->submit_ps,
                                 .delivered_ps = run->now_ps - lw_task_finish_ps(task, state->instance),
                                 .end_ps = run->now_ps,
                                 .busiest = has_moved ? state->busiest : LW_NO_SERVER,
                                 .busy_ps = has_moved ? state->busy_ps : 0,
                                 .stall_ps = has_moved ? (int64_t)state->stall_ps : 0};
    run->record->span(&span, run->record->user);
    lw_recall_tell(run, &span);
}

static void end(lw_run_state *run, uint32_t index) {
    const lw_task_state state = run->task[index];
    const lw_task *task = lw_task_of(run, index);
    lw_task_result *result = &run->result[state.task];
    assert(state.phase == LW_PHASE_FINISHING);
    result->end_ps = run->now_ps;
    if (run->record != NULL) {
        record(run, &state);
    }
    if (task->sampled && run->slots[state.task].sample_every == 0) {
        sample(run, state.task, run->now_ps - state.ready_ps);
    }
    release(run, index);
    lw_progress_end(&run->progress, state.task, state.instance);
    if (task->releases != LW_NO_RESOURCE) {
        pass_on(run, task->releases);
    }
    lw_laps_note_end(&run->laps, &run->progress, state.task, run->task_count);
}

// Ask for as much as was offered and the tags allow.
static void ask(lw_run_state *run, uint32_t index) {
    const int64_t tags = lw_flow_of(run, index)->tags;
    lw_task_state *state = &run->task[index];
    int64_t count = state->offered - state->asked;
    if (tags != LW_TAGS_INFINITE && count > tags - state->outstanding) {
        count = tags - state->outstanding;
    }
    if (count > 0) {
        lw_stream *request = &run->stream[state->request];
        state->asked += count;
        state->outstanding += count;
        if (request->first_stop != LW_NONE) {
            lw_stop_arrive(run, request->first_stop, count);
        } else {
            if (request->sink.count == 0) {
                lw_schedule(run, run->now_ps + request->sink_ps, LW_EVENT_SINK, state->request);
            }
            lw_fifo_push(run, &request->sink, run->now_ps + request->sink_ps, count);
        }
        if (state->asked == request->total) {
            lw_island_changed(run, run->stop[run->stream[state->data].first_stop].server);
        }
    }
    assert(tags == LW_TAGS_INFINITE || state->outstanding <= tags);
    bool stalled = state->asked < state->offered;
    if (stalled != state->stalled) {
        state->stalled = stalled;
        state->stall_ps += stalled ? -(uint64_t)run->now_ps : (uint64_t)run->now_ps;
    }
}

static void offer(lw_run_state *run, uint32_t index, int64_t count) {
    lw_task_state *state = &run->task[index];
    state->offered += count;
    if (state->request != LW_NONE) {
        ask(run, index);
    } else {
        lw_stop_arrive(run, run->stream[state->data].first_stop, count);
    }
}

static lw_stream *source_stream(lw_run_state *run, const lw_task_state *state) {
    return &run->stream[state->request != LW_NONE ? state->request : state->data];
}

// left: packets that have not come. Bounded: the first of so many times that are even in what is left.
static int64_t draw_gap_ps(const lw_run_state *run, uint32_t index, int64_t left) {
    const lw_flow *flow = lw_flow_of(run, index);
    const lw_task_state *state = &run->task[index];
    if (flow->arrivals == LW_ARRIVALS_FIXED) {
        return flow->gap_ps;
    }
    double gap_ps = flow->bounded ? -expm1(log(gsl_rng_uniform_pos(state->random)) / (double)left) *
                                        (double)(state->arrivals_end_ps - state->next_arrival_ps)
                                  : gsl_ran_exponential(state->random, (double)flow->gap_ps);
    return gap_ps < (double)LW_SPAN_MAX ? llround(gap_ps) : LW_SPAN_MAX;
}

static void next_arrival(lw_run_state *run, uint32_t index, int64_t left) {
    lw_task_state *state = &run->task[index];
    state->next_arrival_ps += draw_gap_ps(run, index, left);
    lw_schedule(run, state->next_arrival_ps, LW_EVENT_SOURCE, index);
}

void lw_task_source(lw_run_state *run, uint32_t index) {
    lw_task_state *state = &run->task[index];
    const int64_t left = source_stream(run, state)->total - state->offered - 1;
    if (left > 0) {
        next_arrival(run, index, left);
    } else {
        lw_island_changed(run, run->stop[run->stream[state->data].first_stop].server);
    }
    note_arrived(run, state);
    offer(run, index, 1);
}

static void add_stream(lw_run_state *run, const lw_stream *stream, int64_t bytes, lw_task_result *result) {
    for (uint32_t s = stream->first_stop; stream->first_stop != LW_NONE && s <= stream->last_stop; s++) {
        lw_stop *stop = &run->stop[s];
        lw_server_result *served = &run->served[run->server[stop->server].of];
        assert(stop->started == stop->total && stop->queued == 0);
        served->packets += stop->total;
        served->wire_bytes += (stop->total - 1) * stop->wire_bytes[0] + stop->wire_bytes[1];
        served->payload_bytes += stream->is_request ? 0 : bytes;
        run->packet_hops += stop->total;
        result->wait_ps += stop->wait_ps;
        stop->wait_ps = 0;
    }
    run->packets += stream->total;
}

// Both directions of a link may be nearly as busy: then that of the data counts.
static void note_busy(lw_task_state *state, const lw_stream *stream, uint32_t server, int64_t busy_ps) {
    enum { CLEARLY_MORE = 8 };
    if (busy_ps - (stream->is_request ? state->busy_ps / CLEARLY_MORE : 0) > state->busy_ps) {
        state->busiest = server;
        state->busy_ps = busy_ps;
    }
}

// Of an instance that waited for a slot: how much of what its servers did, they did before it moved.
static void remember_first(lw_run_state *run, uint32_t index) {
    lw_task_state *state = &run->task[index];
    const lw_flow *flow = lw_flow_of(run, index);
    if (state->busy_first_ps == NULL) {
        state->busy_first_ps = LW_NEW_ARRAY(run->arena, int64_t, flow->data_count + flow->request_count);
    }
    if (state->busy_first_ps == NULL) {
        run->failed = true;
        return;
    }
    const uint32_t streams[2] = {state->data, state->request};
    size_t at = 0;
    for (int i = 0; i < 2; i++) {
        const lw_stream *stream = streams[i] != LW_NONE ? &run->stream[streams[i]] : NULL;
        for (uint32_t s = stream != NULL ? stream->first_stop : LW_NONE; s != LW_NONE && s <= stream->last_stop; s++, at++) {
            state->busy_first_ps[at] = run->server[run->stop[s].server].busy_ps - state->busy_before_ps[at];
        }
    }
    state->has_busy_first = true;
}

// What its servers did meanwhile, and what it did there.
static void add_up(lw_run_state *run, uint32_t index) {
    lw_task_state *state = &run->task[index];
    lw_task_result *result = &run->result[state->task];
    const int64_t bytes = lw_task_bytes(lw_task_of(run, index), state->instance);
    const int64_t *before = state->busy_before_ps;
    lw_task_load *load = run->load[state->task];
    const uint32_t streams[2] = {state->data, state->request};
    const int64_t *first = state->has_busy_first ? state->busy_first_ps : NULL;
    state->busiest = LW_NO_SERVER;
    state->busy_ps = 0;
    for (int i = 0; i < 2; i++) {
        const lw_stream *stream = streams[i] != LW_NONE ? &run->stream[streams[i]] : NULL;
        if (stream == NULL) {
            continue;
        }
        for (uint32_t s = stream->first_stop; stream->first_stop != LW_NONE && s <= stream->last_stop; s++, load++) {
            const int64_t busy_ps = run->server[run->stop[s].server].busy_ps - *before++;
            load->busy_ps += busy_ps;
            note_busy(state, stream, run->server[run->stop[s].server].of, busy_ps - (first != NULL ? *first++ : 0));
        }
        add_stream(run, stream, bytes, result);
    }
    state->has_busy_first = false;
    const int64_t moved_ps = run->now_ps - state->start_ps - lw_task_of(run, index)->submit_ps;
    state->busy_ps = state->busy_ps < moved_ps ? state->busy_ps : moved_ps;
    result->packets += run->stream[state->data].total;
    result->window_stall_ps += (int64_t)state->stall_ps;
    result->phase_ps += run->now_ps - state->watched_ps;
}

static void delivered(lw_run_state *run, uint32_t index) {
    const lw_task *task = lw_task_of(run, index);
    lw_task_state *state = &run->task[index];
    run->result[state->task].delivered_ps = run->now_ps;
    if (state->phase == LW_PHASE_MOVING) {
        add_up(run, index);
        lw_control_change(run, index, -1);
    }
    state->phase = LW_PHASE_FINISHING;
    state->due_ps = run->now_ps + lw_task_finish_ps(task, state->instance);
    lw_schedule(run, state->due_ps, LW_EVENT_TASK, index);
    lw_islands_leave(run, index);
}

static void move(lw_run_state *run, uint32_t index) {
    lw_task_state *state = &run->task[index];
    lw_task_result *result = &run->result[state->task];
    result->first_ps = run->now_ps < result->first_ps ? run->now_ps : result->first_ps;
    const int64_t watched_ps = state->watched ? state->watched_ps : run->now_ps;
    result->watched_ps = watched_ps < result->watched_ps ? watched_ps : result->watched_ps;
    if (!moves(run, index)) {
        delivered(run, index);
        return;
    }
    state->phase = LW_PHASE_MOVING;
    state->due_ps = 0;
    lw_islands_join(run, index);
    lw_control_change(run, index, 1);
    if (!state->watched) {
        remember_busy(run, index);
    } else if (run->record != NULL) {
        remember_first(run, index);
    }
    if (lw_flow_of(run, index)->arrivals == LW_ARRIVALS_BACKLOG) {
        offer(run, index, source_stream(run, state)->total);
    } else {
        const int64_t total = source_stream(run, state)->total;
        const lw_int128 end_ps = run->now_ps + (lw_int128)total * lw_flow_of(run, index)->gap_ps;
        state->next_arrival_ps = run->now_ps;
        state->arrivals_end_ps = end_ps < LW_TIME_MAX ? (int64_t)end_ps : LW_TIME_MAX;
        next_arrival(run, index, total);
    }
}

void lw_task_event(lw_run_state *run, uint32_t index) {
    switch (run->task[index].phase) {
    case LW_PHASE_SUBMITTING:
        move(run, index);
        break;
    case LW_PHASE_FINISHING:
        end(run, index);
        break;
    case LW_PHASE_IDLE:
    case LW_PHASE_WAITING:
    case LW_PHASE_MOVING:
        break;
    }
}

void lw_task_sink(lw_run_state *run, uint32_t index) {
    lw_stream *stream = &run->stream[index];
    lw_fifo_entry entry = lw_fifo_pop(&stream->sink);
    if (stream->sink.count > 0) {
        lw_schedule(run, lw_fifo_head_ps(&stream->sink), LW_EVENT_SINK, index);
    }
    lw_task_state *state = &run->task[stream->task];
    if (stream->is_request) {
        const lw_stream *data = &run->stream[state->data];
        const lw_stop *first = &run->stop[data->first_stop];
        int64_t requests = entry.id == LW_SINK_LAST ? 1 : entry.id;
        int64_t left = data->total - first->started - first->queued;
        int64_t packets = requests > left / state->data_per_request ? left : requests * state->data_per_request;
        lw_stop_arrive(run, data->first_stop, packets);
        return;
    }
    note_delivered(run, state);
    if (state->request != LW_NONE) {
        assert(state->outstanding > 0);
        state->outstanding--;
        ask(run, stream->task);
    }
    if (entry.id == LW_SINK_LAST) {
        delivered(run, stream->task);
    }
}
