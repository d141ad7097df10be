// SPDX-License-Identifier: GPL-3.0-or-later
// A link of which nothing is known but figures: a rate and a latency. For fabrics that have no
// family here, for what a vendor announces in one line, and for experiments of thought.
#include <stdio.h>
#include <string.h>

#include "models/link_rows.h"

static const char *const duplex_words[] = {"full", "half", NULL};
enum { FULL, HALF };

typedef struct link_params {
    int64_t rate_Bps, latency_ps;
    int64_t packet_bytes, overhead_bytes;
    int duplex;
} link_params;

#define FIELD(name) offsetof(link_params, name)

static const lw_option options[] = {
    {.key = "rate",
     .kind = LW_OPTION_QUANTITY_INT,
     .dimension = LW_RATE,
     .offset = FIELD(rate_Bps),
     .minimum = 1e3,
     .maximum = 1e15,
     .help = "What it carries a second, each direction; of payload, where overhead is 0."},
    LW_ROW_TIME("latency", FIELD(latency_ps), "0 ns", 1e15, "From the first bit out to the first bit in.",
                "0: what is not given takes no time", LW_ASSUMED),
    {.key = "packet",
     .kind = LW_OPTION_QUANTITY_INT,
     .dimension = LW_BYTES,
     .offset = FIELD(packet_bytes),
     .fallback = "4 KiB",
     .minimum = 1,
     .maximum = 1 << 24,
     .help = "Payload of its largest packet. Without overhead it decides only how finely those who share the link take turns.",
     .source = "a page: no smaller than packets of the links that it may stand behind",
     .evidence = LW_ASSUMED},
    {.key = "overhead",
     .kind = LW_OPTION_QUANTITY_INT,
     .dimension = LW_BYTES,
     .offset = FIELD(overhead_bytes),
     .fallback = "0 B",
     .minimum = 0,
     .maximum = 1 << 16,
     .help = "What each packet, and each request for data, adds to its payload.",
     .source = "0: a fluid, of which all is payload",
     .evidence = LW_ASSUMED},
    LW_ROW_WORD("duplex", FIELD(duplex), "full", duplex_words,
                "full: each direction has the rate; half: both share it, and take turns packet by packet.",
                "full: as every family but the radio has it"),
    {0},
};

static void fill_channel(const link_params *p, lw_channel *channel) {
    const lw_packet_format packet = {p->packet_bytes, p->overhead_bytes, 1};
    lw_channel_set_rate(channel, p->rate_Bps, (lw_fraction){1, 1}, 1);
    channel->format[LW_PACKET_WRITE] = channel->format[LW_PACKET_COMPLETION] = packet;
    channel->format[LW_PACKET_REQUEST] = (lw_packet_format){0, p->overhead_bytes, 1};
    channel->request_max_bytes = p->packet_bytes;
    channel->latency[0] = (lw_latency_part){"latency", p->latency_ps};
    channel->latency_count = 1;
    channel->shared_medium = p->duplex == HALF;
    channel->evidence = LW_ASSUMED;
}

static void resolve(const void *params, lw_link_model *link) {
    const link_params *p = params;
    memset(link, 0, sizeof *link);
    link->segment[0].name = "";
    link->segment_count = 1;
    for (int dir = 0; dir < 2; dir++) {
        fill_channel(p, &link->segment[0].channel[dir]);
    }
    link->read_tags = LW_TAGS_INFINITE;
    link->evidence = LW_ASSUMED;
    (void)snprintf(link->label, sizeof link->label, "link of %.4g GB/s%s", (double)p->rate_Bps / 1e9,
                   p->duplex == HALF ? ", half duplex" : "");
}

static const char page[] =
    "A rate and a latency, and nothing else: for fabrics that have no family here, for what a vendor\n"
    "announces in one line, and for the question what if. A transfer of n bytes takes latency + n / rate,\n"
    "which is what planners call the Hockney or alpha-beta model; nothing of the rate is lost, and reads\n"
    "are never short of tags.\n"
    "\n"
    "Where the figure is that of a wire, give packet and overhead, and the payload is rate x packet /\n"
    "(packet + overhead): 4,096 of 4,162 bytes for RDMA over Ethernet. A figure that was measured as\n"
    "payload needs neither. Mind the direction: vendors add up both, so 900 GB/s of NVLink are rate: 450\n"
    "GB/s. duplex: half is for media that both directions share.\n"
    "\n"
    "Its results count as assumed, as every figure does that a scenario sets itself. Any kinds of nodes\n"
    "may stand at its ends, and a switch or host that it leads to forwards as over any other link.";

const lw_family lw_family_link = {
    .type =
        {
            .name = "link",
            .summary = "any other link, by its rate and latency alone",
            .page = page,
            .example = "{type: link, rate: 450 GB/s, latency: 700 ns}",
            .options = options,
            .params_size = sizeof(link_params),
        },
    .hue = LW_HUE_GREY,
    .resolve = resolve,
};
