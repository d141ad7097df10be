// SPDX-License-Identifier: GPL-3.0-or-later
// Intel Xe Link between Data Center GPUs Max. Intel publishes neither rate nor packets;
// measurements must do.
#include <stdio.h>

#include "models/flit_bundle.h"

typedef struct xelink_params {
    lw_bundle_params bundle;
    lw_bundle_packet packet;
    int64_t rate_Bps;
} xelink_params;

#define FIELD(name) offsetof(xelink_params, name)

static const lw_option options[] = {
    {.key = "rate",
     .kind = LW_OPTION_QUANTITY_INT,
     .dimension = LW_RATE,
     .offset = FIELD(rate_Bps),
     .minimum = 1e9,
     .maximum = 1e12,
     .help = "Rate of one link, per direction, headers included; Intel publishes neither lanes nor signalling rate."},
    LW_BUNDLE_PACKET_ROWS(xelink_params, "64 B", "a cache line; Intel publishes no packet format", "16 B",
                          "a quarter of a line; Intel publishes no packet format"),
    LW_BUNDLE_ROWS(xelink_params, "1", "16 links a GPU, spread over its peers (G. Lockwood, notes on PVC)", "60.3 ns", LW_ASSUMED,
                   "as NVLink of an H100; no figure is published", "0 m", "on one board, within the port's figure"),
    {0},
};

static void resolve(const void *params, lw_link_model *link) {
    const xelink_params *p = params;
    lw_bundle_resolve_packets(&p->bundle, &p->packet, p->rate_Bps, (lw_fraction){1, 1}, link);
    (void)snprintf(link->label, sizeof link->label, "Xe Link x%d", (int)p->bundle.links);
}

static const char page[] =
    "Xe Link joins Intel's Data Center GPUs Max (Ponte Vecchio), six in a node of Aurora, each to each\n"
    "without switches. A GPU has 16 links. A GPU is two tiles, and each tile sees the tiles of other GPUs\n"
    "over a link of its own.\n"
    "\n"
    "Intel published no rate and no packet format, so this family cannot compute a rate from lanes:\n"
    "`rate` must be given, and the preset takes it from a measurement: what it calls raw is no signalling\n"
    "rate, but that copy counted back. On Aurora a tile writes 18.9 GB/s to any tile of another GPU and\n"
    "reads 15.8 GB/s from it; the centre's own summary gives 15 GB/s from GPU to GPU and 23 both ways\n"
    "together. That is less than the host link, a PCIe 5.0 x16 with 54 GB/s, so for one large copy the\n"
    "route over the host may be the faster one. Six GPUs at once move 95 GB/s.\n"
    "\n"
    "The two tiles of one GPU are joined inside the package, not by Xe Link: 159 GB/s written, 174 read,\n"
    "185 at best.\n"
    "\n"
    "What is left of the rate here: a line of 64 B brings 16 B of header, an assumption. Reads are slower\n"
    "than writes on the real machine by more than this model says, because nobody published how many\n"
    "reads a tile keeps outstanding (tags).";

const lw_family lw_family_xelink = {
    .type =
        {
            .name = "xelink",
            .summary = "Intel Xe Link between Data Center GPUs Max",
            .page = page,
            .example = "{preset: xelink-max1550}",
            .options = options,
            .params_size = sizeof(xelink_params),
        },
    .hue = LW_HUE_CRIMSON,
    .joins = &lw_joins_accelerators,
    .resolve = resolve,
};
