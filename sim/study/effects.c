// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/study/effects.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/fabric/signature.h"
#include "sim/machine/build.h"

// ---- Parts ----

static bool is_on_route(const lw_machine *machine, const lw_route *route, lw_section_id section, uint32_t object) {
    bool found = false;
    for (size_t i = 0; i < route->count && !found; i++) {
        const lw_link *link = &machine->link[route->leg[i].link];
        found = section == LW_SECTION_LINKS ? link->spec == &machine->link_spec[object]
                                            : machine->node[link->end[0]].spec == &machine->node_spec[object] ||
                                                  machine->node[link->end[1]].spec == &machine->node_spec[object];
    }
    return found;
}

static bool is_on(const lw_machine *machine, const lw_transfer *transfer, lw_section_id section, uint32_t object) {
    bool found = is_on_route(machine, &transfer->ask_route, section, object);
    for (const lw_transfer *part = transfer; part != NULL && !found; part = part->next) {
        found = is_on_route(machine, &part->route, section, object);
    }
    return found;
}

// Does the workload compute on a node of this object?
static bool computes_on(const lw_graph *graph, const lw_machine *machine, const lw_graph_workload *asked, uint32_t object) {
    bool any = false;
    for (size_t c = 0; c < graph->compute_count && !any; c++) {
        any = machine->node[graph->compute[c].node].spec == &machine->node_spec[object];
    }
    for (uint32_t t = asked->first_task; any && t < asked->first_task + asked->task_count; t++) {
        const uint32_t compute = graph->task[t].frees;
        if (compute != LW_NO_COMPUTE && machine->node[graph->compute[compute].node].spec == &machine->node_spec[object]) {
            return true;
        }
    }
    return false;
}

lw_part lw_effects_part(const lw_effects *effects, size_t workload, lw_section_id section, uint32_t object) {
    const lw_built *built = &effects->built;
    const lw_machine *machine = built->machine;
    const lw_graph_workload *asked = &built->graph->workload[workload];
    if (section == LW_SECTION_WORKLOADS) {
        return workload == object ? LW_PART_WHOLE : LW_PART_NONE;
    }
    if (section != LW_SECTION_NODES && section != LW_SECTION_LINKS) {
        return lw_graph_used(asked, section) == object ? LW_PART_WHOLE : LW_PART_NONE;
    }
    lw_part found = LW_PART_NONE;
    for (uint32_t m = asked->first_move; m < asked->first_move + asked->move_count; m++) {
        const lw_move *move = &built->graph->move[m];
        const lw_transfer *transfer = &built->transfer[m];
        bool ends = section == LW_SECTION_NODES && (machine->node[move->from].spec == &machine->node_spec[object] ||
                                                    machine->node[move->to].spec == &machine->node_spec[object]);
        bool on = is_on(machine, transfer, section, object);
        if (ends || (on && section == LW_SECTION_LINKS)) {
            return LW_PART_WHOLE;
        }
        found = on ? LW_PART_PASSED : found;
    }
    const bool computes = section == LW_SECTION_NODES && computes_on(built->graph, machine, asked, object);
    return computes ? LW_PART_PASSED : found;
}

// ---- Perturbation ----

// The machine, and the tasks of the workloads of `only`, from the setup. machine NULL: of the setup,
// too.
static lw_status prepare(lw_point_setup *point, const lw_machine *machine, const bool *only, lw_arena *arena, size_t *warnings) {
    lw_diags *silent = lw_diags_new(arena);
    lw_machine *own = machine == NULL ? LW_NEW(arena, lw_machine) : NULL;
    if (silent == NULL || (machine == NULL && own == NULL)) {
        return LW_NO_MEMORY;
    }
    LW_TRY(own != NULL ? lw_machine_build(&point->setup, arena, silent, own) : LW_OK);
    point->machine = own != NULL ? own : machine;
    *warnings = lw_diags_warnings(silent);
    point->router = lw_router_new(point->machine, arena);
    const lw_graph_input input = {&point->setup, point->machine, point->router, only, point->seed};
    LW_TRY(point->router == NULL ? LW_NO_MEMORY : lw_graph_build(&input, arena, silent, &point->graph));
    return lw_diags_errors(silent) > 0 ? LW_BAD_INPUT : LW_OK;
}

static lw_status build(const lw_point_setup *point, bool beginning, lw_arena *arena, lw_built *built) {
    lw_diags *silent = lw_diags_new(arena);
    LW_TRY(silent == NULL ? LW_NO_MEMORY
                          : lw_point_build(point, (lw_build){.sketch = true, .beginning = beginning}, arena, silent, built));
    return lw_diags_errors(silent) > 0 ? LW_BAD_INPUT : LW_OK;
}

// Would a sketch of it be the same? Not where work fails, or lasts as long as the rest.
static bool is_sketch(const lw_built *built) {
    bool same = true;
    for (size_t w = 0; w < built->graph->workload_count && same; w++) {
        same = !built->graph->workload[w].background && lw_limit_failure(&built->workload[w].failure) == NULL;
    }
    return same;
}

lw_status lw_effects_start(const lw_document *document, size_t point, const lw_effects_base *base, lw_arena *arena,
                           lw_effects *out) {
    *out = (lw_effects){.document = document, .point = point};
    if (base != NULL && is_sketch(base->built)) {
        out->setup = *base->setup;
        out->built = *base->built;
    } else {
        LW_TRY(lw_document_point(document, point, NULL, 0, arena, &out->setup.setup));
        LW_TRY(prepare(&out->setup, NULL, NULL, arena, &out->warnings));
        LW_TRY(build(&out->setup, false, arena, &out->built));
    }
    size_t count = out->setup.graph.workload_count;
    out->signature = LW_NEW_ARRAY(arena, uint64_t, count);
    out->beginning = LW_NEW_ARRAY(arena, uint64_t, count);
    if (out->signature == NULL || out->beginning == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t w = 0; w < count; w++) {
        out->beginning[w] = lw_beginning_signature(&out->built, w);
    }
    return LW_OK;
}

typedef struct trial {
    const lw_effects *effects;
    const lw_option_at *option;
    const lw_object *object;
    const void *params;  // that hold the option, and their size
    size_t size;
    bool *wanted;  // those whose change has not been seen yet
    bool *changed;
    bool warns;  // the machine's warnings change
    bool one;    // any change is enough
    bool brief;  // nothing is built whole
    lw_status status;
} trial;

// Of the point as it is; found when it is first asked for, which few trials do.
static uint64_t signature_of(const lw_effects *e, size_t workload) {
    uint64_t *signature = &e->signature[workload];
    *signature = *signature != 0 ? *signature : lw_fabric_signature(&e->built, workload);
    return *signature;
}

static bool differs(const lw_effects *e, const lw_built *built, bool beginning, size_t workload) {
    if (beginning) {
        const uint64_t before = e->beginning[workload], now = lw_beginning_signature(built, workload);
        const bool more = built->graph->workload[workload].move_count != e->built.graph->workload[workload].move_count;
        return more || (before != 0 && now != 0 && before != now);
    }
    return lw_fabric_signature(built, workload) != signature_of(e, workload) ||
           (built->machine != e->built.machine && lw_band_signature(built, workload) != lw_band_signature(&e->built, workload));
}

static void compare(trial *t, const lw_built *built, bool beginning) {
    for (size_t w = 0; w < built->graph->workload_count; w++) {
        if (t->wanted[w] && differs(t->effects, built, beginning, w)) {
            t->changed[w] = true;
            t->wanted[w] = false;
        }
    }
}

static bool is_enough(const trial *t) {
    bool all = true, any = t->warns;
    for (size_t w = 0; w < t->effects->setup.graph.workload_count; w++) {
        all = all && !t->wanted[w];
        any = any || t->changed[w];
    }
    return t->one ? any : all;
}

// ---- Links: most other values can be told from the channels alone ----

// The kinds of packets that the wanted workloads send over the link.
static unsigned kinds_over(const trial *t, bool *asked) {
    const lw_built *built = &t->effects->built;
    unsigned kinds = 0;
    for (size_t w = 0; w < built->graph->workload_count; w++) {
        const lw_graph_workload *workload = &built->graph->workload[w];
        for (uint32_t m = 0; t->wanted[w] && m < workload->move_count; m++) {
            const lw_transfer *transfer = &built->transfer[workload->first_move + m];
            if (is_on(built->machine, transfer, LW_SECTION_LINKS, t->option->object)) {
                kinds |= 1U << transfer->flow.data_kind | (transfer->flow.kind == LW_FLOW_READ ? 1U << LW_PACKET_REQUEST : 0U);
            }
            if (is_on_route(built->machine, &transfer->ask_route, LW_SECTION_LINKS, t->option->object)) {
                kinds |= 1U << LW_PACKET_REQUEST;
            }
        }
    }
    *asked = built->machine->link_spec[t->option->object].family->coherence != NULL;
    return kinds;
}

// What every server of a direction shows, whatever meets it: its pace, and its latency without the
// part that switches at its ends may replace.
static bool shows(const lw_link_model *now, const lw_link_model *other, int dir) {
    bool any = false;
    for (int s = 0; now->segment_count == other->segment_count && s < now->segment_count; s++) {
        const lw_channel *channel[2] = {&now->segment[s].channel[dir], &other->segment[s].channel[dir]};
        lw_fraction pace[2] = {{0, 1}, {0, 1}};
        int64_t latency_ps[2];
        for (int i = 0; i < 2; i++) {
            (void)lw_channel_ps_per_byte(channel[i], &pace[i]);
            latency_ps[i] = lw_channel_latency_ps(channel[i]) - channel[i]->port_ps[0] - channel[i]->port_ps[1];
        }
        any = any || lw_fraction_compare(pace[0], pace[1]) != 0 || latency_ps[0] != latency_ps[1];
    }
    return any;
}

// Both directions show it, so each workload that sends packets over the link is changed.
static void change_users(trial *t) {
    const lw_built *built = &t->effects->built;
    for (size_t w = 0; w < built->graph->workload_count; w++) {
        const lw_graph_workload *workload = &built->graph->workload[w];
        for (uint32_t m = workload->first_move; t->wanted[w] && m < workload->first_move + workload->move_count; m++) {
            if (built->graph->move[m].by == LW_BY_ENGINE &&
                is_on_route(built->machine, &built->transfer[m].route, LW_SECTION_LINKS, t->option->object)) {
                t->changed[w] = true;
                t->wanted[w] = false;
            }
        }
    }
}

// Would the channels be as they are, for the packets that meet them? resolve clears a link first,
// so equal links are equal bytes.
static lw_tried compare_channels(trial *t, const void *params, lw_arena *arena, lw_diags *silent) {
    const lw_machine *machine = t->effects->built.machine;
    const lw_link_spec *spec = &machine->link_spec[t->option->object];
    lw_link_spec *other = LW_NEW(arena, lw_link_spec);
    lw_link_model *now = LW_NEW(arena, lw_link_model), *then = LW_NEW(arena, lw_link_model);
    void *own = lw_arena_alloc(arena, 1, spec->object->type->params_size);
    bool asked = false;
    unsigned kinds = kinds_over(t, &asked);
    if (other == NULL || now == NULL || then == NULL || own == NULL || kinds == 0 || asked || spec->family->band != NULL) {
        return LW_TRIED_ENOUGH;
    }
    *other = *spec;
    memcpy(own, params, spec->object->type->params_size);
    other->params = own;
    for (size_t l = 0; l < machine->link_count; l++) {
        if (machine->link[l].spec == spec) {
            lw_link_spec_train_down(other, machine->node[machine->link[l].end[0]].spec, silent);
            lw_link_spec_train_down(other, machine->node[machine->link[l].end[1]].spec, silent);
            break;
        }
    }
    const lw_status resolved = lw_link_spec_resolve(other, arena, silent);
    if (resolved != LW_OK) {
        return resolved == LW_NO_MEMORY ? LW_TRIED_ENOUGH : LW_TRIED_FORBIDDEN;
    }
    const bool works = lw_link_model_works(spec->model, NULL, NULL) && lw_link_model_works(other->model, NULL, NULL);
    if (works && lw_diags_warnings(silent) == 0 && shows(spec->model, other->model, 0) && shows(spec->model, other->model, 1)) {
        change_users(t);
    }
    lw_link_model_load(spec->model, now);
    lw_link_model_load(other->model, then);
    lw_link_model_keep_kinds(now, kinds);
    lw_link_model_keep_kinds(then, kinds);
    // NOLINTNEXTLINE(bugprone-suspicious-memory-comparison)
    return lw_diags_warnings(silent) == 0 && memcmp(now, then, sizeof *now) == 0 ? LW_TRIED : LW_TRIED_ENOUGH;
}

// Tells most other values of a link from its channels alone; LW_TRIED_ENOUGH: they have to be
// built.
static lw_tried try_channels(trial *t, const void *params) {
    if (t->option->section != LW_SECTION_LINKS || t->option->common || t->effects->warnings > 0) {
        return LW_TRIED_ENOUGH;
    }
    lw_arena *arena = lw_arena_new();
    lw_diags *silent = arena != NULL ? lw_diags_new(arena) : NULL;
    lw_tried came = silent != NULL ? compare_channels(t, params, arena, silent) : LW_TRIED_ENOUGH;
    lw_arena_free(arena);
    return came;
}

// In an arena of its own: what one build shows is not needed for the next.
static lw_status build_and_compare(trial *t, const lw_point_setup *point, bool beginning) {
    lw_arena *arena = lw_arena_new();
    lw_built built;
    const lw_status status = arena == NULL ? LW_NO_MEMORY : build(point, beginning, arena, &built);
    if (status == LW_OK) {
        compare(t, &built, beginning);
    }
    lw_arena_free(arena);
    return status;
}

static lw_tried try_value(const void *params, void *user) {
    trial *t = user;
    const lw_effects *e = t->effects;
    lw_tried came = try_channels(t, params);
    if (came != LW_TRIED_ENOUGH || is_enough(t)) {
        return came;
    }
    const lw_edit edit = lw_edit_copy(t->object, t->option, params);
    // else it changes, too
    const lw_machine *machine = edit.section > LW_SECTION_LINKS ? e->setup.machine : NULL;
    lw_arena *arena = lw_arena_new();
    lw_point_setup point;
    size_t warnings = e->warnings;
    lw_status status = arena == NULL ? LW_NO_MEMORY : lw_document_point(e->document, e->point, &edit, 1, arena, &point.setup);
    status = status == LW_OK ? prepare(&point, machine, t->wanted, arena, &warnings) : status;
    // The first move of a workload, and how many there are, show most effects, for little.
    for (int whole = 0; whole < 2 && status == LW_OK && (whole == 0 || !(t->brief || is_enough(t))); whole++) {
        status = build_and_compare(t, &point, whole == 0);
    }
    if (status == LW_OK) {
        t->warns = t->warns || (machine == NULL && warnings != e->warnings);
    }
    // A word or flag that the machine does not allow, such as an algorithm that needs other routes: the
    // one that it does allow matters.
    const lw_option_kind kind = t->option->row->kind;
    if (status == LW_BAD_INPUT && edit.section == LW_SECTION_WORKLOADS && kind == LW_OPTION_WORD) {
        t->changed[t->option->object] = true;
        t->wanted[t->option->object] = false;
    } else if (status == LW_BAD_INPUT && t->one && kind == LW_OPTION_FLAG) {
        memcpy(t->changed, t->wanted, e->setup.graph.workload_count * sizeof *t->changed);
    }
    lw_arena_free(arena);
    t->status = status == LW_NO_MEMORY ? status : LW_OK;
    bool enough = t->status != LW_OK || is_enough(t);
    return enough ? LW_TRIED_ENOUGH : status != LW_OK ? LW_TRIED_FORBIDDEN : LW_TRIED;
}

// LW_NO_MEMORY: nothing can be tried.
static trial new_trial(const lw_effects *effects, const lw_option_at *option, lw_arena *arena) {
    size_t count = effects->setup.graph.workload_count;
    trial t = {.effects = effects,
               .option = option,
               .object = effects->setup.setup.object[option->section][option->object],
               .wanted = arena != NULL ? LW_NEW_ARRAY(arena, bool, count) : NULL,
               .changed = arena != NULL ? LW_NEW_ARRAY(arena, bool, count) : NULL};
    t.params = option->common ? t.object->common : t.object->params;
    t.size = option->common ? t.object->section->common_size : t.object->type->params_size;
    t.status = t.wanted != NULL && t.changed != NULL ? LW_OK : LW_NO_MEMORY;
    return t;
}

// Of words, such as algorithms, one may show in brief what another shows only as a whole.
static void try_all(trial *t) {
    for (int whole = t->option->row->kind == LW_OPTION_WORD ? 0 : 1; whole < 2 && t->status == LW_OK && !is_enough(t); whole++) {
        t->brief = whole == 0;
        (void)lw_option_try_others(t->option->row, t->params, t->size, try_value, t);
    }
    t->brief = false;
}

lw_status lw_effect_find(const lw_effects *effects, const lw_option_at *option, const bool *wanted, bool *changed) {
    lw_arena *arena = lw_arena_new();
    trial t = new_trial(effects, option, arena);
    for (size_t w = 0; t.status == LW_OK && w < effects->setup.graph.workload_count; w++) {
        t.wanted[w] = wanted[w] && !changed[w];
    }
    t.changed = changed;
    try_all(&t);
    lw_arena_free(arena);
    return t.status;
}

// One workload shows most effects; the others are asked only where it shows none.
lw_status lw_effect_any(const lw_effects *effects, const lw_option_at *option, bool *any) {
    size_t count = effects->setup.graph.workload_count, first = count;
    lw_arena *arena = lw_arena_new();
    trial t = new_trial(effects, option, arena);
    t.one = true;
    for (int round = 0; round < 2 && t.status == LW_OK && !is_enough(&t); round++) {
        bool some = false;
        for (size_t w = 0; w < count; w++) {
            bool takes_part = lw_effects_part(effects, w, option->section, option->object) != LW_PART_NONE;
            first = takes_part && first == count ? w : first;
            t.wanted[w] = takes_part && (w == first) == (round == 0);
            some = some || t.wanted[w];
        }
        if (some) {
            try_all(&t);
        }
    }
    *any = t.status == LW_OK && is_enough(&t);
    lw_arena_free(arena);
    return t.status;
}

lw_status lw_effect_needed(const lw_effects *effects, const lw_option_at *option, bool *needed) {
    lw_arena *arena = lw_arena_new();
    trial t = new_trial(effects, option, arena);
    for (size_t w = 0; t.status == LW_OK && w < effects->setup.graph.workload_count; w++) {
        t.wanted[w] = true;
    }
    t.one = true;
    *needed = t.status == LW_OK && lw_option_is_required(option->row, t.params, t.size, try_value, &t);
    lw_arena_free(arena);
    return t.status;
}

// ---- Classes ----

// What the value of an amount may be without another option's gaining or losing its effect.
typedef enum amount { AMOUNT_ABSENT, AMOUNT_ZERO, AMOUNT_SOME, AMOUNTS } amount;

static bool is_amount(const lw_edit *edit) {
    if (edit->replacement != NULL) {
        return false;
    }
    bool number = edit->row->kind == LW_OPTION_QUANTITY_INT || edit->row->kind == LW_OPTION_QUANTITY_REAL ||
                  edit->row->kind == LW_OPTION_INTEGER;
    return edit->section == LW_SECTION_RUN || (number && edit->row->words == NULL);
}

static amount amount_of(const lw_edit *edit) {
    if (edit->section == LW_SECTION_RUN) {
        return AMOUNT_SOME;
    }
    if (edit->row->kind == LW_OPTION_QUANTITY_REAL) {
        double value;
        memcpy(&value, &edit->value, sizeof value);
        return isnan(value) ? AMOUNT_ABSENT : value == 0 ? AMOUNT_ZERO : AMOUNT_SOME;
    }
    int64_t value;
    memcpy(&value, &edit->value, sizeof value);
    return value == LW_AUTO ? AMOUNT_ABSENT : value == 0 ? AMOUNT_ZERO : AMOUNT_SOME;
}

// Equal for values of an axis that differ in amounts alone.
static uint64_t digit_of(const lw_axis *axis, size_t index) {
    const lw_axis_value *value = &axis->value[index];
    uint64_t digit = 0;
    for (size_t e = 0; e < value->edit_count; e++) {
        if (!is_amount(&value->edit[e])) {
            return (uint64_t)AMOUNTS + index;
        }
        digit = amount_of(&value->edit[e]) > digit ? (uint64_t)amount_of(&value->edit[e]) : digit;
    }
    return digit;
}

typedef struct keyed {
    uint64_t key;
    size_t point;
} keyed;

static int by_key(const void *left, const void *right) {
    const keyed *a = left, *b = right;
    if (a->key != b->key) {
        return a->key < b->key ? -1 : 1;
    }
    return (a->point > b->point) - (a->point < b->point);
}

lw_status lw_classes_find(const lw_document *document, lw_arena *arena, lw_classes *out) {
    const lw_sweep *sweep = &document->sweep;
    keyed *all = LW_NEW_ARRAY(arena, keyed, sweep->points);
    *out = (lw_classes){.of = LW_NEW_ARRAY(arena, size_t, sweep->points), .first = LW_NEW_ARRAY(arena, size_t, sweep->points)};
    if (all == NULL || out->of == NULL || out->first == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t p = 0; p < sweep->points; p++) {
        all[p].point = p;
        // digits are below AMOUNTS + count, so keys never meet
        for (size_t a = 0; a < sweep->axis_count; a++) {
            const lw_axis *axis = &sweep->axis[a];
            all[p].key = all[p].key * (AMOUNTS + axis->count) + digit_of(axis, lw_sweep_value(sweep, a, p));
        }
    }
    qsort(all, sweep->points, sizeof *all, by_key);
    for (size_t i = 0; i < sweep->points; i++) {
        if (i == 0 || all[i].key != all[i - 1].key) {
            out->first[out->count++] = all[i].point;
        }
        out->of[all[i].point] = out->count - 1;
    }
    return LW_OK;
}
