// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/study/assertion.h"

#include <string.h>

#include "sim/config/option.h"

// What can be compared. A metric with its unit in the name takes a bare number, one without takes a quantity.
typedef struct metric {
    const char *name;
    bool of_link;
    lw_dimension dimension;  // of the limit
    double (*workload)(const lw_workload_result *workload);
    double (*link)(const lw_direction_result *link);
} metric;

static double time_ps(const lw_workload_result *w) {
    return (double)(w->end_ps - w->start_ps);
}
static double time_s(const lw_workload_result *w) {
    return w->time_s;
}
static double time_us(const lw_workload_result *w) {
    return time_ps(w) / 1e6;
}
static double bandwidth_Bps(const lw_workload_result *w) {
    return w->bandwidth_GBps * 1e9;
}
static double bandwidth_GBps(const lw_workload_result *w) {
    return w->bandwidth_GBps;
}
static double bytes(const lw_workload_result *w) {
    return (double)w->bytes;
}
static double mean_wait_ps(const lw_workload_result *w) {
    return w->mean_wait_ps;
}
static double mean_wait_ns(const lw_workload_result *w) {
    return w->mean_wait_ps / 1e3;
}
static double mean_latency_ps(const lw_workload_result *w) {
    return w->mean_latency_ps;
}
static double mean_latency_ns(const lw_workload_result *w) {
    return w->mean_latency_ps / 1e3;
}
static double fixed_ps(const lw_workload_result *w) {
    return (double)w->fixed_ps;
}
static double limited_share(const lw_workload_result *w) {
    return w->limited_share;
}
static double utilisation(const lw_direction_result *d) {
    return d->utilisation;
}
static double payload_bytes(const lw_direction_result *d) {
    return (double)d->payload_bytes;
}
static double wire_bytes(const lw_direction_result *d) {
    return (double)d->wire_bytes;
}
static double packets(const lw_direction_result *d) {
    return (double)d->packets;
}
static double replays(const lw_direction_result *d) {
    return (double)d->replays;
}

static const metric metrics[] = {
    {"time", false, LW_TIME, time_ps, NULL},
    {"time_s", false, LW_PLAIN, time_s, NULL},
    {"time_us", false, LW_PLAIN, time_us, NULL},
    {"bandwidth", false, LW_RATE, bandwidth_Bps, NULL},
    {"bandwidth_GBps", false, LW_PLAIN, bandwidth_GBps, NULL},
    {"bytes", false, LW_BYTES, bytes, NULL},
    {"mean_wait", false, LW_TIME, mean_wait_ps, NULL},
    {"mean_wait_ns", false, LW_PLAIN, mean_wait_ns, NULL},
    {"mean_latency", false, LW_TIME, mean_latency_ps, NULL},
    {"mean_latency_ns", false, LW_PLAIN, mean_latency_ns, NULL},
    {"fixed", false, LW_TIME, fixed_ps, NULL},
    {"limited_share", false, LW_PLAIN, limited_share, NULL},
    {"utilisation", true, LW_PLAIN, NULL, utilisation},
    {"payload_bytes", true, LW_BYTES, NULL, payload_bytes},
    {"wire_bytes", true, LW_BYTES, NULL, wire_bytes},
    {"packets", true, LW_PLAIN, NULL, packets},
    {"replays", true, LW_PLAIN, NULL, replays},
};
enum { METRICS = sizeof metrics / sizeof metrics[0] };

static const char *const relation_words[LW_RELATIONS] = {
    [LW_LESS] = "<", [LW_LESS_EQUAL] = "<=", [LW_MORE] = ">", [LW_MORE_EQUAL] = ">=", [LW_EQUAL] = "==", [LW_NOT_EQUAL] = "!=",
};
static const char example[] =
    "write for example: workloads.upload.bandwidth > 6 GB/s, or links.egpu.host->gpu.utilisation < 90 %";

static bool holds(double found, lw_relation relation, double limit) {
    switch (relation) {
    case LW_LESS:
        return found < limit;
    case LW_LESS_EQUAL:
        return found <= limit;
    case LW_MORE:
        return found > limit;
    case LW_MORE_EQUAL:
        return found >= limit;
    case LW_EQUAL:
        return found == limit;
    case LW_NOT_EQUAL:
    case LW_RELATIONS:
        break;
    }
    return found != limit;
}

// The first comparison sign that is not the arrow of a direction ("host->gpu"). Returns its length, 0 when there is none.
static size_t find_relation(const char *text, const char **at, lw_relation *relation) {
    for (const char *c = text; *c != '\0'; c++) {
        if (*c == '>' && c > text && c[-1] == '-') {
            continue;
        }
        size_t best = 0;
        for (int i = 0; i < LW_RELATIONS; i++) {
            size_t length = strlen(relation_words[i]);
            if (length > best && strncmp(c, relation_words[i], length) == 0) {
                best = length;
                *relation = (lw_relation)i;
            }
        }
        if (best > 0) {
            *at = c;
            return best;
        }
    }
    return 0;
}

// A copy of text[0..length) without spaces at its ends.
static char *trimmed(lw_arena *arena, const char *text, size_t length) {
    while (length > 0 && (*text == ' ' || *text == '\t')) {
        text++;
        length--;
    }
    while (length > 0 && (text[length - 1] == ' ' || text[length - 1] == '\t')) {
        length--;
    }
    return lw_arena_copy_n(arena, text, length);
}

static int find_metric(const char *name, bool of_link) {
    for (int i = 0; i < METRICS; i++) {
        if (metrics[i].of_link == of_link && strcmp(metrics[i].name, name) == 0) {
            return i;
        }
    }
    return -1;
}

static lw_status unknown_metric(const char *name, bool of_link, lw_place place, lw_diags *diags) {
    const char *candidates[METRICS];
    const char *all = "";
    size_t count = 0;
    for (int i = 0; i < METRICS; i++) {
        if (metrics[i].of_link == of_link) {
            all = lw_diags_text(diags, "%s%s%s", all, count > 0 ? ", " : "", metrics[i].name);
            candidates[count++] = metrics[i].name;
        }
    }
    const char *near = lw_nearest(name, candidates, count);
    const char *hint = near != NULL ? lw_diags_text(diags, "did you mean %s?", near) : lw_diags_text(diags, "it has %s", all);
    return lw_error(diags, place, hint, "%s has no metric \"%s\"", of_link ? "a link" : "a workload", name);
}

// "workloads.NAME.METRIC" or "links.NAME.DIRECTION.METRIC", cut up in place.
static lw_status parse_path(char *path, lw_assertion *out, lw_diags *diags) {
    char *name = strchr(path, '.');
    char *metric_name = strrchr(path, '.');
    if (name == NULL || metric_name == name) {
        return lw_error(diags, out->place, example, "\"%s\" is no path to a result", path);
    }
    *name++ = '\0';
    *metric_name++ = '\0';
    out->of_link = strcmp(path, "links") == 0;
    if (!out->of_link && strcmp(path, "workloads") != 0) {
        return lw_error(diags, out->place, example, "an assertion is about workloads or links, not about \"%s\"", path);
    }
    out->name = name;
    if (out->of_link) {
        char *direction = strrchr(name, '.');
        if (direction == NULL) {
            return lw_error(diags, out->place, example, "links.%s needs a direction, as in links.%s.host->gpu.%s", name, name,
                            metric_name);
        }
        *direction++ = '\0';
        out->direction = direction;
    }
    out->metric = find_metric(metric_name, out->of_link);
    return out->metric < 0 ? unknown_metric(metric_name, out->of_link, out->place, diags) : LW_OK;
}

static lw_status parse_one(const lw_yaml *item, lw_arena *arena, lw_diags *diags, lw_assertion *out) {
    lw_assertion assertion = {.place = item->place};
    if (item->kind != LW_SCALAR) {
        return lw_error(diags, item->place, example, "an assertion is a text");
    }
    const char *sign = NULL;
    size_t length = find_relation(item->text, &sign, &assertion.relation);
    if (length == 0) {
        return lw_error(diags, item->place, example, "an assertion needs a comparison: <, <=, >, >=, == or !=");
    }
    char *path = trimmed(arena, item->text, (size_t)(sign - item->text));
    char *limit = trimmed(arena, sign + length, strlen(sign + length));
    if (path == NULL || limit == NULL) {
        return LW_NO_MEMORY;
    }
    LW_TRY(parse_path(path, &assertion, diags));
    lw_quantity quantity;
    const char *problem = NULL;
    const char *hint = NULL;
    if (!lw_quantity_parse(limit, metrics[assertion.metric].dimension, &quantity, &problem, &hint)) {
        return lw_error(diags, item->place, hint, "\"%s\" on the right of %s: %s", limit, relation_words[assertion.relation],
                        problem);
    }
    lw_quantity_remark(&quantity, item->place, diags);
    assertion.limit = quantity.value;
    assertion.limit_text = limit;
    *out = assertion;
    return LW_OK;
}

lw_status lw_assertions_parse(const lw_yaml *list, lw_arena *arena, lw_diags *diags, const lw_assertion **out, size_t *count) {
    if (list == NULL) {
        *out = NULL;
        *count = 0;
        return LW_OK;
    }
    if (list->kind != LW_LIST) {
        return lw_error(diags, list->place, "write assert: [\"...\", \"...\"]", "assert must be a list of texts");
    }
    lw_assertion *assertion = LW_NEW_ARRAY(arena, lw_assertion, list->count);
    if (assertion == NULL) {
        return LW_NO_MEMORY;
    }
    lw_status worst = LW_OK;
    size_t parsed = 0;
    for (const lw_yaml *item = list->first; item != NULL; item = item->next) {
        lw_status status = parse_one(item, arena, diags, &assertion[parsed]);
        if (status == LW_NO_MEMORY) {
            return status;
        }
        worst = status == LW_OK ? worst : status;
        parsed += status == LW_OK;
    }
    if (worst == LW_OK) {
        *out = assertion;
        *count = parsed;
    }
    return worst;
}

// "point 12 (links.egpu = thunderbolt-4, workloads.upload.bytes = 4 KiB)"
static const char *point_text(const lw_point *point, lw_diags *diags) {
    if (lw_diags_errors(diags) >= LW_DIAG_MAX) {
        return "";  // will only be counted
    }
    const char *text = lw_diags_text(diags, "point %d", point->index);
    for (size_t i = 0; i < point->set_count; i++) {
        text = lw_diags_text(diags, "%s%s%s = %s", text, i == 0 ? " (" : ", ", point->set[i].path, point->set[i].text);
    }
    return point->set_count == 0 ? text : lw_diags_text(diags, "%s)", text);
}

// The metric's value in this point; false when the point has no such workload or link.
static bool find_value(const lw_assertion *assertion, const lw_point *point, double *value) {
    const metric *m = &metrics[assertion->metric];
    if (!assertion->of_link) {
        for (size_t i = 0; i < point->workload_count; i++) {
            if (strcmp(point->workload[i].name, assertion->name) == 0) {
                *value = m->workload(&point->workload[i]);
                return true;
            }
        }
        return false;
    }
    for (size_t i = 0; i < point->direction_count; i++) {
        const lw_direction_result *direction = &point->direction[i];
        if (strcmp(direction->link, assertion->name) == 0 && strcmp(direction->direction, assertion->direction) == 0) {
            *value = m->link(direction);
            return true;
        }
    }
    return false;
}

static lw_status unknown_name(const lw_assertion *assertion, const lw_point *point, lw_diags *diags) {
    const char *all = "";
    size_t count = assertion->of_link ? point->direction_count : point->workload_count;
    for (size_t i = 0; i < count && i < 8; i++) {
        const char *comma = i > 0 ? ", " : "";
        all = assertion->of_link
                  ? lw_diags_text(diags, "%s%slinks.%s.%s", all, comma, point->direction[i].link, point->direction[i].direction)
                  : lw_diags_text(diags, "%s%sworkloads.%s", all, comma, point->workload[i].name);
    }
    const char *hint = lw_diags_text(diags, "the results have %s%s", all, count > 8 ? ", ..." : "");
    if (assertion->of_link) {
        return lw_error(diags, assertion->place, hint, "there is no links.%s.%s", assertion->name, assertion->direction);
    }
    return lw_error(diags, assertion->place, hint, "there is no workloads.%s", assertion->name);
}

static lw_status check_one(const lw_assertion *assertion, const lw_result *result, lw_diags *diags) {
    bool found_any = false;
    lw_status worst = LW_OK;
    for (size_t p = 0; p < result->point_count; p++) {
        double value = 0;
        if (!find_value(assertion, &result->point[p], &value)) {
            continue;
        }
        found_any = true;
        if (!holds(value, assertion->relation, assertion->limit)) {
            char number[LW_QUANTITY_TEXT];
            if (metrics[assertion->metric].dimension == LW_PLAIN) {
                lw_number_print(value, number);
            } else {
                lw_quantity_print(value, metrics[assertion->metric].dimension, number);
            }
            // The relation is one of the list. NOLINTNEXTLINE(clang-analyzer-core.CallAndMessage)
            (void)lw_error(diags, assertion->place, NULL, "assertion failed at %s: %s is %s, not %s %s",
                           point_text(&result->point[p], diags), metrics[assertion->metric].name, number,
                           relation_words[assertion->relation], assertion->limit_text);
            worst = LW_CHECK_FAILED;
        }
    }
    return found_any || result->point_count == 0 ? worst : unknown_name(assertion, &result->point[0], diags);
}

// "slots" of "slots[3]": groups stand in the file under their plain name.
static size_t plain_length(const char *name) {
    return strcspn(name, "[");
}

static lw_status check_name(const lw_assertion *assertion, lw_yaml *scenario, lw_diags *diags) {
    const char *section = assertion->of_link ? "links" : "workloads";
    const lw_yaml *map = lw_tree_at(scenario, section);
    if (assertion->of_link && strchr(assertion->name, ' ') != NULL) {
        return LW_OK;
    }
    const char *all = "";
    for (const lw_yaml *item = map != NULL ? map->first : NULL; item != NULL; item = item->next) {
        if (strlen(item->key) == plain_length(assertion->name) && strncmp(item->key, assertion->name, strlen(item->key)) == 0) {
            return LW_OK;
        }
        all = lw_diags_text(diags, "%s%s%s", all, all[0] == '\0' ? "" : ", ", item->key);
    }
    return lw_error(diags, assertion->place, lw_diags_text(diags, "under %s stand: %s", section, all),
                    "the scenario has no %s.%s", section, assertion->name);
}

lw_status lw_assertions_check_names(const lw_assertion *assertion, size_t count, lw_yaml *scenario, lw_diags *diags) {
    lw_status worst = LW_OK;
    for (size_t i = 0; i < count; i++) {
        lw_status status = check_name(&assertion[i], scenario, diags);
        worst = status == LW_OK ? worst : status;
    }
    return worst;
}

lw_status lw_assertions_check(const lw_assertion *assertion, size_t count, const lw_result *result, lw_diags *diags) {
    lw_status worst = LW_OK;
    for (size_t i = 0; i < count; i++) {
        lw_status status = check_one(&assertion[i], result, diags);
        // A name that does not exist is a mistake in the file and outweighs a comparison that failed.
        worst = status == LW_OK || worst == LW_BAD_INPUT ? worst : status;
    }
    return worst;
}
