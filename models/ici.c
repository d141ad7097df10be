// SPDX-License-Identifier: GPL-3.0-or-later
// Google's inter-chip interconnect (ICI) of TPU pods: one link to each neighbour of a torus.
#include <stdio.h>

#include "models/flit_bundle.h"

typedef struct ici_params {
    lw_bundle_params bundle;
    lw_bundle_packet packet;
    int64_t rate_Bps;
} ici_params;

#define FIELD(name) offsetof(ici_params, name)

static const lw_option options[] = {
    {.key = "rate",
     .kind = LW_OPTION_QUANTITY_INT,
     .dimension = LW_RATE,
     .offset = FIELD(rate_Bps),
     .minimum = 1e9,
     .maximum = 1e12,
     .help = "Rate of one link, per direction: 45 GB/s (v4, v5e), 90 (v5p, v6e), 100 (v3, TPU7x)."},
    LW_BUNDLE_PACKET_ROWS(ici_params, "512 B",
                          "a TPU's vector register row of 128 words of 4 B; Google publishes no packet format", "16 B",
                          "one flit as of NVLink; Google publishes no packet format"),
    LW_BUNDLE_ROWS(ici_params, "1", "a chip has one link to each neighbour (Austin et al., How to Scale Your Model)", "500 ns",
                   LW_SPECIFIED,
                   "half of the hop of about 1 us in an exercise of How to Scale Your Model (Austin et al., 0819a7d8)", "0 m",
                   "within the hop's figure"),
    {0},
};

static void resolve(const void *params, lw_link_model *link) {
    const ici_params *p = params;
    lw_bundle_resolve_packets(&p->bundle, &p->packet, p->rate_Bps, (lw_fraction){1, 1}, link);
    (void)snprintf(link->label, sizeof link->label, "ICI %.4g GB/s x%d", (double)p->rate_Bps * 1e-9, (int)p->bundle.links);
}

static const char page[] =
    "ICI joins the TPUs of a pod. There is no switch: each chip has a link to its neighbours in a torus,\n"
    "four of them in two dimensions (v3, v5e, v6e) or six in three (v4, v5p, TPU7x). What goes further\n"
    "passes the chips between, so traffic of all to all pays for distance, while rings and neighbour\n"
    "exchanges use every link at once.\n"
    "\n"
    "The rate of one link, per direction: 100 GB/s (v3), 45 (v4, v5e), 90 (v5p, v6e), 100 (TPU7x, an\n"
    "axis). \"1200 GB/s\" of a TPU7x is both directions of six links. A collective over one axis of a torus\n"
    "uses both of its directions.\n"
    "\n"
    "Google's authors count a hop as about 1 us; that is the latency here. They publish usable rates and\n"
    "no packet format: the 512 B packets with 16 B of header are assumptions which take 3 % off. Nothing\n"
    "about errors or replay is known.\n"
    "\n"
    "Wrap-around links exist only in full axes of the pod (v5e, v6e: axes of 16), else a torus is a mesh\n"
    "and a ring doubles back. Beyond the pod TPUs talk over the data centre's network, a tenth of the\n"
    "rate and less.";

const lw_family lw_family_ici = {
    .type =
        {
            .name = "ici",
            .summary = "Google ICI: the torus links of TPU v3 to TPU7x",
            .page = page,
            .example = "{preset: ici-v5p}",
            .options = options,
            .params_size = sizeof(ici_params),
        },
    .hue = LW_HUE_CRIMSON,
    .multipath = LW_MULTIPATH_FIXED,
    .joins = &lw_joins_accelerators,
    .resolve = resolve,
};
