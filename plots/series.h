// SPDX-License-Identifier: GPL-3.0-or-later
// What a chart shows, taken out of a result.
#ifndef LW_SERIES_H
#define LW_SERIES_H

#include "plots/chart_data.h"

// Collect what the request asks for. y is the bandwidth (GB/s); for LW_CHART_TIME and
// LW_CHART_PLANE the time (s). For LW_CHART_LOADED_LATENCY x is the load that is offered (GB/s), or the
// bandwidth achieved where no rate is swept, and y the mean latency (s), without points whose link is
// saturated. For LW_CHART_MARGIN y is dB, of
// what nothing gets through too. LW_BAD_INPUT with a diagnostic when
// a path or workload is not in the result, or when there is more than a chart can show.
lw_status lw_chart_collect(const lw_chart_request *request, const lw_result *result, lw_arena *arena, lw_diags *diags,
                           lw_chart_data *out) LW_CHECKED;

// Is y logarithmic?
bool lw_chart_is_log(const lw_chart_request *request);

// What lw_chart_collect would refuse whatever the numbers: only set, and name and paced of
// workloads, are read.
lw_status lw_chart_find_room(const lw_chart_request *request, const lw_result *outline, lw_arena *arena,
                             lw_diags *diags) LW_CHECKED;

#endif
