// SPDX-License-Identifier: GPL-3.0-or-later
// The axis of a timeline: time runs straight but for breaks, where nothing new is to be seen.
#ifndef LW_TIME_AXIS_H
#define LW_TIME_AXIS_H

#include "plots/frame.h"
#include "sim/result/timeline.h"

enum { LW_BREAKS_MOST = 5 };

typedef struct lw_time_part {
    int64_t from_ps, to_ps;
    double left, right;
    bool broken;
    const lw_timeline_gap *gap;  // of a break: what was jumped; NULL: what is not recorded
} lw_time_part;

typedef struct lw_time_axis {
    lw_time_part part[2 * LW_BREAKS_MOST + 1];
    size_t count;
} lw_time_axis;

// From 0 to end_ps between left and right; the longest gaps are breaks.
void lw_time_axis_make(const lw_timeline *timeline, int64_t end_ps, double left, double right, lw_time_axis *out);
double lw_time_axis_at(const lw_time_axis *axis, int64_t time_ps);

// What lies behind the spans: grid, breaks with what they leave out above them; and ticks below.
lw_status lw_time_axis_draw(const lw_canvas *canvas, const lw_time_axis *axis, const lw_timeline *timeline, double top,
                            double bottom) LW_CHECKED;

#endif
