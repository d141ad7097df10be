// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/config/catalog.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "sim/base/list.h"
#include "sim/config/option.h"

// A file is parsed when its preset is first asked for: most runs use three of a hundred.
typedef enum { ENTRY_UNREAD, ENTRY_READY, ENTRY_WRONG } entry_state;
typedef struct {
    const char *name;
    entry_state state;
    lw_preset preset;
    lw_yaml *values;  // parameters without their sources
} entry;

struct lw_catalog {
    const char *folder;
    lw_arena *arena;
    lw_diags *diags;  // of the opening: what is wrong in a preset's own file
    entry *entries[LW_PRESET_KINDS];
    const char **names[LW_PRESET_KINDS];
    size_t count[LW_PRESET_KINDS];
};

static const char *const subfolders[LW_PRESET_KINDS] = {[LW_PRESET_LINK] = "links", [LW_PRESET_DEVICE] = "devices"};

static bool is_folder(const char *path) {
    struct stat info;
    return path != NULL && stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

static int compare_names(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void sort_names(const char **names, size_t count) {
    if (count > 0) {
        qsort(names, count, sizeof *names, compare_names);
    }
}

// The files NAME.yaml of a folder in no order: their names, or their paths. LW_IO when the folder cannot be read.
static lw_status list_files(const char *path, bool as_paths, lw_arena *arena, lw_list *out) {
    DIR *folder = opendir(path);
    if (folder == NULL) {
        return LW_IO;
    }
    lw_status status = LW_OK;
    for (const struct dirent *file; status == LW_OK && (file = readdir(folder)) != NULL;) {
        size_t length = strlen(file->d_name);
        if (file->d_name[0] == '.' || length < 6 || strcmp(file->d_name + length - 5, ".yaml") != 0) {
            continue;
        }
        const char **slot = LW_LIST_ADD(out, const char *, arena);
        const char *text =
            as_paths ? lw_arena_print(arena, "%s/%s", path, file->d_name) : lw_arena_copy_n(arena, file->d_name, length - 5);
        if (slot == NULL || text == NULL) {
            status = LW_NO_MEMORY;
        } else {
            *slot = text;
        }
    }
    closedir(folder);
    return status;
}

static lw_status list_presets(lw_catalog *catalog, lw_preset_kind kind) {
    const char *path = lw_arena_print(catalog->arena, "%s/%s", catalog->folder, subfolders[kind]);
    if (path == NULL) {
        return LW_NO_MEMORY;
    }
    lw_list names = {0};
    lw_status status = list_files(path, false, catalog->arena, &names);
    if (status != LW_OK && status != LW_IO) {  // no folder, no presets
        return status;
    }
    catalog->count[kind] = names.count;
    catalog->names[kind] = LW_LIST_ITEMS(&names, const char *);
    catalog->entries[kind] = LW_NEW_ARRAY(catalog->arena, entry, names.count);
    if (catalog->entries[kind] == NULL) {
        return LW_NO_MEMORY;
    }
    sort_names(catalog->names[kind], names.count);
    for (size_t i = 0; i < names.count; i++) {
        catalog->entries[kind][i].name = catalog->names[kind][i];
    }
    return LW_OK;
}

lw_status lw_catalog_files(const lw_catalog *catalog, const char *folder, lw_arena *arena, lw_diags *diags, const char ***paths,
                           size_t *count) {
    const char *path = lw_arena_print(arena, "%s/%s", catalog->folder, folder);
    if (path == NULL) {
        return LW_NO_MEMORY;
    }
    lw_list list = {0};
    lw_status status = list_files(path, true, arena, &list);
    if (status == LW_IO) {
        (void)lw_error(diags, (lw_place){0}, NULL, "cannot read the folder %s: %s", path, strerror(errno));
    }
    LW_TRY(status);
    *paths = LW_LIST_ITEMS(&list, const char *);
    *count = list.count;
    sort_names(*paths, *count);
    return LW_OK;
}

static const char *default_folder(void) {
    const char *chosen = getenv("LANEWISE_CONFIGS");
    if (chosen != NULL && chosen[0] != '\0') {
        return chosen;
    }
    return is_folder(LANEWISE_SOURCE_CONFIGS) ? LANEWISE_SOURCE_CONFIGS : LANEWISE_INSTALLED_CONFIGS;
}

lw_status lw_catalog_open(const char *folder, lw_arena *arena, lw_diags *diags, lw_catalog **out) {
    if (folder == NULL) {
        folder = default_folder();
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
    catalog->arena = arena;
    catalog->diags = diags;
    for (int kind = 0; kind < LW_PRESET_KINDS; kind++) {
        LW_TRY(list_presets(catalog, (lw_preset_kind)kind));
    }
    *out = catalog;
    return LW_OK;
}

// ---- One file ----

typedef struct {
    int64_t version;
    const char *name, *type, *summary;
    int evidence;
    const lw_yaml *parameters;
} preset_head;

static const lw_option head_options[] = {
    {"preset", LW_OPTION_INTEGER, LW_PLAIN, offsetof(preset_head, version), NULL, NULL, 1, 1, "format version", NULL},
    {"name", LW_OPTION_TEXT, LW_PLAIN, offsetof(preset_head, name), NULL, NULL, 0, 0, "the file's name without .yaml", NULL},
    {"type", LW_OPTION_TEXT, LW_PLAIN, offsetof(preset_head, type), NULL, NULL, 0, 0, "link family or device kind", NULL},
    {"summary", LW_OPTION_TEXT, LW_PLAIN, offsetof(preset_head, summary), NULL, NULL, 0, 0, "one sentence", NULL},
    {"evidence", LW_OPTION_WORD, LW_PLAIN, offsetof(preset_head, evidence), NULL, lw_evidence_words, 0, 0, "how we know it",
     NULL},
    {"parameters", LW_OPTION_YAML, LW_PLAIN, offsetof(preset_head, parameters), "", NULL, 0, 0, "key: {value, source}", NULL},
    {0}};

typedef struct {
    const lw_yaml *value;
    const char *source;
    int evidence;
    const char *note;
} preset_row;

static const lw_option row_options[] = {
    {"value", LW_OPTION_YAML, LW_PLAIN, offsetof(preset_row, value), NULL, NULL, 0, 0, "as in a scenario", NULL},
    {"source", LW_OPTION_TEXT, LW_PLAIN, offsetof(preset_row, source), NULL, NULL, 0, 0, "where the value comes from", NULL},
    {"evidence", LW_OPTION_WORD, LW_PLAIN, offsetof(preset_row, evidence), "specified", lw_evidence_words, 0, 0,
     "how this value is known", NULL},
    {"note", LW_OPTION_TEXT, LW_PLAIN, offsetof(preset_row, note), "", NULL, 0, 0, "what to know about it", NULL},
    {0}};

// One row `key: {value, source, evidence}`: its plain value joins the map `values`.
static lw_status read_row(const lw_catalog *catalog, entry *e, const lw_yaml *item, lw_yaml **last, unsigned *seen) {
    if (item->kind != LW_MAP) {
        return lw_error(catalog->diags, item->place, "write {value: ..., source: \"...\"}", "'%s' has no source", item->key);
    }
    preset_row row;
    lw_option_set set = {0};
    lw_options_default(row_options, &row);
    LW_TRY(lw_options_parse(row_options, item, NULL, &row, &set, catalog->diags));
    LW_TRY(lw_options_require(row_options, &set, item->key, item->place, catalog->diags));
    // A row that nobody has built or shipped yet makes the whole preset so; an assumed detail does not.
    if (row.evidence >= LW_ANNOUNCED) {
        e->preset.evidence = lw_evidence_weaker(e->preset.evidence, (lw_evidence)row.evidence);
    }
    *seen |= 1u << row.evidence;
    lw_yaml *plain = lw_tree_copy(row.value, catalog->arena);
    if (plain == NULL) {
        return LW_NO_MEMORY;
    }
    plain->key = item->key;
    plain->key_place = item->key_place;
    plain->parent = e->values;
    plain->next = NULL;
    *(*last == NULL ? &e->values->first : &(*last)->next) = plain;
    *last = plain;
    e->values->count++;
    return LW_OK;
}

static lw_status read_file(const lw_catalog *catalog, lw_preset_kind kind, entry *e) {
    const lw_source *source;
    lw_yaml *root;
    const char *path = lw_arena_print(catalog->arena, "%s/%s/%s.yaml", catalog->folder, subfolders[kind], e->name);
    if (path == NULL) {
        return LW_NO_MEMORY;
    }
    LW_TRY(lw_source_read(path, catalog->arena, catalog->diags, &source));
    LW_TRY(lw_tree_parse(source, catalog->arena, catalog->diags, &root));
    preset_head head;
    lw_option_set set = {0};
    lw_options_default(head_options, &head);
    LW_TRY(lw_options_parse(head_options, root, NULL, &head, &set, catalog->diags));
    LW_TRY(lw_options_require(head_options, &set, "the preset", root->place, catalog->diags));
    if (strcmp(head.name, e->name) != 0) {
        return lw_error(catalog->diags, set.place[1], "give the file and the preset one name",
                        "the preset '%s' lies in a file '%s.yaml'", head.name, e->name);
    }
    if (head.parameters != NULL && head.parameters->kind != LW_MAP) {
        return lw_error(catalog->diags, head.parameters->place, NULL, "'parameters' must be a map");
    }
    e->preset = (lw_preset){kind, e->name, head.type, head.summary, (lw_evidence)head.evidence, root, head.parameters};
    e->values = LW_NEW(catalog->arena, lw_yaml);
    if (e->values == NULL) {
        return LW_NO_MEMORY;
    }
    e->values->kind = LW_MAP;
    e->values->place = root->place;
    lw_yaml *last = NULL;
    unsigned seen = 0;  // a bit a word of evidence
    for (const lw_yaml *item = head.parameters != NULL ? head.parameters->first : NULL; item != NULL; item = item->next) {
        LW_TRY(read_row(catalog, e, item, &last, &seen));
    }
    // What nobody measured is no better for the preset's saying so.
    bool claims = head.evidence == LW_MEASURED || head.evidence == LW_CALIBRATED;
    if (claims && (seen & 1u << head.evidence) == 0) {
        return lw_error(catalog->diags, set.place[4], "say which of its values is, or take a weaker word",
                        "the preset '%s' is %s, but none of its values is", head.name, lw_evidence_words[head.evidence]);
    }
    return LW_OK;
}

// Reading happens once a preset; the check of a scenario touches all that its run will use, so threads of a run only look.
static lw_status ready_entry(const lw_catalog *catalog, lw_preset_kind kind, size_t index, const entry **out) {
    entry *e = &catalog->entries[kind][index];
    lw_status status = LW_OK;
#pragma omp critical(lanewise_catalog)
    {
        if (e->state == ENTRY_UNREAD) {
            status = read_file(catalog, kind, e);
            if (status != LW_NO_MEMORY) {
                e->state = status == LW_OK ? ENTRY_READY : ENTRY_WRONG;
            }
        }
        if (status != LW_NO_MEMORY) {
            status = e->state == ENTRY_READY ? LW_OK : LW_BAD_INPUT;
        }
    }
    *out = e;
    return status;
}

static size_t index_of(const lw_catalog *catalog, lw_preset_kind kind, const char *name) {
    size_t low = 0, high = catalog->count[kind];
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = strcmp(catalog->names[kind][middle], name);
        if (order == 0) {
            return middle;
        }
        *(order < 0 ? &low : &high) = order < 0 ? middle + 1 : middle;
    }
    return SIZE_MAX;
}

const char *lw_catalog_folder(const lw_catalog *catalog) {
    return catalog->folder;
}

size_t lw_catalog_count(const lw_catalog *catalog, lw_preset_kind kind) {
    return catalog->count[kind];
}

const lw_preset *lw_catalog_at(const lw_catalog *catalog, lw_preset_kind kind, size_t index) {
    const entry *e;
    return index < catalog->count[kind] && ready_entry(catalog, kind, index, &e) == LW_OK ? &e->preset : NULL;
}

const lw_preset *lw_catalog_find(const lw_catalog *catalog, lw_preset_kind kind, const char *name) {
    return lw_catalog_at(catalog, kind, index_of(catalog, kind, name));
}

const char *lw_catalog_nearest(const lw_catalog *catalog, lw_preset_kind kind, const char *name) {
    return lw_nearest(name, catalog->names[kind], catalog->count[kind]);
}

lw_status lw_catalog_use(const lw_catalog *catalog, lw_preset_kind kind, const lw_yaml *name, lw_diags *diags,
                         const lw_preset **preset, const lw_yaml **values) {
    const char *what = kind == LW_PRESET_LINK ? "link" : "device";
    if (name->kind != LW_SCALAR) {
        return lw_error(diags, name->place, "write preset: NAME", "a preset is given by its name");
    }
    size_t index = index_of(catalog, kind, name->text);
    if (index == SIZE_MAX) {
        const char *nearest = lw_catalog_nearest(catalog, kind, name->text);
        const char *hint = nearest != NULL ? lw_diags_text(diags, "did you mean '%s'?", nearest)
                                           : lw_diags_text(diags, "`lanewise list %ss` names them all", what);
        return lw_error(diags, name->place, hint, "there is no %s preset '%s'", what, name->text);
    }
    const entry *e;
    lw_status status = ready_entry(catalog, kind, index, &e);
    if (status == LW_NO_MEMORY) {
        return status;
    }
    if (status != LW_OK) {
        return lw_error(diags, name->place, "its file in the presets' folder is wrong", "the %s preset '%s' cannot be used", what,
                        name->text);
    }
    *preset = &e->preset;
    *values = e->values;
    return LW_OK;
}
