// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/callouts.h"

#include <math.h>

#define GAP 4.0     // between a mark and the text beside it
#define CLEAR 2.0   // around a text
#define NEARER 3.0  // a text is to its own mark than to any other
#define STEP 13.0   // from one ring of places to the next: a line of text
enum { RINGS = 22, DIRECTIONS = 24, PASSES = 40 };

// Costs: distance in user units; the others say how far a text would rather be than do that.
#define COST_TOUCH 4000.0
#define COST_LEADER_ON_TEXT 250.0
#define COST_LEADER_ON_MARK 120.0
#define COST_LEADERS_CROSS 180.0
#define COST_LEADER 10.0
#define COST_FOREIGN 400.0  // to be read as the name of another mark

static bool boxes_touch(lw_box a, lw_box b) {
    return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

static lw_box grown(lw_box box, double by) {
    return (lw_box){box.left - by, box.top - by, box.right + by, box.bottom + by};
}

static lw_box mark_box(const lw_callout *c) {
    return (lw_box){c->mark.x - c->radius, c->mark.y - c->radius, c->mark.x + c->radius, c->mark.y + c->radius};
}

static double side(lw_xy a, lw_xy b, lw_xy p) {
    return (b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x);
}

static bool segments_cross(lw_xy a, lw_xy b, lw_xy c, lw_xy d) {
    return side(a, b, c) * side(a, b, d) < 0.0 && side(c, d, a) * side(c, d, b) < 0.0;
}

static bool inside(lw_box box, lw_xy p) {
    return p.x > box.left && p.x < box.right && p.y > box.top && p.y < box.bottom;
}

static bool segment_meets(lw_xy a, lw_xy b, lw_box box) {
    lw_xy corner[4] = {{box.left, box.top}, {box.right, box.top}, {box.right, box.bottom}, {box.left, box.bottom}};
    return inside(box, a) || inside(box, b) || segments_cross(a, b, corner[0], corner[2]) ||
           segments_cross(a, b, corner[1], corner[3]);
}

// ---- Places ----

// Place number `at` of a text: ring by ring; on a ring to the right first. The text's near edge or
// corner lies on the ring.
static lw_callout placed(const lw_callout *c, size_t at) {
    lw_callout out = *c;
    const size_t ring = at / DIRECTIONS;
    double turn = (double)(at % DIRECTIONS) / DIRECTIONS * 2.0 * acos(-1.0);
    double reach = c->radius + GAP + (double)ring * STEP;
    lw_xy to = {cos(turn), sin(turn)};
    lw_xy near = {c->mark.x + reach * to.x, c->mark.y + reach * to.y};
    // To the right the text begins there, to the left it ends there, above and below it is centred.
    double lean = fmax(-1.0, fmin(1.0, 2.5 * to.x));
    double rise = fmax(-1.0, fmin(1.0, 1.4 * to.y));
    out.box.left = near.x - c->width * (1.0 - lean) / 2.0;
    out.box.top = near.y - c->height * (1.0 - rise) / 2.0;
    out.box.right = out.box.left + c->width;
    out.box.bottom = out.box.top + c->height;
    out.has_leader = ring >= 1;
    out.elbow = (lw_xy){fmax(out.box.left - 2.0, fmin(out.box.right + 2.0, c->mark.x)),
                        fmax(out.box.top + 2.0, fmin(out.box.bottom - 2.0, c->mark.y))};
    if (out.elbow.x > out.box.left && out.elbow.x < out.box.right) {  // from above or below
        out.elbow.y = c->mark.y < out.box.top ? out.box.top : out.box.bottom;
    }
    return out;
}

typedef struct scene {
    lw_callout *callout;
    size_t count;
    const lw_box *obstacle;
    size_t obstacle_count;
    lw_box room;
} scene;

static bool touches(const scene *s, size_t own, const lw_callout *c) {
    lw_box box = grown(c->box, CLEAR);
    if (c->width <= 0.0) {
        return false;
    }
    bool hit =
        c->box.left < s->room.left || c->box.right > s->room.right || c->box.top < s->room.top || c->box.bottom > s->room.bottom;
    for (size_t i = 0; i < s->obstacle_count && !hit; i++) {
        hit = boxes_touch(box, s->obstacle[i]);
    }
    for (size_t i = 0; i < s->count && !hit; i++) {
        hit = boxes_touch(i == own ? c->box : box, mark_box(&s->callout[i])) ||
              (i != own && s->callout[i].width > 0.0 && boxes_touch(box, s->callout[i].box));
    }
    return hit;
}

static double cost_of_leaders(const scene *s, size_t own, const lw_callout *c) {
    double cost = c->has_leader ? COST_LEADER : 0.0;
    for (size_t i = 0; i < s->count; i++) {
        const lw_callout *other = &s->callout[i];
        if (i == own) {
            continue;
        }
        if (c->has_leader) {
            cost += other->width > 0.0 && segment_meets(c->mark, c->elbow, other->box) ? COST_LEADER_ON_TEXT : 0.0;
            cost += segment_meets(c->mark, c->elbow, mark_box(other)) ? COST_LEADER_ON_MARK : 0.0;
        }
        if (other->has_leader) {
            cost += segment_meets(other->mark, other->elbow, c->box) ? COST_LEADER_ON_TEXT : 0.0;
            cost += c->has_leader && segments_cross(c->mark, c->elbow, other->mark, other->elbow) ? COST_LEADERS_CROSS : 0.0;
        }
    }
    return cost;
}

static double distance(lw_box box, lw_xy p) {
    return hypot(fmax(fmax(box.left - p.x, p.x - box.right), 0.0), fmax(fmax(box.top - p.y, p.y - box.bottom), 0.0));
}

// Is a text without a leader at least as near to another mark as to its own?
static bool misleads(const scene *s, size_t own, const lw_callout *c) {
    bool foreign = false;
    for (size_t i = 0; i < s->count && !c->has_leader; i++) {
        foreign = foreign || (i != own && distance(c->box, s->callout[i].mark) < distance(c->box, c->mark) + NEARER);
    }
    return foreign;
}

static double cost_of(const scene *s, size_t own, const lw_callout *c) {
    double dx = c->elbow.x - c->mark.x;
    double dy = c->elbow.y - c->mark.y;
    // beside is read more easily than above or below
    double upright = fabs(dy) > fabs(dx) ? 3.0 : 0.0;
    double left = c->box.right < c->mark.x ? 1.0 : 0.0;
    double askew = 0.5 * fabs((c->box.top + c->box.bottom) / 2.0 - c->mark.y);
    return hypot(dx, dy) + upright + left + askew + cost_of_leaders(s, own, c) + (touches(s, own, c) ? COST_TOUCH : 0.0) +
           (misleads(s, own, c) ? COST_FOREIGN : 0.0);
}

// Take the best place; true when that is another one.
static bool improve(const scene *s, size_t own) {
    lw_callout *c = &s->callout[own];
    lw_callout best = *c;
    double least = cost_of(s, own, c);
    for (size_t at = 0; at < RINGS * DIRECTIONS; at++) {
        lw_callout candidate = placed(c, at);
        const size_t ring = at / DIRECTIONS;
        if ((double)ring * STEP > least) {
            break;  // farther out everything costs more
        }
        double cost = cost_of(s, own, &candidate);
        if (cost < least - 1e-9) {
            least = cost;
            best = candidate;
        }
    }
    bool moved = best.box.left != c->box.left || best.box.top != c->box.top;
    *c = best;
    return moved;
}

size_t lw_callouts_place(lw_callout *callout, size_t count, const lw_box *obstacle, size_t obstacle_count, lw_box room) {
    scene s = {callout, count, obstacle, obstacle_count, room};
    for (size_t i = 0; i < count; i++) {
        callout[i] = placed(&callout[i], 0);
    }
    bool moved = true;
    for (int pass = 0; moved && pass < PASSES; pass++) {
        moved = false;
        for (size_t i = 0; i < count; i++) {
            moved = (callout[i].width > 0.0 && improve(&s, i)) || moved;
        }
    }
    size_t touching = 0;
    for (size_t i = 0; i < count; i++) {
        touching += touches(&s, i, &callout[i]) ? 1 : 0;
    }
    return touching;
}
