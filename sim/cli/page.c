// SPDX-License-Identifier: GPL-3.0-or-later
// report.html, of whatever verb.
#include <string.h>

#include "sim/cli/command.h"
#include "sim/cli/console.h"

// In the arena; the text is freed. NULL when out of memory.
static const char *taken(const lw_context *context, lw_text *text) {
    const char *copy = text->failed ? NULL : lw_arena_copy(context->arena, text->bytes != NULL ? text->bytes : "");
    lw_text_free(text);
    return copy;
}

lw_status lw_cli_page_add(const lw_context *context, const lw_picture *picture, lw_cli_page *page) {
    if (picture->draw == NULL) {
        return LW_OK;
    }
    lw_text svg = {0};
    const char *prefix = lw_arena_print(context->arena, "chart-%zu-", page->chart.count + 1);
    lw_status status = prefix != NULL ? lw_picture_svg_part(picture, prefix, &svg) : LW_NO_MEMORY;
    const char *text = taken(context, &svg);
    lanewise_chart *added = status == LW_OK && text != NULL ? LW_LIST_ADD(&page->chart, lanewise_chart, context->arena) : NULL;
    if (added == NULL) {
        return LW_NO_MEMORY;
    }
    *added = (lanewise_chart){picture->title, picture->description, text};
    return LW_OK;
}

// ---- The command ----

// A word of a POSIX shell: in quotes where it needs them.
static void add_word(lw_text *out, const char *word) {
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:=,@%+-";
    lw_text_add(out, " ");
    if (word[0] != '\0' && word[strspn(word, plain)] == '\0') {
        lw_text_add(out, word);
        return;
    }
    lw_text_add(out, "'");
    for (; *word != '\0'; word++) {
        if (*word == '\'') {
            lw_text_add(out, "'\\''");
        } else {
            lw_text_add_n(out, word, 1);
        }
    }
    lw_text_add(out, "'");
}

static void add_flag(lw_text *out, const char *flag, const char *value) {
    if (value != NULL) {
        lw_text_print(out, " --%s", flag);
        add_word(out, value);
    }
}

// With the flags that change what is found, and DIR for the folder: where it goes changes no byte.
static const char *command_of(const lw_context *context, const char *const *file, size_t count) {
    const lw_arguments *a = context->arguments;
    lw_text out = {0};
    lw_text_print(&out, "lanewise %s", a->verb);
    for (size_t i = 0; i < count; i++) {
        add_word(&out, file[i]);
    }
    for (int64_t i = 0; i < a->set_count; i++) {
        add_flag(&out, "set", a->set[i]);
    }
    add_flag(&out, "engine", a->engine >= 0 ? lanewise_engines()[a->engine] : NULL);
    add_flag(&out, "percentiles", a->percentiles);
    add_flag(&out, "on", a->on);
    add_flag(&out, "band", a->band > 0 ? lanewise_bands()[a->band] : NULL);
    if (a->seed >= 0) {
        lw_text_print(&out, " --seed %lld", (long long)a->seed);
    }
    if (a->draws > 0) {
        lw_text_print(&out, " --uncertainty %lld", (long long)a->draws);
    }
    lw_text_add(&out, a->lift ? " --lift" : "");
    lw_text_add(&out, a->bands ? " --bands" : "");
    lw_text_add(&out, " -o DIR");
    return taken(context, &out);
}

static const char *style_of(const lw_context *context, int theme) {
    lw_text out = {0};
    out.failed = lw_theme_style(theme, &out) != LW_OK;
    return taken(context, &out);
}

lw_status lw_cli_page_end(const lw_context *context, const char *const *file, size_t count, lw_cli_page *page) {
    page->page = (lanewise_page){.chart = LW_LIST_ITEMS(&page->chart, const lanewise_chart),
                                 .chart_count = page->chart.count,
                                 .light = style_of(context, LW_THEME_LIGHT),
                                 .dark = style_of(context, LW_THEME_DARK),
                                 .print = style_of(context, LW_THEME_PRINT),
                                 .command = command_of(context, file, count)};
    const lanewise_page *p = &page->page;
    return p->light != NULL && p->dark != NULL && p->print != NULL && p->command != NULL ? LW_OK : LW_NO_MEMORY;
}

lw_status lw_cli_page_write(const lw_context *context, lanewise_status made, char *html, const char *folder, const char **wrote) {
    lw_status status = (lw_status)made;
    const char *path = lw_arena_print(context->arena, "%s/report.html", folder);
    status = status == LW_OK && path == NULL ? LW_NO_MEMORY : status;
    status = status == LW_OK ? lw_file_write(path, html, strlen(html), context->diags) : status;
    lanewise_free(html);
    *wrote = lw_arena_print(context->arena, "%s, report.html", *wrote);
    return status == LW_OK && *wrote == NULL ? LW_NO_MEMORY : status;
}
