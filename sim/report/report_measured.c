// SPDX-License-Identifier: GPL-3.0-or-later
// What others measured beside what the model says, for the tables that a scenario lays over its
// charts.
#include <string.h>

#include "sim/report/columns.h"
#include "sim/report/grid.h"
#include "sim/report/writers.h"

enum { DIGITS = 3 };

// A model's copy of one size: the point of the sweep, its size, and the copy in it.
typedef struct sample {
    double bytes;
    const lw_workload_result *workload;
} sample;

static bool read_sample(const lw_point *point, const lw_workload_result *like, const lw_measured_series *measured, sample *out) {
    const lw_workload_result *workload = lw_point_workload(point, like->name, 0);
    const bool fits = workload != NULL && lw_measured_fits(measured, point, workload);
    *out = fits ? (sample){lw_point_size(point, workload), workload} : (sample){0};
    return out->bytes > 0;
}

// One copy's bandwidth at a size between two of the sweep: the time of a copy is a fixed cost plus
// bytes over rate (Hockney 1994), so times, not bandwidths, are interpolated. 0 when the sweep does
// not reach that size. *payload: bytes that count for each of that size, 1 of a copy, more of a
// collective whose bandwidth is that of a link.
static double copy_GBps(const lw_result *result, const lw_workload_result *like, const lw_measured_series *measured, double bytes,
                        double *payload) {
    sample below = {0};
    sample above = {0};
    for (size_t p = 0; p < result->point_count; p++) {
        sample s;
        if (!read_sample(&result->point[p], like, measured, &s)) {
            continue;
        }
        if (s.bytes <= bytes && s.bytes > below.bytes) {
            below = s;
        }
        if (s.bytes >= bytes && (above.workload == NULL || s.bytes < above.bytes)) {
            above = s;
        }
    }
    if (below.workload == NULL || above.workload == NULL) {
        return 0;
    }
    double share = above.bytes > below.bytes ? (bytes - below.bytes) / (above.bytes - below.bytes) : 0;
    double time_s = below.workload->time_s + share * (above.workload->time_s - below.workload->time_s);
    *payload = (double)below.workload->bytes / below.bytes;
    return time_s > 0 ? *payload * bytes / time_s / 1e9 : 0;
}

// Of the first copy that the table is about and that reaches the size. 0: none does.
static double model_GBps(const lw_result *result, const lw_measured_series *measured, double bytes, double *payload) {
    double GBps = 0;
    for (size_t w = 0; result->point_count > 0 && w < result->point[0].workload_count && GBps == 0; w++) {
        GBps = copy_GBps(result, &result->point[0].workload[w], measured, bytes, payload);
    }
    return GBps;
}

// Only what was observed of copies of some sizes can stand beside a bandwidth.
static bool is_bandwidth(const lw_measured_series *measured) {
    return measured->over_sizes &&
           (strcmp(measured->observe->name, "bandwidth_GBps") == 0 || strcmp(measured->observe->name, "time_us") == 0);
}

static double measured_GBps(const lw_measured_series *measured, const double point[2], double payload) {
    return strcmp(measured->observe->name, "time_us") == 0 ? payload * point[0] / point[1] / 1e3 : point[1];
}

lw_status lw_report_measured(const lw_result *result, int width, lw_arena *arena, lw_text *out) {
    lw_grid *grid = lw_grid_new(arena, "llrrrrl");
    LW_GRID_ADD(grid, "link", "direction", "bytes", "measured", "model", "model off", "table");
    size_t rows = 0;
    for (size_t m = 0; m < result->measured_count; m++) {
        const lw_measured_series *measured = &result->measured[m];
        const double *largest = NULL;
        double payload = 1;
        for (size_t i = 0; is_bandwidth(measured) && i < measured->count; i++) {
            bool reached = model_GBps(result, measured, measured->points[i][0], &payload) > 0;
            largest = reached && (largest == NULL || measured->points[i][0] > largest[0]) ? measured->points[i] : largest;
        }
        if (largest == NULL) {
            continue;
        }
        double model = model_GBps(result, measured, largest[0], &payload);
        // a table's copy is one, however often this one is repeated
        const bool single = measured->collective == NULL && measured->members == 1;
        double real = measured_GBps(measured, largest, single ? 1 : payload);
        char size[LW_QUANTITY_TEXT];
        LW_GRID_ADD(grid, measured->series == NULL ? "-" : measured->series,
                    measured->direction == NULL ? "-" : measured->direction);
        lw_grid_print(grid, "%s", lw_quantity_print(largest[0], LW_BYTES, size));
        lw_grid_number(grid, real, DIGITS);
        lw_grid_number(grid, model, DIGITS);
        lw_grid_print(grid, "%+.1f %%", 100 * (model / real - 1));
        lw_grid_add(grid, measured->table);
        rows++;
    }
    if (rows == 0) {
        return LW_OK;
    }
    lw_text_add(out, "\nMeasured by others, on their machines, GB/s, largest size of each table (lanewise explain TABLE)\n");
    return lw_grid_write(grid, 2, width, out);
}
