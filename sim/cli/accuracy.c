// SPDX-License-Identifier: GPL-3.0-or-later
// What validate and calibrate show and write.
#include <string.h>

#include "sim/cli/command.h"
#include "sim/cli/console.h"

// NULL-terminated names of .svg files for the page.
typedef struct writing {
    const lw_context *context;
    const lanewise_accuracy *accuracy;
    const char *folder, *wrote;
    const char **picture;
    size_t count, room;
    lw_cli_page page;
} writing;

static lw_status write_text(const writing *w, lanewise_status made, char *text, const char *name) {
    lw_status status = (lw_status)made;
    const char *path = lw_arena_print(w->context->arena, "%s/%s", w->folder, name);
    status = status == LW_OK && path == NULL ? LW_NO_MEMORY : status;
    status = status == LW_OK ? lw_file_write(path, text, strlen(text), w->context->diags) : status;
    lanewise_free(text);
    return status;
}

// *drawn is false where there is no such picture.
static lw_status write_picture(writing *w, lw_accuracy_request request, const char *name, bool *drawn) {
    const int theme = w->context->arguments->theme;
    request.theme = theme >= 0 ? theme : LW_THEME_LIGHT;
    lw_picture picture;
    LW_TRY(name == NULL ? LW_NO_MEMORY
                        : lw_accuracy_render(&request, lanewise_accuracy_raw(w->accuracy), w->context->arena, &picture));
    *drawn = picture.draw != NULL;
    if (!*drawn || w->count + 1 >= w->room) {
        return LW_OK;
    }
    LW_TRY(lw_command_pictures(w->context, &picture, w->folder, name, &w->wrote));
    LW_TRY(lw_cli_page_add(w->context, &picture, &w->page));
    w->picture[w->count] = lw_arena_print(w->context->arena, "%s.svg", name);
    return w->picture[w->count++] != NULL ? LW_OK : LW_NO_MEMORY;
}

// Of each fit as many pictures as its tables need.
static lw_status write_fits(writing *w) {
    bool drawn = true;
    for (size_t fit = 0; drawn; fit++) {
        size_t part = 0;
        for (bool more = true; more; part += more) {
            const char *name = lw_arena_print(w->context->arena, part == 0 ? "fit-%zu" : "fit-%zu-%zu", fit + 1, part + 1);
            LW_TRY(write_picture(w, (lw_accuracy_request){.kind = LW_ACCURACY_FIT, .fit = fit, .part = part}, name, &more));
        }
        drawn = part > 0;
    }
    return LW_OK;
}

static lw_status write_files(const lw_context *context, const lanewise_accuracy *accuracy, const char **wrote) {
    enum { PICTURES_MOST = 1000 };
    writing w = {.context = context,
                 .accuracy = accuracy,
                 .folder = context->arguments->output,
                 .wrote = "report.md, points.csv",
                 .picture = LW_NEW_ARRAY(context->arena, const char *, PICTURES_MOST),
                 .room = PICTURES_MOST};
    bool drawn;
    char *text = NULL;
    if (w.picture == NULL) {
        return LW_NO_MEMORY;
    }
    LW_TRY(write_picture(&w, (lw_accuracy_request){.kind = LW_ACCURACY_PARITY}, lw_accuracy_words[LW_ACCURACY_PARITY], &drawn));
    LW_TRY(write_picture(&w, (lw_accuracy_request){.kind = LW_ACCURACY_RESIDUALS}, lw_accuracy_words[LW_ACCURACY_RESIDUALS],
                         &drawn));
    LW_TRY(write_fits(&w));
    lanewise_status made = lanewise_accuracy_report(accuracy, "csv", context->findings, &text);
    LW_TRY(write_text(&w, made, text, "points.csv"));
    text = NULL;
    made = lanewise_accuracy_page(accuracy, w.picture, &text);
    LW_TRY(write_text(&w, made, text, "report.md"));
    text = NULL;
    LW_TRY(lw_cli_page_end(context, context->arguments->file, (size_t)context->arguments->file_count, &w.page));
    made = lanewise_accuracy_html(accuracy, &w.page.page, &text);
    LW_TRY(lw_cli_page_write(context, made, text, w.folder, &w.wrote));
    *wrote = w.wrote;
    return LW_OK;
}

static lw_status show(const lw_context *context, const lanewise_accuracy *accuracy) {
    const char *wrote = NULL;
    if (context->arguments->output != NULL) {
        LW_TRY(write_files(context, accuracy, &wrote));
        const char *told = lw_arena_print(context->arena, "wrote %s: %s", context->arguments->output, wrote);
        LW_TRY(told == NULL ? LW_NO_MEMORY : LW_OK);
        if (!context->arguments->quiet) {
            lw_console_message(told);
        }
    }
    char *text = NULL;
    const char *format = lanewise_formats()[context->arguments->format];
    const lanewise_status made = lanewise_accuracy_report(accuracy, format, context->findings, &text);
    return lw_console_print_text(made, text, context->diags);
}

lw_status lw_command_accuracy(const lw_context *context, lw_status status, lanewise_accuracy *accuracy) {
    const lw_status shown = accuracy != NULL ? show(context, accuracy) : LW_OK;
    lanewise_accuracy_free(accuracy);
    return status != LW_OK ? status : shown;
}
