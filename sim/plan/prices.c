// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/plan/prices.h"

#include <string.h>

#include "sim/base/quantity.h"
#include "sim/plan/date.h"

static lw_item *find(const char *name, lw_item *item, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (strcmp(item[i].name, name) == 0) {
            return &item[i];
        }
    }
    return NULL;
}

static lw_status take_price(const lw_yaml *price, lw_item *item, lw_diags *diags) {
    const bool rented = item->kind == LW_ITEM_CLOUD;
    lw_quantity quantity;
    const char *problem, *hint;
    const char *text = price->kind == LW_SCALAR ? price->text : "";
    if (!lw_quantity_parse(text, rented ? LW_MONEY_RATE : LW_MONEY, &quantity, &problem, &hint)) {
        return lw_error(diags, price->place, hint, "'%s' of prices: %s", price->key, problem);
    }
    if (quantity.value <= 0 || quantity.value > 1e9) {
        return lw_error(diags, price->place, "say what it costs", "'%s' of prices is out of range", price->key);
    }
    *(rented ? &item->rent_USDph : &item->price_USD) = quantity.value;
    item->date = "yours";
    item->source = "prices of the plan";
    item->date_place = (lw_place){0};
    return LW_OK;
}

lw_status lw_prices_take(const lw_yaml *prices, lw_item *item, size_t count, lw_diags *diags) {
    if (lw_is_empty(prices)) {
        return LW_OK;
    }
    if (prices->kind != LW_MAP) {
        return lw_error(diags, prices->place, "write prices: {rtx-3090-used: 650 USD, cloud-rtx-5090: 0.7 USD/h}",
                        "'prices' takes a map of items");
    }
    for (const lw_yaml *price = prices->first; price != NULL; price = price->next) {
        lw_item *of = find(price->key, item, count);
        if (of == NULL) {
            return lw_error(diags, price->key_place, "`lanewise list catalogue` names what has a price",
                            "'%s' is not among the candidates", price->key);
        }
        LW_TRY(take_price(price, of, diags));
    }
    return LW_OK;
}

void lw_prices_warn(const lw_plan *plan, const char *today, lw_diags *diags) {
    const lw_item *oldest = NULL;
    int64_t now, day, first = INT64_MAX;
    size_t old = 0;
    for (size_t i = 0; lw_date_day(today, &now) && i < plan->item_count; i++) {
        const lw_item *item = &plan->item[i];
        if (item->date_place.line == 0) {
            continue;
        }
        // one without a date is as old as can be
        day = lw_date_day(item->date, &day) ? day : INT64_MIN;
        if (day < now - LW_PRICE_OLD_DAYS) {
            old++;
            oldest = day < first ? item : oldest;
            first = day < first ? day : first;
        }
    }
    if (oldest != NULL) {
        lw_warn(diags, oldest->date_place, "look them up and say what you found in the plan: prices: {rtx-3090-used: 650 USD}",
                "%zu of %zu prices are more than %d days old; the oldest is of %s (%s)", old, plan->item_count, LW_PRICE_OLD_DAYS,
                oldest->name, oldest->date);
    }
}
