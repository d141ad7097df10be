// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/fabric/fabric.h"

#include "sim/fabric/builder.h"

static int64_t repeated_ps(lw_int128 time_ps, int64_t times) {
    return lw_cut(time_ps * times);
}

// What a member pays whatever the links carry, and what its result is explained by.
static void explain(const lw_builder *builder, const lw_graph_workload *workload, lw_built_workload *out) {
    const lw_fixed_cost *cost = &workload->cost;
    lw_int128 latency_ps = 0;
    const lw_transfer *first = NULL, *last = NULL;
    for (int i = 0; i < 2 && cost->move[i] != LW_NO_MOVE; i++) {
        last = &builder->transfer[cost->move[i]];
        first = first == NULL ? last : first;
        latency_ps += lw_transfer_latency_ps(builder, last, cost->piece_bytes);
    }
    out->main = workload->main_move != LW_NO_MOVE ? builder->transfer[workload->main_move]
                                                  : (lw_transfer){.slowest = LW_NO_LINK, .window = LW_NO_LINK};
    for (const lw_transfer *part = out->main.next; part != NULL; part = part->next) {
        for (int stage = 0; stage < LW_STAGE_COUNT; stage++) {
            out->main.waterfall.rate_Bps[stage] += part->waterfall.rate_Bps[stage];
        }
        out->main.flow.tags += out->main.flow.tags != LW_TAGS_INFINITE ? part->flow.tags : 0;
    }
    out->calls = cost->calls;
    out->queued = cost->queued;
    out->queued_ps = cost->queued_ps;
    out->gap_ps = cost->gap_ps;
    if (first == NULL) {
        return;
    }
    int64_t wait_ps = cost->turn != LW_NO_MOVE ? builder->transfer[cost->turn].guest_wait_ps : 0;
    out->submit_ps = repeated_ps((lw_int128)cost->submit_ps + wait_ps + (first == last ? first->submit_ps : 0), cost->calls);
    out->finish_ps = repeated_ps((lw_int128)cost->finish_ps + last->finish_ps, cost->calls);
    out->latency_ps = repeated_ps(lw_cut(latency_ps), cost->calls);
}

lw_status lw_fabric_build(const lw_fabric_input *input, lw_arena *arena, lw_diags *diags, lw_built *out) {
    const lw_graph *graph = input->graph;
    lw_builder builder = {
        .machine = input->machine, .router = input->router, .graph = graph, .how = input->how, .arena = arena, .diags = diags};
    lw_built_workload *workload = LW_NEW_ARRAY(arena, lw_built_workload, graph->workload_count);
    if (workload == NULL) {
        return LW_NO_MEMORY;
    }
    LW_TRY(lw_builder_start(&builder));
    LW_TRY(input->how.beginning ? lw_lower_beginning(&builder) : lw_lower_tasks(&builder, workload));
    for (size_t i = 0; i < graph->workload_count && !input->how.beginning; i++) {
        explain(&builder, &graph->workload[i], &workload[i]);
    }
    *out = (lw_built){.machine = input->machine,
                      .graph = graph,
                      .fabric = {.server = LW_LIST_ITEMS(&builder.server, const lw_server),
                                 .server_count = builder.server.count,
                                 .flow = LW_LIST_ITEMS(&builder.flow, const lw_flow),
                                 .flow_count = builder.flow.count,
                                 .task = LW_LIST_ITEMS(&builder.task, const lw_task),
                                 .task_count = builder.task.count,
                                 .resource_slots = LW_LIST_ITEMS(&builder.resource, const int64_t),
                                 .resource_count = builder.resource.count},
                      .server = LW_LIST_ITEMS(&builder.info, const lw_server_info),
                      .slots = LW_LIST_ITEMS(&builder.slots, const lw_slots_info),
                      .transfer = builder.transfer,
                      .workload = workload,
                      .beginning = input->how.beginning};
    return LW_OK;
}
