// SPDX-License-Identifier: GPL-3.0-or-later
// A machine as a tree of text.
#ifndef LW_TOPOLOGY_TEXT_H
#define LW_TOPOLOGY_TEXT_H

#include "sim/base/status.h"
#include "sim/base/text.h"
#include "sim/result/topology.h"

// Append the machine as a tree that grows from its roots, then the links that close cycles.
// LW_NO_MEMORY.
lw_status lw_topology_text(const lw_topology *topology, lw_text *out) LW_CHECKED;

#endif
