// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/coherence.h"

#include <math.h>

int64_t lw_coherence_far_ps(const lw_coherence *coherence, const lw_link_model *link) {
    const int64_t trip_ps = lw_link_model_latency_ps(link, 0) + lw_link_model_latency_ps(link, 1);
    return llround(coherence->far_share * (double)(trip_ps + coherence->answer_ps));
}
