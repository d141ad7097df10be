// SPDX-License-Identifier: GPL-3.0-or-later
// Names for marks that lie anywhere on a plane, as cartographers place them: near their mark, on
// nothing else.
#ifndef LW_CALLOUTS_H
#define LW_CALLOUTS_H

#include "plots/frame.h"

typedef struct lw_callout {
    lw_xy mark;            // centre
    double radius;         // of the mark
    double width, height;  // of the text; width 0: a mark without one
    lw_box box;            // where the text is put
    lw_xy elbow;           // where a leader from the mark ends
    bool has_leader;       // the text is not beside its mark
} lw_callout;

// Put every text inside `room` so that it touches no mark, no other text and no obstacle, as near
// to its mark as that allows; leaders cross as little as possible. A local search (each text in
// turn takes the best of a fixed set of places, until none moves), so the same input gives the same
// picture. Returns how many texts still touch something: 0 when all is well.
size_t lw_callouts_place(lw_callout *callout, size_t count, const lw_box *obstacle, size_t obstacle_count, lw_box room);

#endif
