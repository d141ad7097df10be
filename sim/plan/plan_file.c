// SPDX-License-Identifier: GPL-3.0-or-later
#include <math.h>
#include <string.h>

#include "sim/base/list.h"
#include "sim/base/suggest.h"
#include "sim/config/option.h"
#include "sim/config/source.h"
#include "sim/plan/plan.h"
#include "sim/plan/prices.h"
#include "sim/result/metric_table.h"

typedef struct plan_file {
    int64_t version;
    const lw_yaml *own, *needs, *candidates, *prices;
    lw_plan plan;
} plan_file;

#define AT(field) offsetof(plan_file, plan.field)
#define PART(word, field, otherwise, form, says)                                                                              \
    {                                                                                                                         \
        .key = (word), .kind = LW_OPTION_YAML, .offset = offsetof(plan_file, field), .fallback = (otherwise), .help = (says), \
        .schema = (form)                                                                                                      \
    }
static const lw_option options[] = {
    {.key = "plan",
     .kind = LW_OPTION_INTEGER,
     .offset = offsetof(plan_file, version),
     .minimum = 1,
     .maximum = 1,
     .help = "format version"},
    {.key = "title", .kind = LW_OPTION_TEXT, .offset = AT(title), .help = "the wish, in a line"},
    PART("own", own, NULL, "\"$ref\": \"#/$defs/own\"", "{host: {preset: laptop-ddr5, ports: [oculink-2-x4]}}"),
    PART("needs", needs, NULL, "\"type\": \"object\", \"additionalProperties\": {\"$ref\": \"#/$defs/need\"}",
         "name: {kind: llm-decode, ..., weight: 2, hours_per_month: 40}"),
    PART("candidates", candidates, "", NULL, "catalogue, or a list of names of it"),
    PART("prices", prices, "", "\"type\": \"object\", \"additionalProperties\": {\"type\": [\"string\", \"number\"]}",
         "instead of the catalogue's: {rtx-3090-used: 650 USD, cloud-rtx-5090: 0.7 USD/h}"),
    {.key = "budget",
     .kind = LW_OPTION_QUANTITY_REAL,
     .dimension = LW_MONEY,
     .offset = AT(budget_USD),
     .fallback = "auto",
     .minimum = 1,
     .maximum = 1e9,
     .help = "for what is bought, or for rent over all months"},
    {.key = "months",
     .kind = LW_OPTION_INTEGER,
     .offset = AT(months),
     .fallback = "24",
     .minimum = 1,
     .maximum = 600,
     .help = "that it is used"},
    {.key = "energy",
     .kind = LW_OPTION_QUANTITY_REAL,
     .dimension = LW_ENERGY_PRICE,
     .offset = AT(energy_USDpkWh),
     .fallback = "0.15 USD/kWh",
     .maximum = 100,
     .help = "price of electricity",
     .source = "noonghunna/club-3090 docs/COMPARISONS.md, 2026-08-22",
     .evidence = LW_ASSUMED},
    {.key = "resale",
     .kind = LW_OPTION_QUANTITY_REAL,
     .offset = AT(resale),
     .fallback = "50 %",
     .maximum = 1,
     .help = "of the purchase, that a sale at the end brings back",
     .source = "an assumption of its own: used RTX 3090 sold at half of their list price in 2026",
     .evidence = LW_ASSUMED},
    {.key = "error",
     .kind = LW_OPTION_QUANTITY_REAL,
     .offset = AT(error),
     .fallback = "6 %",
     .maximum = 1,
     .help = "standard deviation of what a setup reaches, for the draws",
     .source = "class llm-decode of lanewise validate: nine points of ten within 9 to 10 %, 1.6 standard deviations",
     .evidence = LW_ASSUMED},
    {.key = "draws",
     .kind = LW_OPTION_INTEGER,
     .offset = AT(draws),
     .fallback = "1000",
     .minimum = 1,
     .maximum = 1e6,
     .help = "of prices and errors"},
    {.key = "seed", .kind = LW_OPTION_INTEGER, .offset = AT(seed), .fallback = "1", .maximum = 0x1p53, .help = "of the draws"},
    {0}};

typedef struct own_part {
    const lw_yaml *host;
    double supply_W;
} own_part;
static const lw_option own_options[] = {{.key = "host",
                                         .kind = LW_OPTION_YAML,
                                         .offset = offsetof(own_part, host),
                                         .schema = "\"$ref\": \"#/$defs/host\"",
                                         .help = "{preset: laptop-ddr5, ports: [oculink-2-x4, thunderbolt-4]}"},
                                        {.key = "supply",
                                         .kind = LW_OPTION_QUANTITY_REAL,
                                         .dimension = LW_WATTS,
                                         .offset = offsetof(own_part, supply_W),
                                         .fallback = "auto",
                                         .maximum = 1e5,
                                         .help = "what its supply has left for cards in its slots"},
                                        {0}};

typedef struct host_part {
    const char *preset;
    const lw_yaml *ports;
} host_part;
static const lw_option host_options[] = {{.key = "preset",
                                          .kind = LW_OPTION_TEXT,
                                          .offset = offsetof(host_part, preset),
                                          .help = "of the computer (`lanewise list devices`)"},
                                         {.key = "ports",
                                          .kind = LW_OPTION_YAML,
                                          .offset = offsetof(host_part, ports),
                                          .help = "link presets of its ports and slots (`lanewise list links`)"},
                                         {0}};

typedef struct need_part {
    double weight, hours;
} need_part;
static const lw_option need_options[] = {{.key = "weight",
                                          .kind = LW_OPTION_QUANTITY_REAL,
                                          .offset = offsetof(need_part, weight),
                                          .fallback = "1",
                                          .minimum = 0.001,
                                          .maximum = 1000,
                                          .help = "how much it counts"},
                                         {.key = "hours_per_month",
                                          .kind = LW_OPTION_QUANTITY_REAL,
                                          .offset = offsetof(need_part, hours),
                                          .fallback = "40",
                                          .minimum = 0.01,
                                          .maximum = 744,
                                          .help = "that it is done"},
                                         {0}};

const lw_file_map lw_plan_maps[] = {{"", "the file's own keys", options, LW_FILE_KEYS},
                                    {"own", "the computer that is there", own_options, LW_FILE_KEYS},
                                    {"host", "its preset and ports, under own", host_options, LW_FILE_KEYS},
                                    {"need", "each of needs; its name is yours", need_options, LW_FILE_WORK},
                                    {0}};

typedef struct loading {
    const lw_catalog *catalog;
    lw_arena *arena;
    lw_diags *diags;
    lw_plan *plan;
} loading;

static lw_status read_ports(const loading *in, const lw_yaml *list) {
    static const char hint[] = "write ports: [oculink-2-x4, thunderbolt-4]";
    lw_plan *plan = in->plan;
    if (list->kind != LW_LIST || list->count == 0 || list->count > LW_PLAN_PORTS_MOST) {
        return lw_error(in->diags, list->place, hint, "'ports' takes a list of one to %d link presets", (int)LW_PLAN_PORTS_MOST);
    }
    for (const lw_yaml *port = list->first; port != NULL; port = port->next) {
        if (port->kind != LW_SCALAR || !lw_catalog_has(in->catalog, LW_SHELF_LINKS, port->text)) {
            return lw_error(in->diags, port->place,
                            port->kind != LW_SCALAR
                                ? hint
                                : lw_did_you_mean(in->diags, port->text, lw_catalog_names(in->catalog, LW_SHELF_LINKS),
                                                  lw_catalog_count(in->catalog, LW_SHELF_LINKS),
                                                  "`lanewise list links` names them"),
                            "there is no link preset '%s'", port->kind == LW_SCALAR ? port->text : "...");
        }
        plan->port_place[plan->port_count] = port->place;
        plan->port[plan->port_count++] = port->text;
    }
    return LW_OK;
}

static lw_status read_own(const loading *in, const lw_yaml *own) {
    own_part part;
    host_part host;
    lw_option_set set = {0};
    lw_options_default(own_options, &part);
    lw_options_default(host_options, &host);
    LW_TRY(lw_options_parse(own_options, own, NULL, &part, &set, in->diags));
    LW_TRY(lw_options_require(own_options, &set, "own", own->place, in->diags));
    set = (lw_option_set){0};
    LW_TRY(lw_options_parse(host_options, part.host, NULL, &host, &set, in->diags));
    LW_TRY(lw_options_require(host_options, &set, "own.host", part.host->place, in->diags));
    in->plan->host = host.preset;
    in->plan->supply_W = part.supply_W;
    if (!lw_catalog_has(in->catalog, LW_SHELF_DEVICES, host.preset)) {
        return lw_error(in->diags, part.host->place,
                        lw_did_you_mean(in->diags, host.preset, lw_catalog_names(in->catalog, LW_SHELF_DEVICES),
                                        lw_catalog_count(in->catalog, LW_SHELF_DEVICES), "`lanewise list devices` names them"),
                        "there is no device preset '%s'", host.preset);
    }
    return read_ports(in, host.ports);
}

static bool is_own_key(const char *key) {
    return lw_option_find(need_options, key) != NULL;
}

// The need less the plan's own keys, as a workload.
static lw_yaml *work_of(const loading *in, const lw_yaml *need) {
    lw_yaml *copy = lw_tree_copy(need, in->arena);
    lw_yaml **slot = copy != NULL ? &copy->first : NULL;
    while (slot != NULL && *slot != NULL) {
        if (is_own_key((*slot)->key)) {
            *slot = (*slot)->next;
            copy->count--;
        } else {
            slot = &(*slot)->next;
        }
    }
    return copy;
}

// Keys and values as the kind has them, told where they stand. Where the work runs is the plan's to say.
static lw_status check_work(const loading *in, const lw_plan_need *need, const lw_yaml *item) {
    static const char *const others[] = {"kind", NULL}, *const places[] = {"on", "gpu", "from", "to", NULL};
    const lw_option *table = need->kind->type.options;
    void *params = lw_arena_alloc(in->arena, 1, need->kind->type.params_size);
    lw_option_set *set = lw_option_set_new(table, in->arena);
    if (params == NULL || set == NULL) {
        return LW_NO_MEMORY;
    }
    lw_options_default(table, params);
    LW_TRY(lw_options_parse(table, need->work, others, params, set, in->diags));
    for (size_t i = 0; table[i].key != NULL; i++) {
        if (table[i].fallback == NULL && !set->mark[i].given && !lw_is_among(table[i].key, places)) {
            return lw_error(in->diags, item->place, lw_diags_text(in->diags, "add %s: %s", table[i].key, table[i].help),
                            "the need '%s' says no %s", item->key, table[i].key);
        }
    }
    const lw_yaml *model = lw_map_get(need->work, "model");
    const size_t models = lw_catalog_count(in->catalog, LW_SHELF_MODELS);
    return model == NULL || model->kind != LW_SCALAR || lw_catalog_has(in->catalog, LW_SHELF_MODELS, model->text)
               ? LW_OK
               : lw_error(in->diags, model->place,
                          lw_did_you_mean(in->diags, model->text, lw_catalog_names(in->catalog, LW_SHELF_MODELS), models,
                                          "`lanewise list models` names them"),
                          "there is no model '%s'", model->text);
}

static lw_status read_need(const loading *in, const lw_yaml *item) {
    lw_plan_need *need = &in->plan->need[in->plan->need_count++];
    need_part part;
    const char *word = lw_map_text(item, "kind");
    lw_options_default(need_options, &part);
    if (item->kind != LW_MAP || word == NULL) {
        return lw_error(in->diags, item->place, "write chat: {kind: llm-decode, model: qwen3-32b, quantisation: q4_k_m}",
                        "the need '%s' has no kind", item->key);
    }
    LW_TRY(lw_options_pick(need_options, item, &part, NULL, in->diags));
    *need = (lw_plan_need){.name = item->key, .work = work_of(in, item), .weight = part.weight, .hours = part.hours};
    for (size_t k = 0; lw_work_kinds[k] != NULL; k++) {
        need->kind = strcmp(lw_work_kinds[k]->type.name, word) == 0 ? lw_work_kinds[k] : need->kind;
    }
    if (need->work == NULL) {
        return LW_NO_MEMORY;
    }
    if (need->kind == NULL) {
        return lw_error(in->diags, lw_map_get(item, "kind")->place, "`lanewise list workloads` names them",
                        "there is no kind '%s'", word);
    }
    need->metric = lw_metric_find(need->kind->metrics[0], LW_OF_WORKLOAD, need->kind->own);
    need->less = need->metric->dimension == LW_TIME;
    if (!lw_is_name(item->key)) {
        return lw_error(in->diags, item->key_place, "use letters, digits, - and _", "'%s' is no name for a need", item->key);
    }
    return check_work(in, need, item);
}

static lw_status read_needs(const loading *in, const lw_yaml *needs) {
    if (needs->kind != LW_MAP || needs->count == 0 || needs->count > LW_PLAN_NEEDS_MOST) {
        return lw_error(in->diags, needs->place, "write needs: {chat: {kind: llm-decode, ...}}", "'needs' takes one to %d works",
                        (int)LW_PLAN_NEEDS_MOST);
    }
    for (const lw_yaml *item = needs->first; item != NULL; item = item->next) {
        LW_TRY(read_need(in, item));
    }
    return LW_OK;
}

static lw_status add_item(const loading *in, const char *name, lw_list *items) {
    lw_item *item = LW_LIST_ADD(items, lw_item, in->arena);
    return item == NULL ? LW_NO_MEMORY : lw_item_read(in->catalog, name, in->arena, in->diags, item);
}

static lw_status read_candidates(const loading *in, const lw_yaml *candidates, const lw_yaml *prices) {
    const char *const *names = lw_catalog_names(in->catalog, LW_SHELF_CATALOGUE);
    const size_t count = lw_catalog_count(in->catalog, LW_SHELF_CATALOGUE);
    lw_list items = {0};
    const bool all = candidates == NULL || (candidates->kind == LW_SCALAR && strcmp(candidates->text, "catalogue") == 0);
    for (size_t i = 0; all && i < count; i++) {
        LW_TRY(add_item(in, names[i], &items));
    }
    if (!all && candidates->kind != LW_LIST) {
        return lw_error(in->diags, candidates->place, "write candidates: catalogue, or [rtx-3090-used, oculink-dock-deg1]",
                        "'candidates' takes a list of names");
    }
    for (const lw_yaml *name = all ? NULL : candidates->first; name != NULL; name = name->next) {
        if (name->kind != LW_SCALAR || !lw_catalog_has(in->catalog, LW_SHELF_CATALOGUE, name->text)) {
            return lw_error(in->diags, name->place,
                            lw_did_you_mean(in->diags, name->kind == LW_SCALAR ? name->text : "", names, count,
                                            "`lanewise list catalogue` names them"),
                            "the catalogue has no '%s'", name->kind == LW_SCALAR ? name->text : "...");
        }
        LW_TRY(add_item(in, name->text, &items));
    }
    in->plan->item = LW_LIST_ITEMS(&items, const lw_item);
    in->plan->item_count = items.count;
    return lw_prices_take(prices, LW_LIST_ITEMS(&items, lw_item), items.count, in->diags);
}

lw_status lw_plan_load(const char *path, const lw_catalog *catalog, lw_arena *arena, lw_diags *diags, lw_plan **out) {
    const lw_source *source;
    lw_yaml *root;
    plan_file *file = LW_NEW(arena, plan_file);
    lw_option_set *set = lw_option_set_new(options, arena);
    if (file == NULL || set == NULL) {
        return LW_NO_MEMORY;
    }
    lw_options_default(options, file);
    LW_TRY(lw_source_read(path, arena, diags, &source));
    LW_TRY(lw_tree_parse(source, arena, diags, &root));
    LW_TRY(lw_options_parse(options, root, NULL, file, set, diags));
    LW_TRY(lw_options_require(options, set, "a plan", root->place, diags));
    const loading in = {catalog, arena, diags, &file->plan};
    file->plan.source = source;
    LW_TRY(read_own(&in, file->own));
    LW_TRY(read_needs(&in, file->needs));
    LW_TRY(read_candidates(&in, file->candidates, file->prices));
    *out = &file->plan;
    return LW_OK;
}
