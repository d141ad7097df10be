// SPDX-License-Identifier: GPL-3.0-or-later
// lanewise list: what there is to name in a scenario, with what each number stands on.
#include "sim/cli/command.h"
#include "sim/cli/console.h"

static lw_status list_verb(lw_context *context) {
    const lw_arguments *arguments = context->arguments;
    const char *format = lanewise_formats()[arguments->format];
    char *text = NULL;
    if (arguments->names) {
        const lanewise_status made = lanewise_names(context->catalog, arguments->file[0], context->findings, &text);
        return lw_console_print_text(made, text, context->diags);
    }
    const lanewise_status made = lanewise_list(context->catalog, arguments->file[0], format, context->findings, &text);
    return lw_console_show_text(made, format, text, context->diags);
}

static const char *const flag_names[] = {"names", "format", NULL};
static const char *const formats[] = {"table", "md", NULL};
static const char *const offers[] = {"links",   "devices",   "libraries", "models",    "runtimes",
                                     "systems", "workloads", "measured",  "scenarios", "catalogue",
                                     "plans",   "sources",   "lessons",   "questions", NULL};

const lw_verb lw_verb_list = {
    .name = "list",
    .operands =
        "links|devices|libraries|models|runtimes|systems|workloads|measured|scenarios|catalogue|plans|sources|lessons|questions",
    .summary = "List presets, kinds of work, measured tables and examples.",
    .examples = "  lanewise list links              every link that a scenario can name\n"
                "  lanewise list systems            machines to include: and to draw with lanewise topo\n"
                "  lanewise list measured           what the model is compared with\n"
                "  lanewise list scenarios --names  the names alone, one a line, for scripts\n",
    .flags = flag_names,
    .formats = formats,
    .least = 1,
    .most = 1,
    .offers = offers,
    .run = list_verb,
};
