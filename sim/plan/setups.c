// SPDX-License-Identifier: GPL-3.0-or-later
// Which cards can hang on which ports, and what it takes between them.
#include <math.h>
#include <string.h>

#include "sim/base/list.h"
#include "sim/plan/plan.h"

typedef struct finding {
    const lw_plan *plan;
    lw_arena *arena;
    lw_list setups;  // lw_plan_setup
} finding;

static bool is_slot(const char *port) {
    return strncmp(port, "pcie-", 5) == 0;
}

// The cheapest that plugs in and feeds the card. why: of the nearest that does not; NULL: there is one.
static const lw_item *adapter_for(const finding *f, const char *port, const lw_item *card, const char **why) {
    const lw_item *best = NULL;
    *why = lw_arena_print(f->arena, "nothing in the catalogue plugs into %s", port);
    for (size_t i = 0; i < f->plan->item_count; i++) {
        const lw_item *item = &f->plan->item[i];
        if (item->kind != LW_ITEM_ADAPTER || strcmp(item->port, port) != 0) {
            continue;
        }
        if (item->supplies_W < card->power_W) {
            *why = best == NULL ? lw_arena_print(f->arena, "%s supplies %.0f W and the card takes %.0f", item->summary,
                                                 item->supplies_W, card->power_W)
                                : *why;
            continue;
        }
        best = best == NULL || item->price_USD < best->price_USD ? item : best;
    }
    *why = best != NULL ? NULL : *why;
    return best;
}

static void check_supply(const finding *f, lw_plan_setup *setup) {
    double taken_W = 0;
    for (size_t c = 0; c < setup->cards; c++) {
        taken_W += setup->adapter[c] == NULL && !isnan(setup->card->power_W) ? setup->card->power_W : 0;
    }
    if (setup->why == NULL && taken_W > f->plan->supply_W) {
        setup->why =
            lw_arena_print(f->arena, "the computer's supply has %.0f W left and the cards take %.0f", f->plan->supply_W, taken_W);
    }
}

// "RTX 3090, used over oculink-2-x4", "2 x ...".
static const char *name_of(const finding *f, const lw_plan_setup *setup) {
    const char *many = setup->cards > 1 ? lw_arena_print(f->arena, "%zu x ", setup->cards) : "";
    const char *name = many != NULL ? lw_arena_print(f->arena, "%s%s", many, setup->card->name) : NULL;
    for (size_t c = 0; name != NULL && c < setup->cards && setup->card->kind != LW_ITEM_CLOUD; c++) {
        name = lw_arena_print(f->arena, "%s %s %s", name, c == 0 ? "over" : "and", setup->link[c]);
    }
    return name;
}

static lw_status add(finding *f, const lw_plan_setup *setup) {
    lw_plan_setup *added = LW_LIST_ADD(&f->setups, lw_plan_setup, f->arena);
    if (added == NULL) {
        return LW_NO_MEMORY;
    }
    *added = *setup;
    check_supply(f, added);
    added->name = name_of(f, added);
    return added->name != NULL ? (f->setups.count > LW_PLAN_SETUPS_MOST ? LW_LIMIT : LW_OK) : LW_NO_MEMORY;
}

// Of ports that are alike the first are taken first.
static bool is_first_choice(const lw_plan *plan, unsigned mask) {
    for (size_t p = 0; p < plan->port_count; p++) {
        for (size_t before = 0; before < p; before++) {
            if ((mask >> p & 1U) != 0 && (mask >> before & 1U) == 0 && strcmp(plan->port[p], plan->port[before]) == 0) {
                return false;
            }
        }
    }
    return true;
}

// A card of this model on each of the ports in the mask.
static lw_status add_cards(finding *f, const lw_item *card, unsigned mask) {
    lw_plan_setup setup = {.card = card};
    double power_W = 0;
    for (size_t p = 0; p < f->plan->port_count; p++) {
        if ((mask >> p & 1U) == 0) {
            continue;
        }
        const char *port = f->plan->port[p], *why = NULL;
        const lw_item *adapter = is_slot(port) ? NULL : adapter_for(f, port, card, &why);
        setup.adapter[setup.cards] = adapter;
        setup.link[setup.cards++] = adapter != NULL ? adapter->link : port;
        setup.why = setup.why == NULL ? why : setup.why;
        setup.purchase_USD += card->price_USD + (adapter != NULL ? adapter->price_USD : 0);
        power_W += isnan(card->power_W) ? 0 : card->power_W;
    }
    setup.power_W = power_W;
    return add(f, &setup);
}

static lw_status add_rent(finding *f, const lw_item *card) {
    lw_plan_setup setup = {.card = card, .cards = (size_t)card->cards};
    for (size_t c = 0; c < setup.cards && c < LW_PLAN_PORTS_MOST; c++) {
        setup.link[c] = "pcie-4-x16";  // of its own host, which nobody tells
    }
    return add(f, &setup);
}

lw_status lw_plan_find_setups(const lw_plan *plan, lw_arena *arena, lw_plan_setup **out, size_t *count) {
    finding f = {.plan = plan, .arena = arena};
    for (size_t i = 0; i < plan->item_count; i++) {
        const lw_item *item = &plan->item[i];
        for (unsigned mask = 1; item->kind == LW_ITEM_GPU && mask < 1U << plan->port_count; mask++) {
            LW_TRY(is_first_choice(plan, mask) ? add_cards(&f, item, mask) : LW_OK);
        }
        LW_TRY(item->kind == LW_ITEM_CLOUD ? add_rent(&f, item) : LW_OK);
    }
    *out = LW_LIST_ITEMS(&f.setups, lw_plan_setup);
    *count = f.setups.count;
    return LW_OK;
}
