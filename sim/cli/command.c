// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/cli/command.h"

#include <string.h>
#include <unistd.h>

#include "sim/cli/console.h"
#include "sim/config/catalog.h"
#include "sim/study/scenario.h"

// ---- Charts ----

// The stem of a chart's files: charts of one kind without own names get numbers.
static const char *chart_stem(const lw_session *session, size_t index, lw_arena *arena) {
    const lw_chart_request *chart = &session->chart[index];
    if (chart->file != NULL && chart->file[0] != '\0') {
        return chart->file;
    }
    int earlier = 0;
    for (size_t i = 0; i < index; i++) {
        earlier += session->chart[i].kind == chart->kind && (session->chart[i].file == NULL || session->chart[i].file[0] == '\0');
    }
    return earlier == 0 ? lw_chart_words[chart->kind] : lw_arena_print(arena, "%s-%d", lw_chart_words[chart->kind], earlier + 1);
}

static lw_status check_chart(const lw_context *context, lw_session *session, size_t index, const lw_result *outline) {
    const lw_chart_request *chart = &session->chart[index];
    const char *stem = chart_stem(session, index, context->arena);
    if (stem == NULL) {
        return LW_NO_MEMORY;
    }
    session->chart_stem[index] = stem;
    for (size_t i = 0; i < index; i++) {
        if (strcmp(session->chart_stem[i], stem) == 0) {
            return lw_error(context->diags, chart->place,
                            "give one of them another file:", "this chart and the one in line %d would both be written to %s.svg",
                            session->chart[i].place.line, stem);
        }
    }
    return lw_chart_check(chart, outline, context->diags);
}

static lw_status check_charts(const lw_context *context, lw_session *session) {
    session->chart_stem = LW_NEW_ARRAY(context->arena, const char *, session->chart_count);
    lw_arena *arena = lw_arena_new();  // the outline of a large sweep is large
    if (session->chart_stem == NULL || arena == NULL) {
        lw_arena_free(arena);
        return LW_NO_MEMORY;
    }
    lw_result outline;
    lw_status worst = lw_scenario_outline(session->scenario, arena, context->diags, &outline);
    for (size_t i = 0, count = worst == LW_OK ? session->chart_count : 0; i < count; i++) {
        lw_status status = check_chart(context, session, i, &outline);
        worst = worst == LW_OK ? status : worst;
    }
    lw_arena_free(arena);
    return worst;
}

static lw_status load_charts(const lw_context *context, lw_session *session) {
    const lw_yaml *list = lw_scenario_charts(session->scenario);
    if (list == NULL || list->count == 0) {
        return LW_OK;
    }
    session->chart = LW_NEW_ARRAY(context->arena, lw_chart_request, list->count);
    if (session->chart == NULL) {
        return LW_NO_MEMORY;
    }
    lw_status worst = LW_OK;
    for (const lw_yaml *item = list->first; item != NULL; item = item->next) {
        lw_status status = lw_chart_parse(item, &session->chart[session->chart_count], context->diags);
        if (status == LW_OK) {
            session->chart_count++;
        } else {
            worst = status;
        }
    }
    lw_status checked = check_charts(context, session);
    return worst != LW_OK ? worst : checked;
}

// ---- Measured tables ----

static lw_status unknown_table(const lw_context *context, const lw_yaml *item) {
    const char **paths = NULL;
    size_t count = 0;
    LW_TRY(lw_catalog_files(context->catalog, "measured", context->arena, context->diags, &paths, &count));
    for (size_t i = 0; i < count; i++) {
        const char *name = strrchr(paths[i], '/') + 1;
        paths[i] = lw_arena_copy_n(context->arena, name, strlen(name) - strlen(".yaml"));
        if (paths[i] == NULL) {
            return LW_NO_MEMORY;
        }
    }
    const char *near = lw_nearest(item->text, paths, count);
    return lw_error(context->diags, item->place,
                    near != NULL ? lw_diags_text(context->diags, "did you mean %s?", near)
                                 : "`lanewise list measured` shows the names",
                    "there is no measured table '%s'", item->text);
}

static bool is_yaml(const char *name) {
    size_t length = strlen(name);
    return length > 5 && strcmp(name + length - 5, ".yaml") == 0;
}

// A name is that of a table which comes with lanewise; a path begins at the scenario's folder.
static lw_status find_table(const lw_context *context, const lw_session *session, const lw_yaml *item, const char **out) {
    if (item->kind != LW_SCALAR || item->text[0] == '\0') {
        return lw_error(context->diags, item->place, "`lanewise list measured` shows the names",
                        "the name of a measured table is a text");
    }
    const char *folder = lw_scenario_folder(session->scenario);
    bool is_path = strchr(item->text, '/') != NULL || is_yaml(item->text);
    const char *path =
        !is_path ? lw_arena_print(context->arena, "%s/measured/%s.yaml", lw_catalog_folder(context->catalog), item->text)
        : item->text[0] == '/' ? item->text
                               : lw_arena_print(context->arena, "%s/%s", folder, item->text);
    if (path == NULL) {
        return LW_NO_MEMORY;
    }
    if (access(path, R_OK) != 0) {
        return is_path ? lw_error(context->diags, item->place, lw_diags_text(context->diags, "it is looked for at %s", path),
                                  "there is no measured table '%s'", item->text)
                       : unknown_table(context, item);
    }
    *out = path;
    return LW_OK;
}

static lw_status load_measured(const lw_context *context, lw_session *session) {
    const lw_yaml *list = lw_scenario_measured(session->scenario);
    if (list == NULL || list->count == 0) {
        return LW_OK;
    }
    session->measured = LW_NEW_ARRAY(context->arena, lw_measured_series, list->count);
    if (session->measured == NULL) {
        return LW_NO_MEMORY;
    }
    lw_status worst = LW_OK;
    for (const lw_yaml *item = list->first; item != NULL; item = item->next) {
        const char *path = NULL;
        lw_measured *table = NULL;
        lw_status status = find_table(context, session, item, &path);
        if (status == LW_OK) {
            status = lw_measured_load(path, context->catalog, context->arena, context->diags, &table);
        }
        if (status == LW_OK) {
            status = lw_measured_series_of(table, context->arena, &session->measured[session->measured_count]);
        }
        session->measured_count += status == LW_OK;
        worst = worst == LW_OK ? status : worst;
    }
    return worst;
}

// ---- Sessions ----

lw_status lw_command_file(const lw_context *context, const char *folder, const char *name) {
    if (strcmp(name, "-") == 0 || strchr(name, '/') != NULL || access(name, F_OK) == 0) {
        return LW_OK;
    }
    const char *path = lw_arena_print(context->arena, "%s/%s/%s%s", lw_catalog_folder(context->catalog), folder, name,
                                      is_yaml(name) ? "" : ".yaml");
    if (path == NULL) {
        return LW_NO_MEMORY;
    }
    if (access(path, F_OK) != 0) {
        return LW_OK;  // whoever opens the file will say that it is not there
    }
    (void)lw_error(context->diags, (lw_place){0}, lw_diags_text(context->diags, "did you mean %s?", path),
                   "there is no file '%s'", name);
    return LW_IO;
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
    LW_TRY(lw_command_file(context, "scenarios", path));
    LW_TRY(lw_scenario_load(path, context->catalog, &load, context->arena, context->diags, &session.scenario));
    // All lists are checked even when the first is wrong: users like to hear of everything at once.
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
