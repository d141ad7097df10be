// SPDX-License-Identifier: GPL-3.0-or-later
// Packets pass servers: queueing, round robin, cut-through, credits, control traffic and replays,
// one event at a time.
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <string.h>

#include "sim/engine/packet/state.h"

void lw_schedule(lw_run_state *run, int64_t time_ps, lw_event_kind kind, uint32_t entity) {
    LW_ASSERT_EACH_PACKET(time_ps >= run->now_ps);
    lw_event_push(&run->queue, time_ps, kind, entity);
}

void lw_fifo_grow(lw_run_state *run, lw_fifo *fifo) {
    const uint32_t before = fifo->capacity, capacity = before == 0 ? 8 : 2 * before;
    const size_t size = sizeof *fifo->entry;
    lw_fifo_entry *grown = capacity == 0 ? NULL : lw_arena_grow(run->arena, fifo->entry, before * size, capacity * size);
    if (grown == NULL) {
        run->failed = true;
        return;
    }
    // What had gone round to the beginning follows the rest.
    fifo->first &= before - 1;
    memcpy(grown + before, grown, (before > 0 ? fifo->first : 0) * size);
    fifo->entry = grown;
    fifo->capacity = capacity;
}

// Push onto a FIFO whose head stands in the event queue.
static inline void push_head(lw_run_state *run, lw_fifo *fifo, int64_t time_ps, int64_t id, lw_event_kind kind, uint32_t entity) {
    if (fifo->count == 0) {
        lw_schedule(run, time_ps, kind, entity);
    }
    lw_fifo_push(run, fifo, time_ps, id);
}

static inline lw_fifo_entry pop_head(lw_run_state *run, lw_fifo *fifo, lw_event_kind kind, uint32_t entity) {
    lw_fifo_entry entry = lw_fifo_pop(fifo);
    if (fifo->count > 0) {
        lw_schedule(run, lw_fifo_head_ps(fifo), kind, entity);
    }
    return entry;
}

static inline void schedule_serve(lw_run_state *run, uint32_t server) {
    lw_server_state *s = &run->server[server];
    if (s->serve_ps < 0) {
        s->serve_ps = s->free_ps > run->now_ps ? s->free_ps : run->now_ps;
        lw_schedule(run, s->serve_ps, LW_EVENT_SERVE, server);
    }
}

// Occupy the server from begin_ps on; returns the end. Inside a busy period the remainder is
// carried, so n services back to back take exactly n times one.
static inline int64_t occupy(lw_server_state *server, int64_t begin_ps, const lw_service *service) {
    LW_ASSERT_EACH_PACKET(server->free_ps <= begin_ps);
    int64_t remainder = (server->free_ps < begin_ps ? 0 : server->remainder) + service->remainder;
    bool carry = remainder >= server->den;
    int64_t end_ps = begin_ps + service->whole_ps + carry;
    server->remainder = carry ? remainder - server->den : remainder;
    server->free_ps = end_ps;
    server->busy_ps += end_ps - begin_ps;
    return end_ps;
}

// Units until the next bad one: geometric, by inversion. In doubles because 1e-12 per unit exceeds
// 32 bits.
void lw_draw_good_units(lw_server_state *server) {
    double draw = floor(log(gsl_rng_uniform_pos(server->random)) / log1p(-server->error_probability));
    server->good_units = draw < 9e18 ? (int64_t)draw : INT64_MAX - 1;
}

void lw_draw_outage(lw_server_state *server, int64_t after_ps) {
    double gap_ps = gsl_ran_exponential(server->outage_random, (double)server->outage_gap_ps);
    double length_ps = gsl_ran_exponential(server->outage_random, (double)server->outage_ps);
    // Beyond the end of all runs, yet far from overflow.
    server->outage_at_ps = after_ps + (int64_t)fmin(gap_ps, (double)LW_TIME_MAX);
    server->outage_end_ps = server->outage_at_ps + (int64_t)fmin(length_ps, (double)LW_TIME_MAX / 2);
}

// When a packet that could start at begin_ps does start: after an outage, after the medium has
// turned round.
static int64_t wait_for_medium(lw_run_state *run, lw_server_state *server, const lw_stop *stop, int64_t begin_ps) {
    if (server->back != stop->back) {
        server->back = stop->back;
        begin_ps += server->turnaround_ps;
    }
    while (begin_ps >= server->outage_at_ps && begin_ps <= LW_TIME_MAX) {
        begin_ps = begin_ps > server->outage_end_ps ? begin_ps : server->outage_end_ps;
        lw_draw_outage(server, server->outage_end_ps);
        lw_island_changed(run, stop->server);
    }
    return begin_ps;
}

// A bad packet is sent again. Go-back-N: nothing useful passes until the replay; what was sent
// meanwhile is repeated, so the delay is paid by the wire. Selective: only this packet passes
// twice, but what follows is held back at the receiver.
static int64_t replay(lw_run_state *run, lw_server_state *server, const lw_stop *stop, bool last, int64_t begin_ps) {
    int64_t wire_bytes = stop->wire_bytes[last];
    int64_t units = (wire_bytes + server->unit_bytes - 1) / server->unit_bytes;
    while (server->good_units < units && begin_ps <= LW_TIME_MAX) {
        server->replays++;
        server->replay_wire_bytes += wire_bytes;
        lw_draw_good_units(server);
        begin_ps = occupy(server, begin_ps, &stop->service[last]);
        if (server->replay == LW_REPLAY_GO_BACK_N) {
            begin_ps += server->replay_ps;
        } else {
            int64_t ready_ps = begin_ps + server->replay_ps + stop->service[last].whole_ps + 1 + server->latency_ps;
            server->in_order_ps = ready_ps > server->in_order_ps ? ready_ps : server->in_order_ps;
        }
        lw_island_changed(run, stop->server);
    }
    server->good_units -= units;
    return begin_ps;
}

// The far side answers arriving packets with control traffic, which goes before any packet that
// waits on the opposite server: append it to what that server is sending.
static void send_control(lw_run_state *run, lw_server_state *server) {
    lw_server_state *opposite = &run->server[server->control_opposite];
    int64_t begin_ps = opposite->free_ps > run->now_ps ? opposite->free_ps : run->now_ps;
    occupy(opposite, begin_ps, &server->control);
    opposite->control_parts += server->control.whole_ps * opposite->den + server->control.remainder;
    server->control_next_ps = run->now_ps + server->control_interval_ps;
}

void lw_control_change(lw_run_state *run, uint32_t slot, int sign) {
    const uint32_t streams[2] = {run->task[slot].data, run->task[slot].request};
    for (int i = 0; i < 2; i++) {
        const lw_stream *stream = streams[i] != LW_NONE ? &run->stream[streams[i]] : NULL;
        for (uint32_t s = stream != NULL ? stream->first_stop : LW_NONE; s != LW_NONE && s <= stream->last_stop; s++) {
            const lw_stop *stop = &run->stop[s];
            if (stop->control_share > 0) {
                const uint32_t opposite = run->server[stop->server].control_opposite;
                lw_server_state *server = &run->server[opposite];
                const bool before = server->control_movers > 0;
                server->control_movers += sign;
                if (before != (server->control_movers > 0)) {
                    server->control_since_ps += before ? run->now_ps : -run->now_ps;
                    lw_island_changed(run, opposite);
                }
            }
        }
    }
}

// Credits: this packet fills the buffer behind the server, and leaves the one it comes from when
// its tail has passed (end_ps).
static void move_credits(lw_run_state *run, lw_server_state *server, const lw_stop *stop, bool last, int64_t end_ps) {
    int64_t units = stop->units[last];
    lw_credits *credits = &server->credits[stop->kind];
    if (credits->packets != LW_CREDITS_INFINITE) {
        credits->packets--;
    }
    if (credits->data_units != LW_CREDITS_INFINITE) {
        credits->data_units -= units;
    }
    LW_ASSERT_EACH_PACKET(credits->packets >= 0 && credits->data_units >= 0);
    if (stop->frees != LW_NONE) {
        lw_credit_loop *loop = &run->loop[stop->frees];
        const lw_stop *previous = stop - 1;
        push_head(run, &loop->back, end_ps + loop->return_ps, previous->units[last], LW_EVENT_CREDIT, stop->frees);
    }
    if (stop->sink_frees != LW_NONE) {
        lw_credit_loop *loop = &run->loop[stop->sink_frees];
        push_head(run, &loop->back, end_ps + server->latency_ps + loop->return_ps, units, LW_EVENT_CREDIT, stop->sink_frees);
    }
}

// The last stop: somebody may want to know when the packet has arrived.
static inline void deliver(lw_run_state *run, lw_server_state *server, lw_stop *stop, bool last, int64_t end_ps) {
    if (last || --stop->until_sink == 0) {
        lw_stream *stream = &run->stream[stop->stream];
        stop->until_sink = stream->sink_every;
        int64_t at_ps = end_ps + server->latency_ps;
        at_ps = (at_ps > server->in_order_ps ? at_ps : server->in_order_ps) + stream->sink_ps;
        push_head(run, &stream->sink, at_ps, last ? LW_SINK_LAST : 1, LW_EVENT_SINK, stop->stream);
    }
}

// All that a start causes where packets do not cost time alone.
static void side_effects(lw_run_state *run, lw_server_state *server, const lw_stop *stop, bool last, int64_t end_ps) {
    if (stop->causes_control && run->now_ps >= server->control_next_ps &&
        (server->control_packets || run->server[server->control_opposite].control_movers == 0)) {
        send_control(run, server);
    }
    if (stop->credited) {
        move_credits(run, server, stop, last, end_ps);
    }
    if (stop->wakes_previous && stop[-1].queued > 0) {
        schedule_serve(run, stop[-1].server);
    }
}

// The packet at the head of the stop's queue starts now on its idle server. Where its bytes trickle
// in it takes the server for the time of its bytes, and its tail leaves no sooner than it comes: of
// the packets that wait only the last to come can still lack its tail, for the stop that it trickles
// from sends one after the other.
static inline void start_packet(lw_run_state *run, lw_stop *stop, lw_server_state *server) {
    LW_ASSERT_EACH_PACKET(stop->started < stop->total && stop->queued >= 0);
    bool last = ++stop->started == stop->total;
    int64_t begin_ps = run->now_ps;
    if (stop->medium) {
        begin_ps = wait_for_medium(run, server, stop, begin_ps);
        if (server->good_units != INT64_MAX) {
            begin_ps = replay(run, server, stop, last, begin_ps);
        }
    }
    // Before a packet that finds the server idle, control has gone in the gap.
    bool shared = server->control_movers > 0 && server->free_ps == run->now_ps;
    int64_t end_ps = occupy(server, begin_ps, shared ? &stop->shared[last] : &stop->service[last]);
    const bool trickles = stop->trickle && stop->queued == 0;
    if (trickles && stop->tail_ps > end_ps) {
        end_ps = stop->tail_ps;
    }
    if (stop->next != LW_NONE) {
        int64_t at_ps = (stop->stores ? end_ps : begin_ps) + server->latency_ps;
        if (at_ps < server->in_order_ps) {
            at_ps = server->in_order_ps;
        } else if (stop->stores && stop->trickle) {
            server->in_order_ps = at_ps;
        }
        push_head(run, &server->flight, at_ps, stop->next, LW_EVENT_ARRIVE, stop->server);
        if (stop->feeds) {
            const int64_t own_ps = begin_ps + stop->service[last].whole_ps;
            const int64_t tail_ps = trickles && stop->tail_ps > own_ps ? stop->tail_ps : own_ps;
            lw_fifo_push(run, &stop[1].tails, tail_ps + server->latency_ps, stop->next);
        }
    } else {
        deliver(run, server, stop, last, end_ps);
    }
    if (!stop->plain) {
        side_effects(run, server, stop, last, end_ps);
    }
    if (stop->ticks != LW_NONE) {
        run->steady.ticked = stop->ticks;
    }
    if (last) {
        lw_island_changed(run, stop->server);
    }
}

// All that waits but the last, back to back behind the packet that has just started.
static void serve_at_once(lw_run_state *run, lw_stop *stop, lw_server_state *server) {
    const lw_service *one = &stop->service[0];
    const int64_t fit = (LW_TIME_MAX - server->free_ps) / (one->whole_ps + 1);
    const int64_t packets = stop->queued - 1 < fit ? stop->queued - 1 : fit;
    if (packets <= 0) {
        return;
    }
    const lw_int128 parts = (lw_int128)packets * one->remainder + server->remainder;
    const int64_t took_ps = packets * one->whole_ps + (int64_t)(parts / server->den);
    server->remainder = (int64_t)(parts % server->den);
    server->free_ps += took_ps;
    server->busy_ps += took_ps;
    stop->started += packets;
    stop->queued -= packets;
    lw_stream *stream = &run->stream[stop->stream];
    if (stream->is_request) {  // in no time: all of them arrive as one
        const int64_t at_ps = server->free_ps + server->latency_ps + stream->sink_ps;
        push_head(run, &stream->sink, at_ps, packets, LW_EVENT_SINK, stop->stream);
    }
}

static inline void wait_in_line(lw_run_state *run, lw_server_state *server, uint32_t index) {
    run->input[index].next_waiting = LW_NONE;
    if (server->waiting_first == LW_NONE) {
        server->waiting_first = index;
    } else {
        run->input[server->waiting_last].next_waiting = index;
    }
    server->waiting_last = index;
}

static void serve(lw_run_state *run, uint32_t index);

// alone: nothing else happens in this event, so that what would be the next one may follow at once.
static inline void join_queue(lw_run_state *run, uint32_t index, int64_t packets, bool alone) {
    lw_stop *stop = &run->stop[index];
    lw_server_state *server = &run->server[stop->server];
    if (server->alone && packets == 1 && stop->queued == 0 && server->free_ps <= run->now_ps) {
        start_packet(run, stop, server);
        return;
    }
    if (stop->counts_wait) {
        stop->wait_ps -= (lw_int128)packets * run->now_ps;
    }
    lw_input *input = &run->input[stop->input];
    if ((input->shared ? input->queued : stop->queued) == 0) {
        wait_in_line(run, server, stop->input);
    }
    stop->queued += packets;
    if (input->shared) {
        lw_input_join(run, input, index, packets);
    }
    const uint32_t key = lw_event_key(LW_EVENT_SERVE, stop->server);
    if (alone && !run->failed && server->serve_ps < 0 && server->free_ps <= run->now_ps && lw_event_is_next(&run->queue, key)) {
        server->serve_ps = run->now_ps;
        run->queue.taken++;
        serve(run, stop->server);
    } else {
        schedule_serve(run, stop->server);
    }
}

void lw_stop_arrive(lw_run_state *run, uint32_t index, int64_t packets) {
    join_queue(run, index, packets, false);
}

// The stop of an input whose packet may start now; the packet leaves the queue.
static inline uint32_t take_from(lw_run_state *run, const lw_server_state *server, uint32_t index) {
    lw_input *input = &run->input[index];
    uint32_t taken = input->stop;
    if (input->shared) {
        taken = lw_input_take(run, input);
        if (taken == LW_NONE) {
            return LW_NONE;
        }
    } else if (server->limited && !(lw_buffer_has_room(run, &run->stop[taken]) && lw_has_credits(server, &run->stop[taken]))) {
        return LW_NONE;
    }
    run->stop[taken].queued--;
    return taken;
}

// Round robin: the first input in line of which a packet may start goes, and joins the end of the
// line if it has more.
static void serve(lw_run_state *run, uint32_t index) {
    lw_server_state *server = &run->server[index];
    LW_ASSERT_EACH_PACKET(server->serve_ps == run->now_ps);
    server->serve_ps = -1;
    if (server->free_ps > run->now_ps) {
        schedule_serve(run, index);
        return;
    }
    uint32_t previous = LW_NONE, taken = LW_NONE;
    uint32_t turn = server->waiting_first;
    while (turn != LW_NONE && (taken = take_from(run, server, turn)) == LW_NONE) {
        previous = turn;
        turn = run->input[turn].next_waiting;
    }
    if (turn == LW_NONE) {
        return;
    }
    lw_stop *stop = &run->stop[taken];
    const lw_input *input = &run->input[turn];
    if (stop->counts_wait) {
        stop->wait_ps += run->now_ps;
    }
    bool more = (input->shared ? input->queued : stop->queued) > 0;
    if (!more || input->next_waiting != LW_NONE) {
        if (previous == LW_NONE) {
            server->waiting_first = input->next_waiting;
        } else {
            run->input[previous].next_waiting = input->next_waiting;
        }
        if (server->waiting_last == turn) {
            server->waiting_last = previous;
        }
        if (more) {
            wait_in_line(run, server, turn);
        }
    }
    start_packet(run, stop, server);
    if (stop->at_once && stop->queued > 1) {
        serve_at_once(run, stop, server);
    }
    if (server->waiting_first != LW_NONE) {
        schedule_serve(run, index);
    }
}

static void credit(lw_run_state *run, uint32_t index) {
    lw_credit_loop *loop = &run->loop[index];
    lw_fifo_entry back = pop_head(run, &loop->back, LW_EVENT_CREDIT, index);
    lw_server_state *server = &run->server[loop->server];
    lw_credits *credits = &server->credits[loop->kind];
    if (credits->packets != LW_CREDITS_INFINITE) {
        credits->packets++;
    }
    if (credits->data_units != LW_CREDITS_INFINITE) {
        credits->data_units += back.id;
    }
    if (server->waiting_first != LW_NONE) {
        schedule_serve(run, loop->server);
    }
}

// The packet that has been longest on its way comes to its next stop.
static inline void arrive(lw_run_state *run, uint32_t server) {
    const uint32_t index = (uint32_t)pop_head(run, &run->server[server].flight, LW_EVENT_ARRIVE, server).id;
    if (run->stop[index].trickle) {
        run->stop[index].tail_ps = lw_fifo_pop(&run->stop[index].tails).time_ps;
    }
    join_queue(run, index, 1, true);
}

void lw_packet_step(lw_run_state *run, uint32_t key) {
    uint32_t entity = lw_event_entity(key);
    switch (lw_event_kind_of(key)) {
    case LW_EVENT_ARRIVE:
        arrive(run, entity);
        break;
    case LW_EVENT_CREDIT:
        credit(run, entity);
        break;
    case LW_EVENT_SINK:
        lw_task_sink(run, entity);
        break;
    case LW_EVENT_READY:
        lw_task_ready(run, entity);
        break;
    case LW_EVENT_TASK:
        lw_task_event(run, entity);
        break;
    case LW_EVENT_SOURCE:
        lw_task_source(run, entity);
        break;
    case LW_EVENT_SERVE:
        serve(run, entity);
        break;
    case LW_EVENT_KINDS:
        break;
    }
}
