// SPDX-License-Identifier: GPL-3.0-or-later
// One number: which links does a large copy at this rate fit?
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/family.h"
#include "sim/base/quantity.h"
#include "sim/import/judge.h"
#include "sim/report/grid.h"

// What the model expects of one link.
typedef struct candidate {
    const char *name;
    lw_measured *table;
    size_t cards;              // of which the range is; 0: none was measured on such a link
    double low, median, high;  // GB/s; 0: it does not join a host and a card
    double bound;              // of its wires
    bool usual;                // what cards of any make have to a host
} candidate;

typedef struct asking {
    const lw_judging *judging;
    lw_import_on on;
    double GBps;
    bool down;
    const char **card;  // presets whose copy rate was measured
    size_t card_count;
    lw_list candidates;  // candidate
} asking;

static lw_status usage(const lw_judging *judging, const char *rate) {
    (void)lw_error(judging->diags, (lw_place){0}, "write --rate \"24 GB/s h2d\"; h2d is from host to card, d2h back",
                   "--rate takes a rate and a direction, not \"%s\"", rate);
    return LW_BAD_USAGE;
}

static lw_status parse(asking *a, const char *rate) {
    lw_quantity quantity;
    const char *problem = NULL, *hint = NULL, *space = strrchr(rate, ' ');
    const char *text = space != NULL ? lw_arena_copy_n(a->judging->arena, rate, (size_t)(space - rate)) : "";
    LW_TRY(text == NULL ? LW_NO_MEMORY : LW_OK);
    const bool up = space != NULL && strcmp(space + 1, "h2d") == 0;
    a->down = space != NULL && strcmp(space + 1, "d2h") == 0;
    if ((!up && !a->down) || !lw_quantity_parse(text, LW_RATE, &quantity, &problem, &hint) || !(quantity.value > 0)) {
        return usage(a->judging, rate);
    }
    a->GBps = quantity.value / 1e9;
    return LW_OK;
}

static lw_status find_cards(asking *a) {
    const lw_catalog *catalog = lw_presets_catalog(a->judging->presets);
    const size_t count = lw_catalog_count(catalog, LW_SHELF_DEVICES);
    a->card = LW_NEW_ARRAY(a->judging->arena, const char *, count + 1);
    LW_TRY(a->card == NULL ? LW_NO_MEMORY : LW_OK);
    if (a->on.card != NULL) {
        a->card[a->card_count++] = a->on.card;
        return LW_OK;
    }
    for (size_t i = 0; i < count; i++) {
        const lw_preset *preset = NULL;
        const char *name = lw_catalog_names(catalog, LW_SHELF_DEVICES)[i];
        const lw_status status = lw_presets_read(a->judging->presets, LW_SHELF_DEVICES, name, &preset);
        LW_TRY(status == LW_BAD_INPUT ? LW_OK : status);
        const char *rate = a->down ? "copy_rate_d2h" : "copy_rate_h2d";
        bool stated = false;
        const bool card = preset != NULL && strcmp(preset->type, "gpu") == 0;
        // not what is pooled over others
        if (card && lw_preset_evidence(preset, rate, &stated) != LW_ASSUMED && stated) {
            a->card[a->card_count++] = name;
        }
    }
    return LW_OK;
}

// On a link that is more than the card takes it would be as on a lesser one.
static lw_status takes(const asking *a, const char *card, const lw_preset *link, bool *out) {
    const lw_preset *preset = NULL;
    LW_TRY(lw_presets_read(a->judging->presets, LW_SHELF_DEVICES, card, &preset));
    const int64_t gen = lw_import_preset_number(link, "gen"), lanes = lw_import_preset_number(link, "lanes");
    const int64_t native_gen = lw_import_preset_number(preset, "native_gen");
    const int64_t native_lanes = lw_import_preset_number(preset, "native_lanes");
    *out = (gen == 0 || native_gen == 0 || gen <= native_gen) && (gen == 0 || native_lanes == 0 || lanes <= native_lanes);
    return LW_OK;
}

// As --on says; else one without limits that answers reads as the usual one does, since few reads fit
// into a tunnel.
static lw_status write_host(const asking *a, lw_text *text) {
    const lw_preset *usual = NULL;
    LW_TRY(lw_presets_read(a->judging->presets, LW_SHELF_DEVICES, LW_IMPORT_USUAL_HOST, &usual));
    if (a->on.host != NULL) {
        lw_text_print(text, "{preset: %s}", a->on.host);
    } else {
        lw_text_print(text, "{kind: host, read_latency: %s}", lw_map_text(usual->values, "read_latency"));
    }
    return LW_OK;
}

static lw_status write_table(const asking *a, const lw_preset *link, candidate *c, lw_text *text) {
    lw_text_print(text,
                  "measured: 1\nname: %s\nsource: {title: rate, author: you, date: now}\nsystem: asked for\nuse: validate\n"
                  "limit: {median: 10 %%, worst: 10 %%}\n%sscenario:\n  nodes:\n    host: ",
                  c->name, a->on.host != NULL ? "" : "quotes: {nodes.host.read_latency: the usual host}\n");
    LW_TRY(write_host(a, text));
    lw_text_print(text,
                  "\n    card: {kind: gpu}\n  links:\n    link: {between: [host, card], preset: %s}\n  workloads:\n"
                  "    copy: {kind: copy, from: %s, to: %s, bytes: 1 GiB, memory: pinned}\n"
                  "vary: [nodes.card]\nobserve: workloads.copy.bandwidth_GBps\npoints:\n",
                  c->name, a->down ? "card" : "host", a->down ? "host" : "card");
    for (size_t i = 0; i < a->card_count; i++) {
        bool fine = false;
        LW_TRY(takes(a, a->card[i], link, &fine));
        if (fine) {
            c->cards++;
            lw_text_print(text, "  - [{preset: %s}, 1]\n", a->card[i]);
        }
    }
    if (c->cards == 0 && a->on.card == NULL) {
        lw_text_add(text, "  - [{kind: gpu}, 1]\n");
    }
    return text->failed ? LW_NO_MEMORY : LW_OK;
}

static lw_status add_candidate(asking *a, const char *name) {
    const lw_preset *link = NULL;
    const lw_status read = lw_presets_read(a->judging->presets, LW_SHELF_LINKS, name, &link);
    LW_TRY(read == LW_BAD_INPUT ? LW_OK : read);
    const lw_family *family = link != NULL ? lw_family_find(link->type) : NULL;
    if (family == NULL || family->between_machines ||
        (family->joins != NULL && !lw_joins_allow(family->joins, LW_END_HOST, LW_END_GPU))) {
        return LW_OK;
    }
    candidate c = {.name = name, .usual = lw_import_takes_cards(link)};
    lw_text text = {0};
    lw_status status = write_table(a, link, &c, &text);
    if (status == LW_OK && (c.cards > 0 || a->on.card == NULL)) {
        status = lw_judge_text(a->judging, name, &text, &c.table);
        status = status == LW_OK ? lw_judge_bound(c.table, "link", &c.bound) : status;
    }
    lw_text_free(&text);
    if (status == LW_OK && c.bound > 0) {
        candidate *slot = LW_LIST_ADD(&a->candidates, candidate, a->judging->arena);
        LW_TRY(slot == NULL ? LW_NO_MEMORY : LW_OK);
        *slot = c;
    }
    return status == LW_BAD_INPUT ? LW_OK : status;  // it does not join a host and such a card
}

static lw_status run_candidates(asking *a) {
    candidate *c = LW_LIST_ITEMS(&a->candidates, candidate);
    const size_t count = a->candidates.count;
    lw_measured **tables = LW_NEW_ARRAY(a->judging->arena, lw_measured *, count);
    lw_validations rows = {0};
    LW_TRY(tables == NULL ? LW_NO_MEMORY : LW_OK);
    for (size_t i = 0; i < count; i++) {
        tables[i] = c[i].table;
    }
    const lw_status status =
        lw_measured_validate((lw_tables){tables, count}, a->judging->run, a->judging->arena, a->judging->diags, &rows);
    LW_TRY(status == LW_BAD_INPUT ? LW_OK : status);
    for (size_t i = 0, r = 0; r < rows.count && i < count; i++) {
        if (rows.row[r].name != c[i].table->name) {
            continue;
        }
        const lw_validation *row = &rows.row[r++];
        double *rate = LW_NEW_ARRAY(a->judging->arena, double, row->points);
        LW_TRY(rate == NULL ? LW_NO_MEMORY : LW_OK);
        for (size_t p = 0; p < row->points; p++) {
            rate[p] = row->rows[p].model;
        }
        c[i].median = lw_spread_of(rate, row->points).median;  // and sorts
        c[i].low = rate[0];
        c[i].high = rate[row->points - 1];
    }
    return LW_OK;
}

// From what the cards of a link reach; among links with such a card, hardly more than nothing.
static double distance(const candidate *c, double GBps) {
    const double least = 1e-3;
    const double outside = GBps < c->low ? log(c->low / GBps) : GBps > c->high ? log(GBps / c->high) : 0;
    return c->median > 0 ? outside + least * fabs(log(GBps / c->median)) : (double)INFINITY;
}

// The nearest that was not shown yet; NULL: none. usual: of those that cards of any make have.
static candidate *nearest(asking *a, bool usual, double within) {
    candidate *c = LW_LIST_ITEMS(&a->candidates, candidate), *best = NULL;
    for (size_t i = 0; i < a->candidates.count; i++) {
        const bool wanted = c[i].usual == usual && a->GBps <= c[i].bound && fabs(a->GBps / c[i].median - 1) <= within;
        if (c[i].median > 0 && wanted && (best == NULL || distance(&c[i], a->GBps) < distance(best, a->GBps))) {
            best = &c[i];
        }
    }
    return best;
}

static const char *direction_of(const asking *a) {
    return a->down ? "from card to host" : "from host to card";
}

static void add_row(const asking *a, const candidate *c, lw_grid *grid) {
    lw_grid_add(grid, c->name);
    char buffer[LW_QUANTITY_TEXT];
    const double off = round(100 * (a->GBps / c->median - 1));
    lw_grid_print(grid, "%s", lw_quantity_print(c->median * 1e9, LW_RATE, buffer));
    lw_grid_print(grid, off == 0 ? "0 %%" : "%+.0f %%", off);
    if (a->on.card != NULL) {
        lw_grid_add(grid, a->on.card);
    } else if (c->cards == 0) {
        lw_grid_add(grid, "none was measured: one without limits");
    } else {
        lw_grid_print(grid, "%zu, from %.3g to %.3g", c->cards, c->low, c->high);
    }
}

// Links of any card first; those of one maker's modules only where no other fits.
static lw_status tell_fitting(asking *a, lw_text *out) {
    enum { SHOWN_MAX = 12, WIDTH = 100, NEAR_MAX = 3 };
    bool usual = nearest(a, true, LW_IMPORT_APART) != NULL || nearest(a, false, LW_IMPORT_APART) == NULL;
    const bool fits = nearest(a, usual, LW_IMPORT_APART) != NULL;
    const double within = fits ? LW_IMPORT_APART : (double)INFINITY;
    usual = usual && nearest(a, true, within) != NULL;
    lw_grid *grid = lw_grid_new(a->judging->arena, "lrrl");
    LW_GRID_ADD(grid, "link", "expected", "off", "of which cards");
    int shown = 0;
    for (candidate *c; shown < (fits ? SHOWN_MAX : NEAR_MAX) && (c = nearest(a, usual, within)) != NULL; shown++) {
        add_row(a, c, grid);
        c->median = 0;
    }
    char buffer[LW_QUANTITY_TEXT];
    lw_text_print(out, "%s %s %s (large pinned copies; expected: median of cards):\n\n",
                  lw_quantity_print(a->GBps * 1e9, LW_RATE, buffer), direction_of(a),
                  fits ? "fit these links, best first" : "fit no link, the nearest are");
    return lw_grid_write(grid, 2, WIDTH, out);
}

static lw_status answer(asking *a, lw_text *out) {
    const candidate *c = LW_LIST_ITEMS(&a->candidates, const candidate), *most = NULL;
    for (size_t i = 0; i < a->candidates.count; i++) {
        const bool counts = c[i].median > 0 && (c[i].usual || a->on.link != NULL || a->on.card != NULL);
        most = counts && (most == NULL || c[i].bound > most->bound) ? &c[i] : most;
    }
    if (most == NULL) {
        (void)lw_error(a->judging->diags, (lw_place){0}, "lanewise list links names what joins a host and a card",
                       "--on: this link does not join a host and a card");
        return LW_BAD_USAGE;
    }
    if (a->GBps > most->bound && nearest(a, false, LW_IMPORT_APART) == NULL) {
        char buffer[LW_QUANTITY_TEXT], bound[LW_QUANTITY_TEXT];
        lw_text_print(out, "Impossible: %s %s are more than %s carries%s: its wires end at %s.\n",
                      lw_quantity_print(a->GBps * 1e9, LW_RATE, buffer), direction_of(a), most->name,
                      a->candidates.count > 1 ? ", and nothing carries more" : "",
                      lw_quantity_print(most->bound * 1e9, LW_RATE, bound));
        return LW_CHECK_FAILED;
    }
    return tell_fitting(a, out);
}

lw_status lw_judge_rate(const lw_judging *judging, const char *rate, const char *on, lw_text *out) {
    lw_diags *silent = lw_diags_new(judging->arena);  // a link that takes no card is no finding
    LW_TRY(silent == NULL ? LW_NO_MEMORY : LW_OK);
    asking a = {.judging = judging};
    LW_TRY(parse(&a, rate));
    LW_TRY(lw_import_on_parse(on, judging->presets, judging->arena, judging->diags, &a.on));
    if (a.on.system != NULL) {
        (void)lw_error(judging->diags, (lw_place){0}, NULL, "--rate takes a link, a card or a host by --on, no system");
        return LW_BAD_USAGE;
    }
    LW_TRY(find_cards(&a));
    const lw_judging quiet = {judging->presets, judging->run, judging->arena, silent};
    const lw_catalog *catalog = lw_presets_catalog(judging->presets);
    a.judging = &quiet;
    for (size_t i = 0; i < lw_catalog_count(catalog, LW_SHELF_LINKS); i++) {
        const char *name = lw_catalog_names(catalog, LW_SHELF_LINKS)[i];
        LW_TRY(a.on.link == NULL || strcmp(name, a.on.link) == 0 ? add_candidate(&a, name) : LW_OK);
    }
    LW_TRY(run_candidates(&a));
    a.judging = judging;
    lw_status status = answer(&a, out);
    return status == LW_OK && out->failed ? LW_NO_MEMORY : status;
}
