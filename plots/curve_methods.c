// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/curve_methods.h"

#include <math.h>
#include <string.h>

#include "plots/half_power.h"

#define TICK 7.0  // to each side of the line
#define GAP 5.0
#define AIR 3.0  // around a name
#define SAME_PLACE 2.0

enum { NAMES_MOST = 4 * LW_LINES_MAX };

// What names must not touch.
typedef struct names {
    const lw_curves *l;
    const lw_panel *panel;
    const lw_panel_lines *lines;
    lw_box placed[NAMES_MOST];
    size_t count;
} names;

static bool is_other(const lw_sample *a, const lw_sample *b) {
    return a->choice != NULL && b->choice != NULL && strcmp(a->choice, b->choice) != 0;
}

bool lw_curve_has_methods(const lw_curve *curve) {
    bool changes = false;
    for (size_t i = 1; i < curve->count; i++) {
        changes = changes || is_other(&curve->point[i - 1], &curve->point[i]);
    }
    return changes;
}

static bool is_inside(lw_box box, lw_xy at) {
    return at.x > box.left && at.x < box.right && at.y > box.top && at.y < box.bottom;
}

// Does the line between two points run through the box? It is followed in steps of a unit.
static bool runs_through(lw_box box, lw_xy from, lw_xy to) {
    const double length = hypot(to.x - from.x, to.y - from.y);
    const int steps = 1 + (int)length;
    bool touches = false;
    for (int i = 0; i <= steps && !touches; i++) {
        const double share = (double)i / steps;
        touches = is_inside(box, (lw_xy){from.x + share * (to.x - from.x), from.y + share * (to.y - from.y)});
    }
    return touches;
}

// Curves by size are round between their points.
static bool touches_line(const lw_curves *l, lw_box box, const lw_curve *curve) {
    enum { PIECES = 4 };
    bool touches = false;
    for (size_t i = 1; i < curve->count && !touches; i++) {
        const lw_xy from = curve->point[i - 1].at, to = curve->point[i].at;
        lw_xy last = lw_on_page(l, from);
        for (int k = 1; k <= PIECES && !touches; k++) {
            const bool round = curve->by_size && k < PIECES;
            const lw_xy here = lw_on_page(l, round ? lw_between(from, to, lw_is_time(l), (double)k / PIECES) : to);
            touches = runs_through(box, last, here);
            last = here;
        }
    }
    return touches;
}

static bool touches_curve(const lw_curves *l, lw_box box, const lw_curve *curve) {
    const double ceiling = lw_ceiling_of(l, curve), y = ceiling > 0.0 ? lw_scale_at(&l->axes.y, ceiling) : -1.0;
    lw_xy half;
    const lw_box *plot = &l->axes.plot;
    const bool at_ceiling =
        box.right > plot->right - LW_CEILING_SHARE * (plot->right - plot->left) && y > box.top && y < box.bottom;
    bool touches = at_ceiling || touches_line(l, box, curve);
    if (!touches && lw_half_of(l, curve, &half)) {
        const lw_xy at = lw_on_page(l, half);
        const lw_box wide = {box.left - LW_OPEN_SIZE / 2, box.top - LW_OPEN_SIZE / 2, box.right + LW_OPEN_SIZE / 2,
                             box.bottom + LW_OPEN_SIZE / 2};
        touches = is_inside(wide, at);
    }
    return touches;
}

// Between a name and what it is about lies no other line, but those that run in the same place.
static bool is_near(const names *n, const lw_curve *own, lw_xy at, lw_box box) {
    const lw_box both = {fmin(box.left, at.x), fmin(box.top, at.y), fmax(box.right, at.x), fmax(box.bottom, at.y)};
    const lw_box here = {at.x - SAME_PLACE, at.y - SAME_PLACE, at.x + SAME_PLACE, at.y + SAME_PLACE};
    bool near = true;
    for (size_t i = 0; i < n->lines->count && near; i++) {
        const lw_curve *other = n->lines->line[i].curve;
        near = other == own || touches_line(n->l, here, other) || !touches_line(n->l, both, other);
    }
    return near;
}

static bool is_free(const names *n, lw_box box) {
    const lw_box *plot = &n->l->axes.plot;
    const lw_box wide = {box.left - LW_DOT_SIZE / 2, box.top - LW_DOT_SIZE / 2, box.right + LW_DOT_SIZE / 2,
                         box.bottom + LW_DOT_SIZE / 2};
    bool ok = box.left >= plot->left && box.right <= plot->right && box.top >= plot->top && box.bottom <= plot->bottom;
    for (size_t i = 0; i < n->lines->count && ok; i++) {
        ok = !touches_curve(n->l, box, n->lines->line[i].curve);
    }
    for (size_t i = 0; i < n->panel->measured_count && ok; i++) {
        for (size_t k = 0; k < n->panel->measured[i].count && ok; k++) {
            ok = !is_inside(wide, lw_on_page(n->l, n->panel->measured[i].point[k].at));
        }
    }
    for (size_t i = 0; i < n->count && ok; i++) {
        const lw_box *other = &n->placed[i];
        ok = box.right < other->left || box.left > other->right || box.bottom < other->top || box.top > other->bottom;
    }
    return ok && n->count < NAMES_MOST;
}

// To a name that is not next to its tick.
static void lead(const names *n, lw_xy at, lw_box box, lw_role role) {
    const bool below = box.top > at.y;
    const double end = box.left > at.x ? box.left : box.right;
    lw_draw_line(n->l->canvas->draw, at.x, at.y + (below ? TICK : -TICK), end, below ? box.top : box.bottom,
                 (lw_stroke){role, 0.75, LW_DASH_SOLID});
}

enum { PLACES_NEXT = 4 };  // the others are led to

// Beside the tick, below the line or above it, where it touches nothing; else only hovering tells.
static void place_name(names *n, const lw_curve *own, lw_xy at, const char *name, lw_role role) {
    const double width = lw_text_width(n->l->canvas->metrics, name, LW_SIZE_SMALL, false), high = LW_SIZE_SMALL;
    // of the left end of the baseline
    const lw_xy places[] = {{at.x + GAP, at.y + high + GAP},           {at.x + 2 * GAP, at.y + 2 * high + GAP},
                            {at.x - GAP - width, at.y - GAP},          {at.x - 2 * GAP - width, at.y - high - GAP},
                            {at.x + 4 * GAP, at.y + 3.5 * high + GAP}, {at.x - 4 * GAP - width, at.y - 2.5 * high - GAP}};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        const lw_box box = {places[i].x - AIR, places[i].y - high - AIR, places[i].x + width + AIR, places[i].y + AIR};
        if (is_free(n, box) && is_near(n, own, at, box)) {
            n->placed[n->count++] = box;
            // what is dotted below it, to a half-power size, is interrupted
            lw_draw_rect(n->l->canvas->draw, (lw_rect){box.left, box.top, box.right - box.left, box.bottom - box.top},
                         LW_ROLE_BACKGROUND, (lw_stroke){0});
            if (i >= PLACES_NEXT) {
                lead(n, at, box, role);
            }
            lw_draw_text(n->l->canvas->draw, places[i].x, places[i].y, lw_font_of(LW_SIZE_SMALL, role, LW_ANCHOR_START), name);
            return;
        }
    }
}

static lw_status draw_change(names *n, const lw_curve *curve, size_t index, bool ticks) {
    const lw_curves *l = n->l;
    const lw_theme *theme = lw_theme_of(l->chart->request->theme);
    const lw_role role = lw_role_of(curve->look.hue, curve->look.shade);
    const lw_xy at = lw_on_page(l, curve->point[index].at);
    const char *name = lw_clean_utf8(l->canvas->arena, curve->point[index].choice);
    if (name == NULL) {
        return LW_NO_MEMORY;
    }
    lw_draw_group(l->canvas->draw, NULL, "method", name);
    if (ticks) {
        lw_draw_line(l->canvas->draw, at.x, at.y - TICK, at.x, at.y + TICK, (lw_stroke){role, 2.0, LW_DASH_SOLID});
    }
    place_name(n, curve, at, name, lw_role_for_text(theme, curve->look.hue, curve->look.shade));
    lw_draw_ungroup(l->canvas->draw);
    return LW_OK;
}

lw_status lw_methods_draw(const lw_curves *l, const lw_panel *panel, const lw_panel_lines *lines) {
    names n = {.l = l, .panel = panel, .lines = lines};
    for (size_t i = 0; i < lines->count; i++) {
        const lw_curve *curve = lines->line[i].curve;
        for (size_t k = 0; k < curve->count && lw_curve_has_methods(curve); k++) {
            const bool changes = k > 0 && is_other(&curve->point[k - 1], &curve->point[k]);
            const bool begins = k == 0 && curve->point[k].choice != NULL;
            LW_TRY(changes || begins ? draw_change(&n, curve, k, changes) : LW_OK);
        }
    }
    return LW_OK;
}
