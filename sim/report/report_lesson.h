// SPDX-License-Identifier: GPL-3.0-or-later
// Lessons as text.
#ifndef LW_REPORT_LESSON_H
#define LW_REPORT_LESSON_H

#include "sim/base/text.h"
#include "sim/study/lesson.h"

// All of them, a line each.
lw_status lw_report_lessons(const lw_catalog *catalog, lw_arena *arena, lw_diags *diags, lw_text *out) LW_CHECKED;
// One, without its answers; teacher: with them and the note for who teaches.
lw_status lw_report_lesson(const lw_lesson *lesson, bool teacher, lw_arena *arena, lw_text *out) LW_CHECKED;
// What of the answers is right; *all: every one is, and none is missing.
lw_status lw_report_answers(const lw_lesson *lesson, const char *const *answer, size_t count, lw_text *out, bool *all) LW_CHECKED;

#endif
