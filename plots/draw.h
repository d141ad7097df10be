// SPDX-License-Identifier: GPL-3.0-or-later
// The draw list: what a chart wants painted, in order, in user units (x to the right, y down,
// origin at the upper left). Charts write it, painters (SVG, PNG, PDF) and tests read it, so all
// outputs show the same.
#ifndef LW_DRAW_H
#define LW_DRAW_H

#include <stdbool.h>
#include <stddef.h>

#include "plots/theme.h"
#include "sim/base/arena.h"
#include "sim/base/status.h"
#include "sim/base/text.h"

typedef enum lw_draw_kind {
    LW_DRAW_RECT,
    LW_DRAW_PATH,
    LW_DRAW_MARKER,
    LW_DRAW_TEXT,
    LW_DRAW_CLIP_PUSH,
    LW_DRAW_CLIP_POP,
    LW_DRAW_GROUP_PUSH,
    LW_DRAW_GROUP_POP,
    LW_DRAW_SPOT  // in pages alone: what is told of a place to whoever points there
} lw_draw_kind;

typedef enum lw_anchor { LW_ANCHOR_START, LW_ANCHOR_MIDDLE, LW_ANCHOR_END } lw_anchor;
typedef enum lw_dash { LW_DASH_SOLID, LW_DASH_LONG, LW_DASH_LONG_DOT, LW_DASH_DOTS, LW_DASHES } lw_dash;
typedef enum lw_shape {
    LW_SHAPE_CIRCLE,
    LW_SHAPE_SQUARE,
    LW_SHAPE_DIAMOND,
    LW_SHAPE_TRIANGLE,
    LW_SHAPE_DOWN,  // triangle, point down
    LW_SHAPE_CROSS,
    LW_SHAPES
} lw_shape;

typedef struct lw_xy {
    double x, y;
} lw_xy;

typedef struct lw_rect {
    double left, top, width, height;
} lw_rect;

typedef struct lw_stroke {
    lw_role role;  // LW_ROLE_NONE: no line
    double width;
    lw_dash dash;
} lw_stroke;

typedef struct lw_font {
    double size;
    bool bold;
    lw_role role;
    lw_anchor anchor;
    bool upright;  // runs upwards (90 degrees), anchored along its direction
} lw_font;

typedef struct lw_draw_item {
    lw_draw_kind kind;
    lw_role fill;
    lw_stroke stroke;
    // rect, spot and clip: upper left; marker: centre; text: anchor on the baseline
    lw_xy at;
    double width, height;  // rect, spot, clip; marker: width is its size
    const lw_xy *points;   // path
    size_t count;
    bool closed;
    bool translucent;  // path: its fill lets what is below shine through
    lw_shape shape;
    lw_font font;
    const char *text;   // text, spot; group: title (hover text) or NULL
    const char *id;     // group; NULL for none
    const char *klass;  // group
} lw_draw_item;

typedef struct lw_draw {
    lw_arena *arena;
    lw_draw_item *item;
    size_t count, capacity;
    // sticky, checked once at the end: LW_NO_MEMORY, or LW_INTERNAL for a coordinate that is no
    // sensible number
    lw_status status;
} lw_draw;

// An empty list whose texts and points live in arena.
void lw_draw_begin(lw_draw *draw, lw_arena *arena);

void lw_draw_rect(lw_draw *draw, lw_rect rect, lw_role fill, lw_stroke stroke);
// points are copied. An open path with one point draws nothing.
void lw_draw_path(lw_draw *draw, const lw_xy *points, size_t count, bool closed, lw_role fill, lw_stroke stroke);
// A closed path filled with LW_SHADE_OPACITY and without an outline.
#define LW_SHADE_OPACITY 0.15
void lw_draw_shade(lw_draw *draw, const lw_xy *points, size_t count, lw_role fill);
void lw_draw_line(lw_draw *draw, double x0, double y0, double x1, double y1, lw_stroke stroke);
void lw_draw_marker(lw_draw *draw, lw_xy centre, lw_shape shape, double size, lw_role fill, lw_stroke stroke);
// text is copied; bytes that are no UTF-8 and control characters become U+FFFD and spaces. Empty
// text draws nothing.
void lw_draw_text(lw_draw *draw, double x, double y, lw_font font, const char *text);
void lw_draw_clip(lw_draw *draw, double x, double y, double width, double height);
void lw_draw_unclip(lw_draw *draw);
// klass and id are XML names chosen by the chart; an id appears once in a picture, NULL for none.
// title is shown on hover, NULL for none.
void lw_draw_group(lw_draw *draw, const char *id, const char *klass, const char *title);
void lw_draw_ungroup(lw_draw *draw);
// Only lw_picture_svg_part shows it. text is copied.
void lw_draw_spot(lw_draw *draw, lw_rect rect, const char *text);

// The outline of a marker around (0, 0), at most LW_SHAPE_POINTS points; 0 points means a circle.
enum { LW_SHAPE_POINTS = 12 };
size_t lw_shape_outline(lw_shape shape, double size, lw_xy points[LW_SHAPE_POINTS]);

// Lengths of dash and gap by turns in user units, longer in wide lines, whose round ends would
// close the gaps; returns how many were written, 0 for a solid line.
enum { LW_DASH_PARTS = 4 };
size_t lw_dash_pattern(lw_stroke stroke, double pattern[LW_DASH_PARTS]);

// One line an item but spots, numbers rounded to 0.01: for golden files.
void lw_draw_dump(const lw_draw *draw, lw_text *text);

// "12.5", "-3", "0.25": at most two decimals, trimmed, never "-0". Returns buffer of LW_DRAW_NUMBER
// bytes. |value| < 1e9.
enum { LW_DRAW_NUMBER = 24 };
const char *lw_draw_number(double value, char *buffer);

// A copy of text that is valid UTF-8 without control characters; NULL when out of memory.
char *lw_clean_utf8(lw_arena *arena, const char *text) LW_CHECKED;

#endif
