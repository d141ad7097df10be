// SPDX-License-Identifier: GPL-3.0-or-later
// Results as CSV (RFC 4180): one row a point; units stand in the head.
#include "sim/report/report.h"

static void add_field(lw_text *out, const char *text) {
    lw_text_add(out, ",");
    lw_text_csv_field(out, text);
}

static void add_number(lw_text *out, double value) {
    lw_text_add(out, ",");
    lw_text_number(out, value);
}

// Columns for the uncertain range only where some point has one.
static bool has_band(const lw_result *result, const lw_columns *columns, size_t w) {
    for (size_t p = 0; p < result->point_count; p++) {
        const lw_workload_result *workload = lw_point_workload(&result->point[p], columns->workload[w], w);
        if (workload != NULL && workload->has_band) {
            return true;
        }
    }
    return false;
}

static lw_status add_head(const lw_result *result, const lw_columns *columns, lw_arena *arena, lw_text *out) {
    lw_text_add(out, "index");
    const lw_point *first = result->point_count > 0 ? &result->point[0] : NULL;
    for (size_t i = 0; first != NULL && i < first->set_count; i++) {
        const char *unit = lw_set_unit(&first->set[i]);
        const char *name = unit[0] == '\0' ? first->set[i].path : lw_arena_print(arena, "%s [%s]", first->set[i].path, unit);
        if (name == NULL) {
            return LW_NO_MEMORY;
        }
        add_field(out, name);
    }
    static const char *const metrics[] = {
        "time_us", "bandwidth_GBps", "bytes", "mean_wait_ns", "limited_by", "bandwidth_low_GBps", "bandwidth_high_GBps"};
    const size_t count = sizeof metrics / sizeof metrics[0];
    for (size_t w = 0; w < columns->workload_count; w++) {
        for (size_t m = 0; m < (has_band(result, columns, w) ? count : count - 2); m++) {
            const char *name = lw_arena_print(arena, "%s.%s", columns->workload[w], metrics[m]);
            if (name == NULL) {
                return LW_NO_MEMORY;
            }
            add_field(out, name);
        }
    }
    for (size_t d = 0; d < columns->direction_count; d++) {
        const lw_direction_result *direction = columns->direction[d];
        const char *name = lw_arena_print(arena, "%s.%s.utilisation", direction->link, direction->direction);
        if (name == NULL) {
            return LW_NO_MEMORY;
        }
        add_field(out, name);
    }
    lw_text_add(out, ",limited_by,evidence,engine\n");
    return LW_OK;
}

static void add_workload(const lw_workload_result *workload, lw_text *out) {
    if (workload == NULL) {
        lw_text_add(out, ",,,,,");
        return;
    }
    // Picoseconds are whole numbers, so the division is rounded once and nothing of time_s is lost.
    add_number(out, (double)(workload->end_ps - workload->start_ps) / 1e6);
    add_number(out, workload->bandwidth_GBps);
    lw_text_print(out, ",%lld", (long long)workload->bytes);
    add_number(out, workload->mean_wait_ps / 1e3);
    add_field(out, workload->limited_by == NULL ? "" : workload->limited_by);
}

static void add_band(const lw_workload_result *workload, lw_text *out) {
    if (workload == NULL || !workload->has_band) {
        lw_text_add(out, ",,");
        return;
    }
    add_number(out, workload->low_GBps);
    add_number(out, workload->high_GBps);
}

lw_status lw_report_csv(const lw_result *result, lw_arena *arena, lw_text *out) {
    lw_columns columns;
    LW_TRY(lw_columns_of(result, arena, &columns));
    LW_TRY(add_head(result, &columns, arena, out));
    bool *banded = LW_NEW_ARRAY(arena, bool, columns.workload_count + 1);
    const lw_direction_result **direction = LW_NEW_ARRAY(arena, const lw_direction_result *, columns.direction_count);
    if (banded == NULL || direction == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t w = 0; w < columns.workload_count; w++) {
        banded[w] = has_band(result, &columns, w);
    }
    for (size_t p = 0; p < result->point_count; p++) {
        const lw_point *point = &result->point[p];
        lw_text_print(out, "%d", point->index);
        for (size_t i = 0; i < point->set_count; i++) {
            if (point->set[i].is_number) {
                add_number(out, point->set[i].number);
            } else {
                add_field(out, point->set[i].text);
            }
        }
        for (size_t w = 0; w < columns.workload_count; w++) {
            const lw_workload_result *workload = lw_point_workload(point, columns.workload[w], w);
            add_workload(workload, out);
            if (banded[w]) {
                add_band(workload, out);
            }
        }
        LW_TRY(lw_columns_fill(&columns, point, direction));
        for (size_t d = 0; d < columns.direction_count; d++) {
            if (direction[d] == NULL) {
                lw_text_add(out, ",");
            } else {
                add_number(out, direction[d]->utilisation);
            }
        }
        add_field(out, point->limited_by == NULL ? "" : point->limited_by);
        add_field(out, lw_evidence_words[point->evidence]);
        add_field(out, point->engine);
        lw_text_add(out, "\n");
    }
    return out->failed ? LW_NO_MEMORY : LW_OK;
}
