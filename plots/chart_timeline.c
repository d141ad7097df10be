// SPDX-License-Identifier: GPL-3.0-or-later
// Who waits for whom: a row for each link direction, copy engine, core and caller, bars for what
// runs there, the critical path outlined. A panel a point.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plots/time_axis.h"
#include "plots/timeline_words.h"

#define FRAME_HEIGHT 158.0  // with a subtitle of two lines and a note of one
#define LEGEND_HEIGHT 26.0
#define HEAD_HEIGHT 24.0  // above a panel: what breaks leave out
#define HEAD_LINES 32.0   // and before that, of several: what it is, and its critical path
#define AXIS_HEIGHT 34.0
#define ROW_GAP 8.0
#define LANE_HEIGHT 15.0
#define LANES_HEIGHT 9.0  // of each, where there are several
#define NAME_MOST 300.0
#define SWATCH 11.0
#define APART 0.75  // what lies closer is not told apart
#define WAIT_BELOW 2.5
#define OUTLINED_LEAST 5.0  // a narrower bar of the path has a line below instead

enum { PANELS_MOST = 4, ROWS_MOST = 40, LANES_SHOWN = 4 };

// A row of a timeline that is shown.
typedef struct shown_row {
    size_t row;
    double busy_ps, height;
    bool critical;
} shown_row;

typedef struct panel {
    const lw_point *point;
    shown_row row[ROWS_MOST];
    size_t count, left_out;
} panel;

typedef struct gantt {
    const lw_chart *chart;
    const lw_canvas *canvas;
    panel panel[PANELS_MOST];
    size_t panels;
    size_t points;    // that have a timeline
    uint32_t wanted;  // the only workload; UINT32_MAX: all
    double name_width;
    int64_t end_ps;
    bool broken, lost;  // something was jumped or lost; lost
    bool waits;         // for a copy engine
} gantt;

// ---- What is shown ----

static double height_of(const lw_timeline_row *row) {
    const uint32_t lanes = row->lanes < LANES_SHOWN ? row->lanes : LANES_SHOWN;
    return lanes <= 1 ? LANE_HEIGHT + ROW_GAP : LANES_HEIGHT * lanes + ROW_GAP;
}

static bool is_wanted(const gantt *g, const lw_timeline_span *span) {
    return g->wanted == UINT32_MAX || span->workload == g->wanted;
}

// Those of the critical path before all others.
static int busiest_first(const void *left, const void *right) {
    const shown_row *a = left, *b = right;
    if (a->critical != b->critical) {
        return a->critical ? -1 : 1;
    }
    return a->busy_ps != b->busy_ps ? (a->busy_ps < b->busy_ps ? 1 : -1) : (a->row > b->row) - (a->row < b->row);
}

static int in_order(const void *left, const void *right) {
    const shown_row *a = left, *b = right;
    return (a->row > b->row) - (a->row < b->row);
}

// The rows that something wanted ran in; where these are too many, the busiest.
static lw_status find_rows(gantt *g, size_t most, panel *p, lw_arena *arena) {
    const lw_timeline *timeline = p->point->timeline;
    shown_row *rows = LW_NEW_ARRAY(arena, shown_row, timeline->row_count);
    if (rows == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t i = 0; i < timeline->row_count; i++) {
        rows[i] = (shown_row){.row = i, .height = height_of(&timeline->row[i])};
    }
    for (size_t i = 0; i < timeline->span_count; i++) {
        const lw_timeline_span *span = &timeline->span[i];
        rows[span->row].busy_ps += is_wanted(g, span) ? (double)(span->to_ps - span->from_ps) : 0.0;
        g->waits = g->waits || (timeline->row[span->row].kind == LW_ROW_SLOTS && is_wanted(g, span) && span->wait_ps > 0);
        rows[span->row].critical = rows[span->row].critical || (span->critical && is_wanted(g, span));
    }
    if (timeline->row_count > 0) {
        qsort(rows, timeline->row_count, sizeof *rows, busiest_first);
    }
    p->count = p->left_out = 0;
    for (size_t i = 0; i < timeline->row_count && rows[i].busy_ps > 0; i++) {
        if (p->count < most) {
            p->row[p->count++] = rows[i];
        } else {
            p->left_out++;
        }
    }
    qsort(p->row, p->count, sizeof *p->row, in_order);
    return LW_OK;
}

static lw_status collect(const lw_chart *chart, lw_arena *arena, gantt *g) {
    const lw_result *result = chart->result;
    *g = (gantt){.chart = chart, .wanted = UINT32_MAX};
    for (size_t i = 0; i < result->point_count; i++) {
        const lw_timeline *timeline = result->point[i].timeline;
        g->points += timeline != NULL ? 1 : 0;
        if (timeline != NULL && g->panels < PANELS_MOST) {
            g->panel[g->panels++].point = &result->point[i];
        }
    }
    for (size_t i = 0; i < g->panels; i++) {
        panel *p = &g->panel[i];
        LW_TRY(lw_timeline_workload(chart, p->point, &g->wanted));
        LW_TRY(find_rows(g, ROWS_MOST / g->panels, p, arena));
        g->end_ps = lw_timeline_end_ps(p->point) > g->end_ps ? lw_timeline_end_ps(p->point) : g->end_ps;
        g->lost = g->lost || p->point->timeline->left_out > 0;
        g->broken = g->broken || p->point->timeline->gap_count > 0 || p->point->timeline->left_out > 0;
    }
    return LW_OK;
}

static double head_height(const gantt *g) {
    return (g->panels > 1 ? HEAD_LINES : 0.0) + (g->broken ? HEAD_HEIGHT : HEAD_HEIGHT / 2);
}

static double panel_height(const gantt *g, const panel *p) {
    double height = head_height(g) + AXIS_HEIGHT;
    for (size_t i = 0; i < p->count; i++) {
        height += p->row[i].height;
    }
    return height;
}

void lw_timeline_size(const lw_chart *chart, double *width, double *height) {
    *width = 960.0;
    *height = FRAME_HEIGHT + LEGEND_HEIGHT;
    lw_arena *scratch = lw_arena_new();
    gantt g;
    // what goes wrong here is told where it is drawn: there is nobody to tell yet
    if (scratch != NULL &&
        collect(&(const lw_chart){.request = chart->request, .result = chart->result, .diags = NULL}, scratch, &g) == LW_OK) {
        for (size_t i = 0; i < g.panels; i++) {
            *height += panel_height(&g, &g.panel[i]);
        }
    }
    lw_arena_free(scratch);
    *height = fmax(*height, 300.0);
}

// ---- Bars ----

// One workload has the hue of its link's family, several have one each.
static lw_hue hue_of(const lw_point *point, uint32_t workload) {
    static const lw_hue hues[] = {LW_HUE_BLUE, LW_HUE_VERMILLION, LW_HUE_GREEN, LW_HUE_VIOLET, LW_HUE_AMBER,
                                  LW_HUE_TEAL, LW_HUE_PINK,       LW_HUE_BROWN, LW_HUE_CRIMSON};
    if (point->workload_count > 1) {
        return hues[workload % (sizeof hues / sizeof hues[0])];
    }
    return point->stage_count > 0 && point->stage[0].hue != LW_HUE_GREY ? point->stage[0].hue : LW_HUE_BLUE;
}

static lw_role text_on(const gantt *g, lw_role fill) {
    const lw_theme *theme = lw_theme_of(g->chart->request->theme);
    const bool ink = lw_contrast(theme->colour[LW_ROLE_INK], theme->colour[fill]) >
                     lw_contrast(theme->colour[LW_ROLE_BACKGROUND], theme->colour[fill]);
    return ink ? LW_ROLE_INK : LW_ROLE_BACKGROUND;
}

static void outline(lw_draw *draw, lw_rect bar) {
    const lw_stroke line = {LW_ROLE_INK, 1.5, LW_DASH_SOLID};
    if (bar.width >= OUTLINED_LEAST) {
        lw_draw_rect(draw, (lw_rect){bar.left + 0.75, bar.top + 0.75, bar.width - 1.5, bar.height - 1.5}, LW_ROLE_NONE, line);
    } else {
        lw_draw_line(draw, bar.left, bar.top + bar.height + 1.0, bar.left + bar.width, bar.top + bar.height + 1.0, line);
        lw_draw_line(draw, bar.left, bar.top - 1.0, bar.left + bar.width, bar.top - 1.0, line);
    }
}

// What is said of a bar on hover, and in it where there is room.
static lw_status draw_bar(const gantt *g, const panel *p, const lw_timeline_span *span, lw_rect bar) {
    const lw_canvas *canvas = g->canvas;
    const lw_workload_result *workload = &p->point->workload[span->workload];
    const lw_role fill = lw_role_of(hue_of(p->point, span->workload), LW_SHADE_FIRST);
    char time[LW_TICK_TEXT], size[LW_TICK_TEXT] = "";
    lw_seconds_digits((double)(span->to_ps - span->from_ps) / 1e12, time);
    if (span->bytes > 0) {
        lw_tick_size((double)span->bytes, size);
    }
    const char *title = lw_arena_print(canvas->arena, "%s%s%s, %s", workload->name, size[0] != '\0' ? ": " : "", size, time);
    const char *name = lw_clean_utf8(canvas->arena, p->point->workload_count > 1 ? workload->name : size);
    if (title == NULL || name == NULL) {
        return LW_NO_MEMORY;
    }
    lw_draw_group(canvas->draw, NULL, span->critical ? "critical" : "span", title);
    lw_draw_rect(canvas->draw, bar, fill, (lw_stroke){0});
    if (span->critical) {
        outline(canvas->draw, bar);
    }
    if (bar.height >= LANE_HEIGHT && lw_text_width(canvas->metrics, name, LW_SIZE_SMALL, false) + 10.0 < bar.width) {
        lw_draw_text(canvas->draw, bar.left + bar.width / 2, bar.top + bar.height / 2 + LW_SIZE_SMALL * 0.36,
                     lw_font_of(LW_SIZE_SMALL, text_on(g, fill), LW_ANCHOR_MIDDLE), name);
    }
    lw_draw_ungroup(canvas->draw);
    return LW_OK;
}

// A thin line below the bars of copy engines from when a copy could have started, had one been free.
static void draw_waits(const gantt *g, const panel *p, const lw_time_axis *axis, const shown_row *row, double top) {
    const lw_timeline *timeline = p->point->timeline;
    const double y = top + row->height - ROW_GAP / 2 + WAIT_BELOW;
    double last_left = -1.0, last_right = -1.0;
    for (size_t i = 0; i < timeline->span_count && timeline->row[row->row].kind == LW_ROW_SLOTS; i++) {
        const lw_timeline_span *span = &timeline->span[i];
        if (span->row != row->row || !is_wanted(g, span) || span->wait_ps <= 0) {
            continue;
        }
        const double left = lw_time_axis_at(axis, span->from_ps - span->wait_ps), right = lw_time_axis_at(axis, span->from_ps);
        if (right - left >= 1.0 && (fabs(left - last_left) >= APART || fabs(right - last_right) >= APART)) {
            const lw_role role = lw_role_of(hue_of(p->point, span->workload), LW_SHADE_FIRST);
            lw_draw_line(g->canvas->draw, left, y, right, y, (lw_stroke){role, 1.5, LW_DASH_DOTS});
            last_left = left;
            last_right = right;
        }
    }
}

// Bars that would not be told apart are one: of one lane and workload, on the path or not.
static lw_status draw_row(const gantt *g, const panel *p, const lw_time_axis *axis, const shown_row *row, double top) {
    const lw_timeline *timeline = p->point->timeline;
    const bool several = timeline->row[row->row].lanes > 1;
    const double high = several ? LANES_HEIGHT : LANE_HEIGHT;
    lw_timeline_span pending = {0};
    lw_rect bar = {0};
    for (size_t i = 0; i < timeline->span_count; i++) {
        const lw_timeline_span *span = &timeline->span[i];
        if (span->row != row->row || !is_wanted(g, span) || span->from_ps >= lw_timeline_end_ps(p->point)) {
            continue;
        }
        const uint32_t lane = span->lane < LANES_SHOWN ? span->lane : LANES_SHOWN - 1;
        const double left = lw_time_axis_at(axis, span->from_ps), right = lw_time_axis_at(axis, span->to_ps);
        const double y = top + ROW_GAP / 2 + (several ? LANES_HEIGHT * lane : 0.0);
        const bool joins = bar.height > 0 && bar.top == y && pending.workload == span->workload &&
                           pending.critical == span->critical && left - bar.left - bar.width < APART && right - left < 3 * APART;
        if (joins) {
            bar.width = fmax(bar.width, right - bar.left);
            pending.to_ps = span->to_ps;
            pending.bytes = 0;
            continue;
        }
        LW_TRY(bar.height > 0 ? draw_bar(g, p, &pending, bar) : LW_OK);
        pending = *span;
        bar = (lw_rect){left, y, fmax(right - left - (right - left > 4.0 ? 1.0 : 0.0), 0.6), high - (several ? 1.5 : 0.0)};
    }
    return bar.height > 0 ? draw_bar(g, p, &pending, bar) : LW_OK;
}

// ---- Panels ----

// Of a row with more lanes than are drawn those past the last lie on it.
static const char *name_of(const lw_timeline_row *row, lw_arena *arena) {
    const char *name = lw_timeline_row_name(row, arena);
    return name != NULL && row->lanes > LANES_SHOWN ? lw_arena_print(arena, "%s (%u at once)", name, row->lanes) : name;
}

static lw_status measure_names(gantt *g) {
    for (size_t i = 0; i < g->panels; i++) {
        for (size_t r = 0; r < g->panel[i].count; r++) {
            const char *name = name_of(&g->panel[i].point->timeline->row[g->panel[i].row[r].row], g->canvas->arena);
            if (name == NULL) {
                return LW_NO_MEMORY;
            }
            g->name_width = fmax(g->name_width, lw_text_width(g->canvas->metrics, name, LW_SIZE_TICK, false));
        }
    }
    g->name_width = fmin(g->name_width, fmin(NAME_MOST, 0.36 * g->canvas->width));
    return LW_OK;
}

// What the critical path is made of; "" where it is not known. NULL when out of memory.
static const char *path_of(const panel *p, lw_arena *arena) {
    enum { PARTS_MOST = 4 };
    lw_text words = {0};
    lw_critical_print(&p->point->path, &(const lw_critical_layout){.most = PARTS_MOST, .indent = " "}, &words);
    const char *text = words.failed ? NULL : lw_clean_utf8(arena, words.bytes != NULL ? words.bytes : "");
    lw_text_free(&words);
    return text;
}

static lw_status draw_names(const gantt *g, const panel *p, double left, double top) {
    const lw_canvas *canvas = g->canvas;
    for (size_t r = 0; r < p->count; r++) {
        const char *name = name_of(&p->point->timeline->row[p->row[r].row], canvas->arena);
        name = name == NULL ? NULL : lw_text_fit(canvas->metrics, canvas->arena, name, LW_SIZE_TICK, false, g->name_width);
        if (name == NULL) {
            return LW_NO_MEMORY;
        }
        lw_draw_text(canvas->draw, left + g->name_width, top + p->row[r].height / 2 + LW_SIZE_TICK * 0.36,
                     lw_font_of(LW_SIZE_TICK, LW_ROLE_INK, LW_ANCHOR_END), name);
        top += p->row[r].height;
    }
    return LW_OK;
}

// Several panels have a name each, and below it their critical path.
static lw_status draw_head(const gantt *g, const panel *p, lw_box content, double top) {
    const lw_canvas *canvas = g->canvas;
    const double width = content.right - content.left;
    const char *head = lw_timeline_point_name(p->point, canvas->arena), *path = path_of(p, canvas->arena);
    head = head == NULL ? NULL : lw_text_fit(canvas->metrics, canvas->arena, head, LW_SIZE_LABEL, true, width);
    path = path == NULL ? NULL : lw_text_fit(canvas->metrics, canvas->arena, path, LW_SIZE_TICK, false, width);
    if (head == NULL || path == NULL) {
        return LW_NO_MEMORY;
    }
    lw_draw_text(canvas->draw, content.left, top + LW_SIZE_LABEL, lw_font_bold(LW_SIZE_LABEL, LW_ROLE_INK, LW_ANCHOR_START),
                 head);
    lw_draw_text(canvas->draw, content.left, top + LW_SIZE_LABEL * (1.0 + LW_LINE_HEIGHT),
                 lw_font_of(LW_SIZE_TICK, LW_ROLE_MUTED, LW_ANCHOR_START), path);
    return LW_OK;
}

static lw_status draw_panel(const gantt *g, const panel *p, lw_box content, double top) {
    const lw_canvas *canvas = g->canvas;
    const double left = content.left + g->name_width + 12.0;
    LW_TRY(g->panels > 1 ? draw_head(g, p, content, top) : LW_OK);
    const double bottom = top + panel_height(g, p) - AXIS_HEIGHT;
    lw_time_axis axis;
    // side by side they compare, unless breaks bend their axes
    lw_time_axis_make(p->point->timeline, g->broken ? lw_timeline_end_ps(p->point) : g->end_ps, left, content.right - 12.0,
                      &axis);
    LW_TRY(lw_time_axis_draw(canvas, &axis, p->point->timeline, top + head_height(g), bottom));
    LW_TRY(draw_names(g, p, content.left, top + head_height(g)));
    double y = top + head_height(g);
    for (size_t r = 0; r < p->count; r++) {
        LW_TRY(draw_row(g, p, &axis, &p->row[r], y));
        draw_waits(g, p, &axis, &p->row[r], y);
        y += p->row[r].height;
    }
    return LW_OK;
}

// ---- Around them ----

static double draw_word(const gantt *g, double x, double y, const char *word) {
    lw_draw_text(g->canvas->draw, x + SWATCH + 6.0, y + SWATCH - 1.0, lw_font_of(LW_SIZE_TICK, LW_ROLE_INK, LW_ANCHOR_START),
                 word);
    return x + SWATCH + 6.0 + lw_text_width(g->canvas->metrics, word, LW_SIZE_TICK, false) + 20.0;
}

// Workloads, where there are several, as long as there is room; what an outline means.
static lw_status draw_legend(const gantt *g, lw_box content) {
    static const char path[] = "on the critical path";
    const lw_canvas *canvas = g->canvas;
    const lw_point *point = g->panel[0].point;
    const double y = content.top + 4.0;
    double x = content.left;
    lw_draw_group(canvas->draw, "legend", "legend", NULL);
    lw_draw_rect(canvas->draw, (lw_rect){x, y, SWATCH, SWATCH}, LW_ROLE_NONE, (lw_stroke){LW_ROLE_INK, 1.5, LW_DASH_SOLID});
    x = draw_word(g, x, y, path);
    if (g->waits) {
        lw_draw_line(canvas->draw, x, y + SWATCH / 2, x + SWATCH, y + SWATCH / 2, (lw_stroke){LW_ROLE_MUTED, 1.5, LW_DASH_DOTS});
        x = draw_word(g, x, y, "waits for a copy engine");
    }
    if (g->broken) {
        lw_draw_rect(canvas->draw, (lw_rect){x, y, SWATCH, SWATCH}, LW_ROLE_GRID, (lw_stroke){LW_ROLE_AXIS, 1.0, LW_DASH_SOLID});
        x = draw_word(g, x, y, g->lost ? "left out" : "the same again, left out");
    }
    for (uint32_t w = 0; point->workload_count > 1 && w < point->workload_count; w++) {
        const char *name = lw_clean_utf8(canvas->arena, point->workload[w].name);
        if (name == NULL) {
            return LW_NO_MEMORY;
        }
        if (g->wanted != UINT32_MAX && w != g->wanted) {
            continue;
        }
        if (x + SWATCH + 6.0 + lw_text_width(canvas->metrics, name, LW_SIZE_TICK, false) > content.right) {
            lw_draw_text(canvas->draw, x, y + SWATCH - 1.0, lw_font_of(LW_SIZE_TICK, LW_ROLE_MUTED, LW_ANCHOR_START), "...");
            break;
        }
        lw_draw_rect(canvas->draw, (lw_rect){x, y, SWATCH, SWATCH}, lw_role_of(hue_of(point, w), LW_SHADE_FIRST), (lw_stroke){0});
        x = draw_word(g, x, y, name);
    }
    lw_draw_ungroup(canvas->draw);
    return LW_OK;
}

// Of one panel the subtitle says what its path is made of.
static const char *subtitle_of(const gantt *g) {
    const char *own = g->chart->request->subtitle;
    if (own != NULL && own[0] != '\0') {
        return own;
    }
    if (g->panels > 1 || g->panel[0].point->path.count == 0) {
        return g->panels > 1 ? "What each link, copy engine and caller does when; in grey what the critical path is made of"
                             : "What each link, copy engine and caller does when";
    }
    const char *path = path_of(&g->panel[0], g->canvas->arena);
    return path == NULL ? NULL : lw_arena_print(g->canvas->arena, "The critical path: %s", path);
}

// What is left out.
static const char *note_of(const gantt *g) {
    size_t rows = 0;
    int64_t spans = 0, tasks = 0;
    for (size_t i = 0; i < g->panels; i++) {
        rows = g->panel[i].left_out > rows ? g->panel[i].left_out : rows;
        spans += g->panel[i].point->timeline->crowded;
        tasks += g->panel[i].point->timeline->left_out;
    }
    const char *note = rows > 0 ? lw_arena_print(g->canvas->arena, "%zu rows with the least work are left out. ", rows) : "";
    note = note != NULL && tasks > 0 ? lw_arena_print(g->canvas->arena, "%s%lld tasks are not recorded. ", note, (long long)tasks)
                                     : note;
    note = note != NULL && spans > 0
               ? lw_arena_print(g->canvas->arena, "%s%lld tasks found no room beside others. ", note, (long long)spans)
               : note;
    return note != NULL && g->points > g->panels
               ? lw_arena_print(g->canvas->arena, "%sThe first %zu of %zu points.", note, g->panels, g->points)
               : note;
}

lw_status lw_timeline_draw(const lw_chart *chart, const lw_canvas *canvas) {
    gantt g;
    LW_TRY(collect(chart, canvas->arena, &g));
    g.canvas = canvas;
    LW_TRY(measure_names(&g));
    const char *subtitle = subtitle_of(&g);
    const char *note = note_of(&g);
    if (subtitle == NULL || note == NULL) {
        return LW_NO_MEMORY;
    }
    const lw_box content = lw_frame_draw(canvas, chart->title, subtitle, note, chart->result);
    double top = content.top + LEGEND_HEIGHT, wanted = 0;
    for (size_t i = 0; i < g.panels; i++) {
        wanted += panel_height(&g, &g.panel[i]);
    }
    if (content.bottom - top < wanted - 1.0) {
        return lw_error(chart->diags, chart->request->place, "give it more height:, or leave it out",
                        "the chart of %.0f x %.0f is too small for what it shows", canvas->width, canvas->height);
    }
    LW_TRY(draw_legend(&g, content));
    for (size_t i = 0; i < g.panels; i++) {
        LW_TRY(draw_panel(&g, &g.panel[i], content, top));
        top += panel_height(&g, &g.panel[i]);
    }
    return LW_OK;
}
