// SPDX-License-Identifier: GPL-3.0-or-later
#include <math.h>

#include "sim/base/version.h"
#include "sim/plan/plan.h"

static bool on_front(const lw_planned *planned, size_t index) {
    const lw_plan_setup *one = &planned->setup[index];
    for (size_t s = 0; s < planned->fitting; s++) {
        const lw_plan_setup *other = &planned->setup[s];
        const bool better = other->score > one->score * 1.001 && other->month_USD <= one->month_USD;
        const bool cheaper = other->score >= one->score && other->month_USD < one->month_USD;
        const bool same = s < index && other->score == one->score && other->month_USD == one->month_USD;
        if (s != index && (better || cheaper || same)) {
            return false;
        }
    }
    return true;
}

static void add_lines(const lw_planned *planned, lw_choices *out) {
    const lw_plan_setup *own = NULL;
    for (size_t s = 0; s < planned->ranked && own == NULL; s++) {
        own = planned->setup[s].card->kind != LW_ITEM_CLOUD ? &planned->setup[s] : NULL;
    }
    const lw_plan_setup *rent = planned->rent != NULL                              ? planned->rent
                                : planned->ranked > 0 && own != &planned->setup[0] ? &planned->setup[0]
                                                                                   : NULL;
    if (own == NULL || rent == NULL) {
        return;
    }
    const double lost_USD = own->purchase_USD * (1 - planned->plan->resale) / (double)planned->plan->months;
    out->line[0] = (lw_cost_line){own->name, own->purchase_USD, own->month_USD - lost_USD, false};
    out->line[1] = (lw_cost_line){rent->name, 0, rent->month_USD, true};
    out->line_count = 2;
    const double saved_USD = out->line[1].month_USD - out->line[0].month_USD;
    out->break_even_months = saved_USD > 0 ? own->purchase_USD / saved_USD : (double)INFINITY;
}

lw_status lw_planned_choices(const lw_planned *planned, lw_arena *arena, lw_choices *out) {
    lw_choice *choice = LW_NEW_ARRAY(arena, lw_choice, planned->fitting);
    *out = (lw_choices){.title = planned->plan->title,
                        .tool_version = lw_version,
                        .choice = choice,
                        .count = planned->fitting,
                        .months = (double)planned->plan->months};
    if (choice == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t s = 0; s < planned->fitting; s++) {
        const lw_plan_setup *setup = &planned->setup[s];
        choice[s] = (lw_choice){.name = setup->name,
                                .month_USD = setup->month_USD,
                                .score = setup->score,
                                .low = setup->score * exp(-planned->plan->error),
                                .high = setup->score * exp(planned->plan->error),
                                .rented = setup->card->kind == LW_ITEM_CLOUD,
                                .affordable = setup->affordable,
                                .front = on_front(planned, s)};
    }
    add_lines(planned, out);
    return lw_plan_find_reach(planned, arena, &out->reach, &out->reach_count);
}
