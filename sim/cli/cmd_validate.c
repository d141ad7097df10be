// SPDX-License-Identifier: GPL-3.0-or-later
// lanewise validate: runs the scenario of every measured table and says how far the model is from what was measured.
#include "sim/cli/command.h"
#include "sim/cli/console.h"
#include "sim/config/catalog.h"
#include "sim/report/validation.h"

// Validate every table; one that is wrong does not keep the others from their turn. *done counts those in `out`. Returns the
// first status that was not LW_OK.
static lw_status validate_all(const lw_context *context, const char *const *paths, size_t count, lw_validation *out,
                              size_t *done) {
    lw_measured **table = LW_NEW_ARRAY(context->arena, lw_measured *, count);
    if (table == NULL) {
        return LW_NO_MEMORY;
    }
    lw_status first = LW_OK;
    size_t loaded = 0;
    for (size_t i = 0; i < count && first != LW_NO_MEMORY; i++) {
        lw_status status = lw_command_file(context, "measured", paths[i]);
        if (status == LW_OK) {
            status = lw_measured_load(paths[i], context->catalog, context->arena, context->diags, &table[loaded]);
        }
        loaded += status == LW_OK;
        first = first == LW_OK ? status : first;
    }
    lw_progress progress;
    lw_progress_begin(&progress, context->arguments->quiet);
    lw_run run = {.threads = (int)context->arguments->threads,
                  .stop = lw_console_catch_interrupt(),
                  .progress = lw_progress_show,
                  .user = &progress};
    lw_status ran = lw_measured_validate(table, loaded, &run, context->arena, context->diags, out, done);
    lw_progress_end(&progress);
    return first == LW_OK || ran == LW_INTERRUPTED ? ran : first;
}

static lw_status validate_verb(lw_context *context) {
    const lw_arguments *arguments = context->arguments;
    const char **paths = arguments->file;
    size_t count = (size_t)arguments->file_count;
    if (count == 0) {
        LW_TRY(lw_catalog_files(context->catalog, "measured", context->arena, context->diags, &paths, &count));
    }
    lw_validation *tables = LW_NEW_ARRAY(context->arena, lw_validation, count);
    if (tables == NULL) {
        return LW_NO_MEMORY;
    }
    size_t done = 0;
    lw_status ran = validate_all(context, paths, count, tables, &done);
    lw_text text = {0};
    lw_status made = done == 0 ? LW_OK : lw_report_validation(tables, done, (lw_format)arguments->format, &text);
    lw_status status = lw_console_print(made, &text, context->diags);
    if (ran != LW_OK || status != LW_OK) {
        return ran != LW_OK ? ran : status;
    }
    for (size_t i = 0; i < done; i++) {
        status = tables[i].ok ? status : LW_CHECK_FAILED;
    }
    return status;
}

static const char *const flag_names[] = {"format", "threads", NULL};
static const char *const formats[] = {"table", "json", NULL};

const lw_verb lw_verb_validate = {
    .name = "validate",
    .operands = "[FILE...]",
    .summary = "Compare the model with measured tables; exit code 1 when one is over its limit.",
    .examples = "  lanewise validate                       every table that comes with lanewise\n"
                "  lanewise validate my-measurement.yaml   your own\n"
                "  lanewise validate --format json         every point, for scripts\n",
    .flags = flag_names,
    .formats = formats,
    .least = 0,
    .most = INT64_MAX,
    .run = validate_verb,
};
