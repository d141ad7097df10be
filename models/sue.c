// SPDX-License-Identifier: GPL-3.0-or-later
// Broadcom's Scale-Up Ethernet (SUE). Source: Broadcom SUE-RM104, 2025-09-26 ("SUE"), and IEEE
// 802.3 for the frame.
#include <stdio.h>

#include "models/flit_bundle.h"

typedef struct sue_params {
    lw_bundle_params bundle;
    int64_t rate_Bps;
    int64_t pdu_bytes, command_bytes, command_header_bytes;
} sue_params;

// IEEE 802.3: preamble and start 8, addresses and type 14, FCS 4, gap 12
enum { FRAME_BYTES = 38 };

#define FIELD(name) offsetof(sue_params, name)

static const char *const rates[] = {"100 Gb/s", "200 Gb/s", "400 Gb/s", "800 Gb/s", NULL};

static const lw_option options[] = {
    {.key = "command",
     .kind = LW_OPTION_QUANTITY_INT,
     .dimension = LW_BYTES,
     .offset = FIELD(command_bytes),
     .minimum = 4,
     .maximum = 4000,
     .help = "Payload of one command of the accelerator; as many as fit share a PDU."},
    {.key = "command_header",
     .kind = LW_OPTION_QUANTITY_INT,
     .dimension = LW_BYTES,
     .offset = FIELD(command_header_bytes),
     .minimum = 1,
     .maximum = 96,
     .help = "What the accelerator's command adds to its payload; a read is this long."},
    {.key = "rate",
     .kind = LW_OPTION_QUANTITY_INT,
     .dimension = LW_RATE,
     .offset = FIELD(rate_Bps),
     .fallback = "800 Gb/s",
     .words = rates,
     .help = "Ethernet rate of a port.",
     .source = "SUE: an instance serves a port of up to 800 Gb/s"},
    {.key = "pdu",
     .kind = LW_OPTION_QUANTITY_INT,
     .dimension = LW_BYTES,
     .offset = FIELD(pdu_bytes),
     .fallback = "4096 B",
     .minimum = 64,
     .maximum = 4096,
     .help = "Most bytes of commands in one Ethernet frame.",
     .source = "SUE: commands to one destination are packed into PDUs of up to 4096 B"},
    LW_BUNDLE_ROWS(sue_params, "1", "one port", "50 ns", LW_SPECIFIED,
                   "SUE p. 31: 100 ns of bridges and 100 ns of link and PHY over the two links to and from the switch", "3 m",
                   "SUE p. 31: 3 m of twinax in the latency budget"),
    {0},
};

// Frame bytes as packet bytes that the factor of the commands stretches back to them, rounded up.
static int64_t unstretched(int64_t bytes, lw_fraction expand) {
    return (bytes * expand.den + expand.num - 1) / expand.num;
}

static int64_t commands_of(const sue_params *p) {
    return p->pdu_bytes / (p->command_bytes + p->command_header_bytes);
}

static void resolve(const void *params, lw_link_model *link) {
    const sue_params *p = params;
    // Every payload byte brings its share of a command's header; the frame does not.
    lw_fraction expand = lw_fraction_of(p->command_bytes + p->command_header_bytes, p->command_bytes);
    lw_bundle facts = {
        .link_raw_Bps = p->rate_Bps / 16 * 17,
        .line_code = LW_BUNDLE_RS_CODE,
        .expand = expand,
        .payload_bytes = commands_of(p) * p->command_bytes,
        .header_bytes = unstretched(FRAME_BYTES, expand),
        .request_bytes = unstretched(FRAME_BYTES + p->command_header_bytes, expand),
        .granule_bytes = 1,
        .evidence = LW_ANNOUNCED,
    };
    lw_bundle_resolve(&p->bundle, &facts, link);
    (void)snprintf(link->label, sizeof link->label, "Scale-Up Ethernet %d Gb/s x%d", (int)(p->rate_Bps / 125000000),
                   (int)p->bundle.links);
}

static lw_status check(const void *params, const lw_option_set *set, lw_place at, lw_diags *diags) {
    const sue_params *p = params;
    if (commands_of(p) < 1) {
        return lw_error(diags, lw_type_place(options, set, "pdu", at), "raise pdu or lower command",
                        "a command of %d B with its header of %d B does not fit a PDU of %d B", (int)p->command_bytes,
                        (int)p->command_header_bytes, (int)p->pdu_bytes);
    }
    return LW_OK;
}

static const char page[] =
    "Scale-Up Ethernet is Broadcom's proposal to join accelerators by Ethernet switches that are made for\n"
    "it: loss-free by link retry and credits, with short headers, and commands packed together. An\n"
    "accelerator hands over loads and stores as it likes; those to one destination share a frame of up to\n"
    "4096 B of them.\n"
    "\n"
    "The cost of a stream: 212.5 Gb/s a lane leave 16/17 after 257-bit blocks and RS(544,514), a frame\n"
    "takes 38 B (preamble, addresses, check, gap), and each command its own header. The manual leaves the\n"
    "command to the accelerator, so `command` and `command_header` must be given; nothing would be honest\n"
    "as a default. Packing only helps when commands wait: a lone small one pays for a whole frame.\n"
    "\n"
    "The manual's latency budget from accelerator to accelerator, unloaded: bridges 100 ns, link and PHY\n"
    "100 ns, two cables and a switch of 250 ns. That is 477.6 ns with 3 m of twinax (4.6 ns/m) and 549.2\n"
    "ns with 10 m of fibre (4.96 ns/m). A link of this family is one half of it without the switch; the\n"
    "switch is a node of its own (Tomahawk Ultra: 250 ns, 51.2 Tb/s). The cable matters less than\n"
    "believed: 3 m are 13.8 ns.\n"
    "\n"
    "The goal of less than 2 us for a round trip includes memory and queues. Switches ship; no\n"
    "accelerator is known to.";

const lw_family lw_family_sue = {
    .type =
        {
            .name = "sue",
            .summary = "Broadcom Scale-Up Ethernet: commands of accelerators packed into Ethernet frames",
            .page = page,
            .example = "{preset: sue-800}",
            .options = options,
            .params_size = sizeof(sue_params),
            .check = check,
        },
    .hue = LW_HUE_CRIMSON,
    .joins = &lw_joins_accelerators,
    .resolve = resolve,
};
