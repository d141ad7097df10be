// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/study/example.h"

#include <string.h>

#include "sim/base/suggest.h"
#include "sim/config/source.h"
#include "sim/workload/kind.h"

// The example of which every collective of a size has its own copy, and the kind that stands in it.
static const char starter[] = "collective", kind_in_starter[] = "{kind: ";

static bool has_starter(const lw_work_kind *kind) {
    return kind->redop != NULL && lw_option_find(kind->type.options, "bytes") != NULL;
}

static const lw_work_kind *kind_named(const char *name) {
    for (size_t i = 0; lw_work_kinds[i] != NULL; i++) {
        if (strcmp(lw_work_kinds[i]->type.name, name) == 0 && has_starter(lw_work_kinds[i])) {
            return lw_work_kinds[i];
        }
    }
    return NULL;
}

static void add_candidates(const lw_catalog *catalog, lw_shelf shelf, lw_list *names, lw_arena *arena) {
    const char *const *shipped = lw_catalog_names(catalog, shelf);
    for (size_t i = 0; i < lw_catalog_count(catalog, shelf); i++) {
        lw_candidate(names, shipped[i], arena);
    }
}

static lw_status no_example(const lw_catalog *catalog, const char *name, lw_arena *arena, lw_diags *diags) {
    lw_list names = {0};
    add_candidates(catalog, LW_SHELF_SCENARIOS, &names, arena);
    add_candidates(catalog, LW_SHELF_TEMPLATES, &names, arena);
    for (size_t i = 0; lw_work_kinds[i] != NULL; i++) {
        if (has_starter(lw_work_kinds[i])) {
            lw_candidate(&names, lw_work_kinds[i]->type.name, arena);
        }
    }
    const char *const *all = LW_LIST_ITEMS(&names, const char *const);
    const char *list = "";
    for (size_t i = 0; i < names.count; i++) {
        list = lw_diags_text(diags, "%s%s%s", list, i > 0 ? ", " : "", all[i]);
    }
    const char *hint = lw_did_you_mean(diags, name, all, names.count, lw_diags_text(diags, "there are: %s", list));
    (void)lw_error(diags, (lw_place){0}, hint, "there is no example \"%s\"", name);
    return LW_BAD_USAGE;
}

// The text with one word in place of another.
static void add_replaced(lw_text *out, const char *text, const char *word, size_t length, const char *by) {
    for (const char *found; length > 0 && (found = strstr(text, word)) != NULL; text = found + length) {
        lw_text_add_n(out, text, (size_t)(found - text));
        lw_text_add(out, by);
    }
    lw_text_add(out, text);
}

lw_status lw_example_read(const lw_catalog *catalog, const char *name, lw_arena *arena, lw_diags *diags, lw_text *text) {
    const bool template = lw_catalog_has(catalog, LW_SHELF_TEMPLATES, name);
    const bool shipped = template || lw_catalog_has(catalog, LW_SHELF_SCENARIOS, name);
    const lw_shelf shelf = template ? LW_SHELF_TEMPLATES : LW_SHELF_SCENARIOS;
    if (!shipped && (kind_named(name) == NULL || !lw_catalog_has(catalog, LW_SHELF_SCENARIOS, starter))) {
        return no_example(catalog, name, arena, diags);
    }
    const char *path = lw_catalog_path(catalog, shelf, shipped ? name : starter, arena);
    const lw_source *source = NULL;
    if (path == NULL) {
        return LW_NO_MEMORY;
    }
    LW_TRY(lw_source_read(path, arena, diags, &source));
    const char *at = strstr(source->text, kind_in_starter);
    const char *word = at != NULL ? at + sizeof kind_in_starter - 1 : "";
    const size_t length = shipped ? 0 : strcspn(word, ",}");
    const char *stands = lw_arena_copy_n(arena, word, length);
    if (stands == NULL) {
        return LW_NO_MEMORY;
    }
    add_replaced(text, source->text, stands, length, name);
    return LW_OK;
}
