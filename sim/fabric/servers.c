// SPDX-License-Identifier: GPL-3.0-or-later
// Links, memories, engines and cores as servers of the engine.
#include <math.h>

#include "sim/base/rank.h"
#include "sim/fabric/builder.h"

#include "sim/base/map.h"

static const lw_fraction free_of_cost = {0, 1};

static lw_status add_server(lw_builder *builder, const lw_server *server, const lw_server_info *info, uint32_t *out) {
    *out = (uint32_t)builder->server.count;
    lw_server *added = LW_LIST_ADD(&builder->server, lw_server, builder->arena);
    lw_server_info *described = LW_LIST_ADD(&builder->info, lw_server_info, builder->arena);
    double *ps_per_byte = LW_LIST_ADD(&builder->ps_per_byte, double, builder->arena);
    if (added == NULL || described == NULL || ps_per_byte == NULL || info->name == NULL || info->direction == NULL) {
        return LW_NO_MEMORY;
    }
    *added = *server;
    added->identity = lw_name_hash(lw_name_hash(lw_name_hash(0, info->name), info->direction), info->segment);
    *described = *info;
    *ps_per_byte = lw_fraction_value(lw_server_pace(server));
    return LW_OK;
}

static lw_fraction ps_per_byte_of(int64_t rate_Bps) {
    return rate_Bps == LW_AUTO ? free_of_cost : lw_fraction_of(INT64_C(1000000000000), rate_Bps);
}

// ---- Links ----

static lw_server server_of_channel(const lw_channel *channel) {
    lw_server server = {.role = LW_SERVER_LINK,
                        .packet_ps = channel->packet_ps,
                        .latency_ps = lw_channel_latency_ps(channel),
                        .data_unit_bytes = channel->data_unit_bytes,
                        .credit_return_ps = channel->credit_return_ps,
                        .credit_on_arrival = channel->credit_on_arrival,
                        .opposite = LW_NO_SERVER,
                        .control_bytes = channel->control_bytes,
                        .control_interval_ps = channel->control_interval_ps,
                        .control_by_timer = channel->control_by_timer,
                        .control_for_writes = channel->control_for_writes,
                        .error_probability = channel->error_probability,
                        .error_unit_bytes = channel->error_unit_bytes,
                        .replay = channel->replay,
                        .replay_ps = channel->replay_ps,
                        .outage_gap_ps = channel->outages.gap_ps,
                        .outage_ps = channel->outages.length_ps,
                        .turnaround_ps = channel->shared_medium ? channel->turnaround_ps : 0};
    // rounds by itself where the exact fraction does not fit
    lw_channel_ps_per_byte(channel, &server.ps_per_byte);
    for (int kind = 0; kind < LW_PACKET_KINDS; kind++) {
        server.credits[kind] = channel->credits[kind];
    }
    return server;
}

// What cannot work carries nothing, so that its errors meet nothing.
static double errors_of(const lw_link_model *model, const lw_channel *channel) {
    return lw_link_model_works(model, NULL, NULL) ? channel->error_probability : 0;
}

// The same for all links of a group, whose pace is costly to find.
static lw_server server_of_segment(lw_builder *builder, const lw_link_spec *spec, int dir, int segment) {
    lw_alike *alike = &builder->alike[dir][segment];
    if (alike->spec != spec) {
        const lw_channel *channel = &spec->model->segment[segment].channel[dir];
        *alike = (lw_alike){spec, server_of_channel(channel)};
        alike->server.error_probability = errors_of(spec->model, channel);
    }
    return alike->server;
}

static lw_status add_direction(lw_builder *builder, uint32_t index, int dir, bool shared) {
    const lw_machine *machine = builder->machine;
    const lw_link *link = &machine->link[index];
    const lw_link_model *model = link->spec->model;
    int segments = model->segment_count;
    const char *direction =
        shared ? "both"
               : lw_arena_join(builder->arena, machine->node[link->end[dir]].name, "->", machine->node[link->end[1 - dir]].name);
    for (int i = 0; i < segments; i++) {
        // Segments stand from end a to end b; the data of direction 1 meet them in the opposite
        // order.
        const int place = dir == 0 ? i : segments - 1 - i;
        const lw_segment *segment = &model->segment[place];
        uint32_t opposite = builder->of_link[index][1 - dir] + (uint32_t)(segments - 1 - i);
        lw_server server = server_of_segment(builder, link->spec, dir, place);
        server.opposite = server.control_bytes > 0 ? opposite : LW_NO_SERVER;
        server.latency_ps = lw_segment_latency_ps(machine, (lw_leg){index, dir}, i);
        const lw_server_info info = {.name = link->name,
                                     .direction = direction,
                                     .segment = segment->name,
                                     .link = index,
                                     .dir = dir,
                                     .expand = segment->channel[dir].expand};
        uint32_t unused;
        LW_TRY(add_server(builder, &server, &info, &unused));
    }
    return LW_OK;
}

static lw_status add_link(lw_builder *builder, uint32_t index) {
    const lw_link_model *model = builder->machine->link[index].spec->model;
    uint32_t first = (uint32_t)builder->server.count, segments = (uint32_t)model->segment_count;
    // A medium that both directions share is one server; its family gives both the same pace.
    bool shared = segments == 1 && model->segment[0].channel[0].shared_medium;
    builder->of_link[index][0] = first;
    builder->of_link[index][1] = shared ? first : first + segments;
    LW_TRY(add_direction(builder, index, 0, shared));
    return shared ? LW_OK : add_direction(builder, index, 1, false);
}

// All of them, in the order of their names: which of two servers comes first decides ties, and the
// order of the file must not.
static lw_status add_links(lw_builder *builder) {
    const lw_machine *machine = builder->machine;
    const char **name = LW_NEW_ARRAY(builder->arena, const char *, machine->link_count);
    uint32_t *order;
    if (name == NULL) {
        return LW_NO_MEMORY;
    }
    for (uint32_t i = 0; i < machine->link_count; i++) {
        name[i] = machine->link[i].name;
    }
    LW_TRY(lw_rank_names(name, machine->link_count, builder->arena, &order));
    size_t servers = 0;
    for (size_t s = 0; s < machine->node_spec_count; s++) {
        // about one each for engines and memories, where any is limited
        servers += machine->node_spec[s].ideal ? 0 : machine->node_spec[s].members;
    }
    for (uint32_t i = 0; i < machine->link_count; i++) {
        servers += 2 * (size_t)machine->link[i].spec->model->segment_count;
    }
    if (!LW_LIST_RESERVE(&builder->server, lw_server, servers, builder->arena) ||
        !LW_LIST_RESERVE(&builder->info, lw_server_info, servers, builder->arena) ||
        !LW_LIST_RESERVE(&builder->ps_per_byte, double, servers, builder->arena)) {
        return LW_NO_MEMORY;
    }
    for (uint32_t i = 0; i < machine->link_count; i++) {
        LW_TRY(add_link(builder, order[i]));
    }
    return LW_OK;
}

lw_status lw_builder_start(lw_builder *builder) {
    const lw_machine *machine = builder->machine;
    builder->of_link = lw_arena_alloc(builder->arena, machine->link_count, sizeof *builder->of_link);
    builder->of_node = LW_NEW_ARRAY(builder->arena, lw_node_servers, machine->node_count);
    builder->transfer = LW_NEW_ARRAY(builder->arena, lw_transfer,
                                     builder->how.beginning ? builder->graph->workload_count : builder->graph->move_count);
    if (builder->of_link == NULL || builder->of_node == NULL || builder->transfer == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t i = 0; i < machine->node_count; i++) {
        builder->of_node[i] = (lw_node_servers){
            LW_NO_SERVER,
            LW_NO_SERVER,
            LW_NO_SERVER,
            {LW_NO_SERVER, LW_NO_SERVER},
            {{LW_NO_RESOURCE, LW_NO_RESOURCE}, {LW_NO_RESOURCE, LW_NO_RESOURCE}, {LW_NO_RESOURCE, LW_NO_RESOURCE}}};
    }
    for (uint32_t i = 0; i < machine->link_count; i++) {
        builder->of_link[i][0] = builder->of_link[i][1] = LW_NO_SERVER;
    }
    // of a sketch those that something goes over
    LW_TRY(builder->how.sketch ? LW_OK : add_links(builder));
    return LW_OK;
}

lw_status lw_server_of_leg(lw_builder *builder, lw_leg leg, uint32_t *out) {
    LW_TRY(builder->of_link[leg.link][0] == LW_NO_SERVER ? add_link(builder, leg.link) : LW_OK);
    *out = builder->of_link[leg.link][leg.dir];
    return LW_OK;
}

// ---- Nodes ----

static lw_server_info info_of_node(const char *name, const char *direction, uint32_t node) {
    return (lw_server_info){
        .name = name, .direction = direction, .segment = "", .link = LW_NO_LINK, .node = node, .expand = {1, 1}};
}

static const lw_node *node_of(const lw_builder *builder, uint32_t node) {
    return &builder->machine->node[node];
}

lw_status lw_server_of_memory(lw_builder *builder, uint32_t node, uint32_t *out) {
    uint32_t *memory = &builder->of_node[node].memory;
    if (*memory == LW_NO_SERVER) {
        const lw_node *owner = node_of(builder, node);
        const lw_server_info info = info_of_node(lw_arena_print(builder->arena, "%s memory", owner->name), "both", node);
        const lw_server server = {.role = LW_SERVER_MEMORY,
                                  .ps_per_byte = ps_per_byte_of(owner->spec->params->memory_rate_Bps),
                                  .opposite = LW_NO_SERVER};
        LW_TRY(add_server(builder, &server, &info, memory));
    }
    *out = *memory;
    return LW_OK;
}

lw_status lw_server_of_banks(lw_builder *builder, uint32_t node, uint32_t *out) {
    const lw_node *owner = node_of(builder, node);
    const int64_t banks = lw_banks_of(owner);
    uint32_t *first = &builder->of_node[node].bank, server;
    if (*first == LW_NO_SERVER) {
        const lw_server_info info = info_of_node(lw_arena_print(builder->arena, "%s memory", owner->name), "both", node);
        const lw_server bank = {.role = LW_SERVER_BANK,
                                .ps_per_byte = lw_fraction_of(owner->spec->params->bank_ps, LW_BANK_PARTS),
                                .opposite = LW_NO_SERVER};
        *first = (uint32_t)builder->server.count;
        for (int64_t i = 0; i < banks; i++) {
            LW_TRY(add_server(builder, &bank, &info, &server));
        }
    }
    *out = *first;
    return LW_OK;
}

static lw_server_info info_of_root(const lw_builder *builder, const char *direction, uint32_t host) {
    const char *name = lw_arena_print(builder->arena, "%s root complex", node_of(builder, host)->name);
    lw_server_info info = info_of_node(name, direction, host);
    info.root = true;
    return info;
}

lw_status lw_server_of_forward(lw_builder *builder, uint32_t host, uint32_t *out) {
    const lw_node *owner = node_of(builder, host);
    int64_t forward_ps = owner->spec->params->forward_ps;
    uint32_t *forward = &builder->of_node[host].forward;
    if (*forward == LW_NO_SERVER && forward_ps > 0) {
        const lw_server_info info = info_of_root(builder, "", host);
        const lw_server server = {
            .role = LW_SERVER_FORWARD, .ps_per_byte = free_of_cost, .latency_ps = forward_ps, .opposite = LW_NO_SERVER};
        LW_TRY(add_server(builder, &server, &info, forward));
    }
    *out = *forward;
    return LW_OK;
}

static int64_t root_rate_Bps(const lw_node_params *params, lw_root_part part) {
    const int64_t rate_Bps[] = {[LW_ROOT_IN] = params->root_in_rate_Bps,
                                [LW_ROOT_OUT] = params->root_out_rate_Bps,
                                [LW_ROOT_BOTH] = params->root_rate_Bps,
                                [LW_ROOT_PORT] = params->port_rate_Bps};
    return rate_Bps[part];
}

bool lw_is_pcie_port(const lw_machine *machine, uint32_t link) {
    return link != LW_NO_LINK && machine->link[link].spec->family->train_down != NULL;
}

// The first port on the root complex of a port.
static uint32_t first_on_root(const lw_machine *machine, uint32_t host, uint32_t link) {
    const int64_t ports = machine->node[host].spec->params->root_ports;
    uint32_t first = LW_NO_LINK;
    int64_t count = 0;
    for (uint32_t p = machine->first_port[host]; p < machine->first_port[host + 1]; p++) {
        if (lw_is_pcie_port(machine, machine->port[p].link)) {
            first = count == 0 || (ports != LW_AUTO && count % ports == 0) ? machine->port[p].link : first;
            count++;
        }
        if (machine->port[p].link == link) {
            break;
        }
    }
    return first;
}

// Few machines have limits there.
static lw_status make_ports(lw_builder *builder) {
    const size_t links = builder->machine->link_count;
    if (builder->of_port != NULL) {
        return LW_OK;
    }
    builder->of_port = lw_arena_alloc(builder->arena, links, sizeof *builder->of_port);
    for (size_t i = 0; builder->of_port != NULL && i < links; i++) {
        for (int end = 0; end < 2; end++) {
            for (int part = 0; part < LW_ROOT_PARTS; part++) {
                builder->of_port[i][end][part] = LW_NO_SERVER;
            }
        }
    }
    return builder->of_port != NULL ? LW_OK : LW_NO_MEMORY;
}

lw_status lw_server_of_root(lw_builder *builder, lw_root_part part, uint32_t host, uint32_t link, uint32_t *out) {
    static const char *const directions[] = {
        [LW_ROOT_PORT] = "both", [LW_ROOT_IN] = "in", [LW_ROOT_OUT] = "out", [LW_ROOT_BOTH] = "both"};
    const lw_node_params *params = node_of(builder, host)->spec->params;
    const int64_t rate_Bps = root_rate_Bps(params, part);
    *out = LW_NO_SERVER;
    if (rate_Bps == LW_AUTO) {
        return LW_OK;
    }
    const uint32_t first = part == LW_ROOT_PORT ? link : first_on_root(builder->machine, host, link);
    const lw_link *port = &builder->machine->link[first];
    LW_TRY(make_ports(builder));
    uint32_t *root = &builder->of_port[first][port->end[0] == host ? 0 : 1][part];
    if (*root == LW_NO_SERVER) {
        lw_server_info info = info_of_root(builder, directions[part], host);
        if (part == LW_ROOT_PORT || params->root_ports != LW_AUTO) {
            info.name = lw_arena_print(builder->arena, "%s %s (%s)", node_of(builder, host)->name,
                                       part == LW_ROOT_PORT ? "root port" : "root complex", port->name);
        }
        const lw_server server = {.role = LW_SERVER_MEMORY, .ps_per_byte = ps_per_byte_of(rate_Bps), .opposite = LW_NO_SERVER};
        LW_TRY(add_server(builder, &server, &info, root));
    }
    *out = *root;
    return LW_OK;
}

lw_status lw_server_of_gap(lw_builder *builder, uint32_t node, lw_dma_cost cost, uint32_t *out) {
    const lw_node *owner = node_of(builder, node);
    bool for_requests = cost == LW_COST_REQUEST_GAP;
    int64_t gap_ps = for_requests ? owner->spec->params->request_gap_ps : owner->spec->params->dma_packet_gap_ps;
    uint32_t *gap = &builder->of_node[node].gap[cost];
    if (*gap == LW_NO_SERVER && gap_ps > 0) {
        lw_server_info info = info_of_node(lw_arena_print(builder->arena, "%s dma engine", owner->name), "", node);
        info.for_requests = for_requests;
        const lw_server server = {
            .role = LW_SERVER_COPY_ENGINE, .ps_per_byte = free_of_cost, .packet_ps = gap_ps, .opposite = LW_NO_SERVER};
        LW_TRY(add_server(builder, &server, &info, gap));
    }
    *out = *gap;
    return LW_OK;
}

// All 53 bits of a double, 2^-8 or more.
static lw_fraction fraction_of(double value) {
    int exponent = 0;
    (void)frexp(value, &exponent);  // value < 2^exponent
    int shift = 53 - exponent < 61 ? 53 - exponent : 61;
    return shift <= 0 ? lw_fraction_of(llround(value), 1) : lw_fraction_of(llround(ldexp(value, shift)), INT64_C(1) << shift);
}

lw_status lw_server_of_pace(lw_builder *builder, lw_pace which, double rate_Bps, int64_t packet_bytes, uint32_t *out) {
    // Whole picoseconds for as many full packets as take 5 ns: at most 1e-4 of a rate, less than the
    // digits of a calibrated one.
    static const double steps_ps = 5000;
    int64_t packets = 1;
    while ((double)(packets * packet_bytes) * 1e12 / rate_Bps < steps_ps) {
        packets *= 2;
    }
    const lw_server server = {.role = LW_SERVER_COPY_ENGINE,
                              .ps_per_byte = fraction_of(1e12 / rate_Bps),
                              .round_bytes = packets * packet_bytes,
                              .opposite = LW_NO_SERVER};
    which.ps_per_byte = lw_server_pace(&server);
    for (size_t i = 0; i < builder->pace.count; i++) {
        const lw_pace *known = &LW_LIST_ITEMS(&builder->pace, lw_pace)[i];
        if (known->node == which.node && known->part == which.part && known->reading == which.reading &&
            lw_fraction_compare(known->ps_per_byte, which.ps_per_byte) == 0) {
            *out = known->server;
            return LW_OK;
        }
    }
    lw_pace *pace = LW_LIST_ADD(&builder->pace, lw_pace, builder->arena);
    if (pace == NULL) {
        return LW_NO_MEMORY;
    }
    const lw_server_info info =
        info_of_node(lw_arena_print(builder->arena, "%s copy engine", node_of(builder, which.node)->name), "", which.node);
    LW_TRY(add_server(builder, &server, &info, out));
    which.server = *out;
    *pace = which;
    return LW_OK;
}

lw_status lw_server_of_core(lw_builder *builder, uint32_t host, int64_t source_bytes, uint32_t *out) {
    const lw_node *owner = node_of(builder, host);
    const char *name = lw_arena_print(builder->arena, "%s cpu copy (%s)", owner->name, builder->object->name);
    const lw_server_info info = info_of_node(name, "", host);
    const lw_server server = {.role = LW_SERVER_CORE,
                              .ps_per_byte = ps_per_byte_of(lw_node_core_rate_Bps(owner, source_bytes)),
                              .opposite = LW_NO_SERVER};
    return add_server(builder, &server, &info, out);
}

lw_status lw_server_shadow(lw_builder *builder, uint32_t server, uint32_t *out) {
    lw_server copy = *lw_builder_server(builder, server);
    const lw_server_info info = LW_LIST_ITEMS(&builder->info, lw_server_info)[server];
    copy.ps_per_byte = lw_server_pace(&copy);
    copy.round_bytes = 0;
    copy.role = LW_SERVER_SHADOW;
    copy.opposite = LW_NO_SERVER;
    copy.control_bytes = 0;
    return add_server(builder, &copy, &info, out);
}

lw_status lw_slots_new(lw_builder *builder, int64_t slots, const lw_slots_info *info, uint32_t *out) {
    *out = (uint32_t)builder->resource.count;
    int64_t *added = LW_LIST_ADD(&builder->resource, int64_t, builder->arena);
    lw_slots_info *told = LW_LIST_ADD(&builder->slots, lw_slots_info, builder->arena);
    if (added == NULL || told == NULL) {
        return LW_NO_MEMORY;
    }
    *added = slots;
    *told = *info;
    return LW_OK;
}

// Of n engines one serves both directions; from two on each direction has its own, reads the odd
// one.
static lw_status add_engines(lw_builder *builder, const char *name, uint32_t node, int64_t engines, uint32_t slots[2]) {
    lw_slots_info info = {.name = name, .node = node, .use = engines > 1 ? "that read" : "for all copies"};
    if (name == NULL) {
        return LW_NO_MEMORY;
    }
    LW_TRY(lw_slots_new(builder, (engines + 1) / 2, &info, &slots[0]));
    slots[1] = slots[0];
    info.use = "that write";
    return engines > 1 ? lw_slots_new(builder, engines / 2, &info, &slots[1]) : LW_OK;
}

static lw_engine_use use_of(const lw_builder *builder, const lw_move *move, const lw_transfer *transfer) {
    const lw_node_params *params = node_of(builder, move->executor)->spec->params;
    if (move->bounces && params->bounce_engines != LW_AUTO) {
        return LW_ENGINES_BOUNCE;
    }
    const bool peer = params->peer_engines != LW_AUTO && !lw_is_host_port(builder, move->executor, &transfer->route);
    return peer ? LW_ENGINES_PEER : LW_ENGINES_COPY;
}

lw_status lw_slots_of_engine(lw_builder *builder, const lw_move *move, const lw_transfer *transfer, uint32_t *out) {
    static const char *const words[] = {"", "peer ", "bounce "};  // in the order of lw_engine_use
    const lw_node *owner = node_of(builder, move->executor);
    const lw_node_params *params = owner->spec->params;
    const int64_t engines_of[] = {params->copy_engines, params->peer_engines, params->bounce_engines};
    const lw_engine_use use = use_of(builder, move, transfer);
    uint32_t *slots = builder->of_node[move->executor].engine_slots[use];
    *out = LW_NO_RESOURCE;
    if (owner->spec->kind != LW_NODE_GPU || engines_of[use] == LW_AUTO) {
        return LW_OK;
    }
    if (slots[0] == LW_NO_RESOURCE) {
        const char *name = lw_arena_print(builder->arena, "%s %scopy engines", owner->name, words[use]);
        LW_TRY(add_engines(builder, name, move->executor, engines_of[use], slots));
    }
    *out = slots[transfer->flow.kind == LW_FLOW_READ ? 0 : 1];
    return LW_OK;
}
