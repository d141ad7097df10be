// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/flit_bundle.h"

#include <assert.h>
#include <math.h>
#include <string.h>

// Time of that many bytes after the line code, rounded to 1 ps.
static int64_t wire_ps(const lw_channel *channel, int64_t bytes) {
    lw_int128 bytes_per_s = (lw_int128)channel->raw_Bps.num * channel->line_code.num;
    lw_int128 ps = (lw_int128)bytes * 1000000000000 * channel->line_code.den;
    return (int64_t)((2 * ps + bytes_per_s) / (2 * bytes_per_s));
}

static void set_rate(const lw_bundle_params *p, const lw_bundle *b, lw_channel *channel) {
    assert(p->links > 0);
    channel->raw_Bps = (lw_fraction){b->link_raw_Bps * p->links, 1};
    channel->line_code = b->line_code;
    channel->periodic = (lw_fraction){0, 1};
    channel->control_share = (lw_fraction){0, 1};
    channel->expand = b->expand;
    lw_fraction efficiency = lw_fraction_near(p->efficiency, 1000000);
    channel->stall = lw_fraction_of(efficiency.den - efficiency.num, efficiency.den);
}

static void set_formats(const lw_bundle *b, lw_channel *channel) {
    lw_packet_format full = {b->payload_bytes, b->header_bytes, b->granule_bytes};
    channel->format[LW_PACKET_WRITE] = full;
    channel->format[LW_PACKET_COMPLETION] = full;
    channel->format[LW_PACKET_REQUEST] = (lw_packet_format){0, b->request_bytes, b->granule_bytes};
    channel->request_max_bytes = b->payload_bytes;
    for (int kind = 0; kind < LW_PACKET_KINDS; kind++) {
        channel->credits[kind] = (lw_credits){LW_CREDITS_INFINITE, LW_CREDITS_INFINITE};
    }
    channel->data_unit_bytes = b->granule_bytes;
    channel->control_bytes = b->response_bytes;
    channel->control_for_writes = b->response_bytes > 0;
}

static void add_latency(lw_channel *channel, const char *name, int64_t ps) {
    if (ps > 0 || channel->latency_count == 0) {
        assert(channel->latency_count < LW_LATENCY_PARTS_MAX);
        channel->latency[channel->latency_count++] = (lw_latency_part){name, ps};
    }
}

static void set_latency(const lw_bundle_params *p, const lw_bundle *b, lw_channel *channel) {
    add_latency(channel, "sending port", p->port_ps);
    add_latency(channel, "propagation", llround(p->cable_m * p->cable_ps_per_m));
    add_latency(channel, "flit check", wire_ps(channel, b->check_bytes));
    add_latency(channel, "receiving port", p->port_ps);
    channel->port_ps[0] = channel->port_ps[1] = p->port_ps;
}

static void set_errors(const lw_bundle *b, lw_channel *channel) {
    if (b->flit_error_rate > 0) {
        channel->error_probability = b->flit_error_rate;
        channel->error_unit_bytes = b->flit_bytes;
        channel->replay = LW_REPLAY_GO_BACK_N;
        channel->replay_ps = 2 * lw_channel_latency_ps(channel);  // the complaint travels back, then the flit again
    }
}

void lw_bundle_resolve(const lw_bundle_params *p, const lw_bundle *b, lw_link *link) {
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
