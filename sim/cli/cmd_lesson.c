// SPDX-License-Identifier: GPL-3.0-or-later
// lanewise lesson: what to teach and to learn with.
#include <string.h>

#include "sim/cli/command.h"
#include "sim/cli/console.h"

static lw_status lesson_verb(lw_context *context) {
    const lw_arguments *arguments = context->arguments;
    const size_t count = (size_t)arguments->file_count;
    const bool checks = count > 0 && strcmp(arguments->file[0], "check") == 0;
    const bool teaches = count == 2 && strcmp(arguments->file[1], "teacher") == 0;
    char *text = NULL;
    if (count == 0) {
        const lanewise_status listed = lanewise_lessons(context->catalog, context->findings, &text);
        return lw_console_show_text(listed, "table", text, context->diags);
    }
    if (checks ? count < 2 : count > 1 && !teaches) {
        (void)lw_error(context->diags, (lw_place){0}, "write lanewise lesson 04, lesson 04 teacher, or lesson check 04 6.76 32",
                       "that is no lesson and no check of answers");
        return LW_BAD_USAGE;
    }
    if (!checks) {
        const lanewise_status made = lanewise_lesson(context->catalog, arguments->file[0], teaches, context->findings, &text);
        return lw_console_print_text(made, text, context->diags);
    }
    const lanewise_status checked =
        lanewise_lesson_check(context->catalog, arguments->file[1], arguments->file + 2, count - 2, context->findings, &text);
    const bool told = checked == LANEWISE_OK || checked == LANEWISE_CHECK_FAILED;
    const lw_status printed = lw_console_print_text(told ? LANEWISE_OK : checked, text, context->diags);
    return told && printed == LW_OK ? (lw_status)checked : printed;
}

static const char *const flag_names[] = {NULL};
static const char *const offers[] = {"@lessons", "check", NULL};

const lw_verb lw_verb_lesson = {
    .name = "lesson",
    .operands = "[NAME [teacher]|check NAME ANSWER...]",
    .summary = "Lessons with a scenario each and exercises with fixed answers.",
    .examples = "  lanewise lesson                    what there is\n"
                "  lanewise lesson 04                 one: what to work out, what to run, what to see, exercises\n"
                "  lanewise lesson check 04 6.76 32   which answers are right; the exit code is 1 where one is not\n"
                "  lanewise lesson 04 teacher         with the answers, and what a teacher should know\n",
    .flags = flag_names,
    .least = 0,
    .most = INT64_MAX,
    .offers = offers,
    .run = lesson_verb,
};
