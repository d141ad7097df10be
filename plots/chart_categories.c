// SPDX-License-Identifier: GPL-3.0-or-later
// Bars for what no number tells apart, as four links at one size: one a point and workload, the
// fastest first, by bandwidth or by time, with what was measured of the same size and link beside it.
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plots/chart.h"
#include "plots/series_names.h"
#include "sim/base/list.h"
#include "sim/result/metric_table.h"

#define ROW_HEIGHT 30.0
#define BAR_HEIGHT 18.0
#define FRAME_HEIGHT 168.0
#define NUMBER_WIDTH 64.0
#define NAME_MOST 330.0
#define DOT 8.0

enum { DIGITS = 3, ROWS_MOST = 48 };

typedef struct row {
    const char *name;
    double value;  // GB/s, or ps where all count a time
    lw_hue hue;
    const lw_limit *limit;
    double measured_GBps;  // NaN: nothing was
    size_t order;
} row;

typedef struct rows {
    row *row;
    size_t count;
    double most, name_width;
    size_t found, collectives;  // of all, those whose bandwidth is that of the bus
    bool measured;
    const lw_metric *asked;  // a time or a rate that all are asked for; NULL: bandwidths
    bool is_time;
} rows;

static const lw_stage_result *stage_of(const lw_point *point, const char *workload) {
    for (size_t s = 0; s < point->stage_count; s++) {
        if (strcmp(point->stage[s].workload, workload) == 0) {
            return &point->stage[s];
        }
    }
    return NULL;
}

// A table is about this bar where it is about the same link, direction and size.
static double measured_of(const lw_result *result, const lw_point *point, const lw_workload_result *workload) {
    for (size_t m = 0; m < result->measured_count; m++) {
        const lw_measured_series *table = &result->measured[m];
        if (table->series == NULL || !lw_measured_fits(table, point, workload) || !table->over_sizes ||
            strcmp(table->observe->name, "bandwidth_GBps") != 0) {
            continue;
        }
        for (size_t k = 0; k < table->count; k++) {
            if (table->points[k][0] == lw_point_size(point, workload)) {
                return table->points[k][1];
            }
        }
    }
    return (double)NAN;
}

// "root ports 2": of what alone says nothing; else without the words that all values begin with. NULL
// when out of memory.
static const char *value_of(const lw_set_value *value, size_t shared, lw_arena *arena) {
    const bool bare = value->is_number && (value->dimension == LW_PLAIN || value->dimension == LW_TIME);
    if (!value->is_flag && !bare) {
        return lw_readable(arena, value->text + shared);
    }
    const char *text = lw_path_value(arena, value->path, value->text);
    return text != NULL ? lw_readable(arena, text) : NULL;
}

// Of each swept path the length of what its values in all points begin with. NULL when out of memory.
static const size_t *shared_of(const lw_result *result, lw_arena *arena) {
    const size_t paths = result->point_count > 0 ? result->point[0].set_count : 0;
    size_t *shared = LW_NEW_ARRAY(arena, size_t, paths);
    const char **text = LW_NEW_ARRAY(arena, const char *, result->point_count);
    for (size_t i = 0; shared != NULL && text != NULL && i < paths; i++) {
        for (size_t p = 0; p < result->point_count; p++) {
            text[p] = result->point[p].set[i].text;
        }
        shared[i] = lw_shared_words(text, result->point_count);
    }
    return text != NULL ? shared : NULL;
}

// What was swept and, where there are several, which workload.
static const char *name_of(const lw_point *point, const lw_workload_result *workload, const size_t *shared, bool alone,
                           lw_arena *arena) {
    const char *name = "";
    for (size_t i = 0; i < point->set_count && name != NULL; i++) {
        const char *value = value_of(&point->set[i], shared[i], arena);
        name = value == NULL ? NULL : lw_arena_print(arena, "%s%s%s", name, i > 0 ? ", " : "", value);
    }
    if (name == NULL || (alone && name[0] != '\0')) {
        return name;
    }
    return lw_arena_print(arena, "%s%s%s", name, name[0] != '\0' ? ": " : "", workload->name);
}

static int by_order(const row *a, const row *b) {
    return (a->order > b->order) - (a->order < b->order);
}

static int largest_first(const void *left, const void *right) {
    const row *a = left, *b = right;
    return a->value != b->value ? (a->value < b->value ? 1 : -1) : by_order(a, b);
}

static int smallest_first(const void *left, const void *right) {
    const row *a = left, *b = right;
    return a->value != b->value ? (a->value > b->value ? 1 : -1) : by_order(a, b);
}

static bool is_shown(const lw_chart *chart, const lw_workload_result *workload) {
    return !lw_is_given(chart->request->workload) || strcmp(chart->request->workload, workload->name) == 0;
}

// What all workloads shown are asked for; NULL: of some it is their bandwidth.
static const lw_metric *common_asked(const lw_chart *chart) {
    const lw_metric *common = NULL;
    for (size_t p = 0; p < chart->result->point_count; p++) {
        const lw_point *point = &chart->result->point[p];
        for (size_t w = 0; w < point->workload_count; w++) {
            const lw_metric *asked = point->workload[w].asked;
            double value;
            if (!is_shown(chart, &point->workload[w])) {
                continue;
            }
            if (asked == NULL || !lw_metric_of_workload(asked, &point->workload[w], &value) ||
                (common != NULL && asked != common)) {
                return NULL;
            }
            common = asked;
        }
    }
    return common;
}

// LW_NO_MEMORY, else OK; rows past ROWS_MOST are left out, the slowest first.
static lw_status find_rows(const lw_chart *chart, lw_arena *arena, rows *out) {
    const lw_result *result = chart->result;
    const size_t *shared = shared_of(result, arena);
    lw_list list = {0};
    *out = (rows){.asked = common_asked(chart)};
    out->is_time = out->asked != NULL && out->asked->dimension == LW_TIME;
    if (shared == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t p = 0; p < result->point_count; p++) {
        const lw_point *point = &result->point[p];
        const bool alone = point->workload_count == 1 || lw_is_given(chart->request->workload);
        for (size_t w = 0; w < point->workload_count; w++) {
            const lw_workload_result *workload = &point->workload[w];
            if (!is_shown(chart, workload)) {
                continue;
            }
            const lw_stage_result *stage = stage_of(point, workload->name);
            row *added = LW_LIST_ADD(&list, row, arena);
            const char *name = added != NULL ? name_of(point, workload, shared, alone, arena) : NULL;
            if (name == NULL) {
                return LW_NO_MEMORY;
            }
            double value = workload->bandwidth_GBps;
            if (out->asked != NULL && lw_metric_of_workload(out->asked, workload, &value)) {
                value *= out->asked->unit;
            }
            *added = (row){.name = name,
                           .value = value,
                           .hue = stage != NULL ? stage->hue : LW_HUE_GREY,
                           .limit = &workload->limit,
                           .measured_GBps = out->asked == NULL ? measured_of(result, point, workload) : (double)NAN,
                           .order = list.count};
            out->collectives += workload->collective != NULL ? 1 : 0;
            out->measured = out->measured || !isnan(added->measured_GBps);
            out->most = fmax(out->most, isnan(added->measured_GBps) ? value : fmax(value, added->measured_GBps));
        }
    }
    out->row = LW_LIST_ITEMS(&list, row);
    if (list.count > 0) {
        qsort(out->row, list.count, sizeof(row), out->is_time ? smallest_first : largest_first);
    }
    out->found = list.count;
    out->count = list.count < ROWS_MOST ? list.count : ROWS_MOST;
    return LW_OK;
}

void lw_categories_size(const lw_chart *chart, double *width, double *height) {
    size_t count = 0;
    for (size_t p = 0; p < chart->result->point_count; p++) {
        for (size_t w = 0; w < chart->result->point[p].workload_count; w++) {
            count += is_shown(chart, &chart->result->point[p].workload[w]) ? 1 : 0;
        }
    }
    *width = 860.0;
    *height = FRAME_HEIGHT + ROW_HEIGHT * (double)(count < ROWS_MOST ? count : ROWS_MOST);
}

// "8.39", or "8.003 ms".
static void number_of(double value, bool is_time, char *out) {
    if (is_time) {
        lw_quantity_print(value, LW_TIME, out);
    } else {
        lw_number_short(value, DIGITS, out);
    }
}

static lw_status draw_row(const lw_canvas *canvas, const rows *all, const row *r, lw_rect bar, double left) {
    lw_draw *draw = canvas->draw;
    char number[LW_QUANTITY_TEXT];
    number_of(r->value, all->is_time, number);
    const char *unit = all->is_time ? "" : all->asked != NULL ? all->asked->title : "GB/s";
    const double middle = bar.top + bar.height / 2;
    const char *limit = lw_limit_text(r->limit, canvas->arena);
    const char *title =
        limit == NULL ? NULL
                      : lw_arena_print(canvas->arena, "%s: %s%s%s, %s", r->name, number, unit[0] != '\0' ? " " : "", unit, limit);
    const char *name = lw_text_fit(canvas->metrics, canvas->arena, r->name, LW_SIZE_LABEL, false, bar.left - left - 12.0);
    if (title == NULL || name == NULL) {
        return LW_NO_MEMORY;
    }
    lw_draw_group(draw, NULL, "bar", title);
    lw_draw_text(draw, bar.left - 12.0, middle + LW_SIZE_LABEL * 0.36, lw_font_of(LW_SIZE_LABEL, LW_ROLE_INK, LW_ANCHOR_END),
                 name);
    lw_draw_rect(draw, bar, lw_role_of(r->hue, LW_SHADE_FIRST), (lw_stroke){0});
    lw_draw_text(draw, bar.left + bar.width + 8.0, middle + LW_SIZE_LABEL * 0.36,
                 lw_font_bold(LW_SIZE_LABEL, LW_ROLE_INK, LW_ANCHOR_START), number);
    lw_draw_ungroup(draw);
    return LW_OK;
}

static const char *subtitle_of(const lw_chart *chart, const rows *all, lw_arena *arena) {
    const char *own = chart->request->subtitle;
    const char *what = all->collectives == 0            ? "Payload bandwidth (GB/s)"
                       : all->collectives == all->found ? "Bus bandwidth (GB/s)"
                                                        : "Bandwidth (GB/s) of payload, of collectives on the bus";
    if (own != NULL && own[0] != '\0') {
        return own;
    }
    return all->asked != NULL
               ? lw_arena_print(arena, "%c%s, the %s first", toupper((unsigned char)all->asked->title[0]), all->asked->title + 1,
                                all->is_time ? "shortest" : "highest")
               : lw_arena_print(arena, "%s, the fastest first%s", what, all->measured ? ". Bars: model; dots: measured" : "");
}

lw_status lw_categories_draw(const lw_chart *chart, const lw_canvas *canvas) {
    rows all;
    LW_TRY(find_rows(chart, canvas->arena, &all));
    const char *subtitle = subtitle_of(chart, &all, canvas->arena);
    if (subtitle == NULL) {
        return LW_NO_MEMORY;
    }
    const lw_box content = lw_frame_draw(canvas, chart->title, subtitle, "", chart->result);
    for (size_t i = 0; i < all.count; i++) {
        all.name_width = fmax(all.name_width, lw_text_width(canvas->metrics, all.row[i].name, LW_SIZE_LABEL, false));
    }
    const double left = content.left + fmin(all.name_width, NAME_MOST) + 14.0;
    const double room = content.right - left - NUMBER_WIDTH;
    if (room < 80.0 || content.bottom - content.top < ROW_HEIGHT * (double)all.count) {
        return lw_error(chart->diags, chart->request->place, "give it more width: and height:, or leave them out",
                        "the chart is too small for %zu bars", all.count);
    }
    const double unit = all.most > 0 ? room / all.most : 0;
    for (size_t i = 0; i < all.count; i++) {
        const double top = content.top + ROW_HEIGHT * (double)i + (ROW_HEIGHT - BAR_HEIGHT) / 2;
        LW_TRY(draw_row(canvas, &all, &all.row[i], (lw_rect){left, top, all.row[i].value * unit, BAR_HEIGHT}, content.left));
        if (!isnan(all.row[i].measured_GBps)) {
            lw_draw_marker(canvas->draw, (lw_xy){left + all.row[i].measured_GBps * unit, top + BAR_HEIGHT / 2}, LW_SHAPE_CIRCLE,
                           DOT, LW_ROLE_BACKGROUND, (lw_stroke){.role = LW_ROLE_INK, .width = 1.6});
        }
    }
    lw_draw_line(canvas->draw, left, content.top, left, content.top + ROW_HEIGHT * (double)all.count,
                 (lw_stroke){.role = LW_ROLE_AXIS, .width = 1});
    return LW_OK;
}
