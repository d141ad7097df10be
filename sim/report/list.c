// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/report/list.h"

#include <stdio.h>
#include <string.h>

#include "models/family.h"
#include "sim/base/suggest.h"
#include "sim/config/source.h"
#include "sim/plan/plan.h"
#include "sim/report/grid.h"
#include "sim/study/measured.h"

typedef struct listing {
    const lw_catalog *catalog;
    lw_presets *presets;
    lw_arena *arena;
    lw_diags *diags;
    int width;  // as lw_grid_write takes it
} listing;

// The next preset of a shelf from *index on that can be read; NULL when there is none. A broken one
// is diagnosed and left out.
static lw_status next_preset(const listing *in, lw_shelf shelf, size_t *index, const lw_preset **out) {
    *out = NULL;
    while (*out == NULL && *index < lw_catalog_count(in->catalog, shelf)) {
        lw_status read = lw_presets_read(in->presets, shelf, lw_catalog_names(in->catalog, shelf)[(*index)++], out);
        LW_TRY(read == LW_NO_MEMORY ? read : LW_OK);
        *out = read == LW_OK ? *out : NULL;
    }
    return LW_OK;
}

static lw_status list_presets(const listing *in, lw_shelf shelf, lw_text *out) {
    lw_grid *grid = lw_grid_new(in->arena, "llll");
    LW_GRID_ADD(grid, "preset", shelf == LW_SHELF_DEVICES ? "kind" : "type", "evidence", "what it is");
    const lw_preset *preset;
    for (size_t i = 0;;) {
        LW_TRY(next_preset(in, shelf, &i, &preset));
        if (preset == NULL) {
            return lw_grid_write(grid, 0, in->width, out);
        }
        LW_GRID_ADD(grid, preset->name, preset->type, lw_evidence_words[preset->evidence], preset->summary);
    }
}

// "specified", "calibrated to assumed": the best and the weakest of a family's presets; NULL: it
// has none.
static lw_status family_evidence(const listing *in, const char *family, const char **out) {
    lw_evidence best = LW_EVIDENCE_COUNT, weakest = LW_SPECIFIED;
    const lw_preset *preset;
    size_t i = 0;
    do {
        LW_TRY(next_preset(in, LW_SHELF_LINKS, &i, &preset));
        if (preset != NULL && strcmp(preset->type, family) == 0) {
            best = preset->evidence < best ? preset->evidence : best;
            weakest = lw_evidence_weaker(weakest, preset->evidence);
        }
    } while (preset != NULL);
    *out = best == LW_EVIDENCE_COUNT ? NULL
           : best == weakest         ? lw_evidence_words[best]
                                     : lw_arena_print(in->arena, "%s to %s", lw_evidence_words[best], lw_evidence_words[weakest]);
    return LW_OK;
}

static lw_status list_families(const listing *in, lw_text *out) {
    lw_grid *grid = lw_grid_new(in->arena, "lll");
    LW_GRID_ADD(grid, "type", "evidence of its presets", "what it is");
    for (const lw_family *const *family = lw_families; *family != NULL; family++) {
        const char *evidence;
        LW_TRY(family_evidence(in, (*family)->type.name, &evidence));
        LW_GRID_ADD(grid, (*family)->type.name, evidence, (*family)->type.summary);
    }
    return lw_grid_write(grid, 0, in->width, out);
}

static lw_status list_links(const listing *in, lw_text *out) {
    LW_TRY(list_families(in, out));
    lw_text_add(out, "\n");
    return list_presets(in, LW_SHELF_LINKS, out);
}

static lw_status list_devices(const listing *in, lw_text *out) {
    return list_presets(in, LW_SHELF_DEVICES, out);
}

static lw_status list_libraries(const listing *in, lw_text *out) {
    return list_presets(in, LW_SHELF_LIBRARIES, out);
}

static lw_status list_models(const listing *in, lw_text *out) {
    return list_presets(in, LW_SHELF_MODELS, out);
}

static lw_status list_runtimes(const listing *in, lw_text *out) {
    return list_presets(in, LW_SHELF_RUNTIMES, out);
}

static lw_status list_workloads(const listing *in, lw_text *out) {
    lw_grid *grid = lw_grid_new(in->arena, "ll");
    LW_GRID_ADD(grid, "kind", "what it does");
    for (const lw_work_kind *const *kind = lw_work_kinds; *kind != NULL; kind++) {
        LW_GRID_ADD(grid, (*kind)->type.name, (*kind)->type.summary);
    }
    return lw_grid_write(grid, 0, in->width, out);
}

static lw_status list_measured(const listing *in, lw_text *out) {
    lw_grid *grid = lw_grid_new(in->arena, "lllrll");
    LW_GRID_ADD(grid, "measured table", "use", "evidence", "points", "what was measured", "by");
    for (size_t i = 0; i < lw_catalog_count(in->catalog, LW_SHELF_MEASURED); i++) {
        const char *path =
            lw_catalog_path(in->catalog, LW_SHELF_MEASURED, lw_catalog_names(in->catalog, LW_SHELF_MEASURED)[i], in->arena);
        lw_measured *table = NULL;
        lw_measured_series series;
        if (path == NULL) {
            return LW_NO_MEMORY;
        }
        LW_TRY(lw_measured_load(path, in->catalog, in->arena, in->diags, &table));
        LW_TRY(lw_measured_series_of(table, in->arena, &series));
        LW_GRID_ADD(grid, series.table, series.validate_only ? "validate" : "calibrate", series.modelled ? "model" : "measured");
        lw_grid_print(grid, "%zu", series.count);
        LW_GRID_ADD(grid, series.label, series.provenance);
    }
    return lw_grid_write(grid, 0, in->width, out);
}

// The scenario files of a shelf by their titles.
static lw_status list_titles(const listing *in, lw_shelf shelf, const char *name_head, const char *title_head, lw_text *out) {
    lw_grid *grid = lw_grid_new(in->arena, "ll");
    LW_GRID_ADD(grid, name_head, title_head);
    for (size_t i = 0; i < lw_catalog_count(in->catalog, shelf); i++) {
        const char *name = lw_catalog_names(in->catalog, shelf)[i];
        const char *path = lw_catalog_path(in->catalog, shelf, name, in->arena);
        const lw_source *source = NULL;
        lw_yaml *root = NULL;
        if (path == NULL) {
            return LW_NO_MEMORY;
        }
        LW_TRY(lw_source_read(path, in->arena, in->diags, &source));
        LW_TRY(lw_tree_parse(source, in->arena, in->diags, &root));
        LW_GRID_ADD(grid, name, lw_map_text(root, "title"));
    }
    return lw_grid_write(grid, 0, in->width, out);
}

static lw_status list_scenarios(const listing *in, lw_text *out) {
    return list_titles(in, LW_SHELF_SCENARIOS, "example", "what it asks", out);
}

static lw_status list_catalogue(const listing *in, lw_text *out) {
    lw_grid *grid = lw_grid_new(in->arena, "llrll");
    LW_GRID_ADD(grid, "item", "kind", "price", "date", "what it is");
    for (size_t i = 0; i < lw_catalog_count(in->catalog, LW_SHELF_CATALOGUE); i++) {
        lw_item item;
        LW_TRY(lw_item_read(in->catalog, lw_catalog_names(in->catalog, LW_SHELF_CATALOGUE)[i], in->arena, in->diags, &item));
        LW_GRID_ADD(grid, item.name, lw_item_words[item.kind]);
        if (item.kind == LW_ITEM_CLOUD) {
            lw_grid_print(grid, "%.3g USD/h", item.rent_USDph);
        } else {
            lw_grid_print(grid, "%.0f USD", item.price_USD);
        }
        LW_GRID_ADD(grid, item.date, item.summary);
    }
    return lw_grid_write(grid, 0, in->width, out);
}

static lw_status list_plans(const listing *in, lw_text *out) {
    return list_titles(in, LW_SHELF_PLANS, "plan", "the wish", out);
}

static lw_status list_systems(const listing *in, lw_text *out) {
    return list_titles(in, LW_SHELF_SYSTEMS, "system", "what it is", out);
}

static lw_status list_lessons(const listing *in, lw_text *out) {
    return list_titles(in, LW_SHELF_LESSONS, "lesson", "what it is about", out);
}

typedef lw_status lister(const listing *in, lw_text *out);

// "2026-11-30" as days, roughly; 0: it is no such date.
static int days_of(const char *date) {
    int year = 0, month = 0, day = 0;
    return sscanf(date, "%d-%d-%d", &year, &month, &day) == 3 ? 365 * year + 30 * month + day : 0;
}

// What to follow. Two years before the newest of them is old: nobody has looked since.
static lw_status list_sources(const listing *in, lw_text *out) {
    enum { OLD_DAYS = 2 * 365 };
    static const char *const keys[] = {"name", "kind", "seen", "title", "use", "url"};
    const size_t count = lw_catalog_count(in->catalog, LW_SHELF_SOURCES);
    lw_grid *grid = lw_grid_new(in->arena, "llllll");
    const char *(*row)[6] = lw_arena_alloc(in->arena, count, sizeof *row);
    int newest = 0;
    if (row == NULL) {
        return LW_NO_MEMORY;
    }
    LW_GRID_ADD(grid, "source", "what", "seen", "title", "what it is for here", "where");
    for (size_t i = 0; i < count; i++) {
        const char *path =
            lw_catalog_path(in->catalog, LW_SHELF_SOURCES, lw_catalog_names(in->catalog, LW_SHELF_SOURCES)[i], in->arena);
        const lw_source *source = NULL;
        lw_yaml *root = NULL;
        if (path == NULL) {
            return LW_NO_MEMORY;
        }
        LW_TRY(lw_source_read(path, in->arena, in->diags, &source));
        LW_TRY(lw_tree_parse(source, in->arena, in->diags, &root));
        for (size_t k = 0; k < sizeof keys / sizeof keys[0]; k++) {
            row[i][k] = lw_map_text(root, keys[k]);
            if (row[i][k] == NULL) {
                return lw_error(in->diags, root->place, "give it name, kind, title, use, seen and url", "the source has no '%s'",
                                keys[k]);
            }
        }
        newest = days_of(row[i][2]) > newest ? days_of(row[i][2]) : newest;
    }
    for (size_t i = 0; i < count; i++) {
        const bool old = days_of(row[i][2]) < newest - OLD_DAYS;
        LW_GRID_ADD(grid, row[i][0], row[i][1]);
        lw_grid_print(grid, old ? "%s, old" : "%s", row[i][2]);
        LW_GRID_ADD(grid, row[i][3], row[i][4], row[i][5]);
    }
    return lw_grid_write(grid, 0, in->width, out);
}

// configs/questions.yaml: what people ask, and the command that answers.
static lw_status list_questions(const listing *in, lw_text *out) {
    const char *path = lw_arena_print(in->arena, "%s/questions.yaml", lw_catalog_folder(in->catalog));
    const lw_source *source = NULL;
    lw_yaml *root = NULL;
    if (path == NULL) {
        return LW_NO_MEMORY;
    }
    LW_TRY(lw_source_read(path, in->arena, in->diags, &source));
    LW_TRY(lw_tree_parse(source, in->arena, in->diags, &root));
    const lw_yaml *list = lw_map_get(root, "questions");
    lw_grid *grid = lw_grid_new(in->arena, "lll");
    LW_GRID_ADD(grid, "who", "asks", "lanewise ...");
    for (const lw_yaml *item = list != NULL ? list->first : NULL; item != NULL; item = item->next) {
        LW_GRID_ADD(grid, lw_map_text(item, "who"), lw_map_text(item, "asks"), lw_map_text(item, "command"));
    }
    return lw_grid_write(grid, 0, in->width, out);
}

const char *const lw_list_words[] = {"links",   "devices",   "libraries", "models",    "runtimes",
                                     "systems", "workloads", "measured",  "scenarios", "catalogue",
                                     "plans",   "sources",   "lessons",   "questions", NULL};
static lister *const listers[] = {list_links,   list_devices,   list_libraries, list_models,    list_runtimes,
                                  list_systems, list_workloads, list_measured,  list_scenarios, list_catalogue,
                                  list_plans,   list_sources,   list_lessons,   list_questions};

static lw_status no_such_list(const char *what, lw_diags *diags) {
    const char *all = "";
    for (size_t i = 0; lw_list_words[i] != NULL; i++) {
        all = lw_diags_text(diags, "%s%s%s", all, i == 0 ? "" : lw_list_words[i + 1] == NULL ? " and " : ", ", lw_list_words[i]);
    }
    const char *hint =
        lw_did_you_mean(diags, what, lw_list_words, lw_word_count(lw_list_words), lw_diags_text(diags, "there are %s", all));
    (void)lw_error(diags, (lw_place){0}, hint, "there is no list of \"%s\"", what);
    return LW_BAD_USAGE;
}

lw_status lw_list_of(const char *what, bool markdown, lw_presets *presets, lw_arena *arena, lw_diags *diags, lw_text *out) {
    const listing in = {lw_presets_catalog(presets), presets, arena, diags, markdown ? LW_WIDTH_MARKDOWN : 0};
    for (size_t i = 0; lw_list_words[i] != NULL; i++) {
        if (strcmp(lw_list_words[i], what) == 0) {
            return listers[i](&in, out);
        }
    }
    return no_such_list(what, diags);
}

lw_status lw_names_of(const char *what, const lw_catalog *catalog, lw_diags *diags, lw_text *out) {
    if (!lw_is_among(what, lw_list_words)) {
        return no_such_list(what, diags);
    }
    bool named = false;
    for (int shelf = 0; shelf < LW_SHELVES; shelf++) {
        const bool wanted = strcmp(lw_shelf_words[shelf], what) == 0;
        for (size_t i = 0; wanted && i < lw_catalog_count(catalog, (lw_shelf)shelf); i++) {
            lw_text_print(out, "%s\n", lw_catalog_names(catalog, (lw_shelf)shelf)[i]);
        }
        named = named || wanted;
    }
    for (size_t i = 0; !named && strcmp(what, "workloads") == 0 && lw_work_kinds[i] != NULL; i++) {
        lw_text_print(out, "%s\n", lw_work_kinds[i]->type.name);
    }
    if (!named && out->length == 0) {
        (void)lw_error(diags, (lw_place){0}, NULL, "%s have no names", what);
        return LW_BAD_USAGE;
    }
    return LW_OK;
}
