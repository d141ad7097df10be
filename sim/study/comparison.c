// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/study/comparison.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/map.h"
#include "sim/result/metric_table.h"
#include "sim/study/uncertain.h"

static const lw_place nowhere = {0};

// ---- How fast ----

static lw_speed speed_kind(const lw_workload_result *w) {
    return w->asked != NULL                           ? LW_SPEED_ASKED
           : w->paced || w->each_ps.count > 0         ? LW_SPEED_LATENCY
           : w->bytes > 0 && w->bandwidth_GBps > 0.01 ? LW_SPEED_RATE
                                                      : LW_SPEED_TIME;
}

// More is faster; 0: it cannot work.
static double speed_of(const lw_workload_result *w, lw_speed kind) {
    const double time_ps = (double)(w->end_ps - w->start_ps);
    double asked = (double)NAN;
    if (lw_limit_failure(&w->limit) != NULL) {
        return 0;
    }
    switch (kind) {
    case LW_SPEED_RATE:
        return (double)w->bytes / time_ps;
    case LW_SPEED_LATENCY:
        return 1 / w->mean_latency_ps;
    case LW_SPEED_ASKED:
        return !lw_metric_of_workload(w->asked, w, &asked) ? (double)NAN : w->asked->dimension == LW_TIME ? 1 / asked : asked;
    default:
        return 1 / time_ps;
    }
}

static double speed_drawn(const lw_workload_result *w, const void *user) {
    (void)user;
    return speed_of(w, speed_kind(w));
}

// ---- What pairs ----

typedef struct comparing {
    lw_comparison *of;
    lw_arena *arena;
    lw_diags *diags;
    double **drawn;
} comparing;

// One workload of one point; `at`: counted over all points.
typedef struct entry {
    const char *key;
    const lw_point *point;
    const lw_workload_result *row;
    size_t at;
} entry;

static int by_path(const void *a, const void *b) {
    const lw_set_value *one = *(const lw_set_value *const *)a, *other = *(const lw_set_value *const *)b;
    return strcmp(one->path, other->path);
}

// Equal for what pairs: the workload's name, and swept paths with their values whatever their order. Of a standard
// question nodes have names of their own, and who copies to whom counts by its place.
static const char *key_of(const comparing *c, const lw_point *point, const lw_workload_result *row) {
    const bool asked = c->of->contender[0].kind != LW_CONTENDER_SCENARIO;
    const lw_set_value **set = LW_NEW_ARRAY(c->arena, const lw_set_value *, point->set_count);
    lw_text text = {0};
    if (set == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < point->set_count; i++) {
        set[i] = &point->set[i];
    }
    if (point->set_count > 0) {
        qsort(set, point->set_count, sizeof *set, by_path);
    }
    lw_text_print(&text, "%s", row->name);
    for (size_t i = 0; i < point->set_count; i++) {
        if (asked && strcmp(set[i]->path, "workloads.copy") == 0) {
            lw_text_print(&text, "\n%d", point->index / LW_CONTENDER_SIZES);
        } else {
            lw_text_print(&text, "\n%s=%s", set[i]->path, set[i]->text);
        }
    }
    const char *key = text.failed ? NULL : lw_arena_copy(c->arena, text.bytes);
    lw_text_free(&text);
    return key;
}

static lw_status entries_of(const comparing *c, const lw_result *result, lw_map *keys, entry **out) {
    *out = LW_NEW_ARRAY(c->arena, entry, lw_workloads_of(result));
    if (*out == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t p = 0, at = 0; p < result->point_count; p++) {
        for (size_t w = 0; w < result->point[p].workload_count; w++, at++) {
            const lw_workload_result *row = &result->point[p].workload[w];
            const entry one = {key_of(c, &result->point[p], row), &result->point[p], row, at};
            bool fresh;
            const size_t number = one.key != NULL ? lw_map_number(keys, 0, one.key, &fresh) : LW_MAP_NONE;
            if (number == LW_MAP_NONE) {
                return LW_NO_MEMORY;
            }
            if (fresh) {
                (*out)[number] = one;
            }
        }
    }
    return LW_OK;
}

// ---- What a match is called ----

// Does a path have another value in some other point?
static bool varies(const lw_result *result, size_t path) {
    for (size_t p = 1; p < result->point_count; p++) {
        if (strcmp(result->point[p].set[path].text, result->point[0].set[path].text) != 0) {
            return true;
        }
    }
    return false;
}

// "h2d, 4 KiB"; a workload's name only where there are several.
static const char *where_of(const comparing *c, const lw_match *match) {
    const lw_result *result = &c->of->result[0];
    const lw_point *point = match->point[0];
    lw_text text = {0};
    if (point->workload_count > 1) {
        lw_text_add(&text, match->row[0]->name);
    }
    for (size_t i = 0; i < point->set_count; i++) {
        const bool own =
            strncmp(point->set[i].path, "workloads.", 10) == 0 && strcmp(point->set[i].path + 10, match->row[0]->name) == 0;
        const char *word = own ? (match->row[0]->copy != NULL ? match->row[0]->copy : match->row[0]->direction) : NULL;
        if (varies(result, i)) {
            lw_text_print(&text, "%s%s", text.length > 0 ? ", " : "", word != NULL ? word : point->set[i].text);
        }
    }
    const char *where = text.failed ? NULL : lw_arena_copy(c->arena, text.bytes != NULL ? text.bytes : "");
    lw_text_free(&text);
    return where;
}

// ---- What the difference goes to ----

// Is the path of the point that of the workload?
static bool owns_path(const lw_point *point, const lw_workload_result *row) {
    return point->path.count > 0 && row->start_ps == 0 && point->last < point->workload_count &&
           &point->workload[point->last] == row;
}

static void add_parts(const lw_critical *path, int64_t sign, int64_t *longer_ps) {
    for (size_t i = 0; i < path->count; i++) {
        longer_ps[path->part[i].kind] += sign * path->part[i].time_ps;
    }
}

// ---- Draws ----

static int ascending(const void *a, const void *b) {
    const double one = *(const double *)a, other = *(const double *)b;
    return one < other ? -1 : one > other;
}

// By how much a workload is faster in a draw of what its links say of themselves.
static double link_factor(const comparing *c, const lw_point *point, const lw_workload_result *row, int64_t draw) {
    static const double reach = 1.6448536269514722;  // normal, 95 %
    if (!row->has_band || !(row->bandwidth_GBps > 0)) {
        return 1;
    }
    const char *link = "";
    for (size_t s = 0; s < point->stage_count; s++) {
        if (strcmp(point->stage[s].workload, row->name) == 0) {
            link = point->stage[s].preset != NULL ? point->stage[s].preset : point->stage[s].label;
        }
    }
    const double z = lw_draw_normal(lw_name_hash(lw_mix(c->of->seed), link), draw) / reach;
    if (z >= 0) {
        return exp(z * log(row->high_GBps / row->bandwidth_GBps));
    }
    if (!(row->low_GBps > 0)) {
        return z < -1 ? 0 : 1;
    }
    return exp(z * log(row->bandwidth_GBps / row->low_GBps));
}

// NaN where neither works.
static double ratio_of(double one, double other) {
    return one > 0 && other == 0 ? (double)INFINITY : one / other;
}

static lw_status judge(const comparing *c, lw_match *match, size_t other, const size_t at[2]) {
    const int64_t draws = c->of->draws;
    double *ratio = LW_NEW_ARRAY(c->arena, double, (size_t)draws);
    int64_t count[3] = {0};
    if (ratio == NULL) {
        return LW_NO_MEMORY;
    }
    match->ratio = match->low = match->high =
        ratio_of(speed_of(match->row[0], match->speed), speed_of(match->row[1], match->speed));
    for (int64_t d = 0; d < draws; d++) {
        const double one = c->drawn[0][(int64_t)at[0] * draws + d] * link_factor(c, match->point[0], match->row[0], d);
        const double two = c->drawn[other][(int64_t)at[1] * draws + d] * link_factor(c, match->point[1], match->row[1], d);
        const double here = ratio_of(one, two);
        if (!isnan(here)) {
            count[one > two ? 0 : one == two ? 1 : 2]++;
            ratio[match->draws++] = here;
        }
    }
    if (match->draws > 0) {
        const double last = (double)(match->draws - 1);
        qsort(ratio, (size_t)match->draws, sizeof *ratio, ascending);
        match->low = ratio[(int64_t)(0.05 * last + 0.5)];
        match->high = ratio[(int64_t)(0.95 * last + 0.5)];
        match->faster = (double)count[0] / (double)match->draws;
        match->equal = (double)count[1] / (double)match->draws;
        match->slower = (double)count[2] / (double)match->draws;
    }
    return LW_OK;
}

lw_order lw_match_order(const lw_match *match) {
    static const double sure = 0.95, shown = 1.005;  // three digits tell no more apart
    if (isnan(match->ratio) || (match->low > 1 / shown && match->high < shown)) {
        return LW_ORDER_EQUAL;
    }
    return match->faster >= sure && match->ratio > 1   ? LW_ORDER_FIRST
           : match->slower >= sure && match->ratio < 1 ? LW_ORDER_OTHER
                                                       : LW_ORDER_UNSURE;
}

// ---- One contest ----

static lw_status make_match(const comparing *c, const entry *one, const entry *two, size_t other, lw_match *match) {
    *match = (lw_match){.point = {one->point, two->point}, .row = {one->row, two->row}, .speed = speed_kind(one->row)};
    // of unlike measures, as where one cannot work, or one is too slow to count as a rate
    match->speed = speed_kind(two->row) == match->speed || speed_of(two->row, match->speed) == 0 ? match->speed : LW_SPEED_TIME;
    match->where = where_of(c, match);
    match->has_path = owns_path(one->point, one->row) && owns_path(two->point, two->row);
    if (match->has_path) {
        add_parts(&one->point->path, 1, match->longer_ps);
        add_parts(&two->point->path, -1, match->longer_ps);
    }
    return match->where == NULL ? LW_NO_MEMORY : judge(c, match, other, (const size_t[]){one->at, two->at});
}

static bool has_path(const lw_result *result, const char *path) {
    for (size_t i = 0; result->point_count > 0 && i < result->point[0].set_count; i++) {
        if (strcmp(result->point[0].set[i].path, path) == 0) {
            return true;
        }
    }
    return result->point_count == 0;
}

// The first path that one sweeps and the other does not; NULL: there is none.
static const char *only_swept(const lw_result *one, const lw_result *other) {
    for (size_t i = 0; one->point_count > 0 && i < one->point[0].set_count; i++) {
        if (!has_path(other, one->point[0].set[i].path)) {
            return one->point[0].set[i].path;
        }
    }
    return NULL;
}

static lw_status tell_alone(const comparing *c, const lw_contest *contest) {
    const char *name[] = {c->of->contender[0].name, c->of->contender[contest->other].name};
    const lw_result *result[] = {&c->of->result[0], &c->of->result[contest->other]};
    const char *path = only_swept(result[0], result[1]);
    const int who = path != NULL ? 0 : 1;
    path = path != NULL ? path : only_swept(result[1], result[0]);
    const char *hint = path != NULL ? lw_diags_text(c->diags, "--set %s=VALUE holds one value in both and ends that sweep", path)
                                    : "name workloads alike, and sweep the same values: --set PATH=VALUE holds one in both";
    const char *why = path != NULL ? lw_diags_text(c->diags, "'%s' sweeps %s and '%s' does not", name[who], path, name[1 - who])
                                   : "they have other workloads or swept values";
    if (contest->count == 0) {
        return lw_error(c->diags, nowhere, hint, "nothing in '%s' pairs with '%s': %s", name[0], name[1], why);
    }
    if (contest->alone[0] + contest->alone[1] > 0) {
        lw_note(c->diags, nowhere, hint, "%zu results of '%s' and %zu of '%s' pair with none: %s", contest->alone[0], name[0],
                contest->alone[1], name[1], why);
    }
    return LW_OK;
}

static lw_status hold_contest(const comparing *c, size_t other, lw_contest *out) {
    lw_map keys[2] = {{.arena = c->arena}, {.arena = c->arena}};
    entry *entries[2];
    LW_TRY(entries_of(c, &c->of->result[0], &keys[0], &entries[0]));
    LW_TRY(entries_of(c, &c->of->result[other], &keys[1], &entries[1]));
    lw_match *match = LW_NEW_ARRAY(c->arena, lw_match, lw_map_count(&keys[0]));
    if (match == NULL) {
        return LW_NO_MEMORY;
    }
    *out = (lw_contest){.other = other, .match = match};
    for (size_t i = 0; i < lw_map_count(&keys[0]); i++) {
        const size_t found = lw_map_find(&keys[1], 0, entries[0][i].key);
        if (found != LW_MAP_NONE) {
            LW_TRY(make_match(c, &entries[0][i], &entries[1][found], other, &match[out->count++]));
        }
    }
    out->alone[0] = lw_map_count(&keys[0]) - out->count;
    out->alone[1] = lw_map_count(&keys[1]) - out->count;
    return tell_alone(c, out);
}

// ---- All ----

// *worst: of points that failed, which keep no others from their turn.
static lw_status run_all(const comparing *c, const lw_run *run, lw_result *result, lw_uncertain *uncertain, lw_status *worst) {
    lw_run inside = *run;
    inside.progress = NULL;
    c->of->seed = UINT64_MAX;
    for (size_t i = 0; i < c->of->count; i++) {
        const lw_document *document = c->of->contender[i].document;
        const lw_status status = lw_scenario_run(document, &inside, c->arena, c->diags, &result[i]);
        LW_TRY(result[i].planned == 0 || status == LW_INTERRUPTED || status == LW_NO_MEMORY ? status : LW_OK);
        *worst = *worst == LW_OK ? status : *worst;
        LW_TRY(lw_uncertain_find(document, c->arena, &uncertain[i]));
        c->of->seed = result[i].seed < c->of->seed ? result[i].seed : c->of->seed;
    }
    return LW_OK;
}

lw_status lw_comparison_run(const lw_contender *contender, size_t count, const char *question, int64_t draws, const lw_run *run,
                            lw_arena *arena, lw_diags *diags, lw_comparison *out) {
    lw_result *result = LW_NEW_ARRAY(arena, lw_result, count);
    lw_uncertain *uncertain = LW_NEW_ARRAY(arena, lw_uncertain, count);
    lw_contest *contest = LW_NEW_ARRAY(arena, lw_contest, count);
    lw_comparison made = {
        .contender = contender, .result = result, .count = count, .question = question, .contest = contest, .draws = draws};
    comparing c = {&made, arena, diags, LW_NEW_ARRAY(arena, double *, count)};
    if (result == NULL || uncertain == NULL || contest == NULL || c.drawn == NULL) {
        return LW_NO_MEMORY;
    }
    lw_status worst = LW_OK;
    LW_TRY(run_all(&c, run, result, uncertain, &worst));
    const lw_drawing drawing = {
        .uncertain = uncertain, .result = result, .count = count, .seed = made.seed, .draws = draws, .value = speed_drawn};
    LW_TRY(lw_draws_run(&drawing, run, arena, c.drawn));
    for (size_t i = 1; i < count; i++) {
        LW_TRY(hold_contest(&c, i, &contest[i - 1]));
    }
    *out = made;
    return worst;
}
