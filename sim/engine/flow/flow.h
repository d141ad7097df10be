// SPDX-License-Identifier: GPL-3.0-or-later
// Rates instead of packets: see lw_engine_run, of which it is one.
#ifndef LW_FLOW_H
#define LW_FLOW_H

#include "sim/engine/engine.h"

lw_status lw_flow_run(const lw_fabric *fabric, const lw_engine_how *how, lw_arena *arena, lw_engine_result *out) LW_CHECKED;
// Each instance is executed, without jumps over loops: the oracle of tests.
lw_status lw_flow_run_each(const lw_fabric *fabric, const lw_engine_how *how, lw_arena *arena, lw_engine_result *out) LW_CHECKED;

#endif
