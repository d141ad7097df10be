// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/report/report_plan.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sim/base/json.h"
#include "sim/base/version.h"
#include "sim/report/grid.h"
#include "sim/report/writers.h"

enum { DIGITS = 3, SHOWN_MOST = 15, WHYS_MOST = 12 };

static bool is_rented(const lw_plan_setup *setup) {
    return setup->card->kind == LW_ITEM_CLOUD;
}

static const char *unit_of(const lw_metric *metric) {
    return metric->dimension == LW_RATE ? "GB/s" : metric->title;
}

// "57.2 tokens/s", "3.2 ms".
static const char *value_text(const lw_plan_need *need, double value, lw_arena *arena) {
    char number[LW_QUANTITY_TEXT];
    if (need->metric->dimension == LW_TIME) {
        lw_quantity_print(value * need->metric->unit, LW_TIME, number);
        return lw_arena_copy(arena, number);
    }
    if (value >= 100) {
        (void)snprintf(number, sizeof number, "%.0f", value);
    } else {
        (void)snprintf(number, sizeof number, "%.*g", DIGITS, value);
    }
    (void)lw_number_point(number);
    return lw_arena_print(arena, "%s %s", number, unit_of(need->metric));
}

static double hours_of(const lw_plan *plan) {
    double hours = 0;
    for (size_t n = 0; n < plan->need_count; n++) {
        hours += plan->need[n].hours;
    }
    return hours;
}

// ---- The answer ----

static void add_values(const lw_planned *p, const lw_plan_setup *setup, lw_arena *arena, lw_text *out) {
    for (size_t n = 0; n < p->plan->need_count; n++) {
        const char *value = value_text(&p->plan->need[n], setup->answer[n].value, arena);
        lw_text_print(out, "%s%s %s", n > 0 ? ", " : "", p->plan->need[n].name, value != NULL ? value : "");
    }
}

// The next that costs less, and does nearly as much.
static const lw_plan_setup *thriftier(const lw_planned *p) {
    for (size_t s = 1; s < p->ranked; s++) {
        if (p->setup[s].month_USD < 0.75 * p->setup[0].month_USD && p->setup[s].score > 0.7 * p->setup[0].score) {
            return &p->setup[s];
        }
    }
    return NULL;
}

static const lw_plan_setup *first_bought(const lw_planned *p) {
    for (size_t s = 0; s < p->ranked; s++) {
        if (!is_rented(&p->setup[s])) {
            return &p->setup[s];
        }
    }
    return NULL;
}

static void add_rent(const lw_planned *p, lw_text *out) {
    if (p->rent == NULL) {
        return;
    }
    if (isinf(p->break_even_months)) {
        lw_text_print(out, "  Rent: %s does as much for %.0f USD a month, less than its electricity: rent.\n", p->rent->name,
                      p->rent->month_USD);
        return;
    }
    const bool pays = p->break_even_months <= (double)p->plan->months;
    lw_text_print(
        out, "  Rent or buy: at %.3g hours a month %s costs %.0f USD a month; buying has paid for itself after %.0f months%s.\n",
        hours_of(p->plan), p->rent->name, p->rent->month_USD, ceil(p->break_even_months),
        pays ? "" : ", later than the plan looks: renting costs less");
}

static void add_answer(const lw_planned *p, lw_arena *arena, lw_text *out) {
    if (p->ranked == 0) {
        lw_text_print(out, "  Nothing fits%s.\n", p->fitting > 0 ? " the budget" : "");
        return;
    }
    const lw_plan_setup *first = &p->setup[0], *less = thriftier(p);
    lw_text_print(out, "  Take %s: ", first->name);
    add_values(p, first, arena, out);
    if (is_rented(first)) {
        lw_text_print(out, ", for %.0f USD a month.\n", first->month_USD);
    } else {
        lw_text_print(out, ", for %.0f USD; with electricity and a sale at the end %.0f USD a month.\n", first->purchase_USD,
                      first->month_USD);
    }
    lw_text_print(out, "  Such cards stay first in %.0f %% of %lld draws of prices and of the model's error.\n",
                  first->first * 100, (long long)p->plan->draws);
    const lw_plan_setup *own = first_bought(p);
    if (is_rented(first) && own != NULL) {
        lw_text_print(out, "  To own: %s does %.0f %% of it for %.0f USD, %.0f USD a month.\n", own->name,
                      own->score / first->score * 100, own->purchase_USD, own->month_USD);
    }
    if (less != NULL && less != own) {
        lw_text_print(out, "  For less: %s does %.0f %% of it for %.0f USD a month.\n", less->name,
                      less->score / first->score * 100, less->month_USD);
    }
    add_rent(p, out);
}

// ---- The table ----

static void add_heads(const lw_planned *p, lw_grid *grid) {
    LW_GRID_ADD(grid, "", "setup");
    for (size_t n = 0; n < p->plan->need_count; n++) {
        const lw_metric *metric = p->plan->need[n].metric;
        lw_grid_print(grid, metric->dimension == LW_TIME ? "%s" : "%s, %s", p->plan->need[n].name, unit_of(metric));
        lw_grid_add(grid, "full slot");
    }
    LW_GRID_ADD(grid, "of best", "to buy", "USD/month", "USD/hour", "first", "limited by");
}

static void add_row(const lw_planned *p, size_t s, lw_arena *arena, lw_grid *grid) {
    const lw_plan_setup *setup = &p->setup[s];
    if (setup->affordable) {
        lw_grid_print(grid, "%zu", s + 1);
    } else {
        lw_grid_add(grid, "-");
    }
    lw_grid_add(grid, setup->name);
    for (size_t n = 0; n < p->plan->need_count; n++) {
        const lw_plan_answer *answer = &setup->answer[n];
        const double gain = (p->plan->need[n].less ? answer->value / answer->wider : answer->wider / answer->value) - 1;
        if (p->plan->need[n].metric->dimension == LW_TIME) {
            lw_grid_add(grid, value_text(&p->plan->need[n], answer->value, arena));
        } else {
            lw_grid_number(grid, answer->value, DIGITS);
        }
        if (isnan(gain)) {
            lw_grid_add(grid, "");
        } else {
            lw_grid_print(grid, "%+.0f %%", gain * 100);
        }
    }
    lw_grid_print(grid, "%.0f %%", setup->score * 100);
    if (is_rented(setup)) {
        lw_grid_add(grid, "rent");
    } else {
        lw_grid_print(grid, "%.0f USD", setup->purchase_USD);
    }
    lw_grid_print(grid, "%.0f", setup->month_USD);
    lw_grid_print(grid, "%.2f", setup->month_USD / hours_of(p->plan));
    lw_grid_print(grid, "%.0f %%", setup->first * 100);
    const char *way = setup->answer[0].way;
    lw_grid_add(grid, way != NULL ? lw_arena_print(arena, "%s, by %s", setup->answer[0].limit, way) : setup->answer[0].limit);
}

static lw_status add_table(const lw_planned *p, int width, lw_arena *arena, lw_text *out) {
    const size_t columns = 2 + 2 * p->plan->need_count + 6;
    char *sides = lw_grid_all_right(arena, columns);
    if (sides != NULL) {
        sides[1] = sides[columns - 1] = 'l';
    }
    lw_grid *grid = lw_grid_new(arena, sides);
    const size_t shown = p->fitting < SHOWN_MOST ? p->fitting : SHOWN_MOST;
    add_heads(p, grid);
    for (size_t s = 0; s < shown; s++) {
        add_row(p, s, arena, grid);
    }
    lw_text_add(out, "\n");
    LW_TRY(lw_grid_write(grid, 2, width, out));
    if (shown < p->fitting) {
        lw_text_print(out, "  and %zu more: --format csv has all.\n", p->fitting - shown);
    }
    if (p->ranked < p->fitting) {
        lw_text_print(out, "  -: over the budget of %.0f USD.\n", p->plan->budget_USD);
    }
    return LW_OK;
}

// ---- What does not fit, and what all stands on ----

static void add_whys(const lw_planned *p, lw_text *out) {
    size_t told = 0;
    for (size_t s = p->fitting; s < p->count && told < WHYS_MOST; s++, told++) {
        lw_text_print(out, "%s  %s: %s.\n", told == 0 ? "\n  Does not fit:\n" : "", p->setup[s].name, p->setup[s].why);
    }
    if (p->fitting + told < p->count) {
        lw_text_print(out, "  and %zu more.\n", p->count - p->fitting - told);
    }
}

static bool is_used(const lw_planned *p, const lw_item *item) {
    for (size_t s = 0; s < p->fitting; s++) {
        bool uses = p->setup[s].card == item;
        for (size_t c = 0; c < p->setup[s].cards; c++) {
            uses = uses || p->setup[s].adapter[c] == item;
        }
        if (uses) {
            return true;
        }
    }
    return false;
}

static lw_status add_grounds(const lw_planned *p, int width, lw_arena *arena, lw_text *out) {
    const lw_plan *plan = p->plan;
    lw_grid *grid = lw_grid_new(arena, "lrll");
    LW_GRID_ADD(grid, "price of", "USD", "date", "source");
    for (size_t i = 0; i < plan->item_count; i++) {
        const lw_item *item = &plan->item[i];
        if (is_used(p, item)) {
            lw_grid_add(grid, item->summary);
            lw_grid_print(grid, item->kind == LW_ITEM_CLOUD ? "%.3g/h" : "%.0f",
                          item->kind == LW_ITEM_CLOUD ? item->rent_USDph : item->price_USD);
            LW_GRID_ADD(grid, item->date, item->source);
        }
    }
    lw_text_add(out, "\n");
    LW_TRY(lw_grid_write(grid, 2, width, out));
    lw_text_print(
        out,
        "\n  %.3g hours a month, %lld months, %.3g USD/kWh at the cards' full power, %.0f %% of the purchase back at the end.\n"
        "  Setups differ by about %.0f %% from what is reckoned (one standard deviation), prices by their spread.\n"
        "  of best: weighted geometric mean over the needs. full slot: what PCIe 4.0 x16 for each card would bring.\n",
        hours_of(plan), (long long)plan->months, plan->energy_USDpkWh, plan->resale * 100, plan->error * 100);
    return LW_OK;
}

static lw_status write_table(const lw_planned *p, int width, lw_arena *arena, lw_text *out) {
    lw_text_print(out, "%s  (lanewise %s, %zu setups)\n\n", p->plan->title, lw_version, p->count);
    add_answer(p, arena, out);
    if (p->fitting > 0) {
        LW_TRY(add_table(p, width, arena, out));
    }
    add_whys(p, out);
    return p->fitting > 0 ? add_grounds(p, width, arena, out) : LW_OK;
}

// ---- For programs ----

static void write_setup_json(const lw_planned *p, const lw_plan_setup *setup, lw_text *out) {
    lw_json_item(out);
    lw_text_add(out, "{");
    lw_json_string(out, "name", setup->name);
    lw_json_string(out, "card", setup->card->name);
    lw_json_integer(out, "cards", (int64_t)setup->cards);
    lw_json_flag(out, "rented", is_rented(setup));
    lw_json_string(out, "why_not", setup->why);
    lw_json_flag(out, "affordable", setup->affordable);
    lw_json_number(out, "purchase_USD", setup->purchase_USD);
    lw_json_number(out, "month_USD", setup->month_USD);
    lw_json_number(out, "total_USD", setup->total_USD);
    lw_json_number(out, "score", setup->score);
    lw_json_number(out, "first_share", setup->first);
    lw_json_open(out, "answers", "[");
    for (size_t n = 0; setup->why == NULL && n < p->plan->need_count; n++) {
        lw_json_item(out);
        lw_text_add(out, "{");
        lw_json_string(out, "need", p->plan->need[n].name);
        lw_json_string(out, "metric", p->plan->need[n].metric->name);
        lw_json_number(out, "value", setup->answer[n].value);
        lw_json_number(out, "share", setup->answer[n].share);
        lw_json_number(out, "full_slot", setup->answer[n].wider);
        lw_json_string(out, "limited_by", setup->answer[n].limit);
        lw_json_string(out, "split", setup->answer[n].way);
        lw_text_add(out, "}");
    }
    lw_text_add(out, "]}");
}

static void write_json(const lw_planned *p, lw_text *out) {
    lw_text_add(out, "{");
    lw_json_string(out, "schema", "lanewise-plan/1");
    lw_json_string(out, "title", p->plan->title);
    lw_json_string(out, "version", lw_version);
    lw_json_integer(out, "draws", p->plan->draws);
    lw_json_string(out, "rent", p->rent != NULL ? p->rent->name : NULL);
    lw_json_number(out, "break_even_months", p->rent != NULL ? p->break_even_months : (double)NAN);
    lw_json_open(out, "setups", "[");
    for (size_t s = 0; s < p->count; s++) {
        write_setup_json(p, &p->setup[s], out);
    }
    lw_text_add(out, "]}\n");
}

static void write_csv(const lw_planned *p, lw_text *out) {
    lw_text_add(out, "rank,setup,why_not,affordable,purchase_USD,month_USD,total_USD,score,first_share");
    for (size_t n = 0; n < p->plan->need_count; n++) {
        lw_text_print(out, ",%s.%s", p->plan->need[n].name, p->plan->need[n].metric->name);
    }
    lw_text_add(out, "\n");
    for (size_t s = 0; s < p->count; s++) {
        const lw_plan_setup *setup = &p->setup[s];
        lw_text_print(out, "%zu,", s + 1);
        lw_text_csv_field(out, setup->name);
        lw_text_add(out, ",");
        lw_text_csv_field(out, setup->why != NULL ? setup->why : "");
        lw_text_print(out, ",%s", setup->affordable ? "true" : "false");
        const double number[] = {setup->purchase_USD, setup->month_USD, setup->total_USD, setup->score, setup->first};
        for (size_t i = 0; i < sizeof number / sizeof number[0]; i++) {
            lw_text_add(out, ",");
            lw_text_number(out, number[i]);
        }
        for (size_t n = 0; n < p->plan->need_count; n++) {
            lw_text_add(out, ",");
            if (setup->why == NULL) {
                lw_text_number(out, setup->answer[n].value);
            }
        }
        lw_text_add(out, "\n");
    }
}

static lw_status write_markdown(const lw_planned *p, lw_arena *arena, lw_text *out) {
    lw_text table = {0};
    lw_status status = write_table(p, LW_WIDTH_MARKDOWN, arena, &table);
    status = status == LW_OK && table.failed ? LW_NO_MEMORY : status;
    if (status == LW_OK) {
        lw_report_markdown(table.bytes, out);
    }
    lw_text_free(&table);
    return status;
}

lw_status lw_report_plan(const lw_planned *planned, lw_report_format format, int width, lw_arena *arena, lw_text *out) {
    switch (format) {
    case LW_FORMAT_TABLE:
        return write_table(planned, width, arena, out);
    case LW_FORMAT_MARKDOWN:
        return write_markdown(planned, arena, out);
    case LW_FORMAT_JSON:
        write_json(planned, out);
        return LW_OK;
    default:
        write_csv(planned, out);
        return LW_OK;
    }
}
