// SPDX-License-Identifier: GPL-3.0-or-later
// What a transfer costs at each server, and how fast it may be at most.
#include "sim/engine/flow/state.h"

// (1 - probability) ^ units, by squaring: the mathematical libraries differ in their last digits.
static double all_good(double probability, int64_t units) {
    double good = 1, factor = 1 - probability;
    for (; units > 0; units /= 2) {
        good = units % 2 != 0 ? good * factor : good;
        factor *= factor;
    }
    return good;
}

double lw_fluid_replays(const lw_server *server, int64_t wire_bytes) {
    if (server->error_probability <= 0 || server->replay == LW_REPLAY_NONE) {
        return 0;
    }
    const int64_t unit = server->error_unit_bytes > 0 ? server->error_unit_bytes : 1;
    return 1 / all_good(server->error_probability, (wire_bytes + unit - 1) / unit) - 1;
}

// ---- One class being drafted ----

typedef struct draft {
    lw_fluid *run;
    const lw_flow *flow;
    int64_t packet_bytes;  // of a full packet
    double per_request;    // packets
    double plain_ps;       // between packets when alone, but for what is lost or waited for
    size_t slowest;        // the hop that makes it so, of the data; SIZE_MAX: none does
    double pace_ps;        // between packets when alone, at least
    double room_ps;        // between packets where the tightest buffer alone is waited for
    int64_t room;          // of that one, and the time until room is known to be free again
    double trip_ps;
} draft;

static double most(double a, double b) {
    return a > b ? a : b;
}

// Negative, 0 or positive, as the one comes before the other.
static int order_of(const lw_cost *a, const lw_cost *b) {
    if (a->control != b->control) {
        return a->control ? 1 : -1;
    }
    if (a->row != b->row) {
        return a->row < b->row ? -1 : 1;
    }
    return (a->source > b->source) - (a->source < b->source);
}

// copies: flows that cause it, of which one is run.
static lw_status add_cost(draft *d, uint32_t row, const lw_cost *cost, int64_t copies) {
    const double times = copies > 1 ? (double)copies : 1;
    if (row == LW_NONE) {
        return LW_NO_MEMORY;
    }
    lw_cost *all = LW_LIST_ITEMS(&d->run->draft, lw_cost);
    const lw_cost empty = {.row = row, .control = cost->control, .source = cost->source};
    size_t at = 0;
    while (at < d->run->draft.count && order_of(&all[at], &empty) < 0) {
        at++;
    }
    if (at == d->run->draft.count || order_of(&all[at], &empty) != 0) {
        if (LW_LIST_ADD(&d->run->draft, lw_cost, d->run->arena) == NULL) {
            return LW_NO_MEMORY;
        }
        all = LW_LIST_ITEMS(&d->run->draft, lw_cost);
        for (size_t i = d->run->draft.count - 1; i > at; i--) {
            all[i] = all[i - 1];
        }
        all[at] = empty;
    }
    all[at].ps += times * cost->ps;
    all[at].there += times * cost->there;
    all[at].back += times * cost->back;
    return LW_OK;
}

// Packets of a path for each packet of data.
typedef struct path {
    const lw_hop *hop;
    size_t count;
    int64_t payload_bytes;
    double each;
    lw_packet_kind kind;
    int64_t packets;
} path;

static double service_ps(const draft *d, const lw_hop *hop, int64_t payload_bytes) {
    return lw_fluid_service_ps(d->run->pace[hop->server], d->run->fabric->server[hop->server].packet_ps,
                               lw_wire_bytes(hop, payload_bytes));
}

// The server is busy with a packet, or cannot be used because of it, for so long on average.
static double mean_ps(const lw_server *server, double plain_ps, int64_t wire_bytes) {
    const double replays = lw_fluid_replays(server, wire_bytes);
    const double pause_ps = server->replay == LW_REPLAY_GO_BACK_N ? (double)server->replay_ps : 0;
    const double busy_ps = plain_ps + replays * (plain_ps + pause_ps);
    const bool fails = server->outage_ps > 0 && server->outage_gap_ps > 0;
    const double gap_ps = (double)server->outage_gap_ps;
    return fails ? busy_ps * ((gap_ps + (double)server->outage_ps) / gap_ps) : busy_ps;
}

static lw_status add_control(draft *d, const path *over, const lw_hop *hop) {
    const uint32_t index = hop->server;
    const lw_server *server = &d->run->fabric->server[index];
    if (server->control_bytes == 0 || server->opposite == LW_NO_SERVER ||
        (server->control_for_writes && over->kind != LW_PACKET_WRITE)) {
        return LW_OK;
    }
    const double service_ps = lw_fluid_service_ps(d->run->pace[server->opposite], 0, server->control_bytes);
    const lw_cost cost = {.ps = over->each * service_ps, .there = over->each, .control = true, .source = index};
    return service_ps > 0 ? add_cost(d, lw_fluid_row_of(d->run, server->opposite, 0), &cost, hop->copies) : LW_OK;
}

// From the start of a packet at a hop to its start at the next, where it waits for nobody.
static double step_ps(const draft *d, const path *over, size_t hop) {
    const lw_hop *here = &over->hop[hop];
    return (double)d->run->fabric->server[here->server].latency_ps +
           (here[1].store_forward ? service_ps(d, here, over->payload_bytes) : 0);
}

// And to its end there.
static double step_and_pass_ps(const draft *d, const path *over, size_t hop) {
    const lw_hop *here = &over->hop[hop];
    const double next_ps = service_ps(d, &here[1], over->payload_bytes);
    const bool trickles = !here->paces && !here[1].store_forward;
    return step_ps(d, over, hop) + (trickles ? most(next_ps, service_ps(d, here, over->payload_bytes)) : next_ps);
}

// A buffer that holds so many packets is a server that each occupies for its part of the time until
// its room is known to be free again. What it has room for as a whole never waits for it.
static lw_status add_buffer(draft *d, const path *over, size_t hop) {
    const lw_hop *here = &over->hop[hop];
    const lw_server *server = &d->run->fabric->server[here->server];
    const lw_credits *given = &server->credits[over->kind];
    const bool counts_packets = given->packets > 0 && given->packets != LW_CREDITS_INFINITE;
    const bool counts_units = given->data_units > 0 && given->data_units != LW_CREDITS_INFINITE;
    const bool is_last = hop + 1 == over->count;
    if (here->buffer_packets > 0 && !is_last && over->packets > here->buffer_packets) {
        d->pace_ps = most(d->pace_ps, over->each * step_ps(d, over, hop) / (double)here->buffer_packets);
    }
    double trip_ps = service_ps(d, here, over->payload_bytes) + (double)server->latency_ps;
    if (!is_last && !server->credit_on_arrival) {
        trip_ps = step_and_pass_ps(d, over, hop);
    }
    trip_ps += (double)server->credit_return_ps;
    const int64_t unit_bytes = server->data_unit_bytes > 0 ? server->data_unit_bytes : 1;
    const int64_t units = (over->payload_bytes + unit_bytes - 1) / unit_bytes;
    int64_t room = counts_packets ? given->packets : INT64_MAX;
    if (counts_units && units > 0 && given->data_units / units < room) {
        room = given->data_units / units;
    }
    if (room == 0) {
        return LW_STUCK;
    }
    if (over->packets <= room) {
        return LW_OK;
    }
    const lw_cost cost = {.ps = over->each * trip_ps / (double)room, .there = over->each, .source = LW_NO_SERVER};
    if (over->hop == d->flow->data && cost.ps > d->room_ps) {
        d->room_ps = cost.ps;
        d->room = room;
        d->trip_ps = trip_ps;
    }
    return add_cost(d, lw_fluid_row_of(d->run, here->server, 1 + (int)over->kind), &cost, here->copies);
}

// Requests for several packets each seldom wait for a turn: others have as many turns and need them
// for each packet. Where they are a small part of what the link can carry they go first.
static bool passes_first(const draft *d, const path *over, const lw_server *server, double taken_ps) {
    enum { SMALL_PART = 8 };
    return over->each < 1 && server->turnaround_ps == 0 && taken_ps * SMALL_PART <= d->pace_ps;
}

static lw_status add_path(draft *d, const path *over) {
    for (size_t h = 0; h < over->count; h++) {
        const lw_hop *hop = &over->hop[h];
        const lw_server *server = &d->run->fabric->server[hop->server];
        const double plain_ps = service_ps(d, hop, over->payload_bytes);
        const double taken_ps = over->each * mean_ps(server, plain_ps, lw_wire_bytes(hop, over->payload_bytes));
        if (over->hop == d->flow->data && plain_ps > d->plain_ps) {
            d->slowest = h;
        }
        d->plain_ps = most(d->plain_ps, over->each * plain_ps);
        d->pace_ps = most(d->pace_ps, taken_ps);
        if (server->role != LW_SERVER_FORWARD && taken_ps > 0) {
            const lw_cost cost = {.ps = taken_ps,
                                  .there = hop->back ? 0 : over->each,
                                  .back = hop->back ? over->each : 0,
                                  .control = passes_first(d, over, server, taken_ps),
                                  .source = LW_NO_SERVER};
            LW_TRY(add_cost(d, lw_fluid_row_of(d->run, hop->server, 0), &cost, hop->copies));
        }
        LW_TRY(add_control(d, over, hop));
        LW_TRY(add_buffer(d, over, h));
    }
    return LW_OK;
}

// Alone a class waits for itself: where it passes a server twice, or goes both ways over it.
static void limit_by_costs(draft *d) {
    const lw_cost *all = LW_LIST_ITEMS(&d->run->draft, const lw_cost);
    for (size_t i = 0; i < d->run->draft.count; i++) {
        const double fewer = all[i].there < all[i].back ? all[i].there : all[i].back;
        const double own_ps = all[i].ps + 2 * fewer * (double)d->run->row[all[i].row].turnaround_ps;
        d->pace_ps = most(d->pace_ps, all[i].control ? 0 : own_ps);
    }
}

// Of flows that do the same each has a turn of its own, and no server twice.
static void share_turns(draft *d) {
    lw_cost *all = LW_LIST_ITEMS(&d->run->draft, lw_cost);
    for (size_t i = 0; i < d->run->draft.count; i++) {
        all[i].there = all[i].control ? all[i].there : 1;
    }
}

// ---- The time of one alone ----

static int64_t ceil_divide(int64_t a, int64_t b) {
    return a / b + (a % b != 0);
}

static int64_t add_ps(int64_t a, int64_t b) {
    return a < LW_TIME_MAX - b ? a + b : LW_TIME_MAX;
}

static int64_t data_ps(const draft *d, int64_t packets, int64_t last_bytes) {
    const bool reads = d->flow->kind == LW_FLOW_READ;
    const int64_t gap_ps = !reads && d->flow->arrivals != LW_ARRIVALS_BACKLOG ? d->flow->gap_ps : 0;
    const lw_train train = {d->flow->data, d->flow->data_count, packets, packets > 1 ? d->packet_bytes : last_bytes, last_bytes,
                            gap_ps};
    return lw_fluid_train_ps(d->run->fabric, d->run->pace, &train);
}

// Until so many requests have come to the completer and are answered.
static int64_t requests_ps(const draft *d, int64_t requests) {
    const int64_t gap_ps = d->flow->arrivals != LW_ARRIVALS_BACKLOG ? d->flow->gap_ps : 0;
    const lw_train train = {d->flow->request, d->flow->request_count, requests, 0, 0, gap_ps};
    return add_ps(lw_fluid_train_ps(d->run->fabric, d->run->pace, &train), d->flow->completer_ps);
}

// A read that no window limits: its data follow each other, or its requests do.
static int64_t open_read_ps(const draft *d, int64_t requests, int64_t bytes, int64_t per_request) {
    const int64_t packets = ceil_divide(bytes, d->packet_bytes), last_bytes = bytes - (packets - 1) * d->packet_bytes;
    const int64_t by_data = add_ps(requests_ps(d, 1), data_ps(d, packets, last_bytes));
    const int64_t rest = packets - (requests - 1) * per_request;
    const int64_t by_requests = add_ps(requests_ps(d, requests), data_ps(d, rest, last_bytes));
    return by_data > by_requests ? by_data : by_requests;
}

// Where the window is the limit, as many requests as it has tags are answered in each round trip.
static int64_t read_ps(draft *d, int64_t bytes, lw_move *out) {
    const lw_flow *flow = d->flow;
    const int64_t per_request = ceil_divide(flow->request_bytes, d->packet_bytes);
    const int64_t trip_ps = add_ps(requests_ps(d, 1), data_ps(d, per_request, d->packet_bytes)) -
                            (flow->arrivals != LW_ARRIVALS_BACKLOG ? flow->gap_ps : 0);
    out->round_trip_ps = (double)trip_ps;
    out->tags = flow->tags;
    const bool waits = flow->tags != LW_TAGS_INFINITE && out->requests > flow->tags;
    const double window_ps = waits ? (double)trip_ps / ((double)flow->tags * d->per_request) : 0;
    d->pace_ps = most(d->pace_ps, window_ps);
    if (window_ps <= d->plain_ps) {
        return open_read_ps(d, out->requests, bytes, per_request);
    }
    d->plain_ps = window_ps;
    d->slowest = SIZE_MAX;
    const int64_t rounds = (out->requests - 1) / flow->tags;
    const lw_int128 before_ps = (lw_int128)rounds * trip_ps;
    const int64_t rest = out->requests - rounds * flow->tags;
    return add_ps(before_ps < LW_TIME_MAX ? (int64_t)before_ps : LW_TIME_MAX,
                  open_read_ps(d, rest, bytes - rounds * flow->tags * flow->request_bytes, per_request));
}

// As a read, where the buffer behind a server is the limit.
static int64_t write_ps(draft *d, const lw_move *move) {
    if (d->room == 0 || d->room_ps <= d->plain_ps) {
        return data_ps(d, move->packets, move->last_bytes);
    }
    d->plain_ps = d->room_ps;
    d->slowest = SIZE_MAX;
    const int64_t rounds = (move->packets - 1) / d->room;
    const double before_ps = (double)rounds * d->trip_ps + 0.5;
    return add_ps(before_ps < (double)LW_TIME_MAX ? (int64_t)before_ps : LW_TIME_MAX,
                  data_ps(d, move->packets - rounds * d->room, move->last_bytes));
}

// In full packets: the last counts as what it takes where the path is slowest.
static double volume_of(const draft *d, const lw_move *move) {
    double part = (double)move->last_bytes / (double)d->packet_bytes;
    if (d->slowest != SIZE_MAX) {
        const lw_hop *hop = &d->flow->data[d->slowest];
        part = service_ps(d, hop, move->last_bytes) / service_ps(d, hop, d->packet_bytes);
    }
    return (double)(move->packets - 1) + part;
}

static bool is_sound(const lw_fluid *run, const lw_hop *hop, size_t count, int64_t payload_bytes) {
    bool sound = true;
    for (size_t h = 0; h < count; h++) {
        sound = sound && hop[h].server < run->fabric->server_count;
        sound = sound && lw_fluid_replays(&run->fabric->server[hop[h].server], lw_wire_bytes(&hop[h], payload_bytes)) < 9;
    }
    return sound;
}

lw_status lw_fluid_make_move(lw_fluid *run, const lw_flow *flow, int64_t bytes, lw_move *out) {
    *out = (lw_move){.class_index = LW_NONE, .bytes = bytes};
    if (bytes == 0) {
        return LW_OK;
    }
    const bool reads = flow->kind == LW_FLOW_READ;
    if (flow->data_count == 0 || flow->packet_bytes < 1 || (reads && flow->request_bytes < 1)) {
        return LW_INTERNAL;
    }
    draft d = {.run = run, .flow = flow, .slowest = SIZE_MAX, .per_request = 1};
    d.packet_bytes = flow->packet_bytes < bytes ? flow->packet_bytes : bytes;
    d.packet_bytes = reads && flow->request_bytes < d.packet_bytes ? flow->request_bytes : d.packet_bytes;
    d.per_request = reads ? (double)ceil_divide(flow->request_bytes, d.packet_bytes) : 1;
    if (!is_sound(run, flow->data, flow->data_count, d.packet_bytes) ||
        !is_sound(run, flow->request, reads ? flow->request_count : 0, 0)) {
        return LW_LIMIT;
    }
    out->packets = ceil_divide(bytes, d.packet_bytes);
    out->last_bytes = bytes - (out->packets - 1) * d.packet_bytes;
    out->full_bytes = d.packet_bytes;
    out->requests = reads ? ceil_divide(bytes, flow->request_bytes) : 0;
    run->draft.count = 0;
    LW_TRY(add_path(&d, &(path){flow->data, flow->data_count, d.packet_bytes, 1, flow->data_kind, out->packets}));
    if (reads) {
        LW_TRY(add_path(&d, &(path){flow->request, flow->request_count, 0, 1 / d.per_request, LW_PACKET_REQUEST, out->requests}));
    }
    if (flow->arrivals != LW_ARRIVALS_BACKLOG && (double)flow->gap_ps / d.per_request >= d.plain_ps) {
        d.plain_ps = (double)flow->gap_ps / d.per_request;
        d.slowest = SIZE_MAX;
    }
    if (flow->data[0].copies > 0) {
        share_turns(&d);
    } else {
        limit_by_costs(&d);
    }
    const int64_t alone_ps = reads ? read_ps(&d, bytes, out) : write_ps(&d, out);
    if (alone_ps >= LW_TIME_MAX) {
        return LW_LIMIT;
    }
    d.pace_ps = most(d.pace_ps, d.plain_ps);
    const double volume = volume_of(&d, out);
    out->units = (lw_units)ldexp(volume, LW_UNIT_BITS);
    out->tail_ps = (double)alone_ps - volume * d.plain_ps;
    if (d.pace_ps > 0) {
        out->class_index = lw_fluid_class_of(run, 1 / d.pace_ps);
        return out->class_index != LW_NONE ? LW_OK : LW_NO_MEMORY;
    }
    return LW_OK;
}
