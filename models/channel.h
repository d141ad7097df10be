// SPDX-License-Identifier: GPL-3.0-or-later
// The narrow waist: one direction of one link as plain numbers. Families make channels from
// standards and physics and know nothing of events; the engine moves packets over channels and
// knows nothing of standards.
#ifndef LW_CHANNEL_H
#define LW_CHANNEL_H

#include <stdbool.h>
#include <stdint.h>

#include "models/outages.h"
#include "sim/base/evidence.h"
#include "sim/base/fraction.h"
#include "sim/base/signal.h"
#include "sim/base/stage.h"

// What a packet does. Each kind has its own format and its own flow-control pool.
typedef enum lw_packet_kind {
    LW_PACKET_WRITE,       // carries payload away from the requester, nothing comes back
    LW_PACKET_REQUEST,     // asks for payload, carries none
    LW_PACKET_COMPLETION,  // carries the payload that a request asked for
    LW_PACKET_KINDS
} lw_packet_kind;

// Wire bytes of a packet with n payload bytes = roundup(n + overhead_bytes, granule_bytes).
typedef struct lw_packet_format {
    int64_t payload_max_bytes;  // 0 for requests
    int64_t overhead_bytes;     // headers, framing, CRC
    int64_t granule_bytes;      // >= 1
} lw_packet_format;

int64_t lw_packet_wire_bytes(const lw_packet_format *format, int64_t payload_bytes);

// Receive buffer that a sender may fill, per kind. LW_CREDITS_INFINITE: never the limit.
#define LW_CREDITS_INFINITE INT64_MAX
typedef struct lw_credits {
    int64_t packets;     // header credits
    int64_t data_units;  // data credits
} lw_credits;

typedef struct lw_latency_part {
    const char *name;  // "port", "FEC", "retimer 1", "propagation", "far port"; static text
    int64_t ps;
} lw_latency_part;

typedef enum lw_replay {
    LW_REPLAY_NONE,       // a lost packet is not repeated by the link (error rate must be 0)
    LW_REPLAY_GO_BACK_N,  // the packet and all that followed it until the sender knew
    LW_REPLAY_SELECTIVE   // only the packet; later ones wait for it at the receiver
} lw_replay;

enum { LW_LATENCY_PARTS_MAX = 10 };

typedef struct lw_channel {
    // Rate. A byte of a packet takes expand / (raw * line_code * (1 - periodic - control_share) *
    // (1 - stall)) seconds.
    lw_fraction raw_Bps;    // signalling rate of all lanes, before the line code
    lw_fraction line_code;  // share of raw left after the line code: 4/5, 128/130, 1
    // share of the coded wire taken by SKP ordered sets and the like, or reserved for other traffic
    lw_fraction periodic;
    // share of the coded wire taken by control traffic at all times; 0 where control_bytes model it
    lw_fraction control_share;
    // wire bytes per packet byte where packets ride in flits: 256/236; else 1
    lw_fraction expand;
    // share of the remaining wire left idle (a calibrated efficiency is 1 - stall); else 0
    lw_fraction stall;

    // each packet occupies the channel so long besides its bytes: preamble, frame spaces, software
    int64_t packet_ps;

    lw_packet_format format[LW_PACKET_KINDS];
    int64_t request_max_bytes;  // payload one request may ask for (MRRS)

    // While packets arrive over this channel, its receiver sends control_bytes over the opposite
    // channel every control_interval_ps, before any packet that waits there (Ack and UpdateFC
    // DLLPs). control_bytes 0: control rides free (flit mode). It is a share of the opposite channel
    // as long as something moves over this one; control_by_timer: packets, each caused by the first
    // that arrives so long after the last that did.
    int64_t control_bytes;
    int64_t control_interval_ps;
    bool control_by_timer;
    // with every write packet instead, and with no other: a write that is answered without data
    bool control_for_writes;

    // adds up to the time from first bit out to first bit usable at the far side
    lw_latency_part latency[LW_LATENCY_PARTS_MAX];
    int latency_count;
    // of it, what lies in the device that sends [0] and in the one that receives [1]
    int64_t port_ps[2];

    // Flow control: a packet needs one packet credit and ceil(payload / data_unit_bytes) data
    // credits of its kind.
    lw_credits credits[LW_PACKET_KINDS];
    int64_t data_unit_bytes;
    int64_t credit_return_ps;  // from freeing the buffer to the sender knowing
    // credits are a window of frames not yet acknowledged, freed when one arrives, not when it
    // moves on
    bool credit_on_arrival;

    // Errors: each started unit of error_unit_bytes on the wire is bad with error_probability,
    // independently.
    double error_probability;
    int64_t error_unit_bytes;
    lw_replay replay;
    int64_t replay_ps;  // from the end of the bad packet to the first bit of its replay

    lw_outages outages;
    lw_signal signal;  // of a radio

    bool shared_medium;     // both directions share the wire (half duplex)
    int64_t turnaround_ps;  // between opposite directions on a shared medium

    lw_evidence evidence;
} lw_channel;

// A link as the engine sees it: one or more segments in series from end a to end b (a tunnel and
// the link inside it are two), and how many reads may be in flight over the whole of it.
enum { LW_SEGMENTS_MAX = 4 };
typedef struct lw_segment {
    const char *name;  // "tunnel", "inner pcie"; "" for a single one; static text
    // takes a packet up, and hands it on, only when it has all of it: software
    bool whole_packets;
    lw_channel channel[2];  // [0] a -> b, [1] b -> a
} lw_segment;

typedef struct lw_link_model {
    int segment_count;
    int64_t read_tags;  // outstanding requests a device behind this link may have; LW_TAGS_INFINITE
    // how far it reaches, of a link without a cable: drawings tell it; 0: nobody asks
    double distance_m;
    lw_evidence evidence;
    char label[48];                       // "PCIe 4.0 x16", "Thunderbolt 4": for legends and topology drawings
    lw_segment segment[LW_SEGMENTS_MAX];  // the last: see lw_link_spec.model
} lw_link_model;
#define LW_TAGS_INFINITE INT64_MAX

// Does anything get through? A link that loses most of its full packets carries nothing that could
// be waited for. *dir is the direction that fails, *lost the share of its packets that do; NULL:
// nobody asks.
bool lw_link_model_works(const lw_link_model *link, int *dir, double *lost);
int64_t lw_link_model_latency_ps(const lw_link_model *link, int dir);
// Clear what packets of other kinds alone meet: their formats and credits, what only reads ask for,
// and the return of credits where none is ever short. kinds: 1 << lw_packet_kind of each that
// stays.
void lw_link_model_keep_kinds(lw_link_model *link, unsigned kinds);

// ---- For families, to fill in a channel of a cleared link ----

// The rate, of which 1 - efficiency stands idle (0 < efficiency <= 1); nothing else takes of it,
// and no receive buffer limits it. A family that knows more of either sets it afterwards.
void lw_channel_set_rate(lw_channel *channel, int64_t raw_Bps, lw_fraction line_code, double efficiency);
// One more part of the latency; what takes no time is left out.
void lw_channel_add_latency(lw_channel *channel, const char *name, int64_t ps);
// Time of that many bytes on the wire after the line code, rounded to 1 ps.
int64_t lw_channel_wire_ps(const lw_channel *channel, int64_t bytes);

// ---- What a channel comes to ----

// Seconds * 1e12 that one packet byte takes, exactly; false when it does not fit 64 bits (then
// rounded to a denominator of 2^20).
bool lw_channel_ps_per_byte(const lw_channel *channel, lw_fraction *ps_per_byte);
int64_t lw_channel_latency_ps(const lw_channel *channel);
// Probability that a packet of wire_bytes must be replayed.
double lw_channel_packet_error(const lw_channel *channel, int64_t wire_bytes);

// The rate that is left after each stage up to and including LW_STAGE_RETRY, for a long stream of
// `kind` over segment 0..n in direction dir with full packets (or packets of payload_bytes when >
// 0), other direction idle but for what this stream causes. rate_Bps[RAW] is the raw rate of the
// slowest segment, or of the slowest wire where software is slower; WINDOW and ENDPOINT are the
// caller's. The window limit is also given, INFINITY where there is none. A read: tags x request /
// round trip, with the latency completer_ps of the completer. A write: packet credits x payload /
// (packet + latency + credit return), of the tightest segment.
typedef struct lw_waterfall {
    double rate_Bps[LW_STAGE_COUNT];  // each <= the one before
    double window_Bps;
    int slowest_segment;
} lw_waterfall;
void lw_link_model_waterfall(const lw_link_model *link, int dir, lw_packet_kind kind, int64_t payload_bytes, int64_t completer_ps,
                             lw_waterfall *out);

#endif
