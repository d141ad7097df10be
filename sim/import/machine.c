// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/import/machine.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "models/family.h"
#include "sim/base/quantity.h"
#include "sim/base/suggest.h"
#include "sim/config/source.h"

// ---- What the user says ----

static void add_names(lw_list *list, const lw_catalog *catalog, lw_shelf shelf, lw_arena *arena) {
    for (size_t i = 0; i < lw_catalog_count(catalog, shelf); i++) {
        lw_candidate(list, lw_catalog_names(catalog, shelf)[i], arena);
    }
}

static lw_status unknown(const char *name, const lw_catalog *catalog, lw_arena *arena, lw_diags *diags) {
    lw_list names = {0};
    add_names(&names, catalog, LW_SHELF_LINKS, arena);
    add_names(&names, catalog, LW_SHELF_DEVICES, arena);
    add_names(&names, catalog, LW_SHELF_SYSTEMS, arena);
    add_names(&names, catalog, LW_SHELF_MODELS, arena);
    add_names(&names, catalog, LW_SHELF_RUNTIMES, arena);
    const char *hint = lw_did_you_mean_in(diags, name, &names, "lanewise list links, list devices and list systems name them");
    (void)lw_error(diags, (lw_place){0}, hint, "--on: there is no link, device, system, model or runtime '%s'", name);
    return LW_BAD_USAGE;
}

static lw_status use_name(const char *name, lw_presets *presets, lw_arena *arena, lw_diags *diags, lw_import_on *out) {
    const lw_catalog *catalog = lw_presets_catalog(presets);
    const lw_preset *device = NULL;
    if (lw_catalog_has(catalog, LW_SHELF_LINKS, name)) {
        out->link = name;
        return LW_OK;
    }
    if (lw_catalog_has(catalog, LW_SHELF_SYSTEMS, name)) {
        out->system = name;
        return LW_OK;
    }
    if (lw_catalog_has(catalog, LW_SHELF_MODELS, name) || lw_catalog_has(catalog, LW_SHELF_RUNTIMES, name)) {
        *(lw_catalog_has(catalog, LW_SHELF_MODELS, name) ? &out->model : &out->runtime) = name;
        return LW_OK;
    }
    LW_TRY(lw_presets_read(presets, LW_SHELF_DEVICES, name, &device));
    if (device == NULL) {
        return unknown(name, catalog, arena, diags);
    }
    if (strcmp(device->type, "host") == 0) {
        out->host = name;
    } else if (strcmp(device->type, "switch") != 0) {
        out->card = name;
    } else {
        (void)lw_error(diags, (lw_place){0}, "name the host, the device and the link, or a system",
                       "--on: '%s' is a switch, neither host nor device", name);
        return LW_BAD_USAGE;
    }
    return LW_OK;
}

lw_status lw_import_on_parse(const char *names, lw_presets *presets, lw_arena *arena, lw_diags *diags, lw_import_on *out) {
    *out = (lw_import_on){0};
    for (const char *at = names; at != NULL && *at != '\0';) {
        const size_t length = strcspn(at, ",");
        const char *name = lw_arena_copy_n(arena, at, length);
        LW_TRY(name == NULL ? LW_NO_MEMORY : use_name(name, presets, arena, diags, out));
        at += length;
        at += *at == ',';
    }
    if (out->system != NULL && (out->host != NULL || out->card != NULL || out->link != NULL)) {
        (void)lw_error(diags, (lw_place){0}, "name one of the two", "--on: a system has its own host, cards and links");
        return LW_BAD_USAGE;
    }
    return LW_OK;
}

// ---- Presets ----

int64_t lw_import_preset_number(const lw_preset *preset, const char *key) {
    lw_quantity quantity;
    const char *problem = NULL, *hint = NULL, *text = lw_map_text(preset->values, key);
    return text != NULL && lw_quantity_parse(text, LW_PLAIN, &quantity, &problem, &hint) ? (int64_t)quantity.value : 0;
}

bool lw_import_takes_cards(const lw_preset *link) {
    const lw_family *family = lw_family_find(link->type);
    return family != NULL && !family->between_machines && family->coherence == NULL &&
           (family->joins == NULL ||
            (lw_joins_allow(family->joins, LW_END_HOST, LW_END_GPU) && !lw_joins_allow(family->joins, LW_END_GPU, LW_END_GPU)));
}

lw_status lw_import_plain_link(lw_presets *presets, int64_t gen, int64_t lanes, const char **out) {
    const lw_catalog *catalog = lw_presets_catalog(presets);
    *out = NULL;
    for (size_t i = 0; i < lw_catalog_count(catalog, LW_SHELF_LINKS) && *out == NULL; i++) {
        const lw_preset *preset = NULL;
        const char *name = lw_catalog_names(catalog, LW_SHELF_LINKS)[i];
        const lw_status status = lw_presets_read(presets, LW_SHELF_LINKS, name, &preset);
        LW_TRY(status == LW_BAD_INPUT ? LW_OK : status);
        const bool plain = preset != NULL && preset->values != NULL && preset->values->count == 2;
        if (plain && lw_import_preset_number(preset, "gen") == gen && lw_import_preset_number(preset, "lanes") == lanes) {
            *out = name;
        }
    }
    return LW_OK;
}

// ---- Cards by the names that drivers give them ----

static bool is_word(char c) {
    return isalnum((unsigned char)c) != 0;
}

// The next run of letters and digits; its length, 0 at the end.
static size_t next_word(const char **at) {
    while (**at != '\0' && !is_word(**at)) {
        (*at)++;
    }
    size_t length = 0;
    while (is_word((*at)[length])) {
        length++;
    }
    return length;
}

static bool same_word(const char *a, size_t a_length, const char *b, size_t b_length) {
    for (size_t i = 0; i < a_length && a_length == b_length; i++) {
        if (tolower((unsigned char)a[i]) != tolower((unsigned char)b[i])) {
            return false;
        }
    }
    return a_length == b_length;
}

// Words that make another card of the one before them.
static bool makes_another(const char *word, size_t length) {
    static const char *const words[] = {"ti", "super", "laptop", "mobile", "max", "xt", "xtx", "d", "gre", "ada", "dx", "lx"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (same_word(word, length, words[i], strlen(words[i]))) {
            return true;
        }
    }
    return false;
}

// Is `name`, which a driver gave, that of the preset "rtx-4090"? The words of the preset follow
// each other in it, and none comes after them that makes another card.
static bool is_card(const char *name, const char *preset) {
    for (const char *start = name; next_word(&start) > 0; start += next_word(&start)) {
        const char *at = start, *want = preset;
        bool fits = true;
        size_t length;
        while (fits && (length = next_word(&want)) > 0) {
            const size_t found = next_word(&at);
            fits = same_word(want, length, at, found);
            want += length;
            at += found;
        }
        length = next_word(&at);  // first: it moves `at`, and arguments have no order
        if (fits && !makes_another(at, length) && strstr(at, "Laptop") == NULL) {
            return true;
        }
    }
    return false;
}

lw_status lw_import_device(const char *name, const char *id, const char *kind, lw_presets *presets, const char **out) {
    const lw_catalog *catalog = lw_presets_catalog(presets);
    *out = NULL;
    for (size_t i = 0; i < lw_catalog_count(catalog, LW_SHELF_DEVICES) && *out == NULL; i++) {
        const lw_preset *preset = NULL;
        const char *candidate = lw_catalog_names(catalog, LW_SHELF_DEVICES)[i];
        const bool named = name != NULL && is_card(name, candidate);
        if (named || id != NULL) {
            LW_TRY(lw_presets_read(presets, LW_SHELF_DEVICES, candidate, &preset));
            const bool listed = id != NULL && preset->pci_ids != NULL && strstr(preset->pci_ids, id) != NULL;
            *out = (named || listed) && strcmp(preset->type, kind) == 0 ? candidate : NULL;
        }
    }
    return LW_OK;
}

// ---- Systems ----

typedef struct system_view {
    const lw_import *file;
    lw_presets *presets;
    const lw_series *series;
    const lw_yaml *root;
} system_view;

static lw_status kind_of(const system_view *view, const lw_yaml *node, const char **out) {
    const lw_preset *preset = NULL;
    const char *name = lw_map_text(node, "preset");
    *out = lw_map_text(node, "kind");
    if (name != NULL) {
        LW_TRY(lw_presets_read(view->presets, LW_SHELF_DEVICES, name, &preset));
        *out = preset != NULL ? preset->type : *out;
    }
    *out = *out != NULL ? *out : node->key;
    return LW_OK;
}

static size_t members_of(const lw_yaml *node) {
    enum { MEMBERS_MAX = 1 << 20 };
    lw_quantity quantity;
    const char *problem = NULL, *hint = NULL, *count = lw_map_text(node, "count");
    const bool given = count != NULL && lw_quantity_parse(count, LW_PLAIN, &quantity, &problem, &hint);
    return given && quantity.value >= 1 && quantity.value <= MEMBERS_MAX ? (size_t)quantity.value : 1;
}

static lw_status count_kind(const system_view *view, const char *kind, size_t *out) {
    const lw_yaml *nodes = lw_map_get(view->root, "nodes");
    *out = 0;
    for (const lw_yaml *node = nodes != NULL ? nodes->first : NULL; node != NULL; node = node->next) {
        const char *its = NULL;
        LW_TRY(kind_of(view, node, &its));
        *out += strcmp(its, kind) == 0 ? members_of(node) : 0;
    }
    return LW_OK;
}

// The name of number `index` of a kind, "gpus[3]", and of the entry that it belongs to.
static lw_status find_node(const system_view *view, const char *kind, size_t index, const char **name, const char **entry) {
    const lw_yaml *nodes = lw_map_get(view->root, "nodes");
    for (const lw_yaml *node = nodes != NULL ? nodes->first : NULL; node != NULL; node = node->next) {
        const char *its = NULL;
        LW_TRY(kind_of(view, node, &its));
        const size_t members = strcmp(its, kind) == 0 ? members_of(node) : 0;
        if (index < members) {
            *entry = node->key;
            *name =
                lw_map_get(node, "count") != NULL ? lw_arena_print(view->file->arena, "%s[%zu]", node->key, index) : node->key;
            return *name == NULL ? LW_NO_MEMORY : LW_OK;
        }
        index -= members;
    }
    return lw_error(view->file->diags, (lw_place){view->file->source, 0, 0}, "name another system by --on",
                    "the system has no %s of number %zu, which the file has", kind, index);
}

// All cards of a collective, as `on:` of a workload names them.
static lw_status find_group(const system_view *view, size_t cards, const char **out) {
    const size_t ranks = (size_t)view->series->ranks;
    const lw_yaml *nodes = lw_map_get(view->root, "nodes");
    lw_arena *arena = view->file->arena;
    *out = NULL;
    for (const lw_yaml *node = nodes != NULL ? nodes->first : NULL; node != NULL; node = node->next) {
        const char *its = NULL;
        LW_TRY(kind_of(view, node, &its));
        const size_t members = strcmp(its, "gpu") == 0 ? members_of(node) : 0;
        if (members > ranks) {
            *out = lw_arena_print(arena, "\"%s[0..%zu]\"", node->key, ranks - 1);
            return *out == NULL ? LW_NO_MEMORY : LW_OK;
        }
        if (members > 0) {
            *out = *out == NULL ? node->key : lw_arena_print(arena, "%s, %s", *out, node->key);
            LW_TRY(*out == NULL ? LW_NO_MEMORY : LW_OK);
        }
    }
    if (cards != ranks) {
        return lw_error(view->file->diags, (lw_place){view->file->source, 0, 0}, "name another system by --on",
                        "the system has %zu cards, and the file is of %zu", cards, ranks);
    }
    *out = lw_arena_print(arena, "[%s]", *out);
    return *out == NULL ? LW_NO_MEMORY : LW_OK;
}

// The first link that ends at the entry.
static const lw_yaml *find_link(const system_view *view, const char *entry) {
    const lw_yaml *links = lw_map_get(view->root, "links");
    for (const lw_yaml *link = links != NULL ? links->first : NULL; link != NULL; link = link->next) {
        const lw_yaml *between = lw_map_get(link, "between");
        for (const lw_yaml *end = between != NULL ? between->first : NULL; end != NULL; end = end->next) {
            const size_t length = strlen(entry);
            if (end->text != NULL && strncmp(end->text, entry, length) == 0 &&
                (end->text[length] == '\0' || end->text[length] == '[')) {
                return link;
            }
        }
    }
    return NULL;
}

static lw_status use_system(const lw_import *file, const lw_series *series, lw_presets *presets, lw_import_machine *out) {
    const lw_catalog *catalog = lw_presets_catalog(presets);
    const char *path = lw_catalog_path(catalog, LW_SHELF_SYSTEMS, out->system, file->arena);
    const lw_source *source = NULL;
    lw_yaml *root = NULL;
    const char *entry = NULL;
    LW_TRY(path == NULL ? LW_NO_MEMORY : lw_source_read(path, file->arena, file->diags, &source));
    LW_TRY(lw_tree_parse(source, file->arena, file->diags, &root));
    const system_view view = {file, presets, series, root};
    size_t hosts = 0, cards = 0;
    LW_TRY(count_kind(&view, "host", &hosts));
    LW_TRY(count_kind(&view, "gpu", &cards));
    // Hosts share cards evenly, as servers with two processors do.
    const size_t card = (size_t)series->device, host = cards > 0 ? card * hosts / cards : 0;
    LW_TRY(find_node(&view, "gpu", card, &out->card_node, &out->card_spec));
    if (series->act == LW_ACT_COLLECTIVE) {
        LW_TRY(find_group(&view, cards, &out->group));
    } else if (lw_act_is_peer(series->act)) {
        LW_TRY(find_node(&view, "gpu", (size_t)series->peer, &out->peer_node, &entry));
    } else {
        LW_TRY(find_node(&view, "host", host, &out->host_node, &entry));
    }
    const lw_yaml *link = find_link(&view, out->card_spec);
    out->link = link != NULL ? lw_map_text(link, "preset") : NULL;
    if (out->link == NULL) {
        return lw_error(file->diags, (lw_place){file->source, 0, 0}, "name another system by --on",
                        "no link of a preset ends at %s of systems/%s", out->card_spec, out->system);
    }
    out->link_name = link->key;
    out->words = series->act == LW_ACT_COLLECTIVE ? lw_arena_print(file->arena, "systems/%s", out->system)
                                                  : lw_arena_print(file->arena, "%s of systems/%s", out->card_node, out->system);
    out->said = lw_arena_print(file->arena, "systems/%s, as --on says", out->system);
    return out->words == NULL || out->said == NULL ? LW_NO_MEMORY : LW_OK;
}

// ---- Host, card and link ----

// The widest and fastest plain link that the card takes.
static lw_status assume_link(const lw_import *file, const lw_series *series, lw_presets *presets, lw_import_machine *out) {
    const lw_preset *card = NULL;
    if (out->card != NULL) {
        LW_TRY(lw_presets_read(presets, LW_SHELF_DEVICES, out->card, &card));
    }
    if (card != NULL) {
        LW_TRY(lw_import_plain_link(presets, lw_import_preset_number(card, "native_gen"),
                                    lw_import_preset_number(card, "native_lanes"), &out->link));
    }
    out->link_assumed = true;
    if (out->link != NULL) {
        return LW_OK;
    }
    const char *name = lw_import_card_name(file, series->device);
    const char *hint = "name the link, and the card, by --on, as in --on pcie-4-x16,rtx-4090, or a system";
    return name != NULL
               ? lw_error(file->diags, (lw_place){file->source, 0, 0}, hint, "no preset is known for the card '%s'", name)
               : lw_error(file->diags, (lw_place){file->source, 0, 0}, hint, "the file does not say which machine it is of");
}

static lw_status use_parts(const lw_import *file, const lw_series *series, lw_presets *presets, lw_import_machine *out) {
    const bool group = series->act == LW_ACT_COLLECTIVE, peers = group || lw_act_is_peer(series->act);
    const char *told = lw_import_card_name(file, series->device);
    if (out->card == NULL) {
        LW_TRY(lw_import_device(told, NULL, "gpu", presets, &out->card));
    }
    if (out->link == NULL) {
        LW_TRY(assume_link(file, series, presets, out));
    }
    const lw_preset *link = NULL;
    LW_TRY(lw_presets_read(presets, LW_SHELF_LINKS, out->link, &link));
    const lw_family *family = link != NULL ? lw_family_find(link->type) : NULL;
    out->between_cards =
        peers && family != NULL && (family->joins == NULL || lw_joins_allow(family->joins, LW_END_GPU, LW_END_GPU));
    if (group && out->between_cards && series->ranks > 2) {
        return lw_error(file->diags, (lw_place){file->source, 0, 0}, "name a system by --on, as in --on hgx-h100",
                        "how %d cards are joined by %s is not known", series->ranks, out->link);
    }
    out->host_node = "host";
    out->group = group ? "gpus" : NULL;
    out->card_node = out->card_spec = group ? out->between_cards ? "gpus[1]" : "gpus" : peers ? "gpu0" : "gpu";
    out->peer_node = group ? "gpus[0]" : peers ? "gpu1" : NULL;
    out->link_name = peers && !out->between_cards ? "slot0" : "link";
    const char *count = group ? lw_arena_print(file->arena, "%d ", series->ranks) : "";
    LW_TRY(count == NULL ? LW_NO_MEMORY : LW_OK);
    out->words = lw_arena_print(file->arena, "%s%s%s%s", count, out->card != NULL ? out->card : "",
                                out->card != NULL ? " on " : "", out->link);
    out->said = lw_arena_print(file->arena, "%s%s%s; %s; %s", told != NULL ? told : "card not told",
                               out->card != NULL ? ", preset " : "", out->card != NULL ? out->card : "",
                               out->link_assumed ? "the link is not told, the widest that the card takes is assumed"
                                                 : "the link is as --on says",
                               out->host != NULL ? "the host is as --on says" : "the host is not told, a desktop is assumed");
    out->host = out->host != NULL ? out->host : LW_IMPORT_USUAL_HOST;
    return out->words == NULL || out->said == NULL ? LW_NO_MEMORY : LW_OK;
}

// The preset of the library nearest to its release; the latest where none is told.
static const char *find_library(const lw_series *series, const lw_catalog *catalog) {
    const char *const *names = lw_catalog_names(catalog, LW_SHELF_LIBRARIES);
    const size_t length = strlen(series->library);
    int64_t least = INT64_MAX;
    const char *found = NULL;
    for (size_t i = 0; i < lw_catalog_count(catalog, LW_SHELF_LIBRARIES); i++) {
        char *end = NULL;
        const bool fits = strncmp(names[i], series->library, length) == 0;
        const long major = fits ? strtol(names[i] + length, &end, 10) : 0,
                   minor = fits && *end == '.' ? strtol(end + 1, NULL, 10) : 0;
        const int64_t version = 100 * (int64_t)major + minor, told = series->release / 100;
        const int64_t away = told > 0 ? llabs(version - told) : -version;
        if (fits && away < least) {
            found = names[i];
            least = away;
        }
    }
    return found;
}

// Ends of a network, and memories behind a link, are told by nobody but the user.
static lw_status use_remote(const lw_import *file, const lw_series *series, lw_import_machine *out) {
    const bool memory = series->act == LW_ACT_LOADED;
    if (out->system != NULL || out->link == NULL || (memory && out->card == NULL)) {
        return lw_error(file->diags, (lw_place){file->source, 0, 0},
                        memory ? "name the link and the memory by --on, as in --on cxl-2.0-x8,cxl-expander-target"
                               : "name the link by --on, as in --on infiniband-hdr",
                        "the file does not say over which link this was measured");
    }
    out->host_node = "host";
    out->card_node = out->card_spec = "card";
    out->link_name = "link";
    out->words =
        lw_arena_print(file->arena, "%s%s%s", out->card != NULL ? out->card : "", out->card != NULL ? " on " : "", out->link);
    out->said =
        lw_arena_print(file->arena, "%s, as --on says; the rest is not told, a host and a device without limits are assumed",
                       out->words != NULL ? out->words : "");
    return out->words == NULL || out->said == NULL ? LW_NO_MEMORY : LW_OK;
}

lw_status lw_import_machine_of(const lw_import *file, const lw_series *series, const lw_import_on *on, lw_presets *presets,
                               lw_import_machine *out) {
    *out = (lw_import_machine){.system = on->system, .host = on->host, .card = on->card, .link = on->link};
    if (lw_act_is_remote(series->act)) {
        return use_remote(file, series, out);
    }
    LW_TRY(on->system != NULL ? use_system(file, series, presets, out) : use_parts(file, series, presets, out));
    const lw_preset *link = NULL;
    out->library = series->library != NULL ? find_library(series, lw_presets_catalog(presets)) : NULL;
    LW_TRY(lw_presets_read(presets, LW_SHELF_LINKS, out->link, &link));
    if (link != NULL) {
        out->gen = lw_import_preset_number(link, "gen");
        out->lanes = lw_import_preset_number(link, "lanes");
    }
    return LW_OK;
}
