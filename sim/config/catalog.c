// SPDX-License-Identifier: GPL-3.0-or-later
#define _GNU_SOURCE  // dladdr
#include "sim/config/catalog.h"

#include <dirent.h>
#include <dlfcn.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/base/list.h"
#include "sim/config/source.h"

const char *const lw_shelf_words[] = {"links",    "devices",   "libraries", "models", "runtimes", "systems", "scenarios",
                                      "measured", "templates", "catalogue", "plans",  "sources",  "lessons", NULL};

struct lw_catalog {
    const char *folder;
    const char **name[LW_SHELVES];
    size_t count[LW_SHELVES];
    const lw_preset_value *value;
    size_t value_count;
};

static bool is_folder(const char *path) {
    struct stat info;
    return path != NULL && stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

static int compare_names(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static lw_status list_shelf(lw_catalog *catalog, lw_shelf shelf, lw_arena *arena) {
    const char *path = lw_arena_print(arena, "%s/%s", catalog->folder, lw_shelf_words[shelf]);
    if (path == NULL) {
        return LW_NO_MEMORY;
    }
    DIR *folder = opendir(path);
    if (folder == NULL) {
        return LW_OK;
    }
    lw_list names = {0};
    lw_status status = LW_OK;
    for (const struct dirent *file; status == LW_OK && (file = readdir(folder)) != NULL;) {
        if (file->d_name[0] == '.' || !lw_is_yaml_name(file->d_name)) {
            continue;
        }
        const char **slot = LW_LIST_ADD(&names, const char *, arena);
        const char *name = lw_yaml_stem(file->d_name, arena);
        if (slot == NULL || name == NULL) {
            status = LW_NO_MEMORY;
        } else {
            *slot = name;
        }
    }
    closedir(folder);
    catalog->name[shelf] = LW_LIST_ITEMS(&names, const char *);
    catalog->count[shelf] = names.count;
    if (status == LW_OK && names.count > 0) {
        qsort(catalog->name[shelf], names.count, sizeof *catalog->name[shelf], compare_names);
    }
    return status;
}

// The folder so many above the one that a file lies in; its path has no links.
static const char *folder_above(const char *file, int up, lw_arena *arena) {
    size_t length = strlen(file);
    for (; up >= 0 && length > 0; up--) {
        do {
            length--;
        } while (length > 0 && file[length] != '/');
    }
    return lw_arena_copy_n(arena, file, length);
}

// The presets that lie beside this code: in its own folder, in the tree in whose build folder it lies,
// which a copied tree brings along, else in share/ of the prefix whose bin/, lib/ or lib/TRIPLET/ holds
// it. NULL: it lies elsewhere.
static const char *folder_beside(lw_arena *arena) {
    static const struct {
        int up;
        const char *folder, *sign;  // sign: what must lie there
    } places[] = {
        {0, "configs", "configs/devices"}, {1, "configs", "configs/devices"}, {2, "configs", "configs/devices"},
        {3, "configs", "configs/devices"}, {4, "configs", "configs/devices"}, {1, LANEWISE_SHARED_CONFIGS, ""},
        {2, LANEWISE_SHARED_CONFIGS, ""},
    };
    Dl_info info;
    if (dladdr(&lw_shelf_words, &info) == 0 || info.dli_fname == NULL) {
        return NULL;
    }
    // A program that was found in PATH is known by its bare name; without /proc, as in a bare root, there is still
    // what was executed.
    const char *started = (const char *)getauxval(AT_EXECFN);
    const char *file = strchr(info.dli_fname, '/') != NULL ? info.dli_fname : "/proc/self/exe";
    char code[PATH_MAX];
    const bool known = realpath(file, code) != NULL || (started != NULL && realpath(started, code) != NULL);
    for (size_t i = 0; known && i < sizeof places / sizeof places[0]; i++) {
        const char *top = folder_above(code, places[i].up, arena);
        const char *sign = top != NULL ? lw_arena_print(arena, "%s/%s", top, places[i].sign) : NULL;
        const char *folder = sign != NULL ? lw_arena_print(arena, "%s/%s", top, places[i].folder) : NULL;
        if (folder != NULL && access(sign, F_OK) == 0 && is_folder(folder)) {
            return folder;
        }
    }
    return NULL;
}

static const char *default_folder(lw_arena *arena) {
    const char *chosen = getenv("LANEWISE_CONFIGS");
    if (chosen != NULL && chosen[0] != '\0') {
        return chosen;
    }
    const char *beside = folder_beside(arena);
    if (beside != NULL) {
        return beside;
    }
    return is_folder(LANEWISE_SOURCE_CONFIGS) ? LANEWISE_SOURCE_CONFIGS : LANEWISE_INSTALLED_CONFIGS;
}

lw_status lw_catalog_open(const char *folder, lw_arena *arena, lw_diags *diags, lw_catalog **out) {
    if (folder == NULL) {
        folder = default_folder(arena);
    }
    if (!is_folder(folder)) {
        lw_error(diags, (lw_place){0}, "set LANEWISE_CONFIGS to the folder that holds links/ and devices/",
                 "the folder of presets '%s' does not exist", folder);
        return LW_IO;
    }
    lw_catalog *catalog = LW_NEW(arena, lw_catalog);
    if (catalog == NULL || (catalog->folder = lw_arena_copy(arena, folder)) == NULL) {
        return LW_NO_MEMORY;
    }
    for (int shelf = 0; shelf < LW_SHELVES; shelf++) {
        LW_TRY(list_shelf(catalog, (lw_shelf)shelf, arena));
    }
    *out = catalog;
    return LW_OK;
}

const char *lw_catalog_folder(const lw_catalog *catalog) {
    return catalog->folder;
}

size_t lw_catalog_count(const lw_catalog *catalog, lw_shelf shelf) {
    return catalog->count[shelf];
}

const char *const *lw_catalog_names(const lw_catalog *catalog, lw_shelf shelf) {
    return catalog->name[shelf];
}

bool lw_catalog_has(const lw_catalog *catalog, lw_shelf shelf, const char *name) {
    return catalog->count[shelf] > 0 &&
           bsearch(&name, catalog->name[shelf], catalog->count[shelf], sizeof name, compare_names) != NULL;
}

lw_catalog *lw_catalog_with(const lw_catalog *catalog, const lw_preset_value *value, size_t count, lw_arena *arena) {
    lw_catalog *out = LW_NEW(arena, lw_catalog);
    if (out != NULL) {
        *out = *catalog;
        out->value = value;
        out->value_count = count;
    }
    return out;
}

const char *lw_catalog_value(const lw_catalog *catalog, lw_shelf shelf, const char *preset, const char *key) {
    for (size_t i = 0; i < catalog->value_count; i++) {
        const lw_preset_value *v = &catalog->value[i];
        if (v->shelf == shelf && strcmp(v->preset, preset) == 0 && strcmp(v->key, key) == 0) {
            return v->text;
        }
    }
    return NULL;
}

const char *lw_catalog_path(const lw_catalog *catalog, lw_shelf shelf, const char *name, lw_arena *arena) {
    return lw_arena_print(arena, "%s/%s/%s.yaml", catalog->folder, lw_shelf_words[shelf], name);
}
