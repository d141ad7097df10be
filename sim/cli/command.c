// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/cli/command.h"

#include <string.h>
#include <unistd.h>

#include "sim/cli/console.h"
#include "sim/scenario/scenario.h"

static lw_status load_charts(const lw_context *context, lw_session *session) {
    const lw_node *list = lw_scenario_charts(session->scenario);
    if (list == NULL) {
        return LW_OK;
    }
    if (list->kind != LW_LIST) {
        return lw_error(context->diags, list->place, "write charts: [{kind: bandwidth}]", "charts must be a list");
    }
    session->chart = LW_NEW_ARRAY(context->arena, lw_chart_request, list->count);
    if (session->chart == NULL) {
        return LW_NO_MEMORY;
    }
    lw_status worst = LW_OK;
    for (const lw_node *item = list->first; item != NULL; item = item->next) {
        lw_status status = lw_chart_parse(item, &session->chart[session->chart_count], context->diags);
        if (status == LW_OK) {
            session->chart_count++;
        } else {
            worst = status;
        }
    }
    return worst;
}

// A name is a table of the catalogue, anything with a slash a file.
static lw_status measured_path(const lw_context *context, const lw_node *item, const char **out) {
    if (item->kind != LW_SCALAR) {
        return lw_error(context->diags, item->place, "lanewise list measured shows the names",
                        "the name of a measured table is a text");
    }
    bool is_file = strchr(item->text, '/') != NULL;
    const char *path =
        is_file ? item->text
                : lw_arena_print(context->arena, "%s/measured/%s.yaml", lw_catalog_folder(context->catalog), item->text);
    if (path == NULL) {
        return LW_NO_MEMORY;
    }
    if (access(path, F_OK) != 0) {
        return lw_error(context->diags, item->place, "lanewise list measured shows the names", "there is no measured table '%s'",
                        item->text);
    }
    *out = path;
    return LW_OK;
}

// The measured tables that the scenario names, for the charts.
static lw_status load_measured(const lw_context *context, lw_session *session) {
    const lw_node *list = lw_scenario_measured(session->scenario);
    if (list == NULL) {
        return LW_OK;
    }
    session->measured = LW_NEW_ARRAY(context->arena, lw_measured_series, list->count);
    if (session->measured == NULL) {
        return LW_NO_MEMORY;
    }
    for (const lw_node *item = list->first; item != NULL; item = item->next) {
        const char *path = NULL;
        lw_measured *table = NULL;
        LW_TRY(measured_path(context, item, &path));
        LW_TRY(lw_measured_load(path, context->catalog, context->arena, context->diags, &table));
        LW_TRY(lw_measured_series_of(table, context->arena, &session->measured[session->measured_count]));
        session->measured_count++;
    }
    return LW_OK;
}

lw_status lw_session_load(const lw_context *context, const char *path, lw_session *out) {
    const lw_arguments *arguments = context->arguments;
    lw_session session = {0};
    const char *seed = arguments->seed < 0 ? NULL : lw_arena_print(context->arena, "%lld", (long long)arguments->seed);
    if (arguments->seed >= 0 && seed == NULL) {
        return LW_NO_MEMORY;
    }
    const lw_load load = {
        .set = arguments->set,
        .set_count = (size_t)arguments->set_count,
        .engine = arguments->engine < 0 ? NULL : lw_engine_words[arguments->engine],
        .seed = seed,
    };
    LW_TRY(lw_scenario_load(path, context->catalog, &load, context->arena, context->diags, &session.scenario));
    // Every list is checked even when another is wrong: users like to hear of everything at once.
    lw_status charts = load_charts(context, &session);
    lw_status measured = load_measured(context, &session);
    lw_status asserts = lw_assertions_parse(lw_scenario_asserts(session.scenario), context->arena, context->diags,
                                            &session.assertion, &session.assertion_count);
    if (asserts == LW_OK) {
        asserts = lw_assertions_check_names(session.assertion, session.assertion_count, session.scenario->base, context->diags);
    }
    LW_TRY(charts);
    LW_TRY(measured);
    LW_TRY(asserts);
    *out = session;
    return LW_OK;
}

lw_status lw_command_each(const lw_context *context, lw_status (*one)(lw_context *context, const char *path)) {
    lw_status first = LW_OK;
    for (int64_t i = 0; i < context->arguments->file_count; i++) {
        lw_arena *arena = lw_arena_new();
        lw_diags *diags = arena == NULL ? NULL : lw_diags_new(arena);
        if (diags == NULL) {
            lw_arena_free(arena);
            return LW_NO_MEMORY;
        }
        lw_context own = *context;
        own.arena = arena;
        own.diags = diags;
        lw_status status = one(&own, context->arguments->file[i]);
        lw_console_diags(diags, arena, context->arguments->quiet);
        if (status != LW_OK && lw_diags_errors(diags) == 0 && status != LW_INTERRUPTED) {
            (void)lw_error(context->diags, (lw_place){0}, NULL, "%s: %s", context->arguments->file[i], lw_status_text(status));
        }
        lw_arena_free(arena);
        first = first == LW_OK ? status : first;
        if (status == LW_INTERRUPTED) {
            return status;
        }
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
