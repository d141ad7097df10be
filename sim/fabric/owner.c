// SPDX-License-Identifier: GPL-3.0-or-later
// Coherence: a node that uses its own memory, and what it asks its host before anybody does.
#include <math.h>

#include "sim/fabric/builder.h"

static const lw_link_spec *spec_of(const lw_builder *builder, lw_leg leg) {
    return builder->machine->link[leg.link].spec;
}

int64_t lw_route_far_ask_ps(const lw_builder *builder, const lw_route *route, bool memory_first) {
    if (route->count == 0) {
        return 0;
    }
    const lw_coherence *nearest = &spec_of(builder, route->leg[memory_first ? 0 : route->count - 1])->coherence;
    if (nearest->far_share <= 0) {
        return 0;
    }
    int64_t trip_ps = nearest->answer_ps;
    for (size_t i = 0; i < route->count; i++) {
        lw_leg there = route->leg[i], back = {there.link, 1 - there.dir};
        trip_ps += lw_leg_latency_ps(builder->machine, there) + lw_leg_latency_ps(builder->machine, back);
    }
    return llround(nearest->far_share * (double)trip_ps);
}

// LW_BAD_INPUT: there is no host.
static lw_status route_to_host(const lw_builder *builder, const lw_move *move, lw_route *out) {
    uint32_t host;
    LW_TRY(lw_nearest_host(builder->router, &move->from, 1, move->via, &host));
    return lw_route_find(builder->router, move->from, host, move->via, out);
}

lw_status lw_owner_share(const lw_builder *builder, const lw_move *move, double *out) {
    *out = 0;
    if (builder->machine->node[move->from].spec->kind == LW_NODE_HOST) {
        return LW_OK;
    }
    lw_route route = {0};
    lw_status found = route_to_host(builder, move, &route);
    if (found == LW_OK) {
        *out = spec_of(builder, route.leg[0])->coherence.own_share;
    }
    return found == LW_BAD_INPUT ? LW_OK : found;
}

// One message over a link; links that know no questions take it for a request.
static lw_status add_message(lw_builder *builder, lw_leg leg, bool answer, lw_list *hops) {
    const lw_coherence *coherence = &spec_of(builder, leg)->coherence;
    const lw_link_model *model = lw_machine_model(builder->machine, leg);
    uint32_t first;
    LW_TRY(lw_server_of_leg(builder, leg, &first));
    for (int i = 0; i < model->segment_count; i++) {
        int segment = leg.dir == 0 ? i : model->segment_count - 1 - i;
        const lw_packet_format *request = &model->segment[segment].channel[leg.dir].format[LW_PACKET_REQUEST];
        int64_t bytes = answer ? coherence->answer_bytes[leg.dir] : coherence->question_bytes[leg.dir];
        lw_hop *hop = LW_LIST_ADD(hops, lw_hop, builder->arena);
        if (hop == NULL) {
            return LW_NO_MEMORY;
        }
        *hop = (lw_hop){.server = first + (uint32_t)i,
                        .overhead_bytes = bytes > 0 ? bytes : lw_packet_wire_bytes(request, 0),
                        .granule_bytes = 1};
    }
    return LW_OK;
}

static lw_status ask_first(lw_builder *builder, const lw_move *move, double share, lw_transfer *out, lw_list *request) {
    lw_route route = {0};
    LW_TRY(route_to_host(builder, move, &route));
    lw_flow *flow = &out->flow;
    lw_list trip = {0};
    out->ask_route = route;
    for (size_t i = 0; i < route.count; i++) {
        LW_TRY(add_message(builder, route.leg[i], false, &trip));
        int64_t tags = lw_machine_model(builder->machine, route.leg[i])->read_tags;
        if (tags < flow->tags) {
            flow->tags = tags;
            out->window = route.leg[i].link;
        }
    }
    for (size_t i = route.count; i-- > 0;) {
        LW_TRY(add_message(builder, (lw_leg){route.leg[i].link, 1 - route.leg[i].dir}, true, &trip));
    }
    int64_t answer_ps = spec_of(builder, route.leg[0])->coherence.answer_ps;
    if (share < 1) {
        int64_t trip_ps =
            lw_path_latency_ps(LW_LIST_ITEMS(&builder->server, lw_server), LW_LIST_ITEMS(&trip, lw_hop), trip.count, 0);
        flow->completer_ps += llround(share * (double)(trip_ps + answer_ps));
        return LW_OK;
    }
    flow->completer_ps += answer_ps;
    *request = trip;
    return LW_OK;
}

lw_status lw_transfer_owner(lw_builder *builder, const lw_move *move, double share, lw_transfer *out) {
    const lw_node_params *owner = builder->machine->node[move->from].spec->params;
    *out = (lw_transfer){.flow = {.kind = LW_FLOW_READ,
                                  .data_kind = LW_PACKET_COMPLETION,
                                  .packet_bytes = LW_LINE_BYTES,
                                  .request_bytes = LW_LINE_BYTES,
                                  .tags = owner->tags != LW_AUTO ? owner->tags : LW_TAGS_INFINITE,
                                  .completer_ps = move->writes ? 0 : lw_line_read_ps(builder, move)},
                         .finish_ps = move->writes ? owner->write_latency_ps : 0,
                         .slowest = LW_NO_LINK,
                         .window = LW_NO_LINK};
    lw_list data = {0}, request = {0};
    if (share > 0) {
        LW_TRY(ask_first(builder, move, share, out, &request));
    }
    LW_TRY(lw_add_memory(builder, move, move->from, &data));
    lw_transfer_finish(builder, &data, &request, out);
    return LW_OK;
}
