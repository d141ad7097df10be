// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/timeline_words.h"

#include <string.h>

const char *lw_timeline_row_name(const lw_timeline_row *row, lw_arena *arena) {
    const char *arrow = strstr(row->part, "->");
    const char *name =
        arrow != NULL ? lw_arena_print(arena, "%s  %.*s \u2192 %s", row->name, (int)(arrow - row->part), row->part, arrow + 2)
                      : lw_arena_print(arena, "%s%s%s", row->name, row->part[0] != '\0' ? " " : "", row->part);
    return name == NULL ? NULL : lw_clean_utf8(arena, name);
}

const char *lw_timeline_point_name(const lw_point *point, lw_arena *arena) {
    const char *text = "";
    for (size_t i = 0; i < point->set_count && text != NULL; i++) {
        text = lw_arena_print(arena, "%s%s%s: %s", text, i > 0 ? ", " : "", point->set[i].path, point->set[i].text);
    }
    return text == NULL ? NULL : lw_clean_utf8(arena, text);
}

int64_t lw_timeline_end_ps(const lw_point *point) {
    return point->path.count > 0 ? point->path.end_ps : point->timeline->end_ps;
}

lw_status lw_timeline_workload(const lw_chart *chart, const lw_point *point, uint32_t *wanted) {
    const char *name = chart->request->workload;
    *wanted = UINT32_MAX;
    if (name == NULL || name[0] == '\0' || chart->diags == NULL) {
        return LW_OK;
    }
    for (size_t w = 0; w < point->workload_count; w++) {
        *wanted = strcmp(point->workload[w].name, name) == 0 ? (uint32_t)w : *wanted;
    }
    return *wanted != UINT32_MAX ? LW_OK
                                 : lw_error(chart->diags, chart->request->workload_place,
                                            "it is a name under workloads:", "there is no workload '%s'", name);
}
