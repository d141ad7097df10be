// SPDX-License-Identifier: GPL-3.0-or-later
// The public library: plans.
#include "sim/lanewise.h"
#include "sim/lanewise_inside.h"
#include "sim/report/report_plan.h"

struct lanewise_planned {
    lw_arena *arena;
    lw_planned planned;
    lw_choices choices;
};

lanewise_status lanewise_plan(const lanewise_catalog *catalog, const char *path, const lanewise_run *run,
                              lanewise_findings *findings, lanewise_planned **out) {
    const lw_run inside = lw_run_inside(run);
    lw_plan *plan;
    lw_arena *arena = lw_arena_new();
    lanewise_planned *made = arena != NULL ? LW_NEW(arena, lanewise_planned) : NULL;
    *out = NULL;
    lw_status status = made == NULL ? LW_NO_MEMORY : lw_plan_load(path, catalog->catalog, arena, findings->diags, &plan);
    status = status == LW_OK ? lw_plan_run(plan, catalog->catalog, &inside, arena, findings->diags, &made->planned) : status;
    status = status == LW_OK ? lw_planned_choices(&made->planned, arena, &made->choices) : status;
    lw_diags_own_sources(findings->diags);
    if (status != LW_OK) {
        lw_arena_free(arena);
        return (lanewise_status)status;
    }
    made->arena = arena;
    *out = made;
    return LANEWISE_OK;
}

lanewise_status lanewise_planned_report(const lanewise_planned *planned, const char *format, int width,
                                        lanewise_findings *findings, char **out) {
    lw_text text = {0};
    lw_report_format how = LW_FORMAT_TABLE;
    lw_arena *arena = lw_arena_new();
    lw_status status = arena == NULL ? LW_NO_MEMORY : lw_format_find(format, findings->diags, &how);
    status = status == LW_OK ? lw_report_plan(&planned->planned, how, width, arena, &text) : status;
    lw_arena_free(arena);
    return (lanewise_status)lw_hand_out(status, &text, out);
}

void lanewise_planned_prices(const lanewise_planned *planned, const char *today, lanewise_findings *findings) {
    lw_prices_warn(planned->planned.plan, today, findings->diags);
    lw_diags_own_sources(findings->diags);
}

const struct lw_choices *lanewise_planned_raw(const lanewise_planned *planned) {
    return &planned->choices;
}

void lanewise_planned_free(lanewise_planned *planned) {
    lw_arena_free(planned != NULL ? planned->arena : NULL);
}
