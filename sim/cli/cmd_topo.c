// SPDX-License-Identifier: GPL-3.0-or-later
// lanewise topo: a system as a tree of text or as a picture.
#include <string.h>
#include <unistd.h>

#include "sim/cli/command.h"
#include "sim/cli/console.h"

// FILE, or the system of configs/systems that has this name.
static lw_status find_file(const lw_context *context, const char *name, const char **out) {
    *out = name;
    if (strcmp(name, "-") == 0 || strchr(name, '/') != NULL || access(name, F_OK) == 0) {
        return LW_OK;
    }
    *out = lw_arena_print(context->arena, "%s/systems/%s.yaml", lw_catalog_folder(context->catalog), name);
    if (*out == NULL) {
        return LW_NO_MEMORY;
    }
    if (access(*out, F_OK) != 0) {
        (void)lw_error(context->diags, (lw_place){0}, "lanewise list systems names those that there are",
                       "there is no file and no system '%s'", name);
        return LW_IO;
    }
    return LW_OK;
}

static lw_status print_tree(const lw_context *context, const lw_topology *topology) {
    lw_text text = {0};
    lw_status made = lw_topology_text(topology, &text);
    return lw_console_print(made, &text, context->diags);
}

static lw_status topo_one(lw_context *context, const char *name) {
    const lw_arguments *arguments = context->arguments;
    const lw_load load = {.set = arguments->set, .set_count = (size_t)arguments->set_count, .look_only = true};
    lw_scenario *scenario = NULL;
    lw_topology topology;
    const char *path = NULL;
    LW_TRY(find_file(context, name, &path));
    LW_TRY(lw_scenario_load(path, context->catalog, &load, context->arena, context->diags, &scenario));
    LW_TRY(lw_scenario_topology(scenario, 0, context->arena, context->diags, &topology));
    if (arguments->output == NULL) {
        return print_tree(context, &topology);
    }
    lw_picture picture;
    LW_TRY(lw_topology_render(&topology, arguments->theme < 0 ? LW_THEME_LIGHT : (lw_theme_kind)arguments->theme, context->arena,
                              context->diags, &picture));
    return lw_command_picture(context, &picture, arguments->output);
}

static lw_status topo_verb(lw_context *context) {
    return lw_command_each(context, topo_one);
}

static const char *const flag_names[] = {"output", "set", "theme", "scale", NULL};

const lw_verb lw_verb_topo = {
    .name = "topo",
    .operands = "FILE",
    .summary = "Draw the nodes and links of a scenario or a system.",
    .examples = "  lanewise topo hgx-h100                  a tree on the terminal; lanewise list systems has the names\n"
                "  lanewise topo hgx-h100 -o hgx.svg       a picture\n"
                "  lanewise topo my.yaml -o my.png --theme dark\n",
    .details = "FILE - is stdin. Of a sweep the first point is drawn.\n",
    .flags = flag_names,
    .least = 1,
    .most = 1,
    .run = topo_verb,
};
