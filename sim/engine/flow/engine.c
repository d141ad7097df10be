// SPDX-License-Identifier: GPL-3.0-or-later
// One run of the flow engine from the first event to the results.
#include "sim/engine/flow/flow.h"
#include "sim/engine/flow/fold.h"
#include "sim/engine/flow/state.h"

enum { INSTANTS_BETWEEN_CHECKS = 1 << 8, CHECKS_BETWEEN_WORDS = 16 };

// Is the run to end? Says how far it is, too.
static bool look_up(const lw_fluid *run, int64_t instants) {
    const lw_engine_watch *watch = run->how->watch;
    if (watch != NULL && instants / INSTANTS_BETWEEN_CHECKS % CHECKS_BETWEEN_WORDS == 0) {
        watch->tell(run->bytes_all > 0 ? run->bytes_done / run->bytes_all : 0, watch->user);
    }
    return run->how->stop != NULL && *run->how->stop != 0;
}

// All that happens at one instant; then new rates for all of it at once.
static void step(lw_fluid *run) {
    while (run->pools.count > 0 && run->pools.due[0].at <= run->now && run->failed == LW_OK) {
        const uint32_t pool = run->pools.due[0].id;
        lw_due_remove(&run->pools, pool);
        lw_fluid_ended(run, pool);
        run->events++;
    }
    while (run->tasks.count > 0 && run->tasks.due[0].at <= run->now && run->failed == LW_OK) {
        const uint32_t slot = run->tasks.due[0].id;
        lw_due_remove(&run->tasks, slot);
        lw_fluid_due(run, slot);
        run->events++;
    }
    lw_fluid_share(run);
    if (run->laps.ticked && run->failed == LW_OK) {
        lw_fluid_laps_step(run);
    }
}

static lw_ticks next_at(const lw_fluid *run) {
    const lw_ticks task = run->tasks.count > 0 ? run->tasks.due[0].at : LW_TICKS_NEVER;
    const lw_ticks pool = run->pools.count > 0 ? run->pools.due[0].at : LW_TICKS_NEVER;
    return task < pool ? task : pool;
}

static lw_status run_instants(lw_fluid *run) {
    lw_progress_begin(&run->progress);
    for (int64_t instants = 0; run->failed == LW_OK && !run->progress.failed; instants++) {
        const lw_ticks at = next_at(run);
        if (at == LW_TICKS_NEVER) {
            return run->progress.left == 0 ? LW_OK : LW_STUCK;
        }
        if (at > lw_ticks_of(LW_TIME_MAX)) {
            return LW_LIMIT;
        }
        run->now = at;
        step(run);
        if (instants % INSTANTS_BETWEEN_CHECKS == 0 && look_up(run, instants)) {
            return LW_INTERRUPTED;
        }
    }
    return run->failed != LW_OK ? run->failed : LW_NO_MEMORY;
}

// The first task of which an instance has not ended.
static uint32_t find_stuck(const lw_fluid *run) {
    uint32_t t = 0;
    while (run->progress.task[t].prefix == run->progress.task[t].count) {
        t++;
    }
    return t;
}

static lw_status run_fabric(lw_fluid *run, bool jumps, lw_engine_result *out) {
    run->laps.possible = jumps;
    lw_status status = run_instants(run);
    if (status == LW_STUCK) {
        out->stuck = find_stuck(run);
    } else if (status == LW_OK) {
        status = lw_fluid_results(run, out);
    }
    return status;
}

static lw_status run_flows(const lw_fabric *fabric, const lw_engine_how *how, bool jumps, lw_arena *arena,
                           lw_engine_result *out) {
    lw_fluid run;
    *out = (lw_engine_result){0};
    lw_status status = lw_fluid_make(fabric, how, arena, &run);
    if (status == LW_STUCK) {
        out->stuck = run.stuck;
    } else if (status == LW_OK) {
        status = run_fabric(&run, jumps, out);
    }
    lw_fluid_free(&run);
    return status;
}

static lw_status run_folded(const lw_fold *fold, const lw_engine_how *how, lw_arena *arena, lw_engine_result *out) {
    lw_engine_how folded = *how;
    lw_fold_record record;
    if (how->record != NULL) {
        LW_TRY(lw_fold_listen(fold, how->record, arena, &record));
        folded.record = &record.sink;
    }
    const lw_status status = run_flows(&fold->fabric, &folded, true, arena, out);
    out->stuck = status == LW_STUCK ? fold->first[out->stuck] : out->stuck;
    return status == LW_OK ? lw_fold_open(fold, arena, out) : status;
}

lw_status lw_flow_run(const lw_fabric *fabric, const lw_engine_how *how, lw_arena *arena, lw_engine_result *out) {
    lw_fold fold = {0};
    if (how->record == NULL || !how->record_each) {
        LW_TRY(lw_fold_make(fabric, arena, &fold));
    }
    return fold.fabric.task != NULL ? run_folded(&fold, how, arena, out) : run_flows(fabric, how, true, arena, out);
}

lw_status lw_flow_run_each(const lw_fabric *fabric, const lw_engine_how *how, lw_arena *arena, lw_engine_result *out) {
    return run_flows(fabric, how, false, arena, out);
}
