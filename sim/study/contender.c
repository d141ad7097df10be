// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/study/contender.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/base/suggest.h"
#include "sim/base/text.h"
#include "sim/config/source.h"
#include "sim/machine/link_spec.h"
#include "sim/machine/node.h"
#include "sim/study/fit.h"

typedef struct loading {
    const lw_catalog *catalog;
    const lw_load *load;
    lw_presets *presets;
    lw_arena *arena;
    lw_diags *diags;
    lw_contender *contender;
    size_t count;
    const char *question;
} loading;

static const lw_place nowhere = {0};
static const char *const kind_words[] = {"a scenario", "a system", "a link", "a GPU"};

// ---- What a name is ----

static lw_status is_gpu(loading *in, const char *name, bool *is) {
    const lw_preset *preset = NULL;
    if (lw_catalog_has(in->catalog, LW_SHELF_DEVICES, name)) {
        LW_TRY(lw_presets_read(in->presets, LW_SHELF_DEVICES, name, &preset));
    }
    *is = preset != NULL && strcmp(preset->type, "gpu") == 0;
    return LW_OK;
}

static lw_status unknown(loading *in, const char *name) {
    static const lw_shelf shelves[] = {LW_SHELF_SCENARIOS, LW_SHELF_SYSTEMS, LW_SHELF_LINKS, LW_SHELF_DEVICES};
    lw_list words = {0};
    for (size_t s = 0; s < sizeof shelves / sizeof shelves[0]; s++) {
        for (size_t i = 0; i < lw_catalog_count(in->catalog, shelves[s]); i++) {
            lw_candidate(&words, lw_catalog_names(in->catalog, shelves[s])[i], in->arena);
        }
    }
    const char *hint =
        lw_did_you_mean_in(in->diags, name, &words, "lanewise list scenarios, systems, links or devices shows names");
    (void)lw_error(in->diags, nowhere, hint, "there is no file, scenario, system, link or GPU '%s'", name);
    return LW_IO;
}

// *path: of a file; NULL: it is a preset's name.
static lw_status find_one(loading *in, const char *name, lw_contender_kind *kind, const char **path) {
    *path = name;
    *kind = LW_CONTENDER_SCENARIO;
    if (strcmp(name, "-") == 0 || strchr(name, '/') != NULL || lw_is_yaml_name(name) || access(name, F_OK) == 0) {
        return LW_OK;
    }
    if (lw_catalog_has(in->catalog, LW_SHELF_SCENARIOS, name)) {
        *path = lw_catalog_path(in->catalog, LW_SHELF_SCENARIOS, name, in->arena);
        return *path != NULL ? LW_OK : LW_NO_MEMORY;
    }
    *path = NULL;
    *kind = lw_catalog_has(in->catalog, LW_SHELF_SYSTEMS, name) ? LW_CONTENDER_SYSTEM
            : lw_catalog_has(in->catalog, LW_SHELF_LINKS, name) ? LW_CONTENDER_LINK
                                                                : LW_CONTENDER_GPU;
    bool is = true;
    LW_TRY(*kind == LW_CONTENDER_GPU ? is_gpu(in, name, &is) : LW_OK);
    return is ? LW_OK : unknown(in, name);
}

// ---- Standard questions ----

static void add_copies(const char *const (*pair)[2], size_t pairs, lw_text *out) {
    lw_text_print(out, "workloads:\n  copy: {kind: copy, from: \"%s\", to: \"%s\", bytes: 4 KiB, memory: pinned}\n", pair[0][0],
                  pair[0][1]);
    lw_text_add(out, "sweep:\n  workloads.copy: [");
    for (size_t i = 0; i < pairs; i++) {
        lw_text_print(out, "%s{from: \"%s\", to: \"%s\"}", i > 0 ? ", " : "", pair[i][0], pair[i][1]);
    }
    lw_text_add(out, "]\n  workloads.copy.bytes: [4 KiB, 1 MiB, 64 MiB, 1 GiB]\n");
}

static lw_status read_text(loading *in, const char *name, lw_text *text, const lw_load *load, lw_document **out) {
    lw_source *source = LW_NEW(in->arena, lw_source);
    const char *kept = text->failed ? NULL : lw_arena_copy(in->arena, text->bytes);
    const char *title = lw_arena_print(in->arena, "question to %s", name);
    lw_text_free(text);
    if (kept == NULL || source == NULL || title == NULL) {
        return LW_NO_MEMORY;
    }
    *source = (lw_source){title, kept, strlen(kept)};
    const lw_reader reader = {lw_scenario_format(), in->presets, in->arena, in->diags};
    return lw_document_read(&reader, source, load, out);
}

static lw_status ask(loading *in, lw_contender *contender, lw_text *text) {
    lw_document *document;
    LW_TRY(read_text(in, contender->name, text, in->load, &document));
    contender->document = document;
    return lw_scenario_check(document, true, in->arena, in->diags);
}

// ---- Links ----

// The devices that a link joins in the question: the first pair that every link can join.
typedef struct ends {
    unsigned of[2];
    const char *name[2], *nodes, *words;
} ends;

static lw_status preset_of(loading *in, const lw_contender *contender, lw_shelf shelf, const lw_preset **out) {
    LW_TRY(lw_presets_read(in->presets, shelf, contender->name, out));
    return *out != NULL ? LW_OK : LW_INTERNAL;
}

static lw_status joins_all(loading *in, const ends *two, bool *joins, const lw_contender **against) {
    *joins = true;
    for (size_t i = 0; i < in->count && *joins; i++) {
        const lw_preset *preset;
        LW_TRY(preset_of(in, &in->contender[i], LW_SHELF_LINKS, &preset));
        const lw_type *type = lw_fit_type_of(preset);
        const lw_family *family = type != NULL ? lw_family_of(type) : NULL;
        *joins = family == NULL || family->joins == NULL || lw_joins_allow(family->joins, two->of[0], two->of[1]);
        *against = *joins ? *against : &in->contender[i];
    }
    return LW_OK;
}

// The newest generation of PCIe that a link says it is of; 0: none says one.
static lw_status newest_of(loading *in, long *gen) {
    *gen = 0;
    for (size_t i = 0; i < in->count; i++) {
        const lw_preset *preset;
        LW_TRY(preset_of(in, &in->contender[i], LW_SHELF_LINKS, &preset));
        const char *text = preset->values != NULL ? lw_map_text(preset->values, "gen") : NULL;
        const long value = text != NULL ? strtol(text, NULL, 10) : 0;
        *gen = value > *gen ? value : *gen;
    }
    return LW_OK;
}

// A card slower than the links would make them equal.
static lw_status ask_links(loading *in) {
    static const ends cards[] = {
        {{LW_END_HOST, LW_END_GPU},
         {"host", "gpu"},
         "host: {preset: desktop-ddr5}, gpu: {preset: rtx-4090}",
         "desktop-ddr5 and rtx-4090"},
        {{LW_END_HOST, LW_END_GPU},
         {"host", "gpu"},
         "host: {preset: desktop-ddr5}, gpu: {preset: rtx-5090}",
         "desktop-ddr5 and rtx-5090"},
        {{LW_END_HOST, LW_END_GPU},
         {"host", "gpu"},
         "host: {preset: desktop-ddr5}, gpu: {kind: gpu}",
         "desktop-ddr5 and an ideal card"},
        {{LW_END_GPU, LW_END_GPU}, {"a", "b"}, "a: {kind: gpu}, b: {kind: gpu}", "two ideal cards"},
        {{LW_END_HOST, LW_END_HOST},
         {"a", "b"},
         "a: {preset: desktop-ddr5}, b: {preset: desktop-ddr5}",
         "two computers (desktop-ddr5)"},
    };
    enum { CHOICES = sizeof cards / sizeof cards[0], OLDEST_OF_CARDS = 4 };
    const lw_contender *against = &in->contender[0];
    long gen;
    LW_TRY(newest_of(in, &gen));
    size_t chosen = CHOICES;
    for (size_t c = gen <= OLDEST_OF_CARDS ? 0 : gen == OLDEST_OF_CARDS + 1 ? 1 : 2; c < CHOICES && chosen == CHOICES; c++) {
        bool joins;
        LW_TRY(joins_all(in, &cards[c], &joins, &against));
        chosen = joins ? c : CHOICES;
    }
    if (chosen == CHOICES) {
        (void)lw_error(in->diags, nowhere, "write a scenario for each and compare these",
                       "no two devices can be joined by all of these links: '%s' does not join what the others do",
                       against->name);
        return LW_BAD_USAGE;
    }
    const ends *two = &cards[chosen];
    in->question = two->words;
    for (size_t i = 0; i < in->count; i++) {
        const char *const pair[][2] = {{two->name[0], two->name[1]}, {two->name[1], two->name[0]}};
        lw_text text = {0};
        lw_text_print(&text, "lanewise: 1\ntitle: \"%s\"\nnodes: {%s}\nlinks:\n  link: {between: [%s, %s], preset: %s}\n",
                      in->contender[i].name, two->nodes, two->name[0], two->name[1], in->contender[i].name);
        add_copies(pair, 2, &text);
        LW_TRY(ask(in, &in->contender[i], &text));
    }
    return LW_OK;
}

// ---- GPUs ----

static lw_status ask_gpu(loading *in, lw_contender *contender) {
    static const char *const pair[][2] = {{"host", "gpu"}, {"gpu", "host"}};
    const lw_preset *preset;
    LW_TRY(preset_of(in, contender, LW_SHELF_DEVICES, &preset));
    const char *gen = preset->values != NULL ? lw_map_text(preset->values, "native_gen") : NULL;
    const char *lanes = preset->values != NULL ? lw_map_text(preset->values, "native_lanes") : NULL;
    const char *slot = lw_arena_print(in->arena, "pcie-%s-x%s", gen != NULL ? gen : "?", lanes != NULL ? lanes : "?");
    if (slot == NULL) {
        return LW_NO_MEMORY;
    }
    if (!lw_catalog_has(in->catalog, LW_SHELF_LINKS, slot)) {
        (void)lw_error(in->diags, nowhere, "write a scenario for each and compare these",
                       "'%s' says no generation and width of PCIe (native_gen, native_lanes) that a slot has", contender->name);
        return LW_BAD_USAGE;
    }
    lw_text text = {0};
    lw_text_print(&text,
                  "lanewise: 1\ntitle: \"%s\"\nnodes: {host: {preset: desktop-ddr5}, gpu: {preset: %s}}\n"
                  "links:\n  slot: {between: [host, gpu], preset: %s}\n",
                  contender->name, contender->name, slot);
    add_copies(pair, 2, &text);
    return ask(in, contender, &text);
}

// ---- Systems ----

// The n-th node of a kind, as a scenario names it; NULL: there are fewer.
static const char *nth_node(const loading *in, const lw_document *document, lw_node_kind kind, size_t n) {
    for (size_t i = 0; i < document->count[LW_SECTION_NODES]; i++) {
        const lw_node_spec spec = lw_node_spec_of(document->object[LW_SECTION_NODES][i]);
        const char *name = document->object[LW_SECTION_NODES][i]->name;
        if (spec.kind != kind) {
            continue;
        }
        if (n < spec.members) {
            return spec.group ? lw_arena_print(in->arena, "%s[%zu]", name, n) : name;
        }
        n -= spec.members;
    }
    return NULL;
}

static lw_status ask_system(loading *in, lw_contender *contender) {
    const char *pair[3][2];
    lw_document *machine;
    lw_text text = {0};
    const lw_load look = {.look_only = true};
    lw_text_print(&text, "lanewise: 1\ninclude: systems/%s\n", contender->name);
    LW_TRY(read_text(in, contender->name, &text, &look, &machine));
    const char *host = nth_node(in, machine, LW_NODE_HOST, 0), *card = nth_node(in, machine, LW_NODE_GPU, 0);
    const char *second = nth_node(in, machine, LW_NODE_GPU, 1);
    const char *far = card != NULL ? card : nth_node(in, machine, LW_NODE_HOST, 1);
    if (host == NULL || far == NULL) {
        (void)lw_error(in->diags, nowhere, "write a scenario for each (include: systems/NAME) and compare these",
                       "'%s' has no host and card that a standard question could be about", contender->name);
        return LW_BAD_USAGE;
    }
    pair[0][0] = pair[1][1] = host;
    pair[0][1] = pair[1][0] = far;
    pair[2][0] = card;
    pair[2][1] = second;
    text = (lw_text){0};
    lw_text_print(&text, "lanewise: 1\ntitle: \"%s\"\ninclude: systems/%s\n", contender->name, contender->name);
    add_copies((const char *const(*)[2])pair, second != NULL ? 3 : 2, &text);
    return ask(in, contender, &text);
}

// ---- All ----

static lw_status load_scenario(loading *in, lw_contender *contender, const char *path) {
    return lw_scenario_load(path, in->catalog, in->load, in->arena, in->diags, &contender->document);
}

static lw_status load_all(loading *in, const char *const *path) {
    if (in->contender[0].kind == LW_CONTENDER_LINK) {
        return ask_links(in);
    }
    for (size_t i = 0; i < in->count; i++) {
        lw_contender *contender = &in->contender[i];
        LW_TRY(contender->kind == LW_CONTENDER_SCENARIO ? load_scenario(in, contender, path[i])
               : contender->kind == LW_CONTENDER_SYSTEM ? ask_system(in, contender)
                                                        : ask_gpu(in, contender));
    }
    in->question = in->contender[0].kind == LW_CONTENDER_SYSTEM ? "the first host, the first card and the card beside it"
                   : in->contender[0].kind == LW_CONTENDER_GPU
                       ? "desktop-ddr5 and the card, in a slot of its own generation and width"
                       : "";
    return LW_OK;
}

// Files are called by their stems where these differ.
static lw_status shorten(loading *in) {
    const char **stem = LW_NEW_ARRAY(in->arena, const char *, in->count);
    bool differ = stem != NULL;
    for (size_t i = 0; stem != NULL && i < in->count; i++) {
        stem[i] = in->contender[i].kind == LW_CONTENDER_SCENARIO ? lw_yaml_stem(in->contender[i].name, in->arena)
                                                                 : in->contender[i].name;
        if (stem[i] == NULL) {
            return LW_NO_MEMORY;
        }
        for (size_t k = 0; k < i; k++) {
            differ = differ && strcmp(stem[k], stem[i]) != 0;
        }
    }
    for (size_t i = 0; differ && i < in->count; i++) {
        in->contender[i].name = stem[i];
    }
    return stem != NULL ? LW_OK : LW_NO_MEMORY;
}

lw_status lw_contenders_load(const char *const *name, size_t count, const lw_catalog *catalog, const lw_load *load,
                             lw_arena *arena, lw_diags *diags, lw_contender *out, const char **question) {
    loading in = {.catalog = catalog,
                  .load = load,
                  .presets = lw_presets_new(catalog, arena, diags),
                  .arena = arena,
                  .diags = diags,
                  .contender = out,
                  .count = count,
                  .question = ""};
    const char **path = LW_NEW_ARRAY(arena, const char *, count);
    if (in.presets == NULL || path == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        out[i] = (lw_contender){.name = name[i]};
        LW_TRY(find_one(&in, name[i], &out[i].kind, &path[i]));
        if (out[i].kind != out[0].kind) {
            (void)lw_error(diags, nowhere, "compare like with like: scenarios, systems, links or GPUs", "'%s' is %s and '%s' %s",
                           name[0], kind_words[out[0].kind], name[i], kind_words[out[i].kind]);
            return LW_BAD_USAGE;
        }
    }
    LW_TRY(load_all(&in, path));
    LW_TRY(shorten(&in));
    *question = in.question;
    return LW_OK;
}
