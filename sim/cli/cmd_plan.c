// SPDX-License-Identifier: GPL-3.0-or-later
// lanewise plan: what to buy or rent for a wish.
#include "sim/cli/command.h"
#include "sim/cli/console.h"

static lw_status plan_one(lw_context *context, const char *path) {
    const lw_arguments *arguments = context->arguments;
    const lanewise_run run = {.threads = (int)arguments->threads, .stop = lw_console_catch_interrupt()};
    const char *format = lanewise_formats()[arguments->format];
    char *text = NULL;
    const lanewise_status made =
        lanewise_plan(context->catalog, path, format, &run, lw_console_width(), context->findings, &text);
    return lw_console_show_text(made, format, text, context->diags);
}

static lw_status plan_verb(lw_context *context) {
    return lw_command_each(context, plan_one);
}

static const char *const flag_names[] = {"format", "threads", NULL};
static const char *const formats[] = {"table", "csv", "json", NULL};

const lw_verb lw_verb_plan = {
    .name = "plan",
    .operands = "FILE...",
    .summary = "Rank what can be bought or rented for what you need.",
    .examples = "  lanewise plan configs/plans/local-llm.yaml     the answer in a sentence, then the table\n"
                "  lanewise plan mine.yaml --format json          the same for a program\n"
                "  lanewise list catalogue                        what there is, with its price\n",
    .details = "A plan says what you have (a computer and its ports), what you need (workloads, how much each counts and\n"
               "hours a month) and a budget. Each choice of cards, ports and adapters of the catalogue is run as a scenario;\n"
               "costs are purchase, electricity, what a sale brings back, or rent. What does not fit says why.\n",
    .flags = flag_names,
    .formats = formats,
    .least = 1,
    .most = INT64_MAX,
    .run = plan_verb,
};
