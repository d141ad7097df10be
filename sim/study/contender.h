// SPDX-License-Identifier: GPL-3.0-or-later
// What a comparison is between: scenarios as they are, or systems, links and GPUs, of each of which the same
// standard question is asked.
#ifndef LW_CONTENDER_H
#define LW_CONTENDER_H

#include "sim/study/scenario.h"

typedef enum lw_contender_kind {
    LW_CONTENDER_SCENARIO,  // a file, or one that comes with lanewise
    LW_CONTENDER_SYSTEM,    // copies between its first host and first card, and between its first two cards
    LW_CONTENDER_LINK,      // copies over it between two devices that all the links join
    LW_CONTENDER_GPU,       // copies between a host and it, in a slot of its own generation and width
} lw_contender_kind;

typedef struct lw_contender {
    const char *name;  // as it was given; of files their stems, where these differ
    lw_contender_kind kind;
    const lw_document *document;
} lw_contender;

// Points of a standard question: its first axis is who copies to whom, the second one of so many sizes.
enum { LW_CONTENDER_SIZES = 4 };

// Load each: a path, "-" (stdin), or the name of a shipped scenario, a system, a link preset or a GPU preset, the
// first of these that there is; into `out`, of `count`. load holds for all and may be NULL. LW_IO: there is no
// such thing; LW_BAD_USAGE: they are of unlike kinds; LW_BAD_INPUT: something is wrong in one. *question: what is
// asked of all but scenarios, in words; "" of these.
lw_status lw_contenders_load(const char *const *name, size_t count, const lw_catalog *catalog, const lw_load *load,
                             lw_arena *arena, lw_diags *diags, lw_contender *out, const char **question) LW_CHECKED;

#endif
