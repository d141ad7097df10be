// SPDX-License-Identifier: GPL-3.0-or-later
// Lessons: a question, what to work out by hand, a scenario to run, and exercises with fixed answers.
#ifndef LW_LESSON_H
#define LW_LESSON_H

#include "sim/config/catalog.h"

enum { LW_EXERCISES_MOST = 8 };

// A result of the lesson's scenario: "3 workloads.up.bandwidth_GBps", point 3 of the sweep.
typedef struct lw_exercise {
    const char *ask, *unit;
    double answer, tolerance;  // a share
    const char *of, *by;       // where a run shows it: a result, or it by another one; by NULL: alone
} lw_exercise;

typedef struct lw_lesson {
    const char *name, *title, *question, *by_hand, *scenario, *flags, *look, *formula, *teacher;
    lw_exercise exercise[LW_EXERCISES_MOST];
    size_t exercise_count;
} lw_lesson;

// Read FOLDER/lessons/NAME.yaml. What is wrong is diagnosed.
lw_status lw_lesson_read(const lw_catalog *catalog, const char *name, lw_arena *arena, lw_diags *diags,
                         lw_lesson *out) LW_CHECKED;
// The lesson whose name begins so ("07"); unknown ones are diagnosed (LW_BAD_USAGE).
lw_status lw_lesson_find(const lw_catalog *catalog, const char *head, lw_diags *diags, const char **name) LW_CHECKED;

#endif
