// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/frame.h"

#include <math.h>
#include <string.h>

#define MARGIN 24.0
#define TICK_LENGTH 5.0
#define TICK_GAP 4.0
#define LABEL_SPACE 14.0  // least distance between neighbouring tick labels

enum { TITLE_LINES = 2, HARDWARE_LINES = 4, SUBTITLE_LINES = 3, NOTE_LINES = 6, HASH_SHOWN = 12 };

lw_font lw_font_of(double size, lw_role role, lw_anchor anchor) {
    return (lw_font){.size = size, .role = role, .anchor = anchor};
}

lw_font lw_font_bold(double size, lw_role role, lw_anchor anchor) {
    return (lw_font){.size = size, .role = role, .anchor = anchor, .bold = true};
}

static void out_of_memory(const lw_canvas *canvas) {
    if (canvas->draw->status == LW_OK) {
        canvas->draw->status = LW_NO_MEMORY;
    }
}

// Lines of text from the top down; returns the baseline after the last one.
static double draw_lines(const lw_canvas *canvas, double x, double y, lw_font font, const char *const *lines, size_t count) {
    for (size_t i = 0; i < count; i++) {
        lw_draw_text(canvas->draw, x, y, font, lines[i]);
        y += font.size * LW_LINE_HEIGHT;
    }
    return y;
}

static const char *foot_line(const lw_canvas *canvas, const lw_result *result) {
    const char *file = result->file != NULL ? result->file : "";
    const char *base =
        // a folder of one machine tells others nothing
        strrchr(file, '/') != NULL ? strrchr(file, '/') + 1 : file;
    const char *part = "";
    if (result->planned > result->point_count) {
        part = lw_arena_print(canvas->arena, "%s: %zu of %zu points \u00B7 ",
                              result->not_run > 0 ? "Interrupted" : "Some points failed", result->point_count, result->planned);
    }
    return part == NULL
               ? NULL
               : lw_arena_print(canvas->arena, "%slanewise %s%s%s%s%.*s \u00B7 GB = 10\u2079 bytes, KiB = 1024 bytes", part,
                                result->tool_version != NULL ? result->tool_version : "", base[0] != '\0' ? " \u00B7 " : "", base,
                                result->sha256[0] != '\0' ? ", SHA-256 " : "", HASH_SHOWN, result->sha256);
}

// Returns how many lines: none when out of memory.
static size_t wrap_title(const lw_canvas *canvas, const char *title, const char *lines[TITLE_LINES]) {
    return lw_text_wrap(&(const lw_face){canvas->metrics, LW_SIZE_TITLE, true}, canvas->arena, title, canvas->width - 2 * MARGIN,
                        lines, TITLE_LINES);
}

static double height_of_more(size_t lines) {
    return lines > 1 ? (double)(lines - 1) * LW_SIZE_TITLE * LW_LINE_HEIGHT : 0.0;
}

// "Simulated: ..." in lines; *count: 0 where the hardware is not known. False when out of memory.
static bool wrap_hardware(const lw_canvas *canvas, const lw_result *result, const char *lines[HARDWARE_LINES], size_t *count) {
    *count = 0;
    if (result->hardware == NULL || result->hardware[0] == '\0') {
        return true;
    }
    const char *text = lw_arena_print(canvas->arena, "Simulated: %s", result->hardware);
    *count = text == NULL ? 0
                          : lw_text_wrap(&(const lw_face){canvas->metrics, LW_SIZE_LABEL, false}, canvas->arena, text,
                                         canvas->width - 2 * MARGIN, lines, HARDWARE_LINES);
    return *count > 0;
}

// Returns how many lines: none for an empty one or when out of memory.
static size_t wrap_subtitle(const lw_canvas *canvas, const char *subtitle, const char *lines[SUBTITLE_LINES]) {
    return lw_text_wrap(&(const lw_face){canvas->metrics, LW_SIZE_LABEL, false}, canvas->arena, subtitle,
                        canvas->width - 2 * MARGIN, lines, SUBTITLE_LINES);
}

// What drawing finds out when out of memory is no error here.
double lw_frame_extra_height(const lw_canvas *canvas, const char *title, const char *subtitle, const lw_result *result) {
    static const size_t usual = 2;  // lines of a subtitle
    const char *lines[TITLE_LINES], *hardware[HARDWARE_LINES], *below[SUBTITLE_LINES];
    size_t count = 0;
    (void)wrap_hardware(canvas, result, hardware, &count);
    size_t more = count > 1 ? count - 1 : 0;
    const char *clean = subtitle == NULL ? NULL : lw_clean_utf8(canvas->arena, subtitle);
    const size_t wrapped = clean == NULL ? 0 : wrap_subtitle(canvas, clean, below);
    more += wrapped > usual ? wrapped - usual : 0;
    return ceil(height_of_more(wrap_title(canvas, title, lines)) + (double)more * LW_SIZE_LABEL * LW_LINE_HEIGHT);
}

lw_box lw_frame_draw(const lw_canvas *canvas, const char *title, const char *subtitle, const char *note,
                     const lw_result *result) {
    lw_draw *draw = canvas->draw;
    double inner = canvas->width - 2 * MARGIN;
    lw_draw_rect(draw, (lw_rect){0, 0, canvas->width, canvas->height}, LW_ROLE_BACKGROUND, (lw_stroke){0});

    const char *heads[TITLE_LINES] = {NULL};
    const size_t head_count = wrap_title(canvas, title, heads);
    const char *foot = foot_line(canvas, result);
    foot = foot == NULL ? NULL : lw_clean_utf8(canvas->arena, foot);  // metrics need valid UTF-8
    const char *hardware[HARDWARE_LINES] = {NULL};
    size_t hardware_count = 0;
    const bool simulated = wrap_hardware(canvas, result, hardware, &hardware_count);
    subtitle = lw_clean_utf8(canvas->arena, subtitle);
    note = lw_clean_utf8(canvas->arena, note);
    if ((head_count == 0 && title[0] != '\0') || foot == NULL || !simulated || subtitle == NULL || note == NULL) {
        out_of_memory(canvas);
        return (lw_box){0, 0, canvas->width, canvas->height};
    }
    lw_draw_group(draw, "head", "head", NULL);
    double y = MARGIN + LW_SIZE_TITLE * 0.8;
    draw_lines(canvas, MARGIN, y, lw_font_bold(LW_SIZE_TITLE, LW_ROLE_INK, LW_ANCHOR_START), heads, head_count);
    y += LW_SIZE_LABEL * 1.6 + height_of_more(head_count);
    const char *lines[NOTE_LINES] = {NULL};
    const lw_font plain = lw_font_of(LW_SIZE_LABEL, LW_ROLE_MUTED, LW_ANCHOR_START);
    y = draw_lines(canvas, MARGIN, y, plain, hardware, hardware_count);
    size_t count = wrap_subtitle(canvas, subtitle, lines);
    y = draw_lines(canvas, MARGIN, y, plain, lines, count);
    lw_draw_ungroup(draw);

    lw_draw_group(draw, "foot", "foot", NULL);
    lw_font small = lw_font_of(LW_SIZE_FOOT, LW_ROLE_MUTED, LW_ANCHOR_START);
    double line = LW_SIZE_FOOT * LW_LINE_HEIGHT;
    count = lw_text_wrap(&(const lw_face){canvas->metrics, LW_SIZE_FOOT, false}, canvas->arena, note, inner, lines, NOTE_LINES);
    double bottom = canvas->height - MARGIN + LW_SIZE_FOOT * 0.5 - line * (double)count;
    draw_lines(canvas, MARGIN, bottom, small, lines, count);
    char *last = lw_text_fit(canvas->metrics, canvas->arena, foot, LW_SIZE_FOOT, false, inner);
    if (last == NULL) {
        out_of_memory(canvas);
    } else {
        lw_draw_text(draw, MARGIN, bottom + line * (double)count, small, last);
    }
    lw_draw_ungroup(draw);
    return (lw_box){MARGIN, y, canvas->width - MARGIN, bottom - LW_SIZE_FOOT * 1.6};
}

// ---- Axes ----

// Widest label the scale would show if it had all the room; ticks depend on label widths and these
// on the ticks.
static double widest_label(const lw_canvas *canvas, const lw_scale *scale, lw_tick_writer writer) {
    lw_ticks ticks;
    lw_scale_ticks(scale, 1.0, writer, &ticks);
    double widest = 0.0;
    for (size_t i = 0; i < ticks.count; i++) {
        widest = fmax(widest, lw_text_width(canvas->metrics, ticks.tick[i].text, LW_SIZE_TICK, false));
    }
    return widest;
}

double lw_axes_label_width(const lw_canvas *canvas, const lw_axes *axes) {
    return widest_label(canvas, &axes->y, axes->y_writer) + TICK_LENGTH + TICK_GAP;
}

static const lw_stroke axis_stroke = {LW_ROLE_AXIS, 1.0, LW_DASH_SOLID};

static void draw_y_axis(const lw_canvas *canvas, const lw_axes *axes) {
    lw_ticks ticks;
    lw_scale_ticks(&axes->y, LW_SIZE_TICK * 2.2, axes->y_writer, &ticks);
    const lw_box *plot = &axes->plot;
    for (size_t i = 0; i < ticks.count; i++) {
        const lw_tick *tick = &ticks.tick[i];
        double y = lw_scale_at(&axes->y, tick->value);
        if (!tick->major) {
            lw_draw_line(canvas->draw, plot->left - TICK_LENGTH / 2, y, plot->left, y, axis_stroke);
            continue;
        }
        lw_draw_line(canvas->draw, plot->left, y, plot->right, y, (lw_stroke){LW_ROLE_GRID, 1.0, LW_DASH_SOLID});
        lw_draw_line(canvas->draw, plot->left - TICK_LENGTH, y, plot->left, y, axis_stroke);
        lw_draw_text(canvas->draw, plot->left - TICK_LENGTH - TICK_GAP, y + LW_SIZE_TICK * 0.36,
                     lw_font_of(LW_SIZE_TICK, LW_ROLE_MUTED, LW_ANCHOR_END), tick->text);
    }
    lw_draw_line(canvas->draw, plot->left, plot->top, plot->left, plot->bottom, axis_stroke);
}

void lw_x_axis_draw(const lw_canvas *canvas, const lw_box *plot, const lw_scale *scale, lw_tick_writer writer,
                    const char *title) {
    lw_ticks ticks;
    lw_scale_ticks(scale, widest_label(canvas, scale, writer) + LABEL_SPACE, writer, &ticks);
    for (size_t i = 0; i < ticks.count; i++) {
        const lw_tick *tick = &ticks.tick[i];
        double x = lw_scale_at(scale, tick->value);
        double length = tick->major ? TICK_LENGTH : TICK_LENGTH / 2;
        if (tick->major) {
            lw_draw_line(canvas->draw, x, plot->top, x, plot->bottom, (lw_stroke){LW_ROLE_GRID, 1.0, LW_DASH_SOLID});
        }
        lw_draw_line(canvas->draw, x, plot->bottom, x, plot->bottom + length, axis_stroke);
        lw_draw_text(canvas->draw, x, plot->bottom + TICK_LENGTH + TICK_GAP + LW_SIZE_TICK * 0.8,
                     lw_font_of(LW_SIZE_TICK, LW_ROLE_MUTED, LW_ANCHOR_MIDDLE), tick->text);
    }
    lw_draw_line(canvas->draw, plot->left, plot->bottom, plot->right, plot->bottom, axis_stroke);
    lw_draw_text(canvas->draw, (plot->left + plot->right) / 2, plot->bottom + LW_AXES_BELOW - 4.0,
                 lw_font_of(LW_SIZE_TICK, LW_ROLE_INK, LW_ANCHOR_MIDDLE), title);
}

void lw_axes_draw(const lw_canvas *canvas, const lw_axes *axes) {
    const lw_box *plot = &axes->plot;
    lw_draw_group(canvas->draw, NULL, "axes", NULL);
    draw_y_axis(canvas, axes);
    lw_x_axis_draw(canvas, plot, &axes->x, axes->x_writer, axes->x_title);
    double label_left = plot->left - lw_axes_label_width(canvas, axes);
    lw_draw_text(canvas->draw, label_left, plot->top - LW_SIZE_TICK * 0.9, lw_font_of(LW_SIZE_TICK, LW_ROLE_INK, LW_ANCHOR_START),
                 axes->y_title);
    lw_draw_ungroup(canvas->draw);
}
