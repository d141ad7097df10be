// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/fabric/samples.h"

#include "sim/fabric/members.h"

// Room for the samples of all tasks, and for a value of each member.
lw_weighted *lw_new_samples(const lw_built *built, const lw_engine_result *result, lw_arena *arena) {
    size_t most = 0;
    for (size_t t = 0; t < built->fabric.task_count; t++) {
        most += result->task[t].sample_count;
    }
    for (size_t i = 0; i < built->graph->workload_count; i++) {
        const size_t members = lw_members_of(&built->graph->workload[i]);
        most = members > most ? members : most;
    }
    return LW_NEW_ARRAY(arena, lw_weighted, most);
}

// The times of one task after the other, as often as each was taken.
typedef struct samples {
    const lw_task_result *task;
    size_t at;
    int64_t taken;  // of those at `at`
} samples;

static int64_t samples_left(const samples *s) {
    return s->at < s->task->sample_count ? s->task->sample[s->at].count - s->taken : 0;
}

static int64_t take_samples(samples *s, int64_t count) {
    const int64_t time_ps = s->task->sample[s->at].time_ps;
    s->taken += count;
    if (samples_left(s) == 0) {
        s->at++;
        s->taken = 0;
    }
    return time_ps;
}

// A transfer in parts: of each instance the time to open it, that of its slowest part, that to close
// it. Returns the next free place of `out`.
static size_t sample_parts(samples *of, size_t count, lw_weighted *out, size_t place) {
    for (;;) {
        int64_t same = INT64_MAX, slowest_ps = 0;
        for (size_t i = 0; i < count; i++) {
            same = samples_left(&of[i]) < same ? samples_left(&of[i]) : same;
        }
        if (same == 0) {
            return place;
        }
        int64_t time_ps = take_samples(&of[0], same) + take_samples(&of[count - 1], same);
        for (size_t i = 1; i + 1 < count; i++) {
            const int64_t part_ps = take_samples(&of[i], same);
            slowest_ps = part_ps > slowest_ps ? part_ps : slowest_ps;
        }
        out[place++] = (lw_weighted){(double)(time_ps + slowest_ps), same};
    }
}

lw_distribution lw_sample_each(const lw_built *built, const lw_engine_result *result, size_t index, lw_weighted *room) {
    const lw_built_workload *work = &built->workload[index];
    const bool whole = built->graph->workload[index].times_each;  // transfers, not packets
    const lw_task *task = built->fabric.task;
    const uint32_t end = work->first_task + work->task_count;
    size_t count = 0;
    for (uint32_t i = work->first_task; i < end; i++) {
        if (whole && task[i].sampled && task[i].flow == LW_NO_FLOW) {
            samples of[LW_ROUTES_MAX + 2];
            size_t parts = 0;
            do {
                of[parts++] = (samples){&result->task[i], 0, 0};
            } while (task[i++].flow != LW_NO_FLOW || parts == 1);
            count = sample_parts(of, parts, room, count);
            i--;
            continue;
        }
        const lw_task_result *did = &result->task[i];
        for (size_t k = 0; k < did->sample_count && (whole || task[i].flow != LW_NO_FLOW); k++) {
            room[count++] = (lw_weighted){(double)did->sample[k].time_ps, did->sample[k].count};
        }
    }
    return lw_distribution_of(room, count);
}
