// SPDX-License-Identifier: GPL-3.0-or-later
// lanewise init: a commented file to start from: a shipped scenario, one for a collective, or a measured table.
#include "sim/cli/command.h"
#include "sim/cli/console.h"

static lw_status init_verb(lw_context *context) {
    static const char first_example[] = "first";
    const char *wanted = context->arguments->file_count > 0 ? context->arguments->file[0] : first_example;
    char *text = NULL;
    lanewise_status made = lanewise_example(context->catalog, wanted, context->findings, &text);
    return lw_console_print_text(made, text, context->diags);
}

static const char *const flag_names[] = {NULL};
static const char *const offers[] = {"@scenarios", "measured", "plan", NULL};

const lw_verb lw_verb_init = {
    .name = "init",
    .operands = "[KIND]",
    .summary = "Write a commented example to stdout: a scenario, a measured table, or a plan.",
    .examples = "  lanewise init > my.yaml                      the smallest one\n"
                "  lanewise init two-gpus-one-switch > my.yaml  another; lanewise list scenarios shows all\n"
                "  lanewise init all-to-all > my.yaml           a collective, by its kind\n"
                "  lanewise init measured > my-table.yaml       a table of what you measured, for lanewise validate\n"
                "  lanewise init plan > my-plan.yaml            what you have, need and would spend, for lanewise plan\n",
    .flags = flag_names,
    .least = 0,
    .most = 1,
    .offers = offers,
    .run = init_verb,
};
