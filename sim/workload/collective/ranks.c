// SPDX-License-Identifier: GPL-3.0-or-later
// The ranks of a group and the order in which rings pass them.
#include <stdlib.h>
#include <string.h>

#include "sim/workload/collective/collective.h"

// ---- The order of a ring ----

// Beyond this the routes of all pairs take longer to find than a run takes.
enum { SEARCHED_MOST = 64 };
// Steps of a search for a ring over links that are fast enough, before slower ones are tried.
enum { STEPS_MOST = 20000 };

typedef struct ring_search {
    const lw_graph_builder *builder;
    uint32_t count;
    const uint32_t *node;
    double *cost;      // of a page from rank i to rank j: [i * count + j]
    double *sorted;    // all of them
    uint32_t *choice;  // ranks by their cost from rank i: [i * (count - 1)]
    uint32_t *path;
    bool *taken;
    double limit;  // of the cost of a hop
    long steps;
} ring_search;

// As long as a page takes over the links of its route, equal ones side by side; routes through more
// hosts, or over links that do not work, cost more than any without.
static lw_status cost_of(const ring_search *s, uint32_t from, uint32_t to, double *out) {
    static const double host_ps = 1e15;
    const lw_machine *machine = s->builder->machine;
    lw_routes routes;
    LW_TRY(lw_routes_find(s->builder->router, s->node[from], s->node[to], (lw_via){0}, &routes));
    const lw_route *route = &routes.route[0];
    *out = 0;
    for (size_t i = 0; i < route->count; i++) {
        const lw_leg leg = route->leg[i];
        const lw_leg_times *times = &machine->times[2 * (size_t)leg.link + (size_t)leg.dir];
        const bool host = i > 0 && machine->node[lw_leg_start(machine, leg)].spec->kind == LW_NODE_HOST;
        *out += (double)times->page_ps + (host ? host_ps : 0) + (times->works ? 0 : host_ps * SEARCHED_MOST);
    }
    *out /= routes.use == LW_MULTIPATH_STRIPED ? (double)routes.count : 1;
    return LW_OK;
}

static int by_value(const void *left, const void *right) {
    const double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static void sort_choices(const ring_search *s) {
    for (uint32_t from = 0; from < s->count; from++) {
        uint32_t *choice = &s->choice[from * (s->count - 1)], chosen = 0;
        const double *cost = &s->cost[from * s->count];
        for (uint32_t to = 0; to < s->count; to++) {
            uint32_t at = chosen;
            if (to == from) {
                continue;
            }
            for (; at > 0 && cost[choice[at - 1]] > cost[to]; at--) {
                choice[at] = choice[at - 1];
            }
            choice[at] = to;
            chosen++;
        }
    }
    memcpy(s->sorted, s->cost, (size_t)s->count * s->count * sizeof *s->sorted);
    qsort(s->sorted, (size_t)s->count * s->count, sizeof *s->sorted, by_value);
}

// Go on along the path over hops within the limit until it is a ring.
// NOLINTNEXTLINE(misc-no-recursion): as deep as there are ranks to search, SEARCHED_MOST
static bool extend(ring_search *s, uint32_t length) {
    const uint32_t last = s->path[length - 1];
    if (length == s->count) {
        return s->cost[last * s->count + s->path[0]] <= s->limit;
    }
    for (uint32_t i = 0; i + 1 < s->count; i++) {
        const uint32_t next = s->choice[last * (s->count - 1) + i];
        if (s->cost[last * s->count + next] > s->limit || ++s->steps > STEPS_MOST) {
            return false;
        }
        if (s->taken[next]) {
            continue;
        }
        s->path[length] = next;
        s->taken[next] = true;
        if (extend(s, length + 1)) {
            return true;
        }
        s->taken[next] = false;
    }
    return false;
}

// The ring from rank 0 whose slowest hop is fastest, of those that the search finds; the last limit
// lets every hop pass.
static void find_ring(ring_search *s) {
    sort_choices(s);
    const size_t all = (size_t)s->count * s->count;
    bool found = false;
    for (size_t i = 0; i < all && !found; i++) {
        if (i + 1 < all && s->sorted[i] == s->sorted[i + 1]) {
            continue;
        }
        s->limit = s->sorted[i];
        s->steps = 0;
        memset(s->taken, 0, s->count * sizeof *s->taken);
        s->path[0] = 0;
        s->taken[0] = true;
        found = extend(s, 1);
    }
}

static lw_status start_search(lw_graph_builder *builder, const lw_ranks *ranks, ring_search *s) {
    const size_t count = ranks->count;
    *s = (ring_search){.builder = builder,
                       .count = ranks->count,
                       .node = ranks->node,
                       .cost = LW_NEW_ARRAY(builder->arena, double, count *count),
                       .sorted = LW_NEW_ARRAY(builder->arena, double, count *count),
                       .choice = LW_NEW_ARRAY(builder->arena, uint32_t, count * (count - 1)),
                       .path = LW_NEW_ARRAY(builder->arena, uint32_t, count),
                       .taken = LW_NEW_ARRAY(builder->arena, bool, count)};
    if (s->cost == NULL || s->sorted == NULL || s->choice == NULL || s->path == NULL || s->taken == NULL) {
        return LW_NO_MEMORY;
    }
    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t j = 0; j < count; j++) {
            const lw_status found = i != j ? cost_of(s, i, j, &s->cost[i * count + j]) : LW_OK;
            // that no such hop is needed is told where the hop is taken
            s->cost[i * count + j] = found == LW_BAD_INPUT ? 1e300 : s->cost[i * count + j];
            LW_TRY(found == LW_BAD_INPUT ? LW_OK : found);
        }
    }
    return LW_OK;
}

static lw_status keep_path(const ring_search *s, lw_ranks *out) {
    uint32_t *node = LW_NEW_ARRAY(s->builder->arena, uint32_t, s->count);
    if (node == NULL) {
        return LW_NO_MEMORY;
    }
    for (uint32_t i = 0; i < s->count; i++) {
        node[i] = s->node[s->path[i]];
    }
    *out = (lw_ranks){node, s->count};
    return LW_OK;
}

// Many ranks: each is followed by the first of those that are left which a link of its own joins
// it to, the quickest such link first; else by the first that is left.
static lw_status order_by_links(const lw_graph_builder *builder, lw_ranks *ranks) {
    const lw_machine *machine = builder->machine;
    uint32_t *order = LW_NEW_ARRAY(builder->arena, uint32_t, ranks->count), first = 0;
    bool *left = LW_NEW_ARRAY(builder->arena, bool, machine->node_count);
    if (order == NULL || left == NULL) {
        return LW_NO_MEMORY;
    }
    for (uint32_t i = 0; i < ranks->count; i++) {
        left[ranks->node[i]] = true;
    }
    for (uint32_t i = 0; i < ranks->count; i++) {
        uint32_t next = UINT32_MAX;
        int64_t best_ps = INT64_MAX;
        for (uint32_t p = i > 0 ? machine->first_port[order[i - 1]] : 0; i > 0 && p < machine->first_port[order[i - 1] + 1];
             p++) {
            const lw_port *port = &machine->port[p];
            const int64_t page_ps = machine->times[2 * (size_t)port->link + (size_t)port->dir].page_ps;
            if (left[port->far] && (page_ps < best_ps || (page_ps == best_ps && port->far < next))) {
                next = port->far;
                best_ps = page_ps;
            }
        }
        for (; next == UINT32_MAX && !left[ranks->node[first]]; first++) {
        }
        order[i] = next != UINT32_MAX ? next : ranks->node[first];
        left[order[i]] = false;
    }
    ranks->node = order;
    return LW_OK;
}

lw_status lw_ranks_listed(lw_graph_builder *builder, const lw_collective_params *params, lw_ranks *out) {
    lw_list found = {0};
    LW_TRY(lw_graph_group(builder, params->on, "rank", &found));
    *out = (lw_ranks){LW_LIST_ITEMS(&found, const uint32_t), (uint32_t)found.count};
    builder->workload->members = 1;
    return LW_OK;
}

lw_status lw_ranks_order(lw_graph_builder *builder, const lw_collective_params *params, lw_ranks *ranks) {
    if (params->order == LW_ORDER_LISTED || ranks->count < 3) {
        return LW_OK;
    }
    if (ranks->count > SEARCHED_MOST) {
        return order_by_links(builder, ranks);
    }
    ring_search search;
    LW_TRY(start_search(builder, ranks, &search));
    find_ring(&search);
    return keep_path(&search, ranks);
}

lw_status lw_ranks_find(lw_graph_builder *builder, const lw_collective_params *params, lw_ranks *out) {
    LW_TRY(lw_ranks_listed(builder, params, out));
    return lw_ranks_order(builder, params, out);
}

// ---- Rings side by side ----

static lw_status turn(const lw_graph_builder *builder, const lw_ranks *ranks, lw_ranks *out) {
    uint32_t *node = LW_NEW_ARRAY(builder->arena, uint32_t, ranks->count);
    if (node == NULL) {
        return LW_NO_MEMORY;
    }
    for (uint32_t i = 0; i < ranks->count; i++) {
        node[i] = ranks->node[(ranks->count - i) % ranks->count];
    }
    *out = (lw_ranks){node, ranks->count};
    return LW_OK;
}

// A hop that a ring before uses, both ways, costs as if each of them had its part of the links.
static void charge(ring_search *s, const double *idle, uint32_t *uses) {
    for (uint32_t i = 0; i < s->count; i++) {
        const uint32_t from = s->path[i], to = s->path[(i + 1) % s->count];
        uses[from * s->count + to]++;
        uses[to * s->count + from]++;
    }
    for (size_t i = 0; i < (size_t)s->count * s->count; i++) {
        s->cost[i] = idle[i] * (1 + uses[i]);
    }
}

// Does every pair have a link of its own, as fast as any other?
static lw_status is_mesh(const ring_search *s, bool *out) {
    *out = true;
    for (uint32_t i = 0; *out && i < s->count; i++) {
        for (uint32_t j = 0; *out && j < s->count; j++) {
            lw_route route = {.count = 1};
            const lw_status found =
                i != j ? lw_route_find(s->builder->router, s->node[i], s->node[j], (lw_via){0}, &route) : LW_OK;
            *out = found == LW_OK && route.count == 1 &&
                   (i == j || (s->cost[i * s->count + j] <= s->cost[1] && s->cost[i * s->count + j] >= s->cost[1]));
            LW_TRY(found == LW_BAD_INPUT ? LW_OK : found);
        }
    }
    return LW_OK;
}

// Rings of a mesh that share no link either way (B. Alspach, "The wonderful Walecki construction",
// 2008): one rank stands still, and the others, numbered round a circle, are passed in zigzag:
// number, number + 1, number - 1, number + 2, and so on. (n - 1) / 2 numbers give different hops.
// Ranks are numbered such that ring 0 is their order.
static void zigzag(const ring_search *s, uint32_t number, uint32_t *path) {
    const uint32_t circle = s->count - 1;
    path[0] = 0;
    for (uint32_t i = 0; i < circle; i++) {
        const uint32_t step = (i + 1) / 2, label = (number + (i % 2 == 1 ? step : circle - step)) % circle;
        // where the first one passes that label
        path[1 + i] = 1 + (label == 0 ? 0 : label <= circle / 2 ? 2 * label - 1 : 2 * (circle - label));
    }
}

lw_status lw_ranks_rings(lw_graph_builder *builder, const lw_collective_params *params, const lw_ranks *ranks, uint32_t channels,
                         lw_ranks *out) {
    ring_search search = {0};
    const bool searched = params->order == LW_ORDER_AUTO && channels > 2 && ranks->count > 2 && ranks->count <= SEARCHED_MOST;
    double *idle = NULL;
    uint32_t *uses = NULL;
    bool mesh = false;
    if (searched) {
        const size_t pairs = (size_t)ranks->count * ranks->count;
        idle = LW_NEW_ARRAY(builder->arena, double, pairs);
        uses = LW_NEW_ARRAY(builder->arena, uint32_t, pairs);
        if (idle == NULL || uses == NULL) {
            return LW_NO_MEMORY;
        }
        LW_TRY(start_search(builder, ranks, &search));
        LW_TRY(is_mesh(&search, &mesh));
        memcpy(idle, search.cost, pairs * sizeof *idle);
        for (uint32_t i = 0; i < ranks->count; i++) {
            search.path[i] = i;
        }
    }
    for (uint32_t c = 0; c < channels; c++) {
        if (c % 2 == 1) {
            LW_TRY(turn(builder, &out[c - 1], &out[c]));
        } else if (!searched || c == 0) {
            out[c] = *ranks;
        } else {
            charge(&search, idle, uses);
            if (mesh && c / 2 < (ranks->count - 1) / 2) {
                zigzag(&search, c / 2, search.path);
            } else {
                find_ring(&search);
            }
            LW_TRY(keep_path(&search, &out[c]));
        }
    }
    return LW_OK;
}

// Take the links of a ring; false where one before has one of them.
static lw_status take_links(const lw_graph_builder *builder, const lw_ranks *ring, bool *taken, bool *out) {
    lw_list own = {0};
    for (uint32_t r = 0; r < ring->count; r++) {
        lw_routes routes;
        LW_TRY(lw_routes_find(builder->router, ring->node[r], ring->node[(r + 1) % ring->count], (lw_via){0}, &routes));
        for (size_t k = 0; k < routes.count; k++) {
            for (size_t i = 0; i < routes.route[k].count; i++) {
                const lw_leg leg = routes.route[k].leg[i];
                size_t *added = LW_LIST_ADD(&own, size_t, builder->arena);
                if (added == NULL) {
                    return LW_NO_MEMORY;
                }
                *added = 2 * (size_t)leg.link + (size_t)leg.dir;
                *out = *out && !taken[*added];
            }
        }
    }
    for (size_t i = 0; i < own.count; i++) {
        taken[LW_LIST_ITEMS(&own, const size_t)[i]] = true;
    }
    return LW_OK;
}

lw_status lw_ranks_own_rings(lw_graph_builder *builder, const lw_collective_params *params, const lw_ranks *ranks,
                             lw_ranks out[LW_CHANNELS_MAX], uint32_t *out_count) {
    const uint32_t most = ranks->count > 2 ? 2 * ((ranks->count - 1) / 2) : 1;
    bool *taken = LW_NEW_ARRAY(builder->arena, bool, 2 * builder->machine->link_count), own = true;
    if (taken == NULL) {
        return LW_NO_MEMORY;
    }
    *out_count = most < LW_CHANNELS_MAX ? most : LW_CHANNELS_MAX;
    LW_TRY(lw_ranks_rings(builder, params, ranks, *out_count, out));
    for (uint32_t c = 0; c < *out_count; c++) {
        const lw_status found = take_links(builder, &out[c], taken, &own);
        // that there is no route is told where the hop is taken
        own = own && found == LW_OK;
        *out_count = own || c == 0 ? *out_count : c;
        LW_TRY(found == LW_BAD_INPUT ? LW_OK : found);
    }
    return LW_OK;
}

// ---- What a link carries for a rank ----

double lw_ranks_payload_Bps(const lw_graph_builder *builder, const lw_collective_params *params, uint32_t rank, lw_leg leg) {
    const int64_t line = builder->machine->node[rank].spec->params->kernel_packet_bytes;
    const lw_link_model *model = lw_machine_model(builder->machine, leg);
    int64_t payload = model->segment[0].channel[leg.dir].format[LW_PACKET_WRITE].payload_max_bytes;
    payload = params->by == LW_SENT_BY_KERNEL && line < payload ? line : payload;
    lw_waterfall waterfall;
    lw_link_model_waterfall(model, leg.dir, LW_PACKET_WRITE, payload, 0, &waterfall);
    return waterfall.rate_Bps[LW_STAGE_RETRY];
}

// ---- The root ----

lw_status lw_ranks_rooted(lw_graph_builder *builder, const lw_collective_params *params, const lw_ranks *ranks, lw_ranks *out) {
    const lw_place place = lw_object_place(builder->object, "root");
    lw_list listed = {0};
    LW_TRY(lw_graph_group(builder, params->on, "rank", &listed));
    uint32_t root = LW_LIST_ITEMS(&listed, const uint32_t)[0], at = 0;
    if (params->root[0] != '\0') {
        lw_selection chosen;
        LW_TRY(lw_machine_select(builder->machine, params->root, place, builder->diags, &chosen));
        if (chosen.count != 1) {
            return lw_error(builder->diags, place, "write name[0]", "'root' takes a single node");
        }
        root = chosen.first;
    }
    while (at < ranks->count && ranks->node[at] != root) {
        at++;
    }
    uint32_t *node = LW_NEW_ARRAY(builder->arena, uint32_t, ranks->count);
    if (node == NULL) {
        return LW_NO_MEMORY;
    }
    if (at == ranks->count) {
        return lw_error(builder->diags, place, "name one of the nodes of `on`", "workloads.%s: the root '%s' is no rank",
                        builder->object->name, builder->machine->node[root].name);
    }
    for (uint32_t i = 0; i < ranks->count; i++) {
        node[i] = ranks->node[(at + i) % ranks->count];
    }
    *out = (lw_ranks){node, ranks->count};
    return LW_OK;
}
