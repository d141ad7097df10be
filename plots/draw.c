// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/draw.h"

#include <assert.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "sim/base/utf8.h"

void lw_draw_begin(lw_draw *draw, lw_arena *arena) {
    *draw = (lw_draw){.arena = arena};
}

static void fail(lw_draw *draw, lw_status status) {
    if (draw->status == LW_OK) {
        draw->status = status;
    }
}

// Far above the largest picture, far below where numbers lose hundredths.
static bool sensible(double value) {
    return isfinite(value) && fabs(value) < 1e6;
}

static lw_draw_item *append(lw_draw *draw, lw_draw_kind kind, double x, double y, double width, double height) {
    if (!sensible(x) || !sensible(y) || !sensible(width) || !sensible(height)) {
        fail(draw, LW_INTERNAL);
    }
    if (draw->status != LW_OK) {
        return NULL;
    }
    if (draw->count == draw->capacity) {
        size_t capacity = draw->capacity == 0 ? 256 : 2 * draw->capacity;
        lw_draw_item *grown = LW_NEW_ARRAY(draw->arena, lw_draw_item, capacity);
        if (grown == NULL) {
            fail(draw, LW_NO_MEMORY);
            return NULL;
        }
        if (draw->count > 0) {
            memcpy(grown, draw->item, draw->count * sizeof *grown);
        }
        draw->item = grown;
        draw->capacity = capacity;
    }
    lw_draw_item *item = &draw->item[draw->count++];
    *item = (lw_draw_item){.kind = kind, .at = {x, y}, .width = width, .height = height};
    return item;
}

void lw_draw_rect(lw_draw *draw, lw_rect rect, lw_role fill, lw_stroke stroke) {
    lw_draw_item *item = append(draw, LW_DRAW_RECT, rect.left, rect.top, rect.width, rect.height);
    if (item != NULL) {
        item->fill = fill;
        item->stroke = stroke;
    }
}

void lw_draw_path(lw_draw *draw, const lw_xy *points, size_t count, bool closed, lw_role fill, lw_stroke stroke) {
    if (count < 2) {
        return;
    }
    lw_xy *copy = LW_NEW_ARRAY(draw->arena, lw_xy, count);
    if (copy == NULL) {
        fail(draw, LW_NO_MEMORY);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        if (!sensible(points[i].x) || !sensible(points[i].y)) {
            fail(draw, LW_INTERNAL);
        }
        copy[i] = points[i];
    }
    lw_draw_item *item = append(draw, LW_DRAW_PATH, 0, 0, 0, 0);
    if (item != NULL) {
        item->points = copy;
        item->count = count;
        item->closed = closed;
        item->fill = fill;
        item->stroke = stroke;
    }
}

void lw_draw_shade(lw_draw *draw, const lw_xy *points, size_t count, lw_role fill) {
    size_t before = draw->count;
    lw_draw_path(draw, points, count, true, fill, (lw_stroke){0});
    if (draw->count > before) {
        draw->item[before].translucent = true;
    }
}

void lw_draw_line(lw_draw *draw, double x0, double y0, double x1, double y1, lw_stroke stroke) {
    lw_draw_path(draw, (const lw_xy[]){{x0, y0}, {x1, y1}}, 2, false, LW_ROLE_NONE, stroke);
}

void lw_draw_marker(lw_draw *draw, lw_xy centre, lw_shape shape, double size, lw_role fill, lw_stroke stroke) {
    lw_draw_item *item = append(draw, LW_DRAW_MARKER, centre.x, centre.y, size, 0);
    if (item != NULL) {
        item->shape = shape;
        item->fill = fill;
        item->stroke = stroke;
    }
}

// NULL stays NULL.
static const char *clean_copy(lw_draw *draw, const char *text) {
    const char *copy = text == NULL ? NULL : lw_clean_utf8(draw->arena, text);
    if (text != NULL && copy == NULL) {
        fail(draw, LW_NO_MEMORY);
    }
    return copy;
}

void lw_draw_text(lw_draw *draw, double x, double y, lw_font font, const char *text) {
    const char *clean = clean_copy(draw, text);
    lw_draw_item *item = clean == NULL || clean[0] == '\0' ? NULL : append(draw, LW_DRAW_TEXT, x, y, 0, 0);
    if (item != NULL) {
        item->font = font;
        item->text = clean;
    }
}

void lw_draw_clip(lw_draw *draw, double x, double y, double width, double height) {
    append(draw, LW_DRAW_CLIP_PUSH, x, y, width, height);
}

void lw_draw_unclip(lw_draw *draw) {
    append(draw, LW_DRAW_CLIP_POP, 0, 0, 0, 0);
}

void lw_draw_group(lw_draw *draw, const char *id, const char *klass, const char *title) {
    const char *id_copy = clean_copy(draw, id);
    const char *klass_copy = clean_copy(draw, klass);
    const char *title_copy = clean_copy(draw, title);
    lw_draw_item *item = append(draw, LW_DRAW_GROUP_PUSH, 0, 0, 0, 0);
    if (item != NULL) {
        item->id = id_copy;
        item->klass = klass_copy;
        item->text = title_copy;
    }
}

void lw_draw_ungroup(lw_draw *draw) {
    append(draw, LW_DRAW_GROUP_POP, 0, 0, 0, 0);
}

void lw_draw_spot(lw_draw *draw, lw_rect rect, const char *text) {
    const char *clean = clean_copy(draw, text);
    lw_draw_item *item = clean == NULL ? NULL : append(draw, LW_DRAW_SPOT, rect.left, rect.top, rect.width, rect.height);
    if (item != NULL) {
        item->text = clean;
    }
}

size_t lw_shape_outline(lw_shape shape, double size, lw_xy points[LW_SHAPE_POINTS]) {
    // Unit outlines of about the same area as a circle of diameter 1.
    static const lw_xy square[] = {{-0.44, -0.44}, {0.44, -0.44}, {0.44, 0.44}, {-0.44, 0.44}};
    static const lw_xy diamond[] = {{0, -0.63}, {0.63, 0}, {0, 0.63}, {-0.63, 0}};
    static const lw_xy triangle[] = {{0, -0.66}, {0.62, 0.44}, {-0.62, 0.44}};
    static const lw_xy down[] = {{0, 0.66}, {0.62, -0.44}, {-0.62, -0.44}};
    static const lw_xy cross[] = {{-0.17, -0.6}, {0.17, -0.6}, {0.17, -0.17}, {0.6, -0.17}, {0.6, 0.17},   {0.17, 0.17},
                                  {0.17, 0.6},   {-0.17, 0.6}, {-0.17, 0.17}, {-0.6, 0.17}, {-0.6, -0.17}, {-0.17, -0.17}};
    static const struct {
        const lw_xy *unit;
        size_t count;
    } outline[LW_SHAPES] = {[LW_SHAPE_SQUARE] = {square, 4},
                            [LW_SHAPE_DIAMOND] = {diamond, 4},
                            [LW_SHAPE_TRIANGLE] = {triangle, 3},
                            [LW_SHAPE_DOWN] = {down, 3},
                            [LW_SHAPE_CROSS] = {cross, 12}};
    for (size_t i = 0; i < outline[shape].count; i++) {
        points[i] = (lw_xy){outline[shape].unit[i].x * size, outline[shape].unit[i].y * size};
    }
    return outline[shape].count;
}

size_t lw_dash_pattern(lw_stroke stroke, double pattern[LW_DASH_PARTS]) {
    const double wide = fmax(1.0, stroke.width / 2.0);
    switch (stroke.dash) {
    case LW_DASH_LONG:
        pattern[0] = 7.0 * wide;
        pattern[1] = 4.0 * wide;
        return 2;
    case LW_DASH_LONG_DOT:
        pattern[0] = 9.0 * wide;
        pattern[2] = 0.1;
        pattern[1] = pattern[3] = 4.5 * wide;
        return 4;
    case LW_DASH_DOTS:
        pattern[0] = stroke.width > 1.5 ? 0.1 : 1.5;  // round ends make the dots of a wide line
        pattern[1] = fmax(2.5, 2.0 * stroke.width);
        return 2;
    case LW_DASH_SOLID:
    default:
        return 0;
    }
}

const char *lw_draw_number(double value, char *buffer) {
    assert(isfinite(value) && fabs(value) < 1e9);
    long long hundredths = llround(value * 100.0);
    unsigned long long size = (unsigned long long)(hundredths < 0 ? -hundredths : hundredths);
    int length = snprintf(buffer, LW_DRAW_NUMBER, "%s%llu.%02llu", hundredths < 0 ? "-" : "", size / 100, size % 100);
    while (buffer[length - 1] == '0') {
        buffer[--length] = '\0';
    }
    if (buffer[length - 1] == '.') {
        buffer[--length] = '\0';
    }
    return buffer;
}

// ---- Text dump ----

static void dump_numbers(lw_text *text, const double *values, size_t count) {
    char buffer[LW_DRAW_NUMBER];
    for (size_t i = 0; i < count; i++) {
        lw_text_print(text, " %s", lw_draw_number(values[i], buffer));
    }
}

static void dump_paint(lw_text *text, const lw_draw_item *item) {
    static const char *const dashes[LW_DASHES] = {"", " long", " long-dot", " dots"};
    char name[LW_ROLE_NAME];
    if (item->fill != LW_ROLE_NONE) {
        lw_text_print(text, " %s %s", item->translucent ? "shade" : "fill", lw_role_name(item->fill, name));
    }
    if (item->stroke.role != LW_ROLE_NONE) {
        lw_text_print(text, " stroke %s", lw_role_name(item->stroke.role, name));
        dump_numbers(text, &item->stroke.width, 1);
        lw_text_add(text, dashes[item->stroke.dash]);
    }
}

static void dump_text(lw_text *text, const lw_draw_item *item) {
    static const char *const anchors[] = {"start", "middle", "end"};
    char name[LW_ROLE_NAME];
    lw_text_add(text, "text");
    dump_numbers(text, (const double[]){item->at.x, item->at.y, item->font.size}, 3);
    lw_text_print(text, "%s%s %s %s ", item->font.bold ? " bold" : "", item->font.upright ? " upright" : "",
                  anchors[item->font.anchor], lw_role_name(item->font.role, name));
    lw_text_json_string(text, item->text);
}

static void dump_item(lw_text *text, const lw_draw_item *item) {
    static const char *const shapes[LW_SHAPES] = {"circle", "square", "diamond", "triangle", "down", "cross"};
    switch (item->kind) {
    case LW_DRAW_RECT:
    case LW_DRAW_CLIP_PUSH:
        lw_text_add(text, item->kind == LW_DRAW_RECT ? "rect" : "clip");
        dump_numbers(text, (const double[]){item->at.x, item->at.y, item->width, item->height}, 4);
        dump_paint(text, item);
        break;
    case LW_DRAW_PATH:
        lw_text_add(text, item->closed ? "polygon" : "path");
        for (size_t i = 0; i < item->count; i++) {
            dump_numbers(text, (const double[]){item->points[i].x, item->points[i].y}, 2);
        }
        dump_paint(text, item);
        break;
    case LW_DRAW_MARKER:
        lw_text_print(text, "marker %s", shapes[item->shape]);
        dump_numbers(text, (const double[]){item->at.x, item->at.y, item->width}, 3);
        dump_paint(text, item);
        break;
    case LW_DRAW_TEXT:
        dump_text(text, item);
        break;
    case LW_DRAW_GROUP_PUSH:
        lw_text_print(text, "group %s%s%s", item->klass, item->id == NULL ? "" : " #", item->id == NULL ? "" : item->id);
        if (item->text != NULL) {
            lw_text_add(text, " ");
            lw_text_json_string(text, item->text);
        }
        break;
    case LW_DRAW_CLIP_POP:
        lw_text_add(text, "unclip");
        break;
    case LW_DRAW_GROUP_POP:
        lw_text_add(text, "ungroup");
        break;
    case LW_DRAW_SPOT:
        return;
    }
    lw_text_add(text, "\n");
}

void lw_draw_dump(const lw_draw *draw, lw_text *text) {
    for (size_t i = 0; i < draw->count; i++) {
        dump_item(text, &draw->item[i]);
    }
}

// ---- UTF-8 ----

// May the character stand in XML 1.0, and is it no control character?
static bool printable(uint32_t code) {
    return code >= 0x20 && (code < 0x7F || code > 0x9F) && (code & 0xFFFE) != 0xFFFE;
}

char *lw_clean_utf8(lw_arena *arena, const char *text) {
    size_t length = strlen(text);
    char *clean = LW_NEW_ARRAY(arena, char, 3 * length + 1);  // a bad byte becomes three
    if (clean == NULL) {
        return NULL;
    }
    char *out = clean;
    for (size_t at = 0; at < length;) {
        uint32_t code;
        size_t bytes = lw_utf8_next(text + at, length - at, &code);
        if (code == LW_UTF8_BAD || (code >= 0x80 && !printable(code))) {
            memcpy(out, "\xEF\xBF\xBD", 3);
            out += 3;
        } else if (!printable(code)) {
            *out++ = ' ';
        } else {
            memcpy(out, text + at, bytes);
            out += bytes;
        }
        at += bytes;
    }
    *out = '\0';
    return clean;
}
