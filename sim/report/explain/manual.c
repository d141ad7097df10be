// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/report/explain/manual.h"

#include <ctype.h>

#include "sim/base/version.h"
#include "sim/result/metric_table.h"
#include "sim/workload/kind.h"

static void begin(const char *name, const char *what, lw_text *out) {
    lw_text_add(out, ".TH LANEWISE\\-");
    for (const char *c = name; *c != '\0'; c++) {
        lw_text_print(out, "%c", toupper((unsigned char)*c));
    }
    lw_text_print(out, " 5 \"\" \"lanewise %s\" \"lanewise manual\"\n.SH NAME\nlanewise\\-%s \\- ", lw_version, name);
    lw_text_roff(out, what);
    lw_text_add(out, "\n.SH DESCRIPTION\n");
}

// explained: lanewise explain knows its words.
static void end(const char *name, bool explained, lw_text *out) {
    lw_text_add(out, ".SH SEE ALSO\n.BR lanewise (1);\n");
    lw_text_add(out, explained ? ".B lanewise explain\n.I KEY\nshows one of these;\n" : "");
    lw_text_print(out, ".B lanewise check \\-\\-schema %s\nprints them as a JSON Schema\n", name);
}

// "bytes", then what it is, what it takes, its default and where that comes from.
static void add_row(const lw_option *row, lw_text *out) {
    lw_text line = {0};
    lw_text_add(out, ".TP\n.B ");
    lw_text_roff(out, row->key);
    lw_text_add(out, "\n");
    lw_text_print(&line, "%s\n(", row->help);
    lw_explain_value(row, &line);
    if (row->fallback == NULL || row->fallback[0] != '\0') {
        lw_text_print(&line, "; %s%s", row->fallback != NULL ? "default " : "", lw_explain_default(row));
    }
    if (row->source != NULL) {
        lw_text_print(&line, "; %s: %s", row->evidence == LW_ASSUMED ? "assumed" : "source", row->source);
    }
    lw_text_add(&line, ")\n");
    lw_text_roff(out, line.failed ? "" : line.bytes);
    out->failed = out->failed || line.failed;
    lw_text_free(&line);
}

static void add_rows(const lw_option *options, lw_text *out) {
    for (const lw_option *row = options; row->key != NULL; row++) {
        add_row(row, out);
    }
}

static void add_heading(const char *macro, const char *text, lw_text *out) {
    lw_text_print(out, "%s ", macro);
    lw_text_roff(out, text);
    lw_text_add(out, "\n");
}

static void add_lines(const char *text, lw_text *out) {
    lw_text_roff(out, text);
    lw_text_add(out, "\n");
}

lw_status lw_manual_scenario(const lw_explaining *in, lw_text *out) {
    lw_list list;
    LW_TRY(lw_key_groups(in, &list));
    const lw_key_group *group = LW_LIST_ITEMS(&list, const lw_key_group);
    begin("scenario", "what lanewise runs: a machine and the work on it, in YAML", out);
    lw_text_roff(out,
                 "A scenario names nodes, the links between them, workloads, and what of it a sweep varies. Quantities carry "
                 "their unit. Keys of a section stand below a name of your own: links: {egpu: {preset: oculink-2-x4}}. Keys that "
                 "begin with x- are yours. lanewise init writes an example.\n");
    for (size_t i = 0; i < list.count; i++) {
        if (i == 0 || group[i].section != group[i - 1].section) {
            add_heading(".SH", group[i].section, out);
        }
        if (group[i].type != NULL) {
            add_heading(".SS", group[i].type->name, out);
        }
        add_lines(group[i].what, out);
        if (group[i].type != NULL && group[i].type->example != NULL) {
            lw_text_add(out, ".PP\nFor example:\n.PP\n.nf\n");
            lw_text_roff(out, group[i].type->example);
            lw_text_add(out, "\n.fi\n");
        }
        add_rows(group[i].options, out);
    }
    end("scenario", true, out);
    return out->failed ? LW_NO_MEMORY : LW_OK;
}

lw_status lw_manual_file(const char *name, const char *what, const lw_file_map *maps, lw_text *out) {
    static const char *const more[] = {[LW_FILE_SCENARIO] = "It has the keys of a scenario: see lanewise-scenario(5).",
                                       [LW_FILE_WORK] =
                                           "It has its kind and the keys of that kind of work, too: see lanewise-scenario(5)."};
    begin(name, what, out);
    lw_text_print(out, "A file in YAML.\n.B lanewise init %s\nwrites an example with comments.\n", name);
    for (const lw_file_map *map = maps; map->what != NULL; map++) {
        add_heading(".SH", map->name[0] != '\0' ? map->name : "the file", out);
        add_lines(map->what, out);
        if (map->holds != LW_FILE_KEYS) {
            lw_text_add(out, ".PP\n");
            add_lines(more[map->holds], out);
        }
        add_rows(map->options, out);
    }
    end(name, false, out);
    return out->failed ? LW_NO_MEMORY : LW_OK;
}

static void add_metrics(const lw_metric *table, lw_metric_of of, lw_text *out) {
    for (const lw_metric *m = table; m != NULL && m->name != NULL; m++) {
        if (m->of == of) {
            lw_text_add(out, ".TP\n.B ");
            lw_text_roff(out, m->name);
            lw_text_add(out, "\n");
            lw_text_roff(out, m->help);
            lw_text_add(out, "\n");
        }
    }
}

lw_status lw_manual_result(lw_text *out) {
    begin("result", "what lanewise run found, as JSON and CSV", out);
    lw_text_roff(out, "Each metric has one name and one unit in CSV, JSON, charts, assertions and measured tables. "
                      "--format jsonl prints a line about the file, then one for each point.\n");
    add_heading(".SH", "workloads", out);
    add_metrics(lw_metrics, LW_OF_WORKLOAD, out);
    for (size_t k = 0; lw_work_kinds[k] != NULL; k++) {
        if (lw_work_kinds[k]->own != NULL) {
            add_heading(".SS", lw_work_kinds[k]->type.name, out);
            add_metrics(lw_work_kinds[k]->own, LW_OF_WORKLOAD, out);
        }
    }
    add_heading(".SH", "links", out);
    lw_text_add(out, "Of each direction:\n");
    add_metrics(lw_metrics, LW_OF_DIRECTION, out);
    end("result", true, out);
    return out->failed ? LW_NO_MEMORY : LW_OK;
}
