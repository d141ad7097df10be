// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/engine/path.h"

#include <math.h>

static int64_t piece_bytes(const lw_hop *hop, int64_t payload_bytes) {
    int64_t bytes = payload_bytes + hop->overhead_bytes;
    return (bytes + hop->granule_bytes - 1) / hop->granule_bytes * hop->granule_bytes;
}

int64_t lw_wire_bytes(const lw_hop *hop, int64_t payload_bytes) {
    int64_t segment_bytes = hop->segment_bytes;
    if (segment_bytes <= 0 || payload_bytes <= segment_bytes) {
        return piece_bytes(hop, payload_bytes);
    }
    int64_t rest_bytes = payload_bytes % segment_bytes;
    return payload_bytes / segment_bytes * piece_bytes(hop, segment_bytes) + (rest_bytes > 0 ? piece_bytes(hop, rest_bytes) : 0);
}

int64_t lw_server_busy_ps(lw_fraction pace, int64_t packet_ps, lw_int128 control_parts, const lw_server_result *did) {
    lw_int128 parts = (lw_int128)did->wire_bytes * pace.num + control_parts;
    return (int64_t)(parts / pace.den) + (did->packets + did->replays) * packet_ps;
}

void lw_find_busiest(lw_task_result *result, size_t hops) {
    int64_t most_ps = -1;
    for (size_t h = 0; h < hops && result->packets > 0; h++) {
        if (result->load[h].busy_ps > most_ps) {
            most_ps = result->load[h].busy_ps;
            result->busiest = result->load[h].server;
        }
    }
    const double phase_ps = (double)result->phase_ps;
    result->busiest_share = phase_ps > 0 && most_ps > 0 ? fmin(1.0, (double)most_ps / phase_ps) : 0.0;
}

int64_t lw_path_latency_ps(const lw_server *server, const lw_hop *hop, size_t count, int64_t payload_bytes) {
    int64_t start_ps = 0;
    int64_t end_ps = 0;  // latency included
    for (size_t i = 0; i < count; i++) {
        const lw_server *here = &server[hop[i].server];
        const lw_fraction pace = lw_server_pace(here);
        const lw_int128 service_ps = (lw_int128)lw_wire_bytes(&hop[i], payload_bytes) * pace.num / pace.den + here->packet_ps;
        if (service_ps > LW_SPAN_MAX) {
            return LW_TIME_MAX;
        }
        if (i > 0) {
            start_ps = hop[i].store_forward ? end_ps : start_ps + server[hop[i - 1].server].latency_ps;
            end_ps = hop[i - 1].paces ? 0 : end_ps;
        }
        const int64_t own_ps = start_ps + (int64_t)service_ps;
        end_ps = (own_ps > end_ps ? own_ps : end_ps) + here->latency_ps;
        if (end_ps > LW_TIME_MAX) {
            return LW_TIME_MAX;
        }
    }
    return end_ps;
}
