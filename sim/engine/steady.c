// SPDX-License-Identifier: GPL-3.0-or-later
// Jumps over whole periods. The engine is a deterministic function of its state, and with rates as fractions the state relative
// to the clock (queues, phases and remainders, credits, turns) soon repeats while nothing starts or ends. Once it has, every
// further period is the same, so counters and clocks move on by as many periods as fit before the next change. The result is that
// of executing every packet, to the picosecond, because the state compared is all that the engine looks at.
//
// A queue that never runs empty is a counter too: its length decides nothing, so it may grow or shrink from period to period.
//
// The period is found by Brent's method (BIT 20, 1980): the state is saved after 1, 2, 4, 8, ... steps and compared at each step.
#include <string.h>

#include "sim/engine/state.h"

enum {
    SETTLE_STEPS = 8,      // a search that a change will cut short soon is not worth its beginning
    WORTHWHILE_STEPS = 64  // packets that the anchor must have left
};

// Visits the state value by value: appends to the saved one, or compares with it and stops at the first difference.
typedef struct cursor {
    lw_steady *steady;
    size_t at;
    bool saving;
    bool failed;
} cursor;

static bool save(cursor *c, int64_t value) {
    lw_steady *steady = c->steady;
    if (c->at == steady->saved_capacity) {
        size_t capacity = steady->saved_capacity == 0 ? 1024 : 2 * steady->saved_capacity;
        int64_t *grown = lw_memory_resize_block(steady->saved, capacity * sizeof *grown);
        if (grown == NULL) {
            c->failed = true;
            return false;
        }
        steady->saved = grown;
        steady->saved_capacity = capacity;
    }
    steady->saved[c->at++] = value;
    return true;
}

static inline bool visit(cursor *c, int64_t value) {
    if (c->saving) {
        return save(c, value);
    }
    return c->at < c->steady->saved_count && c->steady->saved[c->at++] == value;
}

static inline int64_t ahead(int64_t time_ps, int64_t now_ps) {
    return time_ps > now_ps ? time_ps - now_ps : 0;
}

static bool visit_server(cursor *c, const lw_run_state *run, const lw_node_server *server) {
    int64_t now_ps = run->now_ps;
    bool busy = server->free_ps >= now_ps;
    if (!visit(c, busy ? server->free_ps - now_ps : -1) || !visit(c, busy ? server->part : 0) ||
        !visit(c, server->serve_ps < 0 ? -1 : server->serve_ps - now_ps) || !visit(c, ahead(server->control_next_ps, now_ps)) ||
        !visit(c, ahead(server->in_order_ps, now_ps)) || !visit(c, server->back) || !visit(c, server->flight.count)) {
        return false;
    }
    for (uint32_t stop = server->waiting_first; stop != LW_NONE; stop = run->stop[stop].next_waiting) {
        if (!visit(c, stop)) {
            return false;
        }
    }
    if (!visit(c, -1)) {
        return false;
    }
    for (int kind = 0; server->limited && kind < LW_PACKET_KINDS; kind++) {
        if (!visit(c, server->credits[kind].packets) || !visit(c, server->credits[kind].data_units)) {
            return false;
        }
    }
    return true;
}

// At least one packet waited all the time since the state was saved: not more have started than waited at its begin and at its
// end.
static bool never_empty(const lw_stop *stop) {
    int64_t least = stop->queued < stop->saved_queued ? stop->queued : stop->saved_queued;
    return least > stop->started - stop->saved_started;
}

// Packets started at a stop and not yet at the next, where only so many may be: when their number changes from period to period,
// the bound must not have been felt. Room for further periods is what is left of it.
static int64_t buffer_room(const lw_stop *stop, int64_t *growth) {
    const lw_stop *next = stop + 1;
    int64_t before = stop->saved_started - next->saved_started;
    int64_t after = stop->started - next->started;
    *growth = after - before;
    return stop->buffer - (after > before ? after : before) - (stop->started - stop->saved_started);
}

static bool visit_stream(cursor *c, lw_run_state *run, uint32_t index) {
    const lw_stream *stream = &run->stream[index];
    if (!visit(c, stream->sink.count)) {
        return false;
    }
    for (uint32_t s = stream->first_stop; stream->first_stop != LW_NONE && s <= stream->last_stop; s++) {
        lw_stop *stop = &run->stop[s];
        if (c->saving) {
            stop->saved_queued = stop->queued;
            stop->saved_started = stop->started;
            stop->saved_wait_ps = stop->wait_ps;
        } else if (stop->queued != stop->saved_queued && !never_empty(stop)) {
            return false;
        } else if (stop->buffer != INT64_MAX) {
            int64_t growth;
            if (buffer_room(stop, &growth) <= 0 && growth != 0) {
                return false;
            }
        }
        if (!visit(c, s == stream->last_stop && stream->sink_every != INT64_MAX ? stop->until_sink : 0)) {
            return false;
        }
    }
    return true;
}

static bool visit_task(cursor *c, lw_run_state *run, uint32_t task) {
    const lw_task_state *state = &run->task[task];
    if (!visit_stream(c, run, state->data)) {
        return false;
    }
    if (run->fabric->task[task].arrivals != LW_ARRIVALS_BACKLOG && !visit(c, ahead(state->next_arrival_ps, run->now_ps))) {
        return false;
    }
    return state->request == LW_NONE ||
           (visit(c, run->fabric->task[task].tags == LW_TAGS_INFINITE ? 0 : state->outstanding) && visit(c, state->stalled) &&
            visit(c, state->offered - state->asked > 0) && visit_stream(c, run, state->request));
}

static bool visit_fifo(cursor *c, const lw_run_state *run, const lw_fifo *fifo) {
    for (uint32_t i = 0; i < fifo->count; i++) {
        const lw_fifo_entry *entry = lw_fifo_at(fifo, i);
        if (!visit(c, entry->time_ps - run->now_ps) || !visit(c, entry->id)) {
            return false;
        }
    }
    return true;
}

// Single values first, what is under way last: while pipes still fill, a comparison ends early.
static bool visit_state(cursor *c, lw_run_state *run) {
    for (size_t i = 0; i < run->moving_count; i++) {
        if (!visit_task(c, run, run->moving[i])) {
            return false;
        }
    }
    for (size_t s = 0; s < run->fabric->server_count; s++) {
        if (!visit_server(c, run, &run->server[s])) {
            return false;
        }
    }
    for (size_t l = 0; l < run->loop_count; l++) {
        if (!visit(c, run->loop[l].back.count) || !visit_fifo(c, run, &run->loop[l].back)) {
            return false;
        }
    }
    for (size_t i = 0; i < run->moving_count; i++) {
        const lw_task_state *state = &run->task[run->moving[i]];
        if (!visit_fifo(c, run, &run->stream[state->data].sink) ||
            (state->request != LW_NONE && !visit_fifo(c, run, &run->stream[state->request].sink))) {
            return false;
        }
    }
    for (size_t s = 0; s < run->fabric->server_count; s++) {
        if (!visit_fifo(c, run, &run->server[s].flight)) {
            return false;
        }
    }
    return true;
}

static bool count_on(lw_steady *steady, void *at, int64_t ceiling, bool has_floor) {
    if (steady->counter_count == steady->counter_capacity) {
        size_t capacity = steady->counter_capacity == 0 ? 256 : 2 * steady->counter_capacity;
        lw_counter *list = lw_memory_resize_block(steady->counter, capacity * sizeof *list);
        if (list == NULL) {
            return false;
        }
        steady->counter = list;
        steady->counter_capacity = capacity;
    }
    steady->counter[steady->counter_count++] = (lw_counter){.at = at, .ceiling = ceiling, .has_floor = has_floor};
    return true;
}

static bool list_stops(lw_run_state *run, const lw_stream *stream) {
    lw_steady *steady = &run->steady;
    for (uint32_t s = stream->first_stop; stream->first_stop != LW_NONE && s <= stream->last_stop; s++) {
        if (steady->stop == NULL) {
            steady->stop = lw_memory_resize_block(NULL, run->stop_count * sizeof *steady->stop);
            if (steady->stop == NULL) {
                return false;
            }
        }
        steady->stop[steady->stop_count++] = s;
    }
    return true;
}

// A jump ends before a last request and a bad packet.
static bool list_counters(lw_run_state *run) {
    lw_steady *steady = &run->steady;
    steady->counter_count = 0;
    steady->stop_count = 0;
    bool ok = true;
    for (size_t s = 0; s < run->fabric->server_count; s++) {
        lw_node_server *server = &run->server[s];
        ok = ok && count_on(steady, &server->busy_ps, INT64_MAX, false) &&
             count_on(steady, &server->control_sent, INT64_MAX, false);
        if (server->good_units != INT64_MAX) {
            ok = ok && count_on(steady, &server->good_units, INT64_MAX, true);
        }
    }
    for (size_t i = 0; i < run->moving_count; i++) {
        lw_task_state *state = &run->task[run->moving[i]];
        bool reads = state->request != LW_NONE;
        const lw_stream *source = &run->stream[reads ? state->request : state->data];
        ok = ok && count_on(steady, &state->asked, source->total, false) &&
             count_on(steady, &state->offered, source->total, false) && count_on(steady, &state->stall_ps, INT64_MAX, false) &&
             list_stops(run, &run->stream[state->data]) && (!reads || list_stops(run, source));
    }
    return ok;
}

static void at_most(int64_t *periods, int64_t room, int64_t step) {
    if (step > 0) {
        int64_t fit = room > 0 ? room / step : 0;
        *periods = fit < *periods ? fit : *periods;
    }
}

// The last packet may be shorter and so start with fewer credits: it must not even come to the head of a queue during a jump. A
// queue that shrinks must not run empty.
static void stop_periods(const lw_stop *stop, int64_t *periods) {
    int64_t started = stop->started - stop->saved_started;
    at_most(periods, stop->total - stop->started - 2, started);
    at_most(periods, stop->queued - started - 1, stop->saved_queued - stop->queued);
    if (stop->buffer != INT64_MAX) {
        int64_t growth;
        int64_t room = buffer_room(stop, &growth);
        at_most(periods, room - 1, growth);
    }
}

// Whole periods of span_ps that fit before a counter reaches its bound or a task has an event of its own.
static int64_t periods_ahead(const lw_run_state *run, const lw_event *event, size_t pending, int64_t span_ps) {
    const lw_steady *steady = &run->steady;
    int64_t periods = INT64_MAX;
    at_most(&periods, LW_TIME_MAX - run->now_ps, span_ps);
    for (size_t i = 0; i < pending; i++) {
        if (lw_event_kind_of(event[i].key) == LW_EVENT_TASK) {
            at_most(&periods, event[i].time_ps - run->now_ps - 1, span_ps);
        }
    }
    for (size_t s = 0; s < run->fabric->server_count; s++) {
        if (run->server[s].outage_at_ps != INT64_MAX) {
            at_most(&periods, run->server[s].outage_at_ps - run->server[s].turnaround_ps - run->now_ps - 1, span_ps);
        }
    }
    for (size_t i = 0; i < steady->counter_count; i++) {
        const lw_counter *counter = &steady->counter[i];
        if (counter->ceiling != INT64_MAX) {
            at_most(&periods, counter->ceiling - *counter->at - 1, *counter->at - counter->saved);
        }
        if (counter->has_floor) {
            at_most(&periods, *counter->at, counter->saved - *counter->at);
        }
    }
    for (size_t i = 0; i < steady->stop_count; i++) {
        stop_periods(&run->stop[steady->stop[i]], &periods);
    }
    return periods;
}

// The sum of waits is starts less arrivals: each further period adds what this one did, later by span_ps for every packet by
// which the queue shrank.
static void repeat_stop(lw_stop *stop, int64_t periods, int64_t span_ps) {
    int64_t growth = stop->queued - stop->saved_queued;
    if (stop->counts_wait) {
        lw_int128 sum = (lw_int128)periods * (periods + 1) / 2;
        stop->wait_ps += periods * (stop->wait_ps - stop->saved_wait_ps) - (lw_int128)span_ps * growth * sum;
    }
    stop->started += (stop->started - stop->saved_started) * periods;
    stop->queued += growth * periods;
}

static void shift_fifo(lw_fifo *fifo, int64_t shift_ps) {
    for (uint32_t i = 0; i < fifo->count; i++) {
        lw_fifo_at(fifo, i)->time_ps += shift_ps;
    }
}

static void shift_clocks(lw_run_state *run, lw_event *event, size_t pending, int64_t shift_ps) {
    run->now_ps += shift_ps;
    for (size_t s = 0; s < run->fabric->server_count; s++) {
        lw_node_server *server = &run->server[s];
        server->free_ps += server->free_ps < 0 ? 0 : shift_ps;
        server->serve_ps += server->serve_ps < 0 ? 0 : shift_ps;
        server->control_next_ps += shift_ps;
        server->in_order_ps += shift_ps;
        shift_fifo(&server->flight, shift_ps);
    }
    for (size_t l = 0; l < run->loop_count; l++) {
        shift_fifo(&run->loop[l].back, shift_ps);
    }
    for (size_t i = 0; i < run->moving_count; i++) {
        lw_task_state *state = &run->task[run->moving[i]];
        state->next_arrival_ps += shift_ps;
        shift_fifo(&run->stream[state->data].sink, shift_ps);
        if (state->request != LW_NONE) {
            shift_fifo(&run->stream[state->request].sink, shift_ps);
        }
    }
    for (size_t i = 0; i < pending; i++) {
        event[i].time_ps += lw_event_kind_of(event[i].key) == LW_EVENT_TASK ? 0 : shift_ps;
    }
}

static void jump(lw_run_state *run) {
    lw_steady *steady = &run->steady;
    int64_t span_ps = run->now_ps - steady->saved_ps;
    size_t pending;
    lw_event *event = lw_event_gather(&run->queue, &pending);
    int64_t periods = periods_ahead(run, event, pending, span_ps);
    if (periods > 0 && periods < INT64_MAX) {
        for (size_t i = 0; i < steady->counter_count; i++) {
            const lw_counter *counter = &steady->counter[i];
            uint64_t grown = (uint64_t)*counter->at - (uint64_t)counter->saved;
            *counter->at = (int64_t)((uint64_t)*counter->at + grown * (uint64_t)periods);
        }
        for (size_t i = 0; i < steady->stop_count; i++) {
            repeat_stop(&run->stop[steady->stop[i]], periods, span_ps);
        }
        shift_clocks(run, event, pending, periods * span_ps);
        steady->jumps++;
    }
    lw_event_scatter(&run->queue, pending, run->now_ps);
    lw_steady_changed(run);  // less than a period is left until something does change
}

static void choose_anchor(lw_run_state *run) {
    lw_steady *steady = &run->steady;
    int64_t most = WORTHWHILE_STEPS;
    steady->fresh = false;
    steady->anchor = NULL;
    steady->have_saved = false;
    steady->steps = 0;
    steady->power = SETTLE_STEPS;
    steady->choose_at = run->queue.taken + (int64_t)run->moving_count;
    for (size_t i = 0; run->random_tasks == 0 && i < run->moving_count; i++) {
        uint32_t last = run->stream[run->task[run->moving[i]].data].last_stop;
        int64_t left = run->stop[last].total - run->stop[last].started;
        if (left > most) {
            most = left;
            steady->anchor = &run->stop[last];
        }
    }
}

static void save_state(lw_run_state *run) {
    lw_steady *steady = &run->steady;
    if (!steady->have_saved && !list_counters(run)) {
        run->failed = true;
        return;
    }
    cursor c = {.steady = steady, .saving = true};
    if (!visit_state(&c, run)) {
        run->failed = c.failed;
        return;
    }
    for (size_t i = 0; i < steady->counter_count; i++) {
        steady->counter[i].saved = *steady->counter[i].at;
    }
    steady->saved_count = c.at;
    steady->saved_ps = run->now_ps;
    steady->have_saved = true;
    steady->steps = 0;
    steady->power *= 2;
}

void lw_steady_step(lw_run_state *run) {
    lw_steady *steady = &run->steady;
    if (steady->fresh) {
        steady->ticked = false;
        if (run->queue.taken >= steady->choose_at) {
            choose_anchor(run);
        }
        return;
    }
    steady->ticked = false;
    steady->steps++;
    if (steady->have_saved) {
        cursor c = {.steady = steady};
        if (visit_state(&c, run) && c.at == steady->saved_count) {
            jump(run);
            return;
        }
    }
    if (steady->steps == steady->power) {
        save_state(run);
    }
}

void lw_steady_free(lw_steady *steady) {
    (void)lw_memory_resize_block(steady->saved, 0);
    (void)lw_memory_resize_block(steady->counter, 0);
    (void)lw_memory_resize_block(steady->stop, 0);
}
