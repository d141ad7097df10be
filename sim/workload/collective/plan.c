// SPDX-License-Identifier: GPL-3.0-or-later
// Sends between ranks -> moves and tasks.
#include <assert.h>
#include <math.h>

#include "sim/workload/collective/collective.h"

typedef struct lane {
    uint32_t move[2];       // the second one from a host on; LW_NO_MOVE: it goes straight
    int64_t staging_bytes;  // of a buffer in host memory
    uint32_t buffers;
    bool overlaps;        // of what is sent over it one after the other, too
    int64_t delay_ps;     // what is sent arrives so much later
    uint32_t to, before;  // the lane before it from the same node + 1; 0: none
} lane;

typedef struct step {
    uint32_t lane;  // LW_NO_MOVE: a join
    int64_t bytes, last_bytes, finish_ps;
    size_t first_wait;
    uint32_t waits;
    uint32_t sent, task;  // after which its lane is free, and that ends it
} step;

typedef struct part {
    size_t end;  // the step behind its last one
    int64_t iterations;
} part;

typedef struct waiting {
    uint32_t on, distance;
} waiting;

lw_plan lw_plan_new(lw_graph_builder *builder, const lw_collective_params *params) {
    return (lw_plan){.builder = builder, .params = params, .status = LW_OK, .hosts_most = UINT32_MAX};
}

// ---- Lanes ----

// What a switch on the way does for it.
typedef struct switching {
    lw_in_switch does;
    bool shares;
} switching;

// Between computers, over the network cards of the ends of its lane.
static lw_status find_via(const lw_plan *plan, const uint32_t hop[2], const uint32_t ends[2], lw_via *out) {
    enum { CARDS = 2 };
    *out = (lw_via){0};
    if (plan->nic == NULL || plan->computers->of[hop[0]] == plan->computers->of[hop[1]]) {
        return LW_OK;
    }
    uint32_t *node = LW_NEW_ARRAY(plan->builder->arena, uint32_t, CARDS);
    lw_place *place = LW_NEW_ARRAY(plan->builder->arena, lw_place, CARDS);
    if (node == NULL || place == NULL) {
        return LW_NO_MEMORY;
    }
    node[0] = plan->nic[ends[0]];
    node[1] = plan->nic[ends[1]];
    place[0] = place[1] = lw_object_place(plan->builder->object, "on");
    *out = (lw_via){node, CARDS, place};
    return LW_OK;
}

// Within a computer no network card is on the route, and between two the one that it goes by is the first:
// most lanes need no search for that.
static lw_status find_executor(const lw_plan *plan, const uint32_t hop[2], lw_via via, uint32_t *out) {
    const lw_computers *all = plan->computers;
    const uint32_t from = hop[0], to = hop[1];
    const bool within = all != NULL && all->of[from] == all->of[to] && all->of[from] != LW_NO_COMPUTER;
    if (all == NULL || all->over_nics || (!within && via.count == 0)) {
        return lw_graph_executor(plan->builder, from, to, via, out);
    }
    *out = within ? lw_graph_executor_of(plan->builder->machine, from, to) : via.node[0];
    return LW_OK;
}

// One hop of a lane.
static lw_status add_move(lw_plan *plan, const uint32_t hop[2], const uint32_t ends[2], switching in_switch, uint32_t *out) {
    const lw_graph_builder *builder = plan->builder;
    const uint32_t from = hop[0], to = hop[1];
    uint32_t executor;
    lw_via via;
    LW_TRY(find_via(plan, hop, ends, &via));
    LW_TRY(find_executor(plan, hop, via, &executor));
    lw_move move = lw_move_between(from, to, executor);
    move.via = via;
    move.in_switch = in_switch.does;
    move.shares = in_switch.shares;
    move.switch_place = lw_object_place(builder->object, "on");
    move.place = lw_object_place(builder->object, "on");
    move.kernel = plan->params->by == LW_SENT_BY_KERNEL && builder->machine->node[executor].spec->kind == LW_NODE_GPU;
    move.holds_engine = !move.kernel;
    return lw_graph_add_move(plan->builder, &move, out);
}

static lw_status through_host(const lw_plan *plan, uint32_t from, uint32_t to, bool *out) {
    const lw_machine *machine = plan->builder->machine;
    const lw_node_spec *a = machine->node[from].spec, *b = machine->node[to].spec;
    const bool cards = a->kind == LW_NODE_GPU && b->kind == LW_NODE_GPU;
    const bool apart = plan->computers != NULL && plan->computers->of[from] != plan->computers->of[to];
    *out = cards && !(a->params->p2p && b->params->p2p);
    if (*out || !cards || plan->hosts_most == UINT32_MAX || apart) {
        return LW_OK;
    }
    lw_route route = {0};
    const lw_status found = lw_route_find(plan->builder->router, from, to, (lw_via){0}, &route);
    uint32_t hosts = 0;
    for (size_t i = 1; found == LW_OK && i < route.count; i++) {
        hosts += machine->node[lw_leg_start(machine, route.leg[i])].spec->kind == LW_NODE_HOST ? 1 : 0;
    }
    *out = hosts > plan->hosts_most;
    // a missing route is told where it is to be taken
    return found == LW_BAD_INPUT ? LW_OK : found;
}

static lw_status make_lane(lw_plan *plan, uint32_t from, uint32_t to, lane *out) {
    const lw_graph_builder *builder = plan->builder;
    const uint32_t ends[2] = {from, to};
    const switching none = {LW_IN_SWITCH_NONE, false};
    uint32_t host;
    bool staged;
    LW_TRY(through_host(plan, from, to, &staged));
    if (!staged) {
        out->move[1] = LW_NO_MOVE;
        return add_move(plan, ends, ends, none, &out->move[0]);
    }
    const lw_status found = lw_nearest_host(builder->router, ends, 2, (lw_via){0}, &host);
    if (found == LW_BAD_INPUT) {
        return lw_error(builder->diags, lw_object_place(builder->object, "on"), "add a host that both reach, or set p2p: true",
                        "workloads.%s needs a host between '%s' and '%s'", builder->object->name,
                        builder->machine->node[from].name, builder->machine->node[to].name);
    }
    LW_TRY(found);
    const lw_buffers buffers = lw_node_buffers(&builder->machine->node[from], true);
    out->staging_bytes = buffers.bytes;
    out->buffers = buffers.count;
    out->overlaps = plan->overlaps;
    if (plan->staging_bytes > 0) {
        out->staging_bytes = plan->staging_bytes;
        out->buffers = plan->staging_buffers;
    }
    LW_TRY(add_move(plan, (const uint32_t[]){from, host}, ends, none, &out->move[0]));
    return add_move(plan, (const uint32_t[]){host, to}, ends, none, &out->move[1]);
}

bool lw_plan_is_staged(const lw_plan *plan, uint32_t number) {
    return number < plan->lanes.count && LW_LIST_ITEMS(&plan->lanes, const lane)[number].move[1] != LW_NO_MOVE;
}

static lane *new_lane(lw_plan *plan) {
    lane *added = plan->status == LW_OK ? LW_LIST_ADD(&plan->lanes, lane, plan->builder->arena) : NULL;
    plan->status = plan->status == LW_OK && added == NULL ? LW_NO_MEMORY : plan->status;
    return added;
}

// Channels of a library that go the same way within a computer share its lanes; LW_NO_MOVE: there is
// none yet.
static uint32_t find_lane(lw_plan *plan, uint32_t from, uint32_t to) {
    const lane *all = LW_LIST_ITEMS(&plan->lanes, const lane);
    if (plan->lane_of == NULL) {
        plan->lane_of = LW_NEW_ARRAY(plan->builder->arena, uint32_t, plan->builder->machine->node_count);
        plan->status = plan->status == LW_OK && plan->lane_of == NULL ? LW_NO_MEMORY : plan->status;
    }
    uint32_t at = plan->lane_of != NULL ? plan->lane_of[from] : 0;
    for (; at != 0; at = all[at - 1].before) {
        const lane *l = &all[at - 1];
        const bool staged = l->move[1] != LW_NO_MOVE;
        if (l->to == to && l->delay_ps == plan->delay_ps[0] &&
            (!staged || (l->staging_bytes == plan->staging_bytes && l->buffers == plan->staging_buffers))) {
            return at - 1;
        }
    }
    return LW_NO_MOVE;
}

uint32_t lw_plan_lane(lw_plan *plan, uint32_t from, uint32_t to) {
    const bool within = plan->computers != NULL && plan->computers->of[from] == plan->computers->of[to];
    const uint32_t known = within ? find_lane(plan, from, to) : LW_NO_MOVE;
    const uint32_t number = known != LW_NO_MOVE ? known : (uint32_t)plan->lanes.count;
    lane *added = known == LW_NO_MOVE ? new_lane(plan) : NULL;
    if (added != NULL) {
        added->delay_ps = plan->delay_ps[plan->computers == NULL || within ? 0 : 1];
        added->to = to;
        plan->status = make_lane(plan, from, to, added);
    }
    if (added != NULL && within && plan->lane_of != NULL) {
        added->before = plan->lane_of[from];
        plan->lane_of[from] = number + 1;
    }
    return number;
}

uint32_t lw_plan_lane_in_switch(lw_plan *plan, const uint32_t pair[2], lw_in_switch in_switch, bool shares) {
    const uint32_t number = (uint32_t)plan->lanes.count;
    lane *added = new_lane(plan);
    if (added != NULL) {
        added->move[1] = LW_NO_MOVE;
        plan->status = add_move(plan, pair, pair, (switching){in_switch, shares}, &added->move[0]);
    }
    return number;
}

// ---- Steps ----

uint32_t lw_plan_next(const lw_plan *plan) {
    return (uint32_t)plan->steps.count;
}

static int64_t as_sent(const lw_plan *plan, int64_t bytes) {
    return plan->data_share > 0 ? (int64_t)ceil((double)bytes / plan->data_share) : bytes;
}

uint32_t lw_plan_send(lw_plan *plan, uint32_t lane_number, int64_t bytes, int64_t last_bytes) {
    const uint32_t number = lw_plan_next(plan);
    step *added = plan->status == LW_OK ? LW_LIST_ADD(&plan->steps, step, plan->builder->arena) : NULL;
    if (added != NULL) {
        *added = (step){.lane = lane_number,
                        .bytes = as_sent(plan, bytes),
                        .last_bytes = as_sent(plan, last_bytes),
                        .finish_ps = lane_number != LW_NO_MOVE ? plan->send_ps + llround(plan->byte_ps * (double)bytes) : 0,
                        .first_wait = plan->waits.count};
    } else if (plan->status == LW_OK) {
        plan->status = LW_NO_MEMORY;
    }
    return number;
}

void lw_plan_repeat(lw_plan *plan, int64_t iterations) {
    part *added = plan->status == LW_OK ? LW_LIST_ADD(&plan->parts, part, plan->builder->arena) : NULL;
    if (added != NULL) {
        *added = (part){plan->steps.count, iterations};
    } else if (plan->status == LW_OK) {
        plan->status = LW_NO_MEMORY;
    }
}

uint32_t lw_plan_join(lw_plan *plan) {
    return lw_plan_send(plan, LW_NO_MOVE, 0, 0);
}

void lw_plan_wait(lw_plan *plan, uint32_t on, uint32_t distance) {
    waiting *added = plan->status == LW_OK ? LW_LIST_ADD(&plan->waits, waiting, plan->builder->arena) : NULL;
    if (added != NULL) {
        *added = (waiting){on, distance};
        LW_LIST_ITEMS(&plan->steps, step)[plan->steps.count - 1].waits++;
    } else if (plan->status == LW_OK) {
        plan->status = LW_NO_MEMORY;
    }
}

void lw_plan_pace(lw_plan *plan, int64_t finish_ps) {
    if (plan->status == LW_OK) {
        LW_LIST_ITEMS(&plan->steps, step)[plan->steps.count - 1].finish_ps = finish_ps;
    }
}

// ---- Tasks ----

// A send through a host: pieces are written into a buffer there, and read out of it; then, where the
// last iteration has more, the rest of it likewise; then a task without cost, which others wait for.
enum { STAGED_TASKS = 3, REST_TASKS = 2 };

// Straight, a send is one task; where it arrives later, another one for that follows.
static void number_tasks(const lw_plan *plan, step *s, uint32_t first) {
    const lane *l = s->lane != LW_NO_MOVE ? &LW_LIST_ITEMS(&plan->lanes, const lane)[s->lane] : NULL;
    if (l == NULL || l->move[1] == LW_NO_MOVE) {
        s->sent = first;
        s->task = first + (l != NULL && l->delay_ps > 0 ? 1 : 0);
        return;
    }
    s->task = first + STAGED_TASKS - 1 + (s->last_bytes != s->bytes ? REST_TASKS : 0);
    s->sent = l->overlaps ? first : s->task - (l->delay_ps > 0 ? 1 : 0);
}

static lw_status write_staged(lw_graph_builder *builder, const lane *l, const step *s, lw_dependency *after, uint32_t waits) {
    const int64_t piece = s->bytes < l->staging_bytes ? s->bytes : l->staging_bytes;
    const int64_t pieces = s->bytes > 0 ? (s->bytes - 1) / piece + 1 : 1;
    lw_graph_task fill = lw_graph_task_none(), drain = fill, arrived = fill;
    fill.move = l->move[0];
    drain.move = l->move[1];
    fill.bytes = drain.bytes = piece;
    fill.last_bytes = drain.last_bytes = s->bytes - (pieces - 1) * piece;
    // without a loop of its own, pieces of the iterations around it follow one another
    const bool loops = pieces > 1 || !l->overlaps;
    LW_TRY(loops ? lw_graph_open_loop(builder, pieces) : LW_OK);
    uint32_t filled = lw_graph_next_task(builder), drained = filled + 1;
    after[waits] = (lw_dependency){filled, 1};
    after[waits + 1] = (lw_dependency){drained, l->buffers};
    LW_TRY(lw_graph_add_task(builder, &fill, after, waits + 2, &filled));
    LW_TRY(lw_graph_add_task(builder, &drain, (const lw_dependency[]){{filled, 0}, {drained, 1}}, 2, &drained));
    if (loops) {
        lw_graph_close_loop(builder);
    }
    if (s->last_bytes != s->bytes) {
        fill.bytes = drain.bytes = 0;
        fill.last_bytes = drain.last_bytes = s->last_bytes - s->bytes;
        LW_TRY(lw_graph_add_task(builder, &fill, &(lw_dependency){drained, 0}, 1, &filled));
        LW_TRY(lw_graph_add_task(builder, &drain, &(lw_dependency){filled, 0}, 1, &drained));
    }
    arrived.submit_ps = s->finish_ps + l->delay_ps;
    return lw_graph_add_task(builder, &arrived, &(lw_dependency){drained, 0}, 1, &drained);
}

// after: the first is the launch, where there is one; room for the waits of the step and two more.
static lw_status write_step(lw_plan *plan, const step *s, lw_dependency *after) {
    const uint32_t launch = plan->launch_ps > 0 ? 1 : 0;
    const waiting *wait = LW_LIST_ITEMS(&plan->waits, const waiting);
    const step *steps = LW_LIST_ITEMS(&plan->steps, const step);
    const lane *l = s->lane != LW_NO_MOVE ? &LW_LIST_ITEMS(&plan->lanes, const lane)[s->lane] : NULL;
    lw_graph_task task = lw_graph_task_none(), arrival = task;
    uint32_t number;
    for (uint32_t i = 0; i < s->waits; i++) {
        const step *on = &steps[wait[s->first_wait + i].on];
        after[launch + i] = (lw_dependency){on == s ? on->sent : on->task, wait[s->first_wait + i].distance};
    }
    if (l != NULL && l->move[1] != LW_NO_MOVE) {
        return write_staged(plan->builder, l, s, after, launch + s->waits);
    }
    if (l == NULL) {
        task.submit_ps = s->finish_ps;
    } else {
        task.finish_ps = s->finish_ps;
        task.move = l->move[0];
        task.bytes = s->bytes;
        task.last_bytes = s->last_bytes;
    }
    LW_TRY(lw_graph_add_task(plan->builder, &task, after, launch + s->waits, &number));
    if (s->sent == s->task) {
        return LW_OK;
    }
    arrival.submit_ps = l->delay_ps;
    return lw_graph_add_task(plan->builder, &arrival, &(lw_dependency){number, 0}, 1, &number);
}

// Each part is a loop of its own.
static lw_status write_parts(lw_plan *plan, lw_dependency *after) {
    const step *steps = LW_LIST_ITEMS(&plan->steps, const step);
    size_t i = 0;
    for (size_t p = 0; p < plan->parts.count; p++) {
        const part now = LW_LIST_ITEMS(&plan->parts, const part)[p];
        LW_TRY(now.iterations > 1 ? lw_graph_open_loop(plan->builder, now.iterations) : LW_OK);
        for (; i < now.end; i++) {
            LW_TRY(write_step(plan, &steps[i], after));
            assert(lw_graph_next_task(plan->builder) == steps[i].task + 1);
        }
        if (now.iterations > 1) {
            lw_graph_close_loop(plan->builder);
        }
    }
    return LW_OK;
}

lw_status lw_plan_write(lw_plan *plan, int64_t iterations, int64_t calls, int64_t piece_bytes) {
    lw_graph_builder *builder = plan->builder;
    lw_plan_repeat(plan, iterations);
    LW_TRY(plan->status);
    step *steps = LW_LIST_ITEMS(&plan->steps, step);
    uint32_t most = 0, launch = LW_NO_MOVE;
    if (plan->launch_ps > 0) {
        lw_graph_task call = lw_graph_task_none();
        call.submit_ps = plan->launch_ps;
        LW_TRY(lw_graph_add_task(builder, &call, NULL, 0, &launch));
    }
    if (plan->least_ps > 0) {
        lw_graph_task caller = lw_graph_task_none();
        uint32_t number;
        caller.submit_ps = plan->least_ps;
        LW_TRY(lw_graph_add_task(builder, &caller, NULL, 0, &number));
    }
    uint32_t next = lw_graph_next_task(builder);
    for (size_t i = 0; i < plan->steps.count; i++) {
        number_tasks(plan, &steps[i], next);
        next = steps[i].task + 1;
        most = steps[i].waits > most ? steps[i].waits : most;
    }
    lw_dependency *after = LW_NEW_ARRAY(builder->arena, lw_dependency, (size_t)most + 3);
    if (after == NULL) {
        return LW_NO_MEMORY;
    }
    after[0] = (lw_dependency){launch, 0};
    LW_TRY(write_parts(plan, after));
    const lane *first = LW_LIST_ITEMS(&plan->lanes, const lane);
    builder->workload->main_move = first->move[0];
    builder->workload->cost = (lw_fixed_cost){.move = {first->move[0], first->move[1]},
                                              .piece_bytes = piece_bytes,
                                              .calls = calls,
                                              .submit_ps = plan->launch_ps / calls,
                                              .finish_ps = plan->step_ps,
                                              .turn = LW_NO_MOVE};
    return LW_OK;
}
