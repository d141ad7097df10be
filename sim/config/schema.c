// SPDX-License-Identifier: GPL-3.0-or-later
// The JSON Schema (draft 2020-12) of a file, from the same tables that parse it. Editors complete keys
// with it. It knows forms, not meanings: names that must exist, cycles and the rules
// across fields are the loader's work.
#include "sim/config/schema.h"

#include <string.h>

#include "sim/base/text.h"
#include "sim/config/document.h"

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

// Allowed values as texts; also as what YAML readers make of them when they look like numbers or
// truth values.
static void add_words(lw_text *out, const char *const *words) {
    lw_text_add(out, "\"enum\": [");
    for (size_t i = 0; words[i] != NULL; i++) {
        bool typed =
            strcmp(words[i], "true") == 0 || strcmp(words[i], "false") == 0 || strspn(words[i], "0123456789") == strlen(words[i]);
        lw_text_add(out, i > 0 ? ", " : "");
        lw_text_json_string(out, words[i]);
        if (typed) {
            lw_text_print(out, ", %s", words[i]);
        } else if (strcmp(words[i], "on") == 0 || strcmp(words[i], "off") == 0) {
            lw_text_add(out, words[i][1] == 'n' ? ", true" : ", false");
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
        lw_text_add(out, row->schema != NULL ? row->schema : "\"$ref\": \"#/$defs/names\"");
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

static void add_rows(lw_text *out, const lw_option *table, bool *first) {
    for (const lw_option *row = table; row != NULL && row->key != NULL; row++) {
        add_row(out, row, first);
    }
}

static void add_required(lw_text *out, const lw_option *table, bool *first) {
    for (const lw_option *row = table; row != NULL && row->key != NULL; row++) {
        if (row->fallback == NULL) {
            lw_text_add(out, *first ? "" : ", ");
            lw_text_json_string(out, row->key);
            *first = false;
        }
    }
}

static void close_table(lw_text *out) {
    lw_text_add(out, "},\n      \"patternProperties\": {\"^x-\": true}, \"additionalProperties\": false, \"required\": [");
}

// ---- Sections ----

// Keys of every object of a section that no table has.
static void add_heads(lw_text *out, const lw_section *section) {
    if (section->has_presets) {
        lw_text_print(out,
                      "\n      \"preset\": {\"description\": \"named %s of configs/%s\", \"type\": [\"string\", \"number\"]},",
                      section->noun, lw_shelf_words[section->shelf]);
    }
    lw_text_print(out, "\n      \"%s\": {\"description\": \"what the %s is\", \"type\": \"string\"}", section->type_key,
                  section->noun);
}

// All keys of an object of one type. whole: those without a default must be there.
static void add_type(lw_text *out, const lw_section *section, const lw_type *type, bool whole) {
    bool first = false;
    lw_text_print(out, ",\n    \"%s-%s\": {\"type\": \"object\", \"properties\": {", section->noun, type->name);
    add_heads(out, section);
    add_rows(out, section->common, &first);
    add_rows(out, type->options, &first);
    close_table(out);
    first = true;
    add_required(out, section->common, &first);
    if (!section->has_presets) {  // a preset may give what the table requires
        lw_text_print(out, "%s\"%s\"", first ? "" : ", ", section->type_key);
        first = false;
        add_required(out, whole ? type->options : NULL, &first);
    }
    lw_text_add(out, "]}");
}

// Names of all keys that any of the types knows: without a type the table is unknown.
static void add_names(lw_text *out, const lw_section *section) {
    lw_text_print(out, "\"propertyNames\": {\"anyOf\": [{\"pattern\": \"^x-\"}, {\"enum\": [\"%s\"", section->type_key);
    lw_text_add(out, section->has_presets ? ", \"preset\"" : "");
    for (const lw_option *row = section->common; row->key != NULL; row++) {
        lw_text_print(out, ", \"%s\"", row->key);
    }
    const lw_type *type;
    for (size_t t = 0; (type = section->type_at(t)) != NULL; t++) {
        for (const lw_option *row = type->options; row->key != NULL; row++) {
            bool known = false;
            for (size_t before = 0; before < t && !known; before++) {
                known = lw_option_find(section->type_at(before)->options, row->key) != NULL;
            }
            if (!known) {
                lw_text_print(out, ", \"%s\"", row->key);
            }
        }
    }
    lw_text_add(out, "]}]}, ");
}

// Which table holds is told by one key: {"if": {"properties": {KEY: {"const": WORD}}}, "then":
// {"$ref": ...}}.
static void add_case(lw_text *out, const lw_section *section, const lw_type *type, bool first) {
    lw_text_print(
        out,
        "%s\n      {\"if\": {\"properties\": {\"%s\": {\"const\": \"%s\"}}, \"required\": [\"%s\"]}, \"then\": {\"$ref\": "
        "\"#/$defs/%s-%s\"}}",
        first ? "" : ",", section->type_key, type->name, section->type_key, section->noun, type->name);
}

static void add_section(lw_text *out, const lw_section *section, bool whole) {
    const lw_type *type;
    for (size_t t = 0; (type = section->type_at(t)) != NULL; t++) {
        add_type(out, section, type, whole);
    }
    lw_text_print(out, ",\n    \"%s\": {", section->noun);
    if (section->named_by_type) {
        lw_text_add(out, "\"type\": [\"object\", \"null\", \"string\"], \"maxLength\": 0, ");
    } else {
        bool none = true;
        lw_text_add(out, "\"type\": \"object\", \"required\": [");
        add_required(out, section->common, &none);
        lw_text_add(out, "], \"anyOf\": [");
        lw_text_add(out, section->has_presets ? "{\"required\": [\"preset\"]}, " : "");
        lw_text_print(out, "{\"required\": [\"%s\"]}], ", section->type_key);
    }
    add_names(out, section);
    lw_text_print(out, "\"properties\": {\"%s\": {\"enum\": [", section->type_key);
    for (size_t t = 0; (type = section->type_at(t)) != NULL; t++) {
        lw_text_print(out, "%s\"%s\"", t > 0 ? ", " : "", type->name);
    }
    lw_text_add(out, "]}");
    bool first = false;
    add_rows(out, section->common, &first);
    lw_text_add(out, "}, \"allOf\": [");
    for (size_t t = 0; (type = section->type_at(t)) != NULL; t++) {
        add_case(out, section, type, t == 0);
    }
    lw_text_add(out, "]}");
}

// ---- The file ----

// The form of a key at the top of the file whose value is no plain scalar.
static const char *top_form(const char *key) {
    static const struct {
        const char *key, *form;
    } forms[] = {{"nodes", "\"type\": [\"object\", \"null\"], \"additionalProperties\": {\"$ref\": \"#/$defs/node\"}"},
                 {"links", "\"type\": [\"object\", \"null\"], \"additionalProperties\": {\"$ref\": \"#/$defs/link\"}"},
                 {"libraries", "\"type\": [\"object\", \"null\"], \"additionalProperties\": {\"$ref\": \"#/$defs/library\"}"},
                 {"models", "\"type\": [\"object\", \"null\"], \"additionalProperties\": {\"$ref\": \"#/$defs/model\"}"},
                 {"runtimes", "\"type\": [\"object\", \"null\"], \"additionalProperties\": {\"$ref\": \"#/$defs/runtime\"}"},
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

static void add_top(lw_text *out, const lw_format *format) {
    lw_text_add(out, "  \"type\": \"object\", \"required\": [\"lanewise\"],\n  \"properties\": {");
    bool first = true;
    for (const lw_option *row = lw_head_options; row->key != NULL; row++) {
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
    add_rows(out, format->section[LW_SECTION_RUN].type_at(0)->options, &first);
    lw_text_add(out, "},\n  \"patternProperties\": {\"^x-\": true}, \"additionalProperties\": false,\n");
}

static const char head[] = "{\n  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n  \"title\": ";
// What rows refer to: a name or several, and values of a sweep.
static const char common_defs[] =
    "  \"$defs\": {\n    \"names\": {\"anyOf\": [{\"type\": [\"string\", \"number\"]}, {\"type\": \"array\", \"items\": "
    "{\"type\": [\"string\", \"number\"]}}]},\n    \"values\": {\"anyOf\": [{\"type\": \"array\", \"minItems\": 1}, "
    "{\"type\": \"object\", \"properties\": {\"from\": true, \"to\": true, \"factor\": true, \"step\": true}, "
    "\"required\": [\"from\", \"to\"], \"oneOf\": [{\"required\": [\"factor\"]}, {\"required\": [\"step\"]}], "
    "\"additionalProperties\": false}]}";

static lw_status hand_out(lw_text *text, lw_arena *arena, const char **json) {
    const char *copy = text->failed ? NULL : lw_arena_copy(arena, text->bytes);
    lw_text_free(text);
    if (copy == NULL) {
        return LW_NO_MEMORY;
    }
    *json = copy;
    return LW_OK;
}

static void add_map(lw_text *out, const char *name, const lw_option *options) {
    bool first = true;
    lw_text_print(out, ",\n    \"%s\": {\"type\": \"object\", \"properties\": {", name);
    add_rows(out, options, &first);
    close_table(out);
    first = true;
    add_required(out, options, &first);
    lw_text_add(out, "]}");
}

lw_status lw_schema_write(const lw_format *format, const lw_option *charts, lw_arena *arena, const char **json) {
    lw_text out = {0};
    lw_text_print(&out, "%s\"lanewise scenario\",\n", head);
    add_top(&out, format);
    lw_text_add(&out, common_defs);
    for (int id = 0; id < LW_SECTION_RUN; id++) {
        add_section(&out, &format->section[id], true);
    }
    add_map(&out, "chart", charts);
    lw_text_add(&out, "}\n}\n");
    return hand_out(&out, arena, json);
}

// ---- Other files ----

// A map with the sections of a scenario, and what decides about a run.
static void add_scenario(lw_text *out, const char *name, const lw_format *format) {
    bool first = false;
    for (int id = 0; id < LW_SECTION_RUN; id++) {
        add_section(out, &format->section[id], true);
    }
    lw_text_print(out, ",\n    \"%s\": {\"type\": \"object\", \"properties\": {\"include\": {\"$ref\": \"#/$defs/names\"}", name);
    for (int id = 0; id < LW_SECTION_RUN; id++) {
        lw_text_print(out, ",\n      \"%s\": {%s}", format->section[id].name, top_form(format->section[id].name));
    }
    add_rows(out, format->section[LW_SECTION_RUN].type_at(0)->options, &first);
    lw_text_add(out, "},\n      \"patternProperties\": {\"^x-\": true}, \"additionalProperties\": false}");
}

lw_status lw_schema_of(const lw_file_map *maps, const char *title, const lw_format *format, lw_arena *arena, const char **json) {
    lw_text out = {0};
    bool first = true;
    lw_text_add(&out, head);
    lw_text_json_string(&out, title);
    lw_text_add(&out, ",\n  \"type\": \"object\", \"required\": [");
    add_required(&out, maps->options, &first);
    lw_text_add(&out, "],\n  \"properties\": {");
    first = true;
    add_rows(&out, maps->options, &first);
    lw_text_print(&out, "},\n  \"patternProperties\": {\"^x-\": true}, \"additionalProperties\": false,\n%s", common_defs);
    for (const lw_file_map *map = maps + 1; map->what != NULL; map++) {
        lw_section work = format->section[LW_SECTION_WORKLOADS];
        switch (map->holds) {
        case LW_FILE_KEYS:
            add_map(&out, map->name, map->options);
            break;
        case LW_FILE_SCENARIO:
            add_scenario(&out, map->name, format);
            break;
        case LW_FILE_WORK:
            work.noun = map->name;
            work.common = map->options;
            add_section(&out, &work, false);
            break;
        }
    }
    lw_text_add(&out, "}\n}\n");
    return hand_out(&out, arena, json);
}
