// SPDX-License-Identifier: GPL-3.0-or-later
// lanewise topo: a system as a tree of text or as a picture.
#include "sim/cli/command.h"
#include "sim/cli/console.h"

static lw_status show(const lw_context *context, const lanewise_topology *topology) {
    const lw_arguments *arguments = context->arguments;
    if (arguments->output == NULL) {
        char *text = NULL;
        lanewise_status made = lanewise_topology_text(topology, &text);
        return lw_console_show_text(made, NULL, text, context->diags);
    }
    lw_picture picture;
    LW_TRY(lw_topology_render(lanewise_topology_raw(topology),
                              arguments->theme < 0 ? LW_THEME_LIGHT : (lw_theme_kind)arguments->theme, context->arena,
                              context->diags, &picture));
    LW_TRY(lw_command_picture(context, &picture, arguments->output));
    const char *told = lw_arena_print(context->arena, "wrote %s", arguments->output);
    if (told == NULL) {
        return LW_NO_MEMORY;
    }
    if (!arguments->quiet) {
        lw_console_message(told);
    }
    return LW_OK;
}

static lw_status topo_one(lw_context *context, const char *name) {
    const lw_arguments *arguments = context->arguments;
    const lanewise_load load = {.set = arguments->set, .set_count = (size_t)arguments->set_count, .look_only = true};
    lanewise_scenario *scenario = NULL;
    lanewise_topology *topology = NULL;
    const char *path = NULL;
    LW_TRY(lw_command_file(context, false, name, &path));
    lw_status status = (lw_status)lanewise_scenario_load(context->catalog, path, &load, context->findings, &scenario);
    if (status == LW_OK) {
        status = (lw_status)lanewise_scenario_topology(scenario, context->findings, &topology);
    }
    if (status == LW_OK) {
        status = show(context, topology);
    }
    lanewise_topology_free(topology);
    lanewise_scenario_free(scenario);
    return status;
}

static lw_status topo_verb(lw_context *context) {
    return lw_command_each(context, topo_one);
}

static const char *const flag_names[] = {"output", "set", "theme", "scale", NULL};
static const char *const offers[] = {"@systems", "@scenarios", NULL};

const lw_verb lw_verb_topo = {
    .name = "topo",
    .operands = "FILE",
    .summary = "Draw the nodes and links of a scenario or a system.",
    .examples = "  lanewise topo hgx-h100                  a tree on the terminal; lanewise list systems has the names\n"
                "  lanewise topo hgx-h100 -o hgx.svg       a picture\n"
                "  lanewise topo my.yaml -o my.png --theme dark\n",
    .details = "FILE - is stdin. Of a sweep the first point is drawn.\n",
    .flags = flag_names,
    .output = "a picture: .svg, .png or .pdf",
    .least = 1,
    .most = 1,
    .offers = offers,
    .run = topo_verb,
};
