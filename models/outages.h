// SPDX-License-Identifier: GPL-3.0-or-later
// Outages of a channel: a radio path that somebody walks through. Times between them and their
// lengths are exponential; no packet starts in one.
#ifndef LW_OUTAGES_H
#define LW_OUTAGES_H

#include <stdint.h>

typedef struct lw_outages {
    int64_t gap_ps;     // mean time from the end of an outage to the next; 0: there are none
    int64_t length_ps;  // mean length
} lw_outages;

// Share of the time without an outage.
double lw_outages_clear_share(const lw_outages *outages);

#endif
