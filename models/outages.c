// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/outages.h"

double lw_outages_clear_share(const lw_outages *outages) {
    double clear_ps = (double)outages->gap_ps;
    return outages->gap_ps > 0 ? clear_ps / (clear_ps + (double)outages->length_ps) : 1.0;
}
