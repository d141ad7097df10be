// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/workload/task_tree.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/rank.h"
#include "sim/base/suggest.h"

// ---- What stands under one name ----

typedef struct step_params {
    const lw_yaml *copy, *compute, *tasks, *after;
    int64_t delay_ps, repeat, in_flight, stream;  // LW_AUTO: not given
    const char *node;
} step_params;

#define AT(field) offsetof(step_params, field)
#define PART(word, field, says) \
    { .key = (word), .kind = LW_OPTION_YAML, .offset = AT(field), .fallback = "", .help = (says) }
static const lw_option step_options[] = {
    PART("copy", copy, "a copy: {from, to, bytes}"),
    PART("compute", compute, "how long a node computes, or {flops, bytes}"),
    {.key = "node", .kind = LW_OPTION_TEXT, .offset = AT(node), .fallback = "", .help = "node that computes, or a group"},
    {.key = "stream",
     .kind = LW_OPTION_INTEGER,
     .offset = AT(stream),
     .fallback = "auto",
     .maximum = 1023,
     .help = "of the node"},
    LW_WORK_TIME("delay", AT(delay_ps), "auto", "a time that passes"),
    PART("tasks", tasks, "a group of tasks"),
    LW_WORK_COUNT("repeat", AT(repeat), "auto", "how often the group runs"),
    LW_WORK_COUNT("in_flight", AT(in_flight), "auto", "iterations of the group under way at once"),
    PART("after", after, "what it comes after"),
    {0}};
#undef AT
#define AT(field) offsetof(lw_copy_params, field)
static const lw_option copy_options[] = {LW_COPY_ENDS(0), LW_COPY_MANNERS(0), LW_WORK_VIA(AT(via)), {0}};
#undef AT

// A compute given by what it does rather than by how long it takes.
typedef struct compute_params {
    int64_t flops, bytes;  // LW_AUTO: not given
    double efficiency;
} compute_params;

#define PS_PER_S INT64_C(1000000000000)
#define AT(field) offsetof(compute_params, field)
static const lw_option compute_options[] = {{.key = "flops",
                                             .kind = LW_OPTION_QUANTITY_INT,
                                             .dimension = LW_FLOPS,
                                             .offset = AT(flops),
                                             .fallback = "auto",
                                             .maximum = 1e18,
                                             .help = "floating-point operations, at compute_rate of the node"},
                                            {.key = "bytes",
                                             .kind = LW_OPTION_QUANTITY_INT,
                                             .dimension = LW_BYTES,
                                             .offset = AT(bytes),
                                             .fallback = "auto",
                                             .maximum = 0x1p62,
                                             .help = "read and written in its memory, at memory_rate"},
                                            {.key = "efficiency",
                                             .kind = LW_OPTION_QUANTITY_REAL,
                                             .offset = AT(efficiency),
                                             .fallback = "1",
                                             .minimum = 0.001,
                                             .maximum = 1,
                                             .help = "share of both rates that the work gets"},
                                            {0}};
#undef AT
static const lw_option time_option = LW_WORK_TIME("compute", 0, "0 ns", "how long a node computes");

typedef struct reading {
    lw_graph_builder *builder;
    lw_map names;
    lw_list steps;   // lw_step *, by number
    lw_list afters;  // const lw_yaml *, one a step; NULL: none
} reading;

static lw_step *step_at(const reading *r, size_t number) {
    return LW_LIST_ITEMS(&r->steps, lw_step *)[number];
}

static const char *path_of(const reading *r, const lw_step *step) {
    return lw_diags_text(r->builder->diags, "workloads.%s: task '%s'", r->builder->object->name, step->name);
}

static lw_place place_in(const lw_option *table, const lw_option_set *set, const char *key, lw_place at) {
    return lw_type_place(table, set, key, at);
}

static lw_status select_one(const reading *r, const char *selector, lw_place place, uint32_t *out) {
    lw_selection chosen;
    LW_TRY(lw_machine_select(r->builder->machine, selector, place, r->builder->diags, &chosen));
    if (chosen.count != 1) {
        return lw_error(r->builder->diags, place, lw_diags_text(r->builder->diags, "write %s[0]", selector),
                        "a task is of single nodes, and '%s' is %u of them", selector, chosen.count);
    }
    *out = chosen.first;
    return LW_OK;
}

static lw_status read_copy(const reading *r, const lw_yaml *map, lw_step *step) {
    lw_diags *diags = r->builder->diags;
    lw_option_set set = {0};
    lw_options_default(copy_options, &step->copy);
    LW_TRY(lw_options_parse(copy_options, map, NULL, &step->copy, &set, diags));
    LW_TRY(lw_options_require(copy_options, &set, path_of(r, step), map->place, diags));
    LW_TRY(lw_copy_check(&step->copy, place_in(copy_options, &set, "memory", map->place), diags));
    step->copy_place = (lw_copy_place){.what = lw_arena_print(r->builder->arena, "%s", path_of(r, step)),
                                       .from = place_in(copy_options, &set, "from", map->place),
                                       .to = place_in(copy_options, &set, "to", map->place),
                                       .p2p = place_in(copy_options, &set, "p2p", map->place)};
    if (step->copy_place.what == NULL) {
        return LW_NO_MEMORY;
    }
    const char *const selector[2] = {step->copy.from, step->copy.to};
    const lw_place place[2] = {step->copy_place.from, step->copy_place.to};
    for (int side = 0; side < 2; side++) {
        LW_TRY(select_one(r, selector[side], place[side], &step->pair[side]));
        const lw_node *node = &r->builder->machine->node[step->pair[side]];
        if (node->spec->kind == LW_NODE_SWITCH) {
            return lw_error(diags, place[side], "name a host, gpu, memory or nic", "%s: the switch '%s' holds no data",
                            path_of(r, step), node->name);
        }
    }
    if (step->pair[0] == step->pair[1]) {
        return lw_error(diags, place[1], "name two different nodes", "%s copies from '%s' to itself", path_of(r, step),
                        step->copy.from);
    }
    return lw_graph_via(r->builder, step->copy.via, &step->via);
}

// A task does one thing, and keys that belong to another thing are of no use to it.
static lw_status check_keys(const reading *r, const lw_step *step, const step_params *p, const lw_option_set *set) {
    static const char *const what[] = {"copy", "compute", "delay", "tasks"};
    const bool given[] = {p->copy != NULL, p->compute != NULL, p->delay_ps != LW_AUTO, p->tasks != NULL};
    lw_diags *diags = r->builder->diags;
    const char *first = NULL;
    for (size_t i = 0; i < sizeof what / sizeof what[0]; i++) {
        if (given[i] && first != NULL) {
            return lw_error(diags, place_in(step_options, set, what[i], step->place), "make two tasks of it, one after the other",
                            "%s does two things, %s and %s", path_of(r, step), first, what[i]);
        }
        first = given[i] ? what[i] : first;
    }
    if (first == NULL && p->after == NULL) {
        return lw_error(diags, step->place, "give it copy, compute, delay, kind or tasks, or after: [...] to make it a barrier",
                        "%s does nothing", path_of(r, step));
    }
    const struct {
        const char *key, *of;
        bool given, useful;
    } rule[] = {{"node", "compute", p->node[0] != '\0', p->compute != NULL},
                {"stream", "compute", p->stream != LW_AUTO, p->compute != NULL},
                {"repeat", "tasks", p->repeat != LW_AUTO, p->tasks != NULL},
                {"in_flight", "tasks", p->in_flight != LW_AUTO, p->tasks != NULL}};
    for (size_t i = 0; i < sizeof rule / sizeof rule[0]; i++) {
        if (rule[i].given && !rule[i].useful) {
            return lw_error(diags, place_in(step_options, set, rule[i].key, step->place),
                            lw_diags_text(diags, "leave it out, or give the task '%s'", rule[i].of), "%s has '%s' without '%s'",
                            path_of(r, step), rule[i].key, rule[i].of);
        }
    }
    if (p->compute != NULL && p->node[0] == '\0') {
        return lw_error(diags, place_in(step_options, set, "compute", step->place),
                        "add node: gpu, or write delay for a time that passes on no node", "%s needs the key 'node'",
                        path_of(r, step));
    }
    return LW_OK;
}

// The longer of what arithmetic and memory take: Williams, Waterman and Patterson, "Roofline", 2009.
static lw_status read_work(const reading *r, const lw_yaml *map, const lw_node *node, lw_step *step) {
    lw_diags *diags = r->builder->diags;
    compute_params p;
    lw_option_set set = {0};
    lw_options_default(compute_options, &p);
    LW_TRY(lw_options_parse(compute_options, map, NULL, &p, &set, diags));
    const lw_node_params *params = node->spec->object->params;
    const struct {
        const char *key, *row;
        int64_t amount, rate;
    } part[] = {{"flops", "compute_rate", p.flops, params->compute_rate_FLOPps},
                {"bytes", "memory_rate", p.bytes, params->memory_rate_Bps}};
    const int64_t share_ppm = llround(p.efficiency * 1e6);
    if (p.flops == LW_AUTO && p.bytes == LW_AUTO) {
        return lw_error(diags, map->place, "write compute: {flops: 4 TFLOP, bytes: 2 GB}, or a time", "%s computes nothing",
                        path_of(r, step));
    }
    step->time_ps = 0;
    for (size_t i = 0; i < 2; i++) {
        if (part[i].amount == LW_AUTO) {
            continue;
        }
        if (part[i].rate == LW_AUTO) {
            return lw_error(diags, place_in(compute_options, &set, part[i].key, map->place),
                            lw_diags_text(diags, "give the node %s, or the task a time", part[i].row),
                            "%s: nothing is known of the %s of '%s'", path_of(r, step), part[i].row, node->name);
        }
        const lw_int128 rate = (lw_int128)part[i].rate * share_ppm;
        const lw_int128 time = ((lw_int128)part[i].amount * PS_PER_S * 1000000 + rate - 1) / rate;
        if (time > LW_WORK_LONGEST_PS) {
            return lw_error(diags, place_in(compute_options, &set, part[i].key, map->place), "100 hours are the most",
                            "%s takes too long", path_of(r, step));
        }
        step->time_ps = (int64_t)time > step->time_ps ? (int64_t)time : step->time_ps;
    }
    return LW_OK;
}

static lw_status read_compute(const reading *r, const step_params *p, const lw_option_set *set, lw_step *step) {
    const lw_place place = place_in(step_options, set, "node", step->place);
    if (!lw_graph_all_gpus(r->builder->machine, p->node, &step->on)) {
        LW_TRY(lw_machine_select(r->builder->machine, p->node, place, r->builder->diags, &step->on));
    }
    const lw_node *node = &r->builder->machine->node[step->on.first];
    if (node->spec->kind == LW_NODE_SWITCH) {
        return lw_error(r->builder->diags, place, "name a host or gpu", "%s: the switch '%s' does not compute", path_of(r, step),
                        p->node);
    }
    if (p->compute->kind == LW_MAP) {
        LW_TRY(read_work(r, p->compute, node, step));
    } else {
        LW_TRY(lw_option_parse_value(&time_option, p->compute, &step->time_ps, r->builder->diags));
    }
    step->stream = p->stream == LW_AUTO ? 0 : (uint32_t)p->stream;
    return LW_OK;
}

// A name that no other task has.
static lw_status take_name(reading *r, lw_step *step, const lw_yaml *after) {
    lw_graph_builder *builder = r->builder;
    if (!lw_is_name(step->name) || strlen(step->name) > 60) {
        return lw_error(builder->diags, step->place, "use letters, digits, - and _, 60 at most", "'%.60s' is no name for a task",
                        step->name);
    }
    bool fresh = false;
    const size_t number = lw_map_number(&r->names, 0, step->name, &fresh);
    if (number == LW_MAP_NONE) {
        return LW_NO_MEMORY;
    }
    if (!fresh) {
        return lw_error(builder->diags, step->place, "give each task of a workload a name of its own",
                        "there are two tasks '%s', the first in line %d", step->name, step_at(r, number)->place.line);
    }
    lw_step **slot = LW_LIST_ADD(&r->steps, lw_step *, builder->arena);
    const lw_yaml **list = LW_LIST_ADD(&r->afters, const lw_yaml *, builder->arena);
    if (slot == NULL || list == NULL) {
        return LW_NO_MEMORY;
    }
    *slot = step;
    *list = after;
    return LW_OK;
}

static lw_status read_group(reading *r, const lw_yaml *tasks, lw_step *group);

static lw_status read_step(reading *r, const lw_yaml *value, lw_step *step) {
    step_params p;
    lw_option_set set = {0};
    lw_options_default(step_options, &p);
    LW_TRY(take_name(r, step, lw_map_get(value, "after")));
    if (value->kind == LW_MAP && lw_map_get(value, "kind") != NULL) {
        step->kind = LW_STEP_WORK;
        return lw_nested_read(r->builder, value,
                              lw_arena_print(r->builder->arena, "%s.tasks.%s", r->builder->object->name, step->name),
                              &step->nested);
    }
    LW_TRY(lw_options_parse(step_options, value, NULL, &p, &set, r->builder->diags));
    LW_TRY(check_keys(r, step, &p, &set));
    if (p.copy != NULL) {
        step->kind = LW_STEP_COPY;
        return read_copy(r, p.copy, step);
    }
    if (p.compute != NULL) {
        step->kind = LW_STEP_COMPUTE;
        return read_compute(r, &p, &set, step);
    }
    if (p.tasks != NULL) {
        step->kind = LW_STEP_GROUP;
        step->repeat = p.repeat != LW_AUTO ? p.repeat : 1;
        step->in_flight = p.in_flight;
        return read_group(r, p.tasks, step);
    }
    step->kind = p.delay_ps != LW_AUTO ? LW_STEP_DELAY : LW_STEP_BARRIER;
    step->time_ps = p.delay_ps != LW_AUTO ? p.delay_ps : 0;
    return LW_OK;
}

// All of its members, so that every finding is told.
static lw_status read_group(reading *r, const lw_yaml *tasks, lw_step *group) {
    if (tasks->kind != LW_MAP || tasks->count == 0) {
        return lw_error(r->builder->diags, tasks->place, "write tasks: {load: {copy: {...}}, work: {compute: 3 ms, node: gpu}}",
                        tasks->kind == LW_MAP ? "there are no tasks" : "'tasks' is a map of names and what they do");
    }
    lw_step *steps = LW_NEW_ARRAY(r->builder->arena, lw_step, tasks->count);
    group->member = LW_NEW_ARRAY(r->builder->arena, lw_step *, tasks->count);
    if (steps == NULL || group->member == NULL) {
        return LW_NO_MEMORY;
    }
    lw_status status = LW_OK;
    for (const lw_yaml *value = tasks->first; value != NULL; value = value->next) {
        lw_step *step = &steps[group->member_count];
        *step = (lw_step){.name = value->key, .place = value->key_place, .group = group, .depth = group->depth + 1};
        group->member[group->member_count++] = step;
        const lw_status made = read_step(r, value, step);
        if (made != LW_OK && made != LW_BAD_INPUT) {
            return made;
        }
        status = made != LW_OK ? made : status;
    }
    return status;
}

// ---- What comes after what ----

// "load", or "load@-2": of two iterations ago.
static lw_status find_after(reading *r, const lw_step *step, const lw_yaml *word, lw_after *out) {
    lw_diags *diags = r->builder->diags;
    const char *at = word->kind == LW_SCALAR ? strchr(word->text, '@') : NULL;
    long distance = 0;
    bool right = word->kind == LW_SCALAR;
    if (at != NULL) {
        char *end = NULL;
        right = at[1] == '-' && at[2] >= '0' && at[2] <= '9';
        distance = right ? strtol(at + 2, &end, 10) : 0;
        right = right && *end == '\0' && distance >= 1 && distance <= INT32_MAX;
    }
    if (!right) {
        return lw_error(diags, word->place, "write load for this iteration, load@-1 for the one before",
                        "%s: 'after' takes names of tasks", path_of(r, step));
    }
    const char *name =
        lw_arena_copy_n(r->builder->arena, word->text, at != NULL ? (size_t)(at - word->text) : strlen(word->text));
    if (name == NULL) {
        return LW_NO_MEMORY;
    }
    const size_t number = lw_map_find(&r->names, 0, name);
    if (number == LW_MAP_NONE) {
        lw_list names = {0};
        for (size_t i = 0; lw_diags_errors(diags) < LW_DIAG_MAX && i < r->steps.count; i++) {
            lw_candidate(&names, step_at(r, i)->name, r->builder->arena);
        }
        return lw_error(diags, word->place, lw_did_you_mean_in(diags, name, &names, "name a key under tasks:"),
                        "%s comes after '%.60s', which is no task here", path_of(r, step), name);
    }
    *out = (lw_after){step_at(r, number), (uint32_t)distance, word->place};
    return LW_OK;
}

// Is the group the step, or does it hold it?
static bool is_within(const lw_step *step, const lw_step *group) {
    while (step != NULL && step->depth > group->depth) {
        step = step->group;
    }
    return step == group;
}

// The innermost group that holds both; NULL where one of them is the outermost.
static lw_step *common_group(const lw_step *step, const lw_step *other) {
    lw_step *common = step->group;
    while (common != NULL && (common == other || !is_within(other, common))) {
        common = common->group;
    }
    return common;
}

static lw_status check_after(const reading *r, const lw_step *step, const lw_after *after) {
    lw_diags *diags = r->builder->diags;
    const lw_step *other = after->step;
    lw_step *common = common_group(step, other);
    if (after->distance == 0 && (is_within(step, other) || is_within(other, step))) {
        return lw_error(diags, after->place, lw_diags_text(diags, "write %s@-1 for the iteration before", other->name),
                        step == other            ? "%s comes after itself"
                        : is_within(step, other) ? "%s comes after the group that it is in"
                                                 : "%s comes after a task that it holds",
                        path_of(r, step));
    }
    if (after->distance >= common->repeat) {
        lw_warn(diags, after->place, "raise repeat of the tasks around both, or leave it out",
                "%s: '%s@-%u' has no effect, as the tasks run %lld time%s", path_of(r, step), other->name, after->distance,
                (long long)common->repeat, common->repeat == 1 ? "" : "s");
    }
    common->reach = after->distance > common->reach ? after->distance : common->reach;
    return LW_OK;
}

static int by_rank(const void *left, const void *right) {
    const lw_after *a = left, *b = right;
    return a->step->rank != b->step->rank ? (a->step->rank > b->step->rank) - (a->step->rank < b->step->rank)
                                          : (a->distance > b->distance) - (a->distance < b->distance);
}

static lw_status find_afters(reading *r, lw_step *step, const lw_yaml *list) {
    if (list == NULL) {
        return LW_OK;
    }
    const size_t count = list->kind == LW_LIST ? list->count : 1;
    lw_after *after = LW_NEW_ARRAY(r->builder->arena, lw_after, count);
    if (after == NULL) {
        return LW_NO_MEMORY;
    }
    lw_status status = LW_OK;
    const lw_yaml *word = list->kind == LW_LIST ? list->first : list;
    for (size_t i = 0; i < count; i++, word = word->next) {
        lw_status found = find_after(r, step, word, &after[i]);
        found = found == LW_OK ? check_after(r, step, &after[i]) : found;
        if (found != LW_OK && found != LW_BAD_INPUT) {
            return found;
        }
        status = found != LW_OK ? found : status;
    }
    LW_TRY(status);
    // the order of the list changes nothing
    qsort(after, count, sizeof *after, by_rank);
    step->after = after;
    step->after_count = count;
    return LW_OK;
}

// ---- Order ----

// Of two members of one group: `step` comes after `on` in the same iteration.
typedef struct edge {
    lw_step *step, *on;
} edge;

static int by_names(const void *left, const void *right) {
    const edge *a = left, *b = right;
    return a->step->rank != b->step->rank ? (a->step->rank > b->step->rank) - (a->step->rank < b->step->rank)
                                          : (a->on->rank > b->on->rank) - (a->on->rank < b->on->rank);
}

// The members of the innermost group around both that are or hold them.
static edge lift(lw_step *step, lw_step *on) {
    while (step->group != on->group) {
        lw_step **deeper = step->depth > on->depth ? &step : &on;
        if (step->depth == on->depth) {
            step = step->group;
        }
        *deeper = (*deeper)->group;
    }
    return (edge){step, on};
}

// A depth-first search without recursion: a chain may be as long as the file.
typedef struct search {
    reading *r;
    const edge *edge;
    size_t *first;           // edges of each step, by rank; one more at the end
    size_t *next;            // the one to be followed next
    unsigned char *entered;  // 1: on the path, 2: in order
    lw_step **path;
    size_t depth;
} search;

static lw_status tell_cycle(const search *s, const lw_step *step) {
    enum { NAMED_MOST = 8 };
    lw_diags *diags = s->r->builder->diags;
    size_t first = 0;
    while (s->path[first] != step) {
        first++;
    }
    const char *text = step->name;
    for (size_t i = first + 1; i < s->depth; i++) {
        const bool told = i < first + NAMED_MOST;
        text =
            told || i == first + NAMED_MOST ? lw_diags_text(diags, "%s after %s", text, told ? s->path[i]->name : "...") : text;
    }
    return lw_error(diags, step->place, "take one 'after' out of the cycle, or make it one of the iteration before (NAME@-1)",
                    "workloads.%s: dependency cycle of tasks: %s after %s", s->r->builder->object->name, text, step->name);
}

// Put a member, and what it comes after, into its group's order.
static lw_status visit(search *s, lw_step *start) {
    s->path[0] = start;
    s->depth = 1;
    s->entered[start->rank] = 1;
    while (s->depth > 0) {
        lw_step *step = s->path[s->depth - 1];
        if (s->next[step->rank] < s->first[step->rank + 1]) {
            lw_step *on = s->edge[s->next[step->rank]++].on;
            if (s->entered[on->rank] == 1) {
                return tell_cycle(s, on);
            }
            if (s->entered[on->rank] == 0) {
                s->entered[on->rank] = 1;
                s->path[s->depth++] = on;
            }
            continue;
        }
        s->depth--;
        s->entered[step->rank] = 2;
        step->group->member[step->group->member_count++] = step;
    }
    return LW_OK;
}

// All edges, sorted by the names of their ends, so that the order of the file changes nothing.
static lw_status add_edges(const reading *r, edge *edges, size_t *count) {
    for (size_t i = 0; i < r->steps.count; i++) {
        lw_step *step = step_at(r, i);
        for (size_t a = 0; a < step->after_count; a++) {
            if (step->after[a].distance == 0) {
                edges[(*count)++] = lift(step, step->after[a].step);
                edges[*count - 1].on->followed = true;
            }
        }
    }
    qsort(edges, *count, sizeof *edges, by_names);
    return LW_OK;
}

static lw_status put_in_order(reading *r, const uint32_t *by_name) {
    lw_arena *arena = r->builder->arena;
    const size_t steps = r->steps.count;
    size_t most = 0, count = 0;
    for (size_t i = 0; i < steps; i++) {
        most += step_at(r, i)->after_count;
        step_at(r, i)->group->member_count = 0;  // gathered again
    }
    edge *edges = LW_NEW_ARRAY(arena, edge, most);
    search s = {.r = r,
                .edge = edges,
                .first = LW_NEW_ARRAY(arena, size_t, steps + 1),
                .next = LW_NEW_ARRAY(arena, size_t, steps + 1),
                .entered = LW_NEW_ARRAY(arena, unsigned char, steps),
                .path = LW_NEW_ARRAY(arena, lw_step *, steps)};
    if (edges == NULL || s.first == NULL || s.next == NULL || s.entered == NULL || s.path == NULL) {
        return LW_NO_MEMORY;
    }
    LW_TRY(add_edges(r, edges, &count));
    for (size_t rank = 0, e = 0; rank <= steps; rank++) {
        while (e < count && edges[e].step->rank < rank) {
            e++;
        }
        s.first[rank] = s.next[rank] = e;
    }
    for (size_t i = 0; i < steps; i++) {
        lw_step *step = step_at(r, by_name[i]);
        LW_TRY(s.entered[step->rank] == 0 ? visit(&s, step) : LW_OK);
    }
    return LW_OK;
}

// By the order of their names.
static lw_status rank_names(const reading *r, uint32_t **by_name) {
    const size_t count = r->steps.count;
    const char **name = LW_NEW_ARRAY(r->builder->arena, const char *, count);
    if (name == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        name[i] = step_at(r, i)->name;
    }
    LW_TRY(lw_rank_names(name, count, r->builder->arena, by_name));
    for (size_t i = 0; i < count; i++) {
        step_at(r, (*by_name)[i])->rank = (uint32_t)i;
    }
    return LW_OK;
}

static void set_in_flight(lw_step *group) {
    group->in_flight = group->in_flight == LW_AUTO ? (int64_t)group->reach + 1 : group->in_flight;
}

lw_status lw_task_tree_read(lw_graph_builder *builder, const lw_yaml *tasks, lw_step *root) {
    reading r = {.builder = builder, .names = {.arena = builder->arena}};
    uint32_t *by_name = NULL;
    LW_TRY(read_group(&r, tasks, root));
    LW_TRY(rank_names(&r, &by_name));
    lw_status status = LW_OK;
    for (size_t i = 0; i < r.steps.count; i++) {
        const lw_status found = find_afters(&r, step_at(&r, i), LW_LIST_ITEMS(&r.afters, const lw_yaml *)[i]);
        if (found != LW_OK && found != LW_BAD_INPUT) {
            return found;
        }
        status = found != LW_OK ? found : status;
    }
    LW_TRY(status);
    for (size_t i = 0; i < r.steps.count; i++) {
        set_in_flight(step_at(&r, i));
    }
    set_in_flight(root);
    return put_in_order(&r, by_name);
}
