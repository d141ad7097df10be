// SPDX-License-Identifier: GPL-3.0-or-later
// The page of a validation, and of fits.
#include <string.h>

#include "sim/report/accuracy.h"
#include "sim/report/grid.h"
#include "sim/report/page/pages.h"
#include "sim/report/totals.h"

static const char about_validation[] =
    "Each measured table is a scenario that somebody ran on his machine, with what was seen; the model runs the same. "
    "Tables of one machine are all on one side: **calibrate**, presets may be fitted to them, or "
    "**validate**, nothing ever was.\n\nWho measured\n";

static void add_total(const lw_total *sum, const char *whose, lw_text *out) {
    lw_text_print(
        out, "Of %zu point%s %s the model is %.1f %% off in the median, at most %.1f %% for nine in ten, and %.1f %% at worst.",
        sum->points, sum->points == 1 ? "" : "s", whose, 100 * sum->error.median, 100 * sum->error.p90, 100 * sum->error.worst);
}

static void add_answer(const lw_totals *totals, lw_text *out) {
    for (size_t i = 0; i < totals->count; i++) {
        const lw_total *sum = &totals->total[i];
        if (strcmp(sum->kind, "use") == 0 && strcmp(sum->name, "validate") == 0) {
            add_total(sum, "that no preset was ever fitted to", out);
            lw_text_add(out, " ");
        } else if (strcmp(sum->kind, "all") == 0) {
            add_total(sum, "in all", out);
            if (sum->failed > 0) {
                lw_text_print(out, " %zu table%s over the limit.", sum->failed, sum->failed == 1 ? " is" : "s are");
            }
        }
    }
}

static lw_status add_sources(const lw_validations *tables, lw_arena *arena, lw_text *out) {
    lw_grid *grid = lw_grid_new(arena, "lll");
    LW_GRID_ADD(grid, "table", "side", "source");
    for (size_t t = 0; t < tables->count; t++) {
        const lw_validation *table = &tables->row[t];
        LW_GRID_ADD(grid, table->name, table->use, table->provenance);
    }
    return lw_grid_write(grid, 0, LW_WIDTH_MARKDOWN, out);
}

typedef struct texts {
    lw_text about, answer, tables, grounds;
} texts;

static lw_status write_texts(const lw_accuracy *accuracy, lw_arena *arena, texts *t) {
    static const char *const none[] = {NULL};
    lw_totals totals;
    LW_TRY(lw_totals_of(&accuracy->tables, arena, &totals));
    lw_text_print(&t->about, "lanewise %s \u00b7 %zu measured table%s", accuracy->tool_version, accuracy->tables.count,
                  accuracy->tables.count == 1 ? "" : "s");
    add_answer(&totals, &t->answer);
    lw_text_add(&t->grounds, about_validation);
    LW_TRY(add_sources(&accuracy->tables, arena, &t->grounds));
    LW_TRY(lw_report_accuracy_page(accuracy, none, &t->tables));
    return t->about.failed || t->answer.failed ? LW_NO_MEMORY : LW_OK;
}

lw_status lw_report_accuracy_html(const lw_accuracy *accuracy, const lw_page *with, lw_text *out) {
    texts t = {{0}, {0}, {0}, {0}};
    lw_arena *arena = lw_arena_new();
    lw_status status = arena != NULL ? write_texts(accuracy, arena, &t) : LW_NO_MEMORY;
    if (status == LW_OK) {
        // the first line is the title
        const lw_page_section sections[] = {{"Results", t.tables.bytes + strcspn(t.tables.bytes, "\n")},
                                            {"What it stands on", t.grounds.bytes}};
        const bool fits = accuracy->fits.count > 0;
        lw_page page = *with;
        page.title = fits ? "How well presets are fitted" : "How far the model is from what was measured";
        page.about = t.about.bytes;
        page.question =
            fits ? "Presets were fitted to measured tables: how well do they tell these again, and the tables of machines "
                   "that were left out?"
                 : "The model against what others measured on their machines: how far is it off, by kind of link and of work?";
        page.answer = t.answer.bytes;
        page.section = sections;
        page.section_count = sizeof sections / sizeof sections[0];
        status = lw_page_write(&page, out);
    }
    lw_text_free(&t.about);
    lw_text_free(&t.answer);
    lw_text_free(&t.tables);
    lw_text_free(&t.grounds);
    lw_arena_free(arena);
    return status;
}
