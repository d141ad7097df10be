// SPDX-License-Identifier: GPL-3.0-or-later
// UALink 200G 1.0. Source: UALink_200 Rev 1.0 Specification ("UALink"), chapters 1 (overview), 5
// (TL) and 6 (DL).
#include <stdio.h>

#include "models/flit_bundle.h"

typedef struct ualink_params {
    lw_bundle_params bundle;
    int64_t lanes;
    int64_t payload_bytes, request_bytes;
    double flit_error_rate;
} ualink_params;

enum {
    FLIT_BYTES = 640,  // UALink ch. 6: 3 B header, 5 B segment headers, 4 B CRC, the rest TL flits
    FLIT_TL_BYTES = 628,
};
// UALink ch. 1: 212.5 Gb/s signalled, 200 after the code
static const int64_t lane_raw_Bps = 26562500000;
static const double cable_max_m = 4;  // UALink white paper

#define FIELD(name) offsetof(ualink_params, name)

static const char *const widths[] = {"1", "2", "4", NULL};
static const char *const payloads[] = {"64 B", "128 B", "192 B", "256 B", NULL};
static const char *const requests[] = {"8 B", "16 B", NULL};

static const lw_option options[] = {
    {.key = "lanes",
     .kind = LW_OPTION_INTEGER,
     .offset = FIELD(lanes),
     .fallback = "4",
     .words = widths,
     .help = "Lanes of a link, per direction; four make a station.",
     .source = "UALink ch. 1: x1, x2 and x4; a station has four lanes"},
    {.key = "payload",
     .kind = LW_OPTION_QUANTITY_INT,
     .dimension = LW_BYTES,
     .offset = FIELD(payload_bytes),
     .fallback = "256 B",
     .words = payloads,
     .help = "Most payload of one request.",
     .source = "UALink ch. 2: requests of 64, 128, 192 or 256 B"},
    {.key = "request",
     .kind = LW_OPTION_QUANTITY_INT,
     .dimension = LW_BYTES,
     .offset = FIELD(request_bytes),
     .fallback = "16 B",
     .words = requests,
     .help = "Field of a request in a control half-flit: 16 B, or 8 B compressed.",
     .source = "UALink table 5-2: four sectors of 4 B, two when compressed; a stream fills the half-flit of 32 B"},
    {.key = "flit_error_rate",
     .kind = LW_OPTION_QUANTITY_REAL,
     .dimension = LW_PLAIN,
     .offset = FIELD(flit_error_rate),
     .fallback = "0",
     .minimum = 0,
     .maximum = 0.01,
     .help = "Probability that a flit of 640 B is bad after FEC, and all from it on must be replayed.",
     .source = "none measured; UALink ch. 6: replay from the bad flit, at most 255 flits unacknowledged"},
    LW_BUNDLE_ROWS(
        ualink_params, "1", "one link", "50.1 ns", LW_SPECIFIED,
        "what 1 us from request to response leaves: per direction two links of two ports, 4 m and a flit, and a switch of "
        "250 ns (UALink white paper, targets)",
        "4 m", "UALink white paper: cables of up to 4 m"),
    {0},
};

static void resolve(const void *params, lw_link_model *link) {
    const ualink_params *p = params;
    lw_bundle facts = {
        .link_raw_Bps = lane_raw_Bps * p->lanes,
        .line_code = LW_BUNDLE_RS_CODE,
        .expand = lw_fraction_of(FLIT_BYTES, FLIT_TL_BYTES),
        .payload_bytes = p->payload_bytes,
        .header_bytes = p->request_bytes,
        .request_bytes = p->request_bytes,
        .granule_bytes = 4,
        .check_bytes = FLIT_BYTES,
        .flit_error_rate = p->flit_error_rate,
        .flit_bytes = FLIT_TL_BYTES,
        .evidence = LW_ANNOUNCED,
    };
    lw_bundle_resolve(&p->bundle, &facts, link);
    (void)snprintf(link->label, sizeof link->label, "UALink 200G x%d", (int)(p->lanes * p->bundle.links));
}

static void switch_limits(const void *params, lw_switch_limits *out) {
    (void)params;
    *out = (lw_switch_limits){.ids_max = 1024};  // UALink ch. 1: identifiers of 10 bits
}

static lw_status check(const void *params, const lw_option_set *set, lw_place at, lw_diags *diags) {
    const ualink_params *p = params;
    if (p->bundle.cable_m > cable_max_m) {
        lw_warn(diags, lw_type_place(options, set, "cable", at), "stay within 4 m",
                "a cable of %g m is longer than the %g m that UALink is made for", p->bundle.cable_m, cable_max_m);
    }
    return LW_OK;
}

static const char page[] =
    "UALink is the open answer to NVLink: loads, stores and atomics between up to 1024 accelerators\n"
    "(10-bit identifiers) over switches, with the wire of Ethernet below. Version 1.0 came out in April\n"
    "2025; no product ships yet, so all here is specified or a target, and marked as announced.\n"
    "\n"
    "\"200G\" is what a lane carries; it signals 212.5 Gb/s, of which 257-bit blocks and RS(544,514) leave\n"
    "16/17 (640 of 680 B). Four lanes are a station: 100 GB/s per direction. The data link packs flits of\n"
    "640 B, 628 of them for the transaction layer.\n"
    "\n"
    "The transaction layer works in flits of 64 B, two halves each. A control half holds requests of 16 B\n"
    "(8 B compressed), which several may share; the data follow in halves of their own. So a stream of\n"
    "256 B writes is 92.4 % payload, compressed 95.2 %; the 93 % of the consortium lie between. A lone\n"
    "request wastes the rest of its half. 64 B requests are 78.5 %.\n"
    "\n"
    "A flit can be used when all its 640 B have arrived and passed the CRC: 6.4 ns on four lanes, 25.6 ns\n"
    "on one. A bad one is replayed with all that followed; at most 255 may be unacknowledged, 1.6 us of a\n"
    "station, enough for any cable allowed.\n"
    "\n"
    "The targets: less than 1 us from request to response, switches of 150, 200 and 250 ns at 25, 50 and\n"
    "100 Tb/s, cables of up to 4 m. No port latency is given; the default is what these leave.";

const lw_family lw_family_ualink = {
    .type =
        {
            .name = "ualink",
            .summary = "UALink 200G 1.0: memory fabric of up to 1024 accelerators over Ethernet lanes",
            .page = page,
            .example = "{preset: ualink-200-x4}",
            .options = options,
            .params_size = sizeof(ualink_params),
            .check = check,
        },
    .hue = LW_HUE_CRIMSON,
    .joins = &lw_joins_accelerators,
    .resolve = resolve,
    .switch_limits = switch_limits,
};
