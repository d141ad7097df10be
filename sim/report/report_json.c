// SPDX-License-Identifier: GPL-3.0-or-later
// Results as one JSON object (format lanewise-result/1), or as JSON Lines: a header object, then
// one point a line.
#include <string.h>

#include "sim/base/json.h"
#include "sim/report/columns.h"
#include "sim/report/writers.h"
#include "sim/result/metric_table.h"

static void add_header(const lw_result *result, lw_text *out) {
    lw_json_string(out, "schema", "lanewise-result/1");
    lw_json_open(out, "tool", "{");
    lw_json_string(out, "name", "lanewise");
    lw_json_string(out, "version", result->tool_version);
    if (result->presets != NULL) {
        lw_json_string(out, "presets", result->presets);
    }
    lw_text_add(out, "}");
    lw_json_open(out, "scenario", "{");
    lw_json_string(out, "title", result->title);
    lw_json_string(out, "file", result->file);
    lw_json_string(out, "sha256", result->sha256);
    lw_text_print(out, "},\"seed\":%llu", (unsigned long long)result->seed);
    if (result->not_run > 0) {
        lw_text_print(out, ",\"interrupted\":true,\"points_planned\":%zu", result->planned);
    }
}

// What was swept, and in which unit its numbers stand under `set`.
static void add_sweep(const lw_result *result, lw_text *out) {
    lw_json_open(out, "sweep", "[");
    size_t count;
    const lw_set_value *first = lw_result_swept(result, &count);
    for (size_t i = 0; i < count; i++) {
        lw_json_item(out);
        lw_text_add(out, "{");
        lw_json_string(out, "path", first[i].path);
        const char *unit = lw_set_unit(&first[i]);
        if (unit[0] != '\0') {
            lw_json_string(out, "unit", unit);
        }
        lw_text_add(out, "}");
    }
    lw_text_add(out, "]");
}

// What the scenario asserts, and where it does not hold; "holds" is null where no point tells.
static void add_assertions(const lw_result *result, lw_text *out) {
    if (result->assertion_count == 0) {
        return;
    }
    lw_json_open(out, "assertions", "[");
    for (size_t i = 0; i < result->assertion_count; i++) {
        const lw_assertion_result *assertion = &result->assertion[i];
        lw_json_item(out);
        lw_text_add(out, "{");
        lw_json_string(out, "assert", assertion->text);
        if (assertion->checked == 0) {
            lw_json_string(out, "holds", NULL);
        } else {
            lw_json_flag(out, "holds", assertion->failed_count == 0);
        }
        lw_json_integer(out, "points", (int64_t)assertion->checked);
        lw_json_open(out, "failed_at", "[");
        for (size_t f = 0; f < assertion->failed_count; f++) {
            lw_text_print(out, "%s%d", f > 0 ? "," : "", assertion->failed[f]);
        }
        lw_text_add(out, "]}");
    }
    lw_text_add(out, "]");
}

static void add_set(const lw_set_value *set, size_t count, lw_text *out) {
    lw_json_open(out, "set", "{");
    for (size_t i = 0; i < count; i++) {
        const lw_set_value *value = &set[i];
        if (value->is_number) {
            lw_json_number(out, value->path, value->number);
        } else if (value->is_flag) {
            lw_json_flag(out, value->path, strcmp(value->text, "true") == 0);
        } else {
            lw_json_string(out, value->path, value->text);
        }
    }
    lw_text_add(out, "}");
}

static void add_metric(const lw_metric *metric, double value, lw_text *out) {
    if (metric->whole) {
        lw_json_integer(out, metric->name, (int64_t)value);
    } else {
        lw_json_number(out, metric->name, value);
    }
}

static void add_metrics(const lw_metric *table, const lw_workload_result *workload, lw_text *out) {
    for (const lw_metric *m = table; m != NULL && m->name != NULL; m++) {
        double value;
        if (m->of == LW_OF_WORKLOAD && lw_metric_of_workload(m, workload, &value)) {
            add_metric(m, value, out);
        }
    }
}

static void add_limit(const lw_limit *limit, lw_text *out) {
    lw_text words = {0};
    lw_limit_print(limit, &words);
    lw_json_string(out, "limited_by", words.failed ? "" : words.bytes);
    out->failed = out->failed || words.failed;
    lw_text_free(&words);
}

// Why a workload could not run: {"code": "no-signal", "link": ...}; nothing of one that ran.
static void add_failure(const lw_limit *limit, lw_text *out) {
    const char *code = lw_limit_failure(limit);
    if (code == NULL) {
        return;
    }
    lw_json_open(out, "failed", "{");
    lw_json_string(out, "code", code);
    lw_json_string(out, limit->kind == LW_FAILED_FOR_ANOTHER ? "workload" : "link", limit->name);
    if (limit->kind != LW_FAILED_FOR_ANOTHER) {
        lw_json_string(out, "direction", limit->direction);
        lw_json_number(out, "lost_share", limit->lost);
    }
    if (limit->kind == LW_FAILED_FOR_SIGNAL) {
        lw_json_string(out, "mode", limit->mode);
        lw_json_number(out, "snr_dB", limit->snr_dB);
        lw_json_number(out, "needed_dB", limit->needed_dB);
    }
    lw_text_add(out, "}");
}

static void add_percentiles_of(const lw_distribution *times, const char *name, const lw_percentiles *asked, lw_text *out) {
    char key[LW_NUMBER_TEXT];
    if (times->at_count > 0) {
        lw_json_open(out, name, "{");
        for (size_t i = 0; i < times->at_count; i++) {
            lw_json_number(out, lw_number_print(asked->percent[i], key), times->at[i] / 1e6);
        }
        lw_text_add(out, "}");
    }
}

// Where --percentiles asked for them.
static void add_percentiles(const lw_workload_result *workload, const lw_percentiles *asked, lw_text *out) {
    if (workload->member_ps.at_count > 0 || workload->each_ps.at_count > 0) {
        lw_json_open(out, "percentiles_us", "{");
        add_percentiles_of(&workload->member_ps, "member", asked, out);
        add_percentiles_of(&workload->each_ps, "latency", asked, out);
        lw_text_add(out, "}");
    }
}

static void add_workloads(const lw_point *point, const lw_percentiles *asked, lw_text *out) {
    lw_json_open(out, "workloads", "{");
    for (size_t i = 0; i < point->workload_count; i++) {
        const lw_workload_result *workload = &point->workload[i];
        lw_json_open(out, workload->name, "{");
        add_metrics(lw_metrics, workload, out);
        add_metrics(workload->own, workload, out);
        add_percentiles(workload, asked, out);
        lw_json_string(out, "direction", workload->direction);
        if (workload->method != NULL) {
            lw_json_string(out, "method", workload->method);
        }
        if (workload->priced_count > 0) {
            lw_json_open(out, "candidates_us", "{");
            for (size_t k = 0; k < workload->priced_count; k++) {
                lw_json_number(out, workload->priced[k].name, workload->priced[k].time_us);
            }
            lw_text_add(out, "}");
        }
        if (lw_limit_failure(&workload->limit) == NULL) {
            lw_json_integer(out, "start_ps", workload->start_ps);
            lw_json_integer(out, "end_ps", workload->end_ps);
        }
        add_limit(&workload->limit, out);
        add_failure(&workload->limit, out);
        if (workload->lifted.what != NULL) {
            lw_json_open(out, "lifted", "{");
            lw_json_string(out, "what", workload->lifted.what);
            lw_json_number(out, "speedup", lw_lifted_speedup(workload));
            add_limit(&workload->lifted.limit, out);
            lw_text_add(out, "}");
        }
        lw_text_add(out, "}");
    }
    lw_text_add(out, "}");
}

static void add_direction(const lw_direction_result *direction, lw_text *out) {
    lw_json_open(out, direction->direction, "{");
    for (const lw_metric *m = lw_metrics; m->name != NULL; m++) {
        if (m->of == LW_OF_DIRECTION) {
            add_metric(m, m->direction(direction), out);
        }
    }
    lw_text_add(out, "}");
}

// Directions of one link stand together, whatever their order in the point: a JSON key must not
// come twice.
static lw_status group_links(const lw_point *point, lw_arena *arena, lw_text *out) {
    const size_t count = point->direction_count;
    // of a link
    size_t *first = LW_NEW_ARRAY(arena, size_t, count), *last = LW_NEW_ARRAY(arena, size_t, count);
    // of a direction: another one of its link; 0: none
    size_t *next = LW_NEW_ARRAY(arena, size_t, count);
    lw_map names = {.arena = arena};
    if (first == NULL || last == NULL || next == NULL) {
        return LW_NO_MEMORY;
    }
    size_t links = 0;
    for (size_t i = 0, link = 0; i < count; i++) {
        const char *name = point->direction[i].link;
        link = lw_map_is(&names, link, 0, name) ? link : lw_map_number(&names, 0, name, NULL);
        if (link == LW_MAP_NONE) {
            return LW_NO_MEMORY;
        }
        if (link == links) {
            first[links++] = i;
        } else {
            next[last[link]] = i;
        }
        last[link] = i;
    }
    for (size_t link = 0; link < links; link++) {
        lw_json_open(out, point->direction[first[link]].link, "{");
        add_direction(&point->direction[first[link]], out);
        for (size_t i = next[first[link]]; i > 0; i = next[i]) {
            add_direction(&point->direction[i], out);
        }
        lw_text_add(out, "}");
    }
    return LW_OK;
}

static lw_status add_links(const lw_point *point, lw_text *out) {
    lw_arena *scratch = lw_arena_new();
    if (scratch == NULL) {
        return LW_NO_MEMORY;
    }
    lw_json_open(out, "links", "{");
    lw_status status = group_links(point, scratch, out);
    lw_text_add(out, "}");
    lw_arena_free(scratch);
    return status;
}

// lw_stage_words without spaces, so that no reader has to quote a key.
static const char *const stage_keys[LW_STAGE_COUNT] = {
    [LW_STAGE_RAW] = "raw",         [LW_STAGE_LINE_CODE] = "line_code", [LW_STAGE_PERIODIC] = "periodic",
    [LW_STAGE_FRAMING] = "framing", [LW_STAGE_CONTROL] = "control",     [LW_STAGE_RETRY] = "retry",
    [LW_STAGE_WINDOW] = "window",   [LW_STAGE_SHARING] = "sharing",     [LW_STAGE_ENDPOINT] = "endpoint",
};

static void add_stages(const lw_point *point, lw_text *out) {
    lw_json_open(out, "stages", "[");
    for (size_t i = 0; i < point->stage_count; i++) {
        const lw_stage_result *row = &point->stage[i];
        lw_json_item(out);
        lw_text_add(out, "{");
        lw_json_string(out, "workload", row->workload);
        lw_json_string(out, "link", row->link);
        lw_json_string(out, "label", row->label);
        if (row->waits != NULL) {
            lw_json_string(out, "waits_for", row->waits);
        }
        if (row->shared != NULL) {
            lw_json_string(out, "shared_with", row->shared);
        }
        lw_json_string(out, "family", row->family);
        lw_json_string(out, "evidence", lw_evidence_words[row->evidence]);
        lw_json_open(out, "rate_GBps", "{");
        for (int stage = 0; stage < LW_STAGE_COUNT; stage++) {
            lw_json_number(out, stage_keys[stage], row->rate_GBps[stage]);
        }
        lw_text_add(out, "}}");
    }
    lw_text_add(out, "]");
}

static void add_routes(const lw_point *point, lw_text *out) {
    lw_json_open(out, "routes", "[");
    for (size_t i = 0; i < point->route_count; i++) {
        lw_json_item(out);
        lw_text_add(out, "{");
        lw_json_string(out, "workload", point->route[i].workload);
        lw_json_string(out, "links", point->route[i].links);
        lw_json_number(out, "share", point->route[i].share);
        lw_text_add(out, "}");
    }
    lw_text_add(out, "]");
}

static void add_engines(const lw_point *point, lw_text *out) {
    lw_json_open(out, "copy_engines", "[");
    for (size_t i = 0; i < point->engines_count; i++) {
        lw_json_item(out);
        lw_text_add(out, "{");
        lw_json_string(out, "name", point->engines[i].name);
        lw_json_string(out, "use", point->engines[i].use);
        lw_json_integer(out, "count", point->engines[i].count);
        lw_json_number(out, "busy", point->engines[i].busy);
        lw_text_add(out, "}");
    }
    lw_text_add(out, "]");
}

// What took up the time of the chain of tasks that ended last; the times add up to its end.
static void add_critical_path(const lw_critical *path, lw_text *out) {
    if (path->count == 0) {
        return;
    }
    lw_json_open(out, "critical_path", "{");
    lw_json_integer(out, "end_ps", path->end_ps);
    lw_json_integer(out, "tasks", path->tasks);
    lw_json_open(out, "parts", "[");
    for (size_t i = 0; i < path->count; i++) {
        const lw_critical_part *part = &path->part[i];
        lw_text words = {0};
        lw_critical_part_print(part, &words);
        lw_json_item(out);
        lw_text_add(out, "{");
        lw_json_string(out, "what", words.failed ? "" : words.bytes);
        lw_json_string(out, "kind", lw_critical_words[part->kind]);
        lw_json_integer(out, "time_ps", part->time_ps);
        lw_json_number(out, "share", (double)part->time_ps / (double)path->end_ps);
        lw_text_add(out, "}");
        out->failed = out->failed || words.failed;
        lw_text_free(&words);
    }
    lw_text_add(out, "]}");
}

// file: of the scenario, where lines of several may follow each other; NULL: the header has it.
static lw_status add_point(const lw_point *point, const lw_percentiles *asked, const char *file, lw_text *out) {
    lw_text_add(out, "{");
    if (file != NULL) {
        lw_json_string(out, "file", file);
    }
    lw_json_integer(out, "index", point->index);
    add_set(point->set, point->set_count, out);
    lw_json_string(out, "engine", point->engine);
    if (point->ends_within > 0) {
        lw_json_number(out, "ends_within", point->ends_within);
    }
    lw_json_number(out, "makespan_us", (double)point->end_ps / 1e6);
    add_workloads(point, asked, out);
    LW_TRY(add_links(point, out));
    add_stages(point, out);
    add_routes(point, out);
    add_engines(point, out);
    add_critical_path(&point->path, out);
    const lw_limit limit = lw_point_limit(point);
    add_limit(&limit, out);
    lw_json_string(out, "evidence", lw_evidence_words[point->evidence]);
    lw_text_add(out, "}");
    return LW_OK;
}

// A failed point: with its reason in place of results.
static void add_point_failure(const lw_point_failure *failure, const char *file, lw_text *out) {
    lw_text_add(out, "{");
    if (file != NULL) {
        lw_json_string(out, "file", file);
    }
    lw_json_integer(out, "index", failure->index);
    add_set(failure->set, failure->set_count, out);
    lw_json_number(out, "bandwidth_GBps", 0);
    lw_json_string(out, "failed", failure->reason);
    lw_text_add(out, "}");
}

static void add_failures(const lw_result *result, bool lines, lw_text *out) {
    bool any = false;
    for (size_t i = 0; i < result->failure_count; i++) {
        if (result->failure[i].reason != NULL) {
            lw_text_add(out, lines ? "" : any ? ",\n" : ",\"failures\":[\n");
            add_point_failure(&result->failure[i], lines ? result->file : NULL, out);
            lw_text_add(out, lines ? "\n" : "");
            any = true;
        }
    }
    lw_text_add(out, any && !lines ? "\n]" : "");
}

lw_status lw_report_json(const lw_result *result, bool lines, lw_text *out) {
    lw_text_add(out, "{");
    add_header(result, out);
    add_sweep(result, out);
    add_assertions(result, out);
    if (result->fitted) {
        lw_report_fits_json(result, out);
    }
    if (lines) {
        lw_text_print(out, ",\"point_count\":%zu}\n", result->point_count);
    } else {
        lw_text_add(out, ",\"points\":[");
    }
    for (size_t i = 0; i < result->point_count; i++) {
        if (!lines) {
            lw_text_add(out, i > 0 ? ",\n" : "\n");
        }
        LW_TRY(add_point(&result->point[i], &result->percentiles, lines ? result->file : NULL, out));
        if (lines) {
            lw_text_add(out, "\n");
        }
    }
    lw_text_add(out, lines ? "" : "\n]");
    add_failures(result, lines, out);
    lw_text_add(out, lines ? "" : "}\n");
    return out->failed ? LW_NO_MEMORY : LW_OK;
}
