// SPDX-License-Identifier: GPL-3.0-or-later
// Inputs that several stops share. What came from one upstream stands in one queue, whoever sent
// it, as in the receive buffer of a port: without credits for the first packet none behind it may
// start. Only a packet that must wait for room further on lets others pass, since that room is each
// stream's own.
#include <assert.h>

#include "sim/engine/packet/state.h"

bool lw_inputs_make(lw_run_state *run, size_t stops) {
    run->input_slots = 16;
    while (run->input_slots < 2 * stops) {
        run->input_slots *= 2;
    }
    run->input_slot = LW_NEW_ARRAY(run->arena, uint32_t, run->input_slots);
    return run->input_slot != NULL;
}

static size_t hash_of(uint32_t server, uint32_t upstream, lw_packet_kind kind) {
    uint64_t hash = ((uint64_t)server << 32 | upstream) * UINT64_C(0x9e3779b97f4a7c15) + (uint64_t)kind;
    return (size_t)((hash ^ hash >> 29) * UINT64_C(0xbf58476d1ce4e5b9) >> 32);
}

static uint32_t new_input(lw_run_state *run, const lw_input *as) {
    run->input[run->input_count] = *as;
    return (uint32_t)run->input_count++;
}

uint32_t lw_input_of(lw_run_state *run, uint32_t upstream, uint32_t index) {
    const lw_stop *stop = &run->stop[index];
    const lw_input fresh = {
        .server = stop->server, .next_waiting = LW_NONE, .stop = index, .upstream = upstream, .kind = stop->kind};
    if (upstream == LW_NO_SERVER) {
        return new_input(run, &fresh);
    }
    size_t at = hash_of(stop->server, upstream, stop->kind) & (run->input_slots - 1);
    for (; run->input_slot[at] != 0; at = (at + 1) & (run->input_slots - 1)) {
        lw_input *input = &run->input[run->input_slot[at] - 1];
        if (input->server == stop->server && input->upstream == upstream && input->kind == stop->kind) {
            input->shared = true;
            return run->input_slot[at] - 1;
        }
    }
    uint32_t input = new_input(run, &fresh);
    run->input_slot[at] = input + 1;
    return input;
}

void lw_input_join(lw_run_state *run, lw_input *input, uint32_t stop, int64_t packets) {
    lw_fifo *runs = &input->runs;
    input->queued += packets;
    if (runs->count > 0 && lw_fifo_at(runs, runs->count - 1)->id == stop) {
        lw_fifo_at(runs, runs->count - 1)->time_ps += packets;
        return;
    }
    if (runs->count == runs->capacity) {
        lw_fifo_grow(run, runs);
        if (run->failed) {
            return;
        }
    }
    *lw_fifo_at(runs, runs->count++) = (lw_fifo_entry){packets, stop};
}

// Runs of one stop that have become neighbours are one.
static void remove_run(lw_fifo *runs, uint32_t place) {
    for (uint32_t i = place; i > 0; i--) {
        *lw_fifo_at(runs, i) = *lw_fifo_at(runs, i - 1);
    }
    runs->first++;
    runs->count--;
    if (place > 0 && place < runs->count && lw_fifo_at(runs, place - 1)->id == lw_fifo_at(runs, place)->id) {
        lw_fifo_at(runs, place)->time_ps += lw_fifo_at(runs, place - 1)->time_ps;
        remove_run(runs, place - 1);
    }
}

uint32_t lw_input_take(lw_run_state *run, lw_input *input) {
    lw_fifo *runs = &input->runs;
    const lw_server_state *server = &run->server[input->server];
    assert(input->queued > 0 && runs->count > 0);
    int64_t held_up = 0;  // packets, of all stops found to have no room
    const int64_t looks = ++run->input_looks;
    for (uint32_t i = 0; i < runs->count && held_up < input->queued; i++) {
        lw_fifo_entry *entry = lw_fifo_at(runs, i);
        lw_stop *stop = &run->stop[entry->id];
        if (!lw_buffer_has_room(run, stop)) {
            held_up += stop->looked == looks ? 0 : stop->queued;
            stop->looked = looks;
            continue;
        }
        if (!lw_has_credits(server, stop)) {
            return LW_NONE;
        }
        uint32_t taken = (uint32_t)entry->id;
        input->queued--;
        if (--entry->time_ps == 0) {
            remove_run(runs, i);
        }
        return taken;
    }
    return LW_NONE;
}
