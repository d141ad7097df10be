// SPDX-License-Identifier: GPL-3.0-or-later
// lanewise list: what there is to name in a scenario, with what each number stands on.
#include <string.h>

#include "sim/cli/command.h"
#include "sim/cli/console.h"
#include "sim/config/catalog.h"
#include "sim/config/option.h"
#include "sim/report/grid.h"
#include "sim/workload/workload.h"

static lw_status list_presets(const lw_context *context, lw_preset_kind kind, lw_text *out) {
    lw_grid *grid = lw_grid_new(context->arena, "llll");
    LW_GRID_ADD(grid, "preset", kind == LW_PRESET_LINK ? "type" : "kind", "evidence", "what it is");
    for (size_t i = 0; i < lw_catalog_count(context->catalog, kind); i++) {
        const lw_preset *preset = lw_catalog_at(context->catalog, kind, i);
        if (preset != NULL) {  // a broken one has been diagnosed
            LW_GRID_ADD(grid, preset->name, preset->type, lw_evidence_words[preset->evidence], preset->summary);
        }
    }
    return lw_grid_write(grid, 0, 0, out);
}

// "specified", "calibrated to assumed": the best and the weakest of a family's presets.
static const char *family_evidence(const lw_context *context, const char *family) {
    lw_evidence best = LW_EVIDENCE_COUNT, weakest = LW_SPECIFIED;
    for (size_t i = 0; i < lw_catalog_count(context->catalog, LW_PRESET_LINK); i++) {
        const lw_preset *preset = lw_catalog_at(context->catalog, LW_PRESET_LINK, i);
        if (preset != NULL && strcmp(preset->type, family) == 0) {
            best = preset->evidence < best ? preset->evidence : best;
            weakest = lw_evidence_weaker(weakest, preset->evidence);
        }
    }
    return best == LW_EVIDENCE_COUNT ? NULL
           : best == weakest         ? lw_evidence_words[best]
                             : lw_arena_print(context->arena, "%s to %s", lw_evidence_words[best], lw_evidence_words[weakest]);
}

static lw_status list_families(const lw_context *context, lw_text *out) {
    lw_grid *grid = lw_grid_new(context->arena, "lll");
    LW_GRID_ADD(grid, "type", "evidence of its presets", "what it is");
    for (const lw_family *const *family = lw_families; *family != NULL; family++) {
        LW_GRID_ADD(grid, (*family)->name, family_evidence(context, (*family)->name), (*family)->summary);
    }
    return lw_grid_write(grid, 0, 0, out);
}

static lw_status list_links(const lw_context *context, lw_text *out) {
    LW_TRY(list_families(context, out));
    lw_text_add(out, "\n");
    return list_presets(context, LW_PRESET_LINK, out);
}

static lw_status list_devices(const lw_context *context, lw_text *out) {
    return list_presets(context, LW_PRESET_DEVICE, out);
}

static lw_status list_workloads(const lw_context *context, lw_text *out) {
    lw_grid *grid = lw_grid_new(context->arena, "ll");
    LW_GRID_ADD(grid, "kind", "what it does");
    for (int kind = 0; kind < LW_WORKLOAD_KINDS; kind++) {
        LW_GRID_ADD(grid, lw_workload_words[kind], lw_workload_help[kind]);
    }
    return lw_grid_write(grid, 0, 0, out);
}

static lw_status list_measured(const lw_context *context, lw_text *out) {
    const char **paths = NULL;
    size_t count = 0;
    LW_TRY(lw_catalog_files(context->catalog, "measured", context->arena, context->diags, &paths, &count));
    lw_grid *grid = lw_grid_new(context->arena, "lllrll");
    LW_GRID_ADD(grid, "measured table", "use", "evidence", "points", "what was measured", "by");
    for (size_t i = 0; i < count; i++) {
        lw_measured *table = NULL;
        lw_measured_series series;
        LW_TRY(lw_measured_load(paths[i], context->catalog, context->arena, context->diags, &table));
        LW_TRY(lw_measured_series_of(table, context->arena, &series));
        LW_GRID_ADD(grid, series.table, series.validate_only ? "validate" : "calibrate", series.modelled ? "model" : "measured");
        lw_grid_print(grid, "%zu", series.count);
        LW_GRID_ADD(grid, series.label, series.provenance);
    }
    return lw_grid_write(grid, 0, 0, out);
}

// The scenario files of a folder by their titles.
static lw_status list_titles(const lw_context *context, const char *folder, const char *name_head, const char *title_head,
                             lw_text *out) {
    const char **paths = NULL;
    size_t count = 0;
    LW_TRY(lw_catalog_files(context->catalog, folder, context->arena, context->diags, &paths, &count));
    lw_grid *grid = lw_grid_new(context->arena, "ll");
    LW_GRID_ADD(grid, name_head, title_head);
    for (size_t i = 0; i < count; i++) {
        const lw_source *source = NULL;
        lw_yaml *root = NULL;
        LW_TRY(lw_source_read(paths[i], context->arena, context->diags, &source));
        LW_TRY(lw_tree_parse(source, context->arena, context->diags, &root));
        const lw_yaml *title = lw_map_get(root, "title");
        const char *name = strrchr(paths[i], '/') + 1;
        lw_grid_print(grid, "%.*s", (int)(strlen(name) - strlen(".yaml")), name);
        lw_grid_add(grid, title != NULL ? title->text : NULL);
    }
    return lw_grid_write(grid, 0, 0, out);
}

static lw_status list_scenarios(const lw_context *context, lw_text *out) {
    return list_titles(context, "scenarios", "example", "what it asks", out);
}

static lw_status list_systems(const lw_context *context, lw_text *out) {
    return list_titles(context, "systems", "system", "what it is", out);
}

typedef struct subject {
    const char *name;
    lw_status (*list)(const lw_context *context, lw_text *out);
} subject;

static const subject subjects[] = {
    {"links", list_links},         {"devices", list_devices},   {"systems", list_systems},
    {"workloads", list_workloads}, {"measured", list_measured}, {"scenarios", list_scenarios},
};
enum { SUBJECTS = sizeof subjects / sizeof subjects[0] };

static lw_status unknown_subject(const lw_context *context, const char *wanted) {
    const char *names[SUBJECTS];
    for (size_t i = 0; i < SUBJECTS; i++) {
        names[i] = subjects[i].name;
    }
    const char *near = lw_nearest(wanted, names, SUBJECTS);
    const char *hint = near != NULL ? lw_diags_text(context->diags, "did you mean lanewise list %s?", near)
                                    : "there are links, devices, systems, workloads, measured and scenarios";
    (void)lw_error(context->diags, (lw_place){0}, hint, "there is no list of \"%s\"", wanted);
    return LW_BAD_USAGE;
}

static lw_status list_subject(const lw_context *context, const char *wanted, lw_text *out) {
    for (size_t i = 0; i < SUBJECTS; i++) {
        if (strcmp(subjects[i].name, wanted) == 0) {
            return subjects[i].list(context, out);
        }
    }
    return unknown_subject(context, wanted);
}

static lw_status list_verb(lw_context *context) {
    lw_text text = {0};
    lw_status made = list_subject(context, context->arguments->file[0], &text);
    return lw_console_print(made, &text, context->diags);
}

static const char *const flag_names[] = {NULL};

const lw_verb lw_verb_list = {
    .name = "list",
    .operands = "links|devices|systems|workloads|measured|scenarios",
    .summary = "List presets, kinds of work, measured tables and examples.",
    .examples = "  lanewise list links        every link that a scenario can name\n"
                "  lanewise list systems      machines to include: and to draw with lanewise topo\n"
                "  lanewise list measured     what the model is compared with\n",
    .flags = flag_names,
    .least = 1,
    .most = 1,
    .run = list_verb,
};
