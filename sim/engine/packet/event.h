// SPDX-License-Identifier: GPL-3.0-or-later
// The event queue, in the order (time, kind, entity). An entity has at most one pending event of a
// kind, so the order never depends on history, and all memory is known beforehand.
//
// Time is cut into slices. Events of the slices to come wait unsorted in the buckets of a wheel (a
// calendar queue: Brown, CACM 31, 1988). When the turn of a bucket comes, its events go onto a
// stack as long as each comes before the one below, which regular traffic does; else into a heap,
// which also holds what lies beyond the wheel. The width of a slice follows the gaps between
// events: it decides the speed, never the order. As long as events are few, the stack holds them all,
// in order, and there is no wheel.
#ifndef LW_ENGINE_EVENT_H
#define LW_ENGINE_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/base/arena.h"

// In the order of execution at one instant: all that arrives comes before all that starts, so
// arbitration sees every candidate.
typedef enum lw_event_kind {
    LW_EVENT_ARRIVE,  // server: the head of its flight reaches the next stop
    LW_EVENT_CREDIT,  // credit loop
    LW_EVENT_SINK,    // stream: a delivery that matters
    LW_EVENT_READY,   // task: instances of it may start
    LW_EVENT_TASK,    // slot: submission or finish is due
    LW_EVENT_SOURCE,  // slot: the next packet of its arrivals
    LW_EVENT_SERVE,   // server: pick the next packet
    LW_EVENT_KINDS
} lw_event_kind;

enum { LW_EVENT_ENTITY_BITS = 29, LW_EVENTS_FEW = 32 };

typedef struct lw_event {
    int64_t time_ps;
    uint32_t key;   // kind and entity
    uint32_t next;  // in a bucket: the slot of another event there; LW_EVENT_NONE
} lw_event;

#define LW_EVENT_NONE UINT32_MAX

typedef struct lw_event_queue {
    lw_event *stack;  // of the present slice (few: of all), the earliest on top
    lw_event *heap;   // 4-ary; ends with an event at INT64_MAX, so it is never empty
    size_t in_stack, in_heap;
    bool few;
    int64_t taken;       // events so far
    int shift;           // a slice lasts 2^shift ps
    int64_t slice;       // the present one
    int64_t now_ps;      // of the last event
    uint64_t mask;       // buckets of the wheel - 1
    uint32_t *bucket;    // first slot in each; LW_EVENT_NONE
    uint64_t *occupied;  // a bit a bucket
    lw_event *slot;      // by kind and entity: what lies in the wheel
    uint32_t first_slot[LW_EVENT_KINDS];
    int64_t tune_at, tuned_at;  // the width is chosen anew after so many events, and was last
    int64_t tuned_ps;
} lw_event_queue;

static inline uint32_t lw_event_key(lw_event_kind kind, uint32_t entity) {
    return (uint32_t)kind << LW_EVENT_ENTITY_BITS | entity;
}
static inline lw_event_kind lw_event_kind_of(uint32_t key) {
    return (lw_event_kind)(key >> LW_EVENT_ENTITY_BITS);
}
static inline uint32_t lw_event_entity(uint32_t key) {
    return key & ((1U << LW_EVENT_ENTITY_BITS) - 1);
}
static inline bool lw_event_before(const lw_event *a, const lw_event *b) {
    return a->time_ps < b->time_ps || (a->time_ps == b->time_ps && a->key < b->key);
}

// entities[kind]: how many there are, less than 2^LW_EVENT_ENTITY_BITS. The memory is the arena's.
// False when out of memory.
bool lw_event_init(lw_event_queue *queue, const size_t entities[LW_EVENT_KINDS], lw_arena *arena) LW_CHECKED;

// All pending events as one list, to read and to change their times; lw_event_scatter must follow
// before anything else.
lw_event *lw_event_gather(lw_event_queue *queue, size_t *count);
// now_ps: not after any event of the list.
void lw_event_scatter(lw_event_queue *queue, size_t count, int64_t now_ps);

// Keep an event that was just taken in a list (LW_EVENT_NONE at first) outside the queue; and put
// it back, later by shift_ps, possibly before the event taken last.
static inline void lw_event_set_aside(lw_event_queue *queue, lw_event event, uint32_t *list) {
    uint32_t slot = queue->first_slot[lw_event_kind_of(event.key)] + lw_event_entity(event.key);
    queue->slot[slot] = (lw_event){event.time_ps, event.key, *list};
    *list = slot;
}
void lw_event_put_back(lw_event_queue *queue, uint32_t list, int64_t shift_ps);

// The slow paths of push and take.
void lw_event_to_heap(lw_event_queue *queue, int64_t time_ps, uint32_t key);
// Of few events; false: they are few no more.
bool lw_event_insert(lw_event_queue *queue, int64_t time_ps, uint32_t key);
bool lw_event_turn(lw_event_queue *queue);

static inline void lw_event_to_stack(lw_event_queue *queue, int64_t time_ps, uint32_t key) {
    lw_event event = {time_ps, key, LW_EVENT_NONE};
    if (queue->in_stack == 0 || lw_event_before(&event, &queue->stack[queue->in_stack - 1])) {
        queue->stack[queue->in_stack++] = event;
    } else {
        lw_event_to_heap(queue, time_ps, key);
    }
}

// time_ps: not before the event taken last, but by lw_event_put_back.
static inline void lw_event_push(lw_event_queue *queue, int64_t time_ps, lw_event_kind kind, uint32_t entity) {
    if (queue->few && lw_event_insert(queue, time_ps, lw_event_key(kind, entity))) {
        return;
    }
    int64_t slice = time_ps >> queue->shift;
    uint64_t ahead = (uint64_t)(slice - queue->slice);
    uint32_t key = lw_event_key(kind, entity);
    if (ahead - 1 < queue->mask) {
        uint64_t index = (uint64_t)slice & queue->mask;
        uint32_t slot = queue->first_slot[kind] + entity;
        lw_event *event = &queue->slot[slot];
        event->time_ps = time_ps;
        event->key = key;
        event->next = queue->bucket[index];
        queue->bucket[index] = slot;
        queue->occupied[index / 64] |= UINT64_C(1) << index % 64;
    } else if (ahead == 0) {
        lw_event_to_stack(queue, time_ps, key);
    } else {
        lw_event_to_heap(queue, time_ps, key);
    }
}

// Would an event of this instant be taken next?
static inline bool lw_event_is_next(const lw_event_queue *queue, uint32_t key) {
    const lw_event event = {queue->now_ps, key, LW_EVENT_NONE};
    return (queue->in_stack == 0 || lw_event_before(&event, &queue->stack[queue->in_stack - 1])) &&
           lw_event_before(&event, &queue->heap[0]);
}

// Remove the earliest event, due at queue->now_ps; false when there is none.
static inline bool lw_event_take(lw_event_queue *queue, uint32_t *key) {
    if (queue->in_stack == 0 || !lw_event_before(&queue->stack[queue->in_stack - 1], &queue->heap[0])) {
        if (!lw_event_turn(queue)) {
            return false;
        }
    }
    const lw_event *first = &queue->stack[--queue->in_stack];
    queue->now_ps = first->time_ps;
    queue->taken++;
    *key = first->key;
    return true;
}

#endif
