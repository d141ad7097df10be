// SPDX-License-Identifier: GPL-3.0-or-later
// Which send a receive gets: sorted lists instead of queues, so that time and memory follow the
// number of messages.
#include <stdlib.h>

#include "sim/workload/goal_text.h"

// One end of a message.
typedef struct end {
    uint32_t from, to, tag, op;
} end;

static int compare(uint32_t a, uint32_t b) {
    return (a > b) - (a < b);
}

static int by_message(const void *left, const void *right) {
    const end *a = left, *b = right;
    int order = compare(a->from, b->from);
    order = order != 0 ? order : compare(a->to, b->to);
    order = order != 0 ? order : compare(a->tag, b->tag);
    return order != 0 ? order : compare(a->op, b->op);
}

static int by_target_and_source(const void *left, const void *right) {
    const end *a = left, *b = right;
    int order = compare(a->to, b->to);
    order = order != 0 ? order : compare(a->from, b->from);
    return order != 0 ? order : compare(a->op, b->op);
}

static int by_target_and_tag(const void *left, const void *right) {
    const end *a = left, *b = right;
    int order = compare(a->to, b->to);
    order = order != 0 ? order : compare(a->tag, b->tag);
    return order != 0 ? order : compare(a->op, b->op);
}

static int by_target(const void *left, const void *right) {
    const end *a = left, *b = right;
    const int order = compare(a->to, b->to);
    return order != 0 ? order : compare(a->op, b->op);
}

static void join(lw_goal *goal, uint32_t send, uint32_t recv) {
    lw_goal_op_at(goal, send)->match = recv;
    lw_goal_op_at(goal, recv)->match = send;
}

// All sends, or all receives that name source and tag.
static size_t gather(const lw_goal *goal, lw_goal_kind kind, end *out) {
    size_t count = 0;
    for (uint32_t i = 0; i < goal->op.count; i++) {
        const lw_goal_op *op = lw_goal_op_at(goal, i);
        const bool sends = kind == LW_GOAL_SEND;
        if (op->kind == kind && op->peer != LW_GOAL_ANY && op->tag != LW_GOAL_ANY) {
            out[count++] = (end){sends ? op->rank : op->peer, sends ? op->peer : op->rank, op->tag, i};
        }
    }
    qsort(out, count, sizeof *out, by_message);
    return count;
}

static void match_exact(lw_goal *goal, const end *send, size_t sends, const end *recv, size_t recvs) {
    for (size_t s = 0, r = 0; s < sends && r < recvs;) {
        const end key = {recv[r].from, recv[r].to, recv[r].tag, send[s].op};
        const int order = by_message(&send[s], &key);
        if (order == 0) {
            join(goal, send[s].op, recv[r].op);
        }
        s += order <= 0 ? 1 : 0;
        r += order >= 0 ? 1 : 0;
    }
}

// ---- Any source, any tag ----

// The sends that are left in one order, and of each group in it which comes next.
typedef struct queue {
    end *send;
    size_t *next;  // of the group that begins here
    size_t count;
    int (*order)(const void *left, const void *right);
} queue;

static lw_status make_queue(const end *left, size_t count, int (*order)(const void *, const void *), lw_arena *arena,
                            queue *out) {
    *out = (queue){LW_NEW_ARRAY(arena, end, count), LW_NEW_ARRAY(arena, size_t, count), count, order};
    if (out->send == NULL || out->next == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        out->send[i] = left[i];
        out->next[i] = i;
    }
    qsort(out->send, count, sizeof *out->send, order);
    return LW_OK;
}

// The first send of a group that nobody has; LW_GOAL_NONE: there is none. key: op 0, so that it
// comes before all of them.
static uint32_t first_free(const lw_goal *goal, const queue *q, end key) {
    size_t low = 0, high = q->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (q->order(&q->send[middle], &key) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low == q->count) {
        return LW_GOAL_NONE;
    }
    size_t *next = &q->next[low];
    for (; *next < q->count; ++*next) {
        end found = q->send[*next];
        const uint32_t op = found.op;
        found.op = key.op;
        if (q->order(&found, &key) != 0) {
            return LW_GOAL_NONE;
        }
        if (lw_goal_op_at(goal, op)->match == LW_GOAL_NONE) {
            return op;
        }
    }
    return LW_GOAL_NONE;
}

static lw_status match_any(lw_goal *goal, const end *send, size_t sends, lw_arena *arena) {
    end *left = LW_NEW_ARRAY(arena, end, sends);
    size_t count = 0;
    if (left == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t s = 0; s < sends; s++) {
        if (lw_goal_op_at(goal, send[s].op)->match == LW_GOAL_NONE) {
            left[count++] = send[s];
        }
    }
    queue of_source, of_tag, of_all;
    LW_TRY(make_queue(left, count, by_target_and_source, arena, &of_source));
    LW_TRY(make_queue(left, count, by_target_and_tag, arena, &of_tag));
    LW_TRY(make_queue(left, count, by_target, arena, &of_all));
    for (uint32_t i = 0; i < goal->op.count; i++) {
        const lw_goal_op *op = lw_goal_op_at(goal, i);
        if (op->kind == LW_GOAL_RECV && (op->peer == LW_GOAL_ANY || op->tag == LW_GOAL_ANY)) {
            const queue *q = op->peer != LW_GOAL_ANY ? &of_source : op->tag != LW_GOAL_ANY ? &of_tag : &of_all;
            const uint32_t found = first_free(goal, q, (end){op->peer, op->rank, op->tag, 0});
            if (found != LW_GOAL_NONE) {
                join(goal, found, i);
            }
        }
    }
    return LW_OK;
}

// ---- What is left over ----

static lw_status check_op(const lw_goal *goal, uint32_t index, lw_diags *diags) {
    const lw_goal_op *op = lw_goal_op_at(goal, index);
    if (op->kind == LW_GOAL_CALC) {
        return LW_OK;
    }
    if (op->match == LW_GOAL_NONE) {
        // only counted: finding its line would take reading the file
        if (lw_diags_errors(diags) >= LW_DIAG_MAX) {
            return LW_BAD_INPUT;
        }
        const lw_place place = lw_goal_place(goal, index);
        if (op->kind == LW_GOAL_SEND) {
            return lw_error(
                diags, place, lw_diags_text(diags, "rank %u needs a recv from %u of tag %u", op->peer, op->rank, op->tag),
                "nobody receives what rank %u sends to rank %u here (%s)", op->rank, op->peer, lw_goal_where(goal, index, diags));
        }
        return lw_error(diags, place, "add the send, or take the recv out", "nobody sends what rank %u receives here (%s)",
                        op->rank, lw_goal_where(goal, index, diags));
    }
    const lw_goal_op *other = lw_goal_op_at(goal, op->match);
    if (op->kind == LW_GOAL_RECV && other->size > op->size && lw_diags_errors(diags) < LW_DIAG_MAX) {
        return lw_error(diags, lw_goal_place(goal, index),
                        lw_diags_text(diags, "the send is at %s", lw_goal_where(goal, op->match, diags)),
                        "rank %u receives %lld B of a message of %lld B", op->rank, (long long)op->size, (long long)other->size);
    }
    return op->kind == LW_GOAL_RECV && other->size > op->size ? LW_BAD_INPUT : LW_OK;
}

static void number_pairs(lw_goal *goal, const end *send, size_t sends) {
    for (size_t s = 0; s < sends; s++) {
        const bool fresh = s == 0 || send[s].from != send[s - 1].from || send[s].to != send[s - 1].to;
        goal->pairs += fresh ? 1 : 0;
        lw_goal_op_at(goal, send[s].op)->pair = goal->pairs - 1;
    }
}

lw_status lw_goal_match(lw_goal *goal, lw_arena *arena, lw_diags *diags) {
    end *send = LW_NEW_ARRAY(arena, end, goal->op.count), *recv = LW_NEW_ARRAY(arena, end, goal->op.count);
    if (send == NULL || recv == NULL) {
        return LW_NO_MEMORY;
    }
    const size_t sends = gather(goal, LW_GOAL_SEND, send), recvs = gather(goal, LW_GOAL_RECV, recv);
    match_exact(goal, send, sends, recv, recvs);
    LW_TRY(goal->has_any ? match_any(goal, send, sends, arena) : LW_OK);
    number_pairs(goal, send, sends);
    lw_status status = LW_OK;
    for (uint32_t i = 0; i < goal->op.count; i++) {
        status = check_op(goal, i, diags) != LW_OK ? LW_BAD_INPUT : status;
    }
    return status;
}
