// SPDX-License-Identifier: GPL-3.0-or-later
// lanewise list: what there is to name in a scenario, with what each number stands on.
#include "sim/cli/command.h"
#include "sim/cli/console.h"

static lw_status list_verb(lw_context *context) {
    char *text = NULL;
    lanewise_status made = lanewise_list(context->catalog, context->arguments->file[0], context->findings, &text);
    return lw_console_show_text(made, NULL, text, context->diags);
}

static const char *const flag_names[] = {NULL};

const lw_verb lw_verb_list = {
    .name = "list",
    .operands = "links|devices|libraries|models|runtimes|systems|workloads|measured|scenarios|catalogue|plans|sources|questions",
    .summary = "List presets, kinds of work, measured tables and examples.",
    .examples = "  lanewise list links        every link that a scenario can name\n"
                "  lanewise list systems      machines to include: and to draw with lanewise topo\n"
                "  lanewise list measured     what the model is compared with\n",
    .flags = flag_names,
    .least = 1,
    .most = 1,
    .run = list_verb,
};
