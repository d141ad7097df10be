// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as a measured table, through everything that `lanewise validate` does with it: no crash,
// no leak, every refusal has a diagnostic, and errors of accepted tables that are numbers.
#include <math.h>

#include "sim/study/measured.h"
#include "tests/fuzz/allowance.h"

static void compare(lw_measured *table, lw_arena *arena, lw_diags *diags) {
    const lw_run run = {.threads = 1, .stop = &stop};
    lw_measured_series series;
    lw_validations out;
    (void)!accepted(lw_measured_series_of(table, arena, &series), diags);
    if (accepted(lw_measured_validate((lw_tables){&table, 1}, &run, arena, diags, &out), diags)) {
        for (size_t i = 0; i < out.count; i++) {
            check(isfinite(out.row[i].error.median) && out.row[i].error.worst >= out.row[i].error.median);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const lw_catalog *catalog;
    catalog = catalog == NULL ? open_catalog() : catalog;
    begin_input();
    lw_arena *arena = lw_arena_new();
    lw_diags *diags = lw_diags_new(arena);
    lw_presets *presets = lw_presets_new(catalog, arena, diags);
    lw_source *source = LW_NEW(arena, lw_source);
    char *text = lw_arena_copy_n(arena, (const char *)data, size);
    check(presets != NULL && source != NULL && text != NULL);
    *source = (lw_source){.name = "input", .text = text, .length = size};
    lw_measured *table = NULL;
    if (accepted(lw_measured_read(source, presets, arena, diags, &table), diags)) {
        compare(table, arena, diags);
    }
    end_input(arena, diags);
    return 0;
}
