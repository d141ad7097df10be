// SPDX-License-Identifier: GPL-3.0-or-later
// The state of a run value by value: saved in a list, or compared with it up to the first
// difference. Times are relative to now, so that a state that comes back later is the same.
#ifndef LW_ENGINE_VISIT_H
#define LW_ENGINE_VISIT_H

#include "sim/engine/packet/state.h"

typedef struct lw_cursor {
    lw_list *state;  // int64_t
    lw_arena *arena;
    size_t at;
    bool saving;
} lw_cursor;

bool lw_cursor_save(lw_cursor *c, int64_t value) LW_CHECKED;  // false: out of memory

// False: another value than was saved.
static inline bool lw_visit(lw_cursor *c, int64_t value) {
    if (c->saving) {
        return lw_cursor_save(c, value);
    }
    return c->at < c->state->count && LW_LIST_ITEMS(c->state, const int64_t)[c->at++] == value;
}

static inline int64_t lw_ahead(int64_t time_ps, int64_t now_ps) {
    return time_ps > now_ps ? time_ps - now_ps : 0;
}

bool lw_visit_fifo(lw_cursor *c, const lw_fifo *fifo, int64_t now_ps);
// Tails of packets whose bytes trickle to a stop.
bool lw_visit_tails(lw_cursor *c, const lw_stop *stop, int64_t now_ps);
// All but what is in flight behind it.
bool lw_visit_server(lw_cursor *c, const lw_run_state *run, const lw_server_state *server, int64_t now_ps);

#endif
