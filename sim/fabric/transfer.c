// SPDX-License-Identifier: GPL-3.0-or-later
// One move as a path of servers: what the packets pass, how large they are, how many reads are in
// flight.
#include <assert.h>
#include <math.h>

#include "sim/base/map.h"
#include "sim/fabric/builder.h"

// Engines and memories work no further ahead of the link than this: they hand over packets without
// latency, so a few keep it busy, and more would let a copy take a memory's whole rate to fill a
// queue.
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

static const lw_node_params *params_of(const lw_builder *builder, uint32_t node) {
    return builder->machine->node[node].spec->params;
}

// ---- Links ----

// A receiver takes what is in flight and this many packets more before the sender must wait: about
// the posted header credits of a root port. It decides nothing while the far side keeps up; when it
// does not, packets wait where they come from.
enum { RECEIVER_PACKETS = 64 };

// Where packets are repeated one by one, those behind a lost one wait for it there: the receiver is
// built for as many rounds as leave one packet in a million waiting longer.
static int64_t receiver_packets(const lw_builder *builder, uint32_t server, int64_t wire_bytes) {
    static const double overflow = 1e-6;
    const lw_server *link = lw_builder_server(builder, server);
    double packet_ps = (double)link->packet_ps + (double)wire_bytes * LW_LIST_ITEMS(&builder->ps_per_byte, const double)[server];
    double held_ps = (double)link->latency_ps;
    if (link->replay == LW_REPLAY_SELECTIVE && link->error_probability > 0) {
        held_ps += ceil(log(overflow) / log(link->error_probability)) * (double)(link->replay_ps + link->latency_ps);
    }
    return RECEIVER_PACKETS + (packet_ps > 0 ? (int64_t)fmin(1e9, held_ps / packet_ps) : 0);
}

// What goes over a link in one packet.
typedef struct load {
    lw_packet_kind kind;
    int64_t payload_bytes;
    int64_t segment_bytes;  // of one of its packets there, where it is packed anew
} load;

static lw_status add_leg(lw_builder *builder, lw_leg leg, load what, lw_list *hops) {
    const lw_link_model *model = lw_machine_model(builder->machine, leg);
    const lw_node_spec *from = builder->machine->node[lw_leg_start(builder->machine, leg)].spec;
    bool store_forward = from->kind == LW_NODE_SWITCH && from->params->store_forward;
    int segments = model->segment_count;
    uint32_t first;
    LW_TRY(lw_server_of_leg(builder, leg, &first));
    for (int i = 0; i < segments; i++) {
        const lw_segment *segment = &model->segment[leg.dir == 0 ? i : segments - 1 - i];
        const lw_packet_format *format = &segment->channel[leg.dir].format[what.kind];
        bool whole_before = i > 0 && segment[leg.dir == 0 ? -1 : 1].whole_packets;
        lw_hop hop = {.server = first + (uint32_t)i,
                      .overhead_bytes = format->overhead_bytes,
                      .granule_bytes = format->granule_bytes,
                      .segment_bytes = what.payload_bytes > what.segment_bytes ? what.segment_bytes : 0,
                      .store_forward = (store_forward && i == 0) || segment->whole_packets || whole_before,
                      .back = leg.dir == 1 && segment->channel[0].shared_medium};
        hop.buffer_packets = receiver_packets(builder, hop.server, lw_packet_wire_bytes(format, what.payload_bytes));
        LW_TRY(add_hop(hops, hop, builder->arena));
    }
    return LW_OK;
}

// What packets pass in a node between two links, where it is a host. LW_NO_LINK: its memory. The rates
// of a root complex count payload, which requests have none of.
static lw_status add_host(lw_builder *builder, uint32_t node, uint32_t before, uint32_t behind, bool data, lw_list *hops) {
    const bool in = lw_is_pcie_port(builder->machine, before), out = lw_is_pcie_port(builder->machine, behind);
    const uint32_t port = in ? before : behind;
    const lw_root_part parts[] = {LW_ROOT_PORT, in ? LW_ROOT_IN : LW_ROOT_OUT, LW_ROOT_BOTH};
    enum { PARTS = sizeof parts / sizeof *parts };
    uint32_t server;
    if (builder->machine->node[node].spec->kind != LW_NODE_HOST) {
        return LW_OK;
    }
    if (before != LW_NO_LINK && behind != LW_NO_LINK) {
        LW_TRY(lw_server_of_forward(builder, node, &server));
        const lw_hop hop = {.server = server, .granule_bytes = 1};
        LW_TRY(server == LW_NO_SERVER ? LW_OK : add_hop(hops, hop, builder->arena));
    }
    for (size_t i = 0; data && in != out && i < PARTS; i++) {
        LW_TRY(lw_server_of_root(builder, parts[in ? i : PARTS - 1 - i], node, port, &server));
        LW_TRY(server == LW_NO_SERVER ? LW_OK : add_endpoint(hops, server, builder->arena));
    }
    return LW_OK;
}

// The servers of the transfer's route for packets of one kind; back: over the same links from sink
// to source.
static lw_status add_links(lw_builder *builder, const lw_transfer *transfer, bool back, lw_packet_kind kind,
                           int64_t payload_bytes, lw_list *hops) {
    const lw_route *route = &transfer->route;
    uint32_t node = 0, before = LW_NO_LINK;
    for (size_t i = 0; i < route->count; i++) {
        size_t at = back ? route->count - 1 - i : i;
        lw_leg leg = route->leg[at];
        leg.dir = back ? 1 - leg.dir : leg.dir;
        LW_TRY(add_host(builder, lw_leg_start(builder->machine, leg), before, leg.link, !back, hops));
        before = leg.link;
        node = builder->machine->link[leg.link].end[1 - leg.dir];
        LW_TRY(add_leg(builder, leg, (load){kind, payload_bytes, transfer->leg[at].packet_bytes}, hops));
        if (!back) {
            transfer->leg[at].end_hop = hops->count;
        }
    }
    return before != LW_NO_LINK ? add_host(builder, node, before, LW_NO_LINK, !back, hops) : LW_OK;
}

// ---- Sizes ----

static void limit(int64_t *value, int64_t other) {
    if (other != LW_AUTO && other > 0 && other < *value) {
        *value = other;
    }
}

// Max_Payload_Size and Max_Read_Request_Size are registers of a device's PCIe port, also behind a
// tunnel, and say nothing of links of another kind. A link that joins anything may stand for a slot.
static bool has_pcie_sizes(const lw_machine *machine, lw_leg leg) {
    const lw_joins *joins = machine->link[leg.link].spec->family->joins;
    return joins == NULL || lw_joins_allow(joins, LW_END_HOST, LW_END_MEMORY);
}

// Payload of the largest packet on each leg. What is written is packed anew by each network card on
// its route, so that PCIe and the network before and behind it have packets of their own; the
// answers to a read are cut once for the whole route. A host on it may cut both into smaller ones.
static lw_status size_legs(lw_builder *builder, const lw_move *move, lw_packet_kind kind, lw_transfer *out) {
    const lw_machine *machine = builder->machine;
    const lw_route *route = &out->route;
    lw_flow *flow = &out->flow;
    out->leg = LW_NEW_ARRAY(builder->arena, lw_leg_packets, route->count);
    if (out->leg == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t first = 0, end = 0; first < route->count; first = end) {
        int64_t packet_bytes = INT64_MAX;
        do {
            const lw_link_model *model = lw_machine_model(machine, route->leg[end]);
            for (int s = 0; s < model->segment_count; s++) {
                limit(&packet_bytes, model->segment[s].channel[route->leg[end].dir].format[kind].payload_max_bytes);
            }
            end++;
        } while (end < route->count &&
                 (kind != LW_PACKET_WRITE || machine->node[lw_leg_start(machine, route->leg[end])].spec->kind != LW_NODE_NIC));
        if (first == 0) {
            limit(&packet_bytes, has_pcie_sizes(machine, route->leg[0]) ? params_of(builder, move->from)->mps_bytes : LW_AUTO);
            limit(&packet_bytes, move->kernel ? params_of(builder, move->executor)->kernel_packet_bytes : LW_AUTO);
        }
        if (end == route->count && has_pcie_sizes(machine, route->leg[end - 1])) {
            limit(&packet_bytes, params_of(builder, move->to)->mps_bytes);
        }
        int64_t cut_bytes = packet_bytes;
        for (size_t i = first; i < end; i++) {
            const lw_node_spec *from = machine->node[lw_leg_start(machine, route->leg[i])].spec;
            limit(&cut_bytes, i > 0 && from->kind == LW_NODE_HOST ? from->params->peer_packet_bytes : LW_AUTO);
            out->leg[i].packet_bytes = cut_bytes;
        }
        flow->packet_bytes = first == 0 || packet_bytes > flow->packet_bytes ? packet_bytes : flow->packet_bytes;
    }
    return LW_OK;
}

// Packet and request sizes, and tags, from the links of the route and the nodes at its ends.
static lw_status size_packets(lw_builder *builder, const lw_move *move, lw_packet_kind kind, lw_transfer *out) {
    const lw_node_params *executor = params_of(builder, move->executor);
    lw_flow *flow = &out->flow;
    flow->packet_bytes = flow->request_bytes = INT64_MAX;
    LW_TRY(size_legs(builder, move, kind, out));
    flow->tags = LW_TAGS_INFINITE;
    for (size_t i = 0; i < out->route.count; i++) {
        const lw_leg leg = out->route.leg[i];
        const lw_link_model *model = lw_machine_model(builder->machine, leg);
        for (int s = 0; s < model->segment_count; s++) {
            limit(&flow->request_bytes, model->segment[s].channel[1 - leg.dir].request_max_bytes);
        }
        if (i == 0 || model->read_tags < flow->tags) {
            out->window = leg.link;
        }
        limit(&flow->tags, model->read_tags);
    }
    if (kind == LW_PACKET_COMPLETION) {
        limit(&flow->tags, move->kernel ? executor->kernel_tags : executor->tags);
        const lw_leg asks = out->route.leg[move->executor == move->to ? out->route.count - 1 : 0];
        const int64_t mrrs_bytes =
            out->route.count == 0 || has_pcie_sizes(builder->machine, asks) ? executor->mrrs_bytes : LW_AUTO;
        limit(&flow->request_bytes, move->kernel ? executor->kernel_packet_bytes : mrrs_bytes);
    }
    if (flow->request_bytes > flow->packet_bytes) {
        // whole packets answer a request
        flow->request_bytes -= flow->request_bytes % flow->packet_bytes;
    }
    return LW_OK;
}

static void find_slowest(const lw_builder *builder, lw_packet_kind kind, lw_transfer *out) {
    for (size_t i = 0; i < out->route.count; i++) {
        const lw_leg leg = out->route.leg[i];
        lw_waterfall waterfall;
        lw_link_model_waterfall(lw_machine_model(builder->machine, leg), leg.dir, kind, out->leg[i].packet_bytes,
                                out->flow.completer_ps, &waterfall);
        if (i == 0 || waterfall.rate_Bps[LW_STAGE_RETRY] < out->waterfall.rate_Bps[LW_STAGE_RETRY]) {
            out->waterfall = waterfall;
            out->slowest = leg.link;
        }
    }
}

// The packets that a workload asks for instead.
static lw_status choose_packet(const lw_builder *builder, const lw_move *move, lw_flow *flow) {
    if (move->packet_bytes == LW_AUTO) {
        return LW_OK;
    }
    if (move->packet_bytes > flow->packet_bytes) {
        return lw_error(builder->diags, move->packet_place, "ask for less, or raise mps of the link",
                        "workloads.%s: packets on this route carry at most %lld B", builder->object->name,
                        (long long)flow->packet_bytes);
    }
    flow->packet_bytes = move->packet_bytes;
    return LW_OK;
}

// ---- Ends ----

// The card's link of a route.
static const lw_link *link_at(const lw_builder *builder, uint32_t card, const lw_route *route) {
    const lw_leg leg = lw_leg_start(builder->machine, route->leg[0]) == card ? route->leg[0] : route->leg[route->count - 1];
    return &builder->machine->link[leg.link];
}

bool lw_is_host_port(const lw_builder *builder, uint32_t card, const lw_route *route) {
    const lw_link *link = link_at(builder, card, route);
    const uint32_t far = link->end[link->end[0] == card ? 1 : 0];
    return link->spec->family->train_down != NULL || builder->machine->node[far].spec->kind == LW_NODE_HOST;
}

// What a network card that takes its gap for each message can move.
static double message_rate_Bps(const lw_builder *builder, const lw_move *move) {
    const lw_node *node = &builder->machine->node[move->executor];
    int64_t gap_ps = lw_node_gap_ps(node, move->executor == move->to);
    bool messages = node->spec->kind == LW_NODE_NIC && move->message_bytes != LW_AUTO && gap_ps > 0;
    return messages ? (double)move->message_bytes * 1e12 / (double)gap_ps : (double)INFINITY;
}

// What the executor's engine copies over a route, from what was measured for such routes.
static int64_t copy_rate_Bps(const lw_builder *builder, const lw_move *move, const lw_route *route) {
    const lw_node_params *params = params_of(builder, move->executor);
    const bool reading = move->executor == move->to;
    if (move->kernel) {
        return LW_AUTO;
    }
    if (lw_is_host_port(builder, move->executor, route)) {
        // of a card in a slot they were measured there, and say nothing of a link of its own kind to a
        // host; one that joins anything may stand for a slot
        const lw_family *family = link_at(builder, move->executor, route)->spec->family;
        if (params->native_gen != LW_AUTO && family->train_down == NULL && family->joins != NULL) {
            return LW_AUTO;
        }
        return reading ? params->copy_rate_h2d_Bps : params->copy_rate_d2h_Bps;
    }
    return reading ? params->peer_read_rate_Bps : params->peer_write_rate_Bps;
}

// What the executor's engine adds where its work begins (at the data it writes, at the requests it
// sends): time for each of them, and a pace, which is a share of the link's ceiling. A request
// takes the time of the payload it asks for, so that reads never pile up behind a slower engine at
// the far end. share: of the engine, a guest's.
static lw_status add_engine(lw_builder *builder, const lw_move *move, const lw_transfer *transfer, double share, lw_list *hops) {
    const uint32_t executor = move->executor;
    const bool reading = executor == move->to;
    const double ceiling_Bps = transfer->waterfall.rate_Bps[LW_STAGE_RETRY];
    const int64_t packet_bytes = reading ? transfer->flow.request_bytes : transfer->flow.packet_bytes;
    uint32_t server;
    if (move->kernel && share >= 1) {
        return LW_OK;  // the cores have no engine's costs
    }
    LW_TRY(lw_server_of_gap(builder, executor, reading ? LW_COST_REQUEST_GAP : LW_COST_PACKET_GAP, &server));
    lw_hop hop = {.server = server, .granule_bytes = 1, .paces = true, .buffer_packets = ENDPOINT_BUFFER_PACKETS};
    if (server != LW_NO_SERVER) {
        LW_TRY(add_hop(hops, hop, builder->arena));
    }
    int64_t rate_Bps = copy_rate_Bps(builder, move, &transfer->route);
    double pace_Bps = fmin(rate_Bps == LW_AUTO ? (double)INFINITY : (double)rate_Bps, message_rate_Bps(builder, move));
    pace_Bps = fmin(pace_Bps * transfer->share, ceiling_Bps) * share;
    if (pace_Bps < ceiling_Bps) {
        hop.overhead_bytes = reading ? packet_bytes : 0;
        const lw_pace which = {.node = executor, .part = transfer->part, .reading = reading};
        LW_TRY(lw_server_of_pace(builder, which, pace_Bps, packet_bytes, &hop.server));
        LW_TRY(add_hop(hops, hop, builder->arena));
    }
    return LW_OK;
}

// A card on the route asks the source for the data before it can send: from the first request to
// the first data leaving there.
static int64_t fetch_ps(const lw_builder *builder, const lw_move *move, const lw_route *route) {
    int64_t fetch_ps = params_of(builder, move->from)->read_latency_ps;
    for (size_t i = 0; i < route->count && lw_leg_start(builder->machine, route->leg[i]) != move->executor; i++) {
        fetch_ps += lw_leg_latency_ps(builder->machine, (lw_leg){route->leg[i].link, 1 - route->leg[i].dir});
    }
    return fetch_ps;
}

// ---- Transfers ----

static lw_guest guest_of(const lw_builder *builder, const lw_move *move, double ceiling_Bps) {
    const lw_node *executor = &builder->machine->node[move->executor];
    bool endless = move->call_bytes == LW_AUTO;
    return executor->spec->kind == LW_NODE_GPU
               ? lw_node_guest(executor, endless ? (double)INFINITY : (double)move->call_bytes * 1e12 / ceiling_Bps)
               : (lw_guest){.share = 1};
}

// What the slowest link of the route carries in packets of this size.
static double carried_Bps(const lw_builder *builder, const lw_transfer *transfer) {
    const lw_flow *flow = &transfer->flow;
    double least_Bps = (double)INFINITY;
    for (size_t i = 0; i < transfer->route.count; i++) {
        const lw_leg leg = transfer->route.leg[i];
        const int64_t whole_bytes = transfer->leg[i].packet_bytes;
        lw_waterfall waterfall;
        lw_link_model_waterfall(lw_machine_model(builder->machine, leg), leg.dir, flow->data_kind,
                                flow->packet_bytes < whole_bytes ? flow->packet_bytes : whole_bytes, flow->completer_ps,
                                &waterfall);
        least_Bps = fmin(least_Bps, waterfall.rate_Bps[LW_STAGE_RETRY]);
    }
    return least_Bps;
}

static lw_status pace_arrivals(const lw_builder *builder, const lw_move *move, double share, lw_transfer *transfer) {
    lw_flow *flow = &transfer->flow;
    flow->arrivals = move->arrivals;
    if (move->arrivals == LW_ARRIVALS_BACKLOG) {
        return LW_OK;
    }
    if (move->load > 0) {  // each of several routes has its own
        const double gap_ps = (double)flow->packet_bytes * 1e12 / (move->load * carried_Bps(builder, transfer));
        flow->gap_ps = llround(fmax(1, fmin(gap_ps, 0x1p61)));
        return LW_OK;
    }
    flow->gap_ps = move->gap_ps != LW_AUTO
                       ? move->gap_ps
                       : lw_gap_of_rate(lw_cut((lw_int128)flow->packet_bytes * move->sharers), move->rate_Bps);
    flow->gap_ps = share < 1 ? llround(fmin((double)flow->gap_ps / share, 0x1p61)) : flow->gap_ps;
    return LW_OK;
}

// What `via` asks for and routing does not do.
static lw_status tell_via(const lw_builder *builder, const lw_move *move, lw_via_fault fault, size_t which, uint32_t node) {
    const lw_node *nodes = builder->machine->node;
    const char *workload = builder->object->name, *via = nodes[move->via.node[which]].name;
    const lw_place place = move->via.place[which];
    switch (fault) {
    case LW_VIA_NO_FORWARDING:
        return lw_error(builder->diags, place, "hosts, switches and network cards forward, and cards that say forwards: true",
                        "workloads.%s: no route leads through '%s', which does not forward", workload, via);
    case LW_VIA_IS_END:
        return lw_error(builder->diags, place, "leave it out: via names what lies between the ends",
                        "workloads.%s: '%s' is an end of the transfer, so it cannot be passed", workload, via);
    case LW_VIA_PASSES_END:
        return lw_error(builder->diags, place, "name a node that lies between the ends",
                        "workloads.%s: by way of '%s' the route would pass '%s', an end of the transfer", workload, via,
                        nodes[node].name);
    case LW_VIA_TWICE:
    case LW_VIA_FINE:
        break;
    }
    return lw_error(builder->diags, place, "name the nodes in the order of the route, each on the way to the next",
                    "workloads.%s: by way of '%s' the route would pass '%s' twice", workload, via, nodes[node].name);
}

static lw_status find_routes(const lw_builder *builder, const lw_move *move, lw_routes *out) {
    size_t which = 0;
    uint32_t node = move->from;
    lw_via_fault fault = lw_via_check_nodes(builder->machine, move->via, move->from, move->to, &which);
    if (fault != LW_VIA_FINE) {
        return tell_via(builder, move, fault, which, move->via.node[which]);
    }
    lw_status found = lw_routes_find(builder->router, move->from, move->to, move->via, out);
    if (found == LW_BAD_INPUT) {
        return lw_error(builder->diags, move->place, "add a link, or a host or switch between them",
                        "workloads.%s: no route from '%s' to '%s'", builder->object->name,
                        builder->machine->node[move->from].name, builder->machine->node[move->to].name);
    }
    LW_TRY(found);
    fault = lw_via_check(builder->machine, move->via, &out->route[0], &which, &node);
    return fault == LW_VIA_FINE ? LW_OK : tell_via(builder, move, fault, which, node);
}

// What goes over its route, in which packets, and how fast the slowest link carries them.
static lw_status size_part(lw_builder *builder, const lw_move *move, lw_transfer *out) {
    bool reading = move->executor == move->to;
    lw_packet_kind kind = reading ? LW_PACKET_COMPLETION : LW_PACKET_WRITE;
    lw_flow *flow = &out->flow;
    flow->kind = reading ? LW_FLOW_READ : LW_FLOW_WRITE;
    flow->data_kind = kind;
    flow->completer_ps = reading ? lw_line_read_ps(builder, move) : 0;
    out->finish_ps = params_of(builder, move->to)->write_latency_ps;
    *(reading ? &flow->completer_ps : &out->finish_ps) += lw_route_far_ask_ps(builder, &out->route, reading);
    if (move->executor != move->from && move->executor != move->to) {
        out->submit_ps = fetch_ps(builder, move, &out->route);
    }
    LW_TRY(size_packets(builder, move, kind, out));
    find_slowest(builder, kind, out);
    return LW_OK;
}

// The servers that a sized part passes.
static lw_status join_part(lw_builder *builder, const lw_move *move, lw_transfer *out) {
    lw_flow *flow = &out->flow;
    const lw_packet_kind kind = flow->data_kind;
    const bool reading = flow->kind == LW_FLOW_READ;
    lw_list data = {0}, request = {0};
    const lw_guest guest = guest_of(builder, move, out->waterfall.rate_Bps[LW_STAGE_RETRY]);
    out->guest_wait_ps = guest.wait_ps;
    if (!reading) {
        LW_TRY(add_engine(builder, move, out, guest.share, &data));
    }
    LW_TRY(lw_add_memory(builder, move, move->from, &data));
    if (reading && flow->tags != LW_TAGS_INFINITE && data.count > 0) {
        // Answers wait for the link in the order in which they were asked for, all that the tags allow:
        // a read that comes later must not find a shorter queue.
        LW_LIST_ITEMS(&data, lw_hop)[data.count - 1].buffer_packets = 0;
    }
    LW_TRY(add_links(builder, out, false, kind, flow->packet_bytes, &data));
    if (reading) {
        LW_TRY(add_engine(builder, move, out, guest.share, &request));
        LW_TRY(add_links(builder, out, true, LW_PACKET_REQUEST, 0, &request));
    }
    LW_TRY(lw_add_memory(builder, move, move->to, &data));
    lw_transfer_finish(builder, &data, &request, out);
    LW_TRY(choose_packet(builder, move, flow));
    return pace_arrivals(builder, move, out->share, out);
}

// The route of a flow that a hash picks: of who sends what to whom, under the seed of the run.
static size_t pick_route(const lw_builder *builder, const lw_move *move, size_t routes) {
    const lw_node *node = builder->machine->node;
    assert(routes > 0);
    uint64_t hash = lw_name_hash(builder->how.seed, builder->object->name);
    hash = lw_name_hash(hash, node[move->from].name);
    hash = lw_name_hash(hash, node[move->to].name);
    return (size_t)(lw_mix(hash) % routes);
}

// The share of each part is that of its slowest link in the rates of all; so is what it has of the
// reader's own tags.
static void share_out(lw_transfer *first, int64_t executor_tags) {
    double sum_Bps = 0;
    for (const lw_transfer *part = first; part != NULL; part = part->next) {
        sum_Bps += part->waterfall.rate_Bps[LW_STAGE_RETRY];
    }
    for (lw_transfer *part = first; part != NULL; part = part->next) {
        lw_flow *flow = &part->flow;
        assert(sum_Bps > 0);  // of links, whose rates are positive
        part->share = part->waterfall.rate_Bps[LW_STAGE_RETRY] / sum_Bps;
        if (executor_tags != LW_AUTO && executor_tags != LW_TAGS_INFINITE) {
            limit(&flow->tags, (int64_t)ceil(part->share * (double)executor_tags));
        }
    }
}

static lw_status make_engine(lw_builder *builder, const lw_move *move, lw_transfer *out) {
    LW_TRY(find_routes(builder, move, &out->routes));
    const lw_routes *routes = &out->routes;
    bool striped = routes->count > 1 && routes->use == LW_MULTIPATH_STRIPED;
    out->route = routes->route[striped || routes->count == 1 ? 0 : pick_route(builder, move, routes->count)];
    LW_TRY(size_part(builder, move, out));
    lw_transfer **last = &out->next;
    for (size_t i = 1; striped && i < routes->count; i++) {
        lw_transfer *part = LW_NEW(builder->arena, lw_transfer);
        if (part == NULL) {
            return LW_NO_MEMORY;
        }
        *part = (lw_transfer){
            .slowest = LW_NO_LINK, .window = LW_NO_LINK, .share = 1, .part = (uint32_t)i, .route = routes->route[i]};
        LW_TRY(size_part(builder, move, part));
        *last = part;
        last = &part->next;
    }
    if (striped) {
        share_out(out, move->kernel ? params_of(builder, move->executor)->kernel_tags : params_of(builder, move->executor)->tags);
    }
    for (lw_transfer *part = out; part != NULL; part = part->next) {
        LW_TRY(join_part(builder, move, part));
    }
    return LW_OK;
}

// Cores move cache lines; larger turns only make the simulation cheaper and leave the shares as
// they are.
enum { CORE_BURST_BYTES = 256 };

// A core that copies within a memory, or that reads it.
static lw_status make_core(lw_builder *builder, const lw_move *move, lw_transfer *out) {
    bool reads = move->by == LW_BY_READER;
    out->flow = (lw_flow){.kind = LW_FLOW_WRITE,
                          .data_kind = LW_PACKET_WRITE,
                          .packet_bytes = reads ? move->packet_bytes : CORE_BURST_BYTES,
                          .tags = LW_TAGS_INFINITE};
    lw_list data = {0};
    uint32_t server;
    if (reads) {
        LW_TRY(lw_server_of_memory(builder, move->from, &server));
        LW_TRY(add_endpoint(&data, server, builder->arena));
    } else {
        LW_TRY(lw_server_of_core(builder, move->from, move->source_bytes, &server));
        const bool cached =
            move->source_bytes != LW_AUTO && move->source_bytes <= params_of(builder, move->from)->cpu_cache_bytes;
        LW_TRY(cached ? LW_OK : lw_add_memory(builder, move, move->from, &data));
        LW_TRY(add_endpoint(&data, server, builder->arena));
        LW_TRY(lw_add_memory(builder, move, move->from, &data));
    }
    lw_transfer_finish(builder, &data, &(lw_list){0}, out);
    return pace_arrivals(builder, move, 1, out);
}

static lw_status make(lw_builder *builder, const lw_move *move, lw_transfer *out) {
    double share;
    switch (move->by) {
    case LW_BY_ENGINE:
        return make_engine(builder, move, out);
    case LW_BY_CORE:
    case LW_BY_READER:
        return make_core(builder, move, out);
    case LW_BY_OWNER:
        LW_TRY(lw_owner_share(builder, move, &share));
        return lw_transfer_owner(builder, move, share, out);
    }
    return LW_INTERNAL;
}

lw_status lw_transfer_make(lw_builder *builder, const lw_move *move, lw_transfer *out) {
    *out = (lw_transfer){.slowest = LW_NO_LINK, .window = LW_NO_LINK, .share = 1};
    LW_TRY(make(builder, move, out));
    LW_TRY(lw_transfer_spread(builder, move, out));
    for (lw_transfer *part = out; part != NULL && move->in_switch != LW_IN_SWITCH_NONE; part = part->next) {
        LW_TRY(lw_transfer_share(builder, move, part));
    }
    return LW_OK;
}
