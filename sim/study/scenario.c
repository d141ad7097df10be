// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/study/scenario.h"

#include "sim/study/unused_keys.h"

// How many points of a sweep a radio does not close at.
typedef struct reach {
    size_t failed, first;      // points
    double best_dB, least_dB;  // margins of these
    size_t best;               // the point
} reach;

typedef struct checking {
    const lw_document *document;
    reach *reach;  // one a link
    lw_machine_cache cache;
    lw_unused_keys *unused;  // NULL: nobody asks
    lw_diags *diags;
    // the only point, which is still asked for; NULL: not kept
    lw_arena *kept;
    lw_point_setup setup;
    lw_built built;
} checking;

static void note_reach(checking *c, const lw_machine *machine, size_t point) {
    for (size_t l = 0; l < machine->link_spec_count; l++) {
        const lw_link_model *model = machine->link_spec[l].model;
        int dir = 0;
        if (model->segment[0].channel[0].signal.mode == NULL || lw_link_model_works(model, &dir, NULL)) {
            continue;  // no radio, or in reach
        }
        reach *r = &c->reach[l];
        const double margin_dB = lw_signal_margin_dB(&model->segment[0].channel[dir].signal);
        if (r->failed == 0) {
            *r = (reach){0, point, margin_dB, margin_dB, point};
        }
        r->best = margin_dB > r->best_dB ? point : r->best;
        r->best_dB = margin_dB > r->best_dB ? margin_dB : r->best_dB;
        r->least_dB = margin_dB < r->least_dB ? margin_dB : r->least_dB;
        r->failed++;
    }
}

// "point 5 (links.air.distance = 150 m)"
static const char *point_text(const lw_sweep *sweep, size_t point, lw_diags *diags) {
    const char *text = lw_diags_text(diags, "point %zu (", point);
    for (size_t i = 0; i < sweep->axis_count; i++) {
        const lw_axis *axis = &sweep->axis[i];
        text = lw_diags_text(diags, "%s%s%s = %s", text, i == 0 ? "" : ", ", axis->path,
                             axis->value[lw_sweep_value(sweep, i, point)].text);
    }
    return lw_diags_text(diags, "%s)", text);
}

// Where a sweep leaves the reach of a radio is what it is made for, and said once. If no point lies
// within, the best one gets the warning that it would have alone.
static lw_status tell_reach(const checking *c) {
    const lw_sweep *sweep = &c->document->sweep;
    for (size_t l = 0; l < c->document->count[LW_SECTION_LINKS]; l++) {
        const lw_object *link = c->document->object[LW_SECTION_LINKS][l];
        const reach *r = &c->reach[l];
        if (r->failed == sweep->points) {
            lw_arena *arena = lw_arena_new();
            lw_setup setup;
            lw_status status = arena == NULL ? LW_NO_MEMORY : lw_document_point(c->document, r->best, NULL, 0, arena, &setup);
            status = status == LW_OK ? lw_object_check(setup.object[LW_SECTION_LINKS][l], c->diags) : status;
            lw_arena_free(arena);
            LW_TRY(status);
        }
        if (r->failed == sweep->points && r->best_dB > r->least_dB) {
            lw_note(c->diags, link->place, NULL, "links.%s closes at none of %zu points; the nearest is %s", link->name,
                    sweep->points, point_text(sweep, r->best, c->diags));
        } else if (r->failed > 0 && r->failed < sweep->points) {
            lw_note(c->diags, link->place, NULL, "links.%s does not close at %zu of %zu points, the first is %s", link->name,
                    r->failed, sweep->points, point_text(sweep, r->first, c->diags));
        }
    }
    return LW_OK;
}

static lw_status check_point(checking *c, size_t point) {
    lw_arena *arena = lw_arena_new();
    if (arena == NULL) {
        return LW_NO_MEMORY;
    }
    lw_status status = lw_point_make(c->document, point, &c->cache, arena, c->diags, &c->setup);
    status = status == LW_OK ? lw_point_build(&c->setup, (lw_build){.load_ps = 0}, arena, c->diags, &c->built) : status;
    if (status == LW_OK) {
        note_reach(c, c->setup.machine, point);
    }
    if (status == LW_OK && c->unused != NULL) {
        lw_unused_keys_look(c->unused, &c->built);
    }
    if (status == LW_OK && c->unused != NULL && c->document->sweep.points == 1 && lw_diags_warnings(c->diags) == 0) {
        c->kept = arena;
    } else {
        lw_arena_free(arena);
    }
    return status;
}

static lw_status check_all(checking *c) {
    size_t failed = 0;
    lw_status worst = LW_OK;
    for (size_t i = 0; i < c->document->sweep.points; i++) {
        lw_status status = check_point(c, i);
        if (status != LW_OK && status != LW_BAD_INPUT) {
            return status;
        }
        worst = status != LW_OK ? status : worst;
        failed += status != LW_OK;
        if (failed >= LW_DIAG_MAX) {
            break;  // each with an error of its own or all with one: further points add nothing
        }
    }
    return worst;
}

// Points that cannot be built are not told, as long as some can be: failed says how many.
static lw_status check_some(checking *c, lw_arena *arena, size_t *failed) {
    enum { LOOKED_AT = 1000 };  // without one that can be built
    lw_diags *before = lw_diags_new(arena);
    if (before == NULL) {
        return LW_NO_MEMORY;
    }
    *failed = 0;
    for (size_t i = 0; i < c->document->sweep.points; i++) {
        if (*failed == LOOKED_AT && i == LOOKED_AT) {
            *failed = c->document->sweep.points;
            break;
        }
        lw_diags_save(c->diags, before);
        const lw_status status = check_point(c, i);
        if (status != LW_OK && status != LW_BAD_INPUT) {
            return status;
        }
        if (status == LW_BAD_INPUT) {
            lw_diags_restore(c->diags, before);
            ++*failed;
        }
    }
    return LW_OK;
}

static lw_status check_points(checking *c, lw_document *may_fail, lw_arena *arena) {
    size_t failed = 0;
    if (may_fail == NULL || may_fail->sweep.points < 2) {
        return check_all(c);
    }
    LW_TRY(check_some(c, arena, &failed));
    may_fail->may_fail = failed > 0;
    return failed == 0 || failed < may_fail->sweep.points ? LW_OK : check_all(c);
}

// may_fail: the document, where points may; NULL.
static lw_status look_at(const lw_document *document, lw_document *may_fail, bool unused, lw_arena *arena, lw_diags *diags) {
    const bool sums_up = document->sweep.points > 1;
    checking c = {.document = document, .diags = diags};
    c.reach = LW_NEW_ARRAY(arena, reach, document->count[LW_SECTION_LINKS]);
    if (c.reach == NULL) {
        return LW_NO_MEMORY;
    }
    if (unused) {
        c.unused = lw_unused_keys_new(document, arena);
        if (c.unused == NULL) {
            return LW_NO_MEMORY;
        }
    }
    lw_diags_sum_up(diags, sums_up);
    lw_status status = check_points(&c, may_fail, arena);
    lw_diags_sum_up(diags, false);
    status = status == LW_OK && sums_up ? tell_reach(&c) : status;
    if (status == LW_OK && unused) {
        const lw_effects_base base = {&c.setup, &c.built};
        status = lw_unused_keys_report(c.unused, c.kept != NULL ? &base : NULL, diags);
    }
    lw_arena_free(c.kept);
    lw_machine_cache_clear(&c.cache);
    return status;
}

lw_status lw_scenario_check(const lw_document *document, bool unused, lw_arena *arena, lw_diags *diags) {
    return look_at(document, NULL, unused, arena, diags);
}

lw_status lw_scenario_load(const char *path, const lw_catalog *catalog, const lw_load *load, lw_arena *arena, lw_diags *diags,
                           const lw_document **out) {
    const lw_reader reader = {lw_scenario_format(), lw_presets_new(catalog, arena, diags), arena, diags};
    lw_document *document;
    if (reader.presets == NULL) {
        return LW_NO_MEMORY;
    }
    LW_TRY(lw_document_load(&reader, path, load, &document));
    // without work all is idle, and that is said once
    bool works = document->count[LW_SECTION_WORKLOADS] > 0;
    LW_TRY(look_at(document, load != NULL && load->points_may_fail ? document : NULL, works, arena, diags));
    *out = document;
    return LW_OK;
}
