// SPDX-License-Identifier: GPL-3.0-or-later
// How long a transfer takes when it is alone: in closed form, to the picosecond of the packet
// engine.
//
// Packets that wait only for each other pass the hops of a path as a walk through a grid, one step
// to the next hop or one to the next packet, and the last is delivered when the longest walk ends
// (Baccelli et al., Synchronization and Linearity, 1992, section 1.2). All packets but the last are
// equal, so the steps from packet to packet are best taken at the slowest hop.
#include "sim/engine/flow/state.h"

double lw_fluid_service_ps(lw_fraction pace, int64_t packet_ps, int64_t wire_bytes) {
    const lw_int128 parts = (lw_int128)wire_bytes * pace.num;
    const lw_int128 whole_ps = parts / pace.den, rest = parts % pace.den;
    return (double)whole_ps + (double)rest / (double)pace.den + (double)packet_ps;
}

// What a packet takes at a hop: whole + rest / den.
typedef struct service {
    lw_int128 whole_ps;
    int64_t rest, den;
} service;

static service service_at(const lw_fabric *fabric, const lw_fraction *pace, const lw_hop *hop, int64_t payload_bytes) {
    const lw_fraction rate = pace[hop->server];
    const lw_int128 parts = (lw_int128)lw_wire_bytes(hop, payload_bytes) * rate.num;
    return (service){parts / rate.den + fabric->server[hop->server].packet_ps, (int64_t)(parts % rate.den), rate.den};
}

// Picoseconds that so many services take back to back, and one of another length after them.
static lw_int128 back_to_back_ps(const service *each, int64_t count, const service *then) {
    const lw_int128 rest = (lw_int128)each->rest * count + (then != NULL ? then->rest : 0);
    return each->whole_ps * count + (then != NULL ? then->whole_ps : 0) + rest / each->den;
}

typedef struct walk {
    const lw_fabric *fabric;
    const lw_fraction *pace;
    const lw_train *train;
} walk;

static service full_at(const walk *w, size_t hop) {
    return service_at(w->fabric, w->pace, &w->train->hop[hop], w->train->full_bytes);
}
static service last_at(const walk *w, size_t hop) {
    return service_at(w->fabric, w->pace, &w->train->hop[hop], w->train->last_bytes);
}

static lw_int128 later_ps(lw_int128 a, lw_int128 b) {
    return a > b ? a : b;
}

// A packet that waits for nobody, from its start and end at the hop before to those at this one,
// where it takes so long.
typedef struct span {
    lw_int128 start_ps, end_ps;
} span;

static span pass_on(const walk *w, size_t hop, span before, lw_int128 whole_ps) {
    const lw_hop *from = &w->train->hop[hop - 1];
    const int64_t latency_ps = w->fabric->server[from->server].latency_ps;
    const lw_int128 start_ps = latency_ps + (from[1].store_forward ? before.end_ps : before.start_ps);
    return (span){start_ps, later_ps(start_ps + whole_ps, from->paces ? 0 : before.end_ps + latency_ps)};
}

// The last packet from its start at a hop, given its end there, to its delivery. What its end is
// later by for the remainders of those before it is no part of its tail.
static lw_int128 rest_of_way_ps(const walk *w, size_t hop, lw_int128 start_ps, lw_int128 end_ps) {
    const bool goes_whole = hop + 1 == w->train->count || w->train->hop[hop + 1].store_forward;
    span at = {start_ps, goes_whole ? end_ps : start_ps + last_at(w, hop).whole_ps};
    for (size_t h = hop + 1; h < w->train->count; h++) {
        at = pass_on(w, h, at, last_at(w, h).whole_ps);
    }
    return at.end_ps + w->fabric->server[w->train->hop[w->train->count - 1].server].latency_ps;
}

// A walk that goes on to the last packet at this hop. first_ps: when the first packet starts here;
// slow: the slowest of the hops before it.
static lw_int128 walk_ps(const walk *w, size_t hop, lw_int128 first_ps, const service *slow) {
    const int64_t packets = w->train->packets;
    const service full = full_at(w, hop), last = last_at(w, hop);
    const lw_int128 here_ps = back_to_back_ps(&full, packets - 1, NULL), end_ps = back_to_back_ps(&full, packets - 1, &last);
    const lw_int128 before_ps = packets > 1 && slow != NULL ? back_to_back_ps(slow, packets - 2, NULL) + full.whole_ps : -1;
    if (before_ps > here_ps) {
        return rest_of_way_ps(w, hop, first_ps + before_ps, first_ps + before_ps + last.whole_ps);
    }
    return rest_of_way_ps(w, hop, first_ps + here_ps, first_ps + end_ps);
}

static bool is_slower(const service *a, const service *b) {
    if (a->whole_ps != b->whole_ps) {
        return a->whole_ps > b->whole_ps;
    }
    return (lw_int128)a->rest * b->den > (lw_int128)b->rest * a->den;
}

int64_t lw_fluid_train_ps(const lw_fabric *fabric, const lw_fraction *pace, const lw_train *train) {
    const walk w = {fabric, pace, train};
    if (train->count == 0) {
        const lw_int128 arrived_ps = (lw_int128)train->gap_ps * train->packets;
        return arrived_ps < LW_TIME_MAX ? (int64_t)arrived_ps : LW_TIME_MAX;
    }
    service slow = {train->gap_ps, 0, 1};
    span first = {train->gap_ps, train->gap_ps + full_at(&w, 0).whole_ps};
    lw_int128 latest_ps = 0;
    if (train->gap_ps > 0) {
        const lw_int128 arrived_ps = (lw_int128)train->gap_ps * train->packets;
        latest_ps = rest_of_way_ps(&w, 0, arrived_ps, arrived_ps + last_at(&w, 0).whole_ps);
    }
    for (size_t h = 0; h < train->count; h++) {
        const service here = full_at(&w, h);
        latest_ps = later_ps(latest_ps, walk_ps(&w, h, first.start_ps, h > 0 || train->gap_ps > 0 ? &slow : NULL));
        slow = is_slower(&here, &slow) ? here : slow;
        if (h + 1 < train->count) {
            first = pass_on(&w, h + 1, first, full_at(&w, h + 1).whole_ps);
        }
    }
    return latest_ps < LW_TIME_MAX ? (int64_t)latest_ps : LW_TIME_MAX;
}
