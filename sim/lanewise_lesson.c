// SPDX-License-Identifier: GPL-3.0-or-later
// The public library: lessons.
#include "sim/lanewise.h"
#include "sim/lanewise_inside.h"
#include "sim/report/report_lesson.h"

lanewise_status lanewise_lessons(const lanewise_catalog *catalog, lanewise_findings *findings, char **out) {
    lw_text text = {0};
    lw_arena *arena = lw_arena_new();
    lw_status status = arena == NULL ? LW_NO_MEMORY : lw_report_lessons(catalog->catalog, arena, findings->diags, &text);
    lw_diags_own_sources(findings->diags);
    lw_arena_free(arena);
    return (lanewise_status)lw_hand_out(status, &text, out);
}

lanewise_status lanewise_lesson(const lanewise_catalog *catalog, const char *name, bool teacher, lanewise_findings *findings,
                                char **out) {
    lw_text text = {0};
    lw_lesson lesson;
    lw_arena *arena = lw_arena_new();
    lw_status status = arena == NULL ? LW_NO_MEMORY : lw_lesson_find(catalog->catalog, name, findings->diags, &name);
    status = status == LW_OK ? lw_lesson_read(catalog->catalog, name, arena, findings->diags, &lesson) : status;
    status = status == LW_OK ? lw_report_lesson(&lesson, teacher, arena, &text) : status;
    lw_diags_own_sources(findings->diags);
    lw_arena_free(arena);
    return (lanewise_status)lw_hand_out(status, &text, out);
}

lanewise_status lanewise_lesson_check(const lanewise_catalog *catalog, const char *name, const char *const *answer, size_t count,
                                      lanewise_findings *findings, char **out) {
    lw_text text = {0};
    lw_lesson lesson;
    bool all = false;
    lw_arena *arena = lw_arena_new();
    lw_status status = arena == NULL ? LW_NO_MEMORY : lw_lesson_find(catalog->catalog, name, findings->diags, &name);
    status = status == LW_OK ? lw_lesson_read(catalog->catalog, name, arena, findings->diags, &lesson) : status;
    status = status == LW_OK ? lw_report_answers(&lesson, answer, count, &text, &all) : status;
    lw_diags_own_sources(findings->diags);
    lw_arena_free(arena);
    const lanewise_status told = (lanewise_status)lw_hand_out(status, &text, out);
    return told == LANEWISE_OK && !all ? LANEWISE_CHECK_FAILED : told;
}
