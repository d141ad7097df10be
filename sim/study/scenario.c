// SPDX-License-Identifier: GPL-3.0-or-later
// From a file to checked points: include, --set, sweep, and a dry build of every point.
#include "sim/study/scenario.h"

#include <stdio.h>
#include <string.h>

#include "sim/base/list.h"
#include "sim/base/sha256.h"

#define AT(field) offsetof(lw_scenario_head, field)
#define NODE_ROW(key, field, help) \
    { key, LW_OPTION_YAML, LW_PLAIN, AT(field), "", NULL, 0, 0, help, NULL }

const lw_option lw_scenario_options[] = {
    {"lanewise", LW_OPTION_INTEGER, LW_PLAIN, AT(version), NULL, NULL, 1, 1, "format version of this file", NULL},
    {"title", LW_OPTION_TEXT, LW_PLAIN, AT(title), "", NULL, 0, 0, "headline of tables and charts", NULL},
    {"description", LW_OPTION_TEXT, LW_PLAIN, AT(description), "", NULL, 0, 0, "what the scenario is for", NULL},
    NODE_ROW("include", include, "files whose nodes, links and workloads come first"),
    NODE_ROW("nodes", nodes, "hosts, GPUs, switches: name: {preset: ...} or name: {kind: ...}"),
    NODE_ROW("links", links, "name: {between: [a, b], preset: ...} or with type and parameters"),
    NODE_ROW("workloads", workloads, "name: {kind: copy, from: ..., to: ..., bytes: ...}"),
    NODE_ROW("sweep", sweep, "path: list of values, or {from, to, factor | step}; all combinations run"),
    NODE_ROW("measured", measured, "names of measured tables to lay over the charts"),
    NODE_ROW("charts", charts, "charts to draw"),
    NODE_ROW("assert", asserts, "conditions on the results, such as \"workloads.upload.bandwidth_GBps > 6\""),
    {"seed", LW_OPTION_INTEGER, LW_PLAIN, AT(seed), "1", NULL, 0, 0x1p53, "of all random numbers", NULL},
    {"engine", LW_OPTION_WORD, LW_PLAIN, AT(engine), "packet", lw_engine_words, 0, 0,
     "packet jumps over repetitions; packet-exact makes every packet an event", NULL},
    {0}};

static const char *const point_keys[] = {"nodes", "links", "workloads", "seed", "engine", NULL};

// ---- Include ----

enum { INCLUDE_DEPTH_MAX = 8 };

typedef struct inclusion {
    const lw_catalog *catalog;
    lw_arena *arena;
    lw_diags *diags;
    lw_list sources;  // const lw_source *: of every file that was brought in
} inclusion;

static lw_status include_all(inclusion *in, lw_yaml *root, const char *folder, int depth);

static const char *folder_of(const char *path, lw_arena *arena) {
    const char *slash = strrchr(path, '/');
    return slash == NULL ? "." : lw_arena_copy_n(arena, path, (size_t)(slash - path));
}

static bool can_read(const char *path) {
    FILE *file = fopen(path, "rb");
    return file != NULL && fclose(file) == 0;
}

// "systems/dgx" is systems/dgx.yaml beside the file, else in the folder of presets.
static lw_status include_path(const inclusion *in, const lw_yaml *name, const char *folder, const char **out) {
    const char *places[2] = {folder, lw_catalog_folder(in->catalog)};
    if (name->kind != LW_SCALAR || name->text[0] == '\0') {
        return lw_error(in->diags, name->place, "write include: systems/NAME", "'include' takes the name of a file");
    }
    size_t length = strlen(name->text);
    const char *ending = length > 5 && strcmp(name->text + length - 5, ".yaml") == 0 ? "" : ".yaml";
    for (int i = 0; i < 2; i++) {
        const char *path = name->text[0] == '/' ? lw_arena_print(in->arena, "%s%s", name->text, ending)
                                                : lw_arena_print(in->arena, "%s/%s%s", places[i], name->text, ending);
        if (path == NULL) {
            return LW_NO_MEMORY;
        }
        if (can_read(path)) {
            *out = path;
            return LW_OK;
        }
    }
    return lw_error(in->diags, name->place, lw_diags_text(in->diags, "it is looked for in %s and %s", places[0], places[1]),
                    "there is no file '%s%s' to include", name->text, ending);
}

static lw_status include_one(inclusion *in, lw_yaml *into, const lw_yaml *name, const char *folder, int depth) {
    const char *path = NULL;
    const lw_source *source;
    lw_yaml *root;
    LW_TRY(include_path(in, name, folder, &path));
    if (depth >= INCLUDE_DEPTH_MAX) {
        return lw_error(in->diags, name->place, "does a file include itself?", "includes are nested more than %d deep",
                        INCLUDE_DEPTH_MAX);
    }
    LW_TRY(lw_source_read(path, in->arena, in->diags, &source));
    LW_TRY(lw_tree_parse(source, in->arena, in->diags, &root));
    const lw_source **kept = LW_LIST_ADD(&in->sources, const lw_source *, in->arena);
    const char *inner = folder_of(path, in->arena);
    if (kept == NULL || inner == NULL) {
        return LW_NO_MEMORY;
    }
    *kept = source;
    LW_TRY(include_all(in, root, inner, depth + 1));
    for (const lw_yaml *item = root->first; item != NULL; item = item->next) {
        bool brings = lw_is_among(item->key, (const char *const[]){"nodes", "links", "workloads", NULL});
        if (!brings && lw_option_find(lw_scenario_options, item->key) == NULL && strncmp(item->key, "x-", 2) != 0) {
            return lw_error(in->diags, item->key_place, "an included file brings nodes, links and workloads", "unknown key '%s'",
                            item->key);
        }
        if (brings) {
            lw_yaml *old = lw_tree_at(into, item->key);
            if (old != NULL && old->kind == LW_MAP && item->kind == LW_MAP) {
                LW_TRY(lw_tree_merge(old, item, in->arena));
            } else {
                LW_TRY(lw_tree_set(into, item->key, item, item->place, in->arena, in->diags));
            }
        }
    }
    return LW_OK;
}

// Bring in what root includes: what root says itself wins over it, later files over earlier ones.
static lw_status include_all(inclusion *in, lw_yaml *root, const char *folder, int depth) {
    if (root->kind != LW_MAP) {
        return lw_error(in->diags, root->place, "begin with lanewise: 1", "a scenario is a map of keys");
    }
    const lw_yaml *include = lw_map_get(root, "include");
    if (include == NULL) {
        return LW_OK;
    }
    lw_yaml *all = LW_NEW(in->arena, lw_yaml);
    if (all == NULL) {
        return LW_NO_MEMORY;
    }
    all->kind = LW_MAP;
    all->place = root->place;
    const lw_yaml *name = include->kind == LW_LIST ? include->first : include;
    while (name != NULL) {
        LW_TRY(include_one(in, all, name, folder, depth));
        name = include->kind == LW_LIST ? name->next : NULL;
    }
    LW_TRY(lw_tree_merge(all, root, in->arena));
    root->first = all->first;
    root->count = all->count;
    for (lw_yaml *item = root->first; item != NULL; item = item->next) {
        item->parent = root;
    }
    return LW_OK;
}

// ---- --set ----

// A fixed value ends the sweep of it. One of a single name ends no sweep of them all.
static void end_sweep(lw_yaml *root, const char *path) {
    lw_yaml *sweep = lw_tree_at(root, "sweep");
    if (sweep == NULL || sweep->kind != LW_MAP) {
        return;
    }
    for (lw_yaml **at = &sweep->first; *at != NULL;) {
        const char *axis = (*at)->key;
        bool same = lw_sweep_is_within(path, axis) && lw_sweep_is_within(axis, path);
        if (same && (strchr(axis, '*') == NULL || strcmp(axis, path) == 0)) {
            *at = (*at)->next;
            sweep->count--;
        } else {
            at = &(*at)->next;
        }
    }
}

// The keys of a sweep are paths with dots in them, so that lw_tree_set cannot reach them.
static lw_status set_axis(lw_yaml *root, const char *path, lw_yaml *value, lw_place at, lw_arena *arena, lw_diags *diags) {
    lw_yaml *sweep = lw_tree_at(root, "sweep");
    if (sweep == NULL || sweep->kind != LW_MAP) {
        lw_yaml empty = {.kind = LW_MAP, .place = at};
        LW_TRY(lw_tree_set(root, "sweep", &empty, at, arena, diags));
        sweep = lw_tree_at(root, "sweep");
    }
    lw_yaml holder = {.kind = LW_MAP, .first = value, .count = 1};
    value->key = path;
    value->key_place = at;
    return lw_tree_merge(sweep, &holder, arena);
}

static lw_status apply_set(lw_yaml *root, const char *argument, lw_arena *arena, lw_diags *diags, lw_list *settings) {
    lw_source *source = LW_NEW(arena, lw_source);
    const char *equals = strchr(argument, '=');
    if (source == NULL) {
        return LW_NO_MEMORY;
    }
    *source = (lw_source){"--set", argument, strlen(argument)};
    lw_place at = {source, 1, 1};
    if (equals == NULL || equals == argument) {
        (void)lw_error(diags, at, "write --set links.egpu.lanes=8", "'%s' is not of the form PATH=VALUE", argument);
        return LW_BAD_USAGE;
    }
    const char *path = lw_arena_copy_n(arena, argument, (size_t)(equals - argument));
    lw_source *text = LW_NEW(arena, lw_source);
    lw_yaml *value;
    if (path == NULL || text == NULL) {
        return LW_NO_MEMORY;
    }
    *text = (lw_source){lw_arena_print(arena, "--set %s", path), equals + 1, strlen(equals + 1)};
    if (text->name == NULL) {
        return LW_NO_MEMORY;
    }
    if (equals[1] == '\0') {
        (void)lw_error(diags, at, "write --set links.egpu.lanes=8", "--set %s gives no value", path);
        return LW_BAD_USAGE;
    }
    lw_status parsed = lw_tree_parse(text, arena, diags, &value);
    LW_TRY(parsed == LW_BAD_INPUT ? LW_BAD_USAGE : parsed);
    if (strncmp(path, "sweep.", 6) == 0) {
        return set_axis(root, path + 6, value, at, arena, diags);
    }
    end_sweep(root, path);
    lw_setting *kept = LW_LIST_ADD(settings, lw_setting, arena);
    if (kept == NULL) {
        return LW_NO_MEMORY;
    }
    *kept = (lw_setting){path, value, at};
    if (strcmp(path, "title") != 0) {
        LW_TRY(lw_sweep_check_path(root, path, at, arena, diags));
    }
    return lw_sweep_put(root, path, value, at, arena, diags);
}

static lw_status apply_text(lw_yaml *root, const char *key, const char *text, const char *flag, lw_arena *arena,
                            lw_diags *diags) {
    if (text == NULL) {
        return LW_OK;
    }
    lw_source *source = LW_NEW(arena, lw_source);
    if (source == NULL) {
        return LW_NO_MEMORY;
    }
    *source = (lw_source){flag, text, strlen(text)};
    lw_place at = {source, 1, 1};
    const lw_yaml *value = lw_scalar_new(arena, text, at);
    end_sweep(root, key);
    return value == NULL ? LW_NO_MEMORY : lw_tree_set(root, key, value, at, arena, diags);
}

static lw_status apply_load(lw_yaml *root, const lw_load *load, lw_arena *arena, lw_diags *diags, lw_list *settings) {
    if (load == NULL) {
        return LW_OK;
    }
    for (size_t i = 0; i < load->set_count; i++) {
        LW_TRY(apply_set(root, load->set[i], arena, diags, settings));
    }
    LW_TRY(apply_text(root, "engine", load->engine, "--engine", arena, diags));
    return apply_text(root, "seed", load->seed, "--seed", arena, diags);
}

// The part of a path behind the thing that is swept; "" where it is that thing itself.
static const char *behind(const char *path, const char *axis) {
    for (const char *dot = axis; dot != NULL; dot = strchr(dot + 1, '.')) {
        path += strcspn(path + 1, ".") + 1;
    }
    return *path == '.' ? path + 1 : path;
}

// A setting must leave the values of the sweep what they are called.
static lw_status check_late(const lw_setting *late, const lw_axis *axis, lw_diags *diags) {
    const char *key = behind(late->path, axis->path);
    size_t length = strcspn(key, ".");
    if (length == 0) {
        lw_warn(diags, late->place, lw_diags_text(diags, "set %s, which ends the sweep", axis->path),
                "points are named by the sweep of %s, which %s does not follow", axis->path, late->path);
        return LW_OK;
    }
    for (size_t v = 0; v < axis->count; v++) {
        for (const lw_yaml *own = axis->value[v]->kind == LW_MAP ? axis->value[v]->first : NULL; own != NULL; own = own->next) {
            if (strlen(own->key) == length && strncmp(own->key, key, length) == 0) {
                return lw_error(diags, late->place, lw_diags_text(diags, "set %s, which ends the sweep", axis->path),
                                "the sweep of %s sets %s itself", axis->path, own->key);
            }
        }
    }
    return LW_OK;
}

// Keep the settings at or below what is swept; the others stand in the tree and stay there.
static lw_status keep_late(lw_scenario *scenario, lw_list *settings, lw_diags *diags) {
    lw_setting *late = LW_LIST_ITEMS(settings, lw_setting);
    for (size_t i = 0; i < settings->count; i++) {
        bool under = false;
        for (size_t a = 0; a < scenario->sweep.axis_count; a++) {
            if (lw_sweep_is_within(late[i].path, scenario->sweep.axis[a].path)) {
                LW_TRY(check_late(&late[i], &scenario->sweep.axis[a], diags));
                under = true;
            }
        }
        if (under) {
            late[scenario->late_count++] = late[i];
        }
    }
    scenario->late = late;
    return LW_OK;
}

// ---- Points ----

lw_status lw_scenario_point(const lw_scenario *scenario, size_t point, lw_arena *arena, lw_diags *diags, lw_point_setup *out) {
    lw_yaml *root = lw_tree_copy(scenario->base, arena);
    if (root == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t i = 0; i < scenario->sweep.axis_count; i++) {
        const lw_axis *axis = &scenario->sweep.axis[i];
        const lw_yaml *value = axis->value[lw_sweep_value(&scenario->sweep, i, point)];
        LW_TRY(lw_sweep_put(root, axis->path, value, axis->place, arena, diags));
    }
    for (size_t i = 0; i < scenario->late_count; i++) {
        const lw_setting *late = &scenario->late[i];
        LW_TRY(lw_sweep_put(root, late->path, late->value, late->place, arena, diags));
    }
    lw_scenario_head head;
    lw_options_default(lw_scenario_options, &head);
    LW_TRY(lw_options_parse(lw_scenario_options, root, NULL, &head, NULL, diags));
    *out = (lw_point_setup){.seed = (uint64_t)head.seed, .engine = (lw_engine)head.engine};
    return lw_machine_read(root, scenario->catalog, arena, diags, &out->system);
}

static lw_status check_point(const lw_scenario *scenario, size_t point, lw_unused_keys *effects, lw_diags *diags) {
    lw_arena *arena = lw_arena_new();
    if (arena == NULL) {
        return LW_NO_MEMORY;
    }
    lw_point_setup setup;
    lw_built plan;
    lw_status status = lw_scenario_point(scenario, point, arena, diags, &setup);
    if (status == LW_OK) {
        status = lw_fabric_build(&setup.system, 0, arena, diags, &plan);
    }
    if (status == LW_OK) {
        status = lw_unused_keys_look(effects, &plan);
    }
    lw_arena_free(arena);
    return status;
}

static lw_status check_points(const lw_scenario *scenario, bool one_of_many, lw_arena *arena, lw_diags *diags) {
    lw_unused_keys *effects = lw_unused_keys_new(arena);
    if (effects == NULL) {
        return LW_NO_MEMORY;
    }
    size_t errors = lw_diags_errors(diags);
    lw_status worst = LW_OK;
    for (size_t i = 0; i < scenario->sweep.points; i++) {
        lw_status status = check_point(scenario, i, effects, diags);
        if (status != LW_OK && status != LW_BAD_INPUT) {
            return status;
        }
        worst = status != LW_OK ? status : worst;
        if (lw_diags_errors(diags) - errors >= LW_DIAG_MAX) {
            break;  // further points repeat it
        }
    }
    LW_TRY(worst);
    if (!one_of_many && lw_map_get(scenario->base, "workloads") != NULL) {  // without work all is idle, and that is said once
        lw_unused_keys_report(effects, scenario->included, scenario->included_count, diags);
    }
    return LW_OK;
}

// ---- Loading ----

static lw_status split(lw_yaml *root, lw_arena *arena, lw_diags *diags, lw_scenario_head *head, bool whole_file,
                       lw_scenario *out) {
    lw_option_set set = {0};
    const lw_yaml *version = lw_map_get(root, "measured");
    if (whole_file && version != NULL && version->kind == LW_SCALAR && lw_map_get(root, "lanewise") == NULL) {
        return lw_error(diags, version->key_place, "`lanewise validate` compares it with the model",
                        "this is a measured table, not a scenario");
    }
    lw_options_default(lw_scenario_options, head);
    lw_status status = lw_options_parse(lw_scenario_options, root, NULL, head, &set, diags);
    if (whole_file && !set.given[0]) {
        status = lw_error(diags, root->place, "begin with lanewise: 1", "the file does not say which format it has");
    }
    LW_TRY(status);
    out->title = head->title != NULL && head->title[0] != '\0' ? head->title : NULL;
    out->charts = head->charts;
    out->measured = head->measured;
    out->asserts = head->asserts;
    out->seed = (uint64_t)head->seed;
    out->base = lw_tree_copy(root, arena);
    if (out->base == NULL) {
        return LW_NO_MEMORY;
    }
    for (lw_yaml **at = &out->base->first; *at != NULL;) {
        if (lw_is_among((*at)->key, point_keys)) {
            at = &(*at)->next;
        } else {
            *at = (*at)->next;
            out->base->count--;
        }
    }
    return LW_OK;
}

static lw_status check_lists(const lw_scenario *scenario, lw_diags *diags) {
    const lw_yaml *const lists[] = {scenario->charts, scenario->measured, scenario->asserts};
    for (int i = 0; i < 3; i++) {
        if (lists[i] != NULL && lists[i]->kind != LW_LIST) {
            return lw_error(diags, lists[i]->place, "write [a, b], or one '- item' a line", "'%s' takes a list", lists[i]->key);
        }
    }
    return LW_OK;
}

static const char *name_of_file(const char *path, lw_arena *arena) {
    const char *slash = strrchr(path, '/'), *name = slash != NULL ? slash + 1 : path;
    size_t length = strlen(name);
    return lw_arena_copy_n(arena, name, length > 5 && strcmp(name + length - 5, ".yaml") == 0 ? length - 5 : length);
}

static lw_status load_tree(lw_yaml *root, const lw_source *source, bool whole_file, const lw_catalog *catalog,
                           const lw_load *load, lw_arena *arena, lw_diags *diags, lw_scenario **out) {
    lw_scenario *scenario = LW_NEW(arena, lw_scenario);
    const char *folder = folder_of(source->name, arena);
    if (scenario == NULL || folder == NULL) {
        return LW_NO_MEMORY;
    }
    scenario->catalog = catalog;
    scenario->file = source->name;
    scenario->folder = folder;
    lw_sha256(source->text != NULL ? source->text : "", source->text != NULL ? source->length : 0, scenario->sha256);
    lw_scenario_head head;
    inclusion in = {.catalog = catalog, .arena = arena, .diags = diags};
    LW_TRY(include_all(&in, root, folder, 0));
    scenario->included = LW_LIST_ITEMS(&in.sources, const lw_source *);
    scenario->included_count = in.sources.count;
    lw_list settings = {0};
    LW_TRY(apply_load(root, load, arena, diags, &settings));
    LW_TRY(split(root, arena, diags, &head, whole_file, scenario));
    if (scenario->title == NULL && (scenario->title = name_of_file(source->name, arena)) == NULL) {
        return LW_NO_MEMORY;
    }
    LW_TRY(check_lists(scenario, diags));
    LW_TRY(lw_sweep_read(head.sweep, scenario->base, arena, diags, &scenario->sweep));
    LW_TRY(keep_late(scenario, &settings, diags));
    LW_TRY(check_points(scenario, load != NULL && load->one_of_many, arena, diags));
    if ((head.workloads == NULL || head.workloads->first == NULL) && (load == NULL || !load->look_only)) {
        lw_warn(diags, head.workloads == NULL ? root->place : head.workloads->place,
                "add workloads: {upload: {kind: copy, from: host, to: gpu, bytes: 1 GiB}}",
                "the scenario has no workloads, so nothing will run");
    }
    *out = scenario;
    return LW_OK;
}

lw_status lw_scenario_load(const char *path, const lw_catalog *catalog, const lw_load *load, lw_arena *arena, lw_diags *diags,
                           lw_scenario **out) {
    const lw_source *source;
    lw_yaml *root;
    LW_TRY(lw_source_read(path, arena, diags, &source));
    LW_TRY(lw_tree_parse(source, arena, diags, &root));
    return load_tree(root, source, true, catalog, load, arena, diags, out);
}

lw_status lw_scenario_from_tree(const lw_yaml *root, const lw_source *source, const lw_catalog *catalog, const lw_load *load,
                                lw_arena *arena, lw_diags *diags, lw_scenario **out) {
    lw_yaml *copy = lw_tree_copy(root, arena);
    return copy == NULL ? LW_NO_MEMORY : load_tree(copy, source, false, catalog, load, arena, diags, out);
}

const char *lw_scenario_title(const lw_scenario *scenario) {
    return scenario->title;
}
size_t lw_scenario_points(const lw_scenario *scenario) {
    return scenario->sweep.points;
}
const char *lw_scenario_folder(const lw_scenario *scenario) {
    return scenario->folder;
}
const lw_yaml *lw_scenario_charts(const lw_scenario *scenario) {
    return scenario->charts;
}
const lw_yaml *lw_scenario_measured(const lw_scenario *scenario) {
    return scenario->measured;
}
const lw_yaml *lw_scenario_asserts(const lw_scenario *scenario) {
    return scenario->asserts;
}

lw_status lw_scenario_build(const lw_scenario *scenario, size_t point, lw_arena *arena, lw_diags *diags, lw_fabric *out) {
    lw_point_setup *setup = LW_NEW(arena, lw_point_setup);
    lw_built plan;
    if (setup == NULL) {
        return LW_NO_MEMORY;
    }
    LW_TRY(lw_scenario_point(scenario, point, arena, diags, setup));
    LW_TRY(lw_fabric_build(&setup->system, 0, arena, diags, &plan));
    *out = plan.fabric;
    return LW_OK;
}
