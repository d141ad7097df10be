// SPDX-License-Identifier: GPL-3.0-or-later
// Copies between this machine and one of its cards, timed.
#ifndef LW_MEASURE_H
#define LW_MEASURE_H

#include "sim/import/series.h"

// What to measure.
typedef struct lw_measuring {
    int device;         // number of the OpenCL device; -1: the first that is no processor
    size_t factor;      // between two sizes, of which 4 KiB is the first
    size_t most_bytes;  // the largest, as far as the memory of the card goes
} lw_measuring;

// Add series of a card: each direction, pinned and pageable, waited for and queued. LW_IO where
// there is none, or no OpenCL.
lw_status lw_measure(lw_import *file, const lw_measuring *how) LW_CHECKED;

#endif
