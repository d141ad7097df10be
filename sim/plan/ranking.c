// SPDX-License-Identifier: GPL-3.0-or-later
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/plan/plan.h"

static double hours_of(const lw_plan *plan) {
    double hours = 0;
    for (size_t n = 0; n < plan->need_count; n++) {
        hours += plan->need[n].hours;
    }
    return hours;
}

// A month: what the purchase loses, and electricity at the cards' full power; or rent.
static double month_of(const lw_plan *plan, const lw_plan_setup *setup, double purchase_USD, double rent_USDph) {
    const double hours = hours_of(plan), months = (double)plan->months;
    return setup->card->kind == LW_ITEM_CLOUD
               ? rent_USDph * hours
               : purchase_USD * (1 - plan->resale) / months + setup->power_W / 1000 * hours * plan->energy_USDpkWh;
}

// What a budget is held against: all of the purchase, or rent over all months.
static double spent_of(const lw_plan *plan, const lw_plan_setup *setup, double purchase_USD, double rent_USDph) {
    return setup->card->kind == LW_ITEM_CLOUD ? rent_USDph * hours_of(plan) * (double)plan->months : purchase_USD;
}

static void cost(const lw_plan *plan, lw_plan_setup *setup) {
    setup->month_USD = month_of(plan, setup, setup->purchase_USD, setup->card->rent_USDph);
    setup->total_USD = setup->month_USD * (double)plan->months;
    setup->affordable =
        isnan(plan->budget_USD) || spent_of(plan, setup, setup->purchase_USD, setup->card->rent_USDph) <= plan->budget_USD;
}

static double best_of(const lw_plan *plan, const lw_plan_setup *setup, size_t count, size_t need) {
    double best = (double)NAN;
    for (size_t i = 0; i < count; i++) {
        const double value = setup[i].answer[need].value;
        if (setup[i].why == NULL && (isnan(best) || (plan->need[need].less ? value < best : value > best))) {
            best = value;
        }
    }
    return best;
}

static void score(const lw_plan *plan, lw_plan_setup *setup, size_t count) {
    double weights = 0;
    for (size_t n = 0; n < plan->need_count; n++) {
        weights += plan->need[n].weight;
    }
    for (size_t n = 0; n < plan->need_count; n++) {
        const double best = best_of(plan, setup, count, n);
        for (size_t i = 0; i < count; i++) {
            lw_plan_answer *answer = &setup[i].answer[n];
            answer->share = plan->need[n].less ? best / answer->value : answer->value / best;
        }
    }
    for (size_t i = 0; i < count; i++) {
        double sum = 0;
        for (size_t n = 0; setup[i].why == NULL && n < plan->need_count; n++) {
            sum += plan->need[n].weight * log(setup[i].answer[n].share);
        }
        setup[i].score = setup[i].why == NULL ? exp(sum / weights) : 0;
    }
}

// Fits and is affordable, fits, does not; then by score, where a percent is no difference by cost.
static int better_first(const void *one, const void *other) {
    const lw_plan_setup *a = one, *b = other;
    const int class[2] = {a->why != NULL ? 2 : !a->affordable, b->why != NULL ? 2 : !b->affordable};
    if (class[0] != class[1]) {
        return class[0] - class[1];
    }
    const double steps[2] = {floor(log(fmax(a->score, 1e-9)) / 0.01 + 0.5), floor(log(fmax(b->score, 1e-9)) / 0.01 + 0.5)};
    if (class[0] < 2 && steps[0] != steps[1]) {
        return steps[0] > steps[1] ? -1 : 1;
    }
    if (class[0] < 2 && a->month_USD != b->month_USD) {
        return a->month_USD < b->month_USD ? -1 : 1;
    }
    return strcmp(a->name, b->name);
}

void lw_plan_order(const lw_plan *plan, lw_plan_setup *setup, size_t count) {
    for (size_t i = 0; i < count; i++) {
        cost(plan, &setup[i]);
    }
    if (count > 0) {
        qsort(setup, count, sizeof *setup, better_first);
    }
}

// Prices of other sellers, and errors of the model: setups with one card share the error of its rates, of
// which their order hangs little, so that each has its own here, and the shares are cautious.
static lw_status draw(const lw_plan *plan, lw_plan_setup *setup, size_t count, lw_arena *arena) {
    gsl_rng *random = gsl_rng_alloc(gsl_rng_mt19937);
    int64_t *wins = LW_NEW_ARRAY(arena, int64_t, count);
    double *price = LW_NEW_ARRAY(arena, double, plan->item_count);
    if (random == NULL || wins == NULL || price == NULL) {
        gsl_rng_free(random);
        return LW_NO_MEMORY;
    }
    gsl_rng_set(random, (unsigned long)plan->seed);
    for (int64_t d = 0; d < plan->draws; d++) {
        size_t best = SIZE_MAX;
        double most = 0;
        for (size_t i = 0; i < plan->item_count; i++) {
            price[i] = exp(gsl_ran_gaussian(random, plan->item[i].spread));
        }
        for (size_t s = 0; s < count && setup[s].why == NULL; s++) {
            const double reached = setup[s].score * exp(gsl_ran_gaussian(random, plan->error));
            double purchase = 0;
            for (size_t c = 0; c < setup[s].cards && setup[s].card->kind == LW_ITEM_GPU; c++) {
                const lw_item *adapter = setup[s].adapter[c];
                purchase += setup[s].card->price_USD * price[setup[s].card - plan->item] +
                            (adapter != NULL ? adapter->price_USD * price[adapter - plan->item] : 0);
            }
            const double rent = setup[s].card->rent_USDph * price[setup[s].card - plan->item];
            const bool pays = isnan(plan->budget_USD) || spent_of(plan, &setup[s], purchase, rent) <= plan->budget_USD;
            if (pays && reached > most) {
                most = reached;
                best = s;
            }
        }
        // such cards, of whatever port and seller
        for (size_t s = 0; best != SIZE_MAX && s < count; s++) {
            wins[s] += setup[s].card->kind == setup[best].card->kind && setup[s].cards == setup[best].cards &&
                       strcmp(setup[s].card->device, setup[best].card->device) == 0;
        }
    }
    for (size_t s = 0; s < count; s++) {
        setup[s].first = (double)wins[s] / (double)plan->draws;
    }
    gsl_rng_free(random);
    return LW_OK;
}

// The least rent for nine tenths of what the first does. Purchase by month m costs what its value has lost, a
// straight line to the resale, and electricity.
static void compare_with_rent(const lw_plan *plan, lw_planned *out) {
    const lw_plan_setup *first = out->ranked > 0 ? &out->setup[0] : NULL;
    if (first == NULL || first->card->kind == LW_ITEM_CLOUD) {
        return;
    }
    for (size_t s = 0; s < out->fitting; s++) {
        const lw_plan_setup *rent = &out->setup[s];
        if (rent->card->kind == LW_ITEM_CLOUD && rent->score >= 0.9 * first->score &&
            (out->rent == NULL || rent->month_USD < out->rent->month_USD)) {
            out->rent = rent;
        }
    }
    if (out->rent != NULL) {
        const double energy_USD = first->power_W / 1000 * hours_of(plan) * plan->energy_USDpkWh;
        const double saved_USD = out->rent->month_USD - energy_USD;
        out->break_even_months = saved_USD > 0 ? first->purchase_USD / saved_USD : (double)INFINITY;
    }
}

lw_status lw_plan_rank(const lw_plan *plan, lw_plan_setup *setup, size_t count, lw_arena *arena, lw_planned *out) {
    *out = (lw_planned){.plan = plan, .setup = setup, .count = count};
    score(plan, setup, count);
    lw_plan_order(plan, setup, count);
    for (size_t i = 0; i < count; i++) {
        out->fitting += setup[i].why == NULL;
        out->ranked += setup[i].why == NULL && setup[i].affordable;
    }
    LW_TRY(draw(plan, setup, count, arena));
    compare_with_rent(plan, out);
    return LW_OK;
}

lw_status lw_plan_run(const lw_plan *plan, const lw_catalog *catalog, const lw_run *run, lw_arena *arena, lw_diags *diags,
                      lw_planned *out) {
    lw_plan_setup *setup;
    size_t count;
    *out = (lw_planned){0};
    LW_TRY(lw_plan_find_setups(plan, arena, &setup, &count));
    LW_TRY(lw_plan_evaluate(plan, catalog, run, setup, count, arena, diags));
    return lw_plan_rank(plan, setup, count, arena, out);
}
