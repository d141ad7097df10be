// SPDX-License-Identifier: GPL-3.0-or-later
// From an entry under `links:` to the links between its nodes.
#ifndef LW_CONNECT_H
#define LW_CONNECT_H

#include "sim/base/list.h"
#include "sim/machine/machine.h"

// Train the spec down to the ports of its ends, resolve it, and add its links (lw_link) between the
// nodes of the machine.
lw_status lw_connect(const lw_machine *machine, lw_link_spec *spec, lw_arena *arena, lw_diags *diags, lw_list *links) LW_CHECKED;

#endif
