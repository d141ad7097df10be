// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/study/lesson.h"

#include <stdlib.h>
#include <string.h>

#include "sim/base/suggest.h"
#include "sim/config/option.h"
#include "sim/config/source.h"

typedef struct lesson_file {
    int64_t version;
    lw_lesson lesson;
    const lw_yaml *exercises;
} lesson_file;

#define AT(field) offsetof(lesson_file, field)
#define TEXT(word, field, says) \
    { .key = (word), .kind = LW_OPTION_TEXT, .offset = AT(lesson.field), .help = (says) }
static const lw_option options[] = {
    {.key = "lesson", .kind = LW_OPTION_INTEGER, .offset = AT(version), .minimum = 1, .maximum = 1, .help = "format version"},
    TEXT("title", title, "what it is about"),
    TEXT("question", question, "that it answers"),
    TEXT("by_hand", by_hand, "what to work out before the run"),
    TEXT("scenario", scenario, "file to run, below the folder of the presets"),
    {.key = "flags", .kind = LW_OPTION_TEXT, .offset = AT(lesson.flags), .fallback = "", .help = "of the command that runs it"},
    TEXT("look", look, "what to see in the answer"),
    TEXT("formula", formula, "behind it"),
    TEXT("teacher", teacher, "what a teacher should know"),
    {.key = "exercises",
     .kind = LW_OPTION_YAML,
     .offset = AT(exercises),
     .help = "list of {ask, answer, unit, tolerance, of, by}"},
    {0}};
#undef AT

#define AT(field) offsetof(lw_exercise, field)
static const lw_option exercise_options[] = {
    {.key = "ask", .kind = LW_OPTION_TEXT, .offset = AT(ask), .help = "the exercise"},
    {.key = "answer",
     .kind = LW_OPTION_QUANTITY_REAL,
     .offset = AT(answer),
     .minimum = -1e300,
     .maximum = 1e300,
     .help = "in its unit"},
    {.key = "unit", .kind = LW_OPTION_TEXT, .offset = AT(unit), .fallback = "", .help = "of the answer"},
    {.key = "tolerance",
     .kind = LW_OPTION_QUANTITY_REAL,
     .offset = AT(tolerance),
     .fallback = "2 %",
     .maximum = 1,
     .help = "share by which an answer may differ"},
    {.key = "of", .kind = LW_OPTION_TEXT, .offset = AT(of), .help = "the result that shows it: POINT workloads.NAME.METRIC"},
    {.key = "by", .kind = LW_OPTION_TEXT, .offset = AT(by), .fallback = "", .help = "the same, by which it is divided"},
    {0}};
#undef AT

static lw_status read_exercises(const lw_yaml *list, lw_diags *diags, lw_lesson *out) {
    if (list->kind != LW_LIST || list->count == 0 || list->count > LW_EXERCISES_MOST) {
        return lw_error(diags, list->place, "write exercises: [{ask: ..., answer: 3, of: ...}]", "a lesson has 1 to %d exercises",
                        (int)LW_EXERCISES_MOST);
    }
    for (const lw_yaml *item = list->first; item != NULL; item = item->next) {
        lw_exercise *exercise = &out->exercise[out->exercise_count++];
        lw_option_set set = {0};
        lw_options_default(exercise_options, exercise);
        LW_TRY(lw_options_parse(exercise_options, item, NULL, exercise, &set, diags));
        LW_TRY(lw_options_require(exercise_options, &set, "an exercise", item->place, diags));
        exercise->by = exercise->by[0] != '\0' ? exercise->by : NULL;
    }
    return LW_OK;
}

lw_status lw_lesson_read(const lw_catalog *catalog, const char *name, lw_arena *arena, lw_diags *diags, lw_lesson *out) {
    const char *path = lw_catalog_path(catalog, LW_SHELF_LESSONS, name, arena);
    const lw_source *source;
    lw_yaml *root;
    lesson_file file;
    lw_option_set set = {0};
    if (path == NULL) {
        return LW_NO_MEMORY;
    }
    lw_options_default(options, &file);
    file.lesson.exercise_count = 0;
    LW_TRY(lw_source_read(path, arena, diags, &source));
    LW_TRY(lw_tree_parse(source, arena, diags, &root));
    LW_TRY(lw_options_parse(options, root, NULL, &file, &set, diags));
    LW_TRY(lw_options_require(options, &set, "a lesson", root->place, diags));
    LW_TRY(read_exercises(file.exercises, diags, &file.lesson));
    *out = file.lesson;
    out->name = name;
    out->scenario = lw_arena_print(arena, "%s/%s.yaml", lw_catalog_folder(catalog), file.lesson.scenario);
    return out->scenario != NULL ? LW_OK : LW_NO_MEMORY;
}

lw_status lw_lesson_find(const lw_catalog *catalog, const char *head, lw_diags *diags, const char **name) {
    const char *const *names = lw_catalog_names(catalog, LW_SHELF_LESSONS);
    const size_t count = lw_catalog_count(catalog, LW_SHELF_LESSONS);
    for (size_t i = 0; i < count; i++) {
        const size_t length = strlen(head);
        const bool begins =
            length > 0 && strncmp(names[i], head, length) == 0 && (names[i][length] == '-' || names[i][length] == '\0');
        const char *word = strchr(names[i], '-');
        const bool numbered =
            strspn(head, "0123456789") == length && length > 0 && strtol(head, NULL, 10) == strtol(names[i], NULL, 10);
        if (begins || numbered || (word != NULL && strcmp(word + 1, head) == 0)) {
            *name = names[i];
            return LW_OK;
        }
    }
    (void)lw_error(diags, (lw_place){0}, lw_did_you_mean(diags, head, names, count, "lanewise lesson lists them"),
                   "there is no lesson '%s'", head);
    return LW_BAD_USAGE;
}
