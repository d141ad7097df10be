// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/loaded.h"

#include <math.h>
#include <string.h>

#include "plots/scale.h"

#define NEAR 1.5  // times the largest load that keeps up: farther off the axis would be empty

bool lw_has_latency(const lw_workload_result *workload) {
    return workload->paced || workload->each_ps.count > 0;
}

void lw_loaded_sample(const lw_workload_result *workload, bool offered, lw_sample *sample) {
    const double mean_s = workload->mean_latency_ps * 1e-12;
    sample->at = (lw_xy){offered ? sample->order : workload->bandwidth_GBps, mean_s};
    sample->low = sample->high = mean_s;
    if (workload->each_ps.count > 0) {
        sample->low = fmin(mean_s, workload->each_ps.median * 1e-12);
        sample->high = fmax(mean_s, workload->each_ps.p99 * 1e-12);
    }
    sample->theory =
        workload->md1_wait_ps > 0 ? (workload->mean_latency_ps - workload->mean_wait_ps + workload->md1_wait_ps) * 1e-12 : 0;
}

// The name in "workloads.NAME.rate"; its length is 0 where the path is another.
static size_t name_in(const char *path, const char **name) {
    static const char before[] = "workloads.";
    *name = strncmp(path, before, sizeof before - 1) == 0 ? path + sizeof before - 1 : "";
    return strcspn(*name, ".");
}

bool lw_is_saturated(const lw_point *point, const char *x_path, const lw_workload_result *workload) {
    static const double kept_up = 0.97;  // random arrivals of a finite run vary
    const char *name;
    const size_t length = name_in(x_path, &name);
    const lw_workload_result *load = workload;
    double offered = 0;
    for (size_t i = 0; i < point->workload_count; i++) {
        const char *own = point->workload[i].name;
        load = strlen(own) == length && strncmp(own, name, length) == 0 ? &point->workload[i] : load;
    }
    for (size_t i = 0; i < point->set_count; i++) {
        offered = strcmp(point->set[i].path, x_path) == 0 ? point->set[i].number / 1e9 : offered;
    }
    return load->paced && load->bandwidth_GBps < kept_up * offered;
}

double lw_loaded_most(const lw_chart_data *data, const lw_panel *panel, const lw_curve *curve) {
    const char *name;
    const size_t length = name_in(data->x_path, &name);
    const bool own = strlen(panel->workload) == length && strncmp(panel->workload, name, length) == 0;
    const bool known = own && data->x_dimension == LW_RATE && curve->stage != NULL && curve->most->member_ps.count == 0;
    const double rate = known ? curve->stage->rate_GBps[LW_STAGE_RETRY] : 0.0;
    return rate > 0.0 && rate >= curve->most_order && rate <= NEAR * curve->most_order ? rate : 0.0;
}

const char *lw_loaded_text(const lw_curve *curve, lw_arena *arena) {
    const lw_sample *end = &curve->point[curve->count - 1];
    char first[LW_TICK_TEXT];
    char last[LW_TICK_TEXT];
    char most[LW_TICK_TEXT];
    lw_seconds_digits(curve->point[0].at.y, first);
    lw_seconds_digits(end->at.y, last);
    lw_seconds_digits(end->high, most);
    return lw_arena_print(arena, "%s \u2026 %s, 99 %%: %s", first, last, most);
}

bool lw_has_theory(const lw_chart_data *data) {
    bool has = false;
    for (size_t i = 0; i < data->panel_count; i++) {
        for (size_t k = 0; k < data->panel[i].curve_count; k++) {
            const lw_curve *curve = &data->panel[i].curve[k];
            for (size_t m = 0; m < curve->count; m++) {
                has = has || curve->point[m].theory > 0.0;
            }
        }
    }
    return has;
}
