// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/import/judge.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "sim/base/quantity.h"
#include "sim/import/llm.h"
#include "sim/study/point.h"

// ---- Tables ----

lw_status lw_judge_text(const lw_judging *judging, const char *name, const lw_text *text, lw_measured **out) {
    lw_source *source = LW_NEW(judging->arena, lw_source);
    char *copy = text->failed ? NULL : lw_arena_copy_n(judging->arena, text->bytes, text->length);
    if (source == NULL || copy == NULL) {
        return LW_NO_MEMORY;
    }
    *source = (lw_source){name, copy, text->length};
    return lw_measured_read(source, judging->presets, judging->arena, judging->diags, out);
}

static lw_status table_of(const lw_judging *judging, const lw_import *file, const lw_series *series,
                          const lw_import_machine *machine, const lw_variant *variant, lw_measured **out) {
    lw_text text = {0};
    const char *name = lw_arena_print(judging->arena, "%s, as a table", file->source->name);
    lw_status status = name == NULL ? LW_NO_MEMORY : lw_import_table(file, series, machine, variant, &text);
    status = status == LW_OK ? lw_judge_text(judging, name, &text, out) : status;
    lw_text_free(&text);
    return status;
}

lw_status lw_judge_bound(const lw_measured *table, const char *link, double *out_GBps) {
    lw_arena *scratch = lw_arena_new();
    lw_diags *silent = scratch != NULL ? lw_diags_new(scratch) : NULL;
    lw_point_setup setup;
    lw_status status = silent == NULL ? LW_NO_MEMORY : lw_point_make(table->document, 0, NULL, scratch, silent, &setup);
    *out_GBps = 0;
    for (size_t l = 0; status == LW_OK && l < setup.machine->link_spec_count; l++) {
        const lw_link_model *model = setup.machine->link_spec[l].model;
        double least = (double)INFINITY;
        for (int s = 0; s < model->segment_count; s++) {
            double most = 0;
            for (int dir = 0; dir < 2; dir++) {
                const lw_channel *channel = &model->segment[s].channel[dir];
                most = fmax(most, lw_fraction_value(channel->raw_Bps) * lw_fraction_value(channel->line_code));
            }
            least = fmin(least, most);
        }
        *out_GBps = strcmp(setup.machine->link_spec[l].object->name, link) == 0 ? least / 1e9 : *out_GBps;
    }
    lw_arena_free(scratch);
    return status == LW_BAD_INPUT ? LW_OK : status;  // whoever runs the table tells what is wrong
}

// Tokens that memory and arithmetic of the cards cannot give. Files have formats of more bits where no token reads them all,
// and memories are overclocked by a few percent.
static lw_status judge_roof(const lw_judging *judging, const lw_import *file, const lw_series *series,
                            const lw_import_machine *machine) {
    const double margin = 1.1;
    lw_diags *silent = lw_diags_new(judging->arena);
    const lw_judging quiet = {judging->presets, judging->run, judging->arena, silent};
    lw_measured *roof = NULL;
    lw_validations rows = {0};
    LW_TRY(silent == NULL ? LW_NO_MEMORY : table_of(&quiet, file, series, machine, &(lw_variant){.ideal = true}, &roof));
    lw_run run = *judging->run;
    run.progress = NULL;
    lw_status status = lw_measured_validate((lw_tables){&roof, 1}, &run, judging->arena, silent, &rows);
    if (status != LW_OK || rows.count == 0) {
        return status == LW_NO_MEMORY || status == LW_INTERRUPTED ? status : LW_OK;  // whoever runs the table tells what is wrong
    }
    const lw_seen *seen = LW_LIST_ITEMS(&series->seen, const lw_seen);
    for (size_t i = 0; i < rows.row->points && i < series->seen.count; i++) {
        if (seen[i].value > margin * rows.row->rows[i].model) {
            status = lw_error(judging->diags, seen[i].place, "is it this card, and this model? name them by --on",
                              "impossible: %.4g tokens/s are more than the %.4g that memory and arithmetic of %s give",
                              seen[i].value, rows.row->rows[i].model, machine->words);
        }
    }
    return status;
}

lw_status lw_judge_table(const lw_judging *judging, const lw_import *file, const lw_series *series,
                         const lw_import_machine *machine, lw_measured **out) {
    double bound_GBps = 0;
    lw_status status = LW_OK;
    LW_TRY(table_of(judging, file, series, machine, &(lw_variant){0}, out));
    if (lw_act_is_llm(series->act)) {
        return judge_roof(judging, file, series, machine);
    }
    if (machine->system == NULL) {  // the parts of a system may have other paths than this link
        LW_TRY(lw_judge_bound(*out, machine->link_name, &bound_GBps));
    }
    const lw_seen *seen = LW_LIST_ITEMS(&series->seen, const lw_seen);
    for (size_t i = 0; bound_GBps > 0 && i < series->seen.count; i++) {
        if (series->act != LW_ACT_COLLECTIVE && !lw_act_is_latency(series->act) && seen[i].value > bound_GBps) {
            status = lw_error(judging->diags, seen[i].place,
                              machine->link_assumed ? "name the link by --on" : "is the unit right, and the link?",
                              "impossible: %.4g GB/s are more than the %.4g GB/s that the wires of %s carry", seen[i].value,
                              bound_GBps, machine->link);
        }
    }
    return status;
}

// ---- What it looks like ----

typedef struct suspect {
    const char *words;
    lw_variant variant;
    int changes;  // the fewer, the likelier
    lw_measured *table;
    double model_GBps;  // at the plateau; 0: it cannot be
} suspect;

// CABLE: changes of another link than a slot
enum { SUSPECTS_MAX = 96, SHOWN_MAX = 3, CABLE = 100 };

typedef struct line_up {
    const lw_judging *judging;
    const lw_import *file;
    const lw_series *series;
    const lw_import_machine *machine;
    suspect suspect[SUSPECTS_MAX];
    size_t count;
} line_up;

static lw_status add_suspect(line_up *all, const lw_variant *variant, int changes, const char *words) {
    suspect *slot = &all->suspect[all->count];
    LW_TRY(words == NULL ? LW_NO_MEMORY : LW_OK);
    // Rates of copies change no more beyond it, and dozens of suspects should take no longer than
    // one table.
    enum { MOST_BYTES = 64 << 20 };
    *slot = (suspect){.words = words, .variant = *variant, .changes = changes};
    slot->variant.most_bytes = all->series->act != LW_ACT_COLLECTIVE && !lw_act_is_llm(all->series->act) ? MOST_BYTES : 0;
    const lw_status status = table_of(all->judging, all->file, all->series, all->machine, &slot->variant, &slot->table);
    if (status == LW_OK) {
        slot->table->name = words;  // by which its row is found again
        all->count++;
    }
    return status == LW_BAD_INPUT ? LW_OK : status;
}

// Narrower links and older generations.
static lw_status add_links(line_up *all) {
    const lw_import_machine *machine = all->machine;
    lw_arena *arena = all->judging->arena;
    for (int64_t gen = machine->gen; gen > 0; gen--) {
        for (int64_t lanes = machine->lanes; lanes > 0; lanes /= 2) {
            const int64_t older = machine->gen - gen;
            const bool narrower = lanes < machine->lanes, idle = gen == 1 && !narrower;
            if (lanes == 2 || (older == 0 && !narrower) || all->count + 3 > SUSPECTS_MAX) {
                continue;  // slots have 16, 8, 4 or 1
            }
            const char *words =
                idle        ? "a link that has trained down to generation 1, as cards do while nothing runs"
                : !narrower ? lw_arena_print(arena, "generation %" PRId64 " instead of %" PRId64, gen, machine->gen)
                : older == 0
                    ? lw_arena_print(arena, "%" PRId64 " lane%s instead of %" PRId64, lanes, lanes == 1 ? "" : "s",
                                     machine->lanes)
                    : lw_arena_print(arena, "%" PRId64 " lane%s of generation %" PRId64, lanes, lanes == 1 ? "" : "s", gen);
            const lw_variant variant = {.gen = older > 0 ? gen : 0, .lanes = narrower ? lanes : 0};
            LW_TRY(add_suspect(all, &variant, idle ? 1 : (int)older + narrower, words));
        }
    }
    return LW_OK;
}

// Other links of the same family; cables: other links that cards may be on than plain slots.
static lw_status add_presets(line_up *all, bool cables) {
    lw_presets *presets = all->judging->presets;
    const lw_catalog *catalog = lw_presets_catalog(presets);
    const lw_preset *own = NULL, *other = NULL;
    LW_TRY(lw_presets_read(presets, LW_SHELF_LINKS, all->machine->link, &own));
    for (size_t i = 0; own != NULL && i < lw_catalog_count(catalog, LW_SHELF_LINKS) && all->count < SUSPECTS_MAX; i++) {
        const char *name = lw_catalog_names(catalog, LW_SHELF_LINKS)[i];
        const lw_status status = lw_presets_read(presets, LW_SHELF_LINKS, name, &other);
        LW_TRY(status == LW_BAD_INPUT ? LW_OK : status);
        const bool same = other != NULL && strcmp(other->type, own->type) == 0;
        const bool fits = other != NULL && other != own && (cables ? !same && lw_import_takes_cards(other) : same);
        LW_TRY(fits ? add_suspect(all, &(lw_variant){.link = name}, cables ? CABLE : 1, name) : LW_OK);
    }
    return LW_OK;
}

// Layers that the card had no room for, an older build, and of parts that are summed narrow slots.
static lw_status add_llm_suspects(line_up *all) {
    static const struct {
        double share;
        const char *words;
    } parts[] = {{0.125, "an eighth of the layers in host memory"},
                 {0.25, "a quarter of the layers in host memory"},
                 {0.5, "half of the layers in host memory"},
                 {1, "all layers in host memory"}};
    const lw_llm_machine *llm = all->machine->llm;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        LW_TRY(llm->offload < parts[i].share ? add_suspect(all, &(lw_variant){.offload = parts[i].share}, 1, parts[i].words)
                                             : LW_OK);
    }
    const lw_catalog *catalog = lw_presets_catalog(all->judging->presets);
    for (size_t i = 0; i < lw_catalog_count(catalog, LW_SHELF_RUNTIMES); i++) {
        const lw_preset *other = NULL;
        LW_TRY(
            lw_presets_read(all->judging->presets, LW_SHELF_RUNTIMES, lw_catalog_names(catalog, LW_SHELF_RUNTIMES)[i], &other));
        const bool build = other->called != NULL && other->called[0] != '\0' && strcmp(other->name, llm->runtime) != 0;
        LW_TRY(build ? add_suspect(all, &(lw_variant){.runtime = other->name}, 2,
                                   lw_arena_print(all->judging->arena, "a build such as %s", other->name))
                     : LW_OK);
    }
    if (llm->cards > 1 && strcmp(all->series->llm->split, "tensor") == 0) {
        LW_TRY(add_suspect(all, &(lw_variant){.lanes = 4}, 1, "slots of 4 lanes"));
        LW_TRY(add_suspect(all, &(lw_variant){.lanes = 1}, 1, "slots of 1 lane"));
    }
    return LW_OK;
}

static lw_status add_suspects(line_up *all) {
    // Intel ARK, B760: DMI 4.0, four lanes (configs/systems/chipset-slot.yaml)
    enum { DMI_GEN = 4, DMI_LANES = 4 };
    const lw_import_machine *machine = all->machine;
    const lw_act act = all->series->act;
    const bool host = !lw_act_is_peer(act) && act != LW_ACT_COLLECTIVE;
    if (lw_act_is_llm(act)) {
        return add_llm_suspects(all);
    }
    if (lw_act_is_remote(act)) {
        return add_presets(all, false);
    }
    if (machine->gen > 0 && machine->lanes > 0) {
        LW_TRY(add_links(all));
    }
    if (host && !all->series->pageable && all->series->memory_unsaid) {
        LW_TRY(add_suspect(all, &(lw_variant){.pageable = true}, 1, "pageable memory, which is copied twice"));
    }
    if (lw_act_is_peer(all->series->act) && all->series->direct && !machine->between_cards) {
        LW_TRY(add_suspect(all, &(lw_variant){.staged = true}, 1, "copies through host memory, without peer access"));
    }
    if (host && machine->system == NULL && machine->gen > 0) {
        lw_variant variant = {.chipset = "chipset"};
        LW_TRY(lw_import_plain_link(all->judging->presets, DMI_GEN, DMI_LANES, &variant.uplink));
        LW_TRY(variant.uplink != NULL ? add_suspect(all, &variant, 1, "a slot behind the chipset") : LW_OK);
    }
    return all->machine->link_assumed && host ? add_presets(all, true) : LW_OK;
}

static double rate_of(const lw_validation *row, lw_act act, size_t point, bool model) {
    const lw_compared *at = &row->rows[point];
    return lw_seen_GBps(act, (int64_t)at->x, model ? at->model : at->measured);
}

// The model's rate where the series has its plateau.
static double plateau_of(const lw_validation *row, lw_act act, double best, double *scratch) {
    size_t count = 0;
    for (size_t i = 0; i < row->points; i++) {
        if (rate_of(row, act, i, false) >= LW_IMPORT_PLATEAU * best) {
            scratch[count++] = rate_of(row, act, i, true) / rate_of(row, act, i, false);
        }
    }
    return best * lw_spread_of(scratch, count).median;
}

static lw_status run_suspects(line_up *all, double best, double *scratch) {
    lw_measured **tables = LW_NEW_ARRAY(all->judging->arena, lw_measured *, all->count);
    lw_validations rows = {0};
    LW_TRY(tables == NULL ? LW_NO_MEMORY : LW_OK);
    for (size_t i = 0; i < all->count; i++) {
        tables[i] = all->suspect[i].table;
    }
    lw_run run = *all->judging->run;
    run.progress = NULL;  // of the tables that were asked for
    const lw_status status =
        lw_measured_validate((lw_tables){tables, all->count}, &run, all->judging->arena, all->judging->diags, &rows);
    for (size_t i = 0; i < all->count; i++) {
        for (size_t r = 0; r < rows.count; r++) {
            if (rows.row[r].name == all->suspect[i].words) {
                all->suspect[i].model_GBps = plateau_of(&rows.row[r], all->series->act, best, scratch);
            }
        }
    }
    return status == LW_BAD_INPUT || status == LW_STUCK || status == LW_LIMIT ? LW_OK : status;
}

static bool fits(double model, double measured, double within) {
    return fabs(model / measured - 1) <= within;
}

// The next best of those that fit and were not shown yet: the fewest changes, then the nearest.
static suspect *next_suspect(line_up *all, double best, bool cable) {
    const double within = fmax(LW_IMPORT_APART, lw_import_within(all->series) / 100.0);
    suspect *found = NULL;
    for (size_t i = 0; i < all->count; i++) {
        suspect *s = &all->suspect[i];
        const bool better = found == NULL || s->changes < found->changes ||
                            (s->changes == found->changes && fabs(s->model_GBps / best - 1) < fabs(found->model_GBps / best - 1));
        found = (s->changes == CABLE) == cable && fits(s->model_GBps, best, within) && better ? s : found;
    }
    return found;
}

static int list_suspects(line_up *all, double best, bool cable, const char *before, lw_text *out) {
    char buffer[LW_NUMBER_TEXT];
    int shown = 0;
    for (suspect *s; shown < SHOWN_MAX && (s = next_suspect(all, best, cable)) != NULL; shown++) {
        lw_text_print(out, "%s%s (%s)", shown == 0 ? before : ", or ", s->words,
                      lw_import_rate(all->series->act, s->model_GBps, buffer));
        s->model_GBps = 0;
    }
    return shown;
}

static void add_causes(line_up *all, double best, double expected, lw_text *out) {
    enum { HALF = 2 };
    const int shown = list_suspects(all, best, false, " It looks like ", out);
    const bool llm = lw_act_is_llm(all->series->act);
    lw_text_add(out, shown > 0 ? "."
                     : llm     ? " None of the usual causes is near: layers in host memory, an older build."
                     : all->count == 0
                         ? ""
                         : " None of the usual causes is near: fewer lanes, an older generation, a slot behind the chipset.");
    // README, How accurate it is
    lw_text_add(out, shown == 0 && !llm && expected < HALF * best && !lw_act_is_remote(all->series->act)
                         ? " Cards in virtual machines are often 15 to 50 % slower."
                         : "");
    if (all->machine->link_assumed) {
        lw_text_add(out, " If the card is on another link, name that by --on");
        (void)list_suspects(all, best, true, "; these would fit: ", out);
        lw_text_add(out, ".");
    }
}

static lw_status explain(line_up *all, double best, double expected, double *scratch, lw_text *out) {
    char rate[LW_NUMBER_TEXT], should[LW_NUMBER_TEXT];
    (void)lw_import_rate(all->series->act, best, rate);
    (void)lw_import_rate(all->series->act, expected, should);
    should[strcspn(should, " ")] = '\0';
    if (expected < best) {
        lw_text_print(out, "%s are %.0f %% more than %s should reach (%s). Is it another %s? Name it by --on.", rate,
                      100 * (best / expected - 1), all->machine->words, should,
                      lw_act_is_llm(all->series->act) ? "card, model or build" : "link");
        return LW_OK;
    }
    LW_TRY(add_suspects(all));
    LW_TRY(run_suspects(all, best, scratch));
    lw_text_print(out, "%s are %.0f %% of the %s that %s should reach.", rate, 100 * best / expected, should,
                  all->machine->words);
    add_causes(all, best, expected, out);
    return LW_OK;
}

// Latencies have no plateau: all of them count alike.
static void judge_latency(const lw_series *series, const lw_import_machine *machine, lw_validation *row, double *scratch,
                          lw_text *out) {
    char buffer[LW_NUMBER_TEXT];
    const lw_seen *first = LW_LIST_ITEMS(&series->seen, const lw_seen);
    for (size_t i = 0; i < row->points; i++) {
        scratch[i] = row->rows[i].model / row->rows[i].measured;
    }
    const double ratio = lw_spread_of(scratch, row->points).median;
    row->ok = fits(ratio, 1, lw_import_within(series) / 100.0);
    char size[LW_QUANTITY_TEXT];
    (void)lw_quantity_print((double)first->bytes, series->act == LW_ACT_LOADED ? LW_RATE : LW_BYTES, size);
    lw_text_print(out, "%snormal. %s at %s, and %s should take %.3g us.", row->ok ? "" : "not ",
                  lw_import_print(series, first, buffer), size, machine->words, ratio * first->value);
}

lw_status lw_judge(const lw_judging *judging, const lw_import *file, const lw_series *series, const lw_import_machine *machine,
                   lw_validation *row) {
    lw_diags *silent = lw_diags_new(judging->arena);  // a suspect that cannot be is no finding
    line_up *all = LW_NEW(judging->arena, line_up);
    double *scratch = LW_NEW_ARRAY(judging->arena, double, row->points), best = 0;
    const char *words = lw_import_series_words(file, series);
    if (silent == NULL || all == NULL || scratch == NULL || words == NULL) {
        return LW_NO_MEMORY;
    }
    const lw_judging quiet = {judging->presets, judging->run, judging->arena, silent};
    *all = (line_up){.judging = &quiet, .file = file, .series = series, .machine = machine};
    for (size_t i = 0; i < row->points; i++) {
        best = fmax(best, rate_of(row, series->act, i, false));
    }
    const double expected = plateau_of(row, series->act, best, scratch);
    lw_text text = {0};
    lw_status status = LW_OK;
    row->subject = words;
    if (lw_act_is_latency(series->act)) {
        judge_latency(series, machine, row, scratch, &text);
    } else if (fits(expected, best, lw_import_within(series) / 100.0)) {
        row->ok = true;
        char rate[LW_NUMBER_TEXT], should[LW_NUMBER_TEXT];
        (void)lw_import_rate(series->act, expected, should);
        should[strcspn(should, " ")] = '\0';
        lw_text_print(&text, "normal. %s, and %s should reach %s.", lw_import_rate(series->act, best, rate), machine->words,
                      should);
    } else {
        row->ok = false;
        lw_text_add(&text, "not normal. ");
        status = explain(all, best, expected, scratch, &text);
    }
    row->verdict = text.failed ? NULL : lw_arena_copy_n(judging->arena, text.bytes, text.length);
    status = status == LW_OK && row->verdict == NULL ? LW_NO_MEMORY : status;
    lw_text_free(&text);
    return status;
}
