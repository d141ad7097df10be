// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/channel.h"

#include <assert.h>
#include <math.h>
#include <stddef.h>

int64_t lw_packet_wire_bytes(const lw_packet_format *format, int64_t payload_bytes) {
    int64_t bytes = payload_bytes + format->overhead_bytes;
    int64_t granules = bytes / format->granule_bytes + (bytes % format->granule_bytes != 0);
    return granules * format->granule_bytes;
}

void lw_channel_set_rate(lw_channel *channel, int64_t raw_Bps, lw_fraction line_code, double efficiency) {
    lw_fraction busy = lw_fraction_near(efficiency, 1000000);
    channel->raw_Bps = (lw_fraction){raw_Bps, 1};
    channel->line_code = line_code;
    channel->periodic = channel->control_share = (lw_fraction){0, 1};
    channel->expand = (lw_fraction){1, 1};
    channel->stall = lw_fraction_of(busy.den - busy.num, busy.den);
    for (int kind = 0; kind < LW_PACKET_KINDS; kind++) {
        channel->credits[kind] = (lw_credits){LW_CREDITS_INFINITE, LW_CREDITS_INFINITE};
    }
    channel->data_unit_bytes = 1;
}

void lw_channel_add_latency(lw_channel *channel, const char *name, int64_t ps) {
    if (ps > 0) {
        assert(channel->latency_count < LW_LATENCY_PARTS_MAX);
        channel->latency[channel->latency_count++] = (lw_latency_part){name, ps};
    }
}

int64_t lw_channel_wire_ps(const lw_channel *channel, int64_t bytes) {
    lw_int128 bytes_per_s = (lw_int128)channel->raw_Bps.num * channel->line_code.num;
    lw_int128 ps = (lw_int128)bytes * 1000000000000 * channel->line_code.den;
    return (int64_t)((2 * ps + bytes_per_s) / (2 * bytes_per_s));
}

// 1 - share, exactly; false when it does not fit.
static bool rest_of(lw_fraction share, lw_fraction *rest) {
    return lw_fraction_subtract((lw_fraction){1, 1}, share, rest);
}

static double byte_time_ps(const lw_channel *channel) {
    double open = 1.0 - lw_fraction_value(channel->periodic) - lw_fraction_value(channel->control_share);
    double rate_Bps = lw_fraction_value(channel->raw_Bps) * lw_fraction_value(channel->line_code) * open *
                      (1.0 - lw_fraction_value(channel->stall));
    return 1e12 * lw_fraction_value(channel->expand) / rate_Bps;
}

bool lw_channel_ps_per_byte(const lw_channel *channel, lw_fraction *ps_per_byte) {
    // Small factors first: 1e12 / rate is a few hundred at most, so the intermediate results stay
    // far from 64 bits.
    lw_fraction taken, open, busy, ps;
    bool exact = lw_fraction_divide((lw_fraction){1000000000000, 1}, channel->raw_Bps, &ps) &&
                 lw_fraction_divide(ps, channel->line_code, &ps) && lw_fraction_multiply(ps, channel->expand, &ps) &&
                 lw_fraction_add(channel->periodic, channel->control_share, &taken) && rest_of(taken, &open) &&
                 lw_fraction_divide(ps, open, &ps) && rest_of(channel->stall, &busy) && lw_fraction_divide(ps, busy, &ps);
    *ps_per_byte = exact ? ps : lw_fraction_near(byte_time_ps(channel), 1 << 20);
    return exact;
}

int64_t lw_channel_latency_ps(const lw_channel *channel) {
    int64_t sum_ps = 0;
    for (int i = 0; i < channel->latency_count; i++) {
        sum_ps += channel->latency[i].ps;
    }
    return sum_ps;
}

int64_t lw_link_model_latency_ps(const lw_link_model *link, int dir) {
    int64_t sum_ps = 0;
    for (int i = 0; i < link->segment_count; i++) {
        sum_ps += lw_channel_latency_ps(&link->segment[i].channel[dir]);
    }
    return sum_ps;
}

static void keep_kinds(lw_channel *channel, unsigned kinds) {
    bool finite = false;
    for (unsigned kind = 0; kind < LW_PACKET_KINDS; kind++) {
        lw_credits *credits = &channel->credits[kind];
        if ((kinds & 1U << kind) == 0) {
            *credits = (lw_credits){0};
            channel->format[kind] = (lw_packet_format){0};
        } else {
            finite = finite || credits->packets != LW_CREDITS_INFINITE || credits->data_units != LW_CREDITS_INFINITE;
        }
    }
    channel->credit_return_ps = finite ? channel->credit_return_ps : 0;
    channel->request_max_bytes = (kinds & 1U << LW_PACKET_REQUEST) != 0 ? channel->request_max_bytes : 0;
}

void lw_link_model_keep_kinds(lw_link_model *link, unsigned kinds) {
    link->read_tags = (kinds & 1U << LW_PACKET_REQUEST) != 0 ? link->read_tags : 0;
    for (int s = 0; s < link->segment_count; s++) {
        for (int dir = 0; dir < 2; dir++) {
            keep_kinds(&link->segment[s].channel[dir], kinds);
        }
    }
}

double lw_channel_packet_error(const lw_channel *channel, int64_t wire_bytes) {
    if (channel->error_probability <= 0.0) {
        return 0.0;
    }
    assert(channel->error_unit_bytes > 0);
    int64_t units = wire_bytes / channel->error_unit_bytes + (wire_bytes % channel->error_unit_bytes != 0);
    // Not 1 - (1 - p)^n: at p = 1e-12 that would lose all digits.
    return -expm1((double)units * log1p(-channel->error_probability));
}

bool lw_link_model_works(const lw_link_model *link, int *dir, double *lost) {
    static const double hopeless = 0.5;  // every other full packet
    for (int d = 0; d < 2; d++) {
        for (int s = 0; s < link->segment_count; s++) {
            const lw_channel *channel = &link->segment[s].channel[d];
            const lw_packet_format *format = &channel->format[LW_PACKET_WRITE];
            double error = lw_channel_packet_error(channel, lw_packet_wire_bytes(format, format->payload_max_bytes));
            if (error > hopeless) {
                if (dir != NULL) {
                    *dir = d;
                }
                if (lost != NULL) {
                    *lost = error;
                }
                return false;
            }
        }
    }
    return true;
}

// Time that a packet occupies the wire on average when it must be repeated with probability p until
// it arrives: p / (1 - p) extra rounds, each of which costs the packet again and, where the sender
// goes back, all that it sent before it knew.
static double retry_share(const lw_channel *channel, double packet_ps, int64_t wire_bytes) {
    double error = lw_channel_packet_error(channel, wire_bytes);
    if (error <= 0.0 || channel->replay == LW_REPLAY_NONE) {
        return 1.0;
    }
    double round_ps = packet_ps + (channel->replay == LW_REPLAY_GO_BACK_N ? (double)channel->replay_ps : 0.0);
    return packet_ps / (packet_ps + error / (1.0 - error) * round_ps);
}

// Share of the data wire left when requests travel in the opposite direction and their receiver
// answers with control packets over the data wire: one with the first request that arrives an
// interval after the last, so a whole number of requests apart.
static double request_control_share(const lw_channel *data, const lw_channel *requests, double payload_Bps) {
    if (requests->control_bytes == 0 || requests->control_for_writes || data->request_max_bytes == 0) {
        return 1.0;
    }
    double control_ps = (double)requests->control_bytes * byte_time_ps(data);
    double request_gap_ps = (double)data->request_max_bytes * 1e12 / payload_Bps;
    double apart_ps = request_gap_ps * fmax(1.0, ceil(((double)requests->control_interval_ps - control_ps) / request_gap_ps));
    return apart_ps / (apart_ps + control_ps);
}

// A stream's rate when each of its packets takes some time of its own besides its bytes.
static double with_packet_time(double rate_Bps, int64_t payload_bytes, int64_t packet_ps) {
    double bytes_ps = 1e12 * (double)payload_bytes / rate_Bps;
    return rate_Bps * (bytes_ps / (bytes_ps + (double)packet_ps));
}

static double packet_time_ps(const lw_channel *channel, int64_t wire_bytes) {
    return (double)wire_bytes * byte_time_ps(channel) + (double)channel->packet_ps;
}

static void segment_stages(const lw_segment *segment, int dir, lw_packet_kind kind, int64_t payload_bytes,
                           double rate_Bps[LW_STAGE_COUNT]) {
    const lw_channel *data = &segment->channel[dir];
    int64_t wire_bytes = lw_packet_wire_bytes(&data->format[kind], payload_bytes);
    double periodic = lw_fraction_value(data->periodic);
    double open = 1.0 - periodic;

    rate_Bps[LW_STAGE_RAW] = lw_fraction_value(data->raw_Bps);
    rate_Bps[LW_STAGE_LINE_CODE] = rate_Bps[LW_STAGE_RAW] * lw_fraction_value(data->line_code);
    rate_Bps[LW_STAGE_PERIODIC] = rate_Bps[LW_STAGE_LINE_CODE] * open;
    double framing =
        rate_Bps[LW_STAGE_PERIODIC] * ((double)payload_bytes / ((double)wire_bytes * lw_fraction_value(data->expand)));
    rate_Bps[LW_STAGE_FRAMING] = with_packet_time(framing, payload_bytes, data->packet_ps);
    double control = framing * ((open - lw_fraction_value(data->control_share)) / open) * (1.0 - lw_fraction_value(data->stall));
    control = with_packet_time(control, payload_bytes, data->packet_ps);
    if (kind == LW_PACKET_COMPLETION) {
        control *= request_control_share(data, &segment->channel[!dir], control);
    }
    rate_Bps[LW_STAGE_CONTROL] = control;
    rate_Bps[LW_STAGE_RETRY] =
        control * retry_share(data, packet_time_ps(data, wire_bytes), wire_bytes) * lw_outages_clear_share(&data->outages);
    rate_Bps[LW_STAGE_WINDOW] = rate_Bps[LW_STAGE_RETRY];
    rate_Bps[LW_STAGE_SHARING] = rate_Bps[LW_STAGE_RETRY];
    rate_Bps[LW_STAGE_ENDPOINT] = rate_Bps[LW_STAGE_RETRY];
}

// Unloaded time from a request's first bit out to its last completion's last bit in. Segments cut
// through, so each direction serialises once, at its slowest segment.
static double read_round_trip_ps(const lw_link_model *link, int dir, int64_t payload_bytes, int64_t request_bytes,
                                 int64_t completer_ps) {
    double fixed_ps = (double)completer_ps;
    double out_ps = 0.0, back_ps = 0.0;
    int64_t packets = request_bytes / payload_bytes;
    int64_t tail_bytes = request_bytes % payload_bytes;
    for (int i = 0; i < link->segment_count; i++) {
        const lw_channel *requests = &link->segment[i].channel[!dir];
        const lw_channel *data = &link->segment[i].channel[dir];
        const lw_packet_format *format = &data->format[LW_PACKET_COMPLETION];
        double data_ps = (double)packets * packet_time_ps(data, lw_packet_wire_bytes(format, payload_bytes)) +
                         (tail_bytes > 0 ? packet_time_ps(data, lw_packet_wire_bytes(format, tail_bytes)) : 0.0);
        fixed_ps += (double)(lw_channel_latency_ps(requests) + lw_channel_latency_ps(data));
        out_ps = fmax(out_ps, packet_time_ps(requests, lw_packet_wire_bytes(&requests->format[LW_PACKET_REQUEST], 0)));
        back_ps = fmax(back_ps, data_ps);
    }
    return fixed_ps + out_ps + back_ps;
}

// What the packet credits of one channel let through: each comes back after the packet has arrived
// and the news has travelled.
static double write_window_Bps(const lw_channel *data, int64_t payload_bytes) {
    int64_t credits = data->credits[LW_PACKET_WRITE].packets;
    if (credits <= 0 || credits == LW_CREDITS_INFINITE) {
        return (double)INFINITY;
    }
    double loop_ps = packet_time_ps(data, lw_packet_wire_bytes(&data->format[LW_PACKET_WRITE], payload_bytes)) +
                     (double)(lw_channel_latency_ps(data) + data->credit_return_ps);
    return (double)credits * (double)payload_bytes * 1e12 / loop_ps;
}

// Software has no wire: where it is the slowest segment, the stages down to framing are those of
// the slowest wire, and the rest of what it takes counts as control.
static void show_wire(const lw_link_model *link, int dir, lw_packet_kind kind, int64_t payload_bytes, lw_waterfall *out) {
    double slowest_Bps = (double)INFINITY;
    for (int i = 0; i < link->segment_count && link->segment[out->slowest_segment].whole_packets; i++) {
        double rate_Bps[LW_STAGE_COUNT];
        if (link->segment[i].whole_packets) {
            continue;
        }
        segment_stages(&link->segment[i], dir, kind, payload_bytes, rate_Bps);
        if (rate_Bps[LW_STAGE_RETRY] < slowest_Bps) {
            slowest_Bps = rate_Bps[LW_STAGE_RETRY];
            for (int stage = LW_STAGE_RAW; stage <= LW_STAGE_FRAMING; stage++) {
                out->rate_Bps[stage] = rate_Bps[stage];
            }
        }
    }
}

void lw_link_model_waterfall(const lw_link_model *link, int dir, lw_packet_kind kind, int64_t payload_bytes, int64_t completer_ps,
                             lw_waterfall *out) {
    assert(link->segment_count > 0 && kind != LW_PACKET_REQUEST);
    int64_t payload_max_bytes = INT64_MAX;
    int64_t request_bytes = INT64_MAX;
    for (int i = 0; i < link->segment_count; i++) {
        const lw_channel *data = &link->segment[i].channel[dir];
        payload_max_bytes =
            data->format[kind].payload_max_bytes < payload_max_bytes ? data->format[kind].payload_max_bytes : payload_max_bytes;
        request_bytes = data->request_max_bytes < request_bytes ? data->request_max_bytes : request_bytes;
    }
    if (payload_bytes <= 0 || payload_bytes > payload_max_bytes) {
        payload_bytes = payload_max_bytes;
    }
    *out = (lw_waterfall){.window_Bps = (double)INFINITY, .slowest_segment = -1};
    for (int i = 0; i < link->segment_count; i++) {
        double rate_Bps[LW_STAGE_COUNT];
        segment_stages(&link->segment[i], dir, kind, payload_bytes, rate_Bps);
        if (kind == LW_PACKET_WRITE) {
            out->window_Bps = fmin(out->window_Bps, write_window_Bps(&link->segment[i].channel[dir], payload_bytes));
        }
        if (out->slowest_segment < 0 || rate_Bps[LW_STAGE_RETRY] < out->rate_Bps[LW_STAGE_RETRY]) {
            out->slowest_segment = i;
            for (int stage = 0; stage < LW_STAGE_COUNT; stage++) {
                out->rate_Bps[stage] = rate_Bps[stage];
            }
        }
    }
    show_wire(link, dir, kind, payload_bytes, out);
    if (kind == LW_PACKET_COMPLETION && link->read_tags != LW_TAGS_INFINITE && request_bytes > 0) {
        double round_trip_ps = read_round_trip_ps(link, dir, payload_bytes, request_bytes, completer_ps);
        out->window_Bps = (double)link->read_tags * (double)request_bytes * 1e12 / round_trip_ps;
    }
}
