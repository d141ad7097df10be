// SPDX-License-Identifier: GPL-3.0-or-later
// Flows with equal costs and limits are one class.
#include <math.h>

#include "sim/base/map.h"
#include "sim/engine/flow/state.h"

uint32_t lw_fluid_row_of(lw_fluid *run, uint32_t server, int buffer) {
    uint32_t *row = &run->row_of[server][buffer];
    if (*row != LW_NONE) {
        return *row;
    }
    if (run->row_count == run->row_capacity) {
        lw_row *grown = lw_fluid_grown(run->row, &run->row_capacity, sizeof *grown);
        if (grown == NULL) {
            return LW_NONE;
        }
        run->row = grown;
    }
    *row = run->row_count++;
    run->row[*row] = (lw_row){.pool = LW_NONE, .cap_min = (double)INFINITY};
    run->row[*row].turnaround_ps = buffer == 0 ? run->fabric->server[server].turnaround_ps : 0;
    return *row;
}

static uint64_t bits_of(double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static uint64_t hash_of(const lw_cost *cost, size_t count, double cap) {
    uint64_t hash = lw_mix(bits_of(cap));
    for (size_t i = 0; i < count; i++) {
        hash = lw_mix(hash ^ lw_mix(bits_of(cost[i].ps)) ^ cost[i].row);
    }
    return hash;
}

static bool is_same(const lw_class *class, const lw_list *draft, double cap) {
    const lw_cost *cost = LW_LIST_ITEMS(draft, const lw_cost);
    bool same = class->cap == cap && class->costs == draft->count;
    for (size_t i = 0; same && i < draft->count; i++) {
        same = class->cost[i].row == cost[i].row && class->cost[i].ps == cost[i].ps && class->cost[i].there == cost[i].there &&
               class->cost[i].back == cost[i].back && class->cost[i].control == cost[i].control &&
               class->cost[i].source == cost[i].source;
    }
    return same;
}

static uint32_t *find_slot(const lw_fluid *run, const lw_list *draft, double cap) {
    const uint32_t mask = run->class_slots - 1;
    uint32_t at = (uint32_t)hash_of(LW_LIST_ITEMS(draft, const lw_cost), draft->count, cap) & mask;
    while (run->class_slot[at] != 0 && !is_same(&run->class[run->class_slot[at] - 1], draft, cap)) {
        at = (at + 1) & mask;
    }
    return &run->class_slot[at];
}

static bool make_slots(lw_fluid *run) {
    if (2 * (run->class_count + 1) <= run->class_slots) {
        return true;
    }
    run->class_slots = run->class_slots > 0 ? 2 * run->class_slots : 64;
    run->class_slot = LW_NEW_ARRAY(run->arena, uint32_t, run->class_slots);
    for (uint32_t c = 0; run->class_slot != NULL && c < run->class_count; c++) {
        const lw_class *class = &run->class[c];
        const lw_list costs = {class->cost, class->costs, class->costs};
        *find_slot(run, &costs, class->cap) = c + 1;
    }
    return run->class_slot != NULL;
}

uint32_t lw_fluid_class_of(lw_fluid *run, double cap) {
    if (!make_slots(run)) {
        return LW_NONE;
    }
    uint32_t *slot = find_slot(run, &run->draft, cap);
    if (*slot != 0) {
        return *slot - 1;
    }
    if (run->class_count == run->class_capacity) {
        lw_class *grown = lw_fluid_grown(run->class, &run->class_capacity, sizeof *grown);
        if (grown == NULL) {
            return LW_NONE;
        }
        run->class = grown;
    }
    lw_cost *cost = LW_NEW_ARRAY(run->arena, lw_cost, run->draft.count);
    if (cost == NULL) {
        return LW_NONE;
    }
    if (run->draft.count > 0) {
        memcpy(cost, run->draft.items, run->draft.count * sizeof *cost);
    }
    run->class[run->class_count] = (lw_class){.cost = cost, .costs = (uint32_t)run->draft.count, .pool = LW_NONE, .cap = cap};
    *slot = ++run->class_count;
    return *slot - 1;
}

// ---- When all are known ----

// Weights are whole quanta, 2^40 of them for the heaviest class of a row, so that 2^22 flows can be
// added up there without an error.
enum { WEIGHT_BITS = 40 };

static double most_ps(const lw_row *row, const lw_cost *cost) {
    return cost->ps / lw_fluid_turns(cost) + (double)row->turnaround_ps;
}

static void measure_rows(lw_fluid *run) {
    for (uint32_t c = 0; c < run->class_count; c++) {
        const lw_class *class = &run->class[c];
        for (uint32_t i = 0; i < class->costs; i++) {
            lw_row *row = &run->row[class->cost[i].row];
            const double ps = most_ps(row, &class->cost[i]);
            row->most_ps = ps > row->most_ps ? ps : row->most_ps;
            run->class[c].own += class->cost[i].control ? 0 : 1;
            row->uneven = row->uneven || (!class->cost[i].control && lw_fluid_turns(&class->cost[i]) != 1);
            row->cap_min = class->cap < row->cap_min ? class->cap : row->cap_min;
            row->costs++;
        }
    }
}

void lw_fluid_burden(const lw_row *row, lw_class *class, uint32_t index) {
    lw_burden *burden = &class->burden[index];
    const int64_t weight = class->flows * class->cost[index].weight;
    burden->share = (double)weight * row->unit * lw_fluid_turns(&class->cost[index]);
    burden->weight = class->cost[index].control ? 0 : weight;
}

void lw_fluid_weigh(const lw_fluid *run, lw_class *class, uint32_t index, double turn_ps) {
    lw_cost *cost = &class->cost[index];
    const lw_row *row = &run->row[cost->row];
    const double quanta = ldexp((cost->ps / lw_fluid_turns(cost) + turn_ps) / row->most_ps, WEIGHT_BITS);
    cost->weight = (int64_t)(quanta + 0.5);
    cost->weight = cost->weight > 0 ? cost->weight : 1;
    lw_fluid_burden(row, class, index);
}

// What is looked at together lies together.
static lw_status make_burdens(lw_fluid *run) {
    size_t count = 0;
    for (uint32_t c = 0; c < run->class_count; c++) {
        count += run->class[c].costs;
    }
    lw_burden *burden = LW_NEW_ARRAY(run->arena, lw_burden, count);
    if (burden == NULL) {
        return LW_NO_MEMORY;
    }
    for (uint32_t c = 0; c < run->class_count; c++) {
        lw_class *class = &run->class[c];
        class->burden = burden;
        for (uint32_t i = 0; i < class->costs; i++) {
            burden->row = class->cost[i].row;
            burden->class = c;
            burden->next = i + 1 != class->own ? burden + 1 : class->burden;
            burden++;
            lw_fluid_weigh(run, class, i, 0);
        }
    }
    return LW_OK;
}

// A row may hold up all that pass it, a class only itself.
static lw_status make_groups(lw_fluid *run) {
    size_t members = run->class_count;
    for (uint32_t r = 0; r < run->row_count; r++) {
        members += run->row[r].costs;
    }
    run->group = lw_arena_alloc(run->arena, (size_t)run->row_count + run->class_count, sizeof *run->group);
    uint32_t *member = LW_NEW_ARRAY(run->arena, uint32_t, members);
    if (run->group == NULL || member == NULL) {
        return LW_NO_MEMORY;
    }
    for (uint32_t g = 0; g < run->row_count + run->class_count; g++) {
        run->group[g].member = member;
        run->group[g].step = LW_NONE;
        member += g < run->row_count ? run->row[g].costs : 1;
    }
    return LW_OK;
}

lw_status lw_fluid_finish_classes(lw_fluid *run) {
    measure_rows(run);
    for (uint32_t r = 0; r < run->row_count; r++) {
        lw_row *row = &run->row[r];
        row->unit = ldexp(row->most_ps, 60 - WEIGHT_BITS);
        row->active = LW_NEW_ARRAY(run->arena, lw_active, row->costs);
        if (row->active == NULL) {
            return LW_NO_MEMORY;
        }
    }
    LW_TRY(make_burdens(run));
    LW_TRY(make_groups(run));
    run->group_of = LW_NEW_ARRAY(run->arena, uint32_t, run->class_count);
    run->head = LW_NEW_ARRAY(run->arena, lw_head, run->class_count);
    run->packets = LW_NEW_ARRAY(run->arena, double, run->fabric->server_count);
    run->given = LW_NEW_ARRAY(run->arena, uint32_t, run->class_count);
    run->filling = LW_NEW_ARRAY(run->arena, lw_filling, run->row_count);
    run->ahead = LW_NEW_ARRAY(run->arena, lw_ahead, run->row_count);
    run->filled = LW_NEW_ARRAY(run->arena, uint32_t, run->row_count);
    // of a tree with fewer than twice as many leaves as rows
    run->match = lw_arena_alloc(run->arena, 4 * (size_t)run->row_count + 4, sizeof *run->match);
    // Each pool has a class of its own.
    run->pool = LW_NEW_ARRAY(run->arena, lw_pool, run->class_count);
    run->changed = LW_NEW_ARRAY(run->arena, uint32_t, run->class_count);
    const bool made = run->packets != NULL && run->group_of != NULL && run->head != NULL && run->given != NULL &&
                      run->filling != NULL && run->ahead != NULL && run->match != NULL && run->filled != NULL &&
                      run->pool != NULL && run->changed != NULL;
    return made ? LW_OK : LW_NO_MEMORY;
}
