// SPDX-License-Identifier: GPL-3.0-or-later
// Dijkstra over the links of a machine; the key (hosts, links, page time, node) makes ties come out
// alike everywhere. Hosts come first because peers that have a fabric of their own use it, however
// quick the route through a root complex would be.
#include "sim/machine/route.h"

#include "sim/base/list.h"

typedef struct {
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
typedef struct {
    mark *marks;   // one a node; NULL: not used yet
    lw_list heap;  // of visits
    uint32_t from, search;
    uint32_t end;  // where it stopped, whose ports were not looked at yet
    bool stopped;
    uint64_t used;  // when
} searching;

// A copy asks for routes from both of its ends and from the memory between, so that several
// searches are kept: the members of a group all end at the one that stays.
enum { SEARCHES = 4 };

struct lw_router {
    const lw_machine *machine;
    lw_arena *arena;
    searching searches[SEARCHES];
    uint64_t clock;
};

static bool before(const visit *a, const visit *b) {
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
    if (router != NULL) {
        *router = (lw_router){.machine = machine, .arena = arena};
    }
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
static bool is_done(const searching *s, uint32_t node) {
    return s->marks[node].search == s->search && s->marks[node].done;
}

static const lw_leg_times *times_of(const lw_machine *machine, uint32_t link, int dir) {
    return &machine->times[2 * (size_t)link + (size_t)dir];
}

static lw_status visit_ports(const lw_router *router, searching *s, visit here) {
    const lw_machine *machine = router->machine;
    bool through_host = here.node != s->from && machine->node[here.node].spec->kind == LW_NODE_HOST;
    for (uint32_t p = machine->first_port[here.node]; p < machine->first_port[here.node + 1]; p++) {
        const lw_port *port = &machine->port[p];
        mark *far = &s->marks[port->far];
        visit next = {here.hosts + through_host, here.legs + 1, here.page_ps + times_of(machine, port->link, port->dir)->page_ps,
                      port->far};
        if (far->search != s->search || (!far->done && before(&next, &far->best))) {
            *far = (mark){next, {port->link, here.node, port->dir}, s->search, false};
            LW_TRY(heap_push(&s->heap, next, router->arena));
        }
    }
    return LW_OK;
}

// The search from that node: the one that is kept, else a fresh one in place of the one that was
// not used for longest.
static lw_status search_from(lw_router *router, uint32_t from, searching **out) {
    searching *s = &router->searches[0];
    for (int i = 0; i < SEARCHES; i++) {
        searching *other = &router->searches[i];
        if (other->search > 0 && other->from == from) {
            other->used = ++router->clock;
            *out = other;
            return LW_OK;
        }
        s = other->used < s->used ? other : s;
    }
    s->marks = s->marks != NULL ? s->marks : LW_NEW_ARRAY(router->arena, mark, router->machine->node_count);
    if (s->marks == NULL) {
        return LW_NO_MEMORY;
    }
    s->search++;
    s->from = from;
    s->heap.count = 0;
    s->used = ++router->clock;
    s->stopped = false;
    s->marks[from] = (mark){.best = {.node = from}, .search = s->search};
    *out = s;
    return heap_push(&s->heap, (visit){.node = from}, router->arena);
}

// Go on from a node that was reached. The goal may have a great many ports that nobody needs, so
// that it waits until the search goes on.
static lw_status go_on(const lw_router *router, searching *s, uint32_t node) {
    bool leads_on = node == s->from || forwards(router->machine->node[node].spec);
    return leads_on ? visit_ports(router, s, s->marks[node].best) : LW_OK;
}

static lw_status search(const lw_router *router, searching *s, uint32_t to) {
    if (s->stopped && !is_done(s, to)) {
        s->stopped = false;
        LW_TRY(go_on(router, s, s->end));
    }
    while (s->heap.count > 0 && !is_done(s, to)) {
        visit here = heap_pop(&s->heap);
        if (is_done(s, here.node)) {
            continue;
        }
        s->marks[here.node].done = true;
        if (here.node == to) {
            s->end = to;
            s->stopped = true;
        } else {
            LW_TRY(go_on(router, s, here.node));
        }
    }
    return is_done(s, to) ? LW_OK : LW_BAD_INPUT;
}

lw_status lw_route_find(lw_router *router, uint32_t from, uint32_t to, lw_via via, lw_route *out) {
    lw_list legs = {0};
    lw_int128 latency_ps = 0;
    for (size_t stop = 0; stop <= via.count; stop++) {
        uint32_t goal = stop < via.count ? via.node[stop] : to;
        searching *s = NULL;
        LW_TRY(search_from(router, from, &s));
        LW_TRY(search(router, s, goal));
        size_t old = legs.count;
        for (uint32_t at = goal; at != from; at = s->marks[at].in.far) {
            lw_leg *leg = LW_LIST_ADD(&legs, lw_leg, router->arena);
            if (leg == NULL) {
                return LW_NO_MEMORY;
            }
            *leg = (lw_leg){s->marks[at].in.link, s->marks[at].in.dir};
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
