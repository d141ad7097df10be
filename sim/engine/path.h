// SPDX-License-Identifier: GPL-3.0-or-later
// What the engines share of paths: sizes on the wire, limits of what they count, and which server of
// a path was busiest.
#ifndef LW_PATH_H
#define LW_PATH_H

#include "sim/engine/engine.h"

// A clock beyond this ends a run. No single time (or count of bytes) of the input is above
// LW_SPAN_MAX, so the clock and the few spans that make an event never overflow.
#define LW_TIME_MAX (INT64_C(1) << 61)
#define LW_SPAN_MAX (INT64_C(1) << 60)

// Bytes on the wire for a packet of so much payload.
int64_t lw_wire_bytes(const lw_hop *hop, int64_t payload_bytes);
// From the totals of a server: what was summed up during a run lost the remainder of every busy period.
// control_parts: of control traffic, in parts of the pace.
int64_t lw_server_busy_ps(lw_fraction pace, int64_t packet_ps, lw_int128 control_parts, const lw_server_result *did);
// Of the loads of so many hops: the server that was busy longest, and its share of the time.
void lw_find_busiest(lw_task_result *result, size_t hops);

#endif
