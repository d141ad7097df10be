// SPDX-License-Identifier: GPL-3.0-or-later
// Copies between the members of a group: a square of cells, from the row to the column.
#include <math.h>

#include "plots/chart.h"

#define FRAME_HEIGHT 176.0
#define FRAME_WIDTH 48.0
#define HEAD 40.0    // above the cells: what the columns are, and their numbers
#define LEGEND 44.0  // below them
#define CELL_WIDE 52.0
#define CELLS_MOST 760.0  // of a side
#define CELL_LEAST 6.0
#define GAP 2.0

enum { DIGITS = 3 };

static double cell_side(const lw_pair_table *pairs) {
    return fmin(CELL_WIDE, CELLS_MOST / (double)pairs->count);
}

void lw_pairs_size(const lw_chart *chart, double *width, double *height) {
    const double side = cell_side(chart->pairs) * (double)chart->pairs->count;
    *width = fmax(640.0, side + FRAME_WIDTH + 120.0);
    *height = FRAME_HEIGHT + HEAD + LEGEND + side;
}

typedef struct square {
    const lw_chart *chart;
    const lw_canvas *canvas;
    double left, top, cell, most;
} square;

static lw_role role_of(const square *s, double value) {
    const int step = (int)floor(value / s->most * LW_RAMP_STEPS);
    return (lw_role)(LW_ROLE_RAMP + (step < 0 ? 0 : step >= LW_RAMP_STEPS ? LW_RAMP_STEPS - 1 : step));
}

// Ink or background, whichever can be read on it.
static lw_role text_on(const square *s, lw_role fill) {
    const lw_theme *theme = lw_theme_of(s->chart->request->theme);
    const bool ink = lw_contrast(theme->colour[LW_ROLE_INK], theme->colour[fill]) >
                     lw_contrast(theme->colour[LW_ROLE_BACKGROUND], theme->colour[fill]);
    return ink ? LW_ROLE_INK : LW_ROLE_BACKGROUND;
}

static lw_status draw_cell(const square *s, size_t row, size_t column) {
    const lw_workload_result *copy = s->chart->pairs->cell[row * s->chart->pairs->count + column];
    if (copy == NULL) {
        return LW_OK;
    }
    lw_draw *draw = s->canvas->draw;
    const double value = lw_pairs_value(s->chart->pairs, copy);
    const lw_role fill = role_of(s, value);
    const double x = s->left + s->cell * (double)column;
    const double y = s->top + s->cell * (double)row;
    const double gap = s->cell > 5 * GAP ? GAP : 0.0;
    char number[LW_TICK_TEXT];
    lw_number_short(value, DIGITS, number);
    const char *limit = lw_limit_text(&copy->limit, s->canvas->arena);
    const char *title =
        limit == NULL ? NULL
                      : lw_arena_print(s->canvas->arena, "%s: %s %s, %s", copy->direction, number, s->chart->pairs->unit, limit);
    if (title == NULL) {
        return LW_NO_MEMORY;
    }
    lw_draw_group(draw, NULL, "pair", title);
    lw_draw_rect(draw, (lw_rect){x, y, s->cell - gap, s->cell - gap}, fill, (lw_stroke){0});
    if (lw_text_width(s->canvas->metrics, number, LW_SIZE_TICK, false) < s->cell - 2 * GAP) {
        lw_draw_text(draw, x + (s->cell - gap) / 2, y + (s->cell - gap) / 2 + LW_SIZE_TICK * 0.36,
                     lw_font_of(LW_SIZE_TICK, text_on(s, fill), LW_ANCHOR_MIDDLE), number);
    }
    lw_draw_ungroup(draw);
    return LW_OK;
}

// Every member's number, or every second, fourth, ... one where they would touch.
static void draw_numbers(const square *s) {
    const lw_pair_table *pairs = s->chart->pairs;
    size_t step = 1;
    while ((double)step * s->cell < 2.0 * LW_SIZE_TICK) {
        step *= 2;
    }
    for (size_t i = 0; i < pairs->count; i += step) {
        char number[LW_TICK_TEXT];
        lw_number_short(pairs->member[i], 7, number);
        const double middle = s->cell * ((double)i + 0.5) - GAP / 2;
        lw_draw_text(s->canvas->draw, s->left + middle, s->top - 7.0, lw_font_of(LW_SIZE_TICK, LW_ROLE_MUTED, LW_ANCHOR_MIDDLE),
                     number);
        lw_draw_text(s->canvas->draw, s->left - 8.0, s->top + middle + LW_SIZE_TICK * 0.36,
                     lw_font_of(LW_SIZE_TICK, LW_ROLE_MUTED, LW_ANCHOR_END), number);
    }
}

// The steps of the ramp from 0 to the most, below the cells.
static void draw_legend(const square *s, double top) {
    static const double wide = 30.0;
    static const double high = 12.0;
    lw_draw *draw = s->canvas->draw;
    const lw_font plain = lw_font_of(LW_SIZE_TICK, LW_ROLE_MUTED, LW_ANCHOR_MIDDLE);
    lw_draw_group(draw, "legend", "legend", NULL);
    for (int i = 0; i <= LW_RAMP_STEPS; i++) {
        const double x = s->left + wide * i;
        if (i < LW_RAMP_STEPS) {
            lw_draw_rect(draw, (lw_rect){x, top, wide, high}, (lw_role)(LW_ROLE_RAMP + i), (lw_stroke){0});
        }
    }
    char most[LW_TICK_TEXT];
    lw_number_short(s->most, DIGITS, most);
    lw_draw_text(draw, s->left, top + high + LW_SIZE_TICK * 1.1, plain, "0");
    lw_draw_text(draw, s->left + wide * LW_RAMP_STEPS, top + high + LW_SIZE_TICK * 1.1, plain, most);
    lw_draw_text(draw, s->left + wide * LW_RAMP_STEPS + 12.0, top + high - 2.0,
                 lw_font_of(LW_SIZE_TICK, LW_ROLE_INK, LW_ANCHOR_START), s->chart->pairs->unit);
    lw_draw_ungroup(draw);
}

// The size of the copies where all have one.
static const char *subtitle_of(const lw_chart *chart, double *most, lw_arena *arena) {
    const lw_pair_table *pairs = chart->pairs;
    int64_t bytes = -1;
    bool alike = true, reads = false;
    *most = 0.0;
    for (size_t i = 0; i < pairs->count * pairs->count; i++) {
        if (pairs->cell[i] != NULL) {
            alike = alike && (bytes < 0 || bytes == lw_pairs_bytes(pairs->cell[i]));
            bytes = lw_pairs_bytes(pairs->cell[i]);
            *most = fmax(*most, lw_pairs_value(pairs, pairs->cell[i]));
            reads = reads || pairs->cell[i]->copy == NULL;
        }
    }
    const char *own = chart->request->subtitle;
    if (own != NULL && own[0] != '\0') {
        return own;
    }
    char size[LW_TICK_TEXT];
    lw_tick_size((double)bytes, size);
    return lw_arena_print(arena, "%s of %s%s%s from a row to a column (%s)",
                          reads                   ? "Mean latency"
                          : pairs->unit[0] == 'G' ? "Payload bandwidth"
                                                  : "Time",
                          reads ? "reads" : "copies", alike ? " of " : "", alike ? size : "", pairs->unit);
}

lw_status lw_pairs_draw(const lw_chart *chart, const lw_canvas *canvas) {
    const lw_pair_table *pairs = chart->pairs;
    square s = {.chart = chart, .canvas = canvas};
    const char *subtitle = subtitle_of(chart, &s.most, canvas->arena);
    const char *from = lw_arena_print(canvas->arena, "from %s", pairs->group);
    const char *to = lw_arena_print(canvas->arena, "to %s", pairs->group);
    if (subtitle == NULL || from == NULL || to == NULL) {
        return LW_NO_MEMORY;
    }
    s.most = s.most > 0.0 ? s.most : 1.0;
    const lw_box content = lw_frame_draw(canvas, chart->title, subtitle, "", chart->result);
    s.left = content.left + lw_text_width(canvas->metrics, from, LW_SIZE_TICK, false) + 12.0;
    s.top = content.top + HEAD;
    const double room = fmin(content.right - s.left, content.bottom - LEGEND - s.top);
    s.cell = fmin(room / (double)pairs->count, CELL_WIDE);
    if (s.cell < CELL_LEAST) {
        return lw_error(chart->diags, chart->request->place, "give it more width: and height:, or leave them out",
                        "the chart is too small for %zu rows and columns", pairs->count);
    }
    const lw_font label = lw_font_of(LW_SIZE_TICK, LW_ROLE_INK, LW_ANCHOR_START);
    lw_draw_text(canvas->draw, s.left, s.top - 24.0, label, to);
    lw_draw_text(canvas->draw, content.left, s.top - 7.0, label, from);
    draw_numbers(&s);
    for (size_t i = 0; i < pairs->count * pairs->count; i++) {
        LW_TRY(draw_cell(&s, i / pairs->count, i % pairs->count));
    }
    draw_legend(&s, s.top + s.cell * (double)pairs->count + 12.0);
    return LW_OK;
}
