// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/study/assertion.h"

#include <math.h>
#include <string.h>

#include "sim/base/list.h"
#include "sim/base/suggest.h"
#include "sim/base/text.h"
#include "sim/result/metric_table.h"
#include "sim/workload/kind.h"

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

// The first comparison sign that is not the arrow of a direction ("host->gpu"). Returns its length,
// 0 when there is none.
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

// Among those of all results, then among those that some kind of work adds.
static const lw_metric *find_metric(const char *word, lw_metric_of of) {
    const lw_metric *found = lw_metric_find(word, of, NULL);
    for (size_t k = 0; found == NULL && lw_work_kinds[k] != NULL; k++) {
        found = lw_metric_find(word, of, lw_work_kinds[k]->own);
    }
    return found;
}

static lw_status unknown_metric(const char *word, lw_metric_of of, lw_place place, lw_arena *arena, lw_diags *diags) {
    lw_list words = {0};
    const char *all = "";
    for (const lw_metric *m = lw_metrics; m->name != NULL; m++) {
        if (m->of == of) {
            lw_candidate(&words, m->quantity, arena);
            lw_candidate(&words, m->name, arena);
        }
    }
    for (size_t i = 0; i < words.count; i++) {
        all = lw_diags_text(diags, "%s%s%s", all, i > 0 ? ", " : "", LW_LIST_ITEMS(&words, const char *)[i]);
    }
    const char *otherwise = lw_diags_text(diags, "it has %s", all);
    return lw_error(diags, place, lw_did_you_mean_in(diags, word, &words, otherwise), "%s has no metric \"%s\"",
                    of == LW_OF_DIRECTION ? "a link" : "a workload", word);
}

// "workloads.NAME.METRIC" or "links.NAME.DIRECTION.METRIC", cut up in place.
static lw_status parse_path(char *path, lw_arena *arena, lw_assertion *out, lw_diags *diags) {
    char *name = strchr(path, '.');
    char *metric_name = strrchr(path, '.');
    if (name == NULL || metric_name == name) {
        return lw_error(diags, out->place, example, "\"%s\" is no path to a result", path);
    }
    *name++ = '\0';
    *metric_name++ = '\0';
    bool of_link = strcmp(path, "links") == 0;
    if (!of_link && strcmp(path, "workloads") != 0) {
        return lw_error(diags, out->place, example, "an assertion is about workloads or links, not about \"%s\"", path);
    }
    out->name = name;
    if (of_link) {
        char *direction = strrchr(name, '.');
        if (direction == NULL) {
            return lw_error(diags, out->place, example, "links.%s needs a direction, as in links.%s.host->gpu.%s", name, name,
                            metric_name);
        }
        *direction++ = '\0';
        out->direction = direction;
    }
    lw_metric_of of = of_link ? LW_OF_DIRECTION : LW_OF_WORKLOAD;
    out->word = metric_name;
    out->metric = find_metric(metric_name, of);
    return out->metric == NULL ? unknown_metric(metric_name, of, out->place, arena, diags) : LW_OK;
}

// Is the metric written without its unit, or does it count bytes, so that the limit has one?
static bool takes_quantity(const lw_assertion *assertion) {
    const lw_metric *metric = assertion->metric;
    return metric->quantity == NULL || strcmp(assertion->word, metric->quantity) == 0;
}

static lw_dimension dimension_of(const lw_assertion *assertion) {
    return takes_quantity(assertion) ? assertion->metric->dimension : LW_PLAIN;
}

static lw_status parse_one(const lw_yaml *item, lw_arena *arena, lw_diags *diags, lw_assertion *out) {
    lw_assertion assertion = {.place = item->place, .text = item->text};
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
    LW_TRY(parse_path(path, arena, &assertion, diags));
    lw_quantity quantity;
    const char *problem = NULL;
    const char *hint = NULL;
    if (!lw_quantity_parse(limit, dimension_of(&assertion), &quantity, &problem, &hint)) {
        return lw_error(diags, item->place, hint, "\"%s\" on the right of %s: %s", limit, relation_words[assertion.relation],
                        problem);
    }
    lw_quantity_remark(&quantity, item->place, diags);
    assertion.limit = takes_quantity(&assertion) ? quantity.value / assertion.metric->unit : quantity.value;
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
    const lw_metric *metric = assertion->metric;
    for (size_t i = 0; metric->of == LW_OF_WORKLOAD && i < point->workload_count; i++) {
        if (strcmp(point->workload[i].name, assertion->name) == 0) {
            if (!lw_metric_of_workload(metric, &point->workload[i], value)) {
                *value = lw_limit_failure(&point->workload[i].limit) != NULL ? (double)NAN : 0;
            }
            return true;
        }
    }
    for (size_t i = 0; metric->of == LW_OF_DIRECTION && i < point->direction_count; i++) {
        const lw_direction_result *direction = &point->direction[i];
        if (strcmp(direction->link, assertion->name) == 0 && strcmp(direction->direction, assertion->direction) == 0) {
            *value = metric->direction(direction);
            return true;
        }
    }
    return false;
}

static lw_status unknown_name(const lw_assertion *assertion, const lw_point *point, lw_diags *diags) {
    const char *all = "";
    bool of_link = assertion->metric->of == LW_OF_DIRECTION;
    size_t count = of_link ? point->direction_count : point->workload_count;
    for (size_t i = 0; i < count && i < 8; i++) {
        const char *comma = i > 0 ? ", " : "";
        all = of_link
                  ? lw_diags_text(diags, "%s%slinks.%s.%s", all, comma, point->direction[i].link, point->direction[i].direction)
                  : lw_diags_text(diags, "%s%sworkloads.%s", all, comma, point->workload[i].name);
    }
    const char *hint = lw_diags_text(diags, "the results have %s%s", all, count > 8 ? ", ..." : "");
    if (of_link) {
        return lw_error(diags, assertion->place, hint, "there is no links.%s.%s", assertion->name, assertion->direction);
    }
    return lw_error(diags, assertion->place, hint, "there is no workloads.%s", assertion->name);
}

// A workload that cannot run has no time, of whatever is asserted of it.
static lw_status tell_no_value(const lw_assertion *assertion, const lw_point *point, lw_diags *diags) {
    lw_text words = {0};
    for (size_t i = 0; i < point->workload_count; i++) {
        if (strcmp(point->workload[i].name, assertion->name) == 0) {
            lw_limit_print(&point->workload[i].limit, &words);
        }
    }
    (void)lw_error(diags, assertion->place, "its bandwidth is 0; nothing else is known of it",
                   "assertion failed at %s: there is no %s, for workloads.%s cannot run: %s", point_text(point, diags),
                   assertion->word, assertion->name, words.failed ? "" : words.bytes);
    lw_text_free(&words);
    return LW_CHECK_FAILED;
}

// Of a point that cannot be built, or that gets stuck: the bandwidth of its workloads is 0, and
// nothing else is known.
static bool holds_of_failed(const lw_assertion *assertion, bool *told) {
    const lw_metric *metric = assertion->metric;
    *told = metric->of == LW_OF_WORKLOAD;
    return metric->of_failed && metric->has == NULL && holds(0, assertion->relation, assertion->limit);
}

static lw_status check_failures(const lw_assertion *assertion, const lw_result *result, lw_diags *diags) {
    bool told;
    const bool fine = holds_of_failed(assertion, &told);
    lw_status worst = LW_OK;
    for (size_t i = 0; told && !fine && i < result->failure_count; i++) {
        const lw_point_failure *failure = &result->failure[i];
        if (failure->reason != NULL) {  // NULL: an interrupted run left it
            (void)lw_error(diags, assertion->place, "its bandwidth is 0; nothing else is known of it",
                           "assertion failed at point %d: %s has no value that meets it: %s", failure->index, assertion->word,
                           failure->reason);
            worst = LW_CHECK_FAILED;
        }
    }
    return worst;
}

static lw_status check_one(const lw_assertion *assertion, const lw_result *result, lw_diags *diags) {
    bool found_any = false;
    lw_status worst = check_failures(assertion, result, diags);
    for (size_t p = 0; p < result->point_count; p++) {
        double value = 0;
        if (!find_value(assertion, &result->point[p], &value)) {
            continue;
        }
        found_any = true;
        if (isnan(value)) {
            worst = tell_no_value(assertion, &result->point[p], diags);
        } else if (!holds(value, assertion->relation, assertion->limit)) {
            char number[LW_QUANTITY_TEXT];
            const lw_dimension dimension = dimension_of(assertion);
            if (dimension == LW_PLAIN) {
                lw_number_print(value, number);
            } else {
                lw_quantity_print(value * assertion->metric->unit, dimension, number);
            }
            // The relation is one of the list. NOLINTNEXTLINE(clang-analyzer-core.CallAndMessage)
            (void)lw_error(diags, assertion->place, NULL, "assertion failed at %s: %s is %s, not %s %s",
                           point_text(&result->point[p], diags), assertion->word, number, relation_words[assertion->relation],
                           assertion->limit_text);
            worst = LW_CHECK_FAILED;
        }
    }
    return found_any || result->point_count == 0 ? worst : unknown_name(assertion, &result->point[0], diags);
}

// "slots" of "slots[3]": groups stand in the file under their plain name.
static size_t plain_length(const char *name) {
    return strcspn(name, "[");
}

static lw_status check_name(const lw_assertion *assertion, const lw_document *document, lw_diags *diags) {
    const lw_section_id section = assertion->metric->of == LW_OF_DIRECTION ? LW_SECTION_LINKS : LW_SECTION_WORKLOADS;
    const char *top = document->format->section[section].name, *all = "";
    if (section == LW_SECTION_LINKS && strchr(assertion->name, ' ') != NULL) {
        return LW_OK;
    }
    for (size_t i = 0; i < document->count[section]; i++) {
        const char *name = document->object[section][i]->name;
        if (strlen(name) == plain_length(assertion->name) && strncmp(name, assertion->name, strlen(name)) == 0) {
            return LW_OK;
        }
        all = lw_diags_text(diags, "%s%s%s", all, i == 0 ? "" : ", ", name);
    }
    return lw_error(diags, assertion->place, lw_diags_text(diags, "under %s stand: %s", top, all), "the scenario has no %s.%s",
                    top, assertion->name);
}

lw_status lw_assertions_check_names(const lw_assertion *assertion, size_t count, const lw_document *document, lw_diags *diags) {
    lw_status worst = LW_OK;
    for (size_t i = 0; i < count; i++) {
        lw_status status = check_name(&assertion[i], document, diags);
        worst = status == LW_OK ? worst : status;
    }
    return worst;
}

lw_status lw_assertions_check(const lw_assertion *assertion, size_t count, const lw_result *result, lw_diags *diags) {
    lw_status worst = LW_OK;
    for (size_t i = 0; i < count; i++) {
        lw_status status = check_one(&assertion[i], result, diags);
        // A name that does not exist is a mistake in the file and outweighs a comparison that
        // failed.
        worst = status == LW_OK || worst == LW_BAD_INPUT ? worst : status;
    }
    return worst;
}

lw_status lw_assertions_outcome(const lw_assertion *assertion, size_t count, const lw_result *result, lw_arena *arena,
                                const lw_assertion_result **out) {
    lw_assertion_result *outcome = LW_NEW_ARRAY(arena, lw_assertion_result, count);
    for (size_t i = 0; outcome != NULL && i < count; i++) {
        int *failed = LW_NEW_ARRAY(arena, int, result->point_count + result->failure_count);
        bool told;
        const bool fine = holds_of_failed(&assertion[i], &told);
        if (failed == NULL) {
            return LW_NO_MEMORY;
        }
        outcome[i] = (lw_assertion_result){.text = assertion[i].text, .failed = failed};
        for (size_t p = 0; p < result->point_count; p++) {
            double value = 0;
            if (find_value(&assertion[i], &result->point[p], &value)) {
                outcome[i].checked++;
                if (isnan(value) || !holds(value, assertion[i].relation, assertion[i].limit)) {
                    failed[outcome[i].failed_count++] = result->point[p].index;
                }
            }
        }
        for (size_t f = 0; told && f < result->failure_count; f++) {
            if (result->failure[f].reason != NULL) {
                outcome[i].checked++;
                if (!fine) {
                    failed[outcome[i].failed_count++] = result->failure[f].index;
                }
            }
        }
    }
    *out = outcome;
    return outcome == NULL ? LW_NO_MEMORY : LW_OK;
}
