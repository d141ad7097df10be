// SPDX-License-Identifier: GPL-3.0-or-later
// How busy each link direction, copy engine and core is over time: a row each, the busiest first, a
// cell for each stretch of time. A panel a point.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plots/timeline_words.h"

#define FRAME_HEIGHT 158.0  // with a subtitle of two lines and a note of one
#define LEGEND_HEIGHT 40.0
#define HEAD_HEIGHT 26.0  // above a panel, of several
#define ROW_HEIGHT 18.0
#define ROW_GAP 2.0
#define NAME_MOST 300.0
#define SHARE_WIDTH 52.0  // at the right: of the whole time
#define PLOT_LEAST 200.0

enum { PANELS_MOST = 4, ROWS_MOST = 40, CELLS = 80 };

typedef struct shown_row {
    size_t row;  // of the timeline
    double busy_ps;
    int64_t share_ppm;      // of the whole time; whole, so that rounding orders nothing
    double cell_ps[CELLS];  // busy time in each
} shown_row;

typedef struct panel {
    const lw_point *point;
    int64_t end_ps;
    shown_row *row;  // the busiest first
    size_t count, left_out;
} panel;

typedef struct heat {
    const lw_chart *chart;
    const lw_canvas *canvas;
    panel panel[PANELS_MOST];
    size_t panels, points;
    double name_width;
} heat;

// ---- How busy ----

// Busy time for each byte of a link direction, its headers and gaps included: that of the whole run
// by all of its bytes. Of what has slots, for each picosecond that one is held.
static double cost_of(const lw_point *point, const lw_timeline_row *row) {
    double cost = 0.0;
    for (size_t d = 0; d < point->direction_count && row->kind == LW_ROW_LINK; d++) {
        const lw_direction_result *direction = &point->direction[d];
        if (direction->payload_bytes > 0 && strcmp(direction->link, row->name) == 0 &&
            strcmp(direction->direction, row->part) == 0) {
            cost = fmax(cost, direction->utilisation * (double)point->end_ps / (double)direction->payload_bytes);
        }
    }
    for (size_t e = 0; e < point->engines_count && row->kind == LW_ROW_SLOTS; e++) {
        const lw_engines_result *engines = &point->engines[e];
        if (strcmp(engines->name, row->name) == 0 && strcmp(engines->use, row->part) == 0 && engines->count > 0) {
            return 1.0 / (double)engines->count;
        }
    }
    return row->kind == LW_ROW_LINK ? cost : 1.0;
}

// So much busy time, evenly from from_ps to to_ps.
static void spread(const panel *p, shown_row *row, double from_ps, double to_ps, double busy_ps) {
    const double cell_ps = (double)p->end_ps / CELLS;
    for (int c = (int)fmax(0.0, floor(from_ps / cell_ps)); c < CELLS && c * cell_ps < to_ps; c++) {
        const double inside_ps = fmin(to_ps, (c + 1) * cell_ps) - fmax(from_ps, c * cell_ps);
        if (inside_ps > 0.0) {
            row->cell_ps[c] += busy_ps * inside_ps / (to_ps - from_ps);
            row->busy_ps += busy_ps * inside_ps / (to_ps - from_ps);
        }
    }
}

// What of a span lies in the period before a jump happens again in it, and so does what was under
// way at the jump, which the record has at the jump's end.
static double repeated_ps(const lw_timeline_gap *gap, double from_ps, double to_ps) {
    const double period_ps = (double)gap->period_ps, begin_ps = (double)gap->from_ps, end_ps = (double)gap->to_ps;
    const bool moved = from_ps >= begin_ps && from_ps < end_ps;
    return moved               ? fmin(to_ps, end_ps) - fmax(from_ps, end_ps - period_ps)
           : to_ps <= begin_ps ? to_ps - fmax(from_ps, begin_ps - period_ps)
                               : 0.0;
}

static void add_span(const panel *p, shown_row *row, const lw_timeline_span *span, double cost) {
    const lw_timeline *timeline = p->point->timeline;
    const double from_ps = (double)span->from_ps, to_ps = (double)span->to_ps;
    const bool moves = timeline->row[span->row].kind == LW_ROW_LINK;
    if (to_ps <= from_ps) {
        return;
    }
    const double density = moves ? cost * (double)span->bytes / (to_ps - from_ps) : cost;
    double first_ps = from_ps;
    for (size_t i = 0; i < timeline->gap_count; i++) {
        const lw_timeline_gap *gap = &timeline->gap[i];
        const double begin_ps = (double)gap->from_ps, end_ps = (double)gap->to_ps, inside_ps = repeated_ps(gap, from_ps, to_ps);
        if (inside_ps > 0.0 && gap->period_ps > 0) {
            spread(p, row, begin_ps, end_ps, density * inside_ps * (end_ps - begin_ps) / (double)gap->period_ps);
        }
        if (from_ps >= begin_ps && from_ps < end_ps) {
            const double began_ps = from_ps - (end_ps - begin_ps);
            spread(p, row, began_ps, begin_ps, density * (begin_ps - began_ps));
            first_ps = fmin(to_ps, end_ps);
        }
    }
    if (to_ps > first_ps) {
        spread(p, row, first_ps, to_ps, density * (to_ps - first_ps));
    }
}

static int busiest_first(const void *left, const void *right) {
    const shown_row *a = left, *b = right;
    return a->share_ppm != b->share_ppm ? (a->share_ppm < b->share_ppm ? 1 : -1) : (a->row > b->row) - (a->row < b->row);
}

static lw_status fill(const lw_chart *chart, size_t most, panel *p, lw_arena *arena) {
    const lw_timeline *timeline = p->point->timeline;
    uint32_t wanted;
    LW_TRY(lw_timeline_workload(chart, p->point, &wanted));
    double *cost = LW_NEW_ARRAY(arena, double, timeline->row_count);
    p->row = LW_NEW_ARRAY(arena, shown_row, timeline->row_count);
    if (cost == NULL || p->row == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t r = 0; r < timeline->row_count; r++) {
        cost[r] = cost_of(p->point, &timeline->row[r]);
        p->row[r].row = r;
    }
    for (size_t i = 0; i < timeline->span_count && p->end_ps > 0; i++) {
        const lw_timeline_span *span = &timeline->span[i];
        const bool counts = timeline->row[span->row].kind != LW_ROW_CALLS && (wanted == UINT32_MAX || span->workload == wanted);
        if (counts) {
            add_span(p, &p->row[span->row], span, cost[span->row]);
        }
    }
    for (size_t r = 0; r < timeline->row_count && p->end_ps > 0; r++) {
        p->row[r].share_ppm = llround(1e6 * p->row[r].busy_ps / (double)p->end_ps);
    }
    qsort(p->row, timeline->row_count, sizeof *p->row, busiest_first);
    while (p->count < timeline->row_count && p->row[p->count].busy_ps > 0.0) {
        p->count++;
    }
    p->left_out = p->count > most ? p->count - most : 0;
    p->count -= p->left_out;
    return LW_OK;
}

static lw_status collect(const lw_chart *chart, lw_arena *arena, heat *h) {
    const lw_result *result = chart->result;
    *h = (heat){.chart = chart};
    for (size_t i = 0; i < result->point_count; i++) {
        const lw_timeline *timeline = result->point[i].timeline;
        const bool has = timeline != NULL && timeline->row_count > 0;
        h->points += has ? 1 : 0;
        if (has && h->panels < PANELS_MOST) {
            h->panel[h->panels++] = (panel){.point = &result->point[i], .end_ps = lw_timeline_end_ps(&result->point[i])};
        }
    }
    for (size_t i = 0; i < h->panels; i++) {
        LW_TRY(fill(chart, ROWS_MOST / h->panels, &h->panel[i], arena));
    }
    return LW_OK;
}

static double panel_height(const heat *h, const panel *p) {
    return (h->panels > 1 ? HEAD_HEIGHT : 0.0) + ROW_HEIGHT * (double)p->count + LW_AXES_BELOW + 8.0;
}

void lw_utilisation_size(const lw_chart *chart, double *width, double *height) {
    *width = 960.0;
    *height = FRAME_HEIGHT + LEGEND_HEIGHT;
    lw_arena *scratch = lw_arena_new();
    heat h;
    // what goes wrong here is told where it is drawn: there is nobody to tell yet
    const lw_chart quiet = {.request = chart->request, .result = chart->result};
    if (scratch != NULL && collect(&quiet, scratch, &h) == LW_OK) {
        for (size_t i = 0; i < h.panels; i++) {
            *height += panel_height(&h, &h.panel[i]);
        }
    }
    lw_arena_free(scratch);
    *height = fmax(*height, 300.0);
}

// ---- Drawing ----

// LW_ROLE_NONE: idle.
static lw_role role_of(const panel *p, const shown_row *row, int cell) {
    const double share = row->cell_ps[cell] * CELLS / (double)p->end_ps;
    const int step = (int)floor(share * LW_RAMP_STEPS * (1 + 1e-9));
    return share <= 1e-6 ? LW_ROLE_NONE : (lw_role)(LW_ROLE_RAMP + (step < LW_RAMP_STEPS ? step : LW_RAMP_STEPS - 1));
}

// Cells of one shade that follow each other are one.
static lw_status draw_row(const heat *h, const panel *p, const shown_row *row, const lw_scale *time, double top) {
    lw_draw *draw = h->canvas->draw;
    const double high = ROW_HEIGHT - ROW_GAP, wide = (time->finish - time->start) / CELLS;
    const char *name = lw_timeline_row_name(&p->point->timeline->row[row->row], h->canvas->arena);
    char share[LW_TICK_TEXT];
    lw_number_fixed(100 * row->busy_ps / (double)p->end_ps, 0, share);
    const char *told = lw_arena_print(h->canvas->arena, "%s %%", share);
    const char *title = name == NULL ? NULL : lw_arena_print(h->canvas->arena, "%s: busy %s %% of the time", name, share);
    name = title == NULL ? NULL : lw_text_fit(h->canvas->metrics, h->canvas->arena, name, LW_SIZE_TICK, false, h->name_width);
    if (name == NULL || told == NULL) {
        return LW_NO_MEMORY;
    }
    const double base = top + high / 2 + LW_SIZE_TICK * 0.36;
    lw_draw_group(draw, NULL, "busy", title);
    lw_draw_rect(draw, (lw_rect){time->start, top, time->finish - time->start, high}, LW_ROLE_NONE,
                 (lw_stroke){LW_ROLE_GRID, 1.0, LW_DASH_SOLID});
    for (int c = 0, next; c < CELLS; c = next) {
        const lw_role role = role_of(p, row, c);
        for (next = c + 1; next < CELLS && role_of(p, row, next) == role; next++) {
        }
        if (role != LW_ROLE_NONE) {
            lw_draw_rect(draw, (lw_rect){time->start + wide * c, top, wide * (next - c), high}, role, (lw_stroke){0});
        }
    }
    lw_draw_text(draw, time->start - 12.0, base, lw_font_of(LW_SIZE_TICK, LW_ROLE_INK, LW_ANCHOR_END), name);
    lw_draw_text(draw, time->finish + SHARE_WIDTH - 6.0, base, lw_font_of(LW_SIZE_TICK, LW_ROLE_MUTED, LW_ANCHOR_END), told);
    lw_draw_ungroup(draw);
    return LW_OK;
}

static lw_status draw_panel(const heat *h, const panel *p, lw_box content, double top) {
    const lw_canvas *canvas = h->canvas;
    const double left = content.left + h->name_width + 12.0, right = content.right - SHARE_WIDTH;
    if (h->panels > 1) {
        const char *head = lw_timeline_point_name(p->point, canvas->arena);
        head = head == NULL ? NULL : lw_text_fit(canvas->metrics, canvas->arena, head, LW_SIZE_LABEL, true, content.right - left);
        if (head == NULL) {
            return LW_NO_MEMORY;
        }
        lw_draw_text(canvas->draw, left, top + LW_SIZE_LABEL, lw_font_bold(LW_SIZE_LABEL, LW_ROLE_INK, LW_ANCHOR_START), head);
        top += HEAD_HEIGHT;
    }
    const lw_scale time = {LW_SCALE_LINEAR, 0.0, (double)p->end_ps / 1e12, left, right};
    const lw_box plot = {left, top, right, top + ROW_HEIGHT * (double)p->count + 4.0};
    lw_x_axis_draw(canvas, &plot, &time, lw_tick_seconds, "Time");
    for (size_t r = 0; r < p->count; r++) {
        LW_TRY(draw_row(h, p, &p->row[r], &time, top + ROW_HEIGHT * (double)r));
    }
    return LW_OK;
}

// The steps of the ramp from idle to busy, above the rows.
static void draw_legend(const heat *h, lw_box content) {
    static const double wide = 36.0, high = 12.0;
    lw_draw *draw = h->canvas->draw;
    const lw_font plain = lw_font_of(LW_SIZE_TICK, LW_ROLE_MUTED, LW_ANCHOR_START);
    const double left = content.left + h->name_width + 12.0, top = content.top + 2.0;
    lw_draw_group(draw, "legend", "legend", NULL);
    lw_draw_text(draw, left - 12.0, top + high - 2.0, lw_font_of(LW_SIZE_TICK, LW_ROLE_INK, LW_ANCHOR_END), "busy");
    for (int i = 0; i < LW_RAMP_STEPS; i++) {
        lw_draw_rect(draw, (lw_rect){left + wide * i, top, wide, high}, (lw_role)(LW_ROLE_RAMP + i), (lw_stroke){0});
    }
    lw_draw_text(draw, left, top + high + LW_SIZE_TICK * 1.1, plain, "0");
    lw_draw_text(draw, left + wide * LW_RAMP_STEPS, top + high + LW_SIZE_TICK * 1.1,
                 lw_font_of(LW_SIZE_TICK, LW_ROLE_MUTED, LW_ANCHOR_MIDDLE), "100 %");
    lw_draw_text(draw, content.right - 6.0, top + high - 2.0, lw_font_of(LW_SIZE_TICK, LW_ROLE_MUTED, LW_ANCHOR_END),
                 "of all the time");
    lw_draw_ungroup(draw);
}

static lw_status measure_names(heat *h) {
    for (size_t i = 0; i < h->panels; i++) {
        for (size_t r = 0; r < h->panel[i].count; r++) {
            const char *name = lw_timeline_row_name(&h->panel[i].point->timeline->row[h->panel[i].row[r].row], h->canvas->arena);
            if (name == NULL) {
                return LW_NO_MEMORY;
            }
            h->name_width = fmax(h->name_width, lw_text_width(h->canvas->metrics, name, LW_SIZE_TICK, false));
        }
    }
    h->name_width = fmin(h->name_width, fmin(NAME_MOST, 0.36 * h->canvas->width));
    return LW_OK;
}

// What is left out.
static const char *note_of(const heat *h) {
    size_t rows = 0;
    int64_t tasks = 0;
    for (size_t i = 0; i < h->panels; i++) {
        const lw_timeline *timeline = h->panel[i].point->timeline;
        rows = h->panel[i].left_out > rows ? h->panel[i].left_out : rows;
        tasks += timeline->left_out + timeline->crowded;
    }
    lw_arena *arena = h->canvas->arena;
    const char *note = rows > 0 ? lw_arena_print(arena, "%zu rows with the least work are left out. ", rows) : "";
    note = note != NULL && tasks > 0
               ? lw_arena_print(arena, "%s%lld tasks are not recorded: rows show too little. ", note, (long long)tasks)
               : note;
    return note != NULL && h->points > h->panels
               ? lw_arena_print(arena, "%sThe first %zu of %zu points.", note, h->panels, h->points)
               : note;
}

lw_status lw_utilisation_draw(const lw_chart *chart, const lw_canvas *canvas) {
    heat h;
    LW_TRY(collect(chart, canvas->arena, &h));
    h.canvas = canvas;
    LW_TRY(measure_names(&h));
    const char *own = chart->request->subtitle, *note = note_of(&h);
    if (note == NULL) {
        return LW_NO_MEMORY;
    }
    const char *subtitle = own != NULL && own[0] != '\0'
                               ? own
                               : "How busy each link and engine is over time, the busiest first: what a task moves is "
                                 "spread over the time it takes";
    const lw_box content = lw_frame_draw(canvas, chart->title, subtitle, note, chart->result);
    double top = content.top + LEGEND_HEIGHT, wanted = 0;
    for (size_t i = 0; i < h.panels; i++) {
        wanted += panel_height(&h, &h.panel[i]);
    }
    if (content.bottom - top < wanted - 1.0 || content.right - content.left - h.name_width - SHARE_WIDTH < PLOT_LEAST) {
        return lw_error(chart->diags, chart->request->place, "give it more width: and height:, or leave them out",
                        "the chart of %.0f x %.0f is too small for what it shows", canvas->width, canvas->height);
    }
    draw_legend(&h, content);
    for (size_t i = 0; i < h.panels; i++) {
        LW_TRY(draw_panel(&h, &h.panel[i], content, top));
        top += panel_height(&h, &h.panel[i]);
    }
    return LW_OK;
}
