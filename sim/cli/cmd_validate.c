// SPDX-License-Identifier: GPL-3.0-or-later
// lanewise validate: runs the scenario of every measured table and says how far the model is from
// what was measured, and whether what the user measured is normal.
#include "sim/cli/command.h"
#include "sim/cli/console.h"

static lw_status validate_verb(lw_context *context) {
    const lw_arguments *arguments = context->arguments;
    const size_t count = (size_t)arguments->file_count;
    const char **paths = LW_NEW_ARRAY(context->arena, const char *, count);
    if (paths == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        LW_TRY(lw_command_file(context, true, arguments->file[i], &paths[i]));
    }
    LW_TRY(lw_command_output(context));
    lw_console_progress progress;
    lw_console_progress_begin(&progress, arguments->quiet);
    const lanewise_run run = {.threads = (int)arguments->threads,
                              .stop = lw_console_catch_interrupt(),
                              .progress = lw_console_progress_show,
                              .user = &progress};
    lanewise_accuracy *accuracy = NULL;
    const lw_status ran = (lw_status)lanewise_validate(
        context->catalog, (lanewise_tables){paths, count, arguments->on, arguments->bands}, &run, context->findings, &accuracy);
    lw_console_progress_end(&progress);
    if (ran == LW_INTERRUPTED) {
        lw_warn(context->diags, (lw_place){0}, NULL, "interrupted: what follows is of the tables that were finished%s",
                arguments->bands ? ", and not all of their bands are counted" : "");
    }
    return lw_command_accuracy(context, ran, accuracy);
}

static const char *const flag_names[] = {"output", "format", "threads", "on", "bands", "theme", "scale", "pdf", NULL};
static const char *const formats[] = {"table", "csv", "json", "md", NULL};
static const char *const offers[] = {"@measured", NULL};

const lw_verb lw_verb_validate = {
    .name = "validate",
    .operands = "[FILE...]",
    .summary = "Compare the model with measured tables; exit code 1 when one is over its limit.",
    .examples = "  lanewise validate                       every table that comes with lanewise\n"
                "  lanewise validate my-measurement.yaml   your own\n"
                "  lanewise validate nvbandwidth.txt       what another tool measured: is it normal? lanewise import --help\n"
                "  lanewise validate --format json         every point, for scripts\n"
                "  lanewise validate -o accuracy           and a report with charts: parity, error over size by class\n"
                "  lanewise validate --bands my.yaml       does it lie in the band of what presets say is uncertain?\n",
    .flags = flag_names,
    .output = "a folder for report.html, report.md, points.csv and charts",
    .formats = formats,
    .least = 0,
    .most = INT64_MAX,
    .offers = offers,
    .run = validate_verb,
};
