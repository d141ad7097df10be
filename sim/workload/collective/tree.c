// SPDX-License-Identifier: GPL-3.0-or-later
// Binary trees, and two of them at once (P. Sanders, J. Speck, J. L. Traeff, "Two-tree algorithms for
// full bandwidth broadcast, reduction and scan", 2009), which NCCL runs, too.
#include <assert.h>

#include "sim/workload/collective/collective.h"

lw_status lw_tree_new(const lw_graph_builder *builder, const lw_ranks *ranks, lw_tree_shape *out) {
    *out = (lw_tree_shape){ranks, LW_NEW_ARRAY(builder->arena, uint32_t, ranks->count),
                           LW_NEW_ARRAY(builder->arena, uint32_t, ranks->count)};
    return out->parent == NULL || out->order == NULL ? LW_NO_MEMORY : LW_OK;
}

// As a heap: full levels but for the last one.
static void shape_heap(const lw_tree_shape *t) {
    for (uint32_t r = 0; r < t->ranks->count; r++) {
        t->parent[r] = r == 0 ? 0 : (r - 1) / 2;
        t->order[r] = r;
    }
}

// Ranks in order: those with an odd number are leaves, those divisible by two and no more their
// parents, and so on. Rank 0 is the root and has one child.
static uint32_t in_order_parent(uint32_t rank, uint32_t count) {
    const uint32_t low = rank & (~rank + 1), up = (rank ^ low) | (low << 1);
    return rank == 0 ? 0 : up < count ? up : rank ^ low;
}

// The second tree is the first one mirrored, or of an odd count shifted, so that leaves of one are
// inner ranks of the other.
static uint32_t place_in(bool second, uint32_t rank, uint32_t count) {
    return !second ? rank : count % 2 == 0 ? count - 1 - rank : (rank + count - 1) % count;
}
static uint32_t rank_at(bool second, uint32_t place, uint32_t count) {
    return !second ? place : count % 2 == 0 ? count - 1 - place : (place + 1) % count;
}

void lw_tree_in_order(const lw_tree_shape *t, bool second) {
    const uint32_t n = t->ranks->count;
    uint32_t done = 0, top = 1;
    for (uint32_t r = 0; r < n; r++) {
        t->parent[r] = rank_at(second, in_order_parent(place_in(second, r, n), n), n);
    }
    while (top < n) {
        top <<= 1;
    }
    t->order[done++] = rank_at(second, 0, n);
    for (; top > 0; top >>= 1) {  // levels: places divisible by top and no more
        for (uint32_t place = top; place < n; place += 2 * top) {
            t->order[done++] = rank_at(second, place, n);
        }
    }
}

// Two for those of a rank in other computers besides the one in its own.
enum { CHILDREN = 3 };

// What is sent over one tree.
typedef struct climb {
    lw_plan *plan;
    const lw_tree_shape *t;
    int64_t chunk, last;          // bytes of an iteration of the plan, and of the last one
    uint32_t (*child)[CHILDREN];  // of each rank; the root itself: none
    uint32_t *send;               // the step of each rank, of the latest direction
} climb;

static lw_status start_climb(climb *out) {
    const lw_tree_shape *t = out->t;
    const uint32_t n = t->ranks->count, root = t->order[0];
    out->send = LW_NEW_ARRAY(out->plan->builder->arena, uint32_t, n);
    out->child = lw_arena_alloc(out->plan->builder->arena, n, sizeof *out->child);
    if (out->child == NULL || out->send == NULL) {
        return LW_NO_MEMORY;
    }
    for (uint32_t rank = 0; rank < n; rank++) {
        for (int k = 0; k < CHILDREN; k++) {
            out->child[rank][k] = root;
        }
    }
    for (uint32_t i = 1; i < n; i++) {
        uint32_t *child = out->child[t->parent[t->order[i]]];
        int k = 0;
        for (; child[k] != root; k++) {
            assert(k + 1 < CHILDREN);
        }
        child[k] = t->order[i];
    }
    return LW_OK;
}

// What a rank adds up: its own part and those of its children.
static void wait_for_parts(const climb *c, uint32_t rank) {
    for (int k = 0; k < CHILDREN; k++) {
        if (c->child[rank][k] != c->t->order[0]) {
            lw_plan_wait(c->plan, c->send[c->child[rank][k]], 0);
        }
    }
}

static void send_chunk(const climb *c, uint32_t rank, uint32_t from, uint32_t to) {
    const uint32_t *node = c->t->ranks->node;
    const uint32_t lane = lw_plan_lane(c->plan, node[from], node[to]);
    c->send[rank] = lw_plan_send(c->plan, lane, c->chunk, c->last);
    lw_plan_wait(c->plan, c->send[rank], 1);
}

// A rank sends up what it has added up when its children's parts are there; the next chunk follows
// when this one has arrived.
static void send_up(const climb *c) {
    for (uint32_t i = c->t->ranks->count; i-- > 1;) {
        const uint32_t rank = c->t->order[i];
        send_chunk(c, rank, rank, c->t->parent[rank]);
        wait_for_parts(c, rank);
    }
}

// A rank hands on what it got; the root what it has added up.
static void send_down(const climb *c, bool added_up) {
    const uint32_t root = c->t->order[0];
    if (added_up) {
        const uint32_t sum = lw_plan_join(c->plan);
        wait_for_parts(c, root);
        c->send[root] = sum;
    }
    for (uint32_t i = 1; i < c->t->ranks->count; i++) {
        const uint32_t rank = c->t->order[i], parent = c->t->parent[rank];
        send_chunk(c, rank, parent, rank);
        if (parent != root || added_up) {
            lw_plan_wait(c->plan, c->send[parent], 0);
        }
    }
}

static lw_status go_up_and_down(climb *c, lw_tree_use use) {
    LW_TRY(start_climb(c));
    if ((use & LW_TREE_UP) != 0) {
        send_up(c);
    }
    if ((use & LW_TREE_DOWN) != 0) {
        send_down(c, use == LW_TREE_BOTH);
    }
    return LW_OK;
}

static uint32_t depth_of(const lw_tree_shape *t) {
    uint32_t deepest = 0;
    for (uint32_t rank = 0; rank < t->ranks->count; rank++) {
        uint32_t depth = 0;
        for (uint32_t at = rank; t->parent[at] != at; at = t->parent[at]) {
            depth++;
        }
        deepest = depth > deepest ? depth : deepest;
    }
    return deepest;
}

lw_status lw_tree(lw_graph_builder *builder, const lw_ranks *rooted, lw_tree_use use, bool twin) {
    const lw_collective_params *params = builder->object->params;
    const uint32_t trees = twin && params->bytes > 1 ? 2 : 1;
    const int64_t least = params->bytes / trees, chunks = least < params->chunks ? least : params->chunks;
    lw_plan plan = lw_plan_new(builder, params);
    uint32_t depth = 0;
    for (uint32_t i = 0; i < trees; i++) {
        const int64_t bytes = lw_share_of(params->bytes, trees, i), chunk = bytes / chunks;
        lw_tree_shape shape;
        LW_TRY(lw_tree_new(builder, rooted, &shape));
        if (twin) {
            lw_tree_in_order(&shape, i == 1);
        } else {
            shape_heap(&shape);
        }
        climb c = {.plan = &plan, .t = &shape, .chunk = chunk, .last = bytes - (chunks - 1) * chunk};
        LW_TRY(go_up_and_down(&c, use));
        const uint32_t deep = depth_of(&shape);
        depth = deep > depth ? deep : depth;
    }
    return lw_plan_write(&plan, chunks, (use == LW_TREE_BOTH ? 2 : 1) * (int64_t)depth - 1 + chunks,
                         lw_share_of(params->bytes, trees, 0) / chunks);
}
