// SPDX-License-Identifier: GPL-3.0-or-later
// One point from its graph to the end of its last workload.
#include <math.h>

#include "sim/machine/build.h"
#include "sim/study/run.h"

static int64_t foreground_end_ps(const lw_built *built, const lw_engine_result *result) {
    int64_t end_ps = -1;
    for (size_t w = 0; w < built->graph->workload_count; w++) {
        const lw_built_workload *work = &built->workload[w];
        bool counts = !built->graph->workload[w].background && lw_limit_failure(&work->failure) == NULL;
        for (uint32_t t = work->first_task; counts && t < work->first_task + work->task_count; t++) {
            end_ps = result->task[t].end_ps > end_ps ? result->task[t].end_ps : end_ps;
        }
    }
    return end_ps;
}

// Does all work that should last as long as the rest do so? What ends early must be made longer.
static bool background_lasts(const lw_built *built, const lw_engine_result *result, int64_t until_ps) {
    for (size_t w = 0; w < built->graph->workload_count; w++) {
        const lw_built_workload *work = &built->workload[w];
        bool counts = built->graph->workload[w].background && lw_limit_failure(&work->failure) == NULL;
        for (uint32_t t = work->first_task; counts && t < work->first_task + work->task_count; t++) {
            if (result->task[t].end_ps < until_ps) {
                return false;
            }
        }
    }
    return true;
}

// What a workload takes at least: its payload at the rate of its slowest link, or at the rate it is
// offered with.
static double least_ps(const lw_built *built, size_t workload) {
    const lw_built_workload *work = &built->workload[workload];
    const lw_flow *flow = &work->main.flow;
    int64_t members = built->graph->workload[workload].members;
    double bytes = (double)work->bytes / (double)(members > 0 ? members : 1);
    double rate_Bps = work->main.waterfall.rate_Bps[LW_STAGE_RETRY];
    double paced_ps = flow->packet_bytes > 0 ? bytes / (double)flow->packet_bytes * (double)flow->gap_ps : 0;
    return fmax(rate_Bps > 0 ? bytes / rate_Bps * 1e12 : 0, paced_ps);
}

static lw_culprit culprit_of(const lw_built *built, size_t workload, const char *key) {
    const lw_object *object = built->graph->workload[workload].object;
    return (lw_culprit){.name = object->name,
                        .place = key != NULL && lw_option_find(object->type->options, key) != NULL ? lw_object_place(object, key)
                                                                                                   : object->place,
                        .cycle = NULL};
}

static lw_culprit longest_workload(const lw_built *built) {
    size_t longest = 0;
    for (size_t w = 1; w < built->graph->workload_count; w++) {
        longest = least_ps(built, w) > least_ps(built, longest) ? w : longest;
    }
    return built->graph->workload_count == 0 ? (lw_culprit){0} : culprit_of(built, longest, "bytes");
}

static lw_culprit workload_of_task(const lw_built *built, uint32_t task) {
    for (size_t w = 0; w < built->graph->workload_count; w++) {
        const lw_built_workload *work = &built->workload[w];
        if (task >= work->first_task && task - work->first_task < work->task_count) {
            return culprit_of(built, w, NULL);
        }
    }
    return (lw_culprit){0};
}

static const char *name_of_task(const lw_built *built, uint32_t task) {
    const char *name = task != LW_NO_FLOW ? workload_of_task(built, task).name : NULL;
    return name != NULL ? name : "?";
}

// "a waits for room behind links.l s->t, which b fills; b waits for ..., which a fills".
static const char *tell_cycle(const lw_built *built, const lw_engine_result *result, lw_arena *arena) {
    enum { TOLD_MOST = 8 };
    const char *text = "";
    for (size_t i = 0; i < result->wait_count && i < TOLD_MOST && text != NULL; i++) {
        const lw_wait *wait = &result->wait[i];
        const lw_server_info *info = &built->server[wait->server];
        const char *who = name_of_task(built, wait->task);
        text = wait->holder == LW_NO_FLOW
                   ? lw_arena_print(arena, "%s%s%s needs more room behind links.%s %s than there is", text, i > 0 ? "; " : "",
                                    who, info->name, info->direction)
                   : lw_arena_print(arena, "%s%s%s waits for room behind links.%s %s, which %s fills", text, i > 0 ? "; " : "",
                                    who, info->name, info->direction, name_of_task(built, wait->holder));
    }
    return result->wait_count > 0 ? text : NULL;
}

enum { ROUNDS_MAX = 24 };
static const int64_t first_load_ps = 1000000000;  // 1 ms

lw_status lw_point_run_to_end(lw_point_run *run, lw_point_how how, lw_arena *arena, lw_culprit *found) {
    // what the check found is told already; findings can only repeat it
    lw_diags *silent = lw_diags_new(arena);
    if (silent == NULL) {
        return LW_NO_MEMORY;
    }
    int64_t load_ps = first_load_ps;
    for (int round = 0;; round++) {
        LW_TRY(lw_point_build(&run->setup, (lw_build){.load_ps = load_ps}, arena, silent, &run->built));
        lw_recording_begin(&run->recording, run->built.fabric.task_count, how.spans, arena);
        const lw_engine_how engine = {.engine = run->setup.engine,
                                      .seed = run->setup.seed,
                                      .stop = how.stop,
                                      .watch = how.watch,
                                      .memory = how.memory,
                                      .record = how.spans > 0 ? &run->recording.sink : NULL,
                                      .record_each = how.each};
        lw_status status = lw_engine_run(&run->built.fabric, &engine, arena, &run->result);
        status = status == LW_OK ? lw_recording_end(&run->recording) : status;
        run->recording.alike = status == LW_OK ? run->result.alike : NULL;
        if (status == LW_STUCK || status == LW_LIMIT) {
            *found = status == LW_STUCK ? workload_of_task(&run->built, run->result.stuck) : longest_workload(&run->built);
            found->cycle = status == LW_STUCK ? tell_cycle(&run->built, &run->result, arena) : NULL;
        }
        LW_TRY(status);
        int64_t end_ps = foreground_end_ps(&run->built, &run->result);
        if (end_ps < 0 || background_lasts(&run->built, &run->result, end_ps)) {
            return LW_OK;
        }
        int64_t longest_ps = end_ps > load_ps ? end_ps : load_ps;
        if (round == ROUNDS_MAX || longest_ps > INT64_MAX / 8) {
            return LW_LIMIT;
        }
        load_ps = 2 * longest_ps;
    }
}

const char *lw_point_failure_reason(lw_status status, const lw_culprit *found, lw_arena *arena) {
    switch (status) {
    case LW_STUCK:
        return found->cycle != NULL ? lw_arena_print(arena, "deadlock: %s", found->cycle)
                                    : lw_arena_print(arena, "workloads.%s never ends", found->name != NULL ? found->name : "?");
    case LW_LIMIT:
        return "takes longer than the simulator's clock can count";
    case LW_BAD_INPUT:
        return found->reason != NULL ? found->reason : "cannot be built";
    default:
        return lw_status_text(status);
    }
}

lw_status lw_point_tell_failure(lw_status status, size_t point, const lw_culprit *found, const lw_document *document,
                                lw_diags *diags) {
    lw_place place = found->name != NULL || found->reason != NULL ? found->place : document->work_place;
    if (status == LW_STUCK) {
        if (found->cycle != NULL) {
            lw_error(diags, place, "larger buffers (credits), or routes that do not go round, break it",
                     "point %zu: deadlock: %s", point, found->cycle);
        } else {
            lw_error(diags, place, NULL, "point %zu: workloads.%s never ends", point, found->name != NULL ? found->name : "?");
        }
    } else if (status == LW_LIMIT) {
        lw_error(diags, place, "move less, or over a faster link", "point %zu takes longer than the simulator's clock can count",
                 point);
    } else if (status == LW_BAD_INPUT) {
        lw_error(diags, place, found->hint, "point %zu: %s", point, found->reason != NULL ? found->reason : "cannot be built");
    } else if (status != LW_INTERRUPTED) {
        lw_error(diags, place, NULL, "point %zu: %s", point, lw_status_text(status));
    }
    return status;
}

// ---- How uncertain a point is ----

// Does the workload go over a link whose family knows a band?
static bool crosses_band(const lw_built *built, size_t workload) {
    for (const lw_transfer *part = &built->workload[workload].main; part != NULL; part = part->next) {
        for (size_t i = 0; i < part->route.count; i++) {
            if (built->machine->link[part->route.leg[i].link].spec->family->band != NULL) {
                return true;
            }
        }
    }
    return false;
}

// The point with its uncertain links at one end. *works is false when nothing gets through there.
static lw_status run_at_end(const lw_point_run *middle, bool fast, lw_point_how how, lw_arena *arena, lw_point *out,
                            bool *works) {
    lw_machine machine;
    lw_point_run run = {.setup = middle->setup};
    lw_culprit unused = {0};
    LW_TRY(lw_machine_at_end(middle->setup.machine, fast, arena, &machine));
    run.setup.machine = &machine;
    how.spans = 0;
    how.memory = NULL;  // it holds the middle
    lw_status status = lw_point_run_to_end(&run, how, arena, &unused);
    // in any time that counts, nothing gets through
    *works = status != LW_LIMIT && status != LW_STUCK;
    LW_TRY(*works ? status : LW_OK);
    return *works ? lw_attribute(&run.built, &run.result, (lw_provenances){0}, (lw_percentiles){0}, arena, out) : LW_OK;
}

lw_status lw_point_add_bands(const lw_point_run *run, lw_point_how how, lw_arena *arena, lw_point *out) {
    bool any = false;
    for (size_t i = 0; i < out->workload_count; i++) {
        out->workload[i].has_band = crosses_band(&run->built, i);
        any = any || out->workload[i].has_band;
    }
    for (int fast = 0; any && fast < 2; fast++) {
        lw_point end = {0};
        bool works = false;
        LW_TRY(run_at_end(run, fast == 1, how, arena, &end, &works));
        for (size_t i = 0; i < out->workload_count; i++) {
            lw_workload_result *row = &out->workload[i];
            double rate = works && row->has_band ? end.workload[i].bandwidth_GBps : 0.0;
            // Drawn errors may turn ends that lie close together.
            row->low_GBps = fast == 0 && row->has_band ? fmin(rate, row->bandwidth_GBps) : row->low_GBps;
            row->high_GBps = fast == 1 && row->has_band ? fmax(rate, row->bandwidth_GBps) : row->high_GBps;
            if (works && row->has_band && row->signal.mode != NULL) {
                const double margin_dB = end.workload[i].signal.snr_dB - row->signal.needed_dB;
                row->low_margin_dB = fast == 0 ? margin_dB : fmin(margin_dB, row->low_margin_dB);
                row->high_margin_dB = fast == 0 ? margin_dB : fmax(margin_dB, row->high_margin_dB);
            }
        }
    }
    return LW_OK;
}
