// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as a file of another tool, through everything that `lanewise import` does with it but
// writing the tables: no crash, no leak, every refusal has a diagnostic, values that can be, and
// tables that load again.
#include <math.h>

#include "sim/import/import.h"
#include "sim/import/imported.h"
#include "tests/fuzz/allowance.h"

static void check_values(const lw_import *file) {
    const lw_series *series = LW_LIST_ITEMS(&file->series, const lw_series);
    for (size_t s = 0; s < file->series.count; s++) {
        const lw_seen *seen = LW_LIST_ITEMS(&series[s].seen, const lw_seen);
        for (size_t i = 0; i < series[s].seen.count; i++) {
            check(seen[i].bytes > 0 && seen[i].value > 0 && isfinite(seen[i].value));
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const lw_catalog *catalog;
    catalog = catalog == NULL ? open_catalog() : catalog;
    begin_input();
    lw_arena *arena = lw_arena_new();
    lw_diags *diags = lw_diags_new(arena);
    char *text = lw_arena_copy_n(arena, (const char *)data, size);
    check(text != NULL);
    const lw_source source = {.name = "input", .text = text, .length = size};
    lw_import file;
    (void)lw_import_knows(&source);
    if (accepted(lw_import_read(&source, NULL, arena, diags, &file), diags)) {
        check_values(&file);
        const lw_run run = {.threads = 1, .stop = &stop};
        lw_presets *presets = lw_presets_new(catalog, arena, diags);
        lw_imported imported;
        const lw_judging judging = {presets, &run, arena, diags};
        (void)!(presets == NULL || accepted(lw_imported_load(&judging, &source, NULL, NULL, &imported), diags));
    }
    end_input(arena, diags);
    return 0;
}
