// SPDX-License-Identifier: GPL-3.0-or-later
// lanewise measure: copies to and from one's own card become measured tables.
#include "sim/cli/command.h"

static lw_status measure_verb(lw_context *context) {
    const lw_arguments *arguments = context->arguments;
    const lanewise_measuring how = {(int)arguments->device, arguments->brief, arguments->on};
    lanewise_imported *imported = NULL;
    LW_TRY((lw_status)lanewise_measure(context->catalog, &how, context->findings, &imported));
    return lw_command_imported(context, imported);
}

static const char *const flag_names[] = {"device", "quick", "on", "output", NULL};

const lw_verb lw_verb_measure = {
    .name = "measure",
    .operands = "",
    .summary = "Time copies to and from a card of this machine, through OpenCL, and make measured tables of them.",
    .examples = "  lanewise measure --quick                      half a minute; what the card reaches, and where\n"
                "  lanewise measure -o mine                      and a measured table for each direction and memory\n"
                "  lanewise measure --on oculink-2-x4 -o mine    the card is on this link\n"
                "  lanewise validate mine/*.yaml                 is it what the model says?\n",
    .details =
        "Each direction is measured with pinned and with pageable memory, each copy waited for and 16 queued, from 4 KiB to\n"
        "1 GiB. Nothing else should use the card meanwhile. Exit code 4 where there is no card that OpenCL knows.\n",
    .flags = flag_names,
    .output = "a folder of measured tables",
    .least = 0,
    .most = 0,
    .run = measure_verb,
};
