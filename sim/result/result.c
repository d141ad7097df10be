// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/result/result.h"

#include <string.h>

lw_limit lw_point_limit(const lw_point *point) {
    return point->last < point->workload_count ? point->workload[point->last].limit : (lw_limit){.kind = LW_LIMITED_BY_NOTHING};
}

double lw_lifted_speedup(const lw_workload_result *workload) {
    return workload->lifted.time_ps > 0 ? (double)(workload->end_ps - workload->start_ps) / (double)workload->lifted.time_ps : 1;
}

// Of another collective, or of none, a table says nothing.
static bool is_of_kind(const lw_measured_series *measured, const lw_workload_result *workload) {
    const char *a = measured->collective, *b = workload->collective;
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

// Pageable memory, a kernel or a group have figures of their own.
static bool is_alike(const lw_measured_series *measured, const lw_workload_result *workload) {
    const int64_t members = workload->member_ps.count > 1 ? (int64_t)workload->member_ps.count : 1;
    return (measured->manner == NULL || workload->manner == NULL || strcmp(measured->manner, workload->manner) == 0) &&
           (measured->members == 0 || measured->members == members);
}

// Is the swept size that of this workload? Of another one it says nothing.
static bool is_size_of(const char *path, const char *workload) {
    static const char prefix[] = "workloads.";
    if (strncmp(path, prefix, sizeof prefix - 1) != 0) {
        return false;
    }
    const char *name = path + sizeof prefix - 1, *end = strrchr(name, '.');
    const size_t length = end == NULL ? 0 : (size_t)(end - name);
    const bool all = length == 1 && name[0] == '*';
    return end != NULL && strcmp(end, ".bytes") == 0 &&
           (all || (strlen(workload) == length && strncmp(name, workload, length) == 0));
}

double lw_point_size(const lw_point *point, const lw_workload_result *workload) {
    for (size_t i = 0; i < point->set_count; i++) {
        if (point->set[i].is_number && is_size_of(point->set[i].path, workload->name)) {
            return point->set[i].number;
        }
    }
    return (double)(workload->size_bytes > 0 ? workload->size_bytes : workload->bytes);
}

// Does the workload go over the link that the table is about: swept to it, or of its preset?
static bool is_of_series(const lw_point *point, const char *workload, const char *series) {
    for (size_t i = 0; i < point->set_count; i++) {
        if (!point->set[i].is_number && strcmp(point->set[i].text, series) == 0) {
            return true;
        }
    }
    for (size_t s = 0; s < point->stage_count; s++) {
        const lw_stage_result *stage = &point->stage[s];
        if (stage->preset != NULL && strcmp(stage->workload, workload) == 0 && strcmp(stage->preset, series) == 0) {
            return true;
        }
    }
    return false;
}

bool lw_measured_fits(const lw_measured_series *measured, const lw_point *point, const lw_workload_result *workload) {
    const bool copy = measured->direction == NULL || (workload->copy != NULL && strcmp(workload->copy, measured->direction) == 0);
    return copy && is_of_kind(measured, workload) && is_alike(measured, workload) &&
           (measured->series == NULL || is_of_series(point, workload->name, measured->series));
}

static bool keep_text(const char **text, lw_arena *arena) {
    if (*text != NULL) {
        *text = lw_arena_copy(arena, *text);
        return *text != NULL;
    }
    return true;
}

static void *keep_array(const void *items, size_t count, size_t size, lw_arena *arena) {
    void *copy = lw_arena_alloc(arena, count, size);
    if (copy != NULL && count > 0) {
        memcpy(copy, items, count * size);
    }
    return copy;
}

lw_status lw_point_keep(const lw_point *point, lw_arena *arena, lw_point *out) {
    lw_point kept = *point;
    kept.workload = keep_array(point->workload, point->workload_count, sizeof *point->workload, arena);
    kept.direction = keep_array(point->direction, point->direction_count, sizeof *point->direction, arena);
    kept.stage = keep_array(point->stage, point->stage_count, sizeof *point->stage, arena);
    kept.route = keep_array(point->route, point->route_count, sizeof *point->route, arena);
    kept.engines = keep_array(point->engines, point->engines_count, sizeof *point->engines, arena);
    kept.path.part = keep_array(point->path.part, point->path.count, sizeof *point->path.part, arena);
    bool ok = kept.path.part != NULL && kept.workload != NULL && kept.direction != NULL && kept.stage != NULL &&
              kept.route != NULL && kept.engines != NULL;
    for (size_t i = 0; ok && i < kept.workload_count; i++) {
        lw_workload_result *row = &kept.workload[i];
        ok = keep_text(&row->name, arena) && keep_text(&row->direction, arena) && keep_text(&row->limit.name, arena) &&
             keep_text(&row->limit.direction, arena) && keep_text(&row->compute, arena) && keep_text(&row->method, arena) &&
             keep_text(&row->choice, arena) && keep_text(&row->lifted.what, arena) && keep_text(&row->lifted.limit.name, arena) &&
             keep_text(&row->lifted.limit.direction, arena);
        row->member_ps.at = keep_array(row->member_ps.at, row->member_ps.at_count, sizeof *row->member_ps.at, arena);
        row->each_ps.at = keep_array(row->each_ps.at, row->each_ps.at_count, sizeof *row->each_ps.at, arena);
        row->member = keep_array(row->member, row->member_count, sizeof *row->member, arena);
        lw_priced *priced = keep_array(row->priced, row->priced_count, sizeof *row->priced, arena);
        row->priced = priced;
        ok = ok && row->member != NULL && priced != NULL && row->member_ps.at != NULL && row->each_ps.at != NULL;
        for (size_t k = 0; ok && k < row->priced_count; k++) {
            ok = keep_text(&priced[k].name, arena);
        }
    }
    for (size_t i = 0; ok && i < kept.direction_count; i++) {
        ok = keep_text(&kept.direction[i].link, arena) && keep_text(&kept.direction[i].direction, arena);
    }
    for (size_t i = 0; ok && i < kept.stage_count; i++) {
        lw_stage_result *row = &kept.stage[i];
        ok = keep_text(&row->workload, arena) && keep_text(&row->link, arena) && keep_text(&row->label, arena) &&
             keep_text(&row->shared, arena) && keep_text(&row->waits, arena) && keep_text(&row->preset, arena);
    }
    for (size_t i = 0; ok && i < kept.route_count; i++) {
        ok = keep_text(&kept.route[i].workload, arena) && keep_text(&kept.route[i].links, arena);
    }
    for (size_t i = 0; ok && i < kept.engines_count; i++) {
        ok = keep_text(&kept.engines[i].name, arena);
    }
    for (size_t i = 0; ok && i < kept.path.count; i++) {
        ok = keep_text(&kept.path.part[i].name, arena) && keep_text(&kept.path.part[i].direction, arena);
    }
    if (!ok) {
        return LW_NO_MEMORY;
    }
    LW_TRY(point->timeline != NULL ? lw_timeline_keep(point->timeline, arena, &kept.timeline) : LW_OK);
    *out = kept;
    return LW_OK;
}
