// SPDX-License-Identifier: GPL-3.0-or-later
// lanewise init: a commented example scenario to start from, which is one of the shipped ones.
#include <string.h>

#include "sim/cli/command.h"
#include "sim/cli/console.h"
#include "sim/config/catalog.h"
#include "sim/config/option.h"

static const char first_example[] = "first";

// "first" of ".../scenarios/first.yaml".
static const char *kind_of(const char *path, lw_arena *arena) {
    const char *name = strrchr(path, '/') + 1;
    return lw_arena_copy_n(arena, name, strlen(name) - strlen(".yaml"));
}

static lw_status unknown_kind(const lw_context *context, const char *wanted, const char *const *kinds, size_t count) {
    const char *all = "";
    for (size_t i = 0; i < count; i++) {
        all = lw_diags_text(context->diags, "%s%s%s", all, i > 0 ? ", " : "", kinds[i]);
    }
    const char *near = lw_nearest(wanted, kinds, count);
    const char *hint = near != NULL ? lw_diags_text(context->diags, "did you mean %s?", near)
                                    : lw_diags_text(context->diags, "there are: %s", all);
    (void)lw_error(context->diags, (lw_place){0}, hint, "there is no example \"%s\"", wanted);
    return LW_BAD_USAGE;
}

static lw_status init_verb(lw_context *context) {
    const char *wanted = context->arguments->file_count > 0 ? context->arguments->file[0] : first_example;
    const char **paths = NULL;
    size_t count = 0;
    LW_TRY(lw_catalog_files(context->catalog, "scenarios", context->arena, context->diags, &paths, &count));
    const char **kinds = LW_NEW_ARRAY(context->arena, const char *, count);
    if (kinds == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        kinds[i] = kind_of(paths[i], context->arena);
        if (kinds[i] == NULL) {
            return LW_NO_MEMORY;
        }
        if (strcmp(kinds[i], wanted) == 0) {
            const lw_source *source = NULL;
            LW_TRY(lw_source_read(paths[i], context->arena, context->diags, &source));
            lw_text text = {0};
            lw_text_add_n(&text, source->text, source->length);
            return lw_console_print(LW_OK, &text, context->diags);
        }
    }
    return unknown_kind(context, wanted, kinds, count);
}

static const char *const flag_names[] = {NULL};

const lw_verb lw_verb_init = {
    .name = "init",
    .operands = "[KIND]",
    .summary = "Write a commented example scenario to stdout.",
    .examples = "  lanewise init > my.yaml                      the smallest one\n"
                "  lanewise init two-gpus-one-switch > my.yaml  another; lanewise list scenarios shows all\n",
    .flags = flag_names,
    .least = 0,
    .most = 1,
    .run = init_verb,
};
