// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/fabric/members.h"

#include <math.h>

static lw_member_run run_at(const lw_built_workload *work, size_t run) {
    return LW_LIST_ITEMS(&work->run, const lw_member_run)[run];
}

static uint32_t end_of(const lw_built_workload *work, size_t run) {
    return run + 1 < work->run.count ? run_at(work, run + 1).first : work->first_task + work->task_count;
}

size_t lw_members_of(const lw_graph_workload *asked) {
    return asked->ranks > 1 ? asked->ranks : (size_t)asked->members;
}

void lw_members_time(const lw_built_workload *work, const lw_engine_result *result, size_t members, lw_weighted *sample) {
    for (size_t m = 0; m < members; m++) {
        sample[m] = (lw_weighted){0, INT64_MAX};  // its end and, until all are known, its start
    }
    for (size_t r = 0; r < work->run.count; r++) {
        lw_weighted *times = &sample[run_at(work, r).member];
        for (uint32_t i = run_at(work, r).first; i < end_of(work, r); i++) {
            const lw_task_result *task = &result->task[i];
            times->count = task->ready_ps < times->count ? task->ready_ps : times->count;
            times->value = fmax(times->value, (double)task->end_ps);
        }
    }
    for (size_t m = 0; m < members; m++) {
        sample[m] = (lw_weighted){fmax(0, sample[m].value - (double)sample[m].count), 1};
    }
}

lw_distribution lw_members_sample(const lw_built_workload *work, const lw_engine_result *result, size_t members,
                                  lw_weighted *sample) {
    lw_members_time(work, result, members, sample);
    return lw_distribution_of(sample, members);
}

lw_status lw_members_list(const lw_built *built, const lw_engine_result *result, size_t index, lw_arena *arena,
                          lw_workload_result *row) {
    const lw_graph_workload *asked = &built->graph->workload[index];
    const lw_built_workload *work = &built->workload[index];
    if (asked->listed == NULL || lw_limit_failure(&work->failure) != NULL) {
        return LW_OK;
    }
    row->member = LW_NEW_ARRAY(arena, lw_member_result, (size_t)asked->members);
    if (row->member == NULL) {
        return LW_NO_MEMORY;
    }
    row->listed = asked->listed;
    row->member_count = (size_t)asked->members;
    for (size_t m = 0; m < row->member_count; m++) {
        row->member[m] = asked->member[m];
    }
    for (size_t r = 0; r < work->run.count; r++) {
        lw_member_result *member = &row->member[run_at(work, r).member];
        for (uint32_t i = run_at(work, r).first; i < end_of(work, r); i++) {
            const int64_t end_ps = result->task[i].end_ps - row->start_ps;
            member->end_ps = end_ps > member->end_ps ? end_ps : member->end_ps;
        }
    }
    return LW_OK;
}
