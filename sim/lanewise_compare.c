// SPDX-License-Identifier: GPL-3.0-or-later
// The public library: comparisons.
#include "sim/lanewise.h"
#include "sim/lanewise_inside.h"
#include "sim/report/report_compare.h"

struct lanewise_comparison {
    lw_arena *arena;
    lw_comparison comparison;
};

enum { DRAWS = 200 };

lanewise_status lanewise_compare(const lanewise_catalog *catalog, const lanewise_contenders *what, const lanewise_run *run,
                                 lanewise_findings *findings, lanewise_comparison **out) {
    const lw_run inside = lw_run_inside(run);
    const lw_load load = {what->load.set,  what->load.set_count, what->load.engine,
                          what->load.seed, what->load.look_only, what->load.points_may_fail};
    *out = NULL;
    if (what->count < 2) {
        (void)lw_error(findings->diags, (lw_place){0}, NULL, "a comparison takes two or more");
        return LANEWISE_BAD_USAGE;
    }
    lw_arena *arena = lw_arena_new();
    lanewise_comparison *made = arena != NULL ? LW_NEW(arena, lanewise_comparison) : NULL;
    lw_contender *contender = made != NULL ? LW_NEW_ARRAY(arena, lw_contender, what->count) : NULL;
    const char *question = "";
    lw_status status = contender == NULL ? LW_NO_MEMORY
                                         : lw_contenders_load(what->name, what->count, catalog->catalog, &load, arena,
                                                              findings->diags, contender, &question);
    if (status == LW_OK) {
        status = lw_comparison_run(contender, what->count, question, run != NULL && run->draws > 0 ? run->draws : DRAWS, &inside,
                                   arena, findings->diags, &made->comparison);
    }
    lw_diags_own_sources(findings->diags);
    if (made == NULL || made->comparison.count == 0) {
        lw_arena_free(arena);
        return (lanewise_status)status;
    }
    made->arena = arena;
    *out = made;
    return (lanewise_status)status;
}

lanewise_status lanewise_comparison_report(const lanewise_comparison *comparison, const char *format, int width,
                                           lanewise_findings *findings, char **out) {
    lw_text text = {0};
    lw_report_format how = LW_FORMAT_TABLE;
    lw_arena *arena = lw_arena_new();
    lw_status status = arena == NULL ? LW_NO_MEMORY : lw_format_find(format, findings->diags, &how);
    status = status == LW_OK ? lw_report_compare(&comparison->comparison, how, width, arena, &text) : status;
    lw_arena_free(arena);
    return (lanewise_status)lw_hand_out(status, &text, out);
}

void lanewise_comparison_free(lanewise_comparison *comparison) {
    lw_arena_free(comparison != NULL ? comparison->arena : NULL);
}
