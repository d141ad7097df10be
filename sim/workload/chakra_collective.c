// SPDX-License-Identifier: GPL-3.0-or-later
// Collective nodes of traces as messages: in phases, between which each rank waits for what it sent
// and what it gets in one.
#include <stdlib.h>
#include <string.h>

#include "sim/workload/chakra_trace.h"

// All nodes of one call, by their ranks.
typedef struct call {
    lw_goal *goal;
    lw_arena *arena;
    const lw_chakra_collective *of;
    uint32_t n, tag;
    uint32_t *after, *before;  // of each rank: operations that the phase follows, and that follow it
    lw_status status;
} call;

// ---- Operations ----

static uint32_t add_op(call *c, uint32_t i, lw_goal_kind kind, uint32_t peer, int64_t bytes) {
    lw_goal_op *op = c->status == LW_OK ? LW_LIST_ADD(&c->goal->op, lw_goal_op, c->arena) : NULL;
    if (op == NULL) {
        c->status = c->status == LW_OK ? LW_NO_MEMORY : c->status;
        return 0;
    }
    *op = (lw_goal_op){.rank = c->of[i].rank,
                       .peer = c->of[peer].rank,
                       .tag = c->tag,
                       .offset = c->of[i].offset,
                       .match = LW_GOAL_NONE,
                       .kind = (uint8_t)kind,
                       .cpu = LW_CHAKRA_ON_NOTHING,
                       .size = bytes};
    c->status = c->goal->op.count < LW_GOAL_NONE / 4 ? LW_OK : LW_LIMIT;
    return (uint32_t)c->goal->op.count - 1;
}

static void add_need(call *c, uint32_t op, uint32_t on) {
    lw_goal_need *need = c->status == LW_OK ? LW_LIST_ADD(&c->goal->need, lw_goal_need, c->arena) : NULL;
    if (need == NULL) {
        c->status = c->status == LW_OK ? LW_NO_MEMORY : c->status;
        return;
    }
    *need = (lw_goal_need){op, on, false};
    lw_goal_op_at(c->goal, op)->waits = true;
}

static void open_phase(call *c, bool last) {
    for (uint32_t i = 0; i < c->n; i++) {
        c->after[i] = c->before[i];
        c->before[i] = last ? c->of[i].end : add_op(c, i, LW_GOAL_CALC, i, 0);
        add_need(c, c->before[i], c->after[i]);
    }
}

static void pass(call *c, uint32_t from, uint32_t to, int64_t bytes) {
    const uint32_t send = add_op(c, from, LW_GOAL_SEND, to, bytes), receive = add_op(c, to, LW_GOAL_RECV, from, bytes);
    add_need(c, send, c->after[from]);
    add_need(c, receive, c->after[to]);
    add_need(c, c->before[from], send);
    add_need(c, c->before[to], receive);
}

// ---- Algorithms ----

// The first ranks have a byte more where it does not come out even.
static int64_t share_of(const call *c, uint32_t i) {
    return c->of[0].bytes / c->n + (i < c->of[0].bytes % c->n ? 1 : 0);
}

static uint32_t doublings(uint32_t n) {
    uint32_t count = 0;
    while (n > 1 && (n - 1) >> count > 0) {
        count++;
    }
    return count;
}

// Shares go round, or parts of that size.
static void ring(call *c, uint32_t rounds, bool parts) {
    for (uint32_t k = 0; k < rounds; k++) {
        open_phase(c, k + 1 == rounds);
        for (uint32_t i = 0; i < c->n; i++) {
            pass(c, i, (i + 1) % c->n, parts ? c->of[0].bytes : share_of(c, i));
        }
    }
}

// To each its share, or to each one's own.
static void direct(call *c, bool own, bool parts, bool last) {
    open_phase(c, last);
    for (uint32_t step = 1; step < c->n; step++) {
        for (uint32_t i = 0; i < c->n; i++) {
            const uint32_t to = (i + step) % c->n;
            pass(c, i, to, parts ? c->of[0].bytes : share_of(c, own ? i : to));
        }
    }
}

// A binomial tree: down from the first rank, or up to it.
static void tree(call *c, bool up) {
    const uint32_t rounds = doublings(c->n);
    for (uint32_t k = 0; k < rounds; k++) {
        const uint32_t apart = 1U << (up ? rounds - 1 - k : k);
        open_phase(c, k + 1 == rounds);
        for (uint32_t i = 0; i < apart && i + apart < c->n; i++) {
            pass(c, up ? i + apart : i, up ? i : i + apart, c->of[0].bytes);
        }
    }
}

static void meet(call *c) {
    const uint32_t rounds = doublings(c->n);
    for (uint32_t k = 0; k < rounds; k++) {
        open_phase(c, k + 1 == rounds);
        for (uint32_t i = 0; i < c->n; i++) {
            pass(c, i, (i + (1U << k)) % c->n, 0);
        }
    }
}

// Between the first rank and each other one.
static void star(call *c, bool to_first) {
    open_phase(c, true);
    for (uint32_t i = 1; i < c->n; i++) {
        pass(c, to_first ? i : 0, to_first ? 0 : i, c->of[0].bytes);
    }
}

static void write_call(call *c, lw_chakra_algorithm how) {
    const bool rings = how == LW_CHAKRA_RING;
    switch ((lw_chakra_type)c->of[0].type) {
    case LW_CHAKRA_ALL_REDUCE:
        if (rings) {
            ring(c, 2 * (c->n - 1), false);
        } else {
            direct(c, false, false, false);
            direct(c, true, false, true);
        }
        return;
    case LW_CHAKRA_ALL_GATHER:
        rings ? ring(c, c->n - 1, true) : direct(c, true, true, true);
        return;
    case LW_CHAKRA_REDUCE_SCATTER:
    case LW_CHAKRA_REDUCE_SCATTER_BLOCK:
        rings ? ring(c, c->n - 1, false) : direct(c, false, false, true);
        return;
    case LW_CHAKRA_ALL_TO_ALL:
        direct(c, false, false, true);
        return;
    case LW_CHAKRA_BROADCAST:
    case LW_CHAKRA_REDUCE:
        tree(c, c->of[0].type == LW_CHAKRA_REDUCE);
        return;
    case LW_CHAKRA_GATHER:
    case LW_CHAKRA_SCATTER:
        star(c, c->of[0].type == LW_CHAKRA_GATHER);
        return;
    case LW_CHAKRA_BARRIER:
        meet(c);
        return;
    case LW_CHAKRA_TYPES:
        return;
    }
}

// ---- Which nodes are one call ----

static int by_call(const void *left, const void *right) {
    const lw_chakra_collective *a = left, *b = right;
    const int order = strcmp(a->group, b->group);
    if (order != 0) {
        return order;
    }
    return a->turn != b->turn ? (a->turn > b->turn) - (a->turn < b->turn) : (a->rank > b->rank) - (a->rank < b->rank);
}

static int by_rank(const void *left, const void *right) {
    const lw_chakra_collective *a = left, *b = right;
    const int order = strcmp(a->group, b->group);
    if (order != 0) {
        return order;
    }
    return a->rank != b->rank ? (a->rank > b->rank) - (a->rank < b->rank) : (a->begin > b->begin) - (a->begin < b->begin);
}

// The first of a group on its rank is turn 0, and so on.
static void count_turns(lw_chakra_collective *all, size_t count) {
    if (count == 0) {
        return;
    }
    qsort(all, count, sizeof *all, by_rank);
    for (size_t i = 1; i < count; i++) {
        const bool same = all[i].rank == all[i - 1].rank && strcmp(all[i].group, all[i - 1].group) == 0;
        all[i].turn = same ? all[i - 1].turn + 1 : 0;
    }
    qsort(all, count, sizeof *all, by_call);
}

static lw_status refuse(const lw_goal *goal, const lw_chakra_collective *c, const char *hint, const char *what, lw_diags *diags) {
    return what == NULL ? LW_NO_MEMORY
                        : lw_error(diags, (lw_place){goal->of_rank[c->rank], 0, 0}, hint, "node %llu (byte %u): %s",
                                   (unsigned long long)c->id, c->offset, what);
}

// All ranks of the group take part, in the same, with as much.
static lw_status check_call(const lw_goal *goal, const lw_chakra_collective *first, uint32_t n, uint32_t members,
                            lw_diags *diags) {
    if (n != members) {
        return refuse(goal, first, "give each rank of a group as many collectives, in the same order",
                      lw_diags_text(diags, "%u of the %u ranks of its group have a collective %u", n, members, first->turn + 1),
                      diags);
    }
    for (uint32_t i = 1; i < n; i++) {
        if (first[i].type != first->type || first[i].bytes != first->bytes) {
            return refuse(goal, &first[i], "give each rank of a group the same collectives, in the same order",
                          lw_diags_text(diags, "the %s differs from that of node %llu of rank %u, which is the same call",
                                        first[i].type != first->type ? "type" : "size", (unsigned long long)first->id,
                                        first->rank),
                          diags);
        }
    }
    return LW_OK;
}

lw_status lw_chakra_expand(lw_goal *goal, const lw_list *collectives, lw_chakra_algorithm how, lw_arena *arena, lw_diags *diags) {
    enum { TAGS = 1 << 30 };  // from the largest down, which traces hardly use
    lw_chakra_collective *all = LW_LIST_ITEMS(collectives, lw_chakra_collective);
    call c = {.goal = goal,
              .arena = arena,
              .after = LW_NEW_ARRAY(arena, uint32_t, goal->ranks),
              .before = LW_NEW_ARRAY(arena, uint32_t, goal->ranks)};
    if (c.after == NULL || c.before == NULL) {
        return LW_NO_MEMORY;
    }
    count_turns(all, collectives->count);
    uint32_t members = 0, calls = 0;
    for (size_t i = 0; i < collectives->count; i += c.n) {
        for (c.n = 1;
             i + c.n < collectives->count && all[i + c.n].turn == all[i].turn && strcmp(all[i + c.n].group, all[i].group) == 0;
             c.n++) {
        }
        c.of = &all[i];
        members = c.of->turn == 0 ? c.n : members;
        LW_TRY(check_call(goal, c.of, c.n, members, diags));
        c.tag = LW_GOAL_ANY - 1 - calls++ % TAGS;
        for (uint32_t r = 0; r < c.n; r++) {
            c.before[r] = c.of[r].begin;
        }
        if (c.n > 1) {
            write_call(&c, how);
        } else {
            add_need(&c, c.of->end, c.of->begin);
        }
        LW_TRY(c.status);
    }
    return LW_OK;
}
