// SPDX-License-Identifier: GPL-3.0-or-later
// Islands: tasks that move bytes over shared servers, directly or through others. Nothing passes
// between islands, so each looks for a repetition of its own, with a period that others would
// stretch to a multiple of all their periods.
//
// An island whose state repeats falls asleep: its events wait outside the queue while others go on.
// It wakes when its own repetition ends, or when a task starts that shares its servers: then whole
// periods have passed up to just before, and its clock may be behind the others' until the events
// of the last period have been executed.
#include "sim/engine/packet/state.h"
#include <assert.h>

// ---- The line for an anchor ----

void lw_islands_line_up(lw_run_state *run, lw_island *island) {
    lw_steady *steady = &run->steady;
    if (island->in_line) {
        return;
    }
    uint32_t index = (uint32_t)(island - steady->island);
    island->in_line = true;
    island->choose_at = run->queue.taken + (int64_t)island->size;
    island->previous = steady->line_last;
    island->next = LW_NONE;
    *(steady->line_last == LW_NONE ? &steady->line_first : &steady->island[steady->line_last].next) = index;
    steady->line_last = index;
}

static void leave_line(lw_steady *steady, uint32_t index) {
    lw_island *island = &steady->island[index];
    if (island->in_line) {
        *(island->previous == LW_NONE ? &steady->line_first : &steady->island[island->previous].next) = island->next;
        *(island->next == LW_NONE ? &steady->line_last : &steady->island[island->next].previous) = island->previous;
        island->in_line = false;
    }
}

// Streams over one server that is theirs alone, of which only the end matters to anybody: their
// packets need no island, for the time of so many is known. So are all requests that take no time.
static void mark_at_once(lw_run_state *run) {
    for (size_t s = 0; s < run->server_count; s++) {
        const uint32_t opposite = run->server[s].control_opposite;
        if (opposite != LW_NONE) {
            run->server[opposite].controlled = true;
        }
    }
    for (size_t i = 0; i < run->stop_count; i++) {
        lw_stop *stop = &run->stop[i];
        const lw_server_state *server = &run->server[stop->server];
        const lw_stream *stream = &run->stream[stop->stream];
        const bool in_no_time = stop->service[0].whole_ps == 0 && stop->service[0].remainder == 0;
        stop->at_once = server->alone && !server->controlled && stop->plain && !stop->counts_wait &&
                        stream->first_stop == stream->last_stop &&
                        (stream->is_request ? in_no_time : stream->sink_every == INT64_MAX);
    }
}

bool lw_islands_make(lw_run_state *run) {
    mark_at_once(run);
    run->steady.island = LW_NEW_ARRAY(run->arena, lw_island, run->task_count);
    return run->steady.island != NULL;
}

// ---- Which tasks belong together ----

// Slots never run out: each used one has a task. One that was used before keeps its memory.
static uint32_t new_island(lw_steady *steady) {
    uint32_t index = steady->unused;
    if (index != LW_NONE) {
        steady->unused = steady->island[index].next;
    } else {
        index = (uint32_t)steady->used++;
    }
    lw_island *island = &steady->island[index];
    island->first_task = island->last_task = island->first_server = island->last_server = LW_NONE;
    island->size = 0;
    island->period = 0;
    island->left = false;
    return index;
}

static void drop_island(lw_steady *steady, uint32_t index) {
    lw_island *island = &steady->island[index];
    leave_line(steady, index);
    island->first_task = LW_NONE;
    island->next = steady->unused;
    steady->unused = index;
}

static void add_server(lw_run_state *run, uint32_t index, uint32_t server) {
    lw_island *island = &run->steady.island[index];
    run->server[server].in_island = index;
    run->server[server].next_in_island = LW_NONE;
    if (island->first_server == LW_NONE) {
        island->first_server = server;
    } else {
        run->server[island->last_server].next_in_island = server;
    }
    island->last_server = server;
}

static void add_task(lw_run_state *run, uint32_t index, uint32_t task) {
    lw_island *island = &run->steady.island[index];
    run->task[task].in_island = index;
    run->task[task].next_in_island = LW_NONE;
    if (island->first_task == LW_NONE) {
        island->first_task = task;
    } else {
        run->task[island->last_task].next_in_island = task;
    }
    island->last_task = task;
}

// The smaller one goes over to the larger one; returns that.
static uint32_t merge(lw_run_state *run, uint32_t a, uint32_t b) {
    lw_island *island = run->steady.island;
    uint32_t to = island[a].size >= island[b].size ? a : b;
    uint32_t from = to == a ? b : a;
    for (uint32_t next, s = island[from].first_server; s != LW_NONE; s = next) {
        next = run->server[s].next_in_island;
        add_server(run, to, s);
    }
    for (uint32_t next, t = island[from].first_task; t != LW_NONE; t = next) {
        next = run->task[t].next_in_island;
        add_task(run, to, t);
    }
    island[to].size += island[from].size;
    island[to].period = 0;
    island[to].left = island[to].left || island[from].left;
    lw_steady_stop(&island[from]);
    drop_island(&run->steady, from);
    return to;
}

static uint32_t take_server(lw_run_state *run, uint32_t index, uint32_t server) {
    uint32_t other = run->server[server].in_island;
    if (other == LW_NONE) {
        add_server(run, index, server);
    } else if (other != index) {
        index = merge(run, index, other);
    }
    return index;
}

// The stops of a task's streams follow each other.
static uint32_t end_of_stops(const lw_run_state *run, const lw_task_state *state) {
    bool asks = state->request != LW_NONE && run->stream[state->request].first_stop != LW_NONE;
    return run->stream[asks ? state->request : state->data].last_stop + 1;
}

void lw_islands_join(lw_run_state *run, uint32_t task) {
    if (run->steady.island == NULL) {
        return;
    }
    const lw_task_state *state = &run->task[task];
    if (state->in_island != LW_NONE) {  // of the instance that had the slot before, over the same servers
        lw_island_restart(run, &run->steady.island[state->in_island]);
        return;
    }
    uint32_t first = run->stream[state->data].first_stop, end = end_of_stops(run, state);
    uint32_t index = new_island(&run->steady);
    run->steady.island[index].size = end - first;
    add_task(run, index, task);
    for (uint32_t s = first; s < end; s++) {
        uint32_t server = run->stop[s].server;
        index = take_server(run, index, server);
        if (run->stop[s].causes_control) {
            index = take_server(run, index, run->server[server].control_opposite);
        }
    }
    lw_island_restart(run, &run->steady.island[index]);
}

void lw_islands_leave(lw_run_state *run, uint32_t task) {
    uint32_t island = run->task[task].in_island;
    if (island != LW_NONE) {
        run->steady.island[island].left = true;
        lw_island_restart(run, &run->steady.island[island]);
    }
}

// Without the tasks that have left it may be several islands.
static void divide(lw_run_state *run, uint32_t index) {
    lw_island *island = &run->steady.island[index];
    for (uint32_t next, s = island->first_server; s != LW_NONE; s = next) {
        next = run->server[s].next_in_island;
        run->server[s].in_island = LW_NONE;
    }
    uint32_t task = island->first_task;
    drop_island(&run->steady, index);
    for (uint32_t next; task != LW_NONE; task = next) {
        next = run->task[task].next_in_island;
        run->task[task].in_island = LW_NONE;
        if (run->task[task].phase == LW_PHASE_MOVING) {
            lw_islands_join(run, task);
        }
    }
}

// ---- Sleep ----

static uint32_t island_of(const lw_run_state *run, uint32_t key) {
    uint32_t entity = lw_event_entity(key);
    switch (lw_event_kind_of(key)) {
    case LW_EVENT_ARRIVE:
    case LW_EVENT_SERVE:
        return run->server[entity].in_island;
    case LW_EVENT_CREDIT:
        return run->server[run->loop[entity].server].in_island;
    case LW_EVENT_SINK:
        return run->task[run->stream[entity].task].in_island;
    case LW_EVENT_SOURCE:
        return run->task[entity].in_island;
    case LW_EVENT_READY:
    case LW_EVENT_TASK:
    case LW_EVENT_KINDS:
        break;
    }
    return LW_NONE;
}

static bool sleeps(const lw_run_state *run, uint32_t island) {
    return island != LW_NONE && run->steady.island[island].asleep;
}

static int64_t latest_ps(const lw_island *island) {
    return island->asleep_ps + island->periods * island->span_ps;
}

void lw_islands_sleep(lw_run_state *run, lw_island *island, int64_t span_ps, int64_t periods) {
    assert(!island->asleep && periods > 0);
    island->asleep = true;
    island->span_ps = span_ps;
    island->periods = periods;
    island->asleep_ps = run->now_ps;
    island->aside = LW_EVENT_NONE;
    island->aside_count = 0;
    run->steady.wake_ps =
        run->steady.asleep++ == 0 || latest_ps(island) < run->steady.wake_ps ? latest_ps(island) : run->steady.wake_ps;
}

static size_t pending_events(const lw_run_state *run, const lw_island *island) {
    size_t count = 0;
    for (uint32_t s = island->first_server; s != LW_NONE; s = run->server[s].next_in_island) {
        count += (run->server[s].flight.count > 0 ? 1U : 0U) + (run->server[s].serve_ps >= 0 ? 1U : 0U);
    }
    for (size_t l = 0; l < island->loops.count; l++) {
        count += run->loop[LW_LIST_ITEMS(&island->loops, uint32_t)[l]].back.count > 0 ? 1U : 0U;
    }
    for (uint32_t t = island->first_task; t != LW_NONE; t = run->task[t].next_in_island) {
        const lw_task_state *state = &run->task[t];
        const lw_stream *data = &run->stream[state->data];
        const lw_stream *request = state->request == LW_NONE ? NULL : &run->stream[state->request];
        bool more = state->offered < (request != NULL ? request : data)->total;
        count += (data->sink.count > 0 ? 1U : 0U) + (request != NULL && request->sink.count > 0 ? 1U : 0U) +
                 (lw_flow_of(run, t)->arrivals != LW_ARRIVALS_BACKLOG && more ? 1U : 0U);
    }
    return count;
}

// Events of the island that lie so far ahead that they are still in the queue.
static void fetch_events(lw_run_state *run, uint32_t index) {
    lw_island *island = &run->steady.island[index];
    size_t pending, kept = 0;
    lw_event *event = lw_event_gather(&run->queue, &pending);
    for (size_t i = 0; i < pending; i++) {
        if (island_of(run, event[i].key) == index) {
            lw_event_set_aside(&run->queue, event[i], &island->aside);
        } else {
            event[kept++] = event[i];
        }
    }
    lw_event_scatter(&run->queue, kept, run->queue.now_ps);
}

// Arrivals that float do not move on with the rest.
static void shift_arrivals(lw_run_state *run, const lw_island *island, int64_t shift_ps) {
    for (uint32_t slot = island->aside; slot != LW_EVENT_NONE; slot = run->queue.slot[slot].next) {
        lw_event *event = &run->queue.slot[slot];
        const uint32_t task = lw_event_entity(event->key);
        if (lw_event_kind_of(event->key) == LW_EVENT_SOURCE && run->task[task].floats) {
            event->time_ps = run->task[task].next_arrival_ps - shift_ps;
        }
    }
}

// Up to the last whole period before before_ps; INT64_MAX: all of them.
static void wake(lw_run_state *run, uint32_t index, int64_t before_ps) {
    lw_steady *steady = &run->steady;
    lw_island *island = &steady->island[index];
    int64_t periods = before_ps > island->asleep_ps ? island->periods : 0;
    if (island->span_ps > 0 && periods > 0 && (before_ps - 1 - island->asleep_ps) / island->span_ps < periods) {
        periods = (before_ps - 1 - island->asleep_ps) / island->span_ps;
    }
    if (island->aside_count < pending_events(run, island)) {
        fetch_events(run, index);
    }
    if (periods > 0) {
        lw_steady_jump(run, island, periods);
    }
    shift_arrivals(run, island, periods * island->span_ps);
    lw_event_put_back(&run->queue, island->aside, periods * island->span_ps);
    assert(island->asleep && run->steady.asleep > 0 && periods >= 0 && periods <= island->periods);
    island->asleep = false;
    steady->asleep--;
    lw_island_restart(run, island);
}

static void not_yet(lw_event_queue *queue, uint32_t key) {
    lw_event_push(queue, queue->now_ps, lw_event_kind_of(key), lw_event_entity(key));
    queue->taken--;
}

// Only those whose turn comes first: what they do may concern the others earlier than their own
// turn.
static void wake_first(lw_run_state *run, int64_t before_ps) {
    lw_steady *steady = &run->steady;
    int64_t due_ps = steady->wake_ps;
    int64_t next_ps = INT64_MAX;
    for (uint32_t p = 0; p < steady->used; p++) {
        if (!sleeps(run, p)) {
            continue;
        }
        int64_t latest = latest_ps(&steady->island[p]);
        if (latest <= due_ps) {
            wake(run, p, before_ps);
        } else {
            next_ps = latest < next_ps ? latest : next_ps;
        }
    }
    steady->wake_ps = next_ps;
}

// Everybody whose servers a slot's instance shares, or shares with its control traffic, wakes.
// False: all are awake.
static bool wake_around(lw_run_state *run, uint32_t key, uint32_t slot, bool *put_back) {
    const lw_task_state *state = &run->task[slot];
    const int64_t now_ps = run->queue.now_ps;
    bool woken = false;
    for (uint32_t s = run->stream[state->data].first_stop; s < end_of_stops(run, state); s++) {
        const lw_server_state *server = &run->server[run->stop[s].server];
        uint32_t opposite = server->control_opposite;
        uint32_t island[2] = {server->in_island, opposite == LW_NONE ? LW_NONE : run->server[opposite].in_island};
        for (int i = 0; i < 2; i++) {
            if (sleeps(run, island[i])) {
                if (!*put_back) {
                    not_yet(&run->queue, key);
                }
                *put_back = woken = true;
                wake(run, island[i], now_ps);
            }
        }
    }
    return woken;
}

// Instances that will wait for a resource see how busy their servers are from now on: these must
// have caught up. So must those of tasks that follow and run once.
static bool wake_watched(lw_run_state *run, uint32_t key) {
    const uint32_t task = lw_event_entity(key), resource = run->fabric->task[task].acquires;
    const lw_task_slots *slots = &run->slots[task];
    const lw_progress *progress = &run->progress;
    bool put_back = false, woken = false;
    if (resource == LW_NO_RESOURCE || run->resource[resource].free_slots >= slots->ready.count) {
        return false;
    }
    for (uint32_t s = slots->free; s != LW_NONE; s = run->task[s].next_free) {
        woken = (run->task[s].data != LW_NONE && wake_around(run, key, s, &put_back)) || woken;
    }
    for (size_t e = progress->first_edge[task]; e < progress->first_edge[task + 1]; e++) {
        const uint32_t behind = run->slots[progress->edge[e].task].first;
        const bool once = lw_task_count(&run->fabric->task[progress->edge[e].task]) == 1;
        woken = (once && run->task[behind].data != LW_NONE && wake_around(run, key, behind, &put_back)) || woken;
    }
    return woken;
}

static bool begins(const lw_run_state *run, uint32_t key) {
    const lw_task_state *state = &run->task[lw_event_entity(key)];
    return lw_event_kind_of(key) == LW_EVENT_TASK && state->phase == LW_PHASE_SUBMITTING && state->data != LW_NONE;
}

static bool ends(const lw_run_state *run, uint32_t key) {
    const lw_stream *stream = &run->stream[lw_event_entity(key)];
    return lw_event_kind_of(key) == LW_EVENT_SINK && !stream->is_request && stream->sink.count > 0 &&
           lw_fifo_at(&stream->sink, 0)->id == LW_SINK_LAST;
}

bool lw_islands_hold(lw_run_state *run, uint32_t key) {
    int64_t now_ps = run->queue.now_ps;
    if (now_ps >= run->steady.wake_ps) {
        not_yet(&run->queue, key);
        wake_first(run, now_ps);
        return true;
    }
    uint32_t island = island_of(run, key);
    bool put_back = false;
    if (lw_event_kind_of(key) == LW_EVENT_READY) {
        return wake_watched(run, key);
    }
    if (begins(run, key)) {
        return wake_around(run, key, lw_event_entity(key), &put_back);
    }
    if (!sleeps(run, island)) {
        return ends(run, key) && wake_around(run, key, run->stream[lw_event_entity(key)].task, &put_back);
    }
    lw_event_set_aside(&run->queue, (lw_event){now_ps, key, LW_EVENT_NONE}, &run->steady.island[island].aside);
    run->steady.island[island].aside_count++;
    run->queue.taken--;
    return true;
}

bool lw_islands_wake(lw_run_state *run) {
    size_t asleep = run->steady.asleep;
    while (asleep > 0 && run->steady.asleep == asleep) {
        // the first time it may find that the first to wake already has
        wake_first(run, INT64_MAX);
    }
    return asleep > 0;
}

void lw_islands_step(lw_run_state *run) {
    lw_steady *steady = &run->steady;
    uint32_t ticked = steady->ticked;
    steady->ticked = LW_NONE;
    uint32_t first = steady->line_first;
    if (first != LW_NONE && run->queue.taken >= steady->island[first].choose_at) {
        leave_line(steady, first);
        if (steady->island[first].left) {
            divide(run, first);
        } else {
            lw_steady_choose(run, &steady->island[first]);
        }
    }
    if (ticked != LW_NONE && steady->island[ticked].anchor != NULL) {
        lw_steady_step(run, &steady->island[ticked]);
    }
}
