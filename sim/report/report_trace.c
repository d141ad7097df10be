// SPDX-License-Identifier: GPL-3.0-or-later
// A timeline in the Trace Event format (Google, "Trace Event Format"), which Perfetto and
// chrome://tracing show: a process for each link, device and workload's calls, a thread for each of
// their directions or lanes, a complete event for each span. Times are in microseconds with all
// digits of the picoseconds.
#include <stdlib.h>
#include <string.h>

#include "sim/base/json.h"
#include "sim/base/list.h"
#include "sim/report/report.h"

enum { RUN_PROCESS = 1, PATH_THREAD = 1, JUMPED_THREAD = 2, LEFT_OUT_THREAD = 3, ARROWS_MOST = 10000 };

static const char *const row_words[] = {
    [LW_ROW_CALLS] = "calls", [LW_ROW_CORE] = "core", [LW_ROW_SLOTS] = "copy engines", [LW_ROW_LINK] = "link"};

typedef struct tracing {
    const lw_point *point;
    const lw_timeline *timeline;
    uint32_t *process, *thread;  // of each row, and its first
    lw_arena *arena;
    lw_text *out;
} tracing;

static void add_us(lw_text *out, const char *key, int64_t time_ps) {
    const int64_t ps_per_us = 1000000;
    lw_json_key(out, key);
    lw_text_print(out, "%lld.%06lld", (long long)(time_ps / ps_per_us), (long long)(time_ps % ps_per_us));
}

// One event a line; the caller closes it.
static void open_event(lw_text *out, const char *phase, uint32_t process, uint32_t thread) {
    lw_json_item(out);
    lw_text_print(out, "\n{\"ph\":\"%s\",\"pid\":%u", phase, (unsigned)process);
    if (thread > 0) {
        lw_text_print(out, ",\"tid\":%u", (unsigned)thread);
    }
}

static void add_name(lw_text *out, uint32_t process, uint32_t thread, const char *name) {
    open_event(out, "M", process, thread);
    lw_json_string(out, "name", thread > 0 ? "thread_name" : "process_name");
    lw_json_open(out, "args", "{");
    lw_json_string(out, "name", name);
    lw_text_add(out, "}}");
    open_event(out, "M", process, thread);
    lw_json_string(out, "name", thread > 0 ? "thread_sort_index" : "process_sort_index");
    lw_json_open(out, "args", "{");
    lw_json_integer(out, "sort_index", thread > 0 ? thread : process);
    lw_text_add(out, "}}");
}

// ---- Rows ----

static bool is_same_process(const lw_timeline_row *a, const lw_timeline_row *b) {
    return a->kind == b->kind && strcmp(a->name, b->name) == 0;
}

// Directions of a link, and engines that read and write, are of one process.
static lw_status add_rows(tracing *t) {
    const lw_timeline *timeline = t->timeline;
    t->process = LW_NEW_ARRAY(t->arena, uint32_t, timeline->row_count);
    t->thread = LW_NEW_ARRAY(t->arena, uint32_t, timeline->row_count);
    if (t->process == NULL || t->thread == NULL) {
        return LW_NO_MEMORY;
    }
    uint32_t process = RUN_PROCESS, thread = 0;
    for (size_t i = 0; i < timeline->row_count; i++) {
        const lw_timeline_row *row = &timeline->row[i];
        if (i == 0 || !is_same_process(row, &timeline->row[i - 1])) {
            const char *name = row->kind == LW_ROW_LINK ? lw_arena_print(t->arena, "links.%s", row->name) : row->name;
            if (name == NULL) {
                return LW_NO_MEMORY;
            }
            thread = 0;
            add_name(t->out, ++process, 0, name);
        }
        t->process[i] = process;
        t->thread[i] = thread + 1;
        for (uint32_t lane = 0; lane < row->lanes; lane++) {
            const char *part = row->part[0] != '\0' ? row->part : row_words[row->kind];
            const char *name = lane == 0 ? part : lw_arena_print(t->arena, "%s, %u at once", part, (unsigned)lane + 1);
            if (name == NULL) {
                return LW_NO_MEMORY;
            }
            add_name(t->out, process, ++thread, name);
        }
    }
    return LW_OK;
}

static uint32_t thread_of(const tracing *t, const lw_timeline_span *span) {
    return t->thread[span->row] + span->lane;
}

static const char *workload_of(const tracing *t, const lw_timeline_span *span) {
    return t->point->workload[span->workload].name;
}

static void add_span(const tracing *t, const lw_timeline_span *span) {
    open_event(t->out, "X", t->process[span->row], thread_of(t, span));
    add_us(t->out, "ts", span->from_ps);
    add_us(t->out, "dur", span->to_ps - span->from_ps);
    lw_json_string(t->out, "name", workload_of(t, span));
    lw_json_string(t->out, "cat", row_words[t->timeline->row[span->row].kind]);
    lw_json_open(t->out, "args", "{");
    lw_json_integer(t->out, "instance", span->instance);
    if (span->bytes > 0) {
        lw_json_integer(t->out, "bytes", span->bytes);
    }
    if (span->wait_ps > 0) {
        add_us(t->out, "waited_us", span->wait_ps);
    }
    lw_json_flag(t->out, "critical_path", span->critical);
    lw_text_add(t->out, "}}");
}

// ---- The run as a whole ----

static void add_run_span(const tracing *t, uint32_t thread, int64_t from_ps, int64_t to_ps, const char *name) {
    open_event(t->out, "X", RUN_PROCESS, thread);
    add_us(t->out, "ts", from_ps);
    add_us(t->out, "dur", to_ps - from_ps);
    lw_json_string(t->out, "name", name);
    lw_json_string(t->out, "cat", thread == PATH_THREAD ? "critical path" : "left out");
    lw_text_add(t->out, "}");
}

static lw_status add_left_out(const tracing *t) {
    const lw_timeline *timeline = t->timeline;
    for (size_t g = 0; g < timeline->gap_count; g++) {
        const lw_timeline_gap *gap = &timeline->gap[g];
        const char *name = lw_arena_print(t->arena, "jumped: %lld periods of %.6g us, %lld tasks",
                                          (long long)((gap->to_ps - gap->from_ps) / gap->period_ps), (double)gap->period_ps / 1e6,
                                          (long long)gap->tasks);
        if (name == NULL) {
            return LW_NO_MEMORY;
        }
        add_run_span(t, JUMPED_THREAD, gap->from_ps, gap->to_ps, name);
    }
    if (timeline->left_out > 0) {
        const char *name = lw_arena_print(t->arena, "not recorded: %lld tasks", (long long)timeline->left_out);
        if (name == NULL) {
            return LW_NO_MEMORY;
        }
        add_run_span(t, LEFT_OUT_THREAD, timeline->left_from_ps, timeline->left_to_ps, name);
    }
    return LW_OK;
}

static int by_instance(const void *left, const void *right) {
    const lw_timeline_span *const *a = left, *const *b = right;
    if ((*a)->of != (*b)->of) {
        return (*a)->of < (*b)->of ? -1 : 1;
    }
    return (*a < *b ? -1 : 1);
}

static void add_arrow(const tracing *t, const lw_timeline_span *span, size_t number, bool ends) {
    open_event(t->out, ends ? "f" : "s", t->process[span->row], thread_of(t, span));
    add_us(t->out, "ts", span->from_ps);
    lw_json_integer(t->out, "id", (int64_t)number);
    lw_json_string(t->out, "name", "critical path");
    lw_json_string(t->out, "cat", "critical path");
    lw_text_add(t->out, ends ? ",\"bp\":\"e\"}" : "}");
}

// The tasks of the critical path on a thread of their own, and arrows from each to the next.
static lw_status add_path(const tracing *t) {
    const lw_timeline *timeline = t->timeline;
    const lw_timeline_span **span = LW_NEW_ARRAY(t->arena, const lw_timeline_span *, timeline->span_count);
    size_t count = 0;
    if (span == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t i = 0; i < timeline->span_count; i++) {
        if (timeline->span[i].critical) {
            span[count++] = &timeline->span[i];
        }
    }
    qsort(span, count, sizeof *span, by_instance);
    const lw_timeline_span *last = NULL;
    int64_t last_to_ps = 0;
    size_t arrows = 0;
    for (size_t i = 0; i < count;) {
        const lw_timeline_span *first = span[i];
        int64_t from_ps = first->from_ps, to_ps = first->to_ps;
        for (i++; i < count && span[i]->of == first->of; i++) {
            from_ps = span[i]->from_ps < from_ps ? span[i]->from_ps : from_ps;
            to_ps = span[i]->to_ps > to_ps ? span[i]->to_ps : to_ps;
        }
        from_ps = from_ps > last_to_ps ? from_ps : last_to_ps;
        if (to_ps > from_ps) {
            add_run_span(t, PATH_THREAD, from_ps, to_ps, workload_of(t, first));
        }
        if (last != NULL && arrows < ARROWS_MOST) {
            add_arrow(t, last, ++arrows, false);
            add_arrow(t, first, arrows, true);
        }
        last = first;
        last_to_ps = to_ps > last_to_ps ? to_ps : last_to_ps;
    }
    return LW_OK;
}

static void add_head(const lw_result *result, const tracing *t) {
    const lw_point *point = t->point;
    lw_text_add(t->out, "{");
    lw_json_string(t->out, "displayTimeUnit", "ns");
    lw_json_open(t->out, "otherData", "{");
    lw_json_string(t->out, "tool", "lanewise");
    lw_json_string(t->out, "version", result->tool_version);
    lw_json_string(t->out, "title", result->title);
    lw_json_string(t->out, "file", result->file);
    lw_json_integer(t->out, "point", point->index);
    for (size_t i = 0; i < point->set_count; i++) {
        lw_json_string(t->out, point->set[i].path, point->set[i].text);
    }
    lw_json_integer(t->out, "tasks_left_out", t->timeline->left_out);
    lw_json_integer(t->out, "spans_left_out", t->timeline->crowded);
    lw_text_add(t->out, "}");
    lw_json_open(t->out, "traceEvents", "[");
    add_name(t->out, RUN_PROCESS, 0, "run");
    add_name(t->out, RUN_PROCESS, PATH_THREAD, "critical path");
    add_name(t->out, RUN_PROCESS, JUMPED_THREAD, "iterations jumped");
    add_name(t->out, RUN_PROCESS, LEFT_OUT_THREAD, "not recorded");
}

lw_status lw_report_trace(const lw_result *result, const lw_point *point, lw_text *out) {
    lw_arena *arena = lw_arena_new();
    tracing t = {.point = point, .timeline = point->timeline, .arena = arena, .out = out};
    if (arena == NULL) {
        return LW_NO_MEMORY;
    }
    add_head(result, &t);
    lw_status status = add_rows(&t);
    status = status == LW_OK ? add_left_out(&t) : status;
    status = status == LW_OK ? add_path(&t) : status;
    for (size_t i = 0; status == LW_OK && i < t.timeline->span_count; i++) {
        add_span(&t, &t.timeline->span[i]);
    }
    lw_text_add(out, "\n]}\n");
    lw_arena_free(arena);
    return status == LW_OK && out->failed ? LW_NO_MEMORY : status;
}
