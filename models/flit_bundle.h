// SPDX-License-Identifier: GPL-3.0-or-later
// The arithmetic of a scale-up link, shared by the families that are some bundle of equal serial
// links between two accelerators or an accelerator and a switch: NVLink, Infinity Fabric, Xe Link,
// UALink, ICI and Ethernet in their place. A bundle is one wide link here. That is right for
// streams, which all of these spread over the links; a lone packet rides on one of them and takes
// its own wire time longer (10 ns for 272 B at 26.6 GB/s).
#ifndef LW_FLIT_BUNDLE_H
#define LW_FLIT_BUNDLE_H

#include "models/link_rows.h"

// What the user says about any bundle. Families embed it as `bundle` and take its rows from
// LW_BUNDLE_ROWS.
typedef struct lw_bundle_params {
    int64_t links;    // LW_AUTO where the family has a default of its own
    int64_t port_ps;  // one port: serialiser, FEC, replay buffer, on-chip path to the fabric
    double cable_m, cable_ps_per_m;
    int64_t tags;  // LW_AUTO: unlimited
    double efficiency;
} lw_bundle_params;

// What a family makes of its parameters.
typedef struct lw_bundle {
    int64_t link_raw_Bps;    // one link, one direction, before the line code
    lw_fraction line_code;   // share left after code and FEC
    lw_fraction expand;      // wire bytes per packet byte, for packets inside larger flits; else 1
    int64_t payload_bytes;   // of a full packet
    int64_t header_bytes;    // of a packet with payload
    int64_t request_bytes;   // of a read request
    int64_t granule_bytes;   // packets fill whole granules
    int64_t response_bytes;  // sent back for each write; 0: none that counts
    // nothing is used before that many bytes of the wire have arrived and passed; 0: no such unit
    int64_t check_bytes;
    double flit_error_rate;  // of each flit_bytes of packets, after FEC; 0: none
    int64_t flit_bytes;
    lw_evidence evidence;
} lw_bundle;

// (256/257) x (514/544): 256b/257b transcoding and RS(544,514), as IEEE 802.3 clause 119 has them;
// UALink 1.0 calls it 640/680.
#define LW_BUNDLE_RS_CODE ((lw_fraction){16, 17})

// Clears *link. The caller adds the label.
void lw_bundle_resolve(const lw_bundle_params *params, const lw_bundle *bundle, lw_link_model *link);

// For links whose packet format nobody has published: what the user assumes of it. Families embed
// it as `packet` and take its rows from LW_BUNDLE_PACKET_ROWS.
typedef struct lw_bundle_packet {
    int64_t payload_bytes;  // of a full packet
    int64_t header_bytes;   // besides; a read request is as long
} lw_bundle_packet;
// As lw_bundle_resolve, with such packets and nothing else but what expand says on the wire; the
// evidence is LW_ASSUMED.
void lw_bundle_resolve_packets(const lw_bundle_params *params, const lw_bundle_packet *packet, int64_t link_raw_Bps,
                               lw_fraction expand, lw_link_model *link);

// A rule: lanes of rate_Tps bits per second each come to whole bytes per second. at: of the rate.
lw_status lw_bundle_check_rate(int64_t rate_Tps, int64_t lanes, lw_place at, lw_diags *diags);

#define LW_BUNDLE_PACKET_ROWS(type, payload_fallback, payload_source, header_fallback, header_source)                          \
    {.key = "payload",                                                                                                         \
     .kind = LW_OPTION_QUANTITY_INT,                                                                                           \
     .dimension = LW_BYTES,                                                                                                    \
     .offset = offsetof(type, packet.payload_bytes),                                                                           \
     .fallback = (payload_fallback),                                                                                           \
     .minimum = 16,                                                                                                            \
     .maximum = 4096,                                                                                                          \
     .help = "Most payload of one packet.",                                                                                    \
     .source = (payload_source),                                                                                               \
     .evidence = LW_ASSUMED},                                                                                                  \
    {                                                                                                                          \
        .key = "header", .kind = LW_OPTION_QUANTITY_INT, .dimension = LW_BYTES, .offset = offsetof(type, packet.header_bytes), \
        .fallback = (header_fallback), .minimum = 1, .maximum = 256,                                                           \
        .help = "What a packet takes besides its payload; a read request is this long.", .source = (header_source),            \
        .evidence = LW_ASSUMED                                                                                                 \
    }

#define LW_BUNDLE_ROWS(type, links_fallback, links_source, port_fallback, port_evidence, port_source, cable_fallback,      \
                       cable_source)                                                                                       \
    {.key = "links",                                                                                                       \
     .kind = LW_OPTION_INTEGER,                                                                                            \
     .offset = offsetof(type, bundle.links),                                                                               \
     .fallback = (links_fallback),                                                                                         \
     .minimum = 1,                                                                                                         \
     .maximum = 1024,                                                                                                      \
     .help = "Links side by side between the two ends.",                                                                   \
     .source = (links_source)},                                                                                            \
        {.key = "port_latency",                                                                                            \
         .kind = LW_OPTION_QUANTITY_INT,                                                                                   \
         .dimension = LW_TIME,                                                                                             \
         .offset = offsetof(type, bundle.port_ps),                                                                         \
         .fallback = (port_fallback),                                                                                      \
         .minimum = 0,                                                                                                     \
         .maximum = 1e9,                                                                                                   \
         .help = "One port, from the fabric of its chip to the wire or back, FEC included; a link has two.",               \
         .source = (port_source),                                                                                          \
         .evidence = (port_evidence),                                                                                      \
         .fitted = true},                                                                                                  \
        LW_ROW_CABLE(offsetof(type, bundle.cable_m), (cable_fallback), 10000, "Length of cable or trace.", (cable_source), \
                     LW_SPECIFIED),                                                                                        \
        LW_ROW_CABLE_DELAY(offsetof(type, bundle.cable_ps_per_m),                                                          \
                           "Propagation along it: 4.6 ns/m for twinax, 4.96 ns/m for fibre."),                             \
        {.key = "tags",                                                                                                    \
         .kind = LW_OPTION_INTEGER,                                                                                        \
         .offset = offsetof(type, bundle.tags),                                                                            \
         .fallback = "auto",                                                                                               \
         .minimum = 1,                                                                                                     \
         .maximum = 1e6,                                                                                                   \
         .help = "Read requests that may be outstanding; auto: no limit.",                                                 \
         .source = "none published; thousands of threads of an accelerator read at once"},                                 \
        LW_ROW_EFFICIENCY(offsetof(type, bundle.efficiency), "link that this platform keeps busy", "")

#endif
