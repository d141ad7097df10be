// SPDX-License-Identifier: GPL-3.0-or-later
// One DMA as a path of servers: what the packets pass, how large they are, how many reads are under way.
#include <assert.h>
#include <math.h>

#include "sim/fabric/builder.h"

// The device that a leg of a route starts at.
static uint32_t start_of(const lw_machine *system, lw_leg leg) {
    return system->connection[leg.connection].end[leg.dir];
}

lw_status lw_transfer_ends(const lw_builder *builder, const lw_workload *job, uint32_t from, uint32_t to, lw_ends *out) {
    static const int rank[LW_NODE_KINDS] = {
        [LW_NODE_NIC] = 4, [LW_NODE_GPU] = 3, [LW_NODE_HOST] = 2, [LW_NODE_MEMORY] = 1, [LW_NODE_SWITCH] = 0};
    const lw_machine *system = builder->system;
    bool sink = rank[system->device[to].spec->kind] > rank[system->device[from].spec->kind];
    *out = (lw_ends){from, to, sink ? to : from};
    lw_route route;
    lw_status found = lw_route_find(system, from, to, job->via, job->via_count, builder->arena, &route);
    for (size_t i = 1; found == LW_OK && i < route.count; i++) {
        uint32_t between = start_of(system, route.leg[i]);
        if (system->device[between].spec->kind == LW_NODE_NIC) {
            out->executor = between;
            break;
        }
    }
    return found == LW_BAD_INPUT ? LW_OK : found;  // a missing way is told where it is to be taken
}

// Engines and memories work no further ahead of the link than this: they hand over packets without latency, so a few keep it
// busy, and more would let a copy take a memory's whole rate to fill a queue.
enum { ENDPOINT_BUFFER_PACKETS = 4 };

static lw_status add_hop(lw_list *hops, lw_hop hop, lw_arena *arena) {
    lw_hop *added = LW_LIST_ADD(hops, lw_hop, arena);
    if (added == NULL) {
        return LW_NO_MEMORY;
    }
    *added = hop;
    return LW_OK;
}

// Engines, cores and memories handle payload only.
static lw_status add_endpoint(lw_list *hops, uint32_t server, lw_arena *arena) {
    return add_hop(hops, (lw_hop){.server = server, .granule_bytes = 1, .buffer_packets = ENDPOINT_BUFFER_PACKETS}, arena);
}

// A receiver takes what is on the way and this many packets more before the sender must wait: about the posted header credits of
// a root port. It decides nothing while the far side keeps up; when it does not, packets wait where they come from.
enum { RECEIVER_PACKETS = 64 };

// Where packets are repeated one by one, those behind a lost one wait for it there: the receiver is built for as many rounds as
// leave one packet in a million waiting longer.
static int64_t receiver_packets(const lw_builder *builder, uint32_t server, int64_t wire_bytes) {
    static const double overflow = 1e-6;
    const lw_server *link = &LW_LIST_ITEMS(&builder->server, lw_server)[server];
    double packet_ps = (double)link->packet_ps + (double)wire_bytes * lw_fraction_value(link->ps_per_byte);
    double held_ps = (double)link->latency_ps;
    if (link->replay == LW_REPLAY_SELECTIVE && link->error_probability > 0) {
        held_ps += ceil(log(overflow) / log(link->error_probability)) * (double)(link->replay_ps + link->latency_ps);
    }
    return RECEIVER_PACKETS + (packet_ps > 0 ? (int64_t)fmin(1e9, held_ps / packet_ps) : 0);
}

static lw_status add_leg(lw_builder *builder, lw_leg leg, lw_packet_kind kind, int64_t payload_bytes, int64_t segment_bytes,
                         lw_list *hops) {
    const lw_link *connection = &builder->system->connection[leg.connection];
    const lw_node *from = &builder->system->device[start_of(builder->system, leg)];
    bool store_forward = from->spec->kind == LW_NODE_SWITCH && LW_NODE_GET(from, store_forward);
    int segments = connection->spec->link.segment_count;
    for (int way = 0; way < segments; way++) {
        const lw_segment *segment = &connection->spec->link.segment[leg.dir == 0 ? way : segments - 1 - way];
        const lw_packet_format *format = &segment->channel[leg.dir].format[kind];
        bool whole_before = way > 0 && segment[leg.dir == 0 ? -1 : 1].whole_packets;
        lw_hop hop = {.server = builder->of_connection[leg.connection][leg.dir] + (uint32_t)way,
                      .overhead_bytes = format->overhead_bytes,
                      .granule_bytes = format->granule_bytes,
                      .segment_bytes = payload_bytes > segment_bytes ? segment_bytes : 0,
                      .store_forward = (store_forward && way == 0) || segment->whole_packets || whole_before,
                      .back = leg.dir == 1 && segment->channel[0].shared_medium};
        hop.buffer_packets = receiver_packets(builder, hop.server, lw_packet_wire_bytes(format, payload_bytes));
        LW_TRY(add_hop(hops, hop, builder->arena));
    }
    return LW_OK;
}

// The servers of the transfer's route for packets of one kind; back: over the same links the other way, from sink to source.
static lw_status add_links(lw_builder *builder, const lw_transfer *transfer, bool back, lw_packet_kind kind,
                           int64_t payload_bytes, lw_list *hops) {
    const lw_route *route = &transfer->route;
    for (size_t i = 0; i < route->count; i++) {
        size_t at = back ? route->count - 1 - i : i;
        lw_leg leg = route->leg[at];
        leg.dir = back ? 1 - leg.dir : leg.dir;
        uint32_t from = start_of(builder->system, leg);
        if (i > 0 && builder->system->device[from].spec->kind == LW_NODE_HOST) {
            lw_hop hop = {.granule_bytes = 1};
            LW_TRY(lw_server_of_forward(builder, from, &hop.server));
            LW_TRY(hop.server == LW_NO_SERVER ? LW_OK : add_hop(hops, hop, builder->arena));
        }
        LW_TRY(add_leg(builder, leg, kind, payload_bytes, transfer->leg[at].packet_bytes, hops));
        if (!back) {
            transfer->leg[at].end_hop = hops->count;
        }
    }
    return LW_OK;
}

static void limit(int64_t *value, int64_t other) {
    if (other != LW_AUTO && other > 0 && other < *value) {
        *value = other;
    }
}

// Payload of the largest packet on each leg. What is written is packed anew by each network card on its way, so that PCIe and the
// network before and behind it have packets of their own; the answers to a read are cut once for the whole way.
static lw_status size_legs(lw_builder *builder, lw_ends ends, lw_packet_kind kind, lw_transfer *out) {
    const lw_machine *system = builder->system;
    const lw_route *route = &out->route;
    out->leg = LW_NEW_ARRAY(builder->arena, lw_leg_plan, route->count);
    if (out->leg == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t first = 0, end = 0; first < route->count; first = end) {
        int64_t packet_bytes = INT64_MAX;
        do {
            const lw_link_model *link = &system->connection[route->leg[end].connection].spec->link;
            for (int s = 0; s < link->segment_count; s++) {
                limit(&packet_bytes, link->segment[s].channel[route->leg[end].dir].format[kind].payload_max_bytes);
            }
            end++;
        } while (end < route->count &&
                 (kind != LW_PACKET_WRITE || system->device[start_of(system, route->leg[end])].spec->kind != LW_NODE_NIC));
        if (first == 0) {
            limit(&packet_bytes, LW_NODE_GET(&system->device[ends.source], mps_bytes));
        }
        if (end == route->count) {
            limit(&packet_bytes, LW_NODE_GET(&system->device[ends.sink], mps_bytes));
        }
        for (size_t i = first; i < end; i++) {
            out->leg[i].packet_bytes = packet_bytes;
        }
        out->task.packet_bytes = first == 0 || packet_bytes > out->task.packet_bytes ? packet_bytes : out->task.packet_bytes;
    }
    return LW_OK;
}

// Packet and request sizes, and tags, from the links of the route and the devices at its ends.
static lw_status size_packets(lw_builder *builder, lw_ends ends, lw_packet_kind kind, lw_transfer *out) {
    const lw_machine *system = builder->system;
    const lw_node *executor = &system->device[ends.executor];
    lw_task *task = &out->task;
    task->packet_bytes = task->request_bytes = INT64_MAX;
    LW_TRY(size_legs(builder, ends, kind, out));
    task->tags = LW_TAGS_INFINITE;
    for (size_t i = 0; i < out->route.count; i++) {
        uint32_t c = out->route.leg[i].connection;
        const lw_link_model *link = &system->connection[c].spec->link;
        for (int s = 0; s < link->segment_count; s++) {
            limit(&task->request_bytes, link->segment[s].channel[1 - out->route.leg[i].dir].request_max_bytes);
        }
        if (i == 0 || link->read_tags < task->tags) {
            out->window = c;
        }
        limit(&task->tags, link->read_tags);
    }
    if (kind == LW_PACKET_COMPLETION) {
        limit(&task->tags, LW_NODE_GET(executor, tags));
        limit(&task->request_bytes, LW_NODE_GET(executor, mrrs_bytes));
    }
    if (task->request_bytes > task->packet_bytes) {
        task->request_bytes -= task->request_bytes % task->packet_bytes;  // whole packets answer a request
    }
    return LW_OK;
}

static void find_slowest(const lw_builder *builder, lw_packet_kind kind, lw_transfer *out) {
    out->slowest = LW_NO_SERVER;
    for (size_t i = 0; i < out->route.count; i++) {
        lw_waterfall waterfall;
        lw_link_model_waterfall(&builder->system->connection[out->route.leg[i].connection].spec->link, out->route.leg[i].dir,
                                kind, out->leg[i].packet_bytes, out->task.completer_ps, &waterfall);
        if (i == 0 || waterfall.rate_Bps[LW_STAGE_RETRY] < out->waterfall.rate_Bps[LW_STAGE_RETRY]) {
            out->waterfall = waterfall;
            out->slowest = out->route.leg[i].connection;
        }
    }
}

static lw_status add_memory(lw_builder *builder, uint32_t device, lw_list *hops) {
    if (LW_NODE_GET(&builder->system->device[device], memory_rate_Bps) == LW_AUTO) {
        return LW_OK;
    }
    uint32_t server;
    LW_TRY(lw_server_of_memory(builder, device, &server));
    return add_endpoint(hops, server, builder->arena);
}

// What the executor's engine adds where its work begins (at the data it writes, at the requests it sends): time for each of them,
// and a pace, which is a share of the link's ceiling. A request takes the time of the payload it asks for, so that reads never
// pile up behind a slower engine at the far end.
static lw_status add_engine(lw_builder *builder, uint32_t executor, bool reading, double ceiling_Bps, int64_t packet_bytes,
                            double share, lw_list *hops) {
    const lw_node *device = &builder->system->device[executor];
    uint32_t server;
    LW_TRY(lw_server_of_gap(builder, executor, reading ? LW_COST_REQUEST_GAP : LW_COST_PACKET_GAP, &server));
    lw_hop hop = {.server = server, .granule_bytes = 1, .paces = true, .buffer_packets = ENDPOINT_BUFFER_PACKETS};
    if (server != LW_NO_SERVER) {
        LW_TRY(add_hop(hops, hop, builder->arena));
    }
    int64_t rate_Bps = reading ? LW_NODE_GET(device, copy_rate_h2d_Bps) : LW_NODE_GET(device, copy_rate_d2h_Bps);
    double pace_Bps = rate_Bps == LW_AUTO ? ceiling_Bps : fmin((double)rate_Bps, ceiling_Bps);
    pace_Bps *= share;
    if (pace_Bps < ceiling_Bps) {
        hop.overhead_bytes = reading ? packet_bytes : 0;
        LW_TRY(lw_server_of_pace(builder, executor, reading, pace_Bps, packet_bytes, &hop.server));
        LW_TRY(add_hop(hops, hop, builder->arena));
    }
    return LW_OK;
}

int64_t lw_transfer_latency_ps(const lw_builder *builder, const lw_transfer *transfer, int64_t bytes) {
    const lw_task *task = &transfer->task;
    const lw_fabric fabric = {.server = LW_LIST_ITEMS(&builder->server, lw_server), .server_count = builder->server.count};
    if (bytes == 0) {
        return 0;
    }
    int64_t payload_bytes = bytes < task->packet_bytes ? bytes : task->packet_bytes;
    int64_t latency_ps = lw_path_latency_ps(&fabric, task->data, task->data_count, payload_bytes);
    if (task->kind == LW_TASK_READ) {
        latency_ps += task->completer_ps + lw_path_latency_ps(&fabric, task->request, task->request_count, 0);
    }
    return latency_ps;
}

static void finish_transfer(const lw_builder *builder, const lw_list *data, const lw_list *request, lw_transfer *out) {
    lw_task *task = &out->task;
    task->data = LW_LIST_ITEMS(data, lw_hop);
    task->data_count = data->count;
    task->request = LW_LIST_ITEMS(request, lw_hop);
    task->request_count = request->count;
    out->round_trip_ps = task->kind == LW_TASK_READ ? lw_transfer_latency_ps(builder, out, task->packet_bytes) : 0;
}

// A card on the way asks the source for the data before it can send: from the first request to the first data leaving there.
static int64_t fetch_ps(const lw_builder *builder, lw_ends ends, const lw_route *route) {
    int64_t fetch_ps = LW_NODE_GET(&builder->system->device[ends.source], read_latency_ps);
    for (size_t i = 0; i < route->count && start_of(builder->system, route->leg[i]) != ends.executor; i++) {
        fetch_ps += lw_leg_latency_ps(builder->system, (lw_leg){route->leg[i].connection, 1 - route->leg[i].dir});
    }
    return fetch_ps;
}

lw_status lw_transfer_dma(lw_builder *builder, lw_workload *job, lw_ends ends, lw_place at, lw_transfer *out) {
    const lw_node *source = &builder->system->device[ends.source], *sink = &builder->system->device[ends.sink];
    *out =
        (lw_transfer){.task = {.name = job->name, .resource = LW_NO_SERVER}, .executor = ends.executor, .window = LW_NO_SERVER};
    lw_status found =
        lw_route_find(builder->system, ends.source, ends.sink, job->via, job->via_count, builder->arena, &out->route);
    if (found == LW_BAD_INPUT) {
        return lw_error(builder->diags, at, "add a link, or a host or switch between them",
                        "workloads.%s: no way leads from '%s' to '%s'", job->name, source->name, sink->name);
    }
    LW_TRY(found);
    bool reading = ends.executor == ends.sink;
    lw_packet_kind kind = reading ? LW_PACKET_COMPLETION : LW_PACKET_WRITE;
    lw_task *task = &out->task;
    task->kind = reading ? LW_TASK_READ : LW_TASK_WRITE;
    task->data_kind = kind;
    task->completer_ps = reading ? LW_NODE_GET(source, read_latency_ps) : 0;
    task->finish_ps = LW_NODE_GET(sink, write_latency_ps);
    *(reading ? &task->completer_ps : &task->finish_ps) += lw_route_far_ask_ps(builder, &out->route, reading);
    if (ends.executor != ends.source && ends.executor != ends.sink) {
        task->submit_ps = fetch_ps(builder, ends, &out->route);
    }
    LW_TRY(size_packets(builder, ends, kind, out));
    find_slowest(builder, kind, out);

    lw_list data = {0}, request = {0};
    double ceiling_Bps = out->waterfall.rate_Bps[LW_STAGE_RETRY];
    const lw_node *executor = &builder->system->device[ends.executor];
    lw_guest guest = {.share = 1};
    if (executor->spec->kind == LW_NODE_GPU) {
        double work_ps = job->kind == LW_WORKLOAD_COPY ? (double)job->params.bytes * 1e12 / ceiling_Bps : (double)INFINITY;
        guest = lw_node_guest(executor, work_ps);
        out->guest_wait_ps = guest.wait_ps;
    }
    if (!reading) {
        LW_TRY(add_engine(builder, ends.executor, false, ceiling_Bps, task->packet_bytes, guest.share, &data));
    }
    LW_TRY(add_memory(builder, ends.source, &data));
    out->first_link = data.count;
    LW_TRY(add_links(builder, out, false, kind, task->packet_bytes, &data));
    if (reading) {
        LW_TRY(add_engine(builder, ends.executor, true, ceiling_Bps, task->request_bytes, guest.share, &request));
        LW_TRY(add_links(builder, out, true, LW_PACKET_REQUEST, 0, &request));
    }
    LW_TRY(add_memory(builder, ends.sink, &data));
    lw_builder_note_route(builder, &out->route, 1U << kind | (reading ? 1U << LW_PACKET_REQUEST : 0));
    lw_builder_note_end(builder, ends.source);
    lw_builder_note_end(builder, ends.sink);
    finish_transfer(builder, &data, &request, out);
    return LW_OK;
}

// Cores move cache lines; larger turns only make the simulation cheaper and leave the shares as they are.
enum { CORE_BURST_BYTES = 256 };

lw_status lw_transfer_core(lw_builder *builder, lw_workload *job, uint32_t host, lw_transfer *out) {
    *out = (lw_transfer){.task = {.name = job->name,
                                  .kind = LW_TASK_WRITE,
                                  .data_kind = LW_PACKET_WRITE,
                                  .resource = LW_NO_SERVER,
                                  .packet_bytes = CORE_BURST_BYTES,
                                  .tags = LW_TAGS_INFINITE},
                         .slowest = LW_NO_SERVER,
                         .window = LW_NO_SERVER};
    lw_list data = {0};
    uint32_t core;
    LW_TRY(lw_server_of_core(builder, host, job->name, &core));
    lw_builder_note_end(builder, host);
    LW_TRY(add_memory(builder, host, &data));
    LW_TRY(add_endpoint(&data, core, builder->arena));
    LW_TRY(add_memory(builder, host, &data));
    finish_transfer(builder, &data, &(lw_list){0}, out);
    return LW_OK;
}

lw_status lw_transfer_memory(lw_builder *builder, lw_workload *job, uint32_t device, lw_transfer *out) {
    *out = (lw_transfer){.task = {.name = job->name,
                                  .kind = LW_TASK_WRITE,
                                  .data_kind = LW_PACKET_WRITE,
                                  .resource = LW_NO_SERVER,
                                  .packet_bytes = LW_WORKLOAD_GET(job, packet_bytes),
                                  .tags = LW_TAGS_INFINITE},
                         .slowest = LW_NO_SERVER,
                         .window = LW_NO_SERVER};
    lw_list data = {0};
    uint32_t memory;
    LW_TRY(lw_server_of_memory(builder, device, &memory));
    LW_TRY(add_endpoint(&data, memory, builder->arena));
    lw_builder_note_end(builder, device);
    finish_transfer(builder, &data, &(lw_list){0}, out);
    return LW_OK;
}
