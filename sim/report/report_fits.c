// SPDX-License-Identifier: GPL-3.0-or-later
// What --fit adds: a line through times over sizes, and where it fails.
#include <math.h>

#include "sim/base/json.h"
#include "sim/base/quantity.h"
#include "sim/report/grid.h"
#include "sim/report/writers.h"

enum { DIGITS = 4, OFF_MOST = 6 };

static const char *sizes_off(const lw_line_fit *fit, lw_arena *arena) {
    const char *text = fit->off_count == 0 ? "none" : "";
    for (size_t i = 0; i < fit->off_count && i < OFF_MOST && text != NULL; i++) {
        char size[LW_QUANTITY_TEXT];
        text = lw_arena_print(arena, "%s%s%s", text, i > 0 ? ", " : "", lw_quantity_print(fit->off_bytes[i], LW_BYTES, size));
    }
    return fit->off_count > OFF_MOST && text != NULL ? lw_arena_print(arena, "%s and %zu more", text, fit->off_count - OFF_MOST)
                                                     : text;
}

static const char *others_of(const lw_line_fit *fit, lw_arena *arena) {
    const char *text = fit->workload;
    for (size_t i = 0; i < fit->point->set_count && text != NULL; i++) {
        text = i != fit->path ? lw_arena_print(arena, "%s, %s", text, fit->point->set[i].text) : text;
    }
    return text;
}

lw_status lw_report_fits(const lw_result *result, int width, lw_arena *arena, lw_text *out) {
    if (!result->fitted) {
        return LW_OK;
    }
    lw_text_add(out, "\nHockney: t = alpha + n / beta, by least squares of relative errors\n");
    if (result->fit_count == 0) {
        lw_text_add(out, "  no workload whose bytes are swept has three sizes or more\n");
        return LW_OK;
    }
    lw_grid *grid = lw_grid_new(arena, "lrrrll");
    LW_GRID_ADD(grid, "series", "alpha", "beta, GB/s", "n1/2", "largest error", "off by more than 10 %");
    for (size_t i = 0; i < result->fit_count; i++) {
        const lw_line_fit *fit = &result->fit[i];
        char size[LW_QUANTITY_TEXT];
        lw_grid_add(grid, others_of(fit, arena));
        lw_grid_time(grid, fit->alpha_us, DIGITS);
        lw_grid_number(grid, fit->beta_GBps, DIGITS);
        if (isnan(fit->half_bytes)) {
            lw_grid_add(grid, "none");
        } else {
            lw_grid_bytes(grid, (int64_t)(fit->half_bytes + 0.5));
        }
        if (fabs(fit->worst) < 0.0005) {
            lw_grid_add(grid, "0 %");
        } else {
            lw_grid_print(grid, "%+.1f %% at %s", 100 * fit->worst, lw_quantity_print(fit->worst_bytes, LW_BYTES, size));
        }
        lw_grid_add(grid, sizes_off(fit, arena));
    }
    return lw_grid_write(grid, 2, width, out);
}

void lw_report_fits_json(const lw_result *result, lw_text *out) {
    lw_json_open(out, "fits", "[");
    for (size_t i = 0; i < result->fit_count; i++) {
        const lw_line_fit *fit = &result->fit[i];
        lw_json_item(out);
        lw_text_add(out, "{");
        lw_json_string(out, "model", "hockney");
        lw_json_string(out, "workload", fit->workload);
        lw_json_string(out, "over", fit->point->set[fit->path].path);
        lw_json_open(out, "set", "{");
        for (size_t s = 0; s < fit->point->set_count; s++) {
            const lw_set_value *set = &fit->point->set[s];
            if (s != fit->path && set->is_number) {
                lw_json_number(out, set->path, set->number);
            } else if (s != fit->path) {
                lw_json_string(out, set->path, set->text);
            }
        }
        lw_text_add(out, "}");
        lw_json_integer(out, "points", (int64_t)fit->sizes);
        lw_json_number(out, "alpha_us", fit->alpha_us);
        lw_json_number(out, "beta_GBps", fit->beta_GBps);
        lw_json_number(out, "n_half_bytes", fit->half_bytes);
        lw_json_number(out, "largest_error", fit->worst);
        lw_json_number(out, "largest_error_bytes", fit->worst_bytes);
        lw_json_open(out, "off_bytes", "[");
        for (size_t k = 0; k < fit->off_count; k++) {
            lw_json_item(out);
            lw_text_number(out, fit->off_bytes[k]);
        }
        lw_text_add(out, "]}");
    }
    lw_text_add(out, "]");
}
