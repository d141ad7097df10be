// SPDX-License-Identifier: GPL-3.0-or-later
// The distance between the model and measured tables.
#include <math.h>
#include <string.h>

#include "sim/study/measured.h"
#include "sim/study/threads.h"

// One point of a table on its path to a number.
typedef struct trial {
    const lw_measured *table;
    size_t point;
    lw_status status;  // of its run
    lw_culprit culprit;
    double model, bytes;
    double low, high;  // of what the model says is uncertain; high 0: nothing
} trial;

// All tables' points, one after the other.
typedef struct trials {
    trial *trial;
    size_t count, done;
    const lw_run *run;
} trials;

static lw_status run_point(trial *t, const volatile sig_atomic_t *stop, lw_machine_cache *cache, lw_arena *arena) {
    lw_diags *silent = lw_diags_new(arena);  // the check has told what is wrong
    lw_point_run run;
    lw_point point;
    if (silent == NULL) {
        return LW_NO_MEMORY;
    }
    LW_TRY(lw_point_make(t->table->document, t->point, cache, arena, silent, &run.setup));
    LW_TRY(lw_point_run_to_end(&run, (lw_point_how){.stop = stop}, arena, &t->culprit));
    LW_TRY(lw_attribute(&run.built, &run.result, (lw_provenances){0}, (lw_percentiles){0}, arena, &point));
    LW_TRY(lw_point_add_bands(&run, (lw_point_how){.stop = stop}, arena, &point));
    const lw_observed *observed = &t->table->observed;
    for (size_t i = 0; i < observed->count; i++) {
        t->bytes += (double)point.workload[observed->workload[i]].bytes;
    }
    const lw_workload_result *row = &point.workload[observed->workload[0]];
    if (row->has_band && observed->together == LW_TOGETHER_ONE && strcmp(observed->metric->name, "bandwidth_GBps") == 0) {
        t->low = row->low_GBps;
        t->high = row->high_GBps;
    }
    t->model = lw_observed_of(observed, &point);
    return LW_OK;
}

static void try_one(trials *all, size_t index, lw_machine_cache *cache) {
    lw_arena *arena = lw_arena_new();
    trial *one = &all->trial[index];
    one->status = arena != NULL ? run_point(one, all->run->stop, cache, arena) : LW_NO_MEMORY;
    lw_arena_free(arena);
#pragma omp critical(lanewise_trials)
    {
        all->done++;
        if (all->run->progress != NULL) {
            all->run->progress(all->done, all->count, all->run->user);
        }
    }
}

static void try_all(trials *all) {
    // The pragma reads it. NOLINTNEXTLINE(clang-analyzer-deadcode.DeadStores)
    int threads = lw_threads_for(all->run->threads, all->count);
    int64_t count = (int64_t)all->count;
#pragma omp parallel for schedule(dynamic) num_threads(threads)
    for (int64_t i = 0; i < count; i++) {
        if (all->run->stop != NULL && *all->run->stop != 0) {
            all->trial[i].status = LW_INTERRUPTED;
        } else {
            try_one(all, (size_t)i, NULL);
        }
    }
}

static lw_status tell(const trial *t, lw_diags *diags) {
    if (t->status == LW_STUCK || t->status == LW_LIMIT) {
        return lw_point_tell_failure(t->status, t->point, &t->culprit, t->table->document, diags);
    }
    return t->status;
}

void lw_validation_count_inside(lw_validation *table) {
    table->banded = table->inside = 0;
    for (size_t i = 0; i < table->points; i++) {
        const lw_compared *at = &table->rows[i];
        table->banded += at->high > 0;
        table->inside += at->high > 0 && at->low <= at->measured && at->measured <= at->high;
    }
}

static lw_status compare(const lw_measured *table, const trial *tried, lw_arena *arena, lw_diags *diags, lw_validation *out) {
    const size_t n = table->point_count;
    lw_validation result = {.name = table->name,
                            .label = table->label,
                            .provenance = table->provenance,
                            .family = table->family,
                            .class = table->class,
                            .system_id = table->system_id,
                            .use = lw_use_words[table->use],
                            .metric = table->observed.metric,
                            .over_sizes = table->over_sizes,
                            .points = n,
                            .limited = table->limited,
                            .limit_median = table->limit_median,
                            .limit_worst = table->limit_worst,
                            .rows = LW_NEW_ARRAY(arena, lw_compared, n)};
    double *error = LW_NEW_ARRAY(arena, double, n);
    if (result.rows == NULL || error == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t i = 0; i < n; i++) {
        LW_TRY(tell(&tried[i], diags));
        result.rows[i] = (lw_compared){.x = table->point[i].x,
                                       .name = table->point[i].name,
                                       .bytes = table->over_sizes ? table->point[i].x : tried[i].bytes,
                                       .measured = table->point[i].observed,
                                       .model = tried[i].model,
                                       .low = tried[i].low,
                                       .high = tried[i].high};
        error[i] = fabs(tried[i].model / table->point[i].observed - 1);
    }
    result.error = lw_spread_of(error, n);
    result.ok = !result.limited || (result.error.median <= result.limit_median && result.error.worst <= result.limit_worst);
    lw_validation_count_inside(&result);
    *out = result;
    return LW_OK;
}

lw_status lw_measured_validate(lw_tables tables, const lw_run *run, lw_arena *arena, lw_diags *diags, lw_validations *out) {
    lw_measured *const *table = tables.table;
    const size_t count = tables.count;
    size_t points = 0;
    for (size_t t = 0; t < count; t++) {
        points += table[t]->point_count;
    }
    const lw_measured **checked = LW_NEW_ARRAY(arena, const lw_measured *, count);
    trials all = {.trial = LW_NEW_ARRAY(arena, trial, points), .run = run};
    *out = (lw_validations){.row = LW_NEW_ARRAY(arena, lw_validation, count)};
    if (checked == NULL || all.trial == NULL || out->row == NULL) {
        return LW_NO_MEMORY;
    }
    lw_status first = LW_OK;
    size_t checked_count = 0;
    for (size_t t = 0; t < count; t++) {
        lw_status status = run->checked ? LW_OK : lw_scenario_check(table[t]->document, table[t]->noted, arena, diags);
        if (status == LW_NO_MEMORY) {
            return status;
        }
        first = first == LW_OK ? status : first;
        for (size_t i = 0; status == LW_OK && i < table[t]->point_count; i++) {
            all.trial[all.count++] = (trial){.table = table[t], .point = i};
        }
        if (status == LW_OK) {
            checked[checked_count++] = table[t];
        }
    }
    try_all(&all);
    const trial *tried = all.trial;
    for (size_t t = 0; t < checked_count; tried += checked[t++]->point_count) {
        lw_status status = compare(checked[t], tried, arena, diags, &out->row[out->count]);
        out->count += status == LW_OK;
        first = first == LW_OK || status == LW_INTERRUPTED ? status : first;
    }
    return first;
}
