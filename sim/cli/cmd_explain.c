// SPDX-License-Identifier: GPL-3.0-or-later
// lanewise explain: teaches a link family or a kind of work, shows where a preset's numbers come
// from and where its rate goes, says what a key means, who measured a table.
#include "sim/cli/command.h"
#include "sim/cli/console.h"

static lw_status explain_verb(lw_context *context) {
    const char *name = context->arguments->file_count == 0 ? NULL : context->arguments->file[0];
    char *text = NULL;
    lanewise_status made = lanewise_explain(context->catalog, name, lw_chart_options, context->findings, &text);
    return lw_console_show_text(made, NULL, text, context->diags);
}

static const char *const flag_names[] = {NULL};
static const char *const offers[] = {"@links",   "@devices",   "@libraries", "@models", "@runtimes",
                                     "@systems", "@workloads", "@measured",  NULL};

const lw_verb lw_verb_explain = {
    .name = "explain",
    .operands = "[NAME|KEY]",
    .summary = "What a link, a kind of work, a preset or a key means, and where its numbers come from.",
    .examples = "  lanewise explain                      what can be explained\n"
                "  lanewise explain pcie                 a family of links\n"
                "  lanewise explain thunderbolt-4        a preset: sources, latency, where the rate goes\n"
                "  lanewise explain workloads.copy       a kind of work, and so for nodes\n"
                "  lanewise explain workloads.copy.memory  a key of the scenario file\n",
    .flags = flag_names,
    .least = 0,
    .most = 1,
    .offers = offers,
    .run = explain_verb,
};
