// SPDX-License-Identifier: GPL-3.0-or-later
// Plans: what fits, what it costs, and who comes first.
#include <math.h>

#include "sim/plan/date.h"
#include "sim/plan/prices.h"
#include "sim/report/report_plan.h"
#include "tests/scenario_helpers.h"

static const char head[] = "plan: 1\ntitle: A test\n";
static const char chat[] =
    "needs: {chat: {kind: llm-decode, model: llama-3-8b, quantisation: q4_k_m, tokens: 8, hours_per_month: 50}}\n";

static lw_status try_plan(lw_test *test, const char *rest, int threads, lw_planned *out) {
    lw_plan *plan;
    const lw_run run = {.threads = threads};
    lw_catalog *catalog = shipped_catalog(test);
    const char *text = lw_arena_print(test->arena, "%s%s", head, rest);
    assert_non_null(text);
    const char *path = LW_BINARY_DIR "/test_plan.yaml";
    write_file(test, path, text);
    LW_TRY(lw_plan_load(path, catalog, test->arena, test->diags, &plan));
    return lw_plan_run(plan, catalog, &run, test->arena, test->diags, out);
}

static lw_planned run_plan(lw_test *test, const char *rest) {
    lw_planned planned;
    if (try_plan(test, rest, 2, &planned) != LW_OK) {
        fail_with_diags(test);
    }
    return planned;
}

static const lw_plan_setup *setup_of(const lw_planned *planned, const char *name) {
    for (size_t i = 0; i < planned->count; i++) {
        if (strcmp(planned->setup[i].name, name) == 0) {
            return &planned->setup[i];
        }
    }
    fail_msg("no setup %s", name);
    return NULL;
}

static const lw_item *item_of(const lw_planned *planned, const char *name) {
    for (size_t i = 0; i < planned->plan->item_count; i++) {
        if (strcmp(planned->plan->item[i].name, name) == 0) {
            return &planned->plan->item[i];
        }
    }
    fail_msg("no item %s", name);
    return NULL;
}

// Purchase, half of which comes back over 24 months, and electricity; rent by the hour.
static void costs_add_up(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const lw_planned p = run_plan(&test, lw_arena_print(test.arena,
                                                        "own: {host: {preset: laptop-ddr5, ports: [oculink-2-x4]}}\n%s"
                                                        "candidates: [rtx-3090-used, oculink-dock-deg1, cloud-rtx-3090]\n",
                                                        chat));
    const lw_plan_setup *own = setup_of(&p, "rtx-3090-used over oculink-2-x4"), *rent = setup_of(&p, "cloud-rtx-3090");
    const lw_item *card = item_of(&p, "rtx-3090-used"), *dock = item_of(&p, "oculink-dock-deg1");
    assert_true(own->purchase_USD == card->price_USD + dock->price_USD);
    const double energy_USD = 0.350 * 50 * 0.15;
    assert_true(fabs(own->month_USD - (own->purchase_USD / 2 / 24 + energy_USD)) < 1e-9);
    assert_true(fabs(own->total_USD - 24 * own->month_USD) < 1e-9);
    const double rent_USD = 50 * item_of(&p, "cloud-rtx-3090")->rent_USDph;
    assert_true(fabs(rent->month_USD - rent_USD) < 1e-9);
    // one card, one model: decode hangs on neither the cable nor the host, so that cost decides
    assert_true(fabs(own->answer[0].value / rent->answer[0].value - 1) < 0.01);
    assert_ptr_equal(&p.setup[0], rent);
    lw_test_end(&test);
}

static void buying_pays_for_itself(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const lw_planned p = run_plan(
        &test, "own: {host: {preset: desktop-ddr5, ports: [pcie-4-x16]}, supply: 600 W}\n"
               "needs: {chat: {kind: llm-decode, model: llama-3-8b, quantisation: q4_k_m, tokens: 8, hours_per_month: 200}}\n"
               "candidates: [rtx-3090-used, cloud-rtx-3090]\n");
    const lw_plan_setup *own = &p.setup[0];
    assert_string_equal(own->name, "rtx-3090-used over pcie-4-x16");
    assert_ptr_equal(p.rent, setup_of(&p, "cloud-rtx-3090"));
    const double rent_USD = 200 * 0.39, energy_USD = 0.350 * 200 * 0.15;
    assert_true(fabs(p.break_even_months - own->purchase_USD / (rent_USD - energy_USD)) < 1e-9);
    assert_true(own->first > 0 && own->first <= 1);
    lw_test_end(&test);
}

static const lw_reach *reach_of(const lw_choices *choices, const char *name) {
    for (size_t i = 0; i < choices->reach_count; i++) {
        if (strcmp(choices->reach[i].name, name) == 0) {
            return &choices->reach[i];
        }
    }
    fail_msg("nothing moves by %s", name);
    return NULL;
}

// One input at a time: each end by hand, and the furthest first.
static void what_moves_the_answer(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const lw_planned p = run_plan(
        &test, "own: {host: {preset: desktop-ddr5, ports: [pcie-4-x16]}, supply: 600 W}\n"
               "needs: {chat: {kind: llm-decode, model: llama-3-8b, quantisation: q4_k_m, tokens: 8, hours_per_month: 200}}\n"
               "candidates: [rtx-3090-used, cloud-rtx-3090]\n");
    lw_choices choices;
    assert_int_equal(lw_planned_choices(&p, test.arena, &choices), LW_OK);
    const lw_plan_setup *own = &p.setup[0];
    const double spread = item_of(&p, "rtx-3090-used")->spread, error = p.plan->error;
    const double price_USD = own->purchase_USD, energy_USD = 0.350 * 200 * 0.15, lost_USD = price_USD / 2 / 24;
    const double factor[] = {0.75, 1.25};
    for (int e = 0; e < 2; e++) {
        const double sign = e == 0 ? -1 : 1;
        assert_close(reach_of(&choices, "price of rtx-3090-used")->end[e].month_USD, lost_USD * exp(sign * spread) + energy_USD,
                     1e-9);
        assert_close(reach_of(&choices, "energy price")->end[e].month_USD, lost_USD + energy_USD * factor[e], 1e-9);
        assert_close(reach_of(&choices, "hours of use a month")->end[e].month_USD, lost_USD + energy_USD * factor[e], 1e-9);
        assert_close(reach_of(&choices, "months of use")->end[e].month_USD, lost_USD / factor[e] + energy_USD, 1e-9);
        assert_close(reach_of(&choices, "resale")->end[e].month_USD, price_USD * (1 - 0.5 * factor[e]) / 24 + energy_USD, 1e-9);
        assert_close(reach_of(&choices, "model's error, for the same work")->end[e].month_USD, own->month_USD / exp(sign * error),
                     1e-9);
    }
    // the card errs alone, and the same one that is rented does more of what was wanted: it is first then
    assert_string_equal(reach_of(&choices, "model's error, for the same work")->end[0].first, "cloud-rtx-3090");
    assert_null(reach_of(&choices, "model's error, for the same work")->end[1].first);
    for (size_t i = 1; i < choices.reach_count; i++) {
        const lw_reach *before = &choices.reach[i - 1], *after = &choices.reach[i];
        assert_true(fabs(before->end[1].month_USD - before->end[0].month_USD) >=
                    fabs(after->end[1].month_USD - after->end[0].month_USD));
    }
    lw_test_end(&test);
}

static void what_does_not_fit_says_why(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const lw_planned p =
        run_plan(&test, "own: {host: {preset: laptop-ddr5, ports: [oculink-2-x4, usb4-40, pcie-4-x16]}, supply: 400 W}\n"
                        "needs: {chat: {kind: llm-decode, model: llama-3-70b, quantisation: q4_k_m, tokens: 8}}\n"
                        "candidates: [rtx-3090-used, rtx-4090-used, oculink-dock-deg1]\n");
    assert_string_equal(setup_of(&p, "rtx-3090-used over oculink-2-x4")->why,
                        "chat keeps 42.7 GB on 'card0', which holds 25.8 GB");
    assert_string_equal(setup_of(&p, "rtx-3090-used over usb4-40")->why, "nothing in the catalogue plugs into usb4-40");
    assert_string_equal(setup_of(&p, "rtx-4090-used over pcie-4-x16")->why,
                        "the computer's supply has 400 W left and the cards take 450");
    assert_null(setup_of(&p, "2 x rtx-3090-used over oculink-2-x4 and pcie-4-x16")->why);
    lw_test_end(&test);
}

// The same bytes from any number of threads.
static void threads_change_nothing(void **state) {
    (void)state;
    lw_text text[2] = {{0}, {0}};
    for (int t = 0; t < 2; t++) {
        lw_test test = lw_test_begin();
        lw_planned planned;
        assert_int_equal(
            try_plan(&test,
                     lw_arena_print(test.arena, "own: {host: {preset: desktop-ddr5, ports: [pcie-4-x16, pcie-4-x8]}}\n%s", chat),
                     1 + 3 * t, &planned),
            LW_OK);
        assert_int_equal(lw_report_plan(&planned, LW_FORMAT_JSON, 0, test.arena, &text[t]), LW_OK);
        lw_test_end(&test);
    }
    assert_string_equal(text[0].bytes, text[1].bytes);
    lw_text_free(&text[0]);
    lw_text_free(&text[1]);
}

static void own_prices_stand_for_the_catalogues(void **state) {
    (void)state;
    lw_test test = lw_test_begin();
    const lw_planned p = run_plan(&test, lw_arena_print(test.arena,
                                                        "own: {host: {preset: laptop-ddr5, ports: [oculink-2-x4]}}\n%s"
                                                        "candidates: [rtx-3090-used, oculink-dock-deg1, cloud-rtx-3090]\n"
                                                        "prices: {rtx-3090-used: 650 USD, cloud-rtx-3090: 1.5 USD/h}\n",
                                                        chat));
    assert_true(item_of(&p, "rtx-3090-used")->price_USD == 650);
    assert_true(item_of(&p, "cloud-rtx-3090")->rent_USDph == 1.5);
    const double dock = item_of(&p, "oculink-dock-deg1")->price_USD;
    assert_true(setup_of(&p, "rtx-3090-used over oculink-2-x4")->purchase_USD == 650 + dock);
    // what is left of the catalogue is old some day, and is told of where its date stands
    lw_prices_warn(p.plan, "2020-01-01", test.diags);
    assert_int_equal((int)lw_diags_count(test.diags), 0);
    lw_prices_warn(p.plan, "2199-01-01", test.diags);
    assert_int_equal((int)lw_diags_count(test.diags), 1);
    lw_test_end(&test);
}

static void dates_are_days(void **state) {
    (void)state;
    static const struct {
        const char *date;
        int64_t day;
    } good[] = {{"1970-01-01", 0},     {"1970", 364},      {"2000-02", 11016},
                {"2000-03-01", 11017}, {"2100-02", 47540}, {"2026-11-30", 20787}};
    static const char *const bad[] = {"",        "undated",    "26",       "2026-",       "2026-13",
                                      "2026-00", "2026-02-29", "2026-1-1", "2026-01-01x", "2026-01-01-"};
    int64_t day = 0;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_true(lw_date_day(good[i].date, &day));
        assert_int_equal(day, good[i].day);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(lw_date_day(bad[i], &day));
    }
}

static void wrong_plans_are_told(void **state) {
    (void)state;
    static const struct {
        const char *rest, *message;
    } cases[] = {
        {"own: {host: {preset: laptop-ddr6, ports: [oculink-2-x4]}}\nneeds: {a: {kind: llm-decode, model: gpt-2}}\n",
         "3:13: there is no device preset 'laptop-ddr6' | did you mean 'laptop-ddr5'?"},
        {"own: {host: {preset: laptop-ddr5, ports: [oculink]}}\nneeds: {a: {kind: llm-decode, model: gpt-2}}\n", NULL},
        {"own: {host: {preset: laptop-ddr5, ports: []}}\nneeds: {a: {kind: llm-decode, model: gpt-2}}\n", NULL},
        {"own: {host: {preset: laptop-ddr5, ports: [oculink-2-x4]}}\nneeds: {a: {kind: llm}}\n",
         "4:19: there is no kind 'llm' | `lanewise list workloads` names them"},
        {"own: {host: {preset: laptop-ddr5, ports: [oculink-2-x4]}}\nneeds: {a: {kind: llm-decode}}\ncandidates: [rtx]\n", NULL},
        {"own: {host: {preset: laptop-ddr5, ports: [oculink-2-x4]}}\nneeds: {a: {kind: llm-decode}}\nbudget: 100\n", NULL},
        {"own: {host: {preset: laptop-ddr5, ports: [oculink-2-x4]}}\nneeds: {a: {kind: llm-decode, model: llama-3-9b}}\n",
         "4:38: there is no model 'llama-3-9b' | did you mean 'llama-3-8b'?"},
        {"own: {host: {preset: laptop-ddr5, ports: [oculink-2-x4]}}\nneeds: {a: {kind: llm-decode, model: gpt-2, contex: 3}}\n",
         "4:45: unknown key 'contex' | did you mean 'context'?"},
        {"own: {host: {preset: laptop-ddr5, ports: [oculink-2-x4]}}\nneeds: {a: {kind: copy}}\n", NULL},
        {"own: {host: {preset: laptop-ddr5, ports: [oculink-2-x4]}}\nneeds: {a b: {kind: llm-decode, model: gpt-2}}\n", NULL},
        {"own: {host: {preset: laptop-ddr5, ports: [oculink-2-x4]}}\nneeds: {a: {kind: llm-decode, model: gpt-2}}\nprices: "
         "{rtx: 3 USD}\n",
         "5:10: 'rtx' is not among the candidates | `lanewise list catalogue` names what has a price"},
        {"own: {host: {preset: laptop-ddr5, ports: [oculink-2-x4]}}\nneeds: {a: {kind: llm-decode, model: gpt-2}}\nprices: "
         "{rtx-3090-used: 3 USD/h}\n",
         NULL},
        {"own: {host: {preset: laptop-ddr5, ports: [oculink-2-x4]}}\nneeds: {a: {kind: llm-decode, model: gpt-2}}\nprices: "
         "{rtx-3090-used: 0 USD}\n",
         NULL},
        {"own: {host: {preset: laptop-ddr5, ports: [oculink-2-x4]}}\nneeds: {a: {kind: llm-decode, model: gpt-2}}\nprices: [3]\n",
         NULL},
        {"own: 3\nneeds: []\n", NULL},
        {"", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lw_test test = lw_test_begin();
        lw_planned planned;
        assert_int_equal(try_plan(&test, cases[i].rest, 1, &planned), LW_BAD_INPUT);
        if (cases[i].message != NULL) {
            assert_diag(&test, 0, cases[i].message);
        }
        lw_test_end(&test);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(costs_add_up),           cmocka_unit_test(buying_pays_for_itself),
        cmocka_unit_test(what_moves_the_answer),  cmocka_unit_test(what_does_not_fit_says_why),
        cmocka_unit_test(threads_change_nothing), cmocka_unit_test(own_prices_stand_for_the_catalogues),
        cmocka_unit_test(dates_are_days),         cmocka_unit_test(wrong_plans_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
