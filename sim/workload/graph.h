// SPDX-License-Identifier: GPL-3.0-or-later
// The task graph of a point: what is to be moved, in what order, by which node. Kinds of work write
// it through the functions below and know nothing of servers or packets; the fabric builder lowers
// it and knows nothing of kinds of work. Plain data.
//
// A workload is a list of tasks in program order. A task that comes after nothing starts with its
// workload. A loop is a run of tasks that repeats; loops nest.
#ifndef LW_GRAPH_H
#define LW_GRAPH_H

#include "sim/base/map.h"
#include "sim/engine/engine.h"
#include "sim/machine/route.h"
#include "sim/result/result.h"
#include "sim/workload/kind.h"

#define LW_NO_MOVE UINT32_MAX
#define LW_NO_LOOP UINT32_MAX
#define LW_NO_LIBRARY UINT32_MAX

// Who moves the bytes.
typedef enum lw_mover {
    LW_BY_ENGINE,  // the DMA engine of a node, over a route
    LW_BY_CORE,    // a CPU core of a host, from its memory to its memory
    LW_BY_READER,  // a CPU core that reads a memory beside it: no link, and nothing is written
    // a device that uses its own memory line by line, and asks its host first where coherence wants
    // it
    LW_BY_OWNER
} lw_mover;

// What a switch on the route does for all members of a workload.
typedef enum lw_in_switch { LW_IN_SWITCH_NONE, LW_IN_SWITCH_MULTICAST, LW_IN_SWITCH_REDUCE } lw_in_switch;

// How bytes get from node to node: what the transfers of one member have in common.
typedef struct lw_move {
    lw_mover by;
    uint32_t from, to;  // of the data; the same node for all but LW_BY_ENGINE
    uint32_t executor;  // whose engine it is: one of the two, or a node on the route
    bool kernel;        // LW_BY_ENGINE: loads and stores of the executor's cores instead
    bool writes;        // LW_BY_OWNER: it writes the memory, else it reads
    // each transfer holds one of the executor's copy engines, where it has a number of them
    bool holds_engine;
    bool bounces;           // part of a copy between two GPUs through host memory
    int64_t source_bytes;   // LW_BY_CORE: of the buffer that it reads, which may lie in its cache; LW_AUTO: none does
    lw_via via;             // nodes that the route must pass
    lw_place place;         // of what asks for the route, for findings
    int64_t packet_bytes;   // payload of a packet; LW_AUTO: as large as the route takes
    lw_place packet_place;  // of what asks for it
    // of each message of a batch, where a network card takes its gap for it; LW_AUTO: none
    int64_t message_bytes;
    // payload of one call, on which the turns of guests depend; LW_AUTO: the work goes on and on
    int64_t call_bytes;

    // Multicast and reduction: the first member's move, and those that share with it what lies
    // before or behind the switch.
    lw_in_switch in_switch;
    bool shares;
    lw_place switch_place;  // of what asks for it

    // Transfers come by themselves, every gap_ps or at rate_Bps for all `sharers` together;
    // LW_ARRIVALS_BACKLOG: they do not.
    lw_arrivals arrivals;
    int64_t gap_ps, rate_Bps;  // LW_AUTO: not given
    double load;               // instead: so much of what the slowest link of the route carries; 0: not given
    int64_t sharers;
} lw_move;

#define LW_NO_COMPUTE UINT32_MAX

// A compute stream of a node: what holds it runs one at a time, in the order in which it becomes
// ready, whichever workload it is of.
typedef struct lw_compute {
    uint32_t node, stream;
} lw_compute;

// A task must wait for another one of the same workload: for what it did `distance` iterations ago
// in the innermost loop that holds both, of loops further in for their last iteration. In its first
// iterations there is nothing to wait for. What a loop waits for outside of it only its first
// iteration waits for, if the task also waits for an iteration before.
typedef struct lw_dependency {
    uint32_t task;
    uint32_t distance;
} lw_dependency;

typedef struct lw_graph_task {
    uint32_t move;    // LW_NO_MOVE: a delay
    uint32_t loop;    // the innermost one around it; LW_NO_LOOP
    uint32_t member;  // of the workload, from 0, or rank of a schedule
    const lw_dependency *after;
    size_t after_count;
    // of one that comes after nothing and is no batch: not before its workload has gone on so long
    int64_t start_ps;
    int64_t submit_ps;  // before the first packet; of a delay: how long it takes
    // a guest waits, besides, for its turn at the engine of this move; LW_NO_MOVE: no guest
    uint32_t turn;
    // of delays: the stream that is held from its start on, and the one that is free at its end;
    // LW_NO_COMPUTE: none
    uint32_t holds, frees;
    int64_t finish_ps;       // after the last packet
    int64_t last_finish_ps;  // that in the last iteration of the innermost loop, besides
    int64_t bytes;           // payload of each transfer
    int64_t last_bytes;      // that in the last iteration of the innermost loop
    // a batch of so many, in no order, as DMA queues have them; 0: a single one
    int64_t count;
    int64_t outstanding;  // of those in flight at once; LW_AUTO: as many as tags and route allow
    bool background;      // moves bytes at its move's rate as long as the other workloads run
} lw_graph_task;

typedef struct lw_loop {
    uint32_t first, end;  // its tasks: from first up to and without end
    uint32_t around;      // the loop that holds it; LW_NO_LOOP
    int64_t count;        // iterations, >= 1
} lw_loop;

// What a member of a workload pays whatever the links carry: `calls` that wait for one another,
// each of which submits, sends a first piece over one move (and the next), and finishes.
typedef struct lw_fixed_cost {
    uint32_t move[2];  // LW_NO_MOVE: none
    int64_t piece_bytes;
    int64_t calls;
    int64_t submit_ps, finish_ps;
    uint32_t turn;  // as of a task
    // calls that do not wait: what each takes of its caller, and of an engine between two transfers
    int64_t queued, queued_ps, gap_ps;
} lw_fixed_cost;

typedef struct lw_graph_workload {
    const lw_object *object;
    const lw_work_kind *kind;
    uint32_t first_task, task_count;  // of the graph, as are the moves
    uint32_t first_move, move_count;
    int64_t start_ps;
    const uint32_t *after;  // workloads that must have ended
    size_t after_count;
    int64_t members;        // that run side by side
    uint32_t ranks;         // of a schedule: its result tells when each was done; 0: it is none
    int64_t bytes;          // payload that counts as delivered, but for background tasks
    const char *direction;  // of the data: "host->gpu"; NULL
    const char *copy;       // "h2d", "d2h", "d2d"; NULL: no copy between host and device
    const char *manner;     // how it is copied, as lw_workload_result
    int64_t held_bytes;     // that the devices which compute must hold together; 0: not told
    int64_t size_bytes;     // of each copy of each member; 0: not told
    // of the first member: what its result is explained by; LW_NO_MOVE: nothing moves
    uint32_t main_move;
    // of the setup: what decides how it is done, and what is run by what; LW_NO_LIBRARY: none
    uint32_t library, model, runtime;
    const char *method;       // what it decided: "ring, LL128, 4 channels"; NULL
    const char *choice;       // of it algorithm and protocol: "ring, LL128"
    const lw_priced *priced;  // and from what, where it tells
    size_t priced_count;
    lw_fixed_cost cost;
    // its members as they were read from a list, without their ends, and what that holds, in one
    // word; NULL: no list
    const char *listed;
    const lw_member_result *member;
    void *plan;         // what its kind keeps for `replay`; NULL: nothing
    uint64_t plan_sum;  // differs where what replay takes from it does
    bool paced;         // its packets come at a rate, so that their waits count
    bool offered;       // that rate, not the links, decides how long it takes
    bool counts_time;   // its result is a time rather than a rate
    bool times_each;    // that of each of its transfers, one after the other
    bool background;    // it runs as long as the others
} lw_graph_workload;

typedef struct lw_graph {
    const lw_move *move;
    size_t move_count;
    const lw_graph_task *task;
    size_t task_count;
    const lw_loop *loop;  // outer ones before those in them
    size_t loop_count;
    const lw_compute *compute;
    size_t compute_count;
    const lw_graph_workload *workload;  // in the order of the file
    size_t workload_count;
    // workloads, those that others come after first, else by name: the order of their tasks, which
    // decides ties
    const uint32_t *order;
} lw_graph;

// What a graph is written for.
typedef struct lw_graph_input {
    const lw_setup *setup;
    const lw_machine *machine;
    lw_router *router;
    // one a workload: those that are wanted, the others stay without tasks; NULL: all
    const bool *only;
    uint64_t seed;  // of what is drawn
} lw_graph_input;

// Write the graph of a point. What is wrong is diagnosed, of every workload.
lw_status lw_graph_build(const lw_graph_input *input, lw_arena *arena, lw_diags *diags, lw_graph *out) LW_CHECKED;

// The object of one of the sections libraries, models and runtimes that a workload uses; LW_NO_LIBRARY: none.
uint32_t lw_graph_used(const lw_graph_workload *workload, lw_section_id section);

// ---- For kinds of work ----

typedef struct lw_graph_builder {
    const lw_setup *setup;
    const lw_machine *machine;
    lw_router *router;
    lw_arena *arena;
    lw_diags *diags;
    const lw_object *object;      // the workload that is being expanded
    lw_graph_workload *workload;  // its record: the kind fills in what it knows
    lw_map names;                 // of all workloads, by number; filled when first asked
    lw_list moves, tasks, loops, computes;
    lw_map streams;  // of the computes, by node
    uint64_t seed;
    uint32_t loop;    // the innermost open one
    uint32_t member;  // whose tasks are written: kinds count it up
} lw_graph_builder;

// A task of which nothing is set: no move, no batch, no limit of its own.
lw_graph_task lw_graph_task_none(void);
// A move by an engine of which nothing but its ends is set.
lw_move lw_move_between(uint32_t from, uint32_t to, uint32_t executor);

lw_status lw_graph_add_move(lw_graph_builder *builder, const lw_move *move, uint32_t *out) LW_CHECKED;
// after: copied. The task joins the open loop.
lw_status lw_graph_add_task(lw_graph_builder *builder, const lw_graph_task *task, const lw_dependency *after, size_t after_count,
                            uint32_t *out) LW_CHECKED;
// The number that the next task will have, for dependencies on what comes later in the loop.
uint32_t lw_graph_next_task(const lw_graph_builder *builder);
// The stream of a node, which workloads share.
lw_status lw_graph_compute(lw_graph_builder *builder, uint32_t node, uint32_t stream, uint32_t *out) LW_CHECKED;
lw_status lw_graph_open_loop(lw_graph_builder *builder, int64_t count) LW_CHECKED;
void lw_graph_close_loop(lw_graph_builder *builder);

// The workload delivers `times` times `bytes` of payload. Too much is diagnosed at its key `bytes`.
lw_status lw_graph_deliver(lw_graph_builder *builder, int64_t bytes, int64_t times) LW_CHECKED;
// The number of the object of that name in a section, which the workload gives under `key`. hint: what to
// do where there is none, and none like it.
lw_status lw_graph_use(const lw_graph_builder *builder, lw_section_id section, const char *key, const char *name,
                       const char *hint, uint32_t *out) LW_CHECKED;
// "host->gpu"; of a group "hosts->gpus".
lw_status lw_graph_name_direction(lw_graph_builder *builder, uint32_t from, uint32_t to) LW_CHECKED;

// The members of a workload: pairs of nodes, of which one side may be a single node for all.
typedef struct lw_pairs {
    uint32_t (*node)[2];
    size_t count;
} lw_pairs;
typedef struct lw_pair_keys {
    const char *key[2];       // "from", "to"
    const char *selector[2];  // what they say
    bool one_node;            // the two may be one node
} lw_pair_keys;
lw_status lw_graph_pair(lw_graph_builder *builder, const lw_pair_keys *keys, lw_pairs *out) LW_CHECKED;
// The nodes that the key `on` names, each once: a group, or a list of nodes and groups; `gpus`, where no node
// is called that, is all of kind gpu. out: gains a uint32_t for each.
lw_status lw_graph_nodes(lw_graph_builder *builder, const lw_yaml *on, lw_list *out) LW_CHECKED;
// The same, two of them at least. noun: what one of them is to the work.
lw_status lw_graph_group(lw_graph_builder *builder, const lw_yaml *on, const char *noun, lw_list *out) LW_CHECKED;
// The same for work that takes neighbours in the list of nodes: false where the name is a node's, or cards
// lie apart.
bool lw_graph_all_gpus(const lw_machine *machine, const char *name, lw_selection *out);
// Whose engine copies: the first network card on the route, if there is one; else a network card at
// an end before a GPU, a GPU before a host, a host before a memory; of two alike the one that holds
// the data.
lw_status lw_graph_executor(const lw_graph_builder *builder, uint32_t from, uint32_t to, lw_via via, uint32_t *out) LW_CHECKED;
// The same where no network card is on the route.
uint32_t lw_graph_executor_of(const lw_machine *machine, uint32_t from, uint32_t to);
// The nodes that the key `via` lists.
lw_status lw_graph_via(lw_graph_builder *builder, const lw_yaml *via, lw_via *out) LW_CHECKED;

#endif
