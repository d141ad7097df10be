// SPDX-License-Identifier: GPL-3.0-or-later
// Plans: what each choice costs a month and does, with those that nothing beats on both; and what buying
// and renting have cost after so many months.
#include <math.h>
#include <string.h>

#include "plots/chart_tornado.h"
#include "plots/frame.h"
#include "plots/labels.h"
#include "plots/plots.h"
#include "sim/result/choice.h"

enum { LABELS_MOST = 12 };
#define LABEL_ROOM 420.0
#define LABEL_HEIGHT 17.0
#define MARK 8.0

const char *const lw_plan_chart_words[] = {"cost", "break-even", "tornado", NULL};

static void tick_share(double value, char *text) {
    lw_tick_plain(value * 100, text);
    const size_t length = strlen(text);
    memcpy(text + length, " %", sizeof " %");
}

static lw_role role_of(bool rented) {
    return lw_role_of(rented ? LW_HUE_AMBER : LW_HUE_BLUE, LW_SHADE_FIRST);
}

static void draw_mark(const lw_canvas *canvas, lw_xy at, bool rented, bool filled) {
    lw_draw_marker(canvas->draw, at, rented ? LW_SHAPE_SQUARE : LW_SHAPE_CIRCLE, MARK,
                   filled ? role_of(rented) : LW_ROLE_BACKGROUND, (lw_stroke){role_of(rented), 1.6, LW_DASH_SOLID});
}

// Shapes and fills, in a line above the axes.
static void draw_key(const lw_canvas *canvas, double left, double y, bool any_over) {
    const lw_font font = lw_font_of(LW_SIZE_LABEL, LW_ROLE_INK, LW_ANCHOR_START);
    const struct {
        const char *text;
        bool rented, filled;
    } part[] = {{"to buy", false, true}, {"to rent", true, true}, {"over the budget", false, false}};
    for (size_t i = 0; i < 2 + (any_over ? 1U : 0U); i++) {
        draw_mark(canvas, (lw_xy){left + 6, y - 4}, part[i].rented, part[i].filled);
        lw_draw_text(canvas->draw, left + 18, y, font, part[i].text);
        left += 40 + lw_text_width(canvas->metrics, part[i].text, LW_SIZE_LABEL, false);
    }
}

// ---- Cost against what it does ----

static lw_status draw_names(const lw_canvas *canvas, const lw_choices *choices, const lw_axes *axes, double left) {
    lw_label label[LABELS_MOST], *order[LABELS_MOST];
    const lw_choice *of[LABELS_MOST];
    size_t count = 0;
    for (size_t i = 0; i < choices->count && count < LABELS_MOST; i++) {
        if (choices->choice[i].front) {
            of[count] = &choices->choice[i];
            label[count] = (lw_label){.wanted = lw_scale_at(&axes->y, of[count]->score), .height = LABEL_HEIGHT};
            order[count] = &label[count];
            count++;
        }
    }
    (void)lw_labels_place(order, count, axes->plot.top, axes->plot.bottom);
    for (size_t i = 0; i < count; i++) {
        const double y = label[i].middle + LW_SIZE_LABEL * 0.36;
        const char *text = lw_text_fit(canvas->metrics, canvas->arena, of[i]->name, LW_SIZE_LABEL, false, LABEL_ROOM - 30.0);
        if (text == NULL) {
            return LW_NO_MEMORY;
        }
        lw_draw_line(canvas->draw, lw_scale_at(&axes->x, of[i]->month_USD) + MARK, label[i].wanted, left - 6.0, label[i].middle,
                     (lw_stroke){LW_ROLE_GRID, 1.0, LW_DASH_SOLID});
        lw_draw_text(canvas->draw, left, y, lw_font_of(LW_SIZE_LABEL, LW_ROLE_INK, LW_ANCHOR_START), text);
    }
    return LW_OK;
}

static lw_status draw_points(const lw_canvas *canvas, const lw_choices *choices, const lw_axes *axes) {
    for (size_t i = choices->count; i-- > 0;) {
        const lw_choice *c = &choices->choice[i];
        const double x = lw_scale_at(&axes->x, c->month_USD);
        const char *title =
            lw_arena_print(canvas->arena, "%s: %.0f USD a month, %.0f %% of the best (%.0f to %.0f %%)%s", c->name, c->month_USD,
                           100 * c->score, 100 * c->low, 100 * fmin(1, c->high), c->affordable ? "" : ", over the budget");
        if (title == NULL) {
            return LW_NO_MEMORY;
        }
        lw_draw_group(canvas->draw, NULL, "choice", title);
        lw_draw_line(canvas->draw, x, lw_scale_at(&axes->y, c->low), x, lw_scale_at(&axes->y, fmin(c->high, axes->y.high)),
                     (lw_stroke){role_of(c->rented), 1.2, LW_DASH_SOLID});
        draw_mark(canvas, (lw_xy){x, lw_scale_at(&axes->y, c->score)}, c->rented, c->affordable);
        lw_draw_ungroup(canvas->draw);
    }
    return LW_OK;
}

static int by_cost(const lw_choice *a, const lw_choice *b) {
    return (a->month_USD > b->month_USD) - (a->month_USD < b->month_USD);
}

// A staircase over those that nothing beats.
static lw_status draw_front(const lw_canvas *canvas, const lw_choices *choices, const lw_axes *axes) {
    lw_xy *points = LW_NEW_ARRAY(canvas->arena, lw_xy, 2 * choices->count + 1);
    const lw_choice *last = NULL;
    size_t count = 0;
    if (points == NULL) {
        return LW_NO_MEMORY;
    }
    for (;;) {
        const lw_choice *next = NULL;
        for (size_t i = 0; i < choices->count; i++) {
            const lw_choice *c = &choices->choice[i];
            if (c->front && (last == NULL || by_cost(c, last) > 0) && (next == NULL || by_cost(c, next) < 0)) {
                next = c;
            }
        }
        if (next == NULL) {
            break;
        }
        if (last != NULL) {
            points[count++] = (lw_xy){lw_scale_at(&axes->x, next->month_USD), lw_scale_at(&axes->y, last->score)};
        }
        points[count++] = (lw_xy){lw_scale_at(&axes->x, next->month_USD), lw_scale_at(&axes->y, next->score)};
        last = next;
    }
    lw_draw_path(canvas->draw, points, count, false, LW_ROLE_NONE, (lw_stroke){LW_ROLE_AXIS, 1.4, LW_DASH_SOLID});
    return LW_OK;
}

static lw_status draw_cost(const lw_canvas *canvas, const lw_choices *choices, lw_box content) {
    double most = 0;
    bool any_over = false;
    for (size_t i = 0; i < choices->count; i++) {
        most = fmax(most, choices->choice[i].month_USD);
        any_over = any_over || !choices->choice[i].affordable;
    }
    const lw_box plot = {content.left + 52.0, content.top + 34.0 + LW_AXES_ABOVE, content.right - LABEL_ROOM,
                         content.bottom - LW_AXES_BELOW};
    const lw_axes axes = {.plot = plot,
                          .x = lw_scale_fit(LW_SCALE_LINEAR, 0, most, plot.left, plot.right),
                          .y = lw_scale_fit(LW_SCALE_LINEAR, 0, 1, plot.bottom, plot.top),
                          .x_writer = lw_tick_plain,
                          .y_writer = tick_share,
                          .x_title = "Cost (USD a month)",
                          .y_title = "What it does, of the best"};
    draw_key(canvas, content.left, content.top + LW_SIZE_LABEL + 4.0, any_over);
    lw_axes_draw(canvas, &axes);
    LW_TRY(draw_names(canvas, choices, &axes, plot.right + 22.0));
    LW_TRY(draw_front(canvas, choices, &axes));
    return draw_points(canvas, choices, &axes);
}

// ---- Buying against renting ----

static lw_status draw_line(const lw_canvas *canvas, const lw_cost_line *line, const lw_axes *axes) {
    const double end = axes->x.high, cost = line->start_USD + line->month_USD * end;
    const double y = lw_scale_at(&axes->y, cost);
    lw_draw_line(canvas->draw, lw_scale_at(&axes->x, 0), lw_scale_at(&axes->y, line->start_USD), lw_scale_at(&axes->x, end), y,
                 (lw_stroke){role_of(line->rented), 2.2, line->rented ? LW_DASH_LONG : LW_DASH_SOLID});
    const char *text = lw_arena_print(canvas->arena, "%s: %.0f USD a month", line->name, line->month_USD);
    text = text != NULL ? lw_text_fit(canvas->metrics, canvas->arena, text, LW_SIZE_LABEL, false, LABEL_ROOM - 20.0) : NULL;
    if (text == NULL) {
        return LW_NO_MEMORY;
    }
    lw_draw_text(canvas->draw, axes->plot.right + 10.0, y + LW_SIZE_LABEL * 0.36,
                 lw_font_of(LW_SIZE_LABEL, role_of(line->rented), LW_ANCHOR_START), text);
    return LW_OK;
}

static lw_status draw_break_even(const lw_canvas *canvas, const lw_choices *choices, lw_box content) {
    const double meet = choices->break_even_months;
    const double end = isinf(meet) || meet > 5 * choices->months ? choices->months : fmax(choices->months, 1.15 * meet);
    double most = 0;
    for (size_t i = 0; i < choices->line_count; i++) {
        most = fmax(most, choices->line[i].start_USD + choices->line[i].month_USD * end);
    }
    const lw_box plot = {content.left + 60.0, content.top + LW_AXES_ABOVE + 6.0, content.right - LABEL_ROOM,
                         content.bottom - LW_AXES_BELOW};
    const lw_axes axes = {.plot = plot,
                          .x = lw_scale_fit(LW_SCALE_LINEAR, 0, end, plot.left, plot.right),
                          .y = lw_scale_fit(LW_SCALE_LINEAR, 0, most, plot.bottom, plot.top),
                          .x_writer = lw_tick_plain,
                          .y_writer = lw_tick_plain,
                          .x_title = "Months of use",
                          .y_title = "Cost so far (USD), before a sale"};
    lw_axes_draw(canvas, &axes);
    for (size_t i = 0; i < choices->line_count; i++) {
        LW_TRY(draw_line(canvas, &choices->line[i], &axes));
    }
    if (!isinf(meet) && meet <= axes.x.high) {
        const lw_cost_line *own = &choices->line[0];
        const lw_xy at = {lw_scale_at(&axes.x, meet), lw_scale_at(&axes.y, own->start_USD + own->month_USD * meet)};
        lw_draw_line(canvas->draw, at.x, at.y, at.x, plot.bottom, (lw_stroke){LW_ROLE_AXIS, 1.0, LW_DASH_DOTS});
        lw_draw_marker(canvas->draw, at, LW_SHAPE_DIAMOND, MARK + 2, LW_ROLE_INK, (lw_stroke){0});
        const char *text = lw_arena_print(canvas->arena, "the same after %.0f months", ceil(meet));
        if (text == NULL) {
            return LW_NO_MEMORY;
        }
        lw_draw_text(canvas->draw, at.x - 8.0, at.y - 10.0, lw_font_bold(LW_SIZE_LABEL, LW_ROLE_INK, LW_ANCHOR_END), text);
    }
    return LW_OK;
}

// ---- All ----

// Of each kind, in their order: whether there is anything to draw, what stands below the title, and what a reader who
// cannot see it is told.
static bool has_any(lw_plan_chart_kind kind, const lw_choices *choices) {
    return kind == LW_PLAN_COST         ? choices->count > 0
           : kind == LW_PLAN_BREAK_EVEN ? choices->line_count > 0
                                        : choices->count > 0 && lw_tornado_rows(choices) > 0;
}

static const char *const subtitles[] = {
    "Bars: one standard deviation of the model. Line: what nothing beats that costs no more",
    "Purchase and electricity, or rent, at the hours of the plan",
    "One input at a time, the furthest first; prices and the model's error by one standard deviation, all else by a quarter"};
static const char *const descriptions[] = {"A mark a choice: cost a month to the right, what it does up",
                                           "Lines of what buying and renting have cost after so many months",
                                           "Bars of what the first choice costs with one input at either end"};

static lw_status draw(lw_plan_chart_kind kind, const lw_choices *choices, const lw_canvas *canvas, const char *title) {
    const lw_result about = {.tool_version = choices->tool_version, .title = title};
    const char *subtitle = kind == LW_PLAN_TORNADO
                               ? lw_arena_print(canvas->arena, "First: %s. %s", choices->choice[0].name, subtitles[kind])
                               : subtitles[kind];
    if (subtitle == NULL) {
        return LW_NO_MEMORY;
    }
    const lw_box content = lw_frame_draw(canvas, title, subtitle, "", &about);
    return kind == LW_PLAN_COST         ? draw_cost(canvas, choices, content)
           : kind == LW_PLAN_BREAK_EVEN ? draw_break_even(canvas, choices, content)
                                        : lw_tornado_draw(canvas, choices, content);
}

static lw_status render_with(lw_plan_chart_kind kind, int theme, const lw_choices *choices, const lw_font_metrics *metrics,
                             lw_arena *arena, lw_picture *out) {
    lw_canvas canvas = {.draw = LW_NEW(arena, lw_draw),
                        .metrics = metrics,
                        .arena = arena,
                        .width = 1180,
                        .height = kind == LW_PLAN_COST         ? 560
                                  : kind == LW_PLAN_BREAK_EVEN ? 460
                                                               : lw_tornado_height(choices)};
    const char *title = lw_clean_utf8(arena, choices->title);
    *out = (lw_picture){0};
    if (canvas.draw == NULL || title == NULL) {
        return LW_NO_MEMORY;
    }
    if (!has_any(kind, choices)) {
        return LW_OK;
    }
    lw_draw_begin(canvas.draw, arena);
    LW_TRY(draw(kind, choices, &canvas, title));
    LW_TRY(canvas.draw->status);
    *out = (lw_picture){.width = canvas.width,
                        .height = canvas.height,
                        .draw = canvas.draw,
                        .theme = lw_theme_of(theme),
                        .title = title,
                        .description = descriptions[kind],
                        .font = metrics->family};
    return LW_OK;
}

lw_status lw_plan_render(lw_plan_chart_kind kind, int theme, const lw_choices *choices, lw_arena *arena, lw_picture *out) {
    lw_font_metrics metrics;
    LW_TRY(lw_font_metrics_open(&metrics));
    const lw_status status = render_with(kind, theme, choices, &metrics, arena, out);
    lw_font_metrics_close(&metrics);
    return status;
}
