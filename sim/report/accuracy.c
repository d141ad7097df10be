// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/report/accuracy.h"

#include <math.h>
#include <string.h>

#include "sim/report/totals.h"

// ---- Points ----

static void write_points(const lw_validation *table, lw_text *out) {
    for (size_t i = 0; i < table->points; i++) {
        const lw_compared *at = &table->rows[i];
        const char *const texts[] = {table->name, table->system_id, lw_validation_class(table), table->use, table->metric->name};
        const double numbers[] = {at->x, at->bytes, at->measured, at->model};
        for (size_t k = 0; k < sizeof texts / sizeof texts[0]; k++) {
            lw_text_csv_field(out, texts[k]);
            lw_text_add(out, ",");
        }
        if (at->name != NULL) {
            lw_text_csv_field(out, at->name);
            lw_text_add(out, ",");
        }
        for (size_t k = at->name != NULL; k < sizeof numbers / sizeof numbers[0]; k++) {
            lw_text_number(out, numbers[k]);
            lw_text_add(out, ",");
        }
        lw_text_print(out, "%.6g,", at->model / at->measured - 1);
        if (at->error > 0) {
            lw_text_print(out, "%.4g", at->error);
        }
        lw_text_add(out, "\n");
    }
}

// ---- The page ----

static void write_spread(const lw_spread *error, lw_text *out) {
    lw_text_print(out, "%.1f / %.1f / %.1f %%", 100 * error->median, 100 * error->p90, 100 * error->worst);
}

static void write_side(const lw_total *sum, lw_text *out) {
    if (sum == NULL) {
        lw_text_add(out, " | |");
        return;
    }
    lw_text_print(out, " %zu, %zu | ", sum->systems, sum->points);
    write_spread(&sum->error, out);
    lw_text_add(out, " |");
}

static bool validates(const lw_total *sum) {
    return strcmp(sum->use, "validate") == 0;
}

// Of each class both sides in one row, which stand beside each other in the list.
static void write_classes(const lw_totals *totals, lw_text *out) {
    lw_text_add(out, "\n| class | calibration: systems, points | median / 90 % / worst | validation: systems, points | "
                     "median / 90 % / worst |\n|---|---|---|---|---|\n");
    for (size_t i = 0; i < totals->count; i++) {
        const lw_total *one = &totals->total[i], *other = i + 1 < totals->count ? one + 1 : NULL;
        if (strcmp(one->kind, "class") != 0 && strcmp(one->kind, "family") != 0) {
            continue;
        }
        const bool both = other != NULL && strcmp(one->kind, other->kind) == 0 && strcmp(one->name, other->name) == 0;
        lw_text_print(out, "| `%s` |", one->name);
        write_side(validates(one) ? NULL : one, out);
        write_side(both ? other : validates(one) ? one : NULL, out);
        lw_text_add(out, "\n");
        i += both;
    }
}

static void write_totals(const lw_totals *totals, lw_text *out) {
    for (size_t i = 0; i < totals->count; i++) {
        const lw_total *sum = &totals->total[i];
        if (strcmp(sum->kind, "use") == 0 || strcmp(sum->kind, "all") == 0) {
            const bool all = strcmp(sum->kind, "all") == 0;
            lw_text_print(out, "- %s: %zu system%s, %zu table%s, %zu point%s: ", all ? "all" : sum->name, sum->systems,
                          sum->systems == 1 ? "" : "s", sum->tables, sum->tables == 1 ? "" : "s", sum->points,
                          sum->points == 1 ? "" : "s");
            write_spread(&sum->error, out);
            lw_text_print(out, sum->failed > 0 ? ", %zu over the limit\n" : "\n", sum->failed);
        }
    }
}

// Of files of other tools: is what they measured normal?
static void write_verdicts(const lw_validations *tables, lw_text *out) {
    for (size_t t = 0; t < tables->count; t++) {
        if (tables->row[t].verdict != NULL) {
            lw_text_print(out, "- %s: %s\n", tables->row[t].subject, tables->row[t].verdict);
        }
    }
}

static void write_tables(const lw_validations *tables, bool limits, lw_text *out) {
    lw_text_print(
        out,
        "\n## Every table\n\n| table | what | class | side | points | median / 90 %% / worst |%s\n|---|---|---|---|---|---|%s\n",
        limits ? " limit, median / worst |" : "", limits ? "---|" : "");
    for (size_t t = 0; t < tables->count; t++) {
        const lw_validation *table = &tables->row[t];
        lw_text_print(out, "| `%s` | %s | %s | %s | %zu | ", table->name, table->label, lw_validation_class(table), table->use,
                      table->points);
        write_spread(&table->error, out);
        if (limits && table->limited) {
            lw_text_print(out, " | %.4g / %.4g %%%s", 100 * table->limit_median, 100 * table->limit_worst,
                          table->ok ? "" : " **over**");
        } else if (limits) {
            lw_text_add(out, " | none");
        }
        lw_text_add(out, " |\n");
    }
}

static void write_fit(const lw_calibration *fit, size_t index, lw_text *out) {
    lw_text_print(out, "\n### Fit %zu\n\n%zu points of %zu system%s, %.3g points a parameter. Before ", index + 1, fit->points,
                  fit->systems, fit->systems == 1 ? "" : "s", (double)fit->points / (double)fit->fitted_count);
    write_spread(&fit->before, out);
    lw_text_add(out, ", fitted ");
    write_spread(&fit->after, out);
    if (fit->systems > 1) {
        lw_text_add(out, ", each system by a fit of the others ");
        write_spread(&fit->left_out, out);
    }
    lw_text_add(out,
                ".\n\n| preset | parameter | before | fitted | standard error | hardly told from |\n|---|---|---|---|---|---|\n");
    for (size_t i = 0; i < fit->fitted_count; i++) {
        const lw_fitted *row = &fit->fitted[i];
        lw_text_print(out, "| %s | %s | %s | %s | ", row->preset, row->key, row->before, row->value);
        lw_text_print(out, isnan(row->error) ? "?" : "%.2g %%", 100 * row->error);
        lw_text_print(out, " | %s |\n", row->alike != NULL ? row->alike : "");
    }
}

static lw_status write_page(const lw_accuracy *accuracy, const char *const *pictures, lw_arena *arena, lw_text *out) {
    lw_totals totals;
    LW_TRY(lw_totals_of(&accuracy->tables, arena, &totals));
    const bool fits = accuracy->fits.count > 0;
    lw_text_print(out, "# %s\n\nlanewise %s. Distances are |model / measured - 1|: median / 90 %% of points / worst.%s\n\n",
                  fits ? "How well presets are fitted" : "How far the model is from what was measured", accuracy->tool_version,
                  pictures[0] != NULL ? " Every point is in points.csv." : "");
    write_totals(&totals, out);
    write_verdicts(&accuracy->tables, out);
    for (size_t i = 0; pictures[i] != NULL; i++) {
        lw_text_print(out, "\n![%s](%s)\n", pictures[i], pictures[i]);
    }
    lw_text_add(out, "\n## Classes\n");
    write_classes(&totals, out);
    for (size_t g = 0; g < accuracy->fits.count; g++) {
        lw_text_add(out, g == 0 ? "\n## Fits\n" : "");
        write_fit(&accuracy->fits.group[g], g, out);
    }
    write_tables(&accuracy->tables, !fits, out);
    return LW_OK;
}

// ---- The whole ----

lw_status lw_report_accuracy_page(const lw_accuracy *accuracy, const char *const *pictures, lw_text *out) {
    lw_arena *arena = lw_arena_new();
    const lw_status status = arena != NULL ? write_page(accuracy, pictures, arena, out) : LW_NO_MEMORY;
    lw_arena_free(arena);
    return status == LW_OK && out->failed ? LW_NO_MEMORY : status;
}

lw_status lw_report_accuracy(const lw_accuracy *accuracy, lw_report_format format, lw_text *out) {
    if (format == LW_FORMAT_CSV) {
        lw_text_add(out, "table,system,class,side,metric,x,bytes,measured,model,error,standard_error\n");
        for (size_t t = 0; t < accuracy->tables.count; t++) {
            write_points(&accuracy->tables.row[t], out);
        }
        return out->failed ? LW_NO_MEMORY : LW_OK;
    }
    static const char *const none[] = {NULL};
    if (format == LW_FORMAT_MARKDOWN) {
        return lw_report_accuracy_page(accuracy, none, out);
    }
    if (format != LW_FORMAT_TABLE && format != LW_FORMAT_JSON) {
        return LW_BAD_USAGE;
    }
    lw_arena *arena = lw_arena_new();
    lw_status status = arena == NULL              ? LW_NO_MEMORY
                       : accuracy->fits.count > 0 ? lw_report_calibrations(&accuracy->fits, format, arena, out)
                                                  : lw_report_validation(&accuracy->tables, format, arena, out);
    lw_arena_free(arena);
    return status == LW_OK && out->failed ? LW_NO_MEMORY : status;
}
