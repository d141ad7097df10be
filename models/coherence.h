// SPDX-License-Identifier: GPL-3.0-or-later
// Coherence: whom the owner of a memory behind a link must ask before the memory is used.
#ifndef LW_COHERENCE_H
#define LW_COHERENCE_H

#include "models/channel.h"

// All zero where nobody is asked.
typedef struct lw_coherence {
    // of accesses from the other end before which the device that has the memory asks
    double far_share;
    double own_share;  // the same of its own accesses
    // from a question having come to its answer leaving
    int64_t answer_ps;
    int64_t question_bytes[2], answer_bytes[2];  // packet bytes on channel 0 and 1
} lw_coherence;

// Mean time that asking adds to an access from the other end on an idle link.
int64_t lw_coherence_far_ps(const lw_coherence *coherence, const lw_link_model *link);

#endif
