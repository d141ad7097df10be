// SPDX-License-Identifier: GPL-3.0-or-later
// A tornado: what the first choice of a plan costs with one input at its low and at its high end, the furthest first.
#include <math.h>

#include "plots/chart_tornado.h"
#include "sim/result/choice.h"

enum { ROWS_MOST = 12 };
#define LABEL_ROOM 370.0
#define CHANGE_ROOM 300.0
#define ROW 34.0
#define BAR 16.0
#define KEY 26.0

size_t lw_tornado_rows(const lw_choices *choices) {
    return choices->reach_count < ROWS_MOST ? choices->reach_count : ROWS_MOST;
}

double lw_tornado_height(const lw_choices *choices) {
    return 190.0 + ROW * (double)lw_tornado_rows(choices);
}

static lw_role role_of(int end) {
    return lw_role_of(end == 0 ? LW_HUE_BLUE : LW_HUE_AMBER, LW_SHADE_FIRST);
}

// Round the first choice, with room for the numbers beside the bars.
static lw_scale scale_of(const lw_choices *choices, double left, double right) {
    const double base = choices->choice[0].month_USD;
    double low = base, high = base;
    for (size_t i = 0; i < lw_tornado_rows(choices); i++) {
        for (int e = 0; e < 2; e++) {
            low = fmin(low, choices->reach[i].end[e].month_USD);
            high = fmax(high, choices->reach[i].end[e].month_USD);
        }
    }
    const double room = fmax(0.2 * (high - low), 0.01 * fmax(1, base));
    return (lw_scale){LW_SCALE_LINEAR, low - room, high + room, left, right};
}

static const char *usd(const lw_canvas *canvas, double value) {
    char number[LW_TICK_TEXT];
    lw_number_short(value, 3, number);
    return lw_arena_print(canvas->arena, "%s", number);
}

static lw_status draw_bar(const lw_canvas *canvas, const lw_reach *reach, const lw_scale *x, double base, double middle) {
    const lw_reach_end *left = &reach->end[reach->end[0].month_USD > reach->end[1].month_USD ? 1 : 0];
    for (int e = 0; e < 2; e++) {
        const lw_reach_end *end = &reach->end[e];
        const double from = lw_scale_at(x, fmin(base, end->month_USD)), to = lw_scale_at(x, fmax(base, end->month_USD));
        if (end->month_USD == base) {
            continue;
        }
        const bool is_left = end == left;
        const char *number = usd(canvas, end->month_USD);
        if (number == NULL) {
            return LW_NO_MEMORY;
        }
        lw_draw_rect(canvas->draw, (lw_rect){from, middle - BAR / 2, to - from, BAR}, role_of(e), (lw_stroke){0});
        lw_draw_text(canvas->draw, is_left ? from - 5.0 : to + 5.0, middle + LW_SIZE_LABEL * 0.36,
                     lw_font_of(LW_SIZE_LABEL, LW_ROLE_INK, is_left ? LW_ANCHOR_END : LW_ANCHOR_START), number);
    }
    return LW_OK;
}

// "low: cloud-rtx-5090": which is first then.
static const char *change_of(const lw_canvas *canvas, const lw_reach *reach) {
    const char *text = "";
    for (int e = 0; e < 2 && text != NULL; e++) {
        if (reach->end[e].first != NULL) {
            text = lw_arena_print(canvas->arena, "%s%s%s: %s", text, text[0] != '\0' ? "; " : "", e == 0 ? "low" : "high",
                                  reach->end[e].first);
        }
    }
    return text;
}

static lw_status draw_row(const lw_canvas *canvas, const lw_reach *reach, const lw_scale *x, double base, double left,
                          double middle) {
    const char *low = usd(canvas, reach->end[0].value), *high = usd(canvas, reach->end[1].value);
    const char *change = change_of(canvas, reach);
    const char *label = low != NULL && high != NULL
                            ? lw_arena_print(canvas->arena, "%s, %s to %s %s", reach->name, low, high, reach->unit)
                            : NULL;
    const char *shown =
        label != NULL ? lw_text_fit(canvas->metrics, canvas->arena, label, LW_SIZE_LABEL, false, LABEL_ROOM - 24.0) : NULL;
    const char *other =
        change != NULL ? lw_text_fit(canvas->metrics, canvas->arena, change, LW_SIZE_LABEL, false, CHANGE_ROOM - 16.0) : NULL;
    const char *title = label != NULL && change != NULL
                            ? lw_arena_print(canvas->arena, "%s: %.3g to %.3g USD a month%s%s", label, reach->end[0].month_USD,
                                             reach->end[1].month_USD, change[0] != '\0' ? "; then first, " : "", change)
                            : NULL;
    if (shown == NULL || other == NULL || title == NULL) {
        return LW_NO_MEMORY;
    }
    const double baseline = middle + LW_SIZE_LABEL * 0.36;
    lw_draw_group(canvas->draw, NULL, "reach", title);
    lw_draw_text(canvas->draw, left + LABEL_ROOM - 16.0, baseline, lw_font_of(LW_SIZE_LABEL, LW_ROLE_INK, LW_ANCHOR_END), shown);
    LW_TRY(draw_bar(canvas, reach, x, base, middle));
    lw_draw_text(canvas->draw, x->finish + 16.0, baseline,
                 change[0] != '\0' ? lw_font_bold(LW_SIZE_LABEL, LW_ROLE_INK, LW_ANCHOR_START)
                                   : lw_font_of(LW_SIZE_LABEL, LW_ROLE_MUTED, LW_ANCHOR_START),
                 change[0] != '\0' ? other : "stays");
    lw_draw_ungroup(canvas->draw);
    return LW_OK;
}

static void draw_key(const lw_canvas *canvas, double left, double y, double change) {
    static const char *const words[] = {"input at its low end", "at its high end"};
    const lw_font font = lw_font_of(LW_SIZE_LABEL, LW_ROLE_INK, LW_ANCHOR_START);
    lw_draw_text(canvas->draw, change, y, lw_font_bold(LW_SIZE_LABEL, LW_ROLE_INK, LW_ANCHOR_START), "first choice then");
    for (int e = 0; e < 2; e++) {
        lw_draw_rect(canvas->draw, (lw_rect){left, y - 10.0, 12.0, 12.0}, role_of(e), (lw_stroke){0});
        lw_draw_text(canvas->draw, left + 18.0, y, font, words[e]);
        left += 44.0 + lw_text_width(canvas->metrics, words[e], LW_SIZE_LABEL, false);
    }
}

lw_status lw_tornado_draw(const lw_canvas *canvas, const lw_choices *choices, lw_box content) {
    const double base = choices->choice[0].month_USD;
    const lw_box plot = {content.left + LABEL_ROOM, content.top + KEY + 6.0, content.right - CHANGE_ROOM,
                         content.top + KEY + 6.0 + ROW * (double)lw_tornado_rows(choices)};
    const lw_scale x = scale_of(choices, plot.left, plot.right);
    draw_key(canvas, plot.left, content.top + LW_SIZE_LABEL + 2.0, plot.right + 16.0);
    lw_x_axis_draw(canvas, &plot, &x, lw_tick_plain, "Cost of the first choice (USD a month)");
    for (size_t i = 0; i < lw_tornado_rows(choices); i++) {
        LW_TRY(draw_row(canvas, &choices->reach[i], &x, base, content.left, plot.top + ROW * ((double)i + 0.5)));
    }
    lw_draw_line(canvas->draw, lw_scale_at(&x, base), plot.top, lw_scale_at(&x, base), plot.bottom,
                 (lw_stroke){LW_ROLE_INK, 1.4, LW_DASH_SOLID});
    return LW_OK;
}
