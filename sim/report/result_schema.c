// SPDX-License-Identifier: GPL-3.0-or-later
// The JSON Schema of results (format lanewise-result/1): metrics from their table, the rest as
// report_json.c writes it.
#include "sim/report/result_schema.h"

#include <string.h>

#include "sim/base/evidence.h"
#include "sim/result/metric_table.h"
#include "sim/result/result.h"
#include "sim/workload/kind.h"

// JSON with ' in place of ", which C would want escaped.
static void add_json(lw_text *out, const char *quoted) {
    for (size_t length; *quoted != '\0'; quoted += length) {
        length = strcspn(quoted, "'");
        lw_text_add_n(out, quoted, length);
        if (quoted[length] == '\'') {
            lw_text_add(out, "\"");
            length++;
        }
    }
}

static bool is_among(const lw_metric *table, const char *name) {
    for (const lw_metric *m = table; m != NULL && m->name != NULL; m++) {
        if (strcmp(m->name, name) == 0) {
            return true;
        }
    }
    return false;
}

static void add_metrics(const lw_metric *table, lw_metric_of of, bool *first, lw_text *out) {
    for (const lw_metric *m = table; m != NULL && m->name != NULL; m++) {
        if (m->of == of) {
            lw_text_print(out, "%s\n      \"%s\": {\"description\": ", *first ? "" : ",", m->name);
            lw_text_json_string(out, m->help);
            lw_text_print(out, ", \"type\": %s}", m->whole ? "\"integer\"" : "[\"number\", \"null\"]");
            *first = false;
        }
    }
}

// Metrics that kinds of work add; several share some, which are told once.
static void add_own_metrics(lw_text *out) {
    for (size_t k = 0; lw_work_kinds[k] != NULL; k++) {
        for (const lw_metric *m = lw_work_kinds[k]->own; m != NULL && m->name != NULL; m++) {
            bool told = is_among(lw_metrics, m->name), first = false;
            for (size_t before = 0; before < k; before++) {
                told = told || is_among(lw_work_kinds[before]->own, m->name);
            }
            const lw_metric one[] = {*m, {0}};
            add_metrics(told ? NULL : one, LW_OF_WORKLOAD, &first, out);
        }
    }
}

static const char top[] =
    "{\n  '$schema': 'https://json-schema.org/draft/2020-12/schema',\n  'title': 'lanewise result',\n  'type': 'object', "
    "'required': ['schema', 'tool', 'scenario', 'seed', 'sweep', 'points'],\n  'properties': {\n"
    "    'schema': {'const': 'lanewise-result/1'},\n"
    "    'tool': {'type': 'object', 'required': ['name', 'version'], 'properties': {'name': {'const': 'lanewise'}, "
    "'version': {'type': 'string'}, 'presets': {'description': 'SHA-256 of all presets that were read', 'type': 'string'}}, "
    "'additionalProperties': false},\n"
    "    'scenario': {'type': 'object', 'required': ['title', 'file', 'sha256'], 'properties': {'title': {'type': 'string'}, "
    "'file': {'type': 'string'}, 'sha256': {'type': 'string'}}, 'additionalProperties': false},\n"
    "    'seed': {'type': 'integer'},\n"
    "    'interrupted': {'const': true},\n"
    "    'points_planned': {'type': 'integer'},\n"
    "    'sweep': {'description': 'swept paths, and the unit of their numbers in set', 'type': 'array', 'items': {'type': "
    "'object', 'required': ['path'], 'properties': {'path': {'type': 'string'}, 'unit': {'type': 'string'}}, "
    "'additionalProperties': false}},\n"
    "    'assertions': {'type': 'array', 'items': {'type': 'object', 'required': ['assert', 'holds', 'points', 'failed_at'], "
    "'properties': {'assert': {'type': 'string'}, 'holds': {'type': ['boolean', 'null']}, 'points': {'type': 'integer'}, "
    "'failed_at': {'description': 'indices of points', 'type': 'array', 'items': {'type': 'integer'}}}, "
    "'additionalProperties': false}},\n"
    "    'points': {'type': 'array', 'items': {'$ref': '#/$defs/point'}},\n"
    "    'fits': {'description': 'with --fit', 'type': 'array', 'items': {'type': 'object', 'required': ['model', 'workload', 'over', 'set', 'points'], 'properties': {'model': {'type': 'string'}, 'workload': {'type': 'string'}, 'over': {'type': 'string'}, 'set': {'$ref': '#/$defs/set'}, 'points': {'type': 'integer'}, 'off_bytes': {'type': 'array', 'items': {'type': 'number'}}}, 'additionalProperties': {'type': ['number', 'null']}}},\n    'failures': {'type': 'array', 'items': {'$ref': '#/$defs/failure'}}\n  },\n  'additionalProperties': false,\n"
    "  '$defs': {\n"
    "    'set': {'type': 'object', 'additionalProperties': {'type': ['number', 'boolean', 'string', 'null']}},\n"
    "    'failure': {'type': 'object', 'required': ['index', 'set', 'bandwidth_GBps', 'failed'], 'properties': {'file': {'type': "
    "'string'}, 'index': {'type': 'integer'}, 'set': {'$ref': '#/$defs/set'}, 'bandwidth_GBps': {'const': 0}, 'failed': "
    "{'type': 'string'}}, 'additionalProperties': false},\n";

static const char of_point[] =
    "    'point': {'type': 'object', 'required': ['index', 'set', 'engine', 'makespan_us', 'workloads', 'links', 'stages', "
    "'routes', 'copy_engines', 'limited_by', 'evidence'], 'properties': {\n"
    "      'file': {'description': 'of JSON Lines', 'type': 'string'},\n"
    "      'index': {'type': 'integer'},\n      'set': {'$ref': '#/$defs/set'},\n      'engine': {'type': 'string'},\n"
    "      'ends_within': {'description': 'share of their time within which ends of transfers were taken as one', 'type': "
    "'number'},\n"
    "      'makespan_us': {'type': 'number'},\n"
    "      'workloads': {'type': 'object', 'additionalProperties': {'$ref': '#/$defs/workload'}},\n"
    "      'links': {'description': 'by link, then by direction', 'type': 'object', 'additionalProperties': {'type': 'object', "
    "'additionalProperties': {'$ref': '#/$defs/direction'}}},\n"
    "      'stages': {'description': 'where the rate of each workload goes', 'type': 'array', 'items': {'type': 'object', "
    "'required': ['workload', 'link', 'label', 'family', 'evidence', 'rate_GBps'], 'properties': {'workload': {'type': "
    "'string'}, 'link': {'type': ['string', 'null']}, 'label': {'type': ['string', 'null']}, 'waits_for': {'type': 'string'}, "
    "'shared_with': {'type': 'string'}, 'family': {'type': ['string', 'null']}, 'evidence': {'$ref': '#/$defs/evidence'}, "
    "'rate_GBps': {'type': 'object', 'additionalProperties': {'type': ['number', 'null']}}}, 'additionalProperties': false}},\n"
    "      'routes': {'type': 'array', 'items': {'type': 'object', 'required': ['workload', 'links', 'share'], 'properties': "
    "{'workload': {'type': 'string'}, 'links': {'type': 'string'}, 'share': {'type': 'number'}}, 'additionalProperties': "
    "false}},\n"
    "      'copy_engines': {'type': 'array', 'items': {'type': 'object', 'required': ['name', 'use', 'count', 'busy'], "
    "'properties': {'name': {'type': 'string'}, 'use': {'type': ['string', 'null']}, 'count': {'type': 'integer'}, 'busy': "
    "{'type': 'number'}}, 'additionalProperties': false}},\n"
    "      'critical_path': {'type': 'object', 'required': ['end_ps', 'tasks', 'parts'], 'properties': {'end_ps': {'type': "
    "'integer'}, 'tasks': {'type': 'integer'}, 'parts': {'type': 'array', 'items': {'type': 'object', 'required': ['what', "
    "'kind', 'time_ps', 'share'], 'properties': {'what': {'type': 'string'}, 'kind': {'type': 'string'}, 'time_ps': {'type': "
    "'integer'}, 'share': {'type': 'number'}}, 'additionalProperties': false}}}, 'additionalProperties': false},\n"
    "      'limited_by': {'type': 'string'},\n      'evidence': {'$ref': '#/$defs/evidence'}\n    }, 'additionalProperties': "
    "false},\n    'evidence': {'enum': [";

static const char of_workload[] =
    ",\n      'direction': {'type': ['string', 'null']},\n      'method': {'description': 'how a library does it', 'type': "
    "'string'},\n      'candidates_us': {'description': 'what it chose from', 'type': 'object', 'additionalProperties': {'type': "
    "'number'}},\n      'percentiles_us': {'description': 'with --percentiles, of members and of latencies', 'type': 'object', 'properties': {'member': {'$ref': '#/$defs/at'}, 'latency': {'$ref': '#/$defs/at'}}, 'additionalProperties': false},\n      'start_ps': {'type': 'integer'},\n      'end_ps': {'type': 'integer'},\n      'limited_by': {'type': "
    "'string'},\n      'failed': {'description': 'why it cannot run', 'type': 'object', 'required': ['code'], 'properties': "
    "{'code': {'type': 'string'}, 'link': {'type': 'string'}, 'workload': {'type': 'string'}, 'direction': {'type': ['string', "
    "'null']}, 'lost_share': {'type': 'number'}, 'mode': {'type': ['string', 'null']}, 'snr_dB': {'type': 'number'}, "
    "'needed_dB': {'type': 'number'}}, 'additionalProperties': false},\n      'lifted': {'description': 'with --lift', 'type': "
    "'object', 'required': ['what', 'speedup', 'limited_by'], 'properties': {'what': {'type': 'string'}, 'speedup': {'type': "
    "['number', 'null']}, 'limited_by': {'type': 'string'}}, 'additionalProperties': false}\n    }, 'additionalProperties': "
    "false},\n    'at': {'type': 'object', 'additionalProperties': {'type': 'number'}},\n    'direction': {'type': 'object', 'properties': {";

void lw_result_schema(lw_text *out) {
    bool first = true;
    add_json(out, top);
    add_json(out, of_point);
    for (int e = 0; e < LW_EVIDENCE_COUNT; e++) {
        lw_text_print(out, "%s\"%s\"", e > 0 ? ", " : "", lw_evidence_words[e]);
    }
    add_json(out, "]},\n    'workload': {'type': 'object', 'required': ['bandwidth_GBps', 'limited_by'], 'properties': {");
    add_metrics(lw_metrics, LW_OF_WORKLOAD, &first, out);
    add_own_metrics(out);
    add_json(out, of_workload);
    first = true;
    add_metrics(lw_metrics, LW_OF_DIRECTION, &first, out);
    add_json(out, "}, 'additionalProperties': false}\n  }\n}\n");
}
