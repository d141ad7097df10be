// SPDX-License-Identifier: GPL-3.0-or-later
// AMD Infinity Fabric between Instinct accelerators (xGMI). Rates are published, the packet format
// is not.
#include <stdio.h>

#include "models/flit_bundle.h"

typedef struct xgmi_params {
    lw_bundle_params bundle;
    lw_bundle_packet packet;
    int64_t lanes;
    int64_t rate_Tps;
} xgmi_params;

#define FIELD(name) offsetof(xgmi_params, name)

static const lw_option options[] = {
    {.key = "rate",
     .kind = LW_OPTION_QUANTITY_INT,
     .dimension = LW_TRANSFERS,
     .offset = FIELD(rate_Tps),
     .minimum = 1e9,
     .maximum = 1e12,
     .help = "Bits per second of a lane: 23 GT/s (MI100), 25 (MI200), 32 (MI300X), 38.25 (MI350X)."},
    {.key = "lanes",
     .kind = LW_OPTION_INTEGER,
     .offset = FIELD(lanes),
     .fallback = "16",
     .minimum = 1,
     .maximum = 32,
     .help = "Lanes of a link, per direction.",
     .source = "AMD ROCm documentation, GPU architecture pages: links 16 bits wide"},
    LW_BUNDLE_PACKET_ROWS(
        xgmi_params, "64 B", "a cache line; AMD publishes no packet format", "8 B",
        "as on other links between processors; MI300X copies at up to 48.97 of 64 GB/s leave room for 10 B a line"),
    LW_BUNDLE_ROWS(xgmi_params, "1", "a pair of the mesh has one link (AMD ROCm documentation; MI250X: up to four)", "60.3 ns",
                   LW_ASSUMED, "as NVLink of an H100; no figure is published", "0 m", "on one board, within the port's figure"),
    {0},
};

static void resolve(const void *params, lw_link_model *link) {
    const xgmi_params *p = params;
    // One byte of nine is CRC, as between processors: R. Yang, notes on processor interconnects
    // (xryan.net/p/295).
    lw_bundle_resolve_packets(&p->bundle, &p->packet, p->rate_Tps * p->lanes / 8, (lw_fraction){9, 8}, link);
    (void)snprintf(link->label, sizeof link->label, "Infinity Fabric %.4g GT/s x%d", (double)p->rate_Tps * 1e-9,
                   (int)(p->lanes * p->bundle.links));
}

static lw_status check(const void *params, const lw_option_set *set, lw_place at, lw_diags *diags) {
    const xgmi_params *p = params;
    return lw_bundle_check_rate(p->rate_Tps, p->lanes, lw_type_place(options, set, "rate", at), diags);
}

static const char page[] =
    "Infinity Fabric joins AMD's accelerators without switches. A link is 16 lanes per direction: 46 GB/s\n"
    "on MI100 (23 GT/s), 50 on MI200 (25), 64 on MI300X (32), 76.5 on MI350X. AMD prints both directions:\n"
    "\"128 GB/s a link\" is 64.\n"
    "\n"
    "It is a mesh. MI300X has seven links, one to each peer of a board of eight: 448 GB/s to all of them,\n"
    "but 64 to any one. An NVSwitch system gives a single pair everything. So two MI300X reduce at 48\n"
    "GB/s and eight at 313 GB/s, and a model that sees only the sum is wrong by seven for a pair. MI250X\n"
    "is two dies in a package with four links between them (200 GB/s) and one or two to others.\n"
    "\n"
    "The packet format is not public. Copies on MI300X reach 48.4 GB/s of 64, on MI350X 57.5 of 76.5:\n"
    "three quarters on both, so the loss goes with the packets, not with the engine. Here, as on the same\n"
    "wires between processors (socket), one byte of nine is CRC and a line of 64 B has 8 B of head (79 %\n"
    "left), and presets carry what remains as an efficiency: assumptions that the measurements allow.\n"
    "RCCL plans with 48 GB/s on MI300X, 36 on MI200 and 24 on Vega 20. With both directions busy each\n"
    "still has 46.2 GB/s.\n"
    "\n"
    "No latency of one link is published; the default is borrowed from NVLink and marked as assumed.";

const lw_family lw_family_xgmi = {
    .type =
        {
            .name = "xgmi",
            .summary = "AMD Infinity Fabric between Instinct accelerators, MI100 to MI355X",
            .page = page,
            .example = "{preset: xgmi-mi300x}",
            .options = options,
            .params_size = sizeof(xgmi_params),
            .check = check,
        },
    .hue = LW_HUE_CRIMSON,
    .joins = &lw_joins_accelerators,
    .resolve = resolve,
};
