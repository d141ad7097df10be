// SPDX-License-Identifier: GPL-3.0-or-later
// Why nothing moves any more: who waits for whose buffers, followed until it comes round.
#include "sim/engine/packet/state.h"

// Of a run that stopped: a stop whose packets wait for credits, or behind such.
static bool is_blocked(const lw_run_state *run, uint32_t stop) {
    return run->stop[stop].queued > 0 && run->stop[stop].started < run->stop[stop].total;
}

static bool lacks_credits(const lw_run_state *run, uint32_t stop) {
    const lw_server_state *server = &run->server[run->stop[stop].server];
    return !lw_has_credits(server, &run->stop[stop]);
}

// Whose packets fill the buffer behind a server: they came over it and wait at their next stop.
static uint32_t holder_of(const lw_run_state *run, uint32_t server, lw_packet_kind kind) {
    for (uint32_t i = 0; i < run->stop_count; i++) {
        const lw_stop *stop = &run->stop[i];
        if (stop->server == server && stop->kind == kind && stop->next != LW_NONE && is_blocked(run, stop->next)) {
            return stop->next;
        }
    }
    return LW_NONE;
}

// The stop whose packet is at the head of the queue that this one's packets are in.
static uint32_t head_of(const lw_run_state *run, uint32_t stop) {
    const lw_input *input = &run->input[run->stop[stop].input];
    return input->shared && input->runs.count > 0 ? (uint32_t)lw_fifo_at(&input->runs, 0)->id : input->stop;
}

static uint32_t task_of(const lw_run_state *run, uint32_t stop) {
    return run->task[run->stream[run->stop[stop].stream].task].task;
}

// The first blocked stop that lacks credits.
static uint32_t first_blocked(const lw_run_state *run) {
    for (uint32_t i = 0; i < run->stop_count; i++) {
        if (is_blocked(run, i) && lacks_credits(run, i)) {
            return i;
        }
    }
    return LW_NONE;
}

lw_status lw_find_deadlock(const lw_run_state *run, lw_engine_result *out) {
    uint32_t *seen = LW_NEW_ARRAY(run->arena, uint32_t, run->stop_count + 1);  // number of the wait + 1
    lw_wait *wait = LW_NEW_ARRAY(run->results, lw_wait, run->stop_count + 1);
    if (seen == NULL || wait == NULL) {
        return LW_NO_MEMORY;
    }
    size_t count = 0, first = 0;
    uint32_t at = first_blocked(run);
    while (at != LW_NONE && seen[at] == 0) {
        seen[at] = (uint32_t)count + 1;
        if (!lacks_credits(run, at)) {
            uint32_t head = head_of(run, at);
            at = head != at ? head : LW_NONE;
            continue;
        }
        const uint32_t server = run->stop[at].server;
        const uint32_t holder = holder_of(run, server, run->stop[at].kind);
        wait[count++] = (lw_wait){task_of(run, at), run->server[server].of, holder != LW_NONE ? task_of(run, holder) : LW_NONE};
        at = holder;
    }
    first = at != LW_NONE ? seen[at] - 1 : 0;  // what led into the cycle is no part of it
    out->wait = wait + first;
    out->wait_count = count - first;
    return LW_OK;
}
