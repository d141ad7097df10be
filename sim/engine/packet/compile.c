// SPDX-License-Identifier: GPL-3.0-or-later
// Fabric -> state of a run: streams and stops with their service times, credit loops, random
// streams.
#include <assert.h>
#include <math.h>

#include "sim/base/map.h"
#include "sim/engine/packet/state.h"

// One seed a stream of random numbers from the seed of the run. identity: of what draws; 0: its
// index.
static gsl_rng *new_random(uint64_t seed, uint64_t kind, uint64_t identity, uint64_t index) {
    gsl_rng *random = gsl_rng_alloc(gsl_rng_taus2);
    if (random != NULL) {
        gsl_rng_set(random, lw_mix(lw_mix(seed ^ lw_mix(kind)) ^ (identity != 0 ? identity : index)) & UINT64_C(0xffffffff));
    }
    return random;
}

static bool in_limits(int64_t value) {
    return value >= 0 && value <= LW_SPAN_MAX;
}

// Time of a packet of wire_bytes on a server; false when it exceeds LW_SPAN_MAX.
static bool service_of(lw_fraction pace, int64_t packet_ps, int64_t wire_bytes, lw_service *out) {
    lw_int128 parts = (lw_int128)wire_bytes * pace.num;
    lw_int128 whole = parts / pace.den + packet_ps;
    if (whole > LW_SPAN_MAX) {
        return false;
    }
    out->whole_ps = (int64_t)whole;
    out->remainder = (int64_t)(parts % pace.den);
    return true;
}

static bool is_finite(const lw_credits *credits) {
    return credits->packets != LW_CREDITS_INFINITE || credits->data_units != LW_CREDITS_INFINITE;
}

bool lw_server_fits(const lw_server *server) {
    return server->ps_per_byte.den > 0 && server->ps_per_byte.num >= 0 && server->error_probability < 0.9 &&
           in_limits(server->packet_ps) && in_limits(server->latency_ps) && in_limits(server->credit_return_ps) &&
           in_limits(server->replay_ps) && in_limits(server->control_bytes) && in_limits(server->control_interval_ps) &&
           in_limits(server->turnaround_ps) && in_limits(server->outage_gap_ps) && in_limits(server->outage_ps) &&
           in_limits(server->error_unit_bytes) && in_limits(server->data_unit_bytes);
}

static lw_status make_server(const lw_run_state *run, size_t index, uint64_t seed, lw_server_state *out) {
    const lw_server *in = &run->fabric->server[index];
    out->of = (uint32_t)index;
    out->free_ps = -1;
    out->den = run->pace[index].den;
    out->latency_ps = in->latency_ps;
    out->serve_ps = -1;
    out->waiting_first = out->waiting_last = LW_NONE;
    out->first_loop = out->in_island = LW_NONE;
    out->control_opposite = in->control_bytes > 0 ? in->opposite : LW_NONE;
    out->control_packets = out->control_opposite != LW_NONE && (in->control_by_timer || in->control_for_writes);
    out->control_interval_ps = in->control_for_writes ? 0 : in->control_interval_ps;
    if (out->control_opposite != LW_NONE && !service_of(run->pace[in->opposite], 0, in->control_bytes, &out->control)) {
        return LW_LIMIT;
    }
    for (int kind = 0; kind < LW_PACKET_KINDS; kind++) {
        const lw_credits *given = &in->credits[kind];
        out->credits[kind].packets = given->packets > 0 ? given->packets : LW_CREDITS_INFINITE;
        out->credits[kind].data_units = given->data_units > 0 ? given->data_units : LW_CREDITS_INFINITE;
    }
    if (run->apart[index] && !lw_costs_time_alone(in)) {
        return LW_INTERNAL;  // a LW_SERVER_FORWARD with more than costs
    }
    out->turnaround_ps = in->turnaround_ps;
    out->outage_at_ps = INT64_MAX;
    if (in->outage_ps > 0 && in->outage_gap_ps > 0) {
        out->outage_gap_ps = in->outage_gap_ps;
        out->outage_ps = in->outage_ps;
        out->outage_random = new_random(seed, 3, in->identity, index);
        if (out->outage_random == NULL) {
            return LW_NO_MEMORY;
        }
        lw_draw_outage(out, 0);
    }
    out->good_units = INT64_MAX;
    if (in->error_probability > 0 && in->replay != LW_REPLAY_NONE) {
        out->error_probability = in->error_probability;
        out->unit_bytes = in->error_unit_bytes > 0 ? in->error_unit_bytes : 1;
        out->replay = in->replay;
        out->replay_ps = in->replay_ps;
        out->random = new_random(seed, 1, in->identity, index);
        if (out->random == NULL) {
            return LW_NO_MEMORY;
        }
        lw_draw_good_units(out);
    }
    return LW_OK;
}

static uint32_t add_loop(lw_run_state *run, uint32_t task, uint32_t server, lw_packet_kind kind) {
    lw_credit_loop *loop = &run->loop[run->loop_count];
    loop->server = server;
    loop->task = task;
    loop->next_of_server = run->server[server].first_loop;
    run->server[server].first_loop = (uint32_t)run->loop_count;
    loop->kind = kind;
    loop->return_ps = run->fabric->server[server].credit_return_ps;
    run->server[server].limited = true;
    return (uint32_t)run->loop_count++;
}

static int64_t ceil_divide(int64_t a, int64_t b) {
    return a / b + (a % b != 0);
}

// A packet is sent ten times on average at most: more would be a run without an end.
static bool gets_through(const lw_server_state *server, int64_t wire_bytes) {
    return server->good_units == INT64_MAX ||
           pow(1 - server->error_probability, (double)ceil_divide(wire_bytes, server->unit_bytes)) > 0.1;
}

static uint32_t server_of_stop(lw_run_state *run, const lw_hop *hop) {
    if (!run->apart[hop->server] || !run->server[hop->server].used) {
        return hop->server;
    }
    run->server[run->server_count] = run->server[hop->server];
    return (uint32_t)run->server_count++;
}

// What a stream is made of.
typedef struct path {
    const lw_hop *hop;
    size_t count;
    int64_t total;                   // packets
    int64_t full_bytes, last_bytes;  // payload
    int64_t sink_every;
} path;

// What an instance of so many bytes makes of its flow.
static int64_t full_packet_bytes(const lw_flow *flow, int64_t bytes) {
    int64_t packet = flow->packet_bytes < bytes ? flow->packet_bytes : bytes;
    return flow->kind == LW_FLOW_READ && flow->request_bytes < packet ? flow->request_bytes : packet;
}

static path data_path(const lw_flow *flow, int64_t bytes) {
    int64_t packet = full_packet_bytes(flow, bytes), total = ceil_divide(bytes, packet);
    int64_t every = flow->kind == LW_FLOW_READ              ? ceil_divide(flow->request_bytes, packet)
                    : flow->arrivals == LW_ARRIVALS_POISSON ? 1
                                                            : INT64_MAX;
    return (path){flow->data, flow->data_count, total, packet, bytes - (total - 1) * packet, every};
}

static path request_path(const lw_flow *flow, int64_t bytes) {
    return (path){flow->request, flow->request_count, ceil_divide(bytes, flow->request_bytes), 0, 0, 1};
}

// In place of an upstream server: the engine of a task that has several instances under way.
#define OWN_ENGINE UINT32_C(0x80000000)

// The last server of hops that is no memory: a memory hands on in the order in which it was asked.
static uint32_t last_queue(const lw_run_state *run, const lw_hop *hop, size_t count) {
    while (count > 0 && run->fabric->server[hop[count - 1].server].role == LW_SERVER_MEMORY) {
        count--;
    }
    return count > 0 ? hop[count - 1].server : LW_NO_SERVER;
}

// What packets at a hop came over. Where a read is answered that is the last server of its request;
// where a device's own engines begin, nothing: they take turns, each with all that it has under way,
// but paced instances each for themselves, as the cores of a processor.
static uint32_t upstream_of(const lw_run_state *run, const lw_stream *stream, const path *over, const lw_hop *hop) {
    uint32_t upstream = last_queue(run, over->hop, (size_t)(hop - over->hop));
    const lw_flow *flow = lw_flow_of(run, stream->task);
    if (upstream == LW_NO_SERVER && flow->kind == LW_FLOW_READ && !stream->is_request) {
        upstream = last_queue(run, flow->request, flow->request_count);
    }
    const uint32_t task = run->task[stream->task].task;
    const bool together = run->slots[task].count > 1 && flow->arrivals == LW_ARRIVALS_BACKLOG;
    return upstream == LW_NO_SERVER && together ? OWN_ENGINE | task : upstream;
}

// Where packets of a stop wait, and whom they hold up.
static void join_stop(lw_run_state *run, const lw_stream *stream, const path *over, const lw_hop *hop) {
    const uint32_t index = stream->first_stop + (uint32_t)(hop - over->hop);
    const lw_fabric *fabric = run->fabric;
    lw_stop *stop = &run->stop[index];
    lw_server_state *state = &run->server[stop->server];
    if (stop->buffer != INT64_MAX) {
        state->limited = true;
    }
    stop->input = lw_input_of(run, upstream_of(run, stream, over, hop), index);
    if (index != stream->first_stop) {
        const lw_stop *previous = stop - 1;
        const lw_server_state *before = &run->server[previous->server];
        stop->wakes_previous = previous->buffer != INT64_MAX;
        if (is_finite(&before->credits[stream->kind]) && !fabric->server[before->of].credit_on_arrival) {
            stop->frees = add_loop(run, stream->task, previous->server, stream->kind);
        }
    }
    if ((index == stream->last_stop || fabric->server[state->of].credit_on_arrival) && is_finite(&state->credits[stream->kind])) {
        stop->sink_frees = add_loop(run, stream->task, stop->server, stream->kind);
    }
}

static lw_status make_stop(lw_run_state *run, const lw_stream *stream, const path *over, const lw_hop *hop) {
    uint32_t index = stream->first_stop + (uint32_t)(hop - over->hop);
    lw_stop *stop = &run->stop[index];
    assert(hop->server < run->fabric->server_count);
    if (!in_limits(hop->overhead_bytes) || !in_limits(hop->granule_bytes - 1) || !in_limits(hop->segment_bytes) ||
        !in_limits(hop->buffer_packets)) {
        return LW_LIMIT;
    }
    // What backs up at the source of a backlog is not queueing delay, nor are requests that leave
    // as others are answered.
    bool arrives = lw_flow_of(run, stream->task)->arrivals != LW_ARRIVALS_BACKLOG;
    *stop = (lw_stop){.server = server_of_stop(run, hop),
                      .stream = (uint32_t)(stream - run->stream),
                      .next = index == stream->last_stop ? LW_NONE : index + 1,
                      .ticks = LW_NONE,
                      .buffer = hop->buffer_packets > 0 && index != stream->last_stop ? hop->buffer_packets : INT64_MAX,
                      .counts_wait =
                          arrives || (!stream->is_request && (index != stream->first_stop || stream->sink_every != INT64_MAX)),
                      .kind = stream->kind,
                      .back = hop->back,
                      .frees = LW_NONE,
                      .sink_frees = LW_NONE};
    const lw_server_state *state = &run->server[stop->server];
    const lw_server *server = &run->fabric->server[state->of];
    stop->causes_control =
        state->control_opposite != LW_NONE &&
        (server->control_for_writes ? stop->kind == LW_PACKET_WRITE : state->control_packets || stream->is_request);
    run->server[stop->server].used = true;
    join_stop(run, stream, over, hop);
    return LW_OK;
}

// From one packet of a stream to the next where it goes as fast as the slowest server of its path
// lets it.
static int64_t spacing_ps(const lw_run_state *run, const lw_stream *stream) {
    const lw_flow *flow = lw_flow_of(run, stream->task);
    int64_t slowest_ps = 1;
    for (uint32_t s = stream->first_stop; s <= stream->last_stop; s++) {
        slowest_ps = run->stop[s].service[0].whole_ps > slowest_ps ? run->stop[s].service[0].whole_ps : slowest_ps;
    }
    return flow->arrivals != LW_ARRIVALS_BACKLOG && flow->gap_ps > slowest_ps ? flow->gap_ps : slowest_ps;
}

// Of the opposite server's time, for control_bytes once in so long.
static int64_t share_of(const lw_run_state *run, const lw_server *server, lw_int128 interval_ps) {
    const lw_fraction pace = run->pace[server->opposite];
    const lw_int128 parts = (lw_int128)server->control_bytes * pace.num * LW_SHARE_WHOLE;
    const lw_int128 share = parts / pace.den / (interval_ps > 0 ? interval_ps : 1);
    return share < LW_SHARE_WHOLE / 2 ? (int64_t)share : LW_SHARE_WHOLE / 2;
}

// The control traffic that a stream of data causes, while it moves, opposite to each of its stops.
// Requests come in bursts: they cause packets, where no stream of data goes the same way.
static void share_stream(lw_run_state *run, const lw_stream *stream) {
    const int64_t spacing = spacing_ps(run, stream);
    for (uint32_t s = stream->first_stop; stream->first_stop != LW_NONE && s <= stream->last_stop; s++) {
        lw_stop *stop = &run->stop[s];
        const lw_server_state *state = &run->server[stop->server];
        const lw_server *server = &run->fabric->server[state->of];
        if (state->control_opposite != LW_NONE && !state->control_packets) {
            // The first packet after the interval brings it, so a whole number of packets apart.
            const int64_t own_ps = state->control.whole_ps;
            const int64_t packets =
                server->control_interval_ps - own_ps > spacing ? ceil_divide(server->control_interval_ps - own_ps, spacing) : 1;
            lw_server_state *opposite = &run->server[state->control_opposite];
            stop->control_share = share_of(run, server, (lw_int128)packets * spacing);
            opposite->control_share =
                opposite->control_share > stop->control_share ? opposite->control_share : stop->control_share;
        }
    }
}

// What packets take while control traffic has its share of the server: at a rate so much lower.
static bool share_service(const lw_run_state *run, lw_stop *stop) {
    const lw_server_state *state = &run->server[stop->server];
    const lw_fraction pace = run->pace[state->of];
    const int64_t left = LW_SHARE_WHOLE - state->control_share;
    const lw_fraction slower = {(int64_t)(((lw_int128)pace.num * LW_SHARE_WHOLE + left / 2) / left), pace.den};
    bool fits = true;
    for (int last = 0; last < 2; last++) {
        fits = fits && service_of(slower, run->fabric->server[state->of].packet_ps, stop->wire_bytes[last], &stop->shared[last]);
    }
    return fits;
}

// Both directions of a link give the same share, the larger one: with byte times that differ by
// little their packets would not come back to the same phase for long.
static bool share_servers(lw_run_state *run) {
    bool fits = true;
    for (size_t s = 0; s < run->fabric->server_count; s++) {
        lw_server_state *server = &run->server[s];
        const uint32_t opposite = server->control_opposite;
        if (opposite != LW_NONE && run->server[opposite].control_share > server->control_share && server->control_share > 0) {
            server->control_share = run->server[opposite].control_share;
        }
    }
    for (size_t i = 0; fits && i < run->stop_count; i++) {
        fits = share_service(run, &run->stop[i]);
    }
    return fits;
}

// Times and sizes of a stream's packets at its stops.
static lw_status size_stream(lw_run_state *run, lw_stream *stream, const path *over) {
    int64_t slowest_ps[2] = {0, 0};  // of the stops that a tail may trickle from
    stream->total = over->total;
    stream->sink_every = over->sink_every;
    for (size_t i = 0; i < over->count; i++) {
        const lw_hop *hop = &over->hop[i];
        lw_stop *stop = &run->stop[stream->first_stop + i];
        const lw_server *server = &run->fabric->server[hop->server];
        const int64_t unit = server->data_unit_bytes > 0 ? server->data_unit_bytes : 1;
        const int64_t bytes[2] = {over->full_bytes, over->last_bytes};
        stop->total = over->total;
        stop->stores = i + 1 < over->count && hop[1].store_forward;
        stop->trickle = stop->feeds = false;
        for (int last = 0; last < 2; last++) {
            stop->units[last] = ceil_divide(bytes[last], unit);
            stop->wire_bytes[last] = lw_wire_bytes(hop, bytes[last]);
            if (!service_of(run->pace[hop->server], server->packet_ps, stop->wire_bytes[last], &stop->service[last])) {
                return LW_LIMIT;
            }
            const int64_t whole_ps = stop->service[last].whole_ps;
            stop->trickle = stop->trickle || slowest_ps[last] > whole_ps;
            slowest_ps[last] = stop->stores || hop->paces ? 0 : whole_ps > slowest_ps[last] ? whole_ps : slowest_ps[last];
        }
        if (i > 0) {
            stop[-1].feeds = stop->trickle;
        }
        if (!gets_through(&run->server[stop->server], stop->wire_bytes[0]) || !share_service(run, stop)) {
            return LW_LIMIT;
        }
    }
    return LW_OK;
}

static lw_status make_stream(lw_run_state *run, uint32_t slot, bool is_request, const path *over, uint32_t *out) {
    uint32_t index = (uint32_t)run->stream_count++;
    lw_stream *stream = &run->stream[index];
    *stream = (lw_stream){.task = slot,
                          .first_stop = over->count == 0 ? LW_NONE : (uint32_t)run->stop_count,
                          .last_stop = over->count == 0 ? LW_NONE : (uint32_t)(run->stop_count + over->count - 1),
                          .kind = is_request ? LW_PACKET_REQUEST : lw_flow_of(run, slot)->data_kind,
                          .is_request = is_request,
                          .sink_every = over->sink_every,
                          .sink_ps = is_request ? lw_flow_of(run, slot)->completer_ps : 0};
    for (size_t i = 0; i < over->count; i++) {
        LW_TRY(make_stop(run, stream, over, &over->hop[i]));
        run->stop_count++;
    }
    *out = index;
    return LW_OK;
}

// The streams of a slot as an instance of so many bytes has them.
static lw_status size_slot(lw_run_state *run, uint32_t index, int64_t bytes) {
    lw_task_state *state = &run->task[index];
    const lw_flow *flow = lw_flow_of(run, index);
    const path data = data_path(flow, bytes);
    LW_TRY(size_stream(run, &run->stream[state->data], &data));
    state->data_per_request = flow->kind == LW_FLOW_READ ? data.sink_every : 1;
    if (flow->kind == LW_FLOW_READ) {
        const path request = request_path(flow, bytes);
        LW_TRY(size_stream(run, &run->stream[state->request], &request));
    }
    share_stream(run, &run->stream[state->data]);
    return LW_OK;
}

static void rewind_stream(lw_run_state *run, lw_stream *stream) {
    assert(stream->sink.count == 0);
    for (uint32_t s = stream->first_stop; stream->first_stop != LW_NONE && s <= stream->last_stop; s++) {
        lw_stop *stop = &run->stop[s];
        assert(stop->tails.count == 0);
        stop->queued = stop->started = stop->tail_ps = 0;
        stop->until_sink = stream->sink_every;
    }
}

void lw_slot_take(lw_run_state *run, uint32_t slot, int64_t instance) {
    lw_task_state *state = &run->task[slot];
    const lw_task *task = lw_task_of(run, slot);
    const bool is_last = lw_task_is_last(task, instance) && task->last_bytes != task->bytes;
    state->instance = instance;
    state->asked = state->offered = state->outstanding = state->delivered = 0;
    state->stall_ps = 0;
    if (state->data == LW_NONE) {
        return;
    }
    if (is_last != state->is_last && lw_task_bytes(task, instance) > 0) {
        lw_status status = size_slot(run, slot, lw_task_bytes(task, instance));
        assert(status == LW_OK);  // both sizes were tried when the slot was made
        (void)status;
        state->is_last = is_last;
    }
    rewind_stream(run, &run->stream[state->data]);
    if (state->request != LW_NONE) {
        rewind_stream(run, &run->stream[state->request]);
    }
}

static lw_status make_slot(lw_run_state *run, uint32_t task, uint64_t seed) {
    const uint32_t index = (uint32_t)run->task_count++;
    const lw_task *of = &run->fabric->task[task];
    lw_task_state *state = &run->task[index];
    *state = (lw_task_state){
        .task = task, .next_free = LW_NONE, .data = LW_NONE, .request = LW_NONE, .in_island = LW_NONE, .is_last = false};
    if (of->flow == LW_NO_FLOW || (of->bytes == 0 && lw_task_bytes(of, of->inner - 1) == 0)) {
        return LW_OK;
    }
    const lw_flow *flow = lw_flow_of(run, index);
    const bool reads = flow->kind == LW_FLOW_READ;
    const int64_t last_bytes = lw_task_bytes(of, of->inner - 1);
    const path data = data_path(flow, of->bytes > 0 ? of->bytes : last_bytes);
    LW_TRY(make_stream(run, index, false, &data, &state->data));
    if (reads) {
        const path request = request_path(flow, of->bytes > 0 ? of->bytes : last_bytes);
        LW_TRY(make_stream(run, index, true, &request, &state->request));
    }
    LW_TRY(last_bytes > 0 ? size_slot(run, index, last_bytes) : LW_OK);
    LW_TRY(of->bytes > 0 ? size_slot(run, index, of->bytes) : LW_OK);
    state->is_last = of->bytes == 0;
    rewind_stream(run, &run->stream[state->data]);
    if (reads) {
        rewind_stream(run, &run->stream[state->request]);
    }
    if (flow->arrivals == LW_ARRIVALS_POISSON) {
        state->random = new_random(seed, 2, of->identity, task);
        if (state->random == NULL) {
            return LW_NO_MEMORY;
        }
        run->slots[task].sample_every = of->sampled ? 1 : 0;
    }
    state->busy_before_ps = LW_NEW_ARRAY(run->arena, int64_t, flow->data_count + flow->request_count);
    return state->busy_before_ps == NULL ? LW_NO_MEMORY : LW_OK;
}

// Does all of the task's work fit what the engine counts?
static bool fits(const lw_run_state *run, uint32_t index) {
    const lw_task *task = &run->fabric->task[index];
    bool fits = in_limits(task->start_ps) && in_limits(task->submit_ps) && in_limits(task->finish_ps) && in_limits(task->bytes) &&
                in_limits(task->last_bytes) && in_limits(task->last_finish_ps) && in_limits(lw_task_count(task));
    return fits && (task->flow == LW_NO_FLOW ||
                    (in_limits(run->fabric->flow[task->flow].completer_ps) && in_limits(run->fabric->flow[task->flow].gap_ps)));
}

// What all instances of a task bring to the servers of its paths.
static lw_status add_load(lw_run_state *run, uint32_t index) {
    const lw_task *task = &run->fabric->task[index];
    const uint32_t slot = run->slots[index].first;
    const uint32_t streams[2] = {run->task[slot].data, run->task[slot].request};
    for (int i = 0; i < 2 && run->task[slot].data != LW_NONE; i++) {
        const lw_stream *stream = streams[i] != LW_NONE ? &run->stream[streams[i]] : NULL;
        for (uint32_t s = stream != NULL ? stream->first_stop : LW_NONE; s != LW_NONE && s <= stream->last_stop; s++) {
            lw_server_state *server = &run->server[run->stop[s].server];
            lw_int128 load_bytes =
                server->load_bytes + (lw_int128)lw_task_count(task) * stream->total * run->stop[s].wire_bytes[0];
            if (load_bytes > LW_TIME_MAX) {
                return LW_LIMIT;
            }
            server->load_bytes = (int64_t)load_bytes;
            run->packet_hops_all += (double)lw_task_count(task) * (double)stream->total;
        }
    }
    return LW_OK;
}

static lw_status make_task(lw_run_state *run, uint32_t index, uint64_t seed) {
    const lw_task *task = &run->fabric->task[index];
    lw_task_slots *slots = &run->slots[index];
    lw_task_result *result = &run->result[index];
    result->busiest = LW_NONE;
    result->ready_ps = result->start_ps = result->queued_from_ps = result->first_ps = result->watched_ps = INT64_MAX;
    if (!fits(run, index)) {
        return LW_LIMIT;
    }
    assert(task->acquires == LW_NO_RESOURCE || task->acquires < run->fabric->resource_count);
    assert(task->releases == LW_NO_RESOURCE || task->releases < run->fabric->resource_count);
    slots->first = (uint32_t)run->task_count;
    if (task->flow != LW_NO_FLOW) {
        const lw_flow *flow = &run->fabric->flow[task->flow];
        const bool reads = flow->kind == LW_FLOW_READ;
        if (task->bytes > 0 && (flow->data_count == 0 || flow->packet_bytes < 1 || (reads && flow->request_bytes < 1))) {
            return LW_INTERNAL;
        }
        run->load[index] = LW_NEW_ARRAY(run->results, lw_task_load, flow->data_count + flow->request_count);
        if (run->load[index] == NULL) {
            return LW_NO_MEMORY;
        }
        for (size_t h = 0; h < flow->data_count + flow->request_count; h++) {
            run->load[index][h].server = h < flow->data_count ? flow->data[h].server : flow->request[h - flow->data_count].server;
        }
    }
    for (uint32_t i = 0; i < slots->count; i++) {
        LW_TRY(make_slot(run, index, seed));
    }
    // The first slot is taken first.
    slots->free = LW_NONE;
    for (uint32_t i = slots->count; i > 0; i--) {
        run->task[slots->first + i - 1].next_free = slots->free;
        slots->free = slots->first + i - 1;
    }
    return add_load(run, index);
}

lw_status lw_run_state_resize(lw_run_state *run, uint32_t task) {
    if (!fits(run, task)) {
        return LW_LIMIT;
    }
    for (size_t s = 0; s < run->server_count; s++) {
        run->server[s].load_bytes = 0;
    }
    run->packet_hops_all = 0;
    const int64_t bytes = run->fabric->task[task].bytes;
    LW_TRY(bytes > 0 ? size_slot(run, run->slots[task].first, bytes) : LW_LIMIT);
    return add_load(run, task);
}

// Where most packets pass without further questions.
static void mark_shortcuts(lw_run_state *run) {
    for (size_t s = 0; s < run->server_count; s++) {
        run->server[s].alone = !run->server[s].limited;
    }
    for (size_t i = 0; i < run->stop_count; i++) {
        lw_stop *stop = &run->stop[i];
        lw_server_state *server = &run->server[stop->server];
        const lw_credits *credits = &server->credits[stop->kind];
        stop->medium = server->good_units != INT64_MAX || server->outage_at_ps != INT64_MAX || server->turnaround_ps != 0;
        stop->credited = credits->packets != LW_CREDITS_INFINITE || credits->data_units != LW_CREDITS_INFINITE ||
                         stop->frees != LW_NONE || stop->sink_frees != LW_NONE;
        stop->plain = !stop->medium && !stop->credited && !stop->causes_control && !server->limited && !stop->wakes_previous;
        // waiting_first is free for remembering a first stop until the run begins.
        if (server->waiting_first != LW_NONE) {
            server->alone = false;
        }
        server->waiting_first = (uint32_t)i;
    }
    for (size_t s = 0; s < run->server_count; s++) {
        run->server[s].waiting_first = LW_NONE;
    }
}

static size_t count_apart(const lw_run_state *run, const lw_hop *hop, size_t count) {
    size_t apart = 0;
    for (size_t i = 0; i < count; i++) {
        apart += run->apart[hop[i].server] ? 1U : 0U;
    }
    return apart;
}

// Parts of a picosecond at least where control traffic may take a share of the time: it is that
// exact.
enum { FINE = 4096 };

static bool find_paces(lw_run_state *run) {
    const lw_fabric *fabric = run->fabric;
    lw_fraction *pace = LW_NEW_ARRAY(run->arena, lw_fraction, fabric->server_count);
    for (size_t s = 0; pace != NULL && s < fabric->server_count; s++) {
        pace[s] = lw_server_pace(&fabric->server[s]);
    }
    for (size_t s = 0; pace != NULL && s < fabric->server_count; s++) {
        const lw_server *server = &fabric->server[s];
        if (server->control_bytes > 0 && server->opposite != LW_NO_SERVER) {
            lw_fraction *opposite = &pace[server->opposite];
            const int64_t finer = opposite->den < FINE && opposite->num < INT64_MAX / FINE ? (FINE - 1) / opposite->den + 1 : 1;
            *opposite = (lw_fraction){opposite->num * finer, opposite->den * finer};
        }
    }
    run->pace = pace;
    run->apart = pace != NULL ? lw_find_apart(fabric, pace, run->arena) : NULL;
    return run->apart != NULL;
}

// Arrays for all slots and what they pass. LW_INTERRUPTED: there are more of them than events may be
// spent on.
static lw_status make_room(lw_run_state *run, int64_t events_most) {
    const lw_fabric *fabric = run->fabric;
    lw_arena *arena = run->arena;
    lw_int128 stops = 0, apart = 0, tasks = 0;
    run->slots = LW_NEW_ARRAY(arena, lw_task_slots, fabric->task_count);
    if (run->slots == NULL) {
        return LW_NO_MEMORY;
    }
    for (uint32_t t = 0; t < fabric->task_count; t++) {
        const lw_flow *flow = fabric->task[t].flow != LW_NO_FLOW ? &fabric->flow[fabric->task[t].flow] : NULL;
        const int64_t slots = lw_progress_side_by_side(&run->progress, t);
        tasks += slots;
        if (flow != NULL) {
            stops += slots * (lw_int128)(flow->data_count + flow->request_count);
            apart += slots * (lw_int128)(count_apart(run, flow->data, flow->data_count) +
                                         count_apart(run, flow->request, flow->request_count));
        }
        if (2 * (stops + tasks + (lw_int128)(fabric->server_count + fabric->task_count)) >= (lw_int128)1
                                                                                                << LW_EVENT_ENTITY_BITS) {
            return LW_LIMIT;
        }
        run->slots[t].count = (uint32_t)slots;
    }
    if (events_most > 0 && stops + tasks > events_most) {
        return LW_INTERRUPTED;
    }
    const size_t stop_count = (size_t)stops;
    run->server = LW_NEW_ARRAY(arena, lw_server_state, fabric->server_count + (size_t)apart);
    run->server_count = fabric->server_count;
    run->stop = LW_NEW_ARRAY(arena, lw_stop, stop_count);
    run->stream = LW_NEW_ARRAY(arena, lw_stream, 2 * (size_t)tasks);
    run->input = LW_NEW_ARRAY(arena, lw_input, stop_count);
    run->loop = LW_NEW_ARRAY(arena, lw_credit_loop, 2 * stop_count);
    run->task = LW_NEW_ARRAY(arena, lw_task_state, (size_t)tasks);
    run->resource = LW_NEW_ARRAY(arena, lw_resource, fabric->resource_count);
    run->result = LW_NEW_ARRAY(run->results, lw_task_result, fabric->task_count);
    run->load = LW_NEW_ARRAY(arena, lw_task_load *, fabric->task_count);
    run->sample = LW_NEW_ARRAY(arena, lw_list, fabric->task_count);
    run->held_ps = LW_NEW_ARRAY(run->results, lw_int128, fabric->resource_count);
    run->served = LW_NEW_ARRAY(run->results, lw_server_result, fabric->server_count);
    bool made = run->server != NULL && run->stop != NULL && run->stream != NULL && run->input != NULL && run->loop != NULL &&
                run->task != NULL && run->resource != NULL && run->result != NULL && run->load != NULL && run->sample != NULL &&
                run->served != NULL && run->held_ps != NULL;
    return made && lw_inputs_make(run, stop_count) ? LW_OK : LW_NO_MEMORY;
}

lw_status lw_run_state_make(const lw_fabric *fabric, const lw_engine_how *how, lw_arena *results, lw_run_state *run) {
    lw_arena *arena = lw_arena_new();
    const bool keeps = how->memory != NULL && how->engine == LW_ENGINE_PACKET && lw_recall_suits(fabric);
    *run = (lw_run_state){
        .fabric = fabric, .arena = arena, .results = keeps ? arena : results, .memory = keeps ? how->memory : NULL};
    if (arena == NULL) {
        return LW_NO_MEMORY;
    }
    run->steady = (lw_steady){.unused = LW_NONE, .line_first = LW_NONE, .line_last = LW_NONE, .ticked = LW_NONE};
    for (size_t s = 0; s < fabric->server_count; s++) {
        if (!lw_server_fits(&fabric->server[s])) {
            return LW_LIMIT;
        }
    }
    if (!find_paces(run)) {
        return LW_NO_MEMORY;
    }
    LW_TRY(lw_progress_make(fabric, arena, &run->progress));
    run->progress.ready = lw_task_release;
    run->progress.user = run;
    LW_TRY(make_room(run, how->events_most));
    for (size_t s = 0; s < fabric->server_count; s++) {
        LW_TRY(make_server(run, s, how->seed, &run->server[s]));
    }
    for (uint32_t t = 0; t < fabric->task_count; t++) {
        LW_TRY(make_task(run, t, how->seed));
    }
    for (size_t r = 0; r < fabric->resource_count; r++) {
        run->resource[r] = (lw_resource){.free_slots = fabric->resource_slots[r]};
    }
    LW_TRY(share_servers(run) ? LW_OK : LW_LIMIT);
    mark_shortcuts(run);
    const size_t entities[LW_EVENT_KINDS] = {
        [LW_EVENT_ARRIVE] = run->server_count, [LW_EVENT_CREDIT] = run->loop_count, [LW_EVENT_SINK] = run->stream_count,
        [LW_EVENT_READY] = fabric->task_count, [LW_EVENT_TASK] = run->task_count,   [LW_EVENT_SOURCE] = run->task_count,
        [LW_EVENT_SERVE] = run->server_count};
    return lw_event_init(&run->queue, entities, arena) ? LW_OK : LW_NO_MEMORY;
}

void lw_run_state_free(lw_run_state *run) {
    for (size_t s = 0; run->server != NULL && s < run->server_count; s++) {
        if (run->server[s].random != NULL) {
            gsl_rng_free(run->server[s].random);
        }
        if (run->server[s].outage_random != NULL) {
            gsl_rng_free(run->server[s].outage_random);
        }
    }
    for (size_t t = 0; t < run->task_count; t++) {
        if (run->task[t].random != NULL) {
            gsl_rng_free(run->task[t].random);
        }
    }
    lw_progress_free(&run->progress);
    lw_arena_free(run->arena);
}
