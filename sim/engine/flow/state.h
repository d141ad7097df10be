// SPDX-License-Identifier: GPL-3.0-or-later
// The state of one run of the flow engine, shared by its files and by nobody else.
//
// What an instance of a task moves is a fluid that runs through all servers of its path at once, at
// one rate, and arrives the latency of the path later. Rates are shared max-min fairly: no flow can
// have more without taking it from one that has no more. What is equal for each is packets, since
// ports take turns by packet; with equal packets that is bytes. Unlike the packets of the other
// engine, flows that came over one port do not share its turn at the next: each has its own.
//
// Instances of one task follow each other, as one engine makes them: those under way are one flow. Paced
// ones, and reads that their tags alone hold up, are flows of their own.
//
// Flows with the same costs and limits are a class: one rate, so that only the head of a class need be
// watched. Classes that the same row holds up are a group: one rate again, and one count of what each
// of their flows has moved so far, so that only the first head of a group need be watched. Sums over
// flows are sums of integers, so that no result depends on the order in which they are made.
#ifndef LW_FLOW_STATE_H
#define LW_FLOW_STATE_H

#include <assert.h>
#include <math.h>

#include "sim/base/list.h"
#include "sim/engine/loops.h"
#include "sim/engine/path.h"

#define LW_NONE UINT32_MAX

// Fluids end between two picoseconds. Their clock counts ticks of 2^-20 ps.
enum { LW_TICK_BITS = 20 };
typedef lw_int128 lw_ticks;
#define LW_TICKS_NEVER ((lw_ticks)1 << 100)

// What has been moved is counted in units of 2^-60 packets.
enum { LW_UNIT_BITS = 60 };
typedef lw_int128 lw_units;
// Units a tick at one packet a picosecond.
#define LW_SPEED ((double)(INT64_C(1) << (LW_UNIT_BITS - LW_TICK_BITS)))

static inline lw_ticks lw_ticks_of(int64_t ps) {
    return (lw_ticks)ps << LW_TICK_BITS;
}

// To and from doubles below 2^125, which compilers leave to a function: to a whole number exactly, and
// back to the double next to it.
static inline lw_int128 lw_wide_of(double value) {
    const double PART = (double)(INT64_C(1) << 62);
    if (value < PART) {
        return (int64_t)value;
    }
    const int64_t high = (int64_t)(value / PART);
    return ((lw_int128)high << 62) + (int64_t)(value - (double)high * PART);
}
static inline double lw_wide_value(lw_int128 value) {
    const int64_t high = (int64_t)(value >> 62), low = (int64_t)(value & ((INT64_C(1) << 62) - 1));
    return (double)high * (double)(INT64_C(1) << 62) + (double)low;
}

// ---- Waiting for a time ----

// A heap of ids by time, then task, then instance, in which each id stands once at most.
typedef struct lw_due {
    lw_ticks at;
    int64_t instance;
    uint32_t task, id;
} lw_due;

typedef struct lw_due_heap {
    lw_due *due;
    uint32_t count, capacity;
    uint32_t *place;  // by id: place in the heap + 1; 0: not in it
    uint32_t places;
} lw_due_heap;

// Put in, or move; false when out of memory.
bool lw_due_set(lw_due_heap *heap, lw_due due) LW_CHECKED;
lw_ticks lw_due_at(const lw_due_heap *heap, uint32_t id);  // LW_TICKS_NEVER: not in it
void lw_due_remove(lw_due_heap *heap, uint32_t id);
void lw_due_free(lw_due_heap *heap);

// ---- Rates ----

// Something that classes share: the time of a server, or of the buffer behind it. Whole is 1 << 60.
#define LW_WHOLE (INT64_C(1) << 60)
typedef struct lw_row {
    double unit;     // one quantum of weight, in 2^-60 of the server's time a packet
    double most_ps;  // of any class, for a packet
    double cap_min;  // the lowest limit of a class that may pass
    int64_t weight;  // of all flows, in quanta
    double used;     // the share taken since the last change
    bool joined;     // a flow did since then
    lw_ticks busy;   // up to there
    double control;  // the share that control traffic takes, and its time up to there
    lw_ticks controlled;
    // classes that have flows: first those that something else holds up, in the order in which they got
    // their rates
    struct lw_active *active;
    uint32_t active_count;
    uint32_t given;         // so many were held up by something else
    uint32_t pool;          // LW_NONE: idle
    uint32_t place;         // in the pool
    int64_t turnaround_ps;  // 0: the medium takes no time to turn round
    bool uneven;            // some class sends more or fewer packets here than of its data
    bool turns_anew;        // what passes each way has changed
    uint32_t costs;         // classes that may pass
} lw_row;

// What a flow of a class costs at a row.
typedef struct lw_cost {
    uint32_t row;
    int64_t weight;      // quanta of one of its packets there
    double ps;           // for a packet of data
    double there, back;  // packets that it sends each way for that
    // of traffic that goes before all packets and waits for none: the row does not hold it up
    bool control;
    // the server whose packets, `there` of them, cause it; LW_NO_SERVER: it comes with each packet of data
    uint32_t source;
} lw_cost;

// Packets there for one of data: its turns.
static inline double lw_fluid_turns(const lw_cost *cost) {
    return cost->there + cost->back;
}

// What all flows of a class cost at a row.
typedef struct lw_burden {
    double share;              // 2^-60 of the row's time, at one packet a picosecond
    int64_t weight;            // quanta; 0: control traffic, which the row does not know
    struct lw_burden *next;    // of the class, but for control traffic, in a ring
    struct lw_active *active;  // where the row knows it
    uint32_t row, class;
} lw_burden;

// A class that has flows, as a row knows it.
typedef struct lw_active {
    lw_burden *burden;
    int64_t taken;   // of the row's time, in 2^-60, by those up to here that something else holds up
    uint32_t step;   // of the pool, in which it got its rate; LW_NONE: in none
    int64_t weight;  // as taken
} lw_active;

// A flow of a class that has moved everything when the class has moved so much.
typedef struct lw_target {
    lw_units done;
    uint32_t slot;
} lw_target;

// When a class is the next of its group.
typedef struct lw_head {
    lw_units shift;  // what each flow of the group has moved, 0 without one, less what each of the class has
    lw_units end;    // the first target, as the group counts
    uint32_t place;  // in the group
} lw_head;

// Classes with one rate: those that a row holds up, or one that is limited by itself.
typedef struct lw_group {
    lw_units done;     // moved by each flow
    double rate;       // packets a picosecond
    uint32_t *member;  // classes, a heap by their ends
    uint32_t members;
    uint32_t step;  // of the pool, in which it got its rate; LW_NONE: in none
} lw_group;

typedef struct lw_class {
    int64_t flows;
    lw_cost *cost;
    lw_burden *burden;  // one a cost
    uint32_t costs;
    uint32_t own;       // costs of its packets; those behind are of control traffic
    uint32_t pool;      // LW_NONE: no flows
    uint32_t place;     // in the pool
    double cap;         // packets a picosecond, when alone
    lw_target *target;  // a heap
    uint32_t targets, capacity;
} lw_class;

// A row while rates are found, beside each other in few cache lines.
typedef struct lw_filling {
    int64_t taken;    // of its time, by flows that have a rate
    lw_active *next;  // the first of the active that has none
    int64_t weight;   // of flows that have a rate
    lw_active *end;   // behind the active
    int64_t all;      // the weight of all flows
    double unit;      // as of the row
    double cap_min;   // as of the row
    bool uneven;
} lw_filling;

// What goes before packets at a row.
typedef struct lw_ahead {
    int64_t control;  // of the whole: control traffic, and requests
    int64_t caused;   // of that, control traffic
    int64_t before;   // control, in the turn before
} lw_ahead;

// Classes that share rows, directly or through others: what a change can affect.
typedef struct lw_pool {
    uint32_t *classes, *rows;
    uint32_t class_count, class_capacity, row_count, row_capacity;
    uint32_t *steps;  // groups in the order in which they got their rates
    uint32_t step_count, step_capacity;
    uint32_t left;   // classes that left since it was found
    bool changed;    // its rates are to be found again
    bool joined;     // by a flow since they were
    double from;     // those from this one on
    bool controls;   // some class does
    lw_ticks since;  // all that counts on was brought up to then
    uint32_t next_unused;
} lw_pool;

// ---- Instances ----

typedef enum lw_fluid_phase {
    LW_FLUID_IDLE,
    LW_FLUID_READY,
    LW_FLUID_IN_LINE,
    LW_FLUID_SUBMITTING,
    LW_FLUID_MOVING,
    LW_FLUID_DELIVERED,
    LW_FLUID_FINISHING
} lw_fluid_phase;

typedef struct lw_instance {
    uint32_t task;
    uint32_t next;  // free one, or the one behind it that waits for its turn
    lw_fluid_phase phase;
    bool watched;
    int64_t instance;
    int64_t ready_ps, start_ps, first_ps, watched_ps;
    int64_t due_ps;  // of its event
    // for the record, once it is delivered: as of lw_engine_span
    uint32_t busiest;
    int64_t busy_ps, stall_ps;
} lw_instance;

// What an instance of a task moves: [0] each, [1] the last in a run of the innermost loop.
typedef struct lw_move {
    uint32_t class_index;  // LW_NONE: it takes no time but tail_ps
    lw_units units;        // of full packets
    int64_t bytes, packets, requests;
    int64_t full_bytes, last_bytes;  // of a full packet, of the last one
    double tail_ps;                  // from the end of the fluid to the last delivery
    double round_trip_ps;
    int64_t tags;
} lw_move;

typedef struct lw_line {
    int64_t free_slots;
    uint32_t *waiting;  // a ring of instances
    uint32_t first, count, capacity;
} lw_line;

typedef struct lw_fluid_task {
    lw_move move[2];
    lw_ticks *load;    // one a hop
    lw_list sample;    // lw_task_sample
    int64_t moved[2];  // instances that ended, of each move
    // instances that share an engine: the one that moves, and those that wait for their turn
    uint32_t mover, first, last;
    int64_t watched_ps;  // by a task before it, for its only instance; -1: not
    lw_ticks *busy_before;
} lw_fluid_task;

typedef struct lw_fluid {
    const lw_fabric *fabric;
    const lw_engine_how *how;
    lw_arena *arena;
    const lw_fraction *pace;
    lw_progress progress;
    int64_t now_ps;
    lw_ticks now;
    lw_due_heap tasks, pools;

    // by server: its row, and those of the buffers behind it; LW_NONE
    uint32_t (*row_of)[1 + LW_PACKET_KINDS];
    lw_row *row;
    uint32_t row_count, row_capacity;
    lw_class *class;
    lw_head *head;       // by class
    lw_group *group;     // by row, and behind them by class
    uint32_t *group_of;  // by class; LW_NONE: it has no rate yet
    uint32_t class_count, class_capacity;
    uint32_t *class_slot;  // by hash: class + 1; at most half are used
    uint32_t class_slots;
    lw_list draft;        // lw_cost: of the class that is being made
    double *packets;      // by server: packets a picosecond, while control traffic is added up
    lw_filling *filling;  // by row, as that below
    lw_ahead *ahead;
    uint32_t *given;   // classes that get a rate together
    uint32_t *filled;  // rows that are to be filled up
    uint64_t *match;   // a tree of matches between them that the one with least to give wins

    lw_pool *pool;
    uint32_t pool_count, unused_pool;
    uint32_t *changed;
    uint32_t changed_count;

    lw_instance *slot;
    // lw_fluid_marks a slot: how busy its servers had been when it was first watched, and behind that,
    // where somebody records, when it began to move
    lw_ticks *busy_before;
    uint32_t slot_count, slot_capacity, free_slot;
    size_t hops_max;
    lw_line *line;
    lw_fluid_task *task;
    lw_task_result *result;
    lw_server_result *served;
    lw_int128 *held_ps;  // one a resource: ends less starts of what held its slots
    int64_t events, jumps;
    lw_laps laps;        // see laps.c
    lw_ticks *lap_busy;  // one a row: when its state was saved
    int64_t effort;      // rates that were looked at
    lw_ticks joined;     // the latest time that a flow began
    double bytes_done, bytes_all;
    lw_status failed;  // LW_OK: not
    uint32_t stuck;    // a task that can never move anything
} lw_fluid;

static inline const lw_flow *lw_fluid_flow(const lw_fluid *run, uint32_t task) {
    const uint32_t flow = run->fabric->task[task].flow;
    return flow != LW_NO_FLOW ? &run->fabric->flow[flow] : NULL;
}

static inline size_t lw_fluid_hops(const lw_flow *flow) {
    return flow->data_count + (flow->kind == LW_FLOW_READ ? flow->request_count : 0);
}
static inline const lw_hop *lw_fluid_hop(const lw_flow *flow, size_t hop) {
    return hop < flow->data_count ? &flow->data[hop] : &flow->request[hop - flow->data_count];
}

// Packets a picosecond; INFINITY: it has no rate yet.
static inline double lw_fluid_rate(const lw_fluid *run, uint32_t class) {
    const uint32_t group = run->group_of[class];
    return group != LW_NONE ? run->group[group].rate : (double)INFINITY;
}

static inline size_t lw_fluid_marks(const lw_fluid *run) {
    return run->hops_max * (run->how->record != NULL ? 2 : 1);
}

static inline void lw_fluid_fail(lw_fluid *run, lw_status status) {
    run->failed = run->failed == LW_OK ? status : run->failed;
}

// A block of twice as many; NULL, and the old one as it was, when out of memory.
void *lw_fluid_grown(void *block, uint32_t *capacity, size_t size) LW_CHECKED;

// ---- path.c: a transfer alone ----

// The time of a packet there, exactly.
double lw_fluid_service_ps(lw_fraction pace, int64_t packet_ps, int64_t wire_bytes);

// Packets over hops: all ready at once, or one every gap_ps.
typedef struct lw_train {
    const lw_hop *hop;
    size_t count;
    int64_t packets;
    int64_t full_bytes, last_bytes;
    int64_t gap_ps;
} lw_train;

// From the first being ready to the last being delivered; LW_TIME_MAX at most. No hops: at once.
int64_t lw_fluid_train_ps(const lw_fabric *fabric, const lw_fraction *pace, const lw_train *train);

// ---- make.c: fabric -> state ----
lw_status lw_fluid_make(const lw_fabric *fabric, const lw_engine_how *how, lw_arena *arena, lw_fluid *run) LW_CHECKED;
void lw_fluid_free(lw_fluid *run);
// cost.c: what so many bytes of a flow cost, as a move of a class. LW_STUCK:
// a buffer is too small for one packet.
lw_status lw_fluid_make_move(lw_fluid *run, const lw_flow *flow, int64_t bytes, lw_move *out) LW_CHECKED;
// How often a packet is sent again on average.
double lw_fluid_replays(const lw_server *server, int64_t wire_bytes);
// class.c: the number of the class with the draft's costs and that limit; LW_NONE: out of memory.
uint32_t lw_fluid_class_of(lw_fluid *run, double cap);
uint32_t lw_fluid_row_of(lw_fluid *run, uint32_t server, int buffer);
// The weight of a class at a row where each packet needs so much time more.
void lw_fluid_weigh(const lw_fluid *run, lw_class *class, uint32_t cost, double turn_ps);
// What the flows that a class has now are to a row.
void lw_fluid_burden(const lw_row *row, lw_class *class, uint32_t cost);
// When all are known.
lw_status lw_fluid_finish_classes(lw_fluid *run) LW_CHECKED;

// ---- pool.c: who shares with whom ----
uint32_t lw_pool_of_class(lw_fluid *run, uint32_t class);  // that begins to have flows
void lw_pool_leave(lw_fluid *run, uint32_t class);         // that has none left
void lw_pool_divide(lw_fluid *run, uint32_t pool);         // without those that have left
void lw_pool_touch(lw_fluid *run, uint32_t pool);          // bring it up to now
void lw_pool_change(lw_fluid *run, uint32_t pool);         // its rates must be found again
bool lw_pool_room(lw_fluid *run, lw_pool *pool, uint32_t steps) LW_CHECKED;

// ---- group.c: who has the same rate ----
void lw_group_move(lw_fluid *run, uint32_t class, uint32_t group);  // LW_NONE: out of its group
lw_units lw_group_done(const lw_fluid *run, uint32_t class);        // by each of its flows
void lw_group_sort(lw_fluid *run, uint32_t class);                  // its first target has changed
void lw_group_forget(lw_fluid *run, lw_pool *pool, uint32_t kept);  // steps of a pool but the first

// ---- share.c: rates ----
// A flow joins its class now.
void lw_fluid_join(lw_fluid *run, const lw_move *move, uint32_t slot);
// The fluids of a pool that end now.
void lw_fluid_ended(lw_fluid *run, uint32_t pool);
// New rates for all that has changed.
void lw_fluid_share(lw_fluid *run);
// Finding them has cost so much that flows end early, by no more than this share of their time.
extern const double lw_fluid_ends_within;
bool lw_fluid_hurries(const lw_fluid *run);
lw_ticks lw_fluid_busy(const lw_fluid *run, uint32_t server);

// ---- task.c: the life of an instance ----
void lw_fluid_ready(void *user, uint32_t task, int64_t instance);
void lw_fluid_due(lw_fluid *run, uint32_t slot);
void lw_fluid_moved(lw_fluid *run, uint32_t slot);  // its fluid has ended
// Whose turn it is after that on the engine of the task; LW_NONE: nobody waits.
uint32_t lw_fluid_successor(lw_fluid *run, uint32_t slot);
const lw_move *lw_fluid_move_of(const lw_fluid *run, uint32_t slot);

// ---- laps.c: jumps over iterations of loops ----
void lw_fluid_laps_step(lw_fluid *run);  // after an instant in which the anchor ticked

// result.c
// What a move keeps a server busy that each passes as if alone there.
int64_t lw_fluid_own_ps(const lw_fluid *run, const lw_hop *hop, const lw_move *move, bool asks);
lw_status lw_fluid_results(lw_fluid *run, lw_engine_result *out) LW_CHECKED;

#endif
