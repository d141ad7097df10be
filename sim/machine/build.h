// SPDX-License-Identifier: GPL-3.0-or-later
// From the objects of a point to its machine.
#ifndef LW_MACHINE_BUILD_H
#define LW_MACHINE_BUILD_H

#include "sim/machine/machine.h"

// Build the nodes and links of a point. The setup must outlive the machine.
lw_status lw_machine_build(const lw_setup *setup, lw_arena *arena, lw_diags *diags, lw_machine *out) LW_CHECKED;

// A machine whose entries are copies, to be changed. Routes and their times stay as they are.
lw_status lw_machine_copy(const lw_machine *machine, lw_arena *arena, lw_machine *out, lw_link_spec **links,
                          lw_node_spec **nodes) LW_CHECKED;

// The same machine with every link that is uncertain at one end of what it may be (lw_family.band).
// Routes stay as they are: a band describes one route.
lw_status lw_machine_at_end(const lw_machine *machine, bool fast, lw_arena *arena, lw_machine *out) LW_CHECKED;

#endif
