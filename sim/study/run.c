// SPDX-License-Identifier: GPL-3.0-or-later
// Points over threads. A point is one run on one thread in an arena of its own; results are stored
// by index, so that no byte of them depends on the number of threads.
#include "sim/study/run.h"

#include <string.h>

#include "sim/base/version.h"
#include "sim/fabric/critical_path.h"
#include "sim/fabric/timeline.h"
#include "sim/study/provenance.h"
#include "sim/study/threads.h"

// Of tasks: that are recorded, so that the critical path is known, and of them in the timelines of
// all points together.
enum { SPANS_OF_PATH = 1 << 17, SPANS_OF_TIMELINES = 1 << 15 };

typedef struct batch {
    const lw_document *document;
    const lw_run *run;
    lw_arena *results;  // used inside the critical section only
    lw_classes classes;
    lw_provenances *known;  // one a class; NULL: nobody asks, or each point is asked for itself
    lw_point *point;
    lw_status *status;
    lw_culprit *culprit;
    size_t done;
    double *share;   // of a point that is being run; NULL: nobody asks
    double running;  // their sum
} batch;

// What a thread keeps from point to point.
typedef struct between_points {
    lw_machine_cache machines;
    lw_engine_memory *engine;
} between_points;

// A point that is being run.
typedef struct watched {
    batch *batch;
    size_t index;
} watched;

static void tell_within(double share, void *user) {
    const watched *w = user;
    batch *b = w->batch;
#pragma omp critical(lanewise_results)
    {
        b->running += share - b->share[w->index];
        b->share[w->index] = share;
        b->run->within((double)b->done + b->running, b->document->sweep.points, b->run->user);
    }
}

static bool is_stopped(const batch *b) {
    return b->run->stop != NULL && *b->run->stop != 0;
}

static bool has_timeline(const batch *b, size_t index) {
    return b->run->timelines && index < LW_TIMELINES_MOST;
}

static size_t spans_of_timeline(const batch *b) {
    const size_t points = b->document->sweep.points;
    return SPANS_OF_TIMELINES / (points < LW_TIMELINES_MOST ? points : LW_TIMELINES_MOST);
}

static lw_status add_timeline(const lw_point_run *run, size_t most, lw_arena *arena, lw_point *out) {
    bool *on_path = LW_NEW_ARRAY(arena, bool, run->recording.span.count);
    if (on_path == NULL) {
        return LW_NO_MEMORY;
    }
    LW_TRY(lw_critical_path_find(&run->built, &run->recording, arena, on_path, out));
    return run->recording.span.count > 0 ? lw_timeline_make(&run->built, &run->recording, on_path, most, arena, out) : LW_OK;
}

// Why a point cannot be built: the first error.
static lw_status blame(lw_status status, const lw_diags *diags, lw_culprit *found) {
    for (size_t i = 0; status == LW_BAD_INPUT && i < lw_diags_count(diags); i++) {
        const lw_diag *diag = lw_diags_at(diags, i);
        if (diag->severity == LW_ERROR && found->reason == NULL) {
            *found = (lw_culprit){.place = diag->place, .reason = diag->message, .hint = diag->hint};
        }
    }
    return status;
}

static lw_status build_point(batch *b, size_t index, lw_machine_cache *cache, lw_arena *arena, lw_diags *silent,
                             lw_point_run *run) {
    lw_built built;
    LW_TRY(lw_point_make(b->document, index, cache, arena, silent, &run->setup));
    return b->document->may_fail ? lw_point_build(&run->setup, (lw_build){.load_ps = 0}, arena, silent, &built) : LW_OK;
}

// That auto finds out by trying.
static bool took_flow(const lw_result *taken, size_t index) {
    bool took = false;
    for (size_t p = 0; taken != NULL && p < taken->point_count && !took; p++) {
        took = taken->point[p].index == (int)index && taken->point[p].engine == lw_engine_words[LW_ENGINE_FLOW];
    }
    return took;
}

static lw_status run_point(batch *b, size_t index, between_points *carried, lw_arena *arena, lw_point *out, lw_culprit *found) {
    // What the check found is told already; here findings can only repeat it.
    lw_diags *silent = lw_diags_new(arena);
    lw_point_run run;
    if (silent == NULL) {
        return LW_NO_MEMORY;
    }
    LW_TRY(blame(build_point(b, index, &carried->machines, arena, silent, &run), silent, found));
    const bool tried = run.setup.engine == LW_ENGINE_AUTO && took_flow(b->run->taken, index);
    run.setup.engine = tried ? LW_ENGINE_FLOW : run.setup.engine;
    watched w = {b, index};
    const lw_engine_watch watch = {tell_within, &w};
    const lw_point_how how = {.stop = b->run->stop,
                              .watch = b->share != NULL ? &watch : NULL,
                              .memory = carried->engine,
                              .spans = b->run->nominal ? 0 : SPANS_OF_PATH,
                              .each = has_timeline(b, index)};
    LW_TRY(lw_point_run_to_end(&run, how, arena, found));
    lw_provenances known = b->known != NULL ? b->known[b->classes.of[index]] : (lw_provenances){0};
    if (b->known == NULL && !b->run->nominal) {
        const lw_effects_base base = {&run.setup, &run.built};
        const bool fits = lw_diags_warnings(silent) == 0;
        LW_TRY(lw_provenance_find(b->document, index, fits ? &base : NULL, arena, &known));
    }
    LW_TRY(lw_attribute(&run.built, &run.result, known, b->run->percentiles, arena, out));
    LW_TRY(has_timeline(b, index) ? add_timeline(&run, spans_of_timeline(b), arena, out)
                                  : lw_critical_path_find(&run.built, &run.recording, arena, NULL, out));
    LW_TRY(b->run->nominal ? LW_OK : lw_point_add_bands(&run, how, arena, out));
    LW_TRY(b->run->lift ? lw_point_add_lifted(&run, how, arena, out) : LW_OK);
    out->index = (int)index;
    out->engine = lw_engine_words[run.result.engine];
    out->ends_within = run.result.ends_within;
    return LW_OK;
}

static lw_status set_values(const lw_sweep *sweep, size_t index, lw_arena *arena, lw_point *point) {
    point->set = LW_NEW_ARRAY(arena, lw_set_value, sweep->axis_count);
    if (point->set == NULL) {
        return LW_NO_MEMORY;
    }
    point->set_count = sweep->axis_count;
    for (size_t i = 0; i < sweep->axis_count; i++) {
        const lw_axis_value *value = &sweep->axis[i].value[lw_sweep_value(sweep, i, index)];
        point->set[i] = (lw_set_value){.path = sweep->axis[i].path,
                                       .text = value->text,
                                       .is_flag = value->is_flag,
                                       .is_number = value->is_number,
                                       .number = value->number,
                                       .dimension = value->dimension};
    }
    return LW_OK;
}

static const char *copy_or_null(const batch *b, const char *text) {
    return text != NULL ? lw_arena_copy(b->results, text) : NULL;
}

static void run_one(batch *b, size_t index, between_points *carried) {
    lw_point point;
    lw_culprit found = {0};
    lw_arena *arena = lw_arena_new();
    const bool has_memory = arena != NULL && carried->engine != NULL;
    lw_status status = has_memory ? run_point(b, index, carried, arena, &point, &found) : LW_NO_MEMORY;
#pragma omp critical(lanewise_results)
    {
        if (status == LW_OK) {
            status = lw_point_keep(&point, b->results, &b->point[index]);
        }
        if (status == LW_OK) {
            status = set_values(&b->document->sweep, index, b->results, &b->point[index]);
        }
        // Its place lies in a file, which outlives the point.
        b->culprit[index] = (lw_culprit){copy_or_null(b, found.name), found.place, copy_or_null(b, found.cycle),
                                         copy_or_null(b, found.reason), copy_or_null(b, found.hint)};
        b->status[index] = status;
        b->done++;
        if (b->share != NULL) {
            b->running -= b->share[index];
            b->share[index] = 0;
        }
        if (b->run->progress != NULL) {
            b->run->progress(b->done, b->document->sweep.points, b->run->user);
        }
    }
    lw_arena_free(arena);
}

static void run_all(batch *b) {
    // The pragma reads it. NOLINTNEXTLINE(clang-analyzer-deadcode.DeadStores)
    int threads = lw_threads_for(b->run->threads, b->document->sweep.points);
    int64_t points = (int64_t)b->document->sweep.points;
#pragma omp parallel num_threads(threads)
    {
        between_points carried = {.engine = lw_engine_memory_new()};
#pragma omp for schedule(dynamic)
        for (int64_t i = 0; i < points; i++) {
            if (is_stopped(b)) {
                b->status[i] = LW_INTERRUPTED;
            } else {
                run_one(b, (size_t)i, &carried);
            }
        }
        lw_machine_cache_clear(&carried.machines);
        lw_engine_memory_free(carried.engine);
    }
}

// ---- What is known of the points ----

static void find_one(const batch *b, size_t class, lw_status *status) {
    lw_arena *arena = lw_arena_new();
    lw_provenances found = {0};
    lw_status made = arena == NULL ? LW_NO_MEMORY : lw_provenance_find(b->document, b->classes.first[class], NULL, arena, &found);
    const size_t workloads = b->document->count[LW_SECTION_WORKLOADS], links = b->document->count[LW_SECTION_LINKS];
#pragma omp critical(lanewise_results)
    {
        lw_provenance *kept = LW_NEW_ARRAY(b->results, lw_provenance, workloads + links);
        if (made == LW_OK && kept != NULL) {
            memcpy(kept, found.workload, workloads * sizeof *kept);
            memcpy(kept + workloads, found.link, links * sizeof *kept);
            b->known[class] = (lw_provenances){kept, kept + workloads};
        }
        // A point that cannot be built is told when it is to run.
        *status = made == LW_NO_MEMORY || kept == NULL ? LW_NO_MEMORY : *status;
    }
    lw_arena_free(arena);
}

static lw_status find_known(batch *b) {
    LW_TRY(lw_classes_find(b->document, b->results, &b->classes));
    b->known = LW_NEW_ARRAY(b->results, lw_provenances, b->classes.count);
    if (b->known == NULL) {
        return LW_NO_MEMORY;
    }
    // The pragma reads it. NOLINTNEXTLINE(clang-analyzer-deadcode.DeadStores)
    int threads = lw_threads_for(b->run->threads, b->classes.count);
    int64_t count = (int64_t)b->classes.count;
    lw_status status = LW_OK;
#pragma omp parallel for schedule(dynamic) num_threads(threads)
    for (int64_t i = 0; i < count; i++) {
        if (!is_stopped(b)) {
            find_one(b, (size_t)i, &status);
        }
    }
    return status;
}

// ---- All points ----

static lw_status add_failure(const batch *b, size_t index, lw_result *out, lw_diags *diags) {
    lw_point_failure *failure = &out->failure[out->failure_count++];
    lw_point unfinished = {0};
    LW_TRY(set_values(&b->document->sweep, index, b->results, &unfinished));
    *failure = (lw_point_failure){(int)index, unfinished.set, unfinished.set_count, NULL};
    if (b->status[index] == LW_INTERRUPTED) {
        out->not_run++;
        return LW_OK;
    }
    failure->reason = lw_point_failure_reason(b->status[index], &b->culprit[index], b->results);
    (void)lw_point_tell_failure(b->status[index], index, &b->culprit[index], b->document, diags);
    return failure->reason == NULL ? LW_NO_MEMORY : LW_OK;
}

// Finished points move together, and so do the others, each of which is told. The status is that of
// the first failure by index.
static lw_status gather(const batch *b, lw_diags *diags, lw_result *out) {
    const size_t points = b->document->sweep.points;
    size_t failed = 0;
    lw_status worst = LW_OK;
    for (size_t i = 0; i < points; i++) {
        failed += b->status[i] != LW_OK;
    }
    out->failure = LW_NEW_ARRAY(b->results, lw_point_failure, failed);
    if (out->failure == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t i = 0; i < points; i++) {
        if (b->status[i] == LW_OK) {
            b->point[out->point_count++] = b->point[i];
            continue;
        }
        LW_TRY(add_failure(b, i, out, diags));
        bool first = worst == LW_OK || (worst == LW_INTERRUPTED && b->status[i] != LW_INTERRUPTED);
        worst = first ? b->status[i] : worst;
    }
    return out->not_run > 0 ? LW_INTERRUPTED : worst;
}

// Does a sweep put other devices in place of the node? Guests, lanes and the like may change and
// the device stay what it is.
static bool is_replaced(const lw_document *document, size_t node) {
    const lw_object *first = document->object[LW_SECTION_NODES][node];
    for (size_t a = 0; a < document->sweep.axis_count; a++) {
        const lw_axis *axis = &document->sweep.axis[a];
        for (size_t v = 0; v < axis->count; v++) {
            for (size_t e = 0; e < axis->value[v].edit_count; e++) {
                const lw_edit *edit = &axis->value[v].edit[e];
                if (edit->section == LW_SECTION_NODES && edit->object == node && edit->replacement != NULL &&
                    (edit->replacement->preset != first->preset || edit->replacement->type != first->type)) {
                    return true;
                }
            }
        }
    }
    return false;
}

// Is it one to tell, and how many are there of it in all?
static bool is_told(const lw_document *document, size_t node, uint32_t *count) {
    const lw_object *object = document->object[LW_SECTION_NODES][node];
    const lw_node_spec spec = lw_node_spec_of(object);
    bool again = is_replaced(document, node);
    *count = 0;
    for (size_t k = 0; k < document->count[LW_SECTION_NODES] && !again; k++) {
        const lw_node_spec other = lw_node_spec_of(document->object[LW_SECTION_NODES][k]);
        const bool same = other.object->preset == object->preset && other.kind == spec.kind && other.ideal == spec.ideal;
        again = same && k < node;
        *count += same ? other.members : 0;
    }
    return !again;
}

enum { DEVICES_IN_FULL = 4, DEVICES_MOST = 8 };

// What the devices are, in the words of their presets, equal ones once; those that a sweep changes
// are no matter of all points. Of many only the names, and of very many some.
static const char *hardware_of(const lw_document *document, lw_arena *arena) {
    const char *text = "";
    size_t all = 0, told = 0;
    uint32_t count = 0;
    for (size_t i = 0; i < document->count[LW_SECTION_NODES]; i++) {
        all += is_told(document, i, &count) ? 1 : 0;
    }
    for (size_t i = 0; i < document->count[LW_SECTION_NODES] && text != NULL; i++) {
        const lw_object *object = document->object[LW_SECTION_NODES][i];
        const lw_node_spec spec = lw_node_spec_of(object);
        const char *what = object->preset != NULL ? object->preset->summary : object->type->name;
        if (!is_told(document, i, &count) || ++told > DEVICES_MOST) {
            continue;
        }
        const int length = (int)(all > DEVICES_IN_FULL ? strcspn(what, ",:") : strlen(what));
        const char *times = count > 1 ? lw_arena_print(arena, "%u\u00A0\u00D7\u00A0", (unsigned)count) : "";
        text = times == NULL ? NULL
                             : lw_arena_print(arena, "%s%s%s%s%.*s", text, text[0] != '\0' ? " \u00B7 " : "", times,
                                              spec.ideal ? "ideal " : "", length, what);
    }
    return all <= DEVICES_MOST || text == NULL ? text : lw_arena_print(arena, "%s and %zu others", text, all - DEVICES_MOST);
}

lw_status lw_scenario_packet_hops(const lw_document *document, lw_diags *diags, double *out) {
    const lw_run_params *run = document->object[LW_SECTION_RUN][0]->params;
    *out = 0;
    if (run->engine != LW_ENGINE_PACKET && run->engine != LW_ENGINE_PACKET_EXACT) {
        return LW_OK;
    }
    for (size_t i = 0; i < document->sweep.points; i++) {
        lw_arena *arena = lw_arena_new();
        lw_point_setup setup;
        lw_built built;
        lw_status status = arena == NULL ? LW_NO_MEMORY : lw_point_make(document, i, NULL, arena, diags, &setup);
        status =
            status == LW_OK ? lw_point_build(&setup, (lw_build){.seed = setup.seed, .load_ps = 1}, arena, diags, &built) : status;
        *out += status == LW_OK ? lw_fabric_packet_hops(&built.fabric) : 0;
        lw_arena_free(arena);
        LW_TRY(status == LW_BAD_INPUT ? LW_OK : status);  // the run tells what is wrong
    }
    return LW_OK;
}

static lw_result head_of(const lw_document *document) {
    const lw_run_params *run = document->object[LW_SECTION_RUN][0]->params;
    lw_result result = {.tool_version = lw_version,
                        .title = document->title,
                        .file = document->file,
                        .seed = (uint64_t)run->seed,
                        .planned = document->sweep.points};
    memcpy(result.sha256, document->sha256, sizeof result.sha256);
    return result;
}

// Is the workload paced in some point, or does it time its transfers? One point of each class tells.
static lw_status find_paced(const lw_document *document, lw_arena *arena, lw_diags *diags, lw_workload_result *workload) {
    lw_classes classes;
    LW_TRY(lw_classes_find(document, arena, &classes));
    lw_machine_cache cache = {0};
    lw_status status = LW_OK;
    for (size_t c = 0; c < classes.count && status == LW_OK; c++) {
        lw_arena *scratch = lw_arena_new();
        lw_point_setup setup;
        lw_diags *told = scratch != NULL && document->may_fail ? lw_diags_new(scratch) : diags;
        status = scratch == NULL || told == NULL ? LW_NO_MEMORY
                                                 : lw_point_make(document, classes.first[c], &cache, scratch, told, &setup);
        for (size_t w = 0; status == LW_OK && w < setup.graph.workload_count; w++) {
            workload[w].paced = workload[w].paced || setup.graph.workload[w].paced;
            workload[w].each_ps.count += setup.graph.workload[w].times_each ? 1 : 0;
        }
        status = status == LW_BAD_INPUT && document->may_fail ? LW_OK : status;
        lw_arena_free(scratch);
    }
    lw_machine_cache_clear(&cache);
    return status;
}

lw_status lw_scenario_outline(const lw_document *document, lw_arena *arena, lw_diags *diags, lw_result *out) {
    // a sweep changes workloads, never which there are
    size_t count = document->count[LW_SECTION_WORKLOADS];
    lw_result result = head_of(document);
    lw_workload_result *workload = LW_NEW_ARRAY(arena, lw_workload_result, count);
    result.point = LW_NEW_ARRAY(arena, lw_point, result.planned);
    if (workload == NULL || result.point == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t w = 0; w < count; w++) {
        workload[w].name = document->object[LW_SECTION_WORKLOADS][w]->name;
    }
    LW_TRY(find_paced(document, arena, diags, workload));
    for (; result.point_count < result.planned; result.point_count++) {
        lw_point *point = &result.point[result.point_count];
        *point = (lw_point){.index = (int)result.point_count, .workload = workload, .workload_count = count};
        LW_TRY(set_values(&document->sweep, result.point_count, arena, point));
    }
    *out = result;
    return LW_OK;
}

lw_status lw_scenario_run(const lw_document *document, const lw_run *run, lw_arena *arena, lw_diags *diags, lw_result *out) {
    static const lw_run defaults = {0};
    size_t points = document->sweep.points;
    batch b = {.document = document,
               .run = run != NULL ? run : &defaults,
               .results = arena,
               .point = LW_NEW_ARRAY(arena, lw_point, points),
               .status = LW_NEW_ARRAY(arena, lw_status, points),
               .culprit = LW_NEW_ARRAY(arena, lw_culprit, points)};
    b.share = b.run->within != NULL ? LW_NEW_ARRAY(arena, double, points) : NULL;  // without it nothing is told
    if (b.point == NULL || b.status == NULL || b.culprit == NULL) {
        return LW_NO_MEMORY;
    }
    LW_TRY(b.run->nominal || points == 1 ? LW_OK : find_known(&b));
    run_all(&b);
    lw_result result = head_of(document);
    result.point = b.point;
    lw_status status = gather(&b, diags, &result);
    if (result.point_count + result.failure_count < result.planned) {
        return LW_NO_MEMORY;
    }
    result.percentiles = b.run->percentiles;
    result.hardware = result.point_count > 0 ? hardware_of(document, arena) : "";
    *out = result;
    return result.hardware == NULL ? LW_NO_MEMORY : status;
}
