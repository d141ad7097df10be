// SPDX-License-Identifier: GPL-3.0-or-later
// The evidence of a point, from whoever asks.
#ifndef LW_KNOWN_H
#define LW_KNOWN_H

#include "sim/base/evidence.h"

// How well the numbers are known that something stands on: those that decide rates apart from those
// that are times. A link whose rate a standard gives has ports whose time somebody guessed.
typedef struct lw_provenance {
    lw_evidence rate, latency;
} lw_provenance;

typedef struct lw_provenances {
    // one a workload: of all links and nodes that it meets; NULL: nobody asks
    const lw_provenance *workload;
    const lw_provenance *link;  // one a link spec of the machine: of what of it has an effect
} lw_provenances;

#endif
