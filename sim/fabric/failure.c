// SPDX-License-Identifier: GPL-3.0-or-later
// Workloads that cannot run for a physical reason: a radio past its reach, a link that loses nearly
// all that it is given. They get a reason and rate 0, and the rest of the point runs as if they
// were not there.
#include "sim/fabric/builder.h"

// The first link of a route that does not work.
static lw_status look_along(const lw_builder *builder, const lw_route *route, lw_limit *out) {
    const lw_machine *machine = builder->machine;
    for (size_t i = 0; i < route->count && out->kind == LW_LIMITED_BY_NOTHING; i++) {
        const lw_link *link = &machine->link[route->leg[i].link];
        const lw_link_model *model = link->spec->model;
        int dir = 0;
        double lost = 0;
        if (lw_link_model_works(model, &dir, &lost)) {
            continue;
        }
        const char *direction =
            lw_arena_print(builder->arena, "%s->%s", machine->node[link->end[dir]].name, machine->node[link->end[1 - dir]].name);
        if (direction == NULL) {
            return LW_NO_MEMORY;
        }
        const lw_signal *signal = &model->segment[0].channel[dir].signal;
        *out = (lw_limit){.kind = signal->mode != NULL ? LW_FAILED_FOR_SIGNAL : LW_FAILED_FOR_ERRORS,
                          .name = link->name,
                          .direction = direction,
                          .share = 1,
                          .mode = signal->mode,
                          .snr_dB = signal->snr_dB,
                          .needed_dB = signal->needed_dB,
                          .lost = lost};
    }
    return LW_OK;
}

lw_status lw_failure_find(const lw_builder *builder, const lw_built_workload *built, const lw_graph_workload *workload,
                          lw_limit *out) {
    *out = (lw_limit){.kind = LW_LIMITED_BY_NOTHING};
    for (uint32_t m = 0; m < workload->move_count; m++) {
        const lw_transfer *transfer = &builder->transfer[workload->first_move + m];
        for (const lw_transfer *part = transfer; part != NULL; part = part->next) {
            LW_TRY(look_along(builder, &part->route, out));
        }
        LW_TRY(look_along(builder, &transfer->ask_route, out));
    }
    for (size_t i = 0; i < workload->after_count && out->kind == LW_LIMITED_BY_NOTHING; i++) {
        const uint32_t other = workload->after[i];
        if (lw_limit_failure(&built[other].failure) != NULL) {
            *out = (lw_limit){.kind = LW_FAILED_FOR_ANOTHER, .name = builder->graph->workload[other].object->name, .share = 1};
        }
    }
    return LW_OK;
}

void lw_failure_silence(const lw_builder *builder, size_t first_task) {
    for (size_t t = first_task; t < builder->task.count; t++) {
        LW_LIST_ITEMS(&builder->task, lw_task)
        [t] = (lw_task){.flow = LW_NO_FLOW, .acquires = LW_NO_RESOURCE, .releases = LW_NO_RESOURCE, .gate = LW_NO_TASK};
    }
}
