// SPDX-License-Identifier: GPL-3.0-or-later
// include: files whose nodes, links and workloads come first.
#include <string.h>

#include "sim/base/suggest.h"
#include "sim/config/document.h"
#include "sim/config/source.h"

enum { DEPTH_MAX = 8, FILES_MAX = 256, BYTES_MAX = 8 << 20 };

typedef struct inclusion {
    const lw_catalog *catalog;
    lw_arena *arena;
    lw_diags *diags;
    lw_list *sources;
    size_t bytes;  // of all of them
} inclusion;

static lw_status include_all(inclusion *in, lw_yaml *root, const char *folder, int depth);

// "systems/dgx" is systems/dgx.yaml beside the file, else in the folder of presets.
static lw_status find_file(const inclusion *in, const lw_yaml *name, const char *folder, const char **out) {
    const char *places[2] = {folder, lw_catalog_folder(in->catalog)};
    if (name->kind != LW_SCALAR || name->text[0] == '\0') {
        return lw_error(in->diags, name->place, "write include: systems/NAME", "'include' takes the name of a file");
    }
    const char *ending = lw_is_yaml_name(name->text) ? "" : ".yaml";
    const char *file = lw_arena_print(in->arena, "%s%s", name->text, ending);
    if (file == NULL) {
        return LW_NO_MEMORY;
    }
    LW_TRY(lw_source_find(file, places, in->arena, out));
    return *out != NULL
               ? LW_OK
               : lw_error(in->diags, name->place, lw_diags_text(in->diags, "it is looked for in %s and %s", places[0], places[1]),
                          "there is no file '%s%s' to include", name->text, ending);
}

// What one included file brings joins `into`.
static lw_status take_over(const inclusion *in, lw_yaml *into, const lw_yaml *root) {
    for (const lw_yaml *item = root->first; item != NULL; item = item->next) {
        bool brings = lw_is_among(item->key, lw_section_words);
        bool known = brings || lw_option_find(lw_head_options, item->key) != NULL || strcmp(item->key, "seed") == 0 ||
                     strcmp(item->key, "engine") == 0 || strncmp(item->key, "x-", 2) == 0;
        if (!known) {
            return lw_error(in->diags, item->key_place,
                            "an included file brings nodes, links, libraries, models, runtimes and workloads", "unknown key '%s'",
                            item->key);
        }
        lw_yaml *old = brings ? lw_tree_at(into, item->key) : NULL;
        if (old != NULL && old->kind == LW_MAP && item->kind == LW_MAP) {
            LW_TRY(lw_tree_merge(old, item, in->arena));
        } else if (brings) {
            LW_TRY(lw_tree_set(into, item->key, item, item->place, in->arena, in->diags));
        }
    }
    return LW_OK;
}

static lw_status include_one(inclusion *in, lw_yaml *into, const lw_yaml *name, const char *folder, int depth) {
    const char *path = NULL;
    const lw_source *source;
    lw_yaml *root;
    LW_TRY(find_file(in, name, folder, &path));
    if (depth >= DEPTH_MAX) {
        return lw_error(in->diags, name->place, "does a file include itself?", "includes are nested more than %d deep",
                        DEPTH_MAX);
    }
    if (in->sources->count >= FILES_MAX) {
        return lw_error(in->diags, name->place, "a file that is included twice counts twice", "more than %d files are included",
                        FILES_MAX);
    }
    LW_TRY(lw_source_read(path, in->arena, in->diags, &source));
    in->bytes += source->length;
    if (in->bytes > BYTES_MAX) {
        return lw_error(in->diags, name->place, "a file that is included twice counts twice",
                        "the included files are larger than %d MiB together", BYTES_MAX >> 20);
    }
    LW_TRY(lw_tree_parse(source, in->arena, in->diags, &root));
    const lw_source **kept = LW_LIST_ADD(in->sources, const lw_source *, in->arena);
    const char *inner = lw_folder_of(path, in->arena);
    if (kept == NULL || inner == NULL) {
        return LW_NO_MEMORY;
    }
    *kept = source;
    LW_TRY(include_all(in, root, inner, depth + 1));
    return take_over(in, into, root);
}

static lw_status include_all(inclusion *in, lw_yaml *root, const char *folder, int depth) {
    if (root->kind != LW_MAP) {
        return lw_error(in->diags, root->place, "begin with lanewise: 1", "a scenario is a map of keys");
    }
    const lw_yaml *include = lw_map_get(root, "include");
    if (include == NULL) {
        return LW_OK;
    }
    lw_yaml *all = LW_NEW(in->arena, lw_yaml);
    if (all == NULL) {
        return LW_NO_MEMORY;
    }
    all->kind = LW_MAP;
    all->place = root->place;
    const lw_yaml *name = include->kind == LW_LIST ? include->first : include;
    while (name != NULL) {
        LW_TRY(include_one(in, all, name, folder, depth));
        name = include->kind == LW_LIST ? name->next : NULL;
    }
    LW_TRY(lw_tree_merge(all, root, in->arena));
    root->first = all->first;
    root->count = all->count;
    for (lw_yaml *item = root->first; item != NULL; item = item->next) {
        item->parent = root;
    }
    return LW_OK;
}

lw_status lw_include(const lw_reader *reader, lw_yaml *root, const char *folder, lw_list *sources) {
    inclusion in = {lw_presets_catalog(reader->presets), reader->arena, reader->diags, sources, 0};
    return include_all(&in, root, folder, 0);
}
