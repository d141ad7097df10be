// SPDX-License-Identifier: GPL-3.0-or-later
// Plans: which of all that can be bought or rented does what somebody needs, at what cost.
//
// A setup is a choice of cards, the port of the computer that each hangs on, and what it takes
// between them. Each is a scenario that is run: needs are works of its kinds, one after the other.
#ifndef LW_PLAN_H
#define LW_PLAN_H

#include "sim/config/schema.h"
#include "sim/plan/item.h"
#include "sim/result/choice.h"
#include "sim/study/run.h"
#include "sim/workload/kind.h"

enum { LW_PLAN_PORTS_MOST = 8, LW_PLAN_NEEDS_MOST = 16, LW_PLAN_SETUPS_MOST = 4096, LW_NAME_TEXT = 160 };

typedef struct lw_plan_need {
    const char *name;
    const lw_yaml *work;  // as a workload of a scenario has it, but for where it runs
    const lw_work_kind *kind;
    const lw_metric *metric;  // the first of its kind
    bool less;                // is better, as of a time
    double weight, hours;     // of its share in the whole, and a month
} lw_plan_need;

typedef struct lw_plan {
    const lw_source *source;
    const char *title, *host;  // preset of the computer that is there
    const char *port[LW_PLAN_PORTS_MOST];
    lw_place port_place[LW_PLAN_PORTS_MOST];
    size_t port_count;
    double supply_W;  // of that computer, for cards in its slots; NaN: not said
    lw_plan_need need[LW_PLAN_NEEDS_MOST];
    size_t need_count;
    const lw_item *item;
    size_t item_count;
    double budget_USD;  // NaN: any
    double energy_USDpkWh, resale;
    int64_t months, draws, seed;
    double error;  // standard deviation of what a need reaches, as a share
} lw_plan;

// What one need comes to.
typedef struct lw_plan_answer {
    double value;  // of the need's metric, in its unit
    double share;  // of the best that fits, 1: it is that
    const char *limit;
    const char *way;  // in which it is divided over several cards; NULL: there is one
    double wider;     // its value if each card had a slot of its own width; NaN: not asked
} lw_plan_answer;

typedef struct lw_plan_setup {
    const char *name;  // "2 x RTX 3090 used over oculink-2-x4 and thunderbolt-4"
    const lw_item *card;
    size_t cards;
    const char *link[LW_PLAN_PORTS_MOST];        // of each card
    const lw_item *adapter[LW_PLAN_PORTS_MOST];  // NULL: a slot
    const char *why;                             // it does not fit; NULL: it does
    bool affordable;
    double purchase_USD, power_W;
    double month_USD;  // with what a resale brings back
    double total_USD;  // over all months
    double score;      // weighted geometric mean of shares
    double first;      // share of the draws in which it is the first
    lw_plan_answer answer[LW_PLAN_NEEDS_MOST];
} lw_plan_setup;

typedef struct lw_planned {
    const lw_plan *plan;
    lw_plan_setup *setup;  // those that fit and can be afforded by rank, then those that cannot, then the others
    size_t count, ranked, fitting;
    // the rent that does as much as the first for the least, and after how many months the first has cost no
    // more, at the hours of the plan; NULL: none, or the first is rent
    const lw_plan_setup *rent;
    double break_even_months;  // infinity: never
} lw_planned;

extern const lw_file_map lw_plan_maps[];  // keys of its file

// Read a plan. Findings are diagnosed.
lw_status lw_plan_load(const char *path, const lw_catalog *catalog, lw_arena *arena, lw_diags *diags, lw_plan **out) LW_CHECKED;
// Run and rank all setups; no byte depends on the number of threads. LW_INTERRUPTED leaves *out empty.
lw_status lw_plan_run(const lw_plan *plan, const lw_catalog *catalog, const lw_run *run, lw_arena *arena, lw_diags *diags,
                      lw_planned *out) LW_CHECKED;

enum { LW_PRICE_OLD_DAYS = 90 };  // beyond which a price is told to be old
// Warn once, at the oldest, of prices that were old on that day ("2026-11-30") or have no date; no date: none is.
void lw_prices_warn(const lw_plan *plan, const char *today, lw_diags *diags);

// For charts.
lw_status lw_planned_choices(const lw_planned *planned, lw_arena *arena, lw_choices *out) LW_CHECKED;

// ---- Parts of a run ----

// All setups, without answers: what does not fit says why.
lw_status lw_plan_find_setups(const lw_plan *plan, lw_arena *arena, lw_plan_setup **out, size_t *count) LW_CHECKED;
// Answers of those that fit.
lw_status lw_plan_evaluate(const lw_plan *plan, const lw_catalog *catalog, const lw_run *run, lw_plan_setup *setup, size_t count,
                           lw_arena *arena, lw_diags *diags) LW_CHECKED;
// Costs, shares, ranks, draws, and rent against purchase.
lw_status lw_plan_rank(const lw_plan *plan, lw_plan_setup *setup, size_t count, lw_arena *arena, lw_planned *out) LW_CHECKED;

// Cost all of them and put them in order, with the shares and scores that they have.
void lw_plan_order(const lw_plan *plan, lw_plan_setup *setup, size_t count);
// Each uncertain input at its low and high end, one at a time: prices a standard deviation of their spread, the model's
// error of the first choice alone one, what the plan states without an error (energy price, hours, resale, months) a
// quarter. What moves neither the cost of the first choice nor who is first is left out.
lw_status lw_plan_find_reach(const lw_planned *planned, lw_arena *arena, const lw_reach **out, size_t *count) LW_CHECKED;

#endif
