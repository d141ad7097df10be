// SPDX-License-Identifier: GPL-3.0-or-later
// A heap in which what stands there can move and leave.
#include "sim/engine/flow/state.h"

void *lw_fluid_grown(void *block, uint32_t *capacity, size_t size) {
    if (*capacity >= UINT32_MAX / 2) {
        return NULL;
    }
    const uint32_t grown = *capacity > 0 ? 2 * *capacity : 8;
    void *fresh = lw_memory_resize_block(block, grown * size);
    *capacity = fresh != NULL ? grown : *capacity;
    return fresh;
}

static bool is_before(const lw_due *a, const lw_due *b) {
    if (a->at != b->at) {
        return a->at < b->at;
    }
    return a->task < b->task || (a->task == b->task && a->instance < b->instance);
}

static void put(lw_due_heap *heap, uint32_t at, const lw_due *due) {
    heap->due[at] = *due;
    heap->place[due->id] = at + 1;
}

static void rise(lw_due_heap *heap, uint32_t at, lw_due due) {
    while (at > 0 && is_before(&due, &heap->due[(at - 1) / 4])) {
        put(heap, at, &heap->due[(at - 1) / 4]);
        at = (at - 1) / 4;
    }
    put(heap, at, &due);
}

static void sink(lw_due_heap *heap, uint32_t at, lw_due due) {
    for (uint32_t child; (child = 4 * at + 1) < heap->count; at = child) {
        const uint32_t end = child + 4 < heap->count ? child + 4 : heap->count;
        for (uint32_t c = child + 1; c < end; c++) {
            child = is_before(&heap->due[c], &heap->due[child]) ? c : child;
        }
        if (!is_before(&heap->due[child], &due)) {
            break;
        }
        put(heap, at, &heap->due[child]);
    }
    put(heap, at, &due);
}

static bool make_place(lw_due_heap *heap, uint32_t id) {
    while (id >= heap->places) {
        const uint32_t before = heap->places;
        uint32_t *place = lw_fluid_grown(heap->place, &heap->places, sizeof *place);
        if (place == NULL) {
            return false;
        }
        memset(place + before, 0, (heap->places - before) * sizeof *place);
        heap->place = place;
    }
    return true;
}

static bool make_room(lw_due_heap *heap) {
    if (heap->count < heap->capacity) {
        return true;
    }
    lw_due *due = lw_fluid_grown(heap->due, &heap->capacity, sizeof *due);
    heap->due = due != NULL ? due : heap->due;
    return due != NULL;
}

bool lw_due_set(lw_due_heap *heap, lw_due due) {
    if (!make_place(heap, due.id)) {
        return false;
    }
    const uint32_t place = heap->place[due.id];
    if (place == 0) {
        if (!make_room(heap)) {
            return false;
        }
        rise(heap, heap->count++, due);
    } else if (is_before(&due, &heap->due[place - 1])) {
        rise(heap, place - 1, due);
    } else {
        sink(heap, place - 1, due);
    }
    return true;
}

lw_ticks lw_due_at(const lw_due_heap *heap, uint32_t id) {
    const uint32_t place = id < heap->places ? heap->place[id] : 0;
    return place > 0 ? heap->due[place - 1].at : LW_TICKS_NEVER;
}

void lw_due_remove(lw_due_heap *heap, uint32_t id) {
    const uint32_t place = id < heap->places ? heap->place[id] : 0;
    if (place == 0) {
        return;
    }
    heap->place[id] = 0;
    const lw_due last = heap->due[--heap->count];
    if (place - 1 == heap->count) {
        return;
    }
    if (place > 1 && is_before(&last, &heap->due[(place - 2) / 4])) {
        rise(heap, place - 1, last);
    } else {
        sink(heap, place - 1, last);
    }
}

void lw_due_free(lw_due_heap *heap) {
    (void)lw_memory_resize_block(heap->due, 0);
    (void)lw_memory_resize_block(heap->place, 0);
}
