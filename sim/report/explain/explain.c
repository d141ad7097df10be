// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/report/explain/explain.h"

#include <string.h>

#include "sim/base/list.h"
#include "sim/base/suggest.h"
#include "sim/config/document.h"
#include "sim/config/source.h"
#include "sim/report/grid.h"
#include "sim/result/metric_table.h"
#include "sim/study/measured.h"

static lw_status explain_overview(const lw_explaining *in, const lw_list *list, lw_text *out) {
    const lw_key_group *groups = LW_LIST_ITEMS(list, const lw_key_group);
    lw_text_add(out, "lanewise explain NAME or KEY, for example\n"
                     "  lanewise explain oculink          a family of links: how it works, its parameters\n"
                     "  lanewise explain oculink-2-x4     a preset: its numbers, their sources, where the rate goes\n"
                     "  lanewise explain links            a section of the scenario file: its keys and kinds\n"
                     "  lanewise explain links.mps        a key of it\n\n");
    lw_grid *grid = lw_grid_new(in->arena, "lll");
    for (size_t i = 0; i < list->count; i++) {
        LW_GRID_ADD(grid, groups[i].section, groups[i].type != NULL ? groups[i].type->name : NULL, groups[i].what);
    }
    LW_TRY(lw_grid_write(grid, 2, 0, out));
    lw_text_add(out, "\nWords of the field: ");
    for (const lw_term *term = lw_terms; term->name != NULL; term++) {
        lw_text_print(out, "%s%s", term == lw_terms ? "" : ", ", term->name);
    }
    lw_text_add(out, "\n\nlanewise list links, or devices, shows the presets; lanewise list measured the tables.\n");
    return LW_OK;
}

// ---- Presets ----

static lw_status add_parameters(const lw_explaining *in, const lw_preset *preset, lw_text *out) {
    static const char *const nouns[] = {"Link", "Device", "Library", "Model", "Runtime"};  // by lw_shelf
    lw_text_print(out, "%s: %s\n", preset->name, preset->summary);
    lw_text_print(out, "%s preset, %s %s; evidence: %s\n\n", nouns[preset->shelf],
                  preset->shelf == LW_SHELF_DEVICES ? "kind" : "type", preset->type, lw_evidence_words[preset->evidence]);
    lw_grid *grid = lw_grid_new(in->arena, "llll");
    LW_GRID_ADD(grid, "parameter", "value", "evidence", "source");
    bool fitted = false;
    for (const lw_yaml *row = preset->rows != NULL ? preset->rows->first : NULL; row != NULL; row = row->next) {
        const char *evidence = lw_map_text(row, "evidence"), *error = lw_map_text(row, "error");
        const char *value = lw_map_text(row, "value"), *spread = lw_map_text(row, "spread");
        fitted = fitted || lw_map_get(row, "tables") != NULL;
        value = error != NULL ? lw_arena_print(in->arena, "%s +- %s", value, error) : value;
        value = spread != NULL ? lw_arena_print(in->arena, "%s, systems +- %s", value, spread) : value;
        LW_GRID_ADD(grid, row->key, value, evidence != NULL ? evidence : lw_evidence_words[LW_SPECIFIED],
                    lw_map_text(row, "source"));
    }
    LW_TRY(lw_grid_write(grid, 2, 0, out));
    lw_text_add(out, fitted ? "\nlanewise calibrate fits again what measured tables gave.\n" : "");
    lw_text_print(out, "\nAll other parameters have their defaults: lanewise explain %s.\n", preset->type);
    return LW_OK;
}

static bool uses_preset(const lw_yaml *node, const char *name) {
    if (node->key != NULL && strcmp(node->key, "preset") == 0 && node->text != NULL && strcmp(node->text, name) == 0) {
        return true;
    }
    for (const lw_yaml *child = node->first; child != NULL; child = child->next) {
        if (uses_preset(child, name)) {
            return true;
        }
    }
    return false;
}

// What measurements say about a preset: the tables whose scenario has it.
static lw_status add_tables(const lw_explaining *in, const char *name, lw_text *out) {
    bool any = false;
    for (size_t i = 0; i < lw_catalog_count(in->catalog, LW_SHELF_MEASURED); i++) {
        const char *path =
            lw_catalog_path(in->catalog, LW_SHELF_MEASURED, lw_catalog_names(in->catalog, LW_SHELF_MEASURED)[i], in->arena);
        const lw_source *source = NULL;
        lw_yaml *root = NULL;
        if (path == NULL) {
            return LW_NO_MEMORY;
        }
        LW_TRY(lw_source_read(path, in->arena, in->diags, &source));
        LW_TRY(lw_tree_parse(source, in->arena, in->diags, &root));
        if (uses_preset(root, name)) {
            lw_text_print(out, "%s  %s (%s)\n",
                          any ? ""
                              : "\nMeasured with it; lanewise explain TABLE shows one, lanewise validate how near the model is\n",
                          lw_map_text(root, "name"), lw_map_text(root, "use"));
            any = true;
        }
    }
    if (!any) {
        lw_text_add(out, "\nNo measured table has it.\n");
    }
    return LW_OK;
}

static lw_status explain_preset(const lw_explaining *in, lw_shelf shelf, const char *name, lw_text *out) {
    const lw_preset *preset;
    LW_TRY(lw_presets_read(in->presets, shelf, name, &preset));
    LW_TRY(add_parameters(in, preset, out));
    LW_TRY(shelf == LW_SHELF_LINKS ? lw_explain_link(in, preset, out) : LW_OK);
    LW_TRY(add_tables(in, preset->name, out));
    if (shelf == LW_SHELF_LINKS && lw_family_find(preset->type)->type.page != NULL) {
        lw_text_print(out, "\nAbout %s\n\n%s\n", preset->type, lw_family_find(preset->type)->type.page);
    }
    return LW_OK;
}

// ---- Measured tables ----

static void add_fact(const lw_yaml *map, const char *key, lw_text *out) {
    const char *text = lw_map_text(map, key);
    if (text != NULL && text[0] != '\0') {
        lw_text_print(out, "  %-9s %s\n", key, text);
    }
}

// Has the same column of another point another value under this key?
static bool varies(const lw_yaml *points, size_t column, const lw_yaml *value) {
    for (const lw_yaml *point = points->first; point != NULL; point = point->next) {
        const lw_yaml *cell = point->first;
        for (size_t i = 0; i < column && cell != NULL; i++) {
            cell = cell->next;
        }
        const char *other = cell != NULL && cell->kind == LW_MAP ? lw_map_text(cell, value->key) : NULL;
        if (other == NULL || strcmp(other, value->text) != 0) {
            return true;
        }
    }
    return false;
}

// "frequency=240 GHz distance=1000 m": what of a map tells its point from the others.
static const char *map_text(const lw_explaining *in, const lw_yaml *points, size_t column, const lw_yaml *map) {
    const char *text = "";
    for (const lw_yaml *value = map->first; value != NULL && text != NULL; value = value->next) {
        if (value->kind == LW_SCALAR && varies(points, column, value)) {
            text = lw_arena_print(in->arena, "%s%s%s=%s", text, text[0] == '\0' ? "" : " ", value->key, value->text);
        }
    }
    return text;
}

// A measured table as it stands in its file: who measured what on which machine, and every point.
static lw_status explain_measured(const lw_explaining *in, const char *name, lw_text *out) {
    const char *path = lw_catalog_path(in->catalog, LW_SHELF_MEASURED, name, in->arena);
    const lw_source *source = NULL;
    lw_yaml *root = NULL;
    lw_measured *table = NULL;
    if (path == NULL) {
        return LW_NO_MEMORY;
    }
    // what is wrong in it, is told
    LW_TRY(lw_measured_load(path, in->catalog, in->arena, in->diags, &table));
    LW_TRY(lw_source_read(path, in->arena, in->diags, &source));
    LW_TRY(lw_tree_parse(source, in->arena, in->diags, &root));
    const char *use = lw_map_text(root, "use");
    lw_text_print(out, "%s\nMeasured table, ", lw_map_text(root, "name"));
    lw_text_print(out, strcmp(use, "neither") == 0 ? "used for neither side\n\n" : "used to %s\n\n", use);
    static const char *const of_source[] = {"title", "author", "date", "url"};
    for (size_t i = 0; i < sizeof of_source / sizeof of_source[0]; i++) {
        add_fact(lw_map_get(root, "source"), of_source[i], out);
    }
    static const char *const of_table[] = {"system", "system_id", "class", "method", "notes"};
    for (size_t i = 0; i < sizeof of_table / sizeof of_table[0]; i++) {
        add_fact(root, of_table[i], out);
    }
    const lw_yaml *quotes = lw_map_get(root, "quotes");
    for (const lw_yaml *quote = quotes != NULL ? quotes->first : NULL; quote != NULL; quote = quote->next) {
        lw_text_print(out, "  %s: %s\n", quote->key, quote->text);
    }
    const lw_yaml *vary = table->vary, *points = table->rows;
    lw_grid *grid = lw_grid_new(in->arena, lw_grid_all_right(in->arena, vary->count + 1));
    for (const lw_yaml *column = vary->first; column != NULL; column = column->next) {
        lw_grid_add(grid, column->text);
    }
    lw_grid_add(grid, table->observed.words);
    for (const lw_yaml *point = points->first; point != NULL; point = point->next) {
        size_t column = 0;
        for (const lw_yaml *cell = point->first; cell != NULL; cell = cell->next, column++) {
            lw_grid_add(grid, cell->kind == LW_MAP ? map_text(in, points, column, cell) : cell->text);
        }
    }
    lw_text_add(out, "\n");
    return lw_grid_write(grid, 2, 0, out);
}

// ---- Sections and kinds ----

static bool in_section(const lw_key_group *group, const char *section, bool of_a_kind) {
    return strcmp(group->section, section) == 0 && (group->type != NULL) == of_a_kind;
}

// The keys that all of a section have, and the kinds that have more. *found is false when there is
// no such section.
static lw_status explain_section(const lw_explaining *in, const lw_list *list, const char *name, lw_text *out, bool *found) {
    const lw_key_group *groups = LW_LIST_ITEMS(list, const lw_key_group);
    const lw_option *row = lw_option_find(lw_head_options, name);
    lw_grid *kinds = lw_grid_new(in->arena, "ll");
    size_t kind_count = 0;
    *found = false;
    for (size_t i = 0; i < list->count; i++) {
        if (in_section(&groups[i], name, false)) {
            *found = true;
            lw_text_print(out, "%s: %s\n", name, groups[i].what);
            if (row != NULL) {
                lw_text_print(out, "  %s\n", row->help);
            }
            lw_text_add(out, "\n");
            LW_TRY(lw_explain_options(groups[i].options, in->arena, out));
        } else if (in_section(&groups[i], name, true)) {
            kind_count++;
            LW_GRID_ADD(kinds, groups[i].type->name, groups[i].what);
        }
    }
    if (kind_count == 0) {
        return LW_OK;
    }
    lw_text_print(out, "\nWhat there is; lanewise explain %s.NAME shows the keys of one:\n", name);
    return lw_grid_write(kinds, 2, 0, out);
}

static const lw_key_group *find_group(const lw_list *list, const char *name) {
    const lw_key_group *groups = LW_LIST_ITEMS(list, const lw_key_group);
    for (size_t i = 0; i < list->count; i++) {
        if (groups[i].type != NULL && strcmp(groups[i].type->name, name) == 0) {
            return &groups[i];
        }
    }
    return NULL;
}

// The metrics of a kind of work, whose values the result has.
static lw_status add_metrics(const lw_explaining *in, const lw_type *type, lw_text *out) {
    const lw_work_kind *kind = lw_work_kind_of(type);
    lw_grid *grid = lw_grid_new(in->arena, "ll");
    for (size_t i = 0; kind->metrics[i] != NULL; i++) {
        const lw_metric *metric = lw_metric_find(kind->metrics[i], LW_OF_WORKLOAD, kind->own);
        LW_GRID_ADD(grid, kind->metrics[i], metric->help);
    }
    lw_text_add(out, "\nIts results have\n");
    return lw_grid_write(grid, 2, 0, out);
}

// Keys that its section gives to all.
static void add_common_keys(const lw_explaining *in, const lw_key_group *group, lw_text *out) {
    const lw_section *section = in->format->section;
    while (strcmp(section->name, group->section) != 0) {
        section++;
    }
    if (section->common == NULL || section->common->key == NULL) {
        return;
    }
    lw_text_print(out, "\nEvery %s also has ", section->noun);
    for (const lw_option *row = section->common; row->key != NULL; row++) {
        lw_text_print(out, "%s%s", row == section->common ? "" : row[1].key == NULL ? " and " : ", ", row->key);
    }
    lw_text_print(out, "; lanewise explain %s.\n", section->name);
}

static lw_status explain_group(const lw_explaining *in, const lw_key_group *group, lw_text *out) {
    const lw_type *type = group->type;
    lw_text_print(out, "%s: %s\n", type->name, group->what);
    if (type->page != NULL) {
        lw_text_print(out, "\n%s\n", type->page);
    }
    if (strcmp(group->section, in->format->section[LW_SECTION_WORKLOADS].name) == 0) {
        LW_TRY(add_metrics(in, type, out));
    }
    if (type->example != NULL) {
        lw_text_print(out, "\nFor example  NAME: %s\n", type->example);
    }
    lw_text_print(out, "\nKeys under %s:\n", group->section);
    LW_TRY(lw_explain_options(group->options, in->arena, out));
    add_common_keys(in, group, out);
    return LW_OK;
}

// ---- Names ----

static lw_status explain_unknown(const lw_explaining *in, const lw_list *list, const char *name) {
    const lw_key_group *groups = LW_LIST_ITEMS(list, const lw_key_group);
    static const lw_shelf shelves[] = {LW_SHELF_LINKS,  LW_SHELF_DEVICES,  LW_SHELF_LIBRARIES,
                                       LW_SHELF_MODELS, LW_SHELF_RUNTIMES, LW_SHELF_MEASURED};
    lw_list words = {0};
    for (size_t s = 0; s < sizeof shelves / sizeof shelves[0]; s++) {
        for (size_t i = 0; i < lw_catalog_count(in->catalog, shelves[s]); i++) {
            lw_candidate(&words, lw_catalog_names(in->catalog, shelves[s])[i], in->arena);
        }
    }
    for (size_t i = 0; i < list->count; i++) {
        lw_candidate(&words, groups[i].type != NULL ? groups[i].type->name : NULL, in->arena);
        for (const lw_option *row = groups[i].options; row->key != NULL; row++) {
            lw_candidate(&words, row->key, in->arena);
        }
    }
    for (const lw_term *term = lw_terms; term->name != NULL; term++) {
        lw_candidate(&words, term->name, in->arena);
    }
    for (const lw_term *head = lw_heads; head->name != NULL; head++) {
        lw_candidate(&words, head->name, in->arena);
    }
    for (const lw_other_name *other = lw_other_names; other->name != NULL; other++) {
        lw_candidate(&words, other->name, in->arena);
    }
    const char *dot = strrchr(name, '.');
    (void)lw_error(in->diags, (lw_place){0},
                   lw_did_you_mean_in(in->diags, dot == NULL ? name : dot + 1, &words, "lanewise explain shows what there is"),
                   "nothing is known about \"%s\"", name);
    return LW_BAD_USAGE;
}

// "workloads.copy", "links.pcie": the kind under its section, as the overview lists it.
static const char *without_section(const lw_list *list, const char *name) {
    const lw_key_group *groups = LW_LIST_ITEMS(list, const lw_key_group);
    for (size_t i = 0; i < list->count; i++) {
        size_t length = strlen(groups[i].section);
        if (groups[i].type != NULL && strncmp(name, groups[i].section, length) == 0 && name[length] == '.' &&
            strcmp(name + length + 1, groups[i].type->name) == 0) {
            return groups[i].type->name;
        }
    }
    return name;
}

// A word of the field, a key, or both.
static lw_status explain_word(const lw_explaining *in, const lw_list *list, const char *name, lw_text *out) {
    const lw_term *term = lw_term_find(name);
    if (term != NULL) {
        lw_text_add(out, term->page);
    }
    bool found = false;
    lw_text key = {0};
    lw_status explained = lw_explain_key(in, name, &key, &found);
    if (found) {
        lw_text_print(out, "%s%s", term != NULL ? "\n" : "", key.bytes);
    }
    lw_text_free(&key);
    LW_TRY(explained);
    return found || term != NULL || lw_explain_head(name, out) ? LW_OK : explain_unknown(in, list, name);
}

lw_status lw_explain(const lw_explaining *in, const char *path, lw_text *out) {
    lw_list list;
    LW_TRY(lw_key_groups(in, &list));
    if (path == NULL) {
        return explain_overview(in, &list, out);
    }
    const char *name = without_section(&list, path);
    const lw_family *family = lw_family_find(name);
    if (family != NULL) {
        return lw_explain_family(in, family, out);
    }
    for (lw_shelf shelf = LW_SHELF_LINKS; shelf < LW_PRESET_SHELVES; shelf++) {
        if (lw_catalog_has(in->catalog, shelf, name)) {
            return explain_preset(in, shelf, name, out);
        }
    }
    if (lw_catalog_has(in->catalog, LW_SHELF_MEASURED, name)) {
        return explain_measured(in, name, out);
    }
    const lw_key_group *group = find_group(&list, name);
    if (group != NULL) {
        return explain_group(in, group, out);
    }
    bool section = false;
    lw_status listed = explain_section(in, &list, name, out, &section);
    return listed != LW_OK || section ? listed : explain_word(in, &list, name, out);
}
