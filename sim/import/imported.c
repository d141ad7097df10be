// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/import/imported.h"

#include "sim/base/map.h"
#include "sim/import/hardware.h"
#include "sim/import/import.h"
#include "sim/import/llm.h"
#include "sim/report/grid.h"

// Two series of one name would be two runs in one file.
static lw_status refuse_twins(const lw_imported *imported, lw_diags *diags) {
    const lw_series *series = LW_LIST_ITEMS(&imported->file.series, const lw_series);
    lw_map names = {.arena = imported->file.arena};
    for (size_t i = 0; i < imported->count; i++) {
        bool fresh = false;
        const char *name = lw_import_table_name(&imported->file, &series[i]);
        const size_t number = name != NULL ? lw_map_number(&names, 0, name, &fresh) : LW_MAP_NONE;
        if (number == LW_MAP_NONE) {
            return LW_NO_MEMORY;
        }
        if (!fresh) {
            return lw_error(diags, LW_LIST_ITEMS(&series[i].seen, const lw_seen)[0].place, "keep one run a file",
                            "the same was measured again; it begins in line %d",
                            LW_LIST_ITEMS(&series[number].seen, const lw_seen)[0].place.line);
        }
    }
    return LW_OK;
}

static lw_status load_system(const lw_judging *judging, const lw_import_on *told, lw_imported *out) {
    lw_text text = {0};
    lw_source *source = LW_NEW(judging->arena, lw_source);
    const lw_status status = lw_system_write(&out->file, told, judging->presets, &text);
    const char *copy = status == LW_OK ? lw_arena_copy(judging->arena, text.bytes) : NULL;
    if (source != NULL) {
        *source = (lw_source){"machine", copy, text.length};
    }
    lw_text_free(&text);
    out->system = source;
    return status != LW_OK ? status : source == NULL || copy == NULL ? LW_NO_MEMORY : LW_OK;
}

// Machines and tables of what was read.
static lw_status make_tables(const lw_judging *judging, const lw_import_on *told, lw_imported *out) {
    out->count = out->file.series.count;
    out->machine = LW_NEW_ARRAY(judging->arena, lw_import_machine, out->count);
    out->table = LW_NEW_ARRAY(judging->arena, lw_measured *, out->count);
    if (out->machine == NULL || out->table == NULL) {
        return LW_NO_MEMORY;
    }
    LW_TRY(refuse_twins(out, judging->diags));
    const lw_series *series = LW_LIST_ITEMS(&out->file.series, const lw_series);
    lw_status first = LW_OK;
    for (size_t i = 0; i < out->count; i++) {
        // each of several models and cards that are not known is told
        const bool llm = lw_act_is_llm(series[i].act);
        out->machine[i] = (lw_import_machine){.card = NULL};
        lw_status status =
            (llm ? lw_llm_machine_of : lw_import_machine_of)(&out->file, &series[i], told, judging->presets, &out->machine[i]);
        LW_TRY(llm ? LW_OK : status);
        status = status == LW_OK ? lw_judge_table(judging, &out->file, &series[i], &out->machine[i], &out->table[i]) : status;
        LW_TRY(status == LW_BAD_INPUT ? LW_OK : status);
        first = first == LW_OK ? status : first;
    }
    return first;
}

lw_status lw_imported_load(const lw_judging *judging, const lw_source *source, const char *as, const char *on, lw_imported *out) {
    *out = (lw_imported){0};
    lw_import_on told;
    LW_TRY(lw_import_on_parse(on, judging->presets, judging->arena, judging->diags, &told));
    LW_TRY(source != NULL ? lw_import_read(source, as, judging->arena, judging->diags, &out->file)
                          : lw_import_here(judging->arena, judging->diags, &out->file));
    return out->file.hardware != NULL ? load_system(judging, &told, out) : make_tables(judging, &told, out);
}

lw_status lw_imported_measure(const lw_judging *judging, const lw_measuring *how, const char *on, lw_imported *out) {
    static const lw_source here = {"measured", "", 0};
    *out = (lw_imported){.file = {.source = &here, .arena = judging->arena, .diags = judging->diags}};
    lw_import_on told;
    LW_TRY(lw_import_on_parse(on, judging->presets, judging->arena, judging->diags, &told));
    LW_TRY(lw_measure(&out->file, how));
    return make_tables(judging, &told, out);
}

lw_status lw_imported_overview(const lw_imported *imported, lw_arena *arena, lw_text *out) {
    enum { WIDTH = 100 };
    if (imported->system != NULL) {
        lw_text_add(out, imported->system->text);
        return LW_OK;
    }
    char buffer[LW_NUMBER_TEXT];
    const lw_import *file = &imported->file;
    const lw_series *series = LW_LIST_ITEMS(&file->series, const lw_series);
    lw_grid *grid = lw_grid_new(arena, "lrrl");
    LW_GRID_ADD(grid, "table", "sizes", "best", "compared with");
    for (size_t i = 0; i < imported->count; i++) {
        const lw_seen *seen = LW_LIST_ITEMS(&series[i].seen, const lw_seen);
        size_t best = 0;
        for (size_t p = 1; p < series[i].seen.count; p++) {
            const bool less = seen[p].value < seen[best].value;
            const bool slower = lw_seen_GBps(series[i].act, seen[p].bytes, seen[p].value) <=
                                lw_seen_GBps(series[i].act, seen[best].bytes, seen[best].value);
            best = (lw_act_is_latency(series[i].act) ? less : !slower) ? p : best;
        }
        lw_grid_add(grid, imported->table[i]->name);
        lw_grid_print(grid, "%zu", series[i].seen.count);
        lw_grid_print(grid, "%s", lw_import_print(&series[i], &seen[best], buffer));
        lw_grid_print(grid, "%s%s", imported->machine[i].words, imported->machine[i].link_assumed ? " (assumed)" : "");
    }
    lw_text_visible(out, file->tool);
    lw_text_print(out, ": %zu value%s read, %zu left out, %zu line%s not understood\n\n", file->points,
                  file->points == 1 ? "" : "s", file->left_out, file->strange, file->strange == 1 ? "" : "s");
    return lw_grid_write(grid, 2, WIDTH, out);
}
