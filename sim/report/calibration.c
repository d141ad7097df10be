// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/report/accuracy.h"

#include <math.h>
#include <string.h>

#include "sim/base/json.h"
#include "sim/base/list.h"
#include "sim/report/grid.h"
#include "sim/report/totals.h"

static lw_status write_group(const lw_calibration *group, lw_arena *arena, lw_text *out) {
    lw_grid *grid = lw_grid_new(arena, "llrrrrl");
    LW_GRID_ADD(grid, "preset", "parameter", "before", "fitted", "error", "moved", "");
    for (size_t i = 0; i < group->fitted_count; i++) {
        const lw_fitted *row = &group->fitted[i];
        LW_GRID_ADD(grid, row->preset, row->key, row->before, row->value);
        if (isnan(row->error)) {
            lw_grid_add(grid, "?");
        } else {
            lw_grid_print(grid, "%.2g %%", 100 * row->error);
        }
        lw_grid_print(grid, "%+.2g %%", 100 * row->moved);
        if (row->alike != NULL) {
            lw_grid_print(grid, "hardly told from %s (%+.3f)", row->alike, row->correlation);
        } else {
            lw_grid_add(grid, !isnan(row->error)                    ? ""
                              : group->points > group->fitted_count ? "no table shows it"
                                                                    : "no point to spare");
        }
    }
    LW_TRY(lw_grid_write(grid, 0, 0, out));
    lw_text_print(out, "%zu points of %zu table%s of %zu system%s, %.3g points a parameter\n", group->points, group->tables,
                  group->tables == 1 ? "" : "s", group->systems, group->systems == 1 ? "" : "s",
                  (double)group->points / (double)group->fitted_count);
    lw_text_print(out,
                  "|model / measured - 1|, median / 90 %% / worst: before %.1f / %.1f / %.1f %%, fitted %.1f / %.1f / %.1f %%",
                  100 * group->before.median, 100 * group->before.p90, 100 * group->before.worst, 100 * group->after.median,
                  100 * group->after.p90, 100 * group->after.worst);
    if (group->systems > 1) {
        lw_text_print(out, ",\neach system by a fit of the others %.1f / %.1f / %.1f %%", 100 * group->left_out.median,
                      100 * group->left_out.p90, 100 * group->left_out.worst);
    }
    lw_text_add(out, "\n");
    return LW_OK;
}

// All tables of fits to several systems, with what the model says of each system without its own.
static lw_status gather_strangers(const lw_calibrations *found, lw_arena *arena, lw_validations *out) {
    lw_list tables = {0};
    for (size_t g = 0; g < found->count; g++) {
        const lw_validations *compared = &found->group[g].compared;
        for (size_t t = 0; t < compared->count && found->group[g].systems > 1; t++) {
            lw_validation *table = LW_LIST_ADD(&tables, lw_validation, arena);
            if (table == NULL) {
                return LW_NO_MEMORY;
            }
            *table = compared->row[t];
            table->rows = LW_NEW_ARRAY(arena, lw_compared, table->points);
            for (size_t i = 0; table->rows != NULL && i < table->points; i++) {
                table->rows[i] = compared->row[t].rows[i];
                table->rows[i].model = table->rows[i].stranger;
            }
            LW_TRY(table->rows != NULL ? LW_OK : LW_NO_MEMORY);
        }
    }
    *out = (lw_validations){LW_LIST_ITEMS(&tables, lw_validation), tables.count};
    return LW_OK;
}

static lw_status write_strangers(const lw_calibrations *found, lw_arena *arena, lw_text *out) {
    lw_validations strangers;
    lw_totals totals;
    lw_grid *grid = lw_grid_new(arena, "lrrrrr");
    LW_TRY(gather_strangers(found, arena, &strangers));
    if (grid == NULL || strangers.count == 0) {
        return grid == NULL ? LW_NO_MEMORY : LW_OK;
    }
    LW_TRY(lw_totals_of(&strangers, arena, &totals));
    LW_GRID_ADD(grid, "class", "systems", "points", "median", "90 %", "worst");
    for (size_t i = 0; i < totals.count; i++) {
        const lw_total *sum = &totals.total[i];
        if (strcmp(sum->kind, "class") != 0 && strcmp(sum->kind, "family") != 0) {
            continue;
        }
        lw_grid_add(grid, sum->name);
        lw_grid_print(grid, "%zu", sum->systems);
        lw_grid_print(grid, "%zu", sum->points);
        const double share[] = {sum->error.median, sum->error.p90, sum->error.worst};
        for (size_t k = 0; k < 3; k++) {
            lw_grid_print(grid, "%.1f %%", 100 * share[k]);
        }
    }
    lw_text_add(out, "\nEach system by a fit of the others, by class: |model / measured - 1|\n");
    return lw_grid_write(grid, 0, 0, out);
}

static void write_json_spread(const char *name, const lw_spread *spread, lw_text *out) {
    lw_json_open(out, name, "{");
    lw_json_number(out, "median", spread->median);
    lw_json_number(out, "p90", spread->p90);
    lw_json_number(out, "worst", spread->worst);
    lw_text_add(out, "}");
}

static void write_json_row(const lw_fitted *row, lw_text *out) {
    lw_text_add(out, "\n{");
    lw_json_string(out, "preset", row->preset);
    lw_json_string(out, "key", row->key);
    lw_json_string(out, "before", row->before);
    lw_json_string(out, "value", row->value);
    if (!isnan(row->error)) {
        lw_json_number(out, "error", row->error);
    }
    lw_json_number(out, "moved", row->moved);
    if (row->alike != NULL) {
        lw_json_string(out, "alike", row->alike);
        lw_json_number(out, "correlation", row->correlation);
    }
    lw_text_add(out, "}");
}

static void write_json(const lw_calibrations *found, lw_text *out) {
    lw_text_add(out, "{\"schema\":\"lanewise-calibrate/1\",\"groups\":[");
    for (size_t g = 0; g < found->count; g++) {
        const lw_calibration *group = &found->group[g];
        lw_json_item(out);
        lw_text_add(out, "\n{");
        lw_json_integer(out, "tables", (int64_t)group->tables);
        lw_json_integer(out, "systems", (int64_t)group->systems);
        lw_json_integer(out, "points", (int64_t)group->points);
        write_json_spread("before", &group->before, out);
        write_json_spread("after", &group->after, out);
        if (group->systems > 1) {
            write_json_spread("left_out", &group->left_out, out);
        }
        lw_json_open(out, "fitted", "[");
        for (size_t i = 0; i < group->fitted_count; i++) {
            lw_json_item(out);
            write_json_row(&group->fitted[i], out);
        }
        lw_text_add(out, "]}");
    }
    lw_text_add(out, "\n]}\n");
}

lw_status lw_report_calibrations(const lw_calibrations *found, lw_report_format format, lw_arena *arena, lw_text *out) {
    if (format == LW_FORMAT_JSON) {
        write_json(found, out);
        return LW_OK;
    }
    for (size_t g = 0; g < found->count; g++) {
        lw_text_add(out, g > 0 ? "\n" : "");
        LW_TRY(write_group(&found->group[g], arena, out));
    }
    return write_strangers(found, arena, out);
}
