// SPDX-License-Identifier: GPL-3.0-or-later
// How we know a number.
#ifndef LW_EVIDENCE_H
#define LW_EVIDENCE_H

// Ordered from best to weakest; a result carries the weakest evidence of what it stands on.
typedef enum lw_evidence {
    LW_SPECIFIED,    // a standard or a vendor's document says it
    LW_MEASURED,     // someone measured exactly this
    LW_CALIBRATED,   // fitted to measured tables
    LW_ASSUMED,      // a stated assumption without a source, or the scenario's own number
    LW_ANNOUNCED,    // announced, not yet shipping
    LW_SPECULATIVE,  // physics says it could be; nobody built it
    LW_EVIDENCE_COUNT
} lw_evidence;

extern const char *const lw_evidence_words[];  // "specified", ..., NULL
static inline lw_evidence lw_evidence_weaker(lw_evidence a, lw_evidence b) {
    return a > b ? a : b;
}

#endif
