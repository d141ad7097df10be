// SPDX-License-Identifier: GPL-3.0-or-later
// Keys, links and nodes that change nothing in any point of a scenario: reported, never ignored in silence.
#include <string.h>

#include "sim/base/list.h"
#include "sim/study/scenario.h"

// Seen at a place under a name; `matters` once any point showed an effect.
typedef struct {
    lw_place place;
    const char *text;  // "links.egpu.mrrs"
    const char *what;  // "has no effect"
    bool matters;
} finding;

struct lw_unused_keys {
    lw_arena *arena;
    lw_list findings;
};

lw_unused_keys *lw_unused_keys_new(lw_arena *arena) {
    lw_unused_keys *effects = LW_NEW(arena, lw_unused_keys);
    if (effects != NULL) {
        effects->arena = arena;
    }
    return effects;
}

static finding *find(lw_unused_keys *effects, lw_place place, const char *what) {
    finding *items = LW_LIST_ITEMS(&effects->findings, finding);
    for (size_t i = 0; i < effects->findings.count; i++) {
        const lw_place *other = &items[i].place;
        if (other->source == place.source && other->line == place.line && other->column == place.column &&
            items[i].what == what) {
            return &items[i];
        }
    }
    return NULL;
}

static lw_status add(lw_unused_keys *effects, lw_place place, const char *what, const char *group, const char *name,
                     const char *key, finding **out) {
    finding *slot = LW_LIST_ADD(&effects->findings, finding, effects->arena);
    const char *text = key != NULL ? lw_arena_print(effects->arena, "%s.%s.%s", group, name, key)
                                   : lw_arena_print(effects->arena, "%s.%s", group, name);
    if (slot == NULL || text == NULL) {
        return LW_NO_MEMORY;
    }
    *slot = (finding){place, text, what, false};
    *out = slot;
    return LW_OK;
}

static const char no_effect[] = "has no effect";
static const char idle_link[] = "carries nothing";
static const char idle_node[] = "takes part in nothing";
static const char ideal_node[] = "is ideal: no fixed cost, no limit of its own";
static const char free_calls[] = "has no figure for the cost of a call, so short copies look too fast";

static lw_status look_at(lw_unused_keys *effects, lw_place place, const char *what, const char *group, const char *name,
                         const char *key, bool matters) {
    finding *known = find(effects, place, what);
    if (known == NULL) {
        LW_TRY(add(effects, place, what, group, name, key, &known));
    }
    known->matters |= matters;
    return LW_OK;
}

static lw_status look_at_link(lw_unused_keys *effects, const lw_built *plan, const lw_link_spec *spec) {
    unsigned kinds = 0;
    for (size_t i = 0; i < plan->system->connection_count; i++) {
        kinds |= plan->system->connection[i].spec == spec ? plan->carries[i] : 0;
    }
    bool idle = (kinds & ~(unsigned)LW_ASKED) == 0;
    LW_TRY(look_at(effects, spec->place, idle_link, "links", spec->name, NULL, !idle));
    kinds |= idle ? LW_ASKED - 1U : 0;  // of an idle link that alone is told
    const lw_option *table = spec->family->options;
    for (size_t i = 0; table[i].key != NULL; i++) {
        if (!spec->user.given[i]) {
            continue;
        }
        const finding *known = find(effects, spec->user.place[i], no_effect);
        bool matters = (known != NULL && known->matters) || lw_family_has_effect(spec->family, spec->params, table[i].key, kinds);
        LW_TRY(look_at(effects, spec->user.place[i], no_effect, "links", spec->name, table[i].key, matters));
    }
    return LW_OK;
}

static lw_status look_at_rows(lw_unused_keys *effects, const lw_option *table, const lw_option_set *set, const bool *consulted,
                              const char *group, const char *name) {
    for (size_t i = 0; table[i].key != NULL; i++) {
        bool names = table[i].kind == LW_OPTION_TEXT || table[i].kind == LW_OPTION_YAML;  // of other things: checked elsewhere
        if (set->given[i] && !names && strcmp(table[i].key, "count") != 0) {
            LW_TRY(look_at(effects, set->place[i], no_effect, group, name, table[i].key, consulted[i]));
        }
    }
    return LW_OK;
}

// The calls of measured cards cost 7 to 84 us (their presets): in a copy of this length a sixth at most.
static const double short_copy_s = 5e-4;

// A preset without a submission cost is not an ideal node, and yet small copies from it are as good as free.
static lw_status look_at_call(lw_unused_keys *effects, const lw_built *plan, const lw_built_workload *job) {
    if (job->job->kind != LW_WORKLOAD_COPY || job->bytes == 0 || job->submit_ps > 0 || job->transfer.slowest == LW_NO_SERVER ||
        (double)job->job->params.bytes >= short_copy_s * job->transfer.waterfall.rate_Bps[LW_STAGE_RETRY]) {
        return LW_OK;
    }
    const lw_node_spec *caller = plan->system->device[job->transfer.executor].spec;
    bool chosen = caller->kind != LW_NODE_GPU || caller->preset == NULL;
    const lw_option *table = lw_node_options(caller->kind);
    for (size_t i = 0; table[i].key != NULL; i++) {
        chosen |= strncmp(table[i].key, "submit", strlen("submit")) == 0 && caller->user.given[i];
    }
    return chosen ? LW_OK : look_at(effects, caller->place, free_calls, "nodes", caller->name, NULL, false);
}

lw_status lw_unused_keys_look(lw_unused_keys *effects, const lw_built *plan) {
    const lw_machine *system = plan->system;
    for (size_t i = 0; i < system->spec_count; i++) {
        const lw_node_spec *spec = &system->spec[i];
        LW_TRY(look_at(effects, spec->place, idle_node, "nodes", spec->name, NULL, plan->serves[i]));
        LW_TRY(look_at(effects, spec->place, ideal_node, "nodes", spec->name, NULL, !spec->ideal));
        if (plan->serves[i]) {
            LW_TRY(look_at_rows(effects, lw_node_options(spec->kind), &spec->user, spec->consulted, "nodes", spec->name));
        }
    }
    for (size_t i = 0; i < system->link_count; i++) {
        LW_TRY(look_at_link(effects, plan, &system->link[i]));
    }
    for (size_t i = 0; i < system->job_count; i++) {
        const lw_workload *job = &system->job[i];
        LW_TRY(look_at_rows(effects, lw_workload_options(job->kind), &job->set, job->consulted, "workloads", job->name));
        LW_TRY(look_at_call(effects, plan, &plan->job[i]));
    }
    return LW_OK;
}

static bool is_from(const finding *item, const lw_source *const *sources, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (item->place.source == sources[i]) {
            return true;
        }
    }
    return false;
}

void lw_unused_keys_report(const lw_unused_keys *effects, const lw_source *const *included, size_t included_count,
                           lw_diags *diags) {
    const finding *items = LW_LIST_ITEMS(&effects->findings, const finding);
    for (size_t i = 0; i < effects->findings.count; i++) {
        if (items[i].matters || is_from(&items[i], included, included_count)) {
            continue;
        }
        if (items[i].what == ideal_node) {
            lw_note(diags, items[i].place, "`lanewise list devices` names the presets", "%s %s", items[i].text, items[i].what);
        } else if (items[i].what == free_calls) {
            lw_note(diags, items[i].place, "give it one, such as submit: 10 us", "%s %s", items[i].text, items[i].what);
        } else {
            lw_warn(diags, items[i].place, NULL, "%s %s here", items[i].text, items[i].what);
        }
    }
}
