// SPDX-License-Identifier: GPL-3.0-or-later
// Two computers on one Thunderbolt or USB4 cable: no PCIe tunnel leads from host to host, but a ring
// of frames does, with IP over it or RDMA. Sources: Linux drivers/net/thunderbolt/main.c ("Linux"),
// USB4 Specification 2.0 ("USB4").
#include <stdio.h>
#include <string.h>

#include "models/link_rows.h"

typedef enum protocol { IP, RDMA } protocol;

typedef struct tbnet_params {
    int protocol;
    int64_t gen, lanes;
    int64_t stack_Bps, latency_ps;
} tbnet_params;

#define FIELD(name) offsetof(tbnet_params, name)

static const char *const protocol_words[] = {"ip", "rdma", NULL};
static const char *const gens[] = {"2", "3", "4", NULL};
static const char *const widths[] = {"1", "2", NULL};

static const lw_option options[] = {
    LW_ROW_WORD("protocol", FIELD(protocol), "ip", protocol_words,
                "What goes over the cable: ip (sockets, any generation) or rdma (generation 4).",
                "what every system brings along"),
    {.key = "gen",
     .kind = LW_OPTION_INTEGER,
     .offset = FIELD(gen),
     .words = gens,
     .help = "USB4 generation: 2, 3 or 4 for 10, 20 or 40 Gb/s a lane; Thunderbolt 3 and 4 have 3, Thunderbolt 5 has 4."},
    {.key = "lanes",
     .kind = LW_OPTION_INTEGER,
     .offset = FIELD(lanes),
     .fallback = "2",
     .words = widths,
     .help = "Lanes of the cable, per direction.",
     .source = "USB4 ch. 4: both lanes bonded"},
    {.key = "stack_rate",
     .kind = LW_OPTION_QUANTITY_INT,
     .dimension = LW_RATE,
     .offset = FIELD(stack_Bps),
     .minimum = 1e6,
     .maximum = 1e12,
     .help = "Payload that driver and protocol get through, each direction: no figure holds in general, so presets say theirs.",
     .fitted = true},
    LW_ROW_TIME("latency", FIELD(latency_ps), NULL, 1e11,
                "From one program to the other, for the first byte: driver, ring and protocol of both.", NULL, LW_SPECIFIED),
    {0},
};

// A frame of 4 KiB has a head of 12 B (Linux: thunderbolt_ip_frame_header) and travels in 16
// packets of 256 B with heads of 4 B (USB4 ch. 5).
enum { FRAME_BYTES = 4096, FRAME_HEAD_BYTES = 12, PACKET_HEADS_BYTES = 16 * 4 };

static void fill_wire(const tbnet_params *p, lw_channel *channel) {
    const int64_t lane_bps = p->gen == 2 ? 10000000000 : p->gen == 3 ? 20000000000 : 40000000000;
    const lw_packet_format frame = {FRAME_BYTES - FRAME_HEAD_BYTES, FRAME_HEAD_BYTES + PACKET_HEADS_BYTES, 1};
    // Generations 2 and 3 have 64b/66b and 128b/132b, the same share; of generation 4 (PAM3) the rate
    // is that of the data (USB4 ch. 4).
    lw_channel_set_rate(channel, lane_bps / 8 * p->lanes, p->gen == 4 ? (lw_fraction){1, 1} : lw_fraction_of(64, 66), 1);
    channel->format[LW_PACKET_WRITE] = channel->format[LW_PACKET_COMPLETION] = frame;
    channel->format[LW_PACKET_REQUEST] = (lw_packet_format){0, frame.overhead_bytes, 1};
    channel->request_max_bytes = frame.payload_max_bytes;
    channel->latency[0] = (lw_latency_part){"cable", 0};
    channel->latency_count = 1;
    channel->evidence = LW_SPECIFIED;
}

static void fill_stack(const tbnet_params *p, lw_channel *channel) {
    const lw_packet_format frame = {FRAME_BYTES - FRAME_HEAD_BYTES, 0, 1};
    lw_channel_set_rate(channel, p->stack_Bps, (lw_fraction){1, 1}, 1);
    channel->format[LW_PACKET_WRITE] = channel->format[LW_PACKET_COMPLETION] = frame;
    channel->format[LW_PACKET_REQUEST] = (lw_packet_format){0, 0, 1};
    channel->request_max_bytes = frame.payload_max_bytes;
    channel->latency[0] = (lw_latency_part){"driver and protocol", p->latency_ps};
    channel->latency_count = 1;
    channel->evidence = LW_ASSUMED;
}

static void resolve(const void *params, lw_link_model *link) {
    const tbnet_params *p = params;
    memset(link, 0, sizeof *link);
    link->segment[0].name = "wire";
    link->segment[1].name = "driver";
    link->segment[1].whole_packets = true;
    link->segment_count = 2;
    for (int dir = 0; dir < 2; dir++) {
        fill_wire(p, &link->segment[0].channel[dir]);
        fill_stack(p, &link->segment[1].channel[dir]);
    }
    link->read_tags = LW_TAGS_INFINITE;
    link->evidence = LW_ASSUMED;
    const int per_lane = p->gen == 2 ? 10 : p->gen == 3 ? 20 : 40;
    (void)snprintf(link->label, sizeof link->label, "Thunderbolt %s %d Gb/s", p->protocol == RDMA ? "RDMA" : "network",
                   per_lane * (int)p->lanes);
}

static lw_status check(const void *params, const lw_option_set *set, lw_place at, lw_diags *diags) {
    const tbnet_params *p = params;
    if (p->protocol == RDMA && p->gen != 4) {
        return lw_error(diags, lw_type_place(options, set, "gen", at), "take gen: 4, or protocol: ip",
                        "RDMA over Thunderbolt needs generation 4 (Thunderbolt 5)");
    }
    return LW_OK;
}

static const char page[] =
    "A USB4 or Thunderbolt cable between two computers carries no PCIe: a tunnel needs a root at one end\n"
    "and a device at the other, and memory of one cannot be reached from the other. What both systems\n"
    "offer instead is a network: frames of 4 KiB over a ring of the host controller, and IP over them\n"
    "(thunderbolt-net in Linux, Thunderbolt Bridge in macOS).\n"
    "\n"
    "The cable is seldom the limit. Over 40 Gb/s two Strix Halo computers got 9 Gb/s by sockets, 1.1\n"
    "GB/s: one ring, one core, one interrupt a frame. macOS gets 52 to 64 Gb/s of Thunderbolt 5's 80 with\n"
    "four streams. Since macOS 26.2 RDMA goes past the network: 3.5 GB/s and more of one file transfer,\n"
    "and tens of microseconds instead of hundreds; it needs Thunderbolt 5.\n"
    "\n"
    "This model has the frames on the wire and, behind them, a driver with a rate and a latency, which\n"
    "presets take from measurements (stack_rate, latency); the slower of the two counts. Both directions\n"
    "may be busy at once, though drivers on one core share it.";

static const lw_joins joins = {.join = {{LW_END_HOST, LW_END_HOST}},
                               .why = "it is what two computers on one cable speak; a device takes type: usb4"};

const lw_family lw_family_tbnet = {
    .type =
        {
            .name = "thunderbolt-net",
            .summary = "two computers on one Thunderbolt or USB4 cable, by IP or RDMA",
            .page = page,
            .example = "{preset: thunderbolt-net-40}",
            .options = options,
            .params_size = sizeof(tbnet_params),
            .check = check,
        },
    .hue = LW_HUE_VIOLET,
    .multipath = LW_MULTIPATH_HASHED,
    .resolve = resolve,
    .joins = &joins,
    .between_machines = true,
};
