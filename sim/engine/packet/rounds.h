// SPDX-License-Identifier: GPL-3.0-or-later
// Work that goes round in step, and of which no two tasks ever meet on a server, as a ring's: every
// instance of a task takes as long as the first one, so that a run is a recurrence, in which an
// instance ends so much later than the last of those that it waits for (linear in max and plus:
// Baccelli, Cohen, Olsder, Quadrat, "Synchronization and Linearity", 1992). It costs a nanosecond an
// instance, and nothing once all ends have moved on by the same time.
#ifndef LW_ROUNDS_H
#define LW_ROUNDS_H

#include "sim/engine/engine.h"

// As lw_packet_run, by which it runs one instance of each task alone. *ran: the fabric is of this kind;
// else nothing was done.
lw_status lw_rounds_run(const lw_fabric *fabric, const lw_engine_how *how, lw_arena *arena, lw_engine_result *out,
                        bool *ran) LW_CHECKED;

#endif
