// SPDX-License-Identifier: GPL-3.0-or-later
// Dijkstra over the links of a system; the key (hosts, links, page time, device) makes ties fall the same way on every machine.
// Hosts come first because peers that have a fabric of their own use it, however quick the way through a root complex would be.
#include "sim/base/list.h"
#include "sim/machine/machine.h"

typedef struct {
    int64_t hosts, legs;  // hosts: passed through, the ends not counted
    lw_int128 page_ps;    // latency of all legs, and the time of a page on each
    uint32_t device;
} visit;

typedef struct {
    visit best;
    lw_port in;       // how it was reached; in.far is the device before
    uint32_t search;  // the search that wrote this mark; an older one: not reached yet
    bool done;
} mark;

typedef struct {
    int64_t bit_ps, page_ps;
} leg_times;

// The search from one device, kept: the next route from there goes on where the last one stopped.
struct lw_router {
    lw_arena *arena;
    mark *marks;              // one a device
    leg_times (*nominal)[2];  // one a connection and direction, as first read
    lw_list heap;             // of visits
    uint32_t from, search;
};

static bool before(const visit *a, const visit *b) {
    if (a->hosts != b->hosts) {
        return a->hosts < b->hosts;
    }
    if (a->legs != b->legs) {
        return a->legs < b->legs;
    }
    return a->page_ps != b->page_ps ? a->page_ps < b->page_ps : a->device < b->device;
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

// Of a device that is a switch with a figure of its own, which is from pin to pin; 0 else.
static int64_t switch_ps(const lw_node *device) {
    return device->spec->kind == LW_NODE_SWITCH ? device->spec->params.latency_ps : 0;
}

int64_t lw_segment_latency_ps(const lw_machine *system, lw_leg leg, int way) {
    const lw_link *connection = &system->connection[leg.connection];
    const lw_link_model *link = &connection->spec->link;
    const lw_channel *channel = &link->segment[leg.dir == 0 ? way : link->segment_count - 1 - way].channel[leg.dir];
    int64_t latency_ps = lw_channel_latency_ps(channel);
    if (way == 0 && switch_ps(&system->device[connection->end[leg.dir]]) > 0) {
        latency_ps -= channel->port_ps[0];
    }
    const lw_node *far = &system->device[connection->end[1 - leg.dir]];
    if (way + 1 == link->segment_count && switch_ps(far) > 0) {
        latency_ps += switch_ps(far) - channel->port_ps[1];
    }
    return latency_ps;
}

int64_t lw_leg_latency_ps(const lw_machine *system, lw_leg leg) {
    int64_t sum_ps = 0;
    for (int way = 0; way < system->connection[leg.connection].spec->link.segment_count; way++) {
        sum_ps += lw_segment_latency_ps(system, leg, way);
    }
    return sum_ps;
}

// Of two ways that are as quick for a bit the wider one is taken, as drivers take NVLink before PCIe.
enum { PAGE_BYTES = 4096 };

static leg_times times_of(const lw_machine *system, lw_leg leg) {
    const lw_link_model *link = &system->connection[leg.connection].spec->link;
    int64_t bit_ps = lw_leg_latency_ps(system, leg), sum_ps = bit_ps;
    for (int s = 0; s < link->segment_count; s++) {
        lw_fraction ps_per_byte;
        lw_channel_ps_per_byte(&link->segment[s].channel[leg.dir], &ps_per_byte);
        sum_ps += (int64_t)((lw_int128)ps_per_byte.num * PAGE_BYTES / ps_per_byte.den);
    }
    return (leg_times){bit_ps, sum_ps};
}

lw_router *lw_router_new(const lw_machine *system, lw_arena *arena) {
    lw_router *router = LW_NEW(arena, lw_router);
    mark *marks = LW_NEW_ARRAY(arena, mark, system->device_count);
    leg_times(*nominal)[2] = lw_arena_alloc(arena, system->connection_count, sizeof *nominal);
    if (router == NULL || marks == NULL || nominal == NULL) {
        return NULL;
    }
    for (uint32_t c = 0; c < system->connection_count; c++) {
        for (int dir = 0; dir < 2; dir++) {
            nominal[c][dir] = times_of(system, (lw_leg){c, dir});
        }
    }
    *router = (lw_router){.arena = arena, .marks = marks, .nominal = nominal};
    return router;
}

static bool forwards(const lw_node *device) {
    lw_node_kind kind = device->spec->kind;
    return kind == LW_NODE_SWITCH || kind == LW_NODE_HOST || kind == LW_NODE_NIC ||
           (kind == LW_NODE_GPU && LW_NODE_GET(device, forwards));
}

// Has this search reached the device, and finally?
static bool is_done(const lw_router *router, uint32_t device) {
    return router->marks[device].search == router->search && router->marks[device].done;
}

static lw_status visit_ports(const lw_machine *system, visit here) {
    lw_router *router = system->router;
    bool through_host = here.device != router->from && system->device[here.device].spec->kind == LW_NODE_HOST;
    for (uint32_t p = system->first_port[here.device]; p < system->first_port[here.device + 1]; p++) {
        const lw_port *port = &system->port[p];
        mark *far = &router->marks[port->far];
        visit next = {here.hosts + through_host, here.legs + 1,
                      here.page_ps + router->nominal[port->connection][port->dir].page_ps, port->far};
        if (far->search != router->search || (!far->done && before(&next, &far->best))) {
            *far = (mark){next, {port->connection, here.device, port->dir}, router->search, false};
            LW_TRY(heap_push(&router->heap, next, router->arena));
        }
    }
    return LW_OK;
}

static lw_status search(const lw_machine *system, uint32_t from, uint32_t to) {
    lw_router *router = system->router;
    if (router->search == 0 || router->from != from) {
        router->search++;
        router->from = from;
        router->heap.count = 0;
        router->marks[from] = (mark){.search = router->search};
        LW_TRY(heap_push(&router->heap, (visit){.device = from}, router->arena));
    }
    while (router->heap.count > 0 && !is_done(router, to)) {
        visit here = heap_pop(&router->heap);
        if (is_done(router, here.device)) {
            continue;
        }
        router->marks[here.device].done = true;
        if (here.device == from || forwards(&system->device[here.device])) {
            LW_TRY(visit_ports(system, here));
        }
    }
    return is_done(router, to) ? LW_OK : LW_BAD_INPUT;
}

lw_status lw_route_find(const lw_machine *system, uint32_t from, uint32_t to, const uint32_t *via, size_t via_count,
                        lw_arena *arena, lw_route *out) {
    const mark *marks = system->router->marks;
    lw_list legs = {0};
    lw_int128 latency_ps = 0;
    for (size_t stop = 0; stop <= via_count; stop++) {
        uint32_t goal = stop < via_count ? via[stop] : to;
        LW_TRY(search(system, from, goal));
        size_t old = legs.count;
        for (uint32_t at = goal; at != from; at = marks[at].in.far) {
            lw_leg *leg = LW_LIST_ADD(&legs, lw_leg, arena);
            if (leg == NULL) {
                return LW_NO_MEMORY;
            }
            *leg = (lw_leg){marks[at].in.connection, marks[at].in.dir};
            latency_ps += system->router->nominal[leg->connection][leg->dir].bit_ps;
        }
        lw_leg *items = LW_LIST_ITEMS(&legs, lw_leg);
        for (size_t i = old, j = legs.count; i + 1 < j; i++) {  // found backwards
            lw_leg swap = items[i];
            items[i] = items[--j];
            items[j] = swap;
        }
        from = goal;
    }
    *out = (lw_route){LW_LIST_ITEMS(&legs, lw_leg), legs.count, latency_ps};
    return LW_OK;
}
