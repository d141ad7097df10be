// SPDX-License-Identifier: GPL-3.0-or-later
// The state of one run, shared by the files of the packet engine and by nobody else.
//
// A task is run many times; what is under way at once has slots, which are used again. An instance
// moves its bytes as streams of equal packets (only a stream's last packet may be shorter),
// so a queue is a counter and no packet needs a record while it waits. A stream visits servers;
// each visit is a stop. Links have a constant latency, so what is in flight behind a server is a
// FIFO, and only its head stands in the event queue.
#ifndef LW_ENGINE_STATE_H
#define LW_ENGINE_STATE_H

#include <assert.h>
#include <gsl/gsl_rng.h>

#include "sim/base/list.h"
#include "sim/engine/loops.h"
#include "sim/engine/packet/event.h"
#include "sim/engine/path.h"

#define LW_NONE UINT32_MAX

// An assert on the path of every packet, where it would cost 8 % of a run: on where the engine
// validates its state, too.
#ifdef LW_ENGINE_VALIDATE
#define LW_ASSERT_EACH_PACKET(condition) assert(condition)
#else
#define LW_ASSERT_EACH_PACKET(condition) ((void)0)
#endif

// A FIFO of (time, id) whose times never decrease. Grows by doubling; capacity is a power of two.
typedef struct lw_fifo_entry {
    int64_t time_ps;
    int64_t id;
} lw_fifo_entry;

typedef struct lw_fifo {
    lw_fifo_entry *entry;
    uint32_t first, count, capacity;
} lw_fifo;

// How long a packet occupies a server: whole + remainder / den picoseconds, den of the server.
typedef struct lw_service {
    int64_t whole_ps;
    int64_t remainder;
} lw_service;

// Packets of one kind that wait for a server and came from one upstream: they start in the order of
// their arrival. Where one stop alone has the input, its counter is the queue.
typedef struct lw_input {
    uint32_t server;
    uint32_t next_waiting;  // in the server's line
    uint32_t stop;          // the only one, or the last to join
    bool shared;            // several stops have it
    int64_t queued;         // shared: packets of all
    lw_fifo runs;           // shared: id: a stop; time_ps: how many packets of it follow each other
    uint32_t upstream;      // the server that they came over; LW_NO_SERVER: they begin here
    lw_packet_kind kind;
} lw_input;

// What every packet needs comes first, so that it lies in few cache lines. Arrays of two: of a full
// packet, of the stream's last.
typedef struct lw_stop {
    uint32_t server, stream;
    uint32_t next;    // the stream's next stop; LW_NONE at the sink
    uint32_t input;   // where its packets wait
    int64_t total;    // packets of the stream
    int64_t queued;   // packets waiting here
    int64_t started;  // packets served or in service
    // packets cost time here and nothing else: no errors, outages, turns, control traffic, credits,
    // buffers
    bool plain;
    bool medium;   // of the rest: errors, outages, turns of a medium
    bool at_once;  // and nothing else ever meets what it serves: all but the last packet in one step
    bool counts_wait;
    uint32_t ticks;  // the island whose steps its starts are; LW_NONE
    bool stores;     // the next stop waits for the packet's tail
    bool trickle;    // faster than a stop before it: a packet may start here and its tail come later
    bool feeds;      // the next stop is such a one
    lw_service service[2];
    lw_service shared[2];   // while control traffic takes a share of the server
    bool credited;          // credits are short here or come back to somebody
    bool causes_control;    // packets of it, on the opposite server
    int64_t control_share;  // of the opposite server's time, in parts of LW_SHARE_WHOLE, while its task moves
    // sum of starts minus sum of arrivals; the sum of waits once the queue is empty
    lw_int128 wait_ps;
    int64_t until_sink;  // at the last stop: packets until a delivery matters to somebody
    // packets started here and not yet at the next stop; INT64_MAX: any number
    int64_t buffer;
    // where packets trickle: when the tails of those on their way to here come, and that of the last
    // that came
    lw_fifo tails;
    int64_t tail_ps;
    bool wakes_previous;  // the stop before has a bounded buffer
    bool back;            // in the second direction of a shared medium
    lw_packet_kind kind;
    uint32_t frees;  // credit loop that a packet leaving this stop feeds; LW_NONE
    // the same for a packet that arrives: consumed at the sink, or acknowledged
    uint32_t sink_frees;
    int64_t units[2];  // data credits
    int64_t wire_bytes[2];
    int64_t saved_queued, saved_started;  // when the steady state was last saved
    lw_int128 saved_wait_ps;
    int64_t looked;  // the look at its input that found it without room
} lw_stop;

typedef struct lw_server_state {
    uint32_t of;      // the server of the fabric: one that streams pass apart has a state a stop
    int64_t free_ps;  // end of the last service, rounded down; the remainder is remainder / den
    int64_t remainder, den;
    int64_t busy_ps;   // so far
    int64_t serve_ps;  // time of the pending serve event; -1: none
    int64_t latency_ps;
    int64_t load_bytes;  // on the wire, of all streams to their end
    bool used;           // by a stop
    // nothing arrives before: a replayed packet holds up those behind it, and one that trickles in
    // and goes on whole
    int64_t in_order_ps;
    uint32_t waiting_first, waiting_last;  // inputs that have packets, in the order of their turns
    lw_fifo flight;                        // id: the stop that the packet goes to
    uint32_t first_loop;                   // of credits returning here; LW_NONE
    // one stop in the whole fabric, and no limit: a packet that finds it idle may start at once
    bool alone;
    bool limited;     // some credits or buffers are finite
    bool controlled;  // control traffic of an opposite server may come
    uint32_t control_opposite;
    bool control_packets;     // it is packets, no share, whatever moves
    int64_t control_next_ps;  // no control packet before
    int64_t control_interval_ps;
    lw_credits credits[LW_PACKET_KINDS];
    // Errors. good_units: units until the next bad one; INT64_MAX without errors.
    int64_t good_units;
    int64_t unit_bytes;
    double error_probability;
    gsl_rng *random;
    lw_replay replay;
    int64_t replay_ps;
    // The next outage, drawn ahead; INT64_MAX without outages. Not in the repeating state: a jump
    // ends before it.
    int64_t outage_at_ps, outage_end_ps;
    int64_t outage_gap_ps, outage_ps;
    gsl_rng *outage_random;
    int64_t turnaround_ps;
    bool back;           // the direction of the last packet
    lw_service control;  // on the opposite server, where it is packets
    // of this server's time that control traffic takes while tasks move over the opposite one, in
    // parts of LW_SHARE_WHOLE; how many move; and how long any did, less now while some do
    int64_t control_share, control_movers, control_since_ps;
    int64_t control_parts;  // time of control packets here, in parts of a picosecond: 1 / den
    int64_t replays, replay_wire_bytes;
    uint32_t in_island, next_in_island;  // LW_NONE
} lw_server_state;

// Credits on their return to a server, from one stop.
typedef struct lw_credit_loop {
    uint32_t server, task;
    uint32_t next_of_server;  // LW_NONE
    lw_packet_kind kind;
    int64_t return_ps;
    lw_fifo back;  // id: data units
} lw_credit_loop;

enum { LW_SINK_LAST = -1, LW_SHARE_WHOLE = 1 << 20 };

typedef struct lw_stream {
    uint32_t task;
    // stops of a stream are consecutive; LW_NONE: none (requests that need no path)
    uint32_t first_stop, last_stop;
    lw_packet_kind kind;
    bool is_request;
    int64_t total;       // packets
    int64_t sink_every;  // every n-th delivery matters to somebody (and the last always)
    // from the last byte's arrival to the delivery: the completer's latency for requests
    int64_t sink_ps;
    // deliveries that matter; id: requests answered, LW_SINK_LAST for the stream's last packet
    lw_fifo sink;
} lw_stream;

typedef enum lw_phase {
    LW_PHASE_IDLE,  // no instance has the slot
    LW_PHASE_WAITING,
    LW_PHASE_SUBMITTING,
    LW_PHASE_MOVING,
    LW_PHASE_FINISHING
} lw_phase;

// What instances of a task share.
typedef struct lw_task_slots {
    uint32_t first, count;  // its slots
    uint32_t free;          // the first that is; LW_NONE
    int64_t without;        // instances that wait for a resource without one: the next to have one
    lw_fifo ready;          // instances by when they may start
    int64_t sample_every;   // packets of one that samples them; 0: it does not
} lw_task_slots;

// A slot: an instance of a task that is under way.
typedef struct lw_task_state {
    uint32_t task;
    lw_phase phase;
    int64_t instance;
    bool is_last;  // its streams are those of the last in a run of the innermost loop
    uint32_t next_free;
    uint32_t data, request;  // streams; LW_NONE
    int64_t ready_ps, start_ps, watched_ps;
    int64_t due_ps;            // its pending event, while it submits or finishes
    int64_t asked;             // requests that got a tag
    int64_t offered;           // packets or requests that the arrivals have made ready
    int64_t outstanding;       // tags in use
    int64_t data_per_request;  // packets
    // sum of ends minus sum of beginnings, modulo 2^64; the sum of stalls while there is none
    uint64_t stall_ps;
    bool stalled;
    // When the state was last saved, more packets waited at its first stop than start until it comes
    // back: when the next ones come decides nothing, and their clock is no part of what repeats.
    bool floats;
    int64_t next_arrival_ps, arrivals_end_ps;
    gsl_rng *random;
    lw_fifo arrived;                     // of sampled packets or reads, those that are under way, by number
    int64_t delivered;                   // of them
    bool watched;                        // since before it moved
    uint32_t in_island, next_in_island;  // while it moves bytes; LW_NONE
    // of the server of each of its stops at watched_ps
    int64_t *busy_before_ps;
    // for the record: how much busier it was at first_ps, of an instance that was watched before;
    // and once it has delivered, see lw_engine_span
    int64_t *busy_first_ps;
    bool has_busy_first;
    uint32_t busiest;
    int64_t busy_ps;
} lw_task_state;

// An instance that waits for a slot of a resource.
typedef struct lw_waiting {
    uint32_t task;
    uint32_t slot;  // where it waits; LW_NONE: all were taken
    int64_t instance, ready_ps;
} lw_waiting;

typedef struct lw_resource {
    int64_t free_slots;
    lw_waiting *line;  // a ring, its capacity a power of two
    uint32_t first, count, capacity;
} lw_resource;

// Something that counts on while the state repeats, and where that ends.
typedef struct lw_counter {
    int64_t *at;
    int64_t saved;    // its value when the state was saved
    int64_t grown;    // laps.c: since then
    int64_t ceiling;  // must stay below; INT64_MAX: no bound
    bool has_floor;   // must not fall below 0
} lw_counter;

// Tasks that move bytes and share servers, directly or through others; those servers; and the
// search for a repeating state of theirs (steady.c). What happens in one island touches no other
// until a task starts that joins them (islands.c).
typedef struct lw_island {
    uint32_t first_task, last_task, first_server, last_server;  // LW_NONE
    size_t size;                                                // stops of its tasks
    // for an anchor, with these neighbours
    bool in_line;
    // a task has left: it may have fallen apart
    bool left;
    uint32_t previous, next;  // next: among the unused, too

    lw_stop *anchor;  // its starts are the steps of the search; NULL: nothing worth searching
    // events before an anchor is chosen again, so that choosing costs no more than the events do
    int64_t choose_at;
    int64_t steps;        // since the last change or saved state
    int64_t power;        // steps after which the state is saved again
    int64_t period;       // in steps, as far as is known: saved again no sooner; 0: nothing is
    int64_t saved_ps;     // time of the saved state
    int64_t saved_taken;  // events until then
    lw_list saved;        // int64_t: the state, relative to saved_ps
    uint32_t telltale;    // a server whose phase alone tells most states from that one
    int64_t saved_phase;  // its phase then
    bool have_saved;
    lw_list counters;  // lw_counter: everything that counts on while the state repeats
    lw_list stops;     // uint32_t: every stop of its tasks
    lw_list loops;     // uint32_t: every credit loop that may feed its servers

    // Asleep: its state at asleep_ps repeats every span_ps, so often at most. Its events wait
    // outside the queue.
    bool asleep;
    int64_t asleep_ps, span_ps;
    int64_t periods;
    uint32_t aside;  // see lw_event_set_aside
    size_t aside_count;
} lw_island;

typedef struct lw_steady {
    lw_island *island;  // NULL: no search
    size_t used;        // islands that ever were
    uint32_t unused;    // those that are no more
    uint32_t line_first, line_last;
    uint32_t ticked;  // the island whose anchor has started a packet; LW_NONE
    size_t asleep;
    int64_t wake_ps;  // when the first of them must wake
    int64_t jumps;
} lw_steady;

typedef struct lw_run_state {
    const lw_fabric *fabric;
    const lw_fraction *pace;  // picoseconds a byte, one a server of the fabric
    // one a server of the fabric: every stream passes it as if it were alone there
    const bool *apart;
    lw_arena *arena;    // freed with the state
    lw_arena *results;  // what outlives it
    lw_event_queue queue;
    int64_t now_ps;
    lw_server_state *server;  // those of the fabric first
    size_t server_count;
    lw_stop *stop;
    size_t stop_count;
    lw_input *input;
    size_t input_count;
    uint32_t *input_slot;  // by hash: input + 1, 0 where there is none; at most half are used
    size_t input_slots;
    int64_t input_looks;  // how often a packet was looked for in a shared input
    lw_stream *stream;
    size_t stream_count;
    lw_credit_loop *loop;
    size_t loop_count;
    lw_task_state *task;  // slots
    size_t task_count;
    lw_task_slots *slots;  // one a task of the fabric
    lw_resource *resource;
    lw_progress progress;
    lw_task_result *result;    // one a task of the fabric
    lw_task_load **load;       // the same: of its result
    lw_list *sample;           // the same: lw_task_sample
    lw_int128 *held_ps;        // one a resource: ends less starts of what held its slots
    lw_server_result *served;  // one a server of the fabric: by instances that have delivered
    int64_t packets, packet_hops;
    double packet_hops_all;          // those of all instances
    const lw_engine_record *record;  // NULL: nobody asks
    lw_steady steady;
    lw_laps laps;              // see laps.c
    int64_t *lap_busy_ps;      // one a server: when its state was saved
    lw_engine_memory *memory;  // keeps the state when it first repeats; NULL: nobody asks
    lw_list told;              // lw_engine_span: recorded until then
    // The state was found to repeat later than it could be, see recall.c: how often it would have then, and the
    // events of a period; 0: not so. And the events that this run has more than if found at once.
    int64_t repeats, period_events, events_more;
    int64_t look_at;      // events before somebody may want to end the run
    int64_t validate_at;  // events before the invariants are looked at again
    bool failed;          // out of memory
    bool broken;          // more instances at once than there are slots
} lw_run_state;

static inline const lw_task *lw_task_of(const lw_run_state *run, uint32_t slot) {
    return &run->fabric->task[run->task[slot].task];
}
static inline const lw_flow *lw_flow_of(const lw_run_state *run, uint32_t slot) {
    return &run->fabric->flow[lw_task_of(run, slot)->flow];
}

// compile.c: can its times and sizes be counted?
bool lw_server_fits(const lw_server *server);

// contention.c: no credits, errors, outages or turns.
bool lw_costs_time_alone(const lw_server *server);
// Which servers streams pass apart; one a server of the fabric. NULL when out of memory.
const bool *lw_find_apart(const lw_fabric *fabric, const lw_fraction *pace, lw_arena *arena) LW_CHECKED;

// compile.c: fabric -> state. Frees with lw_run_state_free in any case. LW_INTERRUPTED: it is larger than
// what how->events_most could fill.
lw_status lw_run_state_make(const lw_fabric *fabric, const lw_engine_how *how, lw_arena *results, lw_run_state *run) LW_CHECKED;
void lw_run_state_free(lw_run_state *run);
// The one task of a run with a flow, of one slot, moves other bytes than it was made for; all else is to be
// as it is, even the state of its streams. LW_LIMIT as lw_run_state_make.
lw_status lw_run_state_resize(lw_run_state *run, uint32_t task) LW_CHECKED;
// An instance takes the slot: its streams are set back to their beginning.
void lw_slot_take(lw_run_state *run, uint32_t slot, int64_t instance);
// validate.c: what is wrong with the state between two events; NULL: nothing.
const char *lw_run_state_validate(const lw_run_state *run) LW_CHECKED;
// input.c: packets join an input; and the stop whose packet may start there now, which leaves it.
// LW_NONE: none may.
bool lw_inputs_make(lw_run_state *run, size_t stops) LW_CHECKED;            // false: out of memory
uint32_t lw_input_of(lw_run_state *run, uint32_t upstream, uint32_t stop);  // where its packets wait
void lw_input_join(lw_run_state *run, lw_input *input, uint32_t stop, int64_t packets);
uint32_t lw_input_take(lw_run_state *run, lw_input *input);
// packet.c: packets pass servers.
void lw_packet_step(lw_run_state *run, uint32_t key);  // execute an event
// packets join the queue of a stop now
void lw_stop_arrive(lw_run_state *run, uint32_t stop, int64_t packets);
// A task begins (1) or ends (-1) to move bytes: the share of control traffic opposite to its path.
void lw_control_change(lw_run_state *run, uint32_t slot, int sign);
void lw_draw_good_units(lw_server_state *server);
void lw_draw_outage(lw_server_state *server, int64_t after_ps);
void lw_schedule(lw_run_state *run, int64_t time_ps, lw_event_kind kind, uint32_t entity);

// task.c: the life of an instance around its packets. task: of the fabric; slot: of an instance.
void lw_task_release(void *run, uint32_t task, int64_t instance);  // nothing to wait for any more
void lw_task_ready(lw_run_state *run, uint32_t task);              // the first of those may start
void lw_task_event(lw_run_state *run, uint32_t slot);              // its submission or finish is due
void lw_task_source(lw_run_state *run, uint32_t slot);             // its arrivals make a packet ready
void lw_task_sink(lw_run_state *run, uint32_t stream);             // a delivery that matters

// steady.c: the search in one island.
enum { LW_WORTHWHILE_STEPS = 64 };                                          // packets that its anchor must have left
void lw_steady_choose(lw_run_state *run, lw_island *island);                // an anchor
void lw_steady_step(lw_run_state *run, lw_island *island);                  // after an event in which it ticked
void lw_steady_repeats(lw_run_state *run, lw_island *island);               // its state is the saved one
int64_t lw_steady_ahead(const lw_run_state *run, const lw_island *island);  // whole periods that come then
void lw_steady_stop(lw_island *island);
void lw_steady_jump(lw_run_state *run, lw_island *island, int64_t periods);

// laps.c: jumps over iterations. An instance has ended; and after the event in which the anchor's did.
void lw_laps_make(lw_run_state *run);
void lw_laps_step(lw_run_state *run);

// recall.c: a run that moves other bytes than one before goes on from where that one's state first repeated.
// Is it of that kind: each task runs once, one of them moves bytes, nothing is drawn? Its results lie in
// its own arena then.
bool lw_recall_suits(const lw_fabric *fabric) LW_CHECKED;
// The state repeats: keep it, if it may serve. False: it must be found again, later.
bool lw_recall_keep(lw_run_state *run, lw_island *island) LW_CHECKED;
void lw_recall_tell(lw_run_state *run, const lw_engine_span *span);  // has been recorded
// False: nothing that is kept leads to a run of this fabric.
bool lw_recall_resume(const lw_fabric *fabric, const lw_engine_how *how, lw_run_state *run) LW_CHECKED;
// Frees the run but what is kept of it.
void lw_recall_free(lw_engine_memory *memory, lw_run_state *run);

// islands.c: which tasks share servers, and the sleep of islands whose state repeats.
// ---- deadlock.c ----
// Of a run that is stuck: out->wait and wait_count.
lw_status lw_find_deadlock(const lw_run_state *run, lw_engine_result *out) LW_CHECKED;

bool lw_islands_make(lw_run_state *run) LW_CHECKED;       // false: out of memory
void lw_islands_join(lw_run_state *run, uint32_t task);   // it begins to move bytes
void lw_islands_leave(lw_run_state *run, uint32_t task);  // it has moved them
void lw_islands_step(lw_run_state *run);                  // after an event
void lw_islands_line_up(lw_run_state *run, lw_island *island);
void lw_islands_sleep(lw_run_state *run, lw_island *island, int64_t span_ps, int64_t periods);
// some sleep: the event just taken is not to be executed now
bool lw_islands_hold(lw_run_state *run, uint32_t key);
bool lw_islands_wake(lw_run_state *run);  // the queue is empty; false: nobody sleeps

// What repeated before need not repeat now.
static inline void lw_island_restart(lw_run_state *run, lw_island *island) {
    lw_steady_stop(island);
    lw_islands_line_up(run, island);
}

// Something started, ended or was drawn on a server.
static inline void lw_island_changed(lw_run_state *run, uint32_t server) {
    uint32_t island = run->server[server].in_island;
    if (island != LW_NONE) {
        lw_island_restart(run, &run->steady.island[island]);
    }
}

// May the stop's next packet start, as far as the buffer before its next stop goes?
static inline bool lw_buffer_has_room(const lw_run_state *run, const lw_stop *stop) {
    return stop->buffer == INT64_MAX || stop->started - run->stop[stop->next].started < stop->buffer;
}

// And as far as credits go?
static inline bool lw_has_credits(const lw_server_state *server, const lw_stop *stop) {
    const lw_credits *credits = &server->credits[stop->kind];
    return !stop->credited || (credits->packets > 0 && credits->data_units >= stop->units[stop->started + 1 == stop->total]);
}

// FIFO of times.
void lw_fifo_grow(lw_run_state *run, lw_fifo *fifo);
static inline lw_fifo_entry *lw_fifo_at(const lw_fifo *fifo, uint32_t place) {
    return &fifo->entry[(fifo->first + place) & (fifo->capacity - 1)];
}
static inline void lw_fifo_push(lw_run_state *run, lw_fifo *fifo, int64_t time_ps, int64_t id) {
    if (fifo->count == fifo->capacity) {
        lw_fifo_grow(run, fifo);
        if (run->failed) {
            return;
        }
    }
    LW_ASSERT_EACH_PACKET(fifo->count == 0 || lw_fifo_at(fifo, fifo->count - 1)->time_ps <= time_ps);
    *lw_fifo_at(fifo, fifo->count++) = (lw_fifo_entry){time_ps, id};
}
static inline lw_fifo_entry lw_fifo_pop(lw_fifo *fifo) {
    LW_ASSERT_EACH_PACKET(fifo->count > 0);
    lw_fifo_entry entry = *lw_fifo_at(fifo, 0);
    fifo->first++;
    fifo->count--;
    return entry;
}
static inline void lw_fifo_shift(lw_fifo *fifo, int64_t shift_ps) {
    for (uint32_t i = 0; i < fifo->count; i++) {
        lw_fifo_at(fifo, i)->time_ps += shift_ps;
    }
}
static inline int64_t lw_fifo_head_ps(const lw_fifo *fifo) {
    return lw_fifo_at(fifo, 0)->time_ps;
}

#endif
