// SPDX-License-Identifier: GPL-3.0-or-later
// Dijkstra over the links of a machine; the key (links that do not work, hosts, links, page time,
// node) makes ties come out alike everywhere. Hosts come first because peers that have a fabric of their own use it, however
// quick the route through a root complex would be.
#include "sim/machine/route.h"

#include "sim/base/list.h"

typedef struct {
    int64_t silent;       // legs that carry nothing, a radio past its reach: only where no other route is
    int64_t hosts, legs;  // hosts: passed through, the ends not counted
    lw_int128 page_ps;    // latency of all legs, and the time of a page on each
    uint32_t node;
} visit;

typedef struct {
    visit best;
    lw_port in;       // how it was reached; in.far is the node before
    uint32_t search;  // the search that wrote this mark; an older one: not reached yet
    bool done;
} mark;

// The search from one node, kept: the next route from there goes on where the last one stopped.
struct lw_router {
    const lw_machine *machine;
    lw_arena *arena;
    mark *marks;   // one a node
    lw_list heap;  // of visits
    uint32_t from, search;
};

static bool before(const visit *a, const visit *b) {
    if (a->silent != b->silent) {
        return a->silent < b->silent;
    }
    if (a->hosts != b->hosts) {
        return a->hosts < b->hosts;
    }
    if (a->legs != b->legs) {
        return a->legs < b->legs;
    }
    return a->page_ps != b->page_ps ? a->page_ps < b->page_ps : a->node < b->node;
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

lw_router *lw_router_new(const lw_machine *machine, lw_arena *arena) {
    lw_router *router = LW_NEW(arena, lw_router);
    mark *marks = LW_NEW_ARRAY(arena, mark, machine->node_count);
    if (router == NULL || marks == NULL) {
        return NULL;
    }
    *router = (lw_router){.machine = machine, .arena = arena, .marks = marks};
    return router;
}

static bool forwards(const lw_node_spec *spec) {
    switch (spec->kind) {
    case LW_NODE_SWITCH:
    case LW_NODE_HOST:
    case LW_NODE_NIC:
        return true;
    case LW_NODE_GPU:
        return spec->params->forwards;
    case LW_NODE_MEMORY:
    case LW_NODE_KINDS:
        break;
    }
    return false;
}

// Has this search reached the node, and finally?
static bool is_done(const lw_router *router, uint32_t node) {
    return router->marks[node].search == router->search && router->marks[node].done;
}

static const lw_leg_times *times_of(const lw_machine *machine, uint32_t link, int dir) {
    return &machine->times[2 * (size_t)link + (size_t)dir];
}

static lw_status visit_ports(lw_router *router, visit here) {
    const lw_machine *machine = router->machine;
    bool through_host = here.node != router->from && machine->node[here.node].spec->kind == LW_NODE_HOST;
    for (uint32_t p = machine->first_port[here.node]; p < machine->first_port[here.node + 1]; p++) {
        const lw_port *port = &machine->port[p];
        mark *far = &router->marks[port->far];
        const lw_leg_times *times = times_of(machine, port->link, port->dir);
        visit next = {here.silent + !times->works, here.hosts + through_host, here.legs + 1, here.page_ps + times->page_ps,
                      port->far};
        if (far->search != router->search || (!far->done && before(&next, &far->best))) {
            *far = (mark){next, {port->link, here.node, port->dir}, router->search, false};
            LW_TRY(heap_push(&router->heap, next, router->arena));
        }
    }
    return LW_OK;
}

static lw_status search(lw_router *router, uint32_t from, uint32_t to) {
    if (router->search == 0 || router->from != from) {
        router->search++;
        router->from = from;
        router->heap.count = 0;
        router->marks[from] = (mark){.search = router->search};
        LW_TRY(heap_push(&router->heap, (visit){.node = from}, router->arena));
    }
    while (router->heap.count > 0 && !is_done(router, to)) {
        visit here = heap_pop(&router->heap);
        if (is_done(router, here.node)) {
            continue;
        }
        router->marks[here.node].done = true;
        if (here.node == from || forwards(router->machine->node[here.node].spec)) {
            LW_TRY(visit_ports(router, here));
        }
    }
    return is_done(router, to) ? LW_OK : LW_BAD_INPUT;
}

lw_status lw_route_find(lw_router *router, uint32_t from, uint32_t to, lw_via via, lw_route *out) {
    const mark *marks = router->marks;
    lw_list legs = {0};
    lw_int128 latency_ps = 0;
    for (size_t stop = 0; stop <= via.count; stop++) {
        uint32_t goal = stop < via.count ? via.node[stop] : to;
        LW_TRY(search(router, from, goal));
        size_t old = legs.count;
        for (uint32_t at = goal; at != from; at = marks[at].in.far) {
            lw_leg *leg = LW_LIST_ADD(&legs, lw_leg, router->arena);
            if (leg == NULL) {
                return LW_NO_MEMORY;
            }
            *leg = (lw_leg){marks[at].in.link, marks[at].in.dir};
            latency_ps += times_of(router->machine, leg->link, leg->dir)->bit_ps;
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

lw_via_fault lw_via_check_nodes(const lw_machine *machine, lw_via via, uint32_t from, uint32_t to, size_t *which) {
    for (*which = 0; *which < via.count; ++*which) {
        const uint32_t node = via.node[*which];
        if (node == from || node == to) {
            return LW_VIA_IS_END;
        }
        if (!forwards(machine->node[node].spec)) {
            return LW_VIA_NO_FORWARDING;
        }
    }
    return LW_VIA_FINE;
}

// The node before a leg; that behind the last for index == count.
static uint32_t node_at(const lw_machine *machine, const lw_route *route, size_t index) {
    return index < route->count ? lw_leg_start(machine, route->leg[index])
                                : machine->link[route->leg[index - 1].link].end[1 - route->leg[index - 1].dir];
}

lw_via_fault lw_via_check(const lw_machine *machine, lw_via via, const lw_route *route, size_t *which, uint32_t *node) {
    *which = 0;
    for (size_t i = 0; via.count > 0 && i <= route->count; i++) {
        *node = node_at(machine, route, i);
        bool sent_on = false;
        for (size_t j = i; j-- > 0;) {
            const uint32_t before = node_at(machine, route, j);
            if (before == *node && (j == 0 || i == route->count)) {
                return LW_VIA_PASSES_END;
            }
            if (before == *node && (!sent_on || machine->node[*node].spec->kind == LW_NODE_HOST)) {
                return LW_VIA_TWICE;
            }
            sent_on = sent_on || machine->node[before].spec->kind == LW_NODE_HOST;
        }
        *which += *which + 1 < via.count && *node == via.node[*which];
    }
    return LW_VIA_FINE;
}

lw_status lw_nearest_host(lw_router *router, const uint32_t *node, size_t count, lw_via via, uint32_t *out) {
    lw_int128 best = -1;
    for (uint32_t host = 0; host < router->machine->node_count; host++) {
        if (router->machine->node[host].spec->kind != LW_NODE_HOST) {
            continue;
        }
        lw_int128 sum = 0;
        lw_status found = LW_OK;
        for (size_t i = 0; i < count && found == LW_OK; i++) {
            lw_route route = {0};
            found = lw_route_find(router, node[i], host, via, &route);
            sum += route.latency_ps;
        }
        if (found == LW_NO_MEMORY) {
            return found;
        }
        if (found == LW_OK && (best < 0 || sum < best)) {
            best = sum;
            *out = host;
        }
    }
    return best >= 0 ? LW_OK : LW_BAD_INPUT;
}
