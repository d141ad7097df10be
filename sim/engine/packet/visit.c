// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/engine/packet/visit.h"

bool lw_cursor_save(lw_cursor *c, int64_t value) {
    int64_t *slot = LW_LIST_ADD(c->state, int64_t, c->arena);
    if (slot == NULL) {
        return false;
    }
    *slot = value;
    c->at++;
    return true;
}

bool lw_visit_fifo(lw_cursor *c, const lw_fifo *fifo, int64_t now_ps) {
    for (uint32_t i = 0; i < fifo->count; i++) {
        const lw_fifo_entry *entry = lw_fifo_at(fifo, i);
        if (!lw_visit(c, entry->time_ps - now_ps) || !lw_visit(c, entry->id)) {
            return false;
        }
    }
    return true;
}

bool lw_visit_tails(lw_cursor *c, const lw_stop *stop, int64_t now_ps) {
    return !stop->trickle ||
           (lw_visit(c, stop->queued > 0 ? lw_ahead(stop->tail_ps, now_ps) : 0) && lw_visit_fifo(c, &stop->tails, now_ps));
}

// Where several stops share a queue, the order of their packets matters.
static bool visit_runs(lw_cursor *c, const lw_input *input) {
    for (uint32_t i = 0; i < input->runs.count; i++) {
        const lw_fifo_entry *entry = lw_fifo_at(&input->runs, i);
        if (!lw_visit(c, entry->id) || !lw_visit(c, entry->time_ps)) {
            return false;
        }
    }
    return lw_visit(c, input->runs.count);
}

bool lw_visit_server(lw_cursor *c, const lw_run_state *run, const lw_server_state *server, int64_t now_ps) {
    bool busy = server->free_ps >= now_ps;
    if (!lw_visit(c, busy ? server->free_ps - now_ps : -1) || !lw_visit(c, busy ? server->remainder : 0) ||
        !lw_visit(c, server->serve_ps < 0 ? -1 : server->serve_ps - now_ps) ||
        !lw_visit(c, lw_ahead(server->control_next_ps, now_ps)) || !lw_visit(c, lw_ahead(server->in_order_ps, now_ps)) ||
        !lw_visit(c, server->back) || !lw_visit(c, server->flight.count)) {
        return false;
    }
    for (uint32_t i = server->waiting_first; i != LW_NONE; i = run->input[i].next_waiting) {
        if (!lw_visit(c, i) || !visit_runs(c, &run->input[i])) {
            return false;
        }
    }
    if (!lw_visit(c, -1)) {
        return false;
    }
    if (!lw_visit(c, server->control_movers)) {
        return false;
    }
    for (int kind = 0; server->limited && kind < LW_PACKET_KINDS; kind++) {
        if (!lw_visit(c, server->credits[kind].packets) || !lw_visit(c, server->credits[kind].data_units)) {
            return false;
        }
    }
    return true;
}
