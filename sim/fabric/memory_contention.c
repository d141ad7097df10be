// SPDX-License-Identifier: GPL-3.0-or-later
// Which memories can be asked for more than they have.
#include <math.h>
#include <stdlib.h>

#include "sim/fabric/builder.h"

// A task that passes a memory: no faster than over the slowest server of its way, and together with others no faster than over
// the link at the memory that they share, its gate.
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

static lw_server_role role_of(const lw_builder *builder, const lw_hop *hop) {
    return LW_LIST_ITEMS(&builder->info, lw_server_info)[hop->server].role;
}

static double ps_per_byte(const lw_builder *builder, uint32_t server) {
    return lw_fraction_value(LW_LIST_ITEMS(&builder->server, lw_server)[server].ps_per_byte);
}

// LW_NO_SERVER: nothing but memories takes time.
static uint32_t slowest_of(const lw_builder *builder, const lw_task *task) {
    uint32_t slowest = LW_NO_SERVER;
    double most = 0;
    for (size_t h = 0; h < task->data_count; h++) {
        double cost = ps_per_byte(builder, task->data[h].server);
        if (cost > most && role_of(builder, &task->data[h]) != LW_SERVER_MEMORY) {
            most = cost;
            slowest = task->data[h].server;
        }
    }
    return slowest;
}

// The first link behind the memory, else the last one before it.
static uint32_t gate_of(const lw_builder *builder, const lw_task *task, size_t memory) {
    uint32_t gate = LW_NO_SERVER;
    for (size_t h = 0; h < task->data_count; h++) {
        if (role_of(builder, &task->data[h]) == LW_SERVER_LINK) {
            gate = task->data[h].server;
            if (h > memory) {
                break;
            }
        }
    }
    return gate;
}

static size_t demands_of(const lw_builder *builder, const lw_task *task, demand *out) {
    uint32_t slowest = slowest_of(builder, task);
    size_t count = 0;
    for (size_t h = 0; h < task->data_count; h++) {
        if (role_of(builder, &task->data[h]) != LW_SERVER_MEMORY) {
            continue;
        }
        size_t same = 0;
        while (same < count && out[same].memory != task->data[h].server) {
            same++;
        }
        if (same < count) {
            out[same].passes++;
        } else {
            out[count++] = (demand){task->data[h].server, gate_of(builder, task, h), slowest, 1};
        }
    }
    return count;
}

// The share of its memory that the demands of one gate, from `from` on, can take; *end: behind the last of them.
static double share_of_gate(const lw_builder *builder, const demand *all, size_t from, size_t count, size_t *end) {
    double memory = ps_per_byte(builder, all[from].memory);
    double slowest = 0;
    int passes = 0;
    size_t i = from;
    for (; i < count && all[i].memory == all[from].memory && all[i].gate == all[from].gate; i++) {
        passes = all[i].passes > passes ? all[i].passes : passes;
        if (all[i].slowest == LW_NO_SERVER) {
            slowest = (double)INFINITY;
        } else if (i == from || all[i].slowest != all[i - 1].slowest) {
            slowest += all[i].passes * memory / ps_per_byte(builder, all[i].slowest);
        }
    }
    *end = i;
    double gate = all[from].gate == LW_NO_SERVER ? 0 : ps_per_byte(builder, all[from].gate);
    return gate > 0 ? fmin(slowest, passes * memory / gate) : slowest;
}

lw_status lw_memories_rate(lw_builder *builder) {
    const lw_task *task = LW_LIST_ITEMS(&builder->task, lw_task);
    size_t hops = 0, count = 0;
    for (size_t t = 0; t < builder->task.count; t++) {
        hops += task[t].data_count;
    }
    demand *all = LW_NEW_ARRAY(builder->arena, demand, hops);
    double *share = LW_NEW_ARRAY(builder->arena, double, builder->server.count);
    if (all == NULL || share == NULL) {
        return LW_NO_MEMORY;
    }
    for (size_t t = 0; t < builder->task.count; t++) {
        count += demands_of(builder, &task[t], &all[count]);
    }
    qsort(all, count, sizeof *all, by_sharing);
    for (size_t from = 0, end; from < count; from = end) {
        share[all[from].memory] += share_of_gate(builder, all, from, count, &end);
    }
    for (size_t i = 0; i < count; i++) {
        LW_LIST_ITEMS(&builder->server, lw_server)[all[i].memory].parallel = share[all[i].memory] <= 1.0;
    }
    return LW_OK;
}
