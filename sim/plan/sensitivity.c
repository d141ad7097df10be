// SPDX-License-Identifier: GPL-3.0-or-later
// What moves the answer of a plan: each input alone at either end, and the ranking made again.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/list.h"
#include "sim/base/quantity.h"
#include "sim/plan/plan.h"

// Of what the plan states without an error: a quarter less and more, which is no measurement but a question.
static const double asked_share = 0.25;

typedef struct moving {
    const lw_planned *planned;
    lw_arena *arena;
    lw_list *reach;  // lw_reach
    // of a trial
    lw_plan plan;
    lw_item *item;
    lw_plan_setup *setup;
} moving;

static void begin_trial(moving *m) {
    const lw_plan *plan = m->planned->plan;
    m->plan = *plan;
    memcpy(m->item, plan->item, plan->item_count * sizeof *m->item);
    m->plan.item = m->item;
    memcpy(m->setup, m->planned->setup, m->planned->count * sizeof *m->setup);
}

static const lw_item *moved_item(const moving *m, const lw_item *item) {
    return item != NULL ? m->item + (item - m->planned->plan->item) : NULL;
}

static bool same_cards(const lw_plan_setup *a, const lw_plan_setup *b) {
    return a->card->kind == b->card->kind && a->cards == b->cards && strcmp(a->card->device, b->card->device) == 0;
}

// What the first choice of the plan costs in the trial, and which is first there if it is another one.
static lw_reach_end end_trial(moving *m, double value) {
    const lw_plan_setup *first = &m->planned->setup[0];
    const lw_plan_setup *other = NULL;
    lw_reach_end end = {.value = value};
    for (size_t s = 0; s < m->planned->count; s++) {
        lw_plan_setup *setup = &m->setup[s];
        setup->card = moved_item(m, setup->card);
        setup->purchase_USD = 0;
        for (size_t c = 0; c < setup->cards && setup->card->kind == LW_ITEM_GPU; c++) {
            const lw_item *adapter = moved_item(m, setup->adapter[c]);
            setup->purchase_USD += setup->card->price_USD + (adapter != NULL ? adapter->price_USD : 0);
        }
    }
    lw_plan_order(&m->plan, m->setup, m->planned->count);
    for (size_t s = 0; s < m->planned->count; s++) {
        if (m->setup[s].name == first->name) {
            end.month_USD = m->setup[s].month_USD;
        }
    }
    if (m->planned->count > 0 && m->setup[0].why == NULL && m->setup[0].affordable) {
        other = &m->setup[0];
    }
    end.first = other == NULL ? "nothing within the budget" : same_cards(other, first) ? NULL : other->name;
    return end;
}

static lw_status add(moving *m, const char *name, const char *unit, lw_reach_end low, lw_reach_end high) {
    if (low.month_USD == high.month_USD && low.first == NULL && high.first == NULL) {
        return LW_OK;  // it moves nothing
    }
    lw_reach *reach = LW_LIST_ADD(m->reach, lw_reach, m->arena);
    if (reach == NULL || name == NULL) {
        return LW_NO_MEMORY;
    }
    *reach = (lw_reach){name, unit, {low, high}};
    return LW_OK;
}

static bool is_used(const moving *m, const lw_item *item) {
    for (size_t s = 0; s < m->planned->fitting; s++) {
        const lw_plan_setup *setup = &m->planned->setup[s];
        bool uses = setup->card == item;
        for (size_t c = 0; c < setup->cards; c++) {
            uses = uses || setup->adapter[c] == item;
        }
        if (uses) {
            return true;
        }
    }
    return false;
}

static lw_reach_end with_price(moving *m, size_t item, double factor) {
    begin_trial(m);
    m->item[item].price_USD *= factor;
    m->item[item].rent_USDph *= factor;
    const bool rent = m->item[item].kind == LW_ITEM_CLOUD;
    return end_trial(m, rent ? m->item[item].rent_USDph : m->item[item].price_USD);
}

static lw_status add_prices(moving *m) {
    const lw_plan *plan = m->planned->plan;
    for (size_t i = 0; i < plan->item_count; i++) {
        const double spread = plan->item[i].spread;
        if (is_used(m, &plan->item[i]) && spread > 0) {
            const lw_reach_end low = with_price(m, i, exp(-spread)), high = with_price(m, i, exp(spread));
            LW_TRY(add(m, lw_arena_print(m->arena, "price of %s", plan->item[i].name),
                       plan->item[i].kind == LW_ITEM_CLOUD ? "USD/h" : "USD", low, high));
        }
    }
    return LW_OK;
}

// The model errs about the first choice alone: as much work then takes more or less of it.
static lw_reach_end with_error(moving *m, double factor) {
    begin_trial(m);
    m->setup[0].score *= factor;
    lw_reach_end end = end_trial(m, factor * 100);
    end.month_USD /= factor;
    return end;
}

static lw_reach_end with_energy(moving *m, double factor) {
    begin_trial(m);
    m->plan.energy_USDpkWh *= factor;
    return end_trial(m, m->plan.energy_USDpkWh);
}

static lw_reach_end with_hours(moving *m, double factor) {
    double hours = 0;
    begin_trial(m);
    for (size_t n = 0; n < m->plan.need_count; n++) {
        m->plan.need[n].hours *= factor;
        hours += m->plan.need[n].hours;
    }
    return end_trial(m, hours);
}

static lw_reach_end with_resale(moving *m, double factor) {
    begin_trial(m);
    m->plan.resale = fmin(1, m->plan.resale * factor);
    return end_trial(m, m->plan.resale * 100);
}

static lw_reach_end with_months(moving *m, double factor) {
    begin_trial(m);
    m->plan.months = (int64_t)fmax(1, (double)m->plan.months * factor + 0.5);
    return end_trial(m, (double)m->plan.months);
}

static int furthest_first(const void *a, const void *b) {
    const lw_reach *x = a, *y = b;
    const double one = fabs(x->end[1].month_USD - x->end[0].month_USD), other = fabs(y->end[1].month_USD - y->end[0].month_USD);
    return one > other ? -1 : one < other ? 1 : strcmp(x->name, y->name);
}

lw_status lw_plan_find_reach(const lw_planned *planned, lw_arena *arena, const lw_reach **out, size_t *count) {
    static const struct {
        const char *name, *unit;
        lw_reach_end (*with)(moving *m, double factor);
    } input[] = {{"energy price", "USD/kWh", with_energy},
                 {"hours of use a month", "h", with_hours},
                 {"resale", "% of the purchase", with_resale},
                 {"months of use", "months", with_months}};
    lw_list reach = {0};
    moving m = {.planned = planned,
                .arena = arena,
                .reach = &reach,
                .item = LW_NEW_ARRAY(arena, lw_item, planned->plan->item_count),
                .setup = LW_NEW_ARRAY(arena, lw_plan_setup, planned->count)};
    *out = NULL;
    *count = 0;
    if (m.item == NULL || m.setup == NULL) {
        return LW_NO_MEMORY;
    }
    if (planned->ranked == 0) {
        return LW_OK;
    }
    LW_TRY(add_prices(&m));
    for (size_t i = 0; i < sizeof input / sizeof input[0]; i++) {
        const lw_reach_end low = input[i].with(&m, 1 - asked_share), high = input[i].with(&m, 1 + asked_share);
        LW_TRY(add(&m, input[i].name, input[i].unit, low, high));
    }
    const lw_reach_end low = with_error(&m, exp(-planned->plan->error)), high = with_error(&m, exp(planned->plan->error));
    LW_TRY(add(&m, "model's error, for the same work", "%", low, high));
    *out = LW_LIST_ITEMS(&reach, lw_reach);
    *count = reach.count;
    if (reach.count > 0) {
        qsort(reach.items, reach.count, sizeof(lw_reach), furthest_first);
    }
    return LW_OK;
}
