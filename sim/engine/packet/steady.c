// SPDX-License-Identifier: GPL-3.0-or-later
// Jumps over whole periods of an island. The engine is a deterministic function of its state, and
// with rates as fractions the state relative to the clock (queues, phases and remainders, credits,
// turns) soon repeats while nothing starts or ends. Once it has, every further period is the same,
// so counters and clocks move on by as many periods as fit before the next change. The result is
// that of executing every packet, to the picosecond, because the state compared is all that the
// engine looks at.
//
// A queue of one stream that never runs empty is a counter too: its length decides nothing, so it
// may grow or shrink from period to period. Where it is the first of a stream whose packets come by
// themselves, neither does the time of the next one: arrivals need not come back to the same phase.
//
// The period is found by Brent's method (BIT 20, 1980): the state is saved after 8, 16, 32, ... steps
// and compared at each step; where the period can be guessed, no sooner than that allows.
#include <assert.h>
#include <string.h>

#include "sim/engine/packet/visit.h"

enum { SETTLE_STEPS = 8 };  // a search that a change will cut short soon is not worth its beginning

// At least one packet waited all the time since the state was saved: not more have started than
// waited at its begin and at its end.
static bool never_empty(const lw_stop *stop) {
    int64_t least = stop->queued < stop->saved_queued ? stop->queued : stop->saved_queued;
    return least > stop->started - stop->saved_started;
}

// Packets started at a stop and not yet at the next, where only so many may be: when their number
// changes from period to period, the bound must not have been felt. Room for further periods is
// what is left of it.
static int64_t buffer_room(const lw_stop *stop, int64_t *growth) {
    const lw_stop *next = stop + 1;
    int64_t before = stop->saved_started - next->saved_started;
    int64_t after = stop->started - next->started;
    *growth = after - before;
    return stop->buffer - (after > before ? after : before) - (stop->started - stop->saved_started);
}

static bool visit_stream(lw_cursor *c, lw_run_state *run, uint32_t index) {
    const lw_stream *stream = &run->stream[index];
    if (!lw_visit(c, stream->sink.count)) {
        return false;
    }
    for (uint32_t s = stream->first_stop; stream->first_stop != LW_NONE && s <= stream->last_stop; s++) {
        lw_stop *stop = &run->stop[s];
        const bool floats = s == stream->first_stop && run->task[stream->task].floats;
        if (c->saving) {
            stop->saved_queued = stop->queued;
            stop->saved_started = stop->started;
            stop->saved_wait_ps = stop->wait_ps;
        } else if ((floats || stop->queued != stop->saved_queued) && !never_empty(stop)) {
            return false;
        } else if (stop->buffer != INT64_MAX) {
            int64_t growth;
            if (buffer_room(stop, &growth) <= 0 && growth != 0) {
                return false;
            }
        }
        if (!lw_visit(c, s == stream->last_stop && stream->sink_every != INT64_MAX ? stop->until_sink : 0) ||
            !lw_visit_tails(c, stop, run->now_ps)) {
            return false;
        }
    }
    return true;
}

// Tags decide what may be asked for; without a bound, or when all has been asked for, their number
// decides nothing and counts on.
static bool tags_matter(const lw_run_state *run, const lw_task_state *state, uint32_t task) {
    return lw_flow_of(run, task)->tags != LW_TAGS_INFINITE && state->asked < run->stream[state->request].total;
}

static bool visit_task(lw_cursor *c, lw_run_state *run, uint32_t task) {
    const lw_task_state *state = &run->task[task];
    if (!visit_stream(c, run, state->data)) {
        return false;
    }
    if (lw_flow_of(run, task)->arrivals != LW_ARRIVALS_BACKLOG && !state->floats &&
        !lw_visit(c, lw_ahead(state->next_arrival_ps, run->now_ps))) {
        return false;
    }
    return state->request == LW_NONE ||
           (lw_visit(c, tags_matter(run, state, task) ? state->outstanding : 0) && lw_visit(c, state->stalled) &&
            lw_visit(c, state->offered - state->asked > 0) && visit_stream(c, run, state->request));
}

// Servers first, which differ most, what is in flight last: while pipes still fill, a comparison
// ends early, and of thousands of tasks most look alike.
static bool visit_state(lw_cursor *c, lw_run_state *run, const lw_island *island) {
    for (uint32_t s = island->first_server; s != LW_NONE; s = run->server[s].next_in_island) {
        if (!lw_visit_server(c, run, &run->server[s], run->now_ps)) {
            return false;
        }
    }
    for (uint32_t t = island->first_task; t != LW_NONE; t = run->task[t].next_in_island) {
        if (!visit_task(c, run, t)) {
            return false;
        }
    }
    for (size_t l = 0; l < island->loops.count; l++) {
        const lw_fifo *back = &run->loop[LW_LIST_ITEMS(&island->loops, uint32_t)[l]].back;
        if (!lw_visit(c, back->count) || !lw_visit_fifo(c, back, run->now_ps)) {
            return false;
        }
    }
    for (uint32_t t = island->first_task; t != LW_NONE; t = run->task[t].next_in_island) {
        const lw_task_state *state = &run->task[t];
        if (!lw_visit_fifo(c, &run->stream[state->data].sink, run->now_ps) ||
            (state->request != LW_NONE && !lw_visit_fifo(c, &run->stream[state->request].sink, run->now_ps))) {
            return false;
        }
    }
    for (uint32_t s = island->first_server; s != LW_NONE; s = run->server[s].next_in_island) {
        if (!lw_visit_fifo(c, &run->server[s].flight, run->now_ps)) {
            return false;
        }
    }
    return true;
}

static bool count_on(lw_run_state *run, lw_island *island, void *at, int64_t ceiling, bool has_floor) {
    lw_counter *counter = LW_LIST_ADD(&island->counters, lw_counter, run->arena);
    if (counter != NULL) {
        *counter = (lw_counter){.at = at, .ceiling = ceiling, .has_floor = has_floor};
    }
    return counter != NULL;
}

static bool list(lw_run_state *run, lw_list *into, uint32_t value) {
    uint32_t *slot = LW_LIST_ADD(into, uint32_t, run->arena);
    if (slot != NULL) {
        *slot = value;
    }
    return slot != NULL;
}

static bool list_stops(lw_run_state *run, const lw_stream *stream, lw_island *island) {
    bool ok = true;
    for (uint32_t s = stream->first_stop; stream->first_stop != LW_NONE && s <= stream->last_stop; s++) {
        ok = ok && list(run, &island->stops, s);
    }
    return ok;
}

// The loops of a task that has ended may still hold credits, and gain no more.
static bool list_server(lw_run_state *run, lw_island *island, lw_server_state *server) {
    bool ok = count_on(run, island, &server->busy_ps, INT64_MAX, false) &&
              count_on(run, island, &server->control_parts, INT64_MAX, false) &&
              (server->good_units == INT64_MAX || count_on(run, island, &server->good_units, INT64_MAX, true));
    for (uint32_t l = server->first_loop; l != LW_NONE; l = run->loop[l].next_of_server) {
        if (run->loop[l].back.count > 0 || run->task[run->loop[l].task].phase == LW_PHASE_MOVING) {
            ok = ok && list(run, &island->loops, l);
        }
    }
    return ok;
}

// A jump ends before a last request and a bad packet.
static bool list_counters(lw_run_state *run, lw_island *island) {
    island->counters.count = island->stops.count = island->loops.count = 0;
    bool ok = true;
    for (uint32_t s = island->first_server; s != LW_NONE; s = run->server[s].next_in_island) {
        ok = ok && list_server(run, island, &run->server[s]);
    }
    for (uint32_t t = island->first_task; t != LW_NONE; t = run->task[t].next_in_island) {
        lw_task_state *state = &run->task[t];
        bool reads = state->request != LW_NONE;
        const lw_stream *source = &run->stream[reads ? state->request : state->data];
        ok = ok && count_on(run, island, &state->asked, source->total, false) &&
             (state->floats || count_on(run, island, &state->offered, source->total, false)) &&
             count_on(run, island, &state->stall_ps, INT64_MAX, false) && list_stops(run, &run->stream[state->data], island) &&
             (!reads || list_stops(run, source, island));
        if (reads && !tags_matter(run, state, t)) {  // else part of the state
            ok = ok && count_on(run, island, &state->outstanding, INT64_MAX, true);
        }
    }
    return ok;
}

static void at_most(int64_t *periods, int64_t room, int64_t step) {
    if (step > 0) {
        int64_t fit = room > 0 ? room / step : 0;
        *periods = fit < *periods ? fit : *periods;
    }
}

// The last packet may be shorter and so start with fewer credits: it must not even come to the head
// of a queue during a jump. A queue that shrinks must not run empty.
static void stop_periods(const lw_run_state *run, uint32_t index, int64_t span_ps, int64_t *periods) {
    const lw_stop *stop = &run->stop[index];
    const lw_stream *stream = &run->stream[stop->stream];
    int64_t started = stop->started - stop->saved_started, shrinks = stop->saved_queued - stop->queued;
    if (index == stream->first_stop && run->task[stream->task].floats) {
        const int64_t gap_ps = lw_flow_of(run, stream->task)->gap_ps;
        const lw_int128 left_ps = (lw_int128)(stop->total - run->task[stream->task].offered - 2) * gap_ps;
        at_most(periods, left_ps < LW_TIME_MAX ? (int64_t)left_ps : LW_TIME_MAX, span_ps);
        shrinks = started - span_ps / gap_ps;
    }
    at_most(periods, stop->total - stop->started - 2, started);
    at_most(periods, stop->queued - started - 1, shrinks);
    if (stop->buffer != INT64_MAX) {
        int64_t growth;
        int64_t room = buffer_room(stop, &growth);
        at_most(periods, room - 1, growth);
    }
}

// Whole periods that fit before a counter reaches its bound or an outage comes.
int64_t lw_steady_ahead(const lw_run_state *run, const lw_island *island) {
    const int64_t span_ps = run->now_ps - island->saved_ps;
    int64_t periods = INT64_MAX;
    at_most(&periods, LW_TIME_MAX - run->now_ps, span_ps);
    for (uint32_t s = island->first_server; s != LW_NONE; s = run->server[s].next_in_island) {
        const lw_server_state *server = &run->server[s];
        if (server->outage_at_ps != INT64_MAX) {
            at_most(&periods, server->outage_at_ps - server->turnaround_ps - run->now_ps - 1, span_ps);
        }
    }
    for (size_t i = 0; i < island->counters.count; i++) {
        const lw_counter *counter = &LW_LIST_ITEMS(&island->counters, lw_counter)[i];
        if (counter->ceiling != INT64_MAX) {
            at_most(&periods, counter->ceiling - *counter->at - 1, *counter->at - counter->saved);
        }
        if (counter->has_floor) {
            at_most(&periods, *counter->at, counter->saved - *counter->at);
        }
    }
    for (size_t i = 0; i < island->stops.count; i++) {
        stop_periods(run, LW_LIST_ITEMS(&island->stops, uint32_t)[i], span_ps, &periods);
    }
    return periods;
}

// The sum of waits is starts less arrivals: each further period adds what this one did, later by
// span_ps for every packet by which the queue shrank.
static void repeat_stop(lw_stop *stop, int64_t periods, int64_t span_ps) {
    int64_t growth = stop->queued - stop->saved_queued;
    if (stop->counts_wait) {
        lw_int128 sum = (lw_int128)periods * (periods + 1) / 2;
        stop->wait_ps += periods * (stop->wait_ps - stop->saved_wait_ps) - (lw_int128)span_ps * growth * sum;
    }
    stop->started += (stop->started - stop->saved_started) * periods;
    stop->queued += growth * periods;
    assert(stop->queued >= 0 && stop->queued + stop->started <= stop->total);
}

// Sum of so many times, each later by gap_ps than the one before.
static lw_int128 sum_of_times(int64_t first_ps, int64_t gap_ps, int64_t count) {
    return (lw_int128)count * first_ps + (lw_int128)count * (count - 1) / 2 * gap_ps;
}

// The same of a first stop where packets come at times of their own: starts repeat, arrivals are
// those that come before the jump's end.
static void repeat_floating(lw_run_state *run, uint32_t slot, int64_t periods, const lw_island *island) {
    lw_task_state *state = &run->task[slot];
    lw_stop *stop = &run->stop[run->stream[state->data].first_stop];
    const int64_t gap_ps = lw_flow_of(run, slot)->gap_ps, end_ps = island->asleep_ps + periods * island->span_ps;
    const int64_t first_ps = state->next_arrival_ps, started = stop->started - stop->saved_started;
    const int64_t count = first_ps < end_ps ? (end_ps - 1 - first_ps) / gap_ps + 1 : 0;
    const lw_int128 sum = (lw_int128)periods * (periods + 1) / 2;
    const int64_t came = state->offered - stop->saved_queued - stop->saved_started;  // since the state was saved
    const lw_int128 came_ps = sum_of_times(first_ps - came * gap_ps, gap_ps, came);
    const lw_int128 starts_ps = stop->wait_ps - stop->saved_wait_ps + came_ps;
    stop->wait_ps += periods * starts_ps + sum * started * island->span_ps - sum_of_times(first_ps, gap_ps, count);
    stop->started += started * periods;
    stop->queued += count - started * periods;
    state->offered += count;
    state->next_arrival_ps += count * gap_ps;
    assert(stop->queued > 0 && stop->queued + stop->started <= stop->total);
}

static void shift_clocks(lw_run_state *run, const lw_island *island, int64_t shift_ps) {
    for (uint32_t s = island->first_server; s != LW_NONE; s = run->server[s].next_in_island) {
        lw_server_state *server = &run->server[s];
        server->free_ps += server->free_ps < 0 ? 0 : shift_ps;
        server->serve_ps += server->serve_ps < 0 ? 0 : shift_ps;
        server->control_next_ps += shift_ps;
        server->in_order_ps += shift_ps;
        lw_fifo_shift(&server->flight, shift_ps);
    }
    for (size_t l = 0; l < island->loops.count; l++) {
        lw_fifo_shift(&run->loop[LW_LIST_ITEMS(&island->loops, uint32_t)[l]].back, shift_ps);
    }
    for (size_t i = 0; i < island->stops.count; i++) {
        lw_stop *stop = &run->stop[LW_LIST_ITEMS(&island->stops, uint32_t)[i]];
        stop->tail_ps += shift_ps;
        lw_fifo_shift(&stop->tails, shift_ps);
    }
    for (uint32_t t = island->first_task; t != LW_NONE; t = run->task[t].next_in_island) {
        lw_task_state *state = &run->task[t];
        state->next_arrival_ps += state->floats ? 0 : shift_ps;
        lw_fifo_shift(&run->stream[state->data].sink, shift_ps);
        if (state->request != LW_NONE) {
            lw_fifo_shift(&run->stream[state->request].sink, shift_ps);
        }
    }
}

void lw_steady_jump(lw_run_state *run, lw_island *island, int64_t periods) {
    assert(island->have_saved && periods > 0 && island->span_ps >= 0);
    for (size_t i = 0; i < island->counters.count; i++) {
        const lw_counter *counter = &LW_LIST_ITEMS(&island->counters, lw_counter)[i];
        uint64_t grown = (uint64_t)*counter->at - (uint64_t)counter->saved;
        *counter->at = (int64_t)((uint64_t)*counter->at + grown * (uint64_t)periods);
    }
    for (size_t i = 0; i < island->stops.count; i++) {
        const uint32_t index = LW_LIST_ITEMS(&island->stops, uint32_t)[i];
        const lw_stream *stream = &run->stream[run->stop[index].stream];
        if (index == stream->first_stop && run->task[stream->task].floats) {
            repeat_floating(run, stream->task, periods, island);
        } else {
            repeat_stop(&run->stop[index], periods, island->span_ps);
        }
    }
    shift_clocks(run, island, periods * island->span_ps);
    run->steady.jumps++;
}

// Of a task that has its servers to itself: the slowest one is never idle, and its remainder comes
// back after so many packets.
static int64_t likely_period(const lw_run_state *run, const lw_island *island) {
    enum { PERIOD_MOST = 4096 };  // steps: a wrong guess costs as many
    const lw_task_state *state = &run->task[island->first_task];
    const uint32_t streams[2] = {state->data, state->request};
    int64_t slowest_ps = 0, period = 0;
    for (int i = 0; i < 2 && island->first_task == island->last_task; i++) {
        const lw_stream *stream = streams[i] != LW_NONE ? &run->stream[streams[i]] : NULL;
        const int64_t packets = i == 1 ? state->data_per_request : 1;  // of the data, for each
        for (uint32_t s = stream != NULL ? stream->first_stop : LW_NONE; s != LW_NONE && s <= stream->last_stop; s++) {
            const lw_stop *stop = &run->stop[s];
            const lw_server_state *server = &run->server[stop->server];
            const lw_service *service = server->control_movers > 0 ? &stop->shared[0] : &stop->service[0];
            if (service->whole_ps / packets >= slowest_ps) {
                slowest_ps = service->whole_ps / packets;
                period = server->den / (int64_t)lw_common_divisor(server->den, service->remainder) * packets;
            }
        }
    }
    return period <= PERIOD_MOST ? period : 0;
}

// The stop where most is left to deliver; none where a task draws its arrivals, since nothing
// repeats then.
void lw_steady_choose(lw_run_state *run, lw_island *island) {
    int64_t most = LW_WORTHWHILE_STEPS;
    lw_stop *anchor = NULL;
    for (uint32_t t = island->first_task; t != LW_NONE; t = run->task[t].next_in_island) {
        lw_stop *last = &run->stop[run->stream[run->task[t].data].last_stop];
        if (run->task[t].random != NULL) {
            return;
        }
        if (last->total - last->started > most) {
            most = last->total - last->started;
            anchor = last;
        }
    }
    if (anchor != NULL) {
        anchor->ticks = (uint32_t)(island - run->steady.island);
    }
    island->anchor = anchor;
    island->have_saved = false;
    island->steps = 0;
    island->power = SETTLE_STEPS;
    island->period = island->period > 0 || anchor == NULL ? island->period : likely_period(run, island);
}

// So many packets wait at the first stop of a stream that comes by itself that it cannot run empty
// before the state is saved again.
static void note_arrivals(lw_run_state *run, const lw_island *island) {
    for (uint32_t t = island->first_task; t != LW_NONE; t = run->task[t].next_in_island) {
        lw_task_state *state = &run->task[t];
        const lw_flow *flow = lw_flow_of(run, t);
        const int64_t steps = island->period > 0 ? island->period : island->power;
        state->floats = flow->arrivals == LW_ARRIVALS_FIXED && flow->gap_ps > 0 && state->request == LW_NONE &&
                        lw_task_count(lw_task_of(run, t)) == 1 && state->offered < run->stream[state->data].total &&
                        run->stop[run->stream[state->data].first_stop].queued > 2 * steps;
    }
}

// A server with the most phases, which seldom has the same one as when the state was saved.
static uint32_t find_telltale(const lw_run_state *run, const lw_island *island) {
    uint32_t telltale = island->first_server;
    for (uint32_t s = telltale; s != LW_NONE; s = run->server[s].next_in_island) {
        telltale = run->server[s].den > run->server[telltale].den ? s : telltale;
    }
    return telltale;
}

// As lw_visit_server has it.
static int64_t phase_of(const lw_run_state *run, uint32_t server) {
    return run->server[server].free_ps >= run->now_ps ? run->server[server].remainder : 0;
}

static void save_state(lw_run_state *run, lw_island *island) {
    lw_cursor c = {.state = &island->saved, .arena = run->arena, .saving = true};
    island->saved.count = 0;
    note_arrivals(run, island);
    if (!list_counters(run, island) || !visit_state(&c, run, island)) {
        run->failed = true;
        return;
    }
    for (size_t i = 0; i < island->counters.count; i++) {
        lw_counter *counter = &LW_LIST_ITEMS(&island->counters, lw_counter)[i];
        counter->saved = *counter->at;
    }
    island->saved_ps = run->now_ps;
    island->saved_taken = run->queue.taken;
    island->telltale = find_telltale(run, island);
    island->saved_phase = phase_of(run, island->telltale);
    island->have_saved = true;
    island->steps = 0;
    island->power = 2 * island->power > island->period ? 2 * island->power : island->period;
}

void lw_steady_repeats(lw_run_state *run, lw_island *island) {
    const int64_t span_ps = run->now_ps - island->saved_ps;
    island->period = island->steps;
    const int64_t periods = lw_steady_ahead(run, island);
    run->events_more += run->repeats > 0 ? (run->repeats - periods) * run->period_events : 0;
    run->repeats = 0;
    if (periods > 0 && periods < INT64_MAX) {
        lw_islands_sleep(run, island, span_ps, periods);
    } else {
        lw_island_restart(run, island);
    }
}

void lw_steady_step(lw_run_state *run, lw_island *island) {
    island->steps++;
    if (island->have_saved && phase_of(run, island->telltale) == island->saved_phase) {
        lw_cursor c = {.state = &island->saved};
        if (visit_state(&c, run, island) && c.at == island->saved.count) {
            if (lw_recall_keep(run, island)) {
                lw_steady_repeats(run, island);
            }
            return;
        }
    }
    if (island->steps == island->power) {
        save_state(run, island);
    }
}

void lw_steady_stop(lw_island *island) {
    if (island->anchor != NULL) {
        island->anchor->ticks = LW_NONE;
        island->anchor = NULL;
    }
}
