// SPDX-License-Identifier: GPL-3.0-or-later
// SVG 1.1 with real text: cairo's own SVG surface writes outlines of glyphs. Colours are classes in
// one style element, so that a page may restyle the picture.
#include <string.h>

#include "plots/draw.h"
#include "plots/plots.h"

typedef struct writer {
    const lw_picture *picture;
    lw_text *out;
    const char *prefix;  // of ids, in a page; NULL: a file of its own
    int clips;           // ids given so far
} writer;

static void add_attribute(lw_text *out, const char *name, double value) {
    char number[LW_DRAW_NUMBER];
    lw_text_print(out, " %s=\"%s\"", name, lw_draw_number(value, number));
}

// Classes: f-ROLE fills, s-ROLE strokes. What is not named is none.
static void add_paint(lw_text *out, lw_role fill, lw_stroke stroke) {
    char name[LW_ROLE_NAME];
    bool stroked = stroke.role != LW_ROLE_NONE;
    lw_text_add(out, " class=\"");
    lw_text_print(out, "f-%s", lw_role_name(fill, name));
    if (stroked) {
        lw_text_print(out, " s-%s", lw_role_name(stroke.role, name));
    }
    lw_text_add(out, "\"");
    if (stroked) {
        add_attribute(out, "stroke-width", stroke.width);
        double pattern[LW_DASH_PARTS];
        const size_t parts = lw_dash_pattern(stroke, pattern);
        for (size_t i = 0; i < parts; i++) {
            char number[LW_DRAW_NUMBER];
            lw_text_print(out, "%s%s%s", i == 0 ? " stroke-dasharray=\"" : " ", lw_draw_number(pattern[i], number),
                          i + 1 == parts ? "\"" : "");
        }
    }
}

static void add_path_data(lw_text *out, const lw_xy *points, size_t count, lw_xy origin, bool closed) {
    char x[LW_DRAW_NUMBER];
    char y[LW_DRAW_NUMBER];
    lw_text_add(out, "<path d=\"");
    for (size_t i = 0; i < count; i++) {
        lw_text_print(out, "%c%s %s", i == 0 ? 'M' : 'L', lw_draw_number(origin.x + points[i].x, x),
                      lw_draw_number(origin.y + points[i].y, y));
    }
    lw_text_add(out, closed ? "Z\"" : "\"");
}

static void add_rect(lw_text *out, const lw_draw_item *item) {
    lw_text_add(out, "<rect");
    add_attribute(out, "x", item->at.x);
    add_attribute(out, "y", item->at.y);
    add_attribute(out, "width", item->width);
    add_attribute(out, "height", item->height);
}

static void add_marker(lw_text *out, const lw_draw_item *item) {
    lw_xy outline[LW_SHAPE_POINTS];
    size_t count = lw_shape_outline(item->shape, item->width, outline);
    if (count == 0) {
        lw_text_add(out, "<circle");
        add_attribute(out, "cx", item->at.x);
        add_attribute(out, "cy", item->at.y);
        add_attribute(out, "r", item->width / 2);
    } else {
        add_path_data(out, outline, count, item->at, true);
    }
    add_paint(out, item->fill, item->stroke);
    lw_text_add(out, "/>\n");
}

static void add_text(lw_text *out, const lw_draw_item *item) {
    static const char *const anchors[] = {"start", "middle", "end"};
    lw_text_add(out, "<text");
    add_attribute(out, "x", item->at.x);
    add_attribute(out, "y", item->at.y);
    if (item->font.upright) {
        char x[LW_DRAW_NUMBER];
        char y[LW_DRAW_NUMBER];
        lw_text_print(out, " transform=\"rotate(-90 %s %s)\"", lw_draw_number(item->at.x, x), lw_draw_number(item->at.y, y));
    }
    add_attribute(out, "font-size", item->font.size);
    if (item->font.bold) {
        lw_text_add(out, " font-weight=\"bold\"");
    }
    lw_text_print(out, " text-anchor=\"%s\"", anchors[item->font.anchor]);
    add_paint(out, item->font.role, (lw_stroke){0});
    lw_text_add(out, ">");
    lw_text_xml(out, item->text);
    lw_text_add(out, "</text>\n");
}

static void add_spot(lw_text *out, const lw_draw_item *item) {
    add_rect(out, item);
    lw_text_add(out, " class=\"spot\"><title>");
    lw_text_xml(out, item->text);
    lw_text_add(out, "</title></rect>\n");
}

static void add_item(writer *w, const lw_draw_item *item) {
    lw_text *out = w->out;
    const char *prefix = w->prefix != NULL ? w->prefix : "";
    switch (item->kind) {
    case LW_DRAW_RECT:
        add_rect(out, item);
        add_paint(out, item->fill, item->stroke);
        lw_text_add(out, "/>\n");
        break;
    case LW_DRAW_PATH:
        add_path_data(out, item->points, item->count, (lw_xy){0, 0}, item->closed);
        add_paint(out, item->fill, item->stroke);
        if (item->translucent) {
            add_attribute(out, "fill-opacity", LW_SHADE_OPACITY);
        }
        lw_text_add(out, "/>\n");
        break;
    case LW_DRAW_MARKER:
        add_marker(out, item);
        break;
    case LW_DRAW_TEXT:
        add_text(out, item);
        break;
    case LW_DRAW_CLIP_PUSH:
        w->clips++;
        lw_text_print(out, "<clipPath id=\"%sclip-%d\">", prefix, w->clips);
        add_rect(out, item);
        lw_text_print(out, "/></clipPath>\n<g clip-path=\"url(#%sclip-%d)\">\n", prefix, w->clips);
        break;
    case LW_DRAW_GROUP_PUSH:
        lw_text_add(out, "<g");
        if (item->id != NULL) {
            lw_text_print(out, " id=\"%s", prefix);
            lw_text_xml(out, item->id);
            lw_text_add(out, "\"");
        }
        lw_text_add(out, " class=\"");
        lw_text_xml(out, item->klass);
        lw_text_add(out, "\">\n");
        if (item->text != NULL) {
            lw_text_add(out, "<title>");
            lw_text_xml(out, item->text);
            lw_text_add(out, "</title>\n");
        }
        break;
    case LW_DRAW_CLIP_POP:
    case LW_DRAW_GROUP_POP:
        lw_text_add(out, "</g>\n");
        break;
    case LW_DRAW_SPOT:
        if (w->prefix != NULL) {
            add_spot(out, item);
        }
        break;
    }
}

// Only the roles that the picture uses.
static void add_style(writer *w) {
    bool fills[LW_ROLE_COUNT] = {false};
    bool strokes[LW_ROLE_COUNT] = {false};
    const lw_draw *draw = w->picture->draw;
    for (size_t i = 0; i < draw->count; i++) {
        const lw_draw_item *item = &draw->item[i];
        fills[item->kind == LW_DRAW_TEXT ? item->font.role : item->fill] = true;
        strokes[item->stroke.role] = true;
    }
    lw_text *out = w->out;
    lw_text_add(out, "<style>\ntext{font-family:'");
    lw_text_xml(out, w->picture->font);
    lw_text_add(out, "',Verdana,sans-serif;white-space:pre}\npath,rect,circle{stroke-linecap:round;stroke-linejoin:round}\n"
                     ".f-none{fill:none}\n");
    char name[LW_ROLE_NAME];
    for (int role = LW_ROLE_NONE + 1; role < LW_ROLE_COUNT; role++) {
        unsigned colour = (unsigned)w->picture->theme->colour[role];
        if (fills[role]) {
            lw_text_print(out, ".f-%s{fill:#%06X}\n", lw_role_name((lw_role)role, name), colour);
        }
        if (strokes[role]) {
            lw_text_print(out, ".s-%s{stroke:#%06X}\n", lw_role_name((lw_role)role, name), colour);
        }
    }
    lw_text_add(out, "</style>\n");
}

// Head and all items.
static lw_status write_picture(writer *w) {
    const lw_picture *picture = w->picture;
    lw_text *out = w->out;
    const char *prefix = w->prefix != NULL ? w->prefix : "";
    char width[LW_DRAW_NUMBER];
    char height[LW_DRAW_NUMBER];
    lw_draw_number(picture->width, width);
    lw_draw_number(picture->height, height);
    lw_text_print(out,
                  "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%s\" height=\"%s\" viewBox=\"0 0 %s %s\" role=\"img\" "
                  "aria-labelledby=\"%stitle %sdesc\">\n<title id=\"%stitle\">",
                  width, height, width, height, prefix, prefix, prefix);
    lw_text_xml(out, picture->title);
    lw_text_print(out, "</title>\n<desc id=\"%sdesc\">", prefix);
    lw_text_xml(out, picture->description);
    lw_text_add(out, "</desc>\n");
    if (w->prefix == NULL) {
        add_style(w);
    }
    for (size_t i = 0; i < picture->draw->count; i++) {
        add_item(w, &picture->draw->item[i]);
    }
    lw_text_add(out, "</svg>\n");
    return out->failed ? LW_NO_MEMORY : LW_OK;
}

lw_status lw_picture_svg(const lw_picture *picture, lw_text *out, lw_diags *diags) {
    (void)diags;  // same shape as the other painters
    lw_text_add(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    return write_picture(&(writer){.picture = picture, .out = out});
}

lw_status lw_picture_svg_part(const lw_picture *picture, const char *prefix, lw_text *out) {
    return write_picture(&(writer){.picture = picture, .out = out, .prefix = prefix});
}

// What stands in a cell or a bar of that colour: ink or background, whichever can be read on it.
static void add_text_on(const lw_theme *theme, lw_role fill, const char *name, lw_text *out) {
    const uint32_t ink = theme->colour[LW_ROLE_INK], background = theme->colour[LW_ROLE_BACKGROUND];
    const bool is_ink = lw_contrast(ink, theme->colour[fill]) > lw_contrast(background, theme->colour[fill]);
    lw_text_print(out, ":is(.pair,.span,.critical)>.f-%s~text{fill:#%06X}", name, (unsigned)(is_ink ? ink : background));
}

lw_status lw_theme_style(int kind, lw_text *out) {
    static const double readable = 4.5;
    const lw_theme *theme = lw_theme_of(kind);
    char name[LW_ROLE_NAME];
    for (int role = LW_ROLE_NONE + 1; role < LW_ROLE_COUNT; role++) {
        const unsigned colour = (unsigned)theme->colour[role];
        lw_role_name((lw_role)role, name);
        lw_text_print(out, ".f-%s{fill:#%06X}.s-%s{stroke:#%06X}", name, colour, name, colour);
        if (role >= LW_ROLE_HUES && lw_contrast(theme->colour[role], theme->colour[LW_ROLE_BACKGROUND]) < readable) {
            const lw_hue hue = (lw_hue)((role - LW_ROLE_HUES) / LW_SHADES);
            lw_text_print(out, "text.f-%s{fill:#%06X}", name, (unsigned)theme->colour[lw_role_of(hue, LW_SHADE_TEXT)]);
        }
        const bool ramp = role >= LW_ROLE_RAMP && role <= LW_ROLE_RAMP_LAST;
        if (ramp || (role >= LW_ROLE_HUES && (role - LW_ROLE_HUES) % LW_SHADES == LW_SHADE_FIRST)) {
            add_text_on(theme, (lw_role)role, name, out);
        }
        lw_text_add(out, "\n");
    }
    return out->failed ? LW_NO_MEMORY : LW_OK;
}
