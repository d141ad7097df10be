// SPDX-License-Identifier: GPL-3.0-or-later
// The JSON Schema (draft 2020-12) of a scenario file, from the same tables that parse it. Editors complete keys with it.
// It knows forms, not meanings: names that must exist, circles and the rules across fields are the loader's work.
#include <string.h>

#include "sim/base/file.h"
#include "sim/machine/link_spec.h"
#include "sim/study/scenario.h"
#include "sim/workload/workload.h"

static void add_string(lw_text *out, const char *key, const char *value) {
    lw_text_print(out, "\"%s\": ", key);
    lw_text_json_string(out, value);
}

// "B, kB or MB" -> "B|kB|MB" inside a pattern.
static void add_units(lw_text *out, lw_dimension dimension) {
    bool first = true;
    for (const char *at = lw_dimension_units(dimension); *at != '\0';) {
        size_t length = strcspn(at, ", ");
        bool joint = length == 2 && strncmp(at, "or", 2) == 0;
        if (length > 0 && !joint) {
            lw_text_add(out, first ? "" : "|");
            lw_text_add_n(out, at, length);
            first = false;
        }
        at += length;
        at += strspn(at, ", ");
    }
}

static void add_bounds(lw_text *out, const lw_option *row) {
    if (row->minimum != 0 || row->maximum != 0) {
        lw_text_add(out, ", \"minimum\": ");
        lw_text_number(out, row->minimum);
        lw_text_add(out, ", \"maximum\": ");
        lw_text_number(out, row->maximum);
    }
}

// Allowed values as texts; also as what YAML readers make of them when they look like numbers or truth values.
static void add_words(lw_text *out, const char *const *words) {
    lw_text_add(out, "\"enum\": [");
    for (size_t i = 0; words[i] != NULL; i++) {
        bool typed =
            strcmp(words[i], "true") == 0 || strcmp(words[i], "false") == 0 || strspn(words[i], "0123456789") == strlen(words[i]);
        lw_text_add(out, i > 0 ? ", " : "");
        lw_text_json_string(out, words[i]);
        if (typed) {
            lw_text_print(out, ", %s", words[i]);
        }
    }
    lw_text_add(out, "]");
}

static void add_quantity(lw_text *out, const lw_option *row) {
    if (row->dimension == LW_PLAIN) {
        lw_text_add(out, "{\"type\": \"number\"");
        add_bounds(out, row);
        lw_text_add(out, "}, {\"type\": \"string\", \"pattern\": \"^[0-9.eE+-]+ ?%?$\"}");
    } else {
        lw_text_add(out, "{\"enum\": [0, \"0\"]}, {\"type\": \"string\", \"pattern\": \"^[0-9.eE+-]+ ?(");
        add_units(out, row->dimension);
        lw_text_add(out, ")$\"}");
    }
}

static void add_integer(lw_text *out, const lw_option *row) {
    bool single = row->minimum == row->maximum && row->minimum != 0;
    if (row->words != NULL) {
        lw_text_add(out, "{");
        add_words(out, row->words);
        lw_text_add(out, "}");
    } else if (single) {
        lw_text_print(out, "{\"enum\": [%.0f, \"%.0f\"]}", row->minimum, row->minimum);
    } else {
        lw_text_add(out, "{\"type\": \"integer\"");
        add_bounds(out, row);
        lw_text_add(out, "}, {\"type\": \"string\", \"pattern\": \"^-?[0-9]+$\"}");
    }
}

// The form of one value. A quantity is a text with a unit; a bare 0 has every unit.
static void add_form(lw_text *out, const lw_option *row) {
    static const char *const flag_words[] = {"true", "false", NULL};
    bool automatic = row->fallback != NULL && strcmp(row->fallback, "auto") == 0;
    switch (row->kind) {
    case LW_OPTION_QUANTITY_INT:
    case LW_OPTION_QUANTITY_REAL:
    case LW_OPTION_INTEGER:
        lw_text_add(out, "\"anyOf\": [");
        (row->kind == LW_OPTION_INTEGER ? add_integer : add_quantity)(out, row);
        lw_text_add(out, automatic ? ", {\"const\": \"auto\"}]" : "]");
        break;
    case LW_OPTION_WORD:
        add_words(out, row->words);
        break;
    case LW_OPTION_FLAG:
        add_words(out, flag_words);
        break;
    case LW_OPTION_TEXT:
        lw_text_add(out, "\"type\": [\"string\", \"number\"]");
        break;
    case LW_OPTION_YAML:
        lw_text_add(out, "\"$ref\": \"#/$defs/names\"");
        break;
    }
}

static void add_row(lw_text *out, const lw_option *row, bool *first) {
    lw_text_add(out, *first ? "\n      " : ",\n      ");
    *first = false;
    lw_text_json_string(out, row->key);
    lw_text_add(out, ": {");
    add_string(out, "description", row->help != NULL ? row->help : "");
    lw_text_add(out, ", ");
    add_form(out, row);
    lw_text_add(out, "}");
}

// A map with the keys of a table; `own`: further properties, ready-made; `heads`: keys that must stand there, ready-made.
static void add_table(lw_text *out, const char *name, const lw_option *table, const char *own, const char *heads,
                      bool all_required) {
    lw_text_print(out, ",\n    \"%s\": {\"type\": \"object\", \"properties\": {", name);
    bool first = own[0] == '\0';
    lw_text_add(out, own);
    for (const lw_option *row = table; row->key != NULL; row++) {
        add_row(out, row, &first);
    }
    lw_text_print(out, "},\n      \"patternProperties\": {\"^x-\": true}, \"additionalProperties\": false, \"required\": [%s",
                  heads);
    first = heads[0] == '\0';
    for (const lw_option *row = table; all_required && row->key != NULL; row++) {
        if (row->fallback == NULL) {
            lw_text_add(out, first ? "" : ", ");
            lw_text_json_string(out, row->key);
            first = false;
        }
    }
    lw_text_add(out, "]}");
}

// Which table holds is told by one key: {"if": {"properties": {KEY: {"const": WORD}}}, "then": {"$ref": ...}}.
static void add_case(lw_text *out, const char *key, const char *word, const char *prefix, bool first) {
    lw_text_print(
        out,
        "%s\n      {\"if\": {\"properties\": {\"%s\": {\"const\": \"%s\"}}, \"required\": [\"%s\"]}, \"then\": {\"$ref\": "
        "\"#/$defs/%s-%s\"}}",
        first ? "" : ",", key, word, key, prefix, word);
}

// Names of all keys that any of the tables knows, and of those in `own`: without a kind or type the table is unknown.
static void add_names(lw_text *out, const lw_option *const *tables, size_t count, const char *const *own) {
    lw_text_add(out, "\"propertyNames\": {\"anyOf\": [{\"pattern\": \"^x-\"}, {\"enum\": [");
    for (size_t i = 0; own[i] != NULL; i++) {
        lw_text_print(out, "%s\"%s\"", i > 0 ? ", " : "", own[i]);
    }
    for (size_t t = 0; t < count; t++) {
        for (const lw_option *row = tables[t]; row->key != NULL; row++) {
            bool known = false;
            for (size_t before = 0; before < t && !known; before++) {
                known = lw_option_find(tables[before], row->key) != NULL;
            }
            if (!known) {
                lw_text_print(out, ", \"%s\"", row->key);
            }
        }
    }
    lw_text_add(out, "]}]}, ");
}

static void add_nodes(lw_text *out) {
    static const char own[] = "\n      \"preset\": {\"description\": \"named device of configs/devices\", \"type\": [\"string\", "
                              "\"number\"]},\n      \"kind\": {\"description\": \"what the node is\", \"type\": \"string\"}";
    for (int kind = 0; kind < LW_NODE_KINDS; kind++) {
        char name[32] = "node-";
        strcat(name, lw_node_words[kind]);
        add_table(out, name, lw_node_options((lw_node_kind)kind), own, "", false);
    }
    lw_text_add(out, ",\n    \"node\": {\"type\": [\"object\", \"null\", \"string\"], \"maxLength\": 0, ");
    static const char *const own_keys[] = {"preset", "kind", NULL};
    const lw_option *tables[LW_NODE_KINDS];
    for (int kind = 0; kind < LW_NODE_KINDS; kind++) {
        tables[kind] = lw_node_options((lw_node_kind)kind);
    }
    add_names(out, tables, LW_NODE_KINDS, own_keys);
    lw_text_add(out, "\"properties\": {\"kind\": {");
    add_words(out, lw_node_words);
    lw_text_add(out, "}}, \"allOf\": [");
    for (int kind = 0; kind < LW_NODE_KINDS; kind++) {
        add_case(out, "kind", lw_node_words[kind], "node", kind == 0);
    }
    lw_text_add(out, "]}");
}

enum { FAMILIES_MAX = 64 };

static void add_links(lw_text *out) {
    lw_text own = {0};
    lw_text_add(
        &own,
        "\n      \"between\": {\"description\": \"the two ends\", \"type\": \"array\", \"items\": {\"type\": \"string\"}, "
        "\"minItems\": 2, \"maxItems\": 2},\n      \"preset\": {\"description\": \"named link of configs/links\", \"type\": "
        "\"string\"},\n      \"type\": {\"description\": \"link family\", \"type\": \"string\"},\n      \"pattern\": {");
    add_string(&own, "description", lw_pattern_help);
    lw_text_add(&own, ", ");
    add_words(&own, lw_pattern_words);
    lw_text_add(&own, "},\n      \"shape\": {");
    add_string(&own, "description", lw_shape_help);
    lw_text_add(&own, ", \"type\": \"array\", \"items\": {\"anyOf\": [{\"type\": \"integer\", \"minimum\": 1}, {\"type\": "
                      "\"string\", \"pattern\": \"^[1-9][0-9]*$\"}]}, \"minItems\": 1, \"maxItems\": 3}");
    for (size_t i = 0; lw_families[i] != NULL && !own.failed; i++) {
        char name[64] = "link-";
        strncat(name, lw_families[i]->name, sizeof name - 6);
        add_table(out, name, lw_families[i]->options, own.bytes, "", false);
    }
    lw_text_add(out,
                ",\n    \"link\": {\"type\": \"object\", \"required\": [\"between\"], \"anyOf\": [{\"required\": [\"preset\"]}, "
                "{\"required\": [\"type\"]}], ");
    const lw_option *tables[FAMILIES_MAX];
    size_t families = 0;
    for (; lw_families[families] != NULL && families < FAMILIES_MAX; families++) {
        tables[families] = lw_families[families]->options;
    }
    add_names(out, tables, families, lw_link_own_keys);
    lw_text_add(out, "\"properties\": {");
    lw_text_add(out, own.bytes != NULL ? own.bytes : "");
    lw_text_add(out, ",\n      \"type\": {\"enum\": [");
    for (size_t i = 0; lw_families[i] != NULL; i++) {
        lw_text_print(out, "%s\"%s\"", i > 0 ? ", " : "", lw_families[i]->name);
    }
    lw_text_add(out, "]}}, \"allOf\": [");
    for (size_t i = 0; lw_families[i] != NULL; i++) {
        add_case(out, "type", lw_families[i]->name, "link", i == 0);
    }
    lw_text_add(out, "]}");
    out->failed |= own.failed;
    lw_text_free(&own);
}

static void add_workloads(lw_text *out) {
    for (int kind = 0; kind < LW_WORKLOAD_KINDS; kind++) {
        char name[64] = "workload-";
        strcat(name, lw_workload_words[kind]);
        add_table(out, name, lw_workload_options((lw_workload_kind)kind),
                  "\n      \"kind\": {\"description\": \"what runs\", \"type\": \"string\"}", "\"kind\"", true);
    }
    lw_text_add(out, ",\n    \"workload\": {\"type\": \"object\", \"required\": [\"kind\"], \"properties\": {\"kind\": {");
    add_words(out, lw_workload_words);
    lw_text_add(out, "}}, \"allOf\": [");
    for (int kind = 0; kind < LW_WORKLOAD_KINDS; kind++) {
        add_case(out, "kind", lw_workload_words[kind], "workload", kind == 0);
    }
    lw_text_add(out, "]}");
}

// The form of a key at the top of the file whose value is no plain scalar.
static const char *top_form(const char *key) {
    static const struct {
        const char *key, *form;
    } forms[] = {{"nodes", "\"type\": [\"object\", \"null\"], \"additionalProperties\": {\"$ref\": \"#/$defs/node\"}"},
                 {"links", "\"type\": [\"object\", \"null\"], \"additionalProperties\": {\"$ref\": \"#/$defs/link\"}"},
                 {"workloads", "\"type\": [\"object\", \"null\"], \"additionalProperties\": {\"$ref\": \"#/$defs/workload\"}"},
                 {"sweep", "\"type\": \"object\", \"additionalProperties\": {\"$ref\": \"#/$defs/values\"}"},
                 {"charts", "\"type\": \"array\", \"items\": {\"$ref\": \"#/$defs/chart\"}"},
                 {"assert", "\"type\": \"array\", \"items\": {\"type\": \"string\"}"}};
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        if (strcmp(forms[i].key, key) == 0) {
            return forms[i].form;
        }
    }
    return NULL;
}

static void add_top(lw_text *out) {
    lw_text_add(out, "  \"type\": \"object\", \"required\": [\"lanewise\"],\n  \"properties\": {");
    bool first = true;
    for (const lw_option *row = lw_scenario_options; row->key != NULL; row++) {
        const char *form = top_form(row->key);
        if (form == NULL) {
            add_row(out, row, &first);
            continue;
        }
        lw_text_print(out, "%s\n      \"%s\": {", first ? "" : ",", row->key);
        add_string(out, "description", row->help);
        lw_text_print(out, ", %s}", form);
        first = false;
    }
    lw_text_add(out, "},\n  \"patternProperties\": {\"^x-\": true}, \"additionalProperties\": false,\n");
}

lw_status lw_schema_write(const lw_option *charts, lw_arena *arena, const char **json) {
    lw_text out = {0};
    lw_text_add(&out,
                "{\n  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n  \"title\": \"lanewise scenario\",\n");
    add_top(&out);
    lw_text_add(
        &out,
        "  \"$defs\": {\n    \"names\": {\"anyOf\": [{\"type\": [\"string\", \"number\"]}, {\"type\": \"array\", \"items\": "
        "{\"type\": [\"string\", \"number\"]}}]},\n    \"values\": {\"anyOf\": [{\"type\": \"array\", \"minItems\": 1}, "
        "{\"type\": \"object\", \"properties\": {\"from\": true, \"to\": true, \"factor\": true, \"step\": true}, "
        "\"required\": [\"from\", \"to\"], \"oneOf\": [{\"required\": [\"factor\"]}, {\"required\": [\"step\"]}], "
        "\"additionalProperties\": false}]}");
    add_nodes(&out);
    add_links(&out);
    add_workloads(&out);
    add_table(&out, "chart", charts, "", "", true);
    lw_text_add(&out, "}\n}\n");
    const char *copy = out.failed ? NULL : lw_arena_copy(arena, out.bytes);
    lw_text_free(&out);
    if (copy == NULL) {
        return LW_NO_MEMORY;
    }
    *json = copy;
    return LW_OK;
}
