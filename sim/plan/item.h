// SPDX-License-Identifier: GPL-3.0-or-later
// What can be bought or rented: a file each on the catalogue's shelf, with price, date and source.
#ifndef LW_ITEM_H
#define LW_ITEM_H

#include "sim/config/catalog.h"

typedef enum lw_item_kind {
    LW_ITEM_GPU,      // a card for a slot
    LW_ITEM_ADAPTER,  // makes a slot of a port: dock, box or cable with what else it takes
    LW_ITEM_CLOUD     // cards of somebody else by the hour
} lw_item_kind;
extern const char *const lw_item_words[];

typedef struct lw_item {
    const char *name, *summary;
    int kind;
    const char *device;    // preset of its cards
    int64_t memory_bytes;  // of each card
    int64_t cards;         // of cloud
    double power_W;        // that a card takes at most; NaN: not said
    double supplies_W;     // that an adapter gives its card; NaN: the computer's own supply does
    double price_USD, rent_USDph;
    double spread;            // share by which prices of other sellers differ, as a standard deviation
    const char *port, *link;  // of an adapter: the port it plugs into, and the link that comes of it
    const char *date, *source, *power_source;
    lw_place date_place;  // line 0: the price is the plan's own
} lw_item;

// Read FOLDER/catalogue/NAME.yaml. What is wrong is diagnosed.
lw_status lw_item_read(const lw_catalog *catalog, const char *name, lw_arena *arena, lw_diags *diags, lw_item *out) LW_CHECKED;

#endif
