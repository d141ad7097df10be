// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/flit_bundle.h"

#include <assert.h>
#include <math.h>
#include <string.h>

static void set_rate(const lw_bundle_params *p, const lw_bundle *b, lw_channel *channel) {
    assert(p->links > 0);
    lw_channel_set_rate(channel, b->link_raw_Bps * p->links, b->line_code, p->efficiency);
    channel->expand = b->expand;
}

static void set_formats(const lw_bundle *b, lw_channel *channel) {
    lw_packet_format full = {b->payload_bytes, b->header_bytes, b->granule_bytes};
    channel->format[LW_PACKET_WRITE] = full;
    channel->format[LW_PACKET_COMPLETION] = full;
    channel->format[LW_PACKET_REQUEST] = (lw_packet_format){0, b->request_bytes, b->granule_bytes};
    channel->request_max_bytes = b->payload_bytes;
    channel->data_unit_bytes = b->granule_bytes;
    channel->control_bytes = b->response_bytes;
    channel->control_for_writes = b->response_bytes > 0;
}

static void set_latency(const lw_bundle_params *p, const lw_bundle *b, lw_channel *channel) {
    lw_channel_add_latency(channel, "sending port", p->port_ps);
    lw_channel_add_latency(channel, "propagation", llround(p->cable_m * p->cable_ps_per_m));
    lw_channel_add_latency(channel, "flit check", lw_channel_wire_ps(channel, b->check_bytes));
    lw_channel_add_latency(channel, "receiving port", p->port_ps);
    channel->port_ps[0] = channel->port_ps[1] = p->port_ps;
}

static void set_errors(const lw_bundle *b, lw_channel *channel) {
    if (b->flit_error_rate > 0) {
        channel->error_probability = b->flit_error_rate;
        channel->error_unit_bytes = b->flit_bytes;
        channel->replay = LW_REPLAY_GO_BACK_N;
        // the complaint travels back, then the flit again
        channel->replay_ps = 2 * lw_channel_latency_ps(channel);
    }
}

void lw_bundle_resolve(const lw_bundle_params *p, const lw_bundle *b, lw_link_model *link) {
    memset(link, 0, sizeof *link);
    link->segment[0].name = "";
    link->segment_count = 1;
    for (int dir = 0; dir < 2; dir++) {
        lw_channel *channel = &link->segment[0].channel[dir];
        set_rate(p, b, channel);
        set_formats(b, channel);
        set_latency(p, b, channel);
        set_errors(b, channel);
        channel->evidence = b->evidence;
    }
    link->read_tags = p->tags == LW_AUTO ? LW_TAGS_INFINITE : p->tags;
    link->evidence = b->evidence;
}

void lw_bundle_resolve_packets(const lw_bundle_params *p, const lw_bundle_packet *packet, int64_t link_raw_Bps,
                               lw_fraction expand, lw_link_model *link) {
    const lw_bundle facts = {
        .link_raw_Bps = link_raw_Bps,
        .line_code = {1, 1},
        .expand = expand,
        .payload_bytes = packet->payload_bytes,
        .header_bytes = packet->header_bytes,
        .request_bytes = packet->header_bytes,
        .granule_bytes = 1,
        .evidence = LW_ASSUMED,
    };
    lw_bundle_resolve(p, &facts, link);
}

lw_status lw_bundle_check_rate(int64_t rate_Tps, int64_t lanes, lw_place at, lw_diags *diags) {
    if (rate_Tps * lanes % 8 != 0) {
        return lw_error(diags, at, "take a rate in whole MT/s", "the link's rate is no whole number of bytes per second");
    }
    return LW_OK;
}
