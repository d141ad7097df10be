// SPDX-License-Identifier: GPL-3.0-or-later
// Bands of measured tables: how often what was measured lies where presets say that it should.
#include <math.h>

#include "sim/study/uncertain.h"

typedef struct covering {
    const lw_measured *table;
    const lw_run *run;
    lw_arena *arena;
    lw_validation *row;
    lw_uncertain uncertain;
    lw_effect *effect;  // one a row of presets, of all points
} covering;

// The table with one row moved. *shows is false where no point comes out otherwise, or none comes out.
static lw_status look(const covering *c, size_t row, double moved, lw_arena *own, double *out, bool *shows) {
    const lw_fit_parameter *p = &c->uncertain.row[row];
    const lw_preset_value value = {p->preset->shelf, p->preset->name, p->option->key,
                                   lw_fit_exact_text(p, p->start * exp(moved), own)};
    const lw_catalog *with = value.text != NULL ? lw_catalog_with(c->table->document->catalog, &value, 1, own) : NULL;
    lw_diags *silent = lw_diags_new(own);  // it ran as it is
    lw_presets *presets = with != NULL && silent != NULL ? lw_presets_new(with, own, silent) : NULL;
    lw_measured *table = NULL;
    lw_validations found = {0};
    *shows = false;
    if (presets == NULL) {
        return LW_NO_MEMORY;
    }
    lw_status status = lw_measured_read(c->table->file, presets, own, silent, &table);
    status = status == LW_OK ? lw_measured_validate((lw_tables){&table, 1}, c->run, own, silent, &found) : status;
    for (size_t i = 0; status == LW_OK && i < c->row->points; i++) {
        const double ratio = found.row[0].rows[i].model / c->row->rows[i].model;
        out[i] = ratio > 0 && isfinite(ratio) ? log(ratio) : 0;
        *shows = *shows || out[i] != 0;
    }
    return status == LW_NO_MEMORY || status == LW_INTERRUPTED ? status : LW_OK;
}

static lw_status look_apart(const covering *c, size_t row, double moved, double *out, bool *shows) {
    lw_arena *own = lw_arena_new();
    const lw_status status = own != NULL ? look(c, row, moved, own, out, shows) : LW_NO_MEMORY;
    lw_arena_free(own);
    return status;
}

static lw_status find_effect(covering *c, size_t row) {
    const double reach = lw_uncertain_reach(&c->uncertain.row[row]);
    double *up = LW_NEW_ARRAY(c->arena, double, c->row->points), *down = LW_NEW_ARRAY(c->arena, double, c->row->points);
    bool shows, either;
    if (up == NULL || down == NULL) {
        return LW_NO_MEMORY;
    }
    LW_TRY(look_apart(c, row, reach, up, &shows));
    if (shows) {
        LW_TRY(look_apart(c, row, -reach, down, &either));
        c->effect[row] = (lw_effect){down, up};
    }
    return LW_OK;
}

// With what links say of themselves, which has its place in low and high already.
static void widen(lw_compared *at, double below, double above) {
    const bool links = at->high > 0;
    if (below + above == 0) {
        return;
    }
    const double slow = links && at->low > 0 ? fmax(0, log(at->model / at->low)) : 0;
    const double fast = links ? fmax(0, log(at->high / at->model)) : 0;
    at->low = links && at->low <= 0 ? 0 : at->model * exp(-hypot(slow, below));
    at->high = at->model * exp(hypot(fast, above));
}

static lw_status cover(covering *c) {
    LW_TRY(lw_uncertain_find(c->table->document, c->arena, &c->uncertain));
    c->effect = LW_NEW_ARRAY(c->arena, lw_effect, c->uncertain.count);
    if (c->effect == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t i = 0; i < c->uncertain.count; i++) {
        LW_TRY(find_effect(c, i));
    }
    for (size_t i = 0; i < c->row->points; i++) {
        widen(&c->row->rows[i], lw_uncertain_deviation(&c->uncertain, c->effect, i, false),
              lw_uncertain_deviation(&c->uncertain, c->effect, i, true));
    }
    lw_validation_count_inside(c->row);
    return LW_OK;
}

lw_status lw_validations_add_bands(lw_tables tables, const lw_run *run, lw_validations *out) {
    const lw_run inside = {.threads = run->threads, .stop = run->stop, .checked = true};
    for (size_t t = 0, at = 0; t < tables.count && at < out->count; t++) {
        if (out->row[at].name != tables.table[t]->name) {
            continue;  // it could not be run
        }
        covering c = {.table = tables.table[t], .run = &inside, .arena = lw_arena_new(), .row = &out->row[at++]};
        const lw_status status = c.arena != NULL ? cover(&c) : LW_NO_MEMORY;
        lw_arena_free(c.arena);
        LW_TRY(status);
    }
    return LW_OK;
}
