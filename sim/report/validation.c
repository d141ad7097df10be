// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/report/validation.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/json.h"
#include "sim/report/grid.h"

// The points of all tables that share a family or class and a use, a use, or all.
typedef struct total {
    const char *kind;  // "family", "class", "use", "all"
    const char *name, *use;
    size_t systems, tables, failed, points;
    lw_spread error;
} total;

// NULL: it counts in none of that kind. What has a class counts in that, not in its family.
static const char *group_of(const lw_validation *table, const char *kind) {
    if (strcmp(kind, "family") == 0) {
        return table->class == NULL ? table->family : NULL;
    }
    return strcmp(kind, "class") == 0 ? table->class : strcmp(kind, "use") == 0 ? table->use : "all";
}

static bool is_in(const lw_validation *table, const total *sum) {
    const char *group = group_of(table, sum->kind);
    return group != NULL && strcmp(group, sum->name) == 0 && (sum->use == NULL || strcmp(sum->use, table->use) == 0);
}

static bool is_new_system(const lw_validation *table, size_t index, const total *sum) {
    for (size_t t = 0; t < index; t++) {
        if (is_in(&table[t], sum) && strcmp(table[t].system_id, table[index].system_id) == 0) {
            return false;
        }
    }
    return true;
}

static void sum_up(const lw_validation *table, size_t count, double *scratch, total *out) {
    for (size_t t = 0; t < count; t++) {
        if (!is_in(&table[t], out)) {
            continue;
        }
        out->systems += is_new_system(table, t, out);
        out->tables++;
        out->failed += !table[t].ok;
        for (size_t i = 0; i < table[t].points; i++) {
            scratch[out->points++] = fabs(table[t].rows[i][2] / table[t].rows[i][1] - 1);
        }
    }
    out->error = lw_spread_of(scratch, out->points);
}

static bool is_new_group(const lw_validation *table, size_t index, const total *sum) {
    for (size_t i = 0; i < index && sum->name != NULL; i++) {
        if (is_in(&table[i], sum)) {
            return false;
        }
    }
    return sum->name != NULL;
}

static int by_name_and_use(const void *a, const void *b) {
    const total *one = a, *other = b;
    const int order = strcmp(one->name, other->name);
    return order != 0 ? order : strcmp(one->use, other->use);
}

// Totals by family and use, by class and use (in the order of their names, calibration beside
// validation), by use, and of all tables. A table is in three of
// them; *out has room for 2 * count + 1.
static lw_status make_totals(const lw_validation *table, size_t count, lw_arena *arena, total **out, size_t *total_count) {
    static const char *const kinds[] = {"family", "class", "use", "all"};
    size_t points = 0;
    for (size_t t = 0; t < count; t++) {
        points += table[t].points;
    }
    double *scratch = LW_NEW_ARRAY(arena, double, points);
    total *totals = LW_NEW_ARRAY(arena, total, 2 * count + 1);
    if (scratch == NULL || totals == NULL) {
        return LW_NO_MEMORY;
    }
    size_t made = 0;
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        const size_t first = made;
        const bool sides = k < 2;
        for (size_t t = 0; t < count; t++) {
            total sum = {.kind = kinds[k], .name = group_of(&table[t], kinds[k]), .use = sides ? table[t].use : NULL};
            if (is_new_group(table, t, &sum)) {
                sum_up(table, count, scratch, &sum);
                totals[made++] = sum;
            }
        }
        if (sides && made > first) {
            qsort(totals + first, made - first, sizeof *totals, by_name_and_use);
        }
    }
    *out = totals;
    *total_count = made;
    return LW_OK;
}

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

static lw_status write_table(const lw_validation *table, size_t count, const total *totals, size_t total_count, lw_arena *arena,
                             lw_text *out) {
    lw_grid *grid = lw_grid_new(arena, "lllrrrrrl");
    LW_GRID_ADD(grid, "measured table", "family", "use", "points", "median", "p90", "worst", "limit", "");
    for (size_t t = 0; t < count; t++) {
        LW_GRID_ADD(grid, table[t].name, table[t].family, table[t].use);
        lw_grid_print(grid, "%zu", table[t].points);
        add_spread(&table[t].error, grid);
        lw_grid_print(grid, "%.4g / %.4g %%", 100 * table[t].limit_median, 100 * table[t].limit_worst);
        lw_grid_add(grid, table[t].verdict != NULL ? table[t].ok ? "normal" : "not normal" : table[t].ok ? "ok" : "OVER");
    }
    lw_text_add(out, "Distance |model / measured - 1|; limit is median / worst.\n\n");
    LW_TRY(lw_grid_write(grid, 0, 0, out));
    for (size_t t = 0; t < count; t++) {
        if (table[t].banded > 0) {
            lw_text_print(out, "\n%s: %zu of %zu points lie in the band that the model states for them.\n", table[t].name,
                          table[t].inside, table[t].banded);
        }
    }
    lw_text_add(out, "\n");
    lw_grid *sums = lw_grid_new(arena, "llrrrrrrl");
    LW_GRID_ADD(sums, "all points of", "use", "systems", "tables", "points", "median", "p90", "worst", "");
    for (size_t i = 0; i < total_count; i++) {
        bool all = strcmp(totals[i].kind, "all") == 0;
        lw_grid_print(sums, "%s%s%s", totals[i].kind, all ? "" : " ", all ? "" : totals[i].name);
        lw_grid_add(sums, totals[i].use != NULL ? totals[i].use : "");
        lw_grid_print(sums, "%zu", totals[i].systems);
        lw_grid_print(sums, "%zu", totals[i].tables);
        lw_grid_print(sums, "%zu", totals[i].points);
        add_spread(&totals[i].error, sums);
        if (totals[i].failed > 0) {
            lw_grid_print(sums, "%zu over the limit", totals[i].failed);
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
    lw_json_open(out, "limit", "{");
    lw_json_number(out, "median", table->limit_median);
    lw_json_number(out, "worst", table->limit_worst);
    lw_text_print(out, "},\"ok\":%s", table->ok ? "true" : "false");
    if (table->verdict != NULL) {
        lw_json_string(out, "verdict", table->verdict);
    }
    lw_json_open(out, "rows", "[");
    for (size_t i = 0; i < table->points; i++) {
        lw_json_item(out);
        lw_text_add(out, "[");
        for (int k = 0; k < 3; k++) {
            lw_json_item(out);
            lw_text_number(out, table->rows[i][k]);
        }
        lw_text_add(out, "]");
    }
    lw_text_add(out, "]}");
}

static void write_json(const lw_validation *table, size_t count, const total *totals, size_t total_count, lw_text *out) {
    lw_text_add(out, "{\"schema\":\"lanewise-validate/1\",\"tables\":[");
    for (size_t t = 0; t < count; t++) {
        lw_json_item(out);
        lw_text_add(out, "\n");
        write_json_table(&table[t], out);
    }
    lw_text_add(out, "\n],\"totals\":[");
    for (size_t i = 0; i < total_count; i++) {
        lw_json_item(out);
        lw_text_add(out, "\n{");
        lw_json_string(out, "by", totals[i].kind);
        lw_json_string(out, "name", totals[i].name);
        if (totals[i].use != NULL) {
            lw_json_string(out, "use", totals[i].use);
        }
        lw_json_integer(out, "systems", (int64_t)totals[i].systems);
        lw_json_integer(out, "tables", (int64_t)totals[i].tables);
        lw_json_integer(out, "points", (int64_t)totals[i].points);
        write_json_spread(&totals[i].error, out);
        lw_json_integer(out, "over", (int64_t)totals[i].failed);
        lw_text_add(out, "}");
    }
    lw_text_add(out, "\n]}\n");
}

lw_status lw_report_validation(const lw_validation *table, size_t count, lw_report_format format, lw_text *out) {
    if (format != LW_FORMAT_TABLE && format != LW_FORMAT_JSON) {
        return LW_BAD_USAGE;
    }
    lw_arena *arena = lw_arena_new();
    if (arena == NULL) {
        return LW_NO_MEMORY;
    }
    total *totals = NULL;
    size_t total_count = 0;
    lw_status status = make_totals(table, count, arena, &totals, &total_count);
    if (status == LW_OK && format == LW_FORMAT_JSON) {
        write_json(table, count, totals, total_count, out);
    } else if (status == LW_OK) {
        status = write_table(table, count, totals, total_count, arena, out);
    }
    lw_arena_free(arena);
    return status == LW_OK && out->failed ? LW_NO_MEMORY : status;
}
