// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/plan/item.h"

#include <math.h>
#include <string.h>

#include "sim/config/option.h"
#include "sim/config/source.h"
#include "sim/config/type.h"
#include "sim/plan/date.h"

const char *const lw_item_words[] = {"gpu", "adapter", "cloud", NULL};

typedef struct item_file {
    int64_t version;
    lw_item item;
} item_file;

#define AT(field) offsetof(item_file, item.field)
#define TEXT(word, field, otherwise, says) \
    { .key = (word), .kind = LW_OPTION_TEXT, .offset = AT(field), .fallback = (otherwise), .help = (says) }
#define REAL(word, measure, field, otherwise, most, says)                                                                     \
    {                                                                                                                         \
        .key = (word), .kind = LW_OPTION_QUANTITY_REAL, .dimension = (measure), .offset = AT(field), .fallback = (otherwise), \
        .maximum = (most), .help = (says)                                                                                     \
    }
static const lw_option options[] = {
    {.key = "item",
     .kind = LW_OPTION_INTEGER,
     .offset = offsetof(item_file, version),
     .minimum = 1,
     .maximum = 1,
     .help = "format version"},
    TEXT("name", name, NULL, "the file's name without .yaml"),
    TEXT("summary", summary, NULL, "what it is, in a few words"),
    {.key = "kind", .kind = LW_OPTION_WORD, .offset = AT(kind), .words = lw_item_words, .help = "what it is"},
    TEXT("device", device, "", "preset of its cards"),
    {.key = "memory",
     .kind = LW_OPTION_QUANTITY_INT,
     .dimension = LW_BYTES,
     .offset = AT(memory_bytes),
     .fallback = "0 B",
     .maximum = 1e15,
     .help = "of each card"},
    {.key = "cards",
     .kind = LW_OPTION_INTEGER,
     .offset = AT(cards),
     .fallback = "1",
     .minimum = 1,
     .maximum = 64,
     .help = "rented together"},
    REAL("power", LW_WATTS, power_W, "auto", 1e5, "that it takes at most"),
    TEXT("power_source", power_source, "", "where that comes from"),
    REAL("supplies", LW_WATTS, supplies_W, "auto", 1e5, "of an adapter: what its supply gives the card"),
    REAL("price", LW_MONEY, price_USD, "0 USD", 1e9, "to buy it"),
    REAL("rent", LW_MONEY_RATE, rent_USDph, "0 USD/h", 1e6, "by the hour, all of its cards"),
    REAL("spread", LW_PLAIN, spread, "10 %", 2, "share by which prices of other sellers differ"),
    TEXT("port", port, "", "of an adapter: the port that it plugs into, by its link preset"),
    TEXT("link", link, "", "link preset that it makes of the port; that of the port when left out"),
    TEXT("date", date, NULL, "of the price: 2026-07-03, 2026-07, 2026, or undated"),
    TEXT("source", source, NULL, "of the price"),
    {0}};

static lw_status check(const lw_item *item, const lw_option_set *set, const lw_yaml *root, lw_diags *diags) {
    const bool is_card = item->kind != LW_ITEM_ADAPTER;
    if (is_card && (item->device[0] == '\0' || item->memory_bytes == 0)) {
        return lw_error(diags, lw_type_place(options, set, "kind", root->place), "add device: PRESET and memory: 24 GiB",
                        "a card needs its preset and memory");
    }
    if (!is_card && item->port[0] == '\0') {
        return lw_error(diags, lw_type_place(options, set, "kind", root->place), "add port: oculink-2-x4",
                        "an adapter needs the port that it plugs into");
    }
    const bool rented = item->kind == LW_ITEM_CLOUD;
    if ((rented ? item->rent_USDph : item->price_USD) <= 0) {
        return lw_error(diags, lw_type_place(options, set, rented ? "rent" : "price", root->place), "say what it costs",
                        "it has no %s", rented ? "rent" : "price");
    }
    int64_t day;
    if (strcmp(item->date, "undated") != 0 && !lw_date_day(item->date, &day)) {
        return lw_error(diags, item->date_place, "write 2026-07-03, 2026-07, 2026, or undated", "'%s' is no date", item->date);
    }
    return LW_OK;
}

lw_status lw_item_read(const lw_catalog *catalog, const char *name, lw_arena *arena, lw_diags *diags, lw_item *out) {
    const char *path = lw_catalog_path(catalog, LW_SHELF_CATALOGUE, name, arena);
    const lw_source *source;
    lw_yaml *root;
    item_file file;
    lw_option_set *set = lw_option_set_new(options, arena);
    if (path == NULL || set == NULL) {
        return LW_NO_MEMORY;
    }
    lw_options_default(options, &file);
    LW_TRY(lw_source_read(path, arena, diags, &source));
    LW_TRY(lw_tree_parse(source, arena, diags, &root));
    LW_TRY(lw_options_parse(options, root, NULL, &file, set, diags));
    LW_TRY(lw_options_require(options, set, "an item of the catalogue", root->place, diags));
    if (strcmp(file.item.name, name) != 0) {
        return lw_error(diags, root->place, "give file and item one name", "the file of '%s' names '%s'", name, file.item.name);
    }
    *out = file.item;
    out->date_place = lw_type_place(options, set, "date", root->place);
    out->link = out->link[0] != '\0' ? out->link : out->port;
    return check(out, set, root, diags);
}
