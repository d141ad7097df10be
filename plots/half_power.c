// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/half_power.h"

#include <math.h>

lw_xy lw_between(lw_xy from, lw_xy to, bool is_time, double share) {
    const double x = from.x * pow(to.x / from.x, share);
    const double along = to.x > from.x ? (x - from.x) / (to.x - from.x) : share;
    if (is_time || !(from.y > 0.0) || !(to.y > 0.0)) {
        return (lw_xy){x, from.y + along * (to.y - from.y)};
    }
    return (lw_xy){x, x / (from.x / from.y + along * (to.x / to.y - from.x / from.y))};
}

bool lw_half_power(const lw_curve *curve, bool is_time, lw_xy *at) {
    double top = 0.0;
    for (size_t i = 0; i < curve->count; i++) {
        const lw_xy *p = &curve->point[i].at;
        top = fmax(top, is_time ? p->x / p->y : p->y);
    }
    for (size_t i = 0; i + 1 < curve->count; i++) {
        const lw_xy *a = &curve->point[i].at;
        const lw_xy *b = &curve->point[i + 1].at;
        // of a unit of their own where y is a rate
        const double from_s = is_time ? a->y : a->x / a->y;
        const double to_s = is_time ? b->y : b->x / b->y;
        if (!(a->x > 0.0) || !(from_s > 0.0) || a->x / from_s > top / 2 || b->x / to_s <= top / 2) {
            continue;
        }
        // (a + along (b - a)) / (from + along (to - from)) = top / 2
        const double along = (top / 2 * from_s - a->x) / (b->x - a->x - top / 2 * (to_s - from_s));
        at->x = a->x + along * (b->x - a->x);
        at->y = is_time ? from_s + along * (to_s - from_s) : top / 2;
        return isfinite(at->x) && isfinite(at->y);
    }
    return false;
}
