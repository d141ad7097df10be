// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/topology_layout.h"

#include <math.h>
#include <string.h>

#include "plots/theme.h"
#include "sim/base/quantity.h"

#define BOX_WIDTH_LEAST 112.0
#define BOX_WIDTH_MOST 220.0
#define BOX_PADDING 11.0
#define LINE_DETAIL 14.0
#define ROW_GAP 12.0
#define FAMILY_GAP 10.0  // more between rows of different parents
#define PAIR_GAP 52.0    // room for the label of a link between two neighbours
#define COLUMN_GAP_LEAST 64.0
#define LABEL_MARGIN 14.0
#define MACHINE_GAP 28.0  // for the frames around two machines
#define CIRCLE_GAP 56.0
#define RADIUS_LEAST 92.0

static const double pi = 3.14159265358979323846;

// Rows that a node's box covers.
typedef struct span {
    uint32_t first, last;
} span;

typedef struct layouter {
    const lw_topology *topology;
    const lw_font_metrics *metrics;
    lw_arena *arena;
    lw_topology_layout *out;
    uint32_t *component;  // one a node: the least node that links of one depth join it to
    uint32_t *size;       // of the component, at its least node
    bool *joined;         // several nodes of the depth before lead to it
    span *rows;
    uint32_t row_count;
    double *row_top, *row_height;
} layouter;

// ---- Links in words ----

bool lw_topology_is_level(const lw_topology *topology, const lw_topology_link *link) {
    return topology->node[link->end[0]].depth == topology->node[link->end[1]].depth;
}

static uint32_t near_depth(const lw_topology *topology, uint32_t link) {
    const uint32_t *end = topology->link[link].end;
    uint32_t a = topology->node[end[0]].depth, b = topology->node[end[1]].depth;
    return a < b ? a : b;
}

// Links that share one label: of one kind at one depth, or of one key between two columns.
static bool are_alike(const lw_topology *topology, uint32_t a, uint32_t b) {
    const lw_topology_link *x = &topology->link[a], *y = &topology->link[b];
    bool level = lw_topology_is_level(topology, x);
    return level == lw_topology_is_level(topology, y) && near_depth(topology, a) == near_depth(topology, b) &&
           strcmp(x->label, y->label) == 0 && x->evidence == y->evidence && (level || strcmp(x->group, y->group) == 0);
}

bool lw_topology_is_first(const lw_topology *topology, uint32_t link) {
    for (uint32_t l = link; l-- > 0;) {
        if (are_alike(topology, l, link)) {
            return false;
        }
    }
    return true;
}

const char *lw_topology_label(const lw_topology *topology, uint32_t link, lw_arena *arena) {
    uint64_t count = 0;
    for (uint32_t l = link; l < topology->link_count; l++) {
        count += are_alike(topology, l, link) ? topology->link[l].count : 0;
    }
    const char *label = topology->link[link].label;
    return count == 1 ? label : lw_arena_print(arena, "%llu \u00D7 %s", (unsigned long long)count, label);
}

const char *lw_topology_rate(const lw_topology_link *link, lw_arena *arena) {
    char there[LW_QUANTITY_TEXT], back[LW_QUANTITY_TEXT];
    lw_quantity_print(lw_topology_round(link->rate_Bps[0]), LW_RATE, there);
    lw_quantity_print(lw_topology_round(link->rate_Bps[1]), LW_RATE, back);
    return strcmp(there, back) == 0 ? lw_arena_copy(arena, there) : lw_arena_print(arena, "%s, back %s", there, back);
}

// ---- Circles ----

static void find_components(layouter *l) {
    const lw_topology *t = l->topology;
    for (uint32_t i = 0; i < t->node_count; i++) {
        l->component[i] = i;
    }
    for (bool moved = true; moved;) {
        moved = false;
        for (uint32_t k = 0; k < t->link_count; k++) {
            uint32_t *a = &l->component[t->link[k].end[0]], *b = &l->component[t->link[k].end[1]];
            if (lw_topology_is_level(t, &t->link[k]) && *a != *b) {
                *a = *b = *a < *b ? *a : *b;
                moved = true;
            }
        }
    }
    for (uint32_t i = 0; i < t->node_count; i++) {
        l->size[l->component[i]]++;
    }
}

static bool on_circle(const layouter *l, uint32_t node) {
    return l->size[l->component[node]] > 2;
}

// The place on the circle of member m, from the top clockwise, in the plain order or folded: the
// second half going back, so that m and m + half face each other.
static uint32_t circle_place(uint32_t m, uint32_t count, bool folded) {
    uint32_t half = (count + 1) / 2;
    return !folded ? m : m < half ? count - 1 - m : m - half;
}

// Sum of the lengths of all chords.
static double chords(const layouter *l, const uint32_t *member, uint32_t count, bool folded) {
    const lw_topology *t = l->topology;
    double sum = 0;
    for (uint32_t k = 0; k < t->link_count; k++) {
        uint32_t at[2] = {UINT32_MAX, UINT32_MAX};
        for (uint32_t m = 0; m < count; m++) {
            for (int side = 0; side < 2; side++) {
                at[side] = t->link[k].end[side] == member[m] ? circle_place(m, count, folded) : at[side];
            }
        }
        if (at[0] != UINT32_MAX && at[1] != UINT32_MAX) {
            sum += sin(pi * fabs((double)at[0] - (double)at[1]) / count);
        }
    }
    return sum;
}

static lw_status add_circle(layouter *l, uint32_t component) {
    uint32_t count = l->size[component], found = 0;
    uint32_t *member = LW_NEW_ARRAY(l->arena, uint32_t, count), *order = LW_NEW_ARRAY(l->arena, uint32_t, count);
    if (member == NULL || order == NULL) {
        return LW_NO_MEMORY;
    }
    for (uint32_t i = 0; i < l->topology->node_count; i++) {
        if (l->component[i] == component) {
            member[found++] = i;
        }
    }
    bool folded = chords(l, member, count, true) < chords(l, member, count, false) - 1e-9;
    for (uint32_t m = 0; m < count; m++) {
        order[circle_place(m, count, folded)] = member[m];
    }
    l->out->circle[l->out->circle_count++] = (lw_topology_circle){
        .node = order,
        .count = count,
        .inside = LW_TOPOLOGY_NONE,
        .radius = fmax(RADIUS_LEAST, count * (2 * LW_TOPOLOGY_DISC + 10) / (2 * pi)),
    };
    return LW_OK;
}

static lw_status find_circles(layouter *l) {
    const lw_topology *t = l->topology;
    l->out->circle = LW_NEW_ARRAY(l->arena, lw_topology_circle, t->node_count + t->link_count);
    if (l->out->circle == NULL) {
        return LW_NO_MEMORY;
    }
    for (uint32_t i = 0; i < t->node_count; i++) {
        if (l->component[i] == i && l->size[i] > 2) {
            LW_TRY(add_circle(l, i));
        }
    }
    for (uint32_t k = 0; k < t->link_count; k++) {
        if (t->link[k].end[0] == t->link[k].end[1]) {
            l->out->circle[l->out->circle_count++] = (lw_topology_circle){.inside = k, .radius = RADIUS_LEAST};
        }
    }
    return LW_OK;
}

static bool circle_shows(const lw_topology *t, const lw_topology_circle *circle, uint32_t link) {
    if (circle->inside != LW_TOPOLOGY_NONE) {
        return circle->inside == link;
    }
    bool both[2] = {false, false};
    for (uint32_t i = 0; i < circle->count; i++) {
        for (int side = 0; side < 2; side++) {
            both[side] = both[side] || circle->node[i] == t->link[link].end[side];
        }
    }
    return both[0] && both[1] && t->link[link].end[0] != t->link[link].end[1] && lw_topology_is_level(t, &t->link[link]);
}

uint32_t lw_topology_circle_of(const lw_topology *topology, const lw_topology_layout *layout, uint32_t link) {
    for (uint32_t c = 0; c < layout->circle_count; c++) {
        if (circle_shows(topology, &layout->circle[c], link)) {
            return c;
        }
    }
    return LW_TOPOLOGY_NONE;
}

const char *lw_topology_circle_name(const lw_topology *topology, const lw_topology_layout *layout, uint32_t circle,
                                    lw_arena *arena) {
    const lw_topology_circle *c = &layout->circle[circle];
    if (c->inside != LW_TOPOLOGY_NONE) {
        return topology->node[topology->link[c->inside].end[0]].group;
    }
    const lw_topology_node *first = &topology->node[c->node[0]];
    for (uint32_t i = 1; i < c->count; i++) {
        if (strcmp(topology->node[c->node[i]].group, first->group) != 0) {
            return "";
        }
    }
    bool told = layout->box[c->node[0]].shown || first->detail[0] == '\0';
    return told ? first->group : lw_arena_print(arena, "%s: %s", first->group, first->detail);
}

// ---- Boxes ----

static bool in_columns(const layouter *l, uint32_t node) {
    const lw_topology *t = l->topology;
    if (!on_circle(l, node)) {
        return true;
    }
    for (uint32_t k = 0; k < t->link_count; k++) {
        bool own = t->link[k].end[0] == node || t->link[k].end[1] == node;
        if (own && !lw_topology_is_level(t, &t->link[k])) {
            return true;
        }
    }
    return false;
}

// Break a text into as few lines as fit, and these as evenly as they can be: no word is left alone.
static size_t wrap_evenly(layouter *l, const char *text, double width, const char **lines) {
    size_t count =
        lw_text_wrap(&(const lw_face){l->metrics, LW_SIZE_SMALL, false}, l->arena, text, width, lines, LW_TOPOLOGY_LINES);
    for (double narrow = width - 8.0; count > 1 && narrow > width / 2; narrow -= 8.0) {
        const char *tried[LW_TOPOLOGY_LINES + 1];
        size_t needed = lw_text_wrap(&(const lw_face){l->metrics, LW_SIZE_SMALL, false}, l->arena, text, narrow, tried,
                                     LW_TOPOLOGY_LINES + 1);
        if (needed != count) {
            break;
        }
        memcpy(lines, tried, count * sizeof *lines);
    }
    return count;
}

static lw_status measure_boxes(layouter *l) {
    const lw_topology *t = l->topology;
    for (uint32_t i = 0; i < t->node_count; i++) {
        const lw_topology_node *node = &t->node[i];
        lw_topology_box *box = &l->out->box[i];
        box->shown = in_columns(l, i);
        box->name = node->count > 1 ? lw_arena_print(l->arena, "%s \u00D7%u", node->name, node->count) : node->name;
        if (box->name == NULL) {
            return LW_NO_MEMORY;
        }
        double inner = BOX_WIDTH_MOST - 2 * BOX_PADDING;
        // What stands after a colon is for readers of the list of presets.
        const char *detail =
            node->detail[0] == '\0' ? node->kind : lw_arena_copy_n(l->arena, node->detail, strcspn(node->detail, ":"));
        if (detail == NULL) {
            return LW_NO_MEMORY;
        }
        box->line_count = wrap_evenly(l, detail, inner, box->line);
        if (box->line_count == 0) {
            return LW_NO_MEMORY;
        }
        box->width = lw_text_width(l->metrics, box->name, LW_SIZE_LABEL, true);
        for (size_t k = 0; k < box->line_count; k++) {
            box->width = fmax(box->width, lw_text_width(l->metrics, box->line[k], LW_SIZE_SMALL, false));
        }
        box->width = fmax(BOX_WIDTH_LEAST, fmin(box->width + 2 * BOX_PADDING, BOX_WIDTH_MOST));
        box->height = 2 * 9.0 + LW_SIZE_LABEL + LINE_DETAIL * (double)box->line_count;
        if (box->shown && node->depth + 1 > l->out->columns) {
            l->out->columns = node->depth + 1;
        }
    }
    return LW_OK;
}

static void find_joined(layouter *l) {
    const lw_topology *t = l->topology;
    for (uint32_t i = 0; i < t->node_count; i++) {
        uint32_t first = LW_TOPOLOGY_NONE;
        for (uint32_t k = 0; k < t->link_count; k++) {
            const uint32_t *end = t->link[k].end;
            uint32_t far = end[0] == i ? end[1] : end[1] == i ? end[0] : i;
            if (far != i && t->node[far].depth + 1 == t->node[i].depth) {
                l->joined[i] = l->joined[i] || (first != LW_TOPOLOGY_NONE && far != first);
                first = far;
            }
        }
    }
}

static uint32_t parent_of(const lw_topology *t, uint32_t node) {
    uint32_t up = t->node[node].up;
    return up == LW_TOPOLOGY_NONE ? LW_TOPOLOGY_NONE : t->link[up].end[0] == node ? t->link[up].end[1] : t->link[up].end[0];
}

// Give rows to a node and to all that hang on it; joined nodes come later.
static void give_rows(layouter *l, uint32_t node) {
    const lw_topology *t = l->topology;
    uint32_t before = l->row_count;
    for (uint32_t i = 0; i < t->node_count; i++) {
        if (l->out->box[i].shown && !l->joined[i] && parent_of(t, i) == node) {
            give_rows(l, i);
        }
    }
    l->row_count += l->row_count == before;
    l->rows[node] = (span){before, l->row_count - 1};
}

// A joined node that others hang on needs their rows, and one that is alone spans the rows of all
// that lead to it.
static void give_joined_rows(layouter *l) {
    const lw_topology *t = l->topology;
    for (uint32_t depth = 1; depth < l->out->columns; depth++) {
        for (uint32_t i = 0; i < t->node_count; i++) {
            if (!l->joined[i] || t->node[i].depth != depth) {
                continue;
            }
            span hull = {UINT32_MAX, 0};
            for (uint32_t k = 0; k < t->link_count; k++) {
                const uint32_t *end = t->link[k].end;
                uint32_t far = end[0] == i ? end[1] : end[1] == i ? end[0] : i;
                if (far != i && t->node[far].depth + 1 == depth) {
                    hull.first = l->rows[far].first < hull.first ? l->rows[far].first : hull.first;
                    hull.last = l->rows[far].last > hull.last ? l->rows[far].last : hull.last;
                }
            }
            uint32_t before = l->row_count;
            l->row_count = hull.first;
            give_rows(l, i);
            l->row_count = l->row_count > before ? l->row_count : before;
            l->rows[i].first = hull.first;
            l->rows[i].last = hull.last > l->rows[i].last ? hull.last : l->rows[i].last;
        }
    }
}

// Nodes of one column that got the same rows move apart: the later ones below.
static bool part_boxes(layouter *l) {
    const lw_topology *t = l->topology;
    bool moved = false;
    for (uint32_t i = 0; i < t->node_count; i++) {
        for (uint32_t k = 0; k < i; k++) {
            bool both = l->out->box[i].shown && l->out->box[k].shown && t->node[i].depth == t->node[k].depth;
            if (both && l->rows[i].first <= l->rows[k].last && l->rows[k].first <= l->rows[i].last) {
                uint32_t count = l->rows[i].last - l->rows[i].first;
                if (l->rows[k].last > l->rows[k].first && l->joined[k]) {
                    l->rows[k].last = l->rows[k].first;
                }
                l->rows[i].first = l->rows[k].last + 1;
                l->rows[i].last = l->joined[i] ? l->rows[i].first : l->rows[i].first + count;
                l->row_count = l->row_count > l->rows[i].last ? l->row_count : l->rows[i].last + 1;
                moved = true;
            }
        }
    }
    return moved;
}

// ---- Positions ----

static double gap_below(const layouter *l, uint32_t row) {
    const lw_topology *t = l->topology;
    double gap = ROW_GAP;
    for (uint32_t i = 0; i < t->node_count; i++) {
        if (!l->out->box[i].shown || l->joined[i] || l->rows[i].last != row) {
            continue;
        }
        gap = fmax(gap, ROW_GAP + FAMILY_GAP * (l->rows[i].last > l->rows[i].first));
        for (uint32_t k = 0; k < t->link_count; k++) {
            const lw_topology_link *link = &t->link[k];
            uint32_t far = link->end[0] == i ? link->end[1] : link->end[1] == i ? link->end[0] : i;
            bool pair = far != i && lw_topology_is_level(t, link) && !on_circle(l, i) && l->rows[far].first == row + 1;
            gap = pair ? PAIR_GAP : gap;
        }
    }
    return gap;
}

static lw_status place_rows(layouter *l) {
    const lw_topology *t = l->topology;
    l->row_top = LW_NEW_ARRAY(l->arena, double, l->row_count + 1);
    l->row_height = LW_NEW_ARRAY(l->arena, double, l->row_count + 1);
    if (l->row_top == NULL || l->row_height == NULL) {
        return LW_NO_MEMORY;
    }
    for (uint32_t i = 0; i < t->node_count; i++) {
        if (l->out->box[i].shown && l->rows[i].first == l->rows[i].last) {
            double *height = &l->row_height[l->rows[i].first];
            *height = fmax(*height, l->out->box[i].height);
        }
    }
    for (uint32_t r = 0; r < l->row_count; r++) {
        l->row_top[r + 1] = l->row_top[r] + l->row_height[r] + gap_below(l, r);
    }
    for (uint32_t i = 0; i < t->node_count; i++) {
        lw_topology_box *box = &l->out->box[i];
        if (box->shown) {
            double needed = box->height, top = l->row_top[l->rows[i].first];
            double bottom = l->row_top[l->rows[i].last] + l->row_height[l->rows[i].last];
            box->height = fmax(bottom - top, needed);
            box->top = top;
            l->out->height = fmax(l->out->height, top + box->height);
        }
    }
    return LW_OK;
}

static lw_status place_columns(layouter *l) {
    const lw_topology *t = l->topology;
    lw_topology_layout *out = l->out;
    out->column_left = LW_NEW_ARRAY(l->arena, double, out->columns + 1);
    out->column_width = LW_NEW_ARRAY(l->arena, double, out->columns + 1);
    double *gap = LW_NEW_ARRAY(l->arena, double, out->columns + 1);
    if (out->column_left == NULL || out->column_width == NULL || gap == NULL) {
        return LW_NO_MEMORY;
    }
    for (uint32_t i = 0; i < t->node_count; i++) {
        if (out->box[i].shown) {
            out->column_width[t->node[i].depth] = fmax(out->column_width[t->node[i].depth], out->box[i].width);
        }
    }
    for (uint32_t k = 0; k < t->link_count; k++) {
        if (lw_topology_is_level(t, &t->link[k]) || !lw_topology_is_first(t, k)) {
            continue;
        }
        const char *label = lw_topology_label(t, k, l->arena), *rate = lw_topology_rate(&t->link[k], l->arena);
        if (label == NULL || rate == NULL) {
            return LW_NO_MEMORY;
        }
        double wide =
            fmax(lw_text_width(l->metrics, label, LW_SIZE_SMALL, false), lw_text_width(l->metrics, rate, LW_SIZE_SMALL, false));
        double *own = &gap[near_depth(t, k)];
        bool frames = t->node[t->link[k].end[0]].machine != t->node[t->link[k].end[1]].machine;
        *own = fmax(*own, fmax(COLUMN_GAP_LEAST, wide + 2 * LABEL_MARGIN) + (frames ? MACHINE_GAP : 0));
    }
    for (uint32_t c = 0; c < out->columns; c++) {
        out->column_left[c + 1] = out->column_left[c] + out->column_width[c] + gap[c];
        out->width = out->column_left[c] + out->column_width[c];
    }
    for (uint32_t i = 0; i < t->node_count; i++) {
        if (out->box[i].shown) {
            out->box[i].left = out->column_left[t->node[i].depth];
            out->box[i].width = out->column_width[t->node[i].depth];
        }
    }
    return LW_OK;
}

// Circles in a column of their own, one below the other, around the middle.
static lw_status place_circles(layouter *l) {
    const lw_topology *t = l->topology;
    lw_topology_layout *out = l->out;
    double high = 0, wide = 0;
    for (uint32_t c = 0; c < out->circle_count; c++) {
        lw_topology_circle *circle = &out->circle[c];
        uint32_t lines = 0;
        for (uint32_t k = 0; k < t->link_count; k++) {
            if (!circle_shows(t, circle, k) || !lw_topology_is_first(t, k)) {
                continue;
            }
            const char *label = lw_topology_label(t, k, l->arena), *rate = lw_topology_rate(&t->link[k], l->arena);
            if (label == NULL || rate == NULL) {
                return LW_NO_MEMORY;
            }
            double width = 34.0 + lw_text_width(l->metrics, label, LW_SIZE_SMALL, false) +
                           lw_text_width(l->metrics, rate, LW_SIZE_SMALL, false) + 14.0;
            circle->text_width = fmax(circle->text_width, width);
            lines++;
        }
        const char *who = lw_topology_circle_name(t, out, c, l->arena);
        if (who == NULL) {
            return LW_NO_MEMORY;
        }
        circle->name_width = lw_text_width(l->metrics, who, LW_SIZE_SMALL, true);
        lines += who[0] != '\0';
        double outer = circle->radius + LW_TOPOLOGY_DISC;
        circle->y = high + outer;
        circle->text_top = high + 2 * outer + 12.0;
        high = circle->text_top + lines * LW_TOPOLOGY_TEXT_LINE + 26.0;
        wide = fmax(wide, fmax(2 * outer, fmax(circle->text_width, circle->name_width)));
    }
    if (out->circle_count == 0) {
        return LW_OK;
    }
    high -= 26.0;
    double top = fmax(0, (out->height - high) / 2), left = out->width > 0 ? out->width + CIRCLE_GAP : 0;
    for (uint32_t c = 0; c < out->circle_count; c++) {
        out->circle[c].x = left + wide / 2;
        out->circle[c].y += top;
        out->circle[c].text_top += top;
    }
    if (high > out->height) {
        for (uint32_t i = 0; i < t->node_count; i++) {
            out->box[i].top += (high - out->height) / 2;
        }
        out->height = high;
    }
    out->width = left + wide;
    return LW_OK;
}

lw_status lw_topology_lay_out(const lw_topology *topology, const lw_font_metrics *metrics, lw_arena *arena,
                              lw_topology_layout *out) {
    *out = (lw_topology_layout){0};
    layouter l = {.topology = topology, .metrics = metrics, .arena = arena, .out = out};
    uint32_t nodes = topology->node_count;
    out->box = LW_NEW_ARRAY(arena, lw_topology_box, nodes);
    l.component = LW_NEW_ARRAY(arena, uint32_t, nodes);
    l.size = LW_NEW_ARRAY(arena, uint32_t, nodes);
    l.joined = LW_NEW_ARRAY(arena, bool, nodes);
    l.rows = LW_NEW_ARRAY(arena, span, nodes);
    if (out->box == NULL || l.component == NULL || l.size == NULL || l.joined == NULL || l.rows == NULL) {
        return LW_NO_MEMORY;
    }
    find_components(&l);
    LW_TRY(find_circles(&l));
    LW_TRY(measure_boxes(&l));
    find_joined(&l);
    for (uint32_t i = 0; i < nodes; i++) {
        if (out->box[i].shown && topology->node[i].up == LW_TOPOLOGY_NONE) {
            give_rows(&l, i);
        }
    }
    give_joined_rows(&l);
    for (uint32_t round = 0; round < nodes && part_boxes(&l); round++) {
    }
    LW_TRY(place_rows(&l));
    LW_TRY(place_columns(&l));
    return place_circles(&l);
}
