// SPDX-License-Identifier: GPL-3.0-or-later
// USB4 and Thunderbolt: a tunnel between two routers, and the PCI Express link inside the box
// behind it. Sources: USB4 Specification 2.0 ("USB4"), Linux drivers/thunderbolt at commit 00a738b8
// ("Linux"), PCIe as in pcie_link.h.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "models/pcie_rows.h"

typedef enum standard { USB4, THUNDERBOLT_3, THUNDERBOLT_4, THUNDERBOLT_5 } standard;

typedef struct usb4_params {
    int standard;
    int64_t gen;  // LW_AUTO: by standard
    int64_t lanes;
    bool asymmetric;
    int64_t displayport_Bps, usb3_Bps;
    int64_t pcie_limit_Bps;  // LW_AUTO: by generation
    int64_t overhead_bytes;
    int64_t tunnel_ps;
    double cable_m, cable_ps_per_m;
    int64_t pcie_gen, pcie_lanes;
    int64_t mps_bytes, mrrs_bytes, completion_bytes, tags;
    int address, dllp;
    int64_t tx_port_ps, rx_port_ps;
    double efficiency;
    // The ends of what is uncertain.
    int64_t fast_tunnel_ps, slow_tunnel_ps;
    double slow_efficiency;
    int64_t slow_tags, slow_mrrs_bytes;
} usb4_params;

#define FIELD(name) offsetof(usb4_params, name)

static const char *const standard_words[] = {"usb4", "thunderbolt-3", "thunderbolt-4", "thunderbolt-5", NULL};
static const char *const gens[] = {"2", "3", "4", NULL};
static const char *const widths[] = {"1", "2", NULL};
static const char *const pcie_gens[] = {"1", "2", "3", "4", "5", NULL};
static const char *const pcie_widths[] = {"1", "2", "4", "8", NULL};
static const char *const payload_sizes[] = {"128 B", "256 B", "512 B", NULL};
static const char *const request_sizes[] = {"128 B", "256 B", "512 B", "1024 B", "2048 B", "4096 B", NULL};
static const char *const address_words[] = {"3dw", "4dw", NULL};
static const char *const dllp_words[] = {"share", "timer", "symbol_time", "byte", "none", NULL};

static const lw_option options[] = {
    {.key = "standard",
     .kind = LW_OPTION_WORD,
     .offset = FIELD(standard),
     .fallback = "usb4",
     .words = standard_words,
     .help = "Name on the plug: usb4, thunderbolt-3, thunderbolt-4 or thunderbolt-5."},
    {.key = "gen",
     .kind = LW_OPTION_INTEGER,
     .offset = FIELD(gen),
     .fallback = "auto",
     .words = gens,
     .help = "USB4 generation: 10, 20 or 40 Gb/s a lane; auto: 4 for Thunderbolt 5, else 3.",
     .source = "USB4 ch. 4; Linux commit e111fb92"},
    {.key = "lanes",
     .kind = LW_OPTION_INTEGER,
     .offset = FIELD(lanes),
     .fallback = "2",
     .words = widths,
     .help = "Lanes of the cable, per direction.",
     .source = "USB4 ch. 4: both lanes bonded"},
    {.key = "asymmetric",
     .kind = LW_OPTION_FLAG,
     .offset = FIELD(asymmetric),
     .fallback = "false",
     .help = "Three lanes from end a to b and one back, for displays (120 and 40 Gb/s).",
     .source = "USB4 ch. 4 (version 2)"},
    {.key = "displayport",
     .kind = LW_OPTION_QUANTITY_INT,
     .dimension = LW_RATE,
     .offset = FIELD(displayport_Bps),
     .fallback = "0 Gb/s",
     .minimum = 0,
     .maximum = 15e9,
     .help = "Reserved for displays from end a (the host) to b: 8.64 (HBR x4), 17.28 (HBR2 x4), 25.92 Gb/s (HBR3 x4).",
     .source = "Linux tunnel.c: lane rate x lanes x 0.8, taken before PCIe; no display by default"},
    {.key = "usb3",
     .kind = LW_OPTION_QUANTITY_INT,
     .dimension = LW_RATE,
     .offset = FIELD(usb3_Bps),
     .fallback = "0 Gb/s",
     .minimum = 0,
     .maximum = 10e9,
     .help = "Taken by USB 3 devices behind the link, per direction.",
     .source = "an idle USB 3 device takes nothing (USB4 Connection Manager Guide 6.1.2.3 guarantees it 3 Gb/s when busy)"},
    {.key = "pcie_limit",
     .kind = LW_OPTION_QUANTITY_INT,
     .dimension = LW_RATE,
     .offset = FIELD(pcie_limit_Bps),
     .fallback = "auto",
     .minimum = 1e6,
     .maximum = 15e9,
     .help = "Most that the PCIe tunnel gets, per direction; auto: 32 Gb/s, for generation 4 64 Gb/s.",
     .source = "Thunderbolt 4 requires a tunnel of 32 Gb/s, Thunderbolt 5 of 64 Gb/s (Intel)"},
    {.key = "tunnel_overhead",
     .kind = LW_OPTION_QUANTITY_INT,
     .dimension = LW_BYTES,
     .offset = FIELD(overhead_bytes),
     .fallback = "10 B",
     .minimum = 0,
     .maximum = 256,
     .help = "What the tunnel adds to header and payload of a packet of PCIe, whatever its size.",
     .source = "tunnel header 4 B (USB4 ch. 5), PCIe sequence number 2 B and LCRC 4 B (USB4 ch. 11); no figure was "
               "found for packets above 128 B",
     .evidence = LW_ASSUMED},
    {.key = "tunnel_latency",
     .kind = LW_OPTION_QUANTITY_INT,
     .dimension = LW_TIME,
     .offset = FIELD(tunnel_ps),
     .fallback = "210 ns",
     .minimum = 0,
     .maximum = 1e9,
     .help = "Both routers and their adapters, one way, without the cable.",
     .source = "two routers, each like the 105 ns of a PEX88000 switch (Linley Group, 2019); nobody publishes figures",
     .evidence = LW_ASSUMED,
     .fitted = true},
    LW_ROW_CABLE(FIELD(cable_m), "0.8 m", 100, "Length of the cable.", "the longest usual passive cable at 40 Gb/s", LW_ASSUMED),
    LW_ROW_CABLE_DELAY(FIELD(cable_ps_per_m), "Propagation along the cable."),
    {.key = "pcie_gen",
     .kind = LW_OPTION_INTEGER,
     .offset = FIELD(pcie_gen),
     .fallback = "3",
     .words = pcie_gens,
     .help = "Generation of the PCIe link inside the box.",
     .source = "Thunderbolt 3 and 4 controllers lead out PCIe 3.0 (Intel)"},
    {.key = "pcie_lanes",
     .kind = LW_OPTION_INTEGER,
     .offset = FIELD(pcie_lanes),
     .fallback = "4",
     .words = pcie_widths,
     .help = "Lanes of the PCIe link inside the box.",
     .source = "Thunderbolt controllers lead out four lanes (Intel)"},
    {.key = "mps",
     .kind = LW_OPTION_QUANTITY_INT,
     .dimension = LW_BYTES,
     .offset = FIELD(mps_bytes),
     .fallback = "128 B",
     .words = payload_sizes,
     .help = "Most payload of one packet on the whole path.",
     .source = "measured on a Thunderbolt 4 host: its port offers no more (apnex/aorus-5090-egpu, 2026-05-07)"},
    LW_PCIE_ROW_MRRS(FIELD(mrrs_bytes), request_sizes, "Most payload that one read request asks for."),
    LW_PCIE_ROW_COMPLETION(FIELD(completion_bytes), 512, "Payload of a full read completion; auto: as much as mps allows."),
    LW_PCIE_ROW_TAGS(FIELD(tags), 768),
    LW_PCIE_ROW_ADDRESS(FIELD(address), address_words),
    LW_PCIE_ROW_DLLP(FIELD(dllp), "timer", dllp_words,
                     "How Ack and UpdateFC cost on the link inside the box: share, timer, symbol_time, byte or none."),
    LW_PCIE_ROW_PORT("tx_port", FIELD(tx_port_ps), "Sending port of the link inside the box."),
    LW_PCIE_ROW_PORT("rx_port", FIELD(rx_port_ps), "Receiving port of the link inside the box."),
    LW_ROW_EFFICIENCY(FIELD(efficiency), "tunnel that this platform keeps busy", ""),
    {.key = "fast_tunnel_latency",
     .kind = LW_OPTION_QUANTITY_INT,
     .dimension = LW_TIME,
     .offset = FIELD(fast_tunnel_ps),
     .fallback = "210 ns",
     .minimum = 0,
     .maximum = 1e9,
     .help = "Routers and adapters at the fast end of what is uncertain, if that is less than tunnel_latency.",
     .source = "at best two switches of 105 ns (PEX88000, Linley Group, 2019)",
     .evidence = LW_ASSUMED},
    {.key = "slow_tunnel_latency",
     .kind = LW_OPTION_QUANTITY_INT,
     .dimension = LW_TIME,
     .offset = FIELD(slow_tunnel_ps),
     .fallback = "610 ns",
     .minimum = 0,
     .maximum = 1e9,
     .help = "The same at the slow end, if that is more.",
     .source =
         "what 19 Gb/s, the low end of common copies to the card (19 to 22 Gb/s, unanswered.io), takes with 32 requests of 128 B"},
    {.key = "slow_efficiency",
     .kind = LW_OPTION_QUANTITY_REAL,
     .dimension = LW_PLAIN,
     .offset = FIELD(slow_efficiency),
     .fallback = "0.91",
     .minimum = 0.01,
     .maximum = 1,
     .help = "Factor on efficiency at the slow end.",
     .source = "other PCIe platforms keep 0.91 (a gen 4 slot of an RTX 4090 server) to 1 of a link busy"},
    {.key = "slow_tags",
     .kind = LW_OPTION_INTEGER,
     .offset = FIELD(slow_tags),
     .fallback = "32",
     .minimum = 1,
     .maximum = 768,
     .help = "Most outstanding read requests at the slow end, where tags are auto.",
     .source = "all that a Thunderbolt 4 host allowed (apnex/aorus-5090-egpu, 2026-05-07)"},
    {.key = "slow_mrrs",
     .kind = LW_OPTION_QUANTITY_INT,
     .dimension = LW_BYTES,
     .offset = FIELD(slow_mrrs_bytes),
     .fallback = "128 B",
     .words = request_sizes,
     .help = "Most that one of them asks for, where tags are auto.",
     .source = "all that a Thunderbolt 4 host allowed (apnex/aorus-5090-egpu, 2026-05-07)"},
    {0},
};

static int64_t generation_of(const usb4_params *p) {
    return p->gen != LW_AUTO ? p->gen : p->standard == THUNDERBOLT_5 ? 4 : 3;
}

static int64_t lanes_of(const usb4_params *p, int dir) {
    return !p->asymmetric ? p->lanes : dir == 0 ? 3 : 1;
}

// Rate of one lane and its line code. USB4 signals 10 and 20 Gb/s with 64b/66b and 128b/132b, the
// same share (USB4 ch. 4). Thunderbolt 3 signals faster by 66/64, so that 10 and 20 Gb/s are what
// the code leaves (USB4 ch. 13). Generation 4 puts 11 bits on 7 ternary symbols at 25.6 GBd; of
// these 40.2 Gb/s the nominal 40 count here.
static void lane_rate(const usb4_params *p, int64_t *bits_per_s, lw_fraction *line_code) {
    int64_t gen = generation_of(p);
    if (gen == 4) {
        *bits_per_s = 40000000000;
        *line_code = (lw_fraction){1, 1};
        return;
    }
    int64_t nominal = gen == 2 ? 10000000000 : 20000000000;
    *bits_per_s = p->standard == THUNDERBOLT_3 ? nominal / 64 * 66 : nominal;
    *line_code = lw_fraction_of(64, 66);
}

// Bytes per second that the line code leaves, rounded down.
static int64_t coded_Bps(const usb4_params *p, int dir) {
    int64_t bits_per_s;
    lw_fraction code;
    lane_rate(p, &bits_per_s, &code);
    return bits_per_s / 8 * lanes_of(p, dir) * code.num / code.den;
}

// What is left for PCIe when displays (end a to b) and USB 3 have taken theirs; may be negative.
static int64_t left_Bps(const usb4_params *p, int dir) {
    return coded_Bps(p, dir) - (dir == 0 ? p->displayport_Bps : 0) - p->usb3_Bps;
}

static int64_t pcie_Bps(const usb4_params *p, int dir) {
    int64_t limit_Bps = p->pcie_limit_Bps != LW_AUTO ? p->pcie_limit_Bps : generation_of(p) == 4 ? 8000000000 : 4000000000;
    int64_t left = left_Bps(p, dir);
    return left < limit_Bps ? left : limit_Bps;
}

static const lw_pcie_medium inner_medium = {.family = "usb4", .label = "PCIe", .gen_min = 1, .gen_max = 5};

static void inner_link(const usb4_params *p, lw_pcie_params *inner) {
    lw_options_default(lw_pcie_options, inner);
    inner->gen = p->pcie_gen;
    inner->lanes = p->pcie_lanes;
    inner->mps_bytes = p->mps_bytes;
    inner->mrrs_bytes = p->mrrs_bytes;
    inner->completion_bytes = p->completion_bytes;
    inner->tags = p->tags;
    inner->address = p->address;
    inner->dllp = p->dllp;
    inner->tx_port_ps = p->tx_port_ps;
    inner->rx_port_ps = p->rx_port_ps;
    inner->cable_m = 0;
}

static void tunnel_segment(const usb4_params *p, const lw_segment *inner, lw_segment *tunnel) {
    int64_t bits_per_s;
    lw_fraction line_code;
    lane_rate(p, &bits_per_s, &line_code);
    int64_t header = p->address == LW_PCIE_4DW ? 16 : 12;
    tunnel->name = "tunnel";
    for (int dir = 0; dir < 2; dir++) {
        lw_channel *channel = &tunnel->channel[dir];
        int64_t raw_Bps = bits_per_s / 8 * lanes_of(p, dir);
        lw_channel_set_rate(channel, raw_Bps, line_code, p->efficiency);
        // What PCIe may not use counts as taken from the coded wire: 1 - pcie / (raw x code).
        int64_t coded = raw_Bps * line_code.num;
        int64_t pcie = pcie_Bps(p, dir) * line_code.den;
        channel->periodic = lw_fraction_of(coded > pcie ? coded - pcie : 0, coded);
        for (int kind = 0; kind < LW_PACKET_KINDS; kind++) {
            // A completion has a header of 3 double words whatever the address.
            channel->format[kind].payload_max_bytes = inner->channel[dir].format[kind].payload_max_bytes;
            channel->format[kind].overhead_bytes = (kind == LW_PACKET_COMPLETION ? 12 : header) + p->overhead_bytes;
            channel->format[kind].granule_bytes = 1;
        }
        channel->data_unit_bytes = inner->channel[dir].data_unit_bytes;
        channel->request_max_bytes = p->mrrs_bytes;
        lw_channel_add_latency(channel, "routers", p->tunnel_ps);
        lw_channel_add_latency(channel, "propagation", llround(p->cable_m * p->cable_ps_per_m));
        channel->evidence = LW_SPECIFIED;
    }
}

static void resolve(const void *params, lw_link_model *link) {
    const usb4_params *p = params;
    lw_pcie_params inner;
    inner_link(p, &inner);
    memset(link, 0, sizeof *link);
    lw_pcie_segment(&inner, &inner_medium, &link->segment[1]);
    link->segment[1].name = "inner pcie";
    tunnel_segment(p, &link->segment[1], &link->segment[0]);
    link->segment_count = 2;
    link->read_tags = lw_pcie_tags(&inner);
    link->evidence = LW_SPECIFIED;
    if (p->standard == USB4) {
        int gbps = (int)generation_of(p) == 2 ? 10 : (int)generation_of(p) == 3 ? 20 : 40;
        (void)snprintf(link->label, sizeof link->label, "USB4 %d Gb/s", gbps * (int)p->lanes);
    } else {
        (void)snprintf(link->label, sizeof link->label, "Thunderbolt %d", p->standard - THUNDERBOLT_3 + 3);
    }
}

static int64_t least(int64_t a, int64_t b) {
    return a < b ? a : b;
}

// Nobody publishes how long routers take, nor what a GPU behind them may ask for; hosts and boxes
// differ. What a platform is known to ask for is not uncertain.
static void band(const void *params, lw_link_model *slow, lw_link_model *fast) {
    const usb4_params *given = params;
    usb4_params p = *given;
    p.tunnel_ps = least(given->tunnel_ps, given->fast_tunnel_ps);
    resolve(&p, fast);
    p.tunnel_ps = given->tunnel_ps > given->slow_tunnel_ps ? given->tunnel_ps : given->slow_tunnel_ps;
    p.efficiency = given->efficiency * given->slow_efficiency;
    if (given->tags == LW_AUTO) {
        p.tags = least(given->slow_tags, fast->read_tags);
        p.mrrs_bytes = least(given->slow_mrrs_bytes, given->mrrs_bytes);
    }
    resolve(&p, slow);
}

static lw_status check(const void *params, const lw_option_set *set, lw_place at, lw_diags *diags) {
    const usb4_params *p = params;
    int64_t gen = generation_of(p);
    if (p->standard != USB4 && (gen == 4) != (p->standard == THUNDERBOLT_5)) {
        return lw_error(diags, lw_type_place(options, set, "gen", at), "leave gen out", "%s does not run at USB4 generation %d",
                        standard_words[p->standard], (int)gen);
    }
    if (p->asymmetric && (gen != 4 || p->lanes != 2)) {
        return lw_error(diags, lw_type_place(options, set, "asymmetric", at),
                        "only generation 4 with 2 lanes can turn a lane round", "generation %d with %d lanes is always symmetric",
                        (int)gen, (int)p->lanes);
    }
    for (int dir = 0; dir < 2; dir++) {
        if (left_Bps(p, dir) <= 0) {
            const char *key = dir == 0 && p->displayport_Bps > 0 ? "displayport" : "usb3";
            return lw_error(diags, lw_type_place(options, set, key, at), "take a smaller display or a faster link",
                            "nothing of the link's %.3g Gb/s is left for PCIe", (double)coded_Bps(p, dir) * 8e-9);
        }
    }
    lw_status status = LW_OK;
    if (p->completion_bytes != LW_AUTO && (p->completion_bytes > p->mps_bytes || p->completion_bytes % 64 != 0)) {
        status = lw_error(diags, lw_type_place(options, set, "completion_bytes", at), "take a multiple of 64 B up to mps",
                          "a completion cannot have %d B with mps %d B", (int)p->completion_bytes, (int)p->mps_bytes);
    }
    if (p->tags != LW_AUTO && p->tags > 256 && p->pcie_gen < 4) {
        status = lw_error(diags, lw_type_place(options, set, "tags", at), "take at most 256 tags, or pcie_gen 4",
                          "PCIe generation %d cannot have %d tags", (int)p->pcie_gen, (int)p->tags);
    }
    double passive_m = gen == 4 ? 1.0 : 0.8;
    if (p->cable_m > passive_m && gen >= 3) {
        lw_warn(diags, lw_type_place(options, set, "cable", at), "an active cable does it; it may add some delay of its own",
                "a passive cable of %g m is longer than the %g m usual at this rate", p->cable_m, passive_m);
    }
    return status;
}

static const char page[] =
    "USB4 and Thunderbolt carry PCI Express, displays and USB 3 as tunnels over one cable. A graphics\n"
    "card in a box sits behind two links in a row: the tunnel, and a plain PCI Express link inside the\n"
    "box. This model has both, as two segments.\n"
    "\n"
    "40 Gb/s is not 40 Gb/s of PCI Express. Displays take their share first (17.28 Gb/s for HBR2 with\n"
    "four lanes), then USB 3; what is left for PCIe is at most 32 Gb/s with Thunderbolt 3 and 4, and 64\n"
    "Gb/s with Thunderbolt 5. The 120 Gb/s of Thunderbolt 5 are for displays (asymmetric: three lanes\n"
    "out, one back): PCIe gains nothing, and in return it has 40 Gb/s at best. Copies over Thunderbolt 5\n"
    "were measured at 5.6 GB/s to the card and 5.8 back, 45 and 46 Gb/s (Tom's Hardware, 2025-10-05).\n"
    "\n"
    "Two lanes of USB4 generation 3 are 20 Gb/s each, so 40 Gb/s in sum; texts that give 40 Gb/s a lane\n"
    "mean generation 4. The operating system shows a tunnelled port as 2.5 GT/s x1. That is a fixed text\n"
    "of the specification, not its speed.\n"
    "\n"
    "Packets are small: the host's port usually offers a payload of 128 B, so 16 % of a write is header\n"
    "and framing. And the route is long: every packet passes two routers. Reads, that is copies to the\n"
    "card, wait for it, and with few outstanding requests (tags x mrrs) they fall behind writes. That is\n"
    "why 2.8 GB/s to the card and 3.3 GB/s back were measured on one and the same Thunderbolt 4 link.\n"
    "\n"
    "What the routers delay and how many requests a host lets pass, nobody publishes. Results therefore\n"
    "say how far a rate may be off (uncertain, GB/s): routers at their best and their worst\n"
    "(fast_tunnel_latency, slow_tunnel_latency), less of the tunnel kept busy (slow_efficiency), and,\n"
    "where tags are auto, few and small requests (slow_tags, slow_mrrs). With those a Thunderbolt 5 link\n"
    "would copy to the card no faster than Thunderbolt 4, at 2.3 to 2.8 GB/s; with 256 or more it reaches\n"
    "6.7. A link tester expects 6.5 GB/s of it (procrastineto/GPU-PCIe-Test), the one published copy made\n"
    "5.6.\n"
    "\n"
    "Let end a of the link be the host: displays are taken from the direction a to b.";

// USB4 Specification 2.0 ch. 11: the PCIe tunnel has a downstream adapter at the host's router or a
// hub's, an upstream adapter at the device's. Ch. 1: a hub has one upstream port, and a domain one
// host router; no PCIe is tunnelled between domains.
static const lw_joins joins = {
    .join = {{LW_END_HOST | LW_END_SWITCH, LW_END_DEVICES | LW_END_SWITCH}},
    .why = "the PCIe tunnel leads from a host, or a hub, to a device",
    .between_hosts = "two computers on one cable talk by type: thunderbolt-net, as in preset: thunderbolt-net-40",
    .one_host = true,
};

const lw_family lw_family_usb4 = {
    .type =
        {
            .name = "usb4",
            .summary = "USB4 1 and 2, Thunderbolt 3, 4 and 5: a PCIe tunnel and the PCIe link inside the box",
            .page = page,
            .example = "{preset: thunderbolt-4}",
            .options = options,
            .params_size = sizeof(usb4_params),
            .check = check,
        },
    .hue = LW_HUE_VIOLET,
    .multipath = LW_MULTIPATH_FIXED,
    .joins = &joins,
    .resolve = resolve,
    .band = band,
};
