// SPDX-License-Identifier: GPL-3.0-or-later
// What a scenario stands on.
#ifndef LW_GROUNDS_H
#define LW_GROUNDS_H

#include "sim/base/text.h"
#include "sim/config/document.h"

// Append as Markdown: the rows of every preset that some point uses, what the scenario says itself
// and where, what it sweeps, and the defaults of its parts that no standard says; each with its
// evidence and its source.
lw_status lw_report_grounds(const lw_document *document, lw_arena *arena, lw_text *out) LW_CHECKED;

#endif
