// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/fabric/timeline.h"

#include <stdlib.h>
#include <string.h>

#include "sim/fabric/critical_path.h"

enum { LANES_MOST = 64 };

typedef struct making {
    const lw_built *built;
    const lw_recording *recording;
    const bool *on_path;
    lw_arena *arena;
    lw_list row, span;  // of the timeline
    lw_list key;        // uint64_t, one a row: its place among those of its kind
    // the row of each, one more than its number; 0: none yet
    uint32_t of_calls, *of_server, *of_slots;
    uint32_t *workload;  // of each task
    size_t at;           // the recorded span that is looked at
} making;

// ---- Rows ----

// *of: the row, made where there is none.
static lw_status find_row(making *m, uint32_t *of, uint64_t place, const lw_timeline_row *row) {
    if (*of > 0) {
        return LW_OK;
    }
    lw_timeline_row *slot = LW_LIST_ADD(&m->row, lw_timeline_row, m->arena);
    uint64_t *key = LW_LIST_ADD(&m->key, uint64_t, m->arena);
    if (slot == NULL || key == NULL) {
        return LW_NO_MEMORY;
    }
    *slot = *row;
    *key = place;
    *of = (uint32_t)m->row.count;
    return LW_OK;
}

static lw_status add_span(making *m, uint32_t row, int64_t from_ps, int64_t to_ps) {
    const lw_engine_span *did = &LW_LIST_ITEMS(&m->recording->span, const lw_engine_span)[m->at];
    const lw_task *task = &m->built->fabric.task[did->task];
    lw_timeline_span *slot = LW_LIST_ADD(&m->span, lw_timeline_span, m->arena);
    if (slot == NULL) {
        return LW_NO_MEMORY;
    }
    *slot = (lw_timeline_span){.row = row - 1,
                               .workload = m->workload[did->task],
                               .instance = did->instance,
                               .of = m->at,
                               .from_ps = from_ps,
                               .to_ps = to_ps,
                               .bytes = task->flow != LW_NO_FLOW ? lw_task_bytes(task, did->instance) : 0,
                               .wait_ps = did->start_ps - did->ready_ps,
                               .critical = m->on_path[m->at]};
    return LW_OK;
}

// Of all workloads one row: many call at once seldom, and for a short time.
static lw_status add_calls(making *m, int64_t from_ps, int64_t to_ps) {
    const lw_timeline_row row = {.kind = LW_ROW_CALLS, .name = "calls", .part = "", .hue = LW_HUE_GREY};
    if (to_ps <= from_ps) {
        return LW_OK;
    }
    LW_TRY(find_row(m, &m->of_calls, 0, &row));
    return add_span(m, m->of_calls, from_ps, to_ps);
}

// Segments of one link and direction follow each other on a path, and have one row.
static lw_status add_hops(making *m, const lw_engine_span *did, const lw_flow *flow, bool *is_core) {
    const lw_machine *machine = m->built->machine;
    const lw_server_info *last = NULL;
    for (size_t h = 0; h < flow->data_count; h++) {
        const uint32_t server = flow->data[h].server;
        const lw_server_info *info = &m->built->server[server];
        const lw_server_role role = m->built->fabric.server[server].role;
        const bool is_link = role == LW_SERVER_LINK && info->link != LW_NO_LINK;
        const bool again = is_link && last != NULL && last->link == info->link && last->dir == info->dir;
        if ((!is_link && role != LW_SERVER_CORE) || again) {
            continue;
        }
        last = info;
        *is_core = *is_core || !is_link;
        const lw_timeline_row row = {.kind = is_link ? LW_ROW_LINK : LW_ROW_CORE,
                                     .name = info->name,
                                     .part = info->direction,
                                     .hue = is_link ? machine->link[info->link].spec->family->hue : LW_HUE_GREY};
        // segments have servers of their own: the first one's row is the link's
        uint32_t *of = &m->of_server[server];
        for (uint32_t s = server; *of == 0 && is_link && s > 0 && m->built->server[s - 1].link == info->link; s--) {
            *of = m->built->server[s - 1].dir == info->dir ? m->of_server[s - 1] : 0;
        }
        LW_TRY(find_row(m, of, is_link ? 2 * (uint64_t)info->link + (uint64_t)info->dir : server, &row));
        LW_TRY(add_span(m, *of, did->first_ps, did->delivered_ps));
    }
    return LW_OK;
}

static lw_status add_instance(making *m, const lw_engine_span *did) {
    const lw_fabric *fabric = &m->built->fabric;
    const lw_task *task = &fabric->task[did->task];
    if (m->workload[did->task] == UINT32_MAX) {
        return LW_OK;  // it only waits for another workload
    }
    const lw_slots_info *slots = task->acquires != LW_NO_RESOURCE ? &m->built->slots[task->acquires] : NULL;
    const bool computes = slots != NULL && slots->computes;
    if (task->flow == LW_NO_FLOW && !computes) {
        return add_calls(m, did->start_ps, did->end_ps);
    }
    bool is_core = false;
    if (!computes && did->delivered_ps > did->first_ps) {
        LW_TRY(add_hops(m, did, &fabric->flow[task->flow], &is_core));
    }
    if (slots == NULL || slots->name == NULL) {
        return is_core ? LW_OK : add_calls(m, did->start_ps, did->first_ps);
    }
    const lw_timeline_row row = {
        .kind = LW_ROW_SLOTS, .name = slots->name, .part = computes ? "" : slots->use, .hue = LW_HUE_GREY};
    LW_TRY(find_row(m, &m->of_slots[task->acquires], task->acquires, &row));
    return did->end_ps > did->start_ps ? add_span(m, m->of_slots[task->acquires], did->start_ps, did->end_ps) : LW_OK;
}

// ---- Lanes ----

static int by_row(const void *left, const void *right) {
    const lw_timeline_span *a = left, *b = right;
    if (a->row != b->row) {
        return a->row < b->row ? -1 : 1;
    }
    if (a->from_ps != b->from_ps) {
        return a->from_ps < b->from_ps ? -1 : 1;
    }
    return (a->of > b->of) - (a->of < b->of);
}

static int by_lane(const void *left, const void *right) {
    const lw_timeline_span *a = left, *b = right;
    if (a->row == b->row && a->lane != b->lane) {
        return a->lane < b->lane ? -1 : 1;
    }
    return by_row(left, right);
}

// Each span to the first lane that is free; those that find none are dropped.
static void lay_lanes(lw_timeline *timeline) {
    int64_t free_ps[LANES_MOST] = {0};
    size_t kept = 0;
    uint32_t row = UINT32_MAX;
    for (size_t i = 0; i < timeline->span_count; i++) {
        lw_timeline_span span = timeline->span[i];
        if (span.row != row) {
            row = span.row;
            memset(free_ps, 0, sizeof free_ps);
        }
        while (span.lane < LANES_MOST && free_ps[span.lane] > span.from_ps) {
            span.lane++;
        }
        if (span.lane == LANES_MOST) {
            timeline->crowded++;
            continue;
        }
        free_ps[span.lane] = span.to_ps;
        lw_timeline_row *of = &timeline->row[span.row];
        of->lanes = span.lane >= of->lanes ? span.lane + 1 : of->lanes;
        timeline->span[kept++] = span;
    }
    timeline->span_count = kept;
}

typedef struct placed {
    lw_timeline_row row;
    uint64_t key;
    uint32_t number;
} placed;

// Calls, cores, engines, links; of one kind in the order of the machine.
static int by_kind(const void *left, const void *right) {
    const placed *a = left, *b = right;
    if (a->row.kind != b->row.kind) {
        return a->row.kind < b->row.kind ? -1 : 1;
    }
    return a->key != b->key ? (a->key < b->key ? -1 : 1) : (a->number > b->number) - (a->number < b->number);
}

static lw_status order_rows(const making *m, lw_timeline *timeline) {
    placed *order = LW_NEW_ARRAY(m->arena, placed, timeline->row_count);
    uint32_t *becomes = LW_NEW_ARRAY(m->arena, uint32_t, timeline->row_count);
    if (order == NULL || becomes == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t i = 0; i < timeline->row_count; i++) {
        order[i] = (placed){timeline->row[i], LW_LIST_ITEMS(&m->key, const uint64_t)[i], (uint32_t)i};
    }
    if (timeline->row_count > 0) {
        qsort(order, timeline->row_count, sizeof *order, by_kind);
    }
    for (size_t i = 0; i < timeline->row_count; i++) {
        timeline->row[i] = order[i].row;
        becomes[order[i].number] = (uint32_t)i;
    }
    for (size_t i = 0; i < timeline->span_count; i++) {
        timeline->span[i].row = becomes[timeline->span[i].row];
    }
    return LW_OK;
}

// ---- The whole ----

static lw_status add_gaps(const making *m, lw_timeline *timeline) {
    const lw_recorded_gap *gap = LW_LIST_ITEMS(&m->recording->gap, const lw_recorded_gap);
    const lw_skipped *skipped = LW_LIST_ITEMS(&m->recording->skipped, const lw_skipped);
    timeline->gap_count = m->recording->gap.count;
    timeline->gap = LW_NEW_ARRAY(m->arena, lw_timeline_gap, timeline->gap_count);
    if (timeline->gap == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t g = 0; g < timeline->gap_count; g++) {
        timeline->gap[g] = (lw_timeline_gap){.from_ps = gap[g].from_ps, .to_ps = gap[g].to_ps, .period_ps = gap[g].period_ps};
        for (size_t i = 0; i < gap[g].skipped; i++) {
            timeline->gap[g].tasks += skipped[gap[g].first_skipped + i].instances;
        }
    }
    return LW_OK;
}

static lw_status begin(const lw_built *built, making *m) {
    const lw_fabric *fabric = &built->fabric;
    m->of_server = LW_NEW_ARRAY(m->arena, uint32_t, fabric->server_count);
    m->of_slots = LW_NEW_ARRAY(m->arena, uint32_t, fabric->resource_count);
    m->workload = lw_workload_of_task(built, m->arena);
    return m->of_server == NULL || m->of_slots == NULL || m->workload == NULL ? LW_NO_MEMORY : LW_OK;
}

lw_status lw_timeline_make(const lw_built *built, const lw_recording *recording, const bool *on_path, size_t most,
                           lw_arena *arena, lw_point *point) {
    making m = {.built = built, .recording = recording, .on_path = on_path, .arena = arena};
    const lw_engine_span *span = LW_LIST_ITEMS(&recording->span, const lw_engine_span);
    LW_TRY(begin(built, &m));
    // of too many the first half and the last, as the record has it
    const size_t count = recording->span.count, thinned = count > most ? count - most : 0, half = most / 2;
    for (m.at = 0; m.at < count; m.at++) {
        m.at += m.at == half ? thinned : 0;
        LW_TRY(add_instance(&m, &span[m.at]));
    }
    lw_timeline *timeline = LW_NEW(arena, lw_timeline);
    if (timeline == NULL) {
        return LW_NO_MEMORY;
    }
    *timeline = (lw_timeline){.row = LW_LIST_ITEMS(&m.row, lw_timeline_row),
                              .row_count = m.row.count,
                              .span = LW_LIST_ITEMS(&m.span, lw_timeline_span),
                              .span_count = m.span.count,
                              .end_ps = point->end_ps,
                              .left_out = recording->lost + (int64_t)thinned,
                              .left_from_ps = recording->lost_from_ps,
                              .left_to_ps = recording->lost_to_ps};
    if (thinned > 0) {
        timeline->left_from_ps = span[half - 1].end_ps;
        timeline->left_to_ps = span[half + thinned - 1].end_ps;
    }
    LW_TRY(order_rows(&m, timeline));
    LW_TRY(add_gaps(&m, timeline));
    if (timeline->span_count > 0) {
        qsort(timeline->span, timeline->span_count, sizeof *timeline->span, by_row);
        lay_lanes(timeline);
        qsort(timeline->span, timeline->span_count, sizeof *timeline->span, by_lane);
    }
    point->timeline = timeline;
    return LW_OK;
}
