// SPDX-License-Identifier: GPL-3.0-or-later
// The public library over the rooms inside.
#include "sim/lanewise.h"

#include <math.h>
#include <string.h>

#include "sim/base/version.h"
#include "sim/config/source.h"
#include "sim/import/compare.h"
#include "sim/import/formats.h"
#include "sim/import/import.h"
#include "sim/import/imported.h"
#include "sim/lanewise_inside.h"
#include "sim/report/accuracy.h"
#include "sim/report/columns.h"
#include "sim/report/explain/explain.h"
#include "sim/report/report.h"
#include "sim/report/topology_text.h"
#include "sim/result/metric_table.h"
#include "sim/study/calibrate.h"
#include "sim/study/example.h"
#include "sim/study/hockney.h"
#include "sim/study/session.h"
#include "sim/study/topology.h"
#include "sim/study/uncertain.h"

struct lanewise_scenario {
    lw_arena *arena;
    lw_session session;
    lw_status status;  // of its load
};

struct lanewise_result {
    lw_arena *arena;
    const lanewise_scenario *scenario;
    lw_result result;
};

struct lanewise_topology {
    lw_arena *arena;
    lw_topology topology;
};

// ---- Status ----

#define SAME(inside, outside) _Static_assert((int)(inside) == (int)(outside), "the public status is that inside")
SAME(LW_OK, LANEWISE_OK);
SAME(LW_NO_MEMORY, LANEWISE_NO_MEMORY);
SAME(LW_BAD_INPUT, LANEWISE_BAD_INPUT);
SAME(LW_BAD_USAGE, LANEWISE_BAD_USAGE);
SAME(LW_IO, LANEWISE_IO);
SAME(LW_LIMIT, LANEWISE_LIMIT);
SAME(LW_STUCK, LANEWISE_STUCK);
SAME(LW_CHECK_FAILED, LANEWISE_CHECK_FAILED);
SAME(LW_INTERRUPTED, LANEWISE_INTERRUPTED);
SAME(LW_INTERNAL, LANEWISE_INTERNAL);
SAME(LW_ERROR, LANEWISE_ERROR);
SAME(LW_NOTE, LANEWISE_NOTE);

const char *lanewise_status_text(lanewise_status status) {
    return lw_status_text((lw_status)status);
}

const char *lanewise_version(void) {
    return lw_version;
}

void lanewise_free(char *text) {
    (void)lw_memory_resize_block(text, 0);
}

lw_status lw_hand_out(lw_status status, lw_text *text, char **out) {
    if (status == LW_OK && text->bytes == NULL && !text->failed) {
        lw_text_add(text, "");
    }
    if (status != LW_OK || text->failed) {
        lw_text_free(text);
        return status == LW_OK ? LW_NO_MEMORY : status;
    }
    *out = text->bytes;
    return LW_OK;
}

static lanewise_status hand_out(lw_status status, lw_text *text, char **out) {
    return (lanewise_status)lw_hand_out(status, text, out);
}

// ---- Findings ----

lanewise_findings *lanewise_findings_new(void) {
    lw_arena *arena = lw_arena_new();
    lanewise_findings *findings = arena != NULL ? LW_NEW(arena, lanewise_findings) : NULL;
    if (findings != NULL) {
        *findings = (lanewise_findings){arena, lw_diags_new(arena)};
    }
    if (findings == NULL || findings->diags == NULL) {
        lw_arena_free(arena);
        return NULL;
    }
    return findings;
}

void lanewise_findings_free(lanewise_findings *findings) {
    lw_arena_free(findings != NULL ? findings->arena : NULL);
}

size_t lanewise_findings_count(const lanewise_findings *findings) {
    return lw_diags_count(findings->diags);
}

lanewise_finding lanewise_findings_at(const lanewise_findings *findings, size_t index) {
    const lw_diag *diag = lw_diags_at(findings->diags, index);
    return (lanewise_finding){.severity = (lanewise_severity)diag->severity,
                              .file = diag->place.source != NULL ? diag->place.source->name : NULL,
                              .line = diag->place.line,
                              .column = diag->place.column,
                              .message = diag->message,
                              .hint = diag->hint};
}

struct lw_diags *lanewise_findings_raw(lanewise_findings *findings) {
    return findings->diags;
}

// ---- Catalogue ----

lanewise_status lanewise_catalog_open(const char *folder, lanewise_findings *findings, lanewise_catalog **out) {
    lw_arena *arena = lw_arena_new();
    lanewise_catalog *catalog = arena != NULL ? LW_NEW(arena, lanewise_catalog) : NULL;
    lw_status status = catalog == NULL ? LW_NO_MEMORY : lw_catalog_open(folder, arena, findings->diags, &catalog->catalog);
    lw_diags_own_sources(findings->diags);
    if (status != LW_OK) {
        lw_arena_free(arena);
        return (lanewise_status)status;
    }
    catalog->arena = arena;
    *out = catalog;
    return LANEWISE_OK;
}

const char *lanewise_catalog_folder(const lanewise_catalog *catalog) {
    return lw_catalog_folder(catalog->catalog);
}

void lanewise_catalog_close(lanewise_catalog *catalog) {
    lw_arena_free(catalog != NULL ? catalog->arena : NULL);
}

char *lanewise_catalog_path(const lanewise_catalog *catalog, const char *what, const char *name) {
    lw_text text = {0};
    lw_arena *arena = lw_arena_new();
    for (int shelf = 0; arena != NULL && shelf < LW_SHELVES; shelf++) {
        if (strcmp(lw_shelf_words[shelf], what) == 0 && lw_catalog_has(catalog->catalog, (lw_shelf)shelf, name)) {
            const char *path = lw_catalog_path(catalog->catalog, (lw_shelf)shelf, name, arena);
            lw_text_add(&text, path != NULL ? path : "");
            text.failed = text.failed || path == NULL;
        }
    }
    lw_arena_free(arena);
    if (text.failed) {
        lw_text_free(&text);
    }
    return text.bytes;
}

lanewise_status lanewise_example(const lanewise_catalog *catalog, const char *name, lanewise_findings *findings, char **out) {
    lw_text text = {0};
    lw_arena *arena = lw_arena_new();
    lw_status status = arena == NULL ? LW_NO_MEMORY : lw_example_read(catalog->catalog, name, arena, findings->diags, &text);
    lw_diags_own_sources(findings->diags);
    lw_arena_free(arena);
    return hand_out(status, &text, out);
}

// ---- Scenario ----

const char *const *lanewise_engines(void) {
    return lw_engine_words;
}

lanewise_status lanewise_scenario_load(const lanewise_catalog *catalog, const char *path, const lanewise_load *load,
                                       lanewise_findings *findings, lanewise_scenario **out) {
    lw_arena *arena = lw_arena_new();
    lanewise_scenario *scenario = arena != NULL ? LW_NEW(arena, lanewise_scenario) : NULL;
    if (scenario == NULL) {
        lw_arena_free(arena);
        return LANEWISE_NO_MEMORY;
    }
    lw_load inside = {0};
    if (load != NULL) {
        inside = (lw_load){load->set, load->set_count, load->engine, load->seed, load->look_only, load->points_may_fail};
    }
    scenario->arena = arena;
    lw_status status = lw_session_load(path, catalog->catalog, &inside, arena, findings->diags, &scenario->session);
    lw_diags_own_sources(findings->diags);
    if (scenario->session.document == NULL) {
        lw_arena_free(arena);
        return (lanewise_status)status;
    }
    scenario->status = status;
    *out = scenario;
    return (lanewise_status)status;
}

void lanewise_scenario_free(lanewise_scenario *scenario) {
    lw_arena_free(scenario != NULL ? scenario->arena : NULL);
}

const char *lanewise_scenario_title(const lanewise_scenario *scenario) {
    return scenario->session.document->title;
}

size_t lanewise_scenario_points(const lanewise_scenario *scenario) {
    return scenario->session.document->sweep.points;
}

lanewise_status lanewise_scenario_packet_hops(const lanewise_scenario *scenario, double *hops) {
    lw_arena *arena = lw_arena_new();
    lw_diags *silent = arena != NULL ? lw_diags_new(arena) : NULL;
    *hops = 0;
    const lw_status status = silent == NULL ? LW_NO_MEMORY : lw_scenario_packet_hops(scenario->session.document, silent, hops);
    lw_arena_free(arena);
    return (lanewise_status)status;
}

size_t lanewise_scenario_assertions(const lanewise_scenario *scenario) {
    return scenario->session.assertion_count;
}

const struct lw_yaml *lanewise_scenario_charts(const lanewise_scenario *scenario) {
    return scenario->session.document->head.charts;
}

// ---- Run ----

static lanewise_result *new_result(const lanewise_scenario *scenario) {
    lw_arena *arena = lw_arena_new();
    lanewise_result *result = arena != NULL ? LW_NEW(arena, lanewise_result) : NULL;
    if (result == NULL) {
        lw_arena_free(arena);
        return NULL;
    }
    *result = (lanewise_result){.arena = arena, .scenario = scenario};
    return result;
}

lw_run lw_run_inside(const lanewise_run *run) {
    return run != NULL ? (lw_run){.threads = run->threads,
                                  .stop = run->stop,
                                  .progress = run->progress,
                                  .within = run->within,
                                  .user = run->user,
                                  .timelines = run->timelines,
                                  .lift = run->lift}
                       : (lw_run){0};
}

const char *const *lanewise_bands(void) {
    static const char *const words[] = {"auto", "always", "never", NULL};
    return words;
}

const char *const *lanewise_fits(void) {
    static const char *const words[] = {"hockney", NULL};
    return words;
}

// The percentiles that are asked for, in the memory of the result.
static lw_status take_percentiles(const lanewise_run *run, lw_arena *arena, lw_diags *diags, lw_percentiles *out) {
    enum { MOST = 16 };
    static const char hint[] = "write for example 50,90,99,99.9";
    const size_t count = run != NULL && run->percentile != NULL ? run->percentile_count : 0;
    double *percent = LW_NEW_ARRAY(arena, double, count);
    bool fine = count <= MOST;
    for (size_t i = 0; percent != NULL && i < count && fine; i++) {
        percent[i] = run->percentile[i];
        fine = percent[i] >= 0.001 && percent[i] <= 100 && fabs(percent[i] * 1000 - rint(percent[i] * 1000)) < 1e-6;
        for (size_t k = 0; k < i; k++) {
            fine = fine && percent[k] != percent[i];
        }
    }
    if (!fine) {
        (void)lw_error(diags, (lw_place){0}, hint,
                       "percentiles are 1 to %d numbers over 0 and up to 100, to a thousandth, each once", (int)MOST);
        return LW_BAD_USAGE;
    }
    *out = (lw_percentiles){percent, count};
    return percent == NULL ? LW_NO_MEMORY : LW_OK;
}

// How uncertain the result is, as far as presets say.
static lw_status add_band(const lanewise_scenario *scenario, const lanewise_run *run, const lw_run *inside, lw_result *result) {
    enum { BAND_AUTO, BAND_ALWAYS, BAND_NEVER };
    const int band = run != NULL ? run->band : BAND_AUTO;
    const int64_t draws = run != NULL ? run->draws : 0;
    if (band == BAND_NEVER && draws == 0) {
        return LW_OK;
    }
    lw_arena *arena = lw_arena_new();
    lw_uncertain uncertain;
    lw_status status = arena == NULL ? LW_NO_MEMORY : lw_uncertain_find(scenario->session.document, arena, &uncertain);
    if (status == LW_OK) {
        status = draws > 0 ? lw_result_add_draws(&uncertain, draws, inside, result)
                           : lw_result_add_band(&uncertain, band == BAND_ALWAYS, inside, result);
    }
    lw_arena_free(arena);
    return status;
}

lanewise_status lanewise_scenario_run(const lanewise_scenario *scenario, const lanewise_run *run, lanewise_findings *findings,
                                      lanewise_result **out) {
    const lw_session *session = &scenario->session;
    lanewise_result *result = new_result(scenario);
    *out = NULL;
    lw_run inside = lw_run_inside(run);
    lw_status status = result == NULL ? LW_NO_MEMORY : scenario->status;
    status = status == LW_OK ? take_percentiles(run, result->arena, findings->diags, &inside.percentiles) : status;
    if (status == LW_OK) {
        status = lw_scenario_run(session->document, &inside, result->arena, findings->diags, &result->result);
    }
    status = status == LW_OK ? add_band(scenario, run, &inside, &result->result) : status;
    if (result != NULL && run != NULL && run->fit != NULL && status != LW_NO_MEMORY) {
        const lw_status fitted = lw_result_add_hockney(&result->result, result->arena);
        status = fitted != LW_OK ? fitted : status;
    }
    lw_diags_own_sources(findings->diags);
    if (result == NULL || result->result.planned == 0) {
        lanewise_result_free(result);
        return (lanewise_status)status;
    }
    result->result.measured = session->measured;
    result->result.measured_count = session->measured_count;
    result->result.presets = lw_catalog_folder(session->document->catalog);
    result->result.assertion_count = session->assertion_count;
    lw_status judged = lw_assertions_outcome(session->assertion, session->assertion_count, &result->result, result->arena,
                                             &result->result.assertion);
    if (judged != LW_OK) {
        lanewise_result_free(result);
        return (lanewise_status)judged;
    }
    *out = result;
    return (lanewise_status)status;
}

lanewise_status lanewise_scenario_outline(const lanewise_scenario *scenario, lanewise_findings *findings, lanewise_result **out) {
    lanewise_result *result = new_result(scenario);
    lw_status status = result == NULL
                           ? LW_NO_MEMORY
                           : lw_scenario_outline(scenario->session.document, result->arena, findings->diags, &result->result);
    lw_diags_own_sources(findings->diags);
    if (status != LW_OK) {
        lanewise_result_free(result);
        return (lanewise_status)status;
    }
    *out = result;
    return LANEWISE_OK;
}

void lanewise_result_free(lanewise_result *result) {
    lw_arena_free(result != NULL ? result->arena : NULL);
}

size_t lanewise_result_points(const lanewise_result *result) {
    return result->result.point_count;
}

size_t lanewise_result_planned(const lanewise_result *result) {
    return result->result.planned;
}

size_t lanewise_result_failures(const lanewise_result *result) {
    return result->result.failure_count;
}

const char *lanewise_result_failure(const lanewise_result *result, size_t index, size_t *point) {
    const lw_point_failure *failure = &result->result.failure[index];
    *point = (size_t)failure->index;
    return failure->reason != NULL ? failure->reason : "interrupted";
}

static const lw_point *point_of(const lanewise_result *result, size_t point) {
    return point < result->result.point_count ? &result->result.point[point] : NULL;
}

size_t lanewise_result_workloads(const lanewise_result *result, size_t point) {
    const lw_point *found = point_of(result, point);
    return found != NULL ? found->workload_count : 0;
}

const char *lanewise_result_workload(const lanewise_result *result, size_t point, size_t index) {
    const lw_point *found = point_of(result, point);
    return found != NULL && index < found->workload_count ? found->workload[index].name : NULL;
}

static const lw_workload_result *workload_of(const lanewise_result *result, size_t point, const char *name) {
    const lw_point *found = point_of(result, point);
    return found != NULL ? lw_point_workload(found, name, 0) : NULL;
}

double lanewise_result_metric(const lanewise_result *result, size_t point, const char *workload, const char *metric) {
    const lw_workload_result *found = workload_of(result, point, workload);
    const lw_metric *known = found != NULL ? lw_metric_find(metric, LW_OF_WORKLOAD, found->own) : NULL;
    double value = (double)NAN;
    return known != NULL && lw_metric_of_workload(known, found, &value) ? value : (double)NAN;
}

char *lanewise_result_limit(const lanewise_result *result, size_t point, const char *workload) {
    const lw_workload_result *found = workload_of(result, point, workload);
    lw_text text = {0};
    if (found != NULL) {
        lw_limit_print(&found->limit, &text);
    }
    if (text.failed) {
        lw_text_free(&text);
    }
    return text.bytes;
}

char *lanewise_result_critical_path(const lanewise_result *result, size_t point) {
    enum { PARTS_MOST = 6 };
    const lw_point *found = point_of(result, point);
    lw_text text = {0};
    if (found != NULL) {
        lw_critical_print(&found->path, &(const lw_critical_layout){.most = PARTS_MOST, .indent = " "}, &text);
    }
    if (text.failed) {
        lw_text_free(&text);
    }
    return text.bytes;
}

lanewise_counts lanewise_result_counts(const lanewise_result *result) {
    lanewise_counts sum = {0};
    for (size_t i = 0; i < result->result.point_count; i++) {
        const lw_point *point = &result->result.point[i];
        sum.packets += point->packets;
        sum.packet_hops += point->packet_hops;
        sum.events += point->events;
    }
    return sum;
}

const struct lw_result *lanewise_result_raw(const lanewise_result *result) {
    return &result->result;
}

// ---- Reports ----

const char *const *lanewise_formats(void) {
    return lw_format_words;
}

lw_status lw_format_find(const char *word, lw_diags *diags, lw_report_format *out) {
    for (int i = 0; lw_format_words[i] != NULL; i++) {
        if (strcmp(lw_format_words[i], word) == 0) {
            *out = (lw_report_format)i;
            return LW_OK;
        }
    }
    (void)lw_error(diags, (lw_place){0}, "there are table, csv, json, jsonl, nccl-tests and md", "there is no format '%s'", word);
    return LW_BAD_USAGE;
}

lanewise_status lanewise_result_report(const lanewise_result *result, const char *format, int width, lanewise_findings *findings,
                                       char **out) {
    lw_text text = {0};
    lw_report_format inside = LW_FORMAT_TABLE;
    lw_status status = lw_format_find(format, findings->diags, &inside);
    status = status == LW_OK ? lw_report(&result->result, inside, width, &text) : status;
    return hand_out(status, &text, out);
}

lw_status lw_page_inside(const struct lanewise_page *with, lw_arena *arena, lw_page *out) {
    const lanewise_page none = {0};
    const lanewise_page *from = with != NULL ? with : &none;
    lw_page_chart *chart = arena != NULL ? LW_NEW_ARRAY(arena, lw_page_chart, from->chart_count) : NULL;
    for (size_t i = 0; chart != NULL && i < from->chart_count; i++) {
        chart[i] = (lw_page_chart){from->chart[i].title, from->chart[i].caption, from->chart[i].svg};
    }
    *out = (lw_page){.chart = chart,
                     .chart_count = from->chart_count,
                     .light = from->light,
                     .dark = from->dark,
                     .print = from->print,
                     .command = from->command};
    return chart != NULL ? LW_OK : LW_NO_MEMORY;
}

lanewise_status lanewise_result_page(const lanewise_result *result, const lanewise_page *with, char **out) {
    lw_arena *arena = lw_arena_new();
    lw_page page;
    lw_text text = {0};
    lw_status status = lw_page_inside(with, arena, &page);
    status = status == LW_OK ? lw_report_run_page(&result->result, result->scenario->session.document, &page, &text) : status;
    lw_arena_free(arena);
    return hand_out(status, &text, out);
}

lanewise_status lanewise_result_trace(const lanewise_result *result, size_t point, char **out) {
    const lw_point *found = point_of(result, point);
    lw_text text = {0};
    *out = NULL;
    if (found == NULL || found->timeline == NULL) {
        return LANEWISE_OK;
    }
    return hand_out(lw_report_trace(&result->result, found, &text), &text, out);
}

lanewise_status lanewise_result_list(const lanewise_result *result, size_t index, char **name, char **csv) {
    *name = *csv = NULL;
    const lw_workload_result *listed = lw_report_listed(&result->result, index);
    if (listed == NULL) {
        return LANEWISE_OK;
    }
    lw_text file = {0}, text = {0};
    lw_text_print(&file, "%s.%s.csv", listed->name, listed->listed);
    lanewise_status status = hand_out(file.failed ? LW_NO_MEMORY : LW_OK, &file, name);
    if (status == LANEWISE_OK) {
        status = hand_out(lw_report_members_of(&result->result, listed, &text), &text, csv);
    }
    if (status != LANEWISE_OK) {
        lanewise_free(*name);
        *name = NULL;
    }
    return status;
}

lanewise_status lanewise_result_check(const lanewise_result *result, lanewise_findings *findings) {
    const lw_session *session = &result->scenario->session;
    lw_status status = lw_assertions_check(session->assertion, session->assertion_count, &result->result, findings->diags);
    lw_diags_own_sources(findings->diags);
    return (lanewise_status)status;
}

// ---- Validation and calibration ----

// What judging takes, with memory of its own: LW_NO_MEMORY where there is none.
static lw_status begin_judging(const lanewise_catalog *catalog, const lw_run *run, lanewise_findings *findings, lw_judging *out) {
    *out = (lw_judging){.run = run, .arena = lw_arena_new(), .diags = findings->diags};
    out->presets = out->arena != NULL ? lw_presets_new(catalog->catalog, out->arena, findings->diags) : NULL;
    return out->presets == NULL ? LW_NO_MEMORY : LW_OK;
}

// The model beside measured tables.
struct lanewise_accuracy {
    lw_arena *arena;
    lw_accuracy accuracy;
};

static lanewise_accuracy *new_accuracy(void) {
    lw_arena *arena = lw_arena_new();
    lanewise_accuracy *accuracy = arena != NULL ? LW_NEW(arena, lanewise_accuracy) : NULL;
    if (accuracy == NULL) {
        lw_arena_free(arena);
        return NULL;
    }
    *accuracy = (lanewise_accuracy){arena, {.tool_version = lw_version}};
    return accuracy;
}

// Hand it out where there is something to be told.
static lanewise_status end_accuracy(lw_status status, lanewise_findings *findings, lanewise_accuracy *accuracy,
                                    lanewise_accuracy **out) {
    lw_diags_own_sources(findings->diags);
    if (accuracy == NULL || accuracy->accuracy.tables.count == 0) {
        lanewise_accuracy_free(accuracy);
        return (lanewise_status)status;
    }
    *out = accuracy;
    return (lanewise_status)status;
}

lanewise_status lanewise_validate(const lanewise_catalog *catalog, lanewise_tables tables, const lanewise_run *run,
                                  lanewise_findings *findings, lanewise_accuracy **out) {
    const lw_run inside = lw_run_inside(run);
    lanewise_accuracy *accuracy = new_accuracy();
    *out = NULL;
    if (accuracy == NULL) {
        return LANEWISE_NO_MEMORY;
    }
    const lw_judging with = {lw_presets_new(catalog->catalog, accuracy->arena, findings->diags), &inside, accuracy->arena,
                             findings->diags};
    const lw_comparing what = {catalog->catalog, tables.path, tables.count, tables.on, tables.bands};
    const lw_status status = with.presets == NULL ? LW_NO_MEMORY : lw_compare(&what, &with, &accuracy->accuracy.tables);
    return end_accuracy(status, findings, accuracy, out);
}

lanewise_status lanewise_calibrate(const lanewise_catalog *catalog, lanewise_presets presets, const lanewise_run *run,
                                   lanewise_findings *findings, lanewise_accuracy **out) {
    const lw_run inside = lw_run_inside(run);
    const lw_calibrate how = {presets.name, presets.count, presets.write};
    lanewise_accuracy *accuracy = new_accuracy();
    *out = NULL;
    if (accuracy == NULL) {
        return LANEWISE_NO_MEMORY;
    }
    lw_accuracy *found = &accuracy->accuracy;
    lw_status status = lw_presets_calibrate(catalog->catalog, &how, &inside, accuracy->arena, findings->diags, &found->fits);
    status = status == LW_OK ? lw_calibrations_tables(&found->fits, accuracy->arena, &found->tables) : status;
    return end_accuracy(status, findings, accuracy, out);
}

void lanewise_accuracy_free(lanewise_accuracy *accuracy) {
    lw_arena_free(accuracy != NULL ? accuracy->arena : NULL);
}

lanewise_status lanewise_accuracy_report(const lanewise_accuracy *accuracy, const char *format, lanewise_findings *findings,
                                         char **out) {
    lw_text text = {0};
    lw_report_format inside = LW_FORMAT_TABLE;
    lw_status status = lw_format_find(format, findings->diags, &inside);
    status = status == LW_OK ? lw_report_accuracy(&accuracy->accuracy, inside, &text) : status;
    return hand_out(status, &text, out);
}

lanewise_status lanewise_accuracy_page(const lanewise_accuracy *accuracy, const char *const *pictures, char **out) {
    lw_text text = {0};
    return hand_out(lw_report_accuracy_page(&accuracy->accuracy, pictures, &text), &text, out);
}

lanewise_status lanewise_accuracy_html(const lanewise_accuracy *accuracy, const lanewise_page *with, char **out) {
    lw_arena *arena = lw_arena_new();
    lw_page page;
    lw_text text = {0};
    lw_status status = lw_page_inside(with, arena, &page);
    status = status == LW_OK ? lw_report_accuracy_html(&accuracy->accuracy, &page, &text) : status;
    lw_arena_free(arena);
    return hand_out(status, &text, out);
}

const struct lw_accuracy *lanewise_accuracy_raw(const lanewise_accuracy *accuracy) {
    return &accuracy->accuracy;
}

// ---- Import ----

struct lanewise_imported {
    lw_arena *arena;
    lw_imported imported;
};

const char *const *lanewise_import_formats(void) {
    return lw_import_words;
}

// What an import takes, in the memory of what it makes.
static lw_status begin_import(const lanewise_catalog *catalog, lanewise_findings *findings, lw_judging *with,
                              lanewise_imported **out) {
    static const lw_run run = {0};
    lw_status status = begin_judging(catalog, &run, findings, with);
    *out = status == LW_OK ? LW_NEW(with->arena, lanewise_imported) : NULL;
    if (*out == NULL) {
        lw_arena_free(with->arena);
        return LW_NO_MEMORY;
    }
    (*out)->arena = with->arena;
    return LW_OK;
}

// Hand it out where all went well.
static lanewise_status end_import(lw_status status, lanewise_findings *findings, lanewise_imported *imported,
                                  lanewise_imported **out) {
    lw_diags_own_sources(findings->diags);
    if (status != LW_OK) {
        lanewise_imported_free(imported);
        return (lanewise_status)status;
    }
    *out = imported;
    return LANEWISE_OK;
}

lanewise_status lanewise_import(const lanewise_catalog *catalog, const char *path, const lanewise_importing *how,
                                lanewise_findings *findings, lanewise_imported **out) {
    const lanewise_importing as_it_says = {0};
    lw_judging with;
    lanewise_imported *imported = NULL;
    const lw_source *source = NULL;
    how = how != NULL ? how : &as_it_says;
    if (begin_import(catalog, findings, &with, &imported) != LW_OK) {
        return LANEWISE_NO_MEMORY;
    }
    lw_status status = path != NULL ? lw_source_read(path, with.arena, with.diags, &source) : LW_OK;
    status = status == LW_OK ? lw_imported_load(&with, source, how->as, how->on, &imported->imported) : status;
    return end_import(status, findings, imported, out);
}

lanewise_status lanewise_measure(const lanewise_catalog *catalog, const lanewise_measuring *how, lanewise_findings *findings,
                                 lanewise_imported **out) {
    lw_judging with;
    lanewise_imported *imported = NULL;
    if (begin_import(catalog, findings, &with, &imported) != LW_OK) {
        return LANEWISE_NO_MEMORY;
    }
    const lw_measuring inside = {how->device, how->quick ? 16 : 4, how->quick ? (size_t)256 << 20 : (size_t)1 << 30};
    return end_import(lw_imported_measure(&with, &inside, how->on, &imported->imported), findings, imported, out);
}

void lanewise_imported_free(lanewise_imported *imported) {
    lw_arena_free(imported != NULL ? imported->arena : NULL);
}

size_t lanewise_imported_tables(const lanewise_imported *imported) {
    return imported->imported.system != NULL ? 1 : imported->imported.count;
}

const char *lanewise_imported_name(const lanewise_imported *imported, size_t index) {
    const lw_source *system = imported->imported.system;
    return system != NULL ? system->name : imported->imported.table[index]->name;
}

const char *lanewise_imported_yaml(const lanewise_imported *imported, size_t index) {
    const lw_source *system = imported->imported.system;
    return system != NULL ? system->text : imported->imported.table[index]->file->text;
}

bool lanewise_imported_is_system(const lanewise_imported *imported) {
    return imported->imported.system != NULL;
}

lanewise_status lanewise_imported_overview(const lanewise_imported *imported, char **out) {
    lw_text text = {0};
    lw_arena *arena = lw_arena_new();
    lw_status status = arena == NULL ? LW_NO_MEMORY : lw_imported_overview(&imported->imported, arena, &text);
    lw_arena_free(arena);
    return hand_out(status, &text, out);
}

lanewise_status lanewise_import_rate(const lanewise_catalog *catalog, const char *rate, const char *on, const lanewise_run *run,
                                     lanewise_findings *findings, char **out) {
    const lw_run inside = lw_run_inside(run);
    lw_judging with;
    lw_text text = {0};
    *out = NULL;
    lw_status status = begin_judging(catalog, &inside, findings, &with);
    status = status == LW_OK ? lw_judge_rate(&with, rate, on, &text) : status;
    lw_diags_own_sources(findings->diags);
    lw_arena_free(with.arena);
    const bool answered = status == LW_OK || status == LW_CHECK_FAILED;
    lanewise_status told = hand_out(answered ? LW_OK : status, &text, out);
    return answered && told != LANEWISE_OK ? told : (lanewise_status)status;
}

// ---- Topology ----

lanewise_status lanewise_scenario_topology(const lanewise_scenario *scenario, lanewise_findings *findings,
                                           lanewise_topology **out) {
    lw_arena *arena = lw_arena_new();
    lanewise_topology *topology = arena != NULL ? LW_NEW(arena, lanewise_topology) : NULL;
    lw_status status = topology == NULL
                           ? LW_NO_MEMORY
                           : lw_scenario_topology(scenario->session.document, 0, arena, findings->diags, &topology->topology);
    lw_diags_own_sources(findings->diags);
    if (status != LW_OK) {
        lw_arena_free(arena);
        return (lanewise_status)status;
    }
    topology->arena = arena;
    *out = topology;
    return LANEWISE_OK;
}

void lanewise_topology_free(lanewise_topology *topology) {
    lw_arena_free(topology != NULL ? topology->arena : NULL);
}

lanewise_status lanewise_topology_text(const lanewise_topology *topology, char **out) {
    lw_text text = {0};
    lw_status status = lw_topology_text(&topology->topology, &text);
    return hand_out(status, &text, out);
}

const struct lw_topology *lanewise_topology_raw(const lanewise_topology *topology) {
    return &topology->topology;
}

// ---- The format, explained ----

lanewise_status lanewise_explain(const lanewise_catalog *catalog, const char *name, const struct lw_option *charts,
                                 lanewise_findings *findings, char **out) {
    static const lw_option none[] = {{0}};
    lw_text text = {0};
    lw_arena *arena = lw_arena_new();
    lw_explaining in = {.format = lw_scenario_format(),
                        .catalog = catalog->catalog,
                        .charts = charts != NULL ? charts : none,
                        .arena = arena,
                        .diags = findings->diags};
    in.presets = arena != NULL ? lw_presets_new(catalog->catalog, arena, findings->diags) : NULL;
    lw_status status = in.presets == NULL ? LW_NO_MEMORY : lw_explain(&in, name, &text);
    lw_diags_own_sources(findings->diags);
    lw_arena_free(arena);
    return hand_out(status, &text, out);
}
