// SPDX-License-Identifier: GPL-3.0-or-later
// Fits of presets: which rows share which tables, the fit of each such group, and its report.
#include "sim/study/calibrate.h"

#include <math.h>
#include <string.h>

#include "sim/base/list.h"
#include "sim/base/suggest.h"
#include "sim/config/source.h"
#include "sim/study/fit.h"
#include "sim/study/preset_file.h"

typedef struct collecting {
    const lw_catalog *catalog;
    lw_presets *presets;
    lw_arena *arena;
    lw_diags *diags;
    lw_list parameter;  // lw_fit_parameter
} collecting;

static const lw_shelf shelves[] = {LW_SHELF_LINKS, LW_SHELF_DEVICES, LW_SHELF_LIBRARIES, LW_SHELF_MODELS, LW_SHELF_RUNTIMES};
enum { SHELVES = sizeof shelves / sizeof shelves[0] };

static lw_status collect_row(collecting *c, const lw_preset *preset, const lw_type *type, const lw_yaml *row) {
    const lw_yaml *tables = lw_map_get(row, "tables");
    if (lw_is_empty(tables)) {
        return LW_OK;
    }
    const lw_option *option = lw_option_find(type->options, row->key);
    if (option == NULL || !option->fitted) {
        return lw_error(c->diags, row->key_place, "leave `tables` out, or mark the option as fitted",
                        "'%s' is nothing that is fitted to tables", row->key);
    }
    if (tables->kind != LW_LIST || tables->count == 0) {
        return lw_error(c->diags, tables->place, "write tables: [NAME, ...]", "'tables' must list measured tables");
    }
    lw_fit_parameter *added = LW_LIST_ADD(&c->parameter, lw_fit_parameter, c->arena);
    if (added == NULL) {
        return LW_NO_MEMORY;
    }
    *added = (lw_fit_parameter){.preset = preset, .type = type, .option = option, .row = row, .tables = tables};
    return lw_fit_start_of(added, c->arena, c->diags);
}

static lw_status collect_preset(collecting *c, lw_shelf shelf, const char *name, bool asked) {
    const lw_preset *preset;
    LW_TRY(lw_presets_read(c->presets, shelf, name, &preset));
    const size_t before = c->parameter.count;
    const lw_type *type = lw_fit_type_of(preset);
    for (const lw_yaml *row = preset->rows != NULL && type != NULL ? preset->rows->first : NULL; row != NULL; row = row->next) {
        LW_TRY(collect_row(c, preset, type, row));
    }
    if (asked && c->parameter.count == before) {
        return lw_error(c->diags, preset->root->place, "give a row `tables: [NAME, ...]`: it is then fitted to these tables",
                        "nothing of the preset '%s' is fitted to tables", name);
    }
    return LW_OK;
}

static lw_status collect_named(collecting *c, const char *name) {
    for (int s = 0; s < SHELVES; s++) {
        if (lw_catalog_has(c->catalog, shelves[s], name)) {
            return collect_preset(c, shelves[s], name, true);
        }
    }
    return lw_error(c->diags, (lw_place){0}, "lanewise list links, devices, libraries, models or runtimes names them",
                    "there is no preset '%s'", name);
}

static lw_status collect(collecting *c, const lw_calibrate *how) {
    for (size_t i = 0; i < how->count; i++) {
        LW_TRY(collect_named(c, how->preset[i]));
    }
    for (int s = 0; s < SHELVES && how->count == 0; s++) {
        for (size_t i = 0; i < lw_catalog_count(c->catalog, shelves[s]); i++) {
            LW_TRY(collect_preset(c, shelves[s], lw_catalog_names(c->catalog, shelves[s])[i], false));
        }
    }
    return LW_OK;
}

// ---- Groups ----

static bool share_a_table(const lw_fit_parameter *a, const lw_fit_parameter *b) {
    for (const lw_yaml *one = a->tables->first; one != NULL; one = one->next) {
        for (const lw_yaml *other = b->tables->first; other != NULL; other = other->next) {
            if (one->kind == LW_SCALAR && other->kind == LW_SCALAR && strcmp(one->text, other->text) == 0) {
                return true;
            }
        }
    }
    return false;
}

// group[i]: the least index of those that i is tied to by tables.
static void find_groups(const lw_fit_parameter *parameter, size_t count, size_t *group) {
    for (size_t i = 0; i < count; i++) {
        group[i] = i;
    }
    for (bool changed = true; changed;) {
        changed = false;
        for (size_t i = 0; i < count; i++) {
            for (size_t k = 0; k < i; k++) {
                if (group[i] != group[k] && share_a_table(&parameter[i], &parameter[k])) {
                    const size_t least = group[i] < group[k] ? group[i] : group[k];
                    changed = true;
                    group[i] = group[k] = least;
                }
            }
        }
    }
}

static lw_status add_table(const collecting *c, const lw_yaml *name, lw_list *paths) {
    if (name->kind != LW_SCALAR || !lw_catalog_has(c->catalog, LW_SHELF_MEASURED, name->text)) {
        return lw_error(c->diags, name->place,
                        lw_did_you_mean(c->diags, name->kind == LW_SCALAR ? name->text : "",
                                        lw_catalog_names(c->catalog, LW_SHELF_MEASURED),
                                        lw_catalog_count(c->catalog, LW_SHELF_MEASURED), "lanewise list measured names them all"),
                        "there is no measured table '%s'", name->kind == LW_SCALAR ? name->text : "");
    }
    const char *path = lw_catalog_path(c->catalog, LW_SHELF_MEASURED, name->text, c->arena);
    for (size_t i = 0; path != NULL && i < paths->count; i++) {
        if (strcmp(LW_LIST_ITEMS(paths, const char *)[i], path) == 0) {
            return LW_OK;
        }
    }
    const char **added = path != NULL ? LW_LIST_ADD(paths, const char *, c->arena) : NULL;
    if (added == NULL) {
        return LW_NO_MEMORY;
    }
    *added = path;
    return LW_OK;
}

static lw_status fit_group(const collecting *c, size_t first, const size_t *group, const lw_run *run, lw_fit *out) {
    const lw_fit_parameter *all = LW_LIST_ITEMS(&c->parameter, lw_fit_parameter);
    lw_list own = {0}, paths = {0};
    for (size_t i = first; i < c->parameter.count; i++) {
        if (group[i] != first) {
            continue;
        }
        lw_fit_parameter *added = LW_LIST_ADD(&own, lw_fit_parameter, c->arena);
        if (added == NULL) {
            return LW_NO_MEMORY;
        }
        *added = all[i];
        for (const lw_yaml *name = all[i].tables->first; name != NULL; name = name->next) {
            LW_TRY(add_table(c, name, &paths));
        }
    }
    *out = (lw_fit){.catalog = c->catalog,
                    .parameter = LW_LIST_ITEMS(&own, lw_fit_parameter),
                    .count = own.count,
                    .path = LW_LIST_ITEMS(&paths, const char *),
                    .tables = paths.count,
                    .run = run};
    return lw_fit_run(out, c->arena, c->diags);
}

// What --write puts into the files: correlations of two digits with the earlier rows of the fit, so
// that each pair stands once.
static lw_status name_correlations(lw_fit *fit, lw_arena *arena) {
    static const double least = 0.005;
    for (size_t i = 0; i < fit->count; i++) {
        lw_fit_parameter *p = &fit->parameter[i];
        p->correlates = "";
        for (size_t k = 0; k < i && p->correlates != NULL && !isnan(p->error); k++) {
            const lw_fit_parameter *other = &fit->parameter[k];
            const double r = fit->correlation[i * fit->count + k];
            if (isnan(other->error) || fabs(r) < least) {
                continue;
            }
            const bool same = other->preset == p->preset;
            p->correlates = lw_arena_print(arena, "%s%s%s%s%s: %.2f", p->correlates, p->correlates[0] != '\0' ? ", " : "",
                                           same ? "" : other->preset->name, same ? "" : ".", other->option->key, r);
        }
        const bool some = p->correlates != NULL && p->correlates[0] != '\0';
        p->correlates = some ? lw_arena_print(arena, "{%s}", p->correlates) : p->correlates;
        LW_TRY(p->correlates == NULL ? LW_NO_MEMORY : LW_OK);
    }
    return LW_OK;
}

// ---- Reports ----

static lw_status tell(const lw_fit *fit, lw_arena *arena, lw_calibration *out) {
    const size_t n = fit->count;
    *out = (lw_calibration){.fitted = LW_NEW_ARRAY(arena, lw_fitted, n),
                            .fitted_count = n,
                            .tables = fit->tables,
                            .systems = fit->systems,
                            .points = fit->points,
                            .before = fit->before,
                            .after = fit->after,
                            .left_out = fit->left_out,
                            .compared = fit->compared};
    if (out->fitted == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t i = 0; i < n; i++) {
        const lw_fit_parameter *p = &fit->parameter[i];
        lw_fitted row = {.preset = p->preset->name,
                         .key = p->option->key,
                         .before = lw_map_text(p->row, "value"),
                         .value = lw_fit_text(p, p->value, arena),
                         .error = p->error,
                         .moved = p->value / p->start - 1};
        for (size_t k = 0; k < n; k++) {
            const double r = fit->correlation[i * n + k];
            if (k != i && fabs(r) > LW_FITTED_ALIKE && fabs(r) > fabs(row.correlation)) {
                row.alike = lw_arena_print(arena, "%s.%s", fit->parameter[k].preset->name, fit->parameter[k].option->key);
                row.correlation = r;
            }
        }
        if (row.value == NULL) {
            return LW_NO_MEMORY;
        }
        out->fitted[i] = row;
    }
    return LW_OK;
}

static lw_status run_groups(const collecting *c, const lw_calibrate *how, const lw_run *run, lw_calibrations *out) {
    const size_t count = c->parameter.count;
    size_t *group = LW_NEW_ARRAY(c->arena, size_t, count);
    lw_fit *fit = LW_NEW_ARRAY(c->arena, lw_fit, count);
    out->group = LW_NEW_ARRAY(c->arena, lw_calibration, count);
    if (group == NULL || fit == NULL || out->group == NULL) {
        return LW_NO_MEMORY;
    }
    find_groups(LW_LIST_ITEMS(&c->parameter, lw_fit_parameter), count, group);
    for (size_t i = 0; i < count; i++) {
        if (group[i] == i) {
            LW_TRY(fit_group(c, i, group, run, &fit[out->count]));
            LW_TRY(name_correlations(&fit[out->count], c->arena));
            LW_TRY(tell(&fit[out->count], c->arena, &out->group[out->count]));
            out->count++;
        }
    }
    lw_fit_parameter *found = LW_NEW_ARRAY(c->arena, lw_fit_parameter, count);
    if (found == NULL) {
        return LW_NO_MEMORY;
    }
    size_t written = 0;  // rows of one file may be in several groups
    for (size_t g = 0; g < out->count; g++) {
        for (size_t i = 0; i < fit[g].count; i++) {
            found[written++] = fit[g].parameter[i];
        }
    }
    return how->write ? lw_preset_file_write(c->catalog, found, count, c->arena, c->diags) : LW_OK;
}

lw_status lw_presets_calibrate(const lw_catalog *catalog, const lw_calibrate *how, const lw_run *run, lw_arena *arena,
                               lw_diags *diags, lw_calibrations *out) {
    collecting c = {
        .catalog = catalog, .presets = lw_presets_new(catalog, arena, diags), .arena = arena, .diags = diags, .parameter = {0}};
    *out = (lw_calibrations){0};
    if (c.presets == NULL) {
        return LW_NO_MEMORY;
    }
    LW_TRY(collect(&c, how));
    return run_groups(&c, how, run, out);
}

lw_status lw_calibrations_tables(const lw_calibrations *fits, lw_arena *arena, lw_validations *out) {
    size_t count = 0;
    for (size_t g = 0; g < fits->count; g++) {
        count += fits->group[g].compared.count;
    }
    *out = (lw_validations){.row = LW_NEW_ARRAY(arena, lw_validation, count)};
    if (out->row == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t g = 0; g < fits->count; g++) {
        for (size_t t = 0; t < fits->group[g].compared.count; t++) {
            out->row[out->count++] = fits->group[g].compared.row[t];
        }
    }
    return LW_OK;
}
