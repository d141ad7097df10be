// SPDX-License-Identifier: GPL-3.0-or-later
// Coherence: a device that uses its own memory, and what it asks its host before anybody does.
#include <math.h>

#include "sim/fabric/builder.h"

static const lw_link_model *link_of(const lw_builder *builder, lw_leg leg) {
    return &builder->system->connection[leg.connection].spec->link;
}

static void note_asked(lw_builder *builder, const lw_route *route) {
    for (size_t i = 0; i < route->count; i++) {
        builder->carries[route->leg[i].connection] |= LW_ASKED;
    }
}

int64_t lw_route_far_ask_ps(lw_builder *builder, const lw_route *route, bool memory_first) {
    if (route->count == 0) {
        return 0;
    }
    const lw_link_model *nearest = link_of(builder, route->leg[memory_first ? 0 : route->count - 1]);
    note_asked(builder, route);
    if (nearest->ask.far_share <= 0) {
        return 0;
    }
    int64_t trip_ps = nearest->ask.answer_ps;
    for (size_t i = 0; i < route->count; i++) {
        lw_leg there = route->leg[i], back = {there.connection, 1 - there.dir};
        trip_ps += lw_leg_latency_ps(builder->system, there) + lw_leg_latency_ps(builder->system, back);
    }
    return llround(nearest->ask.far_share * (double)trip_ps);
}

// The way to the host that is nearest; LW_BAD_INPUT: there is none.
static lw_status way_to_host(const lw_builder *builder, const lw_workload *job, uint32_t device, lw_route *out) {
    const lw_machine *system = builder->system;
    lw_int128 best = -1;
    for (uint32_t d = 0; d < system->device_count; d++) {
        lw_route route = {0};
        lw_status found = LW_BAD_INPUT;
        if (d != device && system->device[d].spec->kind == LW_NODE_HOST) {
            found = lw_route_find(system, device, d, job->via, job->via_count, builder->arena, &route);
        }
        if (found == LW_NO_MEMORY) {
            return found;
        }
        if (found == LW_OK && (best < 0 || route.latency_ps < best)) {
            best = route.latency_ps;
            *out = route;
        }
    }
    return best >= 0 ? LW_OK : LW_BAD_INPUT;
}

// One message over a link; links that know no questions take it for a request.
static lw_status add_message(lw_builder *builder, lw_leg leg, bool answer, lw_list *hops) {
    const lw_link *connection = &builder->system->connection[leg.connection];
    const lw_link_model *link = &connection->spec->link;
    for (int way = 0; way < link->segment_count; way++) {
        int segment = leg.dir == 0 ? way : link->segment_count - 1 - way;
        const lw_packet_format *request = &link->segment[segment].channel[leg.dir].format[LW_PACKET_REQUEST];
        int64_t bytes = answer ? link->ask.answer_bytes[leg.dir] : link->ask.question_bytes[leg.dir];
        lw_hop *hop = LW_LIST_ADD(hops, lw_hop, builder->arena);
        if (hop == NULL) {
            return LW_NO_MEMORY;
        }
        *hop = (lw_hop){.server = builder->of_connection[leg.connection][leg.dir] + (uint32_t)way,
                        .overhead_bytes = bytes > 0 ? bytes : lw_packet_wire_bytes(request, 0),
                        .granule_bytes = 1};
    }
    return LW_OK;
}

lw_status lw_own_share(lw_builder *builder, const lw_workload *job, uint32_t device, double *out) {
    *out = 0;
    if (builder->system->device[device].spec->kind == LW_NODE_HOST) {
        return LW_OK;
    }
    lw_route route = {0};
    lw_status found = way_to_host(builder, job, device, &route);
    if (found == LW_OK) {
        note_asked(builder, &route);
        *out = link_of(builder, route.leg[0])->ask.own_share;
    }
    return found == LW_BAD_INPUT ? LW_OK : found;
}

static lw_status ask_first(lw_builder *builder, const lw_workload *job, uint32_t device, double share, lw_transfer *out) {
    lw_route route = {0};
    LW_TRY(way_to_host(builder, job, device, &route));
    lw_builder_note_route(builder, &route, LW_ASKED | 1U << LW_PACKET_REQUEST);
    lw_task *task = &out->task;
    lw_list trip = {0};
    for (size_t i = 0; i < route.count; i++) {
        LW_TRY(add_message(builder, route.leg[i], false, &trip));
        if (link_of(builder, route.leg[i])->read_tags < task->tags) {
            task->tags = link_of(builder, route.leg[i])->read_tags;
            out->window = route.leg[i].connection;
        }
    }
    for (size_t i = route.count; i-- > 0;) {
        LW_TRY(add_message(builder, (lw_leg){route.leg[i].connection, 1 - route.leg[i].dir}, true, &trip));
    }
    int64_t answer_ps = link_of(builder, route.leg[0])->ask.answer_ps;
    if (share < 1) {
        const lw_fabric fabric = {.server = LW_LIST_ITEMS(&builder->server, lw_server), .server_count = builder->server.count};
        int64_t trip_ps = lw_path_latency_ps(&fabric, LW_LIST_ITEMS(&trip, lw_hop), trip.count, 0);
        task->completer_ps += llround(share * (double)(trip_ps + answer_ps));
        return LW_OK;
    }
    task->completer_ps += answer_ps;
    task->request = LW_LIST_ITEMS(&trip, lw_hop);
    task->request_count = trip.count;
    return LW_OK;
}

enum { LINE_BYTES = 64 };

lw_status lw_transfer_own(lw_builder *builder, lw_workload *job, uint32_t device, bool writing, double share, lw_transfer *out) {
    const lw_node *owner = &builder->system->device[device];
    *out = (lw_transfer){.task = {.name = job->name,
                                  .kind = LW_TASK_READ,
                                  .data_kind = LW_PACKET_COMPLETION,
                                  .resource = LW_NO_SERVER,
                                  .packet_bytes = LINE_BYTES,
                                  .request_bytes = LINE_BYTES,
                                  .tags = LW_TAGS_INFINITE},
                         .executor = device,
                         .slowest = LW_NO_SERVER,
                         .window = LW_NO_SERVER};
    lw_task *task = &out->task;
    task->completer_ps = writing ? 0 : LW_NODE_GET(owner, read_latency_ps);
    task->finish_ps = writing ? LW_NODE_GET(owner, write_latency_ps) : 0;
    if (LW_NODE_GET(owner, tags) != LW_AUTO) {
        task->tags = owner->spec->params.tags;
    }
    if (share > 0) {
        LW_TRY(ask_first(builder, job, device, share, out));
    }
    lw_list data = {0};
    lw_hop *memory = LW_LIST_ADD(&data, lw_hop, builder->arena);
    if (memory == NULL) {
        return LW_NO_MEMORY;
    }
    *memory = (lw_hop){.granule_bytes = 1};
    LW_TRY(lw_server_of_memory(builder, device, &memory->server));
    lw_builder_note_end(builder, device);
    task->data = LW_LIST_ITEMS(&data, lw_hop);
    task->data_count = data.count;
    out->round_trip_ps = lw_transfer_latency_ps(builder, out, task->packet_bytes);
    return LW_OK;
}
