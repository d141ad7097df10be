// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/time_axis.h"

#include <math.h>
#include <stdio.h>

#define BREAK_WIDTH 46.0
#define BREAK_LEAST 0.06  // of the time: a shorter gap is drawn as long as it is
#define TICK_SPACE 84.0
#define TICK_LENGTH 5.0
#define LABEL_GAP 8.0
#define EDGE 30.0  // beyond the end of the axis nothing else stands
#define HATCH_STEP 7.0
#define PS_PER_S 1e12

// ---- Where the time goes ----

typedef struct cut {
    int64_t from_ps, to_ps;
    const lw_timeline_gap *gap;
} cut;

// The longest come first; a cut that is shorter than all of them falls out.
static void add_cut(cut *cuts, size_t *count, cut added) {
    size_t i = *count < LW_BREAKS_MOST ? (*count)++ : LW_BREAKS_MOST;
    for (; i > 0 && cuts[i - 1].to_ps - cuts[i - 1].from_ps < added.to_ps - added.from_ps; i--) {
        if (i < LW_BREAKS_MOST) {
            cuts[i] = cuts[i - 1];
        }
    }
    if (i < LW_BREAKS_MOST) {
        cuts[i] = added;
    }
}

static size_t find_cuts(const lw_timeline *timeline, int64_t end_ps, cut *cuts) {
    const double least_ps = BREAK_LEAST * (double)end_ps;
    const bool leaves_out = timeline->left_out > 0 && (double)(timeline->left_to_ps - timeline->left_from_ps) > least_ps &&
                            timeline->left_to_ps <= end_ps;
    size_t count = 0;
    for (size_t g = 0; g < timeline->gap_count; g++) {
        const lw_timeline_gap *gap = &timeline->gap[g];
        // what was not recorded may hold some of them
        const bool apart = !leaves_out || gap->to_ps <= timeline->left_from_ps || gap->from_ps >= timeline->left_to_ps;
        if (apart && (double)(gap->to_ps - gap->from_ps) > least_ps && gap->to_ps <= end_ps) {
            add_cut(cuts, &count, (cut){gap->from_ps, gap->to_ps, gap});
        }
    }
    if (leaves_out) {
        add_cut(cuts, &count, (cut){timeline->left_from_ps, timeline->left_to_ps, NULL});
    }
    // by time
    for (size_t i = 1; i < count; i++) {
        const cut moved = cuts[i];
        size_t k = i;
        for (; k > 0 && cuts[k - 1].from_ps > moved.from_ps; k--) {
            cuts[k] = cuts[k - 1];
        }
        cuts[k] = moved;
    }
    return count;
}

void lw_time_axis_make(const lw_timeline *timeline, int64_t end_ps, double left, double right, lw_time_axis *out) {
    cut cuts[LW_BREAKS_MOST];
    const size_t count = find_cuts(timeline, end_ps, cuts);
    int64_t shown_ps = end_ps, at_ps = 0;
    for (size_t i = 0; i < count; i++) {
        shown_ps -= cuts[i].to_ps - cuts[i].from_ps;
    }
    const double unit = (right - left - BREAK_WIDTH * (double)count) / (double)(shown_ps > 0 ? shown_ps : 1);
    double x = left;
    *out = (lw_time_axis){.count = 0};
    for (size_t i = 0; i <= count; i++) {
        const int64_t until_ps = i < count ? cuts[i].from_ps : end_ps;
        const double next = x + unit * (double)(until_ps > at_ps ? until_ps - at_ps : 0);
        out->part[out->count++] = (lw_time_part){at_ps, until_ps, x, next, false, NULL};
        x = next;
        if (i < count) {
            out->part[out->count++] = (lw_time_part){cuts[i].from_ps, cuts[i].to_ps, x, x + BREAK_WIDTH, true, cuts[i].gap};
            x += BREAK_WIDTH;
            at_ps = cuts[i].to_ps;
        }
    }
}

double lw_time_axis_at(const lw_time_axis *axis, int64_t time_ps) {
    size_t i = 0;
    while (i + 1 < axis->count && time_ps > axis->part[i].to_ps) {
        i++;
    }
    const lw_time_part *part = &axis->part[i];
    const double length_ps = (double)(part->to_ps - part->from_ps);
    const double share = length_ps > 0 ? (double)(time_ps - part->from_ps) / length_ps : 0.0;
    return part->left + fmin(fmax(share, 0.0), 1.0) * (part->right - part->left);
}

// ---- How it looks ----

static const lw_stroke axis_stroke = {LW_ROLE_AXIS, 1.0, LW_DASH_SOLID};
static const lw_stroke grid_stroke = {LW_ROLE_GRID, 1.0, LW_DASH_SOLID};

static void draw_hatch(lw_draw *draw, double left, double right, double top, double bottom) {
    const double height = bottom - top, width = right - left;
    lw_draw_clip(draw, left, top, width, height);
    const int hatches = (int)ceil((width + height) / HATCH_STEP);
    for (int i = 0; i < hatches; i++) {
        const double x = left - height + i * HATCH_STEP;
        lw_draw_line(draw, x, bottom, x + height, top, grid_stroke);
    }
    lw_draw_unclip(draw);
}

// "9,990": thousands apart, as people read them.
static void write_count(int64_t count, char text[LW_TICK_TEXT]) {
    char digits[LW_TICK_TEXT];
    const int length = snprintf(digits, sizeof digits, "%lld", (long long)count);
    size_t to = 0;
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0) {
            text[to++] = ',';
        }
        text[to++] = digits[i];
    }
    text[to] = '\0';
}

static const char *words_of(const lw_canvas *canvas, const lw_time_part *part, const lw_timeline *timeline) {
    char count[LW_TICK_TEXT], time[LW_TICK_TEXT];
    if (part->gap == NULL) {
        write_count(timeline->left_out, count);
        return lw_arena_print(canvas->arena, "%s not recorded", count);
    }
    write_count((part->to_ps - part->from_ps) / part->gap->period_ps, count);
    lw_seconds_digits((double)part->gap->period_ps / PS_PER_S, time);
    return lw_arena_print(canvas->arena, "%s \u00D7 %s", count, time);
}

// How far the labels reach that stand already: above the plot, and below it.
typedef struct taken_room {
    double above, below;
} taken_room;

static lw_status draw_break(const lw_canvas *canvas, const lw_time_part *part, const lw_timeline *timeline, lw_box plot,
                            taken_room *taken) {
    const char *words = words_of(canvas, part, timeline);
    if (words == NULL) {
        return LW_NO_MEMORY;
    }
    lw_draw_group(canvas->draw, NULL, "break", words);
    draw_hatch(canvas->draw, part->left, part->right, plot.top, plot.bottom);
    for (int side = 0; side < 2; side++) {
        const double x = side == 0 ? part->left : part->right;
        lw_draw_line(canvas->draw, x, plot.top, x, plot.bottom + TICK_LENGTH, (lw_stroke){LW_ROLE_AXIS, 1.0, LW_DASH_LONG});
    }
    const double half = lw_text_width(canvas->metrics, words, LW_SIZE_SMALL, false) / 2;
    const double middle = fmin(fmax((part->left + part->right) / 2, plot.left + half), plot.right - half);
    if (middle - half > taken->above) {
        lw_draw_text(canvas->draw, middle, plot.top - 5.0, lw_font_of(LW_SIZE_SMALL, LW_ROLE_MUTED, LW_ANCHOR_MIDDLE), words);
        taken->above = middle + half + LABEL_GAP;
    }
    lw_draw_ungroup(canvas->draw);
    return LW_OK;
}

// 1, 2 or 5 times a power of ten.
static double step_for(double least) {
    const double power = pow(10.0, floor(log10(least)));
    const double times = least / power;
    return power * (times <= 1.0 ? 1.0 : times <= 2.0 ? 2.0 : times <= 5.0 ? 5.0 : 10.0);
}

// After a break times count from its end, where the time from 0 would be the same on all ticks.
static void draw_ticks(const lw_canvas *canvas, const lw_time_part *part, lw_box plot, double step_ps, taken_room *taken) {
    static const double same = 1e-2;
    const bool relative = part->from_ps > 0 && step_ps < same * (double)part->from_ps;
    const double origin_ps = relative ? (double)part->from_ps : 0.0;
    const double unit = (part->right - part->left) / (double)(part->to_ps - part->from_ps);
    for (double n = relative ? 1.0 : ceil((double)part->from_ps / step_ps); origin_ps + n * step_ps <= (double)part->to_ps; n++) {
        const double x = part->left + (origin_ps + n * step_ps - (double)part->from_ps) * unit;
        char text[LW_TICK_TEXT], shown[LW_TICK_TEXT + 2];
        lw_tick_seconds(n * step_ps / PS_PER_S, text);
        snprintf(shown, sizeof shown, "%s%s", relative ? "+" : "", text);
        lw_draw_line(canvas->draw, x, plot.top, x, plot.bottom, grid_stroke);
        lw_draw_line(canvas->draw, x, plot.bottom, x, plot.bottom + TICK_LENGTH, axis_stroke);
        const double half = lw_text_width(canvas->metrics, shown, LW_SIZE_TICK, false) / 2;
        const bool fits = x - half > taken->below && x + half < plot.right + EDGE;
        if (fits) {
            lw_draw_text(canvas->draw, x, plot.bottom + TICK_LENGTH + 4.0 + LW_SIZE_TICK * 0.8,
                         lw_font_of(LW_SIZE_TICK, LW_ROLE_MUTED, LW_ANCHOR_MIDDLE), shown);
            taken->below = x + half + LABEL_GAP;
        }
    }
}

lw_status lw_time_axis_draw(const lw_canvas *canvas, const lw_time_axis *axis, const lw_timeline *timeline, double top,
                            double bottom) {
    const lw_box plot = {axis->part[0].left, top, axis->part[axis->count - 1].right, bottom};
    double shown_ps = 0, width = 0;
    taken_room labels = {0};
    for (size_t i = 0; i < axis->count; i++) {
        shown_ps += axis->part[i].broken ? 0 : (double)(axis->part[i].to_ps - axis->part[i].from_ps);
        width += axis->part[i].broken ? 0 : axis->part[i].right - axis->part[i].left;
    }
    lw_draw_group(canvas->draw, NULL, "axes", NULL);
    for (size_t i = 0; i < axis->count; i++) {
        const lw_time_part *part = &axis->part[i];
        if (part->broken) {
            LW_TRY(draw_break(canvas, part, timeline, plot, &labels));
            lw_draw_line(canvas->draw, part->left, plot.bottom, part->right, plot.bottom,
                         (lw_stroke){LW_ROLE_AXIS, 1.0, LW_DASH_DOTS});
        } else if (part->to_ps > part->from_ps && width > 0) {
            draw_ticks(canvas, part, plot, step_for(shown_ps / width * TICK_SPACE), &labels);
            lw_draw_line(canvas->draw, part->left, plot.bottom, part->right, plot.bottom, axis_stroke);
        }
    }
    lw_draw_ungroup(canvas->draw);
    return LW_OK;
}
