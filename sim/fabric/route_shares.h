// SPDX-License-Identifier: GPL-3.0-or-later
// What equal routes carry.
#ifndef LW_ROUTE_SHARES_H
#define LW_ROUTE_SHARES_H

#include "sim/base/list.h"
#include "sim/fabric/built.h"
#include "sim/result/result.h"

// Add a row (lw_route_result) for each of the equal routes of a workload, where there are several:
// its share of the bytes of all members that choose between the same links, or links of the same
// objects, as the first one that has a choice.
lw_status lw_route_shares_read(const lw_built *built, size_t workload, lw_arena *arena, lw_list *out) LW_CHECKED;

#endif
