// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/cli/command.h"

#include <string.h>
#include <unistd.h>

#include "sim/cli/console.h"

lw_status lw_command_file(const lw_context *context, bool of_tables, const char *name, const char **out) {
    *out = name;
    if (strcmp(name, "-") == 0 || strchr(name, '/') != NULL || access(name, F_OK) == 0) {
        return LW_OK;
    }
    static const char ending[] = ".yaml";
    size_t length = strlen(name), end = sizeof ending - 1;
    bool ends = length > end && strcmp(name + length - end, ending) == 0;
    const char *stem = lw_arena_copy_n(context->arena, name, ends ? length - end : length);
    static const char *const runnable[] = {"scenarios", "systems", NULL}, *const tables[] = {"measured", NULL};
    const char *const *folder = of_tables ? tables : runnable;
    char *path = NULL;
    for (; stem != NULL && path == NULL && *folder != NULL; folder++) {
        path = lanewise_catalog_path(context->catalog, *folder, stem);
    }
    if (path != NULL) {
        *out = lw_arena_copy(context->arena, path);
        lanewise_free(path);
    }
    if (stem != NULL && *out == name && !ends && !of_tables) {
        (void)lw_error(context->diags, (lw_place){0},
                       "lanewise list scenarios and lanewise list systems name those that there are",
                       "there is no file, no scenario and no system '%s'", name);
        return LW_IO;
    }
    return stem == NULL || *out == NULL ? LW_NO_MEMORY : LW_OK;  // else whoever opens it will say that it is not there
}

static lw_status check_charts(const lw_context *context, lw_cli_session *session) {
    lw_status parsed =
        lw_charts_parse(lanewise_scenario_charts(session->scenario), context->arena, context->diags, &session->charts);
    if (session->charts.count == 0) {
        return parsed;
    }
    for (size_t i = 0; context->arguments->output != NULL && i < session->charts.count; i++) {
        lw_status fits = lw_chart_fits(&session->charts.chart[i], (int)context->arguments->scale, context->diags);
        parsed = parsed == LW_OK ? fits : parsed;
    }
    lanewise_result *outline = NULL;
    lw_status status = (lw_status)lanewise_scenario_outline(session->scenario, context->findings, &outline);
    if (status == LW_OK) {
        const bool changed = context->arguments->set_count > 0;
        status = changed ? lw_charts_keep_fitting(&session->charts, lanewise_result_raw(outline), context->diags)
                         : lw_charts_check(&session->charts, lanewise_result_raw(outline), context->diags);
    }
    lanewise_result_free(outline);
    return parsed != LW_OK ? parsed : status;
}

lw_status lw_cli_session_load(const lw_context *context, const char *path, bool points_may_fail, lw_cli_session *out) {
    const lw_arguments *arguments = context->arguments;
    *out = (lw_cli_session){0};
    const char *seed = arguments->seed < 0 ? NULL : lw_arena_print(context->arena, "%lld", (long long)arguments->seed);
    if (arguments->seed >= 0 && seed == NULL) {
        return LW_NO_MEMORY;
    }
    const lanewise_load load = {
        .set = arguments->set,
        .set_count = (size_t)arguments->set_count,
        .engine = arguments->engine < 0 ? NULL : lanewise_engines()[arguments->engine],
        .seed = seed,
        .points_may_fail = points_may_fail,
    };
    LW_TRY(lw_command_file(context, false, path, &path));
    lw_status loaded = (lw_status)lanewise_scenario_load(context->catalog, path, &load, context->findings, &out->scenario);
    lw_status charts = out->scenario != NULL ? check_charts(context, out) : LW_OK;
    return loaded != LW_OK ? loaded : charts;
}

void lw_cli_session_free(const lw_context *context, lw_cli_session *session) {
    lw_diags_own_sources(context->diags);  // findings outlive the text that they point into
    lanewise_scenario_free(session->scenario);
    *session = (lw_cli_session){0};
}

lw_status lw_command_each(const lw_context *context, lw_status (*one)(lw_context *context, const char *path)) {
    lw_status first = LW_OK;
    for (int64_t i = 0; i < context->arguments->file_count; i++) {
        lw_context own = *context;
        own.arena = lw_arena_new();
        own.findings = lanewise_findings_new();
        if (own.arena == NULL || own.findings == NULL) {
            lw_arena_free(own.arena);
            lanewise_findings_free(own.findings);
            return LW_NO_MEMORY;
        }
        own.diags = lanewise_findings_raw(own.findings);
        lw_status status = one(&own, context->arguments->file[i]);
        lw_console_diags(own.diags, own.arena, context->arguments->quiet);
        if (status != LW_OK && lw_diags_errors(own.diags) == 0 && status != LW_INTERRUPTED) {
            (void)lw_error(context->diags, (lw_place){0}, NULL, "%s: %s", context->arguments->file[i], lw_status_text(status));
        }
        lanewise_findings_free(own.findings);
        lw_arena_free(own.arena);
        first = first == LW_OK ? status : first;
    }
    return first;
}

lw_status lw_command_picture(const lw_context *context, const lw_picture *picture, const char *path) {
    const char *dot = strrchr(path, '.');
    const char *ending = dot != NULL && strchr(dot, '/') == NULL ? dot : "";
    lw_text bytes = {0};
    lw_status status = LW_OK;
    if (strcmp(ending, ".svg") == 0) {
        status = lw_picture_svg(picture, &bytes, context->diags);
    } else if (strcmp(ending, ".png") == 0) {
        status = lw_picture_png(picture, (int)context->arguments->scale, &bytes, context->diags);
    } else if (strcmp(ending, ".pdf") == 0) {
        status = lw_picture_pdf(picture, &bytes, context->diags);
    } else {
        (void)lw_error(context->diags, (lw_place){0}, "end it with .svg, .png or .pdf", "\"%s\" is no name for a picture", path);
        return LW_BAD_USAGE;
    }
    if (status == LW_OK) {
        status = lw_file_write(path, bytes.bytes, bytes.length, context->diags);
    }
    lw_text_free(&bytes);
    return status;
}

lw_status lw_command_pictures(const lw_context *context, const lw_picture *picture, const char *folder, const char *name,
                              const char **wrote) {
    static const char *const endings[] = {".svg", ".png", ".pdf"};
    const size_t count = context->arguments->pdf ? 3 : 2;
    if (picture->draw == NULL) {
        return LW_OK;
    }
    for (size_t i = 0; i < count; i++) {
        const char *path = lw_arena_print(context->arena, "%s/%s%s", folder, name, endings[i]);
        LW_TRY(path == NULL ? LW_NO_MEMORY : lw_command_picture(context, picture, path));
    }
    *wrote = lw_arena_print(context->arena, "%s, %s.svg, .png%s", *wrote, name, context->arguments->pdf ? ", .pdf" : "");
    return *wrote != NULL ? LW_OK : LW_NO_MEMORY;
}

lw_status lw_command_output(const lw_context *context) {
    return context->arguments->output != NULL ? lw_folder_make(context->arguments->output, context->diags) : LW_OK;
}
