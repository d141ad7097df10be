// SPDX-License-Identifier: GPL-3.0-or-later
// The files of measured tables.
#include "sim/study/measured.h"

#include <string.h>

#include "sim/config/source.h"
#include "sim/study/point_list.h"

const char *const lw_use_words[] = {"calibrate", "validate", "neither", NULL};
enum { USE_VALIDATE = 1 };
enum { VARY_MAX = 8 };

// Why it is on that side: drawn by the hash of its system_id; a system that shaped a preset
// before sides were drawn; one that had validated and shaped none by then.
const char *const lw_side_words[] = {"hash", "shaped", "kept", NULL};

static const char *const evidence_words[] = {"measured", "model", NULL};
enum { EVIDENCE_MEASURED, EVIDENCE_MODEL };

// The file as its keys say it.
typedef struct table_head {
    int64_t version;
    const char *name, *system, *system_id, *label, *class, *method, *notes;
    int use, side, evidence;
    const lw_yaml *source, *limit, *scenario, *vary, *observe, *points, *quotes;
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
     .help = "Who published the numbers: title, author, date, url.",
     .schema = "\"$ref\": \"#/$defs/source\""},
    {.key = "system",
     .kind = LW_OPTION_TEXT,
     .offset = offsetof(table_head, system),
     .help = "The machine in one line, and what of it is assumed."},
    {.key = "system_id",
     .kind = LW_OPTION_TEXT,
     .offset = offsetof(table_head, system_id),
     .fallback = "",
     .help =
         "Machine, card and author in a word: all tables of one are for calibration or all for validation; the table's name when "
         "left out."},
    {.key = "label",
     .kind = LW_OPTION_TEXT,
     .offset = offsetof(table_head, label),
     .fallback = "",
     .help = "A few words for the legend of a chart; the name when left out."},
    {.key = "class",
     .kind = LW_OPTION_TEXT,
     .offset = offsetof(table_head, class),
     .fallback = "",
     .help = "With which tables validate sums it up; those of the same link family when left out."},
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
     .words = lw_use_words,
     .help =
         "Calibration set (presets may be fitted to it), validation set (they never are), or neither (a simulation of others)."},
    {.key = "side",
     .kind = LW_OPTION_WORD,
     .offset = offsetof(table_head, side),
     .words = lw_side_words,
     .fallback = "hash",
     .help = "Why it is on that side: hash (the SHA-256 of its system_id; in each class the third with the least validates), "
             "shaped (its system shaped a preset before) or kept (it had validated before)."},
    {.key = "evidence",
     .kind = LW_OPTION_WORD,
     .offset = offsetof(table_head, evidence),
     .words = evidence_words,
     .fallback = "measured",
     .help = "Whether the numbers were measured, or come from a model that others published."},
    {.key = "limit",
     .kind = LW_OPTION_YAML,
     .offset = offsetof(table_head, limit),
     .fallback = "",
     .help = "The error that validate allows: median and worst of |model / measured - 1|; any when left out.",
     .schema = "\"$ref\": \"#/$defs/limit\""},
    {.key = "scenario",
     .kind = LW_OPTION_YAML,
     .offset = offsetof(table_head, scenario),
     .help = "nodes, links and workloads as in a scenario file.",
     .schema = "\"$ref\": \"#/$defs/scenario\""},
    {.key = "quotes",
     .kind = LW_OPTION_YAML,
     .offset = offsetof(table_head, quotes),
     .fallback = "",
     .help =
         "What the source says of a setting that fits produce elsewhere, such as nodes.gpu.submit: one sentence for each path.",
     .schema = "\"type\": \"object\", \"additionalProperties\": {\"type\": \"string\"}"},
    {.key = "vary",
     .kind = LW_OPTION_YAML,
     .offset = offsetof(table_head, vary),
     .help = "Paths into the scenario, one a column of the points.",
     .schema = "\"type\": \"array\", \"minItems\": 1, \"items\": {\"type\": \"string\"}"},
    {.key = "observe",
     .kind = LW_OPTION_YAML,
     .offset = offsetof(table_head, observe),
     .help =
         "What the last column is: workloads.NAME.bandwidth_GBps, .time_us, .tokens_per_s, .mean_wait_us or .mean_latency_us; of several "
         "workloads {sum: [...]}, {mean: [...]} or, of time_us, {makespan: [...]}.",
     .schema = "\"anyOf\": [{\"type\": \"string\"}, {\"type\": \"object\", \"minProperties\": 1, \"maxProperties\": 1, "
               "\"additionalProperties\": {\"type\": \"array\", \"items\": {\"type\": \"string\"}}}]"},
    {.key = "points",
     .kind = LW_OPTION_YAML,
     .offset = offsetof(table_head, points),
     .help = "One list a point: the value of each varied path, then the observed number; or a CSV file beside the table, "
             "whose first line names these columns.",
     .schema = "\"anyOf\": [{\"type\": \"string\"}, {\"type\": \"array\", \"items\": {\"type\": \"array\"}}]"},
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
     .maximum = 100,
     .help = "Largest error of any point, e.g. 20 %."},
    {.key = NULL},
};

static const lw_option no_options[] = {{0}};
const lw_file_map lw_measured_maps[] = {{"", "the file's own keys", head_options, LW_FILE_KEYS},
                                        {"source", "who published the numbers", source_options, LW_FILE_KEYS},
                                        {"limit", "the error that is allowed, in percent", limit_options, LW_FILE_KEYS},
                                        {"scenario", "what was run", no_options, LW_FILE_SCENARIO},
                                        {0}};

typedef struct reading {
    lw_measured *table;
    table_head head;
    table_source source;
    table_limit limit;
    lw_reader reader;
    lw_arena *arena;
    lw_diags *diags;
} reading;

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

// The number that a chart puts on its axis: whatever quantity the text is.
static double axis_value(const lw_yaml *node, size_t index) {
    lw_quantity quantity;
    return node->kind == LW_SCALAR && lw_quantity_parse_any(node->text, &quantity) ? quantity.value : (double)index;
}

// A text that is no quantity, as the name of a preset.
static const char *name_of(const lw_yaml *node) {
    lw_quantity quantity;
    return node->kind == LW_SCALAR && !lw_quantity_parse_any(node->text, &quantity) ? node->text : NULL;
}

// What the scenario itself has at "nodes.gpus.count"; NULL: nothing.
static const lw_yaml *own_value(const reading *in, const char *path) {
    const lw_yaml *at = in->head.scenario;
    for (const char *key = path; at != NULL && key != NULL;) {
        const size_t length = strcspn(key, ".");
        const lw_yaml *item = at->kind == LW_MAP ? at->first : NULL;
        while (item != NULL && (strlen(item->key) != length || strncmp(item->key, key, length) != 0)) {
            item = item->next;
        }
        at = item;
        key = key[length] == '.' ? key + length + 1 : NULL;
    }
    return at;
}

static bool is_same(const lw_yaml *a, const lw_yaml *b) {
    if (a == NULL || b == NULL || a->kind != b->kind || a->kind == LW_MAP) {
        return false;
    }
    const lw_yaml *x = a->kind == LW_LIST ? a->first : NULL, *y = b->kind == LW_LIST ? b->first : NULL;
    while (x != NULL && y != NULL && is_same(x, y)) {
        x = x->next;
        y = y->next;
    }
    return a->kind == LW_SCALAR ? strcmp(a->text, b->text) == 0 : x == NULL && y == NULL;
}

// Are all but the first varied values those of the scenario, or of the last point?
static bool is_own(const reading *in, const lw_yaml *row, const lw_yaml *last) {
    const lw_yaml *value = row->first->next, *other = last != NULL ? last->first->next : NULL;
    bool own = true;
    for (const lw_yaml *path = in->head.vary->first->next; path != NULL; path = path->next, value = value->next) {
        own = own && is_same(value, last != NULL ? other : own_value(in, path->text));
        other = last != NULL ? other->next : NULL;
    }
    return own;
}

// Where no point is as the scenario says, those that are as the last one.
static void find_own(const reading *in) {
    const lw_yaml *last = in->head.points->first;
    while (last->next != NULL) {
        last = last->next;
    }
    bool some = false;
    for (int round = 0; round < 2 && !some; round++) {
        size_t index = 0;
        for (const lw_yaml *row = in->head.points->first; row != NULL; row = row->next, index++) {
            in->table->point[index].own = is_own(in, row, round == 1 ? last : NULL);
            some = some || in->table->point[index].own;
        }
    }
}

static lw_status parse_point(const reading *in, const lw_yaml *row, size_t index) {
    const lw_yaml *vary = in->head.vary;
    if (row->kind != LW_LIST || row->count != vary->count + 1) {
        return lw_error(in->diags, row->place, lw_diags_text(in->diags, "write a list of %zu values", vary->count + 1),
                        "a point is one value for each varied path and then what was observed");
    }
    lw_measured_point *point = &in->table->point[index];
    point->place = row->place;
    point->x = axis_value(row->first, index);
    point->name = name_of(row->first);
    const lw_yaml *value = row->first;
    for (size_t i = 0; i < vary->count; i++) {
        value = value->next;
    }
    lw_quantity observed;
    const char *problem = NULL, *hint = NULL;
    if (value->kind != LW_SCALAR) {
        return lw_error(in->diags, value->place, NULL, "the observed value must be a number");
    }
    if (!lw_quantity_parse(value->text, LW_PLAIN, &observed, &problem, &hint)) {
        return lw_error(in->diags, value->place, lw_diags_text(in->diags, "the unit stands in %s", in->table->observed.words),
                        "the observed value '%s' is no bare number", value->text);
    }
    if (!(observed.value > 0)) {
        return lw_error(in->diags, value->place, NULL, "the observed value must be greater than 0");
    }
    point->observed = observed.value;
    return LW_OK;
}

static lw_status read_file(reading *in) {
    const lw_point_columns columns = {in->head.vary, in->table->observed.metric->name};
    const char *const folder[] = {lw_folder_of(in->table->file->name, in->arena),
                                  lw_catalog_folder(lw_presets_catalog(in->reader.presets))};
    lw_yaml *list = NULL;
    LW_TRY(folder[0] == NULL ? LW_NO_MEMORY : lw_point_list_read(in->head.points, &columns, folder, in->arena, in->diags, &list));
    in->head.points = list;
    return LW_OK;
}

static lw_status check_vary(const reading *in) {
    const lw_yaml *vary = in->head.vary;
    if (vary->kind != LW_LIST || vary->count < 1 || vary->count > VARY_MAX) {
        return lw_error(in->diags, vary->place, "write for example [workloads.copy.bytes]", "vary must list 1 to %d paths",
                        VARY_MAX);
    }
    for (const lw_yaml *path = vary->first; path != NULL; path = path->next) {
        if (path->kind != LW_SCALAR) {
            return lw_error(in->diags, path->place, NULL, "a varied path must be a text such as workloads.copy.bytes");
        }
    }
    return LW_OK;
}

static lw_status parse_points(reading *in) {
    LW_TRY(check_vary(in));
    LW_TRY(in->head.points->kind == LW_SCALAR && in->head.points->text[0] != '\0' ? read_file(in) : LW_OK);
    const lw_yaml *points = in->head.points;
    if (points->kind != LW_LIST || points->count == 0) {
        return lw_error(in->diags, points->place, "write for example [[1 KiB, 0.0414], [1 MiB, 16.3]]",
                        "points must list at least one point");
    }
    in->table->point = LW_NEW_ARRAY(in->arena, lw_measured_point, points->count);
    if (in->table->point == NULL) {
        return LW_NO_MEMORY;
    }
    in->table->point_count = points->count;
    in->table->vary = in->head.vary;
    in->table->rows = points;
    size_t index = 0;
    lw_status status = LW_OK;
    for (const lw_yaml *row = points->first; row != NULL; row = row->next, index++) {
        lw_status of_point = parse_point(in, row, index);
        status = of_point == LW_OK ? status : of_point;
    }
    LW_TRY(status);
    find_own(in);
    return LW_OK;
}

static lw_status read_scenario(const reading *in) {
    const lw_table table = {in->head.scenario, in->head.vary, in->head.points, in->table->file};
    lw_document *document;
    LW_TRY(lw_document_of_table(&in->reader, &table, &document));
    in->table->document = document;
    bool linked = document->count[LW_SECTION_LINKS] > 0;
    const lw_family *family = linked ? lw_family_of(document->object[LW_SECTION_LINKS][0]->type) : NULL;
    in->table->family = family != NULL ? family->type.name : "memory";
    in->table->hue = family != NULL ? family->hue : LW_HUE_GREY;
    return LW_OK;
}

// What only a fit could have found belongs into a preset, where it holds for every table.
static lw_status check_fitted(const reading *in, const lw_object *object) {
    lw_status status = LW_OK;
    const lw_option *options = object->type->options;
    for (size_t i = 0; options[i].key != NULL; i++) {
        const char *path = lw_arena_print(in->arena, "%s.%s.%s", object->section->name, object->name, options[i].key);
        if (path == NULL) {
            return LW_NO_MEMORY;
        }
        const bool own = options[i].fitted && lw_map_get(object->yaml, options[i].key) != NULL;
        if (own && lw_map_text(in->head.quotes, path) == NULL) {
            status =
                lw_error(in->diags, object->set->mark[i].place,
                         lw_diags_text(in->diags, "put it in a preset, or write quotes: {%s: \"what the source says\"}", path),
                         "the table sets %s, which fits produce, and quotes nobody for it", path);
        }
    }
    return status;
}

static lw_status check_all_fitted(const reading *in) {
    lw_status status = LW_OK;
    for (int s = 0; s < LW_SECTIONS; s++) {
        for (size_t i = 0; i < in->table->document->count[s]; i++) {
            const lw_status one = check_fitted(in, in->table->document->object[s][i]);
            status = one == LW_OK ? status : one;
        }
    }
    return status;
}

// Is the first varied path the size of the observed work? Of what several did together it is not that of all.
static bool is_over_sizes(const reading *in) {
    lw_path path;
    const size_t first = in->table->observed.workload[0];
    const char *workload = in->table->document->object[LW_SECTION_WORKLOADS][first]->name;
    return in->table->observed.together == LW_TOGETHER_ONE && lw_path_parse(in->head.vary->first->text, &path) &&
           path.section == LW_SECTION_WORKLOADS && path.name != NULL && strlen(workload) == path.name_length &&
           strncmp(path.name, workload, path.name_length) == 0 && path.key != NULL && strcmp(path.key, "bytes") == 0;
}

static lw_status read_head(reading *in, const lw_yaml *root) {
    const lw_place whole = {.source = in->table->file};
    const lw_yaml *version = lw_map_get(root, "lanewise");
    if (version != NULL && lw_map_get(root, "measured") == NULL) {
        return lw_error(in->diags, version->key_place, "`lanewise run` runs it", "this is a scenario, not a measured table");
    }
    LW_TRY(parse_map(head_options, root, "a measured table", &in->head, whole, in->diags));
    LW_TRY(parse_map(source_options, in->head.source, "source", &in->source, whole, in->diags));
    const bool limited = in->head.limit != NULL && !lw_is_empty(in->head.limit);
    if (limited) {
        LW_TRY(parse_map(limit_options, in->head.limit, "limit", &in->limit, whole, in->diags));
        LW_TRY(check_limit(in->head.limit, in->diags));
    }
    if (in->head.scenario->kind != LW_MAP) {
        return lw_error(in->diags, in->head.scenario->place, "write nodes, links and workloads below it",
                        "scenario must be a map");
    }
    lw_measured *table = in->table;
    table->name = in->head.name;
    table->label = in->head.label[0] != '\0' ? in->head.label : in->head.name;
    table->provenance = lw_arena_print(in->arena, "%s: %s, %s", in->source.author, in->source.title, in->source.date);
    table->class = in->head.class[0] != '\0' ? in->head.class : NULL;
    table->system_id = in->head.system_id[0] != '\0' ? in->head.system_id : table->name;
    table->use = in->head.use;
    table->side = in->head.side;
    table->modelled = in->head.evidence == EVIDENCE_MODEL;
    table->limited = limited;
    table->limit_median = in->limit.median;
    table->limit_worst = in->limit.worst;
    return table->provenance == NULL ? LW_NO_MEMORY : LW_OK;
}

// A scenario may name any file of its reader as a table: messages quote only what may be one.
static lw_status refuse_others(const lw_source *source, lw_arena *arena, lw_diags *diags) {
    bool empty = source->text[strspn(source->text, " \t\r\n")] == '\0';
    if (empty || strstr(source->text, "measured:") != NULL || strstr(source->text, "lanewise:") != NULL) {
        return LW_OK;
    }
    lw_source *named = LW_NEW(arena, lw_source);
    if (named == NULL) {
        return LW_NO_MEMORY;
    }
    named->name = source->name;
    return lw_error(diags, (lw_place){named, 0, 0},
                    "a table begins with `measured: 1`; lanewise explain import lists what else is read",
                    "this is no measured table");
}

lw_status lw_measured_read(const lw_source *source, lw_presets *presets, lw_arena *arena, lw_diags *diags, lw_measured **out) {
    lw_measured *table = LW_NEW(arena, lw_measured);
    lw_yaml *root = NULL;
    if (table == NULL) {
        return LW_NO_MEMORY;
    }
    table->file = source;
    reading in = {.table = table, .reader = {lw_scenario_format(), presets, arena, diags}, .arena = arena, .diags = diags};
    LW_TRY(refuse_others(table->file, arena, diags));
    LW_TRY(lw_tree_parse(table->file, arena, diags, &root));
    if (root->count == 0) {
        return lw_error(diags, root->place, "`lanewise import` makes one of a list that begins with bytes,GB/s",
                        "there is no measured table in it");
    }
    LW_TRY(read_head(&in, root));
    LW_TRY(lw_observed_parse(in.head.observe, arena, diags, &table->observed));
    LW_TRY(parse_points(&in));
    LW_TRY(read_scenario(&in));
    LW_TRY(check_all_fitted(&in));
    LW_TRY(lw_observed_find(&table->observed, table->document, diags));
    const char *varied = in.head.vary->first->text, *dot = strrchr(varied, '.');
    table->varied = dot != NULL ? dot + 1 : varied;
    table->over_sizes = is_over_sizes(&in);
    *out = table;
    return LW_OK;
}

lw_status lw_measured_load(const char *path, const lw_catalog *catalog, lw_arena *arena, lw_diags *diags, lw_measured **out) {
    lw_presets *presets = lw_presets_new(catalog, arena, diags);
    const lw_source *source = NULL;
    if (presets == NULL) {
        return LW_NO_MEMORY;
    }
    LW_TRY(lw_source_read(path, arena, diags, &source));
    return lw_measured_read(source, presets, arena, diags, out);
}

// ---- For charts ----

// The words of the observed copy in the first point, and the kind of an observed collective; NULL when
// it is none. What is wrong in the point is told when it runs.
static lw_status find_copy(const lw_measured *table, lw_measured_series *out) {
    lw_arena *scratch = lw_arena_new();
    lw_diags *silent = scratch != NULL ? lw_diags_new(scratch) : NULL;
    lw_point_setup setup;
    lw_status status = silent == NULL ? LW_NO_MEMORY : lw_point_make(table->document, 0, NULL, scratch, silent, &setup);
    if (status == LW_OK) {
        const lw_graph_workload *observed = &setup.graph.workload[table->observed.workload[0]];
        out->direction = observed->copy;
        out->manner = observed->manner;
        out->members = observed->copy != NULL ? observed->members : 0;
        out->collective = observed->kind->redop != NULL ? observed->kind->type.name : NULL;
    }
    lw_arena_free(scratch);
    return status == LW_NO_MEMORY ? status : LW_OK;
}

lw_status lw_measured_series_of(const lw_measured *table, lw_arena *arena, lw_measured_series *out) {
    bool linked = table->document->count[LW_SECTION_LINKS] > 0;
    const lw_preset *preset = linked ? table->document->object[LW_SECTION_LINKS][0]->preset : NULL;
    lw_measured_series series = {
        .table = table->name,
        .label = table->label,
        .provenance = table->provenance,
        .series = preset != NULL ? preset->name : NULL,
        .family = table->family,
        .hue = table->hue,
        .observe = table->observed.metric,
        .varied = table->varied,
        .over_sizes = table->over_sizes,
        .points = lw_arena_alloc(arena, table->point_count, sizeof(double[2])),
        .validate_only = table->use == USE_VALIDATE,
        .modelled = table->modelled,
    };
    if (series.points == NULL) {
        return LW_NO_MEMORY;
    }
    LW_TRY(find_copy(table, &series));
    for (size_t i = 0; i < table->point_count; i++) {
        if (table->point[i].own) {
            series.points[series.count][0] = table->point[i].x;
            series.points[series.count++][1] = table->point[i].observed;
        }
    }
    *out = series;
    return LW_OK;
}
