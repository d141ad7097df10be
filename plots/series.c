// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/series.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plots/loaded.h"
#include "plots/series_names.h"
#include "sim/base/list.h"
#include "sim/base/suggest.h"

// A workload that cannot run, and where it would stand.
typedef struct failure {
    const char *key, *workload, *value;  // of the series and of the panel
    double x;
    bool found;
} failure;

typedef struct collector {
    const lw_chart_request *request;
    const lw_result *result;
    lw_arena *arena;
    lw_diags *diags;
    lw_chart_data *data;
    const char *series_path;  // NULL: one series
    const char *panel_path;   // NULL: panels by workload only
    size_t left_out;          // values that cannot be drawn
    lw_list failed;           // failure: where nothing gets through
} collector;

static const char in_workloads[] = "workloads.";

static const lw_set_value *set_value(const lw_point *point, const char *path) {
    for (size_t i = 0; path != NULL && i < point->set_count; i++) {
        if (strcmp(point->set[i].path, path) == 0) {
            return &point->set[i];
        }
    }
    return NULL;
}

// ---- Which paths ----

static lw_place place_of(const collector *c, lw_place value) {
    return value.line > 0 ? value : c->request->place;
}

static lw_status unknown_path(const collector *c, const char *key, const char *path, lw_place place) {
    enum { LISTED = 16 };
    const char *swept[LISTED] = {NULL};
    const lw_point *first = &c->result->point[0];
    size_t count = first->set_count < LISTED ? first->set_count : LISTED;
    const char *list = "";
    for (size_t i = 0; i < count; i++) {
        swept[i] = first->set[i].path;
        list = lw_diags_text(c->diags, "%s%s%s", list, i == 0 ? "" : ", ", swept[i]);
    }
    const char *otherwise = count > 0 ? lw_diags_text(c->diags, "swept are: %s", list) : "the scenario has no sweep";
    return lw_error(c->diags, place_of(c, place), lw_did_you_mean(c->diags, path, swept, count, otherwise),
                    "the chart's %s '%s' is not swept", key, path);
}

// The unit in which charts show a dimension; sizes stay in bytes and have ticks of their own.
static void choose_unit(lw_chart_data *data) {
    static const struct {
        const char *name;
        double in_base;
    } units[LW_DIMENSION_COUNT] = {[LW_PLAIN] = {"", 1.0},         [LW_BYTES] = {"bytes", 1.0},
                                   [LW_TIME] = {"\u00B5s", 1e6},   [LW_RATE] = {"GB/s", 1e9},
                                   [LW_TRANSFERS] = {"GT/s", 1e9}, [LW_LENGTH] = {"m", 1.0},
                                   [LW_FREQUENCY] = {"GHz", 1e9},  [LW_LENGTH_RATE] = {"ns/m", 1e3},
                                   [LW_LOSS] = {"dB", 1.0},        [LW_LOSS_PER_LENGTH] = {"dB/m", 1.0},
                                   [LW_POWER] = {"dBm", 1.0},      [LW_TEMPERATURE] = {"K", 1.0},
                                   [LW_PRESSURE] = {"hPa", 1.0},   [LW_DENSITY] = {"g/m\u00B3", 1.0},
                                   [LW_RAIN_RATE] = {"mm/h", 1.0}, [LW_ANGLE] = {"\u00B0", 1.0},
                                   [LW_FLOPS] = {"TFLOP", 1e12},   [LW_FLOP_RATE] = {"TFLOP/s", 1e12},
                                   [LW_WATTS] = {"W", 1},          [LW_MONEY] = {"USD", 1},
                                   [LW_MONEY_RATE] = {"USD/h", 1}, [LW_ENERGY_PRICE] = {"USD/kWh", 1}};
    data->x_unit = units[data->x_dimension].name;
    data->x_in_base = units[data->x_dimension].in_base;
}

// Refuse a plane whose transfers all have the same size, as far as the swept values tell.
static lw_status check_sizes(const collector *c) {
    const double first = set_value(&c->result->point[0], c->data->x_path)->number;
    bool several = false;
    for (size_t i = 1; i < c->result->point_count; i++) {
        const lw_set_value *x = set_value(&c->result->point[i], c->data->x_path);
        several = several || (x != NULL && x->number != first);
    }
    if (several && strncmp(c->data->x_path, in_workloads, sizeof in_workloads - 1) == 0) {
        return LW_OK;
    }
    return lw_error(c->diags, place_of(c, c->request->x_place), "sweep a small and a large size, such as [64 B, 1 GiB]",
                    "the plane needs transfers of two sizes, and '%s' gives it one", c->data->x_path);
}

static lw_status choose_x(collector *c) {
    const lw_point *first = &c->result->point[0];
    const lw_set_value *chosen = NULL;
    if (lw_is_given(c->request->x)) {
        chosen = set_value(first, c->request->x);
        if (chosen == NULL) {
            return unknown_path(c, "x", c->request->x, c->request->x_place);
        }
        if (!chosen->is_number) {
            return lw_error(c->diags, place_of(c, c->request->x_place), "choose a swept path whose values are numbers",
                            "the chart's x '%s' has the value '%s', which is no number", chosen->path, chosen->text);
        }
    }
    lw_dimension likely = c->request->kind == LW_CHART_LOADED_LATENCY ? LW_RATE
                          : c->request->kind == LW_CHART_MARGIN       ? LW_LENGTH
                                                                      : LW_BYTES;
    for (size_t i = 0; chosen == NULL && i < first->set_count; i++) {
        if (first->set[i].is_number && first->set[i].dimension == likely) {
            chosen = &first->set[i];
        }
    }
    for (size_t i = 0; chosen == NULL && i < first->set_count; i++) {
        chosen = first->set[i].is_number ? &first->set[i] : NULL;
    }
    if (chosen == NULL && c->request->kind != LW_CHART_WATERFALL) {
        return lw_error(c->diags, c->request->place,
                        "add one to sweep:, such as workloads.NAME.bytes: {from: 4 KiB, to: 1 GiB, factor: 4}",
                        "the chart needs a swept number for its x axis");
    }
    c->data->x_path = chosen == NULL ? NULL : chosen->path;
    c->data->x_dimension = chosen == NULL ? LW_PLAIN : chosen->dimension;
    choose_unit(c->data);
    return c->request->kind == LW_CHART_PLANE ? check_sizes(c) : LW_OK;
}

static lw_status choose_paths(collector *c) {
    const lw_point *first = &c->result->point[0];
    LW_TRY(choose_x(c));
    c->panel_path = lw_is_given(c->request->panel) ? c->request->panel : NULL;
    if (c->panel_path != NULL && set_value(first, c->panel_path) == NULL) {
        return unknown_path(c, "panel", c->panel_path, c->request->panel_place);
    }
    if (lw_is_given(c->request->series)) {
        c->series_path = c->request->series;
        return set_value(first, c->series_path) != NULL ? LW_OK
                                                        : unknown_path(c, "series", c->series_path, c->request->series_place);
    }
    // what is no number makes the better series
    for (int words = 1; words >= 0 && c->series_path == NULL; words--) {
        for (size_t i = 0; i < first->set_count && c->series_path == NULL; i++) {
            const lw_set_value *value = &first->set[i];
            bool taken = value->path == c->data->x_path || (c->panel_path != NULL && strcmp(value->path, c->panel_path) == 0);
            if (!taken && value->is_number == (words == 0)) {
                c->series_path = value->path;
            }
        }
    }
    return LW_OK;
}

// A path that always has the value of x (several sizes swept together) tells nothing apart.
static bool tied_to_x(const collector *c, size_t index) {
    for (size_t i = 0; i < c->result->point_count; i++) {
        const lw_point *point = &c->result->point[i];
        const lw_set_value *x = set_value(point, c->data->x_path);
        if (x == NULL || index >= point->set_count || strcmp(point->set[index].text, x->text) != 0) {
            return false;
        }
    }
    return true;
}

// Is x about this workload? A size of another workload is not, unless it is swept together with its
// own; but a probe waits for what others send.
static bool x_concerns(const collector *c, const lw_point *point, const lw_workload_result *of) {
    const char *path = c->data->x_path, *workload = of->name;
    const bool probes = c->request->kind == LW_CHART_LOADED_LATENCY && !of->paced;
    if (path == NULL || probes || strncmp(path, in_workloads, sizeof in_workloads - 1) != 0) {
        return true;
    }
    const char *name = path + sizeof in_workloads - 1;
    size_t length = strcspn(name, ".");
    if ((strlen(workload) == length && strncmp(name, workload, length) == 0) || strncmp(name, "*", length) == 0) {
        return true;
    }
    const char *own = lw_arena_print(c->arena, "%s%s%s", in_workloads, workload, name + length);
    return own != NULL && set_value(point, own) != NULL;
}

// ---- Series ----

// The value of the series path and of every other swept path that is neither x nor panel.
static const char *series_key(collector *c, const lw_point *point, const bool *tied) {
    const lw_set_value *own = set_value(point, c->series_path);
    const char *key = own == NULL ? "" : own->text;
    for (size_t i = 0; key != NULL && i < point->set_count; i++) {
        const lw_set_value *value = &point->set[i];
        bool used = value == own || tied[i] || (c->data->x_path != NULL && strcmp(value->path, c->data->x_path) == 0) ||
                    (c->panel_path != NULL && strcmp(value->path, c->panel_path) == 0);
        if (!used) {
            key = lw_arena_print(c->arena, "%s%s%s %s", key, key[0] == '\0' ? "" : ", ", lw_path_end(value->path), value->text);
        }
    }
    return key;
}

static const char *shared_text(const char *a, const char *b) {
    return a != NULL && b != NULL && strcmp(a, b) == 0 ? a : NULL;
}

// What one point says of its series. stage: NULL when the result has none.
static lw_series series_at(const collector *c, const char *key, const lw_point *point, const lw_stage_result *stage) {
    const lw_set_value *own = set_value(point, c->series_path);
    lw_series series = {.key = key, .value = own == NULL ? "" : own->text, .hue = LW_HUE_GREY};
    series.number = own != NULL && own->is_number ? own->number : 0.0;
    if (stage != NULL) {
        series.label = stage->label;
        series.link = stage->link;
        series.hue = stage->hue;
        series.evidence = lw_evidence_shown(c->request, stage);
    }
    return series;
}

static lw_status find_series(collector *c, const char *key, const lw_point *point, const lw_stage_result *stage, size_t *index) {
    lw_chart_data *data = c->data;
    const lw_series here = series_at(c, key, point, stage);
    for (size_t i = 0; i < data->series_count; i++) {
        lw_series *series = &data->series[i];
        if (strcmp(series->key, key) == 0) {
            series->label = shared_text(series->label, here.label);
            series->link = shared_text(series->link, here.link);
            series->hue = series->hue == here.hue ? here.hue : LW_HUE_GREY;
            series->evidence = lw_evidence_weaker(series->evidence, here.evidence);
            *index = i;
            return LW_OK;
        }
    }
    int most = lw_has_named_marks(c->request) ? LW_SERIES_MAX : LW_LINES_MAX;
    if (data->series_count == (size_t)most) {
        return lw_error(c->diags, c->request->place, "sweep less, or give the chart a panel: or a workload: to split it",
                        "more than %d %s in one chart cannot be read", most, lw_has_named_marks(c->request) ? "links" : "lines");
    }
    *index = data->series_count++;
    data->series[*index] = here;
    return LW_OK;
}

// ---- Panels and curves ----

static const lw_stage_result *stage_of(const lw_point *point, const char *workload) {
    for (size_t i = 0; i < point->stage_count; i++) {
        if (strcmp(point->stage[i].workload, workload) == 0) {
            return &point->stage[i];
        }
    }
    return NULL;
}

// "host->gpu" with a real arrow.
static const char *with_arrows(lw_arena *arena, const char *direction) {
    const char *arrow = direction == NULL ? NULL : strstr(direction, "->");
    if (arrow == NULL) {
        return direction;
    }
    return lw_arena_print(arena, "%.*s \u2192 %s", (int)(arrow - direction), direction, arrow + 2);
}

static lw_status find_panel(collector *c, const lw_point *point, const lw_workload_result *workload, lw_panel **out) {
    lw_chart_data *data = c->data;
    const lw_set_value *own = set_value(point, c->panel_path);
    const char *value = own == NULL ? "" : own->text;
    for (size_t i = 0; i < data->panel_count; i++) {
        if (strcmp(data->panel[i].workload, workload->name) == 0 && strcmp(data->panel[i].value, value) == 0) {
            *out = &data->panel[i];
            return LW_OK;
        }
    }
    if (data->panel_count == LW_PANELS_MAX) {
        return lw_error(c->diags, c->request->place,
                        "name the one to show with workload:", "more than %d panels in one chart cannot be read", LW_PANELS_MAX);
    }
    lw_panel *panel = &data->panel[data->panel_count++];
    const char *what = lw_is_given(workload->direction) ? with_arrows(c->arena, workload->direction) : workload->name;
    *panel = (lw_panel){.workload = workload->name, .copy = workload->copy, .value = value};
    const char *title = own == NULL ? what : lw_arena_print(c->arena, "%s, %s %s", what, lw_path_end(own->path), value);
    panel->title = title == NULL ? NULL : lw_clean_utf8(c->arena, title);
    panel->curve = LW_NEW_ARRAY(c->arena, lw_curve, LW_SERIES_MAX);
    panel->measured = LW_NEW_ARRAY(c->arena, lw_curve, c->result->measured_count);
    *out = panel;
    return panel->title == NULL || panel->curve == NULL || panel->measured == NULL ? LW_NO_MEMORY : LW_OK;
}

// "host -> gpu, upload": panels of one direction are told apart by their workloads.
static lw_status name_panels(collector *c) {
    lw_chart_data *data = c->data;
    const char *title[LW_PANELS_MAX];
    for (size_t i = 0; i < data->panel_count; i++) {
        bool unique = true;
        for (size_t k = 0; k < data->panel_count; k++) {
            unique = unique && (k == i || strcmp(data->panel[k].title, data->panel[i].title) != 0);
        }
        title[i] = data->panel[i].title;
        if (!unique) {
            const char *name = lw_arena_print(c->arena, "%s, %s", title[i], data->panel[i].workload);
            title[i] = name == NULL ? NULL : lw_clean_utf8(c->arena, name);
        }
        if (title[i] == NULL) {
            return LW_NO_MEMORY;
        }
    }
    for (size_t i = 0; i < data->panel_count; i++) {
        data->panel[i].title = title[i];
    }
    return LW_OK;
}

static void find_curve(lw_panel *panel, size_t series, lw_curve **out) {
    for (size_t i = 0; i < panel->curve_count; i++) {
        if (panel->curve[i].series == series) {
            *out = &panel->curve[i];
            return;
        }
    }
    *out = &panel->curve[panel->curve_count++];
    **out = (lw_curve){.series = series};
}

static lw_status add_point(collector *c, lw_curve *curve, lw_sample sample, const lw_workload_result *workload,
                           const lw_stage_result *stage) {
    if (curve->count == curve->capacity) {
        size_t capacity = curve->capacity == 0 ? 16 : 2 * curve->capacity;
        lw_sample *grown = LW_NEW_ARRAY(c->arena, lw_sample, capacity);
        if (grown == NULL) {
            return LW_NO_MEMORY;
        }
        if (curve->count > 0) {
            memcpy(grown, curve->point, curve->count * sizeof *grown);
        }
        curve->point = grown;
        curve->capacity = capacity;
    }
    const char *label = stage == NULL ? NULL : stage->label;
    curve->mixed =
        curve->mixed || (curve->count > 0 && shared_text(curve->stage == NULL ? NULL : curve->stage->label, label) == NULL);
    if (curve->least == NULL || sample.order < curve->least_order) {
        curve->least = workload;
        curve->least_order = sample.order;
    }
    if (curve->most == NULL || sample.order >= curve->most_order) {
        curve->most = workload;
        curve->most_order = sample.order;
        curve->stage = stage != NULL ? stage : curve->stage;
    }
    curve->has_band = curve->has_band || sample.low < sample.at.y || sample.high > sample.at.y;
    curve->point[curve->count++] = sample;
    return LW_OK;
}

// What is uncertain about a rate, or about a time as its rate says; of work without bytes about the
// time itself.
static void add_band(int kind, const lw_workload_result *workload, lw_sample *sample) {
    const double y = sample->at.y, rate = workload->bandwidth_GBps;
    const bool by_rate = workload->has_band && rate > 0;
    double low = y, high = y;
    if (kind == LW_CHART_BANDWIDTH && workload->has_band) {
        low = workload->low_GBps;
        high = workload->high_GBps;
    } else if (kind == LW_CHART_TIME && (!by_rate || workload->low_GBps > 0)) {
        low = by_rate ? y * rate / workload->high_GBps : (double)workload->band_ps[0] * 1e-12;
        high = by_rate ? y * rate / workload->low_GBps : (double)workload->band_ps[1] * 1e-12;
    }
    if (low <= y && high >= y && high <= LW_CHART_MOST) {
        sample->low = low;
        sample->high = high;
    }
}

static lw_sample sample_of(const collector *c, const lw_point *point, const lw_workload_result *workload) {
    const lw_set_value *x = set_value(point, c->data->x_path);
    lw_sample sample = {
        .order = x == NULL ? 1.0 : x->number / c->data->x_in_base, .choice = workload->choice, .mode = workload->signal.mode};
    sample.at.x = sample.order;
    switch (c->request->kind) {
    case LW_CHART_TIME:
    case LW_CHART_PLANE:
        sample.at.y = workload->time_s;
        break;
    case LW_CHART_LOADED_LATENCY:
        lw_loaded_sample(workload, c->data->x_dimension == LW_RATE, &sample);
        return sample;
    case LW_CHART_MARGIN:
        sample.at.y = lw_signal_margin_dB(&workload->signal);
        break;
    default:
        sample.at.y = workload->bandwidth_GBps;
        break;
    }
    sample.low = sample.high = sample.at.y;
    if (workload->has_band && c->request->kind == LW_CHART_MARGIN) {
        sample.low = fmin(sample.at.y, workload->low_margin_dB);
        sample.high = fmax(sample.at.y, workload->high_margin_dB);
    } else if (workload->has_band || workload->band_ps[1] > 0) {
        add_band(c->request->kind, workload, &sample);
    }
    return sample;
}

static bool x_is_log(const collector *c) {
    return c->data->x_dimension == LW_BYTES && c->request->kind != LW_CHART_LOADED_LATENCY;
}

bool lw_chart_is_log(const lw_chart_request *request) {
    const bool linear = request->kind == LW_CHART_WATERFALL || request->kind == LW_CHART_MARGIN;
    return request->kind == LW_CHART_PLANE || (!linear && request->axis == LW_AXIS_LOG);
}

static bool drawable(const collector *c, lw_xy at) {
    bool in_range = isfinite(at.x) && isfinite(at.y) && fabs(at.x) <= LW_CHART_MOST && fabs(at.y) <= LW_CHART_MOST;
    return in_range && (!x_is_log(c) || at.x >= LW_CHART_LEAST) && (!lw_chart_is_log(c->request) || at.y >= LW_CHART_LEAST);
}

static bool is_saturated(const collector *c, const lw_point *point, const lw_workload_result *workload) {
    return c->request->kind == LW_CHART_LOADED_LATENCY && c->data->x_dimension == LW_RATE &&
           lw_is_saturated(point, c->data->x_path, workload);
}

static bool may_be_shown(const collector *c, const lw_workload_result *workload) {
    return c->request->kind != LW_CHART_LOADED_LATENCY || lw_has_latency(workload);
}

// Whether a route has a radio is known when it has run.
static bool is_shown(const collector *c, const lw_workload_result *workload) {
    return may_be_shown(c, workload) && (c->request->kind != LW_CHART_MARGIN || workload->signal.mode != NULL);
}

static lw_status check_content(const collector *c) {
    if (c->data->panel_count > 0) {
        return LW_OK;
    }
    switch (c->request->kind) {
    case LW_CHART_LOADED_LATENCY:
        return lw_error(c->diags, c->request->place, "use kind: stream, kind: dma with a rate:, or a probe of kind: read-latency",
                        "there is nothing to draw: only work that comes at a rate, and reads one by one, have a latency");
    case LW_CHART_MARGIN:
        return lw_error(c->diags, c->request->place, "use kind: bandwidth, or send something over a radio",
                        "there is nothing to draw: only what goes over a radio has a margin");
    default:
        return lw_error(c->diags, c->request->place, NULL,
                        "there is nothing to draw: no workload has a value that fits the axes");
    }
}

static lw_status note_failure(collector *c, const lw_point *point, const lw_workload_result *workload, const char *key,
                              double x) {
    const lw_set_value *own = set_value(point, c->panel_path);
    failure *added = LW_LIST_ADD(&c->failed, failure, c->arena);
    if (added == NULL) {
        return LW_NO_MEMORY;
    }
    *added = (failure){.key = key, .workload = workload->name, .value = own == NULL ? "" : own->text, .x = x};
    return LW_OK;
}

static bool is_of(const collector *c, const failure *f, const lw_panel *panel, const lw_curve *curve) {
    return strcmp(panel->workload, f->workload) == 0 && strcmp(panel->value, f->value) == 0 &&
           strcmp(c->data->series[curve->series].key, f->key) == 0;
}

static lw_status mark_curve(const collector *c, const lw_panel *panel, lw_curve *curve) {
    curve->failed = LW_NEW_ARRAY(c->arena, double, c->failed.count);
    if (curve->failed == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t i = 0; i < c->failed.count; i++) {
        failure *f = &LW_LIST_ITEMS(&c->failed, failure)[i];
        if (is_of(c, f, panel, curve)) {
            f->found = true;
            curve->failed[curve->failed_count++] = f->x;
            for (size_t k = 1; k < curve->count; k++) {
                lw_sample *sample = &curve->point[k];
                sample->apart = sample->apart || (sample[-1].order < f->x && f->x < sample->order);
            }
        }
    }
    return LW_OK;
}

// Where nothing gets through curves end and have marks; a series of which nothing works has no
// line.
static lw_status mark_failures(const collector *c) {
    for (size_t i = 0; i < c->data->panel_count; i++) {
        lw_panel *panel = &c->data->panel[i];
        for (size_t k = 0; k < panel->curve_count; k++) {
            LW_TRY(mark_curve(c, panel, &panel->curve[k]));
        }
    }
    size_t missing = 0;
    for (size_t i = 0; i < c->failed.count; i++) {
        missing += !LW_LIST_ITEMS(&c->failed, failure)[i].found;
    }
    if (missing > 0) {
        lw_note(c->diags, c->request->place, NULL, "%zu point%s of the chart %s no line: nothing gets through there", missing,
                missing == 1 ? "" : "s", missing == 1 ? "has" : "have");
    }
    return LW_OK;
}

static lw_status add_workload(collector *c, const lw_point *point, const lw_workload_result *workload, const char *key) {
    lw_sample sample = sample_of(c, point, workload);
    // a margin says by how much
    if (lw_limit_failure(&workload->limit) != NULL && c->request->kind != LW_CHART_MARGIN) {
        return note_failure(c, point, workload, key, sample.order);
    }
    if (!is_shown(c, workload) || is_saturated(c, point, workload)) {
        return LW_OK;
    }
    if (!drawable(c, sample.at)) {
        c->left_out++;
        return LW_OK;
    }
    const lw_stage_result *stage = stage_of(point, workload->name);
    size_t series = 0;
    lw_panel *panel = NULL;
    lw_curve *curve = NULL;
    LW_TRY(find_series(c, key, point, stage, &series));
    LW_TRY(find_panel(c, point, workload, &panel));
    find_curve(panel, series, &curve);
    return add_point(c, curve, sample, workload, stage);
}

static int by_order(const void *a, const void *b) {
    double x = ((const lw_sample *)a)->order;
    double y = ((const lw_sample *)b)->order;
    return (x > y) - (x < y);
}

static int by_series(const void *a, const void *b) {
    size_t x = ((const lw_curve *)a)->series;
    size_t y = ((const lw_curve *)b)->series;
    return (x > y) - (x < y);
}

// Is x the size of what is transferred, and not one of packets or buffers?
static bool is_by_size(const collector *c, const lw_curve *curve) {
    static const double close = 1e-6;  // of shares, which are whole bytes
    const double expected = (double)curve->least->bytes / curve->least_order * curve->most_order;
    return x_is_log(c) && c->request->kind != LW_CHART_MARGIN && curve->least_order > 0.0 &&
           curve->most_order > curve->least_order && expected > 0.0 &&
           fabs((double)curve->most->bytes - expected) <= close * expected;
}

// A mode needs a margin of its own, so that between two modes it jumps somewhere.
static void part_modes(lw_curve *curve) {
    for (size_t i = 1; i < curve->count; i++) {
        curve->point[i].apart = shared_text(curve->point[i - 1].mode, curve->point[i].mode) == NULL;
        curve->several_modes = curve->several_modes || curve->point[i].apart;
    }
}

static void sort_curves(const collector *c) {
    lw_chart_data *data = c->data;
    for (size_t i = 0; i < data->panel_count; i++) {
        lw_panel *panel = &data->panel[i];
        qsort(panel->curve, panel->curve_count, sizeof *panel->curve, by_series);
        for (size_t k = 0; k < panel->curve_count; k++) {
            lw_curve *curve = &panel->curve[k];
            qsort(curve->point, curve->count, sizeof(lw_sample), by_order);
            curve->by_size = is_by_size(c, curve);
            if (c->request->kind == LW_CHART_MARGIN) {
                part_modes(curve);
            }
        }
    }
}

// ---- Measured points ----

// Payload for each byte of x: 1 of a copy, more where a collective counts what crosses a link (bus
// bandwidth).
static double payload_share(const collector *c, const lw_panel *panel) {
    const lw_curve *curve = panel->curve_count > 0 ? &panel->curve[0] : NULL;
    const bool known = curve != NULL && curve->by_size && curve->most->bytes > 0;
    return known ? (double)curve->most->bytes / (curve->most_order * c->data->x_in_base) : 1.0;
}

// y of the chart from what a table observed; NaN when one does not follow from the other.
static double observed(const collector *c, const lw_measured_series *measured, const double point[2], double payload) {
    if (c->request->kind == LW_CHART_LOADED_LATENCY) {
        return strcmp(measured->observe->name, "mean_latency_us") == 0 ? point[1] * 1e-6 : (double)NAN;
    }
    bool is_time = c->request->kind == LW_CHART_TIME;
    bool has_time = strcmp(measured->observe->name, "time_us") == 0;
    if (!has_time && strcmp(measured->observe->name, "bandwidth_GBps") != 0) {
        return (double)NAN;
    }
    // of one copy, however often the curve repeats it
    const bool single = measured->collective == NULL && measured->members == 1;
    if (is_time && has_time && single && payload != 1.0) {
        return (double)NAN;
    }
    if (is_time == has_time) {
        return is_time ? point[1] * 1e-6 : point[1];
    }
    if (c->data->x_dimension != LW_BYTES || point[1] <= 0.0) {
        return (double)NAN;
    }
    const double bytes = (single && has_time ? 1.0 : payload) * point[0];
    return is_time ? bytes / (point[1] * 1e9) : bytes / (point[1] * 1e-6) / 1e9;
}

static size_t series_of_measured(const lw_chart_data *data, const lw_measured_series *measured) {
    for (size_t i = 0; lw_is_given(measured->series) && i < data->series_count; i++) {
        if (strcmp(data->series[i].value, measured->series) == 0) {
            return i;
        }
    }
    return SIZE_MAX;
}

// Where on the x axis a panel's lines are about what a table observed.
typedef struct reach {
    bool any;
    double low, high;  // in the base unit
} reach;

// Sizes belong on an axis of the sizes of that work, and nothing else does: beside them 3 mm are no
// 3 bytes. What is over something else is at least about a link of that family, or as the work itself
// about a memory that no link leads to.
static bool is_about(const collector *c, const lw_measured_series *measured, const lw_point *point,
                     const lw_workload_result *workload) {
    if (measured->over_sizes) {
        const lw_set_value *x = set_value(point, c->data->x_path);
        return x != NULL && x->number == lw_point_size(point, workload) && lw_measured_fits(measured, point, workload);
    }
    const lw_stage_result *stage = stage_of(point, workload->name);
    const char *link = stage != NULL ? stage->family : "memory";  // as tables without a link say
    return shared_text(lw_path_end(c->data->x_path), measured->varied) != NULL && strcmp(link, measured->family) == 0;
}

static reach reach_of(const collector *c, const lw_measured_series *measured, const lw_panel *panel) {
    reach found = {.low = (double)INFINITY, .high = -(double)INFINITY};
    for (size_t i = 0; i < c->result->point_count; i++) {
        const lw_point *point = &c->result->point[i];
        const lw_set_value *own = set_value(point, c->panel_path), *x = set_value(point, c->data->x_path);
        for (size_t k = 0; k < point->workload_count; k++) {
            const lw_workload_result *workload = &point->workload[k];
            const bool here =
                strcmp(workload->name, panel->workload) == 0 && strcmp(own == NULL ? "" : own->text, panel->value) == 0;
            if (here && lw_limit_failure(&workload->limit) == NULL && is_about(c, measured, point, workload)) {
                found = (reach){true, fmin(found.low, x->number), fmax(found.high, x->number)};
            }
        }
    }
    return found;
}

// The dots of one table in one panel.
static lw_status add_dots(const collector *c, const lw_measured_series *measured, lw_panel *panel, size_t *drawn) {
    const reach reached = reach_of(c, measured, panel);
    lw_curve *dots = &panel->measured[panel->measured_count];
    if (!reached.any) {
        return LW_OK;
    }
    *dots = (lw_curve){.series = series_of_measured(c->data, measured),
                       .measured = measured,
                       .point = LW_NEW_ARRAY(c->arena, lw_sample, measured->count)};
    if (dots->point == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t k = 0; k < measured->count; k++) {
        const double *point = measured->points[k];
        const lw_xy at = {point[0] / c->data->x_in_base, observed(c, measured, point, payload_share(c, panel))};
        if (drawable(c, at) && reached.low <= point[0] && point[0] <= reached.high) {
            dots->point[dots->count++] = (lw_sample){.at = at, .order = at.x, .low = at.y, .high = at.y};
        }
    }
    qsort(dots->point, dots->count, sizeof(lw_sample), by_order);
    panel->measured_count += dots->count > 0 ? 1 : 0;
    *drawn = dots->count > *drawn ? dots->count : *drawn;
    return LW_OK;
}

static lw_status add_measured(collector *c, const lw_measured_series *measured) {
    size_t drawn = 0;
    for (size_t i = 0; i < c->data->panel_count; i++) {
        LW_TRY(add_dots(c, measured, &c->data->panel[i], &drawn));
    }
    if (drawn == 0) {
        lw_note(c->diags, c->request->place,
                c->request->kind == LW_CHART_LOADED_LATENCY
                    ? "it must vary a rate and observe mean_latency_us"
                    : "its link, direction and sizes must be those of a line, and it must observe bandwidth_GBps or time_us",
                "the measured table %s has no points for this chart", measured->table);
    } else if (drawn < measured->count) {
        lw_note(c->diags, c->request->place, NULL,
                "%zu of %zu points of the measured table %s lie beyond the lines of this chart", measured->count - drawn,
                measured->count, measured->table);
    }
    return LW_OK;
}

// Do something with each workload of each point that the chart shows, under the key of its series.
typedef lw_status (*visitor)(collector *c, const lw_point *point, const lw_workload_result *workload, const char *key);

static lw_status unknown_workload(const collector *c) {
    enum { LISTED = 16 };
    const char *names[LISTED] = {NULL};
    const lw_point *first = &c->result->point[0];
    size_t count = first->workload_count < LISTED ? first->workload_count : LISTED;
    for (size_t i = 0; i < count; i++) {
        names[i] = first->workload[i].name;
    }
    return lw_error(c->diags, place_of(c, c->request->workload_place),
                    lw_did_you_mean(c->diags, c->request->workload, names, count, "use a name from workloads:"),
                    "the chart's workload '%s' does not exist", c->request->workload);
}

static lw_status walk(collector *c, visitor visit) {
    const lw_result *result = c->result;
    if (result->point_count == 0) {
        return lw_error(c->diags, c->request->place, NULL, "there is nothing to draw: the run has no points");
    }
    LW_TRY(choose_paths(c));
    size_t set_count = result->point[0].set_count;
    bool *tied = LW_NEW_ARRAY(c->arena, bool, set_count);
    if (tied == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t i = 0; i < set_count; i++) {
        tied[i] = c->data->x_path != NULL && tied_to_x(c, i);
    }
    const char *wanted = lw_is_given(c->request->workload) ? c->request->workload : NULL;
    bool found = wanted == NULL;
    for (size_t i = 0; i < result->point_count; i++) {
        const lw_point *point = &result->point[i];
        const char *key = series_key(c, point, tied);
        if (key == NULL) {
            return LW_NO_MEMORY;
        }
        for (size_t k = 0; k < point->workload_count; k++) {
            const char *name = point->workload[k].name;
            if (wanted != NULL ? strcmp(name, wanted) == 0 : x_concerns(c, point, &point->workload[k])) {
                found = true;
                LW_TRY(visit(c, point, &point->workload[k], key));
            }
        }
    }
    return found ? LW_OK : unknown_workload(c);
}

// The series and the panel of a workload, as if it had a value.
static lw_status claim_room(collector *c, const lw_point *point, const lw_workload_result *workload, const char *key) {
    size_t series;
    lw_panel *panel;
    // most of the work may go over no radio, and then needs no room
    const bool may_need_none = c->request->kind == LW_CHART_MARGIN && c->data->panel_count > 0;
    if (!may_be_shown(c, workload) || may_need_none) {
        return LW_OK;
    }
    LW_TRY(find_series(c, key, point, NULL, &series));
    return find_panel(c, point, workload, &panel);
}

lw_status lw_chart_find_room(const lw_chart_request *request, const lw_result *outline, lw_arena *arena, lw_diags *diags) {
    lw_chart_data data = {0};
    collector c = {.request = request, .result = outline, .arena = arena, .diags = diags, .data = &data};
    LW_TRY(walk(&c, claim_room));
    return check_content(&c);
}

lw_status lw_chart_collect(const lw_chart_request *request, const lw_result *result, lw_arena *arena, lw_diags *diags,
                           lw_chart_data *out) {
    lw_chart_data data = {0};
    collector c = {.request = request, .result = result, .arena = arena, .diags = diags, .data = &data};
    LW_TRY(walk(&c, add_workload));
    if (c.left_out > 0) {
        lw_warn(diags, request->place, lw_chart_is_log(request) ? "axis: linear shows zero and negative values" : NULL,
                "%zu values are not drawn: they are no finite numbers, or not positive on a logarithmic axis", c.left_out);
    }
    *out = data;
    if (c.failed.count > 0 && data.panel_count == 0) {
        lw_note(diags, request->place, NULL, "the chart is left out: nothing gets through in any of its points");
        return LW_OK;
    }
    LW_TRY(check_content(&c));
    sort_curves(&c);
    LW_TRY(mark_failures(&c));
    LW_TRY(name_panels(&c));
    const lw_set_value *own = set_value(&result->point[0], c.series_path);
    LW_TRY(lw_series_give_names(request, c.series_path, own != NULL && own->is_number, arena, &data));
    bool takes_dots = request->kind != LW_CHART_WATERFALL && request->kind != LW_CHART_PLANE && request->kind != LW_CHART_MARGIN;
    for (size_t i = 0; i < result->measured_count && takes_dots; i++) {
        LW_TRY(add_measured(&c, &result->measured[i]));
    }
    lw_series_give_marks(&data);
    *out = data;
    return LW_OK;
}
