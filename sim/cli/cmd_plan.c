// SPDX-License-Identifier: GPL-3.0-or-later
// lanewise plan: what to buy or rent for a wish.
#include <string.h>
#include <time.h>

#include "sim/cli/command.h"
#include "sim/cli/console.h"

static lw_status write_text(const lw_context *context, const lanewise_planned *planned, const char *format, const char *name,
                            const char **wrote) {
    char *text = NULL;
    const char *folder = context->arguments->output;
    lw_status status = (lw_status)lanewise_planned_report(planned, format, 0, context->findings, &text);
    const char *path = lw_arena_print(context->arena, "%s/%s", folder, name);
    status = status == LW_OK && path == NULL ? LW_NO_MEMORY : status;
    status = status == LW_OK ? lw_file_write(path, text, strlen(text), context->diags) : status;
    lanewise_free(text);
    *wrote = lw_arena_print(context->arena, "%s%s%s", *wrote, (*wrote)[0] != '\0' ? ", " : "", name);
    return status == LW_OK && *wrote == NULL ? LW_NO_MEMORY : status;
}

static lw_status write_files(const lw_context *context, const lanewise_planned *planned) {
    const lw_arguments *arguments = context->arguments;
    const char *wrote = "";
    lw_cli_page page = {0};
    char *html = NULL;
    LW_TRY(write_text(context, planned, "csv", "plan.csv", &wrote));
    LW_TRY(write_text(context, planned, "json", "plan.json", &wrote));
    for (int kind = LW_PLAN_COST; kind <= LW_PLAN_TORNADO; kind++) {
        lw_picture picture;
        LW_TRY(lw_plan_render((lw_plan_chart_kind)kind, arguments->theme >= 0 ? arguments->theme : LW_THEME_LIGHT,
                              lanewise_planned_raw(planned), context->arena, &picture));
        LW_TRY(lw_cli_page_add(context, &picture, &page));
        LW_TRY(lw_command_pictures(context, &picture, arguments->output, lw_plan_chart_words[kind], &wrote));
    }
    LW_TRY(lw_cli_page_end(context, arguments->file, (size_t)arguments->file_count, &page));
    const lanewise_status made = lanewise_planned_page(planned, &page.page, &html);
    LW_TRY(lw_cli_page_write(context, made, html, arguments->output, &wrote));
    const char *told = lw_arena_print(context->arena, "wrote %s: %s", arguments->output, wrote);
    LW_TRY(told == NULL ? LW_NO_MEMORY : LW_OK);
    if (!arguments->quiet) {
        lw_console_message(told);
    }
    return LW_OK;
}

static void warn_of_prices(const lw_context *context, const lanewise_planned *planned) {
    char today[sizeof "2026-11-30"];
    const time_t now = time(NULL);
    struct tm day;
    if (gmtime_r(&now, &day) != NULL && strftime(today, sizeof today, "%Y-%m-%d", &day) > 0) {
        lanewise_planned_prices(planned, today, context->findings);
    }
}

static lw_status plan_verb(lw_context *context) {
    const lw_arguments *arguments = context->arguments;
    const lanewise_run run = {.threads = (int)arguments->threads, .stop = lw_console_catch_interrupt()};
    const char *format = lanewise_formats()[arguments->format];
    lanewise_planned *planned = NULL;
    char *text = NULL;
    LW_TRY(lw_command_output(context));
    lw_status status = (lw_status)lanewise_plan(context->catalog, arguments->file[0], &run, context->findings, &planned);
    status = status == LW_OK && arguments->output != NULL ? write_files(context, planned) : status;
    if (status == LW_OK) {
        warn_of_prices(context, planned);
        const lanewise_status made = lanewise_planned_report(planned, format, lw_console_width(), context->findings, &text);
        status = lw_console_show_text(made, format, text, context->diags);
    }
    lanewise_planned_free(planned);
    return status;
}

static const char *const flag_names[] = {"output", "format", "threads", "theme", "scale", "pdf", NULL};
static const char *const formats[] = {"table", "csv", "json", "md", NULL};

const lw_verb lw_verb_plan = {
    .name = "plan",
    .operands = "FILE",
    .summary = "Rank what can be bought or rented for what you need.",
    .examples =
        "  lanewise plan configs/plans/local-llm.yaml        the answer in a sentence, then the table\n"
        "  lanewise plan configs/plans/student.yaml -o out   and charts of cost, of buying against renting, of what moves it\n"
        "  lanewise list catalogue                           what there is, with its price\n",
    .details =
        "A plan says what you have (a computer and its ports), what you need (workloads, how much each counts and\n"
        "hours a month) and a budget. Each choice of cards, ports and adapters of the catalogue is run as a scenario;\n"
        "costs are purchase, electricity, what a sale brings back, or rent. What does not fit says why.\n"
        "prices: {rtx-3090-used: 650 USD} in the plan stands for the catalogue's, which are told to be old after 90 days.\n",
    .flags = flag_names,
    .output = "a folder for plan.csv, plan.json, charts and report.html",
    .formats = formats,
    .least = 1,
    .most = 1,
    .run = plan_verb,
};
