// SPDX-License-Identifier: GPL-3.0-or-later
// Servers that streams pass apart. Memories that are fast enough for all that can reach them at
// once serve every task on its own: packets then wait where bandwidth is short and nowhere else,
// and transfers that meet in such a memory only need not be simulated as one.
#include <math.h>
#include <stdlib.h>

#include "sim/engine/packet/state.h"

typedef struct search {
    const lw_fabric *fabric;
    const lw_fraction *pace;
} search;

// A flow that passes a memory: no faster than over the slowest server of its path, and together
// with others no faster than over the link at the memory that they share, its gate.
typedef struct demand {
    uint32_t memory, gate, slowest;
    int passes;  // of each byte
} demand;

static int compare(uint32_t a, uint32_t b) {
    return (a > b) - (a < b);
}

static int by_sharing(const void *left, const void *right) {
    const demand *a = left, *b = right;
    int order = compare(a->memory, b->memory);
    order = order != 0 ? order : compare(a->gate, b->gate);
    order = order != 0 ? order : compare(a->slowest, b->slowest);
    return order != 0 ? order : b->passes - a->passes;
}

static double ps_per_byte(const search *in, uint32_t server) {
    return lw_fraction_value(in->pace[server]);
}

static lw_server_role role_of(const search *in, const lw_hop *hop) {
    return in->fabric->server[hop->server].role;
}

// Of the servers that its flow shares with others. LW_NO_SERVER: none of them takes time.
static uint32_t slowest_of(const search *in, const lw_flow *flow) {
    uint32_t slowest = LW_NO_SERVER;
    double most = 0;
    for (size_t h = 0; h < flow->data_count; h++) {
        double cost = ps_per_byte(in, flow->data[h].server);
        lw_server_role role = role_of(in, &flow->data[h]);
        if (cost > most && role != LW_SERVER_MEMORY && role != LW_SERVER_FORWARD) {
            most = cost;
            slowest = flow->data[h].server;
        }
    }
    return slowest;
}

// The first link behind the memory, else the last one before it.
static uint32_t gate_of(const search *in, const lw_flow *flow, size_t memory) {
    uint32_t gate = LW_NO_SERVER;
    for (size_t h = 0; h < flow->data_count; h++) {
        if (role_of(in, &flow->data[h]) == LW_SERVER_LINK) {
            gate = flow->data[h].server;
            if (h > memory) {
                break;
            }
        }
    }
    return gate;
}

static size_t demands_of(const search *in, const lw_flow *flow, demand *out) {
    uint32_t slowest = slowest_of(in, flow);
    size_t count = 0;
    for (size_t h = 0; h < flow->data_count; h++) {
        if (role_of(in, &flow->data[h]) != LW_SERVER_MEMORY) {
            continue;
        }
        if (flow->data[h].overhead_bytes > 0) {
            // it takes more of the memory than its bytes: no such sum holds
            out[count++] = (demand){flow->data[h].server, LW_NO_SERVER, LW_NO_SERVER, 1};
            continue;
        }
        size_t same = 0;
        while (same < count && out[same].memory != flow->data[h].server) {
            same++;
        }
        if (same < count) {
            out[same].passes++;
        } else {
            out[count++] = (demand){flow->data[h].server, gate_of(in, flow, h), slowest, 1};
        }
    }
    return count;
}

// The share of its memory that the demands of one gate, from `from` on, can take; *end: behind the
// last of them.
static double share_of_gate(const search *in, const demand *all, size_t from, size_t count, size_t *end) {
    double memory = ps_per_byte(in, all[from].memory);
    double slowest = 0;
    int passes = 0;
    size_t i = from;
    for (; i < count && all[i].memory == all[from].memory && all[i].gate == all[from].gate; i++) {
        passes = all[i].passes > passes ? all[i].passes : passes;
        if (all[i].slowest == LW_NO_SERVER) {
            slowest = (double)INFINITY;
        } else if (i == from || all[i].slowest != all[i - 1].slowest) {
            slowest += all[i].passes * memory / ps_per_byte(in, all[i].slowest);
        }
    }
    *end = i;
    double gate = all[from].gate == LW_NO_SERVER ? 0 : ps_per_byte(in, all[from].gate);
    return gate > 0 ? fmin(slowest, passes * memory / gate) : slowest;
}

bool lw_costs_time_alone(const lw_server *server) {
    bool bounded = false;
    for (int kind = 0; kind < LW_PACKET_KINDS; kind++) {
        const lw_credits *credits = &server->credits[kind];
        bounded = bounded || (credits->packets > 0 && credits->packets != LW_CREDITS_INFINITE) ||
                  (credits->data_units > 0 && credits->data_units != LW_CREDITS_INFINITE);
    }
    return !bounded && server->control_bytes == 0 && server->error_probability <= 0 && server->outage_ps == 0 &&
           server->turnaround_ps == 0;
}

const bool *lw_find_apart(const lw_fabric *fabric, const lw_fraction *pace, lw_arena *arena) {
    const search in = {fabric, pace};
    size_t hops = 0, count = 0;
    for (size_t f = 0; f < fabric->flow_count; f++) {
        hops += fabric->flow[f].data_count;
    }
    demand *all = LW_NEW_ARRAY(arena, demand, hops);
    double *share = LW_NEW_ARRAY(arena, double, fabric->server_count);
    bool *apart = LW_NEW_ARRAY(arena, bool, fabric->server_count);
    if (all == NULL || share == NULL || apart == NULL) {
        return NULL;
    }
    for (size_t f = 0; f < fabric->flow_count; f++) {
        count += demands_of(&in, &fabric->flow[f], &all[count]);
    }
    qsort(all, count, sizeof *all, by_sharing);
    for (size_t from = 0, end; from < count; from = end) {
        share[all[from].memory] += share_of_gate(&in, all, from, count, &end);
    }
    for (size_t s = 0; s < fabric->server_count; s++) {
        const lw_server *server = &fabric->server[s];
        bool fast = server->role == LW_SERVER_MEMORY && share[s] <= 1.0 && lw_costs_time_alone(server);
        apart[s] = server->role == LW_SERVER_FORWARD || fast;
    }
    return apart;
}
