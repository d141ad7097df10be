// SPDX-License-Identifier: GPL-3.0-or-later
// Requests and the steps from a request to a picture.
#include "plots/chart.h"
#include "plots/painter.h"

#include <stddef.h>
#include <string.h>

const char *const lw_chart_words[] = {"bandwidth", "time",     "waterfall",   "plane", "loaded-latency", "margin", "pairs",
                                      "bars",      "timeline", "utilisation", NULL};
const char *const lw_axis_words[] = {"log", "linear", NULL};

#define WIDTH_LEAST 400
#define HEIGHT_LEAST 300
#define SIZE_MOST 8000  // 32000 pixels at scale 4, inside what cairo can hold

#define AT(field) offsetof(lw_chart_request, field)

#define WORD_ROW(word, field, otherwise, list, says) \
    { .key = (word), .kind = LW_OPTION_WORD, .offset = AT(field), .fallback = (otherwise), .words = (list), .help = (says) }
#define TEXT_ROW(word, field, says) \
    { .key = (word), .kind = LW_OPTION_TEXT, .offset = AT(field), .fallback = "", .help = (says) }
#define PIXEL_ROW(word, field, least)                                                                          \
    {                                                                                                          \
        .key = (word), .kind = LW_OPTION_INTEGER, .offset = AT(field), .fallback = "auto", .minimum = (least), \
        .maximum = SIZE_MOST, .help = "in pixels at scale 1"                                                   \
    }

const lw_option lw_chart_options[] = {
    WORD_ROW("kind", kind, NULL, lw_chart_words,
             "bandwidth or time against a swept size or length; waterfall: from the raw rate to what was achieved; plane: all "
             "links by latency and bandwidth; loaded-latency: mean, median and 99 % of the latency under a growing load; "
             "margin: what a radio has to spare over a swept distance, frequency or rain; pairs: "
             "copies between members of a group, from x to; bars: what no number tells apart, the fastest first; "
             "timeline: what each link, copy engine and caller does when, a panel a point; "
             "utilisation: how busy each link and engine is over time"),
    TEXT_ROW("x", x, "swept path along the x axis; else the first swept size, rate or length"),
    TEXT_ROW("series", series, "swept path that tells the lines apart; else the first one that is no number"),
    TEXT_ROW("panel", panel, "swept path with one panel a value; else one panel a workload"),
    TEXT_ROW("workload", workload, "show only this workload"),
    TEXT_ROW("title", title, "the finding or the question; else the scenario's title"),
    TEXT_ROW("subtitle", subtitle, "up to three lines; else it says what the marks mean"),
    WORD_ROW("axis", axis, "log", lw_axis_words, "scale of the y axis; a waterfall and a margin are always linear"),
    WORD_ROW("theme", theme, "light", lw_theme_words, "colours"),
    PIXEL_ROW("width", width, WIDTH_LEAST),
    PIXEL_ROW("height", height, HEIGHT_LEAST),
    TEXT_ROW("file", file, "name of the output files without their ending; else the kind"),
    {0}};

void lw_chart_request_default(lw_chart_kind kind, lw_chart_request *out) {
    *out = (lw_chart_request){.kind = (int)kind, .width = LW_AUTO, .height = LW_AUTO};
}

lw_status lw_chart_parse(const lw_yaml *item, lw_chart_request *out, lw_diags *diags) {
    static const char example[] = "write - {kind: bandwidth, x: workloads.NAME.bytes, series: links.NAME}";
    if (item->kind != LW_MAP) {
        return lw_error(diags, item->place, example, "a chart must be a map");
    }
    lw_chart_request request;
    lw_chart_request_default(LW_CHART_BANDWIDTH, &request);
    request.place = item->place;
    lw_option_set set = {0};
    lw_status parsed = lw_options_parse(lw_chart_options, item, NULL, &request, &set, diags);
    lw_status complete = lw_options_require(lw_chart_options, &set, "the chart", item->place, diags);
    if (parsed != LW_OK || complete != LW_OK) {
        return parsed != LW_OK ? parsed : complete;
    }
    if (request.file != NULL && strchr(request.file, '/') != NULL) {
        return lw_error(diags, item->place, "give a name without a folder", "the chart's file '%s' contains a slash",
                        request.file);
    }
    // control characters stand in it as escapes; what is left would be the end of a line
    if (request.file != NULL && strpbrk(request.file, "\\\n\t\r") != NULL) {
        return lw_error(diags, item->place, "use letters, digits, - and _", "the chart's file '%s' is no name", request.file);
    }
    const struct {
        const char *key;
        lw_place *place;
    } places[] = {{"x", &request.x_place},
                  {"series", &request.series_place},
                  {"panel", &request.panel_place},
                  {"workload", &request.workload_place}};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        *places[i].place = set.mark[lw_option_find(lw_chart_options, places[i].key) - lw_chart_options].place;
    }
    *out = request;
    return LW_OK;
}

// ---- Rendering ----

typedef struct chart_type {
    void (*size)(const lw_chart *chart, double *width, double *height);
    lw_status (*draw)(const lw_chart *chart, const lw_canvas *canvas);
    const char *description;
} chart_type;

static const chart_type chart_types[LW_CHART_KINDS] = {
    [LW_CHART_BANDWIDTH] = {lw_curves_size, lw_curves_draw, "Line chart of payload bandwidth against size"},
    [LW_CHART_TIME] = {lw_curves_size, lw_curves_draw, "Line chart of time against size"},
    [LW_CHART_WATERFALL] = {lw_waterfall_size, lw_waterfall_draw,
                            "Bars from the raw rate of each link to the bandwidth achieved"},
    [LW_CHART_PLANE] = {lw_plane_size, lw_plane_draw, "Links by latency and the bandwidth of a long transfer"},
    [LW_CHART_LOADED_LATENCY] = {lw_curves_size, lw_curves_draw, "Line chart of latency against load"},
    [LW_CHART_MARGIN] = {lw_curves_size, lw_curves_draw, "Line chart of what a radio has to spare"},
    [LW_CHART_BARS] = {lw_categories_size, lw_categories_draw, "Bars of bandwidth or time, the fastest first"},
    [LW_CHART_TIMELINE] = {lw_timeline_size, lw_timeline_draw, "What each link and device does when"},
    [LW_CHART_UTILISATION] = {lw_utilisation_size, lw_utilisation_draw, "How busy each link and engine is over time"},
    [LW_CHART_PAIRS] = {lw_pairs_size, lw_pairs_draw, "Bandwidth from each member of a group to each other"},
};

bool lw_chart_needs_timeline(int kind) {
    return kind == LW_CHART_TIMELINE || kind == LW_CHART_UTILISATION;
}

static lw_status check_request(const lw_chart_request *request, lw_diags *diags) {
    bool words = request->kind >= 0 && request->kind < LW_CHART_KINDS && request->theme >= 0 && request->theme < LW_THEME_KINDS &&
                 (request->axis == LW_AXIS_LOG || request->axis == LW_AXIS_LINEAR);
    if (!words) {
        return lw_error(diags, request->place, NULL, "the chart has an unknown kind, theme or axis");
    }
    bool width = request->width == LW_AUTO || (request->width >= WIDTH_LEAST && request->width <= SIZE_MOST);
    bool height = request->height == LW_AUTO || (request->height >= HEIGHT_LEAST && request->height <= SIZE_MOST);
    if (!width || !height) {
        return lw_error(diags, request->place, NULL, "a chart must be %d to %d wide and %d to %d high", WIDTH_LEAST, SIZE_MOST,
                        HEIGHT_LEAST, SIZE_MOST);
    }
    return LW_OK;
}

// Of a timeline, which needs no sweep.
static lw_status check_workload(const lw_chart_request *request, const lw_result *outline, lw_diags *diags) {
    const bool all = request->workload == NULL || request->workload[0] == '\0' || outline->point_count == 0;
    bool found = all;
    for (size_t w = 0; !all && w < outline->point[0].workload_count; w++) {
        found = found || strcmp(outline->point[0].workload[w].name, request->workload) == 0;
    }
    return found ? LW_OK
                 : lw_error(diags, request->workload_place, "it is a name under workloads:", "the chart's workload '%s' is none",
                            request->workload);
}

lw_status lw_chart_check(const lw_chart_request *request, const lw_result *outline, lw_diags *diags) {
    LW_TRY(check_request(request, diags));
    if (lw_chart_needs_timeline(request->kind)) {
        return check_workload(request, outline, diags);
    }
    if (request->kind == LW_CHART_PAIRS || request->kind == LW_CHART_BARS) {
        return LW_OK;  // whether there are pairs is known when they have run
    }
    lw_arena *arena = lw_arena_new();
    if (arena == NULL) {
        return LW_NO_MEMORY;
    }
    lw_status status = lw_chart_find_room(request, outline, arena, diags);
    lw_arena_free(arena);
    return status;
}

static const char *describe(const lw_chart *chart, lw_arena *arena) {
    const lw_chart_data *data = chart->data;
    const char *list = "";
    for (size_t i = 0; i < data->series_count && list != NULL; i++) {
        list = lw_arena_print(arena, "%s%s%s", list, i == 0 ? "" : ", ", data->series[i].name);
    }
    const char *text = list == NULL ? NULL
                                    : lw_arena_print(arena, "%s%s%s.", chart_types[chart->request->kind].description,
                                                     list[0] != '\0' ? ": " : "", list);
    return text == NULL ? NULL : lw_clean_utf8(arena, text);
}

const char *lw_series_name_fit(const lw_canvas *canvas, const lw_series *series, double size, bool bold, double width) {
    // sums of its parts may round up
    if (lw_text_width(canvas->metrics, series->name, size, bold) <= width) {
        return series->name;
    }
    const char *evidence = series->name + strlen(series->plain);
    double kept = lw_text_width(canvas->metrics, evidence, size, bold);
    const char *plain = lw_text_fit(canvas->metrics, canvas->arena, series->plain, size, bold, width - kept);
    return plain == NULL ? NULL : lw_arena_print(canvas->arena, "%s%s", plain, evidence);
}

static lw_status find_pairs(const lw_chart_request *request, const lw_result *result, lw_arena *arena, lw_diags *diags,
                            lw_pair_table *out) {
    LW_TRY(lw_pairs_of(result, arena, out));
    return out->count > 0 ? LW_OK
                          : lw_error(diags, request->place, "such as w01: {kind: copy, from: \"gpus[0]\", to: \"gpus[1]\"}",
                                     "there are no pairs to draw: the work is not one point of %d copies or more between the "
                                     "members of one group",
                                     LW_PAIRS_LEAST);
}

static bool has_timeline(const lw_result *result) {
    bool has = false;
    for (size_t i = 0; i < result->point_count; i++) {
        has = has || (result->point[i].timeline != NULL && result->point[i].timeline->row_count > 0);
    }
    return has;
}

lw_status lw_chart_render_with(const lw_chart_request *request, const lw_result *result, const lw_font_metrics *metrics,
                               lw_arena *arena, lw_diags *diags, lw_picture *out) {
    LW_TRY(check_request(request, diags));
    lw_chart_data data = {0};
    lw_pair_table pairs = {0};
    if (request->kind == LW_CHART_PAIRS) {
        LW_TRY(find_pairs(request, result, arena, diags, &pairs));
    } else if (request->kind != LW_CHART_BARS && !lw_chart_needs_timeline(request->kind)) {
        LW_TRY(lw_chart_collect(request, result, arena, diags, &data));
    }
    const bool bars = request->kind == LW_CHART_BARS && result->point_count > 0;
    const bool timeline = lw_chart_needs_timeline(request->kind) && has_timeline(result);
    if (lw_chart_needs_timeline(request->kind) && result->point_count > 0 && !timeline) {
        lw_note(diags, request->place, NULL, "there is nothing to draw: no task was recorded");
    }
    if (data.panel_count == 0 && pairs.count == 0 && !bars && !timeline) {
        *out = (lw_picture){0};
        return LW_OK;
    }
    lw_draw *draw = LW_NEW(arena, lw_draw);
    const char *title = request->title != NULL && request->title[0] != '\0' ? request->title
                        : result->title != NULL && result->title[0] != '\0' ? result->title
                                                                            : "Bandwidth and latency";
    lw_chart chart = {.request = request,
                      .result = result,
                      .data = &data,
                      .pairs = &pairs,
                      .diags = diags,
                      .title = lw_clean_utf8(arena, title)};
    const char *description = describe(&chart, arena);
    if (draw == NULL || chart.title == NULL || description == NULL) {
        return LW_NO_MEMORY;
    }
    const chart_type *type = &chart_types[request->kind];
    double width;
    double height;
    type->size(&chart, &width, &height);
    width = request->width == LW_AUTO ? width : (double)request->width;
    lw_draw_begin(draw, arena);
    lw_canvas canvas = {.draw = draw, .metrics = metrics, .arena = arena, .width = width};
    height = request->height == LW_AUTO ? height + lw_frame_extra_height(&canvas, chart.title, request->subtitle, chart.result)
                                        : (double)request->height;
    canvas.height = height;
    LW_TRY(type->draw(&chart, &canvas));
    LW_TRY(draw->status);
    *out = (lw_picture){.width = width,
                        .height = height,
                        .draw = draw,
                        .theme = lw_theme_of(request->theme),
                        .title = chart.title,
                        .description = description,
                        .font = metrics->family};
    return LW_OK;
}

lw_status lw_chart_render(const lw_chart_request *request, const lw_result *result, lw_arena *arena, lw_diags *diags,
                          lw_picture *out) {
    lw_font_metrics metrics;
    LW_TRY(lw_font_metrics_find(request->place, arena, diags, &metrics));
    lw_status status = lw_chart_render_with(request, result, &metrics, arena, diags, out);
    lw_font_metrics_close(&metrics);
    return status;
}

lw_status lw_chart_fits(const lw_chart_request *request, int scale, lw_diags *diags) {
    const double width = request->width == LW_AUTO ? 0 : (double)request->width * scale;
    const double height = request->height == LW_AUTO ? 0 : (double)request->height * scale;
    if (width * height > LW_PIXELS_MOST) {
        lw_error(diags, request->place, "choose a smaller --scale, width or height",
                 "the chart has more than %.0f million pixels at scale %d", LW_PIXELS_MOST / 1e6, scale);
        return LW_LIMIT;
    }
    return LW_OK;
}
