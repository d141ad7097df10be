// SPDX-License-Identifier: GPL-3.0-or-later
// Results as CSV (RFC 4180): one row a point; units stand in the head.
#include <string.h>

#include "sim/report/columns.h"
#include "sim/report/writers.h"
#include "sim/result/metric_table.h"

static void add_field(lw_text *out, const char *text) {
    lw_text_add(out, ",");
    lw_text_csv_field(out, text);
}

static void add_number(lw_text *out, double value) {
    lw_text_add(out, ",");
    lw_text_number(out, value);
}

// The metrics that have columns for one workload: those that every workload has, then those that
// some point has, and what its kind of work adds. What limits it stands between the two.
typedef struct metric_columns {
    const lw_metric **metric;
    size_t count, always;
} metric_columns;

static lw_status add_metrics(const lw_metric *table, const lw_result *result, const char *name, size_t guess, lw_list *out,
                             lw_arena *arena) {
    for (const lw_metric *m = table; m != NULL && m->name != NULL; m++) {
        bool some = false;
        for (size_t p = 0; p < result->point_count && !some; p++) {
            const lw_workload_result *workload = lw_point_workload(&result->point[p], name, guess);
            double value;
            some = workload != NULL && (m->in_csv || m->workload == NULL) && m->of == LW_OF_WORKLOAD &&
                   lw_metric_of_workload(m, workload, &value);
        }
        const lw_metric **slot = some ? LW_LIST_ADD(out, const lw_metric *, arena) : NULL;
        if (some && slot == NULL) {
            return LW_NO_MEMORY;
        }
        if (some) {
            *slot = m;
        }
    }
    return LW_OK;
}

static lw_status find_metrics(const lw_result *result, const char *name, size_t guess, lw_arena *arena, metric_columns *out) {
    lw_list list = {0};
    const lw_metric *own = NULL;
    for (size_t p = 0; p < result->point_count && own == NULL; p++) {
        const lw_workload_result *workload = lw_point_workload(&result->point[p], name, guess);
        own = workload != NULL ? workload->own : NULL;
    }
    LW_TRY(add_metrics(lw_metrics, result, name, guess, &list, arena));
    LW_TRY(add_metrics(own, result, name, guess, &list, arena));
    *out = (metric_columns){LW_LIST_ITEMS(&list, const lw_metric *), list.count, 0};
    while (out->always < out->count && out->metric[out->always]->workload != NULL && out->metric[out->always]->has == NULL) {
        out->always++;
    }
    return LW_OK;
}

static lw_status add_named(const char *owner, const char *what, lw_arena *arena, lw_text *out) {
    const char *name = lw_arena_print(arena, "%s.%s", owner, what);
    if (name == NULL) {
        return LW_NO_MEMORY;
    }
    add_field(out, name);
    return LW_OK;
}

static lw_status add_head(const lw_result *result, const lw_columns *columns, const metric_columns *metrics, lw_arena *arena,
                          lw_text *out) {
    lw_text_add(out, "index");
    size_t count;
    const lw_set_value *first = lw_result_swept(result, &count);
    for (size_t i = 0; i < count; i++) {
        const char *unit = lw_set_unit(&first[i]);
        const char *name = unit[0] == '\0' ? first[i].path : lw_arena_print(arena, "%s [%s]", first[i].path, unit);
        if (name == NULL) {
            return LW_NO_MEMORY;
        }
        add_field(out, name);
    }
    for (size_t w = 0; w < columns->workload_count; w++) {
        for (size_t m = 0; m <= metrics[w].count; m++) {
            LW_TRY(m == metrics[w].always ? add_named(columns->workload[w], "limited_by", arena, out) : LW_OK);
            LW_TRY(m < metrics[w].count ? add_named(columns->workload[w], metrics[w].metric[m]->name, arena, out) : LW_OK);
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
    lw_text_add(out, ",makespan_us,limited_by,evidence,engine\n");
    return LW_OK;
}

static void add_limit(const lw_limit *limit, lw_text *out) {
    lw_text words = {0};
    lw_limit_print(limit, &words);
    add_field(out, words.failed ? "" : words.bytes);
    out->failed = out->failed || words.failed;
    lw_text_free(&words);
}

static void add_metric(const lw_workload_result *workload, const lw_metric *metric, lw_text *out) {
    double value;
    if (workload == NULL || !lw_metric_of_workload(metric, workload, &value)) {
        lw_text_add(out, ",");
    } else if (metric->whole) {
        lw_text_print(out, ",%.0f", value);
    } else {
        add_number(out, value);
    }
}

static void add_workload(const lw_workload_result *workload, const metric_columns *metrics, lw_text *out) {
    for (size_t m = 0; m <= metrics->count; m++) {
        if (m == metrics->always && workload != NULL) {
            add_limit(&workload->limit, out);
        } else if (m == metrics->always) {
            lw_text_add(out, ",");
        }
        if (m < metrics->count) {
            add_metric(workload, metrics->metric[m], out);
        }
    }
}

typedef struct table {
    lw_columns columns;
    metric_columns *metrics;                // one a workload
    const lw_direction_result **direction;  // of the row that is being written
} table;

static void add_set(int index, const lw_set_value *set, size_t count, lw_text *out) {
    lw_text_print(out, "%d", index);
    for (size_t i = 0; i < count; i++) {
        if (set[i].is_number) {
            add_number(out, set[i].number);
        } else {
            add_field(out, set[i].text);
        }
    }
}

static lw_status add_point(table *t, const lw_point *point, lw_text *out) {
    add_set(point->index, point->set, point->set_count, out);
    for (size_t w = 0; w < t->columns.workload_count; w++) {
        add_workload(lw_point_workload(point, t->columns.workload[w], w), &t->metrics[w], out);
    }
    LW_TRY(lw_columns_fill(&t->columns, point, t->direction));
    for (size_t d = 0; d < t->columns.direction_count; d++) {
        if (t->direction[d] == NULL) {
            lw_text_add(out, ",");
        } else {
            add_number(out, t->direction[d]->utilisation);
        }
    }
    add_number(out, (double)point->end_ps / 1e6);
    const lw_limit limit = lw_point_limit(point);
    add_limit(&limit, out);
    add_field(out, lw_evidence_words[point->evidence]);
    add_field(out, point->engine);
    lw_text_add(out, "\n");
    return LW_OK;
}

// A point without results: nothing moves, and the reason stands where others say their limit. Of
// one that did not run its cells are empty.
static lw_status add_failure(const table *t, const lw_point_failure *failure, lw_arena *arena, lw_text *out) {
    add_set(failure->index, failure->set, failure->set_count, out);
    for (size_t w = 0; w < t->columns.workload_count; w++) {
        const metric_columns *metrics = &t->metrics[w];
        for (size_t m = 0; m <= metrics->count; m++) {
            lw_text_add(out, m == metrics->always ? "," : "");
            const bool moves = m < metrics->count && strcmp(metrics->metric[m]->name, "bandwidth_GBps") == 0;
            lw_text_add(out, m == metrics->count ? "" : moves && failure->reason != NULL ? ",0" : ",");
        }
    }
    for (size_t d = 0; d <= t->columns.direction_count; d++) {  // and the makespan
        lw_text_add(out, ",");
    }
    const char *why = failure->reason != NULL ? lw_arena_print(arena, "failed: %s", failure->reason) : "not run: interrupted";
    if (why == NULL) {
        return LW_NO_MEMORY;
    }
    add_field(out, why);
    lw_text_add(out, ",,\n");
    return LW_OK;
}

lw_status lw_report_csv(const lw_result *result, lw_arena *arena, lw_text *out) {
    table t;
    LW_TRY(lw_columns_of(result, arena, &t.columns));
    t.metrics = LW_NEW_ARRAY(arena, metric_columns, t.columns.workload_count);
    t.direction = LW_NEW_ARRAY(arena, const lw_direction_result *, t.columns.direction_count);
    if (t.metrics == NULL || t.direction == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t w = 0; w < t.columns.workload_count; w++) {
        LW_TRY(find_metrics(result, t.columns.workload[w], w, arena, &t.metrics[w]));
    }
    LW_TRY(add_head(result, &t.columns, t.metrics, arena, out));
    for (size_t p = 0, f = 0; p < result->point_count || f < result->failure_count;) {
        bool failed =
            p == result->point_count || (f < result->failure_count && result->failure[f].index < result->point[p].index);
        LW_TRY(failed ? add_failure(&t, &result->failure[f++], arena, out) : add_point(&t, &result->point[p++], out));
    }
    return out->failed ? LW_NO_MEMORY : LW_OK;
}
