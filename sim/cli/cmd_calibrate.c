// SPDX-License-Identifier: GPL-3.0-or-later
// lanewise calibrate: fits the rows of presets that name measured tables to these tables.
#include "sim/cli/command.h"
#include "sim/cli/console.h"

static lw_status calibrate_verb(lw_context *context) {
    const lw_arguments *arguments = context->arguments;
    const lanewise_run run = {.threads = (int)arguments->threads, .stop = lw_console_catch_interrupt()};
    const lanewise_presets presets = {arguments->file, (size_t)arguments->file_count, arguments->write};
    lanewise_accuracy *accuracy = NULL;
    LW_TRY(lw_command_output(context));
    const lw_status ran = (lw_status)lanewise_calibrate(context->catalog, presets, &run, context->findings, &accuracy);
    return lw_command_accuracy(context, ran, accuracy);
}

static const char *const flag_names[] = {"output", "format", "threads", "write", "theme", "scale", "pdf", NULL};
static const char *const formats[] = {"table", "csv", "json", "md", NULL};
static const char *const offers[] = {"@links", "@devices", "@libraries", "@runtimes", NULL};

const lw_verb lw_verb_calibrate = {
    .name = "calibrate",
    .operands = "[PRESET...]",
    .summary = "Fit presets to the measured tables that their rows name.",
    .examples = "  lanewise calibrate                    everything that is fitted, and how well it is known\n"
                "  lanewise calibrate nccl-2.29          the rows of one preset, others as they are\n"
                "  lanewise calibrate nccl-2.29 --write  and put the values into its file\n"
                "  lanewise calibrate mi100 -o fit       and a report with charts: fit with its band, parity, residuals\n",
    .details = "A row of a preset such as `submit_cuda: {value: 8 us, source: ..., tables: [a, b]}` is fitted to these\n"
               "tables of configs/measured; rows that share tables are fitted together. Printed are value, standard\n"
               "error, what the tables cannot tell apart, and the error of each system by a fit of the others.\n",
    .flags = flag_names,
    .output = "a folder for report.html, report.md, points.csv and charts",
    .formats = formats,
    .least = 0,
    .most = INT64_MAX,
    .offers = offers,
    .run = calibrate_verb,
};
