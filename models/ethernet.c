// SPDX-License-Identifier: GPL-3.0-or-later
// Ethernet: RDMA (RoCE v2), TCP and UDP, and the software in front of the card. Sources: IEEE Std
// 802.3, by clause; InfiniBand Architecture Specification 1, annex 17 (RoCE v2); RFC 791, 768,
// 9293, 7323.
#include <stdio.h>

#include "models/packet_network.h"

typedef enum protocol { PROTOCOL_AUTO, ROCE, TCP, UDP } protocol;
typedef enum path { RDMA, KERNEL_TCP, OVS_KERNEL, OVS_DPDK, SR_IOV, VIRTIO } path;
typedef enum fec { FEC_AUTO, FEC_NONE, FEC_RS_528, FEC_RS_544 } fec;

typedef struct ethernet_params {
    int64_t rate_Bps;
    int protocol, path, fec;
    int64_t mtu_bytes;  // LW_AUTO: by protocol
    int64_t encapsulation_bytes;
    int64_t packet_ps;  // LW_AUTO: not given
    int64_t copy_Bps;
    int64_t cores;
    lw_network_params net;
} ethernet_params;

#define FIELD(name) offsetof(ethernet_params, name)

static const char *const rates[] = {"1 Gb/s",  "2.5 Gb/s", "5 Gb/s",   "10 Gb/s",  "25 Gb/s",  "40 Gb/s",
                                    "50 Gb/s", "100 Gb/s", "200 Gb/s", "400 Gb/s", "800 Gb/s", NULL};
static const char *const protocol_words[] = {"auto", "roce", "tcp", "udp", NULL};
static const char *const path_words[] = {"rdma", "kernel-tcp", "ovs-kernel", "ovs-dpdk", "sr-iov", "virtio", NULL};
static const char *const fec_words[] = {"auto", "none", "rs-528", "rs-544", NULL};

static const lw_option options[] = {
    {.key = "rate",
     .kind = LW_OPTION_QUANTITY_INT,
     .dimension = LW_RATE,
     .offset = FIELD(rate_Bps),
     .fallback = "100 Gb/s",
     .words = rates,
     .help = "Rate of a port, without line code and error correction.",
     .source = "IEEE 802.3; the middle of what servers have"},
    {.key = "protocol",
     .kind = LW_OPTION_WORD,
     .offset = FIELD(protocol),
     .fallback = "auto",
     .words = protocol_words,
     .help = "roce (RoCE v2, the card moves memory), tcp or udp; auto: roce where the path is rdma, else tcp.",
     .source = "what each path is used for"},
    {.key = "path",
     .kind = LW_OPTION_WORD,
     .offset = FIELD(path),
     .fallback = "rdma",
     .words = path_words,
     .help = "In front of the card: rdma (nothing), kernel-tcp, ovs-kernel, ovs-dpdk (virtual switches), sr-iov or virtio.",
     .source = "what remote GPUs are usually reached by"},
    {.key = "packet_cost",
     .kind = LW_OPTION_QUANTITY_INT,
     .dimension = LW_TIME,
     .offset = FIELD(packet_ps),
     .fallback = "auto",
     .minimum = 0,
     .maximum = 1e9,
     .help = "Time of one core for each packet, its bytes apart; needed for every path but rdma.",
     .source = "an RDMA card handles packets without software; for other paths no figure holds in general",
     .fitted = true},
    {.key = "copy_rate",
     .kind = LW_OPTION_QUANTITY_INT,
     .dimension = LW_RATE,
     .offset = FIELD(copy_Bps),
     .fallback = "5.4 GB/s",
     .minimum = 1e6,
     .maximum = 1e15,
     .help = "What one core copies from buffer to buffer, on every path but rdma.",
     .source = "Xeon E5, pageable copies: N. Pho, cse554 host_GPU (2026-03-17)"},
    {.key = "cores",
     .kind = LW_OPTION_INTEGER,
     .offset = FIELD(cores),
     .fallback = "1",
     .minimum = 1,
     .maximum = 1024,
     .help = "Cores that share the packets evenly, on every path but rdma.",
     .source = "one connection is handled by one core"},
    {.key = "mtu",
     .kind = LW_OPTION_QUANTITY_INT,
     .dimension = LW_BYTES,
     .offset = FIELD(mtu_bytes),
     .fallback = "auto",
     .minimum = 256,
     .maximum = 9216,
     .help = "roce: most payload of a packet, 256 to 4096 B; tcp and udp: longest IP packet; auto: 4096 and 1500 B.",
     .source = "InfiniBand Architecture Specification 1 ch. 7; IEEE 802.3 clause 3"},
    {.key = "encapsulation",
     .kind = LW_OPTION_QUANTITY_INT,
     .dimension = LW_BYTES,
     .offset = FIELD(encapsulation_bytes),
     .fallback = "0 B",
     .minimum = 0,
     .maximum = 256,
     .help = "Headers of overlays on each packet: 4 B for a VLAN tag, 50 B for VXLAN.",
     .source = "none; IEEE 802.1Q, RFC 7348"},
    {.key = "fec",
     .kind = LW_OPTION_WORD,
     .offset = FIELD(fec),
     .fallback = "auto",
     .words = fec_words,
     .help = "Error correction: none, rs-528 (25 and 100 Gb/s), rs-544 (50 Gb/s and up); auto: what the rate usually has.",
     .source = "IEEE 802.3 clauses 91, 108, 119, 134, 172"},
    LW_NETWORK_CARD_ROW(
        FIELD(net), "400 ns", "Each card, its bus included: take less where the scenario has the card's slot as a link.",
        "openucx/ucx at commit 9466d104, ib_iface.c: planning constants of 0.6 + 0.2 us one way, half at each end"),
    LW_NETWORK_FEC_ROW(FIELD(net), "Error correction at the end of each cable.",
                       "Signal Integrity Journal: 100 to 200 ns for RS(544,514); taken for RS(528,514) too"),
    LW_NETWORK_SWITCH_ROW(FIELD(net), "250 ns", "Broadcom Tomahawk Ultra: 250 ns; others take longer"),
    LW_NETWORK_ROWS(FIELD(net)),
    {0},
};

static const int64_t Gbps = 125000000;  // bytes per second

static protocol protocol_of(const ethernet_params *p) {
    return p->protocol != PROTOCOL_AUTO ? (protocol)p->protocol : p->path == RDMA ? ROCE : TCP;
}

static int64_t mtu_of(const ethernet_params *p) {
    return p->mtu_bytes != LW_AUTO ? p->mtu_bytes : protocol_of(p) == ROCE ? 4096 : 1500;
}

// ---- From the line to the packet ----

static fec fec_of(const ethernet_params *p) {
    if (p->fec != FEC_AUTO) {
        return (fec)p->fec;
    }
    bool rs_528 = p->rate_Bps == 25 * Gbps || p->rate_Bps == 100 * Gbps;
    return rs_528 ? FEC_RS_528 : p->rate_Bps >= 50 * Gbps ? FEC_RS_544 : FEC_NONE;
}

// 8b/10b up to 2.5 Gb/s (IEEE 802.3 clauses 36 and 127), 64b/66b above (clauses 49, 82, 107, 129).
// Error correction packs four such blocks into 257 bits: RS(528,514) adds what that saved, so the
// line stays as fast; RS(544,514) leaves 514/544 x 256/257 = 16/17 (clauses 91, 119, 134, 172).
static lw_fraction line_code_of(const ethernet_params *p) {
    return fec_of(p) == FEC_RS_544 ? (lw_fraction){16, 17} : p->rate_Bps < 5 * Gbps ? (lw_fraction){4, 5} : (lw_fraction){32, 33};
}

enum {
    PREAMBLE_BYTES = 8,  // with the start delimiter (IEEE 802.3 clause 3)
    MAC_BYTES = 14,      // addresses and type
    FCS_BYTES = 4,
    GAP_BYTES = 12,
    FRAME_MIN_BYTES = 64,  // from MAC to FCS
    IPV4_BYTES = 20,
    UDP_BYTES = 8,
    TCP_BYTES = 32  // with time stamps (RFC 7323), on by default in Linux
};

// What a packet has around its payload from preamble to gap. RoCE: a middle packet of a message,
// for only the first of a write carries RETH, only the ends of a read reply AETH.
static int64_t overhead_of(const ethernet_params *p) {
    static const int64_t transport[] = {
        [ROCE] = UDP_BYTES + LW_RDMA_BTH_BYTES + LW_RDMA_ICRC_BYTES, [TCP] = TCP_BYTES, [UDP] = UDP_BYTES};
    return PREAMBLE_BYTES + MAC_BYTES + p->encapsulation_bytes + IPV4_BYTES + transport[protocol_of(p)] + FCS_BYTES + GAP_BYTES;
}

// Packets without payload are filled up to the shortest frame. (So are payloads below 6 B in TCP
// and 18 B in UDP; a channel cannot say that, and they are counted short.)
static int64_t empty_packet_bytes(const ethernet_params *p, int64_t more) {
    int64_t shortest = PREAMBLE_BYTES + FRAME_MIN_BYTES + GAP_BYTES;
    int64_t bytes = overhead_of(p) + more;
    return bytes > shortest ? bytes : shortest;
}

static int64_t payload_of(const ethernet_params *p) {
    int64_t headers[] = {[ROCE] = 0, [TCP] = IPV4_BYTES + TCP_BYTES, [UDP] = IPV4_BYTES + UDP_BYTES};
    return mtu_of(p) - headers[protocol_of(p)];
}

// ---- Software in front of the card ----

static int64_t frame_headers(const ethernet_params *p) {
    return overhead_of(p) - PREAMBLE_BYTES - GAP_BYTES;
}

// Time that the cores need for a full packet.
static int64_t software_packet_ps(const ethernet_params *p) {
    if (p->path == RDMA) {
        return 0;
    }
    double bytes = (double)(payload_of(p) + frame_headers(p));
    return (p->packet_ps + (int64_t)(bytes * 1e12 / (double)p->copy_Bps)) / p->cores;
}

// A stage of its own, beside the wire: while the card sends one packet, the cores handle the next,
// so the slower of them counts.
static void software_segment(const ethernet_params *p, const lw_segment *wire, lw_segment *segment) {
    segment->name = "software";
    segment->whole_packets = true;
    for (int dir = 0; dir < 2; dir++) {
        lw_channel *channel = &segment->channel[dir];
        lw_channel_set_rate(channel, p->cores * p->copy_Bps, (lw_fraction){1, 1}, 1);
        channel->packet_ps = p->packet_ps / p->cores;
        channel->request_max_bytes = p->net.message_bytes;
        // takes no time: call_cost is counted with the wire
        channel->latency[0].name = "hand over";
        channel->latency_count = 1;
        channel->evidence = LW_ASSUMED;
        for (int kind = 0; kind < LW_PACKET_KINDS; kind++) {
            channel->format[kind] = wire->channel[dir].format[kind];
            channel->format[kind].overhead_bytes -= PREAMBLE_BYTES + GAP_BYTES;
        }
    }
}

// ---- The link ----

// "TCP 100 Gb/s by OVS"
static void name_link(const ethernet_params *p, size_t size, char *label) {
    static const char *const protocols[] = {[ROCE] = "RoCE", [TCP] = "TCP", [UDP] = "UDP"};
    static const char *const paths[] = {"", " by the kernel", " by OVS", " by OVS-DPDK", " by SR-IOV", " by virtio"};
    double rate = (double)p->rate_Bps / (double)Gbps;
    (void)snprintf(label, size, "%s %g Gb/s%s", protocols[protocol_of(p)], rate, paths[p->path]);
}

static void resolve(const void *params, lw_link_model *link) {
    const ethernet_params *p = params;
    protocol carried = protocol_of(p);
    lw_fraction line_code = line_code_of(p);
    int64_t payload = payload_of(p);
    lw_network_wire wire = {
        .name = p->path == RDMA ? "" : "wire",
        .raw_Bps = p->rate_Bps / line_code.num * line_code.den,
        .line_code = line_code,
        .payload_max_bytes = payload,
        .overhead_bytes = {overhead_of(p), empty_packet_bytes(p, carried == ROCE ? LW_RDMA_RETH_BYTES : 0), overhead_of(p)},
        // RFC 5681 section 4.2: an acknowledgement for every second full segment; RoCE: for each
        // message.
        .ack_bytes = carried == UDP ? 0 : empty_packet_bytes(p, carried == ROCE ? LW_RDMA_AETH_BYTES : 0),
        .ack_packets = carried == TCP ? 2 : (p->net.message_bytes - 1) / payload + 1,
        .packet_floor_ps = software_packet_ps(p),
        .fec = fec_of(p) != FEC_NONE,
        // Cards go back to the packet that is missing; TCP has selective acknowledgements (RFC
        // 2018).
        .replay = carried == ROCE  ? LW_REPLAY_GO_BACK_N
                  : carried == TCP ? LW_REPLAY_SELECTIVE
                                   : LW_REPLAY_NONE,
    };
    char label[sizeof link->label];
    name_link(p, sizeof label, label);
    lw_network_resolve(&p->net, &wire, label, link);
    if (p->path != RDMA) {
        software_segment(p, &link->segment[0], &link->segment[1]);
        link->segment_count = 2;
        link->evidence = LW_ASSUMED;
    }
}

// ---- Rules ----

static lw_status check_path(const ethernet_params *p, const lw_option_set *set, lw_place at, lw_diags *diags) {
    protocol carried = protocol_of(p);
    if (p->path == RDMA ? carried != ROCE : p->path != SR_IOV && carried == ROCE) {
        const char *key = p->protocol != PROTOCOL_AUTO ? "protocol" : "path";
        return lw_error(diags, lw_type_place(options, set, key, at),
                        "roce goes with path rdma or sr-iov, tcp and udp with every other path", "path %s does not carry %s",
                        path_words[p->path], protocol_words[carried]);
    }
    if (p->path == KERNEL_TCP && carried != TCP) {
        return lw_error(diags, lw_type_place(options, set, "protocol", at), "take protocol: tcp, or another path",
                        "path kernel-tcp carries tcp, not %s", protocol_words[carried]);
    }
    if (p->path != RDMA && (p->packet_ps == LW_AUTO || p->net.call_ps == LW_AUTO)) {
        const char *missing = p->packet_ps == LW_AUTO ? "packet_cost" : "call_cost";
        return lw_error(diags, lw_type_place(options, set, "path", at),
                        "measure it (a core at 1 million packets a second takes 1 us for each), or start from a preset",
                        "path %s needs a %s: no figure for it holds in general", path_words[p->path], missing);
    }
    return LW_OK;
}

static lw_status check(const void *params, const lw_option_set *set, lw_place at, lw_diags *diags) {
    const ethernet_params *p = params;
    protocol carried = protocol_of(p);
    LW_TRY(check_path(p, set, at, diags));
    int64_t mtu = mtu_of(p);
    if (carried == ROCE && (mtu > 4096 || (mtu & (mtu - 1)) != 0)) {
        return lw_error(diags, lw_type_place(options, set, "mtu", at), "take 256, 512, 1024, 2048 or 4096 B",
                        "RoCE has no packets of %d B", (int)mtu);
    }
    fec code = fec_of(p);
    bool fits = code == FEC_RS_528   ? p->rate_Bps == 25 * Gbps || p->rate_Bps == 100 * Gbps
                : code == FEC_RS_544 ? p->rate_Bps >= 50 * Gbps
                                     : p->rate_Bps < 200 * Gbps && p->rate_Bps != 50 * Gbps;
    if (!fits) {
        return lw_error(diags, lw_type_place(options, set, "fec", at), "take fec: auto", "%g Gb/s does not run with fec: %s",
                        (double)p->rate_Bps / (double)Gbps, fec_words[code]);
    }
    if (carried == UDP && p->net.loss > 0.0) {
        return lw_error(diags, lw_type_place(options, set, "loss", at), "take protocol: tcp, or loss: 0",
                        "nobody sends a lost packet of UDP again");
    }
    return LW_OK;
}

static const char page[] =
    "Ethernet to a remote GPU: with RDMA, where cards move memory (RoCE v2), or with TCP and UDP through\n"
    "software.\n"
    "\n"
    "Where the rate goes. 400 Gb/s is what the line code leaves: the lanes signal 425 Gb/s, of which\n"
    "RS(544,514) and 256b/257b take 1/17. Each packet then costs 38 B (preamble 8, header 14, check 4,\n"
    "gap 12), IP 20 and its protocol: RoCE 24 more, so 4096 B of payload travel as 4178 B, 98 %, and 1024\n"
    "B at 93 %. TCP in packets of 1500 B reaches 94 %, in 9000 B 99 %. The shortest packets show the\n"
    "other limit: 84 B each make 14.88 million a second at 10 Gb/s, and some cards handle fewer than\n"
    "their wire.\n"
    "\n"
    "Latency by part: call, card (0.4 us with its bus), error correction at the end of each cable (0.1\n"
    "us), switch (0.25 us and more), cable (5 ns a metre). A round trip of RDMA was measured at 2.9 us on\n"
    "400 Gb/s; from call to acknowledgement a write takes 6 us. Fixed times bind small copies: one at a\n"
    "time, 16 KiB got 20 Gb/s of the 400, 1 MiB 303.\n"
    "\n"
    "Software in front costs by packet, by byte and by call, and it is a stage of its own: the slower of cores and wire\n"
    "counts.\n"
    "  rdma        nothing: the card reads and writes memory, a GPU's too\n"
    "  kernel-tcp  one core moves some 42 Gb/s with large packets (Cai et al., SIGCOMM 2021), most of it spent on copying\n"
    "  ovs-kernel  1.88 million packets a second and core (Emmerich et al., 2018): 10 Gb/s of full ones, an eighth of short\n"
    "  ovs-dpdk    cores that poll, and do nothing else; 6.8 million packets a second are reported of Intel's own switch\n"
    "  sr-iov      the machine has a slice of the card; 1024 B there and back by TCP within 44 us for 99 of 100\n"
    "  virtio      16 queues (vhost) filled 95 % of 100 Gb/s, an untuned bridge 10 to 14 Gb/s\n"
    "These figures belong to their machines. So packet_cost and call_cost have no defaults, and presets say where theirs\n"
    "are from. Of vhost-user and vDPA, of rates over SR-IOV and of the time that any switch adds no figure was found: measure\n"
    "a core's packets a second and give one over it as packet_cost.\n"
    "\n"
    "Often claimed: OVS and DPDK make eGPUs faster. They switch network packets. A card on a cable of\n"
    "OCuLink or Thunderbolt never meets them; they matter where a GPU is reached over a network, and\n"
    "there RDMA leaves them out altogether.\n"
    "\n"
    "RoCE needs a network that loses nothing: after a lost packet cards send all again from it on.\n"
    "Congestion control, which slows senders down, is not modelled.";

const lw_family lw_family_ethernet = {
    .type =
        {
            .name = "ethernet",
            .summary = "Ethernet 1 to 800 Gb/s: RoCE v2, TCP or UDP, and the software path in front of the card",
            .page = page,
            .example = "{preset: ethernet-400g-rdma}",
            .options = options,
            .params_size = sizeof(ethernet_params),
            .check = check,
        },
    .hue = LW_HUE_NAVY,
    .multipath = LW_MULTIPATH_HASHED,
    .joins = &lw_joins_network,
    .between_machines = true,
    .resolve = resolve,
};
