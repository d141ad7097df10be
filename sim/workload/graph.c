// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/workload/graph.h"
#include "sim/base/rank.h"

#include <assert.h>
#include <string.h>

#include "sim/base/suggest.h"

// ---- Writing tasks ----

lw_graph_task lw_graph_task_none(void) {
    return (lw_graph_task){.move = LW_NO_MOVE,
                           .turn = LW_NO_MOVE,
                           .holds = LW_NO_COMPUTE,
                           .frees = LW_NO_COMPUTE,
                           .loop = LW_NO_LOOP,
                           .outstanding = LW_AUTO};
}

lw_move lw_move_between(uint32_t from, uint32_t to, uint32_t executor) {
    return (lw_move){.from = from,
                     .to = to,
                     .executor = executor,
                     .packet_bytes = LW_AUTO,
                     .message_bytes = LW_AUTO,
                     .source_bytes = LW_AUTO,
                     .call_bytes = LW_AUTO,
                     .gap_ps = LW_AUTO,
                     .rate_Bps = LW_AUTO,
                     .sharers = 1};
}

lw_status lw_graph_add_move(lw_graph_builder *builder, const lw_move *move, uint32_t *out) {
    *out = (uint32_t)builder->moves.count;
    lw_move *added = LW_LIST_ADD(&builder->moves, lw_move, builder->arena);
    if (added == NULL) {
        return LW_NO_MEMORY;
    }
    *added = *move;
    return LW_OK;
}

uint32_t lw_graph_next_task(const lw_graph_builder *builder) {
    return (uint32_t)builder->tasks.count;
}

lw_status lw_graph_add_task(lw_graph_builder *builder, const lw_graph_task *task, const lw_dependency *after, size_t after_count,
                            uint32_t *out) {
    if (builder->tasks.count >= LW_NO_MOVE - 1) {
        return LW_LIMIT;
    }
    *out = lw_graph_next_task(builder);
    lw_graph_task *added = LW_LIST_ADD(&builder->tasks, lw_graph_task, builder->arena);
    lw_dependency *list = LW_NEW_ARRAY(builder->arena, lw_dependency, after_count);
    if (added == NULL || list == NULL) {
        return LW_NO_MEMORY;
    }
    if (after_count > 0) {
        memcpy(list, after, after_count * sizeof *list);
    }
    *added = *task;
    added->loop = builder->loop;
    added->member = builder->member;
    added->after = list;
    added->after_count = after_count;
    return LW_OK;
}

lw_status lw_graph_compute(lw_graph_builder *builder, uint32_t node, uint32_t stream, uint32_t *out) {
    const char *name = lw_arena_print(builder->arena, "%u", stream);
    bool fresh = false;
    const size_t number = name != NULL ? lw_map_number(&builder->streams, node, name, &fresh) : LW_MAP_NONE;
    if (number == LW_MAP_NONE) {
        return LW_NO_MEMORY;
    }
    *out = (uint32_t)number;
    lw_compute *added = fresh ? LW_LIST_ADD(&builder->computes, lw_compute, builder->arena) : NULL;
    if (added != NULL) {
        *added = (lw_compute){node, stream};
    }
    return fresh && added == NULL ? LW_NO_MEMORY : LW_OK;
}

lw_status lw_graph_open_loop(lw_graph_builder *builder, int64_t count) {
    assert(count >= 1);
    uint32_t index = (uint32_t)builder->loops.count;
    lw_loop *added = LW_LIST_ADD(&builder->loops, lw_loop, builder->arena);
    if (added == NULL) {
        return LW_NO_MEMORY;
    }
    *added = (lw_loop){.first = lw_graph_next_task(builder), .around = builder->loop, .count = count};
    builder->loop = index;
    return LW_OK;
}

void lw_graph_close_loop(lw_graph_builder *builder) {
    lw_loop *loop = &LW_LIST_ITEMS(&builder->loops, lw_loop)[builder->loop];
    loop->end = lw_graph_next_task(builder);
    builder->loop = loop->around;
}

// The most that a workload may move: sums of few such numbers fit 64 bits.
static const int64_t bytes_max = INT64_C(1) << 62;

lw_status lw_graph_deliver(lw_graph_builder *builder, int64_t bytes, int64_t times) {
    lw_int128 sum = (lw_int128)bytes * times + builder->workload->bytes;
    if (sum > bytes_max) {
        return lw_error(builder->diags, lw_object_place(builder->object, "bytes"), "ask for less",
                        "workloads.%s moves more than 2^62 bytes", builder->object->name);
    }
    builder->workload->bytes = (int64_t)sum;
    return LW_OK;
}

lw_status lw_graph_name_direction(lw_graph_builder *builder, uint32_t from, uint32_t to) {
    const lw_node *end[2] = {&builder->machine->node[from], &builder->machine->node[to]};
    const char *name[2];
    for (int i = 0; i < 2; i++) {
        name[i] = builder->workload->members > 1 ? end[i]->spec->object->name : end[i]->name;
    }
    builder->workload->direction = lw_arena_print(builder->arena, "%s->%s", name[0], name[1]);
    return builder->workload->direction == NULL ? LW_NO_MEMORY : LW_OK;
}

uint32_t lw_graph_used(const lw_graph_workload *workload, lw_section_id section) {
    return section == LW_SECTION_LIBRARIES  ? workload->library
           : section == LW_SECTION_MODELS   ? workload->model
           : section == LW_SECTION_RUNTIMES ? workload->runtime
                                            : LW_NO_LIBRARY;
}

lw_status lw_graph_use(const lw_graph_builder *builder, lw_section_id section, const char *key, const char *name,
                       const char *hint, uint32_t *out) {
    const lw_setup *setup = builder->setup;
    lw_list names = {0};
    for (uint32_t i = 0; i < setup->count[section]; i++) {
        if (strcmp(setup->object[section][i]->name, name) == 0) {
            *out = i;
            return LW_OK;
        }
        lw_candidate(&names, setup->object[section][i]->name, builder->arena);
    }
    return lw_error(builder->diags, lw_object_place(builder->object, key), lw_did_you_mean_in(builder->diags, name, &names, hint),
                    "there is no %s '%s'", key, name);
}

// ---- Members ----

static lw_status check_member(const lw_graph_builder *builder, const lw_pair_keys *keys, const uint32_t member[2]) {
    const char *name = builder->object->name;
    for (int side = 0; side < 2; side++) {
        const lw_node *node = &builder->machine->node[member[side]];
        if (node->spec->kind == LW_NODE_SWITCH) {
            return lw_error(builder->diags, lw_object_place(builder->object, keys->key[side]), "name a host, gpu, memory or nic",
                            "workloads.%s: the switch '%s' holds no data", name, node->name);
        }
    }
    if (!keys->one_node && member[0] == member[1]) {
        return lw_error(builder->diags, lw_object_place(builder->object, keys->key[1]), "name two different nodes",
                        "workloads.%s goes from '%s' to itself", name, builder->machine->node[member[0]].name);
    }
    return LW_OK;
}

lw_status lw_graph_pair(lw_graph_builder *builder, const lw_pair_keys *keys, lw_pairs *out) {
    lw_selection side[2];
    for (int i = 0; i < 2; i++) {
        LW_TRY(lw_machine_select(builder->machine, keys->selector[i], lw_object_place(builder->object, keys->key[i]),
                                 builder->diags, &side[i]));
    }
    if (side[0].count != side[1].count && side[0].count != 1 && side[1].count != 1) {
        return lw_error(builder->diags, lw_object_place(builder->object, keys->key[1]),
                        "give both the same count, or one of them a single node",
                        "workloads.%s: '%s' has %u nodes and '%s' has %u, so they do not pair", builder->object->name,
                        keys->selector[0], side[0].count, keys->selector[1], side[1].count);
    }
    size_t count = side[0].count > side[1].count ? side[0].count : side[1].count;
    *out = (lw_pairs){lw_arena_alloc(builder->arena, count, sizeof *out->node), count};
    if (out->node == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        for (int k = 0; k < 2; k++) {
            out->node[i][k] = side[k].first + (side[k].count > 1 ? (uint32_t)i : 0);
        }
        LW_TRY(check_member(builder, keys, out->node[i]));
    }
    builder->workload->members = (int64_t)count;
    return LW_OK;
}

static bool has_network_cards(const lw_machine *machine) {
    for (size_t i = 0; i < machine->node_spec_count; i++) {
        if (machine->node_spec[i].kind == LW_NODE_NIC) {
            return true;
        }
    }
    return false;
}

uint32_t lw_graph_executor_of(const lw_machine *machine, uint32_t from, uint32_t to) {
    static const int rank[LW_NODE_KINDS] = {
        [LW_NODE_NIC] = 4, [LW_NODE_GPU] = 3, [LW_NODE_HOST] = 2, [LW_NODE_MEMORY] = 1, [LW_NODE_SWITCH] = 0};
    return rank[machine->node[to].spec->kind] > rank[machine->node[from].spec->kind] ? to : from;
}

lw_status lw_graph_executor(const lw_graph_builder *builder, uint32_t from, uint32_t to, lw_via via, uint32_t *out) {
    const lw_machine *machine = builder->machine;
    lw_route route;
    *out = lw_graph_executor_of(machine, from, to);
    if (!has_network_cards(machine)) {
        return LW_OK;  // nothing on the route can change it
    }
    lw_status found = lw_route_find(builder->router, from, to, via, &route);
    for (size_t i = 1; found == LW_OK && i < route.count; i++) {
        uint32_t between = lw_leg_start(machine, route.leg[i]);
        if (machine->node[between].spec->kind == LW_NODE_NIC) {
            *out = between;
            break;
        }
    }
    // a missing route is told where it is to be taken
    return found == LW_BAD_INPUT ? LW_OK : found;
}

// ---- Lists of names ----

typedef lw_status find_name(lw_graph_builder *builder, const lw_yaml *name, uint32_t *out);

// A list of names, or one name without a list.
static lw_status find_names(lw_graph_builder *builder, const lw_yaml *list, find_name *find, const uint32_t **out,
                            size_t *out_count) {
    if (list == NULL) {
        return LW_OK;
    }
    size_t count = list->kind == LW_LIST ? list->count : 1;
    uint32_t *numbers = LW_NEW_ARRAY(builder->arena, uint32_t, count);
    if (numbers == NULL) {
        return LW_NO_MEMORY;
    }
    const lw_yaml *name = list->kind == LW_LIST ? list->first : list;
    for (size_t i = 0; i < count; i++, name = name->next) {
        if (name->kind != LW_SCALAR) {
            return lw_error(builder->diags, name->place, "write [name, name]", "'%s' takes a list of names", list->key);
        }
        LW_TRY(find(builder, name, &numbers[i]));
    }
    *out = numbers;
    *out_count = count;
    return LW_OK;
}

static lw_status find_via(lw_graph_builder *builder, const lw_yaml *name, uint32_t *out) {
    lw_selection chosen;
    LW_TRY(lw_machine_select(builder->machine, name->text, name->place, builder->diags, &chosen));
    if (chosen.count != 1) {
        return lw_error(builder->diags, name->place, "write name[0]", "'via' takes single nodes");
    }
    *out = chosen.first;
    return LW_OK;
}

lw_status lw_graph_via(lw_graph_builder *builder, const lw_yaml *via, lw_via *out) {
    *out = (lw_via){0};
    LW_TRY(find_names(builder, via, find_via, &out->node, &out->count));
    lw_place *place = LW_NEW_ARRAY(builder->arena, lw_place, out->count);
    if (place == NULL) {
        return LW_NO_MEMORY;
    }
    const lw_yaml *name = via != NULL && via->kind == LW_LIST ? via->first : via;
    for (size_t i = 0; i < out->count; i++, name = name->next) {
        place[i] = name->place;
    }
    out->place = place;
    return LW_OK;
}

// ---- Groups ----

static lw_status add_to_group(lw_graph_builder *builder, uint32_t number, lw_place place, bool *listed, lw_list *out) {
    const lw_node *node = &builder->machine->node[number];
    if (node->spec->kind == LW_NODE_SWITCH) {
        return lw_error(builder->diags, place, "name hosts, gpus, memories or nics",
                        "workloads.%s: the switch '%s' holds no data", builder->object->name, node->name);
    }
    if (listed[number]) {
        return lw_error(builder->diags, place, "name each node once", "workloads.%s: '%s' is listed twice", builder->object->name,
                        node->name);
    }
    listed[number] = true;
    uint32_t *added = LW_LIST_ADD(out, uint32_t, builder->arena);
    if (added == NULL) {
        return LW_NO_MEMORY;
    }
    *added = number;
    return LW_OK;
}

// "gpus" is all of them where no node has that name, so that the same work asks any machine.
static bool means_all_gpus(const lw_machine *machine, const char *name) {
    bool found = strcmp(name, "gpus") == 0, any = false;
    for (uint32_t i = 0; found && i < machine->node_count; i++) {
        found = strcmp(machine->node[i].spec->object->name, name) != 0;
        any = any || machine->node[i].spec->kind == LW_NODE_GPU;
    }
    return found && any;
}

bool lw_graph_all_gpus(const lw_machine *machine, const char *name, lw_selection *out) {
    uint32_t first = 0, end;
    if (!means_all_gpus(machine, name)) {
        return false;
    }
    while (machine->node[first].spec->kind != LW_NODE_GPU) {
        first++;
    }
    for (end = first; end < machine->node_count && machine->node[end].spec->kind == LW_NODE_GPU; end++) {
    }
    *out = (lw_selection){first, end - first};
    while (end < machine->node_count && machine->node[end].spec->kind != LW_NODE_GPU) {
        end++;
    }
    return end == machine->node_count;
}

static lw_status add_all_gpus(lw_graph_builder *builder, lw_place place, bool *listed, lw_list *out) {
    for (uint32_t i = 0; i < builder->machine->node_count; i++) {
        if (builder->machine->node[i].spec->kind == LW_NODE_GPU) {
            LW_TRY(add_to_group(builder, i, place, listed, out));
        }
    }
    return LW_OK;
}

lw_status lw_graph_nodes(lw_graph_builder *builder, const lw_yaml *on, lw_list *out) {
    bool *listed = LW_NEW_ARRAY(builder->arena, bool, builder->machine->node_count);
    if (listed == NULL) {
        return LW_NO_MEMORY;
    }
    for (const lw_yaml *name = on->kind == LW_LIST ? on->first : on; name != NULL;
         name = on->kind == LW_LIST ? name->next : NULL) {
        lw_selection chosen;
        if (name->kind != LW_SCALAR) {
            return lw_error(builder->diags, name->place, "write on: gpus, or on: [name, name]", "'on' takes names of nodes");
        }
        if (means_all_gpus(builder->machine, name->text)) {
            LW_TRY(add_all_gpus(builder, name->place, listed, out));
            continue;
        }
        LW_TRY(lw_machine_select(builder->machine, name->text, name->place, builder->diags, &chosen));
        for (uint32_t i = 0; i < chosen.count; i++) {
            LW_TRY(add_to_group(builder, chosen.first + i, name->place, listed, out));
        }
    }
    return LW_OK;
}

lw_status lw_graph_group(lw_graph_builder *builder, const lw_yaml *on, const char *noun, lw_list *out) {
    LW_TRY(lw_graph_nodes(builder, on, out));
    if (out->count < 2) {
        return lw_error(builder->diags, on->place, "name a group with a count, or a list of nodes",
                        "workloads.%s has %zu %s%s; it takes two at least", builder->object->name, out->count, noun,
                        out->count == 1 ? "" : "s");
    }
    return LW_OK;
}

// ---- All workloads ----

static lw_status find_workload(lw_graph_builder *builder, const lw_yaml *name, uint32_t *out) {
    const lw_setup *setup = builder->setup;
    const size_t count = setup->count[LW_SECTION_WORKLOADS];
    for (size_t i = lw_map_count(&builder->names); i < count; i++) {
        if (lw_map_number(&builder->names, 0, setup->object[LW_SECTION_WORKLOADS][i]->name, NULL) == LW_MAP_NONE) {
            return LW_NO_MEMORY;
        }
    }
    const size_t number = lw_map_find(&builder->names, 0, name->text);
    if (number != LW_MAP_NONE) {
        *out = (uint32_t)number;
        return LW_OK;
    }
    lw_list names = {0};
    for (size_t i = 0; lw_diags_errors(builder->diags) < LW_DIAG_MAX && i < count; i++) {
        lw_candidate(&names, setup->object[LW_SECTION_WORKLOADS][i]->name, builder->arena);
    }
    const char *hint = lw_did_you_mean_in(builder->diags, name->text, &names, "name a key under workloads:");
    return lw_error(builder->diags, name->place, hint, "there is no workload '%s'", name->text);
}

// By name: which comes first decides ties, and the order of the file must not.
static lw_status sort_after(const lw_graph_builder *builder, lw_graph_workload *workload) {
    const size_t count = workload->after_count;
    const char **name = LW_NEW_ARRAY(builder->arena, const char *, count);
    uint32_t *order, *sorted = LW_NEW_ARRAY(builder->arena, uint32_t, count);
    if (name == NULL || sorted == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        name[i] = builder->setup->object[LW_SECTION_WORKLOADS][workload->after[i]]->name;
    }
    LW_TRY(lw_rank_names(name, count, builder->arena, &order));
    for (size_t i = 0; i < count; i++) {
        sorted[i] = workload->after[order[i]];
    }
    workload->after = sorted;
    return LW_OK;
}

static lw_status expand(lw_graph_builder *builder, const lw_object *object, bool wanted, lw_graph_workload *out) {
    const lw_work_common *common = object->common;
    *out = (lw_graph_workload){.object = object,
                               .kind = lw_work_kind_of(object->type),
                               .first_task = lw_graph_next_task(builder),
                               .first_move = (uint32_t)builder->moves.count,
                               .start_ps = common->start_ps,
                               .main_move = LW_NO_MOVE,
                               .library = LW_NO_LIBRARY,
                               .model = LW_NO_LIBRARY,
                               .runtime = LW_NO_LIBRARY,
                               .cost = {.move = {LW_NO_MOVE, LW_NO_MOVE}, .turn = LW_NO_MOVE}};
    builder->object = object;
    builder->workload = out;
    builder->loop = LW_NO_LOOP;
    builder->member = 0;
    if (!wanted) {
        return LW_OK;
    }
    LW_TRY(find_names(builder, common->after, find_workload, &out->after, &out->after_count));
    LW_TRY(sort_after(builder, out));
    LW_TRY(lw_object_check(object, builder->diags));
    LW_TRY(out->kind->expand(builder));
    out->task_count = lw_graph_next_task(builder) - out->first_task;
    out->move_count = (uint32_t)builder->moves.count - out->first_move;
    return LW_OK;
}

// Order the workloads so that those that others come after are first; a dependency cycle is
// diagnosed.
typedef struct ordering {
    const lw_graph_builder *builder;
    const lw_graph_workload *workload;
    // entered: 1 while its predecessors are being ordered, 2 when it is ordered
    uint32_t *order, *entered;
    size_t count;
    uint32_t *path;  // those that are entered, each after the next
    size_t depth;
} ordering;

// The last that is entered comes after this one, which is on the path.
static lw_status tell_cycle(const ordering *o, uint32_t index) {
    enum { NAMED_MOST = 8 };
    const lw_graph_workload *workload = &o->workload[index];
    size_t first = 0;
    while (o->path[first] != index) {
        first++;
    }
    const char *text = workload->object->name;
    for (size_t i = first + 1; i < o->depth && text != NULL; i++) {
        bool told = i < first + NAMED_MOST;
        text = told || i == first + NAMED_MOST
                   ? lw_arena_print(o->builder->arena, "%s after %s", text, told ? o->workload[o->path[i]].object->name : "...")
                   : text;
    }
    if (text == NULL) {
        return LW_NO_MEMORY;
    }
    return lw_error(o->builder->diags, lw_object_place(workload->object, "after"), "take one 'after' out of the cycle",
                    "dependency cycle of workloads: %s after %s", text, workload->object->name);
}

static lw_status put_in_order(ordering *o, uint32_t index) {
    const lw_graph_workload *workload = &o->workload[index];
    if (o->entered[index] == 2) {
        return LW_OK;
    }
    if (o->entered[index] == 1) {
        return tell_cycle(o, index);
    }
    o->entered[index] = 1;
    o->path[o->depth++] = index;
    for (size_t i = 0; i < workload->after_count; i++) {
        LW_TRY(put_in_order(o, workload->after[i]));
    }
    o->entered[index] = 2;
    o->depth--;
    o->order[o->count++] = index;
    return LW_OK;
}

static lw_status order_workloads(const lw_graph_builder *builder, lw_graph *graph) {
    ordering o = {.builder = builder,
                  .workload = graph->workload,
                  .order = LW_NEW_ARRAY(builder->arena, uint32_t, graph->workload_count),
                  .entered = LW_NEW_ARRAY(builder->arena, uint32_t, graph->workload_count),
                  .path = LW_NEW_ARRAY(builder->arena, uint32_t, graph->workload_count)};
    if (o.order == NULL || o.entered == NULL || o.path == NULL) {
        return LW_NO_MEMORY;
    }
    const char **name = LW_NEW_ARRAY(builder->arena, const char *, graph->workload_count);
    uint32_t *by_name;
    if (name == NULL) {
        return LW_NO_MEMORY;
    }
    for (uint32_t i = 0; i < graph->workload_count; i++) {
        name[i] = graph->workload[i].object->name;
    }
    LW_TRY(lw_rank_names(name, graph->workload_count, builder->arena, &by_name));
    for (uint32_t i = 0; i < graph->workload_count; i++) {
        LW_TRY(put_in_order(&o, by_name[i]));
    }
    graph->order = o.order;
    return LW_OK;
}

lw_status lw_graph_build(const lw_graph_input *input, lw_arena *arena, lw_diags *diags, lw_graph *out) {
    const lw_setup *setup = input->setup;
    size_t count = setup->count[LW_SECTION_WORKLOADS];
    lw_graph_builder builder = {
        .setup = setup, .machine = input->machine, .router = input->router, .arena = arena, .diags = diags, .seed = input->seed};
    builder.names = builder.streams = (lw_map){.arena = arena};
    lw_graph_workload *workload = LW_NEW_ARRAY(arena, lw_graph_workload, count);
    if (workload == NULL) {
        return LW_NO_MEMORY;
    }
    lw_status status = LW_OK;
    for (size_t i = 0; i < count; i++) {
        lw_status made =
            expand(&builder, setup->object[LW_SECTION_WORKLOADS][i], input->only == NULL || input->only[i], &workload[i]);
        if (made != LW_OK && made != LW_BAD_INPUT) {
            return made;
        }
        status = made != LW_OK ? made : status;
    }
    LW_TRY(status);
    lw_graph graph = {.move = LW_LIST_ITEMS(&builder.moves, const lw_move),
                      .move_count = builder.moves.count,
                      .task = LW_LIST_ITEMS(&builder.tasks, const lw_graph_task),
                      .task_count = builder.tasks.count,
                      .loop = LW_LIST_ITEMS(&builder.loops, const lw_loop),
                      .loop_count = builder.loops.count,
                      .compute = LW_LIST_ITEMS(&builder.computes, const lw_compute),
                      .compute_count = builder.computes.count,
                      .workload = workload,
                      .workload_count = count};
    LW_TRY(order_workloads(&builder, &graph));
    *out = graph;
    return LW_OK;
}
