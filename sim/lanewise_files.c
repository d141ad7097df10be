// SPDX-License-Identifier: GPL-3.0-or-later
// The public library: what there is to name, and the forms of files for editors and manuals.
#include <string.h>

#include "sim/base/suggest.h"
#include "sim/lanewise.h"
#include "sim/lanewise_inside.h"
#include "sim/plan/plan.h"
#include "sim/report/explain/manual.h"
#include "sim/report/list.h"
#include "sim/report/result_schema.h"
#include "sim/study/format.h"
#include "sim/study/measured.h"

// ---- Lists ----

const char *const *lanewise_lists(void) {
    return lw_list_words;
}

lanewise_status lanewise_list(const lanewise_catalog *catalog, const char *what, const char *format, lanewise_findings *findings,
                              char **out) {
    lw_text text = {0};
    lw_report_format inside = LW_FORMAT_TABLE;
    lw_arena *arena = lw_arena_new();
    lw_presets *presets = arena != NULL ? lw_presets_new(catalog->catalog, arena, findings->diags) : NULL;
    lw_status status = presets == NULL ? LW_NO_MEMORY : lw_format_find(format, findings->diags, &inside);
    status = status == LW_OK ? lw_list_of(what, inside == LW_FORMAT_MARKDOWN, presets, arena, findings->diags, &text) : status;
    lw_diags_own_sources(findings->diags);
    lw_arena_free(arena);
    return (lanewise_status)lw_hand_out(status, &text, out);
}

lanewise_status lanewise_names(const lanewise_catalog *catalog, const char *what, lanewise_findings *findings, char **out) {
    lw_text text = {0};
    return (lanewise_status)lw_hand_out(lw_names_of(what, catalog->catalog, findings->diags, &text), &text, out);
}

// ---- Forms of files ----

typedef enum file_kind { FILE_SCENARIO, FILE_MEASURED, FILE_PLAN, FILE_RESULT } file_kind;
static const char *const file_words[] = {"scenario", "measured", "plan", "result", NULL};
static const char about_measured[] = "what was measured, as a scenario with the points that lanewise validate compares",
                  about_plan[] = "what lanewise plan is to find cards for: a computer, needs and a budget";

const char *const *lanewise_file_kinds(void) {
    return file_words;
}

static lw_status find_kind(const char *word, lw_diags *diags, file_kind *out) {
    for (int i = 0; file_words[i] != NULL; i++) {
        if (strcmp(file_words[i], word) == 0) {
            *out = (file_kind)i;
            return LW_OK;
        }
    }
    (void)lw_error(
        diags, (lw_place){0},
        lw_did_you_mean(diags, word, file_words, lw_word_count(file_words), "there are scenario, measured, plan and result"),
        "there is no kind of file '%s'", word);
    return LW_BAD_USAGE;
}

static const lw_option *charts_of(const lw_option *charts) {
    static const lw_option none[] = {{0}};
    return charts != NULL ? charts : none;
}

static lw_status add_schema(file_kind kind, const lw_option *charts, lw_arena *arena, lw_text *out) {
    const lw_format *format = lw_scenario_format();
    const char *json = "";
    switch (kind) {
    case FILE_SCENARIO:
        LW_TRY(lw_schema_write(format, charts, arena, &json));
        break;
    case FILE_MEASURED:
        LW_TRY(lw_schema_of(lw_measured_maps, "lanewise measured table", format, arena, &json));
        break;
    case FILE_PLAN:
        LW_TRY(lw_schema_of(lw_plan_maps, "lanewise plan", format, arena, &json));
        break;
    case FILE_RESULT:
        lw_result_schema(out);
        break;
    }
    lw_text_add(out, json);
    return LW_OK;
}

static lw_status add_manual(file_kind kind, const lw_option *charts, lw_arena *arena, lw_text *out) {
    const lw_explaining in = {.format = lw_scenario_format(), .charts = charts, .arena = arena};
    switch (kind) {
    case FILE_SCENARIO:
        return lw_manual_scenario(&in, out);
    case FILE_MEASURED:
        return lw_manual_file(file_words[kind], about_measured, lw_measured_maps, out);
    case FILE_PLAN:
        return lw_manual_file(file_words[kind], about_plan, lw_plan_maps, out);
    case FILE_RESULT:
        return lw_manual_result(out);
    }
    return LW_INTERNAL;
}

typedef lw_status adder(file_kind kind, const lw_option *charts, lw_arena *arena, lw_text *out);

static lanewise_status make(adder *add, const char *word, const lw_option *charts, lanewise_findings *findings, char **out) {
    file_kind kind = FILE_SCENARIO;
    lw_text text = {0};
    lw_arena *arena = lw_arena_new();
    lw_status status = arena == NULL ? LW_NO_MEMORY : find_kind(word, findings->diags, &kind);
    status = status == LW_OK ? add(kind, charts_of(charts), arena, &text) : status;
    lw_arena_free(arena);
    return (lanewise_status)lw_hand_out(status, &text, out);
}

lanewise_status lanewise_schema(const char *kind, const struct lw_option *charts, lanewise_findings *findings, char **text) {
    return make(add_schema, kind, charts, findings, text);
}

lanewise_status lanewise_manual(const char *kind, const struct lw_option *charts, lanewise_findings *findings, char **text) {
    return make(add_manual, kind, charts, findings, text);
}
