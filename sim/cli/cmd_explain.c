// SPDX-License-Identifier: GPL-3.0-or-later
// lanewise explain: teaches a link family, shows where a preset's numbers come from and where its rate goes, says what a key
// means, who measured a table.
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "sim/cli/console.h"
#include "sim/cli/explain.h"
#include "sim/config/catalog.h"
#include "sim/report/grid.h"
#include "sim/study/scenario.h"

static lw_status explain_overview(const lw_context *context, lw_text *out) {
    size_t count = 0;
    lw_key_group *groups = LW_NEW_ARRAY(context->arena, lw_key_group, LW_KEY_GROUPS_MAX);
    if (groups == NULL) {
        return LW_NO_MEMORY;
    }
    lw_key_groups(groups, &count);
    lw_text_add(out, "lanewise explain NAME or KEY, for example\n"
                     "  lanewise explain oculink          a family of links: how it works, its parameters\n"
                     "  lanewise explain oculink-2-x4     a preset: its numbers, their sources, where the rate goes\n"
                     "  lanewise explain links            a section of the scenario file: its keys and kinds\n"
                     "  lanewise explain links.mps        a key of it\n\n");
    lw_grid *grid = lw_grid_new(context->arena, "lll");
    for (size_t i = 0; i < count; i++) {
        LW_GRID_ADD(grid, groups[i].section, groups[i].name, groups[i].what);
    }
    LW_TRY(lw_grid_write(grid, 2, 0, out));
    lw_text_add(out, "\nWords of the field: ");
    for (const lw_term *term = lw_terms; term->name != NULL; term++) {
        lw_text_print(out, "%s%s", term == lw_terms ? "" : ", ", term->name);
    }
    lw_text_add(out, "\n\nlanewise list links, or devices, shows the presets; lanewise list measured the tables.\n");
    return LW_OK;
}

// ---- How a family's numbers come about ----

typedef struct fact_list {
    lw_arena *arena;
    lw_grid *one_way, *both_ways;
    bool differ;
} fact_list;

static void add_both(const lw_fact *fact, void *user) {
    fact_list *list = user;
    const char *cell[] = {fact->what, fact->value[0], fact->value[1], fact->unit};
    for (size_t i = 0; i < sizeof cell / sizeof cell[0]; i++) {
        const char *text = lw_arena_copy(list->arena, cell[i]);
        lw_grid_add(list->both_ways, text);
        if (i != 2) {
            lw_grid_add(list->one_way, text);
        }
    }
    list->differ = list->differ || strcmp(fact->value[0], fact->value[1]) != 0;
}

// What the family has to say about these parameters; the way back only where it differs.
static lw_status add_facts(const lw_context *context, const lw_family *family, const void *params, const char *title,
                           lw_text *out) {
    if (family->facts == NULL) {
        return LW_OK;
    }
    fact_list list = {
        .arena = context->arena, .one_way = lw_grid_new(context->arena, "lrl"), .both_ways = lw_grid_new(context->arena, "lrrl")};
    add_both(&(const lw_fact){"quantity", {"a -> b", "b -> a"}, "unit"}, &list);
    list.differ = false;
    family->facts(params, add_both, &list);
    lw_text_print(out, "\n%s\n", title);
    return lw_grid_write(list.differ ? list.both_ways : list.one_way, 2, 0, out);
}

static lw_status add_parameters(const lw_context *context, const lw_preset *preset, lw_text *out) {
    lw_text_print(out, "%s: %s\n", preset->name, preset->summary);
    lw_text_print(out, "%s preset, %s %s; evidence: %s\n\n", preset->kind == LW_PRESET_LINK ? "Link" : "Device",
                  preset->kind == LW_PRESET_LINK ? "type" : "kind", preset->type, lw_evidence_words[preset->evidence]);
    lw_grid *grid = lw_grid_new(context->arena, "llll");
    LW_GRID_ADD(grid, "parameter", "value", "evidence", "source");
    for (const lw_yaml *row = preset->parameters != NULL ? preset->parameters->first : NULL; row != NULL; row = row->next) {
        const char *evidence = lw_map_text(row, "evidence");
        LW_GRID_ADD(grid, row->key, lw_map_text(row, "value"), evidence != NULL ? evidence : lw_evidence_words[LW_SPECIFIED],
                    lw_map_text(row, "source"));
    }
    LW_TRY(lw_grid_write(grid, 2, 0, out));
    lw_text_print(out, "\nAll other parameters have their defaults: lanewise explain %s.\n", preset->type);
    return LW_OK;
}

// Does another segment have a part of this name, too?
static bool is_ambiguous(const lw_link_model *link, int dir, int segment, const char *name) {
    for (int s = 0; s < link->segment_count; s++) {
        const lw_channel *channel = &link->segment[s].channel[dir];
        for (int i = 0; s != segment && i < channel->latency_count; i++) {
            if (strcmp(channel->latency[i].name, name) == 0) {
                return true;
            }
        }
    }
    return false;
}

static void add_latency(const lw_link_model *link, int dir, const char *which, lw_text *out) {
    lw_text_print(out, "Latency%s, ns: %.1f", which, (double)lw_link_model_latency_ps(link, dir) / 1e3);
    const char *separator = " = ";
    for (int s = 0; s < link->segment_count; s++) {
        const lw_channel *channel = &link->segment[s].channel[dir];
        for (int i = 0; i < channel->latency_count; i++) {
            const lw_latency_part *part = &channel->latency[i];
            if (part->ps != 0) {
                bool name = is_ambiguous(link, dir, s, part->name);
                lw_text_print(out, "%s%s%s%s %.1f", separator, name ? link->segment[s].name : "", name ? " " : "", part->name,
                              (double)part->ps / 1e3);
                separator = " + ";
            }
        }
    }
    lw_text_add(out, "\n");
}

// A window this many times the link's rate limits no read that anybody makes: the round trip would have to grow as much.
static const double told_below = 4;

// What is left of the raw rate after each stage that the link decides; window and endpoint depend on the machine around it.
static lw_status add_waterfall(const lw_context *context, const lw_link_model *link, lw_text *out) {
    lw_waterfall write = {0};
    lw_waterfall read = {0};
    lw_link_model_waterfall(link, 0, LW_PACKET_WRITE, 0, 0, &write);
    lw_link_model_waterfall(link, 0, LW_PACKET_COMPLETION, 0, lw_link_model_far_ask_ps(link), &read);
    lw_text_add(out, "\nWhere the rate goes, one direction, GB/s that are left after each stage\n");
    lw_grid *grid = lw_grid_new(context->arena, "lrrrr");
    LW_GRID_ADD(grid, "stage", "writes", "share", "reads", "share");
    for (int stage = LW_STAGE_RAW; stage <= LW_STAGE_RETRY; stage++) {
        lw_grid_add(grid, lw_stage_words[stage]);
        lw_grid_number(grid, write.rate_Bps[stage] / 1e9, 4);
        lw_grid_print(grid, "%.1f %%", 100 * write.rate_Bps[stage] / write.rate_Bps[LW_STAGE_RAW]);
        lw_grid_number(grid, read.rate_Bps[stage] / 1e9, 4);
        lw_grid_print(grid, "%.1f %%", 100 * read.rate_Bps[stage] / read.rate_Bps[LW_STAGE_RAW]);
    }
    LW_TRY(lw_grid_write(grid, 2, 0, out));
    double busy = 1.0 - lw_fraction_value(link->segment[write.slowest_segment].channel[0].stall);
    if (busy < 1.0) {
        lw_text_print(out,
                      "Control includes the calibrated residual: %.3g of the wire is kept busy, why not all of it is unknown.\n",
                      busy);
    }
    if (link->segment[write.slowest_segment].whole_packets) {
        lw_text_print(out,
                      "Control includes the software in front of the wire, which is slower: it hands on %.4g GB/s of writes.\n",
                      write.rate_Bps[LW_STAGE_RETRY] / 1e9);
    }
    if (read.window_Bps < told_below * read.rate_Bps[LW_STAGE_RETRY]) {
        lw_text_print(out, "Reads are also limited by the requests under way (%lld): %.4g GB/s even if memory answers at once.\n",
                      (long long)link->read_tags, read.window_Bps / 1e9);
    }
    return LW_OK;
}

// What reads reach when memory answers at once, GB/s.
static double reads_GBps(const lw_link_model *link) {
    lw_waterfall read = {0};
    lw_link_model_waterfall(link, 0, LW_PACKET_COMPLETION, 0, 0, &read);
    return fmin(read.rate_Bps[LW_STAGE_RETRY], read.window_Bps) / 1e9;
}

// The rates at both ends of what the family calls uncertain.
static lw_status add_band(const lw_context *context, const lw_family *family, const void *params, lw_text *out) {
    lw_link_model *link = LW_NEW_ARRAY(context->arena, lw_link_model, 2);
    if (link == NULL) {
        return LW_NO_MEMORY;
    }
    family->band(params, &link[0], &link[1]);
    lw_waterfall slow = {0};
    lw_waterfall fast = {0};
    lw_link_model_waterfall(&link[0], 0, LW_PACKET_WRITE, 0, 0, &slow);
    lw_link_model_waterfall(&link[1], 0, LW_PACKET_WRITE, 0, 0, &fast);
    lw_text_print(out, "What is uncertain lets writes range from %.4g to %.4g GB/s", slow.rate_Bps[LW_STAGE_RETRY] / 1e9,
                  fast.rate_Bps[LW_STAGE_RETRY] / 1e9);
    if (isfinite(reads_GBps(&link[0])) && link[0].read_tags != LW_TAGS_INFINITE) {
        lw_text_print(out, " and reads from %.4g to %.4g (memory answering at once)", reads_GBps(&link[0]), reads_GBps(&link[1]));
    }
    lw_text_print(out, ", see lanewise explain %s.\n", family->name);
    return LW_OK;
}

static lw_status resolve_preset(const lw_context *context, const lw_preset *preset, const void **out_params,
                                lw_link_model *link) {
    const lw_family *family = lw_family_find(preset->type);
    const lw_yaml name = {.kind = LW_SCALAR, .text = preset->name};
    const lw_preset *same = NULL;
    const lw_yaml *values = NULL;
    LW_TRY(lw_catalog_use(context->catalog, preset->kind, &name, context->diags, &same, &values));
    void *params = lw_arena_alloc(context->arena, 1, LW_PARAMS_MAX);
    lw_option_set *set = LW_NEW(context->arena, lw_option_set);
    if (params == NULL || set == NULL) {
        return LW_NO_MEMORY;
    }
    if (family == NULL) {
        return lw_error(context->diags, preset->root->place, NULL, "the preset has the unknown type '%s'", preset->type);
    }
    lw_options_default(family->options, params);
    LW_TRY(lw_options_parse(family->options, values, NULL, params, set, context->diags));
    if (family->check != NULL) {
        LW_TRY(family->check(params, set, preset->root->place, context->diags));
    }
    family->resolve(params, link);
    *out_params = params;
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
static lw_status add_tables(const lw_context *context, const char *name, lw_text *out) {
    const char **paths = NULL;
    size_t count = 0;
    LW_TRY(lw_catalog_files(context->catalog, "measured", context->arena, context->diags, &paths, &count));
    bool any = false;
    for (size_t i = 0; i < count; i++) {
        const lw_source *source = NULL;
        lw_yaml *root = NULL;
        LW_TRY(lw_source_read(paths[i], context->arena, context->diags, &source));
        LW_TRY(lw_tree_parse(source, context->arena, context->diags, &root));
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

// Latency and waterfall of a preset.
static lw_status add_link(const lw_context *context, const lw_preset *preset, lw_text *out) {
    lw_link_model *link = LW_NEW(context->arena, lw_link_model);
    if (link == NULL) {
        return LW_NO_MEMORY;
    }
    const void *params = NULL;
    LW_TRY(resolve_preset(context, preset, &params, link));
    lw_text_print(out, "\n%s\n", link->label);
    if (lw_link_model_latency_ps(link, 0) == lw_link_model_latency_ps(link, 1)) {
        add_latency(link, 0, " one way", out);
    } else {
        add_latency(link, 0, " there", out);
        add_latency(link, 1, " back", out);
    }
    const lw_family *family = lw_family_find(preset->type);
    LW_TRY(add_facts(context, family, params, "How the rate comes about", out));
    LW_TRY(add_waterfall(context, link, out));
    return family->band != NULL ? add_band(context, family, params, out) : LW_OK;
}

static lw_status explain_preset(const lw_context *context, const lw_preset *preset, lw_text *out) {
    LW_TRY(add_parameters(context, preset, out));
    if (preset->kind == LW_PRESET_LINK) {
        LW_TRY(add_link(context, preset, out));
    }
    LW_TRY(add_tables(context, preset->name, out));
    if (preset->kind == LW_PRESET_LINK) {
        lw_text_print(out, "\nAbout %s\n\n%s\n", preset->type, lw_family_find(preset->type)->page);
    }
    return LW_OK;
}

static const lw_preset *example_of(const lw_context *context, const lw_family *family) {
    const lw_preset *named = family->example != NULL ? lw_catalog_find(context->catalog, LW_PRESET_LINK, family->example) : NULL;
    for (size_t i = 0; named == NULL && i < lw_catalog_count(context->catalog, LW_PRESET_LINK); i++) {
        const lw_preset *preset = lw_catalog_at(context->catalog, LW_PRESET_LINK, i);
        named = preset != NULL && strcmp(preset->type, family->name) == 0 ? preset : NULL;
    }
    return named;
}

static lw_status explain_family(const lw_context *context, const lw_family *family, lw_text *out) {
    lw_text_print(out, "%s: %s\n\n%s\n", family->name, family->summary, family->page);
    const lw_preset *example = example_of(context, family);
    if (example != NULL) {
        lw_text_print(out, "\nFor example the preset %s: %s; evidence: %s\n", example->name, example->summary,
                      lw_evidence_words[example->evidence]);
        LW_TRY(add_link(context, example, out));
    }
    lw_text_add(out, "\nParameters\n");
    LW_TRY(lw_explain_options(family->options, context->arena, out));
    lw_text_add(out, "\nPresets: ");
    size_t found = 0;
    for (size_t i = 0; i < lw_catalog_count(context->catalog, LW_PRESET_LINK); i++) {
        const lw_preset *preset = lw_catalog_at(context->catalog, LW_PRESET_LINK, i);
        if (preset != NULL && strcmp(preset->type, family->name) == 0) {
            lw_text_print(out, "%s%s", found++ > 0 ? ", " : "", preset->name);
        }
    }
    lw_text_add(out, found > 0 ? "\n" : "none\n");
    return LW_OK;
}

static void add_fact(const lw_yaml *map, const char *key, lw_text *out) {
    const char *text = lw_map_text(map, key);
    if (text != NULL && text[0] != '\0') {
        lw_text_print(out, "  %-8s %s\n", key, text);
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
static const char *map_text(const lw_context *context, const lw_yaml *points, size_t column, const lw_yaml *map) {
    const char *text = "";
    for (const lw_yaml *value = map->first; value != NULL && text != NULL; value = value->next) {
        if (value->kind == LW_SCALAR && varies(points, column, value)) {
            text = lw_arena_print(context->arena, "%s%s%s=%s", text, text[0] == '\0' ? "" : " ", value->key, value->text);
        }
    }
    return text;
}

// A measured table as it stands in its file: who measured what on which machine, and every point.
static lw_status explain_measured(const lw_context *context, const char *path, lw_text *out) {
    const lw_source *source = NULL;
    lw_yaml *root = NULL;
    lw_measured *table = NULL;
    LW_TRY(lw_measured_load(path, context->catalog, context->arena, context->diags, &table));  // what is wrong in it, is told
    LW_TRY(lw_source_read(path, context->arena, context->diags, &source));
    LW_TRY(lw_tree_parse(source, context->arena, context->diags, &root));
    lw_text_print(out, "%s\nMeasured table, used to %s\n\n", lw_map_text(root, "name"), lw_map_text(root, "use"));
    static const char *const of_source[] = {"title", "author", "date", "url"};
    for (size_t i = 0; i < sizeof of_source / sizeof of_source[0]; i++) {
        add_fact(lw_map_get(root, "source"), of_source[i], out);
    }
    static const char *const of_table[] = {"system", "method", "notes"};
    for (size_t i = 0; i < sizeof of_table / sizeof of_table[0]; i++) {
        add_fact(root, of_table[i], out);
    }
    const lw_yaml *vary = lw_map_get(root, "vary");
    lw_grid *grid = lw_grid_new(context->arena, lw_grid_all_right(context->arena, vary->count + 1));
    for (const lw_yaml *column = vary->first; column != NULL; column = column->next) {
        lw_grid_add(grid, column->text);
    }
    lw_grid_add(grid, lw_map_text(root, "observe"));
    const lw_yaml *points = lw_map_get(root, "points");
    for (const lw_yaml *point = points->first; point != NULL; point = point->next) {
        size_t column = 0;
        for (const lw_yaml *cell = point->first; cell != NULL; cell = cell->next, column++) {
            lw_grid_add(grid, cell->kind == LW_MAP ? map_text(context, points, column, cell) : cell->text);
        }
    }
    lw_text_add(out, "\n");
    return lw_grid_write(grid, 2, 0, out);
}

// The file of a measured table; NULL when there is none of that name.
static const char *find_measured(const lw_context *context, const char *name) {
    const char *path = lw_arena_print(context->arena, "%s/measured/%s.yaml", lw_catalog_folder(context->catalog), name);
    return path != NULL && strchr(name, '/') == NULL && access(path, R_OK) == 0 ? path : NULL;
}

static lw_status explain_group(const lw_context *context, const lw_key_group *group, lw_text *out) {
    lw_text_print(out, "%s: %s\n\nKeys under %s:\n", group->name, group->what, group->section);
    return lw_explain_options(group->options, context->arena, out);
}

static bool in_section(const lw_key_group *group, const char *section, bool of_a_kind) {
    return strcmp(group->section, section) == 0 && (group->name != NULL) == of_a_kind;
}

// The keys that all of a section have, and the kinds that have more. *found is false when there is no such section.
static lw_status explain_section(const lw_context *context, const lw_key_group *groups, size_t count, const char *name,
                                 lw_text *out, bool *found) {
    const lw_option *row = lw_option_find(lw_scenario_options, name);
    lw_grid *kinds = lw_grid_new(context->arena, "ll");
    size_t kind_count = 0;
    *found = false;
    for (size_t i = 0; i < count; i++) {
        if (in_section(&groups[i], name, false)) {
            *found = true;
            lw_text_print(out, "%s: %s\n", name, groups[i].what);
            if (row != NULL) {
                lw_text_print(out, "  %s\n", row->help);
            }
            lw_text_add(out, "\n");
            LW_TRY(lw_explain_options(groups[i].options, context->arena, out));
        } else if (in_section(&groups[i], name, true)) {
            kind_count++;
            LW_GRID_ADD(kinds, groups[i].name, groups[i].what);
        }
    }
    if (kind_count == 0) {
        return LW_OK;
    }
    lw_text_print(out, "\nWhat there is; lanewise explain %s.NAME shows the keys of one:\n", name);
    return lw_grid_write(kinds, 2, 0, out);
}

// Families have a page of their own, so only kinds of devices and workloads count here.
static const lw_key_group *find_group(const lw_key_group *groups, size_t count, const char *name) {
    for (size_t i = 0; i < count; i++) {
        if (groups[i].name != NULL && strcmp(groups[i].name, name) == 0) {
            return &groups[i];
        }
    }
    return NULL;
}

static lw_status explain_unknown(const lw_context *context, const lw_key_group *groups, size_t group_count, const char *name) {
    const lw_catalog *catalog = context->catalog;
    size_t room = lw_catalog_count(catalog, LW_PRESET_LINK) + lw_catalog_count(catalog, LW_PRESET_DEVICE) + group_count;
    for (const lw_term *term = lw_terms; term->name != NULL; term++) {
        room++;
    }
    for (size_t i = 0; i < group_count; i++) {
        room += lw_options_count(groups[i].options);
    }
    const char **candidates = LW_NEW_ARRAY(context->arena, const char *, room);
    if (candidates == NULL) {
        return LW_NO_MEMORY;
    }
    size_t count = 0;
    for (int kind = 0; kind < LW_PRESET_KINDS; kind++) {
        for (size_t i = 0; i < lw_catalog_count(catalog, (lw_preset_kind)kind); i++) {
            const lw_preset *preset = lw_catalog_at(catalog, (lw_preset_kind)kind, i);
            if (preset != NULL) {
                candidates[count++] = preset->name;
            }
        }
    }
    for (size_t i = 0; i < group_count; i++) {
        if (groups[i].name != NULL) {
            candidates[count++] = groups[i].name;
        }
        for (const lw_option *row = groups[i].options; row->key != NULL; row++) {
            candidates[count++] = row->key;
        }
    }
    for (const lw_term *term = lw_terms; term->name != NULL; term++) {
        candidates[count++] = term->name;
    }
    const char *dot = strrchr(name, '.');
    const char *near = lw_nearest(dot == NULL ? name : dot + 1, candidates, count);
    const char *hint = near != NULL ? lw_diags_text(context->diags, "did you mean lanewise explain %s?", near)
                                    : "lanewise explain shows what there is";
    (void)lw_error(context->diags, (lw_place){0}, hint, "nothing is known about \"%s\"", name);
    return LW_BAD_USAGE;
}

// "workloads.copy", "links.pcie": the kind under its section, as the overview lists it.
static const char *without_section(const lw_key_group *groups, size_t count, const char *name) {
    for (size_t i = 0; i < count; i++) {
        size_t length = strlen(groups[i].section);
        if (groups[i].name != NULL && strncmp(name, groups[i].section, length) == 0 && name[length] == '.' &&
            strcmp(name + length + 1, groups[i].name) == 0) {
            return groups[i].name;
        }
    }
    return name;
}

static lw_status explain_name(const lw_context *context, const char *path, lw_text *out) {
    size_t count = 0;
    lw_key_group *groups = LW_NEW_ARRAY(context->arena, lw_key_group, LW_KEY_GROUPS_MAX);
    if (groups == NULL) {
        return LW_NO_MEMORY;
    }
    lw_key_groups(groups, &count);
    const char *name = without_section(groups, count, path);
    const lw_family *family = lw_family_find(name);
    if (family != NULL) {
        return explain_family(context, family, out);
    }
    for (int kind = 0; kind < LW_PRESET_KINDS; kind++) {
        const lw_preset *preset = lw_catalog_find(context->catalog, (lw_preset_kind)kind, name);
        if (preset != NULL) {
            return explain_preset(context, preset, out);
        }
    }
    const char *table = find_measured(context, name);
    if (table != NULL) {
        return explain_measured(context, table, out);
    }
    const lw_key_group *group = find_group(groups, count, name);
    if (group != NULL) {
        return explain_group(context, group, out);
    }
    bool section = false;
    lw_status listed = explain_section(context, groups, count, name, out, &section);
    if (listed != LW_OK || section) {
        return listed;
    }
    const lw_term *term = lw_term_find(name);
    if (term != NULL) {
        lw_text_add(out, term->page);
    }
    bool found = false;
    lw_text key = {0};
    lw_status explained = lw_explain_key(name, context->arena, &key, &found);
    if (found) {
        lw_text_print(out, "%s%s", term != NULL ? "\n" : "", key.bytes);
    }
    lw_text_free(&key);
    LW_TRY(explained);
    return found || term != NULL ? LW_OK : explain_unknown(context, groups, count, name);
}

static lw_status explain_verb(lw_context *context) {
    lw_text text = {0};
    lw_status made = context->arguments->file_count == 0 ? explain_overview(context, &text)
                                                         : explain_name(context, context->arguments->file[0], &text);
    return lw_console_print(made, &text, context->diags);
}

static const char *const flag_names[] = {NULL};

const lw_verb lw_verb_explain = {
    .name = "explain",
    .operands = "[NAME|KEY]",
    .summary = "What a link, a preset or a key means, and where its numbers come from.",
    .examples = "  lanewise explain                      what can be explained\n"
                "  lanewise explain pcie                 a family of links\n"
                "  lanewise explain thunderbolt-4        a preset: sources, latency, where the rate goes\n"
                "  lanewise explain workloads.copy       a kind of work, and so for nodes\n"
                "  lanewise explain workloads.copy.memory  a key of the scenario file\n",
    .flags = flag_names,
    .least = 0,
    .most = 1,
    .run = explain_verb,
};
