// SPDX-License-Identifier: GPL-3.0-or-later
// Packets as events: see lw_engine_run, of which it is one.
#ifndef LW_PACKET_H
#define LW_PACKET_H

#include "sim/engine/engine.h"

// gave_up: it was at how->events_most (0: no limit) and not at its end; the status says nothing then.
lw_status lw_packet_run(const lw_fabric *fabric, const lw_engine_how *how, lw_arena *arena, lw_engine_result *out,
                        bool *gave_up) LW_CHECKED;

#endif
