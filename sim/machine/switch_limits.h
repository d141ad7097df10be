// SPDX-License-Identifier: GPL-3.0-or-later
// What standards allow of the switches of a machine.
#ifndef LW_MACHINE_SWITCH_LIMITS_H
#define LW_MACHINE_SWITCH_LIMITS_H

#include "sim/machine/machine.h"

// LW_BAD_INPUT with a diagnostic where switches join too many.
lw_status lw_switch_limits_check(const lw_machine *machine, lw_arena *arena, lw_diags *diags) LW_CHECKED;

#endif
