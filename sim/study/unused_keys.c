// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/study/unused_keys.h"

#include <string.h>

#include "sim/base/list.h"
#include "sim/base/suggest.h"

// A key that the scenario gives.
typedef struct given_key {
    lw_option_at option;
    lw_place place;
    bool matters;
} given_key;

struct lw_unused_keys {
    const lw_document *document;
    lw_arena *arena;
    bool *used[LW_SECTIONS];  // one an object: some point uses it; of workloads always
    bool *real;               // one a node: in some point it has figures of its own
    // one a node: in some point a short copy shows that its calls cost nothing
    bool *free_calls;
    bool *straight;  // one a node: in some point it copies to or from a card that no link of its own joins it to
    lw_list keys;    // given_key
    int64_t budget;  // of trials, in objects that each has to build
    bool cut;        // the budget was used up
    const lw_effects_base *base;
};

// Each key is tried in a machine and work of its own, which in a large file would take the square of
// its length: some tenths of a second of trials, then the rest is not looked at.
static const int64_t budget_of_trials = 4000000;

lw_unused_keys *lw_unused_keys_new(const lw_document *document, lw_arena *arena) {
    lw_unused_keys *unused = LW_NEW(arena, lw_unused_keys);
    if (unused == NULL) {
        return NULL;
    }
    *unused = (lw_unused_keys){.document = document, .arena = arena, .budget = budget_of_trials};
    bool ok = true;
    for (int s = 0; s < LW_SECTIONS; s++) {
        unused->used[s] = LW_NEW_ARRAY(arena, bool, document->count[s]);
        ok = ok && unused->used[s] != NULL;
    }
    unused->real = LW_NEW_ARRAY(arena, bool, document->count[LW_SECTION_NODES]);
    unused->free_calls = LW_NEW_ARRAY(arena, bool, document->count[LW_SECTION_NODES]);
    unused->straight = LW_NEW_ARRAY(arena, bool, document->count[LW_SECTION_NODES]);
    return ok && unused->real != NULL && unused->free_calls != NULL && unused->straight != NULL ? unused : NULL;
}

// ---- What a point uses ----

static void use_node(const lw_unused_keys *unused, const lw_machine *machine, uint32_t node) {
    unused->used[LW_SECTION_NODES][machine->node[node].spec - machine->node_spec] = true;
}

static void use_route(const lw_unused_keys *unused, const lw_machine *machine, const lw_route *route) {
    for (size_t i = 0; i < route->count; i++) {
        const lw_link *link = &machine->link[route->leg[i].link];
        unused->used[LW_SECTION_LINKS][link->spec - machine->link_spec] = true;
        use_node(unused, machine, link->end[0]);
        use_node(unused, machine, link->end[1]);
    }
}

// The calls of measured cards cost 7 to 84 us (their presets): in a copy of this length a sixth at
// most.
static const double short_copy_s = 5e-4;

// A preset without a submission cost is not an ideal node, and yet small copies from it are as good
// as free.
static bool has_free_calls(const lw_built *built, size_t workload, size_t *node) {
    const lw_graph_workload *asked = &built->graph->workload[workload];
    const lw_built_workload *work = &built->workload[workload];
    if (asked->main_move == LW_NO_MOVE || work->submit_ps > 0 || work->main.slowest == LW_NO_LINK) {
        return false;
    }
    const lw_move *move = &built->graph->move[asked->main_move];
    double call_bytes = move->call_bytes == LW_AUTO ? 0 : (double)move->call_bytes;
    const lw_node_spec *caller = built->machine->node[move->executor].spec;
    if (call_bytes <= 0 || call_bytes >= short_copy_s * work->main.waterfall.rate_Bps[LW_STAGE_RETRY] ||
        caller->kind != LW_NODE_GPU || caller->object->preset == NULL) {
        return false;
    }
    static const char submit[] = "submit";
    const lw_option *table = caller->object->type->options;
    for (size_t i = 0; table[i].key != NULL; i++) {
        if (strncmp(table[i].key, submit, sizeof submit - 1) == 0 && caller->object->set->mark[i].given) {
            return false;
        }
    }
    *node = (size_t)(caller - built->machine->node_spec);
    return true;
}

static void look_at_peers(const lw_unused_keys *unused, const lw_machine *machine, const lw_move *move, const lw_route *route) {
    const lw_node_spec *from = machine->node[move->from].spec, *to = machine->node[move->to].spec;
    if (from->kind == LW_NODE_GPU && to->kind == LW_NODE_GPU && route->count > 1) {
        unused->straight[from - machine->node_spec] = true;
        unused->straight[to - machine->node_spec] = true;
    }
}

void lw_unused_keys_look(lw_unused_keys *unused, const lw_built *built) {
    const lw_machine *machine = built->machine;
    for (size_t m = 0; m < built->graph->move_count; m++) {
        const lw_move *move = &built->graph->move[m];
        use_node(unused, machine, move->from);
        use_node(unused, machine, move->to);
        look_at_peers(unused, machine, move, &built->transfer[m].route);
        for (const lw_transfer *part = &built->transfer[m]; part != NULL; part = part->next) {
            use_route(unused, machine, &part->route);
        }
        use_route(unused, machine, &built->transfer[m].ask_route);
    }
    for (size_t c = 0; c < built->graph->compute_count; c++) {
        use_node(unused, machine, built->graph->compute[c].node);
    }
    for (size_t n = 0; n < machine->node_spec_count; n++) {
        unused->real[n] = unused->real[n] || !machine->node_spec[n].ideal;
    }
    for (size_t w = 0; w < built->graph->workload_count; w++) {
        size_t node;
        for (lw_section_id section = LW_SECTION_LIBRARIES; section < LW_SECTION_WORKLOADS; section++) {
            const uint32_t used = lw_graph_used(&built->graph->workload[w], section);
            if (used != LW_NO_LIBRARY) {
                unused->used[section][used] = true;
            }
        }
        if (has_free_calls(built, w, &node)) {
            unused->free_calls[node] = true;
        }
    }
}

// ---- Keys without an effect ----

static bool is_included(const lw_document *document, lw_place place) {
    for (size_t i = 0; i < document->included_count; i++) {
        if (place.source == document->included[i]) {
            return true;
        }
    }
    return false;
}

static given_key *find_key(const lw_unused_keys *unused, lw_place place) {
    given_key *key = LW_LIST_ITEMS(&unused->keys, given_key);
    for (size_t i = 0; i < unused->keys.count; i++) {
        const lw_place *other = &key[i].place;
        if (other->source == place.source && other->line == place.line && other->column == place.column) {
            return &key[i];
        }
    }
    return NULL;
}

static lw_status look_at_key(lw_unused_keys *unused, const lw_effects *effects, const given_key *given) {
    const lw_built *built = &effects->built;
    unused->budget -= (int64_t)(built->machine->node_count + built->machine->link_count + built->graph->workload_count +
                                built->graph->move_count + built->graph->task_count);
    if (unused->budget < 0) {
        unused->cut = true;
        return LW_OK;
    }
    given_key *key = find_key(unused, given->place);
    if (key == NULL) {
        key = LW_LIST_ADD(&unused->keys, given_key, unused->arena);
        if (key == NULL) {
            return LW_NO_MEMORY;
        }
        *key = *given;
    }
    LW_TRY(key->matters ? LW_OK : lw_effect_any(effects, &given->option, &key->matters));
    return key->matters ? LW_OK : lw_effect_needed(effects, &given->option, &key->matters);
}

static lw_status look_at_rows(lw_unused_keys *unused, const lw_effects *effects, lw_section_id section, uint32_t index,
                              bool common) {
    const lw_object *object = effects->setup.setup.object[section][index];
    const lw_option *table = common ? object->section->common : object->type->options;
    const lw_option_set *set = common ? object->common_set : object->set;
    for (size_t i = 0; table[i].key != NULL; i++) {
        // What names other things is checked elsewhere, and so is where an object stands in the
        // machine.
        bool names = table[i].kind == LW_OPTION_TEXT || table[i].kind == LW_OPTION_YAML;
        bool places = common && lw_is_among(table[i].key, object->section->place);
        if (set->mark[i].given && !names && !places && !is_included(unused->document, set->mark[i].place)) {
            const given_key given = {{section, index, &table[i], common}, set->mark[i].place, false};
            LW_TRY(look_at_key(unused, effects, &given));
        }
    }
    return LW_OK;
}

static lw_status look_at_point(lw_unused_keys *unused, size_t point) {
    lw_arena *arena = lw_arena_new();
    lw_effects effects;
    lw_status status = arena == NULL ? LW_NO_MEMORY : lw_effects_start(unused->document, point, unused->base, arena, &effects);
    if (status == LW_BAD_INPUT) {  // a point that cannot be built shows nothing
        lw_arena_free(arena);
        return LW_OK;
    }
    for (int s = 0; s < LW_SECTION_RUN && status == LW_OK; s++) {
        for (uint32_t i = 0; i < unused->document->count[s] && status == LW_OK; i++) {
            // Of what is idle that alone is told.
            bool idle = s != LW_SECTION_WORKLOADS && !unused->used[s][i];
            status = idle ? LW_OK : look_at_rows(unused, &effects, (lw_section_id)s, i, false);
            status = idle || status != LW_OK ? status : look_at_rows(unused, &effects, (lw_section_id)s, i, true);
        }
    }
    lw_arena_free(arena);
    return status;
}

static bool any_is_left(const lw_unused_keys *unused) {
    const given_key *key = LW_LIST_ITEMS(&unused->keys, given_key);
    for (size_t i = 0; i < unused->keys.count; i++) {
        if (!key[i].matters) {
            return true;
        }
    }
    return false;
}

// Points of every class first; where a key seems to have no effect, others too before that is said.
enum { CLASSES_MAX = 64, MORE_POINTS = 16 };

static lw_status look_at_keys(lw_unused_keys *unused) {
    lw_classes classes;
    LW_TRY(lw_classes_find(unused->document, unused->arena, &classes));
    size_t step = (classes.count + CLASSES_MAX - 1) / CLASSES_MAX;
    for (size_t c = 0; c < classes.count && !unused->cut; c += step) {
        LW_TRY(look_at_point(unused, classes.first[c]));
    }
    size_t points = unused->document->sweep.points;
    for (size_t i = 0; i < MORE_POINTS && i < points && any_is_left(unused) && !unused->cut; i++) {
        LW_TRY(look_at_point(unused, points - 1 - i * (points - 1) / MORE_POINTS));
    }
    return LW_OK;
}

// ---- Telling ----

// A card of a preset that leaves open how many copies it does at once.
static bool counts_no_engines(const lw_object *object) {
    const lw_node_spec spec = lw_node_spec_of(object);
    return object->preset != NULL && spec.kind == LW_NODE_GPU && spec.params->copy_engines == LW_AUTO;
}

static void tell_object(const lw_unused_keys *unused, int section, size_t index, lw_diags *diags) {
    const lw_object *object = unused->document->object[section][index];
    const char *top = object->section->name;
    const bool implied = object->place.line == 0;
    if (implied || is_included(unused->document, object->place)) {
        return;
    }
    if (section != LW_SECTION_WORKLOADS && !unused->used[section][index]) {
        lw_warn(diags, object->place, NULL,
                section == LW_SECTION_LINKS ? "%s.%s carries no traffic" : "%s.%s takes part in nothing", top, object->name);
    }
    if (section == LW_SECTION_NODES && unused->straight[index]) {
        lw_node_warn_forced(object, diags);
    }
    if (section == LW_SECTION_NODES && !unused->real[index]) {
        lw_note(diags, object->place, "`lanewise list devices` names the presets",
                "%s.%s is ideal: no fixed cost, no limit of its own", top, object->name);
    }
    if (section == LW_SECTION_NODES && unused->used[section][index] && counts_no_engines(object)) {
        lw_note(diags, object->place, "copy_engines: 2 says so, one a direction",
                "how many copy engines %s has is not known: copies of %s.%s never wait for one", object->preset->name, top,
                object->name);
    }
}

static void tell_keys(const lw_unused_keys *unused, int section, size_t index, lw_diags *diags) {
    const given_key *key = LW_LIST_ITEMS(&unused->keys, given_key);
    for (size_t i = 0; i < unused->keys.count; i++) {
        // a key that the budget cut off from some points may have its effect there
        if (!key[i].matters && !unused->cut && (int)key[i].option.section == section && key[i].option.object == index) {
            const lw_object *object = unused->document->object[section][index];
            lw_warn(diags, key[i].place, NULL, "%s.%s.%s has no effect here", object->section->name, object->name,
                    key[i].option.row->key);
        }
    }
}

lw_status lw_unused_keys_report(lw_unused_keys *unused, const lw_effects_base *base, lw_diags *diags) {
    unused->base = base;
    LW_TRY(look_at_keys(unused));
    for (int s = 0; s < LW_SECTION_RUN; s++) {
        for (size_t i = 0; i < unused->document->count[s]; i++) {
            tell_object(unused, s, i, diags);
            tell_keys(unused, s, i, diags);
        }
    }
    if (unused->cut) {
        lw_note(diags, unused->document->work_place, NULL, "the scenario is too large to look for keys without effect");
    }
    for (size_t n = 0; n < unused->document->count[LW_SECTION_NODES]; n++) {
        const lw_object *node = unused->document->object[LW_SECTION_NODES][n];
        if (unused->free_calls[n] && !is_included(unused->document, node->place)) {
            lw_note(diags, node->place, "give it one, such as submit: 10 us",
                    "nodes.%s has no figure for the cost of a call, so short copies look too fast", node->name);
        }
    }
    return LW_OK;
}
