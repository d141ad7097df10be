// SPDX-License-Identifier: GPL-3.0-or-later
// Intel Gaudi 2 and 3: scale-up over RoCE v2 ports on the chip. Sources: Habana documentation
// (docs.habana.ai), IEEE 802.3, InfiniBand Architecture Specification volume 1 with annex A17 (RoCE
// v2).
#include <stdio.h>

#include "models/flit_bundle.h"

typedef struct gaudi_params {
    lw_bundle_params bundle;
    int64_t gen;
    int64_t mtu_bytes;
} gaudi_params;

enum {
    // IEEE 802.3: preamble and start 8, addresses and type 14, FCS 4, gap 12; IPv4 20, UDP 8, BTH
    // 12, ICRC 4.
    MIDDLE_PACKET_BYTES = 38 + 20 + 8 + 12 + 4,
    READ_REQUEST_BYTES = MIDDLE_PACKET_BYTES + 16,  // RETH: address, key and length
    SCALE_UP_PORTS = 21,
};

#define FIELD(name) offsetof(gaudi_params, name)

static const char *const gens[] = {"2", "3", NULL};
static const char *const mtus[] = {"256 B", "512 B", "1024 B", "2048 B", "4096 B", NULL};

static const lw_option options[] = {
    {.key = "gen",
     .kind = LW_OPTION_INTEGER,
     .offset = FIELD(gen),
     .fallback = "3",
     .words = gens,
     .help = "2: ports of 100 Gb/s; 3: ports of 200 Gb/s.",
     .source = "Habana documentation, Gaudi architecture: 24 x 100 and 24 x 200 GbE"},
    {.key = "mtu",
     .kind = LW_OPTION_QUANTITY_INT,
     .dimension = LW_BYTES,
     .offset = FIELD(mtu_bytes),
     .fallback = "4096 B",
     .words = mtus,
     .help = "Most payload of one RDMA packet.",
     .source = "InfiniBand Architecture vol. 1: path MTU 256 to 4096 B; that Gaudi uses the largest is assumed"},
    LW_BUNDLE_ROWS(gaudi_params, "21", "Habana documentation: 21 ports scale up, 3 scale out, of 24", "400 ns", LW_SPECIFIED,
                   "half of 0.8 us, what UCX plans for a RoCE message one way (openucx/ucx 9466d104, ib_iface.c)", "0 m",
                   "on one board, within the port's figure"),
    {0},
};

static void resolve(const void *params, lw_link_model *link) {
    const gaudi_params *p = params;
    int64_t port_Bps = p->gen == 2 ? 12500000000 : 25000000000;
    lw_bundle facts = {
        .link_raw_Bps = port_Bps / 16 * 17,
        .line_code = LW_BUNDLE_RS_CODE,
        .expand = {1, 1},
        .payload_bytes = p->mtu_bytes,
        .header_bytes = MIDDLE_PACKET_BYTES,
        .request_bytes = READ_REQUEST_BYTES,
        .granule_bytes = 1,
        .evidence = LW_ASSUMED,
    };
    lw_bundle_resolve(&p->bundle, &facts, link);
    (void)snprintf(link->label, sizeof link->label, "Gaudi %d RoCE x%d", (int)p->gen, (int)p->bundle.links);
}

static lw_status check(const void *params, const lw_option_set *set, lw_place at, lw_diags *diags) {
    const gaudi_params *p = params;
    if (p->bundle.links > SCALE_UP_PORTS) {
        lw_warn(diags, lw_type_place(options, set, "links", at), "take at most 21; the other three are for scale-out",
                "a Gaudi has %d scale-up ports, not %d", SCALE_UP_PORTS, (int)p->bundle.links);
    }
    return LW_OK;
}

static const char page[] =
    "Gaudi accelerators speak Ethernet themselves: 24 ports of 100 Gb/s (Gaudi 2) or 200 Gb/s (Gaudi 3)\n"
    "with RDMA over Converged Ethernet on the chip. In a server of eight, 21 ports scale up, three to\n"
    "each of the seven peers, and three scale out.\n"
    "\n"
    "So \"300\" and \"600 GB/s\" count ports that do not scale up: it is 262.5 and 525 GB/s per direction to\n"
    "all peers, and to any one of them 37.5 and 75 GB/s.\n"
    "\n"
    "The wire runs at 106.25 or 212.5 Gb/s a port, of which 257-bit blocks and RS(544,514) leave 16/17.\n"
    "Each packet of up to 4096 B then brings 82 B: preamble, Ethernet, IP, UDP and RDMA headers, checks\n"
    "and the gap. That is 98 % payload; the first packet of a message has 16 B more, and acknowledges\n"
    "hardly count. With packets of 256 B it would be 76 %.\n"
    "\n"
    "No latency of these ports is published. The default is what a communication library plans for any\n"
    "RoCE message.";

const lw_family lw_family_gaudi = {
    .type =
        {
            .name = "gaudi",
            .summary = "Intel Gaudi 2 and 3: RoCE ports of the accelerator as scale-up links",
            .page = page,
            .example = "{preset: gaudi3}",
            .options = options,
            .params_size = sizeof(gaudi_params),
            .check = check,
        },
    .hue = LW_HUE_CRIMSON,
    .joins = &lw_joins_accelerators,
    .resolve = resolve,
};
