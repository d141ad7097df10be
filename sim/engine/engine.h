// SPDX-License-Identifier: GPL-3.0-or-later
// What the engine runs: servers that packets pass, and tasks that move bytes over paths of servers. Plain arrays, filled by the
// builder.
#ifndef LW_FABRIC_H
#define LW_FABRIC_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/channel.h"
#include "sim/base/arena.h"

#define LW_NO_SERVER UINT32_MAX

// One server: a direction of a link segment, a memory port, a copy engine. Packets of different tasks that wait for it take turns
// (round robin, one packet a turn); each packet occupies it for packet_ps + wire bytes * ps_per_byte, remainders carried over a
// busy period, and arrives latency_ps later at the next server of its path.
typedef struct lw_server {
    const char *name;         // "egpu host->gpu", for results
    lw_fraction ps_per_byte;  // {0, 1}: no cost per byte
    int64_t packet_ps;        // fixed cost per packet
    int64_t latency_ps;

    // Receive buffer behind the server, see lw_channel. Zero-initialised means infinite.
    lw_credits credits[LW_PACKET_KINDS];
    int64_t data_unit_bytes;
    int64_t credit_return_ps;
    bool credit_on_arrival;  // a credit comes back when its packet has arrived, not when it leaves for the next stop

    // While packets arrive over this server, control_bytes go over `opposite` every control_interval_ps, before any waiting
    // packet.
    uint32_t opposite;  // LW_NO_SERVER: none
    int64_t control_bytes;
    int64_t control_interval_ps;
    bool control_for_writes;  // with every packet of LW_PACKET_WRITE instead, and with no other

    double error_probability;  // per started unit of error_unit_bytes
    int64_t error_unit_bytes;
    lw_replay replay;
    int64_t replay_ps;

    // Outages, each of exponential length with mean outage_ps after an exponential gap with mean outage_gap_ps: no packet starts
    // in one. 0: none.
    int64_t outage_gap_ps;
    int64_t outage_ps;

    int64_t turnaround_ps;  // of a medium that both directions share: before a packet of the other way

    // It has room for all that can come at once: packets wait for those of their own stream, and for no others. Of the above it
    // has costs only.
    bool parallel;
} lw_server;

// One stop of a path. The packet starts there when its tail has arrived, where this server is faster than the one before (ps a
// byte) or store_forward asks for it; else when its head has, yet never so early that its tail would leave before it has come.
typedef struct lw_hop {
    uint32_t server;
    int64_t overhead_bytes;  // wire bytes = roundup(payload + overhead, granule)
    int64_t granule_bytes;   // >= 1
    int64_t
        segment_bytes;  // here the payload travels in pieces of at most so much, each with its overhead, back to back; 0: whole
    bool store_forward;
    bool back;   // of a shared medium: the packet goes the other way
    bool paces;  // takes its time between packets, not over the bytes of one: the next stop need not wait for a tail
    int64_t
        buffer_packets;  // at most so many packets of the task have left here and not yet started at the next stop; 0: no limit
} lw_hop;

typedef enum lw_task_kind {
    LW_TASK_DELAY,  // takes duration_ps, moves nothing: compute, software
    LW_TASK_WRITE,  // packets go over `data` from source to sink
    LW_TASK_READ    // requests go over `request`; after completer_ps each is answered by packets over `data`
} lw_task_kind;

typedef enum lw_arrivals {
    LW_ARRIVALS_BACKLOG,  // all packets are ready at once
    LW_ARRIVALS_FIXED,    // one packet every gap_ps
    LW_ARRIVALS_POISSON   // exponential gaps of mean gap_ps, from the task's own random stream
} lw_arrivals;

typedef struct lw_task {
    const char *name;
    lw_task_kind kind;
    int64_t start_ps;       // earliest start
    const uint32_t *after;  // tasks that must have ended, by index; may point forwards, not in a circle
    size_t after_count;
    uint32_t resource;    // a slot of fabric->resource_slots held from start to end (copy engines); LW_NO_SERVER: none
    int64_t submit_ps;    // from start to the first packet ready (holds the resource)
    int64_t finish_ps;    // from the last delivery to the end
    int64_t duration_ps;  // LW_TASK_DELAY

    int64_t bytes;             // payload; 0 is legal and ends after submit_ps + finish_ps
    int64_t packet_bytes;      // payload of a full data packet, >= 1
    const lw_hop *data;        // path of data packets
    size_t data_count;         // >= 1 for WRITE and READ
    lw_packet_kind data_kind;  // LW_PACKET_WRITE or LW_PACKET_COMPLETION

    const lw_hop *request;  // path of requests (READ); may be empty: requests reach the completer at once
    size_t request_count;
    int64_t request_bytes;  // payload one request asks for, a multiple of packet_bytes or less than it
    int64_t tags;           // requests outstanding at once, >= 1; LW_TAGS_INFINITE
    int64_t completer_ps;   // from a request's arrival to its data being ready

    lw_arrivals arrivals;  // of data packets (WRITE) or requests (READ) at the source
    int64_t gap_ps;
} lw_task;

typedef struct lw_fabric {
    const lw_server *server;
    size_t server_count;
    const lw_task *task;
    size_t task_count;
    const int64_t *resource_slots;
    size_t resource_count;
} lw_fabric;

typedef enum lw_engine {
    LW_ENGINE_PACKET,       // jumps over whole periods of a repeating state; same picosecond as packet-exact
    LW_ENGINE_PACKET_EXACT  // every packet an event: the oracle
} lw_engine;
extern const char *const lw_engine_words[];  // "packet", "packet-exact", NULL

typedef struct lw_server_result {
    int64_t busy_ps;  // serialisation, rounded down once
    int64_t packets, wire_bytes, payload_bytes, control_bytes, replays;
} lw_server_result;

typedef struct lw_task_result {
    int64_t start_ps;      // resource held, submission began
    int64_t first_ps;      // first packet or request ready
    int64_t delivered_ps;  // last payload byte at the sink
    int64_t end_ps;
    int64_t packets;  // data packets
    // Sum over data packets of the time spent queueing at servers (arrived, not started); over requests too where they arrive by
    // themselves (arrivals).
    lw_int128 wait_ps;
    int64_t window_stall_ps;  // time with data left to ask for and no tag free
    uint32_t busiest;         // server of its paths with the highest busy share between first_ps and delivered_ps
    double busiest_share;
} lw_task_result;

typedef struct lw_engine_result {
    lw_task_result *task;      // one a task
    lw_server_result *server;  // one a server
    int64_t end_ps;
    int64_t packets;      // data packets and requests
    int64_t packet_hops;  // servers passed
    int64_t events;       // events really executed
    int64_t jumps;        // periods were skipped this many times
} lw_engine_result;

// Run to the end. LW_STUCK: tasks wait in a circle or for credits that never come; *stuck (may be NULL) names one. LW_LIMIT: a
// time or size of the input is negative or beyond 2^60 (13 days), the clock beyond 2^61 ps, or nine of ten packets are bad.
// LW_INTERRUPTED: *stop became non-zero (stop may be NULL). The result lives in the arena.
lw_status lw_engine_run(const lw_fabric *fabric, lw_engine engine, uint64_t seed, const volatile sig_atomic_t *stop,
                        lw_arena *arena, lw_engine_result *out, uint32_t *stuck) LW_CHECKED;

// One packet alone on an idle path: first bit out to last bit in, of payload_bytes over hops; 2^61 at most. For unloaded
// latencies.
int64_t lw_path_latency_ps(const lw_fabric *fabric, const lw_hop *hop, size_t count, int64_t payload_bytes);

#endif
