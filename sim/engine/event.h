// SPDX-License-Identifier: GPL-3.0-or-later
// The event queue: a 4-ary heap of (time, kind, entity). Every entity has at most one pending event of a kind, so the entity's
// number serves as the sequence number and the order never depends on history.
#ifndef LW_ENGINE_EVENT_H
#define LW_ENGINE_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/base/arena.h"

// In the order of execution at one instant: all that arrives comes before all that starts, so arbitration sees every candidate.
typedef enum lw_event_kind {
    LW_EVENT_ARRIVE,  // server: the head of its flight reaches the next stop
    LW_EVENT_CREDIT,  // credit loop
    LW_EVENT_SINK,    // stream: a delivery that matters
    LW_EVENT_TASK,    // task: start, submission or finish is due
    LW_EVENT_SOURCE,  // task: the next packet of its arrivals
    LW_EVENT_SERVE    // server: pick the next packet
} lw_event_kind;

enum { LW_EVENT_ENTITY_BITS = 28 };

typedef struct lw_event {
    int64_t time_ps;
    uint64_t key;  // kind and entity
} lw_event;

typedef struct lw_event_queue {
    lw_event *event;
    size_t count, capacity;
    bool taken;  // the first entry has been taken and waits to be replaced or removed
} lw_event_queue;

static inline uint64_t lw_event_key(lw_event_kind kind, uint32_t entity) {
    return (uint64_t)kind << LW_EVENT_ENTITY_BITS | entity;
}
static inline lw_event_kind lw_event_kind_of(uint64_t key) {
    return (lw_event_kind)(key >> LW_EVENT_ENTITY_BITS);
}
static inline uint32_t lw_event_entity(uint64_t key) {
    return (uint32_t)(key & ((1U << LW_EVENT_ENTITY_BITS) - 1));
}

// Without branches: in a large heap the outcome is a coin toss.
static inline bool lw_event_before(lw_event a, lw_event b) {
    __extension__ typedef unsigned __int128 wide;
    return ((wide)(uint64_t)a.time_ps << 64 | a.key) < ((wide)(uint64_t)b.time_ps << 64 | b.key);
}

static inline void lw_event_sift_down(lw_event_queue *queue, size_t hole, lw_event event) {
    lw_event *heap = queue->event;
    size_t count = queue->count;
    for (;;) {
        size_t child = 4 * hole + 1;
        if (child >= count) {
            break;
        }
        size_t best = child;
        if (child + 4 <= count) {
            size_t left = child + (size_t)lw_event_before(heap[child + 1], heap[child]);
            size_t right = child + 2 + (size_t)lw_event_before(heap[child + 3], heap[child + 2]);
            best = lw_event_before(heap[right], heap[left]) ? right : left;
        } else {
            for (size_t i = child + 1; i < count; i++) {
                best = lw_event_before(heap[i], heap[best]) ? i : best;
            }
        }
        if (!lw_event_before(heap[best], event)) {
            break;
        }
        heap[hole] = heap[best];
        hole = best;
    }
    heap[hole] = event;
}

// Take the earliest event; count > 0. Its place is reused by the next push, which is cheaper than removing it: lw_event_settle
// must follow before the next take.
static inline lw_event lw_event_take(lw_event_queue *queue) {
    queue->taken = true;
    return queue->event[0];
}

static inline void lw_event_settle(lw_event_queue *queue) {
    if (queue->taken) {
        queue->taken = false;
        queue->count--;
        if (queue->count > 0) {
            lw_event_sift_down(queue, 0, queue->event[queue->count]);
        }
    }
}

bool lw_event_grow(lw_event_queue *queue);

// False when out of memory.
static inline bool lw_event_push(lw_event_queue *queue, int64_t time_ps, uint64_t key) {
    lw_event event = {time_ps, key};
    if (queue->taken) {
        queue->taken = false;
        lw_event_sift_down(queue, 0, event);
        return true;
    }
    if (queue->count == queue->capacity && !lw_event_grow(queue)) {
        return false;
    }
    size_t hole = queue->count++;
    while (hole > 0) {
        size_t parent = (hole - 1) / 4;
        if (!lw_event_before(event, queue->event[parent])) {
            break;
        }
        queue->event[hole] = queue->event[parent];
        hole = parent;
    }
    queue->event[hole] = event;
    return true;
}

// Restore the order after times were changed in place.
static inline void lw_event_reorder(lw_event_queue *queue) {
    for (size_t i = (queue->count + 2) / 4; i-- > 0;) {
        lw_event_sift_down(queue, i, queue->event[i]);
    }
}

#endif
