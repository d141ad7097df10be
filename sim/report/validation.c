// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/report/accuracy.h"

#include <string.h>

#include "sim/base/json.h"
#include "sim/report/grid.h"
#include "sim/report/totals.h"

static void add_spread(const lw_spread *error, lw_grid *grid) {
    lw_grid_print(grid, "%.1f %%", 100 * error->median);
    lw_grid_print(grid, "%.1f %%", 100 * error->p90);
    lw_grid_print(grid, "%.1f %%", 100 * error->worst);
}

static lw_status write_verdicts(const lw_validation *table, size_t count, lw_arena *arena, lw_text *out) {
    enum { WIDTH = 100 };
    lw_grid *grid = lw_grid_new(arena, "ll");
    size_t verdicts = 0;
    for (size_t t = 0; t < count; t++) {
        if (table[t].verdict != NULL) {
            lw_text_add(out, verdicts++ == 0 ? "\n" : "");
            LW_GRID_ADD(grid, table[t].subject, table[t].verdict);
        }
    }
    return verdicts > 0 ? lw_grid_write(grid, 0, WIDTH, out) : LW_OK;
}

static lw_status write_table(const lw_validation *table, size_t count, const lw_totals *totals, lw_arena *arena, lw_text *out) {
    lw_grid *grid = lw_grid_new(arena, "lllrrrrrl");
    LW_GRID_ADD(grid, "measured table", "family", "use", "points", "median", "p90", "worst", "limit", "");
    for (size_t t = 0; t < count; t++) {
        LW_GRID_ADD(grid, table[t].name, table[t].family, table[t].use);
        lw_grid_print(grid, "%zu", table[t].points);
        add_spread(&table[t].error, grid);
        if (table[t].limited) {
            lw_grid_print(grid, "%.4g / %.4g %%", 100 * table[t].limit_median, 100 * table[t].limit_worst);
        } else {
            lw_grid_add(grid, "none");
        }
        lw_grid_add(grid, table[t].verdict != NULL ? table[t].ok ? "normal" : "not normal" : table[t].ok ? "ok" : "OVER");
    }
    lw_text_add(out, "Distance |model / measured - 1|; limit is median / worst.\n\n");
    LW_TRY(lw_grid_write(grid, 0, 0, out));
    lw_text_add(out, "\n");
    const bool bands = totals->count > 0 && totals->total[totals->count - 1].banded > 0;  // of all tables
    lw_grid *sums = lw_grid_new(arena, bands ? "llrrrrrrrl" : "llrrrrrrl");
    LW_GRID_ADD(sums, "all points of", "use", "systems", "tables", "points", "median", "p90", "worst");
    if (bands) {
        lw_grid_add(sums, "in band");
    }
    lw_grid_add(sums, "");
    for (size_t i = 0; i < totals->count; i++) {
        bool all = strcmp(totals->total[i].kind, "all") == 0;
        lw_grid_print(sums, "%s%s%s", totals->total[i].kind, all ? "" : " ", all ? "" : totals->total[i].name);
        lw_grid_add(sums, totals->total[i].use != NULL ? totals->total[i].use : "");
        lw_grid_print(sums, "%zu", totals->total[i].systems);
        lw_grid_print(sums, "%zu", totals->total[i].tables);
        lw_grid_print(sums, "%zu", totals->total[i].points);
        add_spread(&totals->total[i].error, sums);
        if (bands && totals->total[i].banded > 0) {
            lw_grid_print(sums, "%zu of %zu", totals->total[i].inside, totals->total[i].banded);
        } else if (bands) {
            lw_grid_add(sums, "");
        }
        if (totals->total[i].failed > 0) {
            lw_grid_print(sums, "%zu over the limit", totals->total[i].failed);
        } else {
            lw_grid_add(sums, "ok");
        }
    }
    LW_TRY(lw_grid_write(sums, 0, 0, out));
    return write_verdicts(table, count, arena, out);
}

static void write_json_spread(const lw_spread *error, lw_text *out) {
    lw_json_number(out, "median", error->median);
    lw_json_number(out, "p90", error->p90);
    lw_json_number(out, "worst", error->worst);
}

static void write_json_table(const lw_validation *table, lw_text *out) {
    lw_text_add(out, "{");
    lw_json_string(out, "name", table->name);
    lw_json_string(out, "family", table->family);
    if (table->class != NULL) {
        lw_json_string(out, "class", table->class);
    }
    lw_json_string(out, "use", table->use);
    lw_json_string(out, "system_id", table->system_id);
    lw_json_integer(out, "points", (int64_t)table->points);
    if (table->banded > 0) {
        lw_json_integer(out, "banded", (int64_t)table->banded);
        lw_json_integer(out, "inside", (int64_t)table->inside);
    }
    write_json_spread(&table->error, out);
    if (table->limited) {
        lw_json_open(out, "limit", "{");
        lw_json_number(out, "median", table->limit_median);
        lw_json_number(out, "worst", table->limit_worst);
        lw_text_add(out, "}");
    }
    lw_json_flag(out, "ok", table->ok);
    if (table->verdict != NULL) {
        lw_json_string(out, "verdict", table->verdict);
    }
    lw_json_open(out, "rows", "[");
    for (size_t i = 0; i < table->points; i++) {
        const lw_compared *at = &table->rows[i];
        const double numbers[] = {at->x, at->measured, at->model};
        lw_json_item(out);
        lw_text_add(out, "[");
        if (at->name != NULL) {
            lw_text_json_string(out, at->name);
        }
        for (size_t k = at->name != NULL; k < sizeof numbers / sizeof numbers[0]; k++) {
            lw_json_item(out);
            lw_text_number(out, numbers[k]);
        }
        lw_text_add(out, "]");
    }
    lw_text_add(out, "]}");
}

static void write_json(const lw_validation *table, size_t count, const lw_totals *totals, lw_text *out) {
    lw_text_add(out, "{\"schema\":\"lanewise-validate/1\",\"tables\":[");
    for (size_t t = 0; t < count; t++) {
        lw_json_item(out);
        lw_text_add(out, "\n");
        write_json_table(&table[t], out);
    }
    lw_text_add(out, "\n],\"totals\":[");
    for (size_t i = 0; i < totals->count; i++) {
        lw_json_item(out);
        lw_text_add(out, "\n{");
        lw_json_string(out, "by", totals->total[i].kind);
        lw_json_string(out, "name", totals->total[i].name);
        if (totals->total[i].use != NULL) {
            lw_json_string(out, "use", totals->total[i].use);
        }
        lw_json_integer(out, "systems", (int64_t)totals->total[i].systems);
        lw_json_integer(out, "tables", (int64_t)totals->total[i].tables);
        lw_json_integer(out, "points", (int64_t)totals->total[i].points);
        write_json_spread(&totals->total[i].error, out);
        if (totals->total[i].banded > 0) {
            lw_json_integer(out, "banded", (int64_t)totals->total[i].banded);
            lw_json_integer(out, "inside", (int64_t)totals->total[i].inside);
        }
        lw_json_integer(out, "over", (int64_t)totals->total[i].failed);
        lw_text_add(out, "}");
    }
    lw_text_add(out, "\n]}\n");
}

lw_status lw_report_validation(const lw_validations *tables, lw_report_format format, lw_arena *arena, lw_text *out) {
    lw_totals totals;
    LW_TRY(lw_totals_of(tables, arena, &totals));
    if (format == LW_FORMAT_JSON) {
        write_json(tables->row, tables->count, &totals, out);
        return LW_OK;
    }
    return write_table(tables->row, tables->count, &totals, arena, out);
}
