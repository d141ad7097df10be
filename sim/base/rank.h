// SPDX-License-Identifier: GPL-3.0-or-later
// The order of names, for what must not hang on the order of a file.
#ifndef LW_RANK_H
#define LW_RANK_H

#include "sim/base/arena.h"
#include "sim/base/status.h"

// *order: count numbers from 0, those of the names in strcmp's order; equal names in theirs.
lw_status lw_rank_names(const char *const *name, size_t count, lw_arena *arena, uint32_t **order) LW_CHECKED;

#endif
