// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/report/accuracy.h"

#include <math.h>

#include "sim/base/json.h"
#include "sim/report/grid.h"

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
    return LW_OK;
}
