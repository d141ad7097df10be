// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/import/compare.h"

#include "sim/base/list.h"
#include "sim/config/source.h"
#include "sim/import/import.h"
#include "sim/import/imported.h"
#include "sim/study/uncertain.h"

typedef struct comparing {
    const lw_comparing *what;
    const lw_judging *with;
    lw_list table;     // lw_measured *
    lw_list imported;  // lw_imported
} comparing;

static lw_status add_table(comparing *c, lw_measured *table) {
    lw_measured **slot = LW_LIST_ADD(&c->table, lw_measured *, c->with->arena);
    if (slot == NULL) {
        return LW_NO_MEMORY;
    }
    *slot = table;
    return LW_OK;
}

static lw_status add_imported(comparing *c, const lw_source *source) {
    lw_imported imported;
    LW_TRY(lw_imported_load(c->with, source, NULL, c->what->on, &imported));
    if (imported.system != NULL) {
        return lw_error(c->with->diags, (lw_place){source, 0, 0}, "lanewise import makes a system of it",
                        "the file describes a machine and measures nothing");
    }
    for (size_t i = 0; i < imported.count; i++) {
        LW_TRY(add_table(c, imported.table[i]));
    }
    lw_imported *slot = LW_LIST_ADD(&c->imported, lw_imported, c->with->arena);
    if (slot == NULL) {
        return LW_NO_MEMORY;
    }
    *slot = imported;
    return LW_OK;
}

static lw_status add_file(comparing *c, const char *path) {
    const lw_source *source = NULL;
    lw_measured *table = NULL;
    LW_TRY(lw_source_read(path, c->with->arena, c->with->diags, &source));
    if (lw_import_knows(source)) {
        return add_imported(c, source);
    }
    LW_TRY(lw_measured_read(source, c->with->presets, c->with->arena, c->with->diags, &table));
    table->noted = c->what->count > 0;  // those that come with lanewise say what was measured, whatever it changes
    return add_table(c, table);
}

static lw_status add_all(comparing *c) {
    const bool shipped = c->what->count == 0;
    const size_t count = shipped ? lw_catalog_count(c->what->catalog, LW_SHELF_MEASURED) : c->what->count;
    const char *const *names = lw_catalog_names(c->what->catalog, LW_SHELF_MEASURED);
    lw_status first = LW_OK;
    for (size_t i = 0; i < count && first != LW_NO_MEMORY; i++) {
        const char *path =
            shipped ? lw_catalog_path(c->what->catalog, LW_SHELF_MEASURED, names[i], c->with->arena) : c->what->path[i];
        const lw_status status = path != NULL ? add_file(c, path) : LW_NO_MEMORY;
        first = first == LW_OK || status == LW_NO_MEMORY ? status : first;
    }
    return first;
}

// What was imported is judged by its plateau, and gets a sentence.
static lw_status judge_row(const comparing *c, lw_validation *row) {
    const lw_imported *imported = LW_LIST_ITEMS(&c->imported, const lw_imported);
    for (size_t i = 0; i < c->imported.count; i++) {
        for (size_t t = 0; t < imported[i].count; t++) {
            if (imported[i].table[t]->name == row->name) {
                const lw_series *series = LW_LIST_ITEMS(&imported[i].file.series, const lw_series);
                return lw_judge(c->with, &imported[i].file, &series[t], &imported[i].machine[t], row);
            }
        }
    }
    return LW_OK;
}

lw_status lw_compare(const lw_comparing *what, const lw_judging *with, lw_validations *out) {
    comparing c = {.what = what, .with = with};
    *out = (lw_validations){0};
    lw_status first = add_all(&c);
    if (first == LW_NO_MEMORY || first == LW_BAD_USAGE) {
        return first;
    }
    const lw_tables tables = {LW_LIST_ITEMS(&c.table, lw_measured *), c.table.count};
    const lw_status ran = lw_measured_validate(tables, with->run, with->arena, with->diags, out);
    LW_TRY(first == LW_OK || ran == LW_INTERRUPTED ? ran : first);
    LW_TRY(what->bands ? lw_validations_add_bands(tables, with->run, out) : LW_OK);
    for (size_t i = 0; i < out->count; i++) {
        LW_TRY(judge_row(&c, &out->row[i]));
        first = out->row[i].ok ? first : LW_CHECK_FAILED;
    }
    return first;
}
