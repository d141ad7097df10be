// SPDX-License-Identifier: GPL-3.0-or-later
// What Ethernet and InfiniBand have in common: packets over cards, switches and cables from one
// end's buffer to the other's.
#ifndef LW_PACKET_NETWORK_H
#define LW_PACKET_NETWORK_H

#include <stddef.h>

#include "models/link_rows.h"

// What the user sets of it.
typedef struct lw_network_params {
    int64_t ports;
    int64_t message_bytes, reads;
    int64_t nic_ps;  // LW_AUTO: the family's
    int64_t fec_ps;
    int64_t switches, switch_ps;
    double cable_m, cable_ps_per_m;
    int64_t call_ps;  // LW_AUTO: none
    double loss;
    double efficiency;
} lw_network_params;

// Its rows; `at` is the offset of the lw_network_params in the family's struct. What families
// differ in comes first, with their own texts.
#define LW_NETWORK_CARD_ROW(at, its_fallback, its_help, its_source)                                                      \
    {                                                                                                                    \
        .key = "nic_latency", .kind = LW_OPTION_QUANTITY_INT, .dimension = LW_TIME,                                      \
        .offset = (at) + offsetof(lw_network_params, nic_ps), .fallback = (its_fallback), .minimum = 0, .maximum = 1e10, \
        .help = (its_help), .source = (its_source), .fitted = true                                                       \
    }
#define LW_NETWORK_FEC_ROW(at, its_help, its_source)                                                              \
    {                                                                                                             \
        .key = "fec_latency", .kind = LW_OPTION_QUANTITY_INT, .dimension = LW_TIME,                               \
        .offset = (at) + offsetof(lw_network_params, fec_ps), .fallback = "100 ns", .minimum = 0, .maximum = 1e7, \
        .help = (its_help), .source = (its_source), .fitted = true                                                \
    }
#define LW_NETWORK_SWITCH_ROW(at, its_fallback, its_source)                                                                 \
    {                                                                                                                       \
        .key = "switch_latency", .kind = LW_OPTION_QUANTITY_INT, .dimension = LW_TIME,                                      \
        .offset = (at) + offsetof(lw_network_params, switch_ps), .fallback = (its_fallback), .minimum = 0, .maximum = 1e10, \
        .help = "Each idle switch, port to port.", .source = (its_source)                                                   \
    }
#define LW_NETWORK_ROWS(at)                                                                                                \
    {.key = "ports",                                                                                                       \
     .kind = LW_OPTION_INTEGER,                                                                                            \
     .offset = (at) + offsetof(lw_network_params, ports),                                                                  \
     .fallback = "1",                                                                                                      \
     .minimum = 1,                                                                                                         \
     .maximum = 32,                                                                                                        \
     .help = "Ports side by side over which messages are spread evenly.",                                                  \
     .source = "the usual case"},                                                                                          \
        {.key = "message",                                                                                                 \
         .kind = LW_OPTION_QUANTITY_INT,                                                                                   \
         .dimension = LW_BYTES,                                                                                            \
         .offset = (at) + offsetof(lw_network_params, message_bytes),                                                      \
         .fallback = "64 KiB",                                                                                             \
         .minimum = 256,                                                                                                   \
         .maximum = 0x1p31,                                                                                                \
         .help = "What a read request asks for at most, and how much is written before it is acknowledged.",               \
         .source = "perftest (linux-rdma): messages of 64 KiB unless told otherwise; InfiniBand allows 2 GiB"},            \
        {.key = "reads",                                                                                                   \
         .kind = LW_OPTION_INTEGER,                                                                                        \
         .offset = (at) + offsetof(lw_network_params, reads),                                                              \
         .fallback = "16",                                                                                                 \
         .minimum = 1,                                                                                                     \
         .maximum = 65536,                                                                                                 \
         .help = "Read requests that may be outstanding.",                                                                 \
         .source = "ConnectX-6 and ConnectX-8 report max_qp_rd_atom 16 (spdk issue 3069, torchcomms pull request 3926)"},  \
        {.key = "switches",                                                                                                \
         .kind = LW_OPTION_INTEGER,                                                                                        \
         .offset = (at) + offsetof(lw_network_params, switches),                                                           \
         .fallback = "0",                                                                                                  \
         .minimum = 0,                                                                                                     \
         .maximum = 16,                                                                                                    \
         .help = "Switches on the route that are no nodes of the scenario; idle, and cutting through.",                    \
         .source = "a cable from card to card"},                                                                           \
        LW_ROW_CABLE((at) + offsetof(lw_network_params, cable_m), "2 m", 2e7, "Length of the route, all cables together.", \
                     "within a rack; passive copper reaches 2 m at 100 Gb/s a lane (IEEE 802.3ck)", LW_ASSUMED),           \
        LW_ROW_CABLE_DELAY((at) + offsetof(lw_network_params, cable_ps_per_m),                                             \
                           "Propagation along the cable; 4.96 ns/m in single-mode fibre."),                                \
        {.key = "call_cost",                                                                                               \
         .kind = LW_OPTION_QUANTITY_INT,                                                                                   \
         .dimension = LW_TIME,                                                                                             \
         .offset = (at) + offsetof(lw_network_params, call_ps),                                                            \
         .fallback = "auto",                                                                                               \
         .minimum = 0,                                                                                                     \
         .maximum = 1e12,                                                                                                  \
         .help = "What software adds to a message, both ends together; auto: nothing with RDMA.",                          \
         .source = "an RDMA card reads and writes without software in between"},                                           \
        {.key = "loss",                                                                                                    \
         .kind = LW_OPTION_QUANTITY_REAL,                                                                                  \
         .dimension = LW_PLAIN,                                                                                            \
         .offset = (at) + offsetof(lw_network_params, loss),                                                               \
         .fallback = "0",                                                                                                  \
         .minimum = 0,                                                                                                     \
         .maximum = 0.5,                                                                                                   \
         .help = "Probability that a packet is lost and must be sent again.",                                              \
         .source = "credits (InfiniBand) or pause frames (IEEE 802.1Qbb) keep a network from losing packets"},             \
        LW_ROW_EFFICIENCY((at) + offsetof(lw_network_params, efficiency), "wire that this platform keeps busy", "")

// Headers of remote direct memory access (InfiniBand Architecture Specification 1 ch. 9).
enum {
    LW_RDMA_BTH_BYTES = 12,   // base transport header
    LW_RDMA_RETH_BYTES = 16,  // RDMA extended transport header: address, key and length of a read
    LW_RDMA_AETH_BYTES = 4,   // acknowledge extended transport header
    LW_RDMA_ICRC_BYTES = 4    // invariant CRC
};

// What the family makes of its own parameters, for one port and either direction.
typedef struct lw_network_wire {
    const char *name;       // of the segment; static text
    int64_t raw_Bps;        // signalling rate, all lanes
    lw_fraction line_code;  // with FEC parity
    int64_t payload_max_bytes;
    int64_t overhead_bytes[LW_PACKET_KINDS];
    int64_t ack_bytes, ack_packets;  // an acknowledgement every so many packets; 0 bytes: none
    // least time between two packets, where something else is slower than the wire
    int64_t packet_floor_ps;
    int64_t nic_ps;  // where nic_latency is auto
    bool fec;
    lw_replay replay;
} lw_network_wire;

// Clear *link and make it one segment, called `label` and the number of ports. Latency: software,
// card, FEC of every cable, switches, propagation, card.
void lw_network_resolve(const lw_network_params *params, const lw_network_wire *wire, const char *label, lw_link_model *link);

#endif
