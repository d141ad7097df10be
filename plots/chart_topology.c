// SPDX-License-Identifier: GPL-3.0-or-later
// A system as boxes and lines: width of a line by its rate, colour by its family, dashes where
// nobody can buy it yet.
#include <math.h>
#include <string.h>

#include "plots/chart.h"
#include "plots/topology_layout.h"

#define LEGEND_HEIGHT 30.0
#define WIDTH_LEAST 620.0
#define SIZE_MOST 16000.0
#define MARGIN 24.0
#define CORNER 5.0
#define STACK 4.0      // shift of the cards behind a box that stands for several
#define PARALLEL 26.0  // between lines that join the same two boxes
#define MACHINE_PADDING 14.0
#define HOST_PADDING 8.0
#define SWITCH_PADDING 4.0

static const double pi = 3.14159265358979323846;
static const char subtitle[] = "Rates are those of a link's slowest part after its line code, per direction.";
static const char subtitle_of_sweep[] =
    "Rates are those of a link's slowest part after its line code, per direction. First point of the sweep.";

typedef struct scene {
    const lw_topology *topology;
    const lw_topology_layout *layout;
    const lw_canvas *canvas;
    double x, y;  // of the layout's origin on the page
} scene;

// ---- Shapes ----

static void draw_rounded(lw_draw *draw, lw_rect rect, lw_role fill, lw_stroke stroke) {
    const double left = rect.left, top = rect.top, width = rect.width, height = rect.height;
    enum { STEPS = 4, POINTS = 4 * (STEPS + 1) };
    lw_xy point[POINTS];
    for (int i = 0; i < POINTS; i++) {
        int corner = i / (STEPS + 1);
        double angle = pi / 2 * (corner + (double)(i % (STEPS + 1)) / STEPS);
        double x = corner == 0 || corner == 3 ? left + width - CORNER : left + CORNER;
        double y = corner < 2 ? top + height - CORNER : top + CORNER;
        point[i] = (lw_xy){x + CORNER * cos(angle), y + CORNER * sin(angle)};
    }
    lw_draw_path(draw, point, POINTS, true, fill, stroke);
}

// As much more for each doubling as the eye needs to tell two lines apart: 2 GB/s is 0.8, 8 GB/s is
// 3.4, 64 GB/s is 7.3, 900 GB/s is 12.3.
static double line_width(double rate_Bps) {
    return fmax(0.8, fmin(16.0, 0.8 + 1.3 * log2(fmax(rate_Bps, 1.0) / 2e9)));
}

// The shade tells kinds of one family apart where widths alone would not: links that cross inside
// one circle.
static lw_stroke link_stroke(const lw_topology_link *link, lw_shade shade) {
    lw_dash dash = link->evidence == LW_SPECULATIVE ? LW_DASH_DOTS
                   : link->evidence == LW_ANNOUNCED ? LW_DASH_LONG
                                                    : LW_DASH_SOLID;
    return (lw_stroke){lw_role_of(link->hue, shade), line_width(fmax(link->rate_Bps[0], link->rate_Bps[1])), dash};
}

static lw_font label_font(const lw_topology_link *link, lw_anchor anchor) {
    return lw_font_of(LW_SIZE_SMALL, lw_role_of(link->hue, LW_SHADE_TEXT), anchor);
}

static void fail(const scene *s) {
    if (s->canvas->draw->status == LW_OK) {
        s->canvas->draw->status = LW_NO_MEMORY;
    }
}

// Label and rate of a link, or false when memory ran out.
static bool link_texts(const scene *s, uint32_t link, const char **label, const char **rate) {
    *label = lw_topology_label(s->topology, link, s->canvas->arena);
    *rate = lw_topology_rate(&s->topology->link[link], s->canvas->arena);
    if (*label == NULL || *rate == NULL) {
        fail(s);
        return false;
    }
    return true;
}

// ---- Boxes ----

typedef struct look {
    lw_role fill, border, name, detail;
    double border_width;
} look;

static look look_of(const lw_topology_node *node) {
    static const struct {
        const char *kind;
        look style;
    } looks[] = {
        {"gpu", {LW_ROLE_INK, LW_ROLE_INK, LW_ROLE_BACKGROUND, LW_ROLE_GRID, 1.0}},
        {"host", {LW_ROLE_GRID, LW_ROLE_AXIS, LW_ROLE_INK, LW_ROLE_MUTED, 1.0}},
        {"switch", {LW_ROLE_BACKGROUND, LW_ROLE_INK, LW_ROLE_INK, LW_ROLE_MUTED, 1.6}},
    };
    for (size_t i = 0; i < sizeof looks / sizeof looks[0]; i++) {
        if (strcmp(looks[i].kind, node->kind) == 0) {
            return looks[i].style;
        }
    }
    return (look){LW_ROLE_BACKGROUND, LW_ROLE_AXIS, LW_ROLE_INK, LW_ROLE_MUTED, 1.0};
}

static void draw_box(const scene *s, uint32_t index) {
    const lw_topology_node *node = &s->topology->node[index];
    const lw_topology_box *box = &s->layout->box[index];
    lw_draw *draw = s->canvas->draw;
    look style = look_of(node);
    lw_stroke border = {style.border, style.border_width, LW_DASH_SOLID};
    double left = s->x + box->left, top = s->y + box->top;
    lw_draw_group(draw, NULL, "node", node->detail[0] != '\0' ? node->detail : node->kind);
    for (int behind = node->count > 1 ? 2 : 0; behind > 0; behind--) {
        lw_stroke edge = {style.fill == LW_ROLE_INK ? LW_ROLE_BACKGROUND : style.border, 1.0, LW_DASH_SOLID};
        draw_rounded(draw, (lw_rect){left + STACK * behind, top - STACK * behind, box->width, box->height}, style.fill, edge);
    }
    if (node->count > 1 && style.fill == LW_ROLE_INK) {
        border = (lw_stroke){LW_ROLE_BACKGROUND, 1.0, LW_DASH_SOLID};
    }
    draw_rounded(draw, (lw_rect){left, top, box->width, box->height}, style.fill, border);
    double middle = left + box->width / 2;
    double y = top + box->height / 2 - 7.0 * (double)box->line_count + LW_SIZE_LABEL * 0.36;
    lw_draw_text(draw, middle, y, lw_font_bold(LW_SIZE_LABEL, style.name, LW_ANCHOR_MIDDLE), box->name);
    for (size_t i = 0; i < box->line_count; i++) {
        y += i == 0 ? 15.0 : 14.0;
        lw_draw_text(draw, middle, y, lw_font_of(LW_SIZE_SMALL, style.detail, LW_ANCHOR_MIDDLE), box->line[i]);
    }
    lw_draw_ungroup(draw);
}

// ---- Frames ----

// The boxes of members, padded, if there are two or more but not all, and no box of another inside.
static bool frame_around(const scene *s, const bool *member, double padding, lw_box *out) {
    uint32_t inside = 0, strangers = 0, nodes = 0;
    *out = (lw_box){HUGE_VAL, HUGE_VAL, -HUGE_VAL, -HUGE_VAL};
    for (uint32_t i = 0; i < s->topology->node_count; i++) {
        const lw_topology_box *box = &s->layout->box[i];
        nodes += box->shown;
        if (box->shown && member[i]) {
            out->left = fmin(out->left, box->left);
            out->top = fmin(out->top, box->top);
            out->right = fmax(out->right, box->left + box->width);
            out->bottom = fmax(out->bottom, box->top + box->height);
            inside++;
        }
    }
    for (uint32_t i = 0; i < s->topology->node_count; i++) {
        const lw_topology_box *box = &s->layout->box[i];
        bool apart = box->left >= out->right || box->left + box->width <= out->left || box->top >= out->bottom ||
                     box->top + box->height <= out->top;
        strangers += box->shown && !member[i] && !apart;
    }
    *out = (lw_box){s->x + out->left - padding, s->y + out->top - padding, s->x + out->right + padding,
                    s->y + out->bottom + padding};
    return inside > 1 && inside < nodes && strangers == 0;
}

static void draw_frame(const scene *s, const lw_box *frame, const char *klass, lw_stroke stroke) {
    lw_draw_group(s->canvas->draw, NULL, klass, NULL);
    draw_rounded(s->canvas->draw, (lw_rect){frame->left, frame->top, frame->right - frame->left, frame->bottom - frame->top},
                 LW_ROLE_NONE, stroke);
    lw_draw_ungroup(s->canvas->draw);
}

// What of its machine hangs below a node and on nothing else: no path up leads past it. Returns how
// many hang there.
static uint32_t find_below(const lw_topology *t, uint32_t top, bool *member) {
    for (uint32_t i = 0; i < t->node_count; i++) {
        member[i] = t->node[i].machine == t->node[top].machine && (t->node[i].depth > t->node[top].depth || i == top);
    }
    for (bool moved = true; moved;) {
        moved = false;
        for (uint32_t k = 0; k < t->link_count; k++) {
            const uint32_t *end = t->link[k].end;
            const uint32_t lower = end[t->node[end[0]].depth < t->node[end[1]].depth];
            const uint32_t upper = end[t->node[end[0]].depth >= t->node[end[1]].depth];
            if (t->node[lower].depth > t->node[upper].depth && lower != top && member[lower] && !member[upper]) {
                member[lower] = false;
                moved = true;
            }
        }
    }
    uint32_t below = 0;
    for (uint32_t i = 0; i < t->node_count; i++) {
        below += member[i] && i != top;
    }
    return below;
}

static bool is_a_machine(const lw_topology *t, uint32_t top, const bool *member) {
    bool same = true;
    for (uint32_t i = 0; i < t->node_count; i++) {
        same = same && member[i] == (t->node[i].machine == t->node[top].machine);
    }
    return same;
}

// Boxes in boxes: a frame around each machine where there are several; in it one around each host
// with what hangs on it alone, and in that one around each switch with its own.
static void draw_frames(const scene *s) {
    const lw_topology *t = s->topology;
    bool *member = LW_NEW_ARRAY(s->canvas->arena, bool, t->node_count);
    lw_box frame;
    if (member == NULL) {
        fail(s);
        return;
    }
    for (uint32_t machine = 0; machine < t->node_count; machine++) {
        for (uint32_t i = 0; i < t->node_count; i++) {
            member[i] = t->node[i].machine == machine;
        }
        if (frame_around(s, member, MACHINE_PADDING, &frame)) {
            draw_frame(s, &frame, "machine", (lw_stroke){LW_ROLE_AXIS, 1.0, LW_DASH_SOLID});
        }
    }
    for (uint32_t top = 0; top < t->node_count; top++) {
        const bool root = t->node[top].depth == 0;
        if (!root && strcmp(t->node[top].kind, "switch") != 0) {
            continue;
        }
        const uint32_t below = find_below(t, top, member);
        if (below >= (root ? 1 : 2) && !is_a_machine(t, top, member) &&
            frame_around(s, member, root ? HOST_PADDING : SWITCH_PADDING, &frame)) {
            draw_frame(s, &frame, root ? "host" : "switch", (lw_stroke){LW_ROLE_AXIS, root ? 1.0 : 0.75, LW_DASH_SOLID});
        }
    }
}

// ---- Lines between columns ----

static double middle_of(const lw_topology_box *box) {
    return box->top + box->height / 2;
}

static double inside(double y, const lw_topology_box *box) {
    return fmax(box->top + 6, fmin(y, box->top + box->height - 6));
}

// How many links before and in all join the same two boxes.
static void count_parallel(const lw_topology *t, uint32_t link, uint32_t *before, uint32_t *all) {
    const uint32_t *end = t->link[link].end;
    *before = *all = 0;
    for (uint32_t l = 0; l < t->link_count; l++) {
        const uint32_t *other = t->link[l].end;
        bool same = (other[0] == end[0] && other[1] == end[1]) || (other[0] == end[1] && other[1] == end[0]);
        *before += same && l < link;
        *all += same;
    }
}

static void draw_step(const scene *s, uint32_t index) {
    const lw_topology *t = s->topology;
    const lw_topology_link *link = &t->link[index];
    bool forward = t->node[link->end[0]].depth < t->node[link->end[1]].depth;
    const lw_topology_box *a = &s->layout->box[link->end[!forward]], *b = &s->layout->box[link->end[forward]];
    uint32_t before, all;
    count_parallel(t, index, &before, &all);
    double shift = PARALLEL * (before - (all - 1) / 2.0);
    double level = (a->height < b->height ? middle_of(a) : middle_of(b)) + shift;
    double x0 = s->x + a->left + a->width, x1 = s->x + b->left;
    double y0 = s->y + inside(level, a), y1 = s->y + inside(level, b);
    double left = x0 + (t->node[link->end[!forward]].count > 1 ? 2 * STACK : 0);
    lw_stroke stroke = link_stroke(link, LW_SHADE_FIRST);
    lw_draw_line(s->canvas->draw, left, y0, x1, y1, stroke);
    const char *label, *rate;
    if (lw_topology_is_first(t, index) && link_texts(s, index, &label, &rate)) {
        double x = (left + x1) / 2, y = (y0 + y1) / 2;
        lw_draw_text(s->canvas->draw, x, y - stroke.width / 2 - 5, label_font(link, LW_ANCHOR_MIDDLE), label);
        lw_draw_text(s->canvas->draw, x, y + stroke.width / 2 + 13, lw_font_of(LW_SIZE_SMALL, LW_ROLE_MUTED, LW_ANCHOR_MIDDLE),
                     rate);
    }
}

// Between two boxes of one column: straight down where they are neighbours, else around what lies
// between.
static void draw_level(const scene *s, uint32_t index) {
    const lw_topology *t = s->topology;
    const lw_topology_link *link = &t->link[index];
    const lw_topology_box *a = &s->layout->box[link->end[0]], *b = &s->layout->box[link->end[1]];
    if (a->top > b->top) {
        const lw_topology_box *swap = a;
        a = b;
        b = swap;
    }
    bool free = true;
    for (uint32_t i = 0; i < t->node_count; i++) {
        const lw_topology_box *box = &s->layout->box[i];
        free = free && !(box->shown && box->left == a->left && box->top > a->top && box->top < b->top);
    }
    uint32_t before, all;
    count_parallel(t, index, &before, &all);
    lw_stroke stroke = link_stroke(link, LW_SHADE_FIRST);
    double right = s->x + a->left + a->width, x = free ? s->x + a->left + 26.0 + 90.0 * before : right + 18.0 + 12.0 * before;
    double y0 = s->y + a->top + a->height, y1 = s->y + b->top;
    if (free) {
        lw_draw_line(s->canvas->draw, x, y0, x, y1, stroke);
    } else {
        y0 = s->y + middle_of(a) + 10;
        y1 = s->y + middle_of(b) - 10;
        const lw_xy route[] = {{right, y0}, {x, y0}, {x, y1}, {right, y1}};
        lw_draw_path(s->canvas->draw, route, 4, false, LW_ROLE_NONE, stroke);
    }
    const char *label, *rate;
    if (lw_topology_is_first(t, index) && link_texts(s, index, &label, &rate)) {
        double y = (y0 + y1) / 2;
        lw_draw_text(s->canvas->draw, x + 10, y - 2.5, label_font(link, LW_ANCHOR_START), label);
        lw_draw_text(s->canvas->draw, x + 10, y + 11.5, lw_font_of(LW_SIZE_SMALL, LW_ROLE_MUTED, LW_ANCHOR_START), rate);
    }
}

// ---- Circles ----

static lw_xy on_circle(const scene *s, const lw_topology_circle *circle, double place, double count) {
    // The gap between the last and the first is on top, so that two halves face each other left and
    // right.
    double angle = 2 * pi * (place + 0.5) / count;
    return (lw_xy){s->x + circle->x + circle->radius * sin(angle), s->y + circle->y - circle->radius * cos(angle)};
}

static uint32_t place_of(const lw_topology_circle *circle, uint32_t node) {
    uint32_t place = 0;
    while (place < circle->count && circle->node[place] != node) {
        place++;
    }
    return place;
}

// Links of a circle by their kind: the first kind, the second, the third and all others.
static lw_shade shade_on_circle(const scene *s, uint32_t circle, uint32_t link) {
    const lw_topology *t = s->topology;
    uint32_t kind = 0;
    for (uint32_t k = 0; k < t->link_count && strcmp(t->link[k].label, t->link[link].label) != 0; k++) {
        kind += lw_topology_circle_of(t, s->layout, k) == circle && lw_topology_is_first(t, k) ? 1 : 0;
    }
    return (lw_shade)(kind < LW_LINE_SHADES ? kind : LW_LINE_SHADES - 1);
}

static void draw_discs(const scene *s, uint32_t index) {
    const lw_topology *t = s->topology;
    const lw_topology_circle *circle = &s->layout->circle[index];
    lw_draw *draw = s->canvas->draw;
    for (uint32_t k = 0; k < t->link_count; k++) {
        uint32_t a = place_of(circle, t->link[k].end[0]), b = place_of(circle, t->link[k].end[1]);
        if (a < circle->count && b < circle->count) {
            lw_xy from = on_circle(s, circle, a, circle->count), to = on_circle(s, circle, b, circle->count);
            lw_draw_line(draw, from.x, from.y, to.x, to.y, link_stroke(&t->link[k], shade_on_circle(s, index, k)));
        }
    }
    for (uint32_t i = 0; i < circle->count; i++) {
        const lw_topology_node *node = &t->node[circle->node[i]];
        lw_xy at = on_circle(s, circle, i, circle->count);
        look style = look_of(node);
        lw_draw_group(draw, NULL, "node", node->name);
        lw_draw_marker(draw, (lw_xy){at.x, at.y}, LW_SHAPE_CIRCLE, 2 * LW_TOPOLOGY_DISC, style.fill,
                       (lw_stroke){LW_ROLE_BACKGROUND, 1.5, LW_DASH_SOLID});
        const char *bracket = strchr(node->name, '[');
        const char *text = bracket == NULL ? node->name : lw_arena_copy_n(s->canvas->arena, bracket + 1, strlen(bracket) - 2);
        if (text == NULL) {
            fail(s);
            return;
        }
        text = lw_text_fit(s->canvas->metrics, s->canvas->arena, text, LW_SIZE_SMALL, true, 2 * LW_TOPOLOGY_DISC - 2);
        lw_draw_text(draw, at.x, at.y + LW_SIZE_SMALL * 0.36, lw_font_bold(LW_SIZE_SMALL, style.name, LW_ANCHOR_MIDDLE),
                     text != NULL ? text : "");
        lw_draw_ungroup(draw);
    }
}

// Nodes of a torus in a slanted grid: along x, then y into the depth, then z upwards; links that
// lead round stick out a little.
static void draw_torus(const scene *s, const lw_topology_circle *circle, const lw_topology_link *link) {
    enum { SHOWN = 6 };
    lw_draw *draw = s->canvas->draw;
    uint32_t n[LW_TOPOLOGY_AXES];
    for (int i = 0; i < LW_TOPOLOGY_AXES; i++) {
        n[i] = link->shape[i] < 1 ? 1 : link->shape[i] > SHOWN ? SHOWN : link->shape[i];
    }
    const double longest = fmax(n[0], fmax(n[1], n[2]));
    const double unit = 2 * circle->radius / (longest + 0.4 * (n[1] - 1.0));
    const lw_xy step[LW_TOPOLOGY_AXES] = {{unit, 0.10 * unit}, {0.38 * unit, -0.24 * unit}, {0, -unit}};
    lw_xy centre = {0, 0};
    for (int i = 0; i < LW_TOPOLOGY_AXES; i++) {
        centre.x += step[i].x * (n[i] - 1) / 2.0;
        centre.y += step[i].y * (n[i] - 1) / 2.0;
    }
    lw_stroke stroke = link_stroke(link, LW_SHADE_FIRST);
    stroke.width = fmin(stroke.width, 2.2);
    for (int pass = 0; pass < 2; pass++) {
        for (uint32_t i = 0; i < n[0] * n[1] * n[2]; i++) {
            // the farthest row first
            uint32_t at[LW_TOPOLOGY_AXES] = {i % n[0], n[1] - 1 - i / n[0] % n[1], i / (n[0] * n[1])};
            lw_xy p = {s->x + circle->x - centre.x, s->y + circle->y - centre.y};
            for (int k = 0; k < LW_TOPOLOGY_AXES; k++) {
                p.x += step[k].x * at[k];
                p.y += step[k].y * at[k];
            }
            for (int k = 0; pass == 0 && k < LW_TOPOLOGY_AXES; k++) {
                bool last = at[k] + 1 == n[k];
                double reach = n[k] < 2 ? 0 : !last ? 1.0 : 0.3;
                lw_draw_line(draw, p.x, p.y, p.x + step[k].x * reach, p.y + step[k].y * reach, stroke);
                if (n[k] > 1 && at[k] == 0) {
                    lw_draw_line(draw, p.x, p.y, p.x - step[k].x * 0.3, p.y - step[k].y * 0.3, stroke);
                }
            }
            if (pass == 1) {
                lw_draw_marker(draw, (lw_xy){p.x, p.y}, LW_SHAPE_CIRCLE, 9.0, LW_ROLE_INK,
                               (lw_stroke){LW_ROLE_BACKGROUND, 1.0, LW_DASH_SOLID});
            }
        }
    }
}

// A group that is drawn as one box: its pattern among as many nodes as can be told apart.
static void draw_inside(const scene *s, const lw_topology_circle *circle) {
    const lw_topology_link *link = &s->topology->link[circle->inside];
    uint32_t members = s->topology->node[link->end[0]].count, count = members < 24 ? members : 24;
    if (strcmp(link->pattern, "torus") == 0) {
        draw_torus(s, circle, link);
        return;
    }
    lw_draw *draw = s->canvas->draw;
    lw_stroke stroke = link_stroke(link, LW_SHADE_FIRST);
    stroke.width = fmin(stroke.width, 1.6);
    bool mesh = strcmp(link->pattern, "mesh") == 0;
    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t k = i + 1; k < count; k++) {
            if (mesh || k == i + 1 || (i == 0 && k == count - 1)) {
                lw_xy a = on_circle(s, circle, i, count), b = on_circle(s, circle, k, count);
                lw_draw_line(draw, a.x, a.y, b.x, b.y, stroke);
            }
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        lw_xy at = on_circle(s, circle, i, count);
        lw_draw_marker(draw, (lw_xy){at.x, at.y}, LW_SHAPE_CIRCLE, 10.0, LW_ROLE_INK,
                       (lw_stroke){LW_ROLE_BACKGROUND, 1.0, LW_DASH_SOLID});
    }
}

// What the links of a circle are: a sample, how many, how fast.
static void draw_circle_texts(const scene *s, uint32_t index) {
    const lw_topology *t = s->topology;
    const lw_topology_circle *circle = &s->layout->circle[index];
    double x = s->x + circle->x - circle->text_width / 2, y = s->y + circle->text_top;
    const char *who = lw_topology_circle_name(t, s->layout, index, s->canvas->arena);
    if (who == NULL) {
        fail(s);
        return;
    }
    if (who[0] != '\0') {
        y += LW_TOPOLOGY_TEXT_LINE;
        lw_draw_text(s->canvas->draw, s->x + circle->x, y, lw_font_bold(LW_SIZE_SMALL, LW_ROLE_INK, LW_ANCHOR_MIDDLE), who);
    }
    for (uint32_t k = 0; k < t->link_count; k++) {
        const char *label, *rate;
        if (lw_topology_circle_of(t, s->layout, k) != index || !lw_topology_is_first(t, k) || !link_texts(s, k, &label, &rate)) {
            continue;
        }
        y += LW_TOPOLOGY_TEXT_LINE;
        lw_draw_line(s->canvas->draw, x, y - 4, x + 26, y - 4, link_stroke(&t->link[k], shade_on_circle(s, index, k)));
        lw_draw_text(s->canvas->draw, x + 34, y, label_font(&t->link[k], LW_ANCHOR_START), label);
        double after = x + 34 + lw_text_width(s->canvas->metrics, label, LW_SIZE_SMALL, false) + 10;
        lw_draw_text(s->canvas->draw, after, y, lw_font_of(LW_SIZE_SMALL, LW_ROLE_MUTED, LW_ANCHOR_START), rate);
    }
}

// ---- The whole ----

static void draw_legend(const scene *s, double left, double y) {
    static const struct {
        double rate_Bps;
        const char *text;
    } samples[] = {{2e9, "2 GB/s or less"}, {10e9, "10"}, {100e9, "100"}, {1000e9, "1000 GB/s"}};
    lw_draw *draw = s->canvas->draw;
    lw_font font = lw_font_of(LW_SIZE_FOOT, LW_ROLE_MUTED, LW_ANCHOR_START);
    lw_draw_group(draw, "legend", "legend", NULL);
    double x = left + 3;
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        lw_draw_line(draw, x, y - 3.5, x + 24, y - 3.5,
                     (lw_stroke){LW_ROLE_AXIS, line_width(samples[i].rate_Bps), LW_DASH_SOLID});
        lw_draw_text(draw, x + 32, y, font, samples[i].text);
        x += 32 + lw_text_width(s->canvas->metrics, samples[i].text, LW_SIZE_FOOT, false) + 14;
    }
    bool seen[LW_EVIDENCE_COUNT] = {false};
    for (uint32_t k = 0; k < s->topology->link_count; k++) {
        seen[s->topology->link[k].evidence] = true;
    }
    for (int e = LW_ANNOUNCED; e < LW_EVIDENCE_COUNT; e++) {
        if (seen[e]) {
            lw_draw_line(draw, x, y - 3.5, x + 34, y - 3.5,
                         (lw_stroke){LW_ROLE_AXIS, 2.0, e == LW_ANNOUNCED ? LW_DASH_LONG : LW_DASH_DOTS});
            lw_draw_text(draw, x + 39, y, font, lw_evidence_words[e]);
            x += 39 + lw_text_width(s->canvas->metrics, lw_evidence_words[e], LW_SIZE_FOOT, false) + 14;
        }
    }
    lw_draw_ungroup(draw);
}

static void draw_scene(const scene *s) {
    const lw_topology *t = s->topology;
    lw_draw *draw = s->canvas->draw;
    lw_draw_group(draw, "system", "system", NULL);
    draw_frames(s);
    for (uint32_t k = 0; k < t->link_count; k++) {
        lw_draw_group(draw, NULL, "link", t->link[k].name);
        if (!lw_topology_is_level(t, &t->link[k])) {
            draw_step(s, k);
        } else if (lw_topology_circle_of(t, s->layout, k) == LW_TOPOLOGY_NONE) {
            draw_level(s, k);
        }
        lw_draw_ungroup(draw);
    }
    for (uint32_t i = 0; i < t->node_count; i++) {
        if (s->layout->box[i].shown) {
            draw_box(s, i);
        }
    }
    for (uint32_t c = 0; c < s->layout->circle_count; c++) {
        if (s->layout->circle[c].inside != LW_TOPOLOGY_NONE) {
            draw_inside(s, &s->layout->circle[c]);
        } else {
            draw_discs(s, c);
        }
        draw_circle_texts(s, c);
    }
    lw_draw_ungroup(draw);
}

lw_status lw_topology_render_with(const lw_topology *topology, lw_theme_kind theme, const lw_font_metrics *metrics,
                                  lw_arena *arena, lw_diags *diags, lw_picture *out) {
    lw_topology_layout layout;
    lw_draw *draw = LW_NEW(arena, lw_draw);
    const char *title = lw_clean_utf8(arena, topology->title);
    LW_TRY(lw_topology_lay_out(topology, metrics, arena, &layout));
    if (draw == NULL || title == NULL) {
        return LW_NO_MEMORY;
    }
    const char *description = lw_arena_print(arena, "Nodes and links of %s.", title);
    if (description == NULL) {
        return LW_NO_MEMORY;
    }
    const double foot = 64.0;
    double width = fmax(WIDTH_LEAST, layout.width + 2 * MARGIN + 2 * MACHINE_PADDING);
    width = fmax(width, fmin(1100.0, lw_text_width(metrics, title, LW_SIZE_TITLE, true) + 2 * MARGIN + 2));
    width = ceil(width);
    lw_canvas canvas = {.draw = draw, .metrics = metrics, .arena = arena, .width = width};
    const double head = 96.0 + lw_frame_extra_height(&canvas, title, NULL, &(const lw_result){.hardware = NULL});
    const double height = ceil(head + layout.height + LEGEND_HEIGHT + foot);
    canvas.height = height;
    if (width > SIZE_MOST || height > SIZE_MOST) {
        lw_status status = lw_error(diags, topology->first_node, "give equal nodes a count: to draw them as one",
                                    "the system is too large for a picture");
        lw_diags_own_sources(diags);  // findings outlive the arena
        return status;
    }
    lw_draw_begin(draw, arena);
    lw_result about = {.tool_version = topology->tool_version, .title = topology->title, .file = topology->file};
    memcpy(about.sha256, topology->sha256, sizeof about.sha256);
    lw_box space = lw_frame_draw(&canvas, title, topology->swept ? subtitle_of_sweep : subtitle, "", &about);
    scene s = {.topology = topology, .layout = &layout, .canvas = &canvas, .x = (width - layout.width) / 2, .y = head};
    draw_scene(&s);
    draw_legend(&s, MARGIN, space.bottom);
    LW_TRY(draw->status);
    *out = (lw_picture){.width = width,
                        .height = height,
                        .draw = draw,
                        .theme = lw_theme_of((int)theme),
                        .title = title,
                        .description = description,
                        .font = metrics->family};
    return LW_OK;
}

lw_status lw_topology_render(const lw_topology *topology, lw_theme_kind theme, lw_arena *arena, lw_diags *diags,
                             lw_picture *out) {
    lw_font_metrics metrics;
    LW_TRY(lw_font_metrics_find((lw_place){0}, arena, diags, &metrics));
    lw_status status = lw_topology_render_with(topology, theme, &metrics, arena, diags, out);
    lw_font_metrics_close(&metrics);
    return status;
}
