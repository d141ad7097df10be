// SPDX-License-Identifier: GPL-3.0-or-later
// lanewise check: everything that run would say about a file before it runs; and the JSON Schema of
// the format.
#include "sim/cli/command.h"
#include "sim/cli/console.h"

static lw_status check_one(lw_context *context, const char *path) {
    lw_cli_session session;
    lw_status loaded = lw_cli_session_load(context, path, false, &session);
    lw_text text = {0};
    if (loaded == LW_OK) {
        const size_t points = lanewise_scenario_points(session.scenario), charts = session.charts.count,
                     assertions = lanewise_scenario_assertions(session.scenario);
        lw_text_visible(&text, path);
        lw_text_print(&text, ": fine, %zu point%s, %zu chart%s, %zu assertion%s\n", points, points == 1 ? "" : "s", charts,
                      charts == 1 ? "" : "s", assertions, assertions == 1 ? "" : "s");
    }
    lw_cli_session_free(context, &session);
    return lw_console_print(loaded, &text, context->diags);
}

static lw_status print_schema(const lw_context *context) {
    static const char scenario[] = "scenario";
    const lw_arguments *arguments = context->arguments;
    char *json = NULL;
    if (arguments->file_count > 1) {
        (void)lw_error(context->diags, (lw_place){0}, "usage: lanewise check --schema [scenario|measured|plan|result]",
                       "--schema takes one kind of file");
        return LW_BAD_USAGE;
    }
    const char *kind = arguments->file_count == 1 ? arguments->file[0] : scenario;
    const lanewise_status made = lanewise_schema(kind, lw_chart_options, context->findings, &json);
    return lw_console_print_text(made, json, context->diags);
}

static lw_status check_verb(lw_context *context) {
    if (context->arguments->schema) {
        return print_schema(context);
    }
    if (context->arguments->file_count == 0) {
        (void)lw_error(context->diags, (lw_place){0}, "usage: lanewise check [FLAGS] FILE...",
                       "missing on the command line: FILE...");
        return LW_BAD_USAGE;
    }
    return lw_command_each(context, check_one);
}

static const char *const flag_names[] = {"set", "seed", "engine", "schema", NULL};

static const char *const offers[] = {"@scenarios", NULL};

const lw_verb lw_verb_check = {
    .name = "check",
    .operands = "FILE...",
    .summary = "Read scenarios and report what is wrong, unused or without effect; nothing runs.",
    .examples = "  lanewise check oculink.yaml\n"
                "  lanewise check --schema > lanewise-scenario.schema.json    for the editor's completion\n"
                "  lanewise check --schema plan                               of plans; also measured and result\n",
    .flags = flag_names,
    .least = 0,
    .most = INT64_MAX,
    .offers = offers,
    .run = check_verb,
};
