// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/report/report_lesson.h"

#include <math.h>
#include <string.h>

#include "sim/base/quantity.h"
#include "sim/base/wrap.h"
#include "sim/report/grid.h"

enum { COLUMNS = 96 };

lw_status lw_report_lessons(const lw_catalog *catalog, lw_arena *arena, lw_diags *diags, lw_text *out) {
    lw_grid *grid = lw_grid_new(arena, "lll");
    LW_GRID_ADD(grid, "lesson", "about", "question");
    for (size_t i = 0; i < lw_catalog_count(catalog, LW_SHELF_LESSONS); i++) {
        lw_lesson lesson;
        LW_TRY(lw_lesson_read(catalog, lw_catalog_names(catalog, LW_SHELF_LESSONS)[i], arena, diags, &lesson));
        LW_GRID_ADD(grid, lesson.name, lesson.title, lesson.question);
    }
    return lw_grid_write(grid, 0, 0, out);
}

// A paragraph under its head, in lines of COLUMNS.
static void add_paragraph(const char *head, const char *text, lw_text *out) {
    lw_text_print(out, "\n%s\n", head);
    size_t column = 0;
    for (const char *word = text; *word != '\0';) {
        word += strspn(word, " \n");
        const size_t length = strcspn(word, " \n");
        if (length == 0) {
            break;
        }
        const bool fits = column > 0 && column + 1 + length <= COLUMNS;
        lw_text_add(out, column == 0 ? "  " : fits ? " " : "\n  ");
        lw_text_add_n(out, word, length);
        column = (fits ? column + 1 : 2) + length;
        word += length;
    }
    lw_text_add(out, "\n");
}

lw_status lw_report_lesson(const lw_lesson *lesson, bool teacher, lw_arena *arena, lw_text *out) {
    const char *command =
        lw_arena_print(arena, "lanewise run %s%s%s", lesson->scenario, lesson->flags[0] != '\0' ? " " : "", lesson->flags);
    if (command == NULL) {
        return LW_NO_MEMORY;
    }
    lw_text_print(out, "%s: %s\n", lesson->name, lesson->title);
    add_paragraph("Question", lesson->question, out);
    add_paragraph("By hand, first", lesson->by_hand, out);
    add_paragraph("Run", command, out);
    add_paragraph("Look", lesson->look, out);
    add_paragraph("Behind it", lesson->formula, out);
    for (size_t i = 0; i < lesson->exercise_count; i++) {
        const lw_exercise *exercise = &lesson->exercise[i];
        const char *head = lw_arena_print(arena, "Exercise %zu%s%s%s", i + 1, exercise->unit[0] != '\0' ? " (in " : "",
                                          exercise->unit, exercise->unit[0] != '\0' ? ")" : "");
        if (head == NULL) {
            return LW_NO_MEMORY;
        }
        add_paragraph(head, exercise->ask, out);
        if (teacher) {
            lw_text_print(out, "  Answer: %.6g %s, within %.3g %%\n", exercise->answer, exercise->unit,
                          exercise->tolerance * 100);
        }
    }
    if (teacher) {
        add_paragraph("For who teaches", lesson->teacher, out);
    } else {
        lw_text_print(out, "\nlanewise lesson check %.2s ANSWER... says which are right.\n", lesson->name);
    }
    return LW_OK;
}

lw_status lw_report_answers(const lw_lesson *lesson, const char *const *answer, size_t count, lw_text *out, bool *all) {
    *all = count == lesson->exercise_count;
    for (size_t i = 0; i < lesson->exercise_count; i++) {
        const lw_exercise *exercise = &lesson->exercise[i];
        lw_quantity given;
        const char *problem, *hint;
        const bool is_one = i < count && lw_quantity_parse(answer[i], LW_PLAIN, &given, &problem, &hint);
        const bool right = is_one && fabs(given.value - exercise->answer) <= exercise->tolerance * fabs(exercise->answer);
        lw_text_print(out, "  %zu: %s\n", i + 1, i >= count ? "no answer" : !is_one ? "no number" : right ? "right" : "not yet");
        *all = *all && right;
    }
    return LW_OK;
}
