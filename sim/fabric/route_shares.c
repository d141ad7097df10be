// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/fabric/route_shares.h"

// The legs in which equal routes differ: from `first` on, up to and without `end`.
typedef struct choice {
    const lw_transfer *of;
    size_t first, end;
} choice;

static bool all_share(const lw_routes *routes, size_t leg) {
    bool same = true;
    for (size_t r = 1; r < routes->count; r++) {
        same = same && routes->route[r].leg[leg].link == routes->route[0].leg[leg].link;
    }
    return same;
}

static choice choice_of(const lw_transfer *transfer) {
    choice found = {transfer, 0, transfer->routes.route[0].count};
    while (found.first < found.end && all_share(&transfer->routes, found.first)) {
        found.first++;
    }
    while (found.end > found.first && all_share(&transfer->routes, found.end - 1)) {
        found.end--;
    }
    return found;
}

// Do both choose between the same links, in the same order? by_object: between links of the same
// objects.
static bool is_same_choice(const lw_built *built, const choice *a, const choice *b, bool by_object) {
    const lw_routes *x = &a->of->routes, *y = &b->of->routes;
    bool same = x->count == y->count && a->end - a->first == b->end - b->first;
    for (size_t r = 0; same && r < x->count; r++) {
        for (size_t i = 0; i < a->end - a->first; i++) {
            const uint32_t own = x->route[r].leg[a->first + i].link, other = y->route[r].leg[b->first + i].link;
            same = same && (by_object ? built->machine->link[own].spec == built->machine->link[other].spec : own == other);
        }
    }
    return same;
}

// Do the objects of its links tell the routes of a choice apart?
static bool objects_tell(const lw_built *built, const choice *c) {
    const lw_routes *routes = &c->of->routes;
    bool apart = true;
    for (size_t r = 1; r < routes->count && apart; r++) {
        for (size_t s = 0; s < r && apart; s++) {
            apart = false;
            for (size_t i = c->first; i < c->end; i++) {
                apart = apart || built->machine->link[routes->route[r].leg[i].link].spec !=
                                     built->machine->link[routes->route[s].leg[i].link].spec;
            }
        }
    }
    return apart;
}

// Payload of all transfers of a task.
static double bytes_of(const lw_graph *graph, const lw_graph_task *task) {
    double bytes = task->count > 0 ? (double)task->count * (double)task->bytes : (double)task->last_bytes;
    for (uint32_t l = task->loop; l != LW_NO_LOOP; l = graph->loop[l].around) {
        const double times = (double)graph->loop[l].count;
        bytes = l == task->loop && task->count == 0 ? bytes + (times - 1) * (double)task->bytes : bytes * times;
    }
    return bytes;
}

// Payload of each move of a workload; 1 of each where none moves a known number of bytes. NULL when
// out of memory.
static double *bytes_of_moves(const lw_graph *graph, const lw_graph_workload *asked, lw_arena *arena) {
    double *bytes = LW_NEW_ARRAY(arena, double, asked->move_count);
    double sum = 0;
    for (uint32_t t = asked->first_task; bytes != NULL && t < asked->first_task + asked->task_count; t++) {
        const lw_graph_task *task = &graph->task[t];
        if (task->move != LW_NO_MOVE) {
            bytes[task->move - asked->first_move] += bytes_of(graph, task);
            sum += bytes_of(graph, task);
        }
    }
    for (uint32_t m = 0; bytes != NULL && sum <= 0 && m < asked->move_count; m++) {
        bytes[m] = 1;
    }
    return bytes;
}

static bool is_same_route(const lw_route *a, const lw_route *b) {
    for (size_t i = 0; i < a->count; i++) {
        if (a->leg[i].link != b->leg[i].link) {
            return false;
        }
    }
    return true;
}

// What the parts of a transfer carry over its equal route r, or the one that a hash picked.
static double share_over(const lw_transfer *transfer, size_t r) {
    double share = 0;
    for (const lw_transfer *part = transfer; part != NULL; part = part->next) {
        share += is_same_route(&part->route, &transfer->routes.route[r]) ? part->share : 0;
    }
    return share;
}

// "c1", "plane[0] plane[1]", "plane" of objects; of one transfer alone all of its links.
static const char *links_of(const lw_built *built, const choice *c, size_t r, bool by_object, lw_arena *arena) {
    const lw_route *route = &c->of->routes.route[r];
    const char *text = "", *last = "";
    for (size_t i = c->first; i < c->end && text != NULL; i++) {
        const lw_link *link = &built->machine->link[route->leg[i].link];
        const char *name = by_object ? link->spec->object->name : link->name;
        if (name != last) {
            text = lw_arena_print(arena, "%s%s%s", text, text[0] != '\0' ? " " : "", name);
        }
        last = name;
    }
    return text;
}

typedef struct tally {
    double share[LW_ROUTES_MAX];
    double bytes;
    size_t moves;
    bool by_object;
} tally;

static tally count_shares(const lw_built *built, const lw_graph_workload *asked, const choice *first, const double *bytes) {
    const bool tell = objects_tell(built, first);
    tally sum = {.by_object = false};
    for (uint32_t m = 0; m < asked->move_count; m++) {
        const lw_transfer *transfer = &built->transfer[asked->first_move + m];
        if (transfer->routes.count < 2) {
            continue;
        }
        const choice own = choice_of(transfer);
        const bool same = is_same_choice(built, first, &own, false);
        if (!same && !(tell && is_same_choice(built, first, &own, true))) {
            continue;
        }
        for (size_t r = 0; r < transfer->routes.count; r++) {
            sum.share[r] += bytes[m] * share_over(transfer, r);
        }
        sum.bytes += bytes[m];
        sum.moves++;
        sum.by_object = sum.by_object || !same;
    }
    return sum;
}

lw_status lw_route_shares_read(const lw_built *built, size_t workload, lw_arena *arena, lw_list *out) {
    const lw_graph_workload *asked = &built->graph->workload[workload];
    uint32_t m = 0;
    while (m < asked->move_count && built->transfer[asked->first_move + m].routes.count < 2) {
        m++;
    }
    if (m == asked->move_count) {
        return LW_OK;
    }
    const double *bytes = bytes_of_moves(built->graph, asked, arena);
    if (bytes == NULL) {
        return LW_NO_MEMORY;
    }
    choice first = choice_of(&built->transfer[asked->first_move + m]);
    const tally sum = count_shares(built, asked, &first, bytes);
    first = sum.moves > 1 ? first : (choice){first.of, 0, first.of->routes.route[0].count};
    for (size_t r = 0; r < first.of->routes.count; r++) {
        lw_route_result *row = LW_LIST_ADD(out, lw_route_result, arena);
        const char *links = links_of(built, &first, r, sum.by_object, arena);
        if (row == NULL || links == NULL) {
            return LW_NO_MEMORY;
        }
        *row = (lw_route_result){asked->object->name, links, sum.bytes > 0 ? sum.share[r] / sum.bytes : 0};
    }
    return LW_OK;
}
