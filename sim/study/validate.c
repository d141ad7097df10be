// SPDX-License-Identifier: GPL-3.0-or-later
// Measured tables: scenarios that were really run. Each point is the table's scenario with the varied paths set; the model runs
// it and what the workload shows is compared with what was observed.
#include <math.h>
#include <omp.h>
#include <string.h>

#include "sim/lanewise.h"

enum { VARY_MAX = 8 };

static const char *const use_words[] = {"calibrate", "validate", NULL};
enum { USE_CALIBRATE, USE_VALIDATE };
static const char *const evidence_words[] = {"measured", "model", NULL};
enum { EVIDENCE_MEASURED, EVIDENCE_MODEL };

// The file as its keys say it.
typedef struct table_head {
    int64_t version;
    const char *name, *system, *label, *method, *notes, *observe;
    int use, evidence;
    const lw_yaml *source, *limit, *scenario, *vary, *points;
} table_head;

static const lw_option head_options[] = {
    {.key = "measured",
     .kind = LW_OPTION_INTEGER,
     .offset = offsetof(table_head, version),
     .minimum = 1,
     .maximum = 1,
     .help = "Version of this format; always 1."},
    {.key = "name",
     .kind = LW_OPTION_TEXT,
     .offset = offsetof(table_head, name),
     .help = "Name of the table, the same as the file's without .yaml."},
    {.key = "source",
     .kind = LW_OPTION_YAML,
     .offset = offsetof(table_head, source),
     .help = "Who published the numbers: title, author, date, url."},
    {.key = "system",
     .kind = LW_OPTION_TEXT,
     .offset = offsetof(table_head, system),
     .help = "The machine in one line, and what of it is assumed."},
    {.key = "label",
     .kind = LW_OPTION_TEXT,
     .offset = offsetof(table_head, label),
     .fallback = "",
     .help = "A few words for the legend of a chart; the name when left out."},
    {.key = "method",
     .kind = LW_OPTION_TEXT,
     .offset = offsetof(table_head, method),
     .fallback = "",
     .help = "How it was measured."},
    {.key = "notes",
     .kind = LW_OPTION_TEXT,
     .offset = offsetof(table_head, notes),
     .fallback = "",
     .help = "What a reader should know before trusting the numbers."},
    {.key = "use",
     .kind = LW_OPTION_WORD,
     .offset = offsetof(table_head, use),
     .words = use_words,
     .help = "Whether presets may be fitted to this table, or only be judged by it."},
    {.key = "evidence",
     .kind = LW_OPTION_WORD,
     .offset = offsetof(table_head, evidence),
     .words = evidence_words,
     .fallback = "measured",
     .help = "Whether the numbers were measured, or come from a model that others published."},
    {.key = "limit",
     .kind = LW_OPTION_YAML,
     .offset = offsetof(table_head, limit),
     .help = "The error that validate allows: median and worst of |model / measured - 1|."},
    {.key = "scenario",
     .kind = LW_OPTION_YAML,
     .offset = offsetof(table_head, scenario),
     .help = "nodes, links and workloads as in a scenario file."},
    {.key = "vary",
     .kind = LW_OPTION_YAML,
     .offset = offsetof(table_head, vary),
     .help = "Paths into the scenario, one a column of the points."},
    {.key = "observe",
     .kind = LW_OPTION_TEXT,
     .offset = offsetof(table_head, observe),
     .help = "What the last column is: workloads.NAME.bandwidth_GBps, .time_us, .time_s, .mean_wait_us or "
             ".mean_latency_us."},
    {.key = "points",
     .kind = LW_OPTION_YAML,
     .offset = offsetof(table_head, points),
     .help = "One list a point: the value of each varied path, then the observed number."},
    {.key = NULL},
};

typedef struct table_source {
    const char *title, *author, *date, *url;
} table_source;

static const lw_option source_options[] = {
    {.key = "title", .kind = LW_OPTION_TEXT, .offset = offsetof(table_source, title), .help = "Title of the publication."},
    {.key = "author", .kind = LW_OPTION_TEXT, .offset = offsetof(table_source, author), .help = "Who measured."},
    {.key = "date", .kind = LW_OPTION_TEXT, .offset = offsetof(table_source, date), .help = "When it was published or run."},
    {.key = "url", .kind = LW_OPTION_TEXT, .offset = offsetof(table_source, url), .fallback = "", .help = "Where to read it."},
    {.key = NULL},
};

typedef struct table_limit {
    double median, worst;
} table_limit;

static const lw_option limit_options[] = {
    {.key = "median",
     .kind = LW_OPTION_QUANTITY_REAL,
     .dimension = LW_PLAIN,
     .offset = offsetof(table_limit, median),
     .minimum = 0,
     .maximum = 10,
     .help = "Largest median error, e.g. 5 %."},
    {.key = "worst",
     .kind = LW_OPTION_QUANTITY_REAL,
     .dimension = LW_PLAIN,
     .offset = offsetof(table_limit, worst),
     .minimum = 0,
     .maximum = 10,
     .help = "Largest error of any point, e.g. 20 %."},
    {.key = NULL},
};

// What a workload can be observed by. Charts know the first two.
typedef struct metric {
    const char *word;
    size_t offset;  // of a double in lw_workload_result
    double scale;   // from that field to the word's unit
} metric;

static const metric metrics[] = {
    {"bandwidth_GBps", offsetof(lw_workload_result, bandwidth_GBps), 1},
    {"time_us", offsetof(lw_workload_result, time_s), 1e6},
    {"time_s", offsetof(lw_workload_result, time_s), 1},
    {"mean_wait_us", offsetof(lw_workload_result, mean_wait_ps), 1e-6},
    {"mean_latency_us", offsetof(lw_workload_result, mean_latency_ps), 1e-6},
};
enum { METRIC_COUNT = sizeof metrics / sizeof metrics[0] };

typedef struct table_point {
    lw_yaml *tree;    // the scenario with this point's values set
    lw_place place;   // of the point in the file
    double x;         // first varied value in the base unit; its number in the list when it is no quantity
    double observed;  // > 0
} table_point;

struct lw_measured {
    const lw_source *file;
    const lw_catalog *catalog;
    table_head head;
    table_source source;
    table_limit limit;
    const metric *metric;
    const char *workload;  // that is observed
    const char *family;    // of the first link
    const char *preset;    // of the first link; NULL when it has none
    const char *copy;      // "h2d", "d2h", "d2d" or NULL
    table_point *point;
    size_t point_count;
};

// ---- Reading ----

static lw_status parse_map(const lw_option *options, const lw_yaml *map, const char *what, void *target, lw_place at,
                           lw_diags *diags) {
    lw_option_set set = {0};
    lw_options_default(options, target);
    if (map && map->kind != LW_MAP) {
        return lw_error(diags, map->place, NULL, "%s must be a map of keys and values", what);
    }
    if (map) {
        LW_TRY(lw_options_parse(options, map, NULL, target, &set, diags));
    }
    return lw_options_require(options, &set, what, map ? map->place : at, diags);
}

// A bare 3 would be a limit of 300 %.
static lw_status check_limit(const lw_yaml *limit, lw_diags *diags) {
    for (int i = 0; limit_options[i].key != NULL; i++) {
        const lw_yaml *row = lw_map_get(limit, limit_options[i].key);
        if (!strchr(row->text, '%')) {
            return lw_error(diags, row->place, lw_diags_text(diags, "write %s: %s %%", row->key, row->text),
                            "the limit '%s' is not in percent", row->text);
        }
    }
    return LW_OK;
}

static lw_status parse_observe(lw_measured *table, const lw_yaml *root, lw_arena *arena, lw_diags *diags) {
    const lw_yaml *node = lw_map_get(root, "observe");
    const char *const hint = "write workloads.NAME.bandwidth_GBps, .time_us, .time_s, .mean_wait_us or .mean_latency_us";
    const char *prefix = "workloads.";
    const char *dot = strrchr(node->text, '.');
    if (strncmp(node->text, prefix, strlen(prefix)) != 0 || dot < node->text + strlen(prefix)) {
        return lw_error(diags, node->place, hint, "'%s' is nothing that can be observed", node->text);
    }
    for (size_t i = 0; i < METRIC_COUNT; i++) {
        if (strcmp(dot + 1, metrics[i].word) == 0) {
            table->metric = &metrics[i];
        }
    }
    if (!table->metric) {
        return lw_error(diags, node->place, hint, "a workload has no '%s'", dot + 1);
    }
    const char *name = node->text + strlen(prefix);
    table->workload = lw_arena_copy_n(arena, name, (size_t)(dot - name));
    if (!table->workload) {
        return LW_NO_MEMORY;
    }
    if (!lw_map_get(lw_map_get(table->head.scenario, "workloads"), table->workload)) {
        return lw_error(diags, node->place, NULL, "the table's scenario has no workload '%s'", table->workload);
    }
    return LW_OK;
}

// The number that a chart puts on its axis: whatever quantity the text is.
static double axis_value(const lw_yaml *node, size_t index) {
    lw_quantity quantity;
    return node->kind == LW_SCALAR && lw_quantity_parse_any(node->text, &quantity) ? quantity.value : (double)index;
}

static lw_status parse_point(lw_measured *table, const lw_yaml *row, size_t index, lw_arena *arena, lw_diags *diags) {
    const lw_yaml *vary = table->head.vary;
    if (row->kind != LW_LIST || row->count != vary->count + 1) {
        return lw_error(diags, row->place, lw_diags_text(diags, "write a list of %zu values", vary->count + 1),
                        "a point is one value for each varied path and then what was observed");
    }
    table_point *point = &table->point[index];
    point->place = row->place;
    point->x = axis_value(row->first, index);
    point->tree = lw_tree_copy(table->head.scenario, arena);
    if (!point->tree) {
        return LW_NO_MEMORY;
    }
    const lw_yaml *value = row->first;
    for (const lw_yaml *path = vary->first; path; path = path->next, value = value->next) {
        LW_TRY(lw_tree_set(point->tree, path->text, value, path->place, arena, diags));
    }
    lw_quantity observed;
    const char *problem = NULL, *hint = NULL;
    if (value->kind != LW_SCALAR) {
        return lw_error(diags, value->place, NULL, "the observed value must be a number");
    }
    if (!lw_quantity_parse(value->text, LW_PLAIN, &observed, &problem, &hint)) {
        return lw_error(diags, value->place, lw_diags_text(diags, "the unit stands in %s", table->metric->word),
                        "the observed value '%s' is no bare number", value->text);
    }
    if (!(observed.value > 0)) {
        return lw_error(diags, value->place, NULL, "the observed value must be greater than 0");
    }
    point->observed = observed.value;
    return LW_OK;
}

static lw_status parse_points(lw_measured *table, lw_arena *arena, lw_diags *diags) {
    const lw_yaml *vary = table->head.vary, *points = table->head.points;
    if (vary->kind != LW_LIST || vary->count < 1 || vary->count > VARY_MAX) {
        return lw_error(diags, vary->place, "write for example [workloads.copy.bytes]", "vary must list 1 to %d paths", VARY_MAX);
    }
    for (const lw_yaml *path = vary->first; path; path = path->next) {
        if (path->kind != LW_SCALAR) {
            return lw_error(diags, path->place, NULL, "a varied path must be a text such as workloads.copy.bytes");
        }
    }
    if (points->kind != LW_LIST || points->count == 0) {
        return lw_error(diags, points->place, "write for example [[1 KiB, 0.0414], [1 MiB, 16.3]]",
                        "points must list at least one point");
    }
    table->point = LW_NEW_ARRAY(arena, table_point, points->count);
    if (!table->point) {
        return LW_NO_MEMORY;
    }
    table->point_count = points->count;
    size_t index = 0;
    lw_status status = LW_OK;
    for (const lw_yaml *row = points->first; row && status != LW_NO_MEMORY; row = row->next, index++) {
        lw_status of_point = parse_point(table, row, index, arena, diags);
        status = of_point == LW_OK ? status : of_point;
    }
    return status;
}

static const char *node_kind(const lw_measured *table, const lw_yaml *nodes, const char *name) {
    const lw_yaml *node = name ? lw_map_get(nodes, name) : NULL;
    const char *preset = lw_map_text(node, "preset");
    const lw_preset *found = preset ? lw_catalog_find(table->catalog, LW_PRESET_DEVICE, preset) : NULL;
    return found ? found->type : lw_map_text(node, "kind");
}

// Family and preset of the first link and the direction of the observed copy, as the first point has them. The scenario checks
// what is wrong there when it is loaded, so that nothing is said about it here.
static void describe(lw_measured *table) {
    const lw_yaml *tree = table->point[0].tree;
    const lw_yaml *links = lw_map_get(tree, "links");
    const lw_yaml *link = links && links->kind == LW_MAP ? links->first : NULL;
    table->preset = lw_map_text(link, "preset");
    const lw_preset *found = table->preset ? lw_catalog_find(table->catalog, LW_PRESET_LINK, table->preset) : NULL;
    table->family = found ? found->type : lw_map_text(link, "type");
    if (!table->family) {
        table->family = "unknown";
    }
    const lw_yaml *workload = lw_map_get(lw_map_get(tree, "workloads"), table->workload);
    const lw_yaml *nodes = lw_map_get(tree, "nodes");
    const char *from = node_kind(table, nodes, lw_map_text(workload, "from"));
    const char *to = node_kind(table, nodes, lw_map_text(workload, "to"));
    if (from && to) {
        bool from_host = strcmp(from, "host") == 0, to_host = strcmp(to, "host") == 0;
        table->copy = from_host ? (to_host ? NULL : "h2d") : (to_host ? "d2h" : "d2d");
    }
}

lw_status lw_measured_load(const char *path, const lw_catalog *catalog, lw_arena *arena, lw_diags *diags, lw_measured **out) {
    const lw_source *file = NULL;
    LW_TRY(lw_source_read(path, arena, diags, &file));
    lw_yaml *root = NULL;
    LW_TRY(lw_tree_parse(file, arena, diags, &root));
    lw_measured *table = LW_NEW(arena, lw_measured);
    if (!table) {
        return LW_NO_MEMORY;
    }
    table->file = file;
    table->catalog = catalog;
    const lw_place whole = {.source = file};
    const lw_yaml *version = lw_map_get(root, "lanewise");
    if (version && !lw_map_get(root, "measured")) {
        return lw_error(diags, version->key_place, "`lanewise run` runs it", "this is a scenario, not a measured table");
    }
    LW_TRY(parse_map(head_options, root, "a measured table", &table->head, whole, diags));
    LW_TRY(parse_map(source_options, table->head.source, "source", &table->source, whole, diags));
    LW_TRY(parse_map(limit_options, table->head.limit, "limit", &table->limit, whole, diags));
    LW_TRY(check_limit(table->head.limit, diags));
    if (table->head.scenario->kind != LW_MAP) {
        return lw_error(diags, table->head.scenario->place, "write nodes, links and workloads below it",
                        "scenario must be a map");
    }
    LW_TRY(parse_observe(table, root, arena, diags));
    LW_TRY(parse_points(table, arena, diags));
    describe(table);
    *out = table;
    return LW_OK;
}

// ---- Comparing ----

// Everything that is wrong in a point is told; warnings and notes only by the first one, since the others would repeat them.
static void forward_errors(const lw_diags *from, lw_diags *to) {
    for (size_t i = 0; i < lw_diags_count(from); i++) {
        const lw_diag *diag = lw_diags_at(from, i);
        if (diag->severity == LW_ERROR) {
            lw_error(to, diag->place, diag->hint, "%s", diag->message);
        }
    }
}

// One point of a table on its way to a number.
typedef struct trial {
    const lw_scenario *scenario;
    lw_status status;  // of its run
    double model;
} trial;

static lw_status load_point(const lw_measured *table, const table_point *point, lw_arena *arena, lw_diags *diags,
                            const lw_scenario **out) {
    const lw_load load = {.one_of_many = true};
    lw_scenario *scenario = NULL;
    LW_TRY(lw_scenario_from_tree(point->tree, table->file, table->catalog, &load, arena, diags, &scenario));
    if (lw_scenario_points(scenario) != 1) {
        return lw_error(diags, point->place, "list the values under points", "the scenario of a measured table cannot sweep");
    }
    *out = scenario;
    return LW_OK;
}

static lw_status load_points(const lw_measured *table, lw_arena *arena, lw_diags *diags, trial *out) {
    for (size_t i = 0; i < table->point_count; i++) {
        lw_diags *findings = i == 0 ? diags : lw_diags_new(arena);
        if (!findings) {
            return LW_NO_MEMORY;
        }
        lw_status status = load_point(table, &table->point[i], arena, findings, &out[i].scenario);
        if (status != LW_OK && findings != diags) {
            forward_errors(findings, diags);
        }
        LW_TRY(status);
    }
    return LW_OK;
}

static lw_status run_point(const lw_measured *table, const lw_scenario *scenario, const lw_run *run, lw_arena *arena,
                           lw_diags *diags, double *model) {
    const lw_run one = {.threads = 1, .stop = run->stop, .nominal = true};
    lw_result result = {0};
    LW_TRY(lw_scenario_run(scenario, &one, arena, diags, &result));
    for (size_t i = 0; i < result.point[0].workload_count; i++) {
        const lw_workload_result *workload = &result.point[0].workload[i];
        if (strcmp(workload->name, table->workload) == 0) {
            double field;
            memcpy(&field, (const char *)workload + table->metric->offset, sizeof field);
            *model = field * table->metric->scale;
            return LW_OK;
        }
    }
    return lw_error(diags, (lw_place){.source = table->file}, NULL, "the run has no result for workload '%s'", table->workload);
}

// All tables' points, one after the other.
typedef struct trials {
    const lw_measured *const *table;  // of each trial
    trial *trial;
    size_t count, done;
    const lw_run *run;
} trials;

static void try_one(trials *all, size_t index) {
    trial *one = &all->trial[index];
    lw_arena *arena = lw_arena_new();
    // Nothing is told from here, so that the order of what is told depends on no thread.
    one->status = arena ? run_point(all->table[index], one->scenario, all->run, arena, NULL, &one->model) : LW_NO_MEMORY;
    lw_arena_free(arena);
#pragma omp critical(lanewise_trials)
    {
        all->done++;
        if (all->run->progress) {
            all->run->progress(all->done, all->count, all->run->user);
        }
    }
}

static void try_all(trials *all) {
    // The pragma reads it. NOLINTNEXTLINE(clang-analyzer-deadcode.DeadStores)
    int threads = all->run->threads > 0 ? all->run->threads : omp_get_max_threads();
    int64_t count = (int64_t)all->count;
#pragma omp parallel for schedule(dynamic) num_threads(threads)
    for (int64_t i = 0; i < count; i++) {
        if (all->run->stop && *all->run->stop != 0) {
            all->trial[i].status = LW_INTERRUPTED;
        } else {
            try_one(all, (size_t)i);
        }
    }
}

static lw_status compare(const lw_measured *table, const trial *tried, const lw_run *run, lw_arena *arena, lw_diags *diags,
                         lw_validation *out) {
    const size_t n = table->point_count;
    lw_validation result = {.name = table->head.name,
                            .family = table->family,
                            .use = use_words[table->head.use],
                            .points = n,
                            .limit_median = table->limit.median,
                            .limit_worst = table->limit.worst,
                            .rows = lw_arena_alloc(arena, n, sizeof(double[3]))};
    double *error = LW_NEW_ARRAY(arena, double, n);
    if (!result.rows || !error) {
        return LW_NO_MEMORY;
    }
    for (size_t i = 0; i < n; i++) {
        const table_point *point = &table->point[i];
        double model = tried[i].model;
        if (tried[i].status == LW_NO_MEMORY || tried[i].status == LW_INTERRUPTED) {
            return tried[i].status;
        }
        if (tried[i].status != LW_OK) {  // again, to be told why
            LW_TRY(run_point(table, tried[i].scenario, run, arena, diags, &model));
        }
        result.rows[i][0] = point->x;
        result.rows[i][1] = point->observed;
        result.rows[i][2] = model;
        error[i] = fabs(model / point->observed - 1);
    }
    result.error = lw_spread_of(error, n);
    result.ok = result.error.median <= result.limit_median && result.error.worst <= result.limit_worst;
    *out = result;
    return LW_OK;
}

lw_status lw_measured_validate(lw_measured *const *table, size_t count, const lw_run *run, lw_arena *arena, lw_diags *diags,
                               lw_validation *out, size_t *done) {
    size_t points = 0;
    for (size_t t = 0; t < count; t++) {
        points += table[t]->point_count;
    }
    const lw_measured **owner = LW_NEW_ARRAY(arena, const lw_measured *, points);
    const lw_measured **loaded = LW_NEW_ARRAY(arena, const lw_measured *, count);
    trials all = {.table = owner, .trial = LW_NEW_ARRAY(arena, trial, points), .run = run};
    *done = 0;
    if (!owner || !loaded || !all.trial) {
        return LW_NO_MEMORY;
    }
    lw_status first = LW_OK;
    size_t loaded_count = 0;
    for (size_t t = 0; t < count; t++) {
        lw_status status = load_points(table[t], arena, diags, &all.trial[all.count]);
        if (status == LW_NO_MEMORY) {
            return status;
        }
        first = first == LW_OK ? status : first;
        if (status == LW_OK) {
            loaded[loaded_count++] = table[t];
            for (size_t i = 0; i < table[t]->point_count; i++) {
                owner[all.count++] = table[t];
            }
        }
    }
    try_all(&all);
    const trial *tried = all.trial;
    for (size_t t = 0; t < loaded_count; tried += loaded[t++]->point_count) {
        lw_status status = compare(loaded[t], tried, run, arena, diags, &out[*done]);
        *done += status == LW_OK;
        first = first == LW_OK || status == LW_INTERRUPTED ? status : first;
    }
    return first;
}

// Is the first varied path the size of the observed work?
static bool is_over_sizes(const lw_measured *table) {
    static const char before[] = "workloads.", after[] = ".bytes";
    const char *path = table->head.vary->first->text;
    size_t length = strlen(table->workload);
    return strncmp(path, before, sizeof before - 1) == 0 && strncmp(path + sizeof before - 1, table->workload, length) == 0 &&
           strcmp(path + sizeof before - 1 + length, after) == 0;
}

lw_status lw_measured_series_of(const lw_measured *table, lw_arena *arena, lw_measured_series *out) {
    const table_source *source = &table->source;
    lw_measured_series series = {
        .table = table->head.name,
        .label = table->head.label[0] ? table->head.label : table->head.name,
        .provenance = lw_arena_print(arena, "%s: %s, %s", source->author, source->title, source->date),
        .series = table->preset,
        .family = table->family,
        .observe = table->metric->word,
        .over_sizes = is_over_sizes(table),
        .direction = table->copy,
        .points = lw_arena_alloc(arena, table->point_count, sizeof(double[2])),
        .count = table->point_count,
        .validate_only = table->head.use == USE_VALIDATE,
        .modelled = table->head.evidence == EVIDENCE_MODEL,
    };
    if (!series.provenance || !series.points) {
        return LW_NO_MEMORY;
    }
    for (size_t i = 0; i < table->point_count; i++) {
        series.points[i][0] = table->point[i].x;
        series.points[i][1] = table->point[i].observed;
    }
    *out = series;
    return LW_OK;
}
