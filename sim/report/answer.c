// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/report/answer.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/report/columns.h"
#include "sim/result/metric_table.h"

// What a workload is judged by: what its kind is asked for, the latency of what is timed one by
// one, payload a second, or the time where that is next to nothing.
typedef enum measure { BY_ASKED, BY_LATENCY, BY_BANDWIDTH, BY_TIME } measure;

// A point that others are compared with.
typedef struct contender {
    const lw_point *point;
    const lw_workload_result *workload;
    double value;
    double low, high;  // where a band is known, else both are value
    size_t order;      // in the result
} contender;

typedef struct field {
    const lw_result *result;
    lw_arena *arena;
    const char *name;  // of the workload
    const bool *held;  // one a swept path: all are compared at its largest value where anything works
    measure by;
    bool less;                // is better
    const lw_metric *metric;  // BY_ASKED
    contender *item;          // what works, the best first
    size_t count, failed;
    contender failure;  // the first of those that cannot work
} field;

// ---- Words ----

// With so many significant digits, in words; NULL when out of memory.
static const char *quantity(lw_arena *arena, double value, lw_dimension dimension, int digits) {
    char rounded[LW_QUANTITY_TEXT], text[LW_QUANTITY_TEXT];
    (void)snprintf(rounded, sizeof rounded, "%.*e", digits - 1, value);
    return lw_arena_copy(arena, lw_quantity_print(strtod(rounded, NULL), dimension, text));
}

static const char *value_text(const field *f, double value) {
    enum { DIGITS = 3, TIME_DIGITS = 4 };
    switch (f->by) {
    case BY_BANDWIDTH:
        return quantity(f->arena, value * 1e9, LW_RATE, DIGITS);
    case BY_ASKED:
        if (f->metric->dimension != LW_TIME) {
            const char *number = quantity(f->arena, value, LW_PLAIN, DIGITS);
            return number == NULL ? NULL : lw_arena_print(f->arena, "%s %s", number, f->metric->title);
        }
        return quantity(f->arena, value * f->metric->unit, LW_TIME, TIME_DIGITS);
    case BY_LATENCY:
    case BY_TIME:
    default:
        return quantity(f->arena, value, LW_TIME, TIME_DIGITS);
    }
}

// "57.3 GB/s (56.5 to 57.9 GB/s)"
static void add_value(const field *f, const contender *c, lw_text *out) {
    const char *value = value_text(f, c->value), *low = value_text(f, c->low), *high = value_text(f, c->high);
    if (value == NULL || low == NULL || high == NULL) {
        out->failed = true;
        return;
    }
    lw_text_add(out, value);
    if (strcmp(low, value) != 0 || strcmp(high, value) != 0) {
        lw_text_print(out, " (%s to %s)", low, high);
    }
}

static void add_limit(const contender *c, lw_text *out) {
    lw_limit_print(&c->workload->limit, out);
}

static bool is_size(const lw_set_value *value) {
    return value->is_number && value->dimension == LW_BYTES;
}

// "rate 4 GB/s", "p2p true"; of sizes and words the value alone.
static void add_set(const lw_set_value *value, lw_text *out) {
    const char *dot = strrchr(value->path, '.');
    const bool bare = is_size(value) || (!value->is_number && !value->is_flag);
    lw_text_print(out, "%s%s%s", bare ? "" : dot == NULL ? value->path : dot + 1, bare ? "" : " ", value->text);
}

// The values of a point at the paths that are held, or at the others.
static void add_sets(const field *f, const lw_point *point, bool held, lw_text *out) {
    size_t told = 0;
    for (size_t i = 0; i < point->set_count; i++) {
        if (f->held[i] == held) {
            lw_text_add(out, told++ > 0 ? ", " : "");
            add_set(&point->set[i], out);
        }
    }
}

static void add_name(const field *f, const contender *c, lw_text *out) {
    add_sets(f, c->point, false, out);
}

// ---- Who is compared ----

static bool works(const lw_workload_result *workload) {
    return workload != NULL && lw_limit_failure(&workload->limit) == NULL;
}

// The largest value of a path where the workload works, or at all where it works nowhere.
static double largest(const field *f, size_t path) {
    double most = -(double)INFINITY, any = most;
    for (size_t p = 0; p < f->result->point_count; p++) {
        const lw_point *point = &f->result->point[p];
        const double value = path < point->set_count ? point->set[path].number : most;
        any = fmax(any, value);
        most = works(lw_point_workload(point, f->name, 0)) ? fmax(most, value) : most;
    }
    return isfinite(most) ? most : any;
}

static size_t values_of(const lw_result *result, size_t path) {
    size_t count = 0;
    for (size_t p = 0; p < result->point_count; p++) {
        bool fresh = true;
        for (size_t q = 0; q < p && fresh; q++) {
            fresh = strcmp(result->point[q].set[path].text, result->point[p].set[path].text) != 0;
        }
        count += fresh;
    }
    return count;
}

// Numbers are held where something else is swept, of numbers alone all but that of the fewest
// values, of which no size is.
static const bool *held_of(const lw_result *result, lw_arena *arena) {
    enum { LOOKED_AT_MOST = 4096 };  // points: of more the first number that is no size does
    const lw_point *first = &result->point[0];
    bool *held = LW_NEW_ARRAY(arena, bool, first->set_count);
    bool others = false;
    size_t kept = SIZE_MAX, fewest = SIZE_MAX;
    for (size_t i = 0; held != NULL && i < first->set_count; i++) {
        held[i] = first->set[i].is_number;
        others = others || !held[i];
        if (held[i] && !is_size(&first->set[i]) && (kept == SIZE_MAX || result->point_count <= LOOKED_AT_MOST)) {
            const size_t values = result->point_count <= LOOKED_AT_MOST ? values_of(result, i) : 0;
            kept = values < fewest ? i : kept;
            fewest = values < fewest ? values : fewest;
        }
    }
    if (held != NULL && !others && kept != SIZE_MAX) {
        held[kept] = false;
    }
    return held;
}

static measure measure_of(const contender *item, size_t count) {
    static const double tiny_GBps = 0.01;
    measure by = BY_TIME;
    for (size_t i = 0; i < count; i++) {
        const lw_workload_result *w = item[i].workload;
        if (w->each_ps.count > 0) {
            return BY_LATENCY;
        }
        if (w->asked != NULL) {
            return BY_ASKED;
        }
        by = w->bandwidth_GBps >= tiny_GBps ? BY_BANDWIDTH : by;
    }
    return by;
}

static void value_of(const field *f, contender *c) {
    const lw_workload_result *w = c->workload;
    c->value = 0;
    if (f->by == BY_ASKED) {
        (void)lw_metric_of_workload(f->metric, w, &c->value);
    } else {
        c->value = f->by == BY_BANDWIDTH ? w->bandwidth_GBps : f->by == BY_LATENCY ? w->mean_latency_ps : w->time_s * 1e12;
    }
    const bool banded = f->by == BY_BANDWIDTH && w->has_band, timed = f->by == BY_TIME && w->band_ps[1] > 0;
    c->low = banded ? w->low_GBps : timed ? (double)w->band_ps[0] : c->value;
    c->high = banded ? w->high_GBps : timed ? (double)w->band_ps[1] : c->value;
}

static int best_first(const void *a, const void *b) {
    const contender *x = a, *y = b;
    const int order = (x->order > y->order) - (x->order < y->order);
    return x->value < y->value ? 1 : x->value > y->value ? -1 : order;
}

static int least_first(const void *a, const void *b) {
    const contender *x = a, *y = b;
    const int order = (x->order > y->order) - (x->order < y->order);
    return x->value > y->value ? 1 : x->value < y->value ? -1 : order;
}

static bool is_compared(const field *f, const lw_point *point, const double *most) {
    for (size_t i = 0; i < point->set_count; i++) {
        if (f->held[i] && point->set[i].number != most[i]) {
            return false;
        }
    }
    return true;
}

// The points where all that is held is largest, or all (whole: as a number is swept), in their
// order.
static lw_status gather(field *f, bool whole) {
    const size_t paths = f->result->point[0].set_count;
    double *most = LW_NEW_ARRAY(f->arena, double, paths);
    f->item = LW_NEW_ARRAY(f->arena, contender, f->result->point_count);
    f->held = held_of(f->result, f->arena);
    if (f->item == NULL || most == NULL || f->held == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t i = 0; i < paths; i++) {
        most[i] = largest(f, i);
    }
    for (size_t p = 0; p < f->result->point_count; p++) {
        const lw_point *point = &f->result->point[p];
        const contender one = {.point = point, .workload = lw_point_workload(point, f->name, 0), .order = p};
        if (one.workload == NULL || (!whole && !is_compared(f, point, most))) {
            continue;
        }
        if (!works(one.workload)) {
            f->failure = f->failed++ == 0 ? one : f->failure;
        } else {
            f->item[f->count++] = one;
        }
    }
    f->by = measure_of(f->item, f->count);
    for (size_t i = 0; f->by == BY_ASKED && f->metric == NULL && i < f->count; i++) {
        f->metric = f->item[i].workload->asked;
    }
    f->less = f->by == BY_TIME || f->by == BY_LATENCY || (f->by == BY_ASKED && f->metric->dimension == LW_TIME);
    for (size_t i = 0; i < f->count; i++) {
        value_of(f, &f->item[i]);
    }
    return LW_OK;
}

// ---- Sentences ----

static double times_better(const field *f, const contender *a, const contender *b) {
    return f->less ? b->value / a->value : a->value / b->value;
}

static void add_times(const field *f, const contender *best, const contender *other, lw_text *out) {
    enum { DIGITS = 3 };
    const char *times = quantity(f->arena, times_better(f, best, other), LW_PLAIN, DIGITS);
    lw_text_print(out, "%s times as fast as ", times != NULL ? times : "");
    out->failed = out->failed || times == NULL;
    add_name(f, other, out);
    lw_text_add(out, " at ");
    add_value(f, other, out);
}

static bool bands_overlap(const contender *a, const contender *b) {
    return a->low < b->high && b->low < a->high;
}

static void add_failures(const field *f, lw_text *out) {
    if (f->failed == 0) {
        return;
    }
    lw_text_add(out, f->count == 0 ? "Nothing works: " : " ");
    add_name(f, &f->failure, out);
    if (f->failed > 1) {
        lw_text_print(out, " and %zu more", f->failed - 1);
    }
    lw_text_add(out, " cannot work (");
    add_limit(&f->failure, out);
    lw_text_add(out, ").");
}

// "At 1 GiB " of what is held; else nothing.
static void add_where(const field *f, lw_text *out) {
    bool any = false;
    for (size_t i = 0; i < f->item[0].point->set_count; i++) {
        any = any || f->held[i];
    }
    if (any) {
        lw_text_add(out, "At ");
        add_sets(f, f->item[0].point, true, out);
        lw_text_add(out, " ");
    }
}

static void add_work(const char *name, const char *direction, lw_text *out) {
    lw_text_print(out, "%s%s%s%s", name, direction != NULL ? " (" : "", direction != NULL ? direction : "",
                  direction != NULL ? ")" : "");
}

// Three digits tell no more apart.
static bool as_fast(const field *f, const contender *a, const contender *b) {
    return times_better(f, a, b) < 1.005;
}

// What others are beside the best.
static void add_others(const field *f, lw_text *out) {
    const contender *best = &f->item[0], *second = best + 1, *worst = &f->item[f->count - 1];
    if (as_fast(f, best, second)) {
        lw_text_add(out, ", as fast as ");
        add_name(f, second, out);
    } else {
        lw_text_add(out, ", ");
        add_times(f, best, second, out);
    }
    if (worst != second) {
        lw_text_add(out, ", and ");
        add_times(f, best, worst, out);
        lw_text_add(out, ", the slowest");
    }
    lw_text_add(out, ".");
}

// again: after the sentence of another workload.
static void add_ranking(const field *f, bool again, lw_text *out) {
    const contender *best = &f->item[0], *second = f->count > 1 ? best + 1 : NULL;
    const bool equal = second != NULL && as_fast(f, best, &f->item[f->count - 1]);
    if (!again) {
        add_where(f, out);
    }
    lw_text_add(out, again ? "For " : "");
    if (again) {
        add_work(f->name, best->workload->direction, out);
        lw_text_add(out, equal ? " " : " it is ");
    }
    if (equal) {
        if (f->count == 2) {
            lw_text_add(out, "both");
        } else {
            lw_text_print(out, "all %zu", f->count);
        }
        lw_text_add(out, " are equally fast");
    } else {
        add_name(f, best, out);
        lw_text_add(out, again ? "" : second != NULL ? " is the fastest" : " alone works");
    }
    if (!again) {
        lw_text_add(out, " for ");
        add_work(f->name, best->workload->direction, out);
    }
    lw_text_add(out, ": ");
    add_value(f, best, out);
    if (second == NULL || equal) {
        lw_text_add(out, ".");
    } else {
        add_others(f, out);
    }
    lw_text_add(out, " What limits it is ");
    add_limit(best, out);
    lw_text_add(out, ".");
    if (second != NULL && !equal && (best->low != best->high || second->low != second->high) && bands_overlap(best, second)) {
        lw_text_add(out, " What is uncertain about the first two could change their order.");
    }
}

static const char *limit_text(const field *f, const contender *c, lw_text *out) {
    const char *words = lw_limit_text(&c->workload->limit, f->arena);
    out->failed = out->failed || words == NULL;
    return words != NULL ? words : "";
}

// How a result follows the one number that is swept.
static void add_trend(const field *f, lw_text *out) {
    const contender *first = &f->item[0], *last = &f->item[f->count - 1], *best = first, *worst = first;
    for (size_t i = 1; i < f->count; i++) {
        best = times_better(f, &f->item[i], best) > 1 ? &f->item[i] : best;
        worst = times_better(f, &f->item[i], worst) < 1 ? &f->item[i] : worst;
    }
    lw_text_add(out, "From ");
    add_set(&first->point->set[0], out);
    lw_text_print(out, " to %s ", last->point->set[0].text);
    add_work(f->name, first->workload->direction, out);
    if (as_fast(f, best, worst)) {
        lw_text_add(out, " stays at ");
        add_value(f, first, out);
    } else {
        lw_text_add(out, " goes from ");
        add_value(f, first, out);
        lw_text_add(out, " to ");
        add_value(f, last, out);
    }
    if (!as_fast(f, best, first) && !as_fast(f, best, last)) {
        lw_text_print(out, ", the %s is ", f->less ? "least" : "most");
        add_value(f, best, out);
        lw_text_print(out, " at %s", best->point->set[0].text);
    }
    const char *at_last = limit_text(f, last, out), *at_first = limit_text(f, first, out);
    if (strcmp(at_first, at_last) == 0) {
        lw_text_print(out, ". What limits it is %s.", at_last);
    } else {
        lw_text_print(out, ". What limits it at %s is %s, at %s %s.", last->point->set[0].text, at_last,
                      first->point->set[0].text, at_first);
    }
}

static lw_status add_workload(const lw_result *result, const char *name, bool again, lw_arena *arena, lw_text *out) {
    const lw_point *point = &result->point[0];
    const bool trend = point->set_count == 1 && point->set[0].is_number;
    field f = {.result = result, .arena = arena, .name = name};
    LW_TRY(gather(&f, trend));
    if (f.count > 0 && !trend) {
        qsort(f.item, f.count, sizeof *f.item, f.less ? least_first : best_first);
        add_ranking(&f, again, out);
    } else if (f.count > 0) {
        add_trend(&f, out);
    }
    add_failures(&f, out);
    return LW_OK;
}

static void add_single(const lw_result *result, lw_arena *arena, lw_text *out) {
    const lw_point *point = &result->point[0];
    const lw_workload_result *w = point->last < point->workload_count ? &point->workload[point->last]
                                  : point->workload_count > 0         ? &point->workload[0]
                                                                      : NULL;
    if (w == NULL) {
        lw_text_add(out, "Nothing was to be done.");
        return;
    }
    field f = {.result = result, .arena = arena, .name = w->name};
    contender one = {.point = point, .workload = w};
    f.by = measure_of(&one, 1);
    f.metric = w->asked;
    const char *time = quantity(arena, w->time_s * 1e12, LW_TIME, 4);
    const char *all = quantity(arena, (double)point->end_ps, LW_TIME, 4);
    if (time == NULL || all == NULL) {
        out->failed = true;
    } else if (lw_limit_failure(&w->limit) != NULL) {
        lw_text_print(out, "%s cannot work: ", w->name);
        add_limit(&one, out);
        lw_text_add(out, ".");
    } else {
        value_of(&f, &one);
        if (point->workload_count > 1) {
            lw_text_print(out, "All of it takes %s; last ends %s. ", all, w->name);
        }
        lw_text_print(out, "%s takes %s", w->name, time);
        if (f.by != BY_TIME) {
            lw_text_add(out, f.by == BY_LATENCY ? ", with a mean latency of " : ": ");
            add_value(&f, &one, out);
        }
        lw_text_add(out, ". What limits it is ");
        add_limit(&one, out);
        lw_text_print(out, ", for %.0f %% of its time.", 100 * w->limit.share);
    }
}

lw_status lw_report_answer(const lw_result *result, lw_arena *arena, lw_text *out) {
    enum { WORKLOADS_MOST = 3 };
    if (result->point_count == 0) {
        const char *why = result->failure_count > 0 ? result->failure[0].reason : NULL;
        lw_text_print(out, "No point finished%s%s.", why != NULL ? ": " : "", why != NULL ? why : "");
    } else if (result->planned <= 1 || result->point[0].set_count == 0) {
        add_single(result, arena, out);
    } else {
        lw_columns columns;
        LW_TRY(lw_columns_of(result, arena, &columns));
        for (size_t w = 0; w < columns.workload_count && w < WORKLOADS_MOST; w++) {
            lw_text_add(out, w > 0 ? " " : "");
            LW_TRY(add_workload(result, columns.workload[w], w > 0, arena, out));
        }
        if (result->failure_count > 0) {
            lw_text_print(out, " %zu of %zu points did not finish.", result->failure_count, result->planned);
        }
    }
    return out->failed ? LW_NO_MEMORY : LW_OK;
}
