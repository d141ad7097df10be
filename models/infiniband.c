// SPDX-License-Identifier: GPL-3.0-or-later
// InfiniBand with remote direct memory access. Sources: InfiniBand Architecture Specification
// volumes 1 and 2 ("IBTA"); openucx/ucx at commit 9466d104, ib_iface.c ("UCX").
#include <stdio.h>

#include "models/packet_network.h"

typedef enum speed { SDR, DDR, QDR, FDR, EDR, HDR, NDR, XDR, SPEEDS } speed;

typedef struct infiniband_params {
    int speed;
    int64_t lanes;
    int64_t mtu_bytes;
    bool routed;
    lw_network_params net;
} infiniband_params;

#define FIELD(name) offsetof(infiniband_params, name)

static const char *const speed_words[] = {"sdr", "ddr", "qdr", "fdr", "edr", "hdr", "ndr", "xdr", NULL};
static const char *const widths[] = {"1", "2", "4", "8", "12", NULL};
static const char *const mtus[] = {"256 B", "512 B", "1024 B", "2048 B", "4096 B", NULL};

static const lw_option options[] = {
    {.key = "speed",
     .kind = LW_OPTION_WORD,
     .offset = FIELD(speed),
     .fallback = "hdr",
     .words = speed_words,
     .help = "Rate of a lane: sdr 2.5, ddr 5, qdr 10, fdr 14.06, edr 25.78, hdr 53.125, ndr 106.25 or xdr 212.5 Gb/s.",
     .source = "IBTA volume 2; the middle of what is in use"},
    {.key = "lanes",
     .kind = LW_OPTION_INTEGER,
     .offset = FIELD(lanes),
     .fallback = "4",
     .words = widths,
     .help = "Lanes of a port, per direction.",
     .source = "IBTA volume 2: 1x, 2x, 4x, 8x and 12x; adapters have 4x"},
    {.key = "mtu",
     .kind = LW_OPTION_QUANTITY_INT,
     .dimension = LW_BYTES,
     .offset = FIELD(mtu_bytes),
     .fallback = "4096 B",
     .words = mtus,
     .help = "Most payload of one packet.",
     .source = "IBTA volume 1 ch. 7: 256 to 4096 B"},
    {.key = "routed",
     .kind = LW_OPTION_FLAG,
     .offset = FIELD(routed),
     .fallback = "false",
     .help = "Packets leave the subnet and carry a global route header of 40 B.",
     .source = "IBTA volume 1 ch. 8: only between subnets"},
    LW_NETWORK_CARD_ROW(FIELD(net), "auto",
                        "Each adapter, its bus included; auto: 2.5 us (sdr), 1.25 (ddr), 0.65 (qdr), 0.35 (fdr), 0.3 us (newer).",
                        "UCX: planning constants of 5, 2.5, 1.3, 0.7 and 0.6 us one way, half of it at each end"),
    LW_NETWORK_FEC_ROW(FIELD(net), "Error correction at the end of each cable, from hdr on.",
                       "Signal Integrity Journal: 100 to 200 ns for RS(544,514)"),
    LW_NETWORK_SWITCH_ROW(FIELD(net), "130 ns", "NVIDIA Quantum QM8790: below 130 ns in one document, below 90 ns in another"),
    LW_NETWORK_ROWS(FIELD(net)),
    {0},
};

// IBTA volume 2: 8b/10b up to QDR, 64b/66b for FDR and EDR; from HDR on PAM4 lanes with RS(544,514)
// over 256b/257b, which leaves 514/544 x 256/257 = 16/17. Nominal rates: 2, 4, 8, 13.6, 25, 50,
// 100, 200 Gb/s a lane.
static const struct {
    int64_t lane_Bps;
    lw_fraction line_code;
    int64_t nic_ps;
} lane_of[SPEEDS] = {
    [SDR] = {312500000, {4, 5}, 2500000},    [DDR] = {625000000, {4, 5}, 1250000},    [QDR] = {1250000000, {4, 5}, 650000},
    [FDR] = {1757812500, {32, 33}, 350000},  [EDR] = {3222656250, {32, 33}, 300000},  [HDR] = {6640625000, {16, 17}, 300000},
    [NDR] = {13281250000, {16, 17}, 300000}, [XDR] = {26562500000, {16, 17}, 300000},
};

// IBTA volume 1 ch. 5, 7 and 9. Delimiters and the padding of odd sizes to 4 B are left out.
enum {
    LRH_BYTES = 8,   // local route header
    GRH_BYTES = 40,  // global route header
    VCRC_BYTES = 2   // variant CRC
};

static void resolve(const void *params, lw_link_model *link) {
    const infiniband_params *p = params;
    // A middle packet of a message: only the first of a write carries RETH, only the ends of a read
    // reply AETH.
    int64_t packet = LRH_BYTES + (p->routed ? GRH_BYTES : 0) + LW_RDMA_BTH_BYTES + LW_RDMA_ICRC_BYTES + VCRC_BYTES;
    lw_network_wire wire = {
        .name = "",
        .raw_Bps = lane_of[p->speed].lane_Bps * p->lanes,
        .line_code = lane_of[p->speed].line_code,
        .payload_max_bytes = p->mtu_bytes,
        .overhead_bytes = {packet, packet + LW_RDMA_RETH_BYTES, packet},
        .ack_bytes = packet + LW_RDMA_AETH_BYTES,
        .ack_packets = (p->net.message_bytes - 1) / p->mtu_bytes + 1,
        .nic_ps = lane_of[p->speed].nic_ps,
        .fec = p->speed >= HDR,
        // IBTA volume 1 ch. 9: a reliable connection starts again at the packet that is missing
        .replay = LW_REPLAY_GO_BACK_N,
    };
    static const char *const names[SPEEDS] = {"SDR", "DDR", "QDR", "FDR", "EDR", "HDR", "NDR", "XDR"};
    char label[sizeof link->label];
    (void)snprintf(label, sizeof label, "InfiniBand %s %dx", names[p->speed], (int)p->lanes);
    lw_network_resolve(&p->net, &wire, label, link);
}

static const char page[] =
    "InfiniBand is a network made for memory: an adapter writes to and reads from the memory of another\n"
    "machine, a GPU's included, without a processor on the route (RDMA). Pools of remote GPUs and large\n"
    "training machines stand on it.\n"
    "\n"
    "Where the rate goes. HDR is called 200 Gb/s: four lanes of 53.125 Gb/s signal 212.5, of which the\n"
    "parity of RS(544,514) and 256b/257b take 1/17. FDR is called 56 Gb/s, but 64b/66b leaves 54.5; SDR\n"
    "to QDR lose a fifth to 8b/10b, so that QDR, called 40 Gb/s, carries 32. A packet has 26 B around up\n"
    "to 4096 B of payload (8 local route header, 12 transport header, 4 and 2 of checks), so little is\n"
    "lost: 24.8 of 25 GB/s. At an MTU of 256 B it is a tenth.\n"
    "\n"
    "Latency by part: adapter, error correction at the end of each cable, switches, cable, adapter. On\n"
    "one cluster with HDR100 a write of 2 B took 1.21 us one way through one switch and 0.25 us more for\n"
    "each further one; the switch itself is sold as 90 or 130 ns, the rest is error correction and cable.\n"
    "Processors pay for each call besides: measured message rates of one queue end at some 3 million a\n"
    "second, whatever the wire.\n"
    "\n"
    "Reads wait for a round trip. With 16 outstanding requests of 64 KiB that never shows within a hall;\n"
    "with requests of 4 KiB it does.\n"
    "\n"
    "Often claimed: a remote GPU is as fast as a local one. rCUDA measured 9.91 GB/s to a Tesla K40 over\n"
    "two ports of FDR, against 10.06 GB/s to the same card in the own machine. True, for that card sat\n"
    "behind PCIe 3.0 and two ports carry 13.5 GB/s. A card behind PCIe 5.0 takes 55 GB/s, more than NDR\n"
    "has; and each small call pays microseconds.\n"
    "\n"
    "IP over InfiniBand is not modelled. Nothing is lost on the route, for a packet leaves only when\n"
    "there is room for it (credits), which are taken as plentiful; loss stands for bad cables, after\n"
    "which all is sent again from the missing packet on.";

const lw_family lw_family_infiniband = {
    .type =
        {
            .name = "infiniband",
            .summary = "InfiniBand SDR to XDR with RDMA, card to card over any number of switches",
            .page = page,
            .example = "{preset: infiniband-ndr}",
            .options = options,
            .params_size = sizeof(infiniband_params),
        },
    .hue = LW_HUE_NAVY,
    .multipath = LW_MULTIPATH_HASHED,
    .joins = &lw_joins_network,
    .between_machines = true,
    .resolve = resolve,
};
