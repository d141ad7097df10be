// SPDX-License-Identifier: GPL-3.0-or-later
// The chart of a result whose scenario asks for none.
#include <string.h>

#include "plots/chart.h"

enum { BARS_MOST = 32, SIZES_LEAST = 3, NUMBERS_LEAST = 4 };

static size_t values_of(const lw_result *result, size_t axis) {
    size_t count = 0;
    for (size_t i = 0; i < result->point_count; i++) {
        bool is_new = axis < result->point[i].set_count;
        for (size_t k = 0; k < i && is_new; k++) {
            is_new = result->point[k].set[axis].number != result->point[i].set[axis].number;
        }
        count += is_new ? 1 : 0;
    }
    return count;
}

// The swept number with enough values for a line, one of that dimension before others; NULL: none.
static const lw_set_value *line_over(const lw_result *result, lw_dimension before) {
    const lw_point *first = &result->point[0];
    const lw_set_value *found = NULL;
    for (size_t i = 0; i < first->set_count; i++) {
        const lw_set_value *value = &first->set[i];
        const size_t least = value->dimension == LW_BYTES || value->dimension == LW_RATE ? SIZES_LEAST : NUMBERS_LEAST;
        const bool suits = value->is_number && values_of(result, i) >= least;
        if (suits && (found == NULL || (found->dimension != before && value->dimension == before))) {
            found = value;
        }
    }
    return found;
}

static bool is_paced(const lw_point *point) {
    bool paced = false;
    for (size_t i = 0; i < point->workload_count; i++) {
        paced = paced || point->workload[i].paced;
    }
    return paced;
}

// Would the chart be drawn?
static bool is_fit(const lw_chart_request *request, const lw_result *result, lw_arena *arena) {
    lw_diags *silent = lw_diags_new(arena);
    return silent != NULL && lw_chart_check(request, result, silent) == LW_OK;
}

// A rate, or a load, which is one too.
static bool is_rate(const lw_set_value *x) {
    static const char load[] = ".load";
    const size_t length = strlen(x->path);
    return x->dimension == LW_RATE || (length > strlen(load) && strcmp(x->path + length - strlen(load), load) == 0);
}

// Latency where a rate is swept of packets that come at it, else bandwidth.
static bool choose_line(const lw_result *result, lw_arena *arena, lw_chart_request *out) {
    const bool paced = is_paced(&result->point[0]);
    const lw_set_value *x = line_over(result, paced ? LW_RATE : LW_BYTES);
    if (x == NULL) {
        return false;
    }
    lw_chart_request_default(paced && is_rate(x) ? LW_CHART_LOADED_LATENCY : LW_CHART_BANDWIDTH, out);
    out->x = x->path;
    out->axis = x->dimension == LW_BYTES ? LW_AXIS_LOG : LW_AXIS_LINEAR;
    return is_fit(out, result, arena);
}

bool lw_chart_suits(const lw_result *result, lw_arena *arena, lw_chart_request *out) {
    const lw_point *first = result->point_count > 0 ? &result->point[0] : NULL;
    lw_pair_table pairs;
    lw_chart_request_default(LW_CHART_PAIRS, out);
    if (first == NULL || lw_pairs_of(result, arena, &pairs) != LW_OK || pairs.count > 0) {
        return first != NULL && pairs.count > 0;
    }
    if (choose_line(result, arena, out)) {
        return true;
    }
    bool numbers = false;
    for (size_t i = 0; i < first->set_count; i++) {
        numbers = numbers || first->set[i].is_number;
    }
    const size_t bars = result->point_count * first->workload_count;
    lw_chart_request_default(bars > 1 ? LW_CHART_BARS : LW_CHART_WATERFALL, out);
    return bars > 1 ? !numbers || bars <= BARS_MOST : first->stage_count == 1 && is_fit(out, result, arena);
}
