// SPDX-License-Identifier: GPL-3.0-or-later
// The life of a task: wait for others and for a resource, submit, move bytes (reads within their
// window of tags), finish.
#include <assert.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>

#include "sim/engine/packet/state.h"

void lw_task_release(lw_run_state *run, uint32_t task) {
    int64_t start_ps = run->fabric->task[task].start_ps;
    lw_schedule(run, start_ps > run->now_ps ? start_ps : run->now_ps, LW_EVENT_TASK, task);
}

// Every server on the task's paths, in the order of its stops: data first.
static void remember_busy(lw_run_state *run, uint32_t index) {
    const lw_task_state *state = &run->task[index];
    int64_t *before = state->busy_before_ps;
    const uint32_t streams[2] = {state->data, state->request};
    run->task[index].watched = true;
    run->result[index].watched_ps = run->now_ps;
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
    return run->fabric->task[index].flow != LW_NO_FLOW && run->fabric->task[index].bytes > 0;
}

// What it, or what follows it, will pass is watched from here on.
static void watch(lw_run_state *run, uint32_t index) {
    if (moves(run, index)) {
        remember_busy(run, index);
        return;
    }
    bool follows = run->fabric->task[index].flow == LW_NO_FLOW;
    for (size_t i = run->dependent_first[index]; follows && i < run->dependent_first[index + 1]; i++) {
        if (moves(run, run->dependent[i])) {
            remember_busy(run, run->dependent[i]);
        }
    }
}

static void start(lw_run_state *run, uint32_t index) {
    const lw_task *task = &run->fabric->task[index];
    lw_task_state *state = &run->task[index];
    run->result[index].start_ps = run->now_ps;
    bool has_flow = task->flow != LW_NO_FLOW;
    state->phase = has_flow ? LW_PHASE_SUBMITTING : LW_PHASE_FINISHING;
    lw_schedule(run, run->now_ps + task->submit_ps + (has_flow ? 0 : task->finish_ps), LW_EVENT_TASK, index);
}

// Start at once if there is a free slot, else join the line for one.
static void claim(lw_run_state *run, uint32_t index) {
    uint32_t resource = run->fabric->task[index].acquires;
    run->result[index].ready_ps = run->now_ps;
    if (resource != LW_NONE) {
        lw_resource *line = &run->resource[resource];
        assert(line->free_slots >= 0);
        if (line->free_slots == 0) {
            run->task[index].next_in_line = LW_NONE;
            if (line->first == LW_NONE) {
                line->first = index;
            } else {
                run->task[line->last].next_in_line = index;
            }
            line->last = index;
            watch(run, index);
            return;
        }
        line->free_slots--;
    }
    start(run, index);
}

static void end(lw_run_state *run, uint32_t index) {
    const lw_fabric *fabric = run->fabric;
    assert(run->task[index].phase == LW_PHASE_FINISHING && run->tasks_left > 0);
    run->task[index].phase = LW_PHASE_ENDED;
    run->result[index].end_ps = run->now_ps;
    run->tasks_left--;
    for (size_t i = run->dependent_first[index]; i < run->dependent_first[index + 1]; i++) {
        if (--run->task[run->dependent[i]].after_left == 0) {
            lw_task_release(run, run->dependent[i]);
        }
    }
    if (fabric->task[index].releases != LW_NONE) {
        lw_resource *line = &run->resource[fabric->task[index].releases];
        if (line->first == LW_NONE) {
            line->free_slots++;
        } else {
            uint32_t next = line->first;
            line->first = run->task[next].next_in_line;
            start(run, next);
        }
    }
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

static int64_t draw_gap_ps(const lw_run_state *run, uint32_t index) {
    const lw_flow *flow = lw_flow_of(run, index);
    if (flow->arrivals == LW_ARRIVALS_FIXED) {
        return flow->gap_ps;
    }
    double gap_ps = gsl_ran_exponential(run->task[index].random, (double)flow->gap_ps);
    return gap_ps < (double)LW_SPAN_MAX ? llround(gap_ps) : LW_SPAN_MAX;
}

static void next_arrival(lw_run_state *run, uint32_t index) {
    lw_task_state *state = &run->task[index];
    state->next_arrival_ps += draw_gap_ps(run, index);
    lw_schedule(run, state->next_arrival_ps, LW_EVENT_SOURCE, index);
}

void lw_task_source(lw_run_state *run, uint32_t index) {
    lw_task_state *state = &run->task[index];
    if (state->offered + 1 < source_stream(run, state)->total) {
        next_arrival(run, index);
    } else {
        lw_island_changed(run, run->stop[run->stream[state->data].first_stop].server);
    }
    offer(run, index, 1);
}

static void find_busiest(lw_run_state *run, uint32_t index) {
    const lw_task_state *state = &run->task[index];
    lw_task_result *result = &run->result[index];
    const int64_t *before = state->busy_before_ps;
    const uint32_t streams[2] = {state->data, state->request};
    int64_t most_ps = -1;
    for (int i = 0; i < 2; i++) {
        if (streams[i] == LW_NONE || run->stream[streams[i]].first_stop == LW_NONE) {
            continue;
        }
        for (uint32_t s = run->stream[streams[i]].first_stop; s <= run->stream[streams[i]].last_stop; s++) {
            int64_t busy_ps = run->server[run->stop[s].server].busy_ps - *before++;
            if (busy_ps > most_ps) {
                most_ps = busy_ps;
                result->busiest = run->server[run->stop[s].server].of;
            }
        }
    }
    int64_t span_ps = result->delivered_ps - result->watched_ps;
    result->busiest_share = span_ps > 0 && most_ps > 0 ? fmin(1.0, (double)most_ps / (double)span_ps) : 0.0;
}

static void delivered(lw_run_state *run, uint32_t index) {
    const lw_task *task = &run->fabric->task[index];
    lw_task_state *state = &run->task[index];
    run->result[index].delivered_ps = run->now_ps;
    if (task->bytes > 0) {
        find_busiest(run, index);
    }
    state->phase = LW_PHASE_FINISHING;
    lw_schedule(run, run->now_ps + task->finish_ps, LW_EVENT_TASK, index);
    lw_islands_leave(run, index);
}

static void move(lw_run_state *run, uint32_t index) {
    const lw_task *task = &run->fabric->task[index];
    lw_task_state *state = &run->task[index];
    run->result[index].first_ps = run->now_ps;
    if (!state->watched) {
        run->result[index].watched_ps = run->now_ps;
    }
    if (task->bytes == 0) {
        delivered(run, index);
        return;
    }
    state->phase = LW_PHASE_MOVING;
    lw_islands_join(run, index);
    if (!state->watched) {
        remember_busy(run, index);
    }
    if (lw_flow_of(run, index)->arrivals == LW_ARRIVALS_BACKLOG) {
        offer(run, index, source_stream(run, state)->total);
    } else {
        state->next_arrival_ps = run->now_ps;
        next_arrival(run, index);
    }
}

void lw_task_event(lw_run_state *run, uint32_t index) {
    switch (run->task[index].phase) {
    case LW_PHASE_WAITING:
        claim(run, index);
        break;
    case LW_PHASE_SUBMITTING:
        move(run, index);
        break;
    case LW_PHASE_FINISHING:
        end(run, index);
        break;
    case LW_PHASE_MOVING:
    case LW_PHASE_ENDED:
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
    if (state->request != LW_NONE) {
        assert(state->outstanding > 0);
        state->outstanding--;
        ask(run, stream->task);
    }
    if (entry.id == LW_SINK_LAST) {
        delivered(run, stream->task);
    }
}
