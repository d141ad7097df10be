// SPDX-License-Identifier: GPL-3.0-or-later
// Points over threads. A point is one run on one thread in an arena of its own; results are stored by index, so that no byte of
// them depends on the number of threads.
#include <math.h>
#include <omp.h>
#include <string.h>

#include "sim/fabric/attribution.h"
#include "sim/study/scenario.h"

// The workload that a failed point names: the one that waits for ever, or the longest.
typedef struct {
    const char *name;  // NULL: none
    lw_place place;
} culprit;

typedef struct {
    const lw_scenario *scenario;
    const lw_run *run;
    lw_arena *results;  // used inside the critical section only
    lw_point *point;
    lw_status *status;
    culprit *culprit;
    size_t done;
} batch;

// ---- One point ----

static int64_t foreground_end_ps(const lw_built *plan, const lw_engine_result *result) {
    int64_t end_ps = -1;
    for (size_t j = 0; j < plan->system->job_count; j++) {
        const lw_built_workload *job = &plan->job[j];
        for (uint32_t t = job->first_task; !job->background && t < job->first_task + job->task_count; t++) {
            end_ps = result->task[t].end_ps > end_ps ? result->task[t].end_ps : end_ps;
        }
    }
    return end_ps;
}

// Do all loads that should last as long as the rest do so? Those that end early must be planned longer.
static bool loads_last(const lw_built *plan, const lw_engine_result *result, int64_t until_ps) {
    for (size_t j = 0; j < plan->system->job_count; j++) {
        const lw_built_workload *job = &plan->job[j];
        for (uint32_t t = job->first_task; job->background && t < job->first_task + job->task_count; t++) {
            if (result->task[t].end_ps < until_ps) {
                return false;
            }
        }
    }
    return true;
}

enum { LOAD_ROUNDS_MAX = 24 };
static const int64_t first_load_ps = 1000000000;  // 1 ms

// What a point is made of, run to its end.
typedef struct {
    lw_point_setup setup;
    lw_built plan;
    lw_engine_result result;
} point_run;

// What a job takes at least: its payload at the rate of its slowest link, or at the rate it is offered with.
static double least_ps(const lw_built_workload *job) {
    double bytes = (double)job->bytes / (double)(job->members > 0 ? job->members : 1);
    double rate_Bps = job->transfer.waterfall.rate_Bps[LW_STAGE_RETRY];
    double paced_ps = bytes / (double)job->transfer.task.packet_bytes * (double)job->transfer.task.gap_ps;
    return fmax(rate_Bps > 0 ? bytes / rate_Bps * 1e12 : 0, paced_ps);
}

static culprit longest_job(const lw_built *plan) {
    const lw_built_workload *longest = NULL;
    for (size_t j = 0; j < plan->system->job_count; j++) {
        const lw_built_workload *job = &plan->job[j];
        longest = longest == NULL || least_ps(job) > least_ps(longest) ? job : longest;
    }
    return longest == NULL ? (culprit){0} : (culprit){longest->job->name, lw_workload_place(longest->job, "bytes")};
}

static culprit job_of_task(const lw_built *plan, uint32_t task) {
    for (size_t j = 0; j < plan->system->job_count; j++) {
        const lw_built_workload *job = &plan->job[j];
        if (task >= job->first_task && task - job->first_task < job->task_count) {
            return (culprit){job->job->name, job->job->place};
        }
    }
    return (culprit){0};
}

static lw_status run_to_end(const batch *b, lw_arena *arena, lw_diags *silent, point_run *run, culprit *found) {
    int64_t load_ps = first_load_ps;
    for (int round = 0;; round++) {
        uint32_t task = LW_NO_SERVER;
        LW_TRY(lw_fabric_build(&run->setup.system, load_ps, arena, silent, &run->plan));
        lw_status status =
            lw_engine_run(&run->plan.fabric, run->setup.engine, run->setup.seed, b->run->stop, arena, &run->result, &task);
        if (status == LW_STUCK || status == LW_LIMIT) {
            *found = status == LW_STUCK ? job_of_task(&run->plan, task) : longest_job(&run->plan);
        }
        LW_TRY(status);
        int64_t end_ps = foreground_end_ps(&run->plan, &run->result);
        if (end_ps < 0 || loads_last(&run->plan, &run->result, end_ps)) {
            return LW_OK;
        }
        int64_t longest_ps = end_ps > load_ps ? end_ps : load_ps;
        if (round == LOAD_ROUNDS_MAX || longest_ps > INT64_MAX / 8) {
            return LW_LIMIT;
        }
        load_ps = 2 * longest_ps;
    }
}

// ---- How uncertain a point is ----

// Does the job go over a link whose family knows a band?
static bool crosses_band(const lw_built *plan, size_t job) {
    const lw_route *route = &plan->job[job].transfer.route;
    for (size_t i = 0; i < route->count; i++) {
        if (plan->system->connection[route->leg[i].connection].spec->family->band != NULL) {
            return true;
        }
    }
    return false;
}

// Both ends of what is uncertain about each link that has a band, in the order of the links.
static lw_status find_ends(const lw_machine *system, lw_arena *arena, lw_link_model (**out)[2]) {
    size_t count = 0;
    for (size_t i = 0; i < system->link_count; i++) {
        count += system->link[i].family->band != NULL;
    }
    lw_link_model(*ends)[2] = lw_arena_alloc(arena, count, sizeof *ends);
    if (ends == NULL) {
        return LW_NO_MEMORY;
    }
    count = 0;
    for (size_t i = 0; i < system->link_count; i++) {
        const lw_link_spec *spec = &system->link[i];
        if (spec->family->band != NULL) {
            spec->family->band(spec->params, &ends[count][0], &ends[count][1]);
            count++;
        }
    }
    *out = ends;
    return LW_OK;
}

// Put every link with a band at one end of it. False when nothing gets through there.
static bool move_to_end(lw_machine *system, lw_link_model (*ends)[2], int fast) {
    static const double hopeless = 0.5;  // a link that repeats every other packet is none
    bool works = true;
    size_t next = 0;
    for (size_t i = 0; i < system->link_count; i++) {
        lw_link_spec *spec = &system->link[i];
        if (spec->family->band == NULL) {
            continue;
        }
        spec->link = ends[next++][fast];
        for (int s = 0; s < spec->link.segment_count; s++) {
            for (int dir = 0; dir < 2; dir++) {
                works = works && spec->link.segment[s].channel[dir].error_probability <= hopeless;
            }
        }
    }
    return works;
}

// The same point again, with its uncertain links at both ends of what they may be. Its system stays at the last of them.
static lw_status add_bands(const batch *b, point_run *middle, lw_arena *arena, lw_diags *silent, lw_point *out) {
    bool any = false;
    for (size_t i = 0; !b->run->nominal && i < out->workload_count; i++) {
        out->workload[i].has_band = crosses_band(&middle->plan, i);
        any = any || out->workload[i].has_band;
    }
    if (!any) {
        return LW_OK;
    }
    lw_link_model(*ends)[2] = NULL;
    LW_TRY(find_ends(&middle->setup.system, arena, &ends));
    for (int fast = 0; fast < 2; fast++) {
        point_run run = {.setup = middle->setup};
        lw_point end = {0};
        culprit unused = {0};
        bool works = move_to_end(&run.setup.system, ends, fast);
        if (works) {
            lw_status status = run_to_end(b, arena, silent, &run, &unused);
            works = status != LW_LIMIT && status != LW_STUCK;  // in any time that counts, nothing gets through
            LW_TRY(works ? status : LW_OK);
        }
        if (works) {
            LW_TRY(lw_attribute(&run.plan, &run.result, arena, &end));
        }
        for (size_t i = 0; i < out->workload_count; i++) {
            lw_workload_result *row = &out->workload[i];
            double rate = works && row->has_band ? end.workload[i].bandwidth_GBps : 0.0;
            // Drawn errors may turn ends that lie close together.
            row->low_GBps = fast == 0 && row->has_band ? fmin(rate, row->bandwidth_GBps) : row->low_GBps;
            row->high_GBps = fast == 1 && row->has_band ? fmax(rate, row->bandwidth_GBps) : row->high_GBps;
        }
    }
    return LW_OK;
}

static lw_status run_point(const batch *b, size_t index, lw_arena *arena, lw_point *out, culprit *found) {
    // What the check found is told already; here findings can only repeat it.
    lw_diags *silent = lw_diags_new(arena);
    point_run run;
    if (silent == NULL) {
        return LW_NO_MEMORY;
    }
    LW_TRY(lw_scenario_point(b->scenario, index, arena, silent, &run.setup));
    LW_TRY(run_to_end(b, arena, silent, &run, found));
    LW_TRY(lw_attribute(&run.plan, &run.result, arena, out));
    LW_TRY(add_bands(b, &run, arena, silent, out));
    out->index = (int)index;
    out->engine = lw_engine_words[run.setup.engine];
    return LW_OK;
}

static lw_status set_values(const lw_sweep *sweep, size_t index, lw_arena *arena, lw_point *point) {
    point->set = LW_NEW_ARRAY(arena, lw_set_value, sweep->axis_count);
    if (point->set == NULL) {
        return LW_NO_MEMORY;
    }
    point->set_count = sweep->axis_count;
    for (size_t i = 0; i < sweep->axis_count; i++) {
        point->set[i] = sweep->axis[i].set[lw_sweep_value(sweep, i, index)];
    }
    return LW_OK;
}

static void run_one(batch *b, size_t index) {
    lw_point point;
    culprit found = {0};
    lw_arena *arena = lw_arena_new();
    lw_status status = arena == NULL ? LW_NO_MEMORY : run_point(b, index, arena, &point, &found);
#pragma omp critical(lanewise_results)
    {
        if (status == LW_OK) {
            status = lw_point_keep(&point, b->results, &b->point[index]);
        }
        if (status == LW_OK) {
            status = set_values(&b->scenario->sweep, index, b->results, &b->point[index]);
        }
        // Its place lies in a file, which outlives the point.
        b->culprit[index] = (culprit){found.name != NULL ? lw_arena_copy(b->results, found.name) : NULL, found.place};
        b->status[index] = status;
        b->done++;
        if (b->run->progress != NULL) {
            b->run->progress(b->done, b->scenario->sweep.points, b->run->user);
        }
    }
    lw_arena_free(arena);
}

// ---- All points ----

// Where the file speaks of all workloads.
static lw_place place_of_work(const lw_scenario *scenario) {
    const lw_yaml *all = lw_map_get(scenario->base, "workloads");
    return all != NULL ? all->key_place : (lw_place){0};
}

static lw_status report_failure(const batch *b, size_t index, lw_diags *diags) {
    lw_status status = b->status[index];
    const culprit *found = &b->culprit[index];
    lw_place place = found->name != NULL ? found->place : place_of_work(b->scenario);
    if (status == LW_STUCK) {
        lw_error(diags, place, "are its credits enough for one packet?", "point %zu: workloads.%s never ends: it waits for ever",
                 index, found->name != NULL ? found->name : "?");
    } else if (status == LW_LIMIT) {
        lw_error(diags, place, "move less, or over a faster link", "point %zu takes longer than the simulator's clock can count",
                 index);
    } else if (status == LW_BAD_INPUT) {
        lw_error(diags, place, NULL, "point %zu cannot be built", index);
    }
    return status;
}

// Finished points move together; the first failure by index is the one that is told.
static lw_status gather(batch *b, lw_diags *diags, lw_result *out) {
    lw_status worst = LW_OK;
    for (size_t i = 0; i < b->scenario->sweep.points; i++) {
        if (b->status[i] == LW_OK) {
            b->point[out->point_count++] = b->point[i];
        } else if (b->status[i] == LW_INTERRUPTED) {
            worst = worst == LW_OK ? LW_INTERRUPTED : worst;
        } else if (worst == LW_OK || worst == LW_INTERRUPTED) {
            worst = report_failure(b, i, diags);
        }
    }
    return worst;
}

// The axis that sweeps something or a key of it; NULL when none does. prefix: "nodes."; key: ".preset".
static const lw_axis *axis_of(const lw_sweep *sweep, const char *prefix, const char *wanted, const char *key) {
    for (size_t i = 0; i < sweep->axis_count; i++) {
        const char *path = sweep->axis[i].set[0].path;
        const char *name = strncmp(path, prefix, strlen(prefix)) == 0 ? path + strlen(prefix) : "";
        const size_t length = strcspn(name, ".");
        const bool meant = (length == strlen(wanted) && strncmp(name, wanted, length) == 0) || (length == 1 && name[0] == '*');
        if (meant && (name[length] == '\0' || strcmp(name + length, key) == 0)) {
            return &sweep->axis[i];
        }
    }
    return NULL;
}

// Do maps of an axis differ in this key?
static bool differ_in(const lw_axis *axis, const char *key) {
    const char *first = lw_map_text(axis->value[0], key);
    bool differ = false;
    for (size_t i = 1; i < axis->count; i++) {
        const char *own = lw_map_text(axis->value[i], key);
        differ = differ || (own == NULL) != (first == NULL) || (own != NULL && strcmp(own, first) != 0);
    }
    return differ;
}

// Guests, lanes and the like may change and the device stay what it is.
static bool is_replaced(const lw_sweep *sweep, const char *node) {
    const lw_axis *axis = axis_of(sweep, "nodes.", node, ".preset");
    return axis != NULL && (axis->value[0]->kind != LW_MAP || differ_in(axis, "preset") || differ_in(axis, "kind"));
}

// What the devices are, in the words of their presets, equal ones once; those that a sweep changes are no matter of all points.
static const char *hardware_of(const lw_scenario *scenario, const lw_machine *system, lw_arena *arena) {
    const char *text = "";
    for (size_t i = 0; i < system->spec_count && text != NULL; i++) {
        const lw_node_spec *spec = &system->spec[i];
        const char *what = spec->preset != NULL ? spec->preset->summary : lw_node_words[spec->kind];
        uint32_t count = 0;
        bool again = is_replaced(&scenario->sweep, spec->name);
        for (size_t k = 0; k < system->spec_count && !again; k++) {
            const lw_node_spec *other = &system->spec[k];
            const bool same = other->preset == spec->preset && other->kind == spec->kind && other->ideal == spec->ideal;
            again = same && k < i;
            count += same ? other->members : 0;
        }
        const char *times = count > 1 ? lw_arena_print(arena, "%u \u00D7 ", (unsigned)count) : "";
        if (!again && times != NULL) {
            text = lw_arena_print(arena, "%s%s%s%s%s", text, text[0] != '\0' ? " \u00B7 " : "", times,
                                  spec->ideal ? "ideal " : "", what);
        }
    }
    return text;
}

static lw_status add_hardware(const lw_scenario *scenario, lw_arena *arena, lw_result *result) {
    lw_arena *scratch = lw_arena_new();
    lw_diags *silent = scratch == NULL ? NULL : lw_diags_new(scratch);
    lw_point_setup setup;
    lw_status status = silent == NULL ? LW_NO_MEMORY : lw_scenario_point(scenario, 0, scratch, silent, &setup);
    if (status == LW_OK) {
        result->hardware = hardware_of(scenario, &setup.system, arena);
        status = result->hardware == NULL ? LW_NO_MEMORY : LW_OK;
    }
    lw_arena_free(scratch);
    return status;
}

static lw_result head_of(const lw_scenario *scenario) {
    lw_result result = {.tool_version = LANEWISE_VERSION,
                        .title = scenario->title,
                        .file = scenario->file,
                        .seed = scenario->seed,
                        .planned = scenario->sweep.points};
    memcpy(result.sha256, scenario->sha256, sizeof result.sha256);
    return result;
}

lw_status lw_scenario_outline(const lw_scenario *scenario, lw_arena *arena, lw_diags *diags, lw_result *out) {
    lw_point_setup setup;
    LW_TRY(lw_scenario_point(scenario, 0, arena, diags, &setup));  // a sweep changes workloads, never which there are
    lw_result result = head_of(scenario);
    lw_workload_result *workload = LW_NEW_ARRAY(arena, lw_workload_result, setup.system.job_count);
    result.point = LW_NEW_ARRAY(arena, lw_point, result.planned);
    if (workload == NULL || result.point == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t i = 0; i < setup.system.job_count; i++) {
        const lw_workload *job = &setup.system.job[i];
        workload[i].name = job->name;
        workload[i].paced = lw_workload_is_paced(job) || axis_of(&scenario->sweep, "workloads.", job->name, ".rate") != NULL;
    }
    for (; result.point_count < result.planned; result.point_count++) {
        lw_point *point = &result.point[result.point_count];
        *point = (lw_point){.index = (int)result.point_count, .workload = workload, .workload_count = setup.system.job_count};
        LW_TRY(set_values(&scenario->sweep, result.point_count, arena, point));
    }
    *out = result;
    return LW_OK;
}

lw_status lw_scenario_run(const lw_scenario *scenario, const lw_run *run, lw_arena *arena, lw_diags *diags, lw_result *out) {
    static const lw_run defaults = {0};
    size_t points = scenario->sweep.points;
    batch b = {scenario,
               run != NULL ? run : &defaults,
               arena,
               LW_NEW_ARRAY(arena, lw_point, points),
               LW_NEW_ARRAY(arena, lw_status, points),
               LW_NEW_ARRAY(arena, culprit, points),
               0};
    if (b.point == NULL || b.status == NULL || b.culprit == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t i = 0; i < points; i++) {
        b.status[i] = LW_INTERRUPTED;
    }
    int threads = b.run->threads > 0 ? b.run->threads : omp_get_max_threads();
    // The pragma reads it. NOLINTNEXTLINE(clang-analyzer-deadcode.DeadStores)
    threads = points < (size_t)threads ? (int)points : threads;
    int64_t count = (int64_t)points;
#pragma omp parallel for schedule(dynamic) num_threads(threads)
    for (int64_t i = 0; i < count; i++) {
        if (b.run->stop == NULL || *b.run->stop == 0) {
            run_one(&b, (size_t)i);
        }
    }
    lw_result result = head_of(scenario);
    result.point = b.point;
    lw_status status = gather(&b, diags, &result);
    if (result.point_count > 0 && (status == LW_OK || status == LW_INTERRUPTED)) {
        const lw_status added = add_hardware(scenario, arena, &result);
        status = added == LW_OK ? status : added;
    }
    if (status == LW_OK || status == LW_INTERRUPTED) {
        *out = result;
    }
    return status;
}
