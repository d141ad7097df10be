// SPDX-License-Identifier: GPL-3.0-or-later
// Links, memories, engines and cores as servers of the engine.
#include <math.h>

#include "sim/fabric/builder.h"

// Rates of engines are fitted, to three digits at best: this keeps 4e-6 of a rate of 64 GB/s.
enum { PACE_DENOMINATOR = 1 << 14 };

static const lw_fraction free_of_cost = {0, 1};

static lw_status add_server(lw_builder *builder, lw_server server, lw_server_info info, uint32_t *out) {
    *out = (uint32_t)builder->server.count;
    lw_server *added = LW_LIST_ADD(&builder->server, lw_server, builder->arena);
    lw_server_info *described = LW_LIST_ADD(&builder->info, lw_server_info, builder->arena);
    if (added == NULL || described == NULL || info.limit == NULL || info.name == NULL) {
        return LW_NO_MEMORY;
    }
    server.name = info.limit;
    *added = server;
    *described = info;
    return LW_OK;
}

static lw_fraction ps_per_byte_of(int64_t rate_Bps) {
    return rate_Bps == LW_AUTO ? free_of_cost : lw_fraction_of(INT64_C(1000000000000), rate_Bps);
}

// ---- Links ----

// Byte times with large denominators (SKP shares have them) are rounded to 17 significant bits, 4 parts in a million: two streams
// that share a link come back to the same phase only after as many packets as the denominator, and until then the engine can
// jump over nothing.
enum { EXACT_DENOMINATOR = 4096, BYTE_TIME_BITS = 17 };

static lw_fraction recurring(lw_fraction ps_per_byte) {
    double value = lw_fraction_value(ps_per_byte);
    if (ps_per_byte.den <= EXACT_DENOMINATOR || value <= 0) {
        return ps_per_byte;
    }
    int exponent = 0;
    (void)frexp(value, &exponent);  // value < 2^exponent
    int shift = BYTE_TIME_BITS - exponent;
    if (shift <= 0 || shift > 40) {
        return ps_per_byte;
    }
    return lw_fraction_of(llround(ldexp(value, shift)), INT64_C(1) << shift);
}

static lw_server server_of_channel(const lw_channel *channel, uint32_t opposite) {
    lw_server server = {.packet_ps = channel->packet_ps,
                        .latency_ps = lw_channel_latency_ps(channel),
                        .data_unit_bytes = channel->data_unit_bytes,
                        .credit_return_ps = channel->credit_return_ps,
                        .credit_on_arrival = channel->credit_on_arrival,
                        .opposite = channel->control_bytes > 0 ? opposite : LW_NO_SERVER,
                        .control_bytes = channel->control_bytes,
                        .control_interval_ps = channel->control_interval_ps,
                        .control_for_writes = channel->control_for_writes,
                        .error_probability = channel->error_probability,
                        .error_unit_bytes = channel->error_unit_bytes,
                        .replay = channel->replay,
                        .replay_ps = channel->replay_ps,
                        .outage_gap_ps = channel->outage_gap_ps,
                        .outage_ps = channel->outage_ps,
                        .turnaround_ps = channel->shared_medium ? channel->turnaround_ps : 0};
    lw_channel_ps_per_byte(channel, &server.ps_per_byte);  // rounds by itself where the exact fraction does not fit
    server.ps_per_byte = recurring(server.ps_per_byte);
    for (int kind = 0; kind < LW_PACKET_KINDS; kind++) {
        server.credits[kind] = channel->credits[kind];
    }
    return server;
}

static lw_status add_connection(lw_builder *builder, uint32_t index) {
    const lw_link *connection = &builder->system->connection[index];
    const lw_link_model *link = &connection->spec->link;
    uint32_t first = (uint32_t)builder->server.count, segments = (uint32_t)link->segment_count;
    builder->of_connection[index][0] = first;
    builder->of_connection[index][1] = first + segments;
    // A medium that both directions share is one server; its family gives both the same pace.
    bool shared = segments == 1 && link->segment[0].channel[0].shared_medium;
    if (shared) {
        builder->of_connection[index][1] = first;
    }
    for (int dir = 0; dir < (shared ? 1 : 2); dir++) {
        const lw_node *from = &builder->system->device[connection->end[dir]],
                      *to = &builder->system->device[connection->end[1 - dir]];
        const char *direction = shared ? "both" : lw_arena_print(builder->arena, "%s->%s", from->name, to->name);
        if (direction == NULL) {
            return LW_NO_MEMORY;
        }
        for (uint32_t way = 0; way < segments; way++) {
            // Segments stand from end a to end b; the data of direction 1 meet them the other way round.
            uint32_t s = dir == 0 ? way : segments - 1 - way;
            uint32_t opposite = builder->of_connection[index][1 - dir] + (segments - 1 - way);
            const lw_segment *segment = &link->segment[s];
            lw_server server = server_of_channel(&segment->channel[dir], opposite);
            server.latency_ps = lw_segment_latency_ps(builder->system, (lw_leg){index, dir}, (int)way);
            (void)LW_NODE_GET(to, latency_ps);  // it has an effect
            lw_server_info info = {.role = LW_SERVER_LINK,
                                   .name = connection->name,
                                   .direction = direction,
                                   .connection = index,
                                   .dir = dir,
                                   .expand = segment->channel[dir].expand};
            info.limit = lw_arena_print(builder->arena, "links.%s %s: %s", connection->name, direction,
                                        segment->name[0] != '\0' ? segment->name : "channel");
            uint32_t unused;
            LW_TRY(add_server(builder, server, info, &unused));
        }
    }
    return LW_OK;
}

lw_status lw_builder_start(lw_builder *builder) {
    const lw_machine *system = builder->system;
    builder->of_connection = lw_arena_alloc(builder->arena, system->connection_count, sizeof *builder->of_connection);
    builder->of_device = LW_NEW_ARRAY(builder->arena, lw_node_servers, system->device_count);
    builder->carries = LW_NEW_ARRAY(builder->arena, unsigned, system->connection_count);
    builder->serves = LW_NEW_ARRAY(builder->arena, bool, system->spec_count);
    builder->part = LW_NEW_ARRAY(builder->arena, lw_touch, system->spec_count);
    builder->sends = LW_NEW_ARRAY(builder->arena, unsigned, system->link_count);
    if (builder->of_connection == NULL || builder->of_device == NULL || builder->carries == NULL || builder->serves == NULL ||
        builder->part == NULL || builder->sends == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t i = 0; i < system->device_count; i++) {
        builder->of_device[i] =
            (lw_node_servers){LW_NO_SERVER, LW_NO_SERVER, {LW_NO_SERVER, LW_NO_SERVER}, {LW_NO_SERVER, LW_NO_SERVER}};
    }
    for (uint32_t i = 0; i < system->connection_count; i++) {
        LW_TRY(add_connection(builder, i));
    }
    return LW_OK;
}

static void note_device(lw_builder *builder, uint32_t device, lw_touch part) {
    size_t spec = (size_t)(builder->system->device[device].spec - builder->system->spec);
    builder->serves[spec] = true;
    builder->part[spec] = part > builder->part[spec] ? part : builder->part[spec];
}

void lw_builder_note_end(lw_builder *builder, uint32_t device) {
    note_device(builder, device, LW_TOUCH_END);
}

void lw_builder_note_route(lw_builder *builder, const lw_route *route, unsigned kinds) {
    for (size_t i = 0; i < route->count; i++) {
        const lw_link *connection = &builder->system->connection[route->leg[i].connection];
        builder->carries[route->leg[i].connection] |= kinds;
        builder->sends[connection->spec - builder->system->link] |= kinds;
        for (int end = 0; end < 2; end++) {
            note_device(builder, connection->end[end], LW_TOUCH_PASS);
        }
    }
}

// ---- Devices ----

lw_status lw_server_of_memory(lw_builder *builder, uint32_t device, uint32_t *out) {
    uint32_t *memory = &builder->of_device[device].memory;
    if (*memory == LW_NO_SERVER) {
        const lw_node *owner = &builder->system->device[device];
        const char *name = lw_arena_print(builder->arena, "%s memory", owner->name);
        lw_server server = {.ps_per_byte = ps_per_byte_of(LW_NODE_GET(owner, memory_rate_Bps)), .opposite = LW_NO_SERVER};
        LW_TRY(
            add_server(builder, server, (lw_server_info){LW_SERVER_MEMORY, name, "both", name, LW_NO_SERVER, 0, {1, 1}}, memory));
    }
    *out = *memory;
    return LW_OK;
}

lw_status lw_server_of_forward(lw_builder *builder, uint32_t host, uint32_t *out) {
    const lw_node *owner = &builder->system->device[host];
    int64_t forward_ps = LW_NODE_GET(owner, forward_ps);
    uint32_t *forward = &builder->of_device[host].forward;
    if (*forward == LW_NO_SERVER && forward_ps > 0) {
        const char *name = lw_arena_print(builder->arena, "%s root complex", owner->name);
        lw_server server = {.ps_per_byte = free_of_cost, .latency_ps = forward_ps, .opposite = LW_NO_SERVER, .parallel = true};
        LW_TRY(
            add_server(builder, server, (lw_server_info){LW_SERVER_FORWARD, name, "", name, LW_NO_SERVER, 0, {1, 1}}, forward));
    }
    *out = *forward;
    return LW_OK;
}

lw_status lw_server_of_gap(lw_builder *builder, uint32_t device, lw_dma_cost cost, uint32_t *out) {
    const lw_node *owner = &builder->system->device[device];
    int64_t gap_ps = cost == LW_COST_PACKET_GAP ? LW_NODE_GET(owner, dma_packet_gap_ps) : LW_NODE_GET(owner, request_gap_ps);
    uint32_t *gap = &builder->of_device[device].gap[cost];
    if (*gap == LW_NO_SERVER && gap_ps > 0) {
        const char *name = lw_arena_print(builder->arena, "%s dma engine", owner->name);
        const char *limit = lw_arena_print(builder->arena, "%s dma engine (%g ns a %s)", owner->name, (double)gap_ps / 1e3,
                                           cost == LW_COST_PACKET_GAP ? "packet" : "request");
        lw_server server = {.ps_per_byte = free_of_cost, .packet_ps = gap_ps, .opposite = LW_NO_SERVER};
        LW_TRY(
            add_server(builder, server, (lw_server_info){LW_SERVER_COPY_ENGINE, name, "", limit, LW_NO_SERVER, 0, {1, 1}}, gap));
    }
    *out = *gap;
    return LW_OK;
}

lw_status lw_server_of_pace(lw_builder *builder, uint32_t device, bool reading, double rate_Bps, int64_t packet_bytes,
                            uint32_t *out) {
    // Whole picoseconds for a full packet, so that the phase between two directions soon recurs: at most 1e-4 of a rate of 50
    // GB/s, less than the digits of a calibrated share.
    lw_fraction ps_per_byte = lw_fraction_of(llround(1e12 / rate_Bps * (double)packet_bytes), packet_bytes);
    for (size_t i = 0; i < builder->pace.count; i++) {
        const lw_pace *pace = &LW_LIST_ITEMS(&builder->pace, lw_pace)[i];
        if (pace->device == device && pace->reading == reading && lw_fraction_compare(pace->ps_per_byte, ps_per_byte) == 0) {
            *out = pace->server;
            return LW_OK;
        }
    }
    lw_pace *pace = LW_LIST_ADD(&builder->pace, lw_pace, builder->arena);
    if (pace == NULL) {
        return LW_NO_MEMORY;
    }
    const char *name = lw_arena_print(builder->arena, "%s copy engine", builder->system->device[device].name);
    lw_server server = {.ps_per_byte = ps_per_byte, .opposite = LW_NO_SERVER};
    LW_TRY(add_server(builder, server, (lw_server_info){LW_SERVER_COPY_ENGINE, name, "", name, LW_NO_SERVER, 0, {1, 1}}, out));
    *pace = (lw_pace){device, reading, ps_per_byte, *out};
    return LW_OK;
}

lw_status lw_server_of_core(lw_builder *builder, uint32_t host, const char *job, uint32_t *out) {
    const lw_node *owner = &builder->system->device[host];
    const char *name = lw_arena_print(builder->arena, "%s cpu copy (%s)", owner->name, job);
    lw_server server = {.ps_per_byte = ps_per_byte_of(LW_NODE_GET(owner, cpu_copy_rate_Bps)), .opposite = LW_NO_SERVER};
    return add_server(builder, server, (lw_server_info){LW_SERVER_CPU, name, "", name, LW_NO_SERVER, 0, {1, 1}}, out);
}

lw_status lw_server_shadow(lw_builder *builder, uint32_t server, uint32_t *out) {
    lw_server copy = LW_LIST_ITEMS(&builder->server, lw_server)[server];
    lw_server_info info = LW_LIST_ITEMS(&builder->info, lw_server_info)[server];
    info.role = LW_SERVER_SHADOW;
    copy.opposite = LW_NO_SERVER;
    copy.control_bytes = 0;
    return add_server(builder, copy, info, out);
}

lw_status lw_slots_new(lw_builder *builder, int64_t slots, uint32_t *out) {
    *out = (uint32_t)builder->resource.count;
    int64_t *added = LW_LIST_ADD(&builder->resource, int64_t, builder->arena);
    if (added == NULL) {
        return LW_NO_MEMORY;
    }
    *added = slots;
    return LW_OK;
}

// One engine serves both directions; from two on each direction has its own, reads the odd one.
lw_status lw_slots_of_engine(lw_builder *builder, uint32_t device, bool reading, uint32_t *out) {
    const lw_node *owner = &builder->system->device[device];
    *out = LW_NO_SERVER;
    if (owner->spec->kind != LW_NODE_GPU) {
        return LW_OK;
    }
    uint32_t *slots = builder->of_device[device].engine_slots;
    if (slots[0] == LW_NO_SERVER) {
        int64_t engines = LW_NODE_GET(owner, copy_engines);
        LW_TRY(lw_slots_new(builder, (engines + 1) / 2, &slots[0]));
        slots[1] = slots[0];
        if (engines > 1) {
            LW_TRY(lw_slots_new(builder, engines / 2, &slots[1]));
        }
    }
    *out = slots[reading ? 0 : 1];
    return LW_OK;
}
