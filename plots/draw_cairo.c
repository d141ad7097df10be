// SPDX-License-Identifier: GPL-3.0-or-later
// The only file that knows cairo: text metrics, PNG and PDF. Every surface lives inside one call,
// so threads never share one.
#include <assert.h>
#include <cairo-pdf.h>
#include <cairo.h>
#include <errno.h>
#include <fontconfig/fontconfig.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "plots/draw.h"
#include "plots/painter.h"

enum { PIXELS_MAX = 32767, SCALE_MAX = 4 };  // the limit of cairo's image surfaces

// Unhinted, so that the widths at 1x, 2x and on paper are the same (hinted they differ by 3 %) and
// one layout serves all.
static void set_font(cairo_t *cr, const char *family, double size, bool bold) {
    cairo_select_font_face(cr, family, CAIRO_FONT_SLANT_NORMAL, bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(cr, size);
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    cairo_set_font_options(cr, options);
    cairo_font_options_destroy(options);
}

// ---- Metrics ----

static double cairo_width(void *user, const char *utf8, double size, bool bold) {
    cairo_t *cr = user;
    set_font(cr, lw_font_family, size, bold);
    cairo_text_extents_t extents;
    cairo_text_extents(cr, utf8, &extents);
    return isfinite(extents.x_advance) ? extents.x_advance : 0.0;
}

static lw_status metrics_open(lw_font_metrics *metrics) {
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_A8, 1, 1);
    cairo_t *cr = cairo_create(surface);
    cairo_surface_destroy(surface);
    if (cairo_status(cr) != CAIRO_STATUS_SUCCESS) {
        cairo_destroy(cr);
        return LW_NO_MEMORY;
    }
    *metrics = (lw_font_metrics){.width = cairo_width, .user = cr, .family = lw_font_family};
    return LW_OK;
}

static void metrics_close(lw_font_metrics *metrics) {
    if (metrics->user != NULL) {
        cairo_destroy(metrics->user);
        metrics->user = NULL;
    }
}

static bool font_exists(lw_arena *arena, const char **found) {
    FcPattern *wanted = FcPatternCreate();
    if (wanted == NULL) {
        return false;
    }
    FcPatternAddString(wanted, FC_FAMILY, (const FcChar8 *)lw_font_family);
    FcConfigSubstitute(NULL, wanted, FcMatchPattern);
    FcDefaultSubstitute(wanted);
    FcResult result;
    FcPattern *match = FcFontMatch(NULL, wanted, &result);
    FcChar8 *family = NULL;
    bool same = false;
    if (match != NULL && FcPatternGetString(match, FC_FAMILY, 0, &family) == FcResultMatch) {
        same = strcmp((const char *)family, lw_font_family) == 0;
        const char *copy = lw_arena_copy(arena, (const char *)family);
        *found = copy != NULL ? copy : *found;
    }
    if (match != NULL) {
        FcPatternDestroy(match);
    }
    FcPatternDestroy(wanted);
    return same;
}

static void close_all(void) {
    cairo_debug_reset_static_data();
    FcFini();
}

// ---- Painting ----

static void set_colour(cairo_t *cr, const lw_picture *picture, lw_role role, double opacity) {
    uint32_t colour = picture->theme->colour[role];
    cairo_set_source_rgba(cr, (double)(colour >> 16 & 0xFF) / 255.0, (double)(colour >> 8 & 0xFF) / 255.0,
                          (double)(colour & 0xFF) / 255.0, opacity);
}

// Fill and stroke the current path, and forget it.
static void paint_path(cairo_t *cr, const lw_picture *picture, const lw_draw_item *item) {
    if (item->fill != LW_ROLE_NONE) {
        set_colour(cr, picture, item->fill, item->translucent ? LW_SHADE_OPACITY : 1.0);
        cairo_fill_preserve(cr);
    }
    if (item->stroke.role != LW_ROLE_NONE) {
        double pattern[LW_DASH_PARTS];
        size_t dashes = lw_dash_pattern(item->stroke, pattern);
        set_colour(cr, picture, item->stroke.role, 1.0);
        cairo_set_line_width(cr, item->stroke.width);
        cairo_set_dash(cr, pattern, (int)dashes, 0.0);
        cairo_stroke_preserve(cr);
    }
    cairo_new_path(cr);
}

static void trace(cairo_t *cr, const lw_xy *points, size_t count, lw_xy origin, bool closed) {
    for (size_t i = 0; i < count; i++) {
        cairo_line_to(cr, origin.x + points[i].x, origin.y + points[i].y);
    }
    if (closed) {
        cairo_close_path(cr);
    }
}

static void paint_marker(cairo_t *cr, const lw_picture *picture, const lw_draw_item *item) {
    lw_xy outline[LW_SHAPE_POINTS];
    size_t count = lw_shape_outline(item->shape, item->width, outline);
    if (count == 0) {
        cairo_new_sub_path(cr);
        cairo_arc(cr, item->at.x, item->at.y, item->width / 2, 0.0, 2.0 * acos(-1.0));
        cairo_close_path(cr);
    } else {
        trace(cr, outline, count, item->at, true);
    }
    paint_path(cr, picture, item);
}

static void paint_text(cairo_t *cr, const lw_picture *picture, const lw_draw_item *item) {
    set_font(cr, picture->font, item->font.size, item->font.bold);
    set_colour(cr, picture, item->font.role, 1.0);
    double left = 0.0;
    if (item->font.anchor != LW_ANCHOR_START) {
        cairo_text_extents_t extents;
        cairo_text_extents(cr, item->text, &extents);
        left = item->font.anchor == LW_ANCHOR_END ? -extents.x_advance : -extents.x_advance / 2;
    }
    cairo_save(cr);
    cairo_translate(cr, item->at.x, item->at.y);
    if (item->font.upright) {
        cairo_rotate(cr, -acos(0.0));
    }
    cairo_move_to(cr, left, 0.0);
    cairo_show_text(cr, item->text);
    cairo_restore(cr);
    cairo_new_path(cr);
}

static void paint(cairo_t *cr, const lw_picture *picture) {
    cairo_set_line_cap(cr, CAIRO_LINE_CAP_ROUND);
    cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
    for (size_t i = 0; i < picture->draw->count; i++) {
        const lw_draw_item *item = &picture->draw->item[i];
        switch (item->kind) {
        case LW_DRAW_RECT:
            cairo_rectangle(cr, item->at.x, item->at.y, item->width, item->height);
            paint_path(cr, picture, item);
            break;
        case LW_DRAW_PATH:
            trace(cr, item->points, item->count, (lw_xy){0, 0}, item->closed);
            paint_path(cr, picture, item);
            break;
        case LW_DRAW_MARKER:
            paint_marker(cr, picture, item);
            break;
        case LW_DRAW_TEXT:
            paint_text(cr, picture, item);
            break;
        case LW_DRAW_CLIP_PUSH:
            cairo_save(cr);
            cairo_rectangle(cr, item->at.x, item->at.y, item->width, item->height);
            cairo_clip(cr);
            break;
        case LW_DRAW_CLIP_POP:
            cairo_restore(cr);
            break;
        case LW_DRAW_GROUP_PUSH:
        case LW_DRAW_GROUP_POP:
        case LW_DRAW_SPOT:
            break;
        }
    }
}

// cairo 1.16 loses the error of a PDF's write callback, so the text's own flag decides.
static cairo_status_t collect(void *closure, const unsigned char *data, unsigned length) {
    lw_text *out = closure;
    lw_text_add_n(out, (const char *)data, length);
    return out->failed ? CAIRO_STATUS_WRITE_ERROR : CAIRO_STATUS_SUCCESS;
}

static lw_status status_of(cairo_status_t status, const lw_text *out) {
    return out->failed || status == CAIRO_STATUS_NO_MEMORY ? LW_NO_MEMORY : status == CAIRO_STATUS_SUCCESS ? LW_OK : LW_INTERNAL;
}

static lw_status paint_png(const lw_picture *picture, int scale, lw_text *out, lw_diags *diags) {
    if (scale < 1 || scale > SCALE_MAX || picture->width * scale > PIXELS_MAX || picture->height * scale > PIXELS_MAX) {
        lw_error(diags, (lw_place){0}, "choose a scale of 1 to 4, and a smaller width or height",
                 "a picture of %.0f x %.0f at scale %d is beyond %d pixels", picture->width, picture->height, scale, PIXELS_MAX);
        return LW_LIMIT;
    }
    if (picture->width * picture->height * scale * scale > LW_PIXELS_MOST) {
        lw_error(diags, (lw_place){0}, "choose a smaller scale, width or height",
                 "a picture of %.0f x %.0f at scale %d has more than %.0f million pixels", picture->width, picture->height, scale,
                 LW_PIXELS_MOST / 1e6);
        return LW_LIMIT;
    }
    int width = (int)ceil(picture->width * scale);
    int height = (int)ceil(picture->height * scale);
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height);
    cairo_t *cr = cairo_create(surface);
    cairo_scale(cr, scale, scale);
    paint(cr, picture);
    cairo_surface_flush(surface);
    cairo_status_t status = cairo_status(cr);
    if (status == CAIRO_STATUS_SUCCESS) {
        status = cairo_surface_write_to_png_stream(surface, collect, out);
    }
    cairo_destroy(cr);
    cairo_surface_destroy(surface);
    return status_of(status, out);
}

// "2026-11-22T02:14:00" of SOURCE_DATE_EPOCH (reproducible-builds.org), else the epoch: a date of
// its own would change every file.
static void creation_date(char text[32]) {
    const char *given = getenv("SOURCE_DATE_EPOCH");
    char *end = NULL;
    errno = 0;
    long long seconds = given == NULL ? 0 : strtoll(given, &end, 10);
    bool valid =
        // year 10000
        given != NULL && end != given && *end == '\0' && errno == 0 && seconds >= 0 && seconds < 253402300800;
    time_t moment = valid ? (time_t)seconds : 0;
    struct tm parts;
    gmtime_r(&moment, &parts);
    strftime(text, 32, "%Y-%m-%dT%H:%M:%SZ", &parts);
}

// Points: a PDF of 960 units is 720 pt (10 inches) wide, as 960 CSS pixels are.
#define POINTS_PER_UNIT 0.75

static lw_status paint_pdf(const lw_picture *picture, lw_text *out, lw_diags *diags) {
    (void)diags;  // same shape as the other painters
    cairo_surface_t *surface =
        cairo_pdf_surface_create_for_stream(collect, out, picture->width * POINTS_PER_UNIT, picture->height * POINTS_PER_UNIT);
    char date[32];
    creation_date(date);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, date);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, picture->title);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_SUBJECT, picture->description);
    cairo_t *cr = cairo_create(surface);
    cairo_scale(cr, POINTS_PER_UNIT, POINTS_PER_UNIT);
    paint(cr, picture);
    cairo_show_page(cr);
    cairo_status_t status = cairo_status(cr);
    cairo_destroy(cr);
    cairo_surface_finish(surface);
    if (status == CAIRO_STATUS_SUCCESS) {
        status = cairo_surface_status(surface);
    }
    cairo_surface_destroy(surface);
    return status_of(status, out);
}

const lw_painter lw_cairo_painter = {font_exists, metrics_open, metrics_close, paint_png, paint_pdf, close_all};
