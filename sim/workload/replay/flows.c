// SPDX-License-Identifier: GPL-3.0-or-later
// A list of flows from a file, each from one node of a group to another from its time on.
#include "sim/workload/replay/flow_list.h"

#include <assert.h>

typedef struct flows_params {
    const lw_yaml *on;
    const char *file;
} flows_params;

#define AT(field) offsetof(flows_params, field)
static const lw_option options[] = {
    {.key = "on",
     .kind = LW_OPTION_YAML,
     .offset = AT(on),
     .fallback = NULL,
     .help = "the nodes, numbered from 0: a group, or a list of nodes and groups"},
    {.key = "file",
     .kind = LW_OPTION_TEXT,
     .offset = AT(file),
     .fallback = NULL,
     .help = "CSV with the columns src, dst, bytes and start_us, beside the scenario or below the folder of presets"},
    {0}};

// The move between two nodes of the group.
typedef struct pair {
    int64_t from, to;
    uint32_t move;
    bool known;
} pair;

typedef struct replay {
    lw_graph_builder *builder;
    const uint32_t *node;
    pair *pair;  // by hash; at most half are known
    size_t pairs;
} replay;

static pair *find_pair(const replay *r, const lw_member_result *flow) {
    assert(r->pairs > 0);
    size_t at = (size_t)lw_mix(lw_mix((uint64_t)flow->from) ^ (uint64_t)flow->to) % r->pairs;
    while (r->pair[at].known && (r->pair[at].from != flow->from || r->pair[at].to != flow->to)) {
        at = at + 1 < r->pairs ? at + 1 : 0;
    }
    return &r->pair[at];
}

// Flows between the same nodes go the same path, so that they share a move.
static lw_status move_of(const replay *r, const lw_member_result *flow, uint32_t *out) {
    lw_graph_builder *builder = r->builder;
    pair *of = find_pair(r, flow);
    if (!of->known) {
        const uint32_t from = r->node[flow->from], to = r->node[flow->to];
        uint32_t executor;
        LW_TRY(lw_graph_executor(builder, from, to, (lw_via){0}, &executor));
        lw_move move = lw_move_between(from, to, executor);
        move.place = lw_object_place(builder->object, "on");
        *of = (pair){.from = flow->from, .to = flow->to, .known = true};
        LW_TRY(lw_graph_add_move(builder, &move, &of->move));
    }
    *out = of->move;
    return LW_OK;
}

// All moves, those from one node after each other, so that one search for routes serves them.
static lw_status add_moves(const replay *r, const lw_flow_list *list, size_t nodes) {
    size_t *place = LW_NEW_ARRAY(r->builder->arena, size_t, nodes + 1);
    size_t *order = LW_NEW_ARRAY(r->builder->arena, size_t, list->count);
    uint32_t unused;
    if (place == NULL || order == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t i = 0; i < list->count; i++) {
        place[list->flow[i].from + 1]++;
    }
    for (size_t n = 1; n <= nodes; n++) {
        place[n] += place[n - 1];
    }
    for (size_t i = 0; i < list->count; i++) {
        order[place[list->flow[i].from]++] = i;
    }
    for (size_t i = 0; i < list->count; i++) {
        LW_TRY(move_of(r, &list->flow[order[i]], &unused));
    }
    return LW_OK;
}

static lw_status add_flow(const replay *r, const lw_member_result *flow, uint32_t member) {
    lw_graph_builder *builder = r->builder;
    lw_graph_task task = lw_graph_task_none();
    LW_TRY(move_of(r, flow, &task.move));
    task.start_ps = flow->start_ps;
    task.bytes = task.last_bytes = flow->bytes > 0 ? flow->bytes : 1;  // an empty one has a packet of its own, too
    builder->member = member;
    LW_TRY(lw_graph_deliver(builder, flow->bytes, 1));
    return lw_graph_add_task(builder, &task, NULL, 0, &(uint32_t){0});
}

static lw_status expand(lw_graph_builder *builder) {
    const flows_params *params = builder->object->params;
    lw_graph_workload *workload = builder->workload;
    lw_list group = {0};
    lw_flow_list list = {0};
    LW_TRY(lw_graph_group(builder, params->on, "node", &group));
    LW_TRY(lw_flow_list_read(builder, params->file, (uint32_t)group.count, &list));
    replay r = {.builder = builder, .node = LW_LIST_ITEMS(&group, const uint32_t), .pairs = 2 * list.count};
    r.pair = LW_NEW_ARRAY(builder->arena, pair, r.pairs);
    if (r.pair == NULL) {
        return LW_NO_MEMORY;
    }
    LW_TRY(add_moves(&r, &list, group.count));
    workload->members = (int64_t)list.count;
    workload->listed = builder->object->type->name;
    workload->member = list.flow;
    for (size_t i = 0; i < list.count; i++) {
        LW_TRY(add_flow(&r, &list.flow[i], (uint32_t)i));
        workload->offered = workload->offered || list.flow[i].start_ps > 0;
    }
    const lw_member_result *first = &list.flow[0];
    LW_TRY(lw_graph_name_direction(builder, r.node[first->from], r.node[first->to]));
    LW_TRY(move_of(&r, first, &workload->main_move));
    workload->cost =
        (lw_fixed_cost){.move = {workload->main_move, LW_NO_MOVE}, .piece_bytes = first->bytes, .calls = 1, .turn = LW_NO_MOVE};
    return LW_OK;
}

static const char page[] = "A list of flows from a file, as other simulators and traces of clusters have it: each moves its\n"
                           "bytes from one node of the group to another from its time on, and shares what it goes over with\n"
                           "the others. The file is CSV, with this head and a line for each flow:\n"
                           "\n"
                           "  src,dst,bytes,start_us\n"
                           "  0,14,78553366,5.996\n"
                           "\n"
                           "src and dst are numbers of nodes in the order of `on`, from 0; the start counts from that of the\n"
                           "workload, to the picosecond. The columns may stand in any order. The path begins at the folder of\n"
                           "the scenario, else at that of the presets; a file has 1 MiB and 65,536 flows at most.\n"
                           "\n"
                           "A flow pays no call and waits for no copy engine. The time of the work is from its start to the end\n"
                           "of its last flow (makespan); its members are the flows, each timed from its own start to its last\n"
                           "byte: the flow completion time, of which results have min, median, 95 % and max. With -o DIR\n"
                           "NAME.flows.csv has the start and the finish of every flow, in the order of the file. For\n"
                           "thousands of flows take engine: flow, which shares rates max-min fairly.";

static const char *const metrics[] = {"time_us", "bandwidth_GBps", "member_median_us", "member_p95_us", "member_max_us", NULL};

const lw_work_kind lw_work_flows = {
    .type = {.name = "flows",
             .summary = "replay a list of flows between the nodes of a group",
             .page = page,
             .example = "{kind: flows, on: [host, gpu], file: flows/both-ways.csv}",
             .options = options,
             .params_size = sizeof(flows_params)},
    .metrics = metrics,
    .expand = expand,
};
