// SPDX-License-Identifier: GPL-3.0-or-later
// Multicast and reduction in a switch: to the switch, or from it, every packet goes once, whatever
// the number of copies. The engine has packets of one stream only, so each further copy passes
// shadows of the shared servers. That is exact while the shared links carry nothing else; what else
// they carry delays the first copy only.
#include <string.h>

#include "sim/fabric/builder.h"

// Hops up to the first switch on the route that can do it; 0: there is none.
static size_t hops_to_switch(const lw_builder *builder, const lw_transfer *transfer) {
    const lw_route *route = &transfer->route;
    for (size_t i = 0; i + 1 < route->count; i++) {
        const lw_link *link = &builder->machine->link[route->leg[i].link];
        const lw_node_spec *far = builder->machine->node[link->end[1 - route->leg[i].dir]].spec;
        if (far->kind == LW_NODE_SWITCH && far->params->multicast) {
            return transfer->leg[i].end_hop;
        }
    }
    return 0;
}

lw_status lw_transfer_share(lw_builder *builder, const lw_move *move, lw_transfer *transfer) {
    lw_flow *flow = &transfer->flow;
    bool reduce = move->in_switch == LW_IN_SWITCH_REDUCE;
    size_t split = flow->kind == LW_FLOW_WRITE ? hops_to_switch(builder, transfer) : 0;
    if (split == 0) {
        return lw_error(
            builder->diags, move->switch_place, "it takes a device that writes, and a switch with multicast: true on the route",
            "workloads.%s: nothing on the route can %s", builder->object->name, reduce ? "add up packets" : "copy packets");
    }
    if (!move->shares) {
        return LW_OK;
    }
    lw_hop *data = LW_NEW_ARRAY(builder->arena, lw_hop, flow->data_count);
    if (data == NULL) {
        return LW_NO_MEMORY;
    }
    memcpy(data, flow->data, flow->data_count * sizeof *data);
    for (size_t i = reduce ? split : 0; i < (reduce ? flow->data_count : split); i++) {
        LW_TRY(lw_server_shadow(builder, data[i].server, &data[i].server));
    }
    flow->data = data;
    return LW_OK;
}
