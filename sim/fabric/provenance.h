// SPDX-License-Identifier: GPL-3.0-or-later
// What a result stands on: how the numbers of links and devices are known, those that decide rates apart from those that are
// times. A link whose rate a standard gives has ports whose time somebody guessed.
#ifndef LW_GROUNDS_H
#define LW_GROUNDS_H

#include "sim/machine/link_spec.h"

typedef struct lw_provenance {
    lw_evidence rate, latency;
} lw_provenance;

static inline void lw_provenance_add(lw_provenance *to, lw_provenance other) {
    to->rate = lw_evidence_weaker(to->rate, other.rate);
    to->latency = lw_evidence_weaker(to->latency, other.latency);
}

// kinds: 1 << lw_packet_kind of each that goes over the link.
lw_provenance lw_link_provenance(const lw_link_spec *spec, unsigned kinds);
// Of the keys that something has asked for so far.
lw_provenance lw_node_provenance(const lw_node_spec *spec);

#endif
