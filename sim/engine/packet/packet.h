// SPDX-License-Identifier: GPL-3.0-or-later
// Packets as events: see lw_engine_run, of which it is one.
#ifndef LW_PACKET_H
#define LW_PACKET_H

#include "sim/engine/engine.h"

// gave_up: it was at how->events_most (0: no limit) and not at its end; the status says nothing then.
lw_status lw_packet_run(const lw_fabric *fabric, const lw_engine_how *how, lw_arena *arena, lw_engine_result *out,
                        bool *gave_up) LW_CHECKED;

// From the totals of a server: what was summed up during a run lost the remainder of every busy period.
// control_parts: of control traffic, in parts of the pace.
int64_t lw_server_busy_ps(lw_fraction pace, int64_t packet_ps, int64_t control_parts, const lw_server_result *did);
// Of the loads of so many hops: the server that was busy longest, and its share of the time.
void lw_find_busiest(lw_task_result *result, size_t hops);

#endif
