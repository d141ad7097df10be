// SPDX-License-Identifier: GPL-3.0-or-later
// Results as one JSON object (format lanewise-result/1), or as JSON Lines: a header object, then one point a line.
#include <string.h>

#include "sim/report/json.h"
#include "sim/report/report.h"

static void add_header(const lw_result *result, lw_text *out) {
    lw_json_string(out, "schema", "lanewise-result/1");
    lw_json_open(out, "tool", "{");
    lw_json_string(out, "name", "lanewise");
    lw_json_string(out, "version", result->tool_version);
    lw_text_add(out, "}");
    lw_json_open(out, "scenario", "{");
    lw_json_string(out, "title", result->title);
    lw_json_string(out, "file", result->file);
    lw_json_string(out, "sha256", result->sha256);
    lw_text_print(out, "},\"seed\":%llu", (unsigned long long)result->seed);
    if (result->planned > result->point_count) {
        lw_text_print(out, ",\"interrupted\":true,\"points_planned\":%zu", result->planned);
    }
}

// What was swept, and in which unit its numbers stand under `set`.
static void add_sweep(const lw_result *result, lw_text *out) {
    lw_json_open(out, "sweep", "[");
    const lw_point *first = result->point_count > 0 ? &result->point[0] : NULL;
    for (size_t i = 0; first != NULL && i < first->set_count; i++) {
        lw_json_item(out);
        lw_text_add(out, "{");
        lw_json_string(out, "path", first->set[i].path);
        const char *unit = lw_set_unit(&first->set[i]);
        if (unit[0] != '\0') {
            lw_json_string(out, "unit", unit);
        }
        lw_text_add(out, "}");
    }
    lw_text_add(out, "]");
}

static void add_set(const lw_point *point, lw_text *out) {
    lw_json_open(out, "set", "{");
    for (size_t i = 0; i < point->set_count; i++) {
        const lw_set_value *value = &point->set[i];
        if (value->is_number) {
            lw_json_number(out, value->path, value->number);
        } else {
            lw_json_string(out, value->path, value->text);
        }
    }
    lw_text_add(out, "}");
}

static void add_workloads(const lw_point *point, lw_text *out) {
    lw_json_open(out, "workloads", "{");
    for (size_t i = 0; i < point->workload_count; i++) {
        const lw_workload_result *workload = &point->workload[i];
        lw_json_open(out, workload->name, "{");
        lw_json_number(out, "time_s", workload->time_s);
        lw_json_integer(out, "bytes", workload->bytes);
        lw_json_number(out, "bandwidth_GBps", workload->bandwidth_GBps);
        if (workload->has_band) {
            lw_json_number(out, "bandwidth_low_GBps", workload->low_GBps);
            lw_json_number(out, "bandwidth_high_GBps", workload->high_GBps);
        }
        lw_json_string(out, "direction", workload->direction);
        lw_json_integer(out, "start_ps", workload->start_ps);
        lw_json_integer(out, "end_ps", workload->end_ps);
        lw_json_integer(out, "fixed_ps", workload->fixed_ps);
        lw_json_number(out, "mean_wait_ps", workload->mean_wait_ps);
        if (workload->mean_latency_ps > 0) {
            lw_json_number(out, "mean_latency_ps", workload->mean_latency_ps);
        }
        lw_json_string(out, "limited_by", workload->limited_by);
        lw_json_number(out, "limited_share", workload->limited_share);
        lw_text_add(out, "}");
    }
    lw_text_add(out, "}");
}

static bool link_seen_before(const lw_point *point, size_t index) {
    for (size_t i = 0; i < index; i++) {
        if (strcmp(point->direction[i].link, point->direction[index].link) == 0) {
            return true;
        }
    }
    return false;
}

static void add_direction(const lw_direction_result *direction, lw_text *out) {
    lw_json_open(out, direction->direction, "{");
    lw_json_number(out, "utilisation", direction->utilisation);
    lw_json_integer(out, "payload_bytes", direction->payload_bytes);
    lw_json_integer(out, "wire_bytes", direction->wire_bytes);
    lw_json_integer(out, "packets", direction->packets);
    lw_json_integer(out, "replays", direction->replays);
    lw_text_add(out, "}");
}

// Directions of one link stand together, whatever their order in the point: a JSON key must not come twice.
static void add_links(const lw_point *point, lw_text *out) {
    lw_json_open(out, "links", "{");
    for (size_t i = 0; i < point->direction_count; i++) {
        if (link_seen_before(point, i)) {
            continue;
        }
        lw_json_open(out, point->direction[i].link, "{");
        for (size_t k = i; k < point->direction_count; k++) {
            if (strcmp(point->direction[k].link, point->direction[i].link) == 0) {
                add_direction(&point->direction[k], out);
            }
        }
        lw_text_add(out, "}");
    }
    lw_text_add(out, "}");
}

// lw_stage_words without spaces, so that no reader has to quote a key.
static const char *const stage_keys[LW_STAGE_COUNT] = {
    [LW_STAGE_RAW] = "raw",         [LW_STAGE_LINE_CODE] = "line_code", [LW_STAGE_PERIODIC] = "periodic",
    [LW_STAGE_FRAMING] = "framing", [LW_STAGE_CONTROL] = "control",     [LW_STAGE_RETRY] = "retry",
    [LW_STAGE_WINDOW] = "window",   [LW_STAGE_ENDPOINT] = "endpoint",
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

static void add_point(const lw_point *point, lw_text *out) {
    lw_text_add(out, "{");
    lw_json_integer(out, "index", point->index);
    add_set(point, out);
    lw_json_string(out, "engine", point->engine);
    add_workloads(point, out);
    add_links(point, out);
    add_stages(point, out);
    lw_json_string(out, "limited_by", point->limited_by);
    lw_json_string(out, "evidence", lw_evidence_words[point->evidence]);
    lw_text_add(out, "}");
}

lw_status lw_report_json(const lw_result *result, bool lines, lw_text *out) {
    lw_text_add(out, "{");
    add_header(result, out);
    add_sweep(result, out);
    if (lines) {
        lw_text_print(out, ",\"point_count\":%zu}\n", result->point_count);
    } else {
        lw_text_add(out, ",\"points\":[");
    }
    for (size_t i = 0; i < result->point_count; i++) {
        if (!lines) {
            lw_text_add(out, i > 0 ? ",\n" : "\n");
        }
        add_point(&result->point[i], out);
        if (lines) {
            lw_text_add(out, "\n");
        }
    }
    lw_text_add(out, lines ? "" : "\n]}\n");
    return out->failed ? LW_NO_MEMORY : LW_OK;
}
