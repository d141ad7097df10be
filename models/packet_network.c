// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/packet_network.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void latency_of(const lw_network_params *p, const lw_network_wire *wire, lw_channel *channel) {
    int64_t nic_ps = p->nic_ps != LW_AUTO ? p->nic_ps : wire->nic_ps;
    int64_t cables = p->switches + 1;  // each is decoded at its end
    const lw_latency_part part[] = {
        {"software", p->call_ps != LW_AUTO ? p->call_ps : 0},
        {"card out", nic_ps},
        {"FEC", wire->fec ? cables * p->fec_ps : 0},
        {"switches", p->switches * p->switch_ps},
        {"propagation", llround(p->cable_m * p->cable_ps_per_m)},
        {"card in", nic_ps},
    };
    _Static_assert(sizeof part / sizeof part[0] <= LW_LATENCY_PARTS_MAX, "too many parts");
    for (size_t i = 0; i < sizeof part / sizeof part[0]; i++) {
        channel->latency[i] = part[i];
    }
    channel->latency_count = (int)(sizeof part / sizeof part[0]);
}

static void format_of(const lw_network_params *p, const lw_network_wire *wire, lw_channel *channel) {
    for (int kind = 0; kind < LW_PACKET_KINDS; kind++) {
        channel->format[kind].payload_max_bytes = kind == LW_PACKET_REQUEST ? 0 : wire->payload_max_bytes;
        channel->format[kind].overhead_bytes = wire->overhead_bytes[kind];
        channel->format[kind].granule_bytes = 1;
    }
    channel->request_max_bytes = p->message_bytes;
}

// Time from one full packet to the next.
static int64_t packet_interval_ps(const lw_network_wire *wire, const lw_channel *channel) {
    lw_fraction ps_per_byte;
    // rounds by itself where the exact fraction does not fit
    lw_channel_ps_per_byte(channel, &ps_per_byte);
    int64_t bytes = lw_packet_wire_bytes(&channel->format[LW_PACKET_WRITE], wire->payload_max_bytes);
    int64_t wire_ps = llround((double)bytes * lw_fraction_value(ps_per_byte));
    return wire_ps > wire->packet_floor_ps ? wire_ps : wire->packet_floor_ps;
}

static void channel_of(const lw_network_params *p, const lw_network_wire *wire, lw_channel *channel) {
    lw_channel_set_rate(channel, p->ports * wire->raw_Bps, wire->line_code, p->efficiency);
    format_of(p, wire, channel);
    latency_of(p, wire, channel);
    if (wire->ack_bytes > 0) {
        channel->control_bytes = wire->ack_bytes;
        channel->control_interval_ps = wire->ack_packets * packet_interval_ps(wire, channel);
    }
    channel->error_probability = p->loss;
    channel->error_unit_bytes = lw_packet_wire_bytes(&channel->format[LW_PACKET_WRITE], wire->payload_max_bytes);
    channel->replay = wire->replay;
    // The receiver sees a gap when the next packet comes, and its answer travels back.
    channel->replay_ps = 2 * lw_channel_latency_ps(channel);
    channel->evidence = LW_SPECIFIED;
}

void lw_network_resolve(const lw_network_params *params, const lw_network_wire *wire, const char *label, lw_link_model *link) {
    memset(link, 0, sizeof *link);
    link->segment[0].name = wire->name;
    for (int dir = 0; dir < 2; dir++) {
        channel_of(params, wire, &link->segment[0].channel[dir]);
    }
    link->segment_count = 1;
    link->read_tags = params->reads;
    link->evidence = LW_SPECIFIED;
    int count = snprintf(link->label, sizeof link->label, "%s", label);
    if (params->ports > 1) {
        (void)snprintf(link->label + count, sizeof link->label - (size_t)count, ", %d ports", (int)params->ports);
    }
}
