// SPDX-License-Identifier: GPL-3.0-or-later
// Links between the processors of one computer: QPI, UPI, Infinity Fabric between EPYCs, the X-Bus
// of POWER9.
#include <stdio.h>

#include "models/flit_bundle.h"

typedef enum socket_kind { SOCKET_QPI, SOCKET_UPI, SOCKET_INFINITY_FABRIC, SOCKET_X_BUS, SOCKET_KINDS } socket_kind;

static const struct {
    const char *name;
    lw_fraction line_code, check;
} kinds[SOCKET_KINDS] = {
    // A flit of 80 bits carries 64 bits of data: An Introduction to the Intel QuickPath
    // Interconnect (2009).
    [SOCKET_QPI] = {"QPI", {4, 5}, {1, 1}},
    [SOCKET_UPI] = {"UPI", {4, 5}, {1, 1}},
    // One byte of nine is CRC: R. Yang, notes on processor interconnects (xryan.net/p/295).
    [SOCKET_INFINITY_FABRIC] = {"Infinity Fabric", {1, 1}, {9, 8}},
    [SOCKET_X_BUS] = {"X-Bus", {1, 1}, {1, 1}},
};
static const char *const kind_words[] = {"qpi", "upi", "infinity-fabric", "x-bus", NULL};

typedef struct socket_params {
    lw_bundle_params bundle;
    int kind;
    int64_t rate_Tps, lanes;
    int64_t line_bytes;
} socket_params;

#define FIELD(name) offsetof(socket_params, name)
enum { CACHE_LINE_BYTES = 64, PACKET_MAX_BYTES = 4096, COMMAND_BYTES = 8 };

static const lw_option options[] = {
    {.key = "kind",
     .kind = LW_OPTION_WORD,
     .offset = FIELD(kind),
     .fallback = "upi",
     .words = kind_words,
     .help = "Whose link it is.",
     .source = "most servers with accelerators have Xeons since 2017"},
    {.key = "rate",
     .kind = LW_OPTION_QUANTITY_INT,
     .dimension = LW_TRANSFERS,
     .offset = FIELD(rate_Tps),
     .minimum = 1e9,
     .maximum = 1e11,
     .help = "Bits per second of a lane: 9.6 GT/s (QPI), 10.4 to 24 (UPI), 18 or 32 (EPYC), 16 (POWER9)."},
    {.key = "lanes",
     .kind = LW_OPTION_INTEGER,
     .offset = FIELD(lanes),
     .minimum = 1,
     .maximum = 64,
     .help = "Lanes of a link, per direction: 20 (QPI, UPI), 24 (UPI 2.0), 16 (EPYC), 32 (POWER9)."},
    {.key = "line",
     .kind = LW_OPTION_QUANTITY_INT,
     .dimension = LW_BYTES,
     .offset = FIELD(line_bytes),
     .fallback = "72 B",
     .minimum = CACHE_LINE_BYTES,
     .maximum = 256,
     .help = "What a cache line of 64 B takes with its head.",
     .source =
         "An Introduction to the Intel QuickPath Interconnect (2009): eight flits of data and one head, 8 B each; of the others "
         "it is assumed"},
    LW_BUNDLE_ROWS(socket_params, "1", "one link; boards have two to four", "11.25 ns", LW_ASSUMED,
                   "a quarter of 45 ns, as memory of the other socket takes 40 to 50 ns longer (lowlat-ms.pages.dev, "
                   "glossary, QPI / UPI): two directions of two ports",
                   "0 m", "on one board, within the port's figure"),
    {0},
};

static void resolve(const void *params, lw_link_model *link) {
    const socket_params *p = params;
    const lw_fraction check = kinds[p->kind].check;
    lw_bundle facts = {
        .link_raw_Bps = p->rate_Tps * p->lanes / 8,
        .line_code = kinds[p->kind].line_code,
        // A packet of any size crosses in cache lines, so that a long one is not cut up for the
        // links before and behind.
        .expand = lw_fraction_of(p->line_bytes * check.num, CACHE_LINE_BYTES * check.den),
        .payload_bytes = PACKET_MAX_BYTES,
        .header_bytes = COMMAND_BYTES,
        .request_bytes = COMMAND_BYTES,
        .granule_bytes = 1,
        .evidence = LW_ASSUMED,
    };
    lw_bundle_resolve(&p->bundle, &facts, link);
    (void)snprintf(link->label, sizeof link->label, "%s %.4g GT/s, %d link%s", kinds[p->kind].name, (double)p->rate_Tps * 1e-9,
                   (int)p->bundle.links, p->bundle.links == 1 ? "" : "s");
}

static lw_status check(const void *params, const lw_option_set *set, lw_place at, lw_diags *diags) {
    const socket_params *p = params;
    return lw_bundle_check_rate(p->rate_Tps, p->lanes, lw_type_place(options, set, "rate", at), diags);
}

static const char page[] =
    "Processors of one computer share their memories over links of their own: Intel's QPI (to 2016) and\n"
    "UPI, AMD's Infinity Fabric, IBM's X-Bus. A card on one socket that copies from the memory of the\n"
    "other, or to a card of the other, crosses them: what nvidia-smi topo calls SYS.\n"
    "How to write it, and what was measured: lanewise explain numa.\n"
    "\n"
    "A QPI link has 20 lanes, of which 16 carry data: 9.6 GT/s are 19.2 GB/s per direction. A cache line\n"
    "of 64 B takes nine flits of 8 B, so 17 are left. UPI kept the shape (10.4 GT/s, 20.8 GB/s) and grew\n"
    "to 24 lanes of 16 GT/s and more. Two EPYC 7002 have three or four links of 36 GB/s, less a ninth for\n"
    "CRC; two EPYC 9004 have links of 64. POWER9 has one X-Bus of 64.\n"
    "\n"
    "The wires are wide, yet copies between cards of two sockets are slow, and the bridge inside each\n"
    "processor is why: it takes traffic of peers apart into packets of 64 B and keeps few of them in\n"
    "flight. NCCL (topo.h) plans with 6 GB/s over QPI, 10 over UPI of 2017, 22 over that of 2023, 40 over\n"
    "that of 2024, 16 between EPYCs, 32 on POWER9. This model has the wires and not that bridge: for\n"
    "peers across sockets it is an upper bound, for a bounce through host memory it is not far off.\n"
    "\n"
    "No vendor publishes the latency of a link. The memory of the other socket takes 40 to 50 ns longer\n"
    "than one's own, which the default shares out among the four ports of the round trip.";

static const lw_joins joins = {.join = {{LW_END_HOST, LW_END_HOST}}, .why = "it joins the processors of one computer"};

const lw_family lw_family_socket = {
    .type =
        {
            .name = "socket",
            .summary = "QPI, UPI, Infinity Fabric or X-Bus between the processors of one computer",
            .page = page,
            .example = "{preset: socket-upi-16}",
            .options = options,
            .params_size = sizeof(socket_params),
            .check = check,
        },
    .hue = LW_HUE_OLIVE,
    .joins = &joins,
    .resolve = resolve,
};
