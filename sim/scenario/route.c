// SPDX-License-Identifier: GPL-3.0-or-later
// Dijkstra over the links of a system; the key (latency, links, device) makes ties fall the same way on every machine.
#include <string.h>

#include "sim/scenario/list.h"
#include "sim/scenario/system.h"

#define UNREACHED INT64_MAX

typedef struct {
    int64_t latency_ps;
    int64_t legs;
    uint32_t device;
} visit;

typedef struct {
    int64_t latency_ps, legs;
    lw_port in;  // how it was reached; in.far is the device before
    bool done;
} mark;

static bool before(const visit *a, const visit *b) {
    if (a->latency_ps != b->latency_ps) {
        return a->latency_ps < b->latency_ps;
    }
    return a->legs != b->legs ? a->legs < b->legs : a->device < b->device;
}

static lw_status heap_push(lw_list *heap, visit item, lw_arena *arena) {
    if (LW_LIST_ADD(heap, visit, arena) == NULL) {
        return LW_NO_MEMORY;
    }
    visit *items = LW_LIST_ITEMS(heap, visit);
    size_t i = heap->count - 1;
    for (; i > 0 && before(&item, &items[(i - 1) / 2]); i = (i - 1) / 2) {
        items[i] = items[(i - 1) / 2];
    }
    items[i] = item;
    return LW_OK;
}

static visit heap_pop(lw_list *heap) {
    visit *items = LW_LIST_ITEMS(heap, visit), top = items[0], last = items[--heap->count];
    size_t i = 0;
    for (size_t child; (child = 2 * i + 1) < heap->count; i = child) {
        if (child + 1 < heap->count && before(&items[child + 1], &items[child])) {
            child++;
        }
        if (!before(&items[child], &last)) {
            break;
        }
        items[i] = items[child];
    }
    items[i] = last;
    return top;
}

int64_t lw_leg_latency_ps(const lw_system *system, lw_leg leg) {
    const lw_connection *connection = &system->connection[leg.connection];
    int64_t sum = 0;
    for (int s = 0; s < connection->spec->link.segment_count; s++) {
        sum += lw_channel_latency_ps(&connection->spec->link.segment[s].channel[leg.dir]);
    }
    const lw_device *far = &system->device[connection->end[leg.dir == 0]];
    return sum + (far->spec->kind == LW_DEVICE_SWITCH ? far->spec->params.latency_ps : 0);
}

static bool forwards(const lw_device *device) {
    lw_device_kind kind = device->spec->kind;
    return kind == LW_DEVICE_SWITCH || kind == LW_DEVICE_HOST || kind == LW_DEVICE_NIC;
}

static lw_status search(const lw_system *system, uint32_t from, uint32_t to, mark *marks, lw_arena *arena) {
    for (size_t i = 0; i < system->device_count; i++) {
        marks[i] = (mark){.latency_ps = UNREACHED};
    }
    marks[from] = (mark){0};
    lw_list heap = {0};
    LW_TRY(heap_push(&heap, (visit){0, 0, from}, arena));
    while (heap.count > 0 && !marks[to].done) {
        visit here = heap_pop(&heap);
        if (marks[here.device].done) {
            continue;
        }
        marks[here.device].done = true;
        if (here.device != from && !forwards(&system->device[here.device])) {
            continue;
        }
        for (uint32_t p = system->first_port[here.device]; p < system->first_port[here.device + 1]; p++) {
            const lw_port *port = &system->port[p];
            mark *far = &marks[port->far];
            visit next = {here.latency_ps + lw_leg_latency_ps(system, (lw_leg){port->connection, port->dir}), here.legs + 1,
                          port->far};
            bool better = next.latency_ps < far->latency_ps || (next.latency_ps == far->latency_ps && next.legs < far->legs);
            if (!far->done && better) {
                *far = (mark){next.latency_ps, next.legs, {port->connection, here.device, port->dir}, false};
                LW_TRY(heap_push(&heap, next, arena));
            }
        }
    }
    return marks[to].done ? LW_OK : LW_BAD_INPUT;
}

lw_status lw_route_find(const lw_system *system, uint32_t from, uint32_t to, const uint32_t *via, size_t via_count,
                        lw_arena *arena, lw_route *out) {
    mark *marks = LW_NEW_ARRAY(arena, mark, system->device_count);
    if (marks == NULL) {
        return LW_NO_MEMORY;
    }
    lw_list legs = {0};
    for (size_t stop = 0; stop <= via_count; stop++) {
        uint32_t goal = stop < via_count ? via[stop] : to;
        LW_TRY(search(system, from, goal, marks, arena));
        size_t old = legs.count;
        for (uint32_t at = goal; at != from; at = marks[at].in.far) {
            lw_leg *leg = LW_LIST_ADD(&legs, lw_leg, arena);
            if (leg == NULL) {
                return LW_NO_MEMORY;
            }
            *leg = (lw_leg){marks[at].in.connection, marks[at].in.dir};
        }
        lw_leg *items = LW_LIST_ITEMS(&legs, lw_leg);
        for (size_t i = old, j = legs.count; i + 1 < j; i++) {  // found backwards
            lw_leg swap = items[i];
            items[i] = items[--j];
            items[j] = swap;
        }
        from = goal;
    }
    *out = (lw_route){LW_LIST_ITEMS(&legs, lw_leg), legs.count};
    return LW_OK;
}
