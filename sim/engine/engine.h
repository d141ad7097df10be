// SPDX-License-Identifier: GPL-3.0-or-later
// The one interface of the engines, and what they run: servers that packets pass, flows that are
// paths of servers, and tasks that move bytes over flows. Plain arrays, filled by the fabric
// builder.
#ifndef LW_ENGINE_H
#define LW_ENGINE_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/channel.h"
#include "sim/base/arena.h"

#define LW_NO_SERVER UINT32_MAX
#define LW_NO_FLOW UINT32_MAX
#define LW_NO_RESOURCE UINT32_MAX
#define LW_NO_TASK UINT32_MAX

// What a server is. An engine may make use of it where no result depends on the difference.
typedef enum lw_server_role {
    LW_SERVER_LINK,    // one direction of a segment of a link
    LW_SERVER_MEMORY,  // a memory port, or ports of a host to its memory
    // a DMA engine that does not fill the link, or needs time for each packet
    LW_SERVER_COPY_ENGINE,
    LW_SERVER_CORE,  // a CPU core that copies
    LW_SERVER_BANK,  // a bank of a memory; in no result
    // a root complex between two links: each task passes it as if it were alone there; it has costs
    // only
    LW_SERVER_FORWARD,
    // what another copy of a multicast or reduction occupies anyway; in no result
    LW_SERVER_SHADOW
} lw_server_role;

// One server: a direction of a link segment, a memory port, a copy engine. Packets of different
// tasks that wait for it take turns (round robin, one packet a turn), those of one task's instances
// follow each other as they come unless arrivals pace them; each packet occupies it for
// packet_ps + wire bytes * ps_per_byte, remainders carried over a busy period, and arrives
// latency_ps later at the next server of its path.
typedef struct lw_server {
    lw_server_role role;
    lw_fraction ps_per_byte;  // {0, 1}: no cost per byte. An engine counts with lw_server_pace
    // a rate known roughly: so many bytes may be made to take whole picoseconds; 0: it is exact
    int64_t round_bytes;
    int64_t packet_ps;  // fixed cost per packet
    int64_t latency_ps;

    // Receive buffer behind the server, see lw_channel. Zero-initialised means infinite.
    lw_credits credits[LW_PACKET_KINDS];
    int64_t data_unit_bytes;
    int64_t credit_return_ps;
    // a credit comes back when its packet has arrived, not when it leaves for the next stop
    bool credit_on_arrival;

    // While packets arrive over this server, control_bytes go over `opposite` every
    // control_interval_ps: as a share of its time while tasks move bytes over this one, or by a timer
    // before any waiting packet.
    uint32_t opposite;  // LW_NO_SERVER: none
    int64_t control_bytes;
    int64_t control_interval_ps;
    bool control_by_timer;
    bool control_for_writes;  // with every packet of LW_PACKET_WRITE instead, and with no other

    double error_probability;  // per started unit of error_unit_bytes
    int64_t error_unit_bytes;
    lw_replay replay;
    int64_t replay_ps;

    // Outages, each of exponential length with mean outage_ps after an exponential gap with mean
    // outage_gap_ps: no packet starts in one. 0: none.
    int64_t outage_gap_ps;
    int64_t outage_ps;

    // of a medium that both directions share: before a packet in the other direction
    int64_t turnaround_ps;
    // what its random numbers hang on, as a hash of its name; 0: its place among the servers
    uint64_t identity;
} lw_server;

// Picoseconds a byte as the engines count. Rates known roughly, and those of links whose exact
// fraction has a large denominator, are rounded (of links by 8 parts in a million at most): two
// streams that share a server come back to the same phase only after as many packets as the
// denominator, and until then there is no period to jump over.
lw_fraction lw_server_pace(const lw_server *server);

// One stop of a path. The packet may start there when its head has arrived, and its tail leaves no
// sooner than it has come: where this server is faster than one before, the bytes trickle, and what
// they leave of its time others may use. It waits for the whole packet only where store_forward asks
// for that. (So a faster server never makes a packet later: starts and tails are sums and maxima of
// times at servers. Switches that store whole packets before a faster port would make more lanes
// slower; those that hold the head back until the tail can follow, in front of a slower one.)
typedef struct lw_hop {
    uint32_t server;
    int64_t overhead_bytes;  // wire bytes = roundup(payload + overhead, granule)
    int64_t granule_bytes;   // >= 1
    // here the payload travels in pieces of at most so much, each with its overhead, back to
    // back; 0: whole
    int64_t segment_bytes;
    bool store_forward;
    bool back;  // of a shared medium: the packet goes in its second direction
    // takes its time between packets, not over the bytes of one: the next stop need not wait for a
    // tail
    bool paces;
    // at most so many packets of the task have left here and not yet started at the next stop;
    // 0: no limit
    int64_t buffer_packets;
    // flow engine: so many flows that do the same pass here, of which this one is run; 0: one
    int64_t copies;
} lw_hop;

typedef enum lw_flow_kind {
    LW_FLOW_WRITE,  // packets go over `data` from source to sink
    // requests go over `request`; after completer_ps each is answered by packets over `data`
    LW_FLOW_READ
} lw_flow_kind;

typedef enum lw_arrivals {
    LW_ARRIVALS_BACKLOG,  // all packets are ready at once
    LW_ARRIVALS_FIXED,    // one packet every gap_ps
    LW_ARRIVALS_POISSON   // exponential gaps of mean gap_ps, from the task's own random stream
} lw_arrivals;

// How bytes travel: which servers their packets pass, how large they are, how many reads are in
// flight. Every task of a flow has its own queues.
typedef struct lw_flow {
    lw_flow_kind kind;
    int64_t packet_bytes;      // payload of a full data packet, >= 1
    const lw_hop *data;        // path of data packets
    size_t data_count;         // >= 1
    lw_packet_kind data_kind;  // LW_PACKET_WRITE or LW_PACKET_COMPLETION

    // path of requests (READ); may be empty: requests reach the completer at once
    const lw_hop *request;
    size_t request_count;
    // payload one request asks for, a multiple of packet_bytes or less than it
    int64_t request_bytes;
    int64_t tags;          // requests outstanding at once, >= 1; LW_TAGS_INFINITE
    int64_t completer_ps;  // from a request's arrival to its data being ready

    lw_arrivals arrivals;  // of data packets (WRITE) or requests (READ) at the source
    int64_t gap_ps;
    // POISSON: all of them come within as many gaps as they are, each at any time of that: so do those
    // of many flows together, which are one process in parts
    bool bounded;
} lw_flow;

// What instances of a task wait for: with q = i / own, instance i waits for the `other` instances
// of another task from (q - distance) * other on, all of them. So `own` and `other` are how many
// there are of each in one iteration of the loop around both, and distance counts its iterations:
// the first `distance` in each run of `window` have nothing to wait for.
typedef struct lw_need {
    uint32_t task;  // may point forwards
    uint32_t distance;
    int64_t own, other;  // >= 1
    int64_t window;      // iterations of that loop before it begins anew; distance 0: of no matter
    // only the first so many instances in each run of the task's innermost loop wait for it
    int64_t first;
} lw_need;

// A task is run `count` times. An instance is ready at start_ps when all it needs has ended; starts
// when the slot that it acquires is free; submits; moves its bytes; ends. Instances need not run in
// their order, nor one after the other, unless they need each other.
typedef struct lw_task {
    uint32_t flow;  // LW_NO_FLOW: a delay, which moves nothing
    // slots of fabric->resource_slots, as copy engines have them: one taken at its start, one given
    // back at its end, perhaps by another task than took it; LW_NO_RESOURCE: none
    uint32_t acquires, releases;
    const lw_need *need;  // no two of them alike
    size_t need_count;
    uint32_t gate;  // what instances wait for that have nothing to wait for; LW_NO_TASK: nothing
    int64_t count;  // instances; 0: one
    int64_t inner;  // of them in one run of the innermost loop; 0: one
    // earliest start; where there is a gate, counted from its end
    int64_t start_ps;
    int64_t submit_ps;  // from start to the first packet ready
    int64_t finish_ps;  // from the last delivery to the end
    int64_t bytes;      // payload; 0 is legal and ends after submit_ps + finish_ps
    // of the last instance in each run of the innermost loop, where that has more than one
    int64_t last_finish_ps, last_bytes;
    // the time of each instance is wanted; where packets come at drawn times that of each packet or
    // read, from its arrival at the source to its delivery
    bool sampled;
    uint64_t identity;  // as that of a server
    uint32_t group;     // tasks of several are told apart in what is recorded
} lw_task;

static inline int64_t lw_task_count(const lw_task *task) {
    return task->count > 0 ? task->count : 1;
}
// When an instance is ready that could be so from now on.
static inline int64_t lw_task_ready_ps(const lw_task *task, int64_t now_ps) {
    if (task->gate != LW_NO_TASK) {
        return now_ps + task->start_ps;
    }
    return task->start_ps > now_ps ? task->start_ps : now_ps;
}
// Is it the last in a run of the innermost loop, of more than one?
static inline bool lw_task_is_last(const lw_task *task, int64_t instance) {
    return task->inner > 1 && instance % task->inner == task->inner - 1;
}
static inline int64_t lw_task_bytes(const lw_task *task, int64_t instance) {
    return lw_task_is_last(task, instance) ? task->last_bytes : task->bytes;
}
static inline int64_t lw_task_finish_ps(const lw_task *task, int64_t instance) {
    return lw_task_is_last(task, instance) ? task->last_finish_ps : task->finish_ps;
}
// The whole of a task, all its instances, for each instance of another that runs so often.
static inline lw_need lw_need_all(uint32_t task, const lw_task *of, const lw_task *own) {
    return (lw_need){.task = task, .own = lw_task_count(own), .other = lw_task_count(of), .window = 1, .first = INT64_MAX};
}

typedef struct lw_fabric {
    const lw_server *server;
    size_t server_count;
    const lw_flow *flow;
    size_t flow_count;
    const lw_task *task;
    size_t task_count;
    const int64_t *resource_slots;
    size_t resource_count;
} lw_fabric;

typedef enum lw_engine {
    // jumps over whole periods of a repeating state; same picosecond as packet-exact
    LW_ENGINE_PACKET,
    LW_ENGINE_PACKET_EXACT,  // every packet an event: the oracle
    LW_ENGINE_FLOW,          // rates shared max-min fairly, no packets: see flow/state.h
    LW_ENGINE_AUTO           // packet until it has cost too many events, unless waits are asked for; then flow
} lw_engine;
// About a second.
#define LW_EVENTS_QUICK (INT64_C(1) << 25)
extern const char *const lw_engine_words[];  // as above, in that order, and NULL

typedef struct lw_server_result {
    int64_t busy_ps;  // serialisation, rounded down once
    int64_t packets, wire_bytes, payload_bytes, control_bytes, replays;
} lw_server_result;

// How long a server was busy while a task was watched, all instances together.
typedef struct lw_task_load {
    uint32_t server;
    int64_t busy_ps;
} lw_task_load;

// A time, and how many instances took it.
typedef struct lw_task_sample {
    int64_t time_ps, count;
} lw_task_sample;

// Of all instances of a task: when the first of them came so far, or the last, and sums.
typedef struct lw_task_result {
    int64_t ready_ps;      // the first: nothing but a slot was missing
    int64_t start_ps;      // the first: slot held, submission began
    int64_t first_ps;      // the first: first packet or request ready
    int64_t delivered_ps;  // the last: last payload byte at the sink
    int64_t end_ps;        // the last
    int64_t packets;       // data packets
    // those that waited for a slot: the first was ready, the last started, and from ready to start
    int64_t queued_from_ps, queued_until_ps;
    lw_int128 queued_ps;
    lw_int128 phase_ps;  // from watched to delivered
    // Sum over data packets of the time spent queueing at servers (arrived, not started); over
    // requests too where they arrive by themselves (arrivals).
    lw_int128 wait_ps;
    int64_t window_stall_ps;  // time with data left to ask for and no tag free
    // server of its paths with the highest busy share while instances were watched
    uint32_t busiest;
    double busiest_share;
    const lw_task_load *load;  // one a hop: of its data, then of its requests
    // the first: first_ps; where it, or the task without a flow that it follows, waited for a slot:
    // ready_ps of that one, so that what was busy in the meantime is seen
    int64_t watched_ps;
    // of a sampled task: from ready to end; of packets those of every second, fourth, ... where there
    // are more than a record of them holds, and none of an engine that has no packets
    const lw_task_sample *sample;
    size_t sample_count;
} lw_task_result;

// One member of a deadlock: a task whose packets wait for room in the buffer behind a server, which
// the packets of `holder` fill; LW_NO_FLOW: nobody's, it is too small for one packet.
typedef struct lw_wait {
    uint32_t task, server, holder;
} lw_wait;

typedef struct lw_engine_result {
    lw_engine engine;          // that ran
    lw_task_result *task;      // one a task; NULL unless the run ended well
    lw_server_result *server;  // one a server
    // of each task the first that did the same: where a record has its spans; NULL: its own
    const uint32_t *alike;
    // one a resource: how long each of its slots was held, all together
    const lw_int128 *held_ps;
    int64_t end_ps;
    int64_t packets;      // data packets and requests
    int64_t packet_hops;  // servers passed
    int64_t events;       // events really executed
    int64_t jumps;        // periods were skipped this many times
    // flow engine: transfers ended early by no more than this share of their time, as many together; 0: none
    double ends_within;
    // of LW_STUCK: a task that waits for ever, and who waits for whose buffers, each member for what
    // the next one holds and the last for what the first does
    uint32_t stuck;
    const lw_wait *wait;
    size_t wait_count;  // 0: it waits for something else
} lw_engine_result;

// Told now and then, from the thread of the run, which share of all packets has been sent.
typedef struct lw_engine_watch {
    void (*tell)(double share, void *user);
    void *user;
} lw_engine_watch;

// What an instance of a task did, told when it has ended.
typedef struct lw_engine_span {
    uint32_t task;
    // the server of its paths that was busy longest from first_ps to delivered_ps, whoever had it;
    // LW_NO_SERVER: it moved nothing
    uint32_t busiest;
    int64_t instance;
    int64_t ready_ps, start_ps;  // as of lw_task_result
    int64_t first_ps, delivered_ps, end_ps;
    int64_t busy_ps;
    int64_t stall_ps;  // with data left to ask for and no tag free
} lw_engine_span;

// Iterations of loops that were jumped: what happened in the period_ps before from_ps happened again
// and again until to_ps, a whole number of times.
typedef struct lw_engine_gap {
    int64_t from_ps, to_ps, period_ps;
    const int64_t *instances;  // one a task: those that ended meanwhile, none of which is told
} lw_engine_gap;

// Told of all instances in the order of their ends, from the thread of the run.
typedef struct lw_engine_record {
    void (*span)(const lw_engine_span *span, void *user);
    void (*gap)(const lw_engine_gap *gap, void *user);
    // so many instances are told by nobody, and some that end between these times
    void (*lost)(int64_t instances, int64_t from_ps, int64_t to_ps, void *user);
    // of those the ones for which others waited up to the last end, in the order of their ends, where an
    // engine can tell; may be NULL
    void (*path)(const lw_engine_span *span, void *user);
    void (*anew)(void *user);  // what was told is void: another engine begins
    void *user;
    size_t most;  // spans that are kept; of more, some in the middle need not be told
} lw_engine_record;

// What an engine keeps of a run for later ones of the same thread, which say the same as without it and
// take less time. NULL when out of memory.
typedef struct lw_engine_memory lw_engine_memory;
lw_engine_memory *lw_engine_memory_new(void);
void lw_engine_memory_free(lw_engine_memory *memory);  // NULL is allowed
// How many runs it has served.
int64_t lw_engine_memory_resumed(const lw_engine_memory *memory);

// How to run a fabric.
typedef struct lw_engine_how {
    lw_engine engine;
    uint64_t seed;
    const volatile sig_atomic_t *stop;  // ends the run when it becomes non-zero; may be NULL
    const lw_engine_watch *watch;       // may be NULL
    int64_t events_most;                // of LW_ENGINE_AUTO, until it takes flow; 0: LW_EVENTS_QUICK, or less
    const lw_engine_record *record;     // may be NULL
    lw_engine_memory *memory;           // may be NULL
    bool record_each;                   // of tasks that do the same all are to be told; else one may be
} lw_engine_how;

// Packets of all tasks times the servers that they pass, requests included: what packet-exact
// executes, and packet at the most.
double lw_fabric_packet_hops(const lw_fabric *fabric);

// Run to the end. LW_STUCK: a dependency cycle, or a wait for credits that never come. LW_LIMIT: a
// time or size of the input is negative or beyond 2^60 (13 days), the clock beyond 2^61 ps, or nine
// of ten packets are bad. LW_INTERRUPTED: by `stop`. The result lives in the arena.
lw_status lw_engine_run(const lw_fabric *fabric, const lw_engine_how *how, lw_arena *arena, lw_engine_result *out) LW_CHECKED;

// One packet alone on an idle path: first bit out to last bit in, of payload_bytes over hops; 2^61
// at most. For unloaded latencies.
int64_t lw_path_latency_ps(const lw_server *server, const lw_hop *hop, size_t count, int64_t payload_bytes);

#endif
