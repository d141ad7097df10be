// SPDX-License-Identifier: GPL-3.0-or-later
// The event queue: memory, turns of the wheel, and the width of its slices.
#include "sim/engine/packet/event.h"
#include <assert.h>

enum {
    BUCKETS_MIN = 64,  // one word of bits
    // by Little's law the wheel then reaches some times as far as events are scheduled ahead on
    // average
    BUCKETS_AN_EVENT = 4,
    TAKES_MIN = 4096  // gaps that are averaged at least
};

static uint64_t power_of_two(uint64_t at_least) {
    uint64_t power = BUCKETS_MIN;
    while (power < at_least) {
        power *= 2;
    }
    return power;
}

bool lw_event_init(lw_event_queue *queue, const size_t entities[LW_EVENT_KINDS], lw_arena *arena) {
    *queue = (lw_event_queue){.mask = BUCKETS_MIN - 1, .tune_at = TAKES_MIN, .few = true};
    size_t slots = 0;
    for (int kind = 0; kind < LW_EVENT_KINDS; kind++) {
        queue->first_slot[kind] = (uint32_t)slots;
        slots += entities[kind];
    }
    size_t buckets = (size_t)power_of_two(BUCKETS_AN_EVENT * slots);
    queue->stack = LW_NEW_ARRAY(arena, lw_event, slots + LW_EVENTS_FEW + 1);
    queue->heap = LW_NEW_ARRAY(arena, lw_event, slots + 1);
    queue->slot = LW_NEW_ARRAY(arena, lw_event, slots);
    queue->bucket = LW_NEW_ARRAY(arena, uint32_t, buckets);
    queue->occupied = LW_NEW_ARRAY(arena, uint64_t, buckets / 64);
    if (queue->stack == NULL || queue->heap == NULL || queue->slot == NULL || queue->bucket == NULL || queue->occupied == NULL) {
        return false;
    }
    for (size_t i = 0; i < buckets; i++) {
        queue->bucket[i] = LW_EVENT_NONE;
    }
    queue->heap[0] = (lw_event){.time_ps = INT64_MAX};
    return true;
}

void lw_event_to_heap(lw_event_queue *queue, int64_t time_ps, uint32_t key) {
    lw_event event = {time_ps, key, LW_EVENT_NONE};
    lw_event *heap = queue->heap;
    size_t hole = queue->in_heap++;
    while (hole > 0 && lw_event_before(&event, &heap[(hole - 1) / 4])) {
        heap[hole] = heap[(hole - 1) / 4];
        hole = (hole - 1) / 4;
    }
    heap[hole] = event;
}

static void heap_pop(lw_event_queue *queue) {
    assert(queue->in_heap > 0);
    lw_event *heap = queue->heap;
    size_t count = --queue->in_heap;
    lw_event event = heap[count];
    size_t hole = 0;
    for (size_t child = 1; child < count; child = 4 * hole + 1) {
        size_t best = child;
        size_t end = child + 4 < count ? child + 4 : count;
        for (size_t i = child + 1; i < end; i++) {
            best = lw_event_before(&heap[i], &heap[best]) ? i : best;
        }
        if (lw_event_before(&event, &heap[best])) {
            break;
        }
        heap[hole] = heap[best];
        hole = best;
    }
    heap[hole] = event;
    if (count == 0) {
        heap[0].time_ps = INT64_MAX;
    }
}

// Slices from the present one to the next that has events in the wheel; 0 when the wheel is empty.
static int64_t slices_ahead(const lw_event_queue *queue) {
    uint64_t from = ((uint64_t)queue->slice + 1) & queue->mask;
    uint64_t word = from / 64;
    uint64_t bits = queue->occupied[word] & UINT64_MAX << from % 64;
    for (uint64_t i = 0; bits == 0 && i <= queue->mask / 64; i++) {
        word = (word + 1) & queue->mask / 64;
        bits = queue->occupied[word];
    }
    return bits == 0 ? 0 : (int64_t)((word * 64 + (uint64_t)__builtin_ctzll(bits) - from) & queue->mask) + 1;
}

static uint32_t open_bucket(lw_event_queue *queue) {
    uint64_t index = (uint64_t)queue->slice & queue->mask;
    uint32_t list = queue->bucket[index];
    queue->bucket[index] = LW_EVENT_NONE;
    queue->occupied[index / 64] &= ~(UINT64_C(1) << index % 64);
    return list;
}

lw_event *lw_event_gather(lw_event_queue *queue, size_t *count) {
    for (; queue->in_stack > 0; queue->in_stack--) {
        queue->heap[queue->in_heap++] = queue->stack[queue->in_stack - 1];
    }
    for (int64_t ahead = slices_ahead(queue); ahead > 0; ahead = slices_ahead(queue)) {
        queue->slice += ahead;
        for (uint32_t slot = open_bucket(queue); slot != LW_EVENT_NONE; slot = queue->slot[slot].next) {
            queue->heap[queue->in_heap++] = queue->slot[slot];
        }
    }
    *count = queue->in_heap;
    return queue->heap;
}

// In place: the heap never holds more events than have been read.
void lw_event_scatter(lw_event_queue *queue, size_t count, int64_t now_ps) {
    queue->slice = now_ps >> queue->shift;
    queue->now_ps = queue->tuned_ps = now_ps;
    queue->tuned_at = queue->taken;
    queue->tune_at = queue->taken + (4 * count > TAKES_MIN ? 4 * (int64_t)count : TAKES_MIN);
    queue->in_heap = 0;
    queue->few = count <= LW_EVENTS_FEW / 2;
    lw_event first = queue->heap[0];
    queue->heap[0].time_ps = INT64_MAX;
    for (size_t i = 0; i < count; i++) {
        lw_event event = i == 0 ? first : queue->heap[i];
        lw_event_push(queue, event.time_ps, lw_event_kind_of(event.key), lw_event_entity(event.key));
    }
}

bool lw_event_insert(lw_event_queue *queue, int64_t time_ps, uint32_t key) {
    if (queue->in_stack == LW_EVENTS_FEW) {
        size_t count;
        (void)lw_event_gather(queue, &count);
        lw_event_scatter(queue, count, queue->now_ps);
        return false;
    }
    const lw_event event = {time_ps, key, LW_EVENT_NONE};
    lw_event *at = &queue->stack[queue->in_stack++];
    for (; at > queue->stack && lw_event_before(at - 1, &event); at--) {
        *at = at[-1];
    }
    *at = event;
    return true;
}

void lw_event_put_back(lw_event_queue *queue, uint32_t list, int64_t shift_ps) {
    int64_t first_ps = INT64_MAX;
    for (uint32_t next; list != LW_EVENT_NONE; list = next) {
        lw_event event = queue->slot[list];
        next = event.next;
        event.time_ps += shift_ps;
        first_ps = event.time_ps < first_ps ? event.time_ps : first_ps;
        lw_event_push(queue, event.time_ps, lw_event_kind_of(event.key), lw_event_entity(event.key));
    }
    // The leap is no gap between events.
    queue->tuned_ps = first_ps < queue->now_ps ? first_ps : queue->now_ps;
    queue->tuned_at = queue->taken;
    queue->tune_at = queue->taken + TAKES_MIN;
}

// A slice as wide as one to two gaps, and enough of them for what is pending.
static void tune(lw_event_queue *queue) {
    size_t count;
    (void)lw_event_gather(queue, &count);
    int64_t gap_ps = (queue->now_ps - queue->tuned_ps) / (queue->taken - queue->tuned_at);
    queue->shift = 0;
    while (gap_ps >> queue->shift > 0) {
        queue->shift++;
    }
    queue->mask = power_of_two(BUCKETS_AN_EVENT * count) - 1;
    lw_event_scatter(queue, count, queue->now_ps);
}

// Bring the earliest event to the top of the stack; false when there is none.
bool lw_event_turn(lw_event_queue *queue) {
    if (queue->taken >= queue->tune_at) {
        tune(queue);
    }
    int64_t slice = queue->heap[0].time_ps >> queue->shift;
    if (queue->in_stack == 0 && slice > queue->slice) {
        int64_t ahead = slices_ahead(queue);
        if (ahead > 0 && queue->slice + ahead <= slice) {
            queue->slice += ahead;
            uint32_t slot = open_bucket(queue);
            for (; slot != LW_EVENT_NONE; slot = queue->slot[slot].next) {
                lw_event_to_stack(queue, queue->slot[slot].time_ps, queue->slot[slot].key);
            }
        } else if (queue->in_heap > 0) {
            queue->slice = slice;
        } else {
            return false;
        }
    }
    if (queue->in_stack == 0 || lw_event_before(&queue->heap[0], &queue->stack[queue->in_stack - 1])) {
        queue->stack[queue->in_stack++] = queue->heap[0];
        heap_pop(queue);
    }
    return true;
}
