// SPDX-License-Identifier: GPL-3.0-or-later
// What only a chart of latency under load has: what is offered, percentiles, and what theory says.
#ifndef LW_LOADED_H
#define LW_LOADED_H

#include "plots/chart_data.h"

// Packets that come at a rate have a mean latency, and so has a probe that reads now and then. Copies
// of a given size are as late as they are long.
bool lw_has_latency(const lw_workload_result *workload);

// A workload under the load that sample->order says, where offered: a rate, else the bandwidth that
// it has is x. From the median to 99 % where each packet was timed.
void lw_loaded_sample(const lw_workload_result *workload, bool offered, lw_sample *sample);

// A queue that is offered more than it can serve grows as long as the run lasts: its latency, and
// that of who waits in it, says nothing. x_path: of a rate; workload: whose point is to be drawn.
bool lw_is_saturated(const lw_point *point, const char *x_path, const lw_workload_result *workload);

// What the link of a curve would carry, where the load is the curve's own and comes near it; 0: not
// known.
double lw_loaded_most(const lw_chart_data *data, const lw_panel *panel, const lw_curve *curve);

// "107 ns \u2026 157 ns, 99 %: 222 ns", of a curve with a band. NULL when out of memory.
const char *lw_loaded_text(const lw_curve *curve, lw_arena *arena);

// Does any curve of the chart have what theory says?
bool lw_has_theory(const lw_chart_data *data);

#endif
