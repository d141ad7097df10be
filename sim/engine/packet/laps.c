// SPDX-License-Identifier: GPL-3.0-or-later
// Jumps over whole iterations of loops: chunks of a staged copy, calls, steps of a ring. The state
// of the run relative to the clock, and to how many instances of each task have ended, is saved and
// compared when an instance of one task, the anchor, ends; where it comes back, all that happened
// in between happens again, until a task comes near the end or the beginning of a loop. So clocks
// move on by as many periods as fit, instances are counted on, and sums grow by what one period
// added to them: the result is that of executing every instance, to the picosecond.
//
// Islands may be asleep (islands.c) at such a time: their state stands still, as it was when they
// fell asleep, and is moved on with the rest.
#include <assert.h>

#include "sim/engine/packet/visit.h"

// Nothing is drawn, so that states can come back.
void lw_laps_make(lw_run_state *run) {
    bool drawn = false;
    for (size_t s = 0; s < run->server_count; s++) {
        drawn = drawn || run->server[s].random != NULL || run->server[s].outage_random != NULL;
    }
    for (size_t t = 0; t < run->task_count; t++) {
        drawn = drawn || run->task[t].random != NULL;
    }
    run->laps.possible = !drawn;
    run->laps.anchor = LW_NO_TASK;
}

// ---- The state ----

static const lw_island *asleep_in(const lw_run_state *run, uint32_t island) {
    return island != LW_NONE && run->steady.island[island].asleep ? &run->steady.island[island] : NULL;
}

// The clock of what is in an island, which may have stopped.
static int64_t clock_of(const lw_run_state *run, uint32_t island) {
    const lw_island *asleep = asleep_in(run, island);
    return asleep != NULL ? asleep->asleep_ps : run->now_ps;
}

static bool visit_servers(lw_cursor *c, const lw_run_state *run) {
    bool same = true;
    for (size_t s = 0; same && s < run->server_count; s++) {
        const lw_server_state *server = &run->server[s];
        const lw_island *asleep = asleep_in(run, server->in_island);
        same = lw_visit_server(c, run, server, clock_of(run, server->in_island)) &&
               lw_visit_fifo(c, &server->flight, run->now_ps) &&
               lw_visit(c, asleep != NULL ? asleep->asleep_ps - run->now_ps : 1) &&
               (asleep == NULL || (lw_visit(c, asleep->span_ps) && lw_visit(c, asleep->periods)));
    }
    return same;
}

static bool visit_stream(lw_cursor *c, const lw_run_state *run, const lw_stream *stream) {
    bool same = lw_visit(c, stream->sink.count) && lw_visit_fifo(c, &stream->sink, run->now_ps);
    for (uint32_t s = stream->first_stop; same && stream->first_stop != LW_NONE && s <= stream->last_stop; s++) {
        const lw_stop *stop = &run->stop[s];
        const int64_t now_ps = clock_of(run, run->server[stop->server].in_island);
        const lw_int128 wait_ps = stop->counts_wait ? stop->wait_ps + (lw_int128)stop->queued * now_ps : 0;
        same = lw_visit(c, stop->queued) && lw_visit(c, stop->started) && lw_visit(c, stop->until_sink) &&
               lw_visit(c, (int64_t)(wait_ps >> 32)) && lw_visit(c, (int64_t)(wait_ps & UINT32_MAX)) &&
               lw_visit_tails(c, stop, now_ps);
    }
    return same;
}

// How long the servers on its path have been busy since it is watched.
static bool visit_busy(lw_cursor *c, const lw_run_state *run, const lw_task_state *state) {
    const uint32_t streams[2] = {state->data, state->request};
    const int64_t *before = state->busy_before_ps;
    bool same = true;
    for (int i = 0; i < 2 && state->watched; i++) {
        const lw_stream *stream = streams[i] != LW_NONE ? &run->stream[streams[i]] : NULL;
        for (uint32_t s = stream != NULL ? stream->first_stop : LW_NONE; same && s != LW_NONE && s <= stream->last_stop; s++) {
            same = lw_visit(c, run->server[run->stop[s].server].busy_ps - *before++);
        }
    }
    return same;
}

static bool visit_slot(lw_cursor *c, const lw_run_state *run, const lw_task_state *state) {
    const int64_t now_ps = run->now_ps;
    const bool same = lw_visit(c, state->phase);
    if (!same || state->phase == LW_PHASE_IDLE) {
        return same;
    }
    const int64_t stall_ps = (int64_t)(state->stall_ps + (state->stalled ? (uint64_t)clock_of(run, state->in_island) : 0));
    return lw_visit(c, state->instance - run->progress.task[state->task].prefix) && lw_visit(c, state->is_last) &&
           lw_visit(c, state->due_ps > 0 ? state->due_ps - now_ps : -1) && lw_visit(c, state->ready_ps - now_ps) &&
           lw_visit(c, state->start_ps - now_ps) && lw_visit(c, state->watched) &&
           lw_visit(c, state->watched ? state->watched_ps - now_ps : 0) && lw_visit(c, state->asked) &&
           lw_visit(c, state->offered) && lw_visit(c, state->outstanding) && lw_visit(c, state->stalled) &&
           lw_visit(c, stall_ps) && lw_visit(c, lw_ahead(state->next_arrival_ps, clock_of(run, state->in_island))) &&
           (state->data == LW_NONE || visit_stream(c, run, &run->stream[state->data])) &&
           (state->request == LW_NONE || visit_stream(c, run, &run->stream[state->request])) &&
           (state->data == LW_NONE || visit_busy(c, run, state));
}

// Instances that have ended out of order, that are ready, and the slots that are free.
static bool visit_task(lw_cursor *c, const lw_run_state *run, uint32_t task) {
    const lw_progress_task *progress = &run->progress.task[task];
    const lw_task_slots *slots = &run->slots[task];
    bool same =
        lw_visit(c, progress->highest - progress->prefix) && lw_visit(c, progress->beyond) && lw_visit(c, slots->ready.count);
    for (uint32_t i = 0; same && i < slots->ready.count; i++) {
        const lw_fifo_entry *entry = lw_fifo_at(&slots->ready, i);
        same = lw_visit(c, entry->time_ps - run->now_ps) && lw_visit(c, entry->id - progress->prefix);
    }
    for (int64_t i = progress->prefix; same && progress->beyond > 0 && i < progress->highest; i++) {
        same = lw_visit(c, lw_progress_has_ended(&run->progress, task, i));
    }
    for (uint32_t s = slots->free; same && s != LW_NONE; s = run->task[s].next_free) {
        same = lw_visit(c, s);
    }
    return same;
}

static bool visit_line(lw_cursor *c, const lw_run_state *run, const lw_resource *resource) {
    bool same = lw_visit(c, resource->free_slots) && lw_visit(c, resource->count);
    for (uint32_t i = 0; same && i < resource->count; i++) {
        const lw_waiting *waiting = &resource->line[(resource->first + i) & (resource->capacity - 1)];
        same = lw_visit(c, waiting->task) && lw_visit(c, waiting->slot) && lw_visit(c, waiting->ready_ps - run->now_ps) &&
               lw_visit(c, waiting->instance - run->progress.task[waiting->task].prefix);
    }
    return same;
}

// Slots first, which differ most.
static bool visit_state(lw_cursor *c, const lw_run_state *run) {
    bool same = true;
    for (size_t t = 0; same && t < run->task_count; t++) {
        same = visit_slot(c, run, &run->task[t]);
    }
    same = same && visit_servers(c, run);
    for (uint32_t t = 0; same && t < run->fabric->task_count; t++) {
        same = visit_task(c, run, t);
    }
    for (size_t r = 0; same && r < run->fabric->resource_count; r++) {
        same = visit_line(c, run, &run->resource[r]);
    }
    for (size_t l = 0; same && l < run->loop_count; l++) {
        same = lw_visit(c, run->loop[l].back.count) && lw_visit_fifo(c, &run->loop[l].back, run->now_ps);
    }
    return same;
}

// ---- What counts on ----

// Sums, visited in one order: saved, or moved on by as many times what they grew by since then.
typedef struct tally {
    lw_run_state *run;
    size_t at;
    bool saving;
    int64_t periods, shift_ps;
} tally;

// What was saved of a sum whose value is now that.
static lw_int128 saved_of(tally *t, lw_int128 value) {
    lw_list *saved = &t->run->laps.counts;
    if (t->saving) {
        lw_int128 *slot = LW_LIST_ADD(saved, lw_int128, t->run->arena);
        if (slot == NULL) {
            t->run->failed = true;
            return value;
        }
        *slot = value;
        return value;
    }
    return LW_LIST_ITEMS(saved, const lw_int128)[t->at++];
}

static void count_wide(tally *t, lw_int128 *sum) {
    const lw_int128 before = saved_of(t, *sum);
    *sum += t->periods * (*sum - before);
}

static void count(tally *t, int64_t *sum) {
    lw_int128 wide = *sum;
    count_wide(t, &wide);
    *sum = (int64_t)wide;
}

// A time that the last period has set, if it has.
static void last_time(tally *t, int64_t *time_ps) {
    *time_ps += saved_of(t, *time_ps) != *time_ps ? t->shift_ps : 0;
}

static void count_samples(tally *t, lw_list *samples) {
    lw_task_sample *sample = LW_LIST_ITEMS(samples, lw_task_sample);
    const size_t count_before = (size_t)saved_of(t, (lw_int128)samples->count);
    const int64_t last_before = (int64_t)saved_of(t, samples->count > 0 ? sample[samples->count - 1].count : 0);
    for (size_t i = count_before > 0 ? count_before - 1 : 0; !t->saving && i < samples->count; i++) {
        const int64_t before = i + 1 == count_before ? last_before : 0;
        sample[i].count += t->periods * (sample[i].count - before);
    }
}

static void count_task(tally *t, uint32_t task) {
    lw_run_state *run = t->run;
    lw_task_result *result = &run->result[task];
    const uint32_t flow = run->fabric->task[task].flow;
    const size_t hops = flow != LW_NO_FLOW ? run->fabric->flow[flow].data_count + run->fabric->flow[flow].request_count : 0;
    count(t, &result->packets);
    count_wide(t, &result->wait_ps);
    count(t, &result->window_stall_ps);
    count_wide(t, &result->queued_ps);
    count_wide(t, &result->phase_ps);
    for (size_t h = 0; h < hops; h++) {
        count(t, &run->load[task][h].busy_ps);
    }
    last_time(t, &result->end_ps);
    last_time(t, &result->delivered_ps);
    last_time(t, &result->queued_until_ps);
    count_samples(t, &run->sample[task]);
}

static void count_all(tally *t) {
    lw_run_state *run = t->run;
    for (uint32_t task = 0; task < run->fabric->task_count; task++) {
        count_task(t, task);
    }
    for (size_t s = 0; s < run->server_count; s++) {
        lw_server_state *server = &run->server[s];
        int64_t since_ps = server->control_since_ps + (server->control_movers > 0 ? run->now_ps : 0);
        count(t, &server->control_parts);
        count(t, &since_ps);
        server->control_since_ps = since_ps - (server->control_movers > 0 ? run->now_ps + t->shift_ps : 0);
    }
    for (size_t s = 0; s < run->fabric->server_count; s++) {
        count(t, &run->served[s].packets);
        count(t, &run->served[s].wire_bytes);
        count(t, &run->served[s].payload_bytes);
    }
    // Of slots that are held now only the beginning has been counted.
    for (size_t r = 0; r < run->fabric->resource_count; r++) {
        const int64_t held = run->fabric->resource_slots[r] - run->resource[r].free_slots;
        lw_int128 held_ps = run->held_ps[r] + (lw_int128)held * run->now_ps;
        count_wide(t, &held_ps);
        run->held_ps[r] = held_ps - (lw_int128)held * (run->now_ps + t->shift_ps);
    }
    count(t, &run->packets);
    count(t, &run->packet_hops);
}

// ---- The jump ----

static void shift_fifo(lw_fifo *fifo, int64_t shift_ps, int64_t instances) {
    lw_fifo_shift(fifo, shift_ps);
    for (uint32_t i = 0; i < fifo->count; i++) {
        lw_fifo_at(fifo, i)->id += instances;
    }
}

static void shift_stream(lw_run_state *run, lw_stream *stream, int64_t shift_ps) {
    shift_fifo(&stream->sink, shift_ps, 0);
    for (uint32_t s = stream->first_stop; stream->first_stop != LW_NONE && s <= stream->last_stop; s++) {
        lw_stop *stop = &run->stop[s];
        stop->tail_ps += shift_ps;
        lw_fifo_shift(&stop->tails, shift_ps);
        if (stop->counts_wait) {
            stop->wait_ps -= (lw_int128)stop->queued * shift_ps;
            stop->saved_wait_ps -= (lw_int128)stop->saved_queued * shift_ps;
        }
    }
}

static void shift_slot(lw_run_state *run, lw_task_state *state, int64_t periods, int64_t shift_ps) {
    const lw_laps *laps = &run->laps;
    const uint32_t streams[2] = {state->data, state->request};
    int64_t *before = state->busy_before_ps;
    // Watched since before the period, for an instance that is still to come: it stays so.
    const bool stays = state->phase == LW_PHASE_IDLE && state->watched_ps <= laps->saved_ps;
    for (int i = 0; i < 2; i++) {
        lw_stream *stream = streams[i] != LW_NONE ? &run->stream[streams[i]] : NULL;
        if (stream != NULL && state->phase != LW_PHASE_IDLE) {
            shift_stream(run, stream, shift_ps);
        }
        for (uint32_t s = stream != NULL ? stream->first_stop : LW_NONE; s != LW_NONE && s <= stream->last_stop; s++) {
            const uint32_t server = run->stop[s].server;
            *before++ += stays ? 0 : periods * (run->server[server].busy_ps - run->lap_busy_ps[server]);
        }
    }
    state->instance += periods * (lw_laps_step_of(laps, &run->progress, state->task));
    state->due_ps += state->due_ps > 0 ? shift_ps : 0;
    state->ready_ps += shift_ps;
    state->start_ps += shift_ps;
    state->watched_ps += stays ? 0 : shift_ps;
    state->next_arrival_ps += shift_ps;
    state->stall_ps -= state->stalled ? (uint64_t)shift_ps : 0;
}

static void shift_server(lw_server_state *server, int64_t periods, int64_t saved_busy_ps, int64_t shift_ps) {
    server->free_ps += server->free_ps < 0 ? 0 : shift_ps;
    server->serve_ps += server->serve_ps < 0 ? 0 : shift_ps;
    server->control_next_ps += shift_ps;
    server->in_order_ps += shift_ps;
    server->busy_ps += periods * (server->busy_ps - saved_busy_ps);
    shift_fifo(&server->flight, shift_ps, 0);
}

static void shift_events(lw_run_state *run, int64_t shift_ps) {
    size_t count;
    lw_event *event = lw_event_gather(&run->queue, &count);
    for (size_t i = 0; i < count; i++) {
        event[i].time_ps += shift_ps;
    }
    lw_event_scatter(&run->queue, count, run->now_ps + shift_ps);
}

// What sleeps goes on sleeping; what is awake must look for a repetition anew.
static void shift_islands(lw_run_state *run, int64_t shift_ps) {
    lw_steady *steady = &run->steady;
    for (uint32_t p = 0; p < steady->used; p++) {
        lw_island *island = &steady->island[p];
        if (island->first_task == LW_NONE) {
            continue;  // one that is no more
        }
        if (!island->asleep) {
            lw_island_restart(run, island);
            continue;
        }
        island->asleep_ps += shift_ps;
        island->saved_ps += shift_ps;
        for (uint32_t slot = island->aside; slot != LW_EVENT_NONE; slot = run->queue.slot[slot].next) {
            run->queue.slot[slot].time_ps += shift_ps;
        }
        for (size_t i = 0; i < island->counters.count; i++) {
            lw_counter *counter = &LW_LIST_ITEMS(&island->counters, lw_counter)[i];
            counter->saved = (int64_t)((uint64_t)*counter->at - (uint64_t)counter->grown);
        }
    }
    steady->wake_ps += steady->asleep > 0 ? shift_ps : 0;
}

// What counters of islands asleep have grown by in one of their periods.
static void note_growth(const lw_run_state *run) {
    for (uint32_t p = 0; p < run->steady.used; p++) {
        const lw_island *island = &run->steady.island[p];
        for (size_t i = 0; island->first_task != LW_NONE && island->asleep && i < island->counters.count; i++) {
            lw_counter *counter = &LW_LIST_ITEMS(&island->counters, lw_counter)[i];
            counter->grown = (int64_t)((uint64_t)*counter->at - (uint64_t)counter->saved);
        }
    }
}

static void shift_tasks(lw_run_state *run, int64_t periods, int64_t shift_ps) {
    const lw_laps *laps = &run->laps;
    for (size_t r = 0; r < run->fabric->resource_count; r++) {
        lw_resource *resource = &run->resource[r];
        for (uint32_t i = 0; i < resource->count; i++) {
            lw_waiting *waiting = &resource->line[(resource->first + i) & (resource->capacity - 1)];
            waiting->ready_ps += shift_ps;
            waiting->instance += periods * lw_laps_step_of(laps, &run->progress, waiting->task);
        }
    }
    for (uint32_t t = 0; t < run->fabric->task_count; t++) {
        const int64_t instances = periods * lw_laps_step_of(laps, &run->progress, t);
        shift_fifo(&run->slots[t].ready, shift_ps, instances);
        lw_progress_skip(&run->progress, t, instances);
    }
}

static void jump(lw_run_state *run, int64_t periods) {
    const lw_laps *laps = &run->laps;
    const int64_t shift_ps = periods * (run->now_ps - laps->saved_ps);
    tally t = {.run = run, .periods = periods, .shift_ps = shift_ps};
    if (run->record != NULL) {
        lw_laps_tell(laps, &run->progress, periods, run->record, run->now_ps);
    }
    note_growth(run);
    count_all(&t);
    for (size_t s = 0; s < run->task_count; s++) {
        shift_slot(run, &run->task[s], periods, shift_ps);
    }
    shift_tasks(run, periods, shift_ps);
    for (size_t s = 0; s < run->server_count; s++) {
        shift_server(&run->server[s], periods, run->lap_busy_ps[s], shift_ps);
    }
    for (size_t l = 0; l < run->loop_count; l++) {
        shift_fifo(&run->loop[l].back, shift_ps, 0);
    }
    shift_events(run, shift_ps);
    run->now_ps += shift_ps;
    shift_islands(run, shift_ps);
    run->steady.jumps++;
}

// ---- The search ----

static void save(lw_run_state *run) {
    lw_laps *laps = &run->laps;
    lw_cursor c = {.state = &laps->state, .arena = run->arena, .saving = true};
    tally t = {.run = run, .saving = true};
    if (run->lap_busy_ps == NULL) {
        run->lap_busy_ps = LW_NEW_ARRAY(run->arena, int64_t, run->server_count);
    }
    if (run->lap_busy_ps == NULL || !lw_laps_note_state(laps, &run->progress, run->now_ps, run->arena) || !visit_state(&c, run)) {
        run->failed = true;
        return;
    }
    count_all(&t);
    for (size_t s = 0; s < run->server_count; s++) {
        run->lap_busy_ps[s] = run->server[s].busy_ps;
    }
}

void lw_laps_step(lw_run_state *run) {
    lw_laps *laps = &run->laps;
    laps->ticked = false;
    laps->steps++;
    if (laps->have_saved) {
        lw_cursor c = {.state = &laps->state};
        if (visit_state(&c, run) && c.at == laps->state.count) {
            const int64_t periods = lw_laps_periods(laps, &run->progress, run->now_ps);
            if (periods > 0) {
                jump(run, periods);
                return;
            }
        }
    }
    if (lw_laps_wants_state(laps, &run->progress)) {
        save(run);
    }
}
