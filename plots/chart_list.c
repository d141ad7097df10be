// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/chart_list.h"

#include <string.h>

static bool has_file(const lw_chart_request *chart) {
    return chart->file != NULL && chart->file[0] != '\0';
}

// Charts of one kind without own names get numbers.
static const char *stem_of(const lw_chart_list *charts, size_t index, lw_arena *arena) {
    const lw_chart_request *chart = &charts->chart[index];
    if (has_file(chart)) {
        return chart->file;
    }
    int earlier = 0;
    for (size_t i = 0; i < index; i++) {
        earlier += charts->chart[i].kind == chart->kind && !has_file(&charts->chart[i]);
    }
    return earlier == 0 ? lw_chart_words[chart->kind] : lw_arena_print(arena, "%s-%d", lw_chart_words[chart->kind], earlier + 1);
}

static lw_status name_chart(lw_chart_list *charts, size_t index, lw_arena *arena, lw_diags *diags) {
    const char *stem = stem_of(charts, index, arena);
    if (stem == NULL) {
        return LW_NO_MEMORY;
    }
    charts->stem[index] = stem;
    for (size_t i = 0; i < index; i++) {
        if (strcmp(charts->stem[i], stem) == 0) {
            return lw_error(diags, charts->chart[index].place,
                            "give one of them another file:", "this chart and the one in line %d would both be written to %s.svg",
                            charts->chart[i].place.line, stem);
        }
    }
    return LW_OK;
}

lw_status lw_charts_parse(const lw_yaml *list, lw_arena *arena, lw_diags *diags, lw_chart_list *out) {
    size_t count = list != NULL ? list->count : 0;
    if (count > LW_CHARTS_MAX) {
        *out = (lw_chart_list){0};
        return lw_error(diags, list->key_place, "leave some out", "there are more than %d charts", LW_CHARTS_MAX);
    }
    lw_chart_list charts = {.chart = LW_NEW_ARRAY(arena, lw_chart_request, count),
                            .stem = LW_NEW_ARRAY(arena, const char *, count)};
    if (charts.chart == NULL || charts.stem == NULL) {
        return LW_NO_MEMORY;
    }
    lw_status worst = LW_OK;
    for (const lw_yaml *item = count > 0 ? list->first : NULL; item != NULL; item = item->next) {
        lw_status status = lw_chart_parse(item, &charts.chart[charts.count], diags);
        charts.count += status == LW_OK;
        worst = status != LW_OK ? status : worst;
    }
    for (size_t i = 0; i < charts.count; i++) {
        lw_status status = name_chart(&charts, i, arena, diags);
        worst = worst == LW_OK ? status : worst;
    }
    *out = charts;
    return worst;
}

lw_status lw_charts_check(const lw_chart_list *charts, const lw_result *outline, lw_diags *diags) {
    lw_status worst = LW_OK;
    for (size_t i = 0; i < charts->count; i++) {
        lw_status status = lw_chart_check(&charts->chart[i], outline, diags);
        worst = worst == LW_OK ? status : worst;
    }
    return worst;
}

lw_status lw_charts_keep_fitting(lw_chart_list *charts, const lw_result *outline, lw_diags *diags) {
    lw_arena *scratch = lw_arena_new();
    size_t kept = 0;
    lw_status status = scratch == NULL ? LW_NO_MEMORY : LW_OK;
    for (size_t i = 0; i < charts->count && status == LW_OK; i++) {
        lw_diags *silent = lw_diags_new(scratch);
        status = silent == NULL ? LW_NO_MEMORY : lw_chart_check(&charts->chart[i], outline, silent);
        if (status == LW_BAD_INPUT && lw_diags_count(silent) > 0) {
            lw_note(diags, charts->chart[i].place, NULL, "with --set this chart is left out: %s",
                    lw_diags_at(silent, 0)->message);
            status = LW_OK;
            continue;
        }
        charts->stem[kept] = charts->stem[i];
        charts->chart[kept++] = charts->chart[i];
    }
    charts->count = status == LW_OK ? kept : charts->count;
    lw_arena_free(scratch);
    return status;
}
