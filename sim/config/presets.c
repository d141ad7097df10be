// SPDX-License-Identifier: GPL-3.0-or-later
// Preset files: a head, and rows `key: {value, source, evidence}`.
#include <string.h>

#include "sim/base/list.h"
#include "sim/base/map.h"
#include "sim/base/suggest.h"
#include "sim/config/catalog.h"
#include "sim/config/option.h"
#include "sim/config/source.h"

// One preset as it was read, or the fact that its file is wrong.
typedef struct slot {
    bool wrong;
    const lw_preset *preset;
} slot;

struct lw_presets {
    const lw_catalog *catalog;
    const lw_presets *others;  // where to look before a file is read; NULL: nowhere
    lw_arena *arena;
    lw_diags *diags;
    bool in_base;   // what is being read is another's base
    lw_map names;   // scope: the shelf
    lw_list slots;  // slot *, by number of the name
};

lw_presets *lw_presets_new(const lw_catalog *catalog, lw_arena *arena, lw_diags *diags) {
    lw_presets *presets = LW_NEW(arena, lw_presets);
    if (presets != NULL) {
        *presets = (lw_presets){.catalog = catalog, .arena = arena, .diags = diags, .names = {.arena = arena}};
    }
    return presets;
}

lw_presets *lw_presets_over(const lw_presets *others, const lw_catalog *with, lw_arena *arena, lw_diags *diags) {
    lw_presets *presets = lw_presets_new(with, arena, diags);
    if (presets != NULL) {
        presets->others = others;
    }
    return presets;
}

const lw_catalog *lw_presets_catalog(const lw_presets *presets) {
    return presets->catalog;
}

typedef struct head {
    int64_t version;
    const char *name, *type, *summary, *pci_ids, *base, *called;
    int evidence;
    const lw_yaml *parameters;
} head;

static const lw_option head_options[] = {
    {.key = "preset",
     .kind = LW_OPTION_INTEGER,
     .offset = offsetof(head, version),
     .minimum = 1,
     .maximum = 1,
     .help = "format version"},
    {.key = "name", .kind = LW_OPTION_TEXT, .offset = offsetof(head, name), .help = "the file's name without .yaml"},
    {.key = "type",
     .kind = LW_OPTION_TEXT,
     .offset = offsetof(head, type),
     .help = "link family, kind of node, or what else it is of"},
    {.key = "summary", .kind = LW_OPTION_TEXT, .offset = offsetof(head, summary), .help = "one sentence"},
    {.key = "evidence",
     .kind = LW_OPTION_WORD,
     .offset = offsetof(head, evidence),
     .words = lw_evidence_words,
     .help = "how we know it"},
    {.key = "parameters",
     .kind = LW_OPTION_YAML,
     .offset = offsetof(head, parameters),
     .fallback = "",
     .help = "key: {value, source}"},
    {.key = "pci_ids",
     .kind = LW_OPTION_TEXT,
     .offset = offsetof(head, pci_ids),
     .fallback = "",
     .help = "vendor:device of the cards that it is of, as the PCI ID Repository lists them"},
    {.key = "base",
     .kind = LW_OPTION_TEXT,
     .offset = offsetof(head, base),
     .fallback = "",
     .help = "a preset of the same type whose rows hold where this one has none of that key"},
    {.key = "called",
     .kind = LW_OPTION_TEXT,
     .offset = offsetof(head, called),
     .fallback = "",
     .help = "how llama-bench calls a model ('llama 8B'); of a runtime the number of its build"},
    {0}};
enum { HEAD_NAME = 1, HEAD_EVIDENCE = 4, HEAD_BASE = 7 };

typedef struct row {
    const lw_yaml *value, *tables, *correlates;
    double error, spread;
    const char *source, *note;
    int evidence;
} row;

static const lw_option row_options[] = {
    {.key = "value", .kind = LW_OPTION_YAML, .offset = offsetof(row, value), .help = "as in a scenario"},
    {.key = "source", .kind = LW_OPTION_TEXT, .offset = offsetof(row, source), .help = "where the value comes from"},
    {.key = "evidence",
     .kind = LW_OPTION_WORD,
     .offset = offsetof(row, evidence),
     .fallback = "specified",
     .words = lw_evidence_words,
     .help = "how this value is known"},
    {.key = "tables",
     .kind = LW_OPTION_YAML,
     .offset = offsetof(row, tables),
     .fallback = "",
     .help = "the measured tables that it was fitted to"},
    {.key = "error",
     .kind = LW_OPTION_QUANTITY_REAL,
     .offset = offsetof(row, error),
     .fallback = "auto",
     .maximum = 10,
     .help = "its standard error, as a share"},
    {.key = "spread",
     .kind = LW_OPTION_QUANTITY_REAL,
     .offset = offsetof(row, spread),
     .fallback = "auto",
     .maximum = 10,
     .help = "how far other systems are from the one that it was measured on, as a share: joins its error in bands"},
    {.key = "correlates",
     .kind = LW_OPTION_YAML,
     .offset = offsetof(row, correlates),
     .fallback = "",
     .help = "how its error correlates with those of rows that were fitted with it: key or PRESET.key, and -1 to 1"},
    {.key = "note", .kind = LW_OPTION_TEXT, .offset = offsetof(row, note), .fallback = "", .help = "what to know about it"},
    {0}};

// Correlations are for whoever draws values: here they are numbers of a map.
static lw_status check_correlates(const lw_presets *presets, const lw_yaml *map) {
    static const char hint[] = "write correlates: {KEY: 0.3} of rows that were fitted with it";
    if (lw_is_empty(map)) {
        return LW_OK;
    }
    if (map->kind != LW_MAP) {
        return lw_error(presets->diags, map->place, hint, "'correlates' must be a map of keys and numbers");
    }
    for (const lw_yaml *item = map->first; item != NULL; item = item->next) {
        lw_quantity number;
        const char *problem, *other;
        const bool is_one = item->kind == LW_SCALAR && lw_quantity_parse(item->text, LW_PLAIN, &number, &problem, &other);
        if (!is_one || !(number.value >= -1 && number.value <= 1)) {
            return lw_error(presets->diags, item->place, hint, "a correlation is a number from -1 to 1");
        }
    }
    return LW_OK;
}

// One row: its plain value joins the map `values`.
static lw_status read_row(lw_presets *presets, const lw_yaml *item, lw_preset *preset, lw_yaml *values, lw_yaml **last,
                          unsigned *seen) {
    if (item->kind != LW_MAP) {
        return lw_error(presets->diags, item->place, "write {value: ..., source: \"...\"}", "'%s' has no source", item->key);
    }
    row read;
    lw_option_set set = {0};
    lw_options_default(row_options, &read);
    LW_TRY(lw_options_parse(row_options, item, NULL, &read, &set, presets->diags));
    LW_TRY(lw_options_require(row_options, &set, item->key, item->place, presets->diags));
    LW_TRY(check_correlates(presets, read.correlates));
    // A row that nobody has built or shipped yet makes the whole preset so; an assumed detail does
    // not.
    if (read.evidence >= LW_ANNOUNCED) {
        preset->evidence = lw_evidence_weaker(preset->evidence, (lw_evidence)read.evidence);
    }
    *seen |= 1U << read.evidence;
    lw_yaml *plain = lw_tree_copy(read.value, presets->arena);
    if (plain == NULL) {
        return LW_NO_MEMORY;
    }
    const char *other = lw_catalog_value(presets->catalog, preset->shelf, preset->name, item->key);
    plain->text = other != NULL ? other : plain->text;
    plain->key = item->key;
    plain->key_place = item->key_place;
    plain->parent = values;
    plain->next = NULL;
    *(*last == NULL ? &values->first : &(*last)->next) = plain;
    *last = plain;
    values->count++;
    return LW_OK;
}

// What nobody measured of this one is as its base has it: those rows follow its own.
static lw_status add_base(lw_presets *presets, const head *read, lw_place at, lw_preset *preset) {
    const lw_preset *base = NULL;
    lw_status status = LW_BAD_INPUT;
    if (!presets->in_base) {
        presets->in_base = true;
        status = lw_presets_read(presets, preset->shelf, read->base, &base);
        presets->in_base = false;
    }
    if (status == LW_NO_MEMORY) {
        return status;
    }
    if (base == NULL || status != LW_OK || strcmp(base->type, read->type) != 0) {
        return lw_error(presets->diags, at, "name a preset of the same type that has no base itself",
                        "'%s' can be no base of the preset '%s'", read->base, read->name);
    }
    lw_yaml *rows = read->parameters != NULL ? lw_tree_copy(read->parameters, presets->arena) : LW_NEW(presets->arena, lw_yaml);
    if (rows == NULL) {
        return LW_NO_MEMORY;
    }
    rows->kind = LW_MAP;
    lw_yaml **end = &rows->first;
    while (*end != NULL) {
        end = &(*end)->next;
    }
    for (const lw_yaml *item = base->rows != NULL ? base->rows->first : NULL; item != NULL; item = item->next) {
        if (read->parameters == NULL || lw_map_get(read->parameters, item->key) == NULL) {
            lw_yaml *own = lw_tree_copy(item, presets->arena);
            if (own == NULL) {
                return LW_NO_MEMORY;
            }
            own->parent = rows;
            own->next = NULL;
            *end = own;
            end = &own->next;
            rows->count++;
        }
    }
    preset->rows = rows;
    return LW_OK;
}

static lw_status read_file(lw_presets *presets, lw_shelf shelf, const char *name, lw_preset *out) {
    const lw_source *source;
    lw_yaml *root;
    const char *path = lw_catalog_path(presets->catalog, shelf, name, presets->arena);
    lw_yaml *values = LW_NEW(presets->arena, lw_yaml);
    if (path == NULL || values == NULL) {
        return LW_NO_MEMORY;
    }
    LW_TRY(lw_source_read(path, presets->arena, presets->diags, &source));
    LW_TRY(lw_tree_parse(source, presets->arena, presets->diags, &root));
    head read;
    lw_option_set set = {0};
    lw_options_default(head_options, &read);
    LW_TRY(lw_options_parse(head_options, root, NULL, &read, &set, presets->diags));
    LW_TRY(lw_options_require(head_options, &set, "the preset", root->place, presets->diags));
    if (strcmp(read.name, name) != 0) {
        return lw_error(presets->diags, set.mark[HEAD_NAME].place, "give the file and the preset one name",
                        "the preset '%s' lies in a file '%s.yaml'", read.name, name);
    }
    if (read.parameters != NULL && read.parameters->kind != LW_MAP) {
        return lw_error(presets->diags, read.parameters->place, NULL, "'parameters' must be a map");
    }
    values->kind = LW_MAP;
    values->place = root->place;
    *out = (lw_preset){shelf,        read.name,   read.type, read.summary,    (lw_evidence)read.evidence,
                       read.pci_ids, read.called, root,      read.parameters, values};
    LW_TRY(read.base[0] != '\0' ? add_base(presets, &read, set.mark[HEAD_BASE].place, out) : LW_OK);
    lw_yaml *last = NULL;
    unsigned seen = 0;  // a bit a word of evidence
    for (const lw_yaml *item = out->rows != NULL ? out->rows->first : NULL; item != NULL; item = item->next) {
        LW_TRY(read_row(presets, item, out, values, &last, &seen));
    }
    // What nobody measured is no better for the preset's saying so.
    bool claims = read.evidence == LW_MEASURED || read.evidence == LW_CALIBRATED;
    if (claims && (seen & 1U << read.evidence) == 0) {
        return lw_error(presets->diags, set.mark[HEAD_EVIDENCE].place, "say which of its values is, or take a weaker word",
                        "the preset '%s' is %s, but none of its values is", name, lw_evidence_words[read.evidence]);
    }
    return LW_OK;
}

static const slot *find(const lw_presets *presets, lw_shelf shelf, const char *name) {
    const size_t number = lw_map_find(&presets->names, (size_t)shelf, name);
    return number == LW_MAP_NONE ? NULL : LW_LIST_ITEMS(&presets->slots, slot *)[number];
}

// The preset with those values that the catalogue has others for; itself where it has none.
static lw_status change(const lw_presets *presets, const lw_preset *preset, const lw_preset **out) {
    bool any = false;
    lw_yaml *values = lw_tree_copy(preset->values, presets->arena);
    lw_preset *changed = LW_NEW(presets->arena, lw_preset);
    if (values == NULL || changed == NULL) {
        return LW_NO_MEMORY;
    }
    for (lw_yaml *value = values->first; value != NULL; value = value->next) {
        const char *other = lw_catalog_value(presets->catalog, preset->shelf, preset->name, value->key);
        any = any || other != NULL;
        value->text = other != NULL ? other : value->text;
    }
    *changed = *preset;
    changed->values = values;
    *out = any ? changed : preset;
    return LW_OK;
}

static lw_status read_or_change(lw_presets *presets, lw_shelf shelf, const char *name, slot *out) {
    const slot *other = presets->others != NULL ? find(presets->others, shelf, name) : NULL;
    if (other != NULL && !other->wrong) {
        return change(presets, other->preset, &out->preset);
    }
    lw_preset *fresh = LW_NEW(presets->arena, lw_preset);
    out->preset = fresh;
    return fresh != NULL ? read_file(presets, shelf, name, fresh) : LW_NO_MEMORY;
}

lw_status lw_presets_read(lw_presets *presets, lw_shelf shelf, const char *name, const lw_preset **out) {
    *out = NULL;
    if (!lw_catalog_has(presets->catalog, shelf, name)) {
        return LW_OK;
    }
    const slot *found = find(presets, shelf, name);
    if (found == NULL) {
        slot *fresh = LW_NEW(presets->arena, slot);
        const char *own_name = lw_arena_copy(presets->arena, name);
        if (fresh == NULL || own_name == NULL) {
            return LW_NO_MEMORY;
        }
        const lw_status status = read_or_change(presets, shelf, own_name, fresh);
        slot **place = status == LW_NO_MEMORY ? NULL : LW_LIST_ADD(&presets->slots, slot *, presets->arena);
        if (place == NULL || lw_map_number(&presets->names, (size_t)shelf, own_name, NULL) == LW_MAP_NONE) {
            return LW_NO_MEMORY;
        }
        fresh->wrong = status != LW_OK;
        *place = fresh;
        found = fresh;
    }
    *out = found->preset;
    return found->wrong ? LW_BAD_INPUT : LW_OK;
}

lw_status lw_presets_use(lw_presets *presets, lw_shelf shelf, const lw_yaml *name, lw_diags *diags, const lw_preset **out) {
    static const char *const nouns[LW_PRESET_SHELVES] = {"link", "device", "library", "model", "runtime"};
    const char *what = nouns[shelf];
    if (name->kind != LW_SCALAR) {
        return lw_error(diags, name->place, "write preset: NAME", "a preset is given by its name");
    }
    lw_status status = lw_presets_read(presets, shelf, name->text, out);
    if (status == LW_NO_MEMORY) {
        return status;
    }
    if (status != LW_OK) {
        return lw_error(diags, name->place, "its file in the presets' folder is wrong", "the %s preset '%s' cannot be used", what,
                        name->text);
    }
    if (*out == NULL) {
        const char *otherwise = lw_diags_text(diags, "`lanewise list %s` names them all", lw_shelf_words[shelf]);
        return lw_error(diags, name->place,
                        lw_did_you_mean(diags, name->text, lw_catalog_names(presets->catalog, shelf),
                                        lw_catalog_count(presets->catalog, shelf), otherwise),
                        "there is no %s preset '%s'", what, name->text);
    }
    return LW_OK;
}

lw_evidence lw_preset_evidence(const lw_preset *preset, const char *key, bool *stated) {
    const lw_yaml *given = preset->rows != NULL ? lw_map_get(preset->rows, key) : NULL;
    const char *word = lw_map_text(given, "evidence");
    *stated = given != NULL;
    for (int i = 0; word != NULL && lw_evidence_words[i] != NULL; i++) {
        if (strcmp(word, lw_evidence_words[i]) == 0) {
            return (lw_evidence)i;
        }
    }
    return LW_SPECIFIED;
}
