// SPDX-License-Identifier: GPL-3.0-or-later
// Dijkstra over the links of a machine; the key (links that do not work, hosts, links, page time,
// node) makes ties come out alike everywhere. Hosts come first because peers that have a fabric of
// their own use it, however quick the route through a root complex would be.
#include "sim/machine/route.h"

#include <string.h>

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
typedef struct {
    mark *marks;   // one a node; NULL: not used yet
    lw_list heap;  // of visits
    uint32_t from, search;
    // uint32_t: done, and their ports not looked at yet: where it stopped, and nodes with a great many
    lw_list pending;
    uint64_t used;  // when
    bool partial;   // nodes two legs behind one with a great many ports may be reached too late: for one goal only
    bool by_host;   // over one host at most: for one goal only
} searching;

// A copy asks for routes from both of its ends and from the memory between, so that several
// searches are kept: the members of a group all end at the one that stays.
enum { SEARCHES = 4 };
// A node with more ports than this is looked at last of all that are as near.
enum { MANY_PORTS = 64 };
#define LATE_PS ((lw_int128)1 << 100)

struct lw_router {
    const lw_machine *machine;
    lw_arena *arena;
    searching searches[SEARCHES], by_host;
    uint64_t clock;
    uint32_t *group;  // of each node, see find_groups; NULL: nobody asked
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

static bool is_host(const lw_machine *machine, uint32_t node) {
    return machine->node[node].spec->kind == LW_NODE_HOST;
}

static bool is_inside(const lw_machine *machine, uint32_t node) {
    return forwards(machine->node[node].spec) && !is_host(machine, node);
}

// Has this search reached the node, and finally?
static bool is_done(const searching *s, uint32_t node) {
    return s->marks[node].search == s->search && s->marks[node].done;
}

static const lw_leg_times *times_of(const lw_machine *machine, uint32_t link, int dir) {
    return &machine->times[2 * (size_t)link + (size_t)dir];
}

static lw_status visit_port(const lw_router *router, searching *s, visit here, const lw_port *port) {
    const lw_machine *machine = router->machine;
    const bool through_host = here.node != s->from && is_host(machine, here.node);
    mark *far = &s->marks[port->far];
    const lw_leg_times *times = times_of(machine, port->link, port->dir);
    const visit next = {here.silent + !times->works, here.hosts + through_host, here.legs + 1, here.page_ps + times->page_ps,
                        port->far};
    if (far->search != s->search || (!far->done && before(&next, &far->best))) {
        *far = (mark){next, {port->link, here.node, port->dir}, s->search, false};
        return heap_push(&s->heap, next, router->arena);
    }
    return LW_OK;
}

static lw_status visit_ports(const lw_router *router, searching *s, visit here) {
    const lw_machine *machine = router->machine;
    for (uint32_t p = machine->first_port[here.node]; p < machine->first_port[here.node + 1]; p++) {
        LW_TRY(visit_port(router, s, here, &machine->port[p]));
    }
    return LW_OK;
}

// Over the ports of the goal, of which there are few: those that lead there.
static lw_status visit_goal(const lw_router *router, searching *s, visit here, uint32_t to) {
    const lw_machine *machine = router->machine;
    for (uint32_t p = machine->first_port[to]; p < machine->first_port[to + 1]; p++) {
        const lw_port *port = &machine->port[p], there = {port->link, to, 1 - port->dir};
        LW_TRY(port->far == here.node ? visit_port(router, s, here, &there) : LW_OK);
    }
    return LW_OK;
}

static lw_status begin(lw_router *router, searching *s, uint32_t from) {
    s->marks = s->marks != NULL ? s->marks : LW_NEW_ARRAY(router->arena, mark, router->machine->node_count);
    if (s->marks == NULL) {
        return LW_NO_MEMORY;
    }
    s->search++;
    s->from = from;
    s->partial = false;
    s->heap.count = 0;
    s->used = ++router->clock;
    s->pending.count = 0;
    s->marks[from] = (mark){.best = {.node = from}, .search = s->search};
    return heap_push(&s->heap, (visit){.node = from}, router->arena);
}

// The search from that node: the one that is kept, else a fresh one in place of the one that was
// not used for longest.
static lw_status search_from(lw_router *router, uint32_t from, searching **out) {
    searching *s = &router->searches[0];
    for (int i = 0; i < SEARCHES; i++) {
        searching *other = &router->searches[i];
        if (other->search > 0 && other->from == from && !other->partial) {
            other->used = ++router->clock;
            *out = other;
            return LW_OK;
        }
        s = other->used < s->used ? other : s;
    }
    *out = s;
    return begin(router, s, from);
}

static lw_status put_off(const lw_router *router, searching *s, uint32_t node) {
    uint32_t *added = LW_LIST_ADD(&s->pending, uint32_t, router->arena);
    if (added == NULL) {
        return LW_NO_MEMORY;
    }
    *added = node;
    return LW_OK;
}

static uint32_t ports_of(const lw_router *router, uint32_t node) {
    return router->machine->first_port[node + 1] - router->machine->first_port[node];
}

// A node with a great many ports is looked at when all others as near are done. Where the goal is then known to be no
// further than one leg from there, none of its other neighbours leads there as well; nor where it is known to be two
// legs away, of those that are not the goal's neighbours.
static bool is_hub(const lw_router *router, uint32_t node, uint32_t to) {
    return ports_of(router, node) > MANY_PORTS && ports_of(router, to) <= MANY_PORTS;
}

static bool is_near(const searching *s, uint32_t to, const visit *hub, int legs) {
    const visit *best = &s->marks[to].best;
    return s->marks[to].search == s->search && best->silent <= hub->silent && best->hosts <= hub->hosts &&
           best->legs <= hub->legs + legs;
}

// Over the ports of the goal and of its neighbours: those that lead there. *near: no other leads to the goal as well.
static lw_status visit_around(const lw_router *router, searching *s, visit here, uint32_t to, bool *near) {
    const lw_machine *machine = router->machine;
    bool any = false, all = true;
    LW_TRY(visit_goal(router, s, here, to));
    *near = is_near(s, to, &here, 1);
    for (uint32_t p = machine->first_port[to]; p < machine->first_port[to + 1] && !*near; p++) {
        const uint32_t next = machine->port[p].far;
        const lw_node_spec *spec = machine->node[next].spec;
        if (!forwards(spec) || spec->kind == LW_NODE_HOST) {  // a route through a host is no better than any without
            continue;
        }
        all = all && ports_of(router, next) <= MANY_PORTS;
        LW_TRY(all ? visit_goal(router, s, here, next) : LW_OK);
        const bool works = times_of(machine, machine->port[p].link, 1 - machine->port[p].dir)->works;
        any = any || (works && is_near(s, next, &here, 1));
    }
    s->partial = s->partial || (!*near && any && all);
    *near = *near || (any && all);
    return LW_OK;
}

static bool leads_on(const lw_router *router, const searching *s, uint32_t node) {
    return node == s->from || forwards(router->machine->node[node].spec);
}

static lw_status visit_hosts(const lw_router *router, searching *s, visit here) {
    const lw_machine *machine = router->machine;
    for (uint32_t p = machine->first_port[here.node]; p < machine->first_port[here.node + 1]; p++) {
        const lw_port *port = &machine->port[p];
        LW_TRY(is_host(machine, port->far) ? visit_port(router, s, here, port) : LW_OK);
    }
    return LW_OK;
}

// Go on from a node that was reached. The goal may have a great many ports that nobody needs, so
// that it waits until the search goes on.
static lw_status go_on(const lw_router *router, searching *s, visit here, uint32_t to) {
    const visit at = s->marks[here.node].best;
    if (s->by_host) {
        return here.node == s->from ? visit_hosts(router, s, at) : visit_goal(router, s, at, to);
    }
    if (!leads_on(router, s, here.node)) {
        return LW_OK;
    }
    if (here.node == to) {
        return put_off(router, s, to);
    }
    if (is_hub(router, here.node, to)) {
        if (here.page_ps != LATE_PS) {
            return heap_push(&s->heap, (visit){at.silent, at.hosts, at.legs, LATE_PS, here.node}, router->arena);
        }
        bool near;
        LW_TRY(visit_around(router, s, at, to, &near));
        if (near) {
            return put_off(router, s, here.node);
        }
    }
    return visit_ports(router, s, at);
}

static lw_status search(const lw_router *router, searching *s, uint32_t to) {
    for (size_t i = 0; !is_done(s, to) && i < s->pending.count; i++) {
        visit again = s->marks[LW_LIST_ITEMS(&s->pending, const uint32_t)[i]].best;
        again.page_ps = LATE_PS;
        LW_TRY(heap_push(&s->heap, again, router->arena));
    }
    s->pending.count = is_done(s, to) ? s->pending.count : 0;
    while (s->heap.count > 0 && !is_done(s, to)) {
        visit here = heap_pop(&s->heap);
        if (here.page_ps != LATE_PS && is_done(s, here.node)) {
            continue;
        }
        s->marks[here.node].done = true;
        LW_TRY(go_on(router, s, here, to));
    }
    return is_done(s, to) ? LW_OK : LW_BAD_INPUT;
}

// ---- Both ends at one host ----

#define NO_GROUP UINT32_MAX

// Nodes that forward and are no hosts have one number as far as links among them lead: where a route over no
// host ends, it leaves the group that it entered. Others have none.
static lw_status find_groups(lw_router *router) {
    const lw_machine *machine = router->machine;
    uint32_t *group = LW_NEW_ARRAY(router->arena, uint32_t, machine->node_count);
    uint32_t *reached = LW_NEW_ARRAY(router->arena, uint32_t, machine->node_count);
    if (group == NULL || reached == NULL) {
        return LW_NO_MEMORY;
    }
    memset(group, 0xff, machine->node_count * sizeof *group);
    for (uint32_t n = 0; n < machine->node_count; n++) {
        const bool starts = group[n] == NO_GROUP && is_inside(machine, n);
        size_t count = starts ? 1 : 0;
        reached[0] = n;
        group[n] = starts ? n : group[n];
        while (count > 0) {
            const uint32_t here = reached[--count];
            for (uint32_t p = machine->first_port[here]; p < machine->first_port[here + 1]; p++) {
                const uint32_t far = machine->port[p].far;
                if (group[far] == NO_GROUP && is_inside(machine, far)) {
                    group[far] = n;
                    reached[count++] = far;
                }
            }
        }
    }
    router->group = group;
    return LW_OK;
}

static bool works(const lw_router *router, const lw_port *port, bool back) {
    return times_of(router->machine, port->link, back ? 1 - port->dir : port->dir)->works;
}

static bool is_host_of_both(const lw_router *router, const lw_port *from, const lw_port *to) {
    return from->far == to->far && is_host(router->machine, from->far) && works(router, from, false) && works(router, to, true);
}

static bool is_group_of_both(const lw_router *router, const lw_port *from, const lw_port *to) {
    return router->group[from->far] != NO_GROUP && router->group[from->far] == router->group[to->far];
}

static bool any_pair(const lw_router *router, uint32_t from, uint32_t to,
                     bool (*suits)(const lw_router *, const lw_port *, const lw_port *)) {
    const lw_machine *machine = router->machine;
    for (uint32_t f = machine->first_port[from]; f < machine->first_port[from + 1]; f++) {
        for (uint32_t t = machine->first_port[to]; t < machine->first_port[to + 1]; t++) {
            if (suits(router, &machine->port[f], &machine->port[t])) {
                return true;
            }
        }
    }
    return false;
}

// Is no route better than those from one node to another over the hosts that both have a link to? A search
// would look at all that no host lies before, which may be the whole network, before any node behind one.
static lw_status is_by_host(lw_router *router, uint32_t from, uint32_t to, bool *out) {
    *out = from != to && ports_of(router, from) <= MANY_PORTS && ports_of(router, to) <= MANY_PORTS &&
           any_pair(router, from, to, is_host_of_both);
    LW_TRY(*out && router->group == NULL ? find_groups(router) : LW_OK);
    *out = *out && !any_pair(router, from, to, is_group_of_both);
    return LW_OK;
}

// A search that has reached `to`.
static lw_status search_to(lw_router *router, uint32_t from, uint32_t to, searching **out) {
    bool by_host;
    LW_TRY(is_by_host(router, from, to, &by_host));
    *out = &router->by_host;
    router->by_host.by_host = true;
    LW_TRY(by_host ? begin(router, *out, from) : search_from(router, from, out));
    return search(router, *out, to);
}

// ---- Neighbours ----

// Over a link that works no route is shorter, and nothing needs to be searched. The next such leg of a
// node to another, in the order of the file; *port: where to go on, 0 at first. False: no more.
static bool next_direct(const lw_machine *machine, uint32_t from, uint32_t to, uint32_t *port, lw_leg *out) {
    const uint32_t *first = machine->first_port;
    const bool back = first[to + 1] - first[to] < first[from + 1] - first[from];
    const uint32_t here = back ? to : from, far = back ? from : to, end = first[here + 1];
    for (*port = *port > first[here] ? *port : first[here]; from != to && *port < end;) {
        const lw_port *at = &machine->port[(*port)++];
        const int dir = back ? 1 - at->dir : at->dir;
        if (at->far == far && times_of(machine, at->link, dir)->works) {
            *out = (lw_leg){at->link, dir};
            return true;
        }
    }
    return false;
}

// The quickest of them; the first of those as quick.
static bool find_direct(const lw_machine *machine, uint32_t from, uint32_t to, lw_leg *out) {
    uint32_t port = 0;
    const bool any = next_direct(machine, from, to, &port, out);
    for (lw_leg other; any && next_direct(machine, from, to, &port, &other);) {
        const bool quicker = times_of(machine, other.link, other.dir)->page_ps < times_of(machine, out->link, out->dir)->page_ps;
        *out = quicker ? other : *out;
    }
    return any;
}

// ---- Routes ----

// From one stop to the next, behind the legs that there are.
static lw_status find_legs(lw_router *router, uint32_t from, uint32_t goal, lw_list *legs) {
    lw_leg direct;
    if (find_direct(router->machine, from, goal, &direct)) {
        const bool room = legs->items != NULL || LW_LIST_RESERVE(legs, lw_leg, 1, router->arena);
        lw_leg *leg = room ? LW_LIST_ADD(legs, lw_leg, router->arena) : NULL;
        if (leg == NULL) {
            return LW_NO_MEMORY;
        }
        *leg = direct;
        return LW_OK;
    }
    searching *s = NULL;
    LW_TRY(search_to(router, from, goal, &s));
    const size_t old = legs->count;
    for (uint32_t at = goal; at != from; at = s->marks[at].in.far) {
        lw_leg *leg = LW_LIST_ADD(legs, lw_leg, router->arena);
        if (leg == NULL) {
            return LW_NO_MEMORY;
        }
        *leg = (lw_leg){s->marks[at].in.link, s->marks[at].in.dir};
    }
    lw_leg *items = LW_LIST_ITEMS(legs, lw_leg);
    for (size_t i = old, j = legs->count; i + 1 < j; i++) {  // found backwards
        const lw_leg swap = items[i];
        items[i] = items[--j];
        items[j] = swap;
    }
    return LW_OK;
}

lw_status lw_route_find(lw_router *router, uint32_t from, uint32_t to, lw_via via, lw_route *out) {
    lw_list legs = {0};
    lw_int128 latency_ps = 0;
    for (size_t stop = 0; stop <= via.count; stop++) {
        const uint32_t goal = stop < via.count ? via.node[stop] : to;
        LW_TRY(find_legs(router, from, goal, &legs));
        from = goal;
    }
    const lw_leg *leg = LW_LIST_ITEMS(&legs, const lw_leg);
    for (size_t i = 0; i < legs.count; i++) {
        latency_ps += times_of(router->machine, leg[i].link, leg[i].dir)->bit_ps;
    }
    *out = (lw_route){LW_LIST_ITEMS(&legs, lw_leg), legs.count, latency_ps};
    return LW_OK;
}

// ---- Equal routes ----

// Routes to a goal in the making, found from the goal backwards over the marks of a search.
typedef struct trail {
    const lw_router *router;
    const searching *search;
    const lw_routes *before;  // each route found goes on from each of these
    lw_leg *leg;              // of the route in hand, the last at the end
    size_t legs;
    lw_list *found;  // lw_route
} trail;

static lw_status keep_route(const trail *t) {
    for (size_t b = 0; b < t->before->count && t->found->count < LW_ROUTES_MAX; b++) {
        const lw_route *before = &t->before->route[b];
        lw_leg *legs = LW_NEW_ARRAY(t->router->arena, lw_leg, before->count + t->legs);
        lw_route *added = LW_LIST_ADD(t->found, lw_route, t->router->arena);
        if (legs == NULL || added == NULL) {
            return LW_NO_MEMORY;
        }
        *added = (lw_route){legs, before->count + t->legs, before->latency_ps};
        for (size_t i = 0; i < added->count; i++) {
            legs[i] = i < before->count ? before->leg[i] : t->leg[i - before->count];
            added->latency_ps += i < before->count ? 0 : times_of(t->router->machine, legs[i].link, legs[i].dir)->bit_ps;
        }
    }
    return LW_OK;
}

// Did the search reach the far end of the port as early as a route over it to `here`, which is
// `left` legs from the start, needs?
static bool leads_here(const trail *t, const lw_port *port, uint32_t here, size_t left) {
    const searching *s = t->search;
    const mark *from = &s->marks[port->far], *to = &s->marks[here];
    const lw_node_spec *spec = t->router->machine->node[port->far].spec;
    const int silent = !times_of(t->router->machine, port->link, 1 - port->dir)->works;
    bool start = port->far == s->from;
    if (from->search != s->search || !from->done || from->best.legs + 1 != (int64_t)left || !(start || forwards(spec))) {
        return false;
    }
    return from->best.silent + silent == to->best.silent &&
           from->best.hosts + (!start && spec->kind == LW_NODE_HOST) == to->best.hosts;
}

// The first leg, over the ports of the start: the other end may have a great many.
static lw_status first_leg(const trail *t, uint32_t here) {
    const lw_machine *machine = t->router->machine;
    const uint32_t from = t->search->from;
    for (uint32_t p = machine->first_port[from]; p < machine->first_port[from + 1]; p++) {
        const lw_port *port = &machine->port[p], back = {port->link, from, 1 - port->dir};
        if (port->far == here && t->found->count < LW_ROUTES_MAX && leads_here(t, &back, here, 1)) {
            t->leg[0] = (lw_leg){port->link, port->dir};
            LW_TRY(keep_route(t));
        }
    }
    return LW_OK;
}

// NOLINTNEXTLINE(misc-no-recursion): as deep as the route is long
static lw_status go_back(const trail *t, uint32_t here, size_t left) {
    const lw_machine *machine = t->router->machine;
    if (left <= 1) {
        return left == 0 ? keep_route(t) : first_leg(t, here);
    }
    for (uint32_t p = machine->first_port[here]; p < machine->first_port[here + 1]; p++) {
        const lw_port *port = &machine->port[p];
        if (t->found->count < LW_ROUTES_MAX && leads_here(t, port, here, left)) {
            t->leg[left - 1] = (lw_leg){port->link, 1 - port->dir};
            LW_TRY(go_back(t, port->far, left - 1));
        }
    }
    return LW_OK;
}

// All from one stop to the next, each behind all that lead to it.
static lw_status find_stage(lw_router *router, uint32_t from, uint32_t goal, const lw_routes *before, lw_list *found) {
    lw_leg direct;
    trail t = {.router = router, .before = before, .leg = &direct, .legs = 1, .found = found};
    size_t links = 0;
    for (uint32_t port = 0; next_direct(router->machine, from, goal, &port, &direct);) {
        links++;
    }
    if (links > 0 && !LW_LIST_RESERVE(found, lw_route, links * before->count, router->arena)) {
        return LW_NO_MEMORY;
    }
    for (uint32_t port = 0; next_direct(router->machine, from, goal, &port, &direct);) {
        LW_TRY(keep_route(&t));
    }
    if (links > 0) {
        return LW_OK;
    }
    searching *s = NULL;
    LW_TRY(search_to(router, from, goal, &s));
    t.search = s;
    t.legs = from == goal ? 0 : (size_t)s->marks[goal].best.legs;
    t.leg = LW_NEW_ARRAY(router->arena, lw_leg, t.legs);
    return t.leg != NULL ? go_back(&t, goal, t.legs) : LW_NO_MEMORY;
}

static lw_status find_all(lw_router *router, uint32_t from, uint32_t to, lw_via via, lw_list *out) {
    lw_route nothing = {NULL, 0, 0};
    lw_routes before = {&nothing, 1, LW_MULTIPATH_STRIPED};
    for (size_t stop = 0; stop <= via.count; stop++) {
        uint32_t goal = stop < via.count ? via.node[stop] : to;
        lw_list found = {0};
        LW_TRY(find_stage(router, from, goal, &before, &found));
        before = (lw_routes){LW_LIST_ITEMS(&found, lw_route), found.count, LW_MULTIPATH_STRIPED};
        *out = found;
        from = goal;
    }
    return LW_OK;
}

static lw_int128 page_ps_of(const lw_machine *machine, const lw_route *route) {
    lw_int128 sum_ps = 0;
    for (size_t i = 0; i < route->count; i++) {
        sum_ps += times_of(machine, route->leg[i].link, route->leg[i].dir)->page_ps;
    }
    return sum_ps;
}

// By time, then by the names of links, so that the order of the file decides nothing.
static bool is_better(const lw_machine *machine, const lw_route *a, const lw_route *b) {
    lw_int128 a_ps = page_ps_of(machine, a), b_ps = page_ps_of(machine, b);
    int by_name = 0;
    for (size_t i = 0; by_name == 0 && i < a->count; i++) {
        by_name = strcmp(machine->link[a->leg[i].link].name, machine->link[b->leg[i].link].name);
    }
    return a_ps != b_ps ? a_ps < b_ps : by_name < 0;
}

static void sort_routes(const lw_machine *machine, lw_route *route, size_t count) {
    for (size_t i = 1; i < count; i++) {
        lw_route moved = route[i];
        size_t at = i;
        for (; at > 0 && is_better(machine, &moved, &route[at - 1]); at--) {
            route[at] = route[at - 1];
        }
        route[at] = moved;
    }
}

static uint32_t leg_end(const lw_machine *machine, lw_leg leg) {
    return machine->link[leg.link].end[1 - leg.dir];
}

// May traffic of the best route go over the other one, too? `use`: how, if so.
static bool is_equal(const lw_machine *machine, const lw_route *best, const lw_route *other, lw_multipath *use) {
    *use = LW_MULTIPATH_STRIPED;
    for (size_t i = 0; i < best->count; i++) {
        const lw_leg a = best->leg[i], b = other->leg[i];
        const lw_family *family = machine->link[a.link].spec->family;
        const uint32_t start[2] = {lw_leg_start(machine, a), lw_leg_start(machine, b)};
        const lw_node_kind kind = machine->node[start[0]].spec->kind;
        bool same_node = start[0] == start[1] || (kind != LW_NODE_HOST && kind != LW_NODE_NIC);
        bool as_quick = times_of(machine, a.link, a.dir)->page_ps == times_of(machine, b.link, b.dir)->page_ps;
        bool bonded = start[0] == start[1] && leg_end(machine, a) == leg_end(machine, b);
        lw_multipath multipath = a.link == b.link ? LW_MULTIPATH_STRIPED : family->multipath;
        if (!same_node || machine->link[b.link].spec->family != family || (multipath != LW_MULTIPATH_STRIPED && !as_quick) ||
            (multipath == LW_MULTIPATH_FIXED && !bonded)) {
            return false;
        }
        *use = multipath == LW_MULTIPATH_HASHED ? LW_MULTIPATH_HASHED : *use;
    }
    return true;
}

lw_status lw_routes_find(lw_router *router, uint32_t from, uint32_t to, lw_via via, lw_routes *out) {
    lw_list found = {0};
    LW_TRY(find_all(router, from, to, via, &found));
    lw_route *route = LW_LIST_ITEMS(&found, lw_route);
    sort_routes(router->machine, route, found.count);
    *out = (lw_routes){route, 1, LW_MULTIPATH_STRIPED};
    for (size_t i = 1; i < found.count; i++) {
        lw_multipath use;
        if (is_equal(router->machine, &route[0], &route[i], &use)) {
            route[out->count++] = route[i];
            out->use = use > out->use ? use : out->use;
        }
    }
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
        if (*which > 0 && node == via.node[*which - 1]) {
            return LW_VIA_TWICE;
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
